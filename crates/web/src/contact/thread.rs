//! `/contact/thread`: one contact as its resident sees it, where it stands, and the conversation.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::contacts::{Author, Contact, Outcome, Place};
use serde::Deserialize;
use uuid::Uuid;

use super::code::{NO_RECEIPT, code_of};
use super::{
    Message, call, chat, join, offline, parts as split, redial, see_other, service_name, status_of, unread, wrong_text,
};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::{self, receipt};
use crate::desk::unit_name;
use crate::drafts::{self, LETTER, Of};
use crate::files;
use crate::form::{Did, Written, errors, message_box};
use crate::home::{away, failed, kept, unsent};
use crate::layout::{Page, cookie};
use crate::links::linked;
use crate::numbers;
use crate::parts::{self, Turn};
use crate::presence::Who;
use crate::routing;
use crate::thread::conversation;

#[derive(Deserialize, Default)]
pub struct Which {
    pub id: Option<String>,
}

/// The contact that somebody may take part in, by their code or as the resident who has signed in. Professionals have the
/// desk, where what came meanwhile is held against what they write.
pub async fn own(app: &App, caller: &Caller, which: &Which, action: Action) -> Result<(Uuid, Arc<Contact>), Failure> {
    let named = which.id.as_deref().map(|id| id.parse().map_err(|_| Failure::not_found())).transpose()?;
    let id = named.or(caller.holds.first().copied()).ok_or_else(Failure::not_found)?;
    if caller.role().is_some_and(|role| role != Role::Resident) && !caller.holds.contains(&id) {
        return Err(Failure::not_found());
    }
    Ok((id, app.guarded(&app.kinds.contacts, caller, id, action).await?))
}

/// The same by its id as a form names it.
pub async fn own_named(app: &App, caller: &Caller, id: &str, action: Action) -> Result<(Uuid, Arc<Contact>), Failure> {
    own(app, caller, &Which { id: Some(id.into()) }, action).await
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
        Ok(caller) => own(&app, &caller, &which, Action::Read).await.map(|(id, contact)| (caller, id, contact)),
        Err(failure) => Err(failure),
    };
    match found {
        // A part stands on the page of the whole; what lies further back in it has a page of its own.
        Ok((_, id, contact)) if contact.part_of.is_some() && !crate::thread::is_paged(&page) => {
            see_other(&format!("{}#part-{id}", address(contact.part_of.unwrap_or(id))))
        }
        Ok((caller, id, contact)) => {
            let by = caller.by(id);
            let draft = app.draft(Of { by: &by, contact: id, form: LETTER }).await;
            let written = draft.map_or_else(Written::default, |mut draft| {
                let [client_id, text, part] = ["client_id", "text", "part"].map(|name| draft.take(name));
                Written { client_id, text, part, saved: Some(draft.at), wrong: None }
            });
            shown_thread(&app, &page, &caller, (id, &contact), &parts, &written).await
        }
        Err(failure) if failure.status == StatusCode::NOT_FOUND => see_other("/contact/return"),
        Err(failure) => failed(&page, &failure),
    }
}

