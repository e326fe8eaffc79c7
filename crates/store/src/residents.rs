//! Residents over the log: registrations to an own pair, and encounters.

use calendar::Calendar;
use matter::{Matter, Occasion, encode, stream};
use operations::residents::{Command, Event, Refusal, Resident};
use uuid::Uuid;

use crate::Result;
use crate::decided::{Denied, decided};
use crate::desk::{Desk, Who};
use crate::event::Recorded;
use crate::view::{RESIDENT, dated, fold};

impl Desk {
    /// Everything that happened to a resident, with the instant of each, each later than the one before.
    pub async fn resident(&self, subject: Uuid) -> Result<Vec<(Event, i64)>> {
        dated::<Resident>(&self.log().read_stream(&stream(RESIDENT, subject), 0, usize::MAX >> 1).await?)
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
        let (now, by) = (self.now(), who.by());
        let decide = move |events: &[Recorded]| {
            let on = Occasion { now, by: &by, seen: 0, calendar: Calendar::shipped(), rules: &() };
            let resident = fold::<Resident>(None, events)?;
            let decided = Resident::decide(resident.as_ref(), &command, &on).map_err(Denied::Refused)?;
            Ok(decided.iter().map(encode).collect())
        };
        let name = stream(RESIDENT, subject);
        let done = decided(self.log(), name, (Resident::SCHEMA, now), who, (key, told), decide).await?;
        self.reach(done.last).await;
        Ok(())
    }
}
