//! Things that belong together: a log and the keys with which it was written, its epochs, its record of accesses.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use kinds::{Item, Kinds, NewContact, What};
use matter::{By, Subject};
use rusqlite::Connection;
use serde_json::json;
use store::{AppendError, Epoch, KEY_FILE, KEYS, Keys, Location, NewEvent, Personal, Standing};
use uuid::Uuid;

use crate::logs::{BEGUN, Bench, Kind, context, database, file, id, keys, of, on_every_kind, open, personal, server};

/// A copy that takes the place of others.
pub fn restored(instead: &[Uuid]) -> Epoch {
    Epoch::New { epoch: id(), at: BEGUN, instead: instead.to_vec() }
}

/// The keys of a folder as they stand now, in another folder, with the same master key.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("keys")).expect("a folder");
    keys(from).copy(&to.join("keys").join(KEYS)).expect("a copy");
    fs::copy(from.join("keys").join(KEY_FILE), to.join("keys").join(KEY_FILE)).expect("the master key");
}

async fn opened(bench: &Bench, folder: &Path) -> store::Result<store::Log> {
    let (location, keys, clock) = (bench.location.clone(), keys(folder), Arc::clone(&bench.clock));
    tokio::task::spawn_blocking(move || open(&location, &keys, &clock)).await.expect("it ends")
}

fn told(opened: store::Result<store::Log>) -> String {
    opened.map(drop).expect_err("refused").to_string()
}

#[test]
fn keys_that_are_not_those_of_the_log_or_older_are_refused_and_copies_are_put_together() {
    on_every_kind(async |kind| {
        if kind == Kind::Memory {
            return;
        }
        let bench = Bench::new(kind);
        let places: Vec<tempfile::TempDir> = (0..4).map(|_| tempfile::tempdir().expect("a folder")).collect();
        let [made_anew, early, late, other] = [0, 1, 2, 3].map(|at: usize| places[at].path());
        let [one, two, three] = [1, 2, 3].map(Uuid::from_u128);
        bench.append(of(vec![personal("a/1", one, "one")])).await.expect("appended");
        copied(bench.folder.path(), early);
        bench.append(of(vec![personal("a/2", two, "two"), personal("a/3", three, "three")])).await.expect("appended");
        copied(bench.folder.path(), late);
        bench.log.erase(one, "asked for", id(), BEGUN, context()).await.expect("erased");
        fs::create_dir_all(made_anew.join("keys")).expect("a folder");
        let master = bench.folder.path().join("keys").join(KEY_FILE);
        fs::copy(&master, made_anew.join("keys").join(KEY_FILE)).expect("the master key");
        for (folder, what) in [
            (made_anew, "not those that this log was written with"),
            (other, "not those that this log was written with"),
            (early, "older than the log"),
            (late, "older than the log"),
        ] {
            let refused = told(opened(&bench, folder).await);
            assert!(refused.contains("the keys") && refused.contains(what) && refused.contains(KEYS), "{refused}");
        }
        let log = bench.location.head();
        let head = tokio::task::spawn_blocking(move || log).await.expect("read").expect("read").expect("a log");
        // A folder of keys made anew by mistake takes the name of the log's where a copy bears it, and each keeps what
        // it has.
        let newest = tempfile::tempdir().expect("a folder");
        copied(bench.folder.path(), newest.path());
        let folder = made_anew.join("keys");
        let mut joined = Keys::open(&folder, &folder.join(KEY_FILE)).expect("keys");
        for (copy, added, destroyed) in [(early, 1, 0), (late, 2, 0), (newest.path(), 0, 1)] {
            let done = joined.join(&copy.join("keys").join(KEYS), Some(head.keys)).expect("joined");
            assert_eq!((done.added, done.destroyed), (added, destroyed));
        }
        joined.hold(&head, "the log").expect("all of them");
        let events = bench.all().await;
        let texts: Vec<bool> = events[..3].iter().map(|it| joined.unseal(it).expect("a key").is_some()).collect();
        assert_eq!(texts, [false, true, true], "what was destroyed does not come back with an older copy");
        let folder = other.join("keys");
        let mut other = Keys::open(&folder, &folder.join(KEY_FILE)).expect("keys");
        let refused = other.join(&late.join("keys").join(KEYS), Some(head.keys)).expect_err("another master key");
        assert!(refused.to_string().contains("the master key is not the one"), "{refused}");
    });
}

