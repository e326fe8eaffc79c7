//! Keys of personal content, outside the log: to destroy one erases what it sealed, for ever and in every copy.
//!
//! XChaCha20-Poly1305 with random nonces. One data key for each subject, class and year, so that erasure and the end of
//! a retention period destroy keys and rewrite nothing; wrapped by a master key, which is one file.

pub(crate) mod join;

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use calendar::Calendar;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit as MacKey, Mac};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use sha2::Sha256;
use uuid::Uuid;

use crate::backend::{Failure, Head, Outcome};
use crate::event::{NewEvent, Recorded, Sealed};
use crate::sqlite::{failure, made_private, private_folder, write_ahead};
use crate::{Error, Result};

/// Name of the master key's file in the folder of keys.
pub const KEY_FILE: &str = "master";
/// Name of the file of data keys beside it.
pub const KEYS: &str = "keys.db";
const NONCE: usize = 24;
/// How long one who opens the keys, or destroys some, waits for another process.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one who seals does.
const TURN: Duration = Duration::from_millis(500);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS keys (
    key_id BLOB PRIMARY KEY,
    subject BLOB NOT NULL,
    class TEXT NOT NULL,
    year INTEGER NOT NULL,
    wrapped BLOB,
    destroyed INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_in_use ON keys (subject, class, year) WHERE destroyed IS NULL;
-- Which keys these are, how often any were made or destroyed, and where the log stood when one was last made.
CREATE TABLE IF NOT EXISTS bound (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL,
    age INTEGER NOT NULL,
    epoch BLOB,
    pos INTEGER
) STRICT;
-- Who gets no key again: a subject, or content of a class of the years before one. The reason is sealed.
CREATE TABLE IF NOT EXISTS erased (
    subject BLOB,
    class TEXT,
    before INTEGER,
    at INTEGER NOT NULL,
    reason BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS erased_subjects ON erased (subject);
";

/// The key that wraps all others: 32 random bytes.
struct MasterKey([u8; 32]);

impl MasterKey {
    /// Reads the key from its file of 64 hexadecimal digits; makes one where there is none and there `may_make` be one.
    fn at(path: &Path, may_make: bool) -> Result<MasterKey> {
        let named = "name the right file of the master key with --key-file or LUOTSI_KEY_FILE";
        let broken =
            |error: std::io::Error| Error::new(format!("the master key: {error}")).at(path.display()).remedy(named);
        let mut text = String::new();
        match File::open(path) {
            Ok(mut file) => {
                file.read_to_string(&mut text).map_err(broken)?;
                let key = from_hex(text.trim());
                let wrong = || Error::new("the file holds no key of 64 digits").at(path.display()).remedy(named);
                key.map(MasterKey).ok_or_else(wrong)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !may_make => {
                let what = "the master key is not here, and there are keys that it wraps (keys.db)";
                Err(Error::new(what).at(path.display()).remedy(named))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key: [u8; 32] = random()?;
                let folder = path.parent().unwrap_or(Path::new("."));
                private_folder(folder).map_err(broken)?;
                // Whole or not at all: what is sealed with a key that a power cut takes away is lost.
                // Under a name of its own: another process may be making one at the same time, and one of them is it.
                let partial = path.with_extension(format!("partial-{}", hex(&random::<8>()?)));
                let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial);
                let mut file = made.map_err(broken)?;
                file.write_all((hex(&key) + "\n").as_bytes()).and_then(|()| file.sync_all()).map_err(broken)?;
                let linked = fs::hard_link(&partial, path);
                fs::remove_file(&partial).map_err(broken)?;
                File::open(folder).and_then(|folder| folder.sync_all()).map_err(broken)?;
                match linked {
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                        return MasterKey::at(path, false);
                    }
                    linked => linked.map_err(broken)?,
                }
                Ok(MasterKey(key))
            }
            Err(error) => Err(broken(error)),
        }
    }

    /// Refuses keys that were wrapped by another: what is sealed from then on could be read with neither.
    fn is_of(&self, keys: &Connection) -> Result<()> {
        let mut statement =
            keys.prepare("SELECT key_id, wrapped FROM keys WHERE wrapped IS NOT NULL LIMIT 8").map_err(broken)?;
        let wrapped = statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)));
        let wrapped = wrapped.and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>).map_err(broken)?;
        let id = |bytes: &[u8]| Uuid::from_slice(bytes).unwrap_or_default();
        let opened: Vec<_> = wrapped.iter().map(|(key, wrapped)| self.unwrap(id(key), wrapped)).collect();
        // One that the disk has spoilt is reported when it is needed.
        match opened.iter().any(Result::is_ok) || opened.is_empty() {
            true => Ok(()),
            false => opened.into_iter().next().map_or(Ok(()), |first| first.map(drop)),
        }
    }

    /// A data key, opened.
    fn unwrap(&self, id: Uuid, wrapped: &[u8]) -> Result<[u8; 32]> {
        let key = open(&self.0, wrapped, id.as_bytes()).map_err(|_| {
            Error::new("the master key is not the one that these keys were made with")
                .at("keys.db")
                .remedy("name the file of theirs with --key-file or LUOTSI_KEY_FILE")
        })?;
        key.try_into().map_err(|_| Error::new("the keys: a key has another length"))
    }
}

