//! Import: rows from a file, each checked, into the facts; refused rows go whole to the quarantine.
//!
//! Importing the same file twice changes nothing. The original is kept, sealed, because facts are a fold of the log and of
//! the imports. A killed import is run again whole.

mod check;
mod directory;
mod fault;
mod forget;
mod guess;
mod keep;
mod mapping;
mod past;
mod quarantine;
mod read;
mod reasons;
mod rehearsal;
mod seal;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use facts::{Table, Value};
use serde::{Deserialize, Serialize};

pub use check::known_ids;
pub use directory::Directory;
pub use forget::{Forgotten, erase, lift};
pub use guess::{Guess, Seen, look_at};
pub use keep::{original, refused, verify};
pub use mapping::Mapping;
pub use past::{Past, past};
pub use quarantine::harmless_rows;
pub use reasons::Reason;
pub use rehearsal::FirstRows;
pub use seal::SealedFile;

use crate::decide::Tally;
use crate::error::{Error, Result};
use crate::lake::{Lake, Snapshot, has_format, write_private};
use crate::lock::{importing, lock};
use crate::rows::Rows;
use crate::seen;
use check::Check;
use fault::Fault;
use quarantine::Quarantine;
use read::{Original, Record};
use reasons::{Reasons, Refused};
use rehearsal::Rehearsal;

/// Rows in one commit: while so many are written, as many are read and checked.
const COMMIT: usize = 500_000;
/// Bytes of texts in one commit, beyond the last row.
const MOST_TEXT: usize = 64 << 20;

/// The source to import, and how to read it.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub data: &'a Path,
    pub table: &'static Table,
    /// `-` is standard input.
    pub file: &'a Path,
    /// The file's name, where its path does not say it.
    pub name: Option<&'a str>,
    pub mapping: Mapping,
    /// The source that brought the rows in; stands in their `source`.
    pub source: String,
    /// Now, in microseconds; `recorded_at` of rows that do not carry their own.
    pub now: i64,
}

/// The outcome of an import. `read = accepted + unchanged + replaced + rejected`, always.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
#[serde(default)]
pub struct Summary {
    /// The import's id, under which its original is kept; empty where nothing was written.
    pub import: String,
    pub table: String,
    pub source: String,
    pub read: u64,
    pub accepted: u64,
    pub unchanged: u64,
    pub replaced: u64,
    pub rejected: u64,
    /// Local times that summer time's end made ambiguous; the earlier was taken.
    pub ambiguous_times: u64,
    /// Line and columns of the first refused rows.
    pub refused: Vec<(u64, String)>,
    /// Why rows were refused, the most frequent reason first; a row may have several.
    pub reasons: Vec<Reason>,
    /// By column, how often a word for nothing, such as `NULL`, was taken as no value.
    pub emptied: BTreeMap<String, u64>,
    /// How the file was read, where that does not go without saying.
    pub read_as: Option<String>,
    /// Where refused rows stand, with their reasons; none when nothing was refused.
    pub quarantine: Option<PathBuf>,
}

/// Imports one file; `progress` hears of rows read. An error that ends the reading leaves the rows before it stored.
pub fn import(request: &Request<'_>, progress: impl FnMut(u64)) -> Result<Summary> {
    let lake = Lake::open(request.data)?;
    // First of all: with another key nothing is made.
    let directory = directory(request.data, &lake)?;
    let _importing = importing(request.data)?;
    let id = import_id(request);
    let folder = request.data.join("imports").join(&id);
    let imported = import_as(request, &lake, directory, (&id, &folder), progress);
    // Of a file that was refused as a whole nothing is kept.
    if imported.is_err() && !folder.join(past::SUMMARY).exists() && !folder.join(UNFINISHED).exists() {
        let _ = std::fs::remove_dir_all(&folder);
        let _ = std::fs::remove_file(request.data.join("quarantine").join(format!("{id}.sealed")));
    }
    imported
}

