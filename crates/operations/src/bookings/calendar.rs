//! A calendar as people write it, and the times that it gives.
//!
//! Its rules are in local dates and times; instants are made from them last. A local start that a night of daylight saving
//! leaves out is no time, and one that it has twice is the first of the two.

mod check;
mod content;
mod lists;

use std::collections::BTreeMap;
use std::fmt;

use ::calendar::Calendar;
use facts::{Label, Names};
use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, Timestamp, ToSpan};
use matter::UnitId;
use matter::codec::code;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Urgency, Way, id_of};

pub use lists::{ComeIn, Duty, Protects, Shift};

/// A calendar, from a file of `content/calendars/` (FHIR HealthcareService.availableTime).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timetable {
    /// Head of the file, which is read apart where all parts are.
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub version: u32,
    /// The unit that answers for it.
    pub unit: UnitId,
    /// Units where it is kept, where there are several: each time is at the unit of the one who gives it.
    #[serde(default)]
    pub units: Vec<UnitId>,
    pub service: String,
    pub name: Names,
    /// How times come to be seen and booked; none: it has none to book, and `walk_in`, `duty` or `protect` says what it is.
    #[serde(default)]
    pub publish: Publish,
    #[serde(default)]
    pub book: Book,
    #[serde(default, rename = "kind")]
    pub kinds: BTreeMap<String, Kind>,
    /// Kinds of visit that several calendars have, as files of `content/slots/`.
    #[serde(default, rename = "slot")]
    pub slots: Vec<String>,
    /// One comes in its hours without a time.
    pub walk_in: Option<ComeIn>,
    /// Shifts in which somebody is on duty, by their names in events.
    #[serde(default, rename = "duty")]
    pub duties: BTreeMap<String, Duty>,
    /// Time that professionals keep for this, so that nobody books it.
    #[serde(rename = "protect")]
    pub protects: Option<Protects>,
    #[serde(default, rename = "week")]
    pub weeks: Vec<Weekly>,
    #[serde(default, rename = "except")]
    pub exceptions: Vec<Exception>,
}

/// How times come to be seen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// How long before it a day's times are published.
    pub ahead: Span,
    /// Shares of them that are frozen until a while before; none: all can be booked at once.
    #[serde(default)]
    pub opens: Vec<Opens>,
    /// Weekly times hold on public holidays, too.
    #[serde(default)]
    pub holidays: bool,
}

/// A share of the times, and how long before their start they can be booked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opens {
    pub share: f64,
    pub before: Span,
}

/// Rules of booking.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// Those who may: `resident`, `role:nurse`, `path:back-pain`.
    pub by: Vec<String>,
    /// A resident books so long before at the latest.
    #[serde(default)]
    pub notice: Span,
    /// How long a time is held for somebody who is booking it.
    pub hold: Span,
    /// Until when before the start a resident moves and cancels in time; later, up to the start, is late and not refused.
    pub move_until: Span,
    pub cancel_until: Span,
    /// How many open appointments a resident may have in it; none: any number.
    pub open_at_once: Option<usize>,
    /// How long before the start the person is reminded; none: not at all.
    pub remind: Option<Span>,
    /// How freed times are offered to those who wish for one; none: they are not.
    pub wait: Option<Wait>,
}

/// How freed times are offered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// How long somebody may think; it shrinks with the time that is left, to `least`.
    pub offer: Span,
    pub least: Span,
    pub order: Vec<Order>,
}

/// A reason to put a wish before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The day by which the law wants it met.
    Guarantee,
    /// The day on which it was made.
    Since,
}

/// A kind of visit (FHIR Slot.appointmentType).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub minutes: i64,
    /// Minutes after it in which nothing else begins.
    #[serde(default)]
    pub after: i64,
    pub ways: Vec<Way>,
    #[serde(default = "routine", with = "code")]
    pub urgency: Urgency,
    /// Fewest and most people of a gathering; none: it is for one person.
    pub seats: Option<[u16; 2]>,
    /// How long before a gathering it is decided whether it is held.
    pub decide: Option<Span>,
    /// A form that the person answers before.
    pub form_before: Option<String>,
    /// Most visits of a series, and the time from one to the next.
    pub most: Option<usize>,
    pub every: Option<Span>,
    pub cancelled: Option<Shifts>,
    #[serde(flatten)]
    pub name: Names,
}

fn routine() -> Urgency {
    Urgency::Routine
}

/// The consequence for a series when one of its visits falls out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shifts {
    /// The later ones shift by one.
    Shift,
}

