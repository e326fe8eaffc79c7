//! `/contact`: a resident writes in plain words, gets a receipt and a code, and comes back to the answer.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use operations::access::{Action, Role};
use operations::contacts::{Channel, Command, Contact, Place, REOPENED_WITHIN};
use serde::Deserialize;
use store::Opening;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::{CODE_COOKIE, Caller, holder};
use crate::care::{self, receipt};
use crate::home::{away, failed, kept, unsent};
use crate::layout::{Page, cookie};
use crate::numbers;
use crate::thread::{Written, conversation, errors, field, message_box};

/// Own contacts of a resident on a page.
const SHOWN: usize = 20;

/// Takes the receipt away again.
const NO_RECEIPT: &str = "receipt=; Path=/contact; Max-Age=0; HttpOnly; SameSite=Lax";

/// What stands in the form when it is shown again.
#[derive(Deserialize, Default)]
pub struct Message {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    text: String,
    /// In a thread, the contact that the form was shown for.
    #[serde(default)]
    contact: String,
}

/// `GET /contact`.
pub async fn form(State(app): State<Arc<App>>, page: Page) -> Response {
    shown_form(&app, &page, &Message::default(), None).await
}

async fn shown_form(app: &App, page: &Page, message: &Message, wrong: Option<&str>) -> Response {
    let is_resident = page.role == Some(Role::Resident);
    let subject = page.person.as_ref().filter(|_| is_resident).and_then(|person| person.id.parse().ok());
    let ids = subject.map_or_else(Vec::new, |subject| app.desk.view().of_subject(subject, SHOWN));
    let mut own = Vec::new();
    for id in ids {
        // What cannot be read at the moment keeps nobody from writing.
        own.extend(app.desk.contact(id).await.ok().flatten().map(|contact| (id, contact)));
    }
    let client_id = if message.client_id.is_empty() { app.sessions.unguessable() } else { message.client_id.clone() };
    let chosen =
        if message.service.is_empty() { app.services.first().map_or("", |it| &it.id) } else { &message.service };
    let content = html! {
        (errors(page, wrong, "text"))
        h1.govuk-heading-xl { (page.text("contact-title")) }
        p.lead { (page.text("contact-lead")) }
        div.urgent role="note" { p { strong { (page.text("contact-urgent")) } " " (page.text("contact-urgent-what")) } }
        @if !own.is_empty() {
            h2.govuk-heading-m { (page.text("contact-own")) }
            ul.govuk-list.govuk-list--bullet {
                @for (id, contact) in &own {
                    li {
                        a.govuk-link href=(format!("/contact/thread?id={id}")) {
                            (service_name(app, page, &contact.service)) ", " (numbers::moment(contact.opened_at, page.language))
                        }
                        @if contact.place == Place::Closed { " " span.quiet { (page.text("standing-closed")) } }
                    }
                }
            }
        }
        form.letter method="post" action="/contact" {
            input type="hidden" name="client_id" value=(client_id);
            @if app.services.len() > 1 {
                fieldset.govuk-fieldset {
                    legend.govuk-fieldset__legend.govuk-fieldset__legend--m { (page.text("contact-about")) }
                    p.govuk-hint { (page.text("contact-about-hint")) }
                    div.govuk-radios {
                        @for (number, service) in app.services.iter().enumerate() {
                            @let id = format!("service-{number}");
                            div.govuk-radios__item {
                                input.govuk-radios__input type="radio" name="service" id=(id) value=(service.id) checked[service.id == chosen];
                                label.govuk-label.govuk-radios__label for=(id) { (page.language.of(&service.names)) }
                            }
                        }
                    }
                }
            }
            (message_box(page, "contact-text", Some("contact-text-hint"), &message.text, wrong))
            @if !is_resident { p.govuk-body { (page.text("contact-anonymous")) } }
            button.govuk-button type="submit" { (page.text("contact-send")) }
        }
        p.govuk-body { a.govuk-link href="/contact/return" { (page.text("contact-come-back")) } }
    };
    let status = status_of(wrong);
    page.render(status, &page.text("contact-title"), &content)
}

