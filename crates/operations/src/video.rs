//! The room of a visit by video: when it is open. Two people meet in it; whose it is says the matter.

use facts::Modality;

use crate::bookings::appointments::{Appointment, Stage};
use crate::contacts::Contact;

/// It opens so long before its time: a quarter of an hour, in microseconds.
pub const BEFORE: i64 = 15 * 60 * 1_000_000;
/// A visit that has begun is not cut off at its time: it goes on so long, or until it is ended. An hour, in microseconds.
pub const LONGER: i64 = 3_600 * 1_000_000;

/// How the door of a room stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// It opens at an instant.
    Early {
        opens: i64,
    },
    /// Until an instant, unless the visit is ended before.
    Open {
        until: i64,
    },
    /// The visit is had by telephone.
    Phone,
    /// It is had in another way, or nobody has opened a room.
    Otherwise,
    Cancelled,
    Over,
}

/// The door of a booked visit. One that is moved has it at its new time, and one that is cancelled has none.
pub fn of_appointment(it: &Appointment, now: i64) -> Door {
    door(it, now, if it.stage == Stage::Begun { LONGER } else { 0 })
}

/// Whether those who are in the room may stay: also when the visit takes longer than its time, as long as nobody ends it.
pub fn may_stay(it: &Appointment, now: i64) -> bool {
    matches!(door(it, now, LONGER), Door::Open { .. })
}

fn door(it: &Appointment, now: i64, longer: i64) -> Door {
    let (when, until) = (&it.booking.when, it.booking.when.to.saturating_add(longer));
    let opens = when.from.saturating_sub(BEFORE);
    match it.stage {
        Stage::Cancelled => Door::Cancelled,
        Stage::Ended | Stage::Missed => Door::Over,
        Stage::Booked | Stage::Arrived | Stage::Begun if it.is_closed || until <= now => Door::Over,
        Stage::Booked | Stage::Arrived | Stage::Begun => match it.booking.wanted.way.0 {
            Modality::Video if now < opens => Door::Early { opens },
            Modality::Video => Door::Open { until },
            Modality::Phone => Door::Phone,
            _ => Door::Otherwise,
        },
    }
}

/// The door of a meeting in a contact.
pub fn of_contact(it: &Contact, now: i64) -> Door {
    match it.video_until(now) {
        Some(until) => Door::Open { until },
        None if it.calls.is_agreed() => Door::Phone,
        None => Door::Otherwise,
    }
}

#[cfg(test)]
mod tests;
