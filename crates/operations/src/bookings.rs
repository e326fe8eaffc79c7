//! Bookings: calendars say which times there are, days have them, appointments take them.
//!
//! A calendar (FHIR HealthcareService with its Schedules) is a file. Its times are published on the days of those who work by
//! it: a day is one actor's local date, and nobody is in two places at once because one day decides. An appointment takes
//! times of one day or of several in one turn. Times are microseconds since 1970; local ones are the county's.

pub mod appointments;
pub mod calendar;
pub mod days;
pub mod flow;
pub mod gatherings;
pub mod protected;
pub mod series;
pub mod walk_ins;
pub mod wishes;

use facts::Modality;
use matter::codec::code;
use matter::{By, ProfessionalId, Refused, Rights, Role, Trouble};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use facts::{CancelReason, CancelledBy, Channel, Profession, Urgency};

/// How long after its time something can be put right, before it closes by itself: seven days, in microseconds.
pub(crate) const CLOSED_AFTER: i64 = 7 * 86_400 * 1_000_000;

/// Rights to what a person asks for and may change: their appointments, series and wishes.
const OWN: Rights = rights(matter::Own::Write);
/// Rights to what professionals keep: days, gatherings, walk-in lists.
pub(crate) const STAFF: Rights = rights(matter::Own::Nothing);

const fn rights(own: matter::Own) -> Rights {
    Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[Role::Lead], own }
}

/// How somebody is met: at the place, by video, by telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Way(#[serde(with = "code")] pub Modality);

/// Somebody or something that has days (FHIR Schedule.actor).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Professional {
        id: ProfessionalId,
        #[serde(with = "code")]
        profession: Profession,
    },
    /// A room, a vehicle: `room:gym`.
    Resource { id: String },
}

impl Actor {
    pub fn id(&self) -> &str {
        match self {
            Actor::Professional { id, .. } => id,
            Actor::Resource { id } => id,
        }
    }

    pub fn professional(&self) -> Option<&ProfessionalId> {
        match self {
            Actor::Professional { id, .. } => Some(id),
            Actor::Resource { .. } => None,
        }
    }
}

/// Why something about bookings cannot be done. All their kinds share it, so that a page says the same of the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is none, or there is one already.
    NotThere,
    /// It stands where this cannot be done.
    NotNow(&'static str),
    /// The one who asks may not.
    NotFor(&'static str),
    /// Its time is over.
    Over,
    /// Somebody has the time, or one that overlaps it.
    Taken,
    /// Somebody is just booking it; until when they may.
    Held(i64),
    /// The one whose day it is, is away.
    Away,
    /// The time is kept for something else: somebody who leads the unit may book it with a reason.
    Protected,
    /// Frozen until an instant.
    Frozen(i64),
    /// It is too late to book it; until when one could.
    Late(i64),
    /// They have as many open appointments in the calendar as one may.
    Enough,
    /// All seats are taken.
    Full,
    /// So many appointments would be left without their professional, and the one who asks has not seen them all.
    Unseen(usize),
    /// Visits of a series that cannot be booked, counted from 1.
    Conflicts(Vec<usize>),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let of = |code| Refused::new("booking", code);
        match refusal {
            Refusal::NotThere => of("not_there"),
            Refusal::NotNow(why) => of("not_now").with("why", why),
            Refusal::NotFor(why) => of("not_for").with("why", why),
            Refusal::Over => of("over"),
            Refusal::Taken => of("taken"),
            Refusal::Held(until) => of("held").with("until", until),
            Refusal::Away => of("away"),
            Refusal::Protected => of("protected"),
            Refusal::Frozen(until) => of("frozen").with("until", until),
            Refusal::Late(until) => of("late").with("until", until),
            Refusal::Enough => of("enough"),
            Refusal::Full => of("full"),
            Refusal::Unseen(count) => of("unseen").with("count", count),
            Refusal::Conflicts(visits) => {
                of("conflicts").with("visits", visits.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Refused(refusal.into())
    }
}

/// The id of what may come to be only once: UUIDv5 of its cause, in parts that hold no line end.
fn id_of(cause: &[&str]) -> Uuid {
    const BOOKINGS: Uuid = Uuid::from_u128(0x6f1b_0c52_9a3e_5d47_8c60_2e7a_41d9_b385);
    Uuid::new_v5(&BOOKINGS, cause.join("\n").as_bytes())
}

/// The side for which somebody asks.
fn side(by: &By) -> CancelledBy {
    match by {
        By::Resident(_) | By::Acting { .. } | By::Holder => CancelledBy::Resident,
        By::Professional { .. } | By::Operator => CancelledBy::Organisation,
        By::System => CancelledBy::System,
    }
}

/// That residents do not ask for it.
fn of_staff(by: &By) -> Result<(), Refusal> {
    match side(by) {
        CancelledBy::Resident => Err(Refusal::NotFor("professionals do this")),
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
