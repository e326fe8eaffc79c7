//! The binary as its users run it.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "it/backup.rs"]
mod backup;
#[path = "it/connections.rs"]
mod connections;
#[path = "it/content.rs"]
mod content;
#[path = "it/copies.rs"]
mod copies;
#[path = "it/county.rs"]
mod county;
#[path = "it/damage.rs"]
mod damage;
#[path = "it/figures.rs"]
mod figures;
#[path = "it/privacy.rs"]
mod privacy;
#[path = "it/serving.rs"]
mod serving;
#[path = "it/spc.rs"]
mod spc;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn luotsi(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_luotsi")).args(arguments).output().expect("the binary runs")
}

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

#[test]
fn exit_codes_tell_errors_from_rejected_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let file = folder.path().join("units.csv");
    std::fs::write(&file, "unit_id,name_fi,level\nu1,A,unit\nu2,B,planet\n").expect("a file");
    let file = file.display().to_string();
    let imported = luotsi(&["import", "units", &file, "--data", &data, "--json"]);
    assert_eq!(imported.status.code(), Some(3));
    let summary: Value = serde_json::from_slice(&imported.stdout).expect("JSON");
    assert_eq!(
        (summary["read"].as_u64(), summary["accepted"].as_u64(), summary["rejected"].as_u64()),
        (Some(2), Some(1), Some(1))
    );
    let unknown = luotsi(&["import", "unicorns", &file, "--data", &data]);
    assert_eq!(unknown.status.code(), Some(1));
    let text = String::from_utf8_lossy(&unknown.stderr);
    assert!(text.starts_with("error: no fact table") && text.contains("try: "), "{text}");
    assert_eq!(luotsi(&["measure", "run", "--by", "shoe_size", "--data", &data]).status.code(), Some(1));
    assert_eq!(luotsi(&["no-such-command"]).status.code(), Some(2));
    let missing = luotsi(&["import", "units", "no-such-file.csv", "--data", &data]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("at no-such-file.csv"));
}

#[test]
fn the_waiting_list_of_the_nhs_becomes_a_chart() {
    let Some(path) = shared("nhs/waiting_list_weekly.csv.gz") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("list.csv");
    let unpacked = Command::new("gzip").args(["-dc"]).arg(path).output().expect("gzip");
    std::fs::write(&plain, unpacked.stdout).expect("a file");
    let plain = plain.display().to_string();
    let charted = luotsi(&[
        "spc",
        &plain,
        "--value",
        "total_waiting_list",
        "--better",
        "lower",
        "--target",
        "7000000",
        "--format",
        "json",
    ]);
    assert!(charted.status.success(), "{}", String::from_utf8_lossy(&charted.stderr));
    let chart: Value = serde_json::from_slice(&charted.stdout).expect("JSON");
    let points = chart["points"].as_array().expect("points");
    assert_eq!(points.len(), 72);
    // The centre is the plain mean of the series.
    let values: Vec<f64> = points.iter().filter_map(|point| point["value"].as_f64()).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    assert!((points[0]["centre"].as_f64().unwrap_or(f64::NAN) - mean).abs() < 1e-6 * mean);
    let picture = luotsi(&["spc", &plain, "--value", "total_waiting_list", "--format", "svg", "--language", "fi"]);
    assert!(String::from_utf8_lossy(&picture.stdout).starts_with("<svg"));
}

#[test]
fn a_public_series_is_imported_whole() {
    let Some(path) = shared("nhs/ae_attendances.csv.gz") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings/nhs-ae-attendances.toml");
    let words = ["import", "series", &path.display().to_string(), "--map", &mapping.display().to_string(), "--json"];
    let imported = luotsi(&[words.as_slice(), &["--data", &data]].concat());
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let summary: Value = serde_json::from_slice(&imported.stdout).expect("JSON");
    // The sum that plain reading of the file gives.
    let mut plain = (0_u64, 0_f64);
    let unpacked = Command::new("gzip").args(["-dc"]).arg(&path).output().expect("gzip");
    for line in String::from_utf8_lossy(&unpacked.stdout).lines().skip(1) {
        plain =
            (plain.0 + 1, plain.1 + line.split(',').nth(3).and_then(|it| it.parse::<f64>().ok()).expect("a number"));
    }
    assert_eq!((summary["read"].as_u64(), summary["accepted"].as_u64()), (Some(plain.0), Some(plain.0)));
    let sum =
        luotsi(&["sql", "SELECT count(*) AS n, sum(value) AS s FROM series", "--format", "json", "--data", &data]);
    let sum: Value = serde_json::from_slice(&sum.stdout).expect("JSON");
    assert_eq!((sum[0]["n"].as_u64(), sum[0]["s"].as_f64()), (Some(plain.0), Some(plain.1)));
}

