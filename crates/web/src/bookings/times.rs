//! The calendars that somebody can book in, and the times that are free in one.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Channel, Code, Modality};
use jiff::civil::Date;
use matter::access::{Action, Role};
use matter::{By, Subject};
use maud::{Markup, html};
use operations::bookings::Way;
use operations::bookings::calendar::Timetable;
use operations::bookings::days::{Day, Found, Sought};
use serde::Deserialize;
use uuid::Uuid;

use super::{day_of, gatherings, walk_in, way_name, wishes};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::desk::unit_name;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::numbers;
use crate::parts::{self, row};

/// Times on a page, and those among which they are found: several people may have the same.
const SHOWN: usize = 48;
const FOUND: usize = 600;

/// The filters of a page of times, and for whom it is.
#[derive(Deserialize, Default, Clone)]
pub struct Wish {
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub way: String,
    /// At which of a calendar's units; empty: at any.
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub language: String,
    /// From which local day on.
    #[serde(default)]
    pub from: String,
    /// The contact, or the visit before, for whose resident a professional books.
    #[serde(default)]
    pub contact: String,
    /// The appointment that is moved.
    #[serde(default, rename = "move")]
    pub moves: String,
    /// Why the page is shown again.
    #[serde(default)]
    pub wrong: String,
    /// From which instant on a further page is, in microseconds since 1970.
    #[serde(default)]
    pub after: String,
    /// A text that was typed for a time that cannot be had: it goes along to the next. No address has it.
    #[serde(skip)]
    pub text: String,
}

/// The one who books, and for whom.
pub struct Booker {
    pub by: By,
    pub subject: Option<Subject>,
    pub contact: Option<Uuid>,
    pub is_staff: bool,
    pub channel: Channel,
    /// Words by which calendars know them.
    pub words: Vec<String>,
}

impl Booker {
    pub fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }
}

/// The caller as one who books; none: a visitor who has not signed in, to whom the times of residents are shown. `contact`:
/// for whose resident a professional does, a contact or a visit before; `moves`: the appointment that is moved.
pub async fn booker(app: &App, caller: &Caller, (contact, moves): (&str, &str)) -> Result<Option<Booker>, Failure> {
    let Some(person) = &caller.person else { return Ok(None) };
    if let Some(subject) = person.subject() {
        let (by, words) = (person.by(), vec!["resident".to_string()]);
        return Ok(Some(Booker {
            by,
            subject: Some(subject),
            contact: None,
            is_staff: false,
            channel: Channel::Form,
            words,
        }));
    }
    if ![Role::Professional, Role::Lead].contains(&person.role) {
        return Err(Failure::not_found());
    }
    let (contact, subject, channel) = match (contact.parse::<Uuid>(), moves.parse::<Uuid>()) {
        (Ok(id), _) if app.kinds.appointments.read(id).await.is_ok_and(|it| it.is_some()) => {
            let it = app.guarded(&app.kinds.appointments, caller, id, Action::Handle).await?;
            (it.booking.wanted.contact, it.booking.wanted.subject, it.booking.wanted.channel)
        }
        (Ok(id), _) => {
            let it = app.guarded(&app.kinds.contacts, caller, id, Action::Handle).await?;
            (Some(id), it.subject, it.channel)
        }
        (Err(_), Ok(id)) if contact.is_empty() => {
            let it = app.guarded(&app.kinds.appointments, caller, id, Action::Handle).await?;
            (None, it.booking.wanted.subject, it.booking.wanted.channel)
        }
        _ => return Err(Failure::not_found()),
    };
    let words = staff_words(app, person);
    Ok(Some(Booker { by: person.by(), subject, contact, is_staff: true, channel, words }))
}

/// Words by which a professional is known to calendars: their role, and their profession.
pub fn staff_words(app: &App, person: &Person) -> Vec<String> {
    let profession = app.profession(&person.id).map(Code::code);
    [person.role.code()].into_iter().chain(profession).map(|word| format!("role:{word}")).collect()
}

