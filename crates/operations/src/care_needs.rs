//! A need of care: established by a professional, met when care begins, with the clock that the law or a promise sets.
//!
//! It outlives the contact in which it was found (FHIR ClinicalImpression, then ServiceRequest), waits at its unit until a time
//! is agreed and stands until care has begun or the need is over. When care must begin follows from the day, the care and
//! the person's age by [`CareNeed::clock`], and is stored nowhere: a law that changes changes what runs as the law says.

mod choices;
mod fact;

use std::collections::{BTreeMap, BTreeSet};

use ::calendar::Calendar;
use ::calendar::clocks::{self, Clock, Due, Run};
use facts::{Assessment, ClosedWhy, Label, Row, Table};
use matter::codec::code;
use matter::{
    About, Dated, Index, List, Matter, Occasion, ProfessionalId, Put, Refused, Rights, Standing, Subject, Trouble,
    Turn, UnitId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::bookings::appointments::{Appointment, Stage};
use crate::bookings::{CLOSED_AFTER, STAFF};

pub use choices::{Care, Choice, cares, exceptions};

/// A need as a professional establishes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Established {
    pub subject: Option<Subject>,
    /// The unit that gives the care.
    pub unit: UnitId,
    /// The contact in which it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Uuid>,
    /// The care that is needed: an id of `rules/care.toml`.
    pub care: Label,
    /// Full years of the person on that day, by which guarantees differ.
    pub age: u8,
    pub by: ProfessionalId,
    /// Code of their profession, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profession: Option<Label>,
}

/// Events of a need, as they stand in the log for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "care_need.established")]
    Established(Established),
    /// A time at which care is to begin.
    #[serde(rename = "care_need.agreed")]
    Agreed { appointment: Uuid, at: i64 },
    /// The time that was agreed is none any more.
    #[serde(rename = "care_need.freed")]
    Freed,
    #[serde(rename = "care_need.met")]
    Met {
        at: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appointment: Option<Uuid>,
    },
    /// The guarantee does not bind, for a reason of `rules/guarantee-exceptions.toml`.
    #[serde(rename = "care_need.excepted")]
    Excepted { why: Label },
    #[serde(rename = "care_need.withdrawn")]
    Withdrawn {
        #[serde(with = "code")]
        why: ClosedWhy,
    },
    /// Nothing more is shown of it in lists.
    #[serde(rename = "care_need.closed")]
    Closed,
}

/// A request that can be made of a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Establish(Established),
    Agree {
        appointment: Uuid,
        at: i64,
    },
    /// An appointment gives it no time any more.
    Free {
        appointment: Uuid,
    },
    /// Care began, in an appointment or elsewhere.
    Meet {
        at: i64,
        appointment: Option<Uuid>,
    },
    Except {
        why: Label,
    },
    Withdraw {
        #[serde(with = "code")]
        why: ClosedWhy,
    },
    Close,
}

/// Why something cannot be done to a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is none, or there is one already.
    NotThere,
    /// There is no such care, or no such reason.
    Unknown,
    /// Nobody knows whose it is: no care is given to nobody.
    Anonymous,
    /// Care has begun, or the need is over.
    Over,
    /// Care cannot have begun before the need was found, or later than now.
    Times,
    TooEarly,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match refusal {
            Refusal::NotThere => "not_there",
            Refusal::Unknown => "unknown_care",
            Refusal::Anonymous => "anonymous",
            Refusal::Over => "over",
            Refusal::Times => "times",
            Refusal::TooEarly => "too_early",
        };
        Refused::new(CareNeed::NAME, code)
    }
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Waiting,
    Agreed {
        appointment: Uuid,
        at: i64,
    },
    Met {
        at: i64,
        appointment: Option<Uuid>,
    },
    Withdrawn {
        #[serde(with = "code")]
        why: ClosedWhy,
    },
}

/// A need of care as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareNeed {
    pub established: Established,
    pub at: i64,
    pub place: Place,
    pub exception: Option<Label>,
    /// When it was met or withdrawn.
    pub done_at: Option<i64>,
    pub is_closed: bool,
}

