//! A wish for an earlier time, or for a seat of a gathering that is full. A freed time is offered to one person after the
//! other; the law says who comes first.

use std::collections::BTreeMap;

use ::calendar::Calendar;
use facts::Label;
use matter::{By, Index, List, Matter, Occasion, Rights, Standing, Subject, Trouble, Turn, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::Wanted;
use super::calendar::{Order, Slot, Timetable, before, local};
use super::days::{self, Day};
use super::flow::{self, Ask, Place};
use super::gatherings::{self, Gathering};
use super::{Channel, OWN, Refusal, Way, of_staff};
use crate::dispatches::causes::of_wish;

/// Local hours in which times are offered: nobody is woken.
const OFFERED: std::ops::Range<i8> = 8..20;

/// A wish as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub subject: Option<Subject>,
    pub unit: UnitId,
    pub calendar: Label,
    /// Kinds of visit, days of the week from Monday = 1, and ways; none: any.
    pub kinds: Vec<Label>,
    pub days: Vec<i8>,
    pub ways: Vec<Way>,
    /// Places as calendars name them; none: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Label>,
    /// First and last local hour of a start.
    pub hours: [i8; 2],
    pub earliest: i64,
    /// Nothing comes of it later.
    pub until: i64,
    /// The last instant at which the law wants it met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guarantee: Option<i64>,
    /// An appointment that the person keeps until they take another time for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Uuid>,
    /// The gathering of which a seat is wished for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathering: Option<Uuid>,
}

/// A time that is held for a wish, under the id of the appointment that would take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub day: Uuid,
    pub slot: Uuid,
    pub appointment: Uuid,
    pub kind: Label,
    pub way: Way,
    pub until: i64,
}

/// How an offer passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passed {
    No,
    Time,
}

/// Events of a wish, as they stand in the log for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "wish.made")]
    Made(Box<Made>),
    #[serde(rename = "wish.offered")]
    Offered(Offer),
    #[serde(rename = "wish.taken")]
    Taken,
    #[serde(rename = "wish.passed")]
    Passed { by: Passed },
    #[serde(rename = "wish.ended")]
    Ended,
}

/// A request that can be made of a wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Make(Made),
    Offer(Offer),
    Take,
    Pass,
    /// The time of an offer is over.
    Lapse,
    End,
}

/// A wish as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub made: Made,
    pub made_at: i64,
    pub offer: Option<Offer>,
    /// Times that were offered and not taken: they are not offered again.
    pub passed: Vec<Uuid>,
    pub is_over: bool,
}

impl Wish {
    /// Whether a time of its calendar is one for which it wishes.
    pub fn fits(&self, slot: &Slot, calendar: &Calendar) -> bool {
        let Made { kinds, days, ways, places, hours: [first, last], earliest, until, .. } = &self.made;
        let is_then = local(slot.from, calendar).is_some_and(|at| {
            (days.is_empty() || days.contains(&at.weekday().to_monday_one_offset()))
                && (*first..=*last).contains(&at.hour())
        });
        is_then
            && *earliest <= slot.from
            && slot.from < *until
            && (places.is_empty() || slot.place.as_ref().is_some_and(|place| places.contains(place)))
            && (kinds.is_empty() || kinds.contains(&slot.kind))
            && (ways.is_empty() || ways.iter().any(|way| slot.ways.contains(way)))
            && slot.seats.is_none()
            && !self.passed.contains(&slot.id)
    }
}

impl Matter for Wish {
    const NAME: &'static str = "wish";
    const VERSION: u32 = 1;
    const RIGHTS: Rights = OWN;

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = Waiting;

    fn decide(wish: Option<&Wish>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        let Some(it) = wish else {
            return match command {
                Command::Make(made) if on.now < made.until => Ok(vec![Event::Made(Box::new(made.clone()))]),
                Command::Make(_) => Err(Refusal::Over),
                _ => Err(Refusal::NotThere),
            };
        };
        match (command, &it.offer) {
            (Command::Make(_), _) => Err(Refusal::NotThere),
            _ if it.is_over => Err(Refusal::Over),
            (Command::Offer(_), Some(_)) => Err(Refusal::NotNow("another time is offered")),
            (Command::Offer(offer), None) => {
                of_staff(on.by)?;
                let hour = local(on.now, on.calendar).map_or(0, |it| it.hour());
                match OFFERED.contains(&hour) && on.now < offer.until {
                    true => Ok(vec![Event::Offered(offer.clone())]),
                    false => Err(Refusal::NotNow("nothing is offered by night")),
                }
            }
            (Command::Take, Some(offer)) if on.now < offer.until => Ok(vec![Event::Taken]),
            (Command::Take, _) => Err(Refusal::Over),
            (Command::Pass, Some(_)) => Ok(vec![Event::Passed { by: Passed::No }]),
            (Command::Lapse, Some(offer)) if offer.until <= on.now => Ok(vec![Event::Passed { by: Passed::Time }]),
            (Command::Pass | Command::Lapse, _) => Err(Refusal::NotNow("nothing is offered")),
            (Command::End, _) if on.by == &By::System && on.now < it.made.until => {
                Err(Refusal::NotNow("its time has not come"))
            }
            (Command::End, _) => Ok(vec![Event::Ended]),
        }
    }