/// `GET /book`: the calendars in which one can book, each with its first free time.
pub async fn all(
    State(app): State<Arc<App>>,
    page: Page,
    Query(wish): Query<Wish>,
    caller: Result<Caller, Failure>,
) -> Response {
    let booker = match caller {
        Ok(caller) => booker(&app, &caller, (&wish.contact, &wish.moves)).await,
        Err(failure) => Err(failure),
    };
    let booker = match booker {
        Ok(booker) => booker,
        Err(failure) => return failed(&page, &failure),
    };
    let words = booker.as_ref().map_or_else(|| vec!["resident"], Booker::words);
    let content = html! {
        h1 { (page.text("bookings-title")) }
        @let open = first_free(&app, &words);
        @if open.is_empty() { p { (page.text("bookings-no-calendars")) } }
        ol.rows {
            @for (timetable, first) in open {
                @let to = page.link_to(&format!("/book/{}", timetable.id), &[("wrong", "")]);
                @let first = match first {
                    Some(at) => page.language.text_with("home-first", &[("time", &numbers::short_moment(at, page.language))]),
                    None => page.text("bookings-none"),
                };
                (row(&to, timetable.name.of(page.language.code()), &[html! { (first) }, html! { (unit_name(&page, &timetable.unit)) }]))
            }
        }
        @if booker.as_ref().is_none_or(|it| !it.is_staff) { (walk_in::rows(&app, &page)) }
        (other_ways(&page, booker.as_ref()))
    };
    page.render(StatusCode::OK, &page.text("bookings-title"), &content)
}

/// The calendars in which somebody with these words can book, each with the first free time that they can still have.
pub fn first_free(app: &App, words: &[&str]) -> Vec<(Arc<Timetable>, Option<i64>)> {
    let all = app.kinds.timetables.all();
    let open = all.values().filter(|timetable| timetable.is_open_to(words));
    // Professionals book at any time before it.
    let can_have = |timetable: &Timetable, from: i64| {
        words != ["resident"] || timetable.is_in_time(from, app.kinds.store.now(), app.calendar)
    };
    let first = |timetable: &Timetable| {
        let sought = Sought { calendar: &timetable.id, one_each: true, ..Sought::default() };
        let seat = || app.kinds.gatherings_of(&timetable.id).into_iter().find(|(_, it)| it.free() > 0);
        let mut free = app.kinds.free(&sought, 0, FOUND).into_iter().map(|(found, _)| found.from);
        let time = free.find(|from| can_have(timetable, *from));
        [time, seat().map(|(_, it)| it.called.from)].into_iter().flatten().min()
    };
    open.map(|timetable| (Arc::clone(timetable), first(timetable))).collect()
}

/// `GET /book/{calendar}`: the free times of a calendar, by day.
pub async fn times(
    State(app): State<Arc<App>>,
    page: Page,
    Path(calendar): Path<String>,
    Query(mut wish): Query<Wish>,
    caller: Result<Caller, Failure>,
) -> Response {
    let booker = async {
        let caller = caller?;
        // An appointment is moved as it is: its kind and way stay.
        if !wish.moves.is_empty() {
            let id = wish.moves.parse().map_err(|_| Failure::not_found())?;
            let moved = app.guarded(&app.kinds.appointments, &caller, id, Action::Read).await?;
            wish.kind = moved.booking.wanted.kind.to_string();
            wish.way = moved.booking.wanted.way.0.code().into();
        }
        booker(&app, &caller, (&wish.contact, &wish.moves)).await
    };
    let booker = match booker.await {
        Ok(booker) => booker,
        Err(failure) => return failed(&page, &failure),
    };
    // A list to which one comes without a time is everybody's to know.
    if let Some(list) = app.kinds.timetables.get(&calendar).filter(|it| it.walk_in.is_some()) {
        return page.render(StatusCode::OK, list.name.of(page.language.code()), &walk_in::public(&app, &page, &list));
    }
    let words = booker.as_ref().map_or_else(|| vec!["resident"], Booker::words);
    let Some(timetable) = app.kinds.timetables.get(&calendar).filter(|it| it.is_open_to(&words)) else {
        return missing(&page);
    };
    let content = shown(&app, &page, &timetable, &wish, booker.as_ref());
    let title = format!("{} – {}", timetable.name.of(page.language.code()), page.text("bookings-title"));
    page.render(StatusCode::OK, &title, &content)
}

/// A day as it is written, and its times.
type OfDay<'a> = (String, Vec<&'a (Found, Arc<Day>)>);

