//! A call by telephone, as the county's exchange tells of it: it came, somebody answered or nobody did, the caller asked to be
//! called back by pressing a key, and was called back.
//!
//! An exchange tells twice, late and out of order: each thing counts once, by when it was. A call has an id of its own, which the
//! contact that begins with it bears too, so that one call is one row of the facts. Its number stands nowhere here: a keyed
//! digest tells calls of one number from those of others.

use std::collections::BTreeMap;

use facts::{Channel, ContactKind, Instant, Key, Outcome, ResidentId, Row, Table};
use matter::codec::id;
use matter::{About, Dated, List, Matter, Occasion, Own, PartId, Put, Refused, Rights, Standing, Subject, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// So far ahead of ours the clock of an exchange may be, and so late it may tell, in microseconds.
const AHEAD: i64 = 5 * 60 * 1_000_000;
const LATE: i64 = 30 * 86_400 * 1_000_000;
/// A call is in the facts when so much time has passed since the exchange told of it first: by then it is known what it became.
const SETTLED: i64 = 15 * 60 * 1_000_000;

/// The things of which an exchange tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Came,
    Answered,
    /// The caller hung up before anybody answered.
    Abandoned,
    /// The caller asked to be called back.
    CallbackAsked,
    /// The caller was called back, and answered or not.
    Reached,
    NotReached,
}

/// The number that was called: where calls to it go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub unit: UnitId,
    pub queue: PartId,
    /// Label of the service.
    pub service: String,
}

/// Something of which an exchange tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub what: What,
    /// When it was, in microseconds since 1970.
    pub at: i64,
    pub line: Line,
    /// A keyed digest of the caller's number; none: it was withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// A request that can be made of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Tell(Told),
    /// It belongs to a contact: one that begins with it, or one that was open; and to the person of that, if they are known.
    Join {
        contact: Uuid,
        subject: Option<Subject>,
    },
    /// It is known by now what it became.
    Settle,
    /// The exchange tells nothing more of it.
    End,
}

/// Something that happened. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "call.told")]
    Told(Told),
    #[serde(rename = "call.joined")]
    Joined {
        #[serde(with = "id")]
        contact: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
    },
    #[serde(rename = "call.settled")]
    Settled,
    #[serde(rename = "call.ended")]
    Ended,
}

/// Why it cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is to have been later than now, or too long ago.
    Times,
    /// There is none, or it belongs to another contact.
    NotThere,
    /// Its time has not come.
    TooEarly,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match refusal {
            Refusal::Times => "times",
            Refusal::NotThere => "not_there",
            Refusal::TooEarly => "too_early",
        };
        Refused::new(Call::NAME, code)
    }
}

/// A call as its events have left it. Times are in microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub line: Line,
    pub mark: Option<String>,
    /// The earliest of what is known of it.
    pub came_at: i64,
    pub answered_at: Option<i64>,
    pub abandoned_at: Option<i64>,
    pub asked_at: Option<i64>,
    /// When the caller was called back, and whether they answered.
    pub tries: BTreeMap<i64, bool>,
    pub contact: Option<Uuid>,
    /// The person of that contact, if they are known.
    pub subject: Option<Subject>,
    /// When the exchange told of it first.
    told_at: i64,
    has_settled: bool,
    has_ended: bool,
}

