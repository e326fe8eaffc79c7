//! A gathering: a time with seats (FHIR Slot with several Appointments). A group visit, a course day, supervision.
//!
//! Seats are taken by appointments, never by names: each person's is theirs alone, and to forget one touches no other.

use std::collections::BTreeMap;

use facts::Label;
use matter::{List, Matter, Occasion, Rights, Standing, Trouble, Turn, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::{self, Appointment};
use super::calendar::{Timetable, before};
use super::days::{self, Day, Why};
use super::{Actor, CLOSED_AFTER, CancelReason, Refusal, STAFF, Way, flow, of_staff};

/// A gathering as it was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// The time that it has.
    pub day: Uuid,
    pub slot: Uuid,
    pub actor: Actor,
    pub calendar: Label,
    pub kind: Label,
    pub ways: Vec<Way>,
    pub unit: UnitId,
    pub from: i64,
    pub to: i64,
    /// Fewest and most people.
    pub seats: [u16; 2],
    /// When it is decided whether it is held.
    pub decide_at: i64,
}

/// Events of a gathering, as they stand in the log for ever. Seats are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "gathering.called")]
    Called(Box<Called>),
    #[serde(rename = "gathering.seat_taken")]
    SeatTaken { seat: u16, appointment: Uuid },
    #[serde(rename = "gathering.seat_freed")]
    SeatFreed { seat: u16 },
    #[serde(rename = "gathering.attendance_marked")]
    Marked { seat: u16, came: bool },
    #[serde(rename = "gathering.decided")]
    Decided { held: bool },
    #[serde(rename = "gathering.closed")]
    Closed,
}

/// A request that can be made of a gathering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Call(Called),
    TakeSeat {
        appointment: Uuid,
    },
    FreeSeat {
        appointment: Uuid,
    },
    Mark {
        seat: u16,
        came: bool,
    },
    /// `held`: a professional's word; none: by how many have come together.
    Decide {
        held: Option<bool>,
    },
    Close,
}

/// A seat that is taken, and whether its person came; none: nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    pub appointment: Uuid,
    pub came: Option<bool>,
}

/// A gathering as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathering {
    pub called: Called,
    pub seats: BTreeMap<u16, Seat>,
    pub held: Option<bool>,
    pub is_closed: bool,
}

impl Gathering {
    pub fn is_over(&self) -> bool {
        self.is_closed || self.held == Some(false)
    }

    /// Seats that nobody has.
    pub fn free(&self) -> usize {
        usize::from(self.called.seats[1]).saturating_sub(self.seats.len())
    }

    fn seat_of(&self, appointment: Uuid) -> Option<u16> {
        self.seats.iter().find(|(_, seat)| seat.appointment == appointment).map(|(number, _)| *number)
    }
}

impl Matter for Gathering {
    const NAME: &'static str = "gathering";
    const VERSION: u32 = 2;
    const RIGHTS: Rights = STAFF;

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(gathering: Option<&Gathering>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        let Some(it) = gathering else {
            of_staff(on.by)?;
            return match command {
                Command::Call(called) => Ok(vec![Event::Called(Box::new(called.clone()))]),
                _ => Err(Refusal::NotThere),
            };
        };
        let (from, gone) = (it.called.from, Refusal::NotNow("its time has not come"));
        match command {
            Command::Call(_) => Err(Refusal::NotThere),
            _ if it.is_over() => Err(Refusal::Over),
            Command::TakeSeat { appointment } => {
                let free = (1..=it.called.seats[1]).find(|seat| !it.seats.contains_key(seat));
                match free {
                    _ if it.seat_of(*appointment).is_some() => Ok(Vec::new()),
                    _ if from <= on.now => Err(Refusal::Over),
                    Some(seat) => Ok(vec![Event::SeatTaken { seat, appointment: *appointment }]),
                    None => Err(Refusal::Full),
                }
            }
            Command::FreeSeat { appointment } => {
                Ok(it.seat_of(*appointment).map(|seat| Event::SeatFreed { seat }).into_iter().collect())
            }
            Command::Mark { seat, came } => {
                of_staff(on.by)?;
                match it.seats.get(seat).map(|it| it.came) {
                    None => Err(Refusal::NotThere),
                    Some(_) if on.now < from => Err(gone),
                    Some(marked) if marked == Some(*came) => Ok(Vec::new()),
                    Some(Some(true)) => Err(Refusal::NotNow("the visit is recorded")),
                    Some(_) => Ok(vec![Event::Marked { seat: *seat, came: *came }]),
                }
            }
            Command::Decide { .. } if it.held.is_some() => Ok(Vec::new()),
            Command::Decide { held: None } if on.now < it.called.decide_at => Err(gone),
            Command::Decide { held } => {
                of_staff(on.by)?;
                Ok(vec![Event::Decided { held: held.unwrap_or(it.seats.len() >= it.called.seats[0].into()) }])
            }
            Command::Close if on.now < it.called.to.saturating_add(CLOSED_AFTER) => Err(gone),
            Command::Close => Ok(vec![Event::Closed]),
        }
    }

