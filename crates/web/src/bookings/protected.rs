//! Kept time on the page of a day: whoever keeps it moves it or gives it up, each time with the reason.

use std::sync::Arc;

use ::calendar::date_of;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use matter::access::{Action, Role};
use matter::{Matter, Text};
use maud::{Markup, html};
use operations::bookings::days::{Command, Day, Event, Stretch};
use serde::Deserialize;
use store::Happened;
use uuid::Uuid;

use super::duties::{day_of, span, stretch_name, when};
use crate::App;
use crate::answer::{Failure, told};
use crate::caller::{Caller, Person};
use crate::care;
use crate::contact::see_other;
use crate::desk::staff_name;
use crate::form::{Unsaid, errors, key};
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::numbers;
use crate::parts;

/// Characters of a reason at most.
const MOST_WHY: usize = 500;
/// Events of a day that are looked at for what was given up.
const TOLD: usize = 1_000;

/// Whether somebody may change the protected time of a day: it is theirs, or they lead the unit.
fn may(person: &Person, day: &Day) -> bool {
    day.actor.id() == person.id || person.role == Role::Lead
}

/// Kept time that was given up or moved on a day, with the reason.
pub async fn given_up(app: &App, id: Uuid) -> store::Result<Vec<Happened<Event>>> {
    let happened = app.kinds.days.happened(id, Day::NAME, 0, TOLD).await?;
    Ok(happened.into_iter().filter(|it| matches!(it.event, Event::Released(_))).collect())
}

