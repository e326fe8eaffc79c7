//! `/desk/queues/{id}`: one queue of a unit: what waits, who is there, whether some will be late today, the rules in force.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::clocks;
use content::Part;
use facts::{Code, Profession};
use matter::access::Role;
use matter::{Matter, PartId};
use maud::{Markup, html};
use operations::contacts::overload::{Forecast, Pace, per_hour};
use operations::contacts::routing::Routing;
use operations::contacts::transfers::transfers;
use operations::contacts::{Contact, Queue};
use store::{AnyKind, Which};
use uuid::Uuid;

use super::{hours, name_at};
use crate::App;
use crate::care::receipt;
use crate::home::missing;
use crate::layout::{Page, escape};
use crate::{desk, numbers, parts, routing};

/// A queue of a unit as an address names it.
pub struct At {
    pub unit: String,
    /// None: the one that each unit has without a part.
    pub part: Option<Arc<Part<Queue>>>,
}

impl At {
    fn of(app: &App, address: &str) -> Option<At> {
        let (unit, queue) = app.queue_named(address)?;
        let part = queue.as_deref().and_then(|queue| app.kinds.queues.get(queue));
        Some(At { unit, part })
    }

    fn id(&self) -> &str {
        self.part.as_ref().map_or(PartId::GENERAL, |part| &part.id)
    }

    /// `PART@UNIT`.
    pub fn address(&self) -> String {
        format!("{}@{}", self.id(), self.unit)
    }
}

/// The queue of an address, for whoever may see it.
pub fn seen(app: &App, page: &Page, address: &str) -> Option<At> {
    let at = At::of(app, address)?;
    app.may_count_queue(page.person.as_ref(), &at.unit).then_some(at)
}

/// `GET /desk/queues/{id}`.
pub async fn queue(State(app): State<Arc<App>>, page: Page, Path(id): Path<String>) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    match seen(&app, &page, &id) {
        Some(at) => {
            let title = name_at(&app, &page, at.id(), &at.unit);
            page.render(StatusCode::OK, &title, &shown(&app, &page, &at, &title))
        }
        None => missing(&page),
    }
}

/// A contact that waits.
struct Waiting {
    id: Uuid,
    contact: Arc<Contact>,
    due: Option<i64>,
}

impl App {
    fn contact_kind(&self) -> Option<&dyn AnyKind> {
        self.kinds.store.kinds().iter().find(|kind| kind.name() == Contact::NAME).map(AsRef::as_ref)
    }

    /// Contacts that wait in a queue, the longest waiting first.
    fn waiting(&self, unit: &str, queue: &str) -> Vec<Waiting> {
        let listed = self.contact_kind().map_or_else(Vec::new, |kind| kind.listed(Which::Queue(unit)));
        let here = listed.into_iter().filter(|it| it.queue.as_deref().unwrap_or(PartId::GENERAL) == queue);
        self.kinds.contacts.look(|contacts| {
            here.filter_map(|it| {
                let contact = contacts.get(it.id)?;
                Some(Waiting { id: it.id, due: self.due(&contact), contact })
            })
            .collect()
        })
    }

    /// Answers in an hour in which a unit's queue is staffed.
    fn pace(&self, unit: &str, part: &Part<Queue>) -> f64 {
        let done = self.contact_kind().map_or_else(Vec::new, |kind| kind.listed(Which::Done(unit)));
        let of_queue = done.into_iter().filter(|it| it.queue.as_deref().unwrap_or(PartId::GENERAL) == part.id);
        let answered: Vec<i64> = of_queue.filter_map(|it| it.done).collect();
        per_hour(&answered, self.kinds.store.now(), &part.content.staffed(), self.calendar)
    }

    /// By when somebody who writes now can count on an answer, by how the queue goes; none: nobody can say.
    pub fn promised_now(&self, unit: &str, queue: &str) -> Option<i64> {
        let part = self.kinds.queues.get(queue)?;
        let hours = part.content.staffed();
        let (now, calendar) = (self.kinds.store.now(), self.calendar);
        let pace = Pace { now, per_hour: self.pace(unit, &part), people: 1, hours: &hours, calendar };
        pace.expected(self.waiting(unit, queue).len())
    }
}

