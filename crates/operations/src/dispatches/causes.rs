//! Flows: what has somebody told of something, in the turn of what causes it, and what becomes of a message that does not
//! arrive.

use calendar::day_number;
use matter::{By, Matter, ProfessionalId, Subject, Text, Trouble, Turn, UnitId};
use uuid::Uuid;

use super::{Asked, Command, Dispatch, Means, Place, Says, dispatch_id};
use crate::bookings::CancelReason;
use crate::bookings::appointments::{self, Appointment};
use crate::bookings::wishes::Wish;
use crate::contacts::{self, Contact};
use crate::mandates::Mandate;
use crate::organisation::Organisation;
use crate::residents::Resident;
use crate::tasks::{self, Of, Task};

/// A day, in microseconds: by then somebody sees to a message that did not arrive.
const SEEN_TO: i64 = 24 * 3_600_000_000;
/// Messages that would say the same within an hour are one, in microseconds.
const TOGETHER: i64 = 3_600_000_000;

/// Does what is asked of a dispatch. One that goes out no more becomes a task of whoever caused it.
pub fn asked(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    turn.decide::<Dispatch>(id, command, &())?;
    let Some(it) = turn.read::<Dispatch>(id)?.filter(|it| it.place == Place::Failed) else { return Ok(()) };
    let task = Uuid::new_v5(&id, b"task");
    if turn.read::<Task>(task)?.is_some() {
        return Ok(());
    }
    let to = who(turn, it.who.as_ref(), &it.unit)?;
    let (about, due) = (Some(it.cause.clone()), Some(turn.now().saturating_add(SEEN_TO)));
    let (subject, unit, words) = (it.subject, it.unit.clone(), Text(String::new()));
    turn.decide::<Task>(
        task,
        &tasks::Command::Set { about, subject, unit, to, due, dispatch: Some(id), says: None, words },
        &Organisation::default(),
    )
}

/// A professional, if they work in the unit today: of anybody else the unit sees to it.
fn who(turn: &mut Turn<'_>, who: Option<&ProfessionalId>, unit: &UnitId) -> Result<Option<ProfessionalId>, Trouble> {
    let organisation = turn.read::<Organisation>(Uuid::nil())?.unwrap_or_default();
    let today = turn.calendar().local_date(turn.now()).map_or(0, day_number);
    Ok(who.filter(|it| organisation.opens(it, unit, today)).cloned())
}

/// The cause of a message: its matter, those who see to it, and the one whom it is for.
struct Cause<'a> {
    of: Of,
    subject: Option<Subject>,
    unit: &'a UnitId,
    who: Option<&'a ProfessionalId>,
}

impl Cause<'_> {
    /// Has the person told by the means that they have left; whoever has left none looks by themselves.
    fn tell(&self, turn: &mut Turn<'_>, id: Uuid, says: Says) -> Result<(), Trouble> {
        let Some(subject) = self.subject else { return Ok(()) };
        let subject = hearer(turn, subject, self.of.id)?;
        let Some(reach) = turn.read::<Resident>(subject.0)?.and_then(|it| it.reach.clone()) else { return Ok(()) };
        if turn.read::<Dispatch>(id)?.is_some() {
            return Ok(());
        }
        let (cause, unit, who) = (self.of.clone(), self.unit.clone(), self.who.cloned());
        let asked =
            Asked { cause, subject: Some(subject), unit, who, says, language: reach.language, means: reach.means };
        turn.decide::<Dispatch>(id, &Command::Ask(asked), &())
    }
}

/// The one who hears of a matter of somebody: who began it for them, as long as they may act.
fn hearer(turn: &mut Turn<'_>, subject: Subject, matter: Uuid) -> Result<Subject, Trouble> {
    let begun = turn.read::<Resident>(subject.0)?.and_then(|it| it.begun.get(&matter).copied());
    let Some((who, mandate)) = begun else { return Ok(subject) };
    let may = turn.read::<Mandate>(mandate)?.is_some_and(|it| it.ended.is_none());
    Ok(if may { who } else { subject })
}

