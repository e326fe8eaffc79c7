use super::*;

/// One month, week, quarter, year or day in every writing that is known, and the next one in the same manner.
const WRITINGS: [(&str, &str, &str); 49] = [
    ("2025-08", "2025-08-01", "2025-09"),
    ("2025-8", "2025-08-01", "2025-09"),
    ("2025/08", "2025-08-01", "2025/09"),
    ("2025M08", "2025-08-01", "2025M09"),
    ("2025m8", "2025-08-01", "2025m09"),
    ("202508", "2025-08-01", "202509"),
    ("8/2025", "2025-08-01", "9/2025"),
    ("08.2025", "2025-08-01", "09.2025"),
    ("12/2024", "2024-12-01", "1/2025"),
    ("Dec 2024", "2024-12-01", "Jan 2025"),
    ("dec-24", "2024-12-01", "jan-25"),
    ("December 2024", "2024-12-01", "Jan 2025"),
    ("2024 Dec", "2024-12-01", "2025 Jan"),
    ("joulukuu 2024", "2024-12-01", "tammikuu 2025"),
    ("joulu 2024", "2024-12-01", "tammi 2025"),
    ("heinäkuu 2025", "2025-07-01", "elokuu 2025"),
    ("elo 2025", "2025-08-01", "syys 2025"),
    ("marraskuu 2025", "2025-11-01", "joulukuu 2025"),
    ("mars 2025", "2025-03-01", "apr 2025"),
    ("okt. 2025", "2025-10-01", "nov. 2025"),
    ("maj 2025", "2025-05-01", "jun 2025"),
    ("March 2025", "2025-03-01", "Apr 2025"),
    ("Sep 2025", "2025-09-01", "Oct 2025"),
    ("sep 2025", "2025-09-01", "okt 2025"),
    ("2025-W20", "2025-05-12", "2025-W21"),
    ("2025W20", "2025-05-12", "2025W21"),
    ("2025-W01", "2024-12-30", "2025-W02"),
    ("2024-W52", "2024-12-23", "2025-W01"),
    ("vko 20/2025", "2025-05-12", "vko 21/2025"),
    ("W20 2025", "2025-05-12", "W21 2025"),
    ("2023-Q4", "2023-10-01", "2024-Q1"),
    ("2023Q4", "2023-10-01", "2024Q1"),
    ("Q4/2023", "2023-10-01", "Q1/2024"),
    ("Q3 2023", "2023-07-01", "Q4 2023"),
    ("2020", "2020-01-01", "2021"),
    ("1.8.2025", "2025-08-01", "1.9.2025"),
    ("01.08.2025", "2025-08-01", "01.09.2025"),
    ("1.8.25", "2025-08-01", "1.9.25"),
    ("01/08/2025", "2025-08-01", "01/09/2025"),
    ("1-8-2025", "2025-08-01", "1-9-2025"),
    ("2025/08/01", "2025-08-01", "2025/09/01"),
    ("2025-08-01", "2025-08-01", "2025-09-01"),
    ("20250801", "2025-08-01", "20250901"),
    ("1. elokuuta 2025", "2025-08-01", "1. syyskuuta 2025"),
    ("1 Aug 2025", "2025-08-01", "1 Sep 2025"),
    ("2025-08-01T00:00:00", "2025-08-01", "2025-09-01T00:00:00"),
    ("2025-08-01 00:00:00", "2025-08-01", "2025-09-01 00:00:00"),
    ("2025-08-01T00:00:00Z", "2025-08-01", "2025-09-01T00:00:00Z"),
    ("1.8.2025 0:00", "2025-08-01", "1.9.2025 0:00"),
];

#[test]
fn a_period_begins_at_its_day_however_it_is_written_and_the_next_is_written_alike() {
    for (text, start, next) in WRITINGS {
        let period = read(text, Slashes::DayFirst).unwrap_or_else(|| panic!("{text} is a period"));
        assert_eq!(period.start.to_string(), format!("{start}T00:00:00"), "{text}");
        let step = match period.grain {
            Grain::Year => Step::Months(12),
            Grain::Quarter => Step::Months(3),
            Grain::Month | Grain::Day => Step::Months(1),
            Grain::Week => Step::Weeks,
        };
        let after = step.next(&period).expect("a next period");
        assert_eq!(written(&after, text, Slashes::DayFirst, digits(text)), next, "after {text}");
        assert_eq!(read(next, Slashes::DayFirst), Some(after), "{next}");
    }
}

#[test]
fn what_is_no_time_is_not_read_as_one() {
    for text in [
        "",
        "1",
        "12",
        "A",
        "Asema 1",
        "2025-13",
        "2025-00",
        "2025-W54",
        "2025-Q5",
        "32.1.2025",
        "29.2.2025",
        "2025-08-01x",
        "1.8.2025.3",
        "Foo 2024",
        "total 2024",
        "mmm 2024",
        "10:00",
        "123",
        "12345",
        "999999",
        "2025-08-01T25:00",
    ] {
        assert_eq!(read(text, Slashes::DayFirst), None, "{text:?}");
    }
}

#[test]
fn which_number_of_a_slashed_date_is_the_day_follows_from_the_file() {
    let of = |periods: &[&str]| slashes(&periods.iter().map(|it| it.to_string()).collect::<Vec<_>>());
    assert_eq!(of(&["01/08/2025", "13/08/2025"]), (Slashes::DayFirst, true));
    assert_eq!(of(&["08/01/2025", "08/13/2025"]), (Slashes::MonthFirst, true));
    assert_eq!(of(&["01/08/2025", "01/09/2025"]), (Slashes::DayFirst, true));
    assert_eq!(of(&["08/01/2025", "09/01/2025"]), (Slashes::MonthFirst, true));
    assert_eq!(of(&["02/03/2025", "03/04/2025"]), (Slashes::DayFirst, false), "a guess");
    assert_eq!(of(&["2025-08", "2025-09"]), (Slashes::DayFirst, true), "nothing is open");
}

#[test]
fn a_series_steps_as_its_periods_lie() {
    let of = |periods: &[&str]| {
        let read = |it: &&str| read(it, Slashes::DayFirst).unwrap_or_else(|| panic!("{it}"));
        Step::of(&periods.iter().map(read).collect::<Vec<_>>())
    };
    assert_eq!(of(&["2025-01", "2025-03"]), Some(Step::Months(1)));
    assert_eq!(of(&["1.1.2025", "1.2.2025", "1.4.2025"]), Some(Step::Months(1)));
    assert_eq!(of(&["1.1.2025", "1.4.2025", "1.10.2025"]), Some(Step::Months(3)), "quarters by their first days");
    assert_eq!(of(&["2024-10", "2024-11-01", "2025-01"]), Some(Step::Months(1)), "months and first days mixed");
    assert_eq!(of(&["31.1.2025", "28.2.2025", "30.4.2025"]), Some(Step::MonthEnds));
    assert_eq!(of(&["2025-01-06", "2025-01-13", "2025-01-27"]), Some(Step::Weeks));
    assert_eq!(of(&["2025-01-06", "2025-01-07", "2025-01-10"]), None, "days may be working days");
    assert_eq!(of(&["2025-01-06", "2025-01-20"]), None);
    assert_eq!(of(&["2025-01-01T08:00", "2025-02-01T09:00"]), None, "instants");
    assert_eq!(of(&["2024-10", "2025-W02"]), None);
}
