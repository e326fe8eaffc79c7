//! Units and professionals over the log.

use operations::organisation::{self, Command, Event, Imported, Organisation, Refusal};

use crate::decided::{Denied, decided};
use crate::desk::Who;
use crate::event::Recorded;
use crate::log::Log;
use crate::{Error, Result};

/// The one stream of all of it: it changes seldom, and every change is decided on the whole.
pub const ORGANISATION: &str = "organisation/all";

pub(crate) fn decode(event: &Recorded) -> Result<Event> {
    Event::decode(&event.kind, event.schema, &event.data)
        .map_err(|unreadable| Error::new(format!("event {} cannot be read: {}", event.pos, unreadable.0)))
}

/// Everything that happened to the organisation, with the instant of each, each later than the one before.
pub async fn organisation(log: &Log) -> Result<Vec<(Event, i64)>> {
    let mut last = i64::MIN;
    let dated = |event: &Recorded| {
        last = event.occurred.max(last.saturating_add(1));
        Ok((decode(event)?, last))
    };
    log.read_stream(ORGANISATION, 0, usize::MAX >> 1).await?.iter().map(dated).collect()
}

/// Does what somebody asks of the organisation at an instant; whether anything is another after it.
pub async fn ask_of_organisation(
    log: &Log,
    who: &Who,
    command: Command,
    key: &str,
    now: i64,
    imported: Imported,
) -> std::result::Result<bool, Denied<Refusal>> {
    let told = format!("{command:?}");
    let decide = move |events: &[Recorded]| {
        let organisation =
            events.iter().try_fold(Organisation::default(), |it, event| Ok::<_, Error>(it.evolve(&decode(event)?)))?;
        let decided = organisation::decide(&organisation, &command, &imported).map_err(Denied::Refused)?;
        Ok(decided.iter().map(Event::encode).collect())
    };
    let done = decided(log, ORGANISATION.into(), (Event::SCHEMA, now), who, (key, &told), decide).await?;
    Ok(done.first <= done.last)
}
