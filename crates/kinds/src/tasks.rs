//! Tasks that people set.

use matter::{By, Trouble, Turn};
use operations::organisation::Organisation;
use operations::tasks::{Command, Task};
use store::{Asked, new_id, request};
use uuid::Uuid;

use crate::Kinds;

impl Kinds {
    /// Sets a task; gives its id, also where it was set before under this key.
    pub async fn set_task(&self, command: Command, by: &By, key: &str) -> Result<Uuid, Trouble> {
        let id = new_id(self.store.now());
        let asked = Asked {
            scope: format!("task/{}", by.name()),
            key: key.into(),
            request: request::<Task>(&command),
            seen: 0,
        };
        let done = self
            .store
            .turn(by, asked, move |turn: &mut Turn<'_>| turn.decide::<Task>(id, &command, &Organisation::default()))
            .await?;
        Ok(done.first("task").map_or(id, |(id, _)| id))
    }
}
