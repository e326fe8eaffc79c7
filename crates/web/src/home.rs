//! `/`: what is to be done first, by who looks. Also the pages for what is not there, and for what went wrong.

mod resident;
mod staff;
mod visitor;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use matter::access::Role;
use maud::{Markup, html};

use crate::App;
use crate::answer::{Failure, told};
use crate::caller::Caller;
use crate::disclosures::closed;
use crate::feature::{Door, Feature, doors, get};
use crate::layout::Page;
use crate::parts;
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || vec![get("/", home)],
    texts: &[texts!("home")],
    doors: &[Door { path: "/", name: "section-home", opens_to: |_| true, leads_to: &[] }],
    ..Feature::NOTHING
};

/// Key of the title, and the page.
type Home = (&'static str, Markup);

/// `GET /`.
pub async fn home(State(app): State<Arc<App>>, page: Page, caller: Result<Caller, Failure>) -> Response {
    let home: Result<Home, Failure> = match (page.role, caller) {
        (None, _) => Ok(visitor::home(&app, &page)),
        (Some(Role::Resident), _) => resident::home(&app, &page).await,
        (Some(_), Ok(caller)) => staff::home(&app, &page, &caller).await,
        (Some(_), Err(failure)) => Err(failure),
    };
    match home {
        Ok((title, content)) => page.render(StatusCode::OK, &page.text(title), &content),
        Err(failure) => failed(&page, &failure),
    }
}

/// A field to say in one's own words what one needs, and the numbers for what cannot wait.
fn need(page: &Page, heading: &Markup) -> Markup {
    html! {
        (heading)
        p.hint #need-hint { (page.text("need-hint")) }
        // Their words go to the form of a contact, and into no address.
        form.need method="post" action="/contact/start" autocomplete="off" {
            input.field #need type="text" name="text" aria-describedby="need-hint" dir="auto";
            button.btn type="submit" { (page.text("section-contact")) }
        }
        (parts::emergency(page))
    }
}

/// The page where there is no route. An address with a slash too many or in capitals leads to the one that is meant.
pub async fn not_found(page: Page, method: Method) -> Response {
    let meant = page.meant();
    match meant.filter(|_| matches!(method, Method::GET | Method::HEAD)) {
        Some(meant) => Redirect::permanent(&meant).into_response(),
        None => missing(&page),
    }
}

/// The page for what is not there and for what someone may not know to be there: the same for both.
pub fn missing(page: &Page) -> Response {
    unreadable(page, StatusCode::NOT_FOUND)
}

/// The same for what the framework refuses before anything of ours has seen it: an address or a form that says nothing.
pub fn unreadable(page: &Page, status: StatusCode) -> Response {
    let is_missing = status == StatusCode::NOT_FOUND;
    let title = page.text(if is_missing { "missing-title" } else { "malformed-title" });
    let lead = page.text(if is_missing { "missing-lead" } else { "malformed-lead" });
    let content = html! {
        h1 { (title) }
        p.lead { (lead) }
        ul.dots {
            li { a href="/" { (page.text("back-home")) } }
            @for door in doors(page.role).filter(|door| door.path != "/") {
                li { a href=(door.path) { (page.text(door.name)) } }
            }
            @if page.role.is_none() { li { a href=(page.sign_in_link()) { (page.text(page.sign_in_text())) } } }
        }
    };
    page.render(status, &title, &content)
}

/// A page for what went wrong: what, and where to go on.
pub fn failed(page: &Page, failure: &Failure) -> Response {
    unsent(page, failure, "")
}

/// The same for what somebody wrote; it is not sent, and not lost.
pub fn unsent(page: &Page, failure: &Failure, text: &str) -> Response {
    if failure.status == StatusCode::NOT_FOUND {
        return if text.is_empty() { missing(page) } else { away(page, StatusCode::CONFLICT, text) };
    }
    if text.is_empty() && matches!(failure.status, StatusCode::BAD_REQUEST | StatusCode::MISDIRECTED_REQUEST) {
        return unreadable(page, failure.status);
    }
    if let Some(refused) = failure.refused.as_ref().filter(|it| it.kind == "register") {
        let content = html! { (closed(page, refused)) @if !text.is_empty() { (kept(page, text)) } };
        return page.render(failure.status, &page.text("disclosures-closed"), &content);
    }
    let lead = match failure.status {
        StatusCode::TOO_MANY_REQUESTS => "failed-too-many",
        StatusCode::INTERNAL_SERVER_ERROR => "failed-broken",
        StatusCode::FORBIDDEN => "failed-foreign",
        _ => "wrong-later",
    };
    let content = html! {
        h1 { (page.text("failed-title")) }
        p.lead {
            @match &failure.refused {
                Some(refused) => { (told(refused, page.language)) }
                None => { (page.text(lead)) }
            }
        }
        @if let Some(mistake) = &failure.mistake {
            p { (page.language.text_with("failed-mistake", &[("number", mistake)])) }
        }
        @if !text.is_empty() { (kept(page, text)) }
        p { a href="/" { (page.text("back-home")) } }
    };
    page.render(failure.status, &page.text("failed-title"), &content)
}

/// A text that somebody could not send, to be taken along.
pub fn kept(page: &Page, text: &str) -> Markup {
    html! {
        div.asked {
            label for="kept-text" { (page.text("away-text")) }
            textarea.field #kept-text rows="7" readonly dir="auto" { (text) }
        }
    }
}

/// After a form of somebody who is signed in no more: they sign in, and what they typed is not lost.
pub fn signed_out(page: &Page, text: &str) -> Response {
    if text.is_empty() { page.to_sign_in() } else { away(page, StatusCode::CONFLICT, text) }
}

/// A text that its writer may not, or may no longer, send: it is not sent, and not lost.
pub fn away(page: &Page, status: StatusCode, text: &str) -> Response {
    let at_desk = page.uri.path().starts_with("/desk");
    let (lead, to, link) = match (at_desk, page.person.is_some()) {
        (true, false) => ("away-desk", page.sign_in_link(), "sign-in"),
        // A person who has signed in is not told that they have not.
        (true, true) => ("away-foreign", "/desk".into(), "desk-back"),
        (false, _) => ("away-lead", "/contact/return".into(), "contact-come-back"),
    };
    let content = html! {
        h1 { (page.text(if at_desk { "away-unsent" } else { "away-title" })) }
        p.lead { (page.text(lead)) }
        (kept(page, text))
        p { a href=(to) { (page.text(link)) } }
    };
    page.render(status, &page.text(if at_desk { "away-unsent" } else { "away-title" }), &content)
}
