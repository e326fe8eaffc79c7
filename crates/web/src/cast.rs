//! The people whom a visitor of a demonstration can be: residents of its cast, who have names, and professionals by
//! profession and unit.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use calendar::day_number;
use facts::{Code, Profession};
use jiff::civil::Date;
use matter::Subject;
use matter::access::Role;
use operations::residents::Identity;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::figures::Figures;

/// A resident whom a visitor can be.
#[derive(Debug, Clone)]
pub struct Member {
    /// The word by which a visitor signs in as this person.
    pub word: String,
    /// Given name and family name.
    pub name: String,
    pub id: Uuid,
    pub born: Date,
    /// They are under a non-disclosure order.
    pub protected: bool,
}

/// The people whose names are known, with their days of birth.
pub type People = HashMap<Subject, (String, Date)>;

/// Those of a cast.
pub fn people(cast: &[Member]) -> RwLock<People> {
    RwLock::new(cast.iter().map(|it| (Subject(it.id), (it.name.clone(), it.born))).collect())
}

fn age(born: Date, today: Date) -> u8 {
    calendar::clocks::age_on(born, today)
}

/// Each profession that works at a unit today, as `nurse@station-02`, with its unit, each once.
pub fn positions(figures: &dyn Figures) -> Vec<(String, Profession, &str)> {
    let mut all: Vec<(String, Profession, &str)> = Vec::new();
    for it in figures.staff().iter().filter(|it| it.open) {
        let word = format!("{}@{}", it.profession.code(), it.unit);
        if all.iter().all(|(known, ..)| *known != word) {
            all.push((word, it.profession, &it.unit));
        }
    }
    all
}

impl App {
    /// Somebody in a role, by a word: a resident of the cast by name, a professional as `nurse@station-02`, the first of
    /// those of that profession there. None: there is nobody of that word.
    pub fn played(&self, role: Role, word: &str) -> Option<Person> {
        if role == Role::Resident {
            let member = self.cast.iter().find(|it| it.word == word)?;
            return Some(Person { role, id: member.id.to_string(), unit: String::new(), acting: None });
        }
        let (profession, unit) = word.split_once('@')?;
        let profession = Profession::named(profession)?;
        let figures = self.figures();
        let there = figures.staff().iter().filter(|it| it.open && it.profession == profession && it.unit == unit);
        let first = there.min_by_key(|it| (it.id.len(), it.id.as_str()))?;
        Some(Person { role, id: first.id.clone(), unit: first.unit.clone(), acting: None })
    }

    /// Registers one of the cast who comes for the first time; of others there is nothing to register.
    pub async fn registers_member(&self, role: Role, word: &str) -> Result<(), Failure> {
        let Some(member) = self.cast.iter().find(|it| role == Role::Resident && it.word == word) else { return Ok(()) };
        let identity = Identity { name: member.name.clone(), born: day_number(member.born) };
        Ok(self.notes_identity(Subject(member.id), &identity, member.protected).await?)
    }

    /// A person whose name is known, with the day of birth.
    fn known(&self, subject: Option<Subject>) -> Option<(String, Date)> {
        self.people.read().unwrap_or_else(PoisonError::into_inner).get(&subject?).cloned()
    }

    /// Notes the name and the day of birth of somebody, by which pages call them from now on.
    pub fn call_by(&self, subject: Subject, name: &str, born: Date) {
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        people.insert(subject, (name.into(), born));
    }

    /// The name of a resident, where it is known. To show it is a reading, and is recorded as one.
    pub fn called(&self, subject: Option<Subject>) -> Option<String> {
        self.known(subject).map(|(name, _)| name)
    }

    /// The day on which a resident was born, where it is known.
    pub fn born(&self, subject: Subject) -> Option<Date> {
        self.known(Some(subject)).map(|(_, born)| born)
    }

    /// Whether a resident is under a non-disclosure order.
    pub fn is_protected(&self, subject: Subject) -> bool {
        self.cast.iter().any(|it| Subject(it.id) == subject && it.protected)
            || self.kinds.residents.look(|all| all.get(subject.0)).is_some_and(|it| it.protected)
    }

    /// The age of a resident in full years today, where the day of birth is known.
    pub fn age_today(&self, subject: Option<Subject>) -> Option<u8> {
        let (_, born) = self.known(subject)?;
        Some(age(born, self.calendar.local_date(self.kinds.store.now())?))
    }

    /// The name and the age of a resident, where they are known. To show them is a reading, and is recorded as one.
    pub fn named(&self, subject: Option<Subject>) -> Option<String> {
        let (name, born) = self.known(subject)?;
        let today = self.calendar.local_date(self.kinds.store.now())?;
        Some(format!("{name}, {}", age(born, today)))
    }

    /// Those whom professionals find by name, each with name and age.
    pub fn clients(&self) -> impl Iterator<Item = (Subject, String)> {
        self.cast.iter().filter_map(|it| Some((Subject(it.id), self.named(Some(Subject(it.id)))?)))
    }

    /// The cast, each by their word, with name and age.
    pub fn members(&self) -> impl Iterator<Item = (&str, String)> {
        self.cast.iter().filter_map(|it| Some((it.word.as_str(), self.named(Some(Subject(it.id)))?)))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn somebody_is_a_year_older_on_the_day_of_birth() {
        let of = age;
        assert_eq!(of(date(1984, 3, 9), date(2026, 3, 8)), 41);
        assert_eq!(of(date(1984, 3, 9), date(2026, 3, 9)), 42);
        assert_eq!(of(date(2008, 2, 29), date(2026, 2, 28)), 17);
        assert_eq!(of(date(2008, 2, 29), date(2026, 3, 1)), 18);
    }
}
