//! A notice under the Social Welfare Act or the Child Welfare Act: somebody says that a person may need help (act 1301/2014
//! § 35, act 417/2007 § 25).
//!
//! A social worker finds the same day how urgent the need is; it is handed to the unit that decides, and each step of its way
//! is kept. Several notices about one person stand together once a professional has confirmed that they are about one; each
//! keeps its own maker and time. Its words and its people are sealed.

mod details;
pub mod duplicates;
mod event;
mod fact;
pub mod flow;
mod state;

use calendar::Calendar;
use calendar::clocks::{self, Clock, Due, Run};
use facts::{Row, Table, Urgency};
use matter::codec::code;
use matter::{
    About, By, Dated, List, Matter, Occasion, Own, PartId, ProfessionalId, Put, Refused, Rights, Role, Standing, Text,
    UnitId,
};
use serde::Serialize;
use uuid::Uuid;

pub use details::{By as MadeBy, Details};
pub use event::{Ending, Event, Made, Notifier};
pub use facts::Notice as What;
pub use state::{Assessed, Ended, Notice, Place};

/// How long one that has ended stays in lists, and is held against new ones: thirty days, in microseconds.
pub const CLOSED_AFTER: i64 = 30 * 86_400 * 1_000_000;

/// Clocks of `rules/clocks/`: of its urgency, and of the decision whether a child's need is assessed.
const URGENCY: &str = "notice-urgent-need";
const DECISION: &str = "child-welfare-notice-7d";

/// A request that can be made of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Make {
        made: Made,
        words: Text,
        details: Text,
    },
    Claim,
    Release,
    /// How urgent the need is.
    AssessUrgency {
        #[serde(with = "code")]
        urgency: Urgency,
    },
    /// To another queue, with a note to colleagues.
    Hand {
        to: UnitId,
        queue: Option<PartId>,
        reason: String,
        note: Option<Text>,
    },
    /// It is about the same person as an earlier one, which stands in that unit.
    Confirm {
        first: Uuid,
        unit: UnitId,
    },
    /// Another is about somebody else.
    Reject {
        other: Uuid,
    },
    /// It was joined with an earlier one by mistake.
    Separate,
    /// The person was told that it was made.
    Tell,
    Split {
        part: Uuid,
    },
    End {
        ending: Ending,
    },
    Close,
    /// The rest follows from what is asked of another notice, in the same turn. A later one joins or leaves it.
    Join {
        later: Uuid,
    },
    Leave {
        later: Uuid,
    },
    Mark {
        other: Uuid,
    },
    /// It goes with another first one, goes its way, and ends with it.
    GoWith {
        first: Uuid,
        unit: UnitId,
    },
    Follow {
        to: UnitId,
        queue: Option<PartId>,
        reason: String,
    },
    EndWith {
        ending: Ending,
    },
}

/// Why a notice cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is one already, or there is none.
    NotThere,
    OwnedBy(ProfessionalId),
    /// Nobody has it: it must be claimed first.
    NotOwned,
    NotNow,
    /// How urgent it is comes first.
    Unassessed,
    /// The earlier one has ended: what comes after it is a new need.
    FirstOver,
    /// It is still shown in lists.
    TooEarly,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match &refusal {
            Refusal::NotThere => "not_there",
            Refusal::OwnedBy(_) => "owned_by_another",
            Refusal::NotOwned => "not_claimed",
            Refusal::NotNow => "not_now",
            Refusal::Unassessed => "unassessed",
            Refusal::FirstOver => "first_over",
            Refusal::TooEarly => "too_early",
        };
        let refused = Refused::new(Notice::NAME, code);
        match refusal {
            Refusal::OwnedBy(owner) => refused.with("owner", owner),
            _ => refused,
        }
    }
}

impl Matter for Notice {
    const NAME: &'static str = "notice";
    const CLASS: &'static str = "notice.social";
    const VERSION: u32 = 1;
    const RIGHTS: Rights =
        Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[Role::Lead], own: Own::Read };
    const TABLES: &'static [&'static Table] = &[facts::Contact::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(it: Option<&Notice>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        match (it, command) {
            (None, Command::Make { made, .. }) => Ok(vec![Event::Made(made.clone()), Event::Described]),
            (None, _) | (Some(_), Command::Make { .. }) => Err(Refusal::NotThere),
            (Some(it), command) => it.go_on(command, on),
        }
    }

    fn evolve(it: Option<Notice>, event: &Event, at: i64) -> Option<Notice> {
        Notice::after(it, event, at)
    }

    fn standing(&self) -> Standing<'_> {
        let (list, who) = match &self.place {
            _ if self.is_closed => (List::Ended, None),
            Place::Queued => (List::Queue, None),
            Place::Owned { owner } => (List::With, Some(owner)),
            Place::Duplicate { .. } | Place::Ended => (List::Nowhere, None),
        };
        let done = self.ended.map(|it| it.at);
        Standing { subject: self.made.subject, unit: Some(&self.unit), who, list, since: self.at, done }
    }

    fn queue(&self) -> Option<&PartId> {
        self.queue.as_ref()
    }

    fn of(&self) -> Option<Uuid> {
        self.made.part_of
    }

    fn due(&self) -> Option<(i64, Command)> {
        let ended = self.ended.filter(|_| !self.is_closed)?;
        Some((ended.at.saturating_add(CLOSED_AFTER), Command::Close))
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::Make { words, .. }, Event::Made(_)) => Some(words.clone()),
            (Command::Make { details, .. }, Event::Described) => Some(details.clone()),
            (Command::Hand { note, .. }, Event::Handed { .. }) => note.clone(),
            _ => None,
        }
    }

    /// Nobody is left whom it is about.
    fn forgotten(mut self) -> Notice {
        (self.made.subject, self.is_closed) = (None, true);
        self
    }

    /// A part is no notice that somebody made: the whole has the row.
    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let it = history.iter().fold(None, |it, dated| Notice::after(it, &dated.event, dated.at));
        let Some(it) = it.filter(|it| it.made.part_of.is_none()) else { return };
        let due = it.clock(URGENCY, about.calendar).map(|(_, due)| due.at);
        put(facts::Contact::TABLE, &fact::fact(about.id.into(), &it, about.resident, due).values(), about.changed);
    }
}

