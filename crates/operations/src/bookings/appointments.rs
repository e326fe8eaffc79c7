//! An appointment: a person's booking, from booking to visit (FHIR Appointment, then Encounter).
//!
//! It knows the times that it has, and the days know that it has them; [`super::flow`] keeps the two the same.

mod fact;

use facts::{CancelReason, CancelledBy, Channel, Encounter, Label, Row, Table, Urgency};
use jiff::civil::DateTime;
use matter::codec::code;
use matter::{About, Dated, List, Matter, Occasion, ProfessionalId, Put, Rights, Standing, Subject, Text, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calendar::Terms;
use super::{Actor, CLOSED_AFTER, OWN, Refusal, Way, of_staff, side};

/// A time or a seat that an appointment has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Time { day: Uuid, slot: Uuid, actor: Actor },
    Seat { gathering: Uuid },
}

impl Part {
    pub fn professional(&self) -> Option<&ProfessionalId> {
        match self {
            Part::Time { actor, .. } => actor.professional(),
            Part::Seat { .. } => None,
        }
    }
}

/// When an appointment is. The local time is what was agreed; the instants are made from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    pub parts: Vec<Part>,
    pub local: DateTime,
    pub zone: String,
    pub from: i64,
    pub to: i64,
    pub terms: Terms,
}

/// An appointment as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The person; none: nobody who is known.
    pub subject: Option<Subject>,
    /// Kind of visit in the calendar.
    pub kind: Label,
    pub way: Way,
    #[serde(with = "code")]
    pub channel: Channel,
    /// Matters that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<Uuid>,
    /// Words of content for what they need there: `interpreter`, `wheelchair`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// A booking as it was made: of a version of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    pub wanted: Wanted,
    pub calendar: Label,
    pub version: u32,
    pub unit: UnitId,
    pub service: String,
    #[serde(with = "code")]
    pub urgency: Urgency,
    pub when: When,
}

/// Events of an appointment, as they stand in the log for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "appointment.booked")]
    Booked(Box<Booking>),
    #[serde(rename = "appointment.confirmed")]
    Confirmed,
    /// `late`: by the person, after the time for it.
    #[serde(rename = "appointment.moved")]
    Moved {
        when: Box<When>,
        #[serde(with = "code")]
        by: CancelledBy,
        late: bool,
    },
    /// The number where the person is called is sealed beside it; from one way to the same: they have given another.
    #[serde(rename = "appointment.way_changed")]
    WayChanged { from: Way, to: Way, why: String },
    /// Another professional at the same time.
    #[serde(rename = "appointment.stand_in")]
    StoodIn { parts: Vec<Part> },
    /// `in_time`: before it began, so that a reminder is sent.
    #[serde(rename = "appointment.reminded")]
    Reminded { in_time: bool },
    #[serde(rename = "appointment.arrived")]
    Arrived,
    #[serde(rename = "appointment.begun")]
    Begun,
    /// Reasons and procedures, codes with their systems; the main reason first.
    #[serde(rename = "appointment.ended")]
    Ended { reasons: Vec<String>, procedures: Vec<String> },
    /// `reached`: somebody has spoken with the person since.
    #[serde(rename = "appointment.missed")]
    Missed { reached: bool },
    #[serde(rename = "appointment.cancelled")]
    Cancelled {
        #[serde(with = "code")]
        by: CancelledBy,
        #[serde(with = "code")]
        why: CancelReason,
        late: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notified_at: Option<i64>,
    },
    /// Nothing more can be recorded of it; if nothing was, nobody knows whether the visit took place.
    #[serde(rename = "appointment.closed")]
    Closed,
}

/// A request that can be made of an appointment. `over`: why a time is booked that is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Book {
        booking: Booking,
        note: Option<Text>,
        over: Option<Text>,
    },
    Confirm,
    Move {
        when: When,
        over: Option<Text>,
    },
    /// `number`: where the person is called, if it is had by telephone from now on.
    ChangeWay {
        to: Way,
        why: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<Text>,
    },
    StandIn {
        parts: Vec<Part>,
    },
    Remind,
    Arrive,
    Begin,
    End {
        reasons: Vec<String>,
        procedures: Vec<String>,
    },
    Miss {
        reached: bool,
    },
    /// `notified_at`: when the person was told.
    Cancel {
        #[serde(with = "code")]
        why: CancelReason,
        notified_at: Option<i64>,
    },
    Close,
}

/// How far an appointment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Booked,
    Arrived,
    Begun,
    Ended,
    /// Until it closes, it can be put right: they came late.
    Missed,
    Cancelled,
}

