//! `/contact/join`: somebody who wrote without a name has proven who they are since, and takes what they wrote along: the same
//! contact goes on, and is theirs.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use matter::access::Role;
use maud::{Markup, html};
use operations::contacts::Command;
use store::new_id;
use uuid::Uuid;

use super::code::{Code, code_of};
use super::thread::{Which, address};
use super::{see_other, status_of};
use crate::App;
use crate::answer::Failure;
use crate::caller::{JOINING_COOKIE, holder};
use crate::form::{errors, field};
use crate::home::failed;
use crate::layout::{Page, cookie};

pub const PATH: &str = "/contact/join";

/// Takes the code away again.
const NOTHING: &str = "joining=; Path=/contact/join; Max-Age=0; HttpOnly; SameSite=Lax";

/// The way to it, in a contact of a writer without a name.
pub fn way(page: &Page, id: Uuid) -> Markup {
    html! {
        @if page.may_identify() {
            form method="post" action="/contact/identify" {
                input type="hidden" name="id" value=(id);
                button.btn.btn--second type="submit" { (page.text("join-identify")) }
            }
            p { (page.text("join-why")) }
        }
    }
}

/// `POST /contact/identify`: on to the sign-in, with the code kept for a while: signing in takes others away.
pub async fn identify(State(app): State<Arc<App>>, parts: Parts, form: Result<Form<Which>, FormRejection>) -> Response {
    let id = form.ok().and_then(|Form(which)| which.id?.parse().ok());
    let mut response = see_other(&format!("/sign-in?to={PATH}"));
    if let Some(id) = id
        && let Some(code) = code_of(&app, &parts, id).await
    {
        let kept = format!("{JOINING_COOKIE}={code}; Path={PATH}; Max-Age=900; HttpOnly; SameSite=Lax");
        response.headers_mut().extend(HeaderValue::from_str(&kept).ok().map(|kept| (SET_COOKIE, kept)));
    }
    response
}

/// `GET /contact/join`.
pub async fn form(page: Page, parts: Parts) -> Response {
    let kept = cookie(&parts.headers, JOINING_COOKIE).unwrap_or_default().to_string();
    shown(&page, &kept, None)
}

fn shown(page: &Page, given: &str, wrong: Option<&'static str>) -> Response {
    if page.role != Some(Role::Resident) {
        return see_other(&format!("/sign-in?to={PATH}"));
    }
    let wrong = wrong.map(|wrong| (wrong, "code"));
    let content = html! {
        (errors(page, wrong.as_slice()))
        h1 { (page.text("join-title")) }
        p.lead { (page.text("join-lead")) }
        form.letter method="post" action=(PATH) autocomplete="off" {
            (field(page, "code", "return-code", wrong.map(|(key, _)| key), &html! {
                input.field.code-input type="text" name="code" id="code" value=(given) autocomplete="off"
                    autocapitalize="characters" spellcheck="false" aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[wrong.map(|_| "code-error")];
            }))
            button.btn type="submit" { (page.text("join-now")) }
        }
    };
    page.render(status_of(wrong.as_slice()), &page.text("join-title"), &content)
}

/// `POST /contact/join`.
pub async fn join(
    State(app): State<Arc<App>>,
    page: Page,
    parts: Parts,
    form: Result<Form<Code>, FormRejection>,
) -> Response {
    let person = page.person.clone().filter(|person| person.role == Role::Resident);
    let (Some(person), Ok(Form(given))) = (person, form) else { return shown(&page, "", Some("wrong-code")) };
    let Some(subject) = person.subject() else { return shown(&page, &given.code, Some("wrong-code")) };
    let id = match holder(&parts, &app, &given.code).await {
        Ok(Some(id)) => id,
        Ok(None) => return shown(&page, &given.code, Some("wrong-code")),
        Err(failure) if failure.status == StatusCode::TOO_MANY_REQUESTS => {
            return failure.with_retry_after(shown(&page, &given.code, Some("wrong-codes")));
        }
        Err(_) => return shown(&page, &given.code, Some("wrong-later")),
    };
    let key = new_id(app.kinds.store.now()).to_string();
    match app.kinds.contacts.ask(id, Command::Identify { subject }, &person.by(), &key, u64::MAX).await {
        Ok(_) => {
            let mut response = see_other(&address(id));
            response.headers_mut().append(SET_COOKIE, HeaderValue::from_static(NOTHING));
            response
        }
        Err(trouble) => failed(&page, &Failure::from(trouble)),
    }
}
