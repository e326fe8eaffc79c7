//! `POST /demo/clock {"to": TIME}`: moves the clock of a demo county that was begun with `--now`. It exists nowhere else.
//! `"publish": false` leaves the figures as they are until it is moved again: tests move it often, and look at figures less.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use crate::App;
use crate::answer::Failure;

/// Moves the clock to a time as people write it, and lets happen what comes until then; done when the facts have it. Gives
/// the version of the facts, or why it cannot be.
pub type MoveClock = Box<dyn Fn(String) -> Pin<Box<dyn Future<Output = Result<u64, String>> + Send>> + Send + Sync>;

/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// The facts have followed the clock within this, and so have the figures, or something keeps them.
pub const WITHIN: Duration = Duration::from_mins(5);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    to: String,
    #[serde(default = "usually")]
    publish: bool,
}

fn usually() -> bool {
    true
}

/// Answers when the clock stands there, the facts have followed, times can be booked and, if they are to be, figures are
/// published.
pub async fn move_to(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Some(move_clock) = &app.move_clock else { return Failure::not_found().into_response() };
    let Ok(To { to, publish }) = serde_json::from_slice(&body) else {
        return Failure::malformed("Send {\"to\": TIME}.").into_response();
    };
    // Figures of half a move would be made for nobody.
    app.figures_wait.store(true, Ordering::Relaxed);
    let moved = move_clock(to).await;
    app.figures_wait.store(moved.is_ok() && !publish, Ordering::Relaxed);
    match moved {
        Ok(version) => {
            if publish && !soon(|| app.figures().version() >= version, WITHIN).await {
                let why = "The clock stands there, and the figures were not published in time: see the server's log.";
                return Failure::refused("not_published", why).into_response();
            }
            // Days came near enough to be booked.
            app.publish_times().await;
            let now = jiff::Timestamp::from_microsecond(app.kinds.store.now()).unwrap_or_default();
            ([(CONTENT_TYPE, "application/json")], json!({ "now": now.to_string() }).to_string()).into_response()
        }
        Err(why) => Failure::invalid("to", why).into_response(),
    }
}

/// Waits until something is so; false: it was not in time.
pub async fn soon(is_so: impl Fn() -> bool, within: Duration) -> bool {
    let until = Instant::now() + within;
    while !is_so() {
        if Instant::now() > until {
            return false;
        }
        tokio::time::sleep(LOOK).await;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn what_does_not_come_in_time_is_waited_for_no_longer() {
        let within = Duration::from_millis(200);
        let looks = Cell::new(0);
        let after = |times: i32| {
            looks.set(0);
            let looks = &looks;
            move || looks.replace(looks.get() + 1) >= times
        };
        for (times, comes) in [(0, true), (2, true), (i32::MAX, false)] {
            let begun = Instant::now();
            assert_eq!(soon(after(times), within).await, comes, "after {times} looks");
            assert!(begun.elapsed() < within * 10);
        }
    }
}
