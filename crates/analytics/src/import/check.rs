//! The check of one row: types, required columns, codes, the order of times, references.

use std::borrow::Cow;
use std::rc::Rc;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::HashSet;
use facts::{Column, Row, Table, Type, Value};
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use operations::calendar::Calendar;

use super::Mapping;
use super::directory::Directory;
use super::read::Record;
use crate::error::{Error, Result};
use crate::lake::{Snapshot, read_file};

/// Bytes in a business key.
const KEY_LIMIT: usize = 64;

/// Why a row was refused.
#[derive(Debug, PartialEq)]
pub struct Refused {
    pub column: &'static str,
    pub reason: String,
}

/// Checks rows of one file for one table.
pub struct Check {
    table: &'static Table,
    sources: Vec<Source>,
    recorded_at: Option<usize>,
    /// Fields of the header, and so of every row.
    fields: usize,
    zone: TimeZone,
    time_format: Option<String>,
    day_format: Option<String>,
    decimal_comma: bool,
    directory: Directory,
    known: Known,
    orders: Vec<(usize, usize)>,
    pub ambiguous_times: u64,
}

/// Where a column's text comes from.
struct Source {
    column: &'static Column,
    field: Option<usize>,
    constant: Option<String>,
    cut: Option<usize>,
    prefix: Option<String>,
    values: Option<Rc<std::collections::BTreeMap<String, String>>>,
    /// Euro for one unit, of a decimal amount.
    rate: Option<f64>,
    key: bool,
}

/// Ids that rows may refer to.
struct Known {
    units: HashSet<String>,
    professionals: HashSet<String>,
    residents: HashSet<i64>,
}

impl Check {
    pub fn new(
        table: &'static Table,
        mapping: &Mapping,
        header: &[String],
        directory: Directory,
        snapshot: &Snapshot,
    ) -> Result<Check> {
        if let Some(given) = &mapping.table
            && given != table.name
        {
            return Err(Error::new(format!("the mapping is for {given}, not for {}", table.name)));
        }
        mapping.check(table)?;
        let find = |name: &str| header.iter().position(|known| known == name);
        if let Some(twice) = header.iter().enumerate().find(|(at, name)| !name.is_empty() && find(name) != Some(*at)) {
            return Err(Error::new(format!("the header has {} twice", twice.1)).remedy("rename one of the two columns"));
        }
        let sources = table.columns.iter().map(|column| Source::of(table, column, mapping, &find));
        let sources = sources.collect::<Result<Vec<_>>>()?;
        if mapping.columns.is_empty() {
            refuse_unknown_columns(table, header)?;
        }
        let zone = mapping.zone.as_deref().unwrap_or("Europe/Helsinki");
        Ok(Check {
            table,
            sources,
            fields: header.len(),
            recorded_at: match mapping.columns.get("recorded_at") {
                Some(name) => Some(find(name).ok_or_else(|| Error::new(format!("the file has no column {name}")))?),
                None => find("recorded_at"),
            },
            zone: TimeZone::get(zone).map_err(|error| Error::new(format!("no zone is called {zone}: {error}")))?,
            time_format: mapping.time_format.clone(),
            day_format: mapping.day_format.clone(),
            decimal_comma: mapping.decimal_comma,
            directory,
            known: Known::load(table, snapshot)?,
            orders: table.orders(),
            ambiguous_times: 0,
        })
    }

