//! Intervals for shares, counts, means, medians, ratios and the net promoter score.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

/// A value with the ends of its two-sided interval, all in the value's own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub lower: f64,
    pub upper: f64,
}

/// The usual confidence of everything printed; 0.998 is the outer pair of a funnel.
pub const CONFIDENCE: f64 = 0.95;

/// Standard normal quantile of a two-sided interval: 1.96 for 0.95.
#[expect(clippy::expect_used, reason = "0 and 1 are valid parameters of a normal distribution")]
pub fn normal_quantile(confidence: f64) -> f64 {
    Normal::new(0.0, 1.0).expect("standard normal").inverse_cdf(0.5 + confidence / 2.0)
}

/// Share `hits / n` with the Wilson score interval (Wilson 1927; without continuity correction).
///
/// `None` when n is 0 or there are more hits than cases.
pub fn share(hits: f64, n: f64, confidence: f64) -> Option<Estimate> {
    if n <= 0.0 || hits > n || hits < 0.0 {
        return None;
    }
    let z = normal_quantile(confidence);
    let z2 = z * z;
    let misses = n - hits;
    let half = z * (z2 + 4.0 * hits * misses / n).sqrt();
    let lower = (2.0 * hits + z2 - half) / (2.0 * (n + z2));
    let upper = (2.0 * hits + z2 + half) / (2.0 * (n + z2));
    Some(Estimate { value: hits / n, lower: lower.max(0.0), upper: upper.min(1.0) })
}

/// Count of events with its interval: Byar from ten events on, exact Poisson below.
///
/// Byar's approximation (Breslow & Day 1987) is within a thousandth of exact from ten events. `None` below zero.
pub fn count(events: f64, confidence: f64) -> Option<Estimate> {
    if events < 0.0 {
        return None;
    }
    if events >= 10.0 { byar(events, confidence) } else { exact_poisson(events, confidence) }
}

/// Count of events with Byar's interval.
pub fn byar(events: f64, confidence: f64) -> Option<Estimate> {
    if events < 0.0 {
        return None;
    }
    let z = normal_quantile(confidence);
    let end = |o: f64, z: f64| o * (1.0 - 1.0 / (9.0 * o) + z / (3.0 * o.sqrt())).powi(3);
    let lower = if events > 0.0 { end(events, -z) } else { 0.0 };
    Some(Estimate { value: events, lower, upper: end(events + 1.0, z) })
}

/// Count of events with the exact Poisson interval (Garwood 1936, through chi-squared quantiles).
pub fn exact_poisson(events: f64, confidence: f64) -> Option<Estimate> {
    let tail = (1.0 - confidence) / 2.0;
    let chi = |p: f64, freedom: f64| Some(ChiSquared::new(freedom).ok()?.inverse_cdf(p) / 2.0);
    let lower = if events > 0.0 { chi(tail, 2.0 * events)? } else { 0.0 };
    Some(Estimate { value: events, lower, upper: chi(1.0 - tail, 2.0 * events + 2.0)? })
}

/// Events per exposure, in events for one unit of it, with the interval of [`count`] for the events.
///
/// `None` without exposure.
pub fn rate(events: f64, exposure: f64, confidence: f64) -> Option<Estimate> {
    if exposure <= 0.0 {
        return None;
    }
    let per = |end: f64| end / exposure;
    count(events, confidence).map(|it| Estimate { value: per(it.value), lower: per(it.lower), upper: per(it.upper) })
}

/// Mean of `n` values with Student's t interval, from their sum and sum of squares.
///
/// With one value the mean stands and the ends are infinite; `None` without values.
pub fn mean(n: u64, sum: f64, sum_of_squares: f64, confidence: f64) -> Option<Estimate> {
    if n == 0 {
        return None;
    }
    let value = sum / n as f64;
    mean_of_deviations(n, value, sum_of_squares - sum * value, confidence)
}

