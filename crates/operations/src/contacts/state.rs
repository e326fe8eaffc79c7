//! How a contact stands: a fold of its events.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Calendar;
use calendar::clocks::{self, Clock, Due, Moment, Pause, Run};
use facts::{Channel, OnBehalf, Outcome};
use matter::codec::code;
use matter::{PartId, ProfessionalId, Subject, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calls::{Calls, Slot};
use super::chat::Chat;
use super::event::{Author, Event, on_behalf};
use super::parts::Stage;
use super::routing::{First, Routed};
use crate::dispatches::Means;

/// The clock of a contact of which nothing else is known: by when the law has it answered.
const USUAL: &str = "callback-same-day";

/// A contact as its events have left it. No text, no name: those are read from the log when a page shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// In which it was first answered; until then, in which it waits.
    #[serde(with = "code")]
    pub channel: Channel,
    pub service: String,
    pub language: String,
    pub anonymous: bool,
    /// The person; none: of nobody but this contact.
    pub subject: Option<Subject>,
    /// The way in which somebody else wrote for that person first; none: nobody did, or nobody knows.
    #[serde(with = "on_behalf")]
    pub on_behalf: Option<OnBehalf>,
    /// The unit whose queue it came to first, and the unit whose queue it is in now.
    pub arrival_unit: UnitId,
    pub unit: UnitId,
    /// The queue of that unit; none: the one that each has without a part.
    pub queue: Option<PartId>,
    pub place: Place,
    /// Microseconds since 1970, as all times here.
    pub opened_at: i64,
    /// The first answer of a person.
    pub first_response_at: Option<i64>,
    /// The first message of the resident after that: both have spoken.
    pub reached_at: Option<i64>,
    pub resolved_at: Option<i64>,
    pub closed_at: Option<i64>,
    /// The last message of either side.
    pub written_at: i64,
    /// Events of the contact's own stream so far, and of the conversation's.
    pub history: u64,
    pub conversation: u64,
    /// The number of the resident's last message.
    pub last_of_resident: u64,
    /// The number of the service's last message that a person wrote.
    pub last_of_service: u64,
    /// Since when the resident waits for a word: their first message that was not answered. To write again costs
    /// nobody their place.
    pub waits_since: Option<i64>,
    /// From when the answer is counted that was promised; none: it was given.
    pub promised_from: Option<i64>,
    /// The resident took it up again after it had been resolved.
    pub is_reopened: bool,
    /// It came from another unit, and is not resolved yet.
    pub handed: Option<Handed>,
    pub transfers: u32,
    /// Questions to colleagues that wait for an answer.
    pub asked: BTreeSet<Uuid>,
    /// The professional who has it, or had it last.
    pub handler: Option<ProfessionalId>,
    #[serde(with = "outcome")]
    pub outcome: Option<Outcome>,
    /// Why it came to its first queue, and by which clocks; none: by no rule.
    pub routed: Option<Box<Routed>>,
    /// The last act, as long as nothing has happened since that it would undo, too.
    pub undo: Option<Undo>,
    /// None: it never was a chat.
    pub chat: Option<Chat>,
    pub calls: Calls,
    /// It began with a call by telephone, and not on these pages.
    #[serde(default)]
    pub rang: bool,
    /// The contact of which it is a part.
    pub part_of: Option<Uuid>,
    /// Contacts that are parts of it, and how far each has come.
    pub parts: BTreeMap<Uuid, Stage>,
    /// The means by which its writer is answered; none: they come back and read.
    pub answers_go: Option<Means>,
    /// Its writer wants no more messages, and has not written since.
    pub is_stopped: bool,
    /// Since when its owner and the resident meet by video; none: they do not.
    pub video: Option<i64>,
    /// The files of the conversation, and their bytes.
    pub files: BTreeSet<Uuid>,
    pub file_bytes: u64,
}

/// An act that can be undone, and how the contact stood before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The one who did it; none: whoever leads the unit.
    pub by: Option<ProfessionalId>,
    /// Microseconds since 1970.
    pub at: i64,
    pub place: Place,
    /// The part that was split off by it.
    pub split: Option<Uuid>,
    handler: Option<ProfessionalId>,
    waits_since: Option<i64>,
    promised_from: Option<i64>,
    is_reopened: bool,
    handed: Option<Handed>,
    chat: Option<Chat>,
    calls: Calls,
}

