//! A dispatch: one message out by SMS, e-mail or Suomi.fi, in the outbox.
//!
//! It says that something waits, never what or whence; only to somebody who wrote by text message themselves it brings the
//! answer. No number, address or text stands in it: the sender reads the person's own at each attempt, so that a number that has
//! changed, or was erased, is never used again. It ends delivered, or as a task
//! of whoever caused it; where nobody can know whether an attempt arrived, the next one bears the same id.

pub mod causes;
mod message;
pub mod port;

use std::collections::BTreeSet;

use matter::{
    By, Index, List, Matter, Occasion, Own, ProfessionalId, Refused, Rights, Role, Standing, Subject, UnitId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::tasks::Of;

pub use message::{Means, Says, hour_of};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// So long after the first attempt a message that never arrived becomes a task, and after a third of it another means is
/// tried; one that was never tried, so long after it was asked for. In microseconds.
pub const PATIENCE: i64 = 3 * DAY;
/// An attempt of which nothing was noted for so long is lost with whoever made it. No port takes so long.
pub const LOST: i64 = 10 * MINUTE;
/// The port may say for so long what became of a message that it took.
pub const TOLD_WITHIN: i64 = 3 * DAY;
/// Pauses after attempts that failed; the last one goes on.
const PAUSES: [i64; 5] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 4 * HOUR];
/// A message as its cause asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The matter that it comes from.
    pub cause: Of,
    /// The person whom it goes to; none: the writer of its cause, of whom nothing but an address is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Those who see to it when it does not arrive: whoever caused it, and their unit.
    pub unit: UnitId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ProfessionalId>,
    pub says: Says,
    /// Of its text: `fi`, `sv`, `en`.
    pub language: String,
    /// In the order in which they are tried.
    pub means: Vec<Means>,
}

/// The outcome of an attempt, as the port tells it. `code`: a word or number of the port's, never anything of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// The port has it now; whether it arrives, it may or may not tell.
    Taken,
    Delivered,
    /// It will never take this message to this address.
    Refused {
        code: String,
    },
    /// It did not take it now.
    Failed {
        code: String,
    },
    /// It hung up, or was not heard of, after it had the message: it may have taken it.
    Unknown {
        code: String,
    },
}

/// A request that can be made of a dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Ask(Asked),
    /// The sender begins an attempt. `again`: the port takes an id that it has had for the same message, so that one whose
    /// fate nobody knows may be sent again.
    Begin {
        again: bool,
    },
    /// The fate of an attempt, the first being 1.
    Note {
        attempt: u32,
        outcome: Outcome,
    },
    /// The attempt under way is lost: nobody will note anything of it.
    Lose,
    /// By these means it has failed long enough.
    GiveUp,
    /// Its cause is over.
    Withdraw,
    /// The port has said nothing more of it.
    Close,
}

/// Something that happened. Fields are added with a default and never renamed. `next`: when the next attempt may be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "dispatch.asked")]
    Asked { asked: Asked, next: i64 },
    #[serde(rename = "dispatch.begun")]
    Begun { again: bool },
    /// It was not the hour.
    #[serde(rename = "dispatch.postponed")]
    Postponed { next: i64 },
    #[serde(rename = "dispatch.taken")]
    Taken,
    #[serde(rename = "dispatch.delivered")]
    Delivered,
    /// By these means for good.
    #[serde(rename = "dispatch.refused")]
    Refused { code: String },
    #[serde(rename = "dispatch.not_taken")]
    NotTaken { code: String, next: i64 },
    #[serde(rename = "dispatch.unknown")]
    Unknown { code: String, next: i64 },
    /// The next means.
    #[serde(rename = "dispatch.turned")]
    Turned { next: i64 },
    /// It goes out no more; a task has taken its place.
    #[serde(rename = "dispatch.failed")]
    Failed,
    #[serde(rename = "dispatch.withdrawn")]
    Withdrawn,
    #[serde(rename = "dispatch.closed")]
    Closed,
}

