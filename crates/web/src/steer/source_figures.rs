//! Figures that the demo county's source reports beside what the county shows, both also for 100,000 residents.

use std::sync::LazyLock;

use maud::{Markup, html};
use serde::Deserialize;

use crate::figures::{Card, Point, Series};
use crate::layout::Page;
use crate::numbers;

/// `scorecards/source-figures.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFigures {
    pub source: String,
    /// Of so many people are its counts.
    pub residents: f64,
    #[serde(rename = "figure")]
    pub figures: Vec<SourceFigure>,
}

/// A figure of some months, the last included; counts are of a month.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFigure {
    pub measure: String,
    pub unit: String,
    pub from: String,
    pub to: String,
    pub value: Option<f64>,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
    /// By so much the source's figure may be rounded.
    #[serde(default)]
    pub rounding: f64,
    /// The same in a county of any size: a count of the organisation, not of its residents.
    #[serde(default)]
    pub absolute: bool,
}

/// The figures that come with the program.
#[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
pub fn shipped() -> &'static SourceFigures {
    static SHIPPED: LazyLock<SourceFigures> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../scorecards/source-figures.toml")).expect("well-formed figures")
    });
    &SHIPPED
}

/// The source's figures of a measure and a unit; nothing where it has none, or where the people are not invented.
pub fn section(page: &Page, card: &Card, unit: &str, series: &Series) -> Markup {
    let source = shipped();
    let of_here = |it: &&SourceFigure| it.measure == card.id && it.unit == unit;
    let figures: Vec<&SourceFigure> = source.figures.iter().filter(of_here).collect();
    let Some(residents) = page.figures.residents().filter(|_| page.synthetic && !figures.is_empty()) else {
        return html! {};
    };
    let residents = residents as f64;
    let is_of_residents = is_count(card) && figures.iter().all(|figure| !figure.absolute);
    let write = |value: f64| numbers::value(value, &card.unit, page.language);
    let people = |number: f64| numbers::number(number, 0, page.language);
    let about = [("residents", &*people(source.residents)), ("own", &*people(residents))];
    html! {
        h2 #source-figures { (page.text("source-figures")) }
        p { (page.language.text_with("source-figures-about", &about)) " " span lang="en" { (source.source) "." } }
        div.scroll tabindex="0" role="region" aria-labelledby="source-figures" {
            table.scorecard {
                thead {
                    tr {
                        th scope="col" { (page.text("period")) }
                        th.number scope="col" { (page.text("source-figure")) }
                        th.number scope="col" { (page.text("source-own")) }
                        @if is_of_residents {
                            th.number scope="col" { (page.text("source-figure-rate")) }
                            th.number scope="col" { (page.text("source-own-rate")) }
                        }
                    }
                }
                tbody {
                    @for figure in figures {
                        @let own = over(series, figure, card);
                        @let rate = |value: f64, of: f64| people(value / of * 100_000.0);
                        tr {
                            th scope="row" { (months(page, figure)) }
                            td.number { (said(page, figure, write)) }
                            td.number { (own.map_or_else(|| page.text("no-value"), write)) }
                            @if is_of_residents {
                                td.number { (said(page, figure, |value| rate(value, source.residents))) }
                                td.number { (own.map_or_else(|| page.text("no-value"), |value| rate(value, residents))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn months(page: &Page, figure: &SourceFigure) -> String {
    let [from, to] = [&figure.from, &figure.to].map(|month| numbers::period(month, page.language));
    if from == to { from } else { format!("{from} – {to}") }
}

/// A figure that rounding may change by more than this share is shown as being about so much.
const ABOUT: f64 = 0.03;

/// A figure as the source has it: a value, a bound or both bounds.
fn said(page: &Page, figure: &SourceFigure, write: impl Fn(f64) -> String) -> String {
    match (figure.value, figure.at_least, figure.at_most) {
        (Some(value), ..) if figure.rounding > ABOUT * value => {
            page.language.text_with("source-about", &[("value", &write(value))])
        }
        (Some(value), ..) => write(value),
        (None, Some(low), Some(high)) => format!("{} – {}", write(low), write(high)),
        (None, Some(low), None) => page.language.text_with("source-over", &[("value", &write(low))]),
        (None, None, Some(high)) if high == 0.0 => write(high),
        (None, None, Some(high)) => page.language.text_with("source-at-most", &[("value", &write(high))]),
        (None, None, None) => String::new(),
    }
}

fn is_count(card: &Card) -> bool {
    matches!(card.kind.as_str(), "count" | "persons" | "stock")
}

/// The county's own figure over the same months: of counts the mean of the months, the largest of largest values, of others
/// weighted by their cases.
fn over(series: &Series, figure: &SourceFigure, card: &Card) -> Option<f64> {
    let is_within = |point: &&Point| figure.from <= point.period && point.period <= figure.to;
    let within = || series.points.iter().filter(is_within);
    if card.kind == "most" {
        return within().filter_map(|point| point.value).max_by(f64::total_cmp);
    }
    let weighed = within().filter_map(|point| {
        let weight = if is_count(card) { 1.0 } else { point.n? as f64 };
        Some((point.value? * weight, weight))
    });
    let (sum, weight) = weighed.fold((0.0, 0.0), |(sum, all), (value, weight)| (sum + value, all + weight));
    (weight > 0.0).then(|| sum / weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_the_source_has_its_months_and_says_something() {
        for figure in &shipped().figures {
            let is_month = |text: &str| {
                text.parse::<jiff::civil::Date>().is_err() && format!("{text}-01").parse::<jiff::civil::Date>().is_ok()
            };
            assert!(is_month(&figure.from) && is_month(&figure.to) && figure.from <= figure.to, "{figure:?}");
            assert!(figure.value.is_some() != (figure.at_least.is_some() || figure.at_most.is_some()), "{figure:?}");
        }
    }
}
