//! The key index of a table: for each business key, what stands stored under it and where.
//!
//! Sorted runs of fixed-size entries. A commit looks its own sorted keys up by walking each run once, and adds one run;
//! runs are merged when there are many. Memory is bounded by the commit, not by the table.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::rows::{Meta, Place};

const ENTRY: usize = 48;
/// More runs than this are merged into one.
const RUNS: usize = 12;

/// One run, as the manifest names it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Run {
    /// Relative to the facts folder.
    pub path: String,
    pub entries: u64,
}

/// What is known of a key: the latest row stored under it.
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

/// Looks up keys, ascending and distinct, in all runs; the entry recorded last wins.
pub fn look_up(folder: &Path, runs: &[Run], keys: &[u128]) -> Result<Vec<Option<Known>>> {
    let mut found: Vec<Option<Known>> = vec![None; keys.len()];
    for run in runs {
        let mut reader = RunReader::open(folder, run)?;
        let mut entry = reader.next()?;
        for (key, found) in keys.iter().zip(&mut found) {
            while entry.is_some_and(|(other, _)| other < *key) {
                entry = reader.next()?;
            }
            let Some((other, known)) = entry else { break };
            if other == *key && found.is_none_or(|before| before.recorded_at <= known.recorded_at) {
                *found = Some(known);
            }
        }
    }
    Ok(found)
}

/// Writes entries, ascending by key, as a new run.
pub fn write_run(folder: &Path, path: String, entries: impl Iterator<Item = (u128, Known)>) -> Result<Run> {
    let full = folder.join(&path);
    let broken = |error| Error::file("write the key index", &full, error);
    if let Some(parent) = full.parent() {
        std::fs::create_dir_all(parent).map_err(broken)?;
    }
    let mut out = BufWriter::with_capacity(1 << 18, File::create_new(&full).map_err(broken)?);
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
    out.flush().map_err(broken)?;
    Ok(Run { path, entries: count })
}

/// Merges all runs into one when there are many; otherwise gives them back as they are.
pub fn merge_when_many(folder: &Path, runs: Vec<Run>, path: String) -> Result<Vec<Run>> {
    if runs.len() <= RUNS {
        return Ok(runs);
    }
    let mut readers = runs.iter().map(|run| RunReader::open(folder, run)).collect::<Result<Vec<_>>>()?;
    let mut heads = readers.iter_mut().map(RunReader::next).collect::<Result<Vec<_>>>()?;
    let mut failure = None;
    let merged = std::iter::from_fn(|| {
        let (key, _) = heads.iter().flatten().min_by_key(|(key, _)| *key).copied()?;
        let mut latest: Option<Known> = None;
        for (head, reader) in heads.iter_mut().zip(&mut readers) {
            let Some((other, known)) = *head else { continue };
            if other != key {
                continue;
            }
            if latest.is_none_or(|before| before.recorded_at <= known.recorded_at) {
                latest = Some(known);
            }
            match reader.next() {
                Ok(next) => *head = next,
                Err(error) => {
                    failure = Some(error);
                    return None;
                }
            }
        }
        latest.map(|known| (key, known))
    });
    let run = write_run(folder, path, merged)?;
    match failure {
        Some(error) => Err(error),
        None => Ok(vec![run]),
    }
}

struct RunReader {
    input: BufReader<File>,
    left: u64,
}

impl RunReader {
    fn open(folder: &Path, run: &Run) -> Result<RunReader> {
        let path = folder.join(&run.path);
        let file = File::open(&path).map_err(|error| Error::file("open the key index", &path, error))?;
        Ok(RunReader { input: BufReader::with_capacity(1 << 18, file), left: run.entries })
    }

    fn next(&mut self) -> Result<Option<(u128, Known)>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let mut bytes = [0; ENTRY];
        let broken = |error| {
            Error::new(format!("the key index ends early: {error}"))
                .remedy("restore the data directory from its backup")
        };
        self.input.read_exact(&mut bytes).map_err(broken)?;
        let word = |from: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[from..from + 8]);
            i64::from_le_bytes(word)
        };
        let mut key = [0; 16];
        key.copy_from_slice(&bytes[..16]);
        let place = Place { resident: word(24), at: word(32) };
        let known = Known { content: word(16) as u64, place, recorded_at: word(40) };
        Ok(Some((u128::from_be_bytes(key), known)))
    }
}
