//! `/desk/carers/new`: a professional gives the one with whom a child lives the right to act for it, as a foster carer.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::day_number;
use jiff::civil::Date;
use matter::Subject;
use matter::access::{Action, Role};
use maud::html;
use operations::mandates::{Capacity, Given, OF_AGE, Scope, reaches};
use serde::Deserialize;
use uuid::Uuid;

use crate::App;
use crate::answer::{Failure, told};
use crate::caller::Caller;
use crate::contact::see_other;
use crate::form::{errors, field};
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::parts;

pub const PATH: &str = "/desk/carers/new";

#[derive(Deserialize, Default)]
pub struct Fields {
    /// The contact of the child.
    #[serde(default)]
    contact: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    last_day: String,
}

/// The child of a contact that the caller has.
async fn child(
    app: &App,
    caller: Result<Caller, Failure>,
    fields: &Fields,
) -> Result<(Caller, Uuid, Subject), Failure> {
    let caller = caller?;
    if !caller.role().is_some_and(|role| [Role::Professional, Role::Lead].contains(&role)) {
        return Err(Failure::not_found());
    }
    let id: Uuid = fields.contact.parse().map_err(|_| Failure::not_found())?;
    let contact = app.guarded(&app.kinds.contacts, &caller, id, Action::Handle).await?;
    let subject = contact.subject.ok_or_else(Failure::not_found)?;
    Ok((caller, id, subject))
}

/// `GET /desk/carers/new?contact=ID`.
pub async fn form(
    State(app): State<Arc<App>>,
    page: Page,
    Query(fields): Query<Fields>,
    caller: Result<Caller, Failure>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    match child(&app, caller, &fields).await {
        Ok((_, _, subject)) => shown(&app, &page, (subject, &fields), &[], None),
        Err(failure) => failed(&page, &failure),
    }
}

fn shown(
    app: &App,
    page: &Page,
    (subject, fields): (Subject, &Fields),
    wrong: &[(&str, &str)],
    refused: Option<String>,
) -> Response {
    let wrong_in = |field: &str| wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key);
    let today = app.today();
    let is_grown = |it: Subject| app.born(it).is_some_and(|born| reaches(day_number(born), OF_AGE) <= today);
    let title = page.text("carer-title");
    let content = html! {
        (errors(page, wrong))
        @if let Some(refused) = &refused { (parts::not_done(&html! { (refused) })) }
        (parts::back(&format!("/desk/contacts/{}", fields.contact), &page.text("desk-back")))
        h1 { (title) @if let Some(named) = app.named(Some(subject)) { " – " (named) } }
        p { (page.text("carer-what")) }
        form.letter method="post" action=(PATH) autocomplete="off" {
            input type="hidden" name="contact" value=(fields.contact);
            (field(page, "who", "carer-who", wrong_in("who"), &html! {
                select.field #who name="who" aria-invalid=[wrong_in("who").map(|_| "true")] {
                    option value="" { (page.text("desk-choose")) }
                    @for (who, named) in app.clients().filter(|(who, _)| *who != subject && is_grown(*who)) {
                        @let value = who.to_string();
                        option value=(value) selected[value == fields.who] { (named) }
                    }
                }
            }))
            (field(page, "last_day", "carer-last-day", wrong_in("last_day"), &html! {
                p.hint #last-day-hint { (page.text("carer-last-day-hint")) }
                input.field.day-input #last_day type="date" name="last_day" value=(fields.last_day)
                    aria-describedby="last-day-hint" aria-invalid=[wrong_in("last_day").map(|_| "true")];
            }))
            button.btn type="submit" { (page.text("carer-give")) }
        }
    };
    let status = if wrong.is_empty() && refused.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page.render(status, &title, &content)
}

/// `POST /desk/carers/new`.
pub async fn give(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    Form(fields): Form<Fields>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let (_, id, of) = match child(&app, caller, &fields).await {
        Ok(child) => child,
        Err(failure) => return failed(&page, &failure),
    };
    let who = app.clients().find(|(who, _)| who.to_string() == fields.who).map(|(who, _)| who);
    let last = fields.last_day.parse::<Date>().ok();
    let wrong = [
        who.is_none().then_some(("carer-wrong-who", "who")),
        last.is_none().then_some(("carer-wrong-day", "last_day")),
    ];
    let (Some(who), Some(last)) = (who, last) else {
        let wrong: Vec<_> = wrong.into_iter().flatten().collect();
        return shown(&app, &page, (of, &fields), &wrong, None);
    };
    let born = |it: Subject| app.born(it).map(day_number);
    let (Some(of_born), Some(who_born)) = (born(of), born(who)) else { return missing(&page) };
    let (from, to) = (app.today(), day_number(last).saturating_add(1));
    let unit = Some(person.unit.as_str().into());
    let given = Given { of, who, capacity: Capacity::Carer, scope: Scope::All, from, to, of_born, who_born, unit };
    match app.kinds.give_mandate(given, &person.by()).await {
        Ok(_) => see_other(&format!("/desk/contacts/{id}?did=carer")),
        Err(trouble) => {
            let failure = Failure::from(trouble);
            match &failure.refused {
                Some(refused) => shown(&app, &page, (of, &fields), &[], Some(told(refused, page.language))),
                None => failed(&page, &failure),
            }
        }
    }
}