/// Why a dispatch cannot do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is one already, or there is none.
    NotThere,
    /// It stands where this cannot be done.
    NotNow,
    TooEarly,
    /// Rules that run by themselves do this.
    NotFor,
    /// There is nothing by which to reach the person.
    NoMeans,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match refusal {
            Refusal::NotThere => "not_there",
            Refusal::NotNow => "not_now",
            Refusal::TooEarly => "too_early",
            Refusal::NotFor => "not_for",
            Refusal::NoMeans => "no_means",
        };
        Refused::new(Dispatch::NAME, code)
    }
}

/// Where a dispatch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// For an attempt at the instant that it names.
    Waiting {
        next: i64,
    },
    /// An attempt is under way.
    Begun {
        at: i64,
        again: bool,
    },
    /// The port has it.
    Taken {
        at: i64,
    },
    Delivered,
    /// A task has taken its place.
    Failed,
    Withdrawn,
    Closed,
}

/// A dispatch as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    pub cause: Of,
    /// None: the writer of its cause, or somebody who was erased.
    pub subject: Option<Subject>,
    pub unit: UnitId,
    pub who: Option<ProfessionalId>,
    pub says: Says,
    pub language: String,
    pub means: Vec<Means>,
    /// Which of the means it has come to.
    pub turn: usize,
    pub asked_at: i64,
    /// When the first attempt was made.
    pub tried_at: Option<i64>,
    pub attempts: u32,
    pub place: Place,
    /// The last word of a port that did not take it.
    pub code: Option<String>,
}

/// Dispatches that wait for an attempt, by when.
#[derive(Default)]
pub struct Outbox(BTreeSet<(i64, Uuid)>);

impl Outbox {
    /// Those whose attempt may be made by an instant, the longest waiting first.
    pub fn ready(&self, now: i64) -> impl Iterator<Item = Uuid> {
        self.0.range(..=(now, Uuid::max())).map(|(_, id)| *id)
    }
}

impl Index<Dispatch> for Outbox {
    fn enter(&mut self, id: Uuid, it: &Dispatch) {
        if let Place::Waiting { next } = it.place {
            self.0.insert((next, id));
        }
    }

    fn leave(&mut self, id: Uuid, it: &Dispatch) {
        if let Place::Waiting { next } = it.place {
            self.0.remove(&(next, id));
        }
    }
}

type On<'a> = Occasion<'a, ()>;
type Decided = Result<Vec<Event>, Refusal>;

