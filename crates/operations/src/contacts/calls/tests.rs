use calendar::Calendar;
use facts::{Channel, Outcome};
use matter::given::{self, on};
use matter::{By, Matter};

use super::*;
use crate::contacts::{Command, fact};
use crate::organisation::Organisation;

const RESIDENT: By = By::Holder;

fn at(text: &str) -> i64 {
    Calendar::shipped().instant(text.parse().expect("a time")).expect("an instant")
}

fn nurse() -> By {
    By::Professional { id: "n".into(), unit: "clinic".into(), leads: false }
}

fn me(from: &str, to: &str) -> Command {
    Command::CallMe { slot: Slot { from: at(from), to: at(to) }, number: Some("040 123".into()), mark: None }
}

const OUT: Command = Command::Called { reached: false, at: None };

/// A call that was asked for on a Monday morning and taken by a nurse.
fn asked() -> Contact {
    let opening = Command::Open {
        channel: Channel::Callback,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "clinic".into(),
        queue: None,
        anonymous: false,
        subject: None,
        routed: None,
        client_id: "c-0".into(),
        text: "Soittakaa".into(),
    };
    let commands =
        [(RESIDENT, opening), (RESIDENT, me("2026-03-09T10:00", "2026-03-09T12:00")), (nurse(), Command::Claim)];
    given::given(&commands, at("2026-03-09T08:00"), &Organisation::default()).expect("a contact")
}

fn when(contact: &Contact, by: &By, command: &Command, now: &str) -> Result<Vec<Event>, Refusal> {
    given::when(Some(contact), command, &on(at(now), by, &Organisation::default()))
}

fn after(contact: &Contact, by: &By, command: &Command, now: &str) -> Contact {
    let events = when(contact, by, command, now).expect("it is allowed");
    given::after(Some(contact.clone()), &events, at(now)).expect("it stays one")
}

#[test]
fn times_are_office_hours_of_weekdays_the_nearest_first() {
    let calendar = Calendar::shipped();
    let of = |now: &str| {
        slots(calendar, at(now), 3)
            .into_iter()
            .map(|it| calendar.local(it.from).expect("a time").to_string())
            .collect::<Vec<_>>()
    };
    let expected: [(&str, [&str; 3]); 4] = [
        ("2026-03-09T07:00", ["2026-03-09T08:00:00", "2026-03-09T10:00:00", "2026-03-09T12:00:00"]),
        ("2026-03-09T09:30", ["2026-03-09T08:00:00", "2026-03-09T10:00:00", "2026-03-09T12:00:00"]),
        ("2026-03-09T09:31", ["2026-03-09T10:00:00", "2026-03-09T12:00:00", "2026-03-09T14:00:00"]),
        // Easter.
        ("2026-04-02T15:45", ["2026-04-07T08:00:00", "2026-04-07T10:00:00", "2026-04-07T12:00:00"]),
    ];
    for (now, from) in expected {
        assert_eq!(of(now), from, "{now}");
    }
    assert!(slots(calendar, at("2026-03-09T07:00"), 1000).len() < 60, "two weeks at most");
}

#[test]
fn a_time_outside_office_hours_or_over_is_none() {
    let call = asked();
    for (from, to) in [
        ("2026-03-08T10:00", "2026-03-08T12:00"),
        ("2026-03-09T06:00", "2026-03-09T08:00"),
        ("2026-03-10T15:00", "2026-03-10T17:00"),
        ("2026-03-10T12:00", "2026-03-10T10:00"),
        ("2026-04-10T10:00", "2026-04-10T12:00"),
        ("2026-03-14T10:00", "2026-03-14T12:00"),
        // Forged: from one day to another.
        ("2026-03-09T10:00", "2026-03-10T12:00"),
        ("2026-03-09T10:00", "2999-03-11T12:00"),
        ("1999-03-09T10:00", "2026-03-10T12:00"),
    ] {
        assert_eq!(when(&call, &RESIDENT, &me(from, to), "2026-03-09T09:00"), Err(Refusal::Times), "{from}");
    }
    let again = me("2026-03-09T10:00", "2026-03-09T12:00");
    assert_eq!(when(&call, &RESIDENT, &again, "2026-03-09T09:00"), Ok(vec![]), "sent twice it is one");
    let moved = after(&call, &RESIDENT, &me("2026-03-10T14:00", "2026-03-10T16:00"), "2026-03-09T09:00");
    assert_eq!(moved.calls.agreed.map(|it| it.from), Some(at("2026-03-10T14:00")));
}