/// Duties and protected time of a day, with the forms that move it and give it up.
pub fn section(
    app: &App,
    page: &Page,
    person: &Person,
    (id, day): (Uuid, &Day),
    given_up: &[Happened<Event>],
) -> Markup {
    let now = app.kinds.store.now();
    let date = date_of(day.date).map_or_else(String::new, |date| date.to_string());
    html! {
        @if !day.duties.is_empty() || !day.protected.is_empty() || !given_up.is_empty() {
            section aria-labelledby="protected" {
                h2 #protected { (page.text("protected-on-day")) }
                ol.rows {
                    @for it in &day.duties { li.row { p.row__name { (clocks(it)) " " (stretch_name(app, page, &it.what)) } } }
                    @for (number, it) in (1..).zip(&day.protected) {
                        li.row {
                            p.row__name { (clocks(it)) " " (stretch_name(app, page, &it.what)) }
                            p.row__meta { span { (page.text("protected-nobody-books")) } }
                            @if may(person, day) && now < it.to {
                                details.fold.walkin__note {
                                    summary { (page.text("protected-change")) span.hidden { " " (clocks(it)) } }
                                    div.fold__in {
                                        form method="post" action=(format!("/desk/days/{id}/protected/move")) autocomplete="off" {
                                            input type="hidden" name="client_id" value=(app.sessions.unguessable());
                                            input type="hidden" name="old_from" value=(it.from);
                                            input type="hidden" name="old_to" value=(it.to);
                                            input type="hidden" name="what" value=(it.what);
                                            div.asked {
                                                label for=(format!("why-{number}")) { (page.text("protected-why")) }
                                                input.field id=(format!("why-{number}")) name="why" maxlength=(MOST_WHY);
                                            }
                                            (when(page, &format!("protected-{number}"), &date, (&field_clock(it.from), &field_clock(it.to))))
                                            div.acts {
                                                button.btn.btn--second type="submit" { (page.text("protected-move")) }
                                                button.btn.btn--drop type="submit" formaction=(format!("/desk/days/{id}/protected/release")) { (page.text("protected-release")) }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                @if !given_up.is_empty() {
                    h3 { (page.text("protected-given-up")) }
                    ul {
                        @for it in given_up {
                            @if let Event::Released(stretch) = &it.event {
                                li {
                                    (clocks(stretch)) " " (stretch_name(app, page, &stretch.what)) ": "
                                    @if let Some(why) = &it.text { span dir="auto" { (why) } }
                                    " " span.quiet { (staff_name(page, &it.by)) ", " (numbers::moment(it.at, page.language)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn clocks(it: &Stretch) -> String {
    format!("{}–{}", numbers::clock(it.from), numbers::clock(it.to))
}

/// A clock time as a field of a browser has it.
fn field_clock(at: i64) -> String {
    let clock = numbers::clock(at).replace('.', ":");
    if clock.len() < 5 { format!("0{clock}") } else { clock }
}

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    old_from: i64,
    #[serde(default)]
    old_to: i64,
    #[serde(default)]
    what: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// `POST /desk/days/{id}/protected/{act}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let Ok(Form(fields)) = given else { return missing(&page) };
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return failed(&page, &failure),
    };
    let why = match done(&app, &caller, &person, (&path, &verb), &fields).await {
        Ok(did) => return see_other(&format!("/desk/days/{path}?did={did}")),
        Err(Unsaid::Wrong((key, _))) => page.text(key),
        Err(Unsaid::Failed(failure)) if failure.status != StatusCode::CONFLICT => return failed(&page, &failure),
        Err(Unsaid::Failed(failure)) => match &failure.refused {
            Some(refused) if refused.code == "taken" => page.text("protected-wrong-taken"),
            Some(refused) if refused.code == "enough" => page.text("protected-wrong-most"),
            Some(refused) => told(refused, page.language),
            None => return failed(&page, &failure),
        },
    };
    // The form comes again with all that was typed.
    let content = html! {
        (errors(&page, &[]))
        (parts::back(&format!("/desk/days/{path}"), &page.text("calendar-title")))
        (parts::not_done(&html! { (why) }))
        h1 { (page.text("protected-change")) }
        form #protect method="post" action=(format!("/desk/days/{path}/protected/{verb}")) autocomplete="off" {
            input type="hidden" name="client_id" value=(app.sessions.unguessable());
            @for (name, value) in [("old_from", fields.old_from.to_string()), ("old_to", fields.old_to.to_string()), ("what", fields.what.clone())] {
                input type="hidden" name=(name) value=(value);
            }
            div.asked {
                label for="why" { (page.text("protected-why")) }
                input.field #why name="why" maxlength=(MOST_WHY) value=(fields.why);
            }
            (when(&page, "protected", &fields.date, (&fields.from, &fields.to)))
            button.btn type="submit" { (page.text(if verb == "move" { "protected-move" } else { "protected-release" })) }
        }
    };
    page.render(StatusCode::UNPROCESSABLE_ENTITY, &page.text("protected-change"), &content)
}

async fn done(
    app: &App,
    caller: &Caller,
    person: &Person,
    (path, verb): (&str, &str),
    fields: &Fields,
) -> Result<&'static str, Unsaid> {
    let (id, day) = app.at_desk(&app.kinds.days, caller, path, Action::Handle).await?;
    if !may(person, &day) {
        return Err(Failure::not_found().into());
    }
    let by = person.by();
    let key = key(app, verb, &fields.client_id)?;
    let why = care::text(&fields.why).map_err(|_| Unsaid::Wrong(("protected-wrong-why", "why")))?;
    if why.chars().count() > MOST_WHY {
        return Err(Unsaid::Wrong(("protected-wrong-why", "why")));
    }
    let stretch = Stretch { from: fields.old_from, to: fields.old_to, what: fields.what.clone() };
    match verb {
        "release" => {
            let release = Command::Release { stretch, why: Text(why) };
            app.kinds.days.ask(id, release, &by, &key, 0).await.map_err(Failure::from)?;
            Ok("released")
        }
        "move" => {
            let timetable = app.kinds.timetables.get(&fields.what).ok_or_else(Failure::not_found)?;
            let (date, from, to) = span(app, (&fields.date, &fields.from, &fields.to))?;
            let owner = Person { id: day.actor.id().to_string(), ..person.clone() };
            let of = kinds::DayOf { unit: day.unit.clone(), ..day_of(app, &owner, date)? };
            let new = Stretch { from, to, what: fields.what.clone() };
            let moved = app.kinds.move_protected((id, stretch, why), (of, new), timetable, (&by, &key)).await;
            moved.map_err(Failure::from)?;
            Ok("protected-moved")
        }
        _ => Err(Failure::not_found().into()),
    }
}
