//! Pages and answers to programs, over a fixture of figures and a log in memory.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod absences;
mod acting;
mod bookings;
mod bookings_times;
mod cast;
mod chats;
mod consultations;
mod contacts;
mod crawl;
mod desk;
mod drafts;
mod duties;
mod files;
mod forms;
mod gatherings;
mod imports;
mod models;
mod needs;
mod notices;
mod openapi;
mod pages;
mod partners;
mod phases;
mod phrases;
mod queues;
mod reach;
mod registers;
mod rights;
mod series;
mod sessions;
mod signin;
mod sms;
mod split;
mod staff;
mod strangers;
mod tasks;
mod walk_ins;
mod wishes;

use std::path::PathBuf;
use std::sync::Arc;

use identity::{Accounts, Provider};
use kinds::Kinds;
use store::{KEY_FILE, Keys, Location, Log, Opening};
use web::{App, Figures, Parts, Service, Strangers};

/// Signs the tokens of tests.
const TOKEN_KEY: [u8; 32] = [9; 32];
/// When everything happens, unless a test says otherwise: a Wednesday at noon.
const NOW: i64 = 1_767_787_200_000_000;

fn on_its_own<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// The pages over some figures, with a log in memory that begins empty.
async fn app_over(figures: Arc<dyn Figures>, metrics: bool) -> Arc<App> {
    app_and_accesses(figures, metrics).await.0
}

/// The same with the record of accesses.
async fn app_and_accesses(figures: Arc<dyn Figures>, metrics: bool) -> (Arc<App>, Log) {
    let (app, accesses, _) = app_for(figures, metrics, Strangers::default(), true).await;
    (app, accesses)
}

/// The same for strangers who may do so much, in the demo or not; with the record of accesses and the log.
async fn app_for(figures: Arc<dyn Figures>, metrics: bool, strangers: Strangers, demo: bool) -> (Arc<App>, Log, Log) {
    app_with(kinds_beside(|_| ()).await, (figures, metrics), strangers, demo)
}

/// A log in memory that begins empty.
fn log() -> Log {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let keys = Keys::open(&folder, &folder.join(KEY_FILE)).expect("keys");
    Log::open(&Location::Memory, Arc::new(keys), || NOW).expect("a log")
}

/// All kinds over a log that begins empty, which they follow.
async fn kinds_beside(beside: impl FnOnce(&mut Opening)) -> Kinds {
    let kinds = Kinds::open_beside(log(), || NOW, None, beside).await.expect("kinds");
    let followed = kinds.store.clone();
    tokio::spawn(async move { followed.follow().await });
    kinds
}

/// The pages over kinds and figures; with the record of accesses and the log.
fn app_with(
    kinds: Kinds,
    (figures, metrics): (Arc<dyn Figures>, bool),
    strangers: Strangers,
    demo: bool,
) -> (Arc<App>, Log, Log) {
    let accounts = Arc::new(Accounts::open(None, TOKEN_KEY).expect("accounts"));
    app_entered(kinds, (figures, metrics), (strangers, demo), (accounts, None))
}

/// The same with local accounts and an identity provider.
fn app_entered(
    kinds: Kinds,
    (figures, metrics): (Arc<dyn Figures>, bool),
    (strangers, demo): (Strangers, bool),
    (accounts, provider): (Arc<Accounts>, Option<Arc<Provider>>),
) -> (Arc<App>, Log, Log) {
    let service = |id: &str, unit: &str| Service {
        id: id.into(),
        unit: unit.into(),
        queue: None,
        names: ["a", "b", "c"].map(Into::into),
    };
    let services = vec![service("outpatient", "small"), service("families", "other")];
    app_serving(kinds, (figures, metrics), (strangers, demo), (accounts, provider), services, None)
}

/// The same for other services.
fn app_serving(
    kinds: Kinds,
    (figures, metrics): (Arc<dyn Figures>, bool),
    (strangers, demo): (Strangers, bool),
    (accounts, provider): (Arc<Accounts>, Option<Arc<Provider>>),
    services: Vec<Service>,
    data: Option<PathBuf>,
) -> (Arc<App>, Log, Log) {
    // Every session gets another name.
    fn secret() -> [u8; 32] {
        store::random().expect("random bytes")
    }
    let (accesses, events) = (log(), kinds.store.log().clone());
    let app = App::new(Parts {
        figures,
        imports: Arc::new(imports::Fixture::default()),
        scorecards: web::shipped_scorecards(),
        kinds,
        accesses: accesses.clone(),
        services,
        token_key: TOKEN_KEY,
        accounts,
        provider,
        strong: None,
        demo,
        cast: pages::cast(),
        clock: None,
        hooks: None,
        metrics,
        secret,
        strangers,
        data,
    });
    (app, accesses, events)
}