/// A data directory with a unit, and a file of so many residents to import into it.
fn residents(folder: &Path, rows: usize) -> (String, String) {
    let data = folder.join("data").display().to_string();
    let mut text = String::from("resident_id,birth_year\n");
    (0..rows).for_each(|row| text += &format!("r{row},{}\n", 1930 + row % 90));
    let file = folder.join("residents.csv");
    std::fs::write(&file, text).expect("a file");
    (data, file.display().to_string())
}

fn import_of(data: &str, file: &str) -> Value {
    let imported = luotsi(&["import", "residents", file, "--data", data, "--json"]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    serde_json::from_slice(&imported.stdout).expect("JSON")
}

#[test]
fn a_killed_import_leaves_whole_commits_and_a_second_run_ends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = 700_000;
    let (data, file) = residents(folder.path(), rows);
    let current = Path::new(&data).join("facts").join("CURRENT");
    let mut import = Command::new(env!("CARGO_BIN_EXE_luotsi"))
        .args(["import", "residents", &file, "--data", &data])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the binary runs");
    // Killed as soon as the first of its two commits stands, if it has not ended by then.
    while !current.exists() && import.try_wait().expect("a state").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    import.kill().expect("a kill");
    import.wait().expect("an end");
    let verified = luotsi(&["facts", "verify", "--data", &data]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let published = || luotsi(&["measure", "publish", "--data", &data]);
    let refused = |when: &str| {
        let told = String::from_utf8_lossy(&published().stderr).into_owned();
        assert!(
            told.contains("broke off") && told.contains("import its file residents.csv again whole"),
            "{when}: {told}"
        );
    };
    refused("at once");
    // Neither an attempt nor another file makes the half a whole.
    assert!(!luotsi(&["import", "residents", "nowhere.csv", "--data", &data]).status.success());
    refused("after an attempt");
    let other = folder.path().join("other.csv");
    std::fs::write(&other, "resident_id,birth_year\nsomebody,1980\n").expect("a file");
    assert_eq!(import_of(&data, &other.display().to_string())["accepted"], 1);
    refused("after another file");
    let again = import_of(&data, &file);
    assert!(published().status.success(), "whole again");
    let count = |name: &str| again[name].as_u64().unwrap_or(0);
    assert_eq!(count("accepted") + count("unchanged"), rows as u64);
    assert!(count("unchanged") >= 500_000, "the first commit stood: {again}");
    assert!(luotsi(&["facts", "verify", "--data", &data]).status.success());
    let sql = luotsi(&["sql", "SELECT count(*) AS n FROM residents", "--format", "json", "--data", &data]);
    assert_eq!(serde_json::from_slice::<Value>(&sql.stdout).expect("JSON")[0]["n"], rows + 1);
}

/// A program that is killed instead of its step number `at` of changing files in `data`; how it ended.
fn killed_at(at: u32, library: &Path, data: &str, arguments: &[&str]) -> std::process::ExitStatus {
    let output = Command::new(env!("CARGO_BIN_EXE_luotsi"))
        .args(arguments)
        .env("LD_PRELOAD", library)
        .env("FAULT_DIR", data)
        .env("FAULT_JOURNAL", library.with_extension("journal"))
        .env("FAULT_KILL_AT", at.to_string())
        .output();
    output.expect("the binary runs").status
}

/// F16 of the fault suite, for what is not the log: the steps are 1, 2, 3, 5, 8 and so on to the end of the work.
#[test]
fn f16_killed_at_a_step_of_writing_facts_or_results_it_is_ended_by_a_second_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = folder.path().join("disk.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/faults/disk.c");
    let built =
        Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(built.expect("cc runs").success());
    let (data, few) = residents(folder.path(), 300);
    let newer = folder.path().join("newer.csv");
    std::fs::rename(&few, &newer).expect("renamed");
    let (_, few) = residents(folder.path(), 200);
    let newer = newer.display().to_string();
    let count = |name: &str| {
        let sql = format!("SELECT count(*) AS n FROM {name}");
        let counted = luotsi(&["sql", &sql, "--format", "json", "--data", &data]);
        assert!(counted.status.success(), "{}", String::from_utf8_lossy(&counted.stderr));
        serde_json::from_slice::<Value>(&counted.stdout).expect("JSON")[0]["n"].as_u64()
    };
    let (mut at, mut next, mut kills) = (1, 2, 0);
    loop {
        let _ = std::fs::remove_dir_all(&data);
        import_of(&data, &few);
        let import = ["import", "residents", &newer, "--data", &data];
        let imported = killed_at(at, &library, &data, &import);
        assert!(luotsi(&["facts", "verify", "--data", &data]).status.success(), "killed at {at}");
        let stands = count("residents");
        assert!(stands == Some(200) || stands == Some(300), "a commit is whole or not there: {stands:?} at {at}");
        import_of(&data, &newer);
        assert_eq!(count("residents"), Some(300), "killed at {at}");
        assert!(luotsi(&["facts", "verify", "--data", &data]).status.success(), "killed at {at}");
        let published = killed_at(at, &library, &data, &["measure", "publish", "--data", &data]);
        let again = luotsi(&["measure", "publish", "--data", &data]);
        assert!(again.status.success(), "killed at {at}: {}", String::from_utf8_lossy(&again.stderr));
        kills += u32::from(imported.code().is_none()) + u32::from(published.code().is_none());
        if imported.success() && published.success() {
            break;
        }
        (at, next) = (next, at + next);
    }
    assert!(kills > 8, "{kills} kills up to step {at}");
}

