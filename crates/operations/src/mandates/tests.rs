use calendar::{Calendar, day_number};
use jiff::civil::{Date, date};
use matter::given::{self, on};
use matter::{decode, encode};
use proptest::prelude::*;

use super::*;

const OF: Subject = Subject(Uuid::from_u128(1));
const WHO: Subject = Subject(Uuid::from_u128(2));

fn day(it: Date) -> i32 {
    day_number(it)
}

/// Noon of a day.
fn noon(day: i32) -> i64 {
    let at = date_of(day).expect("a day").at(12, 0, 0, 0);
    Calendar::shipped().instant(at).expect("an instant")
}

fn given(capacity: Capacity, (from, to): (Date, Date), (of_born, who_born): (Date, Date)) -> Given {
    let [from, to, of_born, who_born] = [from, to, of_born, who_born].map(day);
    Given { of: OF, who: WHO, capacity, scope: Scope::All, from, to, of_born, who_born, unit: None }
}

fn when(it: Option<&Mandate>, command: &Command, (now, by): (i64, &By)) -> Result<Vec<Event>, Refusal> {
    given::when(it, command, &on(now, by, &()))
}

/// The mandate that follows from what is given on its first day.
fn made(given: &Given) -> Result<Mandate, Refusal> {
    let now = noon(given.from);
    let events = when(None, &Command::Give(given.clone()), (now, &By::System))?;
    Ok(given::after(None, &events, now).expect("a mandate"))
}

const EINO: Date = date(2016, 1, 17);
const ANNA: Date = date(1988, 1, 10);
const LONG: Date = date(2099, 1, 1);

#[test]
fn a_guardian_sees_all_until_twelve_what_is_shown_until_eighteen_and_nothing_after() {
    let it = made(&given(Capacity::Guardian, (date(2026, 3, 9), LONG), (EINO, ANNA))).expect("given");
    for (on, expected) in [
        (date(2026, 3, 8), Err(Barred::NotYet)),
        (date(2026, 3, 9), Ok(Sight::All)),
        (date(2028, 1, 16), Ok(Sight::All)),
        (date(2028, 1, 17), Ok(Sight::Chosen)),
        (date(2034, 1, 16), Ok(Sight::Chosen)),
        (date(2034, 1, 17), Err(Barred::Over)),
    ] {
        assert_eq!(may_act(&it, day(on), Orders::default()), expected, "{on}");
    }
    assert_eq!(it.to, day(date(2034, 1, 17)), "the day that both see is the true one");
}

#[test]
fn a_day_of_birth_in_february_counts_once_in_every_year() {
    let born = day(date(2012, 2, 29));
    for (age, expected) in [(12, date(2024, 2, 29)), (17, date(2029, 3, 1)), (18, date(2030, 3, 1))] {
        assert_eq!(reaches(born, age), day(expected), "{age}");
    }
}

