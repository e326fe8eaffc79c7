use std::fs;
use std::path::Path;

use jiff::civil::date;

use super::*;

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules");

/// Clock, local start, age, local day that is the last in time (none: no rule holds), and why.
type Row = (&'static str, &'static str, Option<u8>, Option<&'static str>, &'static str);

/// Days and weekdays were counted by hand on an almanac.
const DUE: [Row; 30] = [
    ("therapy-guarantee-28d", "2026-06-01T09:00", Some(18), Some("2026-06-29"), "the day of the start is not counted"),
    ("therapy-guarantee-28d", "2026-06-01T00:00", Some(22), Some("2026-06-29"), "at the first instant of a day"),
    ("therapy-guarantee-28d", "2026-06-01T23:59", Some(22), Some("2026-06-29"), "and at its last"),
    ("therapy-guarantee-28d", "2026-06-01T09:00", Some(23), None, "23 is not under 23"),
    ("therapy-guarantee-28d", "2026-06-01T09:00", None, None, "nobody knows the age"),
    ("therapy-guarantee-28d", "2025-04-30T09:00", Some(18), None, "the day before it came into force"),
    ("therapy-guarantee-28d", "2025-05-01T09:00", Some(18), Some("2025-05-29"), "the day on which it did"),
    ("therapy-guarantee-28d", "2026-05-23T09:00", Some(18), Some("2026-06-20"), "Midsummer Day moves nothing"),
    ("therapy-guarantee-28d", "2026-03-06T09:00", Some(18), Some("2026-04-03"), "nor does Good Friday"),
    ("therapy-guarantee-28d", "2028-02-01T09:00", Some(18), Some("2028-02-29"), "in a leap year"),
    ("therapy-guarantee-28d", "2027-02-01T09:00", Some(18), Some("2027-03-01"), "in another"),
    ("therapy-guarantee-28d", "2026-12-10T09:00", Some(18), Some("2027-01-07"), "over the end of a year"),
    ("therapy-guarantee-28d", "2026-10-20T09:00", Some(18), Some("2026-11-17"), "over the end of summer time"),
    ("care-guarantee", "2011-04-30T09:00", Some(40), None, "before the act"),
    ("care-guarantee", "2023-08-31T09:00", Some(18), Some("2023-11-30"), "three months for all, as it began"),
    ("care-guarantee", "2023-09-01T09:00", Some(40), Some("2023-09-15"), "14 days for all"),
    ("care-guarantee", "2024-12-31T09:00", Some(40), Some("2025-01-14"), "goes on as it began"),
    ("care-guarantee", "2025-01-01T09:00", Some(22), Some("2025-01-15"), "14 days under 23"),
    ("care-guarantee", "2025-01-01T09:00", Some(23), Some("2025-04-01"), "three months from 23 on"),
    ("care-guarantee", "2026-06-01T09:00", Some(24), Some("2026-09-01"), "the same number of day"),
    ("care-guarantee", "2025-11-30T09:00", Some(40), Some("2026-02-28"), "the last day of a shorter month"),
    ("care-guarantee", "2027-11-30T09:00", Some(40), Some("2028-02-29"), "of a leap year's"),
    ("care-guarantee", "2026-01-31T09:00", Some(40), Some("2026-04-30"), "of a month of thirty days"),
    ("callback-same-day", "2026-03-03T15:59", None, Some("2026-03-03"), "in office hours"),
    ("callback-same-day", "2026-03-03T16:00", None, Some("2026-03-04"), "after them"),
    ("callback-same-day", "2026-03-03T03:00", None, Some("2026-03-03"), "before them"),
    ("callback-same-day", "2026-04-02T16:00", None, Some("2026-04-07"), "over Easter"),
    ("callback-same-day", "2026-12-24T10:00", None, Some("2026-12-24"), "the eve is a weekday to the county"),
    ("callback-same-day", "2023-03-07T10:00", None, Some("2023-03-10"), "the third weekday before September 2023"),
    ("callback-same-day", "2023-08-31T17:00", None, Some("2023-09-06"), "by the rule of the day on which it came"),
];