#[test]
fn a_full_disk_is_told_and_takes_nothing_that_stood() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, few) = residents(folder.path(), 100);
    import_of(&data, &few);
    let (_, many) = residents(folder.path(), 200_000);
    // No file may grow past 64 KiB, and the signal that says so is passed over: writes fail as on a full disk.
    let limited = format!("trap '' XFSZ; ulimit -f 128; exec \"$0\" import residents '{many}' --data '{data}'");
    let full = Command::new("sh").args(["-c", &limited, env!("CARGO_BIN_EXE_luotsi")]).output().expect("a shell");
    let said = String::from_utf8_lossy(&full.stderr).into_owned();
    assert_eq!(full.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: cannot ") && said.contains("large"), "{said}");
    let sql = luotsi(&["sql", "SELECT count(*) AS n FROM residents", "--format", "json", "--data", &data]);
    assert_eq!(serde_json::from_slice::<Value>(&sql.stdout).expect("JSON")[0]["n"], 100);
    assert!(luotsi(&["facts", "verify", "--data", &data]).status.success());
    let again = import_of(&data, &many);
    assert_eq!((again["accepted"].as_u64(), again["unchanged"].as_u64()), (Some(199_900), Some(100)));
}

#[test]
fn a_run_manifest_names_what_the_figures_were_made_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = residents(folder.path(), 100);
    import_of(&data, &file);
    let manifest = |name: &str, more: &[&str]| -> Value {
        let path = folder.path().join(name).display().to_string();
        let words =
            ["measure", "run", "volume.contacts", "--from", "2025-01-01", "--to", "2025-02-01", "--data", &data];
        let run = luotsi(&[words.as_slice(), &["--as-of", "2025-03-01T00:00:00Z", "--manifest", &path], more].concat());
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        serde_json::from_slice(&std::fs::read(path).expect("a manifest")).expect("JSON")
    };
    let first = manifest("1.json", &[]);
    assert_eq!(first["facts_version"], 1);
    assert_eq!(first["measures"][0]["id"], "volume.contacts");
    assert_eq!(first, manifest("2.json", &[]), "the same run gives the same manifest");
    assert_ne!(first["by"], manifest("3.json", &["--by", "unit"])["by"]);
}

