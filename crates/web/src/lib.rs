//! Pages: routes and views, one file or folder for each feature; [`feature::FEATURES`] is the list of them. Real links and forms; everything works without JavaScript.
//!
//! Pages know nothing of SQL: what they show comes through [`Figures`].

mod access;
mod acting;
mod admin;
mod answer;
mod api;
mod assets;
mod bodies;
mod bookings;
mod caller;
mod care;
mod cast;
mod charts;
mod clocks;
mod compress;
mod connections;
mod consultations;
mod contact;
mod demo_clock;
mod desk;
mod disclosures;
mod drafts;
mod feature;
mod figures;
mod files;
mod form;
mod guard;
mod home;
mod hooks;
mod icons;
mod imports;
mod layout;
mod limits;
mod links;
mod listing;
mod live;
mod matters;
mod me;
mod models;
mod needs;
mod notices;
mod numbers;
mod observe;
mod parts;
mod presence;
mod queues;
mod resident;
mod routing;
mod scorecard;
mod sessions;
mod steer;
mod tasks;
mod texts;
mod thread;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Once, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use calendar::Calendar;
use futures::FutureExt;
use identity::{Accounts, Provider};
use kinds::Kinds;
use store::{Attachments, Drafts, Log};
use tokio::sync::watch;

use crate::answer::Failure;
use crate::layout::Page;

pub use access::strong::subject_of;
pub use api::OPENAPI;
pub use caller::Person;
pub use care::{PLAIN_ID, Service, is_plain_id};
pub use cast::Member;
pub use charts::{assurance_code, chart_svg, variation_code};
pub use connections::room;
pub use demo_clock::{DemoClock, MoveClock, PublishFigures, WITHIN, soon};
pub use feature::routes;
pub use figures::{Card, CaseTable, Figures, Part, Point, Series, StaffCard, UnitCard};
pub use hooks::Hear;
pub use imports::{Choice, ImportCard, Imports, Outcome, Reason, Trial, Unable};
pub use limits::Strangers;
pub use me::words_of;
pub use observe::{tell, tell_time_by};
pub use scorecard::{Scorecard, shipped as shipped_scorecards};

/// The parts that the binary wires together.
pub struct Parts {
    pub figures: Arc<dyn Figures>,
    pub imports: Arc<dyn Imports>,
    pub scorecards: Vec<Scorecard>,
    pub kinds: Kinds,
    /// The log of its own that records who saw what.
    pub accesses: Log,
    /// Services that residents can write about; the first takes the rest, for which no other is named.
    pub services: Vec<Service>,
    /// Signs the tokens of staff.
    pub token_key: [u8; 32],
    /// Local accounts of staff, and the county's identity provider, if it has one.
    pub accounts: Arc<Accounts>,
    pub provider: Option<Arc<Provider>>,
    /// The provider that identifies residents strongly.
    pub strong: Option<Arc<Provider>>,
    /// Sign-in by choosing a role, for the demo county only.
    pub demo: bool,
    /// Residents as whom one can sign in there.
    pub cast: Vec<Member>,
    /// Moves the clock of a demo county that was begun with `--now`.
    pub clock: Option<DemoClock>,
    /// Keeps signed requests of other systems; none: nobody hears them.
    pub hooks: Option<Hear>,
    /// Whether `/metrics` is answered beside the pages; otherwise only at its own address.
    pub metrics: bool,
    /// Bytes that nobody can guess, for the names of sessions.
    pub secret: fn() -> [u8; 32],
    /// The limits for strangers.
    pub strangers: Strangers,
    /// The data directory, in which sessions outlive the server; without one they end with it.
    pub data: Option<PathBuf>,
}

