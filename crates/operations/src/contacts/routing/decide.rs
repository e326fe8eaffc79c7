//! The decision itself. Rules decide in two rounds: first the queue, then the unit that has it and who sees the contact
//! first. In each the fitting rule of the lowest rank decides, so that the order in which rules are kept means nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use calendar::Calendar;
use content::Part;
use facts::{Code, Urgency};
use matter::{PartId, UnitId};

use super::part::{Ahead, By, Choice, Routing};
use super::{Because, Case, Decided, First, Routed};
use crate::contacts::Queue;

/// Where a contact comes when no rule says otherwise, by its service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    pub unit: UnitId,
    /// None: the queue that each unit has without a part.
    pub queue: Option<PartId>,
    /// Somebody who is registered at a unit comes there with this service.
    pub is_own: bool,
}

/// All that is known of queues while a decision is made.
pub struct Places<'a> {
    pub queues: &'a BTreeMap<String, Arc<Part<Queue>>>,
    /// Whether a unit is there today.
    pub is_open: &'a dyn Fn(&str) -> bool,
    /// How much waits at a unit for each who is there.
    pub load: &'a dyn Fn(&str) -> u32,
    pub calendar: &'a Calendar,
    /// Microseconds since 1970.
    pub now: i64,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub unit: UnitId,
    pub queue: Option<PartId>,
    pub routed: Routed,
}

/// The needs that somebody's words tell, by the choices of the rules, each once.
pub fn needs_in(text: &str, rules: &[Arc<Part<Routing>>]) -> Vec<String> {
    let small = text.to_lowercase();
    let words: Vec<&str> =
        small.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let tells =
        |choice: &&Choice| choice.words.iter().any(|begins| words.iter().any(|word| word.starts_with(begins.as_str())));
    let mut needs: Vec<String> = rules
        .iter()
        .filter(|rule| rule.content.by == Some(By::Need))
        .flat_map(|rule| rule.content.choices.iter().filter(tells).map(|choice| choice.of.clone()))
        .collect();
    needs.sort_unstable();
    needs.dedup();
    needs
}

/// Decides where a contact goes: to exactly one queue, of a unit that is there.
pub fn route(case: &Case, base: &Base, rules: &[Arc<Part<Routing>>], places: &Places<'_>) -> Route {
    let mut sorted: Vec<&Part<Routing>> = rules.iter().map(AsRef::as_ref).collect();
    sorted.sort_by(|left, right| (left.content.rank, &left.id).cmp(&(right.content.rank, &right.id)));
    let mut deciding = Deciding { case: case.clone(), places, because: Vec::new() };
    let own = case.own.as_ref().filter(|own| base.is_own && (places.is_open)(&own.unit));
    let home = own.map(|own| Base { unit: own.unit.clone(), queue: None, is_own: false });
    let queue = deciding.queue(base, &sorted);
    let base = if deciding.because.is_empty() { home.as_ref().unwrap_or(base) } else { base };
    let queue = queue.or_else(|| base.queue.clone());
    let fitting = |rule: &&&Part<Routing>| {
        let (is_of_queue, content) = (rule.content.decides_queue(), &rule.content);
        let fits = || deciding.case_fits(content, base, places) && asks_for(content, queue.as_deref());
        if is_of_queue { deciding.has_decided(rule) } else { fits() }
    };
    let fitting: Vec<&Part<Routing>> = sorted.iter().filter(fitting).copied().collect();
    let unit = deciding.unit(base, queue.as_ref(), &fitting);
    let class = fitting.iter().find(|rule| rule.content.to.class.is_some());
    if let Some(rule) = class {
        deciding.case.urgency = rule.content.to.class.as_ref().and_then(|class| Urgency::named(class));
        deciding.says(rule, Decided::Class);
    }
    let first = deciding.first(base, (&unit, queue.as_ref()), &fitting, rules);
    let part = queue.as_ref().and_then(|queue| places.queues.get(&**queue));
    let clocks =
        part.into_iter().flat_map(|part| part.content.clocks.iter().map(|clock| clock.as_str().into())).collect();
    let Deciding { case, because, .. } = deciding;
    Route { unit, queue, routed: Routed { case, clocks, because, first, expected: None } }
}

