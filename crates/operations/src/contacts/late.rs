//! A contact that nobody has answered in time: whoever leads its unit has a task, once for each deadline, from the first
//! instant after it at which the queue is staffed. An answer takes the task back.

use calendar::hours::Hours;
use calendar::{Calendar, day_number};
use matter::{Matter, Text, Trouble, Turn};
use uuid::Uuid;

use super::{Contact, Place};
use crate::organisation::Organisation;
use crate::tasks::{self, Of, Says, Task};

/// The instant by which it has to be answered, in microseconds since 1970; none: no clock of an answer runs. A chat is
/// answered in its turn.
pub fn deadline(contact: &Contact, calendar: &Calendar) -> Option<i64> {
    let waits = matches!(contact.place, Place::Queued | Place::Owned { .. }) && !contact.is_live();
    contact.running(calendar).first().filter(|_| waits).map(|(_, due)| due.at)
}

/// The instant at which whoever leads hears that a deadline has passed: one at which the queue is staffed, if its hours are
/// known.
pub fn told_at(deadline: i64, staffed: Option<&Hours>, calendar: &Calendar) -> i64 {
    let after = deadline.saturating_add(1);
    staffed.and_then(|hours| hours.next_open(after, calendar)).unwrap_or(after)
}

/// The task of a contact whose deadline passes in its unit: another unit, or another deadline, is another task.
pub fn task(id: Uuid, contact: &Contact, deadline: i64) -> Uuid {
    Uuid::new_v5(&id, format!("late/{}/{deadline}", contact.unit).as_bytes())
}

/// Sets the task of whoever leads, if the deadline has passed. Where the log knows of nobody who leads the unit, or those
/// above it, nothing is set: the contact stands as late on the page of its queue.
pub fn tell(turn: &mut Turn<'_>, id: Uuid) -> Result<(), Trouble> {
    let Some(contact) = turn.read::<Contact>(id)? else { return Ok(()) };
    let Some(passed) = deadline(&contact, turn.calendar()).filter(|at| *at < turn.now()) else { return Ok(()) };
    let organisation = turn.read::<Organisation>(Uuid::nil())?.unwrap_or_default();
    let today = turn.calendar().local_date(turn.now()).map_or(0, day_number);
    let task = task(id, &contact, passed);
    let Some(lead) = organisation.leads(&contact.unit, today).into_iter().next() else { return Ok(()) };
    if turn.read::<Task>(task)?.is_some() {
        return Ok(());
    }
    let set = tasks::Command::Set {
        about: Some(Of { kind: Contact::NAME.into(), id }),
        subject: contact.subject,
        unit: contact.unit.clone(),
        to: Some(lead),
        due: Some(turn.now()),
        dispatch: None,
        says: Some(Says::Late),
        words: Text(String::new()),
    };
    turn.decide::<Task>(task, &set, &organisation)
}

/// After an act: the task is taken back if that deadline does not run any more. `stood`: the contact before the act.
pub(super) fn after(turn: &mut Turn<'_>, id: Uuid, stood: &Contact) -> Result<(), Trouble> {
    let Some(passed) = deadline(stood, turn.calendar()).filter(|at| *at < turn.now()) else { return Ok(()) };
    let told = task(id, stood, passed);
    let is_open =
        turn.read::<Task>(told)?.is_some_and(|it| matches!(it.place, tasks::Place::Queued | tasks::Place::Owned));
    let now = turn.read::<Contact>(id)?;
    let still = now.and_then(|it| Some(task(id, &it, deadline(&it, turn.calendar())?)));
    if !is_open || still == Some(told) {
        return Ok(());
    }
    turn.decide::<Task>(told, &tasks::Command::Lapse, &Organisation::default())
}

#[cfg(test)]
mod tests;
