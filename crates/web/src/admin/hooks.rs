//! `POST /hooks/{port}`: what another system tells by itself, signed with the key of its port. Answers are for programs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kinds::Unheard;

use crate::App;
use crate::answer::Failure;
use crate::demo_clock::Soon;

/// Takes the signature and the body of what a port tells.
pub type Hook = Box<dyn Fn(String, Bytes) -> Soon<(), Unheard> + Send + Sync>;

/// The port of the telephone exchange.
const TELEPHONY: &str = "telephony";

/// What a port tells: taken with 204, also when it was told before.
pub async fn heard(State(app): State<Arc<App>>, Path(port): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(telephony) = app.telephony.as_ref().filter(|_| port == TELEPHONY) else {
        return Failure::not_found().into_response();
    };
    let signature = headers.get("luotsi-signature").and_then(|it| it.to_str().ok()).unwrap_or_default();
    match telephony(signature.into(), body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(Unheard::Unsigned) => Failure::unsigned().into_response(),
        Err(Unheard::Malformed) => {
            Failure::malformed("Send {\"call\", \"what\", \"at\", \"from\", \"to\"} as JSON.").into_response()
        }
        Err(Unheard::Trouble(trouble)) => Failure::from(trouble).into_response(),
    }
}
