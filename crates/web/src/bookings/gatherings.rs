//! Gatherings with seats: residents book a seat and give it up, or wait for one; professionals see who comes and mark who came.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{CancelReason, Code, Modality};
use kinds::NewAppointment;
use matter::access::{Action, Role};
use matter::{Matter, Rights, Standing};
use maud::{Markup, html};
use operations::bookings::Way;
use operations::bookings::appointments::{Appointment, Command as OfAppointment, Wanted};
use operations::bookings::calendar::Timetable;
use operations::bookings::flow::Place;
use operations::bookings::gatherings::{Command, Gathering};
use operations::bookings::wishes::{Command as Wished, Made};
use serde::Deserialize;
use uuid::Uuid;

use super::desk::named;
use super::own::{stage, turn};
use super::times::{Booker, Wish, booker};
use super::{day_of, titled, until, way_name};
use crate::App;
use crate::answer::{Failure, told};
use crate::caller::Caller;
use crate::contact::see_other;
use crate::desk::{staff_name, unit_name};
use crate::form::{Did, key};
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::listing::InList;
use crate::numbers;
use crate::parts::{self, Turn, tag};

/// Gatherings of a calendar that are shown at once.
const FIRST: usize = 8;

impl InList for Gathering {
    fn kind(&self) -> &'static str {
        Gathering::NAME
    }

    fn rights(&self) -> &'static Rights {
        &Gathering::RIGHTS
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn title(&self, app: &App, page: &Page) -> String {
        name(app, page, self)
    }

    fn icon(&self) -> &'static str {
        "people"
    }

    fn due(&self, _: &App) -> Option<i64> {
        Some(self.called.to)
    }

    fn age(&self, _: &App, page: &Page, _: i64) -> Markup {
        html! { span.due { (numbers::near_day(self.called.from, page.language)) } }
    }

    fn tags(&self, _: &App, page: &Page) -> Markup {
        html! { span { (numbers::clock(self.called.from)) } span { (seats(page, self)) } }
    }
}

/// The name of what it is a gathering of; of a calendar that is gone, its unit's.
fn name(app: &App, page: &Page, it: &Gathering) -> String {
    let timetable = app.kinds.timetables.get(&it.called.calendar);
    let kind = timetable.as_ref().and_then(|of| of.kinds.get(&*it.called.kind));
    kind.map_or_else(|| unit_name(page, &it.called.unit), |kind| kind.name.of(page.language.code()).to_string())
}

fn seats(page: &Page, it: &Gathering) -> String {
    let (free, all) = (it.free().to_string(), it.called.seats[1].to_string());
    page.language.text_with("gathering-free", &[("free", &free), ("all", &all)])
}

fn moment(app: &App, page: &Page, it: &Gathering) -> String {
    let (from, to) = (it.called.from, it.called.to);
    format!("{} {}–{}", day_of(app, page, from), numbers::clock(from), numbers::clock(to))
}

/// The gatherings of a calendar with their free seats, on the page of its times.
pub fn offered(app: &App, page: &Page, timetable: &Timetable, wish: &Wish, booker: Option<&Booker>) -> Markup {
    let mut all = app.kinds.gatherings_of(&timetable.id);
    all.retain(|(_, it)| wish.moves.is_empty() || *it.called.kind == *wish.kind);
    if booker.is_none_or(|it| !it.is_staff) {
        all.retain(|(_, it)| timetable.is_in_time(it.called.from, app.kinds.store.now(), app.calendar));
    }
    html! {
        @if !all.is_empty() {
            section aria-labelledby="gatherings" {
                h2 #gatherings { (page.text("gathering-title")) }
                ol.rows { @for one in all.iter().take(FIRST) { (offer(app, page, timetable, wish, one)) } }
                @if all.len() > FIRST {
                    details.fold {
                        summary { (page.language.text_with("gathering-more", &[("count", &(all.len() - FIRST).to_string())])) }
                        ol.rows { @for one in all.iter().skip(FIRST) { (offer(app, page, timetable, wish, one)) } }
                    }
                }
            }
        }
    }
}

fn offer(app: &App, page: &Page, timetable: &Timetable, wish: &Wish, (id, it): &(Uuid, Arc<Gathering>)) -> Markup {
    let (contact, moves) = (escape(&wish.contact), escape(&wish.moves));
    let to = format!("/book/{}/seat/{id}?contact={contact}&move={moves}", timetable.id);
    let free = match it.free() {
        0 => tag(Turn::Waits, &page.text("gathering-full")),
        _ => html! { (seats(page, it)) },
    };
    parts::row(&to, &moment(app, page, it), &[html! { (name(app, page, it)) }, free])
}

