//! A contact that was split, as its resident sees it: each part with where it stands, on the one page of the whole, and one place to
//! write, which reaches the right part.

use std::sync::Arc;

use axum::http::StatusCode;
use matter::access::Action;
use maud::{Markup, html};
use operations::contacts::parts::addressed;
use operations::contacts::{Author, Contact, Outcome, Place};
use uuid::Uuid;

use super::{address, service_name, thread};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::desk::unit_name;
use crate::layout::Page;
use crate::presence::Who;
use crate::thread::{Items, beside, latest};

/// A part of a contact.
pub struct Part {
    pub id: Uuid,
    pub contact: Arc<Contact>,
    items: Items,
}

/// The parts of a contact that its resident may read, but those that were taken back.
pub async fn of(
    app: &App,
    page: &Page,
    caller: &Caller,
    (id, contact): (Uuid, &Arc<Contact>),
) -> Result<Vec<Part>, Failure> {
    let broken = |error: store::Error| Failure::away(&error);
    let mut parts = Vec::new();
    for (id, it) in app.kinds.with_parts(id, contact).await.map_err(broken)?.into_iter().skip(1) {
        if it.outcome == Some(Outcome::Withdrawn) {
            continue;
        }
        // Whoever acts for another reads each of them by itself, and is recorded so.
        match app.guarded(&app.kinds.contacts, caller, id, Action::Read).await {
            Ok(_) => {}
            Err(failure) if failure.status == StatusCode::NOT_FOUND => continue,
            Err(failure) => return Err(failure),
        }
        let (who, now) = (Who::Resident, app.kinds.store.now());
        app.presence.looks(id, &who, it.conversation, now);
        let read = app.presence.others(id, &who, now).read;
        let items = latest(app, page, id, it.conversation).await.map_err(broken)?.read_by_others(read);
        parts.push(Part { id, contact: it, items });
    }
    Ok(parts)
}

/// The whole and its parts, the whole first.
fn all<'a>((id, whole): (Uuid, &'a Contact), parts: &'a [Part]) -> Vec<(Uuid, &'a Contact)> {
    [(id, whole)].into_iter().chain(parts.iter().map(|it| (it.id, &*it.contact))).collect()
}

/// The one of them to which words go: the one that is named, or the one that a rule finds.
pub fn to(whole: (Uuid, &Contact), parts: &[Part], named: &str) -> Uuid {
    let all = all(whole, parts);
    let named = named.parse().ok().filter(|named| all.iter().any(|(id, _)| id == named));
    named.or_else(|| addressed(&all)).unwrap_or(whole.0)
}

/// The parts on the page of the whole.
pub fn shown(app: &App, page: &Page, parts: &[Part]) -> Markup {
    // Taken anew when any of them has changed.
    let fresh: Vec<String> =
        parts.iter().map(|it| format!("{}.{}", it.contact.history, it.contact.conversation)).collect();
    html! {
        div.flow #parts data-fresh=(fresh.join("-")) {
            @for part in parts {
                section.flow.part id=(format!("part-{}", part.id)) aria-labelledby=(format!("title-{}", part.id)) {
                    h2 id=(format!("title-{}", part.id)) { (name(app, page, &part.contact)) }
                    (thread::state(app, page, &part.contact))
                    (beside(page, (part.id, &part.items), &part.contact.language, (Author::Resident, &address(part.id))))
                }
            }
        }
    }
}

/// Addresses of the streams to which a script listens for the parts.
pub fn live(parts: &[Part]) -> Option<String> {
    let addresses =
        parts.iter().map(|it| format!("/api/conversations/{}/messages?after={}", it.id, it.contact.conversation));
    (!parts.is_empty()).then(|| addresses.collect::<Vec<_>>().join(" "))
}

/// A part in words: its service, and who has it.
fn name(app: &App, page: &Page, contact: &Contact) -> String {
    format!("{}, {}", service_name(app, page, &contact.service), unit_name(page, &contact.unit))
}

/// The choice of what a message is about: one of them, or whichever it is.
pub fn choice(app: &App, page: &Page, (id, whole): (Uuid, &Contact), parts: &[Part], chosen: &str) -> Markup {
    let takes = |(_, it): &(Uuid, &Contact)| it.place != Place::Closed;
    let options: Vec<(String, String)> = all((id, whole), parts)
        .into_iter()
        .filter(takes)
        .map(|(id, it)| (id.to_string(), name(app, page, it)))
        .chain([(String::new(), page.text("parts-unsure"))])
        .collect();
    html! {
        @if !parts.is_empty() {
            fieldset {
                legend { (page.text("parts-about")) }
                div.choices {
                    @for (at, (value, name)) in options.iter().enumerate() {
                        div.choice {
                            input id=(format!("about-{at}")) type="radio" name="part" value=(value)
                                checked[!chosen.is_empty() && value == chosen];
                            label for=(format!("about-{at}")) { (name) }
                        }
                    }
                }
            }
        }
    }
}