#[test]
fn each_is_due_on_the_day_that_the_almanac_says() {
    let calendar = Calendar::shipped();
    for (clock, since, age, day, why) in DUE {
        let since = calendar.instant(since.parse().expect("a local time")).expect("an instant");
        let due = named(clock).expect("a clock").due(&Run { since, age }, calendar);
        let last = due.as_ref().and_then(|due| calendar.local_date(due.at)).map(|day| day.to_string());
        assert_eq!(last.as_deref(), day, "{clock}: {why}");
        // The whole day is in time, and the next is not.
        let next = due.as_ref().and_then(|due| calendar.local_date(due.at + 1)).map(|day| day.to_string());
        assert_ne!(next.as_deref().or(Some("")), last.as_deref(), "{clock}: {why}");
    }
}

/// Twelve years of every clock, as another program counts them.
#[test]
fn each_is_due_on_the_day_of_the_golden_table() {
    let calendar = Calendar::shipped();
    let mut seen = std::collections::BTreeSet::new();
    for row in include_str!("golden.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [id, since, age, day] = row.split('\t').collect::<Vec<_>>().try_into().expect("four columns");
        let since = calendar.instant(since.parse().expect("a local time")).expect("an instant");
        let run = Run { since, age: age.parse().ok() };
        let due = named(id).expect("a clock").due(&run, calendar);
        let last = due.and_then(|due| calendar.local_date(due.at)).map(|day| day.to_string());
        assert_eq!(last.as_deref().unwrap_or(""), day, "{row}");
        seen.insert(id);
    }
    assert_eq!(seen.len(), SHIPPED.len(), "a clock that no row counts");
}

#[test]
fn a_law_names_its_act_and_never_rests() {
    let rule = "[[rule]]\nfrom = \"2026-01-01\"\nlength = \"3 days\"\nrunning = \"as_begun\"\ntext = { fi = \"\", sv = \"\", en = \"\" }\n\
                source = \"a test\"\nchecked = \"2026-11\"\nstanding = \"open\"\n";
    let law = "law = { act = \"1/2026\", section = \"1 §\", url = \"https://example.fi\", name = { fi = \"\", sv = \"\", en = \"\" } }\n";
    let clock = |says: &str, law: &str, pauses: &str| {
        let head = "starts = \"received\"\nstops = \"answered\"\nname = { fi = \"\", sv = \"\", en = \"\" }\n";
        Clock::parse(&format!("id = \"x\"\nsays = \"{says}\"\n{law}{pauses}{head}{rule}")).err()
    };
    let rests = "pauses = [\"waiting_client\"]\n";
    assert_eq!(clock("law", law, ""), None);
    assert_eq!(clock("promise", "", rests), None);
    assert_eq!(clock("law", "", ""), Some("x: a law names its act".into()));
    assert_eq!(clock("law", law, rests), Some("x: a law never rests".into()));
    assert_eq!(clock("promise", law, ""), Some("x: a promise stands in no act".into()));
    for shipped in shipped().iter().filter_map(|clock| clock.law.as_ref()) {
        let (number, year) = shipped.act.split_once('/').expect("number and year");
        assert_eq!(shipped.url, format!("https://www.finlex.fi/fi/lainsaadanto/{year}/{number}"));
        assert!(shipped.section.ends_with(" §"), "{}", shipped.section);
    }
}

#[test]
fn the_steps_say_why() {
    let calendar = Calendar::shipped();
    let steps = |clock: &str, since: &str, age| {
        let since = calendar.instant(since.parse().expect("a local time")).expect("an instant");
        named(clock).expect("a clock").due(&Run { since, age }, calendar).expect("due").steps
    };
    let (june, july) = (date(2026, 6, 1), date(2026, 6, 29));
    assert_eq!(
        steps("therapy-guarantee-28d", "2026-06-01T09:00", Some(18)),
        [Step::Started(june), Step::Aged(18, Age::Under(23)), Step::Counted(Length::Days(28)), Step::Ends(july)]
    );
    let april = date(2026, 4, 30);
    assert_eq!(
        steps("care-guarantee", "2026-01-31T09:00", Some(40))[2..],
        [Step::Counted(Length::Months(3)), Step::LastOfMonth(april), Step::Ends(april)]
    );
    let tuesday = date(2026, 4, 7);
    assert_eq!(
        steps("callback-same-day", "2026-04-02T16:00", None)[1..],
        [Step::CountsOn(tuesday), Step::Counted(Length::Weekdays(0)), Step::Ends(tuesday)]
    );
}

