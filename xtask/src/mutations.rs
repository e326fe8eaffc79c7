//! Whether journeys hold the rules: in a copy of the sources one rule after another is taken away, and the journeys of the
//! systems that stand on its engine are played. One of them has to fail. `cargo xtask mutations [COUNT [SEED]]`; on demand,
//! each mutation builds the program anew.
//! That all journeys pass without one is the test command's to say. It needs cargo-nextest.

mod rules;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::root;
/// Mutations, and the seed by which they are drawn, unless others are asked for.
const COUNT: usize = 20;
const SEED: u64 = 12;
/// Where the copy stands, below the target folder.
const COPY: &str = "mutations";

pub fn run(arguments: &[String]) -> Result<(), String> {
    let numbers: Result<Vec<u64>, _> = arguments.iter().map(|word| word.parse()).collect();
    let (count, seed) = match numbers.as_deref() {
        Ok([]) => (COUNT, SEED),
        Ok([count]) => (*count as usize, SEED),
        Ok([count, seed]) => (*count as usize, *seed),
        _ => return Err("mutations [COUNT [SEED]], as in: mutations 20 12".into()),
    };
    let systems = std::fs::read_to_string(root().join("docs/systems.tsv")).map_err(|error| error.to_string())?;
    let all = rules::all(&root());
    let drawn = rules::drawn(&all, count, seed, |engine| !journeys(&systems, engine).is_empty());
    println!("seed {seed}, {} of {} rules", drawn.len(), all.len());
    let copy = copied()?;
    let (mut caught, mut built) = (0, 0);
    for (number, rule) in (1..).zip(&drawn) {
        let begun = Instant::now();
        let path = copy.join(&rule.file);
        let told = |error: std::io::Error| format!("{}: {error}", path.display());
        let whole = std::fs::read_to_string(&path).map_err(told)?;
        std::fs::write(&path, rule.taken_from(&whole)).map_err(told)?;
        let names = journeys(&systems, rule.engine);
        let outcome = played(&copy, &names);
        std::fs::write(&path, whole).map_err(told)?;
        let outcome = match outcome? {
            Outcome::Failed(journey) => {
                (caught, built) = (caught + 1, built + 1);
                format!("caught by {journey}")
            }
            Outcome::Passed => {
                built += 1;
                format!("NOT caught by {}", names.join(" "))
            }
            Outcome::NotBuilt => "cannot be built so".into(),
        };
        let seconds = begun.elapsed().as_secs_f64();
        println!("{number:2} {}:{} {}\n   {outcome}, {seconds:.0} s", rule.file, rule.line + 1, rule.told);
    }
    println!("{caught} of {built} caught");
    Ok(())
}

/// Journeys of systems that stand on an engine, as their tests are called; of those that are written.
fn journeys(systems: &str, engine: &str) -> Vec<String> {
    let lines = systems.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let of_engine = lines.filter(|columns| columns.get(3).is_some_and(|it| it.split(',').any(|it| it == engine)));
    let names = of_engine.map(|columns| columns[0].to_lowercase());
    let written = names.filter(|name| root().join(format!("content/journeys/{name}.toml")).is_file());
    written.map(|name| name.replace('-', "_")).collect()
}

/// A copy of the sources as they are committed. It stays, and with it all that was built there.
fn copied() -> Result<PathBuf, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let copy = target.join(COPY);
    let head = git(&root(), &["rev-parse", "HEAD"])?;
    if copy.join(".git").exists() {
        git(&copy, &["checkout", "--force", "--detach", &head])?;
    } else {
        git(&root(), &["worktree", "add", "--force", "--detach", &copy.display().to_string(), &head])?;
    }
    Ok(copy)
}

/// The answer of git in a folder.
fn git(folder: &Path, words: &[&str]) -> Result<String, String> {
    let told = Command::new("git").args(words).current_dir(folder).output();
    let told = told.map_err(|error| format!("cannot run git: {error}"))?;
    match told.status.success() {
        true => Ok(String::from_utf8_lossy(&told.stdout).trim().to_string()),
        false => Err(format!("git {}: {}", words.join(" "), String::from_utf8_lossy(&told.stderr).trim())),
    }
}

/// The outcome of playing journeys against the copy as it stands.
enum Outcome {
    Passed,
    /// The journey that failed, and its step.
    Failed(String),
    NotBuilt,
}

/// Builds the program of the copy and plays these journeys, until one fails.
fn played(copy: &Path, names: &[String]) -> Result<Outcome, String> {
    // A target folder of its own: cargo takes crates of a copy for those of the checkout, and a mutation would stay there.
    let target = copy.join("target");
    let cargo = |words: &[&str]| {
        let command = Command::new("cargo").args(words).current_dir(copy).env("CARGO_TARGET_DIR", &target).output();
        command.map_err(|error| format!("cannot run cargo: {error}"))
    };
    let tests = ["nextest", "run", "-p", "luotsi", "--test", "journeys"];
    if !cargo(&[&tests[..], &["--no-run"]].concat())?.status.success() {
        return Ok(Outcome::NotBuilt);
    }
    let chosen: Vec<String> = names.iter().map(|name| format!("test(={name})")).collect();
    let output = cargo(&[&tests[..], &["--fail-fast", "-E", &chosen.join(" | ")]].concat())?;
    if output.status.success() {
        return Ok(Outcome::Passed);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let failed =
        text.lines().filter(|line| line.trim_start().starts_with("FAIL")).find_map(|line| line.split(' ').next_back());
    let step = text.lines().find_map(|line| line.split_once(": step ").map(|(_, rest)| rest));
    let step = step.unwrap_or_default().chars().take(60).collect::<String>();
    failed
        .map(|name| Outcome::Failed(format!("{name}, step {step}")))
        .ok_or_else(|| format!("no journey was played: {text}"))
}
