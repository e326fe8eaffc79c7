//! The fault suite: a worker that appends to the log is killed, cut off from the disk, given a disk that fails, fills or
//! rots, and afterwards everything that was acknowledged must stand there once. Then bugs are planted, and each must be
//! caught. `cargo xtask faults` is the short form, `cargo xtask faults --long [SEED]` the long one, and
//! `cargo xtask faults F5 TRIES SEED` tries one fault alone.

mod disk;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use disk::Loss;

use crate::{pg, root};

/// A kind of fault, and how often it is tried in the short form and in the long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// F1
    Killed,
    /// F2
    PowerCut,
    /// F3
    TornWrite,
    /// F4
    CutInRecovery,
    /// F5
    SyncFails,
    /// F6
    WriteFails,
    /// F7
    DiskFull,
    /// F8
    BitRot,
    /// F9
    SharedMemoryGone,
    /// F11, F12
    DatabaseStopped,
    /// F1 on PostgreSQL, by two writers at once
    TwoWriters,
}

const FAULTS: [(Fault, &str, u32, u32); 11] = [
    (Fault::Killed, "F1 process killed", 12, 1000),
    (Fault::PowerCut, "F2 power cut", 12, 2000),
    (Fault::TornWrite, "F3 torn and reordered writes", 12, 2000),
    (Fault::CutInRecovery, "F4 power cut in recovery", 4, 500),
    (Fault::SyncFails, "F5 sync fails", 8, 500),
    (Fault::WriteFails, "F6 write fails", 6, 500),
    (Fault::DiskFull, "F7 disk full and freed", 4, 100),
    (Fault::BitRot, "F8 bit rot", 24, 1000),
    (Fault::SharedMemoryGone, "F9 shared memory file gone", 4, 300),
    (Fault::DatabaseStopped, "F11 connections ended by the database", 4, 500),
    (Fault::TwoWriters, "F1 two writers of one database, one killed", 4, 500),
];

/// Bugs, and the fault that must bring each to light.
const BUGS: [(&str, Fault); 5] = [
    ("NotSynced", Fault::PowerCut),
    ("AcknowledgedFirst", Fault::Killed),
    ("Serial", Fault::TwoWriters),
    ("ErrorIgnored", Fault::SyncFails),
    ("Forgetful", Fault::Killed),
];
/// What went wrong with the suite and not with the log begins so.
const ITSELF: &str = "the suite itself: ";
/// How often a bug's fault is tried until it is caught.
const TRIES: u32 = 24;

/// What the suite needs to try a fault.
struct Suite {
    worker: PathBuf,
    disk: PathBuf,
    folder: PathBuf,
    database: Option<pg::Server>,
    bug: Option<&'static str>,
    seed: u64,
    tried: u32,
}

/// What came of the tries.
#[derive(Default)]
struct Tally {
    survived: u32,
    acknowledged: u64,
    /// Tries in which the disk failed as it was told to.
    failed: u32,
    recoveries: Vec<Duration>,
}

