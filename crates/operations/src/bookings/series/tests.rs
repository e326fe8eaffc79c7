use ::calendar::Calendar;
use matter::Draft;
use matter::given::Past;

use super::*;
use crate::bookings::appointments::Stage;
use crate::bookings::flow::tests::{CANCEL, ask, book_at, friday, kinds, past, place, refused, tell, timetable};
use crate::bookings::tests::{at, frozen, monday, nurse, resident};

const SERIES: Uuid = Uuid::from_u128(100);

/// Books visits 1, 2 … of a series at times of P-1's Monday.
fn booked(past: &mut Past, times: &[usize]) -> Result<Vec<Draft>, Trouble> {
    let mut timetable = timetable();
    timetable.kinds.entry("first".into()).and_modify(|kind| kind.most = Some(3));
    let asks: Vec<_> = (1..).map(Uuid::from_u128).zip(times.iter().map(|time| ask(&[place("P-1", *time)]))).collect();
    past.turn((friday(0), &nurse()), |turn| book(turn, SERIES, &asks, &timetable))
}

/// The starts of the visits, and the end of the series.
fn stands(past: &mut Past) -> (Vec<i64>, i64) {
    let series = past.state::<VisitSeries>(SERIES).expect("readable").expect("a series");
    let from = |id: &Uuid| past.state::<Appointment>(*id).expect("readable").expect("a visit").booking.when.from;
    (series.plan.visits.iter().map(from).collect(), series.plan.until)
}

#[test]
fn all_visits_are_booked_or_all_conflicts_told() {
    let mut past = past();
    book_at(&mut past, (friday(0), &nurse()), 9, &ask(&[place("P-1", 2)])).expect("booked");
    assert_eq!(booked(&mut past, &[0, 2, 1]), refused(Refusal::Conflicts(vec![2, 3])), "the third overlaps both");
    assert!(past.state::<Appointment>(Uuid::from_u128(1)).expect("readable").is_none(), "nothing was written");
    assert_eq!(booked(&mut past, &[0, 1, 2, 3]), refused(Refusal::Enough));
    assert_eq!(booked(&mut past, &[]), refused(Refusal::NotThere));
    let drafts = booked(&mut past, &[0, 3]).expect("booked");
    assert_eq!(kinds(&drafts).last(), Some(&"visit_series.booked"));
    assert_eq!(stands(&mut past), (vec![monday("09:00"), monday("11:00")], monday("12:00")));
}

#[test]
fn visits_shift_to_the_times_of_the_next() {
    let mut past = past();
    booked(&mut past, &[0, 2]).expect("booked");
    let shifted = |past: &mut Past, from, last| {
        past.turn((friday(1), &nurse()), |turn| shift(turn, SERIES, (from, &[place("P-1", last)]), &timetable()))
    };
    assert_eq!(shifted(&mut past, 1, 1), refused(Refusal::Taken), "the last would overlap the one before");
    assert_eq!(stands(&mut past).0, [monday("09:00"), monday("10:00")]);
    shifted(&mut past, 1, 3).expect("shifted");
    assert_eq!(stands(&mut past), (vec![monday("10:00"), monday("11:00")], monday("12:00")));
    assert_eq!(shifted(&mut past, 3, 0), refused(Refusal::NotThere));
    tell(&mut past, (friday(2), &resident()), 2, &CANCEL).expect("cancelled");
    shifted(&mut past, 1, 0).expect("those that are to come");
    assert_eq!(stands(&mut past).0, [monday("09:00"), monday("11:00")]);
}

