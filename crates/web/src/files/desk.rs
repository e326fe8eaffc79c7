//! A professional brings files.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use matter::access::Action;
use uuid::Uuid;

use super::read;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::contact::see_other;
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
    let brought = match read(form).await {
        Ok(brought) => brought,
        Err(failure) => return unsent(&page, &failure, ""),
    };
    let typed = ["text", "note", "noted", "client_id"].map(|name| brought.field(name));
    let found = async {
        let (caller, id) = (caller?, path.parse::<Uuid>().map_err(|_| Failure::not_found())?);
        let contact = app.guarded(&app.kinds.contacts, &caller, id, Action::Handle).await?;
        keep_typed(&app, &caller, &path, typed.clone()).await?;
        Ok::<_, Failure>((caller, id, contact))
    };
    match found.await {
        Ok((caller, id, contact)) => {
            let faults = app.attach(&caller, (id, &contact), brought.files).await;
            let faults = if faults.is_empty() { String::new() } else { format!("?files={}", faults.join(".")) };
            see_other(&format!("/desk/contacts/{id}{faults}"))
        }
        Err(failure) => {
            let written = typed[..3].iter().filter(|text| !text.trim().is_empty());
            unsent(&page, &failure, &written.cloned().collect::<Vec<_>>().join("\n\n"))
        }
    }
}
