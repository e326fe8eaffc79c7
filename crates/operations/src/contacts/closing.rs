//! How contacts end at the desk, by rule: `rules/closing-reasons.toml`.

use std::sync::LazyLock;

use facts::{Code, Outcome, Register};
use matter::codec::code;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(rename = "reason")]
    reasons: Vec<Reason>,
    #[expect(dead_code, reason = "every rule file names its source")]
    source: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    #[serde(with = "code")]
    outcome: Outcome,
    registers: Vec<String>,
}

/// The ends that are offered for a contact of a register, in their order; none: of either.
pub fn offered(register: Option<Register>) -> Vec<Outcome> {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static RULE: LazyLock<Rule> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../rules/closing-reasons.toml")).expect("the rule is well formed")
    });
    let is_of = |reason: &&Reason| register.is_none_or(|it| reason.registers.iter().any(|code| code == it.code()));
    RULE.reasons.iter().filter(is_of).map(|reason| reason.outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn social_services_give_no_instructions_for_self_care() {
        use Outcome::{Advised, Booked, Misdirected, NoNeed, Referred, SelfCare};
        assert_eq!(offered(None), [Advised, Booked, Referred, SelfCare, NoNeed, Misdirected]);
        assert_eq!(offered(Some(Register::Health)), offered(None));
        assert_eq!(offered(Some(Register::Social)), [Advised, Booked, Referred, NoNeed, Misdirected]);
    }
}
