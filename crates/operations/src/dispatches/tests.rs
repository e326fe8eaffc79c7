use calendar::Calendar;
use matter::given::{self, Past, given, on, when};
use matter::{Trouble, decode, encode};
use proptest::prelude::*;

use super::causes::asked;
use super::*;
use crate::tasks::Task;

/// A Monday in March 2026, 8.00 in Helsinki.
const MONDAY: i64 = 1_773_036_000_000_000;

fn ask(says: Says, means: &[Means]) -> Command {
    Command::Ask(Asked {
        cause: Of { kind: "contact".into(), id: Uuid::from_u128(1) },
        subject: Some(Subject(Uuid::from_u128(2))),
        unit: "a".into(),
        who: Some("nurse-1".into()),
        says,
        language: "fi".into(),
        means: means.into(),
    })
}

fn note(attempt: u32, outcome: Outcome) -> Command {
    Command::Note { attempt, outcome }
}

fn failed() -> Outcome {
    Outcome::Failed { code: "503".into() }
}

fn refused() -> Outcome {
    Outcome::Refused { code: "550".into() }
}

fn unknown() -> Outcome {
    Outcome::Unknown { code: "timeout".into() }
}

/// A dispatch after commands of the system, each a second after the one before.
fn after(means: &[Means], commands: &[Command]) -> Dispatch {
    let all = [ask(Says::Waits, means)].into_iter().chain(commands.iter().cloned());
    given(&all.map(|command| (By::System, command)).collect::<Vec<_>>(), MONDAY, &()).expect("a dispatch")
}

const BEGIN: Command = Command::Begin { again: true };
const BEGIN_ONCE: Command = Command::Begin { again: false };

#[test]
fn people_are_told_from_eight_to_twenty_and_of_an_agreed_time_at_once() {
    let calendar = Calendar::shipped();
    let time = Says::Time { at: MONDAY + DAY };
    for (says, from, expected) in [
        (Says::Waits, MONDAY - 1, MONDAY),
        (Says::Waits, MONDAY, MONDAY),
        (Says::Waits, MONDAY + 12 * HOUR - 1, MONDAY + 12 * HOUR - 1),
        (Says::Waits, MONDAY + 12 * HOUR, MONDAY + DAY),
        (Says::Awaited { by: 20_530 }, MONDAY + 15 * HOUR, MONDAY + DAY),
        (time, MONDAY - 3 * HOUR, MONDAY - 3 * HOUR),
        // The night in which clocks go forward, on 29 March 2026, has an hour less.
        (Says::Waits, MONDAY + 19 * DAY + 13 * HOUR, MONDAY + 20 * DAY - HOUR),
    ] {
        assert_eq!(hour_of(says, from, calendar), expected, "{says:?} {}", (from - MONDAY) / HOUR);
    }
    let late = given::after::<Dispatch>(
        None,
        &[Event::Asked { asked: asked_by(ask(Says::Waits, &[Means::Sms])), next: MONDAY }],
        MONDAY,
    );
    let postponed = when(late.as_ref(), &BEGIN, &on(MONDAY + 13 * HOUR, &By::System, &()));
    assert_eq!(postponed, Ok(vec![Event::Postponed { next: MONDAY + DAY }]), "a sender that comes late waits, too");
}

fn asked_by(command: Command) -> Asked {
    let Command::Ask(asked) = command else { panic!("it asks") };
    asked
}

