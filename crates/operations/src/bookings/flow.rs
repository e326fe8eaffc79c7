//! Flows: what is done to an appointment and to the days that have its times, whole or not at all.

use std::collections::BTreeSet;

use matter::{Text, Trouble, Turn, UnitId};
use serde::Serialize;
use uuid::Uuid;

use super::appointments::{Appointment, Booking, Command, Part, Wanted, When};
use super::calendar::{Slot, Timetable, before, local, slot_id};
use super::days::{self, Day, Stretch, Why};
use super::gatherings::{self, Gathering};
use super::{Refusal, Urgency, of_staff};
use crate::care_needs;
use crate::dispatches::causes::of_appointment;

/// A time or a seat that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A day, and a time of it.
    Time(Uuid, Uuid),
    Seat(Uuid),
}

/// A booking that somebody asks for.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    pub wanted: Wanted,
    /// One, or several that are needed together: a professional's and a room's. The first is of the calendar.
    pub places: Vec<Place>,
    pub note: Option<Text>,
    /// Why a time is booked that is protected.
    pub over: Option<Text>,
    /// Words by which the one who asks is known, as `book.by` has them.
    pub words: &'a [&'a str],
    /// How many open appointments the person has in the calendar.
    pub open: usize,
}

/// Does what is asked of an appointment, and lets the need of care know for which it was booked.
pub fn asked(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    decided(turn, id, command)?;
    care_needs::follow(turn, id)
}

/// Times that an appointment leaves are given back, times that it comes to are taken, and its person is told. A clock asks for
/// no times, so that nothing that has ended can refuse it.
fn decided(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    let stood = turn.read::<Appointment>(id)?;
    let before = parts(turn, id)?;
    turn.decide::<Appointment>(id, command, &())?;
    of_appointment(turn, id, (stood.as_deref(), command))?;
    let after = parts(turn, id)?;
    let (why, over) = match command {
        Command::Cancel { .. } => (Why::Cancelled, None),
        Command::StandIn { .. } => (Why::StandIn, None),
        Command::Book { over, .. } | Command::Move { over, .. } => (Why::Moved, over.as_ref()),
        _ => return Ok(()),
    };
    for part in before.iter().filter(|part| !after.contains(part)) {
        give_back(turn, id, part, why)?;
    }
    for part in after.iter().filter(|part| !before.contains(part)) {
        take(turn, id, part, over)?;
    }
    Ok(())
}

/// The times that an appointment has now.
fn parts(turn: &mut Turn<'_>, id: Uuid) -> Result<Vec<Part>, Trouble> {
    Ok(turn.read::<Appointment>(id)?.map_or(Vec::new(), |it| it.parts().to_vec()))
}

fn take(turn: &mut Turn<'_>, id: Uuid, part: &Part, over: Option<&Text>) -> Result<(), Trouble> {
    match part {
        Part::Time { day, slot, .. } => {
            turn.decide::<Day>(*day, &days::Command::Take { slot: *slot, matter: id, over: over.cloned() }, &())
        }
        Part::Seat { gathering } => {
            turn.decide::<Gathering>(*gathering, &gatherings::Command::TakeSeat { appointment: id }, &())
        }
    }
}

fn give_back(turn: &mut Turn<'_>, id: Uuid, part: &Part, why: Why) -> Result<(), Trouble> {
    match part {
        Part::Time { day, slot, .. } => free(turn, (*day, *slot), id, why),
        Part::Seat { gathering } => match turn.read::<Gathering>(*gathering)?.is_some_and(|it| !it.is_over()) {
            true => turn.decide::<Gathering>(*gathering, &gatherings::Command::FreeSeat { appointment: id }, &()),
            false => Ok(()),
        },
    }
}

/// Gives a time back to its day; one that has ended needs none.
pub(super) fn free(turn: &mut Turn<'_>, (day, slot): (Uuid, Uuid), matter: Uuid, why: Why) -> Result<(), Trouble> {
    match turn.read::<Day>(day)?.is_some_and(|it| !it.is_closed) {
        true => turn.decide::<Day>(day, &days::Command::Free { slot, matter, why }, &()),
        false => Ok(()),
    }
}

