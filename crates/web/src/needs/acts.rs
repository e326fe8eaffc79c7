//! Acts on a need, by the forms of its page.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{ClosedWhy, Code};
use matter::access::Action;
use operations::care_needs::{Command, exceptions};
use serde::Deserialize;
use uuid::Uuid;

use super::page::{OVER, shown};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care;
use crate::contact::see_other;
use crate::home::failed;
use crate::layout::Page;

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    exception: String,
    #[serde(default)]
    why: String,
}

/// Keys of texts, and fields.
type Wrong = (&'static str, &'static str);

/// `POST /desk/care-needs/{id}/{command}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let done = async {
        let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
        let key = care::client_id(&fields.client_id)?;
        app.guarded(&app.kinds.care_needs, &caller.clone()?, id, Action::Handle).await?;
        let command = match asked(&verb, &fields, app.kinds.store.now()) {
            Ok(Some(command)) => command,
            Ok(None) => return Err(Failure::not_found()),
            Err(wrong) => return Ok(Some(wrong)),
        };
        app.kinds.care_needs.ask(id, command, &person.by(), &key, 0).await.map_err(Failure::from)?;
        Ok(None)
    };
    match done.await {
        Ok(None) => see_other(&format!("/desk/care-needs/{path}?did={verb}")),
        Ok(Some(wrong)) => shown(&app, &page, &path, caller, (&[wrong], StatusCode::UNPROCESSABLE_ENTITY), "").await,
        Err(failure) if failure.status == StatusCode::CONFLICT => {
            let key = if failure.code == "key_reused" { "wrong-again" } else { "needs-wrong-over" };
            shown(&app, &page, &path, caller, (&[(key, "work")], StatusCode::CONFLICT), "").await
        }
        Err(failure) => failed(&page, &failure),
    }
}

/// The command of a form; none: there is no such act.
fn asked(verb: &str, fields: &Fields, now: i64) -> Result<Option<Command>, Wrong> {
    match verb {
        "meet" => Ok(Some(Command::Meet { at: now, appointment: None })),
        "except" => match exceptions().iter().any(|it| it.id == fields.exception) {
            true => Ok(Some(Command::Except { why: fields.exception.as_str().into() })),
            false => Err(("needs-wrong-why", "exception")),
        },
        "withdraw" => match ClosedWhy::named(&fields.why).filter(|why| OVER.contains(why)) {
            Some(why) => Ok(Some(Command::Withdraw { why })),
            None => Err(("needs-wrong-why", "why")),
        },
        _ => Ok(None),
    }
}
