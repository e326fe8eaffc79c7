//! Measure files that are wrong are refused with their place; right ones group as asked.

use std::fs;

use analytics::measure::{Catalogue, Figure, Grouping, Request, THRESHOLD, run};
use jiff::civil::date;

use crate::county::County;

const HEAD: &str = "--- id = \"t.one\"\n--- kind = \"share\"\n--- unit = \"share\"\n--- better = \"higher\"\n--- source = \"test\"\n\
                    --- name = { fi = \"x\", sv = \"x\", en = \"x\" }\n--- about = { fi = \"x\", sv = \"x\", en = \"x\" }\n";

fn request(by: &str, suppress: bool) -> Request {
    let grouping = Grouping::parse(by).expect("a grouping");
    Request {
        from: date(2025, 1, 1),
        to: date(2026, 1, 1),
        grouping,
        as_of: i64::MAX / 2,
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: suppress.then_some(THRESHOLD),
    }
}

fn run_sql(county: &County, head: &str, sql: &str, by: &str) -> analytics::Result<Vec<Figure>> {
    run_request(county, head, sql, &request(by, false))
}

fn run_request(county: &County, head: &str, sql: &str, request: &Request) -> analytics::Result<Vec<Figure>> {
    let folder = county.path().join("measures");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("one.sql"), format!("{head}{sql}")).expect("a measure");
    let catalogue = Catalogue::with_folder(&folder)?;
    let (snapshot, ids) = (county.snapshot(), ["t.one".to_string()]);
    let results = run(&snapshot, &catalogue, &ids, request);
    crate::runtime().block_on(results).map(|results| results.figures)
}

fn refused(head: &str, sql: &str) -> analytics::Error {
    run_sql(&County::new(), head, sql, "").expect_err("a refusal")
}

const RIGHT: &str = "SELECT contact_id AS case_id, resident_id, unit_id, opened_at AS at, channel, channel = 'chat' AS hit\n\
                     FROM contacts\nWHERE opened_at >= $from AND opened_at < $to\n";

#[test]
fn a_countys_own_measure_takes_the_place_of_one_and_not_of_its_neighbours() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = HEAD.replace("t.one", "continuity.coc");
    fs::write(folder.path().join("ours.sql"), format!("{head}{RIGHT}")).expect("a measure");
    let catalogue = Catalogue::with_folder(folder.path()).expect("a catalogue");
    assert!(catalogue.find("continuity.coc").expect("ours").0.path.ends_with("ours.sql"));
    assert!(catalogue.find("continuity.upc").expect("shipped").0.path.ends_with("continuity.sql"));
    fs::write(folder.path().join("theirs.sql"), format!("{head}{RIGHT}")).expect("a measure");
    let twice = Catalogue::with_folder(folder.path()).expect_err("two of one name");
    assert!(twice.what.contains("ours.sql") && twice.at.is_some_and(|at| at.ends_with("theirs.sql")));
}

#[test]
fn wrong_files_are_refused_with_line_and_column() {
    let place = |error: &analytics::Error| error.at.clone().unwrap_or_default();
    let unknown = refused(HEAD, &RIGHT.replace("channel = 'chat'", "chanel = 'chat'"));
    assert!(unknown.what.contains("chanel") && place(&unknown).contains("one.sql:8:"), "{unknown}");
    let table = refused(HEAD, "SELECT 1\nFROM contcts\n");
    assert!(place(&table).ends_with("one.sql:9:6"), "{table}");
    let syntax = refused(HEAD, "SELECT 1 FROM\nWHERE\n");
    assert!(place(&syntax).contains("one.sql:9:"), "{syntax}");
    let parameter = refused(HEAD, "SELECT 1\nFROM contacts WHERE opened_at > $since\n");
    assert!(parameter.what.contains("$since") && place(&parameter).contains("one.sql:9:"), "{parameter}");
    let kind = refused(&HEAD.replace("\"share\"\n--- unit", "\"shear\"\n--- unit"), RIGHT);
    assert!(place(&kind).ends_with("one.sql:2:12"), "{kind}");
    let missing = refused(HEAD, &RIGHT.replace(" AS hit", " AS goal"));
    assert!(missing.what.contains("hit"), "{missing}");
    let case = refused(HEAD, &RIGHT.replace("contact_id AS case_id, ", ""));
    assert!(case.what.contains("case_id"), "{case}");
    let not_a_flag = refused(HEAD, &RIGHT.replace("channel = 'chat' AS hit", "1 AS hit"));
    assert!(not_a_flag.what.contains("true or false"), "{not_a_flag}");
    let mean = HEAD.replace("\"share\"\n--- unit", "\"mean\"\n--- unit");
    let county = contacts();
    for (value, told) in
        [("'long'", "a number"), ("1.0 / 0.0", "below 10^15"), ("0.0 / 0.0", "below 10^15"), ("1e300", "below 10^15")]
    {
        let sql = RIGHT.replace("channel = 'chat' AS hit", &format!("{value} AS value"));
        let error = run_sql(&county, &mean, &sql, "").expect_err("a refusal");
        assert!(error.what.contains(told) && place(&error).contains("one.sql:"), "{value}: {error}");
    }
    let time = refused(HEAD, &RIGHT.replace("opened_at AS at", "'then' AS at"));
    assert!(time.what.contains("not a time"), "{time}");
    // By these people are counted and hidden: six contacts of one person must not be six people.
    let people = refused(HEAD, &RIGHT.replace("resident_id,", "concat('x', resident_id) AS resident_id,"));
    assert!(people.what.contains("resident_id") && place(&people).contains("one.sql:"), "{people}");
    let population = format!("{HEAD}--- population = \"channel\"\n");
    let population = refused(&population, RIGHT);
    assert!(population.what.contains("no column channel that is true or false"), "{population}");
    let unit = refused(HEAD, &RIGHT.replace("unit_id,", "1 AS unit_id,"));
    assert!(unit.what.contains("unit_id"), "{unit}");
}

