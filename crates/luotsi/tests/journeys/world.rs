//! The world of the journeys: one county, made once for a build of the program, of which each journey has a copy.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::UNIX_EPOCH;

use player::http::publish;

/// The county's present when a journey begins: a Monday morning.
pub const BEGINS: &str = "2026-03-09T08:00";

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_luotsi");

/// A county of one journey; removed with it.
pub struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// A copy of the county. Files of facts never change, so a link to them is a copy.
    pub fn copied(journey: &str) -> World {
        let county = county();
        let parent = county.parent().expect("a folder of counties");
        let folder = tempfile::Builder::new().prefix(journey).tempdir_in(parent).expect("a folder");
        copy(&county, folder.path());
        World { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A server over it, on a port of its own.
    pub fn serve(&self) -> Server {
        Server::on(self.path())
    }
}

/// The county itself. The first who asks makes it, and others wait.
fn county() -> PathBuf {
    let build = fs::metadata(PROGRAM).expect("the program");
    let made = build.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |at| at.as_millis());
    let counties = Path::new(env!("CARGO_TARGET_TMPDIR")).join("journeys");
    let county = counties.join(format!("county-{}-{made}", build.len()));
    fs::create_dir_all(&counties).expect("a folder");
    let lock = fs::File::create(counties.join("lock")).expect("a lock");
    lock.lock().expect("locked");
    if !county.join("ready").exists() {
        // Those of other builds, and a half one.
        for other in fs::read_dir(&counties).expect("counties").flatten() {
            if other.file_name().to_string_lossy().starts_with("county-") {
                let _ = fs::remove_dir_all(other.path());
            }
        }
        let made = Command::new(PROGRAM)
            .args(["demo", "--only-make", "--residents", "2000", "--seed", "7", "--now", BEGINS, "--data"])
            .arg(&county)
            .output()
            .expect("the program runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // Its figures are published once, and not for each journey; and so are its times that can be booked.
        let server = Server::on(&county);
        publish(&server.address, BEGINS.parse().expect("a time"), None).expect("its figures");
        server.end();
        fs::write(county.join("ready"), "").expect("written");
    }
    county
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else if from.extension().is_some_and(|ending| ending == "parquet") {
            fs::hard_link(&from, &to).expect("linked");
        } else {
            fs::copy(&from, &to).expect("copied");
        }
    }
}

/// A server of a county, whose clock stands.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    fn on(data: &Path) -> Server {
        let mut child = Command::new(PROGRAM)
            .args(["demo", "--now", BEGINS, "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut lines = BufReader::new(child.stderr.take().expect("its words")).lines();
        let mut said = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it does not serve: {said}")).expect("text");
            if let Some(address) = line.strip_prefix("serving on http://") {
                break address.to_string();
            }
            said += &(line + "\n");
        };
        // A thread reads what the server says later, so that it never waits for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("server: {line}")));
        Server { child, address }
    }

    /// Ends it as its administrator does: what the next start reads is written down.
    fn end(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("told");
        assert!(told.success() && self.child.wait().expect("ended").success(), "the server ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
