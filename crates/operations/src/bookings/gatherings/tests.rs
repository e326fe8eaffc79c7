use matter::By;
use matter::given::Past;

use super::*;
use crate::bookings::appointments::Stage;
use crate::bookings::calendar::Slot;
use crate::bookings::flow::Place;
use crate::bookings::flow::tests::{CANCEL, ask, book_at, friday, kinds, past, refused, tell, timetable};
use crate::bookings::tests::{at, frozen, monday, monday_of, nurse, professional, publish, resident, slot, when};

const GROUP: Uuid = Uuid::from_u128(100);

/// A group of two to three on Monday at 13, called on Friday; it is decided on Saturday at 13.
fn called() -> Past {
    let (mut past, by) = (past(), nurse());
    let group = Slot { kind: "group".into(), seats: Some([2, 3]), ..slot("P-1", "13:00", "14:00") };
    let of = (monday_of("P-1"), group.id);
    let publish = publish(&[group]);
    past.turn((friday(0), &by), |turn| turn.decide::<Day>(of.0, &publish, &())).expect("published");
    let drafts = past.turn((friday(0), &by), |turn| call(turn, GROUP, of, &timetable())).expect("called");
    assert_eq!(kinds(&drafts), ["day.slot_taken", "gathering.called"]);
    let again = past.turn((friday(0), &by), |turn| call(turn, Uuid::from_u128(101), of, &timetable()));
    assert_eq!(again, refused(Refusal::Taken));
    past
}

/// Takes seats for appointments 1, 2 ….
fn taken(past: &mut Past, seats: u128) {
    for id in 1..=seats {
        let mut ask = ask(&[Place::Seat(GROUP)]);
        ask.wanted.kind = "group".into();
        let drafts = book_at(past, (friday(1), &resident()), id, &ask).expect("a seat");
        assert_eq!(kinds(&drafts), ["appointment.booked", "gathering.seat_taken"]);
    }
}

fn ask_of(past: &mut Past, now: i64, by: &By, command: &Command) -> Result<Vec<matter::Draft>, Trouble> {
    past.turn((now, by), |turn| asked(turn, GROUP, command))
}

fn state(past: &mut Past) -> Gathering {
    past.state::<Gathering>(GROUP).expect("readable").as_deref().expect("a gathering").clone()
}

fn stage(past: &mut Past, id: u128) -> Stage {
    past.state::<Appointment>(Uuid::from_u128(id)).expect("readable").expect("one").stage
}

#[test]
fn seats_are_taken_until_there_are_none() {
    let mut past = called();
    taken(&mut past, 3);
    let mut fourth = ask(&[Place::Seat(GROUP)]);
    fourth.wanted.kind = "group".into();
    assert_eq!(book_at(&mut past, (friday(2), &resident()), 4, &fourth), refused(Refusal::Full));
    let drafts = tell(&mut past, (friday(3), &resident()), 2, &CANCEL).expect("cancelled");
    assert_eq!(kinds(&drafts), ["appointment.cancelled", "gathering.seat_freed"]);
    book_at(&mut past, (friday(4), &resident()), 4, &fourth).expect("the seat that was freed");
    let it = state(&mut past);
    assert_eq!(it.seats[&2].appointment, Uuid::from_u128(4));
    let again = when(&it, (friday(5), &resident()), &Command::TakeSeat { appointment: Uuid::from_u128(4) });
    assert_eq!(again, Ok(vec![]));
    let late = when(&it, (monday("13:00"), &nurse()), &Command::TakeSeat { appointment: Uuid::from_u128(9) });
    assert_eq!(late, Err(Refusal::Over));
    // The time itself is the gathering's.
    let direct = Place::Time(it.called.day, it.called.slot);
    let mut direct = ask(&[direct]);
    direct.wanted.kind = "group".into();
    assert_eq!(
        book_at(&mut past, (friday(5), &nurse()), 5, &direct),
        refused(Refusal::NotFor("a gathering takes this time"))
    );
}

#[test]
fn a_seat_that_is_freed_is_offered_to_whoever_waits_and_goes_on_when_they_say_nothing() {
    use crate::bookings::wishes::{self, Command as Wished, Made, Wish};

    let (wish, appointment) = (Uuid::from_u128(200), Uuid::from_u128(201));
    let made = Made {
        subject: Some(matter::Subject(Uuid::from_u128(7))),
        unit: "rehabilitation".into(),
        calendar: "c".into(),
        kinds: vec!["group".into()],
        days: vec![],
        ways: vec![],
        places: vec![],
        hours: [0, 23],
        earliest: 0,
        until: monday("13:00"),
        guarantee: None,
        instead_of: None,
        gathering: Some(GROUP),
    };
    let mut past = called();
    taken(&mut past, 3);
    past.turn((friday(2), &resident()), |turn| turn.decide::<Wish>(wish, &Wished::Make(made.clone()), &()))
        .expect("made");
    let offer = |past: &mut Past, now| {
        past.turn((now, &By::System), |turn| wishes::offer_seat(turn, wish, appointment, &timetable()))
    };
    assert_eq!(offer(&mut past, friday(3)), refused(Refusal::Full));
    tell(&mut past, (friday(4), &resident()), 2, &CANCEL).expect("cancelled");
    let drafts = offer(&mut past, friday(5)).expect("offered");
    assert_eq!(kinds(&drafts), ["wish.offered", "gathering.seat_taken"]);
    assert_eq!(state(&mut past).free(), 0, "nobody else gets it meanwhile");
    let until = past.state::<Wish>(wish).expect("readable").and_then(|it| it.offer.clone()).expect("an offer").until;
    let mut taken = past.clone();
    let accept = |turn: &mut Turn<'_>| wishes::accept(turn, wish, &["resident"], &timetable());
    let drafts = taken.turn((friday(6), &resident()), accept).expect("taken");
    assert_eq!(kinds(&drafts), ["wish.taken", "appointment.booked"], "the seat is theirs already");
    assert_eq!(state(&mut taken).seats[&2].appointment, appointment);
    let lapse = |turn: &mut Turn<'_>| wishes::asked(turn, wish, &Wished::Lapse);
    let drafts = past.turn((until, &By::System), lapse).expect("lapsed");
    assert_eq!(kinds(&drafts), ["wish.passed", "gathering.seat_freed"]);
    assert_eq!(offer(&mut past, until), refused(Refusal::NotThere), "it is not offered to them again");
}

