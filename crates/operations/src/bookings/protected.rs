//! Time that professionals keep for something of their own work, so that nobody books it.

use jiff::{Span, SpanRelativeTo, Unit};
use matter::{Text, Trouble, Turn};
use uuid::Uuid;

use super::Refusal;
use super::calendar::Timetable;
use super::days::{Command, Day, Stretch};

/// Keeps time on a day, which begins with `plan` if it was not yet: no more of it than the calendar lets somebody have on one.
pub fn protect(
    turn: &mut Turn<'_>,
    day: Uuid,
    (plan, stretch): (&Command, &Stretch),
    timetable: &Timetable,
) -> Result<(), Trouble> {
    turn.decide::<Day>(day, plan, &())?;
    let kept = turn.read::<Day>(day)?.ok_or(Trouble::NotFound)?;
    let own = kept.protected.iter().filter(|it| it.what == timetable.id && *it != stretch);
    let lasts: i64 = own.chain([stretch]).map(|it| it.to.saturating_sub(it.from)).sum();
    let most = timetable.protects.as_ref().ok_or(Refusal::NotThere)?.most.and_then(microseconds);
    if most.is_some_and(|most| most < lasts) {
        return Err(Refusal::Enough.into());
    }
    drop(kept);
    turn.decide::<Day>(day, &Command::Protect(stretch.clone()), &())
}

fn microseconds(span: Span) -> Option<i64> {
    let seconds = span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())).ok()?;
    Some((seconds * 1e6) as i64)
}

/// Moves protected time to another time, of the same day or of another, for a reason.
pub fn move_protected(
    turn: &mut Turn<'_>,
    (day, stretch, why): (Uuid, &Stretch, &Text),
    (to, plan, new): (Uuid, &Command, &Stretch),
    timetable: &Timetable,
) -> Result<(), Trouble> {
    turn.decide::<Day>(day, &Command::Release { stretch: stretch.clone(), why: why.clone() }, &())?;
    protect(turn, to, (plan, new), timetable)
}

#[cfg(test)]
mod tests;
