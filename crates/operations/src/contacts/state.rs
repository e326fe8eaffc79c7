//! How a contact stands: a fold of its events.

use facts::{Channel, Outcome};

use super::event::{Author, Event};

/// A contact as its events have left it. No text, no name: those are read from the log when a page shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub channel: Channel,
    pub service: String,
    pub language: String,
    pub anonymous: bool,
    /// Whose queue it came to first, and whose it is in now.
    pub arrival_unit: String,
    pub unit: String,
    pub place: Place,
    /// Microseconds since 1970, as all times here.
    pub opened_at: i64,
    /// The first answer of a person.
    pub first_response_at: Option<i64>,
    /// Events of the conversation so far.
    pub conversation: u64,
    /// The number of the resident's last message.
    pub last_of_resident: u64,
    pub transfers: u32,
    pub outcome: Option<Outcome>,
}

/// Where a contact is: in exactly one place.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// After an event that was recorded at an instant. Without a contact only an opening makes one.
    pub fn evolve(contact: Option<Contact>, event: &Event, recorded: i64) -> Option<Contact> {
        let Some(mut contact) = contact else { return Contact::opened(event) };
        let owner = |place: &Place| match place {
            Place::Owned { owner } | Place::Waiting { owner } | Place::Resolved { owner, .. } => owner.clone(),
            Place::Queued | Place::Closed => String::new(),
        };
        match event {
            Event::Opened { .. } => {}
            Event::Claimed { owner } => contact.place = Place::Owned { owner: owner.clone() },
            Event::Released | Event::Reopened => contact.place = Place::Queued,
            Event::Asked => contact.place = Place::Waiting { owner: owner(&contact.place) },
            Event::Answered => contact.place = Place::Owned { owner: owner(&contact.place) },
            Event::Transferred { to, .. } => {
                contact.unit.clone_from(to);
                contact.place = Place::Queued;
                contact.transfers += 1;
            }
            Event::Resolved { outcome } => {
                contact.place = Place::Resolved { owner: owner(&contact.place), at: recorded };
                contact.outcome = Some(*outcome);
            }
            Event::Closed => contact.place = Place::Closed,
            Event::Written { author } => {
                contact.conversation += 1;
                match author {
                    Author::Resident => contact.last_of_resident = contact.conversation,
                    Author::Service => {
                        contact.first_response_at.get_or_insert(recorded);
                    }
                }
            }
            Event::Shown(_) => contact.conversation += 1,
        }
        Some(contact)
    }

    fn opened(event: &Event) -> Option<Contact> {
        let Event::Opened { channel, service, language, unit, anonymous, at } = event else { return None };
        Some(Contact {
            channel: *channel,
            service: service.clone(),
            language: language.clone(),
            anonymous: *anonymous,
            arrival_unit: unit.clone(),
            unit: unit.clone(),
            place: Place::Queued,
            opened_at: *at,
            first_response_at: None,
            conversation: 0,
            last_of_resident: 0,
            transfers: 0,
            outcome: None,
        })
    }
}
