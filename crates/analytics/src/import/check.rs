//! The check of one row: types, required columns, codes, the order of times, references.

mod known;
mod values;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use facts::{Column, NoId, Row, Table, Type, Value};
use jiff::tz::TimeZone;

use super::Mapping;
use super::directory::Directory;
use super::fault::Fault;
use super::read::{About, Record};
use super::reasons::Refused;
use crate::error::{Error, Result};
use crate::lake::Snapshot;
use known::Known;
use values::{Formats, year_of};

pub use known::known_ids;

/// Checks rows of one file for one table.
pub struct Check {
    table: &'static Table,
    sources: Vec<Source>,
    recorded_at: Option<usize>,
    /// Names of the fields of every row.
    header: Vec<String>,
    /// Fields without a name: nothing may stand in them.
    unnamed: Vec<usize>,
    formats: Formats,
    directory: Directory,
    known: Known,
    orders: Vec<(usize, usize)>,
    /// Residents who were erased here, and how a row tells that it is of one; none where nobody was.
    erased: Option<(HashSet<i64>, Owner)>,
    now: i64,
    pub ambiguous_times: u64,
    /// By column, how often a word for nothing was taken as no value.
    pub emptied: BTreeMap<&'static str, u64>,
}

/// Where a column's text comes from.
struct Source {
    column: &'static Column,
    spelling: Spelling,
    field: Option<usize>,
    constant: Option<String>,
    cut: Option<usize>,
    prefix: Option<String>,
    values: Option<BTreeMap<String, String>>,
    /// Euro for one unit, of a decimal amount.
    rate: Option<f64>,
}

/// How the one spelling of a column's text is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// An id that is stored, or refers to one that is.
    Id,
    /// An id of which only the pseudonym is stored.
    Resident,
    /// Values that are compared with others, or counted by.
    Label,
    /// Free text, numbers and times.
    Text,
}

/// Columns of texts that hold ids of other rows, beside those that are named for it.
const REFERENCES: [&str; 4] = ["duplicate_of", "part_of", "met_by", "fallback"];

impl Spelling {
    fn of(table: &Table, column: &Column) -> Spelling {
        match column.ty {
            Type::Resident => Spelling::Resident,
            Type::Unit | Type::Professional => Spelling::Id,
            Type::Text
                if table.key.contains(&column.name)
                    || column.name.ends_with("_id")
                    || REFERENCES.contains(&column.name) =>
            {
                Spelling::Id
            }
            Type::Label | Type::Code(_) => Spelling::Label,
            _ => Spelling::Text,
        }
    }
}

impl Check {
    pub fn new(
        table: &'static Table,
        mapping: &Mapping,
        about: &About,
        directory: Directory,
        snapshot: &Snapshot,
        now: i64,
    ) -> Result<Check> {
        if let Some(given) = &mapping.table
            && given != table.name
        {
            return Err(Error::new(format!("the mapping is for {given}, not for {}", table.name)));
        }
        mapping.check(table)?;
        check_header(table, mapping, about)?;
        let find = |name: &str| about.header.iter().position(|known| *known == facts::normal(name));
        let zone = mapping.zone.as_deref().unwrap_or("Europe/Helsinki");
        let zone = TimeZone::get(zone).map_err(|error| Error::new(format!("no zone is called {zone}: {error}")))?;
        Ok(Check {
            table,
            sources: table.columns.iter().map(|column| Source::of(table, column, mapping, &find)).collect(),
            header: about.header.clone(),
            unnamed: (0..about.header.len()).filter(|at| about.header[*at].is_empty()).collect(),
            recorded_at: find(mapping.columns.get("recorded_at").map_or("recorded_at", String::as_str)),
            formats: Formats::of(mapping, zone, now),
            directory,
            known: Known::load(table, snapshot)?,
            orders: table.orders(),
            erased: Some(snapshot.manifest.erased())
                .filter(|erased| !erased.is_empty())
                .and_then(|erased| Some((erased, Owner::of(table, mapping, about)?))),
            now,
            ambiguous_times: 0,
            emptied: BTreeMap::new(),
        })
    }

