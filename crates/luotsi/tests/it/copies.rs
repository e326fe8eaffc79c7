//! The log as its administrator has it: proved, copied, put back after damage, on a file and on a database.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::luotsi;
use crate::serving::{Server, call, opening};

pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

pub fn must(arguments: &[&str]) -> String {
    let output = luotsi(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", told(&output));
    told(&output)
}

pub fn refused(arguments: &[&str]) -> String {
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
    // A file that is no copy of a log is refused, and stays as it is.
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
    assert_ne!(chain(&again), noted, "what goes on says itself where it comes from");
    let (pos, digits) = noted.split_once(':').expect("a place");
    let other = format!("{pos}:{}", digits.chars().rev().collect::<String>());
    assert!(refused(&["log", "verify", "--chain", &other, "--data", &data]).contains("this is another log"));
    assert!(refused(&["log", "retain", "--class", "contcat", "--before", "2020", "--data", &data]).contains("contcat"));
    let server = Server::start(&at("county"));
    let (status, _) = call(&server.address, "POST", "/api/contacts", "", Some(&opening("one"))).expect("an answer");
    assert_eq!(status, 200, "it is there, as it was");
}

/// Heads that were written anew are exposed by their signature, and a line that was cut off with the power is no head.
#[test]
fn heads_that_were_changed_are_told_and_half_a_line_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county");
    let data = path.display().to_string();
    let heads = path.join("heads.jsonl");
    let mut server = Server::start(&path);
    assert_eq!(call(&server.address, "POST", "/api/contacts", "", Some(&opening("one"))).expect("an answer").0, 201);
    server.end();
    let verify = ["log", "verify", "--data", &data];
    must(&verify);
    let copy = folder.path().join("heads.copy").display().to_string();
    let noted = fs::read_to_string(&heads).expect("heads");
    let forged = noted.replacen("\"pos\":", "\"pos\":9", 1);
    assert_ne!(forged, noted);
    fs::write(&copy, forged).expect("written");
    let with = [verify.as_slice(), &["--heads", &copy]].concat();
    assert!(refused(&with).contains("not noted by a server with this master key"));
    // A copy that names nothing proves nothing.
    for empty in ["", "\n", "{\"log\":\"eve"] {
        fs::write(&copy, empty).expect("written");
        assert!(refused(&with).contains("this copy names no head"), "{empty:?}");
    }
    for torn in [&b"{\"log\":\"eve"[..], b"\xff\xfe", b"\xff{\n\n"] {
        fs::write(&heads, torn).expect("written");
        Server::start(&path).end();
        must(&verify);
        assert!(fs::read(&heads).expect("heads").starts_with(torn), "what was there stays");
        assert!(fs::read(&heads).expect("heads").len() > torn.len() + 20, "and the next head begins after it");
    }
}

/// The last acknowledged events stand beside the log's file until they are put into it. Where they are lost, no digest
/// of the rest can show it; the keys can.
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
    // All of it stood beside the file: what is left is an empty one, and no new log is begun in it.
    let lost = refused(&["log", "verify", "--data", &data]);
    assert!(lost.contains("the log is empty"), "{lost}");
    let lost = refused(&["serve", "--listen", "127.0.0.1:0", "--data", &data]);
    assert!(lost.contains("there is no log, and one was read up to"), "{lost}");
    // A server that was asked to end leaves its files whole, each by itself.
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

/// A log in a database is proved, exported and copied as one in a file is; whoever comes with other keys is not let in.
#[test]
fn a_log_in_a_database_is_proved_and_written_from_one_directory_alone() {
    let Some(database) = database("proved") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    let none = on_database(&database, &first, &["log", "verify"]);
    assert!(!none.status.success() && told(&none).contains("there is no log"), "{}", told(&none));
    let mut server = Server::on_database(&first, &database);
    assert_eq!(call(&server.address, "POST", "/api/contacts", "", Some(&opening("one"))).expect("an answer").0, 201);
    // Not from a copy of the directory either: its keys would go apart from those that are here.
    let copy = folder.path().join("copy");
    assert!(Command::new("cp").arg("-a").args([&first, &copy]).status().expect("cp runs").success());
    let refused = on_database(&database, &copy, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.status.code() == Some(1) && told(&refused).contains("another server"), "{}", told(&refused));
    for running in [true, false] {
        if !running {
            server.end();
        }
        let refused = on_database(&database, &second, &["serve", "--listen", "127.0.0.1:0"]);
        let text = told(&refused);
        assert_eq!(refused.status.code(), Some(1), "{text}");
        assert!(
            text.contains(if running { "another server" } else { "keys are missing" })
                || text.contains("not those that this log was written with"),
            "{text}"
        );
        assert!(!second.join("keys/keys.db").exists(), "and nothing is made anew");
    }
    for (arguments, said) in
        [(vec!["log", "verify"], "all as they were written"), (vec!["log", "export"], "message.written")]
    {
        let done = on_database(&database, &first, &arguments);
        assert!(done.status.success() && told(&done).contains(said), "{arguments:?}: {}", told(&done));
    }
    // Its keys lost, nothing new takes their place.
    fs::rename(first.join("keys/keys.db"), folder.path().join("keys.before")).expect("moved");
    let lost = on_database(&database, &first, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(!lost.status.success() && told(&lost).contains("keys.db"), "{}", told(&lost));
}

/// The address of a new database on the server that the tests share; none: it is left out on purpose.
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
pub fn database(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("LUOTSI_TEST_PG") else {
        assert!(std::env::var_os("LUOTSI_SKIP_PG").is_some(), "`cargo xtask pg -- COMMAND` starts a PostgreSQL server");
        eprintln!("skipped: PostgreSQL, because of LUOTSI_SKIP_PG");
        return None;
    };
    let name = format!("{name}_{}", std::process::id());
    let made = Command::new("psql")
        .args(["--quiet", "--no-psqlrc", "--dbname", &format!("{server}/postgres")])
        .args(["--command", &format!("CREATE DATABASE {name}")])
        .status();
    assert!(made.expect("psql runs").success());
    Some(format!("{server}/{name}"))
}

pub fn on_database(database: &str, data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luotsi"));
    command.args(arguments).arg("--data").arg(data).env("LUOTSI_DATABASE", database);
    command.output().expect("the binary runs")
}

#[test]
fn a_token_is_made_before_the_first_event_and_none_where_the_log_cannot_be_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let make = |database: &str, data: &str| {
        on_database(database, &folder.path().join(data), &["token", "--role", "nurse", "--unit", "west", "--id", "n"])
    };
    let away = make("postgres://nobody@127.0.0.1:9/none", "away");
    assert_eq!(away.status.code(), Some(1), "{}", told(&away));
    assert!(told(&away).contains("error: ") && !told(&away).contains("there is no log"), "{}", told(&away));
    let Some(database) = database("tokens") else { return };
    let made = make(&database, "new");
    assert!(made.status.success(), "{}", told(&made));
}
