//! `POST /demo/clock {"to": TIME}`: moves the clock of a demo county that was begun with `--now`. It exists nowhere else.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::App;
use crate::answer::Failure;

/// Moves the clock to a time as people write it, and lets happen what comes until then; done when the facts have it. Gives
/// the version of the facts, or why it cannot be.
pub type MoveClock = Box<dyn Fn(String) -> Pin<Box<dyn Future<Output = Result<u64, String>> + Send>> + Send + Sync>;

/// How often it is looked whether the figures are published.
const LOOK: Duration = Duration::from_millis(50);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    to: String,
}

/// Answers when the clock stands there, the facts have followed and their figures are published.
pub async fn move_to(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Some(move_clock) = &app.move_clock else { return Failure::not_found().into_response() };
    let Ok(To { to }) = serde_json::from_slice(&body) else {
        return Failure::malformed("Send {\"to\": TIME}.").into_response();
    };
    match move_clock(to).await {
        Ok(version) => {
            while app.figures().version() < version {
                tokio::time::sleep(LOOK).await;
            }
            let now = jiff::Timestamp::from_microsecond(app.desk.now()).unwrap_or_default();
            ([(CONTENT_TYPE, "application/json")], json!({ "now": now.to_string() }).to_string()).into_response()
        }
        Err(why) => Failure::invalid("to", why).into_response(),
    }
}
