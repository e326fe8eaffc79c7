//! A unit's day as professionals have it, and one appointment in it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::day_number;
use facts::{CancelReason, Code};
use jiff::ToSpan;
use jiff::civil::Date;
use matter::access::{Action, Role};
use matter::{Matter, encode};
use maud::{Markup, html};
use operations::bookings::appointments::{Appointment, Command, Event, Part, Stage};
use operations::bookings::days::{Day, Stands, Time, day_id};
use serde::Deserialize;
use store::Happened;
use uuid::Uuid;

use super::own::{name, part_of, stage, turn};
use super::times::staff_words;
use super::{day_of, duties, titled, walk_in, way, way_name, when_of, wishes};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::contact::see_other;
use crate::desk::{staff_name, unit_name};
use crate::form::{Did, key};
use crate::guard::Glance;
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::needs;
use crate::numbers;
use crate::parts::{self, Stop, stop, tag};
use crate::video;

/// Events of an appointment that its page tells at most.
const TOLD: usize = 200;
/// Days ahead in which one with times is looked for.
const LOOKED_AHEAD: i32 = 60;
/// Why the service cancels, in the order in which it is offered.
const REASONS: [CancelReason; 5] = [
    CancelReason::StaffAbsence,
    CancelReason::Closure,
    CancelReason::DoubleBooking,
    CancelReason::Ill,
    CancelReason::Other,
];

#[derive(Deserialize, Default)]
pub struct Which {
    #[serde(default)]
    date: String,
    #[serde(default)]
    unit: String,
    /// `week`: those whose guarantee ends within one.
    #[serde(default)]
    due: String,
    #[serde(default)]
    did: String,
}

pub(super) fn works(person: &Person) -> bool {
    [Role::Professional, Role::Lead].contains(&person.role)
}

/// `GET /desk/calendar`: the day of everybody of a unit.
pub async fn calendar(
    State(app): State<Arc<App>>,
    page: Page,
    Query(which): Query<Which>,
    caller: Result<Caller, Failure>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let caller = match caller {
        Ok(caller) if works(&person) => caller,
        Ok(_) => return missing(&page),
        Err(failure) => return failed(&page, &failure),
    };
    let today = app.calendar.local_date(app.kinds.store.now()).unwrap_or_default();
    let date = which.date.parse::<Date>().unwrap_or(today);
    let units = units(&app, &person);
    let unit = if which.unit.is_empty() { units.first().cloned().unwrap_or_default() } else { which.unit.clone() };
    if !unit.is_empty() && !app.is_within(&unit, &person.unit) {
        return missing(&page);
    }
    if which.due == "week" {
        return match needs::ending(&app, &page, &caller, &unit).await {
            Ok(ending) => page.render(StatusCode::OK, &page.text("needs-ending"), &html! {
                p { a.back href=(format!("/desk/calendar?unit={}", escape(&unit))) { (page.text("calendar-title")) } }
                h1 { (page.text("needs-ending")) }
                (ending)
            }),
            Err(failure) => failed(&page, &failure),
        };
    }
    let days = match days(&app, (&unit, &person), date, today).await {
        Ok(days) => days,
        Err(failure) => return failed(&page, &failure),
    };
    let mut columns = Vec::new();
    for day in &days {
        let mut rows = Vec::new();
        for time in by_start(day) {
            match row(&app, &page, &caller, day, time).await {
                Ok(row) => rows.push(row),
                Err(failure) => return failed(&page, &failure),
            }
        }
        columns.push((day, rows));
    }
    let step = |days: i32| date.checked_add(days.days()).map_or_else(|_| date.to_string(), |date| date.to_string());
    let here = |date: &str| page.link(&[("date", date), ("unit", &unit)]);
    let shown = app.calendar.start_of(date).map_or_else(String::new, |at| day_of(&app, &page, at));
    let short = app.calendar.start_of(date).map_or_else(String::new, |at| needs::day(&app, &page, at));
    let content = html! {
        @if which.did == "booked" { (parts::done(&html! { (page.text("appointment-did-booked")) }, &html! {})) }
        @if ["protected", "duty", "duty-end"].contains(&which.did.as_str()) { (parts::done(&html! { (page.text(&format!("calendar-did-{}", which.did))) }, &html! {})) }
        div.listhead {
            h1 { (page.text("calendar-title")) }
            p.listhead__n { (shown) }
            nav.scopes aria-label=(page.text("calendar-days")) {
                ul {
                    li { a rel="prev" href=(here(&step(-1))) { (page.text("calendar-before")) } }
                    li { a href=(here(&today.to_string())) aria-current=[(date == today).then_some("date")] { (page.text("calendar-today")) } }
                    li { a rel="next" href=(here(&step(1))) { (page.text("calendar-after")) } }
                }
            }
        }
        @if units.len() > 1 {
            nav.chips.filterrow aria-label=(page.text("calendar-units")) {
                @for other in &units {
                    a.chip.chip--on[*other == unit] href=(page.link(&[("unit", other)])) aria-current=[(*other == unit).then_some("true")] { (unit_name(&page, other)) }
                }
            }
        }
        (needs::ending_link(&app, &page, &unit))
        @if walk_in::is_there(&app, &unit) {
            p { a href=(format!("/desk/walk-in/{unit}")) { (page.text("walk-in-title")) } }
        }
        (duties::duties(&app, &page, &person, (&unit, date)))
        (duties::protecting(&app, &page, &person, (&unit, date), None))
        @if columns.is_empty() {
            p {
                (page.text("calendar-empty"))
                @if let Some(next) = next(&app, &unit, date) {
                    " " a href=(here(&next.to_string())) { (page.text("calendar-next")) ": " (app.calendar.start_of(next).map_or_else(String::new, |at| day_of(&app, &page, at))) }
                }
            }
        }
        div.day role="region" aria-label=(short) {
            @for (day, rows) in columns {
                section.day__one {
                    h2 {
                        a href=(format!("/desk/days/{}", day_id(day.actor.id(), day.date))) { (staff_name(&page, day.actor.id())) }
                    }
                    (duties::stretches(&app, &page, day))
                    ol.day__times { @for row in rows { (row) } }
                }
            }
        }
    };
    page.render(StatusCode::OK, &page.text("calendar-title"), &content)
}

