//! `/desk`: the queue of a unit, one's own work, the work of the whole unit by person, and the work that is done.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use matter::PartId;
use matter::access::{Action, Role};
use maud::{Markup, html};
use serde::Deserialize;
use store::{Listed, Which};
use uuid::Uuid;

use super::rows::{self, Row};
use super::{banner, people, unit_name};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care;
use crate::contact::see_other;
use crate::guard::Glance;
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::listing::{Claim, Listing, listing};
use crate::needs;
use crate::numbers;
use crate::parts::chip;
use crate::queues;

/// Contacts on a page of a list.
const PAGE: usize = 50;
/// How far back what was done is listed: a week, in microseconds.
const DONE_LISTED: i64 = 7 * 86_400 * 1_000_000;
/// Contacts at the head of a queue that somebody tries to take, when others take at the same time.
const TRIED: usize = 20;

/// The lists of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Queue,
    Mine,
    Unit,
    Done,
}

impl List {
    const ALL: [List; 4] = [List::Queue, List::Mine, List::Unit, List::Done];

    fn code(self) -> &'static str {
        match self {
            List::Queue => "queue",
            List::Mine => "mine",
            List::Unit => "unit",
            List::Done => "done",
        }
    }
}

#[derive(Deserialize, Default)]
pub struct Filters {
    unit: Option<String>,
    /// One of the queues of the unit.
    #[serde(default)]
    queue: String,
    view: Option<String>,
    /// The same in addresses that people give each other.
    list: Option<String>,
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    service: String,
    /// Id of the professional who has it, or had.
    #[serde(default)]
    who: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    page: String,
    /// The act that was done just now, and its contact.
    #[serde(default)]
    did: String,
    #[serde(default)]
    contact: String,
}

/// States by which a list is filtered; texts `filter-…`.
const STATES: [&str; 4] = ["ours", "late", "reopened", "handed"];

/// A list of a unit, for the person who looks at it.
struct Asked<'a> {
    app: &'a App,
    page: &'a Page,
    person: Person,
    caller: &'a Caller,
    unit: String,
    list: List,
    filters: Filters,
    now: i64,
    /// The confirmation of the act that led here.
    did: Markup,
}

/// A heading, its class, and the rows under it.
type Group<'r> = (String, &'static str, Vec<&'r (Row, rows::Words)>);

/// `GET /desk`.
pub async fn list(
    State(app): State<Arc<App>>,
    page: Page,
    Query(filters): Query<Filters>,
    caller: Result<Caller, Failure>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return failed(&page, &failure),
    };
    let units = units_of(&app, &person);
    let unit = filters.unit.clone().or_else(|| units.first().cloned()).unwrap_or_else(|| person.unit.clone());
    if !app.may_count_queue(Some(&person), &unit) || !app.is_queue(&unit) {
        return missing(&page);
    }
    let view = filters.view.as_deref().or(filters.list.as_deref()).unwrap_or("queue");
    let list = List::ALL.into_iter().find(|list| list.code() == view).unwrap_or(List::Queue);
    let now = app.kinds.store.now();
    let did = banner::shown(&app, &page, &caller, &filters.did, &filters.contact, &unit).await;
    let asked = Asked { app: &app, page: &page, person, caller: &caller, unit, list, filters, now, did };
    // A manager sees how many and how long, and no contact.
    let content = match app.may_see_queue(Some(&asked.person), &asked.unit) {
        true => asked.rows(&units).await,
        false => {
            let loads = asked.loads().await;
            loads.map(|loads| html! { (asked.head(&units, None)) (asked.board(&loads, |name, _| name)) })
        }
    };
    match content {
        Ok(content) => page.render(StatusCode::OK, &page.text("desk-title"), &content),
        Err(failure) => failed(&page, &failure),
    }
}

/// Units whose queues somebody sees: those that services come to, and where something waits or is worked on, within
/// their own.
pub fn units_of(app: &App, person: &Person) -> Vec<String> {
    let at_work = app.kinds.store.kinds().iter().flat_map(|kind| kind.units());
    let units = app.services().into_iter().map(|service| service.unit).chain(at_work);
    let mut seen = std::collections::HashSet::new();
    units.filter(|unit| app.is_within(unit, &person.unit) && seen.insert(unit.clone())).collect()
}

