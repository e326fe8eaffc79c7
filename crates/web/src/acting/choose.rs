//! `/acting`: for whom somebody acts now, chosen at the start and changed at any time.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::html;
use serde::Deserialize;
use uuid::Uuid;

use super::{resident, until};
use crate::App;
use crate::access::go_on_acting;
use crate::caller::Person;
use crate::home::missing;
use crate::layout::{Page, onward};

pub const PATH: &str = "/acting";

#[derive(Deserialize, Default)]
pub struct Choice {
    /// The mandate; empty: for themselves.
    #[serde(default)]
    mandate: String,
    to: Option<String>,
}

/// `GET /acting`.
pub async fn page(State(app): State<Arc<App>>, page: Page, Query(from): Query<Choice>) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let Some(person) = resident(&page) else { return missing(&page) };
    let to = from.to.as_deref().and_then(onward);
    let held = person.own().map(|own| app.kinds.mandates_held_by(own)).unwrap_or_default();
    let now = person.acting.as_ref().map(|it| it.mandate);
    let myself = Person { acting: None, ..person.clone() };
    let back = html! { @if let Some(to) = &to { input type="hidden" name="to" value=(to); } };
    let content = html! {
        h1 { (page.text("acting-title")) }
        p.lead { (page.text("acting-lead")) }
        ul.roles {
            li.roles__one {
                form method="post" action=(PATH) {
                    (back)
                    button.btn.btn--second type="submit" aria-describedby="myself" { (page.text("acting-myself")) }
                }
                p #myself { @if now.is_none() { strong { (page.text("acting-now")) } } }
            }
            @for (id, mandate) in &held {
                @let whose = app.named(Some(mandate.of)).unwrap_or_else(|| page.text("acting-other"));
                @let about = format!("about-{id}");
                li.roles__one {
                    @match app.may_act_by(&myself, *id) {
                        Ok(_) => {
                            form method="post" action=(PATH) {
                                (back)
                                input type="hidden" name="mandate" value=(id);
                                button.btn.btn--second type="submit" aria-describedby=(about) { (whose) }
                            }
                            p id=(about) {
                                (until(&page, mandate.capacity, mandate.to)) " "
                                (page.text(&format!("acting-scope-{}", mandate.scope.code())))
                                @if now == Some(*id) { " " strong { (page.text("acting-now")) } }
                            }
                        }
                        Err(barred) => {
                            p { strong { (whose) } }
                            p { (page.text(&format!("acting-barred-{}", barred.code()))) }
                        }
                    }
                }
            }
        }
        @if held.is_empty() { p { (page.text("acting-none")) } }
        p { (page.text("acting-register")) }
        p.links { a href=(super::mandates::PATH) { (page.text("mandates-title")) } }
    };
    page.render(StatusCode::OK, &page.text("acting-title"), &content)
}

/// `POST /acting`: the session goes on under a new name, for another or for themselves again.
pub async fn choose(
    State(app): State<Arc<App>>,
    page: Page,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    // Also of somebody whose right has ended, who is nobody until they choose.
    let person = app.session(&headers).and_then(|session| session.person());
    let Some(person) = person.filter(|person| person.own().is_some()) else {
        return if page.person.is_some() { missing(&page) } else { page.to_sign_in() };
    };
    let to = choice.to.as_deref().and_then(onward);
    let to = to.as_deref().unwrap_or("/");
    if choice.mandate.is_empty() {
        return go_on_acting(&app, &headers, None, to);
    }
    if let Some(again) = app.asks_again(&headers, PATH) {
        return again;
    }
    match choice.mandate.parse::<Uuid>().ok().filter(|id| app.may_act_by(&person, *id).is_ok()) {
        Some(id) => go_on_acting(&app, &headers, Some(id), to),
        None => missing(&page),
    }
}