fn shown(app: &App, page: &Page, at: &At, title: &str) -> Markup {
    let waiting = app.waiting(&at.unit, at.id());
    let sees_rows = app.may_see_queue(page.person.as_ref(), &at.unit);
    let leads = page.person.as_ref().is_some_and(|person| person.role == Role::Lead);
    html! {
        (parts::back(&format!("/desk?unit={}", escape(&at.address())), &page.text("queues-to-list")))
        h1 { (title) }
        @if let Some(part) = &at.part { (hours::now(app, page, &part.content)) }
        div.cols.cols--side {
            div.flow {
                (forecast(app, page, at, &waiting, leads))
                (waits(app, page, (at, &waiting), sees_rows))
                (late_transfers(app, page, at, &waiting, sees_rows))
                (clocks_in_force(app, page, at))
                (rules(app, page, at, leads))
            }
            div.side {
                (people(app, page, at))
                @if let Some(part) = &at.part { (hours::table(page, &part.content)) (elements(app, page, part)) }
            }
        }
    }
}

/// For a lead: the queues of a unit of which some will be late today at this pace.
pub fn late_today(app: &App, page: &Page, unit: &str) -> Markup {
    let parts = app.queues_at(unit);
    let late = parts.into_iter().filter_map(|part| {
        let at = At { unit: unit.into(), part: Some(part) };
        let (seen, _) = foreseen(app, &at, &app.waiting(unit, at.id()))?;
        (seen.late > 0).then_some((at, seen))
    });
    html! {
        @for (at, seen) in late {
            p.due.due--late {
                a href=(format!("/desk/queues/{}", escape(&at.address()))) { (super::name_of(app, page, at.id())) } ": "
                (will_be_late(page, &seen))
            }
        }
    }
}

fn will_be_late(page: &Page, seen: &Forecast) -> String {
    let late = page.language.text_count("queues-will-be-late", seen.late, &seen.late.to_string());
    format!("{late} {}", page.language.text_with("queues-at", &[("clock", &numbers::clock(seen.ends))]))
}

/// The forecast of a queue for today, and its pace; none: nobody is at work, or nobody has answered yet.
fn foreseen(app: &App, at: &At, waiting: &[Waiting]) -> Option<(Forecast, f64)> {
    let part = at.part.as_ref()?;
    let (staffed, now) = (part.content.staffed(), app.kinds.store.now());
    let people = u32::try_from(on_duty(app, at).len()).unwrap_or(u32::MAX);
    let per_hour = app.pace(&at.unit, part);
    let pace = Pace { now, per_hour, people, hours: &staffed, calendar: app.calendar };
    let due: Vec<i64> = waiting.iter().filter_map(|it| it.due).collect();
    Some((pace.forecast(&due)?, per_hour))
}

/// Whether some will be late today at this pace, and what averts it.
fn forecast(app: &App, page: &Page, at: &At, waiting: &[Waiting], leads: bool) -> Markup {
    let Some(part) = &at.part else { return html! {} };
    let language = page.language;
    html! {
        section #forecast {
            h2 { (page.text("queues-today")) }
            @match foreseen(app, at, waiting) {
                Some((seen, per_hour)) => {
                    @if seen.already > 0 {
                        p { strong.due.due--late { (language.text_count("queues-already", seen.already, &seen.already.to_string())) } }
                    }
                    @if seen.late > 0 {
                        p { strong { (will_be_late(page, &seen)) } }
                        h3 { (page.text("queues-averts")) }
                        ul.dots {
                            li {
                                @match seen.hands {
                                    Some(hands) => { (language.text_count("queues-hands", hands as usize, &hands.to_string())) }
                                    None => { (page.text("queues-hands-none")) }
                                }
                            }
                            @if let Some(relief) = &part.content.relief {
                                li { (language.text_with("queues-overflow", &[("count", &seen.late.to_string()), ("queue", &super::name_of(app, page, &relief.queue))])) }
                            }
                        }
                        @if leads {
                            p { a.btn.btn--second href=(format!("/desk/moves?unit={}", escape(&at.unit))) { (page.text("queues-move")) } }
                        }
                    } @else if seen.already == 0 {
                        p { (page.text("queues-in-time")) }
                    }
                    p.quiet { (language.text_with("queues-pace", &[("pace", &numbers::number(per_hour, 1, language)), ("clock", &numbers::clock(seen.ends))])) }
                }
                None => { p { (page.text(if part.content.staffed().is_open(page.now, app.calendar) { "queues-no-pace" } else { "queues-over" })) } }
            }
            p.quiet { (page.text("queues-law-stays")) }
        }
    }
}

