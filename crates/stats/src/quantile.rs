//! Quantiles, type 7 (R, NumPy, spreadsheets): Hyndman & Fan 1996.

use statrs::distribution::{Binomial, DiscreteCDF};

use crate::interval::Estimate;

/// Values with their counts, ascending; exact, and as small as their variety.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// By [`place`] of the value.
    counts: std::collections::BTreeMap<i64, u64>,
    n: u64,
}

/// A float as a whole number in the same order.
fn place(value: f64) -> i64 {
    // Nought has one sign.
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The float of a [`place`].
fn value(place: i64) -> f64 {
    f64::from_bits((place ^ (((place >> 63) as u64) >> 1) as i64) as u64)
}

impl Tally {
    /// Adds a value, which is a number, `count` times.
    pub fn add(&mut self, value: f64, count: u64) {
        *self.counts.entry(place(value)).or_default() += count;
        self.n += count;
    }

    pub fn merge(&mut self, other: &Tally) {
        for (place, count) in &other.counts {
            *self.counts.entry(*place).or_default() += count;
        }
        self.n += other.n;
    }

    pub fn n(&self) -> u64 {
        self.n
    }

    /// The value at place `rank`, counted from 0 in ascending order.
    fn at(&self, rank: u64) -> Option<f64> {
        let mut passed = 0;
        self.counts.iter().find_map(|(place, count)| {
            passed += count;
            (rank < passed).then(|| value(*place))
        })
    }

    /// Quantile of type 7 at `p` in 0–1: h = (n − 1)·p, linear between the neighbours. `None` without values.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let h = self.n.checked_sub(1)? as f64 * p;
        let below = self.at(h.floor() as u64)?;
        let above = self.at(h.ceil() as u64)?;
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
        Some(Estimate { value, lower: lower.unwrap_or(f64::NEG_INFINITY), upper: upper.unwrap_or(f64::INFINITY) })
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(values: &[i64]) -> Tally {
        let mut tally = Tally::default();
        for value in values {
            tally.add(*value as f64, 1);
        }
        tally
    }

    #[test]
    fn values_are_kept_as_they_are_and_in_their_order() {
        let values = [-1e300, -2.5, -5e-324, 0.0, 5e-324, 0.1, 0.30000000000000004, 2.5, 1e300];
        assert!(values.windows(2).all(|pair| super::place(pair[0]) < super::place(pair[1])));
        assert!(values.iter().all(|it| super::value(super::place(*it)).to_bits() == it.to_bits()));
        assert_eq!(super::place(-0.0), super::place(0.0));
        let of = |values: &[f64]| {
            let mut tally = Tally::default();
            values.iter().for_each(|value| tally.add(*value, 1));
            tally.quantile(0.5)
        };
        assert_eq!((of(&[0.2, 0.3, 0.4]), of(&[2.5, 2.5, 2.5])), (Some(0.3), Some(2.5)));
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
