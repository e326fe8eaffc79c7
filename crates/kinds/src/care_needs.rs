//! Needs of care that professionals establish.

use matter::{By, Trouble, Turn};
use operations::care_needs::{CareNeed, Command, Established};
use store::{Asked, new_id, request};
use uuid::Uuid;

use crate::Kinds;

impl Kinds {
    /// Establishes a need of care; gives its id, also where it was established before under this key.
    pub async fn establish_need(&self, need: Established, by: &By, key: &str) -> Result<Uuid, Trouble> {
        let (id, command) = (new_id(self.store.now()), Command::Establish(need));
        let asked = Asked {
            scope: format!("care_need/{}", by.name()),
            key: key.into(),
            request: request::<CareNeed>(&command),
            seen: 0,
        };
        let flow = move |turn: &mut Turn<'_>| turn.decide::<CareNeed>(id, &command, &());
        let done = self.store.turn(by, asked, flow).await?;
        Ok(done.first("care_need").map_or(id, |(id, _)| id))
    }
}
