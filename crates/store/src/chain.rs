//! The chain of digests that shows whether the log was touched.

use std::collections::{HashMap, HashSet};

use matter::ERASED;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::backend::{Backend, Command, Failure, Head, Outcome, Stream};
use crate::event::{EXPIRED, Recorded};

/// The chain before the first event: no two logs have the same.
pub fn beginning(birth: Uuid) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"luotsi log 2");
    hasher.update(birth.as_bytes());
    hasher.finalize().into()
}

/// Kind, and stream, of the event with which a log goes on that was put back from a copy.
pub const RESTORED: &str = "log.restored";
pub const RESTORES: &str = "log/restores";

/// The log's own note when it goes on from a copy: where the copy ended, and which log it took the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Epoch of the copy, and where it ended.
    pub from: Uuid,
    pub pos: u64,
    /// From this event on.
    pub epoch: Uuid,
    /// Epochs of logs that stood here before, and that this one does not go on from.
    pub instead: Vec<Uuid>,
}

impl Restored {
    /// The note of a restore in an event, if it is about one.
    pub fn of(event: &Recorded) -> Option<Restored> {
        let data: serde_json::Value = serde_json::from_str(&event.data).ok().filter(|_| event.kind == RESTORED)?;
        let uuid = |text: &serde_json::Value| text.as_str()?.parse().ok();
        let (from, epoch, pos) = (uuid(&data["from"])?, uuid(&data["epoch"])?, data["pos"].as_u64()?);
        let instead = data["instead"].as_array()?.iter().map(uuid).collect::<Option<_>>()?;
        Some(Restored { from, pos, epoch, instead })
    }

    /// The same as an event's data.
    pub fn data(&self) -> String {
        let instead: Vec<String> = self.instead.iter().map(Uuid::to_string).collect();
        let (from, epoch) = (self.from.to_string(), self.epoch.to_string());
        serde_json::json!({ "from": from, "pos": self.pos, "epoch": epoch, "instead": instead }).to_string()
    }
}

/// The epochs of a log, as its own chain names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// In order, each with the place at which the next went on from it.
    left: Vec<(Uuid, u64)>,
    now: Uuid,
    instead: HashSet<Uuid>,
}

/// How an epoch stands to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the log's own, and goes on.
    Now,
    /// It is the log's own, up to a place, at which a copy took over.
    Until(u64),
    /// A restore took its place.
    GivenUp,
    /// The log does not name it: it is another log's.
    Unknown,
}

impl Past {
    pub fn of(birth: Uuid, restores: impl IntoIterator<Item = Restored>) -> Past {
        let mut past = Past { now: birth, ..Past::default() };
        restores.into_iter().for_each(|restored| past.take(restored));
        past
    }

    fn take(&mut self, restored: Restored) {
        self.left.push((self.now, restored.pos));
        self.now = restored.epoch;
        self.instead.extend(restored.instead);
    }

    pub fn standing(&self, epoch: Uuid) -> Standing {
        match self.left.iter().find(|(left, _)| *left == epoch) {
            _ if epoch == self.now => Standing::Now,
            Some((_, until)) => Standing::Until(*until),
            None if self.instead.contains(&epoch) => Standing::GivenUp,
            None => Standing::Unknown,
        }
    }
}

/// SHA-256 of what a command asked and where it was written.
pub fn digest_of_command(command: &Command) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for text in [command.scope.as_bytes(), command.key.as_bytes(), &command.request] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    [command.first, command.last].into_iter().for_each(|pos| hasher.update(pos.to_be_bytes()));
    hasher.update(command.recorded.to_be_bytes());
    hasher.finalize().into()
}

/// SHA-256 of an event: every column, each with its length before it, so that no two events have one canonical form.
pub fn digest(event: &Recorded) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    put(&event.pos.to_be_bytes());
    put(event.id.as_bytes());
    put(event.stream.as_bytes());
    put(&event.version.to_be_bytes());
    put(event.kind.as_bytes());
    put(&event.schema.to_be_bytes());
    put(&event.occurred.to_be_bytes());
    put(&event.recorded.to_be_bytes());
    let context = &event.context;
    [&context.actor, &context.unit, &context.purpose].into_iter().for_each(|text| put(text.as_bytes()));
    put(context.correlation.as_bytes());
    put(&context.cause.map_or(Vec::new(), |cause| cause.to_be_bytes().to_vec()));
    put(event.data.as_bytes());
    put(&[u8::from(event.closes)]);
    put(event.command.as_ref().map_or(&[], <[u8; 32]>::as_slice));
    if let Some(sealed) = &event.sealed {
        put(sealed.subject.as_bytes());
        put(sealed.key.as_bytes());
        put(&sealed.bytes);
    }
    hasher.finalize().into()
}

/// The chain after an event.
pub fn link(before: &[u8; 32], digest: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(digest);
    hasher.finalize().into()
}

/// Rows read at once.
const PAGE: usize = 1000;

/// A fault at a place of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub pos: u64,
    pub what: &'static str,
}

