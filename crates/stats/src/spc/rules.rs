//! The rules that tell a signal from noise.

use super::limits::Line;
use super::runs::{Runs, runs};
use super::{Chart, Dialect, Patterns, RunLength, Ties, TwoSigma};

/// A rule, in order of weight: when several mark a point, the first names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Strictly beyond a limit.
    Outside,
    /// So many in a row rising or falling.
    Trend,
    /// Two of three consecutive points on one side beyond two thirds of the way to the limit; where the third may lie is a
    /// matter of the dialect.
    TwoOfThree,
    /// So many in a row on one side of the centre line.
    Shift,
    /// Fewer crossings of the median than chance gives (Anhøj).
    Crossings,
    /// Four of five consecutive points on one side beyond a third of the way to the limit (Nelson 1984, test 6).
    FourOfFive,
    /// Fourteen in a row alternately up and down: two sources take turns (test 4).
    Alternating,
    /// Fifteen in a row within a third of the way to the limits: these are too wide, or strata are mixed (test 7).
    NearCentre,
    /// Eight in a row on either side, none within a third of the way to a limit: two processes are mixed (test 8).
    FarFromCentre,
}

impl Rule {
    /// Name in files and programs.
    pub fn code(self) -> &'static str {
        match self {
            Rule::Outside => "outside",
            Rule::Trend => "trend",
            Rule::TwoOfThree => "two_of_three",
            Rule::Shift => "shift",
            Rule::Crossings => "crossings",
            Rule::FourOfFive => "four_of_five",
            Rule::Alternating => "alternating",
            Rule::NearCentre => "near_centre",
            Rule::FarFromCentre => "far_from_centre",
        }
    }

    /// Whether the rule says that values went up or down; the others say that they vary in another way than chance does.
    pub fn has_direction(self) -> bool {
        !matches!(self, Rule::Alternating | Rule::NearCentre | Rule::FarFromCentre)
    }
}

/// To which side a signal points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    High,
    Low,
}

impl Side {
    pub fn code(self) -> &'static str {
        match self {
            Side::High => "high",
            Side::Low => "low",
        }
    }
}

/// A rule that holds at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signal {
    pub rule: Rule,
    pub side: Side,
}

/// Values nearer to each other than this part of the largest of them are the same: what separates them is rounding, be it
/// of a sum, of a power or of a file.
pub const TOLERANCE: f64 = 1e-11;

/// The signals of one phase and its runs about the centre line. `points` are those that weigh something, oldest first: the
/// value in the judging scale, and its line. Rules look at consecutive values; gaps are passed over.
pub fn judge(kind: Chart, points: &[(f64, Line)], dialect: &Dialect) -> (Vec<Vec<Signal>>, Option<Runs>) {
    let largest = points.iter().map(|(value, _)| value.abs()).fold(0.0, f64::max);
    let sign = |difference: f64| match difference.abs() <= TOLERANCE * largest {
        true => 0,
        false => difference.signum() as i8,
    };
    let seen: Vec<Seen> = points.iter().map(|(value, line)| see(*value, *line, &sign)).collect();
    let mut marks = Marks(vec![Vec::new(); seen.len()]);
    let runs = runs(seen.iter().map(|it| it.side));
    match (kind, dialect.run_length) {
        (Chart::Mr, _) => {}
        (Chart::Run, _) | (_, RunLength::ByCount) => mark_runs(&seen, runs, &mut marks),
        (_, RunLength::Fixed { shift, trend }) => {
            let sides: Vec<i8> = seen.iter().map(|it| it.side).collect();
            extend_back(&runs_of(&sides, shift, Ties::Break), shift, Rule::Shift, &mut marks);
            let steps: Vec<i8> = points.windows(2).map(|pair| sign(pair[1].0 - pair[0].0)).collect();
            mark_trends(&steps, trend, dialect.ties, &mut marks);
        }
    }
    if kind != Chart::Mr {
        two_of_three(&seen, dialect.two_sigma, &mut marks);
    }
    if kind != Chart::Mr && dialect.patterns == Patterns::Nelson {
        let steps: Vec<i8> = points.windows(2).map(|pair| sign(pair[1].0 - pair[0].0)).collect();
        mark_patterns(&seen, &steps, &mut marks);
    }
    for (at, it) in seen.iter().enumerate() {
        if it.zone == 4 {
            marks.put(at, Rule::Outside, it.side);
        }
    }
    let tidy = |mut signals: Vec<Signal>| {
        signals.sort_unstable();
        signals.dedup();
        signals
    };
    (marks.0.into_iter().map(tidy).collect(), runs)
}

/// A point as the rules see it.
struct Seen {
    /// −1 below, 0 on, 1 above the centre line.
    side: i8,
    /// 1 to 3: in the first, second or last third of the way to the limit; 4 beyond the limit; 0 without a limit.
    zone: u8,
}

fn see(value: f64, line: Line, sign: &impl Fn(f64) -> i8) -> Seen {
    let side = sign(value - line.centre);
    let way = (value - line.centre).abs();
    let zone = line.reach.map_or(0, |reach| match side {
        0 => 1,
        _ => 1 + [reach / 3.0, reach * 2.0 / 3.0, reach].map(|end| u8::from(sign(way - end) > 0)).iter().sum::<u8>(),
    });
    Seen { side, zone }
}