impl Asked<'_> {
    fn link(&self, changes: &[(&str, &str)]) -> String {
        // An act is confirmed once.
        let once: Vec<(&str, &str)> =
            [("did", ""), ("contact", ""), ("page", ""), ("list", ""), ("view", self.list.code())]
                .into_iter()
                .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
                .chain(changes.iter().copied())
                .collect();
        self.page.link_to("/desk", &once)
    }

    fn head(&self, units: &[String], shown: Option<usize>) -> Markup {
        let page = self.page;
        let is_worker = self.person.role != Role::Manager;
        html! {
            (self.did)
            div.listhead {
                h1 { (page.text("desk-title")) }
                p.listhead__n {
                    @if let Some(shown) = shown { (page.language.text_count("desk-count", shown, &shown.to_string())) }
                }
                @if shown.is_some() { (self.lists()) }
                @if is_worker {
                    a.btn.btn--second href="/desk/contacts/new" role="button" { (page.text("log-contact")) }
                    a.btn.btn--second href="/desk/tasks/new" role="button" { (page.text("tasks-set")) }
                }
                @if is_worker && self.count(Which::Queue(&self.unit)) > 0 { (take_next(self.app, page, (&self.unit, &self.filters.queue))) }
            }
            @if is_worker {
                p.links.small {
                    a href="/desk/notices/new" { (page.text("notices-new")) }
                    a href="/desk/absences" { (page.text("absences-title")) }
                    @if self.person.role == Role::Lead {
                        a href=(format!("/desk/moves?unit={}", escape(&self.unit))) { (page.text("moves-title")) }
                    }
                }
            } @else {
                p.links.small { a href=(format!("/steer?unit={}", escape(&self.unit))) { (page.text("section-steer")) } }
            }
            @if units.len() > 1 {
                nav.chips.filterrow aria-label=(page.text("desk-queues")) {
                    @for other in units {
                        @let waiting = self.count(Which::Queue(other));
                        @let is_here = *other == self.unit;
                        a.chip.chip--on[is_here] aria-current=[is_here.then_some("true")]
                            href=(page.link_to("/desk", &[("unit", other), ("queue", ""), ("page", ""), ("did", ""), ("contact", ""), ("who", "")])) {
                            (unit_name(page, other)) " " span { (waiting) }
                        }
                    }
                }
            }
        }
    }

    /// The queues of the unit, where it has more than one.
    fn queues(&self) -> Markup {
        let (app, page) = (self.app, self.page);
        let parts = app.queues_at(&self.unit);
        let names = parts.iter().map(|part| part.id.as_str()).chain([PartId::GENERAL]);
        let options = names.map(|id| (id, queues::name_of(app, page, id)));
        html! {
            @if !parts.is_empty() && self.list != List::Mine {
                nav.chips.filterrow aria-label=(page.text("desk-queues-of-unit")) {
                    @for (id, name) in [("", page.text("desk-queue-all"))].into_iter().chain(options) {
                        @let is_here = self.filters.queue == id;
                        a.chip.chip--on[is_here] href=(self.link(&[("queue", id)])) aria-current=[is_here.then_some("true")] { (name) }
                    }
                }
            }
            @if self.list != List::Mine {
                @let part = if self.filters.queue.is_empty() { parts.first().map_or(PartId::GENERAL, |part| &part.id) } else { self.filters.queue.as_str() };
                p { a href=(format!("/desk/queues/{}", escape(&format!("{part}@{}", self.unit)))) { (page.text("queues-how")) } }
            }
        }
    }

    /// The lists there are, each with what stands in it.
    fn lists(&self) -> Markup {
        // Also the work of those for whom they stand in.
        let theirs = self.app.seen_to_by(&self.person.id);
        let answered = self.app.kinds.contacts.look(|contacts| {
            let all = theirs.iter().flat_map(|who| contacts.with(who));
            all.filter(|(_, contact)| contact.waits_since.is_some()).count()
        });
        let mine = theirs.iter().map(|who| self.count(Which::With(who))).sum();
        let counts = [self.count(Which::Queue(&self.unit)), mine, self.count(Which::Held(&self.unit))];
        html! {
            nav.scopes.lists aria-label=(self.page.text("desk-lists")) {
                ul {
                    @for (list, count) in List::ALL.into_iter().zip(counts.map(Some).into_iter().chain([None])) {
                        li {
                            a href=(self.link(&[("view", list.code()), ("q", ""), ("state", ""), ("who", "")]))
                                aria-current=[(list == self.list).then_some("page")] {
                                (self.page.text(&format!("list-{}", list.code())))
                                @if let Some(count) = count { " " span.count { (count) } }
                                @if list == List::Mine && answered > 0 {
                                    span.hidden {
                                        ", " (self.page.language.text_count("desk-to-answer", answered, &answered.to_string()))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    async fn rows(&self, units: &[String]) -> Result<Markup, Failure> {
        let (app, page) = (self.app, self.page);
        let all = self.found(units).await?;
        let pages = all.len().div_ceil(PAGE).max(1);
        let at = self.filters.page.parse::<usize>().unwrap_or(1).clamp(1, pages);
        let known: Vec<String> = all.iter().map(Row::key).collect();
        let total = all.len();
        let shown: Vec<Row> = all.into_iter().skip((at - 1) * PAGE).take(PAGE).collect();
        let words = rows::words(app, self.caller, &shown).await?;
        let rows: Vec<(Row, rows::Words)> = shown.into_iter().zip(words).collect();
        let is_board = self.list == List::Unit && self.filters.q.is_empty();
        let loads = if is_board { Some(self.loads().await?) } else { None };
        let waiting = match is_board {
            true => needs::waiting(app, page, self.caller, &self.unit).await?,
            false => html! {},
        };
        Ok(html! {
            (live(page))
            (self.head(units, Some(total)))
            (self.queues())
            (self.form())
            (waiting)
            @if let Some(loads) = &loads { (self.board(loads, |name, to| html! { a href=(self.link(to)) { (name) } })) }
            div #list data-live-queue=(format!("/api/queues/{}", escape(&self.unit))) data-known=(known.join(" ")) {
                @if rows.is_empty() {
                    p { (page.text(self.nothing())) }
                } @else {
                    @for (heading, class, rows) in self.grouped(&rows) {
                        (rows::group(app, page, (&heading, class), &rows, self.list.code()))
                    }
                    (self.pager(at, pages, total))
                }
            }
        })
    }

    /// The contacts of the list, filtered, in its order.
    async fn found(&self, units: &[String]) -> Result<Vec<Row>, Failure> {
        let is_search = !self.filters.q.trim().is_empty();
        let within = if is_search { units } else { std::slice::from_ref(&self.unit) };
        let mut listed = Vec::new();
        for kind in self.app.kinds.store.kinds() {
            for unit in within {
                let (queue, held) = (Which::Queue(unit), Which::Held(unit));
                match self.list {
                    List::Mine | List::Done if !is_search => {}
                    List::Queue if !is_search => listed.extend(kind.listed(queue)),
                    List::Unit if !is_search => listed.extend(kind.listed(held)),
                    _ => listed.extend(kind.listed(queue).into_iter().chain(kind.listed(held))),
                }
            }
            if self.list == List::Mine && !is_search {
                let theirs = self.app.seen_to_by(&self.person.id);
                listed.extend(theirs.iter().flat_map(|who| kind.listed(Which::With(who))));
            }
        }
        let mut found = self.read(listed).await?;
        if self.list == List::Done || is_search {
            for unit in within {
                found.extend(self.done(unit).await?);
            }
        }
        found.retain(|row| self.fits(row));
        // A filter tells what it is about.
        if self.is_filtered_by_content() {
            found.retain(|row| !self.app.is_in_other_register(self.caller, &row.glance()));
        }
        match self.list {
            List::Unit => found
                .sort_by_cached_key(|row| (row.owner().map(|owner| people::name(self.page, owner)), row.listed.since)),
            List::Done => found.sort_by_key(|row| std::cmp::Reverse(row.listed.done)),
            _ if self.is_newest_first() => {
                found.sort_by_key(|row| (std::cmp::Reverse(row.listed.since), row.listed.id))
            }
            _ => found.sort_by_cached_key(|row| (row.when(self.app, self.page), row.listed.since, row.listed.id)),
        }
        Ok(found)
    }

    async fn read(&self, listed: Vec<Listed>) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::with_capacity(listed.len());
        for it in listed {
            rows.extend(Row::of(self.app, it).await?);
        }
        Ok(rows)
    }

    fn count(&self, which: Which<'_>) -> usize {
        self.app.kinds.store.kinds().iter().map(|kind| kind.count(which)).sum()
    }

    /// Work done in a unit in the last week, as far as it is theirs to see.
    async fn done(&self, unit: &str) -> Result<Vec<Row>, Failure> {
        let since = |it: &Listed| it.done.is_some_and(|at| at >= self.now - DONE_LISTED);
        let kinds = self.app.kinds.store.kinds().iter();
        let listed = kinds.flat_map(|kind| kind.listed(Which::Done(unit)).into_iter().take_while(since));
        let mut rows = self.read(listed.collect()).await?;
        rows.retain(|row| self.app.may(self.caller, &row.glance(), Action::Read));
        Ok(rows)
    }

    fn fits(&self, row: &Row) -> bool {
        let (filters, matter) = (&self.filters, &row.matter);
        let plain =
            |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        let is_state = match filters.state.as_str() {
            "ours" => matter.waits_since().is_some(),
            "late" => row.is_late(self.app, self.now),
            "reopened" => matter.is_reopened(),
            "handed" => matter.is_handed(),
            _ => true,
        };
        is_state
            && (filters.q.trim().is_empty() || plain(&care::receipt(row.listed.id)).contains(&plain(&filters.q)))
            && (filters.language.is_empty() || matter.language().split('-').next() == Some(filters.language.as_str()))
            && (filters.service.is_empty() || matter.service() == filters.service)
            && is_in(&row.listed, &filters.queue)
            && (filters.who.is_empty() || row.owner() == Some(filters.who.as_str()))
    }

    fn is_filtered_by_content(&self) -> bool {
        let Filters { state, language, service, who, .. } = &self.filters;
        [state, language, service, who].iter().any(|it| !it.is_empty())
    }

    fn is_newest_first(&self) -> bool {
        self.filters.order == "newest" && matches!(self.list, List::Queue | List::Mine)
    }

    /// Rows under their headings, each with its class: by person, by day, or by when something is to be done.
    fn grouped<'r>(&self, rows: &'r [(Row, rows::Words)]) -> Vec<Group<'r>> {
        let page = self.page;
        let mut groups: Vec<Group<'_>> = Vec::new();
        for entry in rows {
            let (row, _) = entry;
            let (heading, class) = match (self.list, row.listed.done) {
                _ if !self.filters.q.is_empty() => (page.text("desk-found"), "all"),
                (List::Unit, _) => (row.owner().map_or_else(String::new, |owner| people::name(page, owner)), "all"),
                (List::Done, Some(at)) => (numbers::near_day(at, page.language), "all"),
                _ if self.is_newest_first() => (page.text("desk-newest-first"), "all"),
                _ => {
                    let when = row.when(self.app, page).code();
                    (page.text(&format!("when-{when}")), when)
                }
            };
            match groups.last_mut().filter(|(last, ..)| *last == heading) {
                Some((.., group)) => group.push(entry),
                None => groups.push((heading, class, vec![entry])),
            }
        }
        groups
    }

    fn nothing(&self) -> &'static str {
        let filters = &self.filters;
        let is_filtered =
            [&filters.q, &filters.state, &filters.language, &filters.service, &filters.who, &filters.queue];
        match self.list {
            _ if is_filtered.iter().any(|it| !it.is_empty()) => "desk-none-fit",
            List::Queue => "desk-empty",
            List::Mine => "desk-none-mine",
            List::Unit => "desk-none-unit",
            List::Done => "desk-none-done",
        }
    }

    fn pager(&self, at: usize, pages: usize, total: usize) -> Markup {
        let page = self.page;
        let to = |number: usize| self.link(&[("page", &number.to_string())]);
        let (first, last) = ((at - 1) * PAGE + 1, (at * PAGE).min(total));
        let range = [("first", first.to_string()), ("last", last.to_string()), ("total", total.to_string())];
        let range: Vec<(&str, &str)> = range.iter().map(|(name, value)| (*name, value.as_str())).collect();
        html! {
            @if pages > 1 {
                nav.pager aria-label=(page.text("desk-pages")) {
                    @if at > 1 { a rel="prev" href=(to(at - 1)) { (page.text("desk-previous")) } }
                    span { (page.language.text_with("desk-range", &range)) }
                    @if at < pages { a rel="next" href=(to(at + 1)) { (page.text("desk-following")) } }
                }
            }
        }
    }

    fn form(&self) -> Markup {
        let (page, filters) = (self.page, &self.filters);
        let languages: std::collections::BTreeSet<String> = {
            let (waiting, held) = self
                .app
                .kinds
                .contacts
                .look(|it| (it.queue(&self.unit, usize::MAX).0, it.held(&self.unit).collect::<Vec<_>>()));
            let all = waiting.iter().chain(&held);
            all.map(|(_, contact)| contact.language.split('-').next().unwrap_or_default().to_string()).collect()
        };
        let languages: Vec<(String, String)> = languages
            .into_iter()
            .chain([filters.language.clone()].into_iter().filter(|it| !it.is_empty()))
            .map(|tag| {
                let name = rows::language_name(page, &tag);
                (tag, name)
            })
            .collect::<BTreeMap<_, _>>()
            .into_iter()
            .collect();
        let services = self.app.services().into_iter().map(|it| {
            let name = page.language.of(&it.names).to_string();
            (it.id, name)
        });
        let states = STATES.map(|state| (state.to_string(), page.text(&format!("filter-{state}"))));
        let selects = [
            ("state", "desk-state", &filters.state, states.to_vec()),
            ("language", "desk-language", &filters.language, languages),
            ("service", "desk-service", &filters.service, services.collect()),
        ];
        let on = selects.iter().filter_map(|(name, _, chosen, options)| {
            options.iter().find(|(value, _)| value == *chosen).map(|(_, words)| (*name, words.clone()))
        });
        let number = (!filters.q.trim().is_empty()).then(|| ("q", filters.q.trim().to_string()));
        let who = (!filters.who.is_empty()).then(|| ("who", people::name(page, &filters.who)));
        let order = self.is_newest_first().then(|| ("order", page.text("desk-newest-first")));
        let on: Vec<(&str, String)> = on.chain(number).chain(who).chain(order).collect();
        html! {
            div.chips.filterrow {
                details.fold {
                    summary { (page.text("desk-narrow")) }
                    form.filters method="get" action="/desk" role="search" {
                        input type="hidden" name="unit" value=(self.unit);
                        input type="hidden" name="view" value=(self.list.code());
                        @if !filters.queue.is_empty() { input type="hidden" name="queue" value=(filters.queue); }
                        div.asked {
                            label for="q" { (page.text("desk-number")) }
                            input.field #q name="q" value=(filters.q) autocomplete="off" spellcheck="false" maxlength="20";
                        }
                        @for (name, label, chosen, options) in &selects {
                            @if options.len() > 1 || *name == "state" {
                                div.asked {
                                    label for=(name) { (page.text(label)) }
                                    select.field id=(name) name=(name) {
                                        option value="" { (page.text("filter-any")) }
                                        @for (value, text) in options { option value=(value) selected[value == *chosen] { (text) } }
                                    }
                                }
                            }
                        }
                        @if self.list == List::Done {
                            (self.whose())
                        } @else if self.list != List::Unit {
                            div.asked {
                                label for="order" { (page.text("desk-order")) }
                                select.field #order name="order" {
                                    option value="" { (page.text("desk-longest-first")) }
                                    option value="newest" selected[filters.order == "newest"] { (page.text("desk-newest-first")) }
                                }
                            }
                        } @else if !filters.who.is_empty() {
                            input type="hidden" name="who" value=(filters.who);
                        }
                        button.btn.btn--second type="submit" { (page.text("desk-filter")) }
                    }
                }
                @for (name, words) in &on { (chip(page, &self.link(&[(name, "")]), words)) }
            }
        }
    }

    /// The choice between one's own work and the unit's.
    fn whose(&self) -> Markup {
        html! {
            div.asked {
                label for="who" { (self.page.text("desk-by")) }
                select.field #who name="who" {
                    option value="" { (self.page.text("desk-by-unit")) }
                    option value=(self.person.id) selected[self.filters.who == self.person.id] { (self.page.text("desk-by-me")) }
                }
            }
        }
    }

    /// The work that each professional of the unit has in hand, and that which waits.
    async fn loads(&self) -> Result<Loads, Failure> {
        let kinds = self.app.kinds.store.kinds();
        let all = |which: Which<'_>| kinds.iter().flat_map(|kind| kind.listed(which)).collect();
        let mut loads = Loads::default();
        for row in self.read(all(Which::Held(&self.unit))).await? {
            let owner = row.owner().unwrap_or_default();
            let name = people::name(self.page, owner);
            let entry = loads.people.entry(name).or_insert_with(|| (owner.into(), Load::default()));
            entry.1.add(self.app, &row, self.now);
        }
        for row in self.read(all(Which::Queue(&self.unit))).await? {
            loads.queue.add(self.app, &row, self.now);
        }
        Ok(loads)
    }

    /// The load of each professional of the unit, and how long the longest waits. `named`: the name over a load, which may
    /// lead to its contacts.
    fn board(&self, loads: &Loads, named: impl Fn(Markup, &[(&str, &str)]) -> Markup) -> Markup {
        let page = self.page;
        let Loads { queue, people } = loads;
        let row = |name: Markup, load: &Load| {
            html! {
                tr {
                    th scope="row" { (name) }
                    td.number { (load.open) }
                    td.number { (load.ours) }
                    td.number { @if load.late > 0 { strong.late { (load.late) } } @else { "0" } }
                    td.number { @if let Some(since) = load.longest { (numbers::lasting(self.now - since, page.language)) } @else { (page.text("desk-nobody-waits")) } }
                }
            }
        };
        html! {
            div.scroll tabindex="0" role="region" aria-label=(page.text("desk-who-has")) {
                table.scorecard.board {
                    caption.hidden { (page.text("desk-who-has")) }
                    thead {
                        tr {
                            th scope="col" { (page.text("desk-person")) }
                            th.number scope="col" { (page.text("desk-open")) }
                            th.number scope="col" { (page.text("filter-ours")) }
                            th.number scope="col" { (page.text("desk-late")) }
                            th.number scope="col" { (page.text("desk-longest")) }
                        }
                    }
                    tbody {
                        (row(named(html! { (page.text("place-queued")) }, &[("view", "queue"), ("who", "")]), queue))
                        @for (name, (id, load)) in people { (row(named(html! { (name) }, &[("who", id)]), load)) }
                    }
                }
            }
        }
    }
}

/// The work of a unit: in its queue, and by the name of each professional, with their id.
#[derive(Default)]
struct Loads {
    queue: Load,
    people: BTreeMap<String, (String, Load)>,
}

/// The work in somebody's hands.
#[derive(Default)]
struct Load {
    open: usize,
    /// Of these, those that wait for a word of ours.
    ours: usize,
    late: usize,
    /// Since when the longest waits.
    longest: Option<i64>,
}

impl Load {
    fn add(&mut self, app: &App, row: &Row, now: i64) {
        self.open += 1;
        self.ours += usize::from(row.matter.waits_since().is_some());
        self.late += usize::from(row.is_late(app, now));
        self.longest = self.longest.into_iter().chain(row.matter.waits_since()).min();
    }
}

/// Where the page says what came meanwhile, that the session is over, or that the connection was lost: above
/// everything, for a reader who does not look down.
pub fn live(page: &Page) -> Markup {
    html! {
        div.live {
            p #signed-out .live__over role="alert" hidden {
                (page.text("live-over")) " " a href=(page.sign_in_link()) { (page.text("sign-in")) }
            }
            p #live-status .quiet role="status" data-lost=(page.text("live-lost")) data-new=(page.text("live-new"))
                data-taken=(page.text("live-taken")) {}
            button #live-news .btn.btn--second.btn--small type="button" hidden
                data-one=(page.text("live-one")) data-many=(page.text("live-many")) {}
        }
    }
}