/// Whether a file is a copy of data keys; nothing is made or changed.
pub fn is_keys(path: &Path) -> Result<()> {
    let wrong = |error: rusqlite::Error| {
        Error::new(format!("the file holds no keys: {error}")).at(path.display()).remedy("name a copy of keys.db")
    };
    let keys = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrong)?;
    keys.prepare("SELECT key_id, subject, class, year, wrapped, destroyed FROM keys").map(drop).map_err(wrong)?;
    keys.query_row("SELECT id, age FROM bound", [], |_| Ok(())).map_err(wrong)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.is_ascii() && text.len() == 64;
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok();
    let bytes: Option<Vec<u8>> = digits.then(|| (0..32).map(byte).collect()).flatten();
    bytes?.try_into().ok()
}

/// Random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::new(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// The data keys of one log.
pub struct Keys {
    master: MasterKey,
    /// The half that seals, one group of appends at a time, and destroys.
    making: Mutex<Half<Purpose, DataKey>>,
    /// The half that opens: it does not wait for the disk of the half that seals.
    opening: Mutex<Half<Uuid, [u8; 32]>>,
    folder: PathBuf,
    /// Check value of these keys, by which a log knows them.
    check: [u8; 32],
    /// How often keys were made or destroyed, as far as this process knows.
    age: AtomicU64,
    /// Keys what the log notes of a command: from it nobody guesses what was asked.
    asked: [u8; 32],
    /// Seals the reasons of erasures.
    reasons: [u8; 32],
}

/// An erasure, or the end of the time for which a class of content is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// None: of a class.
    pub subject: Option<Uuid>,
    pub class: Option<String>,
    /// Content of the years before this one.
    pub before: Option<i16>,
    /// Microseconds since 1970.
    pub at: i64,
    pub reason: String,
}

/// The purpose of a key in use: a subject, a class and a year.
type Purpose = (Uuid, String, i16);
/// A key's name and its bytes.
type DataKey = (Uuid, [u8; 32]);

/// A connection to the keys, and what it has found.
struct Half<K, V> {
    database: Connection,
    /// How often keys were destroyed, as the database counts it: another number than before means to look again.
    erasures: i64,
    known: HashMap<K, V>,
}

/// Keys kept in memory.
const KEPT: usize = 100_000;

