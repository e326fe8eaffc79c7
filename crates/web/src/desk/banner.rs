//! Confirmation: the page that comes after an act says that it was done, with the way back to it.

use maud::{Markup, html};
use operations::access::Action;
use operations::contacts::Place;
use uuid::Uuid;

use crate::App;
use crate::caller::Caller;
use crate::care::receipt;
use crate::layout::Page;

/// Acts after which the list is shown; texts `did-…`.
pub const LEAVES: [&str; 5] = ["resolve", "finish", "transfer", "release", "close"];
/// Acts after which the contact is shown again.
const STAYS: [&str; 7] = ["claim", "reply", "ask", "assign", "reopen", "register", "encounter"];

/// On the list: the act, the contact, and how to take it back. A link to something that was not done confirms nothing.
pub fn shown(app: &App, page: &Page, caller: &Caller, did: &str, contact: &str, unit: &str) -> Markup {
    if did == "none" && app.desk.view().queue(unit, 0).1 == 0 {
        return confirmed(&html! { p { (page.text("desk-empty")) } });
    }
    let (Some(did), Ok(id)) = (LEAVES.into_iter().find(|it| *it == did), contact.parse::<Uuid>()) else {
        return html! {};
    };
    let stands = app.desk.view().contact(id).cloned();
    let is_so = match (did, stands.as_ref()) {
        ("resolve" | "finish", Some(contact)) => matches!(contact.place, Place::Resolved { .. }),
        ("transfer", Some(contact)) => contact.handed.is_some(),
        ("release", Some(contact)) => contact.place == Place::Queued,
        ("close", None) => true,
        _ => false,
    };
    if !is_so {
        return html! {};
    }
    let may = |action| stands.as_ref().is_some_and(|contact| app.may_still(caller, id, action, contact));
    let undo = match did {
        "resolve" | "finish" => Some(("reopen", "desk-reopen")),
        "release" => Some(("claim", "desk-take-back")),
        _ => None,
    };
    confirmed(&html! {
        p {
            (page.language.text_with(&format!("did-{did}"), &[("number", &receipt(id))])) " "
            @if may(Action::ReadContact) { a.govuk-link href=(format!("/desk/contacts/{id}")) { (page.text("desk-open-it")) } }
        }
        @if let Some((verb, text)) = undo.filter(|_| may(Action::HandleContact)) {
            form method="post" action=(format!("/desk/contacts/{id}/{verb}")) {
                button.govuk-button.govuk-button--secondary.small type="submit" { (page.text(text)) }
            }
        }
    })
}

/// On the contact's own page.
pub fn stayed(page: &Page, did: &str) -> Markup {
    match STAYS.into_iter().find(|it| *it == did) {
        Some(did) => confirmed(&html! { p { (page.text(&format!("did-{did}"))) } }),
        None => html! {},
    }
}

fn confirmed(what: &Markup) -> Markup {
    html! { div.did role="status" { (what) } }
}