/// The button that takes what has waited longest in a queue.
pub fn take_next(app: &App, page: &Page, (unit, queue): (&str, &str)) -> Markup {
    html! {
        form method="post" action="/desk/next" {
            input type="hidden" name="client_id" value=(app.sessions.unguessable());
            input type="hidden" name="unit" value=(unit);
            input type="hidden" name="queue" value=(queue);
            button.btn #take-next type="submit" { (page.text("desk-next")) }
        }
    }
}

#[derive(Deserialize, Default)]
pub struct Next {
    #[serde(default)]
    unit: String,
    /// One of its queues; all of them, where none is named.
    #[serde(default)]
    queue: String,
    #[serde(default)]
    client_id: String,
}

/// Whether a matter is of one of the queues of its unit; of any, where none is named.
fn is_in(listed: &Listed, queue: &str) -> bool {
    queue.is_empty() || listed.queue.as_deref().unwrap_or(PartId::GENERAL) == queue
}

/// `POST /desk/next`: takes what has waited longest, and opens it.
pub async fn next(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    Form(form): Form<Next>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let taken = match (caller, care::client_id(&form.client_id)) {
        (Ok(caller), Ok(key)) if app.may_see_queue(Some(&person), &form.unit) => {
            take(&app, &caller, &person, (&form.unit, &form.queue), &key).await
        }
        (Err(failure), _) => Err(failure),
        (_, Err(failure)) => Err(failure),
        _ => Err(Failure::not_found()),
    };
    match taken {
        Ok(Some(address)) => see_other(&address),
        Ok(None) => {
            let queue = if form.queue.is_empty() { String::new() } else { format!("&queue={}", escape(&form.queue)) };
            see_other(&format!("/desk?unit={}{queue}&did=none", escape(&form.unit)))
        }
        Err(failure) => failed(&page, &failure),
    }
}