/// Hours of somebody on days of the week.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weekly {
    pub on: Vec<Weekday>,
    /// Weeks of ISO 8601; none: all.
    pub weeks: Option<Weeks>,
    /// First and last date; none: always.
    pub valid: Option<[Date; 2]>,
    #[serde(flatten)]
    pub hours: Hours,
}

/// Hours of somebody, filled with visits of its kinds in turn.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// An actor's id, or `role:physiotherapist` for all who have that role.
    pub who: String,
    /// Local times, within one day.
    pub at: [Time; 2],
    /// None: on a walk-in list, whose hours give no times.
    #[serde(default)]
    pub kinds: Vec<String>,
    pub place: Option<String>,
    /// Languages in which they serve, BCP 47.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// A date on which it is otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    pub on: Date,
    /// No weekly hours, and why.
    pub closed: Option<Names>,
    /// Hours that come on top.
    pub add: Option<Hours>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weeks {
    Even,
    Odd,
}

/// A fault of a calendar: the key at which it stands, as in `week.2.at`, counted from 1, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub at: String,
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}: {}", self.at, self.what)
    }
}

/// A time that can be booked (FHIR Slot). Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// UUIDv5 of calendar, actor and local start.
    pub id: Uuid,
    pub from: i64,
    pub to: i64,
    pub kind: Label,
    pub ways: Vec<Way>,
    #[serde(with = "code")]
    pub urgency: Urgency,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Label>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Label>,
    /// Fewest and most people of a gathering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<[u16; 2]>,
    /// Frozen until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<i64>,
}

/// Instants that a booking is told with. They are its own for ever, whatever becomes of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The last instant at which a resident moves or cancels in time.
    pub move_by: i64,
    pub cancel_by: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<i64>,
}

/// The id of the time of a calendar and an actor at a local start.
pub fn slot_id(calendar: &str, actor: &str, local: DateTime) -> Uuid {
    id_of(&["slot", calendar, actor, &local.to_string()])
}

/// An instant so long before another, by local time where the span has days.
pub fn before(at: i64, span: Span, calendar: &Calendar) -> Option<i64> {
    let at = Timestamp::from_microsecond(at).ok()?.to_zoned(calendar.zone.clone());
    Some(at.checked_sub(span).ok()?.timestamp().as_microsecond())
}

/// The local time of an instant.
pub fn local(at: i64, calendar: &Calendar) -> Option<DateTime> {
    Some(calendar.zone.to_datetime(Timestamp::from_microsecond(at).ok()?))
}

impl Timetable {
    /// The times of an actor, who has some roles, on a local date; by their start, and no two at once.
    pub fn slots(&self, (actor, roles): (&str, &[&str]), on: Date, calendar: &Calendar) -> Vec<Slot> {
        let is_theirs = |hours: &&Hours| match hours.who.strip_prefix("role:") {
            Some(role) => roles.contains(&role),
            None => hours.who == actor,
        };
        let mut hours: Vec<&Hours> = self.hours(on, calendar).filter(is_theirs).collect();
        hours.sort_by_key(|hours| hours.at);
        let mut slots = Vec::new();
        let mut busy = i64::MIN;
        for hours in hours {
            self.fill(hours, (actor, on, calendar), &mut busy, &mut slots);
        }
        slots
    }

    fn hours(&self, on: Date, calendar: &Calendar) -> impl Iterator<Item = &Hours> {
        let exceptions = self.exceptions.iter().filter(move |it| it.on == on);
        let is_closed = exceptions.clone().any(|it| it.closed.is_some())
            || (!self.publish.holidays && calendar.holiday(on).is_some());
        let weekly = self.weeks.iter().filter(move |it| !is_closed && it.holds(on)).map(|it| &it.hours);
        weekly.chain(exceptions.filter_map(|it| it.add.as_ref()))
    }

    /// Fills hours with visits of their kinds in turn; of those that no longer fit the next that does. `busy`: nothing
    /// begins before.
    fn fill(&self, hours: &Hours, of: (&str, Date, &Calendar), busy: &mut i64, slots: &mut Vec<Slot>) {
        let (actor, on, calendar) = of;
        let kinds: Vec<(&String, &Kind)> = hours.kinds.iter().filter_map(|it| self.kinds.get_key_value(it)).collect();
        let [mut start, end] = hours.at.map(|time| on.to_datetime(time));
        let Some(ends) = calendar.instant(end) else { return };
        let lasts = |minutes: i64| minutes.max(1) * 60_000_000;
        for turn in 0.. {
            let Some(from) = calendar.instant(start).filter(|_| start < end) else { return };
            let mut in_turn = kinds.iter().cycle().skip(turn % kinds.len().max(1)).take(kinds.len());
            let Some((name, kind)) = in_turn.find(|(_, kind)| from + lasts(kind.minutes) <= ends) else { return };
            // In the hour that a night leaves out, the instant has another local time.
            if local(from, calendar) == Some(start) && from >= *busy {
                let id = slot_id(&self.id, actor, start);
                slots.push(self.slot((id, from, from + lasts(kind.minutes)), (name, kind), hours, calendar));
                *busy = from + lasts(kind.minutes + kind.after);
            }
            let Ok(next) = start.checked_add((kind.minutes + kind.after).max(1).minutes()) else { return };
            start = next;
        }
    }

