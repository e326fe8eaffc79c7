//! A queue as people write it: where contacts wait, whose work they are, in which register they stand, when somebody is
//! there, and by when they are answered.

use calendar::clocks;
use calendar::hours::{Hours, Open};
use content::{At, Content, There, Wrong};
use facts::{Code, Names, Profession, Register};
use matter::codec::code;
use serde::Deserialize;

use super::chat::Chats;
use crate::residents::phone;

/// A queue, from a file of `content/queues/`. A part at a unit: `health-station@station-02`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    pub name: Names,
    /// The fate of a contact there, in a sentence to its writer; none: residents hear nothing of it.
    pub says: Option<Names>,
    /// The register to which its contacts belong (Act 703/2023 § 13).
    #[serde(with = "code")]
    pub register: Register,
    /// Professions that answer there.
    pub professions: Vec<At<String>>,
    /// Units that have it.
    pub units: Vec<At<String>>,
    /// Skills and languages that only some of its units have.
    #[serde(default)]
    pub able: Vec<Able>,
    /// Languages in which it answers.
    #[serde(default = "both")]
    pub languages: Vec<String>,
    /// The clocks of its contacts: laws and promises, in `rules/clocks/`; none: the law that binds all.
    #[serde(default, rename = "clock")]
    pub clocks: Vec<At<String>>,
    /// When it takes calls; messages come at any time.
    #[serde(default)]
    pub open: Hours,
    /// When somebody is at work there, where that is not when it is open.
    pub staffed: Option<Vec<Open>>,
    /// The queue that takes what it cannot: a lead moves it there, nothing goes by itself.
    pub relief: Option<Relief>,
    /// How it chats; none: it does not.
    pub chat: Option<Chats>,
    /// Telephone numbers of which the exchange tells.
    #[serde(default, rename = "line")]
    pub lines: Vec<Line>,
}

/// A telephone number that leads to a queue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub number: At<String>,
    /// The unit of the queue whose calls they are.
    pub unit: At<String>,
    /// Label of the service that people ask for there.
    pub service: String,
}

/// The queue that relieves another.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relief {
    pub queue: At<String>,
}

/// A skill or a language that only some units of a queue have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Able {
    /// A language or a skill.
    pub to: String,
    pub units: Vec<At<String>>,
}

fn both() -> Vec<String> {
    vec!["fi".into(), "sv".into()]
}

impl Queue {
    pub fn is_at(&self, unit: &str) -> bool {
        self.units.iter().any(|it| **it == unit)
    }

    pub fn is_answered_by(&self, profession: Profession) -> bool {
        self.professions.iter().any(|it| **it == profession.code())
    }

    /// The line of a number, in the form of E.164.
    pub fn line(&self, number: &str) -> Option<&Line> {
        self.lines.iter().find(|line| phone(&line.number).as_deref() == Some(number))
    }

    /// When somebody is at work there.
    pub fn staffed(&self) -> Hours {
        let week = self.staffed.as_ref().unwrap_or(&self.open.week);
        Hours { week: week.clone(), ..self.open.clone() }
    }
}

impl Content for Queue {
    const FOLDER: &'static str = "queues";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, id: &str, there: There) -> Vec<Wrong> {
        let missing = |kind: &'static str, named: &At<String>| {
            let place = named.place();
            (!there(kind, named)).then(|| Wrong::new(place, format!("there is no {kind} {}", **named), ""))
        };
        let professions = self.professions.iter().filter_map(|it| missing("profession", it));
        let mut wrongs: Vec<Wrong> =
            professions.chain(self.units.iter().filter_map(|it| missing("unit", it))).collect();
        wrongs.extend(self.relief.iter().filter_map(|it| missing("queue", &it.queue)));
        wrongs.extend(
            self.clocks.iter().filter(|it| clocks::named(it).is_none()).map(|it| {
                Wrong::new(it.place(), format!("there is no clock {}", **it), "name a file of rules/clocks/")
            }),
        );
        let elsewhere = self.able.iter().flat_map(|able| &able.units).filter(|unit| !self.is_at(unit));
        let elsewhere = elsewhere.chain(self.lines.iter().map(|line| &line.unit).filter(|unit| !self.is_at(unit)));
        wrongs.extend(elsewhere.map(|unit| Wrong::new(unit.place(), format!("the queue is not at {}", **unit), "")));
        wrongs.extend(self.staffed().faults().into_iter().map(|what| Wrong::new(0..0, what, "mend its hours")));
        if self.professions.is_empty() || self.units.is_empty() {
            wrongs.push(Wrong::new(0..0, "a queue has a unit and a profession at least", "name them"));
        }
        wrongs.extend(self.chat.iter().flat_map(Chats::check));
        let unread = self.lines.iter().map(|line| &line.number).filter(|number| phone(number).is_none());
        wrongs.extend(unread.map(|it| Wrong::new(it.place(), format!("{} is no telephone number", **it), "")));
        if self.relief.as_ref().is_some_and(|it| *it.queue == id) {
            wrongs.push(Wrong::new(0..0, "a queue is no relief of its own", "name another, or none"));
        }
        wrongs
    }
}
