//! `/me/seen`: who has seen a person's data, day by day, of which matter, and why (Act 703/2023 § 11).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use matter::access::{Purpose, Role};
use maud::{Markup, html};

use super::{not_own, resident};
use crate::App;
use crate::answer::Failure;
use crate::break_glass;
use crate::care::receipt;
use crate::desk::{people, unit_name};
use crate::disclosures::ground_name;
use crate::guard::openings::Opening;
use crate::home::failed;
use crate::layout::Page;
use crate::numbers;
use crate::parts;

/// So far back it is told, in microseconds: two years.
const TOLD: i64 = 2 * 366 * 86_400 * 1_000_000;
/// Openings that are shown, the latest.
const SHOWN: usize = 500;

/// `GET /me/seen`.
pub async fn list(State(app): State<Arc<App>>, page: Page, headers: HeaderMap) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let Some((_, subject)) = resident(&page) else { return not_own(&page) };
    if let Some(again) = app.asks_again(&headers, "/me/seen") {
        return again;
    }
    let since = app.kinds.store.now() - TOLD;
    let openings: Vec<Opening> = match app.openings(subject, since).await {
        // Nothing was seen where it was refused, and their own visits they know.
        Ok(openings) => openings.into_iter().filter(|it| it.what != "refused" && !it.is_own).collect(),
        Err(error) => return failed(&page, &Failure::away(&error)),
    };
    let mut days: Vec<(String, Vec<&Opening>)> = Vec::new();
    for it in openings.iter().take(SHOWN) {
        let day = numbers::day_of(it.at, page.language);
        match days.last_mut().filter(|(last, _)| *last == day) {
            Some((_, of)) => of.push(it),
            None => days.push((day, vec![it])),
        }
    }
    let content = html! {
        (parts::back("/me", &page.text("section-me")))
        h1 { (page.text("seen-title")) }
        p.lead { (page.text("seen-lead")) }
        (break_glass::told(&app, &page, subject))
        @if days.is_empty() { p { (page.text("seen-none")) } }
        @for (day, openings) in &days {
            h2 { (day) }
            ul.rows { @for it in openings { (shown(&app, &page, it)) } }
        }
        @if openings.len() > SHOWN { p { (page.language.text_with("seen-more", &[("count", &SHOWN.to_string())])) } }
        p { a href="/contact" { (page.text("seen-ask")) } }
    };
    page.render(StatusCode::OK, &page.text("seen-title"), &content)
}

fn shown(app: &App, page: &Page, it: &Opening) -> Markup {
    let kind = page.text(&format!("kind-{}", it.kind));
    let kind = if kind.is_empty() { it.kind.clone() } else { kind };
    html! {
        li.row {
            p.row__name {
                (numbers::clock(it.at)) " " (app.acting_name(page, &it.who).unwrap_or_else(|| people::name(page, &it.who)))
                @if !it.unit.is_empty() { ", " (unit_name(page, &it.unit)) }
            }
            p.row__meta {
                span {
                    @if it.is_theirs { a href=(format!("/matters/{}", it.matter)) { (kind) " " (receipt(it.matter)) } } @else { (kind) " " (receipt(it.matter)) }
                }
                span { (why(page, it)) }
            }
            (ask(page, it))
        }
    }
}

/// Asks why: the words go to the form of a contact, to be gone on with there, and into no address.
fn ask(page: &Page, it: &Opening) -> Markup {
    let (day, time, who) = (numbers::day_of(it.at, page.language), numbers::clock(it.at), people::name(page, &it.who));
    let opening = [("day", day.as_str()), ("time", &time), ("who", &who)];
    html! {
        form method="post" action="/contact" {
            input type="hidden" name="show" value=(page.language.code());
            input type="hidden" name="text" value=(page.language.text_with("seen-question", &opening));
            button.btn.btn--second.btn--small type="submit" {
                (page.text("seen-ask-this")) span.hidden { ": " (day) " " (time) ", " (who) }
            }
        }
    }
}

/// Why it was opened, in words.
pub fn why(page: &Page, it: &Opening) -> String {
    if it.ground.as_deref() == Some(break_glass::GROUND) {
        return page.text("break-glass-ground");
    }
    if let Some(ground) = &it.ground {
        return page.language.text_with("seen-ground", &[("ground", &ground_name(page, ground))]);
    }
    if it.is_own {
        return page.text("seen-why-own");
    }
    if it.role == Some(Role::Resident) {
        return page.text("acting-seen-why");
    }
    let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.code() == it.purpose);
    match purpose {
        Some(Purpose::Care) => page.text("seen-why-care"),
        Some(Purpose::Supervision) => page.text("seen-why-supervision"),
        _ => page.text("seen-why-other"),
    }
}