/// The units within somebody's own that have calendars.
fn units(app: &App, person: &Person) -> Vec<String> {
    let all = app.kinds.timetables.all();
    let mut units: Vec<String> = all
        .values()
        .flat_map(|timetable| timetable.kept_at())
        .map(ToString::to_string)
        .filter(|unit| app.is_within(unit, &person.unit))
        .collect();
    units.sort();
    units.dedup();
    units
}

/// Those who work in a unit or by one of its calendars, by their ids.
pub(super) fn staff(app: &App, unit: &str) -> Vec<String> {
    let figures = app.figures();
    let own = figures.staff().iter().filter(|it| it.unit == unit).map(|it| it.id.clone());
    let all = app.kinds.timetables.all();
    let kept = all.values().filter(|it| *it.unit == *unit || it.units.iter().any(|at| **at == *unit));
    let named = kept.flat_map(|it| app.actors(it)).filter(|(.., at)| **at == *unit);
    let mut staff: Vec<String> = own.chain(named.map(|(actor, ..)| actor.id().to_string())).collect();
    staff.sort_unstable();
    staff.dedup();
    staff
}

/// Their days on a date: one that is over is read from the log, for what was not recorded then.
async fn days(app: &App, (unit, person): (&str, &Person), date: Date, today: Date) -> Result<Vec<Arc<Day>>, Failure> {
    let mut staff = staff(app, unit);
    // A person who is in no list of the unit has a day of their own there, too.
    if person.unit == unit && !staff.contains(&person.id) {
        staff.push(person.id.clone());
    }
    let ids = staff.into_iter().map(|id| day_id(&id, day_number(date)));
    if today <= date {
        return Ok(app.kinds.days.look(|days| ids.filter_map(|id| days.get(id)).collect()));
    }
    let read = futures::future::try_join_all(ids.map(|id| app.kinds.days.read(id)));
    Ok(read.await.map_err(|error| Failure::away(&error))?.into_iter().flatten().collect())
}

/// The next day on which somebody of a unit has times.
fn next(app: &App, unit: &str, date: Date) -> Option<Date> {
    let staff = staff(app, unit);
    let has_times = |date: &Date| {
        app.kinds.days.look(|days| staff.iter().any(|id| days.get(day_id(id, day_number(*date))).is_some()))
    };
    (1..=LOOKED_AHEAD).filter_map(|step| date.checked_add(step.days()).ok()).find(has_times)
}

pub(super) fn by_start(day: &Day) -> Vec<&Time> {
    let mut times: Vec<&Time> = day.times.values().filter(|time| !time.is_withdrawn || is_taken(time)).collect();
    times.sort_by_key(|time| (time.slot.from, time.slot.id));
    times
}

