//! `/`: what this is, and where to go. Also the pages for what is not there, and for what went wrong.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use matter::access::Role;
use maud::{Markup, html};

use crate::answer::{Failure, told};
use crate::feature::{Door, Feature, doors, get};
use crate::layout::Page;
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || vec![get("/", home)],
    texts: &[texts!("home")],
    doors: &[Door { path: "/", name: "section-home", opens_to: |_| true, leads_to: &[] }],
    ..Feature::NOTHING
};

/// `GET /`: for residents what they can do here; for those who work here, and in the demo, all of it.
pub async fn home(page: Page) -> Response {
    let is_of_staff = page.demo || page.role.is_some_and(|role| role != Role::Resident);
    let title = page.text(if is_of_staff { "home-title" } else { "home-resident-title" });
    let lead = page.text(if is_of_staff { "home-lead" } else { "home-resident-lead" });
    let content = html! {
        h1 { (title) }
        p.lead { (lead) }
        ul.cards {
            @if page.demo || page.shows("/contact") { (card(&page, "/contact", "section-contact", "home-contact")) }
            @if page.demo || page.shows("/contact") { (card(&page, "/book", "bookings-title", "home-book")) }
            @if page.shows("/matters") { (card(&page, "/matters", "section-matters", "home-matters")) }
            @if !is_of_staff { (card(&page, "/contact/return", "contact-come-back", "home-return")) }
            @for (path, name, about) in
                [("/desk", "section-desk", "home-desk"), ("/steer", "section-steer", "home-steer")] {
                // In the demonstration a visitor finds here what there is to sign in for.
                @if page.shows(path) || (page.demo && page.role.is_none()) { (card(&page, path, name, about)) }
            }
            @if page.demo && page.role.is_none() { (card(&page, "/sign-in", "sign-in", "home-sign-in")) }
        }
        @if is_of_staff {
            h2 { (page.text("home-how-title")) }
            ol.numbered {
                @for step in ["home-how-1", "home-how-2", "home-how-3", "home-how-4"] {
                    li { (page.language.text_with(step, &[("threshold", &page.figures.threshold().to_string())])) }
                }
            }
        } @else {
            div.urgent role="note" {
                p { strong { (page.text("contact-urgent")) } " " (page.text("contact-urgent-what")) }
            }
            @if page.role.is_none() {
                p { (page.text("home-staff")) " " a href="/sign-in" { (page.text("sign-in")) } }
            }
        }
    };
    page.render(StatusCode::OK, &title, &content)
}

fn card(page: &Page, path: &str, name: &str, about: &str) -> Markup {
    html! {
        li.card {
            h2 { a href=(path) { (page.text(name)) } }
            p { (page.text(about)) }
        }
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
    if matches!(failure.status, StatusCode::BAD_REQUEST | StatusCode::MISDIRECTED_REQUEST) {
        return unreadable(page, failure.status);
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
