//! Erasing a resident of whom imports brought rows: out of the facts, and out of every copy of what sources held.
//!
//! Later imports refuse rows of whoever was erased and keep nothing of them, until the erasure is lifted.

use std::path::Path;

use facts::Table;

use super::check::Owner;
use super::read::{Copied, Record};
use super::seal::SealedFile;
use super::{Directory, FINISHED, Mapping, keep};
use crate::error::{Error, Result};
use crate::lake::{Erasure, Lake, Snapshot};
use crate::lock::{erasing, lock};

/// The rows that an erasure took out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// The number under which the facts knew the resident.
    pub resident: i64,
    /// Rows of the facts, with every version of them.
    pub rows: u64,
    /// Rows of originals and of refused rows.
    pub copied: u64,
}

/// A resident who is to be forgotten.
struct Whom {
    /// Every id that may be theirs in a copy, in the one spelling of ids: as the source writes it, and with the prefix that a
    /// mapping puts before it.
    ids: Vec<String>,
    residents: Vec<i64>,
}

impl Whom {
    /// Finds out who is meant by an id as the source wrote it. Where a mapping puts a prefix before ids, the one with it may
    /// be; an id that somebody has as it stands is theirs alone.
    fn meant_by(data: &Path, id: &str, facts: &Snapshot, directory: &mut Directory) -> Result<Whom> {
        let mut ids = vec![id.to_string()];
        for folder in keep::entries(&data.join("imports"))? {
            let prefixed = keep::mapping(&folder)?.prefixes.get("resident_id").map(|prefix| format!("{prefix}{id}"));
            ids.extend(prefixed.filter(|prefixed| !ids.contains(prefixed)));
        }
        let residents: Vec<i64> = ids.iter().map(|id| directory.resident(id.as_bytes())).collect();
        if facts.has_resident(residents[0])? {
            return Ok(Whom { ids: vec![id.into()], residents: vec![residents[0]] });
        }
        let mut known = Vec::new();
        for (id, resident) in ids.iter().zip(&residents) {
            if facts.has_resident(*resident)? {
                known.push((id, *resident));
            }
        }
        match known.as_slice() {
            // Of somebody whose rows were all refused the copies alone know.
            [] => Ok(Whom { ids, residents }),
            [(_, resident)] => Ok(Whom { residents: vec![*resident], ids: ids.clone() }),
            several => {
                let names: Vec<&str> = several.iter().map(|(id, _)| id.as_str()).collect();
                Err(Error::new("sources of several people write this id")
                    .remedy(format!("name one: {}", names.join(", "))))
            }
        }
    }

    /// Whether a record is theirs: its resident is, or their id stands in a column that the import did not take, where an
    /// id that is no short number cannot mean anything else.
    fn has(&self, record: &Record, owner: Option<&Owner>, directory: &mut Directory) -> bool {
        let is_telling = |id: &String| id.chars().count() >= 8 || id.chars().any(char::is_alphabetic);
        let telling: Vec<&String> = self.ids.iter().filter(|id| is_telling(id)).collect();
        let is_id = |field: &[u8]| {
            std::str::from_utf8(field).is_ok_and(|text| telling.iter().any(|id| facts::label(text) == id.as_str()))
        };
        owner.and_then(|owner| owner.whose(record, directory)).is_some_and(|whose| self.residents.contains(&whose))
            || (!telling.is_empty() && record.fields.iter().any(is_id))
    }
}

/// Erases a resident by the id that their sources use. `is_known` says that something of theirs stands elsewhere, in the log.
/// Waits until no import is under way.
///
/// Copies first, the facts last: an erasure that was broken off is done again whole.
pub fn erase(data: &Path, id: &str, reason: &str, now: i64, is_known: bool) -> Result<Forgotten> {
    let lake = Lake::existing(data)?;
    let _erasing = erasing(data)?;
    let facts = lake.snapshot()?;
    let mut directory = Directory::existing(data, &facts)?;
    keep::seal_what_is_in_clear(&directory, data)?;
    let whom = Whom::meant_by(data, id, &facts, &mut directory)?;
    let copied = from_copies(data, &whom, &mut directory)?;
    let _lock = lock(data)?;
    let mut commit = lake.commit()?;
    commit.made_with(&directory.check())?;
    let rows = commit.erase(&whom.residents)?;
    if rows + copied == 0 && !is_known {
        // An erasure that was broken off at its very end left older versions behind.
        lake.release_at_once()?;
        return Err(Error::new("nobody is known here under this id").remedy("the id as the source wrote it"));
    }
    for resident in &whom.residents {
        let reason = directory.seal_text(reason)?;
        commit.note(Erasure { resident: *resident, at: now, reason, lifted: false });
    }
    commit.finish()?;
    lake.release_at_once()?;
    Ok(Forgotten { resident: whom.residents[0], rows, copied })
}

