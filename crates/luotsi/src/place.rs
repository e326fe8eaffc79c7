//! Where the log and its keys are, for every command that needs them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analytics::lake::{has_format, make_private};
use analytics::{Error, Result};
use clap::Args;
use kinds::Kinds;
use store::{Attachments, Drafts, KEY_FILE, KEYS, Keys, Location, Log, Standing};
use uuid::Uuid;

use crate::heads::{self, Heads, Of};
use crate::{DataDirectory, follower};

/// Folder of copies that a server can make anew, and goes on with where the original cannot be read.
pub const SNAPSHOTS: &str = "snapshots";

/// The log of a data directory, or of a database.
#[derive(Args, Clone)]
pub struct Place {
    #[command(flatten)]
    pub data: DataDirectory,
    /// PostgreSQL database of the log, as postgres://USER@HOST/NAME; without it the log is in the data directory.
    #[arg(long, env = "LUOTSI_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// File of the master key; by default in the data directory.
    #[arg(long, env = "LUOTSI_KEY_FILE")]
    key_file: Option<PathBuf>,
}

impl Place {
    /// The log in a data directory.
    pub fn of(data: DataDirectory) -> Place {
        Place { data, database: None, key_file: None }
    }

    pub fn location(&self) -> Location {
        match &self.database {
            Some(url) => Location::Database(url.clone()),
            None => Location::File(self.data.path.join("log.db")),
        }
    }

    /// Whether there is a log; a file that was emptied is one.
    pub fn has_log(&self) -> Result<bool> {
        match self.location() {
            Location::File(path) => Ok(path.exists()),
            database => Ok(database.head().map_err(told)?.is_some()),
        }
    }

    /// Whether the log is in a database, which is not for a demo to fill.
    pub fn is_in_database(&self) -> bool {
        self.database.is_some()
    }

    /// Where it is recorded who saw what: always in the data directory.
    pub fn accesses(&self) -> Location {
        Location::File(self.data.path.join("access.db"))
    }

    /// Refuses a data directory that a program of another format wrote, before anything in it is touched.
    pub fn check_format(&self) -> Result<()> {
        has_format(self.path()).map(drop)
    }

    /// The keys; opened once for each process, which keeps them to its end. They are made where nothing was sealed yet.
    pub fn keys(&self) -> Result<Keys> {
        self.check_format()?;
        let keys = self.keys_folder().join(KEYS);
        if !is_filled(&keys) {
            for location in [self.location(), self.accesses()] {
                if location.head().map_err(told)?.is_some() {
                    let what = format!("the keys are missing with which this log was written ({})", location.name());
                    return Err(Error::new(what).at(keys.display()).remedy(
                        "put back the newest copy of keys.db, or name it: `luotsi log keys COPY`; none is made anew",
                    ));
                }
            }
        }
        self.keys_as_they_are()
    }

    /// The same, whatever log there is.
    pub fn keys_as_they_are(&self) -> Result<Keys> {
        make_private(self.path())?;
        Keys::open(&self.keys_folder(), &self.master()).map_err(told)
    }

    /// The same with another data directory.
    pub fn at(&self, path: &Path) -> Place {
        Place { data: DataDirectory { path: path.into() }, ..self.clone() }
    }

