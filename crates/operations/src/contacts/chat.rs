//! A chat: a contact in which both sides are there at once, from its greeting until one of them ends it.
//!
//! It is one contact from its opening on. Left, unanswered or without an end when the day is over, nothing of it is typed again:
//! it goes on as messages, or ends as abandoned.

use calendar::Calendar;
use content::{At, Wrong};
use facts::Outcome;
use jiff::civil::{Date, Time};
use matter::By;
use serde::{Deserialize, Serialize};

use super::event::{Author, Event, Shown};
use super::{Contact, On, Place, REOPENED_WITHIN, Refusal};

/// The best rating of a chat; the least is 1.
pub const BEST: u8 = 5;
/// So long after its day, and after the last word, a chat goes on of which whoever has it makes no end: an hour, in microseconds.
const LINGERS: i64 = 3_600 * 1_000_000;

/// How a queue chats: from when to when on weekdays, and how many chats one professional has at a time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chats {
    /// Local times, `08:00`, between which it is staffed on Monday to Friday, public holidays apart.
    pub from: At<String>,
    pub to: At<String>,
    /// Chats that one professional has at a time, at most.
    pub most: At<usize>,
}

impl Chats {
    fn time(given: &str) -> Option<Time> {
        Time::strptime("%H:%M", given).ok()
    }

    pub(super) fn check(&self) -> Vec<Wrong> {
        let times = [&self.from, &self.to];
        let no_time = |it: &&At<String>| Chats::time(it).is_none();
        let mut wrongs: Vec<Wrong> = times
            .into_iter()
            .filter(no_time)
            .map(|it| Wrong::new(it.place(), format!("{} is no time", **it), "write hours and minutes, 08:00"))
            .collect();
        if wrongs.is_empty() && Chats::time(&self.from) >= Chats::time(&self.to) {
            wrongs.push(Wrong::new(self.to.place(), "the chat closes before it opens", "write a later time"));
        }
        if *self.most == 0 {
            wrongs.push(Wrong::new(self.most.place(), "nobody may chat", "write 1 or more, or no [chat]"));
        }
        wrongs
    }

    fn at(calendar: &Calendar, day: Date, time: &str) -> Option<i64> {
        calendar.instant(day.to_datetime(Chats::time(time)?))
    }

    /// Until when the chat that is open at an instant is staffed; none: it is closed then. In microseconds since 1970.
    pub fn open_until(&self, calendar: &Calendar, now: i64) -> Option<i64> {
        let day = calendar.local_date(now).filter(|day| calendar.is_weekday(*day))?;
        let [from, to] = [&self.from, &self.to].map(|time| Chats::at(calendar, day, time));
        to.filter(|to| from.is_some_and(|from| from <= now) && now < *to)
    }

    /// When a chat that is closed at an instant opens next.
    pub fn opens_next(&self, calendar: &Calendar, now: i64) -> Option<i64> {
        let today = calendar.local_date(now)?;
        let opens = |day: Date| Chats::at(calendar, day, &self.from);
        let later_today = opens(today).filter(|at| calendar.is_weekday(today) && now < *at);
        later_today.or_else(|| calendar.next_weekday(today).and_then(opens))
    }
}

/// The chat of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// Until when it is staffed, in microseconds since 1970.
    pub until: i64,
    /// How it ended; none: it goes on.
    pub over: Option<Over>,
    /// The resident's rating, 1 to 5, and when they gave it.
    pub rated: Option<(u8, i64)>,
}

/// The end of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// Microseconds since 1970, and so the last word that was said in it.
    pub at: i64,
    pub said_at: i64,
    /// Somebody had answered.
    pub is_answered: bool,
}

impl Contact {
    /// Whether both sides are expected to be there.
    pub fn is_live(&self) -> bool {
        self.chat.as_ref().is_some_and(|chat| chat.over.is_none())
    }

