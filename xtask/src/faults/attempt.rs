//! One try of a fault: workers that are started, disturbed and ended, and what then stands in the log.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::disk::{self, Loss};
use super::network::Proxy;
use super::{Chance, Fault, Suite, Tally};

/// A client that waits for its turn longer than this got no word in time to come back: two seconds, and some for the
/// machine.
const LATE: u64 = 4000;
/// How long a log may take to go on after a fault, and a disk to be asked for what it fails at, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// The stream of the one who is erased, as the worker names it.
const ERASED: &str = "client/3";
/// How often something is killed at a step before it may run to its end.
const KILLS: u32 = 3;

/// One try, in a place of its own.
pub struct Attempt<'a> {
    suite: &'a mut Suite,
    fault: Fault,
    folder: PathBuf,
    data: PathBuf,
    /// Where the log is.
    place: String,
    /// The same, on the way that a worker takes.
    way: String,
    number: u32,
    said: Said,
    /// The planned fault has happened.
    disturbed: bool,
    /// A client was erased.
    erased: bool,
    proxy: Option<Proxy>,
}

/// The content of a log.
#[derive(Default)]
struct Standing {
    /// Places of the events of each key.
    events: HashMap<String, Vec<u64>>,
    /// Places of what can no longer be read.
    erased: HashSet<u64>,
    /// Erasures that the log records.
    said_so: u32,
    wrong: Vec<String>,
    /// The log says that all of it is as it was written.
    sound: bool,
}

/// The words of the workers of one try.
#[derive(Default)]
struct Said {
    sent: Vec<String>,
    acked: BTreeMap<String, u64>,
    wrong: Vec<String>,
}