    /// Gives the values of a row, and when it was recorded, to who takes them; or why it is refused.
    pub fn row(
        &mut self,
        record: &Record,
        now: i64,
        take: impl FnOnce(&[Value<'_>], i64),
    ) -> std::result::Result<(), Refused> {
        let Check { table, sources, zone, directory, known, orders, .. } = self;
        let formats = Formats {
            zone,
            time: self.time_format.as_deref(),
            day: self.day_format.as_deref(),
            comma: self.decimal_comma,
        };
        if record.fields.len() != self.fields {
            let reason = format!("the row has {} fields, the header {}", record.fields.len(), self.fields);
            return Err(Refused { column: table.key[0], reason });
        }
        // Texts that are made live as long as the row; nearly every mapping makes none.
        let made: Vec<Option<String>> = sources.iter().filter_map(|source| source.prefixed(record)).collect();
        let mut made = made.iter();
        let mut values = Vec::with_capacity(sources.len());
        for source in sources.iter() {
            let refuse = |reason: String| Refused { column: source.column.name, reason };
            let own = source.text(record).map_err(refuse)?;
            let made = source.prefix.as_ref().and_then(|_| made.next()?.as_deref());
            let value = match own.map(|own| made.unwrap_or(own)) {
                None if source.column.optional => Value::Null,
                None => return Err(refuse("is empty".into())),
                Some(text) => {
                    let read = read_value(source, text, &formats, directory, &mut self.ambiguous_times);
                    let value = read.map_err(refuse)?;
                    known.check(table, source, value).map_err(refuse)?;
                    value
                }
            };
            values.push(value);
        }
        for (first, second) in orders.iter() {
            if let (Value::Int(before), Value::Int(after)) = (values[*first], values[*second])
                && before > after
            {
                let (first, column) = (sources[*first].column.name, sources[*second].column.name);
                return Err(Refused { column, reason: format!("is before {first}") });
            }
        }
        in_range(table, &values, now)?;
        default_identified(table, sources, &mut values);
        known.learn(table, &values);
        let recorded = self.recorded_at.and_then(|field| record.fields.get(field)).filter(|text| !text.is_empty());
        let recorded_at = match recorded.map(|text| std::str::from_utf8(text).map_err(|_| ())) {
            None => now,
            Some(text) => text
                .and_then(|text| formats.instant(text, &mut self.ambiguous_times).map_err(|_| ()))
                .map_err(|()| Refused { column: "recorded_at", reason: "is not a time".into() })?,
        };
        if recorded_at > now {
            return Err(Refused { column: "recorded_at", reason: "is still to come".into() });
        }
        take(&values, recorded_at);
        Ok(())
    }
}

/// Columns of a table whose values lie between two others; a year of birth also not after this year.
const RANGES: [(&str, &str, i64, i64); 3] =
    [("residents", "birth_year", 1890, i64::MAX), ("surveys", "nps", 0, 10), ("surveys", "rating", 1, 5)];

/// A mistyped year of birth would put a person into an age group, and an eleven would count as a promoter.
fn in_range(table: &Table, values: &[Value<'_>], now: i64) -> std::result::Result<(), Refused> {
    for (_, column, least, most) in RANGES.into_iter().filter(|range| range.0 == table.name) {
        let Some(Value::Int(value)) = table.position(column).map(|at| values[at]) else { continue };
        let this_year = || Calendar::shipped().local_date(now).map_or(i64::MAX, |today| i64::from(today.year()));
        let most = if most == i64::MAX { this_year() } else { most };
        if !(least..=most).contains(&value) {
            return Err(Refused { column, reason: format!("is not between {least} and {most}") });
        }
    }
    Ok(())
}

/// Whether a contact's person is identified is, unless told, whether the resident is known.
fn default_identified(table: &Table, sources: &[Source], values: &mut [Value<'_>]) {
    if table.name == facts::Contact::TABLE.name
        && let (Some(identified), Some(resident)) = (table.position("identified"), table.position("resident_id"))
        && sources[identified].field.is_none()
        && sources[identified].constant.is_none()
    {
        values[identified] = Value::Bool(values[resident] != Value::Null);
    }
}

fn refuse_unknown_columns(table: &Table, header: &[String]) -> Result<()> {
    let known = |name: &str| table.column(name).is_some() || name == "recorded_at" || name.starts_with('_');
    match header.iter().find(|name| !known(name)) {
        None => Ok(()),
        Some(name) => Err(Error::new(format!("{} has no column {name}", table.name)).remedy(format!(
            "rename it, or give a mapping with --map; `luotsi facts show {}` lists the columns",
            table.name
        ))),
    }
}

impl Source {
    fn of(
        table: &'static Table,
        column: &'static Column,
        mapping: &Mapping,
        find: &dyn Fn(&str) -> Option<usize>,
    ) -> Result<Source> {
        let mapped = mapping.columns.get(column.name);
        let field = match mapped {
            Some(name) => Some(find(name).ok_or_else(|| Error::new(format!("the file has no column {name}")))?),
            None if mapping.columns.is_empty() => find(column.name),
            None => None,
        };
        let constant = mapping.constants.get(column.name).cloned();
        let source = Source {
            column,
            field,
            constant,
            cut: mapping.cut.get(column.name).copied(),
            prefix: mapping.prefixes.get(column.name).cloned(),
            values: mapping.values.get(column.name).cloned().map(Rc::new),
            rate: mapping.money.get(column.name).map(|money| money.rate),
            key: table.key.contains(&column.name),
        };
        if source.field.is_none() && source.constant.is_none() && column.default.is_none() && !column.optional {
            return Err(Error::new(format!("{} needs the column {}", table.name, column.name))
                .remedy("add it to the file, or to [columns] or [constants] of a mapping"));
        }
        Ok(source)
    }

    /// What stands in the column in a row, cut and mapped; empty: nothing.
    fn own<'a>(&'a self, record: &'a Record) -> std::result::Result<&'a str, String> {
        let own = match self.field {
            Some(field) => match record.fields.get(field) {
                Some(text) => {
                    std::str::from_utf8(text).map_err(|_| "is not UTF-8; give --encoding".to_string())?.trim()
                }
                None => return Err(format!("is missing: the row has {} fields", record.fields.len())),
            },
            None => self.constant.as_deref().unwrap_or(""),
        };
        if own.as_bytes().contains(&0) {
            return Err("has a character that stands in no text (NUL)".into());
        }
        let end = self.cut.and_then(|cut| own.char_indices().nth(cut)).map_or(own.len(), |(end, _)| end);
        let own = &own[..end];
        match &self.values {
            Some(values) if !own.is_empty() => {
                let mapped = values.get(own).or_else(|| values.get("*"));
                mapped.map(String::as_str).ok_or_else(|| format!("the mapping knows no value '{own}'"))
            }
            _ => Ok(own),
        }
    }

    /// The text of the column in a row, but for its prefix; `None` when there is no value.
    fn text<'a>(&'a self, record: &'a Record) -> std::result::Result<Option<&'a str>, String> {
        let text = self.own(record)?;
        if !text.is_empty() {
            return Ok(Some(text));
        }
        let default = self.column.default;
        let empty = || (default == Some("") && !self.column.optional).then_some("");
        Ok(default.filter(|default| !default.is_empty()).or_else(empty))
    }

    /// The text with its prefix, where the column has one, if there is a value.
    fn prefixed(&self, record: &Record) -> Option<Option<String>> {
        let prefix = self.prefix.as_ref()?;
        let own = self.own(record).ok().filter(|own| !own.is_empty());
        Some(own.map(|own| format!("{prefix}{own}")))
    }
}

/// How numbers and times are written.
struct Formats<'a> {
    zone: &'a TimeZone,
    time: Option<&'a str>,
    day: Option<&'a str>,
    comma: bool,
}

fn read_value<'a>(
    source: &Source,
    text: &'a str,
    formats: &Formats<'_>,
    directory: &mut Directory,
    ambiguous: &mut u64,
) -> std::result::Result<Value<'a>, String> {
    let not = |what: &str| format!("'{}' is not {what}", shortened(text));
    match source.column.ty {
        Type::Resident => Ok(Value::Int(directory.resident(text.as_bytes()))),
        // Programs that know no empty number write whole ones as 1980.0.
        Type::Int => {
            let whole = text.split_once('.').filter(|(_, zeros)| zeros.bytes().all(|digit| digit == b'0'));
            let whole = whole.map_or(text, |(whole, _)| whole);
            whole.parse().map(Value::Int).map_err(|_| not("a whole number"))
        }
        Type::Float => formats.number(text).map(Value::Float).ok_or_else(|| not("a number")),
        Type::Cents => match source.rate {
            Some(rate) => formats.number(text).and_then(|amount| cents(amount * rate)).map(Value::Int),
            None => text.parse().ok().map(Value::Int),
        }
        .ok_or_else(|| not("an amount")),
        Type::Bool => match text {
            "true" | "1" | "yes" | "t" => Ok(Value::Bool(true)),
            "false" | "0" | "no" | "f" => Ok(Value::Bool(false)),
            _ => Err(not("true or false")),
        },
        Type::Instant => formats.instant(text, ambiguous).map(Value::Int),
        Type::Day => formats.day(text).map(Value::Int).ok_or_else(|| not("a day")),
        Type::Code(list) => match list.find(text) {
            Some(code) => Ok(Value::Text(code.code)),
            None => {
                let codes: Vec<&str> = list.codes.iter().map(|code| code.code).collect();
                Err(format!("'{}' is not one of {}", shortened(text), codes.join(", ")))
            }
        },
        Type::Text | Type::Label | Type::Unit | Type::Professional => {
            if (source.key || !matches!(source.column.ty, Type::Text)) && text.len() > KEY_LIMIT {
                return Err(format!("is longer than {KEY_LIMIT} bytes"));
            }
            Ok(Value::Text(text))
        }
    }
}

fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Cents of an amount in euro, half away from zero; `None` beyond what cents can hold.
fn cents(euro: f64) -> Option<i64> {
    let cents = (euro * 100.0).round();
    (cents.abs() < 9e15).then_some(cents as i64)
}

impl Formats<'_> {
    fn number(&self, text: &str) -> Option<f64> {
        let number: f64 = match self.comma {
            true => text.replace(',', ".").parse().ok()?,
            false => text.parse().ok()?,
        };
        number.is_finite().then_some(number)
    }

