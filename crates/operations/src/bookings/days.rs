//! A day: one actor's local date, with its times, absences and duties (FHIR Schedule with its Slots).
//!
//! Overlaps are decided here and nowhere else, so that nobody is booked twice. A day knows appointments by their ids
//! and nobody by name: there is nothing to forget in it.

mod event;
mod fact;
mod free;

use std::collections::{BTreeMap, BTreeSet};

use ::calendar::{date_of, day_number};
use facts::{Label, Row, Table};
use matter::{About, Dated, List, Matter, Occasion, Put, Rights, Standing, Text, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calendar::Slot;
use super::{Actor, Refusal, STAFF, id_of, of_staff};

pub use event::{Command, Event, Stretch, Why};
pub use free::{Found, Free, Sought};

/// The id of an actor's day; `date` in days since 1970.
pub fn day_id(actor: &str, date: i32) -> Uuid {
    id_of(&["day", actor, &date_of(date).map_or_else(String::new, |it| it.to_string())])
}

/// How a time stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    Free,
    /// Past its time a hold is free by rule: nobody needs to let it go.
    Held {
        matter: Uuid,
        until: i64,
    },
    Taken {
        matter: Uuid,
    },
}

/// A time of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    pub calendar: Label,
    pub slot: Slot,
    pub stands: Stands,
    pub is_withdrawn: bool,
}

/// A day as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub actor: Actor,
    pub unit: UnitId,
    pub date: i32,
    pub ends_at: i64,
    pub times: BTreeMap<Uuid, Time>,
    pub absences: Vec<Stretch>,
    pub duties: Vec<Stretch>,
    pub protected: Vec<Stretch>,
    pub is_closed: bool,
}

impl Stretch {
    fn overlaps(&self, from: i64, to: i64) -> bool {
        self.from < to && from < self.to
    }
}

impl Time {
    /// Past its time a hold is none.
    fn is_free(&self, now: i64) -> bool {
        match self.stands {
            Stands::Free => true,
            Stands::Held { until, .. } => until <= now,
            Stands::Taken { .. } => false,
        }
    }

    /// Free, to come, and not withdrawn yet.
    fn is_to_withdraw(&self, now: i64) -> bool {
        !self.is_withdrawn && now < self.slot.from && self.is_free(now)
    }
}

impl Day {
    /// Appointments that must be given another time or somebody else: the time of each, and its id.
    pub fn to_replace(&self) -> impl Iterator<Item = (&Slot, Uuid)> {
        self.times.values().filter_map(|time| match time.stands {
            Stands::Taken { matter } if time.is_withdrawn || self.is_away(&time.slot) => Some((&time.slot, matter)),
            _ => None,
        })
    }

    /// Whether a time to come is not here as its calendar gives it: it is new, was withdrawn, or is free and has changed.
    pub fn lacks(&self, slot: &Slot, now: i64) -> bool {
        let is_missing = |time: &Time| time.is_withdrawn || (time.is_free(now) && time.slot != *slot);
        now < slot.from && self.times.get(&slot.id).is_none_or(is_missing)
    }

    /// The free times to come of a calendar that are not among those that it gives now.
    pub fn no_longer_given(&self, calendar: &str, given: &[Slot], now: i64) -> impl Iterator<Item = Uuid> {
        let given: BTreeSet<Uuid> = given.iter().map(|slot| slot.id).collect();
        let times = self.times.values().filter(move |it| *it.calendar == *calendar && it.is_to_withdraw(now));
        times.map(|it| it.slot.id).filter(move |id| !given.contains(id))
    }

    /// Calendars of which it has free times to come.
    pub fn calendars(&self, now: i64) -> BTreeSet<Label> {
        self.times.values().filter(|it| it.is_to_withdraw(now)).map(|it| it.calendar.clone()).collect()
    }

    fn is_away(&self, slot: &Slot) -> bool {
        self.absences.iter().any(|it| it.overlaps(slot.from, slot.to))
    }

    fn overlapping(&self, slot: &Slot) -> impl Iterator<Item = &Time> {
        self.times.values().filter(move |it| it.slot.from < slot.to && slot.from < it.slot.to)
    }

