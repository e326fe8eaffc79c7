//! A chat on the page of its resident: their place in the queue and how long they wait, who is there, and how it ends.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::Response;
use matter::access::Action;
use maud::{Markup, html};
use operations::contacts::chat::BEST;
use operations::contacts::wait::{Basis, Wait};
use operations::contacts::{Command, Contact, Place};
use serde::Deserialize;
use uuid::Uuid;

use super::call;
use super::see_other;
use super::thread::{Which, address, own};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::home::unsent;
use crate::layout::Page;
use crate::numbers;
use crate::presence::Others;

/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;
/// The page asks so often for the place in the queue, in seconds.
const AGAIN: u32 = 15;

/// Minutes, rounded up: a wait is not promised shorter than it is.
fn minutes(micros: i64) -> String {
    ((micros + MINUTE - 1) / MINUTE).max(1).to_string()
}

/// How long somebody waits, in words.
pub fn wait_text(page: &Page, wait: Option<Wait>) -> String {
    let Some(wait) = wait else { return page.text("chat-wait-unknown") };
    let [usual, mostly] = [wait.usual, wait.mostly].map(minutes);
    let key = if usual == mostly { "chat-wait-short" } else { "chat-wait" };
    page.language.text_with(key, &[("usual", &usual), ("mostly", &mostly)])
}

/// Where a chat that goes on stands: the place in the queue, or who is there.
pub fn line(app: &App, page: &Page, (id, contact): (Uuid, &Contact), others: &Others) -> Markup {
    match (&contact.place, &contact.chat) {
        (Place::Queued, Some(chat)) => {
            let queue = (&contact.unit, contact.queue.as_ref());
            let before = app.kinds.chats_before(queue, Some(id));
            let wait = app.kinds.chat_wait(queue, before);
            let is_longer = wait.is_some_and(|wait| page.now - contact.opened_at > wait.mostly);
            html! {
                div.box.line #line data-again=(AGAIN) data-from=(address(id)) {
                    p.line__place {
                        strong {
                            @match before.0 {
                                0 => { (page.text("chat-next")) }
                                ahead => { (page.language.text_count("chat-ahead", ahead, &ahead.to_string())) }
                            }
                        }
                    }
                    p { (if is_longer { page.text("chat-longer") } else { wait_text(page, wait) }) }
                    @if let Some(wait) = wait.filter(|_| !is_longer) {
                        p.quiet.small { (page.text(match wait.basis { Basis::LastHour => "chat-from-hour", Basis::SameTime => "chat-from-week" })) }
                    }
                    p.quiet.small { (page.language.text_with("chat-keeps-place", &[("time", &numbers::clock(chat.until))])) }
                }
            }
        }
        _ => there(page, others, ["chat-here", "chat-away", "chat-writes"]),
    }
}

/// Whether the other side is there, in words that a script changes as they come and go: keys for here, away and writing.
pub fn there(page: &Page, others: &Others, words: [&str; 3]) -> Markup {
    let [here, away, writes] = words.map(|word| page.text(word));
    let now = match others {
        Others { writes: true, .. } => &writes,
        Others { here: true, .. } => &here,
        _ => &away,
    };
    html! {
        p.there.there--here[others.here] #there data-here=(here) data-away=(away) data-writes=(writes) { (now) }
    }
}

/// The ways to end a chat, or to wait otherwise; and after it the question how it was.
pub fn acts(app: &App, page: &Page, (id, contact): (Uuid, &Contact)) -> Markup {
    let is_answered = contact.first_response_at.is_some();
    let way = |act: &str, key: &str| {
        html! { button.btn.btn--second type="submit" name="act" value=(act) id=(format!("chat-{act}")) { (page.text(key)) } }
    };
    html! {
        @if contact.is_live() {
            form.acts.ending method="post" action="/contact/chat" {
                input type="hidden" name="id" value=(id);
                @if !is_answered { (way("turn", "chat-turn")) }
                (way("leave", if is_answered { "chat-end" } else { "chat-leave" }))
            }
            @if !is_answered { p.quiet.small { (page.text("chat-turn-what")) } }
        } @else if contact.may_rate(app.kinds.store.now()) {
            form.box.rating method="post" action="/contact/chat" {
                input type="hidden" name="id" value=(id);
                input type="hidden" name="act" value="rate";
                fieldset {
                    legend { h2 { (page.text("chat-rate")) } }
                    p.hint { (page.text("chat-rate-what")) }
                    div.acts {
                        @for rating in 1..=BEST {
                            button.btn.btn--second type="submit" name="rating" value=(rating) {
                                (rating)
                                @if rating == 1 || rating == BEST { span.rating__word { " " (page.text(&format!("chat-rate-{rating}"))) } }
                            }
                        }
                    }
                }
            }
        } @else if let Some((rating, _)) = contact.chat.as_ref().and_then(|chat| chat.rated) {
            p.quiet role="status" { (page.language.text_with("chat-rated", &[("rating", &rating.to_string())])) }
        }
    }
}

#[derive(Deserialize)]
pub struct Asked {
    id: Option<String>,
    #[serde(default)]
    act: String,
    #[serde(default)]
    rating: String,
    #[serde(default)]
    slot: String,
    #[serde(default)]
    number: String,
}

/// `POST /contact/chat`: the resident leaves the chat, waits for a message instead, says how it was, or asks for a call.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    form: Result<Form<Asked>, FormRejection>,
) -> Response {
    let asked = form.ok().map(|Form(asked)| asked);
    let number = asked.as_ref().map_or_else(String::new, |asked| asked.number.clone());
    match done(&app, caller, asked).await {
        Ok(id) => see_other(&address(id)),
        Err(failure) => unsent(&page, &failure, &number),
    }
}

async fn done(app: &App, caller: Result<Caller, Failure>, asked: Option<Asked>) -> Result<Uuid, Failure> {
    let (caller, Asked { id, act, rating, slot, number }) = (caller?, asked.ok_or_else(Failure::not_found)?);
    let (id, contact) = own(app, &caller, &Which { id }, Action::Write).await?;
    let command = match act.as_str() {
        "leave" => Command::Leave,
        "turn" => Command::Turn,
        "call" => {
            let asked = call::asked(app, &contact, &slot, &number)?;
            app.take_of_resident(&caller.by(id), id)?;
            asked
        }
        "rate" => Command::Rate { rating: rating.parse().map_err(|_| Failure::not_found())? },
        _ => return Err(Failure::not_found()),
    };
    // Each of them is done once: under what name it is asked makes no difference.
    let key = app.sessions.unguessable();
    app.kinds.contacts.ask(id, command, &caller.by(id), &key, u64::MAX).await?;
    Ok(id)
}
