//! Records of a text: its header is found, its separator and its encoding recognised, its quotes kept to.

use std::cell::Cell;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::ByteRecord;

use super::content::Content;
use super::{About, BLOCK, MOST_BLOCK, Record};
use crate::error::{Error, Result};
use crate::import::Mapping;

/// A record may be this long, so that an endless line cannot fill the memory.
const RECORD_LIMIT: u64 = 1 << 20;
/// Lines of titles that may stand above the header.
const MOST_TITLES: usize = 20;
/// Bytes of them.
const MOST_HEAD: usize = 1 << 16;
/// Signs that stand between fields.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// Records of a text.
pub struct Delimited {
    reader: csv::Reader<Box<dyn Read>>,
    pub about: About,
    path: PathBuf,
    /// Byte at which the current record begins, for the limit on its length.
    begins: Rc<Cell<u64>>,
    /// Lines before the header.
    skipped: u64,
    /// Rows that an import refused and Luotsi wrote: a cell that looks like a formula has an apostrophe before it.
    is_own: bool,
    ended: bool,
    /// The error that came after the records that were handed over.
    failed: Option<Error>,
}

impl Delimited {
    /// `asked`: the columns that the table or the mapping asks for, by which the header is known.
    pub fn open(
        source: Box<dyn Read>,
        content: Content,
        path: &Path,
        mapping: &Mapping,
        asked: &[String],
    ) -> Result<Delimited> {
        content.refused(path)?;
        // A file of the quarantine has the quarantine's form, whatever the file that its rows came from.
        let (mut head, mut source) = (Vec::new(), source);
        source.by_ref().take(OWN.len() as u64).read_to_end(&mut head).map_err(|error| unreadable(path, 1, &error))?;
        let own = (head.len() == OWN.len()).then(|| head[5]).filter(|sign| head == own_header(*sign));
        let source: Box<dyn Read> = Box::new(Cursor::new(head).chain(source));
        let given = mapping.encoding.as_deref().filter(|given| own.is_none() && !is_utf8(given));
        let label = given.unwrap_or(content.encoding());
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            Error::new(format!("no encoding is called {label}")).remedy("utf-8, windows-1252 or utf-16le")
        })?;
        let begins = Rc::new(Cell::new(0));
        let decoded: Box<dyn Read> = match encoding == encoding_rs::UTF_8 {
            true => source,
            false => Box::new(Decoded::new(source, encoding)),
        };
        let lines = Box::new(Lines::new(decoded));
        let mut text: Box<dyn Read> = Box::new(Limited { source: lines, passed: 0, begins: Rc::clone(&begins) });
        let given = if own.is_some() { own } else { mapping.separator.map(|given| given as u8) };
        let titles = if own.is_some() { 0 } else { mapping.skip };
        let is_found = |lines: &[Vec<u8>]| find_header(lines, titles, given, asked).is_some_and(|found| found.is_known);
        let head = first_lines(&mut text, path, is_found)?;
        let found = find_header(&head, titles, given, asked);
        let found = found.ok_or_else(|| Error::new("the file has no header line").at(path.display()))?;
        let text: Box<dyn Read> = Box::new(Cursor::new(head[found.line..].concat()).chain(text));
        let mut reader = csv::ReaderBuilder::new().delimiter(found.separator).flexible(true).from_reader(text);
        let line = found.line as u64 + 1;
        let header = reader.byte_headers().map_err(|error| unreadable(path, line, &error))?;
        let not_utf8 = || {
            let what = "the header is not in UTF-8";
            Error::new(what).at(format!("{}:{line}:1", path.display())).remedy("--encoding windows-1252 may be right")
        };
        let name = |field: &[u8]| {
            let name = std::str::from_utf8(field).map_err(|_| not_utf8())?;
            Ok(facts::normal(name).into_owned())
        };
        let names = header.iter().map(name).collect::<Result<Vec<_>>>()?;
        if names.iter().all(String::is_empty) {
            return Err(Error::new("the file has no header line").at(path.display()));
        }
        let mut read_as = format!("text in {label}, separated by {}", separator_name(found.separator));
        if found.line > 0 {
            read_as += &format!(", the header on line {line}");
        }
        let usual = matches!(found.separator, b',' | b';')
            && is_utf8(label)
            && head[..found.line].iter().all(|it| is_blank(it));
        let about = About { header: names.clone(), names, separator: found.separator, read_as, usual };
        let skipped = found.line as u64;
        let is_own = own.is_some();
        Ok(Delimited { reader, about, path: path.into(), begins, skipped, is_own, ended: false, failed: None })
    }

    /// The next records; an error comes once, after the records that stand before it.
    pub fn block(&mut self) -> Option<Result<Vec<Record>>> {
        let (mut block, mut bytes) = (Vec::with_capacity(BLOCK), 0);
        while self.failed.is_none() && block.len() < BLOCK && bytes < MOST_BLOCK {
            match self.next() {
                Some(Ok(record)) => {
                    bytes += record.fields.as_slice().len();
                    block.push(record);
                }
                Some(Err(error)) => self.failed = Some(error),
                None => break,
            }
        }
        if block.is_empty() { self.failed.take().map(Err) } else { Some(Ok(block)) }
    }

    fn next(&mut self) -> Option<Result<Record>> {
        if self.ended {
            return None;
        }
        self.begins.set(self.reader.position().byte());
        let mut fields = ByteRecord::new();
        let read = self.reader.read_byte_record(&mut fields);
        // Counted from where the record ended: blank lines before it are passed over while it is read.
        let within: usize = fields.iter().map(|field| field.iter().filter(|byte| **byte == b'\n').count()).sum();
        let line = (self.reader.position().line() + self.skipped).saturating_sub(within as u64 + 1);
        let end = END.trim_ascii_end();
        match read {
            Ok(true) if fields.len() == 1 && &fields[0] == end => self.ended = true,
            Ok(true) if fields.iter().next_back().is_some_and(|last| last.ends_with(END)) => {
                self.ended = true;
                // No end of a line came after it.
                return Some(Err(unreadable(&self.path, line + 1, &"a quote is never closed")));
            }
            Ok(true) if self.is_own => {
                let plain =
                    |field: &[u8]| std::str::from_utf8(field).map_or(field.to_vec(), |it| facts::as_before(it).into());
                return Some(Ok(Record { line, fields: fields.iter().map(plain).collect() }));
            }
            Ok(true) => return Some(Ok(Record { line, fields })),
            Ok(false) => self.ended = true,
            Err(error) => {
                self.ended = true;
                let line = self.reader.position().line() + self.skipped;
                return Some(Err(unreadable(&self.path, line, &error)));
            }
        }
        None
    }
}

