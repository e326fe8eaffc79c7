//! `luotsi log`: proving, copying and erasing.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analytics::lake::make_private;
use analytics::{Error, Result};
use calendar::Calendar;
use clap::{Args, Subcommand};
use matter::Subject;
use serde_json::json;
use store::{Context, Epoch, Filter, Keys, Location, Log, Recorded, Standing};
use uuid::Uuid;

use crate::heads::{Heads, Of, chain_at};
use crate::place::{Place, told};
use crate::{now, output, runtime};

/// Events read at once.
const PAGE: usize = 1000;

#[derive(Subcommand)]
pub enum LogCommand {
    /// Read the whole log and tell whether it is as it was written. The place and chain printed at the end, kept elsewhere
    /// and given again with --chain, prove later that nothing before it was touched.
    Verify(Verify),
    /// Write every event as a line of JSON. Sealed content stays sealed.
    Export(Export),
    /// Copy the log to a file while others write, and the keys to another: what is erased later is erased in the copy
    /// of the log, too, once the copies of the keys are gone. Keep those 30 days at most, and elsewhere.
    Backup(Backup),
    /// Put a copy where there is no log. Open contacts, queues and the facts that come from the log are made anew from it.
    Restore(Restore),
    /// Destroy the keys of a subject: nothing personal of it can be read again, here or in any copy.
    Erase(Erase),
    /// Every erasure, and every end of the time for which a class of content is kept, with its reason.
    Erased(Erased),
    /// Add what copies of the keys have to those that are here: what only one has is kept, what one has destroyed is
    /// destroyed.
    Keys(JoinKeys),
    /// Destroy the keys of a class of content of the years before one: the end of the time for which it is kept.
    Retain(Retain),
}

#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    of: Place,
    /// PLACE:CHAIN that was printed before for the events: it must still stand there.
    #[arg(long)]
    chain: Option<Noted>,
    /// The same for the record of accesses.
    #[arg(long)]
    accesses_chain: Option<Noted>,
    /// File of heads that a server has noted, such as a copy of it from another machine; by default heads.jsonl in the data
    /// directory. The logs must go on from each of them.
    #[arg(long)]
    heads: Option<PathBuf>,
}

/// A place of a log, and the chain up to it, as it was noted once.
#[derive(Clone)]
struct Noted {
    pos: u64,
    chain: String,
}

impl std::str::FromStr for Noted {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Noted, String> {
        let parts = text.split_once(':').and_then(|(pos, chain)| Some((pos.parse().ok()?, chain.to_lowercase())));
        let (pos, chain) = parts.ok_or("PLACE:CHAIN, as `luotsi log verify` prints them")?;
        match pos > 0 && chain.len() == 64 {
            true => Ok(Noted { pos, chain }),
            false => Err("a place is 1 or more, and a chain has 64 digits".into()),
        }
    }
}

#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    of: Place,
    /// The record of accesses instead: who saw what, when and why.
    #[arg(long)]
    accesses: bool,
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
    /// File for the copy of the record of accesses; must not be there yet.
    #[arg(long)]
    accesses: Option<PathBuf>,
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
    /// Copy of the record of accesses.
    #[arg(long)]
    accesses: Option<PathBuf>,
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
pub struct Erased {
    #[command(flatten)]
    of: Place,
}

#[derive(Args)]
pub struct JoinKeys {
    #[command(flatten)]
    of: Place,
    /// Copies of keys.db, wrapped by the same master key.
    #[arg(required = true)]
    copies: Vec<PathBuf>,
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
        LogCommand::Verify(arguments) => runtime.block_on(verify_all(arguments)),
        LogCommand::Export(arguments) => {
            let log = match arguments.accesses {
                false => arguments.of.existing(now)?,
                true => runtime.block_on(accesses(&arguments.of))?,
            };
            runtime.block_on(export(&log))
        }
        LogCommand::Backup(arguments) => runtime.block_on(backup(arguments)),
        LogCommand::Restore(arguments) => runtime.block_on(restore(arguments)),
        LogCommand::Erase(arguments) => runtime.block_on(erase(arguments)),
        LogCommand::Erased(arguments) => erased(&arguments.of),
        LogCommand::Keys(arguments) => join_keys(arguments),
        LogCommand::Retain(arguments) => runtime.block_on(retain(arguments)),
    }
}

