//! Handing over by rule: to which queues no contact of a resident goes, and how soon one that was handed over is taken.
//! From `rules/transfer-targets.toml`.

use std::sync::LazyLock;

use facts::Names;
use serde::Deserialize;

use super::routing::Length;

/// The rule as shipped.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfers {
    /// Time in which the queue is staffed, within which it takes what was handed over to it.
    pub accept: Length,
    pub closed: Vec<Closed>,
    #[expect(dead_code, reason = "every rule file names its source")]
    source: Source,
}

/// Queues to which no contact of a resident is handed over, and why.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    pub queues: Vec<String>,
    pub text: Names,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    #[expect(dead_code, reason = "every rule file names its source")]
    text: String,
    #[expect(dead_code, reason = "every rule file names its source")]
    checked: String,
}

/// The rule in force.
pub fn transfers() -> &'static Transfers {
    #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    static RULE: LazyLock<Transfers> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../rules/transfer-targets.toml")).expect("the rule is well formed")
    });
    &RULE
}

impl Transfers {
    /// Why nothing is handed over to a queue; none: it is.
    pub fn refusal(&self, queue: &str) -> Option<&Names> {
        self.closed.iter().find(|closed| closed.queues.iter().any(|it| it == queue)).map(|closed| &closed.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resident_s_contact_does_not_go_where_professionals_ask_each_other() {
        let rule = transfers();
        assert_eq!(rule.accept, Length(8 * 3_600_000_000));
        assert!(rule.refusal("knowledge-requests").is_some() && rule.refusal("disability-consult").is_some());
        for open in ["health-station", "rehabilitation", "social-advice", "family-social-work"] {
            assert!(rule.refusal(open).is_none(), "{open}");
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../content/queues");
        for queue in rule.closed.iter().flat_map(|closed| &closed.queues) {
            assert!(std::path::Path::new(folder).join(format!("{queue}.toml")).is_file(), "{queue}");
        }
    }
}
