//! A time is held for whoever chose it, looked at once more, and booked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::Calendar;
use facts::{Code, Modality};
use kinds::NewAppointment;
use matter::Text;
use matter::access::Action;
use maud::html;
use operations::bookings::Way;
use operations::bookings::appointments::Wanted;
use operations::bookings::calendar::{Timetable, before};
use operations::bookings::days::{Command as OfDay, Day};
use operations::bookings::flow::Place;
use serde::Deserialize;
use store::new_id;
use uuid::Uuid;

use super::times::{self, Booker, Wish, booker};
use super::{MOST_NOTE, day_of, until, way_name};
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care;
use crate::contact::see_other;
use crate::desk::{staff_name, unit_name};
use crate::form::{errors, field};
use crate::home::{away, failed, missing};
use crate::layout::{Page, escape};
use crate::numbers;
use crate::parts;

/// A time as a form or an address names it.
#[derive(Deserialize, Default, Clone)]
pub struct Chosen {
    #[serde(default)]
    day: String,
    #[serde(default)]
    slot: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    way: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    contact: String,
    #[serde(default, rename = "move")]
    moves: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    show: String,
    /// Tells one move from another to the same time.
    #[serde(default)]
    key: String,
}

/// The times that are held, one for each booker and calendar: to choose another lets the first go, and a second press of one
/// button gets the same appointment. After a restart nobody knows them, and each ends by itself.
#[derive(Default)]
pub struct Holding(Mutex<HashMap<String, Held>>);

#[derive(Clone, Copy)]
struct Held {
    id: Uuid,
    day: Uuid,
    slot: Uuid,
    until: i64,
}

