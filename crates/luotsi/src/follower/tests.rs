//! Whatever happens in the log, however the rounds fall and whichever process is killed between them: the facts are its
//! fold.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use analytics::measure;
use analytics::report::{self, Format};
use kinds::{Kinds, NewContact};
use matter::Matter;
use matter::{By, ERASED, Subject, named};
use operations::contacts::{Channel, Code, Command, Contact, Outcome};
use operations::residents::{Command as OfResident, Registration};
use proptest::prelude::*;
use store::{Context, Epoch, KEY_FILE, Keys, Location, Log};
use tempfile::TempDir;

use super::*;

/// A step in the life of the contact or resident of a number.
#[derive(Debug, Clone)]
enum Step {
    Open {
        resident: Option<usize>,
    },
    Claim(usize),
    Ask(usize),
    Answer(usize),
    Transfer(usize),
    Resolve(usize),
    Register(usize),
    Erase(usize),
    Round,
    /// The follower begins again, without the place that it had written down.
    Forget,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = || 0..6_usize;
    let step = prop_oneof![
        5 => prop::option::of(0..2_usize).prop_map(|resident| Step::Open { resident }),
        3 => one().prop_map(Step::Claim),
        2 => one().prop_map(Step::Ask),
        3 => one().prop_map(Step::Answer),
        2 => one().prop_map(Step::Transfer),
        2 => one().prop_map(Step::Resolve),
        2 => (0..2_usize).prop_map(Step::Register),
        2 => (0..2_usize).prop_map(Step::Erase),
        4 => Just(Step::Round),
        1 => Just(Step::Forget),
    ];
    prop::collection::vec(step, 4..40)
}

/// 7 January 2026 at noon.
const BEGUN: i64 = 1_767_787_200_000_000;

fn clock() -> i64 {
    static TICKS: AtomicI64 = AtomicI64::new(0);
    BEGUN + TICKS.fetch_add(60_000_000, Ordering::Relaxed) % 86_400_000_000_000
}

struct County {
    folder: TempDir,
    keys: Arc<Keys>,
    kinds: Kinds,
    contacts: Vec<Uuid>,
    residents: [Uuid; 2],
}

async fn kinds_of(log: Log) -> Kinds {
    let kinds = Kinds::open(log, clock, None).await.expect("kinds");
    let followed = kinds.store.clone();
    tokio::spawn(async move { followed.follow().await });
    kinds
}

impl County {
    async fn new() -> County {
        let folder = tempfile::tempdir().expect("a folder");
        Lake::open(folder.path()).expect("facts");
        let keys = folder.path().join("keys");
        std::fs::create_dir_all(&keys).expect("a folder");
        let keys = Arc::new(Keys::open(&keys, &keys.join(KEY_FILE)).expect("keys"));
        let log = Log::open(&Location::Memory, Arc::clone(&keys), clock).expect("a log");
        let kinds = kinds_of(log).await;
        County { folder, keys, kinds, contacts: Vec::new(), residents: [1, 2].map(store::new_id) }
    }

    /// A copy of the log as it stands, as one that is restored: under an epoch of its own.
    async fn copy(&self) -> Location {
        let copy = Location::File(self.folder.path().join("copy.db"));
        let restored = Epoch::New { epoch: store::new_id(clock()), at: clock(), instead: Vec::new() };
        store::copy(self.kinds.store.log(), &copy, restored).await.expect("a copy");
        copy
    }

    /// The county goes on with another log.
    async fn goes_on_with(&mut self, log: &Location) {
        let log = Log::open(log, Arc::clone(&self.keys), clock).expect("a log");
        self.kinds = kinds_of(log).await;
    }

    fn follower(&self) -> Follower {
        self.follower_into(self.folder.path())
    }

    fn follower_into(&self, data: &Path) -> Follower {
        Follower::new(self.kinds.clone(), data, &data.join("snapshots"))
    }