/// The same from the mean of the values and the sum of the squares of their deviations from it.
pub fn mean_of_deviations(n: u64, value: f64, deviations: f64, confidence: f64) -> Option<Estimate> {
    if n == 0 {
        return None;
    }
    let count = n as f64;
    let Ok(t) = StudentsT::new(0.0, 1.0, count - 1.0) else {
        return Some(Estimate { value, lower: f64::NEG_INFINITY, upper: f64::INFINITY });
    };
    let variance = (deviations / (count - 1.0)).max(0.0);
    let half = t.inverse_cdf(0.5 + confidence / 2.0) * (variance / count).sqrt();
    Some(Estimate { value, lower: value - half, upper: value + half })
}

/// Ratio Σ numerator / Σ denominator with an interval that is robust to clusters (people with many cases).
///
/// The variance is the linearised one of a ratio of cluster totals (Cochran 1977, §6.3; with k / (k − 1)), from the
/// clusters' sums of squares and products. `None` without denominator; infinite ends below two clusters.
pub fn ratio(sums: &RatioSums, confidence: f64) -> Option<Estimate> {
    if sums.denominator <= 0.0 {
        return None;
    }
    let value = sums.numerator / sums.denominator;
    if sums.clusters < 2 {
        return Some(Estimate { value, lower: f64::NEG_INFINITY, upper: f64::INFINITY });
    }
    let clusters = sums.clusters as f64;
    let residual = sums.numerator_squared - 2.0 * value * sums.product + value * value * sums.denominator_squared;
    let variance = residual.max(0.0) * clusters / (clusters - 1.0) / (sums.denominator * sums.denominator);
    let half = normal_quantile(confidence) * variance.sqrt();
    Some(Estimate { value, lower: value - half, upper: value + half })
}

/// A ratio whose numerator is a part of its denominator, such as a share of visits, over clusters.
///
/// Wilson's interval over the effective number of cases: as many independent ones as would have the variance of [`ratio`]
/// (Dean & Pagano 2015, "modified Wilson"; doi 10.1093/jssam/smv024). Without any variance each cluster counts as one case.
pub fn share_over_clusters(sums: &RatioSums, confidence: f64) -> Option<Estimate> {
    let plain = ratio(sums, confidence)?;
    let value = plain.value;
    if sums.clusters < 2 || !(0.0..=1.0).contains(&value) {
        return Some(plain);
    }
    let error = (plain.upper - plain.lower) / (2.0 * normal_quantile(confidence));
    let effective = match error > 0.0 {
        true => value * (1.0 - value) / (error * error),
        false => sums.clusters as f64,
    };
    let interval = share(value * effective, effective, confidence).map(|it| Estimate { value, ..it });
    Some(interval.unwrap_or(plain))
}

/// Sums over clusters that [`ratio`] needs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RatioSums {
    pub clusters: u64,
    pub numerator: f64,
    pub denominator: f64,
    /// Σ over clusters of the cluster's numerator squared.
    pub numerator_squared: f64,
    pub denominator_squared: f64,
    /// Σ over clusters of numerator × denominator.
    pub product: f64,
}

/// Net promoter score in points, −100 ‥ 100: share of promoters (9–10) minus share of detractors (0–6).
///
/// Adjusted Wald interval (Rocks 2016): three answers are added, ¾ of them promoters and ¾ detractors.
pub fn net_promoter_score(promoters: u64, detractors: u64, n: u64, confidence: f64) -> Option<Estimate> {
    if n == 0 || promoters + detractors > n {
        return None;
    }
    let value = 100.0 * (promoters as f64 - detractors as f64) / n as f64;
    let n = n as f64 + 3.0;
    let p = (promoters as f64 + 0.75) / n;
    let d = (detractors as f64 + 0.75) / n;
    let half = 100.0 * normal_quantile(confidence) * ((p + d - (p - d) * (p - d)) / n).sqrt();
    let centre = 100.0 * (p - d);
    // With few answers the adjusted centre can lie so far in that the score itself would stand outside.
    let (lower, upper) = ((centre - half).max(-100.0).min(value), (centre + half).min(100.0).max(value));
    Some(Estimate { value, lower, upper })
}

#[cfg(test)]
mod tests;
