//! A task: what one person must do by a day, about another matter or by itself.
//!
//! A matter stands in one place; what several people must do about it is several tasks. A task waits in its unit's queue,
//! or one professional has it. The words that say what is to be done are sealed beside the event that sets it.

use std::collections::{BTreeSet, HashMap};

use calendar::day_number;
use facts::{Instant, Key, Row, Table};
use matter::codec::id;
use matter::{
    About, By, Dated, Index, List, Matter, Occasion, Own, ProfessionalId, Put, Refused, Rights, Role, Standing,
    Subject, Text, UnitId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::UNDONE_WITHIN;
use crate::organisation::Organisation;

/// How long a task that was done can be taken up again: a day, in microseconds.
pub const TAKEN_BACK_WITHIN: i64 = 86_400 * 1_000_000;
/// No task sleeps or is set for longer than two years, in microseconds.
const LONGEST: i64 = 2 * 366 * 86_400 * 1_000_000;

/// The matter that a task is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Of {
    /// Name of its kind.
    pub kind: String,
    #[serde(with = "id")]
    pub id: Uuid,
}

/// A reason for which a rule sets a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Nobody has answered a contact in time.
    Late,
}

impl Says {
    /// End of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Says::Late => "late",
        }
    }
}

/// A request that can be made of a task. Times are in microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    /// For a professional, or for whoever of the unit takes it first.
    Set {
        about: Option<Of>,
        subject: Option<Subject>,
        unit: UnitId,
        to: Option<ProfessionalId>,
        due: Option<i64>,
        /// The message out that did not arrive, in whose place it is set; then it needs no words.
        #[serde(skip_serializing_if = "Option::is_none")]
        dispatch: Option<Uuid>,
        /// The reason for which a rule sets it; then it needs no words either.
        #[serde(skip_serializing_if = "Option::is_none")]
        says: Option<Says>,
        words: Text,
    },
    Claim,
    /// Given to a professional by the one who leads the unit, or by the one who has it.
    Assign {
        to: ProfessionalId,
    },
    /// Given back to the queue.
    Release,
    /// Out of the way until an instant.
    Snooze {
        until: i64,
    },
    Finish,
    /// Taken up again, after it was done.
    Reopen,
    /// The last act is undone by the one who did it, unless somebody has acted since.
    Undo,
    /// It need not be done any more.
    Withdraw,
    /// The reason is gone for which a rule set it.
    Lapse,
    /// For good, when it can be taken up no more.
    Close,
}

/// Something that happened. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "task.set")]
    Set {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Of>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        unit: UnitId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<ProfessionalId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dispatch: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        says: Option<Says>,
        by: String,
    },
    #[serde(rename = "task.claimed")]
    Claimed { owner: ProfessionalId },
    #[serde(rename = "task.assigned")]
    Assigned {
        owner: ProfessionalId,
        /// The one who gave it; older events do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<ProfessionalId>,
    },
    #[serde(rename = "task.released")]
    Released,
    #[serde(rename = "task.snoozed")]
    Snoozed { until: i64 },
    #[serde(rename = "task.finished")]
    Finished,
    #[serde(rename = "task.reopened")]
    Reopened,
    /// The last act is undone: it stands as it stood before it.
    #[serde(rename = "task.undone")]
    Undone,
    #[serde(rename = "task.withdrawn")]
    Withdrawn,
    #[serde(rename = "task.closed")]
    Closed,
}

/// Why a task cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is a task already, or there is none.
    NotThere,
    /// Another professional has it.
    OwnedBy(ProfessionalId),
    /// Nobody has it: it must be claimed first.
    NotOwned,
    /// It stands where this cannot be done.
    NotNow,
    /// The time to undo it is over.
    TooLate,
    /// The time is over, or too far away.
    Times,
    /// It can be closed when it can be taken up no more.
    TooEarly,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match &refusal {
            Refusal::NotThere => "not_there",
            Refusal::OwnedBy(_) => "owned_by_another",
            Refusal::NotOwned => "not_claimed",
            Refusal::NotNow => "not_now",
            Refusal::TooLate => "too_late",
            Refusal::Times => "times",
            Refusal::TooEarly => "too_early",
        };
        let refused = Refused::new(Task::NAME, code);
        match refusal {
            Refusal::OwnedBy(owner) => refused.with("owner", owner),
            _ => refused,
        }
    }
}