#[test]
fn a_row_outside_the_population_is_no_case_at_all() {
    let county = contacts();
    let head = format!("{HEAD}--- population = \"early\"\n");
    let sql = RIGHT.replace(
        "channel,",
        "channel, nullif(opened_at < TIMESTAMP '2025-03-01T00:00:00Z', contact_id = 'c0') AS early,",
    );
    let figure = run_sql(&county, &head, &sql, "").expect("figures").remove(0);
    // Of forty, every second pair of months; of one of them nobody knows.
    assert_eq!((figure.n, figure.numerator, figure.coverage), (19, Some(9.0), Some(1.0)));
    let catalogue = Catalogue::with_folder(&county.path().join("measures")).expect("a catalogue");
    let (snapshot, request) = (county.snapshot(), request("", false));
    let cases = analytics::measure::cases(&snapshot, &catalogue, "t.one", &request);
    let cases = crate::runtime().block_on(cases).expect("cases");
    assert_eq!(cases.iter().map(|batch| batch.num_rows()).sum::<usize>(), 19, "the cases are those of the figure");
}

#[test]
fn heads_that_could_only_fail_later_are_refused_at_once() {
    // The column is that of the value, or of a key that nobody knows.
    for (wrong, told, column) in [
        ("--- published = [\"chanel\"]\n", "chanel", 17),
        ("--- published = [\"sex,age_group\"]\n", "sex,age_group", 17),
        ("--- published = [\"period:year\"]\n", "period:year", 17),
        ("---published = [\"sex\", \"sex\"]\n", "twice", 16),
        ("--- window_months = 4000000000\n", "window_months", 21),
        ("--- window_months = 0\n", "window_months", 21),
        ("---   resolution = 0.0\n", "resolution", 20),
        ("--- sensitive = true\n--- value = \"n\"\n", "`sensitive` is of a share", 17),
        ("--- better_than = \"ä\"\n", "unknown field `better_than`", 5),
        ("--- value = \"ä\", 1\n", "expected newline", 16),
    ] {
        // A key that only a share may have is refused of a mean.
        let head = if wrong.contains("sensitive") { HEAD.replacen("\"share\"", "\"mean\"", 1) } else { HEAD.into() };
        let error = refused(&format!("{head}{wrong}"), RIGHT);
        assert!(error.what.contains(told), "{wrong}: {error}");
        assert!(error.at.as_ref().is_some_and(|at| at.ends_with(&format!("one.sql:8:{column}"))), "{wrong}: {error}");
    }
    let shared = HEAD.lines().filter(|line| !line.contains("id =")).map(|line| format!("{line}\n")).collect::<String>();
    for (several, told, place) in [
        ("--- [t.month]\n--- [t.year]\n--- window_months = 12\n", "one `window_months`", "one.sql:9:21"),
        ("--- [t.month]\n--- [t.year]\n--- better = \"worse\"\n", "unknown variant `worse`", "one.sql:9:14"),
        ("--- [t]\n--- month = 1\n", "t.month is no table", "one.sql:8:5"),
    ] {
        let error = refused(&format!("{shared}{several}"), RIGHT);
        assert!(error.what.contains(told), "{error}");
        assert!(error.at.as_ref().is_some_and(|at| at.ends_with(place)), "{error}");
    }
}