#[test]
fn an_attempt_ends_as_the_port_tells_it() {
    use Means::{Email, Sms};
    let second = 1_000_000;
    let lost = |means| Place::Waiting { next: MONDAY + second * 2 + means };
    for (means, commands, place, turn) in [
        (vec![Sms], vec![BEGIN, note(1, Outcome::Taken)], Place::Taken { at: MONDAY + 2 * second }, 0),
        (vec![Sms], vec![BEGIN, note(1, Outcome::Delivered)], Place::Delivered, 0),
        (vec![Sms], vec![BEGIN, note(1, Outcome::Taken), note(1, Outcome::Delivered)], Place::Delivered, 0),
        (
            vec![Sms],
            vec![BEGIN, note(1, Outcome::Taken), note(1, Outcome::Taken)],
            Place::Taken { at: MONDAY + 2 * second },
            0,
        ),
        (vec![Sms, Email], vec![BEGIN, note(1, failed())], lost(MINUTE), 0),
        (vec![Sms, Email], vec![BEGIN, note(1, unknown())], lost(MINUTE), 0),
        (vec![Sms, Email], vec![BEGIN_ONCE, note(1, unknown())], Place::Failed, 0),
        (vec![Sms, Email], vec![BEGIN, note(1, refused())], lost(0), 1),
        (vec![Sms, Email], vec![BEGIN, note(1, Outcome::Taken), note(1, refused())], lost(second), 1),
        (vec![Sms], vec![BEGIN, note(1, refused())], Place::Failed, 0),
        (vec![Sms], vec![BEGIN, note(1, Outcome::Taken), note(1, refused())], Place::Failed, 0),
        (vec![Sms], vec![Command::Withdraw], Place::Withdrawn, 0),
        (vec![Sms], vec![BEGIN, Command::Withdraw], Place::Begun { at: MONDAY + second, again: true }, 0),
    ] {
        let it = after(&means, &commands);
        assert_eq!((it.place, it.turn), (place, turn), "{commands:?}");
    }
}

#[test]
fn what_cannot_be_done_is_refused() {
    let waits = || after(&[Means::Sms], &[]);
    let begun = || after(&[Means::Sms], &[BEGIN]);
    let nurse = By::Professional { id: "nurse-1".into(), unit: "a".into(), leads: true };
    for (it, by, at, command, expected) in [
        (None, By::System, 0, BEGIN, Refusal::NotThere),
        (None, By::System, 0, ask(Says::Waits, &[]), Refusal::NoMeans),
        (Some(waits()), By::System, 0, ask(Says::Waits, &[Means::Sms]), Refusal::NotThere),
        (Some(waits()), By::System, -1, BEGIN, Refusal::TooEarly),
        (Some(waits()), nurse, 0, BEGIN, Refusal::NotFor),
        (Some(waits()), By::System, PATIENCE - 1, Command::GiveUp, Refusal::TooEarly),
        (Some(waits()), By::System, 0, note(0, Outcome::Taken), Refusal::NotNow),
        (Some(begun()), By::System, HOUR, BEGIN, Refusal::NotNow),
        (Some(begun()), By::System, LOST, Command::Lose, Refusal::TooEarly),
        (Some(begun()), By::System, 0, note(2, refused()), Refusal::NotNow),
        (
            Some(after(&[Means::Sms], &[BEGIN, note(1, Outcome::Delivered)])),
            By::System,
            HOUR,
            note(1, refused()),
            Refusal::NotNow,
        ),
    ] {
        let decided = when(it.as_ref(), &command, &on(MONDAY + at, &by, &()));
        assert_eq!(decided, Err(expected), "{command:?} {by:?} {at}");
    }
}

#[test]
fn what_fails_turns_to_the_other_means_after_a_day_and_is_given_up_after_three() {
    use Means::{Email, Sms, Suomifi};
    // The first attempt is a second after the asking.
    let begun = MONDAY + 1_000_000;
    for (says, means, expected) in [
        (Says::Waits, vec![Sms, Email], vec![DAY, 3 * DAY]),
        (Says::Waits, vec![Sms], vec![3 * DAY]),
        (Says::Waits, vec![Sms, Email, Suomifi], vec![DAY, 2 * DAY, 3 * DAY]),
        // Of a time that comes soon somebody hears while they can still call.
        (Says::Cancelled { at: begun + 12 * HOUR }, vec![Sms, Email], vec![2 * HOUR, 6 * HOUR]),
    ] {
        let commands = [ask(says, &means), BEGIN, note(1, failed())].map(|command| (By::System, command));
        let mut it = given::<Dispatch>(&commands, MONDAY, &()).expect("a dispatch");
        let mut given_up = Vec::new();
        while let Some((at, Command::GiveUp)) = it.due() {
            let early = when(Some(&it), &Command::GiveUp, &on(at - 1, &By::System, &()));
            assert_eq!(early, Err(Refusal::TooEarly));
            let events = when(Some(&it), &Command::GiveUp, &on(at, &By::System, &())).expect("given up");
            it = given::after(Some(it), &events, at).expect("a dispatch");
            given_up.push(at - begun);
        }
        assert_eq!((it.place, given_up), (Place::Failed, expected), "{says:?} {means:?}");
    }
}