/// What is asked of the suite.
#[derive(PartialEq)]
enum Form {
    Short,
    Long,
    /// One fault, under this name, so often.
    One(Fault, &'static str, u32),
}

impl Tally {
    fn say(&mut self, suite: &Suite) {
        self.recoveries.sort();
        let median = self.recoveries.get(self.recoveries.len() / 2).map_or(0, Duration::as_millis);
        println!(
            "faults survived {}/{}, acknowledged writes {}, lost 0, duplicated 0, median recovery {median} ms",
            self.survived, suite.tried, self.acknowledged
        );
    }
}

/// What stands in a log.
#[derive(Default)]
struct Standing {
    /// Places of the events of each key.
    events: HashMap<String, Vec<u64>>,
    wrong: Vec<String>,
    /// The log says that all of it is as it was written.
    sound: bool,
}

/// What was said by the workers of one try.
#[derive(Default)]
struct Said {
    sent: Vec<String>,
    acked: BTreeMap<String, u64>,
    wrong: Vec<String>,
}

pub fn run(arguments: &[String]) -> Result<(), String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<u64>().map_err(|_| format!("{word} is no number"));
    let (form, given) = match words.as_slice() {
        [] => (Form::Short, None),
        ["--long"] => (Form::Long, None),
        ["--long", seed] => (Form::Long, Some(number(seed)?)),
        [fault, tries, seed] => {
            let known = FAULTS.iter().find(|(_, name, ..)| name.split(' ').next() == Some(fault));
            let (fault, name, ..) = *known.ok_or_else(|| format!("{fault} is no fault of the suite"))?;
            (Form::One(fault, name, number(tries)? as u32), Some(number(seed)?))
        }
        _ => return Err("faults [--long [SEED]] or faults FAULT TRIES SEED, as in: faults F5 100 7".into()),
    };
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    println!("seed {seed}");
    let begun = Instant::now();
    let folder = std::env::temp_dir().join(format!("luotsi-faults-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let database = if std::env::var_os("LUOTSI_SKIP_PG").is_some() { None } else { Some(pg::Server::start()?) };
    let (worker, disk) = (worker()?, shim(&folder)?);
    let mut suite = Suite { worker, disk, folder: folder.clone(), database, bug: None, seed, tried: 0 };
    let mut tally = Tally::default();
    let done = match form {
        Form::One(fault, name, tries) => suite.tries(fault, name, tries, &mut tally).map(|()| tally.say(&suite)),
        Form::Short | Form::Long => suite.all(form == Form::Long, &mut tally),
    };
    drop(suite);
    let _ = fs::remove_dir_all(&folder);
    println!("{:.0} s", begun.elapsed().as_secs_f64());
    done
}

/// The worker, built with the bugs that can be planted and without the rest of Luotsi.
fn worker() -> Result<PathBuf, String> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("faults");
    let built = Command::new("cargo")
        .args(["build", "--quiet", "-p", "store", "--example", "worker", "--features", "planted", "--target-dir"])
        .arg(&target)
        .current_dir(root())
        .status();
    match built {
        Ok(status) if status.success() => Ok(target.join("debug/examples/worker")),
        other => Err(format!("the worker could not be built: {other:?}")),
    }
}

/// The disk that fails when it is told to, as a library that is loaded before others.
fn shim(folder: &Path) -> Result<PathBuf, String> {
    let library = folder.join("disk.so");
    let source = root().join("crates/store/tests/faults/disk.c");
    let built =
        Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    match built {
        Ok(status) if status.success() => Ok(library),
        other => Err(format!("the failing disk could not be built: {other:?}")),
    }
}

impl Suite {
    fn all(&mut self, long: bool, tally: &mut Tally) -> Result<(), String> {
        for (fault, name, few, many) in FAULTS {
            self.tries(fault, name, if long { many } else { few }, tally)?;
        }
        tally.say(self);
        for (bug, fault) in BUGS {
            if self.database.is_none() && needs_database(fault) {
                println!("skipped, no PostgreSQL: planted {bug}");
                continue;
            }
            self.bug = Some(bug);
            let caught = (1..=TRIES).find_map(|tries| Some((tries, self.once(fault, &mut Tally::default()).err()?)));
            self.bug = None;
            if let Some((_, how)) = caught.as_ref().filter(|(_, how)| how.starts_with(ITSELF)) {
                return Err(how.clone());
            }
            match caught {
                Some((tries, how)) => println!("planted {bug}: caught at try {tries}: {how}"),
                None => return Err(format!("the planted bug {bug} was not caught in {TRIES} tries")),
            }
        }
        Ok(())
    }

    /// Tries a fault some times; each try must have been one.
    fn tries(&mut self, fault: Fault, name: &str, tries: u32, tally: &mut Tally) -> Result<(), String> {
        if self.database.is_none() && needs_database(fault) {
            println!("skipped, no PostgreSQL: {name}");
            return Ok(());
        }
        let before = tally.acknowledged;
        tally.failed = 0;
        for _ in 0..tries {
            let seed = self.seed.wrapping_add(u64::from(self.tried));
            self.once(fault, tally).map_err(|wrong| format!("{name}, seed {seed}: {wrong}"))?;
        }
        if tally.acknowledged == before {
            return Err(format!("{name}: nothing was acknowledged in any try, so that nothing was tried"));
        }
        if fails(fault) && tally.failed == 0 {
            return Err(format!("{name}: the disk failed in no try"));
        }
        println!("{name}: {tries}");
        Ok(())
    }

    /// Tries a fault once, in a place of its own.
    fn once(&mut self, fault: Fault, tally: &mut Tally) -> Result<(), String> {
        let number = self.tried;
        self.tried += 1;
        let mut chance = Chance(self.seed.wrapping_add(u64::from(number)));
        let folder = self.folder.join(format!("try-{number}"));
        let data = folder.join("data");
        fs::create_dir_all(&data).map_err(|error| error.to_string())?;
        let place = match (&self.database, needs_database(fault)) {
            (Some(server), true) => {
                let name = format!("fault_{number}");
                server.ask("postgres", &format!("CREATE DATABASE {name}"))?;
                format!("{}/{name}", server.url)
            }
            _ => data.join("log.db").display().to_string(),
        };
        let mut there = Try {
            suite: self,
            fault,
            folder: &folder,
            data: &data,
            place,
            number,
            said: Said::default(),
            failed: false,
        };
        let played = there.play(&mut chance).map_err(|error| format!("{ITSELF}{error}"));
        let done = played.and_then(|()| there.checked(tally));
        let _ = fs::remove_dir_all(&folder);
        if done.is_ok() {
            tally.survived += 1;
        }
        done
    }
}

/// The disk is told to fail.
fn fails(fault: Fault) -> bool {
    matches!(fault, Fault::SyncFails | Fault::WriteFails | Fault::DiskFull)
}

fn needs_database(fault: Fault) -> bool {
    matches!(fault, Fault::DatabaseStopped | Fault::TwoWriters)
}

/// One try.
struct Try<'a> {
    suite: &'a Suite,
    fault: Fault,
    folder: &'a Path,
    data: &'a Path,
    place: String,
    number: u32,
    said: Said,
    failed: bool,
}

