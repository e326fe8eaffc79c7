//! The log in one SQLite file.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

use crate::backend::{Command, FORMAT, Failure, Head, Outcome, Stream};
use crate::event::{Context, Recorded, Sealed};
use crate::planted::{self, Bug};
use crate::{Error, Result};

/// SQLite before this could damage a database that two connections checkpoint at once.
const OLDEST: i32 = 3_051_003;
/// How long one who opens the log waits for another process.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a reader does; only what is being repaired keeps one waiting.
const READ: Duration = Duration::from_secs(2);
/// How long one who has opened it waits: after that it gets an error, and its caller decides.
const TURN: Duration = Duration::from_millis(250);

const SCHEMA: &str = "
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    pos INTEGER NOT NULL,
    chain BLOB NOT NULL,
    recorded INTEGER NOT NULL,
    epoch BLOB NOT NULL,
    birth BLOB NOT NULL,
    keys BLOB NOT NULL,
    age INTEGER NOT NULL,
    format INTEGER NOT NULL
) STRICT;
CREATE TABLE streams (
    stream TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    closed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE events (
    pos INTEGER PRIMARY KEY CHECK (pos > 0),
    id BLOB NOT NULL UNIQUE,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    schema INTEGER NOT NULL,
    occurred INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    actor TEXT NOT NULL,
    unit TEXT NOT NULL,
    purpose TEXT NOT NULL,
    correlation BLOB NOT NULL,
    cause INTEGER,
    data TEXT NOT NULL,
    subject BLOB,
    key_id BLOB,
    sealed BLOB,
    closes INTEGER NOT NULL,
    command BLOB,
    digest BLOB NOT NULL,
    chain BLOB NOT NULL,
    UNIQUE (stream, version)
) STRICT;
CREATE TABLE commands (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    first_pos INTEGER NOT NULL,
    last_pos INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
";

const COLUMNS: &str = "pos, id, stream, version, type, schema, occurred, recorded, actor, unit, purpose, \
                       correlation, cause, data, subject, key_id, sealed, closes, command, digest, chain";
const COMMAND: &str = "scope, key, request, first_pos, last_pos, recorded, digest";

pub struct Sqlite {
    database: Connection,
}

/// Makes a database file that only its owner reads, not even at first anybody else, where there is none: to close one that
/// SQLite has open in this process would give its locks away.
pub fn made_private(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Makes a folder, and those above it, that only its owner reads, where there is none.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

impl Sqlite {
    /// Opens the log of a file for writing; makes it where there is none.
    pub fn open(path: &Path, keys: [u8; 32]) -> Result<Sqlite> {
        let broken = |error: rusqlite::Error| unopened(path, error);
        made_private(path)
            .map_err(|error| Error::new(format!("the log cannot be made: {error}")).at(path.display()))?;
        let mut database = Connection::open(path).map_err(broken)?;
        prepare(&database).map_err(broken)?;
        let first = Head::first(Uuid::from_bytes(crate::keys::random()?), keys);
        let mut made = || {
            write_ahead(&database)?;
            if planted::has(Bug::NotSynced) {
                database.pragma_update(None, "synchronous", "normal")?;
            }
            let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let stands: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'head')",
                [],
                |row| row.get(0),
            )?;
            if !stands {
                transaction.execute_batch(SCHEMA)?;
                let (epoch, birth) = (first.epoch.as_bytes(), first.birth.as_bytes());
                let values =
                    params![first.chain.as_slice(), first.recorded, epoch, birth, first.keys.as_slice(), FORMAT];
                transaction.execute("INSERT INTO head VALUES (1, 0, ?, ?, ?, ?, ?, 0, ?)", values)?;
            }
            transaction.commit()
        };
        made().map_err(broken)?;
        let log = Sqlite { database };
        log.check_format(path)?;
        log.database.busy_timeout(TURN).map_err(broken)?;
        Ok(log)
    }

    /// Opens it for reading only.
    pub fn reader(path: &Path) -> Result<Sqlite> {
        let broken = |error: rusqlite::Error| unopened(path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags).map_err(broken)?;
        prepare(&database).and_then(|()| database.pragma_update(None, "query_only", true)).map_err(broken)?;
        let log = Sqlite { database };
        log.check_format(path)?;
        log.database.busy_timeout(READ).map_err(broken)?;
        Ok(log)
    }

    /// Where the log of a file ends; none: it is an empty database. The file stays untouched.
    pub fn probe(path: &Path) -> Result<Option<Head>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags);
        let log = Sqlite { database: database.map_err(|error| unopened(path, error))? };
        let nothing = "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)";
        if log.database.query_row(nothing, [], |row| row.get(0)).map_err(|error| unopened(path, error))? {
            return Ok(None);
        }
        log.check_format(path)?;
        log.head()
            .map(Some)
            .map_err(|failure| Error::new(failure.to_string()).at(path.display()).remedy(failure.remedy()))
    }

    /// Makes one file of it, which is whole without any other, and proves it.
    pub fn finish(&self) -> Result<()> {
        let broken = |error: rusqlite::Error| Error::new(format!("the copy: {error}"));
        let busy = self.database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        if busy.map_err(broken)? {
            return Err(Error::new("the copy is being read by another process"));
        }
        self.database.pragma_update(None, "journal_mode", "delete").map_err(broken)?;
        let found = self.database.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
        match found.map_err(broken)?.as_str() {
            "ok" => Ok(()),
            other => Err(Error::new(format!("the copy is damaged: {other}"))),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.database.path().map(PathBuf::from).unwrap_or_default()
    }

    fn check_format(&self, path: &Path) -> Result<()> {
        let format = self.database.query_row("SELECT format FROM head", [], |row| row.get::<_, i64>(0));
        match format {
            Ok(FORMAT) => Ok(()),
            Ok(other) => Err(Error::new(format!("the log has format {other}, this program reads {FORMAT}"))
                .at(path.display())
                .remedy("use the program that made it")),
            Err(error) => Err(Error::new(format!("the file is no log: {error}"))
                .at(path.display())
                .remedy("keep it as it is, and restore the newest backup that `luotsi log verify` finds whole")),
        }
    }

    pub fn begin(&mut self) -> Outcome<Head> {
        if planted::has(Bug::AcknowledgedFirst) && !self.database.is_autocommit() {
            self.database.execute_batch("COMMIT").map_err(failure)?;
        }
        self.database.execute_batch("BEGIN IMMEDIATE").map_err(failure)?;
        self.head()
    }

    fn head(&self) -> Outcome<Head> {
        let head = |row: &Row<'_>| {
            let uuid = |at: usize| row.get::<_, [u8; 16]>(at).map(Uuid::from_bytes);
            Ok(Head {
                pos: row.get::<_, i64>(0)? as u64,
                chain: row.get(1)?,
                recorded: row.get(2)?,
                epoch: uuid(3)?,
                birth: uuid(4)?,
                keys: row.get(5)?,
                age: row.get::<_, i64>(6)? as u64,
            })
        };
        let found = self.database.prepare_cached("SELECT pos, chain, recorded, epoch, birth, keys, age FROM head");
        found.and_then(|mut it| it.query_row([], head)).map_err(failure)
    }

    pub fn command(&mut self, scope: &str, key: &str) -> Outcome<Option<Command>> {
        let sql = format!("SELECT {COMMAND} FROM commands WHERE scope = ? AND key = ?");
        let found = self.database.prepare_cached(&sql);
        found.and_then(|mut it| it.query_row([scope, key], command).optional()).map_err(failure)
    }

    pub fn stream(&mut self, name: &str) -> Outcome<Option<Stream>> {
        let found = self.database.prepare_cached("SELECT version, closed FROM streams WHERE stream = ?");
        let stream = |row: &Row<'_>| Ok(Stream { version: row.get::<_, i64>(0)? as u64, closed: row.get(1)? });
        found.and_then(|mut it| it.query_row([name], stream).optional()).map_err(failure)
    }

    pub fn put(&mut self, events: &[Recorded], streams: &[(String, Stream)], commands: &[Command]) -> Outcome<()> {
        self.put_all(events, streams, commands).map_err(failure)
    }

    fn put_all(&self, events: &[Recorded], streams: &[(String, Stream)], commands: &[Command]) -> rusqlite::Result<()> {
        let mut insert = self.database.prepare_cached(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for event in events {
            let (context, sealed) = (&event.context, event.sealed.as_ref());
            insert.execute(params![
                event.pos as i64,
                event.id.as_bytes(),
                event.stream,
                event.version as i64,
                event.kind,
                event.schema,
                event.occurred,
                event.recorded,
                context.actor,
                context.unit,
                context.purpose,
                context.correlation.as_bytes(),
                context.cause.map(|cause| cause as i64),
                event.data,
                sealed.map(|sealed| sealed.subject.as_bytes().as_slice()),
                sealed.map(|sealed| sealed.key.as_bytes().as_slice()),
                sealed.map(|sealed| sealed.bytes.as_slice()),
                event.closes,
                event.command.as_ref().map(<[u8; 32]>::as_slice),
                event.digest.as_slice(),
                event.chain.as_slice(),
            ])?;
        }
        let mut stand = self.database.prepare_cached("INSERT OR REPLACE INTO streams VALUES (?, ?, ?)")?;
        for (name, stream) in streams {
            stand.execute(params![name, stream.version as i64, stream.closed])?;
        }
        let mut remember = self.database.prepare_cached("INSERT INTO commands VALUES (?, ?, ?, ?, ?, ?, ?)")?;
        for command in commands {
            let (request, first, last) = (command.request.as_slice(), command.first as i64, command.last as i64);
            let (recorded, digest) = (command.recorded, command.digest.as_slice());
            remember.execute(params![command.scope, command.key, request, first, last, recorded, digest])?;
        }
        Ok(())
    }

    pub fn commit(&mut self, head: &Head) -> Outcome<()> {
        let (pos, chain, recorded, age) = (head.pos as i64, head.chain.as_slice(), head.recorded, head.age as i64);
        let (epoch, birth, keys) = (head.epoch.as_bytes(), head.birth.as_bytes(), head.keys.as_slice());
        let values = params![pos, chain, recorded, epoch, birth, keys, age];
        let sql = "UPDATE head SET pos = ?, chain = ?, recorded = ?, epoch = ?, birth = ?, keys = ?, age = ?";
        let set = self.database.prepare_cached(sql);
        set.and_then(|mut it| it.execute(values)).map_err(failure)?;
        if planted::has(Bug::AcknowledgedFirst) {
            return Ok(());
        }
        let committed = self.database.execute_batch("COMMIT").map_err(failure);
        if planted::has(Bug::ErrorIgnored) { Ok(()) } else { committed }
    }

    pub fn rollback(&mut self) {
        if !self.database.is_autocommit() {
            // Where this fails the connection is of no use, and the next transaction says so.
            let _ = self.database.execute_batch("ROLLBACK");
        }
    }

    pub fn after(&mut self, pos: u64, most: usize) -> Outcome<(Vec<Recorded>, Head)> {
        // The head first: what is read after it can only be more.
        let head = self.head()?;
        let sql = format!("SELECT {COLUMNS} FROM events WHERE pos > ? AND pos <= ? ORDER BY pos LIMIT ?");
        Ok((self.events(&sql, params![pos as i64, head.pos as i64, most as i64])?, head))
    }

    pub fn of_stream(&mut self, stream: &str, version: u64, to: Option<u64>, most: usize) -> Outcome<Vec<Recorded>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE stream = ? AND version > ? \
             AND pos BETWEEN 1 AND coalesce(?, (SELECT pos FROM head)) ORDER BY version LIMIT ?"
        );
        self.events(&sql, params![stream, version as i64, to.map(|to| to as i64), most as i64])
    }

    pub fn strays(&mut self) -> Outcome<(bool, bool)> {
        let sql = "SELECT EXISTS (SELECT 1 FROM events WHERE pos < 1), \
                   EXISTS (SELECT 1 FROM events WHERE pos > (SELECT pos FROM head))";
        self.database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failure)
    }

    pub fn settle(&mut self) -> Outcome<()> {
        self.database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failure)
    }

    pub fn is_sound(&mut self) -> Outcome<bool> {
        let found = self.database.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        found.map(|found| found == "ok").map_err(failure)
    }

    fn events(&self, sql: &str, values: impl rusqlite::Params) -> Outcome<Vec<Recorded>> {
        let mut query = self.database.prepare_cached(sql).map_err(failure)?;
        let rows = query.query_map(values, recorded).map_err(failure)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failure)
    }

    pub fn streams(&mut self, after: &str, most: usize) -> Outcome<Vec<(String, Stream)>> {
        let sql = "SELECT stream, version, closed FROM streams WHERE stream > ? ORDER BY stream LIMIT ?";
        let mut query = self.database.prepare_cached(sql).map_err(failure)?;
        let rows = query.query_map(params![after, most as i64], |row| {
            Ok((row.get(0)?, Stream { version: row.get::<_, i64>(1)? as u64, closed: row.get(2)? }))
        });
        rows.and_then(Iterator::collect).map_err(failure)
    }

    pub fn commands(&mut self, (scope, key): (&str, &str), most: usize) -> Outcome<Vec<Command>> {
        let sql = format!("SELECT {COMMAND} FROM commands WHERE (scope, key) > (?, ?) ORDER BY scope, key LIMIT ?");
        let mut query = self.database.prepare_cached(&sql).map_err(failure)?;
        let rows = query.query_map(params![scope, key, most as i64], command);
        rows.and_then(Iterator::collect).map_err(failure)
    }
}