/// Fields of the page of a seat.
#[derive(Deserialize, Default)]
pub struct Chosen {
    #[serde(default)]
    contact: String,
    #[serde(default, rename = "move")]
    moves: String,
    #[serde(default)]
    way: String,
    /// The id that the appointment, or the wish, is to have: pressed twice, it is done once.
    #[serde(default)]
    id: String,
    #[serde(default)]
    wait: String,
    #[serde(default)]
    wrong: String,
}

struct Asked {
    timetable: Arc<Timetable>,
    booker: Booker,
    id: Uuid,
    it: Arc<Gathering>,
}

/// A gathering and the one who wants a seat; none: they have not signed in.
async fn asked(
    app: &App,
    caller: Result<Caller, Failure>,
    (calendar, id): (&str, &str),
    chosen: &Chosen,
) -> Result<Option<Asked>, Failure> {
    let caller = caller?;
    let Some(booker) = booker(app, &caller, (&chosen.contact, &chosen.moves)).await? else { return Ok(None) };
    let timetable = app.kinds.timetables.get(calendar).filter(|it| it.is_open_to(&booker.words()));
    let timetable = timetable.ok_or_else(Failure::not_found)?;
    let id: Uuid = id.parse().map_err(|_| Failure::not_found())?;
    let it = app.kinds.gatherings.look(|all| all.get(id)).filter(|it| *it.called.calendar == *timetable.id);
    let it = it.ok_or_else(Failure::not_found)?;
    if !chosen.moves.is_empty() {
        let moved = chosen.moves.parse().map_err(|_| Failure::not_found())?;
        let moved = app.guarded(&app.kinds.appointments, &caller, moved, Action::Write).await?;
        if *moved.booking.calendar != *timetable.id || moved.booking.wanted.kind != it.called.kind {
            return Err(Failure::not_found());
        }
    }
    Ok(Some(Asked { timetable, booker, id, it }))
}

/// `GET /book/{calendar}/seat/{gathering}`: a seat before it is booked, or the way on where all are taken.
pub async fn seat(
    State(app): State<Arc<App>>,
    page: Page,
    Path((calendar, id)): Path<(String, String)>,
    Query(chosen): Query<Chosen>,
    caller: Result<Caller, Failure>,
) -> Response {
    match asked(&app, caller, (&calendar, &id), &chosen).await {
        Ok(Some(asked)) => shown(&app, &page, &asked, &chosen),
        Ok(None) => see_other(&format!("/sign-in?to={}", escape(&format!("/book/{calendar}/seat/{id}")))),
        Err(failure) => failed(&page, &failure),
    }
}

