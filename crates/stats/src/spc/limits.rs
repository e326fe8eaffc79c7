//! Centre lines and limits, in the scale in which a chart judges: a t chart takes powers, every other the values themselves.

use super::{Chart, Constant, Datum, Dialect, Screening};

/// Upper limit of moving ranges, in mean moving ranges (D₄ for ranges of two).
const RANGE_LIMIT: f64 = 3.267;
/// d₂ for ranges of two: mean moving range of a normal process in sigmas.
const D2: f64 = 1.128;
/// Nelson 1994: times between rare events are near normal after the power 1 / 3.6.
const T_POWER: f64 = 3.6;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub centre: f64,
    /// Three sigma. None on a run chart.
    pub reach: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// One for each datum, gaps included.
    pub lines: Vec<Option<Line>>,
    pub screened: usize,
    pub values: usize,
}

/// A value in the scale in which its chart judges.
pub fn judged(kind: Chart, value: f64) -> f64 {
    match kind {
        Chart::T => value.max(0.0).powf(1.0 / T_POWER),
        _ => value,
    }
}

/// A value of the judging scale in the measure's unit; below every value what no power leads to.
pub fn shown(kind: Chart, value: f64) -> f64 {
    match kind {
        Chart::T if value < 0.0 => f64::NEG_INFINITY,
        Chart::T => value.powf(T_POWER),
        _ => value,
    }
}

/// Limits of one phase from its first `baseline` values that weigh something, or all of them.
pub fn limits(kind: Chart, part: &[Datum], baseline: Option<usize>, dialect: &Dialect) -> Limits {
    let weighed = part.iter().filter_map(|datum| Some((judged(kind, datum.weighed(kind)?), datum.denominator)));
    let mut used: Vec<(f64, f64)> = weighed.collect();
    used.truncate(baseline.unwrap_or(usize::MAX));
    let values: Vec<f64> = used.iter().map(|(value, _)| *value).collect();
    let none = || Limits { lines: vec![None; part.len()], screened: 0, values: values.len() };
    if values.is_empty() {
        return none();
    }
    let flat = |centre: f64, reach: Option<f64>, screened| Limits {
        lines: vec![Some(Line { centre, reach }); part.len()],
        screened,
        values: values.len(),
    };
    match kind {
        Chart::Run => flat(median(values.clone()), None, 0),
        Chart::Xmr | Chart::T => {
            // 2.66 = 3 / d₂ (Wheeler, *Understanding Variation*).
            let constant = match dialect.constant {
                Constant::Rounded => 2.66,
                Constant::Exact => 3.0 / D2,
            };
            let range = mean_range(&values, dialect.screening != Screening::None);
            range.map_or_else(none, |(range, screened)| flat(mean(&values), Some(constant * range), screened))
        }
        Chart::C => {
            let centre = mean(&values);
            flat(centre, Some(3.0 * centre.sqrt()), 0)
        }
        Chart::G => {
            let centre = mean(&values);
            flat(centre, Some(3.0 * (centre * (centre + 1.0)).sqrt()), 0)
        }
        Chart::Mr => {
            let centre = mean(&values);
            flat(centre, Some((RANGE_LIMIT - 1.0) * centre), 0)
        }
        Chart::P | Chart::PPrime | Chart::U | Chart::UPrime => by_denominator(kind, part, &used, dialect),
    }
}

/// The range between each value that weighs something and the one before it, at the place of the later one.
pub fn ranges(part: &[Datum]) -> Vec<Datum> {
    let mut before = None;
    let range = |datum: &Datum| {
        let value = datum.weighed(Chart::Mr);
        let range = value.zip(before).map(|(value, before): (f64, f64)| (value - before).abs());
        before = value.or(before);
        Datum { value: range, ..*datum }
    };
    part.iter().map(range).collect()
}

/// Charts whose limits follow each period's denominator. A period without one has no limits.
fn by_denominator(kind: Chart, part: &[Datum], used: &[(f64, f64)], dialect: &Dialect) -> Limits {
    let centre = weighted_mean(used);
    let is_share = kind.span().most == 1.0;
    let variance = if is_share { (centre * (1.0 - centre)).max(0.0) } else { centre };
    let mut screened = 0;
    let mut inflation = 1.0;
    // Laney 2002: sigma of the z-scores from their moving ranges. Where every value is 0, or every share 1, nothing varies.
    if matches!(kind, Chart::PPrime | Chart::UPrime) && variance > 0.0 {
        let z: Vec<f64> = used.iter().map(|(value, n)| (value - centre) / (variance / n).sqrt()).collect();
        if let Some((range, left_out)) = mean_range(&z, dialect.screening == Screening::AllRanges) {
            (inflation, screened) = (range / D2, left_out);
        }
    }
    let line = |datum: &Datum| {
        let reach = 3.0 * inflation * (variance / datum.denominator).sqrt();
        (datum.denominator > 0.0).then_some(Line { centre, reach: Some(reach) })
    };
    Limits { lines: part.iter().map(line).collect(), screened, values: used.len() }
}

/// The mean. A second pass gives back the part of the sum that rounding took, so that the mean of equal values is that
/// value.
pub fn mean(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let first = values.iter().sum::<f64>() / count;
    first + values.iter().map(|value| value - first).sum::<f64>() / count
}

/// The mean of values with weights, in two passes as [`mean`].
fn weighted_mean(pairs: &[(f64, f64)]) -> f64 {
    let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let first = pairs.iter().map(|(value, weight)| value * weight).sum::<f64>() / total;
    first + pairs.iter().map(|(value, weight)| (value - first) * weight).sum::<f64>() / total
}

/// Mean of the ranges between neighbours, oldest value first, and how many outlying ones were left out. `None` below two
/// values.
fn mean_range(values: &[f64], screening: bool) -> Option<(f64, usize)> {
    let ranges: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    if ranges.is_empty() {
        return None;
    }
    let all = mean(&ranges);
    let kept: Vec<f64> = ranges.iter().copied().filter(|range| screening && *range < RANGE_LIMIT * all).collect();
    Some(match kept.iter().any(|range| *range > 0.0) {
        true => (mean(&kept), ranges.len() - kept.len()),
        false => (all, 0),
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) { (values[half - 1] + values[half]) / 2.0 } else { values[half] }
}
