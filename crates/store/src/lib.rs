//! The event log: what happened, written once, in one order, never changed.
//!
//! One writer takes appends in groups, gives each event its place under the lock of the head row, and acknowledges when
//! the group is on disk. SQLite, PostgreSQL and a model in memory stand behind one enum and one conformance suite.
//! Personal content is sealed with keys that live outside the log: to erase is to destroy a key, and the chain of
//! digests stays whole.

mod accesses;
mod archive;
mod attachments;
mod backend;
mod chain;
mod decided;
mod drafts;
mod event;
mod keys;
mod kind;
mod log;
mod matters;
mod memory;
mod phases;
mod planted;
mod postgres;
mod sqlite;
mod store;
mod tokens;
mod view;

pub use accesses::{accesses_of, name_accesses};
pub use archive::{Epoch, copy, files_of, is_log, retell};
pub use attachments::{Attachments, digest_of};
pub use backend::Head;
pub use chain::{ChainReport, Fault, Past, Standing};
pub use decided::Denied;
pub use drafts::{DRAFT_KEPT, Draft, Drafts};
pub use event::{
    Append, AppendError, Appended, Command, Context, Decide, Expect, MOST_BYTES, NewEvent, Personal, Recorded, Sealed,
};
pub use keys::join::Joined;
pub use keys::{Erasure, KEY_FILE, KEYS, Keys, hex, is_keys, random, signature};
pub use kind::{AnyKind, Happened, Kind, Number, dated, digest, request};
pub use log::{Filter, KEY_MISSING, Location, Log, Page, Reader};
pub use matters::{Listed, Matters, Which};
pub use postgres::Alone;
pub use sqlite::copy_database;
pub use store::{Asked, Done, Opening, Store};
pub use tokens::{Tokens, withdraw_tokens};
pub use view::{Kept, Topic, View, kept_at};

/// An id for something that happens now, in microseconds since 1970: UUIDv7.
pub fn new_id(now: i64) -> uuid::Uuid {
    let at = uuid::Timestamp::from_unix(
        uuid::NoContext,
        now.div_euclid(1_000_000).unsigned_abs(),
        (now.rem_euclid(1_000_000) * 1000) as u32,
    );
    uuid::Uuid::new_v7(at)
}

/// An error of the log, in words for the one who runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub what: String,
    /// File or database, as far as known.
    pub at: Option<String>,
    pub remedy: Option<String>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(what: impl Into<String>) -> Error {
        Error { what: what.into(), at: None, remedy: None }
    }

    fn at(mut self, place: impl std::fmt::Display) -> Error {
        self.at = Some(place.to_string());
        self
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Error {
        self.remedy = Some(remedy.into());
        self
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.what)?;
        self.at.iter().try_for_each(|at| write!(out, " (at {at})"))?;
        self.remedy.iter().try_for_each(|remedy| write!(out, "; {remedy}"))
    }
}

impl std::error::Error for Error {}
