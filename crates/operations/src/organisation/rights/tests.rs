use facts::UnitLevel;
use matter::given::{self, on};
use matter::{decode, encode};

use super::super::{Command, Professional, Unit};
use super::*;

/// Noon of a day, in microseconds since 1970.
fn noon(day: i32) -> i64 {
    (i64::from(day) * 24 + 12) * 3_600_000_000
}

fn right(person: &str, role: Role, unit: &str, days: std::ops::Range<i32>) -> Right {
    Right { person: person.into(), role, unit: unit.into(), from: days.start, to: days.end }
}

fn admin() -> By {
    By::Professional { id: "admin-1".into(), unit: "county".into(), leads: false }
}

/// The organisation after commands that somebody asked for on days, and the last of them that was refused.
fn asked(commands: &[(i32, &By, Command)]) -> (Organisation, Option<Refusal>) {
    let unit = |id: &str, parent: Option<&str>, level| {
        let (name, parent) = (id.to_string(), parent.map(Into::into));
        Command::SetUnit(Unit { id: id.into(), name, name_sv: None, name_en: None, parent, level, from: 0 })
    };
    let system = By::System;
    let before = [
        (0, &system, unit("county", None, UnitLevel::County)),
        (0, &system, unit("station", Some("county"), UnitLevel::Unit)),
    ];
    let mut refused = None;
    let mut stands = Organisation::default();
    for (day, by, command) in before.iter().chain(commands) {
        match given::when(Some(&stands), command, &on(noon(*day), by, &Imported::default())) {
            Ok(events) => stands = given::after(Some(stands), &events, 0).expect("an organisation"),
            Err(refusal) => refused = Some(refusal),
        }
    }
    (stands, refused)
}

/// The days of 0..40 on which a person has a right.
fn days(stands: &Organisation, person: &str) -> Vec<i32> {
    (0..40).filter(|day| !stands.rights_of(person, *day).is_empty()).collect()
}

#[test]
fn a_right_holds_from_its_day_to_its_last_and_its_end_can_be_moved_while_it_runs() {
    let give = |days| Command::GiveRight(right("n1", Role::Lead, "station", days));
    let end = |days| Command::MoveRightEnd(right("n1", Role::Lead, "station", days));
    let by = By::Operator;
    let works = |on| {
        let (id, unit) = ("n1".to_string(), "station".to_string());
        match on {
            None => Command::SetProfessional(Professional { id, profession: facts::Profession::Nurse, unit, from: 0 }),
            Some(on) => Command::EndProfessional { id, on },
        }
    };
    // Commands and the day of each, the days on which it then opens, and the refusal.
    type Case = (Vec<(i32, Command)>, std::ops::Range<i32>, Option<Refusal>);
    let table: Vec<Case> = vec![
        (vec![(5, give(5..10))], 5..10, None),
        (vec![(5, give(7..10))], 7..10, None),
        (vec![(5, give(4..10))], 0..0, Some(Refusal::Past)),
        (vec![(5, give(7..7))], 0..0, Some(Refusal::Past)),
        (vec![(5, give(5..10)), (6, end(5..8))], 5..8, None),
        (vec![(5, give(5..10)), (6, end(5..6))], 5..6, None),
        (vec![(5, give(5..10)), (5, end(5..5))], 0..0, None),
        // Taken away and given again on one day, it is taken away or shortened as any other.
        (vec![(5, give(5..10)), (5, end(5..5)), (5, give(5..10)), (5, end(5..5))], 0..0, None),
        (vec![(5, give(5..10)), (5, end(5..5)), (5, give(5..10)), (6, end(5..8))], 5..8, None),
        (vec![(5, give(5..10)), (8, end(5..7))], 5..10, Some(Refusal::Past)),
        (vec![(5, give(5..10)), (9, end(5..20))], 5..20, None),
        // It was over: another is given, and what was stays so.
        (vec![(5, give(5..10)), (10, end(5..20))], 5..10, Some(Refusal::Past)),
        (vec![(5, give(5..10)), (6, give(6..20))], 5..10, Some(Refusal::Given)),
        (vec![(5, give(5..10)), (6, give(5..10))], 5..10, None),
        (vec![(5, give(5..10)), (6, give(10..20))], 5..20, None),
        (vec![(5, end(5..10))], 0..0, Some(Refusal::NotThere("n1".into()))),
        // Somebody who leaves has no rights, whenever these would end, and is given none.
        (vec![(0, works(None)), (0, give(1..20)), (5, works(Some(7)))], 1..7, None),
        (vec![(0, works(None)), (5, works(Some(7))), (8, give(8..20))], 0..0, Some(Refusal::NotThere("n1".into()))),
    ];
    for (said, opens, refused) in table {
        let told = format!("{said:?}");
        let said: Vec<_> = said.into_iter().map(|(day, command)| (day, &by, command)).collect();
        let (stands, why) = asked(&said);
        assert_eq!((days(&stands, "n1"), why), (opens.collect(), refused), "{told}");
    }
}

