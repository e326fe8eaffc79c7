//! Residents over the log: registrations to an own pair, and encounters.

use std::sync::{Arc, Mutex, PoisonError};

use operations::residents::{self, Command, Event, Refusal, Resident};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::desk::{Desk, Trouble, Who};
use crate::event::{self, AppendError, NewEvent, Recorded};
use crate::view::{RESIDENT, stream};
use crate::{Error, Result, new_id};

/// Why something asked about a resident was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    Refused(Refusal),
    Other(Trouble),
}

impl From<Error> for Denied {
    fn from(error: Error) -> Denied {
        Denied::Other(error.into())
    }
}

/// A resident's event as the rules know it.
pub fn decode(event: &Recorded) -> Result<Event> {
    Event::decode(&event.kind, event.schema, &event.data)
        .map_err(|unreadable| Error(format!("event {} cannot be read: {}", event.pos, unreadable.0)))
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
            last = event.recorded.max(last.saturating_add(1));
            Ok((decode(event)?, last))
        };
        events.iter().map(dated).collect()
    }

    /// Does what somebody asks about a resident; `key` is the asker's own name for it, so that it is done once, and
    /// `told` what the asker said: the same for a repetition.
    pub async fn ask_of_resident(
        &self,
        subject: Uuid,
        who: &Who,
        command: Command,
        (key, told): (&str, &str),
    ) -> std::result::Result<(), Denied> {
        let now = self.now();
        let request = Sha256::digest(told).into();
        let name = stream(RESIDENT, subject);
        let denied: Arc<Mutex<Option<Denied>>> = Arc::default();
        let slot = Arc::clone(&denied);
        let new = {
            let name = name.clone();
            move |event: &Event| {
                let (kind, data) = event.encode();
                let (id, stream, schema) = (new_id(now), name.clone(), Event::SCHEMA);
                NewEvent { id, stream, kind, schema, occurred: now, data, personal: None, closes: false }
            }
        };
        let command = event::Command {
            scope: format!("{name}/{}", who.id),
            key: key.into(),
            request,
            context: who.context(now),
            streams: vec![(name, 0)],
            decide: Box::new(move |streams| {
                let resident = fold(streams.first().map_or(&[], Vec::as_slice)).map_err(Denied::from);
                let decided =
                    resident.and_then(|resident| residents::decide(&resident, &command, now).map_err(Denied::Refused));
                match decided {
                    Ok(events) => Some(events.iter().map(&new).collect()),
                    Err(why) => {
                        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                        None
                    }
                }
            }),
        };
        match self.log().carry_out(command).await {
            Ok(appended) => {
                self.reach(appended.last).await;
                Ok(())
            }
            Err(AppendError::Refused) => {
                let why = denied.lock().unwrap_or_else(PoisonError::into_inner).take();
                Err(why.unwrap_or(Denied::Other(Trouble::NotFound)))
            }
            Err(error) => Err(Denied::Other(error.into())),
        }
    }
}
