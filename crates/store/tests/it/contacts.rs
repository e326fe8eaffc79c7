//! Contacts over a log with which something is wrong: one matter suffers, and no other.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kinds::{Kinds, NewContact};
use matter::By;
use operations::contacts::{Channel, Command, Outcome, Place};
use store::{Done, Filter, kept_at};
use uuid::Uuid;

use crate::logs::{BEGUN, Bench, event, of, on_every_kind};

const DAY: i64 = 86_400_000_000;
const MINUTE: i64 = 60_000_000;

async fn opened_over(bench: &Bench) -> Kinds {
    behind(bench, None).await
}

/// Kinds that begin behind snapshots, where there are any.
async fn behind(bench: &Bench, snapshots: Option<&Path>) -> Kinds {
    let clock = Arc::clone(&bench.clock);
    let now = move || clock.load(Ordering::SeqCst);
    let kinds = Kinds::open(bench.log.clone(), now, snapshots.map(Path::to_path_buf)).await;
    let kinds = kinds.expect("kinds");
    let followed = kinds.store.clone();
    tokio::spawn(async move { followed.follow().await });
    kinds
}

async fn opened(kinds: &Kinds, client_id: &str) -> (Uuid, Option<String>) {
    let opening = NewContact {
        client_id: client_id.into(),
        among: String::new(),
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "a".into(),
        queue: None,
        anonymous: true,
        subject: None,
        routed: None,
        text: "Selkä kipeä".into(),
    };
    let opened = kinds.open_contact(opening, &By::Holder).await.expect("opened");
    (opened.contact, opened.code)
}

async fn done(kinds: &Kinds, contact: Uuid, command: Command, key: &str) -> Done {
    kinds.contacts.ask(contact, command, &nurse(), key, u64::MAX).await.expect("done")
}

#[test]
fn a_clock_that_was_ahead_once_moves_nothing_that_comes_later() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let kinds = opened_over(&bench).await;
        bench.clock.store(BEGUN + 3650 * DAY, Ordering::SeqCst);
        opened(&kinds, "ahead").await;
        bench.clock.store(BEGUN, Ordering::SeqCst);
        let (contact, code) = opened(&kinds, "right").await;
        assert_eq!(opened(&kinds, "right").await, (contact, code.clone()), "asked again at once");
        bench.clock.store(BEGUN + 11 * MINUTE, Ordering::SeqCst);
        assert_eq!(opened(&kinds, "right").await, (contact, None), "asked again later, the code is told to nobody");
        assert_eq!(opened(&kinds, "ahead").await.1, None);
        bench.clock.store(BEGUN, Ordering::SeqCst);
        done(&kinds, contact, Command::Claim, "c").await;
        done(&kinds, contact, Command::Write { client_id: "w".into(), text: "Hei".into() }, "w").await;
        done(&kinds, contact, Command::Resolve { outcome: Outcome::Advised }, "r").await;
        let told: Vec<i64> =
            kinds.conversation(contact, 0, 10).await.expect("read").iter().map(|item| item.at).collect();
        assert!(told.len() > 2 && told.iter().all(|at| *at == BEGUN), "what both sides are told: {told:?}");
        let history = kinds.history(contact).await.expect("read");
        assert!(history.iter().all(|happened| happened.at == BEGUN), "{history:?}");
        let stands = kinds.contacts.stored(contact).await.expect("read").expect("a contact");
        let dated = kinds.contacts.dated(contact).await.expect("read").last().expect("an event").changed;
        assert_eq!(stands.first_response_at, Some(BEGUN), "by when it happened");
        assert!(matches!(stands.place, Place::Resolved { at: BEGUN, .. }) && dated < BEGUN + DAY, "{stands:?} {dated}");
        // Each falls due after its term and not before: the contact closes after a week, and the code ends after a
        // month.
        assert_eq!(kinds.store.strike().await.0, 0);
        bench.clock.store(BEGUN + 8 * DAY, Ordering::SeqCst);
        assert_eq!(kinds.store.strike().await.0, 1);
        bench.clock.store(BEGUN + 31 * DAY, Ordering::SeqCst);
        assert_eq!(kinds.by_code(&code.expect("a code")).await, Ok(None));
    });
}

