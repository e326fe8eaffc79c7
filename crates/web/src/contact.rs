//! `/contact`: a resident writes in plain words, gets a receipt and a code, and comes back to the answer.

mod asked;
mod join;
mod own;

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kinds::NewContact;
use matter::access::{Action, Role};
use matter::{By, Matter};
use maud::{Markup, html};
use operations::contacts::{Author, Channel, Contact, Place, REOPENED_WITHIN, Routed};
use operations::dispatches::Means;
use serde::Deserialize;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::{CODE_COOKIE, Caller, MOST_HELD, Person, held_codes, holder};
use crate::care::{self, receipt};
use crate::desk::unit_name;
use crate::drafts::{self, LETTER, Of};
use crate::feature::{Door, Feature, get, post};
use crate::form::{Written, errors, field, message_box, named};
use crate::home::{away, failed, kept, unsent};
use crate::icons::icon;
use crate::layout::{Page, cookie};
use crate::limits::Address;
use crate::links::linked;
use crate::matters::Owned;
use crate::me::{leave_reach, left};
use crate::numbers;
use crate::parts::{self, Turn, row};
use crate::routing::{self, Coming, UNSURE};
use crate::texts::texts;
use crate::thread::conversation;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/contact", form),
            post("/contact", send),
            get("/contact/thread", thread),
            post("/contact/thread", write),
            get("/contact/return", come_back),
            post("/contact/return", with_code),
            get("/contact/leave", leaving),
            post("/contact/leave", leave),
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

/// Takes the receipt away again.
const NO_RECEIPT: &str = "receipt=; Path=/contact; Max-Age=0; HttpOnly; SameSite=Lax";

/// Fields of the form, as they stand when it is shown again.
#[derive(Deserialize, Default)]
pub struct Message {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    text: String,
    /// Where the writer lives, as the rules name places; empty: not told.
    #[serde(default)]
    place: String,
    /// Where the writer wants to be told that an answer waits, if anywhere.
    #[serde(default)]
    phone: String,
    #[serde(default)]
    email: String,
    /// In a thread, the contact that the form was shown for.
    #[serde(default)]
    contact: String,
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

/// Faults of a form: for each the key of its text, and the field where it can be mended.
type Wrong<'a> = &'a [(&'a str, &'a str)];

/// The person to whom a form is shown: a message is sent for the person for whom its form promised to send it, and for
/// nobody else.
fn shown_to(page: &Page) -> String {
    let resident = page.person.as_ref().filter(|person| person.role == Role::Resident);
    resident.and_then(Person::subject).map_or_else(|| "anonymous".into(), |subject| subject.to_string())
}

/// `GET /contact`.
pub async fn form(State(app): State<Arc<App>>, page: Page, parts: Parts) -> Response {
    shown_form(&app, &page, &parts, &Message::default(), &[]).await
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
        own.extend(app.kinds.contacts.read(id).await.ok().flatten().map(|contact| (id, contact)));
    }
    own
}

