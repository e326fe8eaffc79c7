//! A resident brings files.

use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::response::Response;
use matter::access::Action;

use super::{onward, read};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::contact::{own, thread_address};
use crate::home::unsent;
use crate::layout::Page;

/// `POST /contact/files`: the words of the form are kept, and its files come into the conversation.
pub async fn bring(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    form: Multipart,
) -> Response {
    let mut brought = read(form, &caller).await;
    let text = brought.field("text");
    let found = async {
        let caller = brought.broken.take().map_or(caller, Err)?;
        let (id, contact) = own(&app, &caller, &brought.field("contact"), Action::Write).await?;
        Ok::<_, Failure>((caller, id, contact))
    };
    let (caller, id, contact) = match found.await {
        Ok(found) => found,
        Err(failure) => return unsent(&page, &failure, &text),
    };
    let by = caller.by(id);
    let letter = [&*text, &brought.field("client_id"), &brought.field("part")];
    let _kept = app.keep_letter((id, &contact), &by, letter).await;
    let faults = app.attach(&by, (id, &contact), brought).await;
    onward(&thread_address(id), &faults)
}
