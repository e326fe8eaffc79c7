//! A kind of matter that no part of the house knows: it has its lists, its clock, its sealed words, its snapshot and its
//! end without a line elsewhere.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use calendar::Calendar;
use matter::{
    By, Index, List, Matter, Occasion, Own, ProfessionalId, Refused, Rights, Role, Standing, Subject, Text, Trouble,
    Turn, UnitId,
};
use serde::{Deserialize, Serialize};
use store::{Asked, Context, Done, Kind as Of, Opening, Store, Topic, digest, new_id};
use uuid::Uuid;

use crate::logs::{BEGUN, Bench, Kind, context, event, of, on_every_kind};

const HOUR: i64 = 3_600_000_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
enum Ask {
    Make { subject: Option<Subject>, unit: UnitId, until: i64, words: Text },
    Take,
    Add { words: Text },
    Give,
    Pass,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Event {
    #[serde(rename = "wish.made")]
    Made { subject: Option<Subject>, unit: UnitId, until: i64 },
    #[serde(rename = "wish.taken")]
    Taken { by: ProfessionalId },
    #[serde(rename = "wish.added")]
    Added,
    #[serde(rename = "wish.given")]
    Given,
    #[serde(rename = "wish.passed")]
    Passed,
}

#[derive(Debug, PartialEq, Eq)]
struct NotNow;

impl From<NotNow> for Refused {
    fn from(_: NotNow) -> Refused {
        Refused::new("wish", "not_now")
    }
}

/// A wish for an earlier time: it waits in its unit's queue until somebody takes it up, or its time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Wish {
    subject: Option<Subject>,
    unit: UnitId,
    until: i64,
    made: i64,
    taken: Option<ProfessionalId>,
    given: Option<i64>,
    passed: bool,
    added: u32,
}

impl Matter for Wish {
    const NAME: &'static str = "wish";
    const VERSION: u32 = 1;
    const RIGHTS: Rights = Rights { worked_by: &[Role::Professional], led_by: &[Role::Lead], own: Own::Write };

    type Command = Ask;
    type Event = Event;
    type Refusal = NotNow;
    type Rules = ();
    type Index = Added;

    fn decide(wish: Option<&Wish>, command: &Ask, on: &Occasion<'_, ()>) -> Result<Vec<Event>, NotNow> {
        let is_over = |wish: &Wish| wish.passed || wish.given.is_some();
        match (wish, command, on.by) {
            (None, Ask::Make { subject, unit, until, .. }, _) => {
                Ok(vec![Event::Made { subject: *subject, unit: unit.clone(), until: *until }])
            }
            (Some(wish), Ask::Take, By::Professional { id, .. }) if wish.taken.is_none() && !is_over(wish) => {
                Ok(vec![Event::Taken { by: id.clone() }])
            }
            (Some(wish), Ask::Add { .. }, _) if !is_over(wish) => Ok(vec![Event::Added]),
            (Some(wish), Ask::Give, _) if wish.taken.is_some() && !is_over(wish) => Ok(vec![Event::Given]),
            (Some(wish), Ask::Pass, _) if on.now >= wish.until && !is_over(wish) => Ok(vec![Event::Passed]),
            _ => Err(NotNow),
        }
    }

    fn evolve(wish: Option<Wish>, event: &Event, at: i64) -> Option<Wish> {
        let Some(wish) = wish else {
            let Event::Made { subject, unit, until } = event else { return None };
            let (subject, unit) = (*subject, unit.clone());
            let (taken, given, passed, added) = (None, None, false, 0);
            return Some(Wish { subject, unit, until: *until, made: at, taken, given, passed, added });
        };
        Some(match event {
            Event::Made { .. } => wish,
            Event::Taken { by } => Wish { taken: Some(by.clone()), ..wish },
            Event::Added => Wish { added: wish.added + 1, ..wish },
            Event::Given => Wish { given: Some(at), ..wish },
            Event::Passed => Wish { passed: true, ..wish },
        })
    }

