//! Keys of personal content, outside the log: to destroy one erases what it sealed, for ever and in every copy.
//!
//! XChaCha20-Poly1305 with random nonces. One data key for each subject, class and year, so that erasure and the end of
//! a retention period destroy keys and rewrite nothing; wrapped by a master key, which is one file.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit as MacKey, Mac};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;
use uuid::Uuid;

use crate::event::{NewEvent, Recorded, Sealed};
use crate::{Error, Result};

/// Name of the master key's file in the folder of keys.
pub const KEY_FILE: &str = "master";
/// Name of the file of data keys beside it.
pub const KEYS: &str = "keys.db";
const NONCE: usize = 24;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS keys (
    key_id BLOB PRIMARY KEY,
    subject BLOB NOT NULL,
    class TEXT NOT NULL,
    year INTEGER NOT NULL,
    wrapped BLOB,
    destroyed INTEGER,
    reason TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS keys_in_use ON keys (subject, class, year) WHERE destroyed IS NULL;
";

/// The key that wraps all others: 32 random bytes.
struct MasterKey([u8; 32]);

impl MasterKey {
    /// Reads the key from its file of 64 hexadecimal digits; makes one where there is none and there `may_make` be one.
    fn at(path: &Path, may_make: bool) -> Result<MasterKey> {
        let broken = |error: std::io::Error| Error::new(format!("the key file {}: {error}", path.display()));
        let mut text = String::new();
        match File::open(path) {
            Ok(mut file) => {
                file.read_to_string(&mut text).map_err(broken)?;
                let key = from_hex(text.trim());
                key.map(MasterKey).ok_or_else(|| Error::new(format!("{} holds no key of 64 digits", path.display())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !may_make => Err(Error::new(format!(
                "the master key {} is not here, and there are keys that it wraps: name its file with LUOTSI_KEY_FILE",
                path.display()
            ))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key: [u8; 32] = random()?;
                let folder = path.parent().unwrap_or(Path::new("."));
                fs::create_dir_all(folder).map_err(broken)?;
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
pub struct Keys(Mutex<Inner>);

struct Inner {
    database: Connection,
    /// As SQLite counts it: another number means that another process has changed the keys.
    version: i64,
    master: MasterKey,
    /// Keys in use by subject, class and year; emptied when it has grown large.
    known: HashMap<(Uuid, String, i16), (Uuid, [u8; 32])>,
    opened: HashMap<Uuid, [u8; 32]>,
}

/// Keys kept in memory.
const KEPT: usize = 100_000;

impl Keys {
    /// The keys in a folder, wrapped by the master key in a file; both are made where there are none.
    pub fn open(folder: &Path, master: &Path) -> Result<Keys> {
        let broken = |error: &dyn std::fmt::Display| Error::new(format!("the keys in {}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(|error| broken(&error))?;
        let path = folder.join(KEYS);
        // The file must never be readable by others, not even at first.
        // Only where there is none: to close a file that SQLite has open in this process gives its locks away.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(broken(&error)),
            _ => {}
        }
        let open = || {
            let database = Connection::open(&path)?;
            database.busy_timeout(std::time::Duration::from_secs(30))?;
            database.pragma_update(None, "journal_mode", "wal")?;
            database.pragma_update(None, "synchronous", "full")?;
            // A destroyed key must not stay in freed pages.
            database.pragma_update(None, "secure_delete", true)?;
            database.execute_batch(SCHEMA)?;
            Ok::<_, rusqlite::Error>(database)
        };
        let database = open().map_err(|error| broken(&error))?;
        let some = database.query_row("SELECT EXISTS (SELECT 1 FROM keys)", [], |row| row.get::<_, bool>(0));
        let master = MasterKey::at(master, !some.map_err(|error| broken(&error))?)?;
        let (known, opened) = (HashMap::new(), HashMap::new());
        Ok(Keys(Mutex::new(Inner { database, version: 0, master, known, opened })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seals the personal parts of events; keys that had to be made are on disk when it returns.
    pub fn seal<'a>(&self, events: impl Iterator<Item = &'a NewEvent>) -> Result<Vec<Option<Sealed>>> {
        let mut inner = self.inner();
        inner.look()?;
        let mut begun = false;
        let sealed: Result<Vec<_>> = events.map(|event| inner.seal(event, &mut begun)).collect();
        if begun {
            let end = if sealed.is_ok() { "COMMIT" } else { "ROLLBACK" };
            let ended = inner.database.execute_batch(end);
            if sealed.is_err() || ended.is_err() {
                // What stands nowhere must not be used again.
                inner.known.clear();
            }
            ended.map_err(broken)?;
        }
        sealed
    }

    /// Opens what was sealed; none: its key is destroyed.
    pub fn unseal(&self, event: &Recorded) -> Result<Option<Vec<u8>>> {
        let Some(sealed) = &event.sealed else { return Ok(None) };
        let mut inner = self.inner();
        inner.look()?;
        let Some(key) = inner.key(sealed.key)? else { return Ok(None) };
        drop(inner);
        let associated = associated(event.id, &event.stream, &event.kind, event.schema);
        open(&key, &sealed.bytes, &associated).map(Some)
    }

    /// A key for one purpose that is neither of a person nor of content: names of codes, signatures of tokens.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        signature(&self.inner().master.0, &[b"luotsi", purpose.as_bytes()])
    }

    /// Copies the keys, wrapped as they are, to a file that is not there yet.
    pub fn copy(&self, to: &Path) -> Result<()> {
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
        made.map_err(|error| Error::new(format!("the copy of the keys {}: {error}", to.display())))?;
        self.inner().database.execute("VACUUM INTO ?", [to.to_string_lossy()]).map(|_| ()).map_err(broken)
    }

    /// Destroys all keys of a subject; gives how many.
    pub fn destroy(&self, subject: Uuid, reason: &str, now: i64) -> Result<usize> {
        let mut inner = self.inner();
        inner.look()?;
        inner.known.clear();
        inner.opened.clear();
        let destroyed = inner.database.execute(
            "UPDATE keys SET wrapped = NULL, destroyed = ?, reason = ? WHERE subject = ? AND destroyed IS NULL",
            params![now, reason, subject.as_bytes()],
        );
        let destroyed = destroyed.map_err(broken)?;
        // The old page images go with the write-ahead log.
        let busy = inner.database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        match busy.map_err(broken)? {
            true => Err(Error::new("the keys are destroyed, but a reader holds their old pages: erase again")),
            false => Ok(destroyed),
        }
    }
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

impl Inner {
    /// Forgets what is kept in memory when another process has changed the keys, or when it is much.
    fn look(&mut self) -> Result<()> {
        if !self.database.is_autocommit() {
            // What broke off must not become part of what comes now.
            self.database.execute_batch("ROLLBACK").map_err(broken)?;
        }
        let version = self.database.query_row("PRAGMA data_version", [], |row| row.get(0)).map_err(broken)?;
        if version != self.version || self.known.len() > KEPT || self.opened.len() > KEPT {
            self.known.clear();
            self.opened.clear();
        }
        self.version = version;
        Ok(())
    }

    fn seal(&mut self, event: &NewEvent, begun: &mut bool) -> Result<Option<Sealed>> {
        let Some(personal) = &event.personal else { return Ok(None) };
        let year = jiff::Timestamp::from_microsecond(event.occurred)
            .map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).year())
            .map_err(|error| Error::new(format!("the time of an event: {error}")))?;
        let wanted = (personal.subject, personal.class.clone(), year);
        let (id, key) = match self.known.get(&wanted) {
            Some(known) => *known,
            None => {
                let found = self.find(&wanted)?;
                let key = match found {
                    Some(key) => key,
                    None => self.make(&wanted, begun)?,
                };
                self.known.insert(wanted, key);
                key
            }
        };
        let associated = associated(event.id, &event.stream, &event.kind, event.schema);
        let bytes = close(&key, &personal.text, &associated)?;
        Ok(Some(Sealed { subject: personal.subject, key: id, bytes }))
    }

    fn find(&self, (subject, class, year): &(Uuid, String, i16)) -> Result<Option<(Uuid, [u8; 32])>> {
        let found: Option<(Vec<u8>, Vec<u8>)> = self
            .database
            .prepare_cached(
                "SELECT key_id, wrapped FROM keys WHERE subject = ? AND class = ? AND year = ? AND destroyed IS NULL",
            )
            .and_then(|mut it| {
                it.query_row(params![subject.as_bytes(), class, year], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(broken)?;
        let Some((id, wrapped)) = found else { return Ok(None) };
        let id = Uuid::from_slice(&id).map_err(|error| Error::new(format!("the keys: {error}")))?;
        Ok(Some((id, self.unwrap(id, &wrapped)?)))
    }

    fn make(&self, wanted: &(Uuid, String, i16), begun: &mut bool) -> Result<(Uuid, [u8; 32])> {
        if !*begun {
            self.database.execute_batch("BEGIN IMMEDIATE").map_err(broken)?;
            *begun = true;
            // Another process may have made it meanwhile.
            if let Some(found) = self.find(wanted)? {
                return Ok(found);
            }
        }
        let (subject, class, year) = wanted;
        let (id, key) = (Uuid::from_bytes(random()?), random()?);
        let wrapped = close(&self.master.0, &key, id.as_bytes())?;
        let values = params![id.as_bytes(), subject.as_bytes(), class, year, wrapped];
        self.database
            .prepare_cached("INSERT INTO keys (key_id, subject, class, year, wrapped) VALUES (?, ?, ?, ?, ?)")
            .and_then(|mut it| it.execute(values))
            .map_err(broken)?;
        Ok((id, key))
    }

    fn key(&mut self, id: Uuid) -> Result<Option<[u8; 32]>> {
        if let Some(key) = self.opened.get(&id) {
            return Ok(Some(*key));
        }
        let wrapped: Option<Option<Vec<u8>>> = self
            .database
            .query_row("SELECT wrapped FROM keys WHERE key_id = ?", [id.as_bytes()], |row| row.get(0))
            .optional()
            .map_err(broken)?;
        let wrapped = wrapped.ok_or_else(|| Error::new("the key of this content is not here: restore the keys"))?;
        let Some(wrapped) = wrapped else { return Ok(None) };
        let key = self.unwrap(id, &wrapped)?;
        self.opened.insert(id, key);
        Ok(Some(key))
    }

    fn unwrap(&self, id: Uuid, wrapped: &[u8]) -> Result<[u8; 32]> {
        let key = open(&self.master.0, wrapped, id.as_bytes())
            .map_err(|_| Error::new("the master key is not the one that these keys were made with"))?;
        key.try_into().map_err(|_| Error::new("the keys: a key has another length"))
    }
}

/// What sealed content belongs to: it opens nowhere else.
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
