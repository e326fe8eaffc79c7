//! Professionals as their colleagues know them: by profession, and who can be given a contact.

use std::collections::BTreeMap;

use calendar::day_number;
use facts::{Code, Profession};
use matter::access::Role;

use crate::App;
use crate::figures::Figures;
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
        let answers = [Role::Professional, Role::Lead];
        for person in self.present() {
            if answers.contains(&person.role) && self.is_within(unit, &person.unit) {
                found.insert(person.id, true);
            }
        }
        let others = found.into_iter().filter(|(id, _)| holder != Some(id.as_str()));
        others.map(|(id, is_here)| Colleague { id, is_here }).collect()
    }

    /// The profession in which somebody works here today, as far as it is known.
    pub fn profession(&self, id: &str) -> Option<Profession> {
        let today = self.calendar.local_date(self.kinds.store.now()).map_or(0, day_number);
        self.kinds.organisation().profession(id, today).or_else(|| profession(&*self.figures(), id))
    }
}

/// A profession, as far as it is published, or as ids of the demo and of tokens say it themselves: `nurse-1`.
pub fn profession(figures: &dyn Figures, id: &str) -> Option<Profession> {
    let published = figures.staff().iter().find(|it| it.id == id).map(|it| it.profession);
    published.or_else(|| id.split('-').find_map(Profession::named))
}

/// A professional's name: the profession in the language of the page, and the end of the id that tells two apart.
/// No name of a person stands in the facts or in the log.
pub fn name(page: &Page, id: &str) -> String {
    let parts: Vec<&str> = id.split('-').collect();
    let said = parts.iter().position(|part| Profession::named(part).is_some() || Role::named(part).is_some());
    let role = said.and_then(|at| Role::named(parts[at]));
    let what = match (profession(&*page.figures, id), role) {
        (Some(profession), _) => page.language.code_name(Profession::LIST, profession.code()),
        (None, Some(role)) => page.text(&format!("role-{}", role.code())),
        (None, None) => return id.to_string(),
    };
    match (parts.last(), said) {
        (Some(last), Some(at)) if at + 1 < parts.len() => capital(&format!("{what} {}", last.to_uppercase())),
        (_, Some(_)) => capital(&what),
        _ => capital(&format!("{what} {id}")),
    }
}

/// The same text with a capital letter first.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
