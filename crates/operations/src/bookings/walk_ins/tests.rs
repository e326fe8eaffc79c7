use ::calendar::day_number;
use matter::By;

use super::*;
use crate::bookings::tests::{MONDAY, at, frozen, given, monday, nurse, resident, when};

fn open() -> Command {
    Command::Open { place: "acute".into(), unit: "u".into(), date: day_number(MONDAY), hours: None }
}

fn enter() -> Command {
    Command::Enter { reason: "wound".into(), contact: None }
}

/// A list on Monday, and three who came; a second each from 7 on.
fn list(commands: &[Command]) -> WalkIn {
    let all = [open(), enter(), enter(), enter()].into_iter().chain(commands.iter().cloned());
    given(&all.map(|command| (nurse(), command)).collect::<Vec<_>>())
}

#[test]
fn the_most_urgent_is_called_then_who_came_first() {
    let order = |number, urgency| Command::Order { number, urgency };
    for (commands, expected) in [
        (vec![], vec![1, 2, 3]),
        (vec![order(3, Urgency::Urgent)], vec![3, 1, 2]),
        (vec![order(3, Urgency::Soon), order(2, Urgency::Emergency)], vec![2, 3, 1]),
        (vec![Command::Call { number: 1 }], vec![2, 3]),
        (
            vec![
                Command::Call { number: 1 },
                Command::See { number: 1, encounter: None },
                Command::Leave { number: 3 },
            ],
            vec![2],
        ),
    ] {
        assert_eq!(list(&commands).in_line(), expected, "{commands:?}");
    }
    let it = list(&[Command::See { number: 1, encounter: None }, enter()]);
    assert_eq!((it.in_line(), it.last), (vec![2, 3, 4], 4), "no number is given twice");
    assert_eq!((it.standing().list, it.standing().since), (List::Queue, monday("07:00") + 2_000_000));
}

#[test]
fn it_takes_people_in_while_it_is_open_and_on_its_day() {
    let (midnight, closed) = (at("2027-01-05T00:00"), Command::Close { why: "full".into() });
    let professionals = Err(Refusal::NotFor("professionals do this"));
    let entered = Ok(vec![Event::Entered { number: 4, reason: "wound".into(), contact: None }]);
    for (commands, now, by, command, expected) in [
        (vec![], midnight - 1, By::Holder, enter(), entered.clone()),
        (vec![], midnight, nurse(), enter(), Err(Refusal::Over)),
        (vec![closed.clone()], monday("12:00"), nurse(), enter(), Err(Refusal::Over)),
        (vec![closed.clone(), Command::Reopen], monday("12:00"), resident(), enter(), entered),
        (vec![closed.clone()], monday("12:00"), nurse(), closed.clone(), Ok(vec![])),
        (
            vec![closed.clone()],
            midnight,
            nurse(),
            Command::Call { number: 1 },
            Ok(vec![Event::Called { number: 1, by: Some("N-1".into()) }]),
        ),
        (vec![], monday("12:00"), resident(), closed, professionals.clone()),
        (vec![], monday("12:00"), resident(), Command::Call { number: 1 }, professionals),
        (vec![], monday("12:00"), nurse(), Command::Call { number: 4 }, Err(Refusal::NotThere)),
        (vec![], monday("12:00"), nurse(), Command::Order { number: 1, urgency: Urgency::Routine }, Ok(vec![])),
        (vec![], monday("12:00"), nurse(), open(), Ok(vec![])),
        (vec![], at("2027-01-05T06:00") - 1, By::System, Command::End, Err(Refusal::NotNow("its time has not come"))),
        (vec![], at("2027-01-05T06:00"), By::System, Command::End, Ok(vec![Event::Ended])),
    ] {
        assert_eq!(when(&list(&commands), (now, &by), &command), expected, "{commands:?} {command:?}");
    }
    assert_eq!(list(&[]).due(), Some((at("2027-01-05T06:00"), Command::End)));
    let ended = matter::given::after(Some(list(&[])), &[Event::Ended], 0).expect("a list");
    assert_eq!((ended.due(), ended.standing().list), (None, List::Ended));
    let by = nurse();
    let late = matter::given::when::<WalkIn>(None, &open(), &matter::given::on(midnight, &by, &()));
    assert_eq!(late, Err(Refusal::Over));
    assert_ne!(list_id("acute", 1), list_id("acute", 2));
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    let events = [
        Event::Opened { place: "acute".into(), unit: "u".into(), date: 3, day_ends: 4, hours: None },
        Event::Closed { why: "full".into() },
        Event::Reopened,
        Event::Entered { number: 1, reason: "wound".into(), contact: None },
        Event::Ordered { number: 1, urgency: Urgency::Urgent },
        Event::Called { number: 1, by: None },
        Event::Seen { number: 1, encounter: Some(Uuid::from_u128(2)) },
        Event::Seen { number: 1, encounter: None },
        Event::Left { number: 1 },
        Event::Ended,
        Event::Entered { number: 1, reason: "wound".into(), contact: Some(Uuid::from_u128(2)) },
        Event::Noted { number: 1 },
        Event::Called { number: 1, by: Some("N-1".into()) },
        Event::Opened {
            place: "acute".into(),
            unit: "u".into(),
            date: 3,
            day_ends: 4,
            hours: Some(Hours { service: "emergency".into(), spans: vec![[1, 2]] }),
        },
    ];
    frozen::<WalkIn>(&events, include_str!("golden.txt"));
}

