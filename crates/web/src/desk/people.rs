//! Professionals as their colleagues know them: by profession, and who can be given a contact.

use std::collections::BTreeMap;

use facts::{Code, Profession};
use matter::access::Role;

use crate::App;
use crate::layout::Page;

/// Somebody who can be given a contact.
pub struct Colleague {
    pub id: String,
    /// They have signed in and are at work.
    pub is_here: bool,
}

impl App {
    /// The professionals who can be given a matter: those who work for the unit that answers for it or for one above it,
    /// and do not have it already. They are known from the facts, or have signed in.
    pub fn colleagues(&self, unit: &str, holder: Option<&str>) -> Vec<Colleague> {
        let mut found: BTreeMap<String, bool> = BTreeMap::new();
        let figures = self.figures();
        for it in figures.staff().iter().filter(|it| it.open && self.is_within(unit, &it.unit)) {
            found.insert(it.id.clone(), false);
        }
        // The facts follow the log, a while later.
        found.retain(|id, _| self.kinds.works_for(id, unit));
        let answers = [Role::Nurse, Role::Physician, Role::Lead];
        for person in self.sessions.present(self.kinds.store.now()) {
            if answers.contains(&person.role) && self.is_within(unit, &person.unit) {
                found.insert(person.id, true);
            }
        }
        let others = found.into_iter().filter(|(id, _)| holder != Some(id.as_str()));
        others.map(|(id, is_here)| Colleague { id, is_here }).collect()
    }
}

/// A professional's name: the profession in the language of the page, and the end of the id that tells two apart.
/// No name of a person stands in the facts or in the log.
pub fn name(page: &Page, id: &str) -> String {
    let known = page.figures.staff().iter().find(|it| it.id == id).map(|it| it.profession);
    let parts: Vec<&str> = id.split('-').collect();
    // Ids of the demo say it themselves.
    let said = parts.iter().position(|part| Profession::named(part).is_some());
    let profession = known.or_else(|| said.and_then(|at| Profession::named(parts[at])));
    let end = match (parts.last(), said) {
        (Some(last), Some(at)) if at + 1 < parts.len() => (*last).to_uppercase(),
        _ => id.to_string(),
    };
    match (profession, Role::named(id)) {
        (Some(profession), _) => {
            capital(&format!("{} {end}", page.language.code_name(Profession::LIST, profession.code())))
        }
        (None, Some(role)) => page.text(&format!("role-{}", role.code())),
        (None, None) => end,
    }
}

/// The same text with a capital letter first.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
