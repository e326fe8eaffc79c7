//! `/me/acting`: who acts for a resident and for whom they do, as both sides see it; and which of their matters a child of
//! twelve and more shows its guardians.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use matter::Subject;
use maud::{Markup, html};
use operations::mandates::{Capacity, Command, Mandate, Sight, Why};
use operations::residents::Command as OfResident;
use serde::Deserialize;
use store::new_id;
use uuid::Uuid;

use super::{resident, until};
use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::contact::see_other;
use crate::form::Did;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::matters::{OwnRow, own};
use crate::parts::{self, done};

pub const PATH: &str = "/me/acting";

/// The resident whose own page it is; whoever acts for another sees to that one's matters, and to none of their rights.
fn whose(page: &Page) -> Option<(&Person, Subject)> {
    let person = resident(page).filter(|person| person.acting.is_none())?;
    Some((person, person.own()?))
}

/// The answer to all others.
fn not_own(page: &Page) -> Response {
    match (page.person.is_some(), resident(page)) {
        (false, _) => page.to_sign_in(),
        (true, None) => missing(page),
        (true, Some(_)) => see_other(super::PATH),
    }
}

/// `GET /me/acting`.
pub async fn page(State(app): State<Arc<App>>, page: Page, headers: HeaderMap, Query(did): Query<Did>) -> Response {
    let Some((_, subject)) = whose(&page) else { return not_own(&page) };
    if let Some(again) = app.asks_again(&headers, PATH) {
        return again;
    }
    let (of, held) = (app.kinds.mandates_of(subject), app.kinds.mandates_held_by(subject));
    let chooses = of.iter().any(|(_, it)| app.sight(it, it.who) == Ok(Sight::Chosen));
    let rows = match chooses {
        true => own(&app, &page, subject).await.map_err(|error| Failure::away(&error)),
        false => Ok(Vec::new()),
    };
    let rows = match rows {
        Ok(rows) => rows,
        Err(failure) => return failed(&page, &failure),
    };
    let is_did = ["ended", "shown", "kept"].contains(&did.did.as_str());
    let content = html! {
        @if is_did { (done(&html! { (page.text(&format!("mandates-did-{}", did.did))) }, &html! {})) }
        (parts::back("/me", &page.text("section-me")))
        h1 { (page.text("mandates-title")) }
        section aria-labelledby="of" {
            h2 #of { (page.text("mandates-of")) }
            @if of.is_empty() { p { (page.text("mandates-of-none")) } }
            @if !of.is_empty() { ul.roles { @for (id, it) in &of { (one(&app, &page, (*id, it), it.who)) } } }
        }
        @if chooses { (matters(&app, &page, subject, &rows)) }
        section aria-labelledby="held" {
            h2 #held { (page.text("mandates-held")) }
            @if held.is_empty() { p { (page.text("acting-none")) } }
            @if !held.is_empty() {
                ul.roles { @for (id, it) in &held { (one(&app, &page, (*id, it), it.of)) } }
                p.links { a href=(super::PATH) { (page.text("acting-change")) } }
            }
        }
        p { (page.text("acting-register")) }
    };
    page.render(StatusCode::OK, &page.text("mandates-title"), &content)
}

/// A mandate as one of its two people sees it; `other`: the other.
fn one(app: &App, page: &Page, (id, it): (Uuid, &Mandate), other: Subject) -> Markup {
    let name = app.called(Some(other)).unwrap_or_else(|| page.text("acting-other"));
    let is_held = other == it.of;
    let ends = match it.capacity {
        Capacity::Proxy if !is_held => Some("mandates-take-back"),
        Capacity::Proxy | Capacity::Carer if is_held => Some("mandates-give-up"),
        _ => None,
    };
    html! {
        li.roles__one {
            div {
                p { strong { (name) } }
                p {
                    (until(page, it.capacity, it.to)) " " (page.text(&format!("acting-scope-{}", it.scope.code())))
                    @if let Err(barred) = app.sight(it, it.who) { " " (page.text(&format!("acting-barred-{}", barred.code()))) }
                }
            }
            @if let Some(ends) = ends {
                form method="post" action=(PATH) {
                    input type="hidden" name="id" value=(id);
                    button.btn.btn--second type="submit" name="act" value="end" { (page.text(ends)) span.hidden { ": " (name) } }
                }
            }
        }
    }
}

