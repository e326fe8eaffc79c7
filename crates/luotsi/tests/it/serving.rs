//! The server as programs use it: killed at any moment it loses nothing and doubles nothing, and the measures have it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::luotsi;

/// A server of its own on a free port; killed with the test.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    pub fn start(data: &Path) -> Server {
        // Tests write more from this one address than people do.
        let settings = data.join("county.toml");
        if !settings.exists() {
            std::fs::create_dir_all(data).expect("a folder");
            let limits = "[limits]\ncontacts_per_address = 0\nmessages_per_contact = 0\n";
            std::fs::write(settings, limits).expect("settings");
        }
        Server::start_with(Command::new(env!("CARGO_BIN_EXE_luotsi")), data)
    }

    pub fn on_database(data: &Path, database: &str) -> Server {
        let mut program = Command::new(env!("CARGO_BIN_EXE_luotsi"));
        program.env("LUOTSI_DATABASE", database);
        Server::start_with(program, data)
    }

    /// The same by a program that runs it.
    pub fn start_with(program: Command, data: &Path) -> Server {
        Server::start_and_hear(program, data).0
    }

    /// And what it said before it served.
    pub fn start_and_hear(mut program: Command, data: &Path) -> (Server, String) {
        program.args(["serve", "--facts-every", "1", "--data"]).arg(data);
        Server::begun(program)
    }

    /// A server that is begun in other words.
    pub fn run(arguments: &[&str]) -> Server {
        let mut program = Command::new(env!("CARGO_BIN_EXE_luotsi"));
        program.args(arguments);
        Server::begun(program).0
    }

    fn begun(mut program: Command) -> (Server, String) {
        let mut child =
            program.args(["--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let mut lines = BufReader::new(child.stderr.take().expect("its words")).lines();
        let mut said = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("the server says where it serves: {said}")).expect("text");
            if let Some(address) = line.strip_prefix("serving on http://") {
                break address.to_string();
            }
            said += &(line + "\n");
        };
        // A thread reads what the server says later, so that it never waits for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("server: {line}")));
        (Server { child, address }, said)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// As a power cut does to a process.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// As its administrator does; how long it took.
    pub fn end(&mut self) -> Duration {
        let begun = Instant::now();
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("told");
        assert!(told.success());
        assert!(self.child.wait().expect("ended").success());
        begun.elapsed()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request; none: no answer came.
pub fn call(address: &str, method: &str, path: &str, bearer: &str, body: Option<&Value>) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    // To move a demo county's clock makes its figures anew, which takes a build for development half a minute.
    stream.set_read_timeout(Some(Duration::from_secs(120))).ok()?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let given = if bearer.is_empty() { String::new() } else { format!("Authorization: Bearer {bearer}\r\n") };
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{given}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    // An answer that was cut off by the kill is none.
    let length =
        answer.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    if length.is_some_and(|length: usize| body.len() < length) {
        return None;
    }
    Some((status, serde_json::from_str(body).unwrap_or_else(|_| panic!("{status}, and no JSON: {body}"))))
}

pub fn opening(client_id: &str) -> Value {
    json!({ "client_id": client_id, "channel": "chat", "service": "outpatient", "language": "fi", "text": "Hei",
            "anonymous": true })
}

/// Somebody who writes, and what of it was acknowledged.
#[derive(Default)]
struct Journal {
    contact: String,
    code: String,
    /// By name of the message its number.
    acknowledged: HashMap<String, u64>,
    next: u32,
}

/// Writes until there is no answer. A message that got none is sent again under the same name the next time.
fn write(address: &str, client: usize, journal: &mut Journal, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        if journal.code.is_empty() {
            let body = opening(&format!("client-{client}"));
            let Some((status, body)) = call(address, "POST", "/api/contacts", "", Some(&body)) else { return };
            assert!(matches!(status, 200 | 201), "{status} {body}");
            let text = |field: &str| body[field].as_str().expect("a text").to_string();
            (journal.contact, journal.code) = (text("contact"), text("resume_code"));
        }
        let name = format!("m{}", journal.next);
        let path = format!("/api/conversations/{}/messages/{name}", journal.contact);
        let body = json!({ "text": format!("message {}", journal.next) });
        let Some((status, body)) = call(address, "PUT", &path, &journal.code, Some(&body)) else { return };
        assert!(matches!(status, 200 | 201), "{status} {body}");
        journal.acknowledged.insert(name, body["seq"].as_u64().expect("a number"));
        journal.next += 1;
    }
}

