//! The month that is under way: what has happened in it so far, shown apart from the months that are judged.

use maud::{Markup, html};

use crate::figures::Card;
use crate::layout::Page;
use crate::numbers;

/// The value that a measure of a unit has come to in the month under way, if anything has happened.
pub fn section(page: &Page, card: &Card, unit: &str) -> Markup {
    let Some(point) = page.figures.under_way(&card.id, unit) else { return html! {} };
    let Some(value) = point.value else { return html! {} };
    let period = numbers::period(&point.period, page.language);
    let at = numbers::moment_text(&point.as_of, page.language);
    let value = numbers::value(value, &card.unit, page.language);
    let n = point.n.map_or_else(String::new, |n| numbers::number(n as f64, 0, page.language));
    let words = [("period", &*period), ("value", &*value), ("n", &*n), ("at", &*at)];
    html! { p.under-way { (page.language.text_with("month-under-way", &words)) } }
}
