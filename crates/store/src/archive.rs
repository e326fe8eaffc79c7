//! Copies of a log: backup, restore, and moving from one kind of database to another, all the same walk.
//!
//! A log is only ever added to, so that everything up to a place is a whole copy, also while others write. The chain is
//! checked on the way: damage is reported and never passed on.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::backend::{Backend, Command, Failure, Head, Stream};
use crate::chain::{RESTORED, RESTORES, Restored, beginning, digest, digest_of_command, link};
use crate::event::{Context, NewEvent, Recorded};
use crate::log::{Location, Log, next};
use crate::{Error, Result};

/// Events copied in one transaction.
const PAGE: usize = 2000;

/// Meaning that the places of a copy have for those who have read the log before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Epoch {
    /// The same as before: a backup, to be laid aside.
    Kept,
    /// Something else: the copy takes the place of a log that may have gone on, and its readers must begin anew. It says so
    /// in its own chain, with the instant in microseconds since 1970 and the epochs of the logs that it takes the place of.
    New { epoch: Uuid, at: i64, instead: Vec<Uuid> },
}

/// Copies a log to a place where there is none; gives the number of events. Whole or not at all.
pub async fn copy(from: &Log, to: &Location, epoch: Epoch) -> Result<u64> {
    let keys = from.keys().check();
    let Location::File(path) = to else { return copy_into(from, &mut to.writer(keys)?, epoch).await };
    let broken = |error: std::io::Error| Error::new(format!("the copy {}: {error}", path.display()));
    // Remains of another log would be taken for a part of this one.
    if let Some(there) = files_of(path).into_iter().find(|file| file.exists()) {
        return Err(Error::new("there is a file already").at(there.display()).remedy("name another, or move it away"));
    }
    let partial = path.with_extension("partial");
    remove_all(&partial).map_err(broken)?;
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial);
    made.map_err(broken)?;
    let mut target = Location::File(partial.clone()).writer(keys)?;
    let copied = copy_into(from, &mut target, epoch).await;
    let copied = copied.and_then(|events| match &target {
        Backend::Sqlite(copy) => copy.finish().map(|()| events),
        _ => Ok(events),
    });
    drop(target);
    if copied.is_err() {
        let _ = remove_all(&partial);
    }
    let events = copied?;
    place(&partial, path)?;
    Ok(events)
}

/// Gives what was written beside it the name for which it was written, unless something bears that.
pub(crate) fn place(partial: &Path, path: &Path) -> Result<()> {
    let placed = || {
        // A link fails where a file stands; a rename would take its place.
        std::fs::hard_link(partial, path).and_then(|()| std::fs::remove_file(partial))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(path)?.sync_all()?;
        std::fs::File::open(folder)?.sync_all()
    };
    placed().map_err(|error: std::io::Error| Error::new(format!("the copy: {error}")).at(path.display()))
}

/// Removes what a copy that was broken off has left.
pub(crate) fn remove_all(partial: &Path) -> std::io::Result<()> {
    let gone = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    let mut name = partial.as_os_str().to_os_string();
    name.push("-journal");
    let left = files_of(partial).into_iter().chain([PathBuf::from(name)]);
    left.map(std::fs::remove_file)
        .try_for_each(|removed| removed.or_else(|it| if gone(&it) { Ok(()) } else { Err(it) }))
}

/// Whether a file is a log that this program reads; nothing is made or changed.
pub fn is_log(path: &Path) -> Result<()> {
    match crate::sqlite::Sqlite::probe(path)? {
        Some(_) => Ok(()),
        None => Err(Error::new("the file is no log: it is empty").at(path.display())),
    }
}

/// Tells again, in a log that was put back from a copy, what its keys know and it does not: who was erased, and which
/// class of content is kept no more, after the copy was made. Gives how many.
pub async fn retell(log: &Log, now: i64, context: Context) -> Result<usize> {
    let mut told = 0;
    for erasure in log.keys().erasures()? {
        let stream = match (&erasure.subject, &erasure.class) {
            (Some(subject), _) => format!("subject/{subject}"),
            (None, class) => format!("retention/{}", class.as_deref().unwrap_or_default()),
        };
        let before = |event: &crate::Recorded| {
            let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
            data["before"].as_i64().is_some_and(|before| Some(before) >= erasure.before.map(i64::from))
        };
        let events = log.read_stream(&stream, 0, usize::MAX >> 1).await?;
        if events.iter().any(|event| erasure.subject.is_some() || before(event)) {
            continue;
        }
        match (erasure.subject, erasure.class, erasure.before) {
            (Some(subject), ..) => {
                log.erase(subject, &erasure.reason, crate::new_id(now), now, context.clone()).await?;
            }
            (None, Some(class), Some(before)) => drop(log.retain(&class, before, now, context.clone()).await?),
            _ => continue,
        }
        told += 1;
    }
    Ok(told)
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
    let broken =
        |failure: Failure| Error::new(format!("the copy could not be written: {failure}")).remedy(failure.remedy());
    let mut head = target.begin().map_err(broken)?;
    if head.pos > 0 {
        return Err(Error::new("there is a log already where the copy should be")
            .remedy("name a place where there is none; what stands there stays as it is"));
    }
    let (_, end) = from.reading(|reader| reader.after(0, 0)).await?;
    (head.epoch, head.birth, head.keys, head.age) = (end.epoch, end.birth, end.keys, end.age);
    let (mut streams, mut chain) = (HashMap::<String, Stream>::new(), beginning(end.birth));
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
            streams.insert(event.stream.clone(), Stream { version: event.version, closed: event.closes });
        }
        target.put(&events, &[], &[]).map_err(broken)?;
    }
    (head.pos, head.chain) = (pos, chain);
    if let Epoch::New { epoch, at, instead } = epoch {
        let restored = Restored { from: head.epoch, pos, epoch, instead };
        let stream = streams.entry(RESTORES.into()).or_default();
        stream.version += 1;
        let (event, command) = goes_on(&mut head, &restored, stream.version, at);
        head.epoch = epoch;
        target.put(&[event], &[], &[command]).map_err(broken)?;
    }
    let streams: Vec<(String, Stream)> = streams.into_iter().collect();
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

/// The event with which a copy goes on, and the command that brought it.
fn goes_on(head: &mut Head, restored: &Restored, version: u64, at: i64) -> (Recorded, Command) {
    let event = NewEvent {
        id: restored.epoch,
        stream: RESTORES.into(),
        kind: RESTORED.into(),
        schema: 1,
        occurred: at,
        data: restored.data(),
        personal: None,
        closes: false,
    };
    let (pos, recorded) = (head.pos + 1, at.max(head.recorded));
    let (scope, key, request) = ("restore".into(), restored.epoch.to_string(), [0; 32]);
    let mut command = Command { scope, key, request, first: pos, last: pos, recorded, digest: [0; 32] };
    command.digest = digest_of_command(&command);
    let (actor, purpose) = ("command line".into(), "restore".into());
    let context = Context { actor, purpose, correlation: restored.epoch, ..Context::default() };
    (next(head, &event, None, (version, recorded, Some(command.digest)), &context), command)
}

fn damaged(pos: u64) -> Error {
    Error::new(format!("the log is damaged at {pos}: nothing was copied")).remedy("see what `luotsi log verify` says")
}
