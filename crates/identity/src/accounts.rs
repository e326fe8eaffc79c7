//! Local accounts: a name, a password and a one-time code. In `accounts.db` stands nothing that opens one without the
//! county's master key: passwords are hashed with a key of it, and secrets of authenticators are made with it.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{Error, Result, signature};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::totp::{SECRET, base32, step_of};

/// The file of the accounts in a data directory.
pub const FILE: &str = "accounts.db";
/// How long the code of a new account opens it, in microseconds.
pub const LASTS: i64 = 24 * 3_600_000_000;
/// Characters of a password, at least and at most.
pub const LEAST_PASSWORD: usize = 12;
const MOST_PASSWORD: usize = 200;
/// Different ones among them, at least.
const LEAST_DIFFERENT: usize = 5;
/// Characters of a name, at most.
const MOST_NAME: usize = 64;
/// Passwords that are hashed at a time: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;
/// How many wait for it: the others ask again.
const WAITING: usize = 30;
/// How long the program waits for another that writes.
const TURN: Duration = Duration::from_secs(5);

/// Passwords that are tried first wherever somebody guesses; shorter ones are refused in any case.
const GUESSED: &str = include_str!("../../../rules/guessed-passwords.txt");
/// A password of nobody: of a name that is not there it is looked at as long as of any other.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$\
                       bm9ib2R5bm9ib2R5bm9ib2R5bm9ib2R5bm9ib2R5bm8";

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY,
    person TEXT NOT NULL UNIQUE,
    -- From these bytes and the county's key the authenticator's secret is made.
    salt BLOB NOT NULL,
    -- None: nobody has set it up yet.
    password TEXT,
    -- The step of the code that was used last: each is used once.
    step INTEGER NOT NULL DEFAULT 0,
    -- Digest of the code with which it is set up, and until when; none: it was.
    code BLOB,
    code_until INTEGER
) STRICT, WITHOUT ROWID;
";

/// The accounts of a county.
pub struct Accounts {
    database: Mutex<Connection>,
    key: [u8; 32],
    hashing: Arc<Semaphore>,
    /// Places of those who hash and of those who wait for it.
    places: Arc<Semaphore>,
}

/// An account as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    /// The id of the person whose it is.
    pub person: String,
    pub standing: Standing,
}

/// How an account stands. Times are microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its person sets it up with a code until then.
    Waits {
        until: i64,
    },
    InUse,
}

/// Why an account cannot be made or found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unable {
    /// It is no name: empty, or longer than 64 characters.
    Name,
    /// The name is another person's.
    NameTaken,
    /// The person has an account.
    HasOne,
    NotThere,
}

/// The thing that is wrong with what somebody typed to set up their account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// There is no such name, or not this code, or its time is over.
    SetUpCode,
    PasswordShort,
    PasswordLong,
    /// It is among those that are guessed first.
    PasswordGuessed,
    /// The code of the authenticator.
    OneTimeCode,
}

/// An account as it is stored.
struct Stored {
    salt: Vec<u8>,
    person: String,
    password: Option<String>,
    code: Option<Vec<u8>>,
    code_until: i64,
}