    fn standing(&self) -> Standing<'_> {
        let list = match self.taken {
            _ if self.passed || self.given.is_some() => List::Ended,
            Some(_) => List::With,
            None => List::Queue,
        };
        let (unit, who) = (Some(&self.unit), self.taken.as_ref());
        Standing { subject: self.subject, unit, who, list, since: self.made, done: self.given }
    }

    fn due(&self) -> Option<(i64, Ask)> {
        Some((self.until, Ask::Pass))
    }

    fn text(command: &Ask, event: &Event) -> Option<Text> {
        match (command, event) {
            (Ask::Make { words, .. }, Event::Made { .. }) if words.0.is_empty() => None,
            (Ask::Make { words, .. }, Event::Made { .. }) | (Ask::Add { words }, Event::Added) => Some(words.clone()),
            _ => None,
        }
    }

    fn forgotten(self) -> Wish {
        Wish { subject: None, ..self }
    }
}

/// Wishes that were added to, by how often.
#[derive(Default)]
struct Added(std::collections::BTreeSet<(u32, Uuid)>);

impl Index<Wish> for Added {
    fn enter(&mut self, id: Uuid, wish: &Wish) {
        self.0.insert((wish.added, id));
    }

    fn leave(&mut self, id: Uuid, wish: &Wish) {
        assert!(self.0.remove(&(wish.added, id)), "what entered leaves");
    }
}

/// A store with wishes, which follows its log until it is dropped.
struct Open {
    store: Store,
    wishes: Of<Wish>,
    following: tokio::task::JoinHandle<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.following.abort();
    }
}

async fn open(bench: &Bench, snapshots: Option<&Path>) -> Open {
    let clock = Arc::clone(&bench.clock);
    let now = move || clock.load(Ordering::SeqCst);
    let snapshots = snapshots.map(Path::to_path_buf);
    let mut opening = Opening::of(bench.log.clone(), Calendar::shipped(), now, snapshots);
    let wishes = opening.kind::<Wish>();
    let store = opening.open().await.expect("a store");
    let followed = store.clone();
    let following = tokio::spawn(async move { drop(followed.follow().await) });
    Open { store, wishes, following }
}

fn nurse(name: &str) -> By {
    By::Professional { id: name.into(), unit: "a".into(), leads: false }
}

fn make(subject: Option<Subject>, until: i64) -> Ask {
    Ask::Make { subject, unit: "a".into(), until, words: "Aamulla ennen kahdeksaa".into() }
}

impl Open {
    async fn ask(&self, id: Uuid, command: Ask, by: &By, key: &str) -> Result<Done, Trouble> {
        self.wishes.ask(id, command, by, key, u64::MAX).await
    }

    async fn made(&self, subject: Option<Subject>, until: i64) -> Uuid {
        let id = new_id(self.store.now());
        self.ask(id, make(subject, until), &By::Holder, "make").await.expect("made");
        id
    }

    /// Everything that can be seen of it.
    fn shown(&self) -> String {
        self.wishes.look(|all| {
            let ids = |all: Vec<(Uuid, Arc<Wish>)>| all.into_iter().map(|it| format!("{it:?}")).collect::<Vec<_>>();
            let lists = (ids(all.queue("a", 99).0), ids(all.held("a").collect()), ids(all.with("nurse-1").collect()));
            let theirs: Vec<_> = (1..4).map(|it| all.of_subject(subject(it), 99)).collect();
            let done: Vec<_> = all.done("a").map(|(at, id, by)| (at, id, by.to_string())).collect();
            let (index, due) = (&all.index().0, all.due(BEGUN + 99 * HOUR, 99));
            format!("{} {lists:?} {done:?} {theirs:?} {due:?} {index:?}", all.open())
        })
    }
}

fn subject(number: u128) -> Subject {
    Subject(Uuid::from_u128(number))
}