fn say(text: &str) -> Result<()> {
    output::print(|out| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string())))
}

async fn verify_all(arguments: &Verify) -> Result<()> {
    let keys = Arc::new(arguments.of.existing_keys()?);
    let log = Log::open(&arguments.of.location(), Arc::clone(&keys), now).map_err(told)?;
    let location = arguments.of.location();
    verify(&log, ("events", &location), arguments.chain.as_ref()).await?;
    let accesses = arguments.of.existing_accesses(&keys, &log, now).await?;
    match (&accesses, &arguments.accesses_chain) {
        (Some(accesses), noted) => verify(accesses, ("accesses", &arguments.of.accesses()), noted.as_ref()).await?,
        (None, Some(_)) => return Err(Error::new("there is no record of accesses, and one was noted")),
        (None, None) => {}
    }
    let heads = match &arguments.heads {
        Some(copy) if !copy.exists() => {
            return Err(Error::new("there is no such file").at(copy.display()).remedy("name a copy of heads.jsonl"));
        }
        Some(copy) => Heads::at(copy.clone(), &keys),
        None => arguments.of.heads(&keys),
    };
    if let Some(copy) = &arguments.heads
        && heads.count()? == 0
    {
        return Err(Error::new("this copy names no head: nothing is proved by it")
            .at(copy.display())
            .remedy("name a copy of heads.jsonl that a server has written to"));
    }
    heads.hold(Of::Events, Some(&log)).await?;
    heads.hold(Of::Accesses, accesses.as_ref()).await?;
    let (_, damaged) = arguments.of.drafts(&log).check().await.map_err(told)?;
    if let Some(first) = damaged.first() {
        return Err(Error::new(format!("{} drafts cannot be opened", damaged.len()))
            .at(arguments.of.drafts_folder().join(first).display())
            .remedy(
                "move them away: they are texts that people have typed and not sent, and are of no use to anybody",
            ));
    }
    let (_, damaged) = arguments.of.attachments(&log).check().await.map_err(told)?;
    if let Some(first) = damaged.first() {
        return Err(Error::new(format!("{} files of conversations cannot be opened", damaged.len()))
            .at(arguments.of.attachments_folder().join(first).display())
            .remedy("put them back from a backup: the log says that they were brought"));
    }
    arguments.of.goes_as_far_as_was_read(&log).await
}

async fn verify(log: &Log, (what, location): (&'static str, &Location), noted: Option<&Noted>) -> Result<()> {
    let at = location.name();
    let bar = output::progress(what, None);
    let report = log.verify().await;
    bar.finish_and_clear();
    let report = report.map_err(told)?;
    let chain = hex(&report.chain);
    match report.faults.as_slice() {
        [] => {
            if let Some(Noted { pos, chain }) = noted
                && chain_at(log, *pos).await?.as_ref() != Some(chain)
            {
                return Err(Error::new(format!("the chain noted at {pos} does not stand there: this is another log"))
                    .at(at)
                    .remedy("keep this copy as it is, and restore the newest backup in which it stands"));
            }
            say(&format!("{} {what}, all as they were written, chain {}:{chain}", report.events, report.events))
        }
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
                .at(at)
                .remedy("add a copy of the keys that has them: `luotsi log keys COPY`"));
            }
            Err(Error::new(format!("the log is not as it was written: {} faults", faults.len()))
                .at(at)
                .remedy("keep this copy as it is, and restore the newest backup that `log verify` finds whole"))
        }
    }
}

/// Faults reported one by one.
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
        "closes": event.closes, "command": event.command.map(|command| hex(&command)),
        "digest": hex(&event.digest), "chain": hex(&event.chain),
    })
}

fn hex(bytes: &[u8]) -> String {
    analytics::layout::hex(bytes)
}

/// A path at which nothing stands yet, nor anything of a log that stood there.
fn free(path: &Path, remedy: &str) -> Result<()> {
    match store::files_of(path).into_iter().find(|file| file.exists()) {
        Some(there) => Err(Error::new("there is a file already").at(there.display()).remedy(remedy)),
        None => Ok(()),
    }
}