impl Matter for Dispatch {
    const NAME: &'static str = "dispatch";
    const VERSION: u32 = 1;
    const RIGHTS: Rights =
        Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[Role::Lead], own: Own::Nothing };

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = Outbox;

    fn decide(dispatch: Option<&Dispatch>, command: &Command, on: &On<'_>) -> Decided {
        match (dispatch, command) {
            (None, Command::Ask(asked)) if asked.means.is_empty() => Err(Refusal::NoMeans),
            (None, Command::Ask(asked)) => {
                Ok(vec![Event::Asked { asked: asked.clone(), next: hour_of(asked.says, on.now, on.calendar) }])
            }
            (None, _) | (Some(_), Command::Ask(_)) => Err(Refusal::NotThere),
            (Some(it), Command::Withdraw) => match it.place {
                Place::Waiting { .. } => Ok(vec![Event::Withdrawn]),
                // One that is on its way, or has gone, cannot be called back.
                _ => Ok(Vec::new()),
            },
            (Some(_), _) if *on.by != By::System => Err(Refusal::NotFor),
            (Some(it), command) => it.go_on(command, on),
        }
    }

    fn evolve(dispatch: Option<Dispatch>, event: &Event, at: i64) -> Option<Dispatch> {
        let Some(mut it) = dispatch else { return asked(event, at) };
        match event {
            Event::Asked { .. } => {}
            Event::Begun { again } => {
                it.place = Place::Begun { at, again: *again };
                it.tried_at = it.tried_at.or(Some(at));
                it.attempts += 1;
            }
            Event::Postponed { next } => it.place = Place::Waiting { next: *next },
            Event::Taken => it.place = Place::Taken { at },
            Event::Delivered => it.place = Place::Delivered,
            Event::Refused { code } => it.code = Some(code.clone()),
            Event::NotTaken { code, next } | Event::Unknown { code, next } => {
                (it.place, it.code) = (Place::Waiting { next: *next }, Some(code.clone()));
            }
            Event::Turned { next } => (it.place, it.turn) = (Place::Waiting { next: *next }, it.turn + 1),
            Event::Failed => it.place = Place::Failed,
            Event::Withdrawn => it.place = Place::Withdrawn,
            Event::Closed => it.place = Place::Closed,
        }
        Some(it)
    }

    fn standing(&self) -> Standing<'_> {
        let list = if self.is_over() { List::Ended } else { List::Nowhere };
        // Nobody has it: that somebody was told gives the one who caused it no more to do with them.
        Standing { subject: self.subject, unit: Some(&self.unit), who: None, list, since: self.asked_at, done: None }
    }

    fn due(&self) -> Option<(i64, Command)> {
        match self.place {
            Place::Waiting { .. } => Some((self.given_up_at(), Command::GiveUp)),
            Place::Begun { at, .. } => Some((at.saturating_add(LOST), Command::Lose)),
            Place::Taken { at } => Some((at.saturating_add(TOLD_WITHIN), Command::Close)),
            Place::Delivered | Place::Failed | Place::Withdrawn | Place::Closed => None,
        }
    }

    /// Nothing goes out to somebody who was erased.
    fn forgotten(self) -> Dispatch {
        let place = if self.is_over() { self.place } else { Place::Withdrawn };
        Dispatch { subject: None, place, ..self }
    }
}

fn asked(event: &Event, at: i64) -> Option<Dispatch> {
    let Event::Asked { asked, next } = event else { return None };
    let Asked { cause, subject, unit, who, says, language, means } = asked.clone();
    Some(Dispatch {
        cause,
        subject,
        unit,
        who,
        says,
        language,
        means,
        turn: 0,
        asked_at: at,
        tried_at: None,
        attempts: 0,
        place: Place::Waiting { next: *next },
        code: None,
    })
}

impl Dispatch {
    pub fn is_over(&self) -> bool {
        matches!(self.place, Place::Delivered | Place::Failed | Place::Withdrawn | Place::Closed)
    }

    /// The means that it has come to.
    pub fn by(&self) -> Option<Means> {
        self.means.get(self.turn).copied()
    }

    /// When its means are given up: the others after a third of the patience each, the last at its end. The patience runs
    /// from the first attempt, and before it from the asking: somebody hears also of one that was never tried.
    fn given_up_at(&self) -> i64 {
        let since = self.tried_at.unwrap_or(self.asked_at);
        // A time that comes soon leaves less patience, so that somebody can still call.
        let left = self.says.time().map_or(PATIENCE, |at| at.saturating_sub(since).max(0) / 2);
        let (patience, steps) = (PATIENCE.min(left), (self.turn as i64 + 1).min(3));
        since.saturating_add(if self.is_at_last() { patience } else { patience / 3 * steps })
    }

    /// Whether no means is left to turn to. A sender that stood still would not have tried another one either.
    fn is_at_last(&self) -> bool {
        self.tried_at.is_none() || self.turn + 1 >= self.means.len()
    }

    fn go_on(&self, command: &Command, on: &On<'_>) -> Decided {
        match (command, self.place) {
            (Command::Begin { again }, Place::Waiting { next }) => self.begin(*again, next, on),
            (Command::Note { attempt, outcome }, _) => self.note(*attempt, outcome, on),
            (Command::Lose, Place::Begun { at, again }) => match on.now < at.saturating_add(LOST) {
                true => Err(Refusal::TooEarly),
                false => Ok(self.unknown("lost", again, on)),
            },
            (Command::GiveUp, Place::Waiting { .. }) => match on.now < self.given_up_at() {
                true => Err(Refusal::TooEarly),
                false => Ok(self.turned(on)),
            },
            (Command::Close, Place::Taken { at }) if on.now < at.saturating_add(TOLD_WITHIN) => Err(Refusal::TooEarly),
            (Command::Close, Place::Taken { .. }) => Ok(vec![Event::Closed]),
            _ => Err(Refusal::NotNow),
        }
    }

