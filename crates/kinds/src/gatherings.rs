//! Gatherings: called at published times that have seats, and found by those who look for a seat.

use std::sync::Arc;

use matter::{By, Trouble, Turn};
use operations::bookings::calendar::Timetable;
use operations::bookings::days::Sought;
use operations::bookings::gatherings::{Gathering, call, gathering_id};
use store::{Asked, digest};
use uuid::Uuid;

use crate::Kinds;

/// Times that are looked at for each kind at once.
const LOOKED_AT: usize = 1_000;

impl Kinds {
    /// Calls a gathering at every published time of a calendar that has seats and none yet; how many were called.
    pub async fn call_gatherings(&self, timetable: &Arc<Timetable>) -> Result<usize, Trouble> {
        let mut called = 0;
        for (kind, _) in timetable.kinds.iter().filter(|(_, kind)| kind.seats.is_some()) {
            let sought = Sought { calendar: &timetable.id, kind: Some(kind), ..Sought::default() };
            for (found, _) in self.free(&sought, 0, LOOKED_AT) {
                let (id, place, timetable) = (gathering_id(found.slot), (found.day, found.slot), Arc::clone(timetable));
                if self.gatherings.read(id).await.is_ok_and(|it| it.is_some()) {
                    continue;
                }
                let (scope, key) = (format!("{id}/system"), "call".to_string());
                let asked = Asked { scope, key, request: digest(b"call"), seen: 0 };
                let flow = move |turn: &mut Turn<'_>| call(turn, id, place, &timetable);
                match self.store.turn(&By::System, asked, flow).await {
                    Ok(_) => called += 1,
                    // Somebody keeps the time for something else, or is away.
                    Err(Trouble::Refused(_)) => {}
                    Err(trouble) => return Err(trouble),
                }
            }
        }
        Ok(called)
    }

    /// The gatherings of a calendar that are to come, the next first.
    pub fn gatherings_of(&self, calendar: &str) -> Vec<(Uuid, Arc<Gathering>)> {
        let now = self.store.now();
        let mut found: Vec<(Uuid, Arc<Gathering>)> = self.gatherings.look(|all| {
            let of = |it: &Arc<Gathering>| *it.called.calendar == *calendar && now < it.called.from && !it.is_over();
            all.iter().filter(|(_, it)| of(it)).map(|(id, it)| (id, Arc::clone(it))).collect()
        });
        found.sort_by_key(|(id, it)| (it.called.from, *id));
        found
    }
}