/// How many have used half of their time, and three quarters, in hours in which the queue is staffed.
fn used(app: &App, at: &At, waiting: &[Waiting]) -> [(&'static str, usize); 2] {
    let Some(part) = &at.part else { return [("half", 0), ("most", 0)] };
    let (staffed, now) = (part.content.staffed(), app.kinds.store.now());
    let passed = waiting.iter().filter_map(|it| {
        let due = it.due.filter(|due| now <= *due)?;
        let [half, most, _] = staffed.thresholds(it.contact.promised_from?, due, app.calendar)?;
        Some((half <= now, most <= now))
    });
    let passed: Vec<(bool, bool)> = passed.collect();
    let most = passed.iter().filter(|(_, most)| *most).count();
    [("half", passed.iter().filter(|(half, _)| *half).count() - most), ("most", most)]
}

fn waits(app: &App, page: &Page, (at, waiting): (&At, &[Waiting]), sees_rows: bool) -> Markup {
    let now = page.now;
    let late = waiting.iter().filter(|it| it.due.is_some_and(|due| due < now)).count();
    let language = page.language;
    html! {
        section #waits {
            h2 { (language.text_count("desk-waiting", waiting.len(), &waiting.len().to_string())) }
            @if let Some(oldest) = waiting.first() {
                p { (language.text_with("queues-longest", &[("time", &numbers::lasting(now - oldest.contact.in_line(), language))])) }
            }
            @for (share, count) in used(app, at, waiting) {
                @if count > 0 { p { (language.text_count(&format!("queues-used-{share}"), count, &count.to_string())) } }
            }
            @if late > 0 { p { strong.due.due--late { (language.text_count("queues-late", late, &late.to_string())) } } }
            @if sees_rows && !waiting.is_empty() {
                ol.rows {
                    @for it in waiting.iter().take(SHOWN) {
                        (parts::row(&format!("/desk/contacts/{}", it.id), &receipt(it.id), &[
                            html! { @if let Some(due) = it.due { (parts::due(page, due)) } },
                            html! { @if let Some(routed) = &it.contact.routed { (why_in_short(app, page, routed)) } },
                        ]))
                    }
                }
            }
        }
    }
}

/// Rows on the page; the list has all.
const SHOWN: usize = 10;

/// Names of the rules by which a contact came.
fn why_in_short(app: &App, page: &Page, routed: &operations::contacts::Routed) -> Markup {
    let mut names: Vec<String> = routed.because.iter().map(|it| routing::rule_name(app, page, &it.rule)).collect();
    names.dedup();
    html! { span.quiet { (names.join(", ")) } }
}

/// Contacts that were handed over and that nobody has taken within the rule's limit.
fn late_transfers(app: &App, page: &Page, at: &At, waiting: &[Waiting], sees_rows: bool) -> Markup {
    let Some(part) = &at.part else { return html! {} };
    let (staffed, accept) = (part.content.staffed(), transfers().accept);
    let since = staffed.ago(page.now, accept.0, app.calendar).unwrap_or(i64::MIN);
    let late: Vec<&Waiting> =
        waiting.iter().filter(|it| it.contact.handed.as_ref().is_some_and(|handed| handed.at < since)).collect();
    let hours = (accept.0 / 3_600_000_000).to_string();
    html! {
        section #late-transfers {
            h2 { (page.text("queues-late-transfers")) }
            p.quiet { (page.language.text_with("queues-accept", &[("hours", &hours)])) }
            @if late.is_empty() { p { (page.text("queues-no-late-transfers")) } }
            @if sees_rows {
                ul.dots { @for it in &late { li { a href=(format!("/desk/contacts/{}", it.id)) { (receipt(it.id)) } } } }
            } @else if !late.is_empty() {
                p { (late.len()) }
            }
        }
    }
}

/// Those who answer the queue and are not away today.
fn on_duty(app: &App, at: &At) -> Vec<(String, Profession)> {
    let (today, organisation) = (app.today(), app.kinds.organisation());
    let figures = app.figures();
    let of_unit = figures.staff().iter().filter(|it| it.open && it.unit == at.unit);
    let answers = |it: &Profession| at.part.as_ref().is_none_or(|part| part.content.is_answered_by(*it));
    let there = of_unit.filter(|it| answers(&it.profession) && organisation.away(&it.id, today).is_none());
    there.map(|it| (it.id.clone(), it.profession)).collect()
}

