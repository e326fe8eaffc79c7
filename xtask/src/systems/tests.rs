//! Each thing that the list refuses, in a list of two systems that is sound without it.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::Parts;
use super::{AGREED, COLUMNS, Journeys, faults, measures, refreshed, shared, shown};

const FIRST: &str = "S-033\tTerapiatakuu\tF03\tmeasure,booking\tmeasure:access.t3 calendar:first\tIt is seen.\t—\t\tcalendar:first waits for booking";
const SECOND: &str = "S-075\tRaportti\tF07\tmeasure,exchange\tport:sms entry:service/*(>=2)\tIt is read.\t—\ts_075\tport:sms waits for exchange";

fn list(lines: &[&str]) -> String {
    let header = COLUMNS.join("\t");
    [&[header.as_str()], lines].concat().iter().map(|line| format!("{line}\n")).collect()
}

fn parts() -> Parts {
    Parts::of(&[("measure", "access.t3"), ("entry", "service/a"), ("entry", "service/b")])
}

fn journeys() -> Journeys {
    let asserted = BTreeMap::from([("s-075".into(), BTreeSet::from(["access.t3".into()]))]);
    let played = BTreeMap::from([("s-075".into(), (3, 3))]);
    Journeys { asserted, played, player: "fn plays_all() {} fn s_033_therapy() {}".into(), faults: Vec::new() }
}

/// The faults of a list in which a part of one line is another.
fn found(from: &str, to: &str) -> Vec<String> {
    let sound = list(&[FIRST, SECOND]);
    assert!(sound.contains(from), "{from}");
    faults(&sound.replacen(from, to, 1), None, &parts(), &journeys())
}

#[test]
fn a_sound_list_has_no_faults() {
    let sound = list(&[FIRST, SECOND]);
    let agreed: String = sound.lines().map(|line| format!("{}\n", shared(line))).collect();
    assert_eq!(faults(&sound, Some(&agreed), &parts(), &journeys()), Vec::<String>::new());
    assert_eq!(refreshed(&sound, &parts()), sound);
}

#[test]
fn every_fault_is_told_with_its_line() {
    let cases = [
        ("calendar:first waits for booking", "", "docs/systems.tsv:2: calendar:first is not there and does not wait"),
        (
            "entry:service/*(>=2)",
            "entry:service/*(>=3)",
            "docs/systems.tsv:3: entry:service/*(>=3) is not there and does not wait",
        ),
        (
            "\tcalendar:first waits",
            "\tmeasure:access.t3 waits for measure; calendar:first waits",
            "docs/systems.tsv:2: measure:access.t3 waits and is there",
        ),
        (
            "waits for booking",
            "waits for measure",
            "docs/systems.tsv:2: calendar:first waits for booking, not for measure",
        ),
        (
            "\tcalendar:first waits",
            "\tslot:x waits for booking; calendar:first waits",
            "docs/systems.tsv:2: slot:x waits and is no part",
        ),
        (
            "\ts_075\t",
            "\ts_033\t",
            "docs/systems.tsv:3: s_033 names no journey that crates/luotsi/tests/journeys plays to its end, and no function of it",
        ),
        (
            "—\t\tcalendar",
            "—\ts_033_other\tcalendar",
            "docs/systems.tsv:2: s_033_other names no journey that crates/luotsi/tests/journeys plays to its end, and no function of it",
        ),
        ("\tF03\t", "\tF33\t", "docs/systems.tsv:2: F33 is no family"),
        ("S-075\t", "S-033\t", "docs/systems.tsv:3: S-033 stands in line 2 too"),
        ("\tF07", "", "docs/systems.tsv:3: 8 columns, not 9"),
        (
            "\twaits\n",
            "\n",
            "docs/systems.tsv:1: the columns are id, name, family, engines, parts, journey, shows, test, waits",
        ),
    ];
    let unknown = FIRST.replace("calendar:first", "thing:first");
    let told = faults(&list(&[&unknown, SECOND]), None, &parts(), &journeys());
    assert_eq!(told, ["docs/systems.tsv:2: thing is no kind of part"]);
    for (from, to, expected) in cases {
        let told = found(from, to);
        assert!(told.iter().any(|fault| fault == expected), "{from} → {to}: {told:#?}");
    }
}

