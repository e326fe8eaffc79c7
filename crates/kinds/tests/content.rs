//! The one list of kinds of content, and what is shipped of each.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use content::{Asked, Found, KINDS, Library, kind_of, uses};
use kinds::content::FOLDERS;

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

#[test]
fn shipped_files_of_a_kind_are_read() {
    let (library, found) = (Library::read(FOLDERS, &shipped(), &|_, _| true), shipped());
    let of_kinds = found.iter().filter(|file| FOLDERS.iter().any(|folder| folder.name == file.folder)).count();
    // Faults of what they name are told where all of it is known; their shape is held here.
    let misshapen = library.faults.iter().filter(|fault| !fault.what.ends_with(" is there"));
    assert_eq!(misshapen.collect::<Vec<_>>(), Vec::<&content::Fault>::new());
    assert!(of_kinds > 0);
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
