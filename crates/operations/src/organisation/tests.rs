use matter::given::{self, on};
use matter::{By, decode, encode};
use proptest::prelude::*;

use super::*;

fn unit(id: &str, parent: Option<&str>, level: UnitLevel, from: i32) -> Unit {
    let (name, parent) = (format!("Yksikkö {id}"), parent.map(Into::into));
    Unit { id: id.into(), name, name_sv: None, name_en: None, parent, level, from }
}

fn nurse(id: &str, unit: &str, from: i32) -> Professional {
    Professional { id: id.into(), profession: Profession::Nurse, unit: unit.into(), from }
}

fn imported(units: &[&str], professionals: &[&str]) -> Imported {
    let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_string()).collect();
    Imported { units: set(units), professionals: set(professionals) }
}

fn when(organisation: &Organisation, command: &Command) -> Result<Vec<Event>, Refusal> {
    given::when(Some(organisation), command, &on(0, &By::System, &Imported::default()))
}

fn given(commands: &[Command]) -> (Organisation, Vec<Event>) {
    let mut all = Vec::new();
    let organisation = commands.iter().fold(Organisation::default(), |organisation, command| {
        let events = when(&organisation, command).unwrap_or_default();
        let organisation = given::after(Some(organisation), &events, 0).expect("an organisation");
        all.extend(events);
        organisation
    });
    (organisation, all)
}

#[test]
fn a_unit_that_moves_was_where_it_was_before() {
    let commands = [
        Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
        Command::SetUnit(unit("west", Some("county"), UnitLevel::Area, 0)),
        Command::SetUnit(unit("east", Some("county"), UnitLevel::Area, 0)),
        Command::SetUnit(unit("station", Some("west"), UnitLevel::Unit, 10)),
        Command::SetUnit(unit("station", Some("east"), UnitLevel::Unit, 20)),
        Command::SetProfessional(nurse("n1", "station", 12)),
        Command::EndProfessional { id: "n1".into(), on: 30 },
        Command::EndUnit { id: "station".into(), on: 40 },
    ];
    let (_, events) = given(&commands);
    let rows = units(&events);
    let station: Vec<_> = rows.iter().filter(|row| row.unit_id.0 == "station").collect();
    let held = station.iter().map(|row| (row.valid_from.0, row.valid_to.map(|day| day.0))).collect::<Vec<_>>();
    assert_eq!(held, [(10, Some(20)), (20, Some(40))]);
    let held = professionals(&events);
    assert_eq!((held[0].valid_from.0, held[0].valid_to.map(|day| day.0)), (12, Some(30)));
}

#[test]
fn a_unit_that_was_a_mistake_opens_no_more_and_the_right_one_does() {
    let units = ["county", "a", "b"].map(|id| match id {
        "county" => Command::SetUnit(unit(id, None, UnitLevel::County, 0)),
        _ => Command::SetUnit(unit(id, Some("county"), UnitLevel::Unit, 0)),
    });
    let set = |unit| Command::SetProfessional(nurse("n1", unit, 12));
    // Units named one after another from one day on, and where they work then.
    for (named, opens) in
        [(vec!["a"], "a"), (vec!["a", "b"], "b"), (vec!["a", "b", "a"], "a"), (vec!["b", "a", "a"], "a")]
    {
        let commands: Vec<Command> = units.iter().cloned().chain(named.iter().map(|it| set(it))).collect();
        let (organisation, _) = given(&commands);
        for day in [12, 13, 100] {
            for unit in named.iter().copied() {
                assert_eq!(organisation.opens("n1", unit, day), unit == opens, "{named:?}: {unit} on {day}");
            }
        }
        // They leave: nothing of what was a mistake comes back.
        let (organisation, _) = given(&[commands, vec![Command::EndProfessional { id: "n1".into(), on: 20 }]].concat());
        assert!(named.iter().all(|unit| !organisation.opens("n1", unit, 20)), "{named:?}");
        assert_eq!(organisation.profession("n1", 19), Some(Profession::Nurse), "{named:?}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let (organisation, _) = given(&[
        Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
        Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 10)),
        Command::SetUnit(unit("line", Some("county"), UnitLevel::Line, 10)),
        Command::SetUnit(unit("late", Some("county"), UnitLevel::Unit, 50)),
        Command::SetProfessional(nurse("n1", "station", 12)),
    ]);
    let asked = |command| when(&organisation, &command);
    let refused = |command| asked(command).expect_err("refused");
    let set = |id: &str, parent, level, from| refused(Command::SetUnit(unit(id, parent, level, from)));
    assert_eq!(set("new", Some("nowhere"), UnitLevel::Unit, 11), Refusal::NotThere("nowhere".into()));
    assert_eq!(set("new", Some("late"), UnitLevel::Unit, 11), Refusal::NotThere("late".into()), "not yet");
    assert_eq!(set("new", None, UnitLevel::Unit, 11), Refusal::Root);
    assert_eq!(set("new", None, UnitLevel::County, 11), Refusal::Root, "a second county");
    assert_eq!(set("new", Some("county"), UnitLevel::County, 11), Refusal::Root);
    assert_eq!(set("station", Some("station"), UnitLevel::Unit, 11), Refusal::Circle);
    assert_eq!(set("station", Some("line"), UnitLevel::Unit, 9), Refusal::Earlier);
    assert_eq!(set("station", Some("county"), UnitLevel::Unit, 9), Refusal::Earlier, "the same, but earlier");
    assert_eq!(refused(Command::EndUnit { id: "station".into(), on: 50 }), Refusal::StillUsed("n1".into()));
    assert_eq!(refused(Command::EndUnit { id: "nowhere".into(), on: 50 }), Refusal::NotThere("nowhere".into()));
    assert_eq!(refused(Command::EndProfessional { id: "n1".into(), on: 11 }), Refusal::Earlier);
    let nowhere = Command::SetProfessional(nurse("n2", "late", 12));
    assert_eq!(refused(nowhere), Refusal::NotThere("late".into()));
    assert_eq!(asked(Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 20))), Ok(vec![]), "so already");
}