/// The booked times of somebody's own day as a course; none: they have none today.
pub async fn own_day(app: &App, page: &Page, caller: &Caller, person: &Person) -> Result<Option<Markup>, Failure> {
    let Some(today) = app.calendar.local_date(page.now) else { return Ok(None) };
    let Some(day) = app.kinds.days.look(|days| days.get(day_id(&person.id, day_number(today)))) else {
        return Ok(None);
    };
    let mut stops = Vec::new();
    for time in by_start(&day) {
        let Stands::Taken { matter } = time.stands else { continue };
        let read = app.kinds.appointments.read(matter).await.map_err(|error| Failure::away(&error))?;
        let Some(it) = read.filter(|it| app.may_still(caller, matter, Action::Read, it)) else { continue };
        let at = match () {
            () if time.slot.to <= page.now => Stop::Done,
            () if time.slot.from <= page.now => Stop::Now,
            () => Stop::Coming,
        };
        let what = html! { a href=(format!("/desk/appointments/{matter}")) { (name(app, page, &it)) } };
        stops.push(stop(at, &numbers::clock(time.slot.from), &what));
    }
    Ok((!stops.is_empty()).then(|| html! { ol.course { @for stop in stops { (stop) } } }))
}

fn is_taken(time: &Time) -> bool {
    matches!(time.stands, Stands::Taken { .. })
}

/// One time of a day. That it is booked is the unit's to see; whoever opens the appointment is recorded there.
pub(super) async fn row(app: &App, page: &Page, caller: &Caller, day: &Day, time: &Time) -> Result<Markup, Failure> {
    let now = app.kinds.store.now();
    let kind = app.kinds.timetables.get(&time.calendar);
    let kind = kind.as_ref().and_then(|it| it.kinds.get(&*time.slot.kind)).map(|it| it.name.of(page.language.code()));
    if let Stands::Taken { matter } = time.stands
        && time.slot.seats.is_some()
        && let Some(gathering) = app.kinds.gatherings.read(matter).await.map_err(|error| Failure::away(&error))?
    {
        let (taken, all) = (gathering.seats.len().to_string(), gathering.called.seats[1].to_string());
        return Ok(html! {
            li.day__time.day__time--taken {
                span.day__clock { (numbers::clock(time.slot.from)) "–" (numbers::clock(time.slot.to)) }
                span {
                    a href=(format!("/desk/gatherings/{matter}")) { (kind.unwrap_or_default()) } " "
                    span.quiet { (page.language.text_with("gathering-taken", &[("taken", &taken), ("all", &all)])) }
                }
            }
        });
    }
    let (state, booked) = match time.stands {
        Stands::Taken { matter } => {
            let read = app.kinds.appointments.read(matter).await.map_err(|error| Failure::away(&error))?;
            let read = read.filter(|it| app.may_still(caller, matter, Action::Read, it));
            let named = match &read {
                Some(it) => named(app, caller, matter, it).await?,
                None => String::new(),
            };
            ("taken", read.map(|it| (matter, it, named)))
        }
        Stands::Held { until, .. } if now < until => ("held", None),
        _ if day.obstacle(&time.slot, Uuid::nil(), now).is_some() => ("away", None),
        _ if time.slot.from <= now => ("over", None),
        _ => ("free", None),
    };
    Ok(html! {
        li class=(format!("day__time day__time--{state}")) {
            span.day__clock { (numbers::clock(time.slot.from)) "–" (numbers::clock(time.slot.to)) }
            span {
            @match booked {
                Some((id, it, named)) => {
                    a href=(format!("/desk/appointments/{id}")) { (named) }
                    @let key = if it.stage == Stage::Booked { "calendar-taken".into() } else { format!("appointment-{}", stage(&it)) };
                    " " (tag(turn(&it), &page.text(&key)))
                }
                None => { span { (page.text(&format!("calendar-{state}"))) } }
            }
            @if let Some(kind) = kind { " " span.quiet { (kind) } }
            }
        }
    })
}

/// The name of the person of an appointment, which is recorded before it is shown; its number where nobody is known by name.
pub(super) async fn named(app: &App, caller: &Caller, id: Uuid, it: &Appointment) -> Result<String, Failure> {
    let Some(called) = app.called(it.booking.wanted.subject) else { return Ok(receipt(id)) };
    let allowed = app.glance(caller, &[Glance::of(id, it, 0)]).await?;
    Ok(if allowed.contains(&id) { called } else { receipt(id) })
}

