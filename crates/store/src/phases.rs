//! Phases of control charts over the log: one stream for each unit.

use matter::By;
use operations::phases::{self, Command, Event, Phases, Refusal};

use crate::decided::{Denied, decided};
use crate::event::Recorded;
use crate::store::Store;
use crate::{Error, Result};

/// Name of the stream of a unit's phases.
fn stream(unit: &str) -> String {
    format!("phase/{unit}")
}

fn fold(events: &[Recorded]) -> Result<Phases> {
    events.iter().try_fold(Phases::default(), |phases, event| {
        let decoded = Event::decode(&event.kind, event.schema, &event.data)
            .map_err(|unreadable| Error::new(format!("event {} cannot be read: {}", event.pos, unreadable.0)))?;
        Ok(phases.evolve(&decoded, event.occurred))
    })
}

impl Store {
    /// The phases that stand in a unit.
    pub async fn phases(&self, unit: &str) -> Result<Phases> {
        fold(&self.log().read_stream(&stream(unit), 0, usize::MAX >> 1).await?)
    }

    /// Does what somebody asks of a unit's phases; `key` is the asker's own name for it, so that it is done once.
    pub async fn ask_of_phases(
        &self,
        unit: &str,
        by: &By,
        command: Command,
        key: &str,
    ) -> std::result::Result<(), Denied<Refusal>> {
        let told = format!("{command:?}");
        let decide = move |events: &[Recorded]| {
            let event = phases::decide(&fold(events)?, &command).map_err(Denied::Refused)?;
            Ok(vec![event.encode()])
        };
        let now = self.now();
        let done = decided(self.log(), stream(unit), (Event::SCHEMA, now), by, (key, &told), decide).await?;
        self.reach(done.last).await;
        Ok(())
    }
}
