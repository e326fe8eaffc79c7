//! Services and rules of routing as people write them.

use std::collections::BTreeMap;

use content::{At, Content, There, Wrong};
use facts::{Channel, Code, Names, Register, Urgency};
use serde::{Deserialize, Serialize};

/// A service as residents choose it, from a file of `content/services/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub name: Names,
    /// Its purpose, in a sentence to residents.
    pub about: Names,
    /// Its code in contacts and figures.
    pub label: String,
    /// The queue to which it comes unless a rule says otherwise.
    pub queue: At<String>,
}

/// A rule of routing, from a file of `content/routings/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    pub name: Names,
    /// Why a contact goes this way, in a sentence to its writer and to those who get it.
    pub text: Names,
    /// Of two rules that would decide the same, the lower rank does; no two of one rank are in force at once.
    pub rank: u16,
    #[serde(default)]
    pub when: When,
    #[serde(default)]
    pub to: To,
    /// The thing by which it chooses; its choices are named by it.
    pub by: Option<By>,
    #[serde(default, rename = "choice")]
    pub choices: Vec<Choice>,
}

/// The contacts that a rule is about: of all that is named here, one each must be so; what is not named may be anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    pub services: Vec<String>,
    /// Queues to which they come by the service or by another rule.
    #[serde(rename = "queue")]
    pub queues: Vec<At<String>>,
    pub channels: Vec<At<String>>,
    pub languages: Vec<String>,
    pub places: Vec<String>,
    pub needs: Vec<String>,
    pub severity: Vec<Severity>,
    pub urgency: Vec<At<String>>,
    pub age: Option<Ages>,
    #[serde(default)]
    pub register: Option<At<String>>,
}

/// Full years: from one on, and below one.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ages {
    #[serde(default)]
    pub from: u8,
    #[serde(default = "oldest")]
    pub under: u8,
}

fn oldest() -> u8 {
    u8::MAX
}

/// How bad something is, as a professional or a scored form found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Mild,
    Moderate,
    Severe,
}

/// The decision of a rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct To {
    pub queue: Option<At<String>>,
    /// Those who see it first; the unit of the queue is theirs then.
    pub first: Option<Ahead>,
    /// How long it waits for them, by urgency, in time in which the queue is staffed.
    pub waits: BTreeMap<String, Length>,
    /// The skill that its unit must have, as queues name it under `able`; `language`: the writer's.
    pub able: Option<String>,
    /// Among the units that are left, the one with the least work for each who is there.
    pub spread: bool,
    /// The class that it has from then on; `none`: it has none, and stands by when it came.
    pub class: Option<At<String>>,
}

/// Those who see a contact first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ahead {
    OwnNurse,
    OwnPhysician,
    /// All who are there of the unit where the person is registered.
    OwnUnit,
    /// All who are there of the unit that the choice names.
    Chosen,
}

/// Time in which somebody is at work, in microseconds: `30 minutes`, `8 hours`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Length(pub i64);

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Length, String> {
        let parts = text.split_once(' ').and_then(|(count, unit)| Some((count.parse::<i64>().ok()?, unit)));
        match parts {
            Some((count, "minutes")) => Ok(Length(count * 60_000_000)),
            Some((count, "hours")) => Ok(Length(count * 3_600_000_000)),
            _ => Err(format!("{text} is no time: write 30 minutes or 8 hours")),
        }
    }
}

/// The thing by which the choices of a rule are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Where the person lives.
    Place,
    /// The unit that asks on somebody's behalf.
    Caller,
    /// A need that the writer's words tell.
    Need,
}

/// One choice of a rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub of: String,
    /// Its name, where people choose it.
    pub name: Option<Names>,
    /// Beginnings of words that tell it, in small letters and in any language.
    #[serde(default)]
    pub words: Vec<String>,
    pub queue: Option<At<String>>,
    /// The unit of the queue; of several the first at which the queue is.
    #[serde(default)]
    pub units: Vec<At<String>>,
}

impl Routing {
    /// Whether it decides the queue, and so comes before rules that ask for one.
    pub fn decides_queue(&self) -> bool {
        self.to.queue.is_some() || self.choices.iter().any(|choice| choice.queue.is_some())
    }
}

impl Content for Service {
    const FOLDER: &'static str = "services";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _id: &str, there: There) -> Vec<Wrong> {
        missing("queue", &self.queue, there).into_iter().collect()
    }
}

impl Content for Routing {
    const FOLDER: &'static str = "routings";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _id: &str, there: There) -> Vec<Wrong> {
        let chosen = self.choices.iter();
        let queues =
            self.when.queues.iter().chain(&self.to.queue).chain(chosen.clone().filter_map(|it| it.queue.as_ref()));
        let mut wrongs: Vec<Wrong> = queues.filter_map(|queue| missing("queue", queue, there)).collect();
        wrongs.extend(chosen.flat_map(|it| &it.units).filter_map(|unit| missing("unit", unit, there)));
        let code = |known: bool, word: &At<String>, what: &str| {
            (!known).then(|| Wrong::new(word.place(), format!("there is no {what} {}", **word), ""))
        };
        wrongs.extend(self.when.channels.iter().filter_map(|it| code(Channel::named(it).is_some(), it, "channel")));
        wrongs.extend(self.when.urgency.iter().filter_map(|it| code(Urgency::named(it).is_some(), it, "urgency")));
        wrongs.extend(self.when.register.iter().filter_map(|it| code(Register::named(it).is_some(), it, "register")));
        let class = |it: &At<String>| code(**it == "none" || Urgency::named(it).is_some(), it, "urgency");
        wrongs.extend(self.to.class.iter().filter_map(class));
        let mut wrong = |what: &str, remedy: &str| wrongs.push(Wrong::new(0..0, what, remedy));
        if let Some(class) = self.to.waits.keys().find(|class| Urgency::named(class).is_none()) {
            wrong(&format!("there is no urgency {class}"), "");
        }
        if self.by.is_none() != self.choices.is_empty() {
            wrong("a rule that chooses says by what, and has choices", "by = \"place\", and [[choice]]");
        }
        if self.decides_queue() && !self.when.queues.is_empty() {
            wrong("a rule that decides the queue cannot ask for it", "say for which services it is");
        }
        if self.to.first.is_some() == self.to.waits.is_empty() {
            wrong(
                "a contact that somebody sees first says how long it waits for them",
                "first = …, waits = { routine = \"8 hours\" }",
            );
        }
        wrongs
    }
}

fn missing(kind: &'static str, named: &At<String>, there: There) -> Option<Wrong> {
    (!there(kind, named)).then(|| Wrong::new(named.place(), format!("there is no {kind} {}", **named), ""))
}
