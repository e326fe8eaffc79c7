//! Scorecards: which measures are followed, by whom, against which targets, and where limits began anew.

use facts::Names;
use serde::Deserialize;

/// A scorecard, from a file of `scorecards/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    pub id: String,
    pub name: Names,
    pub about: Names,
    /// The role that answers for it, never a person.
    pub owner: Names,
    /// Management level that follows it.
    pub level: String,
    /// How often it is reviewed.
    pub cycle: String,
    pub source: String,
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
}

/// Measures that belong together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: Names,
    #[serde(rename = "measure")]
    pub measures: Vec<Followed>,
}

/// A measure on a scorecard.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Followed {
    pub id: String,
    /// Targets with their first periods, ascending; the last that has begun is in force.
    #[serde(default, rename = "target")]
    pub targets: Vec<Target>,
    /// Places at which limits begin anew.
    #[serde(default, rename = "rebase")]
    pub rebases: Vec<Rebase>,
}

/// A target in force from a period on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// First period, `2023-01`.
    pub from: String,
    /// In the measure's unit.
    pub value: f64,
    /// The role that set it, when, and why.
    pub who: Names,
    pub on: String,
    pub why: Names,
}

/// A new phase of limits, by a person's decision.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rebase {
    /// Unit whose chart it concerns.
    pub unit: String,
    /// First period of the new phase.
    pub period: String,
    pub who: Names,
    pub on: String,
    pub why: Names,
}

impl Followed {
    /// The target in force in a period.
    pub fn target(&self, period: &str) -> Option<&Target> {
        self.targets.iter().rev().find(|target| target.from.as_str() <= period)
    }

    pub fn rebases_of<'a>(&'a self, unit: &'a str) -> impl Iterator<Item = &'a Rebase> {
        self.rebases.iter().filter(move |rebase| rebase.unit == unit)
    }
}

impl Scorecard {
    pub fn parse(text: &str) -> Result<Scorecard, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    pub fn measures(&self) -> impl Iterator<Item = &Followed> {
        self.groups.iter().flat_map(|group| &group.measures)
    }
}

/// The scorecards that come with the program; the first is that of the whole county.
#[expect(clippy::expect_used, reason = "the files are part of the program and a test reads them")]
pub fn shipped() -> Vec<Scorecard> {
    [
        include_str!("../../../scorecards/opti.toml"),
        include_str!("../../../scorecards/opti-line.toml"),
        include_str!("../../../scorecards/opti-station.toml"),
        include_str!("../../../scorecards/mental-health-services.toml"),
        include_str!("../../../scorecards/own-doctor-pair.toml"),
        include_str!("../../../scorecards/own-doctor-management.toml"),
        include_str!("../../../scorecards/back-pain.toml"),
    ]
    .into_iter()
    .map(|text| Scorecard::parse(text).expect("the shipped scorecards are well formed"))
    .collect()
}