#[test]
fn what_was_set_by_mistake_ends_on_its_day_and_never_was() {
    let before = [
        Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
        Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 0)),
    ];
    let set = |from| Command::SetProfessional(nurse("n1", "station", from));
    let end = |on| Command::EndProfessional { id: "n1".into(), on };
    // The commands, whether all of them are done, and the days on which the nurse works then.
    let table: [(&[Command], bool, &[i32]); 7] = [
        (&[set(5), end(5)], true, &[]),
        (&[set(5), end(5), end(5)], true, &[]),
        (&[set(5), end(6)], true, &[5]),
        (&[set(5), end(4)], false, &[5, 6, 7, 8]),
        (&[set(5), end(5), set(5)], true, &[5, 6, 7, 8]),
        (&[set(5), end(5), set(7)], true, &[7, 8]),
        (&[set(5), end(5), set(4)], false, &[]),
    ];
    for (said, is_done, expected) in table {
        let (mut organisation, mut all) = given(&before);
        let mut done = true;
        for command in said {
            let events = when(&organisation, command);
            done &= events.is_ok();
            all.extend(events.clone().unwrap_or_default());
            organisation = given::after(Some(organisation), &events.unwrap_or_default(), 0).expect("it stays");
        }
        let days: Vec<i32> = (0..9).filter(|day| organisation.profession("n1", *day).is_some()).collect();
        assert_eq!((done, days.as_slice()), (is_done, expected), "{said:?}");
        let opened: Vec<i32> = (0..9).filter(|day| organisation.opens("n1", "station", *day)).collect();
        assert_eq!(opened, expected, "rights are as long: {said:?}");
        let holds =
            |row: &facts::Professional, day| row.valid_from.0 <= day && row.valid_to.is_none_or(|to| day < to.0);
        let rows = professionals(&all);
        let stored: Vec<i32> = (0..9).filter(|day| rows.iter().any(|row| holds(row, *day))).collect();
        assert_eq!(stored, expected, "and so are the facts: {said:?}");
    }
    let (organisation, _) = given(&before);
    let annex = Command::SetUnit(unit("annex", Some("county"), UnitLevel::Unit, 5));
    let events = when(&organisation, &annex).expect("set");
    let organisation = given::after(Some(organisation), &events, 0).expect("it stays");
    assert!(when(&organisation, &Command::EndUnit { id: "annex".into(), on: 5 }).is_ok());
}

#[test]
fn two_that_change_places_are_a_circle_on_the_days_between() {
    let (organisation, _) = given(&[
        Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
        Command::SetUnit(unit("x", Some("county"), UnitLevel::Line, 0)),
        Command::SetUnit(unit("y", Some("x"), UnitLevel::Unit, 0)),
        Command::SetUnit(unit("y", Some("county"), UnitLevel::Line, 90)),
    ]);
    let under_y = |from| when(&organisation, &Command::SetUnit(unit("x", Some("y"), UnitLevel::Unit, from)));
    assert_eq!(under_y(50), Err(Refusal::Circle));
    assert!(under_y(90).is_ok());
}