/// A law that becomes stricter, and one that becomes milder; running clocks follow.
#[test]
fn a_running_clock_follows_a_new_rule_that_says_so() {
    let rule = |from: &str, length: &str, running: &str| {
        format!(
            "[[rule]]\nfrom = \"{from}\"\nlength = \"{length}\"\nrunning = \"{running}\"\ntext = {{ fi = \"\", sv = \"\", en = \"\" }}\n\
             source = \"a test\"\nchecked = \"2026-11\"\nstanding = \"open\"\n"
        )
    };
    let head = "id = \"x\"\nsays = \"promise\"\nstarts = \"received\"\nstops = \"answered\"\nname = { fi = \"\", sv = \"\", en = \"\" }\n";
    let calendar = Calendar::shipped();
    let last = |rules: &[String], since: &str| {
        let clock = Clock::parse(&format!("{head}{}", rules.concat())).expect("a clock");
        let since = calendar.instant(since.parse().expect("a local time")).expect("an instant");
        let due = clock.due(&Run { since, age: None }, calendar).expect("due");
        (calendar.local_date(due.at).expect("a day").to_string(), due.steps.len())
    };
    let begun = rule("2026-01-01", "30 days", "as_begun");
    let stricter = [begun.clone(), rule("2026-03-01", "14 days", "follow")];
    assert_eq!(last(&stricter, "2026-02-20T09:00"), ("2026-03-06".into(), 5), "it follows");
    assert_eq!(last(&stricter, "2026-02-02T09:00"), ("2026-03-01".into(), 5), "nothing is due before the law is");
    assert_eq!(last(&stricter, "2026-01-10T09:00"), ("2026-02-09".into(), 3), "it was over when the law came");
    assert_eq!(last(&stricter, "2026-03-01T09:00"), ("2026-03-15".into(), 3), "it began under the new one");
    let milder = [begun.clone(), rule("2026-03-01", "3 months", "follow")];
    assert_eq!(last(&milder, "2026-02-20T09:00"), ("2026-05-20".into(), 5));
    let as_begun = [begun, rule("2026-03-01", "14 days", "as_begun")];
    assert_eq!(last(&as_begun, "2026-02-20T09:00"), ("2026-03-22".into(), 3));
}

/// On demand, in a release build: `cargo test -p calendar --release a_hundred_thousand -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn a_hundred_thousand_clocks_are_counted_anew() {
    let (calendar, begun) = (Calendar::shipped(), std::time::Instant::now());
    let first = calendar.instant("2026-03-09T08:00".parse().expect("a local time")).expect("an instant");
    let counted = (0..100_000_i64)
        .filter(|number| {
            let run = Run { since: first + number * 60_000_000, age: Some(80) };
            shipped()[*number as usize % shipped().len()].due(&run, calendar).is_some()
        })
        .count();
    let took = begun.elapsed();
    println!(
        "100,000 clocks, {counted} due: {} ms; {:.2} of the two seconds",
        took.as_millis(),
        took.as_secs_f64() / 2.0
    );
    assert!(took.as_secs_f64() <= 2.0);
}

#[test]
fn a_birthday_counts_from_its_own_day_on() {
    let born = date(2003, 6, 1);
    for (day, age) in [(date(2026, 5, 31), 22), (date(2026, 6, 1), 23), (date(2026, 6, 2), 23), (date(2003, 6, 1), 0)] {
        assert_eq!(age_on(born, day), age, "{day}");
    }
    let leap = date(2004, 2, 29);
    assert_eq!(age_on(leap, date(2027, 2, 28)), 22);
    assert_eq!(age_on(leap, date(2027, 3, 1)), 23);
    assert_eq!(age_on(leap, date(2028, 2, 29)), 24);
}

#[test]
fn every_clock_file_is_read_and_names_its_source() {
    let mut files: Vec<String> = fs::read_dir(Path::new(RULES).join("clocks"))
        .expect("a folder")
        .map(|entry| fs::read_to_string(entry.expect("a file").path()).expect("text"))
        .collect();
    let mut read = SHIPPED.map(String::from).to_vec();
    files.sort();
    read.sort();
    assert_eq!(files, read, "a file that is not read, or is read twice");
    for clock in shipped() {
        for rule in &clock.rules {
            assert!(!rule.source.is_empty() && rule.checked.len() == 7, "{} from {}", clock.id, rule.from);
            let texts = [&rule.text, &clock.name];
            assert!(texts.iter().all(|it| [&it.fi, &it.sv, &it.en].iter().all(|it| !it.is_empty())), "{}", clock.id);
        }
        if let Some(exceptions) = &clock.exceptions {
            assert!(Path::new(RULES).join(format!("{exceptions}.toml")).is_file(), "{}", clock.id);
        }
    }
}
