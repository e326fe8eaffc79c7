//! The whole county in a backup, and put back: nothing is lost, nothing is changed, no key is in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::copies::{database, must, on_database, refused, told};
use crate::luotsi;
use crate::serving::{Server, call, opening};

const OWN: &str = "--- id = \"own.contacts\"
--- kind = \"count\"
--- unit = \"contacts\"
--- better = \"neither\"
--- name = { fi = \"Omat\", sv = \"Egna\", en = \"Own\" }
--- source = \"The county\u{2019}s own definition\"
--- about = { fi = \"Omat.\", sv = \"Egna.\", en = \"Own.\" }
SELECT contact_id AS case_id, resident_id, unit_id, opened_at AS at
FROM contacts
WHERE opened_at >= $from AND opened_at < $to
";

/// A county with facts of its own, refused rows, an own measure, settings, contacts and tokens.
struct County {
    folder: tempfile::TempDir,
    database: Option<String>,
}

/// Everything that must be the same in a county and in its restored copy.
#[derive(Debug, PartialEq)]
struct Seen {
    figures: Vec<Value>,
    refused: BTreeMap<PathBuf, Vec<u8>>,
    own: String,
    services: String,
    thread: Value,
    queue: Value,
    withdrawn: u16,
}

/// Where a county's server is, and with what it is asked.
struct Asked {
    code: String,
    contact: String,
    nurse: String,
    withdrawn: String,
}

impl County {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn run(&self, data: &str, arguments: &[&str]) -> std::process::Output {
        match &self.database {
            Some(database) => on_database(database, &self.path(data), arguments),
            None => luotsi(&[arguments, &["--data", &self.text(data)]].concat()),
        }
    }

    fn server(&self, data: &str) -> Server {
        match &self.database {
            Some(database) => Server::on_database(&self.path(data), database),
            None => Server::start(&self.path(data)),
        }
    }

    fn new(database: Option<String>) -> County {
        let county = County { folder: tempfile::tempdir().expect("a folder"), database };
        let units =
            "unit_id,name_fi,level,parent_id\ncounty,Alue,county,\nstation,Asema,unit,county\nbad,B,planet,county\n";
        fs::write(county.path("units.csv"), units).expect("a file");
        let mut residents = String::from("resident_id,birth_year,sex\n");
        for number in 0..40 {
            residents += &format!("r{number},{},female\n", 1950 + number);
        }
        fs::write(county.path("residents.csv"), residents + "r90,never,female\n").expect("a file");
        for table in ["units", "residents"] {
            let imported = county.import("county", table);
            assert!(imported["accepted"].as_u64() > Some(1) && imported["rejected"] == json!(1), "{imported}");
        }
        fs::create_dir_all(county.path("county/measures")).expect("a folder");
        fs::write(county.path("county/measures/own.sql"), OWN).expect("a measure");
        let settings = "threshold = 3\n[[service]]\nid = \"outpatient\"\nunit = \"station\"\n\
                        name = { fi = \"Asema\", sv = \"Station\", en = \"Station\" }\n";
        fs::write(county.path("county/county.toml"), settings).expect("settings");
        county
    }

    fn import(&self, data: &str, table: &str) -> Value {
        let output =
            luotsi(&["import", table, &self.text(&format!("{table}.csv")), "--json", "--data", &self.text(data)]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", told(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    fn token(&self, data: &str, id: &str) -> String {
        let output = self.run(data, &["token", "--role", "nurse", "--unit", "station", "--id", id]);
        String::from_utf8(output.stdout).expect("text").trim().to_string()
    }

    /// Lives a little, and waits until the facts have it.
    fn live(&self, server: &Server) -> Asked {
        let (mut code, mut contact) = (String::new(), String::new());
        for number in 0..5 {
            let (status, opened) =
                call(&server.address, "POST", "/api/contacts", "", Some(&opening(&format!("c-{number}"))))
                    .expect("one");
            assert_eq!(status, 201, "{opened}");
            code = opened["resume_code"].as_str().expect("a code").into();
            contact = opened["contact"].as_str().expect("an id").into();
        }
        let (nurse, withdrawn) = (self.token("county", "nurse-1"), self.token("county", "nurse-2"));
        assert!(self.run("county", &["token", "--withdraw", "nurse-2"]).status.success());
        for (verb, body) in [("claim", json!({})), ("reply", json!({ "text": "Tule huomenna" }))] {
            let path = format!("/api/contacts/{contact}/{verb}");
            let (status, said) = call(&server.address, "POST", &path, &nurse, Some(&body)).expect("an answer");
            assert!(matches!(status, 200 | 201), "{said}");
        }
        let begun = Instant::now();
        while self.figures("county").first().is_none_or(|row| row["n"] != json!(5)) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the facts follow");
            std::thread::sleep(Duration::from_millis(200));
        }
        Asked { code, contact, nurse, withdrawn }
    }

    fn figures(&self, data: &str) -> Vec<Value> {
        let mut figures = crate::county::figures(&self.text(data), "", ("2020-01-01", "2100-01-01"), &["own.contacts"]);
        // Of now, whenever it is asked.
        figures.iter_mut().for_each(|figure| figure["as_of"] = Value::Null);
        figures
    }

    fn seen(&self, data: &str, asked: &Asked) -> Seen {
        let server = self.server(data);
        let path = format!("/api/conversations/{}/messages", asked.contact);
        let (status, thread) = call(&server.address, "GET", &path, &asked.code, None).expect("an answer");
        assert_eq!(status, 200, "{thread}");
        assert!(thread.to_string().contains("Tule huomenna"), "{thread}");
        let (_, queue) = call(&server.address, "GET", "/api/queues/station", &asked.nurse, None).expect("an answer");
        let withdrawn =
            call(&server.address, "GET", "/api/queues/station", &asked.withdrawn, None).expect("an answer").0;
        let quarantine = files(&self.path(data).join("quarantine"));
        let own = must(&["measure", "show", "own.contacts", "--data", &self.text(data)]);
        let own = own.replace(&self.text(data), "");
        let services = fs::read_to_string(self.path(data).join("county.toml")).expect("settings");
        Seen { figures: self.figures(data), refused: quarantine, own, services, thread, queue, withdrawn }
    }
}

/// Every file in a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => {
                    let within = path.strip_prefix(folder).expect("within").to_path_buf();
                    found.insert(within, fs::read(path).expect("bytes"));
                }
            }
        }
    }
    found
}

