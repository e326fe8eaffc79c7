//! Copies of a log: backup, restore, and moving from one kind of database to another, all the same walk.
//!
//! A log is only ever added to, so that everything up to a place is a whole copy, also while others write. The chain is
//! checked on the way: what is damaged is told and never passed on.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::backend::{Command, Failure, Stream};
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

/// Copies a log to a place where there is none; gives the number of events.
pub async fn copy(from: &Log, to: &Location, epoch: Epoch) -> Result<u64> {
    let broken = |failure: Failure| Error::new(format!("the copy could not be written: {failure:?}"));
    let mut target = to.writer()?;
    let (_, mut head) = target.after(0, 0).map_err(broken)?;
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
        let Some(last) = events.last() else { return Err(damaged(pos + 1)) };
        let (reached, recorded) = (last.pos, last.recorded);
        for event in &events {
            chain = link(&chain, &digest(event));
            if event.pos != pos + 1 || event.chain != chain {
                return Err(damaged(event.pos));
            }
            pos = event.pos;
            versions.insert(event.stream.clone(), event.version);
        }
        let streams = events.iter().map(|event| event.stream.as_str()).collect::<HashSet<_>>();
        let streams: Vec<(String, Stream)> = streams
            .into_iter()
            .map(|name| {
                let version = versions[name];
                // A stream that was closed later is still open in the copy.
                (name.to_string(), Stream { version, closed: closed.get(name) == Some(&version) })
            })
            .collect();
        (head.pos, head.chain, head.recorded) = (reached, chain, recorded);
        target.begin().map_err(broken)?;
        target.put(&events, &streams, &[]).and_then(|()| target.commit(&head)).map_err(broken)?;
    }
    let mut after = (String::new(), String::new());
    loop {
        let (scope, key) = after.clone();
        let commands = from.reading(move |reader| reader.commands((&scope, &key), PAGE)).await?;
        let Some(last) = commands.last() else { break };
        after = (last.scope.clone(), last.key.clone());
        let known: Vec<Command> = commands.into_iter().filter(|command| command.last <= end.pos).collect();
        target.begin().map_err(broken)?;
        target.put(&[], &[], &known).and_then(|()| target.commit(&head)).map_err(broken)?;
    }
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
