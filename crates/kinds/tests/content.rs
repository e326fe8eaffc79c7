//! The one list of kinds of content, and what is shipped of each.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use content::{Asked, Found, KINDS, Library, kind_of, uses};
use kinds::Kinds;
use kinds::content::{FOLDERS, Files, Known, hear, publish};
use store::{KEY_FILE, Keys, Location, Log};

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

/// Two servers on one log: what one publishes is in force in the other, without a restart.
#[test]
fn a_server_hears_of_what_another_publishes() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(folder.path(), &folder.path().join(KEY_FILE)).expect("keys");
        let log = Log::open(&Location::Memory, Arc::new(keys), || 0).expect("a log");
        let opened = async || Kinds::open(log.clone(), || 0, None).await.expect("kinds");
        let (one, other) = (opened().await, opened().await);
        for store in [one.store.clone(), other.store.clone()] {
            tokio::spawn(async move { store.follow().await });
        }
        let queue = |id: &str, version: u32, units: &str| {
            format!(
                "id = \"{id}\"\nversion = {version}\nname = {{ fi = \"a\", sv = \"b\", en = \"c\" }}\nregister = \"health\"\n\
                 professions = [\"nurse\"]\nunits = [{units}]\n"
            )
        };
        let day = jiff::civil::date(2026, 1, 7);
        let also = |_: &str, _: &str| true;
        let shipped = |text: &str| Files::of(&[("content/queues/clinic.toml", text)], Path::new("nowhere"));
        let publish = async |files: &Files| publish(&log, FOLDERS, files, &also, 0).await.expect("published");
        let (old, new) = (queue("clinic", 1, "\"a\""), queue("clinic", 2, "\"a\", \"b\""));
        let (ours, theirs) = (shipped(&old), shipped(&new));
        other.take(&publish(&ours).await, day);
        let since = log.past().await.expect("the head").1.pos;
        let mut heard = other.publications.listen();
        let at = |kinds: &Kinds, id: &str| kinds.queues.get(id).map(|it| it.content.units.len());
        let hear = async || other.take(&hear(&log, since).await.expect("read").read(FOLDERS, &ours, &also), day);
        // A newer program ships another version.
        one.take(&publish(&theirs).await, day);
        assert_eq!([at(&one, "clinic"), at(&other, "clinic")], [Some(2), Some(1)]);
        heard.changed().await.expect("it is heard");
        hear().await;
        assert_eq!(at(&other, "clinic"), Some(2));
        // A county's own part, whose file the other server does not have.
        let own = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(own.path().join("content/queues")).expect("a folder");
        std::fs::write(own.path().join("content/queues/own.toml"), queue("own", 1001, "\"a\"")).expect("a file");
        one.take(&publish(&Files::of(&[("content/queues/clinic.toml", &new)], own.path())).await, day);
        heard.changed().await.expect("it is heard");
        hear().await;
        assert_eq!([at(&one, "own"), at(&other, "own")], [Some(1), Some(1)]);
    });
}
