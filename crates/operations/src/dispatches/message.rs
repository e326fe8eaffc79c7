//! The texts that go out, by which means, and at which hours.

use calendar::Calendar;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

/// Local hours in which people are told of something that is not about an agreed time.
const HOURS: [i8; 2] = [8, 20];

/// The means by which a person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    Sms,
    Email,
    Suomifi,
}

impl Means {
    pub const ALL: [Means; 3] = [Means::Sms, Means::Email, Means::Suomifi];

    /// Name in forms and content, and end of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Means::Sms => "sms",
            Means::Email => "email",
            Means::Suomifi => "suomifi",
        }
    }

    pub fn named(code: &str) -> Option<Means> {
        Means::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// The message: one of the texts that there are, with its few values. Instants in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// An answer waits.
    Waits,
    /// An answer of theirs is waited for, by a day (days since 1970).
    Awaited { by: i32 },
    /// They have a time.
    Time { at: i64 },
    /// Their time is another one now.
    Moved { at: i64 },
    /// The time that they had is called off.
    Cancelled { at: i64 },
    /// A professional's own words, to somebody who wrote by the same means: the message of that number in the conversation
    /// of its cause. The sender reads it there.
    Answer { number: u64 },
}

impl Says {
    /// End of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Says::Waits => "waits",
            Says::Awaited { .. } => "awaited",
            Says::Time { .. } => "time",
            Says::Moved { .. } => "moved",
            Says::Cancelled { .. } => "cancelled",
            Says::Answer { .. } => "answer",
        }
    }

    /// The agreed time that it is about. Such a message goes at any hour.
    pub fn time(self) -> Option<i64> {
        match self {
            Says::Waits | Says::Awaited { .. } | Says::Answer { .. } => None,
            Says::Time { at } | Says::Moved { at } | Says::Cancelled { at } => Some(at),
        }
    }
}

/// The first instant from one on at which a person is told of something: within the hours, or at once of an agreed time.
pub fn hour_of(says: Says, from: i64, calendar: &Calendar) -> i64 {
    if says.time().is_some() {
        return from;
    }
    let hours = |day: jiff::civil::Date| {
        let [opens, closes] = HOURS.map(|hour| calendar.instant(day.at(hour, 0, 0, 0)));
        Some((opens?, closes?))
    };
    let Some(today) = calendar.local_date(from) else { return from };
    match hours(today) {
        Some((opens, _)) if from < opens => opens,
        Some((_, closes)) if from < closes => from,
        _ => today.checked_add(1.day()).ok().and_then(hours).map_or(from, |(opens, _)| opens),
    }
}
