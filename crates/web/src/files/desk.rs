//! A professional brings files.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use matter::access::Action;

use super::{onward, read};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::desk::keep_typed;
use crate::home::unsent;
use crate::layout::Page;

/// `POST /desk/contacts/{id}/files`: the words of the forms are kept, and the files come into the conversation.
pub async fn bring(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    form: Multipart,
) -> Response {
    let mut brought = read(form, &caller).await;
    let typed = ["text", "note", "noted", "client_id"].map(|name| brought.field(name));
    let found = async {
        let caller = brought.broken.take().map_or(caller, Err)?;
        let (id, contact) = app.at_desk(&app.kinds.contacts, &caller, &path, Action::Handle).await?;
        keep_typed(&app, &caller, &path, typed.clone()).await?;
        Ok::<_, Failure>((page.person.as_ref().ok_or_else(Failure::not_found)?.by(), id, contact))
    };
    match found.await {
        Ok((by, id, contact)) => {
            let faults = app.attach(&by, (id, &contact), brought).await;
            onward(&format!("/desk/contacts/{id}"), &faults)
        }
        Err(failure) => {
            let written = typed[..3].iter().filter(|text| !text.trim().is_empty());
            unsent(&page, &failure, &written.cloned().collect::<Vec<_>>().join("\n\n"))
        }
    }
}
