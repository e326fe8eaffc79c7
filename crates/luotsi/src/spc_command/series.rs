//! A series from a CSV file: which columns, which rows, in the order of time.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use analytics::{Error, Result};
use stats::spc::{Chart, Datum, Span};

use super::period::{self, Period, Slashes, Step};

/// Beyond this a difference of two values has no digit left that anybody means.
const LARGEST: f64 = 1e15;
/// A series is a few lines; what is longer is none.
const LONGEST: u64 = 64 << 20;
/// Periods that may be missing between two.
const WIDEST_GAP: usize = 1_000;

/// Which column is which, and which rows count.
pub struct Choice<'a> {
    pub period: Option<&'a str>,
    pub value: Option<&'a str>,
    pub denominator: Option<&'a str>,
    /// Rows with this text in this column.
    pub only: &'a [(String, String)],
    pub chart: Chart,
    pub span: Span,
}

/// A series, oldest first.
pub struct Series {
    /// As the file writes them.
    pub periods: Vec<String>,
    pub data: Vec<Datum>,
    /// When each begins; none where the periods are not read as time.
    times: Option<(Vec<Period>, Slashes)>,
}

impl Series {
    /// The place of a period, however it is written.
    pub fn place(&self, period: &str) -> Option<usize> {
        let same_time = || {
            let (times, slashes) = self.times.as_ref()?;
            let wanted = period::read(period, *slashes)?;
            times.iter().position(|time| time.start == wanted.start)
        };
        self.periods.iter().position(|known| known == period).or_else(same_time)
    }

    /// The first place at or after a period; for a period after the last one, the end.
    pub fn from(&self, period: &str) -> Option<usize> {
        let in_time = || {
            let (times, slashes) = self.times.as_ref()?;
            let wanted = period::read(period, *slashes)?;
            Some(times.iter().position(|time| time.start >= wanted.start).unwrap_or(times.len()))
        };
        in_time().or_else(|| self.place(period))
    }
}

/// A number that a series may have.
pub fn finite(text: &str) -> std::result::Result<f64, String> {
    let number: f64 = text.parse().ok().filter(|number: &f64| !number.is_nan()).ok_or("not a number")?;
    if number.abs() <= LARGEST { Ok(number) } else { Err(format!("beyond {LARGEST:e} in size")) }
}

/// Reads the series of a file, or of standard input for `-`.
pub fn read(path: &Path, choice: &Choice<'_>) -> Result<Series> {
    let text = text(path)?;
    let table = Table::of(path, &text)?;
    let columns = Columns::of(&table, choice)?;
    let rows = table.rows(&columns, choice)?;
    if rows.is_empty() {
        return Err(Error::new("the series is empty").at(path.display()));
    }
    in_time(path, rows)
}

/// The text of the file or of standard input.
fn text(path: &Path) -> Result<String> {
    let broken = |error: std::io::Error| Error::new(format!("cannot read the series: {error}")).at(path.display());
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().lock().take(LONGEST).read_to_string(&mut text),
        _ => File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text)),
    };
    match read.map_err(broken)? as u64 {
        LONGEST.. => Err(Error::new("a series of 64 MiB is none").at(path.display())),
        _ => Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n")),
    }
}

/// The rows of a file and where they stand.
struct Table<'a> {
    path: &'a Path,
    header: csv::StringRecord,
    records: Vec<csv::StringRecord>,
    /// Numbers have decimal commas: the columns are not separated by commas.
    commas: bool,
}

impl<'a> Table<'a> {
    fn of(path: &'a Path, text: &str) -> Result<Table<'a>> {
        let broken = |error: csv::Error| Error::new(format!("cannot read the series: {error}")).at(path.display());
        let head = text.lines().next().unwrap_or_default();
        let count = |mark: char| head.matches(mark).count();
        // The separator is what the header has most of; at a tie with a comma, the other.
        let separator = [';', '\t', ','].into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(',');
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).delimiter(separator as u8).from_reader(text.as_bytes());
        let header = reader.headers().map_err(broken)?.clone();
        if header.is_empty() {
            return Err(Error::new("the file has no header line").at(path.display()));
        }
        let records = reader.records().collect::<std::result::Result<_, _>>().map_err(broken)?;
        Ok(Table { path, header, records, commas: separator != ',' })
    }

