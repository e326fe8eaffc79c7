//! Times as the measures see them: a row each.

use std::collections::BTreeMap;

use facts::{Instant, Key};
use matter::Dated;
use uuid::Uuid;

use super::Event;
use crate::bookings::{Actor, Way};

/// Rows of the facts after an event; `first` says whose day it is. Rooms have none.
pub(super) fn after(rows: &mut BTreeMap<Uuid, facts::Slot>, first: Option<&Event>, it: &Dated<Event>) {
    let Some(Event::Planned { actor: Actor::Professional { id, profession }, .. }) = first else { return };
    let at = Some(Instant(it.at));
    match &it.event {
        Event::Published { unit, service, slots, .. } => {
            for slot in slots {
                let Some(Way(modality)) = slot.ways.first() else { continue };
                let row = facts::Slot {
                    slot_id: Key(slot.id.to_string()),
                    professional_id: id.clone(),
                    profession: *profession,
                    unit_id: unit.clone(),
                    service: service.as_str().into(),
                    modality: *modality,
                    urgency: slot.urgency,
                    starts_at: Instant(slot.from),
                    ends_at: Some(Instant(slot.to)),
                    published_at: Instant(it.at),
                    opens_at: slot.opens_at.map(Instant),
                    held_from: None,
                    held_to: None,
                    booked_at: None,
                    withdrawn_at: None,
                };
                // One that is changed or there again was published when it first was, and keeps what became of it.
                let row = match rows.remove(&slot.id) {
                    Some(was) => facts::Slot {
                        published_at: was.published_at,
                        held_from: was.held_from,
                        held_to: was.held_to,
                        booked_at: was.booked_at,
                        ..row
                    },
                    None => row,
                };
                rows.insert(slot.id, row);
            }
        }
        Event::Held { slot, until, .. } => {
            rows.entry(*slot).and_modify(|row| (row.held_from, row.held_to) = (at, Some(Instant(*until))));
        }
        Event::Taken { slot, .. } => {
            rows.entry(*slot).and_modify(|row| row.booked_at = row.booked_at.or(at));
        }
        Event::Withdrawn { slot, .. } => {
            rows.entry(*slot).and_modify(|row| row.withdrawn_at = at);
        }
        _ => {}
    }
}
