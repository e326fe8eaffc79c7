//! The desk over a log with which something is wrong: one matter suffers, and no other.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use operations::contacts::{Channel, Command, Outcome, Place};
use store::{Desk, Done, Filter, Opening, Side, View, Who};
use uuid::Uuid;

use crate::logs::{BEGUN, Bench, event, of, on_every_kind};

const DAY: i64 = 86_400_000_000;
const MINUTE: i64 = 60_000_000;

async fn desk(bench: &Bench) -> Desk {
    desk_behind(bench, None).await
}

/// A desk that begins behind a snapshot, where there is one.
async fn desk_behind(bench: &Bench, snapshot: Option<&Path>) -> Desk {
    let clock = Arc::clone(&bench.clock);
    let now = move || clock.load(Ordering::SeqCst);
    let desk = Desk::open(bench.log.clone(), &bench.keys, now, snapshot.map(Path::to_path_buf)).await.expect("a desk");
    let followed = desk.clone();
    tokio::spawn(async move { followed.follow().await });
    desk
}

async fn opened(desk: &Desk, client_id: &str) -> (Uuid, Option<String>) {
    let opening = Opening {
        client_id: client_id.into(),
        among: String::new(),
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "a".into(),
        anonymous: true,
        subject: String::new(),
        text: "Selkä kipeä".into(),
    };
    let opened = desk.open_contact(opening, &Who::anonymous()).await.expect("opened");
    (opened.contact, opened.code)
}

async fn done(desk: &Desk, contact: Uuid, command: Command, key: &str) -> Done {
    let nurse = Who { side: Side::Professional, id: "nurse-1".into(), unit: "a".into(), leads: false };
    desk.ask(contact, &nurse, (command, u64::MAX), key).await.expect("done")
}

#[test]
fn a_clock_that_was_ahead_once_moves_nothing_that_comes_later() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let desk = desk(&bench).await;
        bench.clock.store(BEGUN + 3650 * DAY, Ordering::SeqCst);
        opened(&desk, "ahead").await;
        bench.clock.store(BEGUN, Ordering::SeqCst);
        let (contact, code) = opened(&desk, "right").await;
        assert_eq!(opened(&desk, "right").await, (contact, code.clone()), "asked again at once");
        bench.clock.store(BEGUN + 11 * MINUTE, Ordering::SeqCst);
        assert_eq!(opened(&desk, "right").await, (contact, None), "asked again later, the code is told to nobody");
        assert_eq!(opened(&desk, "ahead").await.1, None);
        bench.clock.store(BEGUN, Ordering::SeqCst);
        done(&desk, contact, Command::Claim, "c").await;
        done(&desk, contact, Command::Write { client_id: "w".into(), text: "Hei".into() }, "w").await;
        done(&desk, contact, Command::Resolve { outcome: Outcome::Advised }, "r").await;
        let told: Vec<i64> =
            desk.conversation(contact, 0, 10).await.expect("read").iter().map(|item| item.at).collect();
        assert!(told.len() > 2 && told.iter().all(|at| *at == BEGUN), "what both sides are told: {told:?}");
        let history = desk.history(contact).await.expect("read");
        assert!(history.iter().all(|happened| happened.at == BEGUN), "{history:?}");
        let (stands, dated) = desk.dated(contact).await.expect("read").expect("a contact");
        assert_eq!(stands.first_response_at, Some(BEGUN), "by when it happened");
        assert!(matches!(stands.place, Place::Resolved { at: BEGUN, .. }) && dated < BEGUN + DAY, "{stands:?} {dated}");
        // Each falls due after its term and not before: the contact closes after a week, and the code ends after a
        // month.
        assert_eq!(desk.close_due().await, 0);
        bench.clock.store(BEGUN + 8 * DAY, Ordering::SeqCst);
        assert_eq!(desk.close_due().await, 1);
        bench.clock.store(BEGUN + 31 * DAY, Ordering::SeqCst);
        assert_eq!(desk.by_code(&code.expect("a code")).await, Ok(None));
    });
}