    fn at(&self, record: &csv::StringRecord, column: usize) -> String {
        let line = record.position().map_or(0, csv::Position::line);
        format!("{}:{line}:{}", self.path.display(), column + 1)
    }

    /// The place of a column by its name.
    fn column(&self, name: &str) -> Result<Option<usize>> {
        let mut found = (0..self.header.len()).filter(|at| &self.header[*at] == name);
        match (found.next(), found.next()) {
            (at, None) => Ok(at),
            (_, Some(second)) => Err(Error::new(format!("two columns are called {name}"))
                .at(format!("{}:1:{}", self.path.display(), second + 1))
                .remedy("give each column a name of its own")),
        }
    }

    /// The number of a field; an empty one is a gap.
    fn number(&self, record: &csv::StringRecord, column: usize) -> Result<Option<f64>> {
        let text = record.get(column).unwrap_or("");
        if text.is_empty() {
            return Ok(None);
        }
        let mut plain = text.replace('\u{2212}', "-");
        if self.commas {
            plain.retain(|letter| !matches!(letter, ' ' | '\u{a0}' | '\u{202f}'));
            plain = plain.replacen(',', ".", 1);
        }
        let wrong = |why: String| {
            Error::new(format!("'{text}' is {why}"))
                .at(self.at(record, column))
                .remedy("leave the field empty where a period has no value: it becomes a gap")
        };
        finite(&plain).map(Some).map_err(wrong)
    }

    fn rows(&self, columns: &Columns, choice: &Choice<'_>) -> Result<Vec<Row>> {
        let mut only = Vec::new();
        for (name, text) in choice.only {
            let column = self.column(name)?;
            only.push((column.ok_or_else(|| no_column(self, name))?, text.as_str()));
        }
        let chosen = |record: &&csv::StringRecord| only.iter().all(|(column, text)| record.get(*column) == Some(text));
        let records: Vec<&csv::StringRecord> = self.records.iter().filter(chosen).collect();
        self.one_series(&records, columns)?;
        records.into_iter().enumerate().map(|(at, record)| self.row(record, at, columns, choice)).collect()
    }

    fn row(&self, record: &csv::StringRecord, at: usize, columns: &Columns, choice: &Choice<'_>) -> Result<Row> {
        let field = |column: Option<usize>| column.map_or(Ok(None), |column| self.number(record, column));
        let (below, above) = (field(columns.denominator)?, field(columns.numerator)?);
        let value = match columns.value {
            Some(column) => self.number(record, column)?,
            None => above.zip(below.filter(|below| *below > 0.0)).map(|(above, below)| above / below),
        };
        // Ranges are never negative, the values they lie between may be.
        let own = if choice.chart == Chart::Mr { Span::ANY } else { choice.chart.span() };
        let counts = own.least == 0.0;
        for column in [columns.value, columns.numerator, columns.denominator].into_iter().flatten() {
            if counts && self.number(record, column)?.is_some_and(|number| number < 0.0) {
                let text = record.get(column).unwrap_or("");
                return Err(Error::new(format!("'{text}' is less than nothing, and this chart is of counts"))
                    .at(self.at(record, column)));
            }
        }
        let column = columns.value.or(columns.numerator).unwrap_or(0);
        if value.is_some_and(|value| !(own.least..=own.most).contains(&value)) {
            return Err(Error::new("the share is not between 0 and 1")
                .at(self.at(record, column))
                .remedy("a column called numerator has counts, one called value has shares"));
        }
        if let Some(value) = value.filter(|value| !(choice.span.least..=choice.span.most).contains(value)) {
            return Err(Error::new(format!("{value} is not between --least and --most")).at(self.at(record, column)));
        }
        let period =
            columns.period.map_or_else(|| (at + 1).to_string(), |column| record.get(column).unwrap_or("").into());
        let denominator = if choice.chart.has_denominators() { below.unwrap_or(0.0) } else { 1.0 };
        let datum = Datum { value, denominator, excluded: false };
        Ok(Row { period, datum, place: self.at(record, columns.period.unwrap_or(0)) })
    }

