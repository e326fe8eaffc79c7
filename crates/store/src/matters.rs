//! The open matters of a kind in memory, and the lists in which they stand.
//!
//! No text and no name is kept. A matter that has ended is read from its streams when somebody asks for it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use matter::{ERASED, Index, Known, List, Matter, PartId, ProfessionalId, Standing, Subject, UnitId, Versions, named};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::Recorded;
use crate::log::is_erasure;
use crate::view::{Kept, Topic, View};
use crate::{Error, Result};

/// So much of the work done lately in a unit is held.
const DONE_HELD: usize = 2000;

/// A list in which matters of every kind stand, by the name of a unit or a professional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// Nobody of a unit has taken these, the longest waiting first.
    Queue(&'a str),
    /// A professional has these.
    With(&'a str),
    /// Somebody of a unit has these.
    Held(&'a str),
    /// The work done lately in a unit, the latest first; also what has ended since.
    Done(&'a str),
}

/// A matter in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub kind: &'static str,
    pub id: Uuid,
    /// The person whom it is about; none: nobody who is known.
    pub subject: Option<Subject>,
    /// The matter that it is about.
    pub of: Option<Uuid>,
    pub unit: Option<UnitId>,
    /// The queue of the unit; none: the one that each unit has without a part.
    pub queue: Option<PartId>,
    /// The professional who has it, or had it last.
    pub who: Option<ProfessionalId>,
    /// Its place in the order of the list; microseconds since 1970.
    pub since: i64,
    pub list: List,
    /// When the work on it was done.
    pub done: Option<i64>,
}

impl Listed {
    pub(crate) fn of<M: Matter>(id: Uuid, matter: &M) -> Listed {
        let Standing { unit, who, list, since, done, .. } = matter.standing();
        Listed {
            kind: M::NAME,
            id,
            subject: matter.about(id),
            of: matter.of(),
            unit: unit.cloned(),
            queue: matter.queue().cloned(),
            who: who.cloned(),
            since,
            list,
            done,
        }
    }
}

/// The open matters of a kind, as their events have left them up to a place of the log.
pub struct Matters<M: Matter> {
    epoch: Uuid,
    pos: u64,
    open: HashMap<Uuid, Held<M>>,
    lists: Lists,
    index: M::Index,
    /// Those with an event that this program cannot read: each stands as it was before that, and so do its versions.
    unreadable: BTreeSet<Uuid>,
    /// Those that stand without their person already, although their own streams have not said so up to where they stand.
    untold: BTreeSet<Uuid>,
}

struct Held<M> {
    state: Arc<M>,
    versions: Versions,
}

impl<M> Clone for Held<M> {
    fn clone(&self) -> Held<M> {
        Held { state: Arc::clone(&self.state), versions: self.versions }
    }
}

/// Ids by the name of a unit or a professional, each set with the longest waiting first.
type Places = BTreeMap<String, BTreeSet<(i64, Uuid)>>;

/// The lists of a kind. Nothing here depends on the kind, so that it is compiled once.
#[derive(Default)]
struct Lists {
    /// Of each unit, what nobody has taken.
    queues: Places,
    /// Of each professional, what they have.
    with: Places,
    /// Of each unit, what somebody has.
    held: Places,
    /// The instants at which matters ask something of themselves.
    due: BTreeSet<(i64, Uuid)>,
    lasting: Lasting,
}

/// The lists that hold also what has ended, and so cannot be made anew from what is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lasting {
    /// Of each unit, what was done there lately: when, and by whom.
    done: BTreeMap<String, BTreeMap<(i64, Uuid), String>>,
    /// Of each person who is known, all that is about them; the latest last.
    theirs: HashMap<Subject, Vec<Uuid>>,
    /// The people who were erased: nothing becomes theirs again, whatever an older program has written since.
    erased: HashSet<Subject>,
}

/// The first line of a snapshot; each of the others is an open matter: its id, its versions, its state. Ids as numbers.
#[derive(Serialize, Deserialize)]
struct Line {
    done: Vec<(String, i64, u128, String)>,
    theirs: Vec<(u128, Vec<u128>)>,
    erased: Vec<u128>,
    unreadable: Vec<u128>,
    untold: Vec<u128>,
}

impl<M: Matter> Matters<M> {
    /// Of a log of which everything up to a place is known to hold none.
    fn none(epoch: Uuid, pos: u64) -> Matters<M> {
        let (open, lists, index) = (HashMap::new(), Lists::default(), M::Index::default());
        Matters { epoch, pos, open, lists, index, unreadable: BTreeSet::new(), untold: BTreeSet::new() }
    }

    /// An open one.
    pub fn get(&self, id: Uuid) -> Option<Arc<M>> {
        self.open.get(&id).map(|held| Arc::clone(&held.state))
    }

    /// The head of a unit's queue, the longest waiting first, and how many wait in it.
    pub fn queue(&self, unit: &str, most: usize) -> (Vec<(Uuid, Arc<M>)>, usize) {
        let queue = self.lists.queues.get(unit);
        (self.standing(queue).take(most).collect(), queue.map_or(0, BTreeSet::len))
    }

    /// All that a professional has, the longest waiting first.
    pub fn with(&self, professional: &str) -> impl Iterator<Item = (Uuid, Arc<M>)> {
        self.standing(self.lists.with.get(professional))
    }

    /// All of a unit that somebody has, the longest waiting first.
    pub fn held(&self, unit: &str) -> impl Iterator<Item = (Uuid, Arc<M>)> {
        self.standing(self.lists.held.get(unit))
    }

    /// Work done lately in a unit, also on what has ended since, the latest first: when, on which, by whom.
    pub fn done(&self, unit: &str) -> impl Iterator<Item = (i64, Uuid, &str)> {
        let done = self.lists.lasting.done.get(unit).into_iter().flatten().rev();
        done.map(|((at, id), by)| (*at, *id, by.as_str()))
    }

    /// Units in which something waits, or somebody has something, or had lately.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        let lists = &self.lists;
        lists.queues.keys().chain(lists.held.keys()).chain(lists.lasting.done.keys()).map(String::as_str)
    }

    /// How much stands in a list.
    pub fn count(&self, which: Which<'_>) -> usize {
        let places = match which {
            Which::Queue(unit) => self.lists.queues.get(unit),
            Which::With(professional) => self.lists.with.get(professional),
            Which::Held(unit) => self.lists.held.get(unit),
            Which::Done(unit) => return self.lists.lasting.done.get(unit).map_or(0, BTreeMap::len),
        };
        places.map_or(0, BTreeSet::len)
    }

    /// A list, in its order.
    pub fn listed(&self, which: Which<'_>) -> Vec<Listed> {
        let places = match which {
            Which::Queue(unit) => self.lists.queues.get(unit),
            Which::With(professional) => self.lists.with.get(professional),
            Which::Held(unit) => self.lists.held.get(unit),
            Which::Done(unit) => {
                let listed = |(at, id, by): (i64, Uuid, &str)| {
                    let (unit, who, list, done) = (Some(unit.into()), Some(by.into()), List::Nowhere, Some(at));
                    let open = self.open.get(&id).map(|held| &held.state);
                    let subject = open.and_then(|it| it.about(id));
                    let (of, queue) = open.map_or((None, None), |it| (it.of(), it.queue().cloned()));
                    Listed { kind: M::NAME, id, subject, of, unit, queue, who, since: at, list, done }
                };
                return self.done(unit).map(listed).collect();
            }
        };
        self.standing(places).map(|(id, matter)| Listed::of(id, &*matter)).collect()
    }

    /// All that is about a person who is known, also what has ended; the latest first.
    pub fn of_subject(&self, subject: Subject, most: usize) -> Vec<Uuid> {
        self.lists.lasting.theirs.get(&subject).into_iter().flatten().rev().take(most).copied().collect()
    }

    /// Those that are due by an instant, the longest due first, and when the next is after it.
    pub fn due(&self, now: i64, most: usize) -> (Vec<Uuid>, Option<i64>) {
        let due = &self.lists.due;
        let by_now = due.range(..=(now, Uuid::max())).take(most).map(|(_, id)| *id).collect();
        (by_now, due.range((now.saturating_add(1), Uuid::nil())..).next().map(|(at, _)| *at))
    }

    /// The list of its own.
    pub fn index(&self) -> &M::Index {
        &self.index
    }

    /// Whether something happened to one that this program cannot read.
    pub fn is_unreadable(&self, id: Uuid) -> bool {
        self.unreadable.contains(&id)
    }

    /// All that are open, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Uuid, &Arc<M>)> {
        self.open.iter().map(|(id, held)| (*id, &held.state))
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Place of the log up to which they stand.
    pub fn pos(&self) -> u64 {
        self.pos
    }

    fn standing<'a>(&'a self, places: Option<&'a BTreeSet<(i64, Uuid)>>) -> impl Iterator<Item = (Uuid, Arc<M>)> {
        places.into_iter().flatten().filter_map(|(_, id)| Some((*id, self.get(*id)?)))
    }

    /// Takes an event in; those of other matters change nothing.
    fn take(&mut self, event: &Recorded, changed: &mut HashSet<Topic>) {
        if let Some(subject) = is_erasure(event) {
            self.erase(subject, changed);
            return;
        }
        let Some((category, id)) = named(&event.stream) else { return };
        let Some(which) = M::STREAMS.iter().position(|it| *it == category) else { return };
        let begins = which == 0 && event.version == 1;
        // A matter that is not held, and does not begin here, has ended.
        if !(begins || self.open.contains_key(&id)) {
            return;
        }
        if self.unreadable.contains(&id) {
            // It stays as it was, but for whose it was.
            if event.kind == ERASED {
                self.forget(id, changed);
            }
            return;
        }
        let happened = match event.kind == ERASED {
            true => Ok(None),
            false => matter::decode::<M>(&event.kind, event.schema, &event.data).map(Some),
        };
        let Ok(happened) = happened.inspect_err(|unreadable| {
            // Such as what a newer program wrote: it keeps one matter from going on, and no other.
            eprintln!(
                "error: event {} cannot be read: {}; {} stays as it was before",
                event.pos, unreadable.0, event.stream
            );
        }) else {
            self.unreadable.insert(id);
            return;
        };
        let mut versions = self.open.get(&id).map_or([0, 0], |held| held.versions);
        versions[which] = event.version;
        let was_forgotten = happened.is_none() && self.untold.remove(&id);
        let next = |before: Option<M>| match happened {
            Some(happened) => M::evolve(before, &happened, event.occurred),
            None if was_forgotten => before,
            None => before.map(M::forgotten),
        };
        self.go_on(id, versions, next, changed);
    }

    /// A person was erased: what is theirs is known by them no more, also where it was not told in its own stream.
    fn erase(&mut self, subject: Subject, changed: &mut HashSet<Topic>) {
        self.lists.lasting.erased.insert(subject);
        let theirs = self.lists.lasting.theirs.remove(&subject).unwrap_or_default();
        theirs.into_iter().chain(M::OF_PERSON.then_some(subject.0)).for_each(|id| self.forget(id, changed));
    }

    /// The rest of an open one without its person. Its streams stand as they did.
    fn forget(&mut self, id: Uuid, changed: &mut HashSet<Topic>) {
        if let Some(versions) = self.open.get(&id).map(|held| held.versions)
            && self.untold.insert(id)
        {
            self.go_on(id, versions, |before| before.map(M::forgotten), changed);
        }
    }

    /// Takes a matter from how it stood to how it stands at some versions, in all lists.
    fn go_on(
        &mut self,
        id: Uuid,
        versions: Versions,
        next: impl FnOnce(Option<M>) -> Option<M>,
        changed: &mut HashSet<Topic>,
    ) {
        let before = self.open.remove(&id).map(|held| held.state);
        let was = before.as_deref().map_or_else(Was::default, |before| {
            self.lists.leave(id, &before.standing(), due_at(before));
            self.index.leave(id, before);
            Was::of(&before.standing())
        });
        let mut after = next(before.map(Arc::unwrap_or_clone));
        if after.as_ref().and_then(|it| it.about(id)).is_some_and(|it| self.lists.lasting.erased.contains(&it)) {
            after = after.map(M::forgotten);
            self.untold.insert(id);
        }
        let after = after.map(Arc::new);
        changed.insert(Topic::One(M::NAME, id));
        let unit = after.as_deref().and_then(|it| it.standing().unit);
        let units = [was.unit.as_ref(), unit].into_iter().flatten();
        changed.extend(units.map(|unit| Topic::Unit(unit.to_string())));
        self.lists.lasting.went_on(id, was, after.as_deref().map(M::standing));
        match after.filter(|it| it.standing().list != List::Ended) {
            Some(state) => self.enter(id, Held { state, versions }),
            None => drop(self.untold.remove(&id)),
        }
    }

    fn enter(&mut self, id: Uuid, held: Held<M>) {
        self.lists.enter(id, &held.state.standing(), due_at(&*held.state));
        self.index.enter(id, &held.state);
        self.open.insert(id, held);
    }
}

