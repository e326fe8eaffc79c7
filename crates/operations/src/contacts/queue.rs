//! A queue as people write it: where contacts wait, whose work they are, and in which register they stand.

use content::{At, Content, There, Wrong};
use facts::{Code, Names, Profession, Register};
use matter::codec::code;
use serde::Deserialize;

use super::chat::Chats;

/// A queue, from a file of `content/queues/`. A part at a unit: `health-station@station-02`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    pub name: Names,
    /// The register to which its contacts belong (Act 703/2023 § 13).
    #[serde(with = "code")]
    pub register: Register,
    /// Professions that answer there.
    pub professions: Vec<At<String>>,
    /// Units that have it.
    pub units: Vec<At<String>>,
    /// How it chats; none: it does not.
    #[serde(default)]
    pub chat: Option<Chats>,
}

impl Queue {
    pub fn is_at(&self, unit: &str) -> bool {
        self.units.iter().any(|it| **it == unit)
    }

    pub fn is_answered_by(&self, profession: Profession) -> bool {
        self.professions.iter().any(|it| **it == profession.code())
    }
}

impl Content for Queue {
    const FOLDER: &'static str = "queues";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _id: &str, there: There) -> Vec<Wrong> {
        let missing = |kind: &'static str, named: &At<String>| {
            let place = named.place();
            (!there(kind, named)).then(|| Wrong::new(place, format!("there is no {kind} {}", **named), ""))
        };
        let professions = self.professions.iter().filter_map(|it| missing("profession", it));
        let mut wrongs: Vec<Wrong> =
            professions.chain(self.units.iter().filter_map(|it| missing("unit", it))).collect();
        if self.professions.is_empty() || self.units.is_empty() {
            wrongs.push(Wrong::new(0..0, "a queue has a unit and a profession at least", "name them"));
        }
        wrongs.extend(self.chat.iter().flat_map(Chats::check));
        wrongs
    }
}
