//! Centre lines and limits.

use statrs::distribution::{Binomial, DiscreteCDF};

use super::{Chart, Constant, Datum, Dialect};

/// Upper limit of moving ranges, in mean moving ranges (D₄ for ranges of two).
const RANGE_LIMIT: f64 = 3.267;
/// d₂ for ranges of two: mean moving range of a normal process in sigmas.
const D2: f64 = 1.128;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub centre: f64,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Three sigma: how far the limits lie from the centre before they are cut at what a value can be. None where the two
    /// sides differ.
    pub reach: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// One for each datum, gaps included.
    pub lines: Vec<Option<Line>>,
    pub screened: usize,
    pub values: usize,
}

/// Limits of one phase from its first `baseline` values, or all of them.
pub fn limits(kind: Chart, part: &[Datum], baseline: Option<usize>, dialect: &Dialect) -> Limits {
    let known: Vec<(f64, f64)> = part.iter().filter_map(|datum| Some((datum.value?, datum.denominator))).collect();
    let used = &known[..baseline.unwrap_or(known.len()).min(known.len())];
    let none = Limits { lines: vec![None; part.len()], screened: 0, values: used.len() };
    if used.is_empty() {
        return none;
    }
    let flat = |line: Line, screened| Limits { lines: vec![Some(line); part.len()], screened, values: used.len() };
    match kind {
        Chart::Run => {
            let centre = median(used.iter().map(|(value, _)| *value).collect());
            flat(Line { centre, lower: None, upper: None, reach: None }, 0)
        }
        Chart::Xmr => {
            let values: Vec<f64> = used.iter().map(|(value, _)| *value).collect();
            individuals(&values, dialect).map_or(none, |(line, screened)| flat(line, screened))
        }
        Chart::T => {
            // Nelson 1994: times between rare events are near normal after the power 1 / 3.6.
            let powers: Vec<f64> = used.iter().map(|(value, _)| value.max(0.0).powf(1.0 / 3.6)).collect();
            let back = |value: f64| value.max(0.0).powf(3.6);
            individuals(&powers, dialect).map_or(none, |(line, screened)| {
                let lower = line.lower.map(back);
                flat(Line { centre: back(line.centre), lower, upper: line.upper.map(back), reach: None }, screened)
            })
        }
        Chart::C => {
            let centre = used.iter().map(|(value, _)| value).sum::<f64>() / used.len() as f64;
            flat(around(centre, 3.0 * centre.sqrt(), f64::INFINITY), 0)
        }
        Chart::G => {
            let centre = used.iter().map(|(value, _)| value).sum::<f64>() / used.len() as f64;
            flat(around(centre, 3.0 * (centre * (centre + 1.0)).sqrt(), f64::INFINITY), 0)
        }
        Chart::P | Chart::PPrime | Chart::U => by_denominator(kind, part, used),
    }
}

/// Charts whose limits follow each period's denominator.
fn by_denominator(kind: Chart, part: &[Datum], used: &[(f64, f64)]) -> Limits {
    let total: f64 = used.iter().map(|(_, n)| n).sum();
    if total <= 0.0 {
        return Limits { lines: vec![None; part.len()], screened: 0, values: used.len() };
    }
    let centre = used.iter().map(|(value, n)| value * n).sum::<f64>() / total;
    let ceiling = if kind == Chart::U { f64::INFINITY } else { 1.0 };
    let variance = if kind == Chart::U { centre } else { centre * (1.0 - centre) };
    let inflation = match kind {
        // Laney 2002: sigma of the z-scores from their moving ranges.
        // Where every share is 0 or every one is 1 nothing varies.
        Chart::PPrime if variance > 0.0 => {
            let z: Vec<f64> = used.iter().map(|(value, n)| (value - centre) / (variance / n).sqrt()).collect();
            mean_range(&z).map_or(1.0, |range| range / D2)
        }
        Chart::PPrime | Chart::P | Chart::U | Chart::Xmr | Chart::C | Chart::T | Chart::G | Chart::Run => 1.0,
    };
    let line = |datum: &Datum| {
        let half = 3.0 * inflation * (variance / datum.denominator).sqrt();
        (datum.denominator > 0.0).then(|| around(centre, half, ceiling))
    };
    Limits { lines: part.iter().map(line).collect(), screened: 0, values: used.len() }
}

fn around(centre: f64, half: f64, ceiling: f64) -> Line {
    let (lower, upper) = ((centre - half).max(0.0), (centre + half).min(ceiling));
    Line { centre, lower: Some(lower), upper: Some(upper), reach: Some(half) }
}

/// Limits of an individuals chart: mean ± 2.66 × mean moving range, oldest value first.
///
/// 2.66 = 3 / d₂ with d₂ = 1.128 for ranges of two (Wheeler, *Understanding Variation*). `None` below two values.
fn individuals(values: &[f64], dialect: &Dialect) -> Option<(Line, usize)> {
    let ranges: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let mut mean = mean_range(values)?;
    let mut screened = 0;
    if dialect.screening && mean > 0.0 {
        let kept: Vec<f64> = ranges.iter().copied().filter(|range| *range < RANGE_LIMIT * mean).collect();
        screened = ranges.len() - kept.len();
        if !kept.is_empty() {
            mean = kept.iter().sum::<f64>() / kept.len() as f64;
        }
    }
    let constant = match dialect.constant {
        Constant::Rounded => 2.66,
        Constant::Exact => 3.0 / D2,
    };
    let centre = values.iter().sum::<f64>() / values.len() as f64;
    let half = constant * mean;
    Some((Line { centre, lower: Some(centre - half), upper: Some(centre + half), reach: Some(half) }, screened))
}

fn mean_range(values: &[f64]) -> Option<f64> {
    let ranges = values.len().checked_sub(1).filter(|ranges| *ranges > 0)?;
    Some(values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / ranges as f64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) { (values[half - 1] + values[half]) / 2.0 } else { values[half] }
}

/// Limits of a run chart with `useful` points off the median (Anhøj & Olesen 2014): the longest run that is still
/// within chance, and the fewest crossings that are.
pub fn anhoej_limits(useful: usize) -> Option<(usize, usize)> {
    let longest = (useful as f64).log2().round() as usize + 3;
    let crossings = Binomial::new(0.5, useful.checked_sub(1)? as u64).ok()?.inverse_cdf(0.05);
    Some((longest, crossings as usize))
}
