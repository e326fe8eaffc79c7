//! Damage to the logs and their keys: each kind is reported, with what, where and what to do; nothing is made anew in
//! silence.

use std::fs;
use std::path::{Path, PathBuf};

use crate::copies::{must, refused, told};
use crate::luotsi;
use crate::serving::{Server, call, opening};

/// A county that has lived: two servers one after another, with a copy of every file from between them, and one of the
/// heads that is kept elsewhere.
struct Lived {
    folder: tempfile::TempDir,
}

impl Lived {
    fn new() -> Lived {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("county");
        for life in ["one", "two"] {
            let mut server = Server::start(&path);
            let nurse =
                luotsi(&["token", "--role", "nurse", "--unit", "county", "--data", &path.display().to_string()]);
            let nurse = String::from_utf8(nurse.stdout).expect("text").trim().to_string();
            for number in 0..3 {
                let body = opening(&format!("{life}-{number}"));
                let (_, opened) = call(&server.address, "POST", "/api/contacts", "", Some(&body)).expect("opened");
                let contact = format!("/api/contacts/{}", opened["contact"].as_str().expect("an id"));
                assert_eq!(call(&server.address, "GET", &contact, &nurse, None).expect("an answer").0, 200);
            }
            server.end();
            if life == "one" {
                copy(&path, &folder.path().join("between"));
            }
        }
        fs::copy(path.join("heads.jsonl"), folder.path().join("heads.copy")).expect("a copy");
        Lived { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A copy of the county in which something is to be damaged.
    fn county(&self, name: &str) -> PathBuf {
        let to = self.path(name);
        copy(&self.path("county"), &to);
        to
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let path = to.join(entry.file_name());
        match entry.path() {
            folder if folder.is_dir() => copy(&folder, &path),
            file => assert!(fs::copy(file, path).is_ok()),
        }
    }
}

/// Takes the last events of a log away, with care: everything else in it fits.
fn cut(path: &Path, most: i64, epoch: bool) {
    let database = rusqlite::Connection::open(path).expect("the file");
    let change = format!(
        "DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed; \
         DELETE FROM events WHERE pos > (SELECT pos FROM head) - {most}; \
         DELETE FROM commands WHERE last_pos > (SELECT max(pos) FROM events); \
         DELETE FROM streams WHERE stream NOT IN (SELECT stream FROM events); \
         UPDATE streams SET version = (SELECT max(version) FROM events WHERE events.stream = streams.stream); \
         UPDATE head SET (pos, chain, recorded) = (SELECT pos, chain, recorded FROM events ORDER BY pos DESC LIMIT 1); \
         UPDATE head SET epoch = CASE WHEN {epoch} THEN randomblob(16) ELSE epoch END;"
    );
    database.execute_batch(&change).expect("cut");
}

#[test]
fn a_log_that_was_emptied_cut_or_exchanged_is_told_whatever_it_says_of_itself() {
    let lived = Lived::new();
    let heads = lived.path("heads.copy").display().to_string();
    must(&["log", "verify", "--heads", &heads, "--data", &lived.path("county").display().to_string()]);
    for file in ["log.db", "access.db"] {
        for damage in ["emptied", "deleted", "cut", "cut with a new epoch", "an older copy", "another log"] {
            let county = lived.county(&format!("{file} {damage}"));
            let (data, path) = (county.display().to_string(), county.join(file));
            match damage {
                "emptied" => fs::write(&path, "").expect("emptied"),
                "deleted" => fs::remove_file(&path).expect("removed"),
                "cut" => cut(&path, 2, false),
                "cut with a new epoch" => cut(&path, 2, true),
                "an older copy" => assert!(fs::copy(lived.path("between").join(file), &path).is_ok()),
                _ => {
                    fs::remove_file(&path).expect("removed");
                    let other = if file == "log.db" { "access.db" } else { "log.db" };
                    fs::copy(county.join(other), &path).expect("a copy");
                }
            }
            for command in
                [&["log", "verify"][..], &["log", "verify", "--heads", &heads], &["serve", "--listen", "127.0.0.1:0"]]
            {
                let output = luotsi(&[command, &["--data", &data]].concat());
                let text = told(&output);
                assert_eq!(output.status.code(), Some(1), "{file} {damage}: {command:?}: {text}");
                assert!(text.contains("try: "), "{file} {damage}: {command:?}: {text}");
            }
            // The copy that is kept elsewhere exposes also the loss of the heads together with the snapshots.
            let _ = fs::remove_file(county.join("heads.jsonl"));
            let _ = fs::remove_dir_all(county.join("snapshots"));
            refused(&["log", "verify", "--heads", &heads, "--data", &data]);
        }
    }
}

/// A log restored from a copy says so in its chain: the heads of before, and a copy of them, are held as far as the
/// copy went, and events lost after it are no damage.
#[test]
fn a_log_that_was_restored_explains_its_heads() {
    let lived = Lived::new();
    let between = lived.path("between").display().to_string();
    let [log, accesses, heads] =
        ["log.copy", "accesses.copy", "heads.copy"].map(|it| lived.path(it).display().to_string());
    must(&["log", "backup", &log, "--accesses", &accesses, "--data", &between]);
    for round in 0..2 {
        let county = lived.path("county");
        for name in ["log.db", "access.db"] {
            fs::rename(county.join(name), lived.path(&format!("{name}.{round}"))).expect("moved");
            for beside in ["-wal", "-shm"] {
                let _ = fs::remove_file(county.join(format!("{name}{beside}")));
            }
        }
        let data = county.display().to_string();
        must(&["log", "restore", &log, "--accesses", &accesses, "--data", &data]);
        must(&["log", "verify", "--data", &data]);
        must(&["log", "verify", "--heads", &heads, "--data", &data]);
        let mut server = Server::start(&county);
        let body = opening(&format!("after {round}"));
        let opened = call(&server.address, "POST", "/api/contacts", "", Some(&body)).expect("an answer");
        assert_eq!(opened.0, 422, "a name without spaces");
        let body = opening(&format!("after-{round}"));
        assert_eq!(call(&server.address, "POST", "/api/contacts", "", Some(&body)).expect("an answer").0, 201);
        server.end();
        must(&["log", "verify", "--data", &data]);
        must(&["log", "verify", "--heads", &heads, "--data", &data]);
    }
}

#[test]
fn keys_that_are_missing_emptied_or_older_start_nothing_and_copies_are_put_together() {
    let lived = Lived::new();
    let whole = lived.path("county/keys/keys.db");
    for damage in ["missing", "emptied", "without a row", "older", "missing with the master key"] {
        let county = lived.county(damage);
        let (data, keys) = (county.display().to_string(), county.join("keys/keys.db"));
        match damage {
            "emptied" => fs::write(&keys, "").expect("emptied"),
            "without a row" => {
                let database = rusqlite::Connection::open(&keys).expect("keys");
                database.execute("DELETE FROM keys", []).expect("emptied");
            }
            "older" => assert!(fs::copy(lived.path("between/keys/keys.db"), &keys).is_ok()),
            "missing" => fs::remove_file(&keys).expect("removed"),
            _ => fs::remove_dir_all(county.join("keys")).expect("removed"),
        }
        let before = fs::read(&keys).ok();
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["log", "verify"]] {
            let output = luotsi(&[command, &["--data", &data]].concat());
            let text = told(&output);
            assert_eq!(output.status.code(), Some(1), "{damage}: {command:?}: {text}");
            assert!(text.contains("keys.db") && text.contains("try: "), "{damage}: {command:?}: {text}");
            assert!(damage == "older" || fs::read(&keys).ok() == before, "{damage}: nothing is made anew");
        }
        if damage == "missing with the master key" {
            continue;
        }
        if damage == "emptied" {
            fs::remove_file(&keys).expect("removed");
        }
        let older = lived.path("between/keys/keys.db").display().to_string();
        // Keys that are gone from a file that knows its age are only missed where they are needed.
        if damage != "without a row" {
            let incomplete = refused(&["log", "keys", &older, "--data", &data]);
            assert!(incomplete.contains("older than the log"), "{damage}: {incomplete}");
        }
        must(&["log", "keys", &whole.display().to_string(), "--data", &data]);
        must(&["log", "verify", "--data", &data]);
        Server::start(&county).end();
    }
}

/// Every answer to a damaged file says what, where and what to do, in words; what is not noticed has changed nothing that
/// is read.
#[test]
fn every_answer_to_a_damaged_log_says_what_where_and_what_to_do() {
    let lived = Lived::new();
    let export = |data: &str| {
        ["", "--accesses"].map(|which| {
            let which = Some(which).filter(|it| !it.is_empty());
            let arguments: Vec<&str> = ["log", "export", "--data", data].into_iter().chain(which).collect();
            luotsi(&arguments).stdout
        })
    };
    let whole = export(&lived.path("county").display().to_string());
    let (mut noticed, mut tried) = (0, 0);
    for file in ["log.db", "access.db"] {
        let county = lived.county(&format!("flipped {file}"));
        let (data, path) = (county.display().to_string(), county.join(file));
        let bytes = fs::read(&path).expect("bytes");
        // Places spread over the file by a fixed rule, the first hundred bytes among them, and each of the eight bits.
        let places = (0..14).map(|at| at * 7).chain((0..46).map(|at| at * bytes.len() / 46 + at * 131 % 97));
        for (number, at) in places.enumerate().filter(|(_, at)| *at < bytes.len()) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (number % 8);
            fs::write(&path, damaged).expect("damaged");
            let output = luotsi(&["log", "verify", "--data", &data]);
            let text = told(&output);
            tried += 1;
            if output.status.success() {
                assert!(export(&data) == whole, "{file} at {at}: unnoticed, and something else is read: {text}");
                continue;
            }
            noticed += 1;
            assert_eq!(output.status.code(), Some(1), "{file} at {at}: {text}");
            for part in ["error: ", "\n  at ", "\n  try: "] {
                assert!(text.contains(part), "{file} at {at}: {part:?} is missing in: {text}");
            }
            for name in ["Fatal", "Damaged(", "Failure", "panicked"] {
                assert!(!text.contains(name), "{file} at {at}: {name} is no word for people: {text}");
            }
        }
        fs::write(&path, &bytes).expect("as it was");
    }
    assert!(noticed * 3 > tried, "{noticed} of {tried} noticed");
}