#[test]
fn a_kind_that_a_log_knows_nothing_of_stands_at_its_end_and_has_all_that_kinds_have() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.append(of((0..20).map(|it| event(&format!("other/{it}"))).collect())).await.expect("appended");
        let open = open(&bench, None).await;
        assert_eq!(open.store.pos(), 20);
        let mut heard = open.store.listen(Topic::Unit("a".into()));
        heard.borrow_and_update();
        let id = open.made(Some(subject(1)), BEGUN + HOUR).await;
        assert!(heard.has_changed().expect("open"), "those who look at the queue hear of it");
        assert_eq!(open.wishes.look(|all| all.queue("a", 9).1), 1);
        open.ask(id, Ask::Take, &nurse("nurse-1"), "t").await.expect("taken");
        let lists = open.wishes.look(|all| (all.queue("a", 9).1, all.with("nurse-1").count(), all.held("a").count()));
        assert_eq!(lists, (0, 1, 1));
        let refused = open.ask(id, Ask::Take, &nurse("nurse-2"), "t").await;
        assert_eq!(refused, Err(Trouble::Refused(Refused::new("wish", "not_now"))));
        open.ask(id, Ask::Give, &nurse("nurse-1"), "g").await.expect("given");
        let lately: Vec<_> = open.wishes.look(|all| all.done("a").map(|(_, id, by)| (id, by.to_string())).collect());
        assert_eq!(lately, [(id, "nurse-1".to_string())], "also of what has ended");
        assert_eq!(open.wishes.look(|all| (all.open(), all.of_subject(subject(1), 9))), (0, vec![id]));
        let happened = open.wishes.happened(id, Wish::NAME, 0, 9).await.expect("read");
        assert_eq!(happened[0].text.as_deref(), Some("Aamulla ennen kahdeksaa"));
        assert!(open.wishes.read(id).await.expect("read").is_some_and(|wish| wish.given.is_some()));
    });
}

#[test]
fn what_is_asked_twice_is_done_once_whatever_was_seen_in_between() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let open = open(&bench, None).await;
        let id = open.made(None, BEGUN + HOUR).await;
        let first = open.ask(id, Ask::Take, &nurse("nurse-1"), "k").await.expect("taken");
        bench.clock.store(BEGUN + 5, Ordering::SeqCst);
        let again = open.wishes.ask(id, Ask::Take, &nurse("nurse-1"), "k", 7).await.expect("taken before");
        assert_eq!(again, Done { again: true, ..first.clone() });
        assert_eq!(first.first(Wish::NAME), Some((id, 2)));
        assert_eq!(open.ask(id, Ask::Give, &nurse("nurse-1"), "k").await, Err(Trouble::KeyReused));
        assert!(open.wishes.was_done(id, &Ask::Take, &nurse("nurse-1"), "k").await.expect("read"));
    });
}

#[test]
fn a_clock_strikes_once_whoever_runs_it_and_not_what_is_over() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        // The one in memory is gone with its last handle, and there is no other.
        let again = if kind == Kind::Memory { None } else { Some(bench.again()) };
        let (one, other) = (open(&bench, None).await, open(again.as_ref().unwrap_or(&bench), None).await);
        let ids = [one.made(None, BEGUN + HOUR).await, one.made(None, BEGUN + HOUR).await];
        let later = one.made(None, BEGUN + 3 * HOUR).await;
        other.store.reach(one.store.pos()).await;
        assert_eq!(one.store.strike().await, (0, Some(BEGUN + HOUR)));
        bench.clock.store(BEGUN + 2 * HOUR, Ordering::SeqCst);
        let (here, there) = tokio::join!(one.store.strike(), other.store.strike());
        assert_eq!(here.0 + there.0, 2, "each passes once: {here:?} {there:?}");
        assert_eq!(one.store.strike().await, (0, Some(BEGUN + 3 * HOUR)));
        for id in ids {
            let passed = one.wishes.dated(id).await.expect("read");
            assert_eq!(passed.iter().filter(|it| it.event == Event::Passed).count(), 1);
        }
        assert!(one.wishes.look(|all| all.get(later)).is_some());
    });
}

