//! The people of a notice, the one whom it is about and its notifier: sealed beside an event of its own.

use matter::Text;
use serde::{Deserialize, Serialize};

use super::duplicates::Person;

/// The people of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub person: Person,
    pub by: By,
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
    /// Version of the event in a notice's stream beside which they are sealed; its words are the first.
    pub const AT: u64 = 2;

    pub fn sealed(&self) -> Text {
        Text(serde_json::to_string(self).unwrap_or_default())
    }

    /// As it was sealed; what cannot be read is empty.
    pub fn read(text: &str) -> Details {
        serde_json::from_str(text).unwrap_or_default()
    }
}