#[test]
fn one_missed_call_ends_nothing_and_three_at_two_times_of_the_day_do() {
    let call = asked();
    let unreachable = Command::Resolve { outcome: Outcome::Unreachable };
    assert_eq!(
        when(&call, &nurse(), &OUT, "2026-03-09T09:59"),
        Err(Refusal::CallLater),
        "a try before the time is none"
    );
    assert_eq!(when(&call, &nurse(), &unreachable, "2026-03-09T10:01"), Err(Refusal::TooFewCalls), "nobody has called");
    let finish =
        Command::Finish { outcome: Outcome::Unreachable, client_id: "f".into(), text: "Emme tavoittaneet".into() };
    assert_eq!(when(&call, &nurse(), &finish, "2026-03-09T10:01"), Err(Refusal::TooFewCalls), "nor is it with a word");
    let mut call = after(&call, &nurse(), &OUT, "2026-03-09T10:05");
    let next = |call: &Contact| call.calls.agreed.map(|it| [it.from, it.to]);
    assert_eq!(next(&call), Some(["2026-03-09T12:00", "2026-03-09T16:00"].map(at)), "the other half of the day");
    assert_eq!(when(&call, &nurse(), &OUT, "2026-03-09T10:06"), Err(Refusal::CallLater), "pressed twice it is one");
    assert_eq!(when(&call, &nurse(), &unreachable, "2026-03-09T10:06"), Err(Refusal::TooFewCalls));
    assert!(call.waits_since.is_some(), "a call in vain answers nobody");
    call = after(&call, &nurse(), &OUT, "2026-03-09T15:00");
    assert_eq!(next(&call), Some(["2026-03-10T08:00", "2026-03-10T12:00"].map(at)));
    assert_eq!(when(&call, &nurse(), &unreachable, "2026-03-09T15:01"), Err(Refusal::TooFewCalls));
    call = after(&call, &nurse(), &OUT, "2026-03-10T09:00");
    assert_eq!((next(&call), call.calls.are_in_vain()), (None, true));
    let row = fact::fact("c".into(), &call, None, None);
    assert_eq!((row.attempts, row.first_attempt_at.map(|it| it.0)), (3, Some(at("2026-03-09T10:05"))));
    assert_eq!((row.first_response_at, row.reached_at), (None, None));
    // The resident chooses another time, and all begins anew.
    let again = after(&call, &RESIDENT, &me("2026-03-11T10:00", "2026-03-11T12:00"), "2026-03-10T20:00");
    assert_eq!(when(&again, &nurse(), &unreachable, "2026-03-10T20:00"), Err(Refusal::TooFewCalls));
    assert!(when(&call, &nurse(), &unreachable, "2026-03-10T09:01").is_ok());
}

#[test]
fn an_end_that_is_taken_back_brings_the_call_back() {
    let call = asked();
    let ended = after(&call, &nurse(), &Command::Resolve { outcome: Outcome::Advised }, "2026-03-09T09:00");
    assert_eq!(ended.calls.agreed, None);
    let back = after(&ended, &nurse(), &Command::Undo, "2026-03-09T09:01");
    assert_eq!((back.calls, back.waits_since), (call.calls, call.waits_since), "the resident is called all the same");
}

#[test]
fn reached_is_answered() {
    let call = after(&asked(), &nurse(), &OUT, "2026-03-09T10:05");
    let call = after(&call, &nurse(), &Command::Called { reached: true, at: None }, "2026-03-09T13:00");
    assert_eq!((call.waits_since, call.calls.agreed, call.reached_at), (None, None, Some(at("2026-03-09T13:00"))));
    let ended = after(&call, &nurse(), &Command::Resolve { outcome: Outcome::Advised }, "2026-03-09T13:10");
    let row = fact::fact("c".into(), &ended, None, None);
    assert_eq!((row.channel, row.attempts), (Channel::Callback, 2));
    assert_eq!(
        [row.first_response_at, row.reached_at, row.ended_at].map(|it| it.map(|it| it.0)),
        [Some(at("2026-03-09T13:00")); 3]
    );
    assert!(when(&ended, &nurse(), &OUT, "2026-03-09T13:11").is_err());
    let other = By::Professional { id: "m".into(), unit: "clinic".into(), leads: false };
    assert_eq!(when(&asked(), &other, &OUT, "2026-03-09T10:05"), Err(Refusal::OwnedBy("n".into())));
}

#[test]
fn the_number_is_sealed() {
    let agreed = Event::CallAgreed { from: 1, to: 2, mark: None };
    assert_eq!(
        Contact::text(&me("2026-03-09T10:00", "2026-03-09T12:00"), &agreed).map(|it| it.0),
        Some("040 123".into())
    );
    assert_eq!(Contact::text(&me("2026-03-09T10:00", "2026-03-09T12:00"), &Event::Shown(Shown::CallAgreed)), None);
}

#[test]
fn whoever_asks_by_telephone_is_called_in_what_is_left_of_the_office_day_or_on_the_next() {
    let calendar = Calendar::shipped();
    let slot = |from: &str, to: &str| Some(Slot { from: at(from), to: at(to) });
    for (now, expected) in [
        ("2026-03-09T07:00", slot("2026-03-09T08:00", "2026-03-09T16:00")),
        ("2026-03-09T10:17", slot("2026-03-09T10:17", "2026-03-09T16:00")),
        ("2026-03-09T15:30", slot("2026-03-09T15:30", "2026-03-09T16:00")),
        ("2026-03-09T15:31", slot("2026-03-10T08:00", "2026-03-10T16:00")),
        ("2026-03-13T18:00", slot("2026-03-16T08:00", "2026-03-16T16:00")),
        ("2026-03-14T09:00", slot("2026-03-16T08:00", "2026-03-16T16:00")),
        // Good Friday, and Easter Monday after it.
        ("2026-04-03T09:00", slot("2026-04-07T08:00", "2026-04-07T16:00")),
    ] {
        assert_eq!(soonest(calendar, at(now)), expected, "{now}");
        let slot = expected.expect("a time");
        let me = Command::CallMe { slot, number: Some("+358450000001".into()), mark: Some("ab".into()) };
        assert!(when(&asked(), &By::System, &me, now).is_ok(), "{now}: the rules of all calls allow it");
    }
}
