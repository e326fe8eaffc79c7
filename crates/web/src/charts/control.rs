//! Control and run charts, and the sparkline of a scorecard's row.

use maud::{Markup, html};
use stats::spc::{Better, Charted, Point, Variation};

use super::icons::{coordinate, hollow, mark};
use super::{COMMON, TARGET, colour, variation_of};
use crate::numbers;
use crate::texts::Language;

/// Words of a chart.
pub struct Labels<'a> {
    pub title: &'a str,
    /// The chart in one sentence.
    pub description: &'a str,
    pub unit: &'a str,
    pub language: Language,
    /// Tells the chart's parts from those of other charts on the page.
    pub id: &'a str,
}

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 138.0;
const TOP: f64 = 18.0;
const BOTTOM: f64 = 46.0;

/// Maps values and places to the picture.
struct Scale {
    low: f64,
    high: f64,
    count: usize,
}

impl Scale {
    fn of(charted: &Charted, targets: &[Option<f64>]) -> Scale {
        let lines = |point: &Point| [point.value, point.centre, point.lower, point.upper];
        let all = charted.points.iter().flat_map(lines).flatten().chain(targets.iter().copied().flatten());
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| (low.min(it), high.max(it)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let (range, size) = (high - low, low.abs().max(high.abs()));
        // A series that never varies lies in the middle.
        let room = match (range > size * 1e-9, size > 0.0) {
            (true, _) => range * 0.08,
            (false, true) => size * 0.1,
            (false, false) => 1.0,
        };
        Scale { low: low - room, high: high + room, count: charted.points.len() }
    }

    fn x(&self, at: usize) -> f64 {
        let steps = (self.count.max(2) - 1) as f64;
        LEFT + 12.0 + at as f64 / steps * (WIDTH - LEFT - RIGHT - 24.0)
    }

    fn y(&self, value: f64) -> f64 {
        TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)
    }

    /// Round values to draw lines at, four to eight of them, so far apart.
    fn ticks(&self) -> (f64, Vec<f64>) {
        let rough = (self.high - self.low) / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|it| it * power).find(|step| *step >= rough).unwrap_or(rough);
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        (step, (first..=last).map(|at| at as f64 * step).collect())
    }
}

/// Decimals that tell values apart which lie `step` from each other.
fn decimals(step: f64, unit: &str) -> usize {
    let step = if unit == "share" { 100.0 * step } else { step };
    (-(step * 1.000_001).log10().floor()).clamp(0.0, 12.0) as usize
}

/// Writes the values of a chart in their unit; where there is none, as in files, with the decimals that the series needs.
struct Writing<'a> {
    labels: &'a Labels<'a>,
    /// Between two lines of the axis.
    step: f64,
    /// Decimals of the values themselves.
    decimals: usize,
}

impl Writing<'_> {
    fn of<'a>(charted: &Charted, step: f64, labels: &'a Labels<'a>) -> Writing<'a> {
        let exact = |decimals: &usize| {
            let power = 10_f64.powi(*decimals as i32);
            let values = charted.points.iter().filter_map(|point| point.value);
            values.into_iter().all(|value| ((value * power).round() / power - value).abs() <= value.abs() * 1e-12)
        };
        let finest = decimals(step / 100.0, labels.unit);
        Writing { labels, step, decimals: (0..finest).find(exact).unwrap_or(finest) }
    }

    fn tick(&self, tick: f64) -> String {
        numbers::value_to(decimals(self.step, self.labels.unit), tick, self.labels.unit, self.labels.language)
    }

    fn value(&self, value: f64) -> String {
        match self.labels.unit {
            "" => numbers::value_to(self.decimals, value, "", self.labels.language),
            unit => numbers::value(value, unit, self.labels.language),
        }
    }

    /// A mean, a limit or a target.
    fn level(&self, level: f64) -> String {
        match self.labels.unit {
            "" => numbers::value_to(decimals(self.step / 10.0, ""), level, "", self.labels.language),
            unit => numbers::level(level, unit, self.labels.language),
        }
    }
}

/// A control chart: values, centre line, limits, target, signals by shape and colour, phases apart, gaps as gaps.
pub fn control(
    periods: &[String],
    charted: &Charted,
    targets: &[Option<f64>],
    better: Better,
    labels: &Labels<'_>,
) -> Markup {
    let scale = Scale::of(charted, targets);
    let (step, ticks) = scale.ticks();
    let writing = Writing::of(charted, step, labels);
    let (title_id, description_id) = (format!("{}-title", labels.id), format!("{}-description", labels.id));
    let every = (periods.len() / 9).max(1);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) }
            aria-labelledby={ (title_id) " " (description_id) } font-family="'Source Sans 3', sans-serif" font-size="14" {
            title id=(title_id) { (labels.title) }
            desc id=(description_id) { (labels.description) }
            rect x="0" y="0" width=(WIDTH) height=(HEIGHT) fill="#fff" {}
            @for tick in ticks {
                line x1=(LEFT) x2=(WIDTH - RIGHT) y1=(coordinate(scale.y(tick))) y2=(coordinate(scale.y(tick))) stroke="#e4e8ec" {}
                text x=(LEFT - 8.0) y=(coordinate(scale.y(tick) + 5.0)) text-anchor="end" fill="#4a5660" { (writing.tick(tick)) }
            }
            @for (at, period) in periods.iter().enumerate().filter(|(at, _)| at.is_multiple_of(every)) {
                text x=(coordinate(scale.x(at))) y=(HEIGHT - 18.0) text-anchor="middle" fill="#4a5660" {
                    (numbers::period(period, labels.language))
                }
            }
            (limit_lines(charted, &scale))
            (target_line(targets, &scale))
            (value_line(charted, &scale))
            @for (at, point) in charted.points.iter().enumerate() {
                @if let Some(value) = point.value {
                    g {
                        title { (numbers::period(&periods[at], labels.language)) ": " (writing.value(value)) @if point.excluded { " (" (labels.language.text("chart-excluded")) ")" } }
                        @if point.excluded { (hollow(scale.x(at), scale.y(value))) } @else {
                            (mark(variation_at(point, better), scale.x(at), scale.y(value)))
                        }
                    }
                }
            }
            (end_labels(charted, targets, &scale, &writing))
        }
    }
}