struct Marks(Vec<Vec<Signal>>);

impl Marks {
    fn put(&mut self, at: usize, rule: Rule, side: i8) {
        let side = if side > 0 { Side::High } else { Side::Low };
        self.0[at].push(Signal { rule, side });
    }
}

/// For each place, the sign of a run of at least `length` equal signs that reaches it; 0 otherwise.
///
/// With [`Ties::Neutral`] a zero neither adds to a run nor ends it.
pub(super) fn runs_of(signs: &[i8], length: usize, ties: Ties) -> Vec<i8> {
    let (mut sign, mut count) = (0, 0);
    let step = |now: &i8| {
        if *now == 0 && ties == Ties::Neutral {
            return if count >= length { sign } else { 0 };
        }
        count = if *now != 0 && *now == sign { count + 1 } else { usize::from(*now != 0) };
        sign = *now;
        if count >= length { sign } else { 0 }
    };
    signs.iter().map(step).collect()
}

/// Marks each run back to its first point.
fn extend_back(ends: &[i8], length: usize, rule: Rule, marks: &mut Marks) {
    for (end, sign) in ends.iter().enumerate().filter(|(_, sign)| **sign != 0) {
        for at in (end + 1).saturating_sub(length)..=end {
            marks.put(at, rule, *sign);
        }
    }
}

/// `length` points in a row rising or falling are `length − 1` steps of one sign.
fn mark_trends(steps: &[i8], length: usize, ties: Ties, marks: &mut Marks) {
    for (end, sign) in runs_of(steps, length - 1, ties).iter().enumerate().filter(|(_, sign)| **sign != 0) {
        let (mut at, mut left) = (end + 1, length - 1);
        marks.put(at, Rule::Trend, *sign);
        while left > 0 && at > 0 {
            at -= 1;
            left -= usize::from(steps[at] != 0);
            marks.put(at, Rule::Trend, *sign);
        }
    }
}

/// Of three consecutive points two on one side near its limit: those two are marked.
fn two_of_three(seen: &[Seen], dialect: TwoSigma, marks: &mut Marks) {
    let near = |it: &Seen| match dialect {
        TwoSigma::None => false,
        TwoSigma::Between => it.zone == 3,
        TwoSigma::Beyond | TwoSigma::ThirdAnywhere => it.zone >= 3,
    };
    for (first, window) in seen.windows(3).enumerate() {
        for side in [-1, 1] {
            let fits = dialect == TwoSigma::ThirdAnywhere || window.iter().all(|it| it.side == side);
            let close = |it: &Seen| near(it) && it.side == side;
            if fits && window.iter().filter(|it| close(it)).count() >= 2 {
                for (offset, _) in window.iter().enumerate().filter(|(_, it)| close(it)) {
                    marks.put(first + offset, Rule::TwoOfThree, side);
                }
            }
        }
    }
}

/// Nelson's tests 4, 6, 7 and 8. `steps`: the signs of the steps between the points.
fn mark_patterns(seen: &[Seen], steps: &[i8], marks: &mut Marks) {
    for (first, window) in seen.windows(5).enumerate() {
        for side in [-1, 1] {
            let is_beyond = |it: &Seen| it.zone >= 2 && it.side == side;
            if window.iter().filter(|it| is_beyond(it)).count() >= 4 {
                for (offset, _) in window.iter().enumerate().filter(|(_, it)| is_beyond(it)) {
                    marks.put(first + offset, Rule::FourOfFive, side);
                }
            }
        }
    }
    let mut mark = |rule: Rule, first: usize, length: usize| {
        for (at, it) in seen.iter().enumerate().skip(first).take(length) {
            marks.put(at, rule, it.side);
        }
    };
    for (first, window) in steps.windows(13).enumerate() {
        if window[0] != 0 && window.windows(2).all(|pair| pair[1] == -pair[0]) {
            mark(Rule::Alternating, first, 14);
        }
    }
    for (first, window) in seen.windows(15).enumerate() {
        // Values that never vary say nothing of their limits.
        if window.iter().all(|it| it.zone == 1) && window.iter().any(|it| it.side != 0) {
            mark(Rule::NearCentre, first, 15);
        }
    }
    for (first, window) in seen.windows(8).enumerate() {
        // On one side alone it is a shift, and eight are not enough for one.
        if window.iter().all(|it| it.zone >= 2) && window.iter().any(|it| it.side != window[0].side) {
            mark(Rule::FarFromCentre, first, 8);
        }
    }
}

/// Anhøj's rules: points on the centre line are not useful and break nothing.
fn mark_runs(seen: &[Seen], runs: Option<Runs>, marks: &mut Marks) {
    let Some(runs) = runs else { return };
    let useful: Vec<(usize, i8)> =
        seen.iter().enumerate().filter(|(_, it)| it.side != 0).map(|(at, it)| (at, it.side)).collect();
    for run in useful.chunk_by(|left, right| left.1 == right.1).filter(|run| run.len() > runs.longest_limit) {
        run.iter().for_each(|(at, side)| marks.put(*at, Rule::Shift, *side));
    }
    if let Some((last, side)) = useful.last()
        && runs.crossings < runs.crossings_limit
    {
        marks.put(*last, Rule::Crossings, *side);
    }
}