#[test]
fn of_two_copies_of_the_keys_that_go_apart_one_alone_goes_on_to_write() {
    on_every_kind(async |kind| {
        if kind == Kind::Memory {
            return;
        }
        let bench = Bench::new(kind);
        bench.append(of(vec![personal("a/1", Uuid::from_u128(1), "one")])).await.expect("appended");
        let elsewhere = tempfile::tempdir().expect("a folder");
        copied(bench.folder.path(), elsewhere.path());
        let second = opened(&bench, elsewhere.path()).await.expect("as they stand now they are the same");
        bench.append(of(vec![personal("a/2", Uuid::from_u128(2), "two")])).await.expect("appended");
        let refused = second.append(of(vec![personal("a/3", Uuid::from_u128(3), "three")])).await;
        assert!(matches!(refused, Err(AppendError::Fatal(_))), "never acknowledged: {refused:?}");
        bench.append(of(vec![personal("a/3", Uuid::from_u128(3), "three")])).await.expect("appended");
        let events = bench.all().await;
        assert!(events.iter().all(|event| bench.log.unseal(event).is_ok_and(|text| text.is_some())));
    });
}

#[test]
fn two_processes_with_one_folder_of_keys_both_go_on() {
    on_every_kind(async |kind| {
        if kind == Kind::Memory {
            return;
        }
        let bench = Bench::new(kind);
        let second = opened(&bench, bench.folder.path()).await.expect("the same keys");
        for number in 0..6 {
            let log = if number % 2 == 0 { &bench.log } else { &second };
            log.append(of(vec![personal("a/1", Uuid::from_u128(number), "text")])).await.expect("appended");
        }
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn a_log_names_every_epoch_that_it_comes_from_and_no_other() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
    runtime.block_on(async {
        let bench = Bench::new(Kind::Sqlite);
        let first = bench.log.past().await.expect("a past").1.epoch;
        for _ in 0..3 {
            bench.one("a/1").await;
        }
        let place = |name: &str| Location::File(bench.folder.path().join(name));
        let copied = async |from: &store::Log, name: &str, instead: &[Uuid]| {
            store::copy(from, &place(name), restored(instead)).await.expect("a copy");
            open(&place(name), &bench.keys, &bench.clock).expect("opens")
        };
        let second = copied(&bench.log, "second.db", &[]).await;
        let (past, head) = second.past().await.expect("a past");
        assert_eq!(past.standing(first), Standing::Until(3));
        assert_eq!(past.standing(head.epoch), Standing::Now);
        second.append(of(vec![personal("a/2", Uuid::from_u128(1), "lives on")])).await.expect("appended");
        // Put back once more from the first: what lived between is given up, and it says so.
        let third = copied(&bench.log, "third.db", &[head.epoch]).await;
        let (past, now) = third.past().await.expect("a past");
        assert_eq!(past.standing(first), Standing::Until(3));
        assert_eq!(past.standing(head.epoch), Standing::GivenUp);
        assert_eq!(past.standing(now.epoch), Standing::Now);
        assert_eq!(past.standing(Uuid::from_u128(9)), Standing::Unknown);
        let fourth = copied(&third, "fourth.db", &[]).await;
        let (past, _) = fourth.past().await.expect("a past");
        assert_eq!(past.standing(now.epoch), Standing::Until(4));
        for log in [&bench.log, &second, &third, &fourth] {
            assert!(log.verify().await.expect("a report").faults.is_empty());
        }
        // A restore that is made up breaks what it says of the place before it.
        let database = Connection::open(bench.folder.path().join("fourth.db")).expect("the file");
        for epoch in ["zeroblob(16)", "randomblob(16)"] {
            database.execute(&format!("UPDATE head SET epoch = {epoch}"), []).expect("set");
            let faults = fourth.verify().await.expect("a report").faults;
            assert!(faults.iter().any(|fault| fault.what.contains("epoch")), "{faults:?}");
        }
    });
}

#[test]
fn erasures_that_a_copy_of_the_log_does_not_know_are_told_again() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
    runtime.block_on(async {
        let bench = Bench::new(Kind::Sqlite);
        let (gone, stays) = (Uuid::from_u128(1), Uuid::from_u128(2));
        bench.append(of(vec![personal("a/1", gone, "one"), personal("a/2", stays, "two")])).await.expect("appended");
        let place = Location::File(bench.folder.path().join("copy.db"));
        store::copy(&bench.log, &place, restored(&[])).await.expect("a copy");
        bench.log.erase(gone, "asked for by them", id(), BEGUN, context()).await.expect("erased");
        bench.log.retain("contact", 2020, BEGUN, context()).await.expect("told");
        let copy = open(&place, &bench.keys, &bench.clock).expect("opens");
        assert_eq!(copy.verify().await.expect("a report").faults.len(), 1, "destroyed without a word");
        for told in [2, 0] {
            assert_eq!(store::retell(&copy, BEGUN, context()).await, Ok(told));
            assert!(copy.verify().await.expect("a report").faults.is_empty());
        }
        let erasures = bench.keys.erasures().expect("read");
        assert_eq!(erasures[0].reason, "asked for by them");
        let raw = fs::read(bench.folder.path().join("keys").join(KEYS)).expect("bytes");
        assert!(!holds(&raw, b"asked for by them"), "sealed");
    });
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|part| part == text)
}

