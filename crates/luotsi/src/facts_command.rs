//! `luotsi import`, `luotsi facts` and `luotsi sql`.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use analytics::import::{self, Directory, Mapping, Reason, Request, SealedFile, Summary};
use analytics::lake::Lake;
use analytics::lock::lock;
use analytics::measure;
use analytics::report::{self, Format};
use analytics::{Error, Result};
use clap::{Args, Subcommand};
use facts::{TABLES, Table};

use crate::place::Place;
use crate::who::record;
use crate::{DataDirectory, Done, now, output, runtime};

#[derive(Args)]
pub struct ImportArguments {
    /// Fact table; `luotsi facts list` names them.
    table: String,
    /// Files: CSV, Parquet or Excel's .xlsx, also compressed by gzip, recognised by their content; `-` is standard
    /// input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    data: DataDirectory,
    /// Mapping of the file's columns and codes.
    #[arg(long)]
    map: Option<PathBuf>,
    /// Name that stands in the rows' `source`; by default the one that the mapping gives, or the table's.
    #[arg(long)]
    source: Option<String>,
    /// Encoding of the text, such as windows-1252; by default UTF-8, or UTF-16 where the file is.
    #[arg(long)]
    encoding: Option<String>,
    /// Print the summary as one JSON object for each file.
    #[arg(long)]
    json: bool,
    /// Say what would become of the rows, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

pub fn import(arguments: &ImportArguments) -> Result<Done> {
    let table = table(&arguments.table)?;
    if arguments.data.path.join("synthetic").exists() {
        return Err(Error::new(
            "this data directory holds the demo's invented county; real people do not belong in it",
        )
        .at(arguments.data.path.display())
        .remedy("name another directory with --data"));
    }
    let mut mapping = match &arguments.map {
        Some(path) => import::mapping_from_file(path)?,
        None => Mapping::default(),
    };
    if arguments.encoding.is_some() {
        mapping.encoding.clone_from(&arguments.encoding);
    }
    let source = arguments.source.clone().or_else(|| mapping.source.clone()).unwrap_or_else(|| table.name.into());
    let mut rejected = 0;
    for file in &arguments.files {
        let request = Request {
            data: &arguments.data.path,
            table,
            file,
            name: None,
            mapping: mapping.clone(),
            source: source.clone(),
            now: now(),
        };
        let summary = if arguments.dry_run {
            import::rehearse(&request)?.0
        } else {
            let bar = output::progress("rows", None);
            let summary = import::import(&request, |rows| bar.set_position(rows));
            bar.finish_and_clear();
            summary?
        };
        rejected += summary.rejected;
        remarks(file, &summary, arguments.dry_run).iter().for_each(|remark| eprintln!("{remark}"));
        output::print(|out| {
            let written = match arguments.json {
                true => writeln!(out, "{}", serde_json::to_string(&summary).unwrap_or_default()),
                false => writeln!(
                    out,
                    "{}: read {}, accepted {}, unchanged {}, replaced {}, rejected {}{}",
                    file.display(),
                    summary.read,
                    summary.accepted,
                    summary.unchanged,
                    summary.replaced,
                    summary.rejected,
                    summary
                        .quarantine
                        .as_ref()
                        .map_or(String::new(), |_| format!("\nrefused rows: luotsi facts refused {}", summary.import)),
                ),
            };
            written.map_err(|error| Error::new(error.to_string()))
        })?;
    }
    Ok(if rejected > 0 { Done::WithRejectedRows } else { Done::Whole })
}

/// Remarks on an import beside its counts: of a refused row its place and the reason, and nothing of its content, which
/// is in the quarantine.
fn remarks(file: &Path, summary: &Summary, dry_run: bool) -> Vec<String> {
    let file = file.display();
    let mut remarks = Vec::new();
    if let Some(read_as) = &summary.read_as {
        remarks.push(format!("{file}: read as {read_as}"));
    }
    for Reason { column, reason, rows, lines, .. } in &summary.reasons {
        let line = lines.first().copied().unwrap_or_default();
        let others: Vec<String> = lines.iter().skip(1).map(u64::to_string).collect();
        let more = if *rows > lines.len() as u64 { ", …" } else { "" };
        let others =
            if others.is_empty() { String::new() } else { format!(": also lines {}{more}", others.join(", ")) };
        let counted = if *rows == 1 { "1 row".into() } else { format!("{rows} rows") };
        remarks.push(format!("{file}:{line}: {counted} refused: {column} {reason}{others}"));
    }
    for (column, times) in &summary.emptied {
        remarks.push(format!(
            "{file}: {column} had a word for nothing {times} times, taken as empty; `nulls` in a mapping names other words"
        ));
    }
    if summary.ambiguous_times > 0 {
        remarks.push(format!("{file}: {} local times came twice, the earlier was taken", summary.ambiguous_times));
    }
    if dry_run {
        remarks.push(format!("{file}: only tried, nothing was written"));
    }
    remarks
}

#[derive(Subcommand)]
pub enum FactsCommand {
    /// The fact tables, their rows and files.
    List(DataDirectory),
    /// The columns of a table, and what they mean.
    Show { table: String },
    /// The number under which the facts know a resident, from the id that the source gives them, and in which tables
    /// there are rows of theirs; recorded where accesses are. Anyone who holds the data directory and its keys may ask.
    Who(crate::who::Arguments),
    /// Every import, the newest first: its id, file, and what became of its rows.
    Imports(DataDirectory),
    /// The original of an import, as it was read; without the rows of those who were erased since. Recorded where accesses are.
    Original(Kept),
    /// The rows that an import refused, as CSV with line, column and reason: mend them and import them. Recorded likewise.
    Refused(Kept),
    /// Every erasure of a resident, with its reason, and whether it was lifted.
    Erased(Place),
    /// Fold newer rows into the base of each range; what was replaced joins the history.
    Compact(DataDirectory),
    /// Check that every file is what was written, in order and in its range, and that every kept copy opens.
    Verify(DataDirectory),
}

pub fn run(command: &FactsCommand) -> Result<()> {
    match command {
        FactsCommand::List(data) => list(data),
        FactsCommand::Show { table: name } => show(table(name)?),
        FactsCommand::Who(arguments) => crate::who::run(arguments),
        FactsCommand::Imports(data) => imports(data),
        FactsCommand::Original(kept) => read_kept(kept, import::original, "import.read", as_kept),
        FactsCommand::Refused(kept) => read_kept(kept, import::refused, "import.refused.read", import::harmless_rows),
        FactsCommand::Erased(of) => crate::erase_command::list(of),
        FactsCommand::Compact(data) => compact(data),
        FactsCommand::Verify(data) => verify(data),
    }
}

/// A line of text on standard output.
macro_rules! line {
    ($out:expr, $($text:tt)*) => {
        writeln!($out, $($text)*).map_err(|error| Error::new(error.to_string()))
    };
}

fn imports(data: &DataDirectory) -> Result<()> {
    let past = import::past(&data.path)?;
    output::print(|out| {
        for import in &past {
            let counts = import.summary.as_ref().map_or("broken off".into(), |it| {
                let whole = if import.whole { "" } else { ", broken off" };
                format!("read {}, taken {}, refused {}{whole}", it.read, it.accepted + it.replaced, it.rejected)
            });
            line!(out, "{:<45} {counts}  {}", import.id, facts::printable(&import.file))?;
        }
        Ok(())
    })
}

#[derive(Args)]
pub struct Kept {
    /// The import's id; `luotsi facts imports` lists them.
    import: String,
    #[command(flatten)]
    of: Place,
}

/// Prints a sealed copy of an import, once it is recorded that somebody reads it.
fn read_kept(
    kept: &Kept,
    copy: fn(&Directory, &Path, &str) -> Result<SealedFile>,
    kind: &str,
    print: fn(&mut dyn Read, &mut dyn Write) -> Result<()>,
) -> Result<()> {
    let data = kept.of.path();
    let directory = Directory::existing(data, &Lake::existing(data)?.snapshot()?)?;
    let mut read = copy(&directory, data, &kept.import)?.open()?;
    runtime()?.block_on(record(&kept.of, &format!("import-{}", kept.import), kind))?;
    output::print(|out| print(&mut read, out))
}

fn as_kept(copy: &mut dyn Read, out: &mut dyn Write) -> Result<()> {
    std::io::copy(copy, out).map(drop).map_err(|error| Error::new(format!("the copy cannot be read: {error}")))
}

fn table(name: &str) -> Result<&'static Table> {
    Table::named(name).ok_or_else(|| {
        let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        Error::new(format!("no fact table is called {name}")).remedy(names.join(", "))
    })
}

