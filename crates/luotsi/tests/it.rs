//! The binary as its users run it.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

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

fn figures(data: &str, by: &str, from: &str, to: &str, ids: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["measure", "run"];
    arguments.extend(ids);
    arguments.extend(["--data", data, "--by", by, "--from", from, "--to", to, "--no-suppress", "--format", "json"]);
    let output = luotsi(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The effects that the county's source documents report come back out of the measures, within three standard errors.
/// Half an interval is 1.96 standard errors; the figures themselves are rounded as they were reported.
#[test]
fn the_county_gives_back_the_effects_that_its_sources_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county").display().to_string();
    let made = luotsi(&["demo", "--only-make", "--residents", "100000", "--seed", "1", "--data", &data]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let near = |figure: &Value, expected: f64, rounding: f64, what: &str| {
        let number = |name: &str| figure[name].as_f64().unwrap_or(f64::NAN);
        let error = (number("upper") - number("lower")) / (2.0 * 1.96);
        let distance = (number("value") - expected).abs();
        eprintln!("{what}: {:.4}, expected {expected}, standard error {error:.4}, n {}", number("value"), figure["n"]);
        assert!(
            distance <= 3.0 * error + rounding,
            "{what}: {} is not {expected} (standard error {error})",
            number("value")
        );
    };
    let of = |rows: &[Value], measure: &str, unit: &str| -> Value {
        let found = rows.iter().find(|row| row["measure"] == measure && row["unit_id"] == unit);
        found.unwrap_or_else(|| panic!("no figure of {measure} in {unit:?}")).clone()
    };
    let before = figures(
        &data,
        "unit",
        "2023-01-01",
        "2024-01-01",
        &["access.callback_24h", "continuity.coc", "access.digital_share", "experience.nps", "volume.callbacks"],
    );
    let after = figures(
        &data,
        "unit",
        "2025-01-01",
        "2026-01-01",
        &[
            "access.callback_24h",
            "continuity.coc",
            "continuity.slicc",
            "experience.nps",
            "access.first_response_median",
            "access.chat_duration_median",
            "experience.response_rate",
            "access.contact_to_care_median",
            "access.contact_to_care_mean",
            "volume.callbacks",
        ],
    );
    near(&of(&before, "access.callback_24h", "families-line"), 0.52, 0.005, "callback before");
    near(&of(&after, "access.callback_24h", "families-line"), 0.983, 0.005, "callback after");
    // Requests fall from over 5,000 to about 2,000 a month in a county of 480,000.
    let requests =
        |rows: &[Value]| of(rows, "volume.callbacks", "families-line")["n"].as_f64().unwrap_or(f64::NAN) / 12.0 * 4.8;
    assert!(requests(&before) > 5_000.0 * 0.95, "{} requests a month before", requests(&before));
    assert!((requests(&after) - 2_000.0).abs() < 250.0, "{} requests a month after", requests(&after));
    for (station, early, late) in [("station-02", 0.23, 0.38), ("station-05", 0.38, 0.54)] {
        near(&of(&before, "continuity.coc", station), early, 0.005, &format!("COC of {station} before"));
        near(&of(&after, "continuity.coc", station), late, 0.005, &format!("COC of {station} after"));
    }
    let slicc = of(&after, "continuity.slicc", "own-doctors");
    assert!(slicc["value"].as_f64().is_some_and(|it| it > 0.80), "SLICC {slicc}");
    near(&of(&after, "experience.nps", "families"), 77.0, 0.5, "NPS after");
    near(&of(&before, "experience.nps", "families"), 64.0, 0.5, "NPS before");
    near(&of(&after, "experience.response_rate", "county"), 0.27, 0.005, "response rate");
    near(&of(&after, "access.first_response_median", "county"), 2.5, 0.05, "chat wait");
    near(&of(&after, "access.chat_duration_median", "county"), 15.0, 0.5, "chat length");
    near(&of(&after, "access.contact_to_care_median", "own-doctors"), 1.0, 0.0, "contact to care, median");
    near(&of(&after, "access.contact_to_care_mean", "own-doctors"), 3.0, 0.05, "contact to care, mean");
    let start = of(&before, "access.digital_share", "county")["value"].as_f64().unwrap_or(f64::NAN);
    assert!((0.01..0.03).contains(&start), "digital share before {start}");
    let end = figures(&data, "", "2025-11-01", "2026-01-01", &["access.digital_share"]);
    near(&end[0], 0.30, 0.01, "digital share at the end");
    let classes = figures(&data, "", "2023-01-01", "2026-01-01", &["backpain.risk_class"]);
    for (class, share) in [("low", 0.30), ("medium", 0.54), ("high", 0.16)] {
        let of_class = classes.iter().find(|row| row["class"] == class).unwrap_or_else(|| panic!("no class {class}"));
        near(of_class, share, 0.005, class);
    }
    // Over 1,600 AI interpretings in a county of 480,000.
    let modes = figures(&data, "modality", "2025-01-01", "2026-01-01", &["volume.interpretings"]);
    let ai = modes.iter().find(|row| row["modality"] == "ai").and_then(|row| row["n"].as_f64()).unwrap_or(0.0);
    assert!((ai - 1_600.0 / 4.8).abs() <= 3.0 * (1_600.0_f64 / 4.8).sqrt(), "{ai} AI interpretings");
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