#[test]
fn the_facts_have_the_hours_as_they_came_to_be() {
    let [eight, noon, one, eight_pm] = ["08:00", "12:00", "13:00", "20:00"].map(monday);
    let opened = |spans: &[[i64; 2]]| {
        let hours = Some(Hours { service: "emergency".into(), spans: spans.to_vec() });
        Event::Opened { place: "acute".into(), unit: "u".into(), date: day_number(MONDAY), day_ends: 0, hours }
    };
    let (whole, closed) = ([eight, eight_pm], Event::Closed { why: "full".into() });
    for (spans, happened, expected) in [
        (vec![whole], vec![], vec![(whole, true)]),
        (vec![whole], vec![(noon, closed.clone())], vec![([eight, noon], false)]),
        (
            vec![whole],
            vec![(noon, closed.clone()), (one, Event::Reopened)],
            vec![([eight, noon], false), ([one, eight_pm], false)],
        ),
        (vec![whole], vec![(monday("07:00"), closed.clone())], vec![([eight, eight], false)]),
        (vec![whole], vec![(eight_pm, closed.clone())], vec![(whole, true)]),
        (vec![[eight, noon], [one, eight_pm]], vec![], vec![([eight, noon], true), ([one, eight_pm], true)]),
    ] {
        let first = (monday("07:00"), opened(&spans));
        let history: Vec<_> = std::iter::once(first)
            .chain(happened.iter().cloned())
            .map(|(at, event)| Dated { event, at, changed: at })
            .collect();
        let calendar = ::calendar::Calendar::shipped();
        let about = About { id: "1", resident: None, calendar, changed: 7 };
        let mut rows = Vec::new();
        WalkIn::rows(&history, &about, &mut |table, values, at| {
            rows.push((table.name, format!("{values:?}"), at));
        });
        let expected: Vec<_> = expected
            .into_iter()
            .map(|([opens, closes], planned)| {
                let row = Opening {
                    unit_id: "u".into(),
                    service: "emergency".into(),
                    day: facts::Day(day_number(MONDAY)),
                    opens_at: Instant(opens),
                    closes_at: Instant(closes),
                    planned,
                };
                ("openings", format!("{:?}", row.values()), 7)
            })
            .collect();
        assert_eq!(rows, expected, "{happened:?}");
    }
    let unknown = Event::Opened { place: "acute".into(), unit: "u".into(), date: 3, day_ends: 4, hours: None };
    let about = About { id: "1", resident: None, calendar: ::calendar::Calendar::shipped(), changed: 7 };
    WalkIn::rows(&[Dated { event: unknown, at: 0, changed: 0 }], &about, &mut |_, _, _| panic!("nothing is known"));
}