impl Lists {
    /// The lists in which something stands, each with the name under which it does.
    fn places<'a>(&mut self, standing: &Standing<'a>) -> Vec<(&mut Places, &'a str)> {
        let Standing { unit, who, .. } = *standing;
        match standing.list {
            List::Queue => unit.map(|unit| (&mut self.queues, unit.as_ref())).into_iter().collect(),
            List::With => {
                let with = who.map(|who| (&mut self.with, who.as_ref()));
                with.into_iter().chain(unit.map(|unit| (&mut self.held, unit.as_ref()))).collect()
            }
            List::Nowhere | List::Ended => Vec::new(),
        }
    }

    fn enter(&mut self, id: Uuid, standing: &Standing<'_>, due: Option<i64>) {
        for (list, name) in self.places(standing) {
            list.entry(name.into()).or_default().insert((standing.since, id));
        }
        self.due.extend(due.map(|at| (at, id)));
    }

    fn leave(&mut self, id: Uuid, standing: &Standing<'_>, due: Option<i64>) {
        for (list, name) in self.places(standing) {
            if let Some(places) = list.get_mut(name) {
                places.remove(&(standing.since, id));
                if places.is_empty() {
                    list.remove(name);
                }
            }
        }
        if let Some(at) = due {
            self.due.remove(&(at, id));
        }
    }
}

