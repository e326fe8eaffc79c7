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
    programs: PathBuf,
    folder: PathBuf,
    pub port: u16,
    durable: bool,
}

/// Runs a command with a server beside it.
pub fn run(command: &[String]) -> Result<(), String> {
    let [program, arguments @ ..] = command else { return Err("pg: which command? cargo xtask pg -- COMMAND".into()) };
    let server = Server::start(false)?;
    let status = Command::new(program).args(arguments).env(VARIABLE, server.url()).status();
    let status = status.map_err(|error| format!("cannot run {program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} did not pass")) }
}

impl Server {
    /// Has the server do something, in one of its databases.
    pub fn ask(&self, database: &str, sql: &str) -> Result<(), String> {
        let asked = Command::new("psql")
            .args(["--quiet", "--no-psqlrc", "--dbname", &format!("{}/{database}", self.url()), "--command", sql])
            .stdout(Stdio::null())
            .status();
        match asked {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!("psql did not pass: {other:?}")),
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// `durable`: what it stores outlives a power cut, which the tests of every day need not wait for.
    pub fn start(durable: bool) -> Result<Server, String> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("luotsi-pg-{}", std::process::id()));
        let broken = |what: &str, error: &dyn std::fmt::Display| format!("PostgreSQL: cannot {what}: {error}");
        fs::create_dir(&folder).map_err(|error| broken(&format!("make {}", folder.display()), &error))?;
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status();
            owned.map_err(|error| broken("give the folder to postgres", &error))?;
        }
        let made = as_postgres(&programs.join("initdb"), &folder)
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"])
            .arg(folder.join("data"))
            .stdout(Stdio::null())
            .status();
        match made {
            Ok(status) if status.success() => {}
            other => return Err(broken("make a cluster", &format!("{other:?}"))),
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr());
        let port = free.map_err(|error| broken("find a port", &error))?.port();
        let process = serve(&programs, &folder, port, durable)?;
        let mut server = Server { process, programs, folder, port, durable };
        server.wait()?;
        Ok(server)
    }

    /// Ends it as a crash would, and starts it again.
    pub fn restart(&mut self) -> Result<(), String> {
        self.signal("-QUIT");
        self.process.wait().map_err(|error| format!("PostgreSQL: {error}"))?;
        self.process = serve(&self.programs, &self.folder, self.port, self.durable)?;
        self.wait()
    }

    /// Waits until it answers.
    fn wait(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        let port = self.port.to_string();
        let asked =
            || Command::new(self.programs.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
        while !asked().is_ok_and(|status| status.success()) {
            // Another server may have taken the port meanwhile: it must be ours that answers.
            if begun.elapsed() > PATIENCE || self.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return Err("PostgreSQL: cannot start: it does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn signal(&mut self, signal: &str) {
        // The pid stands in the first line: the process started here may be the one that changed the user.
        let file = self.folder.join("data").join("postmaster.pid");
        let pid = fs::read_to_string(file).ok().and_then(|text| text.lines().next().map(str::to_string));
        if let Some(pid) = pid {
            let _ = Command::new("kill").args([signal, &pid]).status();
        } else {
            let _ = self.process.kill();
        }
    }
}

/// The server refuses to run as root; as anybody else it runs as who started it.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

fn as_postgres(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(if is_root() { Path::new("runuser") } else { program });
    if is_root() {
        command.args(["-u", "postgres", "--"]).arg(program);
    }
    command.current_dir(folder);
    command
}

fn serve(programs: &Path, folder: &Path, port: u16, durable: bool) -> Result<Child, String> {
    let fsync = if durable { "fsync=on" } else { "fsync=off" };
    let settings = ["listen_addresses=127.0.0.1", fsync, "max_connections=400", "unix_socket_directories="];
    as_postgres(&programs.join("postgres"), folder)
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-p", &port.to_string()])
        .args(settings.iter().flat_map(|setting| ["-c", setting]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("PostgreSQL: cannot start: {error}"))
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fast: open connections are ended.
        self.signal("-INT");
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
