//! Whether a request to be called joins an earlier one of the same person that still waits, by rule: `rules/redial-once.toml`.

use std::sync::LazyLock;

use facts::{Code, Names, Urgency};
use jiff::civil::Date;
use serde::Deserialize;

use super::routing::Length;
use super::{Contact, Place};

/// The rule as shipped.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redial {
    from: Date,
    same: Vec<Same>,
    within: Length,
    never: Vec<String>,
    /// Its meaning, for the one whose requests are joined.
    pub text: Names,
    #[expect(dead_code, reason = "every rule file names its source")]
    source: toml::Table,
}

/// A thing that two requests must have in common. That they are of one person is for the caller to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Same {
    Person,
    Service,
}

/// The rule in force.
pub fn redial() -> &'static Redial {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static RULE: LazyLock<Redial> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../rules/redial-once.toml")).expect("the rule is well formed")
    });
    &RULE
}

impl Redial {
    /// Whether a request about a service joins an earlier one of the same person at an instant, on that day.
    pub fn joins(
        &self,
        earlier: &Contact,
        (service, urgency): (&str, Option<Urgency>),
        (now, on): (i64, Date),
    ) -> bool {
        let is_open = !matches!(earlier.place, Place::Resolved { .. } | Place::Closed);
        let waits = is_open && earlier.calls.is_agreed() && now < earlier.opened_at.saturating_add(self.within.0);
        let is_same = !self.same.contains(&Same::Service) || earlier.service == service;
        let is_never = urgency.is_some_and(|urgency| self.never.iter().any(|it| it == urgency.code()));
        self.from <= on && self.same.contains(&Same::Person) && waits && is_same && !is_never
    }
}

#[cfg(test)]
mod tests {
    use facts::{Channel, Outcome};
    use jiff::civil::date;
    use matter::By;
    use matter::given::given;

    use super::super::{Command, Slot};
    use super::*;
    use crate::organisation::Organisation;

    /// Monday 9 March 2026 at 8 in Helsinki.
    const NOW: i64 = 1_773_036_000_000_000;
    const HOUR: i64 = 3_600_000_000;

    fn waiting(more: &[(By, Command)]) -> Contact {
        let open = Command::Open {
            channel: Channel::Callback,
            service: "outpatient".into(),
            language: "fi".into(),
            unit: "a".into(),
            queue: None,
            anonymous: true,
            subject: None,
            routed: None,
            client_id: "c".into(),
            text: "Soittakaa".into(),
        };
        let slot = Slot { from: NOW + 2 * HOUR, to: NOW + 4 * HOUR };
        let call = Command::CallMe { slot, number: Some("050".into()), mark: None };
        let all = [&[(By::Holder, open), (By::Holder, call)], more].concat();
        given(&all, NOW, &Organisation::default()).expect("a contact")
    }

    #[test]
    fn a_request_joins_the_one_that_waits_for_the_same_and_no_other() {
        let nurse = || By::Professional { id: "nurse".into(), unit: "a".into(), leads: false };
        let over = [(nurse(), Command::Claim), (nurse(), Command::Resolve { outcome: Outcome::Advised })];
        let reached = [(nurse(), Command::Claim), (nurse(), Command::Called { reached: true, at: None })];
        for (what, earlier, service, urgency, after, expected) in [
            ("the same", waiting(&[]), "outpatient", None, 1, true),
            ("another service", waiting(&[]), "social", None, 1, false),
            ("an emergency", waiting(&[]), "outpatient", Some(Urgency::Emergency), 1, false),
            ("today", waiting(&[]), "outpatient", Some(Urgency::Urgent), 1, true),
            ("after three days", waiting(&[]), "outpatient", None, 73, false),
            ("answered", waiting(&over), "outpatient", None, 1, false),
            ("reached", waiting(&reached), "outpatient", None, 1, false),
        ] {
            let at = (NOW + after * HOUR, date(2026, 3, 9));
            assert_eq!(redial().joins(&earlier, (service, urgency), at), expected, "{what}");
        }
        let before = (NOW + HOUR, date(2023, 12, 31));
        assert!(!redial().joins(&waiting(&[]), ("outpatient", None), before), "before the rule");
    }
}
