//! The rights of one person as hats: the one in which they work now, and the change to another.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use operations::organisation::Right;
use serde::Deserialize;

use super::{From, begun};
use crate::App;
use crate::caller::Person;
use crate::layout::{Page, escape, onward};
use crate::numbers;
use crate::sessions::{Means, Session};

pub const PATH: &str = "/sign-in/role";

/// Where somebody chooses, to go on from there.
pub fn address(to: Option<&str>) -> String {
    to.map_or_else(|| PATH.into(), |to| format!("{PATH}?to={}", escape(to)))
}

pub fn to_choose(to: Option<&str>) -> Response {
    Redirect::to(&address(to)).into_response()
}

/// The session in this browser whose person has rights to choose from, and those.
fn choice(app: &App, headers: &HeaderMap) -> Option<(Session, Vec<Right>)> {
    let session = app.session(headers).filter(|session| session.means != Means::Token)?;
    let rights = app.rights_of(&session.person()?.id);
    Some((session, rights)).filter(|(_, rights)| !rights.is_empty())
}

/// Whether somebody has several rights to choose from.
pub fn are_several(app: &App, headers: &HeaderMap) -> bool {
    choice(app, headers).is_some_and(|(_, rights)| rights.len() > 1)
}

/// Whether somebody has signed in whose right has ended since, and has others.
pub fn wears_none(app: &App, headers: &HeaderMap) -> bool {
    choice(app, headers).is_some()
}

/// `GET /sign-in/role`: the rights of today, to work in one of them.
pub async fn page(State(app): State<Arc<App>>, page: Page, headers: HeaderMap, Query(from): Query<From>) -> Response {
    let Some((_, rights)) = choice(&app, &headers) else { return Redirect::to("/sign-in").into_response() };
    let to = from.to.as_deref().and_then(onward);
    let is_worn = |right: &Right| page.person.as_ref().is_some_and(|it| it.role == right.role && it.unit == right.unit);
    let title = page.text("hats-title");
    let content = html! {
        h1 { (title) }
        p.lead { (page.text("hats-lead")) }
        ul.roles {
            @for (number, right) in rights.iter().enumerate() {
                @let about = format!("hat-{number}");
                li.roles__one {
                    form method="post" action=(PATH) {
                        @if let Some(to) = &to { input type="hidden" name="to" value=(to); }
                        input type="hidden" name="role" value=(right.role.code());
                        input type="hidden" name="unit" value=(right.unit);
                        button.btn.btn--second type="submit" aria-describedby=(about) {
                            (page.text(&format!("role-{}", right.role.code())))
                        }
                    }
                    p id=(about) {
                        (unit_name(&page, &right.unit)) ". "
                        (page.language.text_with("hats-until", &[("day", &numbers::day_of_number(right.to - 1, page.language))]))
                        @if is_worn(right) { " " strong { (page.text("hats-worn")) } }
                    }
                }
            }
        }
    };
    page.render(StatusCode::OK, &title, &content)
}

/// The name of a unit; one that is not known stands for itself.
pub fn unit_name(page: &Page, id: &str) -> String {
    let unit = page.figures.units().iter().find(|unit| unit.id == id);
    unit.map_or_else(|| id.into(), |unit| page.language.of(&unit.names).into())
}

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    role: String,
    #[serde(default)]
    unit: String,
    to: Option<String>,
}

/// `POST /sign-in/role`: the session goes on in another right, under a new name and no longer than before.
pub async fn choose(State(app): State<Arc<App>>, headers: HeaderMap, Form(chosen): Form<Chosen>) -> Response {
    let Some((session, rights)) = choice(&app, &headers) else { return Redirect::to("/sign-in").into_response() };
    let is_chosen = |right: &&Right| right.role.code() == chosen.role && right.unit == chosen.unit;
    let (Some(right), Some(before)) = (rights.iter().find(is_chosen), session.person()) else {
        // It has ended while they looked at the page.
        return to_choose(chosen.to.as_deref().and_then(onward).as_deref());
    };
    let person = Person { role: right.role, id: before.id, unit: right.unit.clone(), acting: None };
    let to = chosen.to.as_deref().and_then(onward);
    begun(&app, &headers, &person, session.means, (session.made, session.until), to)
}