#[test]
fn queries_that_write_or_read_files_are_refused() {
    for sql in [
        "COPY contacts TO '/tmp/contacts.csv'\n",
        "CREATE TABLE x AS SELECT 1\n",
        "INSERT INTO contacts SELECT * FROM contacts\n",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'\n",
        "SELECT * FROM '/etc/passwd'\n",
        "SET datafusion.execution.target_partitions = 1\n",
        "SELECT 1; SELECT 2\n",
        "EXPLAIN SELECT 1\n",
    ] {
        let error = refused(HEAD, sql);
        assert!(error.at.is_some(), "{sql}: {error}");
    }
}

#[test]
fn ids_that_break_links_or_cells_are_refused_with_their_file() {
    for id in
        ["", "../../etc/passwd", "=cmd", "a/b", "a\\nb", "a\\\"b", "-x", "@x", "a b", ".x", "a\\u202Eb", "131052-9085"]
    {
        let error = refused(&HEAD.replace("t.one", id), RIGHT);
        assert!(error.what.contains("an id has 1 to 64"), "{id}: {error}");
        assert!(error.at.as_ref().is_some_and(|at| at.ends_with("one.sql:1:10")), "{id}: {error}");
    }
    let long = refused(&HEAD.replace("t.one", &"x".repeat(65)), RIGHT);
    assert!(long.what.contains("an id has 1 to 64"), "{long}");
    let table = HEAD.replace("--- id = \"t.one\"\n", "") + "--- [\"..\".\"a/b\"]\n";
    let error = refused(&table, RIGHT);
    assert!(error.what.contains("an id has 1 to 64") && error.at.is_some_and(|at| at.contains("one.sql:7:")));
    for id in ["t.one", "Äänekoski_2.odotus-1", &"x".repeat(64)] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("one.sql"), format!("{}{RIGHT}", HEAD.replace("t.one", id))).expect("a measure");
        assert!(Catalogue::with_folder(folder.path()).expect("a catalogue").find(id).is_ok(), "{id}");
    }
}

/// The periods and values of a measure of a kind over contacts on 10 and 11 January and 10 March 2025, one in each unit and two in `a`.
fn sparse(kind: &str, sql: &str, by: &str, from: (i16, i8, i8), to: (i16, i8, i8)) -> Vec<Figure> {
    let mut county = County::new();
    county.must(
        "contacts",
        "contact_id,resident_id,channel,service,unit_id,opened_at\nc1,r1,chat,outpatient,a,2025-01-10T10:00:00Z\n\
         c2,r2,phone,outpatient,b,2025-01-11T10:00:00Z\nc3,r1,chat,outpatient,a,2025-03-10T10:00:00Z\n",
    );
    let mut asked = request(by, false);
    (asked.from, asked.to) = (date(from.0, from.1, from.2), date(to.0, to.1, to.2));
    let head = HEAD.replace("share\"\n--- unit = \"share", &format!("{kind}\"\n--- unit = \"contacts"));
    run_request(&county, &head, sql, &asked).expect("figures")
}

