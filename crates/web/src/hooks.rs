//! `/hooks/{port}`: signed requests of other systems, such as a text message that came in. They are kept here and taken by the
//! port; nothing is answered but that they are kept.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::answer::Failure;
use crate::feature::{Feature, post};

pub static FEATURE: Feature = Feature { pages: || vec![post("/hooks/{port}", hear)], ..Feature::NOTHING };

/// Keeps a request for a port, by its signature and body; gives the status that tells its fate. It waits for the disk.
pub type Hear = Arc<dyn Fn(&str, &str, &[u8]) -> u16 + Send + Sync>;

/// `POST /hooks/{port}`.
async fn hear(State(app): State<Arc<App>>, Path(port): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(hear) = app.hooks.clone() else { return Failure::not_found().into_response() };
    let signature = headers.get("luotsi-signature").and_then(|it| it.to_str().ok()).unwrap_or_default().to_string();
    let heard = tokio::task::spawn_blocking(move || hear(&port, &signature, &body)).await;
    match heard {
        Ok(204) => StatusCode::NO_CONTENT.into_response(),
        Ok(404) => Failure::not_found().into_response(),
        Ok(403) => Failure::foreign().into_response(),
        Ok(413) => Failure::too_large().into_response(),
        _ => Failure::busy().into_response(),
    }
}
