//! Statistical process control: control charts, their signals, and what they say against a target.
//!
//! Making Data Count (NHS England) is the default; every dialect in which tools differ has a name in [`Dialect`].
//! Charts never redraw themselves: a new phase begins only where the caller says so.

mod change;
mod dialect;
mod icons;
mod limits;
mod rules;
mod runs;

pub use change::{Proposal, Unjudged, judge, propose, since};
pub use dialect::{Constant, Dialect, Patterns, RunLength, Screening, TargetOnLimit, Ties, TwoSigma};
pub use icons::{Assurance, Better, Variation, assurance, variation};
pub use rules::{Rule, Side, Signal};
pub use runs::{Runs, anhoej_limits};

use limits::{Line, judged, limits, ranges, shown};

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
    /// Events with large exposure, Laney's u′.
    UPrime,
    /// Events with equal exposure.
    C,
    /// Time between rare events.
    T,
    /// Cases between rare events.
    G,
    /// Median and Anhøj's rules, no limits.
    Run,
    /// Ranges between neighbours of the series; only what lies beyond the limit signals, for neighbouring ranges are alike.
    Mr,
}

impl Chart {
    pub const ALL: [Chart; 10] = [
        Chart::Xmr,
        Chart::P,
        Chart::PPrime,
        Chart::U,
        Chart::UPrime,
        Chart::C,
        Chart::T,
        Chart::G,
        Chart::Run,
        Chart::Mr,
    ];

    /// Name in links, files and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Chart::Xmr => "xmr",
            Chart::P => "p",
            Chart::PPrime => "pp",
            Chart::U => "u",
            Chart::UPrime => "up",
            Chart::C => "c",
            Chart::T => "t",
            Chart::G => "g",
            Chart::Run => "run",
            Chart::Mr => "mr",
        }
    }

    pub fn named(name: &str) -> Option<Chart> {
        Chart::ALL.into_iter().find(|chart| chart.code() == name)
    }

    /// Each value stands over a denominator, by which it weighs.
    pub fn has_denominators(self) -> bool {
        matches!(self, Chart::P | Chart::PPrime | Chart::U | Chart::UPrime)
    }

    /// The values that are possible on such a chart.
    pub fn span(self) -> Span {
        match self {
            Chart::Xmr | Chart::Run => Span::ANY,
            Chart::P | Chart::PPrime => Span::SHARE,
            Chart::U | Chart::UPrime | Chart::C | Chart::T | Chart::G | Chart::Mr => Span::FROM_NOUGHT,
        }
    }
}

/// One period of a series, oldest first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datum {
    /// In the measure's unit; for p and u charts numerator / denominator. `None` is a gap: drawn as one, and skipped
    /// by rules, which look at consecutive values.
    pub value: Option<f64>,
    /// Cases or exposure behind the value; needed by p, p′ and u, on which a value over nothing weighs nothing.
    pub denominator: f64,
    /// Shown, but it weighs nothing: neither in limits nor in rules.
    pub excluded: bool,
}

impl Datum {
    pub fn value(value: f64) -> Datum {
        Datum { value: Some(value), denominator: 1.0, excluded: false }
    }

    /// A period without a value.
    pub fn gap() -> Datum {
        Datum { value: None, denominator: 0.0, excluded: false }
    }

    /// The value where it weighs something.
    fn weighed(&self, kind: Chart) -> Option<f64> {
        let weighs = !self.excluded && (!kind.has_denominators() || self.denominator > 0.0);
        self.value.filter(|_| weighs)
    }
}

/// The possible values of a measure, in its unit: limits are cut there. Infinite where nothing is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub least: f64,
    pub most: f64,
}

impl Span {
    /// Any number, such as a difference or a score that may be negative.
    pub const ANY: Span = Span { least: f64::NEG_INFINITY, most: f64::INFINITY };
    /// A count or a duration.
    pub const FROM_NOUGHT: Span = Span { least: 0.0, most: f64::INFINITY };
    /// A share, or an index from 0 to 1.
    pub const SHARE: Span = Span { least: 0.0, most: 1.0 };

    fn within(self, other: Span) -> Span {
        Span { least: self.least.max(other.least), most: self.most.min(other.most) }
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
    /// Limits, cut at what a value can be.
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Limits before they are cut: a target at which a limit was cut is neither met nor missed for certain.
    pub uncut: Option<(f64, f64)>,
    /// Shown, but it weighs nothing.
    pub excluded: bool,
    /// Every rule that marks the point, in order of weight: the first names it.
    pub signals: Vec<Signal>,
    /// Counted from 0.
    pub phase: usize,
}

impl Point {
    /// The value where rules look at it: one with a centre line, that nobody has excluded.
    pub fn judged(&self) -> Option<f64> {
        self.value.filter(|_| self.centre.is_some() && !self.excluded)
    }
}

/// The data on which a phase rests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Place of its first datum in the series.
    pub first: usize,
    /// Values that its limits were made from.
    pub values: usize,
    /// Moving ranges left out by screening.
    pub screened: usize,
    /// Runs about its centre line; none without a point off it.
    pub runs: Option<Runs>,
}