impl Matter for CareNeed {
    const NAME: &'static str = "care_need";
    const VERSION: u32 = 1;
    const RIGHTS: Rights = STAFF;
    const TABLES: &'static [&'static Table] = &[Assessment::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = Open;

    fn decide(need: Option<&CareNeed>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        let Some(it) = need else {
            return match command {
                Command::Establish(it) if it.subject.is_none() => Err(Refusal::Anonymous),
                Command::Establish(it) if Care::named(&it.care).is_none() => Err(Refusal::Unknown),
                Command::Establish(it) => Ok(vec![Event::Established(it.clone())]),
                _ => Err(Refusal::NotThere),
            };
        };
        let (is_over, agreed) = (it.done_at.is_some(), it.appointment());
        match command {
            Command::Establish(_) => Err(Refusal::NotThere),
            Command::Close if it.due().is_none_or(|(at, _)| on.now < at) => Err(Refusal::TooEarly),
            Command::Close => Ok(vec![Event::Closed]),
            // An appointment tells what becomes of it whenever that may be: it is never refused for a need that is over.
            Command::Agree { .. } | Command::Free { .. } | Command::Meet { appointment: Some(_), .. } if is_over => {
                Ok(Vec::new())
            }
            _ if is_over => Err(Refusal::Over),
            Command::Agree { appointment, at }
                if it.place == (Place::Agreed { appointment: *appointment, at: *at }) =>
            {
                Ok(Vec::new())
            }
            Command::Agree { appointment, at } => Ok(vec![Event::Agreed { appointment: *appointment, at: *at }]),
            Command::Free { appointment } if agreed == Some(*appointment) => Ok(vec![Event::Freed]),
            Command::Free { .. } => Ok(Vec::new()),
            Command::Meet { at, appointment: None } if *at < it.at || on.now < *at => Err(Refusal::Times),
            Command::Meet { at, appointment } => {
                Ok(vec![Event::Met { at: (*at).max(it.at), appointment: *appointment }])
            }
            Command::Except { why } if !exceptions().iter().any(|it| it.id == **why) => Err(Refusal::Unknown),
            Command::Except { why } if it.exception.as_ref() == Some(why) => Ok(Vec::new()),
            Command::Except { why } => Ok(vec![Event::Excepted { why: why.clone() }]),
            Command::Withdraw { why: ClosedWhy::Met } => Err(Refusal::Unknown),
            Command::Withdraw { why } => Ok(vec![Event::Withdrawn { why: *why }]),
        }
    }

    fn evolve(need: Option<CareNeed>, event: &Event, at: i64) -> Option<CareNeed> {
        let Some(mut it) = need else {
            let Event::Established(established) = event else { return None };
            let established = established.clone();
            let (place, exception, done_at) = (Place::Waiting, None, None);
            return Some(CareNeed { established, at, place, exception, done_at, is_closed: false });
        };
        match event {
            Event::Established(_) => {}
            Event::Agreed { appointment, at } => it.place = Place::Agreed { appointment: *appointment, at: *at },
            Event::Freed => it.place = Place::Waiting,
            Event::Met { at: began, appointment } => {
                (it.place, it.done_at) = (Place::Met { at: *began, appointment: *appointment }, Some(at));
            }
            Event::Excepted { why } => it.exception = Some(why.clone()),
            Event::Withdrawn { why } => (it.place, it.done_at) = (Place::Withdrawn { why: *why }, Some(at)),
            Event::Closed => it.is_closed = true,
        }
        Some(it)
    }

    /// One without a time is work of the unit. The unit sees it until it closes, whatever became of it.
    fn standing(&self) -> Standing<'_> {
        let list = match self.place {
            _ if self.is_closed => List::Ended,
            Place::Waiting => List::Queue,
            Place::Agreed { .. } | Place::Met { .. } | Place::Withdrawn { .. } => List::Nowhere,
        };
        let (subject, unit) = (self.established.subject, Some(&self.established.unit));
        Standing { subject, unit, who: None, list, since: self.at, done: self.done_at }
    }

    fn of(&self) -> Option<Uuid> {
        self.established.contact
    }

    fn due(&self) -> Option<(i64, Command)> {
        let done_at = self.done_at.filter(|_| !self.is_closed)?;
        Some((done_at.saturating_add(CLOSED_AFTER), Command::Close))
    }

    /// Nobody is left for whom care could begin.
    fn forgotten(mut self) -> CareNeed {
        (self.established.subject, self.established.contact, self.is_closed) = (None, None, true);
        self
    }

    /// Of somebody who was erased there is none.
    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let need = history.iter().fold(None, |need, it| CareNeed::evolve(need, &it.event, it.at));
        let (Some(need), Some(resident)) = (need, about.resident) else { return };
        put(Assessment::TABLE, &fact::assessment(&need, about, resident).values(), about.changed);
    }
}

