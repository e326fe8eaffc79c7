//! Units and professionals over the log.

use calendar::Calendar;
use matter::{Matter, Occasion, encode};
use operations::organisation::{Command, Event, Imported, Organisation, Refusal};

use crate::Result;
use crate::decided::{Denied, decided};
use crate::desk::Who;
use crate::event::Recorded;
use crate::log::Log;
use crate::view::{dated, fold};

/// The one stream of all of it: it changes seldom, and every change is decided on the whole.
pub const ORGANISATION: &str = "organisation/all";

/// Everything that happened to the organisation, with the instant of each, each later than the one before.
pub async fn organisation(log: &Log) -> Result<Vec<(Event, i64)>> {
    dated::<Organisation>(&log.read_stream(ORGANISATION, 0, usize::MAX >> 1).await?)
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
    let (told, by) = (format!("{command:?}"), who.by());
    let decide = move |events: &[Recorded]| {
        let on = Occasion { now, by: &by, seen: 0, calendar: Calendar::shipped(), rules: &imported };
        let organisation = fold::<Organisation>(None, events)?;
        let decided = Organisation::decide(organisation.as_ref(), &command, &on).map_err(Denied::Refused)?;
        Ok(decided.iter().map(encode).collect())
    };
    let done = decided(log, ORGANISATION.into(), (Organisation::SCHEMA, now), who, (key, &told), decide).await?;
    Ok(done.first <= done.last)
}
