//! The head of a measure file.

use facts::Names;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::grouping::{COLUMNS, JOINED};
use crate::error::{Error, Result};

/// The figure that a measure makes of its cases.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Cases.
    Count,
    /// Distinct people, at each level.
    Persons,
    /// Cases open at the period's end: from `at` until `until`.
    Stock,
    /// Of the cases open at the period's end the longest time since `at`, in local days.
    Longest,
    /// Share of cases with `hit`.
    Share,
    Mean,
    /// Σ `value`: amounts that somebody enters, pays or reports. Of no case there is no value, for nobody said that it is nought.
    Sum,
    /// Median of `value`, exact, or at the resolution that the head names.
    Median,
    /// Tenths and quarters of `value`: [`QUANTILES`], each with its interval.
    Quantiles,
    /// The largest `value`.
    Most,
    /// How far places lie apart: the 90th by the 10th percentile of the mean `value` of each `place`, every place weighed by
    /// its cases.
    Spread,
    /// Σ numerator / Σ denominator.
    Ratio,
    /// Events per exposure: Σ `events` / Σ `exposure`; each row brings both, and the events are its cases.
    Rate,
    /// Net promoter score of `score` 0–10.
    Nps,
    /// Distribution over `class`.
    Classes,
}

/// The quantiles of a measure of quantiles, by the names under which they are shown.
pub const QUANTILES: [(&str, f64); 5] = [("p10", 0.1), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p90", 0.9)];

/// In which direction values are good.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    Higher,
    Lower,
    Neither,
}

/// One measure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    #[serde(default)]
    pub id: String,
    pub name: Names,
    /// The cases that are counted and those that are left out, in plain words.
    pub about: Names,
    pub kind: Kind,
    /// Unit of the value: share, index, days, minutes, points, contacts, …
    pub unit: String,
    pub better: Better,
    /// Months of a rolling window that ends at each period's end.
    #[serde(default)]
    pub window_months: Option<u32>,
    /// Paper, act, standard, or the county's own definition.
    pub source: String,
    /// Rises when the definition changes; two versions are never one line on a chart.
    #[serde(default = "one")]
    pub version: u32,
    /// Column of the case query, true or false, where the query has rows that are no cases of this measure (the initial
    /// population of a FHIR measure): a row for which it is not true is in no figure, not even as one without a value.
    #[serde(default)]
    pub population: Option<String>,
    /// Columns of the case query that the kind reads, when not called as the kind calls them.
    #[serde(default)]
    pub value: Option<String>,
    #[serde(default)]
    pub hit: Option<String>,
    #[serde(default)]
    pub numerator: Option<String>,
    #[serde(default)]
    pub denominator: Option<String>,
    /// Step to which values of a median, of quantiles and the largest are rounded, in the measure's unit; without one they are exact.
    #[serde(default)]
    pub resolution: Option<f64>,
    /// Being a hit, or not, tells something of a person: both are kept above the threshold, too.
    #[serde(default)]
    pub sensitive: bool,
    /// Its cases are of no people: amounts that somebody enters, pays or publishes, days on which a place is open. They tell
    /// nothing of anybody, and nothing of it is hidden. Its rows are of a table without residents.
    #[serde(default)]
    pub impersonal: bool,
    /// The measure whose cases these are a part of: what is published of both tells no small rest of the whole.
    #[serde(default)]
    pub part_of: Option<String>,
    /// Which of its cases are that part, when not all of them.
    #[serde(default)]
    pub part: Which,
    /// One further dimension at a time that may be published beside unit and period.
    #[serde(default)]
    pub published: Vec<String>,
}

/// Which cases of a share.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    #[default]
    Cases,
    Hits,
    Misses,
}

fn one() -> u32 {
    1
}

impl Kind {
    /// Whether no case is a value as well as any other: none came, nobody waits.
    pub(super) fn counts(self) -> bool {
        matches!(self, Kind::Count | Kind::Persons | Kind::Stock)
    }
}

