//! The log as its administrator has it: proved, copied, put back after damage, on a file and on a database.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::luotsi;
use crate::serving::{Server, call, opening};

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn must(arguments: &[&str]) -> String {
    let output = luotsi(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", told(&output));
    told(&output)
}

fn refused(arguments: &[&str]) -> String {
    let output = luotsi(arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", told(&output));
    told(&output)
}

/// The place and chain that `log verify` printed for events.
fn chain(verified: &str) -> String {
    verified.lines().next().and_then(|line| line.rsplit(' ').next()).expect("a chain").to_string()
}

#[test]
fn after_damage_a_copy_is_put_back_and_nothing_half() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let text = |name: &str| at(name).display().to_string();
    let data = text("county");
    let mut server = Server::start(&at("county"));
    for client in ["one", "two"] {
        let (status, _) =
            call(&server.address, "POST", "/api/contacts", "", Some(&opening(client))).expect("an answer");
        assert_eq!(status, 201);
    }
    let verified = must(&["log", "verify", "--data", &data]);
    let noted = chain(&verified);
    let all = ["log", "backup", &text("log.copy"), "--keys", &text("keys.copy"), "--data", &data];
    must(&all);
    for name in ["log.copy", "keys.copy"] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(at(name)).expect("a copy").permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert!(refused(&all).contains("there is a file already"));
    let doubled = ["log", "backup", &text("same"), "--keys", &text("same"), "--data", &data];
    assert!(refused(&doubled).contains("two copies cannot be one file") && !at("same").exists());
    let begun = Instant::now();
    let was_read = || {
        let cursor = fs::read(at("county/snapshots/facts.json")).ok()?;
        serde_json::from_slice::<serde_json::Value>(&cursor).ok()?["pos"].as_u64().filter(|pos| *pos > 0)
    };
    while was_read().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the log is followed");
        std::thread::sleep(Duration::from_millis(50));
    }
    // The server dies with its log: what it had not written into the file itself stays beside it.
    server.kill();
    let log = at("county/log.db");
    assert!(at("county/log.db-wal").exists());
    fs::rename(&log, at("damaged.db")).expect("moved");
    let restore = |of: &str| luotsi(&["log", "restore", &text(of), "--data", &data]);
    // Neither does a server begin a new log where one was, nor does a copy come between what is left of the old one.
    let begun = refused(&["serve", "--listen", "127.0.0.1:0", "--data", &data]);
    assert!(begun.contains("there is no log, and one was read up to") && !log.exists(), "{begun}");
    let left = restore("log.copy");
    assert!(!left.status.success() && told(&left).contains("log.db-wal"), "{}", told(&left));
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(at(&format!("county/log.db{ending}")));
    }
    // What is no copy of a log is refused, and stays as it is.
    fs::write(at("empty"), "").expect("a file");
    for other in ["empty", "keys.copy"] {
        let before = fs::read(at(other)).expect("bytes");
        let done = restore(other);
        assert!(!done.status.success() && told(&done).contains("is no log"), "{}", told(&done));
        assert!(fs::read(at(other)).expect("bytes") == before && !log.exists(), "{other}");
    }
    // Nor is what is no copy of keys taken for one, or another master key for that of the copy.
    let keys = at("county/keys");
    fs::rename(&keys, at("keys.before")).expect("moved");
    let with = |keys: &str| refused(&["log", "restore", &text("log.copy"), "--keys", &text(keys), "--data", &data]);
    assert!(with("log.copy").contains("holds no keys"));
    fs::create_dir_all(&keys).expect("a folder");
    fs::write(keys.join("master"), "ab".repeat(32)).expect("a key");
    let other = with("keys.copy");
    assert!(
        other.contains("the master key is not the one") && !keys.join("keys.db").exists() && !log.exists(),
        "{other}"
    );
    fs::remove_dir_all(&keys).expect("removed");
    fs::rename(at("keys.before"), &keys).expect("moved back");
    assert!(told(&restore("log.copy")).contains("events restored"));
    let again = must(&["log", "verify", "--chain", &noted, "--data", &data]);
    assert_eq!(chain(&again), noted);
    let (pos, digits) = noted.split_once(':').expect("a place");
    let other = format!("{pos}:{}", digits.chars().rev().collect::<String>());
    assert!(refused(&["log", "verify", "--chain", &other, "--data", &data]).contains("this is another log"));
    assert!(refused(&["log", "retain", "--class", "contcat", "--before", "2020", "--data", &data]).contains("contcat"));
    let server = Server::start(&at("county"));
    let (status, _) = call(&server.address, "POST", "/api/contacts", "", Some(&opening("one"))).expect("an answer");
    assert_eq!(status, 200, "it is there, as it was");
}

