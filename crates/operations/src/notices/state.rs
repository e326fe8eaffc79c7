//! How a notice stands: a fold of its events.

use std::collections::BTreeSet;

use facts::Urgency;
use matter::codec::code;
use matter::{PartId, ProfessionalId, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event::{Ending, Event, Made, Notifier};

/// A notice as its events have left it. Times are in microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub made: Made,
    pub at: i64,
    pub unit: UnitId,
    pub queue: Option<PartId>,
    pub place: Place,
    pub urgency: Option<Assessed>,
    /// The one who has it, or had it last.
    pub handler: Option<ProfessionalId>,
    /// When somebody of the unit where it is now took it first.
    pub taken_at: Option<i64>,
    pub transfers: u32,
    /// Notices of other days that are not about the same person.
    pub rejected: BTreeSet<Uuid>,
    /// Later ones about the same person.
    pub duplicates: BTreeSet<Uuid>,
    pub parts: BTreeSet<Uuid>,
    /// When somebody told the person.
    pub told_at: Option<i64>,
    pub ended: Option<Ended>,
    pub is_closed: bool,
    /// Events so far.
    pub history: u64,
}

/// Where a notice is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Queued,
    Owned {
        owner: ProfessionalId,
    },
    /// With an earlier one about the same person, whose way it goes.
    Duplicate {
        first: Uuid,
    },
    Ended,
}

impl Place {
    /// End of the key of its text.
    pub fn code(&self) -> &'static str {
        match self {
            Place::Queued => "queued",
            Place::Owned { .. } => "owned",
            Place::Duplicate { .. } => "duplicate",
            Place::Ended => "ended",
        }
    }
}

/// How urgent the need was found to be, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    #[serde(with = "code")]
    pub urgency: Urgency,
    pub at: i64,
}

/// Its outcome, and when it came to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub ending: Ending,
    pub at: i64,
}

impl Notice {
    pub(super) fn after(notice: Option<Notice>, event: &Event, at: i64) -> Option<Notice> {
        let Some(mut it) = notice else {
            let Event::Made(made) = event else { return None };
            return Some(Notice::made(made, at));
        };
        it.history += 1;
        match event {
            Event::Made(_) | Event::Described => {}
            Event::Claimed { owner } => {
                it.handler = Some(owner.clone());
                it.place = Place::Owned { owner: owner.clone() };
                it.taken_at.get_or_insert(at);
            }
            Event::Released => it.place = Place::Queued,
            Event::UrgencyAssessed { urgency } => it.urgency = Some(Assessed { urgency: *urgency, at }),
            Event::Handed { from, to, queue, reason: _ } => {
                it.unit.clone_from(to);
                it.queue.clone_from(queue);
                if from != to {
                    it.taken_at = None;
                }
                // One that goes the way of an earlier one has not been handed over itself.
                if !matches!(it.place, Place::Duplicate { .. }) {
                    (it.place, it.transfers) = (Place::Queued, it.transfers + 1);
                }
            }
            Event::Confirmed { first, unit } => {
                it.place = Place::Duplicate { first: *first };
                it.unit.clone_from(unit);
            }
            Event::Joined { later } => drop(it.duplicates.insert(*later)),
            Event::Rejected { other } => drop(it.rejected.insert(*other)),
            Event::Separated => it.place = Place::Queued,
            Event::Left { later } => drop(it.duplicates.remove(later)),
            Event::Told => drop(it.told_at.get_or_insert(at)),
            Event::Split { part } => drop(it.parts.insert(*part)),
            Event::Ended { ending } => {
                it.ended = Some(Ended { ending: *ending, at });
                if !matches!(it.place, Place::Duplicate { .. }) {
                    it.place = Place::Ended;
                }
            }
            Event::Closed => it.is_closed = true,
        }
        Some(it)
    }

    fn made(made: &Made, at: i64) -> Notice {
        let owner = made.owner.clone();
        Notice {
            at,
            unit: made.unit.clone(),
            queue: made.queue.clone(),
            place: owner.clone().map_or(Place::Queued, |owner| Place::Owned { owner }),
            urgency: None,
            taken_at: owner.as_ref().map(|_| at),
            handler: owner,
            transfers: 0,
            rejected: BTreeSet::new(),
            duplicates: BTreeSet::new(),
            parts: BTreeSet::new(),
            told_at: None,
            ended: None,
            is_closed: false,
            history: 1,
            made: made.clone(),
        }
    }

    /// The professional who has it now.
    pub fn owner(&self) -> Option<&ProfessionalId> {
        match &self.place {
            Place::Owned { owner } => Some(owner),
            _ => None,
        }
    }

    /// The earlier one about the same person, with which it stands.
    pub fn first(&self) -> Option<Uuid> {
        match self.place {
            Place::Duplicate { first } => Some(first),
            _ => None,
        }
    }

    /// Whether the person may see that there is one: they made it, or a professional has told them. Nobody learns of it from a
    /// page first: the one from whom they need protection may read along.
    pub fn is_known_to_person(&self) -> bool {
        self.made.notifier == Notifier::Own || self.told_at.is_some()
    }
}
