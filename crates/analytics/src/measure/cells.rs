//! Cells: what is kept of the cases of one unit, period and stratum, so that cells of several add up exactly.
//!
//! Sums are exact: neither the order of batches nor compaction changes a digit.

use std::collections::BTreeMap;

use calendar::{Calendar, day_number};
use serde::Serialize;
use stats::interval::{self, Estimate, RatioSums};
use stats::quantile::Tally;

use super::exact::{Exact, Pair};
use super::{Definition, Kind};

/// Counts of people below this are hidden in what is published, unless the county sets another threshold.
pub const THRESHOLD: u64 = 5;

/// The highest threshold that a county may set: so many people are told apart in a cell.
pub const MOST_THRESHOLD: u64 = 10;
const KEPT: usize = MOST_THRESHOLD as usize;

/// Figures kept of the cases of a cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Cases used.
    pub n: u64,
    /// Cases without a value: too little data, or missing.
    pub left_out: u64,
    pub people: People,
    /// Hits of shares; promoters of scores; events of rates.
    pub hits: u64,
    /// Detractors of scores.
    pub against: u64,
    /// Of values; exposure of rates.
    sum: Exact,
    squares: Exact,
    tally: Tally,
    classes: BTreeMap<u32, u64>,
    /// Cases of places, and the sums of their values.
    places: BTreeMap<u32, (u64, Exact)>,
    /// Since when the longest open case is, in microseconds.
    since: Option<i64>,
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
#[derive(Debug, Clone, Default)]
struct Ratio {
    clusters: u64,
    numerator: Exact,
    denominator: Exact,
    numerator_squared: Exact,
    denominator_squared: Exact,
    product: Exact,
}

/// The contribution of one case to its cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Worth {
    /// Counted and nothing more.
    Case,
    Hit(bool),
    /// In the measure's unit, and summed.
    Value(f64),
    /// In the measure's unit, and kept among the others.
    Ranked(f64),
    /// In the measure's unit, of a place.
    Placed(u32, f64),
    /// Events in an exposure.
    Events(u64, f64),
    /// Open since an instant.
    Since(i64),
    /// 0–10.
    Score(i64),
    Class(u32),
    /// Without a value.
    None,
}

impl Cell {
    pub fn add(&mut self, worth: Worth, person: u64) {
        if worth == Worth::None {
            self.left_out += 1;
            return;
        }
        self.n += 1;
        // Somebody who was exposed and to whom nothing happened is no case.
        if !matches!(worth, Worth::Events(0, _)) {
            self.people.add(person);
        }
        match worth {
            Worth::Hit(hit) => self.hits += u64::from(hit),
            Worth::Value(value) => {
                self.sum.add(value);
                self.squares.add_square(value);
            }
            Worth::Ranked(value) => self.tally.add(value, 1),
            Worth::Placed(place, value) => {
                let (count, sum) = self.places.entry(place).or_default();
                *count += 1;
                sum.add(value);
            }
            Worth::Events(events, exposure) => {
                self.hits += events;
                self.sum.add(exposure);
            }
            Worth::Since(at) => self.since = Some(self.since.map_or(at, |since| since.min(at))),
            Worth::Score(score) => {
                self.hits += u64::from(score >= 9);
                self.against += u64::from(score <= 6);
            }
            Worth::Class(class) => *self.classes.entry(class).or_default() += 1,
            Worth::Case | Worth::None => {}
        }
    }

    /// Adds one resident's sums to a ratio.
    pub fn add_cluster(&mut self, numerator: f64, denominator: f64, cases: u64, person: u64) {
        self.n += cases;
        self.people.add(person);
        let ratio = &mut self.ratio;
        ratio.clusters += 1;
        ratio.numerator.add(numerator);
        ratio.denominator.add(denominator);
        ratio.numerator_squared.add(numerator * numerator);
        ratio.denominator_squared.add(denominator * denominator);
        ratio.product.add(numerator * denominator);
    }