#[test]
fn what_cannot_be_read_keeps_one_matter_and_no_other() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let kinds = opened_over(&bench).await;
        let (one, _) = opened(&kinds, "one").await;
        let (other, _) = opened(&kinds, "other").await;
        // Such as a newer program writes.
        let mut newer = event(&format!("contact/{one}"));
        (newer.kind, newer.data) = ("contact.frozen".into(), "{}".into());
        let appended = bench.append(of(vec![newer])).await.expect("appended");
        done(&kinds, other, Command::Claim, "c").await;
        follow(&kinds, appended.last).await;
        assert_eq!(waiting(&kinds), 1, "it still waits: nobody is forgotten");
        assert!(
            kinds.contacts.ask(one, Command::Claim, &nurse(), "c", 0).await.is_err(),
            "nothing is decided on half of it"
        );
        assert!(is_half_known(&kinds, one) && kinds.contacts.dated(one).await.is_err());
        assert!(kinds.contacts.dated(other).await.is_ok());
        // A desk that is opened anew goes on as well.
        let clock = Arc::clone(&bench.clock);
        let anew = Kinds::open(bench.log.clone(), move || clock.load(Ordering::SeqCst), None).await;
        assert_eq!(waiting(&anew.expect("kinds")), 1);
    });
}

#[test]
fn nothing_is_decided_on_half_of_a_matter_wherever_the_unreadable_event_stands() {
    for half in ["contact", "conversation"] {
        on_every_kind(async |kind| {
            let bench = Bench::new(kind);
            let kinds = opened_over(&bench).await;
            let (one, _) = opened(&kinds, "one").await;
            // Such as a newer program writes, and goes on with words that this one knows.
            let mut newer = event(&format!("{half}/{one}"));
            (newer.kind, newer.data) = (format!("{half}.frozen"), "{}".into());
            let mut claimed = event(&format!("contact/{one}"));
            (claimed.kind, claimed.data) = ("contact.claimed".into(), r#"{"owner":"nurse-2"}"#.into());
            let appended = bench.append(of(vec![newer, claimed])).await.expect("appended");
            follow(&kinds, appended.last).await;
            assert_eq!(waiting(&kinds), 1, "{half}: as it was before, and not half further");
            for (key, command) in [("c", Command::Claim), ("r", Command::Release), ("f", Command::Close)] {
                let before = bench.log.read_all(0, Filter::default(), 1).await.expect("read").head;
                assert!(kinds.contacts.ask(one, command, &nurse(), key, 0).await.is_err(), "{half}: {key}");
                assert_eq!(
                    bench.log.read_all(0, Filter::default(), 1).await.expect("read").head,
                    before,
                    "{half}: {key}"
                );
            }
        });
    }
}

#[test]
fn a_snapshot_is_kept_whatever_cannot_be_read() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let folder = tempfile::tempdir().expect("a folder");
        let kinds = behind(&bench, Some(folder.path())).await;
        let (one, _) = opened(&kinds, "one").await;
        let (other, _) = opened(&kinds, "other").await;
        let mut newer = event(&format!("contact/{one}"));
        (newer.kind, newer.data) = ("contact.frozen".into(), "{}".into());
        let appended = bench.append(of(vec![newer])).await.expect("appended");
        follow(&kinds, appended.last).await;
        kinds.store.keep().expect("kept");
        assert!(kept_at(folder.path()).iter().all(|(_, pos)| *pos == appended.last));
        let anew = behind(&bench, Some(folder.path())).await;
        assert!(is_half_known(&anew, one) && !is_half_known(&anew, other));
        assert_eq!(waiting(&anew), 2);
        done(&anew, other, Command::Claim, "c").await;
        assert!(anew.contacts.ask(one, Command::Claim, &nurse(), "c", 0).await.is_err());
    });
}

fn nurse() -> By {
    By::Professional { id: "nurse-1".into(), unit: "a".into(), leads: false }
}

fn waiting(kinds: &Kinds) -> usize {
    kinds.contacts.look(|contacts| contacts.queue("a", 10).1)
}

fn is_half_known(kinds: &Kinds, id: Uuid) -> bool {
    kinds.contacts.look(|contacts| contacts.is_unreadable(id))
}

/// Waits until the kinds show a place of the log.
async fn follow(kinds: &Kinds, pos: u64) {
    let reached = kinds.store.reach(pos);
    tokio::time::timeout(std::time::Duration::from_secs(30), reached).await.expect("they follow");
}