impl Holding {
    /// Notes what somebody holds from now on: for which appointment, and the time that they held before.
    fn hold(&self, who: String, new: Held, now: i64) -> (Uuid, Option<Held>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, held| now < held.until);
        let before = all.get(&who).copied();
        let is_same = before.is_some_and(|it| (it.day, it.slot) == (new.day, new.slot));
        let id = before.filter(|_| is_same).map_or(new.id, |it| it.id);
        all.insert(who, Held { id, ..new });
        (id, before.filter(|_| !is_same))
    }

    fn end(&self, who: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

/// A time that is there, in a calendar that is open to its booker.
struct Time {
    timetable: Arc<Timetable>,
    day: Uuid,
    slot: Uuid,
    of: Arc<Day>,
    way: Way,
    booker: Booker,
    caller: Caller,
}

impl Time {
    /// The name under which [`Holding`] knows the one who books.
    fn holder(&self, chosen: &Chosen) -> String {
        format!("{} {} {} {}", self.booker.by.name(), self.timetable.id, chosen.contact, chosen.moves)
    }
}

impl Chosen {
    fn query(&self) -> String {
        let parts = [
            ("day", &self.day),
            ("slot", &self.slot),
            ("kind", &self.kind),
            ("way", &self.way),
            ("unit", &self.unit),
            ("contact", &self.contact),
            ("move", &self.moves),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        parts.map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
    }

    /// The way back to the times of the calendar.
    fn back(&self, calendar: &str, wrong: &str) -> String {
        let parts = [
            ("kind", &self.kind),
            ("way", &self.way),
            ("unit", &self.unit),
            ("contact", &self.contact),
            ("move", &self.moves),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<String> = parts.map(|(name, value)| format!("{name}={}", escape(value))).collect();
        format!("/book/{calendar}?wrong={wrong}&{}", parts.join("&"))
    }
}

/// Why a time cannot be had.
enum Gone {
    SignedOut,
    Failed(Failure),
    /// It is nobody's to book any more: other times are shown.
    Taken(Box<(Arc<Timetable>, Booker)>),
}

impl From<Failure> for Gone {
    fn from(failure: Failure) -> Gone {
        Gone::Failed(failure)
    }
}

async fn time(app: &App, caller: Result<Caller, Failure>, calendar: &str, chosen: &Chosen) -> Result<Time, Gone> {
    let caller = caller?;
    let booker = booker(app, &caller, (&chosen.contact, &chosen.moves)).await?.ok_or(Gone::SignedOut)?;
    let timetable = app.kinds.timetables.get(calendar).filter(|it| it.is_open_to(&booker.words()));
    let timetable = timetable.ok_or_else(Failure::not_found)?;
    let ids = (chosen.day.parse().ok(), chosen.slot.parse().ok(), Modality::named(&chosen.way).map(Way));
    let (Some(day), Some(slot), Some(way)) = ids else { return Err(Failure::not_found().into()) };
    if !chosen.moves.is_empty() {
        let id = chosen.moves.parse().map_err(|_| Failure::not_found())?;
        let moved = app.guarded(&app.kinds.appointments, &caller, id, Action::Write).await?;
        let (wanted, is_own) = (&moved.booking.wanted, *moved.booking.calendar == *timetable.id);
        if !is_own || wanted.way != way || *wanted.kind != *chosen.kind {
            return Err(Failure::not_found().into());
        }
    }
    let is_there =
        |of: &Arc<Day>| of.times.get(&slot).is_some_and(|time| *time.calendar == *timetable.id && !time.is_withdrawn);
    match app.kinds.days.look(|days| days.get(day)).filter(is_there) {
        Some(of) => Ok(Time { timetable, day, slot, of, way, booker, caller }),
        None => Err(Gone::Taken(Box::new((timetable, booker)))),
    }
}

fn gone(app: &App, page: &Page, calendar: &str, chosen: &Chosen, gone: &Gone) -> Response {
    match gone {
        Gone::SignedOut => see_other(&format!("/sign-in?to={}", escape(&format!("/book/{calendar}")))),
        Gone::Taken(it) => other_times(app, page, (&it.0, &it.1), chosen, "taken"),
        Gone::Failed(failure) => failed(page, failure),
    }
}

/// `POST /book/{calendar}`: holds a time while it is looked at once more.
pub async fn hold(
    State(app): State<Arc<App>>,
    page: Page,
    Path(calendar): Path<String>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Chosen>, FormRejection>,
) -> Response {
    let Ok(Form(chosen)) = form else { return missing(&page) };
    let time = match time(&app, caller, &calendar, &chosen).await {
        Ok(time) => time,
        Err(why) => return gone(&app, &page, &calendar, &chosen, &why),
    };
    let now = app.kinds.store.now();
    let from = time.of.times.get(&time.slot).map_or(now, |it| it.slot.from);
    if !time.booker.is_staff && !time.timetable.is_in_time(from, now, app.calendar) {
        return other_times(&app, &page, (&time.timetable, &time.booker), &chosen, "late");
    }
    // A time that is moved to is held for the appointment itself.
    let id = chosen.moves.parse().unwrap_or_else(|_| app.kinds.new_appointment());
    let lasts = before(now, time.timetable.book.hold, Calendar::shipped()).map_or(0, |before| now - before);
    let until = now.saturating_add(lasts);
    let (day, slot, by) = (time.day, time.slot, &time.booker.by);
    let (id, left) = app.holding.hold(time.holder(&chosen), Held { id, day, slot, until }, now);
    if let Some(left) = left {
        let let_go = OfDay::LetGo { slot: left.slot, matter: left.id };
        // One that is not let go ends by itself.
        drop(app.kinds.days.ask(left.day, let_go, by, &format!("{}/{}/left/{now}", left.id, left.slot), 0).await);
    }
    let hold = OfDay::Hold { slot, matter: id, until };
    match app.kinds.days.ask(day, hold, by, &format!("{id}/{slot}/{now}"), 0).await {
        Ok(_) if !chosen.text.is_empty() => shown(&app, &page, (&calendar, &id.to_string()), &chosen, &time, &[]),
        Ok(_) => see_other(&format!("/book/{calendar}/{id}?{}", chosen.query())),
        Err(trouble) => {
            app.holding.end(&time.holder(&chosen));
            other_times(&app, &page, (&time.timetable, &time.booker), &chosen, word_of(&trouble.into()))
        }
    }
}

/// Other times in place of one that cannot be had; a text that was typed goes along.
fn other_times(
    app: &App,
    page: &Page,
    (timetable, booker): (&Timetable, &Booker),
    chosen: &Chosen,
    wrong: &str,
) -> Response {
    if chosen.text.is_empty() {
        return see_other(&chosen.back(&timetable.id, wrong));
    }
    let wish = Wish {
        kind: chosen.kind.clone(),
        way: chosen.way.clone(),
        unit: chosen.unit.clone(),
        contact: chosen.contact.clone(),
        moves: chosen.moves.clone(),
        wrong: wrong.into(),
        text: chosen.text.clone(),
        ..Wish::default()
    };
    let content = times::shown(app, page, timetable, &wish, Some(booker));
    page.render(StatusCode::CONFLICT, timetable.name.of(page.language.code()), &content)
}

/// The word for a refusal in an address.
fn word_of(failure: &Failure) -> &'static str {
    match failure.code {
        "taken" | "held" | "away" | "not_there" | "protected" | "frozen" | "not_found" => "taken",
        "late" => "late",
        "enough" => "enough",
        "over" | "not_now" => "over",
        _ => "later",
    }
}

/// `GET /book/{calendar}/{appointment}`: the time that is held, before it is booked.
pub async fn confirm(
    State(app): State<Arc<App>>,
    page: Page,
    Path((calendar, id)): Path<(String, String)>,
    Query(chosen): Query<Chosen>,
    caller: Result<Caller, Failure>,
) -> Response {
    match time(&app, caller, &calendar, &chosen).await {
        Ok(_) if !chosen.moves.is_empty() && chosen.moves != id => missing(&page),
        Ok(time) => shown(&app, &page, (&calendar, &id), &chosen, &time, &[]),
        Err(why) => gone(&app, &page, &calendar, &chosen, &why),
    }
}

fn shown(
    app: &App,
    page: &Page,
    (calendar, id): (&str, &str),
    chosen: &Chosen,
    time: &Time,
    wrong: &[(&'static str, &'static str)],
) -> Response {
    let Some(slot) = time.of.times.get(&time.slot).map(|it| &it.slot) else { return missing(page) };
    let terms = time.timetable.terms(slot.from, app.kinds.store.now(), app.calendar);
    let kind = time.timetable.kinds.get(&chosen.kind).map(|kind| kind.name.of(page.language.code()));
    let is_wrong = wrong.iter().find(|(_, field)| *field == "text").map(|(key, _)| *key);
    let back = chosen.back(calendar, "");
    let title = if chosen.moves.is_empty() { "bookings-confirm" } else { "bookings-confirm-move" };
    let content = html! {
        (errors(page, wrong))
        (parts::back(&back, &page.text("bookings-other-time")))
        h1 { (page.text(title)) }
        dl.facts {
            div { dt { (page.text("bookings-when")) } dd { (day_of(app, page, slot.from)) " " (numbers::clock(slot.from)) "–" (numbers::clock(slot.to)) } }
            div { dt { (page.text("bookings-what")) } dd { (time.timetable.name.of(page.language.code())) @if let Some(kind) = kind { ", " (kind) } } }
            div { dt { (page.text("bookings-way")) } dd { (way_name(page, time.way)) } }
            div { dt { (page.text(super::where_key(time.way))) } dd {
                @let at = time.timetable.unit_at(slot.place.as_deref());
                (unit_name(page, at)) @if let Some(place) = slot.place.as_deref().filter(|place| **place != **at) { ", " (place) }
            } }
            @if let Some(professional) = time.of.actor.professional() {
                div { dt { (page.text("bookings-with")) } dd { (staff_name(page, professional)) } }
            }
        }
        p { (until(page, terms.cancel_by, app.kinds.store.now())) }
        form #work .letter method="post" action=(format!("/book/{calendar}/{id}")) autocomplete="off" {
            @for (name, value) in [("day", &chosen.day), ("slot", &chosen.slot), ("kind", &chosen.kind), ("way", &chosen.way), ("unit", &chosen.unit), ("contact", &chosen.contact), ("move", &chosen.moves)] {
                input type="hidden" name=(name) value=(value);
            }
            input type="hidden" name="key" value=(app.sessions.unguessable());
            @if chosen.moves.is_empty() {
                (field(page, "text", "bookings-note", is_wrong, &html! {
                    p.hint #text-hint { (page.text("bookings-note-hint")) }
                    textarea.field #text name="text" rows="3" dir="auto" aria-invalid=[is_wrong.map(|_| "true")]
                        aria-describedby=(if is_wrong.is_some() { "text-hint text-error" } else { "text-hint" }) { (chosen.text) }
                }))
            }
            button.btn #book type="submit" { (page.text(if chosen.moves.is_empty() { "bookings-book" } else { "bookings-move-here" })) }
        }
    };
    let status = match wrong.first() {
        None => StatusCode::OK,
        Some(("wrong-later", _)) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page.render_form("work", status, &page.text(title), &content)
}

/// `POST /book/{calendar}/{appointment}`.
pub async fn book(
    State(app): State<Arc<App>>,
    page: Page,
    Path((calendar, path)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Chosen>, FormRejection>,
) -> Response {
    let Ok(Form(chosen)) = form else { return missing(&page) };
    let time = match time(&app, caller, &calendar, &chosen).await {
        Ok(time) => time,
        // A text that was typed is its writer's to keep.
        Err(Gone::SignedOut) if !chosen.text.is_empty() => return away(&page, StatusCode::CONFLICT, &chosen.text),
        Err(why) => return gone(&app, &page, &calendar, &chosen, &why),
    };
    let Ok(id) = path.parse::<Uuid>() else { return missing(&page) };
    // The right to move one appointment is none to move another.
    if !chosen.moves.is_empty() && chosen.moves != path {
        return missing(&page);
    }
    if !chosen.show.is_empty() {
        return shown(&app, &page, (&calendar, &path), &chosen, &time, &[]);
    }
    let note = match chosen.text.chars().any(care::is_seen) {
        false => None,
        true => match care::text(&chosen.text) {
            Ok(text) if text.chars().count() <= MOST_NOTE => Some(Text(text)),
            _ => {
                let wrong = [("bookings-wrong-note", "text")];
                return shown(&app, &page, (&calendar, &path), &chosen, &time, &wrong);
            }
        },
    };
    let places = vec![Place::Time(time.day, time.slot)];
    let (by, timetable) = (&time.booker.by, Arc::clone(&time.timetable));
    let done = match chosen.moves.is_empty() {
        true => {
            let wanted = Wanted {
                subject: time.booker.subject,
                kind: chosen.kind.as_str().into(),
                way: time.way,
                channel: time.booker.channel,
                contact: time.booker.contact,
                assessment: None,
                enrolment: None,
                needs: Vec::new(),
            };
            let new = NewAppointment { wanted, places, note, words: time.booker.words.clone() };
            app.kinds.book(id, new, timetable, by).await
        }
        false => {
            let key = care::client_id(&chosen.key).unwrap_or_else(|_| new_id(app.kinds.store.now()).to_string());
            app.kinds.reschedule(id, places, timetable, (by, &key)).await
        }
    };
    let did = if chosen.moves.is_empty() { "booked" } else { "moved" };
    match done {
        Ok(_) => {
            app.holding.end(&time.holder(&chosen));
            // It is booked; who sees it is the next question.
            if let Err(failure) = app.begun_for(by, id).await {
                return failed(&page, &failure);
            }
            let place = if time.booker.is_staff { "/desk/appointments" } else { "/matters" };
            // An appointment at another unit is theirs; the contact in which it was booked tells of it.
            let read = app.kinds.appointments.read(id).await.ok().flatten();
            let may_see = read.is_some_and(|it| app.may_still(&time.caller, id, Action::Read, &it));
            match time.booker.contact.filter(|_| !may_see) {
                Some(contact) => see_other(&format!("/desk/contacts/{contact}?did=book")),
                None if time.booker.is_staff && !may_see => {
                    let visit = if chosen.moves.is_empty() { &chosen.contact } else { &chosen.moves };
                    see_other(&format!("/desk/appointments/{}?did=next", escape(visit)))
                }
                None => see_other(&format!("{place}/{id}?did={did}")),
            }
        }
        Err(trouble) => match word_of(&trouble.into()) {
            // It may be booked or not: the same appointment is asked for once more.
            "later" => shown(&app, &page, (&calendar, &path), &chosen, &time, &[("wrong-later", "book")]),
            word => other_times(&app, &page, (&time.timetable, &time.booker), &chosen, word),
        },
    }
}