/// Books an appointment by the rules of a calendar.
pub fn book(turn: &mut Turn<'_>, id: Uuid, ask: &Ask<'_>, timetable: &Timetable) -> Result<(), Trouble> {
    let (when, urgency, unit) = when(turn, (&ask.wanted, &ask.places), timetable)?;
    if !timetable.is_open_to(ask.words) {
        return Err(Refusal::NotFor("the calendar is open to others").into());
    }
    if of_staff(turn.by()).is_err() && timetable.book.open_at_once.is_some_and(|most| ask.open >= most) {
        return Err(Refusal::Enough.into());
    }
    let booking = Booking {
        wanted: ask.wanted.clone(),
        calendar: timetable.id.as_str().into(),
        version: timetable.version,
        unit,
        service: timetable.service.clone(),
        urgency,
        when,
    };
    asked(turn, id, &Command::Book { booking, note: ask.note.clone(), over: ask.over.clone() })
}

/// Moves an appointment to other times of its calendar: the old ones are given back and the new ones taken, or nothing is.
pub fn reschedule(
    turn: &mut Turn<'_>,
    id: Uuid,
    (places, over): (&[Place], Option<&Text>),
    timetable: &Timetable,
) -> Result<(), Trouble> {
    let appointment = turn.read::<Appointment>(id)?.ok_or(Trouble::NotFound)?;
    let (when, ..) = when(turn, (&appointment.booking.wanted, places), timetable)?;
    asked(turn, id, &Command::Move { when, over: over.cloned() })
}

/// The times of places as their days and gatherings have them, and the urgency that the first is meant for and its unit.
fn when(
    turn: &mut Turn<'_>,
    (wanted, places): (&Wanted, &[Place]),
    timetable: &Timetable,
) -> Result<(When, Urgency, UnitId), Trouble> {
    let (mut parts, mut from, mut to, mut urgency) = (Vec::new(), i64::MAX, i64::MIN, Urgency::Routine);
    let mut unit = timetable.unit.clone();
    for (number, place) in places.iter().enumerate() {
        let (part, offered, span) = match *place {
            Place::Time(day, slot) => {
                let of = turn.read::<Day>(day)?.ok_or(Trouble::NotFound)?;
                let time = of.times.get(&slot).ok_or(Refusal::NotThere)?;
                if time.slot.seats.is_some() {
                    return Err(Refusal::NotFor("a gathering takes this time").into());
                }
                if number == 0 {
                    urgency = time.slot.urgency;
                    unit = timetable.unit_at(time.slot.place.as_deref()).clone();
                }
                let part = Part::Time { day, slot, actor: of.actor.clone() };
                let Slot { kind, ways, from, to, .. } = &time.slot;
                (part, (time.calendar.clone(), kind.clone(), ways.clone()), (*from, *to))
            }
            Place::Seat(gathering) => {
                let of = turn.read::<Gathering>(gathering)?.ok_or(Trouble::NotFound)?;
                let called = &of.called;
                if number == 0 {
                    unit = called.unit.clone();
                }
                let offered = (called.calendar.clone(), called.kind.clone(), called.ways.clone());
                (Part::Seat { gathering }, offered, (called.from, called.to))
            }
        };
        let (calendar, kind, ways) = offered;
        if number == 0 && (*calendar != *timetable.id || kind != wanted.kind || !ways.contains(&wanted.way)) {
            return Err(Refusal::NotThere.into());
        }
        parts.push(part);
        (from, to) = (from.min(span.0), to.max(span.1));
    }
    let calendar = turn.calendar();
    let local = local(from, calendar).filter(|_| !parts.is_empty()).ok_or(Refusal::NotThere)?;
    let until = before(from, timetable.book.notice, calendar).unwrap_or(from);
    if of_staff(turn.by()).is_err() && until < turn.now() {
        return Err(Refusal::Late(until).into());
    }
    let (zone, terms) = (calendar.zone.iana_name().unwrap_or("").into(), timetable.terms(from, turn.now(), calendar));
    Ok((When { parts, local, zone, from, to, terms }, urgency, unit))
}

