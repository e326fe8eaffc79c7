//! Visits that belong together: proposed from a first one, booked all or none; `page.rs` is a series as both sides have it.

mod page;

pub use page::{act, cancel_rest, desk, owned, row};

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Code, Modality};
use jiff::{Span, SpanRelativeTo, Unit};
use kinds::NewAppointment;
use maud::html;
use operations::bookings::Way;
use operations::bookings::appointments::Wanted;
use operations::bookings::calendar::{Kind, Timetable, before, local, slot_id};
use operations::bookings::days::{Day, Found, Sought, day_id};
use operations::bookings::flow::Place;
use operations::bookings::series::starts;
use uuid::Uuid;

use super::times::{Booker, booker};
use super::{day_of, way_name};
use crate::App;
use crate::answer::{Failure, told};
use crate::caller::Caller;
use crate::contact::see_other;
use crate::desk::staff_name;
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::numbers;
use crate::parts;

/// Other times of its week that are offered for a visit.
const OTHERS: usize = 12;
/// Days before and after the time that follows from the first, in which another is looked for.
const AROUND: i32 = 3;

/// Fields of the page, in its address and in its form; `visit-1` and so on hold a day and a time.
type Fields = BTreeMap<String, String>;

/// Somebody who books a series, and of what.
struct Asked {
    timetable: Arc<Timetable>,
    booker: Booker,
    kind_id: String,
    kind: Kind,
    way: Way,
    most: usize,
    every: Span,
}

fn of<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

/// The one who asks, where they may; none: they have not signed in.
async fn asked(
    app: &App,
    caller: Result<Caller, Failure>,
    calendar: &str,
    fields: &Fields,
) -> Result<Option<Asked>, Failure> {
    let Some(booker) = booker(app, &caller?, (of(fields, "contact"), "")).await? else { return Ok(None) };
    let timetable = app.kinds.timetables.get(calendar).filter(|it| it.is_open_to(&booker.words()));
    let timetable = timetable.ok_or_else(Failure::not_found)?;
    let kind_id = of(fields, "kind").to_string();
    let kind = timetable.kinds.get(&kind_id).cloned().ok_or_else(Failure::not_found)?;
    let (most, every) = kind.most.zip(kind.every).ok_or_else(Failure::not_found)?;
    let way = Modality::named(of(fields, "way")).map(Way).filter(|way| kind.ways.contains(way));
    let way = way.ok_or_else(Failure::not_found)?;
    Ok(Some(Asked { timetable, booker, kind_id, kind, way, most, every }))
}

/// A visit as it is proposed: the time that follows from the first, the one that is free nearest to it, and others.
pub struct Proposed {
    pub wanted: i64,
    /// None: none is free around it.
    pub at: Option<(Found, Arc<Day>)>,
    pub others: Vec<(Found, Arc<Day>)>,
}

impl Proposed {
    fn is_as_wanted(&self) -> bool {
        self.at.as_ref().is_some_and(|(found, _)| found.from == self.wanted)
    }
}

/// The visit nearest to an instant, by the same actor where they have one; `after`: the end of the visit before.
pub fn nearest(
    app: &App,
    (timetable, kind, way): (&Timetable, &str, Way),
    actor: &str,
    (wanted, after): (i64, i64),
) -> Proposed {
    let calendar = app.calendar;
    let day = |days: i32| before(wanted, Span::new().days(i64::from(days)), calendar);
    let first = day(AROUND).unwrap_or(wanted).max(after);
    let last = day(-AROUND).unwrap_or(wanted);
    let sought = Sought { calendar: &timetable.id, kind: Some(kind), way: Some(way), ..Sought::default() };
    let mut free = app.kinds.free(&sought, first, 600);
    free.retain(|(found, _)| found.from <= last);
    let far = |(found, of): &(Found, Arc<Day>)| (of.actor.id() != actor, (found.from - wanted).abs(), found.slot);
    free.sort_by_key(far);
    // Of the same time by others the first is enough.
    let own = |(_, of): &(Found, Arc<Day>)| of.actor.id() == actor;
    let at = free.first().cloned();
    let mut others: Vec<_> = free.iter().filter(|it| own(it)).take(OTHERS).cloned().collect();
    others.extend(free.iter().filter(|it| !own(it)).take(OTHERS.saturating_sub(others.len())).cloned());
    others.sort_by_key(|(found, _)| (found.from, found.slot));
    others.dedup_by_key(|(found, _)| found.slot);
    Proposed { wanted, at, others }
}

impl Asked {
    /// The first visit as the address names it, if it is still free.
    fn first(&self, app: &App, fields: &Fields) -> Option<(Found, Arc<Day>)> {
        let (day, slot) = (of(fields, "day").parse().ok()?, of(fields, "slot").parse().ok()?);
        let of = app.kinds.days.look(|days| days.get(day))?;
        let time = of.times.get(&slot)?;
        let is_its = *time.calendar == *self.timetable.id && *time.slot.kind == *self.kind_id && !time.is_withdrawn;
        let is_free = of.obstacle(&time.slot, Uuid::nil(), app.kinds.store.now()).is_none();
        let found = Found { from: time.slot.from, day, slot };
        (is_its && is_free).then_some((found, of))
    }