fn opening(client_id: &str, subject: Uuid, text: &str) -> NewContact {
    NewContact {
        client_id: client_id.into(),
        among: String::new(),
        channel: operations::contacts::Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "a".into(),
        queue: None,
        anonymous: false,
        subject: Some(Subject(subject)),
        routed: None,
        text: text.into(),
    }
}

async fn kinds(bench: &Bench) -> Kinds {
    let clock = Arc::clone(&bench.clock);
    let kinds = Kinds::open(bench.log.clone(), move || clock.load(Ordering::SeqCst), None).await;
    let kinds = kinds.expect("kinds");
    let followed = kinds.store.clone();
    tokio::spawn(async move { followed.follow().await });
    kinds
}

/// Nothing that somebody typed stands in the log as they typed it, nor a digest by which a short text could be guessed: not
/// the text, not the name that their program gave it, not the reason of an erasure.
#[test]
fn what_people_type_stands_nowhere_in_clear_nor_as_a_digest_that_can_be_guessed() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("one");
    runtime.block_on(async {
        let bench = Bench::new(Kind::Sqlite);
        let kinds = kinds(&bench).await;
        let resident = Uuid::from_u128(77);
        let writer = By::Resident(Subject(resident));
        let nurse = By::Professional { id: "nurse-1".into(), unit: "a".into(), leads: false };
        let typed = ["cid-Virtanen-opening", "cid-Virtanen-second", "Selkään sattuu kovasti", "Tule huomenna käymään"];
        let opened = kinds.open_contact(opening(typed[0], resident, typed[2]), &writer).await;
        let contact = opened.expect("opened").contact;
        use operations::contacts::Command;
        kinds.contacts.ask(contact, Command::Claim, &nurse, "cid-Virtanen-claim", 0).await.expect("claimed");
        let write = Command::Write { client_id: typed[1].into(), text: typed[3].into() };
        kinds.contacts.ask(contact, write, &nurse, typed[1], 2).await.expect("written");
        let items = kinds.conversation(contact, 0, 10).await.expect("items");
        let named = |items: &[Item]| {
            let message = |item: &Item| match &item.what {
                What::Message { client_id, text, .. } => Some((client_id.clone(), text.clone())),
                What::File { .. } | What::State(_) => None,
            };
            items.iter().filter_map(message).collect::<Vec<_>>()
        };
        let whole = |client: &str, text: &str| (Some(client.to_string()), Some(text.to_string()));
        assert_eq!(named(&items), [whole(typed[0], typed[2]), whole(typed[1], typed[3])]);
        let plain = |parts: &[&str]| {
            use sha2::{Digest, Sha256};
            let mut digest = Sha256::new();
            for part in parts {
                digest.update((part.len() as u64).to_be_bytes());
                digest.update(part.as_bytes());
            }
            digest.finalize().to_vec()
        };
        let digests = [
            plain(&["message", "outpatient", "fi", "", &resident.to_string(), typed[2]]),
            plain(&["write", typed[3], ""]),
        ];
        kinds.store.log().settle().await.expect("in one file");
        let raw = fs::read(file(&bench)).expect("bytes");
        for text in typed.iter().map(|it| it.as_bytes()).chain(digests.iter().map(Vec::as_slice)) {
            assert!(!holds(&raw, text), "{}", String::from_utf8_lossy(text));
        }
        // With the person their names for their messages go, too, and the matter goes on without them.
        kinds.store.log().erase(resident, "asked for", id(), BEGUN, context()).await.expect("erased");
        let items = kinds.conversation(contact, 0, 10).await.expect("items");
        assert_eq!(named(&items), [(None, None), (None, None)]);
        let write = Command::Write { client_id: "late".into(), text: "Vielä yksi asia".into() };
        kinds.contacts.ask(contact, write, &nurse, "late", 99).await.expect("written");
        let items = kinds.conversation(contact, 0, 10).await.expect("items");
        assert_eq!(named(&items).last(), Some(&whole("late", "Vielä yksi asia")));
        let sealed = bench.all().await.into_iter().filter_map(|event| event.sealed).next_back().expect("sealed");
        assert_eq!(sealed.subject, contact, "of nobody but the contact");
        // A person who was erased and writes again is nobody whom the county knows: they come back by a code.
        let again = kinds.open_contact(opening("again", resident, "Minä taas"), &writer).await;
        let again = again.expect("opened");
        assert!(again.code.is_some() && kinds.contacts.look(|it| it.of_subject(Subject(resident), 9)).is_empty());
        let opened = bench.log.read_stream(&format!("contact/{}", again.contact), 0, 1).await.expect("read");
        assert_eq!(opened[0].context.actor, By::Holder.name(), "nor does their session say who they were");
        // Of a contact that was erased itself nothing more is kept.
        kinds.store.log().erase(again.contact, "asked for", id(), BEGUN, context()).await.expect("erased");
        let write = Command::Write { client_id: "more".into(), text: "Lisää".into() };
        let refused = kinds.contacts.ask(again.contact, write, &By::Holder, "more", 99).await;
        assert!(matches!(refused, Err(matter::Trouble::Refused(_))), "{refused:?}");
        assert!(kinds.store.log().verify().await.expect("a report").faults.is_empty());
    });
}