async fn backup(arguments: &Backup) -> Result<()> {
    let copies = [Some(&arguments.file), arguments.keys.as_ref(), arguments.accesses.as_ref()];
    let copies: Vec<&PathBuf> = copies.into_iter().flatten().collect();
    for (number, copy) in copies.iter().enumerate() {
        free(copy, "name another file")?;
        if copies[..number].contains(copy) {
            return Err(Error::new("two copies cannot be one file").at(copy.display()));
        }
    }
    let keys = Arc::new(arguments.of.existing_keys()?);
    let log = Log::open(&arguments.of.location(), Arc::clone(&keys), now).map_err(told)?;
    let to = Location::File(arguments.file.clone());
    let events = store::copy(&log, &to, Epoch::Kept).await.map_err(told)?;
    // After the log: every key that the copy of the log needs is then there.
    match &arguments.keys {
        Some(copy) => keys.copy(copy).map_err(told)?,
        None => eprintln!("warning: without the keys (--keys FILE) nobody can read what is sealed in the copy"),
    }
    say(&format!("{events} events copied to {}", arguments.file.display()))?;
    if let Some(file) = &arguments.accesses {
        let found = arguments.of.existing_accesses(&keys, &log, now).await?;
        let Some(log) = found else { return say("there are no accesses to copy") };
        let accesses = store::copy(&log, &Location::File(file.clone()), Epoch::Kept).await.map_err(told)?;
        say(&format!("{accesses} accesses copied to {}", file.display()))?;
    }
    Ok(())
}

async fn restore(arguments: &Restore) -> Result<()> {
    arguments.of.check_format()?;
    const AWAY: &str = "move what is left of the log before to a folder of its own, all of it, and keep it";
    for copy in [Some(&arguments.file), arguments.accesses.as_ref()].into_iter().flatten() {
        let wrong = |error: store::Error| told(error).remedy("name a file that `luotsi log backup` wrote");
        store::is_log(copy).map_err(wrong)?;
    }
    let folder = arguments.of.keys_folder();
    let place = folder.join(store::KEYS);
    if let Some(keys) = &arguments.keys {
        let wrong = |error: store::Error| told(error).remedy("name a file that `luotsi log backup --keys` wrote");
        store::is_keys(keys).map_err(wrong)?;
    }
    if let Location::File(path) = &arguments.of.location() {
        free(path, AWAY)?;
    }
    if let (Some(_), Location::File(path)) = (&arguments.accesses, &arguments.of.accesses()) {
        free(path, AWAY)?;
    }
    make_private(arguments.of.path())?;
    make_private(&folder)?;
    if let Some(keys) = &arguments.keys {
        free(&place, AWAY)?;
        let on_disk = |path: &Path| std::fs::File::open(path).and_then(|file| file.sync_all());
        let copied = std::fs::copy(keys, &place).and_then(|_| on_disk(&place)).and_then(|()| on_disk(&folder));
        copied.map_err(|error| Error::file("copy the keys to", &place, error))?;
    }
    let restored = restore_logs(arguments).await;
    if restored.is_err() && arguments.keys.is_some() {
        // The next try finds the place as it was.
        store::files_of(&place).iter().for_each(|file| drop(std::fs::remove_file(file)));
    }
    restored
}