    fn count(&self, fields: &Fields) -> usize {
        of(fields, "count").parse::<usize>().unwrap_or(self.most).clamp(1, self.most)
    }

    /// Every so often; twice and four times as seldom can be chosen.
    fn every(&self, fields: &Fields) -> Span {
        let times = of(fields, "every").parse::<i64>().ok().filter(|it| [1, 2, 4].contains(it)).unwrap_or(1);
        self.every.checked_mul(times).unwrap_or(self.every)
    }

    fn proposed(&self, app: &App, (first, of): &(Found, Arc<Day>), fields: &Fields) -> Vec<Proposed> {
        let starts = starts(first.from, self.every(fields), self.count(fields), app.calendar);
        let minutes = (self.kind.minutes + self.kind.after) * 60_000_000;
        let mut after = 0;
        let visits = starts.into_iter().enumerate().map(|(number, wanted)| {
            let at = match number {
                0 => {
                    let mut first_one =
                        nearest(app, (&self.timetable, &self.kind_id, self.way), of.actor.id(), (wanted, after));
                    first_one.at = Some((*first, Arc::clone(of)));
                    first_one
                }
                _ => nearest(app, (&self.timetable, &self.kind_id, self.way), of.actor.id(), (wanted, after)),
            };
            after = at.at.as_ref().map_or(after, |(found, _)| found.from + minutes);
            at
        });
        visits.collect()
    }
}

/// Why the time that follows from the first is not free: what its own day says, where there is such a time.
fn why_not(app: &App, page: &Page, asked: &Asked, actor: &str, wanted: i64) -> String {
    let known = || {
        let local = local(wanted, app.calendar)?;
        let day = app.kinds.days.look(|days| days.get(day_id(actor, calendar::day_number(local.date()))))?;
        let slot = day.times.get(&slot_id(&asked.timetable.id, actor, local))?.slot.clone();
        let refusal = day.obstacle(&slot, Uuid::nil(), app.kinds.store.now())?;
        Some(told(&refusal.into(), page.language))
    };
    known().unwrap_or_else(|| page.text("series-no-such-time"))
}

/// `GET /book/{calendar}/series`: the visits that follow from a first, before they are booked.
pub async fn offer(
    State(app): State<Arc<App>>,
    page: Page,
    Path(calendar): Path<String>,
    Query(fields): Query<Fields>,
    caller: Result<Caller, Failure>,
) -> Response {
    match asked(&app, caller, &calendar, &fields).await {
        Ok(Some(asked)) => match asked.first(&app, &fields) {
            Some(first) => shown(&app, &page, &asked, &first, (&fields, &[])),
            None => see_other(&back(&calendar, &fields, "taken")),
        },
        Ok(None) => see_other(&format!("/sign-in?to={}", escape(&format!("/book/{calendar}")))),
        Err(failure) => failed(&page, &failure),
    }
}

fn back(calendar: &str, fields: &Fields, wrong: &str) -> String {
    let [kind, way, contact] = ["kind", "way", "contact"].map(|name| escape(of(fields, name)));
    format!("/book/{calendar}?kind={kind}&way={way}&contact={contact}&wrong={wrong}")
}

/// So many times a span, in days.
fn days(every: Span, times: i64) -> String {
    let days = every.total((Unit::Day, SpanRelativeTo::days_are_24_hours())).unwrap_or(1.0);
    (days as i64 * times).to_string()
}

