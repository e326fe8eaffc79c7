//! A second request to be called joins the first of the same person that still waits, by `rules/redial-once.toml`.

use axum::http::request::Parts;
use kinds::{Begins, NewContact};
use matter::{By, Text};
use maud::{Markup, html};
use operations::contacts::redial::redial;
use operations::contacts::{Channel, Command};
use uuid::Uuid;

use super::{address, own_contacts, service_name};
use crate::App;
use crate::answer::Failure;
use crate::layout::Page;
use crate::parts::done;

/// The request that waits and that a new one joins, and its writer as it knows them; none: the new one is one of its own, or was
/// opened before.
pub async fn earlier(app: &App, (page, parts): (&Page, &Parts), new: &NewContact, by: &By) -> Option<(Uuid, By)> {
    let (now, today) = (app.kinds.store.now(), app.calendar.local_date(app.kinds.store.now())?);
    if new.channel != Channel::Callback || app.kinds.was_opened(new, by).await.ok()? {
        return None;
    }
    let urgency = new.routed.as_ref().and_then(|routed| routed.case.urgency);
    let own = own_contacts(app, page, parts).await;
    let found = own.into_iter().find(|(_, it)| redial().joins(it, (&new.service, urgency), (now, today)));
    // A writer without a name goes on without one.
    found.map(|(id, it)| (id, if it.anonymous { By::Holder } else { by.clone() }))
}

/// The words, the time and the number of the new request come to the one that waits.
pub async fn join(app: &App, (id, by): &(Uuid, By), new: &NewContact, begins: &Begins) -> Result<(), Failure> {
    app.write_message((*id, u64::MAX), by, new.text.clone(), new.client_id.clone()).await?;
    if let Begins::Call { slot, number } = begins {
        let call =
            Command::CallMe { slot: *slot, number: Some(Text(number.clone())), mark: Some(app.kinds.mark_of(number)) };
        app.kinds.contacts.ask(*id, call, by, &format!("{}/call", new.client_id), u64::MAX).await?;
    }
    Ok(())
}

/// The thread of the request that another joined, which says so.
pub fn joined(id: Uuid) -> String {
    format!("{}&did=joined", address(id))
}

/// That a request joined this one, and by which rule.
pub fn confirmed(page: &Page) -> Markup {
    done(&html! { (redial().text.of(page.language.code())) }, &html! {})
}

/// On the form: requests of theirs that wait already, which a new one about the same service joins.
pub async fn told(app: &App, page: &Page, parts: &Parts) -> Markup {
    let own = own_contacts(app, page, parts).await;
    let Some(today) = app.calendar.local_date(page.now) else { return html! {} };
    let waiting = own.iter().filter(|(_, it)| redial().joins(it, (&it.service, None), (page.now, today)));
    html! {
        @for (id, it) in waiting {
            p.hint {
                (page.text("call-waits")) " "
                a href=(address(*id)) { (service_name(app, page, &it.service)) } ". "
                (page.text("call-joins"))
            }
        }
    }
}