fn variation_at(point: &Point, better: Better) -> Variation {
    point.signals.first().map_or(Variation::Common, |signal| variation_of(signal.side, better))
}

/// Runs of points for which `value` gives one, within one phase: gaps and phases break a line.
fn runs(charted: &Charted, scale: &Scale, value: impl Fn(&Point) -> Option<f64>) -> Vec<String> {
    let mut lines: Vec<Vec<String>> = vec![Vec::new()];
    let mut phase = None;
    for (at, point) in charted.points.iter().enumerate() {
        if phase != Some(point.phase) || value(point).is_none() {
            lines.push(Vec::new());
        }
        phase = Some(point.phase);
        if let (Some(value), Some(line)) = (value(point), lines.last_mut()) {
            line.push(format!("{},{}", coordinate(scale.x(at)), coordinate(scale.y(value))));
        }
    }
    lines.into_iter().filter(|line| line.len() > 1).map(|line| line.join(" ")).collect()
}

fn limit_lines(charted: &Charted, scale: &Scale) -> Markup {
    html! {
        @for line in runs(charted, scale, |point| point.upper).into_iter().chain(runs(charted, scale, |point| point.lower)) {
            polyline points=(line) fill="none" stroke=(COMMON) stroke-width="1.4" stroke-dasharray="6 5" {}
        }
        @for line in runs(charted, scale, |point| point.centre) {
            polyline points=(line) fill="none" stroke="#2b343b" stroke-width="1.6" {}
        }
    }
}

fn target_line(targets: &[Option<f64>], scale: &Scale) -> Markup {
    let mut stretches: Vec<(usize, usize, f64)> = Vec::new();
    for (at, target) in targets.iter().enumerate() {
        match (target, stretches.last_mut()) {
            (Some(target), Some((_, end, value))) if value.total_cmp(target).is_eq() && *end + 1 == at => *end = at,
            (Some(target), _) => stretches.push((at, at, *target)),
            (None, _) => {}
        }
    }
    html! {
        @for (first, end, value) in stretches {
            line x1=(coordinate(scale.x(first) - 6.0)) x2=(coordinate(scale.x(end) + 6.0)) y1=(coordinate(scale.y(value)))
                y2=(coordinate(scale.y(value))) stroke=(TARGET) stroke-width="2.5" stroke-linecap="round" stroke-dasharray="0.1 6" {}
        }
    }
}

fn value_line(charted: &Charted, scale: &Scale) -> Markup {
    html! {
        @for line in runs(charted, scale, |point| point.value) {
            polyline points=(line) fill="none" stroke="#9aa5ae" stroke-width="1.4" {}
        }
    }
}

/// The last values of centre, limits and target in the right margin, kept apart from one another.
fn end_labels(charted: &Charted, targets: &[Option<f64>], scale: &Scale, writing: &Writing<'_>) -> Markup {
    let Some(last) = charted.standing() else { return html! {} };
    let text = |key: &str| writing.labels.language.text(key);
    let mut marks: Vec<(f64, String, &str)> = Vec::new();
    let mut put = |value: Option<f64>, key: &str, colour: &'static str| {
        if let Some(value) = value {
            let label = format!("{} {}", text(key), writing.level(value));
            marks.push((scale.y(value), label, colour));
        }
    };
    put(last.upper, "chart-upper", COMMON);
    put(last.centre, "chart-centre", "#2b343b");
    put(last.lower, "chart-lower", COMMON);
    put(targets.last().copied().flatten(), "chart-target", TARGET);
    marks.sort_by(|left, right| left.0.total_cmp(&right.0));
    for at in 1..marks.len() {
        marks[at].0 = marks[at].0.max(marks[at - 1].0 + 17.0);
    }
    html! {
        @for (y, label, colour) in marks {
            text x=(WIDTH - RIGHT + 8.0) y=(coordinate(y + 5.0)) fill=(colour) { (label) }
        }
    }
}

/// The series as a small line with its latest point, for a row of a scorecard; the number stands beside it.
pub fn sparkline(charted: &Charted, better: Better) -> Markup {
    let (width, height) = (120.0, 32.0);
    let scale = Scale::of(charted, &[]);
    let steps = (charted.points.len().max(2) - 1) as f64;
    let x = |at: usize| 4.0 + at as f64 / steps * (width - 12.0);
    let y = |value: f64| 4.0 + (scale.high - value) / (scale.high - scale.low) * (height - 8.0);
    let line: Vec<String> = charted
        .points
        .iter()
        .enumerate()
        .filter_map(|(at, point)| Some(format!("{},{}", coordinate(x(at)), coordinate(y(point.value?)))))
        .collect();
    let latest = charted.points.iter().enumerate().rev().find_map(|(at, point)| Some((at, point, point.value?)));
    html! {
        svg.spark width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } aria-hidden="true" focusable="false" {
            polyline points=(line.join(" ")) fill="none" stroke="#7d8b96" stroke-width="1.5" {}
            @if let Some((at, point, value)) = latest {
                circle cx=(coordinate(x(at))) cy=(coordinate(y(value))) r="3.6" fill=(colour(variation_at(point, better))) {}
            }
        }
    }
}