/// An appointment as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    pub booking: Booking,
    pub stage: Stage,
    pub booked_at: i64,
    pub begun_at: Option<i64>,
    /// When it ended, was missed or was cancelled.
    pub done_at: Option<i64>,
    pub is_confirmed: bool,
    pub is_reminded: bool,
    pub is_closed: bool,
    /// Cancelled, and not by its person.
    pub is_called_off: bool,
    /// How many times it has been given so far, one after the other.
    pub times: u32,
}

impl Appointment {
    pub fn is_over(&self) -> bool {
        self.is_closed || matches!(self.stage, Stage::Ended | Stage::Cancelled)
    }

    /// Nothing was recorded of the visit yet.
    pub fn is_to_come(&self) -> bool {
        !self.is_closed && matches!(self.stage, Stage::Booked | Stage::Arrived)
    }

    /// Its person is still expected, or is there.
    pub fn is_open(&self) -> bool {
        !self.is_closed && matches!(self.stage, Stage::Booked | Stage::Arrived | Stage::Begun)
    }

    /// The times that it has. One that was missed had its time: a cancelled one alone gives it back.
    pub fn parts(&self) -> &[Part] {
        if self.stage == Stage::Cancelled { &[] } else { &self.booking.when.parts }
    }
}

/// When and by whom something is asked of an appointment.
type On<'a> = Occasion<'a, ()>;

impl Matter for Appointment {
    const NAME: &'static str = "appointment";
    const VERSION: u32 = 2;
    const RIGHTS: Rights = OWN;

    const TABLES: &'static [&'static Table] = &[Encounter::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(appointment: Option<&Appointment>, command: &Command, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
        match (appointment, command) {
            (None, Command::Book { booking, .. }) if booking.when.from < booking.when.to => {
                Ok(vec![Event::Booked(Box::new(booking.clone()))])
            }
            (None, _) | (Some(_), Command::Book { .. }) => Err(Refusal::NotThere),
            (Some(appointment), Command::Close) if !appointment.is_closed => go_on(appointment, command, on),
            (Some(appointment), _) if appointment.is_over() => Err(Refusal::Over),
            (Some(appointment), _) => go_on(appointment, command, on),
        }
    }

    fn evolve(appointment: Option<Appointment>, event: &Event, at: i64) -> Option<Appointment> {
        let Some(mut it) = appointment else { return booked(event, at) };
        match event {
            Event::Booked(_) => {}
            Event::Confirmed => it.is_confirmed = true,
            Event::Moved { when, .. } => {
                it.booking.when = (**when).clone();
                it.times += 1;
                (it.is_confirmed, it.is_reminded) = (false, false);
            }
            Event::WayChanged { to, .. } => it.booking.wanted.way = *to,
            Event::StoodIn { parts } => it.booking.when.parts.clone_from(parts),
            Event::Reminded { .. } => it.is_reminded = true,
            Event::Arrived => (it.stage, it.done_at) = (Stage::Arrived, None),
            Event::Begun => (it.stage, it.begun_at, it.done_at) = (Stage::Begun, Some(at), None),
            Event::Ended { .. } => (it.stage, it.done_at) = (Stage::Ended, Some(at)),
            Event::Missed { .. } => (it.stage, it.done_at) = (Stage::Missed, Some(at)),
            Event::Cancelled { by, .. } => {
                (it.stage, it.done_at) = (Stage::Cancelled, Some(at));
                it.is_called_off = *by != CancelledBy::Resident;
            }
            Event::Closed => it.is_closed = true,
        }
        Some(it)
    }

    /// It stands in the day of whoever has it, and in no list of work. The unit sees it until it closes, whatever was recorded
    /// of it.
    fn standing(&self) -> Standing<'_> {
        let when = &self.booking.when;
        let who = when.parts.iter().find_map(Part::professional);
        let list = if self.is_closed { List::Ended } else { List::Nowhere };
        let (subject, unit) = (self.booking.wanted.subject, Some(&self.booking.unit));
        Standing { subject, unit, who, list, since: when.from, done: self.done_at }
    }

    /// The contact from which it was booked, so that its note goes with it.
    fn of(&self) -> Option<Uuid> {
        self.booking.wanted.contact
    }

    fn due(&self) -> Option<(i64, Command)> {
        let when = &self.booking.when;
        let remind_at = when.terms.remind_at.filter(|_| self.stage == Stage::Booked && !self.is_reminded);
        match remind_at {
            _ if self.is_closed => None,
            Some(at) => Some((at, Command::Remind)),
            None => Some((when.to.saturating_add(CLOSED_AFTER), Command::Close)),
        }
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::Book { note, .. }, Event::Booked(_)) => note.clone(),
            (Command::ChangeWay { number, .. }, Event::WayChanged { .. }) => number.clone(),
            _ => None,
        }
    }

    fn forgotten(mut self) -> Appointment {
        let Wanted { kind, way, channel, .. } = self.booking.wanted;
        let (subject, contact, assessment, enrolment) = (None, None, None, None);
        self.booking.wanted = Wanted { subject, kind, way, channel, contact, assessment, enrolment, needs: Vec::new() };
        self
    }

    /// Of somebody whom nobody knows, or who was erased, there is none.
    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let Some(resident) = about.resident else { return };
        if let Some(row) = fact::encounter(history, about.id, resident) {
            put(Encounter::TABLE, &row.values(), about.changed);
        }
    }
}