    fn day(&self, text: &str) -> Option<i64> {
        let day = match self.day {
            Some(format) => Date::strptime(format, text).ok()?,
            None => iso_day(text.as_bytes().get(..10)?).filter(|_| text.len() == 10 || text.as_bytes()[10] == b'T')?,
        };
        Some(days_of(day))
    }

    fn instant(&self, text: &str, ambiguous: &mut u64) -> std::result::Result<i64, String> {
        let not = || format!("'{}' is not a time", shortened(text));
        let bytes = text.as_bytes();
        if self.time.is_none()
            && bytes.len() >= 20
            && bytes.last() == Some(&b'Z')
            && let Some(micros) = iso_utc(bytes)
        {
            return Ok(micros);
        }
        let local = match self.time {
            Some(format) => {
                let read = jiff::fmt::strtime::parse(format, text).map_err(|_| not())?;
                if read.offset().is_some() {
                    return read.to_timestamp().map(|at| at.as_microsecond()).map_err(|_| not());
                }
                read.to_datetime().map_err(|_| not())?
            }
            None => match text.parse::<jiff::Timestamp>() {
                Ok(instant) => return Ok(instant.as_microsecond()),
                Err(_) => text.parse::<DateTime>().map_err(|_| not())?,
            },
        };
        let zoned = self.zone.to_ambiguous_zoned(local);
        match zoned.offset() {
            AmbiguousOffset::Unambiguous { .. } => {}
            AmbiguousOffset::Fold { .. } => *ambiguous += 1,
            AmbiguousOffset::Gap { .. } => {
                return Err(format!("'{}' does not exist in local time: clocks go forward", shortened(text)));
            }
        }
        zoned.earlier().map(|zoned| zoned.timestamp().as_microsecond()).map_err(|_| not())
    }
}