/// Of a contact without a person, with it go the question to a colleague, its answer, and the words of a task about it.
#[test]
fn with_a_contact_of_nobody_go_the_words_of_all_that_is_about_it() {
    use operations::consultations::{Asked, Command as Question};
    use operations::contacts::{Channel, Command};
    use operations::tasks::{Command as Work, Of};
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let kinds = kinds(&bench).await;
        let by = |id: &str| By::Professional { id: id.into(), unit: "a".into(), leads: false };
        let opening = NewContact {
            client_id: "c".into(),
            among: String::new(),
            channel: Channel::Message,
            service: "outpatient".into(),
            language: "fi".into(),
            unit: "a".into(),
            queue: None,
            anonymous: true,
            subject: None,
            routed: None,
            text: "Luomi".into(),
        };
        let contact = kinds.open_contact(opening, &By::Holder).await.expect("opened").contact;
        kinds.contacts.ask(contact, Command::Claim, &by("n1"), "claim", 99).await.expect("claimed");
        let question = Asked {
            contact,
            subject: None,
            from: "a".into(),
            unit: "a".into(),
            to: Some("n2".into()),
            profession: None,
            due: BEGUN + 86_400_000_000,
            words: "Pitääkö poistaa".into(),
        };
        let question = kinds.consult(question, &by("n1"), "q").await.expect("asked");
        let answer = Question::Answer { words: "Ei pidä".into() };
        kinds.consultations.ask(question, answer, &by("n2"), "a", 0).await.expect("answered");
        let (about, task) = (Some(Of { kind: "contact".into(), id: contact }), id());
        let set = Work::Set {
            about,
            subject: None,
            unit: "a".into(),
            to: None,
            due: None,
            dispatch: None,
            says: None,
            words: "Soita".into(),
        };
        kinds.tasks.ask(task, set, &by("n1"), "t", 0).await.expect("set");
        let read = async || {
            let mut words = Vec::new();
            for (id, category, version) in
                [(question, "consultation", 1), (question, "consultation", 2), (task, "task", 1)]
            {
                words.push(kinds.words(id, category, version).await.expect("read"));
            }
            words
        };
        let said = ["Pitääkö poistaa", "Ei pidä", "Soita"].map(|it| Some(it.to_string()));
        assert_eq!(read().await, said);
        kinds.store.erase(Subject(contact), "asked for", context()).await.expect("erased");
        assert_eq!(read().await, [None, None, None]);
        assert!(kinds.store.log().verify().await.expect("a report").faults.is_empty());
    });
}

