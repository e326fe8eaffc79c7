use matter::Draft;
use matter::given::Past;

use super::*;
use crate::bookings::appointments::Appointment;
use crate::bookings::flow::tests::{CANCEL, ask, book_at, friday, kinds, past, place, refused, tell, timetable};
use crate::bookings::tests::{at, frozen, monday, monday_of, nurse, resident, slot, when};

const WISH: Uuid = Uuid::from_u128(100);
const SUBJECT: Subject = Subject(Uuid::from_u128(7));

fn made() -> Made {
    Made {
        subject: Some(SUBJECT),
        unit: "rehabilitation".into(),
        calendar: "c".into(),
        kinds: vec!["first".into()],
        days: vec![1, 2],
        ways: vec![Way(facts::Modality::Video)],
        places: vec![],
        hours: [8, 9],
        earliest: friday(0),
        until: at("2027-02-01T00:00"),
        guarantee: None,
        instead_of: None,
        gathering: None,
    }
}

/// Days, and a wish that was made on Friday at noon.
fn with(made: Made) -> Past {
    let mut past = past();
    past.turn((friday(0), &resident()), |turn| turn.decide::<Wish>(WISH, &Command::Make(made.clone()), &()))
        .expect("made");
    past
}

/// Offers the first time of P-1 for appointment 1.
fn offered(past: &mut Past, now: i64) -> Result<Vec<Draft>, Trouble> {
    let Place::Time(day, slot) = place("P-1", 0) else { panic!("a seat") };
    past.turn((now, &By::System), |turn| offer(turn, WISH, (day, slot, Uuid::from_u128(1)), &timetable()))
}

fn ask_of(past: &mut Past, now: i64, by: &By, command: &Command) -> Result<Vec<Draft>, Trouble> {
    past.turn((now, by), |turn| asked(turn, WISH, command))
}

fn accepted(past: &mut Past, now: i64) -> Result<Vec<Draft>, Trouble> {
    past.turn((now, &resident()), |turn| accept(turn, WISH, &["resident"], &timetable()))
}

fn state(past: &mut Past) -> Wish {
    past.state::<Wish>(WISH).expect("readable").as_deref().expect("a wish").clone()
}

#[test]
fn a_time_fits_what_was_wished_for() {
    let time = || slot("P-1", "09:00", "10:00");
    let none = Made { kinds: vec![], days: vec![], ways: vec![], hours: [0, 23], ..made() };
    for (made, slot, expected) in [
        (made(), time(), true),
        (none, Slot { kind: "series".into(), ..slot("P-1", "23:30", "23:50") }, true),
        (made(), Slot { kind: "series".into(), ..time() }, false),
        (made(), Slot { ways: vec![Way(facts::Modality::InPerson)], ..time() }, false),
        (made(), Slot { seats: Some([1, 2]), ..time() }, false),
        (made(), slot("P-1", "09:59", "11:00"), true),
        (made(), slot("P-1", "10:00", "11:00"), false),
        (Made { days: vec![2], ..made() }, time(), false),
        (Made { until: monday("09:00"), ..made() }, time(), false),
        (Made { places: vec!["gym".into()], ..made() }, time(), false),
        (Made { places: vec!["gym".into()], ..made() }, Slot { place: Some("gym".into()), ..time() }, true),
        (Made { earliest: monday("09:00") + 1, ..made() }, time(), false),
    ] {
        let it = state(&mut with(made));
        assert_eq!(it.fits(&slot, Calendar::shipped()), expected, "{:?} {slot:?}", it.made);
    }
}

#[test]
fn an_offer_is_held_and_taken_or_goes_on() {
    let mut past = with(made());
    let drafts = offered(&mut past, friday(0)).expect("offered");
    assert_eq!(kinds(&drafts), ["wish.offered", "day.slot_held"]);
    let until = friday(120);
    assert_eq!(state(&mut past).due(), Some((until, Command::Lapse)));
    assert!(offered(&mut past, friday(1)).is_err(), "one at a time");
    let other = book_at(&mut past, (friday(1), &resident()), 9, &ask(&[place("P-1", 0)]));
    assert_eq!(other, refused(Refusal::Held(until)));
    assert_eq!(accepted(&mut past.clone(), until), refused(Refusal::Over));
    let drafts = accepted(&mut past.clone(), until - 1).expect("taken");
    assert_eq!(kinds(&drafts), ["wish.taken", "appointment.booked", "day.slot_taken"]);
    // No: it is free at once, and is not offered again.
    let mut no = past.clone();
    assert_eq!(
        kinds(&ask_of(&mut no, friday(2), &resident(), &Command::Pass).expect("passed")),
        ["wish.passed", "day.slot_let_go"]
    );
    assert_eq!(offered(&mut no, friday(3)), refused(Refusal::NotThere));
    assert!(book_at(&mut no, (friday(3), &resident()), 9, &ask(&[place("P-1", 0)])).is_ok());
    // No word: the clock asks nothing of the day, which may have ended.
    assert!(ask_of(&mut past, until - 1, &By::System, &Command::Lapse).is_err());
    assert_eq!(kinds(&ask_of(&mut past, until, &By::System, &Command::Lapse).expect("passed")), ["wish.passed"]);
    assert!(book_at(&mut past, (until, &resident()), 9, &ask(&[place("P-1", 0)])).is_ok());
    let (end_at, end) = state(&mut past).due().expect("it ends by itself");
    assert_eq!((end_at, &end), (made().until, &Command::End));
    assert!(ask_of(&mut past, end_at - 1, &By::System, &end).is_err());
    ask_of(&mut past, end_at, &By::System, &end).expect("ended");
    assert_eq!((state(&mut past).standing().list, state(&mut past).due()), (List::Ended, None));
}

