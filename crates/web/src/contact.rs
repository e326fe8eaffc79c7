//! `/contact`: the start, which leads from a need to the ways that fit. `/contact/new`: one form for message, chat and call;
//! a resident writes in plain words, gets a receipt and a code, and comes back to the answer.

mod asked;
mod call;
mod chat;
mod code;
mod join;
mod own;
mod parts;
mod redial;
mod start;
mod thread;
pub mod way;

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use kinds::NewContact;
use matter::access::Role;
use matter::{By, Matter};
use maud::{Markup, html};
use operations::contacts::{Channel, Contact, Routed};
use operations::dispatches::Means;
use serde::Deserialize;
use uuid::Uuid;

pub use self::chat::there;
pub use self::thread::{address as thread_address, own_named as own};

use self::thread::address;
use self::way::Way;
use crate::App;
use crate::caller::{Person, held_codes, holder};
use crate::care;
use crate::feature::{Door, Feature, get, post};
use crate::form::{errors, message_box, named};
use crate::icons::icon;
use crate::layout::Page;
use crate::limits::Address;
use crate::links::linked;
use crate::matters::Owned;
use crate::me::{leave_reach, left};
use crate::numbers;
use crate::parts::row;
use crate::routing::{Coming, UNSURE};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/contact", start::start),
            post("/contact", send),
            post("/contact/start", start::with_words),
            get("/contact/new", form),
            post("/contact/new", again),
            get("/contact/thread", thread::thread),
            post("/contact/thread", thread::write),
            post("/contact/chat", chat::act),
            get("/contact/return", code::come_back),
            post("/contact/return", code::with_code),
            get("/contact/leave", code::leaving),
            post("/contact/leave", code::leave),
            post("/contact/identify", join::identify),
            get(join::PATH, join::form),
            post(join::PATH, join::join),
        ]
    },
    texts: &[texts!("contact")],
    // A visitor who has not signed in is a resident.
    doors: &[Door {
        path: "/contact",
        name: "section-contact",
        opens_to: |role| role.is_none_or(|role| role == Role::Resident),
        leads_to: &[],
    }],
    owned: &[Owned { kind: Contact::NAME, row: own::row, page: own::page }],
    ..Feature::NOTHING
};

/// Own contacts of a resident on a page.
const SHOWN: usize = 20;

/// Fields of the form, as they stand when it is shown again.
#[derive(Deserialize, Default)]
pub struct Message {
    #[serde(default)]
    client_id: String,
    /// How they want to be answered, a code of `Way`.
    #[serde(default)]
    way: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    text: String,
    /// When and under which number they are called.
    #[serde(default)]
    slot: String,
    #[serde(default)]
    number: String,
    /// Where the writer lives, as the rules name places; empty: not told.
    #[serde(default)]
    place: String,
    /// Where the writer wants to be told that an answer waits, if anywhere.
    #[serde(default)]
    phone: String,
    #[serde(default)]
    email: String,
    /// In a thread, the contact that the form was shown for, and the part of it that the message is about.
    #[serde(default)]
    contact: String,
    #[serde(default)]
    part: String,
    /// The person to whom the form was shown (`shown_to`).
    #[serde(default)]
    shown_to: String,
    /// Not to be sent yet: the form is to be shown again, in another language.
    #[serde(default)]
    show: String,
    /// To be kept, and gone on with another time.
    #[serde(default)]
    later: String,
    /// It is a script that keeps it.
    #[serde(default)]
    script: String,
}

impl Message {
    /// As it is kept while it is not sent.
    fn letter(&self) -> [&str; 3] {
        [&self.text, &self.client_id, &self.part]
    }
}

/// Faults of a form: for each the key of its text, and the field where it can be mended.
type Wrong<'a> = &'a [(&'a str, &'a str)];

/// The person to whom a form is shown: a message is sent for the person for whom its form promised to send it, and for
/// nobody else.
fn shown_to(page: &Page) -> String {
    let resident = page.person.as_ref().filter(|person| person.role == Role::Resident);
    resident.and_then(Person::subject).map_or_else(|| "anonymous".into(), |subject| subject.to_string())
}

