//! A resident brings files.

use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::response::Response;
use matter::access::Action;

use super::read;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::contact::{own, see_other, thread_address};
use crate::home::unsent;
use crate::layout::Page;

/// `POST /contact/files`: the words of the form are kept, and its files come into the conversation.
pub async fn bring(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    form: Multipart,
) -> Response {
    let brought = match read(form).await {
        Ok(brought) => brought,
        Err(failure) => return unsent(&page, &failure, ""),
    };
    let text = brought.field("text");
    let found = async {
        let caller = caller?;
        let (id, contact) = own(&app, &caller, &brought.field("contact"), Action::Write).await?;
        Ok::<_, Failure>((caller, id, contact))
    };
    let (caller, id, contact) = match found.await {
        Ok(found) => found,
        Err(failure) => return unsent(&page, &failure, &text),
    };
    let _kept = app.keep_letter((id, &contact), &caller.by(id), [&*text, &brought.field("client_id"), &brought.field("part")]).await;
    let faults = app.attach(&caller, (id, &contact), brought.files).await;
    let faults = if faults.is_empty() { String::new() } else { format!("&files={}", faults.join(".")) };
    see_other(&format!("{}{faults}", thread_address(id)))
}