    fn evolve(wish: Option<Wish>, event: &Event, at: i64) -> Option<Wish> {
        let Some(mut it) = wish else {
            let Event::Made(made) = event else { return None };
            let (made, passed) = ((**made).clone(), Vec::new());
            return Some(Wish { made, made_at: at, offer: None, passed, is_over: false });
        };
        match event {
            Event::Made(_) => {}
            Event::Offered(offer) => it.offer = Some(offer.clone()),
            Event::Passed { .. } => it.passed.extend(it.offer.take().map(|offer| offer.slot)),
            Event::Taken | Event::Ended => it.is_over = true,
        }
        Some(it)
    }

    fn standing(&self) -> Standing<'_> {
        let list = match self.offer {
            _ if self.is_over => List::Ended,
            Some(_) => List::Nowhere,
            None => List::Queue,
        };
        let (subject, unit) = (self.made.subject, Some(&self.made.unit));
        Standing { subject, unit, who: None, list, since: self.made_at, done: None }
    }

    /// The appointment that the person keeps until they take another time.
    fn of(&self) -> Option<Uuid> {
        self.made.instead_of
    }

    fn due(&self) -> Option<(i64, Command)> {
        match &self.offer {
            _ if self.is_over => None,
            Some(offer) => Some((offer.until, Command::Lapse)),
            None => Some((self.made.until, Command::End)),
        }
    }

    /// Nobody is left to whom anything could be offered.
    fn forgotten(mut self) -> Wish {
        (self.made.subject, self.made.instead_of, self.offer, self.is_over) = (None, None, None, true);
        self
    }
}

/// Wishes that wait for a time, by calendar: by when the law wants each met, since when it waits.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Waiting(BTreeMap<Label, BTreeMap<Uuid, (i64, i64)>>);

impl Waiting {
    /// Those of a calendar, the next to be offered a time first.
    pub fn in_line(&self, calendar: &str, order: &[Order]) -> Vec<Uuid> {
        let all = self.0.get(&Label::from(calendar)).into_iter().flatten();
        let mut line: Vec<(Vec<i64>, Uuid)> = all
            .map(|(id, (guarantee, since))| {
                let place = |by: &Order| if *by == Order::Guarantee { *guarantee } else { *since };
                (order.iter().map(place).collect(), *id)
            })
            .collect();
        line.sort_unstable();
        line.into_iter().map(|(_, id)| id).collect()
    }
}

impl Index<Wish> for Waiting {
    fn enter(&mut self, id: Uuid, wish: &Wish) {
        if wish.offer.is_none() && !wish.is_over {
            let place = (wish.made.guarantee.unwrap_or(i64::MAX), wish.made_at);
            self.0.entry(wish.made.calendar.clone()).or_default().insert(id, place);
        }
    }

    fn leave(&mut self, id: Uuid, wish: &Wish) {
        if let Some(of_calendar) = self.0.get_mut(&wish.made.calendar) {
            of_calendar.remove(&id);
            if of_calendar.is_empty() {
                self.0.remove(&wish.made.calendar);
            }
        }
    }
}

/// Offers a free time to a wish and holds it meanwhile; `appointment`: the id of the one that would take it. The time to
/// think is no longer than half of what is left until it could not be booked any more.
pub fn offer(
    turn: &mut Turn<'_>,
    id: Uuid,
    (day, slot, appointment): (Uuid, Uuid, Uuid),
    timetable: &Timetable,
) -> Result<(), Trouble> {
    let wish = turn.read::<Wish>(id)?.ok_or(Trouble::NotFound)?;
    let of = turn.read::<Day>(day)?.ok_or(Trouble::NotFound)?;
    let time = of.times.get(&slot).filter(|it| it.calendar == wish.made.calendar && *it.calendar == *timetable.id);
    let time = time.filter(|it| wish.fits(&it.slot, turn.calendar())).ok_or(Refusal::NotThere)?;
    let appointment = wish.made.instead_of.unwrap_or(appointment);
    let until = window(timetable, time.slot.from, turn).ok_or(Refusal::Late(time.slot.from))?;
    let wished = |way: &&Way| wish.made.ways.is_empty() || wish.made.ways.contains(way);
    let way = *time.slot.ways.iter().find(wished).ok_or(Refusal::NotThere)?;
    let offer = Offer { day, slot, appointment, kind: time.slot.kind.clone(), way, until };
    turn.decide::<Wish>(id, &Command::Offer(offer), &())?;
    turn.decide::<Day>(day, &days::Command::Hold { slot, matter: appointment, until }, &())?;
    of_wish(turn, id)
}

