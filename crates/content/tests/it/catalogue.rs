//! Content of every kind: versions, a county's own parts, and what was published.

use content::{Catalogue, Content, Fault, File, Origin, There, Wrong};
use facts::Names;
use jiff::civil::date;
use serde::Deserialize;

/// A kind of content of these tests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lamp {
    name: Names,
}

impl Content for Lamp {
    const FOLDER: &'static str = "lamps";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, id: &str, there: There) -> Vec<Wrong> {
        let is_lit = there("lamp", id);
        if is_lit { Vec::new() } else { vec![Wrong::new(0..0, format!("{id} is not lit"), "light it")] }
    }
}

const BODY: &str = "name = { fi = \"Majakka\", sv = \"Fyr\", en = \"Light\" }\n";

fn shipped(id: &str, head: &str) -> (String, String, Origin) {
    (format!("content/lamps/{id}.toml"), format!("id = \"{id}\"\n{head}\n{BODY}"), Origin::Shipped)
}

fn own(id: &str, head: &str) -> (String, String, Origin) {
    let (path, text, _) = shipped(id, head);
    (path.replace("content/", "data/content/"), text, Origin::Own)
}

fn published(id: &str, head: &str) -> (String, String, Origin) {
    let (path, text, _) = shipped(id, head);
    (path, text, Origin::Published)
}

fn read(files: &[(String, String, Origin)]) -> (Catalogue<Lamp>, Vec<Fault>) {
    let files: Vec<File> = files.iter().map(|(path, text, origin)| File { path, text, origin: *origin }).collect();
    Catalogue::read(&files, &|_, id| id != "dark")
}

fn told(files: &[(String, String, Origin)]) -> Vec<String> {
    let one_line = |fault: Fault| format!("{}:{}:{} {}", fault.file, fault.line, fault.column, fault.what);
    read(files).1.into_iter().map(one_line).collect()
}

#[test]
fn a_countys_part_replaces_the_shipped_one_whole() {
    let today = date(2026, 3, 9);
    let replaces = "version = 1001\nreplaces = \"lamps/fyr@2\"";
    let (catalogue, faults) =
        read(&[shipped("fyr", "version = 2"), own("fyr", replaces), own("new", "version = 1001")]);
    assert_eq!(faults, []);
    assert_eq!(catalogue.current("fyr", today).map(|part| part.version), Some(1001));
    assert_eq!(catalogue.version("fyr", 2).map(|part| part.origin), Some(Origin::Shipped));
    assert_eq!(catalogue.current("new", today).map(|part| part.content.name.fi.as_str()), Some("Majakka"));
    assert!(catalogue.current("none", today).is_none() && catalogue.outdated.is_empty());
    assert_eq!(catalogue.all().count(), 3);
    // The county takes its own away: the shipped one holds again, and what was begun on the other is still read.
    let (catalogue, faults) = read(&[shipped("fyr", "version = 2"), published("fyr", replaces)]);
    assert_eq!(faults, []);
    assert_eq!(catalogue.current("fyr", today).map(|part| part.version), Some(2));
    assert!(catalogue.version("fyr", 1001).is_some());
}

#[test]
fn a_countys_part_holds_from_its_first_day_and_by_its_last_version_while_its_file_is_wrong() {
    let own_on = |files: &[(String, String, Origin)], month| {
        read(files).0.current("fyr", date(2026, month, 1)).map(|part| part.version)
    };
    let replaces = "replaces = \"lamps/fyr@2\"";
    let later = own("fyr", &format!("version = 1001\nfrom = \"2026-06-01\"\n{replaces}"));
    let files = [shipped("fyr", "version = 2"), later];
    assert_eq!((own_on(&files, 5), own_on(&files, 6)), (Some(2), Some(1001)));
    // The version that was published holds on, not the shipped one.
    let before = published("fyr", &format!("version = 1001\n{replaces}"));
    let other_text = own("fyr", &format!("version = 1001\n{replaces} # other"));
    let no_toml = ("data/content/lamps/fyr.toml".to_string(), "id = ".to_string(), Origin::Own);
    for wrong in [other_text, no_toml.clone()] {
        let files = [shipped("fyr", "version = 2"), before.clone(), wrong];
        assert_eq!((told(&files).len(), own_on(&files, 6)), (1, Some(1001)));
    }
    assert_eq!(own_on(&[shipped("fyr", "version = 2"), no_toml], 6), Some(2), "nothing of its own was in force yet");
}

