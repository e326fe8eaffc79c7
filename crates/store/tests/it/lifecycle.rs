//! Starting, stopping, waiting, copying: what happens to a log around its appends.

use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use store::{AppendError, Epoch, Expect, Filter, Location, NewEvent, Reader};
use uuid::Uuid;

use crate::bound::restored;
use crate::logs::{Bench, Kind, context, database, event, expecting, file, of, on_every_kind, open, personal, server};

/// Runs SQL in another session of the database.
fn psql(url: &str, sql: &str) -> Command {
    let mut command = Command::new("psql");
    command.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", url, "--command", sql]);
    command.stderr(std::process::Stdio::piped());
    command
}

fn url(bench: &Bench) -> String {
    match &bench.location {
        Location::Database(url) => url.clone(),
        other => panic!("{other:?} is no database"),
    }
}

#[test]
fn settings_by_which_what_is_acknowledged_can_be_lost_are_told() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let risks = bench.log.risks().await.expect("an answer");
        // The tests' server is started so: they need not wait for the disk.
        assert_eq!(risks.iter().any(|risk| risk == "fsync"), kind == Kind::Postgres, "{risks:?}");
        assert!(risks.iter().all(|risk| risk != "full_page_writes"), "{risks:?}");
    });
}

#[test]
fn c12_a_slow_writer_is_not_overtaken() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.one("a/1").await;
        let begun = Instant::now();
        let mut slow = Duration::from_secs(1);
        let mut session = None;
        match kind {
            Kind::Memory => return,
            Kind::Sqlite => {
                let path = file(&bench);
                let (taken, waits) = std::sync::mpsc::channel();
                std::thread::spawn(move || {
                    let other = Connection::open(path).expect("the file");
                    other.execute_batch("BEGIN IMMEDIATE").expect("the head");
                    taken.send(()).expect("told");
                    std::thread::sleep(slow);
                    other.execute_batch("ROLLBACK").expect("given back");
                });
                waits.recv().expect("taken");
            }
            Kind::Postgres => {
                // The session has a second to begin, and holds the head for longer than one more.
                slow = Duration::from_secs(2);
                let sql = "BEGIN; SELECT pos FROM head FOR UPDATE; SELECT pg_sleep(2.1); ROLLBACK";
                let begun = psql(&url(&bench), sql).stdout(std::process::Stdio::null()).spawn();
                session = Some(begun.expect("psql runs"));
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        assert_eq!(bench.one("a/1").await.first, 2);
        assert!(begun.elapsed() >= slow, "it waited its turn");
        session.into_iter().for_each(|mut session| assert!(session.wait().is_ok()));
    });
}

#[test]
fn c13_an_open_transaction_elsewhere_hides_nothing() {
    on_every_kind(async |kind| {
        if kind != Kind::Postgres {
            return;
        }
        let bench = Bench::new(kind);
        let sql = "CREATE TABLE unrelated (x int); BEGIN; INSERT INTO unrelated VALUES (1); SELECT pg_sleep(2)";
        let mut other = psql(&database(), sql).stdout(std::process::Stdio::null()).spawn().expect("psql runs");
        tokio::time::sleep(Duration::from_millis(300)).await;
        let begun = Instant::now();
        bench.one("a/1").await;
        assert_eq!(bench.all().await.len(), 1);
        assert!(begun.elapsed() < Duration::from_millis(1500) && other.try_wait().expect("psql").is_none());
        let _ = other.kill();
        let _ = other.wait();
    });
}

#[test]
fn c19_and_c28_a_log_that_is_opened_again_goes_on_where_it_stood() {
    on_every_kind(async |kind| {
        if kind == Kind::Memory {
            return;
        }
        let bench = Bench::new(kind);
        let command = of(vec![personal("a/1", Uuid::from_u128(1), "one")]);
        let first = bench.append(command.clone()).await.expect("appended");
        let before = bench.all().await;
        let again = bench.again();
        drop(bench);
        assert_eq!(again.all().await, before);
        assert_eq!(again.log.unseal(&before[0]).expect("readable").as_deref(), Some(b"one".as_slice()));
        let retried = again.append(command).await.expect("known");
        assert_eq!((retried.first, retried.again), (first.first, true));
        assert_eq!(again.one("a/1").await.first, 2);
        assert!(again.log.verify().await.expect("a report").faults.is_empty());
    });
}