async fn shown_form(app: &App, page: &Page, parts: &Parts, message: &Message, wrong: Wrong<'_>) -> Response {
    let is_resident = page.role == Some(Role::Resident);
    let own = own_contacts(app, page, parts).await;
    let client_id = named(app, &message.client_id);
    let (services, places) = (app.services(), app.places(page));
    let wrong_in = |field: &str| wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key);
    let content = html! {
        (errors(page, wrong))
        h1 { (page.text("contact-title")) }
        p.lead { (page.text("contact-lead")) }
        div.flagline.urgent role="note" {
            (icon("alert"))
            p { strong { (linked(&page.text("contact-urgent"))) } " " (linked(&page.text("contact-urgent-what"))) }
        }
        div.cols {
            form.letter #letter method="post" action="/contact" autocomplete="off" data-draft="contact" {
                input type="hidden" name="client_id" value=(client_id);
                input type="hidden" name="shown_to" value=(shown_to(page));
                @if services.len() > 1 { (asked::services(app, page, (&services, &message.service), wrong_in("service-0"))) }
                @if !places.is_empty() { (asked::place(page, &places, &message.place)) }
                (message_box(page, "contact-text", Some("contact-text-hint"), &message.text, wrong_in("text")))
                @if !is_resident { p { (page.text("contact-anonymous")) } }
                @if may_leave_reach(app, page) { (asked::reach(page, message, wrong)) }
                (offline(page))
                button.btn type="submit" { (page.text("contact-send")) }
            }
            div.flow {
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
    page.render_form("letter", status_of(wrong), &page.text("contact-title"), &content)
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
    let (service, text, reach) = match (service, text, reach) {
        (Some(service), Ok(text), Ok(reach)) => (service.to_string(), text, reach),
        (service, text, reach) => {
            let no_service = service.is_none().then_some(("wrong-service", "service-0"));
            let wrong = no_service.into_iter().chain(text.err()).chain(reach.err().unwrap_or_default());
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
    let language = page.language.code();
    let route = app.route(&Coming {
        service: &service,
        channel: Channel::Message,
        language,
        place: place.as_deref().unwrap_or_default(),
        subject,
        text: &text,
    });
    let expected = route.queue.as_deref().and_then(|queue| app.promised_now(&route.unit, queue));
    let routed = Routed { expected, ..route.routed };
    let new = NewContact {
        client_id,
        among: String::new(),
        channel: Channel::Message,
        unit: route.unit.to_string(),
        queue: route.queue,
        service,
        language: language.into(),
        anonymous: resident.is_none(),
        subject,
        routed: Some(Box::new(routed)),
        text,
    };
    let by = resident.map_or(By::Holder, Person::by);
    let opened = match app.open_contact(new, &by, from).await {
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
        Some(code) => to_thread(&parts, opened.contact, &code),
        None => see_other(&address(opened.contact)),
    };
    with_receipt(response, opened.contact)
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

/// Says that the thread of a contact is to show the receipt for the next minutes, until something is written.
fn with_receipt(mut response: Response, contact: Uuid) -> Response {
    let cookie = format!("receipt={contact}; Path=/contact; Max-Age=300; HttpOnly; SameSite=Lax");
    response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|cookie| (SET_COOKIE, cookie)));
    response
}

/// To the thread of a contact, with its code kept beside those that the browser holds, for as long as it is open: others
/// may use it after.
fn to_thread(parts: &Parts, contact: Uuid, code: &str) -> Response {
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
async fn code_of<'a>(app: &App, parts: &'a Parts, contact: Uuid) -> Option<&'a str> {
    for code in held_codes(&parts.headers) {
        if holder(parts, app, code).await.ok().flatten() == Some(contact) {
            return Some(code);
        }
    }
    None
}

#[derive(Deserialize, Default)]
pub struct Which {
    id: Option<String>,
}

/// The contact that somebody may take part in, by their code or as the resident who has signed in. Professionals have the
/// desk, where what came meanwhile is held against what they write.
async fn own(app: &App, caller: &Caller, which: &Which, action: Action) -> Result<(Uuid, Arc<Contact>), Failure> {
    let named = which.id.as_deref().map(|id| id.parse().map_err(|_| Failure::not_found())).transpose()?;
    let id = named.or(caller.holds.first().copied()).ok_or_else(Failure::not_found)?;
    if caller.role().is_some_and(|role| role != Role::Resident) && !caller.holds.contains(&id) {
        return Err(Failure::not_found());
    }
    Ok((id, app.guarded(&app.kinds.contacts, caller, id, action).await?))
}

/// `GET /contact/thread`.
pub async fn thread(
    State(app): State<Arc<App>>,
    page: Page,
    Query(which): Query<Which>,
    caller: Result<Caller, Failure>,
    parts: Parts,
) -> Response {
    let found = match caller {
        Ok(caller) => own(&app, &caller, &which, Action::Read).await.map(|(id, contact)| (id, caller.by(id), contact)),
        Err(failure) => Err(failure),
    };
    match found {
        Ok((id, by, contact)) => {
            let draft = app.draft(Of { by: &by, contact: id, form: LETTER }).await;
            let written = draft.map_or_else(Written::default, |mut draft| {
                let [client_id, text] = ["client_id", "text"].map(|name| draft.take(name));
                Written { client_id, text, saved: Some(draft.at), ..Written::default() }
            });
            shown_thread(&app, &page, (id, &contact), &parts, &written).await
        }
        Err(failure) if failure.status == StatusCode::NOT_FOUND => see_other("/contact/return"),
        Err(failure) => failed(&page, &failure),
    }
}

async fn shown_thread(
    app: &App,
    page: &Page,
    (id, contact): (Uuid, &Contact),
    parts: &Parts,
    written: &Written,
) -> Response {
    let items = match crate::thread::items(app, page, id, contact.conversation).await {
        Ok(items) => items,
        Err(error) => return unsent(page, &Failure::away(&error), &written.text),
    };
    // A script that saved late: what stands in the conversation was sent.
    let is_sent = written.saved.is_some() && items.have(&written.client_id);
    let nothing = Written::default();
    let written = if is_sent { &nothing } else { written };
    let head = contact.conversation;
    let is_new = cookie(&parts.headers, "receipt") == Some(&id.to_string()) && written.wrong.is_none();
    let code = if is_new && contact.anonymous { code_of(app, parts, id).await } else { None };
    let action = address(id);
    let wrong = written.wrong.map(|wrong| (wrong, "text"));
    let content = html! {
        (errors(page, wrong.as_slice()))
        @if page.role == Some(Role::Resident) { (parts::back("/matters", &page.text("matters-title"))) }
        @if is_new {
            div.box.receipt role="status" data-arrived="contact" {
                h1 { (page.text("receipt-title")) }
                @if let Some(code) = code {
                    p { (page.text("receipt-code")) }
                    p.code #code { @for part in parts_of(code) { span.code__part { (part) } " " } }
                    p { button.btn.btn--second type="button" data-copy="code" data-done=(page.text("receipt-copied")) hidden { (page.text("receipt-copy")) } }
                    p { (page.text("receipt-keep")) }
                }
                p { (page.text("receipt-number")) " " strong { (receipt(id)) } ". " (page.text("receipt-number-for")) }
                p { (linked(&page.text("receipt-worse"))) }
            }
            (routing::unanswered(app, page, contact))
        } @else {
            h1 { (service_name(app, page, &contact.service)) }
        }
        // Beside what lies further back nothing arrives.
        @let live = items.is_end().then(|| format!("/api/conversations/{id}/messages?after={head}"));
        div.cols data-live=[live] data-page=(action) {
            div.flow {
                div #state { (state(app, page, contact)) }
                (conversation(page, &items, &contact.language, Author::Resident))
                p #live-status .quiet role="status" data-lost=(page.text("live-lost")) data-new=(page.text("live-new")) {}
                @if may_write(app, contact) {
                    form.letter #letter method="post" action=(action) autocomplete="off" data-save=(action) {
                        input type="hidden" name="client_id" value=(written.client_id(app));
                        input type="hidden" name="contact" value=(id);
                        (message_box(page, "thread-text", None, &written.text, written.wrong))
                        (offline(page))
                        div.acts {
                            button.btn type="submit" { (page.text("thread-send")) }
                            button.btn.btn--second type="submit" name="later" value="1" { (page.text("draft-later")) }
                            (drafts::saved(page, written.saved))
                        }
                    }
                } @else {
                    @if !written.text.is_empty() { (kept(page, &written.text)) }
                    p { (page.text("thread-over")) " " a href="/contact" { (page.text("thread-anew")) } }
                }
            }
            div.flow {
                section {
                    h2 { (page.text("contact-holder")) }
                    p { (unit_name(page, &contact.unit)) }
                    @if let Some(says) = routing::says(app, page, contact) { p { (says) } }
                    @if !is_new { (routing::unanswered(app, page, contact)) }
                }
                section.quiet.small {
                    p { (page.text("receipt-number")) " " (receipt(id)) }
                    p { (page.language.text_with("written-on", &[("day", &numbers::near_day(contact.opened_at, page.language))])) }
                    @if contact.anonymous {
                        (join::way(page, id))
                        p { a href=(format!("/contact/leave?id={id}")) { (page.text("thread-leave")) } }
                    }
                }
            }
        }
    };
    page.render_form("letter", status_of(wrong.as_slice()), &page.text("thread-title"), &content)
}