/// How a contact was handed over last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// The unit that had it.
    pub from: UnitId,
    pub reason: String,
    /// Microseconds since 1970.
    pub at: i64,
    /// Number of the event in the contact's own stream, beside which the note to colleagues is sealed.
    pub seq: u64,
}

/// Where a contact is: in exactly one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In its unit's queue.
    Queued,
    Owned {
        owner: ProfessionalId,
    },
    /// With its owner, until the resident has answered a question.
    Waiting {
        owner: ProfessionalId,
    },
    Resolved {
        owner: ProfessionalId,
        at: i64,
    },
    Closed,
}

impl Contact {
    /// After an event that happened at an instant. Without a contact only an opening makes one.
    pub(super) fn after(contact: Option<Contact>, event: &Event, at: i64) -> Option<Contact> {
        let Some(mut contact) = contact else { return Contact::opened(event) };
        // A clock that was set back must not make an answer older than its question.
        let at = at.max(contact.opened_at);
        let owner = |place: &Place| match place {
            Place::Owned { owner } | Place::Waiting { owner } | Place::Resolved { owner, .. } => owner.clone(),
            Place::Queued | Place::Closed => "".into(),
        };
        match event.in_conversation() {
            true => contact.conversation += 1,
            false => contact.history += 1,
        }
        if matches!(
            event,
            Event::Written { author: Author::Resident | Author::Service, .. } | Event::Called { reached: true, .. }
        ) {
            contact.written_at = at;
        }
        contact.undo = contact.undoable(event, at);
        match event {
            Event::Opened { .. } | Event::Noted | Event::Undone | Event::Split { .. } | Event::Shown(_) => {}
            Event::Part { .. } | Event::TakenBack => contact.parted(event, at),
            Event::Written { author: Author::Automatic, .. } => {}
            Event::Logged if matches!(contact.channel, Channel::Phone | Channel::WalkIn | Channel::Video) => {
                (contact.first_response_at, contact.reached_at) = (Some(at), Some(at));
                (contact.waits_since, contact.promised_from) = (None, None);
            }
            // Paper waits for its answer.
            Event::Logged => {}
            Event::Consulted { consultation, .. } => drop(contact.asked.insert(*consultation)),
            Event::Advised { consultation } | Event::Recalled { consultation } => {
                contact.asked.remove(consultation);
            }
            Event::Claimed { owner } => {
                contact.handler = Some(owner.clone());
                contact.place = Place::Owned { owner: owner.clone() };
            }
            Event::Assigned { owner } => {
                contact.handler = Some(owner.clone());
                contact.place = match contact.place {
                    Place::Waiting { .. } => Place::Waiting { owner: owner.clone() },
                    _ => Place::Owned { owner: owner.clone() },
                };
            }
            Event::Released => (contact.place, contact.video) = (Place::Queued, None),
            Event::Reopened => {
                contact.place = Place::Queued;
                (contact.resolved_at, contact.outcome) = (None, None);
                // Taken up again by the resident it is owed an answer anew; by a professional it is theirs to go on with.
                contact.is_reopened = contact.waits_since.is_some();
                contact.promised_from = contact.waits_since.map(|_| at);
                // A chat that was abandoned is a message from now on.
                if contact.chat.is_some() && contact.first_response_at.is_none() {
                    contact.channel = Channel::Message;
                }
            }
            Event::Asked => contact.place = Place::Waiting { owner: owner(&contact.place) },
            // A promise that rested while the question waited begins anew.
            Event::Answered => {
                contact.place = Place::Owned { owner: owner(&contact.place) };
                if contact.clocks().filter_map(clocks::named).any(rests) {
                    contact.promised_from = Some(at);
                }
            }
            Event::Transferred { from, to, queue, reason } => {
                let (from, reason) = (from.clone(), reason.clone());
                contact.handed = Some(Handed { from, reason, at, seq: contact.history });
                contact.unit.clone_from(to);
                contact.queue.clone_from(queue);
                (contact.place, contact.video) = (Place::Queued, None);
                contact.transfers += 1;
            }
            Event::Resolved { outcome } => {
                contact.place = Place::Resolved { owner: owner(&contact.place), at };
                (contact.outcome, contact.resolved_at) = (Some(*outcome), Some(at));
                (contact.waits_since, contact.promised_from) = (None, None);
                (contact.is_reopened, contact.handed, contact.calls.agreed) = (false, None, None);
                contact.video = None;
                contact.end_chat(at);
            }
            Event::VideoOpened => contact.video = Some(at),
            Event::VideoEnded => contact.video = None,
            Event::Identified { subject } => (contact.anonymous, contact.subject) = (false, Some(*subject)),
            Event::AnswersGo { by } => contact.answers_go = Some(*by),
            Event::Stopped => contact.is_stopped = true,
            Event::Closed => (contact.place, contact.closed_at) = (Place::Closed, Some(at)),
            Event::Written { author: Author::Resident, .. } => contact.heard(at),
            Event::Written { author: Author::Service, .. } => {
                contact.last_of_service = contact.conversation;
                contact.first_response_at.get_or_insert(at);
                (contact.waits_since, contact.promised_from) = (None, None);
            }
            Event::Attached { author, file } => {
                contact.files.insert(file.id);
                contact.file_bytes += file.bytes;
                if *author == Author::Resident {
                    contact.heard(at);
                }
            }
            Event::Greeted { .. }
            | Event::Left
            | Event::Turned
            | Event::Rated { .. }
            | Event::Rang { .. }
            | Event::CallAgreed { .. }
            | Event::Called { .. } => contact.met(event, at),
        }
        Some(contact)
    }

