//! Phases of a unit's control charts: where a person lets the limits of a measure begin anew, and why.
//!
//! Charts never redraw themselves (`stats::spc::propose` only proposes). The reason is shown to everybody who sees the
//! figures, so it is kept in clear and holds nothing about a person.

use std::collections::BTreeMap;

use matter::codec::{self, Unreadable};
use serde::{Deserialize, Serialize};

/// Characters of a reason at most.
pub const MOST_REASON: usize = 1000;

/// Events of the phases of a unit, as they stand in the log for ever. Fields are added with a default and never
/// renamed. `period`: the first month of the phase, `2024-07`; `by`: the access role of the person who decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "phase.accepted")]
    Accepted { measure: String, period: String, reason: String, by: String },
    #[serde(rename = "phase.withdrawn")]
    Withdrawn { measure: String, period: String, reason: String, by: String },
}

/// A request: a new phase, or an accepted one taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Accept,
    Withdraw,
}

/// A request that somebody makes about a measure of the unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub verb: Verb,
    pub measure: String,
    pub period: String,
    pub reason: String,
    pub by: String,
}

/// Why it is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A decision without its reason helps nobody who reads the chart later.
    NoReason,
    TooLong,
    AlreadyThere,
    NotThere,
}

/// A phase that stands: who accepted it, when (microseconds since 1970), and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub period: String,
    pub reason: String,
    pub by: String,
    pub at: i64,
}

/// The phases of a unit by measure, each by its first month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phases(BTreeMap<(String, String), Accepted>);

impl Phases {
    /// Takes in what happened at an instant.
    #[must_use]
    pub fn evolve(mut self, event: &Event, at: i64) -> Phases {
        match event {
            Event::Accepted { measure, period, reason, by } => {
                let accepted = Accepted { period: period.clone(), reason: reason.clone(), by: by.clone(), at };
                self.0.insert((measure.clone(), period.clone()), accepted);
            }
            Event::Withdrawn { measure, period, .. } => {
                self.0.remove(&(measure.clone(), period.clone()));
            }
        }
        self
    }

    /// The phases of a measure that stand, the earliest first.
    pub fn of<'a>(&'a self, measure: &'a str) -> impl Iterator<Item = &'a Accepted> {
        self.0.iter().filter(move |((of, _), _)| of == measure).map(|(_, accepted)| accepted)
    }
}

/// The event that follows from a command as the phases stand.
pub fn decide(phases: &Phases, command: &Command) -> Result<Event, Refusal> {
    let reason = command.reason.trim().to_string();
    let stands = phases.of(&command.measure).any(|it| it.period == command.period);
    let (measure, period, by) = (command.measure.clone(), command.period.clone(), command.by.clone());
    match command.verb {
        _ if reason.is_empty() => Err(Refusal::NoReason),
        _ if reason.chars().count() > MOST_REASON => Err(Refusal::TooLong),
        Verb::Accept if stands => Err(Refusal::AlreadyThere),
        Verb::Withdraw if !stands => Err(Refusal::NotThere),
        Verb::Accept => Ok(Event::Accepted { measure, period, reason, by }),
        Verb::Withdraw => Ok(Event::Withdrawn { measure, period, reason, by }),
    }
}

impl Event {
    /// Version of the events' data.
    pub const SCHEMA: u32 = 1;

    /// Kind and data, as the log keeps them.
    pub fn encode(&self) -> (String, String) {
        codec::encode(self)
    }

    pub fn decode(kind: &str, schema: u32, data: &str) -> Result<Event, Unreadable> {
        codec::read((kind, schema), data, Event::SCHEMA)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(verb: Verb, period: &str, reason: &str) -> Command {
        let (measure, period, reason) = ("access.callback_24h".into(), period.into(), reason.into());
        Command { verb, measure, period, reason, by: "manager".into() }
    }

    #[test]
    fn a_phase_stands_from_its_acceptance_until_it_is_withdrawn() {
        let phases = Phases::default();
        let event = decide(&phases, &asked(Verb::Accept, "2024-07", " Two more nurses ")).expect("accepted");
        let phases = phases.evolve(&event, 5);
        let standing: Vec<&Accepted> = phases.of("access.callback_24h").collect();
        let expected =
            Accepted { period: "2024-07".into(), reason: "Two more nurses".into(), by: "manager".into(), at: 5 };
        assert_eq!(standing, [&expected]);
        assert_eq!(phases.of("access.t3").count(), 0, "another measure has its own");
        assert_eq!(decide(&phases, &asked(Verb::Accept, "2024-07", "Again")), Err(Refusal::AlreadyThere));
        assert_eq!(decide(&phases, &asked(Verb::Withdraw, "2024-08", "Wrong")), Err(Refusal::NotThere));
        let event = decide(&phases, &asked(Verb::Withdraw, "2024-07", "Wrong month")).expect("withdrawn");
        let phases = phases.evolve(&event, 6);
        assert_eq!(phases.of("access.callback_24h").count(), 0);
        assert!(decide(&phases, &asked(Verb::Accept, "2024-07", "After all")).is_ok(), "it may be accepted again");
    }

    #[test]
    fn nothing_is_decided_without_a_reason() {
        for (reason, expected) in
            [("", Refusal::NoReason), (" \n", Refusal::NoReason), (&"a".repeat(1001), Refusal::TooLong)]
        {
            for verb in [Verb::Accept, Verb::Withdraw] {
                assert_eq!(decide(&Phases::default(), &asked(verb, "2024-07", reason)), Err(expected));
            }
        }
    }

    #[test]
    fn events_are_read_as_they_were_written() {
        let event =
            decide(&Phases::default(), &asked(Verb::Accept, "2024-07", "Two \"more\" nurses")).expect("accepted");
        let (kind, data) = event.encode();
        assert_eq!(kind, "phase.accepted");
        assert_eq!(Event::decode(&kind, Event::SCHEMA, &data).expect("readable"), event);
    }
}
