//! Open matters in memory: every contact that is not closed, as its events have left it, and the queues they stand in.
//!
//! The view keeps no text and no name. A closed contact is read from its streams when somebody asks for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use matter::{ERASED, Matter, Stored, stream};
use operations::contacts::{Command, Contact, Event, Place};
use operations::organisation::Organisation;
use operations::residents::{Registration, Resident};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::event::Recorded;
use crate::keys::random;
use crate::organisation::ORGANISATION;
use crate::sqlite::{made_private, private_folder};
use crate::{Error, Result, tokens};

/// Changes with what a fold of the same events gives: a snapshot of another version is not used.
const CODE: [u32; 4] = [9, Contact::VERSION, Resident::VERSION, Organisation::VERSION];

/// So much of what was resolved in a unit the view holds, the latest.
const DONE_HELD: usize = 2000;

/// Bytes of the digest before a snapshot's text: one that was damaged is not used.
const DIGEST: usize = 32;

/// The part of a stream's name before the id, of a contact's own stream and of its conversation.
pub const CONTACT: &str = "contact";
pub const CONVERSATION: &str = "conversation";

/// The same of a resident's stream.
pub const RESIDENT: &str = "resident";

/// The resident that an event is about, if it is about one.
pub fn resident_of(stream: &str) -> Option<Uuid> {
    match stream.split_once('/')? {
        (RESIDENT, id) => id.parse().ok(),
        _ => None,
    }
}

/// The contact that an event is about, if it is about one.
pub fn contact_of(stream: &str) -> Option<Uuid> {
    match stream.split_once('/')? {
        (CONTACT | CONVERSATION, id) => id.parse().ok(),
        _ => None,
    }
}

/// A fold of the log up to a place.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub pos: u64,
    pub epoch: Uuid,
    contacts: HashMap<Uuid, Contact>,
    /// Residents who have an own pair.
    residents: HashMap<Uuid, Resident>,
    /// Of each unit, what nobody has claimed, the longest waiting first.
    queues: Lists,
    /// Of each professional, what they have.
    owned: Lists,
    /// Of each unit, what somebody has.
    held: Lists,
    /// Of each unit, what was resolved there last, also what is closed: when, and by whom.
    done: Done,
    /// Of each resident who is known, every contact of theirs, also what is closed; the latest last.
    theirs: HashMap<Uuid, Vec<Uuid>>,
    /// Of each person whose tokens were withdrawn, when that happened last.
    withdrawn: BTreeMap<String, i64>,
    /// Units and professionals, as the county itself keeps them.
    pub organisation: Arc<Organisation>,
    /// Streams with events that this program cannot read.
    unreadable: BTreeSet<String>,
}

/// Contacts by the name of a unit or a professional, each set in the order in which they stand in line.
type Lists = BTreeMap<String, BTreeSet<(i64, Uuid)>>;

type Done = BTreeMap<String, BTreeMap<(i64, Uuid), String>>;

/// A view on disk: with another code, another epoch or more than the log has, it is made anew.
#[derive(Serialize, Deserialize)]
struct Snapshot<C, R, T, W, D, O, U> {
    code: [u32; 4],
    pos: u64,
    epoch: u128,
    contacts: C,
    residents: R,
    theirs: T,
    withdrawn: W,
    done: D,
    organisation: O,
    unreadable: U,
}

/// A snapshot as it is read.
type Owned = Snapshot<
    Vec<(u128, Contact)>,
    Vec<(u128, Resident)>,
    Vec<(u128, Vec<u128>)>,
    BTreeMap<String, i64>,
    Vec<(String, i64, u128, String)>,
    Organisation,
    BTreeSet<String>,
>;

/// The changes that an event made: those who look at them want to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    pub contact: Option<Uuid>,
    /// Units in which something waits, is worked on or was done otherwise now.
    pub queues: Vec<String>,
}

impl View {
    /// The view of a log of which nothing was read yet.
    pub fn of(epoch: Uuid) -> View {
        View { epoch, ..View::default() }
    }

    /// Takes an event in; those of other matters only move the place. One that cannot be read leaves its matter as it was,
    /// and so does every later one of that matter: what is half known would be decided on wrongly.
    pub fn apply(&mut self, event: &Recorded) -> Result<Change> {
        self.pos = event.pos;
        if contact_of(&event.stream).map_or(self.is_unreadable(&event.stream), |id| self.is_half_known(id)) {
            return Ok(Change::default());
        }
        let applied = self.applied(event);
        if applied.is_err() {
            self.unreadable.insert(event.stream.clone());
        }
        applied
    }

