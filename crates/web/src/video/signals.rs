//! The signals of a visit by video: a stream of what happens in the room, and words for the other browser. They are carried from
//! one to the other and stand nowhere: not in the log, not in messages of the server.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use matter::Matter;
use operations::bookings::appointments::Appointment;
use operations::contacts::Contact;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Topic;
use tokio::sync::watch;
use uuid::Uuid;

use super::Visit;
use super::room::{Side, Sits, Taken};
use crate::answer::{Failure, answer, read};
use crate::caller::Caller;
use crate::guard::NOT_FOUND_AFTER;
use crate::{App, limits, live};

/// A listener looks again after so long, whatever it has heard: the clock, or a right that was taken away.
const LOOK: Duration = Duration::from_secs(5);
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Characters of the name of a window, and bytes of a word of one browser to the other: the longest describes all it can do.
const MOST_TAB: usize = 36;
const MOST_SIGNAL: usize = 64 << 10;

/// The visit of an address whose room somebody may know; their side, if they are one of the two.
async fn known(app: &App, caller: &Caller, path: &str) -> Result<(Visit, Option<Side>), Failure> {
    let soonest = tokio::time::Instant::now() + NOT_FOUND_AFTER;
    let known = async {
        let visit = Visit::of(app, path.parse().map_err(|_| Failure::not_found())?).await?;
        let side = visit.side(app, caller);
        if visit.may_still(app, caller, side) { Ok((visit, side)) } else { Err(Failure::not_found()) }
    };
    let known = known.await;
    if known.as_ref().is_err_and(|failure: &Failure| failure.status == StatusCode::NOT_FOUND) {
        tokio::time::sleep_until(soonest).await;
    }
    known
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    tab: Option<String>,
    /// Takes the seat along from another window of the same person.
    moves: Option<String>,
}

fn tab(given: Option<String>) -> Result<String, Failure> {
    let is_name = |it: &String| {
        (1..=MOST_TAB).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    given.filter(is_name).ok_or_else(|| Failure::invalid("tab", "tab names the window: 1 to 36 letters, digits and -."))
}

/// `GET /api/video/{id}/signals`: the events `here`, `meet`, `signal`, `moved`, `taken` and `over`.
pub async fn listen(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Failure> {
    let (visit, side) = known(&app, &caller, &path).await?;
    let (id, tab) = (visit.id(), tab(asked.tab)?);
    // One whose stream broke comes back also when the time of the visit is over.
    let now = app.kinds.store.now();
    let may = |side: &Side| visit.is_open(now) || (visit.goes_on(now) && app.rooms.meets(id, *side, &tab));
    let Some(side) = side.filter(may) else { return Ok(only("over", &json!({}))) };
    let place = app.counted.streams.begin(live::who(&caller, id))?;
    let sits = match app.rooms.sit(id, side, (&live::who(&caller, id), &tab), asked.moves.is_some()) {
        Ok(sits) => sits,
        Err(taken) => return Ok(only("taken", &json!({ "own": taken == Taken::Here }))),
    };
    let kind = if matches!(visit, Visit::Contact(..)) { Contact::NAME } else { Appointment::NAME };
    let (heard, ending) = (app.kinds.store.listen(Topic::One(kind, id)), app.ending.subscribe());
    let listener = Listener {
        app: Arc::clone(&app),
        caller,
        id,
        side,
        sits,
        here: None,
        over: false,
        heard,
        ending,
        _place: place,
    };
    let events = stream::unfold(listener, Listener::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// A stream of one event.
fn only(name: &str, data: &Value) -> Response {
    let event = Event::default().event(name).data(data.to_string());
    Sse::new(stream::iter([Ok::<_, Infallible>(event)])).into_response()
}

struct Listener {
    app: Arc<App>,
    caller: Caller,
    id: Uuid,
    side: Side,
    sits: Sits,
    /// Whether the other side was there as it was told last.
    here: Option<bool>,
    over: bool,
    heard: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
    _place: limits::Stream,
}

impl Listener {
    /// Whether they are still one of the two, and the visit goes on.
    async fn may_stay(&self) -> bool {
        let Ok(visit) = Visit::of(&self.app, self.id).await else { return false };
        visit.goes_on(self.app.kinds.store.now())
            && visit.side(&self.app, &self.caller) == Some(self.side)
            && visit.may_still(&self.app, &self.caller, Some(self.side))
    }

    async fn next(mut self) -> Option<(Result<Event, Infallible>, Listener)> {
        let event = |name: &str, data: &Value| Ok(Event::default().event(name).data(data.to_string()));
        loop {
            if self.over || *self.ending.borrow() {
                return None;
            }
            self.heard.borrow_and_update();
            if !self.may_stay().await {
                self.over = true;
                return Some((event("over", &json!({})), self));
            }
            let here = self.app.rooms.other_is_here(self.id, self.side, self.app.kinds.store.now());
            if self.here != Some(here) {
                self.here = Some(here);
                return Some((event("here", &json!({ "here": here })), self));
            }
            tokio::select! {
                told = self.sits.told.recv() => {
                    // Without a word: another stream of the same window has its place.
                    if let Some((name, data)) = told?.event() {
                        self.over = name == "moved";
                        return Some((event(name, &data), self));
                    }
                }
                _ = self.heard.changed() => {}
                _ = self.ending.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    tab: Option<String>,
    /// Camera and microphone are there, or they go without.
    #[serde(default)]
    ready: bool,
    /// The number of a meeting whose connection has failed.
    again: Option<u64>,
    /// The number of the meeting of which the other browser is told something.
    meeting: Option<u64>,
    data: Option<Value>,
}

/// `POST /api/video/{id}/signals`.
pub async fn tell(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Failure> {
    let (visit, side) = known(&app, &caller, &path).await?;
    if body.len() > MOST_SIGNAL {
        return Err(Failure::too_large());
    }
    let word: Word = read(&body)?;
    let (id, tab, now) = (visit.id(), tab(word.tab)?, app.kinds.store.now());
    let done = match (side.filter(|_| visit.goes_on(now)), word.again, word.meeting.zip(word.data)) {
        (None, ..) => false,
        (Some(side), None, None) if word.ready => app.rooms.ready(id, side, &tab, now),
        (Some(side), Some(meeting), None) => app.rooms.again(id, side, (&tab, meeting), now),
        (Some(side), None, Some((meeting, data))) => app.rooms.signal(id, side, (&tab, meeting), data),
        _ => return Err(Failure::invalid("data", "Say one thing: ready, again, or meeting with data.")),
    };
    match done {
        true => Ok(answer(StatusCode::OK, &json!({}))),
        false => Err(Failure::refused("not_now", "They are not in the room, or that meeting is over.")),
    }
}
