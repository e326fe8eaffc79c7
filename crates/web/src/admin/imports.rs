//! `/admin/imports`: what was imported, what was refused and why, and a file tried before it is taken in.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use matter::access::{Action, Purpose, Resource, decide};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use store::{Append, Context, NewEvent, new_id};
use tokio::io::AsyncWriteExt;

use crate::App;
use crate::answer::Failure;
use crate::bodies::Pace;
use crate::caller::Person;
use crate::form::{errors, field};
use crate::home::{failed, missing};
use crate::imports::{Choice, ImportCard, Outcome, Trial, Unable};
use crate::layout::{Page, escape};
use crate::numbers;

/// Bytes of a file that is brought through the page.
pub const MOST_FILE: usize = 200 << 20;
/// Imports on the list.
const SHOWN: usize = 50;

/// How a file is read, as the page's address and its forms say it.
#[derive(Deserialize, Default)]
pub struct Chosen {
    #[serde(default)]
    table: String,
    #[serde(default)]
    mapping: String,
    #[serde(default)]
    encoding: String,
}

impl From<Chosen> for Choice {
    fn from(chosen: Chosen) -> Choice {
        Choice { table: chosen.table, mapping: chosen.mapping, encoding: chosen.encoding }
    }
}

/// The person who asks, if they may import; for all others there is no such page.
fn importer(page: &Page) -> Option<Person> {
    let resource = if page.synthetic { Resource::Synthetic } else { Resource::Real };
    let allowed = decide(page.role, Purpose::Management, Action::Import, resource).allow;
    page.person.clone().filter(|_| allowed)
}

/// `GET /admin/imports`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    match importer(&page) {
        None => missing(&page),
        Some(_) => listed(&app, &page, StatusCode::OK, None).await,
    }
}

/// The list, with what was wrong with a file that was brought.
async fn listed(app: &App, page: &Page, status: StatusCode, wrong: Option<&'static str>) -> Response {
    let imports = match app.imports.all().await {
        Ok(imports) => imports,
        Err(why) => return unable(page, &why),
    };
    let content = html! {
        (errors(page, wrong.map(|wrong| (wrong, "file")).as_slice()))
        h1 { (page.text("section-imports")) }
        p.lead { (page.text("import-lead")) }
        form.letter method="post" action="/admin/imports" enctype="multipart/form-data" {
            (field(page, "file", "import-file", wrong, &html! {
                p.hint #file-hint { (page.text("import-file-hint")) }
                input.file #file type="file" name="file" required
                    aria-describedby=(if wrong.is_some() { "file-hint file-error" } else { "file-hint" });
            }))
            button.btn type="submit" { (page.text("import-try")) }
        }
        h2 { (page.language.text_count("import-count", imports.len(), &numbers::number(imports.len() as f64, 0, page.language))) }
        @if imports.is_empty() { p { (page.text("import-none")) } }
        ol.imports { @for import in imports.iter().take(SHOWN) { (listed_one(page, import)) } }
    };
    page.render(status, &page.text("section-imports"), &content)
}

/// An import on the list: what, when, from which file and what became of it.
fn listed_one(page: &Page, import: &ImportCard) -> Markup {
    let refused = import.outcome.as_ref().map_or(0, |outcome| outcome.rejected);
    html! {
        li.imports__one {
            a href=(format!("/admin/imports/{}", escape(&import.id))) {
                (import.table) ", " (numbers::moment(import.at, page.language))
            }
            @if refused > 0 {
                " " strong.due.due--late {
                    (page.language.text_with("import-refused-count", &[("count", &numbers::number(refused as f64, 0, page.language))]))
                }
            }
            @if !import.file.is_empty() { p { span dir="auto" { (import.file) } } }
            p.quiet { (standing(page, import)) }
        }
    }
}

/// The outcome of an import, in one sentence.
fn standing(page: &Page, import: &ImportCard) -> String {
    match (&import.outcome, import.whole) {
        (_, false) => page.text("import-broke-off"),
        (Some(outcome), true) => counts(page, "import-counts", outcome),
        (None, true) => page.text("import-older"),
    }
}