    fn applied(&mut self, event: &Recorded) -> Result<Change> {
        if event.kind == ERASED {
            // Of who is erased nothing goes on to hold.
            if let Some(subject) = event.stream.split_once('/').and_then(|(_, id)| id.parse().ok()) {
                self.residents.remove(&subject);
                self.theirs.remove(&subject);
            }
            return Ok(Change::default());
        }
        if let Some(id) = tokens::withdrawn(event) {
            let last = self.withdrawn.entry(id.into()).or_insert(event.occurred);
            *last = event.occurred.max(*last);
            return Ok(Change::default());
        }
        if let Some(id) = resident_of(&event.stream) {
            let decoded = decode::<Resident>(event)?;
            let resident = Resident::evolve(self.residents.remove(&id), &decoded, event.occurred);
            if let Some(resident) = resident.filter(|resident| resident.registration.is_some()) {
                self.residents.insert(id, resident);
            }
            return Ok(Change::default());
        }
        if event.stream == ORGANISATION {
            let decoded = decode::<Organisation>(event)?;
            let organisation = Arc::unwrap_or_clone(std::mem::take(&mut self.organisation));
            let after = Organisation::evolve(Some(organisation), &decoded, event.occurred);
            self.organisation = Arc::new(after.unwrap_or_default());
            return Ok(Change::default());
        }
        let Some(id) = contact_of(&event.stream) else { return Ok(Change::default()) };
        let decoded = decode::<Contact>(event)?;
        if let Event::Opened { subject: Some(subject), .. } = &decoded {
            self.theirs.entry(subject.0).or_default().push(id);
        }
        let before = self.contacts.remove(&id);
        // The unit sees where it is, and whether the resident has said more.
        let seen = |contact: &Contact| (contact.unit.to_string(), contact.place.clone(), contact.last_of_resident);
        let left = before.as_ref().map(seen);
        let finished = before.as_ref().and_then(|contact| Some((contact.unit.to_string(), contact.resolved_at?)));
        if let Some(contact) = &before {
            self.leave(id, contact);
        }
        // Events after the end of a contact change nothing that is open.
        let after = Contact::evolve(before, &decoded, event.occurred);
        let entered = after.as_ref().map(seen);
        let queues =
            if left == entered { Vec::new() } else { left.into_iter().chain(entered).map(|it| it.0).collect() };
        match (&decoded, finished) {
            (Event::Resolved { .. }, _) => self.finished(id, after.as_ref()),
            (Event::Reopened, Some((unit, at))) => {
                self.done.get_mut(&unit).and_then(|done| done.remove(&(at, id)));
            }
            _ => {}
        }
        if let Some(after) = after.filter(|after| after.place != Place::Closed) {
            self.enter(id, after);
        }
        Ok(Change { contact: Some(id), queues })
    }

    fn finished(&mut self, id: Uuid, contact: Option<&Contact>) {
        let Some(Contact { unit, handler: Some(by), resolved_at: Some(at), .. }) = contact else { return };
        let done = self.done.entry(unit.to_string()).or_default();
        done.insert((*at, id), by.to_string());
        if done.len() > DONE_HELD {
            done.pop_first();
        }
    }

