//! Mandates and guardians from files of the register: taken once, kept apart from identity codes, refused line by line.

use std::collections::BTreeMap;
use std::fs;

use jiff::civil::{Date, date};
use matter::Subject;
use operations::mandates::Capacity;
use ports::register::{MANDATES, Person, round};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::World;

const CHILD: &str = "170116A9053";
const MOTHER: &str = "100188-9022";
const FATHER: &str = "090274-943X";

fn people() -> Person {
    Box::new(|code| {
        let all: [(&str, u128, Date); 3] =
            [(CHILD, 1, date(2016, 1, 17)), (MOTHER, 2, date(1988, 1, 10)), (FATHER, 3, date(1974, 2, 9))];
        let (_, id, born) = all.into_iter().find(|(it, ..)| *it == code)?;
        Some((Subject(Uuid::from_u128(id)), born))
    })
}

#[tokio::test]
async fn a_file_is_taken_line_by_line_and_no_identity_code_stays() {
    let world = World::new(BTreeMap::new()).await;
    let folder = world.folder.path().join("ports").join(MANDATES);
    let put = |name: &str, text: String| {
        fs::create_dir_all(folder.join("in")).expect("a folder");
        fs::write(folder.join("in").join(name), text).expect("written");
    };
    let told = |of: &str, name: &str| {
        let text = fs::read_to_string(folder.join(of).join(name)).expect("told");
        assert!(!text.contains(CHILD) && !text.contains(MOTHER), "{text}");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let of = |id| Subject(Uuid::from_u128(id));
    let guardian = |who: &str| json!({ "of": CHILD, "who": who, "as": "guardian", "from": "2016-01-17" });
    let lines = json!([
        guardian(MOTHER),
        guardian(FATHER),
        { "of": FATHER, "who": MOTHER, "as": "proxy", "scope": "health", "from": "2026-01-01", "to": "2026-12-31" },
        { "of": CHILD, "who": MOTHER, "as": "proxy", "from": "2026-01-01" },
        { "of": "131052-9086", "who": MOTHER, "as": "proxy", "from": "2026-01-01" },
        { "of": CHILD, "who": MOTHER, "as": "carer", "from": "2026-01-01" },
    ]);
    put("1.json", lines.to_string());
    put("2.json", "{".into());
    put("3.partial", "[]".into());
    assert_eq!(round(&world.kinds, &folder, &people()).await, 2);
    let expected = json!({ "taken": 3, "refused": [
        { "line": 4, "code": "minor" }, { "line": 5, "code": "wrong" }, { "line": 6, "code": "wrong" }] });
    assert_eq!(told("done", "1.json"), expected);
    assert_eq!(told("refused", "2.json"), json!({ "code": "unread" }));
    assert!(!folder.join("in/1.json").exists() && folder.join("in/3.partial").exists());
    let held =
        |who| world.kinds.mandates_held_by(of(who)).iter().map(|(_, it)| (it.of, it.capacity)).collect::<Vec<_>>();
    assert_eq!(held(3), [(of(1), Capacity::Guardian)]);
    assert_eq!(held(2).len(), 2);
    // The same the next day, and then the end of one.
    put("4.json", json!([guardian(MOTHER)]).to_string());
    let mut ended = guardian(FATHER);
    ended["ended"] = true.into();
    put("5.json", json!([ended]).to_string());
    assert_eq!(round(&world.kinds, &folder, &people()).await, 2);
    assert_eq!((held(2).len(), held(3).len()), (2, 0));
    assert_eq!(world.kinds.mandates_of(of(1)).len(), 1);
}