/// An older program sealed the words of a question or a task about such a contact under their own ids: they go, too, also
/// where they have ended, and what is about another contact stays.
#[test]
fn with_a_contact_of_nobody_go_words_that_an_older_program_sealed_elsewhere() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let [contact, other] = [id(), id()];
        let opened = |contact: Uuid| {
            NewEvent {
            kind: "contact.opened".into(),
            data: json!({
                "channel": "message", "service": "outpatient", "language": "fi", "unit": "a", "anonymous": true, "at": BEGUN
            })
            .to_string(),
            personal: None,
            ..personal(&format!("contact/{contact}"), contact, "")
        }
        };
        let set = |task: Uuid, of: Uuid| NewEvent {
            kind: "task.set".into(),
            data: json!({ "about": { "kind": "contact", "id": of.to_string() }, "unit": "a", "by": "n1" }).to_string(),
            personal: Some(Personal { subject: task, class: "task".into(), text: b"Soita".into() }),
            ..personal(&format!("task/{task}"), task, "")
        };
        let withdrawn = |task: Uuid| NewEvent {
            kind: "task.withdrawn".into(),
            data: "{}".into(),
            personal: None,
            ..personal(&format!("task/{task}"), task, "")
        };
        let tasks = [id(), id(), id()];
        let events = vec![
            opened(contact),
            opened(other),
            set(tasks[0], contact),
            set(tasks[1], contact),
            withdrawn(tasks[1]),
            set(tasks[2], other),
        ];
        bench.append(of(events)).await.expect("appended");
        let kinds = kinds(&bench).await;
        let words = async || {
            let mut words = Vec::new();
            for task in tasks {
                words.push(kinds.words(task, "task", 1).await.expect("read"));
            }
            words
        };
        let said = || Some("Soita".to_string());
        assert_eq!(words().await, [said(), said(), said()]);
        let destroyed = kinds.store.erase(Subject(contact), "asked for", context()).await.expect("erased");
        assert_eq!((words().await, destroyed), (vec![None, None, said()], 2));
        assert!(kinds.store.log().verify().await.expect("a report").faults.is_empty());
    });
}