/// The status of a page with a form, by what is wrong with it.
fn status_of(wrong: Option<&str>) -> StatusCode {
    match wrong {
        None => StatusCode::OK,
        Some("wrong-later") => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A service's name in the language of the page.
pub fn service_name(app: &App, page: &Page, id: &str) -> String {
    let named = app.services.iter().find(|service| service.id == id);
    named.map_or_else(|| page.text("service-other"), |service| page.language.of(&service.names).to_string())
}

/// `POST /contact`.
pub async fn send(State(app): State<Arc<App>>, page: Page, form: Result<Form<Message>, FormRejection>) -> Response {
    let message = match form {
        Ok(Form(message)) => message,
        Err(error) => return shown_form(&app, &page, &Message::default(), Some(unread(&error))).await,
    };
    let text = match care::text(&message.text) {
        Ok(text) => text,
        Err(_) => return shown_form(&app, &page, &message, Some(wrong_text(&message.text))).await,
    };
    let Ok(client_id) = care::client_id(&message.client_id) else {
        return shown_form(&app, &page, &Message { client_id: String::new(), ..message }, Some("wrong-again")).await;
    };
    let resident = page.person.as_ref().filter(|person| person.role == Role::Resident);
    let service = app.services.iter().find(|it| it.id == message.service).or(app.services.first());
    let service = service.map_or_else(|| "general".to_string(), |service| service.id.clone());
    let subject = resident.map(|person| person.id.clone()).unwrap_or_default();
    let opening = Opening {
        client_id,
        channel: Channel::Message,
        unit: app.queue_for(&service, &subject),
        service,
        language: page.language.code().into(),
        anonymous: resident.is_none(),
        subject,
        text,
    };
    let who = resident.map_or_else(store::Who::anonymous, crate::caller::Person::who);
    let opened = match app.desk.open_contact(opening, &who).await {
        Ok(opened) => opened,
        Err(trouble) => {
            // Sent again it must be the same message, unless its name was used for another.
            let (client_id, wrong) = match Failure::from(trouble).status {
                StatusCode::CONFLICT => (String::new(), "wrong-again"),
                _ => (message.client_id, "wrong-later"),
            };
            return shown_form(&app, &page, &Message { client_id, ..message }, Some(wrong)).await;
        }
    };
    match opened.code {
        Some(code) => with_receipt(to_thread("/contact/thread", &code)),
        None => with_receipt(see_other(&format!("/contact/thread?id={}", opened.contact))),
    }
}

/// Key of what is wrong with a text.
pub fn wrong_text(text: &str) -> &'static str {
    match text {
        text if text.trim().is_empty() => "wrong-empty",
        text if text.contains('\0') => "wrong-form",
        _ => "wrong-too-long",
    }
}

pub fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, to.to_string())]).into_response()
}

/// Says that the thread is to show the receipt for the next minutes, until something is written.
fn with_receipt(mut response: Response) -> Response {
    response
        .headers_mut()
        .append(SET_COOKIE, HeaderValue::from_static("receipt=1; Path=/contact; Max-Age=300; HttpOnly; SameSite=Lax"));
    response
}