fn shown(app: &App, page: &Page, Asked { timetable, booker, id, it }: &Asked, chosen: &Chosen) -> Response {
    let now = app.kinds.store.now();
    let terms = timetable.terms(it.called.from, now, app.calendar);
    let is_full = it.free() == 0;
    let can_wait = is_full && timetable.book.wait.is_some() && chosen.moves.is_empty() && !booker.is_staff;
    let waiting = app.kinds.waiting_for(*id);
    let own = waiting.iter().position(|(_, wish)| wish.made.subject == booker.subject && booker.subject.is_some());
    let title = page.text(match (is_full, chosen.moves.is_empty()) {
        (true, _) => "gathering-full-title",
        (false, true) => "bookings-confirm",
        (false, false) => "bookings-confirm-move",
    });
    let place = app.kinds.days.look(|days| days.get(it.called.day));
    let place = place.and_then(|day| day.times.get(&it.called.slot).and_then(|time| time.slot.place.clone()));
    let content = html! {
        (parts::back(&format!("/book/{}?contact={}&move={}", timetable.id, escape(&chosen.contact), escape(&chosen.moves)), &page.text("bookings-other-time")))
        @if let Some(key) = ["taken", "enough", "late", "later"].iter().find(|it| **it == chosen.wrong) {
            (parts::not_done(&html! { (page.text(&if *key == "taken" { "gathering-wrong-taken".into() } else if *key == "later" { "wrong-later".to_string() } else { format!("bookings-wrong-{key}") })) }))
        }
        h1 { (title) }
        dl.facts {
            div { dt { (page.text("bookings-when")) } dd { (moment(app, page, it)) } }
            div { dt { (page.text("bookings-what")) } dd { (timetable.name.of(page.language.code())) ", " (name(app, page, it)) } }
            div { dt { (page.text("bookings-where")) } dd { (unit_name(page, &it.called.unit)) @if let Some(place) = place { ", " (place) } } }
            @if let Some(professional) = it.called.actor.professional() {
                div { dt { (page.text("bookings-with")) } dd { (staff_name(page, professional)) } }
            }
            div { dt { (page.text("gathering-seats")) } dd { (seats(page, it)) } }
        }
        form #work .letter method="post" action=(format!("/book/{}/seat/{id}", timetable.id)) autocomplete="off" {
            input type="hidden" name="contact" value=(chosen.contact);
            input type="hidden" name="move" value=(chosen.moves);
            input type="hidden" name="id" value=(app.kinds.new_appointment());
            @match (is_full, own) {
                (true, Some(place)) => {
                    p { (page.language.text_with("gathering-waits", &[("place", &(place + 1).to_string())])) }
                    p { a href=(format!("/matters/{}", waiting[place].0)) { (page.text("gathering-own-wish")) } }
                }
                (true, None) if can_wait => {
                    p { (page.language.text_count("gathering-waiting", waiting.len(), &waiting.len().to_string())) " " (page.text("gathering-wait-hint")) }
                    input type="hidden" name="wait" value="1";
                    button.btn #wait type="submit" { (page.text("gathering-wait")) }
                }
                (true, None) => { p { (page.text("gathering-full-other")) } }
                (false, _) => {
                    p { (page.text("gathering-names")) }
                    p { (until(page, terms.cancel_by, now)) }
                    @if it.called.ways.len() > 1 && chosen.moves.is_empty() {
                        div.asked {
                            label for="way" { (page.text("bookings-way")) }
                            select.field #way name="way" { @for way in &it.called.ways { option value=(way.0.code()) { (way_name(page, *way)) } } }
                        }
                    }
                    button.btn #book type="submit" { (page.text(if chosen.moves.is_empty() { "gathering-book" } else { "bookings-move-here" })) }
                }
            }
        }
    };
    page.render_form("work", StatusCode::OK, &titled(page, &title, it.called.from), &content)
}

/// `POST /book/{calendar}/seat/{gathering}`.
pub async fn take(
    State(app): State<Arc<App>>,
    page: Page,
    Path((calendar, path)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Chosen>, FormRejection>,
) -> Response {
    let Ok(Form(chosen)) = form else { return missing(&page) };
    let asked = match asked(&app, caller, (&calendar, &path), &chosen).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return see_other(&format!("/sign-in?to={}", escape(&format!("/book/{calendar}/seat/{path}")))),
        Err(failure) => return failed(&page, &failure),
    };
    let Ok(new) = chosen.id.parse::<Uuid>() else { return missing(&page) };
    let done = match (chosen.wait.is_empty(), chosen.moves.parse::<Uuid>()) {
        (false, _) => waits(&app, &asked, new).await.map(|()| (new, "wished")),
        (true, Ok(moved)) => {
            let (places, by) = (vec![Place::Seat(asked.id)], (&asked.booker.by, new.to_string()));
            let done = app.kinds.reschedule(moved, places, Arc::clone(&asked.timetable), (by.0, &by.1)).await;
            done.map(|_| (moved, "moved")).map_err(Failure::from)
        }
        (true, Err(_)) => booked(&app, &asked, new, &chosen.way).await.map(|()| (new, "booked")),
    };
    match done {
        Ok((id, did)) => {
            let is_staff = asked.booker.is_staff;
            see_other(&format!("{}/{id}?did={did}", if is_staff { "/desk/appointments" } else { "/matters" }))
        }
        Err(failure) => {
            let wrong = match failure.code {
                "full" | "over" | "not_there" => "taken",
                "enough" => "enough",
                "late" => "late",
                "busy" | "unknown" => "later",
                _ => return failed(&page, &failure),
            };
            let (contact, moves) = (escape(&chosen.contact), escape(&chosen.moves));
            see_other(&format!("/book/{calendar}/seat/{path}?contact={contact}&move={moves}&wrong={wrong}"))
        }
    }
}

async fn booked(app: &App, Asked { timetable, booker, id, it }: &Asked, new: Uuid, way: &str) -> Result<(), Failure> {
    let way =
        Modality::named(way).map(Way).filter(|way| it.called.ways.contains(way)).or(it.called.ways.first().copied());
    let wanted = Wanted {
        subject: booker.subject,
        kind: it.called.kind.clone(),
        way: way.ok_or_else(Failure::not_found)?,
        channel: booker.channel,
        contact: booker.contact,
        assessment: None,
        enrolment: None,
        needs: Vec::new(),
    };
    let new_one = NewAppointment { wanted, places: vec![Place::Seat(*id)], note: None, words: booker.words.clone() };
    app.kinds.book(new, new_one, Arc::clone(timetable), &booker.by).await?;
    Ok(())
}