fn put_back(county: &County, to: &str) -> std::process::Output {
    let (from, keys) = (county.text("backup"), county.text("backup-keys"));
    let (master, directory) = (county.text("kept/master"), county.text("kept/directory.key"));
    let key = ["--key-file", &master, "--directory-key", &directory];
    county.run(to, &[&["restore", &from, "--keys", &keys][..], &key].concat())
}

/// The two keys that no backup holds, kept elsewhere.
fn keep_keys(county: &County) {
    fs::create_dir_all(county.path("kept")).expect("a folder");
    for key in ["master", "directory.key"] {
        fs::copy(county.path("county/keys").join(key), county.path("kept").join(key)).expect("a copy");
    }
}

fn comes_back(mut county: County, of_other_database: Option<String>) {
    let mut server = county.server("county");
    let asked = county.live(&server);
    keep_keys(&county);
    let backup = ["backup", &county.text("backup"), "--keys", &county.text("backup-keys")];
    let made = county.run("county", &backup);
    assert!(made.status.success(), "while it serves: {}", told(&made));
    let again = county.run("county", &backup);
    assert!(!again.status.success() && told(&again).contains("something stands here already"), "{}", told(&again));
    // Neither folder holds a key that opens the other, whatever the file is called.
    let kept: Vec<Vec<u8>> = files(&county.path("kept")).into_values().collect();
    for folder in ["backup", "backup-keys"] {
        for (name, bytes) in files(&county.path(folder)) {
            for key in &kept {
                let key = key.trim_ascii_end();
                assert!(!bytes.windows(key.len()).any(|part| part == key), "{}", name.display());
            }
            let path = county.path(folder).join(&name);
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
    }
    server.end();
    let before = county.seen("county", &asked);
    assert!(before.refused.len() == 2 && before.withdrawn == 404, "{before:?}");
    if let Some(other) = of_other_database {
        let taken = put_back(&county, "taken");
        assert!(told(&taken).contains("there is a log in the database already"), "{}", told(&taken));
        assert!(!county.path("taken").exists());
        county.database = Some(other);
    }
    let restored = put_back(&county, "new");
    assert!(restored.status.success(), "{}", told(&restored));
    let after = county.seen("new", &asked);
    assert_eq!(after, before);
    for table in ["units", "residents"] {
        let imported = county.import("new", table);
        assert_eq!((&imported["accepted"], &imported["replaced"]), (&json!(0), &json!(0)), "{imported}");
        assert!(imported["unchanged"].as_u64() > Some(1), "{imported}");
    }
    for command in [&["log", "verify"][..], &["facts", "verify"]] {
        let done = match command[0] {
            "facts" => luotsi(&[command, &["--data", &county.text("new")]].concat()),
            _ => county.run("new", command),
        };
        assert!(done.status.success(), "{command:?}: {}", told(&done));
    }
    // A backup of what was put back comes back as well.
    let made = county.run("new", &["backup", &county.text("second"), "--keys", &county.text("second-keys")]);
    assert!(made.status.success(), "{}", told(&made));
}

#[test]
fn the_whole_county_comes_back_from_its_backup() {
    comes_back(County::new(None), None);
}

#[test]
fn the_whole_county_comes_back_with_its_log_in_a_database() {
    let Some(first) = database("backup") else { return };
    let second = database("restore").expect("a server");
    comes_back(County::new(Some(first)), Some(second));
}

#[test]
fn a_backup_that_was_changed_a_wrong_key_and_a_taken_place_leave_nothing_behind() {
    let county = County::new(None);
    let mut server = county.server("county");
    county.live(&server);
    server.end();
    keep_keys(&county);
    must(&["backup", &county.text("backup"), "--keys", &county.text("backup-keys"), "--data", &county.text("county")]);
    let nothing = |what: &str| {
        let output = put_back(&county, "new");
        assert_eq!(output.status.code(), Some(1), "{what}: {}", told(&output));
        assert!(told(&output).contains("try: "), "{what}: {}", told(&output));
        let left: Vec<String> = fs::read_dir(county.folder.path())
            .expect("a folder")
            .flatten()
            .map(|it| it.file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with("new"))
            .collect();
        assert!(left.is_empty(), "{what}: {left:?}");
    };
    // Every file, by one byte in its middle; one that is missing; one that nobody named.
    for folder in ["backup", "backup-keys"] {
        let all = files(&county.path(folder));
        let some = all.iter().filter(|(name, _)| !name.starts_with("county/facts")).chain(all.iter().take(6));
        for (name, bytes) in some.filter(|(_, bytes)| !bytes.is_empty()) {
            let path = county.path(folder).join(name);
            let mut changed = bytes.clone();
            changed[bytes.len() / 2] ^= 1;
            fs::write(&path, changed).expect("changed");
            nothing(&name.display().to_string());
            fs::write(&path, bytes).expect("as it was");
        }
        let other = county.path(folder).join("other");
        fs::write(&other, "x").expect("written");
        nothing("a file that nobody named");
        fs::remove_file(&other).expect("removed");
    }
    let settings = county.path("backup/county/county.toml");
    let text = fs::read(&settings).expect("settings");
    fs::remove_file(&settings).expect("removed");
    nothing("a file that is missing");
    fs::write(&settings, text).expect("as it was");
    for key in ["master", "directory.key"] {
        let path = county.path("kept").join(key);
        let whole = fs::read(&path).expect("a key");
        let wrong = if key == "master" { "ab".repeat(32).into_bytes() } else { vec![7; 32] };
        fs::write(&path, wrong).expect("another key");
        nothing(key);
        fs::write(&path, whole).expect("as it was");
    }
    fs::create_dir(county.path("taken")).expect("a folder");
    fs::write(county.path("taken/mine"), "x").expect("a file");
    let taken = put_back(&county, "taken");
    assert!(!taken.status.success() && told(&taken).contains("something stands here already"), "{}", told(&taken));
    assert_eq!(files(&county.path("taken")).len(), 1, "it stays as it is");
    let inside = county.text("county/backup");
    let inside = refused(&["backup", &inside, "--keys", &county.text("k"), "--data", &county.text("county")]);
    assert!(inside.contains("one of these folders is in the other"), "{inside}");
    // Killed at any moment, each asked again under the same name is made whole.
    for (number, pause) in [5, 20, 40, 80, 160].into_iter().enumerate() {
        let (to, keys) = (county.text(&format!("b{number}")), county.text(&format!("k{number}")));
        let back = county.text(&format!("r{number}"));
        let data = county.text("county");
        let (master, directory) = (county.text("kept/master"), county.text("kept/directory.key"));
        let backup = vec!["backup", &to, "--keys", &keys, "--data", &data];
        let restore = vec![
            "restore",
            &to,
            "--keys",
            &keys,
            "--key-file",
            &master,
            "--directory-key",
            &directory,
            "--data",
            &back,
        ];
        for (arguments, place) in [(backup, &to), (restore, &back)] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_luotsi"))
                .args(&arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary runs");
            std::thread::sleep(Duration::from_millis(pause));
            let _ = child.kill();
            let done = child.wait().expect("ended").success();
            if !done {
                assert!(!Path::new(place).exists(), "half of it bears the name");
                must(&arguments);
            }
        }
        must(&["log", "verify", "--data", &back]);
    }
}

/// Everything that a county comes to hold is known to the inventory: a backup that warns of a file has forgotten a kind.
#[test]
fn no_file_of_a_county_is_unknown_to_its_backup() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county").display().to_string();
    let made = luotsi(&["demo", "--only-make", "--residents", "1000", "--seed", "3", "--data", &data]);
    assert!(made.status.success(), "{}", told(&made));
    let mut server = Server::start(Path::new(&data));
    let path = |name: &str| folder.path().join(name).display().to_string();
    let during = must(&["backup", &path("during"), "--keys", &path("during-keys"), "--data", &data]);
    server.end();
    let units = path("units.csv");
    fs::write(&units, "unit_id,name_fi,level\nu1,A,unit\nu2,B,planet\n").expect("a file");
    luotsi(&["import", "units", &units, "--data", &data]);
    luotsi(&["measure", "publish", "--data", &data]);
    luotsi(&["facts", "compact", "--data", &data]);
    let after = must(&["backup", &path("after"), "--keys", &path("after-keys"), "--data", &data]);
    for told in [during, after] {
        assert!(!told.contains("warning"), "a kind of file that the inventory does not know: {told}");
    }
}
