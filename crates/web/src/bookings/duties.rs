//! Duties, and time that professionals keep for other work, on the calendar of a unit.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::day_number;
use facts::{Code, Profession};
use jiff::civil::Date;
use kinds::DayOf;
use matter::access::Role;
use maud::{Markup, html};
use operations::bookings::Actor;
use operations::bookings::calendar::{Shift, Timetable};
use operations::bookings::days::{Command, Day, Stretch, day_id};
use serde::Deserialize;
use uuid::Uuid;

use super::day::clock;
use super::desk::works;
use super::times::staff_words;
use crate::App;
use crate::answer::{Failure, told};
use crate::caller::Person;
use crate::contact::see_other;
use crate::desk::staff_name;
use crate::form::{Unsaid, key};
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::numbers;
use crate::parts::{self, Turn, tag};

/// The word of a duty in events.
fn word(timetable: &Timetable, shift: &str) -> String {
    format!("{}/{shift}", timetable.id)
}

/// A stretch of a day in the words of its calendar: the name of a duty, or what time is kept for.
pub fn stretch_name(app: &App, page: &Page, what: &str) -> String {
    let language = page.language.code();
    let (id, shift) = what.split_once('/').unwrap_or((what, ""));
    let Some(timetable) = app.kinds.timetables.get(id) else { return what.to_string() };
    let name = timetable.name.of(language).to_string();
    match timetable.duties.get(shift) {
        Some(duty) => format!("{name}, {}", duty.name.of(language)),
        None => name,
    }
}

/// Duties and protected time of a day, as its column on the calendar and its own page list them.
pub fn stretches(app: &App, page: &Page, day: &Day) -> Markup {
    let mut all: Vec<&Stretch> = day.duties.iter().chain(&day.protected).collect();
    all.sort_by_key(|it| (it.from, it.to));
    html! {
        @if !all.is_empty() {
            ul.day__protected {
                @for it in all {
                    li { span.day__clock { (numbers::clock(it.from)) "–" (numbers::clock(it.to)) } " " (stretch_name(app, page, &it.what)) }
                }
            }
        }
    }
}

fn is_kept_at(timetable: &Timetable, unit: &str) -> bool {
    timetable.kept_at().iter().any(|it| **it == *unit)
}

/// Somebody who can be on duty.
type Candidate = (String, Profession);

/// Those who can have a duty at a unit: of its profession, there and in the units within it.
fn candidates(app: &App, unit: &str, who: &str) -> Vec<Candidate> {
    let Some(profession) = who.strip_prefix("role:").and_then(Profession::named) else { return Vec::new() };
    let figures = app.figures();
    let staff = figures.staff().iter().filter(|it| it.open && it.profession == profession);
    let within = staff.filter(|it| app.is_within(&it.unit, unit));
    let mut found: Vec<Candidate> = within.map(|it| (it.id.clone(), it.profession)).collect();
    found.sort();
    found.dedup();
    found
}

fn has(app: &App, who: &str, date: Date, what: &str) -> Option<Stretch> {
    let day = app.kinds.days.look(|days| days.get(day_id(who, day_number(date))))?;
    day.duties.iter().find(|it| it.what == what).cloned()
}

/// The duties of a unit on a date: who has each, and how many are missing. A lead gives them, and takes them back.
pub fn duties(app: &App, page: &Page, person: &Person, (unit, date): (&str, Date)) -> Markup {
    let all = app.kinds.timetables.all();
    let calendars: Vec<&Arc<Timetable>> =
        all.values().filter(|it| is_kept_at(it, unit) && !it.shifts(date, app.calendar).is_empty()).collect();
    let now = app.kinds.store.now();
    let is_lead = person.role == Role::Lead;
    html! {
        @for timetable in calendars {
            section aria-labelledby=(timetable.id) {
                h2 id=(timetable.id) { (timetable.name.of(page.language.code())) }
                ol.rows {
                    @for shift in timetable.shifts(date, app.calendar) {
                        @let what = word(timetable, shift.id);
                        @let able = candidates(app, unit, &shift.duty.who);
                        @let on: Vec<&Candidate> = able.iter().filter(|(who, _)| has(app, who, date, &what).is_some()).collect();
                        @let missing = shift.duty.need.saturating_sub(on.len());
                        li.row {
                            p.row__name { (numbers::clock(shift.from)) "–" (numbers::clock(shift.to)) " " (shift.duty.name.of(page.language.code())) }
                            p.row__meta {
                                @for (who, _) in &on { span { (staff_name(page, who)) } }
                                @if missing > 0 { span { (tag(Turn::Nobody, &page.language.text_count("duty-missing", missing, &missing.to_string()))) } }
                            }
                            @if is_lead && now < shift.to { (give(app, page, (unit, date), (timetable, &shift), (&able, &on))) }
                        }
                    }
                }
            }
        }
    }
}

