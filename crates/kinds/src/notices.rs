//! Notices that somebody makes, and parts of them.

use matter::{By, Text, Trouble, Turn};
use operations::notices::{Command, Details, Made, Notice, flow};
use store::{Asked, new_id, request};
use uuid::Uuid;

use crate::Kinds;

impl Kinds {
    /// Makes a notice; gives its id, also where it was made before under this key.
    pub async fn make_notice(
        &self,
        (made, words, details): (Made, String, &Details),
        by: &By,
        key: &str,
    ) -> Result<Uuid, Trouble> {
        let command = Command::Make { made, words: Text(words), details: details.sealed() };
        let (id, asked) = (new_id(self.store.now()), asked(&command, by, key));
        let flow = move |turn: &mut Turn<'_>| turn.decide::<Notice>(id, &command, &());
        let done = self.store.turn(by, asked, flow).await?;
        Ok(done.first("notice").map_or(id, |(id, _)| id))
    }

    /// Whether that very notice was made under this key.
    pub async fn was_notice_made(
        &self,
        (made, words, details): (Made, String, &Details),
        by: &By,
        key: &str,
    ) -> store::Result<bool> {
        let command = Command::Make { made, words: Text(words), details: details.sealed() };
        let Asked { scope, key, request, .. } = asked(&command, by, key);
        self.store.log().was_done(&scope, &key, request).await
    }

    /// Gives a part of a notice to others, as a matter of its own.
    pub async fn split_notice(
        &self,
        id: Uuid,
        (made, words, details): (Made, String, &Details),
        by: &By,
        key: &str,
    ) -> Result<(), Trouble> {
        let (part, words, details) = (new_id(self.store.now()), Text(words), details.sealed());
        let command = Command::Make { made: made.clone(), words: words.clone(), details: details.clone() };
        let flow = move |turn: &mut Turn<'_>| flow::split(turn, (id, part), &made, (&words, &details));
        self.store.turn(by, asked(&command, by, &format!("{id}/{key}")), flow).await.map(drop)
    }
}

fn asked(command: &Command, by: &By, key: &str) -> Asked {
    Asked { scope: format!("notice/{}", by.name()), key: key.into(), request: request::<Notice>(command), seen: 0 }
}
