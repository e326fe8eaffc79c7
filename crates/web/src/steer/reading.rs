//! Reading a series: its chart, what the chart says, and that in one sentence.

use operations::phases::Phases;
use stats::spc::{self, Assurance, Chart, Charted, Datum, Dialect, Phase, Proposal, Rule, Span, Unjudged, Variation};

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
    /// A change of level on which nobody has decided yet: where new limits would begin, and why.
    pub proposal: Option<Proposal>,
    pub assurance: Option<Assurance>,
    /// Why there is a target but no assurance.
    pub unjudged: Option<Unjudged>,
}

/// Reads a series as its scorecard follows it: an individuals chart by Making Data Count's rules.
pub fn read(card: &Card, series: &Series, followed: &Followed, unit: &str, accepted: &Phases) -> Reading {
    read_as(Chart::Xmr, card, series, followed, unit, accepted)
}

/// Reads a series as a chart of a kind. Its limits begin anew where its scorecard says so, and where a person accepted it.
pub fn read_as(
    kind: Chart,
    card: &Card,
    series: &Series,
    followed: &Followed,
    unit: &str,
    accepted: &Phases,
) -> Reading {
    let dialect = Dialect::MAKING_DATA_COUNT;
    let datum = |point: &Point| Datum { value: point.value, denominator: point.denominator, excluded: false };
    let data: Vec<Datum> = series.points.iter().map(datum).collect();
    let place = |period: &str| series.points.iter().position(|point| point.period == period);
    let shipped = followed.rebases_of(unit).map(|rebase| rebase.period.as_str());
    let decided = accepted.of(&card.id).map(|accepted| accepted.period.as_str());
    let mut phases: Vec<Phase> =
        shipped.chain(decided).filter_map(|period| Some(Phase { first: place(period)?, baseline: None })).collect();
    phases.sort_unstable_by_key(|phase| phase.first);
    phases.dedup_by_key(|phase| phase.first);
    let mut charted = spc::chart(kind, &data, &phases, &dialect, span(card, &data));
    // Limits want values enough in each phase, and values that do not share their cases: neighbours among rolling figures
    // are alike by themselves, and every course of theirs would look like a change.
    for phase in 0..charted.phases.len() {
        if card.rolling || charted.phases[phase].values < FEWEST {
            charted.hide_limits(phase);
        }
    }
    let targets: Vec<Option<f64>> =
        series.points.iter().map(|point| followed.target(&point.period).map(|target| target.value)).collect();
    let variation = spc::variation(&charted, card.better);
    let proposal = spc::propose(&charted);
    let judged = targets.last().copied().flatten().map(|target| {
        let judge = || spc::judge(&charted, proposal.as_ref(), target, card.better, dialect.target_on_limit);
        if card.rolling { Err(Unjudged::Rolling) } else { judge() }
    });
    let (assurance, unjudged) = (judged.and_then(Result::ok), judged.and_then(Result::err));
    Reading { charted, points: series.points.clone(), targets, variation, proposal, assurance, unjudged }
}

/// The possible values of the measure, as far as its kind and unit show; any value, where the data lie outside these.
fn span(card: &Card, data: &[Datum]) -> Span {
    let span = match (card.kind.as_str(), card.unit.as_str()) {
        ("nps", _) => Span { least: -100.0, most: 100.0 },
        (_, "share" | "index") => Span::SHARE,
        _ => Span::FROM_NOUGHT,
    };
    let within = |value: f64| (span.least..=span.most).contains(&value);
    if data.iter().filter_map(|datum| datum.value).all(within) { span } else { Span::ANY }
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

    /// The rule that marks the latest point, and the period in which the change began.
    pub fn latest_signal(&self) -> Option<(Rule, &str)> {
        let rule = self.charted.latest()?.signals.first()?.rule;
        let since = spc::since(&self.charted, self.proposal.as_ref())?;
        Some((rule, &self.points[since].period))
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
            Rule::FourOfFive => "rule-four_of_five",
            Rule::Alternating => "rule-alternating",
            Rule::NearCentre => "rule-near_centre",
            Rule::FarFromCentre => "rule-far_from_centre",
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
        parts.extend(self.usual(card, language));
        if let Some(target) = self.target() {
            let key = match (self.assurance, self.unjudged) {
                (Some(assurance), _) => Some(format!("sentence-{}", assurance_code(assurance))),
                // Without a direction a target is a line to look at.
                (None, Some(Unjudged::NoDirection) | None) => None,
                (None, Some(why)) => Some(format!("sentence-unjudged-{}", why.code())),
            };
            parts.extend(key.map(|key| language.text_with(&key, &[("target", &write(target))])));
        }
        parts.join(" ")
    }

    /// Between which values the measure usually lies; where its level has shifted, from which to which.
    fn usual(&self, card: &Card, language: Language) -> Option<String> {
        let write = |value: f64| numbers::level(value, &card.unit, language);
        if let Some(proposal) = &self.proposal {
            let since = numbers::period(&self.points[proposal.first].period, language);
            let levels = [("before", &*write(proposal.before)), ("after", &*write(proposal.after)), ("since", &*since)];
            return Some(language.text_with("sentence-shifted", &levels));
        }
        let point = self.charted.standing()?;
        let (centre, lower, upper) = (write(point.centre?), write(point.lower?), write(point.upper?));
        Some(language.text_with("sentence-limits", &[("centre", &*centre), ("lower", &*lower), ("upper", &*upper)]))
    }
}

#[cfg(test)]
mod tests;