#[test]
fn what_comes_by_import_stays_the_imports() {
    let imported = imported(&["county", "station"], &["n1"]);
    let asked = |command| given::when(None::<&Organisation>, &command, &on(0, &By::System, &imported));
    assert_eq!(asked(Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 1))), Err(Refusal::Imported));
    assert_eq!(asked(Command::SetProfessional(nurse("n1", "station", 1))), Err(Refusal::Imported));
    assert_eq!(asked(Command::SetUnit(unit("other", None, UnitLevel::County, 1))), Err(Refusal::Root));
    assert!(asked(Command::SetUnit(unit("team", Some("station"), UnitLevel::Team, 1))).is_ok());
    assert!(asked(Command::SetProfessional(nurse("n2", "station", 1))).is_ok());
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    // One of every event ever written: these texts never change.
    let golden = [
        (
            Event::UnitSet(unit("a", Some("b"), UnitLevel::Team, 5)),
            "unit.set",
            r#"{"from":5,"id":"a","level":"team","name":"Yksikkö a","parent":"b"}"#,
        ),
        (Event::UnitEnded { id: "a".into(), from: 5, to: 6 }, "unit.ended", r#"{"from":5,"id":"a","to":6}"#),
        (
            Event::ProfessionalSet(nurse("n1", "a", 5)),
            "professional.set",
            r#"{"from":5,"id":"n1","profession":"nurse","unit":"a"}"#,
        ),
        (
            Event::ProfessionalEnded { id: "n1".into(), from: 5, to: 6 },
            "professional.ended",
            r#"{"from":5,"id":"n1","to":6}"#,
        ),
    ];
    for (event, kind, data) in golden {
        assert_eq!(encode(&event), (kind.to_string(), data.to_string()));
        assert_eq!(decode::<Organisation>(kind, 1, data), Ok(event));
    }
}

proptest! {
    #[test]
    fn whatever_is_asked_the_units_are_a_tree_and_their_times_do_not_overlap(
        asked in prop::collection::vec((0_u8..5, 0_u8..6, 0_usize..5, 0_i32..30, prop::bool::weighted(0.2)), 0..60)
    ) {
        let levels = [UnitLevel::County, UnitLevel::Area, UnitLevel::Line, UnitLevel::Unit, UnitLevel::Team];
        let commands: Vec<Command> = asked
            .into_iter()
            .map(|(id, parent, level, day, ends)| {
                let parent = (parent < 5).then(|| format!("u{parent}"));
                match ends {
                    true => Command::EndUnit { id: format!("u{id}"), on: day },
                    false => Command::SetUnit(unit(&format!("u{id}"), parent.as_deref(), levels[level], day)),
                }
            })
            .collect();
        let (_, events) = given(&commands);
        for day in 0..31 {
            let rows = units(&events);
            let today: BTreeMap<&str, Option<&str>> = rows
                .iter()
                .filter(|row| row.valid_from.0 <= day && row.valid_to.is_none_or(|to| day < to.0))
                .map(|row| (row.unit_id.0.as_str(), row.parent_id.as_ref().map(|id| &*id.0)))
                .collect();
            prop_assert!(today.values().filter(|parent| parent.is_none()).count() <= 1, "one county");
            for (id, parent) in &today {
                let (mut above, mut steps) = (*parent, 0);
                while let Some(next) = above {
                    prop_assert!(today.contains_key(next), "{} stands under {} on {}", id, next, day);
                    above = today[next];
                    steps += 1;
                    prop_assert!(steps < 6, "a circle");
                }
            }
        }
        let mut rows = units(&events);
        rows.sort_by_key(|row| (row.unit_id.0.clone(), row.valid_from.0));
        for pair in rows.windows(2).filter(|pair| pair[0].unit_id.0 == pair[1].unit_id.0) {
            prop_assert!(pair[0].valid_to.is_some_and(|to| to.0 <= pair[1].valid_from.0));
        }
    }
}

/// A Thursday, in microseconds since 1970 and in days.
const TODAY: (i64, i32) = (1_767_268_800_000_000, 20_454);

fn away(id: &str, from: i32, until: i32, deputy: &str) -> Away {
    Away {
        id: id.into(),
        from: TODAY.1 + from,
        until: TODAY.1 + until,
        deputy: deputy.into(),
        returning: Returning::Queue,
    }
}

fn somebody(id: &str) -> By {
    By::Professional { id: id.into(), unit: "a".into(), leads: id.starts_with("lead") }
}

fn absent(commands: &[(&str, Command)]) -> Result<Organisation, Refusal> {
    let mut state = Organisation::default();
    for (by, command) in commands {
        let events = given::when(Some(&state), command, &given::on(TODAY.0, &somebody(by), &Imported::default()))?;
        state = given::after(Some(state), &events, TODAY.0).expect("an organisation");
    }
    Ok(state)
}

