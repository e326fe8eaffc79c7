//! Cells: what is kept of the cases of one unit, period and stratum, so that cells of several add up exactly.
//!
//! Sums are fixed-point integers: neither the order of batches nor compaction changes a digit.

use std::collections::BTreeMap;

use serde::Serialize;
use stats::interval::{self, CONFIDENCE, Estimate, RatioSums};
use stats::quantile::Tally;

use super::{Definition, Kind};

/// Fixed-point steps in one.
const SCALE: f64 = 1e9;

/// Counts of people below this are hidden in what is published, unless the county sets another threshold.
pub const THRESHOLD: u64 = 5;

/// The highest threshold that a county may set: so many people are told apart in a cell.
pub const MOST_THRESHOLD: u64 = 10;
const KEPT: usize = MOST_THRESHOLD as usize;

/// A value as fixed-point.
pub fn fixed(value: f64) -> i128 {
    let scaled = value * SCALE;
    let rounded = scaled + 0.5_f64.copysign(scaled);
    // Nearly every value fits into 64 bits, to which converting takes one instruction.
    if rounded.abs() < 9e18 { i128::from(rounded as i64) } else { rounded as i128 }
}

/// The product of two fixed-point numbers.
fn times(left: i128, right: i128) -> i128 {
    match i64::try_from(left) {
        // Whole numbers need no division of 128 bits.
        Ok(small) if small % SCALE as i64 == 0 => i128::from(small / SCALE as i64).saturating_mul(right),
        _ => left.checked_mul(right).map_or_else(|| fixed(real(left) * real(right)), |product| product / SCALE as i128),
    }
}

fn real(fixed: i128) -> f64 {
    fixed as f64 / SCALE
}

/// What is kept of the cases of a cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Cases used.
    pub n: u64,
    /// Cases without a value: too little data, or missing.
    pub left_out: u64,
    pub people: People,
    /// Hits of shares; promoters of scores.
    pub hits: u64,
    /// Detractors of scores.
    pub against: u64,
    sum: i128,
    squares: i128,
    tally: Tally,
    classes: BTreeMap<u32, u64>,
    ratio: Ratio,
}

/// The smallest hashes of the people in a cell: enough to tell whether there are fewer than the threshold, exactly,
/// also after cells are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct People([u64; KEPT]);

impl Default for People {
    fn default() -> People {
        People([u64::MAX; KEPT])
    }
}

impl People {
    pub fn add(&mut self, person: u64) {
        if person >= self.0[KEPT - 1] || self.0.contains(&person) {
            return;
        }
        let at = self.0.partition_point(|known| *known < person);
        self.0.copy_within(at..KEPT - 1, at + 1);
        self.0[at] = person;
    }

    pub fn merge(&mut self, other: &People) {
        other.0.iter().filter(|person| **person != u64::MAX).for_each(|person| self.add(*person));
    }

    /// People counted, up to the highest threshold.
    pub fn at_least(&self) -> u64 {
        self.0.iter().filter(|person| **person != u64::MAX).count() as u64
    }
}

/// Sums over residents, for a ratio's interval.
#[derive(Debug, Clone, Copy, Default)]
struct Ratio {
    clusters: u64,
    numerator: i128,
    denominator: i128,
    numerator_squared: i128,
    denominator_squared: i128,
    product: i128,
}

/// What one case brings to its cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Worth {
    /// Counted and nothing more.
    Case,
    Hit(bool),
    /// In the measure's unit.
    Value(f64),
    /// 0–10.
    Score(i64),
    Class(u32),
    /// Without a value.
    None,
}

impl Cell {
    pub fn add(&mut self, worth: Worth, person: u64, resolution: f64) {
        if worth == Worth::None {
            self.left_out += 1;
            return;
        }
        self.n += 1;
        self.people.add(person);
        match worth {
            Worth::Hit(hit) => self.hits += u64::from(hit),
            Worth::Value(value) => {
                self.sum += fixed(value);
                self.squares = self.squares.saturating_add(fixed(value * value));
                if resolution > 0.0 {
                    self.tally.add((value / resolution).round() as i64, 1);
                }
            }
            Worth::Score(score) => {
                self.hits += u64::from(score >= 9);
                self.against += u64::from(score <= 6);
            }
            Worth::Class(class) => *self.classes.entry(class).or_default() += 1,
            Worth::Case | Worth::None => {}
        }
    }

    /// Adds one resident's sums to a ratio.
    pub fn add_cluster(&mut self, numerator: i128, denominator: i128, cases: u64, person: u64) {
        self.n += cases;
        self.people.add(person);
        self.ratio.clusters += 1;
        self.ratio.numerator += numerator;
        self.ratio.denominator += denominator;
        self.ratio.numerator_squared = self.ratio.numerator_squared.saturating_add(times(numerator, numerator));
        self.ratio.denominator_squared = self.ratio.denominator_squared.saturating_add(times(denominator, denominator));
        self.ratio.product = self.ratio.product.saturating_add(times(numerator, denominator));
    }

    pub fn merge(&mut self, other: &Cell) {
        self.n += other.n;
        self.left_out += other.left_out;
        self.people.merge(&other.people);
        self.hits += other.hits;
        self.against += other.against;
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
        self.tally.merge(&other.tally);
        for (class, count) in &other.classes {
            *self.classes.entry(*class).or_default() += count;
        }
        let (ratio, theirs) = (&mut self.ratio, &other.ratio);
        ratio.clusters += theirs.clusters;
        ratio.numerator += theirs.numerator;
        ratio.denominator += theirs.denominator;
        ratio.numerator_squared = ratio.numerator_squared.saturating_add(theirs.numerator_squared);
        ratio.denominator_squared = ratio.denominator_squared.saturating_add(theirs.denominator_squared);
        ratio.product = ratio.product.saturating_add(theirs.product);
    }