/// Takes a message back that has not gone yet. Whether it was gone when, or is no more: that keeps nobody from anything.
fn withdraw(turn: &mut Turn<'_>, id: Uuid) -> Result<(), Trouble> {
    match turn.read::<Dispatch>(id)?.is_some_and(|it| !it.is_over()) {
        true => turn.decide::<Dispatch>(id, &Command::Withdraw, &()),
        false => Ok(()),
    }
}

/// After something was asked of a contact; `written`: the number of the resident's last message before. The person hears that
/// an answer waits, and hears it no more once they have written again.
pub fn of_contact(turn: &mut Turn<'_>, id: Uuid, (command, written): (&contacts::Command, u64)) -> Result<(), Trouble> {
    use contacts::Command::{Ask, Called, Finish, OpenVideo, Turn as Over, Write};
    let Some(contact) = turn.read::<Contact>(id)? else { return Ok(()) };
    if let Some(means) = contact.answers_go {
        return match matches!(command, Write { .. } | Ask { .. } | Finish { .. }) {
            true => answer(turn, id, (&contact, means)),
            false => Ok(()),
        };
    }
    // Answers to a message are told one after another; this is the number of the next.
    let of_answer =
        |number: u32| dispatch_id(&[Contact::NAME, &id.to_string(), &written.to_string(), &number.to_string()]);
    let mut next = 0;
    while turn.read::<Dispatch>(of_answer(next))?.is_some() {
        next += 1;
    }
    let last = next.checked_sub(1).map(of_answer);
    if contact.last_of_resident > written {
        return last.map_or(Ok(()), |last| withdraw(turn, last));
    }
    let is_answer = match turn.by() {
        // A chat is read as it is written.
        By::Professional { .. } => {
            matches!(command, Write { .. } | Ask { .. } | Finish { .. } | Called { reached: false, .. } | OpenVideo)
                && !contact.is_live()
        }
        // One that has ended by itself was left with the last word of the service.
        By::System => matches!(command, Over) && contact.first_response_at.is_some() && contact.waits_since.is_none(),
        _ => false,
    };
    // The message before says the same, as long as it has not gone, or has gone just now.
    let now = turn.now();
    let is_told = |it: &Dispatch| match it.place {
        Place::Waiting { .. } | Place::Begun { .. } => true,
        Place::Withdrawn | Place::Failed => false,
        _ => now < it.asked_at.saturating_add(TOGETHER),
    };
    let is_told = match last {
        Some(last) => turn.read::<Dispatch>(last)?.is_some_and(|it| is_told(&it)),
        None => false,
    };
    if !is_answer || is_told {
        return Ok(());
    }
    let of = Of { kind: Contact::NAME.into(), id };
    let cause = Cause { of, subject: contact.subject, unit: &contact.unit, who: contact.handler.as_ref() };
    cause.tell(turn, of_answer(next), Says::Waits)
}

/// Sends a professional's answer to somebody who is answered by these means. If it does not arrive, they hear of it who wrote it.
fn answer(turn: &mut Turn<'_>, id: Uuid, (contact, means): (&Contact, Means)) -> Result<(), Trouble> {
    let By::Professional { id: who, .. } = turn.by() else { return Ok(()) };
    let says = Says::Answer { number: contact.last_of_service };
    let cause = Of { kind: Contact::NAME.into(), id };
    let (unit, who, language) = (contact.unit.clone(), Some(who.clone()), contact.language.clone());
    let asked = Asked { cause, subject: contact.subject, unit, who, says, language, means: vec![means] };
    let number = contact.last_of_service.to_string();
    turn.decide::<Dispatch>(
        dispatch_id(&[Contact::NAME, &id.to_string(), "answer", &number]),
        &Command::Ask(asked),
        &(),
    )
}

