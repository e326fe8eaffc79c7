//! A visit series as its person has it, one matter with its times, and as the desk has it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::CancelReason;
use futures::FutureExt;
use futures::future::BoxFuture;
use matter::By;
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::bookings::appointments::{Appointment, Command, Part, Stage};
use operations::bookings::calendar::{Shifts, before};
use operations::bookings::flow::Place;
use operations::bookings::series::VisitSeries;
use serde::Deserialize;
use uuid::Uuid;

use super::super::day_of;
use super::super::desk::works;
use super::super::own::{stage, turn};
use super::nearest;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::contact::see_other;
use crate::desk::{staff_name, unit_name};
use crate::form::{Did, key};
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::matters::{Group, OwnRow};
use crate::numbers;
use crate::parts::{self, Turn, tag};

/// A visit of a series, its number from 1.
type Visit = (usize, Uuid, Arc<Appointment>);

async fn visits(app: &App, it: &VisitSeries) -> store::Result<Vec<Visit>> {
    let mut visits = Vec::new();
    for (number, id) in (1..).zip(&it.plan.visits) {
        visits.extend(app.kinds.appointments.read(*id).await?.map(|visit| (number, *id, visit)));
    }
    Ok(visits)
}

fn name(app: &App, page: &Page, it: &VisitSeries) -> String {
    let timetable = app.kinds.timetables.get(&it.plan.calendar);
    let kind = timetable.as_ref().and_then(|of| of.kinds.get(&*it.plan.kind));
    kind.map_or_else(|| unit_name(page, &it.plan.unit), |kind| kind.name.of(page.language.code()).to_string())
}

fn is_to_come(app: &App, it: &Appointment) -> bool {
    it.stage == Stage::Booked && !it.is_closed && app.kinds.store.now() < it.booking.when.from
}

/// A series among its person's own matters: its next time, and which of how many it is.
pub fn row<'a>(app: &'a App, page: &'a Page, id: Uuid) -> BoxFuture<'a, store::Result<Option<OwnRow>>> {
    async move {
        let Some(it) = app.kinds.series.read(id).await? else { return Ok(None) };
        let all = visits(app, &it).await?;
        let next = all.iter().find(|(.., visit)| is_to_come(app, visit) || visit.is_open());
        let (count, name) = (it.plan.visits.len().to_string(), name(app, page, &it));
        Ok(Some(match next {
            Some((number, _, visit)) => OwnRow {
                group: Group::Coming,
                at: visit.booking.when.from,
                title: numbers::short_moment(visit.booking.when.from, page.language),
                detail: page
                    .language
                    .text_with("series-row", &[("name", &name), ("number", &number.to_string()), ("count", &count)]),
                standing: page.text("status-booked"),
            },
            None => OwnRow {
                group: Group::Ended,
                at: it.plan.until,
                title: name,
                detail: page.language.text_with("series-visits", &[("count", &count)]),
                standing: String::new(),
            },
        }))
    }
    .boxed()
}

/// Its page, for its person.
pub fn owned<'a>(
    app: &'a App,
    page: &'a Page,
    caller: &'a Caller,
    id: Uuid,
    did: &'a str,
) -> BoxFuture<'a, Result<Response, Failure>> {
    async move {
        let it = app.guarded(&app.kinds.series, caller, id, Action::Read).await?;
        let all = visits(app, &it).await.map_err(|error| Failure::away(&error))?;
        let is_open = app.kinds.timetables.get(&it.plan.calendar).is_some_and(|it| it.is_open_to(&["resident"]));
        let content = html! {
            (parts::back("/matters", &page.text("matters-title")))
            (shown(app, page, (id, &it), &all, (did, "/matters")))
            (cancelling(app, page, &all, &format!("/matters/{id}/cancel-rest")))
            @if !is_open { p { a href="/contact" { (page.text("bookings-move-by-us")) } } }
        };
        Ok(page.render(StatusCode::OK, &name(app, page, &it), &content))
    }
    .boxed()
}