    /// After a part of it has come on, or it was taken back itself.
    fn parted(&mut self, event: &Event, at: i64) {
        match event {
            Event::Part { part, stage: Some(stage) } => drop(self.parts.insert(*part, *stage)),
            Event::Part { part, stage: None } => drop(self.parts.remove(part)),
            Event::TakenBack => {
                (self.place, self.closed_at, self.resolved_at) = (Place::Closed, Some(at), Some(at));
                self.outcome = Some(Outcome::Withdrawn);
                (self.waits_since, self.promised_from) = (None, None);
            }
            _ => {}
        }
    }

    /// After a word of the resident, which may be a file.
    fn heard(&mut self, at: i64) {
        self.last_of_resident = self.conversation;
        self.is_stopped = false;
        self.waits_since.get_or_insert(at);
        if self.first_response_at.is_some() {
            self.reached_at.get_or_insert(at);
        }
    }

    /// After an event of its chat or of its calls.
    fn met(&mut self, event: &Event, at: i64) {
        match event {
            Event::Greeted { until } => self.chat = Some(Chat { until: *until, over: None, rated: None }),
            Event::Left => {
                self.end_chat(at);
                // The call that is to come is what is left of it.
                if self.first_response_at.is_none() && self.calls.is_agreed() {
                    self.channel = Channel::Callback;
                }
            }
            Event::Turned => {
                self.end_chat(at);
                if self.first_response_at.is_none() {
                    self.channel = Channel::Message;
                }
            }
            Event::Rated { rating } => {
                if let Some(chat) = &mut self.chat {
                    chat.rated = Some((*rating, at));
                }
            }
            Event::Rang { at: rang_at } => {
                self.rang |= self.conversation == 0;
                self.waits_since.get_or_insert((*rang_at).max(self.opened_at));
            }
            Event::CallAgreed { from, to, mark } => self.calls.agree(Slot { from: *from, to: *to }, mark.clone()),
            Event::Called { reached, part, next, at: told } => {
                // One of which the exchange told late was when it was.
                let at = told.map_or(at, |told| told.max(self.opened_at));
                self.calls.called(*reached, *part, *next, at);
                if *reached {
                    if self.first_response_at.is_none() && self.chat.is_some() {
                        self.channel = Channel::Callback;
                    }
                    self.end_chat(at);
                    self.first_response_at.get_or_insert(at);
                    self.reached_at.get_or_insert(at);
                    (self.waits_since, self.promised_from) = (None, None);
                }
            }
            _ => {}
        }
    }