impl Notice {
    /// The clocks that run, each with the instant by which it ends: how urgent it is, and whether a child's need is assessed.
    pub fn clocks(&self, calendar: &Calendar) -> Vec<(&'static Clock, Due)> {
        let is_of_child = matches!(self.made.what, What::ChildProtection | What::Unborn);
        let urgency = self.urgency.is_none().then_some(URGENCY);
        let decision = is_of_child.then_some(DECISION);
        let running = [urgency, decision].into_iter().flatten().filter(|_| self.ended.is_none());
        running.filter_map(|id| self.clock(id, calendar)).collect()
    }

    fn clock(&self, id: &str, calendar: &Calendar) -> Option<(&'static Clock, Due)> {
        let clock = clocks::named(id)?;
        Some((clock, clock.due(&Run { since: self.at, age: None }, calendar)?))
    }

    fn go_on(&self, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        if self.is_closed {
            return Err(Refusal::NotNow);
        }
        let one = |event| Ok(vec![event]);
        let is_over = self.ended.is_some();
        match command {
            Command::Make { .. } => Err(Refusal::NotThere),
            Command::Close if self.due().is_none_or(|(at, _)| on.now < at) => Err(Refusal::TooEarly),
            Command::Close => one(Event::Closed),
            Command::Join { later } => one(Event::Joined { later: *later }),
            Command::Leave { later } => one(Event::Left { later: *later }),
            Command::Mark { other } => one(Event::Rejected { other: *other }),
            Command::EndWith { ending } if !is_over => one(Event::Ended { ending: *ending }),
            Command::EndWith { .. } => Ok(Vec::new()),
            Command::GoWith { first, unit } => one(Event::Confirmed { first: *first, unit: unit.clone() }),
            Command::Follow { to, queue, reason } => {
                let (from, to, queue) = (self.unit.clone(), to.clone(), queue.clone());
                one(Event::Handed { from, to, queue, reason: reason.clone() })
            }
            Command::Tell if self.told_at.is_some() => Ok(Vec::new()),
            Command::Tell => one(Event::Told),
            _ if is_over => Err(Refusal::NotNow),
            Command::AssessUrgency { urgency } if self.first().is_some() => {
                one(Event::UrgencyAssessed { urgency: *urgency })
            }
            Command::Separate if self.first().is_some() => one(Event::Separated),
            _ => self.worked_on(command, on.by),
        }
    }

    /// The acts of the one who has it, and the taking.
    fn worked_on(&self, command: &Command, by: &By) -> Result<Vec<Event>, Refusal> {
        let By::Professional { id: me, leads, .. } = by else { return Err(Refusal::NotNow) };
        let one = |event| Ok(vec![event]);
        match (&self.place, command) {
            (Place::Queued, Command::Claim) => one(Event::Claimed { owner: me.clone() }),
            (Place::Owned { owner }, Command::Claim) if owner == me => Ok(Vec::new()),
            (Place::Owned { owner }, Command::Release) if owner == me || *leads => one(Event::Released),
            (Place::Owned { owner }, _) if owner != me => Err(Refusal::OwnedBy(owner.clone())),
            (Place::Queued, _) => Err(Refusal::NotOwned),
            (Place::Duplicate { .. } | Place::Ended, _) => Err(Refusal::NotNow),
            (Place::Owned { .. }, command) => match command {
                Command::AssessUrgency { urgency } => one(Event::UrgencyAssessed { urgency: *urgency }),
                Command::Hand { to, queue, reason, .. } => {
                    if (to, queue) == (&self.unit, &self.queue) {
                        return Err(Refusal::NotNow);
                    }
                    let (from, to, queue) = (self.unit.clone(), to.clone(), queue.clone());
                    one(Event::Handed { from, to, queue, reason: reason.clone() })
                }
                Command::Confirm { first, unit } => one(Event::Confirmed { first: *first, unit: unit.clone() }),
                Command::Reject { other } if self.rejected.contains(other) => Ok(Vec::new()),
                Command::Reject { other } => one(Event::Rejected { other: *other }),
                Command::Split { part } => one(Event::Split { part: *part }),
                // How urgent it is is found before anything is decided.
                Command::End { .. } if self.urgency.is_none() => Err(Refusal::Unassessed),
                Command::End { ending } => one(Event::Ended { ending: *ending }),
                _ => Err(Refusal::NotNow),
            },
        }
    }
}

#[cfg(test)]
mod tests;