#[test]
fn whoever_holds_it_has_it_to_mark_from_when_it_is_decided() {
    let mut past = called();
    taken(&mut past, 2);
    assert_eq!(state(&mut past).standing().list, List::Nowhere, "nothing is to be done yet");
    ask_of(&mut past, friday(5), &nurse(), &Command::Decide { held: Some(true) }).expect("decided");
    assert_eq!(state(&mut past).standing().list, List::With);
    for seat in [1, 2] {
        ask_of(&mut past, monday("13:30"), &nurse(), &Command::Mark { seat, came: true }).expect("marked");
    }
    assert_eq!(state(&mut past).standing().list, List::Nowhere);
}

#[test]
fn too_few_people_are_told_in_time() {
    let mut past = called();
    taken(&mut past, 2);
    tell(&mut past, (friday(3), &resident()), 2, &CANCEL).expect("cancelled");
    let decide_at = at("2027-01-02T13:00");
    assert_eq!(state(&mut past).due(), Some((decide_at, Command::Decide { held: None })));
    let decide = Command::Decide { held: None };
    assert!(ask_of(&mut past, decide_at - 1, &By::System, &decide).is_err());
    let held = when(&state(&mut past), (friday(4), &nurse()), &Command::Decide { held: Some(true) });
    assert_eq!(held, Ok(vec![Event::Decided { held: true }]), "a professional's word goes before the count");
    let drafts = ask_of(&mut past, decide_at, &By::System, &decide).expect("decided");
    assert_eq!(kinds(&drafts), ["gathering.decided", "appointment.cancelled", "day.slot_freed"]);
    assert_eq!((stage(&mut past, 1), state(&mut past).standing().list), (Stage::Cancelled, List::Ended));
}

#[test]
fn a_decision_that_comes_late_is_refused_by_no_visit_that_is_over() {
    let mut past = called();
    taken(&mut past, 1);
    let mark = Command::Mark { seat: 1, came: true };
    ask_of(&mut past, monday("13:30"), &nurse(), &mark).expect("marked");
    let drafts = ask_of(&mut past, monday("14:00"), &By::System, &Command::Decide { held: None }).expect("decided");
    assert_eq!(kinds(&drafts), ["gathering.decided", "day.slot_freed"]);
}

#[test]
fn one_who_is_marked_has_had_the_visit_or_missed_it() {
    let mut past = called();
    taken(&mut past, 2);
    ask_of(&mut past, at("2027-01-02T13:00"), &By::System, &Command::Decide { held: None }).expect("held");
    let mark = |seat, came| Command::Mark { seat, came };
    let (by, now) = (nurse(), monday("13:30"));
    assert!(ask_of(&mut past, monday("13:00") - 1, &by, &mark(1, true)).is_err());
    assert_eq!(ask_of(&mut past, now, &resident(), &mark(1, true)), refused(Refusal::NotFor("professionals do this")));
    assert_eq!(ask_of(&mut past, now, &by, &mark(3, true)), refused(Refusal::NotThere));
    let drafts = ask_of(&mut past, now, &by, &mark(1, true)).expect("marked");
    assert_eq!(kinds(&drafts), ["gathering.attendance_marked", "appointment.ended"]);
    assert!(ask_of(&mut past, now, &by, &mark(1, false)).is_err(), "it is recorded");
    assert_eq!(
        kinds(&ask_of(&mut past, now, &by, &mark(2, false)).expect("marked")),
        ["gathering.attendance_marked", "appointment.missed"]
    );
    assert_eq!(kinds(&ask_of(&mut past, now, &by, &mark(2, false)).expect("again")), [""; 0]);
    ask_of(&mut past, now, &by, &mark(2, true)).expect("came late");
    assert_eq!((stage(&mut past, 1), stage(&mut past, 2)), (Stage::Ended, Stage::Ended));
    let (close_at, command) = state(&mut past).due().expect("it closes by itself");
    assert_eq!((close_at, &command), (at("2027-01-11T14:00"), &Command::Close));
    assert_eq!(kinds(&ask_of(&mut past, close_at, &By::System, &command).expect("closed")), ["gathering.closed"]);
    assert_eq!(state(&mut past).standing().list, List::Ended);
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    let called = Called {
        day: Uuid::from_u128(1),
        slot: Uuid::from_u128(2),
        actor: professional("P-1"),
        calendar: "c".into(),
        kind: "group".into(),
        ways: vec![Way(facts::Modality::InPerson)],
        unit: "u".into(),
        from: 3,
        to: 4,
        seats: [3, 8],
        decide_at: 2,
    };
    let events = [
        Event::Called(Box::new(called)),
        Event::SeatTaken { seat: 1, appointment: Uuid::from_u128(5) },
        Event::SeatFreed { seat: 1 },
        Event::Marked { seat: 1, came: true },
        Event::Decided { held: true },
        Event::Closed,
    ];
    frozen::<Gathering>(&events, include_str!("golden.txt"));
}
