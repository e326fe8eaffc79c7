//! `luotsi measure`.

use std::io::Write;
use std::path::{Path, PathBuf};

use analytics::import::broken_off;
use analytics::lake::Lake;
use analytics::lock::is_importing;
use analytics::measure::{self, Catalogue, Definition, Grouping, Request};
use analytics::report::{self, Format};
use analytics::results::Results;
use analytics::{Error, Result};
use clap::{Args, Subcommand};
use jiff::civil::Date;

use crate::published::is_older;
use crate::settings::{self, Settings};
use crate::{DataDirectory, now, output, runtime};

#[derive(Subcommand)]
pub enum MeasureCommand {
    /// Every measure.
    List(Measures),
    /// The definition of a measure and its query.
    Show {
        id: String,
        #[command(flatten)]
        of: Measures,
    },
    /// Run measures.
    Run(RunArguments),
    /// Publish every month that is over, for the pages: what has changed is made anew, what has not stays.
    Publish(DataDirectory),
}

/// Which measures there are: the shipped ones, and over them a county's own.
#[derive(Args)]
pub struct Measures {
    #[command(flatten)]
    data: DataDirectory,
    /// Folder of the county's own measures; by default `measures` in the data directory.
    #[arg(long)]
    measures: Option<PathBuf>,
}

impl Measures {
    fn catalogue(&self) -> Result<Catalogue> {
        match &self.measures {
            Some(folder) => Catalogue::with_folder(folder),
            None => settings::catalogue(&self.data.path),
        }
    }
}

#[derive(Args)]
pub struct RunArguments {
    /// Measures; all when none is named.
    ids: Vec<String>,
    #[command(flatten)]
    of: Measures,
    /// First day, local; by default the first complete month of the data.
    #[arg(long)]
    from: Option<Date>,
    /// Day after the last, local.
    #[arg(long)]
    to: Option<Date>,
    /// unit, unit:LEVEL, period, period:day|week|month|quarter|year, and dimensions, separated by commas.
    #[arg(long, default_value = "")]
    by: String,
    /// As of which instant: what was recorded by then; by default now.
    #[arg(long)]
    as_of: Option<jiff::Timestamp>,
    /// Count each case for the units above it then (when it happened) or now.
    #[arg(long, default_value = "then", value_parser = ["then", "now"])]
    tree: String,
    /// Confidence of the intervals, such as 0.95, or 0.998 for the outer pair of a funnel.
    #[arg(long, default_value_t = measure::CONFIDENCE, value_parser = confidence)]
    confidence: f64,
    /// Write what the run was made from (versions and digests of program, facts, calendar and measures) as JSON.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// The case rows instead of figures. Anyone who holds the data directory may see them.
    #[arg(long)]
    cases: bool,
    /// Show figures of few people, too. Anyone who holds the data directory may see them.
    #[arg(long)]
    no_suppress: bool,
    /// table, csv, json or parquet.
    #[arg(long, default_value = "table", value_parser = output::format)]
    format: Format,
}

fn confidence(text: &str) -> std::result::Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number.filter(|it| (0.5..1.0).contains(it)).ok_or_else(|| "a number from 0.5 to below 1, such as 0.998".into())
}

pub fn run(command: &MeasureCommand) -> Result<()> {
    match command {
        MeasureCommand::List(of) => list(&of.catalogue()?),
        MeasureCommand::Show { id, of } => show(&of.catalogue()?, id),
        MeasureCommand::Run(arguments) => run_measures(arguments),
        MeasureCommand::Publish(data) => publish(&data.path),
    }
}

fn list(catalogue: &Catalogue) -> Result<()> {
    output::print(|out| {
        for (_, measure) in catalogue.measures() {
            writeln!(out, "{:<34} {}", measure.id, measure.name.en).map_err(|error| Error::new(error.to_string()))?;
        }
        Ok(())
    })
}

fn show(catalogue: &Catalogue, id: &str) -> Result<()> {
    let (file, measure) = catalogue.find(id)?;
    output::print(|out| {
        let text = format!(
            "{}\n  {}\n  {}\n  {}\n{}\nkind {:?}, unit {}, better {:?}, version {}\nsource: {}\nfile: {}\n\n{}",
            measure.id,
            measure.name.fi,
            measure.name.sv,
            measure.name.en,
            measure.about.en,
            measure.kind,
            measure.unit,
            measure.better,
            measure.version,
            measure.source,
            file.path,
            file.sql
        );
        writeln!(out, "{text}").map_err(|error| Error::new(error.to_string()))
    })
}