/// Gives an appointment to another professional at its own time, which is taken on a day of theirs.
pub fn stand_in(turn: &mut Turn<'_>, id: Uuid, day: Uuid) -> Result<(), Trouble> {
    let appointment = turn.read::<Appointment>(id)?.ok_or(Trouble::NotFound)?;
    let booking = &appointment.booking;
    let other = turn.read::<Day>(day)?.ok_or(Trouble::NotFound)?.actor.clone();
    let mut parts = booking.when.parts.clone();
    let part = parts.iter_mut().find(|part| part.professional().is_some()).ok_or(Refusal::NotThere)?;
    let Part::Time { day: left, slot, .. } = part else { return Err(Refusal::NotThere.into()) };
    let time = turn.read::<Day>(*left)?.and_then(|it| it.times.get(slot).cloned()).ok_or(Refusal::NotThere)?;
    let local = local(time.slot.from, turn.calendar()).ok_or(Refusal::NotThere)?;
    let slot = Slot { id: slot_id(&time.calendar, other.id(), local), ..time.slot };
    *part = Part::Time { day, slot: slot.id, actor: other };
    let (unit, service) = (booking.unit.clone(), booking.service.clone());
    let publish = days::Command::Publish { calendar: time.calendar, unit, service, slots: vec![slot] };
    turn.decide::<Day>(day, &publish, &())?;
    asked(turn, id, &Command::StandIn { parts })
}

/// Withdraws the free times to come that a day has of a calendar, but for those that it gives now.
pub fn withdraw(turn: &mut Turn<'_>, id: Uuid, calendar: &str, given: &[Slot]) -> Result<(), Trouble> {
    let now = turn.now();
    let day = turn.read::<Day>(id)?;
    let slots: Vec<Uuid> = day.iter().flat_map(|day| day.no_longer_given(calendar, given, now)).collect();
    drop(day);
    for slot in slots {
        turn.decide::<Day>(id, &days::Command::Withdraw { slot, why: "calendar".into() }, &())?;
    }
    Ok(())
}

/// Enters an absence. Those who would be left get the stand-in, on a day of theirs, where they have time; the others wait in
/// the unit's queue for another. `seen`: those whom the one who asks has seen.
pub fn absent(
    turn: &mut Turn<'_>,
    day: Uuid,
    (away, seen): (&Stretch, &BTreeSet<Uuid>),
    other: Option<Uuid>,
) -> Result<(), Trouble> {
    turn.decide::<Day>(day, &days::Command::Leave { away: away.clone(), seen: seen.clone() }, &())?;
    let Some(other) = other else { return Ok(()) };
    let absent = turn.read::<Day>(day)?.ok_or(Trouble::NotFound)?;
    for (slot, id) in absent.to_replace() {
        let now = turn.now();
        let has_time = turn.read::<Day>(other)?.is_some_and(|it| !it.is_closed && it.obstacle(slot, id, now).is_none());
        let is_to_come = turn.read::<Appointment>(id)?.is_some_and(|it| it.is_to_come()) && now < slot.from;
        if has_time && is_to_come {
            stand_in(turn, id, other)?;
        }
    }
    Ok(())
}

/// Swaps the duties of two actors, each on a day of theirs.
pub fn swap_duty(turn: &mut Turn<'_>, one: (Uuid, &Stretch), other: (Uuid, &Stretch)) -> Result<(), Trouble> {
    for ((day, gives), (with, gets)) in [(one, other), (other, one)] {
        let with = turn.read::<Day>(with)?.ok_or(Trouble::NotFound)?.actor.id().to_string();
        turn.decide::<Day>(day, &days::Command::SwapDuty { gives: gives.clone(), gets: gets.clone(), with }, &())?;
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