#[test]
fn a_newer_shipped_part_is_told_of() {
    let (catalogue, faults) =
        read(&[shipped("fyr", "version = 3"), own("fyr", "version = 1001\nreplaces = \"lamps/fyr@2\"")]);
    assert_eq!(faults, []);
    let told = catalogue.outdated[0].to_string();
    assert!(
        told.contains("lamps/fyr@3 is shipped, and this replaces version 2\n  at data/content/lamps/fyr.toml:3:12"),
        "{told}"
    );
}

#[test]
fn a_version_is_in_force_from_its_day_and_until_it_is_closed() {
    let later = "version = 2\nfrom = \"2026-06-01\"";
    let (catalogue, faults) = read(&[published("fyr", "version = 1"), shipped("fyr", later)]);
    assert_eq!(faults, []);
    let on = |catalogue: &Catalogue<Lamp>, month, day| {
        catalogue.current("fyr", date(2026, month, day)).map(|part| part.version)
    };
    assert_eq!((on(&catalogue, 5, 31), on(&catalogue, 6, 1)), (Some(1), Some(2)));
    let closed = "version = 2\nclosed = { on = \"2026-07-01\", reason = { fi = \"a\", sv = \"b\", en = \"c\" }, successor = \"new\" }";
    let (catalogue, faults) = read(&[shipped("fyr", closed), shipped("new", "version = 1")]);
    assert_eq!(faults, []);
    assert_eq!((on(&catalogue, 6, 30), on(&catalogue, 7, 1)), (Some(2), None));
    assert!(catalogue.version("fyr", 2).is_some(), "its address answers for ever");
    assert_eq!(told(&[shipped("fyr", closed)]), ["content/lamps/fyr.toml:3:86 the successor new is not there"]);
    let (catalogue, _) = read(&[shipped("fyr", closed)]);
    assert!(catalogue.version("fyr", 2).is_none());
}

#[test]
fn a_version_is_what_was_published() {
    let before = published("fyr", "version = 1 # as it was");
    let told_of = "content/lamps/fyr.toml:2:11 content/lamps/fyr version 1 is not what was published";
    assert_eq!(told(&[before.clone(), shipped("fyr", "version = 1")]), [told_of]);
    assert_eq!(told(&[before.clone(), shipped("fyr", "version = 2")]), Vec::<String>::new());
    assert_eq!(told(&[before.clone(), shipped("fyr", "version = 1 # as it was")]), Vec::<String>::new());
    let (catalogue, faults) = read(&[shipped("fyr", "version = 1"), before.clone()]);
    assert_eq!(catalogue.version("fyr", 1).map(|part| part.origin), Some(Origin::Published));
    assert_eq!(faults[0].remedy, "raise its version");
    // It is read for ever: what it names may be gone, a language may be asked for that was not, its successor may go.
    let dark = published("dark", "version = 1").1.replace(", en = \"Light\"", "");
    let dark = ("content/lamps/dark@1".to_string(), dark, Origin::Published);
    let closed =
        "closed = { on = \"2026-07-01\", reason = { fi = \"a\", sv = \"b\", en = \"c\" }, successor = \"none\" }";
    let files = [dark, published("fyr", "version = 1"), shipped("fyr", &format!("version = 2\n{closed}"))];
    let (catalogue, faults) = read(&files);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(catalogue.version("dark", 1).is_some() && catalogue.version("fyr", 1).is_some());
    assert!(catalogue.version("fyr", 2).is_none());
    // One that this program cannot read any more is told, and its version is not free for that.
    let strange = ("content/lamps/fyr@1".to_string(), before.1.replace("name =", "title ="), Origin::Published);
    let both = told(&[strange, shipped("fyr", "version = 1")]);
    assert_eq!(
        both,
        [
            "content/lamps/fyr.toml:2:11 content/lamps/fyr version 1 is not what was published",
            "content/lamps/fyr@1:1:1 missing field `name`",
            "content/lamps/fyr@1:3:1 unknown field `title`, expected `name`",
        ]
    );
    let twice = [
        shipped("fyr", "version = 1"),
        ("content/lamps/old/fyr.toml".into(), shipped("fyr", "version = 1").1, Origin::Shipped),
    ];
    assert_eq!(told(&twice), ["content/lamps/old/fyr.toml:2:11 content/lamps/fyr version 1 stands in two files"]);
}

