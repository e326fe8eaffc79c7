//! A chat waits in the demo: in each queue that chats somebody without a name has just come, answers a visitor who takes it, and
//! leaves when nobody does. Texts are invented.

use std::collections::BTreeMap;

use kinds::{Begins, Kinds, NewContact};
use matter::{By, PartId};
use operations::contacts::{Channel, Command, Contact};
use uuid::Uuid;

const MINUTE: i64 = 60_000_000;
/// So long somebody waits for an answer, in microseconds.
const PATIENCE: i64 = 20 * MINUTE;
/// So long they think before they write, in microseconds.
const THINKS: i64 = 15_000_000;

/// First message and answers of somebody, by queue and unit, with service and language.
type Talk = (&'static str, &'static str, &'static str, &'static str, [&'static str; 3]);

const TALKS: [Talk; 3] = [
    (
        "child-health-clinic",
        "clinic-1",
        "child_health",
        "fi",
        [
            "Vauva on itkenyt koko aamun eikä syö kunnolla. Mitä voisin kokeilla?",
            "Kuumetta ei ole, mittasin juuri. Märkiä vaippoja on tullut tavalliseen tapaan.",
            "Kiitos, kokeilen sitä. Otan yhteyttä, jos ei helpota.",
        ],
    ),
    (
        "digital-clinic",
        "digital-clinic",
        "outpatient",
        "sv",
        [
            "Jag har haft halsont i tre dagar och rösten är borta. Behöver jag ett prov?",
            "Ingen feber, men det gör ont att svälja.",
            "Tack, då väntar jag ett par dagar till.",
        ],
    ),
    (
        "social-advice",
        "adult-social",
        "social_work",
        "fi",
        [
            "Sain sähkölaskun, jota en pysty maksamaan ennen kuun vaihdetta. Mitä teen?",
            "Lasku on 140 euroa ja eräpäivä on perjantaina.",
            "Kiitos, soitan heille tänään.",
        ],
    ),
];

/// Those who come to chat.
pub struct Chatting {
    kinds: Kinds,
    /// The chat of each queue, and how much of it was said.
    chats: BTreeMap<&'static str, (Uuid, usize)>,
}

impl Chatting {
    pub fn new(kinds: Kinds) -> Chatting {
        Chatting { kinds, chats: BTreeMap::new() }
    }

    /// Does what has come to be done by now.
    pub async fn round(&mut self, now: i64) {
        for talk in TALKS {
            let (queue, ..) = talk;
            let has = self.chats.get(queue).copied();
            let contact = match has {
                Some((id, _)) => self.kinds.contacts.read(id).await.ok().flatten(),
                None => None,
            };
            match (has, contact) {
                (Some((id, said)), Some(contact)) if contact.is_live() => {
                    self.goes_on(talk, (id, said), &contact, now).await
                }
                _ => self.comes(talk, now).await,
            }
        }
    }

    /// Somebody comes, where the queue chats now.
    async fn comes(&mut self, (queue, unit, service, language, texts): Talk, now: i64) {
        let part = PartId::from(queue);
        let Some(begins @ Begins::Chat { .. }) = self.kinds.chat_begins((unit, Some(&part)), language) else { return };
        let new = NewContact {
            client_id: format!("demo-chat-{queue}-{now}"),
            among: String::new(),
            channel: Channel::Chat,
            service: service.into(),
            language: language.into(),
            unit: unit.into(),
            queue: Some(part),
            anonymous: true,
            subject: None,
            routed: None,
            text: texts[0].into(),
        };
        if let Ok(opened) = self.kinds.open_contact_with(new, &begins, &By::Holder).await {
            self.chats.insert(queue, (opened.contact, 1));
        }
    }

    /// They answer, say goodbye, or have waited too long.
    async fn goes_on(&mut self, (queue, .., texts): Talk, (id, said): (Uuid, usize), contact: &Contact, now: i64) {
        let is_silent = contact.first_response_at.is_none();
        let is_their_turn = !is_silent && contact.waits_since.is_none() && now - contact.written_at >= THINKS;
        let ask = async |command: Command| {
            let key = format!("demo-{id}-{now}-{said}");
            // A visitor may have been quicker: the next round sees how it stands then.
            drop(self.kinds.contacts.ask(id, command, &By::Holder, &key, u64::MAX).await);
        };
        match texts.get(said) {
            _ if is_silent && now - contact.opened_at >= PATIENCE => ask(Command::Leave).await,
            Some(text) if is_their_turn => {
                ask(Command::Write { client_id: format!("demo-{said}"), text: (*text).into() }).await;
                self.chats.insert(queue, (id, said + 1));
            }
            None if is_their_turn => {
                ask(Command::Leave).await;
                ask(Command::Rate { rating: 5 }).await;
            }
            _ => {}
        }
    }
}
