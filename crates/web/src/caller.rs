//! The caller, known by a session's cookie, a token of staff, or the code of a contact.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use calendar::day_number;
use matter::access::Role;
use matter::{By, Subject};
use operations::organisation::Right;
use store::{hex, signature};
use uuid::Uuid;

use crate::App;
use crate::acting::Acting;
use crate::answer::Failure;
use crate::layout::cookie;
use crate::limits::Address;
use crate::sessions::{Means, Session};

/// Somebody who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub role: Role,
    /// A professional's id; a resident's token.
    pub id: String,
    /// Unit in which a professional works.
    pub unit: String,
    /// The one for whom a resident acts now; none: for themselves.
    pub acting: Option<Acting>,
}

impl Person {
    /// As the log knows them.
    pub fn by(&self) -> By {
        match self.role {
            Role::Resident => match (self.own(), &self.acting) {
                (Some(who), Some(acting)) => By::Acting { who, of: acting.of, right: acting.capacity.on_behalf() },
                (Some(who), None) => By::Resident(who),
                (None, _) => By::Holder,
            },
            role => {
                let (id, unit) = (self.id.as_str().into(), self.unit.as_str().into());
                By::Professional { id, unit, leads: role == Role::Lead }
            }
        }
    }

    /// The token of the resident whose matters these are: their own, or the one's for whom they act.
    pub fn subject(&self) -> Option<Subject> {
        self.own().map(|own| self.acting.as_ref().map_or(own, |acting| acting.of))
    }

    /// A resident's own token, for whomever they act.
    pub fn own(&self) -> Option<Subject> {
        self.id.parse().ok().filter(|_| self.role == Role::Resident).map(Subject)
    }

    /// A token that was made at the start of a term and names this person until its end; who has it is this person.
    pub fn token(&self, key: &[u8; 32], term: &Range<i64>) -> String {
        let (role, made, until) = (self.role.code(), term.start, term.end);
        let told = format!("{role}\n{}\n{}\n{made}\n{until}", self.id, self.unit);
        format!("{}.{}", hex(told.as_bytes()), hex(&signature(key, &[b"token", told.as_bytes()])))
    }

    /// The person that a token names and its term, if it was made with this key and its time is not over.
    pub fn of_token(token: &str, key: &[u8; 32], now: i64) -> Option<(Person, Range<i64>)> {
        let (told, signed) = token.split_once('.')?;
        let told = unhex(told)?;
        let expected = hex(&signature(key, &[b"token", &told]));
        // Every byte is looked at, so that the time it takes tells nothing.
        let differs = expected.bytes().zip(signed.bytes()).fold(0, |sum, (left, right)| sum | (left ^ right));
        if differs != 0 || expected.len() != signed.len() {
            return None;
        }
        let told = String::from_utf8(told).ok()?;
        let [role, id, unit, made, until] = told.split('\n').collect::<Vec<_>>().try_into().ok()?;
        let person = Person { role: Role::named(role)?, id: id.into(), unit: unit.into(), acting: None };
        let term = made.parse().ok()?..until.parse().ok()?;
        // One that was made later than now comes from another clock, by which it could outlast its withdrawal.
        (term.start <= now && now < term.end).then_some((person, term))
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.is_ascii() && text.len().is_multiple_of(2);
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    digits.then(|| (0..text.len()).step_by(2).map(byte).collect())?
}

/// The caller, for answers to programs and for what is personal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    pub person: Option<Person>,
    /// The contacts whose codes they hold, the newest first.
    pub holds: Vec<Uuid>,
    proof: Proof,
}

/// The proof by which a caller is known; what goes on for long asks again whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Proof {
    /// A code opens for as long as its contact is written to.
    #[default]
    Code,
    /// Name of a session.
    Session(String),
    /// A token, by its term.
    Token(Range<i64>),
}

impl Caller {
    pub fn role(&self) -> Option<Role> {
        self.person.as_ref().map(|person| person.role)
    }

    /// As the log knows them, about a contact: whoever holds its code is nobody else there.
    pub fn by(&self, contact: Uuid) -> By {
        match &self.person {
            Some(person) if !self.holds.contains(&contact) => person.by(),
            _ => By::Holder,
        }
    }

