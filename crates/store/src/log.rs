//! The log as the rest of Luotsi sees it: one writer, any number of readers and followers.

mod writer;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use matter::ERASED;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::backend::{Backend, Head, Outcome};
use crate::chain::{self, ChainReport, Past, RESTORES, Restored};
use crate::event::{Append, AppendError, Appended, Command, Context, EXPIRED, NewEvent, Recorded};
use crate::keys::{Fate, Keys};
use crate::memory::Memory;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{Error, Result};

pub use writer::Reader;
use writer::Writer;
pub(crate) use writer::next;

/// The fault that verify reports for an event whose content nobody can open, although its key was not destroyed.
pub const KEY_MISSING: &str = "the key of its content is not here: restore the keys";

/// The same of one whose key was destroyed without a word of it in the log.
const KEY_DESTROYED: &str =
    "the key of its content was destroyed, and no event says so: restore the keys, or erase the subject again";

/// No place or version is beyond: databases keep them as signed numbers.
const LAST: u64 = i64::MAX as u64;
/// Appends that are written together at most.
const GROUP: usize = 256;
/// Appends that may wait to be written.
const WAITING: usize = 4096;
/// How long an append waits for its turn before its asker gets word to come back.
const PATIENCE: Duration = Duration::from_secs(2);
/// After so long nobody waits to hear what became of an append: it is asked again.
const LONGEST: Duration = Duration::from_secs(30);
/// Longest time until events that another process has appended are seen.
const POLL: Duration = Duration::from_secs(1);
/// Matters that are told in one append that somebody was erased.
const FORGOTTEN: usize = 500;
/// Names of streams that are read at once.
const STREAMS: usize = 1000;
/// Readers kept for the next who reads.
const IDLE: usize = 8;

/// Where a log is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// The address of a PostgreSQL database.
    Database(String),
    /// Nowhere: gone with the last handle.
    Memory,
}

impl Location {
    /// Opens what is there, makes what is not; `keys`: check value of those that a log which is made is bound to.
    pub(crate) fn writer(&self, keys: [u8; 32]) -> Result<Backend> {
        Ok(match self {
            Location::File(path) => Backend::Sqlite(Sqlite::open(path, keys)?),
            Location::Database(url) => Backend::Postgres(Postgres::open(url, keys)?),
            Location::Memory => {
                Backend::Memory(Memory::new(Head::first(Uuid::from_bytes(crate::keys::random()?), keys)))
            }
        })
    }

    /// Where the log that is there ends; none: there is none, nor anything of one. Nothing is made or changed.
    pub fn head(&self) -> Result<Option<Head>> {
        match self {
            Location::File(path) if !std::fs::metadata(path).is_ok_and(|file| file.len() > 0) => Ok(None),
            Location::File(path) => Sqlite::probe(path),
            Location::Database(url) => Postgres::probe(url),
            Location::Memory => Ok(None),
        }
    }

    /// The place, as it may be shown.
    pub fn name(&self) -> String {
        match self {
            Location::File(path) => path.display().to_string(),
            Location::Database(_) => "the database".into(),
            Location::Memory => "memory".into(),
        }
    }
}

/// Which events a reader wants; empty: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The part of a stream's name before the `/`.
    pub categories: Vec<String>,
    pub kinds: Vec<String>,
}

impl Filter {
    fn wants(&self, event: &Recorded) -> bool {
        let category = event.stream.split('/').next().unwrap_or_default();
        let among = |list: &[String], name: &str| list.is_empty() || list.iter().any(|it| it == name);
        among(&self.categories, category) && among(&self.kinds, &event.kind)
    }
}

/// A part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub events: Vec<Recorded>,
    /// Where to read on: every event up to here was looked at.
    pub next: u64,
    /// Where the log ends.
    pub head: u64,
    /// Another one than before means: the log was restored, read from the beginning.
    pub epoch: Uuid,
}

