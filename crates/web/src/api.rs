//! Contacts for programs. The routes, what they take and what they answer stand in `docs/openapi.json`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use kinds::NewContact;
use matter::access::{Action, Role};
use matter::{By, PartId, Text};
use operations::contacts::{Channel, Code, Command, Contact, Outcome};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Done, new_id};
use uuid::Uuid;

use crate::App;
use crate::answer::{Failure, answer, read};
use crate::caller::{Caller, Person};
use crate::care::{self, client_id, receipt};
use crate::contact::way::Way;
use crate::feature::{Feature, get, post, put};
use crate::guard::NOT_FOUND_AFTER;
use crate::limits::Address;
use crate::live::{self, instant};
use crate::presence::Who;
use crate::resident::Asked;
use crate::routing::Coming;

/// The document that describes these routes; a test holds it to them.
pub const OPENAPI: &str = include_str!("../../../docs/openapi.json");
/// Contacts of a queue in one answer.
const MOST_QUEUED: u64 = 500;

type Answer = Result<Response, Failure>;

pub static FEATURE: Feature = Feature {
    programs: || {
        vec![
            get("/openapi.json", openapi),
            post("/contacts", open),
            get("/contacts/{id}", contact),
            post("/contacts/{id}/{command}", command),
            get("/conversations/{id}/messages", messages),
            put("/conversations/{id}/messages/{client_id}", write),
            post("/conversations/{id}/presence", presence),
            get("/queues/{id}", queue),
        ]
    },
    ..Feature::NOTHING
};

