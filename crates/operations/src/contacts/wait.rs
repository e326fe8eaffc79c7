//! How long somebody in the queue of a chat waits: from what others waited just now, or at this time of other days.
//!
//! It is an estimate and says so: half wait less than the usual time, nine of ten less than the other. Of too few chats it
//! is not made.

use std::collections::{BTreeMap, BTreeSet};

use facts::Channel;
use matter::{Index, PartId, UnitId};
use uuid::Uuid;

use super::Contact;

/// An hour and a day, in microseconds.
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// Chats from which an estimate is made, at least.
const FEWEST: usize = 5;

/// A queue of a unit.
type Queue = (UnitId, Option<PartId>);

/// When answered chats were opened and answered, by queue: of those that are not closed yet, which is a week at least.
#[derive(Default)]
pub struct Answered(BTreeMap<Queue, BTreeSet<(i64, i64, Uuid)>>);

impl Index<Contact> for Answered {
    fn enter(&mut self, id: Uuid, contact: &Contact) {
        if let Some((queue, answered)) = answered(id, contact) {
            self.0.entry(queue).or_default().insert(answered);
        }
    }

    fn leave(&mut self, id: Uuid, contact: &Contact) {
        let Some((queue, answered)) = answered(id, contact) else { return };
        if let Some(all) = self.0.get_mut(&queue) {
            all.remove(&answered);
            if all.is_empty() {
                self.0.remove(&queue);
            }
        }
    }
}

fn answered(id: Uuid, contact: &Contact) -> Option<(Queue, (i64, i64, Uuid))> {
    (contact.channel == Channel::Chat).then_some(())?;
    Some(((contact.unit.clone(), contact.queue.clone()), (contact.opened_at, contact.first_response_at?, id)))
}

impl Answered {
    /// When chats of a queue were opened and answered, the earliest first.
    pub fn of(&self, unit: &UnitId, queue: Option<&PartId>) -> Vec<Waited> {
        let all = self.0.get(&(unit.clone(), queue.cloned()));
        all.into_iter().flatten().map(|(opened, answered, _)| Waited { opened: *opened, answered: *answered }).collect()
    }
}

/// A chat that was answered. Times in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    pub opened: i64,
    pub answered: i64,
}

/// How long somebody waits, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// One of two waits less.
    pub usual: i64,
    /// Nine of ten wait less.
    pub mostly: i64,
    pub basis: Basis,
}

/// The chats from which an estimate is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    LastHour,
    /// Of the last week, at this time of the day.
    SameTime,
}

/// The wait of somebody who has `ahead` others before them. `all`: chats that were answered, the earliest first; `first`:
/// since when the first in the queue waits, for whom the rest of the queue waits longer, too.
pub fn estimate(ahead: usize, all: &[Waited], first: Option<i64>, now: i64) -> Option<Wait> {
    let last_hour = |it: &&Waited| (now - HOUR..=now).contains(&it.answered);
    let same_time = |it: &&Waited| {
        let apart = (now - it.opened).rem_euclid(DAY);
        now - it.opened <= 7 * DAY + HOUR && (apart <= HOUR || apart >= DAY - HOUR)
    };
    // The time that one place in the queue took each of them. Nobody stands in a queue of chats for longer than a day.
    let per_place = |it: &Waited| {
        let first = all.partition_point(|other| other.opened < it.opened - DAY);
        let next = all.partition_point(|other| other.opened < it.opened);
        let before = all[first..next].iter().filter(|other| it.opened < other.answered).count();
        (it.answered - it.opened).max(0) / (before as i64 + 1)
    };
    let taken = |basis: Basis| {
        let mut places: Vec<i64> = match basis {
            Basis::LastHour => all.iter().filter(last_hour).map(per_place).collect(),
            Basis::SameTime => all.iter().filter(same_time).map(per_place).collect(),
        };
        places.sort_unstable();
        (places.len() >= FEWEST).then_some((basis, places))
    };
    let at = |places: &[i64], of_ten: usize| places[(places.len() * of_ten / 10).min(places.len() - 1)];
    let (hour, week) = (taken(Basis::LastHour), taken(Basis::SameTime));
    // The longest waits are rare: an hour may have none of them, and the week has.
    let longest = hour.iter().chain(&week).map(|(_, places)| at(places, 9)).max()?;
    let (basis, places) = hour.or(week)?;
    let mean = places.iter().sum::<i64>() / places.len() as i64;
    let before = mean.saturating_mul(i64::try_from(ahead).unwrap_or(i64::MAX));
    // The places of a queue are not all slow together: their spread grows with the root of their number (of a normal
    // distribution one in ten lies 1.28 deviations above the mean, and of waits the deviation is about the mean).
    let spread = (mean as f64 * 1.28 * (ahead as f64).sqrt()) as i64;
    // A queue that stands still is not short because others were quick.
    let stands = first.map_or(0, |since| now - since).max(0);
    let usual = (before + at(&places, 5)).max(if ahead > 0 { stands / 2 } else { 0 });
    Some(Wait { usual, mostly: (before + spread + longest).max(stands).max(usual), basis })
}

#[cfg(test)]
mod tests;
