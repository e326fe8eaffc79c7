//! `/desk/contacts/new`: a professional writes down a contact of somebody who called, came or sent paper, and has it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::Code;
use kinds::NewContact;
use matter::Matter;
use maud::{Markup, html};
use operations::contacts::{Channel, Contact};
use serde::Deserialize;

use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care;
use crate::contact::{see_other, wrong_text};
use crate::form::{errors, field, message_box, named};
use crate::home::{failed, missing, signed_out};
use crate::layout::Page;
use crate::parts::back;
use crate::texts::Language;

/// The ways in which somebody gets in touch that a professional writes down, the most common first.
const CHANNELS: [Channel; 3] = [Channel::Phone, Channel::WalkIn, Channel::Letter];

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    channel: String,
    /// The person, by their token; empty: nobody who is known.
    #[serde(default)]
    client: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    text: String,
    /// Not to be sent yet: the form is to be shown again, in another language.
    #[serde(default)]
    show: String,
}

type Wrong = Vec<(&'static str, &'static str)>;

fn works(page: &Page) -> Option<Person> {
    page.person.clone().filter(|person| Contact::RIGHTS.worked_by.contains(&person.role))
}

/// `GET /desk/contacts/new`.
pub async fn new(State(app): State<Arc<App>>, page: Page, caller: Result<Caller, Failure>) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    match (works(&page), caller) {
        (Some(person), Ok(_)) => shown(&app, &page, &person, (&Fields::default(), &[], StatusCode::OK)),
        (None, Ok(_)) => missing(&page),
        (_, Err(failure)) => failed(&page, &failure),
    }
}

/// `POST /desk/contacts/new`.
pub async fn log(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    if page.person.is_none() {
        return signed_out(&page, &fields.text);
    }
    let person = match (works(&page), caller) {
        (Some(person), Ok(_)) => person,
        (None, Ok(_)) => return missing(&page),
        (_, Err(failure)) => return failed(&page, &failure),
    };
    if !fields.show.is_empty() {
        return shown(&app, &page, &person, (&fields, &[], StatusCode::OK));
    }
    let new = match asked(&app, &person, &fields) {
        Ok(new) => new,
        Err(wrong) => return shown(&app, &page, &person, (&fields, &wrong, StatusCode::UNPROCESSABLE_ENTITY)),
    };
    match app.kinds.log_contact(&new, &person.by()).await {
        Ok(id) => see_other(&format!("/desk/contacts/{id}?did=log")),
        Err(trouble) => {
            let failure = Failure::from(trouble);
            let (client_id, wrong) = match failure.code {
                "key_reused" => (String::new(), "wrong-again"),
                // A person who was erased is nobody whom the county knows.
                "erased" => (fields.client_id.clone(), "log-wrong-client"),
                _ => (fields.client_id.clone(), "wrong-later"),
            };
            let fields = Fields { client_id, ..fields };
            failure.with_retry_after(shown(&app, &page, &person, (&fields, &[(wrong, "text")], failure.status)))
        }
    }
}

/// The contact of a form, or all that is wrong with it.
fn asked(app: &App, person: &Person, fields: &Fields) -> Result<NewContact, Wrong> {
    let channel = Channel::named(&fields.channel).filter(|it| CHANNELS.contains(it));
    let client = app.clients().find(|(subject, _)| subject.to_string() == fields.client);
    let is_known = client.is_some() || fields.client.is_empty();
    let services = app.services();
    let is_service = services.is_empty() || services.iter().any(|it| it.id == fields.service);
    let language = Language::named(&fields.language);
    let text = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => ("log-wrong-text", "text"),
        wrong => (wrong, "text"),
    });
    let key = care::client_id(&fields.client_id).map_err(|_| ("wrong-again", "text"));
    let wrong = [
        channel.is_none().then_some(("wrong-form", "channel")),
        (!is_known).then_some(("log-wrong-client", "client")),
        (!is_service).then_some(("wrong-form", "service")),
        language.is_none().then_some(("wrong-form", "language")),
        text.as_ref().err().copied(),
        key.as_ref().err().copied(),
    ];
    let (Some(channel), Some(language), Ok(text), Ok(client_id)) = (channel, language, text, key) else {
        return Err(wrong.into_iter().flatten().collect());
    };
    if !is_known || !is_service {
        return Err(wrong.into_iter().flatten().collect());
    }
    let (unit, queue) = app.queue_of(&fields.service);
    let queue = queue.filter(|_| unit == person.unit);
    Ok(NewContact {
        client_id,
        among: String::new(),
        channel,
        service: fields.service.clone(),
        language: language.code().into(),
        unit: person.unit.clone(),
        queue,
        anonymous: client.is_none(),
        subject: client.map(|(subject, _)| subject),
        routed: None,
        text,
    })
}

/// The service that is chosen beforehand: that of the professional's own unit.
fn own_service(app: &App, person: &Person) -> String {
    let services = app.services();
    let own = services.iter().find(|it| it.unit == person.unit).or(services.first());
    own.map_or_else(String::new, |service| service.id.clone())
}

fn shown(
    app: &App,
    page: &Page,
    person: &Person,
    (fields, wrong, status): (&Fields, &[(&'static str, &'static str)], StatusCode),
) -> Response {
    let client_id = named(app, &fields.client_id);
    let fault = |id: &str| wrong.iter().find(|(_, at)| *at == id).map(|(key, _)| *key);
    let channels = CHANNELS.map(|it| (it.code().to_string(), page.text(&format!("log-channel-{}", it.code()))));
    let service = if fields.service.is_empty() { own_service(app, person) } else { fields.service.clone() };
    let offered = app.services();
    let services = offered.iter().map(|it| (it.id.clone(), page.language.of(&it.names).to_string()));
    let languages = Language::ALL.map(|it| (it.code().to_string(), it.name().to_string()));
    let language = if fields.language.is_empty() { page.language.code() } else { &fields.language };
    let content = html! {
        (errors(page, wrong))
        (back("/desk", &page.text("desk-back")))
        h1 { (page.text("log-title")) }
        form #log .letter method="post" action="/desk/contacts/new" autocomplete="off" {
            input type="hidden" name="client_id" value=(client_id);
            (select(page, ("channel", "log-channel"), &fields.channel, fault("channel"), channels))
            (select(page, ("client", "log-client"), &fields.client, fault("client"), clients(app, page)))
            @if offered.len() > 1 { (select(page, ("service", "desk-service"), &service, fault("service"), services)) }
            @else { input type="hidden" name="service" value=(service); }
            (select(page, ("language", "log-language"), language, fault("language"), languages))
            (message_box(page, "log-text", Some("log-text-hint"), &fields.text, fault("text")))
            button.btn type="submit" { (page.text("log-contact")) }
        }
    };
    page.render_form("log", status, &page.text("log-title"), &content)
}

/// Nobody who is known, and those whom professionals find by name, with their age.
fn clients(app: &App, page: &Page) -> Vec<(String, String)> {
    let known = app.clients().map(|(subject, named)| (subject.to_string(), named));
    [(String::new(), page.text("log-nobody"))].into_iter().chain(known).collect()
}

fn select(
    page: &Page,
    (id, label): (&str, &str),
    chosen: &str,
    wrong: Option<&str>,
    options: impl IntoIterator<Item = (String, String)>,
) -> Markup {
    field(
        page,
        id,
        label,
        wrong,
        &html! {
            select.field id=(id) name=(id) aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| format!("{id}-error"))] {
                @for (value, name) in options { option value=(value) selected[value == chosen] { (name) } }
            }
        },
    )
}
