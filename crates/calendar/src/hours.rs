//! Opening hours: weeks and dated exceptions, and time that counts only while somebody is at work.

use facts::Names;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Deserializer};

use crate::Calendar;

/// The hours in which a place is open, or somebody is at work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    #[serde(default)]
    pub week: Vec<Open>,
    /// Hours of public holidays; none: it is closed then.
    pub holidays: Option<[Time; 2]>,
    #[serde(default)]
    pub except: Vec<Except>,
}

/// Local hours of weekdays, from the first instant to before the last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    #[serde(deserialize_with = "weekdays")]
    pub on: Vec<Weekday>,
    pub at: [Time; 2],
}

/// Days on which other hours hold than those of the week.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Except {
    /// First and last.
    pub days: [Date; 2],
    /// None: closed.
    pub at: Option<[Time; 2]>,
    pub why: Names,
}

/// Instants in microseconds since 1970: from, and before.
type Span = (i64, i64);

impl Hours {
    /// All that is wrong, in words.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let dated = self.except.iter().filter_map(|it| it.at).chain(self.holidays);
        let times = self.week.iter().map(|it| it.at).chain(dated);
        faults.extend(times.filter(|[from, to]| to <= from).map(|[from, to]| format!("{from} to {to} is no time")));
        for (number, open) in self.week.iter().enumerate() {
            let meets = |other: &Open| other.on.iter().any(|day| open.on.contains(day));
            let over = |other: &&Open| meets(other) && open.at[0] < other.at[1] && other.at[0] < open.at[1];
            faults.extend(self.week[..number].iter().find(over).map(|_| "two times overlap".to_string()));
        }
        faults.extend(self.except.iter().filter(|it| it.days[1] < it.days[0]).map(|it| {
            let [first, last] = it.days;
            format!("{last} is before {first}")
        }));
        faults
    }

    /// The open times of a local day, in order.
    pub fn of(&self, day: Date, calendar: &Calendar) -> Vec<Span> {
        let instant = |[from, to]: [Time; 2]| {
            Some((calendar.instant(day.to_datetime(from))?, calendar.instant(day.to_datetime(to))?))
        };
        if let Some(except) = self.except_on(day) {
            return except.at.and_then(instant).into_iter().collect();
        }
        if calendar.holiday(day).is_some() {
            return self.holidays.and_then(instant).into_iter().collect();
        }
        let open = self.week.iter().filter(|it| it.on.contains(&day.weekday()));
        let mut spans: Vec<Span> = open.filter_map(|it| instant(it.at)).collect();
        spans.sort_unstable();
        spans
    }

    /// The exception that holds on a day: the first that names it.
    pub fn except_on(&self, day: Date) -> Option<&Except> {
        self.except.iter().find(|it| it.days[0] <= day && day <= it.days[1])
    }

    pub fn is_open(&self, at: i64, calendar: &Calendar) -> bool {
        calendar
            .local_date(at)
            .is_some_and(|day| self.of(day, calendar).iter().any(|(from, to)| (*from..*to).contains(&at)))
    }

    /// The first open instant from one on; none: it is never open again.
    pub fn next_open(&self, at: i64, calendar: &Calendar) -> Option<i64> {
        self.spans(at, calendar).find(|(_, to)| at < *to).map(|(from, _)| from.max(at))
    }

    /// The instant at which so much open time has passed since another, both in microseconds; none: it never has.
    pub fn add(&self, at: i64, open: i64, calendar: &Calendar) -> Option<i64> {
        if open <= 0 {
            return Some(at);
        }
        let mut left = open;
        for (from, to) in self.spans(at, calendar) {
            let from = from.max(at);
            let length = (to - from).max(0);
            if left <= length {
                return Some(from + left);
            }
            left -= length;
        }
        None
    }

    /// The latest instant from which so much open time had passed by another; none: so much never had.
    pub fn ago(&self, at: i64, open: i64, calendar: &Calendar) -> Option<i64> {
        let first = self.except.iter().map(|it| it.days[0]).min();
        let goes_on = |day: &Date| !self.week.is_empty() || first.is_some_and(|first| first <= *day);
        let days = std::iter::successors(calendar.local_date(at), |day| day.yesterday().ok());
        if open <= 0 {
            return Some(at);
        }
        let mut left = open;
        for (from, to) in days.take_while(goes_on).flat_map(|day| self.of(day, calendar).into_iter().rev()) {
            let to = to.min(at);
            let length = (to - from).max(0);
            if left <= length {
                return Some(to - left);
            }
            left -= length;
        }
        None
    }

    /// The open time between two instants, in microseconds; 0 where the second is not after the first.
    pub fn between(&self, from: i64, to: i64, calendar: &Calendar) -> i64 {
        let within = self.spans(from, calendar).take_while(|(opens, _)| *opens < to);
        within.map(|(opens, closes)| (closes.min(to) - opens.max(from)).max(0)).sum()
    }

    /// When half, three quarters and all of the open time between two instants have passed: each in an instant at which
    /// somebody is at work, so that whoever is told hears of it then.
    pub fn thresholds(&self, since: i64, due: i64, calendar: &Calendar) -> Option<[i64; 3]> {
        let whole = self.between(since, due, calendar);
        let at = |quarters: i64| self.next_open(self.add(since, whole / 4 * quarters, calendar)?, calendar);
        Some([at(2)?, at(3)?, self.next_open(due + 1, calendar)?])
    }

    /// Open times from the day of an instant on. They end with the calendar, or where nothing can follow.
    fn spans(&self, at: i64, calendar: &Calendar) -> impl Iterator<Item = Span> {
        let last = self.except.iter().map(|it| it.days[1]).max();
        let goes_on = move |day: &Date| !self.week.is_empty() || last.is_some_and(|last| *day <= last);
        let days = std::iter::successors(calendar.local_date(at), |day| day.tomorrow().ok());
        days.take_while(goes_on).flat_map(|day| self.of(day, calendar))
    }
}

fn weekdays<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Weekday>, D::Error> {
    const DAYS: [(&str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    let day = |word: String| {
        let known = DAYS.iter().find(|(known, _)| *known == word).map(|(_, day)| *day);
        known.ok_or_else(|| serde::de::Error::custom(format!("{word} is no day of the week: write mon, tue, wed …")))
    };
    Vec::<String>::deserialize(from)?.into_iter().map(day).collect()
}

#[cfg(test)]
mod tests;
