//! Rights: a person works in a role at a unit from a day until a day. Each has its end, and somebody who gave it.

use calendar::day_number;
use matter::{By, Occasion, Role};
use serde::{Deserialize, Serialize};

use super::{Event, Imported, Organisation, Refusal, held};

/// A person's right to work in a role at a unit. Days are counted since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Right {
    /// A professional's id.
    pub person: String,
    #[serde(with = "role")]
    pub role: Role,
    pub unit: String,
    pub from: i32,
    /// The first day on which it holds no more.
    pub to: i32,
}

impl Right {
    pub fn holds(&self, day: i32) -> bool {
        self.from <= day && day < self.to
    }

    /// Whether both are the same right, whenever it ends.
    fn is(&self, other: &Right) -> bool {
        self.is_alike(other) && self.from == other.from
    }

    fn is_alike(&self, other: &Right) -> bool {
        (&self.person, self.role, &self.unit) == (&other.person, other.role, &other.unit)
    }
}

/// Gives a right that begins today or later. Nobody gives themselves one.
pub(super) fn given(
    organisation: &Organisation,
    new: &Right,
    on: &Occasion<'_, Imported>,
) -> Result<Vec<Event>, Refusal> {
    let rights = held(&organisation.rights, &new.person);
    if rights.contains(new) {
        return Ok(Vec::new());
    }
    if is_own(new, on.by) {
        return Err(Refusal::Own);
    }
    if new.from < today(on) || new.to <= new.from {
        return Err(Refusal::Past);
    }
    let units = held(&organisation.units, &new.unit);
    if !on.rules.units.contains(&new.unit) && !units.iter().any(|it| it.holds(new.from)) {
        return Err(Refusal::NotThere(new.unit.clone()));
    }
    if organisation.has_ended(&new.person, new.from) || new.role == Role::Resident {
        return Err(Refusal::NotThere(new.person.clone()));
    }
    match rights.iter().any(|it| it.is_alike(new) && it.from < new.to && new.from < it.to) {
        true => Err(Refusal::Given),
        false => Ok(vec![Event::RightGiven(new.clone())]),
    }
}

/// Moves the end of a right that is not over: sooner, but no day that has gone, or later. Nobody does the latter for
/// themselves.
pub(super) fn end_moved(
    organisation: &Organisation,
    moved: &Right,
    on: &Occasion<'_, Imported>,
) -> Result<Vec<Event>, Refusal> {
    // Taken away on its first day and given again that day it stands there twice: the last is the one that runs.
    let right = held(&organisation.rights, &moved.person).iter().rfind(|it| it.is(moved));
    let Some(right) = right else { return Err(Refusal::NotThere(moved.person.clone())) };
    if right.to == moved.to {
        return Ok(Vec::new());
    }
    if is_own(moved, on.by) && moved.to > right.to {
        return Err(Refusal::Own);
    }
    let is_over = right.to <= today(on);
    match is_over || moved.to < today(on).max(moved.from) {
        true => Err(Refusal::Past),
        false => Ok(vec![Event::RightEndMoved(moved.clone())]),
    }
}

fn is_own(right: &Right, by: &By) -> bool {
    matches!(by, By::Professional { id, .. } if **id == *right.person)
}

fn today(on: &Occasion<'_, Imported>) -> i32 {
    on.calendar.local_date(on.now).map_or(0, day_number)
}

impl Organisation {
    /// The rights that open something to a person on a day: those that hold where they work and the unit is there.
    pub fn rights_of(&self, person: &str, day: i32) -> Vec<&Right> {
        let rights = held(&self.rights, person).iter();
        rights.filter(|it| it.holds(day) && self.opens(person, &it.unit, day)).collect()
    }

    /// Everybody who was ever given a right, with all of theirs in the order in which they were given.
    pub fn rights(&self) -> impl Iterator<Item = (&str, &[Right])> {
        self.rights.iter().map(|(person, rights)| (person.as_str(), rights.as_slice()))
    }

    pub(super) fn with_right(&mut self, new: &Right) {
        self.rights.entry(new.person.clone()).or_default().push(new.clone());
    }

    pub(super) fn with_end(&mut self, moved: &Right) {
        let mut rights = self.rights.get_mut(&moved.person).into_iter().flatten();
        if let Some(right) = rights.rfind(|it| it.is(moved)) {
            right.to = moved.to;
        }
    }
}

/// Roles as their codes.
mod role {
    use matter::Role;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub fn serialize<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(role.code())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
        let text = String::deserialize(deserializer)?;
        Role::named(&text).ok_or_else(|| D::Error::custom(format!("there is no role {text}")))
    }
}

#[cfg(test)]
mod tests;