/// Offers a seat of a gathering to whoever waits for one, and keeps it meanwhile under the id of the appointment that would
/// have it.
pub fn offer_seat(turn: &mut Turn<'_>, id: Uuid, appointment: Uuid, timetable: &Timetable) -> Result<(), Trouble> {
    let wish = turn.read::<Wish>(id)?.ok_or(Trouble::NotFound)?;
    let gathering = wish.made.gathering.ok_or(Refusal::NotThere)?;
    let called = turn.read::<Gathering>(gathering)?.ok_or(Trouble::NotFound)?.called.clone();
    if wish.passed.contains(&called.slot) || *called.calendar != *timetable.id {
        return Err(Refusal::NotThere.into());
    }
    let way = *called.ways.first().ok_or(Refusal::NotThere)?;
    let until = window(timetable, called.from, turn).ok_or(Refusal::Late(called.from))?;
    let (day, slot, kind) = (called.day, called.slot, called.kind);
    turn.decide::<Wish>(id, &Command::Offer(Offer { day, slot, appointment, kind, way, until }), &())?;
    turn.decide::<Gathering>(gathering, &gatherings::Command::TakeSeat { appointment }, &())?;
    of_wish(turn, id)
}

/// Until when somebody may think about a time that starts then; none: there is too little time.
fn window(timetable: &Timetable, from: i64, turn: &Turn<'_>) -> Option<i64> {
    let (wait, now, calendar) = (timetable.book.wait.as_ref()?, turn.now(), turn.calendar());
    let last = before(from, timetable.book.notice, calendar)?;
    let until = before(now, -wait.offer, calendar)?.min(now + (last - now) / 2);
    (before(now, -wait.least, calendar)? <= until).then_some(until)
}

/// Takes what is offered: another time for the appointment that the person had, or a new one.
pub fn accept(turn: &mut Turn<'_>, id: Uuid, words: &[&str], timetable: &Timetable) -> Result<(), Trouble> {
    let wish = turn.read::<Wish>(id)?.ok_or(Trouble::NotFound)?;
    turn.decide::<Wish>(id, &Command::Take, &())?;
    let Offer { day, slot, appointment, kind, way, .. } = wish.offer.clone().ok_or(Refusal::Over)?;
    let places = vec![wish.made.gathering.map_or(Place::Time(day, slot), Place::Seat)];
    if wish.made.instead_of.is_some() {
        return flow::reschedule(turn, appointment, (&places, None), timetable);
    }
    let (subject, channel, needs) = (wish.made.subject, Channel::Message, Vec::new());
    let wanted = Wanted { subject, kind, way, channel, contact: None, assessment: None, enrolment: None, needs };
    flow::book(turn, appointment, &Ask { wanted, places, note: None, over: None, words, open: 0 }, timetable)
}

/// Does what is asked of a wish: a time that is not wanted is let go at once. Past its time it is free by itself, so that a
/// clock asks nothing of its day; a seat is given back by then.
pub fn asked(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    let wish = turn.read::<Wish>(id)?;
    let offer = wish.as_ref().and_then(|it| it.offer.clone());
    let gathering = wish.and_then(|it| it.made.gathering);
    turn.decide::<Wish>(id, command, &())?;
    match (command, offer, gathering) {
        (Command::Pass | Command::End | Command::Lapse, Some(Offer { appointment, .. }), Some(gathering)) => {
            match turn.read::<Gathering>(gathering)?.is_some_and(|it| !it.is_over()) {
                true => turn.decide::<Gathering>(gathering, &gatherings::Command::FreeSeat { appointment }, &()),
                false => Ok(()),
            }
        }
        (Command::Pass | Command::End, Some(Offer { day, slot, appointment, .. }), None) => {
            match turn.read::<Day>(day)?.is_some_and(|it| !it.is_closed) {
                true => turn.decide::<Day>(day, &days::Command::LetGo { slot, matter: appointment }, &()),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