fn iso_day(text: &[u8]) -> Option<Date> {
    let number = |from: usize, to: usize| {
        text[from..to]
            .iter()
            .try_fold(0i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    if text.len() != 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    Date::new(number(0, 4)?, number(5, 7)? as i8, number(8, 10)? as i8).ok()
}

/// `YYYY-MM-DDTHH:MM:SS[.ffffff]Z` without a detour through a general parser: most instants of most files.
fn iso_utc(text: &[u8]) -> Option<i64> {
    let day = iso_day(text.get(..10)?)?;
    let two = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then_some(i64::from(tens) * 10 + i64::from(ones))
    };
    if !matches!(text[10], b'T' | b' ') || text[13] != b':' || text[16] != b':' {
        return None;
    }
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction = match &text[19..text.len() - 1] {
        [] => 0,
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) => {
            let value = digits.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
            value * 10_i64.pow(6 - digits.len() as u32)
        }
        _ => return None,
    };
    let days = days_of(day);
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + fraction)
}

/// Days since 1970, by the civil-calendar formula of H. Hinnant.
fn days_of(day: Date) -> i64 {
    let year = i32::from(day.year()) - i32::from(day.month() <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = (i32::from(day.month()) + 9) % 12;
    let of_year = (153 * month + 2) / 5 + i32::from(day.day()) - 1;
    i64::from(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

impl Known {
    fn load(table: &Table, snapshot: &Snapshot) -> Result<Known> {
        let needs = |ty: fn(Type) -> bool| table.columns.iter().any(|column| ty(column.ty));
        let texts = |of: &'static Table, wanted: bool| {
            if wanted { known_ids(snapshot, of) } else { Ok(HashSet::new()) }
        };
        let units = table.name == facts::Unit::TABLE.name || needs(|ty| matches!(ty, Type::Unit));
        let mut residents = HashSet::new();
        if needs(|ty| matches!(ty, Type::Resident)) && table.name != facts::Resident::TABLE.name {
            each_id(snapshot, facts::Resident::TABLE, |column| {
                residents.extend(column.as_primitive::<Int64Type>().values().iter().copied());
                Ok(())
            })?;
        }
        Ok(Known {
            units: texts(facts::Unit::TABLE, units)?,
            professionals: texts(facts::Professional::TABLE, needs(|ty| matches!(ty, Type::Professional)))?,
            residents,
        })
    }

    fn check(&self, table: &Table, source: &Source, value: Value<'_>) -> std::result::Result<(), String> {
        let missing = match (source.column.ty, value) {
            (Type::Unit, Value::Text(id)) if !self.units.contains(id) => Some((id, "unit", "units")),
            (Type::Professional, Value::Text(id)) if !self.professionals.contains(id) => {
                Some((id, "professional", "professionals"))
            }
            (Type::Resident, Value::Int(id)) if table.name != "residents" && !self.residents.contains(&id) => {
                return Err("is not a known resident: import residents first".into());
            }
            _ => None,
        };
        match missing {
            None => Ok(()),
            Some((id, what, of)) if of == table.name => Err(format!("no {what} '{id}' above: put it before this row")),
            Some((id, what, of)) => Err(format!("no {what} '{id}': import {of} first")),
        }
    }

    /// Rows of `units` may refer to units that stand before them in the same file.
    fn learn(&mut self, table: &Table, values: &[Value<'_>]) {
        if table.name == facts::Unit::TABLE.name
            && let Some(Value::Text(id)) = values.first()
            && !self.units.contains(*id)
        {
            self.units.insert((*id).to_string());
        }
    }
}

/// The ids in the first key column of a table.
pub fn known_ids(snapshot: &Snapshot, table: &'static Table) -> Result<HashSet<String>> {
    let mut ids = HashSet::new();
    each_id(snapshot, table, |column| {
        let texts = cast(column, &DataType::Utf8)?;
        ids.extend(texts.as_string::<i32>().iter().flatten().map(String::from));
        Ok(())
    })?;
    Ok(ids)
}

fn each_id(snapshot: &Snapshot, table: &'static Table, mut each: impl FnMut(&dyn Array) -> Result<()>) -> Result<()> {
    for files in snapshot.table(table).into_iter().flat_map(|files| files.partitions.values()) {
        for file in files.base.iter().chain(&files.deltas) {
            for batch in read_file(&snapshot.folder, file)? {
                each(batch?[table.key[0]].as_ref())?;
            }
        }
    }
    Ok(())
}
