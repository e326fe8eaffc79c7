//! `luotsi spc`: the control chart of a series in a CSV file.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use analytics::{Error, Result};
use stats::spc::{self, Better, Chart, Charted, Datum, Dialect, Phase};

use crate::output;

#[derive(clap::Args)]
pub struct Arguments {
    /// CSV with a header: a period, a value, and for p, pp and u charts a numerator and a denominator; separated by commas,
    /// or by semicolons with decimal commas. `-` is standard input.
    file: PathBuf,
    /// xmr, p, pp (p′), u, c, t, g or run.
    #[arg(long, default_value = "xmr", value_parser = chart)]
    chart: Chart,
    /// making-data-count, nhs-r-package, nhs-excel, nhs-excel-six, nhs-older-guide, nelson or anhoej.
    #[arg(long, default_value = "making-data-count", value_parser = dialect)]
    dialect: Dialect,
    /// Column of the value, by default `value` or the second.
    #[arg(long)]
    value: Option<String>,
    /// Column of the denominator, by default `denominator` or `n`.
    #[arg(long)]
    denominator: Option<String>,
    /// Target in the value's unit.
    #[arg(long, value_parser = finite)]
    target: Option<f64>,
    /// higher, lower or neither.
    #[arg(long, default_value = "higher", value_parser = better)]
    better: Better,
    /// Periods at which new limits begin, by a person's decision.
    #[arg(long)]
    rebase: Vec<String>,
    /// Limits from the first so many values of each phase.
    #[arg(long)]
    baseline: Option<usize>,
    /// csv, json or svg.
    #[arg(long, default_value = "csv", value_parser = ["csv", "json", "svg"])]
    format: String,
    /// Title of the picture; without it the name of the file.
    #[arg(long)]
    title: Option<String>,
    /// Language of the picture: fi, sv or en.
    #[arg(long, default_value = "en", value_parser = ["fi", "sv", "en"])]
    language: String,
}

fn chart(name: &str) -> std::result::Result<Chart, String> {
    Chart::named(name).ok_or_else(|| "xmr, p, pp, u, c, t, g or run".into())
}

fn dialect(name: &str) -> std::result::Result<Dialect, String> {
    let names: Vec<&str> = Dialect::PRESETS.iter().map(|(name, _)| *name).collect();
    Dialect::named(name).ok_or_else(|| names.join(", "))
}

fn better(name: &str) -> std::result::Result<Better, String> {
    Better::named(name).ok_or_else(|| "higher, lower or neither".into())
}

/// Beyond this a difference of two values has no digit left that anybody means.
const LARGEST: f64 = 1e15;

fn finite(text: &str) -> std::result::Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.abs() <= LARGEST);
    number.ok_or_else(|| format!("a number, at most {LARGEST:e} in size"))
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let (periods, series) = read(arguments)?;
    let mut phases = vec![Phase { first: 0, baseline: arguments.baseline }];
    for period in &arguments.rebase {
        let first = periods.iter().position(|known| known == period);
        let first = first.ok_or_else(|| Error::new(format!("the series has no period {period}")))?;
        phases.push(Phase { first, baseline: arguments.baseline });
    }
    phases.sort_unstable_by_key(|phase| phase.first);
    phases.dedup_by_key(|phase| phase.first);
    let charted = spc::chart(arguments.chart, &series, &phases, &arguments.dialect);
    output::print(|out| {
        let text = match arguments.format.as_str() {
            "svg" => {
                let stem = arguments.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                let title = arguments.title.clone().or(stem).unwrap_or_default();
                let (target, better) = (arguments.target, arguments.better);
                web::chart_svg((&title, &periods), &charted, target, better, &arguments.language)
            }
            "json" => json(arguments, &periods, &charted),
            _ => csv_text(&periods, &charted)?,
        };
        writeln!(out, "{}", text.trim_end()).map_err(|error| Error::new(error.to_string()))
    })
}

/// A series is a few lines; what is longer is none.
const LONGEST: u64 = 64 << 20;

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
        _ => Ok(text),
    }
}

