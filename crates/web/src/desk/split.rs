//! `/desk/contacts/{id}/split`: a part of a contact goes to others, as a contact of its own; and what the page of a contact says of
//! its parts, or of the whole of which it is one.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use kinds::What;
use matter::access::Action;
use matter::{PartId, Text};
use maud::{Markup, html};
use operations::contacts::parts::Goes;
use operations::contacts::routing::{Case, Routed};
use operations::contacts::transfers::transfers;
use operations::contacts::{Author, Contact, Place};
use serde::Deserialize;
use uuid::Uuid;

use super::unit_name;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::{self, receipt};
use crate::contact::{see_other, service_name, wrong_text};
use crate::form::{Typed, errors, field, message_box, named};
use crate::home::{failed, signed_out, unsent};
use crate::layout::Page;
use crate::parts::{self, Turn};
use crate::queues;

/// Everything that the form carries.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Fields {
    client_id: String,
    /// The last message of the client that was on the page.
    seen: String,
    /// The queue to which the part goes, `PART@UNIT` or a unit.
    to: String,
    text: String,
    /// The form is only shown again, in another language.
    show: String,
}

/// Keys of texts, and fields.
type Wrong = Vec<(&'static str, &'static str)>;

/// The contact of the address, if the caller may split it.
async fn contact(app: &App, caller: Result<&Caller, &Failure>, path: &str) -> Result<(Uuid, Arc<Contact>), Failure> {
    app.at_desk(&app.kinds.contacts, caller.map_err(Failure::clone)?, path, Action::Handle).await
}

/// `GET /desk/contacts/{id}/split`.
pub async fn new(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    match contact(&app, caller.as_ref(), &path).await {
        Ok((id, contact)) => form(&app, &page, (id, &contact), &Typed::default()).await,
        Err(failure) => failed(&page, &failure),
    }
}

/// `POST /desk/contacts/{id}/split`.
pub async fn split(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = given.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let Some(person) = page.person.clone() else { return signed_out(&page, &fields.text) };
    let (id, contact) = match contact(&app, caller.as_ref(), &path).await {
        Ok(found) => found,
        Err(failure) => return unsent(&page, &failure, &fields.text),
    };
    if !fields.show.is_empty() {
        return form(&app, &page, (id, &contact), &Typed { fields, ..Typed::default() }).await;
    }
    let (goes, key) = match asked(&app, &contact, &fields) {
        Ok(asked) => asked,
        Err(wrong) => {
            let typed = Typed { fields, wrong, status: StatusCode::UNPROCESSABLE_ENTITY };
            return form(&app, &page, (id, &contact), &typed).await;
        }
    };
    let seen = fields.seen.parse().unwrap_or(0);
    match app.kinds.split_contact((id, &contact, seen), goes, &person.by(), &key).await {
        Ok(()) => see_other(&format!("/desk/contacts/{id}?did=split")),
        Err(trouble) => {
            let failure = Failure::from(trouble);
            let (client_id, wrong) = match failure.code {
                "key_reused" => (String::new(), "wrong-again"),
                "unseen_message" => (fields.client_id.clone(), "wrong-unseen"),
                "owned_by_another" | "not_claimed" | "not_now" => (fields.client_id.clone(), "split-wrong-holder"),
                _ => (fields.client_id.clone(), "wrong-later"),
            };
            let fields = Fields { client_id, ..fields };
            let typed = Typed { fields, wrong: vec![(wrong, "text")], status: failure.status };
            failure.with_retry_after(form(&app, &page, (id, &contact), &typed).await)
        }
    }
}