#[test]
fn none_is_counted_as_nought_wherever_the_facts_are_known() {
    let stock = RIGHT
        .replace("channel,", "opened_at + INTERVAL '1 day' AS until, channel,")
        .replace("opened_at >= $from AND ", "");
    let of = |figures: &[Figure]| -> Vec<(String, f64)> {
        figures.iter().map(|it| (it.period.clone(), it.value.expect("a value"))).collect()
    };
    let months = |values: &[(&str, f64)]| -> Vec<(String, f64)> {
        values.iter().map(|(month, value)| ((*month).to_string(), *value)).collect()
    };
    for (kind, sql) in [("count", RIGHT), ("persons", RIGHT)] {
        let year = sparse(kind, sql, "period", (2024, 11, 1), (2025, 7, 1));
        // Before the first and after the last nothing is known.
        assert_eq!(of(&year), months(&[("2025-01", 2.0), ("2025-02", 0.0), ("2025-03", 1.0)]), "{kind}");
        let nought = &year[1];
        assert_eq!((nought.n, nought.coverage, nought.reason, nought.lower), (0, None, None, Some(0.0)), "{kind}");
        assert!(nought.upper.is_some_and(|upper| (upper - 3.689).abs() < 0.001), "−ln 0.025, {:?}", nought.upper);
        // Asked alone it is the same, and without periods.
        assert_eq!(of(&sparse(kind, sql, "period", (2025, 2, 1), (2025, 3, 1))), months(&[("2025-02", 0.0)]), "{kind}");
        assert_eq!(sparse(kind, sql, "", (2025, 2, 1), (2025, 3, 1))[0].value, Some(0.0), "{kind}");
        assert!(sparse(kind, sql, "period", (2025, 4, 1), (2025, 7, 1)).is_empty(), "{kind}");
    }
    let waiting = sparse("stock", &stock, "period", (2025, 1, 1), (2025, 3, 1));
    assert_eq!(of(&waiting), months(&[("2025-02", 0.0)]), "nobody waits at the end of February");
    // By unit: every unit of that time.
    let units = sparse("count", RIGHT, "unit,period", (2025, 2, 1), (2025, 3, 1));
    let units: Vec<(&str, Option<f64>)> = units.iter().map(|it| (it.unit_id.as_str(), it.value)).collect();
    assert_eq!(units, [("a", Some(0.0)), ("b", Some(0.0)), ("county", Some(0.0))]);
    // By a dimension: what was there in another period.
    let parts = sparse("count", RIGHT, "period,channel", (2025, 1, 1), (2025, 4, 1));
    let parts: Vec<(&str, &str, f64)> =
        parts.iter().map(|it| (it.period.as_str(), it.strata[0].1.as_str(), it.value.expect("a value"))).collect();
    let expected =
        [("2025-01", "chat", 1.0), ("2025-01", "phone", 1.0), ("2025-02", "chat", 0.0), ("2025-02", "phone", 0.0)];
    assert_eq!(parts, [expected.as_slice(), &[("2025-03", "chat", 1.0)]].concat());
    let days = sparse("count", RIGHT, "period:day", (2025, 1, 9), (2025, 1, 14));
    assert_eq!(
        of(&days),
        months(&[("2025-01-10", 1.0), ("2025-01-11", 1.0), ("2025-01-12", 0.0), ("2025-01-13", 0.0)])
    );
    // A measure that does not count has no value where there is no case.
    assert_eq!(sparse("share", RIGHT, "period", (2024, 11, 1), (2025, 7, 1)).len(), 2);
}

/// One figure of a kind over values, each that of one contact.
fn of_values(kind: &str, more: &str, values: &[&str]) -> Figure {
    let mut county = County::new();
    let rows: String = (0..values.len())
        .map(|number| format!("c{number},r{},chat,outpatient,a,2025-03-05T10:00:00Z\n", 1 + number % 9))
        .collect();
    county.must("contacts", &format!("contact_id,resident_id,channel,service,unit_id,opened_at\n{rows}"));
    let cases = values.iter().enumerate().map(|(number, value)| format!("WHEN 'c{number}' THEN {value}"));
    let cases = cases.collect::<Vec<_>>().join(" ");
    let value = format!("CAST(CASE contact_id {cases} END AS DOUBLE) AS value");
    let sql = RIGHT.replace("channel = 'chat' AS hit", &value);
    let head = HEAD.replace("share\"\n--- unit = \"share", &format!("{kind}\"\n--- unit = \"x"));
    run_sql(&county, &format!("{head}{more}"), &sql, "").expect("figures").remove(0)
}

#[test]
fn medians_and_means_keep_what_they_are_given() {
    for (kind, more, values, expected) in [
        ("median", "", &["0.2", "0.3", "0.4"][..], 0.3),
        ("median", "", &["2.5", "2.5", "2.5"], 2.5),
        ("median", "", &["1e-12", "2e-12", "3e-12"], 2e-12),
        ("median", "", &["-1.5", "-0.5"], -1.0),
        ("median", "", &["123456789.123", "123456789.125", "123456789.127"], 123_456_789.125),
        ("median", "--- resolution = 0.1\n", &["0.26", "0.34", "0.44"], 0.3),
        ("median", "--- resolution = 5\n", &["1", "7", "8"], 5.0),
        ("mean", "", &["1e-12", "3e-12"], 2e-12),
        ("mean", "", &["0.1", "0.1", "0.1"], 0.1),
        ("mean", "", &["1.0/3", "1.0/3", "1.0/3"], 1.0 / 3.0),
        ("mean", "", &["999999999999999.0", "1.0", "-999999999999999.0"], 1.0 / 3.0),
    ] {
        assert_eq!(of_values(kind, more, values).value, Some(expected), "{kind} {more}{values:?}");
    }
    // Values that never vary have an interval of no width.
    let same = of_values("mean", "", &["0.7"; 9]);
    assert_eq!((same.lower, same.value, same.upper), (Some(0.7), Some(0.7), Some(0.7)));
    for (kind, more) in [("mean", "--- resolution = 1\n"), ("median", "--- resolution = -1\n")] {
        let head = HEAD.replace("share\"\n--- unit", &format!("{kind}\"\n--- unit"));
        let error = refused(&format!("{head}{more}"), RIGHT);
        assert!(error.at.as_ref().is_some_and(|at| at.ends_with("one.sql:8:18")), "{error}");
    }
}

