//! Damage of the data directory: whatever byte of whatever file changes, nothing is answered from it.

use std::fs;
use std::path::{Path, PathBuf};

use analytics::lake::Lake;
use facts::{Row, TABLES};

use crate::county::{County, rows};

/// Base, deltas and history of two tables, an index, and a manifest or two.
fn county() -> County {
    let mut county = County::new();
    let header = "encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at";
    let visit = |number: usize, how: &str| {
        format!("e{number},r{},p1,physician,a,outpatient,{how},2025-03-03T08:{:02}:00Z", 1 + number % 3, number % 60)
    };
    let file = |numbers: std::ops::Range<usize>, how: &str| {
        let rows: Vec<String> = numbers.map(|number| visit(number, how)).collect();
        format!("{header}\n{}\n", rows.join("\n"))
    };
    county.must("encounters", &file(0..40, "phone"));
    // Replaced: the first into the history, the second stay deltas.
    county.must("encounters", &file(0..40, "home"));
    let mut commit = county.lake().commit().expect("a commit");
    commit.compact(facts::Encounter::TABLE, true).expect("compacted");
    commit.finish().expect("a version");
    county.must("encounters", &file(0..2, "video"));
    county
}

/// All rows of a table.
fn answer(data: &Path, table: &str) -> analytics::Result<Vec<Vec<String>>> {
    let snapshot = Lake::existing(data)?.snapshot()?;
    let query = format!("SELECT * FROM {table}");
    let batches = crate::runtime().block_on(analytics::measure::sql(&snapshot, &query, 1 << 52))?;
    let mut found = rows(&batches);
    found.sort();
    Ok(found)
}

/// Every file under a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found.sort();
    found
}

/// A file damaged in several ways: bits flipped from end to end, cut, emptied, longer, gone.
fn damages(whole: &[u8]) -> Vec<(String, Option<Vec<u8>>)> {
    let mut damages = vec![
        ("gone".into(), None),
        ("empty".into(), Some(Vec::new())),
        ("cut".into(), Some(whole[..whole.len() / 2].to_vec())),
        ("longer".into(), Some([whole, b"x"].concat())),
    ];
    for at in (0..whole.len()).step_by(1 + whole.len() / 8) {
        let mut flipped = whole.to_vec();
        flipped[at] ^= 1 << (at % 8);
        damages.push((format!("byte {at}"), Some(flipped)));
    }
    damages
}

/// Puts bytes in a file's place, as a new file.
fn put(path: &Path, bytes: Option<&[u8]>) {
    fs::remove_file(path).or_else(|error| if path.exists() { Err(error) } else { Ok(()) }).expect("removed");
    if let Some(bytes) = bytes {
        fs::write(path, bytes).expect("written");
    }
}

#[test]
fn nothing_is_answered_from_a_damaged_file() {
    let county = county();
    let (data, folder) = (county.path(), county.path().join("facts"));
    let table_of = |path: &Path| {
        let first = path.strip_prefix(&folder).expect("within").components().next();
        let name = first.map(|name| name.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        TABLES.iter().find(|table| table.name == name).map_or("encounters", |table| table.name)
    };
    let manifest = format!("manifest-{}.json", county.snapshot().version());
    let snapshot = county.snapshot();
    let partitions = snapshot.manifest.tables.values().flat_map(|table| table.partitions.values());
    let read = partitions.flat_map(|files| files.base.iter().chain(&files.deltas));
    let named: Vec<PathBuf> = read.map(|file| folder.join(&file.path)).collect();
    let mut tried = 0;
    // A table of rows that were replaced, and one of rows that were not.
    let is_tried = |path: &PathBuf| {
        let path = path.display().to_string();
        !path.contains("/facts/residents/")
            && !path.contains("/index/")
            && (!path.contains("/manifest-") || path.ends_with(&manifest))
    };
    for path in files(&folder).into_iter().filter(is_tried) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // No rows are read from the history, nor from files of versions before.
        let is_read = named.contains(&path) || name == "CURRENT" || name == manifest;
        let (whole, table) = (fs::read(&path).expect("a file"), table_of(&path));
        let right = answer(data, table).expect("an answer");
        for (how, damaged) in damages(&whole) {
            put(&path, damaged.as_deref());
            let said = answer(data, table);
            put(&path, Some(&whole));
            match said {
                // The line's end tells nothing.
                Ok(rows) => assert!(rows == right && (!is_read || name == "CURRENT"), "{}: {how}", path.display()),
                Err(error) if name == "CURRENT" => assert!(error.to_string().contains("/facts/"), "{how}: {error}"),
                Err(error) => assert!(error.to_string().contains(&name), "{}: {how}: {error}", path.display()),
            }
            tried += 1;
        }
        assert_eq!(answer(data, table).expect("an answer"), right, "mended");
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn no_import_is_decided_by_a_damaged_key_index() {
    let mut county = county();
    let text =
        "encounter_id,resident_id,unit_id,service,status,started_at\ne1,r1,a,outpatient,done,2025-03-03T08:01:00Z\n";
    for path in files(&county.path().join("facts/encounters/index")) {
        let whole = fs::read(&path).expect("a file");
        for (how, damaged) in damages(&whole) {
            let version = county.snapshot().version();
            put(&path, damaged.as_deref());
            let said = county.import("encounters", text);
            put(&path, Some(&whole));
            let error = said.expect_err(&how).to_string();
            assert!(error.contains(&path.file_name().unwrap_or_default().display().to_string()), "{how}: {error}");
            assert_eq!(county.snapshot().version(), version, "{how}");
        }
    }
}

/// Whatever happened to the key of the directory, an import changes nothing, and says so.
#[test]
fn facts_are_bound_to_the_key_of_their_directory() {
    let mut county = County::new();
    let key = county.path().join("keys/directory.key");
    let whole = fs::read(&key).expect("a key");
    let other = County::new();
    let others = fs::read(other.path().join("keys/directory.key")).expect("a key");
    let flipped = |at: usize| whole.iter().enumerate().map(|(byte, it)| it ^ u8::from(byte == at)).collect::<Vec<_>>();
    let mut damages: Vec<(String, Option<Vec<u8>>)> = vec![
        ("gone".into(), None),
        ("empty".into(), Some(Vec::new())),
        ("short".into(), Some(whole[..15].to_vec())),
        ("cut".into(), Some(whole[..31].to_vec())),
        ("longer".into(), Some([whole.as_slice(), b"\n"].concat())),
        ("another county's".into(), Some(others)),
    ];
    damages.extend((0..32).map(|at| (format!("byte {at}"), Some(flipped(at)))));
    let stands = |county: &County| -> Vec<(PathBuf, Vec<u8>)> {
        files(county.path()).into_iter().map(|path| (path.clone(), fs::read(path).expect("a file"))).collect()
    };
    let people: String = (1..=9).map(|number| format!("r{number},1980\n")).collect();
    let people = county.file("again.csv", format!("resident_id,birth_year\n{people}"));
    let units = county.file("units.csv", "unit_id,name_fi,level\nc,C,unit\n");
    for (how, damaged) in damages {
        put(&key, damaged.as_deref());
        let before = stands(&county);
        for (table, file) in [("residents", &people), ("units", &units)] {
            let error = county.import_file(table, file, analytics::import::Mapping::default()).expect_err(&how);
            assert!(error.to_string().contains("key"), "{how}: {error}");
        }
        assert!(before == stands(&county), "{how}: nothing has changed");
        put(&key, Some(&whole));
    }
    assert_eq!(county.import_file("residents", &people, Default::default()).expect("an import").unchanged, 9);
}