fn read(arguments: &Arguments) -> Result<(Vec<String>, Vec<Datum>)> {
    let path = &arguments.file;
    let broken = |error: csv::Error| Error::new(format!("cannot read the series: {error}")).at(path.display());
    let text = text(path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
    let head = text.lines().next().unwrap_or_default();
    let semicolons = head.contains(';') && !head.contains(',');
    let separator = if semicolons { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).delimiter(separator).from_reader(text.as_bytes());
    let header = reader.headers().map_err(broken)?.clone();
    if header.is_empty() {
        return Err(Error::new("the file has no header line").at(path.display()));
    }
    let find = |named: Option<&String>, usual: &[&str], fallback: Option<usize>| match named {
        Some(name) => header
            .iter()
            .position(|known| known == name)
            .map(Some)
            .ok_or_else(|| Error::new(format!("the file has no column {name}")).at(path.display())),
        None => Ok(header.iter().position(|known| usual.contains(&known)).or(fallback)),
    };
    let value = find(arguments.value.as_ref(), &["value"], None)?;
    let numerator = find(None, &["numerator", "hits"], None)?;
    let denominator = find(arguments.denominator.as_ref(), &["denominator", "n"], None)?;
    let ratio = matches!(arguments.chart, Chart::P | Chart::PPrime | Chart::U);
    if ratio && denominator.is_none() {
        return Err(Error::new("this chart needs a denominator").at(path.display()).remedy("--denominator COLUMN"));
    }
    let value = value.or(if ratio && numerator.is_some() { None } else { Some(1.min(header.len() - 1)) });
    let counts = ratio || matches!(arguments.chart, Chart::C | Chart::T | Chart::G);
    let (mut periods, mut series) = (Vec::new(), Vec::new());
    let mut known = std::collections::HashSet::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = |column: usize| match record.get(column).unwrap_or("") {
            "" => Ok(None),
            text => {
                let decimal = if semicolons { text.replacen(',', ".", 1) } else { text.into() };
                let place = || format!("{}:{line}:{}", path.display(), column + 1);
                let wrong = |wanted| Error::new(format!("'{text}' is not {wanted}")).at(place());
                let number = finite(&decimal).map_err(wrong)?;
                if number < 0.0 && counts {
                    return Err(
                        Error::new(format!("'{text}' is less than nothing, and this chart is of counts")).at(place())
                    );
                }
                Ok(Some(number))
            }
        };
        let below = denominator.map(number).transpose()?.flatten();
        let above = numerator.map(number).transpose()?.flatten();
        let given = match (value, above, below) {
            (Some(column), ..) => number(column)?,
            (None, Some(above), Some(below)) if below > 0.0 => Some(above / below),
            (None, ..) => None,
        };
        if arguments.chart != Chart::U && ratio && given.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            let place = format!("{}:{line}:1", path.display());
            return Err(Error::new("the share is not between 0 and 1")
                .at(place)
                .remedy("a column called numerator has counts, one called value has shares"));
        }
        let period = record.get(0).unwrap_or("").to_string();
        if !known.insert(period.clone()) {
            // Public series have such rows; the chart takes each as a point of its own.
            eprintln!("warning: the period {period} stands twice\n  at {}:{line}:1", path.display());
        }
        periods.push(period);
        series.push(Datum { value: given, denominator: below.unwrap_or(1.0) });
    }
    if series.is_empty() {
        return Err(Error::new("the series is empty").at(path.display()));
    }
    Ok(in_time(periods, series))
}

/// The month of a period that is one, counted from the year 0.
fn month(period: &str) -> Option<i32> {
    let (year, month) = period.split_once('-')?;
    let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
    (period.len() == 7 && (1..=12).contains(&month)).then_some(12 * year + month - 1)
}

/// A series whose periods are months or days in the order of time, with a gap for each month that is missing: read the
/// other way round, every rise would be a fall.
fn in_time(periods: Vec<String>, series: Vec<Datum>) -> (Vec<String>, Vec<Datum>) {
    let is_day = |period: &String| period.parse::<jiff::civil::Date>().is_ok() && period.len() == 10;
    let months: Option<Vec<i32>> = periods.iter().map(|period| month(period)).collect();
    if months.is_none() && !periods.iter().all(is_day) {
        return (periods, series);
    }
    if !periods.is_sorted() {
        eprintln!("note: the rows are put in the order of time");
    }
    let mut rows: Vec<(String, Datum)> = periods.into_iter().zip(series).collect();
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    let mut whole: Vec<(String, Datum)> = Vec::with_capacity(rows.len());
    for (period, datum) in rows {
        let before = whole.last().and_then(|(before, _)| month(before));
        for missing in before.zip(month(&period)).map_or(0..0, |(before, this)| before + 1..this) {
            let name = format!("{:04}-{:02}", missing.div_euclid(12), missing.rem_euclid(12) + 1);
            whole.push((name, Datum { value: None, denominator: 1.0 }));
        }
        whole.push((period, datum));
    }
    whole.into_iter().unzip()
}

fn signals(point: &spc::Point) -> String {
    point.signals.iter().map(|it| format!("{}:{}", it.rule.code(), it.side.code())).collect::<Vec<_>>().join(" ")
}

fn csv_text(periods: &[String], charted: &Charted) -> Result<String> {
    let broken = |error: csv::Error| Error::new(error.to_string());
    let text = |number: Option<f64>| number.map_or(String::new(), |number| number.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["period", "value", "centre", "lower", "upper", "phase", "signals"]).map_err(broken)?;
    for (period, point) in periods.iter().zip(&charted.points) {
        let row = [
            period.clone(),
            text(point.value),
            text(point.centre),
            text(point.lower),
            text(point.upper),
            point.phase.to_string(),
            signals(point),
        ];
        out.write_record(row).map_err(broken)?;
    }
    let bytes = out.into_inner().map_err(|error| Error::new(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn json(arguments: &Arguments, periods: &[String], charted: &Charted) -> String {
    let points: Vec<_> = periods
        .iter()
        .zip(&charted.points)
        .map(|(period, point)| {
            serde_json::json!({
                "period": period, "value": point.value, "centre": point.centre, "lower": point.lower,
                "upper": point.upper, "phase": point.phase,
                "signals": point.signals.iter().map(|it| serde_json::json!({
                    "rule": it.rule.code(), "side": it.side.code()
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    let variation = spc::variation(charted, arguments.better).map(web::variation_code);
    let latest = charted.latest();
    let assurance = arguments.target.and_then(|target| {
        let limits = latest.map(|point| (point.lower, point.upper)).unwrap_or_default();
        spc::assurance(limits.0, limits.1, target, arguments.better, arguments.dialect.target_on_limit)
    });
    let whole = serde_json::json!({
        "variation": variation, "assurance": assurance.map(web::assurance_code), "target": arguments.target,
        "on_trial": charted.on_trial(), "screened": charted.screened, "points": points,
    });
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}