    /// Gives the values of a row, and when it was recorded, to the function that takes them; or every reason why it is
    /// refused.
    pub fn row(
        &mut self,
        record: &Record,
        take: impl FnOnce(&[Value<'_>], i64),
    ) -> std::result::Result<(), Vec<Refused>> {
        if let Some((erased, owner)) = &self.erased
            && owner.whose(record, &mut self.directory).is_some_and(|resident| erased.contains(&resident))
        {
            // Nothing else is said of the row, and nothing of it is kept.
            return Err(vec![Refused::plain(owner.column.column.name, Fault::Erased)]);
        }
        if record.fields.len() != self.header.len() {
            let what = Fault::Fields { row: record.fields.len(), header: self.header.len() };
            // Of a row that is too short, the column where it ends.
            let ends = self.header.get(record.fields.len()).cloned();
            return Err(vec![Refused::plain(ends.map_or(self.table.key[0].into(), Cow::Owned), what)]);
        }
        let mut refused = Vec::new();
        if self.unnamed.iter().any(|field| !record.fields[*field].trim_ascii().is_empty()) {
            refused.push(Refused::plain(self.table.key[0], Fault::Unnamed));
        }
        let Check { table, sources, formats, directory, known, orders, .. } = self;
        let mut texts: Vec<Option<Cow<'_, str>>> = Vec::with_capacity(sources.len());
        for source in sources.iter() {
            let text = source.text(record, formats, known).and_then(|text| {
                let (text, emptied) = text;
                if emptied {
                    *self.emptied.entry(source.column.name).or_default() += 1;
                }
                match text {
                    None if !source.column.optional && emptied => Err(Fault::Nothing),
                    None if !source.column.optional => Err(Fault::Empty),
                    text => Ok(text),
                }
            });
            texts.push(text.unwrap_or_else(|what| {
                refused.push(Refused { column: source.column.name.into(), what, value: source.shown(record) });
                None
            }));
        }
        let mut values = Vec::with_capacity(sources.len());
        for (source, text) in sources.iter().zip(&texts) {
            let Some(text) = text.as_deref() else {
                values.push(Value::Null);
                continue;
            };
            let read = formats.value(source.column.ty, source.rate, text, directory, &mut self.ambiguous_times);
            let read = read.and_then(|value| known.check(table, source.column.ty, value).map(|()| value));
            values.push(read.unwrap_or_else(|what| {
                let value = (source.spelling != Spelling::Resident).then(|| shortened(text));
                refused.push(Refused { column: source.column.name.into(), what, value });
                Value::Null
            }));
        }
        for (first, second) in orders.iter() {
            if let (Value::Int(before), Value::Int(after)) = (values[*first], values[*second])
                && before > after
                && !refused.iter().any(|it| it.column == sources[*second].column.name)
            {
                let (first, column) = (sources[*first].column.name, sources[*second].column.name);
                refused.push(Refused::plain(column, Fault::Before(first)));
            }
        }
        refused.extend(out_of_range(table, &values, formats));
        default_identified(table, sources, &mut values);
        let recorded = self.recorded_at.and_then(|field| record.fields.get(field)).filter(|text| !text.is_empty());
        let recorded_at = match recorded.map(|text| std::str::from_utf8(text).unwrap_or_default()) {
            None => Ok(self.now),
            Some(text) => formats.instant(text.trim(), &mut self.ambiguous_times),
        };
        match recorded_at {
            Err(what) => refused.push(Refused::plain("recorded_at", what)),
            Ok(at) if at > self.now => refused.push(Refused::plain("recorded_at", Fault::ToCome)),
            Ok(at) if refused.is_empty() => {
                known.learn(table, &values);
                take(&values, at);
            }
            Ok(_) => {}
        }
        if refused.is_empty() { Ok(()) } else { Err(refused) }
    }
}

/// Finds whose row a record is, as an import would.
pub struct Owner {
    column: Source,
    formats: Formats,
    known: Known,
}

impl Owner {
    /// None for a table without residents.
    pub fn of(table: &'static Table, mapping: &Mapping, about: &About) -> Option<Owner> {
        let column = table.columns.iter().find(|column| matches!(column.ty, Type::Resident))?;
        let find = |name: &str| about.header.iter().position(|known| *known == facts::normal(name));
        let (formats, known) = (Formats::of(mapping, TimeZone::UTC, 0), Known::default());
        Some(Owner { column: Source::of(table, column, mapping, &find), formats, known })
    }

    /// The number of the resident whose row it is; none where the row names nobody, or nobody as an id is written.
    pub fn whose(&self, record: &Record, directory: &mut Directory) -> Option<i64> {
        let is_there = self.column.field.is_none_or(|field| field < record.fields.len());
        let (text, _) = is_there.then(|| self.column.text(record, &self.formats, &self.known).ok())??;
        text.map(|text| directory.resident(text.as_bytes()))
    }
}

/// Columns of a table whose values lie between two others; a year of birth also not after this year.
const RANGES: [(&str, &str, i64, i64); 3] =
    [("residents", "birth_year", 1890, i64::MAX), ("surveys", "nps", 0, 10), ("surveys", "rating", 1, 5)];

/// A mistyped year of birth would put a person into an age group, an eleven would count as a promoter, and who dies before
/// birth or in a year to come would never be counted.
fn out_of_range(table: &Table, values: &[Value<'_>], formats: &Formats) -> Vec<Refused> {
    let int = |column: &str| match table.position(column).map(|at| values[at]) {
        Some(Value::Int(value)) => Some(value),
        _ => None,
    };
    let mut refused = Vec::new();
    for (_, column, least, most) in RANGES.into_iter().filter(|range| range.0 == table.name) {
        let most = if most == i64::MAX { formats.this_year } else { most };
        if int(column).is_some_and(|value| !(least..=most).contains(&value)) {
            refused.push(Refused::plain(column, Fault::Range(least, most)));
        }
    }
    if let Some(died) = int("died_on").filter(|_| table.name == facts::Resident::TABLE.name) {
        let born = int("birth_year");
        if died > formats.today {
            refused.push(Refused::plain("died_on", Fault::ToCome));
        } else if born.zip(year_of(died)).is_some_and(|(born, died)| died < born) {
            refused.push(Refused::plain("died_on", Fault::Before("birth_year")));
        }
    }
    refused
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

/// Everything that is wrong with a header, at once: what it has twice, what it lacks, what nobody asks for.
fn check_header(table: &'static Table, mapping: &Mapping, about: &About) -> Result<()> {
    let names = &about.names;
    let is_there = |name: &str| names.iter().any(|known| *known == facts::normal(name));
    let mut wrong = Vec::new();
    let twice = names.iter().enumerate().filter(|(at, name)| !name.is_empty() && names[..*at].contains(name));
    let twice: Vec<&str> = twice.map(|(_, name)| name.as_str()).collect();
    if !twice.is_empty() {
        wrong.push(format!("the header has {} twice", twice.join(", ")));
    }
    let mapped: Vec<&str> = mapping.columns.values().map(String::as_str).filter(|name| !is_there(name)).collect();
    if !mapped.is_empty() {
        wrong.push(format!("the file has no column {}", mapped.join(", ")));
    }
    let is_given = |column: &Column| {
        let is_mapped = mapping.columns.contains_key(column.name) || mapping.constants.contains_key(column.name);
        is_mapped || (mapping.columns.is_empty() && is_there(column.name))
    };
    let needs = table.columns.iter().filter(|it| it.default.is_none() && !it.optional && !is_given(it));
    let needs: Vec<&str> = needs.map(|column| column.name).collect();
    if !needs.is_empty() {
        let columns = if needs.len() == 1 { "column" } else { "columns" };
        wrong.push(format!("{} needs the {columns} {}", table.name, needs.join(", ")));
    }
    let is_known = |name: &str| table.column(name).is_some() || name == "recorded_at" || name.starts_with('_');
    let unknown = names.iter().filter(|name| mapping.columns.is_empty() && !name.is_empty() && !is_known(name));
    let unknown: Vec<String> = unknown.map(|name| shortened(name)).collect();
    if !unknown.is_empty() {
        wrong.push(format!("{} has no column {}", table.name, unknown.join(", ")));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| shortened(name)).collect();
    let more = if names.len() > MOST_NAMES { ", …" } else { "" };
    Err(Error::new(format!(
        "{}; read as {} its columns are {}{more}",
        wrong.join("; "),
        about.read_as,
        shown.join(", ")
    ))
    .remedy(format!(
        "rename or add them, or give a mapping with --map; `luotsi facts show {}` lists the columns of the table",
        table.name
    )))
}

/// Columns of a header that a message names.
const MOST_NAMES: usize = 20;

impl Source {
    fn of(
        table: &'static Table,
        column: &'static Column,
        mapping: &Mapping,
        find: &dyn Fn(&str) -> Option<usize>,
    ) -> Source {
        let field = match mapping.columns.get(column.name) {
            Some(name) => find(name),
            None if mapping.columns.is_empty() => find(column.name),
            None => None,
        };
        let values = mapping.values.get(column.name).map(|values| {
            values.iter().map(|(theirs, ours)| (facts::label(theirs).into_owned(), ours.clone())).collect()
        });
        Source {
            column,
            spelling: Spelling::of(table, column),
            field,
            constant: mapping.constants.get(column.name).cloned(),
            cut: mapping.cut.get(column.name).copied(),
            prefix: mapping.prefixes.get(column.name).cloned(),
            values,
            rate: mapping.money.get(column.name).map(|money| money.rate),
        }
    }

    /// The text of the column in a row in its one spelling, or `None` where there is no value; and whether a word for
    /// nothing stood there.
    fn text<'a>(
        &'a self,
        record: &'a Record,
        formats: &Formats,
        known: &Known,
    ) -> std::result::Result<(Option<Cow<'a, str>>, bool), Fault> {
        let own = match self.field {
            Some(field) => std::str::from_utf8(&record.fields[field]).map_err(|_| Fault::NotUtf8)?,
            None => self.constant.as_deref().unwrap_or(""),
        };
        if own.as_bytes().contains(&0) {
            return Err(Fault::Nul);
        }
        let is_id = matches!(self.spelling, Spelling::Id | Spelling::Resident);
        if is_id && own.len() > 15 && facts::has_lost_digits(own) {
            return Err(Fault::Id(NoId::LostDigits));
        }
        let mut text = if self.spelling == Spelling::Text { facts::normal(own) } else { facts::label(own) };
        if let Some((end, _)) = self.cut.and_then(|cut| text.char_indices().nth(cut)) {
            text = match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
                Cow::Owned(text) => Cow::Owned(text[..end].to_string()),
            };
        }
        let mapped = self.values.as_ref().and_then(|values| values.get(facts::label(&text).as_ref()));
        let emptied = mapped.is_none() && formats.is_nothing(&text);
        if emptied {
            text = Cow::Borrowed("");
        }
        if let Some(values) = self.values.as_ref().filter(|_| !text.is_empty()) {
            match mapped.or_else(|| values.get(OTHERS)).map(String::as_str) {
                None => return Err(Fault::Unmapped),
                Some(OTHERS) => {}
                Some(ours) => text = Cow::Borrowed(ours),
            }
        }
        if text.is_empty() {
            let default = self.column.default.filter(|default| !(default.is_empty() && self.column.optional));
            return Ok((default.map(Cow::Borrowed), emptied));
        }
        if !self.is_stored(&text, known) {
            self.check_id(&text)?;
        }
        if let Some(prefix) = &self.prefix {
            text = Cow::Owned(format!("{prefix}{text}"));
            self.check_id(&text)?;
        }
        Ok((Some(text), emptied))
    }

    /// A stored id has been checked.
    fn is_stored(&self, id: &str, known: &Known) -> bool {
        match self.column.ty {
            Type::Unit => known.units.contains(id),
            Type::Professional => known.professionals.contains(id),
            _ => false,
        }
    }

    fn check_id(&self, text: &str) -> std::result::Result<(), Fault> {
        let id = match self.spelling {
            Spelling::Id => facts::id(text),
            Spelling::Resident => facts::source_id(text),
            Spelling::Label | Spelling::Text => return Ok(()),
        };
        id.map(drop).map_err(Fault::Id)
    }

    /// The text in a row, to be named in a reason: none of residents, and none where the value is no text.
    fn shown(&self, record: &Record) -> Option<String> {
        let field = self.field.filter(|_| self.spelling != Spelling::Resident)?;
        let text = std::str::from_utf8(&record.fields[field]).ok()?.trim();
        (!text.is_empty()).then(|| shortened(text))
    }
}

/// In `[values.x]`: what is named for no other value; as our value: as it is.
const OTHERS: &str = "*";

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
