//! The program that the fault suite kills: it appends until it is killed, and reports afterwards what stands in the
//! log.
//!
//! `worker run PLACE FOLDER SEED [KEY…]` appends to the log at PLACE, a file or a postgres address, with the keys in
//! FOLDER. Eight clients say `sent KEY` before each append, and after it `acked KEY POS` or `failed KEY WHY`; one of them
//! reads what was acknowledged, and says `unread KEY WHY` where it cannot. The KEYs given are sent first: somebody got no
//! answer to them. `closed WHY` where the log does not open.
//! `worker check PLACE FOLDER` writes `event POS KEY` for each event, `erased POS STREAM` where nobody can read it any more,
//! `told KIND` for an event about the log itself, and at the end `sound` or what is wrong.
//! `worker erase PLACE FOLDER` erases client 3, `worker copy PLACE FOLDER TO` makes a copy; both say `done`.
//!
//! `WORKER_CLOCK=SEED` gives it a clock that stands still, and jumps by hours and years.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use store::{Append, AppendError, Context, Filter, KEY_FILE, Keys, Location, Log, NewEvent, Personal, new_id};
use uuid::Uuid;

const CLIENTS: u32 = 8;
/// The client that reads what was acknowledged: it notices a disk that fails to read.
const READER: u32 = 0;
const KIND: &str = "thing.happened";
/// The subject that `erase` erases.
const ERASED: u32 = 3;
/// 1 January 2026, in microseconds.
const NOW: i64 = 1_767_225_600_000_000;

fn say(line: &str) {
    // One write for a line: what was said before the kill was said whole.
    let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
}

fn append(key: &str, client: u32) -> Append {
    let event = |number: u8| NewEvent {
        id: new_id(NOW),
        stream: format!("client/{client}"),
        kind: KIND.into(),
        schema: 1,
        occurred: NOW + i64::from(number),
        data: format!("{{\"key\":\"{key}\"}}"),
        personal: Some(Personal {
            subject: Uuid::from_u128(client.into()),
            class: "contact".into(),
            text: key.as_bytes().to_vec(),
        }),
        closes: false,
    };
    Append {
        scope: "fault".into(),
        key: key.into(),
        request: [1; 32],
        expects: Vec::new(),
        events: vec![event(0), event(1)],
        context: Context::default(),
    }
}

fn open(place: &str, folder: &str) -> store::Result<Log> {
    let location = match place.starts_with("postgres") {
        true => Location::Database(place.into()),
        false => Location::File(place.into()),
    };
    let folder = Path::new(folder);
    let keys = Keys::open(folder, &folder.join(KEY_FILE))?;
    Log::open(&location, Arc::new(keys), clock())
}

#[expect(clippy::disallowed_methods, reason = "the suite sets it, as it sets the faults of the disk")]
fn clock() -> impl Fn() -> i64 {
    const HOUR: i64 = 3_600_000_000;
    const JUMPS: [i64; 7] = [0, 0, -HOUR, HOUR, -24 * HOUR, 87_660 * HOUR, -87_660 * HOUR];
    let seed = std::env::var("WORKER_CLOCK").ok().and_then(|seed| seed.parse::<u64>().ok());
    let ticks = std::sync::atomic::AtomicU64::new(seed.unwrap_or(0));
    move || {
        let tick = ticks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) / 16;
        NOW + seed.map_or(0, |_| JUMPS[tick as usize % JUMPS.len()])
    }
}

/// Sends one append until it is known what became of it; whether the log takes more.
async fn send(log: &Log, key: &str, client: u32) -> bool {
    say(&format!("sent {key}"));
    loop {
        let asked = Instant::now();
        match log.append(append(key, client)).await {
            Ok(done) => {
                say(&format!("acked {key} {}", done.first));
                if client == READER {
                    read_back(log, key, done.first).await;
                }
                return true;
            }
            Err(error @ (AppendError::Full | AppendError::Overloaded | AppendError::Unknown)) => {
                // As it says: nothing was appended, or it is asked again with the same key.
                if error == AppendError::Overloaded {
                    say(&format!("overloaded {}", asked.elapsed().as_millis()));
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(error) => {
                say(&format!("failed {key} {error}"));
                return false;
            }
        }
    }
}

async fn read_back(log: &Log, key: &str, first: u64) {
    match log.read_all(first - 1, Filter::default(), 1).await {
        Ok(page) if page.events.iter().any(|event| event.pos == first && event.data.contains(key)) => {}
        Ok(page) => say(&format!("wrong {first}: {key} was acknowledged there, and there stands {:?}", page.events)),
        Err(error) => say(&format!("unread {key} {error}")),
    }
}

async fn run(place: &str, folder: &str, seed: &str, unknown: &[String]) -> store::Result<()> {
    let log = match open(place, folder) {
        Ok(log) => log,
        Err(error) => {
            say(&format!("closed {error}"));
            return Ok(());
        }
    };
    for key in unknown {
        if !send(&log, key, 0).await {
            return Ok(());
        }
    }
    let clients = (0..CLIENTS).map(|client| {
        let (log, seed) = (log.clone(), seed.to_string());
        tokio::spawn(async move {
            for number in 0.. {
                if !send(&log, &format!("k{seed}-{client}-{number}"), client).await {
                    return;
                }
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        let _ = client.await;
    }
    Ok(())
}

async fn check(place: &str, folder: &str) -> store::Result<()> {
    let log = open(place, folder)?;
    let mut after = 0;
    loop {
        let page = log.read_all(after, Filter::default(), 1000).await?;
        if page.events.is_empty() {
            break;
        }
        for event in &page.events {
            if event.kind != KIND {
                say(&format!("told {}", event.kind));
                continue;
            }
            let Some(text) = log.unseal(event)? else {
                say(&format!("erased {} {}", event.pos, event.stream));
                continue;
            };
            let key = String::from_utf8_lossy(&text).into_owned();
            match event.data == format!("{{\"key\":\"{key}\"}}") {
                true => say(&format!("event {} {key}", event.pos)),
                false => say(&format!("wrong {}: the sealed text is {key}, the data {}", event.pos, event.data)),
            }
        }
        after = page.next;
    }
    let report = log.verify().await?;
    for fault in &report.faults {
        say(&format!("wrong {}: {}", fault.pos, fault.what));
    }
    if report.faults.is_empty() {
        say("sound");
    }
    Ok(())
}

async fn erase(place: &str, folder: &str) -> store::Result<()> {
    let log = open(place, folder)?;
    // One id, whoever asks again: it is one erasure.
    let id = Uuid::from_u128(u128::from(ERASED) + 1_000_000);
    log.erase(Uuid::from_u128(ERASED.into()), "asked for", id, NOW, Context::default()).await?;
    say("done");
    Ok(())
}

async fn copy(place: &str, folder: &str, to: &str) -> store::Result<()> {
    // Whole or not at all: where it stands it was made before.
    if !Path::new(to).exists() {
        store::copy(&open(place, folder)?, &Location::File(to.into()), store::Epoch::Kept).await?;
    }
    say("done");
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["run", place, folder, seed, ..] => run(place, folder, seed, &arguments[4..]).await,
        ["check", place, folder] => check(place, folder).await,
        ["erase", place, folder] => erase(place, folder).await,
        ["copy", place, folder, to] => copy(place, folder, to).await,
        _ => Err(store::Error::new(
            "worker run PLACE FOLDER SEED [KEY…] | check PLACE FOLDER | erase PLACE FOLDER | copy PLACE FOLDER TO",
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("wrong 0: {error}"));
            ExitCode::FAILURE
        }
    }
}
