use facts::Code;
use jiff::civil::date;
use matter::given::{self, on};
use matter::{decode, encode};
use uuid::Uuid;

use super::*;

/// 7 January 2026, noon in Helsinki.
const NOW: i64 = 1_767_780_000_000_000;
const TODAY: i32 = 20_460;

fn nurse() -> By {
    By::Professional { id: "nurse-1".into(), unit: "small".into(), leads: false }
}

fn person() -> By {
    By::Resident(Subject(Uuid::from_u128(7)))
}

fn whose() -> Whose {
    Whose { subject: Some(Subject(Uuid::from_u128(7))), register: Register::Social, unit: "small".into() }
}

/// The disclosure after commands, and the refusal of the last.
fn after(commands: &[(i64, By, Command)]) -> (Option<Disclosure>, Option<Refusal>) {
    let (mut stands, mut refused) = (None, None);
    for (now, by, command) in commands {
        match given::when(stands.as_ref(), command, &on(*now, by, &())) {
            Ok(events) => stands = given::after(stands, &events, *now),
            Err(refusal) => refused = Some(refusal),
        }
    }
    (stands, refused)
}

#[test]
fn consent_opens_from_the_persons_word_to_the_last_day_and_is_theirs_to_take_back() {
    let other = By::Resident(Subject(Uuid::from_u128(8)));
    let (ask, give) = (Command::Ask(whose()), |days| Command::Give { last_day: TODAY + days });
    let later = NOW + 5 * DAY;
    // Commands, whether it opens at noon on the day of asking and five days later, and the refusal.
    type Case = (Vec<(i64, By, Command)>, [bool; 2], Option<Refusal>);
    let table: Vec<Case> = vec![
        (vec![(NOW, nurse(), ask.clone())], [false, false], None),
        (vec![(NOW, person(), ask.clone())], [false, false], Some(Refusal::NotTheirs)),
        (vec![(NOW, nurse(), ask.clone()), (NOW, person(), give(30))], [true, true], None),
        (vec![(NOW, nurse(), ask.clone()), (NOW, person(), give(0))], [true, false], None),
        (vec![(NOW, nurse(), ask.clone()), (NOW, person(), give(-1))], [false, false], Some(Refusal::Times)),
        (vec![(NOW, nurse(), ask.clone()), (NOW, person(), give(367))], [false, false], Some(Refusal::Times)),
        (vec![(NOW, nurse(), ask.clone()), (NOW, nurse(), give(30))], [false, false], Some(Refusal::NotTheirs)),
        (vec![(NOW, nurse(), ask.clone()), (NOW, other, give(30))], [false, false], Some(Refusal::NotTheirs)),
        (vec![(NOW, nurse(), ask.clone()), (NOW, person(), Command::Refuse)], [false, false], None),
        (
            vec![(NOW, nurse(), ask.clone()), (NOW, person(), Command::Refuse), (NOW, person(), give(30))],
            [false, false],
            Some(Refusal::NotNow),
        ),
        (
            vec![(NOW, nurse(), ask.clone()), (NOW, person(), give(30)), (NOW, person(), Command::Withdraw)],
            [false, false],
            None,
        ),
        (vec![(NOW, nurse(), ask.clone()), (NOW, By::System, Command::End)], [false, false], Some(Refusal::NotNow)),
    ];
    for (said, opens, refused) in table {
        let (stands, why) = after(&said);
        let opened = [NOW, later]
            .map(|now| stands.as_ref().is_some_and(|it| it.opens(Register::Social, ("nurse-2", "small"), now)));
        assert_eq!((opened, why), (opens, refused), "{said:?}");
        // Of the other register, and to another unit, it opens nothing.
        for (register, unit) in [(Register::Health, "small"), (Register::Social, "other")] {
            assert!(!stands.as_ref().is_some_and(|it| it.opens(register, ("nurse-2", unit), NOW)), "{said:?}");
        }
    }
}

#[test]
fn a_ground_of_law_opens_for_its_hours_to_the_one_who_named_it_and_no_other() {
    let name = |ground: &str| Command::Name { whose: whose(), ground: ground.into(), why: "Lapsi on yksin".into() };
    let (stands, refused) = after(&[(NOW, nurse(), name("emergency"))]);
    assert_eq!(refused, None);
    let stands = stands.expect("named");
    let opens = |who, now| stands.opens(Register::Social, (who, "small"), now);
    assert_eq!([opens("nurse-1", NOW), opens("nurse-2", NOW), opens("nurse-1", NOW + HOUR)], [true, false, false]);
    assert_eq!(stands.due(), Some((NOW + HOUR, Command::End)));
    for command in [Command::Give { last_day: TODAY }, Command::Refuse, Command::Withdraw] {
        assert_eq!(given::when(Some(&stands), &command, &on(NOW, &person(), &())), Err(Refusal::NotNow));
    }
    for (by, ground, refused) in [
        (nurse(), "none", Refusal::NoGround),
        (person(), "emergency", Refusal::NotTheirs),
        (By::Holder, "emergency", Refusal::NotTheirs),
    ] {
        assert_eq!(after(&[(NOW, by, name(ground))]), (None, Some(refused)));
    }
}

#[test]
fn each_ground_is_in_force_from_its_day_and_names_what_it_opens() {
    assert!(grounds().len() >= 3);
    for ground in grounds() {
        assert!(!ground.source.is_empty() && ground.hours > 0 && ground.hours <= 72, "{}", ground.id);
        let before = ground.from.yesterday().expect("a day");
        for register in Register::ALL.iter().copied() {
            assert!(!ground.opens(register, before), "{} {}", ground.id, register.code());
        }
        assert!(Register::ALL.iter().any(|it| ground.opens(*it, date(2026, 1, 7))), "{}", ground.id);
    }
}

#[test]
fn what_stands_in_the_log_is_read_as_it_was_written() {
    let subject = "00000000-0000-0000-0000-000000000007";
    let whose_told = format!(r#"{{"register":"social","subject":"{subject}","unit":"small"}}"#);
    for (event, kind, data) in [
        (
            Event::Asked { whose: whose(), by: "nurse-1".into() },
            "disclosure.asked",
            format!(r#"{{"by":"nurse-1","whose":{whose_told}}}"#),
        ),
        (
            Event::Named { whose: whose(), by: "nurse-1".into(), ground: "emergency".into(), until: 5 },
            "disclosure.named",
            format!(r#"{{"by":"nurse-1","ground":"emergency","until":5,"whose":{whose_told}}}"#),
        ),
        (Event::Given { until: 5 }, "disclosure.given", r#"{"until":5}"#.into()),
        (Event::Refused, "disclosure.refused", "{}".into()),
        (Event::Withdrawn, "disclosure.withdrawn", "{}".into()),
        (Event::Ended, "disclosure.ended", "{}".into()),
    ] {
        assert_eq!(encode(&event), (kind.to_string(), data.clone()));
        assert_eq!(decode::<Disclosure>(kind, 1, &data), Ok(event));
    }
}
