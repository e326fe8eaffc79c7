//! Calendars that have no times to book: lists of those who come without one, duties, and protected time.

use std::collections::BTreeMap;

use ::calendar::Calendar;
use facts::Names;
use jiff::Span;
use jiff::civil::{Date, Time};
use serde::Deserialize;

use super::{Timetable, Weekday, Weeks, before};

/// A walk-in list: one comes in the calendar's hours (`week`, `except`) without a time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComeIn {
    /// So long before the hours end the last are taken in.
    #[serde(default)]
    pub last: Span,
    /// A sentence for residents: with what one may come.
    pub about: Names,
    /// Why people come, by the words of events.
    #[serde(rename = "reason")]
    pub reasons: BTreeMap<String, Names>,
}

/// A shift in which somebody is on duty.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    pub on: Vec<Weekday>,
    /// Local times, within one day.
    pub at: [Time; 2],
    /// Those who can have it: `role:nurse`, of any unit within that of the calendar.
    pub who: String,
    /// How many are on duty at once.
    #[serde(default = "one")]
    pub need: usize,
    /// Weeks of ISO 8601; none: all.
    pub weeks: Option<Weeks>,
    #[serde(flatten)]
    pub name: Names,
}

fn one() -> usize {
    1
}

/// Time that professionals keep for something, so that nobody books it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protects {
    /// Those who may, for themselves: `role:nurse`.
    pub by: Vec<String>,
    /// How much of it somebody may have on a day; none: any.
    pub most: Option<Span>,
}

/// A duty on a date, as instants.
#[derive(Debug, Clone, Copy)]
pub struct Shift<'a> {
    pub id: &'a str,
    pub duty: &'a Duty,
    pub from: i64,
    pub to: i64,
}

impl Timetable {
    /// The hours of a walk-in list on a local date, as instants, the first first: when it opens, until when the last are taken
    /// in, and when it ends. Hours of several people that touch are one.
    pub fn come_in(&self, on: Date, calendar: &Calendar) -> Vec<[i64; 3]> {
        let Some(walk_in) = &self.walk_in else { return Vec::new() };
        let instants = |at: [Time; 2]| {
            let [from, to] = at.map(|time| calendar.instant(on.to_datetime(time)));
            Some([from?, to?])
        };
        let mut spans: Vec<[i64; 2]> = self.hours(on, calendar).filter_map(|hours| instants(hours.at)).collect();
        spans.sort_unstable();
        let mut joined: Vec<[i64; 2]> = Vec::new();
        for [from, to] in spans {
            match joined.last_mut().filter(|last| from <= last[1]) {
                Some(last) => last[1] = last[1].max(to),
                None => joined.push([from, to]),
            }
        }
        let last = |[from, to]: [i64; 2]| before(to, walk_in.last, calendar).map_or(to, |last| last.max(from));
        joined.into_iter().map(|span| [span[0], last(span), span[1]]).collect()
    }

    /// The shifts of a local date, the first first. A night of daylight saving may leave one out.
    pub fn shifts(&self, on: Date, calendar: &Calendar) -> Vec<Shift<'_>> {
        let is_open = self.publish.holidays || calendar.holiday(on).is_none();
        let mut shifts: Vec<Shift<'_>> = self
            .duties
            .iter()
            .filter(|(_, duty)| is_open && super::is_on(&duty.on, duty.weeks, on))
            .filter_map(|(id, duty)| {
                let [from, to] = duty.at.map(|time| calendar.instant(on.to_datetime(time)));
                Some(Shift { id, duty, from: from?, to: to? })
            })
            .collect();
        shifts.sort_by_key(|it| (it.from, it.to, it.id));
        shifts
    }
}
