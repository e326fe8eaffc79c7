//! From the log to the facts: the rows of a matter are made anew when something happened to it.
//!
//! The place up to which the log was followed is written after the rows are on disk. Rows that are brought again are
//! unchanged, so that a follower that was killed in between loses nothing and doubles nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use analytics::import::Directory;
use analytics::lake::{Lake, private_folder, write_private};
use analytics::lock::lock;
use analytics::rows::Rows;
use analytics::{Error, Result};
use facts::{Table, Value};
use kinds::Kinds;
use matter::{ERASED, Subject, named};
use serde::{Deserialize, Serialize};
use store::Filter;
use uuid::Uuid;

use crate::last_read::LastRead;
use crate::place::told;

/// Text that stands in the `source` of rows that come from the log.
pub const SOURCE: &str = "log";
/// Matters in one commit.
const MOST: usize = 50_000;
/// Events read at once.
const PAGE: usize = 1000;
/// Files of versions that nobody reads any more are removed so often.
const RELEASED_EVERY: Duration = Duration::from_mins(10);

/// Up to where the log was followed.
#[derive(Serialize, Deserialize, Default, PartialEq, Eq, Clone, Debug)]
struct Cursor {
    epoch: String,
    pos: u64,
}

/// Name of the file that says how far the facts have followed.
const REACHED: &str = "facts.json";

/// Up to where the facts have followed which log, if they have.
pub fn reached(snapshots: &Path) -> Option<(String, u64)> {
    let cursor: Cursor = serde_json::from_slice(&std::fs::read(snapshots.join(REACHED)).ok()?).ok()?;
    Some((cursor.epoch, cursor.pos))
}

/// Follows a log into the facts of a data directory.
pub struct Follower {
    kinds: Kinds,
    data: PathBuf,
    cursor: Cursor,
    place: PathBuf,
    /// Opened in a round: a fault of the facts is reported then, and tried again, and stops no server.
    directory: Option<Directory>,
    released: Instant,
}

/// The outcome of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// Rows that are new, replace others, or are gone.
    pub rows: u64,
    /// Place of the log up to which the facts have it now, and whether that was all.
    pub pos: u64,
    pub all: bool,
}

/// The fate of the rows that the facts have from the log already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Stays,
    /// They came from another log, which this one may know nothing of.
    Goes,
}

impl Follower {
    pub fn new(kinds: Kinds, data: &Path, snapshots: &Path) -> Follower {
        let place = snapshots.join(REACHED);
        let cursor = std::fs::read(&place).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Follower { kinds, data: data.into(), cursor, place, directory: None, released: Instant::now() }
    }

    fn directory(&mut self) -> Result<&mut Directory> {
        if self.directory.is_none() {
            let lake = Lake::open(&self.data)?;
            let _lock = lock(&self.data)?;
            self.directory = Some(Directory::open(&self.data, &lake.snapshot()?)?);
        }
        self.directory.as_mut().ok_or_else(|| Error::new("there is no directory"))
    }

    /// Place of the log up to which the facts have followed it.
    pub fn pos(&self) -> u64 {
        self.cursor.pos
    }

