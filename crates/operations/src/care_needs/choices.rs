//! Kinds of care and reasons for exceptions, from their rule files.

use std::sync::LazyLock;

use facts::{AssessmentKind, Names};
use matter::codec::code;
use serde::Deserialize;

/// A kind of care that a need may be established for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Care {
    pub id: String,
    /// The assessment that it is in the facts.
    #[serde(with = "code")]
    pub kind: AssessmentKind,
    /// Clocks, the first of which a rule holds runs from the need.
    pub clocks: Vec<String>,
    /// Calendars that give the first time of it.
    pub calendars: Vec<String>,
    pub name: Names,
}

impl Care {
    pub fn named(id: &str) -> Option<&'static Care> {
        cares().iter().find(|care| care.id == id)
    }
}

/// A reason that can be chosen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub name: Names,
}

#[derive(Deserialize)]
struct Cares {
    care: Vec<Care>,
}

#[derive(Deserialize)]
struct Exceptions {
    exception: Vec<Choice>,
}

/// `rules/care.toml`, in the order in which it is offered.
pub fn cares() -> &'static [Care] {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static CARES: LazyLock<Vec<Care>> = LazyLock::new(|| {
        let read: Cares = toml::from_str(include_str!("../../../../rules/care.toml")).expect("well formed");
        read.care
    });
    &CARES
}

/// `rules/guarantee-exceptions.toml`.
pub fn exceptions() -> &'static [Choice] {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static EXCEPTIONS: LazyLock<Vec<Choice>> = LazyLock::new(|| {
        let text = include_str!("../../../../rules/guarantee-exceptions.toml");
        let read: Exceptions = toml::from_str(text).expect("well formed");
        read.exception
    });
    &EXCEPTIONS
}