/// Address of a contact's thread.
fn address(id: Uuid) -> String {
    format!("/contact/thread?id={id}")
}

fn may_write(app: &App, contact: &Contact) -> bool {
    match contact.place {
        Place::Resolved { at, .. } => app.kinds.store.now() < at.saturating_add(REOPENED_WITHIN),
        Place::Closed => false,
        _ => true,
    }
}

/// Where the contact is, in plain words.
fn state(app: &App, page: &Page, contact: &Contact) -> Markup {
    let is_silent = contact.first_response_at.is_none();
    let expected = app.due(contact);
    let standing = match contact.place {
        // Such as what was dealt with on the telephone: nothing is said here to have been answered.
        Place::Resolved { .. } if is_silent => "standing-dealt-with".into(),
        _ => format!("standing-{}", contact.place.code()),
    };
    let turn = match contact.place {
        Place::Queued | Place::Owned { .. } => Turn::Waits,
        Place::Waiting { .. } => Turn::Now,
        Place::Resolved { .. } | Place::Closed => Turn::Done,
    };
    let promised =
        contact.routed.as_ref().and_then(|routed| routed.expected).filter(|_| contact.place == Place::Queued);
    parts::standing(
        turn,
        &html! {
            (page.text(&standing))
            @if let Some(promised) = promised.filter(|at| page.now < *at) {
                " " (page.language.text_with("standing-promised", &[("at", &numbers::moment(promised, page.language))]))
            }
            @if let Some(expected) = expected {
                " " (page.language.text_with("standing-expected", &[("day", &numbers::day_of(expected, page.language))]))
            }
        },
    )
}

