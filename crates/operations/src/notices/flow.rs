//! Acts on one notice, and on those that stand with it, in one turn.

use std::sync::Arc;

use matter::{Text, Trouble, Turn};
use uuid::Uuid;

use super::{Command, Made, Notice, Place, Refusal};

fn read(turn: &mut Turn<'_>, id: Uuid) -> Result<Arc<Notice>, Trouble> {
    turn.read::<Notice>(id)?.ok_or(Trouble::NotFound)
}

fn decide(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    turn.decide::<Notice>(id, command, &())
}

/// All that is asked of a notice but to make one, or a part of one.
pub fn go_on(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    let it = read(turn, id)?;
    match command {
        Command::Confirm { first, .. } => confirm(turn, id, *first),
        Command::Reject { other } if *other == id => Err(Trouble::Refused(Refusal::NotNow.into())),
        Command::Reject { other } => {
            let there = read(turn, *other)?;
            decide(turn, id, command)?;
            // Nor is it shown on the page of the other.
            if there.is_closed { Ok(()) } else { decide(turn, *other, &Command::Mark { other: id }) }
        }
        Command::Separate => {
            decide(turn, id, command)?;
            let first = it.first().ok_or(Trouble::Refused(Refusal::NotNow.into()))?;
            decide(turn, first, &Command::Leave { later: id })
        }
        Command::Hand { to, queue, reason, .. } => {
            decide(turn, id, command)?;
            let follow = Command::Follow { to: to.clone(), queue: queue.clone(), reason: reason.clone() };
            with(turn, &it, &follow)
        }
        Command::End { ending } => {
            decide(turn, id, command)?;
            with(turn, &it, &Command::EndWith { ending: *ending })
        }
        _ => decide(turn, id, command),
    }
}

/// Asks the same of those that stand with a notice.
fn with(turn: &mut Turn<'_>, it: &Notice, command: &Command) -> Result<(), Trouble> {
    for &later in &it.duplicates {
        // Of somebody who was erased nothing is left to do.
        if !read(turn, later)?.is_closed {
            decide(turn, later, command)?;
        }
    }
    Ok(())
}

/// A notice is about the same person as an earlier one: it stands with that one, and so do those that stood with it.
fn confirm(turn: &mut Turn<'_>, id: Uuid, first: Uuid) -> Result<(), Trouble> {
    let it = read(turn, id)?;
    let named = read(turn, first)?;
    let first = named.first().unwrap_or(first);
    let there = read(turn, first)?;
    if there.ended.is_some() || first == id {
        return Err(Trouble::Refused(Refusal::FirstOver.into()));
    }
    let unit = there.unit.clone();
    decide(turn, id, &Command::Confirm { first, unit: unit.clone() })?;
    decide(turn, first, &Command::Join { later: id })?;
    for later in &it.duplicates {
        decide(turn, *later, &Command::GoWith { first, unit: unit.clone() })?;
        decide(turn, id, &Command::Leave { later: *later })?;
        decide(turn, first, &Command::Join { later: *later })?;
    }
    Ok(())
}

/// A part of a notice goes to others as a matter of its own, with its own words about the same person. `made` says where it
/// goes; the rest of it is as that of the whole.
pub fn split(
    turn: &mut Turn<'_>,
    (id, part): (Uuid, Uuid),
    made: &Made,
    (words, details): (&Text, &Text),
) -> Result<(), Trouble> {
    let whole = read(turn, id)?;
    let made = Made { subject: whole.made.subject, part_of: Some(id), owner: None, ..made.clone() };
    decide(turn, id, &Command::Split { part })?;
    decide(turn, part, &Command::Make { made, words: words.clone(), details: details.clone() })
}

/// Whether two notices may be about one person: neither was rejected for the other, and they do not stand together already.
pub fn may_be_one((id, it): (Uuid, &Notice), (other, there): (Uuid, &Notice)) -> bool {
    let stand_together = it.first() == Some(other) || there.first() == Some(id);
    let are_parts = it.made.part_of.is_some() || there.made.part_of.is_some();
    let is_first = !matches!(there.place, Place::Duplicate { .. });
    id != other
        && is_first
        && !stand_together
        && !are_parts
        && !it.rejected.contains(&other)
        && !there.rejected.contains(&id)
}