#[test]
fn a_period_twice_is_told_and_a_number_beyond_meaning_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("series.csv");
    let refused = |text: &str, place: &str| {
        std::fs::write(&path, text).expect("a file");
        let output = luotsi(&["spc", &path.display().to_string()]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(place), "{said}");
    };
    std::fs::write(&path, "month,value\n1,2\n2,3\n1,4\n").expect("a file");
    let twice = luotsi(&["spc", &path.display().to_string()]);
    assert!(twice.status.success() && String::from_utf8_lossy(&twice.stderr).contains("series.csv:4:1"));
    refused("month,value\n1,2\n2,1e308\n", "series.csv:3:2");
    // As spreadsheets here write it; and a picture that says in words what it shows.
    std::fs::write(&path, "\u{feff}kuukausi;arvo\n1;2,5\n2;3,5\n").expect("a file");
    let finnish = luotsi(&["spc", &path.display().to_string()]);
    assert!(String::from_utf8_lossy(&finnish.stdout).contains("1,2.5,"), "decimal commas");
    let picture = luotsi(&["spc", &path.display().to_string(), "--format", "svg", "--language", "sv"]);
    let picture = String::from_utf8(picture.stdout).expect("text");
    assert!(picture.contains(">series</title>") && !picture.contains("></desc>"), "{picture}");
    std::fs::write(&path, "month,value\n1,2\n2,-3\n").expect("a file");
    let negative = luotsi(&["spc", &path.display().to_string(), "--chart", "c"]);
    assert!(String::from_utf8_lossy(&negative.stderr).contains("series.csv:3:2"));
    let nan = luotsi(&["spc", "series.csv", "--target", "NaN"]);
    assert_eq!(nan.status.code(), Some(2));
}

