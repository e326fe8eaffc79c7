//! Health and social care, told apart: to which register a matter belongs, in which of them somebody works, and what opens the
//! other to them.
//!
//! Queues say it: each is of one register and names the professions that answer there. A county that has no queues as parts
//! has told nobody apart.

use std::collections::BTreeSet;

use facts::{Code, Profession, Register};
use matter::PartId;
use matter::Subject;
use matter::access::Role;
use operations::contacts::Queue;

use super::Glance;
use crate::App;
use crate::caller::Person;

/// The ground of a disclosure that rests on the person's consent, as the record of accesses has it.
pub const CONSENT: &str = "consent";

impl App {
    /// The register to which a matter belongs: that of its queue; of the matter that it is about, if the same unit answers for
    /// both; the only one of its unit; or, in a unit of both, that of the profession of who has it. None: nobody has said.
    pub fn register_of(&self, it: &Glance<'_>) -> Option<Register> {
        if self.kinds.queues.all().is_empty() {
            return None;
        }
        let unit = it.standing.unit?;
        let at_unit = |queue: &Queue| queue.is_at(unit);
        let of_queue = |queue: Option<&PartId>| Some(self.kinds.queues.get(queue?)?.content.register);
        // A visit of a series is about a contact, too: what each is about is followed to its end.
        let of_other = || {
            let other = self.listed(it.of?).filter(|other| other.unit.as_ref() == Some(unit))?;
            self.register_of(&Glance::listed(it.rights, &other))
        };
        let of_holder = || {
            let profession = self.profession(it.standing.who?)?;
            only(self.registers(|queue| at_unit(queue) && queue.is_answered_by(profession)))
        };
        of_queue(it.queue).or_else(of_other).or_else(|| only(self.registers(at_unit))).or_else(of_holder)
    }

    /// Whether a matter is of a register in which somebody does not work, and it is not theirs besides.
    pub fn is_apart(&self, person: &Person, it: &Glance<'_>) -> bool {
        let has = it.standing.who.is_some_and(|who| **who == *person.id);
        // A question that asks for their profession is for them, whatever it is about.
        let question = self.kinds.consultations.look(|all| all.get(it.id));
        let is_asked = question.and_then(|it| it.profession).is_some_and(|it| self.profession(&person.id) == Some(it));
        !has && !is_asked && self.register_of(it).is_some_and(|register| !self.works_in(person).contains(&register))
    }

    /// The registers in which somebody works: a lead in those of all queues of their units; a professional in those whose queues
    /// their profession answers there, and where none names it, in the only one of their units.
    fn works_in(&self, person: &Person) -> BTreeSet<Register> {
        match person.role {
            Role::Lead => self.registers(|queue| self.is_of(queue, &person.unit)),
            _ => self.registers_at(&person.unit, self.profession(&person.id)),
        }
    }

    /// Whether a queue is of a unit, or of one below it.
    fn is_of(&self, queue: &Queue, unit: &str) -> bool {
        queue.units.iter().any(|it| self.is_within(it, unit))
    }

    /// The registers in which a profession works at a unit; empty: nobody has said.
    pub fn registers_at(&self, unit: &str, profession: Option<Profession>) -> BTreeSet<Register> {
        let all = self.registers(|queue| self.is_of(queue, unit));
        let answered = |profession: Profession| {
            self.registers(|queue| self.is_of(queue, unit) && queue.is_answered_by(profession))
        };
        let own = profession.map(answered).unwrap_or_default();
        match own.is_empty() {
            true => only(all).into_iter().collect(),
            false => own,
        }
    }

    fn registers(&self, of: impl Fn(&Queue) -> bool) -> BTreeSet<Register> {
        let queues = self.kinds.queues.all();
        queues.values().filter(|part| of(&part.content)).map(|part| part.content.register).collect()
    }

    /// The ground on which the register of a person's matters is open to somebody: [`CONSENT`], or the id of a ground of law.
    pub fn ground(&self, person: &Person, subject: Subject, register: Register) -> Option<String> {
        let now = self.kinds.store.now();
        let of_person = |it: &operations::disclosures::Disclosure| it.opens(register, (&person.id, &person.unit), now);
        self.kinds.disclosures.look(|all| {
            let theirs = all.of_subject(subject, usize::MAX).into_iter().filter_map(|id| all.get(id));
            let open: Vec<_> = theirs.filter(|it| of_person(it)).collect();
            // Where the person has consented, no law need be named.
            let consented = open.iter().any(|it| it.ground.is_none());
            let law = || open.iter().find_map(|it| it.ground.clone());
            if consented { Some(CONSENT.into()) } else { law() }
        })
    }

    /// An open matter of whatever kind, as lists have it.
    pub fn listed(&self, id: uuid::Uuid) -> Option<store::Listed> {
        self.kinds.store.kinds().iter().find_map(|kind| kind.stands(id))
    }
}

/// The one that there is; none: there is none, or several.
fn only(of: BTreeSet<Register>) -> Option<Register> {
    if of.len() == 1 { of.first().copied() } else { None }
}

/// Key of the text that names a matter of a register without its content.
pub fn matter_of(register: Register) -> String {
    format!("register-matter-{}", register.code())
}