fn list(data: &DataDirectory) -> Result<()> {
    let snapshot = Lake::existing(&data.path)?.snapshot()?;
    output::print(|out| {
        line!(out, "{:<16} {:>12} {:>6} {:>6} {:>12}", "table", "rows", "files", "deltas", "bytes")?;
        for table in TABLES {
            let partitions = snapshot.table(table).into_iter().flat_map(|files| files.partitions.values());
            let (mut files, mut deltas, mut bytes) = (0, 0, 0);
            for partition in partitions {
                files += partition.files().count();
                deltas += partition.deltas.len();
                bytes += partition.files().map(|file| file.bytes).sum::<u64>();
            }
            line!(out, "{:<16} {:>12} {files:>6} {deltas:>6} {bytes:>12}", table.name, snapshot.rows(table))?;
        }
        line!(out, "version {}", snapshot.manifest.version)
    })
}

fn show(table: &'static Table) -> Result<()> {
    output::print(|out| {
        line!(out, "{}: {}\nkey: {}\n", table.name, table.about.trim(), table.key.join(", "))?;
        for column in table.columns {
            let mark = if column.optional { "?" } else { "" };
            let default = column.default.map_or(String::new(), |default| format!(" [default {default}]"));
            let name = format!("{}{mark}", column.name);
            line!(out, "{name:<20} {:<22} {}{default}", column.ty.name(), column.about.trim())?;
        }
        Ok(())
    })
}