async fn restore_logs(arguments: &Restore) -> Result<()> {
    // The copy brings its own, or those that are here are its.
    let keys = Arc::new(arguments.of.keys_as_they_are()?);
    let open = |file: &Path| Log::open(&Location::File(file.into()), Arc::clone(&keys), now).map_err(told);
    for (copy, accesses) in [(Some(&arguments.file), false), (arguments.accesses.as_ref(), true)] {
        let Some(copy) = copy else { continue };
        let first = open(copy)?.read_all(0, Filter::default(), 1).await.map_err(told)?.events.into_iter().next();
        if first.is_some_and(|event| event.stream.starts_with("access/") != accesses) {
            let what = if accesses { "this is a copy of events" } else { "this is a copy of the record of accesses" };
            return Err(Error::new(what)
                .at(copy.display())
                .remedy("name the other file that `luotsi log backup` wrote"));
        }
    }
    // The log last: without it nothing is served, and whoever was interrupted restores again.
    let accesses = match &arguments.accesses {
        // A log that is here already stays.
        None if arguments.of.accesses().head().map_err(told)?.is_some() => {
            Some(Log::open(&arguments.of.accesses(), Arc::clone(&keys), now).map_err(told)?)
        }
        None => None,
        Some(file) => {
            let location = arguments.of.accesses();
            let copied = put_back(&open(file)?, &location, &arguments.of, Of::Accesses, &keys).await?;
            say(&format!("{copied} accesses restored"))?;
            Some(Log::open(&location, Arc::clone(&keys), now).map_err(told)?)
        }
    };
    let location = arguments.of.location();
    let events = put_back(&open(&arguments.file)?, &location, &arguments.of, Of::Events, &keys).await?;
    let log = Log::open(&location, Arc::clone(&keys), now).map_err(told)?;
    settle(&log, accesses.as_ref()).await?;
    if arguments.keys.is_none() {
        eprintln!("warning: without --keys only content whose keys are here already can be read");
    }
    say(&format!("{events} events restored"))?;
    eprintln!(
        "warning: what token was withdrawn after the copy was made opens again, and who was erased after the copy of the \
         keys was made is back: do both again"
    );
    Ok(())
}

/// Puts a copy where one of the logs is to stand, which says in its chain what it goes on from and what it takes the place
/// of; gives how many events the copy had.
pub async fn put_back(copy: &Log, to: &Location, place: &Place, of: Of, keys: &Keys) -> Result<u64> {
    let (past, _) = copy.past().await.map_err(told)?;
    let mut instead = place.epochs(of, keys)?;
    instead.retain(|epoch| past.standing(*epoch) == Standing::Unknown);
    let epoch = Uuid::from_bytes(store::random().map_err(told)?);
    store::copy(copy, to, Epoch::New { epoch, at: now(), instead }).await.map_err(told)
}

/// After a log was put back: it names its record of accesses, and tells again what its keys know and it does not.
pub async fn settle(log: &Log, accesses: Option<&Log>) -> Result<()> {
    let at = now();
    store::name_accesses(log, accesses, at).await.map_err(told)?;
    store::retell(log, at, context("restore", at)).await.map_err(told).map(drop)
}

async fn accesses(place: &Place) -> Result<Log> {
    let keys = Arc::new(place.existing_keys()?);
    let log = Log::open(&place.location(), Arc::clone(&keys), now).map_err(told)?;
    let accesses = place.existing_accesses(&keys, &log, now).await?;
    accesses.ok_or_else(|| Error::new("nobody has seen anything yet"))
}

fn erased(place: &Place) -> Result<()> {
    for erasure in place.existing_keys()?.erasures().map_err(told)? {
        let at = analytics::measure::instant_text(erasure.at);
        let of = match (erasure.subject, erasure.class, erasure.before) {
            (Some(subject), ..) => subject.to_string(),
            (_, Some(class), Some(before)) => format!("{class} before {before}"),
            _ => String::new(),
        };
        say(&format!("{at} {of}: {}", erasure.reason))?;
    }
    Ok(())
}

fn join_keys(arguments: &JoinKeys) -> Result<()> {
    let place = &arguments.of;
    place.check_format()?;
    arguments.copies.iter().try_for_each(|copy| store::is_keys(copy).map_err(told))?;
    let log = place.location().head().map_err(told)?;
    let path = place.keys_folder().join(store::KEYS);
    let stood = path.exists();
    let mut keys = place.keys_as_they_are()?;
    for copy in &arguments.copies {
        let joined = keys.join(copy, log.as_ref().map(|head| head.keys));
        if joined.is_err() && !stood {
            // The next try finds the place as it was.
            store::files_of(&path).iter().for_each(|file| drop(std::fs::remove_file(file)));
        }
        let joined = joined.map_err(told)?;
        say(&format!("{} keys added and {} destroyed, as in {}", joined.added, joined.destroyed, copy.display()))?;
    }
    match log {
        Some(head) => keys.hold(&head, &place.location().name()).map_err(told),
        None => Ok(()),
    }
}

