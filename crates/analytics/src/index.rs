//! The key index of a table: for each business key, every version stored under it and where it stands.
//!
//! Sorted runs of fixed-size entries. A commit looks its own sorted keys up by walking each run once, and adds one run;
//! runs are merged when there are many. Memory is bounded by the commit, not by the table.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::rows::{Meta, Place};
use crate::whole::{self, HashingFile, RESTORE};

const ENTRY: usize = 48;
/// More runs than this are merged into one.
const RUNS: usize = 12;

/// One run, as the manifest names it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Run {
    /// Relative to the facts folder.
    pub path: String,
    pub entries: u64,
    /// See [`crate::whole`].
    pub xxh3: String,
}

/// Facts known of a key: one version of the row under it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    pub content: u64,
    pub place: Place,
    pub recorded_at: i64,
}

impl From<&Meta> for Known {
    fn from(meta: &Meta) -> Known {
        Known { content: meta.content, place: meta.place, recorded_at: meta.recorded_at }
    }
}

/// Looks up keys, ascending and distinct, in all runs: the versions of each, the one recorded last at the end.
pub fn look_up(folder: &Path, runs: &[Run], keys: &[u128]) -> Result<Vec<Versions>> {
    let mut found: Vec<Versions> = vec![Versions::None; keys.len()];
    for run in runs {
        let mut reader = RunReader::open(folder, run)?;
        let mut entry = reader.next()?;
        for (key, found) in keys.iter().zip(&mut found) {
            if entry.is_some_and(|(other, _)| other < *key) {
                entry = reader.seek(*key)?;
            }
            while let Some((_, known)) = entry.filter(|(other, _)| other == key) {
                found.add(known);
                entry = reader.next()?;
            }
            if entry.is_none() {
                break;
            }
        }
    }
    Ok(found)
}

/// The versions of the keys that are asked for.
pub fn versions(folder: &Path, runs: &[Run], is_asked: impl Fn(u128) -> bool) -> Result<HashMap<u128, Versions>> {
    let mut found: HashMap<u128, Versions> = HashMap::new();
    for run in runs {
        let mut reader = RunReader::open(folder, run)?;
        while let Some((key, known)) = reader.next()? {
            if is_asked(key) {
                found.entry(key).or_insert(Versions::None).add(known);
            }
        }
    }
    Ok(found)
}

/// The versions of one key, by when they were recorded. Nearly every key has one: that one needs no allocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Versions {
    None,
    One(Known),
    Many(Vec<Known>),
}

impl Versions {
    pub fn as_slice(&self) -> &[Known] {
        match self {
            Versions::None => &[],
            Versions::One(known) => std::slice::from_ref(known),
            Versions::Many(known) => known,
        }
    }

    /// Of two versions recorded at one instant the one added last stands.
    pub fn add(&mut self, known: Known) {
        let mut all = match std::mem::replace(self, Versions::None) {
            Versions::None => {
                *self = Versions::One(known);
                return;
            }
            Versions::One(before) => vec![before],
            Versions::Many(all) => all,
        };
        match all.binary_search_by_key(&known.recorded_at, |version| version.recorded_at) {
            Ok(at) => all[at] = known,
            Err(at) => all.insert(at, known),
        }
        *self = Versions::Many(all);
    }

    pub fn latest(&self) -> Option<Known> {
        self.as_slice().last().copied()
    }
}

/// Writes entries, ascending by key and then by when they were recorded, as a new run.
pub fn write_run(folder: &Path, path: String, entries: impl Iterator<Item = (u128, Known)>) -> Result<Run> {
    let full = folder.join(&path);
    let broken = |error| Error::file("write the key index", &full, error);
    let mut out = BufWriter::with_capacity(1 << 18, HashingFile::create(&full)?);
    let mut count = 0;
    for (key, known) in entries {
        let mut bytes = [0; ENTRY];
        bytes[..16].copy_from_slice(&key.to_be_bytes());
        bytes[16..24].copy_from_slice(&known.content.to_le_bytes());
        bytes[24..32].copy_from_slice(&known.place.resident.to_le_bytes());
        bytes[32..40].copy_from_slice(&known.place.at.to_le_bytes());
        bytes[40..].copy_from_slice(&known.recorded_at.to_le_bytes());
        out.write_all(&bytes).map_err(broken)?;
        count += 1;
    }
    let file = out.into_inner().map_err(|error| broken(error.into_error()))?;
    Ok(Run { path, entries: count, xxh3: file.digest() })
}