fn give(
    app: &App,
    page: &Page,
    (unit, date): (&str, Date),
    (timetable, shift): (&Timetable, &Shift<'_>),
    (able, on): (&[Candidate], &[&Candidate]),
) -> Markup {
    let id = format!("who-{}-{}", timetable.id, shift.id);
    let hidden = html! {
        input type="hidden" name="client_id" value=(app.sessions.unguessable());
        input type="hidden" name="unit" value=(unit);
        input type="hidden" name="date" value=(date);
        input type="hidden" name="calendar" value=(timetable.id);
        input type="hidden" name="shift" value=(shift.id);
    };
    html! {
        div.acts {
            @if on.len() < shift.duty.need {
                form.day__give method="post" action="/desk/calendar/duty" {
                    (hidden)
                    label.hidden for=(id) { (page.text("duty-who")) " " (shift.duty.name.of(page.language.code())) }
                    select.field id=(id) name="who" {
                        option value="" { (page.text("desk-choose")) }
                        @for (who, _) in able.iter().filter(|it| !on.contains(it)) { option value=(who) { (staff_name(page, who)) } }
                    }
                    button.btn.btn--second.btn--small type="submit" { (page.text("duty-give")) }
                }
            }
            @for (who, _) in on {
                form method="post" action="/desk/calendar/duty-end" {
                    (hidden)
                    input type="hidden" name="who" value=(who);
                    button.btn.btn--second.btn--small type="submit" { (page.text("duty-end")) ": " (staff_name(page, who)) }
                }
            }
        }
    }
}

/// Calendars for which somebody may keep time of their own.
pub fn protectable(app: &App, person: &Person) -> Vec<Arc<Timetable>> {
    let words = staff_words(app, person);
    let all = app.kinds.timetables.all();
    let may = |it: &Timetable| it.protects.as_ref().is_some_and(|it| it.by.iter().any(|by| words.contains(by)));
    all.values().filter(|it| may(it)).map(Arc::clone).collect()
}

/// The form by which somebody keeps time on a date of their own.
pub fn protecting(
    app: &App,
    page: &Page,
    person: &Person,
    (unit, date): (&str, Date),
    wrong: Option<&Wrong<'_>>,
) -> Markup {
    let calendars = protectable(app, person);
    let (given, fault) = wrong.map_or((Fields::default(), None), |it| (it.fields.clone(), Some(it.key)));
    let day = if given.date.is_empty() { date.to_string() } else { given.date.clone() };
    html! {
        @if !calendars.is_empty() {
            details.fold open[fault.is_some()] {
                summary { (page.text("protected-title")) }
                div.fold__in {
                    form #protect method="post" action="/desk/calendar/protect" autocomplete="off" {
                        @if let Some(key) = fault { p.error #protect-error { (page.text(key)) } }
                        input type="hidden" name="client_id" value=(app.sessions.unguessable());
                        input type="hidden" name="unit" value=(unit);
                        p.hint #protect-hint { (page.text("protected-hint")) }
                        div.asked {
                            label for="calendar" { (page.text("protected-what")) }
                            select.field #calendar name="calendar" {
                                @for it in &calendars { option value=(it.id) selected[it.id == given.calendar] { (it.name.of(page.language.code())) } }
                            }
                        }
                        (when(page, "protect", &day, (&given.from, &given.to)))
                        button.btn.btn--second type="submit" { (page.text("protected-keep")) }
                    }
                }
            }
        }
    }
}

/// A day and two clock times.
pub fn when(page: &Page, of: &str, day: &str, (from, to): (&str, &str)) -> Markup {
    html! {
        div.asked {
            label for=(format!("{of}-date")) { (page.text("protected-date")) }
            input.field.day-input id=(format!("{of}-date")) type="date" name="date" value=(day);
        }
        @for (name, key, given) in [("from", "day-from", from), ("to", "day-to", to)] {
            div.asked {
                label for=(format!("{of}-{name}")) { (page.text(key)) }
                input.field.day-input id=(format!("{of}-{name}")) type="time" name=(name) value=(given);
            }
        }
    }
}

/// A form of the calendar, and of a day with protected time.
#[derive(Deserialize, Default, Clone)]
pub struct Fields {
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub date: String,
    #[serde(default)]
    pub calendar: String,
    #[serde(default)]
    pub shift: String,
    #[serde(default)]
    pub who: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
}

/// Fields that were not kept, and the key of what is wrong.
pub struct Wrong<'a> {
    pub fields: &'a Fields,
    pub key: &'static str,
}

/// The time of a form on its date.
pub fn span(app: &App, (date, from, to): (&str, &str, &str)) -> Result<(Date, i64, i64), Unsaid> {
    let date: Date = date.parse().map_err(|_| Unsaid::Wrong(("protected-wrong-date", "protect")))?;
    let wrong = || Unsaid::Wrong(("day-wrong-clock", "protect"));
    let from = clock(app, date, from, "protect")?.ok_or_else(wrong)?;
    let to = clock(app, date, to, "protect")?.ok_or_else(wrong)?;
    if to <= from {
        return Err(Unsaid::Wrong(("day-wrong-to", "protect")));
    }
    Ok((date, from, to))
}