#[test]
fn a_person_who_is_erased_is_known_by_none_of_their_matters() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let folder = tempfile::tempdir().expect("a folder");
        let open = open(&bench, Some(folder.path())).await;
        let (running, ended) = (open.made(Some(subject(1)), BEGUN + HOUR).await, open.made(Some(subject(1)), 0).await);
        open.store.strike().await;
        assert!(open.wishes.look(|all| all.get(ended)).is_none());
        open.store.erase(subject(1), "asked for", Context::default()).await.expect("erased");
        assert!(open.wishes.look(|all| all.of_subject(subject(1), 9)).is_empty());
        for id in [running, ended] {
            assert_eq!(open.wishes.read(id).await.expect("read").expect("a wish").subject, None);
            assert_eq!(open.wishes.happened(id, Wish::NAME, 0, 1).await.expect("read")[0].text, None);
        }
        let add = |words: &str| Ask::Add { words: words.into() };
        open.ask(running, add("Vielä yksi asia"), &nurse("nurse-1"), "late").await.expect("it goes on");
        let sealed = bench.all().await.into_iter().filter_map(|event| event.sealed).next_back().expect("sealed");
        assert_eq!(sealed.subject, running, "under no key of theirs");
        open.store.keep().expect("kept");
        let kept = std::fs::read_to_string(folder.path().join("wish.view")).expect("a snapshot");
        let token = (subject(1).0.as_u128().to_string(), subject(1).to_string());
        assert!(!kept.contains(&format!("[{},", token.0)) && !kept.contains(&token.1), "{kept}");
        // Erased by a program that told their matters nothing, as before there were kinds.
        let other = open.made(Some(subject(2)), BEGUN + HOUR).await;
        bench.log.erase(subject(2).0, "asked for", Uuid::from_u128(9), BEGUN, context()).await.expect("erased");
        open.ask(other, add("Myöhemmin"), &nurse("nurse-1"), "late").await.expect("it goes on");
        assert_eq!(open.wishes.read(other).await.expect("read").expect("a wish").subject, None);
        let refused = open.ask(new_id(BEGUN), make(Some(subject(2)), 0), &By::Holder, "again").await;
        assert_eq!(refused, Err(Trouble::Refused(Refused::erased())), "nothing begins that is about them");
    });
}

#[test]
fn a_person_who_was_erased_is_written_nowhere_again_also_where_nothing_is_sealed() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let open = open(&bench, None).await;
        let (gone, stays, gone_before) = (subject(1), subject(2), subject(3));
        let quiet = |whose| Ask::Make { subject: whose, unit: "a".into(), until: BEGUN + HOUR, words: "".into() };
        let mut ids = Vec::new();
        for whose in [gone, stays, gone_before, gone_before] {
            let id = new_id(BEGUN);
            open.ask(id, quiet(Some(whose)), &By::Resident(whose), "make").await.expect("made");
            ids.push(id);
        }
        for id in &ids[..3] {
            open.ask(*id, Ask::Take, &nurse("nurse-1"), "take").await.expect("taken");
        }
        open.store.erase(gone, "asked for", Context::default()).await.expect("erased");
        // Of this one no matter was told.
        bench.log.erase(gone_before.0, "asked for", Uuid::from_u128(9), BEGUN, context()).await.expect("erased");
        let end = bench.all().await.len();
        let erased = Err(Trouble::Refused(Refused::erased()));
        let (session, new) = (By::Resident(gone), new_id(BEGUN));
        for (by, id, what) in [
            (&session, new, quiet(Some(gone))),
            (&session, new, quiet(Some(stays))),
            (&session, ids[0], Ask::Give),
            (&session, ids[1], Ask::Give),
            (&By::Resident(gone_before), ids[2], Ask::Give),
            (&nurse("nurse-1"), new, quiet(Some(gone))),
            (&By::System, new, quiet(Some(gone_before))),
        ] {
            assert_eq!(open.ask(id, what.clone(), by, "late").await, erased, "{by:?} {id} {what:?}");
        }
        for id in [ids[0], ids[2]] {
            open.ask(id, Ask::Give, &nurse("nurse-1"), "late").await.expect("for others it goes on");
        }
        bench.clock.store(BEGUN + 2 * HOUR, Ordering::SeqCst);
        assert_eq!(open.store.strike().await.0, 2, "and so do clocks");
        for id in [ids[0], ids[2], ids[3]] {
            assert_eq!(open.wishes.stored(id).await.expect("read").expect("a wish").subject, None);
            let events = bench.log.read_stream(&format!("wish/{id}"), 0, 9).await.expect("read");
            assert_eq!(events.iter().filter(|it| it.kind == matter::ERASED).count(), 1, "told in its own stream");
        }
        open.ask(new_id(BEGUN), quiet(None), &session, "nobody").await.expect("without a name, as anybody may");
        let late = format!("{:?}", &bench.all().await[end..]);
        assert!([gone, gone_before].iter().all(|it| !late.contains(&it.to_string())), "{late}");
    });
}

