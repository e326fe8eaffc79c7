//! `/desk/moves`: whoever leads a unit moves many of its matters at once: rows are chosen, one page names how many and to
//! whom, and each move is an act of its own; those that are refused are told one by one.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use matter::access::{Action, Role};
use matter::{List, Matter};
use maud::{Markup, html};
use operations::contacts::{self, Contact};
use operations::tasks::{self, Task};
use serde::Deserialize;
use store::{Listed, Which};
use uuid::Uuid;

use super::people;
use super::rows::Row;
use super::unit_name;
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::{self, receipt};
use crate::form::{errors, field};
use crate::home::{failed, missing};
use crate::layout::Page;

/// Matters that are moved at once at most.
const MOST: usize = 200;
/// In place of a colleague: back to the queue.
const QUEUE: &str = "queue";

#[derive(Deserialize, Default)]
pub struct Filters {
    #[serde(default)]
    unit: String,
    /// The professional whose matters are shown; empty: all of the unit.
    #[serde(default)]
    who: String,
}

/// The contents of a form: the rows that were chosen, and to whom they go.
#[derive(Default)]
struct Fields {
    client_id: String,
    unit: String,
    who: String,
    to: String,
    sure: bool,
    chosen: Vec<(String, Uuid)>,
}

impl Fields {
    /// A row is `kind/id`, and there are many of that name.
    fn read(pairs: Vec<(String, String)>) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in pairs {
            match name.as_str() {
                "client_id" => fields.client_id = value,
                "unit" => fields.unit = value,
                "who" => fields.who = value,
                "to" => fields.to = value,
                "sure" => fields.sure = !value.is_empty(),
                "row" => fields
                    .chosen
                    .extend(value.split_once('/').and_then(|(kind, id)| Some((kind.into(), id.parse().ok()?)))),
                _ => {}
            }
        }
        fields
    }
}

/// The one who leads, and the unit whose matters they move: their own, or one below it.
fn led<'a>(app: &App, page: &'a Page, unit: &'a str) -> Option<(&'a Person, &'a str)> {
    let person = page.person.as_ref().filter(|person| person.role == Role::Lead)?;
    let unit = if unit.is_empty() { &person.unit } else { unit };
    app.is_within(unit, &person.unit).then_some((person, unit))
}

/// The matters of a unit that can be moved: those that wait, and those that somebody has.
async fn rows(app: &App, unit: &str, who: &str) -> Result<Vec<Row>, Failure> {
    let kinds = app.kinds.store.kinds().iter().filter(|kind| [Contact::NAME, Task::NAME].contains(&kind.name()));
    let all = kinds.flat_map(|kind| kind.listed(Which::Held(unit)).into_iter().chain(kind.listed(Which::Queue(unit))));
    let mut listed: Vec<Listed> = all.filter(|it| who.is_empty() || holder(it) == Some(who)).collect();
    listed.sort_by(|left, right| (holder(left), left.since).cmp(&(holder(right), right.since)));
    let mut rows = Vec::new();
    for it in listed.into_iter().take(MOST) {
        rows.extend(Row::of(app, it).await?);
    }
    Ok(rows)
}

/// The one who has a matter now.
fn holder(listed: &Listed) -> Option<&str> {
    listed.who.as_deref().filter(|_| listed.list == List::With)
}

/// `GET /desk/moves`.
pub async fn list(State(app): State<Arc<App>>, page: Page, Query(filters): Query<Filters>) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let fields = Fields { unit: filters.unit, who: filters.who, ..Fields::default() };
    choose(&app, &page, &fields, &[]).await
}

/// `POST /desk/moves`: the check page; and from there, the moves.
pub async fn go(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let fields = form.map_or_else(|_| Fields::default(), |Form(pairs)| Fields::read(pairs));
    let Some((_, unit)) = led(&app, &page, &fields.unit) else { return missing(&page) };
    let is_one = fields.to == QUEUE || app.colleagues(unit, None).iter().any(|it| it.id == fields.to);
    let mut wrong = Vec::new();
    if fields.chosen.is_empty() {
        wrong.push(("moves-wrong-rows", "rows"));
    }
    if !is_one {
        wrong.push(("moves-wrong-to", "to"));
    }
    match caller {
        _ if !wrong.is_empty() => choose(&app, &page, &fields, &wrong).await,
        Ok(caller) if fields.sure => moved(&app, &page, &caller, &fields).await,
        Ok(_) => check(&app, &page, &fields),
        Err(failure) => failed(&page, &failure),
    }
}

fn to_whom(page: &Page, to: &str) -> String {
    if to == QUEUE { page.text("moves-to-queue") } else { people::name(page, to) }
}

fn row_name(row: &(String, Uuid)) -> String {
    format!("{}/{}", row.0, row.1)
}