#[test]
fn whoever_was_given_rights_opens_nothing_after_the_last_and_of_others_nothing_is_known() {
    let by = By::Operator;
    let give = |person, role, days| Command::GiveRight(right(person, role, "station", days));
    let (stands, refused) = asked(&[
        (5, &by, give("n1", Role::Lead, 5..10)),
        (5, &by, give("n1", Role::Professional, 7..12)),
        (5, &by, give("n1", Role::Lead, 20..25)),
        // Taken away on its first day.
        (5, &by, give("n2", Role::Lead, 5..10)),
        (5, &by, Command::MoveRightEnd(right("n2", Role::Lead, "station", 5..5))),
    ]);
    assert_eq!(refused, None);
    let opened = |person| (0..30).filter(|day| stands.opens(person, "station", *day)).collect::<Vec<_>>();
    // Before the first they may work by a token.
    assert_eq!(opened("n1"), (0..12).chain(20..25).collect::<Vec<_>>());
    assert_eq!(opened("n2"), (0..5).collect::<Vec<_>>());
    assert_eq!(opened("n3"), (0..30).collect::<Vec<_>>());
}

#[test]
fn rights_of_another_person_role_or_unit_are_others() {
    let by = By::Operator;
    let give = |person, role, unit| (5, &by, Command::GiveRight(right(person, role, unit, 5..10)));
    let (stands, refused) = asked(&[
        give("n1", Role::Lead, "station"),
        give("n1", Role::Lead, "county"),
        give("n1", Role::Editor, "county"),
        give("n2", Role::Lead, "station"),
        (6, &by, Command::MoveRightEnd(right("n1", Role::Lead, "station", 5..6))),
    ]);
    assert_eq!(refused, None);
    let of = |person: &str, day| {
        let rights = stands.rights_of(person, day);
        rights.iter().map(|it| (it.role, it.unit.clone())).collect::<Vec<_>>()
    };
    assert_eq!(of("n1", 6), [(Role::Lead, "county".into()), (Role::Editor, "county".into())]);
    assert_eq!(of("n2", 6), [(Role::Lead, "station".into())]);
    let nowhere = asked(&[give("n1", Role::Lead, "nowhere")]);
    assert_eq!(nowhere.1, Some(Refusal::NotThere("nowhere".into())));
    assert_eq!(asked(&[give("n1", Role::Resident, "county")]).1, Some(Refusal::NotThere("n1".into())));
}

#[test]
fn nobody_gives_themselves_a_right_or_makes_it_longer() {
    let (own, operator) = (admin(), By::Operator);
    let give = |days| Command::GiveRight(right("admin-1", Role::Admin, "county", days));
    let end = |days| Command::MoveRightEnd(right("admin-1", Role::Admin, "county", days));
    for (said, opens, refused) in [
        (vec![(5, &own, give(5..10))], 0..0, Some(Refusal::Own)),
        (vec![(5, &operator, give(5..10))], 5..10, None),
        (vec![(5, &operator, give(5..10)), (6, &own, end(5..20))], 5..10, Some(Refusal::Own)),
        (vec![(5, &operator, give(5..10)), (6, &own, end(5..7))], 5..7, None),
        (vec![(5, &operator, give(5..10)), (6, &operator, end(5..20))], 5..20, None),
    ] {
        let (stands, why) = asked(&said);
        assert_eq!((days(&stands, "admin-1"), why), (opens.collect(), refused), "{said:?}");
    }
}