    /// Refusals are a part of what happens.
    async fn happens(&mut self, number: usize, step: &Step) {
        let nurse = By::Professional { id: "nurse-1".into(), unit: "a".into(), leads: false };
        let key = format!("k{number}");
        let of = |number: &usize| self.contacts.get(number % self.contacts.len().max(1)).copied();
        let (contact, who, command) = match step {
            Step::Open { resident } => {
                let subject = resident.map(|resident| Subject(self.residents[resident]));
                let by = subject.map_or(By::Holder, By::Resident);
                let new = NewContact {
                    client_id: key,
                    among: String::new(),
                    channel: Channel::Message,
                    service: "outpatient".into(),
                    language: "fi".into(),
                    unit: "a".into(),
                    queue: None,
                    anonymous: resident.is_none(),
                    subject,
                    routed: None,
                    text: "Hei".into(),
                };
                self.contacts.extend(self.kinds.open_contact(new, &by).await.map(|opened| opened.contact));
                return;
            }
            Step::Register(resident) => {
                let registration =
                    Registration { unit: "a".into(), physician: None, nurse: Some("nurse-1".into()), from: 20_000 };
                let command = OfResident::Register(registration);
                let _ =
                    self.kinds.ask_of_resident(Subject(self.residents[*resident]), &nurse, command, (&key, &key)).await;
                return;
            }
            Step::Erase(resident) => {
                let context = Context { correlation: store::new_id(clock()), ..Context::default() };
                let subject = Subject(self.residents[*resident]);
                self.kinds.store.erase(subject, "asked for", context).await.expect("erased");
                return;
            }
            Step::Round | Step::Forget => return,
            Step::Claim(one) => (of(one), nurse, Command::Claim),
            Step::Ask(one) => (of(one), nurse, Command::Ask { client_id: key.clone(), text: "Missä?".into() }),
            Step::Answer(one) => {
                (of(one), By::Holder, Command::Write { client_id: key.clone(), text: "Täällä".into() })
            }
            Step::Transfer(one) => {
                let note = Some("Teille".into());
                (of(one), nurse, Command::Transfer { to: "b".into(), queue: None, reason: "capacity".into(), note })
            }
            Step::Resolve(one) => (of(one), nurse, Command::Resolve { outcome: Outcome::Advised }),
        };
        if let Some(contact) = contact {
            let _ = self.kinds.contacts.ask(contact, command, &who, &key, 99).await;
        }
    }

    /// Every contact folded from its events, in a few words.
    async fn folded(&self) -> BTreeMap<String, String> {
        let page = self.kinds.store.log().read_all(0, Filter::default(), 10_000).await.expect("the log");
        let mut contacts: BTreeMap<Uuid, Option<Contact>> = BTreeMap::new();
        for event in &page.events {
            let Some(("contact" | "conversation", id)) = named(&event.stream) else { continue };
            if event.kind == ERASED {
                continue;
            }
            let decoded = matter::decode::<Contact>(&event.kind, event.schema, &event.data).expect("an event");
            let contact = contacts.entry(id).or_default();
            *contact = Contact::evolve(contact.take(), &decoded, event.occurred);
        }
        let mut folded = BTreeMap::new();
        for (id, contact) in contacts.into_iter().filter_map(|(id, contact)| Some((id, contact?))) {
            let is_gone = match contact.subject {
                Some(subject) => self.kinds.store.is_erased(subject).await.expect("an answer"),
                None => true,
            };
            let outcome = contact.outcome.map(Code::code).unwrap_or_default();
            let words = [
                contact.unit.to_string(),
                contact.transfers.to_string(),
                outcome.to_string(),
                contact.first_response_at.is_some().to_string(),
                (!is_gone).to_string(),
            ];
            folded.insert(id.to_string(), words.join(","));
        }
        folded
    }
}

/// The rows of a query over the facts, as CSV.
async fn csv(data: &Path, sql: &str) -> String {
    let snapshot = Lake::open(data).expect("facts").snapshot().expect("a snapshot");
    let batches = measure::sql(&snapshot, sql, BEGUN * 2).await.expect("rows");
    let mut text = Vec::new();
    report::write(&batches, Format::Csv, &mut text).expect("text");
    String::from_utf8(text).expect("text")
}

