//! A log in memory, a resident who has left a number and an address, and a sender whose clock the test moves.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use content::{Found, Library};
use kinds::Kinds;
use kinds::content::FOLDERS;
use matter::{By, Subject};
use operations::dispatches::{Asked, Command, Dispatch, Event, Means, Place, Says, dispatch_id};
use operations::residents::{Addresses, Command as OfResident, Reach};
use operations::tasks::Of;
use ports::{FILES, Outbox, Settings};
use store::{KEY_FILE, Keys, Location, Log};
use tempfile::TempDir;
use uuid::Uuid;

/// A Monday in March 2026, 8.00 in Helsinki.
pub const MONDAY: i64 = 1_773_036_000_000_000;
pub const MINUTE: i64 = 60_000_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const SUBJECT: Subject = Subject(Uuid::from_u128(7));
pub const PHONE: &str = "+358450000001";
pub const EMAIL: &str = "nimi@example.org";
/// The patience with a peer in tests.
const STEP: Duration = Duration::from_millis(250);

pub struct World {
    pub folder: TempDir,
    pub kinds: Kinds,
    pub outbox: Outbox,
    clock: Arc<AtomicI64>,
}

impl World {
    pub async fn new(settings: BTreeMap<String, Settings>) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(folder.path(), &folder.path().join(KEY_FILE)).expect("keys");
        let clock = Arc::new(AtomicI64::new(MONDAY));
        let (of_log, of_kinds) = (Arc::clone(&clock), Arc::clone(&clock));
        let now = move || of_log.load(Ordering::Relaxed);
        let log = Log::open(&Location::Memory, Arc::new(keys), now).expect("a log");
        let kinds = Kinds::open(log, move || of_kinds.load(Ordering::Relaxed), None).await.expect("kinds");
        let following = kinds.store.clone();
        tokio::spawn(async move { following.follow().await });
        let shipped = [
            ("content/ports/sms.toml", include_str!("../../../../content/ports/sms.toml")),
            ("content/ports/email.toml", include_str!("../../../../content/ports/email.toml")),
            ("content/ports/suomifi-messages.toml", include_str!("../../../../content/ports/suomifi-messages.toml")),
            ("content/services/social-advice.toml", include_str!("../../../../content/services/social-advice.toml")),
            ("content/queues/social-advice.toml", include_str!("../../../../content/queues/social-advice.toml")),
        ];
        let found: Vec<Found> = shipped.iter().map(|(path, text)| Found::shipped(path, text)).collect();
        let library = Library::read(FOLDERS, &found, &|_, _| true);
        assert_eq!(library.faults, []);
        kinds.take(&library, jiff::civil::date(2026, 3, 9));
        let words = |says: Says, language: &str| (format!("title {language}"), format!("{} {language}", says.code()));
        let files = Settings { url: Some(FILES.into()), ..Settings::default() };
        let outbox = Outbox::new(kinds.clone(), folder.path(), (settings, files), Some(Box::new(words)), STEP);
        let world = World { folder, kinds, outbox, clock };
        world.leave(&Means::ALL).await;
        world
    }

    /// The resident wants to be told by some means.
    pub async fn leave(&self, means: &[Means]) {
        let reach = Reach { means: means.into(), language: "sv".into(), mark: None };
        let addresses = Addresses { phone: Some(PHONE.into()), email: Some(EMAIL.into()) };
        let command = OfResident::LeaveReach { reach, addresses };
        let key = format!("{means:?}");
        let left = self.kinds.ask_of_resident(SUBJECT, &By::Resident(SUBJECT), command, (&key, &key)).await;
        left.expect("left");
    }

    /// A dispatch by some means, asked now.
    pub async fn ask(&self, number: u8, means: &[Means]) -> Uuid {
        let id = dispatch_id(&["test", &number.to_string()]);
        let asked = Asked {
            cause: Of { kind: "contact".into(), id: Uuid::from_u128(1) },
            subject: Some(SUBJECT),
            unit: "a".into(),
            who: None,
            says: Says::Waits,
            language: "sv".into(),
            means: means.into(),
        };
        let done = self.kinds.dispatches.ask(id, Command::Ask(asked), &By::System, "ask", 0).await;
        done.expect("asked");
        id
    }

    /// Lets it be so long after the beginning; clocks strike, and the sender makes a round.
    pub async fn at(&self, after: i64) {
        self.clock(after);
        self.kinds.store.strike().await;
        self.outbox.round().await;
    }

    /// Lets it be so long after the beginning, and nobody does anything.
    pub fn clock(&self, after: i64) {
        self.clock.store(MONDAY + after, Ordering::Relaxed);
    }

    pub async fn dispatch(&self, id: Uuid) -> Arc<Dispatch> {
        self.kinds.dispatches.read(id).await.expect("readable").expect("a dispatch")
    }

    /// How a dispatch stands, and the last word of its port.
    pub async fn stands(&self, id: Uuid) -> (&'static str, String) {
        let it = self.dispatch(id).await;
        let place = match it.place {
            Place::Waiting { .. } => "waits",
            Place::Begun { .. } => "begun",
            Place::Taken { .. } => "taken",
            Place::Delivered => "delivered",
            Place::Failed => "task",
            Place::Withdrawn => "withdrawn",
            Place::Closed => "closed",
        };
        (place, it.code.clone().unwrap_or_default())
    }

    /// After how many attempts nobody knew what had become of a dispatch.
    pub async fn unknowns(&self, id: Uuid) -> usize {
        let happened = self.kinds.dispatches.dated(id).await.expect("readable");
        happened.iter().filter(|it| matches!(it.event, Event::Unknown { .. })).count()
    }

    /// Whether a task stands in the place of a dispatch.
    pub async fn has_task(&self, id: Uuid) -> bool {
        let task = self.kinds.tasks.read(Uuid::new_v5(&id, b"task")).await.expect("readable");
        task.is_some_and(|task| task.dispatch == Some(id))
    }

    pub fn port(&self, id: &str) -> std::path::PathBuf {
        self.folder.path().join("ports").join(id)
    }
}

/// The names of the files in a folder.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
