//! `/edit/queues/{id}`: the rules that are to come, tried on the contacts of the last 90 days by their codes, before they are
//! in force.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::Part;
use matter::access::Role;
use maud::{Markup, html};
use operations::contacts::routing::{Case, Rehearsal, Routing, rehearse};
use operations::contacts::{Contact, Event};
use store::{Filter, Result};

use super::page::{At, seen};
use super::{name_at, name_of};
use crate::App;
use crate::answer::Failure;
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::{numbers, parts, routing};

/// The contacts of so long ago and since are tried: 90 days, in microseconds.
const SINCE: i64 = 90 * 86_400 * 1_000_000;
/// Events that are read at once.
const AT_ONCE: usize = 5_000;
/// Contacts that are tried at most, the latest of them.
const MOST: usize = 50_000;

/// `GET /edit/queues/{id}`.
pub async fn rules(State(app): State<Arc<App>>, page: Page, Path(id): Path<String>) -> Response {
    let Some(person) = &page.person else { return page.to_sign_in() };
    let found = seen(&app, &page, &id).filter(|_| person.role == Role::Lead);
    let Some(at) = found else { return missing(&page) };
    let (now, next) = (app.routings(), app.kinds.routings_to_come.all().values().cloned().collect::<Vec<_>>());
    let changes = changes(&now, &next);
    let tried = match changes.is_empty() {
        true => None,
        false => match app.cases().await {
            Ok(cases) => Some(rehearse(&cases, |case| app.decide(case, &now), |case| app.decide(case, &next))),
            Err(error) => return failed(&page, &Failure::away(&error)),
        },
    };
    page.render(StatusCode::OK, &page.text("rehearsal-title"), &shown(&app, &page, &at, &changes, tried.as_ref()))
}

impl App {
    /// The codes of the contacts of the last 90 days, as they were when these came; no text is read.
    async fn cases(&self) -> Result<Vec<Case>> {
        let since = self.kinds.store.now().saturating_sub(SINCE);
        let (mut cases, mut after) = (Vec::new(), 0);
        let filter = Filter { categories: vec!["contact".into()], kinds: vec!["contact.opened".into()] };
        loop {
            let read = self.kinds.store.log().read_all(after, filter.clone(), AT_ONCE).await?;
            let opened =
                read.events.iter().filter_map(|it| matter::decode::<Contact>(&it.kind, it.schema, &it.data).ok());
            cases.extend(opened.filter_map(|event| case(event, since)));
            if read.next == after || read.head <= read.next {
                break;
            }
            after = read.next;
        }
        cases.drain(..cases.len().saturating_sub(MOST));
        Ok(cases)
    }
}

/// The codes of a contact that was opened; of one that came by no rule, those that its opening has.
fn case(event: Event, since: i64) -> Option<Case> {
    let Event::Opened { channel, service, language, routed, at, .. } = event else { return None };
    let plain = || Case {
        service,
        channel,
        language,
        age: None,
        place: None,
        needs: Vec::new(),
        severity: None,
        urgency: None,
        caller: None,
        own: None,
    };
    (since <= at).then(|| routed.map_or_else(plain, |routed| routed.case))
}

/// Rules that come, go or change: by id, what is in force and what will be.
type Changes = Vec<(Option<Arc<Part<Routing>>>, Option<Arc<Part<Routing>>>)>;

fn changes(now: &[Arc<Part<Routing>>], next: &[Arc<Part<Routing>>]) -> Changes {
    let of = |all: &[Arc<Part<Routing>>], id: &str| all.iter().find(|it| it.id == id).cloned();
    let mut ids: Vec<&str> = now.iter().chain(next).map(|it| it.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let pairs = ids.into_iter().map(|id| (of(now, id), of(next, id)));
    pairs
        .filter(|(before, after)| before.as_ref().map(|it| it.version) != after.as_ref().map(|it| it.version))
        .collect()
}

fn shown(app: &App, page: &Page, at: &At, changes: &Changes, tried: Option<&Rehearsal>) -> Markup {
    let (language, code) = (page.language, page.language.code());
    let to = |address: &str| match address.split_once('@') {
        Some((part, unit)) => name_at(app, page, part, unit),
        None => name_of(app, page, address),
    };
    html! {
        (parts::back(&format!("/desk/queues/{}", escape(&at.address())), &page.text("rehearsal-back")))
        h1 { (page.text("rehearsal-title")) }
        p.lead { (page.text("rehearsal-lead")) }
        @if changes.is_empty() { p { (page.text("rehearsal-none")) } }
        @for (before, after) in changes {
            @let rule = after.as_ref().or(before.as_ref());
            @if let Some(rule) = rule {
                section {
                    h2 { (rule.content.name.of(code)) }
                    p {
                        @match (before, after) {
                            (_, Some(after)) => {
                                (language.text_with("rehearsal-from", &[("day", &after.from.map_or_else(String::new, |day| numbers::day(&day.to_string(), language)))]))
                                " " (language.text_with("routing-version", &[("rule", &after.id), ("version", &after.version.to_string())]))
                            }
                            (Some(_), None) => { (page.text("rehearsal-ends")) }
                            (None, None) => {}
                        }
                    }
                    p { (rule.content.text.of(code)) }
                }
            }
        }
        @if let Some(tried) = tried {
            section #rehearsal {
                h2 { (page.text("rehearsal-result")) }
                p {
                    (language.text_count("rehearsal-all", tried.all, &numbers::number(tried.all as f64, 0, language))) " "
                    strong { (language.text_count("rehearsal-elsewhere", tried.elsewhere(), &numbers::number(tried.elsewhere() as f64, 0, language))) }
                }
                @if !tried.moved.is_empty() {
                    table {
                        thead { tr { th { (page.text("rehearsal-was")) } th { (page.text("rehearsal-would")) } th.num { (page.text("rehearsal-count")) } } }
                        tbody {
                            @for ((from, into), count) in &tried.moved {
                                tr { td { (to(from)) } td { (to(into)) } td.num { (count) } }
                            }
                        }
                    }
                }
            }
        }
        section {
            h2 { (page.text("rehearsal-order")) }
            p { (page.text("rehearsal-order-what")) }
            ol.plain {
                @for rule in in_order(app) {
                    li { (rule.content.rank) ". " strong { (rule.content.name.of(code)) } ". " (rule.content.text.of(code)) " "
                        span.quiet { (routing::rule_name(app, page, &rule.id)) ", " (rule.id) }
                    }
                }
            }
        }
    }
}

fn in_order(app: &App) -> Vec<Arc<Part<Routing>>> {
    let mut rules = app.routings();
    rules.sort_by(|left, right| (left.content.rank, &left.id).cmp(&(right.content.rank, &right.id)));
    rules
}
