//! `/admin/staff`: the people who work here, their rights with the days on which they end, and their local accounts.
//! `staff/proposals.rs`: rights that take two administrators.

pub mod accounts;
pub mod proposals;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use calendar::day_number;
use jiff::civil::Date;
use matter::Trouble;
use matter::access::{Action, Purpose, Resource, Role, decide};
use maud::{Markup, html};
use operations::organisation::{Command, Imported, Right};
use serde::Deserialize;

use crate::App;
use crate::access::hats::unit_name;
use crate::answer::Failure;
use crate::caller::Person;
use crate::care::is_plain_id;
use crate::form::{Unsaid, errors, field};
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::numbers;

/// The person who asks, if they may give rights; for all others there is no such page.
fn administrator(page: &Page) -> Option<Person> {
    let allowed = decide(page.role, Purpose::Management, Action::GiveRights, Resource::Staff).allow;
    page.person.clone().filter(|_| allowed)
}

/// The words that somebody typed, and what is wrong with them: the key of the text and the field.
#[derive(Deserialize, Default)]
pub struct Typed {
    #[serde(default)]
    person: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    unit: String,
    /// First day of the right that is meant; empty: today.
    #[serde(default)]
    from: String,
    #[serde(default)]
    last_day: String,
    /// A right ends now, whatever day they typed.
    #[serde(default)]
    now: String,
    /// The name of an account.
    #[serde(default)]
    name: String,
    #[serde(skip)]
    wrong: Option<(&'static str, &'static str)>,
}

impl Typed {
    fn wrong_in(&self, field: &str) -> Option<&'static str> {
        self.wrong.filter(|(_, at)| *at == field).map(|(wrong, _)| wrong)
    }

    /// The right that they mean; `person`: whose it is.
    fn right(&self, person: &str, today: i32) -> Result<Right, (&'static str, &'static str)> {
        let role = staff_roles().find(|role| role.code() == self.role).ok_or(("staff-wrong-role", "role"))?;
        let day = |text: &str| text.parse::<Date>().map(day_number).map_err(|_| ("staff-wrong-day", "last_day"));
        let from = if self.from.is_empty() { today } else { day(&self.from)? };
        let (unit, to) = (self.unit.clone(), day(&self.last_day)? + 1);
        match (is_plain_id(person), unit.is_empty()) {
            (false, _) => Err(("staff-wrong-person", "person")),
            (_, true) => Err(("staff-wrong-unit", "unit")),
            _ => Ok(Right { person: person.into(), role, unit, from, to }),
        }
    }
}

fn staff_roles() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| *role != Role::Resident)
}

/// `GET /admin/staff`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    match administrator(&page) {
        None => missing(&page),
        Some(_) => listed(&app, &page, &Typed::default()),
    }
}

/// Everybody with a right or an account, and the form that gives a right.
fn listed(app: &App, page: &Page, typed: &Typed) -> Response {
    let accounts = match app.accounts.all() {
        Ok(accounts) => accounts,
        Err(error) => return failed(page, &Failure::away(&error)),
    };
    let (organisation, today) = (app.kinds.organisation(), app.today());
    let rights: Vec<(&str, Vec<&Right>)> = organisation
        .rights()
        .map(|(person, rights)| (person, rights.iter().filter(|it| it.to > today && it.to > it.from).collect()))
        .collect();
    let people: BTreeSet<&str> = rights
        .iter()
        .filter(|(_, rights)| !rights.is_empty())
        .map(|(person, _)| *person)
        .chain(accounts.iter().map(|it| it.person.as_str()))
        .collect();
    let of = |person: &str| rights.iter().find(|(it, _)| *it == person).map_or(&[][..], |(_, rights)| rights);
    let content = html! {
        (errors(page, typed.wrong.as_slice()))
        h1 { (page.text("section-staff")) }
        p.lead { (page.text("staff-lead")) " " a href="/admin/units" { (page.text("section-units")) } }
        (proposals::part(app, page, |_| true))
        @if people.is_empty() { p { (page.text("staff-none")) } } @else {
            div.scroll tabindex="0" role="region" aria-labelledby="people" {
                table.scorecard.scorecard--rows {
                    caption.hidden #people { (page.text("section-staff")) }
                    thead { tr {
                        @for head in ["staff-person", "staff-rights", "staff-account"] { th scope="col" { (page.text(head)) } }
                    } }
                    tbody { @for person in people { tr {
                        th scope="row" { a href=(address(person)) { (person) } }
                        td { @for right in of(person) { p { (told(page, right)) } } }
                        td { @for account in accounts.iter().filter(|it| it.person == person) { (account.name) } }
                    } } }
                }
            }
        }
        h2 { (page.text("staff-give")) }
        p { (page.text("staff-two")) }
        form.letter method="post" action="/admin/staff" {
            (field(page, "person", "staff-person", typed.wrong_in("person"), &html! {
                p.hint #person-hint { (page.text("staff-person-hint")) }
                input.field #person name="person" value=(typed.person) autocomplete="off" spellcheck="false"
                    aria-describedby=(described("person", typed));
            }))
            (right_fields(page, typed))
            button.btn type="submit" { (page.text("staff-give")) }
        }
    };
    page.render(status(typed), &page.text("section-staff"), &content)
}

