//! Sign-in of those who work here: in the demo county by choosing a role, elsewhere by the county's identity provider, a local
//! account or a token.

mod account;
pub mod hats;
mod provider;
pub mod strong;

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use facts::{Code, Profession};
use matter::access::Role;
use maud::{Markup, html};
use serde::Deserialize;
use store::new_id;
use uuid::Uuid;

use crate::App;
use crate::acting;
use crate::caller::{CODE_COOKIE, Person, SESSION_COOKIE};
use crate::cast;
use crate::desk::people::capital;
use crate::feature::{Feature, get, post};
use crate::form::{errors, field};
use crate::home::failed;
use crate::layout::{Page, cookie, onward};
use crate::limits::Address;
use crate::sessions::{Means, Proof};
use crate::texts::texts;

/// Where somebody came from.
#[derive(Deserialize)]
pub struct From {
    to: Option<String>,
}

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/sign-in", page),
            post("/sign-in", sign_in),
            post("/sign-out", sign_out),
            post("/sign-in/account", account::sign_in),
            get("/sign-in/set-up", account::set_up_page),
            post("/sign-in/set-up", account::set_up),
            get(provider::BEGIN, provider::begin),
            get(provider::BACK, provider::back),
            get(strong::BEGIN, strong::begin),
            get(strong::BACK, strong::back),
            post(strong::SIGNED_OUT, strong::signed_out),
            post("/sign-out/everywhere", strong::everywhere),
            get(hats::PATH, hats::page),
            post(hats::PATH, hats::choose),
        ]
    },
    texts: &[texts!("access")],
    ..Feature::NOTHING
};

/// `GET /sign-in`.
pub async fn page(State(app): State<Arc<App>>, page: Page, headers: HeaderMap, Query(from): Query<From>) -> Response {
    let to = from.to.as_deref().and_then(onward);
    // Their right has ended in the middle of their work, and they have another.
    if page.person.is_none() && hats::wears_none(&app, &headers) {
        return hats::to_choose(to.as_deref());
    }
    shown(&app, &page, to.as_deref(), &Tried::default())
}

/// A try to sign in that came to nothing.
#[derive(Default)]
struct Tried<'a> {
    /// Key of what is wrong, and the field where it can be mended.
    wrong: Option<(&'static str, &'static str)>,
    /// The name that they typed.
    name: &'a str,
}

impl Tried<'_> {
    fn wrong_in(&self, field: &str) -> Option<&'static str> {
        self.wrong.filter(|(_, at)| *at == field).map(|(wrong, _)| wrong)
    }
}

fn shown(app: &App, page: &Page, to: Option<&str>, tried: &Tried<'_>) -> Response {
    let back = html! { @if let Some(to) = to { input type="hidden" name="to" value=(to); } };
    let content = html! {
        (errors(page, tried.wrong.as_slice()))
        h1 { (page.text("sign-in-title")) }
        @if page.demo { (roles(app, page, &back, tried.wrong)) } @else {
            (strong::way(app, page, to))
            p.lead { (page.text("sign-in-staff-lead")) }
            (provider::way(app, page, to))
            (account::form(app, page, &back, tried))
            (token(page, &back, tried.wrong_in("token")))
        }
    };
    let status = if tried.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page.render(status, &page.text("sign-in-title"), &content)
}

/// Sign-in with a token, for those who work here.
fn token(page: &Page, back: &Markup, wrong: Option<&str>) -> Markup {
    html! {
        form.letter method="post" action="/sign-in" {
            h2 { (page.text("sign-in-by-token")) }
            (back)
            (field(page, "token", "sign-in-token", wrong, &html! {
                p.hint #token-hint { (page.text("sign-in-token-hint")) }
                input.field #token type="password" name="token" autocomplete="off" spellcheck="false"
                    aria-describedby=(if wrong.is_some() { "token-hint token-error" } else { "token-hint" });
            }))
            button.btn type="submit" { (page.text("sign-in")) }
        }
        p { (page.text("sign-in-residents")) " " a href="/contact" { (page.text("section-contact")) } }
    }
}