impl Attempt<'_> {
    pub fn new(suite: &mut Suite, fault: Fault, number: u32, folder: PathBuf) -> Result<Attempt<'_>, String> {
        let data = folder.join("data");
        fs::create_dir_all(&data).map_err(|error| error.to_string())?;
        let (mut place, mut proxy) = (data.join("log.db").display().to_string(), None);
        if let Some(server) = suite.database.as_ref().filter(|_| fault.needs_database()) {
            let name = format!("fault_{number}");
            server.ask("postgres", &format!("CREATE DATABASE {name}"))?;
            place = format!("{}/{name}", server.url());
            if matches!(fault, Fault::ConnectionCut | Fault::SlowDatabase) {
                proxy = Some(Proxy::to(server.port)?);
            }
        }
        let there = |proxy: &Proxy| format!("postgres://postgres@127.0.0.1:{}/fault_{number}", proxy.port);
        let way = proxy.as_ref().map_or_else(|| place.clone(), there);
        let (said, disturbed, erased) = (Said::default(), false, false);
        Ok(Attempt { suite, fault, folder, data, place, way, number, said, disturbed, erased, proxy })
    }

    /// Has the fault happen.
    pub fn play(&mut self, chance: &mut Chance) -> Result<(), String> {
        match self.fault {
            Fault::CutInRecovery => self.cut_in_recovery(chance),
            Fault::KilledAtStep => self.killed_at_step(chance),
            _ => self.two_lives(chance),
        }
    }

    /// A worker is disturbed and killed; another goes on where it stood, and is killed too.
    fn two_lives(&mut self, chance: &mut Chance) -> Result<(), String> {
        let settings = self.settings(chance);
        for life in 0..2 {
            let settings = if life == 0 { settings.as_slice() } else { &[] };
            let mut workers = vec![self.start(life, 0, settings)?];
            if self.fault == Fault::TwoWriters {
                workers.push(self.start(life, 1, &[])?);
            }
            pause(chance.between(60, 260));
            match (self.fault, life) {
                (Fault::SyncFails | Fault::WriteFails | Fault::ReadFails, 0) => self.disk_fails()?,
                (Fault::DiskFull, 0) => {
                    self.disk_fails()?;
                    pause(200);
                    let before = self.acknowledged();
                    fs::write(self.folder.join("free"), "").map_err(|error| error.to_string())?;
                    self.goes_on(before);
                }
                (Fault::DatabaseStopped, _) => {
                    // It has been opened.
                    self.goes_on(self.said.acked.len());
                    self.stop_database(chance)?;
                }
                // The first may be killed while it opens; the second goes on where that one stood.
                (_, 1) => self.goes_on(self.said.acked.len()),
                (Fault::ConnectionCut | Fault::SlowDatabase, 0) => {
                    // It has been opened.
                    self.goes_on(0);
                    if self.fault == Fault::SlowDatabase {
                        self.slow_down(chance)
                    } else {
                        self.cut_connections(chance)
                    }
                }
                _ => {}
            }
            workers.into_iter().try_for_each(|worker| self.end(worker))?;
            if self.fault.is_of_disk() {
                self.cut(chance)?;
            }
            if self.fault == Fault::SharedMemoryGone {
                let _ = fs::remove_file(self.data.join("log.db-shm"));
            }
        }
        if self.fault == Fault::BitRot { self.rot(chance) } else { Ok(()) }
    }

    fn settings(&self, chance: &mut Chance) -> Vec<(&'static str, String)> {
        match self.fault {
            Fault::SyncFails => vec![("FAULT_SYNC_FAILS", chance.between(8, 120).to_string())],
            Fault::ReadFails => vec![("FAULT_READ_FAILS", chance.between(40, 400).to_string())],
            Fault::WriteFails => vec![("FAULT_WRITE_FAILS", chance.between(8, 400).to_string())],
            Fault::DiskFull => {
                let free = self.folder.join("free").display().to_string();
                vec![("FAULT_FULL", chance.between(200_000, 900_000).to_string()), ("FAULT_FREE", free)]
            }
            Fault::ClockJumps => vec![("WORKER_CLOCK", chance.below(1 << 32).to_string())],
            _ => Vec::new(),
        }
    }

    /// After a power cut the log is opened again and again, and each time the power is cut at a step of that.
    fn cut_in_recovery(&mut self, chance: &mut Chance) -> Result<(), String> {
        let worker = self.start(0, 0, &[])?;
        pause(chance.between(60, 260));
        self.goes_on(0);
        self.end(worker)?;
        self.cut(chance)?;
        for life in 1..=KILLS {
            let worker = self.start(life, 0, &[("FAULT_KILL_AT", chance.between(1, 60).to_string())])?;
            pause(60);
            self.end(worker)?;
            self.cut(chance)?;
        }
        Ok(())
    }

    /// An erasure or a copy is killed at a step, again at another, and then brought to its end.
    fn killed_at_step(&mut self, chance: &mut Chance) -> Result<(), String> {
        let worker = self.start(0, 0, &[])?;
        pause(chance.between(60, 160));
        self.goes_on(0);
        self.end(worker)?;
        let copy = self.data.join("copy.db").display().to_string();
        let (verb, more, steps) =
            if chance.below(2) == 0 { ("erase", None, 30) } else { ("copy", Some(copy.as_str()), 240) };
        for _ in 0..KILLS {
            let at = chance.between(1, steps).to_string();
            let done = self.worker([verb, &self.place], more, &[("FAULT_KILL_AT", at)]).output();
            let done = done.map_err(|error| error.to_string())?;
            self.disturbed |= done.status.code().is_none();
        }
        let done = self.worker([verb, &self.place], more, &[]).output().map_err(|error| error.to_string())?;
        let done = String::from_utf8_lossy(&done.stdout).into_owned();
        if done.trim() != "done" {
            self.said.wrong.push(format!("after kills, {verb} says: {done}"));
        }
        match more {
            None => self.erased = true,
            // The copy is held to what was acknowledged, in place of the log.
            Some(copy) => copy.clone_into(&mut self.place),
        }
        Ok(())
    }

    fn stop_database(&mut self, chance: &mut Chance) -> Result<(), String> {
        let name = self.place.rsplit('/').next().unwrap_or_default().to_string();
        let Some(server) = &mut self.suite.database else { return Ok(()) };
        if chance.below(2) == 0 {
            server.ask(
                "postgres",
                &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
            )?;
        } else {
            server.restart()?;
        }
        let before = self.acknowledged();
        self.goes_on(before);
        Ok(())
    }

    fn cut_connections(&mut self, chance: &mut Chance) {
        let Some(proxy) = &self.proxy else { return };
        for _ in 0..6 {
            proxy.network.arrives.store(chance.below(2) == 0, Ordering::Release);
            proxy.network.messages.store(chance.between(2, 40) as u32, Ordering::Release);
            pause(30);
            proxy.network.messages.store(0, Ordering::Release);
            pause(20);
        }
        self.disturbed |= proxy.network.cuts.load(Ordering::Acquire) > 0;
        let before = self.acknowledged();
        self.goes_on(before);
    }

    fn slow_down(&mut self, chance: &mut Chance) {
        let Some(network) = self.proxy.as_ref().map(|proxy| std::sync::Arc::clone(&proxy.network)) else { return };
        network.delay.store(chance.between(20, 200), Ordering::Release);
        pause(800);
        network.silent.store(true, Ordering::Release);
        // Messages that had passed the network before it fell silent still arrive.
        pause(500);
        let before = self.acknowledged();
        // Now and then for half a minute, after which the database itself has given the connection up.
        pause(if chance.below(8) == 0 { 30_000 } else { 2000 });
        // Whether anybody waits behind the begun group, to be told of an overload, is chance: the conformance suite asks that.
        self.disturbed |= self.acknowledged() == before;
        network.silent.store(false, Ordering::Release);
        network.delay.store(0, Ordering::Release);
        let before = self.acknowledged();
        self.goes_on(before);
    }

    /// Takes from the disk what it had not synced.
    fn cut(&mut self, chance: &mut Chance) -> Result<(), String> {
        let loss = match self.fault {
            Fault::TornWrite | Fault::CutInRecovery => Loss::Some,
            _ => Loss::All,
        };
        disk::cut(&self.journal(), loss, &mut |below| chance.below(below))
    }

    /// Waits until the disk has failed as planned.
    fn disk_fails(&mut self) -> Result<(), String> {
        let (begun, told) = (Instant::now(), self.told());
        while !told.exists() {
            if begun.elapsed() > PATIENCE {
                return Err("the disk was never asked for what it was to fail at".into());
            }
            pause(5);
        }
        self.disturbed = true;
        Ok(())
    }

    /// Appends that the workers have said are acknowledged so far.
    fn acknowledged(&self) -> usize {
        self.words().iter().map(|(_, words)| words.matches("acked ").count()).sum()
    }

    /// By file, what the workers have said so far.
    fn words(&self) -> Vec<(String, String)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let words = names.filter(|name| name.starts_with("words-"));
        let read = |name: &String| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        words.map(|name| (name.clone(), read(&name))).collect()
    }

    /// The worker, unaided, has more acknowledged than before, in time.
    fn goes_on(&mut self, before: usize) {
        let begun = Instant::now();
        while self.acknowledged() <= before {
            if begun.elapsed() > PATIENCE {
                return self.said.wrong.push("the log did not go on after the fault was over".into());
            }
            pause(20);
        }
    }

    fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// The file that is there when the disk has failed.
    fn told(&self) -> PathBuf {
        self.folder.join("told")
    }

    /// The worker, on the disk that fails where that is the fault.
    fn worker(&self, [verb, place]: [&str; 2], more: Option<&str>, settings: &[(&str, String)]) -> Command {
        let mut command = Command::new(&self.suite.worker);
        command.args([verb, place]).arg(&self.data).args(more);
        if self.fault.is_of_disk() {
            command
                .env("LD_PRELOAD", &self.suite.disk)
                .env("FAULT_DIR", &self.data)
                .env("FAULT_JOURNAL", self.journal())
                .env("FAULT_TOLD", self.told());
        }
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        if let Some(bug) = self.suite.bug {
            command.env("LUOTSI_PLANTED", bug);
        }
        command.stderr(Stdio::null());
        command
    }

    fn start(&self, life: u32, writer: u32, settings: &[(&str, String)]) -> Result<Child, String> {
        let seed = format!("{}-{life}-{writer}", self.number);
        let mut command = self.worker(["run", &self.way], Some(&seed), settings);
        if writer == 0 {
            // A client that got no answer asks again, and now and then also one that got an answer.
            let acked = &self.said.acked;
            let unknown = self.said.sent.iter().filter(|key| !acked.contains_key(*key));
            command.args(unknown).args(acked.keys().rev().take(3));
        }
        // The worker writes its words to a file on no disk that fails: it outlives the kill, and nobody has to read
        // along.
        let words =
            fs::File::create(self.folder.join(format!("words-{life}-{writer}"))).map_err(|error| error.to_string())?;
        command.stdout(words).spawn().map_err(|error| format!("the worker: {error}"))
    }

    /// Kills a worker and takes down what it has said.
    fn end(&mut self, mut worker: Child) -> Result<(), String> {
        let _ = worker.kill();
        worker.wait().map_err(|error| error.to_string())?;
        for (name, words) in self.words() {
            let failing = name.starts_with("words-0") && self.fault.disturbs();
            // The last line may have been cut off.
            let whole = words.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
            whole.for_each(|line| self.said.take(line, failing));
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

    /// The log's own account: its events by key, and its faults.
    fn asked(&self) -> Result<Standing, String> {
        let output = Command::new(&self.suite.worker).args(["check", &self.place]).arg(&self.data).output();
        let output = output.map_err(|error| format!("the worker: {error}"))?;
        let mut standing = Standing::default();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["event", pos, key] => {
                    let pos = pos.parse().map_err(|_| line.to_string())?;
                    standing.events.entry((*key).to_string()).or_default().push(pos);
                }
                ["erased", pos, ERASED] if self.erased => {
                    standing.erased.insert(pos.parse().map_err(|_| line.to_string())?);
                }
                ["told", "subject.erased"] => standing.said_so += 1,
                ["sound"] => standing.sound = true,
                _ => standing.wrong.push(line.to_string()),
            }
        }
        Ok(standing)
    }

    /// Holds what stands in the log to what was said of it.
    pub fn checked(&self, tally: &mut Tally) -> Result<(), String> {
        let begun = Instant::now();
        let Standing { events, erased, said_so, wrong, sound } = self.asked()?;
        tally.recoveries.push(begun.elapsed());
        tally.acknowledged += self.said.acked.len() as u64;
        tally.disturbed += u32::from(self.disturbed);
        if self.fault == Fault::BitRot && !(sound && wrong.is_empty()) {
            // Told, and not served as if nothing were: that is all that one copy can do.
            return Ok(());
        }
        // The first of each kind: one bug may be seen in many ways.
        let mut found: Vec<String> = self.said.wrong.first().cloned().into_iter().collect();
        found.extend(self.said.acked.iter().find_map(|(key, pos)| match events.get(key).map(Vec::as_slice) {
            Some([first, second]) if first == pos && *second == pos + 1 => None,
            Some(others) => Some(format!("{key} was acknowledged at {pos} and again stands at {others:?}")),
            None if erased.contains(pos) && erased.contains(&(pos + 1)) => None,
            None => Some(format!("{key} was acknowledged and is lost")),
        }));
        if let Some((key, places)) = events.iter().find(|(_, places)| places.len() != 2) {
            found.push(format!("{key} stands again and again, at {places:?}"));
        }
        found.extend(wrong.into_iter().next());
        if !sound {
            found.push("the log does not say that it is sound".into());
        }
        // Of client 3 the keys are named `…-3-…`.
        if self.erased && (said_so != 1 || events.keys().any(|key| key.split('-').nth(3) == Some("3"))) {
            found.push(format!("of who was erased something can be read, and {said_so} erasures are told of"));
        }
        let mut places: Vec<u64> = events.values().flatten().chain(&erased).copied().collect();
        places.sort_unstable();
        if places.iter().zip(1..).any(|(place, expected)| *place != expected) {
            found.push("places do not follow one another".into());
        }
        if found.is_empty() { Ok(()) } else { Err(found.join("; ")) }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Said {
    /// Takes down what was said; a log that is disturbed need not open.
    fn take(&mut self, line: &str, disturbed: bool) {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["sent", key] if !self.sent.iter().any(|it| it == key) => self.sent.push((*key).into()),
            ["acked", key, pos] => {
                let pos = pos.parse().unwrap_or(0);
                let before = *self.acked.entry((*key).into()).or_insert(pos);
                if before != pos {
                    self.wrong.push(format!("{key} was acknowledged at {before} and again at {pos}"));
                }
            }
            // An append that failed is not known to have failed: it is asked for again.
            ["failed" | "unread", ..] | ["sent", _] => {}
            ["closed", ..] if disturbed => {}
            ["overloaded", waited] if waited.parse().is_ok_and(|waited: u64| waited < LATE) => {}
            _ => self.wrong.push(line.into()),
        }
    }
}

fn pause(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}