/// A task as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub about: Option<Of>,
    /// The person whom it concerns; none: nobody who is known.
    pub subject: Option<Subject>,
    pub unit: UnitId,
    /// The one who set it, as the log names them.
    pub set_by: String,
    pub set_at: i64,
    pub due: Option<i64>,
    /// The message out that did not arrive, in whose place it stands.
    #[serde(default)]
    pub dispatch: Option<Uuid>,
    /// The reason for which a rule set it; none: somebody did, in words.
    #[serde(default)]
    pub says: Option<Says>,
    /// It sleeps until then, if that is still to come.
    pub sleeps: Option<i64>,
    pub place: Place,
    /// The professional who has it, or had it last.
    pub owner: Option<ProfessionalId>,
    pub done_at: Option<i64>,
    /// The last act, as long as nothing has happened since that it would undo, too.
    pub undo: Option<Undo>,
}

/// An act that can be undone, and how the task stood before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub by: ProfessionalId,
    /// Microseconds since 1970.
    pub at: i64,
    place: Place,
    owner: Option<ProfessionalId>,
    sleeps: Option<i64>,
}

/// The open tasks about each matter, or the open questions.
#[derive(Default)]
pub struct OfMatters(HashMap<Uuid, BTreeSet<Uuid>>);

impl OfMatters {
    pub(crate) fn add(&mut self, matter: Uuid, id: Uuid) {
        self.0.entry(matter).or_default().insert(id);
    }

    pub(crate) fn remove(&mut self, matter: Uuid, id: Uuid) {
        if let Some(of) = self.0.get_mut(&matter) {
            of.remove(&id);
        }
    }

    /// Those about a matter, in the order in which they were set.
    pub fn of(&self, matter: Uuid) -> impl Iterator<Item = Uuid> {
        self.0.get(&matter).into_iter().flatten().copied()
    }
}

impl Index<Task> for OfMatters {
    fn enter(&mut self, id: Uuid, task: &Task) {
        if let Some(of) = &task.about {
            self.add(of.id, id);
        }
    }

    fn leave(&mut self, id: Uuid, task: &Task) {
        if let Some(of) = &task.about {
            self.remove(of.id, id);
        }
    }
}

/// Where a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Queued,
    Owned,
    Done,
    Withdrawn,
    Closed,
}

impl Place {
    /// Name in answers to programs, and end of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Place::Queued => "queued",
            Place::Owned => "owned",
            Place::Done => "done",
            Place::Withdrawn => "withdrawn",
            Place::Closed => "closed",
        }
    }
}