    /// The obstacle between a matter and a time: somebody has it or one that overlaps it, an absence, protected time.
    pub fn obstacle(&self, slot: &Slot, matter: Uuid, now: i64) -> Option<Refusal> {
        let stands = |time: &Time| match time.stands {
            Stands::Taken { .. } => Some(Refusal::Taken),
            Stands::Held { matter: other, until } if other != matter && now < until => Some(Refusal::Held(until)),
            _ => None,
        };
        let taken = self.overlapping(slot).find_map(stands);
        let away = || self.is_away(slot).then_some(Refusal::Away);
        let is_protected = || self.protected.iter().any(|it| it.overlaps(slot.from, slot.to));
        taken.or_else(away).or_else(|| is_protected().then_some(Refusal::Protected))
    }

    /// The instant from which a time can be booked, as far as this day knows; none: it cannot.
    fn free_from(&self, time: &Time) -> Option<i64> {
        // At the end of all times every hold is over.
        if time.is_withdrawn || self.obstacle(&time.slot, Uuid::nil(), i64::MAX).is_some() {
            return None;
        }
        let held = |it: &Time| if let Stands::Held { until, .. } = it.stands { Some(until) } else { None };
        let holds = self.overlapping(&time.slot).filter_map(held);
        Some(holds.chain(time.slot.opens_at).max().unwrap_or(i64::MIN))
    }

    /// A time that a matter may have, also over protected time where `over` says so.
    fn bookable(&self, (slot, matter): (Uuid, Uuid), over: bool, on: &On<'_>) -> Result<(), Refusal> {
        let time = self.times.get(&slot).filter(|it| !it.is_withdrawn).ok_or(Refusal::NotThere)?;
        let opens_at = time.slot.opens_at.unwrap_or(i64::MIN);
        match self.obstacle(&time.slot, matter, on.now) {
            _ if time.slot.to <= on.now => Err(Refusal::Over),
            Some(Refusal::Protected) if over && on.by.leads() => Ok(()),
            Some(refusal) => Err(refusal),
            None if on.now < opens_at && of_staff(on.by).is_err() => Err(Refusal::Frozen(opens_at)),
            None => Ok(()),
        }
    }

    /// A duty that the actor can do.
    fn can_do(&self, duty: &Stretch, beside: Option<&Stretch>) -> Result<(), Refusal> {
        let overlaps = |it: &&Stretch| it.overlaps(duty.from, duty.to);
        match () {
            () if duty.from >= duty.to => Err(Refusal::NotNow("it ends before it begins")),
            () if self.absences.iter().any(|it| overlaps(&it)) => Err(Refusal::Away),
            () if self.duties.iter().filter(|it| Some(*it) != beside).any(|it| overlaps(&it)) => Err(Refusal::Taken),
            () => Ok(()),
        }
    }
}

/// When and by whom something is asked of a day.
type On<'a> = Occasion<'a, ()>;

impl Matter for Day {
    const NAME: &'static str = "day";
    const VERSION: u32 = 1;
    const RIGHTS: Rights = STAFF;

