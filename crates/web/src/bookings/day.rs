//! The day of one professional: its times, absences, and those who must be given another time or somebody else.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::calendar::date_of;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::Code;
use jiff::civil::{Date, Time as Clock};
use matter::access::Action;
use matter::{Matter, Rights, Standing};
use maud::{Markup, html};
use operations::bookings::appointments::Appointment;
use operations::bookings::calendar::Slot;
use operations::bookings::days::{Command, Day, Stands, Stretch, day_id};
use serde::Deserialize;
use uuid::Uuid;

use super::desk::{by_start, row, staff};
use super::own::name;
use super::{day_of, protected, way_name};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::contact::see_other;
use crate::desk::staff_name;
use crate::form::{Did, Unsaid, errors, key};
use crate::home::failed;
use crate::layout::Page;
use crate::listing::InList;
use crate::numbers;
use crate::parts;

/// Kinds of absence, as colleagues see them: never why somebody is ill.
const ABSENCES: [&str; 3] = ["away", "training", "meeting"];

impl InList for Day {
    fn kind(&self) -> &'static str {
        Day::NAME
    }

    /// A day holds no words.
    fn rights(&self) -> &'static Rights {
        &Rights { worked_by: &[], led_by: &[], own: matter::Own::Nothing }
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn title(&self, _: &App, page: &Page) -> String {
        page.text("kind-day")
    }

    fn icon(&self) -> &'static str {
        "calendar"
    }

    fn who(&self, page: &Page) -> String {
        staff_name(page, self.actor.id())
    }

    fn age(&self, _: &App, page: &Page, _: i64) -> Markup {
        html! { @if let Some((slot, _)) = first(self) { span.due { (numbers::near_day(slot.from, page.language)) } } }
    }

    fn tags(&self, _: &App, page: &Page) -> Markup {
        let count = self.to_replace().count().to_string();
        html! { span { (page.language.text_with("day-appointments", &[("count", &count)])) } }
    }
}

fn first(day: &Day) -> Option<(&Slot, Uuid)> {
    day.to_replace().min_by_key(|(slot, _)| slot.from)
}

/// A form of a day's page.
#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    what: String,
    /// The day of a stand-in.
    #[serde(default)]
    other: String,
    #[serde(default)]
    appointment: String,
    /// Appointments of the day that the page showed, with spaces between.
    #[serde(default)]
    seen: String,
}

/// `GET /desk/days/{id}`.
pub async fn day(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    Query(did): Query<Did>,
    caller: Result<Caller, Failure>,
) -> Response {
    shown(&app, &page, &path, caller, (&did.did, &Fields::default(), &[])).await
}

async fn shown(
    app: &App,
    page: &Page,
    path: &str,
    caller: Result<Caller, Failure>,
    (did, fields, wrong): (&str, &Fields, &[(&'static str, &'static str)]),
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let read = async {
        let caller = caller?;
        let (id, day) = app.at_desk(&app.kinds.days, &caller, path, Action::Read).await?;
        let mut rows = Vec::new();
        for time in by_start(&day) {
            rows.push(row(app, page, &caller, &day, time).await?);
        }
        let mut waiting = Vec::new();
        for (slot, id) in day.to_replace() {
            let read = app.kinds.appointments.read(id).await.map_err(|error| Failure::away(&error))?;
            waiting.extend(
                read.filter(|it| app.may_still(&caller, id, Action::Handle, it)).map(|it| (slot.clone(), id, it)),
            );
        }
        waiting.sort_by_key(|(slot, id, _)| (slot.from, *id));
        let given_up = protected::given_up(app, id).await.map_err(|error| Failure::away(&error))?;
        let kept = protected::section(app, page, &person, (id, &day), &given_up);
        Ok((id, day, rows, (waiting, kept)))
    };
    match read.await {
        Ok((id, day, rows, (waiting, kept))) => {
            let colleagues = colleagues(app, page, &person, (id, &day));
            let whole = Whole { app, page, id, day: &day, colleagues: &colleagues, fields, wrong };
            let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            page.render(status, &staff_name(page, day.actor.id()), &whole.page(&rows, &waiting, (&kept, did)))
        }
        Err(failure) => failed(page, &failure),
    }
}

