//! A booked visit is had in another way: in person, by video, by telephone. Its time and its person stay.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Code, Modality};
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::bookings::Way;
use operations::bookings::appointments::{Appointment, Command, Stage};
use serde::Deserialize;
use uuid::Uuid;

use super::desk::works;
use super::way_name;
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::contact::see_other;
use crate::form::key;
use crate::home::{failed, missing};
use crate::layout::Page;

/// Why a visit is had in another way; texts `way-because-…`.
const WHYS: [&str; 5] = ["wish", "ill", "travel", "technical", "other"];

/// The other ways in which a visit that is to come can be had.
fn others(app: &App, it: &Appointment) -> Vec<Way> {
    let is_to_come = it.stage == Stage::Booked && !it.is_closed;
    let timetable = app.kinds.timetables.get(&it.booking.calendar).filter(|_| is_to_come);
    let kind = timetable.as_ref().and_then(|of| of.kinds.get(&*it.booking.wanted.kind));
    let ways = kind.map_or_else(Vec::new, |kind| kind.ways.clone());
    ways.into_iter().filter(|way| *way != it.booking.wanted.way).collect()
}

/// The form that changes the way; nothing where there is no other.
pub fn form(app: &App, page: &Page, it: &Appointment, action: &str) -> Markup {
    let others = others(app, it);
    html! {
        @if !others.is_empty() {
            details.fold #way-change {
                summary { (page.text("way-change")) }
                div.fold__in {
                    form.flow method="post" action=(action) {
                        input type="hidden" name="client_id" value=(app.sessions.unguessable());
                        div.asked {
                            label for="to-way" { (page.text("bookings-way")) }
                            select.field #to-way name="way" { @for way in &others { option value=(way.0.code()) { (way_name(page, *way)) } } }
                        }
                        div.asked {
                            label for="way-why" { (page.text("way-why")) }
                            select.field #way-why name="why" { @for why in WHYS { option value=(why) { (page.text(&format!("way-because-{why}"))) } } }
                        }
                        p.hint { (page.text("way-hint")) }
                        button.btn.btn--second type="submit" { (page.text("way-change-now")) }
                    }
                }
            }
        }
    }
}

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    way: String,
    #[serde(default)]
    why: String,
}

/// `POST /desk/appointments/{id}/way`.
pub async fn desk(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    if !works(&person) {
        return missing(&page);
    }
    change(&app, &page, (caller, &person, Action::Handle), ("/desk/appointments", &path), given).await
}

/// `POST /matters/{id}/way`.
pub async fn own(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    if person.role != Role::Resident {
        return missing(&page);
    }
    change(&app, &page, (caller, &person, Action::Write), ("/matters", &path), given).await
}

async fn change(
    app: &App,
    page: &Page,
    (caller, person, action): (Result<Caller, Failure>, &Person, Action),
    (folder, path): (&str, &str),
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let done = async {
        let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
        let it = app.guarded(&app.kinds.appointments, &caller?, id, action).await?;
        let Ok(Form(fields)) = given else { return Err(Failure::not_found()) };
        let now = app.kinds.store.now();
        let to = Modality::named(&fields.way).map(Way).filter(|way| others(app, &it).contains(way));
        let to = to.filter(|_| now < it.booking.when.from || action == Action::Handle);
        let to = to.ok_or_else(|| Failure::refused("not_now", "It cannot be had in that way."))?;
        let why = WHYS.into_iter().find(|why| *why == fields.why).unwrap_or("other");
        let key = key(app, "way", &fields.client_id)?;
        let command = Command::ChangeWay { to, why: why.into(), number: None };
        app.kinds.appointments.ask(id, command, &person.by(), &key, 0).await?;
        Ok(())
    };
    match done.await {
        Ok(()) => see_other(&format!("{folder}/{path}?did=way")),
        // It stands otherwise meanwhile: the page says how.
        Err(failure) if failure.status == StatusCode::CONFLICT => see_other(&format!("{folder}/{path}?did=otherwise")),
        Err(failure) => failed(page, &failure),
    }
}
