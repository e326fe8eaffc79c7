//! A walk-in list: those who have come to a place without a time, on one local date. Visitors are numbers: nobody is named.

use std::collections::BTreeMap;

use ::calendar::date_of;
use facts::Label;
use matter::codec::code;
use matter::{List, Matter, Occasion, Rights, Standing, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Refusal, STAFF, Urgency, id_of, of_staff};

/// How long after its day a list ends: those who came before midnight are seen. Six hours, in microseconds.
const ENDS_AFTER: i64 = 6 * 3_600 * 1_000_000;

/// The id of a place's list; `date` in days since 1970.
pub fn list_id(place: &str, date: i32) -> Uuid {
    id_of(&["walk_in", place, &date_of(date).map_or_else(String::new, |it| it.to_string())])
}

/// Events of a list, as they stand in the log for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// `day_ends`: the local midnight after its date.
    #[serde(rename = "walk_in.opened")]
    Opened { place: Label, unit: UnitId, date: i32, day_ends: i64 },
    /// No more are taken in; those who wait are seen.
    #[serde(rename = "walk_in.closed")]
    Closed { why: String },
    #[serde(rename = "walk_in.reopened")]
    Reopened,
    /// `reason`: a word of content.
    #[serde(rename = "walk_in.entered")]
    Entered { number: u32, reason: String },
    #[serde(rename = "walk_in.ordered")]
    Ordered {
        number: u32,
        #[serde(with = "code")]
        urgency: Urgency,
    },
    #[serde(rename = "walk_in.called")]
    Called { number: u32 },
    #[serde(rename = "walk_in.seen")]
    Seen {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encounter: Option<Uuid>,
    },
    #[serde(rename = "walk_in.left")]
    Left { number: u32 },
    #[serde(rename = "walk_in.ended")]
    Ended,
}

/// A request that can be made of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Open {
        place: Label,
        unit: UnitId,
        date: i32,
    },
    Close {
        why: String,
    },
    Reopen,
    Enter {
        reason: String,
    },
    Order {
        number: u32,
        #[serde(with = "code")]
        urgency: Urgency,
    },
    Call {
        number: u32,
    },
    See {
        number: u32,
        encounter: Option<Uuid>,
    },
    Leave {
        number: u32,
    },
    End,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    pub reason: String,
    pub entered_at: i64,
    /// Routine until a professional says otherwise.
    #[serde(with = "code")]
    pub urgency: Urgency,
    pub called_at: Option<i64>,
}

/// A list as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkIn {
    pub place: Label,
    pub unit: UnitId,
    pub date: i32,
    pub day_ends: i64,
    pub is_open: bool,
    /// The last number that was given.
    pub last: u32,
    /// Those who wait, by number.
    pub visitors: BTreeMap<u32, Visitor>,
    pub is_over: bool,
}

impl WalkIn {
    /// Numbers of those who were not called yet, the next first: the most urgent, then who came first.
    pub fn in_line(&self) -> Vec<u32> {
        let waiting = self.visitors.iter().filter(|(_, visitor)| visitor.called_at.is_none());
        let mut line: Vec<(Urgency, u32)> = waiting.map(|(number, visitor)| (visitor.urgency, *number)).collect();
        line.sort_unstable();
        line.into_iter().map(|(_, number)| number).collect()
    }
}

impl Matter for WalkIn {
    const NAME: &'static str = "walk_in";
    const VERSION: u32 = 1;
    const RIGHTS: Rights = STAFF;

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(list: Option<&WalkIn>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        let Some(it) = list else {
            of_staff(on.by)?;
            let Command::Open { place, unit, date } = command else { return Err(Refusal::NotThere) };
            let next = date_of(*date).and_then(|date| date.tomorrow().ok());
            let day_ends = next.and_then(|next| on.calendar.start_of(next)).filter(|day_ends| on.now < *day_ends);
            let (place, unit, date, day_ends) = (place.clone(), unit.clone(), *date, day_ends.ok_or(Refusal::Over)?);
            return Ok(vec![Event::Opened { place, unit, date, day_ends }]);
        };
        let waits = |number: &u32| it.visitors.get(number).ok_or(Refusal::NotThere);
        match command {
            _ if it.is_over => Err(Refusal::Over),
            Command::Open { .. } => Ok(Vec::new()),
            Command::Enter { .. } if !it.is_open || it.day_ends <= on.now => Err(Refusal::Over),
            Command::Enter { reason } => Ok(vec![Event::Entered { number: it.last + 1, reason: reason.clone() }]),
            Command::Leave { number } => waits(number).map(|_| vec![Event::Left { number: *number }]),
            Command::End if on.now < it.day_ends.saturating_add(ENDS_AFTER) => {
                Err(Refusal::NotNow("its time has not come"))
            }
            Command::End => Ok(vec![Event::Ended]),
            _ => {
                of_staff(on.by)?;
                let happened = match command {
                    Command::Close { why } => it.is_open.then(|| Event::Closed { why: why.clone() }),
                    Command::Reopen => (!it.is_open).then_some(Event::Reopened),
                    Command::Order { number, urgency } => {
                        let (number, urgency) = (*number, *urgency);
                        (waits(&number)?.urgency != urgency).then_some(Event::Ordered { number, urgency })
                    }
                    Command::Call { number } => Some(waits(number).map(|_| Event::Called { number: *number })?),
                    Command::See { number, encounter } => {
                        Some(waits(number).map(|_| Event::Seen { number: *number, encounter: *encounter })?)
                    }
                    _ => return Err(Refusal::NotThere),
                };
                Ok(happened.into_iter().collect())
            }
        }
    }

    fn evolve(list: Option<WalkIn>, event: &Event, at: i64) -> Option<WalkIn> {
        let Some(mut it) = list else {
            let Event::Opened { place, unit, date, day_ends } = event else { return None };
            let (place, unit, visitors) = (place.clone(), unit.clone(), BTreeMap::new());
            let (date, day_ends) = (*date, *day_ends);
            return Some(WalkIn { place, unit, date, day_ends, is_open: true, last: 0, visitors, is_over: false });
        };
        match event {
            Event::Opened { .. } => {}
            Event::Closed { .. } => it.is_open = false,
            Event::Reopened => it.is_open = true,
            Event::Entered { number, reason } => {
                let (reason, urgency) = (reason.clone(), Urgency::Routine);
                it.visitors.insert(*number, Visitor { reason, entered_at: at, urgency, called_at: None });
                it.last = it.last.max(*number);
            }
            Event::Ordered { number, urgency } => {
                it.visitors.entry(*number).and_modify(|visitor| visitor.urgency = *urgency);
            }
            Event::Called { number } => {
                it.visitors.entry(*number).and_modify(|visitor| visitor.called_at = Some(at));
            }
            Event::Seen { number, .. } | Event::Left { number } => _ = it.visitors.remove(number),
            Event::Ended => it.is_over = true,
        }
        Some(it)
    }

    fn standing(&self) -> Standing<'_> {
        let list = match self.in_line().is_empty() {
            _ if self.is_over => List::Ended,
            true => List::Nowhere,
            false => List::Queue,
        };
        let since = self.visitors.values().map(|visitor| visitor.entered_at).min().unwrap_or(self.day_ends);
        Standing { subject: None, unit: Some(&self.unit), who: None, list, since, done: None }
    }

    fn due(&self) -> Option<(i64, Command)> {
        (!self.is_over).then(|| (self.day_ends.saturating_add(ENDS_AFTER), Command::End))
    }
}

#[cfg(test)]
mod tests;