#[test]
fn of_somebody_who_is_known_the_contact_has_what_is_noted_and_the_resident_the_encounter() {
    use matter::Subject;
    use matter::given::Past;

    use crate::bookings::flow::tests::kinds;
    use crate::contacts::{self, Contact};
    use crate::organisation::Organisation;
    use crate::residents::{Event as OfResident, Resident};

    let (list, contact, person) = (Uuid::from_u128(1), Uuid::from_u128(2), Subject(Uuid::from_u128(7)));
    let (mut past, text) = (Past::default(), |text: &str| Text(text.into()));
    let log = contacts::Command::Log {
        channel: contacts::Channel::WalkIn,
        service: "emergency".into(),
        language: "fi".into(),
        unit: "rehabilitation".into(),
        queue: None,
        subject: Some(person),
        routed: None,
        client_id: "c".into(),
        text: text("Haava"),
    };
    let logged = past.turn((monday("08:00"), &nurse()), |turn| {
        for command in [&log, &contacts::Command::Release] {
            turn.decide::<Contact>(contact, command, &Organisation::default())?;
        }
        Ok(())
    });
    logged.expect("a contact");
    let mut tell =
        |time: &str, command: &Command| past.turn((monday(time), &nurse()), |turn| asked(turn, list, command));
    let enter = |contact| Command::Enter { reason: "wound".into(), contact };
    for command in [open(), enter(Some(contact)), enter(None)] {
        tell("08:01", &command).expect("done");
    }
    assert_eq!(tell("08:02", &enter(Some(contact))), Ok(vec![]), "nobody stands on it twice");
    let note = |number| Command::Note { number, note: text("Vuotaa") };
    let sealed = |drafts: Vec<matter::Draft>| {
        let (kind, text) = (kinds(&drafts).join(" "), drafts.into_iter().find_map(|it| it.text).expect("a text"));
        (kind, text.subject)
    };
    let noted = sealed(tell("08:03", &note(1)).expect("noted"));
    assert_eq!(noted, ("contact.noted".into(), person.0), "it is forgotten with the person");
    let noted = sealed(tell("08:03", &note(2)).expect("noted"));
    assert_eq!(noted, ("walk_in.noted".into(), list), "nobody is known whose it would be");
    let taken = tell("08:10", &Command::Call { number: 1 }).expect("taken");
    assert_eq!(kinds(&taken)[..2], ["walk_in.called", "contact.claimed"]);
    let met = |id| Some(Met { id: Uuid::from_u128(id), profession: "nurse".into(), service: "emergency".into() });
    let seen = tell("08:30", &Command::See { number: 1, encounter: met(9) }).expect("seen");
    assert_eq!(kinds(&seen), ["walk_in.seen", "encounter.recorded"]);
    let OfResident::Met(meeting) = matter::decode::<Resident>("encounter.recorded", 1, &seen[1].data).expect("one")
    else {
        panic!("{seen:?}")
    };
    let (from, to) = (monday("08:10"), monday("08:30"));
    assert_eq!((meeting.started_at, meeting.ended_at, &*meeting.contact), (from, to, contact.to_string().as_str()));
    let seen = tell("08:31", &Command::See { number: 2, encounter: met(10) }).expect("seen");
    assert_eq!(kinds(&seen), ["walk_in.seen"], "of nobody who is known there is no encounter");
}

#[test]
fn one_who_is_taken_is_not_taken_by_another() {
    let it = list(&[Command::Call { number: 1 }]);
    let other = By::Professional { id: "N-2".into(), unit: "u".into(), leads: false };
    let call = Command::Call { number: 1 };
    assert_eq!(when(&it, (monday("08:00"), &other), &call), Err(Refusal::Taken));
    assert_eq!(when(&it, (monday("08:00"), &nurse()), &call), Ok(vec![]));
    let closed = list(&[Command::Close { why: "full".into() }]);
    assert_eq!(closed.why.as_deref(), Some("full"));
}