#[test]
fn every_fault_of_a_head_is_told_with_its_place() {
    let long = "a".repeat(49);
    let named =
        |name: &str, text: &str| (format!("content/lamps/{name}.toml"), format!("{text}{BODY}"), Origin::Shipped);
    let cases = [
        (vec![shipped("Fyr", "version = 1")], "content/lamps/Fyr.toml:1:6 Fyr is no id"),
        (vec![shipped("-fyr", "version = 1")], "content/lamps/-fyr.toml:1:6 -fyr is no id"),
        (vec![shipped(&long, "version = 1")], &*format!("content/lamps/{long}.toml:1:6 {long} is no id")),
        (vec![shipped("guide/fyr", "version = 1")], "content/lamps/guide/fyr.toml:1:6 guide/fyr is no id"),
        (
            vec![named("other", "id = \"fyr\"\nversion = 1\n")],
            "content/lamps/other.toml:1:6 the file is not named fyr.toml",
        ),
        (
            vec![named("my-fyr", "id = \"fyr\"\nversion = 1\n")],
            "content/lamps/my-fyr.toml:1:6 the file is not named fyr.toml",
        ),
        (vec![shipped("fyr", "version = 0")], "content/lamps/fyr.toml:2:11 versions are counted from 1"),
        (
            vec![shipped("fyr", "version = 1001")],
            "content/lamps/fyr.toml:2:11 versions from 1001 on are a county's own",
        ),
        (vec![own("fyr", "version = 1000")], "data/content/lamps/fyr.toml:2:11 versions under 1001 are shipped ones"),
        (vec![shipped("fyr", "")], "content/lamps/fyr.toml:1:1 missing field `version`"),
        (vec![named("fyr", "version = 1\n")], "content/lamps/fyr.toml:1:1 missing field `id`"),
        (vec![shipped("fyr", "version = 1\nfrom = \"2026-02-30\"")], "content/lamps/fyr.toml:3:8"),
        (
            vec![shipped("fyr", "version = 1\nlight = 3")],
            "content/lamps/fyr.toml:3:1 unknown field `light`, expected `name`",
        ),
        (
            vec![shipped("fyr", "version = 1"), own("fyr", "version = 1001")],
            "data/content/lamps/fyr.toml:1:6 a part fyr is shipped, and this does not say that it replaces it",
        ),
        (
            vec![shipped("fyr", "version = 1"), own("fyr", "version = 1001\nreplaces = \"lamps/fyr@2\"")],
            "data/content/lamps/fyr.toml:3:12 lamps/fyr@2 is not what is shipped",
        ),
        (
            vec![shipped("fyr", "version = 1"), own("fyr", "version = 1001\nreplaces = \"lamps/light@1\"")],
            "data/content/lamps/fyr.toml:3:12 lamps/light@1 is not what is shipped",
        ),
        (
            vec![own("fyr", "version = 1001\nreplaces = \"lamps/fyr@1\"")],
            "data/content/lamps/fyr.toml:3:12 nothing of this id is shipped",
        ),
        (
            vec![shipped("fyr", "version = 1\nreplaces = \"lamps/fyr@1\"")],
            "content/lamps/fyr.toml:3:12 nothing of this id is shipped",
        ),
        (vec![shipped("dark", "version = 1")], "content/lamps/dark.toml:1:1 dark is not lit"),
        (
            vec![("content/lamps/fyr.toml".into(), "#".repeat(1 << 21), Origin::Shipped)],
            "content/lamps/fyr.toml:1:1 the file is longer than 1047552 bytes, of which line ends and quotes count two",
        ),
    ];
    for (files, expected) in cases {
        let told = told(&files);
        assert!(told.len() == 1 && told[0].starts_with(expected), "expected {expected}, told {told:#?}");
    }
}

#[test]
fn a_county_may_leave_english_out() {
    let text = "id = \"fyr\"\nversion = 1001\nname = { fi = \"Majakka\", sv = \"Fyr\" }\n";
    let file = |origin| {
        ("lamps/fyr.toml".to_string(), text.replace("1001", if origin == Origin::Own { "1001" } else { "1" }), origin)
    };
    assert_eq!(told(&[file(Origin::Own)]), Vec::<String>::new());
    assert_eq!(told(&[file(Origin::Shipped)]), ["lamps/fyr.toml:3:8 the text is not there in en"]);
    let finnish = ("lamps/fyr.toml".into(), text.replace(", sv = \"Fyr\"", ""), Origin::Own);
    assert_eq!(told(&[finnish]), ["lamps/fyr.toml:3:8 the text is not there in sv"]);
}

#[test]
fn faults_of_all_files_are_told_in_order() {
    let files = [shipped("b", "version = 0\nlight = 1"), shipped("a", "version = \"x\""), shipped("c", "version = 1")];
    let told = told(&files);
    let places: Vec<&str> = told.iter().map(|fault| fault.split(' ').next().unwrap_or("")).collect();
    assert_eq!(places, ["content/lamps/a.toml:2:11", "content/lamps/b.toml:2:11", "content/lamps/b.toml:3:1"]);
    assert_eq!(read(&files).0.all().map(|part| part.id.as_str()).collect::<Vec<_>>(), ["c"]);
}
