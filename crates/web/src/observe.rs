//! `/healthz` and `/metrics`: is it up, how much does it serve, how fast. Never anything of people or small groups. And the
//! lines that the server says of itself.

use std::fmt::Write;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use store::{AppendError, Context, Log, Matters, new_id};

use crate::App;
use crate::home::missing;
use crate::layout::Page;
use crate::limits::is_from_here;

/// Upper ends of the buckets of response times, in milliseconds.
const BUCKETS: [u64; 7] = [1, 5, 10, 25, 50, 250, 1000];
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// Counts of requests.
#[derive(Default)]
pub struct Counters {
    classes: [AtomicU64; 4],
    buckets: [AtomicU64; 8],
    micros: AtomicU64,
}

/// Counts every request.
pub async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let response = next.run(request).await;
    let took = begun.elapsed();
    let class = usize::from(response.status().as_u16() / 100).clamp(2, 5) - 2;
    let bucket = BUCKETS.iter().position(|end| took.as_millis() < u128::from(*end)).unwrap_or(BUCKETS.len());
    app.counters.classes[class].fetch_add(1, Ordering::Relaxed);
    app.counters.buckets[bucket].fetch_add(1, Ordering::Relaxed);
    app.counters.micros.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    response
}

/// Whether the server can write, as it was last looked.
pub struct Health {
    data: Option<PathBuf>,
    looked: tokio::sync::Mutex<Option<(Instant, Wrong)>>,
}

