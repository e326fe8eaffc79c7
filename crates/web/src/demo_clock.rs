//! `POST /demo/clock {"to": TIME}`: moves the clock of a demo county that was begun with `--now`. It exists nowhere else.
//! `"publish": false` leaves the figures as they are, and `"publish": "/steer/measures/access.t3"` has those alone published
//! that the page shows: tests move it often, and look at few figures.

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
use crate::figures::Figures;

/// Moves the clock to a time as people write it, and lets happen what comes until then; done when the facts have it, or
/// why it cannot be.
pub type MoveClock = Box<dyn Fn(String) -> Soon<()> + Send + Sync>;
/// Publishes what is new in the facts: the figures of these measures, or all.
pub type PublishFigures = Box<dyn Fn(Option<Vec<String>>) -> Soon<Arc<dyn Figures>> + Send + Sync>;
/// The outcome of what takes its time, or why there is none.
pub type Soon<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// The clock of a county, which stands.
pub struct DemoClock {
    pub move_to: MoveClock,
    pub publish: PublishFigures,
}

/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// The facts have followed the clock within this, or something keeps them.
pub const WITHIN: Duration = Duration::from_mins(5);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    to: String,
    #[serde(default)]
    publish: Publish,
}

/// The figures that are to be published.
#[derive(Deserialize)]
#[serde(untagged)]
enum Publish {
    /// All, or none.
    All(bool),
    /// Those that a page shows, by its address.
    Of(String),
}

impl Default for Publish {
    fn default() -> Publish {
        Publish::All(true)
    }
}

impl Publish {
    /// Measures of the figures, where not all are published; none: no figure is.
    fn measures(self, app: &App) -> Option<Option<Vec<String>>> {
        let page = match self {
            Publish::All(is_all) => return is_all.then_some(None),
            Publish::Of(page) => page,
        };
        let path = page.split(['?', '#']).next().unwrap_or("");
        let of_scorecard = |id: Option<&str>| {
            let scorecard = app.scorecards.iter().find(|it| id.is_none_or(|id| it.id == id));
            let followed = scorecard.into_iter().flat_map(|it| &it.groups).flat_map(|it| &it.measures);
            followed.map(|it| it.id.clone()).collect()
        };
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        Some(Some(match parts.as_slice() {
            ["steer", "measures", id, ..] => vec![(*id).to_string()],
            ["steer", "scorecards", id] => of_scorecard(Some(id)),
            _ => of_scorecard(None),
        }))
    }
}

/// Answers when the clock stands there, the facts have followed, times can be booked and the figures that are to be are
/// published.
pub async fn move_to(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let Some(clock) = &app.clock else { return Failure::not_found().into_response() };
    let Ok(To { to, publish }) = serde_json::from_slice(&body) else {
        return Failure::malformed("Send {\"to\": TIME}.").into_response();
    };
    // From now on figures are published when they are asked for, and of half a move never.
    app.figures_wait.store(true, Ordering::Relaxed);
    match (clock.move_to)(to).await {
        Ok(()) => {
            if let Some(measures) = publish.measures(&app) {
                match (clock.publish)(measures).await {
                    Ok(figures) => app.publish(figures),
                    Err(why) => return Failure::refused("not_published", why).into_response(),
                }
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