/// The matters of somebody who decides of each whether their guardians see it.
fn matters(app: &App, page: &Page, subject: Subject, rows: &[(Uuid, OwnRow)]) -> Markup {
    let resident = app.kinds.residents.look(|all| all.get(subject.0));
    let is_shown = |id: &Uuid| {
        resident.as_ref().is_some_and(|it| it.shown.get(id).copied().unwrap_or_else(|| it.begun.contains_key(id)))
    };
    html! {
        section aria-labelledby="matters" {
            h2 #matters { (page.text("mandates-matters")) }
            p { (page.text("mandates-matters-what")) }
            @if rows.is_empty() { p { (page.text("mandates-matters-none")) } } @else { ul.roles {
                @for (id, row) in rows {
                    @let (act, now) = if is_shown(id) { ("keep", "mandates-is-shown") } else { ("show", "mandates-is-kept") };
                    li.roles__one {
                        div {
                            p { a href=(format!("/matters/{id}")) { (row.title) } ", " (row.detail) }
                            p { strong { (page.text(now)) } }
                        }
                        form method="post" action=(PATH) {
                            input type="hidden" name="id" value=(id);
                            button.btn.btn--second type="submit" name="act" value=(act) {
                                (page.text(&format!("mandates-{act}"))) span.hidden { ": " (row.title) }
                            }
                        }
                    }
                }
            } }
        }
    }
}

#[derive(Deserialize, Default)]
pub struct Change {
    #[serde(default)]
    act: String,
    #[serde(default)]
    id: String,
}

/// `POST /me/acting`: ends a mandate, or shows or keeps a matter.
pub async fn change(
    State(app): State<Arc<App>>,
    page: Page,
    headers: HeaderMap,
    Form(change): Form<Change>,
) -> Response {
    let Some((person, subject)) = whose(&page) else { return not_own(&page) };
    // Nothing was typed: the page is shown again, to be pressed again.
    if let Some(again) = app.asks_again(&headers, PATH) {
        return again;
    }
    let Ok(id) = change.id.parse::<Uuid>() else { return missing(&page) };
    let done = match change.act.as_str() {
        "end" => end(&app, person, subject, id).await.map(|()| "ended"),
        "show" => show(&app, person, subject, (id, true)).await.map(|()| "shown"),
        "keep" => show(&app, person, subject, (id, false)).await.map(|()| "kept"),
        _ => Err(Failure::not_found()),
    };
    match done {
        Ok(did) => see_other(&format!("{PATH}?did={did}")),
        Err(failure) => failed(&page, &failure),
    }
}

async fn end(app: &App, person: &Person, subject: Subject, id: Uuid) -> Result<(), Failure> {
    let mandate = app.kinds.mandates.look(|all| all.get(id));
    let mandate = mandate.filter(|it| [it.of, it.who].contains(&subject)).ok_or_else(Failure::not_found)?;
    let why = if mandate.who == subject { Why::GivenUp } else { Why::TakenBack };
    let key = new_id(app.kinds.store.now()).to_string();
    Ok(app.kinds.mandates.ask(id, Command::End { why }, &person.by(), &key, 0).await.map(drop)?)
}

async fn show(app: &App, person: &Person, subject: Subject, (matter, may): (Uuid, bool)) -> Result<(), Failure> {
    // Of their own matters alone: of another there is nothing to say.
    let mut kinds = app.kinds.store.kinds().iter();
    if !kinds.any(|kind| kind.of_subject(subject, usize::MAX).contains(&matter)) {
        return Err(Failure::not_found());
    }
    let key = new_id(app.kinds.store.now()).to_string();
    Ok(app.kinds.ask_of_resident(subject, &person.by(), OfResident::Show { matter, may }, (&key, &key)).await?)
}