/// The part of a form, and the name under which it is split off once; or all that is wrong with the form.
fn asked(app: &App, contact: &Contact, fields: &Fields) -> Result<(Goes, String), Wrong> {
    let to = app.is_unit(&fields.to).then(|| (fields.to.clone(), None)).or_else(|| app.queue_named(&fields.to));
    let to = to.filter(|(_, queue)| queue.as_deref().is_none_or(|queue| transfers().refusal(queue).is_none()));
    let text = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => ("split-wrong-text", "text"),
        wrong => (wrong, "text"),
    });
    let key = care::client_id(&fields.client_id).map_err(|_| ("wrong-again", "text"));
    match (to, text, key) {
        (Some((unit, queue)), Ok(text), Ok(key)) => {
            let queue = queue.filter(|it| **it != *PartId::GENERAL);
            let service = service_of(app, &unit, queue.as_ref()).unwrap_or_else(|| contact.service.clone());
            let routed = routed(app, contact, &service, queue.as_ref());
            Ok((Goes { service, unit: unit.as_str().into(), queue, routed, text: Text(text) }, key))
        }
        (to, text, key) => {
            let to = to.is_none().then_some(("wrong-unit", "to"));
            Err([to, text.err(), key.err()].into_iter().flatten().collect())
        }
    }
}

/// The service whose contacts come to a queue; none: no resident chooses it by a service.
fn service_of(app: &App, unit: &str, queue: Option<&PartId>) -> Option<String> {
    let parts = app.kinds.services.all();
    let of_queue = parts.values().find(|part| queue.is_some_and(|queue| *part.content.queue.as_str() == **queue));
    let of_unit =
        || app.services().into_iter().find(|it| it.unit == unit && it.queue.as_ref() == queue).map(|it| it.id);
    of_queue.map(|part| part.content.label.clone()).or_else(of_unit)
}

/// No rule has led it there but a person: it is answered by the clocks of its queue.
fn routed(app: &App, contact: &Contact, service: &str, queue: Option<&PartId>) -> Routed {
    let part = queue.and_then(|queue| app.kinds.queues.get(queue));
    let clocks = part.iter().flat_map(|part| part.content.clocks.iter().map(|clock| clock.as_str().into())).collect();
    let (service, channel) = (service.to_string(), contact.channel_of_part());
    let (age, place) = contact.routed.as_ref().map_or((None, None), |it| (it.case.age, it.case.place.clone()));
    let case = Case {
        service,
        channel,
        language: contact.language.clone(),
        age,
        place,
        needs: Vec::new(),
        severity: None,
        urgency: None,
        caller: None,
        own: None,
    };
    Routed { case, clocks, because: Vec::new(), first: None, expected: None }
}

/// Queues to which something of a contact can go, as addresses with names: those of parts, but the one where it stands.
pub fn targets(app: &App, page: &Page, here: &Contact) -> Vec<(String, String)> {
    let units = page.figures.units();
    let is_open = |unit: &str| units.iter().any(|it| it.open && it.id == unit);
    let is_here = |part: &str, unit: &str| *here.unit == *unit && here.queue.as_deref() == Some(part);
    let queues = app.kinds.queues.all();
    let all = queues.values().filter(|part| transfers().refusal(&part.id).is_none());
    let at_units = all.flat_map(|part| part.content.units.iter().map(|unit| (part.id.as_str(), unit.as_str())));
    at_units
        .filter(|(part, unit)| !is_here(part, unit) && is_open(unit))
        .map(|(part, unit)| (format!("{part}@{unit}"), queues::name_at(app, page, part, unit)))
        .collect()
}

/// The form that splits a part off: what goes with it, and where to.
async fn form(app: &App, page: &Page, (id, contact): (Uuid, &Contact), typed: &Typed<Fields>) -> Response {
    let items = match crate::thread::items(app, page, id, contact.conversation).await {
        Ok(items) => items,
        Err(error) => return unsent(page, &Failure::away(&error), &typed.fields.text),
    };
    let said = items.items.iter().filter_map(|it| match &it.what {
        What::Message { author: Author::Resident, text: Some(text), .. } => Some(text),
        _ => None,
    });
    let (fields, back, wrong_to) = (&typed.fields, format!("/desk/contacts/{id}"), typed.wrong("to"));
    let own = app.services();
    let units = own.iter().filter(|it| it.queue.is_none() && it.unit != *contact.unit);
    let units = units.map(|it| (it.unit.clone(), unit_name(page, &it.unit)));
    let content = html! {
        (errors(page, &typed.wrong))
        (parts::back(&back, &page.text("tasks-to-contact")))
        h1 { (page.text("split-title")) }
        p { (page.text("tasks-about-contact")) " " (receipt(id)) }
        p { (page.text("split-effect")) }
        section aria-labelledby="said-title" {
            h2 #said-title { (page.text("split-said")) }
            @for text in said { blockquote.note lang=(contact.language) dir="auto" { (text) } }
        }
        form #work .letter method="post" action=(format!("{back}/split")) autocomplete="off" {
            input type="hidden" name="client_id" value=(named(app, &fields.client_id));
            input type="hidden" name="seen" value=(items.last());
            (field(page, "to", "split-to", wrong_to, &html! {
                select.field #to name="to" aria-invalid=[wrong_to.map(|_| "true")] aria-describedby=[wrong_to.map(|_| "to-error")] {
                    option value="" { (page.text("desk-choose")) }
                    @for (address, name) in targets(app, page, contact).into_iter().chain(units) {
                        option value=(address) selected[address == fields.to] { (name) }
                    }
                }
            }))
            (message_box(page, "split-text", Some("split-text-hint"), &fields.text, typed.wrong("text")))
            button.btn type="submit" { (page.text("split-send")) }
        }
    };
    page.render_form("work", typed.status, &page.text("split-title"), &content)
}