/// `GET /desk/appointments/{id}`.
pub async fn appointment(
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
        let caller = caller?;
        let (id, it) = app.at_desk(&app.kinds.appointments, &caller, &path, Action::Read).await?;
        let happened = app.kinds.appointments.happened(id, Appointment::NAME, 0, TOLD).await;
        let happened = happened.map_err(|error| Failure::away(&error))?;
        let contact = match it.booking.wanted.contact {
            Some(contact) => app.kinds.contacts.read(contact).await.map_err(|error| Failure::away(&error))?,
            None => None,
        };
        let contact = contact.filter(|contact| {
            it.booking.wanted.contact.is_some_and(|id| app.may_still(&caller, id, Action::Read, contact))
        });
        Ok((id, it, happened, contact.is_some()))
    };
    match read.await {
        Ok((id, it, happened, has_contact)) => {
            let content = shown(&app, &page, (id, &it), &happened, has_contact, &did.did);
            page.render(StatusCode::OK, &titled(&page, &name(&app, &page, &it), it.booking.when.from), &content)
        }
        Err(failure) => failed(&page, &failure),
    }
}

fn shown(
    app: &App,
    page: &Page,
    (id, it): (Uuid, &Appointment),
    happened: &[Happened<Event>],
    has_contact: bool,
    did: &str,
) -> Markup {
    let when = &it.booking.when;
    let professional = when.parts.iter().find_map(Part::professional);
    let date = app.calendar.local_date(when.from).map(|date| date.to_string()).unwrap_or_default();
    let note = happened.first().and_then(|first| first.text.as_deref());
    let is_booked = ["moved", "way"].contains(&did) && it.stage == Stage::Booked;
    let is_so = did == it_did(it) || is_booked || ["otherwise", "next"].contains(&did);
    html! {
        (parts::back(&format!("/desk/calendar?date={date}&unit={}", it.booking.unit), &page.text("calendar-title")))
        @if is_so { (parts::done(&html! { (page.text(&format!("appointment-did-{did}"))) }, &html! {})) }
        div.band {
            h1 { (name(app, page, it)) }
            span { strong { (when_of(app, page, it)) } }
            span { (receipt(id)) }
        }
        (parts::standing(turn(it), &html! { (page.text(&format!("appointment-{}", stage(it)))) }))
        div.cols.cols--work {
            div.flow {
                (part_of(app, page, (id, it), "/desk/series"))
                (video::way_in(app, page, (id, it)))
                @if let Some(note) = note { blockquote.note dir="auto" { (note) } }
                (acts(app, page, id, it))
                (way::form(app, page, it, &format!("/desk/appointments/{id}/way")))
                (next_visit(app, page, id, it))
            }
            section.side aria-label=(page.text("desk-about")) {
                dl.facts {
                    @if let Some(name) = app.named(it.booking.wanted.subject) { div { dt { (page.text("appointment-whose")) } dd { (name) } } }
                    div { dt { (page.text("bookings-way")) } dd { (way_name(page, it.booking.wanted.way)) } }
                    @if let Some(number) = video::number_in(happened) {
                        div { dt { (page.text("video-number-of")) } dd { a href=(format!("tel:{}", number.replace(' ', ""))) { (number) } } }
                    }
                    @if let Some(professional) = professional { div { dt { (page.text("bookings-with")) } dd { (staff_name(page, professional)) } } }
                    @if let Some(contact) = it.booking.wanted.contact {
                        div {
                            dt { (page.text("tasks-about-contact")) }
                            dd {
                                @if has_contact { a href=(format!("/desk/contacts/{contact}")) { (receipt(contact)) } }
                                @else { (receipt(contact)) }
                            }
                        }
                    }
                }
                section {
                    h2 { (page.text("desk-history")) }
                    ol.course { @for it in happened { (told(page, it)) } }
                }
            }
        }
    }
}

/// The word for what was done last, as acts lead here with it.
fn it_did(it: &Appointment) -> &'static str {
    if it.stage == Stage::Cancelled { "cancelled" } else { stage(it) }
}

