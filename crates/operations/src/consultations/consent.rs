//! When a colleague who is asked reads the matter that the question is about, by rule: `rules/consultation-consent.toml`.

use std::sync::LazyLock;

use calendar::clocks::Standing;
use facts::Names;
use jiff::civil::Date;
use serde::Deserialize;

/// Whether the colleague works in the register of the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    Same,
    Other,
}

/// The thing that opens the matter to the colleague.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    Nothing,
    Consent,
}

/// A case of the rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    between: Between,
    pub needs: Needs,
    from: Date,
    /// Its meaning, in a sentence.
    pub text: Names,
    pub source: String,
    /// How sure it is of its source.
    pub standing: Standing,
}

#[derive(Deserialize)]
struct Rule {
    case: Vec<Case>,
}

/// The case that is in force on a day: the latest; none: the rule does not speak of that day, and nothing is opened.
pub fn case(between: Between, on: Date) -> Option<&'static Case> {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static RULE: LazyLock<Rule> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../rules/consultation-consent.toml")).expect("well formed")
    });
    RULE.case.iter().filter(|it| it.between == between && it.from <= on).max_by_key(|it| it.from)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn in_one_register_nothing_is_asked_and_in_the_other_the_client() {
        let needs = |between, on| case(between, on).map(|it| it.needs);
        let today = date(2026, 3, 9);
        assert_eq!(needs(Between::Same, today), Some(Needs::Nothing));
        assert_eq!(needs(Between::Other, today), Some(Needs::Consent));
        assert_eq!(needs(Between::Other, date(1999, 1, 1)), None);
    }
}
