//! How a contact stands: a fold of its events.

use facts::{Channel, Outcome};
use serde::{Deserialize, Serialize};

use super::event::{Author, Event, code};

/// A contact as its events have left it. No text, no name: those are read from the log when a page shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    #[serde(with = "code")]
    pub channel: Channel,
    pub service: String,
    pub language: String,
    pub anonymous: bool,
    /// Token of the person; empty: of nobody but this contact.
    pub subject: String,
    /// Whose queue it came to first, and whose it is in now.
    pub arrival_unit: String,
    pub unit: String,
    pub place: Place,
    /// Microseconds since 1970, as all times here.
    pub opened_at: i64,
    /// The first answer of a person.
    pub first_response_at: Option<i64>,
    /// The first message of the resident after that: both have spoken.
    pub reached_at: Option<i64>,
    pub resolved_at: Option<i64>,
    pub closed_at: Option<i64>,
    /// The last message of either side.
    pub written_at: i64,
    /// Events of the contact's own stream so far, and of the conversation's.
    pub history: u64,
    pub conversation: u64,
    /// The number of the resident's last message.
    pub last_of_resident: u64,
    pub transfers: u32,
    /// Who has it, or had it last.
    pub handler: Option<String>,
    #[serde(with = "outcome")]
    pub outcome: Option<Outcome>,
}

/// Where a contact is: in exactly one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In its unit's queue.
    Queued,
    Owned {
        owner: String,
    },
    /// With its owner, until the resident has answered a question.
    Waiting {
        owner: String,
    },
    Resolved {
        owner: String,
        at: i64,
    },
    Closed,
}

impl Contact {
    /// After an event that happened at an instant. Without a contact only an opening makes one.
    pub fn evolve(contact: Option<Contact>, event: &Event, at: i64) -> Option<Contact> {
        let Some(mut contact) = contact else { return Contact::opened(event) };
        // A clock that was set back must not make an answer older than its question.
        let at = at.max(contact.opened_at);
        let owner = |place: &Place| match place {
            Place::Owned { owner } | Place::Waiting { owner } | Place::Resolved { owner, .. } => owner.clone(),
            Place::Queued | Place::Closed => String::new(),
        };
        match event.in_conversation() {
            true => contact.conversation += 1,
            false => contact.history += 1,
        }
        if matches!(event, Event::Written { .. }) {
            contact.written_at = at;
        }
        match event {
            Event::Opened { .. } | Event::Shown(_) => {}
            Event::Claimed { owner } => {
                contact.handler = Some(owner.clone());
                contact.place = Place::Owned { owner: owner.clone() };
            }
            Event::Released => contact.place = Place::Queued,
            Event::Reopened => {
                contact.place = Place::Queued;
                (contact.resolved_at, contact.outcome) = (None, None);
            }
            Event::Asked => contact.place = Place::Waiting { owner: owner(&contact.place) },
            Event::Answered => contact.place = Place::Owned { owner: owner(&contact.place) },
            Event::Transferred { to, .. } => {
                contact.unit.clone_from(to);
                contact.place = Place::Queued;
                contact.transfers += 1;
            }
            Event::Resolved { outcome } => {
                contact.place = Place::Resolved { owner: owner(&contact.place), at };
                (contact.outcome, contact.resolved_at) = (Some(*outcome), Some(at));
            }
            Event::Closed => (contact.place, contact.closed_at) = (Place::Closed, Some(at)),
            Event::Written { author: Author::Resident, .. } => {
                contact.last_of_resident = contact.conversation;
                if contact.first_response_at.is_some() {
                    contact.reached_at.get_or_insert(at);
                }
            }
            Event::Written { author: Author::Service, .. } => {
                contact.first_response_at.get_or_insert(at);
            }
        }
        Some(contact)
    }

    fn opened(event: &Event) -> Option<Contact> {
        let Event::Opened { channel, service, language, unit, anonymous, subject, at } = event else { return None };
        Some(Contact {
            channel: *channel,
            service: service.clone(),
            language: language.clone(),
            anonymous: *anonymous,
            subject: subject.clone(),
            arrival_unit: unit.clone(),
            unit: unit.clone(),
            place: Place::Queued,
            opened_at: *at,
            first_response_at: None,
            reached_at: None,
            resolved_at: None,
            closed_at: None,
            written_at: *at,
            history: 1,
            conversation: 0,
            last_of_resident: 0,
            transfers: 0,
            handler: None,
            outcome: None,
        })
    }

    /// Who has it now.
    pub fn owner(&self) -> Option<&str> {
        match &self.place {
            Place::Owned { owner } | Place::Waiting { owner } => Some(owner),
            Place::Queued | Place::Resolved { .. } | Place::Closed => None,
        }
    }
}

impl Place {
    /// Name in answers to programs and in links.
    pub fn code(&self) -> &'static str {
        match self {
            Place::Queued => "queued",
            Place::Owned { .. } => "owned",
            Place::Waiting { .. } => "waiting_resident",
            Place::Resolved { .. } => "resolved",
            Place::Closed => "closed",
        }
    }
}

/// How it ended, as its code; empty: not yet.
mod outcome {
    use facts::{Code, Outcome};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub fn serialize<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(outcome.map_or("", Code::code))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Outcome>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("there is no outcome {text}"));
        if text.is_empty() { Ok(None) } else { Outcome::named(&text).ok_or_else(unknown).map(Some) }
    }
}
