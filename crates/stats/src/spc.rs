//! Statistical process control: control charts, their signals, and what they say against a target.
//!
//! Making Data Count (NHS England) is the default; every dialect in which tools differ has a name in [`Dialect`].
//! Charts never redraw themselves: a new phase begins only where the caller says so.

mod icons;
mod limits;
mod rules;

pub use icons::{Assurance, Better, Variation, assurance, variation};
pub use limits::anhoej_limits;
pub use rules::{Rule, Side, Signal};

use limits::{Limits, limits};

/// Kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// Individual values with moving-range limits.
    Xmr,
    /// Share: value = numerator / denominator.
    P,
    /// Share with large denominators, Laney's p′.
    PPrime,
    /// Events per exposure: value = numerator / denominator.
    U,
    /// Events with equal exposure.
    C,
    /// Time between rare events.
    T,
    /// Cases between rare events.
    G,
    /// Median and Anhøj's rules, no limits.
    Run,
}

impl Chart {
    pub const ALL: [Chart; 8] =
        [Chart::Xmr, Chart::P, Chart::PPrime, Chart::U, Chart::C, Chart::T, Chart::G, Chart::Run];

    /// Name in links, files and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Chart::Xmr => "xmr",
            Chart::P => "p",
            Chart::PPrime => "pp",
            Chart::U => "u",
            Chart::C => "c",
            Chart::T => "t",
            Chart::G => "g",
            Chart::Run => "run",
        }
    }

    pub fn named(name: &str) -> Option<Chart> {
        Chart::ALL.into_iter().find(|chart| chart.code() == name)
    }
}

/// One period of a series, oldest first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datum {
    /// In the measure's unit; for p and u charts numerator / denominator. `None` is a gap: drawn as one, and skipped
    /// by rules, which look at consecutive values.
    pub value: Option<f64>,
    /// Cases or exposure behind the value; needed by p, p′ and u.
    pub denominator: f64,
}

impl Datum {
    pub fn value(value: f64) -> Datum {
        Datum { value: Some(value), denominator: 1.0 }
    }
}

/// Where tools differ. Named presets are in [`Dialect::PRESETS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dialect {
    pub two_sigma: TwoSigma,
    /// Points in a row on one side, or rising or falling, that signal.
    pub run_length: RunLength,
    pub ties: Ties,
    /// Drop outlying moving ranges (≥ 3.267 × mean) once before limits are set.
    pub screening: bool,
    pub constant: Constant,
    pub target_on_limit: TargetOnLimit,
}

/// Which points count for two of three near a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoSigma {
    /// Beyond two sigma, also beyond the limit (Making Data Count tools since late 2023).
    Beyond,
    /// Between two and three sigma only (R package NHSRplotthedots).
    Between,
}

/// How many points make a shift or a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunLength {
    Fixed {
        shift: usize,
        trend: usize,
    },
    /// Anhøj: longer than round(log₂ n) + 3, and no rule for trends.
    ByCount,
}

/// What an equal neighbour, or a point on the centre line, does to a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    Break,
    /// A repeated value neither adds nor cancels (older NHS guide).
    Neutral,
}

/// Constant of moving-range limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// 2.66, as NHS charts print it.
    Rounded,
    /// 3 / 1.128 = 2.6596 (d₂ for ranges of two).
    Exact,
}

/// Whether a target exactly on a limit is met (or missed) for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetOnLimit {
    Certain,
    HitOrMiss,
}

impl Dialect {
    /// The default.
    pub const MAKING_DATA_COUNT: Dialect = Dialect {
        two_sigma: TwoSigma::Beyond,
        run_length: RunLength::Fixed { shift: 7, trend: 7 },
        ties: Ties::Break,
        screening: true,
        constant: Constant::Rounded,
        target_on_limit: TargetOnLimit::Certain,
    };