fn rounds() -> u32 {
    option_env!("LUOTSI_FAULTS").and_then(|rounds| rounds.parse().ok()).unwrap_or(8)
}

#[test]
fn killed_while_people_write_it_loses_nothing_and_doubles_nothing() {
    const CLIENTS: usize = 8;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county");
    let journals: Vec<Arc<Mutex<Journal>>> = (0..CLIENTS).map(|_| Arc::default()).collect();
    let mut seed = u64::from(std::process::id());
    eprintln!("seed {seed}");
    let mut recoveries = Vec::new();
    for _ in 0..rounds() {
        let begun = Instant::now();
        let mut server = Server::start(&data);
        recoveries.push(begun.elapsed());
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = journals
            .iter()
            .enumerate()
            .map(|(client, journal)| {
                let (address, journal, stop) = (server.address.clone(), Arc::clone(journal), Arc::clone(&stop));
                std::thread::spawn(move || write(&address, client, &mut journal.lock().expect("a journal"), &stop))
            })
            .collect();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(20 + (seed >> 33) % 380));
        server.kill();
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().for_each(|writer| writer.join().expect("a writer ends"));
    }
    let mut server = Server::start(&data);
    let (lost, doubled, acknowledged) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    for journal in &journals {
        let journal = journal.lock().expect("a journal");
        if journal.code.is_empty() {
            continue;
        }
        let mut after = 0;
        let mut found: HashMap<String, Vec<u64>> = HashMap::new();
        loop {
            let path = format!("/api/conversations/{}/messages?after={after}", journal.contact);
            let (status, page) = call(&server.address, "GET", &path, &journal.code, None).expect("an answer");
            assert_eq!(status, 200);
            let messages = page["messages"].as_array().expect("messages");
            for message in messages {
                let name = message["client_id"].as_str().expect("a name").to_string();
                let number = name.strip_prefix('m').map(|number| json!(format!("message {number}")));
                assert!(number.is_none_or(|text| message["text"] == text), "{message}");
                found.entry(name).or_default().push(message["seq"].as_u64().expect("a number"));
            }
            let head = page["head"].as_u64().expect("a number");
            if head == after {
                break;
            }
            after = head;
        }
        for (name, seq) in &journal.acknowledged {
            acknowledged.fetch_add(1, Ordering::Relaxed);
            lost.fetch_add(u64::from(!found.get(name).is_some_and(|all| all.contains(seq))), Ordering::Relaxed);
        }
        doubled.fetch_add(found.values().filter(|all| all.len() > 1).count() as u64, Ordering::Relaxed);
    }
    // An opening that was carried out twice would wait in the queue twice.
    for (client, journal) in journals.iter().enumerate() {
        let opened = call(&server.address, "POST", "/api/contacts", "", Some(&opening(&format!("client-{client}"))));
        let contact = opened.expect("an answer").1["contact"].as_str().expect("an id").to_string();
        let known = journal.lock().expect("a journal").contact.clone();
        assert!(known.is_empty() || known == contact, "{known} was opened again as {contact}");
    }
    let lead = token(&data.display().to_string(), "lead", "county");
    let (_, queue) = call(&server.address, "GET", "/api/queues/county", &lead, None).expect("an answer");
    assert_eq!(queue["waiting"], json!(CLIENTS));
    let took = server.end();
    assert!(took < Duration::from_secs(3), "it ends in time: {took:?}");
    recoveries.sort();
    let (lost, doubled, acknowledged) = (lost.into_inner(), doubled.into_inner(), acknowledged.into_inner());
    let survived = rounds();
    let median = recoveries[recoveries.len() / 2].as_millis();
    eprintln!(
        "faults survived {survived}/{survived}, acknowledged writes {acknowledged}, lost {lost}, duplicated {doubled}, median recovery {median} ms"
    );
    assert_eq!((lost, doubled), (0, 0));
    assert!(acknowledged > 0);
    let verified = luotsi(&["log", "verify", "--data", &data.display().to_string()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

pub fn token(data: &str, role: &str, unit: &str) -> String {
    let output = luotsi(&["token", "--role", role, "--unit", unit, "--data", data]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_string()
}

fn rows(data: &str) -> Vec<Value> {
    let text = "SELECT contact_id, channel, unit_id, outcome, transfers, first_response_at IS NOT NULL AS answered \
                FROM contacts WHERE source = 'log' ORDER BY contact_id";
    let output = luotsi(&["sql", text, "--data", data, "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn what_happens_at_the_desk_is_in_the_measures() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county");
    let data = path.display().to_string();
    let mut server = Server::start(&path);
    let at = server.address.clone();
    let nurse = token(&data, "nurse", "county");
    let post = |path: &str, bearer: &str, body: &Value| call(&at, "POST", path, bearer, Some(body)).expect("an answer");
    let (_, first) = post("/api/contacts", "", &opening("one"));
    let (_, second) = post("/api/contacts", "", &opening("two"));
    let id = first["contact"].as_str().expect("an id");
    assert_eq!(post(&format!("/api/contacts/{id}/claim"), &nurse, &json!({})).0, 200);
    assert_eq!(post(&format!("/api/contacts/{id}/reply"), &nurse, &json!({ "text": "Hei vain" })).0, 201);
    assert_eq!(post(&format!("/api/contacts/{id}/resolve"), &nurse, &json!({ "outcome": "advised" })).0, 200);
    // A resident who is known: an own pair, and an encounter, of which the measures of continuity are made.
    let resident = luotsi(&["token", "--role", "resident", "--data", &data]);
    let resident = String::from_utf8(resident.stdout).expect("text").trim().to_string();
    let mut known = opening("known");
    known["anonymous"] = json!(false);
    let (_, third) = post("/api/contacts", &resident, &known);
    let path_of = |verb: &str| format!("/api/contacts/{}/{verb}", third["contact"].as_str().expect("an id"));
    assert_eq!(post(&path_of("claim"), &nurse, &json!({})).0, 200);
    assert_eq!(post(&path_of("register"), &nurse, &json!({ "nurse": "nurse-1" })).0, 200);
    assert_eq!(post(&path_of("encounter"), &nurse, &json!({ "modality": "phone", "minutes": 15 })).0, 200);
    let begun = Instant::now();
    let row = |rows: &[Value], contact: &Value| rows.iter().find(|row| row["contact_id"] == *contact).cloned();
    let found = loop {
        let rows = rows(&data);
        let first = row(&rows, &first["contact"]).filter(|row| row["outcome"] == "advised");
        if let (Some(first), Some(second)) = (first, row(&rows, &second["contact"])) {
            assert_eq!(rows.len(), 3);
            break (first, second);
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the facts follow: {rows:?}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(
        (&found.0["answered"], &found.0["channel"], &found.0["unit_id"]),
        (&json!(true), &json!("chat"), &json!("county"))
    );
    assert_eq!((&found.1["answered"], &found.1["outcome"]), (&json!(false), &Value::Null));
    let (from, to) = ("2020-01-01", "2100-01-01");
    let figures = crate::county::figures(&data, "channel", (from, to), &["volume.contacts"]);
    let chat = figures.iter().find(|row| row["channel"] == "chat").expect("a figure");
    assert_eq!(chat["n"], json!(3), "{figures:?}");
    let joined = "SELECT e.modality, r.nurse_id, c.identified FROM encounters e JOIN registrations r USING (resident_id) \
                  JOIN contacts c USING (resident_id)";
    let joined = luotsi(&["sql", joined, "--data", &data, "--format", "json"]);
    let joined: Value = serde_json::from_slice(&joined.stdout).expect("JSON");
    assert_eq!(joined, json!([{ "modality": "phone", "nurse_id": "nurse-1", "identified": true }]));
    // Brought again from the beginning, the rows are unchanged; who was there before is not twice there.
    server.end();
    std::fs::remove_file(path.join("snapshots/facts.json")).expect("the cursor");
    let before = rows(&data);
    // Still the text of a snapshot, and another unit's queue.
    let snapshot = path.join("snapshots/contact.view");
    let bytes = std::fs::read(&snapshot).expect("the snapshot");
    let place = bytes.windows(8).rposition(|it| it == b"\"county\"").expect("a unit");
    let damaged = [&bytes[..place], b"\"bounty\"", &bytes[place + 8..]].concat();
    std::fs::write(&snapshot, damaged).expect("the snapshot");
    let mut server = Server::start(&path);
    let (_, queue) = call(&server.address, "GET", "/api/queues/county", &nurse, None).expect("an answer");
    assert_eq!(queue["waiting"], json!(1), "the view is made anew");
    let begun = Instant::now();
    while !path.join("snapshots/facts.json").exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the facts follow again");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(rows(&data), before);
    // An erased resident leaves the facts: their rows are gone, and their contact is nobody's.
    let exported = luotsi(&["log", "export", "--data", &data]);
    let exported = String::from_utf8(exported.stdout).expect("text");
    let (_, from) = exported.split_once("\"resident/").expect("the stream of the resident");
    let erased = luotsi(&["log", "erase", &from[..36], "--reason", "asked for", "--data", &data]);
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    let left = "SELECT (SELECT count(*) FROM encounters) + (SELECT count(*) FROM registrations) + \
                (SELECT count(*) FROM contacts WHERE resident_id IS NOT NULL) AS left, \
                (SELECT count(*) FROM contacts) AS contacts";
    let left = || {
        let counted = luotsi(&["sql", left, "--data", &data, "--format", "json"]);
        serde_json::from_slice::<Value>(&counted.stdout).unwrap_or(Value::Null)
    };
    assert_eq!(left(), json!([{ "left": 3, "contacts": 3 }]), "before the server has followed");
    let begun = Instant::now();
    while left() != json!([{ "left": 0, "contacts": 3 }]) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the facts follow an erasure: {}", left());
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(luotsi(&["facts", "verify", "--data", &data]).status.success());
    let of = format!("/api/contacts/{}", third["contact"].as_str().expect("an id"));
    let (_, shown) = call(&server.address, "GET", &of, &nurse, None).expect("an answer");
    assert!(shown["registration"].is_null(), "nor does the own pair hold: {shown}");
    server.end();
}

#[test]
fn a_list_shows_what_was_imported_and_makes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county");
    let listed = |what: &str| luotsi(&[what, "list", "--data", &data.display().to_string()]);
    for what in ["unit", "professional"] {
        let output = listed(what);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("try: "), "{what}: says what to do");
        assert!(!data.exists(), "{what} list makes no county");
    }
    let import = |table: &str, text: &str| {
        let file = folder.path().join(format!("{table}.csv"));
        std::fs::write(&file, text).expect("a file");
        let words = ["import", table, &file.display().to_string(), "--data", &data.display().to_string()];
        assert!(luotsi(&words).status.success(), "{table}");
    };
    import(
        "units",
        "unit_id,valid_from,name_fi,parent_id,level\ncounty,2020-01-01,Alue,,county\nwest,2021-02-01,Länsi ja saaret,county,area\n",
    );
    import("professionals", "professional_id,valid_from,profession,unit_id\nn1,2024-01-01,nurse,west\n");
    let lines = |what: &str| {
        let output = listed(what);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        String::from_utf8_lossy(&output.stdout).lines().skip(1).map(words).collect::<Vec<String>>()
    };
    let units = ["county county Alue 2020-01-01 import", "west area county Länsi ja saaret 2021-02-01 import"];
    assert_eq!(lines("unit"), units);
    assert_eq!(lines("professional"), ["n1 nurse west 2024-01-01 import"]);
    assert!(!data.join("log.db").exists(), "nor a log");
}

#[test]
fn units_and_professionals_that_the_county_keeps_are_in_the_facts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county");
    let data = path.display().to_string();
    let keep = |words: &[&str]| {
        let output = luotsi(&[words, &["--data", &data]].concat());
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let set = |id: &str, parent: &str, from: &str| {
        keep(&["unit", "set", id, "--name", "Asema", "--level", "unit", "--parent", parent, "--from", from])
    };
    let (refused, why) = set("station-1", "county", "2026-01-01");
    assert!(!refused && why.contains("there is no county"), "{why}");
    assert!(keep(&["unit", "set", "county", "--name", "Alue", "--level", "county", "--from", "2020-01-01"]).0);
    for area in ["west", "east"] {
        let words = ["--name", area, "--level", "area", "--parent", "county", "--from", "2020-01-01"];
        assert!(keep(&[&["unit", "set", area], words.as_slice()].concat()).0);
    }
    assert!(set("station-1", "west", "2026-01-01").0);
    assert!(set("station-1", "east", "2026-03-01").0);
    assert!(set("station-1", "east", "2026-03-01").0, "the same again");
    let (refused, why) = set("station-1", "west", "2026-02-01");
    assert!(!refused && why.contains("before"), "{why}");
    assert!(!set("east", "station-1", "2026-03-01").0, "no circle");
    let (refused, why) = keep(&["unit", "set", "a b", "--name", "x", "--level", "unit", "--parent", "west"]);
    assert!(!refused && why.contains("is no id"), "{why}");
    let nurse = ["professional", "set", "nurse-7", "--profession", "nurse", "--unit", "station-1"];
    assert!(keep(&[nurse.as_slice(), &["--from", "2026-01-15"]].concat()).0);
    assert!(!keep(&["unit", "end", "station-1", "--on", "2026-06-01"]).0, "somebody works there");
    assert!(keep(&["professional", "end", "nurse-7", "--on", "2026-05-01"]).0);
    // Everything that stands can be seen, also what was and what is to come.
    let listed = |what: &str| {
        let output = luotsi(&[what, "list", "--data", &data]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        String::from_utf8_lossy(&output.stdout).lines().map(words).collect::<Vec<String>>()
    };
    let units = listed("unit");
    assert_eq!(units[0], "unit level under name from until kept");
    assert_eq!(units[1..3], ["county county Alue 2020-01-01 here", "east area county east 2020-01-01 here"]);
    let station = ["unit west Asema 2026-01-01 2026-03-01 here", "unit east Asema 2026-03-01 here"];
    assert_eq!(units[3..5], station.map(|line| format!("station-1 {line}")));
    let nurse = "nurse-7 nurse station-1 2026-01-15 2026-05-01 here";
    assert_eq!(listed("professional"), ["professional profession unit from until kept", nurse]);
    let copy = folder.path().join("copy.db");
    assert!(keep(&["log", "backup", copy.to_str().expect("text")]).0);
    let mut server = Server::start(&path);
    let asked =
        "SELECT unit_id, parent_id, valid_from, valid_to FROM units WHERE unit_id = 'station-1' ORDER BY valid_from";
    let ask = |sql: &str| {
        let output = luotsi(&["sql", sql, "--data", &data, "--format", "json"]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or(Value::Null)
    };
    let expected = json!([
        { "unit_id": "station-1", "parent_id": "west", "valid_from": "2026-01-01", "valid_to": "2026-03-01" },
        { "unit_id": "station-1", "parent_id": "east", "valid_from": "2026-03-01", "valid_to": null },
    ]);
    let begun = Instant::now();
    while ask(asked) != expected {
        assert!(begun.elapsed() < Duration::from_secs(30), "the facts follow: {}", ask(asked));
        std::thread::sleep(Duration::from_millis(200));
    }
    let works = ask("SELECT professional_id, profession, unit_id, valid_to FROM professionals");
    let expected = json!([{ "professional_id": "nurse-7", "profession": "nurse", "unit_id": "station-1", "valid_to": "2026-05-01" }]);
    assert_eq!(works, expected);
    // While it serves, what changes comes after.
    assert!(keep(&["unit", "end", "station-1", "--on", "2026-06-01"]).0);
    let begun = Instant::now();
    while ask(asked)[1]["valid_to"] != json!("2026-06-01") {
        assert!(begun.elapsed() < Duration::from_secs(30), "the facts follow: {}", ask(asked));
        std::thread::sleep(Duration::from_millis(200));
    }
    server.end();
    // An older log in the place of the newer: whole, and yet its end is lost. The loss is reported, and nothing is
    // built on it.
    for name in ["log.db-wal", "log.db-shm"] {
        let _ = std::fs::remove_file(path.join(name));
    }
    std::fs::copy(&copy, path.join("log.db")).expect("copied");
    for words in [["log", "verify"].as_slice(), &["serve", "--listen", "127.0.0.1:0"]] {
        let (went, why) = keep(words);
        assert!(!went && why.contains("its end is lost"), "{words:?}: {why}");
    }
    // Each of what was read of it and what was noted of its head tells.
    std::fs::remove_dir_all(path.join("snapshots")).expect("removed");
    assert!(keep(&["log", "verify"]).1.contains("its end is lost"));
    std::fs::remove_file(path.join("heads.jsonl")).expect("removed");
    assert!(keep(&["log", "verify"]).0);
}

#[test]
fn streams_that_are_open_do_not_keep_it_from_ending() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(&folder.path().join("county"));
    let (_, opened) = call(&server.address, "POST", "/api/contacts", "", Some(&opening("one"))).expect("an answer");
    let (id, code) = (opened["contact"].as_str().expect("an id"), opened["resume_code"].as_str().expect("a code"));
    let listen = || {
        let mut stream = TcpStream::connect(&server.address).expect("connected");
        let path = format!("/api/conversations/{id}/messages");
        let accept = "Accept: text/event-stream\r\nAuthorization: Bearer";
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n{accept} {code}\r\n\r\n").expect("asked");
        stream
    };
    let streams: Vec<TcpStream> = (0..100).map(|_| listen()).collect();
    // Each hears the first message and the state after it.
    for stream in &streams {
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        assert_eq!(lines.filter(|line| line.starts_with("event: ")).take(2).count(), 2);
    }
    let took = server.end();
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn who_writes_while_it_is_told_to_end_gets_an_answer_and_half_a_request_does_not_keep_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county");
    let mut server = Server::start(&path);
    let address = server.address.clone();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8)
        .map(|client| {
            let (address, stop) = (address.clone(), Arc::clone(&stop));
            std::thread::spawn(move || {
                let mut journal = Journal::default();
                write(&address, client, &mut journal, &stop);
                journal.acknowledged.len()
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    let took = server.end();
    assert!(took < Duration::from_secs(3), "nobody waits for a view that is followed no more: {took:?}");
    stop.store(true, Ordering::Relaxed);
    assert!(writers.into_iter().map(|writer| writer.join().expect("a writer ends")).sum::<usize>() > 0);
    assert!(path.join("snapshots/contact.view").exists(), "the next start is behind a snapshot");

    let mut server = Server::start(&path);
    let mut half = TcpStream::connect(&server.address).expect("connected");
    half.write_all(b"POST /api/contacts HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{").expect("half a request");
    std::thread::sleep(Duration::from_millis(200));
    let took = server.end();
    assert!((Duration::from_secs(4)..Duration::from_secs(8)).contains(&took), "it waits a little, and ends: {took:?}");
}

#[test]
fn tokens_that_are_withdrawn_open_nothing_and_later_ones_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county");
    let data = path.display().to_string();
    let mut server = Server::start(&path);
    let token_of = |id: &str| {
        let output = luotsi(&["token", "--role", "nurse", "--unit", "county", "--id", id, "--data", &data]);
        String::from_utf8(output.stdout).expect("text").trim().to_string()
    };
    let (lost, other) = (token_of("nurse-1"), token_of("nurse-2"));
    let status = |server: &Server, bearer: &str| {
        call(&server.address, "GET", "/api/queues/county", bearer, None).expect("an answer").0
    };
    assert_eq!((status(&server, &lost), status(&server, &other)), (200, 200));
    let withdrawn = luotsi(&["token", "--withdraw", "nurse-1", "--data", &data]);
    assert!(withdrawn.status.success(), "{}", String::from_utf8_lossy(&withdrawn.stderr));
    // The server sees what another process has written when it looks again, after a second at most.
    let begun = Instant::now();
    while status(&server, &lost) != 404 {
        assert!(begun.elapsed() < Duration::from_secs(30), "it still opens");
        std::thread::sleep(Duration::from_millis(50));
    }
    let new = token_of("nurse-1");
    assert_eq!((status(&server, &new), status(&server, &other)), (200, 200));
    server.end();
    // Behind a snapshot, too.
    let mut server = Server::start(&path);
    assert_eq!((status(&server, &lost), status(&server, &new)), (404, 200));
    server.end();
    let nobody = luotsi(&["token", "--withdraw", "010101-900R", "--data", &data]);
    assert_eq!(nobody.status.code(), Some(1), "an identity code is no id");
}

#[test]
fn a_mistake_in_a_measure_leaves_no_resident_without_an_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county");
    let measures = path.join("measures");
    std::fs::create_dir_all(&measures).expect("a folder");
    std::fs::write(measures.join("broken.sql"), "--- id = \"broken\nSELECT 1\n").expect("a measure");
    let data = path.display().to_string();
    let mut server = Server::start(&path);
    let opened = call(&server.address, "POST", "/api/contacts", "", Some(&opening("one"))).expect("an answer");
    assert_eq!(opened.0, 201);
    let asked = luotsi(&["measure", "list", "--data", &data]);
    let told = String::from_utf8_lossy(&asked.stderr).into_owned();
    assert!(!asked.status.success() && told.contains("broken.sql:1"), "who runs measures is told: {told}");
    server.end();
}
