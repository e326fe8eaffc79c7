//! The rule by which notices are held against each other: `rules/notice-duplicate.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::names::plain;
use super::{Outcome, Which};

/// A rule, in force for notices that come from a day on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub from: Date,
    /// Notices that came within so many days of each other are compared.
    pub window_days: u16,
    /// Evidence in bits from which a notice is shown.
    pub shown_from: f64,
    /// Likeness of Jaro and Winkler from which names are near each other, from 0 to 1.
    pub near_from: f64,
    pub source: String,
    /// Month in which the source was read, YYYY-MM.
    pub checked: String,
    pub standing: calendar::clocks::Standing,
    code: Field,
    given: Field,
    family: Field,
    born: Field,
    municipality: Field,
    address: Field,
    telephone: Field,
    names: Lists,
}

/// How often each outcome of a field comes.
pub type Field = BTreeMap<String, Chances>;

/// Among notices of one person, and among those of two.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chances {
    pub m: f64,
    pub u: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    /// Family names that many share.
    shared: Vec<String>,
    /// Given names by which one person is called.
    called: Vec<Vec<String>>,
}

impl Rule {
    /// The evidence of an outcome, in bits; none: the rule has none for it.
    pub fn evidence(&self, which: Which, outcome: Outcome) -> Option<f64> {
        let field = match which {
            Which::Code => &self.code,
            Which::Given => &self.given,
            Which::Family => &self.family,
            Which::Born => &self.born,
            Which::Municipality => &self.municipality,
            Which::Address => &self.address,
            Which::Telephone => &self.telephone,
        };
        field.get(outcome.code()).map(|it| (it.m / it.u).log2())
    }

    /// Whether many share a family name.
    pub(super) fn is_shared(&self, family: &str) -> bool {
        self.names.shared.iter().any(|it| it == family)
    }

    /// Whether one person may be called by both.
    pub(super) fn is_called(&self, one: &str, other: &str) -> bool {
        let has = |group: &[String], name: &str| group.iter().any(|it| it == name);
        self.names.called.iter().any(|group| has(group, one) && has(group, other))
    }

    /// The window in microseconds.
    pub fn window(&self) -> i64 {
        i64::from(self.window_days) * 86_400 * 1_000_000
    }
}

/// The rule of a day; before the first, the first.
pub fn in_force(on: Date) -> &'static Rule {
    #[derive(Deserialize)]
    struct File {
        rule: Vec<Rule>,
    }
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        let mut file: File =
            toml::from_str(include_str!("../../../../../rules/notice-duplicate.toml")).expect("well formed");
        // Names are compared plain.
        for names in file.rule.iter_mut().map(|rule| &mut rule.names) {
            let groups = names.called.iter_mut().chain([&mut names.shared]);
            groups.flatten().for_each(|name| *name = plain(name));
        }
        file.rule
    });
    RULES.iter().rev().find(|it| it.from <= on).unwrap_or(&RULES[0])
}
