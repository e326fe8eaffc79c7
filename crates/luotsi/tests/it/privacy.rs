//! The data directory as its guardian has it: nobody else reads it, damage is reported and stops no contacts, people go
//! out of it when they are to be forgotten.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::luotsi;
use crate::serving::{Server, call, opening, token};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A command that must end well; what it printed.
fn must(arguments: &[&str]) -> String {
    let output = luotsi(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// A command that must end with 1; what it said.
fn refused(arguments: &[&str]) -> String {
    let output = luotsi(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stderr)
}

/// A county of two units and two people with everything that a source holds, in a folder that everybody reads.
fn county(folder: &Path) -> PathBuf {
    let data = folder.join("county");
    fs::create_dir(&data).expect("a folder");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("open to all");
    let file = |name: &str, text: &str| {
        fs::write(folder.join(name), text).expect("a file");
        folder.join(name).display().to_string()
    };
    let of = data.display().to_string();
    let units =
        file("units.csv", "unit_id,name_fi,parent_id,level\ncounty,Maakunta,,county\nstation,Asema,county,unit\n");
    must(&["import", "units", &units, "--data", &of]);
    let people = "Id,BIRTHDATE,DEATHDATE,SSN,FIRST,LAST,GENDER,ADDRESS\n\
                  kanaria-4711,1952-10-13,,131052-937N,Kanaria,Kanarialintunen,F,Kanariakatu 9\n\
                  tilhi-0815,1903-02-01,,010203-9451,Tilhi,Tilhi-Sirkku,M,Tilhitie 3\n";
    let people = file("people.csv", people);
    let map = concat!(env!("CARGO_MANIFEST_DIR"), "/../../mappings/synthea-residents.toml");
    must(&["import", "residents", &people, "--map", map, "--data", &of]);
    let visits: String = (1..28)
        .map(|day| {
            format!(
                "v{day},{},station,outpatient,done,2025-01-{day:02}T10:00:00Z\n",
                ["kanaria-4711", "tilhi-0815"][day % 2]
            )
        })
        .collect();
    let visits = format!(
        "encounter_id,resident_id,unit_id,service,status,started_at\n{visits}v99,kanaria-4711,nowhere,outpatient,done,\n"
    );
    let imported = luotsi(&["import", "encounters", &file("visits.csv", &visits), "--data", &of]);
    assert_eq!(imported.status.code(), Some(3), "one is refused");
    let settings =
        "[[service]]\nid = \"outpatient\"\nunit = \"station\"\nname = { fi = \"A\", sv = \"B\", en = \"C\" }\n";
    fs::write(data.join("county.toml"), settings).expect("settings");
    data
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        found.push(entry.path());
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        }
    }
    found
}

fn contact_of(server: &Server, client: &str) -> (String, String) {
    let (status, body) = call(&server.address, "POST", "/api/contacts", "", Some(&opening(client))).expect("an answer");
    assert_eq!(status, 201, "{body}");
    let text = |field: &str| body[field].as_str().expect("a text").to_string();
    (text("contact"), text("resume_code"))
}

#[test]
fn whoever_makes_a_file_nobody_else_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path());
    let of = data.display().to_string();
    let mut server = Server::start(&data);
    let (contact, _) = contact_of(&server, "one");
    let nurse = token(&of, "nurse", "station");
    let (status, _) =
        call(&server.address, "POST", &format!("/api/contacts/{contact}/claim"), &nurse, Some(&json!({})))
            .expect("an answer");
    assert_eq!(status, 200);
    let begun = Instant::now();
    while !data.join("snapshots/facts.json").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the facts follow within a minute");
        std::thread::sleep(Duration::from_millis(100));
    }
    let set = ["unit", "set", "annex", "--name", "Sivu", "--parent", "county", "--level", "unit", "--data", &of];
    must(&set);
    let while_served = files(&data);
    server.end();
    must(&["measure", "publish", "--data", &of]);
    let settings = data.join("county.toml");
    for path in while_served.into_iter().chain(files(&data)).filter(|path| *path != settings) {
        let Ok(metadata) = fs::metadata(&path) else { continue };
        let mode = metadata.permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has {mode:o}", path.display());
    }
}

