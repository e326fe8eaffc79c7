//! How the store bears many matters: `cargo run --release -p kinds --example matters [THOUSANDS]`. It prints how soon it
//! stands behind snapshots, how long lists, searches and bookings take, and how many clocks strike a second, on a SQLite
//! log in a folder of its own. Matters are a third contacts, a third tasks, the rest days and appointments.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measurement that cannot go on ends, and prints")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use calendar::{Calendar, day_number};
use facts::{Channel, Modality, Names, Profession};
use futures::stream::{self, StreamExt};
use kinds::{Kinds, NewAppointment, NewContact};
use matter::{By, Subject, Trouble};
use operations::bookings::appointments::Wanted;
use operations::bookings::calendar::Timetable;
use operations::bookings::days::Sought;
use operations::bookings::flow::Place;
use operations::bookings::{Actor, Way};
use operations::tasks::Command;
use store::{KEY_FILE, Keys, Location, Log, Which};
use uuid::Uuid;

/// A Monday in March 2026, in microseconds.
const BEGUN: i64 = 1_773_014_400_000_000;
const DAY: i64 = 86_400_000_000;
/// Commands under way at once.
const AT_ONCE: usize = 256;

#[tokio::main]
async fn main() {
    let thousands: usize = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(200);
    let folder = std::env::temp_dir().join(format!("luotsi-matters-{}", std::process::id()));
    let now = Arc::new(AtomicI64::new(BEGUN));
    let (log, kinds) = opened(&folder, &now).await;
    let followed = kinds.store.clone();
    let following = tokio::spawn(async move { drop(followed.follow().await) });
    let third = thousands * 1000 / 3;
    rate("contacts opened", third, contacts(&kinds, third)).await;
    rate("tasks set", third, tasks(&kinds, third)).await;
    let timetable = Arc::new(timetable());
    let slots = days(&kinds, &timetable, thousands * 1000 / 200).await;
    println!("free times published: {slots}");
    search(&kinds, &timetable);
    lists(&kinds);
    booking(&kinds, &timetable, third / 10).await;
    rush(&kinds, &timetable).await;
    clocks(&kinds, &now, thousands * 500).await;
    let begun = Instant::now();
    kinds.store.keep().expect("kept");
    println!("snapshots kept in {:.2} s, {} MiB", begun.elapsed().as_secs_f64(), size(&folder.join("snapshots")) >> 20);
    let open: usize = kinds.contacts.look(|it| it.open()) + kinds.tasks.look(|it| it.open());
    let open = open + kinds.days.look(|it| it.open()) + kinds.appointments.look(|it| it.open());
    following.abort();
    drop((kinds, log));
    let begun = Instant::now();
    let (_log, again) = opened(&folder, &now).await;
    println!(
        "{open} open matters, {} events: stands behind snapshots in {:.2} s",
        again.store.pos(),
        begun.elapsed().as_secs_f64()
    );
    let _ = std::fs::remove_dir_all(&folder);
}

async fn opened(folder: &Path, now: &Arc<AtomicI64>) -> (Log, Kinds) {
    let keys = folder.join("keys");
    std::fs::create_dir_all(&keys).expect("a folder");
    let keys = Arc::new(Keys::open(&keys, &keys.join(KEY_FILE)).expect("keys"));
    let clock = |now: &Arc<AtomicI64>| {
        let now = Arc::clone(now);
        move || now.load(Ordering::Relaxed)
    };
    let log = Log::open(&Location::File(folder.join("log.db")), keys, clock(now)).expect("a log");
    let kinds = Kinds::open(log.clone(), clock(now), Some(folder.join("snapshots"))).await.expect("kinds");
    (log, kinds)
}

async fn rate(what: &str, count: usize, work: impl Future<Output = ()>) {
    let begun = Instant::now();
    work.await;
    println!("{what}: {count}, {:.0} a second", count as f64 / begun.elapsed().as_secs_f64());
}

fn unit(number: usize) -> String {
    format!("unit-{}", number % 20)
}

async fn contacts(kinds: &Kinds, count: usize) {
    let open = |number: usize| {
        let new = NewContact {
            client_id: format!("c{number}"),
            among: String::new(),
            channel: Channel::Message,
            service: "outpatient".into(),
            language: "fi".into(),
            unit: unit(number),
            queue: None,
            anonymous: false,
            subject: Some(Subject(Uuid::from_u128(number as u128))),
            routed: None,
            text: "Selkä on ollut kipeä viikon.".into(),
        };
        async move { kinds.open_contact(new, &By::Holder).await.map(drop).expect("opened") }
    };
    stream::iter(0..count).map(open).buffer_unordered(AT_ONCE).collect::<()>().await;
}