impl Keys {
    /// The keys in a folder, wrapped by the master key in a file; both are made where there are none.
    pub fn open(folder: &Path, master: &Path) -> Result<Keys> {
        let broken = |error: &dyn std::fmt::Display| {
            Error::new(format!("the keys cannot be opened: {error}"))
                .at(folder.join(KEYS).display())
                .remedy("put back the newest copy of keys.db")
        };
        private_folder(folder).map_err(|error| broken(&error))?;
        let path = folder.join(KEYS);
        made_private(&path).map_err(|error| broken(&error))?;
        let open = || {
            let database = Connection::open(&path)?;
            database.busy_timeout(PATIENCE)?;
            write_ahead(&database)?;
            // A destroyed key must not stay in freed pages.
            database.pragma_update(None, "secure_delete", true)?;
            database.execute_batch(SCHEMA)?;
            Ok::<_, rusqlite::Error>(database)
        };
        let making = open().map_err(|error| broken(&error))?;
        let some = making.query_row("SELECT EXISTS (SELECT 1 FROM keys)", [], |row| row.get::<_, bool>(0));
        let master = MasterKey::at(master, !some.map_err(|error| broken(&error))?)?;
        master.is_of(&making)?;
        let opening = open().map_err(|error| broken(&error))?;
        let fresh: [u8; 16] = random()?;
        let named = making.query_row("SELECT EXISTS (SELECT 1 FROM bound)", [], |row| row.get::<_, bool>(0));
        // Written once: later the disk may be one that can only be read.
        if !named.map_err(|error| broken(&error))? {
            let begin = "INSERT OR IGNORE INTO bound (one, id, age) VALUES (1, ?, 0)";
            making.execute(begin, [fresh.as_slice()]).map_err(|error| broken(&error))?;
        }
        let bound = making.query_row("SELECT id, age FROM bound", [], |row| Ok((row.get(0)?, row.get(1)?)));
        let (id, age): ([u8; 16], i64) = bound.map_err(|error| broken(&error))?;
        // From here on somebody waits for an answer.
        [&making, &opening].into_iter().try_for_each(|it| it.busy_timeout(TURN)).map_err(|error| broken(&error))?;
        let (asked, reasons) = (derived(&master, "requests"), derived(&master, "reasons"));
        Ok(Keys {
            check: check(&master, &id),
            making: Mutex::new(Half::of(making)),
            opening: Mutex::new(Half::of(opening)),
            folder: folder.into(),
            age: AtomicU64::new(age as u64),
            asked,
            reasons,
            master,
        })
    }

    /// Check value of these keys: other keys, also those of another master key, have another.
    pub fn check(&self) -> [u8; 32] {
        self.check
    }

    /// Refuses keys that are not those of a log, or an older copy of them.
    pub fn hold(&self, head: &Head, log: &str) -> Result<()> {
        let wrong = |what: &str, remedy: &str| {
            let at = self.folder.join(KEYS);
            Err(Error::new(format!("the keys {what} ({log})")).at(at.display()).remedy(remedy))
        };
        if head.keys != self.check {
            return wrong(
                "are not those that this log was written with",
                "put back keys.db and the master key that belong to it, or add a copy of them with `luotsi log keys \
                 COPY`; a log in a database is written from one data directory alone, and this may be another",
            );
        }
        match self.has_any() {
            Ok(false) if head.age > 0 => {
                return wrong("are gone: not one is left of those that were made", "put back the newest keys.db");
            }
            Ok(_) => {}
            Err(failure) => return wrong(&format!("cannot be read: {failure}"), failure.remedy()),
        }
        match self.is_of_age(head.age) {
            Ok(true) => Ok(()),
            Ok(false) => wrong(
                "are older than the log: some that it needs, or the word that some were destroyed, are not here",
                "put back the newest keys.db, or add what newer copies have with `luotsi log keys COPY`",
            ),
            Err(failure) => wrong(&format!("cannot be read: {failure}"), failure.remedy()),
        }
    }

    /// Whether any key was ever made here, or anybody erased; a key that was destroyed is remembered, and so is who gets none.
    fn has_any(&self) -> Outcome<bool> {
        let any = "SELECT EXISTS (SELECT 1 FROM keys) OR EXISTS (SELECT 1 FROM erased)";
        let found = held(&self.opening).database.query_row(any, [], |row| row.get(0));
        found.map_err(trouble)
    }