    pub const PRESETS: [(&'static str, Dialect); 7] = [
        ("making-data-count", Dialect::MAKING_DATA_COUNT),
        (
            "nhs-r-package",
            Dialect {
                two_sigma: TwoSigma::Between,
                target_on_limit: TargetOnLimit::HitOrMiss,
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
        ("nhs-excel", Dialect { screening: false, ..Dialect::MAKING_DATA_COUNT }),
        (
            "nhs-excel-six",
            Dialect {
                screening: false,
                run_length: RunLength::Fixed { shift: 6, trend: 6 },
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
        ("nhs-older-guide", Dialect { ties: Ties::Neutral, screening: false, ..Dialect::MAKING_DATA_COUNT }),
        (
            // Nelson 1984: nine on one side, six rising or falling, two of three beyond two sigma.
            "nelson",
            Dialect {
                screening: false,
                run_length: RunLength::Fixed { shift: 9, trend: 6 },
                constant: Constant::Exact,
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
        (
            "anhoej",
            Dialect {
                run_length: RunLength::ByCount,
                screening: false,
                constant: Constant::Exact,
                ..Dialect::MAKING_DATA_COUNT
            },
        ),
    ];

    pub fn named(name: &str) -> Option<Dialect> {
        Dialect::PRESETS.iter().find(|(known, _)| *known == name).map(|(_, dialect)| *dialect)
    }
}

/// A stretch of a series with limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// Place of its first datum in the series.
    pub first: usize,
    /// Limits from its first so many values only, then held; `None`: from all of them.
    pub baseline: Option<usize>,
}

/// A datum with its limits and signals.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub value: Option<f64>,
    pub centre: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Three sigma, by which rules tell what is near a limit; the limits themselves are cut at what a value can be. None
    /// where the two sides differ.
    pub reach: Option<f64>,
    /// Every rule that marks the point, in order of weight: the first names it.
    pub signals: Vec<Signal>,
    /// Counted from 0.
    pub phase: usize,
}

/// A chart ready to be read, drawn or written.
#[derive(Debug, Clone, PartialEq)]
pub struct Charted {
    pub chart: Chart,
    pub points: Vec<Point>,
    /// Moving ranges left out by screening, over all phases.
    pub screened: usize,
    /// Values in the last phase that limits were made from.
    pub values: usize,
}

/// Values below which limits are on trial: NHS tools show none below 13, the R package warns.
pub const TRIAL_BELOW: usize = 13;

impl Charted {
    /// The last point with limits of the phase that goes on: those of a phase that somebody has ended judge nothing any more.
    pub fn standing(&self) -> Option<&Point> {
        let phase = self.points.last()?.phase;
        self.points.iter().rev().take_while(|point| point.phase == phase).find(|point| point.centre.is_some())
    }

    /// Limits rest on too few values to be shown as settled.
    pub fn on_trial(&self) -> bool {
        self.values < TRIAL_BELOW
    }

    /// The latest point that has a value.
    pub fn latest(&self) -> Option<&Point> {
        self.points.iter().rev().find(|point| point.value.is_some())
    }
}

/// Limits, centre line and signals of a series.
///
/// `series`: one datum for each period, oldest first. `rebases`: places at which a new phase begins, ascending, by a
/// person's decision; the first phase begins at 0 whether named or not. A phase without two values has no limits.
pub fn chart(kind: Chart, series: &[Datum], rebases: &[Phase], dialect: &Dialect) -> Charted {
    let first = Phase { first: 0, baseline: None };
    let mut phases: Vec<Phase> = rebases.iter().copied().filter(|phase| phase.first < series.len()).collect();
    if phases.first().is_none_or(|phase| phase.first > 0) {
        phases.insert(0, first);
    }
    let ends = phases.iter().skip(1).map(|phase| phase.first).chain([series.len()]);
    let mut charted = Charted { chart: kind, points: Vec::new(), screened: 0, values: 0 };
    for (number, (phase, end)) in phases.iter().zip(ends).enumerate() {
        let part = &series[phase.first..end];
        let made = limits(kind, part, phase.baseline, dialect);
        charted.screened += made.screened;
        charted.values = made.values;
        charted.points.extend(points(kind, part, &made, number, dialect));
    }
    charted
}

fn points(kind: Chart, part: &[Datum], made: &Limits, phase: usize, dialect: &Dialect) -> Vec<Point> {
    let mut points: Vec<Point> = part
        .iter()
        .zip(&made.lines)
        .map(|(datum, line)| Point {
            value: datum.value,
            centre: line.map(|line| line.centre),
            lower: line.and_then(|line| line.lower),
            upper: line.and_then(|line| line.upper),
            reach: line.and_then(|line| line.reach),
            signals: Vec::new(),
            phase,
        })
        .collect();
    rules::mark(kind, &mut points, dialect);
    points
}

#[cfg(test)]
mod tests;
