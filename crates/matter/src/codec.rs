//! Events as they stand in the log: a kind, a schema and data as JSON.
//!
//! An event is a plain enum: the name of its variant is its kind, what the variant holds is its data, and one that holds
//! nothing has the data `{}`.

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Matter;

/// An event that this program cannot read: what it happened to must not be written on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// The kind of an event, and its data. A value that is no enum has no kind, and the log refuses it.
pub fn encode(event: &impl Serialize) -> (String, String) {
    match serde_json::to_value(event).unwrap_or_default() {
        Value::String(kind) => (kind, "{}".into()),
        Value::Object(event) => {
            event.into_iter().next().map_or_else(Default::default, |(kind, data)| (kind, data.to_string()))
        }
        _ => <_>::default(),
    }
}

/// An event of a kind of matter; data of another schema is lifted first.
pub fn decode<M: Matter>(kind: &str, schema: u32, data: &str) -> Result<M::Event, Unreadable> {
    let data = parsed((kind, schema), data)?;
    event((kind, schema), if schema == M::SCHEMA { data } else { M::lift(kind, schema, data)? })
}

/// An event of no matter; `known`: the one schema that its data has.
pub fn read<E: DeserializeOwned>((kind, schema): (&str, u32), data: &str, known: u32) -> Result<E, Unreadable> {
    match schema == known {
        true => event((kind, schema), parsed((kind, schema), data)?),
        false => Err(unreadable((kind, schema), "this program does not know it")),
    }
}

fn parsed(which: (&str, u32), data: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(data).map_err(|error| unreadable(which, error))
}

fn event<E: DeserializeOwned>((kind, schema): (&str, u32), data: Value) -> Result<E, Unreadable> {
    let event = match data.as_object().is_some_and(Map::is_empty) {
        true => Value::String(kind.into()),
        false => Value::Object(Map::from_iter([(kind.into(), data)])),
    };
    serde_json::from_value(event).map_err(|error| unreadable((kind, schema), error))
}

fn unreadable((kind, schema): (&str, u32), why: impl Display) -> Unreadable {
    Unreadable(format!("{kind}, schema {schema}: {why}"))
}

/// Codes of closed vocabularies as their texts, for `#[serde(with = "code")]`.
pub mod code {
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

/// Ids as their texts, for `#[serde(with = "id")]`.
pub mod id {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use uuid::Uuid;

    pub fn serialize<S: Serializer>(id: &Uuid, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
