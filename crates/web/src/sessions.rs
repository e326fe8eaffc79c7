//! Sessions: who has signed in, under a name that only their browser has. They outlive the server, and no backup has them.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use matter::access::Role;
use serde::{Deserialize, Serialize};
use store::{hex, signature};
use uuid::Uuid;

use crate::caller::Person;

/// Sessions at a time.
const MOST: usize = 10_000;
/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;
/// A session that is used is written down as used so often.
const NOTED_EVERY: i64 = MINUTE / 2;

/// How long somebody may do nothing, and how long a session lasts whatever they do, in microseconds.
fn lasts(role: Role) -> (i64, i64) {
    match role {
        Role::Resident => (30 * MINUTE, 8 * 60 * MINUTE),
        _ => (60 * MINUTE, 12 * 60 * MINUTE),
    }
}

/// The means by which somebody has signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A token, which names their role by itself; in the demo the choice of a role.
    #[default]
    Token,
    /// A local account. Their role is one of their rights, and the session is over with that.
    Account,
    /// The county's identity provider. The same holds.
    Provider,
    /// A resident, by strong identification.
    Strong,
}

/// Somebody who has signed in. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    role: String,
    id: String,
    unit: String,
    /// Sessions of before were all begun with a token.
    #[serde(default)]
    pub means: Means,
    /// When what they signed in with was made: withdrawing it ends the session, too.
    pub made: i64,
    begun: i64,
    used: i64,
    pub until: i64,
    /// The mandate by which a resident acts for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acts_by: Option<Uuid>,
    /// Of a resident who has proven who they are: when, and how the provider knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// That somebody has proven who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Microseconds since 1970.
    pub at: i64,
    /// Keyed digests of the person and of the session at the provider, which ends both from its side.
    pub person: String,
    pub session: String,
}

impl Session {
    pub fn person(&self) -> Option<Person> {
        Some(Person { role: Role::named(&self.role)?, id: self.id.clone(), unit: self.unit.clone(), acting: None })
    }

    fn stands(&self, now: i64) -> bool {
        let idle = Role::named(&self.role).map_or(0, |role| lasts(role).0);
        now < self.until && now < self.used.saturating_add(idle)
    }
}

/// Every session, by a keyed digest of its name: whoever reads the file can sign in as nobody.
pub struct Sessions {
    secret: fn() -> [u8; 32],
    key: [u8; 32],
    file: Option<PathBuf>,
    all: RwLock<HashMap<String, Session>>,
    has_changed: AtomicBool,
}

impl Sessions {
    /// Those of a file that still stand; a file that cannot be read has none, and people sign in again.
    pub fn open(secret: fn() -> [u8; 32], key: [u8; 32], file: Option<PathBuf>, now: i64) -> Sessions {
        let text = file.as_deref().and_then(|file| fs::read(file).ok());
        let kept = text.and_then(|text| serde_json::from_slice::<HashMap<String, Session>>(&text).ok());
        let mut all = kept.unwrap_or_default();
        all.retain(|_, session| session.stands(now));
        Sessions { secret, key, file, all: RwLock::new(all), has_changed: AtomicBool::new(false) }
    }

    fn digest(&self, name: &str) -> String {
        hex(&signature(&self.key, &[b"session", name.as_bytes()]))
    }