/// Contacts that belong to one beside it: its parts, and of a part the whole and the parts beside it; those that the caller may read.
pub struct Beside {
    /// Each with its contact, or nothing but whether it is open.
    parts: Vec<(Uuid, Option<Arc<Contact>>, bool)>,
    whole: Option<Uuid>,
    is_part: bool,
}

pub async fn beside(app: &App, caller: &Caller, (id, contact): (Uuid, &Arc<Contact>)) -> Result<Beside, Failure> {
    let broken = |error: store::Error| Failure::away(&error);
    let mut parts = Vec::new();
    for (part, it) in app.kinds.with_parts(id, contact).await.map_err(broken)?.into_iter().skip(1) {
        let is_open = !matches!(it.place, Place::Resolved { .. } | Place::Closed);
        let it = app.may_still(caller, part, Action::Read, &it).then_some(it);
        parts.push((part, it, is_open));
    }
    let whole = match contact.part_of {
        Some(whole) => {
            let it = app.kinds.contacts.read(whole).await.map_err(broken)?;
            it.filter(|it| app.may_still(caller, whole, Action::Read, it)).map(|_| whole)
        }
        None => None,
    };
    Ok(Beside { parts, whole, is_part: contact.part_of.is_some() })
}

impl Beside {
    /// The part of an id, if the reader may know where it went.
    pub fn part(&self, id: Uuid) -> Option<&Contact> {
        self.parts.iter().find(|(part, ..)| *part == id).and_then(|(_, it, _)| it.as_deref())
    }

    /// In the side of the page of a contact; nothing: it is whole.
    pub fn shown(&self, app: &App, page: &Page) -> Markup {
        html! {
            @if self.is_part || !self.parts.is_empty() {
                section #parts {
                    h2 { (page.text(if self.is_part { "split-part" } else { "split-parts" })) }
                    @if self.is_part {
                        p {
                            (page.text("split-part-of")) " "
                            @if let Some(whole) = self.whole { a href=(format!("/desk/contacts/{whole}")) { (receipt(whole)) } }
                        }
                    }
                    @if !self.parts.is_empty() {
                        ol.rows {
                            @for (id, part, is_open) in &self.parts {
                                @match part {
                                    Some(it) => (parts::row(&format!("/desk/contacts/{id}"), &service_name(app, page, &it.service), &[
                                        html! { (page.text(&format!("place-{}", it.place.code()))) },
                                        html! { (unit_name(page, &it.unit)) },
                                    ])),
                                    // Where it is, and what it is about, is for those who work there.
                                    None => li { (page.text("split-elsewhere")) " " (parts::tag(
                                        if *is_open { Turn::Waits } else { Turn::Done },
                                        &page.text(if *is_open { "split-open" } else { "split-over" }))) },
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The way to the form, from the forms of a contact, whose texts are kept.
pub fn way(page: &Page, id: Uuid) -> Markup {
    html! {
        p {
            button.btn.btn--second #split type="submit" form="work" name="onward" value="split"
                formaction=(format!("/desk/contacts/{id}/save")) { (page.text("split-title")) }
        }
    }
}