/// After something was asked of an appointment that stood so before; none: there was none. The person hears of their time
/// when it is agreed, moved or called off, and is reminded; a message about a time that they no longer have is taken back.
pub fn of_appointment(
    turn: &mut Turn<'_>,
    id: Uuid,
    (before, command): (Option<&Appointment>, &appointments::Command),
) -> Result<(), Trouble> {
    let Some(it) = turn.read::<Appointment>(id)? else { return Ok(()) };
    let has_changed = before.is_none_or(|before| *before != *it);
    let at = it.booking.when.from;
    let (word, says) = match command {
        _ if !has_changed || at <= turn.now() => return Ok(()),
        appointments::Command::Book { .. } => ("time", Says::Time { at }),
        appointments::Command::Move { .. } => ("moved", Says::Moved { at }),
        // A person who asked for it themselves knows it.
        appointments::Command::ChangeWay { .. } if !matches!(turn.by(), By::Resident(_)) => ("way", Says::Moved { at }),
        appointments::Command::Remind => ("reminder", Says::Time { at }),
        appointments::Command::Cancel { .. } => ("cancelled", Says::Cancelled { at }),
        _ => return Ok(()),
    };
    let of_time = |times: u32, word: &str| of_time(id, times, word);
    if word == "reminder" {
        let (now, ids) = (turn.now(), [of_time(it.times, "time"), of_time(it.times, "moved")]);
        for id in ids {
            // They have just heard the same.
            if turn.read::<Dispatch>(id)?.is_some_and(|it| now < it.asked_at.saturating_add(TOGETHER)) {
                return Ok(());
            }
        }
    } else if let Some(before) = before {
        for word in ["time", "moved", "reminder"] {
            withdraw(turn, of_time(before.times, word))?;
        }
    }
    // Nobody writes to the dead.
    if matches!(command, appointments::Command::Cancel { why: CancelReason::Deceased, .. }) {
        return Ok(());
    }
    let booking = &it.booking;
    let professional = booking.when.parts.iter().find_map(appointments::Part::professional);
    let of = Of { kind: Appointment::NAME.into(), id };
    let cause = Cause { of, subject: booking.wanted.subject, unit: &booking.unit, who: professional };
    cause.tell(turn, of_time(it.times, word), says)
}

/// After a time or a seat was offered to somebody who wished for one: they hear that something waits for them.
pub fn of_wish(turn: &mut Turn<'_>, id: Uuid) -> Result<(), Trouble> {
    let Some(it) = turn.read::<Wish>(id)? else { return Ok(()) };
    let Some(offer) = &it.offer else { return Ok(()) };
    let of = Of { kind: Wish::NAME.into(), id };
    let cause = Cause { of, subject: it.made.subject, unit: &it.made.unit, who: None };
    cause.tell(turn, dispatch_id(&[Wish::NAME, &id.to_string(), &offer.slot.to_string()]), Says::Waits)
}

/// The id of the message about the so many-th time of an appointment.
fn of_time(id: Uuid, times: u32, word: &str) -> Uuid {
    dispatch_id(&[Appointment::NAME, &id.to_string(), &times.to_string(), word])
}

/// After the same was asked of several appointments that belong together: the first of them tells of all, and the person gets
/// one message, not ten.
pub fn told_once(turn: &mut Turn<'_>, together: &[Uuid]) -> Result<(), Trouble> {
    let (now, mut is_told) = (turn.now(), false);
    for id in together {
        let Some(times) = turn.read::<Appointment>(*id)?.map(|it| it.times) else { continue };
        for word in ["time", "moved", "cancelled"] {
            let message = of_time(*id, times, word);
            let is_new = turn.read::<Dispatch>(message)?.is_some_and(|it| it.asked_at == now && !it.is_over());
            match is_new {
                true if is_told => withdraw(turn, message)?,
                _ => is_told |= is_new,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