/// Sign-in by choosing a role, and for some of them who of those that have it.
fn roles(app: &App, page: &Page, back: &Markup, wrong: Option<(&str, &str)>) -> Markup {
    html! {
        p.lead { (page.text("sign-in-demo")) }
        ul.roles {
            @for role in Role::ALL {
                @let (name, about) = (format!("role-{}", role.code()), format!("role-{}-about", role.code()));
                li.roles__one {
                    form method="post" action="/sign-in" {
                        (back)
                        input type="hidden" name="role" value=(role.code());
                        @match role {
                            Role::Resident => { (who(page, RESIDENT_FIELD, wrong, &residents(app))) }
                            Role::Professional => { (who(page, PROFESSIONAL_FIELD, wrong, &professionals(page))) }
                            _ => {}
                        }
                        button.btn.btn--second type="submit" aria-describedby=(about) { (page.text(&name)) }
                    }
                    p id=(about) { (page.text(&about)) }
                }
            }
        }
    }
}

/// Fields in which one chooses who one is.
const RESIDENT_FIELD: &str = "as-resident";
const PROFESSIONAL_FIELD: &str = "as-professional";

/// The choice of a person; nobody in particular stands first.
fn who(page: &Page, field: &str, wrong: Option<(&str, &str)>, options: &Markup) -> Markup {
    let wrong = wrong.filter(|(_, wrong)| *wrong == field);
    html! {
        div.asked.asked--wrong[wrong.is_some()] {
            label for=(field) { (page.text(&format!("sign-in-{field}"))) }
            @if let Some((key, _)) = wrong { p.error id=(format!("{field}-error")) { (page.text(key)) } }
            select.field id=(field) name="as" aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[wrong.map(|_| format!("{field}-error"))] {
                option value="" { (page.text("sign-in-anybody")) }
                (options)
            }
        }
    }
}

fn residents(app: &App) -> Markup {
    html! {
        @for (word, name) in app.members() { option value=(word) { (name) } }
    }
}

