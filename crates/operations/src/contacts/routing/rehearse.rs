//! A change of rules tried on contacts that came, by their codes: how many would have gone elsewhere, from where to where.

use std::collections::BTreeMap;

use matter::PartId;

use super::Route;

/// The effect that a change of rules would have had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rehearsal {
    /// Contacts that were tried.
    pub all: usize,
    /// How many would have gone elsewhere, by the queue to which they went and the one to which they would: `PART@UNIT`.
    pub moved: BTreeMap<(String, String), usize>,
}

impl Rehearsal {
    /// How many would have gone elsewhere.
    pub fn elsewhere(&self) -> usize {
        self.moved.values().sum()
    }
}

/// Tries cases: `now` decides by the rules in force, `next` by those to come.
pub fn rehearse<C>(
    cases: impl IntoIterator<Item = C>,
    now: impl Fn(&C) -> Route,
    next: impl Fn(&C) -> Route,
) -> Rehearsal {
    let mut rehearsal = Rehearsal::default();
    for case in cases {
        rehearsal.all += 1;
        let (before, after) = (address(&now(&case)), address(&next(&case)));
        if before != after {
            *rehearsal.moved.entry((before, after)).or_default() += 1;
        }
    }
    rehearsal
}

fn address(route: &Route) -> String {
    format!("{}@{}", route.queue.as_deref().unwrap_or(PartId::GENERAL), route.unit)
}