/// A colleague's name, and a day of theirs with its id.
type Colleague = (String, Uuid, Arc<Day>);

/// Those of the unit who have a day on the same date, by name.
fn colleagues(app: &App, page: &Page, person: &Person, (id, day): (Uuid, &Day)) -> Vec<Colleague> {
    let days = staff(app, &day.unit).into_iter().map(|who| (staff_name(page, &who), day_id(&who, day.date)));
    let known = days.filter(|(_, it)| *it != id).filter_map(|(name, it)| {
        let other = app.kinds.days.look(|days| days.get(it))?;
        app.is_within(&other.unit, &person.unit).then_some((name, it, other))
    });
    let mut days: Vec<Colleague> = known.collect();
    days.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
    days
}

/// A day on its page.
struct Whole<'a> {
    app: &'a App,
    page: &'a Page,
    id: Uuid,
    day: &'a Day,
    colleagues: &'a [Colleague],
    fields: &'a Fields,
    wrong: &'a [(&'static str, &'static str)],
}

impl Whole<'_> {
    fn text(&self, key: &str) -> String {
        self.page.text(key)
    }

    fn page(
        &self,
        rows: &[Markup],
        waiting: &[(Slot, Uuid, Arc<Appointment>)],
        (kept, did): (&Markup, &str),
    ) -> Markup {
        let Whole { app, page, day, .. } = self;
        let (date, now) = (date_of(day.date), app.kinds.store.now());
        let shown =
            date.and_then(|date| app.calendar.start_of(date)).map_or_else(String::new, |at| day_of(app, page, at));
        let date = date.map_or_else(String::new, |date| date.to_string());
        let is_known = ["away", "back", "given", "released", "protected-moved"].contains(&did);
        html! {
            (errors(page, self.wrong))
            (parts::back(&format!("/desk/calendar?date={date}&unit={}", day.unit), &self.text("calendar-title")))
            @if is_known { (parts::done(&html! { (self.text(&format!("day-did-{did}"))) }, &html! {})) }
            div.listhead { h1 { (staff_name(page, day.actor.id())) } p.listhead__n { (shown) } }
            @if !waiting.is_empty() {
                section aria-labelledby="replace" {
                    h2 #replace { (self.text("kind-day")) }
                    p { (self.text("day-replace-hint")) }
                    ol.rows { @for (slot, id, it) in waiting { (self.waits(slot, *id, it)) } }
                }
            }
            @if !day.absences.is_empty() {
                h2 { (self.text("day-absences")) }
                ul {
                    @for away in &day.absences {
                        li { (self.span(away)) " " span.quiet { (self.text(&format!("day-what-{}", away.what))) } }
                    }
                }
                @if now < day.ends_at && day.absences.iter().any(|it| now < it.to) {
                    form method="post" action=(format!("/desk/days/{}/back", self.id)) {
                        (self.key())
                        button.btn.btn--second #back type="submit" { (self.text(if day.absences.iter().any(|it| it.from <= now) { "day-back" } else { "day-stay" })) }
                    }
                }
            }
            (kept)
            h2 { (self.text("day-times")) }
            @if rows.is_empty() { p { (self.text("calendar-empty")) } }
            ol.day__times { @for row in rows { (row) } }
            @if now < day.ends_at && !day.is_closed { (self.leave()) }
        }
    }

    /// The clock times of an absence.
    fn span(&self, away: &Stretch) -> String {
        let start = date_of(self.day.date).and_then(|date| self.app.calendar.start_of(date));
        match (start == Some(away.from), away.to == self.day.ends_at) {
            (true, true) => self.text("day-whole"),
            (_, true) => format!("{}–", numbers::clock(away.from)),
            (_, false) => format!("{}–{}", numbers::clock(away.from), numbers::clock(away.to)),
        }
    }

    fn key(&self) -> Markup {
        html! { input type="hidden" name="client_id" value=(self.app.sessions.unguessable()); }
    }

    /// An appointment that nobody can meet, and the ways on.
    fn waits(&self, slot: &Slot, id: Uuid, it: &Appointment) -> Markup {
        let now = self.app.kinds.store.now();
        let is_free = |(_, _, day): &&Colleague| !day.is_closed && day.obstacle(slot, id, now).is_none();
        let free: Vec<&Colleague> = self.colleagues.iter().filter(is_free).collect();
        let (wanted, when) = (&it.booking.wanted, &it.booking.when);
        let contact = wanted.contact.map_or_else(String::new, |id| format!("&contact={id}"));
        html! {
            li.row {
                p.row__name { a href=(format!("/desk/appointments/{id}")) { (numbers::clock(when.from)) "–" (numbers::clock(when.to)) " " (receipt(id)) } }
                p.row__meta { (name(self.app, self.page, it)) ", " (way_name(self.page, wanted.way)) }
                div.acts {
                    a.btn.btn--second.btn--small role="button" href=(format!("/book/{}?kind={}&way={}&move={id}{contact}",
                        it.booking.calendar, wanted.kind, wanted.way.0.code())) { (self.text("bookings-move")) span.hidden { " " (receipt(id)) } }
                    @if !free.is_empty() {
                        form.day__give method="post" action=(format!("/desk/days/{}/give", self.id)) {
                            (self.key())
                            input type="hidden" name="appointment" value=(id);
                            label.hidden for=(format!("other-{id}")) { (self.text("day-stand-in")) " " (receipt(id)) }
                            select.field id=(format!("other-{id}")) name="other" {
                                option value="" { (self.text("desk-choose")) }
                                @for (name, day, _) in free { option value=(day) { (name) } }
                            }
                            button.btn.btn--second.btn--small type="submit" { (self.text("day-give")) }
                        }
                    }
                }
            }
        }
    }

    /// The form that enters an absence. The appointments that it would leave are known by what the page shows.
    fn leave(&self) -> Markup {
        let fields = self.fields;
        let wrong = |field: &str| self.wrong.iter().find(|(_, it)| *it == field).map(|(key, _)| *key);
        let seen: Vec<String> = taken(self.day).iter().map(Uuid::to_string).collect();
        html! {
            details.fold open[!self.wrong.is_empty()] {
                summary { (self.text("day-leave")) }
                div.fold__in {
                    form #leave method="post" action=(format!("/desk/days/{}/leave", self.id)) autocomplete="off" {
                        (self.key())
                        input type="hidden" name="seen" value=(seen.join(" "));
                        p.hint #leave-hint { (self.text("day-leave-hint")) }
                        @for (id, given) in [("from", &fields.from), ("to", &fields.to)] {
                            div.asked.asked--wrong[wrong(id).is_some()] {
                                label for=(id) { (self.text(&format!("day-{id}"))) }
                                @if let Some(key) = wrong(id) { p.error id=(format!("{id}-error")) { (self.text(key)) } }
                                input.field.day-input type="time" id=(id) name=(id) value=(given) aria-describedby="leave-hint";
                            }
                        }
                        (self.choice("what", "day-what", ABSENCES.iter().map(|it| (self.text(&format!("day-what-{it}")), (*it).to_string())), &fields.what))
                        @if !self.colleagues.is_empty() {
                            (self.choice("other", "day-stand-in", self.colleagues.iter().map(|(name, day, _)| (name.clone(), day.to_string())), &fields.other))
                        }
                        button.btn type="submit" { (self.text("day-leave-now")) }
                    }
                }
            }
        }
    }

    fn choice(&self, id: &str, label: &str, options: impl Iterator<Item = (String, String)>, given: &str) -> Markup {
        let wrong = self.wrong.iter().find(|(_, it)| *it == id).map(|(key, _)| *key);
        html! {
            div.asked.asked--wrong[wrong.is_some()] {
                label for=(id) { (self.text(label)) }
                @if let Some(key) = wrong { p.error id=(format!("{id}-error")) { (self.text(key)) } }
                select.field id=(id) name=(id) {
                    option value="" { (self.text(if id == "other" { "day-nobody" } else { "desk-choose" })) }
                    @for (name, value) in options { option value=(value) selected[value == given] { (name) } }
                }
            }
        }
    }
}

