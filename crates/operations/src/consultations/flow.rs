//! A question and its answer happen to the contact, too, in the same turn.

use std::sync::Arc;

use matter::{Trouble, Turn};
use uuid::Uuid;

use super::{Asked, Command, Consultation, Why};
use crate::contacts::{self, Contact, Place};
use crate::organisation::Organisation;

fn of_contact(turn: &mut Turn<'_>, contact: Uuid, command: &contacts::Command) -> Result<(), Trouble> {
    let organisation = turn.read::<Organisation>(Uuid::nil())?.map(Arc::unwrap_or_clone).unwrap_or_default();
    turn.decide::<Contact>(contact, command, &organisation)
}

/// A colleague, a profession at a unit or a unit is asked about a contact.
pub fn ask(turn: &mut Turn<'_>, id: Uuid, asked: &Asked) -> Result<(), Trouble> {
    let consult = contacts::Command::Consult {
        consultation: id,
        unit: asked.unit.clone(),
        to: asked.to.clone(),
        profession: asked.profession,
        words: asked.words.clone(),
    };
    of_contact(turn, asked.contact, &consult)?;
    turn.decide::<Consultation>(id, &Command::Ask(asked.clone()), &())
}

/// Before a contact ends or goes to another unit: the open questions about it lapse, and nobody reads it by them any more.
pub fn lapse(turn: &mut Turn<'_>, contact: Uuid, command: &contacts::Command) -> Result<(), Trouble> {
    let Some(it) = turn.read::<Contact>(contact)? else { return Ok(()) };
    let why = match command {
        contacts::Command::Transfer { to, .. } if *to != it.unit => Why::Moved,
        contacts::Command::Resolve { .. } | contacts::Command::Finish { .. } | contacts::Command::Close => Why::Ended,
        _ => return Ok(()),
    };
    for &consultation in &it.asked {
        turn.decide::<Consultation>(consultation, &Command::Lapse { why }, &())?;
        of_contact(turn, contact, &contacts::Command::Recall { consultation })?;
    }
    Ok(())
}

/// All else that is asked of a consultation. A contact that has ended keeps nobody from answering.
pub fn go_on(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    let Some(it) = turn.read::<Consultation>(id)? else { return Err(Trouble::NotFound) };
    turn.decide::<Consultation>(id, command, &())?;
    let told = match command {
        Command::Answer { words } => contacts::Command::Advise { consultation: id, words: words.clone() },
        Command::Withdraw => contacts::Command::Recall { consultation: id },
        _ => return Ok(()),
    };
    match turn.read::<Contact>(it.contact)? {
        Some(contact) if contact.place != Place::Closed => of_contact(turn, it.contact, &told),
        _ => Ok(()),
    }
}
