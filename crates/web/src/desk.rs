//! `/desk`: a professional's queue, and one contact: claim, read, answer, ask, hand over, resolve.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use operations::access::{Action, Role};
use operations::contacts::{Code, Command, Contact, Event, Outcome, Place};
use serde::Deserialize;
use store::Happened;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care;
use crate::contact::{see_other, service_name, wrong_text};
use crate::form::{Written, errors, message_box};
use crate::home::{away, kept, missing, unsent};
use crate::layout::{Page, escape};
use crate::numbers;
use crate::resident::{self, Asked};
use crate::thread::conversation;

/// Contacts shown of a queue.
const SHOWN: usize = 100;
/// How contacts end at the desk, in the order in which they are offered.
const OUTCOMES: [Outcome; 6] =
    [Outcome::Advised, Outcome::Booked, Outcome::Referred, Outcome::SelfCare, Outcome::NoNeed, Outcome::Misdirected];

#[derive(Deserialize)]
pub struct Filters {
    unit: Option<String>,
}

/// `GET /desk`.
pub async fn queues(State(app): State<Arc<App>>, page: Page, Query(filters): Query<Filters>) -> Response {
    let Some(person) = page.person.clone() else { return Redirect::to("/sign-in").into_response() };
    let units = queue_units(&app, &person);
    let unit = filters.unit.or_else(|| units.first().cloned()).unwrap_or_else(|| person.unit.clone());
    if !app.may_see_queue(Some(&person), &unit) || !app.is_queue(&unit) {
        return missing(&page);
    }
    let (queue, waiting) = app.desk.view().queue(&unit, SHOWN);
    let own = app.desk.view().owned(&person.id, SHOWN);
    let now = app.desk.now();
    let content = html! {
        h1.govuk-heading-xl { (page.text("desk-title")) }
        @if units.len() > 1 {
            nav aria-label=(page.text("desk-queues")) {
                ul.queues {
                    @for other in &units {
                        @let waiting = app.desk.view().queue(other, 0).1;
                        li {
                            a href=(page.link_to("/desk", &[("unit", other)])) aria-current=[(*other == unit).then_some("true")] {
                                (unit_name(&page, other)) " " span.count { (waiting) }
                            }
                        }
                    }
                }
            }
        }
        div #queue data-live-queue=(format!("/api/queues/{}", escape(&unit))) {
            @if !own.is_empty() {
                h2.govuk-heading-m { (page.text("desk-own")) }
                (list(&app, &page, &own, now, false))
            }
            h2.govuk-heading-m {
                (unit_name(&page, &unit)) ": " (page.language.text_count("desk-waiting", waiting, &waiting.to_string()))
            }
            @if queue.is_empty() {
                p.govuk-body { (page.text("desk-empty")) }
            } @else {
                (list(&app, &page, &queue, now, page.role != Some(Role::Manager)))
            }
        }
        p #live-status .quiet role="status" data-lost=(page.text("live-lost")) data-new=(page.text("live-queue")) {}
    };
    page.render(StatusCode::OK, &page.text("desk-title"), &content)
}

/// Units whose queues somebody sees: those that services come to, within their own.
fn queue_units(app: &App, person: &Person) -> Vec<String> {
    let view = app.desk.view();
    // And those where somebody waits, such as the units of own pairs.
    let units = app.services.iter().map(|service| service.unit.as_str()).chain(view.queues());
    let mut seen = std::collections::HashSet::new();
    let own = units.filter(|unit| app.is_within(unit, &person.unit) && seen.insert(unit.to_string()));
    own.map(str::to_string).collect()
}

pub fn unit_name(page: &Page, id: &str) -> String {
    let unit = page.figures.units().iter().find(|unit| unit.id == id);
    unit.map_or_else(|| id.to_string(), |unit| page.language.of(&unit.names).to_string())
}