/// Cuts every connection to the database but its own.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// A decision that could not read decides nothing: that is no refusal, and asked again it is done once.
#[test]
fn a_decision_that_loses_the_log_while_it_reads_is_no_refusal() {
    on_every_kind(async |kind| {
        if kind != Kind::Postgres {
            return;
        }
        let bench = Bench::new(kind);
        bench.one("a/1").await;
        let command = |cuts: Option<String>| {
            let cuts = Mutex::new(cuts);
            let decide = move |reader: &mut Reader<'_>| {
                if let Some(url) = cuts.lock().expect("alone").take() {
                    let cut = psql(&url, CUT).stdout(std::process::Stdio::null()).status();
                    assert!(cut.expect("psql runs").success());
                }
                let events = reader.after("a/1", 0).ok()?;
                (events.len() == 1).then(|| vec![event("a/1")])
            };
            let (scope, key) = ("test".to_string(), "read".to_string());
            store::Command { scope, key, request: [1; 32], context: context(), decide: Box::new(decide) }
        };
        let lost = bench.log.carry_out(command(Some(url(&bench)))).await;
        assert_eq!(lost, Err(AppendError::Unknown), "it is not known, and never refused");
        let done = bench.log.carry_out(command(None)).await.expect("a new connection");
        assert_eq!((done.first, done.again), (2, false));
        assert!(bench.log.carry_out(command(None)).await.expect("known").again);
        assert_eq!(bench.all().await.len(), 2);
    });
}

#[test]
fn c20_a_retry_after_a_lost_connection_is_one_event() {
    on_every_kind(async |kind| {
        if kind != Kind::Postgres {
            return;
        }
        let bench = Bench::new(kind);
        let (mut lost, mut at_once) = (0, 0);
        for round in 0..200 {
            if round >= 20 && lost > 0 {
                break;
            }
            let command = of(vec![event("a/1"), event("a/1")]);
            let cut = tokio::task::spawn_blocking({
                let url = url(&bench);
                move || psql(&url, CUT).stdout(std::process::Stdio::null()).status().expect("psql runs")
            });
            // Some appends meet the cut before their commit, some in it, some after.
            tokio::time::sleep(Duration::from_millis(round % 20 * 3)).await;
            let mut tries = 0;
            let done = loop {
                tries += 1;
                match bench.append(command.clone()).await {
                    Ok(done) => break done,
                    Err(AppendError::Unknown) if tries < 50 => tokio::time::sleep(Duration::from_millis(20)).await,
                    Err(error) => panic!("{error}"),
                }
            };
            if tries > 1 {
                lost += 1
            } else {
                at_once += 1
            }
            assert_eq!(done.last, 2 * (round + 1), "two events for each command, whatever was lost");
            cut.await.expect("cut");
        }
        eprintln!("{lost} appends met a cut, {at_once} did not");
        assert!(lost > 0, "no append met a cut: nothing was tried");
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn c23_who_follows_is_cut_off_fifty_times_and_misses_nothing() {
    let Some(server) = server() else { return };
    on_every_kind(async |kind| {
        if kind != Kind::Postgres {
            return;
        }
        let bench = Bench::new(kind);
        let log = bench.log.clone();
        let following = tokio::spawn(async move {
            let (mut after, mut heard) = (0, Vec::new());
            while heard.len() < 50 {
                // A reader that is cut off reads on from where it was.
                if let Ok(page) = log.read_all(after, Filter::default(), 10).await {
                    heard.extend(page.events.iter().map(|event| event.pos));
                    after = page.next;
                }
                log.wait_after(after).await;
            }
            heard
        });
        let url = url(&bench);
        let name = url.rsplit('/').next().expect("a name");
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        for _ in 0..50 {
            let append = of(vec![event("a/1")]);
            while let Err(error) = bench.append(append.clone()).await {
                assert_eq!(error, AppendError::Unknown, "asked again with the same key");
            }
            let ended = psql(&format!("{server}/postgres"), &end).stdout(std::process::Stdio::null()).status();
            assert!(ended.expect("psql runs").success());
        }
        assert_eq!(following.await.expect("heard"), (1..=50).collect::<Vec<u64>>());
    });
}

#[test]
fn c30_a_log_of_a_newer_program_is_refused() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.one("a/1").await;
        match kind {
            Kind::Memory => return,
            Kind::Sqlite => {
                Connection::open(file(&bench))
                    .and_then(|it| it.execute("UPDATE head SET format = 99", []))
                    .expect("set");
            }
            Kind::Postgres => {
                assert!(psql(&url(&bench), "UPDATE head SET format = 99").status().expect("psql runs").success());
            }
        }
        // Opened on a thread where opening may wait.
        let (location, keys, clock) = (bench.location.clone(), bench.keys.clone(), bench.clock.clone());
        let opened = tokio::task::spawn_blocking(move || open(&location, &keys, &clock).map(|_| ())).await;
        let error = opened.expect("it ends").expect_err("refused").to_string();
        assert!(error.contains("format 99") && error.contains("reads 2"), "{error}");
    });
}

