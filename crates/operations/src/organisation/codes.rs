//! The code that sets an account up or opens it anew: whoever has it signs in as the person. Of a person with a right that opens
//! much it takes two administrators, as that right does: one asks for it, another gives it.

use matter::{By, Occasion, ProfessionalId};
use serde::{Deserialize, Serialize};

use super::rights::today;
use super::{Event, Imported, Organisation, Refusal, held};

/// An administrator has asked another to give a code for the account of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub person: String,
    pub by: ProfessionalId,
    /// The last day on which it is given, counted since 1970.
    pub until: i32,
}

/// Asked by an administrator, today and tomorrow.
pub(super) fn wanted(
    organisation: &Organisation,
    person: &str,
    on: &Occasion<'_, Imported>,
) -> Result<Vec<Event>, Refusal> {
    let By::Professional { id, .. } = on.by else { return Err(Refusal::NotThere(person.into())) };
    if !organisation.has_strong_right(person, today(on)) {
        return Err(Refusal::NotThere(person.into()));
    }
    Ok(match organisation.code_wanted(person, today(on)) {
        Some(_) => Vec::new(),
        None => vec![Event::CodeWanted(Wanted { person: person.into(), by: id.clone(), until: today(on) + 1 })],
    })
}

/// Another administrator gives it, and neither is the person; or any says that it is not to be.
pub(super) fn given(
    organisation: &Organisation,
    person: &str,
    on: &Occasion<'_, Imported>,
) -> Result<Vec<Event>, Refusal> {
    let wanted = organisation.code_wanted(person, today(on)).ok_or_else(|| Refusal::NotThere(person.into()))?;
    match on.by {
        By::Professional { id, .. } if *id == wanted.by => Err(Refusal::SecondPerson),
        By::Professional { id, .. } if **id == *person => Err(Refusal::Own),
        _ => Ok(vec![Event::CodeWantedNoMore { person: person.into() }]),
    }
}

pub(super) fn declined(organisation: &Organisation, person: &str) -> Vec<Event> {
    let is_wanted = organisation.codes.iter().any(|it| it.person == person);
    is_wanted.then(|| Event::CodeWantedNoMore { person: person.into() }).into_iter().collect()
}

impl Organisation {
    /// Whether a person has a right that one administrator alone cannot give, or will have.
    pub fn has_strong_right(&self, person: &str, day: i32) -> bool {
        held(&self.rights, person).iter().any(|it| day < it.to && it.takes_two())
    }

    /// The administrator's wish for a code of a person's account that stands on a day.
    pub fn code_wanted(&self, person: &str, day: i32) -> Option<&Wanted> {
        self.codes.iter().rfind(|it| it.person == person && day <= it.until)
    }
}