fn list(app: &App, page: &Page, contacts: &[(Uuid, Contact)], now: i64, claimable: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(page.text("desk-title")) {
            table.scorecard {
                thead {
                    tr {
                        th scope="col" { (page.text("desk-matter")) }
                        th scope="col" { (page.text("desk-opened")) }
                        th scope="col" { (page.text("desk-due")) }
                        th scope="col" { (page.text("desk-language")) }
                        th scope="col" { (page.text("desk-state")) }
                        th scope="col" { span.govuk-visually-hidden { (page.text("desk-claim")) } }
                    }
                }
                tbody {
                    @for (id, contact) in contacts {
                        @let due = app.expected(contact.opened_at);
                        tr {
                            th scope="row" {
                                @if page.role == Some(Role::Manager) {
                                    (service_name(app, page, &contact.service))
                                } @else {
                                    a.govuk-link href=(format!("/desk/contacts/{id}")) { (service_name(app, page, &contact.service)) }
                                }
                                br; span.quiet { (care::receipt(*id)) }
                            }
                            td { (numbers::moment(contact.opened_at, page.language)) }
                            td {
                                @if let Some(due) = due {
                                    @if due < now && contact.first_response_at.is_none() { strong.late { (page.text("desk-late")) " " } }
                                    (numbers::day_of(due, page.language))
                                }
                            }
                            td { (contact.language) }
                            td {
                                (page.text(&format!("place-{}", contact.place.code())))
                                @if contact.last_of_resident > 1 && contact.owner().is_some() { br; span.quiet { (page.text("desk-wrote")) } }
                            }
                            td {
                                @if claimable {
                                    form method="post" action=(format!("/desk/contacts/{id}/claim")) {
                                        button.govuk-button.govuk-button--secondary.small type="submit" {
                                            (page.text("desk-claim"))
                                            span.govuk-visually-hidden { " " (care::receipt(*id)) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `GET /desk/contacts/{id}`.
pub async fn contact(
    State(app): State<Arc<App>>,
    page: Page,
    Path(id): Path<String>,
    caller: Result<Caller, Failure>,
) -> Response {
    shown(&app, &page, &id, caller, &Written::default()).await
}

async fn shown(app: &App, page: &Page, id: &str, caller: Result<Caller, Failure>, written: &Written) -> Response {
    let Some(person) = page.person.clone() else { return Redirect::to("/sign-in").into_response() };
    match whole(app, page, id, caller).await {
        Ok((id, contact, items, history)) => {
            let content = matter(
                app,
                page,
                &person,
                (id, &contact),
                written,
                &html! {
                    (conversation(page, &items, &contact.language, false))
                    (happened(page, &history))
                },
            );
            let status = written.wrong.map_or(StatusCode::OK, |_| StatusCode::CONFLICT);
            page.render(
                status,
                &format!("{} – {}", service_name(app, page, &contact.service), page.text("desk-title")),
                &content,
            )
        }
        Err(failure) => unsent(page, &failure, &written.all()),
    }
}

async fn whole(
    app: &App,
    page: &Page,
    id: &str,
    caller: Result<Caller, Failure>,
) -> Result<(Uuid, Contact, Vec<store::Item>, Vec<Happened>), Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::not_found())?;
    let caller = caller?;
    // Residents have pages of their own.
    if caller.role() == Some(Role::Resident) {
        return Err(Failure::not_found());
    }
    let contact = app.contact_for(&caller, id, Action::ReadContact).await?;
    let broken = |error: store::Error| Failure::away(&error);
    let items = crate::thread::items(app, page, id, contact.conversation).await.map_err(broken)?;
    let history = app.desk.history(id).await.map_err(broken)?;
    Ok((id, contact, items, history))
}

fn matter(
    app: &App,
    page: &Page,
    person: &Person,
    (id, contact): (Uuid, &Contact),
    written: &Written,
    thread: &Markup,
) -> Markup {
    let head = contact.conversation;
    html! {
        (errors(page, written.wrong.map(|wrong| (wrong, if written.note.is_empty() { "text" } else { "note" })).as_slice()))
        p { a.govuk-link href=(page.link_to("/desk", &[("unit", &contact.unit)])) { (page.text("desk-back")) } }
        h1.govuk-heading-xl { (service_name(app, page, &contact.service)) }
        dl.facts {
            div { dt { (page.text("receipt-short")) } dd { (care::receipt(id)) } }
            div { dt { (page.text("desk-opened")) } dd { (numbers::moment(contact.opened_at, page.language)) } }
            @if let Some(due) = app.expected(contact.opened_at) {
                div { dt { (page.text("desk-due")) } dd { (numbers::day_of(due, page.language)) } }
            }
            div { dt { (page.text("desk-language")) } dd { (contact.language) } }
            div { dt { (page.text("desk-unit")) } dd { (unit_name(page, &contact.unit)) } }
        }
        div data-live=(format!("/api/conversations/{id}/messages?after={head}")) data-page=(format!("/desk/contacts/{id}")) {
            div #state {
                p.standing {
                    (page.text(&format!("place-{}", contact.place.code())))
                    @if let Some(owner) = contact.owner() {
                        @if owner == person.id { " – " (page.text("desk-yours")) } @else { " – " (owner) }
                    }
                }
            }
            (thread)
            p #live-status .quiet role="status" data-lost=(page.text("live-lost")) data-new=(page.text("live-new")) {}
        }
        (forms(app, page, person, (id, contact), written))
    }
}

fn forms(app: &App, page: &Page, person: &Person, (id, contact): (Uuid, &Contact), written: &Written) -> Markup {
    let to = |command: &str| format!("/desk/contacts/{id}/{command}");
    let button = |command: &str, key: &str, class: &str| {
        html! {
            form.inline method="post" action=(to(command)) {
                button class=(format!("govuk-button {class}")) type="submit" { (page.text(key)) }
            }
        }
    };
    let leads = person.role == Role::Lead;
    let is_own = contact.owner() == Some(person.id.as_str());
    let hands_over = is_own || (leads && !matches!(contact.place, Place::Resolved { .. } | Place::Closed));
    html! {
        // What was written meanwhile, where there is no form any more to write it in.
        @if !is_own && !written.text.is_empty() { (kept(page, &written.text)) }
        @if !hands_over && !written.note.is_empty() { (kept(page, &written.note)) }
        @match &contact.place {
            Place::Queued => {
                div.actions { (button("claim", "desk-claim", "")) }
                @if leads { (hand_over(app, page, &to("transfer"), contact, written)) }
            }
            Place::Owned { .. } | Place::Waiting { .. } if is_own => {
                form.letter method="post" action=(to("reply")) {
                    input type="hidden" name="client_id" value=(written.client_id(app));
                    input type="hidden" name="seen" value=(contact.conversation) data-seen="";
                    (message_box(page, "desk-text", None, &written.text, written.wrong))
                    div.actions {
                        button.govuk-button type="submit" { (page.text("desk-reply")) }
                        button.govuk-button.govuk-button--secondary type="submit" formaction=(to("ask")) { (page.text("desk-ask")) }
                    }
                }
                @if !contact.anonymous { (resident::forms(app, page, id, contact)) }
                (end(app, page, &to("resolve"), contact))
                (hand_over(app, page, &to("transfer"), contact, written))
                div.actions { (button("release", "desk-release", "govuk-button--secondary")) }
            }
            Place::Owned { .. } | Place::Waiting { .. } => {
                p.govuk-body { (page.text("desk-others")) }
                @if leads {
                    div.actions { (button("release", "desk-release", "govuk-button--secondary")) }
                    (hand_over(app, page, &to("transfer"), contact, written))
                }
            }
            Place::Resolved { .. } => {
                div.actions {
                    (button("reopen", "desk-reopen", ""))
                    (button("close", "desk-close", "govuk-button--secondary"))
                }
            }
            Place::Closed => {}
        }
    }
}

fn end(app: &App, page: &Page, to: &str, contact: &Contact) -> Markup {
    html! {
        details.govuk-details {
            summary.govuk-details__summary { span.govuk-details__summary-text { (page.text("desk-resolve")) } }
            form.govuk-details__text method="post" action=(to) {
                input type="hidden" name="client_id" value=(app.sessions.unguessable());
                input type="hidden" name="seen" value=(contact.conversation) data-seen="";
                div.govuk-form-group {
                    label.govuk-label for="outcome" { (page.text("desk-outcome")) }
                    select.govuk-select name="outcome" id="outcome" {
                        @for outcome in OUTCOMES { option value=(outcome.code()) { (outcome_text(page, outcome)) } }
                    }
                }
                button.govuk-button type="submit" { (page.text("desk-resolve")) }
            }
        }
    }
}

fn hand_over(app: &App, page: &Page, to: &str, contact: &Contact, written: &Written) -> Markup {
    html! {
        details.govuk-details open[!written.note.is_empty()] {
            summary.govuk-details__summary { span.govuk-details__summary-text { (page.text("desk-transfer")) } }
            form.govuk-details__text method="post" action=(to) {
                input type="hidden" name="client_id" value=(app.sessions.unguessable());
                div.govuk-form-group {
                    label.govuk-label for="unit" { (page.text("desk-to")) }
                    select.govuk-select name="unit" id="unit" {
                        @for unit in page.figures.units().iter().filter(|unit| unit.level == "unit" && unit.open && unit.id != contact.unit) {
                            option value=(unit.id) { (page.language.of(&unit.names)) }
                        }
                    }
                }
                div.govuk-form-group {
                    label.govuk-label for="reason" { (page.text("desk-reason")) }
                    select.govuk-select name="reason" id="reason" {
                        @for reason in care::REASONS { option value=(reason) { (page.text(&format!("reason-{reason}"))) } }
                    }
                }
                div.govuk-form-group {
                    label.govuk-label for="note" { (page.text("desk-note")) }
                    p.govuk-hint #note-hint { (page.text("desk-note-hint")) }
                    textarea.govuk-textarea #note name="note" rows="3" maxlength="10000" required aria-describedby="note-hint" { (written.note) }
                }
                button.govuk-button type="submit" { (page.text("desk-transfer")) }
            }
        }
    }
}

/// What happened to the contact, for professionals.
fn happened(page: &Page, history: &[Happened]) -> Markup {
    html! {
        details.govuk-details {
            summary.govuk-details__summary { span.govuk-details__summary-text { (page.text("desk-history")) } }
            ul.govuk-details__text {
                @for it in history {
                    li {
                        (numbers::moment(it.at, page.language)) ": "
                        @match &it.event {
                            Event::Opened { unit, .. } => { (page.text("event-opened")) " " (unit_name(page, unit)) }
                            Event::Claimed { owner } => { (page.text("event-claimed")) " " (owner) }
                            Event::Released => { (page.text("event-released")) }
                            Event::Asked => { (page.text("event-asked")) }
                            Event::Answered => { (page.text("event-answered")) }
                            Event::Transferred { from, to, reason } => {
                                (unit_name(page, from)) " → " (unit_name(page, to))
                                @if care::REASONS.contains(&reason.as_str()) { ", " (page.text(&format!("reason-{reason}"))) }
                            }
                            Event::Resolved { outcome } => { (page.text("event-resolved")) ": " (outcome_text(page, *outcome)) }
                            Event::Reopened => { (page.text("event-reopened")) }
                            Event::Closed => { (page.text("event-closed")) }
                            Event::Written { .. } | Event::Shown(_) => {}
                        }
                        @if let Some(note) = &it.note { blockquote.note { (note) } }
                    }
                }
            }
        }
    }
}

fn outcome_text(page: &Page, outcome: Outcome) -> String {
    page.language.code_name(Outcome::LIST, outcome.code())
}

/// What the forms of a contact carry.
#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    /// Read by us, so that what cannot be read costs nobody what they wrote.
    #[serde(default)]
    seen: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    modality: String,
    #[serde(default)]
    minutes: String,
}

/// `POST /desk/contacts/{id}/{command}`.
pub async fn command(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    if page.person.is_none() {
        // Signed out while they wrote: what they wrote is theirs to keep.
        let written = form.map_or_else(|_| String::new(), |Form(fields)| fields.text + &fields.note);
        return if written.is_empty() {
            Redirect::to("/sign-in").into_response()
        } else {
            away(&page, StatusCode::CONFLICT, &written)
        };
    }
    let Ok(Form(fields)) = form else {
        let written = Written { wrong: Some("wrong-form"), ..Written::default() };
        return shown(&app, &page, &path, caller, &written).await;
    };
    let (client_id, text, note) = (fields.client_id.clone(), fields.text.clone(), fields.note.clone());
    let done = match &caller {
        Ok(caller) => done(&app, caller, &path, &verb, fields).await.map(|()| caller),
        Err(failure) => Err(Wrong::Failed(failure.clone())),
    };
    match done {
        Ok(caller) => see_other(&after(&app, caller, &path, &verb).await),
        Err(Wrong::Told(wrong)) => {
            let written = Written { note, ..Written::again(client_id, text, wrong) };
            shown(&app, &page, &path, caller, &written).await
        }
        // It may be handed over, or gone: what they wrote is theirs to keep.
        Err(Wrong::Failed(failure)) => unsent(&page, &failure, &(text + &note)),
    }
}

/// `GET /desk/contacts/{id}/{command}`: the address of a form that could not be carried out, asked for again.
pub async fn back(Path((id, _)): Path<(String, String)>) -> Response {
    match id.parse::<Uuid>() {
        Ok(id) => see_other(&format!("/desk/contacts/{id}")),
        Err(_) => see_other("/desk"),
    }
}

/// Why a form was not carried out.
enum Wrong {
    /// Key of what the person can do something about.
    Told(&'static str),
    Failed(Failure),
}

impl From<Failure> for Wrong {
    fn from(failure: Failure) -> Wrong {
        match failure.code {
            "owned_by_another" => Wrong::Told("wrong-owned"),
            "not_claimed" => Wrong::Told("wrong-unclaimed"),
            "unseen_message" => Wrong::Told("wrong-unseen"),
            "not_now" | "not_there" | "too_late" | "too_early" => Wrong::Told("wrong-not-now"),
            "key_reused" => Wrong::Told("wrong-again"),
            "busy" | "unknown" => Wrong::Told("wrong-later"),
            "invalid" | "times" | "no_pair" | "earlier_registration" | "anonymous" => Wrong::Told("wrong-form"),
            _ => Wrong::Failed(failure),
        }
    }
}

async fn done(app: &App, caller: &Caller, path: &str, verb: &str, fields: Fields) -> Result<(), Wrong> {
    let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
    let key = match fields.client_id.as_str() {
        "" => app.sessions.unguessable(),
        given => care::client_id(given)?,
    };
    let contact = match app.contact_for(caller, id, Action::HandleContact).await {
        Ok(contact) => contact,
        // Who handed it over and did not get the answer asks again for what is no longer theirs to see.
        Err(failure) => {
            let person = caller.person.as_ref().ok_or(Failure::not_found())?;
            let Ok((command, text)) = asked(app, verb, &key, fields) else { return Err(failure.into()) };
            let was_done = app.desk.was_done(id, &person.who(), (&command, text.as_deref()), &key).await;
            return if was_done == Ok(true) { Ok(()) } else { Err(failure.into()) };
        }
    };
    if let (Some(person), "register" | "encounter") = (&caller.person, verb) {
        let asked = match verb {
            "register" => Asked::own(person),
            _ => Asked::met(fields.modality, fields.minutes.parse().map_err(|_| Wrong::Told("wrong-form"))?),
        };
        return app.for_resident((id, &contact), person, verb, asked, &key).await.map_err(Wrong::from);
    }
    let (command, text) = asked(app, verb, &key, fields)?;
    // At the desk a professional is one, also where they hold the code of what they wrote themselves.
    let who = caller.person.as_ref().map_or_else(|| caller.who(id), Person::who);
    let done = app.desk.ask(id, &who, command, text, &key).await;
    done.map(drop).map_err(|trouble| Failure::from(trouble).into())
}

/// What a form asks for, and the text that goes with it.
fn asked(app: &App, verb: &str, key: &str, fields: Fields) -> Result<(Command, Option<String>), Wrong> {
    let seen = fields.seen.parse().unwrap_or(0);
    Ok(match verb {
        "claim" => (Command::Claim, None),
        "release" => (Command::Release, None),
        "reopen" => (Command::Reopen, None),
        "close" => (Command::Close, None),
        "reply" | "ask" => {
            let text = care::text(&fields.text).map_err(|_| Wrong::Told(wrong_text(&fields.text)))?;
            let client_id = key.to_string();
            match verb {
                "reply" => (Command::Write { seen, client_id }, Some(text)),
                _ => (Command::Ask { seen, client_id }, Some(text)),
            }
        }
        "transfer" => {
            if !app.is_unit(&fields.unit) {
                return Err(Wrong::Told("wrong-unit"));
            }
            let note = care::text(&fields.note).map_err(|_| match wrong_text(&fields.note) {
                "wrong-empty" => Wrong::Told("wrong-note"),
                wrong => Wrong::Told(wrong),
            })?;
            let reason = if care::REASONS.contains(&fields.reason.as_str()) { fields.reason } else { "other".into() };
            (Command::Transfer { to: fields.unit, reason }, Some(note))
        }
        "resolve" => {
            let outcome = Outcome::named(&fields.outcome).ok_or(Wrong::Told("wrong-outcome"))?;
            (Command::Resolve { outcome, seen }, None)
        }
        _ => return Err(Failure::not_found().into()),
    })
}

/// Where somebody goes on after a command: to the contact, or to the queue when it is no longer theirs to see.
async fn after(app: &App, caller: &Caller, path: &str, verb: &str) -> String {
    let id = path.parse().unwrap_or_default();
    let contact = app.desk.contact(id).await.ok().flatten();
    let sees = contact.is_some_and(|contact| app.may_still(caller, id, Action::ReadContact, &contact));
    match verb {
        "transfer" | "resolve" | "release" | "close" => "/desk".into(),
        _ if sees => format!("/desk/contacts/{path}"),
        _ => "/desk".into(),
    }
}
