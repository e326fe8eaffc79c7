//! Contacts as pages and programs get at them: to which queue they come, and all that is checked before.

use calendar::day_number;
use facts::holds_identity_code;
use kinds::CROCKFORD;
use matter::PartId;
use matter::access::{Action, Purpose, Resource, decide};
use operations::contacts::Contact;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::Person;

pub use operations::contacts::words::{MOST_TEXT, is_seen};

/// Bytes of a request about a contact at most.
pub const MOST_BODY: usize = 256 * 1024;

/// Units above one another at most.
const DEEPEST: usize = 64;

/// A service that residents can choose, and whose queue it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: String,
    pub unit: String,
    /// The queue of that unit; none: the one that each has without a part.
    pub queue: Option<PartId>,
    /// Finnish, Swedish, English.
    pub names: [String; 3],
}

impl App {
    /// The unit to which a service's contacts come, and the queue of that unit; what no unit is named for comes to the first
    /// that is.
    pub fn queue_of(&self, service: &str) -> (String, Option<PartId>) {
        let services = self.services();
        let named = services.iter().find(|it| it.id == service).or(services.first());
        let top = || self.figures().units().iter().find(|unit| unit.parent.is_none()).map(|unit| unit.id.clone());
        match named {
            Some(service) => (service.unit.clone(), service.queue.clone()),
            None => (top().unwrap_or_else(|| "county".into()), None),
        }
    }

    /// Whether a unit is another, or stands under it: by the log where the county keeps its units itself, so that rights
    /// follow at once, and as published where they come by import.
    pub fn is_within(&self, unit: &str, over: &str) -> bool {
        if unit == over {
            return true;
        }
        let (figures, organisation) = (self.figures(), self.kinds.organisation());
        let today = self.calendar.local_date(self.kinds.store.now()).map_or(0, day_number);
        let units = figures.units();
        let imported = |here: &str| {
            let above = units.iter().find(|it| it.id == here)?.parent?;
            units.get(above).map(|unit| unit.id.as_str())
        };
        let mut here = unit;
        // No tree is deep; one that goes round ends here.
        for _ in 0..DEEPEST {
            match organisation.above(here, today).unwrap_or_else(|| imported(here)) {
                Some(above) if above == over => return true,
                Some(above) => here = above,
                None => return false,
            }
        }
        false
    }

    /// Whether somebody may see which contacts wait in a unit's queue.
    pub fn may_see_queue(&self, person: Option<&Person>, unit: &str) -> bool {
        let within = person.is_some_and(|person| self.is_within(unit, &person.unit));
        let role = person.map(|person| person.role);
        decide(role, Purpose::Care, Action::SeeQueue, Resource::Queue { within }).allow
    }

    /// Whether somebody may see how many contacts wait there.
    pub fn may_count_queue(&self, person: Option<&Person>, unit: &str) -> bool {
        let within = person.is_some_and(|person| self.is_within(unit, &person.unit));
        let role = person.map(|person| person.role);
        decide(role, Purpose::Management, Action::CountQueue, Resource::Queue { within }).allow
    }

    /// Whether a unit has a queue: contacts come to it, or still wait in it although it has ended.
    pub fn is_queue(&self, unit: &str) -> bool {
        self.is_unit(unit) || self.kinds.store.kinds().iter().any(|kind| kind.units().iter().any(|it| it == unit))
    }

    /// Whether contacts can be handed over to a unit.
    pub fn is_unit(&self, unit: &str) -> bool {
        self.queue_of("").0 == unit
            || self.services().iter().any(|service| service.unit == unit)
            || self.figures().units().iter().any(|it| it.id == unit && it.open)
    }

    /// The instant until which somebody was to answer a contact, or is to.
    pub fn expected(&self, contact: &Contact) -> Option<i64> {
        self.due(contact).or_else(|| contact.promised(self.calendar))
    }

    /// By when a contact is to be answered: by the tightest of its clocks; none: it was.
    pub fn due(&self, contact: &Contact) -> Option<i64> {
        contact.running(self.calendar).first().map(|(_, due)| due.at)
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
        _ if !text.chars().any(is_seen) => Err(Failure::invalid("text", "Write something first.")),
        count if count > MOST_TEXT => Err(Failure::invalid("text", "A message has at most 10,000 characters.")),
        _ if text.contains('\0') => Err(Failure::invalid("text", "The text has a character that cannot be kept.")),
        _ => Ok(text),
    }
}

/// The writer's own name for a message or a command: 1 to 64 characters of ASCII.
pub fn client_id(given: &str) -> Result<String, Failure> {
    let fits = (1..=64).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_graphic());
    match fits && !holds_identity_code(given) {
        true => Ok(given.into()),
        false => Err(Failure::invalid(
            "client_id",
            "client_id has 1 to 64 ASCII characters without spaces, and holds no identity code.",
        )),
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

/// The demand of [`is_plain_id`], in words.
pub const PLAIN_ID: &str = "1 to 64 letters, digits and - _ . : in one word, and no identity code";

/// Whether a text can be the id of a professional or a unit, which stands unsealed in the log: one word, and no identity
/// code.
pub fn is_plain_id(text: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.:".contains(&letter);
    (1..=64).contains(&text.len()) && text.bytes().all(plain) && !holds_identity_code(text)
}

/// Whether a personal identity code stands in a text that is not sealed.
pub fn names_a_person(text: &str) -> bool {
    holds_identity_code(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_code_is_told_from_a_number_that_only_looks_like_one() {
        for code in ["131052-9085", "x_131052+9085.y", "010190-923E", "010101a900r"] {
            assert!(client_id(code).is_err(), "{code}");
        }
        for other in ["131052-9086", "320190-9236", "0a131052-9030-4c1d-9a2b-0123456789ab", "131052_9085"] {
            assert!(client_id(other).is_ok(), "{other}");
        }
        // The first of these looked like one where only digits and a sign were asked for.
        assert!(client_id("12345678-1234-4abc-8def-123456789abc").is_ok());
        let mut names = (0..20_000_u128).map(|number| {
            let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            Uuid::from_u128(mixed ^ (mixed >> 61)).to_string()
        });
        assert!(names.all(|name| client_id(&name).is_ok()), "random names are names");
    }
}