    /// Whether nothing was made or destroyed that is not known here.
    pub(crate) fn is_of_age(&self, age: u64) -> Outcome<bool> {
        if self.age() < age {
            let found = held(&self.opening).database.query_row("SELECT age FROM bound", [], |row| row.get::<_, i64>(0));
            self.age.fetch_max(found.map_err(trouble)? as u64, Ordering::AcqRel);
        }
        Ok(self.age() >= age)
    }

    pub(crate) fn age(&self) -> u64 {
        self.age.load(Ordering::Acquire)
    }

    /// The log's notes of a command's name and of its request: signatures, from which neither can be guessed.
    pub(crate) fn asked(&self, scope: &str, key: &str, request: &[u8; 32]) -> (String, [u8; 32]) {
        let name = signature(&self.asked, &[b"name", scope.as_bytes(), key.as_bytes()]);
        (hex(&name), signature(&self.asked, &[b"request", scope.as_bytes(), key.as_bytes(), request]))
    }

    /// Begins to seal what is written together. From the first that is sealed until it is committed or dropped nobody
    /// else in this process seals.
    pub(crate) fn sealing(&self) -> Sealing<'_> {
        Sealing { keys: self, half: None, begun: false, made: 0 }
    }

    /// Opens what was sealed; none: its key is destroyed.
    pub fn unseal(&self, event: &Recorded) -> Result<Option<Vec<u8>>> {
        let Some(sealed) = &event.sealed else { return Ok(None) };
        let mut half = held(&self.opening);
        half.look().map_err(broken)?;
        let Some(key) = half.key(sealed.key, &self.master)? else { return Ok(None) };
        drop(half);
        let associated = associated(event.id, &event.stream, &event.kind, event.schema);
        open(&key, &sealed.bytes, &associated).map(Some)
    }

    /// Seals a text that is no event, for a place outside the log, with the newest key of a subject and a class; none: there is
    /// none. No key is made for it: keys are counted with the log.
    pub(crate) fn seal_apart(
        &self,
        (subject, class): (Uuid, &str),
        text: &[u8],
        place: &[u8],
    ) -> Result<Option<Sealed>> {
        let newest = "SELECT key_id FROM keys WHERE subject = ? AND class = ? AND destroyed IS NULL \
                      ORDER BY year DESC, key_id LIMIT 1";
        let mut half = held(&self.opening);
        half.look().map_err(broken)?;
        let found = half.database.query_row(newest, params![subject.as_bytes(), class], |row| row.get(0)).optional();
        let Some(id) = found.map_err(broken)?.map(Uuid::from_bytes) else { return Ok(None) };
        let Some(key) = half.key(id, &self.master)? else { return Ok(None) };
        Ok(Some(Sealed { subject, key: id, bytes: close(&key, text, place)? }))
    }

    /// Opens what was sealed for a place outside the log; none: its key is destroyed.
    pub(crate) fn unseal_apart(&self, sealed: &Sealed, place: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut half = held(&self.opening);
        half.look().map_err(broken)?;
        let Some(key) = half.key(sealed.key, &self.master)? else { return Ok(None) };
        open(&key, &sealed.bytes, place).map(Some)
    }

    /// A key for one purpose that is neither of a person nor of content: names of codes, signatures of tokens.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        derived(&self.master, purpose)
    }

    /// Copies the keys, wrapped as they are, to a file that is not there yet. Whole or not at all.
    pub fn copy(&self, to: &Path) -> Result<()> {
        crate::sqlite::copy_database(&self.folder.join(KEYS), to)
    }

    /// Whether content of a subject was ever sealed, also where its keys are destroyed.
    pub fn knows(&self, subject: Uuid) -> Result<bool> {
        let known = "SELECT EXISTS (SELECT 1 FROM keys WHERE subject = ?1) \
                     OR EXISTS (SELECT 1 FROM erased WHERE subject = ?1)";
        held(&self.opening).database.query_row(known, [subject.as_bytes()], |row| row.get(0)).map_err(broken)
    }

    /// Whether a subject was erased.
    pub(crate) fn is_erased(&self, subject: Uuid) -> Result<bool> {
        let erased = "SELECT EXISTS (SELECT 1 FROM erased WHERE subject = ?)";
        let half = held(&self.opening);
        let mut found = half.database.prepare_cached(erased).map_err(broken)?;
        found.query_row([subject.as_bytes()], |row| row.get(0)).map_err(broken)
    }

    /// Every erasure and every end of a retention, the first first.
    pub fn erasures(&self) -> Result<Vec<Erasure>> {
        let half = held(&self.opening);
        let mut all = half
            .database
            .prepare("SELECT subject, class, before, at, reason FROM erased ORDER BY at, rowid")
            .map_err(broken)?;
        let erasure = |row: &rusqlite::Row<'_>| {
            let subject: Option<[u8; 16]> = row.get(0)?;
            let reason: Vec<u8> = row.get(4)?;
            let reason = open(&self.reasons, &reason, b"reason").unwrap_or_default();
            Ok(Erasure {
                subject: subject.map(Uuid::from_bytes),
                class: row.get(1)?,
                before: row.get(2)?,
                at: row.get(3)?,
                reason: String::from_utf8_lossy(&reason).into_owned(),
            })
        };
        all.query_map([], erasure).and_then(Iterator::collect).map_err(broken)
    }

    /// Destroys all keys of a subject; gives how many.
    pub fn destroy(&self, subject: Uuid, reason: &str, now: i64) -> Result<usize> {
        let told = "INSERT INTO erased (subject, at, reason) SELECT ?1, ?2, ?3 \
                    WHERE NOT EXISTS (SELECT 1 FROM erased WHERE subject = ?1)";
        let reason = close(&self.reasons, reason.as_bytes(), b"reason")?;
        let values = params![subject.as_bytes(), now, reason];
        self.destroy_where((told, values), ("subject = ?", params![now, subject.as_bytes()]))
    }

    /// Destroys the keys of a class of content of all years before one; gives how many.
    pub fn expire(&self, class: &str, before: i16, now: i64) -> Result<usize> {
        let told = "INSERT INTO erased (class, before, at, reason) SELECT ?1, ?2, ?3, ?4 \
                    WHERE NOT EXISTS (SELECT 1 FROM erased WHERE class = ?1 AND before >= ?2)";
        let reason = close(&self.reasons, b"retention", b"reason")?;
        let values = params![class, before, now, reason];
        self.destroy_where((told, values), ("class = ? AND year < ?", params![now, class, before]))
    }

    /// `told`: the statement that notes who gets no key again. `values` of the condition: when, and its own.
    fn destroy_where(
        &self,
        told: (&str, &[&dyn rusqlite::ToSql]),
        (condition, values): (&str, &[&dyn rusqlite::ToSql]),
    ) -> Result<usize> {
        let mut making = held(&self.making);
        making.database.busy_timeout(PATIENCE).map_err(broken)?;
        let transaction = making.database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
        let told = transaction.execute(told.0, told.1).map_err(broken)?;
        let destroy = format!("UPDATE keys SET wrapped = NULL, destroyed = ? WHERE destroyed IS NULL AND {condition}");
        let destroyed = transaction.execute(&destroy, values).map_err(broken)?;
        let age = transaction
            .query_row("UPDATE bound SET age = age + ? RETURNING age", [(destroyed + told) as i64], |row| row.get(0))
            .map_err(broken)?;
        let erasures: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(broken)?;
        transaction.pragma_update(None, "user_version", erasures + 1).map_err(broken)?;
        transaction.commit().map_err(broken)?;
        self.grown(age);
        // The old page images go with the write-ahead log; whoever opens meanwhile would hold it.
        let _opening = held(&self.opening);
        let busy = making.database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        making.database.busy_timeout(TURN).map_err(broken)?;
        match busy.map_err(broken)? {
            true => Err(Error::new("the keys are destroyed, but a reader holds their old pages: erase again")),
            false => Ok(destroyed),
        }
    }

    fn grown(&self, age: i64) {
        self.age.fetch_max(age as u64, Ordering::AcqRel);
    }

    /// The fates of keys; each with the place of the first event that it sealed.
    pub(crate) fn fates(&self, keys: &HashMap<Uuid, u64>) -> Result<Vec<(u64, Fate)>> {
        let half = held(&self.opening);
        let sql = "SELECT wrapped, destroyed, subject, class, year FROM keys WHERE key_id = ?";
        let mut find = half.database.prepare_cached(sql).map_err(broken)?;
        let mut fates = Vec::with_capacity(keys.len());
        for (key, pos) in keys {
            let fate = find.query_row([key.as_bytes()], |row| {
                let opens = |wrapped: &[u8]| self.master.unwrap(*key, wrapped).is_ok();
                Ok(match (row.get::<_, Option<Vec<u8>>>(0)?, row.get::<_, Option<i64>>(1)?) {
                    (Some(wrapped), None) if opens(&wrapped) => Fate::Here,
                    (None, Some(_)) => Fate::Destroyed {
                        subject: Uuid::from_bytes(row.get(2)?),
                        class: row.get(3)?,
                        year: row.get(4)?,
                    },
                    _ => Fate::Missing,
                })
            });
            fates.push((*pos, fate.optional().map_err(broken)?.unwrap_or(Fate::Missing)));
        }
        Ok(fates)
    }

    /// Where the log stood at the least when a key was last made, and its epoch: a log that ends before has lost its end.
    pub fn noted(&self) -> Result<Option<(Uuid, u64)>> {
        let noted = "SELECT epoch, pos FROM bound WHERE epoch IS NOT NULL";
        let noted = held(&self.opening)
            .database
            .query_row(noted, [], |row| Ok((Uuid::from_bytes(row.get(0)?), row.get::<_, i64>(1)? as u64)));
        noted.optional().map_err(broken)
    }

    /// Puts everything into the one file of the keys; others may be reading.
    pub(crate) fn settle(&self) -> Result<()> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        held(&self.making).database.query_row(checkpoint, [], |_| Ok(())).map_err(broken)
    }
}