/// A series as both sides see it; `visits_at`: the folder of its visits.
fn shown(
    app: &App,
    page: &Page,
    (id, it): (Uuid, &VisitSeries),
    all: &[Visit],
    (did, visits_at): (&str, &str),
) -> Markup {
    let count = it.plan.visits.len().to_string();
    let is_known = ["booked", "cancelled", "shifted", "otherwise"].contains(&did);
    let left = all.iter().filter(|(.., visit)| is_to_come(app, visit)).count();
    let language = page.language;
    html! {
        @if is_known { (parts::done(&html! { (page.text(&format!("series-did-{did}"))) }, &html! {})) }
        h1 { (name(app, page, it)) }
        (parts::standing(if left > 0 { Turn::Agreed } else { Turn::Done }, &html! {
            (language.text_with("series-visits", &[("count", &count)])) ", "
            (language.text_count("series-left", left, &left.to_string()))
        }))
        p { (unit_name(page, &it.plan.unit)) " · " (receipt(id)) }
        ol.rows {
            @for (number, id, visit) in all {
                @let when = &visit.booking.when;
                @let with = when.parts.iter().find_map(Part::professional).map(|it| staff_name(page, it));
                @let moment = format!("{} {}", day_of(app, page, when.from), numbers::clock(when.from));
                @let visit_number = language.text_with("series-visit", &[("number", &number.to_string())]);
                @let meta = [Some(html! { (visit_number) }), Some(tag(turn(visit), &page.text(&format!("status-{}", stage(visit))))), with.map(|it| html! { (it) })];
                @let meta: Vec<Markup> = meta.into_iter().flatten().collect();
                (parts::row(&format!("{visits_at}/{id}"), &moment, &meta))
            }
        }
    }
}

/// The form that cancels the rest from a visit on.
fn cancelling(app: &App, page: &Page, all: &[Visit], action: &str) -> Markup {
    let to_come: Vec<&Visit> = all.iter().filter(|(.., visit)| is_to_come(app, visit)).collect();
    html! {
        @if !to_come.is_empty() {
            details.fold {
                summary { (page.text("series-cancel")) }
                div.fold__in {
                    form method="post" action=(action) {
                        input type="hidden" name="client_id" value=(app.sessions.unguessable());
                        (from_visit(app, page, &to_come, "series-cancel-from"))
                        button.btn.btn--drop type="submit" { (page.text("series-cancel-now")) }
                    }
                }
            }
        }
    }
}

fn from_visit(app: &App, page: &Page, to_come: &[&Visit], label: &str) -> Markup {
    html! {
        div.asked {
            label for=(label) { (page.text(label)) }
            select.field id=(label) name="visit" {
                @for (number, _, visit) in to_come {
                    option value=(number) { (number) ". " (day_of(app, page, visit.booking.when.from)) " " (numbers::clock(visit.booking.when.from)) }
                }
            }
        }
    }
}

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    /// A visit by its number, from 1.
    #[serde(default)]
    visit: usize,
    /// A day and a time.
    #[serde(default)]
    last: String,
}

/// `POST /matters/{id}/cancel-rest`.
pub async fn cancel_rest(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let Ok(Form(fields)) = given else { return missing(&page) };
    if person.role != Role::Resident {
        return missing(&page);
    }
    let done = cancelled(&app, caller, &path, (&fields, CancelReason::Other, Action::Write), &person.by()).await;
    answered(&page, done.map(|()| "cancelled"), &format!("/matters/{path}"))
}

async fn cancelled(
    app: &App,
    caller: Result<Caller, Failure>,
    path: &str,
    (fields, why, action): (&Fields, CancelReason, Action),
    by: &By,
) -> Result<(), Failure> {
    let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
    let it = app.guarded(&app.kinds.series, &caller?, id, action).await?;
    let all = visits(app, &it).await.map_err(|error| Failure::away(&error))?;
    let from = all.iter().find(|(number, ..)| *number == fields.visit).ok_or_else(Failure::not_found)?;
    let command = Command::Cancel { why, notified_at: None };
    let key = key(app, "cancel", &fields.client_id)?;
    app.kinds.cancel_series(id, from.2.booking.when.from, command, (by, &key)).await?;
    Ok(())
}

fn answered(page: &Page, done: Result<&'static str, Failure>, at: &str) -> Response {
    match done {
        Ok(did) => see_other(&format!("{at}?did={did}")),
        // It stands otherwise meanwhile: the page says how.
        Err(failure) if failure.status == StatusCode::CONFLICT => see_other(&format!("{at}?did=otherwise")),
        Err(failure) => failed(page, &failure),
    }
}