#[test]
fn what_is_begun_while_somebody_is_erased_is_known_by_them_no_more() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let open = open(&bench, None).await;
        let quiet = || Ask::Make { subject: Some(subject(1)), unit: "a".into(), until: BEGUN + HOUR, words: "".into() };
        let ids: Vec<Uuid> = (0..40).map(|_| new_id(BEGUN)).collect();
        let begun = ids.iter().map(|id| open.ask(*id, quiet(), &By::Holder, "make"));
        let (begun, erased) = tokio::join!(
            futures::future::join_all(begun),
            open.store.erase(subject(1), "asked for", Context::default())
        );
        erased.expect("erased");
        for (id, begun) in ids.into_iter().zip(begun) {
            let stands = open.wishes.stored(id).await.expect("read");
            assert_eq!(stands.as_ref().map(|it| it.subject), begun.is_ok().then_some(None), "{begun:?}");
        }
        assert!(open.wishes.look(|all| all.of_subject(subject(1), 99)).is_empty());
    });
}

#[test]
fn who_was_erased_by_an_older_program_stands_in_no_view_that_is_made_anew() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let folder = tempfile::tempdir().expect("a folder");
        let (whose, later) = (subject(1), new_id(BEGUN));
        let (running, unreadable) = {
            let open = open(&bench, None).await;
            (open.made(Some(whose), BEGUN + HOUR).await, open.made(Some(whose), BEGUN + HOUR).await)
        };
        let written = |id: Uuid, kind: &str, data: String| store::NewEvent {
            kind: kind.into(),
            data,
            ..event(&format!("wish/{id}"))
        };
        let newer = written(unreadable, "wish.urged", "{}".into());
        bench.append(of(vec![newer])).await.expect("appended");
        bench.log.erase(whose.0, "asked for", Uuid::from_u128(9), BEGUN, context()).await.expect("erased");
        // It wrote on of them, too, where nothing was sealed.
        let made = format!(r#"{{"subject":"{whose}","unit":"a","until":{BEGUN}}}"#);
        bench.append(of(vec![written(later, "wish.made", made)])).await.expect("appended");
        for _ in ["from the log", "behind a snapshot"] {
            let open = open(&bench, Some(folder.path())).await;
            for id in [running, unreadable, later] {
                let stands = open.wishes.look(|all| all.get(id)).expect("open");
                assert_eq!(stands.subject, None, "{id}");
            }
            assert!(open.wishes.look(|all| all.of_subject(whose, 9)).is_empty());
            open.store.keep().expect("kept");
        }
        // Of one with an event that nobody here can read it is said in its own stream.
        let other = subject(2);
        let open = open(&bench, None).await;
        let id = open.made(Some(other), BEGUN + HOUR).await;
        let appended = bench.append(of(vec![written(id, "wish.urged", "{}".into())])).await.expect("appended");
        open.store.reach(appended.last).await;
        bench.log.forget(vec![format!("wish/{id}")], BEGUN, context()).await.expect("told");
        open.store.reach(appended.last + 1).await;
        assert_eq!(open.wishes.look(|all| all.get(id)).expect("open").subject, None);
    });
}

#[test]
fn a_turn_over_several_matters_does_all_or_nothing() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let open = open(&bench, None).await;
        let ids = [open.made(None, BEGUN + HOUR).await, open.made(None, BEGUN + HOUR).await];
        let both = move |turn: &mut Turn<'_>| ids.iter().try_for_each(|id| turn.decide::<Wish>(*id, &Ask::Take, &()));
        open.ask(ids[1], Ask::Take, &nurse("nurse-2"), "t").await.expect("taken");
        let head = open.store.pos();
        let refused = open.store.turn(&nurse("nurse-1"), asked("one"), both).await;
        assert!(matches!(refused, Err(Trouble::Refused(_))), "{refused:?}");
        assert_eq!((open.wishes.look(|all| all.queue("a", 9).1), bench.all().await.len() as u64), (1, head));
        let more = [open.made(None, BEGUN + HOUR).await, ids[0]];
        let both = move |turn: &mut Turn<'_>| more.iter().try_for_each(|id| turn.decide::<Wish>(*id, &Ask::Take, &()));
        let done = open.store.turn(&nurse("nurse-1"), asked("two"), both).await.expect("both");
        assert_eq!((done.wrote.len(), open.wishes.look(|all| all.with("nurse-1").count())), (2, 2));
    });
}

