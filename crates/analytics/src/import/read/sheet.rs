//! Records of an Excel workbook (ECMA-376, .xlsx): the first sheet, its cells as text, its dates as ISO 8601.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use csv::ByteRecord;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::delimited::header_among;
use super::{About, BLOCK, Record};
use crate::error::{Error, Result};

/// Bytes of one part of a workbook, unpacked: more is a trap, or no sheet that anybody made.
const MOST_PART: u64 = 1 << 30;

/// Why a workbook cannot be read.
type Why = String;

/// Records of a sheet.
pub struct Sheet {
    pub about: About,
    rows: std::vec::IntoIter<Row>,
}

/// A row with its number.
type Row = (u64, Vec<String>);

impl Sheet {
    pub fn open(bytes: &[u8], path: &Path, asked: &[String]) -> Result<Sheet> {
        let broken = |why: Why| {
            Error::new(format!("cannot read it as an Excel or zip file, and its rows are missing: {why}"))
                .at(path.display())
                .remedy("import CSV, Parquet or an .xlsx that is whole; a zip file is to be unpacked first")
        };
        let (read_as, mut rows) = first_sheet(bytes).map_err(broken)?;
        rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        let found = header_among(rows.iter().map(|(_, cells)| cells.as_slice()), asked);
        let Some(found) = found else {
            return Err(Error::new("the sheet has no header row").at(path.display()));
        };
        let rows = rows.split_off(found);
        let mut rows = rows.into_iter();
        let mut names: Vec<String> = rows.next().map(|(_, cells)| cells).unwrap_or_default();
        names.iter_mut().for_each(|name| *name = facts::normal(name).into_owned());
        let width = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        names.truncate(width);
        // Cells that are empty at the end of a row are often not written.
        let mut rows: Vec<Row> = rows.collect();
        for (_, cells) in &mut rows {
            let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
            cells.resize(filled.max(width), String::new());
        }
        let about = About { header: names.clone(), names, separator: b',', read_as, usual: false };
        Ok(Sheet { about, rows: rows.into_iter() })
    }

    pub fn next(&mut self) -> Option<Result<Vec<Record>>> {
        let records = self.rows.by_ref().take(BLOCK);
        let block: Vec<Record> =
            records.map(|(line, cells)| Record { line, fields: ByteRecord::from(cells) }).collect();
        (!block.is_empty()).then_some(Ok(block))
    }
}

/// The first sheet of a workbook, in words and as rows.
fn first_sheet(bytes: &[u8]) -> std::result::Result<(String, Vec<Row>), Why> {
    let parts = parts(bytes)?;
    let part = |name: &str| parts.get(name).map_or(Err(format!("{name} is not in it")), |it| unpacked(bytes, it));
    let workbook = part("xl/workbook.xml")?;
    let (mut sheets, mut is_1904) = (Vec::new(), false);
    each(&workbook, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event {
            match tag.local_name().as_ref() {
                "sheet" => sheets.push((attribute(tag, "name"), attribute(tag, "r:id"))),
                "workbookPr" => is_1904 |= matches!(attribute(tag, "date1904").as_str(), "1" | "true"),
                _ => {}
            }
        }
    })?;
    let (name, id) = sheets.first().cloned().ok_or("it has no sheet")?;
    let mut target = String::new();
    each(&part("xl/_rels/workbook.xml.rels")?, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event
            && attribute(tag, "Id") == id
        {
            target = attribute(tag, "Target");
        }
    })?;
    let target = target.strip_prefix('/').map_or(format!("xl/{target}"), String::from);
    let shared =
        if parts.contains_key("xl/sharedStrings.xml") { strings(&part("xl/sharedStrings.xml")?)? } else { Vec::new() };
    let dated = if parts.contains_key("xl/styles.xml") { dated(&part("xl/styles.xml")?)? } else { Vec::new() };
    let rows = rows(&part(&target)?, &shared, &dated, is_1904)?;
    let which = if sheets.len() > 1 { format!(", the first of {} sheets", sheets.len()) } else { String::new() };
    Ok((format!("Excel sheet {name}{which}"), rows))
}

/// Tells of each event of a text in XML.
fn each(text: &str, mut told: impl FnMut(&Event<'_>)) -> std::result::Result<(), Why> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Eof => return Ok(()),
            event => told(&event),
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.try_get_attribute(name).ok().flatten();
    found
        .and_then(|found| found.normalized_value(XmlVersion::Implicit1_0).ok())
        .map(|value| value.into_owned())
        .unwrap_or_default()
}

/// Adds what an event holds of a text.
fn add_text(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(part) => match part.resolve_char_ref() {
            Ok(Some(letter)) => text.push(letter),
            _ => text.push_str(quick_xml::escape::resolve_predefined_entity(&part.xml10_content()).unwrap_or_default()),
        },
        _ => {}
    }
}

