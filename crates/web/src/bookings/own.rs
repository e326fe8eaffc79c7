//! A resident's own appointment: what it is, and what they can do about it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{CancelReason, Code};
use futures::FutureExt;
use futures::future::BoxFuture;
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::bookings::appointments::{Appointment, Command, Stage};
use serde::Deserialize;
use store::new_id;
use uuid::Uuid;

use super::{titled, until, way, way_name, when_of, wishes};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::contact::see_other;
use crate::desk::unit_name;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::matters::{Group, OwnRow};
use crate::numbers;
use crate::parts::{self, Turn};
use crate::video;

/// Why a resident cancels, in the order in which it is offered; nobody has to say.
const REASONS: [CancelReason; 5] = [
    CancelReason::Ill,
    CancelReason::Recovered,
    CancelReason::OtherPlans,
    CancelReason::Transport,
    CancelReason::Other,
];

/// An appointment among its person's own matters.
pub fn row<'a>(app: &'a App, page: &'a Page, id: Uuid) -> BoxFuture<'a, store::Result<Option<OwnRow>>> {
    async move {
        let Some(it) = app.kinds.appointments.read(id).await? else { return Ok(None) };
        // A visit of a series stands in the list with the others, as one.
        if app.kinds.series_of(id, it.booking.wanted.subject).is_some() {
            return Ok(None);
        }
        let from = it.booking.when.from;
        Ok(Some(OwnRow {
            group: if it.is_open() { Group::Coming } else { Group::Ended },
            at: from,
            title: numbers::short_moment(from, page.language),
            detail: format!("{}, {}", name(app, page, &it), unit_name(page, &it.booking.unit)),
            standing: page.text(&format!("status-{}", stage(&it))),
        }))
    }
    .boxed()
}

/// The name of what was booked; of a calendar that is gone, its unit's.
pub fn name(app: &App, page: &Page, it: &Appointment) -> String {
    let timetable = app.kinds.timetables.get(&it.booking.calendar);
    timetable.map_or_else(|| unit_name(page, &it.booking.unit), |it| it.name.of(page.language.code()).to_string())
}

/// End of the key of the text for how far it has come.
pub fn stage(it: &Appointment) -> &'static str {
    match it.stage {
        Stage::Booked if it.is_closed => "unrecorded",
        Stage::Booked => "booked",
        Stage::Arrived => "arrived",
        Stage::Begun => "begun",
        Stage::Ended => "ended",
        Stage::Missed => "missed",
        Stage::Cancelled if it.is_called_off => "called-off",
        Stage::Cancelled => "cancelled",
    }
}

/// The one whose turn it is with an appointment.
pub fn turn(it: &Appointment) -> Turn {
    match it.stage {
        Stage::Booked if !it.is_closed => Turn::Agreed,
        Stage::Arrived | Stage::Begun => Turn::Now,
        Stage::Booked | Stage::Ended => Turn::Done,
        Stage::Missed | Stage::Cancelled => Turn::Cut,
    }
}

/// Its page.
pub fn page<'a>(
    app: &'a App,
    page: &'a Page,
    caller: &'a Caller,
    id: Uuid,
    did: &'a str,
) -> BoxFuture<'a, Result<Response, Failure>> {
    async move {
        let it = app.guarded(&app.kinds.appointments, caller, id, Action::Read).await?;
        let title = titled(page, &name(app, page, &it), it.booking.when.from);
        Ok(page.render(StatusCode::OK, &title, &shown(app, page, id, &it, did)))
    }
    .boxed()
}