fn nurse(number: usize) -> By {
    By::Professional { id: format!("nurse-{number}").as_str().into(), unit: "a".into(), leads: false }
}

async fn tasks(kinds: &Kinds, count: usize) {
    let set = |number: usize| {
        let (unit, words) = (unit(number).as_str().into(), "Soita perjantaina.".into());
        let to = number.is_multiple_of(4).then(|| format!("nurse-{}", number % 400).as_str().into());
        let due = Some(BEGUN + DAY * (number % 30) as i64);
        let command = Command::Set { about: None, subject: None, unit, to, due, dispatch: None, says: None, words };
        async move { kinds.set_task(command, &nurse(1), &format!("t{number}")).await.map(drop).expect("set") }
    };
    stream::iter(0..count).map(set).buffer_unordered(AT_ONCE).collect::<()>().await;
}

fn timetable() -> Timetable {
    let text = include_str!("../../../content/calendars/digital-nurse.toml");
    let found = [content::Found::shipped("content/calendars/digital-nurse.toml", text)];
    let library = content::Library::read(kinds::content::FOLDERS, &found, &|_, _| true);
    let timetables = kinds::Timetables::default();
    timetables.take(&library, jiff::civil::date(2026, 3, 9));
    let shipped = timetables.get("digital-nurse").expect("a calendar");
    let mut timetable = (*shipped).clone();
    let _: &Names = &timetable.name;
    // Ten-minute times all day, in three languages: a large clinic.
    for week in &mut timetable.weeks {
        week.hours.at = [jiff::civil::time(8, 0, 0, 0), jiff::civil::time(16, 0, 0, 0)];
        week.on = vec![week.on[0]];
    }
    timetable
}

async fn days(kinds: &Kinds, timetable: &Timetable, actors: usize) -> usize {
    let today = day_number(Calendar::shipped().local_date(BEGUN).expect("a day"));
    let begun = Instant::now();
    for actor in 0..actors {
        let id = format!("nurse-{actor}");
        let actor = Actor::Professional { id: id.as_str().into(), profession: Profession::Nurse };
        let published = (0..42).map(|day| {
            let of = (&actor, &["nurse"][..], &timetable.unit);
            async move { kinds.publish_times(timetable, of, today + day).await.map(drop) }
        });
        let done: Result<Vec<()>, Trouble> = futures::future::try_join_all(published).await;
        done.expect("published");
    }
    println!("days published in {:.1} s", begun.elapsed().as_secs_f64());
    kinds.days.look(|days| days.iter().map(|(_, day)| day.times.len()).sum())
}

fn search(kinds: &Kinds, timetable: &Timetable) {
    let mut took = Vec::new();
    for number in 0..2000_i64 {
        let language = ["fi", "sv", "en"][number as usize % 3];
        let way = Some(Way([Modality::Video, Modality::Phone][number as usize % 2]));
        let sought =
            Sought { calendar: &timetable.id, kind: Some("talk"), way, language: Some(language), ..Sought::default() };
        let begun = Instant::now();
        let found = kinds.free(&sought, BEGUN + (number % 42) * DAY, 50);
        took.push(begun.elapsed());
        assert!(number % 42 > 35 || !found.is_empty());
    }
    println!("first free by calendar, way and language: {}", told(took));
}

fn lists(kinds: &Kinds) {
    let mut took = Vec::new();
    let mut longest = 0;
    for number in 0..500 {
        let unit = unit(number);
        let begun = Instant::now();
        let mut listed: Vec<_> = kinds.store.kinds().iter().flat_map(|it| it.listed(Which::Queue(&unit))).collect();
        listed.sort_unstable_by_key(|it| (it.since, it.id));
        took.push(begun.elapsed());
        longest = longest.max(listed.len());
    }
    println!("a unit's list, of {longest} matters at most: {}", told(took));
}

fn wanted(number: usize) -> Wanted {
    Wanted {
        subject: Some(Subject(Uuid::from_u128(number as u128))),
        kind: "talk".into(),
        way: Way(Modality::Video),
        channel: Channel::Form,
        contact: None,
        assessment: None,
        enrolment: None,
        needs: Vec::new(),
    }
}

fn places(kinds: &Kinds, timetable: &Timetable, from: i64, most: usize) -> Vec<Place> {
    let sought = Sought { calendar: &timetable.id, kind: Some("talk"), ..Sought::default() };
    kinds.free(&sought, from, most).into_iter().map(|(found, _)| Place::Time(found.day, found.slot)).collect()
}