impl Definition {
    /// Columns that the case query must have for this measure, beside `case_id, resident_id, unit_id, at`.
    pub fn columns(&self) -> Vec<&str> {
        self.usual_columns().map(|(column, _)| column).collect()
    }

    /// Whether its cases in several units are the sum of those in each, and those of a month its own.
    pub(super) fn adds_up(&self) -> bool {
        self.kind != Kind::Persons
    }

    /// The dimension by which the kind tells its figures of one cell apart.
    pub fn parts(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Classes => Some("class"),
            Kind::Quantiles => Some("quantile"),
            _ => None,
        }
    }

    /// A value at the head's resolution.
    pub(super) fn rounded(&self, value: f64) -> f64 {
        let Some(step) = self.resolution else { return value };
        let (steps, in_one) = ((value / step).round(), (1.0 / step).round());
        // Tenths are divided by ten: 3 × 0.1 is not 0.3.
        if step < 1.0 && (1.0 / step - in_one).abs() < 1e-9 { steps / in_one } else { steps * step }
    }

    /// The same, each with the name that it has for the kind.
    pub(super) fn usual_columns(&self) -> impl Iterator<Item = (&str, &'static str)> {
        fn or<'a>(named: &'a Option<String>, usual: &'static str) -> Option<(&'a str, &'static str)> {
            Some((named.as_deref().unwrap_or(usual), usual))
        }
        let columns = match self.kind {
            Kind::Count | Kind::Persons => [None, None],
            Kind::Stock | Kind::Longest => [Some(("until", "until")), None],
            Kind::Share => [or(&self.hit, "hit"), None],
            Kind::Mean | Kind::Sum | Kind::Median | Kind::Quantiles | Kind::Most => [or(&self.value, "value"), None],
            Kind::Rate => [or(&self.numerator, "events"), or(&self.denominator, "exposure")],
            Kind::Ratio => [or(&self.numerator, "numerator"), or(&self.denominator, "denominator")],
            Kind::Spread => [or(&self.value, "value"), Some(("place", "place"))],
            Kind::Nps => [or(&self.value, "score"), None],
            Kind::Classes => [or(&self.value, "class"), None],
        };
        columns.into_iter().flatten()
    }
}

/// A measure file: one case query and the measures over its rows.
#[derive(Debug, Clone)]
pub struct MeasureFile {
    pub path: String,
    pub measures: Vec<Definition>,
    pub sql: String,
    /// Lines of the head, to place errors of the query in the file.
    pub head_lines: usize,
    /// SHA-256 of the whole file.
    pub digest: String,
}

impl MeasureFile {
    /// Reads a file: lines that begin with `---` are the head, in TOML; the rest is the query.
    ///
    /// A head with `id` is one measure. Otherwise each table `[group.name]` is one, and what stands before the first
    /// table holds for all.
    pub fn parse(path: &str, text: &str) -> Result<MeasureFile> {
        let head = Head::of(path, text);
        let head_lines = head.lines.len();
        let sql: String = text.lines().skip(head_lines).map(|line| format!("{line}\n")).collect();
        if head_lines == 0 || sql.trim().is_empty() {
            return Err(Error::new("a measure file has a head of lines that begin with --- and a query")
                .at(format!("{path}:{}:1", head_lines + 1)));
        }
        let measures = head.measures()?;
        let digest = crate::layout::hex(&<sha2::Sha256 as sha2::Digest>::digest(text));
        let file = MeasureFile { path: path.into(), measures, sql, head_lines, digest };
        let is_of_people = file.rows_of().is_none_or(|table| table.column("resident_id").is_some());
        match file.measures.iter().find(|measure| measure.impersonal && is_of_people) {
            Some(measure) => Err(Error::new(format!("{} is `impersonal`, and its rows are of residents", measure.id))
                .at(format!("{path}:{}:1", head_lines + 1))),
            None => Ok(file),
        }
    }