/// To the thread, with the code kept for as long as the browser is open: others may use it after.
fn to_thread(to: &str, code: &str) -> Response {
    let mut response = see_other(to);
    let cookie = format!("{CODE_COOKIE}={code}; Path=/; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize, Default)]
pub struct Which {
    id: Option<String>,
}

/// The contact that somebody may take part in, by their code or as the resident who has signed in. Professionals have the
/// desk, where what came meanwhile is held against what they write.
async fn own(app: &App, caller: &Caller, which: &Which, action: Action) -> Result<(Uuid, Contact), Failure> {
    let named = which.id.as_deref().map(|id| id.parse().map_err(|_| Failure::not_found())).transpose()?;
    let id = named.or(caller.holds).ok_or_else(Failure::not_found)?;
    if caller.role().is_some_and(|role| role != Role::Resident) && caller.holds != Some(id) {
        return Err(Failure::not_found());
    }
    Ok((id, app.contact_for(caller, id, action).await?))
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
        Ok(caller) => own(&app, &caller, &which, Action::ReadContact).await,
        Err(failure) => Err(failure),
    };
    match found {
        Ok((id, contact)) => shown_thread(&app, &page, &which, (id, &contact), &parts, &Written::default()).await,
        Err(failure) if failure.status == StatusCode::NOT_FOUND => see_other("/contact/return"),
        Err(failure) => failed(&page, &failure),
    }
}

async fn shown_thread(
    app: &App,
    page: &Page,
    which: &Which,
    (id, contact): (Uuid, &Contact),
    parts: &Parts,
    written: &Written,
) -> Response {
    let items = match crate::thread::items(app, page, id, contact.conversation).await {
        Ok(items) => items,
        Err(error) => return unsent(page, &Failure::away(&error), &written.text),
    };
    let head = contact.conversation;
    let is_new = cookie(&parts.headers, "receipt").is_some_and(|value| value == "1") && written.wrong.is_none();
    let code = cookie(&parts.headers, CODE_COOKIE).filter(|_| is_new && contact.anonymous);
    let action = address(which);
    let content = html! {
        (errors(page, written.wrong, "text"))
        @if is_new {
            div.receipt role="status" {
                h1.govuk-heading-l { (page.text("receipt-title")) }
                p { (page.text("receipt-number")) " " strong { (receipt(id)) } }
                @if let Some(code) = code {
                    p { (page.text("receipt-code")) }
                    p.code { (spaced(code)) }
                    p { (page.text("receipt-keep")) }
                }
            }
        } @else {
            h1.govuk-heading-xl { (service_name(app, page, &contact.service)) }
        }
        div data-live=(format!("/api/conversations/{id}/messages?after={head}")) data-page=(action) {
            div #state { (state(app, page, contact)) }
            (conversation(page, &items, true))
            p #live-status .quiet role="status" data-lost=(page.text("live-lost")) data-new=(page.text("live-new")) {}
        }
        @if may_write(app, contact) {
            form.letter method="post" action=(action) {
                input type="hidden" name="client_id" value=(written.client_id(app));
                input type="hidden" name="contact" value=(id);
                (message_box(page, "thread-text", None, &written.text, written.wrong))
                button.govuk-button type="submit" { (page.text("thread-send")) }
            }
        } @else {
            @if !written.text.is_empty() { (kept(page, &written.text)) }
            p.govuk-body { (page.text("thread-over")) " " a.govuk-link href="/contact" { (page.text("thread-anew")) } }
        }
        @if contact.anonymous {
            form method="post" action="/contact/leave" {
                button.govuk-button.govuk-button--secondary type="submit" { (page.text("thread-leave")) }
            }
        }
    };
    let status = status_of(written.wrong);
    page.render(status, &page.text("thread-title"), &content)
}

/// Address of the thread that somebody looks at.
fn address(which: &Which) -> String {
    let id = which.id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    id.map_or_else(|| "/contact/thread".into(), |id| format!("/contact/thread?id={id}"))
}

fn may_write(app: &App, contact: &Contact) -> bool {
    match contact.place {
        Place::Resolved { at, .. } => app.desk.now() < at.saturating_add(REOPENED_WITHIN),
        Place::Closed => false,
        _ => true,
    }
}

/// Where the contact is, in plain words.
fn state(app: &App, page: &Page, contact: &Contact) -> Markup {
    let is_over = matches!(contact.place, Place::Resolved { .. } | Place::Closed);
    let is_silent = contact.first_response_at.is_none();
    let expected = app.expected(contact.opened_at).filter(|_| is_silent && !is_over);
    let standing = match contact.place {
        // Such as what was dealt with on the telephone: nothing is said here to have been answered.
        Place::Resolved { .. } if is_silent => "standing-dealt-with".into(),
        _ => format!("standing-{}", contact.place.code()),
    };
    html! {
        p.standing {
            (page.text(&standing))
            @if let Some(expected) = expected {
                " " (page.language.text_with("standing-expected", &[("day", &numbers::day_of(expected, page.language))]))
            }
        }
    }
}

fn spaced(code: &str) -> String {
    let parts: Vec<&str> = (0..code.len()).step_by(4).filter_map(|at| code.get(at..(at + 4).min(code.len()))).collect();
    parts.join(" ")
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
        Ok(caller) => own(&app, caller, &which, Action::WriteMessage).await.map(|own| (caller, own)),
        Err(failure) => Err(failure.clone()),
    };
    let (caller, (id, contact)) = match (own, &form) {
        (Ok(own), _) => own,
        (Err(failure), Err(_)) if failure.status == StatusCode::NOT_FOUND => return see_other("/contact/return"),
        (Err(failure), form) => {
            return unsent(&page, &failure, form.as_ref().map_or("", |Form(message)| &message.text));
        }
    };
    let (message, wrong) = match form {
        Err(error) => (Message::default(), Some(unread(&error))),
        // Another contact was opened in this browser meanwhile: what was written for one must not come into the other.
        Ok(Form(message)) if !message.contact.is_empty() && message.contact != id.to_string() => {
            return away(&page, StatusCode::CONFLICT, &message.text);
        }
        Ok(Form(message)) => {
            let wrong = sent(&app, caller, id, &message).await.err();
            (message, wrong)
        }
    };
    let Some(wrong) = wrong else {
        let mut response = see_other(&address(&which));
        response.headers_mut().append(SET_COOKIE, HeaderValue::from_static(NO_RECEIPT));
        return response;
    };
    let written = Written::again(message.client_id, message.text, wrong);
    let contact = app.desk.contact(id).await.ok().flatten().unwrap_or(contact);
    shown_thread(&app, &page, &which, (id, &contact), &parts, &written).await
}

