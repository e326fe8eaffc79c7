//! The list of systems.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use content::journey::Journey;
use maud::{Markup, html};

use super::{is_open_to, tour};
use crate::App;
use crate::home::missing;
use crate::layout::Page;

/// The list of systems as it stands in the repository.
const SYSTEMS: &str = include_str!("../../../../docs/systems.tsv");

/// A system of the list.
struct System {
    /// `S-033`.
    id: &'static str,
    name: &'static str,
    family: &'static str,
    /// Engines for which parts of it wait, each once, and how many parts there are that wait.
    engines: Vec<&'static str>,
    waiting: usize,
}

fn systems() -> impl Iterator<Item = System> {
    let mut lines = SYSTEMS.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    lines.map(move |line| {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let column = |name: &str| {
            let place = columns.iter().position(|column| *column == name);
            place.and_then(|place| cells.get(place)).copied().unwrap_or("")
        };
        let waits = column("waits").split("; ").filter_map(|wait| wait.split_once(" waits for "));
        let mut engines: Vec<&str> = waits.clone().map(|(_, engine)| engine).collect();
        engines.sort_unstable();
        engines.dedup();
        System { id: column("id"), name: column("name"), family: column("family"), engines, waiting: waits.count() }
    })
}

/// `GET /evaluate/models`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    if !is_open_to(&page) {
        return if page.role.is_none() { page.to_sign_in() } else { missing(&page) };
    }
    let journeys = app.journeys.all();
    let all: Vec<System> = systems().collect();
    let of = |system: &System| journeys.get(&system.id.to_lowercase());
    let whole = all.iter().filter(|it| of(it).is_some_and(|journey| journey.waits().is_empty())).count();
    let counts = [("all", all.len().to_string()), ("whole", whole.to_string())];
    let counts: Vec<(&str, &str)> = counts.iter().map(|(name, count)| (*name, count.as_str())).collect();
    let title = page.text("models-title");
    let can_be_tried = |system: &&System| page.demo && of(system).is_some_and(|journey| journey.played() > 0);
    let (tried, others): (Vec<&System>, Vec<&System>) = all.iter().partition(can_be_tried);
    let content = html! {
        h1 { (title) }
        p.lead { (page.language.text_with("models-lead", &counts)) }
        @if !tried.is_empty() {
            h2 { (page.text("models-tried")) " " span.count { (tried.len()) } }
            p { (page.text("models-demo")) }
            ol.models { @for system in tried { (row(&page, system, of(system))) } }
            h2 { (page.text("models-others")) }
        }
        ol.models { @for system in others { (row(&page, system, of(system))) } }
    };
    page.render(StatusCode::OK, &title, &content)
}

fn row(page: &Page, system: &System, journey: Option<&Arc<Journey>>) -> Markup {
    html! {
        li {
            div {
                p.models__name lang="fi" { (system.name) }
                @if let Some(journey) = journey { p { (journey.title.of(page.language.code())) } }
                p.quiet { (system.id) " · " (system.family) }
            }
            p { (state(page, system, journey)) }
            @if let Some(journey) = journey.filter(|_| page.demo) { (tour::begin(page, system.id, journey)) }
        }
    }
}

/// How far a system has come, in plain words.
fn state(page: &Page, system: &System, journey: Option<&Arc<Journey>>) -> Markup {
    let played =
        journey.map(|journey| (journey.played().to_string(), journey.steps.len().to_string(), journey.waits().len()));
    let waiting = system.waiting.to_string();
    let engines: Vec<String> = system.engines.iter().map(|engine| page.text(&format!("engine-{engine}"))).collect();
    html! {
        @match &played {
            Some((.., 0)) => { (page.text("models-whole")) }
            Some((played, all, _)) => { (page.language.text_with("models-part", &[("played", played), ("all", all)])) }
            None => { (page.text("models-none")) }
        }
        @if system.waiting > 0 {
            br;
            span.quiet { (page.language.text_with("models-waits", &[("count", &waiting), ("what", &engines.join(", "))])) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_whole_and_each_engine_has_a_name() {
        let all: Vec<System> = systems().collect();
        assert_eq!(all.len(), 156);
        assert!(all.iter().all(|it| it.id.starts_with("S-") && !it.name.is_empty() && !it.family.is_empty()));
        for language in crate::texts::Language::ALL {
            for engine in all.iter().flat_map(|it| &it.engines) {
                let key = format!("engine-{engine}");
                assert_ne!(language.text(&key), key, "{language:?}");
            }
        }
    }
}
