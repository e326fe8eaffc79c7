//! Specs: small tables in, expected figures out. They are tests, and they are the measures' documentation.
//!
//! A spec lies beside its measure file. `table NAME` begins rows of a fact table, `expect ID by WORDS` the figures that
//! must come out, each block CSV and ended by an empty line; `as_of TIME` and `from DATE to DATE` set the run.

use std::fs;
use std::path::{Path, PathBuf};

use analytics::measure::{Catalogue, Figure, Grouping, Request, run};

use crate::county::County;

struct Spec {
    county: County,
    from: jiff::civil::Date,
    to: jiff::civil::Date,
    as_of: i64,
}

#[test]
fn every_measure_does_what_its_spec_says() {
    let catalogue = Catalogue::shipped().expect("the catalogue");
    let mut expected_ids = Vec::new();
    for file in &catalogue.files {
        let path = crate::project(&file.path).with_extension("spec");
        assert!(path.exists(), "{} has no spec", file.path);
        expected_ids.extend(check(&path, &catalogue));
    }
    for (_, measure) in catalogue.measures() {
        assert!(expected_ids.contains(&measure.id), "no spec expects anything of {}", measure.id);
    }
}

fn check(path: &PathBuf, catalogue: &Catalogue) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a spec");
    let mut spec = Spec {
        county: County::new(),
        from: jiff::civil::date(2025, 1, 1),
        to: jiff::civil::date(2026, 1, 1),
        as_of: "2026-06-01T00:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_microsecond(),
    };
    let mut ids = Vec::new();
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let block: Vec<&str> = block.lines().filter(|line| !line.starts_with('#')).collect();
        let Some((first, rest)) = block.split_first() else { continue };
        let csv = rest.join("\n") + "\n";
        match first.split(' ').collect::<Vec<_>>().as_slice() {
            ["table", name] => {
                spec.county.must(name, &csv);
            }
            ["as_of", time] => spec.as_of = time.parse::<jiff::Timestamp>().expect("a time").as_microsecond(),
            ["from", from, "to", to] => {
                (spec.from, spec.to) = (from.parse().expect("a day"), to.parse().expect("a day"))
            }
            ["expect", id, words @ ..] => {
                let by = words.strip_prefix(&["by"]).map_or(String::new(), |words| words.join(","));
                expect(path, &spec, catalogue, id, &by, &csv);
                ids.push((*id).to_string());
            }
            other => panic!("{}: {other:?} begins no block", path.display()),
        }
    }
    ids
}

fn expect(path: &Path, spec: &Spec, catalogue: &Catalogue, id: &str, by: &str, csv: &str) {
    let grouping = Grouping::parse(by).expect("a grouping");
    let request = Request {
        from: spec.from,
        to: spec.to,
        grouping,
        as_of: spec.as_of,
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: None,
    };
    let (snapshot, ids) = (spec.county.snapshot(), [id.to_string()]);
    let results = run(&snapshot, catalogue, &ids, &request);
    let figures =
        crate::runtime().block_on(results).unwrap_or_else(|error| panic!("{}: {error}", path.display())).figures;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let expected: Vec<Vec<String>> =
        reader.records().map(|row| row.expect("a row").iter().map(String::from).collect()).collect();
    let found: Vec<Vec<String>> = figures
        .iter()
        .filter(|figure| figure.n > 0 || figure.coverage.is_some() || (by == "period" && figure.value.is_some()))
        .map(|figure| header.iter().enumerate().map(|(column, name)| cell(figure, name, &expected, column)).collect())
        .collect();
    let (mut found, mut expected) = (found, expected);
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{}: {id} by {by:?}", path.display());
}

/// A figure's column, with as many decimals as the spec prints.
fn cell(figure: &Figure, name: &str, expected: &[Vec<String>], column: usize) -> String {
    let decimals =
        expected.iter().filter_map(|row| row[column].split_once('.').map(|(_, it)| it.len())).max().unwrap_or(0);
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.decimals$}"));
    match name {
        "unit_id" => figure.unit_id.clone(),
        "period" => figure.period.clone(),
        "n" => figure.n.to_string(),
        "numerator" => number(figure.numerator),
        "value" => number(figure.value),
        "lower" => number(figure.lower),
        "upper" => number(figure.upper),
        "coverage" => number(figure.coverage),
        dimension => {
            figure.strata.iter().find(|(known, _)| known == dimension).map(|(_, it)| it.clone()).unwrap_or_default()
        }
    }
}