/// The fate of a key that sealed something.
pub(crate) enum Fate {
    /// It opens what it sealed.
    Here,
    /// With an erasure of its subject, or at the end of the time for which its class is kept.
    Destroyed { subject: Uuid, class: String, year: i16 },
    /// It is not here, or the master key does not open it.
    Missing,
}

fn held<T>(half: &Mutex<T>) -> MutexGuard<'_, T> {
    half.lock().unwrap_or_else(PoisonError::into_inner)
}

fn derived(master: &MasterKey, purpose: &str) -> [u8; 32] {
    signature(&master.0, &[b"luotsi", purpose.as_bytes()])
}

/// Check value of the keys of an id.
fn check(master: &MasterKey, id: &[u8]) -> [u8; 32] {
    signature(&derived(master, "keys of a log"), &[id])
}

/// HMAC-SHA-256 of some parts, each with its length, so that no two lists of parts have one signature.
pub fn signature(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key of 32 bytes is always taken.
    let Ok(mut mac) = <Hmac<Sha256> as MacKey>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn broken(error: rusqlite::Error) -> Error {
    Error::new(format!("the keys: {error}"))
}

/// The disk of the keys can be full, busy, or no longer to be trusted, as the log's can.
fn trouble(error: rusqlite::Error) -> Failure {
    match failure(error) {
        Failure::Fatal(what) => Failure::Fatal(format!("the keys: {what}")),
        other => other,
    }
}

/// A group of appends being sealed: the keys that it needs are made together, and are on disk when it is committed.
pub(crate) struct Sealing<'a> {
    keys: &'a Keys,
    half: Option<Making<'a>>,
    /// Keys were made, and stand only in an open transaction.
    begun: bool,
    made: i64,
}

