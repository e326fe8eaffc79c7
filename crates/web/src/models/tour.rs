//! "Try it": a visitor of a demonstration goes through a journey, signed in as whoever plays each step.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::{Form, Router};
use content::Library;
use content::journey::{Act, Journey, Role as Played, Step, Verb};
use jiff::civil::Date;
use matter::access::Role;
use maud::{Markup, html};
use player::County;
use player::http::Answer;
use serde::Deserialize;
use tower::ServiceExt;

use crate::App;
use crate::access::{begin_as, end_all};
use crate::home::missing;
use crate::layout::{Page, cookie};
use crate::observe::tell;

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
    /// Has the case made that a visitor finds; empty: it is there.
    #[serde(default)]
    plant: String,
}

/// `POST /evaluate/models/{id}/try`: goes to a step of a journey, as whoever plays it.
pub async fn go(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    page: Page,
    headers: HeaderMap,
    Form(mut to): Form<To>,
) -> Response {
    let journey = app.journeys.all().get(&id).cloned().filter(|_| page.demo);
    let Some(journey) = journey else { return missing(&page) };
    let planted = playable(&journey).filter(|step| step.planted).count();
    // A case that cannot be made, for its times are of another day, is left to the visitor.
    if planted > 0 && !to.plant.is_empty() && played(&app, &journey, &headers, None).await {
        to.step = planted;
    }
    let Some(step) = playable(&journey).nth(to.step) else { return missing(&page) };
    let Some(who) = journey.who.get(step.who.as_str()) else { return missing(&page) };
    // An address with what an earlier step gave is the visitor's to find.
    let goal = if step.page.contains('{') { "/" } else { step.page.as_str() };
    let role = Role::named(&format!("{:?}", who.role).to_lowercase());
    let mut response = match (who.role, role) {
        (Played::Anonymous, _) => end_all(&app, &headers, goal),
        // No visitor can do what another system does: it is done as they come to it.
        (Played::Port, _) => {
            let number = journey.steps.iter().enumerate().filter(|(_, it)| it.waits.is_empty()).nth(to.step);
            played(&app, &journey, &headers, number.map(|(number, _)| number)).await;
            Redirect::to(goal).into_response()
        }
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

/// Plays what has happened when a visitor comes, by the pages, as those who play it, or the step of a port; false: it could
/// not be played.
async fn played(app: &Arc<App>, journey: &Arc<Journey>, headers: &HeaderMap, of_port: Option<usize>) -> bool {
    if of_port.is_some() && app.data.is_none() {
        return false;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_string();
    let now = jiff::Timestamp::from_microsecond(app.kinds.store.now()).unwrap_or_default();
    let (app, journey, runtime) = (Arc::clone(app), Arc::clone(journey), tokio::runtime::Handle::current());
    let playing = move || {
        let data = app.data.clone().unwrap_or_default();
        let (router, asked) = (crate::router(app), host.clone());
        let mut county = County {
            fetch: Rc::new(move |request| runtime.block_on(answered(router.clone(), &asked, request))),
            origin: format!("http://{host}"),
            begins: now.to_zoned(jiff::tz::TimeZone::UTC).datetime(),
            move_clock: &mut |_| Err("a visitor's clock runs by itself".into()),
            publish: &mut |_, _| Ok(()),
            figure: &mut |_| Ok(None),
            refusals: &|_, _| Vec::new(),
            files: std::path::Path::new(""),
            data: &data,
        };
        match of_port {
            Some(number) => player::bring(&journey, number, &mut county),
            None => player::plant(&journey, &mut county),
        }
    };
    match tokio::task::spawn_blocking(playing).await {
        Ok(Ok(())) => true,
        Ok(Err(why)) => {
            tell(&format!("warning: the case of a journey is not made: {}", why.lines().next().unwrap_or_default()));
            false
        }
        Err(_) => false,
    }
}

/// The answer of our own pages to somebody who plays a journey.
async fn answered(router: Router, host: &str, asked: &player::http::Request) -> Result<Answer, String> {
    let mut request = Request::builder().method(asked.method).uri(&asked.path).header(HOST, host);
    for (name, value) in &asked.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(asked.body.clone())).map_err(|error| error.to_string())?;
    let Ok(answer) = router.oneshot(request).await;
    let status = answer.status().as_u16();
    let headers = answer.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_string(), value)
    });
    let headers = headers.collect();
    let body = axum::body::to_bytes(answer.into_body(), LONGEST_PAGE).await.map_err(|error| error.to_string())?;
    Ok(Answer { status, headers, body: body.to_vec() })
}