/// The findings of a reading of the whole log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainReport {
    pub events: u64,
    /// The chain after the last event: written down elsewhere, it proves later that nothing before it was touched.
    pub chain: [u8; 32],
    /// In the order of the log; empty: it is whole.
    pub faults: Vec<Fault>,
}

/// The events that a command brought about, and when: of all commands together every event once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Brought {
    first: u64,
    last: u64,
    recorded: i64,
    digest: [u8; 32],
}

/// Rows that cannot be read, reported one by one.
const UNREAD: u32 = 20;

/// Follows the chain from the first event on.
pub struct Checker {
    /// Events that commands brought about, in order, when the log ended at `told`.
    brought: Vec<Brought>,
    told: u64,
    /// The command that has been reached.
    reached: usize,
    /// Keys, and the first event that each sealed.
    keys: HashMap<Uuid, u64>,
    /// Subjects that were erased, and classes of which nothing is kept from before a year.
    erased: HashSet<String>,
    expired: HashMap<String, i64>,
    last: u64,
    chain: [u8; 32],
    recorded: i64,
    /// Of each stream, where it stands.
    streams: HashMap<String, Stream>,
    past: Past,
    faults: Vec<Fault>,
}

impl Checker {
    /// `brought`: by the commands that stood in the log when it ended at `told`.
    fn new(birth: Uuid, mut brought: Vec<Brought>, told: u64) -> Checker {
        brought.retain(|command| command.first <= command.last);
        brought.sort_unstable();
        let told_of = brought.partition_point(|command| command.first <= told);
        let overlaps = brought[..told_of].windows(2).filter(|pair| pair[1].first <= pair[0].last);
        let twice = "two commands say that they brought it";
        let faults = overlaps.map(|pair| Fault { pos: pair[1].first, what: twice }).collect();
        Checker {
            brought,
            told,
            reached: 0,
            keys: HashMap::new(),
            erased: HashSet::new(),
            expired: HashMap::new(),
            last: 0,
            chain: beginning(birth),
            recorded: i64::MIN,
            streams: HashMap::new(),
            past: Past::of(birth, []),
            faults,
        }
    }

    pub fn check(&mut self, event: &Recorded) {
        if let Some(sealed) = &event.sealed {
            self.keys.entry(sealed.key).or_insert(event.pos);
        }
        if let ERASED | EXPIRED = event.kind.as_str() {
            self.note_destruction(event);
        }
        while self.brought.get(self.reached).is_some_and(|command| command.last < event.pos) {
            self.reached += 1;
        }
        let command = self.brought.get(self.reached).filter(|command| command.first <= event.pos);
        if event.pos <= self.told && command.is_none_or(|command| command.recorded != event.recorded) {
            self.faults.push(Fault { pos: event.pos, what: "no command says that it brought it" });
        }
        let asked = command.filter(|command| command.first == event.pos).map(|command| command.digest);
        if event.command != asked && event.pos <= self.told {
            self.faults.push(Fault { pos: event.pos, what: "its command is not what was asked" });
        }
        let mut fault = |what| self.faults.push(Fault { pos: event.pos, what });
        if event.kind == RESTORED {
            match Restored::of(event).filter(|it| it.from == self.past.now && it.pos + 1 == event.pos) {
                Some(restored) => self.past.take(restored),
                None => fault("it says that the log goes on from another than it does"),
            }
        }
        if event.pos != self.last + 1 {
            fault("events before it are missing");
        }
        if event.digest != digest(event) {
            fault("its content is not what was written");
        }
        if event.chain != link(&self.chain, &event.digest) {
            fault("the chain breaks here");
        }
        if event.recorded < self.recorded {
            fault("it was recorded before the one before it");
        }
        let stream = self.streams.entry(event.stream.clone()).or_default();
        if event.version != stream.version + 1 || stream.closed {
            fault("its stream has a gap, or had ended");
        }
        *stream = Stream { version: event.version, closed: event.closes };
        // Goes on from what stands there, so that each fault is reported at its own place.
        (self.last, self.chain, self.recorded) = (event.pos, event.chain, event.recorded);
    }

    /// Goes on behind a row that cannot be read.
    fn pass_over(&mut self, pos: u64) {
        self.fault(pos, "its row cannot be read");
        self.last = pos;
    }

    fn note_destruction(&mut self, event: &Recorded) {
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        match (data["subject"].as_str(), data["class"].as_str(), data["before"].as_i64()) {
            (Some(subject), ..) => drop(self.erased.insert(subject.into())),
            (None, Some(class), Some(before)) => {
                let year = self.expired.entry(class.into()).or_insert(before);
                *year = before.max(*year);
            }
            _ => {}
        }
    }

    /// Whether an event says that the keys of a subject, or those of its class and year, were destroyed.
    pub fn tells_of(&self, subject: Uuid, class: &str, year: i16) -> bool {
        self.erased.contains(&subject.to_string())
            || self.expired.get(class).is_some_and(|before| i64::from(year) < *before)
    }