    /// Brings into the facts what happened since the last round, a commit at most.
    pub async fn round(&mut self) -> Result<Followed> {
        // A fault of the directory's key is reported before anything else.
        self.directory()?;
        // Matters to which something happened, each by its kind's place among the kinds.
        let mut touched: BTreeSet<(usize, Uuid)> = BTreeSet::new();
        let mut erased: Vec<i64> = Vec::new();
        let mut before = Before::Stays;
        let mut cursor = self.cursor.clone();
        let mut head = cursor.pos;
        while touched.len() < MOST {
            let page = self.kinds.store.log().read_all(cursor.pos, Filter::default(), PAGE).await.map_err(told)?;
            head = page.head;
            let epoch = page.epoch.to_string();
            if epoch != cursor.epoch || page.head < cursor.pos {
                // Another log, or one that was restored: what the one before brought, and this one may not know, goes.
                let was_followed = cursor.pos > 0;
                cursor = Cursor { epoch, pos: 0 };
                if was_followed {
                    before = Before::Goes;
                    continue;
                }
            }
            for event in &page.events {
                if let Some((category, id)) = named(&event.stream) {
                    let kinds = self.kinds.store.kinds();
                    let kind = kinds.iter().position(|kind| kind.categories().contains(&category));
                    touched.extend(kind.map(|kind| (kind, id)));
                }
                if event.kind == ERASED
                    && let Some(("subject", subject)) = event.stream.split_once('/')
                {
                    erased.push(self.directory()?.resident(subject.as_bytes()));
                }
            }
            if page.next == cursor.pos {
                break;
            }
            cursor.pos = page.next;
        }
        if cursor == self.cursor {
            self.release()?;
            return Ok(Followed { rows: 0, pos: cursor.pos, all: true });
        }
        let rows = self.rows(touched).await?;
        let written = self.commit(rows, &erased, before)?;
        let (pos, all) = (cursor.pos, head <= cursor.pos);
        self.keep(cursor)?;
        Ok(Followed { rows: written, pos, all })
    }

    /// The rows of matters, by their tables.
    async fn rows(&mut self, touched: BTreeSet<(usize, Uuid)>) -> Result<BTreeMap<&'static str, Rows>> {
        let store = self.kinds.store.clone();
        let directory = self.directory()?;
        let mut tables: BTreeMap<&'static str, Rows> = BTreeMap::new();
        for (kind, id) in touched {
            let mut number = |subject: Subject| directory.resident(subject.to_string().as_bytes());
            let mut put = |table: &'static Table, values: &[Value<'_>], changed: i64| {
                tables.entry(table.name).or_insert_with(|| Rows::new(table)).push(values, SOURCE, changed, 0);
            };
            store.kinds()[kind].rows(id, &mut number, &mut put).await.map_err(told)?;
        }
        Ok(tables)
    }

    /// Files in which erased people still stand go when nobody reads their version any more, also where nothing else is
    /// written.
    fn release(&mut self) -> Result<()> {
        if self.released.elapsed() >= RELEASED_EVERY {
            self.released = Instant::now();
            let _lock = lock(&self.data)?;
            Lake::open(&self.data)?.release()?;
        }
        Ok(())
    }

    /// Writes rows after those `before` them, and then takes out whoever was erased.
    fn commit(&mut self, mut tables: BTreeMap<&'static str, Rows>, erased: &[i64], before: Before) -> Result<u64> {
        if tables.is_empty() && erased.is_empty() && before == Before::Stays {
            return Ok(0);
        }
        // Facts that are lost are restored: nothing new is begun in their place.
        LastRead::facts(&self.data)?;
        let key = self.directory()?.check();
        let lake = Lake::open(&self.data)?;
        let _lock = lock(&self.data)?;
        let mut commit = lake.commit()?;
        commit.made_with(&key)?;
        let mut written = match before {
            Before::Stays => 0,
            Before::Goes => commit.forget(SOURCE)?,
        };
        // Referred ones first.
        for table in facts::TABLES {
            let Some(mut rows) = tables.remove(table.name) else { continue };
            let tally = commit.add(&mut rows)?;
            written += tally.accepted + tally.replaced;
            commit.compact(table, false)?;
        }
        written += commit.erase(erased)?;
        if written > 0 {
            commit.finish()?;
        }
        Ok(written)
    }

    fn keep(&mut self, cursor: Cursor) -> Result<()> {
        let broken = |error: std::io::Error| Error::file("write", &self.place, error);
        let text = serde_json::to_string(&cursor).map_err(|error| Error::file("write", &self.place, error))?;
        if let Some(folder) = self.place.parent() {
            private_folder(folder)?;
        }
        let partial = self.place.with_extension("partial");
        write_private(&partial, &text)?;
        std::fs::rename(&partial, &self.place).map_err(broken)?;
        self.cursor = cursor;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
