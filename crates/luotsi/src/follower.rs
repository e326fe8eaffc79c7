//! From the log to the facts: every contact's row is made anew when something happened to it.
//!
//! The place up to which the log was followed is written after the rows are on disk. Rows that are brought again are
//! unchanged, so that a follower that was killed in between loses nothing and doubles nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use analytics::import::Directory;
use analytics::lake::{Lake, private_folder, write_private};
use analytics::lock::lock;
use analytics::rows::Rows;
use analytics::{Error, Result, measure};
use calendar::Calendar;
use facts::{ResidentId, Row};
use matter::{Subject, stream};
use operations::{contacts, organisation, residents};
use serde::{Deserialize, Serialize};
use store::{CONTACT, CONVERSATION, Desk, Filter, ORGANISATION, RESIDENT, contact_of, resident_of};
use uuid::Uuid;

use crate::last_read::LastRead;
use crate::now;
use crate::place::told;

/// Text that stands in the `source` of rows that come from the log.
pub const SOURCE: &str = "log";
/// Contacts in one commit.
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
    desk: Desk,
    data: PathBuf,
    cursor: Cursor,
    place: PathBuf,
    calendar: &'static Calendar,
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
    pub fn new(desk: Desk, data: &Path, snapshots: &Path) -> Follower {
        let place = snapshots.join(REACHED);
        let cursor = std::fs::read(&place).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Follower {
            desk,
            data: data.into(),
            cursor,
            place,
            calendar: Calendar::shipped(),
            directory: None,
            released: Instant::now(),
        }
    }

    fn directory(&mut self) -> Result<&mut Directory> {
        if self.directory.is_none() {
            let lake = Lake::open(&self.data)?;
            let _lock = lock(&self.data)?;
            self.directory = Some(Directory::open(&self.data, &lake.snapshot()?)?);
        }
        self.directory.as_mut().ok_or_else(|| Error::new("there is no directory"))
    }

    /// The number of a subject in the facts.
    fn number(&mut self, subject: &str) -> Result<i64> {
        Ok(self.directory()?.resident(subject.as_bytes()))
    }

    /// Place of the log up to which the facts have followed it.
    pub fn pos(&self) -> u64 {
        self.cursor.pos
    }

    /// Brings into the facts what happened since the last round, a commit at most.
    pub async fn round(&mut self) -> Result<Followed> {
        // A fault of the directory's key is reported before anything else.
        self.directory()?;
        let mut touched: BTreeSet<Uuid> = BTreeSet::new();
        let mut residents: BTreeSet<Uuid> = BTreeSet::new();
        let mut erased: Vec<i64> = Vec::new();
        let (mut organised, mut before) = (false, Before::Stays);
        let mut cursor = self.cursor.clone();
        let mut head = cursor.pos;
        while touched.len() < MOST {
            let page = self.desk.log().read_all(cursor.pos, Filter::default(), PAGE).await.map_err(told)?;
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
                touched.extend(contact_of(&event.stream));
                residents.extend(resident_of(&event.stream));
                organised |= event.stream == ORGANISATION;
                if event.kind == matter::ERASED
                    && let Some((_, subject)) = event.stream.split_once('/')
                {
                    let resident = self.number(subject)?;
                    touched.extend(self.contacts_of(resident).await?);
                    erased.push(resident);
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
        let mut contacts = Rows::new(facts::Contact::TABLE);
        for id in touched {
            self.row(id, &mut contacts).await?;
        }
        let mut registrations = Rows::new(facts::Registration::TABLE);
        let mut encounters = Rows::new(facts::Encounter::TABLE);
        for subject in residents {
            self.resident(subject, &mut registrations, &mut encounters).await?;
        }
        let (mut units, mut professionals) = (Rows::new(facts::Unit::TABLE), Rows::new(facts::Professional::TABLE));
        if organised && !self.is_unreadable(ORGANISATION) {
            self.organisation(&mut units, &mut professionals).await?;
        }
        let written = self.commit([units, professionals, contacts, registrations, encounters], &erased, before)?;
        let (pos, all) = (cursor.pos, head <= cursor.pos);
        self.keep(cursor)?;
        Ok(Followed { rows: written, pos, all })
    }

    /// Whether something happened that this program cannot read: what is in the facts of it stays as it was before.
    fn is_unreadable(&self, stream: &str) -> bool {
        self.desk.view().is_unreadable(stream)
    }

    async fn row(&mut self, id: Uuid, rows: &mut Rows) -> Result<()> {
        if [CONTACT, CONVERSATION].iter().any(|category| self.is_unreadable(&stream(category, id))) {
            return Ok(());
        }
        let Some((contact, dated)) = self.desk.dated(id).await.map_err(told)? else { return Ok(()) };
        let erased = match contact.subject {
            Some(subject) => self.desk.is_erased(subject).await.map_err(told)?,
            None => false,
        };
        let known = contact.subject.filter(|_| !erased);
        let resident = known.map(|subject| self.number(&subject.to_string()).map(ResidentId)).transpose()?;
        let due = self.calendar.office_due(contact.opened_at, "contact");
        // To forget is the last that happens to a row.
        let dated = dated.saturating_add(i64::from(erased));
        rows.push_row(&contacts::fact(id.to_string(), &contact, resident, due), SOURCE, dated);
        Ok(())
    }

    /// The registrations and encounters of a resident; of one who was erased nothing is brought any more.
    async fn resident(&mut self, subject: Uuid, registrations: &mut Rows, encounters: &mut Rows) -> Result<()> {
        let is_erased = self.desk.is_erased(Subject(subject)).await.map_err(told)?;
        if is_erased || self.is_unreadable(&stream(RESIDENT, subject)) {
            return Ok(());
        }
        let (events, times): (Vec<_>, Vec<_>) = self.desk.resident(subject).await.map_err(told)?.into_iter().unzip();
        let resident = ResidentId(self.number(&subject.to_string())?);
        let dated = times.last().copied().unwrap_or_default();
        for row in residents::registrations(&events, resident) {
            registrations.push_row(&row, SOURCE, dated);
        }
        for (event, at) in events.iter().zip(&times) {
            if let residents::Event::Met(meeting) = event {
                encounters.push_row(&residents::encounter(meeting, resident), SOURCE, *at);
            }
        }
        Ok(())
    }

    /// Units and professionals: all there were, for each row ends when the next begins.
    async fn organisation(&self, units: &mut Rows, professionals: &mut Rows) -> Result<()> {
        let happened = store::organisation(self.desk.log()).await.map_err(told)?;
        let (events, times): (Vec<_>, Vec<_>) = happened.into_iter().unzip();
        let dated = times.last().copied().unwrap_or_default();
        organisation::units(&events).iter().for_each(|row| units.push_row(row, SOURCE, dated));
        organisation::professionals(&events).iter().for_each(|row| professionals.push_row(row, SOURCE, dated));
        Ok(())
    }

    /// Contacts of a person in the facts.
    async fn contacts_of(&mut self, resident: i64) -> Result<Vec<Uuid>> {
        let snapshot = Lake::open(&self.data)?.snapshot()?;
        let text = format!("SELECT contact_id FROM contacts WHERE resident_id = {resident} AND source = '{SOURCE}'");
        let batches = measure::sql(&snapshot, &text, now()).await?;
        let ids = batches.iter().flat_map(analytics::rows::first_texts);
        Ok(ids.filter_map(|id| id.parse().ok()).collect())
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
    fn commit(&mut self, mut tables: [Rows; 5], erased: &[i64], before: Before) -> Result<u64> {
        if tables.iter().all(Rows::is_empty) && erased.is_empty() && before == Before::Stays {
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
        for rows in tables.iter_mut().filter(|rows| !rows.is_empty()) {
            let tally = commit.add(rows)?;
            written += tally.accepted + tally.replaced;
            commit.compact(rows.table, false)?;
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
