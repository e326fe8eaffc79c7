//! The rules that tell a signal from noise.

use super::{Chart, Dialect, Point, RunLength, Ties, TwoSigma, anhoej_limits};

/// A rule, in order of weight: when several mark a point, the first names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Strictly beyond a limit.
    Outside,
    /// So many in a row rising or falling.
    Trend,
    /// Two of three consecutive points, on one side, beyond two thirds of the way to the limit.
    TwoOfThree,
    /// So many in a row on one side of the centre line.
    Shift,
    /// Fewer crossings of the median than chance gives (Anhøj).
    Crossings,
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
        }
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

/// Marks the points of one phase. Rules look at consecutive values; gaps are passed over.
pub fn mark(kind: Chart, points: &mut [Point], dialect: &Dialect) {
    let known: Vec<usize> = (0..points.len()).filter(|at| shown(&points[*at]).is_some()).collect();
    let shown: Vec<Shown> = known.iter().filter_map(|at| shown(&points[*at])).collect();
    let mut marks = Marks(vec![Vec::new(); shown.len()]);
    match (kind, dialect.run_length) {
        (Chart::Run, _) | (_, RunLength::ByCount) => anhoej(&shown, &mut marks),
        (_, RunLength::Fixed { shift, trend }) => {
            let sides: Vec<i8> = shown.iter().map(|it| it.side).collect();
            extend_back(&runs_of(&sides, shift, Ties::Break), shift, Rule::Shift, &mut marks);
            let values: Vec<f64> = shown.iter().map(|it| it.value).collect();
            mark_trends(&values, trend, dialect.ties, &mut marks);
        }
    }
    two_of_three(&shown, dialect.two_sigma, &mut marks);
    for (at, it) in shown.iter().enumerate() {
        if it.zone == 3 {
            marks.put(at, Rule::Outside, it.side);
        }
    }
    for (at, mut signals) in known.into_iter().zip(marks.0) {
        signals.sort_unstable();
        signals.dedup();
        points[at].signals = signals;
    }
}

/// A point as the rules see it.
struct Shown {
    value: f64,
    /// −1 below, 0 on, 1 above the centre line.
    side: i8,
    /// 1 inside two thirds of the way to the limit, 2 beyond that, 3 beyond the limit; 0 without a limit.
    zone: u8,
}

fn shown(point: &Point) -> Option<Shown> {
    let (value, centre) = (point.value?, point.centre?);
    let side = if value > centre { 1 } else { -i8::from(value < centre) };
    let limit = if side < 0 { point.lower } else { point.upper };
    let zone = limit.map_or(0, |limit| {
        let way = (value - centre).abs();
        let whole = point.reach.unwrap_or((limit - centre).abs());
        if side == 0 || way <= whole * 2.0 / 3.0 {
            1
        } else if way <= whole {
            2
        } else {
            3
        }
    });
    Some(Shown { value, side, zone })
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
fn mark_trends(values: &[f64], length: usize, ties: Ties, marks: &mut Marks) {
    let steps: Vec<i8> = values.windows(2).map(|pair| pair[1].partial_cmp(&pair[0]).map_or(0, |it| it as i8)).collect();
    for (end, sign) in runs_of(&steps, length - 1, ties).iter().enumerate().filter(|(_, sign)| **sign != 0) {
        let (mut at, mut left) = (end + 1, length - 1);
        marks.put(at, Rule::Trend, *sign);
        while left > 0 && at > 0 {
            at -= 1;
            left -= usize::from(steps[at] != 0);
            marks.put(at, Rule::Trend, *sign);
        }
    }
}

/// Of three consecutive points on one side, two near the limit: those two are marked.
fn two_of_three(shown: &[Shown], dialect: TwoSigma, marks: &mut Marks) {
    let near = |it: &Shown| it.zone == 2 || (it.zone == 3 && dialect == TwoSigma::Beyond);
    for (first, window) in shown.windows(3).enumerate() {
        let side = window[0].side;
        if side != 0 && window.iter().all(|it| it.side == side) && window.iter().filter(|it| near(it)).count() >= 2 {
            for (offset, _) in window.iter().enumerate().filter(|(_, it)| near(it)) {
                marks.put(first + offset, Rule::TwoOfThree, side);
            }
        }
    }
}

/// Anhøj's rules: points on the centre line are not useful and break nothing.
fn anhoej(shown: &[Shown], marks: &mut Marks) {
    let useful: Vec<(usize, i8)> =
        shown.iter().enumerate().filter(|(_, it)| it.side != 0).map(|(at, it)| (at, it.side)).collect();
    let Some((longest, fewest)) = anhoej_limits(useful.len()) else { return };
    let mut crossings = 0;
    for run in useful.chunk_by(|left, right| left.1 == right.1) {
        crossings += 1;
        if run.len() > longest {
            run.iter().for_each(|(at, side)| marks.put(*at, Rule::Shift, *side));
        }
    }
    if let Some((last, side)) = useful.last()
        && crossings - 1 < fewest
    {
        marks.put(*last, Rule::Crossings, *side);
    }
}