    /// File of the master key.
    pub fn master(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.keys_folder().join(KEY_FILE))
    }

    /// The same, if it was named.
    pub fn named_master(&self) -> Option<&Path> {
        self.key_file.as_deref()
    }

    pub fn keys_folder(&self) -> PathBuf {
        self.data.path.join("keys")
    }

    /// The log that is there; none is made.
    pub fn existing(&self, clock: impl Fn() -> i64 + Send + 'static) -> Result<Log> {
        let keys = Arc::new(self.existing_keys()?);
        Log::open(&self.location(), keys, clock).map_err(told)
    }

    /// The keys of the log that is there.
    pub fn existing_keys(&self) -> Result<Keys> {
        self.check_format()?;
        let location = self.location();
        if location.head().map_err(told)?.is_some() {
            return self.keys();
        }
        let (what, remedy) = match &location {
            Location::File(path) if path.exists() => ("the log is empty", "restore the newest backup"),
            _ => ("there is no log", "name the data directory with --data, or the database with --database"),
        };
        Err(Error::new(what).at(location.name()).remedy(remedy))
    }

    /// The record of accesses, held to what the log says of it; none: none was ever begun.
    pub async fn existing_accesses(
        &self,
        keys: &Arc<Keys>,
        log: &Log,
        clock: impl Fn() -> i64 + Send + 'static,
    ) -> Result<Option<Log>> {
        let (location, named) = (self.accesses(), store::accesses_of(log).await.map_err(told)?);
        let head = location.head().map_err(told)?;
        let wrong = |what: &str| {
            Err(Error::new(what).at(location.name()).remedy(
                "keep what is left as it is, and restore the newest backup; to go on without, restore a copy of the log \
                 alone: it says so in its chain",
            ))
        };
        match (&head, named) {
            (None, None) => return Ok(None),
            (None, Some(_)) => {
                return wrong("the record of accesses is missing or empty, and the log says that there is one");
            }
            (Some(head), Some(birth)) if head.birth == birth => {}
            // One that was being begun.
            (Some(head), None) if head.pos == 0 => {}
            (Some(_), _) => return wrong("this is not the record of accesses that the log names"),
        }
        Log::open(&location, Arc::clone(keys), clock).map(Some).map_err(told)
    }

    /// The record of accesses to write to, which is begun where there never was one.
    pub async fn accesses_log(
        &self,
        keys: &Arc<Keys>,
        log: &Log,
        clock: impl Fn() -> i64 + Clone + Send + 'static,
    ) -> Result<Log> {
        let standing = self.existing_accesses(keys, log, clock.clone()).await?;
        self.heads(keys).hold_last(Of::Accesses, standing.as_ref()).await?;
        let accesses = match standing {
            Some(accesses) => accesses,
            None => Log::open(&self.accesses(), Arc::clone(keys), clock.clone()).map_err(told)?,
        };
        store::name_accesses(log, Some(&accesses), clock()).await.map_err(told)?;
        Ok(accesses)
    }

    /// The log to write to, which is made where there never was one. `clock` gives microseconds since 1970.
    pub async fn log(&self, keys: &Arc<Keys>, clock: impl Fn() -> i64 + Send + 'static) -> Result<Log> {
        let location = self.location();
        if location.head().map_err(told)?.is_none() {
            let noted = keys.noted().map_err(told)?.map(|(_, pos)| pos).filter(|pos| *pos > 0);
            if let Some(read) = self.was_read().map(|(_, read)| read).chain(noted).next() {
                let what = format!("there is no log, and one was read up to {read} before");
                let begin = format!(
                    "restore the newest backup; to begin without one, remove {} and {}",
                    self.snapshots().display(),
                    self.keys_folder().join(KEYS).display()
                );
                return Err(Error::new(what).at(location.name()).remedy(begin));
            }
            self.heads(keys).hold_last(Of::Events, None).await?;
        }
        let log = Log::open(&self.location(), Arc::clone(keys), clock).map_err(told)?;
        self.goes_as_far_as_was_read(&log).await?;
        self.heads(keys).hold_last(Of::Events, Some(&log)).await?;
        Ok(log)
    }

    /// All kinds of matter over the log, which is made where there never was one.
    pub async fn kinds(
        &self,
        keys: &Arc<Keys>,
        clock: impl Fn() -> i64 + Clone + Send + Sync + 'static,
    ) -> Result<Kinds> {
        self.kinds_over(self.log(keys, clock.clone()).await?, clock).await
    }

    /// The same over a log that is open.
    pub async fn kinds_over(&self, log: Log, clock: impl Fn() -> i64 + Send + Sync + 'static) -> Result<Kinds> {
        let kinds = Kinds::open(log, clock, Some(self.snapshots())).await.map_err(told)?;
        // The one snapshot of all kinds, as there was before each had its own.
        let _ = std::fs::remove_file(self.snapshots().join("desk.json"));
        Ok(kinds)
    }

    /// Refuses a log that ends before what was read of it once, or before where it stood when a key was made, or that is
    /// empty where one was read: its end is lost, and no digest can tell.
    pub async fn goes_as_far_as_was_read(&self, log: &Log) -> Result<()> {
        let (past, head) = log.past().await.map_err(told)?;
        let noted = log.noted().map_err(told)?;
        for (epoch, read) in self.was_read().chain(noted).filter(|(_, read)| *read > 0) {
            let what = match past.standing(epoch) {
                Standing::Now if read > head.pos => {
                    format!("the log ends at {}, and stood at {read} before: its end is lost", head.pos)
                }
                Standing::Unknown => {
                    format!("this is another log than the one that was read up to {read} before: its end is lost")
                }
                Standing::Now | Standing::Until(_) | Standing::GivenUp => continue,
            };
            return Err(Error::new(what).at(self.location().name()).remedy(
                "restore the newest backup; to go on with what is left, make a backup of it, move it away and restore that",
            ));
        }
        Ok(())
    }

    /// Epochs of the log and places up to which it was read.
    fn was_read(&self) -> impl Iterator<Item = (Uuid, u64)> {
        let followed = follower::reached(&self.snapshots());
        let followed = followed.and_then(|(epoch, pos)| Some((epoch.parse().ok()?, pos)));
        store::kept_at(&self.snapshots()).into_iter().chain(followed).filter(|(_, read)| *read > 0)
    }

    /// Epochs of one of the logs that stood here, as far as anything tells: what is put in their place says so.
    pub fn epochs(&self, of: Of, keys: &Keys) -> Result<Vec<Uuid>> {
        let mut epochs = self.heads(keys).epochs(of)?;
        if of == Of::Events {
            epochs.extend(self.was_read().map(|(epoch, _)| epoch));
            epochs.extend(keys.noted().map_err(told)?.map(|(epoch, _)| epoch));
        }
        epochs.sort_unstable();
        epochs.dedup();
        Ok(epochs)
    }

    /// Folder of what can be made anew from the log.
    pub fn snapshots(&self) -> PathBuf {
        self.data.path.join(SNAPSHOTS)
    }

    /// Folder of what people have typed and not sent.
    pub fn drafts_folder(&self) -> PathBuf {
        self.data.path.join("drafts")
    }

    /// The drafts in it, beside their log.
    pub fn drafts(&self, log: &Log) -> Drafts {
        Drafts::of(log, Some(self.drafts_folder()))
    }

    /// Folder of the files that people have brought.
    pub fn attachments_folder(&self) -> PathBuf {
        self.data.path.join("attachments")
    }

    /// The files in it, beside their log.
    pub fn attachments(&self, log: &Log) -> Attachments {
        Attachments::of(log, Some(self.attachments_folder()))
    }

    /// The notes of where the logs ended.
    pub fn heads(&self, keys: &Keys) -> Heads {
        Heads::at(self.data.path.join(heads::FILE), keys)
    }

    pub fn path(&self) -> &Path {
        &self.data.path
    }
}

/// An error of the log, in the words of the command line.
pub fn told(error: store::Error) -> Error {
    Error { what: error.what, at: error.at, remedy: error.remedy }
}

/// Whether a file is there, and is not empty.
fn is_filled(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
}
