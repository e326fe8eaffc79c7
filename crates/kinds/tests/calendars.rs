//! Shipped calendars, held to those who work in the demo county: each gives times that can be had, and nobody is in two places.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ::calendar::{Calendar, day_number};
use content::{Found, Library};
use county::{County, Plan};
use facts::{Channel, Code, Professional};
use jiff::civil::{Date, date};
use jiff::{SpanRelativeTo, ToSpan, Unit};
use kinds::Timetables;
use kinds::content::FOLDERS;
use matter::given::Past;
use matter::{By, Subject};
use operations::bookings::Actor;
use operations::bookings::appointments::Wanted;
use operations::bookings::calendar::{Slot, Timetable};
use operations::bookings::days::{Command, Day, day_id};
use operations::bookings::flow::{self, Ask, Place};
use operations::bookings::gatherings;
use uuid::Uuid;

/// The Monday on which the county of the journeys begins, and the instant: 8 o'clock.
const MONDAY: Date = date(2026, 3, 9);

fn now() -> i64 {
    Calendar::shipped().instant(MONDAY.at(8, 0, 0, 0)).expect("an instant")
}

fn shipped() -> Timetables {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let mut found = Vec::new();
    for folder in ["calendars", "slots"] {
        for path in std::fs::read_dir(content.join(folder)).expect("a folder").map(|it| it.expect("a file").path()) {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("a file");
            found.push(Found::shipped(&format!("content/{folder}/{name}"), &text));
        }
    }
    let timetables = Timetables::default();
    timetables.take(&Library::read(FOLDERS, &found, &|_, _| true), MONDAY);
    timetables
}

/// Those who work there.
fn staff() -> Vec<Professional> {
    let county = County::new(Plan { residents: 2_000, seed: 7, made: now() });
    county.shared().professionals.into_iter().map(|row| row.0).filter(|it| it.valid_to.is_none()).collect()
}

/// A time, whose it is, where, and on which date.
struct Given<'a> {
    who: &'a Professional,
    slot: Slot,
    unit: matter::UnitId,
    on: Date,
}

/// All times of a calendar in the days ahead that it publishes.
fn given<'a>(timetable: &Timetable, staff: &'a [Professional]) -> Vec<Given<'a>> {
    let ahead = timetable.publish.ahead.total((Unit::Day, SpanRelativeTo::days_are_24_hours())).expect("days");
    let dates: Vec<Date> = (0..=ahead.ceil() as i64).map(|day| MONDAY.saturating_add(day.days())).collect();
    let mut all = Vec::new();
    for who in staff {
        let id = &who.professional_id.0;
        let Some(unit) = timetable.given_at(id, &who.unit_id) else { continue };
        for on in &dates {
            let slots = timetable.slots((id, &[who.profession.code()]), *on, Calendar::shipped());
            let to_come = slots.into_iter().filter(|slot| now() < slot.from);
            all.extend(to_come.map(|slot| Given {
                who,
                slot: timetable.at_unit(slot, unit),
                unit: unit.clone(),
                on: *on,
            }));
        }
    }
    all
}

/// Books a time, of a gathering a seat, for somebody by a word of the calendar.
fn booked(timetable: &Timetable, given: &Given<'_>, word: &str) -> Result<(), String> {
    let (past, id) = (&mut Past::default(), Uuid::from_u128);
    let professional = By::Professional { id: "P-1".into(), unit: given.unit.clone(), leads: word == "role:lead" };
    let by = if word.starts_with("role:") { professional } else { By::Resident(Subject(id(7))) };
    let actor =
        Actor::Professional { id: given.who.professional_id.0.as_str().into(), profession: given.who.profession };
    let (date, slot) = (day_number(given.on), &given.slot);
    let day = day_id(actor.id(), date);
    let plan = Command::Plan { actor, unit: given.unit.clone(), date };
    let publish = Command::Publish {
        calendar: timetable.id.as_str().into(),
        unit: given.unit.clone(),
        service: timetable.service.clone(),
        slots: vec![slot.clone()],
    };
    let place = if slot.seats.is_some() { Place::Seat(id(2)) } else { Place::Time(day, slot.id) };
    let told = |trouble: matter::Trouble| format!("{trouble:?}");
    let system = |past: &mut Past, flow: &dyn Fn(&mut matter::Turn<'_>) -> Result<(), matter::Trouble>| {
        past.turn((now(), &By::System), |turn| flow(turn)).map(drop).map_err(told)
    };
    system(past, &|turn| turn.decide::<Day>(day, &plan, &()))?;
    system(past, &|turn| turn.decide::<Day>(day, &publish, &()))?;
    if slot.seats.is_some() {
        system(past, &|turn| gatherings::call(turn, id(2), (day, slot.id), timetable))?;
    }
    let wanted = Wanted {
        subject: Some(Subject(id(7))),
        kind: slot.kind.clone(),
        way: slot.ways[0],
        channel: Channel::Form,
        contact: None,
        assessment: None,
        enrolment: None,
        needs: Vec::new(),
    };
    let ask = Ask { wanted, places: vec![place], note: None, over: None, words: &[word], open: 0 };
    // In the middle of what may be booked: neither frozen nor too near.
    let at = slot.opens_at.unwrap_or(now()).max(now());
    past.turn((at, &by), |turn| flow::book(turn, id(3), &ask, timetable)).map(drop).map_err(told)
}