type Making<'a> = MutexGuard<'a, Half<Purpose, DataKey>>;

impl Sealing<'_> {
    /// Seals the personal parts of events. `Failure::Unsealed` is of these events alone.
    pub fn seal(&mut self, events: &[NewEvent]) -> Outcome<Vec<Option<Sealed>>> {
        if self.half.is_none() && events.iter().any(|event| event.personal.is_some()) {
            let mut half = held(&self.keys.making);
            half.look().map_err(trouble)?;
            self.half = Some(half);
        }
        let Some(half) = &mut self.half else { return Ok(vec![None; events.len()]) };
        let (master, begun) = (&self.keys.master, (&mut self.begun, &mut self.made));
        events.iter().map(|event| half.seal(event, master, (&mut *begun.0, &mut *begun.1))).collect()
    }

    /// `head`: the log's, before this group.
    pub fn commit(mut self, (epoch, pos): (Uuid, u64)) -> Outcome<()> {
        if let Some(half) = self.half.as_ref().filter(|_| self.begun) {
            let note = "UPDATE bound SET age = age + ?1, epoch = ?2, \
                        pos = CASE WHEN epoch = ?2 THEN max(pos, ?3) ELSE ?3 END RETURNING age";
            let values = params![self.made, epoch.as_bytes(), pos as i64];
            let age = half.database.query_row(note, values, |row| row.get(0)).map_err(trouble)?;
            half.database.execute_batch("COMMIT").map_err(trouble)?;
            self.keys.grown(age);
            self.begun = false;
        }
        Ok(())
    }
}

