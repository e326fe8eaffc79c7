//! The one list of kinds of content, and what is shipped of each.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use content::{Asked, Found, KINDS, Library, kind_of, uses};
use kinds::content::{FOLDERS, Files, Known};

/// Every file of content that is shipped.
fn shipped() -> Vec<Found> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut folders, mut found) = (vec![root.join("content")], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                let inside = path.strip_prefix(&root).expect("below the root").display().to_string();
                found.push(Found::shipped(&inside, &std::fs::read_to_string(&path).expect("a file")));
            }
        }
    }
    found
}

#[test]
fn each_folder_is_of_one_kind_of_part() {
    let names: BTreeSet<&str> = FOLDERS.iter().map(|folder| folder.name).collect();
    assert_eq!(names.len(), FOLDERS.len());
    assert!(names.iter().all(|name| kind_of(name).is_some()), "{names:?}");
}

/// Measures and scorecards are those of the files' names and heads, as far as journeys wait for some.
#[test]
fn shipped_parts_are_sound_as_the_program_knows_what_they_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (found, mut measures) = (shipped(), BTreeSet::new());
    for group in std::fs::read_dir(root.join("measures")).expect("measures") {
        for file in std::fs::read_dir(group.expect("a folder").path()).expect("a folder") {
            let text = std::fs::read_to_string(file.expect("a file").path()).expect("a measure");
            let ids =
                text.lines().filter_map(|line| line.strip_prefix("--- id = \"")?.strip_suffix('"').map(String::from));
            measures.extend(ids);
        }
    }
    let pairs: Vec<(&str, &str)> = found.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let files = Files::of(&pairs, Path::new("nowhere"));
    let units = files.named(FOLDERS, "unit");
    assert!(units.contains("mental-clinic"), "{units:?}");
    let mut known = Known { measures, scorecards: BTreeSet::from(["opti".into()]), units };
    let library = files.read(FOLDERS, &[], &|kind, id| known.has(kind, id));
    assert_eq!(library.faults, []);
    let of_kinds = found.iter().filter(|file| FOLDERS.iter().any(|folder| folder.name == file.folder)).count();
    assert_eq!(library.parts().count(), of_kinds);
    assert!(library.parts().all(|part| !part.name.fi.is_empty()));
    // A unit that is not known is missed.
    known.units.remove("mental-clinic");
    let library = files.read(FOLDERS, &[], &|kind, id| known.has(kind, id));
    assert!(library.faults.iter().any(|fault| fault.what == "there is no unit mental-clinic"), "{:?}", library.faults);
}

/// `content where-used` reads files without knowing their kinds, so each kind has to name parts in the ways that it knows.
#[test]
fn every_part_that_a_shipped_one_names_is_found_where_it_is_used() {
    for file in shipped() {
        let asked = RefCell::new(BTreeSet::new());
        Library::read(FOLDERS, std::slice::from_ref(&file), &|kind, id| {
            asked.borrow_mut().insert(format!("{kind}:{id}"));
            false
        });
        let is_part = |name: &&String| KINDS.iter().any(|(kind, ..)| name.split(':').next() == Some(kind));
        for name in asked.borrow().iter().filter(is_part) {
            let places = uses(std::slice::from_ref(&file), &Asked::of(name));
            assert!(!places.is_empty(), "{} names {name} in a way of its own", file.path);
        }
    }
}
