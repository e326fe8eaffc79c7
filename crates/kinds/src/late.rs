//! Contacts that nobody has answered in time.

use calendar::{Calendar, day_number};
use matter::By;
use operations::contacts::Contact;
use operations::contacts::late::{deadline, task, tell, told_at};
use store::{Asked, digest};
use uuid::Uuid;

use crate::Kinds;

impl Kinds {
    /// Has whoever leads told of all contacts that are late by now; how many were.
    pub async fn tell_of_late(&self) -> usize {
        let (now, calendar) = (self.store.now(), Calendar::shipped());
        let (organisation, today) = (self.organisation(), calendar.local_date(now).map_or(0, day_number));
        let is_told = |contact: &Contact, deadline: i64| {
            let queue = contact.queue.as_deref().and_then(|queue| self.queues.get(queue));
            told_at(deadline, queue.map(|part| part.content.staffed()).as_ref(), calendar) <= now
        };
        let late: Vec<(Uuid, Uuid)> = self.contacts.look(|all| {
            let passed = all.iter().filter_map(|(id, contact)| {
                let deadline = deadline(contact, calendar).filter(|at| *at < now)?;
                let is_led = !organisation.leads(&contact.unit, today).is_empty();
                (is_led && is_told(contact, deadline)).then(|| (id, task(id, contact, deadline)))
            });
            passed.collect()
        });
        let mut told = 0;
        for (id, task) in late.into_iter().filter(|(_, task)| self.tasks.look(|all| all.get(*task).is_none())) {
            let (scope, key) = (format!("{id}/late"), task.to_string());
            let asked = Asked { request: digest(key.as_bytes()), scope, key, seen: 0 };
            // Another server may have told of it meanwhile; a contact that cannot be told of now is looked at again.
            told += usize::from(self.store.turn(&By::System, asked, move |turn| tell(turn, id)).await.is_ok());
        }
        told
    }
}