#[test]
fn quantiles_stand_beside_each_other_each_with_its_interval() {
    let county = contacts();
    let head = HEAD.replace("share\"\n--- unit = \"share", "quantiles\"\n--- unit = \"x");
    let cases: String = (0..40).map(|number| format!(" WHEN 'c{number}' THEN {number}")).collect();
    let value = format!("CAST(CASE contact_id{cases} END AS DOUBLE) / 10 AS value");
    let sql = RIGHT.replace("channel = 'chat' AS hit", &value);
    let figures = run_sql(&county, &head, &sql, "").expect("figures");
    // Type 7 over 0.0, 0.1 … 3.9; ranks of the order statistics by the binomial of 40.
    for (at, name, value, lower, upper) in
        [(0, "p10", 0.39, 0.0, 0.8), (2, "p50", 1.95, 1.3, 2.6), (4, "p90", 3.51, 3.1, 3.9)]
    {
        let it = &figures[at];
        assert_eq!((it.strata[0].1.as_str(), it.lower, it.upper), (name, Some(lower), Some(upper)));
        assert!(it.value.is_some_and(|found| (found - value).abs() < 1e-12), "{it:?}");
    }
    assert_eq!(figures.iter().map(|it| it.n).collect::<Vec<_>>(), [40; 5]);
    // All or none of them are hidden, and by unit as the cases are.
    let hidden = run_request(&county, &head, &sql, &request("unit,period", true)).expect("figures");
    assert!(
        hidden.chunk_by(|left, right| (&left.unit_id, &left.period) == (&right.unit_id, &right.period)).all(
            |quantiles| quantiles.len() == 5 && quantiles.iter().all(|it| it.suppressed == quantiles[0].suppressed)
        )
    );
}

#[test]
fn a_rate_is_events_in_their_exposure_and_hidden_like_a_count_of_them() {
    let mut county = contacts();
    let head = HEAD.replace("share\"\n--- unit = \"share", "rate\"\n--- unit = \"per 1,000 days");
    // Forty rows of two and a half days each; one in four is an event.
    let sql = RIGHT.replace("channel = 'chat' AS hit", "CAST(channel = 'chat' AS INT) AS events, 0.0025 AS exposure");
    let of = |county: &County, sql: &str, by: &str| run_sql(county, &head, sql, by).expect("figures");
    let whole = of(&county, &sql, "").remove(0);
    assert_eq!((whole.n, whole.numerator, whole.denominator, whole.coverage), (10, Some(10.0), 0.1, Some(1.0)));
    assert_eq!(whole.value, Some(100.0));
    let byar = stats::interval::count(10.0, 0.95).expect("an interval");
    assert_eq!((whole.lower, whole.upper), (Some(byar.lower / 0.1), Some(byar.upper / 0.1)));
    // Below ten events exact, with none, too.
    let none = of(&county, &sql.replace("channel = 'chat' AS INT", "false AS INT"), "").remove(0);
    assert_eq!((none.n, none.value, none.lower), (0, Some(0.0), Some(0.0)));
    assert!(none.upper.is_some_and(|upper| (upper - 36.89).abs() < 0.01), "{none:?}");
    assert_eq!(
        of(&county, &sql.replace("0.0025", "0.0"), "").remove(0).reason,
        Some("no_cases"),
        "no exposure, no rate"
    );
    for (wrong, told) in [("0.5", "a number of events"), ("-1", "a number of events")] {
        let sql = sql.replace("CAST(channel = 'chat' AS INT) AS events", &format!("{wrong} AS events"));
        let error = run_sql(&county, &head, &sql, "").expect_err("refused");
        assert!(error.what.contains(told) && error.at.is_some(), "{error}");
    }
    // Three events are few, however many were exposed.
    county.must(
        "contacts",
        "contact_id,resident_id,channel,service,unit_id,opened_at\nx1,r1,chat,outpatient,b,2025-06-10T10:00:00Z\n",
    );
    let hidden = run_request(&county, &head, &sql, &request("unit,period:year", true)).expect("figures");
    let is_hidden = |unit: &str| hidden.iter().find(|it| it.unit_id == unit).map(|it| it.suppressed);
    // All ten are of unit a, and b has one: neither is revealed.
    assert_eq!((is_hidden("county"), is_hidden("a"), is_hidden("b")), (Some(false), Some(true), Some(true)));
}