fn asked(key: &str) -> Asked {
    Asked { scope: "test".into(), key: key.into(), request: digest(key.as_bytes()), seen: 0 }
}

/// Steps of every sort, by numbers that a seed gives.
async fn steps(open: &Open, bench: &Bench, seed: u64, count: usize) {
    let mut random = seed;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut ids: Vec<Uuid> = Vec::new();
    for step in 0..count {
        bench.clock.fetch_add(HOUR / 4, Ordering::SeqCst);
        let (key, by) = (format!("{seed}-{step}"), nurse(["nurse-1", "nurse-2"][next(2) as usize]));
        let about = ids.get(next(8) as usize).copied();
        match (next(7), about) {
            (0 | 1, _) | (_, None) => {
                let whose = [None, Some(subject(1)), Some(subject(2)), Some(subject(3))][next(4) as usize];
                let id = new_id(bench.clock.load(Ordering::SeqCst));
                let until = open.store.now() + (next(9) as i64) * HOUR;
                // Somebody who was erased begins nothing.
                if open.ask(id, make(whose, until), &by, &key).await.is_ok() {
                    ids.insert(0, id);
                }
            }
            (2, Some(id)) => drop(open.ask(id, Ask::Take, &by, &key).await),
            (3, Some(id)) => drop(open.ask(id, Ask::Give, &by, &key).await),
            (4, Some(id)) => drop(open.ask(id, Ask::Add { words: "ja".into() }, &by, &key).await),
            (5, _) => drop(open.store.strike().await),
            (_, Some(_)) => {
                let of = subject(1 + u128::from(next(12)));
                open.store.erase(of, "asked for", Context::default()).await.expect("erased");
            }
        }
    }
}

#[test]
fn live_from_a_snapshot_and_made_anew_a_view_is_the_same() {
    for seed in 1..=10 {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let (bench, folder) = (Bench::new(Kind::Memory), tempfile::tempdir().expect("a folder"));
            let live = open(&bench, Some(folder.path())).await;
            steps(&live, &bench, seed, 60).await;
            live.store.keep().expect("kept");
            let pos = live.store.pos();
            steps(&live, &bench, seed + 100, 60).await;
            live.store.reach(pos + 1).await;
            let (behind, anew) = (open(&bench, Some(folder.path())).await, open(&bench, None).await);
            tokio::time::timeout(Duration::from_secs(20), live.store.reach(anew.store.pos()))
                .await
                .expect("it follows");
            assert!(store::kept_at(folder.path()).iter().all(|(_, kept)| *kept >= pos && *kept < anew.store.pos()));
            assert_eq!(live.shown(), anew.shown(), "seed {seed}: live and anew");
            assert_eq!(behind.shown(), anew.shown(), "seed {seed}: behind a snapshot and anew");
        });
    }
}

/// The same kind in a newer program, which knows one event more.
mod newer {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub(super) enum Event {
        #[serde(rename = "wish.urged")]
        Urged,
        #[serde(untagged)]
        Known(super::Event),
    }

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(transparent)]
    pub(super) struct Wish(pub super::Wish);

    impl Matter for Wish {
        const NAME: &'static str = "wish";
        const VERSION: u32 = 1;
        const RIGHTS: Rights = super::Wish::RIGHTS;

        type Command = Ask;
        type Event = Event;
        type Refusal = NotNow;
        type Rules = ();
        type Index = ();

        fn decide(wish: Option<&Wish>, command: &Ask, on: &Occasion<'_, ()>) -> Result<Vec<Event>, NotNow> {
            let decided = super::Wish::decide(wish.map(|wish| &wish.0), command, on)?;
            Ok(decided.into_iter().map(Event::Known).collect())
        }

        fn evolve(wish: Option<Wish>, event: &Event, at: i64) -> Option<Wish> {
            match event {
                Event::Known(event) => super::Wish::evolve(wish.map(|wish| wish.0), event, at).map(Wish),
                Event::Urged => wish.map(|wish| Wish(super::Wish { added: wish.0.added + 100, ..wish.0 })),
            }
        }

        fn standing(&self) -> Standing<'_> {
            self.0.standing()
        }
    }
}