const CONTACTS: &str = "SELECT contact_id, unit_id, transfers, outcome, first_response_at IS NOT NULL AS answered, \
                        resident_id IS NOT NULL AS known FROM contacts ORDER BY contact_id";
/// Everything that the log brings but by when it was recorded.
const ALL: [&str; 3] = [
    "SELECT contact_id, resident_id, unit_id, arrival_unit_id, opened_at, first_response_at, reached_at, resolved_at, \
     closed_at, handler_id, outcome, transfers, due_at, identified, source FROM contacts ORDER BY contact_id",
    "SELECT resident_id, unit_id, nurse_id, physician_id, valid_from, valid_to, source FROM registrations \
     ORDER BY resident_id, valid_from",
    "SELECT encounter_id, resident_id, started_at, source FROM encounters ORDER BY encounter_id",
];

/// Plays the steps, and then goes on with a copy of the log that was made after some of them.
async fn facts_are_the_fold(steps: &[Step], copied: usize) {
    let mut county = County::new().await;
    let data = county.folder.path().to_path_buf();
    let mut follower = county.follower();
    let mut copy = county.copy().await;
    for (number, step) in steps.iter().enumerate() {
        if number == copied {
            std::fs::remove_file(data.join("copy.db")).expect("the copy before");
            copy = county.copy().await;
        }
        county.happens(number, step).await;
        match step {
            Step::Round => drop(follower.round().await.expect("a round")),
            Step::Forget => {
                let _ = std::fs::remove_file(data.join("snapshots").join(REACHED));
                follower = county.follower();
            }
            _ => {}
        }
    }
    while !follower.round().await.expect("a round").all {}
    holds(&county).await;
    county.goes_on_with(&copy).await;
    follower = county.follower();
    while !follower.round().await.expect("a round").all {}
    holds(&county).await;
}

/// The facts of a county are what is folded from its log, however they came about.
async fn holds(county: &County) {
    let data = county.folder.path();
    let rows = csv(data, CONTACTS).await;
    let rows: BTreeMap<String, String> = rows
        .lines()
        .skip(1)
        .filter_map(|row| row.split_once(','))
        .map(|(id, rest)| (id.to_string(), rest.to_string()))
        .collect();
    assert_eq!(rows, county.folded().await);
    // Brought anew in one go into a county of the same names, all of it is the same.
    let anew = tempfile::tempdir().expect("a folder");
    Lake::open(anew.path()).expect("facts");
    std::fs::create_dir_all(anew.path().join("keys")).expect("a folder");
    std::fs::copy(data.join("keys/directory.key"), anew.path().join("keys/directory.key")).expect("the names");
    let mut follower = county.follower_into(anew.path());
    while !follower.round().await.expect("a round").all {}
    for sql in ALL {
        assert_eq!(csv(data, sql).await, csv(anew.path(), sql).await, "{sql}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn facts_are_the_fold_of_the_log(steps in steps(), copied in 0..40_usize) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(facts_are_the_fold(&steps, copied));
    }
}

#[test]
fn c25_a_follower_that_is_killed_between_facts_and_cursor_doubles_and_loses_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut county = County::new().await;
        let data = county.folder.path().to_path_buf();
        let place = data.join("snapshots").join(REACHED);
        for (number, step) in [Step::Open { resident: Some(0) }, Step::Register(0), Step::Claim(0)].iter().enumerate() {
            county.happens(number, step).await;
        }
        let mut follower = county.follower();
        assert!(follower.round().await.expect("a round").rows > 1);
        let before = std::fs::read(&place).expect("a cursor");
        for (number, step) in [Step::Open { resident: Some(1) }, Step::Transfer(0)].iter().enumerate() {
            county.happens(10 + number, step).await;
        }
        assert!(follower.round().await.expect("a round").rows > 1);
        let stood = csv(&data, ALL[0]).await;
        // The rows are on disk, and the cursor is not.
        std::fs::write(&place, before).expect("a cursor");
        let mut again = county.follower();
        let round = again.round().await.expect("a round");
        assert_eq!((round.rows, round.all), (0, true), "what is there already is unchanged");
        assert_eq!(csv(&data, ALL[0]).await, stood);
        holds(&county).await;
    });
}
