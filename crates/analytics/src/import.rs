//! Import: rows from a file, each checked, into the facts; refused rows go whole to the quarantine.
//!
//! Importing the same file twice changes nothing. The original is kept, compressed and with its digest, because facts
//! are a fold of the log and of the imports. A killed import is run again whole.

mod check;
mod directory;
mod mapping;
mod quarantine;
mod read;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use facts::{Table, Value};
use serde::Serialize;

pub use check::known_ids;
pub use directory::Directory;
pub use mapping::Mapping;

use crate::decide::Tally;
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::lock::{importing, lock};
use crate::rows::Rows;
use crate::seen::Seen;
use check::Check;
use quarantine::Quarantine;
use read::Original;

/// Rows in one commit: while so many are written, as many are read and checked.
const COMMIT: usize = 500_000;
/// Bytes of texts in one commit, beyond the last row.
const MOST_TEXT: usize = 64 << 20;

/// What to import, and how to read it.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub data: &'a Path,
    pub table: &'static Table,
    /// `-` is standard input.
    pub file: &'a Path,
    pub mapping: Mapping,
    /// Who brought the rows in; stands in their `source`.
    pub source: String,
    /// Now, in microseconds; `recorded_at` of rows that do not carry their own.
    pub now: i64,
}

/// What became of an import. `read = accepted + unchanged + replaced + rejected`, always.
#[derive(Debug, Clone, Default, Serialize, PartialEq)]
pub struct Summary {
    pub table: String,
    pub source: String,
    pub read: u64,
    pub accepted: u64,
    pub unchanged: u64,
    pub replaced: u64,
    pub rejected: u64,
    /// Local times that summer time's end made ambiguous; the earlier was taken.
    pub ambiguous_times: u64,
    /// Line and column of the first refused rows.
    pub refused: Vec<(u64, String)>,
    /// Where refused rows stand, with their reasons; none when nothing was refused.
    pub quarantine: Option<PathBuf>,
}

/// Imports one file; `progress` is told of rows read. An error that ends the reading leaves the rows before it stored.
pub fn import(request: &Request<'_>, mut progress: impl FnMut(u64)) -> Result<Summary> {
    let lake = Lake::open(request.data)?;
    let _importing = importing(request.data)?;
    let id = import_id(request);
    let folder = request.data.join("imports").join(&id);
    let name = request.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut original = Original::open(request.file, &folder, &request.mapping)?;
    let mut quarantine = Quarantine::new(request.data.join("quarantine").join(format!("{id}.csv")), original.header());
    let directory = {
        let _lock = lock(request.data)?;
        Directory::open(request.data, &lake.snapshot()?)?
    };
    let mut check = Check::new(request.table, &request.mapping, original.header(), directory, &lake.snapshot()?)
        .map_err(|error| if error.at.is_none() { error.at(request.file.display()) } else { error })?;
    let mut summary =
        Summary { table: request.table.name.into(), source: request.source.clone(), ..Summary::default() };
    let mut failure = None;
    let (send, filled) = sync_channel::<Rows>(0);
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write(request.data, &lake, (&folder, &name), filled));
        let mut rows = Rows::new(request.table);
        loop {
            let record = match original.next() {
                Some(Ok(record)) => record,
                Some(Err(error)) => {
                    failure = Some(error);
                    break;
                }
                None => break,
            };
            summary.read += 1;
            let push = |values: &[Value<'_>], recorded_at| rows.push(values, &request.source, recorded_at, record.line);
            if let Err(refused) = check.row(&record, request.now, push) {
                summary.rejected += 1;
                quarantine.put(&record, refused.column, &refused.reason)?;
            }
            if rows.len() == COMMIT || rows.texts() >= MOST_TEXT {
                // A writer that failed takes no more; its error is told below.
                if send.send(std::mem::replace(&mut rows, Rows::new(request.table))).is_err() {
                    break;
                }
                progress(summary.read);
            }
        }
        let _ = send.send(rows);
        drop(send);
        writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    summary.accepted = written.accepted;
    summary.unchanged = written.unchanged;
    summary.replaced = written.replaced;
    summary.rejected += written.conflicting.len() as u64;
    let conflicting: HashSet<u64> = written.conflicting.into_iter().collect();
    progress(summary.read);
    if !conflicting.is_empty() {
        // The copy is whole once the reading thread has ended.
        original.by_ref().for_each(drop);
        original.again(|record| match conflicting.contains(&record.line) {
            true => {
                quarantine.put(record, request.table.key[0], "this key stands in the same import with other content")
            }
            false => Ok(()),
        })?;
    }
    summary.ambiguous_times = check.ambiguous_times;
    summary.refused = std::mem::take(&mut quarantine.first);
    summary.quarantine = quarantine.finish()?;
    compact(request.data, &lake, request.table)?;
    match failure {
        Some(error) => {
            let stored = summary.accepted + summary.replaced + summary.unchanged;
            let refused = summary
                .quarantine
                .as_ref()
                .map_or(String::new(), |path| format!(", {} refused ones are in {}", summary.rejected, path.display()));
            let remedy =
                format!("{stored} rows before it are stored{refused}; mend the file and import it again whole");
            Err(error.remedy(remedy))
        }
        None => {
            original.finish()?;
            mark(&folder, FINISHED, &name)?;
            match std::fs::remove_file(folder.join(UNFINISHED)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(Error::file("end the import", &folder, error))
                }
                _ => Ok(summary),
            }
        }
    }
}

