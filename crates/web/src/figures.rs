//! Questions of the pages about measures; the measure engine answers them, and a fixture in page tests.

use std::pin::Pin;

use facts::{CodeList, Profession};
use stats::spc::Better;

/// A measure as its page shows it. Texts are Finnish, Swedish, English.
#[derive(Debug, Clone)]
pub struct Card {
    pub id: String,
    pub names: [String; 3],
    pub about: [String; 3],
    /// share, index, days, minutes, points, people, …
    pub unit: String,
    pub better: Better,
    /// Kind of the measure, as its file says it.
    pub kind: String,
    /// Each figure looks back over more than its own month, and shares cases with its neighbours.
    pub rolling: bool,
    pub source: String,
    pub sql: String,
    pub version: u32,
    /// Vocabulary of its classes; none: the words of the measure's author.
    pub classes: Option<&'static CodeList>,
}

impl Card {
    /// Whether each month has one figure, and not one for each class or quantile.
    pub fn has_series(&self) -> bool {
        !matches!(self.kind.as_str(), "classes" | "quantiles")
    }
}

/// A unit of the tree. Names are Finnish, Swedish, English.
#[derive(Debug, Clone)]
pub struct UnitCard {
    pub id: String,
    pub names: [String; 3],
    pub level: String,
    /// Place of the parent among the units.
    pub parent: Option<usize>,
    /// It is there today: neither ended nor yet to begin.
    pub open: bool,
}

/// A professional, where they work.
#[derive(Debug, Clone)]
pub struct StaffCard {
    pub id: String,
    pub profession: Profession,
    pub unit: String,
    /// They work there today.
    pub open: bool,
}

/// A published figure of one period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Point {
    pub period: String,
    /// `None`: no cases, too little data, or hidden.
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub n: Option<u64>,
    pub numerator: Option<f64>,
    pub denominator: f64,
    pub suppressed: bool,
    pub coverage: Option<f64>,
    /// Why there is no value, as a code: `no_cases`, `window_before_data`, `suppressed`.
    pub reason: Option<String>,
    /// As of which instant, in words of ISO 8601; empty without a figure.
    pub as_of: String,
}

/// A measure of one unit over its periods, gaps included.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    pub points: Vec<Point>,
}

/// A figure of one value of a further dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// `channel`, `profession`, …, or `class` of a measure that counts classes.
    pub dimension: String,
    /// Code of the value.
    pub value: String,
    pub point: Point,
}

/// Case rows as text.
#[derive(Debug, Clone, Default)]
pub struct CaseTable {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Rows there are; `rows` holds the first of them.
    pub total: usize,
}

type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The measures behind the pages.
pub trait Figures: Send + Sync {
    fn catalogue(&self) -> &[Card];
    fn units(&self) -> &[UnitCard];
    /// Professionals, each once; none where nothing is known of them.
    fn staff(&self) -> &[StaffCard] {
        &[]
    }
    /// Published figures of a measure and a unit, by month.
    fn series(&self, measure: &str, unit: &str) -> Option<Series>;
    /// Published figures of a measure and a unit in the latest month, by one further dimension each.
    fn parts(&self, measure: &str, unit: &str) -> Vec<Part>;
    /// Cases of a measure, a unit and a period; only for the demo county's invented people.
    fn cases(&self, measure: &str, unit: &str, period: &str) -> Later<Result<CaseTable, String>>;
    /// Figures of fewer people are hidden.
    fn threshold(&self) -> u64;
    /// Every person in the data is invented.
    fn synthetic(&self) -> bool;
    /// A measure of a unit in the month that is under way, as it stands; none: nothing that may be shown has happened in it.
    fn under_way(&self, _measure: &str, _unit: &str) -> Option<Point> {
        None
    }
    /// How many residents the demo county was made with.
    fn residents(&self) -> Option<u32> {
        None
    }
    /// The version of the facts that all of it was made from; 0 before any is whole.
    fn version(&self) -> u64 {
        0
    }
}