#[test]
fn an_order_bars_a_guardian_who_is_not_under_it_and_nobody_whom_the_person_or_the_county_chose() {
    let on = date(2026, 3, 9);
    let [guardian, carer] = [Capacity::Guardian, Capacity::Carer].map(|it| given(it, (on, LONG), (EINO, ANNA)));
    let proxy = given(Capacity::Proxy, (on, LONG), (ANNA, ANNA));
    for (given, of, who, expected) in [
        (&guardian, true, false, Err(Barred::Order)),
        (&guardian, true, true, Ok(Sight::All)),
        (&guardian, false, true, Ok(Sight::All)),
        (&carer, true, false, Ok(Sight::All)),
        (&proxy, true, false, Ok(Sight::All)),
    ] {
        let it = made(given).expect("given");
        assert_eq!(may_act(&it, day(on), Orders { of, who }), expected, "{:?} {of} {who}", it.capacity);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let (on, adult, child) = (date(2026, 3, 9), date(1990, 5, 5), date(2010, 5, 5));
    let refused = [
        (given(Capacity::Guardian, (on, LONG), (adult, adult)), Refusal::OfAge),
        (given(Capacity::Proxy, (on, LONG), (child, adult)), Refusal::Minor),
        (given(Capacity::Proxy, (on, LONG), (adult, child)), Refusal::Minor),
        (given(Capacity::Carer, (on, LONG), (child, child)), Refusal::Minor),
        (given(Capacity::Proxy, (on, on), (adult, adult)), Refusal::Times),
        (Given { who: OF, ..given(Capacity::Proxy, (on, LONG), (adult, adult)) }, Refusal::Own),
    ];
    for (given, refusal) in refused {
        assert_eq!(made(&given), Err(refusal), "{given:?}");
    }
    let young = given(Capacity::Guardian, (on, LONG), (date(2025, 5, 5), child));
    assert!(made(&young).is_ok(), "a guardian may be young");
    let late = given(Capacity::Proxy, (on, date(2026, 3, 10)), (adult, adult));
    let told = when(None, &Command::Give(late), (noon(day(on) + 1), &By::System));
    assert_eq!(told, Err(Refusal::Times), "what is over is not begun");
}

#[test]
fn each_ends_what_is_theirs_to_end() {
    let on = date(2026, 3, 9);
    let now = noon(day(on));
    let nurse = By::Professional { id: "n".into(), unit: "families".into(), leads: false };
    let elsewhere = By::Professional { id: "n".into(), unit: "other".into(), leads: true };
    let acting = By::Acting { who: WHO, of: OF, right: OnBehalf::Proxy };
    for capacity in Capacity::ALL {
        let of_born = if capacity == Capacity::Proxy { ANNA } else { EINO };
        let unit = (capacity == Capacity::Carer).then(|| "families".into());
        let it = made(&Given { unit, ..given(capacity, (on, LONG), (of_born, ANNA)) }).expect("given");
        for (why, by, lets) in [
            (Why::Register, &By::System, &Capacity::ALL[..]),
            (Why::Register, &nurse, &[]),
            (Why::TakenBack, &By::Resident(OF), &[Capacity::Proxy]),
            (Why::TakenBack, &By::Resident(WHO), &[]),
            (Why::TakenBack, &acting, &[]),
            (Why::GivenUp, &By::Resident(WHO), &[Capacity::Proxy, Capacity::Carer]),
            (Why::GivenUp, &By::Resident(OF), &[]),
            (Why::Professional, &nurse, &[Capacity::Carer]),
            (Why::Professional, &elsewhere, &[]),
            (Why::Professional, &By::Holder, &[]),
        ] {
            let ended = when(Some(&it), &Command::End { why }, (now, by));
            assert_eq!(ended.is_ok(), lets.contains(&capacity), "{capacity:?} {why:?} {by:?}");
        }
        let end = when(Some(&it), &Command::End { why: Why::Register }, (now, &By::System)).expect("ended");
        let over = given::after(Some(it.clone()), &end, now).expect("a mandate");
        assert_eq!(may_act(&over, day(on), Orders::default()), Err(Barred::Over));
        let again = Command::Give(given(capacity, (on, LONG), (of_born, ANNA)));
        assert_eq!(when(Some(&over), &again, (now, &By::System)), Ok(vec![]), "the register does not bring it back");
    }
}

#[test]
fn only_the_register_tells_of_guardians_and_professionals_give_rights_to_carers() {
    let on = date(2026, 3, 9);
    let nurse = By::Professional { id: "n".into(), unit: "families".into(), leads: false };
    for (capacity, by, lets) in [
        (Capacity::Guardian, &By::System, true),
        (Capacity::Guardian, &nurse, false),
        (Capacity::Proxy, &nurse, false),
        (Capacity::Carer, &nurse, true),
        (Capacity::Carer, &By::Resident(WHO), false),
        (Capacity::Proxy, &By::Resident(OF), false),
        (Capacity::Guardian, &By::Holder, false),
    ] {
        let of_born = if capacity == Capacity::Proxy { ANNA } else { EINO };
        let command = Command::Give(given(capacity, (on, LONG), (of_born, ANNA)));
        assert_eq!(when(None, &command, (noon(day(on)), by)).is_ok(), lets, "{capacity:?} {by:?}");
    }
}

#[test]
fn told_every_day_it_is_one_and_its_last_day_can_move() {
    let on = date(2026, 3, 9);
    let first = given(Capacity::Proxy, (on, date(2026, 6, 1)), (ANNA, ANNA));
    let it = made(&first).expect("given");
    let now = noon(day(on) + 1);
    assert_eq!(when(Some(&it), &Command::Give(first.clone()), (now, &By::System)), Ok(vec![]));
    let shorter = Command::Give(Given { to: day(date(2026, 4, 1)), ..first });
    let moved = when(Some(&it), &shorter, (now, &By::System)).expect("moved");
    let it = given::after(Some(it), &moved, now).expect("a mandate");
    assert_eq!(may_act(&it, day(date(2026, 3, 31)), Orders::default()), Ok(Sight::All));
    assert_eq!(may_act(&it, day(date(2026, 4, 1)), Orders::default()), Err(Barred::Over));
    let (at, command) = it.due().expect("its clock");
    assert_eq!(at, noon(day(date(2026, 4, 1))) - 12 * 3_600_000_000, "it strikes when its last day begins");
    assert_eq!(when(Some(&it), &command, (at - 1, &By::System)), Err(Refusal::Times));
    let lapsed = when(Some(&it), &command, (at, &By::System)).expect("lapsed");
    let it = given::after(Some(it), &lapsed, at).expect("a mandate");
    assert_eq!((it.standing().list, it.due()), (List::Ended, None));
}

#[test]
fn of_who_was_erased_nobody_has_a_mandate() {
    let (id, mut past) = (Uuid::from_u128(9), given::Past::default());
    let on = date(2026, 3, 9);
    let command = Command::Give(given(Capacity::Guardian, (on, LONG), (EINO, ANNA)));
    past.turn((noon(day(on)), &By::System), |turn| turn.decide::<Mandate>(id, &command, &())).expect("given");
    past.erase::<Mandate>(id, noon(day(on)));
    let it = past.state::<Mandate>(id).expect("readable").expect("a mandate");
    assert_eq!(may_act(&it, day(on), Orders::default()), Err(Barred::Over));
    assert_eq!((it.standing().subject, it.due()), (None, None));
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    // One of every event ever written: these texts never change.
    let given = |unit: Option<UnitId>, decides_from| Event::Given {
        of: OF,
        who: WHO,
        capacity: Capacity::Guardian,
        scope: Scope::Health,
        from: 5,
        to: 9,
        over_at: 7,
        decides_from,
        unit,
    };
    let golden = [
        (
            given(None, Some(8)),
            "mandate.given",
            r#"{"capacity":"guardian","decides_from":8,"from":5,"of":"00000000-0000-0000-0000-000000000001","over_at":7,"scope":"health","to":9,"who":"00000000-0000-0000-0000-000000000002"}"#,
        ),
        (
            given(Some("u".into()), None),
            "mandate.given",
            r#"{"capacity":"guardian","from":5,"of":"00000000-0000-0000-0000-000000000001","over_at":7,"scope":"health","to":9,"unit":"u","who":"00000000-0000-0000-0000-000000000002"}"#,
        ),
        (Event::EndMoved { to: 4, over_at: 3 }, "mandate.end_moved", r#"{"over_at":3,"to":4}"#),
        (Event::Ended { why: Why::Register }, "mandate.ended", r#"{"why":"register"}"#),
        (Event::Ended { why: Why::TakenBack }, "mandate.ended", r#"{"why":"taken_back"}"#),
        (Event::Ended { why: Why::GivenUp }, "mandate.ended", r#"{"why":"given_up"}"#),
        (Event::Ended { why: Why::Professional }, "mandate.ended", r#"{"why":"professional"}"#),
        (Event::Lapsed, "mandate.lapsed", "{}"),
    ];
    for (event, kind, data) in golden {
        assert_eq!(encode(&event), (kind.to_string(), data.to_string()));
        assert_eq!(decode::<Mandate>(kind, 1, data), Ok(event));
    }
}

fn capacities() -> impl Strategy<Value = Capacity> {
    prop::sample::select(&Capacity::ALL[..])
}

proptest! {
    /// The rules let somebody act, in every case, on a day of the mandate, for a child as a guardian or a carer and
    /// for an adult as a proxy, and show them of a child of twelve and more what it shows.
    #[test]
    fn whoever_acts_may(
        capacity in capacities(),
        of_age in -2_i32..30_000, who_age in -2_i32..30_000,
        (from, lasts, looked_at) in (0_i32..4_000, -5_i32..9_000, -100_i32..14_000),
        orders in (any::<bool>(), any::<bool>()).prop_map(|(of, who)| Orders { of, who }),
        (told, is_begun) in (prop::option::of(any::<bool>()), any::<bool>()),
    ) {
        let first = day(date(2026, 1, 1)) + from;
        let born = |age: i32| first - age;
        let given = Given {
            of: OF, who: WHO, capacity, scope: Scope::All, from: first, to: first + lasts,
            of_born: born(of_age), who_born: born(who_age), unit: None,
        };
        let looked_at = first + looked_at;
        // By the years of a person, not by days of ours.
        let years = |born: i32, on: i32| {
            calendar::clocks::age_on(date_of(born).expect("a day"), date_of(on.max(born)).expect("a day"))
        };
        let Ok(it) = made(&given) else { return Ok(()) };
        let Ok(sight) = may_act(&it, looked_at, orders) else { return Ok(()) };
        prop_assert!(first <= looked_at && looked_at < given.to);
        let age = years(given.of_born, looked_at);
        match capacity {
            Capacity::Proxy => prop_assert!(age >= 18 && years(given.who_born, first) >= 18 && sight == Sight::All),
            Capacity::Carer => prop_assert!(age < 18 && years(given.who_born, first) >= 18),
            Capacity::Guardian => prop_assert!(age < 18 && (!orders.of || orders.who)),
        }
        if capacity != Capacity::Proxy && age >= 12 {
            prop_assert_eq!(sight, Sight::Chosen);
            prop_assert!(!sight.sees(Some(false), is_begun), "what a child keeps is kept");
            prop_assert_eq!(sight.sees(told, false), told == Some(true));
        } else {
            prop_assert_eq!(sight, Sight::All);
        }
    }

    /// A guardian of a child may act on each day of the child's until it is of age, unless an order bars them.
    #[test]
    fn a_guardian_may_on_every_day_of_a_child(of_age in 0_i32..6_500, looked_at in 0_i32..6_600) {
        let first = day(date(2026, 1, 1));
        let given = Given { of_born: first - of_age, ..given(Capacity::Guardian, (date(2026, 1, 1), LONG), (EINO, ANNA)) };
        let Ok(it) = made(&given) else { return Ok(()) };
        let on = first + looked_at;
        let age = calendar::clocks::age_on(date_of(given.of_born).expect("a day"), date_of(on).expect("a day"));
        prop_assert_eq!(may_act(&it, on, Orders::default()).is_ok(), age < 18);
    }
}
