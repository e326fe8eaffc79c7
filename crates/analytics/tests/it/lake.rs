//! The layered table is the plain table of latest rows, whatever happened to it.

use std::collections::BTreeMap;

use analytics::decide::Tally;
use analytics::rows::Rows;
use analytics::seen::Seen;
use facts::{Encounter, Row, Table, Value};
use proptest::prelude::*;

use crate::county::County;

/// A version of an encounter: key, resident, start, modality.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    commit_from(county, "test", versions, recorded, compact);
}

fn commit_from(county: &County, source: &str, versions: &[Version], recorded: i64, compact: bool) {
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
        rows.push(&values, source, recorded, 0);
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
        commits in prop::collection::vec((prop::collection::vec(version(), 1..10), prop::bool::weighted(0.3)), 1..6),
        // Extracts may be imported in another order than they were recorded in.
        recorded in Just(vec![100, 200, 300, 400, 500]).prop_shuffle(),
        erased in 0_i64..6,
    ) {
        let county = County::empty();
        let mut told: BTreeMap<u8, BTreeMap<i64, Version>> = BTreeMap::new();
        for ((versions, compact), recorded) in commits.iter().zip(&recorded) {
            commit(&county, versions, *recorded, *compact);
            let mut seen = std::collections::BTreeSet::new();
            for version in versions.iter().filter(|version| seen.insert(version.key)) {
                let of = told.entry(version.key).or_default();
                if of.range(..=recorded).next_back().is_none_or(|(_, before)| before != version) {
                    of.insert(*recorded, *version);
                }
            }
        }
        let as_of = |at: i64| -> BTreeMap<u8, Version> {
            let latest = |of: &BTreeMap<i64, Version>| of.range(..=at).next_back().map(|(_, version)| *version);
            told.iter().filter_map(|(key, of)| Some((*key, latest(of)?))).collect()
        };
        let query = "SELECT encounter_id, resident_id, modality FROM encounters ORDER BY encounter_id";
        prop_assert_eq!(county.sql(query), expected(&as_of(i64::MAX)));
        // A filter must not bring an old row back.
        let phones = county.sql("SELECT encounter_id FROM encounters WHERE modality = 'phone' ORDER BY encounter_id");
        let expected_phones: Vec<Vec<String>> = expected(&as_of(i64::MAX))
            .into_iter()
            .filter(|row| row[2] == "phone")
            .map(|row| vec![row[0].clone()])
            .collect();
        prop_assert_eq!(phones, expected_phones);
        // Nor may the bounds of a time, which the merge takes part in, lose or keep a row that moved over them.
        let timely = county.sql(
            "SELECT encounter_id, resident_id, modality FROM encounters WHERE started_at >= '1970-01-01T00:00:00.000001Z' \
             AND '1970-01-01T00:00:00.000003Z' > started_at ORDER BY encounter_id",
        );
        let mut latest = as_of(i64::MAX);
        latest.retain(|_, version| (1..3).contains(&version.started));
        prop_assert_eq!(timely, expected(&latest));
        for at in [150, 250, 350, 450, 550] {
            prop_assert_eq!(read_as_of(&county, at), expected(&as_of(at)), "as of {}", at);
        }
        let verified = county.snapshot().verify(|_| ());
        prop_assert!(verified.is_ok(), "{:?}", verified);
        // An erased resident is in no version any more, and nobody else misses anything.
        let erased = erased << 60;
        let others = |at: i64| -> BTreeMap<u8, Version> {
            as_of(at).into_iter().filter(|(_, version)| version.resident != erased).collect()
        };
        for compact in [false, true] {
            let mut commit = county.lake().commit().expect("a commit");
            let removed = commit.erase(&[erased]).expect("erased");
            let stood = told.values().flat_map(BTreeMap::values).any(|version| version.resident == erased);
            prop_assert!((removed > 0) == (stood && !compact), "{} rows, and the second time none", removed);
            if compact {
                commit.compact(Encounter::TABLE, true).expect("compaction");
            }
            commit.finish().expect("a version");
            prop_assert_eq!(county.sql(query), expected(&others(i64::MAX)));
            for at in [150, 250, 350, 450, 550] {
                prop_assert_eq!(read_as_of(&county, at), expected(&others(at)), "erased, as of {}", at);
            }
            let verified = county.snapshot().verify(|_| ());
            prop_assert!(verified.is_ok(), "{:?}", verified);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_source_that_is_forgotten_is_as_if_it_had_never_brought_anything(
        commits in prop::collection::vec(
            (prop::collection::vec(version(), 1..10), prop::bool::ANY, prop::bool::weighted(0.3)), 1..6),
        recorded in Just(vec![100, 200, 300, 400, 500]).prop_shuffle(),
    ) {
        let county = County::empty();
        // Versions that the other source has brought, by key and recording. Versions that stood there before it came
        // are unchanged.
        let mut others: BTreeMap<u8, BTreeMap<i64, Version>> = BTreeMap::new();
        let mut all: BTreeMap<u8, BTreeMap<i64, Version>> = BTreeMap::new();
        for ((versions, forgotten, compact), recorded) in commits.iter().zip(&recorded) {
            commit_from(&county, if *forgotten { "gone" } else { "kept" }, versions, *recorded, *compact);
            let mut seen = std::collections::BTreeSet::new();
            for version in versions.iter().filter(|version| seen.insert(version.key)) {
                let of = all.entry(version.key).or_default();
                if of.range(..=recorded).next_back().is_none_or(|(_, before)| before != version) {
                    of.insert(*recorded, *version);
                    if !forgotten {
                        others.entry(version.key).or_default().insert(*recorded, *version);
                    }
                }
            }
        }
        let of = |told: &BTreeMap<u8, BTreeMap<i64, Version>>| told.values().map(BTreeMap::len).sum::<usize>() as u64;
        let as_of = |at: i64| -> BTreeMap<u8, Version> {
            let latest = |of: &BTreeMap<i64, Version>| of.range(..=at).next_back().map(|(_, version)| *version);
            others.iter().filter_map(|(key, of)| Some((*key, latest(of)?))).collect()
        };
        for again in [false, true] {
            let mut commit = county.lake().commit().expect("a commit");
            let removed = commit.forget("gone").expect("forgotten");
            // Marks of rows that moved go too.
            prop_assert!(removed >= if again { 0 } else { of(&all) - of(&others) }, "{removed} rows");
            prop_assert!(!again || removed == 0, "{} rows the second time", removed);
            commit.finish().expect("a version");
            let query = "SELECT encounter_id, resident_id, modality FROM encounters ORDER BY encounter_id";
            prop_assert_eq!(county.sql(query), expected(&as_of(i64::MAX)));
            for at in [150, 250, 350, 450, 550] {
                prop_assert_eq!(read_as_of(&county, at), expected(&as_of(at)), "as of {}", at);
            }
            let verified = county.snapshot().verify(|_| ());
            prop_assert!(verified.is_ok(), "{:?}", verified);
        }
        // A row that the source brings again stands again.
        let back = Version { key: 0, resident: 0, started: 1, modality: "home" };
        commit_from(&county, "gone", &[back], 600, false);
        let mut expected_now = as_of(i64::MAX);
        expected_now.insert(0, back);
        let query = "SELECT encounter_id, resident_id, modality FROM encounters ORDER BY encounter_id";
        prop_assert_eq!(county.sql(query), expected(&expected_now));
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
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: None,
    };
    let snapshot = county.snapshot();
    let cases = analytics::measure::cases(&snapshot, &catalogue, "t.all", &request);
    let rows = crate::county::rows(&crate::runtime().block_on(cases).expect("cases"));
    let mut rows: Vec<Vec<String>> =
        rows.into_iter().map(|row| vec![row[0].clone(), row[1].clone(), row[4].clone()]).collect();
    rows.sort_unstable();
    rows
}

/// One commit of an import that has several: tallies of a single encounter.
fn commit_seen(county: &County, modality: &'static str, recorded: i64, seen: &mut Seen) -> Tally {
    let table: &'static Table = Encounter::TABLE;
    let mut rows = Rows::new(table);
    let value = |name: &str| match name {
        "encounter_id" => Value::Text("e1"),
        "resident_id" | "started_at" => Value::Int(7),
        "modality" => Value::Text(modality),
        _ => Value::Null,
    };
    let values: Vec<Value<'_>> = table.columns.iter().map(|column| value(column.name)).collect();
    rows.push(&values, "test", recorded, 3);
    let mut commit = county.lake().commit().expect("a commit");
    let tally = commit.add_seen(&mut rows, seen).expect("rows");
    commit.finish().expect("a version");
    tally
}

#[test]
fn a_key_that_comes_again_commits_later_is_in_conflict_on_every_run() {
    let county = County::empty();
    for (run, first) in [(100, (1, 0)), (200, (0, 1))] {
        let mut seen = Seen::within(county.path());
        let tally = commit_seen(&county, "phone", run, &mut seen);
        assert_eq!((tally.accepted, tally.unchanged), first);
        for _ in 0..2 {
            let tally = commit_seen(&county, "video", run, &mut seen);
            assert_eq!((tally.accepted, tally.replaced, tally.conflicting), (0, 0, vec![3]));
        }
        seen.finish().expect("removed");
    }
    assert_eq!(county.sql("SELECT modality FROM encounters"), [["phone"]]);
    assert!(!county.path().join("seen").exists());
}