/// Bytes of a page that is read whole.
const LONGEST_PAGE: usize = 8 << 20;

/// `POST /evaluate/models/leave`: ends the journey; the visitor stays who they are.
pub async fn leave() -> Response {
    let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    (StatusCode::SEE_OTHER, AppendHeaders([(LOCATION, "/evaluate/models".to_string()), (SET_COOKIE, gone)]))
        .into_response()
}

/// The button that begins a journey, where any of it can be played; what of it waits is said in the state.
pub fn begin(page: &Page, system: &str, journey: &Journey) -> Markup {
    html! {
        @if journey.played() > 0 {
            form method="post" action=(format!("/evaluate/models/{}/try", system.to_lowercase())) {
                input type="hidden" name="plant" value="yes";
                button.btn.btn--second type="submit" {
                    (page.text("models-try")) " " span.hidden { (system) }
                }
            }
        }
    }
}

fn button(page: &Page, id: &str, step: usize, (text, class): (&str, &str)) -> Markup {
    html! {
        form method="post" action=(format!("/evaluate/models/{id}/try")) {
            input type="hidden" name="step" value=(step);
            button class=(format!("btn btn--small {class}")) type="submit" { (page.text(text)) }
        }
    }
}

/// The acts of a step, one after another, where the names of its buttons and fields are in the language of the page.
fn how(page: &Page, tour: &Tour, step: &Step) -> Markup {
    let who = tour.journey.who.get(step.who.as_str());
    let is_of_page = who.is_some_and(|who| format!("{:?}", who.language).to_lowercase() == page.language.code());
    let acts: Vec<String> = step.acts.iter().filter_map(|act| said(page, act)).filter(|_| is_of_page).collect();
    html! {
        @if !acts.is_empty() {
            details.fold {
                summary { (page.text("models-how")) }
                ol.fold__in { @for act in &acts { li { (act) } } }
            }
        }
    }
}

/// An act in words; none: it is not a visitor's to do.
fn said(page: &Page, act: &Act) -> Option<String> {
    let (verb, what) = act.deed().ok()?;
    let key = match verb {
        Verb::Follow => "models-act-follow",
        Verb::Press => "models-act-press",
        Verb::Write => "models-act-write",
        Verb::Choose => "models-act-choose",
        Verb::Tick => "models-act-tick",
        Verb::Keep => "models-act-keep",
        Verb::Open | Verb::Attach | Verb::Put => return None,
    };
    // A value that an earlier act had them write down.
    let what = if what.starts_with('{') { "…" } else { what };
    let values = [
        ("what", what),
        ("field", act.field.as_deref().unwrap_or("")),
        ("within", act.within.as_deref().unwrap_or("")),
    ];
    let words = page.language.text_with(key, &values);
    match act.within.as_deref().filter(|within| !within.starts_with('{')) {
        Some(_) => Some(format!("{words} {}", page.language.text_with("models-act-within", &values))),
        None => Some(words),
    }
}

/// The strip on each page of a journey: which step it is, as whom it is seen, what happens, and the ways on and back.
pub fn strip(page: &Page, tour: &Tour) -> Markup {
    let Some(step) = tour.step() else { return html! {} };
    let (at, all) = ((tour.at + 1).to_string(), tour.journey.played());
    let title = tour.journey.title.of(page.language.code());
    let numbers = page.language.text_with("models-step", &[("at", &at), ("all", &all.to_string())]);
    html! {
        aside.tour aria-label=(page.text("models-tour")) {
            div.page {
                p { strong { (title) } " · " (numbers) }
                p { (step.tell.of(page.language.code())) }
                p.quiet {
                    @if page.role.is_none() { (page.text("models-you-nobody")) }
                    @else { (page.language.text_with("models-you", &[("who", &page.who())])) }
                }
                (how(page, tour, step))
                @for figure in &step.figures {
                    @if figure.waits.is_empty() {
                        @let to = format!("/steer/measures/{}?unit={}", figure.measure.as_str(), figure.unit.as_str());
                        p { (page.text("models-figure")) " " a href=(to) { (name_of(page, &figure.measure)) } }
                    }
                }
                div.acts {
                    @if tour.at + 1 < all { (button(page, &tour.id, tour.at + 1, ("models-next", ""))) }
                    @if tour.at > 0 { (button(page, &tour.id, tour.at - 1, ("models-back", "btn--second"))) }
                    form method="post" action="/evaluate/models/leave" {
                        button.btn.btn--small.btn--quiet type="submit" {
                            (page.text(if tour.at + 1 < all { "models-leave" } else { "models-end" }))
                        }
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