pub fn unreadable(path: &Path, line: u64, error: &dyn std::fmt::Display) -> Error {
    Error::new(format!("cannot read the record: {error}")).at(format!("{}:{line}:1", path.display()))
}

fn is_utf8(label: &str) -> bool {
    encoding_rs::Encoding::for_label(label.as_bytes()) == Some(encoding_rs::UTF_8)
}

fn is_blank(line: &[u8]) -> bool {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii().is_empty()
}

/// The first lines, as many as it takes to find the header; the mark of byte order is taken away.
fn first_lines(text: &mut dyn Read, path: &Path, is_found: impl Fn(&[Vec<u8>]) -> bool) -> Result<Vec<Vec<u8>>> {
    let (mut lines, mut written, mut bytes) = (Vec::new(), 0, 0);
    while written <= MOST_TITLES && bytes <= MOST_HEAD {
        let mut line = first_line(text).map_err(|error| unreadable(path, lines.len() as u64 + 1, &error))?;
        if lines.is_empty()
            && let Some(rest) = line.strip_prefix("\u{feff}".as_bytes())
        {
            line = rest.to_vec();
        }
        let ends = line == END || line.is_empty();
        let is_written = !is_blank(&line);
        written += usize::from(is_written);
        bytes += line.len();
        lines.push(line);
        if ends || (is_written && is_found(&lines)) {
            break;
        }
    }
    Ok(lines)
}

fn first_line(text: &mut dyn Read) -> std::io::Result<Vec<u8>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while line.last() != Some(&b'\n') && text.read(&mut byte)? == 1 {
        line.push(byte[0]);
    }
    Ok(line)
}

/// Where the header stands, and what separates its fields.
#[derive(Debug, PartialEq)]
struct Header {
    line: usize,
    separator: u8,
    /// It has a column that is asked for.
    is_known: bool,
}

/// The first line of names: that with a column that is asked for, above which nothing but titles stands; where there is
/// none, the first that is not blank. A line `sep=;` names the separator, as for Excel.
fn find_header(lines: &[Vec<u8>], skip: usize, given: Option<u8>, asked: &[String]) -> Option<Header> {
    let mut given = given;
    let mut first = None;
    for (line, text) in lines.iter().enumerate().skip(skip) {
        if is_blank(text) || text == END {
            continue;
        }
        if first.is_none()
            && let [b's', b'e', b'p', b'=', separator, ..] = text.trim_ascii_end()
        {
            given = given.or(Some(*separator));
            continue;
        }
        let choices = given.map_or(SEPARATORS.to_vec(), |given| vec![given]);
        let best = choices.into_iter().map(|separator| {
            let fields = fields_of(text, separator);
            (fields.iter().filter(|field| asked.contains(field)).count(), fields.len(), separator)
        });
        // Of equals the first of the list.
        let (known, _, separator) = best.rev().max_by_key(|(known, fields, _)| (*known, *fields))?;
        let is_known = known >= 2 || (known == 1 && first.is_none());
        let found = Header { line, separator, is_known };
        if is_known {
            return Some(found);
        }
        first = first.or(Some(found));
    }
    first
}

/// The place of the row of names among the first rows, as [`find_header`] finds it among lines.
pub fn header_among<'a>(rows: impl Iterator<Item = &'a [String]>, asked: &[String]) -> Option<usize> {
    let mut first = None;
    for (at, row) in rows.enumerate().take(MOST_TITLES) {
        let known = row.iter().filter(|name| asked.contains(&facts::normal(name).into_owned())).count();
        if known >= 2 || (known == 1 && first.is_none()) {
            return Some(at);
        }
        first = first.or(Some(at));
    }
    first
}

