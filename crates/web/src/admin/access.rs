//! `/admin/access`: for the privacy officer, who has seen what. First the grounds of law on which a register was opened without
//! the person's consent; then, for a resident who asks, every opening of their matters, also as a file.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use facts::{Code, harmless};

use matter::access::{Purpose, Role};
use matter::{Matter, Subject, decode};
use maud::{Markup, html};
use operations::disclosures::{Disclosure, Event};
use serde::Deserialize;
use serde_json::json;
use store::{Append, Context, NewEvent, new_id};

use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::care::receipt;
use crate::desk::{people, unit_name};
use crate::disclosures::ground_name;
use crate::form::{errors, field};
use crate::guard::openings::Opening;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::me::seen::why;
use crate::numbers;

/// So far back grounds of law are listed, in microseconds: ninety days.
const LISTED: i64 = 90 * 86_400 * 1_000_000;

#[derive(Deserialize, Default)]
pub struct Asked {
    /// Id of the resident, as the log has it.
    #[serde(default)]
    person: String,
    #[serde(default)]
    csv: String,
}

fn officer(page: &Page) -> Option<Person> {
    page.person.clone().filter(|person| person.role == Role::Privacy)
}

/// A ground of law that somebody named.
struct Named {
    at: i64,
    event: Event,
}

/// `GET /admin/access`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    match officer(&page) {
        None => missing(&page),
        Some(_) => shown(&app, &page, None, &Asked::default(), None).await,
    }
}

/// `POST /admin/access`: the openings of a person's matters. An id of a person stands in no address.
pub async fn extract(State(app): State<Arc<App>>, page: Page, Form(asked): Form<Asked>) -> Response {
    let Some(officer) = officer(&page) else { return missing(&page) };
    let Ok(subject) = asked.person.trim().parse().map(Subject) else {
        return shown(&app, &page, None, &asked, Some("accesses-wrong-person")).await;
    };
    let read = async {
        record(&app, &officer, subject).await?;
        app.openings(subject, i64::MIN).await.map_err(|error| Failure::away(&error))
    };
    match read.await {
        Ok(openings) if !asked.csv.is_empty() => file(&page, &openings),
        Ok(openings) => shown(&app, &page, Some(&openings), &asked, None).await,
        Err(failure) => failed(&page, &failure),
    }
}

/// The grounds of law that were named lately, the latest first. They are few beside the log, and also over.
async fn named(app: &App) -> store::Result<Vec<Named>> {
    let since = app.kinds.store.now() - LISTED;
    let events = app.kinds.store.log().read_category(Disclosure::NAME).await?;
    let read = events.iter().filter(|it| it.occurred >= since).filter_map(|it| {
        let event = decode::<Disclosure>(&it.kind, it.schema, &it.data).ok()?;
        matches!(event, Event::Named { .. }).then_some(Named { at: it.occurred, event })
    });
    let mut named: Vec<Named> = read.collect();
    named.sort_by_key(|it| std::cmp::Reverse(it.at));
    Ok(named)
}

