//! Chats: whether a queue chats now, who stands before whom, and how long one waits.

use calendar::Calendar;
use matter::{PartId, UnitId};
use operations::contacts::Contact;
use operations::contacts::chat::Chats;
use operations::contacts::wait::{Wait, estimate};
use uuid::Uuid;

use crate::{Begins, Kinds};

/// The part and the phrase by which a chat is greeted.
const GREETING: (&str, &str) = ("chat-greeting", "welcome");

impl Kinds {
    /// How a queue of a unit chats; none: it does not.
    pub fn chats_at(&self, unit: &str, queue: Option<&PartId>) -> Option<Chats> {
        let part = self.queues.get(queue?)?;
        part.content.chat.clone().filter(|_| part.content.is_at(unit))
    }

    /// The chat that begins in a queue now, greeted in a language; none: the queue is closed, or does not chat.
    pub fn chat_begins(&self, (unit, queue): (&str, Option<&PartId>), language: &str) -> Option<Begins> {
        let chats = self.chats_at(unit, queue)?;
        let until = chats.open_until(Calendar::shipped(), self.store.now())?;
        let phrases = self.phrases.get(GREETING.0)?;
        let phrase = phrases.content.phrases.iter().find(|it| *it.id == GREETING.1)?;
        Some(Begins::Chat { until, greeting: phrase.text.of(language).to_string() })
    }

    /// How many chats stand in a queue, or before a contact in it; and since when the first of them waits.
    pub fn chats_before(
        &self,
        (unit, queue): (&UnitId, Option<&PartId>),
        before: Option<Uuid>,
    ) -> (usize, Option<i64>) {
        self.contacts.look(|all| {
            let (waiting, _) = all.queue(unit, usize::MAX);
            let of_queue = |contact: &Contact| contact.is_live() && contact.queue.as_ref() == queue;
            let chats =
                waiting.iter().filter(|(_, contact)| of_queue(contact)).take_while(|(id, _)| Some(*id) != before);
            chats.fold((0, None), |(count, first), (_, contact)| (count + 1, first.or(Some(contact.opened_at))))
        })
    }

    /// How long somebody with so many chats before them waits in a queue; none: too few were answered to say.
    pub fn chat_wait(
        &self,
        (unit, queue): (&UnitId, Option<&PartId>),
        (ahead, first): (usize, Option<i64>),
    ) -> Option<Wait> {
        let answered = self.contacts.look(|all| all.index().of(unit, queue));
        estimate(ahead, &answered, first, self.store.now())
    }

    /// The chats that a professional has now, the oldest first.
    pub fn chats_of(&self, professional: &str) -> Vec<(Uuid, std::sync::Arc<Contact>)> {
        let mut chats: Vec<_> =
            self.contacts.look(|all| all.with(professional).filter(|(_, contact)| contact.is_live()).collect());
        chats.sort_by_key(|(id, contact)| (contact.opened_at, *id));
        chats
    }

    /// Whether a professional has as many chats as they may, so that one more has to wait.
    pub fn has_enough_chats(&self, professional: &str, contact: &Contact) -> bool {
        let most = self.chats_at(&contact.unit, contact.queue.as_ref()).map(|chats| *chats.most);
        contact.is_live() && most.is_some_and(|most| self.chats_of(professional).len() >= most)
    }
}