/// `GET /desk/series/{id}`.
pub async fn desk(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    Query(did): Query<Did>,
    caller: Result<Caller, Failure>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let read = async {
        let (id, it) = app.at_desk(&app.kinds.series, &caller?, &path, Action::Read).await?;
        let all = visits(&app, &it).await.map_err(|error| Failure::away(&error))?;
        Ok((id, it, all))
    };
    match read.await {
        Ok((id, it, all)) => {
            let content = html! {
                (parts::back(&format!("/desk/calendar?unit={}", it.plan.unit), &page.text("calendar-title")))
                @if let Some(named) = app.named(it.plan.subject) { p { strong { (named) } } }
                (shown(&app, &page, (id, &it), &all, (&did.did, "/desk/appointments")))
                (shifting(&app, &page, (id, &it), &all))
                (cancelling(&app, &page, &all, &format!("/desk/series/{id}/cancel")))
            };
            page.render(StatusCode::OK, &name(&app, &page, &it), &content)
        }
        Err(failure) => failed(&page, &failure),
    }
}

/// The form that leaves a visit out: the later ones move on by one, and the last gets the time after them.
fn shifting(app: &App, page: &Page, (id, it): (Uuid, &VisitSeries), all: &[Visit]) -> Markup {
    let timetable = app.kinds.timetables.get(&it.plan.calendar);
    let kind = timetable.as_ref().and_then(|of| of.kinds.get(&*it.plan.kind));
    let shifts = kind.filter(|kind| kind.cancelled == Some(Shifts::Shift)).and_then(|kind| kind.every);
    let to_come: Vec<&Visit> = all.iter().filter(|(.., visit)| is_to_come(app, visit)).collect();
    let proposed = || {
        let (.., last) = to_come.last()?;
        let when = &last.booking.when;
        let actor = when.parts.iter().find_map(Part::professional)?;
        let wanted = before(when.from, shifts?.negate(), app.calendar)?;
        let way = last.booking.wanted.way;
        Some(nearest(app, (timetable.as_ref()?, &it.plan.kind, way), actor, (wanted, when.to)))
    };
    let Some(proposed) = proposed().filter(|it| !it.others.is_empty()) else { return html! {} };
    html! {
        details.fold {
            summary { (page.text("series-shift")) }
            div.fold__in {
                form method="post" action=(format!("/desk/series/{id}/shift")) {
                    input type="hidden" name="client_id" value=(app.sessions.unguessable());
                    p.hint { (page.text("series-shift-hint")) }
                    (from_visit(app, page, &to_come, "series-shift-from"))
                    div.asked {
                        label for="last" { (page.text("series-shift-last")) }
                        select.field #last name="last" {
                            @for (found, of) in &proposed.others {
                                @let is_first = proposed.at.as_ref().is_some_and(|(at, _)| at.slot == found.slot);
                                option value=(format!("{} {}", found.day, found.slot)) selected[is_first] {
                                    (day_of(app, page, found.from)) " " (numbers::clock(found.from)) ", " (staff_name(page, of.actor.id()))
                                }
                            }
                        }
                    }
                    button.btn.btn--second type="submit" { (page.text("series-shift-now")) }
                }
            }
        }
    }
}

/// `POST /desk/series/{id}/{act}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let Ok(Form(fields)) = given else { return missing(&page) };
    if !works(&person) {
        return missing(&page);
    }
    let done = async {
        let by = person.by();
        match verb.as_str() {
            "cancel" => {
                cancelled(&app, caller, &path, (&fields, CancelReason::Other, Action::Handle), &by).await?;
                Ok("cancelled")
            }
            "shift" => {
                let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
                let it = app.guarded(&app.kinds.series, &caller?, id, Action::Handle).await?;
                let timetable = app.kinds.timetables.get(&it.plan.calendar).ok_or_else(Failure::not_found)?;
                let last = fields
                    .last
                    .split_once(' ')
                    .and_then(|(day, slot)| Some(Place::Time(day.parse().ok()?, slot.parse().ok()?)));
                let last = last.ok_or_else(Failure::not_found)?;
                let key = key(&app, "shift", &fields.client_id)?;
                app.kinds.shift_series(id, (fields.visit, last), timetable, (&by, &key)).await?;
                Ok("shifted")
            }
            _ => Err(Failure::not_found()),
        }
    };
    answered(&page, done.await, &format!("/desk/series/{path}"))
}