fn import_as(
    request: &Request<'_>,
    lake: &Lake,
    mut directory: Directory,
    (id, folder): (&str, &Path),
    mut progress: impl FnMut(u64),
) -> Result<Summary> {
    let key = directory.check();
    keep::seal_what_is_in_clear(&directory, request.data)?;
    let name = request.file.file_name().unwrap_or_default().to_string_lossy();
    let name = request.name.map_or(name.into_owned(), String::from);
    let asked = request.mapping.asked(request.table);
    let copy = keep::original_of(&directory, request.data, id);
    let mut original = Original::open(request.file, Some(&copy), &request.mapping, asked.clone())?;
    let mut quarantine = Quarantine::new(keep::refused_of(&directory, request.data, id), &original.about);
    let mut check = check_of(request, &original, directory.clone(), &lake.snapshot()?)?;
    keep::keep_mapping(folder, &request.mapping)?;
    let mut reading = Reading::default();
    let mut has_erased = false;
    let (send, filled) = sync_channel::<Rows>(0);
    let (failure, written) = std::thread::scope(|scope| -> Result<_> {
        let writer = scope.spawn(|| write(request.data, lake, &key, (folder, &name), filled));
        let full = |rows: Rows, read: u64| {
            progress(read);
            // A writer that failed takes no more; its error is given below.
            Ok(send.send(rows).is_ok())
        };
        let refuse = |record: &Record, refused: &[Refused]| match refused {
            [Refused { what: Fault::Erased, .. }] => {
                has_erased = true;
                Ok(())
            }
            refused => quarantine.put(record, refused),
        };
        let read = reading.all(request, &mut original, &mut check, full, refuse);
        drop(send);
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok((read?, written))
    })?;
    progress(reading.read);
    if !written.conflicting.is_empty() {
        let conflicting: HashSet<u64> = written.conflicting.iter().copied().collect();
        // The copy is whole once the reading thread has ended.
        original.by_ref().for_each(drop);
        original.again(&copy, &request.mapping, &asked, |record| match conflicting.contains(&record.line) {
            true => quarantine.put(record, &[conflict(request.table)]),
            false => Ok(()),
        })?;
    }
    let mut summary = reading.summary(request, &original, check, written);
    summary.import = id.into();
    let refused = keep::refused_of(&directory, request.data, id).path;
    summary.quarantine = quarantine.finish()?.then_some(refused);
    past::keep(folder, &summary)?;
    compact(request.data, lake, request.table)?;
    if has_erased {
        // The copy is whole once the reading thread has ended.
        original.by_ref().for_each(drop);
        forget::from_original(request.data, id, request.table, &mut directory)?;
    }
    match failure {
        Some(error) => {
            let stored = summary.accepted + summary.replaced + summary.unchanged;
            let refused = summary
                .quarantine
                .as_ref()
                .map_or(String::new(), |path| format!(", {} refused ones are in {}", summary.rejected, path.display()));
            Err(error.remedy(format!(
                "rows are missing: {stored} rows before it are stored{refused}; mend the file and import it again whole"
            )))
        }
        None => {
            original.finish()?;
            mark(folder, FINISHED, &name)?;
            match std::fs::remove_file(folder.join(UNFINISHED)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(Error::file("end the import", folder, error))
                }
                _ => Ok(summary),
            }
        }
    }
}

/// The directory of a data directory. Nothing is touched unless a key is to be made, and that is under the lock.
fn directory(data: &Path, lake: &Lake) -> Result<Directory> {
    let snapshot = lake.snapshot()?;
    match Directory::is_to_be_made(data, &snapshot) {
        false => Directory::open(data, &snapshot),
        true => {
            let _lock = lock(data)?;
            Directory::open(data, &lake.snapshot()?)
        }
    }
}

/// Reads and checks a file as an import would, and says what would become of it. Nothing is written.
pub fn rehearse(request: &Request<'_>) -> Result<(Summary, FirstRows)> {
    let snapshot = match has_format(request.data)? {
        true => Lake::existing(request.data)?.snapshot()?,
        false => Snapshot { folder: request.data.join("facts").into(), manifest: Arc::default() },
    };
    let mut original = Original::open(request.file, None, &request.mapping, request.mapping.asked(request.table))?;
    let directory = Directory::rehearsed(request.data, &snapshot)?;
    let mut check = check_of(request, &original, directory, &snapshot)?;
    let (mut reading, mut rehearsal) = (Reading::default(), Rehearsal::new(&snapshot));
    let full = |rows: Rows, _| rehearsal.add(rows).map(|()| true);
    let failure = reading.all(request, &mut original, &mut check, full, |_, _| Ok(()))?;
    match failure {
        Some(error) => Err(error.remedy(format!("rows are missing: {} rows before it could be read", reading.read))),
        None => Ok((reading.summary(request, &original, check, rehearsal.tally), rehearsal.first)),
    }
}

