use matter::given::{Past, after};
use matter::{By, Trouble, encode};

use super::*;
use crate::bookings::tests::{MONDAY, at, frozen, given, monday, nurse, professional, resident, wanted, when};

const SUBJECT: Subject = Subject(Uuid::from_u128(7));

/// From 9 to 10 on Monday; the terms end at 7 on Sunday, and a reminder comes at 8.
fn at_nine() -> When {
    let terms =
        Terms { move_by: at("2027-01-03T07:00"), cancel_by: at("2027-01-03T07:00"), remind_at: Some(monday("08:00")) };
    let part = Part::Time { day: Uuid::from_u128(1), slot: Uuid::from_u128(2), actor: professional("P-1") };
    let (local, zone) = (MONDAY.at(9, 0, 0, 0), "Europe/Helsinki".into());
    When { parts: vec![part], local, zone, from: monday("09:00"), to: monday("10:00"), terms }
}

pub(crate) fn booking() -> Booking {
    let (calendar, unit, service) = ("c".into(), "rehabilitation".into(), "physiotherapy".into());
    Booking { wanted: wanted(), calendar, version: 1, unit, service, urgency: Urgency::Routine, when: at_nine() }
}

fn book() -> Command {
    Command::Book { booking: booking(), note: Some("Selkä".into()), over: None }
}

fn cancel() -> Command {
    Command::Cancel { why: CancelReason::Ill, notified_at: None }
}

fn end() -> Command {
    Command::End { reasons: vec!["icd10:M54.5".into(), "icpc2:L03".into()], procedures: vec!["spat:1".into()] }
}

const MISS: Command = Command::Miss { reached: false };

fn appointment(commands: &[Command]) -> Appointment {
    let all = [book()].into_iter().chain(commands.iter().cloned());
    // A second each, from Monday at 9.30.
    let commands: Vec<_> = all.map(|command| (By::System, command)).collect();
    matter::given::given(&commands, monday("09:30"), &()).expect("an appointment")
}

#[test]
fn a_late_cancellation_is_marked_and_one_that_comes_after_the_start_is_staffs() {
    let booked: Appointment = given(&[(resident(), book())]);
    let limit = at("2027-01-03T07:00");
    let moved = When { parts: vec![Part::Seat { gathering: Uuid::from_u128(3) }], ..at_nine() };
    for (now, by, late) in [
        (limit - 60_000_000, resident(), false),
        (limit, resident(), false),
        (limit + 1, resident(), true),
        (limit + 60_000_000, By::Holder, true),
        (limit + 60_000_000, nurse(), false),
        (monday("09:00") - 1, resident(), true),
        (monday("09:00"), resident(), true),
        (monday("09:00"), By::Holder, true),
        (monday("09:30"), nurse(), false),
    ] {
        let side = if by == nurse() { CancelledBy::Organisation } else { CancelledBy::Resident };
        let cancelled = Event::Cancelled { by: side, why: CancelReason::Ill, late, notified_at: None };
        let in_time = now < monday("09:00") || by == nurse();
        let done = |event| if in_time { Ok(vec![event]) } else { Err(Refusal::Over) };
        assert_eq!(when(&booked, (now, &by), &cancel()), done(cancelled), "{now}");
        let to = Command::Move { when: moved.clone(), over: None };
        let expected = done(Event::Moved { when: Box::new(moved.clone()), by: side, late });
        assert_eq!(when(&booked, (now, &by), &to), expected, "{now}");
    }
}

