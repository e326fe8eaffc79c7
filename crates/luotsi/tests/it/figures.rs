//! Measures on the command line: what leaves harms no spreadsheet and no terminal, and nothing that was hidden comes back.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::luotsi;
use crate::privacy::copied;
use crate::serving::Server;

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn must(arguments: &[&str]) -> String {
    let output = luotsi(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", told(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A county in a folder: two units, nine residents, and contacts of each in January to March.
fn county(folder: &Path, service: &str) -> String {
    let data = folder.join("county").display().to_string();
    let import = |table: &str, text: &str| {
        let file = folder.join(format!("{table}.csv"));
        fs::write(&file, text).expect("a file");
        must(&["import", table, &file.display().to_string(), "--data", &data]);
    };
    import("units", "unit_id,name_fi,parent_id,level\nC,Maakunta,,county\nU1,Yksi,C,unit\nU2,Kaksi,C,unit\n");
    let people: String = (1..=9).map(|person| format!("r{person},1980\n")).collect();
    import("residents", &format!("resident_id,birth_year\n{people}"));
    let mut rows = String::from("contact_id,resident_id,channel,service,unit_id,opened_at\n");
    for (unit, people) in [("U1", 1..=9), ("U2", 1..=7)] {
        for (month, person) in (1..=3).flat_map(|month| people.clone().map(move |person| (month, person))) {
            let day = if month == 2 { 28 } else { 30 };
            rows += &format!(
                "{unit}-{month}-{person},r{person},phone,\"{service}\",{unit},2025-{month:02}-{day}T10:00:00Z\n"
            );
        }
    }
    import("contacts", &rows);
    data
}

#[test]
fn no_cell_of_csv_is_a_formula_and_no_table_moves_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path(), "@SUM(1)");
    let run = |format: &str| {
        let by = ["measure", "run", "volume.contacts", "--by", "service", "--no-suppress", "--format", format];
        must(&[by.as_slice(), &["--from", "2025-01-01", "--to", "2025-04-01", "--data", &data]].concat())
    };
    let csv = run("csv");
    assert!(csv.contains(",'@SUM(1),48,") && !csv.contains(",@SUM"), "{csv}");
    let json: Vec<Value> = serde_json::from_str(&run("json")).expect("JSON");
    assert_eq!(json[0]["service"], "@SUM(1)", "programs get it as it is");
    let sql = |format: &str, query: &str| must(&["sql", query, "--format", format, "--data", &data]);
    let query = "SELECT '=1+1' AS \"=a\", '-2' AS text, -2 AS number, -0.5 AS real, 'a=b' AS plain, NULL AS none";
    assert_eq!(sql("csv", query), "'=a,text,number,real,plain,none\n'=1+1,'-2,-2,-0.5,a=b,\n");
    let table = sql("table", "SELECT '\u{1b}[2J\u{7}ä' AS name");
    assert!(!table.contains(['\u{1b}', '\u{7}']) && table.contains("\\u{1b}[2J\\u{7}ä"), "{table:?}");
}

#[test]
fn what_was_hidden_stays_so_when_results_or_settings_are_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path(), "outpatient");
    let (results, settings) = (Path::new(&data).join("results.db"), Path::new(&data).join("county.toml"));
    let publish = || luotsi(&["measure", "publish", "--data", &data]);
    let hidden = || -> Vec<(String, String, String)> {
        let database = rusqlite::Connection::open(&results).expect("the results");
        let query = "SELECT measure, month, unit_id FROM figure WHERE suppressed = 1 ORDER BY 1, 2, 3";
        let mut rows = database.prepare(query).expect("a query");
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    };
    fs::write(&settings, "threshold = 8\n").expect("settings");
    assert!(publish().status.success());
    let first = hidden();
    assert!(first.iter().any(|(measure, _, unit)| measure == "volume.contacts" && unit == "U2"), "seven are few");
    // Settings lost, emptied, or without the word: asked about.
    for text in [None, Some(""), Some("# threshold = 8\n")] {
        match text {
            None => fs::remove_file(&settings).expect("removed"),
            Some(text) => fs::write(&settings, text).expect("written"),
        }
        let output = publish();
        assert_eq!(output.status.code(), Some(1), "{text:?}: {}", told(&output));
        assert!(told(&output).contains("county.toml") && told(&output).contains('8'), "{}", told(&output));
        assert_eq!(hidden(), first);
    }
    // A lower one by word: said, and what was hidden stays hidden.
    fs::write(&settings, "threshold = 5\n").expect("settings");
    let output = publish();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("was 8"), "{}", told(&output));
    assert_eq!(hidden(), first);
    // Results lost or emptied, with the settings or without.
    for lose in [true, false] {
        let whole = fs::read(&results).expect("the results");
        match lose {
            true => fs::remove_file(&results).expect("removed"),
            false => fs::write(&results, "").expect("emptied"),
        }
        fs::remove_file(&settings).expect("removed");
        let output = publish();
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(told(&output).contains("results.db") && told(&output).contains("lost"), "{}", told(&output));
        fs::write(&results, whole).expect("restored");
        fs::write(&settings, "threshold = 5\n").expect("settings");
        assert!(publish().status.success());
    }
}