impl Matter for Task {
    const NAME: &'static str = "task";
    const VERSION: u32 = 2;
    const RIGHTS: Rights = Rights {
        worked_by: &[Role::Professional, Role::Lead, Role::Partner],
        led_by: &[Role::Lead],
        own: Own::Nothing,
    };
    const TABLES: &'static [&'static Table] = &[facts::Task::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    /// A deputy sees to the tasks of somebody who is away.
    type Rules = Organisation;
    type Index = OfMatters;

    fn decide(task: Option<&Task>, command: &Command, on: &Occasion<'_, Organisation>) -> Result<Vec<Event>, Refusal> {
        match (task, command) {
            (None, Command::Set { about, subject, unit, to, due, dispatch, says, words: _ }) => {
                if due.is_some_and(|due| due > on.now.saturating_add(LONGEST)) {
                    return Err(Refusal::Times);
                }
                let (about, unit, to) = (about.clone(), unit.clone(), to.clone());
                let (dispatch, says, by) = (*dispatch, *says, on.by.name());
                Ok(vec![Event::Set { about, subject: *subject, unit, to, due: *due, dispatch, says, by }])
            }
            (None, _) | (Some(_), Command::Set { .. }) => Err(Refusal::NotThere),
            (Some(task), command) => task.go_on(command, on),
        }
    }

    fn evolve(task: Option<Task>, event: &Event, at: i64) -> Option<Task> {
        let Some(mut task) = task else { return Task::set(event, at) };
        let before = task.undo.take();
        task.undo = task.undoable(event, at);
        match event {
            Event::Set { .. } => {}
            Event::Undone => {
                if let Some(Undo { place, owner, sleeps, .. }) = before {
                    (task.place, task.owner, task.sleeps, task.done_at) = (place, owner, sleeps, None);
                }
            }
            Event::Claimed { owner } | Event::Assigned { owner, .. } => {
                (task.place, task.owner, task.sleeps) = (Place::Owned, Some(owner.clone()), None);
            }
            Event::Released => (task.place, task.sleeps) = (Place::Queued, None),
            Event::Snoozed { until } => task.sleeps = Some(*until),
            Event::Finished => (task.place, task.done_at, task.sleeps) = (Place::Done, Some(at), None),
            Event::Reopened => (task.place, task.done_at) = (Place::Owned, None),
            Event::Withdrawn => (task.place, task.sleeps) = (Place::Withdrawn, None),
            Event::Closed => task.place = Place::Closed,
        }
        Some(task)
    }

    /// Lists show first whatever is due first, and let sleep what sleeps.
    fn standing(&self) -> Standing<'_> {
        let list = match self.place {
            Place::Queued => List::Queue,
            Place::Owned => List::With,
            Place::Done => List::Nowhere,
            Place::Withdrawn | Place::Closed => List::Ended,
        };
        let since = self.sleeps.or(self.due).unwrap_or(self.set_at);
        let (unit, who) = (Some(&self.unit), self.owner.as_ref());
        Standing { subject: self.subject, unit, who, list, since, done: self.done_at }
    }

    fn of(&self) -> Option<Uuid> {
        self.about.as_ref().map(|of| of.id)
    }

    fn due(&self) -> Option<(i64, Command)> {
        let done_at = self.done_at.filter(|_| self.place == Place::Done)?;
        Some((done_at.saturating_add(TAKEN_BACK_WITHIN), Command::Close))
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::Set { words, dispatch: None, says: None, .. }, Event::Set { .. }) => Some(words.clone()),
            _ => None,
        }
    }

    fn forgotten(self) -> Task {
        Task { subject: None, ..self }
    }

    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let task = history.iter().fold(None, |task, it| Task::evolve(task, &it.event, it.at));
        let Some(task) = task else { return };
        let outcome = match task.place {
            Place::Done | Place::Closed => Some("done"),
            Place::Withdrawn => Some("withdrawn"),
            Place::Queued | Place::Owned => None,
        };
        let row = facts::Task {
            task_id: Key(about.id.into()),
            about_kind: task.about.as_ref().map(|of| of.kind.as_str().into()),
            about: task.about.map(|of| Key(of.id.to_string())),
            resident_id: about.resident,
            unit_id: task.unit,
            professional_id: task.owner,
            opened_at: Instant(task.set_at),
            due_at: task.due.map(Instant),
            done_at: task.done_at.map(Instant),
            outcome: outcome.map(Into::into),
        };
        put(facts::Task::TABLE, &row.values(), about.changed);
    }
}

impl Task {
    /// Whether its words are its own: one that a rule set, or that stands for a message, has none.
    pub fn has_words(&self) -> bool {
        self.dispatch.is_none() && self.says.is_none()
    }

    fn set(event: &Event, at: i64) -> Option<Task> {
        let Event::Set { about, subject, unit, to, due, dispatch, says, by } = event else { return None };
        Some(Task {
            about: about.clone(),
            subject: *subject,
            unit: unit.clone(),
            set_by: by.clone(),
            set_at: at,
            due: *due,
            dispatch: *dispatch,
            says: *says,
            sleeps: None,
            place: if to.is_some() { Place::Owned } else { Place::Queued },
            owner: to.clone(),
            done_at: None,
            undo: None,
        })
    }

    /// The act that can be undone after an event: of the one who has it, or takes it.
    fn undoable(&self, event: &Event, at: i64) -> Option<Undo> {
        let by = match event {
            Event::Claimed { owner } => owner.clone(),
            Event::Assigned { by, .. } => by.clone()?,
            Event::Released | Event::Snoozed { .. } | Event::Finished => self.has()?.clone(),
            _ => return None,
        };
        Some(Undo { by, at, place: self.place, owner: self.owner.clone(), sleeps: self.sleeps })
    }

