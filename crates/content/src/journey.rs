//! Journeys: how a system is shown to work, as one piece of data that a test plays and a visitor follows.
//!
//! A journey has three to six steps. In each, somebody opens a page, does something there as people do (by the names of
//! links, buttons and fields, in the language of whoever plays) and sees what follows: a text, a refusal, a figure that moved.
//! Steps that have to have happened before a visitor comes are `planted`.

mod check;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use facts::Names;
use serde::Deserialize;

use crate::{At, Content, Language, There, Wrong};

pub use step::{Act, Clock, Figure, Month, Seen, Shape, Since, Step, Verb};

/// A journey, from a file of `content/journeys/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journey {
    /// The system that it shows, `S-033`.
    pub system: At<String>,
    pub title: Names,
    /// Those who play or are spoken of, by a word of the journey's own.
    pub who: BTreeMap<String, At<Who>>,
    #[serde(rename = "step")]
    pub steps: At<Vec<At<Step>>>,
    /// Figures of the system's source that the demo county shows, each with its own test of the level.
    #[serde(default)]
    pub shows: Vec<At<Shown>>,
}

/// A person of the journey, as they sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    pub role: Role,
    /// `nurse@station-02` for staff, `partner@ORGANISATION`, a name of the cast for residents, the id of a port.
    #[serde(default, rename = "as")]
    pub known_as: Option<At<String>>,
    /// The language in which they read, and in which names of links, buttons and fields stand in their steps.
    #[serde(default)]
    pub language: Language,
}

/// Access roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Without a name.
    Anonymous,
    Resident,
    Professional,
    Lead,
    Manager,
    Evaluator,
    Analyst,
    Fees,
    Editor,
    Privacy,
    Admin,
    Partner,
    /// Another system: its steps put into a port's stand-in what it brings, and no page is opened.
    Port,
}

/// A figure of the source: which of those that `scorecards/source-figures.toml` holds the county to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    pub measure: String,
    pub unit: String,
    /// First month of the source's figure.
    pub from: String,
    /// Parts and engines that it waits for.
    #[serde(default)]
    pub waits: Vec<At<String>>,
}

impl Journey {
    /// All that its steps wait for, without doubles. A journey that waits for nothing is played to its end.
    pub fn waits(&self) -> BTreeSet<&str> {
        let mut all = BTreeSet::new();
        for step in self.steps.iter() {
            let seen = step.see.iter().chain(&step.unseen).flat_map(|seen| &seen.waits);
            let figures = step.figures.iter().flat_map(|figure| &figure.waits);
            all.extend(step.waits.iter().chain(seen).chain(figures).map(|wait| wait.as_str()));
        }
        all
    }

    /// How many of its steps wait for nothing, and are played.
    pub fn played(&self) -> usize {
        self.steps.iter().filter(|step| step.waits.is_empty()).count()
    }
}

impl Content for Journey {
    const FOLDER: &'static str = "journeys";
    /// Nothing in the log begins on a journey, and each change of an engine may change its steps.
    const IS_KEPT: bool = false;

    fn name(&self) -> &Names {
        &self.title
    }

    fn check(&self, id: &str, there: There) -> Vec<Wrong> {
        check::check(self, id, there)
    }
}
