use ::calendar::day_number;
use matter::By;

use super::*;
use crate::bookings::tests::{MONDAY, at, frozen, given, monday, nurse, resident, when};

fn open() -> Command {
    Command::Open { place: "acute".into(), unit: "u".into(), date: day_number(MONDAY) }
}

fn enter() -> Command {
    Command::Enter { reason: "wound".into() }
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
    let entered = Ok(vec![Event::Entered { number: 4, reason: "wound".into() }]);
    for (commands, now, by, command, expected) in [
        (vec![], midnight - 1, By::Holder, enter(), entered.clone()),
        (vec![], midnight, nurse(), enter(), Err(Refusal::Over)),
        (vec![closed.clone()], monday("12:00"), nurse(), enter(), Err(Refusal::Over)),
        (vec![closed.clone(), Command::Reopen], monday("12:00"), resident(), enter(), entered),
        (vec![closed.clone()], monday("12:00"), nurse(), closed.clone(), Ok(vec![])),
        (vec![closed.clone()], midnight, nurse(), Command::Call { number: 1 }, Ok(vec![Event::Called { number: 1 }])),
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
        Event::Opened { place: "acute".into(), unit: "u".into(), date: 3, day_ends: 4 },
        Event::Closed { why: "full".into() },
        Event::Reopened,
        Event::Entered { number: 1, reason: "wound".into() },
        Event::Ordered { number: 1, urgency: Urgency::Urgent },
        Event::Called { number: 1 },
        Event::Seen { number: 1, encounter: Some(Uuid::from_u128(2)) },
        Event::Seen { number: 1, encounter: None },
        Event::Left { number: 1 },
        Event::Ended,
    ];
    frozen::<WalkIn>(&events, include_str!("golden.txt"));
}