async fn shown(
    app: &App,
    page: &Page,
    openings: Option<&[Opening]>,
    asked: &Asked,
    wrong: Option<&'static str>,
) -> Response {
    let named = match named(app).await {
        Ok(named) => named,
        Err(error) => return failed(page, &Failure::away(&error)),
    };
    let wrongs: Vec<(&str, &str)> = wrong.map(|wrong| (wrong, "person")).into_iter().collect();
    let content = html! {
        (errors(page, &wrongs))
        h1 { (page.text("section-accesses")) }
        p.lead { (page.text("accesses-lead")) }
        h2 #grounds { (page.text("accesses-grounds")) }
        @if named.is_empty() { p { (page.text("accesses-no-grounds")) } } @else {
            ol.rows { @for it in &named { (ground(page, it)) } }
        }
        h2 #extract { (page.text("accesses-extract")) }
        form.letter method="post" action="/admin/access" autocomplete="off" {
            (field(page, "person", "accesses-person", wrong, &html! {
                p.hint #person-hint { (page.text("accesses-person-hint")) }
                input.field #person name="person" value=(asked.person) spellcheck="false" aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=(if wrong.is_some() { "person-hint person-error" } else { "person-hint" });
            }))
            button.btn type="submit" { (page.text("accesses-show")) }
            " "
            button.btn.btn--second type="submit" name="csv" value="yes" { (page.text("accesses-file")) }
        }
        @if let Some(openings) = openings {
            h2 { (page.language.text_count("accesses-count", openings.len(), &openings.len().to_string())) }
            @if !openings.is_empty() { (table(page, openings)) }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page.render(status, &page.text("section-accesses"), &content)
}

fn ground(page: &Page, it: &Named) -> Markup {
    html! {
        @if let Event::Named { whose, by, ground, until } = &it.event {
            li.row {
                p.row__name { (numbers::moment(it.at, page.language)) " " (people::name(page, by)) ", " (unit_name(page, &whose.unit)) }
                p.row__meta {
                    span { (page.text(&format!("accesses-of-{}", whose.register.code()))) }
                    span { (ground_name(page, ground)) }
                    span { (page.language.text_with("accesses-until", &[("time", &numbers::moment(*until, page.language))])) }
                }
            }
        }
    }
}

fn table(page: &Page, openings: &[Opening]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="openings" {
            table.scorecard.scorecard--rows {
                caption.hidden #openings { (page.text("accesses-extract")) }
                thead { tr { @for head in HEADS { th scope="col" { (page.text(head)) } } } }
                tbody { @for it in openings { tr { @for cell in cells(page, it) { td { (cell) } } } } }
            }
        }
    }
}

const HEADS: [&str; 6] =
    ["accesses-when", "accesses-who", "accesses-role", "accesses-what", "accesses-matter", "accesses-why"];

fn cells(page: &Page, it: &Opening) -> [String; 6] {
    let kind = page.text(&format!("kind-{}", it.kind));
    let what = page.text(&format!("accesses-what-{}", it.what));
    [
        numbers::moment(it.at, page.language),
        format!("{}, {}", people::name(page, &it.who), unit_name(page, &it.unit)),
        it.role.map_or_else(String::new, |role| page.text(&format!("role-{}", role.code()))),
        if what.is_empty() { it.what.clone() } else { what },
        format!("{} {}", if kind.is_empty() { &it.kind } else { &kind }, receipt(it.matter)),
        why(page, it),
    ]
}

/// The same as a file for a spreadsheet, to be given to the person.
fn file(page: &Page, openings: &[Opening]) -> Response {
    let line = |cells: Vec<String>| {
        let cells = cells.iter().map(|cell| format!("\"{}\"", harmless(cell).replace('"', "\"\"")));
        cells.collect::<Vec<_>>().join(";") + "\r\n"
    };
    let head = line(HEADS.iter().map(|head| page.text(head)).collect());
    // A mark by which spreadsheets know the letters.
    let out: String =
        ["\u{feff}".into(), head].into_iter().chain(openings.iter().map(|it| line(cells(page, it).into()))).collect();
    let name = "attachment; filename=\"openings.csv\"";
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name)], out).into_response()
}

/// Writes down that the record of a person was looked through. Without that nothing is shown.
async fn record(app: &App, officer: &Person, subject: Subject) -> Result<(), Failure> {
    let now = app.kinds.store.now();
    let id = new_id(now);
    let event = NewEvent {
        id,
        stream: format!("access/{subject}"),
        kind: "accesses.read".into(),
        schema: 1,
        occurred: now,
        data: json!({ "subject": subject.to_string(), "role": officer.role.code() }).to_string(),
        personal: None,
        closes: false,
    };
    let (actor, unit, purpose) = (officer.id.clone(), officer.unit.clone(), Purpose::Management.code().into());
    let context = Context { actor, unit, purpose, correlation: id, cause: None };
    let (scope, key, request) = ("access".into(), id.to_string(), [0; 32]);
    app.record(Append { scope, key, request, expects: Vec::new(), events: vec![event], context }).await
}
