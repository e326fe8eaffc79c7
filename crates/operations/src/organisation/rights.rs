//! Rights: a person works in a role at a unit from a day until a day. Each has its end, and somebody who gave it.
//!
//! A right that opens much (to give rights, to watch who saw what, to see a whole unit) takes two administrators: one proposes
//! it, another approves. The operator, who has the machine, gives the first ones alone.

use calendar::day_number;
use matter::{By, Occasion, ProfessionalId, Role};
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

    /// Whether one administrator alone cannot give it.
    pub fn takes_two(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Privacy | Role::Lead)
    }
}

/// A right that waits for a second administrator; of one that runs, its later end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub right: Right,
    /// The administrator who proposes it.
    pub by: ProfessionalId,
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
    if rights.iter().any(|it| it.is_alike(new) && it.from < new.to && new.from < it.to) {
        return Err(Refusal::Given);
    }
    Ok(proposed(organisation, new, on.by).unwrap_or_else(|| vec![Event::RightGiven(new.clone())]))
}

/// The proposal of a right that takes two; none: one is enough.
fn proposed(organisation: &Organisation, right: &Right, by: &By) -> Option<Vec<Event>> {
    let By::Professional { id, .. } = by else { return None };
    let proposal = Proposal { right: right.clone(), by: id.clone() };
    right.takes_two().then(|| match organisation.proposals.contains(&proposal) {
        true => Vec::new(),
        false => vec![Event::RightProposed(proposal)],
    })
}

/// A second administrator approves a right that was proposed. It begins today if its first day has gone meanwhile.
pub(super) fn approved(
    organisation: &Organisation,
    asked: &Right,
    on: &Occasion<'_, Imported>,
) -> Result<Vec<Event>, Refusal> {
    let proposal = organisation.proposals.iter().find(|it| it.right == *asked);
    let Some(Proposal { right, by }) = proposal else { return Err(Refusal::NotThere(asked.person.clone())) };
    match on.by {
        By::Professional { id, .. } if id == by => return Err(Refusal::SecondPerson),
        _ if is_own(right, on.by) => return Err(Refusal::Own),
        _ => {}
    }
    // As the operator gives it: whatever holds of a right holds of this one.
    let on = Occasion { by: &By::Operator, ..*on };
    let running = held(&organisation.rights, &right.person).iter().rfind(|it| it.is(right));
    let events = match running.filter(|it| it.to > today(&on)) {
        Some(_) => end_moved(organisation, right, &on)?,
        None => given(organisation, &Right { from: right.from.max(today(&on)), ..right.clone() }, &on)?,
    };
    Ok(events.into_iter().chain([Event::ProposalEnded(right.clone())]).collect())
}

/// A proposal is not to be, as any administrator says.
pub(super) fn declined(organisation: &Organisation, asked: &Right) -> Result<Vec<Event>, Refusal> {
    match organisation.proposals.iter().any(|it| it.right == *asked) {
        true => Ok(vec![Event::ProposalEnded(asked.clone())]),
        false => Err(Refusal::NotThere(asked.person.clone())),
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
    if is_over || moved.to < today(on).max(moved.from) {
        return Err(Refusal::Past);
    }
    // To take away takes one.
    let longer = (moved.to > right.to).then(|| proposed(organisation, moved, on.by)).flatten();
    Ok(longer.unwrap_or_else(|| vec![Event::RightEndMoved(moved.clone())]))
}

fn is_own(right: &Right, by: &By) -> bool {
    matches!(by, By::Professional { id, .. } if **id == *right.person)
}

pub(super) fn today(on: &Occasion<'_, Imported>) -> i32 {
    on.calendar.local_date(on.now).map_or(0, day_number)
}

impl Organisation {
    /// The rights that open something to a person on a day: those that hold where they work and the unit is there.
    pub fn rights_of(&self, person: &str, day: i32) -> Vec<&Right> {
        let rights = held(&self.rights, person).iter();
        rights.filter(|it| it.holds(day) && self.opens(person, &it.unit, day)).collect()
    }

    /// The people who lead a unit on a day and are there, by the rights that began first; after them those who lead above it.
    pub fn leads(&self, unit: &str, day: i32) -> Vec<ProfessionalId> {
        let (mut leads, mut at) = (Vec::new(), Some(unit));
        while let Some(unit) = at {
            let there = self.rights().filter(|(person, _)| self.away(person, day).is_none());
            let rights = there.flat_map(|(person, _)| self.rights_of(person, day));
            let mut here: Vec<&Right> = rights.filter(|it| it.role == Role::Lead && it.unit == unit).collect();
            here.sort_by_key(|it| (it.from, &it.person));
            leads.extend(here.into_iter().map(|it| it.person.as_str().into()));
            at = self.above(unit, day).flatten();
        }
        leads
    }

    /// Everybody who was ever given a right, with all of theirs in the order in which they were given.
    pub fn rights(&self) -> impl Iterator<Item = (&str, &[Right])> {
        self.rights.iter().map(|(person, rights)| (person.as_str(), rights.as_slice()))
    }

    /// Rights that wait for a second administrator, in the order in which they were proposed.
    pub fn proposals(&self) -> &[Proposal] {
        &self.proposals
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