    /// The lists in which a contact stands: each with the name under which it does.
    fn lists<'a>(&mut self, contact: &'a Contact) -> Vec<(&mut Lists, &'a str)> {
        match (&contact.place, contact.owner()) {
            (Place::Queued, _) => vec![(&mut self.queues, &contact.unit)],
            (_, Some(owner)) => vec![(&mut self.owned, owner), (&mut self.held, &contact.unit)],
            _ => Vec::new(),
        }
    }

    fn leave(&mut self, id: Uuid, contact: &Contact) {
        for (list, name) in self.lists(contact) {
            if let Some(set) = list.get_mut(name) {
                set.remove(&(contact.in_line(), id));
                if set.is_empty() {
                    list.remove(name);
                }
            }
        }
    }

    fn enter(&mut self, id: Uuid, contact: Contact) {
        for (list, name) in self.lists(&contact) {
            list.entry(name.into()).or_default().insert((contact.in_line(), id));
        }
        self.contacts.insert(id, contact);
    }

    /// A contact, unless it is closed or there is none.
    pub fn contact(&self, id: Uuid) -> Option<&Contact> {
        self.contacts.get(&id)
    }

    /// Where a resident is registered, and with which pair.
    pub fn registration(&self, subject: Uuid) -> Option<&Registration> {
        self.residents.get(&subject)?.registration.as_ref()
    }

    /// Whether a person's token that was made at an instant is withdrawn.
    pub fn is_withdrawn(&self, id: &str, made: i64) -> bool {
        self.withdrawn.get(id).is_some_and(|at| made <= *at)
    }

    /// Whether something happened to a contact, a resident or the organisation that this program cannot read.
    pub fn is_unreadable(&self, stream: &str) -> bool {
        self.unreadable.contains(stream)
    }

    /// Whether that is so of a contact, in one of its streams: it stands as it was before.
    pub fn is_half_known(&self, contact: Uuid) -> bool {
        !self.unreadable.is_empty()
            && [CONTACT, CONVERSATION].iter().any(|category| self.is_unreadable(&stream(category, contact)))
    }

    /// Streams with such events.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(String::as_str)
    }

    /// Units in whose queues somebody waits.
    pub fn queues(&self) -> impl Iterator<Item = &str> {
        self.queues.keys().map(String::as_str)
    }

    /// Contacts that are not closed.
    pub fn open(&self) -> usize {
        self.contacts.len()
    }

    /// The head of a unit's queue, and how many wait in it.
    pub fn queue(&self, unit: &str, most: usize) -> (Vec<(Uuid, Contact)>, usize) {
        let queue = self.queues.get(unit);
        let head = self.standing(queue).take(most).map(|(id, contact)| (id, contact.clone()));
        (head.collect(), queue.map_or(0, BTreeSet::len))
    }

    /// Everything that nobody has claimed in a unit, the longest waiting first.
    pub fn queued(&self, unit: &str) -> impl Iterator<Item = (Uuid, &Contact)> {
        self.standing(self.queues.get(unit))
    }

    /// All that a professional has, the longest waiting first.
    pub fn owned(&self, by: &str) -> impl Iterator<Item = (Uuid, &Contact)> {
        self.standing(self.owned.get(by))
    }

    /// All of a unit that somebody has, the longest waiting first.
    pub fn held(&self, unit: &str) -> impl Iterator<Item = (Uuid, &Contact)> {
        self.standing(self.held.get(unit))
    }

    /// Contacts resolved in a unit, also those closed since, the latest first: when, which, by whom. Of many, the last.
    pub fn done(&self, unit: &str) -> impl Iterator<Item = (i64, Uuid, &str)> {
        self.done.get(unit).into_iter().flatten().rev().map(|((at, id), by)| (*at, *id, by.as_str()))
    }

    /// Units in which somebody has something, or had lately.
    pub fn units_at_work(&self) -> impl Iterator<Item = &str> {
        self.held.keys().chain(self.done.keys()).map(String::as_str)
    }

    fn standing<'a>(&'a self, places: Option<&'a BTreeSet<(i64, Uuid)>>) -> impl Iterator<Item = (Uuid, &'a Contact)> {
        places.into_iter().flatten().filter_map(|(_, id)| Some((*id, self.contacts.get(id)?)))
    }

    /// The contacts of a resident who is known, also what is closed; the latest first.
    pub fn of_subject(&self, subject: Uuid, most: usize) -> Vec<Uuid> {
        self.theirs.get(&subject).into_iter().flatten().rev().take(most).copied().collect()
    }

    /// Contacts that ask something of themselves by an instant, each with its command.
    pub fn due(&self, now: i64) -> Vec<(Uuid, Command)> {
        let due = |(id, contact): (&Uuid, &Contact)| {
            contact.due().filter(|(at, _)| *at <= now).map(|(_, command)| (*id, command))
        };
        self.contacts.iter().filter_map(due).collect()
    }

    /// Reads what [`View::keep`] kept; none: there is nothing that could be used.
    pub fn kept(path: &Path) -> Option<View> {
        let whole = fs::read(path).ok()?;
        let (digest, text) = whole.split_at_checked(DIGEST)?;
        if digest != Sha256::digest(text).as_slice() {
            return None;
        }
        let snapshot: Owned = serde_json::from_slice(text).ok()?;
        if snapshot.code != CODE {
            return None;
        }
        let (pos, withdrawn, organisation) = (snapshot.pos, snapshot.withdrawn, Arc::new(snapshot.organisation));
        let unreadable = snapshot.unreadable;
        let mut view = View { pos, withdrawn, organisation, unreadable, ..View::of(Uuid::from_u128(snapshot.epoch)) };
        view.residents = snapshot.residents.into_iter().map(|(id, it)| (Uuid::from_u128(id), it)).collect();
        let ids = |ids: Vec<u128>| ids.into_iter().map(Uuid::from_u128).collect();
        view.theirs = snapshot.theirs.into_iter().map(|(id, theirs)| (Uuid::from_u128(id), ids(theirs))).collect();
        for (unit, at, id, by) in snapshot.done {
            view.done.entry(unit).or_default().insert((at, Uuid::from_u128(id)), by);
        }
        snapshot.contacts.into_iter().for_each(|(id, contact)| view.enter(Uuid::from_u128(id), contact));
        Some(view)
    }

    /// The view as a snapshot's text.
    pub fn text(&self) -> Result<Vec<u8>> {
        let contacts: Vec<(u128, &Contact)> =
            self.contacts.iter().map(|(id, contact)| (id.as_u128(), contact)).collect();
        let residents: Vec<(u128, &Resident)> = self.residents.iter().map(|(id, it)| (id.as_u128(), it)).collect();
        let ids = |ids: &Vec<Uuid>| ids.iter().map(Uuid::as_u128).collect();
        let theirs: Vec<(u128, Vec<u128>)> = self.theirs.iter().map(|(id, it)| (id.as_u128(), ids(it))).collect();
        let (epoch, withdrawn, organisation) = (self.epoch.as_u128(), &self.withdrawn, &*self.organisation);
        let done: Vec<(&String, i64, u128, &String)> = self
            .done
            .iter()
            .flat_map(|(unit, done)| done.iter().map(move |((at, id), by)| (unit, *at, id.as_u128(), by)))
            .collect();
        let (code, pos) = (CODE, self.pos);
        let unreadable = &self.unreadable;
        let snapshot =
            Snapshot { residents, theirs, withdrawn, done, organisation, unreadable, code, pos, epoch, contacts };
        serde_json::to_vec(&snapshot).map_err(|error| Error::new(format!("the snapshot: {error}")))
    }

    /// Writes a snapshot's text to a file, whole or not at all.
    pub fn keep(text: &[u8], path: &Path) -> Result<()> {
        let broken = |error: std::io::Error| Error::new(format!("the snapshot {}: {error}", path.display()));
        if let Some(folder) = path.parent() {
            private_folder(folder).map_err(broken)?;
        }
        let partial = path.with_extension(format!("partial-{:016x}", u64::from_be_bytes(random()?)));
        made_private(&partial).map_err(broken)?;
        let mut file = fs::File::create(&partial).map_err(broken)?;
        let digest: [u8; DIGEST] = Sha256::digest(text).into();
        file.write_all(&digest).and_then(|()| file.write_all(text)).and_then(|()| file.sync_all()).map_err(broken)?;
        fs::rename(&partial, path).map_err(broken)
    }
}