async fn erase(arguments: &Erase) -> Result<()> {
    let log = arguments.of.existing(now)?;
    if arguments.reason.trim().is_empty() {
        return Err(
            Error::new("an erasure has a reason").remedy("name it with --reason: who asked for it, without names")
        );
    }
    // An erasure stands in the log for ever: there is none of somebody of whom there was never anything.
    if !is_known(&arguments.of, &log, arguments.subject).await? {
        return Err(Error::new("nothing was ever kept of this subject")
            .remedy("`luotsi log export` tells the subjects of events"));
    }
    let keys = destroy(&arguments.of, log, arguments.subject, &arguments.reason).await?;
    match keys {
        0 => say("erased before: no key was left, and everything made from the log is told again to forget"),
        _ => say(&format!("{keys} keys destroyed; the facts forget as soon as a server has followed the log")),
    }
}

/// The log that is there, and a subject of whom it has anything; none: there is no log, or it knows nothing of them.
pub async fn known(place: &Place, subject: Uuid) -> Result<Option<(Log, Uuid)>> {
    if place.location().head().map_err(told)?.is_none() {
        return Ok(None);
    }
    let log = place.existing(now)?;
    let is_known = is_known(place, &log, subject).await?;
    Ok(is_known.then_some((log, subject)))
}

/// Whether the log has anything of a subject: what was sealed for them, or a matter without words, such as an appointment.
async fn is_known(place: &Place, log: &Log, subject: Uuid) -> Result<bool> {
    if log.knows(subject).map_err(told)? {
        return Ok(true);
    }
    let kinds = place.kinds_over(log.clone(), now).await?;
    Ok(kinds.store.kinds().iter().any(|kind| !kind.of_subject(Subject(subject), 1).is_empty()))
}

/// Destroys the keys of a subject, which the log tells for ever, of them and in every matter of theirs; gives how many
/// there were.
pub async fn destroy(place: &Place, log: Log, subject: Uuid, reason: &str) -> Result<usize> {
    let kinds = place.kinds_over(log, now).await?;
    // Once they are erased nothing says which were theirs.
    let dispatches = kinds.dispatches.look(|all| all.of_subject(Subject(subject), usize::MAX));
    let destroyed = kinds.store.erase(Subject(subject), reason, context("erasure", now())).await.map_err(told)?;
    // Nobody can open what was typed about them any more.
    place.drafts(kinds.store.log()).sweep(now()).await.map_err(told)?;
    place.attachments(kinds.store.log()).sweep().await.map_err(told)?;
    // No snapshot goes on to hold them, nor a file of a message to them.
    kinds.store.keep().map_err(told)?;
    let folder = place.path().join("ports");
    ports::forget(place.path(), &dispatches).map_err(|error| Error::file("remove files in", &folder, error))?;
    Ok(destroyed)
}

async fn retain(arguments: &Retain) -> Result<()> {
    let log = arguments.of.existing(now)?;
    let at = now();
    let year = Calendar::shipped().local_date(at).map_or(0, |today| today.year());
    if arguments.before > year {
        return Err(Error::new(format!("content of this year, {year}, is kept")).remedy("name an earlier year"));
    }
    let kinds = arguments.of.kinds_over(log.clone(), now).await?;
    let classes: BTreeSet<&str> = kinds.store.kinds().iter().map(|kind| kind.class()).collect();
    if !classes.contains(arguments.class.as_str()) {
        let classes: Vec<&str> = classes.into_iter().collect();
        return Err(Error::new(format!("nothing is kept as {}", arguments.class))
            .remedy(format!("one of {}", classes.join(", "))));
    }
    let keys = log.retain(&arguments.class, arguments.before, at, context("retention", at)).await.map_err(told)?;
    say(&format!("{keys} keys destroyed"))
}

fn context(purpose: &str, at: i64) -> Context {
    let (actor, purpose, correlation) = ("command line".into(), purpose.into(), store::new_id(at));
    Context { actor, purpose, correlation, ..Context::default() }
}
