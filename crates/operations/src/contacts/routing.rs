//! Routing: to which queue a contact comes, who sees it first, and why. Rules are data, and what they decide is a pure
//! function of the contact's codes: no text of a person is looked at once their words have been told apart as needs.

mod decide;
mod part;
mod rehearse;

use facts::{Channel, Code, Urgency};
use matter::codec::code;
use matter::{PartId, ProfessionalId, UnitId};
use serde::{Deserialize, Serialize};

pub use decide::{Base, Places, Route, needs_in, route};
pub use part::{By, Choice, Length, Routing, Service, Severity, To, When};
pub use rehearse::{Rehearsal, rehearse};

/// The codes by which a contact is routed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The service that the writer chose, or `general`.
    pub service: String,
    #[serde(with = "code")]
    pub channel: Channel,
    pub language: String,
    /// Full years; none: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
    /// Where the person lives, as the rules name places; none: not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Needs that the writer's own words told, as the rules name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// As a professional found it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    #[serde(default, with = "some", skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// The unit that asks on somebody's behalf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<UnitId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Own>,
}

#[cfg(test)]
impl Case {
    /// A message to a service of which nothing else is known.
    pub(crate) fn of(service: &str) -> Case {
        Case {
            service: service.into(),
            channel: Channel::Message,
            language: "fi".into(),
            age: None,
            place: None,
            needs: Vec::new(),
            severity: None,
            urgency: None,
            caller: None,
            own: None,
        }
    }
}

/// The people whose patient somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    pub unit: UnitId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nurse: Option<ProfessionalId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physician: Option<ProfessionalId>,
}

/// A decision as it is kept with the contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    pub case: Case,
    /// Clocks of the queue to which it came.
    pub clocks: Vec<PartId>,
    /// The rules that decided something, in the order of their ranks; empty: the service's own queue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
    /// Those who are to see it first, and the queue after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// The instant until which its writer could count on an answer, by how the queue went then, in microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<i64>,
}

/// A rule that decided, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    pub rule: PartId,
    pub version: u32,
    pub decided: Decided,
}

/// A thing that a rule can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    Queue,
    Unit,
    /// Units of the queue that can do what is needed.
    Able,
    /// None of them could: it is a lack, and the contact waits with the others.
    Lacking,
    First,
    Class,
}

impl Decided {
    pub fn code(self) -> &'static str {
        match self {
            Decided::Queue => "queue",
            Decided::Unit => "unit",
            Decided::Able => "able",
            Decided::Lacking => "lacking",
            Decided::First => "first",
            Decided::Class => "class",
        }
    }
}

/// Those who see a contact before others do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct First {
    /// None: whoever of the unit is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ProfessionalId>,
    /// Until when it waits for them, in microseconds since 1970; nobody has taken it by then, it goes on.
    pub until: i64,
    /// Where it goes on to.
    pub unit: UnitId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<PartId>,
}

/// A code of a closed vocabulary, or none.
mod some {
    use facts::Code;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde gives a reference")]
    pub fn serialize<C: Code, S: Serializer>(code: &Option<C>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(code.map_or("", Code::code))
    }

    pub fn deserialize<'de, C: Code, D: Deserializer<'de>>(deserializer: D) -> Result<Option<C>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("{} has no code {text}", C::LIST.name));
        if text.is_empty() { Ok(None) } else { C::named(&text).ok_or_else(unknown).map(Some) }
    }
}

impl Case {
    /// Its class of urgency as a rule names it; what nobody has classed is routine.
    pub fn class(&self) -> Urgency {
        self.urgency.unwrap_or(Urgency::Routine)
    }

    fn is_of(&self, class: &str) -> bool {
        self.class().code() == class
    }
}

#[cfg(test)]
mod tests;