fn booked(event: &Event, at: i64) -> Option<Appointment> {
    let Event::Booked(booking) = event else { return None };
    Some(Appointment {
        booking: (**booking).clone(),
        stage: Stage::Booked,
        booked_at: at,
        begun_at: None,
        done_at: None,
        is_confirmed: false,
        is_reminded: false,
        is_closed: false,
        is_called_off: false,
        times: 1,
    })
}

fn go_on(it: &Appointment, command: &Command, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    let (When { from, to, terms, .. }, by) = (&it.booking.when, side(on.by));
    let is_resident = by == CancelledBy::Resident;
    let (recorded, gone) = (Refusal::NotNow("the visit is recorded"), Refusal::NotNow("its time has not come"));
    match command {
        Command::Book { .. } => Err(Refusal::NotThere),
        Command::Confirm if it.is_confirmed => Ok(Vec::new()),
        Command::Confirm => {
            if it.is_to_come() {
                Ok(vec![Event::Confirmed])
            } else {
                Err(recorded)
            }
        }
        Command::Move { .. } if it.stage != Stage::Booked => Err(recorded),
        Command::Move { .. } if is_resident && *from <= on.now => Err(Refusal::Over),
        Command::Move { when, .. } if when.parts == it.booking.when.parts => Ok(Vec::new()),
        Command::Move { when, .. } => {
            let late = is_resident && terms.move_by < on.now;
            Ok(vec![Event::Moved { when: Box::new(when.clone()), by, late }])
        }
        Command::ChangeWay { to, number: None, .. } if *to == it.booking.wanted.way => Ok(Vec::new()),
        Command::ChangeWay { to, why, .. } => {
            Ok(vec![Event::WayChanged { from: it.booking.wanted.way, to: *to, why: why.clone() }])
        }
        Command::Remind if on.now < terms.remind_at.unwrap_or(i64::MAX) => Err(gone),
        Command::Remind if it.is_reminded => Ok(Vec::new()),
        Command::Remind => Ok(vec![Event::Reminded { in_time: on.now < *from }]),
        Command::Arrive if it.stage == Stage::Arrived => Ok(Vec::new()),
        Command::Arrive if it.stage == Stage::Begun => Err(recorded),
        // Somebody at the place says so of one who came late.
        Command::Arrive if is_resident && it.stage == Stage::Missed => Err(recorded),
        Command::Arrive if is_resident && on.calendar.local_date(on.now) != on.calendar.local_date(*from) => Err(gone),
        Command::Arrive => Ok(vec![Event::Arrived]),
        Command::Cancel { .. } if !it.is_to_come() => Err(recorded),
        // Their visit was missed then, whether or not anybody has said so yet.
        Command::Cancel { .. } if is_resident && *from <= on.now => Err(Refusal::Over),
        Command::Cancel { why, notified_at } => {
            let late = is_resident && terms.cancel_by < on.now;
            Ok(vec![Event::Cancelled { by, why: *why, late, notified_at: *notified_at }])
        }
        Command::Close if on.now < to.saturating_add(CLOSED_AFTER) => Err(gone),
        Command::StandIn { .. } | Command::Begin | Command::End { .. } | Command::Miss { .. } | Command::Close => {
            of_staff(on.by)?;
            record(it, command, on.now)
        }
    }
}

/// Of professionals, and of the clock.
fn record(it: &Appointment, command: &Command, now: i64) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::StandIn { parts } if it.is_to_come() => Ok(vec![Event::StoodIn { parts: parts.clone() }]),
        Command::Begin if it.stage == Stage::Begun => Ok(Vec::new()),
        Command::Begin => Ok(vec![Event::Begun]),
        Command::End { reasons, procedures } => {
            Ok(vec![Event::Ended { reasons: reasons.clone(), procedures: procedures.clone() }])
        }
        Command::Miss { .. } if now < it.booking.when.from => Err(Refusal::NotNow("its time has not come")),
        Command::Miss { .. } if it.stage == Stage::Missed => Ok(Vec::new()),
        Command::Miss { reached } if it.is_to_come() => Ok(vec![Event::Missed { reached: *reached }]),
        Command::Close => Ok(vec![Event::Closed]),
        _ => Err(Refusal::NotNow("the visit is recorded")),
    }
}

#[cfg(test)]
pub(crate) mod tests;
