//! Confirmation: the page that comes after an act says that it was done, with the way back to it.

use matter::ProfessionalId;
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::UNDONE_WITHIN;
use operations::consultations;
use operations::contacts::{Contact, Event, Place};
use uuid::Uuid;

use crate::App;
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::drafts::Of;
use crate::layout::Page;
use crate::parts::done;

/// Acts after which the list is shown; texts `did-…`.
pub const LEAVES: [&str; 5] = ["resolve", "finish", "transfer", "release", "close"];
/// Acts after which the contact is shown again.
const STAYS: [&str; 18] = [
    "undo",
    "claim",
    "log",
    "need",
    "book",
    "reply",
    "ask",
    "note",
    "consult",
    "recall",
    "split",
    "assign",
    "reopen",
    "register",
    "encounter",
    "reached",
    "missed",
    "agree",
];

/// On the list: the act, the contact, and how to take it back. A link confirms only the act that the person did last, and
/// only as long as the contact stands so.
pub async fn shown(app: &App, page: &Page, caller: &Caller, did: &str, contact: &str, unit: &str) -> Markup {
    if did == "none" && app.kinds.contacts.look(|contacts| contacts.queue(unit, 0).1) == 0 {
        return done(&html! { (page.text("desk-empty")) }, &html! {});
    }
    if did == "save" {
        return kept(app, page, caller, contact).await;
    }
    if did == "answer-question" || did == "release-question" {
        return told_of_question(app, page, caller, did, contact).await;
    }
    let (Some(did), Ok(id)) = (LEAVES.into_iter().find(|it| *it == did), contact.parse::<Uuid>()) else {
        return html! {};
    };
    // A contact that cannot be read at the moment confirms nothing.
    let (Ok(Some(contact)), Ok(history)) = (app.kinds.contacts.read(id).await, app.kinds.history(id).await) else {
        return html! {};
    };
    let last = history.iter().rev().find(|it| Some(&it.by) == caller.person.as_ref().map(|person| &person.id));
    let is_so = match (did, last.map(|it| &it.event)) {
        ("resolve", Some(Event::Resolved { .. })) => matches!(contact.place, Place::Resolved { .. }),
        ("finish", Some(Event::Resolved { .. })) => {
            matches!(contact.place, Place::Resolved { .. }) && contact.first_response_at.is_some()
        }
        ("transfer", Some(Event::Transferred { .. })) => contact.handed.is_some(),
        ("release", Some(Event::Released)) => contact.place == Place::Queued,
        ("close", Some(Event::Closed)) => contact.place == Place::Closed,
        _ => false,
    };
    if !is_so {
        return html! {};
    }
    let may = |action| contact.place != Place::Closed && app.may_still(caller, id, action, &contact);
    let can_be_undone = is_undone_by(app, &contact, caller.person.as_ref());
    let undo = match did {
        _ if can_be_undone => Some(("undo", "desk-undo")),
        "resolve" | "finish" => Some(("reopen", "desk-reopen")),
        "release" => Some(("claim", "desk-take-back")),
        _ => None,
    };
    let words = html! {
        (page.language.text_with(&format!("did-{did}"), &[("number", &receipt(id))])) " "
        @if may(Action::Read) { a href=(format!("/desk/contacts/{id}")) { (page.text("desk-open-it")) } }
    };
    let undo = html! {
        @if let Some((verb, text)) = undo.filter(|_| may(Action::Handle)) {
            form method="post" action=(format!("/desk/contacts/{id}/{verb}")) {
                button.btn.btn--second.btn--small type="submit" { (page.text(text)) }
            }
        }
    };
    done(&words, &undo)
}

/// The text that somebody was writing is kept for them, with the way back to it.
async fn kept(app: &App, page: &Page, caller: &Caller, contact: &str) -> Markup {
    let (Ok(id), Some(person)) = (contact.parse::<Uuid>(), &caller.person) else { return html! {} };
    let of = Of { by: &person.by(), contact: id, form: super::acts::DRAFT };
    match app.draft(of).await {
        Some(_) => {
            let words = html! {
                (page.language.text_with("draft-kept", &[("number", &receipt(id))])) " "
                a href=(format!("/desk/contacts/{id}")) { (page.text("desk-open-it")) }
            };
            done(&words, &html! {})
        }
        None => html! {},
    }
}

/// A question was answered, or given back to whoever takes it next.
async fn told_of_question(app: &App, page: &Page, caller: &Caller, did: &str, question: &str) -> Markup {
    let (Ok(id), Some(person)) = (question.parse::<Uuid>(), &caller.person) else { return html! {} };
    let Ok(Some(it)) = app.kinds.consultations.read(id).await else { return html! {} };
    let is_so = match did {
        "answer-question" => it.answered_at.is_some() && it.owner.as_ref().is_some_and(|who| **who == *person.id),
        _ => it.place == consultations::Place::Queued,
    };
    match is_so {
        true => done(&html! { (page.text(&format!("consultations-did-{did}"))) }, &html! {}),
        false => html! {},
    }
}

/// Whether somebody can undo the last act.
pub fn is_undone_by(app: &App, contact: &Contact, person: Option<&Person>) -> bool {
    let is_theirs = |by: Option<&ProfessionalId>| {
        person.is_some_and(|person| by.map_or(person.role == Role::Lead, |by| **by == *person.id))
    };
    let now = app.kinds.store.now();
    contact.undo.as_ref().is_some_and(|undo| is_theirs(undo.by.as_ref()) && now < undo.at.saturating_add(UNDONE_WITHIN))
}

/// On the contact's own page, if it is so there; `undo`: the button by which the act is undone.
pub fn stayed(page: &Page, did: &str, undo: &Markup) -> Markup {
    match STAYS.into_iter().find(|it| *it == did) {
        Some(did) => done(&html! { (page.text(&format!("did-{did}"))) }, undo),
        None => html! {},
    }
}
