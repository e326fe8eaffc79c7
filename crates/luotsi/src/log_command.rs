//! `luotsi log`: proving, copying and erasing.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analytics::{Error, Result};
use clap::{Args, Subcommand};
use serde_json::json;
use store::{Context, Epoch, Filter, Location, Log, Recorded};
use uuid::Uuid;

use crate::place::{Place, told};
use crate::{now, output, runtime};

/// Events read at once.
const PAGE: usize = 1000;

#[derive(Subcommand)]
pub enum LogCommand {
    /// Read the whole log and tell whether it is as it was written. The chain printed at the end, kept elsewhere,
    /// proves later that nothing before it was touched.
    Verify(Place),
    /// Write every event as a line of JSON. Sealed content stays sealed.
    Export(Place),
    /// Copy the log to a file while others write, and the keys to another: what is erased later is erased in the copy
    /// of the log, too, once the copies of the keys are gone. Keep those 30 days at most, and elsewhere.
    Backup(Backup),
    /// Put a copy where there is no log. Open contacts and queues are made anew from it; facts that came from events after
    /// the copy was made stay until their contact, resident or unit is written to again.
    Restore(Restore),
    /// Destroy the keys of a subject: nothing personal of it can be read again, here or in any copy.
    Erase(Erase),
    /// Destroy the keys of a class of content of the years before one: the end of the time for which it is kept.
    Retain(Retain),
}

#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    of: Place,
    /// File for the copy of the log; must not be there yet.
    file: PathBuf,
    /// File for the copy of the keys, wrapped by the master key; must not be there yet.
    #[arg(long)]
    keys: Option<PathBuf>,
}

#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    of: Place,
    /// Copy of a log, as `luotsi log backup` made it.
    file: PathBuf,
    /// Copy of the keys.
    #[arg(long)]
    keys: Option<PathBuf>,
}

#[derive(Args)]
pub struct Erase {
    #[command(flatten)]
    of: Place,
    /// The subject's token, as events carry it.
    subject: Uuid,
    /// Why, for those who ask later; no names.
    #[arg(long)]
    reason: String,
}

#[derive(Args)]
pub struct Retain {
    #[command(flatten)]
    of: Place,
    /// Class of content, as `contact`.
    #[arg(long)]
    class: String,
    /// First year of which the content is kept.
    #[arg(long, value_parser = clap::value_parser!(i16).range(1970..=9999))]
    before: i16,
}

pub fn run(command: &LogCommand) -> Result<()> {
    let runtime = runtime()?;
    match command {
        LogCommand::Verify(of) => {
            let logs = [of.existing(now).map(Some)?, of.existing_accesses(now)?];
            runtime.block_on(async {
                for (log, what) in logs.iter().zip(["events", "accesses"]) {
                    if let Some(log) = log {
                        verify(log, what).await?;
                    }
                }
                match &logs[0] {
                    Some(log) => of.goes_as_far_as_was_read(log).await,
                    None => Ok(()),
                }
            })
        }
        LogCommand::Export(of) => runtime.block_on(export(&of.existing(now)?)),
        LogCommand::Backup(arguments) => runtime.block_on(backup(arguments)),
        LogCommand::Restore(arguments) => runtime.block_on(restore(arguments)),
        LogCommand::Erase(arguments) => runtime.block_on(erase(arguments)),
        LogCommand::Retain(arguments) => runtime.block_on(retain(arguments)),
    }
}

fn say(text: &str) -> Result<()> {
    output::print(|out| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string())))
}

async fn verify(log: &Log, what: &'static str) -> Result<()> {
    let bar = output::progress(what, None);
    let report = log.verify().await;
    bar.finish_and_clear();
    let report = report.map_err(told)?;
    let chain = hex(&report.chain);
    match report.faults.as_slice() {
        [] => say(&format!("{} {what}, all as they were written, chain {chain}", report.events)),
        faults => {
            for fault in faults.iter().take(SHOWN) {
                say(&format!("{}: {}", fault.pos, fault.what))?;
            }
            if faults.len() > SHOWN {
                say(&format!("and {} more", faults.len() - SHOWN))?;
            }
            if faults.iter().all(|fault| fault.what == store::KEY_MISSING) {
                return Err(Error::new(format!(
                    "the events are as they were written, and {} keys are missing",
                    faults.len()
                ))
                .remedy("put back the copy of the keys, keys.db and master, into the folder keys"));
            }
            Err(Error::new(format!("the log is not as it was written: {} faults", faults.len()))
                .remedy("keep this copy as it is, and restore the newest backup that `log verify` finds whole"))
        }
    }
}

/// Faults told one by one.
const SHOWN: usize = 20;