/// The person of whom an event says that they were erased.
pub(crate) fn is_erasure(event: &Recorded) -> Option<matter::Subject> {
    match event.stream.split_once('/')? {
        ("subject", id) if event.kind == ERASED => id.parse().ok().map(matter::Subject),
        _ => None,
    }
}

/// A handle on a log; cheap to clone.
#[derive(Clone)]
pub struct Log {
    jobs: mpsc::Sender<Job>,
    ends: watch::Receiver<u64>,
    /// Readers that nobody uses at the moment.
    readers: Arc<Mutex<Vec<Backend>>>,
    origin: Arc<Origin>,
    keys: Arc<Keys>,
}

/// Where new readers come from.
enum Origin {
    File(PathBuf),
    Postgres(Postgres),
    Memory(Memory),
}

struct Job {
    work: Work,
    /// Set by the writer who begins, or by the one who has waited too long and withdraws: the first of the two.
    begun: Arc<AtomicBool>,
    reply: oneshot::Sender<std::result::Result<Appended, AppendError>>,
}

/// Work that waits to be written.
enum Work {
    Append(Append),
    Command(Command),
}

impl Log {
    /// Opens a log, makes it where there is none, and begins to write. `clock` gives microseconds since 1970. Keys that are
    /// not those with which it was written, or an older copy of them, are refused.
    pub fn open(location: &Location, keys: Arc<Keys>, clock: impl Fn() -> i64 + Send + 'static) -> Result<Log> {
        let mut backend = location.writer(keys.check())?;
        let origin = match &backend {
            Backend::Sqlite(sqlite) => Origin::File(sqlite.path()),
            Backend::Postgres(postgres) => Origin::Postgres(postgres.again()),
            Backend::Memory(memory) => Origin::Memory(memory.again()),
        };
        let (_, head) = backend.after(0, 0).map_err(|failure| {
            Error::new(format!("the log cannot be read: {failure}")).at(location.name()).remedy(failure.remedy())
        })?;
        keys.hold(&head, &location.name())?;
        let (jobs, waiting) = mpsc::channel(WAITING);
        let (end, ends) = watch::channel(head.pos);
        let writer = Writer { backend, keys: Arc::clone(&keys), clock: Box::new(clock), end };
        std::thread::Builder::new()
            .name("log writer".into())
            .spawn(move || writer.run(waiting))
            .map_err(|error| Error::new(format!("the log's writer: {error}")))?;
        Ok(Log { jobs, ends, readers: Arc::default(), origin: Arc::new(origin), keys })
    }

    /// Appends; acknowledged means on disk.
    pub async fn append(&self, append: Append) -> std::result::Result<Appended, AppendError> {
        if append.events.is_empty() {
            return Err(AppendError::Invalid("an append has at least one event".into()));
        }
        append.check()?;
        self.send(Work::Append(append)).await
    }

    /// Decides a command under the lock of the head, and appends what follows.
    pub async fn carry_out(&self, command: Command) -> std::result::Result<Appended, AppendError> {
        self.send(Work::Command(command)).await
    }

