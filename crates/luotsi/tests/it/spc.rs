//! `luotsi spc`: the order of time however periods are written, gaps, targets, phases, and one answer in every format.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::luotsi;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The chart of a text on standard input.
fn spc(text: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_luotsi"))
        .args(["spc", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // A command that refuses its flags does not read.
    let _ = child.stdin.take().expect("standard input").write_all(text.as_bytes());
    child.wait_with_output().expect("an end")
}

fn chart(text: &str, arguments: &[&str]) -> Value {
    let output = spc(text, &[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn refused(text: &str, arguments: &[&str]) -> String {
    let output = spc(text, arguments);
    assert!(!output.status.success(), "{arguments:?} is not refused for\n{text}");
    said(&output)
}

fn rows(header: &str, rows: impl IntoIterator<Item = String>) -> String {
    [header.to_string()].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

fn periods(chart: &Value) -> Vec<&str> {
    chart["points"].as_array().into_iter().flatten().filter_map(|point| point["period"].as_str()).collect()
}

/// Twenty values of which the last seven have risen.
const RISING: [u32; 20] = [50, 52, 49, 51, 50, 53, 48, 51, 50, 52, 49, 51, 53, 54, 55, 56, 57, 58, 59, 60];

/// A writing of periods: its name, and the period at a place.
type Writing = (&'static str, Box<dyn Fn(u32) -> String>);

/// Months 1–20 from January 2024, or as many weeks, quarters or years, each as one writing has it.
fn writings() -> Vec<Writing> {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let year = |at: u32| 2024 + at / 12;
    let month = |at: u32| at % 12 + 1;
    vec![
        ("YYYY-MM", Box::new(move |at| format!("{}-{:02}", year(at), month(at)))),
        ("D.M.YYYY", Box::new(move |at| format!("1.{}.{}", month(at), year(at)))),
        ("DD.MM.YYYY", Box::new(move |at| format!("01.{:02}.{}", month(at), year(at)))),
        ("DD/MM/YYYY", Box::new(move |at| format!("01/{:02}/{}", month(at), year(at)))),
        ("MM/DD/YYYY", Box::new(move |at| format!("{:02}/01/{}", month(at), year(at)))),
        ("YYYY/MM", Box::new(move |at| format!("{}/{:02}", year(at), month(at)))),
        ("YYYYMmm", Box::new(move |at| format!("{}M{:02}", year(at), month(at)))),
        ("M/YYYY", Box::new(move |at| format!("{}/{}", month(at), year(at)))),
        ("Mmm YYYY", Box::new(move |at| format!("{} {}", NAMES[month(at) as usize - 1], year(at)))),
        ("day", Box::new(move |at| format!("{}-{:02}-01", year(at), month(at)))),
        ("instant", Box::new(move |at| format!("{}-{:02}-01T00:00:00", year(at), month(at)))),
        ("instant with a space", Box::new(move |at| format!("{}-{:02}-01 00:00:00", year(at), month(at)))),
        ("YYYY-Www", Box::new(|at| format!("2025-W{:02}", at + 8))),
        (
            "days seven apart",
            Box::new(|at| {
                let first = jiff::civil::date(2025, 2, 3);
                first.saturating_add(jiff::Span::new().days(7 * i64::from(at))).to_string()
            }),
        ),
        ("YYYY-Qn", Box::new(|at| format!("{}-Q{}", 2015 + at / 4, at % 4 + 1))),
        ("YYYY", Box::new(|at| (1999 + at).to_string())),
        (
            "mixed months and days",
            Box::new(move |at| match at % 2 {
                0 => format!("{}-{:02}", year(at), month(at)),
                _ => format!("{}-{:02}-01", year(at), month(at)),
            }),
        ),
    ]
}

#[test]
fn every_writing_of_periods_is_read_in_the_order_of_time_and_a_missing_one_is_a_null() {
    for (name, period) in writings() {
        let row = |at: &usize| format!("{},{}", period(*at as u32), RISING[*at]);
        let order: Vec<usize> = (0..20).collect();
        let of = |order: &[usize]| chart(&rows("period,value", order.iter().map(row)), &[]);
        let forward = of(&order);
        assert_eq!(forward["variation"], "improvement-high", "{name}");
        let written: Vec<String> = (0..20).map(&period).collect();
        assert_eq!(periods(&forward), written, "{name}");
        let backward: Vec<usize> = order.iter().rev().copied().collect();
        let mixed: Vec<usize> = order.iter().map(|at| at * 7 % 20).collect();
        assert_eq!(of(&backward), forward, "{name}, newest first");
        assert_eq!(of(&mixed), forward, "{name}, mixed");
        let gap = of(&[&order[..9], &order[10..]].concat());
        assert_eq!(periods(&gap).len(), 20, "{name}");
        assert!(gap["points"][9]["value"].is_null(), "{name}: {}", gap["points"][9]);
        if !name.starts_with("mixed") {
            assert_eq!(periods(&gap), written, "{name}: the gap is named as its neighbours");
        }
        // As spreadsheets here write it.
        let commas = order.iter().rev().map(|at| format!("{};{},0", period(*at as u32), RISING[*at]));
        assert_eq!(chart(&rows("Jakso;Arvo", commas), &[]), forward, "{name}, with semicolons and decimal commas");
    }
}

#[test]
fn the_order_of_the_file_is_told_where_periods_are_no_time() {
    let text = "period,value\nMonday,1\nTuesday,2\nFriday,4\n";
    let output = spc(text, &[]);
    assert!(
        output.status.success() && said(&output).contains("order of the series is that of the file"),
        "{}",
        said(&output)
    );
    let one = spc("period,value\n2025-01,1\n2025-02,2\nsum,3\n", &[]);
    assert!(said(&one).contains("'sum'") && said(&one).contains("-:4:1"), "{}", said(&one));
    // Numbers have an order of their own; and a guess is reported.
    let numbers = chart("case,value\n10,3\n9,2\n1,1\n", &[]);
    assert_eq!(periods(&numbers), ["1", "9", "10"]);
    let guess = spc("period,value\n02/03/2025,1\n03/04/2025,2\n", &[]);
    assert!(said(&guess).contains("day/month/year"), "{}", said(&guess));
    let far = refused("period,value\n0205-01,1\n2025-02,2\n", &[]);
    assert!(far.contains("more than 1000 periods") && far.contains("-:3:1"), "{far}");
}

#[test]
fn without_a_denominator_a_point_has_no_limits_and_weighs_nothing() {
    let row = |at: usize, denominator: &str| format!("2025-{:02},{},{denominator}", at + 1, 3 + at % 3);
    for kind in ["p", "pp", "u"] {
        let whole: Vec<String> = (0..12).map(|at| row(at, "30")).collect();
        let plain = chart(&rows("period,numerator,denominator", whole.clone()), &["--chart", kind]);
        // A month is missing, one has no denominator, one has nought.
        let more = ["2026-01,5,", "2026-02,0,0", "2026-04,4,30"].map(String::from);
        let found = chart(&rows("period,numerator,denominator", whole.into_iter().chain(more)), &["--chart", kind]);
        let points = found["points"].as_array().expect("points");
        assert_eq!(points.len(), 16, "{kind}");
        for at in [12, 13, 14] {
            let point = &points[at];
            assert!(point["lower"].is_null() && point["upper"].is_null(), "{kind}: {point}");
            assert_eq!(point["signals"], serde_json::json!([]), "{kind}");
        }
        assert!(points[14]["value"].is_null() && points[15]["upper"].is_number(), "{kind}");
        // Values without a denominator weigh nothing, whatever they are.
        let value = |share: &str| {
            let rest = (0..12).map(|at| format!("2025-{:02},0.{},30", at + 1, 3 + at % 3));
            rows("period,value,denominator", rest.chain([format!("2026-01,{share},")]))
        };
        let (low, high) = (chart(&value("0.0"), &["--chart", kind]), chart(&value("0.9"), &["--chart", kind]));
        assert_eq!(low["points"][0], high["points"][0], "{kind}");
        assert_eq!(low["phases"], high["phases"], "{kind}");
        assert_eq!(low["variation"], "common", "{kind}");
        assert!(plain["points"][0]["upper"].is_number());
    }
}

#[test]
fn csv_says_what_json_says() {
    let step = (0..24)
        .map(|at| format!("{}-{:02},{}", 2024 + at / 12, at % 12 + 1, 50 + at % 4 + if at < 14 { 0 } else { 20 }));
    let text = rows("period,value", step);
    for arguments in [
        &["--target", "60"][..],
        &["--rebase", "2025-03", "--target", "60", "--baseline", "2025-03=5"],
        &["--chart", "run"],
    ] {
        let json = chart(&text, arguments);
        let output = spc(&text, arguments);
        let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
        let header = reader.headers().expect("a header").clone();
        let same = |cell: &str, value: &Value| match value {
            Value::Null => cell.is_empty(),
            // The last digit is the reader's: it takes numbers of JSON to the nearest but one.
            Value::Number(number) => cell
                .parse::<f64>()
                .ok()
                .zip(number.as_f64())
                .is_some_and(|(cell, number)| (cell - number).abs() <= number.abs() * 1e-15),
            Value::String(text) => cell == text,
            Value::Bool(bool) => cell == bool.to_string(),
            _ => false,
        };
        let mut compared = 0;
        for (at, row) in reader.records().enumerate() {
            let row = row.expect("a row");
            let cells: BTreeMap<&str, &str> = header.iter().zip(row.iter()).collect();
            let point = &json["points"][at];
            let phase = &json["phases"][point["phase"].as_u64().expect("a phase") as usize];
            for (name, cell) in &cells {
                let value = match name.strip_prefix("proposal_") {
                    Some(name) => json["proposal"].get(name).unwrap_or(&Value::Null),
                    None if *name == "signals" => continue,
                    None => [point, phase, &json].into_iter().find_map(|it| it.get(name)).expect("in JSON, too"),
                };
                assert!(same(cell, value), "{arguments:?}, {name}: {cell} is not {value}");
                compared += 1;
            }
            let signals: Vec<String> = point["signals"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|it| format!("{}:{}", it["rule"].as_str().unwrap_or(""), it["side"].as_str().unwrap_or("")))
                .collect();
            assert_eq!(cells["signals"], signals.join(" "));
        }
        assert!(compared > 24 * 20, "{compared}");
        for name in json
            .as_object()
            .expect("an object")
            .keys()
            .filter(|name| !matches!(name.as_str(), "points" | "phases" | "proposal" | "chart"))
        {
            assert!(header.iter().any(|known| known == name), "{name} is missing in CSV");
        }
    }
    let json = chart(&text, &["--target", "60"]);
    assert_eq!((&json["unjudged"], &json["assurance"]), (&Value::from("changing"), &Value::Null));
    assert_eq!((&json["proposal"]["from"], &json["since"]), (&Value::from("2025-03"), &Value::from("2025-03")));
    let accepted = chart(&text, &["--target", "60", "--rebase", "2025-03"]);
    assert_eq!((&accepted["assurance"], &accepted["proposal"]), (&Value::from("meets"), &Value::Null));
}

#[test]
fn limits_are_cut_where_no_value_can_be_and_a_target_there_is_not_certain() {
    let text = rows(
        "period,value",
        (0..15).map(|at| {
            format!("2024-{at:02},{}", [1, 9, 2, 12, 1][at % 5])
                .replace("2024-00", "2023-12")
                .replace("2024-13", "2025-01")
                .replace("2024-14", "2025-02")
        }),
    );
    let plain = chart(&text, &["--better", "lower", "--target", "0"]);
    assert!(plain["points"][0]["lower"].as_f64().is_some_and(|lower| lower < 0.0));
    let cut = chart(&text, &["--better", "lower", "--target", "0", "--least", "0", "--most", "14"]);
    assert_eq!((cut["points"][0]["lower"].as_f64(), cut["points"][0]["upper"].as_f64()), (Some(0.0), Some(14.0)));
    assert_eq!(cut["assurance"], "hit-or-miss");
    for at in 0..15 {
        assert_eq!(cut["points"][at]["signals"], plain["points"][at]["signals"]);
    }
    assert!(refused(&text, &["--most", "10"]).contains("--most"));
    assert!(refused(&text, &["--least", "3", "--most", "3"]).contains("--least"));
    let negative = "period,value\n2025-01,-20\n2025-02,-10\n";
    assert!(spc(negative, &["--least", "-100", "--most", "100"]).status.success());
}

#[test]
fn targets_may_be_negative_and_begin_at_dates() {
    let text = rows("period,value", (1..=12).map(|at| format!("2025-{at:02},{}", at % 3)));
    assert_eq!(chart(&text, &["--target", "-5"])["target"], -5.0);
    assert_eq!(chart(&text, &["--target=-5"])["assurance"], "meets");
    let dated = chart(&text, &["--target", "2025-03=0.9", "--target", "1.6.2025=-1", "--target", "2027-01=7"]);
    let targets: Vec<Option<f64>> = (0..12).map(|at| dated["points"][at]["target"].as_f64()).collect();
    assert_eq!(targets[..2], [None; 2]);
    assert_eq!(targets[2..5], [Some(0.9); 3]);
    assert_eq!(targets[5..], [Some(-1.0); 7]);
    assert_eq!(dated["target"], -1.0);
    assert!(refused(&text, &["--target", "1", "--target", "2"]).contains("two targets"));
}

#[test]
fn a_baseline_of_one_value_is_refused_with_words_and_one_phase_may_have_its_own() {
    let text = rows("period,value", (1..=12).map(|at| format!("2025-{at:02},{}", at % 3 + at / 7 * 10)));
    for count in ["0", "1", "2025-07=1"] {
        assert!(refused(&text, &["--baseline", count]).contains("two values at least"), "{count}");
    }
    let of = |arguments: &[&str]| -> Vec<u64> {
        let found = chart(&text, arguments);
        found["phases"].as_array().into_iter().flatten().filter_map(|phase| phase["values"].as_u64()).collect()
    };
    assert_eq!(of(&["--rebase", "2025-07", "--baseline", "4"]), [4, 4]);
    assert_eq!(of(&["--rebase", "2025-07", "--baseline", "2025-07=3"]), [6, 3]);
    assert_eq!(of(&["--rebase", "2025-07", "--baseline", "5", "--baseline", "2025-07=3"]), [5, 3]);
    assert!(refused(&text, &["--baseline", "2025-05=3"]).contains("no phase begins"));
}

#[test]
fn an_excluded_point_is_shown_but_weighs_nothing() {
    let text = rows("period,value", (1..=12).map(|at| format!("2025-{at:02},{}", if at == 6 { 90 } else { at % 3 })));
    let with = chart(&text, &["--exclude", "1.6.2025"]);
    let without = chart(&text.replace("2025-06,90", "2025-06,"), &[]);
    assert_eq!((&with["points"][5]["value"], &with["points"][5]["excluded"]), (&Value::from(90.0), &Value::from(true)));
    assert_eq!((&with["phases"], &with["variation"]), (&without["phases"], &without["variation"]));
    for at in (0..12).filter(|at| *at != 5) {
        assert_eq!(with["points"][at], without["points"][at]);
    }
    let picture = spc(&text, &["--exclude", "2025-06", "--format", "svg"]);
    assert!(String::from_utf8_lossy(&picture.stdout).contains("90 (left out of the limits)"));
    assert!(refused(&text, &["--exclude", "2026-06"]).contains("no period 2026-06"));
}

#[test]
fn the_picture_has_the_decimals_that_the_series_needs_and_shares_in_per_cent() {
    let labels = |text: &str, arguments: &[&str]| -> Vec<String> {
        let output = spc(text, &[arguments, &["--format", "svg"]].concat());
        let picture = String::from_utf8(output.stdout).expect("text");
        picture
            .split('>')
            .filter_map(|part| part.strip_suffix("</text").or(part.strip_suffix("</title")))
            .map(String::from)
            .collect()
    };
    let point = [("en", '.'), ("fi", ','), ("sv", ',')];
    for (language, point) in point {
        for (scale, decimals) in [(1e-6, 7), (1e-3, 4), (0.01, 3), (0.1, 2), (1.0, 1), (1e4, 0)] {
            let value = |at: usize| format!("{:.decimals$}", scale * [7.0, 8.0, 7.5, 9.0][at % 4]);
            let text = rows("period,value", (0..12).map(|at| format!("2020-{:02},{}", at + 1, value(at))));
            let found = labels(&text, &["--language", language]);
            let is_tick = |it: &&String| it.starts_with(|it: char| it.is_ascii_digit()) && !it.contains(['/', ':']);
            let ticks: Vec<&String> = found.iter().filter(is_tick).collect();
            let different: BTreeSet<_> = ticks.iter().collect();
            assert!(ticks.len() >= 3 && different.len() == ticks.len(), "{language}, {scale}: {ticks:?}");
            // The value itself stands at its point, whole.
            let written = value(2).replace('.', &point.to_string());
            let plain =
                |it: &String| it.replace(['\u{a0}', ' '], "").replace(if point == '.' { "," } else { "\u{1}" }, "");
            let whole = found.iter().any(|it| plain(it).ends_with(&format!(":{written}")));
            assert!(whole, "{language}, {scale}: {written} of {found:?}");
        }
    }
    let constant = labels(&rows("period,value", (1..=12).map(|at| format!("2024-{at:02},0.7"))), &[]);
    for label in ["Jan 2024: 0.7", "Upper limit 0.70", "Centre 0.70"] {
        assert!(constant.iter().any(|it| it.starts_with(label)), "{label} of {constant:?}");
    }
    let shares = labels(
        &rows("period,numerator,denominator", (1..=12).map(|at| format!("2024-{at:02},{},10", 2 + at % 3))),
        &["--chart", "p"],
    );
    assert!(shares.iter().any(|it| it == "Jan 2024: 30.0%") && shares.iter().any(|it| it == "20%"), "{shares:?}");
}

#[test]
fn columns_are_found_by_name_and_two_of_a_name_are_refused() {
    let twice = refused("period,value,value\n2025-01,1,2\n", &[]);
    assert!(twice.contains("two columns are called value") && twice.contains("-:1:3"), "{twice}");
    for text in [
        "value,period\n1,2025-01\n2,2025-02\n",
        "arvo,kuukausi\n1,2025-01\n2,2025-02\n",
        "x,period,value\n9,2025-01,1\n9,2025-02,2\n",
    ] {
        let arguments: &[&str] = if text.starts_with("arvo") { &["--period", "kuukausi"] } else { &[] };
        let found = chart(text, arguments);
        assert_eq!(periods(&found), ["2025-01", "2025-02"], "{text}");
        assert_eq!(found["points"][1]["value"], 2.0, "{text}");
    }
    assert_eq!(periods(&chart("value\n1\n2\n3\n", &[])), ["1", "2", "3"]);
    let missing = refused("period,value\n2025-01,1\n", &["--period", "week"]);
    assert!(missing.contains("no column week") && missing.contains("period, value"), "{missing}");
    for word in ["NA", "null", "-", "x"] {
        let said = refused(&format!("period,value\n2025-01,{word}\n"), &[]);
        assert!(said.contains("-:2:2") && said.contains("empty") && said.contains("gap"), "{said}");
    }
}

#[test]
fn several_series_in_one_file_are_refused_or_chosen() {
    let two = "measure,unit_id,period,value\na,U1,2025-01,1\na,U1,2025-02,2\nb,U1,2025-01,5\nb,U1,2025-02,6\n";
    let said = refused(two, &[]);
    assert!(said.contains("by measure: a, b") && said.contains("--only measure=a"), "{said}");
    assert_eq!(chart(two, &["--only", "measure=b"])["points"][1]["value"], 6.0);
    let groups = "kuukausi;alue;arvo\n1.1.2025;A;1\n1.1.2025;B;2\n1.2.2025;A;1\n1.2.2025;B;2\n";
    assert!(refused(groups, &["--value", "arvo"]).contains("by alue: A, B"));
    assert_eq!(chart(groups, &["--value", "arvo", "--only", "alue=B"])["points"][1]["value"], 2.0);
}

#[test]
fn the_products_own_figures_become_a_chart() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county").display().to_string();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let import = |what: &str, file: String| {
        let output = luotsi(&["import", what, &file, "--data", &data]);
        assert!(output.status.success(), "{}", said(&output));
    };
    import(
        "units",
        write("units.csv", "unit_id,name_fi,parent_id,level\nC,Maakunta,,county\nU1,Yksi,C,unit\nU2,Kaksi,C,unit\n"),
    );
    let contact = |at: usize| {
        let (month, day, unit) = (at % 6 + 1, at % 27 + 1, at / 6 % 2 + 1);
        format!(
            "k{at},callback,outpatient,U{unit},2025-{month:02}-{day:02}T08:00:00Z,2025-{month:02}-{day:02}T{:02}:00:00Z",
            9 + at % 3
        )
    };
    let header = "contact_id,channel,service,unit_id,opened_at,closed_at";
    import("contacts", write("contacts.csv", &rows(header, (0..300).map(contact))));
    let run = |by: &str| {
        let words =
            ["measure", "run", "volume.contacts", "access.callback_24h", "--from", "2025-01-01", "--to", "2025-07-01"];
        let output =
            luotsi(&[words.as_slice(), &["--by", by, "--no-suppress", "--format", "csv", "--data", &data]].concat());
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).expect("text")
    };
    let by_period = run("period");
    assert!(refused(&by_period, &[]).contains("by measure"));
    let found = chart(&by_period, &["--only", "measure=volume.contacts", "--rebase", "2025-03"]);
    assert_eq!(periods(&found), ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"]);
    assert_eq!((&found["points"][0]["value"], &found["points"][2]["phase"]), (&Value::from(50.0), &Value::from(1)));
    let units = run("unit,period");
    let one = ["--only", "measure=volume.contacts", "--only", "unit_id=U1"];
    assert!(refused(&units, &one[..2]).contains("by unit_id"));
    assert_eq!(chart(&units, &one)["points"][5]["value"], 25.0);
    assert!(Path::new(&data).exists());
}