    /// Refuses rows of several series: of several measures or units, or of several groups by a column of words.
    fn one_series(&self, records: &[&csv::StringRecord], columns: &Columns) -> Result<()> {
        let taken = [columns.period, columns.value, columns.numerator, columns.denominator];
        let texts =
            |column: usize| records.iter().map(|record| record.get(column).unwrap_or("")).collect::<BTreeSet<_>>();
        let repeats = columns.period.is_some_and(|column| texts(column).len() < records.len());
        for column in (0..self.header.len()).filter(|column| !taken.contains(&Some(*column))) {
            let name = &self.header[column];
            let names_series = matches!(name, "measure" | "unit_id" | "unit");
            let of_figures = matches!(name, "reason" | "suppressed" | "as_of");
            let texts = texts(column);
            let words = !of_figures && texts.iter().any(|text| !text.is_empty() && text.parse::<f64>().is_err());
            if texts.len() > 1 && (names_series || repeats && words) {
                let some: Vec<&str> = texts.iter().take(4).copied().collect();
                let more = if texts.len() > 4 { ", …" } else { "" };
                return Err(Error::new(format!("the file has several series, by {name}: {}{more}", some.join(", ")))
                    .at(format!("{}:1:{}", self.path.display(), column + 1))
                    .remedy(format!("--only {name}={}", some[0])));
            }
        }
        Ok(())
    }
}

fn no_column(table: &Table<'_>, name: &str) -> Error {
    let known: Vec<&str> = table.header.iter().collect();
    Error::new(format!("the file has no column {name}")).at(table.path.display()).remedy(known.join(", "))
}

/// Places of the columns.
struct Columns {
    /// None where the file has nothing but values: their numbers serve.
    period: Option<usize>,
    value: Option<usize>,
    numerator: Option<usize>,
    denominator: Option<usize>,
}

impl Columns {
    /// By the names given, by the usual names, by place.
    fn of(table: &Table<'_>, choice: &Choice<'_>) -> Result<Columns> {
        let find = |named: Option<&str>, usual: &[&str]| -> Result<Option<usize>> {
            if let Some(name) = named {
                return table.column(name)?.map(Some).ok_or_else(|| no_column(table, name));
            }
            for name in usual {
                if let Some(column) = table.column(name)? {
                    return Ok(Some(column));
                }
            }
            Ok(None)
        };
        let ratio = choice.chart.has_denominators();
        let denominator = find(choice.denominator, &["denominator", "n"])?.filter(|_| ratio);
        if ratio && denominator.is_none() {
            return Err(Error::new("this chart needs a denominator")
                .at(table.path.display())
                .remedy("--denominator COLUMN"));
        }
        let value = find(choice.value, &["value"])?;
        let numerator = find(None, &["numerator", "hits"])?.filter(|_| ratio && value.is_none());
        let period = find(choice.period, &["period"])?;
        let free = |taken: &[Option<usize>]| (0..table.header.len()).find(|column| !taken.contains(&Some(*column)));
        let period = period.or_else(|| free(&[value, numerator, denominator]).filter(|_| table.header.len() > 1));
        let value = value.or_else(|| free(&[period, denominator]).filter(|_| numerator.is_none()));
        Ok(Columns { period, value, numerator, denominator })
    }
}

struct Row {
    period: String,
    datum: Datum,
    /// FILE:LINE:COLUMN of its period.
    place: String,
}

