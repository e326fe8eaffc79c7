//! To which queue a contact comes: the services that residents can choose, what is known of who writes, and the rules in
//! force; and how a decision is told.

use std::sync::Arc;

use calendar::clocks::age_on;
use content::Part;
use matter::{Matter, PartId, Subject};
use maud::{Markup, html};
use operations::contacts::late::{deadline, told_at};
use operations::contacts::routing::{Base, By, Case, Own, Places, Route, Routing, needs_in, route};
use operations::contacts::{Channel, Contact, First, Routed};
use store::Which;

use crate::App;
use crate::care::Service;
use crate::desk::{staff_name, unit_name};
use crate::layout::Page;
use crate::{numbers, queues};

/// The service of those who do not know what their matter belongs to.
pub const UNSURE: &str = "general";

/// A contact as it comes, in codes; `text` is looked at for needs, and goes no further.
pub struct Coming<'a> {
    pub service: &'a str,
    pub channel: Channel,
    pub language: &'a str,
    /// Where the person lives, as the rules name places; empty: not told.
    pub place: &'a str,
    pub subject: Option<Subject>,
    pub text: &'a str,
}

impl App {
    /// Services that residents can choose: the county's own, and those of content whose queue has a unit that is there.
    pub fn services(&self) -> Vec<Service> {
        let mut services = self.services.clone();
        let (offered, queues) = (self.kinds.services.all(), self.kinds.queues.all());
        for part in offered.values().filter(|part| self.services.iter().all(|it| it.id != part.content.label)) {
            let queue = part.content.queue.as_str();
            let units = queues.get(queue).into_iter().flat_map(|queue| queue.content.units.iter());
            if let Some(unit) = units.map(|unit| unit.as_str()).find(|unit| self.is_there(unit)) {
                let name = &part.content.name;
                services.push(Service {
                    id: part.content.label.clone(),
                    unit: unit.into(),
                    queue: Some(queue.into()),
                    names: [&name.fi, &name.sv, &name.en].map(ToString::to_string),
                });
            }
        }
        services
    }

    /// The purpose of a service in a sentence, if its part says so.
    pub fn service_about(&self, page: &Page, service: &str) -> Option<String> {
        let parts = self.kinds.services.all();
        let part = parts.values().find(|part| part.content.label == service)?;
        Some(part.content.about.of(page.language.code()).to_string())
    }

    /// The rules in force.
    pub fn routings(&self) -> Vec<Arc<Part<Routing>>> {
        self.kinds.routings.all().values().cloned().collect()
    }

    /// Places that the rules know, as code and name.
    pub fn places(&self, page: &Page) -> Vec<(String, String)> {
        let rules = self.kinds.routings.all();
        let by_place = rules.values().filter(|rule| rule.content.by == Some(By::Place));
        let choices = by_place.flat_map(|rule| &rule.content.choices);
        let named =
            choices.filter_map(|it| Some((it.of.clone(), it.name.as_ref()?.of(page.language.code()).to_string())));
        let mut places: Vec<(String, String)> = named.collect();
        places.sort_by(|left, right| left.1.cmp(&right.1));
        places.dedup();
        places
    }

    /// Decides where a contact goes, and why.
    pub fn route(&self, coming: &Coming<'_>) -> Route {
        let rules = self.routings();
        let case = self.case(coming, &rules);
        self.decide(&case, &rules)
    }

    /// The same by codes alone, with other rules.
    pub fn decide(&self, case: &Case, rules: &[Arc<Part<Routing>>]) -> Route {
        let (unit, queue) = self.queue_of(&case.service);
        let is_own = self.services.first().is_none_or(|first| first.id == case.service);
        let base = Base { unit: unit.as_str().into(), queue, is_own };
        let queues = self.kinds.queues.all();
        let places = Places {
            queues: &queues,
            is_open: &|unit| self.is_unit(unit),
            load: &|unit| self.load(unit),
            calendar: self.calendar,
            now: self.kinds.store.now(),
        };
        route(case, &base, rules, &places)
    }

