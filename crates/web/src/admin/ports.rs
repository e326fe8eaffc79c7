//! `/admin/ports`: for each port what runs, how it goes, and what a county must still contract and configure. Nothing of any
//! person stands here.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kinds::{Files, Incoming, Standing};
use matter::access::Role;
use maud::{Markup, html};
use operations::dispatches::port::{Adapter, Port};
use operations::dispatches::{Means, Place};
use operations::tasks;

use crate::App;
use crate::desk::unit_name;
use crate::home::missing;
use crate::layout::Page;
use crate::numbers;

/// The messages of a means that are under way. Times are microseconds since 1970.
#[derive(Default)]
struct Waiting {
    count: usize,
    /// Since when the longest waits.
    since: Option<i64>,
    /// The port has them, and may still tell.
    taken: usize,
    /// The last words of the port, and of how many each.
    codes: BTreeMap<String, usize>,
}

/// `GET /admin/ports`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    if page.role != Some(Role::Admin) {
        return missing(&page);
    }
    let waiting = waiting(&app);
    let tasks = tasks(&app);
    let content = html! {
        h1 { (page.text("section-ports")) }
        p.lead { (page.text("ports-lead")) }
        @for (id, port) in &*app.kinds.ports.all() {
            @let standing = app.kinds.ports.standing(id).or_else(|| identifies(&app, port.content.adapter));
            @let waiting = port.content.carries.and_then(|means| waiting.get(&means));
            (shown(&app, &page, (id, &port.content), standing.as_ref(), waiting))
        }
        @if app.kinds.ports.all().is_empty() { p { (page.text("ports-none")) } }
        h2 #failed { (page.text("ports-failed")) }
        @if tasks.is_empty() {
            p { (page.text("ports-failed-none")) }
        } @else {
            p { (page.text("ports-failed-what")) }
            ul.dots {
                @for (unit, count) in &tasks {
                    li { (unit_name(&page, unit)) ": " (page.language.text_count("ports-tasks", *count, &count.to_string())) }
                }
            }
        }
    };
    page.render(StatusCode::OK, &page.text("section-ports"), &content)
}

/// How the provider stands by whom residents are identified; none: it is another port.
fn identifies(app: &App, adapter: Adapter) -> Option<Standing> {
    let strong = app.strong.as_ref();
    let is_known = strong.is_some_and(|it| it.is_known());
    (adapter == Adapter::Oidc).then(|| Standing {
        runs: is_known.then_some(Adapter::Oidc),
        lacks: if strong.is_none() { adapter.needs().to_vec() } else { Vec::new() },
        looked_at: app.kinds.store.now(),
        taken_at: None,
        files: Files::default(),
        came: Incoming::default(),
    })
}

fn waiting(app: &App) -> BTreeMap<Means, Waiting> {
    app.kinds.dispatches.look(|all| {
        let mut waiting: BTreeMap<Means, Waiting> = BTreeMap::new();
        for (_, it) in all.iter() {
            let Some(means) = it.by() else { continue };
            let of = waiting.entry(means).or_default();
            match it.place {
                Place::Waiting { .. } | Place::Begun { .. } => {
                    of.count += 1;
                    of.since = Some(of.since.map_or(it.asked_at, |since| since.min(it.asked_at)));
                    if let Some(code) = &it.code {
                        *of.codes.entry(code.clone()).or_default() += 1;
                    }
                }
                Place::Taken { .. } => of.taken += 1,
                _ => {}
            }
        }
        waiting
    })
}

/// Open tasks that stand in the place of messages, by their units.
fn tasks(app: &App) -> BTreeMap<String, usize> {
    app.kinds.tasks.look(|all| {
        let open = |place| matches!(place, tasks::Place::Queued | tasks::Place::Owned);
        let mut units = BTreeMap::new();
        for (_, task) in all.iter().filter(|(_, it)| it.dispatch.is_some() && open(it.place)) {
            *units.entry(task.unit.to_string()).or_default() += 1;
        }
        units
    })
}

/// The numbers of which the telephone exchange tells, with the queues to which they lead.
fn lines(app: &App, page: &Page) -> Markup {
    let queues = app.kinds.queues.all();
    html! {
        @if queues.values().all(|part| part.content.lines.is_empty()) { (page.text("ports-lines-none")) }
        ul.dots {
            @for (part, line) in queues.values().flat_map(|part| part.content.lines.iter().map(move |line| (part, line))) {
                li { (*line.number) ": " (part.content.name.of(page.language.code())) ", " (unit_name(page, &line.unit)) }
            }
        }
    }
}

