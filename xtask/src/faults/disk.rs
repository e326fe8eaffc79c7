//! The remains on a disk after a power cut: everything synced, and of the rest as much as chance leaves.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// How much of what was not synced is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    All,
    /// Each write for itself, and some of them torn at a sector.
    Some,
}

/// A change that was written down before it was made.
struct Change {
    truncates: bool,
    at: u64,
    size_before: u64,
    old: Vec<u8>,
    new: Vec<u8>,
    fate: Fate,
}

/// The fate of a change on a disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// A sync has brought it to the disk.
    Synced,
    /// The sync that was for it has failed, and no later one tries again; what is written over it later is another change.
    Dropped,
    /// No sync came after it.
    Open,
}

const SECTOR: u64 = 512;

/// Takes back from the files what the journal says was never synced.
pub fn cut(journal: &Path, loss: Loss, below: &mut dyn FnMut(u64) -> u64) -> Result<(), String> {
    // Killed before it changed anything.
    let Ok(bytes) = fs::read(journal) else { return Ok(()) };
    for (path, changes) in changes(&bytes) {
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            // A file that was removed since: its name was what was changed last.
            Err(_) => continue,
        };
        let broken = |error: std::io::Error| format!("{path}: {error}");
        // Back to the first change that is not on the disk, and from there on again with what is.
        let first = changes.iter().position(|change| change.fate != Fate::Synced).unwrap_or(changes.len());
        for change in changes[first..].iter().rev() {
            if !change.old.is_empty() {
                file.write_all_at(&change.old, change.at).map_err(broken)?;
            }
            file.set_len(change.size_before).map_err(broken)?;
        }
        for change in &changes[first..] {
            let whole = change.new.len() as u64;
            let kept = match (change.fate, loss) {
                (Fate::Synced, _) => None,
                (Fate::Dropped, _) | (Fate::Open, Loss::All) => continue,
                (Fate::Open, Loss::Some) => match below(3) {
                    0 => Some(0),
                    1 => None,
                    _ => Some(below(whole / SECTOR + 1) * SECTOR),
                },
            };
            if change.truncates && (kept.is_none() || below(2) == 0) {
                file.set_len(change.at).map_err(broken)?;
            }
            let kept = kept.unwrap_or(whole).min(whole) as usize;
            file.write_all_at(&change.new[..kept], change.at).map_err(broken)?;
        }
    }
    // The next life begins on a disk that has what it has.
    fs::remove_file(journal).map_err(|error| error.to_string())
}

/// By path, the changes to the disk. The last record may be cut off by the kill.
fn changes(mut bytes: &[u8]) -> BTreeMap<String, Vec<Change>> {
    let mut files: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    while let Some((head, rest)) = bytes.split_at_checked(48) {
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&head[at * 8..at * 8 + 8]);
            u64::from_le_bytes(number)
        };
        let [kind, path, at, size_before, old, new] = [0, 1, 2, 3, 4, 5].map(number);
        let Some((path, rest)) = rest.split_at_checked(path as usize) else { break };
        let Some((old, rest)) = rest.split_at_checked(old as usize) else { break };
        let Some((new, rest)) = rest.split_at_checked(new as usize) else { break };
        bytes = rest;
        let changes = files.entry(String::from_utf8_lossy(path).into_owned()).or_default();
        let end = |changes: &mut Vec<Change>, fate| {
            changes.iter_mut().filter(|it| it.fate == Fate::Open).for_each(|it| it.fate = fate)
        };
        match u8::try_from(kind) {
            Ok(b'S') => end(changes, Fate::Synced),
            Ok(b'F') => end(changes, Fate::Dropped),
            Ok(b'U') => changes.clear(),
            kind => changes.push(Change {
                truncates: kind == Ok(b'T'),
                at,
                size_before,
                old: old.to_vec(),
                new: new.to_vec(),
                fate: Fate::Open,
            }),
        }
    }
    files
}
