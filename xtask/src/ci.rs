//! Everything that has to pass, one step after another, each with its time.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::{pg, root};

pub fn run() -> Result<(), String> {
    let begun = Instant::now();
    let judged = is_judged_by()?;
    if judged {
        step("format", Command::new("cargo").args(["fmt", "--all", "--check"]))?;
    }
    step("build", Command::new("cargo").args(["build", "--workspace", "--all-targets"]))?;
    let nextest =
        Command::new("cargo").args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let tests: &[&str] = match nextest.is_ok_and(|status| status.success()) {
        true => &["nextest", "run", "--workspace", "--no-fail-fast"],
        false => &["test", "--workspace", "--no-fail-fast"],
    };
    let mut command = Command::new("cargo");
    let tests = command.args(tests);
    // Left out only on purpose: a machine without the server must not look as if all had passed.
    let database = if std::env::var_os("LUOTSI_SKIP_PG").is_some() { None } else { Some(pg::Server::start(false)?) };
    step("tests", tests.envs(database.iter().map(|server| (pg::VARIABLE, server.url()))))?;
    drop(database);
    timed("tidy", crate::tidy::run)?;
    timed("systems", || crate::systems::run(&[]))?;
    advisories()?;
    if judged {
        step("clippy", Command::new("cargo").args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    }
    let documentation = ["doc", "--workspace", "--no-deps", "--document-private-items"];
    // Private items are documented, so links to them hold.
    let flags = "-D warnings -A rustdoc::private_intra_doc_links";
    step("documentation", Command::new("cargo").args(documentation).env("RUSTDOCFLAGS", flags))?;
    timed("faults", || crate::faults::run(&[]))?;
    timed("browser", browser)?;
    eprintln!("all passed in {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Whether this compiler is the one of `rust-toolchain.toml`, by which format and lints are judged. Another one has other
/// lints: it builds and tests, and says what it leaves out.
fn is_judged_by() -> Result<bool, String> {
    let pinned = std::fs::read_to_string(root().join("rust-toolchain.toml")).map_err(|error| error.to_string())?;
    let channel = pinned.lines().find_map(|line| line.strip_prefix("channel = ")).unwrap_or_default().trim_matches('"');
    let asked =
        Command::new("rustc").arg("--version").output().map_err(|error| format!("cannot run rustc: {error}"))?;
    let version = String::from_utf8_lossy(&asked.stdout);
    let is_pinned = version.split(' ').nth(1) == Some(channel);
    if !is_pinned {
        eprintln!(
            "── format and clippy are left out: they are judged by Rust {channel}, and this is {}",
            version.trim()
        );
    }
    Ok(is_pinned)
}

fn step(name: &str, command: &mut Command) -> Result<(), String> {
    timed(name, || {
        let status = command.current_dir(root()).status().map_err(|error| format!("cannot run {name}: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("{name} did not pass")) }
    })
}

fn timed(name: &str, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    eprintln!("── {name}");
    let begun = Instant::now();
    work()?;
    eprintln!("── {name}: {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Known faults of dependencies, by the copy of the advisories that this machine has. Nothing is fetched: the date of the
/// copy is told, and so is that there is none.
fn advisories() -> Result<(), String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let mut copies = std::fs::read_dir(home.join("advisory-dbs")).into_iter().flatten().flatten();
    // Beside the copy lies a lock.
    let copy = copies.find(|entry| entry.path().is_dir());
    let Some(copy) = copy.filter(|_| crate::tidy::has_deny()) else {
        eprintln!("── advisories are left out: they need cargo-deny, and the copy that `cargo deny fetch db` makes");
        return Ok(());
    };
    let dated = Command::new("git").args(["log", "-1", "--format=%cs"]).current_dir(copy.path()).output();
    let dated = dated.map_err(|error| format!("cannot run git: {error}"))?.stdout;
    let name = format!("advisories of {}", String::from_utf8_lossy(&dated).trim());
    step(&name, Command::new("cargo").args(["deny", "--offline", "check", "advisories"]))
}

/// Serves a demo county on a port of the kernel's choice and runs the browser tests against it.
fn browser() -> Result<(), String> {
    let tests = root().join("e2e");
    let installed = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&tests).status();
    if !installed.map_err(|error| format!("cannot run npm: {error}"))?.success() {
        return Err("npm ci did not pass in e2e".into());
    }
    let data = std::env::temp_dir().join(format!("luotsi-browser-{}", std::process::id()));
    let (mut server, url) = serve_demo(&data)?;
    let passed =
        Command::new("npm").arg("test").current_dir(&tests).env("LUOTSI_URL", url).env("LUOTSI_BIN", binary()).status();
    let _ = server.kill();
    let _ = server.wait();
    let _ = std::fs::remove_dir_all(&data);
    if passed.map_err(|error| format!("cannot run npm: {error}"))?.success() {
        Ok(())
    } else {
        Err("browser tests did not pass".into())
    }
}

/// The program, as it was built.
fn binary() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("debug").join("luotsi")
}

fn serve_demo(data: &Path) -> Result<(Child, String), String> {
    let mut server = Command::new(binary())
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start the demo: {error}"))?;
    let lines = server.stderr.take().map(|stderr| BufReader::new(stderr).lines());
    let mut lines = lines.into_iter().flatten().map_while(Result::ok);
    match lines.find_map(|line| line.strip_prefix("serving on ").map(str::to_string)) {
        Some(url) => {
            // A thread reads what the server says later: it must not end because nobody listens.
            std::thread::spawn(move || lines.for_each(drop));
            Ok((server, url))
        }
        None => {
            let _ = server.kill();
            Err("the demo ended before it served".into())
        }
    }
}