/// Whether this program can read an event, of whatever matter it is.
pub fn is_readable(event: &Recorded) -> bool {
    if contact_of(&event.stream).is_some() {
        decode::<Contact>(event).is_ok()
    } else if event.stream == ORGANISATION {
        decode::<Organisation>(event).is_ok()
    } else {
        resident_of(&event.stream).is_none() || decode::<Resident>(event).is_ok()
    }
}

/// A matter's event as its rules know it.
pub fn decode<M: Matter>(event: &Recorded) -> Result<M::Event> {
    matter::decode::<M>(&event.kind, event.schema, &event.data)
        .map_err(|unreadable| Error::new(format!("event {} cannot be read: {}", event.pos, unreadable.0)))
}

/// A matter from the events of its streams, after what is known of it already: in the order of the log, as the view takes it.
pub fn fold<'a, M: Matter>(known: Option<M>, events: impl IntoIterator<Item = &'a Recorded>) -> Result<Option<M>> {
    let mut events: Vec<Stored> = events.into_iter().map(stored).collect();
    events.sort_unstable_by_key(|event| event.pos);
    matter::fold(known, &events).map_err(|broken| Error::new(broken.0))
}

fn stored(event: &Recorded) -> Stored {
    let Recorded { pos, version, schema, occurred: at, .. } = *event;
    Stored { pos, version, kind: event.kind.clone(), schema, at, data: event.data.clone() }
}

/// Everything that happened in a stream, with the instant of each, each later than the one before.
pub fn dated<M: Matter>(events: &[Recorded]) -> Result<Vec<(M::Event, i64)>> {
    let mut last = i64::MIN;
    let dated = |event: &Recorded| {
        last = event.occurred.max(last.saturating_add(1));
        Ok((decode::<M>(event)?, last))
    };
    events.iter().map(dated).collect()
}