/// Merges the youngest runs into one when there are many; otherwise gives them back as they are.
///
/// So many are merged that each older run is twice as long as all that follow it: an entry is written again only as
/// often as the table doubles.
pub fn merge_when_many(folder: &Path, mut runs: Vec<Run>, path: String) -> Result<Vec<Run>> {
    if runs.len() <= RUNS {
        return Ok(runs);
    }
    let (mut first, mut entries) = (runs.len(), 0);
    while first > 0 && (runs.len() - first < 2 || runs[first - 1].entries < 2 * entries) {
        first -= 1;
        entries += runs[first].entries;
    }
    let merged = merge_without(folder, &runs[first..], path, |_, _| false)?;
    runs.truncate(first);
    runs.push(merged);
    Ok(runs)
}

/// Merges runs into one, without the versions that are `gone`: asked of a key and the resident where the version stands.
pub fn merge_without(folder: &Path, runs: &[Run], path: String, gone: impl Fn(u128, i64) -> bool) -> Result<Run> {
    let mut readers = runs.iter().map(|run| RunReader::open(folder, run)).collect::<Result<Vec<_>>>()?;
    let mut heads = readers.iter_mut().map(RunReader::next).collect::<Result<Vec<_>>>()?;
    let mut failure = None;
    let merged = std::iter::from_fn(|| {
        let order = |(key, known): &(u128, Known)| (*key, known.recorded_at);
        let next = heads.iter().flatten().map(order).min()?;
        let mut entry = None;
        for (head, reader) in heads.iter_mut().zip(&mut readers) {
            if head.as_ref().map(order) != Some(next) {
                continue;
            }
            entry = *head;
            match reader.next() {
                Ok(after) => *head = after,
                Err(error) => {
                    failure = Some(error);
                    return None;
                }
            }
        }
        entry
    });
    let run = write_run(folder, path, merged.filter(|(key, known)| !gone(*key, known.place.resident)))?;
    match failure {
        Some(error) => Err(error),
        None => Ok(run),
    }
}

/// Checks that a run is whole and in order.
pub fn verify(folder: &Path, run: &Run) -> Result<()> {
    let path = folder.join(&run.path);
    let wrong = |what: &str| Error::new(what).at(path.display()).remedy(RESTORE);
    let length = path.metadata().map_err(|error| Error::file("read the key index", &path, error))?.len();
    if length != run.entries * ENTRY as u64 {
        return Err(wrong("the key index is not as long as the manifest says"));
    }
    let mut reader = RunReader::open(folder, run)?;
    let mut last = None;
    while let Some((key, known)) = reader.next()? {
        let order = (key, known.recorded_at);
        if last.replace(order).is_some_and(|last| last >= order) {
            return Err(wrong("the key index is not in order"));
        }
    }
    Ok(())
}

/// Reads a run from end to end, many entries at a time.
struct RunReader {
    file: File,
    left: u64,
    block: Vec<u8>,
    at: usize,
}

/// Entries read at a time.
const BLOCK: u64 = 8192;

impl RunReader {
    fn open(folder: &Path, run: &Run) -> Result<RunReader> {
        let path = folder.join(&run.path);
        whole::check(&path, &run.xxh3)?;
        let file = File::open(&path).map_err(|error| Error::file("open the key index", &path, error))?;
        Ok(RunReader { file, left: run.entries, block: Vec::new(), at: 0 })
    }

    /// The next entry whose key is `key` or greater.
    fn seek(&mut self, key: u128) -> Result<Option<(u128, Known)>> {
        loop {
            while let Some(bytes) = self.block.get(self.at..self.at + ENTRY) {
                self.at += ENTRY;
                if key_of(bytes) >= key {
                    return Ok(Some(entry_of(bytes)));
                }
            }
            if self.left == 0 {
                return Ok(None);
            }
            let entries = self.left.min(BLOCK);
            self.left -= entries;
            self.block.resize(entries as usize * ENTRY, 0);
            self.at = 0;
            self.file
                .read_exact(&mut self.block)
                .map_err(|error| Error::new(format!("the key index ends early: {error}")).remedy(RESTORE))?;
        }
    }

    fn next(&mut self) -> Result<Option<(u128, Known)>> {
        self.seek(0)
    }
}

fn key_of(entry: &[u8]) -> u128 {
    let mut key = [0; 16];
    key.copy_from_slice(&entry[..16]);
    u128::from_be_bytes(key)
}

fn entry_of(entry: &[u8]) -> (u128, Known) {
    let word = |from: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&entry[from..from + 8]);
        i64::from_le_bytes(word)
    };
    let place = Place { resident: word(24), at: word(32) };
    (key_of(entry), Known { content: word(16) as u64, place, recorded_at: word(40) })
}
