//! A level that has shifted: the proposal of a new phase, and what is not judged before somebody has decided on it.
//!
//! Charts never redraw themselves. [`propose`] says where a new phase would begin and on what evidence; a person accepts it
//! with a reason, and passes the accepted ones as [`Phase`](super::Phase)s to [`chart`](super::chart). Until then
//! [`judge`] says nothing of a target: limits over two levels tell neither what the process did nor what it will do.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::limits::{judged, mean, shown};
use super::rules::TOLERANCE;
use super::{Assurance, Better, Chart, Charted, Side, TargetOnLimit, assurance};

/// Values that must stand before a change and after it.
const FEWEST_BEFORE: usize = 6;
const FEWEST_AFTER: usize = 4;

/// A new phase is proposed where chance makes such a difference in fewer than so many of a hundred series without change.
///
/// Measured in `tests/it/change.rs`: at 3 % some two of a hundred series without change get a proposal, and not every
/// twentieth of those whose neighbours are slightly alike (autocorrelation 0.1); of steps of two sigma more than four of five
/// are found within six points.
const MOST_BY_CHANCE: f64 = 0.03;

/// A new phase that the last phase of a chart seems to need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    /// Place in the series where the new level begins.
    pub first: usize,
    /// Side to which the level has shifted.
    pub side: Side,
    /// Mean of the values before the change, back to the change before it or the start of the phase, in the measure's unit.
    pub before: f64,
    /// Mean of the values from the change on.
    pub after: f64,
    /// So many values stand before and after.
    pub values: (usize, usize),
    /// Share of series without change in which chance makes such a difference somewhere; an upper bound.
    pub chance: f64,
}

impl Proposal {
    /// Name of the rule in files and programs.
    pub const RULE: &'static str = "level-shift";
}

/// The latest change of level within the last phase, if there is one.
///
/// The phase is split where the means before and after differ most, in units of the variation about them (two-sample
/// t); the probability that a series without change has such a place is at most the number of places times that of one
/// (Bonferroni; the changepoint model of Hawkins, Qiu & Kang 2003 without its tables). The part after a change is
/// searched again. Gaps, excluded points and phases without limits weigh nothing. Neighbours are taken to be
/// independent: for rolling figures, whose limits a caller hides, nothing is proposed.
pub fn propose(charted: &Charted) -> Option<Proposal> {
    // Neighbouring moving ranges share a value.
    let phase = charted.points.last().filter(|_| charted.chart != Chart::Mr)?.phase;
    let of_phase = charted.points.iter().enumerate().filter(|(_, point)| point.phase == phase);
    let known: Vec<(usize, f64)> =
        of_phase.filter_map(|(at, point)| Some((at, judged(charted.chart, point.judged()?)))).collect();
    let values: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
    let mut start = 0;
    let mut found = None;
    while let Some((length, chance)) = split(&values[start..]) {
        let (before, after) = (mean(&values[start..start + length]), mean(&values[start + length..]));
        found = Some(Proposal {
            first: known[start + length].0,
            side: if after > before { Side::High } else { Side::Low },
            before: shown(charted.chart, before),
            after: shown(charted.chart, after),
            values: (length, values.len() - start - length),
            chance,
        });
        start += length;
    }
    found
}

/// How many values come before the change, and the probability of it by chance, if that is small enough.
fn split(values: &[f64]) -> Option<(usize, f64)> {
    let count = values.len();
    let places = count.checked_sub(FEWEST_BEFORE + FEWEST_AFTER)? + 1;
    let middle = mean(values);
    let spread: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    let largest = values.iter().copied().map(f64::abs).fold(0.0, f64::max);
    if spread <= count as f64 * (TOLERANCE * largest).powi(2) {
        return None;
    }
    let mut sum = values[..FEWEST_BEFORE - 1].iter().map(|value| value - middle).sum::<f64>();
    let mut best = (0.0, 0);
    for length in FEWEST_BEFORE..FEWEST_BEFORE + places {
        sum += values[length - 1] - middle;
        // Variation between the two parts: of all, the share that their two means explain.
        let (before, after) = (length as f64, (count - length) as f64);
        let between = sum * sum * (1.0 / before + 1.0 / after);
        if between > best.0 {
            best = (between, length);
        }
    }
    let (between, length) = best;
    let freedom = count as f64 - 2.0;
    let within = (spread - between).max(spread * f64::EPSILON) / freedom;
    let by_one = 2.0 * StudentsT::new(0.0, 1.0, freedom).ok()?.sf((between / within).sqrt());
    let chance = (places as f64 * by_one).min(1.0);
    (chance <= MOST_BY_CHANCE).then_some((length, chance))
}

/// Why a process is not judged against a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unjudged {
    /// Neither high nor low values are better.
    NoDirection,
    /// Too few values for limits, or none are drawn: as on run charts and of rolling figures.
    NoLimits,
    /// Values share their cases with their neighbours, as rolling figures do: a caller knows that.
    Rolling,
    /// A change of level on which nobody has decided lies among the values that the limits rest on.
    Changing,
}

impl Unjudged {
    /// Name in files and programs.
    pub fn code(self) -> &'static str {
        match self {
            Unjudged::NoDirection => "no-direction",
            Unjudged::NoLimits => "no-limits",
            Unjudged::Rolling => "rolling",
            Unjudged::Changing => "changing",
        }
    }
}

/// The course of the process against a target if nothing changes, or why it is unknown. `proposal` is what [`propose`]
/// finds in the chart.
pub fn judge(
    charted: &Charted,
    proposal: Option<&Proposal>,
    target: f64,
    better: Better,
    on_limit: TargetOnLimit,
) -> Result<Assurance, Unjudged> {
    let limits = charted.standing().and_then(|point| point.uncut).ok_or(Unjudged::NoLimits)?;
    let assurance = assurance(limits, target, better, on_limit).ok_or(Unjudged::NoDirection)?;
    if proposal.is_some() { Err(Unjudged::Changing) } else { Ok(assurance) }
}

/// Place where the change began that the latest point signals: where its level shifted, if `proposal` names that; otherwise
/// the first of the points, one after another, that signal to the same side. `None` where the latest point signals nothing.
pub fn since(charted: &Charted, proposal: Option<&Proposal>) -> Option<usize> {
    let judged = |(_, point): &(usize, &super::Point)| point.judged().is_some();
    let mut points = charted.points.iter().enumerate().rev().filter(judged);
    let (last, latest) = points.next()?;
    let side = latest.signals.first()?.side;
    if let Some(proposal) = proposal.filter(|proposal| proposal.side == side) {
        return Some(proposal.first);
    }
    let same =
        |point: &super::Point| point.phase == latest.phase && point.signals.iter().any(|signal| signal.side == side);
    Some(points.take_while(|(_, point)| same(point)).last().map_or(last, |(at, _)| at))
}