/// The counts of an outcome in the words of one of the texts that name them.
fn counts(page: &Page, text: &str, outcome: &Outcome) -> String {
    let number = |count: u64| numbers::number(count as f64, 0, page.language);
    let counted = [outcome.read, outcome.accepted, outcome.replaced, outcome.unchanged, outcome.rejected].map(number);
    let names = ["read", "accepted", "replaced", "unchanged", "rejected"];
    let variables: Vec<(&str, &str)> = names.into_iter().zip(counted.iter().map(String::as_str)).collect();
    page.language.text_with(text, &variables)
}

/// `GET /admin/imports/{id}`.
pub async fn one(State(app): State<Arc<App>>, Path(id): Path<String>, page: Page) -> Response {
    if importer(&page).is_none() {
        return missing(&page);
    }
    let imports = match app.imports.all().await {
        Ok(imports) => imports,
        Err(why) => return unable(&page, &why),
    };
    let Some(import) = imports.into_iter().find(|import| import.id == id) else { return missing(&page) };
    let title = format!("{}, {}", import.table, numbers::moment(import.at, page.language));
    let content = html! {
        (back(&page))
        h1 { (title) }
        p.lead { (standing(&page, &import)) }
        @if !import.file.is_empty() { p { (page.text("import-from")) ": " span dir="auto" { (import.file) } } }
        @if let Some(outcome) = &import.outcome {
            (reasons(&page, outcome))
            (emptied(&page, outcome))
            @if outcome.rejected > 0 {
                p { (page.text("import-mend")) }
                p { (page.text("import-refused-get")) }
                p { code.command { "luotsi facts refused " (import.id) } }
            }
        }
    };
    page.render(StatusCode::OK, &title, &content)
}

fn back(page: &Page) -> Markup {
    html! { p { a href="/admin/imports" { (page.text("import-back")) } } }
}

