//! `/healthz` and `/metrics`: is it up, how much does it serve, how fast. Never anything of people or small groups.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::home::missing;
use crate::layout::Page;

/// Upper ends of the buckets of response times, in milliseconds.
const BUCKETS: [u64; 7] = [1, 5, 10, 25, 50, 250, 1000];
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// What is counted of requests.
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

pub async fn health(State(app): State<Arc<App>>) -> Response {
    let figures = app.figures();
    format!("ok\nmeasures {}\nunits {}\n", figures.catalogue().len(), figures.units().len()).into_response()
}

pub async fn metrics_beside_pages(State(app): State<Arc<App>>, page: Page) -> Response {
    if app.metrics { metrics(State(app)).await } else { missing(&page) }
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
    let (pos, open) = {
        let view = app.desk.view();
        (view.pos, view.open())
    };
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
