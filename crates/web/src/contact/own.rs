//! A contact among the own matters of its writer.

use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use matter::access::Action;
use operations::contacts::{Contact, Place};
use uuid::Uuid;

use super::{see_other, service_name};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::desk::unit_name;
use crate::layout::Page;
use crate::matters::{Group, OwnRow};
use crate::numbers;

/// A contact among its person's own matters.
pub fn row<'a>(app: &'a App, page: &'a Page, id: Uuid) -> BoxFuture<'a, store::Result<Option<OwnRow>>> {
    async move {
        let contact = app.kinds.contacts.read(id).await?;
        let on_list = crate::bookings::place_on_list(app, page, id);
        Ok(contact.map(|it| OwnRow {
            group: match it.place {
                Place::Waiting { .. } => Group::Turn,
                Place::Resolved { .. } | Place::Closed => Group::Ended,
                _ => Group::Open,
            },
            at: it.opened_at,
            title: service_name(app, page, &it.service),
            // Somebody who has come without a time waits today, not until a day; of all others the unit that has it, and by when it
            // answers.
            detail: on_list.unwrap_or_else(|| format!("{}, {}", unit_name(page, &it.unit), until(app, page, &it))),
            standing: page.text(&format!("status-{}", it.place.code())),
        }))
    }
    .boxed()
}

/// By when an answer comes; of what was answered, when it was written.
fn until(app: &App, page: &Page, contact: &Contact) -> String {
    let (key, at) = app.due(contact).map_or(("written-on", contact.opened_at), |due| ("answer-by", due));
    page.language.text_with(key, &[("day", &numbers::near_day(at, page.language))])
}

/// Its page is the conversation.
pub fn page<'a>(
    app: &'a App,
    _: &'a Page,
    caller: &'a Caller,
    id: Uuid,
    _: &'a str,
) -> BoxFuture<'a, Result<Response, Failure>> {
    async move {
        app.guarded(&app.kinds.contacts, caller, id, Action::Read).await?;
        Ok(see_other(&format!("/contact/thread?id={id}")))
    }
    .boxed()
}
