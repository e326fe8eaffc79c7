//! “Why is this due then?”: the rule of a clock in a sentence, its steps and its source, as all pages show them.

use calendar::clocks::{Age, Clock, Due, Length, Standing, Step};
use maud::{Markup, html};

use crate::layout::Page;
use crate::numbers;

/// Why it is due then: the rule in a sentence, the steps, and the source.
pub fn why(page: &Page, clock: &Clock, due: &Due) -> Markup {
    let (language, rule) = (page.language, &due.rule);
    html! {
        details.fold {
            summary { (page.text("clocks-why")) }
            div.fold__in {
                p { (rule.text.of(language.code())) }
                ol.numbered { @for it in &due.steps { li { (step(page, clock, it)) } } }
                @for pause in &clock.pauses { p { (page.text(&format!("clocks-pause-{}", pause.code()))) } }
                p.quiet {
                    @if let Some(law) = &clock.law {
                        a href=(law.url) rel="noreferrer" { (law.name.of(language.code())) " " (law.act) " " (law.section) } ". "
                    }
                    (language.text_with("clocks-since", &[("day", &day(page, rule.from))])) " "
                    (page.text("clocks-source")) ": " span lang="en" { (rule.source) } ". "
                    @if rule.standing != Standing::Confirmed { (page.text("clocks-unconfirmed")) }
                }
            }
        }
    }
}

fn step(page: &Page, clock: &Clock, step: &Step) -> String {
    let language = page.language;
    let on = |key: &str, date: &jiff::civil::Date| language.text_with(key, &[("day", &day(page, *date))]);
    let aged = |key: &str, years: u8, limit: u8| {
        language.text_with(key, &[("age", &years.to_string()), ("limit", &limit.to_string())])
    };
    match step {
        Step::Started(date) => on(&format!("clocks-step-{}", clock.starts.code()), date),
        Step::Aged(years, Age::Under(limit)) => aged("clocks-step-under", *years, *limit),
        Step::Aged(years, Age::From(limit)) => aged("clocks-step-from", *years, *limit),
        Step::CountsOn(date) => on("clocks-step-counts", date),
        Step::Counted(length) => length_text(page, *length),
        Step::LastOfMonth(date) => on("clocks-step-month", date),
        Step::Follows(date) => on("clocks-step-follows", date),
        Step::Ends(date) => on("clocks-step-ends", date),
    }
}

fn day(page: &Page, date: jiff::civil::Date) -> String {
    numbers::day(&date.to_string(), page.language)
}

fn length_text(page: &Page, length: Length) -> String {
    let (count, unit) = length.parts();
    page.language.text_count(&format!("clocks-step-{unit}"), usize::from(count), &count.to_string())
}