impl CareNeed {
    pub fn care(&self) -> Option<&'static Care> {
        Care::named(&self.established.care)
    }

    /// The clock that runs from it and by when care must begin, and why; none: no rule holds.
    pub fn clock(&self, calendar: &Calendar) -> Option<(&'static Clock, Due)> {
        let run = Run { since: self.at, age: Some(self.established.age) };
        let mut clocks = self.care()?.clocks.iter().filter_map(|id| clocks::named(id));
        clocks.find_map(|clock| Some((clock, clock.due(&run, calendar)?)))
    }

    /// The appointment at which care is to begin.
    pub fn appointment(&self) -> Option<Uuid> {
        match self.place {
            Place::Agreed { appointment, .. } => Some(appointment),
            _ => None,
        }
    }

    /// Local days from the day on which it was found to another instant.
    pub fn days_to(&self, at: i64, calendar: &Calendar) -> Option<i32> {
        let day = |at| calendar.local_date(at).map(::calendar::day_number);
        Some(day(at)? - day(self.at)?)
    }
}

/// Lets a need know what has become of the appointment that was booked for it: a time is agreed, it is none any more, or care
/// has begun.
pub fn follow(turn: &mut Turn<'_>, appointment: Uuid) -> Result<(), Trouble> {
    let Some(it) = turn.read::<Appointment>(appointment)? else { return Ok(()) };
    let Some(need) = it.booking.wanted.assessment else { return Ok(()) };
    // Assessments that came by import have no stream.
    if turn.read::<CareNeed>(need)?.is_none() {
        return Ok(());
    }
    let from = it.booking.when.from;
    let command = match it.stage {
        Stage::Booked | Stage::Arrived if it.is_closed => Command::Free { appointment },
        Stage::Booked | Stage::Arrived => Command::Agree { appointment, at: from },
        Stage::Begun | Stage::Ended => {
            let at = it.begun_at.unwrap_or(from.min(it.done_at.unwrap_or(i64::MAX)));
            Command::Meet { at, appointment: Some(appointment) }
        }
        Stage::Missed | Stage::Cancelled => Command::Free { appointment },
    };
    turn.decide::<CareNeed>(need, &command, &())
}

/// Needs that units still see, and those found in each contact.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Open {
    units: BTreeMap<UnitId, BTreeSet<Uuid>>,
    contacts: BTreeMap<Uuid, BTreeSet<Uuid>>,
}

impl Open {
    /// Those of a unit, in no order that means anything.
    pub fn of_unit(&self, unit: &str) -> impl Iterator<Item = Uuid> {
        self.units.get(&UnitId::from(unit)).into_iter().flatten().copied()
    }

    pub fn of_contact(&self, contact: Uuid) -> impl Iterator<Item = Uuid> {
        self.contacts.get(&contact).into_iter().flatten().copied()
    }
}

impl Index<CareNeed> for Open {
    fn enter(&mut self, id: Uuid, need: &CareNeed) {
        self.units.entry(need.established.unit.clone()).or_default().insert(id);
        if let Some(contact) = need.established.contact {
            self.contacts.entry(contact).or_default().insert(id);
        }
    }

    fn leave(&mut self, id: Uuid, need: &CareNeed) {
        if let Some(of_unit) = self.units.get_mut(&need.established.unit) {
            of_unit.remove(&id);
        }
        if let Some(of_contact) = need.established.contact.and_then(|contact| self.contacts.get_mut(&contact)) {
            of_contact.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests;