    pub fn merge(&mut self, other: &Cell) {
        self.n += other.n;
        self.left_out += other.left_out;
        self.people.merge(&other.people);
        self.hits += other.hits;
        self.against += other.against;
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        self.tally.merge(&other.tally);
        self.since = [self.since, other.since].into_iter().flatten().min();
        for (class, count) in &other.classes {
            *self.classes.entry(*class).or_default() += count;
        }
        for (place, (count, sum)) in &other.places {
            let mine = self.places.entry(*place).or_default();
            mine.0 += count;
            mine.1.merge(sum);
        }
        let (ratio, theirs) = (&mut self.ratio, &other.ratio);
        ratio.clusters += theirs.clusters;
        ratio.numerator.merge(&theirs.numerator);
        ratio.denominator.merge(&theirs.denominator);
        ratio.numerator_squared.merge(&theirs.numerator_squared);
        ratio.denominator_squared.merge(&theirs.denominator_squared);
        ratio.product.merge(&theirs.product);
    }

    /// Classes and their counts.
    pub fn classes(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.classes.iter().map(|(class, count)| (*class, *count))
    }

    /// The cases: of a rate its events.
    pub fn cases(&self, measure: &Definition) -> u64 {
        if measure.kind == Kind::Rate { self.hits } else { self.n }
    }

    /// The numerator that goes beside `n`, where the kind has one.
    pub fn numerator(&self, measure: &Definition) -> Option<f64> {
        match measure.kind {
            Kind::Share | Kind::Rate => Some(self.hits as f64),
            Kind::Ratio => Some(self.ratio.numerator.value()),
            _ => None,
        }
    }

    /// The denominator of a ratio, the exposure of a rate, or the number of cases.
    pub fn denominator(&self, measure: &Definition) -> f64 {
        match measure.kind {
            Kind::Ratio => self.ratio.denominator.value(),
            Kind::Rate => self.sum.value(),
            _ => self.n as f64,
        }
    }

    /// The value with its interval; `None` when there is too little data. `end` is the end of the period, in microseconds.
    pub fn estimate(&self, measure: &Definition, end: i64, confidence: f64) -> Option<Estimate> {
        let estimate = match measure.kind {
            Kind::Count | Kind::Persons | Kind::Stock => interval::count(self.n as f64, confidence),
            Kind::Longest => self.days_open(end),
            Kind::Share => interval::share(self.hits as f64, self.n as f64, confidence),
            Kind::Mean => {
                interval::mean_of_deviations(self.n, self.sum.over(self.n as f64), self.deviations(), confidence)
            }
            Kind::Sum => (self.n > 0).then(|| alone(self.sum.value())),
            Kind::Median => self.tally.quantile_interval(0.5, confidence),
            Kind::Most => self.tally.quantile(1.0).map(alone),
            Kind::Spread => self.spread().map(alone),
            Kind::Ratio if measure.unit == "share" => interval::share_over_clusters(&self.ratio.sums(), confidence),
            Kind::Ratio => interval::ratio(&self.ratio.sums(), confidence),
            Kind::Rate => interval::rate(self.hits as f64, self.sum.value(), confidence),
            Kind::Nps => interval::net_promoter_score(self.hits, self.against, self.n, confidence),
            Kind::Classes | Kind::Quantiles => None,
        };
        estimate.map(|estimate| within(measure, estimate))
    }

    /// The quantile at `p` with its interval.
    pub fn quantile(&self, measure: &Definition, p: f64, confidence: f64) -> Option<Estimate> {
        self.tally.quantile_interval(p, confidence).map(|estimate| within(measure, estimate))
    }

    /// Σ (value − mean)², of sums that are kept exactly.
    fn deviations(&self) -> f64 {
        let ((squares, squares_rest), (sum, sum_rest)) = (self.squares.parts(), self.sum.parts());
        let (mean, count) = (sum / self.n as f64, self.n as f64);
        // The mean and the products, each with what it lacks as a float.
        let mean_rest = (mean.mul_add(-count, sum) + sum_rest) / count;
        let product = sum * mean;
        let product_rest = sum.mul_add(mean, -product) + sum * mean_rest + sum_rest * mean;
        ((squares - product) + (squares_rest - product_rest)).max(0.0)
    }