fn publish(data: &Path) -> Result<()> {
    let snapshot = Lake::existing(data)?.snapshot()?;
    // Asked after the snapshot was taken: an import that begins now is not in it.
    if is_importing(data)? {
        return Err(Error::new("an import is under way").at(data.display()).remedy("publish when it has ended"));
    }
    if let Some((import, file)) = broken_off(data)? {
        return Err(Error::new(format!("the import {import} broke off, and a part of it is stored"))
            .at(data.display())
            .remedy(format!("import its file {file} again whole, then publish")));
    }
    // Also of what is not made anew: what is published stands on all of it.
    snapshot.check(snapshot.files())?;
    let (catalogue, settings) = (settings::catalogue(data)?, Settings::read(data)?);
    let mut results = Results::open(data)?;
    let threshold = settings.threshold_after(results.last_threshold()?, data)?;
    let bar = output::progress("measures", Some(catalogue.files.len() as u64));
    let published = results.publish(&snapshot, &catalogue, now(), threshold, |_| bar.inc(1));
    let published = runtime()?.block_on(published);
    bar.finish_and_clear();
    let published = published?;
    if let Some(newer) = published.newer {
        return Err(is_older(&snapshot, newer).at(data.join("results.db").display()));
    }
    output::print(|out| {
        writeln!(out, "months made anew {}, kept {}", published.made, published.kept)
            .map_err(|error| Error::new(error.to_string()))
    })?;
    match published.failed.as_slice() {
        [] => Ok(()),
        failed => {
            Err(Error::new(format!("not published: {}", failed.join("\n"))).remedy("what could be run is published"))
        }
    }
}

fn run_measures(arguments: &RunArguments) -> Result<()> {
    let catalogue = arguments.of.catalogue()?;
    let snapshot = Lake::existing(&arguments.of.data.path)?.snapshot()?;
    let as_of = arguments.as_of.map_or_else(now, |as_of| as_of.as_microsecond());
    arguments.ids.iter().try_for_each(|id| catalogue.find(id).map(drop))?;
    let is_asked = |measure: &Definition| arguments.ids.is_empty() || arguments.ids.contains(&measure.id);
    // To where the facts of every measure asked for are complete.
    let asked = catalogue.measures().filter(|(_, measure)| is_asked(measure));
    let months = asked.filter_map(|(file, _)| measure::months_of(&snapshot, file, as_of)).min_by_key(|(_, end)| *end);
    if let (None, Some((from, _)), Some(first)) = (arguments.from, months, measure::first_day(&snapshot))
        && first < from
    {
        eprintln!("note: the facts begin on {first}, and figures on {from}; name --from for earlier ones");
    }
    let bound = |given: Option<Date>, found: Option<Date>| {
        given.or(found).ok_or_else(|| Error::new("there are no facts yet").remedy("luotsi import, or luotsi demo"))
    };
    let request = Request {
        from: bound(arguments.from, months.map(|months| months.0))?,
        to: bound(arguments.to, months.map(|months| months.1))?,
        grouping: Grouping::parse(&arguments.by)?,
        as_of,
        tree_now: arguments.tree == "now",
        confidence: arguments.confidence,
        suppress: (!arguments.no_suppress).then_some(Settings::read(&arguments.of.data.path)?.threshold),
    };
    let ids: Vec<String> = match arguments.ids.as_slice() {
        [] => catalogue.measures().map(|(_, measure)| measure.id.clone()).collect(),
        ids => ids.to_vec(),
    };
    let runtime = runtime()?;
    if arguments.cases {
        let [id] = ids.as_slice() else {
            return Err(Error::new("--cases shows the cases of one measure").remedy("name one measure"));
        };
        let batches = runtime.block_on(measure::cases(&snapshot, &catalogue, id, &request))?;
        return output::print(|out| report::write(&batches, arguments.format, out));
    }
    let bar = output::progress("measures", None);
    let results = runtime.block_on(measure::run(&snapshot, &catalogue, &ids, &request));
    bar.finish_and_clear();
    let results = results?;
    if let Some(path) = &arguments.manifest {
        let text = serde_json::to_string_pretty(&results.manifest).map_err(|error| Error::new(error.to_string()))?;
        std::fs::write(path, text + "\n").map_err(|error| Error::file("write the run manifest", path, error))?;
    }
    let batch = report::figures_batch(&results.figures)?;
    output::print(|out| report::write(&[batch], arguments.format, out))
}
