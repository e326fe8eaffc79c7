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
        // What only a share can be is refused of a mean.
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
    // In the year of the move no figure below their common unit may be told from another.
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
