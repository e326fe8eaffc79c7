//! Codes: coming back to a contact with one, and having a browser forget it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use maud::html;
use serde::Deserialize;
use uuid::Uuid;

use super::thread::{Which, address};
use super::{see_other, status_of};
use crate::App;
use crate::caller::{CODE_COOKIE, MOST_HELD, held_codes, holder};
use crate::form::{errors, field};
use crate::layout::Page;
use crate::parts;

/// Takes the receipt away again.
pub const NO_RECEIPT: &str = "receipt=; Path=/contact; Max-Age=0; HttpOnly; SameSite=Lax";

/// Says that the thread of a contact is to show the receipt for the next minutes, until something is written.
pub fn with_receipt(mut response: Response, contact: Uuid) -> Response {
    let cookie = format!("receipt={contact}; Path=/contact; Max-Age=300; HttpOnly; SameSite=Lax");
    response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|cookie| (SET_COOKIE, cookie)));
    response
}

/// To the thread of a contact, with its code kept beside those that the browser holds, for as long as it is open: others
/// may use it after.
pub fn to_thread(parts: &Parts, contact: Uuid, code: &str) -> Response {
    let others = held_codes(&parts.headers).filter(|held| *held != code).take(MOST_HELD - 1);
    let codes: Vec<&str> = std::iter::once(code).chain(others).collect();
    holding(see_other(&address(contact)), &codes)
}

/// Has the browser hold these codes and no others.
fn holding(mut response: Response, codes: &[&str]) -> Response {
    let gone = if codes.is_empty() { " Max-Age=0;" } else { "" };
    let cookie = format!("{CODE_COOKIE}={}; Path=/;{gone} HttpOnly; SameSite=Lax", codes.join("."));
    response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|cookie| (SET_COOKIE, cookie)));
    response
}

/// The code of a contact among those that the browser holds.
pub async fn code_of<'a>(app: &App, parts: &'a Parts, contact: Uuid) -> Option<&'a str> {
    for code in held_codes(&parts.headers) {
        if holder(parts, app, code).await.ok().flatten() == Some(contact) {
            return Some(code);
        }
    }
    None
}

/// `GET /contact/return`.
pub async fn come_back(page: Page) -> Response {
    shown_return(&page, "", None)
}

fn shown_return(page: &Page, given: &str, wrong: Option<&'static str>) -> Response {
    let wrong = wrong.map(|wrong| (wrong, "code"));
    let is_closed = page.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "closed=1"));
    let content = html! {
        (errors(page, wrong.as_slice()))
        @if is_closed && wrong.is_none() { div.receipt { (parts::done(&html! { (page.text("return-closed")) }, &html! {})) } }
        h1 { (page.text("return-title")) }
        p.lead { (page.text("return-lead")) }
        form.letter method="post" action="/contact/return" autocomplete="off" {
            (field(page, "code", "return-code", wrong.map(|(key, _)| key), &html! {
                input.field.code-input type="text" name="code" id="code" value=(given) autocomplete="off"
                    autocapitalize="characters" spellcheck="false" aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[wrong.map(|_| "code-error")];
            }))
            button.btn type="submit" { (page.text("return-open")) }
        }
        p { (page.text("return-lost")) " " a href="/contact" { (page.text("thread-anew")) } }
    };
    page.render(status_of(wrong.as_slice()), &page.text("return-title"), &content)
}

#[derive(Deserialize)]
pub struct Code {
    #[serde(default)]
    pub code: String,
}

/// `POST /contact/return`.
pub async fn with_code(
    State(app): State<Arc<App>>,
    page: Page,
    parts: Parts,
    form: Result<Form<Code>, FormRejection>,
) -> Response {
    let Ok(Form(given)) = form else { return shown_return(&page, "", Some("wrong-code")) };
    match holder(&parts, &app, &given.code).await {
        Ok(Some(contact)) => match kinds::code_of(&given.code) {
            Some(code) => to_thread(&parts, contact, &code),
            None => shown_return(&page, &given.code, Some("wrong-code")),
        },
        Ok(None) => shown_return(&page, &given.code, Some("wrong-code")),
        Err(failure) if failure.status == StatusCode::TOO_MANY_REQUESTS => {
            failure.with_retry_after(shown_return(&page, &given.code, Some("wrong-codes")))
        }
        Err(_) => shown_return(&page, &given.code, Some("wrong-later")),
    }
}

/// `GET /contact/leave`: whether the code is written down, before the browser forgets it.
pub async fn leaving(page: Page, Query(which): Query<Which>) -> Response {
    let Some(id) = which.id.as_deref().and_then(|id| id.parse::<Uuid>().ok()) else {
        return see_other("/contact/return");
    };
    let content = html! {
        h1 { (page.text("leave-title")) }
        p.lead { (page.text("leave-lead")) }
        form method="post" action="/contact/leave" data-forget=(id) {
            input type="hidden" name="id" value=(id);
            button.btn type="submit" { (page.text("thread-leave")) }
        }
        p { a href=(address(id)) { (page.text("leave-back")) } }
    };
    page.render(StatusCode::OK, &page.text("leave-title"), &content)
}

/// `POST /contact/leave`: nothing of the contact stays on this device; its matter goes on, and so do the others here.
pub async fn leave(State(app): State<Arc<App>>, parts: Parts, form: Result<Form<Which>, FormRejection>) -> Response {
    let left = form.ok().and_then(|Form(which)| which.id?.parse::<Uuid>().ok());
    let mut kept = Vec::new();
    for code in held_codes(&parts.headers) {
        let contact = holder(&parts, &app, code).await.ok().flatten();
        if left.is_some() && contact.is_some() && contact != left {
            kept.push(code);
        }
    }
    let mut response = holding(see_other("/contact/return?closed=1"), &kept);
    response.headers_mut().append(SET_COOKIE, HeaderValue::from_static(NO_RECEIPT));
    // Text typed for the other contacts stays; without any other contact, none stays.
    let cleared = if kept.is_empty() { "\"cache\", \"storage\"" } else { "\"cache\"" };
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static(cleared));
    response
}
