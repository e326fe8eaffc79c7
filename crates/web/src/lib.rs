//! Pages: routes and views, one file for each feature. Real links and forms; everything works without JavaScript.
//!
//! Pages know nothing of SQL: what they show comes through [`Figures`].

mod access;
mod assets;
mod charts;
mod figures;
mod home;
mod layout;
mod numbers;
mod observe;
mod scorecard;
mod steer;
mod texts;

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{self, HeaderName};
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};

pub use charts::{assurance_code, chart_svg, variation_code};
pub use figures::{Card, CaseTable, Figures, Part, Point, Series, UnitCard};
pub use scorecard::{Scorecard, shipped as shipped_scorecards};

/// What every page can reach.
pub struct App {
    figures: RwLock<Arc<dyn Figures>>,
    /// Whether `/metrics` is answered beside the pages; otherwise only at its own address.
    pub metrics: bool,
    pub scorecards: Vec<Scorecard>,
    /// Sign-in by choosing a role, for the demo county only.
    pub demo: bool,
    sessions: access::Sessions,
    counters: observe::Counters,
}

impl App {
    /// `secret` gives bytes that nobody can guess, for the names of sessions.
    pub fn new(
        figures: Arc<dyn Figures>,
        scorecards: Vec<Scorecard>,
        demo: bool,
        metrics: bool,
        secret: fn() -> [u8; 32],
    ) -> Arc<App> {
        let (sessions, counters) = (access::Sessions::new(secret), observe::Counters::default());
        Arc::new(App { figures: RwLock::new(figures), metrics, scorecards, demo, sessions, counters })
    }

    /// The figures as they are published now.
    pub fn figures(&self) -> Arc<dyn Figures> {
        Arc::clone(&self.figures.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts newer figures in place of those shown; requests under way end with the ones they began with.
    pub fn publish(&self, figures: Arc<dyn Figures>) {
        *self.figures.write().unwrap_or_else(PoisonError::into_inner) = figures;
    }
}

/// Every route.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(home::home))
        .route("/sign-in", get(access::page).post(access::sign_in))
        .route("/sign-out", post(access::sign_out))
        .route("/steer", get(steer::overview))
        .route("/steer/measures/{id}", get(steer::measure))
        .route("/steer/measures/{id}/csv", get(steer::csv))
        .route("/steer/measures/{id}/cases", get(steer::cases))
        .route("/assets/{name}", get(assets::asset))
        .route("/healthz", get(observe::health))
        .route("/metrics", get(observe::metrics_beside_pages))
        .fallback(home::not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), observe::count))
        .layer(middleware::map_response(harden))
        .with_state(app)
}

/// Serves until `stopped`, and lets the requests under way end.
pub async fn serve(
    listener: tokio::net::TcpListener,
    app: Arc<App>,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(app)).with_graceful_shutdown(stopped).await
}

/// Serves `/metrics` alone, for the address that only the county's monitoring reaches.
pub async fn serve_metrics(listener: tokio::net::TcpListener, app: Arc<App>) -> std::io::Result<()> {
    axum::serve(listener, Router::new().route("/metrics", get(observe::metrics)).with_state(app)).await
}

/// No script but ours, no outside origin, no framing, nothing personal in caches.
async fn harden(mut response: Response) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; \
                          connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    const FIXED: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
