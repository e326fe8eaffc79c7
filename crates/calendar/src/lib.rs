//! The calendar: local days, public holidays, weekdays, opening hours, and the clocks by which something is due.

pub mod clocks;
pub mod hours;

use std::sync::LazyLock;

use facts::Names;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

/// Every shipped rule by which figures are made: one that changes makes them anew.
pub const RULES: &str = concat!(
    include_str!("../../../rules/calendar.toml"),
    include_str!("../../../rules/clocks/callback-same-day.toml"),
    include_str!("../../../rules/clocks/care-guarantee.toml"),
    include_str!("../../../rules/clocks/child-assessment.toml"),
    include_str!("../../../rules/clocks/child-welfare-notice-7d.toml"),
    include_str!("../../../rules/clocks/consultation-answer.toml"),
    include_str!("../../../rules/clocks/decision-implementation.toml"),
    include_str!("../../../rules/clocks/disability-decision.toml"),
    include_str!("../../../rules/clocks/message-service-promise.toml"),
    include_str!("../../../rules/clocks/needs-assessment.toml"),
    include_str!("../../../rules/clocks/notice-urgent-need.toml"),
    include_str!("../../../rules/clocks/therapy-guarantee-28d.toml"),
);

/// Holidays of the county, from `rules/calendar.toml`.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub zone: TimeZone,
    rules: Rules,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    #[expect(dead_code, reason = "every rule file names its source")]
    source: String,
    zone: String,
    fixed: Vec<Fixed>,
    easter: Vec<Easter>,
    floating: Vec<Floating>,
}

#[derive(Debug, Clone, Deserialize)]
struct Fixed {
    day: MonthDay,
    #[serde(default)]
    deadline_only: bool,
    name: Names,
}

#[derive(Debug, Clone, Deserialize)]
struct Easter {
    offset: i32,
    name: Names,
}

#[derive(Debug, Clone, Deserialize)]
struct Floating {
    weekday: i8,
    from: MonthDay,
    #[serde(default)]
    deadline_only: bool,
    name: Names,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct MonthDay {
    month: i8,
    day: i8,
}

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<MonthDay, String> {
        let parts = text.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
        parts.map(|(month, day)| MonthDay { month, day }).ok_or(format!("{text} is not MM-DD"))
    }
}

impl MonthDay {
    fn of(self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).ok()
    }
}

impl Calendar {
    /// The calendar in force, as shipped.
    pub fn shipped() -> &'static Calendar {
        #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
        static SHIPPED: LazyLock<Calendar> = LazyLock::new(|| {
            Calendar::parse(include_str!("../../../rules/calendar.toml")).expect("the shipped calendar is well formed")
        });
        &SHIPPED
    }

    pub fn parse(text: &str) -> Result<Calendar, String> {
        let rules: Rules = toml::from_str(text).map_err(|error| error.to_string())?;
        let zone = TimeZone::get(&rules.zone).map_err(|error| error.to_string())?;
        Ok(Calendar { zone, rules })
    }

    /// The local date and time of an instant, in microseconds since 1970.
    pub fn local(&self, micros: i64) -> Option<DateTime> {
        Some(self.zone.to_datetime(Timestamp::from_microsecond(micros).ok()?))
    }

    /// The local date of an instant, in microseconds since 1970.
    pub fn local_date(&self, micros: i64) -> Option<Date> {
        self.local(micros).map(DateTime::date)
    }

    /// The instant at which a local day begins, in microseconds since 1970.
    pub fn start_of(&self, day: Date) -> Option<i64> {
        Some(day.to_zoned(self.zone.clone()).ok()?.timestamp().as_microsecond())
    }

    /// The instant of a local time, in microseconds since 1970.
    pub fn instant(&self, local: DateTime) -> Option<i64> {
        self.zone.to_timestamp(local).ok().map(Timestamp::as_microsecond)
    }

    /// The public holiday of a day, if it is one.
    pub fn holiday(&self, day: Date) -> Option<&Names> {
        self.special(day).filter(|(_, deadline_only)| !deadline_only).map(|(name, _)| name)
    }

    fn special(&self, day: Date) -> Option<(&Names, bool)> {
        let year = day.year();
        let fixed = self.rules.fixed.iter().map(|it| (it.day.of(year), &it.name, it.deadline_only));
        let easter_day = easter(year);
        let easter = self.rules.easter.iter().map(|it| {
            let day = easter_day.and_then(|easter| easter.checked_add(it.offset.days()).ok());
            (day, &it.name, false)
        });
        let floating = self.rules.floating.iter().map(|it| {
            let first = it.from.of(year);
            let day = first.and_then(|first| {
                let ahead = (it.weekday - first.weekday().to_monday_one_offset()).rem_euclid(7);
                first.checked_add(i64::from(ahead).days()).ok()
            });
            (day, &it.name, it.deadline_only)
        });
        fixed.chain(easter).chain(floating).find(|(on, ..)| *on == Some(day)).map(|(_, name, only)| (name, only))
    }

    /// Monday to Friday, not a public holiday.
    pub fn is_weekday(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && self.holiday(day).is_none()
    }

    /// The first weekday after a day.
    pub fn next_weekday(&self, day: Date) -> Option<Date> {
        let mut next = day.tomorrow().ok()?;
        while !self.is_weekday(next) {
            next = next.tomorrow().ok()?;
        }
        Some(next)
    }

    /// The last instant at which something that began at `micros` is on time by a clock, whatever the person's age; both in
    /// microseconds since 1970. `None` when no rule of it was in force.
    pub fn office_due(&self, micros: i64, clock: &str) -> Option<i64> {
        let run = clocks::Run { since: micros, age: None };
        clocks::named(clock)?.due(&run, self).map(|due| due.at)
    }
}

/// Easter Sunday, by the anonymous Gregorian algorithm.
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    Date::new(year, month as i8, day as i8).ok()
}

/// Days since 1970, as fact tables store days.
pub fn day_number(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

/// The date of a day number.
pub fn date_of(day: i32) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(i64::from(day).days()).ok()
}

#[cfg(test)]
mod tests;