/// The things that cannot be written, why, and since when that was seen: microseconds since 1970.
pub type Wrong = Vec<(&'static str, String, i64)>;

/// After so long it is looked again whether it can write.
const LOOKED_EVERY: Duration = Duration::from_secs(3);
/// A log that does not say in time whether it can be written to cannot.
const WRITTEN_WITHIN: Duration = Duration::from_secs(4);

impl Health {
    pub fn new(data: Option<PathBuf>) -> Health {
        Health { data, looked: tokio::sync::Mutex::default() }
    }

    /// The things that cannot be written, and why; looked at once for all who ask within some seconds.
    pub async fn wrong(&self, app: &App) -> Wrong {
        let mut looked = self.looked.lock().await;
        if let Some((_, wrong)) = looked.as_ref().filter(|(at, _)| at.elapsed() < LOOKED_EVERY) {
            return wrong.clone();
        }
        let data = self.data.clone();
        let disk = tokio::task::spawn_blocking(move || data.map_or(Ok(()), |data| written(&data)));
        let now = app.kinds.store.now();
        let (log, accesses, disk) =
            tokio::join!(takes(app.kinds.store.log(), now), takes(&app.accesses, now), async { disk.await.ok() });
        let disk = disk.unwrap_or_else(|| Err("it was not looked".into()));
        let all = [("log", log), ("accesses", accesses), ("disk", disk)];
        let before = looked.as_ref().map_or(&[][..], |(_, wrong)| wrong);
        let since = |what: &str| before.iter().find(|(it, ..)| *it == what).map_or(now, |(.., since)| *since);
        let wrong = all.into_iter().filter_map(|(what, it)| it.err().map(|why| (what, why, since(what))));
        let wrong: Wrong = wrong.collect();
        *looked = Some((Instant::now(), wrong.clone()));
        wrong
    }
}

/// Whether a log can be written to: it begins to write, and decides that there is nothing.
async fn takes(log: &Log, now: i64) -> Result<(), String> {
    let (actor, unit, purpose) = ("health".into(), String::new(), "upkeep".into());
    let nothing = store::Command {
        scope: "health".into(),
        key: "health".into(),
        request: [0; 32],
        context: Context { actor, unit, purpose, correlation: new_id(now), cause: None },
        decide: Box::new(|_| None),
    };
    match tokio::time::timeout(WRITTEN_WITHIN, log.carry_out(nothing)).await {
        Ok(Ok(_) | Err(AppendError::Refused)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it does not answer".into()),
    }
}

/// Whether a file can be written, and is on disk.
fn written(data: &Path) -> Result<(), String> {
    // Among what can be made anew, so that no copy of the directory has it.
    let folder = data.join("snapshots");
    let folders = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    folders.map_err(|error| error.to_string())?;
    let path = folder.join("writable");
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
    let mut file = file.map_err(|error| error.to_string())?;
    let written = file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).map_err(|error| error.to_string());
    let _ = std::fs::remove_file(&path);
    written
}

/// `GET /healthz`: 200 and `ok`, or 503 and what cannot be written. Why stands in the server's log.
pub async fn health(State(app): State<Arc<App>>) -> Response {
    let wrong = app.health.wrong(&app).await;
    let figures = app.figures();
    let (measures, units) = (figures.catalogue().len(), figures.units().len());
    if wrong.is_empty() {
        return format!("ok\nmeasures {measures}\nunits {units}\n").into_response();
    }
    let lines = wrong.iter().map(|(what, why, _)| {
        tell(&format!("error: cannot write, {what}: {why}"));
        format!("cannot write: {what}\n")
    });
    (StatusCode::SERVICE_UNAVAILABLE, lines.collect::<String>()).into_response()
}

/// `GET /metrics` beside the pages: for a caller on this very machine, and for nobody for whom a proxy asks.
pub async fn metrics_beside_pages(State(app): State<Arc<App>>, page: Page, parts: Parts) -> Response {
    if app.metrics && is_from_here(&parts) { metrics(State(app)).await } else { missing(&page) }
}

pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    let counters = &app.counters;
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let mut out =
        String::from("# HELP luotsi_requests_total Requests answered.\n# TYPE luotsi_requests_total counter\n");
    for (class, counter) in CLASSES.iter().zip(&counters.classes) {
        let _ = writeln!(out, "luotsi_requests_total{{class=\"{class}\"}} {}", read(counter));
    }
    out.push_str("# HELP luotsi_request_seconds Time to answer.\n# TYPE luotsi_request_seconds histogram\n");
    let mut sum = 0;
    for (end, counter) in BUCKETS.iter().zip(&counters.buckets) {
        sum += read(counter);
        let _ = writeln!(out, "luotsi_request_seconds_bucket{{le=\"{}\"}} {sum}", *end as f64 / 1000.0);
    }
    sum += read(&counters.buckets[BUCKETS.len()]);
    let _ = writeln!(out, "luotsi_request_seconds_bucket{{le=\"+Inf\"}} {sum}");
    let _ = writeln!(out, "luotsi_request_seconds_sum {}", read(&counters.micros) as f64 / 1e6);
    let _ = writeln!(out, "luotsi_request_seconds_count {sum}");
    let wrong = app.health.wrong(&app).await;
    out.push_str("# HELP luotsi_writable Whether it can be written to.\n# TYPE luotsi_writable gauge\n");
    for what in ["log", "accesses", "disk"] {
        let is_writable = u8::from(!wrong.iter().any(|(it, ..)| *it == what));
        let _ = writeln!(out, "luotsi_writable{{what=\"{what}\"}} {is_writable}");
    }
    let (pos, open) = (app.kinds.store.pos(), app.kinds.contacts.look(Matters::open));
    let (behind, since) = app.behind();
    let gauges = [
        ("luotsi_log_events", "Events of the log that are shown.", pos as f64),
        ("luotsi_contacts_open", "Contacts that are not closed.", open as f64),
        ("luotsi_facts_behind_events", "Events of the log that are not in the facts yet.", behind as f64),
        ("luotsi_facts_behind_seconds", "Time since all events of the log were in the facts; 0 when they are.", since),
    ];
    for (name, about, value) in gauges {
        let _ = writeln!(out, "# HELP {name} {about}\n# TYPE {name} gauge\n{name} {value}");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response()
}

/// Tells the time of the lines, in microseconds since 1970.
static CLOCK: OnceLock<fn() -> i64> = OnceLock::new();

/// The clock by which lines have their time; without it they have none.
pub fn tell_time_by(clock: fn() -> i64) {
    let _ = CLOCK.set(clock);
}

/// The line that was said last, when that was, and how often it would have been said since.
static LAST: Mutex<(String, u64)> = Mutex::new((String::new(), 0));
static LAST_AT: AtomicI64 = AtomicI64::new(0);
/// The same line is said so often, in microseconds: what goes wrong for thousands is not said thousands of times.
const SAID_EVERY: i64 = 10_000_000;

/// Says a line on the standard error, with its time. The same again within seconds is counted, and the count is said.
pub fn tell(line: &str) {
    let now = CLOCK.get().map(|clock| clock());
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(now) = now
        && last.0 == line
        && now - LAST_AT.load(Ordering::Relaxed) < SAID_EVERY
    {
        last.1 += 1;
        return;
    }
    let time = now.and_then(|now| jiff::Timestamp::from_microsecond(now).ok());
    let time = time.map_or_else(String::new, |time| format!("{time:.0} "));
    let again = std::mem::replace(&mut *last, (line.into(), 0)).1;
    LAST_AT.store(now.unwrap_or_default(), Ordering::Relaxed);
    if again > 0 {
        eprintln!("{time}the line before, {again} times more");
    }
    eprintln!("{time}{line}");
}
