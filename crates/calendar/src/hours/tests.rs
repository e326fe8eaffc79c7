use jiff::civil::date;

use super::*;

const HOUR: i64 = 3_600_000_000;

fn hours(text: &str) -> Hours {
    toml::from_str(text).expect("hours")
}

/// Monday to Friday with a break for lunch, but July.
fn office() -> Hours {
    hours(
        r#"
        week = [
            { on = ["mon", "tue", "wed", "thu", "fri"], at = ["12:00", "16:00"] },
            { on = ["mon", "tue", "wed", "thu", "fri"], at = ["08:00", "11:00"] },
        ]
        except = [
            { days = ["2026-07-01", "2026-07-31"], why = { fi = "Kesä", sv = "Sommar", en = "Summer" } },
            { days = ["2026-12-24", "2026-12-24"], at = ["08:00", "12:00"], why = { fi = "Aatto", sv = "Afton", en = "Eve" } },
            { days = ["2026-12-26", "2026-12-26"], at = ["10:00", "11:00"], why = { fi = "Lauantai", sv = "Lördag", en = "Saturday" } },
        ]
        "#,
    )
}

fn at(local: &str) -> i64 {
    Calendar::shipped().instant(local.parse().expect("a local time")).expect("an instant")
}

fn local(instant: i64) -> String {
    Calendar::shipped().local(instant).expect("a time").to_string()
}

#[test]
fn time_counts_only_while_it_is_open() {
    let (office, calendar) = (office(), Calendar::shipped());
    let table = [
        ("2026-03-03T08:00", 3, "2026-03-03T11:00:00", "to the end of the morning"),
        ("2026-03-03T10:00", 2, "2026-03-03T13:00:00", "over lunch"),
        ("2026-03-06T15:59", 1, "2026-03-09T08:59:00", "Friday afternoon to Monday"),
        ("2026-04-02T15:00", 2, "2026-04-07T09:00:00", "over Easter"),
        ("2026-06-30T15:00", 2, "2026-08-03T09:00:00", "over a closed July"),
        ("2026-12-24T11:00", 2, "2026-12-26T11:00:00", "on an open holiday"),
        ("2026-03-27T15:00", 8, "2026-03-30T16:00:00", "over the night of summer time"),
        ("2026-10-23T15:00", 8, "2026-10-26T16:00:00", "and over its end"),
        ("2026-03-03T20:00", 0, "2026-03-03T20:00:00", "nothing passes at once"),
    ];
    for (since, open, until, why) in table {
        let found = office.add(at(since), open * HOUR, calendar).expect("it opens again");
        assert_eq!(local(found), until, "{why}");
        assert_eq!(office.between(at(since), found, calendar), open * HOUR, "{why}");
        let ago = office.ago(found, open * HOUR, calendar).expect("it was open before");
        assert_eq!(office.between(ago, found, calendar), open * HOUR, "{why}");
        assert!(ago >= at(since), "{why}: the latest of them");
    }
    assert_eq!(office.next_open(at("2026-03-06T16:00"), calendar).map(local).as_deref(), Some("2026-03-09T08:00:00"));
    assert!(office.is_open(at("2026-03-03T08:00"), calendar) && !office.is_open(at("2026-03-03T11:00"), calendar));
}

#[test]
fn a_place_may_have_hours_of_holidays() {
    let every = r#"holidays = ["08:00", "20:00"]
        week = [{ on = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], at = ["08:00", "22:00"] }]"#;
    let (every, calendar) = (hours(every), Calendar::shipped());
    assert_eq!(
        every.add(at("2026-12-06T19:00"), 2 * HOUR, calendar).map(local).as_deref(),
        Some("2026-12-07T09:00:00")
    );
    assert_eq!(
        every.add(at("2026-12-05T19:00"), 2 * HOUR, calendar).map(local).as_deref(),
        Some("2026-12-05T21:00:00")
    );
}

#[test]
fn what_is_never_open_says_so() {
    let (calendar, once) = (Calendar::shipped(), "2026-12-26");
    assert_eq!(Hours::default().next_open(at("2026-03-03T08:00"), calendar), None);
    let day = hours(&format!(
        "except = [{{ days = [\"{once}\", \"{once}\"], at = [\"10:00\", \"11:00\"], why = {{ fi = \"\", sv = \"\", en = \"\" }} }}]"
    ));
    assert_eq!(day.next_open(at("2026-03-03T08:00"), calendar), Some(at("2026-12-26T10:00")));
    assert_eq!(day.next_open(at("2026-12-26T11:00"), calendar), None);
    assert_eq!(day.add(at("2026-12-26T10:00"), 2 * HOUR, calendar), None);
}

#[test]
fn thresholds_come_when_somebody_is_at_work() {
    let (office, calendar) = (office(), Calendar::shipped());
    // Friday 12 to the end of Monday: four hours and seven.
    let due = at("2026-03-09T23:59:59.999999");
    let found = office.thresholds(at("2026-03-06T12:00"), due, calendar).expect("it opens again").map(local);
    assert_eq!(found, ["2026-03-09T09:30:00", "2026-03-09T13:15:00", "2026-03-10T08:00:00"]);
}

/// Laws that hold of any hours: a part after a part is the whole, nothing goes back, a closed day makes nothing earlier.
#[test]
fn adding_keeps_its_laws() {
    let (open, calendar) = (office(), Calendar::shipped());
    let mut closed = office();
    let why = open.except[0].why.clone();
    closed.except.insert(0, Except { days: [date(2026, 4, 8), date(2026, 4, 10)], at: None, why });
    let mut before = None;
    for step in 0..600_i64 {
        let since = at("2026-03-25T00:00") + step * 47 * 60_000_000;
        let (first, second) = ((step * 13 % 17) * HOUR / 4, (step * 7 % 23) * HOUR / 4);
        let add = |since, time| open.add(since, time, calendar).expect("it opens again");
        assert_eq!(add(add(since, first), second), add(since, first + second), "{step}");
        assert_eq!(open.between(since, add(since, first), calendar), first, "{step}");
        assert!(closed.add(since, first, calendar).expect("it opens again") >= add(since, first), "{step}");
        let day = add(since, 7 * HOUR);
        assert!(before.is_none_or(|before| before <= day), "{step}");
        before = Some(day);
    }
}

#[test]
fn faults_are_told_in_words() {
    let wrong = hours(
        r#"
        week = [
            { on = ["mon", "tue"], at = ["08:00", "12:00"] },
            { on = ["tue"], at = ["11:00", "13:00"] },
            { on = ["wed"], at = ["12:00", "12:00"] },
        ]
        except = [{ days = ["2026-07-31", "2026-07-01"], why = { fi = "", sv = "", en = "" } }]
        "#,
    );
    assert_eq!(
        wrong.faults(),
        ["12:00:00 to 12:00:00 is no time", "two times overlap", "2026-07-01 is before 2026-07-31"]
    );
    assert!(toml::from_str::<Hours>("week = [{ on = [\"monday\"], at = [\"08:00\", \"12:00\"] }]").is_err());
    assert!(office().faults().is_empty());
}