    const TABLES: &'static [&'static Table] = &[facts::Slot::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = Free;

    fn decide(day: Option<&Day>, command: &Command, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
        match (day, command) {
            (None, Command::Plan { actor, unit, date }) => plan(actor, unit, *date, on),
            (None, _) => Err(Refusal::NotThere),
            (Some(day), _) if day.is_closed => Err(Refusal::Over),
            (Some(_), Command::Plan { .. }) => Ok(Vec::new()),
            (Some(day), Command::Hold { .. } | Command::LetGo { .. } | Command::Take { .. } | Command::Free { .. }) => {
                book(day, command, on)
            }
            (Some(day), _) => arrange(day, command, on),
        }
    }

    fn evolve(day: Option<Day>, event: &Event, _: i64) -> Option<Day> {
        let Some(mut day) = day else { return planned(event) };
        let mut stand = |slot: &Uuid, stands| {
            if let Some(time) = day.times.get_mut(slot) {
                time.stands = stands;
            }
        };
        match event {
            Event::Planned { .. } => {}
            Event::Published { calendar, slots, .. } => {
                for slot in slots {
                    let (calendar, slot) = (calendar.clone(), slot.clone());
                    let new = Time { calendar, slot, stands: Stands::Free, is_withdrawn: false };
                    let time = day.times.entry(new.slot.id).or_insert_with(|| new.clone());
                    // A time that somebody has stays as they took it.
                    match time.stands {
                        Stands::Taken { .. } => time.is_withdrawn = false,
                        Stands::Free | Stands::Held { .. } => *time = new,
                    }
                }
            }
            Event::Held { slot, matter, until } => stand(slot, Stands::Held { matter: *matter, until: *until }),
            Event::LetGo { slot } | Event::Freed { slot, .. } => stand(slot, Stands::Free),
            Event::Taken { slot, matter, .. } => stand(slot, Stands::Taken { matter: *matter }),
            Event::Withdrawn { slot, .. } => {
                day.times.entry(*slot).and_modify(|time| time.is_withdrawn = true);
            }
            Event::Left(away) => day.absences.push(away.clone()),
            Event::Back { at } => {
                day.absences.iter_mut().for_each(|away| away.to = away.to.min(*at));
                day.absences.retain(|away| away.from < away.to);
            }
            Event::DutyGiven(duty) => day.duties.push(duty.clone()),
            Event::DutySwapped { gave, got, .. } => {
                day.duties.retain(|duty| duty != gave);
                day.duties.push(got.clone());
            }
            Event::DutyEnded(duty) => day.duties.retain(|it| it != duty),
            Event::Protected(stretch) => day.protected.push(stretch.clone()),
            Event::Released(stretch) => day.protected.retain(|it| it != stretch),
            Event::Closed => day.is_closed = true,
        }
        Some(day)
    }

    /// In its unit's queue while somebody must be given another time.
    fn standing(&self) -> Standing<'_> {
        let first = self.to_replace().map(|(slot, _)| slot.from).min();
        let list = match first {
            _ if self.is_closed => List::Ended,
            Some(_) => List::Queue,
            None => List::Nowhere,
        };
        let since = first.unwrap_or(self.ends_at);
        Standing { subject: None, unit: Some(&self.unit), who: self.actor.professional(), list, since, done: None }
    }

    fn due(&self) -> Option<(i64, Command)> {
        (!self.is_closed).then_some((self.ends_at, Command::Close))
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::Take { over, .. }, Event::Taken { over: true, .. }) => over.clone(),
            (Command::Release { why, .. }, Event::Released(_)) => Some(why.clone()),
            _ => None,
        }
    }

    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let mut rows = BTreeMap::new();
        for it in history {
            fact::after(&mut rows, history.first().map(|it| &it.event), it);
        }
        rows.values().for_each(|row| put(facts::Slot::TABLE, &row.values(), about.changed));
    }
}

fn plan(actor: &Actor, unit: &UnitId, date: i32, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    of_staff(on.by)?;
    let next = date_of(date).and_then(|date| date.tomorrow().ok());
    let ends_at = next.and_then(|next| on.calendar.start_of(next)).filter(|ends_at| on.now < *ends_at);
    let ends_at = ends_at.ok_or(Refusal::Over)?;
    Ok(vec![Event::Planned { actor: actor.clone(), unit: unit.clone(), date, ends_at }])
}

fn planned(event: &Event) -> Option<Day> {
    let Event::Planned { actor, unit, date, ends_at } = event else { return None };
    let (actor, unit, times) = (actor.clone(), unit.clone(), BTreeMap::new());
    let (absences, duties, protected) = <_>::default();
    Some(Day { actor, unit, date: *date, ends_at: *ends_at, times, absences, duties, protected, is_closed: false })
}

/// Of those who book, whichever side they are on.
fn book(day: &Day, command: &Command, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    let stands = |slot: &Uuid| day.times.get(slot).map(|it| it.stands);
    match command {
        Command::Hold { slot, matter, until } => {
            day.bookable((*slot, *matter), false, on)?;
            let lasts = |stands| matches!(stands, Stands::Held { matter: holder, until: to } if holder == *matter && *until <= to);
            match on.now < *until {
                true if stands(slot).is_some_and(lasts) => Ok(Vec::new()),
                true => Ok(vec![Event::Held { slot: *slot, matter: *matter, until: *until }]),
                false => Err(Refusal::Over),
            }
        }
        Command::LetGo { slot, matter } => match stands(slot) {
            Some(Stands::Held { matter: holder, .. }) if holder == *matter => Ok(vec![Event::LetGo { slot: *slot }]),
            _ => Ok(Vec::new()),
        },
        Command::Take { slot, matter, .. } if stands(slot) == Some(Stands::Taken { matter: *matter }) => Ok(Vec::new()),
        Command::Take { slot, matter, over } => {
            day.bookable((*slot, *matter), over.is_some(), on)?;
            let (slot, matter) = (*slot, *matter);
            let is_protected = day.times.get(&slot).and_then(|it| day.obstacle(&it.slot, matter, on.now)).is_some();
            Ok(vec![Event::Taken { slot, matter, over: is_protected }])
        }
        Command::Free { slot, matter, why } => match stands(slot) == Some(Stands::Taken { matter: *matter }) {
            true => Ok(vec![Event::Freed { slot: *slot, why: *why }]),
            false => Ok(Vec::new()),
        },
        _ => Err(Refusal::NotThere),
    }
}