/// The part of where a matter stood before an event by which lasting lists follow it.
#[derive(Default)]
struct Was {
    subject: Option<Subject>,
    unit: Option<UnitId>,
    done: Option<i64>,
}

impl Was {
    fn of(standing: &Standing<'_>) -> Was {
        Was { subject: standing.subject, unit: standing.unit.cloned(), done: standing.done }
    }
}

impl Lasting {
    /// After an event: whose it is, and whether the work on it is done.
    fn went_on(&mut self, id: Uuid, was: Was, is: Option<Standing<'_>>) {
        let subject = is.and_then(|it| it.subject);
        if was.subject != subject {
            if let Some(of) = was.subject.and_then(|subject| self.theirs.get_mut(&subject)) {
                of.retain(|it| *it != id);
            }
            subject.into_iter().for_each(|subject| self.theirs.entry(subject).or_default().push(id));
        }
        let done = is.and_then(|it| it.done);
        if was.done == done {
            return;
        }
        if let (Some(at), Some(unit)) = (was.done, &was.unit) {
            self.done.get_mut::<str>(unit).and_then(|done| done.remove(&(at, id)));
        }
        if let (Some(at), Some(Standing { unit: Some(unit), who: Some(who), .. })) = (done, is) {
            let done = self.done.entry(unit.to_string()).or_default();
            done.insert((at, id), who.to_string());
            if done.len() > DONE_HELD {
                done.pop_first();
            }
        }
    }
}

