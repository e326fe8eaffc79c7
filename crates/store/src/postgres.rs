//! The log in PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, NoTls, Row};
use uuid::Uuid;

use crate::backend::{Command, FORMAT, Failure, Head, Outcome, Stream};
use crate::event::{Context, Recorded, Sealed};
use crate::planted::{self, Bug};
use crate::{Error, Result};

/// Connections to one database from one process.
const CONNECTIONS: usize = 8;
/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the database may take for one question. It must be longer than its own waits.
const LONGEST: Duration = Duration::from_secs(40);

/// How often, and after how long each time, a server tries to be the only one.
const SERVED_TRIES: usize = 30;
const SERVED_AGAIN: Duration = Duration::from_millis(200);

/// Run by everybody who opens the log; under a lock, because two may come at once.
const SCHEMA: &str = "
SELECT pg_advisory_xact_lock(5027441);
CREATE TABLE IF NOT EXISTS head (
    one boolean PRIMARY KEY CHECK (one),
    pos bigint NOT NULL,
    chain bytea NOT NULL,
    recorded bigint NOT NULL,
    epoch uuid NOT NULL,
    birth uuid NOT NULL,
    keys bytea NOT NULL,
    age bigint NOT NULL,
    format bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS streams (
    stream text COLLATE \"C\" PRIMARY KEY,
    version bigint NOT NULL,
    closed boolean NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    pos bigint PRIMARY KEY CHECK (pos > 0),
    id uuid NOT NULL UNIQUE,
    stream text COLLATE \"C\" NOT NULL,
    version bigint NOT NULL,
    type text NOT NULL,
    schema integer NOT NULL,
    occurred bigint NOT NULL,
    recorded bigint NOT NULL,
    actor text NOT NULL,
    unit text NOT NULL,
    purpose text NOT NULL,
    correlation uuid NOT NULL,
    cause bigint,
    data text NOT NULL,
    subject uuid,
    key_id uuid,
    sealed bytea,
    closes boolean NOT NULL,
    command bytea,
    digest bytea NOT NULL,
    chain bytea NOT NULL,
    UNIQUE (stream, version)
);
CREATE TABLE IF NOT EXISTS commands (
    scope text COLLATE \"C\" NOT NULL,
    key text COLLATE \"C\" NOT NULL,
    request bytea NOT NULL,
    first_pos bigint NOT NULL,
    last_pos bigint NOT NULL,
    recorded bigint NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE OR REPLACE FUNCTION events_are_never_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is never changed'; END $$;
CREATE OR REPLACE TRIGGER events_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_are_never_changed();
";

/// The log's own terms, whatever the site's: a session that died holds the head no longer than this, and what is
/// acknowledged is on disk.
const BEGIN: &str = "
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL lock_timeout = '1s';
SET LOCAL idle_in_transaction_session_timeout = '30s';
SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
";

const COLUMNS: &str = "pos, id, stream, version, type, schema, occurred, recorded, actor, unit, purpose, \
                       correlation, cause, data, subject, key_id, sealed, closes, command, digest, chain";
const COMMAND: &str = "scope, key, request, first_pos, last_pos, recorded, digest";
const HEAD: &str = "pos, chain, recorded, epoch, birth, keys, age";

/// The runtime that drives the connections, on a thread of its own: a thread that waits for the database drives nothing
/// else meanwhile.
struct Driver(Option<Runtime>);

impl Driver {
    fn start() -> Result<Driver> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Ok(Driver(Some(runtime.map_err(|error| Error::new(format!("the database: {error}")))?)))
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let _within = self.0.as_ref().map(Runtime::enter);
        futures::executor::block_on(work)
    }

    /// Waits for an answer, but not for ever: a database that is silent is a lost one.
    fn answer<T>(&self, most: Duration, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        self.wait(async { tokio::time::timeout(most, work).await.unwrap_or(Err(Failure::Lost)) })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A transaction that nobody will end must not go back into the pool.
        if let Some(client) = self.open.take() {
            drop(Object::take(client));
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The last handle may go where waiting for threads is not allowed.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Says to other servers, for as long as it is held, that one serves this database's log.
pub struct Alone {
    _client: tokio_postgres::Client,
    _driver: Driver,
}

impl Alone {
    /// An error where another server serves it; one that is just ending is waited for.
    pub fn on(url: &str) -> Result<Alone> {
        let driver = Driver::start()?;
        let broken = |error: &dyn std::fmt::Display| Error::new(format!("the database: {error}"));
        let client = driver.wait(async {
            let (client, connection) = config(url)?.connect(NoTls).await.map_err(|error| broken(&error))?;
            tokio::spawn(connection);
            for _ in 0..SERVED_TRIES {
                let row = client.query_one("SELECT pg_try_advisory_lock(5027442)", &[]).await;
                if row.map_err(|error| broken(&error))?.get::<_, bool>(0) {
                    return Ok(client);
                }
                tokio::time::sleep(SERVED_AGAIN).await;
            }
            let what = "another server serves the log of this database, perhaps from a copy of this data directory";
            Err(Error::new(what).remedy("end it first: two copies of the keys would go apart"))
        })?;
        Ok(Alone { _client: client, _driver: driver })
    }
}

fn config(url: &str) -> Result<Config> {
    let mut config: Config = url.parse().map_err(|error| Error::new(format!("the database's address: {error}")))?;
    // A peer that is gone is known to be gone in seconds, not in hours.
    config.connect_timeout(PATIENCE).tcp_user_timeout(2 * PATIENCE);
    config.keepalives_idle(2 * PATIENCE).keepalives_interval(PATIENCE);
    Ok(config)
}

/// One of several hands on one database. Every call waits: it belongs on a thread of its own.
pub struct Postgres {
    driver: Arc<Driver>,
    pool: Pool,
    /// The connection of the transaction that is open.
    open: Option<Object>,
}

impl Postgres {
    /// Opens the log of a database, and makes it where there is none.
    pub fn open(url: &str, keys: [u8; 32]) -> Result<Postgres> {
        let log = Postgres::connect(url)?;
        log.prepare(Head::first(Uuid::from_bytes(crate::keys::random()?), keys))?;
        Ok(log)
    }

    /// Where the log of a database ends; none: there is none, and none is made.
    pub fn probe(url: &str) -> Result<Option<Head>> {
        let mut log = Postgres::connect(url)?;
        let stands = log.query("SELECT to_regclass('head') IS NOT NULL", &[]);
        let stands = stands.map_err(unanswered)?.first().is_some_and(|row| row.get::<_, bool>(0));
        if !stands {
            return Ok(None);
        }
        let format = log.query("SELECT format FROM head", &[]).map_err(unanswered)?;
        let Some(row) = format.first() else { return Ok(None) };
        of_format(row.get(0))?;
        log.after(0, 0).map(|(_, head)| Some(head)).map_err(unanswered)
    }

    fn connect(url: &str) -> Result<Postgres> {
        let config = config(url)?;
        // Recycled connections are asked whether they still live: a lost one costs a question, not an append.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Verified };
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycling))
            .max_size(CONNECTIONS)
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .build()
            .map_err(|error| Error::new(format!("the database: {error}")))?;
        Ok(Postgres { driver: Arc::new(Driver::start()?), pool, open: None })
    }

    /// Another hand on the same database.
    pub fn again(&self) -> Postgres {
        Postgres { driver: Arc::clone(&self.driver), pool: self.pool.clone(), open: None }
    }

    fn prepare(&self, first: Head) -> Result<()> {
        // Within the runtime: what waits asks for it when it is made.
        let prepared = self.driver.wait(async { tokio::time::timeout(LONGEST, self.prepared(first)).await });
        prepared.unwrap_or_else(|_| Err(Error::new("the database: it does not answer")))
    }

    async fn prepared(&self, first: Head) -> Result<()> {
        let broken = |error: &dyn std::fmt::Display| Error::new(format!("the database: {error}"));
        let mut client = self.pool.get().await.map_err(|error| broken(&error))?;
        let transaction = client.transaction().await.map_err(|error| broken(&error))?;
        // The first to come makes the tables; the others need not own them, nor wait for those who write.
        let stands = transaction.query_one("SELECT to_regclass('head') IS NOT NULL", &[]).await;
        if !stands.map_err(|error| broken(&error))?.get::<_, bool>(0) {
            transaction.batch_execute(SCHEMA).await.map_err(|error| broken(&error))?;
        }
        let insert = "INSERT INTO head VALUES (true, 0, $1, $2, $3, $4, $5, 0, $6) ON CONFLICT DO NOTHING";
        let (chain, keys) = (first.chain.as_slice(), first.keys.as_slice());
        let values: [&(dyn ToSql + Sync); 6] = [&chain, &first.recorded, &first.epoch, &first.birth, &keys, &FORMAT];
        // The layout first: that of another format has other columns.
        let row = transaction.query_opt("SELECT format FROM head", &[]).await.map_err(|error| broken(&error))?;
        row.map_or(Ok(()), |row| of_format(row.get(0)))?;
        transaction.execute(insert, &values).await.map_err(|error| broken(&error))?;
        let row = transaction.query_one("SELECT format FROM head", &[]).await.map_err(|error| broken(&error))?;
        transaction.commit().await.map_err(|error| broken(&error))?;
        of_format(row.get(0))
    }

    fn query(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Outcome<Vec<Row>> {
        self.driver.answer(LONGEST, async {
            match &self.open {
                Some(client) => rows(client, sql, values).await,
                None => rows(&self.pool.get().await.map_err(|_| Failure::Lost)?, sql, values).await,
            }
        })
    }

    pub fn begin(&mut self) -> Outcome<Head> {
        let client = self.driver.wait(async {
            let client = self.pool.get().await.map_err(|_| Failure::Lost)?;
            let begun = tokio::time::timeout(LONGEST, client.batch_execute(BEGIN)).await;
            match begun.map_or(Err(Failure::Lost), |begun| begun.map_err(failure)) {
                Ok(()) => Ok(client),
                Err(error) => {
                    // A connection with a transaction begun must not go back into the pool.
                    drop(Object::take(client));
                    Err(error)
                }
            }
        })?;
        self.open = Some(client);
        if planted::has(Bug::Serial) {
            self.query("CREATE SEQUENCE IF NOT EXISTS serial INCREMENT BY 2 MINVALUE 0", &[])?;
            let serial = HEAD.replacen("pos", "nextval('serial')", 1);
            return self.head(&format!("SELECT {serial} FROM head"));
        }
        self.head(&format!("SELECT {HEAD} FROM head FOR UPDATE"))
    }

    fn head(&self, sql: &str) -> Outcome<Head> {
        let rows = self.query(sql, &[])?;
        let row = rows.first().ok_or_else(|| Failure::Fatal("the log has no head".into()))?;
        let (pos, age): (i64, i64) = (row.get(0), row.get(6));
        let (chain, keys) = (bytes(row, 1)?, bytes(row, 5)?);
        let (recorded, epoch, birth) = (row.get(2), row.get(3), row.get(4));
        Ok(Head { pos: pos as u64, chain, recorded, epoch, birth, keys, age: age as u64 })
    }

    pub fn command(&mut self, scope: &str, key: &str) -> Outcome<Option<Command>> {
        let sql = format!("SELECT {COMMAND} FROM commands WHERE scope = $1 AND key = $2");
        self.query(&sql, &[&scope, &key])?.first().map(command).transpose()
    }

    pub fn stream(&mut self, name: &str) -> Outcome<Option<Stream>> {
        let rows = self.query("SELECT version, closed FROM streams WHERE stream = $1", &[&name])?;
        Ok(rows.first().map(|row| Stream { version: row.get::<_, i64>(0) as u64, closed: row.get(1) }))
    }

    pub fn put(&mut self, events: &[Recorded], streams: &[(String, Stream)], commands: &[Command]) -> Outcome<()> {
        fn column<'a, R, T>(rows: &'a [R], get: impl Fn(&'a R) -> T) -> Vec<T> {
            rows.iter().map(get).collect()
        }
        let sealed = |get: fn(&Sealed) -> Uuid| column(events, move |event| event.sealed.as_ref().map(get));
        let insert = "INSERT INTO events SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], \
                      $5::text[], $6::int[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[], \
                      $12::uuid[], $13::bigint[], $14::text[], $15::uuid[], $16::uuid[], $17::bytea[], $18::bool[], \
                      $19::bytea[], $20::bytea[], $21::bytea[])";
        self.query(
            insert,
            &[
                &column(events, |it| it.pos as i64),
                &column(events, |it| it.id),
                &column(events, |it| it.stream.as_str()),
                &column(events, |it| it.version as i64),
                &column(events, |it| it.kind.as_str()),
                &column(events, |it| it.schema as i32),
                &column(events, |it| it.occurred),
                &column(events, |it| it.recorded),
                &column(events, |it| it.context.actor.as_str()),
                &column(events, |it| it.context.unit.as_str()),
                &column(events, |it| it.context.purpose.as_str()),
                &column(events, |it| it.context.correlation),
                &column(events, |it| it.context.cause.map(|cause| cause as i64)),
                &column(events, |it| it.data.as_str()),
                &sealed(|sealed| sealed.subject),
                &sealed(|sealed| sealed.key),
                &column(events, |it| it.sealed.as_ref().map(|sealed| sealed.bytes.as_slice())),
                &column(events, |it| it.closes),
                &column(events, |it| it.command.as_ref().map(<[u8; 32]>::as_slice)),
                &column(events, |it| it.digest.as_slice()),
                &column(events, |it| it.chain.as_slice()),
            ],
        )?;
        let names = column(streams, |(name, _)| name.as_str());
        let versions = column(streams, |(_, stream)| stream.version as i64);
        let closed = column(streams, |(_, stream)| stream.closed);
        let stand = "INSERT INTO streams SELECT * FROM unnest($1::text[], $2::bigint[], $3::bool[]) \
                     ON CONFLICT (stream) DO UPDATE SET version = excluded.version, closed = excluded.closed";
        self.query(stand, &[&names, &versions, &closed])?;
        let remember = "INSERT INTO commands SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[], \
                        $5::bigint[], $6::bigint[], $7::bytea[])";
        self.query(
            remember,
            &[
                &column(commands, |it| it.scope.as_str()),
                &column(commands, |it| it.key.as_str()),
                &column(commands, |it| it.request.as_slice()),
                &column(commands, |it| it.first as i64),
                &column(commands, |it| it.last as i64),
                &column(commands, |it| it.recorded),
                &column(commands, |it| it.digest.as_slice()),
            ],
        )?;
        Ok(())
    }

    pub fn commit(&mut self, head: &Head) -> Outcome<()> {
        let (pos, chain, keys, age) = (head.pos as i64, head.chain.as_slice(), head.keys.as_slice(), head.age as i64);
        let set = "UPDATE head SET pos = $1, chain = $2, recorded = $3, epoch = $4, birth = $5, keys = $6, age = $7";
        self.query(set, &[&pos, &chain, &head.recorded, &head.epoch, &head.birth, &keys, &age])?;
        let Some(client) = self.open.take() else { return Err(Failure::Fatal("no transaction is open".into())) };
        let committed = self.driver.answer(LONGEST, async { client.batch_execute("COMMIT").await.map_err(failure) });
        if committed.is_err() {
            // Never back into the pool: who knows what it would do next.
            drop(Object::take(client));
        }
        committed
    }

    pub fn rollback(&mut self) {
        if let Some(client) = self.open.take()
            && self.driver.answer(PATIENCE, async { client.batch_execute("ROLLBACK").await.map_err(failure) }).is_err()
        {
            drop(Object::take(client));
        }
    }

    pub fn after(&mut self, pos: u64, most: usize) -> Outcome<(Vec<Recorded>, Head)> {
        // The head first: what is read after it can only be more.
        let head = self.head(&format!("SELECT {HEAD} FROM head"))?;
        let sql = format!("SELECT {COLUMNS} FROM events WHERE pos > $1 AND pos <= $2 ORDER BY pos LIMIT $3");
        let rows = self.query(&sql, &[&(pos as i64), &(head.pos as i64), &(most as i64)])?;
        Ok((rows.iter().map(recorded).collect::<Outcome<_>>()?, head))
    }

    pub fn of_stream(&mut self, stream: &str, version: u64, to: Option<u64>, most: usize) -> Outcome<Vec<Recorded>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE stream = $1 AND version > $2 \
             AND pos BETWEEN 1 AND coalesce($3, (SELECT pos FROM head)) ORDER BY version LIMIT $4"
        );
        let to = to.map(|to| to as i64);
        let rows = self.query(&sql, &[&stream, &(version as i64), &to, &(most as i64)])?;
        rows.iter().map(recorded).collect()
    }

    pub fn risks(&mut self) -> Outcome<Vec<String>> {
        let sql = "SELECT name FROM pg_settings WHERE setting = 'off' \
                   AND name IN ('fsync', 'full_page_writes', 'data_checksums') ORDER BY name";
        Ok(self.query(sql, &[])?.iter().map(|row| row.get(0)).collect())
    }

    pub fn strays(&mut self) -> Outcome<(bool, bool)> {
        let sql = "SELECT EXISTS (SELECT 1 FROM events WHERE pos < 1), \
                   EXISTS (SELECT 1 FROM events WHERE pos > (SELECT pos FROM head))";
        Ok(self.query(sql, &[])?.first().map_or((false, false), |row| (row.get(0), row.get(1))))
    }

    pub fn streams(&mut self, after: &str, most: usize) -> Outcome<Vec<(String, Stream)>> {
        let sql = "SELECT stream, version, closed FROM streams WHERE stream > $1 ORDER BY stream LIMIT $2";
        let stream = |row: &Row| {
            let version: i64 = row.get(1);
            (row.get(0), Stream { version: version as u64, closed: row.get(2) })
        };
        Ok(self.query(sql, &[&after, &(most as i64)])?.iter().map(stream).collect())
    }

    pub fn commands(&mut self, (scope, key): (&str, &str), most: usize) -> Outcome<Vec<Command>> {
        let sql = format!("SELECT {COMMAND} FROM commands WHERE (scope, key) > ($1, $2) ORDER BY scope, key LIMIT $3");
        self.query(&sql, &[&scope, &key, &(most as i64)])?.iter().map(command).collect()
    }
}

fn of_format(format: i64) -> Result<()> {
    match format {
        FORMAT => Ok(()),
        other => Err(Error::new(format!("the log has format {other}, this program reads {FORMAT}"))
            .at("the database")
            .remedy("use the program that made it")),
    }
}

fn unanswered(failure: Failure) -> Error {
    Error::new(format!("the log cannot be read: {failure}")).at("the database").remedy(failure.remedy())
}

async fn rows(client: &Object, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Outcome<Vec<Row>> {
    let statement = client.prepare_cached(sql).await.map_err(failure)?;
    client.query(&statement, values).await.map_err(failure)
}

fn bytes(row: &Row, at: usize) -> Outcome<[u8; 32]> {
    row.get::<_, &[u8]>(at).try_into().map_err(|_| Failure::Damaged("a digest has another length".into()))
}

fn command(row: &Row) -> Outcome<Command> {
    let (first, last): (i64, i64) = (row.get(3), row.get(4));
    Ok(Command {
        scope: row.get(0),
        key: row.get(1),
        request: bytes(row, 2)?,
        first: first as u64,
        last: last as u64,
        recorded: row.get(5),
        digest: bytes(row, 6)?,
    })
}

fn recorded(row: &Row) -> Outcome<Recorded> {
    let (pos, version, schema): (i64, i64, i32) = (row.get(0), row.get(3), row.get(5));
    let command = row.get::<_, Option<&[u8]>>(18).map(|_| bytes(row, 18)).transpose()?;
    let sealed: Option<Vec<u8>> = row.get(16);
    let sealed = sealed.map(|bytes| Sealed { subject: row.get(14), key: row.get(15), bytes });
    Ok(Recorded {
        pos: pos as u64,
        id: row.get(1),
        stream: row.get(2),
        version: version as u64,
        kind: row.get(4),
        schema: schema as u32,
        occurred: row.get(6),
        recorded: row.get(7),
        context: Context {
            actor: row.get(8),
            unit: row.get(9),
            purpose: row.get(10),
            correlation: row.get(11),
            cause: row.get::<_, Option<i64>>(12).map(|cause| cause as u64),
        },
        data: row.get(13),
        sealed,
        closes: row.get(17),
        command,
        digest: bytes(row, 19)?,
        chain: bytes(row, 20)?,
    })
}

fn failure(error: tokio_postgres::Error) -> Failure {
    let Some(database) = error.as_db_error() else {
        // Not the database's answer: the connection is gone, or was never there.
        return Failure::Lost;
    };
    let (code, what) = (database.code(), database.message().to_string());
    match code {
        &SqlState::DISK_FULL => Failure::Full,
        &SqlState::READ_ONLY_SQL_TRANSACTION => Failure::ReadOnly,
        &SqlState::LOCK_NOT_AVAILABLE | &SqlState::QUERY_CANCELED => Failure::Busy,
        &SqlState::UNIQUE_VIOLATION => Failure::Contradiction(what),
        // By class: what the database says of one statement is of that statement, what it says of itself is of all.
        code => match &code.code()[..2] {
            "08" | "57" => Failure::Lost,
            "40" | "53" | "55" => Failure::Busy,
            "XX" => Failure::Damaged(what),
            "21" | "22" | "54" => Failure::Contradiction(what),
            _ => Failure::Fatal(what),
        },
    }
}