async fn waits(app: &App, Asked { booker, id, it, .. }: &Asked, new: Uuid) -> Result<(), Failure> {
    let subject = booker.subject.filter(|_| !booker.is_staff).ok_or_else(Failure::not_found)?;
    let known = app.kinds.waiting_for(*id).iter().any(|(_, wish)| wish.made.subject == Some(subject));
    if known {
        return Err(Failure::refused("not_there", "They wait already."));
    }
    let made = Made {
        subject: Some(subject),
        unit: it.called.unit.clone(),
        calendar: it.called.calendar.clone(),
        kinds: vec![it.called.kind.clone()],
        days: Vec::new(),
        ways: Vec::new(),
        places: Vec::new(),
        hours: [0, 23],
        earliest: 0,
        until: it.called.from,
        guarantee: None,
        instead_of: None,
        gathering: Some(*id),
    };
    app.kinds.wishes.ask(new, Wished::Make(made), &booker.by, &new.to_string(), 0).await?;
    app.kinds.offer_times().await;
    Ok(())
}

/// `GET /desk/gatherings/{id}`: who comes, and who came.
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
        let caller = caller?;
        let (id, it) = app.at_desk(&app.kinds.gatherings, &caller, &path, Action::Read).await?;
        let mut seats = Vec::new();
        for (number, seat) in &it.seats {
            let read = app.kinds.appointments.read(seat.appointment).await.map_err(|error| Failure::away(&error))?;
            let who = match &read {
                Some(one) if app.may_still(&caller, seat.appointment, Action::Read, one) => {
                    Some(named(&app, &caller, seat.appointment, one).await?)
                }
                _ => None,
            };
            seats.push((*number, seat.appointment, seat.came, read.zip(who)));
        }
        Ok((id, it, seats))
    };
    match read.await {
        Ok((id, it, seats)) => {
            let content = whole(&app, &page, (id, &it), &seats, &did.did);
            page.render(StatusCode::OK, &titled(&page, &name(&app, &page, &it), it.called.from), &content)
        }
        Err(failure) => failed(&page, &failure),
    }
}

/// A seat: its number, its appointment, whether its person came, and who they are; none: it is kept for somebody to whom it is
/// offered.
type Taken = (u16, Uuid, Option<bool>, Option<(Arc<Appointment>, String)>);

