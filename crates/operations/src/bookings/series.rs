//! A visit series: appointments that are booked together, all or none (FHIR Appointment.supportingInformation).

use ::calendar::Calendar;
use facts::Label;
use jiff::Span;
use matter::{By, List, Matter, Occasion, Rights, Standing, Subject, Trouble, Turn, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::{self, Appointment, Part};
use super::calendar::{Timetable, before};
use super::flow::{self, Ask, Place};
use super::{CLOSED_AFTER, OWN, Refusal};
use crate::dispatches::causes::told_once;

/// A series as it was booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub subject: Option<Subject>,
    pub calendar: Label,
    pub kind: Label,
    pub unit: UnitId,
    /// Its appointments, in order.
    pub visits: Vec<Uuid>,
    /// The end of the last.
    pub until: i64,
}

/// Events of a series, as they stand in the log for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "visit_series.booked")]
    Booked(Plan),
    /// From a visit on, counted from 1, each has the time of the next, and the last ends at `until`.
    #[serde(rename = "visit_series.shifted")]
    Shifted { from: usize, until: i64 },
    #[serde(rename = "visit_series.ended")]
    Ended,
}

/// A request that can be made of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Book(Plan),
    Shift { from: usize, until: i64 },
    End,
}

/// A series as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitSeries {
    pub plan: Plan,
    pub booked_at: i64,
    pub is_over: bool,
}

impl Matter for VisitSeries {
    const NAME: &'static str = "visit_series";
    const VERSION: u32 = 1;
    const RIGHTS: Rights = OWN;

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(series: Option<&VisitSeries>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        match (series, command) {
            (None, Command::Book(plan)) => Ok(vec![Event::Booked(plan.clone())]),
            (None, _) | (Some(_), Command::Book(_)) => Err(Refusal::NotThere),
            (Some(it), _) if it.is_over => Err(Refusal::Over),
            (Some(_), Command::Shift { from, until }) => Ok(vec![Event::Shifted { from: *from, until: *until }]),
            (Some(it), Command::End) if on.by == &By::System && on.now < it.closes_at() => {
                Err(Refusal::NotNow("its time has not come"))
            }
            (Some(_), Command::End) => Ok(vec![Event::Ended]),
        }
    }

    fn evolve(series: Option<VisitSeries>, event: &Event, at: i64) -> Option<VisitSeries> {
        match (series, event) {
            (None, Event::Booked(plan)) => Some(VisitSeries { plan: plan.clone(), booked_at: at, is_over: false }),
            (Some(mut it), Event::Shifted { until, .. }) => {
                it.plan.until = *until;
                Some(it)
            }
            (Some(it), Event::Ended) => Some(VisitSeries { is_over: true, ..it }),
            (series, _) => series,
        }
    }

    fn standing(&self) -> Standing<'_> {
        let list = if self.is_over { List::Ended } else { List::Nowhere };
        let (subject, unit) = (self.plan.subject, Some(&self.plan.unit));
        Standing { subject, unit, who: None, list, since: self.booked_at, done: None }
    }

    /// The first of its visits, which knows the contact from which all were booked.
    fn of(&self) -> Option<Uuid> {
        self.plan.visits.first().copied()
    }

    fn due(&self) -> Option<(i64, Command)> {
        (!self.is_over).then(|| (self.closes_at(), Command::End))
    }

    fn forgotten(mut self) -> VisitSeries {
        self.plan.subject = None;
        self
    }
}

impl VisitSeries {
    fn closes_at(&self) -> i64 {
        self.plan.until.saturating_add(CLOSED_AFTER)
    }
}

/// Books the visits of a series, each with its id, or tells all that cannot be had.
pub fn book(turn: &mut Turn<'_>, id: Uuid, asks: &[(Uuid, Ask<'_>)], timetable: &Timetable) -> Result<(), Trouble> {
    let Some((_, Ask { wanted, .. })) = asks.first() else { return Err(Refusal::NotThere.into()) };
    let most = timetable.kinds.get(&*wanted.kind).and_then(|kind| kind.most).unwrap_or(0);
    if asks.len() > most {
        return Err(Refusal::Enough.into());
    }
    let mut conflicts = Vec::new();
    for (number, (visit, ask)) in (1..).zip(asks) {
        match flow::book(turn, *visit, ask, timetable) {
            Err(Trouble::Refused(_)) => conflicts.push(number),
            booked => booked?,
        }
    }
    if !conflicts.is_empty() {
        return Err(Refusal::Conflicts(conflicts).into());
    }
    let visits: Vec<Uuid> = asks.iter().map(|(visit, _)| *visit).collect();
    told_once(turn, &visits)?;
    let until = until(turn, &visits)?;
    let (subject, calendar, kind) = (wanted.subject, timetable.id.as_str().into(), wanted.kind.clone());
    let plan = Plan { subject, calendar, kind, unit: timetable.unit.clone(), visits, until };
    turn.decide::<VisitSeries>(id, &Command::Book(plan), &())
}