/// The sender stands still, or the hours were over each time that it came: by no means has anybody been tried.
#[test]
fn one_that_was_never_tried_becomes_a_task_so_long_after_it_was_asked_for() {
    use Means::{Email, Sms};
    for (says, postponed, expected) in [
        (Says::Waits, false, 3 * DAY),
        (Says::Waits, true, 3 * DAY),
        (Says::Cancelled { at: MONDAY + 12 * HOUR }, false, 6 * HOUR),
    ] {
        let mut it = given::<Dispatch>(&[(By::System, ask(says, &[Sms, Email]))], MONDAY, &()).expect("a dispatch");
        if postponed {
            it = given::after(Some(it), &[Event::Postponed { next: MONDAY + DAY }], MONDAY + 13 * HOUR).expect("there");
        }
        assert_eq!(it.due(), Some((MONDAY + expected, Command::GiveUp)), "{says:?}");
        let given_up = when(Some(&it), &Command::GiveUp, &on(MONDAY + expected, &By::System, &()));
        assert_eq!(given_up, Ok(vec![Event::Failed]), "{says:?}");
    }
}

#[test]
fn a_word_of_the_port_that_comes_late_is_heard_where_somebody_can_still_see_to_it() {
    let after = |more: &[Command]| {
        let (id, mut past) = (Uuid::from_u128(8), Past::default());
        let all = [ask(Says::Answer { number: 3 }, &[Means::Sms]), BEGIN, note(1, Outcome::Taken)];
        for command in all.iter().chain(more) {
            let late = if matches!(command, Command::Note { outcome: Outcome::Taken, .. }) { 0 } else { TOLD_WITHIN };
            let at = if matches!(command, Command::Ask(_) | Command::Begin { .. }) { 0 } else { late };
            past.turn((MONDAY + at, &By::System), |turn| asked(turn, id, command)).map(drop)?;
        }
        let task = past.state::<Task>(Uuid::new_v5(&id, b"task")).expect("readable");
        Ok((
            past.state::<Dispatch>(id).expect("readable").expect("a dispatch").place,
            task.and_then(|it| it.owner.clone()),
        ))
    };
    let close = Command::Close;
    let not_now = Err(Trouble::Refused(Refusal::NotNow.into()));
    assert_eq!(after(&[close.clone(), note(1, refused())]), Ok((Place::Failed, Some("nurse-1".into()))));
    assert_eq!(after(&[note(1, refused())]), Ok((Place::Failed, Some("nurse-1".into()))));
    // Twice, or against what was said before, it is no news.
    assert_eq!(after(&[close, note(1, refused()), note(1, refused())]), not_now);
    assert_eq!(after(&[note(1, Outcome::Delivered), note(1, refused())]), not_now);
    assert_eq!(after(&[note(1, refused()), note(1, Outcome::Delivered)]), not_now);
}