impl Matter for Call {
    const NAME: &'static str = "call";
    const VERSION: u32 = 1;
    /// Nobody has a call in hand: the contact that it becomes is what is worked on.
    const RIGHTS: Rights = Rights { worked_by: &[], led_by: &[], own: Own::Nothing };
    const TABLES: &'static [&'static Table] = &[facts::Contact::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(call: Option<&Call>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        match (call, command) {
            (_, Command::Tell(told)) => {
                let is_in_time = (on.now.saturating_sub(LATE)..=on.now.saturating_add(AHEAD)).contains(&told.at);
                let told = Told { at: told.at.min(on.now), ..told.clone() };
                match call {
                    _ if !is_in_time => Err(Refusal::Times),
                    Some(call) if call.has_ended => Err(Refusal::Times),
                    Some(call) if !call.is_news(&told) => Ok(Vec::new()),
                    _ => Ok(vec![Event::Told(told)]),
                }
            }
            (None, _) => Err(Refusal::NotThere),
            (Some(call), Command::Join { contact, subject }) => match call.contact {
                Some(joined) if joined == *contact => Ok(Vec::new()),
                Some(_) => Err(Refusal::NotThere),
                None => Ok(vec![Event::Joined { contact: *contact, subject: *subject }]),
            },
            (Some(call), Command::Settle) if call.has_settled => Ok(Vec::new()),
            (Some(call), Command::End) if call.has_ended => Ok(Vec::new()),
            (Some(call), Command::Settle | Command::End) => match call.due() {
                Some((at, _)) if on.now < at => Err(Refusal::TooEarly),
                _ if *command == Command::Settle => Ok(vec![Event::Settled]),
                _ => Ok(vec![Event::Ended]),
            },
        }
    }

    fn evolve(call: Option<Call>, event: &Event, at: i64) -> Option<Call> {
        let mut call = match (call, event) {
            (Some(call), _) => call,
            (None, Event::Told(told)) => Call {
                line: told.line.clone(),
                mark: None,
                came_at: told.at,
                answered_at: None,
                abandoned_at: None,
                asked_at: None,
                tries: BTreeMap::new(),
                contact: None,
                subject: None,
                told_at: at,
                has_settled: false,
                has_ended: false,
            },
            (None, _) => return None,
        };
        match event {
            Event::Told(told) => call.after(told),
            Event::Joined { contact, subject } => (call.contact, call.subject) = (Some(*contact), *subject),
            Event::Settled => call.has_settled = true,
            Event::Ended => call.has_ended = true,
        }
        Some(call)
    }

    fn standing(&self) -> Standing<'_> {
        let list = if self.has_ended { List::Ended } else { List::Nowhere };
        Standing {
            subject: self.subject,
            unit: Some(&self.line.unit),
            who: None,
            list,
            since: self.came_at,
            done: None,
        }
    }

    fn queue(&self) -> Option<&PartId> {
        Some(&self.line.queue)
    }

    fn due(&self) -> Option<(i64, Command)> {
        match (self.has_settled, self.has_ended) {
            (_, true) => None,
            (false, _) => Some((self.told_at.saturating_add(SETTLED), Command::Settle)),
            (true, _) => Some((self.told_at.saturating_add(LATE), Command::End)),
        }
    }

    fn forgotten(self) -> Call {
        Call { subject: None, mark: None, ..self }
    }

    /// The contact that begins with a call is the row of both, and bears its id.
    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let call = history.iter().fold(None, |call, it| Call::evolve(call, &it.event, it.at));
        let Some(call) = call.filter(|call| call.has_settled) else { return };
        let begins = call.contact.is_some_and(|contact| about.id.parse() == Ok(contact));
        if !begins {
            put(facts::Contact::TABLE, &call.fact(about.id, about.resident).values(), about.changed);
        }
    }
}

impl Call {
    /// Whether something that is told is not known yet. Of two times of one thing the first that was told holds.
    fn is_news(&self, told: &Told) -> bool {
        match told.what {
            What::Came => told.at < self.came_at,
            What::Answered => self.answered_at.is_none(),
            What::Abandoned => self.abandoned_at.is_none(),
            What::CallbackAsked => self.asked_at.is_none(),
            What::Reached | What::NotReached => !self.tries.contains_key(&told.at),
        }
    }

    fn after(&mut self, told: &Told) {
        self.mark = self.mark.take().or_else(|| told.mark.clone());
        self.came_at = self.came_at.min(told.at);
        match told.what {
            What::Came => {}
            What::Answered => self.answered_at = Some(told.at),
            What::Abandoned => self.abandoned_at = Some(told.at),
            What::CallbackAsked => self.asked_at = Some(told.at),
            What::Reached => drop(self.tries.insert(told.at, true)),
            What::NotReached => drop(self.tries.insert(told.at, false)),
        }
    }

    /// Its row, where it is no contact of its own: it was answered or not, or asked again for what was open.
    fn fact(&self, id: &str, resident: Option<ResidentId>) -> facts::Contact {
        let answered = self.answered_at.filter(|_| self.asked_at.is_none());
        let is_open = answered.is_some() || self.contact.is_some();
        // Nobody calls back a person who withholds their number.
        let ended = self.abandoned_at.or(self.asked_at).filter(|_| !is_open);
        facts::Contact {
            contact_id: Key(id.into()),
            resident_id: resident,
            kind: ContactKind::Request,
            notice: None,
            channel: if self.asked_at.is_some() { Channel::Callback } else { Channel::Phone },
            platform: None,
            service: self.line.service.as_str().into(),
            arrival_unit_id: Some(self.line.unit.clone()),
            unit_id: self.line.unit.clone(),
            language: None,
            urgency: None,
            reason: None,
            identified: false,
            caller_key: self.mark.clone().filter(|_| self.subject.is_none()),
            on_behalf: None,
            opened_at: Instant(self.came_at),
            first_attempt_at: None,
            first_response_at: answered.map(Instant),
            reached_at: answered.map(Instant),
            ended_at: None,
            assessed_at: None,
            due_at: None,
            resolved_at: None,
            closed_at: ended.map(Instant),
            handler_id: None,
            outcome: ended.map(|_| Outcome::Abandoned),
            transfers: 0,
            attempts: 0,
            assessment_id: None,
            enrolment_id: None,
            part_of: None,
            duplicate_of: self.contact.filter(|_| self.asked_at.is_some()).map(|contact| contact.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