async fn booked(kinds: &Kinds, timetable: &Arc<Timetable>, number: usize, place: Place) -> (Duration, bool) {
    let new =
        NewAppointment { wanted: wanted(number), places: vec![place], note: None, words: vec!["resident".into()] };
    let by = By::Resident(Subject(Uuid::from_u128(number as u128)));
    let begun = Instant::now();
    let done = kinds.book(kinds.new_appointment(), new, Arc::clone(timetable), &by).await;
    (begun.elapsed(), done.is_ok())
}

/// Many book times of their own.
async fn booking(kinds: &Kinds, timetable: &Arc<Timetable>, count: usize) {
    let places = places(kinds, timetable, BEGUN + 2 * DAY, count);
    let count = places.len();
    let begun = Instant::now();
    let all = places.into_iter().enumerate().map(|(number, place)| booked(kinds, timetable, 1_000_000 + number, place));
    let done: Vec<(Duration, bool)> = stream::iter(all).buffer_unordered(AT_ONCE).collect().await;
    let ok = done.iter().filter(|(_, ok)| *ok).count();
    println!("appointments booked: {ok} of {count}, {:.0} a second", count as f64 / begun.elapsed().as_secs_f64());
}

/// Fifty people want the same day at once, each tries its times in order until one is theirs.
async fn rush(kinds: &Kinds, timetable: &Arc<Timetable>) {
    let mut took = Vec::new();
    let mut got = 0;
    for round in 0..20 {
        let Some(Place::Time(day, _)) = places(kinds, timetable, BEGUN + (20 + round) * DAY, 1).first().copied() else {
            continue;
        };
        let free = places(kinds, timetable, BEGUN + (20 + round) * DAY, 4000);
        let of_day: Vec<Place> = free.into_iter().filter(|it| matches!(it, Place::Time(it, _) if *it == day)).collect();
        let people = (0..50).map(|person| {
            let of_day = &of_day;
            async move {
                let mut took = Vec::new();
                for place in of_day {
                    let (lasted, ok) = booked(kinds, timetable, 2_000_000 + person, *place).await;
                    took.push(lasted);
                    if ok {
                        return (took, 1);
                    }
                }
                (took, 0)
            }
        });
        for (more, one) in futures::future::join_all(people).await {
            took.extend(more);
            got += one;
        }
    }
    println!("fifty people on one day, twenty times: {got} got a time, {} answers: {}", took.len(), told(took));
}

/// Clocks that are due at one instant, while commands go on beside.
async fn clocks(kinds: &Kinds, now: &Arc<AtomicI64>, count: usize) {
    let due: Vec<Uuid> = kinds.tasks.look(|tasks| tasks.iter().take(count).map(|(id, _)| id).collect());
    let finish = |(number, id): (usize, Uuid)| async move {
        let by = kinds
            .tasks
            .look(|tasks| tasks.get(id))
            .and_then(|it| it.has().cloned())
            .map_or(nurse(1), |id| By::Professional { id, unit: "a".into(), leads: false });
        kinds.tasks.ask(id, Command::Finish, &by, &format!("f{number}"), 0).await.map(drop)
    };
    let finished: Vec<_> =
        stream::iter(due.into_iter().enumerate()).map(finish).buffer_unordered(AT_ONCE).collect().await;
    let due = finished.into_iter().filter(Result::is_ok).count();
    now.store(BEGUN + 2 * DAY, Ordering::Relaxed);
    let begun = Instant::now();
    let done = AtomicBool::new(false);
    let beside = async {
        let mut took = Vec::new();
        for number in 0.. {
            if done.load(Ordering::Relaxed) {
                break;
            }
            let asked = Instant::now();
            let command = Command::Set {
                about: None,
                subject: None,
                unit: "b".into(),
                to: None,
                due: None,
                dispatch: None,
                says: None,
                words: "Toinen asia.".into(),
            };
            kinds.set_task(command, &nurse(2), &format!("beside-{number}")).await.expect("set");
            took.push(asked.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        took
    };
    let striking = async {
        let (struck, _) = kinds.store.strike().await;
        done.store(true, Ordering::Relaxed);
        (struck, begun.elapsed().as_secs_f64())
    };
    let ((struck, lasted), took) = tokio::join!(striking, beside);
    println!("clocks due at one instant: {due}, {struck} struck in {lasted:.1} s; commands beside: {}", told(took));
}

fn told(mut took: Vec<Duration>) -> String {
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    format!("p50 {:.3} ms, p95 {:.3} ms, p99 {:.3} ms", at(0.5), at(0.95), at(0.99))
}

fn size(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|it| it.len()).sum()
}