#[test]
fn c26_c31_a_copy_made_while_others_write_is_whole_and_its_readers_begin_anew() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let known = of(vec![NewEvent { closes: true, ..personal("z/1", Uuid::from_u128(1), "one") }]);
        bench.append(known.clone()).await.expect("appended");
        let log = bench.log.clone();
        let writing = tokio::spawn(async move {
            for number in 0..150 {
                let stream = format!("a/{}", number % 7);
                log.append(of(vec![event(&stream), event(&stream)])).await.expect("appended");
            }
        });
        tokio::time::sleep(Duration::from_millis(30)).await;
        let copied = Location::File(bench.folder.path().join("copy.db"));
        let events = store::copy(&bench.log, &copied, restored(&[])).await.expect("a copy");
        writing.await.expect("written");
        let copy = open(&copied, &bench.keys, &bench.clock).expect("opens");
        let report = copy.verify().await.expect("a report");
        assert!(report.faults.is_empty() && report.events == events + 1 && events % 2 == 1, "{report:?}");
        let original = bench.log.read_all(0, Filter::default(), events as usize).await.expect("a page");
        let page = copy.read_all(0, Filter::default(), 1000).await.expect("a page");
        let (last, prefix) = page.events.split_last().expect("events");
        assert_eq!(prefix, original.events, "a prefix");
        assert_eq!(last.kind, "log.restored", "and it says itself where it comes from");
        assert_ne!(page.epoch, original.epoch, "places taken from the log mean nothing in its copy");
        assert!(copy.append(known).await.expect("known").again, "keys come along");
        let closed = copy.append(of(vec![event("z/1")])).await;
        assert!(matches!(closed, Err(AppendError::Closed { .. })));
        let error = store::copy(&bench.log, &copied, restored(&[])).await.expect_err("never over another log");
        assert!(error.to_string().contains("there is a file already"), "{error}");
    });
}

