//! `/me/sharing`: whether professionals of one register may see the other, unit by unit. The person gives consent with a last
//! day, refuses it, and takes it back in one press; a ground of law is shown, for it is not theirs to give.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use facts::Code;
use futures::FutureExt;
use futures::future::BoxFuture;
use matter::access::Action;
use maud::{Markup, html};
use operations::disclosures::{Command, Disclosure, Place};
use serde::Deserialize;
use uuid::Uuid;

use super::{not_own, resident};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care;
use crate::contact::see_other;
use crate::desk::unit_name;
use crate::disclosures::ground_name;
use crate::form::Did;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::matters::{Group, OwnRow};
use crate::numbers;
use crate::parts::{self, Turn};

/// Consents that are looked at, the latest.
const LISTED: usize = 100;
/// For how many days consent is offered.
const DAYS: [i32; 3] = [30, 180, 365];

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    /// How many days from today the consent lasts.
    #[serde(default)]
    days: String,
}

/// One among its person's own matters.
pub fn row<'a>(app: &'a App, page: &'a Page, id: Uuid) -> BoxFuture<'a, store::Result<Option<OwnRow>>> {
    async move {
        let Some(it) = app.kinds.disclosures.read(id).await? else { return Ok(None) };
        let group = match it.place {
            Place::Asked => Group::Turn,
            Place::Given => Group::Open,
            _ => Group::Ended,
        };
        let standing = page.text(&format!("sharing-{}", it.place.code()));
        Ok(Some(OwnRow {
            group,
            at: it.at,
            title: title(page, &it),
            detail: unit_name(page, &it.whose.unit),
            standing,
        }))
    }
    .boxed()
}

/// Its page is the one with all of them.
pub fn page<'a>(
    _: &'a App,
    _: &'a Page,
    _: &'a Caller,
    id: Uuid,
    _: &'a str,
) -> BoxFuture<'a, Result<Response, Failure>> {
    async move { Ok(see_other(&format!("/me/sharing#{id}"))) }.boxed()
}

fn title(page: &Page, it: &Disclosure) -> String {
    page.text(&format!("sharing-of-{}", it.whose.register.code()))
}

/// `GET /me/sharing`.
pub async fn list(State(app): State<Arc<App>>, page: Page, headers: HeaderMap, Query(did): Query<Did>) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let Some((_, subject)) = resident(&page) else { return not_own(&page) };
    if let Some(again) = app.asks_again(&headers, "/me/sharing") {
        return again;
    }
    let ids = app.kinds.disclosures.look(|all| all.of_subject(subject, LISTED));
    let mut all = Vec::new();
    for id in ids {
        match app.kinds.disclosures.read(id).await {
            Ok(Some(it)) => all.push((id, it)),
            Ok(None) => {}
            Err(error) => return failed(&page, &Failure::away(&error)),
        }
    }
    let is_over = |place| !matches!(place, Place::Asked | Place::Given);
    let (over, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, it)| is_over(it.place));
    let content = html! {
        @if ["give", "refuse", "withdraw"].contains(&did.did.as_str()) {
            (parts::done(&html! { (page.text(&format!("sharing-did-{}", did.did))) }, &html! {}))
        }
        (parts::back("/me", &page.text("section-me")))
        h1 { (page.text("sharing-title")) }
        p.lead { (page.text("sharing-lead")) }
        @if open.is_empty() { p { (page.text("sharing-none")) } }
        @for (id, it) in &open { (shown(&app, &page, *id, it)) }
        @if !over.is_empty() {
            h2 { (page.text("sharing-over")) }
            ul.dots {
                @for (id, it) in &over {
                    li id=(id) { (title(&page, it)) ", " (unit_name(&page, &it.whose.unit)) ", " (numbers::day_of(it.at, page.language)) ": " (page.text(&format!("sharing-{}", it.place.code()))) }
                }
            }
        }
    };
    page.render(StatusCode::OK, &page.text("sharing-title"), &content)
}

fn shown(app: &App, page: &Page, id: Uuid, it: &Disclosure) -> Markup {
    let (language, unit) = (page.language, unit_name(page, &it.whose.unit));
    let to = |command: &str| format!("/me/sharing/{id}/{command}");
    let key = || html! { input type="hidden" name="client_id" value=(app.sessions.unguessable()); };
    let register = it.whose.register.code();
    html! {
        section id=(id) aria-labelledby=(format!("of-{id}")) {
            h2 id=(format!("of-{id}")) { (title(page, it)) }
            @match (&it.ground, it.place) {
                (Some(ground), _) => {
                    (parts::standing(Turn::Half, &html! {
                        (language.text_with("sharing-law", &[("unit", &unit), ("ground", &ground_name(page, ground)), ("time", &numbers::moment(it.until, language))]))
                    }))
                    p { (page.text("sharing-law-what")) " " a href="/contact" { (page.text("sharing-law-ask")) } }
                }
                (None, Place::Asked) => {
                    (parts::standing(Turn::Now, &html! {
                        (language.text_with(&format!("sharing-asks-{register}"), &[("unit", &unit)]))
                    }))
                    p { (page.text("sharing-asks-what")) }
                    form.letter method="post" action=(to("give")) {
                        (key())
                        fieldset {
                            legend { (page.text("sharing-how-long")) }
                            div.choices {
                                @for (number, days) in DAYS.iter().enumerate() {
                                    div.choice {
                                        input type="radio" name="days" id=(format!("days-{days}-{id}")) value=(days) checked[number == 0];
                                        label for=(format!("days-{days}-{id}")) {
                                            (language.text_with("sharing-until", &[("day", &numbers::day_of_number(app.today() + days, language))]))
                                        }
                                    }
                                }
                            }
                        }
                        button.btn type="submit" { (page.text("sharing-give")) }
                    }
                    form method="post" action=(to("refuse")) {
                        (key())
                        button.btn.btn--second type="submit" { (page.text("sharing-refuse")) }
                    }
                }
                (None, _) => {
                    (parts::standing(Turn::Agreed, &html! {
                        (language.text_with(&format!("sharing-open-{register}"), &[("unit", &unit), ("day", &numbers::day_of(it.until - 1, language))]))
                    }))
                    form method="post" action=(to("withdraw")) {
                        (key())
                        button.btn.btn--second type="submit" { (page.text("sharing-withdraw")) }
                    }
                }
            }
        }
    }
}

/// `POST /me/sharing/{id}/{command}`.
pub async fn command(
    State(app): State<Arc<App>>,
    page: Page,
    Path((id, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let Some((person, _)) = resident(&page) else {
        return if page.person.is_some() { not_own(&page) } else { page.to_sign_in() };
    };
    let command = match (verb.as_str(), fields.days.parse::<i32>()) {
        ("give", Ok(days)) if DAYS.contains(&days) => Command::Give { last_day: app.today() + days },
        ("refuse", _) => Command::Refuse,
        ("withdraw", _) => Command::Withdraw,
        _ => return missing(&page),
    };
    let done = async {
        let id: Uuid = id.parse().map_err(|_| Failure::not_found())?;
        app.guarded(&app.kinds.disclosures, &caller?, id, Action::Write).await?;
        let key = care::client_id(&fields.client_id).unwrap_or_else(|_| app.sessions.unguessable());
        Ok::<_, Failure>(app.kinds.disclosures.ask(id, command, &person.by(), &key, 0).await?)
    };
    match done.await {
        Ok(_) => see_other(&format!("/me/sharing?did={verb}")),
        Err(failure) => failed(&page, &failure),
    }
}
