//! `luotsi bench log`: the event log alone, beside the disk that it stands on and a plain table.

use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use analytics::{Error, Result};
use clap::Args;
use store::{Append, Context, KEY_FILE, Keys, Location, NewEvent, Personal, new_id};
use uuid::Uuid;

use crate::place::told;
use crate::{now, output, runtime};

#[derive(Args)]
pub struct Arguments {
    /// Seconds of each run.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Folder for the data; the log in it is made anew.
    #[arg(long, default_value = "data/bench")]
    folder: PathBuf,
}

/// Events of a batch, and appenders at once.
const BATCH: u64 = 100;
const APPENDERS: u64 = 2;
/// Commands a second that arrive one by one.
const ARRIVING: u64 = 300;
/// Bytes of a message.
pub const MESSAGE: usize = 200;

pub fn run(arguments: &Arguments) -> Result<()> {
    let folder = arguments.folder.join("log");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| Error::file("make the folder", &folder, error))?;
    let lasts = Duration::from_secs(arguments.seconds);
    let syncs = syncs(&folder, lasts / 4)?;
    let (batched, latencies) = runtime()?.block_on(async {
        let log = open(&folder)?;
        let batched = batches(&log, lasts).await?;
        Ok::<_, Error>((batched, arriving(&log, lasts).await?))
    })?;
    let plain = plain(&folder, arguments.seconds);
    output::print(|out| {
        let mut say = |text: String| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string()));
        say(format!("syncs of the disk: {syncs:.0}/s"))?;
        say(format!("events in batches of {BATCH}, sealed and chained: {batched:.0}/s"))?;
        match plain {
            Some(rows) => say(format!(
                "rows of a plain SQLite table, same batches and durability: {rows:.0}/s, {:.2} times ours",
                rows / batched
            ))?,
            None => say("a plain table: python3 with sqlite3 is not here".into())?,
        }
        say(format!("{ARRIVING} commands/s one by one: {}", percentiles(&latencies)))
    })
}

/// p50, p99 and the longest, in milliseconds.
pub fn percentiles(latencies: &[Duration]) -> String {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let at = |share: f64| {
        let place = (sorted.len() as f64 * share) as usize;
        sorted.get(place.min(sorted.len().saturating_sub(1))).map_or(f64::NAN, |it| it.as_secs_f64() * 1000.0)
    };
    format!("p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms, n {}", at(0.5), at(0.99), at(1.0), sorted.len())
}

/// How often the disk takes 4 KiB and says that it has them.
fn syncs(folder: &Path, lasts: Duration) -> Result<f64> {
    let path = folder.join("syncs");
    let broken = |error| Error::file("write", &path, error);
    let file = std::fs::File::create(&path).map_err(broken)?;
    let (begun, mut count) = (Instant::now(), 0_u32);
    while begun.elapsed() < lasts {
        file.write_all_at(&[count as u8; 4096], u64::from(count) * 4096).map_err(broken)?;
        file.sync_data().map_err(broken)?;
        count += 1;
    }
    std::fs::remove_file(&path).map_err(broken)?;
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

fn open(folder: &Path) -> Result<store::Log> {
    let keys = Keys::open(folder, &folder.join(KEY_FILE)).map_err(told)?;
    store::Log::open(&Location::File(folder.join("log.db")), Arc::new(keys), now).map_err(told)
}

fn append(number: u64, events: u64) -> Append {
    let event = |event: u64| NewEvent {
        id: new_id(now()),
        stream: format!("conversation/{}", (number + event) % 10_000),
        kind: "message.written".into(),
        schema: 1,
        occurred: now(),
        data: format!("{{\"author\":\"resident\",\"client_id\":\"{number}-{event}\"}}"),
        personal: Some(Personal {
            subject: Uuid::from_u128(u128::from((number + event) % 10_000)),
            class: "contact".into(),
            text: vec![b'x'; MESSAGE],
        }),
        closes: false,
    };
    Append {
        scope: "bench".into(),
        key: number.to_string(),
        request: [0; 32],
        expects: Vec::new(),
        events: (0..events).map(event).collect(),
        context: Context { actor: "bench".into(), purpose: "bench".into(), ..Context::default() },
    }
}

async fn batches(log: &store::Log, lasts: Duration) -> Result<f64> {
    let begun = Instant::now();
    let appenders = (0..APPENDERS).map(|appender| {
        let log = log.clone();
        tokio::spawn(async move {
            let mut events = 0;
            for batch in 0.. {
                if begun.elapsed() >= lasts {
                    break;
                }
                let number = (batch * APPENDERS + appender) * BATCH;
                log.append(append(number, BATCH)).await.map_err(|error| Error::new(error.to_string()))?;
                events += BATCH;
            }
            Ok::<_, Error>(events)
        })
    });
    let mut events = 0;
    for appender in appenders.collect::<Vec<_>>() {
        events += appender.await.map_err(|error| Error::new(error.to_string()))??;
    }
    Ok(events as f64 / begun.elapsed().as_secs_f64())
}

/// Commands that arrive whether or not the ones before are done; how long each took from when it was to begin.
async fn arriving(log: &store::Log, lasts: Duration) -> Result<Vec<Duration>> {
    let (begun, gap) = (tokio::time::Instant::now(), Duration::from_secs(1) / ARRIVING as u32);
    let mut running = Vec::new();
    for number in 0..lasts.as_secs() * ARRIVING {
        let due = begun + gap * number as u32;
        tokio::time::sleep_until(due).await;
        let log = log.clone();
        running.push(tokio::spawn(async move {
            let done = log.append(append(u64::MAX / 2 + number, 1)).await;
            done.map(|_| due.elapsed()).map_err(|error| Error::new(error.to_string()))
        }));
    }
    let mut latencies = Vec::with_capacity(running.len());
    for command in running {
        latencies.push(command.await.map_err(|error| Error::new(error.to_string()))??);
    }
    Ok(latencies)
}

/// The same bytes into a table without chain, keys or streams.
fn plain(folder: &Path, seconds: u64) -> Option<f64> {
    let script = format!(
        "import sqlite3,time,os\n\
         d=sqlite3.connect({:?},isolation_level=None)\n\
         d.execute('pragma journal_mode=wal');d.execute('pragma synchronous=full')\n\
         d.execute('create table t(pos integer primary key,id blob unique,stream text,data text,text blob)')\n\
         n=0;b=time.time()\n\
         while time.time()-b<{seconds}:\n\
        \x20d.execute('begin immediate')\n\
        \x20d.executemany('insert into t values(?,?,?,?,?)',[(n+i,os.urandom(16),'conversation/%d'%((n+i)%10000),'{{}}',b'x'*{MESSAGE}) for i in range({BATCH})])\n\
        \x20d.execute('commit');n+={BATCH}\n\
         print(n/(time.time()-b))",
        folder.join("plain.db").display().to_string()
    );
    let output = Command::new("python3").args(["-c", &script]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
