//! Logs to be tested, each in a place of its own that goes away with the test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use store::{Append, AppendError, Appended, Context, Expect, Keys, Location, Log, NewEvent, Personal};
use uuid::Uuid;

/// 1 January 2026, in microseconds.
pub const BEGUN: i64 = 1_767_225_600_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
    Memory,
}

/// A log, its keys, and a clock that the test sets.
pub struct Bench {
    pub log: Log,
    pub location: Location,
    pub folder: Arc<tempfile::TempDir>,
    pub clock: Arc<AtomicI64>,
    pub keys: Arc<Keys>,
}

impl Bench {
    pub fn new(kind: Kind) -> Bench {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let location = match kind {
            Kind::Sqlite => Location::File(folder.path().join("log.db")),
            Kind::Postgres => Location::Database(database()),
            Kind::Memory => Location::Memory,
        };
        Bench::at(location, folder)
    }

    fn at(location: Location, folder: Arc<tempfile::TempDir>) -> Bench {
        let clock = Arc::new(AtomicI64::new(BEGUN));
        let keys = keys(folder.path());
        let log = open(&location, &keys, &clock).expect("a log");
        Bench { log, location, folder, clock, keys }
    }

    /// The same log, opened by another process as it were.
    pub fn again(&self) -> Bench {
        Bench::at(self.location.clone(), Arc::clone(&self.folder))
    }

    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.log.append(append).await
    }

    /// Appends one plain event to a stream.
    pub async fn one(&self, stream: &str) -> Appended {
        self.append(of(vec![event(stream)])).await.expect("appended")
    }

    pub async fn all(&self) -> Vec<store::Recorded> {
        let mut events = Vec::new();
        loop {
            let page = self.log.read_all(events.len() as u64, store::Filter::default(), 500).await.expect("a page");
            if page.events.is_empty() {
                return events;
            }
            events.extend(page.events);
        }
    }
}

pub fn open(location: &Location, keys: &Arc<Keys>, clock: &Arc<AtomicI64>) -> store::Result<Log> {
    let clock = Arc::clone(clock);
    Log::open(location, Arc::clone(keys), move || clock.load(Ordering::SeqCst))
}

pub fn keys(folder: &Path) -> Arc<Keys> {
    let folder = folder.join("keys");
    Arc::new(Keys::open(&folder, &folder.join(store::KEY_FILE)).expect("keys"))
}

/// An id that no other test has: its own bytes, in order.
pub fn id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let next = NEXT.fetch_add(1, Ordering::SeqCst);
    Uuid::from_u64_pair(u64::from(std::process::id()), next)
}

pub fn event(stream: &str) -> NewEvent {
    NewEvent {
        id: id(),
        stream: stream.into(),
        kind: "contact.opened".into(),
        schema: 1,
        occurred: BEGUN,
        data: "{\"channel\": \"chat\",\"n\":1.0}".into(),
        personal: None,
        closes: false,
    }
}

/// An event with text about a person.
pub fn personal(stream: &str, subject: Uuid, text: &str) -> NewEvent {
    let personal = Personal { subject, class: "contact".into(), text: text.as_bytes().to_vec() };
    NewEvent { personal: Some(personal), ..event(stream) }
}

/// An append under a key of its own.
pub fn of(events: Vec<NewEvent>) -> Append {
    let key = id().to_string();
    Append { scope: "test".into(), key, request: [1; 32], expects: Vec::new(), events, context: context() }
}

pub fn expecting(stream: &str, expected: Expect, event: NewEvent) -> Append {
    Append { expects: vec![(stream.into(), expected)], ..of(vec![event]) }
}

pub fn context() -> Context {
    let correlation = Uuid::from_u128(7);
    Context { actor: "nurse-1".into(), unit: "a".into(), purpose: "care".into(), correlation, cause: Some(3) }
}

/// Runs a test on every kind of log. Each has a runtime of its own, so that nothing outlives it.
pub fn on_every_kind(test: impl AsyncFn(Kind)) {
    for kind in [Kind::Memory, Kind::Sqlite, Kind::Postgres] {
        if kind == Kind::Postgres && server().is_none() {
            continue;
        }
        eprintln!("on {kind:?}");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(test(kind));
    }
}

/// A new database on the server that the tests share; the server ends with the test run.
pub fn database() -> String {
    let server = server().expect("a server");
    let name = format!("log_{}", id().simple());
    let made = Command::new("psql")
        .args(["--quiet", "--no-psqlrc", "--dbname", &format!("{server}/postgres")])
        .args(["--command", &format!("CREATE DATABASE {name}")])
        .status();
    assert!(made.expect("psql runs").success(), "no database could be made on {server}");
    format!("{server}/{name}")
}

/// The address of the server: `xtask pg` starts it, and the test command sets it. None: it is left out on purpose.
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
pub fn server() -> Option<String> {
    let address = std::env::var("LUOTSI_TEST_PG").ok();
    if address.is_none() && std::env::var_os("LUOTSI_SKIP_PG").is_some() {
        eprintln!("skipped: PostgreSQL, because of LUOTSI_SKIP_PG");
        return None;
    }
    let how = "`cargo xtask pg -- COMMAND` starts a PostgreSQL server around a command; LUOTSI_SKIP_PG=1 leaves it out";
    Some(address.expect(how))
}

pub fn file(bench: &Bench) -> PathBuf {
    match &bench.location {
        Location::File(path) => path.clone(),
        other => panic!("{other:?} is no file"),
    }
}
