use ::calendar::clocks::Says;
use facts::{AssessmentKind, Guarantee, Value};
use matter::given::{Past, after, given, on, when};

use super::*;
use crate::bookings::appointments::{Command as OfAppointment, Wanted};
use crate::bookings::flow::tests::{ask, book_at, friday, place, tell};
use crate::bookings::tests::{nurse, wanted};

/// Friday noon, 1 January 2027.
fn now() -> i64 {
    friday(0)
}

const DAY: i64 = 86_400 * 1_000_000;

fn established(care: &str, age: u8) -> Established {
    Established {
        subject: Some(Subject(Uuid::from_u128(1))),
        unit: "mental-clinic".into(),
        contact: Some(Uuid::from_u128(2)),
        care: care.into(),
        age,
        by: "nurse-1".into(),
        profession: Some("nurse".into()),
    }
}

fn need(age: u8) -> CareNeed {
    given(&[(nurse(), Command::Establish(established("psychosocial", age)))], now(), &()).expect("a need")
}

fn asked(need: &CareNeed, command: &Command, at: i64) -> Result<Vec<Event>, Refusal> {
    when(Some(need), command, &on(at, &nurse(), &()))
}

#[test]
fn the_first_clock_that_holds_for_the_person_runs() {
    let calendar = Calendar::shipped();
    let clock = |care: &str, age: u8| {
        let need = CareNeed { established: established(care, age), ..need(age) };
        let (clock, due) = need.clock(calendar)?;
        Some((clock.id.as_str(), calendar.local_date(due.at)?.to_string(), clock.says == Says::Law))
    };
    let of = |id, day: &str| Some((id, day.to_string(), true));
    assert_eq!(clock("psychosocial", 22), of("therapy-guarantee-28d", "2027-01-29"));
    assert_eq!(clock("psychosocial", 23), of("care-guarantee", "2027-04-01"));
    assert_eq!(clock("physiotherapy", 22), of("care-guarantee", "2027-01-15"));
    assert_eq!(clock("of another county", 22), None);
}

#[test]
fn every_kind_of_care_names_clocks_that_there_are() {
    for care in cares() {
        assert!(!care.clocks.is_empty() && care.clocks.iter().all(|id| clocks::named(id).is_some()), "{}", care.id);
    }
    assert!(exceptions().iter().any(|it| it.id == "medical"));
}