impl Accounts {
    /// Those of a file, which is made where there is none; without a file they end with the program. `key`: the county's.
    pub fn open(file: Option<&Path>, key: [u8; 32]) -> Result<Accounts> {
        let database = match file {
            Some(file) => {
                // Nobody else reads it, not even at first.
                match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
                    Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                        return Err(Error::new(format!("the accounts cannot be made: {error}")));
                    }
                    _ => Connection::open(file),
                }
            }
            None => Connection::open_in_memory(),
        };
        let database = database.map_err(broken)?;
        database.busy_timeout(TURN).map_err(broken)?;
        database.execute_batch(SCHEMA).map_err(broken)?;
        let of = |number| Arc::new(Semaphore::new(number));
        let (hashing, places) = (of(AT_ONCE), of(AT_ONCE + WAITING));
        Ok(Accounts { database: Mutex::new(database), key, hashing, places })
    }

    /// Makes an account for a person; gives the code with which they set it up.
    pub fn add(&self, name: &str, person: &str, now: i64) -> Result<std::result::Result<String, Unable>> {
        let Some(name) = named(name) else { return Ok(Err(Unable::Name)) };
        let (code, digest, salt) = self.new_code(&name)?;
        let database = self.database();
        let taken = database.query_row(
            "SELECT name = ?1 FROM accounts WHERE name = ?1 OR person = ?2 ORDER BY name = ?1 DESC",
            params![name, person],
            |row| row.get(0),
        );
        match taken.optional().map_err(broken)? {
            Some(true) => return Ok(Err(Unable::NameTaken)),
            Some(false) => return Ok(Err(Unable::HasOne)),
            None => {}
        }
        let insert = "INSERT INTO accounts (name, person, salt, code, code_until) VALUES (?, ?, ?, ?, ?)";
        let done = database.execute(insert, params![name, person, salt, digest, now + LASTS]);
        done.map_err(broken)?;
        Ok(Ok(code))
    }

    /// Takes password and authenticator from an account; gives a new code with which its person sets it up again.
    pub fn reset(&self, name: &str, now: i64) -> Result<std::result::Result<String, Unable>> {
        let Some(name) = named(name) else { return Ok(Err(Unable::NotThere)) };
        let (code, digest, salt) = self.new_code(&name)?;
        let update = "UPDATE accounts SET salt = ?, password = NULL, step = 0, code = ?, code_until = ? WHERE name = ?";
        let done = self.database().execute(update, params![salt, digest, now + LASTS, name]).map_err(broken)?;
        Ok(if done == 0 { Err(Unable::NotThere) } else { Ok(code) })
    }

    /// Takes an account away.
    pub fn close(&self, name: &str) -> Result<std::result::Result<(), Unable>> {
        let name = named(name).unwrap_or_default();
        let done = self.database().execute("DELETE FROM accounts WHERE name = ?", [name]).map_err(broken)?;
        Ok(if done == 0 { Err(Unable::NotThere) } else { Ok(()) })
    }

    /// Whether there is one.
    pub fn are_any(&self) -> Result<bool> {
        let found = self.database().query_row("SELECT EXISTS (SELECT 1 FROM accounts)", [], |row| row.get(0));
        found.map_err(broken)
    }

    /// Whether a person has one in use.
    pub fn lets_in(&self, person: &str) -> Result<bool> {
        let select = "SELECT EXISTS (SELECT 1 FROM accounts WHERE person = ? AND password IS NOT NULL)";
        self.database().query_row(select, [person], |row| row.get(0)).map_err(broken)
    }

    /// All of them, by name.
    pub fn all(&self) -> Result<Vec<Account>> {
        let database = self.database();
        let mut statement = database
            .prepare("SELECT name, person, iif(password IS NULL, code_until, NULL) FROM accounts ORDER BY name")
            .map_err(broken)?;
        let account = |row: &Row<'_>| {
            let until: Option<i64> = row.get(2)?;
            let standing = until.map_or(Standing::InUse, |until| Standing::Waits { until });
            Ok(Account { name: row.get(0)?, person: row.get(1)?, standing })
        };
        let all = statement.query_map([], account).and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>);
        all.map_err(broken)
    }

    /// The secret for the authenticator of an account that somebody sets up with a code; none: not with this one.
    pub fn secret(&self, name: &str, code: &str, now: i64) -> Result<Option<[u8; SECRET]>> {
        let Some(name) = named(name) else { return Ok(None) };
        let account = self.stored(&name)?.filter(|it| self.is_set_up_by(it, &name, code, now));
        Ok(account.map(|it| self.secret_of(&it.salt)))
    }

    /// Sets an account up: from now on it is opened by this password and this authenticator. Gives the person whose it is.
    pub async fn set_up(
        self: &Arc<Accounts>,
        (name, code): (&str, &str),
        password: &str,
        one_time_code: &str,
        now: i64,
    ) -> Result<std::result::Result<String, Wrong>> {
        let Some(name) = named(name) else { return Ok(Err(Wrong::SetUpCode)) };
        let stored = self.stored(&name)?.filter(|it| self.is_set_up_by(it, &name, code, now));
        let Some(stored) = stored else { return Ok(Err(Wrong::SetUpCode)) };
        let password: String = password.nfc().collect();
        if let Some(wrong) = wrong_password(&password, &name) {
            return Ok(Err(wrong));
        }
        let Some(step) = step_of(&self.secret_of(&stored.salt), one_time_code, now) else {
            return Ok(Err(Wrong::OneTimeCode));
        };
        let hash = self.hashed(move |it| it.hash(&password)).await?;
        let update = "UPDATE accounts SET password = ?, step = ?, code = NULL, code_until = NULL \
                      WHERE name = ? AND code = ?";
        // Of two who set it up at once with one code, one has.
        let done = self.database().execute(update, params![hash?, step, name, stored.code]).map_err(broken)?;
        Ok(if done == 0 { Err(Wrong::SetUpCode) } else { Ok(stored.person) })
    }

    /// The person whose account it is, if all three are right; the code is used up then. Whatever is wrong, the answer takes
    /// as long.
    pub async fn enter(
        self: &Arc<Accounts>,
        name: &str,
        password: &str,
        one_time_code: &str,
        now: i64,
    ) -> Result<Option<String>> {
        let name = named(name).unwrap_or_default();
        let stored = self.stored(&name)?;
        let hash = stored.as_ref().and_then(|it| it.password.clone());
        let (is_there, hash) = (hash.is_some(), hash.unwrap_or_else(|| NOBODYS.into()));
        // A text that is longer than any password is not taken in whole.
        let password: String = password.nfc().take(MOST_PASSWORD + 1).collect();
        let is_right = self.hashed(move |it| it.is_right(&password, &hash)).await?;
        let salt = stored.as_ref().map_or(&[][..], |it| &it.salt);
        let step = step_of(&self.secret_of(salt), one_time_code, now);
        let (Some(step), Some(stored), true) = (step, stored, is_there && is_right) else { return Ok(None) };
        let used = self.database().execute(
            "UPDATE accounts SET step = ?1 WHERE name = ?2 AND step < ?1 AND password IS NOT NULL",
            params![step, name],
        );
        Ok((used.map_err(broken)? == 1).then_some(stored.person))
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stored(&self, name: &str) -> Result<Option<Stored>> {
        let select = "SELECT salt, person, password, code, coalesce(code_until, 0) FROM accounts WHERE name = ?";
        let stored = |row: &Row<'_>| {
            let (salt, person, password) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Stored { salt, person, password, code: row.get(3)?, code_until: row.get(4)? })
        };
        self.database().query_row(select, [name], stored).optional().map_err(broken)
    }

    /// A code to set up the account of a name, what is stored of it, and the bytes of which its secret is made.
    fn new_code(&self, name: &str) -> Result<(String, [u8; 32], [u8; 16])> {
        let code = base32(&store::random::<10>()?);
        let digest = self.digest(name, &code);
        let groups: Vec<&str> = (0..code.len()).step_by(4).map(|at| &code[at..at + 4]).collect();
        Ok((groups.join("-"), digest, store::random()?))
    }

    fn digest(&self, name: &str, code: &str) -> [u8; 32] {
        let told: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        signature(&self.key, &[b"set-up", name.as_bytes(), told.to_ascii_uppercase().as_bytes()])
    }

    fn is_set_up_by(&self, account: &Stored, name: &str, code: &str, now: i64) -> bool {
        // A digest that only the county's key makes: comparing it tells nobody the next byte of the code.
        account.code.as_deref() == Some(&self.digest(name, code)) && now < account.code_until
    }

    fn secret_of(&self, salt: &[u8]) -> [u8; SECRET] {
        let mut secret = [0; SECRET];
        secret.copy_from_slice(&signature(&self.key, &[b"authenticator", salt])[..SECRET]);
        secret
    }

    /// Hashes on a thread where it keeps nobody waiting, two at a time; an error where many wait for it already.
    async fn hashed<T: Send + 'static>(
        self: &Arc<Accounts>,
        work: impl FnOnce(&Accounts) -> T + Send + 'static,
    ) -> Result<T> {
        let broken = |error: &dyn std::fmt::Display| Error::new(format!("a password cannot be hashed: {error}"));
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| broken(&format!("{WAITING} wait for it")))?;
        let turn = Arc::clone(&self.hashing).acquire_owned().await.map_err(|error| broken(&error))?;
        let accounts = Arc::clone(self);
        let work = move || {
            // Both are held until it is done, also for somebody who does not wait for the answer.
            let _held = (place, turn);
            work(&accounts)
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| broken(&error))
    }

    fn hash(&self, password: &str) -> Result<String> {
        let broken = |error: argon2::password_hash::Error| Error::new(format!("a password cannot be hashed: {error}"));
        let salt = SaltString::encode_b64(&store::random::<16>()?).map_err(broken)?;
        Ok(self.argon2()?.hash_password(password.as_bytes(), &salt).map_err(broken)?.to_string())
    }

    fn is_right(&self, password: &str, hash: &str) -> bool {
        let (Ok(hash), Ok(argon2)) = (PasswordHash::new(hash), self.argon2()) else { return false };
        argon2.verify_password(password.as_bytes(), &hash).is_ok()
    }

    /// Argon2id as OWASP names it for a server that does other work too: 19 MiB, two passes.
    fn argon2(&self) -> Result<Argon2<'_>> {
        let params = Params::new(19_456, 2, 1, None).map_err(|error| Error::new(error.to_string()))?;
        Argon2::new_with_secret(&self.key, Algorithm::Argon2id, Version::V0x13, params)
            .map_err(|error| Error::new(error.to_string()))
    }
}

fn broken(error: rusqlite::Error) -> Error {
    Error::new(format!("the accounts (accounts.db): {error}"))
}

/// A name as it is stored, however it was typed; none: it is no name.
pub fn named(text: &str) -> Option<String> {
    let name = text.trim().nfc().collect::<String>().to_lowercase();
    let is_name = !name.is_empty() && name.chars().count() <= MOST_NAME && !name.chars().any(char::is_control);
    is_name.then_some(name)
}

fn wrong_password(password: &str, name: &str) -> Option<Wrong> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let different: std::collections::BTreeSet<char> = lower.chars().collect();
    match () {
        () if length < LEAST_PASSWORD => Some(Wrong::PasswordShort),
        () if length > MOST_PASSWORD => Some(Wrong::PasswordLong),
        () if different.len() < LEAST_DIFFERENT || lower == name || GUESSED.lines().any(|line| line == lower) => {
            Some(Wrong::PasswordGuessed)
        }
        () => None,
    }
}

#[cfg(test)]
mod tests;