/// A link to the form says which service and which way somebody has chosen, and never their words.
#[derive(Deserialize, Default)]
pub struct Chosen {
    #[serde(default)]
    service: String,
    #[serde(default)]
    way: String,
}

/// `GET /contact/new`.
pub async fn form(State(app): State<Arc<App>>, page: Page, Query(chosen): Query<Chosen>, parts: Parts) -> Response {
    let Chosen { service, way } = chosen;
    shown_form(&app, &page, &parts, &Message { service, way, ..Message::default() }, &[]).await
}

/// `POST /contact/new`: the form with the words that somebody has written already, and nothing is sent.
pub async fn again(
    State(app): State<Arc<App>>,
    page: Page,
    parts: Parts,
    form: Result<Form<Message>, FormRejection>,
) -> Response {
    let message = form.map_or_else(|_| Message::default(), |Form(message)| message);
    shown_form(&app, &page, &parts, &message, &[]).await
}

/// Contacts of the person who looks at the page: a resident's own, and those whose codes this browser holds.
async fn own_contacts(app: &App, page: &Page, parts: &Parts) -> Vec<(Uuid, Arc<Contact>)> {
    let resident = page.person.as_ref().filter(|person| person.role == Role::Resident);
    let of = |subject| app.kinds.contacts.look(|contacts| contacts.of_subject(subject, SHOWN));
    let mut ids = resident.and_then(Person::subject).map_or_else(Vec::new, of);
    ids.retain(|id| resident.is_none_or(|person| app.shows(person, *id, None)));
    for code in held_codes(&parts.headers) {
        ids.extend(holder(parts, app, code).await.ok().flatten());
    }
    let mut own = Vec::new();
    for id in ids {
        // A contact that cannot be read at the moment keeps nobody from writing.
        let contact = app.kinds.contacts.read(id).await.ok().flatten();
        own.extend(contact.filter(|it| it.part_of.is_none()).map(|contact| (id, contact)));
    }
    own
}

/// The same as rows; nothing: there is none.
async fn own_rows(app: &App, page: &Page, parts: &Parts) -> Markup {
    let own = own_contacts(app, page, parts).await;
    html! {
        @if !own.is_empty() {
            section {
                h2 { (page.text("contact-own")) }
                ol.rows {
                    @for (id, contact) in &own {
                        (row(&address(*id), &service_name(app, page, &contact.service), &[
                            html! { (page.text(&format!("status-{}", contact.place.code()))) },
                            html! { (numbers::short_moment(contact.opened_at, page.language)) },
                        ]))
                    }
                }
            }
        }
    }
}

async fn shown_form(app: &App, page: &Page, parts: &Parts, message: &Message, wrong: Wrong<'_>) -> Response {
    let is_resident = page.role == Some(Role::Resident);
    let own = own_rows(app, page, parts).await;
    let client_id = named(app, &message.client_id);
    let (services, places) = (app.services(), app.places(page));
    let wrong_in = |field: &str| wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key);
    let way = Way::named(&message.way);
    let title = page.text(&format!("contact-title-{}", way.code()));
    let content = html! {
        (errors(page, wrong))
        h1 { (title) }
        p.lead { (page.text(&format!("contact-lead-{}", way.code()))) }
        div.flagline.urgent role="note" {
            (icon("alert"))
            p { strong { (linked(&page.text("contact-urgent"))) } " " (linked(&page.text("contact-urgent-what"))) }
        }
        div.cols {
            form.letter #letter method="post" action="/contact" autocomplete="off" data-draft="contact" {
                input type="hidden" name="client_id" value=(client_id);
                input type="hidden" name="shown_to" value=(shown_to(page));
                input type="hidden" name="way" value=(way.code());
                @if services.len() > 1 { (asked::services(app, page, (&services, way, &message.service), wrong_in("service-0"))) }
                @if !places.is_empty() { (asked::place(page, &places, &message.place)) }
                (message_box(page, "contact-text", Some("contact-text-hint"), &message.text, wrong_in("text")))
                (way::fields(app, page, way, message, wrong))
                @if way == Way::Call { (redial::told(app, page, parts).await) }
                @if !is_resident { p { (page.text("contact-anonymous")) } }
                @if may_leave_reach(app, page) { (asked::reach(page, message, wrong)) }
                (offline(page))
                button.btn type="submit" { (page.text(&format!("contact-send-{}", way.code()))) }
            }
            div.flow {
                (own)
                section {
                    h2 { (page.text("contact-other-ways")) }
                    ol.rows {
                        // Professionals book for a client, from the client's contact.
                        @if is_resident || page.role.is_none() {
                            (row("/book", &page.text("bookings-title"), &[html! { (page.text("contact-book")) }]))
                        }
                        (row("/contact/notice", &page.text("notices-report"), &[html! { (page.text("notices-report-gives")) }]))
                        (row("/contact/return", &page.text("with-code"), &[html! { (page.text("home-with-code-gives")) }]))
                    }
                }
            }
        }
    };
    page.render_form("letter", status_of(wrong), &title, &content)
}

