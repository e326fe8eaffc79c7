//! The icons of variation and assurance: a shape and a letter each, a colour besides.

use maud::{Markup, html};
use stats::spc::{Assurance, Side, Variation};

use super::{COMMON, CONCERN, IMPROVEMENT, colour};

/// Variation of the latest point. The words stand beside it, so that the picture is hidden from readers of screens.
pub fn variation_icon(variation: Variation) -> Markup {
    let colour = colour(variation);
    let side = match variation {
        Variation::Common => None,
        Variation::Improvement(side) | Variation::Concern(side) | Variation::Neutral(side) => Some(side),
    };
    html! {
        svg width="30" height="30" viewBox="0 0 30 30" aria-hidden="true" focusable="false" {
            circle cx="15" cy="15" r="13.5" fill="#fff" stroke=(colour) stroke-width="2" {}
            @match side {
                None => {
                    path d="M5 15 C8 9 10 9 13 15 S19 21 25 14" fill="none" stroke=(colour) stroke-width="2.2" {}
                }
                Some(Side::High) => {
                    path d="M6 21 L12 17 L17 19 L22 9" fill="none" stroke=(colour) stroke-width="1.6" {}
                    (mark(variation, 22.0, 9.0))
                }
                Some(Side::Low) => {
                    path d="M6 9 L12 13 L17 11 L22 21" fill="none" stroke=(colour) stroke-width="1.6" {}
                    (mark(variation, 22.0, 21.0))
                }
            }
        }
    }
}

/// The shape of a point: triangle for concern, diamond for improvement, square for neutral, dot for common cause.
pub fn mark(variation: Variation, x: f64, y: f64) -> Markup {
    let colour = colour(variation);
    match variation {
        Variation::Common => html! { circle cx=(coordinate(x)) cy=(coordinate(y)) r="3.2" fill=(colour) {} },
        Variation::Improvement(_) => {
            let path = polygon(&[(x, y - 5.2), (x + 5.2, y), (x, y + 5.2), (x - 5.2, y)]);
            html! { polygon points=(path) fill=(colour) {} }
        }
        Variation::Concern(_) => {
            let path = polygon(&[(x, y - 5.2), (x + 5.0, y + 3.8), (x - 5.0, y + 3.8)]);
            html! { polygon points=(path) fill=(colour) {} }
        }
        Variation::Neutral(_) => {
            html! { rect x=(coordinate(x - 4.0)) y=(coordinate(y - 4.0)) width="8" height="8" fill=(colour) {} }
        }
    }
}

/// The shape of a point that weighs nothing.
pub fn hollow(x: f64, y: f64) -> Markup {
    html! { circle cx=(coordinate(x)) cy=(coordinate(y)) r="3.4" fill="#fff" stroke=(COMMON) stroke-width="1.4" {} }
}

fn polygon(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", coordinate(*x), coordinate(*y))).collect::<Vec<_>>().join(" ")
}

/// A coordinate with one decimal: enough for the eye, small in the page.
pub fn coordinate(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}

/// Assurance of the process against its target.
pub fn assurance_icon(assurance: Assurance) -> Markup {
    let (colour, letter) = match assurance {
        Assurance::Meets => (IMPROVEMENT, "P"),
        Assurance::HitOrMiss => (COMMON, "?"),
        Assurance::Misses => (CONCERN, "F"),
    };
    html! {
        svg width="30" height="30" viewBox="0 0 30 30" aria-hidden="true" focusable="false" {
            circle cx="15" cy="15" r="13.5" fill="#fff" stroke=(colour) stroke-width="2" {}
            path d="M5 22 H25" stroke=(colour) stroke-width="1.6" stroke-dasharray="2 2" {}
            text x="15" y="19" text-anchor="middle" font-size="14" font-weight="700" fill=(colour) { (letter) }
        }
    }
}