/// One administrator alone gives nobody a right that opens much, and does not make one longer: not through another id of
/// theirs either.
#[test]
fn a_right_that_opens_much_takes_two_administrators() {
    let (one, operator) = (admin(), By::Operator);
    let second = |id: &str| By::Professional { id: id.into(), unit: "county".into(), leads: false };
    let (two, person) = (second("admin-2"), second("n1"));
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Resident) {
        let of = |days| right("n1", role, "station", days);
        let (give, end) = (|days| Command::GiveRight(of(days)), |days| Command::MoveRightEnd(of(days)));
        let (approve, decline) = (|days| Command::ApproveRight(of(days)), |days| Command::DeclineRight(of(days)));
        let takes_two = of(5..10).takes_two();
        assert_eq!(takes_two, matches!(role, Role::Admin | Role::Privacy | Role::Lead), "{role:?}");
        // Commands, and the days on which it then opens where it takes two and where one is enough.
        type Case<'a> = (Vec<(i32, &'a By, Command)>, std::ops::Range<i32>, std::ops::Range<i32>);
        let table: Vec<Case> = vec![
            (vec![(5, &one, give(5..10))], 0..0, 5..10),
            (vec![(5, &operator, give(5..10))], 5..10, 5..10),
            (vec![(5, &one, give(5..10)), (5, &one, approve(5..10))], 0..0, 5..10),
            (vec![(5, &one, give(5..10)), (5, &person, approve(5..10))], 0..0, 5..10),
            (vec![(5, &one, give(5..10)), (5, &two, approve(5..10))], 5..10, 5..10),
            // Of another length than was proposed it is another.
            (vec![(5, &one, give(5..10)), (5, &two, approve(5..20))], 0..0, 5..10),
            (vec![(5, &one, give(5..10)), (7, &two, approve(5..10))], 7..10, 5..10),
            (vec![(5, &one, give(5..10)), (12, &two, approve(5..10))], 0..0, 5..10),
            (vec![(5, &one, give(5..10)), (6, &two, decline(5..10)), (6, &two, approve(5..10))], 0..0, 5..10),
            (vec![(5, &one, give(5..10)), (5, &two, approve(5..10)), (6, &one, end(5..20))], 5..10, 5..20),
            (vec![(5, &operator, give(5..10)), (6, &one, end(5..20)), (7, &two, approve(5..20))], 5..20, 5..20),
            // To take away takes one.
            (vec![(5, &operator, give(5..10)), (6, &one, end(5..6))], 5..6, 5..6),
            (vec![(5, &two, approve(5..10))], 0..0, 0..0),
        ];
        for (said, two, one) in table {
            let (stands, _) = asked(&said);
            let expected: Vec<i32> = if takes_two { two.collect() } else { one.collect() };
            assert_eq!(days(&stands, "n1"), expected, "{role:?} {said:?}");
        }
        let (stands, why) = asked(&[(5, &one, give(5..10)), (5, &one, give(5..10)), (5, &one, approve(5..10))]);
        assert_eq!(stands.proposals().len(), usize::from(takes_two), "{role:?}: proposed twice, it waits once");
        if takes_two {
            assert_eq!(why, Some(Refusal::SecondPerson));
            assert_eq!(asked(&[(5, &one, give(5..10)), (5, &person, approve(5..10))]).1, Some(Refusal::Own));
        }
    }
}

#[test]
fn what_stands_in_the_log_is_read_as_it_was_written() {
    // One of every event ever written: these texts never change.
    let right = right("n1", Role::Lead, "a", 5..9);
    let proposed = r#"{"by":"admin-1","right":{"from":5,"person":"n1","role":"lead","to":9,"unit":"a"}}"#;
    let event = Event::RightProposed(Proposal { right: right.clone(), by: "admin-1".into() });
    assert_eq!(encode(&event), ("right.proposed".into(), proposed.into()));
    assert_eq!(decode::<Organisation>("right.proposed", 1, proposed), Ok(event));
    for (event, kind) in [
        (Event::RightGiven(right.clone()), "right.given"),
        (Event::RightEndMoved(right.clone()), "right.end_moved"),
        (Event::ProposalEnded(right), "right.proposal_ended"),
    ] {
        let data = r#"{"from":5,"person":"n1","role":"lead","to":9,"unit":"a"}"#;
        assert_eq!(encode(&event), (kind.to_string(), data.to_string()));
        assert_eq!(decode::<Organisation>(kind, 1, data), Ok(event));
    }
}
