//! Sums of floats without any rounding, so that neither the order of rows nor compaction changes a digit.

/// Bits of one place.
const PLACE: i32 = 32;

/// A sum of finite floats, kept exactly: whole numbers, each times 2 to the power of 32 times its place.
///
/// A float is a whole number of 53 bits times a power of two. It is added to the place below that power, where 2⁴² of
/// them fit; values of one size need one or two places. (Neal 2015, arXiv:1505.05571, keeps places of the same width.)
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exact {
    /// Ascending by place.
    places: Vec<(i32, i128)>,
}

impl Exact {
    pub fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let fraction = (bits & ((1 << 52) - 1)) as i64;
        let exponent = ((bits >> 52) & 0x7ff) as i32;
        let (whole, power) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
        if whole == 0 {
            return;
        }
        let whole = if value < 0.0 { -whole } else { whole };
        self.put(power.div_euclid(PLACE), i128::from(whole) << power.rem_euclid(PLACE));
    }

    /// Adds the square of a value, as exact as two floats hold it.
    pub fn add_square(&mut self, value: f64) {
        let square = value * value;
        self.add(square);
        self.add(value.mul_add(value, -square));
    }

    fn put(&mut self, place: i32, whole: i128) {
        match self.places.iter().position(|(known, _)| *known >= place) {
            Some(at) if self.places[at].0 == place => self.places[at].1 += whole,
            Some(at) => self.places.insert(at, (place, whole)),
            None => self.places.push((place, whole)),
        }
    }

    pub fn merge(&mut self, other: &Exact) {
        other.places.iter().for_each(|(place, whole)| self.put(*place, *whole));
    }

    /// The float nearest to the sum.
    pub fn value(&self) -> f64 {
        self.parts().0
    }

    /// The mean of so many values, which is not that of a rounded sum: three times 0.1 is not three tenths.
    pub fn over(&self, count: f64) -> f64 {
        let (high, low) = self.parts();
        let mean = high / count;
        mean + (mean.mul_add(-count, high) + low) / count
    }

    /// The sum as the float nearest to it and what that lacks.
    pub fn parts(&self) -> (f64, f64) {
        let Some((lowest, _)) = self.places.first() else { return (0.0, 0.0) };
        // Places become digits from 0 to 2³² − 1, the highest with the sign of the sum.
        let mut digits: Vec<i128> = Vec::new();
        let (mut carry, mut next) = (0_i128, self.places.iter().peekable());
        for place in *lowest.. {
            if let Some((_, whole)) = next.next_if(|(known, _)| *known == place) {
                carry += whole;
            }
            if next.peek().is_none() && (carry == 0 || carry == -1) && place > *lowest {
                break;
            }
            digits.push(carry & ((1 << PLACE) - 1));
            carry >>= PLACE;
        }
        let negative = carry < 0;
        if negative {
            // The complement, so that no leading digit is all ones.
            let mut borrow = 1;
            for digit in &mut digits {
                let flipped = (!*digit & ((1 << PLACE) - 1)) + borrow;
                (*digit, borrow) = (flipped & ((1 << PLACE) - 1), flipped >> PLACE);
            }
            if borrow > 0 {
                digits.push(borrow);
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        // Sixty-five bits at least of the highest three digits, and two digits more for what the float lacks.
        let top = digits.len().saturating_sub(3);
        let whole = digits[top..].iter().rev().fold(0_i128, |whole, digit| whole << PLACE | digit);
        let below = digits[..top].iter().rev().take(2).fold((0.0, 1.0), |(sum, unit), digit| {
            let unit = unit / f64::from(1 << 16) / f64::from(1 << 16);
            (sum + *digit as f64 * unit, unit)
        });
        let nearest = whole as f64;
        let rest = (whole - nearest as i128) as f64 + below.0;
        let sign = if negative { -1.0 } else { 1.0 };
        let power = (*lowest + top as i32) * PLACE;
        let (high, low) = (sign * scaled(nearest, power), sign * scaled(rest, power));
        let sum = high + low;
        (sum, low - (sum - high))
    }
}

/// A number times a power of two, in two steps: one alone may be out of reach.
fn scaled(number: f64, power: i32) -> f64 {
    let half = power / 2;
    number * 2_f64.powi(half) * 2_f64.powi(power - half)
}

/// The sum of one person's few values, as exact as two floats hold it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pair {
    high: f64,
    low: f64,
}

impl Pair {
    /// Knuth's two-sum: what the float lacks is carried beside it.
    pub fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let added = sum - self.high;
        self.low += (self.high - (sum - added)) + (value - added);
        self.high = sum;
    }

    pub fn value(self) -> f64 {
        self.high + self.low
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(values: &[f64]) -> f64 {
        let mut exact = Exact::default();
        values.iter().for_each(|value| exact.add(*value));
        exact.value()
    }

    #[test]
    fn sums_are_the_floats_nearest_to_the_truth() {
        for (values, expected) in [
            (&[][..], 0.0),
            (&[0.1; 10], 1.0),
            (&[0.2, 0.3, 0.4], 0.9),
            (&[1e-12, 3e-12], 4e-12),
            (&[1e15 - 1.0, 1.0, -1e15], 0.0),
            (&[1e300, 1.0, -1e300], 1.0),
            (&[-1.5, 1.0], -0.5),
            (&[5e-324, 5e-324], 1e-323),
            (&[4_294_967_296.0, -4_294_967_295.0], 1.0),
            (&[-4_294_967_296.0, 4_294_967_295.0], -1.0),
            (&[-0.0, 0.0], 0.0),
        ] {
            assert_eq!(sum(values), expected, "{values:?}");
        }
    }

    proptest! {
        #[test]
        fn order_and_parts_change_no_digit(values in prop::collection::vec(-1e6_f64..1e6, 1..60), at in 0_usize..60) {
            let mut turned = values.clone();
            turned.reverse();
            let at = at % values.len();
            turned.rotate_left(at);
            let (mut left, mut right) = (Exact::default(), Exact::default());
            values[..at].iter().for_each(|value| left.add(*value));
            values[at..].iter().for_each(|value| right.add(*value));
            left.merge(&right);
            prop_assert_eq!(sum(&values).to_bits(), sum(&turned).to_bits());
            prop_assert_eq!(sum(&values).to_bits(), left.value().to_bits());
        }

        #[test]
        fn whole_numbers_of_thirty_bits_below_one_are_summed_as_integers(
            values in prop::collection::vec(-(1_i64 << 52)..(1 << 52), 1..60),
        ) {
            // Of a common power of two the integers are the oracle.
            let floats: Vec<f64> = values.iter().map(|value| *value as f64 / f64::from(1 << 30)).collect();
            let expected = values.iter().map(|value| i128::from(*value)).sum::<i128>() as f64 / f64::from(1 << 30);
            prop_assert_eq!(sum(&floats), expected);
        }
    }
}