#[test]
fn a_series_ends_with_its_visits() {
    let mut past = past();
    booked(&mut past, &[0, 2]).expect("booked");
    let series = past.state::<VisitSeries>(SERIES).expect("readable").expect("a series");
    assert_eq!(series.due(), Some((at("2027-01-11T11:00"), Command::End)));
    let end =
        |now| past.clone().turn((now, &By::System), |turn| turn.decide::<VisitSeries>(SERIES, &Command::End, &()));
    assert!(end(at("2027-01-11T11:00") - 1).is_err() && end(at("2027-01-11T11:00")).is_ok());
    let by = resident();
    let drafts = past.clone().turn((monday("09:30"), &by), |turn| cancel(turn, SERIES, &CANCEL)).expect("cancelled");
    let expected = ["appointment.cancelled", "day.slot_freed", "visit_series.ended"];
    assert_eq!(kinds(&drafts), expected, "the first visit has begun, and does not keep them from cancelling the other");
    tell(&mut past, (friday(1), &resident()), 1, &CANCEL).expect("cancelled");
    let drafts = past.turn((friday(2), &resident()), |turn| cancel(turn, SERIES, &CANCEL)).expect("cancelled");
    assert_eq!(kinds(&drafts), expected);
    let second = past.state::<Appointment>(Uuid::from_u128(2)).expect("readable").expect("a visit");
    assert_eq!(second.stage, Stage::Cancelled);
    past.erase::<VisitSeries>(SERIES, friday(3));
    let series = past.state::<VisitSeries>(SERIES).expect("readable").expect("a series");
    assert_eq!((series.plan.subject, series.standing().list), (None, List::Ended));
}

#[test]
fn the_rest_is_cancelled_from_a_day_and_the_series_goes_on_until_then() {
    let mut past = past();
    booked(&mut past, &[0, 2]).expect("booked");
    let from =
        |past: &mut Past, now, from| past.turn((now, &resident()), |turn| cancel_from(turn, SERIES, from, &CANCEL));
    let drafts = from(&mut past, friday(1), monday("10:00")).expect("cancelled");
    assert_eq!(kinds(&drafts), ["appointment.cancelled", "day.slot_freed"], "the first is to come");
    let drafts = from(&mut past, friday(2), monday("09:00")).expect("cancelled");
    assert_eq!(kinds(&drafts).last(), Some(&"visit_series.ended"), "nothing is to come");
    assert_eq!(from(&mut past, friday(3), monday("09:00")), refused(Refusal::Over));
}

#[test]
fn of_all_visits_the_person_hears_once() {
    use crate::residents::{Addresses, Command as OfResident, Reach, Resident};

    let mut past = past();
    let reach = Reach { means: vec![crate::dispatches::Means::Sms], language: "fi".into(), mark: None };
    let addresses = Addresses { phone: Some("+358451234567".into()), email: None };
    let person = match resident() {
        By::Resident(subject) => subject.0,
        _ => Uuid::nil(),
    };
    let left = past.turn((friday(0), &resident()), |turn| {
        turn.decide::<Resident>(
            person,
            &OfResident::LeaveReach { reach: reach.clone(), addresses: addresses.clone() },
            &(),
        )
    });
    left.expect("left");
    let messages = |drafts: &[Draft]| {
        let count = |kind| drafts.iter().filter(|it| it.kind == kind).count();
        (count("dispatch.asked"), count("dispatch.withdrawn"))
    };
    assert_eq!(messages(&booked(&mut past, &[0, 2]).expect("booked")), (2, 1), "one is left to go");
    let cancelled = past.turn((friday(1), &nurse()), |turn| cancel(turn, SERIES, &CANCEL)).expect("cancelled");
    assert_eq!(messages(&cancelled).0, 2, "{:?}", kinds(&cancelled));
}

#[test]
fn visits_follow_at_the_same_local_time_over_a_night_of_daylight_saving() {
    let starts = |first: &str, count| starts(at(first), jiff::ToSpan::days(7), count, Calendar::shipped());
    let expected: Vec<i64> = ["2027-03-18T13:00", "2027-03-25T13:00", "2027-04-01T13:00"].map(at).into();
    assert_eq!(starts("2027-03-18T13:00", 3), expected);
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    let (subject, unit) = (Some(Subject(Uuid::from_u128(7))), "u".into());
    let visits = vec![Uuid::from_u128(1), Uuid::from_u128(2)];
    let plan = Plan { subject, calendar: "c".into(), kind: "series".into(), unit, visits, until: 9 };
    let events = [Event::Booked(plan), Event::Shifted { from: 2, until: 10 }, Event::Ended];
    frozen::<VisitSeries>(&events, include_str!("golden.txt"));
}