/// Texts that cells name by their place; how they are spoken (`rPh`) is none of them.
fn strings(text: &str) -> std::result::Result<Vec<String>, Why> {
    let (mut all, mut own, mut within, mut spoken) = (Vec::new(), String::new(), false, false);
    each(text, |event| match event {
        Event::Start(tag) => match tag.local_name().as_ref() {
            "si" => own.clear(),
            "rPh" => spoken = true,
            "t" => within = !spoken,
            _ => {}
        },
        Event::Empty(tag) if tag.local_name().as_ref() == "si" => all.push(String::new()),
        Event::End(tag) => match tag.local_name().as_ref() {
            "si" => all.push(std::mem::take(&mut own)),
            "rPh" => spoken = false,
            "t" => within = false,
            _ => {}
        },
        event if within => add_text(event, &mut own),
        _ => {}
    })?;
    Ok(all)
}

/// By style of a cell whether its numbers are days or times.
fn dated(text: &str) -> std::result::Result<Vec<bool>, Why> {
    let (mut own, mut styles, mut within) = (HashMap::new(), Vec::new(), false);
    each(text, |event| match event {
        Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
            "numFmt" => {
                own.insert(attribute(tag, "numFmtId"), is_date_format(&attribute(tag, "formatCode")));
            }
            "cellXfs" => within = matches!(event, Event::Start(_)),
            "xf" if within => styles.push(attribute(tag, "numFmtId")),
            _ => {}
        },
        Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => within = false,
        _ => {}
    })?;
    let is_dated = |id: &String| {
        let built_in = |id: u32| matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58);
        own.get(id).copied().unwrap_or_else(|| id.parse().is_ok_and(built_in))
    };
    Ok(styles.iter().map(is_dated).collect())
}

/// Whether a format shows days or times: it has their letters outside of quotes and brackets.
fn is_date_format(format: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    format.chars().any(|letter| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match letter {
            '\\' | '_' | '*' => escaped = true,
            '"' => quoted = !quoted,
            '[' => bracketed = true,
            ']' => bracketed = false,
            _ => {}
        }
        !quoted && !bracketed && matches!(letter.to_ascii_lowercase(), 'y' | 'm' | 'd' | 'h' | 's')
    })
}

/// The rows of a sheet.
fn rows(text: &str, shared: &[String], dated: &[bool], is_1904: bool) -> std::result::Result<Vec<Row>, Why> {
    let mut rows: Vec<Row> = Vec::new();
    let (mut kind, mut column, mut style, mut own, mut within) = (String::new(), 0, 0, String::new(), false);
    let mut held = 0;
    each(text, |event| match event {
        Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
            "row" => {
                let next = rows.last().map_or(1, |(line, _)| line.saturating_add(1));
                rows.push((attribute(tag, "r").parse().unwrap_or(next), Vec::new()));
            }
            "c" => {
                let next = rows.last().map_or(0, |(_, cells)| cells.len());
                column = column_of(&attribute(tag, "r")).unwrap_or(next);
                (kind, style) = (attribute(tag, "t"), attribute(tag, "s").parse().unwrap_or(0));
                own.clear();
            }
            "v" | "t" => within = matches!(event, Event::Start(_)),
            _ => {}
        },
        Event::End(tag) => match tag.local_name().as_ref() {
            "v" | "t" => within = false,
            "c" => {
                let is_dated = kind.is_empty() || kind == "n";
                let value = match kind.as_str() {
                    "s" => own.trim().parse::<usize>().ok().and_then(|at| shared.get(at).cloned()).unwrap_or_default(),
                    _ if is_dated && dated.get(style).copied().unwrap_or(false) => {
                        moment(&own, is_1904).unwrap_or_else(|| own.clone())
                    }
                    _ => own.clone(),
                };
                if let Some((_, cells)) = rows.last_mut().filter(|_| column < MOST_COLUMNS) {
                    held += (column + 1).saturating_sub(cells.len());
                    if held <= MOST_CELLS {
                        cells.resize(cells.len().max(column + 1), String::new());
                        cells[column] = value;
                    }
                }
            }
            _ => {}
        },
        event if within => add_text(event, &mut own),
        _ => {}
    })?;
    match held {
        0..=MOST_CELLS => Ok(rows),
        _ => Err(format!("the sheet has more than {MOST_CELLS} cells: save it as CSV")),
    }
}

/// Cells that are kept of a sheet, those in between that it does not write included: a few bytes can claim many.
const MOST_CELLS: usize = 20_000_000;
/// Columns of a sheet, by the standard.
const MOST_COLUMNS: usize = 16_384;