async fn shown_thread(
    app: &App,
    page: &Page,
    caller: &Caller,
    (id, contact): (Uuid, &Arc<Contact>),
    parts: &Parts,
    written: &Written,
) -> Response {
    let split_off = match split::of(app, page, caller, (id, contact)).await {
        Ok(split_off) => split_off,
        Err(failure) => return unsent(page, &failure, &written.text),
    };
    let (who, now) = (Who::Resident, app.kinds.store.now());
    app.presence.looks(id, &who, contact.conversation, now);
    let others = app.presence.others(id, &who, now);
    let items = match crate::thread::items(app, page, id, contact.conversation).await {
        Ok(items) => items.read_by_others(others.read),
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
        (errors(page, &wrong.into_iter().chain(files::faults(page)).collect::<Vec<_>>()))
        @if page.role == Some(Role::Resident) { (parts::back("/matters", &page.text("matters-title"))) }
        @if did(page) == "joined" && contact.calls.is_agreed() { (redial::confirmed(page)) }
        @if is_new {
            div.box.receipt role="status" data-arrived="contact" {
                h1 { (page.text(arrived(contact))) }
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
        div.cols data-live=[live] data-beside=[split::live(&split_off)] data-page=(action) {
            div.flow {
                @if !split_off.is_empty() {
                    p { (page.language.text_count("parts-count", split_off.len() + 1, &(split_off.len() + 1).to_string())) }
                }
                div #state {
                    (state(app, page, contact))
                    @if contact.is_live() { (chat::line(app, page, (id, contact), &others)) }
                    (call::line(page, contact))
                }
                (conversation(page, (id, &items), &contact.language, Author::Resident))
                p #live-status .quiet role="status" data-lost=(page.text("live-lost")) data-new=(page.text("live-new")) {}
                (split::shown(app, page, &split_off))
                @if may_write(app, contact) || split_off.iter().any(|it| may_write(app, &it.contact)) {
                    form.letter #letter method="post" action=(action) autocomplete="off" data-save=(action) data-chat[contact.is_live()] {
                        input type="hidden" name="client_id" value=(written.client_id(app));
                        input type="hidden" name="contact" value=(id);
                        (split::choice(app, page, (id, contact), &split_off, &written.part))
                        (message_box(page, "thread-text", None, &written.text, written.wrong))
                        (offline(page))
                        (files::field(page, "/contact/files"))
                        div.acts {
                            button.btn type="submit" data-send { (page.text("thread-send")) }
                            button.btn.btn--second type="submit" name="later" value="1" { (page.text("draft-later")) }
                            (drafts::saved(page, written.saved))
                        }
                    }
                } @else {
                    @if !written.text.is_empty() { (kept(page, &written.text)) }
                    p { (page.text("thread-over")) " " a href="/contact" { (page.text("thread-anew")) } }
                }
                div #more data-fresh=(contact.history) {
                    (chat::acts(app, page, (id, contact)))
                    (call::choice(app, page, (id, contact)))
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

/// The act that was done just now, as the address has it.
fn did(page: &Page) -> String {
    Query::<Did>::try_from_uri(&page.uri).map_or_else(|_| String::new(), |query| query.0.did)
}

/// The heading of a receipt, by what was begun.
fn arrived(contact: &Contact) -> &'static str {
    match contact {
        _ if contact.is_live() => "chat-receipt",
        _ if contact.calls.is_agreed() => "call-receipt",
        _ => "receipt-title",
    }
}

/// Address of a contact's thread.
pub fn address(id: Uuid) -> String {
    format!("/contact/thread?id={id}")
}

fn may_write(app: &App, contact: &Contact) -> bool {
    match contact.place {
        Place::Closed => false,
        _ => contact.reopens_until().is_none_or(|until| app.kinds.store.now() < until),
    }
}

/// Where the contact is, in plain words.
pub fn state(app: &App, page: &Page, contact: &Contact) -> Markup {
    let is_silent = contact.first_response_at.is_none();
    // A chat is answered in its turn, and not on a day.
    let expected = app.due(contact).filter(|_| !contact.is_live());
    let standing = match contact.place {
        // Such as what was dealt with on the telephone: nothing is said here to have been answered.
        Place::Resolved { .. } if is_silent && contact.outcome != Some(Outcome::Abandoned) => {
            "standing-dealt-with".into()
        }
        Place::Queued if contact.is_live() => "chat-queued".into(),
        Place::Owned { .. } | Place::Waiting { .. } if contact.is_live() => "chat-on".into(),
        _ if contact.outcome == Some(Outcome::Abandoned) => "chat-abandoned".into(),
        _ => format!("standing-{}", contact.place.code()),
    };
    let turn = match contact.place {
        Place::Owned { .. } if contact.is_live() => Turn::Now,
        Place::Queued | Place::Owned { .. } => Turn::Waits,
        Place::Waiting { .. } => Turn::Now,
        Place::Resolved { .. } | Place::Closed => Turn::Done,
    };
    let promised = contact.routed.as_ref().and_then(|routed| routed.expected);
    let promised = promised.filter(|at| contact.place == Place::Queued && page.now < *at);
    parts::standing(
        turn,
        &html! {
            (page.text(&standing))
            @if let Some(promised) = promised {
                // Nobody is told of two last days: where so many wait that the deadline may pass, that is said.
                @let key = if expected.is_some_and(|day| day < promised) { "standing-crowded" } else { "standing-promised" };
                " " (page.language.text_with(key, &[("at", &numbers::moment(promised, page.language))]))
            }
            @if let Some(expected) = expected {
                @let key = if promised.is_some_and(|it| expected < it) { "standing-deadline" } else { "standing-expected" };
                " " (page.language.text_with(key, &[("day", &numbers::day_of(expected, page.language))]))
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
            let saved = app.keep_letter((id, &contact), &caller.by(id), message.letter()).await;
            let Message { client_id, text, part, .. } = message;
            let written = Written { client_id, text, part, saved, wrong: None };
            return shown_thread(&app, &page, caller, (id, &contact), &parts, &written).await;
        }
        Ok(Form(message)) if !message.later.is_empty() => {
            let saved = app.keep_letter((id, &contact), &caller.by(id), message.letter()).await;
            if !message.script.is_empty() {
                return drafts::answer(&page, saved);
            }
            let wrong = (saved.is_none() && !message.text.trim().is_empty()).then_some("wrong-later");
            let Message { client_id, text, part, .. } = message;
            let written = Written { client_id, text, part, saved, wrong };
            return shown_thread(&app, &page, caller, (id, &contact), &parts, &written).await;
        }
        Ok(Form(message)) => {
            let failed = match addressee(&app, &page, caller, (id, &contact), &message).await {
                Ok(to) => sent(&app, caller, to, &message).await.err(),
                Err(failure) => Some(("wrong-later", Some(failure))),
            };
            let of = Of { by: &caller.by(id), contact: id, form: LETTER };
            match failed {
                None => app.drop_draft(of).await,
                Some(_) => drop(app.keep_letter((id, &contact), of.by, message.letter()).await),
            }
            (message, failed)
        }
    };
    let Some((wrong, failure)) = failed else {
        let mut response = see_other(&address(id));
        response.headers_mut().append(SET_COOKIE, HeaderValue::from_static(NO_RECEIPT));
        return response;
    };
    let written = Written { part: message.part, ..Written::again(message.client_id, message.text, wrong) };
    let contact = app.kinds.contacts.read(id).await.ok().flatten().unwrap_or(contact);
    let response = shown_thread(&app, &page, caller, (id, &contact), &parts, &written).await;
    match failure {
        Some(failure) => failure.with_retry_after(response),
        None => response,
    }
}

/// The one of a contact and its parts that a message is for, if its writer may write there.
async fn addressee(
    app: &App,
    page: &Page,
    caller: &Caller,
    (id, contact): (Uuid, &Arc<Contact>),
    message: &Message,
) -> Result<Uuid, Failure> {
    let split_off = split::of(app, page, caller, (id, contact)).await?;
    let to = split::to((id, contact), &split_off, &message.part);
    if to == id { Ok(id) } else { own_named(app, caller, &to.to_string(), Action::Write).await.map(|(to, _)| to) }
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