fn acts(app: &App, page: &Page, id: Uuid, it: &Appointment) -> Markup {
    let has_begun = it.booking.when.from <= app.kinds.store.now();
    let verbs: &[&str] = match it.stage {
        _ if it.is_closed => &[],
        Stage::Booked if has_begun => &["arrive", "end", "miss"],
        Stage::Booked => &["arrive"],
        Stage::Arrived => &["begin", "end"],
        Stage::Begun => &["end"],
        Stage::Missed => &["arrive"],
        Stage::Ended | Stage::Cancelled => &[],
    };
    let can_move = it.stage == Stage::Booked && !it.is_closed;
    let contact = it.booking.wanted.contact.map_or_else(String::new, |id| format!("&contact={id}"));
    html! {
        form method="post" action=(format!("/desk/appointments/{id}/arrive")) {
            input type="hidden" name="client_id" value=(app.sessions.unguessable());
            div.acts {
                @for (number, verb) in verbs.iter().enumerate() {
                    button.btn.btn--second[number > 0] id=(format!("act-{verb}")) type="submit"
                        formaction=(format!("/desk/appointments/{id}/{verb}")) { (page.text(&format!("appointment-{verb}"))) }
                }
                @if can_move {
                    a.btn.btn--second role="button" href=(format!("/book/{}?kind={}&way={}&move={id}{contact}",
                        it.booking.calendar, it.booking.wanted.kind, it.booking.wanted.way.0.code())) { (page.text("bookings-move")) }
                }
            }
            @if it.is_to_come() {
                details.fold {
                    summary { (page.text("bookings-cancel")) }
                    div.fold__in {
                        div.asked {
                            label for="reason" { (page.text("bookings-why")) }
                            select.field #reason name="reason" {
                                @for reason in REASONS { option value=(reason.code()) { (page.language.code_name(CancelReason::LIST, reason.code())) } }
                            }
                        }
                        button.btn.btn--drop #act-cancel type="submit" formaction=(format!("/desk/appointments/{id}/cancel")) { (page.text("bookings-cancel-now")) }
                    }
                }
            }
        }
    }
}

/// The way to the next visit of the same person: in the same calendar where whoever asks may book in it, and in the others.
fn next_visit(app: &App, page: &Page, id: Uuid, it: &Appointment) -> Markup {
    let words = page.person.as_ref().map_or_else(Vec::new, |person| staff_words(app, person));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let timetable = app.kinds.timetables.get(&it.booking.calendar).filter(|of| of.is_open_to(&words));
    html! {
        @if it.booking.wanted.subject.is_some() {
            p.links {
                @if timetable.is_some() {
                    a href=(format!("/book/{}?kind={}&way={}&contact={id}", it.booking.calendar, it.booking.wanted.kind, it.booking.wanted.way.0.code())) {
                        (page.text("appointment-next"))
                    }
                }
                a href=(format!("/book?contact={id}")) { (page.text("appointment-next-elsewhere")) }
            }
        }
    }
}

fn told(page: &Page, it: &Happened<Event>) -> Markup {
    let kind = encode(&it.event).0;
    let key = kind.strip_prefix("appointment.").unwrap_or_default();
    // A resident is known to the log by a number, and the clock by a word of its own.
    let is_person = it.by.parse::<Uuid>().is_ok() || it.by == "anonymous";
    let by = match (is_person, it.by.as_str()) {
        (true, _) => page.text("appointment-by-resident"),
        (_, "system") => String::new(),
        (_, by) => staff_name(page, by),
    };
    html! {
        (stop(Stop::Done, &numbers::moment(it.at, page.language), &html! {
            (page.text(&format!("appointment-event-{key}")))
            @if !by.is_empty() { ": " (by) }
        }))
    }
}

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    reason: String,
}

/// `POST /desk/appointments/{id}/{act}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let done = async {
        let (id, it) = app.at_desk(&app.kinds.appointments, &caller?, &path, Action::Handle).await?;
        let Form(fields) = given.unwrap_or_default();
        let (reasons, procedures) = (Vec::new(), Vec::new());
        let (command, did) = match verb.as_str() {
            "arrive" => (Command::Arrive, "arrived"),
            "begin" => (Command::Begin, "begun"),
            "end" => (Command::End { reasons, procedures }, "ended"),
            "miss" => (Command::Miss { reached: false }, "missed"),
            "cancel" => {
                let why = CancelReason::named(&fields.reason).unwrap_or(CancelReason::Other);
                (Command::Cancel { why, notified_at: None }, "cancelled")
            }
            _ => return Err(Failure::not_found()),
        };
        let key = key(&app, &verb, &fields.client_id)?;
        app.kinds.appointments.ask(id, command, &person.by(), &key, 0).await?;
        if did == "cancelled" {
            wishes::cancelled(&app, id, it.booking.wanted.subject, &person.by()).await;
        }
        Ok(did)
    };
    match done.await {
        Ok(did) => see_other(&format!("/desk/appointments/{path}?did={did}")),
        // It stands otherwise meanwhile: the page says how.
        Err(failure) if failure.status == StatusCode::CONFLICT => {
            see_other(&format!("/desk/appointments/{path}?did=otherwise"))
        }
        Err(failure) => failed(&page, &failure),
    }
}
