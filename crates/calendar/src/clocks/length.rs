//! How long a clock runs.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use crate::Calendar;

/// Length of a clock, as in `28 days`, `3 months`, `7 weekdays`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Days(u16),
    Months(u8),
    /// Monday to Friday, public holidays left out.
    Weekdays(u16),
}

impl Length {
    /// The last day of it, when it is counted from a day that is not counted itself. A month ends on the same number of day, or
    /// on the last of a month that has no such day (act 150/1930 § 3).
    pub fn after(self, day: Date, calendar: &Calendar) -> Option<Date> {
        match self {
            Length::Days(days) => day.checked_add(i64::from(days).days()).ok(),
            Length::Months(months) => day.checked_add(i64::from(months).months()).ok(),
            Length::Weekdays(weekdays) => (0..weekdays).try_fold(day, |day, _| calendar.next_weekday(day)),
        }
    }

    /// Its number and the word for its unit.
    pub fn parts(self) -> (u16, &'static str) {
        match self {
            Length::Days(days) => (days, "days"),
            Length::Months(months) => (months.into(), "months"),
            Length::Weekdays(weekdays) => (weekdays, "weekdays"),
        }
    }

    fn parse(text: &str) -> Option<Length> {
        let (count, unit) = text.split_once(' ')?;
        match unit {
            "days" => count.parse().ok().map(Length::Days),
            "months" => count.parse().ok().map(Length::Months),
            "weekdays" => count.parse().ok().map(Length::Weekdays),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Length, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || serde::de::Error::custom(format!("{text} is no length: write 28 days, 3 months or 7 weekdays"));
        Length::parse(&text).ok_or_else(wrong)
    }
}