/// The state that every page can reach.
pub struct App {
    figures: RwLock<Arc<dyn Figures>>,
    imports: Arc<dyn Imports>,
    metrics: bool,
    scorecards: Vec<Scorecard>,
    kinds: Kinds,
    accesses: Log,
    services: Vec<Service>,
    token_key: [u8; 32],
    accounts: Arc<Accounts>,
    provider: Option<Arc<Provider>>,
    strong: Option<Arc<Provider>>,
    policy: HeaderValue,
    demo: bool,
    cast: Vec<Member>,
    clock: Option<DemoClock>,
    hooks: Option<Hear>,
    data: Option<PathBuf>,
    /// Residents whose names are known.
    people: RwLock<cast::People>,
    journeys: models::Journeys,
    /// Newer figures wait for the clock of the demo county to be moved.
    figures_wait: AtomicBool,
    calendar: &'static Calendar,
    /// Texts that people have typed and not sent.
    drafts: Drafts,
    /// Files that people have brought.
    attachments: Attachments,
    /// The people who are in a conversation at the moment.
    presence: presence::Presence,
    /// First words that were shown in lists.
    glances: guard::Glances,
    holding: bookings::Holding,
    sessions: sessions::Sessions,
    strangers: Strangers,
    counted: limits::Counted,
    bodies: bodies::Room,
    /// Whether it was said that what seems to be a proxy is not trusted.
    untrusted: Once,
    counters: observe::Counters,
    health: observe::Health,
    /// Faults of content that is left out, as they are told, and since when this server has known them.
    faults: RwLock<(Option<i64>, Vec<String>)>,
    /// Place of the log up to which it is in the facts, and when that was last all of it, in microseconds since 1970.
    followed: AtomicU64,
    caught_up: AtomicI64,
    /// Turns true when the server ends: streams end then, so that it does not wait for them.
    ending: watch::Sender<bool>,
}

impl App {
    pub fn new(parts: Parts) -> Arc<App> {
        let now = parts.kinds.store.now();
        let file = parts.data.as_ref().map(|data| data.join("sessions"));
        let [drafts, attachments] =
            ["drafts", "attachments"].map(|folder| parts.data.as_ref().map(|data| data.join(folder)));
        Arc::new(App {
            sessions: sessions::Sessions::open(parts.secret, parts.token_key, file, now),
            counted: limits::Counted::new(&parts.strangers),
            strangers: parts.strangers,
            bodies: bodies::Room::default(),
            untrusted: Once::new(),
            health: observe::Health::new(parts.data.clone()),
            data: parts.data,
            faults: RwLock::default(),
            figures: RwLock::new(parts.figures),
            imports: parts.imports,
            metrics: parts.metrics,
            scorecards: parts.scorecards,
            accesses: parts.accesses,
            services: parts.services,
            token_key: parts.token_key,
            accounts: parts.accounts,
            policy: policy([parts.provider.as_deref(), parts.strong.as_deref()]),
            provider: parts.provider,
            strong: parts.strong,
            demo: parts.demo,
            people: cast::people(&parts.cast),
            cast: parts.cast,
            clock: parts.clock,
            hooks: parts.hooks,
            journeys: models::Journeys::default(),
            figures_wait: AtomicBool::new(false),
            calendar: Calendar::shipped(),
            drafts: Drafts::of(parts.kinds.store.log(), drafts),
            attachments: Attachments::of(parts.kinds.store.log(), attachments),
            presence: presence::Presence::default(),
            kinds: parts.kinds,
            glances: guard::Glances::default(),
            holding: bookings::Holding::default(),
            counters: observe::Counters::default(),
            followed: AtomicU64::new(0),
            caught_up: AtomicI64::new(now),
            ending: watch::Sender::new(false),
        })
    }

    /// The figures as they are published now.
    pub fn figures(&self) -> Arc<dyn Figures> {
        Arc::clone(&self.figures.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Faults of content that is left out, and since when this server has known of any.
    fn content_faults(&self) -> (Option<i64>, Vec<String>) {
        self.faults.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells up to which place of the log the facts have followed.
    pub fn followed(&self, pos: u64) {
        self.followed.store(pos, Ordering::Relaxed);
        if pos >= self.kinds.store.pos() {
            self.caught_up.store(self.kinds.store.now(), Ordering::Relaxed);
        }
    }

    /// Whether newer figures are to wait: the clock of a demo county is on its way, or its figures were not asked for.
    pub fn figures_wait(&self) -> bool {
        self.figures_wait.load(Ordering::Relaxed)
    }

    /// Events of the log that are not in the facts yet, and for how many seconds there have been such.
    fn behind(&self) -> (u64, f64) {
        let events = self.kinds.store.pos().saturating_sub(self.followed.load(Ordering::Relaxed));
        let since = self.kinds.store.now().saturating_sub(self.caught_up.load(Ordering::Relaxed));
        (events, if events == 0 { 0.0 } else { since.max(0) as f64 / 1e6 })
    }

    /// Puts newer figures in place of those shown; requests under way end with the ones they began with.
    pub fn publish(&self, figures: Arc<dyn Figures>) {
        *self.figures.write().unwrap_or_else(PoisonError::into_inner) = figures;
    }
}

/// Every route.
pub fn router(app: Arc<App>) -> Router {
    let brought = feature::router(|it| (it.files)())
        .layer(DefaultBodyLimit::max(admin::imports::MOST_FILE))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), caught));
    let of_demo = match &app.clock {
        Some(_) => Router::new().route("/demo/clock", post(demo_clock::move_to)),
        None => Router::new(),
    };
    feature::router(|it| (it.pages)())
        .route("/assets/{name}", get(assets::asset))
        .route("/healthz", get(observe::health))
        .route("/metrics", get(observe::metrics_beside_pages))
        .nest("/api", programs())
        .merge(of_demo)
        .fallback(home::not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), acting::goes_on))
        .layer(DefaultBodyLimit::max(care::MOST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), caught))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), bodies::whole))
        .merge(brought)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), same_origin))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), observe::count))
        .layer(middleware::from_fn(compress::compress))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), harden))
        .with_state(app)
}