/// The rows, and to whom those that are chosen go.
async fn choose(app: &App, page: &Page, fields: &Fields, wrong: &[(&'static str, &'static str)]) -> Response {
    let Some((_, unit)) = led(app, page, &fields.unit) else { return missing(page) };
    let rows = match rows(app, unit, &fields.who).await {
        Ok(rows) => rows,
        Err(failure) => return failed(page, &failure),
    };
    let wrong_in = |field: &str| wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key);
    let mut colleagues: Vec<(String, String)> =
        app.colleagues(unit, None).into_iter().map(|it| (people::name(page, &it.id), it.id)).collect();
    colleagues.sort();
    let line = |row: &Row| -> Markup {
        let (id, kind) = (row.listed.id, row.listed.kind);
        let chosen = fields.chosen.iter().any(|(of, it)| of == kind && *it == id);
        html! {
            div.choice {
                input id=(format!("row-{}", receipt(id))) type="checkbox" name="row" value=(format!("{kind}/{id}")) checked[chosen];
                label for=(format!("row-{}", receipt(id))) {
                    (row.matter.title(app, page)) " " (receipt(id)) ", "
                    @match holder(&row.listed) {
                        Some(who) => { (people::name(page, who)) }
                        None => { (page.text("place-queued")) }
                    }
                }
            }
        }
    };
    let content = html! {
        (errors(page, wrong))
        p { a.back href=(format!("/desk?unit={}&view=unit", crate::layout::escape(unit))) { (page.text("desk-back")) } }
        h1 { (page.text("moves-title")) }
        p { (unit_name(page, unit)) ". " (page.text("moves-lead")) }
        @if rows.is_empty() {
            p { (page.text("desk-none-unit")) }
        } @else {
            form #work .letter method="post" action="/desk/moves" autocomplete="off" {
                input type="hidden" name="unit" value=(unit);
                input type="hidden" name="who" value=(fields.who);
                fieldset #rows tabindex="-1" {
                    legend { (page.text("moves-rows")) }
                    @if let Some(wrong) = wrong_in("rows") { p.error { (page.text(wrong)) } }
                    div.choices { @for row in &rows { (line(row)) } }
                }
                (field(page, "to", "moves-to", wrong_in("to"), &html! {
                    select.field #to name="to" aria-invalid=[wrong_in("to").map(|_| "true")] aria-describedby=[wrong_in("to").map(|_| "to-error")] {
                        option value="" { (page.text("desk-choose")) }
                        option value=(QUEUE) selected[fields.to == QUEUE] { (page.text("moves-to-queue")) }
                        @for (name, id) in &colleagues { option value=(id) selected[*id == fields.to] { (name) } }
                    }
                }))
                button.btn type="submit" { (page.text("moves-check")) }
            }
        }
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page.render(status, &page.text("moves-title"), &content)
}

/// How many go to whom; the button names both.
fn check(app: &App, page: &Page, fields: &Fields) -> Response {
    let count = fields.chosen.len();
    let to = to_whom(page, &fields.to);
    let button = page.language.text_count("moves-go", count, &count.to_string());
    let content = html! {
        h1 { (page.text("moves-title")) }
        p.lead { (button) ": " strong { (to) } }
        p { (page.text("moves-each")) }
        ul.dots { @for (kind, id) in &fields.chosen { li { (page.text(&format!("kind-{kind}"))) " " (receipt(*id)) } } }
        form #work .letter method="post" action="/desk/moves" {
            input type="hidden" name="client_id" value=(app.sessions.unguessable());
            input type="hidden" name="unit" value=(fields.unit);
            input type="hidden" name="who" value=(fields.who);
            input type="hidden" name="to" value=(fields.to);
            input type="hidden" name="sure" value="1";
            @for row in &fields.chosen { input type="hidden" name="row" value=(row_name(row)); }
            div.acts {
                button.btn #go type="submit" { (button) ": " (to) }
                a href=(format!("/desk/moves?unit={}", crate::layout::escape(&fields.unit))) { (page.text("moves-back")) }
            }
        }
    };
    page.render(StatusCode::OK, &page.text("moves-title"), &content)
}

/// Moves each by itself; what is refused is told by its row.
async fn moved(app: &App, page: &Page, caller: &Caller, fields: &Fields) -> Response {
    let Ok(key) = care::client_id(&fields.client_id) else { return check(app, page, fields) };
    let mut refused: Vec<(&str, Uuid, &'static str)> = Vec::new();
    for (kind, id) in fields.chosen.iter().take(MOST) {
        if let Err(failure) = one(app, caller, (kind, *id), &fields.to, &key).await {
            let why = match failure.status {
                StatusCode::NOT_FOUND => "moves-refused-gone",
                StatusCode::CONFLICT => "moves-refused-moved",
                _ => "moves-refused-later",
            };
            refused.push((kind, *id, why));
        }
    }
    let done = fields.chosen.len().min(MOST) - refused.len();
    let content = html! {
        h1 { (page.text("moves-title")) }
        div.did role="status" {
            p { (page.language.text_count("moves-done", done, &done.to_string())) ": " (to_whom(page, &fields.to)) }
        }
        @if !refused.is_empty() {
            h2 { (page.language.text_count("moves-refused", refused.len(), &refused.len().to_string())) }
            ul.dots #refused {
                @for (kind, id, why) in &refused { li { (page.text(&format!("kind-{kind}"))) " " (receipt(*id)) ": " (page.text(why)) } }
            }
        }
        p { a href=(format!("/desk?unit={}&view=unit", crate::layout::escape(&fields.unit))) { (page.text("desk-back")) } }
    };
    page.render(StatusCode::OK, &page.text("moves-title"), &content)
}

async fn one(app: &App, caller: &Caller, (kind, id): (&str, Uuid), to: &str, key: &str) -> Result<(), Failure> {
    let person = caller.person.as_ref().ok_or_else(Failure::not_found)?;
    let by = person.by();
    let is_back = to == QUEUE;
    match kind {
        Contact::NAME => {
            app.guarded(&app.kinds.contacts, caller, id, Action::Assign).await?;
            let command =
                if is_back { contacts::Command::Release } else { contacts::Command::Assign { to: to.into() } };
            app.kinds.contacts.ask(id, command, &by, key, 0).await?;
        }
        Task::NAME => {
            app.guarded(&app.kinds.tasks, caller, id, Action::Assign).await?;
            let command = if is_back { tasks::Command::Release } else { tasks::Command::Assign { to: to.into() } };
            app.kinds.tasks.ask(id, command, &by, key, 0).await?;
        }
        _ => return Err(Failure::not_found()),
    }
    Ok(())
}
