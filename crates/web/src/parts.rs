//! The parts of which all pages are made. Each has its look in `assets/style/parts.css`, and says by a word and a shape what
//! it says by a colour.

use maud::{Markup, html};

use crate::icons::{go, icon};
use crate::layout::Page;
use crate::numbers;

/// The way back to the page from which one came.
pub fn back(to: &str, words: &str) -> Markup {
    html! { p { a.back href=(to) { (icon("back")) (words) } } }
}

/// A row that is one link: its name, and what else is to be known of it.
pub fn row(to: &str, name: &str, meta: &[Markup]) -> Markup {
    html! {
        li.row {
            p.row__name { a href=(to) { (name) } }
            (go())
            p.row__meta { @for one in meta { span { (one) } } }
        }
    }
}

/// Where a stop of a course line lies, and how its mark looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Filled.
    Done,
    /// A ring.
    Now,
    /// Hollow.
    Coming,
}

/// One stop of a course line: when, and what.
pub fn stop(at: Stop, when: &str, what: &Markup) -> Markup {
    let class = match at {
        Stop::Done => None,
        Stop::Now => Some("now"),
        Stop::Coming => Some("next"),
    };
    html! {
        li class=[class] aria-current=[(at == Stop::Now).then_some("step")] {
            span.course__when { (when) }
            (what)
        }
    }
}

/// The turn of a matter, as the mark of a standing line or of a tag shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A ring: it is at work, or waits for the one who reads.
    Now,
    /// Hollow: it waits for others.
    Waits,
    /// Half filled: somebody works on it.
    Half,
    /// A rhombus: nobody has it.
    Nobody,
    /// A square: agreed on.
    Agreed,
    /// Filled: it is over.
    Done,
    /// A stroke: it is left out.
    Cut,
}

impl Turn {
    fn class(self) -> &'static str {
        match self {
            Turn::Now => "now",
            Turn::Waits => "wait",
            Turn::Half => "half",
            Turn::Nobody => "none",
            Turn::Agreed => "set",
            Turn::Done => "done",
            Turn::Cut => "cut",
        }
    }
}

/// The first line of a matter: what it is now, whose turn, by when.
pub fn standing(turn: Turn, words: &Markup) -> Markup {
    html! { p class=(format!("standing standing--{}", turn.class())) { span { (words) } } }
}

/// The same in a row: words with a mark, and no button.
pub fn tag(turn: Turn, words: &str) -> Markup {
    html! { span class=(format!("tag tag--{}", turn.class())) { (words) } }
}

/// A deadline: late by how much, today with its time, later with its day. Times in microseconds since 1970.
pub fn due(page: &Page, at: i64) -> Markup {
    let language = page.language;
    if at < page.now {
        let late = numbers::roughly(page.now - at, language);
        return html! { strong.due.due--late { (language.text_with("due-late", &[("time", &late)])) } };
    }
    if numbers::day_of(at, language) == numbers::day_of(page.now, language) {
        return html! { span.due.due--today { (language.text_with("due-today", &[("time", &numbers::clock(at))])) } };
    }
    html! { span.due { (numbers::near_day(at, language)) } }
}

/// On what a deadline rests: `promise` or `law`.
pub fn basis(page: &Page, code: &str) -> Markup {
    html! { span.basis { (page.text(&format!("basis-{code}"))) } }
}

/// That an act was done, in its words, and the way to take it back.
pub fn done(words: &Markup, undo: &Markup) -> Markup {
    html! { div.did role="status" { p.standing.standing--done { span { (words) } } (undo) } }
}

/// That something could not be done, and what can be done instead.
pub fn not_done(words: &Markup) -> Markup {
    html! { div.did.did--wrong role="alert" { p.standing { span { (words) } } } }
}

/// A filter that is on; pressed it is taken away.
pub fn chip(page: &Page, without: &str, words: &str) -> Markup {
    html! {
        a.chip.chip--on href=(without) {
            (words) (icon("away"))
            span.hidden { " " (page.text("filter-away")) }
        }
    }
}

/// The numbers to call when it cannot wait.
pub fn emergency(page: &Page) -> Markup {
    html! {
        p.emergency {
            a href="tel:112" { (icon("phone")) (page.text("emergency-112")) }
            a href="tel:116117" { (icon("phone")) (page.text("emergency-116117")) }
        }
    }
}
