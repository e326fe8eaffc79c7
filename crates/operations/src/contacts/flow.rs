//! All that is asked of a contact that is there, with what follows from it elsewhere, in one turn.

use matter::{Trouble, Turn};
use uuid::Uuid;

use super::{Command, Contact, late, parts};
use crate::consultations::flow::lapse;
use crate::dispatches::causes;
use crate::organisation::Organisation;

/// A contact that is taken up again goes back to who knows it, as long as they work there; open questions about it lapse when
/// it ends or goes to another unit; its whole hears how far a part has come; whoever leads need not see any more to what was late; whoever has an answer waiting is
/// told.
pub fn asked(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    let stood = turn.read::<Contact>(id)?.ok_or(Trouble::NotFound)?;
    let organisation = turn.read::<Organisation>(Uuid::nil())?.unwrap_or_default();
    // Before the act itself, which stays the last that happened, and can be undone.
    lapse(turn, id, command)?;
    parts::before(turn, id, command)?;
    turn.decide::<Contact>(id, command, &organisation)?;
    parts::after(turn, id, (command, &stood))?;
    late::after(turn, id, &stood)?;
    causes::of_contact(turn, id, (command, stood.last_of_resident))
}