impl Try<'_> {
    fn play(&mut self, chance: &mut Chance) -> Result<(), String> {
        let settings: Vec<(&str, String)> = match self.fault {
            Fault::SyncFails => vec![("FAULT_SYNC_FAILS", chance.between(8, 120).to_string())],
            Fault::WriteFails => vec![("FAULT_WRITE_FAILS", chance.between(8, 400).to_string())],
            Fault::DiskFull => {
                let free = self.folder.join("free").display().to_string();
                vec![("FAULT_FULL", chance.between(200_000, 900_000).to_string()), ("FAULT_FREE", free)]
            }
            _ => Vec::new(),
        };
        let on_disk = !matches!(self.fault, Fault::Killed | Fault::BitRot | Fault::SharedMemoryGone)
            && !needs_database(self.fault);
        let lives = if self.fault == Fault::CutInRecovery { 4 } else { 2 };
        for life in 0..lives {
            let settings = if life == 0 { settings.as_slice() } else { &[] };
            let mut workers = vec![self.start(life, 0, on_disk, settings)?];
            if self.fault == Fault::TwoWriters {
                workers.push(self.start(life, 1, false, &[])?);
            }
            let recovering = self.fault == Fault::CutInRecovery && life > 0;
            let lived = if recovering { chance.between(2, 40) } else { chance.between(60, 260) };
            std::thread::sleep(Duration::from_millis(lived));
            if self.fault == Fault::DiskFull && life == 0 {
                std::thread::sleep(Duration::from_millis(200));
                let before = self.acknowledged();
                fs::write(self.folder.join("free"), "").map_err(|error| error.to_string())?;
                self.goes_on(before)?;
            }
            if self.fault == Fault::DatabaseStopped
                && let Some(server) = &self.suite.database
            {
                let name = self.place.rsplit('/').next().unwrap_or_default();
                let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
                server.ask("postgres", &end)?;
                let before = self.acknowledged();
                self.goes_on(before)?;
            }
            for worker in workers {
                self.end(worker)?;
            }
            if on_disk {
                let loss = match self.fault {
                    Fault::PowerCut => Loss::All,
                    Fault::SyncFails | Fault::WriteFails | Fault::DiskFull => Loss::All,
                    _ => Loss::Some,
                };
                self.failed |= disk::cut(&self.journal(), loss, &mut |below| chance.below(below))?;
            }
            if self.fault == Fault::SharedMemoryGone {
                let _ = fs::remove_file(self.data.join("log.db-shm"));
            }
        }
        if self.fault == Fault::BitRot {
            self.rot(chance)?;
        }
        Ok(())
    }

    /// Appends that the workers have said are acknowledged so far.
    fn acknowledged(&self) -> usize {
        let entries = fs::read_dir(self.folder).into_iter().flatten().flatten();
        let words = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("words-"));
        words.map(|entry| fs::read_to_string(entry.path()).unwrap_or_default().matches("acked ").count()).sum()
    }

    /// The worker, unaided, has more acknowledged than before within five seconds.
    fn goes_on(&mut self, before: usize) -> Result<(), String> {
        let begun = Instant::now();
        while self.acknowledged() <= before {
            if begun.elapsed() > Duration::from_secs(5) {
                self.said.wrong.push("the log did not go on after the fault was over".into());
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    fn start(&self, life: u32, writer: u32, on_disk: bool, settings: &[(&str, String)]) -> Result<Child, String> {
        let mut command = Command::new(&self.suite.worker);
        command.args(["run", &self.place]).arg(self.data);
        command.arg(format!("{}-{life}-{writer}", self.number));
        if writer == 0 {
            // Who got no answer asks again, and now and then also somebody who got one.
            let acked = &self.said.acked;
            let unknown = self.said.sent.iter().filter(|key| !acked.contains_key(*key));
            command.args(unknown).args(acked.keys().rev().take(3));
        }
        if on_disk {
            command
                .env("LD_PRELOAD", &self.suite.disk)
                .env("FAULT_DIR", self.data)
                .env("FAULT_JOURNAL", self.journal());
            command.envs(settings.iter().map(|(name, value)| (name, value)));
        }
        if let Some(bug) = self.suite.bug {
            command.env("LUOTSI_PLANTED", bug);
        }
        // What it says goes to a file on no disk that fails: it outlives the kill, and nobody has to read along.
        let words =
            fs::File::create(self.folder.join(format!("words-{life}-{writer}"))).map_err(|error| error.to_string())?;
        command.stdout(words).stderr(Stdio::null()).spawn().map_err(|error| format!("the worker: {error}"))
    }

    /// Kills a worker and takes down what it has said.
    fn end(&mut self, mut worker: Child) -> Result<(), String> {
        let _ = worker.kill();
        worker.wait().map_err(|error| error.to_string())?;
        let entries = fs::read_dir(self.folder).map_err(|error| error.to_string())?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with("words-") {
                continue;
            }
            let failing = name.starts_with("words-0") && fails(self.fault);
            let file = fs::File::open(entry.path()).map_err(|error| error.to_string())?;
            for line in BufReader::new(file).lines().map_while(Result::ok) {
                self.said.take(&line, failing);
            }
        }
        Ok(())
    }

    /// Turns one bit of the closed database over.
    fn rot(&self, chance: &mut Chance) -> Result<(), String> {
        // First everything is brought into the one file.
        self.asked()?;
        let path = self.data.join("log.db");
        let mut bytes = fs::read(&path).map_err(|error| error.to_string())?;
        let at = chance.below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << chance.below(8);
        fs::write(&path, bytes).map_err(|error| error.to_string())
    }

    /// What the log says of itself: its events by key, and what is wrong.
    fn asked(&self) -> Result<Standing, String> {
        let output = Command::new(&self.suite.worker).args(["check", &self.place]).arg(self.data).output();
        let output = output.map_err(|error| format!("the worker: {error}"))?;
        let mut standing = Standing::default();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["event", pos, key] => {
                    let pos = pos.parse().map_err(|_| line.to_string())?;
                    standing.events.entry((*key).to_string()).or_default().push(pos);
                }
                ["sound"] => standing.sound = true,
                _ => standing.wrong.push(line.to_string()),
            }
        }
        Ok(standing)
    }

    /// Holds what stands in the log to what was said of it.
    fn checked(&self, tally: &mut Tally) -> Result<(), String> {
        let begun = Instant::now();
        let Standing { events, wrong, sound } = self.asked()?;
        tally.recoveries.push(begun.elapsed());
        tally.acknowledged += self.said.acked.len() as u64;
        tally.failed += u32::from(self.failed);
        if self.fault == Fault::BitRot && !(sound && wrong.is_empty()) {
            // Told, and not served as if nothing were: that is all that one copy can do.
            return Ok(());
        }
        if let Some(wrong) = self.said.wrong.iter().chain(&wrong).next() {
            return Err(wrong.clone());
        }
        if !sound {
            return Err("the log does not say that it is sound".into());
        }
        let mut places: Vec<u64> = events.values().flatten().copied().collect();
        places.sort_unstable();
        if places.iter().zip(1..).any(|(place, expected)| *place != expected) {
            return Err("places do not follow one another".into());
        }
        for (key, pos) in &self.said.acked {
            match events.get(key).map(Vec::as_slice) {
                Some([first, second]) if first == pos && *second == pos + 1 => {}
                Some(others) => return Err(format!("{key} was acknowledged at {pos} and stands at {others:?}")),
                None => return Err(format!("{key} was acknowledged and is lost")),
            }
        }
        match events.iter().find(|(_, places)| places.len() != 2) {
            Some((key, places)) => Err(format!("{key} stands at {places:?}")),
            None => Ok(()),
        }
    }
}

impl Said {
    /// Takes down what was said; on a disk that is told to fail a log need not open.
    fn take(&mut self, line: &str, failing: bool) {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["sent", key] if !self.sent.iter().any(|it| it == key) => self.sent.push((*key).into()),
            ["acked", key, pos] => {
                let pos = pos.parse().unwrap_or(0);
                let before = *self.acked.entry((*key).into()).or_insert(pos);
                if before != pos {
                    self.wrong.push(format!("{key} was acknowledged at {before} and again at {pos}"));
                }
            }
            // What failed is not known to have failed: it is asked again.
            ["failed", ..] | ["sent", _] => {}
            ["closed", ..] if failing => {}
            _ => self.wrong.push(line.into()),
        }
    }
}

/// Chance that can be played again from its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }
}