fn status(typed: &Typed) -> StatusCode {
    if typed.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

fn described(id: &str, typed: &Typed) -> String {
    let wrong = typed.wrong_in(id).map(|_| format!(" {id}-error")).unwrap_or_default();
    format!("{id}-hint{wrong}")
}

fn address(person: &str) -> String {
    format!("/admin/staff/{}", escape(person))
}

/// A right in words: role, unit and days.
fn told(page: &Page, right: &Right) -> String {
    let role = page.text(&format!("role-{}", right.role.code()));
    let day = |day: i32| numbers::day_of_number(day, page.language);
    format!("{role}, {}, {}–{}", unit_name(page, &right.unit), day(right.from), day(right.to - 1))
}

/// Role, unit and last day of a right that is given.
fn right_fields(page: &Page, typed: &Typed) -> Markup {
    html! {
        (field(page, "role", "staff-role", typed.wrong_in("role"), &html! {
            select.field #role name="role" aria-invalid=[typed.wrong_in("role").map(|_| "true")]
                aria-describedby=[typed.wrong_in("role").map(|_| "role-error")] {
                option value="" { (page.text("desk-choose")) }
                @for role in staff_roles() {
                    option value=(role.code()) selected[role.code() == typed.role] {
                        (page.text(&format!("role-{}", role.code())))
                    }
                }
            }
        }))
        (field(page, "unit", "staff-unit", typed.wrong_in("unit"), &html! {
            select.field #unit name="unit" aria-invalid=[typed.wrong_in("unit").map(|_| "true")]
                aria-describedby=[typed.wrong_in("unit").map(|_| "unit-error")] {
                option value="" { (page.text("desk-choose")) }
                @for unit in page.figures.units().iter().filter(|unit| unit.open) {
                    option value=(unit.id) selected[unit.id == typed.unit] { (page.language.of(&unit.names)) }
                }
            }
        }))
        (last_day(page, "last_day", typed.wrong_in("last_day"), &typed.last_day))
    }
}

fn last_day(page: &Page, id: &str, wrong: Option<&str>, value: &str) -> Markup {
    let described = wrong.map_or_else(|| format!("{id}-hint"), |_| format!("{id}-hint {id}-error"));
    field(
        page,
        id,
        "staff-last-day",
        wrong,
        &html! {
            p.hint id=(format!("{id}-hint")) { (page.text("staff-last-day-hint")) }
            input.field.day-input id=(id) type="date" name="last_day" value=(value)
                aria-invalid=[wrong.map(|_| "true")] aria-describedby=(described);
        },
    )
}

/// `POST /admin/staff`: gives a right.
pub async fn give(State(app): State<Arc<App>>, page: Page, Form(typed): Form<Typed>) -> Response {
    let Some(admin) = administrator(&page) else { return missing(&page) };
    let person = typed.person.trim();
    let given = match typed.right(person, app.today()) {
        Ok(right) => ask(&app, &admin, Command::GiveRight(right)).await,
        Err(wrong) => Err(Unsaid::Wrong(wrong)),
    };
    match given {
        Ok(()) => Redirect::to(&address(person)).into_response(),
        Err(Unsaid::Wrong(wrong)) => listed(&app, &page, &Typed { wrong: Some(wrong), ..typed }),
        Err(Unsaid::Failed(failure)) => failed(&page, &failure),
    }
}

/// Asks it of the organisation; with the units of the facts, for those come by import.
async fn ask(app: &App, admin: &Person, command: Command) -> Result<(), Unsaid> {
    let units = app.figures().units().iter().filter(|unit| unit.open).map(|unit| unit.id.clone()).collect();
    let imported = Imported { units, professionals: BTreeSet::new() };
    match app.kinds.ask_of_organisation(&admin.by(), command, imported).await {
        Ok(_) => Ok(()),
        Err(Trouble::Refused(refused)) => Err(Unsaid::Wrong(match refused.code {
            "given" => ("refused-organisation-given", "last_day"),
            "own" => ("refused-organisation-own", "person"),
            "second_person" => ("refused-organisation-second_person", "person"),
            "not_there" => ("refused-organisation-not_there", "person"),
            _ => ("refused-organisation-past", "last_day"),
        })),
        Err(trouble) => Err(Unsaid::Failed(trouble.into())),
    }
}

/// `GET /admin/staff/{person}`.
pub async fn one(State(app): State<Arc<App>>, Path(person): Path<String>, page: Page) -> Response {
    match administrator(&page) {
        Some(_) if is_plain_id(&person) => shown(&app, &page, &person, &Typed::default()),
        _ => missing(&page),
    }
}

/// A person: their rights, those that are over too, and their account.
fn shown(app: &App, page: &Page, person: &str, typed: &Typed) -> Response {
    let account = match app.accounts.all() {
        Ok(accounts) => accounts.into_iter().find(|it| it.person == person),
        Err(error) => return failed(page, &Failure::away(&error)),
    };
    let (organisation, today) = (app.kinds.organisation(), app.today());
    let rights = organisation.rights().find(|(it, _)| *it == person).map_or(&[][..], |(_, rights)| rights);
    let (running, over): (Vec<&Right>, Vec<&Right>) =
        rights.iter().filter(|it| it.to > it.from).partition(|it| it.to > today);
    let date = |day: i32| calendar::date_of(day).map_or_else(String::new, |date| date.to_string());
    let is_meant =
        |right: &Right| right.role.code() == typed.role && right.unit == typed.unit && date(right.from) == typed.from;
    let content = html! {
        (errors(page, typed.wrong.as_slice()))
        p { a href="/admin/staff" { (page.text("section-staff")) } }
        h1 { (person) }
        (proposals::part(app, page, |it| it.person == person))
        h2 { (page.text("staff-rights")) }
        @if running.is_empty() { p { (page.text("staff-no-rights")) } }
        @for (number, right) in running.iter().enumerate() {
            @let meant = is_meant(right);
            @let wrong = typed.wrong.filter(|_| meant).map(|(wrong, _)| wrong);
            // The first field that is wrong is the one to which the summary leads.
            @let id = if meant { "last_day".to_string() } else { format!("last_day-{number}") };
            h3 { (told(page, right)) }
            form.letter method="post" action=(format!("{}/end", address(person))) {
                input type="hidden" name="role" value=(right.role.code());
                input type="hidden" name="unit" value=(right.unit);
                input type="hidden" name="from" value=(date(right.from));
                (last_day(page, &id, wrong, &if meant { typed.last_day.clone() } else { date(right.to - 1) }))
                p.hint { (page.text("staff-end-now-about")) }
                button.btn.btn--second type="submit" { (page.text("staff-move-end")) }
                " "
                button.btn.btn--drop type="submit" name="now" value="now" {
                    (page.text("staff-end-now"))
                }
            }
        }
        @if !over.is_empty() {
            h3 { (page.text("staff-over")) }
            ul.dots { @for right in over { li { (told(page, right)) } } }
        }
        (accounts::part(app, page, person, account.as_ref(), typed))
    };
    page.render(status(typed), person, &content)
}

/// `POST /admin/staff/{person}/end`: moves the end of a right, or takes it away at once. With the last that they have today
/// goes what they signed in with, a token too.
pub async fn end(
    State(app): State<Arc<App>>,
    Path(person): Path<String>,
    page: Page,
    Form(mut typed): Form<Typed>,
) -> Response {
    let Some(admin) = administrator(&page) else { return missing(&page) };
    let today = app.today();
    if !typed.now.is_empty() {
        // Its last day was yesterday; one that has not begun never was.
        typed.last_day = calendar::date_of(today - 1).map_or_else(String::new, |date| date.to_string());
    }
    let moved = match typed.right(&person, today) {
        Ok(right) => {
            let to = if !typed.now.is_empty() { today.max(right.from) } else { right.to };
            // One that has not begun has opened nothing.
            let is_taken_away = !typed.now.is_empty() && right.from <= today;
            match ask(&app, &admin, Command::MoveRightEnd(Right { to, ..right })).await {
                Ok(()) if is_taken_away && app.rights_of(&person).is_empty() => {
                    accounts::sign_out(&app, &admin, &person).await.map_err(Unsaid::Failed)
                }
                moved => moved,
            }
        }
        Err(wrong) => Err(Unsaid::Wrong(wrong)),
    };
    match moved {
        Ok(()) => Redirect::to(&address(&person)).into_response(),
        Err(Unsaid::Wrong((wrong, _))) => {
            shown(&app, &page, &person, &Typed { wrong: Some((wrong, "last_day")), ..typed })
        }
        Err(Unsaid::Failed(failure)) => failed(&page, &failure),
    }
}