/// Takes a directory as it stands somewhere else.
pub fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match from.is_dir() {
            true => copied(&from, &to),
            false => drop(fs::copy(&from, &to).expect("a copy")),
        }
    }
}

type Harm = fn(&Path);

/// Harm that may have come to a data directory while nobody served it.
const HARM: [(&str, Harm); 17] = [
    ("CURRENT emptied", |data| fs::write(data.join("facts/CURRENT"), "").expect("a file")),
    ("CURRENT deleted", |data| fs::remove_file(data.join("facts/CURRENT")).expect("removed")),
    ("CURRENT of another file", |data| fs::write(data.join("facts/CURRENT"), "FORMAT\n").expect("a file")),
    ("manifests deleted", |data| {
        let manifests = fs::read_dir(data.join("facts")).expect("a folder").flatten().map(|it| it.path());
        manifests
            .filter(|it| it.extension().is_some_and(|it| it == "json"))
            .for_each(|it| fs::remove_file(it).expect("removed"));
    }),
    ("units damaged", |data| {
        for path in files(&data.join("facts/units")).iter().filter(|path| path.is_file()) {
            let mut bytes = fs::read(path).expect("a file");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 8;
            fs::write(path, bytes).expect("a file");
        }
    }),
    ("units deleted", |data| fs::remove_dir_all(data.join("facts/units")).expect("removed")),
    ("facts deleted", |data| fs::remove_dir_all(data.join("facts")).expect("removed")),
    ("facts emptied", |data| {
        fs::remove_dir_all(data.join("facts")).expect("removed");
        fs::create_dir(data.join("facts")).expect("a folder");
    }),
    ("facts are no folder", |data| {
        fs::remove_dir_all(data.join("facts")).expect("removed");
        fs::write(data.join("facts"), "").expect("a file");
    }),
    ("the directory's key lost", |data| fs::remove_file(data.join("keys/directory.key")).expect("removed")),
    ("a slip in the settings", |data| fs::write(data.join("county.toml"), "[[service\n").expect("a file")),
    ("settings of no text", |data| fs::write(data.join("county.toml"), [0xff, 0xfe, 0]).expect("a file")),
    ("settings deleted", |data| fs::remove_file(data.join("county.toml")).expect("removed")),
    ("settings emptied", |data| fs::write(data.join("county.toml"), "").expect("a file")),
    ("settings of blanks", |data| fs::write(data.join("county.toml"), " \n\n").expect("a file")),
    ("settings of noughts", |data| fs::write(data.join("county.toml"), [0; 64]).expect("a file")),
    ("settings are a folder", |data| {
        fs::remove_file(data.join("county.toml")).expect("removed");
        fs::create_dir(data.join("county.toml")).expect("a folder");
    }),
];

#[test]
fn damage_in_facts_or_settings_stops_no_contacts() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = county(folder.path());
    let mut server = Server::start(&whole);
    let (contact, code) = contact_of(&server, "one");
    let nurse = token(&whole.display().to_string(), "nurse", "station");
    let lead = token(&whole.display().to_string(), "lead", "county");
    server.end();
    let kept = |data: &Path| {
        ["county.toml", "serving.json"].map(|name| fs::read_to_string(data.join("snapshots").join(name)).expect(name))
    };
    for (what, harm) in HARM {
        let data = folder.path().join(what.replace(' ', "-"));
        copied(&whole, &data);
        harm(&data);
        let (mut server, said) =
            Server::start_and_hear(std::process::Command::new(env!("CARGO_BIN_EXE_luotsi")), &data);
        let asks = |method: &str, path: &str, bearer: &str, body: Option<&Value>| {
            call(&server.address, method, path, bearer, body).unwrap_or_else(|| panic!("{what}: no answer to {path}"))
        };
        if what != "the directory's key lost" {
            assert!(said.contains("error: "), "{what} is told: {said}");
        }
        let messages = format!("/api/conversations/{contact}/messages");
        let (status, thread) = asks("GET", &messages, &code, None);
        assert!(status == 200 && thread.to_string().contains("Hei"), "{what}: {status} {thread}");
        for who in [&nurse, &lead] {
            let (status, queue) = asks("GET", "/api/queues/station", who, None);
            assert!(status == 200 && queue["waiting"] == 1, "{what}: {status} {queue}");
        }
        let (status, sent) = asks("PUT", &format!("{messages}/more"), &code, Some(&json!({ "text": "Vielä" })));
        assert_eq!(status, 201, "{what}: {sent}");
        contact_of(&server, "another");
        let (_, queue) = asks("GET", "/api/queues/station", &nurse, None);
        assert_eq!(queue["waiting"], 2, "{what}: a new contact comes to the queue of its service: {queue}");
        token(&data.display().to_string(), "nurse", "station");
        server.end();
        assert_eq!(kept(&data), kept(&whole), "{what}: what is gone on with is there for the next start, too");
        fs::remove_dir_all(&data).expect("removed");
    }
}