    async fn send(&self, work: Work) -> std::result::Result<Appended, AppendError> {
        let (reply, mut answer) = oneshot::channel();
        let begun = Arc::new(AtomicBool::new(false));
        let stopped = || AppendError::Fatal("it has to be started anew".into());
        self.jobs.try_send(Job { work, reply, begun: Arc::clone(&begun) }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => AppendError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        let answered = match tokio::time::timeout(PATIENCE, &mut answer).await {
            Err(_) if !begun.swap(true, Ordering::AcqRel) => return Err(AppendError::Overloaded),
            Err(_) => tokio::time::timeout(LONGEST, answer).await.map_err(|_| AppendError::Unknown)?,
            Ok(answered) => answered,
        };
        answered.unwrap_or_else(|_| Err(stopped()))
    }

    /// Events after a place that a filter wants, looking at `most` at most.
    pub async fn read_all(&self, after: u64, filter: Filter, most: usize) -> Result<Page> {
        let (mut events, head) = self.reading(move |reader| reader.after(after.min(LAST), most)).await?;
        let next = events.last().map_or(after, |event| event.pos);
        events.retain(|event| filter.wants(event));
        Ok(Page { events, next, head: head.pos, epoch: head.epoch })
    }

    /// Events of a stream after a version.
    pub async fn read_stream(&self, stream: &str, after: u64, most: usize) -> Result<Vec<Recorded>> {
        let stream = stream.to_string();
        self.reading(move |reader| reader.of_stream(&stream, after.min(LAST), None, most)).await
    }

    /// All events of the streams of a category, stream by stream in the order of their names: for a category that is small
    /// beside the log.
    pub async fn read_category(&self, category: &'static str) -> Result<Vec<Recorded>> {
        self.reading(move |reader| {
            let begins = format!("{category}/");
            let (mut events, mut last) = (Vec::new(), begins.clone());
            loop {
                let streams = reader.streams(&last, STREAMS)?;
                let is_last = streams.len() < STREAMS;
                for (name, _) in streams {
                    if !name.starts_with(&begins) {
                        return Ok(events);
                    }
                    events.extend(reader.of_stream(&name, 0, None, usize::MAX >> 1)?);
                    last = name;
                }
                if is_last {
                    return Ok(events);
                }
            }
        })
        .await
    }

    /// Events of a stream after a version, each with what was sealed in it; none: nothing, or its key is destroyed.
    pub async fn read_opened(&self, stream: &str, after: u64, most: usize) -> Result<Vec<(Recorded, Option<Vec<u8>>)>> {
        let events = self.read_stream(stream, after, most).await?;
        if events.iter().all(|event| event.sealed.is_none()) {
            return Ok(events.into_iter().map(|event| (event, None)).collect());
        }
        let keys = Arc::clone(&self.keys);
        blocking(move || events.into_iter().map(|event| keys.unseal(&event).map(|text| (event, text))).collect()).await
    }

    /// Whether this very command was carried out.
    pub async fn was_done(&self, scope: &str, key: &str, request: [u8; 32]) -> Result<bool> {
        let scope = scope.to_string();
        let (key, request) = self.keys.asked(&scope, key, &request);
        self.reading(move |reader| Ok(reader.command(&scope, &key)?.is_some_and(|known| known.request == request)))
            .await
    }

    /// Waits until the log has an event after a place, or a second is over: what other processes append is seen by
    /// looking again.
    pub async fn wait_after(&self, pos: u64) {
        let mut ends = self.ends.clone();
        let waited = tokio::time::timeout(POLL, ends.wait_for(|end| *end > pos)).await.map(|end| end.is_err());
        if waited == Ok(true) {
            // The writer has stopped; what there is can still be read, without hurry.
            tokio::time::sleep(POLL).await;
        }
    }

    /// Ends the log of this process: when it returns, and this was the last handle, nothing of it is open.
    pub async fn close(self) {
        let _ = self.settle().await;
        let mut ends = self.ends.clone();
        drop(self);
        while ends.changed().await.is_ok() {}
    }

    /// Where this process's writer has got to.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.ends.clone()
    }

    /// Until the log can take no more: then the process must be started anew.
    pub async fn stopped(&self) {
        self.jobs.closed().await;
    }

