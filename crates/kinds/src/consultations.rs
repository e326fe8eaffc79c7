//! Questions of professionals to one another.

use matter::{By, Trouble, Turn};
use operations::consultations::{Asked as Question, Command, Consultation, flow};
use store::{Asked, new_id, request};
use uuid::Uuid;

use crate::Kinds;

impl Kinds {
    /// Asks a colleague, a profession at a unit or a unit about a contact; gives the id of the question, also where it was
    /// asked before under this key.
    pub async fn consult(&self, question: Question, by: &By, key: &str) -> Result<Uuid, Trouble> {
        let id = new_id(self.store.now());
        let (scope, command) = (format!("consultation/{}", by.name()), Command::Ask(question.clone()));
        let asked = Asked { scope, key: key.into(), request: request::<Consultation>(&command), seen: 0 };
        let done = self.store.turn(by, asked, move |turn: &mut Turn<'_>| flow::ask(turn, id, &question)).await?;
        Ok(done.first("consultation").map_or(id, |(id, _)| id))
    }
}