#[test]
fn a_need_waits_gets_a_time_loses_it_and_is_met() {
    let (one, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let waiting = need(18);
    assert_eq!(waiting.standing().list, List::Queue, "work of the unit");
    let agree = Command::Agree { appointment: one, at: now() + 9 * DAY };
    let events = asked(&waiting, &agree, now()).expect("agreed");
    let agreed = after(Some(waiting), &events, now()).expect("a need");
    assert_eq!((agreed.standing().list, agreed.appointment()), (List::Nowhere, Some(one)));
    assert_eq!(asked(&agreed, &agree, now()), Ok(vec![]), "said twice");
    assert_eq!(asked(&agreed, &Command::Free { appointment: other }, now()), Ok(vec![]), "another appointment");
    let freed = asked(&agreed, &Command::Free { appointment: one }, now()).expect("freed");
    assert_eq!(after(Some(agreed.clone()), &freed, now()).expect("a need").standing().list, List::Queue);
    let meet = Command::Meet { at: now() + 9 * DAY, appointment: Some(one) };
    let met = after(Some(agreed), &[Event::Met { at: now() + 9 * DAY, appointment: Some(one) }], now() + 9 * DAY);
    let met = met.expect("a need");
    assert_eq!(met.days_to(now() + 9 * DAY, Calendar::shipped()), Some(9));
    assert_eq!(met.standing().list, List::Nowhere, "the unit sees it for a week more");
    assert_eq!(asked(&met, &meet, now() + 10 * DAY), Ok(vec![]), "the end of the visit");
    let withdraw = Command::Withdraw { why: ClosedWhy::Declined };
    assert_eq!(asked(&met, &withdraw, now() + 10 * DAY), Err(Refusal::Over));
    assert_eq!(asked(&met, &Command::Close, now() + 15 * DAY), Err(Refusal::TooEarly));
    let closed = after(Some(met.clone()), &asked(&met, &Command::Close, now() + 16 * DAY).expect("closed"), 0);
    assert_eq!(closed.expect("a need").standing().list, List::Ended);
}

#[test]
fn what_cannot_be_done_is_refused_with_its_reason() {
    let open = |need: Established| when::<CareNeed>(None, &Command::Establish(need), &on(now(), &nurse(), &()));
    assert_eq!(open(Established { subject: None, ..established("psychosocial", 18) }), Err(Refusal::Anonymous));
    assert_eq!(open(established("no such care", 18)), Err(Refusal::Unknown));
    let need = need(18);
    for (command, refusal) in [
        (Command::Establish(established("psychosocial", 18)), Refusal::NotThere),
        (Command::Meet { at: need.at - 1, appointment: None }, Refusal::Times),
        (Command::Meet { at: now() + DAY, appointment: None }, Refusal::Times),
        (Command::Except { why: "no such reason".into() }, Refusal::Unknown),
        (Command::Withdraw { why: ClosedWhy::Met }, Refusal::Unknown),
        (Command::Close, Refusal::TooEarly),
    ] {
        assert_eq!(asked(&need, &command, now()), Err(refusal), "{command:?}");
    }
    let none = when::<CareNeed>(None, &Command::Close, &on(now(), &nurse(), &()));
    assert_eq!(none, Err(Refusal::NotThere));
}

/// A need with an appointment that is booked for it, and what becomes of both.
#[test]
fn the_booked_appointment_tells_the_need_what_becomes_of_it() {
    let need_id = Uuid::from_u128(99);
    let booked = || {
        let mut past = crate::bookings::flow::tests::past();
        let need = Command::Establish(established("psychosocial", 18));
        past.turn((friday(-60), &nurse()), |turn| turn.decide::<CareNeed>(need_id, &need, &())).expect("a need");
        let mut ask = ask(&[place("P-1", 0)]);
        ask.wanted = Wanted { assessment: Some(need_id), ..wanted() };
        book_at(&mut past, (friday(0), &nurse()), 1, &ask).expect("booked");
        past
    };
    let state = |past: &mut Past| past.state::<CareNeed>(need_id).expect("read").expect("a need").place;
    let from = match state(&mut booked()) {
        Place::Agreed { appointment, at } if appointment == Uuid::from_u128(1) => at,
        other => panic!("{other:?}"),
    };
    let monday = from + 60_000_000;
    let end = || OfAppointment::End { reasons: Vec::new(), procedures: Vec::new() };
    let cancel = OfAppointment::Cancel { why: facts::CancelReason::Ill, notified_at: None };
    let met = |at| Place::Met { at, appointment: Some(Uuid::from_u128(1)) };
    for (commands, expected) in [
        (vec![OfAppointment::Arrive], Place::Agreed { appointment: Uuid::from_u128(1), at: from }),
        (vec![OfAppointment::Arrive, OfAppointment::Begin], met(monday)),
        (vec![OfAppointment::Arrive, end()], met(from)),
        (vec![OfAppointment::Begin, end()], met(monday)),
        (vec![cancel], Place::Waiting),
        (vec![OfAppointment::Miss { reached: false }], Place::Waiting),
        (vec![OfAppointment::Miss { reached: false }, OfAppointment::Arrive, OfAppointment::Begin], met(monday)),
    ] {
        let mut past = booked();
        for command in &commands {
            tell(&mut past, (monday, &nurse()), 1, command).expect("done");
        }
        assert_eq!(state(&mut past), expected, "{commands:?}");
    }
    // A need that is over refuses no appointment anything.
    let mut past = booked();
    let withdraw = Command::Withdraw { why: ClosedWhy::Declined };
    past.turn((friday(1), &nurse()), |turn| turn.decide::<CareNeed>(need_id, &withdraw, &())).expect("withdrawn");
    tell(&mut past, (monday, &nurse()), 1, &end()).expect("the visit is recorded");
    assert_eq!(state(&mut past), Place::Withdrawn { why: ClosedWhy::Declined });
    // An assessment that came by import has no stream.
    let mut past = crate::bookings::flow::tests::past();
    let mut ask = ask(&[place("P-1", 0)]);
    ask.wanted = Wanted { assessment: Some(need_id), ..wanted() };
    book_at(&mut past, (friday(0), &nurse()), 1, &ask).expect("booked");
}

#[test]
fn its_row_says_which_guarantee_runs_and_how_it_was_met() {
    let dated = |event, at| Dated { event, at, changed: at };
    let row = |history: &[Dated<Event>], resident| {
        let mut rows = Vec::new();
        let about = About { id: "n", resident, calendar: Calendar::shipped(), changed: 0 };
        CareNeed::rows(history, &about, &mut |table: &Table, values: &[Value<'_>], _| {
            let names = table.columns.iter().map(|column| column.name);
            rows.push(names.zip(values.iter().map(|value| format!("{value:?}"))).collect::<BTreeMap<_, _>>());
        });
        rows
    };
    let established = |age| dated(Event::Established(established("psychosocial", age)), now());
    let resident = Some(facts::ResidentId(7));
    let met = dated(Event::Met { at: now() + 25 * DAY, appointment: None }, now() + 25 * DAY);
    let rows = row(&[established(18), met], resident);
    let [only] = &rows[..] else { panic!("one row: {rows:?}") };
    let says = |column: &str, value: &str| assert!(only[column].contains(value), "{column}: {}", only[column]);
    says("guarantee", facts::Code::code(Guarantee::Therapy));
    says("kind", facts::Code::code(AssessmentKind::TherapyNeed));
    says("met_at", &(now() + 25 * DAY).to_string());
    says("closed_why", "met");
    says("due_at", "1801259999999999");
    assert!(row(&[established(23)], resident)[0]["guarantee"].contains("care"));
    assert!(row(&[established(18)], None).is_empty(), "of nobody there is no row");
    let gone = dated(Event::Withdrawn { why: ClosedWhy::Moved }, now() + DAY);
    let gone = &row(&[established(18), gone], resident)[0];
    assert!(gone["closed_why"].contains("moved") && gone["closed_at"].contains(&(now() + DAY).to_string()));
}

#[test]
fn of_who_was_erased_nothing_waits() {
    let forgotten = need(18).forgotten();
    assert_eq!((forgotten.standing().subject, forgotten.standing().list), (None, List::Ended));
    assert_eq!((forgotten.established.contact, forgotten.due()), (None, None));
}

#[test]
fn it_is_found_by_its_unit_and_its_contact_until_it_closes() {
    let (mut open, id, need) = (Open::default(), Uuid::from_u128(5), need(18));
    open.enter(id, &need);
    assert_eq!(open.of_unit("mental-clinic").collect::<Vec<_>>(), [id]);
    assert_eq!(open.of_contact(Uuid::from_u128(2)).collect::<Vec<_>>(), [id]);
    open.leave(id, &need);
    assert_eq!(open.of_unit("mental-clinic").chain(open.of_contact(Uuid::from_u128(2))).count(), 0);
}