/// The pair of a resident goes with them, also where an older program erased them: nothing is ever sealed there.
#[test]
fn the_pair_of_who_was_erased_stands_nowhere_and_comes_back_by_nobody() {
    use operations::residents::{Command, Registration};
    on_every_kind(async |kind| {
        let (bench, nurse) = (Bench::new(kind), By::Professional { id: "n1".into(), unit: "a".into(), leads: false });
        let pair = |nurse: &str| {
            let nurse = Some(nurse.into());
            Command::Register(Registration { unit: "a".into(), physician: None, nurse, from: 5 })
        };
        let [before, never] = [1, 2].map(|it| Subject(Uuid::from_u128(it)));
        let first = kinds(&bench).await;
        first.ask_of_resident(before, &nurse, pair("n1"), ("k", "1")).await.expect("registered");
        assert!(first.registration(before).is_some());
        for whom in [before, never] {
            bench.log.erase(whom.0, "asked for", id(), BEGUN, context()).await.expect("erased");
        }
        let anew = kinds(&bench).await;
        anew.store.reach(3).await;
        first.store.reach(3).await;
        for kinds in [&first, &anew] {
            assert_eq!(kinds.registration(before), None);
            let read = kinds.residents.read(before.0).await.expect("read");
            assert!(read.is_none_or(|it| it.registration.is_none()), "nor is it read from its stream");
        }
        for (whom, key) in [(before, "2"), (never, "3")] {
            let refused = anew.ask_of_resident(whom, &nurse, pair("n2"), (key, key)).await;
            assert!(matches!(refused, Err(matter::Trouble::Refused(_))), "{refused:?}");
            assert_eq!(anew.registration(whom), None);
        }
    });
}

/// A database that another process holds is reported in time, and nothing was appended; afterwards all goes on.
#[test]
fn a_database_that_is_held_is_told_in_time() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("one");
    runtime.block_on(async {
        for held in ["log.db", "keys/keys.db"] {
            let bench = Bench::new(Kind::Sqlite);
            bench.one("a/1").await;
            let other = Connection::open(bench.folder.path().join(held)).expect("the file");
            other.execute_batch("BEGIN IMMEDIATE").expect("held");
            let asked = Instant::now();
            let appends: Vec<_> = (0..8).map(|it| of(vec![personal("a/1", Uuid::from_u128(it), "text")])).collect();
            let all = appends.iter().map(|append| bench.append(append.clone()));
            for refused in futures::future::join_all(all).await {
                assert_eq!(refused, Err(AppendError::Overloaded), "{held}");
            }
            let waited = asked.elapsed();
            assert!(waited < Duration::from_secs(8), "{held}: {waited:?}, where patience was half a minute");
            assert_eq!(bench.all().await.len(), 1, "{held}: who reads goes on");
            other.execute_batch("ROLLBACK").expect("given back");
            for append in appends {
                bench.append(append).await.expect("appended");
            }
            assert_eq!(bench.all().await.len(), 9, "{held}: each once");
        }
    });
}

#[test]
fn a_second_folder_of_keys_does_not_open_a_database_that_another_writes() {
    if server().is_none() {
        return;
    }
    let (location, clock) = (Location::Database(database()), Arc::new(AtomicI64::new(BEGUN)));
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    drop(open(&location, &keys(folders[0].path()), &clock).expect("the first"));
    let refused = told(open(&location, &keys(folders[1].path()), &clock));
    assert!(refused.contains("written from one data directory alone"), "{refused}");
    drop(open(&location, &keys(folders[0].path()), &clock).expect("the first again"));
}