    /// Classes and their counts.
    pub fn classes(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.classes.iter().map(|(class, count)| (*class, *count))
    }

    /// The numerator that goes beside `n`, where the kind has one.
    pub fn numerator(&self, measure: &Definition) -> Option<f64> {
        match measure.kind {
            Kind::Share => Some(self.hits as f64),
            Kind::Ratio => Some(real(self.ratio.numerator)),
            Kind::Count | Kind::Persons | Kind::Stock | Kind::Mean | Kind::Median | Kind::Nps | Kind::Classes => None,
        }
    }

    /// The denominator of a ratio, or the number of cases.
    pub fn denominator(&self, measure: &Definition) -> f64 {
        match measure.kind {
            Kind::Ratio => real(self.ratio.denominator),
            _ => self.n as f64,
        }
    }

    /// The value with its interval; `None` when there is too little data.
    pub fn estimate(&self, measure: &Definition) -> Option<Estimate> {
        let estimate = match measure.kind {
            Kind::Count | Kind::Persons | Kind::Stock => interval::count(self.n as f64, CONFIDENCE),
            Kind::Share => interval::share(self.hits as f64, self.n as f64, CONFIDENCE),
            Kind::Mean => interval::mean(self.n, real(self.sum), real(self.squares), CONFIDENCE),
            Kind::Median => self.tally.quantile_interval(0.5, CONFIDENCE).map(|it| Estimate {
                value: it.value * measure.resolution,
                lower: it.lower * measure.resolution,
                upper: it.upper * measure.resolution,
            }),
            Kind::Ratio if measure.unit == "share" => interval::share_over_clusters(&self.ratio.sums(), CONFIDENCE),
            Kind::Ratio => interval::ratio(&self.ratio.sums(), CONFIDENCE),
            Kind::Nps => interval::net_promoter_score(self.hits, self.against, self.n, CONFIDENCE),
            Kind::Classes => None,
        };
        // No interval reaches where no value can be.
        let (least, most) = match measure.unit.as_str() {
            "share" | "index" => (0.0, 1.0),
            "days" | "minutes" => (0.0, f64::INFINITY),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        estimate.map(|it| Estimate {
            lower: if it.lower.is_finite() { it.lower.max(it.value.min(least)) } else { it.lower },
            upper: if it.upper.is_finite() { it.upper.min(it.value.max(most)) } else { it.upper },
            ..it
        })
    }
}

impl Ratio {
    fn sums(&self) -> RatioSums {
        RatioSums {
            clusters: self.clusters,
            numerator: real(self.numerator),
            denominator: real(self.denominator),
            numerator_squared: real(self.numerator_squared),
            denominator_squared: real(self.denominator_squared),
            product: real(self.product),
        }
    }
}

/// One row of a result: always the same shape, for every measure.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figure {
    pub measure: String,
    /// Empty when not asked by unit.
    pub unit_id: String,
    /// `2025-03`, `2025-Q1`, `2025`, `2025-W10`, or the whole range as `from/to`.
    pub period: String,
    /// Dimension and value, in the order asked for.
    pub strata: Vec<(String, String)>,
    /// Cases used.
    pub n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numerator: Option<f64>,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// Hidden, so that no person can be told.
    pub suppressed: bool,
    /// Share of cases that could be used.
    pub coverage: Option<f64>,
    pub as_of: String,
    /// People behind it, counted up to the highest threshold.
    #[serde(skip)]
    pub people: u64,
    /// Cases without a value.
    #[serde(skip)]
    pub left_out: u64,
    /// Denominator behind the value, for charts.
    #[serde(skip)]
    pub denominator: f64,
}

impl Figure {
    /// Takes everything from a figure that would tell what stands behind it.
    pub fn suppress(&mut self) {
        *self = Figure {
            measure: std::mem::take(&mut self.measure),
            unit_id: std::mem::take(&mut self.unit_id),
            period: std::mem::take(&mut self.period),
            strata: std::mem::take(&mut self.strata),
            as_of: std::mem::take(&mut self.as_of),
            reason: Some("suppressed"),
            suppressed: true,
            ..Figure::default()
        };
    }
}

/// A bijection that spreads ids evenly (splitmix64's finaliser).
pub(super) fn scramble(id: u64) -> u64 {
    let id = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let id = (id ^ (id >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    id ^ (id >> 31)
}

pub(super) fn hash_text(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_people_are_told_from_four_also_after_merging() {
        let (mut left, mut right) = (People::default(), People::default());
        [9, 3, 3, 7].into_iter().for_each(|person| left.add(person));
        [3, 1].into_iter().for_each(|person| right.add(person));
        left.merge(&right);
        assert_eq!(left.at_least(), 4);
        left.add(2);
        assert_eq!(left.at_least(), 5);
    }

    #[test]
    fn merging_in_any_order_gives_the_same_digits() {
        let values: Vec<f64> = (0..200).map(|it| f64::from(it) * 0.1 + 1e-7).collect();
        let mut whole = Cell::default();
        values.iter().for_each(|value| whole.add(Worth::Value(*value), 1, 0.0));
        let mut parts: Vec<Cell> = values
            .chunks(7)
            .map(|chunk| {
                let mut cell = Cell::default();
                chunk.iter().for_each(|value| cell.add(Worth::Value(*value), 1, 0.0));
                cell
            })
            .collect();
        parts.reverse();
        let mut merged = Cell::default();
        parts.iter().for_each(|part| merged.merge(part));
        assert_eq!((merged.sum, merged.squares, merged.n), (whole.sum, whole.squares, whole.n));
    }
}
