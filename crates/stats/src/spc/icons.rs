//! The icons of a chart: the variation of its latest point, and its process against a target.

use super::rules::TOLERANCE;
use super::{Charted, Side, TargetOnLimit};

/// In which direction values are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Higher,
    Lower,
    Neither,
}

impl Better {
    pub fn named(name: &str) -> Option<Better> {
        match name {
            "higher" => Some(Better::Higher),
            "lower" => Some(Better::Lower),
            "neither" => Some(Better::Neither),
            _ => None,
        }
    }
}

/// Variation icon, from the latest point only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variation {
    Concern(Side),
    Neutral(Side),
    Common,
    Improvement(Side),
}

/// Assurance icon: what the process will do against the target if nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assurance {
    Misses,
    HitOrMiss,
    Meets,
}

/// Variation by the heaviest signal of the latest point that weighs something; `None` without such a point or limits.
pub fn variation(charted: &Charted, better: Better) -> Option<Variation> {
    let latest = charted.latest()?;
    let Some(signal) = latest.signals.first() else { return Some(Variation::Common) };
    if !signal.rule.has_direction() {
        return Some(Variation::Neutral(signal.side));
    }
    Some(match (better, signal.side) {
        (Better::Higher, Side::High) | (Better::Lower, Side::Low) => Variation::Improvement(signal.side),
        (Better::Higher, Side::Low) | (Better::Lower, Side::High) => Variation::Concern(signal.side),
        (Better::Neither, side) => Variation::Neutral(side),
    })
}

/// Assurance from limits (those that are not cut, of [`Point::uncut`](super::Point::uncut)) and target; `None` without a
/// direction.
///
/// On a series that never varies, at its target, [`TargetOnLimit::Certain`] says that it meets it. A target nearer to a limit
/// than rounding is on it.
pub fn assurance(
    (lower, upper): (f64, f64),
    target: f64,
    better: Better,
    on_limit: TargetOnLimit,
) -> Option<Assurance> {
    let largest = [lower, upper, target].into_iter().map(f64::abs).filter(|it| it.is_finite()).fold(0.0, f64::max);
    let beyond = |by: f64| match on_limit {
        TargetOnLimit::Certain => by >= -TOLERANCE * largest,
        TargetOnLimit::HitOrMiss => by > TOLERANCE * largest,
    };
    let (below, above) = (beyond(lower - target), beyond(target - upper));
    let (meets, misses) = match better {
        Better::Higher => (below, above),
        Better::Lower => (above, below),
        Better::Neither => return None,
    };
    Some(match (meets, misses) {
        (true, _) => Assurance::Meets,
        (false, true) => Assurance::Misses,
        (false, false) => Assurance::HitOrMiss,
    })
}