#[test]
fn a_second_server_of_a_directory_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county");
    let mut server = Server::start(&data);
    let said = refused(&["serve", "--listen", "127.0.0.1:0", "--data", &data.display().to_string()]);
    assert!(said.contains("another server serves this directory"), "{said}");
    contact_of(&server, "one");
    server.kill();
    Server::start(&data).end();
}

#[test]
fn no_figure_is_made_from_a_damaged_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path());
    let of = data.display().to_string();
    let stored: Vec<PathBuf> = files(&data.join("facts/encounters"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|it| it == "parquet"))
        .collect();
    assert!(!stored.is_empty());
    for path in stored {
        let whole = fs::read(&path).expect("a file");
        for at in [5, whole.len() / 3, whole.len() - 20] {
            let mut flipped = whole.clone();
            flipped[at] ^= 16;
            fs::write(&path, &flipped).expect("a file");
            let name = path.file_name().expect("a name").display().to_string();
            let sql = ["sql", "select count(*) from encounters", "--data", &of];
            let run = [
                "measure",
                "run",
                "volume.encounters",
                "--no-suppress",
                "--from",
                "2025-01-01",
                "--to",
                "2025-02-01",
                "--data",
                &of,
            ];
            for command in [sql.as_slice(), &run, &["measure", "publish", "--data", &of]] {
                let said = refused(command);
                assert!(said.contains(&name), "{command:?}, byte {at}: {said}");
            }
        }
        fs::write(&path, &whole).expect("a file");
    }
    must(&["measure", "publish", "--data", &of]);
}

/// Words that stand in the source of one person alone.
const CANARY: [&str; 4] = ["kanaria-4711", "131052-937N", "Kanarialintunen", "Kanariakatu"];

/// Files in which a word stands, also packed.
fn holding(data: &Path, word: &str) -> Vec<PathBuf> {
    let has = |bytes: &[u8]| bytes.windows(word.len()).any(|part| part == word.as_bytes());
    let holds = |path: &PathBuf| {
        let Ok(bytes) = fs::read(path) else { return false };
        has(&bytes) || zstd::decode_all(bytes.as_slice()).is_ok_and(|unpacked| has(&unpacked))
    };
    files(data).into_iter().filter(|path| path.is_file() && holds(path)).collect()
}

