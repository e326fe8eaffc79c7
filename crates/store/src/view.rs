//! Views: folds of the log in memory, each behind a lock of its own and with a snapshot of its own.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use matter::{Known, Versions};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::event::Recorded;
use crate::keys::hex;
use crate::sqlite::{made_private, private_folder};
use crate::{Error, Result};

/// A thing that somebody can wait for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Anything about a matter of a kind.
    One(&'static str, Uuid),
    /// Anything about what waits in a unit, is worked on or was done there, of whatever kind.
    Unit(String),
}

/// A fold of the log in memory.
pub trait View: Send + Sync + 'static {
    /// Its name, and that of its snapshot.
    fn name(&self) -> &'static str;
    /// Changes with the outcome of the same events: a snapshot of another version is not used.
    fn version(&self) -> u32;
    /// Categories of the streams that it takes in.
    fn categories(&self) -> &'static [&'static str];
    /// The log that it has followed, by its epoch, and the place up to which it has.
    fn stands(&self) -> (Uuid, u64);
    /// Takes events in, leaves out those that it has already, and stands at a place.
    fn take(&self, events: &[Recorded], to: u64, changed: &mut HashSet<Topic>);
    /// All of it that cannot be made anew from the rest of the log.
    fn snapshot(&self) -> Result<Kept>;
    /// Stands as a snapshot had it; none: empty, as far as a place.
    fn restore(&self, epoch: Uuid, pos: u64, body: Option<&[u8]>) -> Result<()>;
    /// Matters with events that could not be read, each with the versions up to which it stands.
    fn unreadable(&self) -> Vec<(Uuid, Versions)> {
        Vec::new()
    }
    /// Takes in what came after that, if all of it can be read.
    fn read_on(&self, _id: Uuid, _events: &[Recorded]) {}
    /// How a matter stands, for a decision that sees the log of an epoch up to a place.
    fn known(&self, _id: Uuid, _sees: (Uuid, u64)) -> Option<Known> {
        None
    }
}

/// The content of a snapshot, and where it was taken.
pub struct Kept {
    pub epoch: Uuid,
    pub pos: u64,
    pub body: Vec<u8>,
}

/// The first line of a snapshot's file.
#[derive(Serialize, Deserialize)]
struct Head {
    /// As of [`FORM`]; 0: before it was named.
    #[serde(default)]
    form: u32,
    name: String,
    version: u32,
    epoch: u128,
    pos: u64,
    /// SHA-256 of what follows: a file that was damaged is not used.
    digest: String,
}

/// Changes with what a view of any kind makes of the same events: 1, people who were erased go out of all.
const FORM: u32 = 1;
/// End of the name of a snapshot's file.
const VIEW: &str = "view";
/// The same of one that is being written.
const PARTIAL: &str = "partial";

/// Where the snapshots of a folder were taken: epochs of logs, and places up to which they were read.
pub fn kept_at(folder: &Path) -> Vec<(Uuid, u64)> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let head = |path: PathBuf| {
        let mut line = String::new();
        // A head is short; a file without line ends is none of ours.
        BufReader::new(fs::File::open(path).ok()?.take(4096)).read_line(&mut line).ok()?;
        serde_json::from_str::<Head>(&line).ok().map(|head| (Uuid::from_u128(head.epoch), head.pos))
    };
    files.filter(|path| path.extension().is_some_and(|end| end == VIEW)).filter_map(head).collect()
}

/// Restores a view of the log of an epoch, which ends at a place, from its snapshot; whether that could be used.
pub(crate) fn restore(view: &dyn View, folder: &Path, (epoch, end): (Uuid, u64)) -> bool {
    let Ok(text) = fs::read(folder.join(view.name()).with_extension(VIEW)) else { return false };
    let Some(line) = text.iter().position(|byte| *byte == b'\n') else { return false };
    let (head, body) = (&text[..line], &text[line + 1..]);
    let Ok(head) = serde_json::from_slice::<Head>(head) else { return false };
    let is_of_this = (head.form, head.name.as_str(), head.version, head.epoch)
        == (FORM, view.name(), view.version(), epoch.as_u128());
    is_of_this
        && head.pos <= end
        && head.digest == hex(&Sha256::digest(body))
        && view.restore(epoch, head.pos, Some(body)).is_ok()
}

/// Keeps a snapshot of a view in a folder, whole or not at all.
pub(crate) fn keep(view: &dyn View, folder: &Path) -> Result<()> {
    let path = folder.join(view.name()).with_extension(VIEW);
    let broken = |error: std::io::Error| Error::new(format!("the snapshot {}: {error}", path.display()));
    private_folder(folder).map_err(broken)?;
    let alone = fs::File::open(folder).map_err(broken)?;
    alone.lock().map_err(broken)?;
    clear(folder, &[view.name()]);
    // Taken only now: none that is older, and may know somebody who was erased meanwhile, takes the place of a newer one.
    let Kept { epoch, pos, body } = view.snapshot()?;
    let (name, version, digest) = (view.name().to_string(), view.version(), hex(&Sha256::digest(&body)));
    let head = serde_json::to_vec(&Head { form: FORM, name, version, epoch: epoch.as_u128(), pos, digest })
        .map_err(|error| Error::new(format!("the snapshot {}: {error}", path.display())))?;
    let partial = path.with_extension(PARTIAL);
    let write = || {
        made_private(&partial)?;
        let mut file = fs::File::create(&partial)?;
        [&head[..], b"\n", &body].iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()?;
        fs::rename(&partial, &path)
    };
    write().map_err(|error| {
        clear(folder, &[view.name()]);
        broken(error)
    })
}

/// Removes what was left of snapshots of some views when somebody who kept one was stopped: nothing erases a person there.
pub(crate) fn clear_left(folder: &Path, names: &[&str]) {
    // One who keeps a snapshot has the folder, and does the same.
    if let Ok(alone) = fs::File::open(folder)
        && alone.try_lock().is_ok()
    {
        clear(folder, names);
    }
}

/// The same for one who has the folder. Where something cannot be removed, it is tried again with the next snapshot.
fn clear(folder: &Path, names: &[&str]) {
    let is_left = |path: &PathBuf| {
        let part = |part: Option<&OsStr>| part.and_then(OsStr::to_str).unwrap_or_default().to_string();
        let (stem, end) = (part(path.file_stem()), part(path.extension()));
        // Each had a name of its own before.
        names.contains(&stem.as_str()) && (end == PARTIAL || end.starts_with("partial-"))
    };
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(is_left).for_each(|path| drop(fs::remove_file(path)));
}
