use jiff::civil::{Date, date};

use super::*;

#[test]
fn movable_feasts_fall_where_the_almanac_says() {
    let calendar = Calendar::shipped();
    let name = |day: Date| calendar.holiday(day).map(|it| it.en.as_str());
    for easter in
        [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2028, 4, 16), date(2029, 4, 1)]
    {
        assert_eq!(name(easter), Some("Easter Sunday"));
    }
    for midsummer in [date(2024, 6, 22), date(2025, 6, 21), date(2026, 6, 20), date(2027, 6, 26)] {
        assert_eq!(name(midsummer), Some("Midsummer Day"));
    }
    for saints in [date(2024, 11, 2), date(2025, 11, 1), date(2026, 10, 31), date(2027, 11, 6)] {
        assert_eq!(name(saints), Some("All Saints' Day"));
    }
    assert_eq!(name(date(2026, 12, 24)), None, "Christmas Eve is a day off for deadlines only");
}

#[test]
fn after_a_long_weekend_comes_the_next_weekday() {
    let calendar = Calendar::shipped();
    assert_eq!(calendar.next_weekday(date(2026, 4, 2)), Some(date(2026, 4, 7)), "Maundy Thursday to Tuesday");
    assert_eq!(calendar.next_weekday(date(2026, 11, 20)), Some(date(2026, 11, 23)), "Friday to Monday");
}

#[test]
fn a_callback_of_office_hours_is_due_the_same_day() {
    let calendar = Calendar::shipped();
    let at = |text: &str| text.parse::<jiff::Timestamp>().map(|it| it.as_microsecond()).unwrap_or_default();
    let due = |opened: &str| calendar.office_due(at(opened), "contact");
    // 3 March 2026 is a Tuesday; Helsinki is two hours ahead of UTC in winter, so local midnight is 22:00Z.
    assert_eq!(due("2026-03-03T13:59:59Z"), Some(at("2026-03-03T22:00:00Z") - 1), "15:59:59 local");
    assert_eq!(due("2026-03-03T14:00:00Z"), Some(at("2026-03-04T22:00:00Z") - 1), "16:00 local is after hours");
    assert_eq!(due("2026-03-06T20:00:00Z"), Some(at("2026-03-09T22:00:00Z") - 1), "Friday evening to Monday");
    // Before September 2023 the third weekday.
    assert_eq!(due("2023-03-07T08:00:00Z"), Some(at("2023-03-10T22:00:00Z") - 1));
    assert_eq!(calendar.office_due(at("2026-03-03T13:00:00Z"), "no such rule"), None);
}

#[test]
fn local_days_follow_summer_time() {
    let calendar = Calendar::shipped();
    let at = |text: &str| text.parse::<jiff::Timestamp>().map(|it| it.as_microsecond()).unwrap_or_default();
    assert_eq!(calendar.local_date(at("2026-03-28T21:59:00Z")), Some(date(2026, 3, 28)));
    assert_eq!(calendar.local_date(at("2026-03-29T21:00:00Z")), Some(date(2026, 3, 30)));
    assert_eq!(calendar.start_of(date(2026, 3, 30)), Some(at("2026-03-29T21:00:00Z")));
}

/// Each holiday and eve of twelve years, as another program has them.
#[test]
fn holidays_are_those_of_the_golden_table() {
    let calendar = Calendar::shipped();
    let rows = include_str!("holidays.tsv").lines().filter(|line| !line.starts_with('#'));
    let golden: Vec<(Date, bool)> = rows
        .map(|row| {
            let (day, kind) = row.split_once('\t').expect("two columns");
            (day.parse().expect("a day"), kind == "public")
        })
        .collect();
    let mut day = date(2024, 1, 1);
    let mut found = Vec::new();
    while day.year() < 2036 {
        found.extend(calendar.special(day).map(|(_, deadline_only)| (day, !deadline_only)));
        day = day.tomorrow().expect("a day");
    }
    assert_eq!(found, golden);
    assert_eq!(found.len(), 12 * 15);
}