/// Key of why a form could not be read.
fn unread(error: &FormRejection) -> &'static str {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { "wrong-too-long" } else { "wrong-form" }
}

/// Sends a message of a resident; the key of what is wrong otherwise.
async fn sent(app: &App, caller: &Caller, id: Uuid, message: &Message) -> Result<(), &'static str> {
    let text = care::text(&message.text).map_err(|_| wrong_text(&message.text))?;
    let client_id = care::client_id(&message.client_id).map_err(|_| "wrong-again")?;
    let command = Command::Write { seen: u64::MAX, client_id: client_id.clone() };
    let done = app.desk.ask(id, &caller.who(id), command, Some(text), &client_id).await;
    done.map(drop).map_err(|trouble| match Failure::from(trouble).code {
        "too_late" => "wrong-too-late",
        "key_reused" => "wrong-again",
        _ => "wrong-later",
    })
}

/// `GET /contact/return`.
pub async fn come_back(page: Page) -> Response {
    shown_return(&page, None)
}

fn shown_return(page: &Page, wrong: Option<&'static str>) -> Response {
    let content = html! {
        (errors(page, wrong, "code"))
        h1.govuk-heading-xl { (page.text("return-title")) }
        p.lead { (page.text("return-lead")) }
        form.letter method="post" action="/contact/return" {
            (field(page, "code", "return-code", wrong, &html! {
                input.govuk-input.code-input type="text" name="code" id="code" autocomplete="off" autocapitalize="characters"
                    spellcheck="false" maxlength="40" aria-describedby=[wrong.map(|_| "code-error")];
            }))
            button.govuk-button type="submit" { (page.text("return-open")) }
        }
        p.govuk-body { (page.text("return-lost")) " " a.govuk-link href="/contact" { (page.text("thread-anew")) } }
    };
    let status = status_of(wrong);
    page.render(status, &page.text("return-title"), &content)
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
    let Ok(Form(given)) = form else { return shown_return(&page, Some("wrong-code")) };
    match holder(&parts, &app, &given.code).await {
        Ok(Some(_)) => {
            // As it is written on the receipt: nothing that somebody typed goes into a header.
            let code: String = given.code.chars().filter(char::is_ascii_alphanumeric).collect();
            to_thread("/contact/thread", &code)
        }
        Ok(None) => shown_return(&page, Some("wrong-code")),
        Err(_) => shown_return(&page, Some("wrong-later")),
    }
}

/// `POST /contact/leave`: nothing of the contact stays on this device.
pub async fn leave() -> Response {
    let mut response = to_thread("/contact/return", "");
    let gone = HeaderValue::from_static("contact=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    response.headers_mut().insert(SET_COOKIE, gone);
    response.headers_mut().append(SET_COOKIE, HeaderValue::from_static(NO_RECEIPT));
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}
