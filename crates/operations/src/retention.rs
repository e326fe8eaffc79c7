//! How long what is sealed is kept, and by which source.

use std::sync::LazyLock;

use facts::Names;
use serde::Deserialize;

/// A rule of retention, from `rules/retention.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    pub id: String,
    /// Classes of texts that it is for.
    of: Vec<String>,
    /// For how long, in words.
    pub text: Names,
    pub source: String,
    /// Month in which somebody read the source, YYYY-MM; without it nothing is destroyed by the rule.
    pub checked: Option<String>,
}

impl Kept {
    /// The rule of a class; none: nobody has decided.
    pub fn of(class: &str) -> Option<&'static Kept> {
        kept().iter().find(|it| it.of.iter().any(|of| of == class))
    }
}

#[derive(Deserialize)]
struct Rules {
    kept: Vec<Kept>,
}

/// Every rule, in the order of the file.
pub fn kept() -> &'static [Kept] {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static KEPT: LazyLock<Vec<Kept>> = LazyLock::new(|| {
        let read: Rules = toml::from_str(include_str!("../../../rules/retention.toml")).expect("well formed");
        read.kept
    });
    &KEPT
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_class_has_two_rules_and_each_rule_a_source() {
        let of: Vec<&String> = kept().iter().flat_map(|it| &it.of).collect();
        assert_eq!(of.iter().collect::<BTreeSet<_>>().len(), of.len());
        assert!(kept().iter().all(|it| !it.source.is_empty()));
        assert_eq!(Kept::of("appointment").map(|it| it.id.as_str()), Some("booking"));
        assert!(Kept::of("lamp").is_none());
    }
}
