//! `/admin/health`: what is broken, since when, and who knows: what can be written, the facts, clocks, ports, imports, content.
//! Nothing of any person stands here.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use matter::access::Role;
use maud::{Markup, html};
use operations::dispatches::Place;

use crate::App;
use crate::home::missing;
use crate::layout::Page;
use crate::numbers;
use crate::parts::{Turn, tag};

const MINUTE: i64 = 60 * 1_000_000;
/// The facts follow the log within a minute or two; a clock strikes within seconds; a message waits for its hours.
const FACTS_LATE: i64 = 10 * MINUTE;
const CLOCK_LATE: i64 = 5 * MINUTE;
const MESSAGE_LATE: i64 = 14 * 60 * MINUTE;

/// One thing that is looked at.
struct Looked {
    /// Key of its name.
    name: &'static str,
    /// The fault, in words; nothing: it is as it should be.
    wrong: Option<String>,
    /// Since when, in microseconds since 1970, where that is known.
    since: Option<i64>,
    /// Key of the words for who mends it.
    who: &'static str,
    /// Where more is said of it.
    more: Option<&'static str>,
}

/// `GET /admin/health`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    if page.role != Some(Role::Admin) {
        return missing(&page);
    }
    let looked = [written(&app, &page).await, vec![facts(&app, &page), clocks(&app, &page)], ports(&app, &page)];
    let mut looked: Vec<Looked> = looked.into_iter().flatten().collect();
    looked.push(imports(&app, &page).await);
    let faults = app.content_faults();
    looked.push(Looked {
        name: "health-content",
        wrong: count(&page, "health-content-wrong", faults.1.len()),
        since: faults.0,
        who: "health-who-content",
        more: None,
    });
    // The broken first.
    looked.sort_by_key(|it| it.wrong.is_none());
    let broken = looked.iter().filter(|it| it.wrong.is_some()).count();
    let content = html! {
        h1 { (page.text("section-health")) }
        p.lead { (page.language.text_count("health-lead", broken, &broken.to_string())) }
        ul.rows { @for it in &looked { (shown(&page, it)) } }
        @if !faults.1.is_empty() {
            h2 #content-faults { (page.text("health-content")) }
            p { (page.text("health-content-what")) }
            @for fault in &faults.1 { pre.as-written lang="en" { (fault) } }
        }
    };
    page.render(StatusCode::OK, &page.text("section-health"), &content)
}

fn shown(page: &Page, it: &Looked) -> Markup {
    html! {
        li.row {
            p.row__name {
                @match it.more {
                    Some(more) => { a href=(more) { (page.text(it.name)) } }
                    None => { (page.text(it.name)) }
                }
            }
            p.row__meta {
                @match &it.wrong {
                    None => { span { (tag(Turn::Done, &page.text("health-well"))) } }
                    Some(wrong) => {
                        span { (tag(Turn::Nobody, &page.text("health-broken"))) }
                        span { (wrong) }
                        @if let Some(since) = it.since {
                            span { (page.language.text_with("health-since", &[("time", &numbers::moment(since, page.language))])) }
                        }
                        span { (page.text("health-who")) " " (page.text(it.who)) }
                    }
                }
            }
        }
    }
}

/// So many, in words; none: nothing.
fn count(page: &Page, key: &str, many: usize) -> Option<String> {
    (many > 0).then(|| page.language.text_count(key, many, &many.to_string()))
}

async fn written(app: &App, page: &Page) -> Vec<Looked> {
    let wrong = app.health.wrong(app).await;
    let of = |(what, name)| {
        let why = wrong.iter().find(|(it, ..)| *it == what);
        let (told, since) = (why.map(|_| page.text("health-not-written")), why.map(|(.., since)| *since));
        Looked { name, wrong: told, since, who: "health-who-operator", more: None }
    };
    [("log", "health-log"), ("accesses", "health-accesses"), ("disk", "health-disk")].map(of).into()
}

fn facts(app: &App, page: &Page) -> Looked {
    let (events, since) = app.behind();
    let since = app.kinds.store.now() - (since * 1e6) as i64;
    let is_late = events > 0 && app.kinds.store.now() - since > FACTS_LATE;
    let wrong = count(page, "health-facts-wrong", if is_late { events as usize } else { 0 });
    Looked { name: "health-facts", since: wrong.as_ref().map(|_| since), wrong, who: "health-who-operator", more: None }
}

/// Matters of which something was due and has not been done.
fn clocks(app: &App, page: &Page) -> Looked {
    let late = app.kinds.store.now() - CLOCK_LATE;
    let many = app.kinds.store.kinds().iter().map(|kind| kind.due(late, usize::MAX).0.len()).sum();
    let wrong = count(page, "health-clocks-wrong", many);
    Looked { name: "health-clocks", wrong, since: None, who: "health-who-operator", more: None }
}

/// Ports that cannot send, and those at which a message has waited longer than a night.
fn ports(app: &App, page: &Page) -> Vec<Looked> {
    let (all, now) = (app.kinds.ports.all(), app.kinds.store.now());
    let dumb = all.keys().filter(|id| app.kinds.ports.standing(id).is_some_and(|it| it.runs.is_none())).count();
    let waiting = app.kinds.dispatches.look(|all| {
        let waits = |place: &Place| matches!(place, Place::Waiting { .. } | Place::Begun { .. });
        all.iter().filter(|(_, it)| waits(&it.place)).map(|(_, it)| it.asked_at).min()
    });
    let since = waiting.filter(|at| now - at > MESSAGE_LATE);
    let (who, more) = ("health-who-admin", Some("/admin/ports"));
    vec![
        Looked { name: "health-ports", wrong: count(page, "health-ports-wrong", dumb), since: None, who, more },
        Looked { name: "health-messages", wrong: since.map(|_| page.text("health-messages-wrong")), since, who, more },
    ]
}

/// The last import of each table, if rows of it were refused or it was not read to its end.
async fn imports(app: &App, page: &Page) -> Looked {
    let (name, who, more) = ("health-imports", "health-who-analyst", Some("/admin/imports"));
    let Ok(all) = app.imports.all().await else {
        let wrong = Some(page.text("health-imports-away"));
        return Looked { name, wrong, since: None, who: "health-who-operator", more: None };
    };
    let mut tables = std::collections::BTreeSet::new();
    let last = all.iter().filter(|it| tables.insert(it.table.clone()));
    let is_wrong =
        |it: &&crate::imports::ImportCard| !it.whole || it.outcome.as_ref().is_some_and(|it| it.rejected > 0);
    let wrong: Vec<_> = last.filter(is_wrong).collect();
    let since = wrong.iter().map(|it| it.at).min();
    Looked { name, wrong: count(page, "health-imports-wrong", wrong.len()), since, who, more }
}
