//! The demo county: every dated figure of its source stands in its months, and it goes on.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::luotsi;
use crate::serving::{Server, call};

const RESIDENTS: u32 = 100_000;

#[derive(Deserialize)]
struct Source {
    residents: f64,
    figure: Vec<Figure>,
}

/// As `scorecards/source-figures.toml` has it.
#[derive(Deserialize, Debug)]
struct Figure {
    measure: String,
    unit: String,
    from: String,
    to: String,
    value: Option<f64>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    #[serde(default)]
    rounding: f64,
    #[serde(default)]
    absolute: bool,
}

impl Figure {
    /// The first day of its months, and the first after them.
    fn days(&self) -> (String, String) {
        let next = |month: &str| {
            let first: jiff::civil::Date = format!("{month}-01").parse().expect("a month");
            first.checked_add(jiff::Span::new().months(1)).expect("a month").to_string()
        };
        (format!("{}-01", self.from), next(&self.to))
    }

    fn months(&self) -> f64 {
        let number = |month: &str| {
            let (year, month) = month.split_once('-').expect("a month");
            year.parse::<f64>().expect("a year") * 12.0 + month.parse::<f64>().expect("a month")
        };
        number(&self.to) - number(&self.from) + 1.0
    }

    /// The source's figure, in the units of a county of so many residents: lowest and highest.
    fn bounds(&self, scale: f64) -> (f64, f64) {
        match self.value {
            Some(value) => ((value - self.rounding) * scale, (value + self.rounding) * scale),
            None => (
                self.at_least.unwrap_or(f64::NEG_INFINITY) * scale,
                self.at_most.map_or(f64::INFINITY, |most| most * scale),
            ),
        }
    }
}