async fn export(log: &Log) -> Result<()> {
    let mut after = 0;
    loop {
        let page = log.read_all(after, Filter::default(), PAGE).await.map_err(told)?;
        if page.events.is_empty() {
            return Ok(());
        }
        after = page.next;
        output::print(|out| {
            page.events
                .iter()
                .try_for_each(|event| writeln!(out, "{}", line(event)).map_err(|error| Error::new(error.to_string())))
        })?;
    }
}

fn line(event: &Recorded) -> serde_json::Value {
    let context = &event.context;
    let time = analytics::measure::instant_text;
    // Data that is no JSON is given as the text that it is.
    let data = serde_json::from_str(&event.data).unwrap_or_else(|_| json!(event.data));
    json!({
        "pos": event.pos, "id": event.id.to_string(), "stream": event.stream, "version": event.version,
        "type": event.kind, "schema": event.schema,
        "occurred": time(event.occurred), "recorded": time(event.recorded),
        "actor": context.actor, "unit": context.unit, "purpose": context.purpose,
        "correlation": context.correlation.to_string(), "cause": context.cause,
        "data": data,
        "subject": event.sealed.as_ref().map(|sealed| sealed.subject.to_string()),
        "key": event.sealed.as_ref().map(|sealed| sealed.key.to_string()),
        "sealed": event.sealed.as_ref().map(|sealed| hex(&sealed.bytes)),
        "digest": hex(&event.digest), "chain": hex(&event.chain),
    })
}

fn hex(bytes: &[u8]) -> String {
    analytics::layout::hex(bytes)
}

/// A path at which nothing stands yet.
fn free(path: &Path) -> Result<()> {
    match path.exists() {
        true => Err(Error::new("there is a file already").at(path.display()).remedy("name another file")),
        false => Ok(()),
    }
}

async fn backup(arguments: &Backup) -> Result<()> {
    free(&arguments.file)?;
    arguments.keys.as_deref().map_or(Ok(()), free)?;
    let log = arguments.of.existing(now)?;
    let to = Location::File(arguments.file.clone());
    let events = store::copy(&log, &to, Epoch::Kept).await.map_err(told)?;
    // After the log: every key that the copy of the log needs is then there.
    if let Some(keys) = &arguments.keys {
        arguments.of.keys()?.copy(keys).map_err(told)?;
    }
    say(&format!("{events} events copied to {}", arguments.file.display()))
}

async fn restore(arguments: &Restore) -> Result<()> {
    if !arguments.file.exists() {
        return Err(Error::new("there is no such copy").at(arguments.file.display()));
    }
    let folder = arguments.of.keys_folder();
    let to = arguments.of.location();
    if let Location::File(path) = &to {
        free(path)?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| Error::file("make the folder", &folder, error))?;
    if let Some(keys) = &arguments.keys {
        let place = folder.join(store::KEYS);
        free(&place)?;
        std::fs::copy(keys, &place).map_err(|error| Error::file("copy the keys to", &place, error))?;
    }
    let keys = Arc::new(arguments.of.keys()?);
    let copy = Log::open(&Location::File(arguments.file.clone()), keys, now).map_err(told)?;
    let events = store::copy(&copy, &to, Epoch::New).await.map_err(told)?;
    if arguments.keys.is_none() {
        eprintln!("warning: without --keys only content whose keys are here already can be read");
    }
    say(&format!("{events} events restored"))
}

async fn erase(arguments: &Erase) -> Result<()> {
    let log = arguments.of.existing(now)?;
    let at = now();
    let erased = log.erase(arguments.subject, &arguments.reason, store::new_id(at), at, context("erasure", at));
    let keys = erased.await.map_err(told)?;
    if keys == 0 {
        return Err(Error::new("no key was destroyed: there is nothing of this subject, or it was erased before")
            .remedy("`luotsi log export` tells the subjects of events"));
    }
    say(&format!("{keys} keys destroyed"))
}

async fn retain(arguments: &Retain) -> Result<()> {
    let log = arguments.of.existing(now)?;
    let at = now();
    let year = jiff::Timestamp::from_microsecond(at).map_or(0, |at| at.to_zoned(jiff::tz::TimeZone::UTC).year());
    if arguments.before > year {
        return Err(Error::new(format!("content of this year, {year}, is kept")).remedy("name an earlier year"));
    }
    let keys = log.retain(&arguments.class, arguments.before, at, context("retention", at)).await.map_err(told)?;
    say(&format!("{keys} keys destroyed"))
}

fn context(purpose: &str, at: i64) -> Context {
    let (actor, purpose, correlation) = ("command line".into(), purpose.into(), store::new_id(at));
    Context { actor, purpose, correlation, ..Context::default() }
}