    /// The session of a name. A page that is left open may ask for it again and again: it does not use it.
    pub fn find(&self, name: &str, now: i64) -> Option<Session> {
        if name.is_empty() {
            return None;
        }
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&self.digest(name)).filter(|session| session.stands(now)).cloned()
    }

    /// The same, used by the person themselves: the session then ends later.
    pub fn used(&self, name: &str, now: i64) -> Option<Session> {
        let found = self.find(name, now)?;
        if now - found.used >= NOTED_EVERY {
            let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(session) = all.get_mut(&self.digest(name)) {
                session.used = now;
                self.has_changed.store(true, Ordering::Relaxed);
            }
        }
        Some(found)
    }

    /// Those whose time is not over.
    pub fn standing(&self, now: i64) -> Vec<Session> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.values().filter(|session| session.stands(now)).cloned().collect()
    }

    /// Begins a session, always under a new name; gives the name. `made` and `until`: the term of what they signed in with.
    pub fn begin(&self, person: &Person, means: Means, (made, until): (i64, i64), now: i64) -> String {
        let name = self.unguessable();
        let until = until.min(now.saturating_add(lasts(person.role).1));
        let (role, id, unit) = (person.role.code().into(), person.id.clone(), person.unit.clone());
        let session = Session { role, id, unit, means, made, begun: now, used: now, until, acts_by: None, proof: None };
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, session| session.stands(now));
        }
        // Those who have signed in and done nothing since make room first: many who only sign in end nobody's work.
        let idlest = |all: &HashMap<String, Session>| {
            all.iter().min_by_key(|(_, it)| (it.used > it.begun, it.used)).map(|(digest, _)| digest.clone())
        };
        if all.len() >= MOST
            && let Some(digest) = idlest(&all)
        {
            all.remove(&digest);
        }
        all.insert(self.digest(&name), session);
        self.has_changed.store(true, Ordering::Relaxed);
        name
    }

    /// The session of a name goes on under a new one, in which its person acts by a mandate, or for themselves; none: there is
    /// no such session.
    pub fn acts(&self, name: &str, by: Option<Uuid>) -> Option<String> {
        self.goes_on(name, |session| session.acts_by = by)
    }

    /// The same for a person who has proven who they are.
    pub fn is_proven(&self, name: &str, proof: Proof) -> Option<String> {
        self.goes_on(name, |session| session.proof = Some(proof))
    }

    fn goes_on(&self, name: &str, change: impl FnOnce(&mut Session)) -> Option<String> {
        let new = self.unguessable();
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let mut session = all.remove(&self.digest(name))?;
        change(&mut session);
        all.insert(self.digest(&new), session);
        self.has_changed.store(true, Ordering::Relaxed);
        Some(new)
    }

    /// Ends the sessions of which something holds; how many there were.
    pub fn end_where(&self, holds: impl Fn(&Session) -> bool) -> usize {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let before = all.len();
        all.retain(|_, session| !holds(session));
        let ended = before - all.len();
        if ended > 0 {
            self.has_changed.store(true, Ordering::Relaxed);
        }
        ended
    }

    pub fn end(&self, name: &str) {
        let ended = self.all.write().unwrap_or_else(PoisonError::into_inner).remove(&self.digest(name));
        if ended.is_some() {
            self.has_changed.store(true, Ordering::Relaxed);
        }
    }

    /// Writes down what has changed, in a file that nobody else may read.
    pub fn keep(&self) -> std::io::Result<()> {
        let Some(file) = self.file.as_deref() else { return Ok(()) };
        if !self.has_changed.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let text = serde_json::to_vec(&*self.all.read().unwrap_or_else(PoisonError::into_inner))?;
        let partial = file.with_extension("partial");
        let _ = fs::remove_file(&partial);
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial);
        let written = written.and_then(|mut partial| partial.write_all(&text));
        let written = written.and_then(|()| fs::rename(&partial, file));
        if written.is_err() {
            self.has_changed.store(true, Ordering::Relaxed);
        }
        written
    }

    /// A text that nobody can guess.
    pub fn unguessable(&self) -> String {
        hex(&(self.secret)())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * MINUTE;

    fn secret() -> [u8; 32] {
        store::random().expect("random bytes")
    }

    fn person(role: Role) -> Person {
        let unit = if role == Role::Resident { "" } else { "station-01" };
        Person { role, id: format!("{}-1", role.code()), unit: unit.into(), acting: None }
    }

    #[test]
    fn a_session_ends_by_doing_nothing_and_in_any_case_in_the_end_whatever_the_role() {
        for role in Role::ALL {
            let (idle, longest) = lasts(role);
            let expected = if role == Role::Resident { (HOUR / 2, 8 * HOUR) } else { (HOUR, 12 * HOUR) };
            assert_eq!((idle, longest), expected);
            let sessions = Sessions::open(secret, [1; 32], None, 0);
            let name = sessions.begin(&person(role), Means::Token, (0, i64::MAX), 0);
            assert!(sessions.find(&name, idle - 1).is_some(), "{role:?}");
            assert!(sessions.find(&name, idle).is_none(), "{role:?}: a page that is left open is not used");
            let mut now = 0;
            while now < longest {
                assert!(sessions.used(&name, now).is_some(), "{role:?} works on at {now}");
                now += idle - 1;
            }
            assert!(sessions.used(&name, longest).is_none(), "{role:?}: over");
            let short = sessions.begin(&person(role), Means::Token, (0, 1000), 0);
            assert!(sessions.used(&short, 999).is_some() && sessions.used(&short, 1000).is_none());
        }
    }

    #[test]
    fn sessions_outlive_the_server_in_a_file_that_opens_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("sessions");
        let before = Sessions::open(secret, [1; 32], Some(file.clone()), 0);
        let names: Vec<String> =
            Role::ALL.iter().map(|role| before.begin(&person(*role), Means::Token, (0, i64::MAX), 0)).collect();
        let ended = before.begin(&person(Role::Lead), Means::Token, (0, i64::MAX), 0);
        before.keep().expect("kept");
        before.end(&ended);
        before.keep().expect("kept");
        let text = fs::read_to_string(&file).expect("a file");
        assert!(names.iter().all(|name| !text.contains(name.as_str())), "the names are nowhere");
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).expect("a file").permissions());
        assert_eq!(mode & 0o777, 0o600);
        let after = Sessions::open(secret, [1; 32], Some(file.clone()), 1);
        for (name, role) in names.iter().zip(Role::ALL) {
            assert_eq!(after.used(name, 1).and_then(|it| it.person()), Some(person(role)));
        }
        assert!(after.used(&ended, 1).is_none());
        let digests = serde_json::from_str::<HashMap<String, Session>>(&text).expect("JSON");
        assert!(digests.keys().all(|digest| after.used(digest, 1).is_none()), "what stands in it is no name");
        assert!(Sessions::open(secret, [2; 32], Some(file.clone()), 1).used(&names[0], 1).is_none(), "another key");
        for broken in ["", "{", "[]", "{\"a\": 1}"] {
            fs::write(&file, broken).expect("written");
            let none = Sessions::open(secret, [1; 32], Some(file.clone()), 1);
            assert!(none.used(&names[0], 1).is_none(), "people sign in again");
        }
    }

    #[test]
    fn a_session_of_a_role_of_before_goes_on_as_a_professionals() {
        for role in ["nurse", "physician"] {
            let line = format!(
                r#"{{"role":"{role}","id":"n-1","unit":"station-01","made":0,"begun":0,"used":0,"until":{HOUR}}}"#
            );
            let session = serde_json::from_str::<Session>(&line).expect("a session");
            let (id, unit) = ("n-1".into(), "station-01".into());
            let person = Person { role: Role::Professional, id, unit, acting: None };
            assert_eq!((session.person(), session.stands(HOUR - 1)), (Some(person), true));
        }
    }

    #[test]
    fn many_who_only_sign_in_end_nobodys_work() {
        let sessions = Sessions::open(secret, [1; 32], None, 0);
        let working = sessions.begin(&person(Role::Professional), Means::Token, (0, i64::MAX), 0);
        assert!(sessions.used(&working, MINUTE).is_some());
        for number in 0..MOST as i64 + 50 {
            sessions.begin(&person(Role::Resident), Means::Token, (0, i64::MAX), MINUTE + number);
        }
        assert!(sessions.used(&working, 2 * MINUTE).is_some());
        assert!(sessions.all.read().expect("sessions").len() <= MOST);
    }
}
