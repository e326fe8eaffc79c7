//! Calls back: when the resident and the service have agreed on, what was tried, and what comes next.
//!
//! One missed call ends nothing: it is tried again at another time of the day, and only after three tries at both times of
//! the day is somebody not reached. A call and a chat of the same contact are one matter: whatever answers first ends both.

use calendar::Calendar;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, time};
use matter::By;
use serde::{Deserialize, Serialize};

use super::event::{Event, Shown};
use super::{Contact, On, Place, Refusal, owned};

/// Tries after which somebody is not reached, if they were made at both times of the day.
pub const TRIES: u32 = 3;
/// Local hours between which people are called: office hours on weekdays.
const HOURS: [i8; 2] = [8, 16];
/// Hours of a time that a resident can choose.
const LASTS: i8 = 2;
/// A time under way can be chosen while so much of it is left, in microseconds.
const LEAST: i64 = 30 * 60 * 1_000_000;
/// So far ahead a time may lie: two weeks, in microseconds.
const AHEAD: i64 = 14 * 86_400 * 1_000_000;

/// A call of which the telephone exchange tells within so long of one that a professional has noted is that one, in microseconds.
const SAME: i64 = 15 * 60 * 1_000_000;

/// A time within which the resident is called, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub from: i64,
    pub to: i64,
}

/// A time of the day: whoever works in the one may be free in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Daypart {
    Morning,
    Afternoon,
}

impl Daypart {
    fn of(calendar: &Calendar, at: i64) -> Daypart {
        let is_morning = calendar.local(at).is_some_and(|local| local.hour() < 12);
        if is_morning { Daypart::Morning } else { Daypart::Afternoon }
    }
}

/// The calls of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Calls {
    /// When the resident is to be called; none: no call is to come.
    pub agreed: Option<Slot>,
    /// Tries in vain since a time was chosen, in the morning and in the afternoon.
    pub tries: [u32; 2],
    /// All calls that were made, and when the first was.
    pub all: u32,
    pub first_at: Option<i64>,
    /// When the last was.
    #[serde(default)]
    pub last_at: Option<i64>,
    /// A keyed digest of the number that is called; none: no number was left, or it was left before there was one.
    #[serde(default)]
    pub mark: Option<String>,
}

impl Calls {
    pub fn is_agreed(&self) -> bool {
        self.agreed.is_some()
    }

    /// Whether a call is to come, or any was made.
    pub fn are_begun(&self) -> bool {
        self.is_agreed() || self.all > 0
    }

    /// Whether enough was tried.
    pub fn are_in_vain(&self) -> bool {
        self.tries.iter().sum::<u32>() >= TRIES && self.tries.iter().all(|tries| *tries > 0)
    }

    fn tried(&mut self, part: Daypart) {
        self.tries[usize::from(part == Daypart::Afternoon)] += 1;
    }

    /// After a call.
    pub(super) fn called(&mut self, reached: bool, part: Daypart, next: Option<Slot>, at: i64) {
        self.all += 1;
        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
        self.last_at = Some(self.last_at.map_or(at, |last| last.max(at)));
        self.agreed = next;
        match reached {
            true => self.tries = [0, 0],
            false => self.tried(part),
        }
    }

    pub(super) fn agree(&mut self, slot: Slot, mark: Option<String>) {
        (self.agreed, self.tries) = (Some(slot), [0, 0]);
        self.mark = mark.or(self.mark.take());
    }
}

/// The time in which somebody is called who has asked for it by telephone: what is left of the office day, or the next one.
pub fn soonest(calendar: &Calendar, now: i64) -> Option<Slot> {
    let today = calendar.local_date(now)?;
    let day = if calendar.is_weekday(today) { slot(calendar, today, HOURS) } else { None };
    match day.filter(|day| now.saturating_add(LEAST) <= day.to) {
        Some(day) => Some(Slot { from: day.from.max(now), to: day.to }),
        None => slot(calendar, calendar.next_weekday(today)?, HOURS),
    }
}