#[test]
fn facts_that_are_older_than_what_is_published_publish_nothing_and_it_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path(), "outpatient");
    let (facts, older) = (Path::new(&data).join("facts"), folder.path().join("older"));
    copied(&facts, &older);
    let more = folder.path().join("more.csv");
    fs::write(&more, "resident_id,birth_year\nr10,1990\n").expect("a file");
    must(&["import", "residents", &more.display().to_string(), "--data", &data]);
    must(&["measure", "publish", "--data", &data]);
    must(&["measure", "publish", "--data", &data]);
    fs::remove_dir_all(&facts).expect("removed");
    copied(&older, &facts);
    let output = luotsi(&["measure", "publish", "--data", &data]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let why = told(&output);
    // Rows are written as they were gathered: on a busy machine an import is two versions.
    assert!(why.contains("nothing is published of version 3") && why.contains(" was before"), "{why}");
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_luotsi"));
    let (_server, said) = Server::start_and_hear(program, Path::new(&data));
    assert!(said.contains("nothing is published of version 3"), "{said}");
}

#[test]
fn intervals_are_of_the_confidence_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path(), "outpatient");
    let width = |confidence: &[&str]| {
        let run = ["measure", "run", "volume.contacts", "--from", "2025-01-01", "--to", "2025-04-01", "--data", &data];
        let json = must(&[run.as_slice(), &["--format", "json"], confidence].concat());
        let rows: Vec<Value> = serde_json::from_str(&json).expect("JSON");
        rows[0]["upper"].as_f64().expect("an end") - rows[0]["lower"].as_f64().expect("an end")
    };
    let (usual, outer) = (width(&[]), width(&["--confidence", "0.998"]));
    // 3.09 against 1.96 standard deviations.
    assert!((outer / usual - 3.09 / 1.96).abs() < 0.05, "{usual} and {outer}");
    for wrong in ["1", "0", "95", "nan", "x"] {
        let output = luotsi(&["measure", "run", "--confidence", wrong, "--data", &data]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn who_somebody_is_is_said_to_whoever_holds_the_key_and_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path(), "outpatient");
    let who = |id: &str| luotsi(&["facts", "who", id, "--format", "json", "--data", &data]);
    let rows: Vec<Value> = serde_json::from_slice(&who("r8").stdout).expect("JSON");
    let tables: Vec<(&str, u64)> =
        rows.iter().map(|row| (row["table_name"].as_str().unwrap_or(""), row["rows"].as_u64().unwrap_or(0))).collect();
    assert_eq!(tables, [("residents", 1), ("contacts", 3)], "{rows:?}");
    let cases = ["measure", "run", "volume.contacts", "--cases", "--from", "2025-01-01", "--to", "2025-02-01"];
    let cases = must(&[cases.as_slice(), &["--format", "json", "--data", &data]].concat());
    let cases: Vec<Value> = serde_json::from_str(&cases).expect("JSON");
    let mine: Vec<&Value> = cases.iter().filter(|case| case["resident_id"] == rows[0]["resident_id"]).collect();
    assert!(mine.len() == 1 && mine[0]["case_id"] == "U1-1-8", "{mine:?}");
    let stranger = who("nobody");
    assert_eq!(stranger.status.code(), Some(1), "{}", told(&stranger));
    // Where accesses are recorded, this is one.
    Server::start(Path::new(&data)).end();
    let accesses = || {
        let verified = must(&["log", "verify", "--data", &data]);
        let line = verified.lines().find(|line| line.contains("accesses")).expect("accesses").to_string();
        line.split(' ').next().and_then(|number| number.parse::<u64>().ok()).expect("a number")
    };
    let before = accesses();
    assert!(who("r8").status.success());
    assert_eq!(accesses(), before + 1);
    let exported = must(&["log", "export", "--accesses", "--data", &data]);
    assert!(exported.contains("resident.looked_up") && !exported.contains("\"r8\""), "{exported}");
}