fn unopened(path: &Path, error: rusqlite::Error) -> Error {
    let failure = failure(error);
    Error::new(format!("the log cannot be opened: {failure}")).at(path.display()).remedy(failure.remedy())
}

/// Copies a database of one file, also while others write to it, to a file that is not there yet; readable by its owner
/// only, and whole or not at all: a copy that was broken off is begun anew.
pub fn copy_database(from: &Path, to: &Path) -> Result<()> {
    let broken = |error: &dyn std::fmt::Display| {
        Error::new(format!("{} could not be copied: {error}", from.display())).at(to.display())
    };
    if to.exists() {
        return Err(Error::new("there is a file already").at(to.display()).remedy("name another, or move it away"));
    }
    let partial = to.with_extension("partial");
    crate::archive::remove_all(&partial).map_err(|error| broken(&error))?;
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial);
    made.map_err(|error| broken(&error))?;
    let copied = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|database| {
        database.busy_timeout(PATIENCE)?;
        database.execute("VACUUM INTO ?", [partial.to_string_lossy()])
    });
    let placed = copied.map_err(|error| broken(&error)).and_then(|_| crate::archive::place(&partial, to));
    if placed.is_err() {
        let _ = crate::archive::remove_all(&partial);
    }
    placed
}

/// Every commit goes to a log of its own first, and is on disk when it returns.
pub(crate) fn write_ahead(database: &Connection) -> rusqlite::Result<()> {
    let set = || database.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
    let begun = Instant::now();
    let mode = loop {
        match set() {
            // Of two that open a new file at once, one waits: SQLite itself does not, here.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            set => break set?,
        }
    };
    // Where the disk fails here, SQLite keeps the mode that it had and calls it no error.
    if mode != "wal" {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
        return Err(rusqlite::Error::SqliteFailure(code, Some(format!("its journal mode stays {mode}"))));
    }
    database.pragma_update(None, "synchronous", "full")
}

