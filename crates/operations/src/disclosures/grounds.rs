//! Grounds of law, from their rule file.

use std::sync::LazyLock;

use calendar::clocks::Standing;
use facts::{Code, Names, Register};
use jiff::civil::Date;
use serde::Deserialize;

/// A ground of law on which a register is opened to somebody of the other.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    pub id: String,
    pub from: Date,
    /// First day on which it is in force no more.
    pub until: Option<Date>,
    /// Codes of the registers that it opens.
    opens: Vec<String>,
    /// For how long it opens them.
    pub hours: u32,
    pub name: Names,
    /// When it holds, in a sentence.
    pub text: Names,
    pub source: String,
    /// How sure it is of its source.
    pub standing: Standing,
}

impl Ground {
    pub fn named(id: &str) -> Option<&'static Ground> {
        grounds().iter().find(|it| it.id == id)
    }

    /// Whether it opens a register on a day.
    pub fn opens(&self, register: Register, on: Date) -> bool {
        let is_in_force = self.from <= on && self.until.is_none_or(|until| on < until);
        is_in_force && self.opens.iter().any(|it| it == register.code())
    }
}

#[derive(Deserialize)]
struct Grounds {
    ground: Vec<Ground>,
}

/// `rules/grounds.toml`, in the order in which they are offered.
pub fn grounds() -> &'static [Ground] {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static GROUNDS: LazyLock<Vec<Ground>> = LazyLock::new(|| {
        let read: Grounds = toml::from_str(include_str!("../../../../rules/grounds.toml")).expect("well formed");
        read.ground
    });
    &GROUNDS
}
