//! A resident's own matters, and the page of one: what it is, and what they can do about it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{CancelReason, Code};
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::bookings::appointments::{Appointment, Command, Stage};
use operations::contacts::{Contact, Place};
use serde::Deserialize;
use store::new_id;
use uuid::Uuid;

use super::{day_of, until, way_name};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care::receipt;
use crate::contact::{see_other, service_name};
use crate::desk::unit_name;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::numbers;

/// Matters of a kind that are looked for, the latest.
const LISTED: usize = 50;
/// Why a resident cancels, in the order in which it is offered; nobody has to say.
const REASONS: [CancelReason; 5] = [
    CancelReason::Ill,
    CancelReason::Recovered,
    CancelReason::OtherPlans,
    CancelReason::Transport,
    CancelReason::Other,
];

/// `GET /matters`: a resident's own, in groups.
pub async fn matters(State(app): State<Arc<App>>, page: Page) -> Response {
    let Some(person) = page.person.clone().filter(|person| person.role == Role::Resident) else {
        return if page.person.is_none() { page.to_sign_in() } else { missing(&page) };
    };
    let Some(subject) = person.subject() else { return missing(&page) };
    let read = async {
        let mut appointments = Vec::new();
        for id in app.kinds.appointments.look(|all| all.of_subject(subject, LISTED)) {
            appointments.extend(app.kinds.appointments.read(id).await?.map(|it| (id, it)));
        }
        let mut contacts = Vec::new();
        for id in app.kinds.contacts.look(|all| all.of_subject(subject, LISTED)) {
            contacts.extend(app.kinds.contacts.read(id).await?.map(|it| (id, it)));
        }
        Ok::<_, store::Error>((appointments, contacts))
    };
    let (appointments, contacts) = match read.await {
        Ok(read) => read,
        Err(error) => return failed(&page, &Failure::away(&error)),
    };
    let (mut coming, past): (Vec<_>, Vec<_>) = appointments.into_iter().partition(|(_, it)| it.is_open());
    coming.sort_by_key(|(_, it)| it.booking.when.from);
    let (turn, rest): (Vec<_>, Vec<_>) =
        contacts.into_iter().partition(|(_, it)| matches!(it.place, Place::Waiting { .. }));
    let (open, ended): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|(_, it)| !matches!(it.place, Place::Resolved { .. } | Place::Closed));
    let is_empty = coming.is_empty() && turn.is_empty() && open.is_empty();
    let content = html! {
        h1.govuk-heading-xl { (page.text("matters-title")) }
        @if is_empty { p.lead { (page.text("matters-none")) } }
        (group(&page, "matters-turn", turn.iter().map(|(id, it)| contact_row(&app, &page, *id, it)).collect()))
        (group(&page, "matters-coming", coming.iter().map(|(id, it)| appointment_row(&app, &page, *id, it)).collect()))
        (group(&page, "matters-open", open.iter().map(|(id, it)| contact_row(&app, &page, *id, it)).collect()))
        (group(&page, "matters-ended", past.iter().map(|(id, it)| appointment_row(&app, &page, *id, it))
            .chain(ended.iter().map(|(id, it)| contact_row(&app, &page, *id, it))).collect()))
        p { a.govuk-button href="/book" role="button" { (page.text("matters-book")) } }
        p { a.govuk-link href="/contact" { (page.text("matters-write")) } }
    };
    page.render(StatusCode::OK, &page.text("matters-title"), &content)
}

fn group(page: &Page, heading: &str, rows: Vec<Markup>) -> Markup {
    html! {
        @if !rows.is_empty() {
            h2.govuk-heading-m { (page.text(heading)) }
            ul.matters { @for row in rows { li.matters__one { (row) } } }
        }
    }
}

fn contact_row(app: &App, page: &Page, id: Uuid, contact: &Contact) -> Markup {
    html! {
        a.govuk-link href=(format!("/contact/thread?id={id}")) { (service_name(app, page, &contact.service)) }
        " " span.quiet { (receipt(id)) ", " (numbers::moment(contact.opened_at, page.language)) }
        br; (page.text(&format!("standing-{}", contact.place.code())))
    }
}