#[test]
fn the_time_to_think_shrinks_and_nobody_is_woken() {
    let last = monday("05:00");
    for (now, made, expected) in [
        (at("2027-01-03T19:59"), made(), Ok(at("2027-01-03T21:59"))),
        (at("2027-01-03T20:00"), made(), refused(Refusal::NotNow("nothing is offered by night"))),
        (at("2027-01-03T07:59"), made(), refused(Refusal::NotNow("nothing is offered by night"))),
        (monday("08:00"), made(), refused(Refusal::Late(monday("09:00")))),
        (friday(0), Made { days: vec![2], ..made() }, refused(Refusal::NotThere)),
    ] {
        let mut past = with(made);
        let asked = offered(&mut past, now);
        assert_eq!(asked.map(|_| state(&mut past).offer.expect("an offer").until), expected, "{now}");
    }
    // Half of the time until it can be booked no more is for this one, unless that is too little.
    let left = |now: i64| {
        window(&timetable(), monday("09:00"), &Turn::new(&mut past(), (now, &By::System, 0), Calendar::shipped()))
    };
    let minutes = |count: i64| count * 60_000_000;
    assert_eq!(left(last - minutes(60)), Some(last - minutes(30)));
    assert_eq!(left(last - minutes(40)), Some(last - minutes(20)));
    assert_eq!(left(last - minutes(39)), None);
}

#[test]
fn the_old_time_is_kept_until_another_is_taken() {
    let mut past = with(Made { instead_of: Some(Uuid::from_u128(5)), ..made() });
    let mut old = ask(&[place("P-1", 3)]);
    old.wanted.way = Way(facts::Modality::Video);
    book_at(&mut past, (friday(0), &resident()), 5, &old).expect("booked");
    offered(&mut past, friday(1)).expect("offered");
    let from = |past: &mut Past| {
        past.state::<Appointment>(Uuid::from_u128(5)).expect("readable").expect("one").booking.when.from
    };
    assert_eq!(from(&mut past), monday("11:00"));
    let drafts = accepted(&mut past, friday(2)).expect("moved");
    assert_eq!(kinds(&drafts), ["wish.taken", "appointment.moved", "day.slot_freed", "day.slot_taken"]);
    assert_eq!(from(&mut past), monday("09:00"));
    tell(&mut past, (friday(3), &resident()), 5, &CANCEL).expect("cancelled");
    assert!(past.state::<Day>(monday_of("P-1")).expect("readable").expect("a day").to_replace().next().is_none());
}

#[test]
fn those_whom_the_law_wants_seen_come_first() {
    let wish = |since, guarantee| Wish {
        made: Made { guarantee, ..made() },
        made_at: since,
        offer: None,
        passed: vec![],
        is_over: false,
    };
    let all = [(1, wish(10, None)), (2, wish(20, Some(99))), (3, wish(30, Some(50)))]
        .map(|(id, it)| (Uuid::from_u128(id), it));
    let mut waiting = Waiting::default();
    all.iter().for_each(|(id, wish)| waiting.enter(*id, wish));
    let line = |waiting: &Waiting, order: &[Order]| {
        waiting.in_line("c", order).iter().map(|it| it.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(line(&waiting, &[Order::Guarantee, Order::Since]), [3, 2, 1]);
    assert_eq!(line(&waiting, &[Order::Since]), [1, 2, 3]);
    assert!(waiting.in_line("d", &[Order::Since]).is_empty());
    let over = Wish { is_over: true, ..wish(1, None) };
    let offer = state(&mut {
        let mut past = with(made());
        offered(&mut past, friday(0)).expect("offered");
        past
    })
    .offer;
    waiting.enter(Uuid::from_u128(4), &over);
    waiting.enter(Uuid::from_u128(5), &Wish { offer, ..wish(1, None) });
    assert_eq!(line(&waiting, &[Order::Since]), [1, 2, 3]);
    all.iter().for_each(|(id, wish)| waiting.leave(*id, wish));
    assert_eq!(waiting, Waiting::default());
}

#[test]
fn an_erased_person_is_offered_nothing() {
    let mut past = with(Made { instead_of: Some(Uuid::from_u128(5)), ..made() });
    past.erase::<Wish>(WISH, friday(1));
    let it = state(&mut past);
    assert_eq!((it.made.subject, it.made.instead_of, it.standing().list), (None, None, List::Ended));
    assert_eq!(offered(&mut past, friday(2)), refused(Refusal::Over));
    let late = when(&it, (friday(2), &nurse()), &Command::Take);
    assert_eq!(late, Err(Refusal::Over));
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    let (day, slot, appointment) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let whole = Made { guarantee: Some(5), instead_of: Some(appointment), earliest: 1, until: 9, ..made() };
    let plain = Made { subject: None, kinds: vec![], days: vec![], ways: vec![], earliest: 1, until: 9, ..made() };
    let events = [
        Event::Made(Box::new(whole)),
        Event::Made(Box::new(plain)),
        Event::Offered(Offer {
            day,
            slot,
            appointment,
            kind: "first".into(),
            way: Way(facts::Modality::Video),
            until: 4,
        }),
        Event::Taken,
        Event::Passed { by: Passed::No },
        Event::Passed { by: Passed::Time },
        Event::Ended,
    ];
    frozen::<Wish>(&events, include_str!("golden.txt"));
}