/// Appointments and gatherings that have a time of a day.
fn taken(day: &Day) -> BTreeSet<Uuid> {
    let taken = |stands: &Stands| if let Stands::Taken { matter } = stands { Some(*matter) } else { None };
    day.times.values().filter_map(|time| taken(&time.stands)).collect()
}

/// `POST /desk/days/{id}/{act}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let Form(fields) = given.unwrap_or_default();
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return failed(&page, &failure),
    };
    let wrong = match done(&app, &caller, &person, (&path, &verb), &fields).await {
        Ok(did) => return see_other(&format!("/desk/days/{path}?did={did}")),
        Err(Unsaid::Wrong(wrong)) => wrong,
        Err(Unsaid::Failed(failure)) => match failure.code {
            "unseen" => ("day-wrong-unseen", "from"),
            "away" | "taken" | "held" | "protected" => ("day-wrong-other", "other"),
            "over" | "not_now" | "not_there" => ("day-wrong-over", "from"),
            "busy" | "unknown" => ("wrong-later", "from"),
            _ => return failed(&page, &failure),
        },
    };
    shown(&app, &page, &path, Ok(caller), ("", &fields, &[wrong])).await
}

async fn done(
    app: &App,
    caller: &Caller,
    person: &Person,
    (path, verb): (&str, &str),
    fields: &Fields,
) -> Result<&'static str, Unsaid> {
    let (id, day) = app.at_desk(&app.kinds.days, caller, path, Action::Handle).await?;
    let (by, now) = (person.by(), app.kinds.store.now());
    let key = key(app, verb, &fields.client_id)?;
    let other = match fields.other.as_str() {
        "" => None,
        given => Some(given.parse::<Uuid>().map_err(|_| Unsaid::Wrong(("day-wrong-other", "other")))?),
    };
    // A stand-in is one of the unit, with a day of their own.
    if let Some(other) = other {
        app.guarded(&app.kinds.days, caller, other, Action::Handle).await?;
    }
    match verb {
        "leave" => {
            let date = date_of(day.date).ok_or_else(Failure::not_found)?;
            let (from, to) = (clock(app, date, &fields.from, "from")?, clock(app, date, &fields.to, "to")?);
            let from = from.or_else(|| app.calendar.start_of(date)).unwrap_or(now);
            let to = to.unwrap_or(day.ends_at);
            if to <= from {
                return Err(Unsaid::Wrong(("day-wrong-to", "to")));
            }
            let Some(what) = ABSENCES.iter().find(|it| **it == fields.what) else {
                return Err(Unsaid::Wrong(("day-wrong-what", "what")));
            };
            let seen = fields.seen.split_whitespace().filter_map(|id| id.parse().ok()).collect();
            let away = Stretch { from, to, what: (*what).into() };
            app.kinds.absent(id, (away, seen, other), (&by, &key)).await.map_err(Failure::from)?;
            Ok("away")
        }
        "back" => {
            app.kinds.days.ask(id, Command::Return { at: now }, &by, &key, 0).await.map_err(Failure::from)?;
            Ok("back")
        }
        "give" => {
            let appointment: Uuid = fields.appointment.parse().map_err(|_| Failure::not_found())?;
            let other = other.ok_or(Unsaid::Wrong(("day-wrong-other", "other")))?;
            app.guarded(&app.kinds.appointments, caller, appointment, Action::Handle).await?;
            app.kinds.stand_in(appointment, other, (&by, &key)).await.map_err(Failure::from)?;
            Ok("given")
        }
        _ => Err(Failure::not_found().into()),
    }
}

/// A clock time of a day as a form gives it; none: it gives none.
pub(super) fn clock(app: &App, date: Date, given: &str, field: &'static str) -> Result<Option<i64>, Unsaid> {
    if given.is_empty() {
        return Ok(None);
    }
    // As people write it, `9.30`, and as browsers send it, `09:30`.
    let (hour, minute) = given.trim().split_once(['.', ':']).unwrap_or((given.trim(), "0"));
    let at = hour.parse().ok().zip(minute.parse().ok()).and_then(|(hour, minute)| Clock::new(hour, minute, 0, 0).ok());
    let at = at.and_then(|at| date.to_datetime(at).to_zoned(app.calendar.zone.clone()).ok());
    at.map(|at| Some(at.timestamp().as_microsecond())).ok_or(Unsaid::Wrong(("day-wrong-clock", field)))
}