/// Shifts a series from a visit on, counted from 1: each has the places of the next, and the last gets others.
pub fn shift(
    turn: &mut Turn<'_>,
    id: Uuid,
    (from, last): (usize, &[Place]),
    timetable: &Timetable,
) -> Result<(), Trouble> {
    let series = turn.read::<VisitSeries>(id)?.ok_or(Trouble::NotFound)?;
    let visits = to_come(turn, series.plan.visits.get(from.saturating_sub(1)..).unwrap_or_default())?;
    // From the last on, so that every time that a visit comes to has been left.
    let mut places = last.to_vec();
    for visit in visits.iter().rev() {
        let left = turn.read::<Appointment>(*visit)?.map_or(Vec::new(), |it| places_of(it.parts()));
        flow::reschedule(turn, *visit, (&places, None), timetable)?;
        places = left;
    }
    if visits.is_empty() {
        return Err(Refusal::NotThere.into());
    }
    told_once(turn, &visits)?;
    let until = until(turn, &series.plan.visits)?;
    turn.decide::<VisitSeries>(id, &Command::Shift { from, until }, &())
}

/// Cancels what is to come of a series, and ends it. A visit that has begun by the clock is for staff to record.
pub fn cancel(turn: &mut Turn<'_>, id: Uuid, command: &appointments::Command) -> Result<(), Trouble> {
    cancel_from(turn, id, i64::MIN, command)
}

/// Cancels the visits of a series that begin at an instant or later. It ends with the last that is to come.
pub fn cancel_from(turn: &mut Turn<'_>, id: Uuid, from: i64, command: &appointments::Command) -> Result<(), Trouble> {
    let series = turn.read::<VisitSeries>(id)?.ok_or(Trouble::NotFound)?;
    let (now, mut is_over) = (turn.now(), true);
    for visit in to_come(turn, &series.plan.visits)? {
        let Some(begins) = turn.read::<Appointment>(visit)?.map(|it| it.booking.when.from) else { continue };
        match now < begins && from <= begins {
            true => flow::asked(turn, visit, command)?,
            false => is_over &= begins <= now,
        }
    }
    told_once(turn, &series.plan.visits)?;
    if is_over { turn.decide::<VisitSeries>(id, &Command::End, &()) } else { Ok(()) }
}

/// The starts of so many visits that follow a first at the same local time.
pub fn starts(first: i64, every: Span, count: usize, calendar: &Calendar) -> Vec<i64> {
    let after = |number: usize| {
        let span = every.checked_mul(i64::try_from(number).ok()?).ok()?;
        before(first, span.negate(), calendar)
    };
    (0..count).map_while(after).collect()
}

fn to_come(turn: &mut Turn<'_>, visits: &[Uuid]) -> Result<Vec<Uuid>, Trouble> {
    let mut to_come = Vec::new();
    for visit in visits {
        if turn.read::<Appointment>(*visit)?.is_some_and(|it| it.is_to_come()) {
            to_come.push(*visit);
        }
    }
    Ok(to_come)
}

fn until(turn: &mut Turn<'_>, visits: &[Uuid]) -> Result<i64, Trouble> {
    let mut until = turn.now();
    for visit in visits {
        until = turn.read::<Appointment>(*visit)?.map_or(until, |it| until.max(it.booking.when.to));
    }
    Ok(until)
}

fn places_of(parts: &[Part]) -> Vec<Place> {
    let place = |part: &Part| match part {
        Part::Time { day, slot, .. } => Place::Time(*day, *slot),
        Part::Seat { gathering } => Place::Seat(*gathering),
    };
    parts.iter().map(place).collect()
}

#[cfg(test)]
mod tests;
