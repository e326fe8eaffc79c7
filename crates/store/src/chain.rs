//! The chain of digests that shows whether the log was touched.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::backend::{Backend, Head, Outcome};
use crate::event::Recorded;
use crate::view::{ERASED, EXPIRED};

/// The chain before the first event.
pub const BEGINNING: [u8; 32] = [0; 32];

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

/// What is wrong at a place of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub pos: u64,
    pub what: &'static str,
}

/// What reading the whole log has shown.
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
}

/// Follows the chain from the first event on.
pub struct Checker {
    /// What commands brought about, in order, when the log ended at `told`.
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
    versions: HashMap<String, u64>,
    faults: Vec<Fault>,
}

impl Checker {
    /// `brought`: by the commands that stood in the log when it ended at `told`.
    fn new(mut brought: Vec<Brought>, told: u64) -> Checker {
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
            chain: BEGINNING,
            recorded: i64::MIN,
            versions: HashMap::new(),
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
        let mut fault = |what| self.faults.push(Fault { pos: event.pos, what });
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
        let version = self.versions.entry(event.stream.clone()).or_default();
        if event.version != *version + 1 {
            fault("its stream has a gap");
        }
        *version = event.version;
        // Goes on from what stands there, so that each fault is told at its own place.
        (self.last, self.chain, self.recorded) = (event.pos, event.chain, event.recorded);
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
    pub fn listed(&mut self, streams: &HashMap<String, u64>) {
        for (stream, version) in &self.versions {
            if streams.get(stream).is_none_or(|listed| listed < version) {
                self.faults.push(Fault { pos: self.last, what: "a stream's version is not that of its last event" });
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
    pub fn finish(mut self, head: (u64, [u8; 32], i64), streams: &HashMap<String, u64>) -> ChainReport {
        let (pos, chain, recorded) = head;
        if pos != self.last {
            self.faults.push(Fault { pos: self.last + 1, what: "the log ends before its head" });
        } else if chain != self.chain || (pos > 0 && recorded != self.recorded) {
            self.faults.push(Fault { pos, what: "the head is not what the last event left" });
        }
        for (stream, version) in streams {
            if self.versions.get(stream).is_none_or(|last| last < version) {
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

/// Reads everything: events, streams, commands, and the database's own view of itself.
pub fn read_whole(reader: &mut Backend) -> Outcome<(Checker, Head, HashMap<String, u64>)> {
    // Others may write meanwhile: what stood before the streams were listed must be in them, and what they say must
    // stand before the head that is read after.
    let (_, before) = reader.after(0, 0)?;
    let mut streams: HashMap<String, u64> = HashMap::new();
    let mut reached = String::new();
    loop {
        let page = reader.streams(&reached, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        reached.clone_from(last);
        streams.extend(page.into_iter().map(|(name, stream)| (name, stream.version)));
    }
    let mut brought = Vec::new();
    let mut reached = (String::new(), String::new());
    loop {
        let page = reader.commands((&reached.0, &reached.1), PAGE)?;
        let Some(last) = page.last() else { break };
        reached = (last.scope.clone(), last.key.clone());
        brought.extend(page.iter().map(|it| Brought { first: it.first, last: it.last, recorded: it.recorded }));
    }
    let (_, head) = reader.after(0, 0)?;
    let mut checker = Checker::new(brought, before.pos);
    let (mut pos, mut listed) = (0, false);
    loop {
        let (events, _) = reader.after(pos, PAGE)?;
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