fn check_of(request: &Request<'_>, original: &Original, directory: Directory, facts: &Snapshot) -> Result<Check> {
    let check = Check::new(request.table, &request.mapping, &original.about, directory, facts, request.now);
    check.map_err(|error| if error.at.is_none() { error.at(request.file.display()) } else { error })
}

fn conflict(table: &Table) -> Refused {
    Refused::plain(table.key[0], Fault::Twice)
}

/// The rows read so far.
#[derive(Default)]
struct Reading {
    read: u64,
    reasons: Reasons,
}

impl Reading {
    /// Reads all rows, checks each, and hands them on as soon as they fill a commit, with how many were read; and each
    /// that is refused with its reasons. Gives the error with which the source broke off, if it did.
    fn all(
        &mut self,
        request: &Request<'_>,
        original: &mut Original,
        check: &mut Check,
        mut full: impl FnMut(Rows, u64) -> Result<bool>,
        mut refuse: impl FnMut(&Record, &[Refused]) -> Result<()>,
    ) -> Result<Option<Error>> {
        let mut rows = Rows::new(request.table);
        let mut failure = None;
        for record in original {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            };
            self.read += 1;
            let push = |values: &[Value<'_>], recorded_at| rows.push(values, &request.source, recorded_at, record.line);
            if let Err(refused) = check.row(&record, push) {
                self.reasons.add(record.line, &refused);
                refuse(&record, &refused)?;
            }
            if (rows.len() == COMMIT || rows.texts() >= MOST_TEXT)
                && !full(std::mem::replace(&mut rows, Rows::new(request.table)), self.read)?
            {
                return Ok(None);
            }
        }
        full(rows, self.read)?;
        Ok(failure)
    }

    fn summary(mut self, request: &Request<'_>, original: &Original, check: Check, written: Tally) -> Summary {
        written.conflicting.iter().for_each(|line| self.reasons.add(*line, &[conflict(request.table)]));
        let about = &original.about;
        Summary {
            import: String::new(),
            table: request.table.name.into(),
            source: request.source.clone(),
            read: self.read,
            accepted: written.accepted,
            unchanged: written.unchanged,
            replaced: written.replaced,
            rejected: self.reasons.rows,
            ambiguous_times: check.ambiguous_times,
            refused: std::mem::take(&mut self.reasons.first),
            reasons: self.reasons.told(),
            emptied: check.emptied.into_iter().map(|(column, times)| (column.into(), times)).collect(),
            read_as: (!about.usual).then(|| about.read_as.clone()),
            quarantine: None,
        }
    }
}

/// Stands in the folder of an import of which a part is stored, or all of it; holds the file's name.
const UNFINISHED: &str = "unfinished";
const FINISHED: &str = "finished";

fn mark(folder: &Path, mark: &str, name: &str) -> Result<()> {
    let mark = folder.join(mark);
    write_private(&mark, name)
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
fn write(data: &Path, lake: &Lake, key: &str, (folder, name): (&Path, &str), filled: Receiver<Rows>) -> Result<Tally> {
    let mut seen = seen::Seen::within(folder);
    let mut all = Tally::default();
    for mut rows in filled.into_iter().filter(|rows| !rows.is_empty()) {
        let _lock = lock(data)?;
        let mut commit = lake.commit()?;
        commit.made_with(key)?;
        let tally = commit.add_seen(&mut rows, &mut seen)?;
        if tally.accepted + tally.replaced > 0 {
            mark(folder, UNFINISHED, name)?;
            commit.brought_by(&folder.file_name().unwrap_or_default().to_string_lossy());
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