    /// Whether they are still who they were: nobody has signed them out, and their token's time is not over and it was
    /// not withdrawn.
    pub fn stands(&self, app: &App) -> bool {
        match &self.proof {
            Proof::Code => true,
            // A page that is left open is no work: it does not keep a session from ending.
            Proof::Session(name) => app.standing(app.sessions.find(name, app.kinds.store.now())) == self.person,
            Proof::Token(term) => {
                let stands = |person: &Person| app.has_rights(person, term.start);
                app.kinds.store.now() < term.end && self.person.as_ref().is_none_or(stands)
            }
        }
    }

    async fn of(parts: &Parts, app: &App) -> Result<Caller, Failure> {
        let now = app.kinds.store.now();
        if let Some(given) = bearer(&parts.headers) {
            if given.contains('.') {
                let held = Person::of_token(given, &app.token_key, now);
                let held = held.filter(|(person, term)| app.has_rights(person, term.start));
                let (person, term) = held.unzip();
                return Ok(Caller { person, holds: Vec::new(), proof: Proof::Token(term.unwrap_or(now..now)) });
            }
            let holds = with_parts(app, holder(parts, app, given).await?.into_iter().collect()).await?;
            return Ok(Caller { person: None, holds, proof: Proof::Code });
        }
        let session = cookie(&parts.headers, SESSION_COOKIE).unwrap_or_default();
        let person = app.signed_in(&parts.headers);
        let proof = if person.is_some() { Proof::Session(session.into()) } else { Proof::Code };
        let mut holds = Vec::new();
        for code in held_codes(&parts.headers) {
            holds.extend(holder(parts, app, code).await?);
        }
        let holds = with_parts(app, holds).await?;
        Ok(Caller { person, holds, proof })
    }
}

/// Contacts whose codes somebody holds, and after them the parts of those: a code opens the whole of it.
async fn with_parts(app: &App, mut holds: Vec<Uuid>) -> Result<Vec<Uuid>, Failure> {
    for id in holds.clone() {
        let contact = app.kinds.contacts.read(id).await.map_err(|error| Failure::away(&error))?;
        holds.extend(contact.iter().flat_map(|it| it.parts.keys()));
    }
    Ok(holds)
}

impl App {
    /// The person of a session, if they still have their rights.
    fn standing(&self, session: Option<Session>) -> Option<Person> {
        let session = session?;
        let mut person = session.person().filter(|person| self.has_rights(person, session.made))?;
        // With the right to act for another ends all that is done by it: nobody becomes somebody else unasked.
        if let Some(mandate) = session.acts_by {
            person.acting = Some(self.may_act_by(&person, mandate).ok()?);
        }
        let has_right = || self.rights_of(&person.id).iter().any(|it| it.role == person.role && it.unit == person.unit);
        let stands = match session.means {
            Means::Token | Means::Strong => true,
            // While nobody can read whether it is there, it opens nothing.
            Means::Account => has_right() && self.accounts.lets_in(&person.id).unwrap_or(false),
            Means::Provider => has_right(),
        };
        stands.then_some(person)
    }

    /// Everybody who has signed in and still has their rights, each once.
    pub fn present(&self) -> Vec<Person> {
        let sessions = self.sessions.standing(self.kinds.store.now());
        let mut present: Vec<Person> = sessions.into_iter().filter_map(|it| self.standing(Some(it))).collect();
        present.sort_by(|left, right| (&left.id, &left.unit).cmp(&(&right.id, &right.unit)));
        present.dedup();
        present
    }

    /// The rights that a person has today.
    pub fn rights_of(&self, person: &str) -> Vec<Right> {
        self.kinds.organisation().rights_of(person, self.today()).into_iter().cloned().collect()
    }

    /// The day, counted since 1970.
    pub fn today(&self) -> i32 {
        self.calendar.local_date(self.kinds.store.now()).map_or(0, day_number)
    }