/// The fields of a line, separated outside of quotes.
fn fields_of(line: &[u8], separator: u8) -> Vec<String> {
    let mut quoted = false;
    let fields = line.split(|byte| {
        quoted ^= *byte == b'"';
        *byte == separator && !quoted
    });
    fields.map(|field| facts::normal(String::from_utf8_lossy(field).trim().trim_matches('"')).into_owned()).collect()
}

fn separator_name(separator: u8) -> String {
    match separator {
        b'\t' => "tab".into(),
        sign => format!("'{}'", char::from(sign)),
    }
}

/// Ends the reading when one record grows past the limit, be it an endless line or a quote that is never closed.
struct Limited {
    source: Box<dyn Read>,
    passed: u64,
    begins: Rc<Cell<u64>>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // Buffers on the way hold up to 128 KiB that belong to later records.
        if self.passed - self.begins.get().min(self.passed) > RECORD_LIMIT + (1 << 17) {
            let why = "a record is longer than 1 MiB: an endless line, or a quote that is never closed";
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, why));
        }
        let read = self.source.read(buffer)?;
        self.passed += read as u64;
        Ok(read)
    }
}

/// The beginning of a quarantine file, separated as its source was.
const OWN: &[u8] = b"_line,_column,_reason";

fn own_header(separator: u8) -> Vec<u8> {
    OWN.iter().map(|byte| if *byte == b',' { separator } else { *byte }).collect()
}

/// A line after the text, of a byte that stands in none: where it comes within a record, a quote was never closed.
const END: &[u8] = b"\xff\n";

/// Text whose lines all end alike, the last one too, and then [`END`].
struct Lines {
    source: Box<dyn Read>,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    /// A carriage return came last, and is given only when no line feed follows it.
    returned: bool,
    ended: bool,
}

impl Lines {
    fn new(source: Box<dyn Read>) -> Lines {
        let (input, output) = (vec![0; 1 << 16], Vec::new());
        Lines { source, input, output, given: 0, returned: false, ended: false }
    }

    fn take(&mut self, read: usize) {
        let input = &self.input[..read];
        if !self.returned && !input.contains(&b'\r') {
            self.output.extend_from_slice(input);
            return;
        }
        for byte in input {
            if std::mem::replace(&mut self.returned, *byte == b'\r') && *byte != b'\n' {
                self.output.push(b'\r');
            }
            if *byte != b'\r' {
                self.output.push(*byte);
            }
        }
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.output.len() && !self.ended {
            self.given = 0;
            self.output.clear();
            match self.source.read(&mut self.input)? {
                0 => {
                    self.ended = true;
                    self.output.extend(self.returned.then_some(b'\r'));
                    self.output.push(b'\n');
                    self.output.extend_from_slice(END);
                }
                read => self.take(read),
            }
        }
        let left = &self.output[self.given..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

/// Text of another encoding as UTF-8.
struct Decoded<R> {
    source: R,
    decoder: encoding_rs::Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    fn new(source: R, encoding: &'static encoding_rs::Encoding) -> Decoded<R> {
        let decoder = encoding.new_decoder();
        Decoded { source, decoder, input: vec![0; 1 << 15], output: Vec::new(), given: 0, ended: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.output.len() && !self.ended {
            let read = self.source.read(&mut self.input)?;
            self.ended = read == 0;
            let mut text = String::with_capacity(self.input.len() * 3 + 16);
            let _ = self.decoder.decode_to_string(&self.input[..read], &mut text, self.ended);
            self.output = text.into_bytes();
            self.given = 0;
        }
        let left = &self.output[self.given..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_found_whatever_separates_it_and_stands_above_it() {
        let asked = ["resident_id", "birth_year", "Nimi, virallinen, pitkä"].map(String::from);
        let cases: [(&str, Option<(usize, u8)>); 14] = [
            ("resident_id,birth_year\n", Some((0, b','))),
            ("resident_id;birth_year\n", Some((0, b';'))),
            ("resident_id\tbirth_year\n", Some((0, b'\t'))),
            ("resident_id|birth_year\n", Some((0, b'|'))),
            ("sep=|\nresident_id|birth_year\n", Some((1, b'|'))),
            ("\n\nresident_id;birth_year\n", Some((2, b';'))),
            ("Residents of the county, 2025, all\n\nresident_id;birth_year\n1;2\n", Some((2, b';'))),
            ("Tunnus;\"Nimi, virallinen, pitkä\";Taso\n", Some((0, b';'))),
            ("birth_year,a;b;c;d\n", Some((0, b','))),
            ("resident_id\n1001\n", Some((0, b','))),
            ("shoe,size\nresident_id,43\n", Some((0, b','))),
            ("\"resident_id\" ; \"birth\u{200b}_year\"\n", Some((0, b';'))),
            ("\n \n", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let lines: Vec<Vec<u8>> = text.split_inclusive('\n').map(|line| line.as_bytes().to_vec()).collect();
            let found = find_header(&lines, 0, None, &asked).map(|found| (found.line, found.separator));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