    /// The 90th by the 10th percentile of the means of places, weighed by their cases: the least mean below or at which so many
    /// cases lie. Of one place there is none, nor where the lower one is nought.
    fn spread(&self) -> Option<f64> {
        let mut means: Vec<(f64, u64)> =
            self.places.values().map(|(count, sum)| (sum.over(*count as f64), *count)).collect();
        means.sort_by(|left, right| left.0.total_cmp(&right.0));
        let percentile = |part: u64| {
            let mut below = 0;
            let reaches = |(_, count): &&(f64, u64)| {
                below += *count;
                below * 10 >= self.n * part
            };
            means.iter().find(reaches).map(|(mean, _)| *mean)
        };
        let (low, high) = (percentile(1)?, percentile(9)?);
        (means.len() > 1 && low > 0.0).then(|| high / low)
    }

    /// Local days from the first open case to the last day before an instant; one number, without an interval.
    fn days_open(&self, end: i64) -> Option<Estimate> {
        let day = |at: i64| Calendar::shipped().local_date(at).map(day_number);
        Some(alone(f64::from(day(end - 1)? - day(self.since?)?)))
    }
}

/// One number, without an interval.
fn alone(value: f64) -> Estimate {
    Estimate { value, lower: f64::NEG_INFINITY, upper: f64::INFINITY }
}

/// An estimate whose interval does not reach where no value can be.
fn within(measure: &Definition, it: Estimate) -> Estimate {
    let (least, most) = match measure.unit.as_str() {
        "share" | "index" => (0.0, 1.0),
        "days" | "minutes" => (0.0, f64::INFINITY),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    };
    Estimate {
        lower: if it.lower.is_finite() { it.lower.max(it.value.min(least)) } else { it.lower },
        upper: if it.upper.is_finite() { it.upper.min(it.value.max(most)) } else { it.upper },
        ..it
    }
}

impl Ratio {
    fn sums(&self) -> RatioSums {
        RatioSums {
            clusters: self.clusters,
            numerator: self.numerator.value(),
            denominator: self.denominator.value(),
            numerator_squared: self.numerator_squared.value(),
            denominator_squared: self.denominator_squared.value(),
            product: self.product.value(),
        }
    }
}

/// Sums of one resident's cases.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    pub numerator: Pair,
    pub denominator: Pair,
    pub cases: u64,
    pub left_out: u64,
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
    /// Hidden, so that no person can be recognised.
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
        values.iter().for_each(|value| whole.add(Worth::Value(*value), 1));
        let mut parts: Vec<Cell> = values
            .chunks(7)
            .map(|chunk| {
                let mut cell = Cell::default();
                chunk.iter().for_each(|value| cell.add(Worth::Value(*value), 1));
                cell
            })
            .collect();
        parts.reverse();
        let mut merged = Cell::default();
        parts.iter().for_each(|part| merged.merge(part));
        let digits = |cell: &Cell| (cell.sum.parts(), cell.squares.parts(), cell.n);
        assert_eq!(digits(&merged), digits(&whole));
    }

    #[test]
    fn equal_values_deviate_by_nothing_that_a_float_could_show() {
        for value in [0.1, 0.7, 1.0 / 3.0, 1e-12, 1e12 + 0.1] {
            let mut cell = Cell::default();
            (0..1000).for_each(|_| cell.add(Worth::Value(value), 1));
            assert!(cell.deviations() <= 1e-28 * value * value, "{value}: {}", cell.deviations());
        }
        let mut cell = Cell::default();
        [1e9, 1e9 + 1.0, 1e9 + 2.0].into_iter().for_each(|value| cell.add(Worth::Value(value), 1));
        assert_eq!(cell.deviations(), 2.0);
    }
}
