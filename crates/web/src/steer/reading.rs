//! Reading a series: its chart, what the chart says, and that in one sentence.

use stats::spc::{self, Assurance, Chart, Charted, Datum, Dialect, Phase, Rule, Variation};

use crate::charts::{assurance_code, variation_code};
use crate::figures::{Card, Point, Series};
use crate::numbers;
use crate::scorecard::Followed;
use crate::texts::Language;

/// Below so many values only the line is drawn.
const FEWEST: usize = 12;

/// A series with its chart and verdicts.
pub struct Reading {
    pub charted: Charted,
    pub points: Vec<Point>,
    /// The target in force in each period.
    pub targets: Vec<Option<f64>>,
    pub variation: Option<Variation>,
    pub assurance: Option<Assurance>,
}

/// Reads a series as its scorecard follows it: an individuals chart by Making Data Count's rules.
pub fn read(card: &Card, series: &Series, followed: &Followed, unit: &str) -> Reading {
    read_as(Chart::Xmr, card, series, followed, unit)
}

/// Reads a series as a chart of a kind.
pub fn read_as(kind: Chart, card: &Card, series: &Series, followed: &Followed, unit: &str) -> Reading {
    let dialect = Dialect::MAKING_DATA_COUNT;
    let data: Vec<Datum> =
        series.points.iter().map(|point| Datum { value: point.value, denominator: point.denominator }).collect();
    let place = |period: &str| series.points.iter().position(|point| point.period == period);
    let mut phases: Vec<Phase> = followed
        .rebases_of(unit)
        .filter_map(|rebase| Some(Phase { first: place(&rebase.period)?, baseline: None }))
        .collect();
    phases.sort_unstable_by_key(|phase| phase.first);
    let mut charted = spc::chart(kind, &data, &phases, &dialect);
    // Limits want values enough in each phase, and values that do not share their cases: neighbours among rolling figures
    // are alike by themselves, and every course of theirs would look like a change.
    let firsts: Vec<usize> = std::iter::once(0).chain(phases.iter().map(|phase| phase.first)).collect();
    for (number, first) in firsts.iter().enumerate() {
        let end = firsts.get(number + 1).copied().unwrap_or(charted.points.len());
        let phase = &mut charted.points[*first..end.max(*first)];
        if card.rolling || data[*first..end.max(*first)].iter().filter(|it| it.value.is_some()).count() < FEWEST {
            for point in phase {
                (point.centre, point.lower, point.upper) = (None, None, None);
                point.signals.clear();
            }
        }
    }
    let targets: Vec<Option<f64>> =
        series.points.iter().map(|point| followed.target(&point.period).map(|target| target.value)).collect();
    let variation = spc::variation(&charted, card.better);
    let limits = charted.standing().map(|point| (point.lower, point.upper));
    let assurance = targets.last().copied().flatten().zip(limits).and_then(|(target, (lower, upper))| {
        spc::assurance(lower, upper, target, card.better, dialect.target_on_limit)
    });
    Reading { charted, points: series.points.clone(), targets, variation, assurance }
}

/// Key of why nothing is said of change, in a sentence or in a cell.
pub fn why_unknown(card: &Card, place: &str) -> &'static str {
    match (card.rolling, place) {
        (true, "sentence") => "sentence-rolling",
        (true, _) => "rolling",
        (false, "sentence") => "sentence-too-few",
        (false, _) => "too-few-points",
    }
}

impl Reading {
    /// The latest period with a value.
    pub fn latest(&self) -> Option<(&str, f64)> {
        self.points.iter().rev().find_map(|point| Some((point.period.as_str(), point.value?)))
    }

    pub fn target(&self) -> Option<f64> {
        self.targets.last().copied().flatten()
    }

    /// Why there is no value at all.
    pub fn why_empty(&self) -> &'static str {
        if self.points.iter().any(|point| point.suppressed) { "hidden" } else { "no-cases" }
    }

    /// Points of the latest run of signals, its rule, and since when.
    pub fn latest_signal(&self) -> Option<(Rule, &str)> {
        let known: Vec<usize> = (0..self.points.len()).filter(|at| self.points[*at].value.is_some()).collect();
        let last = *known.last()?;
        let rule = self.charted.points[last].signals.first()?.rule;
        let holds = |at: &&usize| self.charted.points[**at].signals.iter().any(|signal| signal.rule == rule);
        let since = known.iter().rev().take_while(holds).last()?;
        Some((rule, &self.points[*since].period))
    }

    /// Key of a rule in words. How long a run is too long on a run chart follows from the number of its points.
    pub fn rule(&self, rule: Rule) -> &'static str {
        match rule {
            Rule::Outside => "rule-outside",
            Rule::Trend => "rule-trend",
            Rule::TwoOfThree => "rule-two_of_three",
            Rule::Shift if self.charted.chart == Chart::Run => "rule-long",
            Rule::Shift => "rule-shift",
            Rule::Crossings => "rule-crossings",
        }
    }

    pub fn periods(&self) -> Vec<String> {
        self.points.iter().map(|point| point.period.clone()).collect()
    }

    /// The chart in a sentence or a few: latest value, verdict and its rule, limits, target.
    pub fn sentence(&self, card: &Card, language: Language) -> String {
        let write = |value: f64| numbers::value(value, &card.unit, language);
        let Some((period, value)) = self.latest() else { return language.text(self.why_empty()) };
        let period = numbers::period(period, language);
        let mut parts = vec![language.text_with("sentence-latest", &[("period", &period), ("value", &write(value))])];
        match (self.variation, self.latest_signal()) {
            (Some(variation), Some((rule, since))) => {
                let rule = language.text(self.rule(rule));
                let since = numbers::period(since, language);
                let key = format!("sentence-{}", variation_code(variation));
                parts.push(language.text_with(&key, &[("rule", &rule), ("since", &since)]));
            }
            (Some(_), None) => parts.push(language.text("sentence-common")),
            (None, _) => parts.push(language.text(why_unknown(card, "sentence"))),
        }
        if let Some(point) = self.charted.standing()
            && let (Some(centre), Some(lower), Some(upper)) = (point.centre, point.lower, point.upper)
        {
            // No share is below nothing or above all, wherever the limits of the chart lie.
            let (least, most) = if card.unit == "share" { (0.0, 1.0) } else { (f64::NEG_INFINITY, f64::INFINITY) };
            let (lower, upper) = (lower.max(least), upper.min(most));
            let limits = [("centre", &*write(centre)), ("lower", &*write(lower)), ("upper", &*write(upper))];
            parts.push(language.text_with("sentence-limits", &limits));
        }
        if let (Some(assurance), Some(target)) = (self.assurance, self.target()) {
            let key = format!("sentence-{}", assurance_code(assurance));
            parts.push(language.text_with(&key, &[("target", &write(target))]));
        }
        parts.join(" ")
    }
}