/// A chart ready to be read, drawn or written.
#[derive(Debug, Clone, PartialEq)]
pub struct Charted {
    pub chart: Chart,
    pub points: Vec<Point>,
    /// Oldest first.
    pub phases: Vec<Stretch>,
}

/// Values below which limits are on trial: NHS tools show none below 13, the R package warns.
pub const TRIAL_BELOW: usize = 13;

impl Charted {
    /// The last point with limits of the phase that goes on: those of a phase that somebody has ended judge nothing any more.
    pub fn standing(&self) -> Option<&Point> {
        let phase = self.points.last()?.phase;
        self.points.iter().rev().take_while(|point| point.phase == phase).find(|point| point.centre.is_some())
    }

    /// The limits of the last phase rest on too few values to be shown as settled.
    pub fn on_trial(&self) -> bool {
        self.phases.last().is_none_or(|phase| phase.values < TRIAL_BELOW)
    }

    /// Moving ranges left out by screening, over all phases.
    pub fn screened(&self) -> usize {
        self.phases.iter().map(|phase| phase.screened).sum()
    }

    /// The latest point of the last phase that rules look at.
    pub fn latest(&self) -> Option<&Point> {
        let phase = self.points.last()?.phase;
        self.points.iter().rev().take_while(|point| point.phase == phase).find(|point| point.judged().is_some())
    }

    /// Takes the limits of a phase away, and all they said.
    pub fn hide_limits(&mut self, phase: usize) {
        for point in self.points.iter_mut().filter(|point| point.phase == phase) {
            (point.centre, point.lower, point.upper, point.uncut) = (None, None, None, None);
            point.signals.clear();
        }
    }
}

/// Limits, centre line and signals of a series.
///
/// `series`: one datum for each period, oldest first. `phases`: where a new phase begins, ascending, by a person's
/// decision; the first phase begins at 0 whether named or not. A phase without two values has no limits. Limits are cut at
/// `span`; the rules go on by the uncut ones.
pub fn chart(kind: Chart, series: &[Datum], phases: &[Phase], dialect: &Dialect, span: Span) -> Charted {
    let mut phases: Vec<Phase> = phases.iter().copied().filter(|phase| phase.first < series.len()).collect();
    if phases.first().is_none_or(|phase| phase.first > 0) {
        phases.insert(0, Phase { first: 0, baseline: None });
    }
    let ends = phases.iter().skip(1).map(|phase| phase.first).chain([series.len()]);
    let mut charted = Charted { chart: kind, points: Vec::new(), phases: Vec::new() };
    for (number, (phase, end)) in phases.iter().zip(ends).enumerate() {
        let given = &series[phase.first..end];
        let moved = (kind == Chart::Mr).then(|| ranges(given));
        let part = moved.as_deref().unwrap_or(given);
        let made = limits(kind, part, phase.baseline, dialect);
        let weighed = part.iter().zip(&made.lines);
        let known: Vec<(f64, Line)> =
            weighed.filter_map(|(datum, line)| Some((judged(kind, datum.weighed(kind)?), (*line)?))).collect();
        let (signals, runs) = rules::judge(kind, &known, dialect);
        let mut signals = signals.into_iter();
        for (datum, line) in part.iter().zip(&made.lines) {
            let mut point = point(kind, datum, *line, kind.span().within(span));
            point.phase = number;
            if datum.weighed(kind).is_some() && line.is_some() {
                point.signals = signals.next().unwrap_or_default();
            }
            charted.points.push(point);
        }
        charted.phases.push(Stretch { first: phase.first, values: made.values, screened: made.screened, runs });
    }
    charted
}

/// A datum with its line in the measure's unit.
fn point(kind: Chart, datum: &Datum, line: Option<Line>, span: Span) -> Point {
    let uncut = line.and_then(|line| {
        let reach = line.reach?;
        Some((shown(kind, line.centre - reach), shown(kind, line.centre + reach)))
    });
    Point {
        value: datum.value,
        centre: line.map(|line| shown(kind, line.centre)),
        lower: uncut.map(|(lower, _)| lower.max(span.least)),
        upper: uncut.map(|(_, upper)| upper.min(span.most)),
        uncut,
        excluded: datum.excluded,
        signals: Vec::new(),
        phase: 0,
    }
}

#[cfg(test)]
mod tests;