/// Takes what has waited longest, of whatever kind; gives the address of its page.
async fn take(
    app: &App,
    caller: &Caller,
    person: &Person,
    (unit, queue): (&str, &str),
    key: &str,
) -> Result<Option<String>, Failure> {
    let by = person.by();
    let all = |which: Which<'_>| {
        let listed = app.kinds.store.kinds().iter().flat_map(|kind| kind.listed(which));
        let known = listed.filter_map(|it| {
            let listing = listing(it.kind)?;
            let claim = listing.claim.as_ref()?;
            // Matters of the other register are for those who work in it to take.
            let is_apart = app.is_apart(person, &Glance::listed(claim.rights, &it));
            (!is_apart).then_some((listing, claim, it))
        });
        known.collect::<Vec<(&Listing, &Claim, Listed)>>()
    };
    let address = |listing: &Listing, id: Uuid| Some(format!("/desk/{}/{id}", listing.path));
    // Sent twice, it takes one.
    for (listing, claim, it) in all(Which::With(&person.id)) {
        if (claim.took)(app, it.id, (&by, key)).await.map_err(|error| Failure::away(&error))? {
            return Ok(address(listing, it.id));
        }
    }
    let mut head = all(Which::Queue(unit));
    head.retain(|(.., it)| is_in(it, queue));
    // People who are there and wait come before those who are told later.
    let is_live = |id: Uuid| app.kinds.contacts.look(|all| all.get(id)).is_some_and(|it| it.is_live());
    head.sort_by_cached_key(|(.., it)| (!is_live(it.id), it.since, it.id));
    for (listing, claim, it) in head.into_iter().take(TRIED) {
        match (claim.take)(app, caller, it.id, (&by, key)).await {
            Ok(()) => return Ok(address(listing, it.id)),
            // A colleague was quicker, perhaps one of the other register.
            Err(failure) if failure.status == StatusCode::CONFLICT || failure.code == "other_register" => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}
