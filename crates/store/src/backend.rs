//! Everything that the log asks of its database, the same of all three kinds.

use uuid::Uuid;

use crate::chain::beginning;
use crate::event::Recorded;
use crate::memory::Memory;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;

/// Version of the layout of the log's tables.
pub const FORMAT: i64 = 2;

/// The head row: where the log ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub pos: u64,
    pub chain: [u8; 32],
    /// When the last event was recorded.
    pub recorded: i64,
    /// Changes when the log is restored from a copy: places taken before then mean nothing. The log itself names each.
    pub epoch: Uuid,
    /// The first epoch, from which the chain begins.
    pub birth: Uuid,
    /// Check value of the keys that the log was written with.
    pub keys: [u8; 32],
    /// How often keys had been made or destroyed when it was last written: those of a lower age are an older copy.
    pub age: u64,
}

impl Head {
    /// Of a log that begins.
    pub(crate) fn first(birth: Uuid, keys: [u8; 32]) -> Head {
        Head { pos: 0, chain: beginning(birth), recorded: i64::MIN, epoch: birth, birth, keys, age: 0 }
    }
}

/// A stream as it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stream {
    pub version: u64,
    pub closed: bool,
}

/// A command that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub scope: String,
    pub key: String,
    pub request: [u8; 32],
    pub first: u64,
    pub last: u64,
    pub recorded: i64,
    /// Of everything above, as it was written.
    pub digest: [u8; 32],
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The disk is full.
    Full,
    ReadOnly,
    /// Another process holds the log for too long.
    Busy,
    /// The connection is lost.
    Lost,
    /// The event to be written contradicts what stands there.
    Contradiction(String),
    /// Personal content could not be sealed.
    Unsealed(String),
    /// The content is of somebody who was erased.
    Erased(Uuid),
    /// The text that stands there cannot be read as what was written.
    Damaged(String),
    /// Nothing can be trusted from here on.
    Fatal(String),
}

pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// The remedy, for the one who runs the log.
    pub fn remedy(&self) -> &'static str {
        match self {
            Failure::Full => "make room on the disk; nothing that was acknowledged is lost",
            Failure::ReadOnly => "make the file and its folder writable for this user",
            Failure::Busy => "end the other process that holds it, or wait for it",
            Failure::Lost => "see whether the database runs and can be reached",
            Failure::Contradiction(_) | Failure::Unsealed(_) | Failure::Erased(_) => {
                "see what `luotsi log verify` says"
            }
            Failure::Damaged(_) | Failure::Fatal(_) => {
                "keep this copy as it is, and restore the newest backup that `luotsi log verify` finds whole"
            }
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Full => out.write_str("the disk is full"),
            Failure::ReadOnly => out.write_str("it may only be read"),
            Failure::Busy => out.write_str("another process holds it"),
            Failure::Lost => out.write_str("the connection to the database is lost"),
            Failure::Erased(subject) => write!(out, "{subject} was erased"),
            Failure::Damaged(what) => write!(out, "it is damaged: {what}"),
            Failure::Contradiction(what) | Failure::Unsealed(what) | Failure::Fatal(what) => out.write_str(what),
        }
    }
}

/// Where a log is kept. A transaction lies between `begin`, which takes the head, and `commit` or `rollback`.
pub enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
    Memory(Memory),
}

macro_rules! each {
    ($backend:expr, $it:ident => $do:expr) => {
        match $backend {
            Backend::Sqlite($it) => $do,
            Backend::Postgres($it) => $do,
            Backend::Memory($it) => $do,
        }
    };
}

impl Backend {
    /// Takes the head, and keeps everybody else from it.
    pub fn begin(&mut self) -> Outcome<Head> {
        each!(self, it => it.begin())
    }

    pub fn command(&mut self, scope: &str, key: &str) -> Outcome<Option<Command>> {
        each!(self, it => it.command(scope, key))
    }

    pub fn stream(&mut self, name: &str) -> Outcome<Option<Stream>> {
        each!(self, it => it.stream(name))
    }

    /// Writes events, the streams as they then stand, and the commands that brought them about.
    pub fn put(&mut self, events: &[Recorded], streams: &[(String, Stream)], commands: &[Command]) -> Outcome<()> {
        each!(self, it => it.put(events, streams, commands))
    }

    /// Sets the head, and everything is on disk when it returns.
    pub fn commit(&mut self, head: &Head) -> Outcome<()> {
        each!(self, it => it.commit(head))
    }

    pub fn rollback(&mut self) {
        each!(self, it => it.rollback());
    }

    /// Events after a place, in order.
    pub fn after(&mut self, pos: u64, most: usize) -> Outcome<(Vec<Recorded>, Head)> {
        each!(self, it => it.after(pos, most))
    }

    /// Events of a stream after a version, in order; up to a place of the log, or to its head. Anything beyond that, or
    /// before the first place, was never appended.
    pub fn of_stream(&mut self, stream: &str, version: u64, to: Option<u64>, most: usize) -> Outcome<Vec<Recorded>> {
        each!(self, it => it.of_stream(stream, version, to, most))
    }

    /// Whether events stand where nothing was ever appended: before the first place, and beyond the head.
    pub fn strays(&mut self) -> Outcome<(bool, bool)> {
        match self {
            Backend::Sqlite(sqlite) => sqlite.strays(),
            Backend::Postgres(postgres) => postgres.strays(),
            Backend::Memory(_) => Ok((false, false)),
        }
    }

    /// Puts everything into its one file, where there is one; others may be reading.
    pub fn settle(&mut self) -> Outcome<()> {
        match self {
            Backend::Sqlite(sqlite) => sqlite.settle(),
            Backend::Postgres(_) | Backend::Memory(_) => Ok(()),
        }
    }

    /// Whether the database finds its own file as it should be.
    pub fn is_sound(&mut self) -> Outcome<bool> {
        match self {
            Backend::Sqlite(sqlite) => sqlite.is_sound(),
            // It has its own checksums and its own tools, and of memory there is nothing to say.
            Backend::Postgres(_) | Backend::Memory(_) => Ok(true),
        }
    }

    /// Settings of the database by which what is acknowledged can be lost with its power, or be spoilt unnoticed.
    pub fn risks(&mut self) -> Outcome<Vec<String>> {
        match self {
            Backend::Postgres(postgres) => postgres.risks(),
            // The log sets its own file's.
            Backend::Sqlite(_) | Backend::Memory(_) => Ok(Vec::new()),
        }
    }

    /// Every stream in the order of names, after one.
    pub fn streams(&mut self, after: &str, most: usize) -> Outcome<Vec<(String, Stream)>> {
        each!(self, it => it.streams(after, most))
    }

    /// Every command in the order of scopes and keys, after one.
    pub fn commands(&mut self, after: (&str, &str), most: usize) -> Outcome<Vec<Command>> {
        each!(self, it => it.commands(after, most))
    }
}