/// Of those who arrange the day.
fn arrange(day: &Day, command: &Command, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    of_staff(on.by)?;
    match command {
        Command::Publish { calendar, unit, service, slots } => {
            let date = |slot: &Slot| on.calendar.local_date(slot.from).map(day_number);
            if slots.iter().any(|slot| date(slot) != Some(day.date)) {
                return Err(Refusal::NotThere);
            }
            let is_new = |slot: &&Slot| day.lacks(slot, on.now);
            let slots: Vec<Slot> = slots.iter().filter(is_new).cloned().collect();
            let (calendar, unit, service) = (calendar.clone(), unit.clone(), service.clone());
            Ok(if slots.is_empty() { Vec::new() } else { vec![Event::Published { calendar, unit, service, slots }] })
        }
        Command::Withdraw { slot, why } => match day.times.get(slot) {
            None => Err(Refusal::NotThere),
            Some(time) if time.is_withdrawn => Ok(Vec::new()),
            Some(_) => Ok(vec![Event::Withdrawn { slot: *slot, why: why.clone() }]),
        },
        Command::Leave { away, .. } if away.from >= away.to => Err(Refusal::NotNow("it ends before it begins")),
        Command::Leave { away, .. } if day.absences.contains(away) => Ok(Vec::new()),
        Command::Leave { away, seen } => {
            let left = day.times.values().filter(|it| away.overlaps(it.slot.from, it.slot.to));
            let left = left.filter_map(|it| match it.stands {
                Stands::Taken { matter } => Some(matter),
                _ => None,
            });
            let unseen = left.filter(|it| !seen.contains(it)).count();
            if unseen > 0 { Err(Refusal::Unseen(unseen)) } else { Ok(vec![Event::Left(away.clone())]) }
        }
        Command::Return { at } if day.absences.iter().any(|it| *at < it.to) => Ok(vec![Event::Back { at: *at }]),
        Command::Return { .. } => Ok(Vec::new()),
        Command::GiveDuty(duty) if day.duties.contains(duty) => Ok(Vec::new()),
        Command::GiveDuty(duty) => {
            day.can_do(duty, None)?;
            Ok(vec![Event::DutyGiven(duty.clone())])
        }
        Command::SwapDuty { gives, .. } if !day.duties.contains(gives) => Err(Refusal::NotThere),
        Command::SwapDuty { gives, gets, with } => {
            day.can_do(gets, Some(gives))?;
            Ok(vec![Event::DutySwapped { gave: gives.clone(), got: gets.clone(), with: with.clone() }])
        }
        Command::EndDuty(duty) if !day.duties.contains(duty) => Err(Refusal::NotThere),
        Command::EndDuty(duty) => Ok(vec![Event::DutyEnded(duty.clone())]),
        Command::Release { stretch, .. } if !day.protected.contains(stretch) => Err(Refusal::NotThere),
        Command::Release { stretch, .. } => Ok(vec![Event::Released(stretch.clone())]),
        Command::Protect(stretch) if day.protected.contains(stretch) => Ok(Vec::new()),
        Command::Protect(stretch) => {
            let is_taken =
                |it: &Time| matches!(it.stands, Stands::Taken { .. }) && stretch.overlaps(it.slot.from, it.slot.to);
            match stretch.from < stretch.to && !day.times.values().any(is_taken) {
                true => Ok(vec![Event::Protected(stretch.clone())]),
                false => Err(Refusal::Taken),
            }
        }
        Command::Close if on.now < day.ends_at => Err(Refusal::NotNow("the day has not ended")),
        Command::Close => Ok(vec![Event::Closed]),
        _ => Err(Refusal::NotThere),
    }
}

#[cfg(test)]
mod tests;