#[test]
fn a_unit_has_noughts_only_while_it_stands() {
    let mut county = County::new();
    county.must(
        "units",
        "unit_id,name_fi,level,parent_id,valid_from,valid_to\nnew,N,unit,county,2025-02-10,\nold,O,unit,county,2020-01-01,2025-03-01\n",
    );
    let rows: String =
        (1..=4).map(|month| format!("c{month},r1,chat,outpatient,a,2025-{month:02}-05T10:00:00Z\n")).collect();
    county.must("contacts", &format!("contact_id,resident_id,channel,service,unit_id,opened_at\n{rows}"));
    let mut asked = request("unit,period", false);
    (asked.from, asked.to) = (date(2025, 1, 1), date(2025, 4, 1));
    let head = HEAD.replace("share\"\n--- unit", "count\"\n--- unit");
    let figures = run_request(&county, &head, RIGHT, &asked).expect("figures");
    let of = |unit: &str| -> Vec<&str> {
        figures.iter().filter(|it| it.unit_id == unit).map(|it| it.period.as_str()).collect()
    };
    // January is known from its fifth day on.
    assert_eq!(of("new"), ["2025-03"]);
    assert_eq!(of("old"), ["2025-02"]);
    assert_eq!(of("b"), ["2025-02", "2025-03"]);
    assert_eq!(of("a"), ["2025-01", "2025-02", "2025-03"]);
}

fn contacts() -> County {
    let mut county = County::new();
    let mut csv = String::from("contact_id,resident_id,channel,service,unit_id,opened_at\n");
    for number in 0..40 {
        let (resident, unit) = (1 + number % 9, ["a", "b"][number % 2]);
        let channel = if number % 4 == 0 { "chat" } else { "phone" };
        csv += &format!("c{number},r{resident},{channel},outpatient,{unit},2025-{:02}-10T10:00:00Z\n", 1 + number % 4);
    }
    county.must("contacts", &csv);
    county
}

#[test]
fn a_case_is_of_the_municipality_where_its_resident_lived_then() {
    let mut county = County::new();
    county.must(
        "residences",
        "resident_id,valid_from,municipality,valid_to\nr1,2020-01-01,aalto,2025-06-01\nr1,2025-06-01,honka,\n\
         r2,2020-01-01,aalto,2025-03-01\n",
    );
    let mut csv = String::from("contact_id,resident_id,channel,service,unit_id,opened_at\n");
    for (resident, month) in [1, 2, 3].into_iter().flat_map(|resident| [(resident, 2), (resident, 8)]) {
        csv += &format!("c{resident}-{month},r{resident},phone,outpatient,a,2025-{month:02}-10T10:00:00Z\n");
    }
    // The first instant of June in the county, and the last of May.
    csv += "june,r1,phone,outpatient,a,2025-05-31T21:00:00Z\nmay,r1,phone,outpatient,a,2025-05-31T20:59:59Z\n";
    county.must("contacts", &csv);
    let figures = run_sql(&county, HEAD, RIGHT, "municipality").expect("figures");
    let of: Vec<(&str, u64)> = figures.iter().map(|it| (it.strata[0].1.as_str(), it.n)).collect();
    // r2 has left the county, and of r3 nobody knows.
    assert_eq!(of, [("aalto", 3), ("honka", 2), ("unknown", 3)]);
}

#[test]
fn units_roll_up_and_periods_and_dimensions_group() {
    let county = contacts();
    let of = |by: &str| run_sql(&county, HEAD, RIGHT, by).expect("figures");
    let whole = of("");
    assert_eq!((whole[0].n, whole[0].numerator), (40, Some(10.0)));
    let units: Vec<(String, u64)> = of("unit").into_iter().map(|it| (it.unit_id, it.n)).collect();
    assert!(units.contains(&("county".into(), 40)) && units.contains(&("a".into(), 20)), "{units:?}");
    let leaves: Vec<String> = of("unit:unit").into_iter().map(|it| it.unit_id).collect();
    assert_eq!(leaves, ["a", "b"]);
    assert_eq!(
        of("period:quarter").iter().map(|it| (it.period.as_str(), it.n)).collect::<Vec<_>>(),
        [("2025-Q1", 30), ("2025-Q2", 10)]
    );
    assert_eq!(of("channel").len(), 2);
    assert_eq!(of("age_group")[0].strata, [("age_group".to_string(), "30-64".to_string())]);
    let error = run_sql(&county, HEAD, RIGHT, "profession").expect_err("no such column");
    assert!(error.what.contains("profession"), "{error}");
    assert!(Grouping::parse("shoe_size").is_err() && Grouping::parse("period:fortnight").is_err());
}

