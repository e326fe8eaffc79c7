//! The fault suite: a worker that appends to the log is killed, cut off from the disk, given a disk that fails, fills or
//! rots, and afterwards everything that was acknowledged must stand there once. Then bugs are planted, and each must be
//! caught. `cargo xtask faults` is the short form, `cargo xtask faults --long [SEED]` the long one, and
//! `cargo xtask faults F5 TRIES SEED` tries one fault alone.

mod attempt;
mod disk;
mod network;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use attempt::Attempt;

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
    /// F6
    ReadFails,
    /// F7
    DiskFull,
    /// F8
    BitRot,
    /// F9
    SharedMemoryGone,
    /// F10
    ClockJumps,
    /// F11
    DatabaseStopped,
    /// F12
    ConnectionCut,
    /// F13
    SlowDatabase,
    /// F15, F16
    KilledAtStep,
    /// F1 on PostgreSQL, by two writers at once
    TwoWriters,
}

const FAULTS: [(Fault, &str, u32, u32); 16] = [
    (Fault::Killed, "F1 process killed", 18, 1000),
    (Fault::PowerCut, "F2 power cut", 18, 2000),
    (Fault::TornWrite, "F3 torn and reordered writes", 18, 2000),
    (Fault::CutInRecovery, "F4 power cut in recovery", 6, 500),
    (Fault::SyncFails, "F5 sync fails", 12, 500),
    (Fault::WriteFails, "F6 write fails", 9, 500),
    (Fault::ReadFails, "F6-read read fails", 9, 500),
    (Fault::DiskFull, "F7 disk full and freed", 6, 100),
    (Fault::BitRot, "F8 bit rot", 36, 1000),
    (Fault::SharedMemoryGone, "F9 shared memory file gone", 6, 300),
    (Fault::ClockJumps, "F10 clock that stands and jumps", 9, 100),
    (Fault::DatabaseStopped, "F11 database stopped, connections ended", 9, 500),
    (Fault::ConnectionCut, "F12 connection cut within the protocol", 12, 500),
    (Fault::SlowDatabase, "F13 database slow, then silent", 3, 60),
    (Fault::KilledAtStep, "F16 killed at a step of an erasure or a copy", 12, 500),
    (Fault::TwoWriters, "F1-two writers of one database, killed", 6, 500),
];

/// Bugs, the fault that must bring each to light, and a word of what then has happened: another check that sees the bug
/// does not prove this one.
const BUGS: [(&str, Fault, &str); 5] = [
    ("NotSynced", Fault::PowerCut, "lost"),
    ("AcknowledgedFirst", Fault::Killed, "lost"),
    ("Serial", Fault::TwoWriters, ""),
    ("ErrorIgnored", Fault::SyncFails, "lost"),
    ("Forgetful", Fault::Killed, "again"),
];
/// An error of the suite, not of the log, begins so.
const ITSELF: &str = "the suite itself: ";
/// How often a bug's fault is tried until it is caught.
const TRIES: u32 = 120;

/// Everything that the suite needs to try a fault.
struct Suite {
    worker: PathBuf,
    disk: PathBuf,
    folder: PathBuf,
    database: Option<pg::Server>,
    bug: Option<&'static str>,
    seed: u64,
    tried: u32,
}

/// The outcome of the tries.
#[derive(Default)]
struct Tally {
    survived: u32,
    acknowledged: u64,
    /// Tries in which went wrong what was to go wrong.
    disturbed: u32,
    recoveries: Vec<Duration>,
}

/// The form of the suite that is asked for.
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
        // The first write that is lost or doubled ends the suite: when this line is said there was none.
        println!(
            "faults survived {}/{}, acknowledged writes {}, lost 0, duplicated 0, median recovery {median} ms",
            self.survived, suite.tried, self.acknowledged
        );
    }
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
    let database = if std::env::var_os("LUOTSI_SKIP_PG").is_some() { None } else { Some(pg::Server::start(true)?) };
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

/// The disk that fails on demand, as a library that is loaded before others.
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
        for (bug, fault, word) in BUGS {
            if self.database.is_none() && fault.needs_database() {
                println!("skipped, no PostgreSQL: planted {bug}");
                continue;
            }
            self.bug = Some(bug);
            let caught = (1..=TRIES).find_map(|tries| {
                let how = self.once(fault, &mut Tally::default()).err()?;
                (how.contains(word) || how.starts_with(ITSELF)).then_some((tries, how))
            });
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
        if self.database.is_none() && fault.needs_database() {
            println!("skipped, no PostgreSQL: {name}");
            return Ok(());
        }
        let before = tally.acknowledged;
        tally.disturbed = 0;
        for _ in 0..tries {
            let seed = self.seed.wrapping_add(u64::from(self.tried));
            self.once(fault, tally).map_err(|wrong| format!("{name}, seed {seed}: {wrong}"))?;
        }
        if tally.acknowledged == before {
            return Err(format!("{name}: nothing was acknowledged in any try, so that nothing was tried"));
        }
        if fault.disturbs() && tally.disturbed == 0 {
            return Err(format!("{name}: nothing went wrong in any try"));
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
        let mut attempt = Attempt::new(self, fault, number, folder).map_err(|error| format!("{ITSELF}{error}"))?;
        attempt.play(&mut chance).map_err(|error| format!("{ITSELF}{error}"))?;
        attempt.checked(tally)?;
        tally.survived += 1;
        Ok(())
    }
}

impl Fault {
    /// Something is to go wrong in every try, and the try tells whether it has.
    fn disturbs(self) -> bool {
        let of_network = matches!(self, Fault::ConnectionCut | Fault::SlowDatabase);
        let of_disk = matches!(self, Fault::SyncFails | Fault::WriteFails | Fault::ReadFails | Fault::DiskFull);
        of_network || of_disk || self == Fault::KilledAtStep
    }

    fn needs_database(self) -> bool {
        let of_network = matches!(self, Fault::ConnectionCut | Fault::SlowDatabase);
        of_network || matches!(self, Fault::DatabaseStopped | Fault::TwoWriters)
    }

    /// The worker runs on the disk that fails.
    fn is_of_disk(self) -> bool {
        let plain = matches!(self, Fault::Killed | Fault::ClockJumps | Fault::BitRot | Fault::SharedMemoryGone);
        !plain && !self.needs_database()
    }
}

/// Chance that can be played again from its seed.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: u64) -> u64 {
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