    /// Whether a word of the query is `name`; SQL does not tell small letters from large.
    pub(crate) fn names(&self, name: &str) -> bool {
        let mut words = self.sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.any(|word| word.eq_ignore_ascii_case(name))
    }

    /// Whether the cases come from a fold.
    pub(crate) fn folds(&self) -> bool {
        self.names("continuity")
    }

    /// The table whose rows are the cases: the first that the query reads from.
    pub(crate) fn rows_of(&self) -> Option<&'static facts::Table> {
        if self.folds() {
            return Some(<facts::Encounter as facts::Row>::TABLE);
        }
        let words = self.sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        words.windows(2).filter(|pair| pair[0] == "from").find_map(|pair| facts::Table::named(&pair[1]))
    }

    /// Whether the query chooses rows of a table by its main time, so that rows of later times cannot touch a period.
    pub(crate) fn asks_by_main_time(&self, table: &facts::Table) -> bool {
        // The tree of units is asked for by time, whatever the query.
        self.folds() || table.name == "units" || table.at.is_none_or(|at| self.names(at))
    }

    /// A measure that stands in both files.
    pub(super) fn shared_id<'a>(&self, other: &'a MeasureFile) -> Option<&'a str> {
        let is_mine = |id: &str| self.measures.iter().any(|mine| mine.id == id);
        other.measures.iter().map(|theirs| theirs.id.as_str()).find(|id| is_mine(id))
    }
}

/// Longest rolling window, in months.
const LONGEST_WINDOW: u32 = 120;

/// The head of a measure file: TOML, each line of it behind `---`.
struct Head<'a> {
    path: &'a str,
    /// As they stand in the file.
    lines: Vec<&'a str>,
    toml: String,
}

/// A measure as the head gives it.
struct Part<'a> {
    table: DeTable<'a>,
    /// Where the head begins to speak of it.
    at: usize,
    /// Its name, where the tables around it give it.
    id: Option<String>,
}

impl<'a> Head<'a> {
    fn of(path: &'a str, text: &'a str) -> Head<'a> {
        let lines: Vec<&str> = text.lines().take_while(|line| line.starts_with("---")).collect();
        let toml = lines.iter().flat_map(|line| [line[3..].strip_prefix(' ').unwrap_or(&line[3..]), "\n"]).collect();
        Head { path, lines, toml }
    }

    /// The error at a byte of the TOML, with the place in the file.
    fn error(&self, what: impl std::fmt::Display, at: usize) -> Error {
        let before = &self.toml.as_bytes()[..at.min(self.toml.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        let begins = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let marks = self.lines.get(line).map_or(0, |it| it.len() - it[3..].strip_prefix(' ').unwrap_or(&it[3..]).len());
        let column = marks + String::from_utf8_lossy(&before[begins..]).chars().count() + 1;
        Error::new(what.to_string()).at(format!("{}:{}:{column}", self.path, line + 1))
    }

    fn wrong(&self, error: &toml::de::Error, at: usize) -> Error {
        let at = error.span().map_or(at, |span| span.start);
        self.error(format!("the head is wrong: {}", error.message()), at)
    }

    /// The measures of the head.
    fn measures(&self) -> Result<Vec<Definition>> {
        let root = DeTable::parse(&self.toml).map_err(|error| self.wrong(&error, 0))?.into_inner();
        let parts = match value(&root, "id") {
            Some(_) => vec![Part { table: root, at: 0, id: None }],
            None => self.parts(root)?,
        };
        let mut measures: Vec<Definition> = Vec::new();
        for Part { table, at, id } in parts {
            let whole = Spanned::new(at..at, DeValue::Table(table.clone()));
            let read = Definition::deserialize(ValueDeserializer::from(whole));
            let mut measure = read.map_err(|error| self.wrong(&error, at))?;
            measure.id = id.unwrap_or(measure.id);
            if let Err((key, what)) = check(&measure, measures.first()) {
                let at = value(&table, key).map_or(at, |value| value.span().start);
                return Err(self.error(format!("the head of {} is wrong: {what}", measure.id), at));
            }
            measures.push(measure);
        }
        Ok(measures)
    }

    /// A part for each table `[group.name]`, with what stands before the first table.
    fn parts<'i>(&self, root: DeTable<'i>) -> Result<Vec<Part<'i>>> {
        let (groups, shared): (Vec<_>, Vec<_>) = root.into_iter().partition(|(name, value)| {
            value.get_ref().is_table() && !matches!(name.get_ref().as_ref(), "name" | "about")
        });
        let mut parts = Vec::new();
        for (group, inner) in groups {
            let DeValue::Table(inner) = inner.into_inner() else { continue };
            for (name, own) in inner {
                let (at, id) = (name.span().start, format!("{}.{}", group.get_ref(), name.get_ref()));
                let DeValue::Table(own) = own.into_inner() else {
                    return Err(self.error(format!("the head is wrong: {id} is no table [group.name]"), at));
                };
                let mut table: DeTable<'i> = shared.iter().cloned().collect();
                table.extend(own);
                parts.push(Part { table, at, id: Some(id) });
            }
        }
        match parts.is_empty() {
            true => Err(self.error("the head names no measure: give `id`, or tables [group.name]", 0)),
            false => Ok(parts),
        }
    }
}