#[test]
fn c32_from_one_kind_to_the_other_and_back_everything_stays() {
    if server().is_none() {
        return;
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let first = Bench::new(Kind::Sqlite);
        for number in 0..20 {
            first.append(of(vec![personal("a/1", Uuid::from_u128(number), "ä\u{1f9d1}")])).await.expect("appended");
        }
        let (there, back) = (Location::Database(database()), Location::File(first.folder.path().join("back.db")));
        let moved = |from: store::Log, to: Location| {
            let (keys, clock) = (first.keys.clone(), first.clock.clone());
            async move {
                store::copy(&from, &to, Epoch::Kept).await.expect("a copy");
                tokio::task::spawn_blocking(move || open(&to, &keys, &clock).expect("opens")).await.expect("opened")
            }
        };
        let second = moved(first.log.clone(), there).await;
        let third = moved(second.clone(), back).await;
        let (was, is) = (first.log.verify().await.expect("a report"), third.verify().await.expect("a report"));
        assert_eq!(was, is, "every place, digest and the chain");
        let read = async |log: &store::Log| log.read_all(0, Filter::default(), 100).await.expect("a page");
        assert_eq!(read(&first.log).await, read(&second).await);
        assert_eq!(read(&first.log).await, read(&third).await);
    });
}

#[test]
fn a_damaged_log_is_not_copied_further_than_it_is_whole() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let bench = Bench::new(Kind::Sqlite);
        for _ in 0..5 {
            bench.one("a/1").await;
        }
        let database = Connection::open(file(&bench)).expect("the file");
        let change = "DROP TRIGGER events_are_never_changed; UPDATE events SET data = '{}' WHERE pos = 4";
        database.execute_batch(change).expect("changed");
        let copy = Location::File(bench.folder.path().join("copy.db"));
        let error = store::copy(&bench.log, &copy, Epoch::Kept).await.expect_err("damaged");
        assert!(error.to_string().contains("damaged at 4"), "{error}");
    });
}

#[test]
fn c39_events_are_neither_changed_nor_removed() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.one("a/1").await;
        for change in ["UPDATE events SET actor = 'x'", "DELETE FROM events"] {
            let refused = match kind {
                Kind::Memory => return,
                Kind::Sqlite => {
                    let database = Connection::open(file(&bench)).expect("the file");
                    database.execute_batch(change).expect_err("refused").to_string()
                }
                Kind::Postgres => {
                    let output = psql(&url(&bench), change).output().expect("psql runs");
                    String::from_utf8_lossy(&output.stderr).into_owned()
                }
            };
            assert!(refused.contains("the log is never changed"), "{refused}");
        }
        assert_eq!(bench.all().await.len(), 1);
    });
}

#[test]
fn a_full_disk_is_told_loses_nothing_and_is_over_when_there_is_room() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // A small disk of its own, where the machine lets one be mounted.
        let Some(disk) = SmallDisk::mount() else {
            eprintln!("skipped: no file system can be mounted here");
            return;
        };
        let location = Location::File(disk.0.path().join("log.db"));
        let (keys, clock) = (Bench::new(Kind::Memory).keys, std::sync::Arc::default());
        let log = open(&location, &keys, &clock).expect("a log");
        let large = || of(vec![NewEvent { data: format!("\"{}\"", "x".repeat(100_000)), ..event("a/1") }]);
        let mut stored = 0;
        let refused = loop {
            match log.append(large()).await {
                Ok(done) => stored = done.last,
                Err(error) => break error,
            }
        };
        assert_eq!(refused, AppendError::Full);
        assert!(stored > 5);
        let page = log.read_all(0, Filter::default(), 1000).await.expect("reading goes on");
        assert_eq!(page.events.len() as u64, stored, "what was acknowledged, and nothing else");
        disk.enlarge();
        let done = log.append(expecting("a/1", Expect::At(stored), event("a/1"))).await;
        assert_eq!(done.map(|it| it.last), Ok(stored + 1), "without a new start");
        assert!(log.verify().await.expect("a report").faults.is_empty());
    });
}

/// A file system in memory that is soon full.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "luotsi"]).arg(folder.path()).stderr(std::process::Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then(|| SmallDisk(folder))
    }

    fn enlarge(&self) {
        let status = Command::new("mount").args(["-o", "remount,size=64m"]).arg(self.0.path()).status();
        assert!(status.expect("mount runs").success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}
