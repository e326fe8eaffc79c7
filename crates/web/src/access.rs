//! Sign-in. In the demo county by choosing a role; strong identification comes with the front door.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use maud::html;
use operations::access::Role;
use serde::Deserialize;
use store::new_id;
use uuid::Uuid;

use crate::App;
use crate::caller::{CODE_COOKIE, Person};
use crate::layout::{Page, cookie};

/// `/sign-in`.
pub async fn page(page: Page) -> Response {
    let content = html! {
        h1.govuk-heading-xl { (page.text("sign-in-title")) }
        @if page.demo {
            p.lead { (page.text("sign-in-demo")) }
            ul.cards {
                @for role in Role::ALL {
                    li.card {
                        h2.govuk-heading-m { (page.text(&format!("role-{}", role.code()))) }
                        p.govuk-body { (page.text(&format!("role-{}-about", role.code()))) }
                        form method="post" action="/sign-in" {
                            input type="hidden" name="role" value=(role.code());
                            button.govuk-button type="submit" {
                                (page.text("sign-in"))
                                span.govuk-visually-hidden { ": " (page.text(&format!("role-{}", role.code()))) }
                            }
                        }
                    }
                }
            }
        } @else {
            p.lead { (page.text("sign-in-later")) }
            p.govuk-body { a.govuk-link href="/" { (page.text("back-home")) } }
        }
    };
    let title = page.text("sign-in-title");
    page.render(StatusCode::OK, &title, &content)
}

#[derive(Deserialize)]
pub struct SignIn {
    role: String,
}

pub async fn sign_in(
    State(app): State<Arc<App>>,
    page: Page,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Response {
    let (true, Some(role)) = (app.demo, Role::named(&form.role)) else {
        return crate::home::missing(&page);
    };
    let now = app.desk.now();
    let before = cookie(&headers, "demo").and_then(|token| token.parse().ok());
    let token = before.unwrap_or_else(|| new_id(now));
    let known = format!("demo={token}; Path=/sign-in; Max-Age=31536000; HttpOnly; SameSite=Lax");
    let session = app.sessions.begin(demo_person(&app, role, token), now);
    let cookie = format!("session={session}; Path=/; HttpOnly; SameSite=Lax");
    let to = match role {
        Role::Resident => "/contact",
        Role::Nurse | Role::Physician | Role::Lead => "/desk",
        _ => "/steer",
    };
    let mut response = changed_hands(&cookie, to);
    if let Ok(known) = HeaderValue::from_str(&known) {
        response.headers_mut().append(SET_COOKIE, known);
    }
    response
}

/// Another person is here now, or nobody: what the one before held goes, too.
fn changed_hands(session: &str, to: &str) -> Response {
    let code = format!("{CODE_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    let cookies = AppendHeaders([(SET_COOKIE, session.to_string()), (SET_COOKIE, code)]);
    (StatusCode::SEE_OTHER, [(LOCATION, to.to_string())], cookies).into_response()
}

/// Somebody in a role: in two browsers two who sign in as nurses are two nurses, in one browser always the same.
fn demo_person(app: &App, role: Role, token: Uuid) -> Person {
    let top = || app.figures().units().iter().find(|unit| unit.parent.is_none()).map(|unit| unit.id.clone());
    let top = top().unwrap_or_else(|| "county".into());
    let (id, unit) = match role {
        Role::Resident => (token.to_string(), String::new()),
        Role::Nurse | Role::Physician => {
            let number = token.as_u128() % 0x10000;
            (format!("{}-{number:04x}", role.code()), app.services.first().map_or(top, |service| service.unit.clone()))
        }
        _ => (role.code().to_string(), top),
    };
    Person { role, id, unit }
}

pub async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if let Some(name) = cookie(&headers, "session") {
        app.sessions.end(name);
    }
    let cookie = "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
    changed_hands(cookie, "/")
}