/// Routes for programs: JSON, and the same answer for what is not there and what they may not know of.
fn programs() -> Router<Arc<App>> {
    feature::router(|it| (it.programs)())
        .fallback(api::nothing)
        .method_not_allowed_fallback(api::wrong_method)
        .layer(middleware::map_response(as_json))
}

/// Gives a refusal by the framework itself, such as of a body that is too large, the shape of every other refusal.
async fn as_json(response: Response) -> Response {
    let is_text =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large().into_response(),
        status if status.is_client_error() && is_text => {
            Failure::malformed("The request cannot be read.").into_response()
        }
        _ => response,
    }
}

/// How long requests under way have when the server ends.
const PATIENCE: Duration = Duration::from_secs(5);
/// Sign-ins are on disk after so long.
const NOTED_AFTER: Duration = Duration::from_secs(1);
/// Drafts whose time is over are gone after so long.
const SWEPT_AFTER: Duration = Duration::from_hours(1);
/// Connections of the county's monitoring at a time.
const METRICS_AT_ONCE: usize = 16;

/// Serves until `stopped`, and lets the requests under way end.
pub async fn serve(
    listener: tokio::net::TcpListener,
    app: Arc<App>,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    let names = middleware::from_fn_with_state(Arc::clone(&app), named);
    let served = connections::serve(listener, router(Arc::clone(&app)).layer(names), room(), app.ending.subscribe());
    let over = async {
        stopped.await;
        app.ending.send_replace(true);
        tokio::time::sleep(PATIENCE).await;
    };
    let named = Arc::clone(&app);
    drop(tokio::spawn(async move { named.learn_names().await }));
    let kept = tokio::spawn(keep_sessions(Arc::clone(&app)));
    let swept = tokio::spawn(sweep_drafts(Arc::clone(&app)));
    tokio::select! {
        () = served => {}
        // A client that does not read, or sends half a request, does not keep the server.
        () = over => {}
    }
    kept.abort();
    swept.abort();
    keep_sessions_now(&app);
}

/// Writes down who has signed in, soon after that has changed.
async fn keep_sessions(app: Arc<App>) {
    loop {
        tokio::time::sleep(NOTED_AFTER).await;
        let app = Arc::clone(&app);
        let _ = tokio::task::spawn_blocking(move || keep_sessions_now(&app)).await;
    }
}

/// Takes drafts away when their time is over.
async fn sweep_drafts(app: Arc<App>) {
    loop {
        app.sweep_drafts().await;
        tokio::time::sleep(SWEPT_AFTER).await;
    }
}

fn keep_sessions_now(app: &App) {
    if let Err(error) = app.sessions.keep() {
        tell(&format!("warning: with the server everybody's sign-in will end: {error}"));
    }
}

/// Serves `/metrics` alone, for the address that only the county's monitoring reaches.
pub async fn serve_metrics(listener: tokio::net::TcpListener, app: Arc<App>) {
    let ending = app.ending.subscribe();
    let metrics = Router::new().route("/metrics", get(observe::metrics)).with_state(app);
    connections::serve(listener, metrics, METRICS_AT_ONCE, ending).await;
}