#[test]
fn every_shipped_calendar_gives_times_that_those_may_book_whom_it_names() {
    let (timetables, staff) = (shipped(), staff());
    let professions: BTreeSet<&str> = staff.iter().map(|it| it.profession.code()).collect();
    for timetable in timetables.all().values().filter(|it| !it.kinds.is_empty()) {
        let (id, given) = (&timetable.id, given(timetable, &staff));
        for kind in timetable.kinds.keys() {
            let of_kind: Vec<&Given<'_>> = given.iter().filter(|it| *it.slot.kind == **kind).collect();
            assert!(!of_kind.is_empty(), "{id} gives no {kind}");
            // The last day: whoever books has notice, and the time is open or opens before.
            let one = of_kind.iter().max_by_key(|it| it.slot.from).expect("one");
            for word in &timetable.book.by {
                assert_eq!(booked(timetable, one, word), Ok(()), "{id}, {kind}, by {word}");
            }
            assert!(booked(timetable, one, "role:nobody").is_err(), "{id} is open to anybody");
        }
        for unit in timetable.kept_at() {
            assert!(given.iter().any(|it| it.unit == *unit), "{id} gives no time at {unit}");
        }
        let roles = timetable.book.by.iter().filter_map(|word| word.strip_prefix("role:"));
        for role in roles.filter(|role| !["lead", "professional"].contains(role)) {
            assert!(professions.contains(role), "{id} may be booked by {role}, and there is none");
        }
    }
}

#[test]
fn nobody_has_two_times_at_once() {
    let (timetables, staff) = (shipped(), staff());
    let mut all: BTreeMap<&str, Vec<(i64, i64, String)>> = BTreeMap::new();
    let timetables = timetables.all();
    for timetable in timetables.values().filter(|it| !it.kinds.is_empty()) {
        for it in given(timetable, &staff) {
            let times = all.entry(it.who.professional_id.0.as_str()).or_default();
            times.push((it.slot.from, it.slot.to, format!("{} {}", timetable.id, it.on)));
        }
    }
    for (who, mut times) in all {
        times.sort_unstable();
        for pair in times.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "{who}: {} and {}", pair[0].2, pair[1].2);
        }
    }
}

#[test]
fn lists_duties_and_kept_time_are_somebodys() {
    let (timetables, staff) = (shipped(), staff());
    let has = |role: &str| staff.iter().any(|it| role.strip_prefix("role:") == Some(it.profession.code()));
    let week = || (0..7).map(|day| MONDAY.saturating_add(day.days()));
    let mut shapes = BTreeSet::new();
    for timetable in timetables.all().values().filter(|it| it.kinds.is_empty()) {
        let (id, calendar) = (&timetable.id, Calendar::shipped());
        if timetable.walk_in.is_some() {
            shapes.insert("walk_in");
            assert!(week().any(|on| !timetable.come_in(on, calendar).is_empty()), "{id} is never open");
        } else if timetable.protects.is_some() {
            shapes.insert("protect");
            let by = timetable.protects.iter().flat_map(|it| &it.by);
            assert!(by.clone().count() > 0 && by.filter(|it| *it != "role:lead").all(|it| has(it)), "{id}");
        } else {
            shapes.insert("duty");
            assert!(week().any(|on| !timetable.shifts(on, calendar).is_empty()), "{id} has no shift");
            assert!(timetable.duties.values().all(|it| has(&it.who)), "{id} is nobody's duty");
        }
    }
    assert_eq!(shapes, BTreeSet::from(["duty", "protect", "walk_in"]));
}