    /// The professional who has it now.
    pub fn has(&self) -> Option<&ProfessionalId> {
        self.owner.as_ref().filter(|_| self.place == Place::Owned)
    }

    fn go_on(&self, command: &Command, on: &Occasion<'_, Organisation>) -> Result<Vec<Event>, Refusal> {
        let me = match on.by {
            By::Professional { id, .. } => Some(id),
            _ => None,
        };
        let today = on.calendar.local_date(on.now).map_or(0, day_number);
        let sees_to = |owner: &ProfessionalId| me.is_some_and(|me| on.rules.sees_to(me, owner, today));
        let is_mine = self.has().is_some_and(sees_to);
        match (command, self.place) {
            (Command::Set { .. }, _) => Err(Refusal::NotThere),
            (Command::Close, Place::Closed | Place::Withdrawn) => Ok(Vec::new()),
            (Command::Close, Place::Done) => match self.due() {
                Some((at, _)) if on.now < at => Err(Refusal::TooEarly),
                _ => Ok(vec![Event::Closed]),
            },
            (Command::Undo, _) => match (&self.undo, me) {
                (Some(undo), Some(me)) if undo.by == *me || on.by.leads() => {
                    let is_soon = on.now < undo.at.saturating_add(UNDONE_WITHIN);
                    if is_soon { Ok(vec![Event::Undone]) } else { Err(Refusal::TooLate) }
                }
                _ => Err(Refusal::NotNow),
            },
            (Command::Reopen, Place::Done) => match me {
                Some(_) if is_within(self.done_at, on.now) => Ok(vec![Event::Reopened]),
                _ => Err(Refusal::NotNow),
            },
            (_, Place::Done | Place::Withdrawn | Place::Closed) | (Command::Close | Command::Reopen, _) => {
                Err(Refusal::NotNow)
            }
            (Command::Claim, Place::Queued) => me.map(|me| vec![claimed(me)]).ok_or(Refusal::NotNow),
            (Command::Claim, Place::Owned) if is_mine => Ok(Vec::new()),
            (Command::Assign { to }, Place::Owned) if self.has() == Some(to) => Ok(Vec::new()),
            (Command::Assign { to }, _) if is_mine || on.by.leads() => {
                Ok(vec![Event::Assigned { owner: to.clone(), by: me.cloned() }])
            }
            // A professional who does it at once need not take it before.
            (Command::Finish, Place::Queued) => me.map(|me| vec![claimed(me), Event::Finished]).ok_or(Refusal::NotNow),
            (Command::Lapse, _) if self.says.is_some() => Ok(vec![Event::Withdrawn]),
            (Command::Withdraw, Place::Queued) if self.set_by == on.by.name() || on.by.leads() => {
                Ok(vec![Event::Withdrawn])
            }
            (Command::Withdraw, Place::Owned) if self.set_by == on.by.name() || is_mine || on.by.leads() => {
                Ok(vec![Event::Withdrawn])
            }
            (_, Place::Queued) => Err(Refusal::NotOwned),
            (Command::Release, _) if is_mine || on.by.leads() => Ok(vec![Event::Released]),
            (Command::Snooze { until }, _) if is_mine => {
                let longest = on.now.saturating_add(LONGEST);
                let is_later = *until > on.now && *until <= longest;
                if is_later { Ok(vec![Event::Snoozed { until: *until }]) } else { Err(Refusal::Times) }
            }
            (Command::Finish, _) if is_mine => Ok(vec![Event::Finished]),
            (_, Place::Owned) => Err(self.has().map_or(Refusal::NotNow, |owner| Refusal::OwnedBy(owner.clone()))),
        }
    }
}

fn claimed(by: &ProfessionalId) -> Event {
    Event::Claimed { owner: by.clone() }
}

/// Whether what was done can be taken up again.
pub fn is_within(done_at: Option<i64>, now: i64) -> bool {
    done_at.is_some_and(|at| now < at.saturating_add(TAKEN_BACK_WITHIN))
}

#[cfg(test)]
mod tests;
