//! Mandates: who may act for whom, as somebody tells it, and as both sides see it.

use std::sync::Arc;

use matter::{By, Subject, Trouble};
use operations::mandates::{Command, Given, Mandate, mandate_id};
use operations::residents::{Event, Identity};
use store::{Result, new_id};
use uuid::Uuid;

use crate::Kinds;

impl Kinds {
    /// Notes a mandate as the register or a professional gives it; told again it is the same. Gives its id.
    pub async fn give_mandate(&self, given: Given, by: &By) -> std::result::Result<Uuid, Trouble> {
        let id = mandate_id((given.of, given.who), given.capacity, given.from);
        let key = new_id(self.store.now()).to_string();
        self.mandates.ask(id, Command::Give(given), by, &key, 0).await?;
        Ok(id)
    }

    /// The mandates by which somebody acts for others, which have not ended.
    pub fn mandates_held_by(&self, who: Subject) -> Vec<(Uuid, Arc<Mandate>)> {
        self.mandates.look(|all| all.index().held_by(who).filter_map(|id| Some((id, all.get(id)?))).collect())
    }

    /// The mandates by which others act for somebody, which have not ended.
    pub fn mandates_of(&self, of: Subject) -> Vec<(Uuid, Arc<Mandate>)> {
        self.mandates.look(|all| all.index().of(of).filter_map(|id| Some((id, all.get(id)?))).collect())
    }

    /// The name and the day of birth that somebody has proven last; none: they have proven none, or were erased.
    pub async fn identity(&self, subject: Subject) -> Result<Option<Identity>> {
        let happened = self.residents.happened(subject.0, "resident", 0, usize::MAX >> 1).await?;
        let mut proven = happened.into_iter().rev().filter(|it| matches!(it.event, Event::Identified { .. }));
        Ok(proven.next().and_then(|it| Identity::opened(&it.text?)))
    }
}