    /// The act that can be undone after an event.
    fn undoable(&mut self, event: &Event, at: i64) -> Option<Undo> {
        let before = self.undo.take();
        let by = match (event, &self.place) {
            // The word that both sides are shown follows from the act; a note changes nothing.
            (
                Event::Shown(_)
                | Event::Noted
                | Event::Rated { .. }
                | Event::Rang { .. }
                | Event::Identified { .. }
                | Event::Part { .. },
                _,
            ) => return before,
            (Event::Undone, _) => {
                self.undone(before?);
                return None;
            }
            // Nobody waits: it was taken up again, and is no act of the queue.
            (Event::Claimed { owner }, Place::Queued) if self.waits_since.is_some() => Some(owner.clone()),
            // Taken up again by the resident, it has found its way by itself.
            (Event::Assigned { .. }, Place::Queued) if self.is_reopened => return None,
            (Event::Assigned { .. }, Place::Queued | Place::Owned { .. } | Place::Waiting { .. }) => None,
            (Event::Released | Event::Split { .. }, Place::Owned { owner } | Place::Waiting { owner }) => {
                Some(owner.clone())
            }
            // With a message that was sent at the same time nothing is as it was.
            (Event::Resolved { .. }, Place::Owned { owner } | Place::Waiting { owner }) if self.written_at != at => {
                Some(owner.clone())
            }
            _ => return None,
        };
        let (place, handler, handed) = (self.place.clone(), self.handler.clone(), self.handed.clone());
        let Contact { waits_since, promised_from, is_reopened, .. } = *self;
        let calls = self.calls.clone();
        let split = if let Event::Split { part } = event { Some(*part) } else { None };
        let chat = self.chat.clone();
        Some(Undo { by, at, place, split, handler, waits_since, promised_from, is_reopened, handed, chat, calls })
    }

    fn undone(&mut self, undo: Undo) {
        let Undo {
            by: _,
            at: _,
            place,
            split: _,
            handler,
            waits_since,
            promised_from,
            is_reopened,
            handed,
            chat,
            calls,
        } = undo;
        (self.place, self.handler, self.handed, self.calls) = (place, handler, handed, calls);
        // One that was rated since is over.
        if self.chat.as_ref().is_some_and(|chat| chat.rated.is_none()) {
            self.chat = chat;
        }
        (self.waits_since, self.promised_from, self.is_reopened) = (waits_since, promised_from, is_reopened);
        // One act alone ends it among those that can be undone.
        (self.resolved_at, self.outcome) = (None, None);
    }

    fn opened(event: &Event) -> Option<Contact> {
        let Event::Opened {
            channel,
            service,
            language,
            unit,
            queue,
            anonymous,
            subject,
            routed,
            on_behalf,
            part_of,
            at,
        } = event
        else {
            return None;
        };
        Some(Contact {
            channel: *channel,
            service: service.clone(),
            language: language.clone(),
            anonymous: *anonymous,
            subject: *subject,
            on_behalf: *on_behalf,
            arrival_unit: unit.clone(),
            unit: unit.clone(),
            queue: queue.clone(),
            place: Place::Queued,
            opened_at: *at,
            first_response_at: None,
            reached_at: None,
            resolved_at: None,
            closed_at: None,
            written_at: *at,
            history: 1,
            conversation: 0,
            last_of_resident: 0,
            last_of_service: 0,
            waits_since: Some(*at),
            promised_from: Some(*at),
            is_reopened: false,
            handed: None,
            transfers: 0,
            asked: BTreeSet::new(),
            handler: None,
            outcome: None,
            routed: routed.clone(),
            undo: None,
            chat: None,
            calls: Calls::default(),
            rang: false,
            part_of: *part_of,
            parts: BTreeMap::new(),
            answers_go: None,
            is_stopped: false,
            video: None,
            files: BTreeSet::new(),
            file_bytes: 0,
        })
    }

    /// The clocks that run, the tightest first, each with when it is due and why. A law asks for the first answer; a promise
    /// for each.
    pub fn running(&self, calendar: &Calendar) -> Vec<(&'static Clock, Due)> {
        self.promised_from.map_or_else(Vec::new, |since| self.due_from(since, calendar))
    }