fn appointment_row(app: &App, page: &Page, id: Uuid, it: &Appointment) -> Markup {
    html! {
        a.govuk-link href=(format!("/matters/{id}")) { (day_of(app, page, it.booking.when.from)) " " (numbers::clock(it.booking.when.from)) }
        " " span.quiet { (name(app, page, it)) ", " (receipt(id)) }
        @if it.stage != Stage::Booked || it.is_closed { br; (page.text(&format!("appointment-{}", stage(it)))) }
    }
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

#[derive(Deserialize, Default)]
pub struct Did {
    #[serde(default)]
    did: String,
}

/// `GET /matters/{id}`: an appointment; a contact is shown as its thread.
pub async fn matter(
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
        let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
        let caller = caller?;
        let contact = app.kinds.contacts.read(id).await.map_err(|error| Failure::away(&error))?;
        if contact.is_some_and(|it| app.may_still(&caller, id, Action::Read, &it)) {
            return Ok((id, None));
        }
        Ok::<_, Failure>((id, Some(app.guarded(&app.kinds.appointments, &caller, id, Action::Read).await?)))
    };
    match read.await {
        Ok((id, None)) => see_other(&format!("/contact/thread?id={id}")),
        Ok((id, Some(it))) => {
            page.render(StatusCode::OK, &name(&app, &page, &it), &shown(&app, &page, id, &it, &did.did))
        }
        Err(failure) => failed(&page, &failure),
    }
}

fn shown(app: &App, page: &Page, id: Uuid, it: &Appointment, did: &str) -> Markup {
    let (when, now) = (&it.booking.when, app.kinds.store.now());
    let is_so = match did {
        "booked" | "moved" => it.stage == Stage::Booked,
        "cancelled" => it.stage == Stage::Cancelled,
        "otherwise" => true,
        _ => false,
    };
    let may_change = it.stage == Stage::Booked && !it.is_closed && now < when.from;
    let timetable = app.kinds.timetables.get(&it.booking.calendar);
    let is_open = timetable.is_some_and(|it| it.is_open_to(&["resident"]));
    html! {
        @if is_so { div.did role="status" { p { (page.text(&format!("appointment-did-{did}"))) } } }
        p.back { a.govuk-link href="/matters" { (page.text("matters-title")) } }
        h1.govuk-heading-xl { (name(app, page, it)) }
        p.standing { (page.text(&format!("appointment-{}", stage(it)))) }
        dl.facts {
            div { dt { (page.text("bookings-when")) } dd { (day_of(app, page, when.from)) " " (numbers::clock(when.from)) "–" (numbers::clock(when.to)) } }
            div { dt { (page.text("bookings-way")) } dd { (way_name(page, it.booking.wanted.way)) } }
            div { dt { (page.text(super::where_key(it.booking.wanted.way))) } dd { (unit_name(page, &it.booking.unit)) } }
            div { dt { (page.text("receipt-short")) } dd { (receipt(id)) } }
        }
        @if may_change {
            p.govuk-body { (until(page, when.terms.cancel_by, now)) }
            div.actions {
                @if is_open { a.govuk-button.govuk-button--secondary role="button" href=(format!("/book/{}?kind={}&way={}&move={id}", it.booking.calendar, it.booking.wanted.kind, it.booking.wanted.way.0.code())) { (page.text("bookings-move")) } }
                a.govuk-button.govuk-button--secondary role="button" href=(format!("/matters/{id}/calendar.ics")) { (page.text("bookings-ics")) }
            }
            details.govuk-details {
                summary.govuk-details__summary { span.govuk-details__summary-text { (page.text("bookings-cancel")) } }
                div.govuk-details__text {
                    form method="post" action=(format!("/matters/{id}/cancel")) {
                        div.govuk-form-group {
                            label.govuk-label for="reason" { (page.text("bookings-why")) }
                            select.govuk-select #reason name="reason" {
                                option value="" { (page.text("bookings-why-none")) }
                                @for reason in REASONS { option value=(reason.code()) { (page.text(&format!("cancel-because-{}", reason.code()))) } }
                            }
                        }
                        button.govuk-button.govuk-button--warning type="submit" { (page.text("bookings-cancel-now")) }
                    }
                }
            }
        }
        @if may_change && !is_open { p.govuk-body { a.govuk-link href="/contact" { (page.text("bookings-move-by-us")) } } }
        @if it.stage == Stage::Cancelled {
            p { a.govuk-link href=(if is_open { format!("/book/{}", it.booking.calendar) } else { "/book".into() }) { (page.text("bookings-again")) } }
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
    let done = async {
        let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
        app.guarded(&app.kinds.appointments, &caller?, id, Action::Write).await?;
        let Form(why) = given.unwrap_or_default();
        let why = CancelReason::named(&why.reason).unwrap_or(CancelReason::Other);
        let key = new_id(app.kinds.store.now()).to_string();
        let command = Command::Cancel { why, notified_at: None };
        Ok::<_, Failure>(app.kinds.appointments.ask(id, command, &person.by(), &key, 0).await?)
    };
    match done.await {
        Ok(_) => see_other(&format!("/matters/{path}?did=cancelled")),
        // It stands otherwise meanwhile: the page says how.
        Err(failure) if failure.status == StatusCode::CONFLICT => see_other(&format!("/matters/{path}?did=otherwise")),
        Err(failure) => failed(&page, &failure),
    }
}