#[test]
fn a_visit_is_recorded_by_those_who_see_it() {
    use Command::{Arrive, Begin, Close, Confirm};
    let recorded = Err(Refusal::NotNow("the visit is recorded"));
    let not_come = Err(Refusal::NotNow("its time has not come"));
    let staff = Err(Refusal::NotFor("professionals do this"));
    let ended =
        Event::Ended { reasons: vec!["icd10:M54.5".into(), "icpc2:L03".into()], procedures: vec!["spat:1".into()] };
    let later = || at("2027-01-11T10:00");
    for (before, by, now, command, expected) in [
        (vec![], resident(), monday("08:00"), Confirm, Ok(vec![Event::Confirmed])),
        (vec![Confirm], resident(), monday("08:00"), Confirm, Ok(vec![])),
        (vec![Begin], resident(), monday("09:40"), Confirm, recorded.clone()),
        (vec![], resident(), monday("00:00"), Arrive, Ok(vec![Event::Arrived])),
        (vec![], resident(), monday("00:00") - 1, Arrive, not_come.clone()),
        (vec![Arrive], nurse(), monday("09:40"), Arrive, Ok(vec![])),
        (vec![MISS], nurse(), monday("09:40"), Arrive, Ok(vec![Event::Arrived])),
        (vec![MISS], resident(), monday("09:40"), Arrive, recorded.clone()),
        (vec![], resident(), monday("09:40"), Begin, staff.clone()),
        (vec![], nurse(), monday("09:40"), Begin, Ok(vec![Event::Begun])),
        (vec![Begin], nurse(), monday("09:40"), Arrive, recorded.clone()),
        (vec![], resident(), monday("09:40"), end(), staff.clone()),
        (vec![Begin], nurse(), monday("09:40"), end(), Ok(vec![ended])),
        (vec![], nurse(), monday("09:00") - 1, MISS, not_come.clone()),
        (vec![], resident(), monday("09:00"), MISS, staff),
        (vec![Arrive], nurse(), monday("09:40"), MISS, Ok(vec![Event::Missed { reached: false }])),
        (vec![MISS], nurse(), monday("09:40"), MISS, Ok(vec![])),
        (vec![Begin], nurse(), monday("09:40"), MISS, recorded.clone()),
        (vec![Begin], nurse(), monday("09:40"), cancel(), recorded.clone()),
        (vec![MISS], resident(), monday("09:40"), cancel(), recorded.clone()),
        (vec![Arrive], nurse(), monday("09:40"), Command::Move { when: at_nine(), over: None }, recorded),
        (vec![end()], nurse(), monday("11:00"), Begin, Err(Refusal::Over)),
        (vec![cancel()], nurse(), monday("11:00"), cancel(), Err(Refusal::Over)),
        (vec![], By::System, later() - 1, Close, not_come),
        (vec![], By::System, later(), Close, Ok(vec![Event::Closed])),
    ] {
        assert_eq!(when(&appointment(&before), (now, &by), &command), expected, "{before:?} {command:?}");
    }
    let video = Command::ChangeWay { to: Way(facts::Modality::Phone), why: "technical".into(), number: None };
    let changed = appointment(&[Begin, video.clone()]);
    assert_eq!(changed.booking.wanted.way, Way(facts::Modality::Phone), "a video visit becomes a call on the way");
    assert_eq!(when(&changed, (monday("09:40"), &nurse()), &video), Ok(vec![]));
    let way = Way(facts::Modality::Phone);
    let numbered = Command::ChangeWay { to: way, why: "technical".into(), number: Some("+358450000001".into()) };
    let told = Event::WayChanged { from: way, to: way, why: "technical".into() };
    assert_eq!(when(&changed, (monday("09:40"), &resident()), &numbered), Ok(vec![told.clone()]));
    assert_eq!(Appointment::text(&numbered, &told), Some("+358450000001".into()), "sealed, and in no event");
    assert_eq!(Appointment::text(&book(), &Event::Booked(Box::new(booking()))), Some("Selkä".into()));
}

#[test]
fn it_reminds_and_closes_by_itself() {
    let booked: Appointment = given(&[(resident(), book())]);
    let (eight, close_at) = (monday("08:00"), at("2027-01-11T10:00"));
    assert_eq!(booked.due(), Some((eight, Command::Remind)));
    let remind = |now| when(&booked, (now, &By::System), &Command::Remind);
    assert!(remind(eight - 1).is_err());
    assert_eq!(remind(eight), Ok(vec![Event::Reminded { in_time: true }]));
    let late = remind(monday("09:00")).expect("it goes on");
    assert_eq!(late, [Event::Reminded { in_time: false }], "one that comes too late is not sent");
    assert_eq!(after(Some(booked), &late, 0).and_then(|it| it.due()), Some((close_at, Command::Close)));
    let moved = Command::Move { when: When { parts: vec![], ..at_nine() }, over: None };
    for (commands, due, list) in [
        (vec![Command::Confirm, Command::Remind, moved], Some((eight, Command::Remind)), List::Nowhere),
        (vec![Command::Arrive], Some((close_at, Command::Close)), List::Nowhere),
        (vec![MISS], Some((close_at, Command::Close)), List::Nowhere),
        (vec![end()], Some((close_at, Command::Close)), List::Nowhere),
        (vec![cancel()], Some((close_at, Command::Close)), List::Nowhere),
    ] {
        let it = appointment(&commands);
        assert_eq!((it.due(), it.standing().list), (due, list), "{commands:?}");
    }
    let closed = after(Some(appointment(&[])), &[Event::Closed], close_at).expect("an appointment");
    assert_eq!((closed.due(), closed.standing().list, closed.standing().done), (None, List::Ended, None));
}

