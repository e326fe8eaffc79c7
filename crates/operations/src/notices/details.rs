//! What a notice says, of whom, and by whom: all of it sealed beside the event that makes it.

use matter::Text;
use serde::{Deserialize, Serialize};

use super::duplicates::Person;

/// The sealed part of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub person: Person,
    pub by: By,
    pub words: String,
}

/// The one who made it, as far as they said. A private person's name is told to nobody but those who work on the notice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct By {
    pub name: String,
    /// Office or profession of an authority.
    pub office: String,
    pub telephone: String,
    /// They ask that their name is not told to the person.
    pub hidden: bool,
}

impl Details {
    pub fn sealed(&self) -> Text {
        Text(serde_json::to_string(self).unwrap_or_default())
    }

    /// As it was sealed; what cannot be read is empty.
    pub fn read(text: &str) -> Details {
        serde_json::from_str(text).unwrap_or_default()
    }
}