/// The column of a cell such as `AB12`, counted from 0.
fn column_of(cell: &str) -> Option<usize> {
    let letters = cell.bytes().take_while(u8::is_ascii_alphabetic);
    let column = letters.fold(0_usize, |sum, letter| {
        sum.saturating_mul(26).saturating_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    column.checked_sub(1)
}

/// A day or a time of a number of days: since 30 December 1899, or since 1904.
fn moment(text: &str, is_1904: bool) -> Option<String> {
    let days: f64 = text.trim().parse().ok()?;
    let begins = if is_1904 { jiff::civil::date(1904, 1, 1) } else { jiff::civil::date(1899, 12, 30) };
    let seconds = (days * 86_400.0).round();
    let at = begins.at(0, 0, 0, 0).checked_add(jiff::Span::new().try_seconds(seconds as i64).ok()?).ok()?;
    let is_day = seconds % 86_400.0 == 0.0;
    Some(if is_day { at.date().to_string() } else { at.strftime("%Y-%m-%dT%H:%M:%S").to_string() })
}

/// A part of a zip file.
struct Part {
    method: u16,
    crc: u32,
    packed: usize,
    begins: usize,
}

/// The parts of a zip file, by name (PKWARE APPNOTE 4.3): from the directory at its end.
fn parts(bytes: &[u8]) -> std::result::Result<HashMap<String, Part>, Why> {
    const CUT: &str = "it is cut short or damaged";
    let number = |at: usize, size: usize| -> std::result::Result<usize, Why> {
        let bytes = bytes.get(at..at + size).ok_or(CUT)?;
        Ok(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let last = bytes.len().saturating_sub(22 + 0xffff);
    let end = bytes[last..].windows(4).rposition(|sign| sign == b"PK\x05\x06").ok_or(CUT)? + last;
    let (count, mut at) = (number(end + 10, 2)?, number(end + 16, 4)?);
    let mut parts = HashMap::new();
    for _ in 0..count {
        if bytes.get(at..at + 4) != Some(b"PK\x01\x02") {
            return Err(CUT.into());
        }
        let (name, extra, comment) = (number(at + 28, 2)?, number(at + 30, 2)?, number(at + 32, 2)?);
        let local = number(at + 42, 4)?;
        let begins = local + 30 + number(local + 26, 2)? + number(local + 28, 2)?;
        let own = String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name).ok_or(CUT)?).into_owned();
        let part = Part {
            method: number(at + 10, 2)? as u16,
            crc: number(at + 16, 4)? as u32,
            packed: number(at + 20, 4)?,
            begins,
        };
        parts.insert(own, part);
        at += 46 + name + extra + comment;
    }
    Ok(parts)
}

/// A part's text, if it is whole.
fn unpacked(bytes: &[u8], part: &Part) -> std::result::Result<String, Why> {
    let end = part.begins.checked_add(part.packed).ok_or("it is damaged")?;
    let packed = bytes.get(part.begins..end).ok_or("it is cut short")?;
    let mut own = Vec::new();
    let read = match part.method {
        0 => packed.take(MOST_PART).read_to_end(&mut own),
        8 => flate2::read::DeflateDecoder::new(packed).take(MOST_PART).read_to_end(&mut own),
        method => return Err(format!("it is compressed in a way that is not read ({method})")),
    };
    read.map_err(|error| error.to_string())?;
    let mut crc = flate2::Crc::new();
    crc.update(&own);
    if crc.sum() != part.crc {
        return Err("a part of it is damaged or too large".into());
    }
    String::from_utf8(own).map_err(|_| "a part of it is not UTF-8".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_days_are_days_and_times() {
        for (text, is_1904, expected) in [
            ("45731", false, "2025-03-15"),
            ("45731.5", false, "2025-03-15T12:00:00"),
            ("45731.336805555555", false, "2025-03-15T08:05:00"),
            ("44269", true, "2025-03-15"),
        ] {
            assert_eq!(moment(text, is_1904).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(moment("1e300", false), None);
    }

    #[test]
    fn formats_of_days_are_told_from_those_of_numbers() {
        for format in ["dd.mm.yyyy", "yyyy\\-mm\\-dd", "[$-40B]d. mmmm yyyy", "hh:mm", "m/d/yy h:mm"] {
            assert!(is_date_format(format), "{format}");
        }
        for format in ["General", "0.00", "#,##0 \"days\"", "[Red]0", "0\\d", "_-* 0.00"] {
            assert!(!is_date_format(format), "{format}");
        }
        assert_eq!(
            [column_of("A1"), column_of("Z9"), column_of("AA1"), column_of("12")],
            [Some(0), Some(25), Some(26), None]
        );
    }
}
