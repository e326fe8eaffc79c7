//! All kinds of content at once: what names what, and what the command line tells.

use content::{Content, Folder, Found, Library, There, Wrong, checked, listed, shown, used};
use facts::Names;
use jiff::civil::{Date, date};
use serde::Deserialize;

/// Two kinds of content of these tests, in folders of kinds of parts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Calendar {
    name: Names,
    #[serde(default)]
    unit: Option<content::At<String>>,
}

impl Content for Calendar {
    const FOLDER: &'static str = "calendars";

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _: &str, there: There) -> Vec<Wrong> {
        let missing = self.unit.iter().filter(|unit| !there("unit", unit));
        missing.map(|unit| Wrong::new(unit.place(), format!("there is no unit {unit}"), "")).collect()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slot {
    name: Names,
    calendar: Vec<content::At<String>>,
    #[expect(dead_code, reason = "texts are looked through as they stand in the file")]
    #[serde(default)]
    about: String,
}

impl Content for Slot {
    const FOLDER: &'static str = "slots";
    const IS_KEPT: bool = false;

    fn name(&self) -> &Names {
        &self.name
    }

    fn check(&self, _: &str, there: There) -> Vec<Wrong> {
        let missing = self.calendar.iter().filter(|calendar| !there("calendar", calendar));
        missing.map(|it| Wrong::new(it.place(), format!("there is no calendar {it}"), "")).collect()
    }
}

const FOLDERS: [Folder; 2] = [Folder::of::<Calendar>(), Folder::of::<Slot>()];
const TODAY: Date = date(2026, 3, 9);

fn text(id: &str, version: u32, rest: &str) -> String {
    let english = if version > 1000 { "Advice" } else { "Help" };
    let names = format!("{{ fi = \"Neuvonta\", sv = \"Rådgivning\", en = \"{english}\" }}");
    format!("id = \"{id}\"\nversion = {version}\n{rest}\nname = {names}\n")
}

fn shipped(path: &str, version: u32, rest: &str) -> Found {
    let id = path.rsplit('/').next().unwrap_or("");
    Found::shipped(&format!("content/{path}.toml"), &text(id, version, rest))
}

fn own(path: &str, version: u32, rest: &str) -> Found {
    let id = path.rsplit('/').next().unwrap_or("");
    Found::own("data", &format!("{path}.toml"), &text(id, version, rest))
}

/// The county of these tests has a unit and a measure.
fn also(kind: &str, id: &str) -> bool {
    [("unit", "station"), ("measure", "access.t3")].contains(&(kind, id))
}

fn read(found: &[Found]) -> Library {
    Library::read(&FOLDERS, found, &also)
}

/// Three shipped parts and an own one over the first, of which a newer version is shipped.
fn county() -> Vec<Found> {
    vec![
        shipped("calendars/first-line", 3, ""),
        shipped("calendars/later", 1, "from = \"2026-06-01\""),
        shipped(
            "slots/short",
            1,
            "calendar = [\"first-line\", \"later\"]\nabout = \"As calendar:later, and access.t3.\"",
        ),
        own("calendars/first-line", 1001, "replaces = \"calendars/first-line@2\"\nunit = \"station\""),
    ]
}

#[test]
fn parts_of_all_kinds_are_held_to_each_other() {
    let library = read(&county());
    assert_eq!(library.faults, []);
    assert_eq!(
        library.parts().map(|part| part.part()).collect::<Vec<_>>(),
        ["calendar:first-line", "calendar:first-line", "calendar:later", "slot:short"]
    );
    let catalogue = library.catalogue::<Calendar>().expect("calendars");
    assert_eq!(catalogue.current("first-line", TODAY).map(|part| part.version), Some(1001));
    assert!(library.catalogue::<content::journey::Journey>().is_none());
    // A part with a fault is there all the same: what names it has no fault of its own.
    let found = [shipped("calendars/a", 0, ""), own("slots/b", 1001, "calendar = [\"a\", \"c\"]")];
    let faults: Vec<String> =
        read(&found).faults.iter().map(|it| format!("{}:{} {}", it.file, it.line, it.what)).collect();
    assert_eq!(
        faults,
        [
            "content/calendars/a.toml:2 versions are counted from 1",
            "data/content/slots/b.toml:3 there is no calendar c"
        ]
    );
    // A file of a county that nothing reads is told of; a shipped one waits for its engine, and is there.
    let found = [own("calenders/a", 1001, ""), own("a", 1001, ""), shipped("ports/sms", 1, "")];
    let library = read(&found);
    let faults: Vec<&str> = library.faults.iter().map(|fault| fault.file.as_str()).collect();
    assert_eq!(faults, ["data/content/a.toml", "data/content/calenders/a.toml"]);
    assert_eq!(library.faults[0].remedy, "one of content/calendars, content/slots");
}

#[test]
fn versions_that_stand_in_the_log_are_not_published_again() {
    let names = |library: &Library| -> Vec<String> {
        library.unpublished().map(|part| format!("{}@{}", part.stream(), part.version)).collect()
    };
    let mut found = county();
    let all = ["content/calendars/first-line@3", "content/calendars/first-line@1001", "content/calendars/later@1"];
    assert_eq!(names(&read(&found)), all, "slots are not kept");
    let first = found[0].clone();
    found.push(Found::published("content/calendars/first-line", 3, &first.text));
    found.push(Found::published("content/calendars/first-line", 2, &first.text.replace("= 3", "= 2")));
    assert_eq!(names(&read(&found)), all[1..]);
    // Another text under the same version is a fault, and is not published either.
    found.push(Found::published("content/calendars/later", 1, &text("later", 1, "")));
    let library = read(&found);
    assert_eq!(names(&library), all[1..2]);
    assert_eq!(
        library.faults[0].to_string(),
        "error: content/calendars/later version 1 is not what was published\n  at content/calendars/later.toml:2:11\n  try: raise its version"
    );
}

#[test]
fn the_check_tells_faults_and_newer_parts_and_counts() {
    let mut found = county();
    assert_eq!(
        checked(&read(&found)),
        "note: calendars/first-line@3 is shipped, and this replaces version 2\n  at data/content/calendars/first-line.toml:3:12\n  try: take over what is new, then say so in `replaces`\n4 parts, 0 faults\n"
    );
    found.push(own("slots/other", 1001, "calendar = [\"nowhere\"]"));
    found.push(own("slots/more", 7, "calendar = [\"\\u001b[2J\"]"));
    let told = checked(&read(&found));
    let places: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("  at ")).collect();
    assert_eq!(
        places[..3],
        [
            "data/content/slots/more.toml:2:11",
            "data/content/slots/more.toml:3:13",
            "data/content/slots/other.toml:3:13"
        ]
    );
    assert!(told.contains("there is no calendar \\u{1b}[2J\n") && told.ends_with("\n4 parts, 3 faults\n"), "{told}");
}

