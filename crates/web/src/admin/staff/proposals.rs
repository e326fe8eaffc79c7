//! Rights that take two administrators: those that wait, and how a second one approves or declines them.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use operations::organisation::{Command, Right};

use super::{Typed, address, administrator, ask, listed, told};
use crate::App;
use crate::form::Unsaid;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::parts::{self, Turn};

/// The rights that wait, each with what can be done about it; nothing where none does.
pub fn part(app: &App, page: &Page, of: impl Fn(&Right) -> bool) -> Markup {
    let organisation = app.kinds.organisation();
    let waiting: Vec<_> = organisation.proposals().iter().filter(|it| of(&it.right)).collect();
    let date = |day: i32| calendar::date_of(day).map_or_else(String::new, |date| date.to_string());
    let me = page.person.as_ref().map_or("", |person| &person.id);
    html! {
        @if !waiting.is_empty() {
            section aria-labelledby="waiting" {
                h2 #waiting { (page.text("staff-waiting")) }
                @for it in waiting {
                    @let right = &it.right;
                    h3 { (right.person) ": " (told(page, right)) }
                    @if *it.by == *me {
                        (parts::standing(Turn::Waits, &html! { (page.text("staff-waiting-yours")) }))
                    } @else {
                        (parts::standing(Turn::Now, &html! { (page.language.text_with("staff-waiting-by", &[("person", &it.by)])) }))
                    }
                    form method="post" action=(format!("{}/approve", address(&right.person))) {
                        input type="hidden" name="role" value=(right.role.code());
                        input type="hidden" name="unit" value=(right.unit);
                        input type="hidden" name="from" value=(date(right.from));
                        input type="hidden" name="last_day" value=(date(right.to - 1));
                        @if *it.by != *me && right.person != me {
                            button.btn type="submit" { (page.text("staff-approve")) span.hidden { ": " (right.person) ", " (told(page, right)) } }
                            " "
                        }
                        button.btn.btn--second type="submit" formaction=(format!("{}/decline", address(&right.person))) {
                            (page.text("staff-decline")) span.hidden { ": " (right.person) ", " (told(page, right)) }
                        }
                    }
                }
            }
        }
    }
}

/// On an administrator's front page: that rights wait for them.
pub fn waiting(app: &App, page: &Page) -> Markup {
    let me = page.person.as_ref().map_or("", |person| &person.id);
    let organisation = app.kinds.organisation();
    let count = organisation.proposals().iter().filter(|it| *it.by != *me && it.right.person != me).count();
    html! {
        @if count > 0 {
            p { a href="/admin/staff#waiting" { (page.language.text_count("staff-waiting-count", count, &count.to_string())) } }
        }
    }
}

/// `POST /admin/staff/{person}/approve`.
pub async fn approve(app: State<Arc<App>>, person: Path<String>, page: Page, typed: Form<Typed>) -> Response {
    answered(app, person, page, typed, Command::ApproveRight).await
}

/// `POST /admin/staff/{person}/decline`.
pub async fn decline(app: State<Arc<App>>, person: Path<String>, page: Page, typed: Form<Typed>) -> Response {
    answered(app, person, page, typed, Command::DeclineRight).await
}

async fn answered(
    State(app): State<Arc<App>>,
    Path(person): Path<String>,
    page: Page,
    Form(typed): Form<Typed>,
    command: fn(Right) -> Command,
) -> Response {
    let Some(admin) = administrator(&page) else { return missing(&page) };
    let done = match typed.right(&person, app.today()) {
        Ok(right) => ask(&app, &admin, command(right)).await,
        Err(wrong) => Err(Unsaid::Wrong(wrong)),
    };
    match done {
        Ok(()) => Redirect::to(&address(&person)).into_response(),
        // The field is on no form of this page: the words stand above it.
        Err(Unsaid::Wrong(wrong)) => listed(&app, &page, &Typed { wrong: Some(wrong), ..Typed::default() }),
        Err(Unsaid::Failed(failure)) => failed(&page, &failure),
    }
}
