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
        // A part stands in the row of the whole.
        let Some(whole) = app.kinds.contacts.read(id).await?.filter(|it| it.part_of.is_none()) else { return Ok(None) };
        let on_list = crate::bookings::place_on_list(app, page, id);
        // It stands as the one of its parts does that is furthest from being over, before all the one that asks.
        let all = app.kinds.with_parts(id, &whole).await?;
        let it = all.iter().map(|(_, it)| it).min_by_key(|it| group(it)).unwrap_or(&whole);
        Ok(Some(OwnRow {
            group: group(it),
            at: whole.opened_at,
            title: service_name(app, page, &whole.service),
            // Somebody who has come without a time waits today, not until a day; of all others the unit that has it, and by when it
            // answers.
            detail: on_list.unwrap_or_else(|| format!("{}, {}", unit_name(page, &it.unit), until(app, page, it))),
            standing: page.text(&format!("status-{}", it.place.code())),
        }))
    }
    .boxed()
}

/// The group of its person's matters in which it stands.
fn group(contact: &Contact) -> Group {
    match contact.place {
        Place::Waiting { .. } => Group::Turn,
        Place::Resolved { .. } | Place::Closed => Group::Ended,
        _ => Group::Open,
    }
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