/// A log that was cut off with care is whole by itself: what was noted of its head tells, also of who saw what.
#[test]
fn a_log_that_was_cut_with_care_is_told_by_its_noted_heads() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county");
    let data = path.display().to_string();
    let (accesses, before, heads) = (path.join("access.db"), folder.path().join("before"), path.join("heads.jsonl"));
    let nurse = || {
        let output = luotsi(&["token", "--role", "nurse", "--unit", "county", "--data", &data]);
        String::from_utf8(output.stdout).expect("a token").trim().to_string()
    };
    for client in ["one", "two"] {
        let mut server = Server::start(&path);
        let (_, opened) = call(&server.address, "POST", "/api/contacts", "", Some(&opening(client))).expect("opened");
        let contact = format!("/api/contacts/{}", opened["contact"].as_str().expect("an id"));
        assert_eq!(call(&server.address, "GET", &contact, &nurse(), None).expect("an answer").0, 200);
        server.end();
        if client == "one" {
            fs::copy(&accesses, &before).expect("a copy");
        }
    }
    let shipped = folder.path().join("heads.copy");
    fs::copy(&heads, &shipped).expect("a copy");
    let verify = ["log", "verify", "--data", &data];
    assert!(must(&verify).contains("2 accesses, all as they were written"));
    let last = fs::copy(&before, &accesses).expect("cut off");
    assert!(last > 0);
    for command in [verify.as_slice(), &["serve", "--listen", "127.0.0.1:0", "--data", &data]] {
        let cut = refused(command);
        assert!(cut.contains("the record of accesses ends at 1, and stood at 2"), "{cut}");
    }
    fs::remove_file(&accesses).expect("removed");
    for command in [verify.as_slice(), &["serve", "--listen", "127.0.0.1:0", "--data", &data]] {
        let gone = refused(command);
        assert!(gone.contains("there is no record of accesses, and 2 events of it were noted"), "{gone}");
    }
    // Who takes the heads away as well is told by the copy that was kept elsewhere; who writes them anew, by the signature.
    fs::remove_file(&heads).expect("removed");
    must(&verify);
    let copy = shipped.display().to_string();
    let with = [verify.as_slice(), &["--heads", &copy]].concat();
    assert!(refused(&with).contains("there is no record of accesses"));
    let forged = fs::read_to_string(&shipped).expect("heads").replacen("\"pos\":2", "\"pos\":1", 1);
    fs::write(&shipped, forged).expect("written");
    assert!(refused(&with).contains("not noted by a server with this master key"));
    // A line that was cut off with the power is no head, and keeps nobody from noting the next.
    fs::write(&heads, "{\"log\":\"eve").expect("written");
    Server::start(&path).end();
    must(&verify);
    assert!(fs::read_to_string(&heads).expect("heads").lines().count() > 1);
}

/// What was acknowledged last stands beside the log's file, until it is put into it. Where that is lost, no digest of what
/// is left can tell; the keys can.
#[test]
fn the_lost_end_of_a_log_is_told_by_its_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county");
    let data = path.display().to_string();
    let mut server = Server::start(&path);
    for client in ["one", "two", "three"] {
        let opened = call(&server.address, "POST", "/api/contacts", "", Some(&opening(client))).expect("an answer");
        assert_eq!(opened.0, 201);
    }
    server.kill();
    let _ = fs::remove_dir_all(path.join("snapshots"));
    fs::remove_file(path.join("log.db-wal")).expect("what stood beside it");
    let lost = refused(&["log", "verify", "--data", &data]);
    assert!(lost.contains("its end is lost"), "{lost}");
    let lost = refused(&["serve", "--listen", "127.0.0.1:0", "--data", &data]);
    assert!(lost.contains("its end is lost"), "{lost}");
    // A server that was told to end leaves its files whole, each by itself.
    let path = folder.path().join("other");
    let data = path.display().to_string();
    let mut server = Server::start(&path);
    assert_eq!(call(&server.address, "POST", "/api/contacts", "", Some(&opening("one"))).expect("an answer").0, 201);
    server.end();
    for left in ["log.db-wal", "access.db-wal", "keys/keys.db-wal"] {
        assert_eq!(fs::metadata(path.join(left)).map_or(0, |file| file.len()), 0, "{left}");
    }
    must(&["log", "verify", "--data", &data]);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
fn a_log_in_a_database_is_proved_and_exported() {
    let Ok(address) = std::env::var("LUOTSI_TEST_PG") else {
        assert!(std::env::var_os("LUOTSI_SKIP_PG").is_some(), "`cargo xtask pg -- COMMAND` starts a PostgreSQL server");
        eprintln!("skipped: PostgreSQL, because of LUOTSI_SKIP_PG");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| on_database(&address, folder.path(), arguments);
    for (arguments, said) in [(vec!["log", "verify"], "all as they were written"), (vec!["log", "export"], "")] {
        let done = run(&arguments);
        assert!(done.status.success() && told(&done).contains(said), "{arguments:?}: {}", told(&done));
    }
}

fn on_database(address: &str, data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luotsi"));
    command.args(arguments).arg("--data").arg(data).env("LUOTSI_DATABASE", format!("{address}/postgres"));
    command.output().expect("the binary runs")
}