fn asks_for(rule: &Routing, queue: Option<&str>) -> bool {
    rule.when.queues.is_empty() || rule.when.queues.iter().any(|it| Some(it.as_str()) == queue)
}

struct Deciding<'a> {
    case: Case,
    places: &'a Places<'a>,
    because: Vec<Because>,
}

impl Deciding<'_> {
    fn says(&mut self, rule: &Part<Routing>, decided: Decided) {
        self.because.push(Because { rule: rule.id.as_str().into(), version: rule.version, decided });
    }

    /// Whether a rule has decided the queue.
    fn has_decided(&self, rule: &Part<Routing>) -> bool {
        self.because.iter().any(|it| *it.rule == *rule.id && it.decided == Decided::Queue)
    }

    fn case_fits(&self, rule: &Routing, base: &Base, places: &Places<'_>) -> bool {
        let (when, case) = (&rule.when, &self.case);
        let one_of = |named: &[String], is: &str| named.is_empty() || named.iter().any(|it| it == is);
        let register = || {
            let part = base.queue.as_ref().and_then(|queue| places.queues.get(&**queue));
            part.map(|part| part.content.register.code())
        };
        one_of(&when.services, &case.service)
            && one_of(&when.languages, &case.language)
            && (when.channels.is_empty() || when.channels.iter().any(|it| **it == case.channel.code()))
            && (when.urgency.is_empty() || when.urgency.iter().any(|it| case.is_of(it)))
            && (when.places.is_empty() || case.place.as_ref().is_some_and(|place| when.places.contains(place)))
            && (when.needs.is_empty() || when.needs.iter().any(|need| case.needs.contains(need)))
            && (when.severity.is_empty() || case.severity.is_some_and(|it| when.severity.contains(&it)))
            && when.age.is_none_or(|ages| case.age.is_some_and(|age| ages.from <= age && age < ages.under))
            && when.register.as_ref().is_none_or(|it| register() == Some(it.as_str()))
            && rule.by.is_none_or(|by| self.choice(rule, by).is_some())
            && rule.to.first.is_none_or(|ahead| self.is_there(ahead))
    }

    /// The choice of a rule that holds: of several needs the first that the rule names.
    fn choice<'r>(&self, rule: &'r Routing, by: By) -> Option<&'r Choice> {
        let case = &self.case;
        rule.choices.iter().find(|choice| match by {
            By::Place => case.place.as_ref() == Some(&choice.of),
            By::Caller => case.caller.as_deref() == Some(choice.of.as_str()),
            By::Need => case.needs.contains(&choice.of),
        })
    }

    fn is_there(&self, ahead: Ahead) -> bool {
        let own = self.case.own.as_ref();
        match ahead {
            Ahead::OwnNurse => own.is_some_and(|own| own.nurse.is_some()),
            Ahead::OwnPhysician => own.is_some_and(|own| own.physician.is_some()),
            Ahead::OwnUnit => own.is_some(),
            Ahead::Chosen => true,
        }
    }

    /// Units of a queue that are there, as its file orders them.
    fn units(&self, queue: &str) -> Vec<&str> {
        let part = self.places.queues.get(queue);
        let all = part.into_iter().flat_map(|part| part.content.units.iter().map(|unit| unit.as_str()));
        all.filter(|unit| (self.places.is_open)(unit)).collect()
    }

    /// First round: the queue; none: no rule decides it.
    fn queue(&mut self, base: &Base, rules: &[&Part<Routing>]) -> Option<PartId> {
        for rule in rules.iter().filter(|rule| rule.content.decides_queue()) {
            if !self.case_fits(&rule.content, base, self.places) {
                continue;
            }
            let chosen = rule.content.by.and_then(|by| self.choice(&rule.content, by)?.queue.as_ref());
            let queue = chosen.or(rule.content.to.queue.as_ref()).map(|queue| queue.as_str());
            if let Some(queue) = queue.filter(|queue| self.takes(rule, queue)) {
                self.says(rule, Decided::Queue);
                return Some(queue.into());
            }
        }
        None
    }

    /// Whether a queue can be where a rule sends it: it is at the own unit, where that is to see it first.
    fn takes(&self, rule: &Part<Routing>, queue: &str) -> bool {
        let units = self.units(queue);
        match (rule.content.to.first, &self.case.own) {
            (Some(Ahead::OwnNurse | Ahead::OwnPhysician | Ahead::OwnUnit), Some(own)) => units.contains(&&*own.unit),
            _ => !units.is_empty(),
        }
    }

    /// Second round: the unit. Those that are able come before the one that is near, and that before the one with room.
    fn unit(&mut self, base: &Base, queue: Option<&PartId>, rules: &[&Part<Routing>]) -> UnitId {
        let Some(queue) = queue else { return base.unit.clone() };
        let mut units: Vec<String> = self.units(queue).into_iter().map(String::from).collect();
        if units.is_empty() {
            return base.unit.clone();
        }
        for rule in rules.iter().filter(|rule| rule.content.to.able.is_some()) {
            let asked = rule.content.to.able.as_deref().unwrap_or_default();
            let asked = if asked == "language" { self.case.language.clone() } else { asked.into() };
            let part = self.places.queues.get(&**queue);
            // Without a unit that is named for it, all can do it.
            let Some(able) = part.and_then(|part| part.content.able.iter().find(|it| it.to == asked)) else { continue };
            let left: Vec<String> =
                units.iter().filter(|unit| able.units.iter().any(|it| it.as_str() == *unit)).cloned().collect();
            self.says(rule, if left.is_empty() { Decided::Lacking } else { Decided::Able });
            if !left.is_empty() {
                units = left;
            }
        }
        let own = self.case.own.as_ref().map(|own| own.unit.to_string());
        if let Some(own) = own.filter(|own| units.contains(own)) {
            return own.as_str().into();
        }
        for rule in rules.iter().filter(|rule| rule.content.by.is_some()) {
            let chosen = rule.content.by.and_then(|by| self.choice(&rule.content, by));
            let near =
                chosen.and_then(|it| it.units.iter().find(|unit| units.iter().any(|known| known == unit.as_str())));
            if let Some(unit) = near.map(|unit| unit.as_str().into()) {
                self.says(rule, Decided::Unit);
                return unit;
            }
        }
        if let Some(rule) = rules.iter().find(|rule| rule.content.to.spread).filter(|_| units.len() > 1) {
            self.says(rule, Decided::Unit);
            let least = units.iter().min_by_key(|unit| (self.places.load)(unit));
            return least.map_or_else(|| base.unit.clone(), |unit| unit.as_str().into());
        }
        match units.iter().any(|unit| *unit == *base.unit) {
            true => base.unit.clone(),
            false => units[0].as_str().into(),
        }
    }

    /// Those who see it first, for how long, and the queue to which it would have come without them.
    fn first(
        &mut self,
        base: &Base,
        (unit, queue): (&UnitId, Option<&PartId>),
        fitting: &[&Part<Routing>],
        rules: &[Arc<Part<Routing>>],
    ) -> Option<First> {
        let decided = |rule: &&&Part<Routing>| rule.content.to.first.is_some();
        let rule = *fitting.iter().find(decided)?;
        let ahead = rule.content.to.first?;
        let wait = rule.content.to.waits.get(self.case.class().code())?;
        let part = queue.and_then(|queue| self.places.queues.get(&**queue));
        let until = match part {
            Some(part) => part.content.staffed().add(self.places.now, wait.0, self.places.calendar)?,
            None => self.places.now.saturating_add(wait.0),
        };
        // A rule that says who sees it first is left out: what is left says where it goes then.
        let others: Vec<Arc<Part<Routing>>> =
            rules.iter().filter(|it| it.content.to.first.is_none()).cloned().collect();
        let then = route(&Case { own: None, ..self.case.clone() }, base, &others, self.places);
        if (&then.unit, then.queue.as_ref()) == (unit, queue) && ahead == Ahead::OwnUnit {
            return None;
        }
        self.says(rule, Decided::First);
        let own = self.case.own.as_ref();
        let who = match ahead {
            Ahead::OwnNurse => own.and_then(|own| own.nurse.clone()),
            Ahead::OwnPhysician => own.and_then(|own| own.physician.clone()),
            Ahead::OwnUnit | Ahead::Chosen => None,
        };
        Some(First { who, until, unit: then.unit, queue: then.queue })
    }
}