    fn slot(&self, (id, from, to): (Uuid, i64, i64), (name, kind): (&str, &Kind), at: &Hours, by: &Calendar) -> Slot {
        Slot {
            id,
            from,
            to,
            kind: name.into(),
            ways: kind.ways.clone(),
            urgency: kind.urgency,
            place: at.place.as_deref().map(Label::from),
            languages: at.languages.iter().map(|it| it.as_str().into()).collect(),
            seats: kind.seats,
            opens_at: self.opens(id).and_then(|span| before(from, span, by)),
        }
    }

    /// How long before its start a time opens: its id draws the share, so that it never changes.
    fn opens(&self, id: Uuid) -> Option<Span> {
        let drawn = f64::from((id.as_u128() >> 96) as u32) / f64::from(u32::MAX);
        let mut sum = 0.0;
        let share = self.publish.opens.iter().find(|it| {
            sum += it.share;
            drawn < sum
        });
        share.or(self.publish.opens.last()).map(|it| it.before)
    }

    /// The terms of a booking that starts then; a reminder whose time is over is none.
    pub fn terms(&self, from: i64, now: i64, calendar: &Calendar) -> Terms {
        let until = |span| before(from, span, calendar).unwrap_or(from);
        Terms {
            move_by: until(self.book.move_until),
            cancel_by: until(self.book.cancel_until),
            remind_at: self.book.remind.map(until).filter(|at| now < *at),
        }
    }

    /// Where it is kept.
    pub fn kept_at(&self) -> &[UnitId] {
        if self.units.is_empty() { std::slice::from_ref(&self.unit) } else { &self.units }
    }

    /// The unit of a time at a place: one of several, or the one that answers for the calendar.
    pub fn unit_at(&self, place: Option<&str>) -> &UnitId {
        self.units.iter().find(|unit| Some(&***unit) == place).unwrap_or(&self.unit)
    }

    /// Where somebody who works in a unit gives times of it; none: they give none. Those whom its hours name give some, too.
    pub fn given_at(&self, id: &str, unit: &str) -> Option<&UnitId> {
        let added = self.exceptions.iter().filter_map(|it| it.add.as_ref());
        let is_named = self.weeks.iter().map(|it| &it.hours).chain(added).any(|hours| hours.who == id);
        let works_there = self.kept_at().iter().any(|it| **it == *unit);
        (is_named || works_there).then(|| self.unit_at(Some(unit)))
    }

    /// A time of somebody who works in a unit: it is there, where the calendar is kept at several.
    pub fn at_unit(&self, slot: Slot, unit: &UnitId) -> Slot {
        let place = self.units.contains(unit).then(|| Label::from(&**unit));
        Slot { place: place.or(slot.place), ..slot }
    }

    /// Whether somebody may book in it: one of the words by which they are known stands in `book.by`.
    pub fn is_open_to(&self, words: &[&str]) -> bool {
        self.book.by.iter().any(|by| words.contains(&by.as_str()))
    }

    /// Whether a resident may still book a time that begins at an instant.
    pub fn is_in_time(&self, from: i64, now: i64, calendar: &Calendar) -> bool {
        now <= before(from, self.book.notice, calendar).unwrap_or(from)
    }
}

/// Whether a date is on one of some days of the week, in some weeks.
fn is_on(days: &[Weekday], weeks: Option<Weeks>, on: Date) -> bool {
    let day = on.weekday().to_monday_zero_offset();
    let is_even = on.iso_week_date().week() % 2 == 0;
    days.iter().any(|it| *it as i8 == day) && weeks.is_none_or(|weeks| (weeks == Weeks::Even) == is_even)
}

impl Weekly {
    fn holds(&self, on: Date) -> bool {
        is_on(&self.on, self.weeks, on) && self.valid.is_none_or(|[first, last]| first <= on && on <= last)
    }
}

#[cfg(test)]
pub(super) mod tests;