    fn evolve(gathering: Option<Gathering>, event: &Event, _: i64) -> Option<Gathering> {
        let Some(mut it) = gathering else {
            let Event::Called(called) = event else { return None };
            return Some(Gathering {
                called: (**called).clone(),
                seats: BTreeMap::new(),
                held: None,
                is_closed: false,
            });
        };
        match event {
            Event::Called(_) => {}
            Event::SeatTaken { seat, appointment } => {
                it.seats.insert(*seat, Seat { appointment: *appointment, came: None });
            }
            Event::SeatFreed { seat } => _ = it.seats.remove(seat),
            Event::Marked { seat, came } => {
                it.seats.entry(*seat).and_modify(|seat| seat.came = Some(*came));
            }
            Event::Decided { held } => it.held = Some(*held),
            Event::Closed => it.is_closed = true,
        }
        Some(it)
    }

    /// It is work of whoever holds it from when it is decided until all are marked.
    fn standing(&self) -> Standing<'_> {
        let (unit, who) = (Some(&self.called.unit), self.called.actor.professional());
        let is_to_mark = self.held == Some(true) && self.seats.values().any(|seat| seat.came.is_none());
        let list = match who {
            _ if self.is_over() => List::Ended,
            Some(_) if is_to_mark => List::With,
            _ => List::Nowhere,
        };
        Standing { subject: None, unit, who, list, since: self.called.from, done: None }
    }

    fn due(&self) -> Option<(i64, Command)> {
        match self.held {
            _ if self.is_over() => None,
            None => Some((self.called.decide_at, Command::Decide { held: None })),
            Some(_) => Some((self.called.to.saturating_add(CLOSED_AFTER), Command::Close)),
        }
    }
}

/// The id of the gathering that has a time.
pub fn gathering_id(slot: Uuid) -> Uuid {
    Uuid::new_v5(&slot, b"gathering")
}

/// Calls a gathering at a time that has seats.
pub fn call(turn: &mut Turn<'_>, id: Uuid, (day, slot): (Uuid, Uuid), timetable: &Timetable) -> Result<(), Trouble> {
    let of = turn.read::<Day>(day)?.ok_or(Trouble::NotFound)?;
    let time = of.times.get(&slot).filter(|it| *it.calendar == *timetable.id);
    let (time, seats) = time.and_then(|it| Some((it, it.slot.seats?))).ok_or(Refusal::NotThere)?;
    let span = timetable.kinds.get(&*time.slot.kind).and_then(|kind| kind.decide);
    let decide_at = span.and_then(|span| before(time.slot.from, span, turn.calendar())).unwrap_or(time.slot.from);
    turn.decide::<Day>(day, &days::Command::Take { slot, matter: id, over: None }, &())?;
    let called = Called {
        day,
        slot,
        actor: of.actor.clone(),
        calendar: time.calendar.clone(),
        kind: time.slot.kind.clone(),
        ways: time.slot.ways.clone(),
        unit: timetable.unit_at(time.slot.place.as_deref()).clone(),
        from: time.slot.from,
        to: time.slot.to,
        seats,
        decide_at,
    };
    turn.decide::<Gathering>(id, &Command::Call(called), &())
}

/// Does what is asked of a gathering: one that is not held gives its time back and cancels its appointments, and one
/// that is marked has had its visit or missed it. Appointments that are over are left alone, as is a day that has ended.
pub fn asked(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    turn.decide::<Gathering>(id, command, &())?;
    let it = turn.read::<Gathering>(id)?.ok_or(Trouble::NotFound)?;
    match command {
        Command::Decide { .. } if it.held == Some(false) => {
            let cancel = appointments::Command::Cancel { why: CancelReason::Other, notified_at: None };
            for seat in it.seats.values() {
                if turn.read::<Appointment>(seat.appointment)?.is_some_and(|it| it.is_to_come()) {
                    flow::asked(turn, seat.appointment, &cancel)?;
                }
            }
            flow::free(turn, (it.called.day, it.called.slot), id, Why::Cancelled)
        }
        Command::Mark { seat, came } => {
            let recorded = match came {
                true => appointments::Command::End { reasons: Vec::new(), procedures: Vec::new() },
                false => appointments::Command::Miss { reached: false },
            };
            let Some(Seat { appointment, .. }) = it.seats.get(seat) else { return Ok(()) };
            match turn.read::<Appointment>(*appointment)?.is_some_and(|it| !it.is_over()) {
                true => flow::asked(turn, *appointment, &recorded),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
