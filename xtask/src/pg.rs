//! A PostgreSQL server of its own around a command: the newest that Debian has installed, in a folder that goes away.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The variable that tells tests where the server is.
pub const VARIABLE: &str = "LUOTSI_TEST_PG";

/// How long the server may take to begin.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that ends when dropped.
pub struct Server {
    process: Child,
    folder: PathBuf,
    pub url: String,
}

/// Runs a command with a server beside it.
pub fn run(command: &[String]) -> Result<(), String> {
    let [program, arguments @ ..] = command else { return Err("pg: which command? cargo xtask pg -- COMMAND".into()) };
    let server = Server::start()?;
    let status = Command::new(program).args(arguments).env(VARIABLE, &server.url).status();
    let status = status.map_err(|error| format!("cannot run {program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} did not pass")) }
}

impl Server {
    /// Has the server do something, in one of its databases.
    pub fn ask(&self, database: &str, sql: &str) -> Result<(), String> {
        let asked = Command::new("psql")
            .args(["--quiet", "--no-psqlrc", "--dbname", &format!("{}/{database}", self.url), "--command", sql])
            .stdout(Stdio::null())
            .status();
        match asked {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!("psql did not pass: {other:?}")),
        }
    }

    pub fn start() -> Result<Server, String> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("luotsi-pg-{}", std::process::id()));
        let broken = |what: &str, error: &dyn std::fmt::Display| format!("PostgreSQL: cannot {what}: {error}");
        fs::create_dir_all(&folder).map_err(|error| broken("make a folder", &error))?;
        // The server refuses to run as root; as anybody else it runs as who started it.
        let as_root = fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
        let as_postgres = |program: &Path| {
            let mut command = Command::new(if as_root { Path::new("runuser") } else { program });
            if as_root {
                command.args(["-u", "postgres", "--"]).arg(program);
            }
            command.current_dir(&folder);
            command
        };
        if as_root {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status();
            owned.map_err(|error| broken("give the folder to postgres", &error))?;
        }
        let data = folder.join("data");
        let made = as_postgres(&programs.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        match made {
            Ok(status) if status.success() => {}
            other => return Err(broken("make a cluster", &format!("{other:?}"))),
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr());
        let port = free.map_err(|error| broken("find a port", &error))?.port();
        // What the tests of every day store need not outlive a power cut; the fault runs set this back.
        let settings = ["listen_addresses=127.0.0.1", "fsync=off", "max_connections=400", "unix_socket_directories="];
        let process = as_postgres(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string()])
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| broken("start", &error))?;
        let mut server = Server { process, folder, url: format!("postgres://postgres@127.0.0.1:{port}") };
        let begun = Instant::now();
        let port = port.to_string();
        let ready = || {
            let asked = Command::new(programs.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
            asked.is_ok_and(|status| status.success())
        };
        while !ready() {
            // Another server may have taken the port meanwhile: it must be ours that answers.
            if begun.elapsed() > PATIENCE || server.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return Err(broken("start", &"it does not answer"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The pid stands in the first line: the process started here may be the one that changed the user.
        let file = self.folder.join("data").join("postmaster.pid");
        let pid = fs::read_to_string(file).ok().and_then(|text| text.lines().next().map(str::to_string));
        if let Some(pid) = pid {
            // Fast: open connections are ended.
            let _ = Command::new("kill").args(["-INT", &pid]).status();
        } else {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder of the newest server's programs.
fn programs() -> Result<PathBuf, String> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = installed.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let newest = versions.max().ok_or("PostgreSQL is not installed: apt-get install postgresql")?;
    Ok(PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin")))
}
