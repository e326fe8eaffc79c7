use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};

use content::{Found, Library};
use jiff::civil::date;
use operations::bookings::walk_ins::{Event as OfWalkIn, list_id};
use operations::contacts::Place as Stands;
use store::{KEY_FILE, Keys, Location, Log};

use super::*;

/// A county of some calendars on a Monday; the clock is the caller's.
async fn county(files: &[(&str, &str)]) -> (Kinds, Arc<AtomicI64>, Date) {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let keys = Arc::new(Keys::open(&folder, &folder.join(KEY_FILE)).expect("keys"));
    let monday = date(2026, 3, 9);
    let clock = Arc::new(AtomicI64::new(Calendar::shipped().start_of(monday).expect("an instant")));
    let ticks = || {
        let clock = Arc::clone(&clock);
        move || clock.load(Ordering::Relaxed)
    };
    let log = Log::open(&Location::Memory, keys, ticks()).expect("a log");
    let kinds = Kinds::open(log, ticks(), None).await.expect("kinds");
    let following = kinds.store.clone();
    tokio::spawn(async move { following.follow().await });
    let files: Vec<Found> = files.iter().map(|(path, text)| Found::shipped(path, text)).collect();
    kinds.timetables.take(&Library::read(kinds::content::FOLDERS, &files, &|_, _| true), monday);
    (kinds, clock, monday)
}

/// A whole day of the acute reception, looked at every four minutes.
#[tokio::test]
async fn people_come_are_taken_and_seen_and_nobody_is_left() {
    let text = include_str!("../../../../../content/calendars/acute-walk-in.toml");
    let (kinds, clock, monday) = county(&[("content/calendars/acute-walk-in.toml", text)]).await;
    let (lists, begun) = (Lists::new(kinds.clone(), 500), clock.load(Ordering::Relaxed));
    let id = list_id("acute-walk-in", day_number(monday));
    let mut waited = 0;
    for step in 0..(24 * 15) {
        let now = begun + step * 4 * MINUTE;
        clock.store(now, Ordering::Relaxed);
        lists.round(now).await;
        waited = waited.max(kinds.walk_ins.look(|all| all.get(id)).map_or(0, |it| it.in_line().len()));
    }
    let list = kinds.walk_ins.look(|all| all.get(id)).expect("a list");
    let (hours, came) = (12, list.last as usize);
    assert!((hours..=hours * 4).contains(&came), "{came} came");
    assert!(list.visitors.is_empty(), "nobody is left at night: {:?}", list.visitors);
    assert!(waited > 0, "somebody has waited");
    let happened = kinds.walk_ins.happened(id, "walk_in", 0, usize::MAX >> 1).await.expect("events");
    let count = |is: fn(&OfWalkIn) -> bool| happened.iter().filter(|it| is(&it.event)).count();
    let seen = count(|it| matches!(it, OfWalkIn::Seen { .. }));
    assert!(seen * 10 > came * 8, "most are seen: {seen} of {came}");
    let known: BTreeSet<Uuid> = happened
        .iter()
        .filter_map(|it| if let OfWalkIn::Entered { contact, .. } = &it.event { *contact } else { None })
        .collect();
    assert!(known.len() * 8 > came, "some are clients: {} of {came}", known.len());
    for contact in known {
        let stands = kinds.contacts.read(contact).await.expect("readable").expect("a contact").place.clone();
        assert!(matches!(stands, Stands::Resolved { .. } | Stands::Queued), "{stands:?}");
    }
    let again = list.last;
    lists.round(clock.load(Ordering::Relaxed)).await;
    assert_eq!(kinds.walk_ins.look(|all| all.get(id)).map(|it| it.last), Some(again), "once more changes nothing");
}

#[tokio::test]
async fn duties_are_given_for_a_week_with_a_gap() {
    let text = include_str!("../../../../../content/calendars/digital-clinic-duty.toml");
    let (kinds, clock, monday) = county(&[("content/calendars/digital-clinic-duty.toml", text)]).await;
    let lists = Lists::new(kinds.clone(), 500);
    let now = clock.load(Ordering::Relaxed) + 9 * HOUR;
    clock.store(now, Ordering::Relaxed);
    for _ in 0..2 {
        lists.round(now).await;
    }
    let duties = |ahead: i32| {
        let date = day_number(monday) + ahead;
        let days = kinds
            .days
            .look(|all| all.iter().filter(|(_, it)| it.date == date).map(|(_, it)| Arc::clone(it)).collect::<Vec<_>>());
        days.iter().map(|day| day.duties.len()).sum::<usize>()
    };
    assert_eq!((duties(0), duties(1), duties(3), duties(5)), (3, 3, 1, 0), "Thursday has gaps, Saturday no shifts");
}
