//! Breaking the glass, with the task of the one who reviews it.

use matter::{By, Text, Trouble};
use operations::break_glass::{BreakGlass, Command, broken};
use store::{Asked, request};
use uuid::Uuid;

use crate::Kinds;

impl Kinds {
    /// Breaks the glass, once under an id; `words` are those of the task.
    pub async fn break_glass(
        &self,
        id: Uuid,
        command: Command,
        words: Text,
        (by, key): (&By, &str),
    ) -> Result<(), Trouble> {
        let request = request::<BreakGlass>(&command);
        let asked = Asked { scope: format!("break_glass/{}", by.name()), key: key.into(), request, seen: 0 };
        self.store.turn(by, asked, move |turn| broken(turn, id, &command, &words)).await.map(drop)
    }
}