impl Half<Purpose, DataKey> {
    fn seal(&mut self, event: &NewEvent, master: &MasterKey, begun: (&mut bool, &mut i64)) -> Outcome<Option<Sealed>> {
        let Some(personal) = &event.personal else { return Ok(None) };
        // The county's year: what is kept to the end of one ends there at midnight.
        let date = Calendar::shipped().local_date(event.occurred);
        let year = date.ok_or_else(|| Failure::Unsealed("the time of an event is outside the calendar".into()))?.year();
        let purpose = (personal.subject, personal.class.clone(), year);
        let (id, key) = match self.known.get(&purpose) {
            Some(known) => *known,
            None => {
                let key = match self.find(&purpose, master)? {
                    Some(key) => key,
                    None => self.make(&purpose, master, begun)?,
                };
                self.known.insert(purpose, key);
                key
            }
        };
        let associated = associated(event.id, &event.stream, &event.kind, event.schema);
        let bytes = close(&key, &personal.text, &associated).map_err(unsealed)?;
        Ok(Some(Sealed { subject: personal.subject, key: id, bytes }))
    }

    fn find(&self, (subject, class, year): &Purpose, master: &MasterKey) -> Outcome<Option<DataKey>> {
        let found: Option<([u8; 16], Vec<u8>)> = self
            .database
            .prepare_cached(
                "SELECT key_id, wrapped FROM keys WHERE subject = ? AND class = ? AND year = ? AND destroyed IS NULL \
                 ORDER BY key_id LIMIT 1",
            )
            .and_then(|mut it| {
                it.query_row(params![subject.as_bytes(), class, year], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(trouble)?;
        let Some((id, wrapped)) = found else { return Ok(None) };
        let id = Uuid::from_bytes(id);
        Ok(Some((id, master.unwrap(id, &wrapped).map_err(unsealed)?)))
    }

    fn make(
        &mut self,
        purpose: &Purpose,
        master: &MasterKey,
        (begun, made): (&mut bool, &mut i64),
    ) -> Outcome<DataKey> {
        if !*begun {
            self.database.execute_batch("BEGIN IMMEDIATE").map_err(trouble)?;
            *begun = true;
            // Another process may have made it meanwhile.
            if let Some(found) = self.find(purpose, master)? {
                return Ok(found);
            }
        }
        let (subject, class, year) = purpose;
        // A key that was destroyed is another thing than one that was never made.
        let erased = "SELECT EXISTS (SELECT 1 FROM erased WHERE subject = ?1) \
                      OR EXISTS (SELECT 1 FROM erased WHERE class = ?2 AND before > ?3)";
        let erased = self
            .database
            .prepare_cached(erased)
            .and_then(|mut it| it.query_row(params![subject.as_bytes(), class, year], |row| row.get::<_, bool>(0)));
        if erased.map_err(trouble)? {
            return Err(Failure::Erased(*subject));
        }
        let (id, key) = (Uuid::from_bytes(random().map_err(unsealed)?), random().map_err(unsealed)?);
        let wrapped = close(&master.0, &key, id.as_bytes()).map_err(unsealed)?;
        let values = params![id.as_bytes(), subject.as_bytes(), class, year, wrapped];
        self.database
            .prepare_cached("INSERT INTO keys (key_id, subject, class, year, wrapped) VALUES (?, ?, ?, ?, ?)")
            .and_then(|mut it| it.execute(values))
            .map_err(trouble)?;
        *made += 1;
        Ok((id, key))
    }
}

impl Drop for Sealing<'_> {
    fn drop(&mut self) {
        if let Some(half) = self.half.as_mut().filter(|_| self.begun) {
            // A key that stands nowhere must not be used again.
            half.known.clear();
            if !half.database.is_autocommit() {
                // Where this fails the connection is of no use, and the next to seal gets an error.
                let _ = half.database.execute_batch("ROLLBACK");
            }
        }
    }
}

fn unsealed(error: Error) -> Failure {
    Failure::Unsealed(error.to_string())
}

impl<K, V> Half<K, V> {
    fn of(database: Connection) -> Half<K, V> {
        Half { database, erasures: 0, known: HashMap::new() }
    }

    /// Forgets what is kept in memory when keys were destroyed since, or when it is much.
    fn look(&mut self) -> rusqlite::Result<()> {
        let erasures = self.database.prepare_cached("PRAGMA user_version")?.query_row([], |row| row.get(0))?;
        if erasures != self.erasures || self.known.len() > KEPT {
            self.known.clear();
        }
        self.erasures = erasures;
        Ok(())
    }
}

impl Half<Uuid, [u8; 32]> {
    fn key(&mut self, id: Uuid, master: &MasterKey) -> Result<Option<[u8; 32]>> {
        if let Some(key) = self.known.get(&id) {
            return Ok(Some(*key));
        }
        let wrapped: Option<Option<Vec<u8>>> = self
            .database
            .prepare_cached("SELECT wrapped FROM keys WHERE key_id = ?")
            .and_then(|mut it| it.query_row([id.as_bytes()], |row| row.get(0)).optional())
            .map_err(broken)?;
        let wrapped = wrapped.ok_or_else(|| Error::new("the key of this content is not here: restore the keys"))?;
        let Some(wrapped) = wrapped else { return Ok(None) };
        let key = master.unwrap(id, &wrapped)?;
        self.known.insert(id, key);
        Ok(Some(key))
    }
}

/// The place to which sealed content belongs: it opens nowhere else.
fn associated(id: Uuid, stream: &str, kind: &str, schema: u32) -> Vec<u8> {
    let lengths = [stream.len() as u64, kind.len() as u64].map(u64::to_be_bytes).concat();
    [id.as_bytes(), lengths.as_slice(), stream.as_bytes(), kind.as_bytes(), &schema.to_be_bytes()].concat()
}

fn close(key: &[u8; 32], text: &[u8], associated: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = random()?;
    let payload = Payload { msg: text, aad: associated };
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt(XNonce::from_slice(&nonce), payload);
    let sealed = sealed.map_err(|_| Error::new("content could not be sealed"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], sealed: &[u8], associated: &[u8]) -> Result<Vec<u8>> {
    let damaged = || Error::new("sealed content is damaged");
    let (nonce, text) = sealed.split_at_checked(NONCE).ok_or_else(damaged)?;
    let payload = Payload { msg: text, aad: associated };
    XChaCha20Poly1305::new(key.into()).decrypt(XNonce::from_slice(nonce), payload).map_err(|_| damaged())
}