/// The own day of somebody on a date.
pub fn day_of(app: &App, person: &Person, date: Date) -> Result<DayOf, Failure> {
    let profession = app.profession(&person.id).ok_or_else(Failure::not_found)?;
    let actor = Actor::Professional { id: person.id.as_str().into(), profession };
    Ok(DayOf { actor, unit: person.unit.as_str().into(), date: day_number(date) })
}

/// `POST /desk/calendar/{act}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path(verb): Path<String>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone().filter(works) else {
        return if page.person.is_none() { page.to_sign_in() } else { missing(&page) };
    };
    let Ok(Form(fields)) = given else { return missing(&page) };
    let here = format!("/desk/calendar?date={}&unit={}", escape(&fields.date), escape(&fields.unit));
    match done(&app, &person, &verb, &fields).await {
        Ok(did) => see_other(&format!("{here}&did={did}")),
        Err(Unsaid::Wrong((key, _))) => not_done(&app, &page, &person, (&fields, key), &here),
        Err(Unsaid::Failed(failure)) => match (&failure.refused, failure.code) {
            (_, "enough") => not_done(&app, &page, &person, (&fields, "protected-wrong-most"), &here),
            (_, "taken") if verb == "protect" => {
                not_done(&app, &page, &person, (&fields, "protected-wrong-taken"), &here)
            }
            (Some(refused), _) => refused_page(&page, &told(refused, page.language), &here),
            _ => failed(&page, &failure),
        },
    }
}

fn refused_page(page: &Page, why: &str, here: &str) -> Response {
    let content = html! {
        (parts::back(here, &page.text("calendar-title")))
        (parts::not_done(&html! { (why) }))
    };
    page.render(StatusCode::CONFLICT, &page.text("calendar-title"), &content)
}

/// The form again, with what was typed.
fn not_done(app: &App, page: &Page, person: &Person, (fields, key): (&Fields, &'static str), here: &str) -> Response {
    let date = fields.date.parse::<Date>().unwrap_or_default();
    let content = html! {
        (crate::form::errors(page, &[(key, "protect")]))
        (parts::back(here, &page.text("calendar-title")))
        h1 { (page.text("protected-title")) }
        (protecting(app, page, person, (&fields.unit, date), Some(&Wrong { fields, key })))
    };
    page.render(StatusCode::UNPROCESSABLE_ENTITY, &page.text("protected-title"), &content)
}

async fn done(app: &App, person: &Person, verb: &str, fields: &Fields) -> Result<&'static str, Unsaid> {
    let by = person.by();
    let key = key(app, verb, &fields.client_id)?;
    if verb == "protect" {
        let known = protectable(app, person).into_iter().find(|it| it.id == fields.calendar);
        let timetable = known.ok_or_else(Failure::not_found)?;
        let (date, from, to) = span(app, (&fields.date, &fields.from, &fields.to))?;
        let stretch = Stretch { from, to, what: timetable.id.clone() };
        let of = day_of(app, person, date)?;
        app.kinds.protect(of, stretch, timetable, (&by, &key)).await.map_err(Failure::from)?;
        return Ok("protected");
    }
    let timetable = app.kinds.timetables.get(&fields.calendar).filter(|it| is_kept_at(it, &fields.unit));
    let timetable = timetable.ok_or_else(Failure::not_found)?;
    if person.role != Role::Lead || !app.is_within(&fields.unit, &person.unit) {
        return Err(Failure::not_found().into());
    }
    let date: Date = fields.date.parse().map_err(|_| Failure::not_found())?;
    let shifts = timetable.shifts(date, app.calendar);
    let shift = shifts.iter().find(|it| it.id == fields.shift).ok_or_else(Failure::not_found)?;
    let able = candidates(app, &fields.unit, &shift.duty.who);
    let chosen = able.into_iter().find(|(who, _)| *who == fields.who);
    let (who, profession) = chosen.ok_or(Unsaid::Wrong(("duty-wrong-who", "protect")))?;
    let what = word(&timetable, shift.id);
    match verb {
        "duty" => {
            let duty = Stretch { from: shift.from, to: shift.to, what };
            let figures = app.figures();
            let unit = figures.staff().iter().find(|it| it.id == who).map_or("", |it| it.unit.as_str()).into();
            let actor = Actor::Professional { id: who.as_str().into(), profession };
            let of = DayOf { actor, unit, date: day_number(date) };
            app.kinds.give_duty(of, duty, (&by, &key)).await.map_err(Failure::from)?;
            Ok("duty")
        }
        "duty-end" => {
            let duty = has(app, &who, date, &what).ok_or_else(Failure::not_found)?;
            let day: Uuid = day_id(&who, day_number(date));
            app.kinds.days.ask(day, Command::EndDuty(duty), &by, &key, 0).await.map_err(Failure::from)?;
            Ok("duty-end")
        }
        _ => Err(Failure::not_found().into()),
    }
}
