//! Copies of a log: backup, restore, and moving from one kind of database to another, all the same walk.
//!
//! A log is only ever added to, so that everything up to a place is a whole copy, also while others write. The chain is
//! checked on the way: what is damaged is told and never passed on.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::backend::{Backend, Command, Failure, Stream};
use crate::chain::{BEGINNING, digest, link};
use crate::log::{Location, Log};
use crate::{Error, Result};

/// Events copied in one transaction.
const PAGE: usize = 2000;

/// What the places of a copy mean to those who have read the log before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    /// The same as before: a backup, to be laid aside.
    Kept,
    /// Something else: the copy takes the place of a log that may have gone on, and its readers must begin anew.
    New,
}

/// Copies a log to a place where there is none; gives the number of events. Whole or not at all.
pub async fn copy(from: &Log, to: &Location, epoch: Epoch) -> Result<u64> {
    let Location::File(path) = to else { return copy_into(from, &mut to.writer()?, epoch).await };
    let broken = |error: std::io::Error| Error::new(format!("the copy {}: {error}", path.display()));
    // What is left of another log would be taken for a part of this one.
    if let Some(there) = files_of(path).into_iter().find(|file| file.exists()) {
        return Err(Error::new(format!("there is a file already: {}", there.display())));
    }
    let partial = path.with_extension("partial");
    for left in files_of(&partial) {
        match std::fs::remove_file(left) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(broken(error)),
            _ => {}
        }
    }
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial);
    made.map_err(broken)?;
    let mut target = Location::File(partial.clone()).writer()?;
    let copied = copy_into(from, &mut target, epoch).await;
    let copied = copied.and_then(|events| match &target {
        Backend::Sqlite(copy) => copy.finish().map(|()| events),
        _ => Ok(events),
    });
    drop(target);
    if copied.is_err() {
        files_of(&partial).iter().for_each(|file| drop(std::fs::remove_file(file)));
    }
    let events = copied?;
    // A link fails where a file stands; a rename would take its place.
    std::fs::hard_link(&partial, path).and_then(|()| std::fs::remove_file(&partial)).map_err(broken)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(broken)?;
    Ok(events)
}

/// Whether a file is a log that this program reads; nothing is made or changed.
pub fn is_log(path: &Path) -> Result<()> {
    crate::sqlite::Sqlite::probe(path)
}

/// The files of a log in one file, while it is open or was not closed.
pub fn files_of(path: &Path) -> [PathBuf; 3] {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_os_string();
        name.push(ending);
        PathBuf::from(name)
    };
    [path.to_path_buf(), beside("-wal"), beside("-shm")]
}

async fn copy_into(from: &Log, target: &mut Backend, epoch: Epoch) -> Result<u64> {
    let copied = put_all(from, target, epoch).await;
    if copied.is_err() {
        target.rollback();
    }
    copied
}

/// One transaction: whoever opens the copy meanwhile sees nothing, and nobody can write between its parts.
async fn put_all(from: &Log, target: &mut Backend, epoch: Epoch) -> Result<u64> {
    let broken = |failure: Failure| Error::new(format!("the copy could not be written: {failure:?}"));
    let mut head = target.begin().map_err(broken)?;
    if head.pos > 0 {
        return Err(Error::new("there is a log already where the copy should be"));
    }
    let (_, end) = from.reading(|reader| reader.after(0, 0)).await?;
    head.epoch = match epoch {
        Epoch::Kept => end.epoch,
        Epoch::New => Uuid::from_bytes(crate::keys::random()?),
    };
    let closed = closed_streams(from).await?;
    let (mut versions, mut chain) = (HashMap::<String, u64>::new(), BEGINNING);
    let mut pos = 0;
    while pos < end.pos {
        let (mut events, _) = from.reading(move |reader| reader.after(pos, PAGE)).await?;
        events.retain(|event| event.pos <= end.pos);
        if events.is_empty() {
            return Err(damaged(pos + 1));
        }
        for event in &events {
            chain = link(&chain, &digest(event));
            if event.pos != pos + 1 || event.chain != chain {
                return Err(damaged(event.pos));
            }
            (pos, head.recorded) = (event.pos, event.recorded);
            versions.insert(event.stream.clone(), event.version);
        }
        target.put(&events, &[], &[]).map_err(broken)?;
    }
    (head.pos, head.chain) = (pos, chain);
    // A stream that was closed later is still open in the copy.
    let stream = |(name, version): (String, u64)| {
        let closed = closed.get(&name) == Some(&version);
        (name, Stream { version, closed })
    };
    let streams: Vec<(String, Stream)> = versions.into_iter().map(stream).collect();
    for page in streams.chunks(PAGE) {
        target.put(&[], page, &[]).map_err(broken)?;
    }
    let mut after = (String::new(), String::new());
    loop {
        let (scope, key) = after.clone();
        let commands = from.reading(move |reader| reader.commands((&scope, &key), PAGE)).await?;
        let Some(last) = commands.last() else { break };
        after = (last.scope.clone(), last.key.clone());
        let known: Vec<Command> = commands.into_iter().filter(|command| command.last <= end.pos).collect();
        target.put(&[], &[], &known).map_err(broken)?;
    }
    target.commit(&head).map_err(broken)?;
    Ok(end.pos)
}

/// Closed streams and the versions at which they ended.
async fn closed_streams(log: &Log) -> Result<HashMap<String, u64>> {
    let mut closed = HashMap::new();
    let mut after = String::new();
    loop {
        let from = after.clone();
        let page = log.reading(move |reader| reader.streams(&from, PAGE)).await?;
        let Some((last, _)) = page.last() else { return Ok(closed) };
        after.clone_from(last);
        closed.extend(page.into_iter().filter(|(_, it)| it.closed).map(|(name, it)| (name, it.version)));
    }
}

fn damaged(pos: u64) -> Error {
    Error::new(format!("the log is damaged at {pos}: nothing after it was copied; `log verify` tells more"))
}