#[test]
fn measures_see_one_row_from_booking_to_visit() {
    let row = |events: &[Event], resident| {
        let events = [&[Event::Booked(Box::new(booking()))], events].concat();
        let dated = |(at, event)| Dated { event, at, changed: at };
        let from = monday("09:00");
        let history: Vec<Dated<Event>> = (from - 2..).zip(events).map(dated).collect();
        let about = About { id: "a", resident, calendar: ::calendar::Calendar::shipped(), changed: 7 };
        let mut rows = Vec::new();
        Appointment::rows(&history, &about, &mut |table, values, _| {
            let shown = [
                "status",
                "started_at",
                "ended_at",
                "cancelled_at",
                "cancelled_by",
                "notified_at",
                "reason",
                "reasons",
            ];
            let value = |name: &&str| values[table.position(name).expect("a column")];
            rows.push(
                shown
                    .iter()
                    .map(value)
                    .map(|value| match value {
                        facts::Value::Int(at) => format!("{}", at - from),
                        facts::Value::Text(text) => text.into(),
                        other => format!("{other:?}"),
                    })
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        });
        rows
    };
    let someone = Some(facts::ResidentId(5));
    let cancelled = Event::Cancelled {
        by: CancelledBy::Organisation,
        why: CancelReason::StaffAbsence,
        late: false,
        notified_at: Some(monday("09:00")),
    };
    let ended = || Event::Ended { reasons: vec!["a".into(), "b".into(), "c".into()], procedures: vec![] };
    for (events, expected) in [
        (vec![], "booked 0 Null Null Null Null Null Null"),
        (vec![Event::Begun, ended()], "done -1 0 Null Null Null a b c"),
        (vec![Event::Confirmed, ended()], "done 0 0 Null Null Null a b c"),
        (vec![ended()], "done -1 -1 Null Null Null a b c"),
        (vec![Event::Begun, Event::Closed], "done -1 Null Null Null Null Null Null"),
        (vec![Event::Missed { reached: true }, Event::Closed], "no_show 0 Null Null Null Null Null Null"),
        (vec![Event::Closed], "booked 0 Null Null Null Null Null Null"),
        (vec![cancelled.clone()], "cancelled 0 Null -1 organisation 0 Null Null"),
        (vec![cancelled, Event::Closed], "cancelled 0 Null -1 organisation 0 Null Null"),
        (vec![ended(), Event::Closed], "done -1 -1 Null Null Null a b c"),
    ] {
        assert_eq!(row(&events, someone), [expected], "{events:?}");
    }
    assert_eq!(row(&[], None), [""; 0], "of nobody there is none");
}

#[test]
fn nothing_of_an_erased_person_is_left() {
    let (id, mut past) = (Uuid::from_u128(1), Past::default());
    past.turn((monday("07:00"), &nurse()), |turn| turn.decide::<Appointment>(id, &book(), &())).expect("booked");
    let before = past.state::<Appointment>(id).expect("readable").expect("one");
    assert_eq!(before.standing().subject, Some(SUBJECT));
    past.erase::<Appointment>(id, monday("08:00"));
    let it = past.state::<Appointment>(id).expect("readable").expect("one");
    let after = told(&it);
    for token in [SUBJECT.to_string(), Uuid::from_u128(8).to_string(), "interpreter".into()] {
        assert!(told(&before).contains(&token) && !after.contains(&token), "{token}");
    }
    assert_eq!(it.standing().subject, None);
    let cancelled = past.turn((monday("08:00"), &nurse()), |turn| turn.decide::<Appointment>(id, &cancel(), &()));
    assert!(cancelled.is_ok(), "and its time can be given back");
    let again = past.turn((monday("08:00"), &nurse()), |turn| turn.decide::<Appointment>(id, &book(), &()));
    assert_eq!(again, Err(Trouble::from(Refusal::NotThere)));
}

/// A state as a snapshot has it.
fn told(it: &Appointment) -> String {
    encode(&std::collections::BTreeMap::from([("it", it)])).1
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    let plain = Wanted { subject: None, contact: None, needs: vec![], ..wanted() };
    let whole = Wanted { assessment: Some(Uuid::from_u128(9)), enrolment: Some(Uuid::from_u128(10)), ..wanted() };
    let no_reminder = Terms { remind_at: None, ..at_nine().terms };
    let when = When { parts: vec![Part::Seat { gathering: Uuid::from_u128(3) }], terms: no_reminder, ..at_nine() };
    let (by, why) = (CancelledBy::Resident, CancelReason::Ill);
    let events = [
        Event::Booked(Box::new(Booking { wanted: whole, ..booking() })),
        Event::Booked(Box::new(Booking { wanted: plain, ..booking() })),
        Event::Confirmed,
        Event::Moved { when: Box::new(when), by, late: true },
        Event::WayChanged {
            from: Way(facts::Modality::Video),
            to: Way(facts::Modality::Phone),
            why: "technical".into(),
        },
        Event::StoodIn {
            parts: vec![Part::Time { day: Uuid::from_u128(1), slot: Uuid::from_u128(2), actor: professional("P-2") }],
        },
        Event::Reminded { in_time: true },
        Event::Arrived,
        Event::Begun,
        Event::Ended { reasons: vec!["icd10:M54.5".into()], procedures: vec![] },
        Event::Missed { reached: true },
        Event::Cancelled { by, why, late: false, notified_at: Some(5) },
        Event::Cancelled { by, why, late: true, notified_at: None },
        Event::Closed,
    ];
    frozen::<Appointment>(&events, include_str!("golden.txt"));
}