/// `conflicts`: the visits that could not be booked just now, from 1.
fn shown(
    app: &App,
    page: &Page,
    asked: &Asked,
    first: &(Found, Arc<Day>),
    (fields, conflicts): (&Fields, &[usize]),
) -> Response {
    let visits = asked.proposed(app, first, fields);
    let is_whole = visits.iter().all(|it| it.at.is_some());
    let (calendar, language) = (&asked.timetable.id, page.language.code());
    let when = |found: &Found| format!("{} {}", day_of(app, page, found.from), numbers::clock(found.from));
    let every = of(fields, "every");
    let title = page.text("series-title");
    let hidden = html! {
        @for name in ["kind", "way", "contact", "day", "slot"] { input type="hidden" name=(name) value=(of(fields, name)); }
    };
    let content = html! {
        (parts::back(&back(calendar, fields, ""), &page.text("bookings-other-time")))
        @if !conflicts.is_empty() {
            @let numbers = conflicts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            (parts::not_done(&html! { (page.language.text_with("series-conflicts", &[("visits", &numbers)])) }))
        }
        h1 { (title) }
        p.lead { (asked.kind.name.of(language)) ", " (way_name(page, asked.way)) ", " (staff_name(page, first.1.actor.id())) }
        form.filters method="get" {
            (hidden)
            div.asked {
                label for="count" { (page.text("series-count")) }
                select.field #count name="count" {
                    @for count in 1..=asked.most { option value=(count) selected[count == asked.count(fields)] { (count) } }
                }
            }
            div.asked {
                label for="every" { (page.text("series-every")) }
                select.field #every name="every" {
                    @for times in [1, 2, 4] {
                        option value=(times) selected[times.to_string() == every] { (page.language.text_with("series-every-days", &[("days", &days(asked.every, times))])) }
                    }
                }
            }
            button.btn.btn--second type="submit" { (page.text("series-show")) }
        }
        form #work .flow method="post" action=(format!("/book/{calendar}/series")) autocomplete="off" {
            (hidden)
            input type="hidden" name="count" value=(asked.count(fields));
            input type="hidden" name="every" value=(every);
            input type="hidden" name="series" value=(app.kinds.new_appointment());
            ol.rows.seriesvisits {
                @for (number, visit) in (1..).zip(&visits) {
                    @let name = format!("visit-{number}");
                    li.row {
                        div.asked {
                            label for=(name) { (page.language.text_with("series-visit", &[("number", &number.to_string())])) }
                            @if !visit.is_as_wanted() {
                                p.error {
                                    @let wanted = Found { from: visit.wanted, day: Uuid::nil(), slot: Uuid::nil() };
                                    (when(&wanted)) ": " (why_not(app, page, asked, first.1.actor.id(), visit.wanted))
                                    @if visit.at.is_none() { " " (page.text("series-none-near")) }
                                }
                            }
                            @if let Some((at, of)) = &visit.at {
                                select.field id=(name) name=(name) {
                                    option value=(format!("{} {}", at.day, at.slot)) selected { (when(at)) @if of.actor.id() != first.1.actor.id() { ", " (staff_name(page, of.actor.id())) } }
                                    @for (other, of) in visit.others.iter().filter(|(it, _)| it.slot != at.slot) {
                                        option value=(format!("{} {}", other.day, other.slot)) { (when(other)) @if of.actor.id() != first.1.actor.id() { ", " (staff_name(page, of.actor.id())) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if is_whole { p { (page.text("series-all-or-none")) } button.btn #book type="submit" { (page.language.text_with("series-book", &[("count", &visits.len().to_string())])) } }
            @else { p { (page.text("series-fewer")) } }
        }
    };
    let status = if conflicts.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    page.render_form("work", status, &title, &content)
}

/// `POST /book/{calendar}/series`.
pub async fn book(
    State(app): State<Arc<App>>,
    page: Page,
    Path(calendar): Path<String>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Form(fields)) = form else { return missing(&page) };
    let asked = match asked(&app, caller, &calendar, &fields).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return see_other(&format!("/sign-in?to={}", escape(&format!("/book/{calendar}")))),
        Err(failure) => return failed(&page, &failure),
    };
    let Ok(id) = of(&fields, "series").parse::<Uuid>() else { return missing(&page) };
    let visit = |number: usize| {
        let (day, slot) = of(&fields, &format!("visit-{number}")).split_once(' ')?;
        let place = Place::Time(day.parse().ok()?, slot.parse().ok()?);
        let wanted = Wanted {
            subject: asked.booker.subject,
            kind: asked.kind_id.as_str().into(),
            way: asked.way,
            channel: asked.booker.channel,
            contact: asked.booker.contact,
            assessment: None,
            enrolment: None,
            needs: Vec::new(),
        };
        Some(NewAppointment { wanted, places: vec![place], note: None, words: asked.booker.words.clone() })
    };
    let visits: Option<Vec<NewAppointment>> = (1..=asked.count(&fields)).map(visit).collect();
    let Some(visits) = visits else { return missing(&page) };
    match app.kinds.book_series(id, visits, Arc::clone(&asked.timetable), &asked.booker.by).await {
        Ok(_) => {
            let place = if asked.booker.is_staff { "/desk/series" } else { "/matters" };
            see_other(&format!("{place}/{id}?did=booked"))
        }
        Err(trouble) => {
            let failure = Failure::from(trouble);
            let conflicts = failure.refused.as_ref().filter(|it| it.code == "conflicts");
            let numbers = conflicts.and_then(|it| it.values.iter().find(|(name, _)| *name == "visits"));
            let numbers: Vec<usize> =
                numbers.map_or_else(Vec::new, |(_, it)| it.split(", ").filter_map(|it| it.parse().ok()).collect());
            match asked.first(&app, &fields) {
                Some(first) if !numbers.is_empty() => shown(&app, &page, &asked, &first, (&fields, &numbers)),
                None if !numbers.is_empty() => see_other(&back(&calendar, &fields, "taken")),
                _ if failure.code == "enough" => see_other(&back(&calendar, &fields, "enough")),
                _ => failed(&page, &failure),
            }
        }
    }
}