fn compact(data: &DataDirectory) -> Result<()> {
    let lake = Lake::existing(&data.path)?;
    let _lock = lock(&data.path)?;
    let bar = output::progress("tables", Some(TABLES.len() as u64));
    let mut compacted = 0;
    for table in TABLES {
        let mut commit = lake.commit()?;
        let ranges = commit.compact(table, true)?;
        if ranges > 0 {
            commit.finish()?;
        }
        compacted += ranges;
        bar.inc(1);
    }
    bar.finish_and_clear();
    output::print(|out| line!(out, "compacted {compacted} ranges"))
}

fn verify(data: &DataDirectory) -> Result<()> {
    let snapshot = Lake::existing(&data.path)?.snapshot()?;
    let bar = output::progress("files", None);
    let files = snapshot.verify(|_| bar.inc(1))?;
    let copies = match Directory::is_to_be_made(&data.path, &snapshot) {
        true => 0,
        false => import::verify(&Directory::open(&data.path, &snapshot)?, &data.path, &snapshot)?,
    };
    bar.finish_and_clear();
    let version = snapshot.manifest.version;
    output::print(|out| {
        line!(out, "{files} files are what was written, version {version}")?;
        line!(out, "{copies} copies of what was imported open")
    })
}

#[derive(Args)]
pub struct SqlArguments {
    /// A query over the fact tables.
    query: String,
    #[command(flatten)]
    data: DataDirectory,
    /// table, csv, json or parquet.
    #[arg(long, default_value = "table", value_parser = output::format)]
    format: Format,
}

pub fn sql(arguments: &SqlArguments) -> Result<()> {
    let snapshot = Lake::existing(&arguments.data.path)?.snapshot()?;
    let batches = runtime()?.block_on(measure::sql(&snapshot, &arguments.query, now()))?;
    output::print(|out| report::write(&batches, arguments.format, out))
}
