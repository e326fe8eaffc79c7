//! "Try it": a visitor of a demonstration goes through a journey, signed in as whoever plays each step.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use content::Library;
use content::journey::{Journey, Role as Played, Step};
use jiff::civil::Date;
use matter::access::Role;
use maud::{Markup, html};
use serde::Deserialize;

use crate::App;
use crate::access::{begin_as, end_all};
use crate::home::missing;
use crate::layout::{Page, cookie};

/// The journeys in force, by id: `s-033`.
#[derive(Default)]
pub struct Journeys(RwLock<Arc<BTreeMap<String, Arc<Journey>>>>);

impl Journeys {
    pub fn all(&self) -> Arc<BTreeMap<String, Arc<Journey>>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Those of a library that are in force on a day, in place of the ones before.
    pub fn take(&self, library: &Library, on: Date) {
        let Some(catalogue) = library.catalogue::<Journey>() else { return };
        let all = catalogue.in_force(on).map(|part| (part.id.clone(), Arc::new(part.content.clone())));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all.collect());
    }
}

/// Keeps where a visitor is on a journey.
const COOKIE: &str = "tour";

/// The place of a visitor on a journey.
pub struct Tour {
    id: String,
    journey: Arc<Journey>,
    /// Place among the steps that can be played.
    at: usize,
}

impl Tour {
    /// The one on which a browser is; none: it is on none, or this is no demonstration.
    pub fn of(app: &App, headers: &HeaderMap) -> Option<Tour> {
        let (id, at) = cookie(headers, COOKIE).filter(|_| app.demo)?.split_once('.')?;
        let journey = Arc::clone(app.journeys.all().get(id)?);
        let at = at.parse().ok().filter(|at| *at < journey.played())?;
        Some(Tour { id: id.into(), journey, at })
    }

    fn step(&self) -> Option<&Step> {
        playable(&self.journey).nth(self.at)
    }
}

fn playable(journey: &Journey) -> impl Iterator<Item = &Step> {
    journey.steps.iter().map(|step| &**step).filter(|step| step.waits.is_empty())
}

#[derive(Deserialize)]
pub struct To {
    #[serde(default)]
    step: usize,
}

/// `POST /evaluate/models/{id}/try`: goes to a step of a journey, as whoever plays it.
pub async fn go(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    page: Page,
    headers: HeaderMap,
    Form(to): Form<To>,
) -> Response {
    let journey = app.journeys.all().get(&id).cloned().filter(|_| page.demo);
    let Some(journey) = journey else { return missing(&page) };
    let Some(step) = playable(&journey).nth(to.step) else { return missing(&page) };
    let Some(who) = journey.who.get(step.who.as_str()) else { return missing(&page) };
    // An address with what an earlier step gave is the visitor's to find.
    let goal = if step.page.contains('{') { "/" } else { step.page.as_str() };
    let role = Role::named(&format!("{:?}", who.role).to_lowercase());
    let mut response = match (who.role, role) {
        (Played::Anonymous, _) => end_all(&app, &headers, goal),
        (_, Some(role)) => {
            let word = who.known_as.as_ref().map_or("", |it| it.as_str());
            match app.played(role, word) {
                Some(person) => begin_as(&app, &headers, &person, goal),
                None => return missing(&page),
            }
        }
        (_, None) => return missing(&page),
    };
    let place = format!("{COOKIE}={id}.{}; Path=/; HttpOnly; SameSite=Lax", to.step);
    response.headers_mut().extend(HeaderValue::from_str(&place).ok().map(|place| (SET_COOKIE, place)));
    response
}

/// `POST /evaluate/models/leave`: ends the journey; the visitor stays who they are.
pub async fn leave() -> Response {
    let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    (StatusCode::SEE_OTHER, AppendHeaders([(LOCATION, "/evaluate/models".to_string()), (SET_COOKIE, gone)]))
        .into_response()
}

/// The button that begins a journey, where any of it can be played; what of it waits is said in the state.
pub fn begin(page: &Page, system: &str, journey: &Journey) -> Markup {
    html! {
        @if journey.played() > 0 { (button(page, &system.to_lowercase(), 0, "models-try", Some(system))) }
    }
}

fn button(page: &Page, id: &str, step: usize, text: &str, of: Option<&str>) -> Markup {
    html! {
        form method="post" action=(format!("/evaluate/models/{id}/try")) {
            input type="hidden" name="step" value=(step);
            button.govuk-button.govuk-button--secondary type="submit" {
                (page.text(text)) @if let Some(of) = of { " " span.govuk-visually-hidden { (of) } }
            }
        }
    }
}

/// The strip on each page of a journey: which step it is, what happens, and the ways back and on.
pub fn strip(page: &Page, tour: &Tour) -> Markup {
    let Some(step) = tour.step() else { return html! {} };
    let (at, all) = ((tour.at + 1).to_string(), tour.journey.played());
    let title = tour.journey.title.of(page.language.code());
    let numbers = page.language.text_with("models-step", &[("at", &at), ("all", &all.to_string())]);
    html! {
        aside.notice aria-label=(page.text("models-tour")) {
            div.page {
                p { strong { (title) } " · " (numbers) }
                p { (step.tell.of(page.language.code())) }
                @for figure in &step.figures {
                    @if figure.waits.is_empty() {
                        @let to = format!("/steer/measures/{}?unit={}", figure.measure.as_str(), figure.unit.as_str());
                        p { (page.text("models-figure")) " " a.govuk-link href=(to) { (name_of(page, &figure.measure)) } }
                    }
                }
                @if tour.at > 0 { (button(page, &tour.id, tour.at - 1, "models-back", None)) }
                @if tour.at + 1 < all { (button(page, &tour.id, tour.at + 1, "models-next", None)) }
                form method="post" action="/evaluate/models/leave" {
                    button.govuk-button.govuk-button--secondary type="submit" {
                        (page.text(if tour.at + 1 < all { "models-leave" } else { "models-end" }))
                    }
                }
            }
        }
    }
}

/// A measure by its name in the language of the page.
fn name_of(page: &Page, id: &str) -> String {
    let card = page.figures.catalogue().iter().find(|card| card.id == id);
    card.map_or_else(|| id.to_string(), |card| page.language.of(&card.names).to_string())
}
