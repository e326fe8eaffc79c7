//! Events of a contact, as they stand in the log for ever.

use facts::{Channel, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Something that happened. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    #[serde(rename = "contact.opened")]
    Opened {
        #[serde(with = "code")]
        channel: Channel,
        service: String,
        /// In which the resident wrote.
        language: String,
        /// The unit whose queue it came to first.
        unit: String,
        anonymous: bool,
        /// Token of the person, under whose keys the texts are sealed; empty: of nobody but this contact.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        subject: String,
        /// Microseconds since 1970.
        at: i64,
    },
    #[serde(rename = "contact.claimed")]
    Claimed { owner: String },
    /// Given to a professional: by the one who leads the unit, or because it was taken up again and they know it.
    #[serde(rename = "contact.assigned")]
    Assigned { owner: String },
    #[serde(rename = "contact.released")]
    Released,
    #[serde(rename = "contact.asked")]
    Asked,
    #[serde(rename = "contact.answered")]
    Answered,
    #[serde(rename = "contact.transferred")]
    Transferred { from: String, to: String, reason: String },
    #[serde(rename = "contact.resolved")]
    Resolved {
        #[serde(with = "code")]
        outcome: Outcome,
    },
    #[serde(rename = "contact.reopened")]
    Reopened,
    #[serde(rename = "contact.closed")]
    Closed,
    /// In the conversation's stream: a message, whose text is sealed beside it.
    #[serde(rename = "message.written")]
    Written {
        author: Author,
        /// By which the writer's program tells whether it was sent before.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        client_id: String,
    },
    /// In the conversation's stream: what both sides see of how the contact stands.
    #[serde(rename = "conversation.shown")]
    Shown(Shown),
}

/// The author of a message, as both sides see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    Resident,
    Service,
}

/// How a contact stands, as both sides see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    Received,
    Waiting,
    InWork,
    /// A question waits for the resident.
    Asked,
    Resolved,
    Closed,
}

/// An event that this program cannot read: its stream must not be written on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl Event {
    /// A message without a writer's own name for it.
    pub fn written(author: Author) -> Event {
        Event::Written { author, client_id: String::new() }
    }

    /// Version of every kind's data.
    pub const SCHEMA: u32 = 1;

    /// Whether it stands in the conversation's stream, for both sides to see.
    pub fn in_conversation(&self) -> bool {
        matches!(self, Event::Written { .. } | Event::Shown(_))
    }

    /// The kind, and the data as JSON.
    pub fn encode(&self) -> (String, String) {
        encode(self)
    }

    pub fn decode(kind: &str, schema: u32, data: &str) -> Result<Event, Unreadable> {
        decode((kind, schema), data, Event::SCHEMA)
    }
}

/// The kind of an event, and its data as JSON: every event of the log is written so.
pub(crate) fn encode(event: &impl Serialize) -> (String, String) {
    let value = serde_json::to_value(event).unwrap_or_default();
    let kind = value["type"].as_str().unwrap_or_default().to_string();
    let data = value.get("data").map_or_else(|| "{}".into(), ToString::to_string);
    (kind, data)
}

/// Reads the text that [`encode`] wrote; `known`: the schema that this program reads.
pub(crate) fn decode<E: DeserializeOwned>(
    (kind, schema): (&str, u32),
    data: &str,
    known: u32,
) -> Result<E, Unreadable> {
    let unreadable = |why: &dyn std::fmt::Display| Unreadable(format!("{kind}, schema {schema}: {why}"));
    if schema != known {
        return Err(unreadable(&"this program does not know it"));
    }
    let data: serde_json::Value = serde_json::from_str(data).map_err(|error| unreadable(&error))?;
    let whole = match data.as_object().is_some_and(serde_json::Map::is_empty) {
        true => serde_json::json!({ "type": kind }),
        false => serde_json::json!({ "type": kind, "data": data }),
    };
    serde_json::from_value(whole).map_err(|error| unreadable(&error))
}

/// Codes of closed vocabularies as their texts.
pub(crate) mod code {
    use facts::Code;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<C: Code, S: Serializer>(code: &C, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(code.code())
    }

    pub fn deserialize<'de, C: Code, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
        let text = String::deserialize(deserializer)?;
        C::named(&text).ok_or_else(|| D::Error::custom(format!("{} has no code {text}", C::LIST.name)))
    }
}