fn professionals(page: &Page) -> Markup {
    let positions = cast::positions(&*page.figures);
    html! {
        @for unit in page.figures.units() {
            @let mut there = positions.iter().filter(|(.., at)| *at == unit.id).peekable();
            @if there.peek().is_some() {
                optgroup label=(page.language.of(&unit.names)) {
                    @for (word, profession, _) in there {
                        option value=(word) { (capital(&page.language.code_name(Profession::LIST, profession.code()))) }
                    }
                }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct SignIn {
    #[serde(default)]
    role: String,
    /// A resident of the cast, or `nurse@station-02`; empty: nobody in particular.
    #[serde(default, rename = "as")]
    known_as: String,
    #[serde(default)]
    token: String,
    to: Option<String>,
}

/// `POST /sign-in`.
pub async fn sign_in(
    State(app): State<Arc<App>>,
    page: Page,
    address: Address,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Response {
    let to = form.to.as_deref().and_then(onward);
    if !app.demo {
        return with_token(&app, &page, address, &headers, form.token.trim(), to).await;
    }
    let Some(role) = Role::named(&form.role) else { return crate::home::missing(&page) };
    let now = app.kinds.store.now();
    let word = form.known_as.trim();
    if !word.is_empty() {
        let field = if role == Role::Resident { RESIDENT_FIELD } else { PROFESSIONAL_FIELD };
        return match app.played(role, word) {
            Some(person) => {
                // A visitor who comes for the first time is registered, as those are who prove who they are.
                if let Err(failure) = app.registers_member(role, word).await {
                    return failed(&page, &failure);
                }
                begun(&app, &headers, &person, Means::Token, (now, i64::MAX), to)
            }
            None => shown(&app, &page, to.as_deref(), &Tried { wrong: Some(("wrong-as", field)), name: "" }),
        };
    }
    // Links of before name it as a role.
    let profession = Profession::named(&form.role).unwrap_or(Profession::Nurse);
    let before = cookie(&headers, "demo").and_then(|token| token.parse().ok());
    let token = before.unwrap_or_else(|| new_id(now));
    let known = format!("demo={token}; Path=/sign-in; Max-Age=31536000; HttpOnly; SameSite=Lax");
    let mut response =
        begun(&app, &headers, &demo_person(&app, (role, profession), token), Means::Token, (now, i64::MAX), to);
    if let Ok(known) = HeaderValue::from_str(&known) {
        response.headers_mut().append(SET_COOKIE, known);
    }
    response
}

async fn with_token(
    app: &App,
    page: &Page,
    Address(address): Address,
    headers: &HeaderMap,
    given: &str,
    to: Option<String>,
) -> Response {
    let now = app.kinds.store.now();
    let held = Person::of_token(given, &app.token_key, now);
    if let Some((person, term)) = held.filter(|(person, term)| app.has_rights(person, term.start)) {
        return begun(app, headers, &person, Means::Token, (term.start, term.end), to);
    }
    match app.counted.tries.failed(address, now).await {
        Ok(()) => {
            let tried = Tried { wrong: Some(("wrong-token", "token")), name: "" };
            shown(app, page, to.as_deref(), &tried)
        }
        Err(failure) => failure.with_retry_after(failed(page, &failure)),
    }
}

/// Begins a session in place of the one before, and goes to where the person wanted to, or to the first page of their role.
fn begun(
    app: &App,
    headers: &HeaderMap,
    person: &Person,
    means: Means,
    term: (i64, i64),
    to: Option<String>,
) -> Response {
    let cookie = session(app, headers, person, means, term);
    changed_hands(&cookie, &first_page(app, person, to))
}

/// The same of a resident who has proven who they are.
fn begun_proven(app: &App, headers: &HeaderMap, person: &Person, proof: Proof, to: Option<String>) -> Response {
    if let Some(before) = cookie(headers, SESSION_COOKIE) {
        app.sessions.end(before);
    }
    let now = app.kinds.store.now();
    let session = app.sessions.begin(person, Means::Strong, (now, i64::MAX), now);
    let session = app.sessions.is_proven(&session, proof).unwrap_or_default();
    changed_hands(&cookie_of(&session), &first_page(app, person, to))
}

/// The session of somebody who has proven once more who they are goes on under a new name.
fn go_on_proven(app: &App, headers: &HeaderMap, proof: Proof, to: &str) -> Response {
    match cookie(headers, SESSION_COOKIE).and_then(|name| app.sessions.is_proven(name, proof)) {
        Some(name) => {
            (StatusCode::SEE_OTHER, [(LOCATION, to.to_string()), (SET_COOKIE, cookie_of(&name))]).into_response()
        }
        None => Redirect::to("/sign-in").into_response(),
    }
}

/// Addresses of residents alone.
const OF_RESIDENTS: [&str; 4] = ["/contact", "/matters", "/me", "/acting"];

/// Where somebody goes who has signed in: to where they wanted, if it is theirs.
fn first_page(app: &App, person: &Person, to: Option<String>) -> String {
    let is_resident = person.role == Role::Resident;
    let is_theirs =
        |to: &String| to.starts_with("/book") || OF_RESIDENTS.iter().any(|path| to.starts_with(path)) == is_resident;
    let to = to.filter(is_theirs);
    let first = match person.role {
        // For whom they act is chosen first.
        Role::Resident if app.acts_for_others(person) => acting::PATH,
        Role::Resident => "/contact",
        Role::Professional | Role::Lead => "/desk",
        _ => "/steer",
    };
    to.unwrap_or_else(|| first.into())
}

/// Begins a session of a demonstration as somebody, and goes where that person is to be.
pub fn begin_as(app: &App, headers: &HeaderMap, person: &Person, to: &str) -> Response {
    let session = session(app, headers, person, Means::Token, (app.kinds.store.now(), i64::MAX));
    changed_hands(&session, to)
}

/// The session goes on under a new name, in which its person acts by a mandate, or for themselves.
pub fn go_on_acting(app: &App, headers: &HeaderMap, by: Option<Uuid>, to: &str) -> Response {
    let name = cookie(headers, SESSION_COOKIE).and_then(|name| app.sessions.acts(name, by));
    match name {
        Some(name) => changed_hands(&cookie_of(&name), to),
        None => Redirect::to("/sign-in").into_response(),
    }
}

/// Ends the session, and goes somewhere as nobody.
pub fn end_all(app: &App, headers: &HeaderMap, to: &str) -> Response {
    if let Some(name) = cookie(headers, SESSION_COOKIE) {
        app.sessions.end(name);
    }
    changed_hands(&format!("{SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"), to)
}

/// A session in place of the one before, as its cookie.
fn session(app: &App, headers: &HeaderMap, person: &Person, means: Means, term: (i64, i64)) -> String {
    if let Some(before) = cookie(headers, SESSION_COOKIE) {
        app.sessions.end(before);
    }
    let session = app.sessions.begin(person, means, term, app.kinds.store.now());
    cookie_of(&session)
}

fn cookie_of(session: &str) -> String {
    format!("{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax")
}

/// Another person is here now, or nobody: what the one before held goes, too.
fn changed_hands(session: &str, to: &str) -> Response {
    let code = format!("{CODE_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    let cookies = AppendHeaders([(SET_COOKIE, session.to_string()), (SET_COOKIE, code)]);
    (StatusCode::SEE_OTHER, [(LOCATION, to.to_string())], cookies).into_response()
}

/// Somebody in a role: in two browsers two who sign in as nurses are two nurses, in one browser always the same.
fn demo_person(app: &App, (role, profession): (Role, Profession), token: Uuid) -> Person {
    let top = || app.figures().units().iter().find(|unit| unit.parent.is_none()).map(|unit| unit.id.clone());
    let top = top().unwrap_or_else(|| "county".into());
    let (id, unit) = match role {
        Role::Resident => (token.to_string(), String::new()),
        Role::Professional => {
            let number = token.as_u128() % 0x10000;
            (
                format!("{}-{number:04x}", profession.code()),
                app.services.first().map_or(top, |service| service.unit.clone()),
            )
        }
        _ => (role.code().to_string(), top),
    };
    Person { role, id, unit, acting: None }
}

/// Signs in somebody who has proven who they are: in their one right, or in the first until they have chosen.
fn entered(app: &App, page: &Page, headers: &HeaderMap, (id, means): (String, Means), to: Option<String>) -> Response {
    let rights = app.rights_of(&id);
    let Some(first) = rights.first() else { return without_rights(page, &id) };
    let person = Person { role: first.role, id, unit: first.unit.clone(), acting: None };
    let to = if rights.len() > 1 { Some(hats::address(to.as_deref())) } else { to };
    begun(app, headers, &person, means, (app.kinds.store.now(), i64::MAX), to)
}

/// They are known, and have no right today.
fn without_rights(page: &Page, id: &str) -> Response {
    let title = page.text("no-rights-title");
    let content = html! {
        h1 { (title) }
        p.lead { (page.text("no-rights-lead")) }
        p { (page.language.text_with("no-rights-id", &[("id", id)])) }
        (ways_on(page))
    };
    page.render(StatusCode::FORBIDDEN, &title, &content)
}

/// Nobody has signed in: why, and where to go on.
fn not_entered(page: &Page, status: StatusCode, why: &str) -> Response {
    let title = page.text("not-entered-title");
    let content = html! {
        h1 { (title) }
        p.lead { (page.text(why)) }
        (ways_on(page))
    };
    page.render(status, &title, &content)
}

fn ways_on(page: &Page) -> Markup {
    html! {
        ul.dots {
            li { a href="/sign-in" { (page.text("sign-in-again")) } }
            li { a href="/" { (page.text("back-home")) } }
        }
    }
}

/// `POST /sign-out`: also at the identity provider, for whom it let in.
pub async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let provider = match app.session(&headers).map(|session| session.means) {
        Some(Means::Provider) => app.provider.as_ref(),
        Some(Means::Strong) => app.strong.as_ref(),
        _ => None,
    };
    let to = provider.and_then(|provider| provider.sign_out());
    end_all(&app, &headers, to.as_deref().unwrap_or("/"))
}