#[test]
fn what_cannot_be_read_keeps_one_matter_and_no_other() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let desk = desk(&bench).await;
        let (one, _) = opened(&desk, "one").await;
        let (other, _) = opened(&desk, "other").await;
        // Such as a newer program writes.
        let mut newer = event(&format!("contact/{one}"));
        (newer.kind, newer.data) = ("contact.frozen".into(), "{}".into());
        let appended = bench.append(of(vec![newer])).await.expect("appended");
        done(&desk, other, Command::Claim, "c").await;
        follow(&desk, appended.last).await;
        assert_eq!(desk.view().queue("a", 10).1, 1, "it still waits: nobody is forgotten");
        let nurse = Who { side: Side::Professional, id: "nurse-1".into(), unit: "a".into(), leads: false };
        assert!(desk.ask(one, &nurse, (Command::Claim, 0), "c").await.is_err(), "nothing is decided on half of it");
        assert!(desk.view().is_unreadable(&format!("contact/{one}")) && desk.dated(one).await.is_err());
        assert!(desk.dated(other).await.is_ok());
        // A desk that is opened anew goes on as well.
        let clock = Arc::clone(&bench.clock);
        let anew = Desk::open(bench.log.clone(), &bench.keys, move || clock.load(Ordering::SeqCst), None).await;
        assert_eq!(anew.expect("a desk").view().queue("a", 10).1, 1);
    });
}

#[test]
fn nothing_is_decided_on_half_of_a_matter_wherever_the_unreadable_event_stands() {
    for half in ["contact", "conversation"] {
        on_every_kind(async |kind| {
            let bench = Bench::new(kind);
            let desk = desk(&bench).await;
            let (one, _) = opened(&desk, "one").await;
            // Such as a newer program writes, and goes on with words that this one knows.
            let mut newer = event(&format!("{half}/{one}"));
            (newer.kind, newer.data) = (format!("{half}.frozen"), "{}".into());
            let mut claimed = event(&format!("contact/{one}"));
            (claimed.kind, claimed.data) = ("contact.claimed".into(), r#"{"owner":"nurse-2"}"#.into());
            let appended = bench.append(of(vec![newer, claimed])).await.expect("appended");
            follow(&desk, appended.last).await;
            assert_eq!(desk.view().queue("a", 10).1, 1, "{half}: as it was before, and not half further");
            let nurse = Who { side: Side::Professional, id: "nurse-1".into(), unit: "a".into(), leads: false };
            for (key, command) in [("c", Command::Claim), ("r", Command::Release), ("f", Command::Close)] {
                let before = bench.log.read_all(0, Filter::default(), 1).await.expect("read").head;
                assert!(desk.ask(one, &nurse, (command, 0), key).await.is_err(), "{half}: {key}");
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
fn a_snapshot_is_kept_whatever_cannot_be_read_and_is_not_used_by_who_can_read_more() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("desk.json");
        let desk = desk_behind(&bench, Some(&path)).await;
        let (one, _) = opened(&desk, "one").await;
        let (other, _) = opened(&desk, "other").await;
        let mut newer = event(&format!("contact/{one}"));
        (newer.kind, newer.data) = ("contact.frozen".into(), "{}".into());
        let appended = bench.append(of(vec![newer])).await.expect("appended");
        follow(&desk, appended.last).await;
        desk.keep().expect("kept");
        let kept = View::kept(&path).expect("a snapshot");
        assert_eq!((kept.pos, kept.unreadable().count()), (appended.last, 1));
        let anew = desk_behind(&bench, Some(&path)).await;
        assert!(anew.view().is_half_known(one) && !anew.view().is_half_known(other));
        assert_eq!(anew.view().queue("a", 10).1, 2);
        done(&anew, other, Command::Claim, "c").await;
        // As a program kept it that could not read the other.
        let text = fs::read(&path).expect("a file").split_off(32);
        let text =
            String::from_utf8(text).expect("text").replace(&format!("contact/{one}"), &format!("contact/{other}"));
        View::keep(text.as_bytes(), &path).expect("kept");
        let more = desk_behind(&bench, Some(&path)).await;
        assert!(more.view().is_half_known(one) && !more.view().is_half_known(other));
        done(&more, other, Command::Release, "r").await;
    });
}

/// Waits until the desk shows a place of the log.
async fn follow(desk: &Desk, pos: u64) {
    let begun = std::time::Instant::now();
    while desk.view().pos < pos {
        assert!(begun.elapsed().as_secs() < 30, "the desk follows");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