    fn begin(&self, again: bool, next: i64, on: &On<'_>) -> Decided {
        let hour = hour_of(self.says, on.now, on.calendar);
        match self.says.time() {
            _ if on.now < next => Err(Refusal::TooEarly),
            // Nobody is told of a time that is over; somebody hears that they were not.
            Some(at) if at <= on.now => Ok(vec![Event::Failed]),
            _ if on.now < hour => Ok(vec![Event::Postponed { next: hour }]),
            _ => Ok(vec![Event::Begun { again }]),
        }
    }

    /// A word of the port that comes late is heard where it is good, also of an attempt that was taken for lost.
    fn note(&self, attempt: u32, outcome: &Outcome, on: &On<'_>) -> Decided {
        let is_last = attempt == self.attempts;
        match (outcome, self.place) {
            (Outcome::Delivered, Place::Delivered) => Ok(Vec::new()),
            (Outcome::Delivered, Place::Begun { .. } | Place::Taken { .. } | Place::Waiting { .. }) if attempt > 0 => {
                Ok(vec![Event::Delivered])
            }
            (Outcome::Taken, Place::Taken { .. } | Place::Delivered) => Ok(Vec::new()),
            (Outcome::Taken, Place::Begun { .. } | Place::Waiting { .. }) if attempt > 0 => Ok(vec![Event::Taken]),
            (Outcome::Refused { code }, Place::Begun { .. } | Place::Taken { .. }) if is_last => {
                Ok([Event::Refused { code: code.clone() }].into_iter().chain(self.turned(on)).collect())
            }
            // The port had said nothing for too long; late is better than never, for somebody can still see to it.
            (Outcome::Refused { code }, Place::Closed) if is_last => {
                Ok(vec![Event::Refused { code: code.clone() }, Event::Failed])
            }
            (Outcome::Failed { code }, Place::Begun { .. }) if is_last => {
                Ok(vec![Event::NotTaken { code: code.clone(), next: self.next(on) }])
            }
            (Outcome::Unknown { code }, Place::Begun { again, .. }) if is_last => Ok(self.unknown(code, again, on)),
            _ => Err(Refusal::NotNow),
        }
    }

    fn unknown(&self, code: &str, again: bool, on: &On<'_>) -> Vec<Event> {
        let unknown = Event::Unknown { code: code.into(), next: self.next(on) };
        // Where a second one would be another message, a person asks whether the first arrived.
        if again { vec![unknown] } else { vec![unknown, Event::Failed] }
    }

    /// When the next attempt may be made by the same means.
    fn next(&self, on: &On<'_>) -> i64 {
        let number = (self.attempts.max(1) as usize - 1).min(PAUSES.len() - 1);
        hour_of(self.says, on.now.saturating_add(PAUSES[number]), on.calendar)
    }

    fn turned(&self, on: &On<'_>) -> Vec<Event> {
        match self.is_at_last() {
            true => vec![Event::Failed],
            false => vec![Event::Turned { next: hour_of(self.says, on.now, on.calendar) }],
        }
    }
}

/// The id of a dispatch: of one cause it can only come to be once. `parts` hold no line end.
pub fn dispatch_id(parts: &[&str]) -> Uuid {
    const DISPATCHES: Uuid = Uuid::from_u128(0x2d0b_8f4e_6c17_5a93_9be2_70d4_15c8_a6f1);
    Uuid::new_v5(&DISPATCHES, parts.join("\n").as_bytes())
}

#[cfg(test)]
mod tests;