/// Why rows were refused, by reason.
fn reasons(page: &Page, outcome: &Outcome) -> Markup {
    html! {
        @if !outcome.reasons.is_empty() {
            h2 #refused { (page.text("import-refused")) }
            div.scroll tabindex="0" role="region" aria-labelledby="refused" {
                table.scorecard.scorecard--rows {
                    thead {
                        tr {
                            th scope="col" { (page.text("import-column")) }
                            th scope="col" { (page.text("import-reason")) }
                            th.number scope="col" { (page.text("import-rows")) }
                            th scope="col" { (page.text("import-lines")) }
                        }
                    }
                    tbody {
                        @for reason in &outcome.reasons {
                            tr {
                                th scope="row" { code { (reason.column) } }
                                td { (page.language.text_with(&format!("import-fault-{}", reason.code), &[("detail", &reason.detail)])) }
                                td.number data-label=(page.text("import-rows")) { (numbers::number(reason.rows as f64, 0, page.language)) }
                                td data-label=(page.text("import-lines")) {
                                    (reason.lines.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
                                    @if reason.rows > reason.lines.len() as u64 { " …" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Words for nothing that were taken as no value.
fn emptied(page: &Page, outcome: &Outcome) -> Markup {
    html! {
        @if !outcome.emptied.is_empty() {
            h2 { (page.text("import-emptied")) }
            p { (page.text("import-emptied-about")) }
            ul.dots {
                @for (column, times) in &outcome.emptied {
                    li { code { (column) } ": " (numbers::number(*times as f64, 0, page.language)) }
                }
            }
        }
    }
}

/// `POST /admin/imports`: a file that is brought waits to be tried.
pub async fn bring(State(app): State<Arc<App>>, page: Page, mut form: Multipart) -> Response {
    if importer(&page).is_none() {
        return missing(&page);
    }
    match spooled(&app, &mut form).await {
        Ok(Some((file, name))) => match app.imports.wait(file, name) {
            Ok(waiting) => Redirect::to(&format!("/admin/imports/waiting/{waiting}")).into_response(),
            Err(why) => unable(&page, &why),
        },
        Ok(None) => listed(&app, &page, StatusCode::UNPROCESSABLE_ENTITY, Some("import-no-file")).await,
        Err(failure) => {
            let mut response = match failure.status {
                StatusCode::PAYLOAD_TOO_LARGE => listed(&app, &page, failure.status, Some("import-too-large")).await,
                _ => failed(&page, &failure),
            };
            // The rest of the body is no request.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}

/// The file of a form, written away as it comes; its name.
async fn spooled(app: &App, form: &mut Multipart) -> Result<Option<(std::fs::File, String)>, Failure> {
    let mut pace = Pace::begun();
    while let Some(mut field) = pace.kept(form.next_field()).await? {
        if field.name() != Some("file") {
            continue;
        }
        let name: String =
            field.file_name().unwrap_or_default().chars().filter(|it| !it.is_control()).take(120).collect();
        let broken = |error: std::io::Error| Failure::away(&format!("an upload cannot be kept: {error}"));
        let mut file = tokio::fs::File::from_std(app.imports.file().map_err(broken)?);
        let mut bytes = 0;
        while let Some(chunk) = pace.kept(field.chunk()).await? {
            bytes += chunk.len();
            pace.came(chunk.len());
            file.write_all(&chunk).await.map_err(broken)?;
        }
        file.flush().await.map_err(broken)?;
        return Ok((bytes > 0).then_some((file.into_std().await, name)));
    }
    Ok(None)
}

/// `GET /admin/imports/waiting/{waiting}`: a file that waits, as it would be taken in.
pub async fn trial(
    State(app): State<Arc<App>>,
    Path(waiting): Path<String>,
    Query(chosen): Query<Chosen>,
    page: Page,
) -> Response {
    let Some(person) = importer(&page) else { return missing(&page) };
    let trial = match app.imports.rehearse(&waiting, chosen.into()).await {
        Ok(trial) => trial,
        Err(why) => return unable(&page, &why),
    };
    if let Err(failure) = record(&app, &person, "import.tried", &trial.choice.table, &trial.file).await {
        return failed(&page, &failure);
    }
    let address = format!("/admin/imports/waiting/{}", escape(&waiting));
    let content = html! {
        (back(&page))
        h1 dir="auto" { (trial.file) }
        (verdict(&page, &trial))
        (choices(&page, &trial, &address))
        @if let Some(Ok(outcome)) = &trial.outcome {
            (reasons(&page, outcome))
            (emptied(&page, outcome))
            (first_rows(&page, &trial))
            @if page.synthetic { p.box { (page.text("import-invented")) } }
        }
        div.acts {
            @if trial.outcome.as_ref().is_some_and(Result::is_ok) && !page.synthetic {
                form method="post" action=(format!("{address}/take-in")) {
                    (hidden(&trial.choice))
                    button.btn type="submit" {
                        (page.language.text_with("import-take-in", &[("table", &trial.choice.table)]))
                    }
                }
            }
            form method="post" action=(format!("{address}/forget")) {
                button.btn.btn--second type="submit" { (page.text("import-forget")) }
            }
        }
        @if !trial.columns.is_empty() {
            h2 { (page.text("import-columns")) }
            p { (page.text("import-read-as")) ": " span lang="en" { (trial.read_as) } }
            p { @for (at, column) in trial.columns.iter().enumerate() { @if at > 0 { ", " } code { (column) } } }
        }
    };
    page.render(StatusCode::OK, &format!("{} – {}", trial.file, page.text("section-imports")), &content)
}

/// The outcome that the file would have.
fn verdict(page: &Page, trial: &Trial) -> Markup {
    html! {
        @match &trial.outcome {
            None => { p.sentence.sentence--concern { (page.text("import-no-table")) } }
            Some(Err(why)) => {
                div.errors role="alert" {
                    h2 { (page.text("import-unreadable")) }
                    div.as-written lang="en" { (why) }
                }
            }
            Some(Ok(outcome)) => {
                p.sentence { (counts(page, "import-would", outcome)) }
            }
        }
    }
}

/// Table, mapping and encoding, to choose otherwise than was guessed.
fn choices(page: &Page, trial: &Trial, address: &str) -> Markup {
    let encodings = ["utf-8", "windows-1252", "utf-16le", "utf-16be"].map(String::from);
    let none = page.text("import-mapping-none");
    let guessed = page.text("import-encoding-guessed");
    let field = |name: &str, label: &str, empty: Option<(&str, &str)>, all: &[String], chosen: &str| {
        html! {
            div.asked {
                label for=(name) { (page.text(label)) }
                select.field #(name) name=(name) {
                    @if let Some((value, text)) = empty { option value=(value) selected[chosen == value] { (text) } }
                    @for one in all { option value=(one) selected[one == chosen] { (one) } }
                }
            }
        }
    };
    let choose = page.text("import-table-choose");
    let no_table = trial.choice.table.is_empty().then_some(("", choose.as_str()));
    html! {
        form.filters method="get" action=(address) {
            (field("table", "import-table", no_table, &trial.tables, &trial.choice.table))
            (field("mapping", "import-mapping", Some(("none", &none)), &trial.mappings, &trial.choice.mapping))
            (field("encoding", "import-encoding", Some(("", &guessed)), &encodings, &trial.choice.encoding))
            button.btn.btn--second type="submit" { (page.text("import-try-again")) }
        }
    }
}

fn hidden(choice: &Choice) -> Markup {
    html! {
        @for (name, value) in [("table", &choice.table), ("mapping", &choice.mapping), ("encoding", &choice.encoding)] {
            input type="hidden" name=(name) value=(value);
        }
    }
}

fn first_rows(page: &Page, trial: &Trial) -> Markup {
    let (columns, rows) = &trial.first;
    html! {
        @if !rows.is_empty() {
            h2 #first { (page.text("import-first")) }
            div.scroll tabindex="0" role="region" aria-labelledby="first" {
                table.scorecard {
                    thead { tr { @for column in columns { th scope="col" { (column) } } } }
                    tbody { @for row in rows { tr { @for value in row { td dir="auto" { (value) } } } } }
                }
            }
        }
    }
}

/// `POST /admin/imports/waiting/{waiting}/take-in`.
pub async fn take_in(
    State(app): State<Arc<App>>,
    Path(waiting): Path<String>,
    page: Page,
    Form(chosen): Form<Chosen>,
) -> Response {
    let Some(person) = importer(&page) else { return missing(&page) };
    if let Err(failure) = record(&app, &person, "import.taken", &chosen.table, &waiting).await {
        return failed(&page, &failure);
    }
    match app.imports.take_in(&waiting, chosen.into()).await {
        Ok(import) => Redirect::to(&format!("/admin/imports/{}", escape(&import))).into_response(),
        Err(why) => unable(&page, &why),
    }
}

/// `POST /admin/imports/waiting/{waiting}/forget`.
pub async fn forget(State(app): State<Arc<App>>, Path(waiting): Path<String>, page: Page) -> Response {
    match importer(&page) {
        None => missing(&page),
        Some(_) => {
            app.imports.forget(&waiting);
            Redirect::to("/admin/imports").into_response()
        }
    }
}

/// Why it could not be done, and the way on.
fn unable(page: &Page, why: &Unable) -> Response {
    let (status, text) = match why {
        Unable::Gone => (StatusCode::NOT_FOUND, page.text("import-gone")),
        Unable::Invented => (StatusCode::CONFLICT, page.text("import-invented")),
        Unable::Failed(_) => (StatusCode::CONFLICT, page.text("import-failed")),
    };
    let content = html! {
        h1 { (page.text("section-imports")) }
        p.lead { (text) }
        @if let Unable::Failed(why) = why { p.box.as-written lang="en" { (why) } }
        (back(page))
    };
    page.render(status, &page.text("section-imports"), &content)
}

/// Writes down who tried or took in which file. Without that nothing is shown and nothing taken.
async fn record(app: &App, person: &Person, kind: &str, table: &str, file: &str) -> Result<(), Failure> {
    let (now, id) = (app.kinds.store.now(), new_id(app.kinds.store.now()));
    // The record is not sealed: a name that holds an identity code stays out of it.
    let named = |text: &str| if crate::care::names_a_person(text) { String::new() } else { text.to_string() };
    let data = json!({ "table": named(table), "file": named(file), "role": person.role.code() });
    let event = NewEvent {
        id,
        stream: "access/imports".into(),
        kind: kind.into(),
        schema: 1,
        occurred: now,
        data: data.to_string(),
        personal: None,
        closes: false,
    };
    let purpose = Purpose::Management.code().into();
    let context =
        Context { actor: person.id.clone(), unit: person.unit.clone(), purpose, correlation: id, cause: None };
    let (scope, key, request) = ("access".into(), id.to_string(), [0; 32]);
    app.record(Append { scope, key, request, expects: Vec::new(), events: vec![event], context }).await
}