    /// The session in the browser that asks, whichever rights its person has left.
    pub fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let session = self.sessions.find(cookie(headers, SESSION_COOKIE)?, self.kinds.store.now())?;
        let is_withdrawn = self.kinds.tokens.are_withdrawn(&session.person()?.id, session.made);
        (!is_withdrawn).then_some(session)
    }

    /// The person who has signed in in the browser that asks.
    pub fn signed_in(&self, headers: &HeaderMap) -> Option<Person> {
        let (name, now) = (cookie(headers, SESSION_COOKIE)?, self.kinds.store.now());
        // A script of an open page fetches by itself: its requests are no use by a person.
        let is_by_script = headers.get("sec-fetch-dest").is_some_and(|to| to == "empty");
        self.standing(if is_by_script { self.sessions.find(name, now) } else { self.sessions.used(name, now) })
    }

    /// Whether what was made at an instant, in microseconds since 1970, still opens what it did for a person: it was not
    /// withdrawn, and they still work where it says.
    pub fn has_rights(&self, person: &Person, made: i64) -> bool {
        if self.kinds.tokens.are_withdrawn(&person.id, made) {
            return false;
        }
        person.role == Role::Resident || self.kinds.organisation().opens(&person.id, &person.unit, self.today())
    }
}

/// Keeps the name of the session.
pub const SESSION_COOKIE: &str = "session";

/// Keeps, while somebody signs in at the identity provider, that it was begun in this browser.
pub const SIGNING_IN_COOKIE: &str = "signing-in";

/// Keeps the code of a contact while its writer signs in to take it along.
pub const JOINING_COOKIE: &str = "joining";

/// Cookies by which somebody is let in; they hold for the whole of this host.
pub const OPENING: [&str; 3] = [SESSION_COOKIE, CODE_COOKIE, SIGNING_IN_COOKIE];

/// Keeps the codes of the contacts that were opened in this browser, with a full stop between them.
pub const CODE_COOKIE: &str = "contact";
/// Contacts that one browser keeps open; the oldest gives way, and its code goes on opening it.
pub const MOST_HELD: usize = 8;

/// The codes that a browser holds, the newest first.
pub fn held_codes(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let kept = cookie(headers, CODE_COOKIE).unwrap_or_default();
    kept.split('.').filter(|code| !code.is_empty()).take(MOST_HELD)
}

/// The contact that a code opens. Those that open nothing are counted by the address that they come from.
pub async fn holder(parts: &Parts, app: &App, code: &str) -> Result<Option<Uuid>, Failure> {
    let found = app.kinds.by_code(code).await.map_err(|error| Failure::away(&error))?;
    if found.is_none() {
        app.counted.tries.failed(Address::of(parts, app).0, app.kinds.store.now()).await?;
    }
    Ok(found)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, given) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| given.trim())
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Caller, Failure> {
        Caller::of(parts, app).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_person_until_its_time_is_over() {
        let person = Person { role: Role::Professional, id: "nurse-1".into(), unit: "station-01".into(), acting: None };
        let key = [7; 32];
        let token = person.token(&key, &(0..1000));
        assert_eq!(Person::of_token(&token, &key, 999), Some((person.clone(), 0..1000)));
        assert_eq!(Person::of_token(&token, &key, 1000), None, "too late");
        assert_eq!(Person::of_token(&token, &[8; 32], 999), None, "another county's");
        let lead = Person { role: Role::Lead, ..person };
        let forged =
            format!("{}.{}", lead.token(&key, &(0..1000)).split('.').next().unwrap(), token.split('.').nth(1).unwrap());
        assert_eq!(Person::of_token(&forged, &key, 999), None, "another's signature");
        for broken in ["", ".", "a.b", "é.é", "00.00", &token[..token.len() - 1]] {
            assert_eq!(Person::of_token(broken, &key, 999), None, "{broken}");
        }
    }

    #[test]
    fn a_token_of_a_role_of_before_is_a_professionals() {
        let key = [7; 32];
        for role in ["nurse", "physician"] {
            let told = format!("{role}\nn-1\nstation-01\n0\n1000");
            let token = format!("{}.{}", hex(told.as_bytes()), hex(&signature(&key, &[b"token", told.as_bytes()])));
            let (id, unit) = ("n-1".into(), "station-01".into());
            let person = Person { role: Role::Professional, id, unit, acting: None };
            assert_eq!(Person::of_token(&token, &key, 999), Some((person, 0..1000)));
        }
    }
}