fn shown(
    app: &App,
    page: &Page,
    (id, port): (&str, &Port),
    standing: Option<&Standing>,
    waiting: Option<&Waiting>,
) -> Markup {
    let moment = |at: i64| numbers::moment(at, page.language);
    let (of_nothing, language) = (Waiting::default(), page.language.code());
    let waiting = waiting.unwrap_or(&of_nothing);
    html! {
        section aria-labelledby=(format!("port-{id}")) {
            h2 id=(format!("port-{id}")) { (port.name.of(language)) }
            @if let Some(standing) = standing {
                p.standing { (page.text(&runs(standing, port))) }
                dl.facts {
                    @if ![Adapter::Oidc, Adapter::Webrtc].contains(&port.adapter) { div { dt { (page.text("ports-taken")) } dd {
                        @match standing.taken_at { Some(at) => { (moment(at)) } None => { (page.text("ports-taken-none")) } }
                    } } }
                    @if port.adapter.sends() { div { dt { (page.text("ports-waiting")) } dd {
                        (waiting.count)
                        @if let Some(since) = waiting.since { ", " (page.language.text_with("ports-since", &[("day", &moment(since))])) }
                        @for (code, count) in &waiting.codes { br; (page.language.text_with("ports-code", &[("code", code), ("count", &count.to_string())])) }
                    } }
                    div { dt { (page.text("ports-may-tell")) } dd { (waiting.taken) } } }
                    @if port.takes.is_some() || port.adapter == Adapter::Telephony {
                        @if let Some((key, place)) = comes(id, standing) {
                            div { dt { (page.text("ports-comes")) } dd { (page.language.text_with(key, &[("place", &place)])) } }
                        }
                        div { dt { (page.text("ports-came")) } dd {
                            @match standing.came.at { Some(at) => { (moment(at)) } None => { (page.text("ports-came-none")) } }
                        } }
                        div { dt { (page.text("ports-untaken")) } dd {
                            @for (at, (code, count)) in standing.came.refused.iter().enumerate() {
                                @if at > 0 { br; }
                                (page.language.text_with(&format!("ports-came-{code}"), &[("count", &count.to_string())]))
                            }
                            @if standing.came.refused.is_empty() { (page.text("ports-untaken-none")) }
                        } }
                    }
                    @if port.adapter == Adapter::Telephony { div { dt { (page.text("ports-lines")) } dd { (lines(app, page)) } } }
                    @if [Some(Adapter::File), Some(Adapter::Register)].contains(&standing.runs) {
                        div { dt { (page.text("ports-files")) } dd {
                            @let files = standing.files;
                            @let counts = [files.incoming, files.out, files.done, files.refused].map(|it| it.to_string());
                            (page.language.text_with("ports-files-of", &[("in", &counts[0]), ("out", &counts[1]), ("done", &counts[2]), ("refused", &counts[3])]))
                        } }
                    }
                    div { dt { (page.text("ports-looked")) } dd { (moment(standing.looked_at)) } }
                }
            } @else {
                p.standing { (page.text("ports-runs-not-yet")) }
            }
            @if standing.is_none_or(|it| !it.lacks.is_empty()) {
                details.fold {
                    summary { (page.text("ports-to-do")) }
                    div.fold__in {
                        h3 { (page.text("ports-contract")) }
                        p { (port.contract.of(language)) }
                        h3 { (page.text("ports-configure")) }
                        p { (port.configure.of(language)) }
                        ul.dots {
                            @for name in standing.map_or(port.adapter.needs(), |it| &it.lacks) {
                                li { code { (setting(id, name)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// End of the key of the text for what runs.
fn runs(standing: &Standing, port: &Port) -> String {
    match standing.runs {
        // Only where it would speak something else once it is configured are files a stand-in.
        Some(Adapter::File) if port.adapter == Adapter::Telephony => "ports-runs-register".into(),
        Some(Adapter::File) if port.adapter != Adapter::File => "ports-runs-stand-in".into(),
        Some(adapter) => format!("ports-runs-{}", adapter.code()),
        None => "ports-runs-nothing".into(),
    }
}

/// Where messages come in by a port that runs.
fn comes(id: &str, standing: &Standing) -> Option<(&'static str, String)> {
    match standing.runs? {
        Adapter::Webhook | Adapter::Telephony => Some(("ports-comes-webhook", format!("/hooks/{id}"))),
        _ => Some(("ports-comes-file", format!("ports/{id}/in"))),
    }
}

/// Where a setting stands.
fn setting(port: &str, name: &str) -> String {
    match name {
        _ if port == "strong-identification" => format!("county.toml: [strong] {name} = …"),
        "secret" => format!("LUOTSI_PORT_{}_SECRET", port.to_uppercase().replace('-', "_")),
        "hosts" => "county.toml: hosts = […]".into(),
        _ => format!("county.toml: [port.{port}] {name} = …"),
    }
}
