//! Sign-in. In the demo county by choosing a role; strong identification comes with the front door.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Form;
use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;
use operations::access::Role;
use serde::Deserialize;

use crate::App;
use crate::layout::{Page, cookie};

/// Sessions at a time; the demo's sign-in asks for nothing, so that it must not fill the memory.
const LIMIT: usize = 10_000;

/// Who is signed in, by the name of the session.
pub struct Sessions {
    secret: fn() -> [u8; 32],
    roles: RwLock<HashMap<String, Role>>,
}

impl Sessions {
    pub fn new(secret: fn() -> [u8; 32]) -> Sessions {
        Sessions { secret, roles: RwLock::default() }
    }

    pub fn role(&self, name: &str) -> Option<Role> {
        self.roles.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    fn begin(&self, role: Role) -> String {
        use std::fmt::Write;
        let name = (self.secret)().iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        });
        let mut roles = self.roles.write().unwrap_or_else(PoisonError::into_inner);
        if roles.len() >= LIMIT {
            roles.clear();
        }
        roles.insert(name.clone(), role);
        name
    }

    fn end(&self, name: &str) {
        self.roles.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

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

pub async fn sign_in(State(app): State<Arc<App>>, page: Page, Form(form): Form<SignIn>) -> Response {
    let (true, Some(role)) = (app.demo, Role::named(&form.role)) else {
        return crate::home::missing(&page);
    };
    let cookie = format!("session={}; Path=/; HttpOnly; SameSite=Lax", app.sessions.begin(role));
    let to = if role == Role::Resident { "/" } else { "/steer" };
    (StatusCode::SEE_OTHER, [(SET_COOKIE, cookie), (LOCATION, to.to_string())]).into_response()
}

pub async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if let Some(name) = cookie(&headers, "session") {
        app.sessions.end(name);
    }
    let cookie = "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
    (StatusCode::SEE_OTHER, [(SET_COOKIE, cookie), (LOCATION, "/")]).into_response()
}
