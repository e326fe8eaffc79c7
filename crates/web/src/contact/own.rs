//! A contact among the own matters of its writer.

use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use matter::access::Action;
use operations::contacts::Place;
use uuid::Uuid;

use super::{see_other, service_name};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
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
            // Somebody who has come without a time waits today, not until a day.
            detail: on_list.unwrap_or_else(|| match app.due(&it) {
                Some(due) => page.language.text_with("answer-by", &[("day", &numbers::near_day(due, page.language))]),
                None => {
                    page.language.text_with("written-on", &[("day", &numbers::near_day(it.opened_at, page.language))])
                }
            }),
            standing: page.text(&format!("status-{}", it.place.code())),
        }))
    }
    .boxed()
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