#[test]
fn the_list_says_what_is_in_force() {
    let mut found = county();
    let closed = "closed = { on = \"2026-03-09\", reason = { fi = \"a\", sv = \"b\", en = \"c\" } }";
    found.push(shipped("slots/old", 2, &format!("calendar = []\n{closed}")));
    found.push(Found::published("content/slots/old", 1, &text("old", 1, "calendar = []")));
    found.push(Found::published("content/slots/gone", 1, &text("gone", 1, "calendar = []")));
    let library = read(&found);
    let expected = "\
part                 version  from     name    state
calendar:first-line  3        shipped  Help    replaced
calendar:first-line  1001     own      Advice  valid
calendar:later       1        shipped  Help    not yet
";
    assert_eq!(listed(&library, Some("calendars"), TODAY).as_deref(), Ok(expected));
    assert_eq!(listed(&library, Some("content/calendars/"), TODAY).as_deref(), Ok(expected));
    let slots = listed(&library, Some("slots"), TODAY).expect("slots");
    let states: Vec<Vec<&str>> = slots.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        states,
        [
            ["slot:gone", "1", "published", "Help", "valid"],
            ["slot:old", "2", "shipped", "Help", "closed"],
            ["slot:short", "1", "shipped", "Help", "valid"]
        ]
    );
    let all = listed(&library, None, date(2026, 6, 1)).expect("all");
    assert!(all.contains("calendar:later       1        shipped    Help    valid"), "{all}");
    assert_eq!(
        listed(&library, Some("forms"), TODAY),
        Err("forms is no folder of content: there is calendars, slots".into())
    );
}