/// `GET /api/openapi.json`.
pub async fn openapi() -> Response {
    use axum::response::IntoResponse;
    ([(axum::http::header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenBody {
    client_id: Option<String>,
    channel: Option<String>,
    service: Option<String>,
    language: Option<String>,
    text: Option<String>,
    #[serde(default)]
    anonymous: bool,
}

fn required(value: Option<String>, field: &'static str) -> Result<String, Failure> {
    value.ok_or_else(|| Failure::invalid(field, format!("{field} is missing.")))
}

/// A code, which stands unsealed in the log.
fn word(value: Option<String>, field: &'static str) -> Result<String, Failure> {
    let value = required(value, field)?;
    match care::is_plain_id(&value) {
        true => Ok(value),
        false => Err(Failure::invalid(field, format!("{field} is a code: {}.", care::PLAIN_ID))),
    }
}

/// `POST /api/contacts`.
pub async fn open(State(app): State<Arc<App>>, Address(address): Address, caller: Caller, body: Bytes) -> Answer {
    let body: OpenBody = read(&body)?;
    let client_id = client_id(&required(body.client_id, "client_id")?)?;
    let channel = required(body.channel, "channel")?;
    // The systems that know of calls and visits bring their records.
    let written = [Channel::Message, Channel::Chat, Channel::Form, Channel::Callback];
    let channel = Channel::named(&channel).filter(|channel| written.contains(channel)).ok_or_else(|| {
        Failure::invalid("channel", format!("{channel} is none of message, chat, form and callback."))
    })?;
    let service = word(body.service, "service")?;
    let services = app.services();
    if !services.is_empty() && !services.iter().any(|known| known.id == service) {
        return Err(Failure::invalid("service", "There is no such service."));
    }
    // A tag of a language and nothing else: what is personal belongs into the text, which is sealed.
    let language = word(body.language, "language")?;
    if !care::is_language(&language) {
        return Err(Failure::invalid("language", "language is a tag such as fi, sv, en or fi-FI."));
    }
    let text = care::text(&required(body.text, "text")?)?;
    let resident = caller.person.as_ref().filter(|person| person.role == Role::Resident && !body.anonymous);
    if !body.anonymous && resident.is_none() {
        return Err(Failure::invalid("anonymous", "Sign in as a resident, or write with anonymous: true."));
    }
    let subject = resident.and_then(Person::subject);
    let way = if channel == Channel::Chat { Way::Chat } else { Way::Message };
    let coming = Coming { service: &service, channel, language: &language, place: "", subject, text: &text };
    let route = app.route_in(way, &coming);
    let (unit, queue) = (&route.unit, route.queue.as_ref());
    // Where a queue chats it is greeted; a chat that is closed is a message.
    let chat = app
        .kinds
        .chat_begins((unit, queue), language.split('-').next().unwrap_or_default())
        .filter(|_| way == Way::Chat);
    let is_closed = chat.is_none() && way == Way::Chat && app.kinds.chats_at(unit, queue).is_some();
    let channel = if is_closed { Channel::Message } else { channel };
    let by = resident.map_or(By::Holder, Person::by);
    let anonymous = body.anonymous;
    let new = NewContact {
        client_id,
        among: String::new(),
        channel,
        service,
        language,
        unit: route.unit.to_string(),
        queue: route.queue,
        anonymous,
        subject,
        routed: Some(Box::new(route.routed)),
        text,
    };
    let opened = app.open_contact(new, &chat.unwrap_or_default(), &by, address).await?;
    let contact = app.kinds.contacts.read(opened.contact).await.map_err(|error| Failure::away(&error))?;
    let contact = contact.ok_or_else(|| Failure::broken(&"a contact that was opened is not there"))?;
    let mut body = shown(&app, opened.contact, &contact, resident);
    body["receipt"] = receipt(opened.contact).into();
    if let Some(code) = opened.code {
        body["resume_code"] = code.into();
    }
    Ok(answer(if opened.again { StatusCode::OK } else { StatusCode::CREATED }, &body))
}

/// A contact as programs get it.
fn shown(app: &App, id: Uuid, contact: &Contact, to: Option<&Person>) -> Value {
    // No unit tells a place to somebody who acts for a person under a non-disclosure order.
    let queue = (!to.is_some_and(|to| app.hides_places(to))).then_some(&contact.unit);
    json!({
        "contact": id.to_string(), "conversation": id.to_string(), "state": contact.place.code(),
        "channel": contact.channel.code(), "service": contact.service, "language": contact.language,
        "anonymous": contact.anonymous, "queue": queue, "opened": instant(contact.opened_at),
        "expected": app.expected(contact).map(instant), "head": contact.conversation,
    })
}

/// The same to professionals: also who has it, and whose patient the resident is.
fn shown_whole(app: &App, id: Uuid, contact: &Contact) -> Value {
    let mut shown = listed(app, id, contact);
    if let Some(own) = app.registration(contact) {
        shown["registration"] = json!({ "unit": own.unit, "physician": own.physician, "nurse": own.nurse });
    }
    shown
}

/// The same in a list. It does not say whose patient the resident is: a professional reads that in the contact, and the
/// reading is recorded.
fn listed(app: &App, id: Uuid, contact: &Contact) -> Value {
    let mut shown = shown(app, id, contact, None);
    shown["owner"] = contact.owner().into();
    shown["transfers"] = contact.transfers.into();
    shown["waits_since"] = contact.waits_since.map(instant).into();
    shown["reopened"] = contact.is_reopened.into();
    shown["outcome"] = contact.outcome.map(Code::code).into();
    shown["last_of_resident"] = contact.last_of_resident.into();
    shown
}

fn id(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}

/// `GET /api/contacts/{id}`.
pub async fn contact(State(app): State<Arc<App>>, Path(path): Path<String>, caller: Caller) -> Answer {
    let id = id(&path)?;
    let contact = app.guarded(&app.kinds.contacts, &caller, id, Action::Read).await?;
    let is_professional = caller.role().is_some_and(|role| role != Role::Resident);
    Ok(answer(
        StatusCode::OK,
        &if is_professional {
            shown_whole(&app, id, &contact)
        } else {
            shown(&app, id, &contact, caller.person.as_ref())
        },
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    text: Option<String>,
}

/// `PUT /api/conversations/{id}/messages/{client_id}`.
pub async fn write(
    State(app): State<Arc<App>>,
    Path((path, name)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Answer {
    let id = id(&path)?;
    let contact = app.guarded(&app.kinds.contacts, &caller, id, Action::Write).await?;
    let name = client_id(&name)?;
    let body: Written = read(&body)?;
    let text = care::text(&required(body.text, "text")?)?;
    let done = app.write_message((id, contact.conversation), &caller.by(id), text, name).await?;
    let status = if done.again { StatusCode::OK } else { StatusCode::CREATED };
    Ok(answer(status, &json!({ "seq": kinds::written(&done) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct There {
    #[serde(default)]
    writing: bool,
    #[serde(default)]
    read: u64,
}

/// `POST /api/conversations/{id}/presence`: that somebody writes, and how far they have read. It is told to the other side
/// and kept nowhere; nothing is read by it.
pub async fn presence(State(app): State<Arc<App>>, Path(path): Path<String>, caller: Caller, body: Bytes) -> Answer {
    let id = id(&path)?;
    let soonest = tokio::time::Instant::now() + NOT_FOUND_AFTER;
    let contact = app.kinds.contacts.read(id).await.map_err(|error| Failure::away(&error))?;
    let Some(contact) = contact.filter(|contact| app.may_still(&caller, id, Action::Read, contact)) else {
        tokio::time::sleep_until(soonest).await;
        return Err(Failure::not_found());
    };
    let There { writing, read: seen } = read(&body)?;
    let who = Who::of(&caller, id);
    let now = app.kinds.store.now();
    app.presence.tells(id, &who, (writing, seen.min(contact.conversation)), now);
    let others = app.presence.others(id, &who, now);
    Ok(answer(StatusCode::OK, &json!({ "here": others.here, "writes": others.writes, "read": others.read })))
}

/// A parameter that is a whole number up to a most.
fn number(given: &[(String, String)], name: &'static str, most: u64) -> Result<Option<u64>, Failure> {
    let mut values = given.iter().filter(|(it, _)| it == name);
    let (value, is_twice) = (values.next(), values.next().is_some());
    let wrong = || Failure::invalid(name, format!("{name} is one whole number from 0 to {most}."));
    let read = |value: &String| value.parse().ok().filter(|number| *number <= most).ok_or_else(wrong);
    if is_twice { Err(wrong()) } else { value.map(|(_, value)| read(value)).transpose() }
}

/// Refuses parameters that are passed over.
fn only(given: &[(String, String)], names: &[&str]) -> Result<(), Failure> {
    match given.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, _)) => Err(Failure::unknown_field(name, names)),
        None => Ok(()),
    }
}

fn wants_stream(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/event-stream"))
}

/// `GET /api/conversations/{id}/messages`: at once, after waiting for something, or as a stream.
pub async fn messages(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer {
    let id = id(&path)?;
    app.guarded(&app.kinds.contacts, &caller, id, Action::Read).await?;
    let after = number(&given, "after", u64::MAX)?.unwrap_or(0);
    let wait = number(&given, "wait", live::LONGEST)?.unwrap_or(0);
    only(&given, &["after", "wait"])?;
    if wants_stream(&headers) {
        let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
        return live::stream(&app, caller, id, after, last).await;
    }
    let place = (wait > 0).then(|| app.counted.streams.begin(live::who(&caller, id))).transpose()?;
    let items = live::after(&app, id, after, wait).await?;
    drop(place);
    // While it waited the right to read may have gone.
    let contact =
        app.kinds.contacts.read(id).await.map_err(|error| Failure::away(&error))?.ok_or_else(Failure::not_found)?;
    if !app.may_still(&caller, id, Action::Read, &contact) {
        return Err(Failure::not_found());
    }
    let head = items.last().map_or(after.min(contact.conversation), |item| item.seq);
    let messages: Vec<Value> = items.iter().filter_map(|item| live::message(item, &caller)).collect();
    let body = json!({ "messages": messages, "head": head, "state": contact.place.code() });
    Ok(answer(StatusCode::OK, &body))
}

/// `GET /api/queues/{id}`.
pub async fn queue(
    State(app): State<Arc<App>>,
    Path(address): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer {
    let (unit, queue) = app.queue_named(&address).ok_or_else(Failure::not_found)?;
    if !app.may_count_queue(caller.person.as_ref(), &unit) {
        return Err(Failure::not_found());
    }
    if wants_stream(&headers) {
        return live::queue(&app, caller, unit);
    }
    let most = number(&given, "limit", MOST_QUEUED)?.unwrap_or(100) as usize;
    only(&given, &["limit", "list"])?;
    let is_in = |contact: &Contact| {
        queue.as_ref().is_none_or(|queue| contact.queue.as_deref().unwrap_or(PartId::GENERAL) == &**queue)
    };
    // All that waits is looked through only where one of several queues is asked for.
    let looked = if queue.is_some() { usize::MAX } else { most };
    let (mut head, mut waiting) = app.kinds.contacts.look(|contacts| contacts.queue(&unit, looked));
    if queue.is_some() {
        head.retain(|(_, contact)| is_in(contact));
        waiting = head.len();
        head.truncate(most);
    }
    match given.iter().find(|(name, _)| name == "list").map(|(_, list)| list.as_str()) {
        None | Some("waiting") => {}
        Some("held") => {
            head = app
                .kinds
                .contacts
                .look(|contacts| contacts.held(&unit).filter(|(_, contact)| is_in(contact)).take(most).collect());
        }
        Some(_) => return Err(Failure::invalid("list", "list is waiting or held.")),
    }
    // A manager sees how many, and no contact.
    head.retain(|_| app.may_see_queue(caller.person.as_ref(), &unit));
    let contacts: Vec<Value> = head.iter().map(|(id, contact)| listed(&app, *id, contact)).collect();
    Ok(answer(StatusCode::OK, &json!({ "queue": address, "waiting": waiting, "contacts": contacts })))
}

/// Commands of professionals on a contact, and the fields that each takes beside its `client_id`.
const COMMANDS: [(&str, &[&str]); 11] = [
    ("claim", &[]),
    ("assign", &["to"]),
    ("release", &[]),
    ("reply", &["text", "seen"]),
    ("ask", &["text", "seen"]),
    ("transfer", &["unit", "reason", "note"]),
    ("resolve", &["outcome", "seen", "text"]),
    ("reopen", &[]),
    ("close", &[]),
    ("register", &["unit", "physician", "nurse"]),
    ("encounter", &["modality", "minutes"]),
];
/// Commands for the resident of a contact.
const FOR_RESIDENTS: [&str; 2] = ["register", "encounter"];

/// Fields of a command; each command takes those that it needs, and refuses the rest.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Body {
    client_id: Option<String>,
    seen: Option<u64>,
    text: Option<String>,
    note: Option<String>,
    unit: Option<String>,
    to: Option<String>,
    reason: Option<String>,
    outcome: Option<String>,
    physician: Option<String>,
    nurse: Option<String>,
    modality: Option<String>,
    minutes: Option<u32>,
}

/// The body of a command, if every field of it is one that the command takes.
fn body_of(verb: &str, given: &[u8]) -> Result<Body, Failure> {
    let fields = COMMANDS.iter().find(|(name, _)| *name == verb).map(|(_, fields)| *fields);
    let fields: Vec<&str> = fields.ok_or_else(Failure::not_found)?.iter().copied().chain(["client_id"]).collect();
    let body: Body = read(given)?;
    let object: serde_json::Map<String, Value> = read(given)?;
    match object.keys().find(|name| !fields.contains(&name.as_str())) {
        Some(name) => Err(Failure::unknown_field(name, &fields)),
        None => Ok(body),
    }
}

/// The name under which a command is done once. Without one of the asker's own, the same words to the same message of the
/// resident are the same command: who did not hear the answer, and asks again, does not do it twice.
fn key_of(app: &App, verb: &str, body: &Body, given: &[u8], contact: &Contact) -> Result<String, Failure> {
    match &body.client_id {
        Some(own) => client_id(own),
        None if ["reply", "ask", "encounter"].contains(&verb) => {
            let to = contact.last_of_resident.to_be_bytes();
            Ok(store::hex(&store::signature(&app.token_key, &[b"command", verb.as_bytes(), &to, given])))
        }
        None => Ok(new_id(app.kinds.store.now()).to_string()),
    }
}

/// `POST /api/contacts/{id}/{command}`.
pub async fn command(
    State(app): State<Arc<App>>,
    Path((path, verb)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Answer {
    let id = id(&path)?;
    if !COMMANDS.iter().any(|(name, _)| *name == verb) {
        return Err(Failure::not_found());
    }
    let action = if verb == "assign" { Action::Assign } else { Action::Handle };
    let contact = match app.guarded(&app.kinds.contacts, &caller, id, action).await {
        Ok(contact) => contact,
        Err(failure) => return acknowledged(&app, &caller, id, &verb, &body).await.ok_or(failure),
    };
    let given = body;
    let body = body_of(&verb, &given)?;
    let key = key_of(&app, &verb, &body, &given, &contact)?;
    if let Some(person) = caller.person.as_ref().filter(|_| FOR_RESIDENTS.contains(&verb.as_str())) {
        let Body { unit, physician, nurse, modality, minutes, .. } = body;
        let asked = Asked { unit, physician, nurse, modality, minutes };
        app.for_resident((id, &contact), person, &verb, asked, &key).await?;
        return Ok(answer(StatusCode::OK, &shown_whole(&app, id, &contact)));
    }
    if let Some(seen) = body.seen.filter(|seen| *seen > contact.conversation) {
        // Another server may have written what this one has not followed yet.
        let stored = app.kinds.contacts.stored(id).await.map_err(|error| Failure::away(&error))?;
        let head = stored.map_or(0, |contact| contact.conversation);
        if seen > head {
            return Err(Failure::invalid("seen", format!("There is no message {seen}: the last is number {head}.")));
        }
    }
    let (command, seen) = asked(&app, &verb, &key, body, contact.conversation)?;
    if let Command::Assign { to } = &command
        && contact.owner() != Some(to)
        && !app.colleagues(&contact.unit, contact.owner()).iter().any(|it| **to == *it.id)
    {
        return Err(Failure::invalid("to", format!("No professional {to} works for the unit that answers for it.")));
    }
    if command == Command::Claim {
        app.room_for_chat(&caller.by(id), &contact)?;
    }
    let writes = matches!(command, Command::Write { .. } | Command::Ask { .. } | Command::Finish { .. });
    let done = app.kinds.contacts.ask(id, command, &caller.by(id), &key, seen).await?;
    let contact =
        app.kinds.contacts.read(id).await.map_err(|error| Failure::away(&error))?.ok_or_else(Failure::not_found)?;
    let mut body = shown_whole(&app, id, &contact);
    if let Some(seq) = kinds::written(&done).filter(|_| writes) {
        body["seq"] = seq.into();
    }
    Ok(answer(status_of(&verb, &done), &body))
}

/// The answer to a professional who repeats a command on a contact that they may no longer see, such as one that they
/// handed over: that it was done, and nothing of the contact.
async fn acknowledged(app: &App, caller: &Caller, id: Uuid, verb: &str, body: &[u8]) -> Option<Response> {
    let person = caller.person.as_ref().filter(|person| person.role != Role::Resident)?;
    let body = body_of(verb, body).ok()?;
    let key = body.client_id.clone()?;
    let (command, _) = asked(app, verb, &key, body, 0).ok()?;
    let was_done = app.kinds.contacts.was_done(id, &command, &person.by(), &key).await.ok()?;
    was_done.then(|| answer(StatusCode::OK, &json!({ "contact": id.to_string(), "done": true })))
}

fn status_of(verb: &str, done: &Done) -> StatusCode {
    match (verb, done.again) {
        ("reply" | "ask", false) => StatusCode::CREATED,
        _ => StatusCode::OK,
    }
}

fn asked(app: &App, verb: &str, key: &str, body: Body, head: u64) -> Result<(Command, u64), Failure> {
    let seen = body.seen.unwrap_or(head);
    let client_id = key.to_string();
    let text = |given: &str| care::text(given).map(Text);
    let command = match verb {
        "claim" => Command::Claim,
        "assign" => Command::Assign { to: word(body.to, "to")?.as_str().into() },
        "release" => Command::Release,
        "reply" => Command::Write { client_id, text: text(&required(body.text, "text")?)? },
        "ask" => Command::Ask { client_id, text: text(&required(body.text, "text")?)? },
        "transfer" => {
            let unit = word(body.unit, "unit")?;
            let to = app.is_unit(&unit).then(|| (unit.clone(), None)).or_else(|| app.queue_named(&unit));
            let Some((to, queue)) = to else {
                return Err(Failure::invalid("unit", format!("There is no unit or queue {unit}.")));
            };
            let reason = body.reason.unwrap_or_else(|| "other".into());
            if !care::REASONS.contains(&reason.as_str()) {
                return Err(Failure::invalid("reason", format!("reason is one of {}.", care::REASONS.join(", "))));
            }
            let note = text(&required(body.note, "note")?)
                .map_err(|failure| Failure { field: Some("note".into()), ..failure })?;
            let queue = queue.filter(|it| **it != *PartId::GENERAL);
            Command::Transfer { to: to.as_str().into(), queue, reason, note: Some(note) }
        }
        "resolve" => {
            let named = body.outcome.as_deref().unwrap_or("advised");
            let outcome = Outcome::named(named)
                .ok_or_else(|| Failure::invalid("outcome", format!("There is no outcome {named}.")))?;
            match body.text {
                Some(given) => Command::Finish { outcome, client_id, text: text(&given)? },
                None => Command::Resolve { outcome },
            }
        }
        "reopen" => Command::Reopen,
        "close" => Command::Close,
        _ => return Err(Failure::not_found()),
    };
    Ok((command, seen))
}

/// The answer where there is no route.
pub async fn nothing() -> Failure {
    Failure::not_found()
}

/// The answer to a route called by another method: as if there were no route. A method that the server takes nowhere is
/// refused as such.
pub async fn wrong_method(method: Method) -> Failure {
    if method == Method::TRACE { Failure::wrong_method() } else { Failure::not_found() }
}