fn people(app: &App, page: &Page, at: &At) -> Markup {
    let duty = on_duty(app, at);
    let present: Vec<String> = app.present().into_iter().map(|person| person.id).collect();
    let mut counts: Vec<(Profession, usize)> = Vec::new();
    for (_, profession) in &duty {
        match counts.iter_mut().find(|(known, _)| known == profession) {
            Some((_, count)) => *count += 1,
            None => counts.push((*profession, 1)),
        }
    }
    html! {
        section #people {
            h2 { (page.text("queues-people")) }
            @if duty.is_empty() { p { (page.text("queues-nobody")) } }
            ul.dots {
                @for (profession, count) in counts {
                    li { (desk::capital(&page.language.code_name(Profession::LIST, profession.code()))) ": " (count) }
                }
            }
            @for (id, _) in duty.iter().filter(|(id, _)| present.contains(id)) {
                p { (desk::staff_name(page, id)) ", " (page.text("desk-here")) }
            }
        }
    }
}

/// The clocks of the queue, each with its rule in force today.
fn clocks_in_force(app: &App, page: &Page, at: &At) -> Markup {
    let usual = vec!["callback-same-day".to_string()];
    let own = at.part.as_ref().map(|part| part.content.clocks.iter().map(ToString::to_string).collect::<Vec<_>>());
    let ids = own.filter(|own| !own.is_empty()).unwrap_or(usual);
    let Some(today) = app.calendar.local_date(app.kinds.store.now()) else { return html! {} };
    let code = page.language.code();
    html! {
        section #clocks {
            h2 { (page.text("queues-clocks")) }
            ul.dots {
                @for clock in ids.iter().filter_map(|id| clocks::named(id)) {
                    li {
                        strong { (clock.name.of(code)) } " " (parts::basis(page, clock.says.code()))
                        @for rule in clock.rules.iter().filter(|rule| rule.from <= today && rule.until.is_none_or(|until| today < until)) {
                            p { (rule.text.of(code)) " "
                                span.quiet { (page.language.text_with("clocks-since", &[("day", &numbers::day(&rule.from.to_string(), page.language))])) }
                            }
                        }
                        @if let Some(law) = &clock.law {
                            p.quiet { a href=(law.url) rel="noreferrer" { (law.name.of(code)) " " (law.act) " " (law.section) } }
                        }
                    }
                }
            }
        }
    }
}

/// Whether a rule can bring contacts to a queue, or decides something of those that come there.
fn concerns(rule: &Routing, queue: &str) -> bool {
    let sent = rule.choices.iter().filter_map(|choice| choice.queue.as_ref()).chain(&rule.to.queue);
    sent.chain(&rule.when.queues).any(|it| it.as_str() == queue)
}

fn rules(app: &App, page: &Page, at: &At, leads: bool) -> Markup {
    let code = page.language.code();
    let rules = app.kinds.routings.all();
    let here: Vec<&Arc<Part<Routing>>> = rules.values().filter(|rule| concerns(&rule.content, at.id())).collect();
    html! {
        section #rules {
            h2 { (page.text("queues-rules")) }
            @if here.is_empty() { p { (page.text("queues-no-rules")) } }
            ul.dots {
                @for rule in here {
                    li {
                        strong { (rule.content.name.of(code)) } ". " (rule.content.text.of(code)) " "
                        span.quiet { (page.language.text_with("routing-version", &[("rule", &rule.id), ("version", &rule.version.to_string())])) }
                    }
                }
            }
            @if leads { p { a href=(format!("/edit/queues/{}", escape(&at.address()))) { (page.text("queues-change")) } } }
        }
    }
}

/// The elements in force: the service that comes here, and the ready answers, with their versions.
fn elements(app: &App, page: &Page, part: &Part<Queue>) -> Markup {
    let code = page.language.code();
    let (services, phrases) = (app.kinds.services.all(), app.kinds.phrases.all());
    let named = |id: &str, name: &str, version: u32| {
        let version = page.language.text_with("queues-version", &[("version", &version.to_string())]);
        html! { li { (name) ", " span.quiet { (id) ", " (version) } } }
    };
    html! {
        section #elements {
            h2 { (page.text("queues-elements")) }
            ul.dots {
                (named(&part.id, part.content.name.of(code), part.version))
                @for service in services.values().filter(|it| *it.content.queue.as_str() == *part.id) {
                    (named(&service.id, service.content.name.of(code), service.version))
                }
                @for it in phrases.values().filter(|it| part.content.units.iter().any(|unit| it.content.units.iter().any(|of| app.is_within(unit, of)))) {
                    (named(&it.id, it.content.name.of(code), it.version))
                }
            }
            @if let Some(says) = &part.content.says { h3 { (page.text("queues-says")) } p { (says.of(code)) } }
            @if let Some(relief) = &part.content.relief {
                p { (page.text("queues-relief")) ": " (super::name_of(app, page, &relief.queue)) }
            }
        }
    }
}