#[test]
fn every_shipped_measure_runs_on_an_empty_county() {
    let county = County::new();
    let catalogue = Catalogue::shipped().expect("the catalogue");
    let ids: Vec<String> = catalogue.measures().map(|(_, measure)| measure.id.clone()).collect();
    assert!(ids.len() >= 26);
    let (snapshot, request) = (county.snapshot(), request("unit,period", true));
    let results = run(&snapshot, &catalogue, &ids, &request);
    let results = crate::runtime().block_on(results).expect("figures");
    assert!(results.figures.iter().all(|figure| figure.value.is_none() || figure.n > 0));
}

#[test]
fn every_measure_file_is_shipped() {
    let mut found = Vec::new();
    let mut folders = vec![crate::project("measures")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.extension().is_some_and(|it| it == "sql") => found.push(path),
                _ => {}
            }
        }
    }
    let catalogue = Catalogue::shipped().expect("the catalogue");
    for path in found {
        let shipped = catalogue.files.iter().any(|file| path.ends_with(&file.path));
        assert!(shipped, "{} is not in the list of shipped measures", path.display());
    }
}

#[test]
fn small_groups_are_hidden_in_what_is_published() {
    let county = contacts();
    let folder = county.path().join("measures");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("one.sql"), format!("{HEAD}{RIGHT}")).expect("a measure");
    let catalogue = Catalogue::with_folder(&folder).expect("a catalogue");
    let mut county = county;
    county.must("contacts", "contact_id,resident_id,channel,service,unit_id,opened_at\nx1,r1,chat,outpatient,b,2025-11-10T10:00:00Z\nx2,r2,chat,outpatient,a,2025-11-11T10:00:00Z\n");
    let (snapshot, ids, request) = (county.snapshot(), ["t.one".to_string()], request("unit,period", true));
    let results = run(&snapshot, &catalogue, &ids, &request);
    let figures = crate::runtime().block_on(results).expect("figures").figures;
    let november: Vec<&Figure> = figures.iter().filter(|figure| figure.period == "2025-11").collect();
    assert_eq!(november.len(), 3);
    for figure in november {
        assert!(
            figure.suppressed && figure.value.is_none() && figure.n == 0 && figure.numerator.is_none(),
            "{figure:?}"
        );
    }
    assert!(figures.iter().filter(|figure| figure.period == "2025-01").all(|figure| !figure.suppressed));
}

#[test]
fn an_unknown_level_and_a_part_of_a_period_are_told() {
    let county = contacts();
    let error = run_sql(&county, HEAD, RIGHT, "unit:NOSUCH").expect_err("no such level");
    assert!(error.what.contains("NOSUCH") && error.remedy.is_some(), "{error}");
    let mut part = request("period", false);
    (part.from, part.to) = (date(2025, 1, 15), date(2025, 3, 1));
    let figures = run_request(&county, HEAD, RIGHT, &part).expect("figures");
    assert_eq!(
        figures.iter().map(|it| it.period.as_str()).collect::<Vec<_>>(),
        ["2025-02"],
        "January has no case then"
    );
    (part.from, part.to) = (date(2025, 1, 1), date(2025, 2, 11));
    let figures = run_request(&county, HEAD, RIGHT, &part).expect("figures");
    let periods: Vec<&str> = figures.iter().map(|it| it.period.as_str()).collect();
    assert_eq!(periods, ["2025-01", "2025-02-01/2025-02-11"]);
}

#[test]
fn a_unit_that_moved_counts_where_it_stood_or_where_it_stands() {
    let mut county = County::new();
    county.must("units", "unit_id,name_fi,level,parent_id,valid_from,valid_to\nc,C,unit,a,2024-01-01,2025-03-01\nc,C,unit,b,2025-03-01,\n");
    let mut csv = String::from("contact_id,resident_id,channel,service,unit_id,opened_at\n");
    for number in 0..18 {
        csv += &format!("m{number},r{},phone,outpatient,c,2025-{:02}-10T10:00:00Z\n", 1 + number % 9, 2 + number / 9);
    }
    county.must("contacts", &csv);
    let of = |tree_now: bool| {
        let mut request = request("unit,period:year", false);
        request.tree_now = tree_now;
        let figures = run_request(&county, HEAD, RIGHT, &request).expect("figures");
        let n = |unit: &str| figures.iter().find(|it| it.unit_id == unit).map_or(0, |it| it.n);
        (n("a"), n("b"), n("c"))
    };
    assert_eq!((of(false), of(true)), ((9, 9, 18), (0, 18, 18)));
    // In the year of the move no figure below their common unit may follow from another.
    let figures = run_request(&county, HEAD, RIGHT, &request("unit,period:year", true)).expect("figures");
    let hidden = |unit: &str| figures.iter().find(|it| it.unit_id == unit).is_some_and(|it| it.suppressed);
    assert!(hidden("a") && hidden("b") && hidden("c") && !hidden("county"));
    let figures = run_request(&county, HEAD, RIGHT, &request("unit,period:month", true)).expect("figures");
    assert!(figures.iter().all(|it| !it.suppressed), "months have one tree each");
}

