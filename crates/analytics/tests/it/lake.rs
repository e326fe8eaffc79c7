//! The layered table is the plain table of latest rows, whatever happened to it.

use std::collections::BTreeMap;

use analytics::rows::Rows;
use facts::{Encounter, Row, Table, Value};
use proptest::prelude::*;

use crate::county::County;

/// A version of an encounter: key, resident, start, modality.
#[derive(Debug, Clone, Copy)]
struct Version {
    key: u8,
    resident: i64,
    started: i64,
    modality: &'static str,
}

fn version() -> impl Strategy<Value = Version> {
    let modality = prop::sample::select(vec!["phone", "home", "video"]);
    (0_u8..12, 0_i64..6, 0_i64..4, modality).prop_map(|(key, resident, started, modality)| Version {
        key,
        // Spread over the ranges.
        resident: resident << 60,
        started,
        modality,
    })
}

fn commit(county: &County, versions: &[Version], recorded: i64, compact: bool) {
    let table: &'static Table = Encounter::TABLE;
    let mut rows = Rows::new(table);
    let mut seen = std::collections::BTreeSet::new();
    for version in versions.iter().filter(|version| seen.insert(version.key)) {
        let key = format!("e{}", version.key);
        let value = |name: &str| match name {
            "encounter_id" => Value::Text(&key),
            "resident_id" => Value::Int(version.resident),
            "started_at" => Value::Int(version.started),
            "modality" => Value::Text(version.modality),
            _ => Value::Null,
        };
        let values: Vec<Value<'_>> = table.columns.iter().map(|column| value(column.name)).collect();
        rows.push(&values, "test", recorded, 0);
    }
    let mut commit = county.lake().commit().expect("a commit");
    commit.add(&mut rows).expect("rows");
    if compact {
        commit.compact(table, true).expect("compaction");
    }
    commit.finish().expect("a version");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_history_reads_as_its_latest_rows(
        commits in prop::collection::vec((prop::collection::vec(version(), 1..10), prop::bool::weighted(0.3)), 1..6)
    ) {
        let county = County::empty();
        let mut latest: BTreeMap<u8, Version> = BTreeMap::new();
        let mut after: Vec<BTreeMap<u8, Version>> = Vec::new();
        for (number, (versions, compact)) in commits.iter().enumerate() {
            commit(&county, versions, 100 * (number as i64 + 1), *compact);
            let mut seen = std::collections::BTreeSet::new();
            for version in versions.iter().filter(|version| seen.insert(version.key)) {
                latest.insert(version.key, *version);
            }
            after.push(latest.clone());
        }
        let query = "SELECT encounter_id, resident_id, modality FROM encounters ORDER BY encounter_id";
        prop_assert_eq!(county.sql(query), expected(&latest));
        // A filter must not bring an old row back.
        let phones = county.sql("SELECT encounter_id FROM encounters WHERE modality = 'phone' ORDER BY encounter_id");
        let expected_phones: Vec<Vec<String>> =
            expected(&latest).into_iter().filter(|row| row[2] == "phone").map(|row| vec![row[0].clone()]).collect();
        prop_assert_eq!(phones, expected_phones);
        for (number, state) in after.iter().enumerate() {
            let rows = read_as_of(&county, 100 * (number as i64 + 1) + 50);
            prop_assert_eq!(rows, expected(state), "as of commit {}", number);
        }
        let verified = county.snapshot().verify(|_| ());
        prop_assert!(verified.is_ok(), "{:?}", verified);
    }
}

fn expected(latest: &BTreeMap<u8, Version>) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = latest
        .iter()
        .map(|(key, version)| vec![format!("e{key}"), version.resident.to_string(), version.modality.to_string()])
        .collect();
    rows.sort_unstable();
    rows
}

fn read_as_of(county: &County, as_of: i64) -> Vec<Vec<String>> {
    let sql = "--- id = \"t.all\"\n--- kind = \"count\"\n--- unit = \"rows\"\n--- better = \"neither\"\n--- source = \"test\"\n\
               --- name = { fi = \"x\", sv = \"x\", en = \"x\" }\n--- about = { fi = \"x\", sv = \"x\", en = \"x\" }\n\
               SELECT encounter_id AS case_id, resident_id, unit_id, started_at AS at, modality FROM encounters\n";
    let folder = county.path().join("measures");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("all.sql"), sql).expect("a measure");
    let catalogue = analytics::measure::Catalogue::with_folder(&folder).expect("a catalogue");
    let request = analytics::measure::Request {
        from: jiff::civil::date(1969, 1, 1),
        to: jiff::civil::date(1971, 1, 1),
        grouping: analytics::measure::Grouping::default(),
        as_of,
        suppress: false,
    };
    let snapshot = county.snapshot();
    let cases = analytics::measure::cases(&snapshot, &catalogue, "t.all", &request);
    let rows = crate::county::rows(&crate::runtime().block_on(cases).expect("cases"));
    let mut rows: Vec<Vec<String>> =
        rows.into_iter().map(|row| vec![row[0].clone(), row[1].clone(), row[4].clone()]).collect();
    rows.sort_unstable();
    rows
}