/// Times of two hours that a resident can choose, the nearest first.
pub fn slots(calendar: &Calendar, now: i64, most: usize) -> Vec<Slot> {
    let mut found = Vec::new();
    let Some(mut day) = calendar.local_date(now) else { return found };
    let end = now.saturating_add(AHEAD);
    while found.len() < most && calendar.start_of(day).is_some_and(|start| start < end) {
        let hours = (HOURS[0]..HOURS[1]).step_by(LASTS.unsigned_abs().into());
        let of_day = hours.filter_map(|from| slot(calendar, day, [from, from + LASTS]));
        if calendar.is_weekday(day) {
            found.extend(of_day.filter(|it| now.saturating_add(LEAST) <= it.to));
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    found.truncate(most);
    found
}

fn slot(calendar: &Calendar, day: Date, hours: [i8; 2]) -> Option<Slot> {
    let [from, to] = hours.map(|hour| calendar.instant(day.to_datetime(time(hour, 0, 0, 0))));
    Some(Slot { from: from?, to: to? })
}

/// The next time after a try in vain: the other half of an office day.
fn next(calendar: &Calendar, now: i64) -> Option<Slot> {
    let local: DateTime = calendar.local(now)?;
    let noon = 12;
    match Daypart::of(calendar, now) {
        Daypart::Morning if calendar.is_weekday(local.date()) => slot(calendar, local.date(), [noon, HOURS[1]]),
        _ => slot(calendar, calendar.next_weekday(local.date())?, [HOURS[0], noon]),
    }
}

/// A time is agreed on, in place of one before.
pub(super) fn call_me(
    contact: &Contact,
    slot: Slot,
    mark: Option<&String>,
    on: &On<'_>,
) -> Result<Vec<Event>, Refusal> {
    match (&contact.place, on.by) {
        _ if contact.answers_go.is_some() => return Err(Refusal::NoCalls),
        (Place::Resolved { .. } | Place::Closed, _) => return Err(Refusal::NotNow("it is answered")),
        (_, By::Resident(_) | By::Acting { .. } | By::Holder | By::System) => {}
        _ => owned(contact, on)?,
    }
    let is_time = slot.from < slot.to && on.now < slot.to && slot.from < on.now.saturating_add(AHEAD);
    let is_office = on.calendar.local(slot.from).is_some_and(|from| {
        let last = on.calendar.local(slot.to).and_then(|to| to.checked_sub(1.second()).ok());
        let within = |it: DateTime| (HOURS[0]..HOURS[1]).contains(&it.hour());
        let is_same_day = |it: DateTime| it.date() == from.date();
        on.calendar.is_weekday(from.date()) && within(from) && last.is_some_and(|it| within(it) && is_same_day(it))
    });
    match is_time && is_office {
        _ if contact.calls.agreed == Some(slot) => Ok(Vec::new()),
        false => Err(Refusal::Times),
        true => {
            let agreed = Event::CallAgreed { from: slot.from, to: slot.to, mark: mark.cloned() };
            Ok(vec![agreed, Event::Shown(Shown::CallAgreed)])
        }
    }
}

/// A professional has called: reached, or not. A try before the time that was agreed on is none.
pub(super) fn called(contact: &Contact, reached: bool, told: Option<i64>, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    if *on.by == By::System {
        return Ok(told_of(contact, reached, told.unwrap_or(on.now), on));
    }
    owned(contact, on)?;
    let Some(agreed) = contact.calls.agreed else { return Err(Refusal::NotNow("no call is to come")) };
    if !reached && on.now < agreed.from {
        return Err(Refusal::CallLater);
    }
    Ok(tried(contact, reached, None, on))
}

/// The telephone exchange tells of a call that was made at an instant: whoever has the contact, and whenever it was to be. A
/// call that a professional has noted is not told twice, and where no call is to come nothing follows.
fn told_of(contact: &Contact, reached: bool, at: i64, on: &On<'_>) -> Vec<Event> {
    let is_open = !matches!(contact.place, Place::Resolved { .. } | Place::Closed);
    let is_noted = contact.calls.last_at.is_some_and(|last| at.abs_diff(last) < SAME.unsigned_abs());
    match is_open && contact.calls.is_agreed() && !is_noted {
        true => tried(contact, reached, Some(at), on),
        false => Vec::new(),
    }
}

fn tried(contact: &Contact, reached: bool, told: Option<i64>, on: &On<'_>) -> Vec<Event> {
    let at = told.unwrap_or(on.now);
    let part = Daypart::of(on.calendar, at);
    let mut after = contact.calls.clone();
    after.called(reached, part, None, at);
    let goes_on = !reached && !after.are_in_vain();
    let next = if goes_on { next(on.calendar, on.now) } else { None };
    let shown = Event::Shown(if reached { Shown::Reached } else { Shown::NotReached });
    vec![Event::Called { reached, part, next, at: told }, shown]
}

#[cfg(test)]
mod tests;