#[test]
fn distinct_people_are_no_sum_and_a_small_family_goes_whole() {
    let mut county = County::new();
    let mut csv = String::from("contact_id,resident_id,channel,service,unit_id,opened_at\n");
    for (number, (unit, resident)) in (1..=9).map(|it| ("a", it)).chain((1..=3).map(|it| ("b", it))).enumerate() {
        csv += &format!("p{number},r{resident},phone,outpatient,{unit},2025-02-10T10:00:00Z\n");
    }
    county.must("contacts", &csv);
    let head = HEAD.replace("share\"\n--- unit", "persons\"\n--- unit");
    let figures = run_request(&county, &head, RIGHT, &request("unit,period", true)).expect("figures");
    let of = |unit: &str| figures.iter().find(|it| it.unit_id == unit).map(|it| (it.value, it.suppressed));
    assert_eq!(of("county"), Some((Some(9.0), false)), "who came to both is one person");
    assert_eq!((of("a"), of("b")), (Some((None, true)), Some((None, true))));
}

#[test]
fn figures_of_nobody_are_shown_and_rows_of_residents_are_none_of_them() {
    let mut county = County::new();
    let entries =
        "indicator,unit_id,at,value_num,entered_by\ntrained,a,2025-03-31,50,project\ntrained,b,2025-03-31,7,project\n";
    county.must("entries", entries);
    let sum = HEAD.replace("kind = \"share\"", "kind = \"sum\"");
    let of_nobody = format!("{sum}--- impersonal = true\n");
    let sql = "SELECT indicator AS case_id, CAST(NULL AS BIGINT) AS resident_id, unit_id, at, indicator AS instrument, value_num AS value\n\
               FROM entries WHERE at > DATE '2025-01-01'\n";
    let shown = |head: &str, by: &str| -> Vec<Option<f64>> {
        let figures = run_request(&county, head, sql, &request(by, true)).expect("figures");
        figures.iter().map(|figure| figure.value).collect()
    };
    for by in ["unit", "unit,instrument"] {
        assert_eq!(shown(&of_nobody, by), [Some(50.0), Some(7.0), Some(57.0)], "{by}");
        assert_eq!(shown(&sum, by), [None, None, None], "rows of somebody would be hidden, {by}");
    }
    let of_residents = refused(&of_nobody, &RIGHT.replace("channel = 'chat' AS hit", "1 AS value"));
    assert!(of_residents.what.contains("its rows are of residents"), "{of_residents}");
    // Any table may be joined: a row that has a resident is refused when it comes.
    county.must(
        "contacts",
        "contact_id,resident_id,channel,service,unit_id,opened_at\nc1,r1,phone,outpatient,a,2025-03-31T08:00:00Z\n",
    );
    let joined = sql
        .replace("CAST(NULL AS BIGINT) AS resident_id, unit_id,", "c.resident_id, e.unit_id,")
        .replace("FROM entries WHERE", "FROM entries e JOIN contacts c ON c.unit_id = e.unit_id WHERE");
    let joined = run_sql(&county, &of_nobody, &joined, "").expect_err("a refusal");
    assert!(joined.what.contains("resident_id") && joined.what.contains("impersonal"), "{joined}");
}

#[test]
fn the_largest_value_is_one_number_at_each_level() {
    let mut county = County::new();
    let minutes = [("a", 3), ("a", 19), ("b", 7)];
    let rows = minutes.iter().enumerate().map(|(at, (unit, minute))| {
        format!("c{at},r{},phone,outpatient,{unit},2025-03-31T08:{minute:02}:00Z\n", at + 1)
    });
    county.must(
        "contacts",
        &format!("contact_id,resident_id,channel,service,unit_id,opened_at\n{}", rows.collect::<String>()),
    );
    let most = HEAD.replace("kind = \"share\"", "kind = \"most\"");
    let sql = RIGHT.replace("channel = 'chat' AS hit", "date_part('minute', opened_at) AS value");
    let figures = run_sql(&county, &most, &sql, "unit").expect("figures");
    let found: Vec<_> = figures.iter().map(|it| (it.value, it.lower, it.upper)).collect();
    assert_eq!(found, [(Some(19.0), None, None), (Some(7.0), None, None), (Some(19.0), None, None)]);
}
