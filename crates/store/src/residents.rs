//! Residents over the log: registrations to an own pair, and encounters.

use operations::residents::{self, Command, Event, Refusal, Resident};
use uuid::Uuid;

use crate::decided::{Denied, decided};
use crate::desk::{Desk, Who};
use crate::event::Recorded;
use crate::view::{RESIDENT, stream};
use crate::{Error, Result};

/// A resident's event as the rules know it.
pub fn decode(event: &Recorded) -> Result<Event> {
    Event::decode(&event.kind, event.schema, &event.data)
        .map_err(|unreadable| Error::new(format!("event {} cannot be read: {}", event.pos, unreadable.0)))
}

fn fold(events: &[Recorded]) -> Result<Resident> {
    events.iter().try_fold(Resident::default(), |resident, event| Ok(resident.evolve(&decode(event)?)))
}

impl Desk {
    /// Everything that happened to a resident, with the instant of each, each later than the one before.
    pub async fn resident(&self, subject: Uuid) -> Result<Vec<(Event, i64)>> {
        let events = self.log().read_stream(&stream(RESIDENT, subject), 0, usize::MAX >> 1).await?;
        let mut last = i64::MIN;
        let dated = |event: &Recorded| {
            last = event.occurred.max(last.saturating_add(1));
            Ok((decode(event)?, last))
        };
        events.iter().map(dated).collect()
    }

    /// Does what somebody asks about a resident; `key` is the asker's own name for it, so that it is done once, and
    /// `told` the asker's text: the same for a repetition.
    pub async fn ask_of_resident(
        &self,
        subject: Uuid,
        who: &Who,
        command: Command,
        (key, told): (&str, &str),
    ) -> std::result::Result<(), Denied<Refusal>> {
        let now = self.now();
        let name = stream(RESIDENT, subject);
        let decide = move |events: &[Recorded]| {
            let decided = residents::decide(&fold(events)?, &command, now).map_err(Denied::Refused)?;
            Ok(decided.iter().map(Event::encode).collect())
        };
        let done = decided(self.log(), name, (Event::SCHEMA, now), who, (key, told), decide).await?;
        self.reach(done.last).await;
        Ok(())
    }
}
