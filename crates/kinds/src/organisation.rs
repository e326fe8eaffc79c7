//! Units and professionals, as the county itself keeps them.

use std::sync::Arc;

use calendar::{Calendar, day_number};
use matter::{By, Dated, Trouble, Turn};
use operations::organisation::{Command, Event, Imported, Organisation};
use store::{Asked, Done, Log, Opening, Result, dated, digest, new_id};
use uuid::Uuid;

use crate::Kinds;

/// The one stream of all of it: it changes seldom, and every change is decided on the whole.
pub const ORGANISATION: &str = "organisation/all";

impl Kinds {
    pub fn organisation(&self) -> Arc<Organisation> {
        self.organisation.look(|all| all.get(Uuid::nil())).unwrap_or_default()
    }

    /// A professional is to be away, or is there again.
    pub async fn ask_of_absence(&self, command: Command, by: &By, key: &str) -> std::result::Result<(), Trouble> {
        let request = digest(format!("{command:?}").as_bytes());
        let asked = Asked { scope: format!("{ORGANISATION}/{}", by.name()), key: key.into(), request, seen: 0 };
        let decide =
            move |turn: &mut Turn<'_>| turn.decide::<Organisation>(Uuid::nil(), &command, &Imported::default());
        self.store.turn(by, asked, decide).await.map(drop)
    }

    /// Does what somebody asks of the organisation now; whoever asks sees it done.
    pub async fn ask_of_organisation(
        &self,
        by: &By,
        command: Command,
        imported: Imported,
    ) -> std::result::Result<Done, Trouble> {
        let request = digest(format!("{command:?}").as_bytes());
        let key = new_id(self.store.now()).to_string();
        let asked = Asked { scope: format!("{ORGANISATION}/{}", by.name()), key, request, seen: 0 };
        let decide = move |turn: &mut Turn<'_>| turn.decide::<Organisation>(Uuid::nil(), &command, &imported);
        self.store.turn(by, asked, decide).await
    }

    /// Whether a professional still works for a unit, as far as the log knows: those who come by import do.
    pub fn works_for(&self, professional: &str, unit: &str) -> bool {
        let today = Calendar::shipped().local_date(self.store.now()).map_or(0, day_number);
        self.organisation().opens(professional, unit, today)
    }
}

/// Everything that happened to the organisation.
pub async fn organisation(log: &Log) -> Result<Vec<Dated<Event>>> {
    dated::<Organisation>(&log.read_stream(ORGANISATION, 0, usize::MAX >> 1).await?)
}

/// Does what somebody asks of the organisation at an instant; whether anything is another after it.
pub async fn ask_of_organisation(
    log: &Log,
    by: &By,
    command: Command,
    key: &str,
    now: i64,
    imported: Imported,
) -> std::result::Result<bool, Trouble> {
    // The one matter is read from its stream: nothing else needs to be known.
    let store = Opening::of(log.clone(), Calendar::shipped(), move || now, None).open().await?;
    let request = digest(format!("{command:?}").as_bytes());
    let asked = Asked { scope: format!("{ORGANISATION}/{}", by.name()), key: key.into(), request, seen: 0 };
    let decide = move |turn: &mut Turn<'_>| turn.decide::<Organisation>(Uuid::nil(), &command, &imported);
    Ok(!store.turn(by, asked, decide).await?.wrote.is_empty())
}