/// Ends an erasure: from now on imports take rows of the resident in again. Rows that were erased do not come back.
pub fn lift(data: &Path, id: &str, reason: &str, now: i64) -> Result<i64> {
    let lake = Lake::existing(data)?;
    let _lock = lock(data)?;
    let snapshot = lake.snapshot()?;
    let mut directory = Directory::existing(data, &snapshot)?;
    let (erased, whom) = (snapshot.manifest.erased(), Whom::meant_by(data, id, &snapshot, &mut directory)?);
    let residents: Vec<i64> = whom.residents.into_iter().filter(|resident| erased.contains(resident)).collect();
    let Some(first) = residents.first().copied() else {
        return Err(Error::new("nobody is erased here under this id").remedy("the id as the source wrote it"));
    };
    let mut commit = lake.commit()?;
    for resident in residents {
        commit.note(Erasure { resident, at: now, reason: directory.seal_text(reason)?, lifted: true });
    }
    commit.finish()?;
    Ok(first)
}

/// Takes rows of everybody who was erased out of the original of one import, which has just brought some again.
pub fn from_original(data: &Path, import: &str, table: &'static Table, directory: &mut Directory) -> Result<()> {
    let erased = Lake::existing(data)?.snapshot()?.manifest.erased();
    let folder = data.join("imports").join(import);
    let copy = keep::original_of(directory, data, import);
    let mapping = keep::mapping(&folder)?;
    let theirs = |record: &Record, owner: Option<&Owner>, directory: &mut Directory| {
        owner.and_then(|owner| owner.whose(record, directory)).is_some_and(|resident| erased.contains(&resident))
    };
    if without(&copy, table, &mapping, directory, theirs)? > 0 {
        keep::keep_mapping(&folder, &mapping.as_written())?;
    }
    Ok(())
}

/// Takes the rows of a resident out of every copy; gives how many.
fn from_copies(data: &Path, whom: &Whom, directory: &mut Directory) -> Result<u64> {
    let mut copied = 0;
    for folder in keep::entries(&data.join("imports"))? {
        let import = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(table) = import.split_once('-').and_then(|(_, table)| Table::named(table)) else { continue };
        let mapping = keep::mapping(&folder)?;
        let theirs =
            |record: &Record, owner: Option<&Owner>, directory: &mut Directory| whom.has(record, owner, directory);
        let is_whole = folder.join(FINISHED).exists();
        for copy in [keep::original_of(directory, data, &import), keep::refused_of(directory, data, &import)] {
            let taken = match without(&copy, table, &mapping, directory, theirs) {
                // Of an import that was killed: its copy has no end, and it is run again whole.
                Err(_) if !is_whole => match std::fs::remove_file(&copy.path) {
                    Err(error) => return Err(Error::file("remove", &copy.path, error)),
                    Ok(()) => 0,
                },
                taken => taken?,
            };
            if taken > 0 && copy.path.starts_with(&folder) {
                keep::keep_mapping(&folder, &mapping.as_written())?;
            }
            copied += taken;
        }
    }
    Ok(copied)
}

/// Writes a copy anew without some of its records, as CSV in UTF-8, where it has any of them; gives how many.
fn without(
    copy: &SealedFile,
    table: &'static Table,
    mapping: &Mapping,
    directory: &mut Directory,
    theirs: impl Fn(&Record, Option<&Owner>, &mut Directory) -> bool,
) -> Result<u64> {
    if !copy.path.exists() {
        return Ok(0);
    }
    copy.verify()?;
    let asked = mapping.asked(table);
    let records = Copied::open(copy, mapping, &asked)?;
    let owner = Owner::of(table, mapping, &records.about);
    let found = records.filter(|record| theirs(record, owner.as_ref(), directory)).count();
    if found == 0 {
        return Ok(0);
    }
    let records = Copied::open(copy, mapping, &asked)?;
    copy.replace(|out| {
        let broken = |error: csv::Error| Error::file("write", &copy.path, error);
        let mut out = csv::WriterBuilder::new().flexible(true).from_writer(out);
        out.write_record(&records.about.header).map_err(broken)?;
        for record in records {
            if !theirs(&record, owner.as_ref(), directory) {
                out.write_record(&record.fields).map_err(broken)?;
            }
        }
        out.flush().map_err(|error| Error::file("write", &copy.path, error))
    })?;
    Ok(found as u64)
}
