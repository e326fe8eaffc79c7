//! A text in the three languages of the interface.

use serde::Deserialize;

/// A text in Finnish, Swedish and English, as files give it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    pub fi: String,
    pub sv: String,
    pub en: String,
}

impl Names {
    /// The text in a language by its code; in Finnish where that is another.
    pub fn of(&self, language: &str) -> &str {
        match language {
            "sv" => &self.sv,
            "en" => &self.en,
            _ => &self.fi,
        }
    }
}