#[test]
fn whoever_was_erased_is_told_nothing_more() {
    let (id, mut past) = (Uuid::from_u128(8), Past::default());
    let ask = ask(Says::Waits, &[Means::Sms]);
    past.turn((MONDAY, &By::System), |turn| asked(turn, id, &ask)).expect("asked");
    past.erase::<Dispatch>(id, MONDAY);
    let it = past.state::<Dispatch>(id).expect("readable").expect("a dispatch");
    assert_eq!((it.subject, it.place), (None, Place::Withdrawn));
    let begun = past.turn((MONDAY, &By::System), |turn| asked(turn, id, &BEGIN));
    assert_eq!(begun, Err(Trouble::Refused(Refusal::NotNow.into())));
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    // One of every event ever written: these texts never change.
    let code = || "550".to_string();
    let asked = |says| asked_by(ask(says, &[Means::Sms, Means::Suomifi]));
    let text = |says: &str| {
        format!(
            r#"{{"asked":{{"cause":{{"id":"00000000-0000-0000-0000-000000000001","kind":"contact"}},"language":"fi","means":["sms","suomifi"],"says":{says},"subject":"00000000-0000-0000-0000-000000000002","unit":"a","who":"nurse-1"}},"next":5}}"#
        )
    };
    for (event, kind, data) in [
        (Event::Asked { asked: asked(Says::Waits), next: 5 }, "dispatch.asked", text(r#""waits""#)),
        (
            Event::Asked { asked: asked(Says::Awaited { by: 7 }), next: 5 },
            "dispatch.asked",
            text(r#"{"awaited":{"by":7}}"#),
        ),
        (Event::Asked { asked: asked(Says::Time { at: 7 }), next: 5 }, "dispatch.asked", text(r#"{"time":{"at":7}}"#)),
        (
            Event::Asked { asked: asked(Says::Moved { at: 7 }), next: 5 },
            "dispatch.asked",
            text(r#"{"moved":{"at":7}}"#),
        ),
        (
            Event::Asked { asked: asked(Says::Cancelled { at: 7 }), next: 5 },
            "dispatch.asked",
            text(r#"{"cancelled":{"at":7}}"#),
        ),
        (
            Event::Asked { asked: asked(Says::Answer { number: 7 }), next: 5 },
            "dispatch.asked",
            text(r#"{"answer":{"number":7}}"#),
        ),
        (
            Event::Asked { asked: Asked { subject: None, ..asked(Says::Waits) }, next: 5 },
            "dispatch.asked",
            text(r#""waits""#).replace(r#""subject":"00000000-0000-0000-0000-000000000002","#, ""),
        ),
        (Event::Begun { again: true }, "dispatch.begun", r#"{"again":true}"#.into()),
        (Event::Postponed { next: 5 }, "dispatch.postponed", r#"{"next":5}"#.into()),
        (Event::Taken, "dispatch.taken", "{}".into()),
        (Event::Delivered, "dispatch.delivered", "{}".into()),
        (Event::Refused { code: code() }, "dispatch.refused", r#"{"code":"550"}"#.into()),
        (Event::NotTaken { code: code(), next: 5 }, "dispatch.not_taken", r#"{"code":"550","next":5}"#.into()),
        (Event::Unknown { code: code(), next: 5 }, "dispatch.unknown", r#"{"code":"550","next":5}"#.into()),
        (Event::Turned { next: 5 }, "dispatch.turned", r#"{"next":5}"#.into()),
        (Event::Failed, "dispatch.failed", "{}".into()),
        (Event::Withdrawn, "dispatch.withdrawn", "{}".into()),
        (Event::Closed, "dispatch.closed", "{}".into()),
    ] {
        assert_eq!(encode(&event), (kind.to_string(), data.clone()));
        assert_eq!(decode::<Dispatch>(kind, 1, &data), Ok(event));
    }
}

/// The fate of an attempt at a port, and how much of it becomes known.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Does {
    Takes,
    TakesAndTells,
    /// It took it, and says later that it did not arrive.
    TakesInVain,
    Refuses,
    Fails,
    /// It hangs up: with the message, or without it.
    Hangs {
        has_it: bool,
    },
    /// The sender dies: after the port has the message, or before.
    Dies {
        has_it: bool,
    },
}

fn does() -> impl Strategy<Value = Does> {
    prop_oneof![
        1 => Just(Does::Takes),
        1 => Just(Does::TakesAndTells),
        1 => Just(Does::TakesInVain),
        1 => Just(Does::Refuses),
        3 => Just(Does::Fails),
        3 => any::<bool>().prop_map(|has_it| Does::Hangs { has_it }),
        3 => any::<bool>().prop_map(|has_it| Does::Dies { has_it }),
    ]
}

fn says() -> impl Strategy<Value = Says> {
    prop_oneof![
        Just(Says::Waits),
        Just(Says::Awaited { by: 20_530 }),
        (1_i64..100).prop_map(|hours| Says::Time { at: MONDAY + hours * HOUR }),
        (1_i64..100).prop_map(|hours| Says::Cancelled { at: MONDAY + hours * HOUR }),
    ]
}

proptest! {
    /// A sender, clocks and ports that do what they like: a message arrives once, or with the same id again where nobody
    /// could know, or becomes a task; and nobody is told outside the hours of anything but a time.
    #[test]
    fn whatever_ports_do_nothing_is_lost_in_silence(
        says in says(),
        count in 1_usize..=3,
        // For each means whether its port takes an id that it has had for the same message.
        again in prop::array::uniform3(any::<bool>()),
        does in prop::collection::vec(does(), 60),
        withdrawn in prop::option::weighted(0.2, 0_usize..8),
        from in 0_i64..48,
    ) {
        let (id, mut past, mut now) = (Uuid::from_u128(8), Past::default(), MONDAY + from * HOUR);
        let ask_of = |past: &mut Past, now: i64, command: &Command| {
            past.turn((now, &By::System), |turn| asked(turn, id, command)).map(drop)
        };
        prop_assert_eq!(ask_of(&mut past, now, &ask(says, &Means::ALL[..count])), Ok(()));
        // Messages that arrived, one for each time that a port had it, and whether somebody could not know so.
        let (mut arrived, mut nobody_knew, mut attempts) = (0, false, 0);
        for step in 0..400 {
            let it = past.state::<Dispatch>(id).expect("readable").expect("a dispatch");
            if it.is_over() {
                break;
            }
            prop_assert!(step < 399, "it ends");
            if withdrawn == Some(step) {
                prop_assert_eq!(ask_of(&mut past, now, &Command::Withdraw), Ok(()));
                continue;
            }
            let due = it.due().filter(|(at, _)| *at <= now);
            if let Some((_, command)) = due {
                prop_assert_eq!(ask_of(&mut past, now, &command), Ok(()), "a clock is not refused when it strikes");
                continue;
            }
            if let Place::Waiting { next } = it.place && next <= now {
                let again = again[it.turn];
                prop_assert_eq!(ask_of(&mut past, now, &Command::Begin { again }), Ok(()));
                let begun = past.state::<Dispatch>(id).expect("readable").expect("a dispatch");
                if !matches!(begun.place, Place::Begun { .. }) {
                    continue;
                }
                if says.time().is_none() {
                    prop_assert_eq!(hour_of(says, now, Calendar::shipped()), now, "within the hours");
                }
                let does = does[attempts % does.len()];
                attempts += 1;
                let number = begun.attempts;
                let tell = |past: &mut Past, outcome| ask_of(past, now, &note(number, outcome));
                let has_it = match does {
                    Does::Takes | Does::TakesAndTells => true,
                    Does::Hangs { has_it } | Does::Dies { has_it } => has_it,
                    _ => false,
                };
                arrived += usize::from(has_it);
                nobody_knew |= has_it && !matches!(does, Does::Takes | Does::TakesAndTells);
                let told = match does {
                    Does::Takes => tell(&mut past, Outcome::Taken),
                    Does::TakesAndTells => tell(&mut past, Outcome::Taken).and_then(|()| tell(&mut past, Outcome::Delivered)),
                    Does::TakesInVain => tell(&mut past, Outcome::Taken).and_then(|()| tell(&mut past, refused())),
                    Does::Refuses => tell(&mut past, refused()),
                    Does::Fails => tell(&mut past, failed()),
                    Does::Hangs { .. } => tell(&mut past, unknown()),
                    Does::Dies { .. } => Ok(()),
                };
                prop_assert_eq!(told, Ok(()), "{:?}", does);
                continue;
            }
            let next = if let Place::Waiting { next } = it.place { next } else { i64::MAX };
            now = now.max(next.min(it.due().map_or(i64::MAX, |(at, _)| at)));
        }
        let it = past.state::<Dispatch>(id).expect("readable").expect("a dispatch");
        let task = past.state::<Task>(Uuid::new_v5(&id, b"task")).expect("readable");
        prop_assert_eq!(task.is_some(), it.place == Place::Failed, "{:?}", it);
        match it.place {
            Place::Delivered | Place::Closed => prop_assert!(arrived > 0),
            Place::Withdrawn => prop_assert!(withdrawn.is_some()),
            Place::Failed => {
                let task = task.expect("a task");
                prop_assert_eq!((task.dispatch, task.about.clone().map(|of| of.id)), (Some(id), Some(Uuid::from_u128(1))));
                prop_assert_eq!(task.has().map(|it| &**it), Some("nurse-1"));
            }
            _ => prop_assert!(false, "{:?} is no end", it.place),
        }
        prop_assert!(arrived <= 1 || nobody_knew, "twice, although the first was known to have arrived");
        let once = !again[..count].contains(&true);
        prop_assert!(arrived <= 1 || !once, "twice at ports at which that is another message");
    }
}