fn whole(app: &App, page: &Page, (id, it): (Uuid, &Gathering), seats_taken: &[Taken], did: &str) -> Markup {
    let now = app.kinds.store.now();
    let (has_begun, is_over) = (it.called.from <= now, it.is_over());
    let is_known = ["marked", "freed", "held", "not-held", "otherwise"].contains(&did);
    let date = app.calendar.local_date(it.called.from).map(|date| date.to_string()).unwrap_or_default();
    let (turn_now, standing) = match it.held {
        Some(false) => (Turn::Cut, "gathering-not-held"),
        _ if it.is_closed => (Turn::Done, "gathering-closed"),
        Some(true) if has_begun => (Turn::Now, "gathering-begun"),
        Some(true) => (Turn::Agreed, "gathering-held"),
        None => (Turn::Waits, "gathering-undecided"),
    };
    let waiting = app.kinds.waiting_for(id).len();
    let key = html! { input type="hidden" name="client_id" value=(app.sessions.unguessable()); };
    let decided = numbers::short_moment(it.called.decide_at, page.language);
    html! {
        (parts::back(&format!("/desk/calendar?date={date}&unit={}", it.called.unit), &page.text("calendar-title")))
        @if is_known { (parts::done(&html! { (page.text(&format!("gathering-did-{did}"))) }, &html! {})) }
        div.band {
            h1 { (name(app, page, it)) }
            span { strong { (moment(app, page, it)) } }
            @if let Some(professional) = it.called.actor.professional() { span { (staff_name(page, professional)) } }
        }
        (parts::standing(turn_now, &html! {
            (page.language.text_with(standing, &[("time", &decided), ("least", &it.called.seats[0].to_string())])) ". " (seats(page, it)) "."
        }))
        @if waiting > 0 { p { (page.language.text_count("gathering-waiting", waiting, &waiting.to_string())) } }
        section aria-labelledby="who" {
            h2 #who { (page.text("gathering-who")) }
            @if seats_taken.is_empty() { p { (page.text("gathering-nobody")) } }
            ol.rows {
                @for (number, appointment, came, who) in seats_taken {
                    li.row {
                        p.row__name {
                            @match who {
                                Some((_, name)) => { a href=(format!("/desk/appointments/{appointment}")) { (name) } }
                                None => { (page.text("gathering-offered")) }
                            }
                        }
                        p.row__meta {
                            span { (page.language.text_with("gathering-seat", &[("number", &number.to_string())])) }
                            @if let Some((one, _)) = who { span { (tag(turn(one), &page.text(&format!("appointment-{}", stage(one))))) } }
                        }
                        @if let (Some((_, name)), false) = (who, is_over) {
                            form.acts method="post" action=(format!("/desk/gatherings/{id}/came")) {
                                (key)
                                input type="hidden" name="seat" value=(number);
                                @if has_begun {
                                    @if *came != Some(true) {
                                        button.btn.btn--small type="submit" { (page.text("gathering-came")) span.hidden { ": " (name) } }
                                    }
                                    @if came.is_none() {
                                        button.btn.btn--second.btn--small type="submit" formaction=(format!("/desk/gatherings/{id}/missed")) { (page.text("gathering-missed")) span.hidden { ": " (name) } }
                                    }
                                } @else {
                                    button.btn.btn--second.btn--small type="submit" formaction=(format!("/desk/gatherings/{id}/free")) { (page.text("gathering-give-up")) span.hidden { ": " (name) } }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if it.held.is_none() && !is_over {
            form.acts method="post" action=(format!("/desk/gatherings/{id}/held")) {
                (key)
                button.btn.btn--second type="submit" { (page.text("gathering-hold")) }
            }
            details.fold {
                summary { (page.text("gathering-call-off")) }
                div.fold__in {
                    form method="post" action=(format!("/desk/gatherings/{id}/not-held")) {
                        (key)
                        p { (page.language.text_count("gathering-call-off-hint", seats_taken.len(), &seats_taken.len().to_string())) }
                        button.btn.btn--drop type="submit" { (page.text("gathering-call-off-now")) }
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
    seat: u16,
}

/// `POST /desk/gatherings/{id}/{act}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let Ok(Form(fields)) = given else { return missing(&page) };
    if person.role == Role::Resident {
        return missing(&page);
    }
    let done = async {
        let caller = caller?;
        let (id, it) = app.at_desk(&app.kinds.gatherings, &caller, &path, Action::Handle).await?;
        let key = key(&app, &format!("{verb}/{}", fields.seat), &fields.client_id)?;
        let (seat, by) = (fields.seat, person.by());
        let (command, did) = match verb.as_str() {
            "came" => (Command::Mark { seat, came: true }, "marked"),
            "missed" => (Command::Mark { seat, came: false }, "marked"),
            "held" => (Command::Decide { held: Some(true) }, "held"),
            "not-held" => (Command::Decide { held: Some(false) }, "not-held"),
            "free" => {
                let taken = it.seats.get(&seat).ok_or_else(|| Failure::refused("not_there", "Nobody has the seat."))?;
                let taken = taken.appointment;
                app.guarded(&app.kinds.appointments, &caller, taken, Action::Handle).await?;
                let cancel = OfAppointment::Cancel { why: CancelReason::Other, notified_at: None };
                app.kinds.appointments.ask(taken, cancel, &by, &key, 0).await?;
                app.kinds.offer_times().await;
                return Ok("freed");
            }
            _ => return Err(Failure::not_found()),
        };
        app.kinds.gatherings.ask(id, command, &by, &key, 0).await?;
        Ok(did)
    };
    match done.await {
        Ok(did) => see_other(&format!("/desk/gatherings/{path}?did={did}")),
        // It stands otherwise meanwhile: the page says how.
        Err(failure) if failure.status == StatusCode::CONFLICT => match &failure.refused {
            Some(refused) if refused.code != "over" => {
                let content = html! {
                    (parts::back(&format!("/desk/gatherings/{path}"), &page.text("gathering-title")))
                    (parts::not_done(&html! { (told(refused, page.language)) }))
                };
                page.render(StatusCode::CONFLICT, &page.text("gathering-title"), &content)
            }
            _ => see_other(&format!("/desk/gatherings/{path}?did=otherwise")),
        },
        Err(failure) => failed(&page, &failure),
    }
}