/// A code in parts of four, which a line never breaks.
fn parts_of(code: &str) -> impl Iterator<Item = &str> {
    (0..code.len()).step_by(4).filter_map(|at| code.get(at..(at + 4).min(code.len())))
}

/// `POST /contact/thread`.
pub async fn write(
    State(app): State<Arc<App>>,
    page: Page,
    Query(which): Query<Which>,
    caller: Result<Caller, Failure>,
    parts: Parts,
    form: Result<Form<Message>, FormRejection>,
) -> Response {
    let own = match &caller {
        Ok(caller) => own(&app, caller, &which, Action::Write).await.map(|own| (caller, own)),
        Err(failure) => Err(failure.clone()),
    };
    let (caller, (id, contact)) = match (own, &form) {
        (Ok(own), _) => own,
        (Err(failure), Err(_)) if failure.status == StatusCode::NOT_FOUND => return see_other("/contact/return"),
        (Err(failure), form) => {
            return unsent(&page, &failure, form.as_ref().map_or("", |Form(message)| &message.text));
        }
    };
    let (message, failed) = match form {
        Err(error) => (Message::default(), Some((unread(&error), None))),
        // Another contact was opened in this browser meanwhile: what was written for one must not come into the other.
        Ok(Form(message)) if !message.contact.is_empty() && message.contact != id.to_string() => {
            return away(&page, StatusCode::CONFLICT, &message.text);
        }
        Ok(Form(message)) if !message.show.is_empty() => {
            let saved = app.keep_letter((id, &contact), &caller.by(id), (&message.text, &message.client_id)).await;
            let written = Written { client_id: message.client_id, text: message.text, saved, ..Written::default() };
            return shown_thread(&app, &page, (id, &contact), &parts, &written).await;
        }
        Ok(Form(message)) if !message.later.is_empty() => {
            let saved = app.keep_letter((id, &contact), &caller.by(id), (&message.text, &message.client_id)).await;
            if !message.script.is_empty() {
                return drafts::answer(&page, saved);
            }
            let wrong = (saved.is_none() && !message.text.trim().is_empty()).then_some("wrong-later");
            let written = Written { client_id: message.client_id, text: message.text, saved, wrong };
            return shown_thread(&app, &page, (id, &contact), &parts, &written).await;
        }
        Ok(Form(message)) => {
            let failed = sent(&app, caller, id, &message).await.err();
            let of = Of { by: &caller.by(id), contact: id, form: LETTER };
            match failed {
                None => app.drop_draft(of).await,
                Some(_) => drop(app.keep_letter((id, &contact), of.by, (&message.text, &message.client_id)).await),
            }
            (message, failed)
        }
    };
    let Some((wrong, failure)) = failed else {
        let mut response = see_other(&address(id));
        response.headers_mut().append(SET_COOKIE, HeaderValue::from_static(NO_RECEIPT));
        return response;
    };
    let written = Written::again(message.client_id, message.text, wrong);
    let contact = app.kinds.contacts.read(id).await.ok().flatten().unwrap_or(contact);
    let response = shown_thread(&app, &page, (id, &contact), &parts, &written).await;
    match failure {
        Some(failure) => failure.with_retry_after(response),
        None => response,
    }
}

/// Key of why a form could not be read.
fn unread(error: &FormRejection) -> &'static str {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { "wrong-too-long" } else { "wrong-form" }
}

/// Why a message was not sent: the key of what is said, and what stood in its way.
type Unsent = (&'static str, Option<Failure>);

/// Sends a message of a resident.
async fn sent(app: &App, caller: &Caller, id: Uuid, message: &Message) -> Result<(), Unsent> {
    let text = care::text(&message.text).map_err(|_| (wrong_text(&message.text), None))?;
    let client_id = care::client_id(&message.client_id).map_err(|_| ("wrong-again", None))?;
    let done = app.write_message((id, u64::MAX), &caller.by(id), text, client_id).await;
    done.map(drop).map_err(|failure| {
        let wrong = match failure.code {
            "too_late" => "wrong-too-late",
            "key_reused" => "wrong-again",
            "too_many" => "wrong-too-many",
            _ => "wrong-later",
        };
        (wrong, Some(failure))
    })
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
    code: String,
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
