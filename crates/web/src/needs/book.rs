//! `/desk/care-needs/{id}/book`: the free times of the calendar that gives the care, and the first of them that suits.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::Channel;
use kinds::NewAppointment;
use matter::access::{Action, Role};
use maud::html;
use operations::bookings::appointments::Wanted;
use operations::bookings::calendar::Timetable;
use operations::bookings::days::{Found, Sought};
use operations::bookings::flow::Place;
use operations::care_needs::CareNeed;
use serde::Deserialize;
use uuid::Uuid;

use super::page::can_be_booked;
use super::{care_name, due, time};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::contact::see_other;
use crate::form::{errors, field};
use crate::home::failed;
use crate::layout::{Page, escape};
use crate::parts::back;

/// Times that are offered at most.
const MOST: usize = 100;

#[derive(Deserialize, Default)]
pub struct Fields {
    /// The id that the appointment is to have: pressed twice, it is booked once.
    #[serde(default)]
    appointment: String,
    /// A day and a time of it, with a space between.
    #[serde(default)]
    time: String,
}

/// A need that waits for a time, and the calendar that gives it one.
struct Waiting {
    id: Uuid,
    need: Arc<CareNeed>,
    timetable: Arc<Timetable>,
    person: Person,
    words: Vec<String>,
}

async fn of(app: &App, page: &Page, caller: Result<Caller, Failure>, path: &str) -> Result<Waiting, Failure> {
    let person = page.person.clone().filter(|person| person.role != Role::Resident).ok_or_else(Failure::not_found)?;
    let id = path.parse().map_err(|_| Failure::not_found())?;
    let need = app.guarded(&app.kinds.care_needs, &caller?, id, Action::Handle).await?;
    let words = crate::bookings::staff_words(app, &person);
    let open = |calendar: &String| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        app.kinds.timetables.get(calendar).filter(|it| it.is_open_to(&words))
    };
    let timetable = need.care().and_then(|care| care.calendars.iter().find_map(open)).ok_or_else(Failure::not_found)?;
    Ok(Waiting { id, need, timetable, person, words })
}

/// `GET /desk/care-needs/{id}/book`.
pub async fn times(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    match of(&app, &page, caller, &path).await {
        Ok(of) if can_be_booked(&app, &of.need) => shown(&app, &page, &of, &Fields::default(), (&[], StatusCode::OK)),
        // It has a time already, or care has begun.
        Ok(of) => see_other(&format!("/desk/care-needs/{}", of.id)),
        Err(failure) => failed(&page, &failure),
    }
}

/// The times of a calendar at which a first visit can begin: each once, whoever is free then.
fn found(app: &App, timetable: &Timetable) -> Vec<Found> {
    let kind = timetable.kinds.iter().find(|(_, kind)| kind.seats.is_none()).map(|(id, _)| id.as_str());
    let sought = Sought { calendar: &timetable.id, kind, one_each: true, ..Sought::default() };
    app.kinds.free(&sought, 0, MOST).into_iter().map(|(found, _)| found).collect()
}

fn shown(
    app: &App,
    page: &Page,
    of: &Waiting,
    fields: &Fields,
    (wrong, status): (&[(&'static str, &'static str)], StatusCode),
) -> Response {
    let times = found(app, &of.timetable);
    let appointment = fields.appointment.parse().unwrap_or_else(|_| app.kinds.new_appointment());
    let fault = wrong.first().map(|(key, _)| *key);
    let content = html! {
        (errors(page, wrong))
        (back(&format!("/desk/care-needs/{}", of.id), &care_name(page, &of.need)))
        h1 { (page.text("bookings-book")) @if let Some(named) = app.named(of.need.established.subject) { " – " (named) } }
        p { (of.timetable.name.of(page.language.code())) ". " (page.text("needs-by-day")) ": " (due(app, page, &of.need)) }
        @if times.is_empty() {
            p { (page.text("bookings-none")) }
        } @else {
            form #work .letter method="post" action=(format!("/desk/care-needs/{}/book", of.id)) autocomplete="off" {
                input type="hidden" name="appointment" value=(appointment);
                (field(page, "time", "bookings-when", fault, &html! {
                    select.field #time name="time" aria-invalid=[fault.map(|_| "true")] aria-describedby=[fault.map(|_| "time-error")] {
                        option value="" { (page.text("desk-choose")) }
                        @for it in &times {
                            @let value = format!("{} {}", it.day, it.slot);
                            option value=(value) selected[value == fields.time] { (time(app, page, it.from)) }
                        }
                    }
                }))
                button.btn type="submit" { (page.text("bookings-book")) }
            }
        }
    };
    let title = format!("{} – {}", page.text("bookings-book"), care_name(page, &of.need));
    page.render_form("work", status, &title, &content)
}

/// `POST /desk/care-needs/{id}/book`.
pub async fn book(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let of = match of(&app, &page, caller, &path).await {
        Ok(of) => of,
        Err(failure) => return failed(&page, &failure),
    };
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let unchosen = (&[("needs-wrong-time", "time")][..], StatusCode::UNPROCESSABLE_ENTITY);
    let (Some((day, slot)), Ok(appointment)) = (chosen(&fields.time), fields.appointment.parse::<Uuid>()) else {
        return shown(&app, &page, &of, &fields, unchosen);
    };
    let of_day = app.kinds.days.look(|days| days.get(day));
    let Some(time) = of_day.as_ref().and_then(|it| it.times.get(&slot)).map(|it| it.slot.clone()) else {
        return shown(&app, &page, &of, &fields, (&[("bookings-wrong-taken", "time")], StatusCode::CONFLICT));
    };
    let Some(way) = time.ways.first().copied() else { return shown(&app, &page, &of, &fields, unchosen) };
    let wanted = Wanted {
        subject: of.need.established.subject,
        kind: time.kind,
        way,
        channel: Channel::Phone,
        contact: of.need.established.contact,
        assessment: Some(of.id),
        enrolment: None,
        needs: Vec::new(),
    };
    let new = NewAppointment { wanted, places: vec![Place::Time(day, slot)], note: None, words: of.words.clone() };
    match app.kinds.book(appointment, new, Arc::clone(&of.timetable), &of.person.by()).await {
        Ok(_) => {
            let date = app.calendar.local_date(time.from).map(|date| date.to_string()).unwrap_or_default();
            see_other(&format!("/desk/calendar?date={date}&unit={}&did=booked", escape(&of.timetable.unit)))
        }
        Err(trouble) => {
            let failure = Failure::from(trouble);
            let key = if failure.status == StatusCode::CONFLICT { "bookings-wrong-taken" } else { "wrong-later" };
            // Under its id something else was asked for: the next time is another appointment.
            let fields = Fields { appointment: String::new(), ..fields };
            failure.with_retry_after(shown(&app, &page, &of, &fields, (&[(key, "time")], failure.status)))
        }
    }
}

fn chosen(time: &str) -> Option<(Uuid, Uuid)> {
    let (day, slot) = time.split_once(' ')?;
    Some((day.parse().ok()?, slot.parse().ok()?))
}