fn ids(data: &Path) -> Vec<String> {
    let mut ids: Vec<String> = fs::read_dir(data.join("imports"))
        .expect("a folder")
        .flatten()
        .map(|it| it.file_name().to_string_lossy().into_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn whoever_is_erased_is_found_nowhere_and_everybody_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path());
    let of = data.display().to_string();
    let mut server = Server::start(&data);
    contact_of(&server, "one");
    for word in CANARY {
        assert_eq!(holding(&data, word), [] as [PathBuf; 0], "{word}: whoever has the files alone reads nothing");
    }
    let imports = ids(&data);
    assert!(must(&["facts", "original", &imports[1], "--data", &of]).contains("Kanariakatu"));
    assert!(must(&["facts", "refused", &imports[2], "--data", &of]).contains("v99,kanaria-4711"));
    let said = refused(&["facts", "refused", &imports[1], "--data", &of]);
    assert!(said.contains("refused no row"), "{said}");
    refused(&["facts", "original", "../../keys/directory.key", "--data", &of]);
    let visits = || must(&["sql", "SELECT encounter_id FROM encounters ORDER BY 1", "--format", "csv", "--data", &of]);
    assert_eq!(visits().matches("\nv").count(), 27);
    // A wrong request changes nothing.
    let version = fs::read(data.join("facts/CURRENT")).expect("a file");
    for (id, reason) in [("nobody-here", "own wish"), ("kanaria-4711", " "), ("kanaria/4711", "own wish")] {
        refused(&["erase", "--resident", id, "--reason", reason, "--data", &of]);
    }
    assert_eq!(fs::read(data.join("facts/CURRENT")).expect("a file"), version);
    // In another spelling, and while the server serves.
    let erase = ["erase", "--resident", "  kanaria-4711\u{a0}", "--reason", "Kanarialintunen asked", "--data", &of];
    let said = must(&erase);
    assert!(said.contains("erased: 14 rows of the facts, 16 rows of originals and refused rows"), "{said}");
    let left = visits();
    assert_eq!(left.matches("\nv").count(), 14, "{left}");
    for word in CANARY.into_iter().chain(["v99"]) {
        assert_eq!(holding(&data, word), [] as [PathBuf; 0], "{word}");
    }
    let people = must(&["facts", "original", &imports[1], "--data", &of]);
    assert!(people.contains("Tilhitie") && !people.contains("Kanaria"), "{people}");
    assert!(!must(&["facts", "refused", &imports[2], "--data", &of]).contains("v99"));
    assert!(must(&["facts", "verify", "--data", &of]).contains("copies of what was imported open"));
    let told = must(&["facts", "erased", "--data", &of]);
    assert!(told.contains("Kanarialintunen asked") && told.lines().count() == 1, "{told}");
    refused(&["facts", "who", "kanaria-4711", "--data", &of]);
    refused(&erase);
    server.end();
    let recorded = must(&["log", "export", "--accesses", "--data", &of]);
    for kind in ["resident.erased", "import.read", "import.refused.read"] {
        assert!(recorded.contains(kind), "{kind}: {recorded}");
    }
    assert!(!recorded.contains("kanaria"), "{recorded}");
    // The source goes on to send the person.
    let map = concat!(env!("CARGO_MANIFEST_DIR"), "/../../mappings/synthea-residents.toml");
    let again = folder.path().join("people.csv").display().to_string();
    let sent = luotsi(&["import", "residents", &again, "--map", map, "--data", &of]);
    assert_eq!(sent.status.code(), Some(3));
    assert!(text(&sent.stderr).contains("erased here"), "{}", text(&sent.stderr));
    for word in CANARY {
        assert_eq!(holding(&data, word), [] as [PathBuf; 0], "{word}");
    }
    must(&["erase", "--resident", "kanaria-4711", "--reason", "moved back", "--lift", "--data", &of]);
    must(&["import", "residents", &again, "--map", map, "--data", &of]);
    must(&["facts", "who", "kanaria-4711", "--data", &of]);
    // A copy that was changed is told.
    let original = data.join("imports").join(&imports[1]).join("original.sealed");
    let mut bytes = fs::read(&original).expect("a file");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&original, bytes).expect("a file");
    let said = refused(&["facts", "verify", "--data", &of]);
    assert!(said.contains("original.sealed"), "{said}");
}