    /// The streams as they were listed when everything checked so far stood there: none may lie behind its events.
    pub fn listed(&mut self, streams: &HashMap<String, Stream>) {
        for (name, stream) in &self.streams {
            let listed = streams.get(name);
            if listed.is_none_or(|listed| listed.version < stream.version) {
                self.faults.push(Fault { pos: self.last, what: "a stream's version is not that of its last event" });
            } else if listed.is_some_and(|it| it.version == stream.version && it.closed != stream.closed) {
                self.faults
                    .push(Fault { pos: self.last, what: "a stream is listed as ended and is not, or the reverse" });
            }
        }
    }

    /// Keys that sealed something, each with the first event that it sealed.
    pub fn keys(&self) -> &HashMap<Uuid, u64> {
        &self.keys
    }

    pub fn fault(&mut self, pos: u64, what: &'static str) {
        self.faults.push(Fault { pos, what });
    }

    /// With what the head row says, read after the streams were listed: none may lie before its events.
    pub fn finish(mut self, head: &Head, streams: &HashMap<String, Stream>) -> ChainReport {
        let (pos, chain, recorded) = (head.pos, head.chain, head.recorded);
        if head.epoch != self.past.now {
            self.faults.push(Fault { pos, what: "the epoch of the log is none that its chain names" });
        }
        if pos != self.last {
            self.faults.push(Fault { pos: self.last + 1, what: "the log ends before its head" });
        } else if chain != self.chain || (pos > 0 && recorded != self.recorded) {
            self.faults.push(Fault { pos, what: "the head is not what the last event left" });
        }
        for (name, listed) in streams {
            if self.streams.get(name).is_none_or(|stream| stream.version < listed.version) {
                self.faults.push(Fault { pos, what: "a stream has a version and no event of it" });
            }
        }
        if self.brought.last().is_some_and(|command| command.last > pos) {
            self.faults.push(Fault { pos, what: "a command says that it brought what is not there" });
        }
        self.faults.sort_by_key(|fault| fault.pos);
        ChainReport { events: self.last, chain: self.chain, faults: self.faults }
    }
}

/// A failure, and where in the log.
fn within(failure: Failure, place: &str) -> Failure {
    match failure {
        Failure::Damaged(what) => Failure::Damaged(format!("{place}: {what}")),
        other => other,
    }
}

/// Reads everything: events, streams, commands, and the database's own view of itself.
pub fn read_whole(reader: &mut Backend) -> Outcome<(Checker, Head, HashMap<String, Stream>)> {
    // Others may write meanwhile: what stood before the streams were listed must be in them, and what they say must
    // stand before the head that is read after.
    let (_, before) = reader.after(0, 0)?;
    let mut streams: HashMap<String, Stream> = HashMap::new();
    let mut reached = String::new();
    loop {
        let page = reader.streams(&reached, PAGE).map_err(|failure| within(failure, "the list of streams"))?;
        let Some((last, _)) = page.last() else { break };
        reached.clone_from(last);
        streams.extend(page);
    }
    let (mut brought, mut spoilt) = (Vec::new(), Vec::new());
    let mut reached = (String::new(), String::new());
    loop {
        let page = reader.commands((&reached.0, &reached.1), PAGE);
        let page = page.map_err(|failure| within(failure, "the list of commands"))?;
        let Some(last) = page.last() else { break };
        reached = (last.scope.clone(), last.key.clone());
        spoilt.extend(page.iter().filter(|it| it.digest != digest_of_command(it)).map(|it| it.first));
        brought.extend(page.iter().map(|it| {
            let (first, last, recorded, digest) = (it.first, it.last, it.recorded, it.digest);
            Brought { first, last, recorded, digest }
        }));
    }
    let (_, head) = reader.after(0, 0)?;
    let mut checker = Checker::new(head.birth, brought, before.pos);
    spoilt.into_iter().for_each(|pos| checker.fault(pos, "what its command asked is not what was written"));
    let (mut pos, mut listed, mut unread) = (0, false, 0);
    loop {
        let page = match reader.after(pos, PAGE) {
            Err(Failure::Damaged(_)) => reader.after(pos, 1),
            page => page,
        };
        let events = match page {
            Err(Failure::Damaged(_)) if unread < UNREAD && pos < head.pos => {
                unread += 1;
                pos += 1;
                checker.pass_over(pos);
                continue;
            }
            page => page.map_err(|failure| within(failure, &format!("the events after {pos}")))?.0,
        };
        for event in events.iter().take_while(|event| event.pos <= head.pos) {
            if event.pos > before.pos && !listed {
                checker.listed(&streams);
                listed = true;
            }
            checker.check(event);
        }
        match events.last() {
            Some(last) if last.pos < head.pos => pos = last.pos,
            _ => break,
        }
    }
    if !listed {
        checker.listed(&streams);
    }
    let (before_first, beyond_head) = reader.strays()?;
    if before_first {
        checker.fault(0, "events stand before the first place, where nothing is appended");
    }
    if beyond_head {
        checker.fault(head.pos + 1, "events stand beyond the head, and were never appended");
    }
    if !reader.is_sound()? {
        checker.fault(0, "the database says that its file is damaged");
    }
    Ok((checker, head, streams))
}