#[test]
fn a_test_may_be_a_journey_or_a_function() {
    assert_eq!(found("—\t\tcalendar", "—\ts_033_therapy\tcalendar"), Vec::<String>::new());
    // One that waits is not played to its end.
    let waiting = Journeys { played: BTreeMap::from([("s-075".into(), (2, 3))]), ..journeys() };
    let told = faults(&list(&[FIRST, SECOND]), None, &parts(), &waiting);
    assert!(told.len() == 1 && told[0].contains("s_075 names no journey"), "{told:?}");
    // A journey without the program that plays it proves nothing.
    let unplayed = Journeys { player: String::new(), ..journeys() };
    assert_eq!(faults(&list(&[FIRST, SECOND]), None, &parts(), &unplayed).len(), 1);
}

#[test]
fn the_agreed_columns_hold() {
    let sound = list(&[FIRST, SECOND]);
    let agreed: String = sound.lines().map(|line| format!("{}\n", shared(line))).collect();
    let told = |agreed: &str| faults(&sound, Some(agreed), &parts(), &journeys());
    let expected =
        |line: usize| vec![format!("docs/systems.tsv:{line}: the first 7 columns are not those of {AGREED}")];
    assert_eq!(told(&agreed.replace("It is read.", "It is heard.")), expected(3));
    assert_eq!(told(&format!("{agreed}S-076\tone more\n")), expected(4));
}

#[test]
fn a_list_is_refreshed_from_what_is_there() {
    let without = list(&[&FIRST.replace("calendar:first waits for booking", ""), SECOND]);
    assert_eq!(refreshed(&without, &parts()), list(&[FIRST, SECOND]));
    let all = Parts::of(&[("measure", "access.t3"), ("calendar", "first"), ("port", "sms")]);
    let waits = "entry:service/*(>=2) waits for directory";
    let expected =
        [FIRST.replace("calendar:first waits for booking", ""), SECOND.replace("port:sms waits for exchange", waits)];
    assert_eq!(refreshed(&without, &all), list(&[&expected[0], &expected[1]]));
}

#[test]
fn parts_are_counted_as_their_names_say() {
    let named = BTreeSet::from(["queue:a", "queue:b", "queue:*(=all)"]);
    let some = Parts::of(&[("queue", "a"), ("model", "x"), ("entry", "guide/team")]);
    let all = Parts::of(&[("queue", "a"), ("queue", "b")]);
    assert!(!some.has("queue:*(=all)", &named) && all.has("queue:*(=all)", &named));
    assert!(some.has("model:*(=1)", &named) && !some.has("model:*(=2)", &named) && !some.has("model:*(=0)", &named));
    assert!(some.has("entry:guide/*(>=1)", &named) && !some.has("entry:place/*(>=1)", &named));
}

#[test]
fn a_part_is_a_file_of_its_kind() {
    let folder = std::env::temp_dir().join(format!("luotsi-parts-{}", std::process::id()));
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    write("measures/access/t3.sql", "--- id = \"access.t3\"\nSELECT");
    write(
        "measures/access/two.sql",
        "---\n--- [access.a]\n--- id = \"access.a\"\n---\n--- [access.b]\n--- id = \"access.c\"\n",
    );
    write("content/entries/guide/team-model.toml", "version = 1\n");
    write("rules/clocks/care.toml", "id = \"care-guarantee\"\n[[clock]]\nid = \"inner\"\n");
    let parts = Parts::below(&folder);
    std::fs::remove_dir_all(&folder).expect("removed");
    let none = BTreeSet::new();
    for part in [
        "measure:access.t3",
        "measure:access.a",
        "entry:guide/team-model",
        "guide:team-model",
        "clock:care-guarantee",
        "clock:care",
    ] {
        assert!(parts.has(part, &none), "{part}");
    }
    for part in
        ["measure:access", "measure:access.b", "scorecard:access.t3", "rule:care", "clock:inner", "template:team-model"]
    {
        assert!(!parts.has(part, &none), "{part}");
    }
    assert_eq!(parts.faults, ["measures/access/two.sql:6: the measure access.b has the id access.c"]);
}