/// A series in the order of time, with a gap for each period that is missing: read the other way round, every rise would be
/// a fall. Periods that are plain numbers are in the order of the numbers; any others stay in the file's order, with a word.
fn in_time(path: &Path, mut rows: Vec<Row>) -> Result<Series> {
    let labels: Vec<String> = rows.iter().map(|row| row.period.clone()).collect();
    let numbers: Option<Vec<f64>> = labels.iter().map(|label| label.parse().ok()).collect();
    let years = |number: &f64| (1900.0..2200.0).contains(number);
    let are_years =
        numbers.as_ref().is_some_and(|numbers| numbers.iter().all(years) && labels.iter().all(|it| it.len() == 4));
    let (slashes, sure) = period::slashes(&labels);
    let times: Vec<Option<Period>> = labels.iter().map(|label| period::read(label, slashes)).collect();
    let compact = |label: &String| matches!(label.len(), 6 | 8);
    let plain =
        numbers.as_ref().filter(|_| !(are_years || times.iter().all(Option::is_some) && labels.iter().all(compact)));
    if let Some(numbers) = plain {
        let order = sorted(&rows, |one, other| numbers[one].total_cmp(&numbers[other]));
        tell(&rows, &order, "of their numbers");
        rows = arranged(rows, &order);
        return Ok(plain_series(rows, None));
    }
    if let Some(strange) = times.iter().position(Option::is_none) {
        let row = &rows[strange];
        eprintln!(
            "warning: '{}' is not read as a time, so that the order of the series is that of the file\n  at {}\n  try: periods such as 2025-08, 2025-W32, 2025-Q3, 1.8.2025 or Aug 2025",
            row.period, row.place
        );
        warn_of_doubles(&rows);
        return Ok(plain_series(rows, None));
    }
    if !sure {
        eprintln!("note: days with slashes or hyphens are read as day/month/year");
    }
    let times: Vec<Period> = times.into_iter().flatten().collect();
    let order = sorted(&rows, |one, other| times[one].start.cmp(&times[other].start));
    tell(&rows, &order, "of time");
    rows = arranged(rows, &order);
    let times: Vec<Period> = order.iter().map(|at| times[*at].clone()).collect();
    with_gaps(path, rows, &times, slashes)
}

/// Places in the order of `by`; rows of one period in that of their values, whichever way the file has them.
fn sorted(rows: &[Row], by: impl Fn(usize, usize) -> std::cmp::Ordering) -> Vec<usize> {
    let value = |at: usize| (rows[at].datum.value.unwrap_or(f64::NEG_INFINITY), rows[at].datum.denominator);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|one, other| {
        let (mine, theirs) = (value(*one), value(*other));
        by(*one, *other).then(mine.0.total_cmp(&theirs.0)).then(mine.1.total_cmp(&theirs.1))
    });
    order
}

fn tell(rows: &[Row], order: &[usize], of: &str) {
    warn_of_doubles(rows);
    if !order.is_sorted() {
        eprintln!("note: the rows are put in the order {of}");
    }
}

/// Public series have periods that stand twice; the chart takes each as a point of its own.
fn warn_of_doubles(rows: &[Row]) {
    let mut known = BTreeSet::new();
    for row in rows.iter().filter(|row| !known.insert(row.period.as_str())) {
        eprintln!("warning: the period {} stands twice\n  at {}", row.period, row.place);
    }
}

fn arranged(rows: Vec<Row>, order: &[usize]) -> Vec<Row> {
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    order.iter().filter_map(|at| rows[*at].take()).collect()
}

fn plain_series(rows: Vec<Row>, times: Option<(Vec<Period>, Slashes)>) -> Series {
    let (periods, data) = rows.into_iter().map(|row| (row.period, row.datum)).unzip();
    Series { periods, data, times }
}

/// Puts a gap for each period that the step of the series has and the file has not.
fn with_gaps(path: &Path, rows: Vec<Row>, times: &[Period], slashes: Slashes) -> Result<Series> {
    let step = Step::of(times);
    let digits = rows.iter().map(|row| period::digits(&row.period)).max().unwrap_or(1);
    let mut whole: Vec<(Row, Period)> = Vec::new();
    for (row, time) in rows.into_iter().zip(times) {
        let mut missing = Vec::new();
        if let (Some(step), Some((before, known))) = (step, whole.last()) {
            let mut next = step.next(known);
            while let Some(gap) = next.filter(|gap| gap.start < time.start) {
                let period = period::written(&gap, &before.period, slashes, digits);
                next = step.next(&gap);
                missing.push((Row { period, datum: Datum::gap(), place: String::new() }, gap));
                if missing.len() > WIDEST_GAP {
                    return Err(Error::new(format!(
                        "more than {WIDEST_GAP} periods lie between {} and {}",
                        before.period, row.period
                    ))
                    .at(if row.place.is_empty() { path.display().to_string() } else { row.place }));
                }
            }
        }
        whole.extend(missing);
        whole.push((row, time.clone()));
    }
    let (rows, times): (Vec<Row>, Vec<Period>) = whole.into_iter().unzip();
    Ok(plain_series(rows, Some((times, slashes))))
}