/// Whether the one who looks at the page is a resident who has not said yet how they are told.
fn may_leave_reach(app: &App, page: &Page) -> bool {
    let subject = page.person.as_ref().filter(|person| person.acting.is_none()).and_then(Person::own);
    subject.is_some_and(|it| app.kinds.residents.look(|all| all.get(it.0)).is_none_or(|it| it.reach.is_none()))
}

/// Where a browser without a connection says that what was typed waits for one.
fn offline(page: &Page) -> Markup {
    html! { p.offline role="status" data-offline=(page.text("form-offline")) {} }
}

/// The status of a page with a form, by what is wrong with it.
fn status_of(wrong: Wrong<'_>) -> StatusCode {
    match wrong {
        [] => StatusCode::OK,
        [("wrong-later", _)] => StatusCode::SERVICE_UNAVAILABLE,
        [("wrong-too-many" | "wrong-codes", _)] => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A service's name in the language of the page.
pub fn service_name(app: &App, page: &Page, id: &str) -> String {
    let services = app.services();
    let named = services.iter().find(|service| service.id == id);
    named.map_or_else(|| page.text("service-other"), |service| page.language.of(&service.names).to_string())
}

/// `POST /contact`.
pub async fn send(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    parts: Parts,
    form: Result<Form<Message>, FormRejection>,
) -> Response {
    let message = match form {
        Ok(Form(message)) => message,
        Err(error) => {
            return shown_form(&app, &page, &parts, &Message::default(), &[(unread(&error), "text")]).await;
        }
    };
    if !message.show.is_empty() {
        return shown_form(&app, &page, &parts, &message, &[]).await;
    }
    if !message.shown_to.is_empty() && message.shown_to != shown_to(&page) {
        return shown_form(&app, &page, &parts, &message, &[(other_person(&page), "text")]).await;
    }
    let offered = app.services();
    let service = match offered.as_slice() {
        _ if message.service == UNSURE => Some(UNSURE),
        [] => Some(UNSURE),
        [only] => Some(only.id.as_str()),
        services => services.iter().find(|it| it.id == message.service).map(|it| it.id.as_str()),
    };
    let text = care::text(&message.text).map_err(|_| (wrong_text(&message.text), "text"));
    let is_given = |given: &str| !given.trim().is_empty() && may_leave_reach(&app, &page);
    let means = [(Means::Sms, &message.phone), (Means::Email, &message.email)];
    let means = means.into_iter().filter(|(_, given)| is_given(given)).map(|(means, _)| means).collect::<Vec<_>>();
    let reach = if means.is_empty() { Ok(None) } else { left(means, (&message.phone, &message.email)).map(Some) };
    let way = Way::named(&message.way);
    let of_way = way::wrong(&app, way, &message);
    let (service, text, reach) = match (service, text, reach) {
        (Some(service), Ok(text), Ok(reach)) if of_way.is_empty() => (service.to_string(), text, reach),
        (service, text, reach) => {
            let no_service = service.is_none().then_some(("wrong-service", "service-0"));
            let wrong = no_service.into_iter().chain(text.err()).chain(of_way).chain(reach.err().unwrap_or_default());
            let wrong: Vec<(&str, &str)> = wrong.collect();
            return shown_form(&app, &page, &parts, &message, &wrong).await;
        }
    };
    let Ok(client_id) = care::client_id(&message.client_id) else {
        let message = Message { client_id: String::new(), ..message };
        return shown_form(&app, &page, &parts, &message, &[("wrong-again", "text")]).await;
    };
    let resident = page.person.as_ref().filter(|person| person.role == Role::Resident);
    let subject = resident.and_then(Person::subject);
    if let (Some(reach), Some(person), Some(subject)) = (reach, resident, subject)
        && leave_reach(&app, &page, (person, subject), reach, &client_id).await.is_err()
    {
        return shown_form(&app, &page, &parts, &message, &[("wrong-later", "phone")]).await;
    }
    let place = app.places(&page).into_iter().map(|(code, _)| code).find(|code| *code == message.place);
    let place = place.as_deref().unwrap_or_default();
    let coming = Coming { place, subject, text: &text, ..way::coming(&page, way, &service) };
    let route = app.route_in(way, &coming);
    let (channel, begins) = way::begins(&app, way, &route, &message, page.language);
    // A chat is answered in its turn, and a call at its time.
    let is_message = channel == Channel::Message;
    let expected = route.queue.as_deref().filter(|_| is_message).and_then(|it| app.promised_now(&route.unit, it));
    let routed = Routed { expected, ..route.routed };
    let new = NewContact {
        client_id,
        among: String::new(),
        channel,
        unit: route.unit.to_string(),
        queue: route.queue,
        service,
        language: page.language.code().into(),
        anonymous: resident.is_none(),
        subject,
        routed: Some(Box::new(routed)),
        text,
    };
    let by = resident.map_or(By::Holder, Person::by);
    if let Some(earlier) = redial::earlier(&app, (&page, &parts), &new, &by).await {
        return match redial::join(&app, &earlier, &new, &begins).await {
            Ok(()) => see_other(&redial::joined(earlier.0)),
            Err(failure) => {
                let wrong =
                    if failure.status == StatusCode::TOO_MANY_REQUESTS { "wrong-too-many" } else { "wrong-later" };
                failure.with_retry_after(shown_form(&app, &page, &parts, &message, &[(wrong, "text")]).await)
            }
        };
    }
    // Sent once more when the chat has closed meanwhile, it is the chat that was opened.
    let chat = NewContact { channel: Channel::Chat, ..new.clone() };
    let is_again =
        way == Way::Chat && channel != Channel::Chat && app.kinds.was_opened(&chat, &by).await.is_ok_and(|it| it);
    let opened = match app.open_contact(if is_again { chat } else { new }, &begins, &by, from).await {
        Ok(opened) => opened,
        Err(failure) => {
            // Sent again it must be the same message, unless its name was used for another.
            let (client_id, wrong) = match failure.status {
                StatusCode::CONFLICT => (String::new(), "wrong-again"),
                StatusCode::TOO_MANY_REQUESTS => (message.client_id, "wrong-too-many"),
                _ => (message.client_id, "wrong-later"),
            };
            let message = Message { client_id, ..message };
            return failure.with_retry_after(shown_form(&app, &page, &parts, &message, &[(wrong, "text")]).await);
        }
    };
    let response = match opened.code {
        Some(code) => code::to_thread(&parts, opened.contact, &code),
        None => see_other(&address(opened.contact)),
    };
    code::with_receipt(response, opened.contact)
}

/// Key of what is said to somebody who signed in or out after the form was shown.
fn other_person(page: &Page) -> &'static str {
    if page.role == Some(Role::Resident) { "wrong-signed-in" } else { "wrong-signed-out" }
}

/// Key of what is wrong with a text.
pub fn wrong_text(text: &str) -> &'static str {
    match text {
        text if !text.chars().any(care::is_seen) => "wrong-empty",
        text if text.contains('\0') => "wrong-form",
        _ => "wrong-too-long",
    }
}

pub fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, to.to_string())]).into_response()
}

/// Key of why a form could not be read.
fn unread(error: &FormRejection) -> &'static str {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { "wrong-too-long" } else { "wrong-form" }
}