fn value<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Option<&'t Spanned<DeValue<'i>>> {
    table.iter().find_map(|(key, value)| (key.get_ref() == name).then_some(value))
}

/// Whether a text can be the id of a measure, which stands in addresses of pages, names of files and cells of tables.
fn is_id(text: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || ".-_".contains(letter);
    (1..=64).contains(&text.chars().count())
        && text.chars().all(fits)
        && text.starts_with(char::is_alphanumeric)
        && !facts::holds_identity_code(text)
}

/// Refuses a head that says what it may not, although each part of it can be read: gives the key that says it, and what
/// is wrong with it.
fn check(measure: &Definition, first: Option<&Definition>) -> std::result::Result<(), (&'static str, String)> {
    if !is_id(&measure.id) {
        let what = "an id has 1 to 64 letters, digits, dots, - and _, begins with a letter or a digit, and holds no \
                    identity code";
        return Err(("id", what.into()));
    }
    let known = |name: &String| JOINED.contains(&name.as_str()) || COLUMNS.contains(&name.as_str());
    if let Some(unknown) = measure.published.iter().find(|name| !known(name)) {
        return Err(("published", format!("`published` names no dimension: {unknown}")));
    }
    let mut once = measure.published.clone();
    once.sort_unstable();
    once.dedup();
    if once.len() < measure.published.len() {
        return Err(("published", "`published` names a dimension twice".into()));
    }
    if measure.window_months.is_some_and(|months| !(1..=LONGEST_WINDOW).contains(&months)) {
        return Err(("window_months", format!("`window_months` is from 1 to {LONGEST_WINDOW}")));
    }
    if measure.sensitive && measure.kind != Kind::Share {
        return Err(("sensitive", "`sensitive` is of a share; classes are always protected".into()));
    }
    if measure.part != Which::Cases && (measure.kind != Kind::Share || measure.part_of.is_none()) {
        return Err(("part", "`part` is of a share that is `part_of` another measure".into()));
    }
    if measure.resolution.is_some_and(|step| step.is_nan() || step <= 0.0) {
        return Err(("resolution", "`resolution` is more than 0".into()));
    }
    if measure.resolution.is_some() && !matches!(measure.kind, Kind::Median | Kind::Quantiles | Kind::Most) {
        return Err(("resolution", "`resolution` is of a median, of quantiles or of the largest value".into()));
    }
    // One scan serves all measures of a file: what one counts must not hang on which others are asked for.
    if first.is_some_and(|first| first.window_months != measure.window_months) {
        let what = "measures of one file have one `window_months`; another window is another file";
        return Err(("window_months", what.into()));
    }
    Ok(())
}