    /// When the chat ends by itself, in microseconds since 1970: with its day, or a while after it where somebody has it; none: it is
    /// over.
    pub(super) fn chat_ends(&self) -> Option<i64> {
        let chat = self.chat.as_ref().filter(|chat| chat.over.is_none())?;
        Some(match self.place {
            Place::Queued => chat.until,
            _ => chat.until.max(self.written_at).saturating_add(LINGERS),
        })
    }

    /// Whether the resident may be asked how the chat was: it was held, it is over, and it has no rating.
    pub fn may_rate(&self, now: i64) -> bool {
        self.chat.as_ref().is_some_and(|chat| {
            let is_soon = |over: Over| over.is_answered && now < over.at.saturating_add(REOPENED_WITHIN);
            chat.rated.is_none() && chat.over.is_some_and(is_soon)
        })
    }

    /// Ends the chat, if it goes on.
    pub(super) fn end_chat(&mut self, at: i64) {
        let (said_at, is_answered) = (self.written_at, self.first_response_at.is_some());
        if let Some(chat) = self.chat.as_mut().filter(|chat| chat.over.is_none()) {
            chat.over = Some(Over { at, said_at, is_answered });
        }
    }
}

/// The greeting, which is no answer: it begins the chat of a contact that was opened just now.
pub(super) fn greet(contact: &Contact, until: i64, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    match contact.chat {
        None if contact.place == Place::Queued && contact.first_response_at.is_none() && on.now < until => {
            Ok(vec![Event::Greeted { until }, Event::written(Author::Automatic)])
        }
        _ => Err(Refusal::NotNow("a chat is greeted once, as it begins")),
    }
}

/// The resident ends the chat: unanswered it is abandoned, unless a call is to come.
pub(super) fn leave(contact: &Contact, by: &By) -> Result<Vec<Event>, Refusal> {
    match by {
        _ if contact.chat.is_none() => Err(Refusal::NotNow("it is no chat")),
        By::Resident(_) | By::Acting { .. } | By::Holder if !contact.is_live() => Ok(Vec::new()),
        By::Resident(_) | By::Acting { .. } | By::Holder => {
            let is_abandoned = contact.first_response_at.is_none() && !contact.calls.is_agreed();
            let abandoned = is_abandoned.then_some(Event::Resolved { outcome: Outcome::Abandoned });
            let shown = Event::Shown(if is_abandoned { Shown::Abandoned } else { Shown::Left });
            Ok([Event::Left].into_iter().chain(abandoned).chain([shown]).collect())
        }
        _ => Err(Refusal::NotNow("the resident leaves; a professional ends it with an outcome")),
    }
}

/// A chat goes on as messages: its day is over, or its resident wishes it so before anybody has answered.
pub(super) fn turn(contact: &Contact, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    let Some(chat) = &contact.chat else { return Err(Refusal::NotNow("it is no chat")) };
    match on.by {
        _ if chat.over.is_some() => Ok(Vec::new()),
        By::System if contact.chat_ends().is_none_or(|ends| on.now < ends) => Err(Refusal::TooEarly),
        By::Resident(_) | By::Acting { .. } | By::Holder if contact.first_response_at.is_some() => {
            Err(Refusal::NotNow("somebody has answered"))
        }
        By::System | By::Resident(_) | By::Acting { .. } | By::Holder => {
            Ok(vec![Event::Turned, Event::Shown(Shown::AsMessage)])
        }
        _ => Err(Refusal::NotNow("the resident decides how long they wait")),
    }
}

/// The resident says how the chat was: once.
pub(super) fn rate(contact: &Contact, rating: u8, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    let given = contact.chat.as_ref().and_then(|chat| chat.rated);
    match on.by {
        By::Resident(_) | By::Acting { .. } | By::Holder if given.is_some_and(|(given, _)| given == rating) => {
            Ok(Vec::new())
        }
        By::Resident(_) | By::Acting { .. } | By::Holder
            if contact.may_rate(on.now) && (1..=BEST).contains(&rating) =>
        {
            Ok(vec![Event::Rated { rating }])
        }
        _ => Err(Refusal::NotNow("a chat that was held is rated once, from 1 to 5, by its resident")),
    }
}

#[cfg(test)]
mod tests;
