//! Bodies of requests: taken in whole, within their time and size, before anything looks at them.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::multipart::MultipartError;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::answer::Failure;
use crate::care::MOST_BODY;
use crate::{App, failed};

/// A body has come after so long; the largest does at 100 kbit/s.
const WITHIN: Duration = Duration::from_secs(20);
/// Of a body that is too large so much is read and thrown away, so that whoever sends it hears why it was refused.
const THROWN_AWAY: usize = 32 << 20;
/// Bodies above so many bytes are taken in so many at a time: what comes slowly does not fill the memory.
const SMALL: usize = 16 << 10;
const LARGE_AT_ONCE: usize = 128;

/// Room for large bodies.
pub struct Room(Semaphore);

impl Default for Room {
    fn default() -> Room {
        Room(Semaphore::new(LARGE_AT_ONCE))
    }
}

/// Takes in the body of a request. Of one that is too large a little more than is allowed goes on, to be refused where it
/// is read.
pub async fn whole(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let failure = match tokio::time::timeout(WITHIN, taken_in(&app.bodies, body)).await {
        Ok(Ok(body)) => return next.run(Request::from_parts(parts, Body::from(body))).await,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::slow(),
    };
    let mut response = failed(&app, &mut parts, failure).await;
    // The rest of the body, still to come, is no request.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn taken_in(room: &Room, body: Body) -> Result<Vec<u8>, Failure> {
    let (mut taken, mut thrown_away, mut large) = (Vec::new(), 0, None);
    let mut frames = body.into_data_stream();
    while let Some(frame) = frames.next().await {
        let frame = frame.map_err(|_| Failure::malformed("The body breaks off."))?;
        if taken.len() + frame.len() > SMALL && large.is_none() {
            large = Some(room.0.try_acquire().map_err(|_| Failure::busy())?);
        }
        let (fits, beyond) = frame.split_at(frame.len().min(MOST_BODY + 1 - taken.len()));
        taken.extend_from_slice(fits);
        thrown_away += beyond.len();
        if thrown_away > THROWN_AWAY {
            break;
        }
    }
    Ok(taken)
}

/// So many bytes of a file come within so long, or it is given up: as with other bodies, some 100 kbit/s.
const BROUGHT: usize = 256 << 10;
const BROUGHT_WITHIN: Duration = Duration::from_secs(20);

/// The pace at which a form with files comes.
pub struct Pace {
    until: Instant,
    bytes: usize,
}

impl Pace {
    pub fn begun() -> Pace {
        Pace { until: Instant::now() + BROUGHT_WITHIN, bytes: 0 }
    }

    pub fn came(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.bytes >= BROUGHT {
            *self = Pace::begun();
        }
    }

    /// The next part of a form, if it comes in time.
    pub async fn kept<T>(
        &self,
        next: impl Future<Output = Result<Option<T>, MultipartError>>,
    ) -> Result<Option<T>, Failure> {
        let next = timeout_at(self.until, next).await.map_err(|_| Failure::slow())?;
        next.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(),
            _ => Failure::malformed("The form breaks off, or is none."),
        })
    }
}
