//! Chats at the desk: several at a time and no more than the queue says, each with who is there.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use futures::FutureExt;
use futures::future::BoxFuture;
use matter::By;
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::contacts::{Command, Contact};
use serde::Deserialize;
use uuid::Uuid;

use super::people;
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::contact::service_name;
use crate::layout::Page;
use crate::parts::{Turn, tag};
use crate::presence::Others;

/// The strip of one's own chats is asked for so often, in seconds.
const AGAIN: u32 = 8;

impl App {
    /// Refuses one chat more to a professional who has as many as they may.
    pub fn room_for_chat(&self, by: &By, contact: &Contact) -> Result<(), Failure> {
        let By::Professional { id, .. } = by else { return Ok(()) };
        let is_theirs = contact.owner() == Some(id);
        match !is_theirs && self.kinds.has_enough_chats(id, contact) {
            true => Err(Failure::refused(
                "enough_chats",
                "End one of your chats first: you have as many as the queue lets one have.",
            )),
            false => Ok(()),
        }
    }
}

/// Takes a contact from the queue; a chat only where there is room for one more.
pub fn take<'a>(
    app: &'a App,
    caller: &'a Caller,
    id: Uuid,
    (by, key): (&'a By, &'a str),
) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        let contact = app.guarded(&app.kinds.contacts, caller, id, Action::Handle).await?;
        app.room_for_chat(by, &contact)?;
        Ok(app.kinds.contacts.ask(id, Command::Claim, by, key, 0).await.map(drop)?)
    }
    .boxed()
}

#[derive(Deserialize)]
pub struct Here {
    #[serde(default)]
    here: String,
}

/// `GET /desk/chats`: the strip alone, for the page that asks again for it. It says of no chat what is said there.
pub async fn strip(
    State(app): State<Arc<App>>,
    page: Page,
    Query(Here { here }): Query<Here>,
    caller: Result<Caller, Failure>,
) -> Response {
    let person = caller
        .ok()
        .and_then(|caller| caller.person)
        .filter(|person| matches!(person.role, Role::Professional | Role::Lead));
    let Some(person) = person else { return Failure::not_found().into_response() };
    Html(others(&app, &page, &person, here.parse().unwrap_or_default()).into_string()).into_response()
}

/// One's own chats, beside the one whose page it is; nothing: there is no other.
pub fn others(app: &App, page: &Page, person: &Person, here: Uuid) -> Markup {
    let chats = app.kinds.chats_of(&person.id);
    let is_chat = chats.iter().any(|(id, _)| *id == here);
    html! {
        @if chats.len() > usize::from(is_chat) {
            nav.chips.filterrow.chats #chats aria-label=(page.text("desk-chats")) data-again=(AGAIN) data-from=(format!("/desk/chats?here={here}")) {
                @for (id, contact) in &chats {
                    a.chip.chip--on[*id == here] aria-current=[(*id == here).then_some("page")] href=(format!("/desk/contacts/{id}")) {
                        (service_name(app, page, &contact.service)) " " (receipt(*id))
                        @if contact.waits_since.is_some() && *id != here { " " (tag(Turn::Now, &page.text("desk-wrote"))) }
                    }
                }
            }
        }
    }
}

/// Colleagues who look at the same page.
pub fn colleagues(page: &Page, others: &Others) -> Markup {
    let names: Vec<String> = others.colleagues.iter().map(|id| people::name(page, id)).collect();
    html! {
        @if !names.is_empty() {
            p.quiet.small #colleagues data-count=(names.len()) {
                (page.language.text_with("desk-looks-too", &[("who", &names.join(", "))]))
            }
        }
    }
}