    /// The keys that open what is sealed here.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The same for what goes on beside the log.
    pub(crate) fn shared_keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// A key for another purpose, as of [`Keys::derived`].
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        self.keys.derived(purpose)
    }

    /// The content that was sealed in an event; none: nothing, or its key is destroyed.
    pub fn unseal(&self, event: &Recorded) -> Result<Option<Vec<u8>>> {
        self.keys.unseal(event)
    }

    /// Puts everything into the files that bear the names of the log and the keys, so that each is whole by itself.
    pub async fn settle(&self) -> Result<()> {
        let keys = Arc::clone(&self.keys);
        self.reading(Backend::settle).await?;
        blocking(move || keys.settle()).await
    }

    /// As of [`Keys::noted`].
    pub fn noted(&self) -> Result<Option<(Uuid, u64)>> {
        self.keys.noted()
    }

    /// Settings of the database that are off, and by which what is acknowledged can be lost or spoilt unnoticed.
    pub async fn risks(&self) -> Result<Vec<String>> {
        self.reading(Backend::risks).await
    }

    /// The epochs of the log, as its own chain names them, and where it ends.
    pub async fn past(&self) -> Result<(Past, Head)> {
        let restores = self.read_stream(RESTORES, 0, usize::MAX >> 1).await?;
        let (_, head) = self.reading(|reader| reader.after(0, 0)).await?;
        Ok((Past::of(head.birth, restores.iter().filter_map(Restored::of)), head))
    }

    /// Whether content of a subject was ever sealed here, also where it was erased.
    pub fn knows(&self, subject: Uuid) -> Result<bool> {
        self.keys.knows(subject)
    }

    /// Destroys the keys of a subject and says so in the log, which tells everything made from it to forget the subject.
    /// Done twice it is done once.
    pub async fn erase(&self, subject: Uuid, reason: &str, id: Uuid, now: i64, context: Context) -> Result<usize> {
        let destroyed = self.destroy(subject, reason, now).await?;
        self.tell_erased((subject, destroyed), id, now, context).await?;
        Ok(destroyed)
    }

    /// The first half of an erasure: nothing of the subject is sealed from now on, and nothing is begun that is about them.
    pub(crate) async fn destroy(&self, subject: Uuid, reason: &str, now: i64) -> Result<usize> {
        let (keys, why) = (Arc::clone(&self.keys), reason.to_string());
        blocking(move || keys.destroy(subject, &why, now)).await
    }

    /// The other half, which says so in the log: of a subject, and how many of their keys were destroyed.
    pub(crate) async fn tell_erased(
        &self,
        (subject, destroyed): (Uuid, usize),
        id: Uuid,
        now: i64,
        context: Context,
    ) -> Result<()> {
        let data = serde_json::json!({ "subject": subject.to_string(), "keys": destroyed }).to_string();
        self.announce((id, format!("subject/{subject}")), ERASED, data, now, context).await
    }

    /// Waits until all stands in the log that was being decided, in whatever process.
    pub(crate) async fn settled(&self, now: i64, context: Context) -> Result<()> {
        let (scope, key) = ("erase".into(), crate::new_id(now).to_string());
        let command = Command { scope, key, request: [0; 32], context, decide: Box::new(|_| None) };
        match self.carry_out(command).await {
            Ok(_) | Err(AppendError::Refused) => Ok(()),
            Err(error) => Err(Error::new(error.to_string())),
        }
    }

    /// Whether a subject was erased.
    pub(crate) async fn is_erased(&self, subject: Uuid) -> Result<bool> {
        let keys = Arc::clone(&self.keys);
        blocking(move || keys.is_erased(subject)).await
    }

    /// Says in streams that the one whom their matters are about was erased.
    pub async fn forget(&self, streams: Vec<String>, now: i64, context: Context) -> Result<()> {
        for some in streams.chunks(FORGOTTEN) {
            let event = |stream: &String| NewEvent {
                id: crate::new_id(now),
                stream: stream.clone(),
                kind: ERASED.into(),
                schema: 1,
                occurred: now,
                data: "{}".into(),
                personal: None,
                closes: false,
            };
            let events: Vec<NewEvent> = some.iter().map(event).collect();
            let (scope, key) = ("erase".into(), crate::new_id(now).to_string());
            let (request, expects, context) = ([0; 32], Vec::new(), context.clone());
            let append = Append { scope, key, request, expects, events, context };
            self.append(append).await.map_err(|error| Error::new(error.to_string()))?;
        }
        Ok(())
    }

    /// Whether a stream of any of some categories was ever written to.
    pub async fn has_any(&self, categories: &'static [&'static str]) -> Result<bool> {
        self.reading(move |reader| {
            for category in categories {
                let begins = format!("{category}/");
                if reader.streams(&begins, 1)?.first().is_some_and(|(name, _)| name.starts_with(&begins)) {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    /// Reads the whole log and tells every event that is not as it was written, is missing, or lacks its key; streams and
    /// commands that do not fit the events; and a database that finds its own file damaged.
    pub async fn verify(&self) -> Result<ChainReport> {
        let keys = Arc::clone(&self.keys);
        let (checker, head, streams) = self.reading(chain::read_whole).await?;
        blocking(move || {
            let mut checker = checker;
            for (pos, fate) in keys.fates(checker.keys())? {
                match fate {
                    Fate::Here => {}
                    Fate::Missing => checker.fault(pos, KEY_MISSING),
                    Fate::Destroyed { subject, class, year } if checker.tells_of(subject, &class, year) => {}
                    Fate::Destroyed { .. } => checker.fault(pos, KEY_DESTROYED),
                }
            }
            Ok(checker.finish(&head, &streams))
        })
        .await
    }

    /// Destroys the keys of a class of content of all years before one, and says so in the log: the end of its retention.
    pub async fn retain(&self, class: &str, before: i16, now: i64, context: Context) -> Result<usize> {
        let (keys, name) = (Arc::clone(&self.keys), class.to_string());
        let destroyed = blocking(move || keys.expire(&name, before, now)).await?;
        let data = serde_json::json!({ "class": class, "before": before, "keys": destroyed }).to_string();
        self.announce((crate::new_id(now), format!("retention/{class}")), EXPIRED, data, now, context).await?;
        Ok(destroyed)
    }

    /// Appends what was done to keys; under the same id once.
    async fn announce(
        &self,
        (id, stream): (Uuid, String),
        kind: &str,
        data: String,
        now: i64,
        context: Context,
    ) -> Result<()> {
        let (kind, schema, occurred) = (kind.to_string(), 1, now);
        let key = format!("{stream}/{id}");
        let event = NewEvent { id, stream, kind, schema, occurred, data, personal: None, closes: false };
        let (scope, request, expects) = ("erase".into(), [0; 32], Vec::new());
        let append = Append { scope, key, request, expects, events: vec![event], context };
        self.append(append).await.map(|_| ()).map_err(|error| Error::new(error.to_string()))
    }

    /// Does some reading on a thread where it may wait.
    pub(crate) async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Backend) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        let (readers, origin) = (Arc::clone(&self.readers), Arc::clone(&self.origin));
        blocking(move || {
            let idle = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut reader = match idle {
                Some(reader) => reader,
                None => origin.reader()?,
            };
            let result = read(&mut reader).map_err(|failure| {
                let what = format!("the log could not be read: {failure}");
                Error::new(what).at(origin.name()).remedy(failure.remedy())
            });
            let mut idle = readers.lock().unwrap_or_else(PoisonError::into_inner);
            if result.is_ok() && idle.len() < IDLE {
                idle.push(reader);
            }
            result
        })
        .await
    }
}

impl Origin {
    fn name(&self) -> String {
        match self {
            Origin::File(path) => path.display().to_string(),
            Origin::Postgres(_) => "the database".into(),
            Origin::Memory(_) => "memory".into(),
        }
    }

    fn reader(&self) -> Result<Backend> {
        Ok(match self {
            Origin::File(path) => Backend::Sqlite(Sqlite::reader(path)?),
            Origin::Postgres(postgres) => Backend::Postgres(postgres.again()),
            Origin::Memory(memory) => Backend::Memory(memory.again()),
        })
    }
}

pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::new(format!("reading broke off: {error}"))),
    }
}