fn shown(app: &App, page: &Page, id: Uuid, it: &Appointment, did: &str) -> Markup {
    let (when, now) = (&it.booking.when, app.kinds.store.now());
    let is_so = match did {
        "booked" | "moved" | "way" => it.stage == Stage::Booked,
        "cancelled" => it.stage == Stage::Cancelled,
        "otherwise" => true,
        _ => false,
    };
    let may_change = it.stage == Stage::Booked && !it.is_closed && now < when.from;
    let timetable = app.kinds.timetables.get(&it.booking.calendar);
    let is_open = timetable.is_some_and(|it| it.is_open_to(&["resident"]));
    html! {
        (parts::back("/matters", &page.text("matters-title")))
        @if is_so { (parts::done(&html! { (page.text(&format!("appointment-did-{did}"))) }, &html! {})) }
        h1 { (name(app, page, it)) }
        @if !is_so { (parts::standing(turn(it), &html! { (page.text(&format!("appointment-{}", stage(it)))) })) }
        dl.facts {
            div { dt { (page.text("bookings-when")) } dd { (when_of(app, page, it)) } }
            div { dt { (page.text("bookings-way")) } dd { (way_name(page, it.booking.wanted.way)) } }
            div { dt { (page.text(super::where_key(it.booking.wanted.way))) } dd { (unit_name(page, &it.booking.unit)) } }
            div { dt { (page.text("receipt-short")) } dd { (receipt(id)) } }
        }
        (video::way_in(app, page, (id, it)))
        (part_of(app, page, (id, it), "/matters"))
        @if may_change {
            (wishes::sooner(app, page, (id, &it.booking.calendar), it.booking.wanted.subject))
            p { (until(page, when.terms.cancel_by, now)) }
            div.acts {
                @if is_open { a.btn role="button" href=(format!("/book/{}?kind={}&way={}&move={id}", it.booking.calendar, it.booking.wanted.kind, it.booking.wanted.way.0.code())) { (page.text("bookings-move")) } }
                a.btn.btn--second role="button" href=(format!("/matters/{id}/calendar.ics")) { (page.text("bookings-ics")) }
            }
            (way::form(app, page, it, &format!("/matters/{id}/way")))
            details.fold #cancel {
                summary { (page.text("bookings-cancel")) }
                div.fold__in {
                    form.flow method="post" action=(format!("/matters/{id}/cancel")) {
                        div.asked {
                            label for="reason" { (page.text("bookings-why")) }
                            select.field #reason name="reason" {
                                option value="" { (page.text("bookings-why-none")) }
                                @for reason in REASONS { option value=(reason.code()) { (page.text(&format!("cancel-because-{}", reason.code()))) } }
                            }
                        }
                        button.btn.btn--drop type="submit" { (page.text("bookings-cancel-now")) }
                    }
                }
            }
        }
        @if may_change && !is_open { p { a href="/contact" { (page.text("bookings-move-by-us")) } } }
        @if it.stage == Stage::Cancelled {
            p { a.btn href=(if is_open { format!("/book/{}", it.booking.calendar) } else { "/book".into() }) { (page.text("bookings-again")) } }
        }
    }
}

/// The series to which an appointment belongs, where it does.
pub fn part_of(app: &App, page: &Page, (id, it): (Uuid, &Appointment), series_at: &str) -> Markup {
    let series = app.kinds.series_of(id, it.booking.wanted.subject);
    html! {
        @if let Some((series, of, number)) = series {
            p {
                a href=(format!("{series_at}/{series}")) {
                    (page.language.text_with("series-part", &[("number", &number.to_string()), ("count", &of.plan.visits.len().to_string())]))
                }
            }
        }
    }
}

#[derive(Deserialize, Default)]
pub struct Why {
    #[serde(default)]
    reason: String,
}

/// `POST /matters/{id}/cancel`.
pub async fn cancel(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Why>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    // Professionals cancel at the desk, with a reason of the service.
    if person.role != Role::Resident {
        return missing(&page);
    }
    let done = async {
        let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
        let it = app.guarded(&app.kinds.appointments, &caller?, id, Action::Write).await?;
        let Form(why) = given.unwrap_or_default();
        let why = CancelReason::named(&why.reason).unwrap_or(CancelReason::Other);
        let key = new_id(app.kinds.store.now()).to_string();
        let command = Command::Cancel { why, notified_at: None };
        let done = app.kinds.appointments.ask(id, command, &person.by(), &key, 0).await?;
        wishes::cancelled(&app, id, it.booking.wanted.subject, &person.by()).await;
        Ok::<_, Failure>(done)
    };
    match done.await {
        Ok(_) => see_other(&format!("/matters/{path}?did=cancelled")),
        // It stands otherwise meanwhile: the page says how.
        Err(failure) if failure.status == StatusCode::CONFLICT => see_other(&format!("/matters/{path}?did=otherwise")),
        Err(failure) => failed(&page, &failure),
    }
}
