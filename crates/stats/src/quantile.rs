//! Quantiles, type 7 (R, NumPy, spreadsheets): Hyndman & Fan 1996.

use statrs::distribution::{Binomial, DiscreteCDF};

use crate::interval::Estimate;

/// Values with their counts, ascending; as exact as their resolution and as small as their variety.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    counts: std::collections::BTreeMap<i64, u64>,
    n: u64,
}

impl Tally {
    pub fn add(&mut self, value: i64, count: u64) {
        *self.counts.entry(value).or_default() += count;
        self.n += count;
    }

    pub fn merge(&mut self, other: &Tally) {
        for (value, count) in &other.counts {
            self.add(*value, *count);
        }
    }

    pub fn n(&self) -> u64 {
        self.n
    }

    /// The value at place `rank`, counted from 0 in ascending order.
    fn at(&self, rank: u64) -> Option<i64> {
        let mut passed = 0;
        self.counts.iter().find_map(|(value, count)| {
            passed += count;
            (rank < passed).then_some(*value)
        })
    }

    /// Quantile of type 7 at `p` in 0–1: h = (n − 1)·p, linear between the neighbours. `None` without values.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let h = self.n.checked_sub(1)? as f64 * p;
        let below = self.at(h.floor() as u64)? as f64;
        let above = self.at(h.ceil() as u64)? as f64;
        Some(below + (h - h.floor()) * (above - below))
    }

    /// Quantile with its interval by order statistics of the binomial (Conover 1999, §3.2); conservative; an end that
    /// the sample is too small to give is infinite.
    pub fn quantile_interval(&self, p: f64, confidence: f64) -> Option<Estimate> {
        let value = self.quantile(p)?;
        let tail = (1.0 - confidence) / 2.0;
        let ranks = Binomial::new(p, self.n).ok()?;
        // The largest l with P(X < l) ≤ tail and the smallest u with P(X ≥ u) ≤ tail, both 1-based ranks.
        let low = ranks.inverse_cdf(tail);
        let low = if ranks.cdf(low) <= tail { low + 1 } else { low };
        let high = ranks.inverse_cdf(1.0 - tail) + 1;
        let lower = low.checked_sub(1).and_then(|rank| self.at(rank));
        let upper = self.at(high - 1);
        Some(Estimate {
            value,
            lower: lower.map_or(f64::NEG_INFINITY, |end| end as f64),
            upper: upper.map_or(f64::INFINITY, |end| end as f64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(values: &[i64]) -> Tally {
        let mut tally = Tally::default();
        for value in values {
            tally.add(*value, 1);
        }
        tally
    }

    #[test]
    fn type_seven_lies_between_neighbours() {
        let ten = tally(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(ten.quantile(0.25), Some(3.25));
        assert_eq!(ten.quantile(0.5), Some(5.5));
        assert_eq!(ten.quantile(1.0), Some(10.0));
        assert_eq!(tally(&[]).quantile(0.5), None);
        assert_eq!(tally(&[7]).quantile(0.9), Some(7.0));
    }

    #[test]
    fn merging_equals_adding() {
        let mut left = tally(&[1, 5, 5]);
        left.merge(&tally(&[2, 5]));
        assert_eq!(left, tally(&[1, 2, 5, 5, 5]));
    }

    #[test]
    fn the_median_of_ten_reaches_from_the_second_to_the_ninth() {
        // P(X ≤ 1) = 11/1024 = 0.011 and P(X ≤ 2) = 0.055: ranks 2 and 9, coverage 97.9 %.
        let found = tally(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).quantile_interval(0.5, 0.95);
        assert_eq!(found.map(|it| (it.lower, it.upper)), Some((2.0, 9.0)));
        let few = tally(&[1, 2, 3]).quantile_interval(0.5, 0.95);
        assert_eq!(few.map(|it| (it.lower.is_infinite(), it.upper.is_infinite())), Some((true, true)));
    }
}