    fn case(&self, coming: &Coming<'_>, rules: &[Arc<Part<Routing>>]) -> Case {
        let today = self.calendar.local_date(self.kinds.store.now());
        let member = coming.subject.and_then(|subject| self.cast.iter().find(|member| member.id == subject.0));
        let own = coming.subject.and_then(|subject| self.kinds.registration(subject));
        let is_unsure = coming.service == UNSURE;
        Case {
            service: coming.service.into(),
            channel: coming.channel,
            language: coming.language.split('-').next().unwrap_or_default().into(),
            age: member.zip(today).map(|(member, today)| age_on(member.born, today)),
            place: (!coming.place.is_empty()).then(|| coming.place.into()),
            needs: if is_unsure { needs_in(coming.text, rules) } else { Vec::new() },
            severity: None,
            urgency: None,
            caller: None,
            own: own.map(|own| Own { unit: own.unit, nurse: own.nurse, physician: own.physician }),
        }
    }

    /// Contacts that wait in a unit, a hundred times, for each who works there.
    fn load(&self, unit: &str) -> u32 {
        let contacts = self.kinds.store.kinds().iter().find(|kind| kind.name() == Contact::NAME);
        let waiting = contacts.map_or(0, |kind| kind.listed(Which::Queue(unit)).len());
        let there = self.figures().staff().iter().filter(|it| it.open && it.unit == unit).count();
        u32::try_from(100 * waiting / there.max(1)).unwrap_or(u32::MAX)
    }

    fn is_there(&self, unit: &str) -> bool {
        self.figures().units().iter().any(|it| it.id == unit && it.open)
    }
}

/// Why a contact came to its queue: each rule that decided, in a sentence.
pub fn why(app: &App, page: &Page, routed: &Routed) -> Markup {
    html! {
        ul.plain {
            @for it in &routed.because {
                li {
                    (page.text(&format!("routing-decided-{}", it.decided.code()))) ": " (rule_name(app, page, &it.rule)) ". "
                    span.quiet {
                        @if let Some(rule) = app.kinds.routings.get(&it.rule).filter(|rule| rule.version == it.version) {
                            (rule.content.text.of(page.language.code())) " "
                        }
                        (page.language.text_with("routing-version", &[("rule", &it.rule.to_string()), ("version", &it.version.to_string())]))
                    }
                }
            }
            @if routed.because.is_empty() { li { (page.text("routing-none")) } }
        }
    }
}

/// Those who see it first, until when, and the queue to which it goes then.
pub fn first(app: &App, page: &Page, first: &First) -> Markup {
    let whom = first.who.as_ref().map_or_else(|| page.text("routing-own-unit"), |who| staff_name(page, who));
    let queue = first.queue.as_deref().unwrap_or(PartId::GENERAL);
    let (until, to) = (numbers::moment(first.until, page.language), queues::name_at(app, page, queue, &first.unit));
    html! { (page.language.text_with("routing-first", &[("whom", &whom), ("until", &until), ("to", &to)])) }
}

/// The name of a rule; of one that is gone, its id.
pub fn rule_name(app: &App, page: &Page, rule: &str) -> String {
    let part = app.kinds.routings.get(rule);
    part.map_or_else(|| rule.to_string(), |part| part.content.name.of(page.language.code()).to_string())
}

/// The sentence by which residents know the queue that has their contact; none: there is none.
pub fn says(app: &App, page: &Page, contact: &Contact) -> Option<String> {
    let part = app.kinds.queues.get(contact.queue.as_deref()?)?;
    Some(part.content.says.as_ref()?.of(page.language.code()).to_string())
}

/// The fate of a contact that nobody answers: who hears of it, when, and what its writer can do then. A chat that nobody
/// answers becomes a message first.
pub fn unanswered(app: &App, page: &Page, contact: &Contact) -> Markup {
    let Some(due) = deadline(contact, app.calendar) else { return html! {} };
    let part = contact.queue.as_deref().and_then(|queue| app.kinds.queues.get(queue));
    let staffed = part.as_ref().map(|part| part.content.staffed());
    let told = told_at(due, staffed.as_ref(), app.calendar);
    let is_social = part.is_some_and(|part| part.content.register == facts::Register::Social);
    let (day, at) = (numbers::day_of(due, page.language), numbers::moment(told, page.language));
    html! {
        details.fold {
            summary { (page.text("unanswered-title")) }
            div.fold__in {
                p { (page.language.text_with("unanswered-who", &[("day", &day), ("at", &at), ("unit", &unit_name(page, &contact.unit))])) }
                p { (crate::links::linked(&page.text(if is_social { "unanswered-then-social" } else { "unanswered-then-health" }))) }
            }
        }
    }
}