#[test]
fn a_part_is_shown_with_its_origin() {
    let mut found = county();
    let library = read(&found);
    let show = |name: &str| shown(&library, name, TODAY);
    let own = format!("# calendar:first-line@1001, own: data/content/calendars/first-line.toml\n{}", found[3].text);
    assert_eq!(show("calendar:first-line").as_ref(), Ok(&own));
    assert_eq!(show("first-line").as_ref(), Ok(&own));
    let of_program = show("calendar:first-line@3").expect("the shipped one");
    assert!(of_program.starts_with("# calendar:first-line@3, shipped: content/calendars/first-line.toml\nid = "));
    // Nothing is in force yet: the newest.
    assert!(show("later").expect("a part").starts_with("# calendar:later@1, shipped"));
    for none in ["slot:first-line", "calendar:first-line@2", "nowhere", "unit:station", ""] {
        assert_eq!(show(none), Err(format!("there is no part {none}, or it has a fault")));
    }
    found.push(shipped("slots/later", 1, "calendar = []"));
    assert_eq!(
        shown(&read(&found), "later", TODAY),
        Err("later is calendar:later and slot:later: name one of them".into())
    );
}

#[test]
fn every_place_that_names_a_part_is_found() {
    let mut found = county();
    let closed =
        "closed = { on = \"2026-03-09\", reason = { fi = \"a\", sv = \"b\", en = \"c\" }, successor = \"short\" }";
    found.push(shipped("slots/old", 1, &format!("calendar = [\"calendar:later@1\"]\n{closed}")));
    // Neither sound nor read by any kind.
    found.push(own(
        "paths/x",
        1001,
        "[[step]]\nguide = [\"team\"]\nask = \"See entry:guide/team. Or guide:*, queue:\"\n= 3",
    ));
    found.push(Found::published("content/slots/gone", 1, &text("gone", 1, "calendar = [\"later\"]")));
    let places = |name: &str| -> Vec<String> {
        let one_line = |line: &str| line.replace("data/content/", "").replace("content/", "").replace(".toml", "");
        let mut lines: Vec<String> = used(&found, name).lines().map(one_line).collect();
        lines.sort();
        lines
    };
    assert_eq!(
        places("calendar:first-line"),
        ["calendars/first-line:3:12  calendar:first-line", "slots/short:3:13  slot:short"]
    );
    let later = ["slots/old:3:13  slot:old", "slots/short:3:27  slot:short", "slots/short:4:9  slot:short"];
    assert_eq!(places("calendar:later"), later);
    assert_eq!(places("later"), later, "of any kind");
    assert_eq!(places("calendar:late"), Vec::<String>::new());
    assert_eq!(places("slot:short"), ["slots/old:4:86  slot:old"]);
    let guide = ["paths/x:4:10  path:x", "paths/x:5:7  path:x"];
    assert_eq!(places("guide:team"), guide);
    assert_eq!(places("entry:guide/team"), guide);
    assert_eq!(places("guide:other"), guide[1..], "all guides");
    assert_eq!(places("unit:station"), ["calendars/first-line:4:8  calendar:first-line"]);
    assert_eq!(places("unit:sta"), Vec::<String>::new());
}