#[test]
fn a_deputy_sees_to_the_work_of_whoever_is_away_and_no_longer() {
    let goes = |it: &Away| Command::GoAway(it.clone());
    let first = away("n1", 2, 5, "n2");
    let state = absent(&[("n1", goes(&first))]).expect("entered");
    for (day, expected) in [(1, false), (2, true), (5, true), (6, false)] {
        let day = TODAY.1 + day;
        assert_eq!(state.sees_to("n2", "n1", day), expected, "{day}");
        assert_eq!(state.stood_in_for("n2", day).len(), usize::from(expected));
        assert!(state.sees_to("n1", "n1", day) && !state.sees_to("n3", "n1", day));
    }
    let back = |on: i32| Command::ComeBack { id: "n1".into(), from: TODAY.1 + 2, on: TODAY.1 + on };
    let sooner = absent(&[("n1", goes(&first)), ("lead-1", back(4))]).expect("back");
    assert!(sooner.sees_to("n2", "n1", TODAY.1 + 3) && !sooner.sees_to("n2", "n1", TODAY.1 + 4));
    let never = absent(&[("n1", goes(&first)), ("n1", back(0))]).expect("back");
    assert_eq!(never.absences("n1"), [], "one that never began never was");
    assert!(absent(&[("lead-1", goes(&away("n1", 0, 0, "n2")))]).is_ok(), "who leads enters it, too");
    for (commands, expected) in [
        (vec![("n2", goes(&first))], Refusal::NotTheirs),
        (vec![("n1", goes(&away("n1", 5, 2, "n2")))], Refusal::Times),
        (vec![("n1", goes(&away("n1", -5, -1, "n2")))], Refusal::Times),
        (vec![("n1", goes(&away("n1", 0, 400, "n2")))], Refusal::Times),
        (vec![("n1", goes(&away("n1", 0, 1, "n1")))], Refusal::NoDeputy),
        (vec![("n1", goes(&first)), ("n1", goes(&away("n1", 5, 9, "n3")))], Refusal::Overlaps),
        (vec![("n1", goes(&first)), ("n3", goes(&away("n3", 4, 6, "n1")))], Refusal::NoDeputy),
        (vec![("n1", goes(&first)), ("n2", back(3))], Refusal::NotTheirs),
        (vec![("n1", goes(&first)), ("n1", back(9))], Refusal::NotThere("n1".into())),
        (vec![("n1", back(1))], Refusal::NotThere("n1".into())),
    ] {
        assert_eq!(absent(&commands), Err(expected), "{commands:?}");
    }
}

#[test]
fn whoever_comes_back_ends_the_absence_they_name_in_whatever_order_they_were_entered() {
    let now = away("n1", 0, 5, "n2");
    let later = away("n1", 20, 30, "n3");
    let goes = |it: &Away| ("n1", Command::GoAway(it.clone()));
    let ends = |it: &Away| ("n1", Command::ComeBack { id: "n1".into(), from: it.from, on: TODAY.1 });
    for order in [[&now, &later], [&later, &now]] {
        for (ended, stays) in [(&now, &later), (&later, &now)] {
            let state = absent(&[goes(order[0]), goes(order[1]), ends(ended)]).expect("ended");
            assert_eq!(state.absences("n1"), std::slice::from_ref(stays), "{order:?}");
        }
    }
    let other = Command::ComeBack { id: "n1".into(), from: TODAY.1 + 1, on: TODAY.1 };
    assert_eq!(absent(&[goes(&now), ("n1", other)]), Err(Refusal::NotThere("n1".into())), "none begins that day");
}

#[test]
fn the_deputy_of_a_deputy_who_goes_away_sees_to_the_work_of_both() {
    let goes = |it: Away| Command::GoAway(it);
    let commands = [
        ("n1", goes(away("n1", 0, 9, "n2"))),
        ("n2", goes(away("n2", 3, 5, "n3"))),
        ("n3", goes(away("n3", 5, 5, "n4"))),
    ];
    let state = absent(&commands).expect("entered");
    for (day, who, theirs) in [
        (2, "n3", &[][..]),
        (3, "n3", &["n1", "n2"]),
        (3, "n4", &[]),
        (5, "n4", &["n1", "n2", "n3"]),
        (6, "n3", &[]),
        (6, "n2", &["n1"]),
    ] {
        let day = TODAY.1 + day;
        assert_eq!(state.stood_in_for(who, day), theirs, "{who}, {day}");
        assert!(theirs.iter().all(|it| state.sees_to(who, it, day)), "{who}, {day}");
    }
    // No command makes a circle; one in the log ends all the same.
    let away = [away("n1", 0, 1, "n2"), away("n2", 0, 1, "n1")].map(Event::Away);
    let circle = given::after(Some(Organisation::default()), &away, TODAY.0).expect("an organisation");
    assert_eq!(circle.stood_in_for("n1", TODAY.1), ["n2"]);
    assert!(!circle.sees_to("n3", "n1", TODAY.1));
}
