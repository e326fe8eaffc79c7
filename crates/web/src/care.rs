//! Contacts as pages and programs get at them: who may, what is recorded of it, and what is checked before.

use operations::access::{Action, Resource, Role, Tie, decide};
use operations::contacts::Contact;
use serde_json::json;
use store::{Append, AppendError, CROCKFORD, Context, NewEvent, new_id};
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};

/// Characters of a message at most.
pub const MOST_TEXT: usize = 10_000;
/// Bytes of a request about a contact at most.
pub const MOST_BODY: usize = 256 * 1024;

/// A service that residents can choose, and whose queue it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: String,
    pub unit: String,
    /// Finnish, Swedish, English.
    pub names: [String; 3],
}

impl App {
    /// The unit to whose queue a service's contacts come; what no unit is named for comes to the first that is.
    pub fn queue_of(&self, service: &str) -> String {
        let named = self.services.iter().find(|it| it.id == service).or(self.services.first());
        let top = || self.figures().units().iter().find(|unit| unit.parent.is_none()).map(|unit| unit.id.clone());
        named.map(|service| service.unit.clone()).or_else(top).unwrap_or_else(|| "county".into())
    }

    /// The same for a resident: who has an own pair comes to its unit with what the first service is for.
    pub fn queue_for(&self, service: &str, subject: &str) -> String {
        let is_general = self.services.first().is_none_or(|first| first.id == service);
        let own = subject.parse().ok().filter(|_| is_general);
        let own = own.and_then(|subject| self.desk.view().registration(subject).map(|own| own.unit.clone()));
        own.filter(|unit| self.is_unit(unit)).unwrap_or_else(|| self.queue_of(service))
    }

    /// Whether a unit is another, or stands under it.
    pub fn is_within(&self, unit: &str, over: &str) -> bool {
        if unit == over {
            return true;
        }
        let figures = self.figures();
        let units = figures.units();
        let mut here = units.iter().find(|it| it.id == unit);
        // No tree is deeper than it has units; one that goes round ends here.
        for _ in 0..units.len() {
            here = here.and_then(|unit| units.get(unit.parent?));
            if here.is_some_and(|unit| unit.id == over) {
                return true;
            }
        }
        false
    }

    /// Whether somebody may see which contacts wait in a unit's queue.
    pub fn may_see_queue(&self, person: Option<&Person>, unit: &str) -> bool {
        let within = person.is_some_and(|person| self.is_within(unit, &person.unit));
        decide(person.map(|person| person.role), Action::SeeQueue, Resource::Queue { within }).allow
    }

    /// Whether a unit has a queue: contacts come to it, or still wait in it although it has ended.
    pub fn is_queue(&self, unit: &str) -> bool {
        self.is_unit(unit) || self.desk.view().queue(unit, 0).1 > 0
    }

    /// Whether contacts can be handed over to a unit.
    pub fn is_unit(&self, unit: &str) -> bool {
        self.queue_of("") == unit
            || self.services.iter().any(|service| service.unit == unit)
            || self.figures().units().iter().any(|it| it.id == unit && it.open)
    }

    /// The contact, if the caller may do this with it; that staff did is recorded before they are told anything.
    pub async fn contact_for(&self, caller: &Caller, id: Uuid, action: Action) -> Result<Contact, Failure> {
        // Who has nothing with it learns nothing, not even by how long the answer takes.
        if caller.person.is_none() && caller.holds != Some(id) {
            return Err(Failure::not_found());
        }
        let contact = self.desk.contact(id).await.map_err(|error| Failure::away(&error))?;
        let contact = contact.ok_or_else(Failure::not_found)?;
        let tie = self.tie(caller, id, &contact);
        let decision = decide(caller.role(), action, Resource::Contact(tie));
        if !decision.allow {
            return Err(Failure::not_found());
        }
        // Also of professionals who hold its code: whose it is besides is not for them to say.
        if let Some(person) = caller.person.as_ref().filter(|person| person.role != Role::Resident) {
            self.record(person, id, action, decision.rule).await?;
        }
        Ok(contact)
    }

    /// Whether the caller may still do this with a contact; for what goes on after it was allowed.
    pub fn may_still(&self, caller: &Caller, id: Uuid, action: Action, contact: &Contact) -> bool {
        caller.stands(self) && decide(caller.role(), action, Resource::Contact(self.tie(caller, id, contact))).allow
    }