    /// Other clocks of its queue, which no answer stops: they run from its opening until it is resolved.
    pub fn beside(&self, calendar: &Calendar) -> Vec<(&'static Clock, Due)> {
        let run = Run { since: self.opened_at, age: self.routed.as_ref().and_then(|routed| routed.case.age) };
        let is_open = self.resolved_at.is_none();
        let named = self.clocks().filter_map(clocks::named).filter(|clock| is_open && clock.stops != Moment::Answered);
        let mut due: Vec<_> = named.filter_map(|clock| Some((clock, clock.due(&run, calendar)?))).collect();
        due.sort_by_key(|(_, due)| due.at);
        due
    }

    /// The instant until which it was to be answered first, by the tightest of its clocks.
    pub fn promised(&self, calendar: &Calendar) -> Option<i64> {
        let opened = Contact { first_response_at: None, ..self.clone() };
        opened.due_from(self.opened_at, calendar).first().map(|(_, due)| due.at)
    }

    fn due_from(&self, since: i64, calendar: &Calendar) -> Vec<(&'static Clock, Due)> {
        let is_first = self.first_response_at.is_none() || self.is_reopened;
        due_from(self.routed.as_deref(), is_first, since, calendar)
    }

    /// Ids of its clocks, by the queue to which it came.
    fn clocks(&self) -> impl Iterator<Item = &str> {
        clocks_of(self.routed.as_deref())
    }

    /// Those who are to see it first, as long as it waits for them.
    pub fn waits_for_first(&self) -> Option<&First> {
        let first = self.routed.as_ref()?.first.as_ref()?;
        (self.place == Place::Queued && self.transfers == 0 && self.first_response_at.is_none()).then_some(first)
    }

    /// Its place in a list, the longest waiting first: since when the resident waits, or the last word was said.
    pub fn in_line(&self) -> i64 {
        self.waits_since.unwrap_or(self.written_at)
    }

    /// The professional who has it now.
    pub fn owner(&self) -> Option<&str> {
        match &self.place {
            Place::Owned { owner } | Place::Waiting { owner } => Some(owner),
            Place::Queued | Place::Resolved { .. } | Place::Closed => None,
        }
    }
}

impl Routed {
    /// The clocks of a contact that would be opened so at an instant, the tightest first, each with when it is due and why.
    pub fn due(&self, now: i64, calendar: &Calendar) -> Vec<(&'static Clock, Due)> {
        due_from(Some(self), true, now, calendar)
    }
}

/// The clocks that an answer stops, the tightest first. `is_first`: the answer would be the first, which the law asks for.
fn due_from(routed: Option<&Routed>, is_first: bool, since: i64, calendar: &Calendar) -> Vec<(&'static Clock, Due)> {
    let asks = |clock: &&Clock| is_first || rests(clock);
    let run = Run { since, age: routed.and_then(|routed| routed.case.age) };
    let named =
        clocks_of(routed).filter_map(clocks::named).filter(|clock| clock.stops == Moment::Answered && asks(clock));
    let mut due: Vec<_> = named.filter_map(|clock| Some((clock, clock.due(&run, calendar)?))).collect();
    due.sort_by_key(|(_, due)| due.at);
    due
}

fn clocks_of(routed: Option<&Routed>) -> impl Iterator<Item = &str> {
    let own = routed.map_or(&[][..], |routed| &routed.clocks);
    let usual = own.is_empty().then_some(USUAL);
    own.iter().map(|id| &**id).chain(usual)
}

/// Whether a clock rests while a question waits for the client, and begins anew with the answer.
fn rests(clock: &Clock) -> bool {
    clock.pauses.contains(&Pause::WaitingClient)
}

impl Place {
    /// Name in answers to programs and in links.
    pub fn code(&self) -> &'static str {
        match self {
            Place::Queued => "queued",
            Place::Owned { .. } => "owned",
            Place::Waiting { .. } => "waiting_resident",
            Place::Resolved { .. } => "resolved",
            Place::Closed => "closed",
        }
    }
}

/// How it ended, as its code; empty: not yet.
mod outcome {
    use facts::{Code, Outcome};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub fn serialize<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(outcome.map_or("", Code::code))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Outcome>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("there is no outcome {text}"));
        if text.is_empty() { Ok(None) } else { Outcome::named(&text).ok_or_else(unknown).map(Some) }
    }
}