/// The times of a calendar for the one who books.
pub fn shown(app: &App, page: &Page, timetable: &Timetable, wish: &Wish, booker: Option<&Booker>) -> Markup {
    // A seat is moved to another seat.
    let is_seat = !wish.moves.is_empty() && timetable.kinds.get(&wish.kind).is_some_and(|it| it.seats.is_some());
    let kinds = if is_seat { Vec::new() } else { single(page, timetable) };
    let kind = kinds.iter().find(|(id, _)| *id == wish.kind).or(kinds.first()).map(|(id, _)| *id);
    let ways = kind.and_then(|kind| timetable.kinds.get(kind)).map_or(&[][..], |kind| &kind.ways[..]);
    let way = Modality::named(&wish.way).map(Way).filter(|way| ways.contains(way)).or(ways.first().copied());
    let from = wish.from.parse::<Date>().ok().and_then(|day| app.calendar.start_of(day)).unwrap_or(0);
    let after = wish.after.parse::<i64>().unwrap_or(0);
    let language = Some(wish.language.as_str()).filter(|language| !language.is_empty());
    // A resident chooses a time that can still be booked, and whoever is free then; a professional sees who has it.
    let by_person = booker.is_some_and(|booker| booker.is_staff);
    let place = Some(wish.unit.as_str()).filter(|unit| timetable.units.iter().any(|it| **it == **unit));
    let sought = Sought { calendar: &timetable.id, kind, way, language, place, one_each: !by_person };
    let mut found = if kind.is_some() { app.kinds.free(&sought, from.max(after), FOUND) } else { Vec::new() };
    if !by_person {
        found.retain(|(found, _)| timetable.is_in_time(found.from, app.kinds.store.now(), app.calendar));
    }
    // A page ends between two instants, so that the next begins after it and nobody's time is on neither.
    let last = found.get(SHOWN - 1).map_or(i64::MAX, |(found, _)| found.from);
    let is_more = found.last().is_some_and(|(found, _)| last < found.from);
    found.retain(|(found, _)| found.from <= last);
    let next = (last.saturating_add(1)).to_string();
    let mut days: Vec<OfDay<'_>> = Vec::new();
    for one in &found {
        let day = day_of(app, page, one.0.from);
        match days.last_mut().filter(|(last, _)| *last == day) {
            Some((_, times)) => times.push(one),
            None => days.push((day, vec![one])),
        }
    }
    html! {
        (parts::back(&page.link_to("/book", &[("kind", ""), ("way", ""), ("from", ""), ("after", ""), ("wrong", "")]), &page.text("bookings-title")))
        @if let Some(wrong) = wrong(&wish.wrong) {
            (parts::not_done(&html! { (page.text(wrong)) @if wish.wrong == "enough" { " " a href="/matters" { (page.text("matters-title")) } } }))
        }
        h1 { (timetable.name.of(page.language.code())) }
        p.lead { (unit_name(page, &timetable.unit)) }
        @if !wish.moves.is_empty() { p { (page.text("bookings-moving")) } }
        @if !wish.text.is_empty() {
            p { (page.text("bookings-kept")) }
            blockquote.note dir="auto" { (wish.text) }
        }
        (gatherings::offered(app, page, timetable, wish, booker))
        // A text goes along with a time, never in an address.
        @if wish.text.is_empty() && kind.is_some() { (filters(page, timetable, wish, (kind, way))) }
        @if days.is_empty() && kind.is_some() {
            p { (page.text(if from == 0 { "bookings-none" } else { "bookings-none-then" })) }
            @if !by_person && wish.moves.is_empty() {
                @let is_filtered = from > 0 || !wish.way.is_empty() || language.is_some() || place.is_some();
                (wishes::ways_on(page, timetable, (kind.unwrap_or_default(), is_filtered)))
            }
        }
        @if let (Some(kind), Some(way)) = (kind, way) {
            div.slots {
                @for (day, times) in &days {
                    section {
                        h2 { (day) }
                        ul.times {
                            @for (found, of) in times {
                                li {
                                    @let is_series = wish.moves.is_empty() && timetable.kinds.get(kind).is_some_and(|it| it.most.is_some());
                                    form method=(if is_series { "get" } else { "post" }) action=(format!("/book/{}{}", timetable.id, if is_series { "/series" } else { "" })) {
                                        input type="hidden" name="day" value=(found.day);
                                        input type="hidden" name="slot" value=(found.slot);
                                        input type="hidden" name="kind" value=(kind);
                                        input type="hidden" name="way" value=(way.0.code());
                                        input type="hidden" name="unit" value=(place.unwrap_or_default());
                                        input type="hidden" name="contact" value=(wish.contact);
                                        input type="hidden" name="move" value=(wish.moves);
                                        @if !wish.text.is_empty() { input type="hidden" name="text" value=(wish.text); }
                                        @let person = by_person.then(|| crate::desk::staff_name(page, of.actor.id()));
                                        @let place = of.times.get(&found.slot).and_then(|time| Some(place_name(page, timetable, time.slot.place.as_deref()?)));
                                        @let beside: Vec<String> = [person, place].into_iter().flatten().collect();
                                        @let named = [vec![day.to_string(), numbers::clock(found.from)], beside.clone()].concat().join(" ");
                                        button.times__one type="submit" aria-label=(named) {
                                            (numbers::clock(found.from))
                                            @for it in &beside { " " span.quiet { (it) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if is_more && wish.text.is_empty() {
            p { a rel="next" href=(page.link(&[("after", &next), ("wrong", "")])) { (page.text("bookings-later")) } }
        }
        @if !days.is_empty() && !by_person && wish.moves.is_empty() && timetable.book.wait.is_some() {
            p { a href=(format!("/book/{}/wish?kind={}", timetable.id, kind.unwrap_or_default())) { (page.text("wish-none")) } }
        }
        @if !days.is_empty() || by_person || kind.is_none() || !wish.moves.is_empty() { (other_ways(page, booker)) }
        @else { p { (crate::links::linked(&page.text("bookings-urgent"))) } }
    }
}

/// The form that says which kind, way and day are looked for; an appointment that is moved keeps what it is.
fn filters(page: &Page, timetable: &Timetable, wish: &Wish, (kind, way): (Option<&str>, Option<Way>)) -> Markup {
    let kinds = single(page, timetable);
    let ways = kind.and_then(|kind| timetable.kinds.get(kind)).map_or(&[][..], |kind| &kind.ways[..]);
    html! {
        form.filters method="get" role="search" {
            @for (name, value) in [("contact", &wish.contact), ("move", &wish.moves)] {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
            @if kinds.len() > 1 && wish.moves.is_empty() {
                (select(page, "kind", "bookings-kind", kind.unwrap_or_default(), kinds.iter().map(|(id, name)| (*id, (*name).to_string()))))
            }
            @if timetable.units.len() > 1 {
                @let any = [("", page.text("bookings-anywhere"))].into_iter();
                (select(page, "unit", "bookings-where", &wish.unit, any.chain(timetable.units.iter().map(|unit| (&**unit, unit_name(page, unit))))))
            }
            @if ways.len() > 1 && wish.moves.is_empty() {
                (select(page, "way", "bookings-way", way.map_or("", |way| way.0.code()), ways.iter().map(|way| (way.0.code(), way_name(page, *way)))))
            }
            div.asked {
                label for="from" { (page.text("bookings-from")) }
                input.field.day-input #from type="date" name="from" value=(wish.from);
            }
            button.btn.btn--second type="submit" { (page.text("bookings-show")) }
        }
    }
}

/// The name of the place of a time: of a unit, where the calendar is kept at several.
fn place_name(page: &Page, timetable: &Timetable, place: &str) -> String {
    match timetable.units.iter().any(|unit| **unit == *place) {
        true => unit_name(page, place),
        false => place.to_string(),
    }
}

/// The kinds that are one person's, by their names: one with seats is called as a gathering.
fn single<'a>(page: &Page, timetable: &'a Timetable) -> Vec<(&'a str, &'a str)> {
    let single = timetable.kinds.iter().filter(|(_, kind)| kind.seats.is_none());
    single.map(|(id, kind)| (id.as_str(), kind.name.of(page.language.code()))).collect()
}

/// Key of the text that says why the page is shown again.
fn wrong(given: &str) -> Option<&'static str> {
    [
        ("taken", "bookings-wrong-taken"),
        ("late", "bookings-wrong-late"),
        ("enough", "bookings-wrong-enough"),
        ("over", "bookings-wrong-over"),
        ("later", "wrong-later"),
    ]
    .into_iter()
    .find(|(it, _)| *it == given)
    .map(|(_, key)| key)
}

fn select<'a>(
    page: &Page,
    id: &str,
    label: &str,
    chosen: &str,
    options: impl Iterator<Item = (&'a str, String)>,
) -> Markup {
    html! {
        div.asked {
            label for=(id) { (page.text(label)) }
            select.field id=(id) name=(id) {
                @for (value, name) in options { option value=(value) selected[value == chosen] { (name) } }
            }
        }
    }
}

/// The ways that go on where no time suits.
fn other_ways(page: &Page, booker: Option<&Booker>) -> Markup {
    html! {
        @if booker.is_none_or(|booker| !booker.is_staff) {
            ul.dots {
                li { a href="/contact" { (page.text("bookings-write")) } }
                li { (crate::links::linked(&page.text("bookings-urgent"))) }
            }
        }
    }
}