/// A mistake of ours in one answer is reported in that answer, and ends no other.
async fn caught(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let asked = parts.clone();
    match AssertUnwindSafe(next.run(Request::from_parts(asked, body))).catch_unwind().await {
        Err(_) => failed(&app, &mut parts, Failure::broken(&"an answer panicked")).await,
        Ok(response) if is_of_programs(&parts.uri) || !is_bare_refusal(&response) => response,
        Ok(response) => match Page::from_request_parts(&mut parts, &app).await {
            Ok(page) => {
                let mut told = home::unreadable(&page, response.status());
                let allowed = response.headers().get(header::ALLOW).map(|it| (header::ALLOW, it.clone()));
                told.headers_mut().extend(allowed);
                told
            }
            Err(response) => response,
        },
    }
}

/// An error, as JSON for programs and as a page for people.
async fn failed(app: &Arc<App>, parts: &mut request::Parts, failure: Failure) -> Response {
    if is_of_programs(&parts.uri) {
        return failure.into_response();
    }
    match Page::from_request_parts(parts, app).await {
        Ok(page) => home::failed(&page, &failure),
        Err(response) => response,
    }
}

fn is_of_programs(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
}

/// Whether the framework refused by itself, in English and without a way on.
fn is_bare_refusal(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    response.status().is_client_error() && kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// The server is asked under its own name: a page of another site, whose name was made to lead here, is not answered.
async fn named(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut given = request.headers().get_all(header::HOST).iter();
    let (host, is_twice) = (given.next().and_then(|host| host.to_str().ok()), given.next().is_some());
    let ours = &app.strangers.hosts;
    let is_ours = |host: &str| ours.iter().any(|name| name.eq_ignore_ascii_case(without_port(host)));
    let failure = match host {
        // A monitor that asks whether the server is up knows only its address.
        _ if request.uri().path() == "/healthz" => None,
        _ if is_twice => Some(Failure::malformed("The request names two servers.")),
        None if request.version() == Version::HTTP_11 => Some(Failure::malformed("The request names no server.")),
        host if !ours.is_empty() && !host.is_some_and(is_ours) => Some(Failure::misdirected()),
        _ => None,
    };
    match failure {
        None => next.run(request).await,
        Some(failure) => failed(&app, &mut request.into_parts().0, failure).await,
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Nothing is changed by a form of another site: browsers say where a request comes from.
async fn same_origin(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || comes_from_here(request.headers()) {
        return next.run(request).await;
    }
    failed(&app, &mut request.into_parts().0, Failure::foreign()).await
}

fn comes_from_here(headers: &HeaderMap) -> bool {
    let given = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = given("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (given("origin"), given("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        // Programs send no origin, and no cookies of a browser either.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

/// Whether the proxy that ends TLS before us says that the way to it is encrypted; then no cookie ever goes another way.
fn is_encrypted(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https")
}

/// Before the names of cookies that only this very host may have set, over an encrypted way and for all of it.
const OWN_HOST: &str = "__Host-";

/// That, where a cookie opens something.
fn prefix_of(cookie: &HeaderValue) -> &'static [u8] {
    let name = cookie.as_bytes().split(|byte| *byte == b'=').next();
    let opens = caller::OPENING.iter().any(|opening| name == Some(opening.as_bytes()));
    if opens { OWN_HOST.as_bytes() } else { b"" }
}

/// From where a page may load something, and where its forms lead: nowhere else, but that signing out leads on to whoever
/// has made sure of the person.
fn policy(providers: [Option<&Provider>; 2]) -> HeaderValue {
    const NONE_BUT_OURS: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; \
                                 script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
                                 form-action 'self'";
    let origins = providers.into_iter().flatten().map(Provider::origin);
    let whole = origins.fold(NONE_BUT_OURS.to_string(), |whole, origin| format!("{whole} {origin}"));
    HeaderValue::from_str(&whole).unwrap_or(HeaderValue::from_static(NONE_BUT_OURS))
}

/// No script but ours, no outside origin, no framing, nothing personal in caches.
async fn harden(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    const ENCRYPTED: HeaderValue = HeaderValue::from_static("max-age=31536000");
    const FIXED: [(HeaderName, &str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    let is_encrypted = is_encrypted(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if is_encrypted {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ENCRYPTED);
        let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
        headers.remove(header::SET_COOKIE);
        for cookie in cookies {
            let secure = [prefix_of(&cookie), cookie.as_bytes(), b"; Secure"].concat();
            headers.append(header::SET_COOKIE, HeaderValue::from_bytes(&secure).unwrap_or(cookie));
        }
    }
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A file that somebody has brought may do less than a page of ours.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| app.policy.clone());
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
