//! `luotsi spc`: the control chart of a series in a CSV file.

mod period;
mod report;
mod series;

use std::io::Write;
use std::path::PathBuf;

use analytics::{Error, Result};
use stats::spc::{self, Better, Chart, Dialect, Phase, Span};

use crate::output;
use report::Report;
use series::{Choice, Series, finite};

#[derive(clap::Args)]
pub struct Arguments {
    /// CSV with a header: a period, a value, and for p, pp, u and up charts a numerator and a denominator; separated by commas,
    /// or by semicolons with decimal commas. `-` is standard input. Periods are put in the order of time.
    file: PathBuf,
    /// xmr, p, pp (p′), u, up (u′), c, t, g, run or mr (moving ranges).
    #[arg(long, default_value = "xmr", value_parser = chart)]
    chart: Chart,
    /// Rules: making-data-count, nhs-r-package, nhs-excel, nhs-excel-six, nhs-older-guide, nelson (his eight tests of
    /// 1984: beyond a limit, nine on one side, six rising or falling, fourteen alternating, two of three beyond two sigma, four of
    /// five beyond one, fifteen within one, eight beyond one on both sides), anhoej (longest run, crossings, limits) or qicharts2 (the same). The first two drop outlying moving ranges once, on xmr
    /// and t charts, qicharts2 on pp and up charts, too.
    #[arg(long, default_value = "making-data-count", value_parser = dialect)]
    dialect: Dialect,
    /// Column of the period, by default `period` or the first that is nothing else.
    #[arg(long)]
    period: Option<String>,
    /// Column of the value, by default `value` or the first that is nothing else.
    #[arg(long)]
    value: Option<String>,
    /// Column of the denominator, by default `denominator` or `n`.
    #[arg(long)]
    denominator: Option<String>,
    /// Only rows with this text in this column, as COLUMN=TEXT, where a file has several series; may be repeated.
    #[arg(long, value_parser = pair)]
    only: Vec<(String, String)>,
    /// Target in the value's unit; as PERIOD=NUMBER from that period on, and then it may be repeated.
    #[arg(long, value_parser = target, allow_negative_numbers = true)]
    target: Vec<(Option<String>, f64)>,
    /// higher, lower or neither.
    #[arg(long, default_value = "higher", value_parser = better)]
    better: Better,
    /// The least that a value can be: limits are cut there. By default 0 on charts of shares and counts.
    #[arg(long, value_parser = finite, allow_negative_numbers = true)]
    least: Option<f64>,
    /// The most that a value can be. By default 1 on charts of shares.
    #[arg(long, value_parser = finite, allow_negative_numbers = true)]
    most: Option<f64>,
    /// Periods at which new limits begin, by a person's decision.
    #[arg(long)]
    rebase: Vec<String>,
    /// Limits from the first so many values of each phase, two at least; as PERIOD=NUMBER of the phase that begins there.
    #[arg(long, value_parser = baseline)]
    baseline: Vec<(Option<String>, usize)>,
    /// Periods that are shown but weigh nothing, neither in limits nor in rules.
    #[arg(long)]
    exclude: Vec<String>,
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

type Parsed<T> = std::result::Result<T, String>;

fn chart(name: &str) -> Parsed<Chart> {
    Chart::named(name).ok_or_else(|| Chart::ALL.map(Chart::code).join(", "))
}

fn dialect(name: &str) -> Parsed<Dialect> {
    let names: Vec<&str> = Dialect::PRESETS.iter().map(|(name, _)| *name).collect();
    Dialect::named(name).ok_or_else(|| names.join(", "))
}

fn better(name: &str) -> Parsed<Better> {
    Better::named(name).ok_or_else(|| "higher, lower or neither".into())
}

fn pair(text: &str) -> Parsed<(String, String)> {
    let (column, text) = text.split_once('=').ok_or("COLUMN=TEXT")?;
    Ok((column.into(), text.into()))
}

/// `PERIOD=REST` or the rest alone.
fn dated(text: &str) -> (Option<String>, &str) {
    text.rsplit_once('=').map_or((None, text), |(period, rest)| (Some(period.into()), rest))
}

fn target(text: &str) -> Parsed<(Option<String>, f64)> {
    let (period, number) = dated(text);
    Ok((period, finite(number)?))
}

fn baseline(text: &str) -> Parsed<(Option<String>, usize)> {
    let (period, number) = dated(text);
    match number.parse() {
        Ok(0 | 1) => Err("limits need two values at least".into()),
        Ok(number) => Ok((period, number)),
        Err(_) => Err("a whole number of values, or PERIOD=NUMBER".into()),
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let span =
        Span { least: arguments.least.unwrap_or(f64::NEG_INFINITY), most: arguments.most.unwrap_or(f64::INFINITY) };
    if span.least >= span.most {
        return Err(Error::new("--least is not below --most"));
    }
    let choice = Choice {
        period: arguments.period.as_deref(),
        value: arguments.value.as_deref(),
        denominator: arguments.denominator.as_deref(),
        only: &arguments.only,
        chart: arguments.chart,
        span,
    };
    let mut series = series::read(&arguments.file, &choice)?;
    for period in &arguments.exclude {
        let place = place(&series, period)?;
        series.data[place].excluded = true;
    }
    let phases = phases(&series, arguments)?;
    let targets = targets(&series, &arguments.target)?;
    let charted = spc::chart(arguments.chart, &series.data, &phases, &arguments.dialect, span);
    let report = Report::of(&series.periods, charted, targets, arguments.better, &arguments.dialect);
    output::print(|out| {
        let text = match arguments.format.as_str() {
            "svg" => {
                let stem = arguments.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                let title = arguments.title.clone().or(stem).unwrap_or_default();
                let (charted, targets) = (&report.charted, &report.targets);
                web::chart_svg((&title, &series.periods), charted, targets, arguments.better, &arguments.language)
            }
            "json" => report.json(),
            _ => report.csv()?,
        };
        writeln!(out, "{}", text.trim_end()).map_err(|error| Error::new(error.to_string()))
    })
}

fn place(series: &Series, period: &str) -> Result<usize> {
    series.place(period).ok_or_else(|| Error::new(format!("the series has no period {period}")))
}

/// The phases with their baselines: one for all, or of those that begin at a period.
fn phases(series: &Series, arguments: &Arguments) -> Result<Vec<Phase>> {
    let of_all = arguments.baseline.iter().rev().find(|(period, _)| period.is_none()).map(|(_, count)| *count);
    let mut phases = vec![Phase { first: 0, baseline: of_all }];
    for period in &arguments.rebase {
        phases.push(Phase { first: place(series, period)?, baseline: of_all });
    }
    phases.sort_unstable_by_key(|phase| phase.first);
    phases.dedup_by_key(|phase| phase.first);
    for (period, count) in &arguments.baseline {
        let Some(period) = period else { continue };
        let first = place(series, period)?;
        let begins = phases.iter_mut().find(|phase| phase.first == first);
        let phase = begins.ok_or_else(|| {
            Error::new(format!("no phase begins at {period}"))
                .remedy("--baseline PERIOD=NUMBER with the first period of the series or one of --rebase")
        })?;
        phase.baseline = Some(*count);
    }
    Ok(phases)
}

/// The target in force in each period.
fn targets(series: &Series, given: &[(Option<String>, f64)]) -> Result<Vec<Option<f64>>> {
    let mut starts = Vec::new();
    for (period, target) in given {
        let first = period.as_ref().map_or(Some(0), |period| series.from(period));
        let first =
            first.ok_or_else(|| Error::new(format!("the series has no period {}", period.as_deref().unwrap_or(""))))?;
        if starts.iter().any(|(known, _)| *known == first && first < series.data.len()) {
            return Err(Error::new("two targets begin at the same period").remedy("--target PERIOD=NUMBER"));
        }
        starts.push((first, *target));
    }
    starts.sort_by_key(|(first, _)| *first);
    let in_force = |at: usize| starts.iter().rev().find(|(first, _)| *first <= at).map(|(_, target)| *target);
    Ok((0..series.data.len()).map(in_force).collect())
}