    fn tie(&self, caller: &Caller, id: Uuid, contact: &Contact) -> Tie {
        let person = caller.person.as_ref();
        let is_theirs = |person: &Person| !contact.subject.is_empty() && person.id == contact.subject;
        Tie {
            own: caller.holds == Some(id) || person.is_some_and(is_theirs),
            within: person.is_some_and(|person| self.is_within(&contact.unit, &person.unit)),
        }
    }

    /// Writes down who did what with whose contact and by which rule. Without that nothing is shown.
    async fn record(&self, person: &Person, contact: Uuid, action: Action, rule: &str) -> Result<(), Failure> {
        let now = self.desk.now();
        let what = match action {
            Action::ReadContact => "read",
            Action::WriteMessage => "written",
            _ => "handled",
        };
        let id = new_id(now);
        let event = NewEvent {
            id,
            stream: format!("access/{contact}"),
            kind: format!("contact.{what}"),
            schema: 1,
            occurred: now,
            data: json!({ "contact": contact.to_string(), "role": person.role.code(), "rule": rule }).to_string(),
            personal: None,
            closes: false,
        };
        let context = Context {
            actor: person.id.clone(),
            unit: person.unit.clone(),
            purpose: "care".into(),
            correlation: id,
            cause: None,
        };
        let append = Append {
            scope: "access".into(),
            key: id.to_string(),
            request: [0; 32],
            expects: Vec::new(),
            events: vec![event],
            context,
        };
        self.accesses.append(append).await.map(drop).map_err(|error| match error {
            AppendError::Overloaded | AppendError::Unknown | AppendError::Full => Failure::busy(),
            error => Failure::broken(&error),
        })
    }

    /// By when somebody answers, by the rule in force when it was opened; microseconds since 1970.
    pub fn expected(&self, opened_at: i64) -> Option<i64> {
        self.calendar.office_due(opened_at, "contact")
    }
}

/// A short name of a contact for the telephone: it opens nothing.
pub fn receipt(contact: Uuid) -> String {
    let number = contact.as_u128();
    let letter = |at: u32| char::from(CROCKFORD[(number >> (5 * at)) as usize % 32]);
    let letters: String = (0..8).rev().map(letter).collect();
    format!("{}-{}", &letters[..4], &letters[4..])
}

/// A message's text, if it is one.
pub fn text(text: &str) -> Result<String, Failure> {
    // Browsers send line ends as two characters and count them as one.
    let text = text.trim().replace("\r\n", "\n");
    match text.chars().count() {
        0 => Err(Failure::invalid("text", "Write something first.")),
        count if count > MOST_TEXT => Err(Failure::invalid("text", "A message has at most 10,000 characters.")),
        _ if text.contains('\0') => Err(Failure::invalid("text", "The text has a character that cannot be kept.")),
        _ => Ok(text),
    }
}

/// The writer's own name for a message or a command: 1 to 64 characters of ASCII.
pub fn client_id(given: &str) -> Result<String, Failure> {
    let fits = (1..=64).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_graphic());
    match fits && !holds_identity_code(given.as_bytes()) {
        true => Ok(given.into()),
        false => Err(Failure::invalid("client_id", "client_id has 1 to 64 ASCII characters without spaces.")),
    }
}

/// Why a contact is handed over; texts `reason-…`.
pub const REASONS: [&str; 4] = ["misdirected", "needs_expertise", "capacity", "other"];

/// Whether a text is the tag of a language, with or without a region.
pub fn is_language(tag: &str) -> bool {
    let (language, region) = tag.split_once('-').unwrap_or((tag, "FI"));
    let is_region = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase());
    (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase()) && is_region
}

/// What [`is_plain_id`] asks for, in words.
pub const PLAIN_ID: &str = "1 to 64 letters, digits and - _ . : in one word, and no identity code";

/// Whether a text can be the id of a professional or a unit, which stands unsealed in the log: one word, and no identity
/// code.
pub fn is_plain_id(text: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.:".contains(&letter);
    (1..=64).contains(&text.len()) && text.bytes().all(plain) && !holds_identity_code(text.as_bytes())
}

/// Whether a Finnish personal identity code stands in a text that is not sealed: six digits, a sign of the century, three
/// digits and a check character.
fn holds_identity_code(text: &[u8]) -> bool {
    text.windows(11).any(|code| {
        let digits = |at: std::ops::Range<usize>| code[at].iter().all(u8::is_ascii_digit);
        digits(0..6) && b"+-ABCDEFUVWXY".contains(&code[6]) && digits(7..10) && code[10].is_ascii_alphanumeric()
    })
}