pub fn figures(data: &str, by: &str, (from, to): (&str, &str), ids: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["measure", "run"];
    arguments.extend(ids);
    arguments.extend(["--data", data, "--by", by, "--from", from, "--to", to, "--no-suppress", "--format", "json"]);
    let output = luotsi(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn sql(data: &str, text: &str) -> Value {
    let output = luotsi(&["sql", text, "--data", data, "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Everything that the county's sources date stands in its months, within three standard errors at this size and the
/// rounding of the source.
#[test]
fn every_dated_figure_of_the_sources_stands_in_its_months() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county").display().to_string();
    let residents = RESIDENTS.to_string();
    let made = luotsi(&[
        "demo",
        "--only-make",
        "--residents",
        &residents,
        "--seed",
        "1",
        "--now",
        "2026-02-16T10:00",
        "--data",
        &data,
    ]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scorecards/source-figures.toml");
    let source: Source = toml::from_str(&std::fs::read_to_string(file).expect("a file")).expect("figures");
    let mut spans: BTreeMap<(String, String), Vec<&Figure>> = BTreeMap::new();
    source.figure.iter().for_each(|figure| spans.entry(figure.days()).or_default().push(figure));
    let mut wrong = Vec::new();
    for ((from, to), of_span) in spans {
        let ids: Vec<&str> = of_span.iter().map(|figure| figure.measure.as_str()).collect();
        let rows = figures(&data, "unit", (&from, &to), &ids);
        for figure in of_span {
            let row = rows
                .iter()
                .find(|row| row["measure"] == figure.measure.as_str() && row["unit_id"] == figure.unit.as_str());
            let Some(row) = row else {
                wrong.push(format!("{figure:?}: none"));
                continue;
            };
            let number = |name: &str| row[name].as_f64().unwrap_or(f64::NAN);
            const COUNTS: [&str; 6] =
                ["volume.", "mental.navigator", "platform.", "phenomena.", "experience.units", "experience.surveys"];
            let is_count = COUNTS.iter().any(|it| figure.measure.starts_with(it));
            // Half an interval is 1.96 standard errors. A person who asks to be called asks more than once: such a
            // request weighs as half of one that stands alone.
            let (value, error, scale) = match is_count {
                true => {
                    let months = figure.months();
                    let scale = if figure.absolute { 1.0 } else { f64::from(RESIDENTS) / source.residents };
                    (number("n") / months, (2.0 * number("n")).sqrt() / months, scale)
                }
                false => (number("value"), (number("upper") - number("lower")) / (2.0 * 1.96), 1.0),
            };
            let (low, high) = figure.bounds(scale);
            eprintln!(
                "{} {} {from}: {value:.4}, from {low:.4} to {high:.4}, standard error {error:.4}",
                figure.measure, figure.unit
            );
            let error = if error.is_nan() { 0.0 } else { error };
            if !(value >= low - 3.0 * error - 1e-9 && value <= high + 3.0 * error + 1e-9) {
                wrong.push(format!("{figure:?}: {value}, standard error {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    what_is_counted(&data);
    what_is_dated(&data);
}

/// Volumes for 1,000 residents a year, within three standard errors of a count and two in a hundred; shares of classes.
fn what_is_counted(data: &str) {
    let classes = figures(data, "", ("2023-01-01", "2026-01-01"), &["backpain.risk_class"]);
    for (class, share) in [("low", 0.30), ("medium", 0.54), ("high", 0.16)] {
        let found = classes.iter().find(|row| row["class"] == class).unwrap_or_else(|| panic!("no class {class}"));
        let number = |name: &str| found[name].as_f64().unwrap_or(f64::NAN);
        let error = (number("upper") - number("lower")) / (2.0 * 1.96);
        assert!((number("value") - share).abs() <= 3.0 * error + 0.005, "{found}");
    }
    let volumes = "SELECT count(*) FILTER (WHERE status = 'done') AS done, \
                   count(*) FILTER (WHERE status = 'done' AND service = 'outpatient') AS outpatient, \
                   count(*) FILTER (WHERE modality IS NULL) AS unknown FROM encounters \
                   WHERE started_at < '2025-12-31T22:00:00Z'";
    let notices = "SELECT count(*) FILTER (WHERE notice = 'child_protection') AS children, \
                   count(*) FILTER (WHERE notice <> 'child_protection') AS adults FROM contacts \
                   WHERE kind = 'notice' AND duplicate_of IS NULL AND opened_at < '2025-12-31T22:00:00Z'";
    let courses = "SELECT count(*) FILTER (WHERE pathway = 'end_of_life') AS dying, \
                   count(*) FILTER (WHERE pathway = 'low_back_pain') AS backs FROM enrolments \
                   WHERE coalesce(ended_at, started_at) < '2025-12-31T22:00:00Z'";
    for (text, expected) in [
        (volumes, &[("done", 5_500.0), ("outpatient", 2_400.0), ("unknown", 60.0)][..]),
        (notices, &[("children", 36.0), ("adults", 20.0)]),
        (courses, &[("dying", 2.3), ("backs", 24.0)]),
    ] {
        let row = sql(data, text);
        for (name, yearly) in expected {
            let expected = yearly * 3.0 * f64::from(RESIDENTS) / 1_000.0;
            let n = row[0][name].as_f64().unwrap_or(f64::NAN);
            assert!((n - expected).abs() <= 3.0 * expected.sqrt() + 0.02 * expected, "{name}: {n} is not {expected}");
        }
    }
    // Over 1,600 interpretings by AI in a county of 480,000 by the end of 2025; 12,500 surveys of the pilot.
    let scale = f64::from(RESIDENTS) / 480_000.0;
    let counts = "SELECT (SELECT count(*) FROM interpretings WHERE mode = 'ai' AND started_at < '2025-12-31T22:00:00Z') AS ai, \
                  (SELECT count(*) FROM surveys WHERE instrument = 'visit_feedback' \
                   AND sent_at < '2024-12-31T22:00:00Z') AS pilot";
    let row = sql(data, counts);
    let (ai, pilot) = (row[0]["ai"].as_f64().unwrap_or(0.0), row[0]["pilot"].as_f64().unwrap_or(0.0));
    assert!(ai >= 1_600.0 * scale - 3.0 * (1_600.0 * scale).sqrt() && ai < 1_800.0 * scale + 60.0, "{ai}");
    assert!((pilot - 12_500.0 * scale).abs() <= 3.0 * (12_500.0 * scale).sqrt(), "{pilot}");
}

/// Counts of the organisation, whatever the county's size: each of its day.
fn what_is_dated(data: &str) {
    let entered = |indicator: &str| {
        let text = format!("SELECT at, value_num FROM entries WHERE indicator = '{indicator}' ORDER BY at, value_num");
        let rows = sql(data, &text);
        let rows = rows.as_array().expect("rows").iter();
        rows.map(|row| format!("{} {}", row["at"].as_str().unwrap_or_default(), row["value_num"])).collect::<Vec<_>>()
    };
    assert_eq!(entered("social-reports"), ["2023-12-31 12.0", "2024-12-31 105.0", "2025-11-30 94.0"]);
    assert_eq!(entered("service-directory-visitors"), ["2025-04-30 1500.0", "2025-12-31 409.0"]);
    assert_eq!(entered("client-plans"), ["2021-10-31 15.0", "2021-10-31 75.0"]);
    let phenomena = "SELECT extract(year FROM local_date(reported_at)) AS year, count(*) AS n FROM phenomena \
                     WHERE reported_at < '2025-11-30T22:00:00Z' GROUP BY 1 ORDER BY 1";
    let rows = sql(data, phenomena);
    let of_year: Vec<i64> = rows.as_array().expect("rows").iter().filter_map(|row| row["n"].as_i64()).collect();
    assert_eq!(of_year, [12, 105, 94], "{rows}");
    let visitors = "SELECT visitors FROM visits WHERE page = 'service-directory' AND day IN ('2025-04-01', '2025-12-01') ORDER BY day";
    let rows = sql(data, visitors);
    assert_eq!((rows[0]["visitors"].as_i64(), rows[1]["visitors"].as_i64()), (Some(1_500), Some(409)), "{rows}");
    let visits = sql(data, "SELECT period_from, value FROM series WHERE series_id = 'emergency-visits' ORDER BY 1");
    assert_eq!((&visits[0]["period_from"], &visits[0]["value"]), (&"2018-09-01".into(), &143_681.0.into()), "{visits}");
    assert_eq!((&visits[1]["period_from"], &visits[1]["value"]), (&"2019-09-01".into(), &130_765.0.into()), "{visits}");
}

/// The status of an answer that is a page.
fn status_of(address: &str, request: &str) -> u16 {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let text = format!("{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(text.as_bytes()).expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

const MORNING: &str = "2026-03-09T08:00";

fn made(data: &str) {
    let words = ["demo", "--only-make", "--residents", "2000", "--seed", "7", "--now", MORNING, "--data", data];
    let made = luotsi(&words);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Rows of the facts that a person would look at: how many, and the latest of their times.
fn state(data: &str) -> Value {
    sql(
        data,
        "SELECT (SELECT count(*) FROM contacts WHERE source = 'log') AS live, \
         (SELECT count(*) FROM contacts WHERE source = 'log' AND first_response_at IS NULL) AS waiting, \
         (SELECT count(*) FROM encounters WHERE status = 'done') AS done, \
         (SELECT count(*) FROM encounters WHERE status = 'booked') AS booked, \
         (SELECT max(recorded_at) FROM encounters) AS encounters, \
         (SELECT max(opened_at) FROM contacts) AS opened",
    )[0]
    .clone()
}

#[test]
fn the_clock_of_a_demo_county_stands_until_it_is_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county").display().to_string();
    made(&data);
    let before = state(&data);
    let number = |row: &Value, name: &str| row[name].as_i64().unwrap_or(-1);
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_string();
    assert!(number(&before, "live") > 20 && number(&before, "booked") > 20, "{before}");
    assert!(number(&before, "waiting") > 0, "who wrote at the weekend waits: {before}");
    for name in ["encounters", "opened"] {
        assert!(text(&before, name).as_str() <= "2026-03-09T06:00:00Z", "nothing is of later: {before}");
    }
    let server = Server::run(&["demo", "--data", &data, "--now", MORNING]);
    let moved = |to: Value| call(&server.address, "POST", "/demo/clock", "", Some(&to)).expect("an answer");
    assert_eq!(moved(json!({ "to": "2026-03-08T08:00" })).0, 422, "not backwards");
    assert_eq!(moved(json!({ "to": "2027-03-08T08:00" })).0, 422, "not beyond what is drawn");
    assert_eq!(moved(json!({ "to": MORNING, "by": 1 })).0, 400);
    let (status, answer) = moved(json!({ "to": "2026-03-10T16:30" }));
    assert_eq!((status, &answer["now"]), (200, &"2026-03-10T14:30:00Z".into()), "{answer}");
    let after = state(&data);
    assert!(
        number(&after, "live") > number(&before, "live") && number(&after, "done") > number(&before, "done"),
        "{after}"
    );
    for name in ["encounters", "opened"] {
        assert!(text(&after, name) > text(&before, name), "{name}: {after}");
        assert!(text(&after, name).as_str() <= "2026-03-10T14:30:00Z", "{name}: {after}");
    }
    drop(server);
    // It goes on from where it was, and nowhere else is there such a route.
    let server = Server::run(&["demo", "--data", &data, "--now", MORNING]);
    assert_eq!(state(&data), after);
    drop(server);
    let server = Server::start(Path::new(&data));
    assert_eq!(status_of(&server.address, "POST /demo/clock"), 404);
}

#[test]
fn another_county_than_the_one_that_stands_is_not_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county").display().to_string();
    made(&data);
    for other in [["--residents", "3000"], ["--seed", "8"], ["--now", "2026-03-09T09:00"]] {
        let refused = luotsi(&[&["demo", "--only-make", "--data", &data], &other[..]].concat());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("another county stands here"), "{other:?}: {said}");
    }
    let again = luotsi(&["demo", "--only-make", "--now", MORNING, "--data", &data]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
}