#[test]
fn every_place_where_something_comes_to_rest_is_described() {
    let text = include_str!("../../../../docs/data-at-rest.md");
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path());
    let mut server = Server::start(&data);
    contact_of(&server, "one");
    while !data.join("snapshots/facts.json").exists() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    server.end();
    must(&["measure", "publish", "--data", &data.display().to_string()]);
    for entry in fs::read_dir(&data).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = name.trim_end_matches("-wal").trim_end_matches("-shm");
        let name = if entry.path().is_dir() { format!("`{name}/") } else { format!("`{name}`") };
        assert!(text.contains(&name), "docs/data-at-rest.md says nothing of {name}");
    }
}

#[test]
fn a_draft_is_sealed_copied_checked_and_gone_with_its_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path());
    let of = data.display().to_string();
    let mut server = Server::start(&data);
    let (contact, code) = contact_of(&server, "one");
    let body = "client_id=m1&later=1&text=Kanarialintunen";
    let mut stream = TcpStream::connect(&server.address).expect("a server");
    let (address, length) = (&server.address, body.len());
    let request = format!(
        "POST /contact/thread?id={contact} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: contact={code}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    server.end();
    let drafts = || files(&data.join("drafts"));
    assert_eq!(drafts().len(), 1, "{}", text(&answer));
    assert_eq!(holding(&data, "Kanarialintunen"), [] as [PathBuf; 0], "whoever has the files alone reads nothing");
    must(&["log", "verify", "--data", &of]);
    let [to, keys] = ["backup", "backup-keys"].map(|name| folder.path().join(name).display().to_string());
    must(&["backup", &to, "--keys", &keys, "--data", &of]);
    let name = drafts()[0].file_name().expect("a name").to_owned();
    assert!(Path::new(&to).join("county/drafts").join(&name).exists(), "it is in the backup");
    let whole = fs::read(&drafts()[0]).expect("a file");
    let mut harmed = whole.clone();
    *harmed.last_mut().expect("bytes") ^= 1;
    fs::write(&drafts()[0], harmed).expect("a file");
    assert!(refused(&["log", "verify", "--data", &of]).contains("1 drafts cannot be opened"));
    fs::write(&drafts()[0], whole).expect("a file");
    must(&["log", "erase", &contact, "--reason", "asked for", "--data", &of]);
    assert_eq!(drafts(), [] as [PathBuf; 0], "it goes with the person, or with the contact of nobody");
}

#[test]
fn a_file_of_a_conversation_is_sealed_copied_checked_and_gone_with_its_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = county(folder.path());
    let of = data.display().to_string();
    let mut server = Server::start(&data);
    let (contact, code) = contact_of(&server, "one");
    let part =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Kanarialintunen.pdf\"\r\n\r\n%PDF-1.7 Kanarialintunen %%EOF\r\n";
    let body = format!("{}{}{file}--b--\r\n", part("contact", &contact), part("text", ""));
    let mut stream = TcpStream::connect(&server.address).expect("a server");
    let (address, length) = (&server.address, body.len());
    let request = format!(
        "POST /contact/files HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: contact={code}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    server.end();
    let kept = || files(&data.join("attachments"));
    assert_eq!(kept().len(), 1, "{}", text(&answer));
    assert_eq!(holding(&data, "Kanarialintunen"), [] as [PathBuf; 0], "whoever has the files alone reads nothing");
    must(&["log", "verify", "--data", &of]);
    let [to, keys] = ["backup", "backup-keys"].map(|name| folder.path().join(name).display().to_string());
    must(&["backup", &to, "--keys", &keys, "--data", &of]);
    let name = kept()[0].file_name().expect("a name").to_owned();
    assert!(Path::new(&to).join("county/attachments").join(&name).exists(), "it is in the backup");
    let whole = fs::read(&kept()[0]).expect("a file");
    let mut harmed = whole.clone();
    *harmed.last_mut().expect("bytes") ^= 1;
    fs::write(&kept()[0], harmed).expect("a file");
    assert!(refused(&["log", "verify", "--data", &of]).contains("1 files of conversations cannot be opened"));
    fs::write(&kept()[0], whole).expect("a file");
    must(&["log", "erase", &contact, "--reason", "asked for", "--data", &of]);
    assert_eq!(kept(), [] as [PathBuf; 0], "it goes with the person, or with the contact of nobody");
}