#[test]
fn the_list_is_shown_by_family_with_its_sums() {
    let list =
        list(&[&FIRST.replace("—", "access.t3 10 days."), &SECOND.replace("—", "access.t3 fell; other.t3 rose")]);
    let whole = shown(&list, None, &parts(), &journeys());
    assert!(
        whole.ends_with("2 systems, 1 journeys play to the end and 0 in part, parts 2/4, figures 1/2\n"),
        "{whole}"
    );
    let one = shown(&list, Some("F03"), &parts(), &journeys());
    assert!(
        one.starts_with("F03\n  S-033  none     parts  1/2  figures 0/1  Terapiatakuu\n1 systems, 0 journeys play"),
        "{one}"
    );
    // A journey that waits is not counted among those that play to the end.
    for (played, told) in [((0, 3), "written "), ((2, 3), "2 of 3 ")] {
        let journeys = Journeys { played: BTreeMap::from([("s-075".into(), played)]), ..journeys() };
        let waiting = shown(&list.replace("\ts_075\t", "\t\t"), Some("F07"), &parts(), &journeys);
        assert!(waiting.starts_with(&format!("F07\n  S-075  {told}")), "{waiting}");
        assert!(waiting.contains(&format!(" 0 journeys play to the end and {} in part", played.0 / 2)), "{waiting}");
    }
}

#[test]
fn a_text_names_measures() {
    let named = BTreeSet::from(["measure:access.t3", "measure:volume.chats"]);
    let told = measures("access.t3 10 (2025-11); volume.chats. Not access.t30", &named);
    assert_eq!(told, BTreeSet::from(["access.t3", "volume.chats"]));
}

#[test]
fn journeys_are_held_to_the_list_and_the_sources_figures() {
    let folder = std::env::temp_dir().join(format!("luotsi-journeys-{}", std::process::id()));
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    let names = "{ fi = \"a\", sv = \"b\", en = \"c\" }";
    let step = format!("[[step]]\nwho = \"nurse\"\npage = \"/desk\"\ntell = {names}\nsee = [{{ text = \"x\" }}]\n");
    let who = "[who.nurse]\nrole = \"lead\"\nas = \"nurse@station-02\"\n";
    let shows = "[[shows]]\nmeasure = \"access.t3\"\nunit = \"county\"\nfrom = \"2025-11\"\n";
    let text =
        format!("id = \"s-033\"\nversion = 1\nsystem = \"S-033\"\ntitle = {names}\n{who}{step}{step}{step}{shows}");
    write("content/journeys/s-033.toml", &text);
    write("content/journeys/s-033/calls.csv", "id\n");
    write("crates/luotsi/tests/journeys/main.rs", "fn plays_all() {}");
    let figure = "[[figure]]\nmeasure = \"access.t3\"\nunit = \"county\"\nfrom = \"2025-11\"\n";
    write("scorecards/source-figures.toml", figure);
    let list = list(&[FIRST, SECOND]);
    let sound = Journeys::below(&folder, &list, &parts());
    write(
        "content/journeys/s-033.toml",
        &text.replace("nurse@", "cook@").replace("2025-11", "2025-10").replace("033", "034"),
    );
    let wrong = Journeys::below(&folder, &list, &parts());
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(sound.faults, Vec::<String>::new());
    assert_eq!(sound.asserted, BTreeMap::from([("s-033".into(), BTreeSet::from(["access.t3".into()]))]));
    assert_eq!(sound.player, "fn plays_all() {}");
    let told = wrong.faults.join("\n");
    for expected in
        ["there is no system S-034", "there is no profession cook", "access.t3@county@2025-10", "s-033.toml:3:10"]
    {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let told = faults(&list, None, &parts(), &Journeys { faults: wrong.faults, ..journeys() });
    assert!(told[0].contains("content/journeys/s-033.toml"), "{told:?}");
}
