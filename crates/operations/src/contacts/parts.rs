//! A contact is split: each part is a contact of its own, with its own queue, holder and clock, and says of which one it is a
//! part. The whole keeps its holder; the person goes on in one place, and it is over when all of it is.

use matter::{By, PartId, Text, Trouble, Turn, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Channel, Command, Contact, Event, On, Outcome, Place, REOPENED_WITHIN, Refusal, Routed, Shown, owned_or_led,
    resolved,
};
use crate::organisation::Organisation;

/// How far a part has come, as its whole knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Open,
    /// Answered; it can be taken up again.
    Over,
    Closed,
}

impl Stage {
    fn of(contact: &Contact) -> Stage {
        match contact.place {
            Place::Queued | Place::Owned { .. } | Place::Waiting { .. } => Stage::Open,
            Place::Resolved { .. } => Stage::Over,
            Place::Closed => Stage::Closed,
        }
    }
}

impl Contact {
    /// Whether a part of it is still open, or can be taken up again.
    pub fn has_parts_left(&self) -> bool {
        self.parts.values().any(|stage| *stage != Stage::Closed)
    }

    /// Until when its person may take it up again once it is answered, in microseconds since 1970: as long as a part of it goes
    /// on, they go on writing in one place.
    pub fn reopens_until(&self) -> Option<i64> {
        match self.place {
            Place::Resolved { .. } if self.has_parts_left() => Some(i64::MAX),
            Place::Resolved { at, .. } => Some(at.saturating_add(REOPENED_WITHIN)),
            _ => None,
        }
    }

    /// The way of a part of it: what was said in a chat or a video call goes on as a message.
    pub fn channel_of_part(&self) -> Channel {
        match self.channel {
            Channel::Chat | Channel::Video => Channel::Message,
            other => other,
        }
    }

    /// Whether nobody but the one who split it off has done anything with it.
    fn is_untouched(&self) -> bool {
        let begun = 1 + u64::from(self.answers_go.is_some());
        self.place == Place::Queued && (self.history, self.conversation) == (begun, 2)
    }
}

/// Splits a part off: whoever has it, having read all.
pub(super) fn split(contact: &Contact, part: Uuid, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    owned_or_led(contact, on)?;
    match contact.last_of_resident > on.seen {
        true => Err(Refusal::Unseen(contact.last_of_resident)),
        false => Ok(vec![Event::Split { part }, Event::Shown(Shown::Split)]),
    }
}

/// A part is taken back, as long as nobody has done anything with it.
pub(super) fn take_back(contact: &Contact) -> Result<Vec<Event>, Refusal> {
    match contact.part_of.is_some() && contact.is_untouched() {
        true => Ok(vec![Event::TakenBack, Event::Shown(Shown::Closed)]),
        false => Err(Refusal::NotNow("somebody else has acted")),
    }
}

/// A part of it has come so far; none: it was taken back. When the last has, and nobody waits for a word in the whole, the
/// whole is answered, too.
pub(super) fn part_became(contact: &Contact, part: Uuid, stage: Option<Stage>) -> Vec<Event> {
    let mut events = vec![Event::Part { part, stage }];
    let others = contact.parts.iter().filter(|(id, _)| **id != part).map(|(_, stage)| *stage);
    let is_last = stage.into_iter().chain(others).all(|stage| stage != Stage::Open);
    let is_at_rest = matches!(contact.place, Place::Queued | Place::Owned { .. })
        && contact.waits_since.is_none()
        && contact.asked.is_empty()
        && !contact.calls.is_agreed()
        && !contact.is_live();
    if stage.is_some() && is_last && is_at_rest {
        events.extend(resolved(Outcome::Referred));
    }
    events
}

fn decide(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    turn.decide::<Contact>(id, command, &Organisation::default())
}

/// Splits a part off a contact, or off a part of one: it is a part of the same whole.
pub fn split_off(turn: &mut Turn<'_>, (id, part): (Uuid, Uuid), goes: &Goes) -> Result<(), Trouble> {
    let it = turn.read::<Contact>(id)?.ok_or(Trouble::NotFound)?;
    let (whole, made) = (it.part_of.unwrap_or(id), goes.asked((id, &it), turn.now()));
    let organisation = turn.read::<Organisation>(Uuid::nil())?.unwrap_or_default();
    turn.decide::<Contact>(id, &Command::Split { part }, &organisation)?;
    decide(turn, part, &made)?;
    // Where its writer is answered is sealed beside the whole alone.
    if let Some(means) = it.answers_go {
        decide(turn, part, &Command::AnswerBy { means, address: Text(String::new()) })?;
    }
    decide(turn, whole, &Command::PartBecame { part, stage: Some(Stage::Open) })
}

/// Before the act itself: the split that it undoes takes the part back.
pub fn before(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    let Some(it) = turn.read::<Contact>(id)? else { return Ok(()) };
    let part = it.undo.as_ref().and_then(|undo| undo.split).filter(|_| *command == Command::Undo);
    let Some(part) = part else { return Ok(()) };
    // Whether they may undo it is decided first: what is refused then leaves nothing.
    decide(turn, part, &Command::TakeBack)?;
    decide(turn, it.part_of.unwrap_or(id), &Command::PartBecame { part, stage: None })
}

/// After something was asked of a contact: its whole hears how far it has come, and with its writer all of it is known.
pub fn after(turn: &mut Turn<'_>, id: Uuid, (command, before): (&Command, &Contact)) -> Result<(), Trouble> {
    let Some(it) = turn.read::<Contact>(id)? else { return Ok(()) };
    if let (Some(whole), stage) = (it.part_of, Stage::of(&it))
        && stage != Stage::of(before)
    {
        decide(turn, whole, &Command::PartBecame { part: id, stage: Some(stage) })?;
    }
    if let (Command::Identify { .. }, By::Resident(_)) = (command, turn.by()) {
        for part in it.parts.keys() {
            if turn.read::<Contact>(*part)?.is_some_and(|it| it.place != Place::Closed) {
                decide(turn, *part, command)?;
            }
        }
    }
    Ok(())
}

/// A part on its way to its queue, in the words of the professional who splits it off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goes {
    pub service: String,
    pub unit: UnitId,
    pub queue: Option<PartId>,
    /// The clocks by which it is answered.
    pub routed: Routed,
    pub text: Text,
}

impl Goes {
    /// Opens it: its way, language, person and wait are those of the contact from which it is split.
    pub fn asked(&self, (id, of): (Uuid, &Contact), now: i64) -> Command {
        Command::Part {
            of: of.part_of.unwrap_or(id),
            channel: of.channel_of_part(),
            service: self.service.clone(),
            language: of.language.clone(),
            unit: self.unit.clone(),
            queue: self.queue.clone(),
            anonymous: of.anonymous,
            subject: of.subject,
            on_behalf: of.on_behalf,
            routed: Some(Box::new(self.routed.clone())),
            since: of.waits_since.unwrap_or(now),
            text: self.text.clone(),
        }
    }
}

/// The one of a contact and its parts to which a person's words go that name none: the one that has asked them something, if
/// it is one alone; else the first holder's, as long as it takes any. `all`: the whole first.
pub fn addressed(all: &[(Uuid, &Contact)]) -> Option<Uuid> {
    let asks: Vec<Uuid> =
        all.iter().filter(|(_, it)| matches!(it.place, Place::Waiting { .. })).map(|(id, _)| *id).collect();
    let takes = || all.iter().find(|(_, it)| it.place != Place::Closed).map(|(id, _)| *id);
    if let [only] = *asks { Some(only) } else { takes() }
}

#[cfg(test)]
mod tests;