#[test]
fn a_series_is_read_in_the_order_of_time_with_gaps_for_missing_months() {
    let folder = tempfile::tempdir().expect("a folder");
    let chart = |rows: &[&str]| {
        let path = folder.path().join("series.csv");
        std::fs::write(&path, format!("month,value\n{}\n", rows.join("\n"))).expect("a file");
        let output = luotsi(&["spc", &path.display().to_string()]);
        assert!(output.status.success());
        (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (rising, said) = chart(&["2024-11,1", "2024-12,2", "2025-02,4"]);
    assert!(said.is_empty() && rising.contains("\n2025-01,,"), "{rising}{said}");
    let (other, said) = chart(&["2025-02,4", "2024-12,2", "2024-11,1"]);
    assert!(other == rising && said.contains("order of time"), "{other}{said}");
}

/// An event log with one person's text in it, as the service leaves it.
fn a_log(data: &Path) -> uuid::Uuid {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let subject = store::new_id(0);
    runtime.block_on(async {
        let folder = data.join("keys");
        let keys = store::Keys::open(&folder, &folder.join(store::KEY_FILE)).expect("keys");
        let location = store::Location::File(data.join("log.db"));
        let log = store::Log::open(&location, std::sync::Arc::new(keys), || 0).expect("a log");
        for number in 0..3 {
            let event = store::NewEvent {
                id: store::new_id(number),
                stream: "contact/1".into(),
                kind: "contact.opened".into(),
                schema: 1,
                occurred: number,
                data: "{\"channel\":\"chat\"}".into(),
                personal: Some(store::Personal { subject, class: "contact".into(), text: b"my back hurts".into() }),
                closes: false,
            };
            let append = store::Append {
                scope: "test".into(),
                key: number.to_string(),
                request: [0; 32],
                expects: Vec::new(),
                events: vec![event],
                context: store::Context::default(),
            };
            log.append(append).await.expect("appended");
        }
    });
    subject
}

#[test]
fn a_data_directory_is_private_whoever_makes_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let commands: [&[&str]; 3] = [
        &["token", "--role", "nurse", "--unit", "county"],
        &["unit", "set", "a", "--name", "A", "--level", "county"],
        &["import", "residents", "nowhere.csv"],
    ];
    for (number, command) in commands.iter().enumerate() {
        let data = folder.path().join(number.to_string());
        luotsi(&[command, &["--data", &data.display().to_string()][..]].concat());
        let mode = std::fs::metadata(&data).expect("a data directory").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{command:?}");
    }
}

#[test]
fn a_data_directory_of_a_newer_format_is_not_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    std::fs::write(folder.path().join("FORMAT"), "99\n").expect("a file");
    let copy = folder.path().join("copy.db").display().to_string();
    let to_keys = folder.path().join("keys.copy").display().to_string();
    let commands: [&[&str]; 9] = [
        &["log", "verify"],
        &["backup", &copy, "--keys", &to_keys],
        &["log", "export"],
        &["log", "backup", &copy],
        &["log", "restore", &copy],
        &["token", "--role", "nurse", "--unit", "county"],
        &["unit", "end", "county"],
        &["facts", "list"],
        &["serve", "--listen", "127.0.0.1:0"],
    ];
    for command in commands {
        let output = luotsi(&[command, &["--data", &data]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains("format 99"), "{command:?}: {told}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|it| it.file_name()).collect();
    assert_eq!(left, ["FORMAT"], "nothing was made in it");
}

#[test]
fn a_log_is_proved_exported_copied_restored_and_erased() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let run = |arguments: &[&str]| {
        let output = luotsi(&[&["log"], arguments].concat());
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    };
    let (ok, text) = run(&["verify", "--data", &path("nothing")]);
    assert!(!ok && text.contains("there is no log"), "{text}");
    let subject = a_log(&folder.path().join("county"));
    let (ok, whole) = run(&["verify", "--data", &path("county")]);
    assert!(ok && whole.starts_with("3 events, all as they were written, chain "), "{whole}");
    let (ok, exported) = run(&["export", "--data", &path("county")]);
    let lines: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(ok && lines.len() == 3 && !exported.contains("hurts"), "what is sealed stays sealed");
    assert_eq!((&lines[2]["pos"], &lines[2]["data"]["channel"]), (&Value::from(3), &Value::from("chat")));
    let copy = ["backup", &path("copy.db"), "--keys", &path("copy.keys"), "--data", &path("county")];
    assert_eq!(run(&copy).1, format!("3 events copied to {}\n", path("copy.db")));
    let (ok, text) = run(&copy);
    assert!(!ok && text.contains("there is a file already"), "{text}");
    let (ok, text) = run(&["erase", &subject.to_string(), "--reason", " ", "--data", &path("county")]);
    assert!(!ok && text.contains("an erasure has a reason"), "{text}");
    let (ok, text) = run(&["erase", &subject.to_string(), "--reason", "asked for", "--data", &path("county")]);
    assert!(ok && text.starts_with("1 keys destroyed; the facts forget"), "{text}");
    assert!(run(&["verify", "--data", &path("county")]).1.starts_with("4 events, all"));
    let (ok, text) = run(&["erased", "--data", &path("county")]);
    assert!(ok && text.ends_with(&format!(" {subject}: asked for\n")), "{text}");
    std::fs::create_dir_all(folder.path().join("new/keys")).expect("a folder");
    std::fs::copy(folder.path().join("county/keys/master"), folder.path().join("new/keys/master")).expect("copied");
    let (ok, text) = run(&["restore", &path("copy.db"), "--keys", &path("copy.keys"), "--data", &path("new")]);
    assert!(ok && text.starts_with("3 events restored\n") && text.contains("erased"), "{text}");
    let noted = whole.trim_end().rsplit(' ').next().expect("a chain");
    let (ok, text) = run(&["verify", "--chain", noted, "--data", &path("new")]);
    assert!(ok && text.starts_with("4 events, all"), "the same chain, and the word that it was restored: {text}");
    let retain = |before: &str| run(&["retain", "--class", "contact", "--before", before, "--data", &path("new")]);
    let (ok, text) = retain("9999");
    assert!(!ok && text.contains("is kept"), "{text}");
    assert_eq!(retain("1971").1, "1 keys destroyed\n", "what occurred in 1970");
    let (ok, text) = run(&["restore", &path("copy.db"), "--data", &path("county")]);
    assert!(!ok && text.contains("there is a file already"), "never over a log: {text}");
}
