//! Where the log and its keys are, for every command that needs them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analytics::lake::{has_format, make_private};
use analytics::{Error, Result};
use clap::Args;
use store::{Desk, Filter, KEY_FILE, KEYS, Keys, Location, Log, View};

use crate::heads::{self, Heads, Of};
use crate::{DataDirectory, follower};

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

    /// Whether there is a log. That of a database is taken to be there: it is not for a demo to fill.
    pub fn location_is_there(&self) -> bool {
        matches!(self.location(), Location::File(path) if path.exists()) || self.database.is_some()
    }

    /// Where it is recorded who saw what: always in the data directory.
    pub fn accesses(&self) -> Location {
        Location::File(self.data.path.join("access.db"))
    }

    /// Refuses a data directory that a program of another format wrote, before anything in it is touched.
    pub fn check_format(&self) -> Result<()> {
        has_format(self.path()).map(drop)
    }

    /// The keys; opened once for each process, which keeps them to its end.
    pub fn keys(&self) -> Result<Keys> {
        self.check_format()?;
        make_private(self.path())?;
        let folder = self.keys_folder();
        let master = self.key_file.clone().unwrap_or_else(|| folder.join(KEY_FILE));
        Keys::open(&folder, &master).map_err(told)
    }

    pub fn keys_folder(&self) -> PathBuf {
        self.data.path.join("keys")
    }

    /// The log that is there; none is made.
    pub fn existing(&self, clock: impl Fn() -> i64 + Send + 'static) -> Result<Log> {
        self.check_format()?;
        let location = self.location();
        if let Location::File(path) = &location
            && !path.exists()
        {
            return Err(Error::new("there is no log").at(path.display()).remedy("name the data directory with --data"));
        }
        Log::open(&location, Arc::new(self.keys()?), clock).map_err(told)
    }

    /// The record of accesses, if there is one.
    pub fn existing_accesses(&self, clock: impl Fn() -> i64 + Send + 'static) -> Result<Option<Log>> {
        let location = self.accesses();
        match &location {
            Location::File(path) if !path.exists() => Ok(None),
            _ => Log::open(&location, Arc::new(self.keys()?), clock).map(Some).map_err(told),
        }
    }

    /// The log to write to, which is made where there never was one. `clock` gives microseconds since 1970.
    pub async fn log(&self, keys: &Arc<Keys>, clock: impl Fn() -> i64 + Send + 'static) -> Result<Log> {
        if let Location::File(path) = self.location()
            && !path.exists()
            && let Some((_, read)) = self.was_read().next()
        {
            let what = format!("there is no log, and one was read up to {read} before");
            let begin = format!(
                "restore the newest backup; to begin without one, remove {} and {}",
                self.snapshots().display(),
                self.keys_folder().join(KEYS).display()
            );
            return Err(Error::new(what).at(path.display()).remedy(begin));
        }
        let log = Log::open(&self.location(), Arc::clone(keys), clock).map_err(told)?;
        self.goes_as_far_as_was_read(&log).await?;
        self.heads(keys).hold_last(Of::Events, Some(&log)).await?;
        Ok(log)
    }

    /// The desk over the log, which is made where there never was one.
    pub async fn desk(
        &self,
        keys: &Arc<Keys>,
        clock: impl Fn() -> i64 + Clone + Send + Sync + 'static,
    ) -> Result<Desk> {
        let log = self.log(keys, clock.clone()).await?;
        Desk::open(log, keys, clock, Some(self.desk_snapshot())).await.map_err(told)
    }

    /// Refuses a log that ends before what was read of it once, or before where it stood when a key was made, or that is
    /// empty where one was read: its end is lost, and no digest can tell.
    pub async fn goes_as_far_as_was_read(&self, log: &Log) -> Result<()> {
        let page = log.read_all(0, Filter::default(), 1).await.map_err(told)?;
        let is_lost =
            |(epoch, read): &(String, u64)| *read > page.head && (page.head == 0 || *epoch == page.epoch.to_string());
        let noted = log.noted().map_err(told)?.map(|(epoch, pos)| (epoch.to_string(), pos));
        match self.was_read().chain(noted).find(is_lost) {
            None => Ok(()),
            Some((_, read)) => {
                let what = format!("the log ends at {}, and stood at {read} before: its end is lost", page.head);
                Err(Error::new(what).remedy(
                    "restore the newest backup; to go on with what is left, make a backup of it, move it away and restore that",
                ))
            }
        }
    }

    /// Epochs of the log and places up to which it was read.
    fn was_read(&self) -> impl Iterator<Item = (String, u64)> {
        let view = View::kept(&self.desk_snapshot()).map(|view| (view.epoch.to_string(), view.pos));
        view.into_iter().chain(follower::reached(&self.snapshots())).filter(|(_, read)| *read > 0)
    }

    fn desk_snapshot(&self) -> PathBuf {
        self.snapshots().join("desk.json")
    }

    /// Folder of what can be made anew from the log.
    pub fn snapshots(&self) -> PathBuf {
        self.data.path.join("snapshots")
    }

    /// What was noted of where the logs ended.
    pub fn heads(&self, keys: &Keys) -> Heads {
        Heads::at(self.data.path.join(heads::FILE), keys)
    }

    pub fn path(&self) -> &Path {
        &self.data.path
    }
}

/// What went wrong with the log, in the words of the command line.
pub fn told(error: store::Error) -> Error {
    Error::new(error.0)
}