/// Settings of every connection. Patience comes first: what follows may already have to wait.
fn prepare(database: &Connection) -> rusqlite::Result<()> {
    database.busy_timeout(PATIENCE)?;
    database.pragma_update(None, "foreign_keys", true)?;
    database.pragma_update(None, "trusted_schema", false)?;
    database.pragma_update(None, "cell_size_check", true)?;
    database.set_prepared_statement_cache_capacity(32);
    match rusqlite::version_number() {
        OLDEST.. => Ok(()),
        _ => Err(rusqlite::Error::InvalidParameterName("this SQLite can damage a database: 3.51.3 is needed".into())),
    }
}

fn command(row: &Row<'_>) -> rusqlite::Result<Command> {
    Ok(Command {
        scope: row.get(0)?,
        key: row.get(1)?,
        request: row.get(2)?,
        first: row.get::<_, i64>(3)? as u64,
        last: row.get::<_, i64>(4)? as u64,
        recorded: row.get(5)?,
        digest: row.get(6)?,
    })
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<Recorded> {
    let uuid = |at: usize| row.get::<_, [u8; 16]>(at).map(Uuid::from_bytes);
    let sealed = match row.get::<_, Option<Vec<u8>>>(16)? {
        Some(bytes) => Some(Sealed { subject: uuid(14)?, key: uuid(15)?, bytes }),
        None => None,
    };
    Ok(Recorded {
        pos: row.get::<_, i64>(0)? as u64,
        id: uuid(1)?,
        stream: row.get(2)?,
        version: row.get::<_, i64>(3)? as u64,
        kind: row.get(4)?,
        schema: row.get(5)?,
        occurred: row.get(6)?,
        recorded: row.get(7)?,
        context: Context {
            actor: row.get(8)?,
            unit: row.get(9)?,
            purpose: row.get(10)?,
            correlation: uuid(11)?,
            cause: row.get::<_, Option<i64>>(12)?.map(|cause| cause as u64),
        },
        data: row.get(13)?,
        sealed,
        closes: row.get(17)?,
        command: row.get(18)?,
        digest: row.get(19)?,
        chain: row.get(20)?,
    })
}

/// The failure that an error of SQLite means for the writer.
pub(crate) fn failure(error: rusqlite::Error) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Failure::Full,
        Some(ErrorCode::ReadOnly) => Failure::ReadOnly,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Failure::Busy,
        Some(ErrorCode::ConstraintViolation) => Failure::Contradiction(error.to_string()),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Failure::Damaged(error.to_string()),
        // A value that is not what such a column holds, a table or a column that is not there: nothing writes so.
        None => Failure::Damaged(error.to_string()),
        Some(ErrorCode::Unknown) => Failure::Damaged(error.to_string()),
        _ => Failure::Fatal(error.to_string()),
    }
}