fn due_at(matter: &impl Matter) -> Option<i64> {
    matter.due().map(|(at, _)| at)
}

/// The matters of a kind as a view.
pub struct Fold<M: Matter>(RwLock<Matters<M>>);

impl<M: Matter> Fold<M> {
    pub fn new() -> Fold<M> {
        Fold(RwLock::new(Matters::none(Uuid::nil(), 0)))
    }

    pub fn read(&self) -> RwLockReadGuard<'_, Matters<M>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Matter> View for Fold<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn version(&self) -> u32 {
        M::VERSION
    }

    fn categories(&self) -> &'static [&'static str] {
        M::STREAMS
    }

    fn stands(&self) -> (Uuid, u64) {
        let matters = self.read();
        (matters.epoch, matters.pos)
    }

    fn take(&self, events: &[Recorded], to: u64, changed: &mut HashSet<Topic>) {
        let mut matters = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let has = matters.pos;
        events.iter().filter(|event| event.pos > has).for_each(|event| matters.take(event, changed));
        matters.pos = has.max(to);
    }

    fn snapshot(&self) -> Result<Kept> {
        // Copied, and written out of the copy: nobody who waits for the view waits for that.
        let (epoch, pos, open, lasting, unreadable, untold) = {
            let it = self.read();
            let open: Vec<(Uuid, Held<M>)> = it.open.iter().map(|(id, held)| (*id, held.clone())).collect();
            (it.epoch, it.pos, open, it.lists.lasting.clone(), it.unreadable.clone(), it.untold.clone())
        };
        let done = lasting.done.into_iter();
        let done =
            done.flat_map(|(unit, of)| of.into_iter().map(move |((at, id), by)| (unit.clone(), at, id.as_u128(), by)));
        let ids = |ids: Vec<Uuid>| ids.iter().map(Uuid::as_u128).collect();
        let theirs = lasting.theirs.into_iter().map(|(subject, of)| (subject.0.as_u128(), ids(of))).collect();
        let erased = lasting.erased.iter().map(|it| it.0.as_u128()).collect();
        let [unreadable, untold] = [unreadable, untold].map(|ids| ids.iter().map(Uuid::as_u128).collect());
        let broken = |error: serde_json::Error| Error::new(format!("the snapshot of {}: {error}", M::NAME));
        let line = Line { done: done.collect(), theirs, erased, unreadable, untold };
        let mut body = serde_json::to_vec(&line).map_err(broken)?;
        for (id, held) in &open {
            body.push(b'\n');
            serde_json::to_writer(&mut body, &(id.as_u128(), held.versions, &*held.state)).map_err(broken)?;
        }
        Ok(Kept { epoch, pos, body })
    }

    fn restore(&self, epoch: Uuid, pos: u64, body: Option<&[u8]>) -> Result<()> {
        let mut matters = Matters::none(epoch, pos);
        if let Some(body) = body {
            let broken = |error: serde_json::Error| Error::new(format!("the snapshot of {}: {error}", M::NAME));
            let mut lines = body.split(|byte| *byte == b'\n');
            let line: Line = serde_json::from_slice(lines.next().unwrap_or_default()).map_err(broken)?;
            let ids = |ids: Vec<u128>| ids.into_iter().map(Uuid::from_u128);
            matters.unreadable = ids(line.unreadable).collect();
            matters.untold = ids(line.untold).collect();
            let lasting = &mut matters.lists.lasting;
            lasting.theirs =
                line.theirs.into_iter().map(|(it, of)| (Subject(Uuid::from_u128(it)), ids(of).collect())).collect();
            lasting.erased = ids(line.erased).map(Subject).collect();
            for (unit, at, id, by) in line.done {
                lasting.done.entry(unit).or_default().insert((at, Uuid::from_u128(id)), by);
            }
            for line in lines {
                let (id, versions, state): (u128, Versions, M) = serde_json::from_slice(line).map_err(broken)?;
                matters.enter(Uuid::from_u128(id), Held { state: Arc::new(state), versions });
            }
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = matters;
        Ok(())
    }

    fn unreadable(&self) -> Vec<(Uuid, Versions)> {
        let matters = self.read();
        let versions = |id: &Uuid| matters.open.get(id).map_or([0, 0], |held| held.versions);
        matters.unreadable.iter().map(|id| (*id, versions(id))).collect()
    }

    fn read_on(&self, id: Uuid, events: &[Recorded]) {
        let mut matters = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if events.iter().all(|event| event.kind == ERASED || is_readable::<M>(event)) {
            matters.unreadable.remove(&id);
            events.iter().for_each(|event| matters.take(event, &mut HashSet::new()));
        }
    }

    fn known(&self, id: Uuid, (epoch, pos): (Uuid, u64)) -> Option<Known> {
        let matters = self.read();
        // Of another log, or of more than a transaction sees, nothing is known. Its streams tell of one that was not told.
        let is_known = matters.epoch == epoch && matters.pos <= pos && !matters.untold.contains(&id);
        let held = matters.open.get(&id).filter(|_| is_known)?;
        Some((Arc::clone(&held.state) as _, held.versions))
    }
}

fn is_readable<M: Matter>(event: &Recorded) -> bool {
    matter::decode::<M>(&event.kind, event.schema, &event.data).is_ok()
}