#[test]
fn a_program_that_can_read_more_goes_on_where_an_older_one_stopped() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let folder = tempfile::tempdir().expect("a folder");
        let old = open(&bench, Some(folder.path())).await;
        let (one, other) = (old.made(None, BEGUN + HOUR).await, old.made(None, BEGUN + HOUR).await);
        let urged = |kind: &str| {
            let mut newer = event(&format!("wish/{one}"));
            (newer.kind, newer.data) = (kind.into(), "{}".into());
            newer
        };
        let appended = bench.append(of(vec![urged("wish.urged"), urged("wish.added")])).await.expect("appended");
        old.store.reach(appended.last).await;
        assert_eq!(old.wishes.look(|all| (all.is_unreadable(one), all.is_unreadable(other))), (true, false));
        assert!(old.ask(one, Ask::Take, &nurse("nurse-1"), "t").await.is_err(), "nothing is decided on half of it");
        old.store.keep().expect("kept");
        let clock = Arc::clone(&bench.clock);
        let now = move || clock.load(Ordering::SeqCst);
        let snapshots = Some(folder.path().to_path_buf());
        let mut opening = Opening::of(bench.log.clone(), Calendar::shipped(), now, snapshots);
        let wishes = opening.kind::<newer::Wish>();
        let store = opening.open().await.expect("a store");
        assert!(!wishes.look(|all| all.is_unreadable(one)));
        assert_eq!(wishes.look(|all| all.get(one)).map(|wish| wish.0.added), Some(101), "each event once, in order");
        let followed = store.clone();
        let following = tokio::spawn(async move { drop(followed.follow().await) });
        wishes.ask(one, Ask::Take, &nurse("nurse-1"), "t", 0).await.expect("taken");
        following.abort();
    });
}

#[test]
fn a_turn_needs_no_view() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let store = Opening::of(bench.log.clone(), Calendar::shipped(), || BEGUN, None).open().await.expect("a store");
        let id = Uuid::from_u128(1);
        let made =
            store.turn(&By::Holder, asked("m"), move |turn| turn.decide::<Wish>(id, &make(None, BEGUN), &())).await;
        assert_eq!(made.expect("made").wrote, [(format!("wish/{id}"), 1)]);
        let again = Opening::of(bench.log.clone(), Calendar::shipped(), || BEGUN, None).open().await.expect("a store");
        let read = again.turn(&By::System, asked("r"), move |turn| match turn.read::<Wish>(id)? {
            Some(_) => Ok(()),
            None => Err(Trouble::NotFound),
        });
        assert!(read.await.is_ok(), "from its stream");
    });
}

#[test]
fn nothing_is_left_of_a_snapshot_that_was_broken_off() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let folder = tempfile::tempdir().expect("a folder");
        let names = || {
            let files = std::fs::read_dir(folder.path()).expect("a folder").map(|it| it.expect("a file").file_name());
            let mut names: Vec<_> = files.map(|it| it.to_string_lossy().into_owned()).collect();
            names.sort();
            names
        };
        let leave = |name: &str| std::fs::write(folder.path().join(name), "[1,[]]").expect("left");
        ["wish.partial-00ff00ff00ff00ff", "wish.partial", "seen.partial"].iter().for_each(|name| leave(name));
        let open = open(&bench, Some(folder.path())).await;
        assert_eq!(names(), ["seen.partial"], "of others nothing is touched");
        ["wish.partial-0123456789abcdef", "wish.partial"].iter().for_each(|name| leave(name));
        open.store.keep().expect("kept");
        assert_eq!(names(), ["seen.partial", "wish.view"]);
    });
}

#[test]
fn one_name_is_of_one_kind() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let mut opening = Opening::of(bench.log.clone(), Calendar::shipped(), || BEGUN, None);
        let _ = (opening.kind::<Wish>(), opening.kind::<newer::Wish>());
        assert!(opening.open().await.is_err_and(|error| error.what.contains("twice")));
    });
}