/// Stands in the folder of an import of which a part is stored, or all of it; holds the file's name.
const UNFINISHED: &str = "unfinished";
const FINISHED: &str = "finished";

fn mark(folder: &Path, mark: &str, name: &str) -> Result<()> {
    let mark = folder.join(mark);
    std::fs::write(&mark, name).map_err(|error| Error::file("write", &mark, error))
}

/// The import that broke off after a part of it was stored, and its file's name, if one did and no file of that name has
/// come into its table whole since. Half an import is not published: it could hide for ever what the whole would not.
pub fn broken_off(data: &Path) -> Result<Option<(String, String)>> {
    let folder = data.join("imports");
    let listed = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        listed => listed.map_err(|error| Error::file("list", &folder, error))?,
    };
    // By table and file the newest that stored anything: ids begin with their time.
    let mut newest: BTreeMap<(String, String), (String, bool)> = BTreeMap::new();
    for entry in listed {
        let entry = entry.map_err(|error| Error::file("list", &folder, error))?;
        let id = entry.file_name().to_string_lossy().into_owned();
        let Some((_, table)) = id.split_once('-') else { continue };
        let marked = |mark: &str| std::fs::read_to_string(entry.path().join(mark)).ok();
        let (whole, name) = match (marked(UNFINISHED), marked(FINISHED)) {
            (Some(name), _) => (false, name),
            (None, Some(name)) => (true, name),
            (None, None) => continue,
        };
        let known = newest.entry((table.to_string(), name)).or_default();
        if known.0 < id {
            *known = (id, whole);
        }
    }
    Ok(newest.into_iter().find(|(_, (_, whole))| !whole).map(|((_, name), (id, _))| (id, name)))
}

/// Commits rows as they come, each time so many as were gathered; what became of all of them.
///
/// The directory is locked for each commit only, so that others may write between two commits of a long import.
fn write(data: &Path, lake: &Lake, (folder, name): (&Path, &str), filled: Receiver<Rows>) -> Result<Tally> {
    let mut seen = Seen::within(folder);
    let mut all = Tally::default();
    for mut rows in filled.into_iter().filter(|rows| !rows.is_empty()) {
        let _lock = lock(data)?;
        let mut commit = lake.commit()?;
        let tally = commit.add_seen(&mut rows, &mut seen)?;
        if tally.accepted + tally.replaced > 0 {
            mark(folder, UNFINISHED, name)?;
            commit.finish()?;
        }
        all.accepted += tally.accepted;
        all.unchanged += tally.unchanged;
        all.replaced += tally.replaced;
        all.conflicting.extend(tally.conflicting);
    }
    seen.finish()?;
    Ok(all)
}

fn compact(data: &Path, lake: &Lake, table: &'static Table) -> Result<()> {
    let _lock = lock(data)?;
    let mut commit = lake.commit()?;
    if commit.compact(table, false)? > 0 {
        commit.finish()?;
    }
    Ok(())
}

/// Names an import by time and table, so that a listing is in order.
fn import_id(request: &Request<'_>) -> String {
    let time = jiff::Timestamp::from_microsecond(request.now).map(|now| now.strftime("%Y%m%dT%H%M%S%6f").to_string());
    format!("{}-{}", time.unwrap_or_default(), request.table.name)
}

/// Reads a mapping file.
pub fn mapping_from_file(path: &Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::file("read the mapping", path, error))?;
    Mapping::parse(&text).map_err(|error| {
        let place = error.at.clone().unwrap_or_default();
        error.at(format!("{}:{place}", path.display()))
    })
}
