//! Absences: an actor leaves, and whoever was to be met gets somebody else or waits for another time.

use std::collections::BTreeSet;

use matter::{By, Trouble, Turn};
use operations::bookings::days::Stretch;
use operations::bookings::flow;
use store::{Asked, Done, digest};
use uuid::Uuid;

use crate::Kinds;

impl Kinds {
    /// Enters an absence on a day; `other`: the day of a stand-in, who gets the appointments for which they have time. The
    /// rest wait in the unit's queue. `seen`: the appointments that the one who asks has seen; one more is a refusal.
    pub async fn absent(
        &self,
        day: Uuid,
        (away, seen, other): (Stretch, BTreeSet<Uuid>, Option<Uuid>),
        (by, key): (&By, &str),
    ) -> Result<Done, Trouble> {
        let request = digest(format!("{} {} {} {other:?} {seen:?}", away.from, away.to, away.what).as_bytes());
        let asked = Asked { scope: format!("{day}/{}", by.name()), key: key.into(), request, seen: 0 };
        let flow = move |turn: &mut Turn<'_>| flow::absent(turn, day, (&away, &seen), other);
        self.store.turn(by, asked, flow).await
    }

    /// Gives an appointment to another professional at its own time, on a day of theirs.
    pub async fn stand_in(&self, id: Uuid, day: Uuid, (by, key): (&By, &str)) -> Result<Done, Trouble> {
        let asked =
            Asked { scope: format!("{id}/{}", by.name()), key: key.into(), request: digest(day.as_bytes()), seen: 0 };
        self.store.turn(by, asked, move |turn: &mut Turn<'_>| flow::stand_in(turn, id, day)).await
    }
}
