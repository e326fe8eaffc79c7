//! Parts that the tests of bookings share.

use std::fmt::Debug;

use ::calendar::{Calendar, day_number};
use jiff::civil::{Date, DateTime, date};
use matter::given::{self, on};
use matter::{Matter, Subject, decode, encode};

use super::appointments::Wanted;
use super::calendar::{Slot, slot_id};
use super::days::{self, day_id};
use super::*;

/// A Monday; it is 07.00 there.
pub(super) const MONDAY: Date = date(2027, 1, 4);

/// The instant of a local time.
pub(crate) fn at(local: &str) -> i64 {
    Calendar::shipped().instant(local.parse::<DateTime>().expect("a local time")).expect("an instant")
}

/// The instant of a time on Monday.
pub(crate) fn monday(time: &str) -> i64 {
    at(&format!("{MONDAY}T{time}"))
}

pub(crate) fn nurse() -> By {
    By::Professional { id: "N-1".into(), unit: "rehabilitation".into(), leads: false }
}

pub(crate) fn lead() -> By {
    By::Professional { id: "L-1".into(), unit: "rehabilitation".into(), leads: true }
}

pub(crate) fn resident() -> By {
    By::Resident(Subject(Uuid::from_u128(7)))
}

pub(crate) fn professional(id: &str) -> Actor {
    Actor::Professional { id: id.into(), profession: Profession::Physiotherapist }
}

/// A time of an actor's Monday.
pub(crate) fn slot(actor: &str, from: &str, to: &str) -> Slot {
    let start = MONDAY.to_datetime(from.parse().expect("a time"));
    Slot {
        id: slot_id("c", actor, start),
        from: monday(from),
        to: monday(to),
        kind: "first".into(),
        ways: vec![Way(Modality::InPerson), Way(Modality::Video)],
        urgency: Urgency::Routine,
        place: None,
        languages: Vec::new(),
        seats: None,
        opens_at: None,
    }
}

pub(crate) fn plan(actor: Actor) -> days::Command {
    days::Command::Plan { actor, unit: "rehabilitation".into(), date: day_number(MONDAY) }
}

pub(crate) fn publish(slots: &[Slot]) -> days::Command {
    let (unit, service) = ("rehabilitation".into(), "physiotherapy".into());
    days::Command::Publish { calendar: "c".into(), unit, service, slots: slots.to_vec() }
}

pub(crate) fn monday_of(actor: &str) -> Uuid {
    day_id(actor, day_number(MONDAY))
}

/// A wish for a first visit at the place, of the person who is [`resident`].
pub(crate) fn wanted() -> Wanted {
    Wanted {
        subject: Some(Subject(Uuid::from_u128(7))),
        kind: "first".into(),
        way: Way(Modality::InPerson),
        channel: Channel::Phone,
        contact: Some(Uuid::from_u128(8)),
        assessment: None,
        enrolment: None,
        needs: vec!["interpreter".into()],
    }
}

/// A matter after commands, each a second after the one before, from Monday at 7.
pub(crate) fn given<M>(commands: &[(By, M::Command)]) -> M
where
    M: Matter<Rules = ()> + PartialEq + Debug,
    M::Command: Clone,
    M::Event: PartialEq + Debug,
{
    given::given(commands, monday("07:00"), &()).expect("a matter")
}

/// The events that follow when somebody asks something at an instant.
pub(crate) fn when<M>(matter: &M, (now, by): (i64, &By), command: &M::Command) -> Result<Vec<M::Event>, M::Refusal>
where
    M: Matter<Rules = ()> + PartialEq + Debug,
    M::Event: PartialEq + Debug,
{
    given::when(Some(matter), command, &on(now, by, &()))
}

/// One of every event as it stands in the log, `kind {data}` a line. These texts never change.
pub(crate) fn frozen<M>(events: &[M::Event], golden: &str)
where
    M: Matter,
    M::Event: PartialEq + Debug,
{
    let told = |event: &M::Event| {
        let (kind, data) = encode(event);
        assert!(kind.starts_with(&format!("{}.", M::NAME)), "{kind}");
        assert_eq!(decode::<M>(&kind, M::SCHEMA, &data).as_ref(), Ok(event));
        format!("{kind} {data}")
    };
    assert_eq!(events.iter().map(told).collect::<Vec<_>>().join("\n"), golden.trim());
}
