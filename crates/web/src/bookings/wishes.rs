//! Wishes: "I would come sooner". A resident says when they could come and is offered what is freed, for a while; the desk
//! sees those who wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Code, Label};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::ToSpan;
use matter::access::{Action, Role};
use matter::{By, Matter, Rights, Standing, Subject};
use maud::{Markup, html};
use operations::bookings::Way;
use operations::bookings::calendar::{Timetable, before};
use operations::bookings::wishes::{Command, Event, Made, Passed, Wish};
use store::Happened;
use uuid::Uuid;

use super::{day_of, way_name};
use crate::App;
use crate::answer::{Failure, told};
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::contact::see_other;
use crate::desk::{staff_name, unit_name};
use crate::form::{Did, key};
use crate::home::{failed, missing};
use crate::layout::{Page, escape};
use crate::listing::InList;
use crate::matters::{Group, OwnRow};
use crate::needs;
use crate::numbers;
use crate::parts::{self, Stop, Turn, stop};

/// Parts of a day that somebody can choose, each with its first and last hour of a start; texts `wish-part-…`.
const PARTS: [(&str, [i8; 2]); 5] =
    [("any", [0, 23]), ("morning", [0, 11]), ("afternoon", [12, 15]), ("from-noon", [12, 23]), ("evening", [16, 23])];
/// Days for which a wish without an appointment stands.
const STANDS: i32 = 60;
/// Events that a page tells at most.
const TOLD: usize = 200;

/// Fields of the form: boxes of days, ways and places come each by a name of their own.
type Fields = BTreeMap<String, String>;

fn of<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

impl InList for Wish {
    fn kind(&self) -> &'static str {
        Wish::NAME
    }

    fn rights(&self) -> &'static Rights {
        &Wish::RIGHTS
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn title(&self, _: &App, page: &Page) -> String {
        page.text(if self.made.gathering.is_some() { "wish-seat" } else { "kind-wish" })
    }

    fn icon(&self) -> &'static str {
        "calendar"
    }

    fn age(&self, _: &App, page: &Page, now: i64) -> Markup {
        html! { span.due { (numbers::roughly(now - self.made_at, page.language)) } }
    }

    fn tags(&self, app: &App, page: &Page) -> Markup {
        html! { span { (name(app, page, self)) } }
    }
}

/// The name of the calendar in which it wishes.
fn name(app: &App, page: &Page, it: &Wish) -> String {
    let timetable = app.kinds.timetables.get(&it.made.calendar);
    timetable.map_or_else(|| unit_name(page, &it.made.unit), |it| it.name.of(page.language.code()).to_string())
}

/// Places in which a calendar has times, as it names them.
fn places(timetable: &Timetable) -> BTreeSet<&str> {
    timetable.weeks.iter().filter_map(|it| it.hours.place.as_deref()).collect()
}

/// A resident who wishes in a calendar, and the appointment that they would have sooner.
struct Asked {
    timetable: Arc<Timetable>,
    person: Person,
    subject: Subject,
    kind: String,
    ways: Vec<Way>,
    /// An appointment, and when it begins.
    instead_of: Option<(Uuid, i64)>,
}

async fn asked(
    app: &App,
    caller: Result<Caller, Failure>,
    calendar: &str,
    fields: &Fields,
) -> Result<Option<Asked>, Failure> {
    let caller = caller?;
    let Some(person) = caller.person.clone() else { return Ok(None) };
    let subject = person.subject().ok_or_else(Failure::not_found)?;
    let timetable =
        app.kinds.timetables.get(calendar).filter(|it| it.is_open_to(&["resident"]) && it.book.wait.is_some());
    let timetable = timetable.ok_or_else(Failure::not_found)?;
    if let Ok(id) = of(fields, "instead").parse::<Uuid>() {
        let it = app.guarded(&app.kinds.appointments, &caller, id, Action::Write).await?;
        if *it.booking.calendar != *timetable.id || !it.is_to_come() {
            return Err(Failure::not_found());
        }
        let (kind, ways) = (it.booking.wanted.kind.to_string(), vec![it.booking.wanted.way]);
        return Ok(Some(Asked {
            timetable,
            person,
            subject,
            kind,
            ways,
            instead_of: Some((id, it.booking.when.from)),
        }));
    }
    let single = |kind: &str| timetable.kinds.get(kind).is_some_and(|it| it.seats.is_none());
    let kind = Some(of(fields, "kind").to_string()).filter(|it| single(it));
    let kind = kind.or_else(|| timetable.kinds.iter().find(|(_, it)| it.seats.is_none()).map(|(id, _)| id.clone()));
    let kind = kind.ok_or_else(Failure::not_found)?;
    let ways = timetable.kinds.get(&kind).map_or_else(Vec::new, |it| it.ways.clone());
    Ok(Some(Asked { timetable, person, subject, kind, ways, instead_of: None }))
}

/// `GET /book/{calendar}/wish`.
pub async fn form(
    State(app): State<Arc<App>>,
    page: Page,
    Path(calendar): Path<String>,
    Query(fields): Query<Fields>,
    caller: Result<Caller, Failure>,
) -> Response {
    match asked(&app, caller, &calendar, &fields).await {
        Ok(Some(asked)) => shown(&app, &page, &asked, &fields, None),
        Ok(None) => see_other(&format!("/sign-in?to={}", escape(&page.uri.to_string()))),
        Err(failure) => failed(&page, &failure),
    }
}

fn check(name: &str, words: &str, is_chosen: bool) -> Markup {
    html! {
        div.choice {
            input type="checkbox" id=(name) name=(name) value="yes" checked[is_chosen];
            label for=(name) { (words) }
        }
    }
}

fn shown(app: &App, page: &Page, asked: &Asked, fields: &Fields, wrong: Option<&'static str>) -> Response {
    let Asked { timetable, kind, ways, instead_of, .. } = asked;
    let language = page.language.code();
    let places = places(timetable);
    let title = page.text("wish-title");
    let has_reach = app.kinds.residents.look(|all| all.get(asked.subject.0)).is_some_and(|it| it.reach.is_some());
    let wait = timetable.book.wait.as_ref();
    let back = match instead_of {
        Some((id, _)) => format!("/matters/{id}"),
        None => format!("/book/{}?kind={kind}", timetable.id),
    };
    let content = html! {
        (crate::form::errors(page, &wrong.map(|key| (key, "wish")).into_iter().collect::<Vec<_>>()))
        (parts::back(&back, &page.text("wish-back")))
        h1 { (title) }
        p.lead { (timetable.name.of(language)) @if let Some(kind) = timetable.kinds.get(kind) { ", " (kind.name.of(language)) } }
        @if let Some((_, from)) = instead_of {
            p { (page.language.text_with("wish-kept", &[("time", &numbers::short_moment(*from, page.language))])) }
        }
        @if let Some(wait) = wait {
            p { (page.language.text_with("wish-how", &[("hours", &numbers::lasting(before(0, -wait.offer, app.calendar).unwrap_or(0), page.language))])) }
        }
        @if !has_reach { p { a href="/me" { (page.text("wish-reach")) } } }
        form #wish .letter method="post" action=(format!("/book/{}/wish", timetable.id)) autocomplete="off" {
            input type="hidden" name="id" value=(app.kinds.new_appointment());
            input type="hidden" name="kind" value=(kind);
            @if let Some((id, _)) = instead_of { input type="hidden" name="instead" value=(id); }
            fieldset.asked {
                legend { (page.text("wish-days")) }
                p.hint { (page.text("wish-days-hint")) }
                div.choices {
                    @for day in 1..=7 { (check(&format!("day-{day}"), &page.text(&format!("wish-day-{day}")), !of(fields, &format!("day-{day}")).is_empty())) }
                }
            }
            div.asked {
                label for="part" { (page.text("wish-part")) }
                select.field #part name="part" {
                    @for (part, _) in PARTS { option value=(part) selected[part == of(fields, "part")] { (page.text(&format!("wish-part-{part}"))) } }
                }
            }
            @if instead_of.is_none() && ways.len() > 1 {
                fieldset.asked {
                    legend { (page.text("bookings-way")) }
                    p.hint { (page.text("wish-ways-hint")) }
                    div.choices { @for way in ways { (check(&format!("way-{}", way.0.code()), &way_name(page, *way), !of(fields, &format!("way-{}", way.0.code())).is_empty())) } }
                }
            }
            @if places.len() > 1 {
                fieldset.asked {
                    legend { (page.text("bookings-where")) }
                    div.choices { @for place in &places { (check(&format!("place-{place}"), place, !of(fields, &format!("place-{place}")).is_empty())) } }
                }
            }
            div.asked {
                label for="earliest" { (page.text("wish-earliest")) }
                input.field.day-input #earliest type="date" name="earliest" value=(of(fields, "earliest"));
            }
            button.btn type="submit" { (page.text("wish-make")) }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page.render_form("wish", status, &title, &content)
}

/// `POST /book/{calendar}/wish`.
pub async fn make(
    State(app): State<Arc<App>>,
    page: Page,
    Path(calendar): Path<String>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Form(fields)) = form else { return missing(&page) };
    let asked = match asked(&app, caller, &calendar, &fields).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return see_other(&format!("/sign-in?to={}", escape(&format!("/book/{calendar}/wish")))),
        Err(failure) => return failed(&page, &failure),
    };
    let Ok(id) = of(&fields, "id").parse::<Uuid>() else { return missing(&page) };
    let now = app.kinds.store.now();
    let earliest = match of(&fields, "earliest") {
        "" => now,
        given => match given.parse().ok().and_then(|day| app.calendar.start_of(day)) {
            Some(at) => at.max(now),
            None => return shown(&app, &page, &asked, &fields, Some("protected-wrong-date")),
        },
    };
    let chosen = |name: String| !of(&fields, &name).is_empty();
    let until = match asked.instead_of {
        Some((_, from)) => from,
        None => before(now, -STANDS.days(), app.calendar).unwrap_or(now),
    };
    if until <= earliest {
        return shown(&app, &page, &asked, &fields, Some("wish-wrong-earliest"));
    }
    let hours = PARTS.iter().find(|(part, _)| *part == of(&fields, "part")).map_or([0, 23], |(_, hours)| *hours);
    let ways: Vec<Way> = match asked.instead_of {
        Some(_) => asked.ways.clone(),
        None => asked.ways.iter().filter(|way| chosen(format!("way-{}", way.0.code()))).copied().collect(),
    };
    let places = places(&asked.timetable).into_iter().filter(|place| chosen(format!("place-{place}")));
    let made = Made {
        subject: Some(asked.subject),
        unit: asked.timetable.unit.clone(),
        calendar: asked.timetable.id.as_str().into(),
        kinds: vec![asked.kind.as_str().into()],
        days: (1..=7).filter(|day| chosen(format!("day-{day}"))).collect(),
        ways,
        places: places.map(Label::from).collect(),
        hours,
        earliest,
        until,
        guarantee: asked.instead_of.and_then(|(id, _)| needs::guarantee(&app, id, asked.subject)),
        instead_of: asked.instead_of.map(|(id, _)| id),
        gathering: None,
    };
    // One wish stands for the same: it is shown in place of a second.
    if let Some(known) = standing_of(&app, asked.subject, &made) {
        return see_other(&format!("/matters/{known}"));
    }
    match app.kinds.wishes.ask(id, Command::Make(made), &asked.person.by(), &id.to_string(), 0).await {
        Ok(_) => {
            app.kinds.offer_times().await;
            see_other(&format!("/matters/{id}?did=wished"))
        }
        Err(trouble) => failed(&page, &Failure::from(trouble)),
    }
}

fn standing_of(app: &App, subject: Subject, made: &Made) -> Option<Uuid> {
    app.kinds.wishes.look(|all| {
        let mut theirs = all.of_subject(subject, usize::MAX).into_iter();
        theirs.find(|id| {
            all.get(*id).is_some_and(|it| {
                !it.is_over
                    && it.made.calendar == made.calendar
                    && it.made.instead_of == made.instead_of
                    && it.made.gathering == made.gathering
            })
        })
    })
}

/// After an appointment was cancelled: nobody wishes for an earlier time any more, and the one that is freed is the next one's.
pub async fn cancelled(app: &App, id: Uuid, subject: Option<Subject>, by: &By) {
    let wish = subject.and_then(|subject| {
        app.kinds.wishes.look(|all| {
            let mut theirs = all.of_subject(subject, usize::MAX).into_iter();
            theirs.find(|it| all.get(*it).is_some_and(|it| !it.is_over && it.made.instead_of == Some(id)))
        })
    });
    if let Some(wish) = wish {
        // One that stands otherwise meanwhile ends by itself when the time would have begun.
        drop(app.kinds.wishes.ask(wish, Command::End, by, &format!("cancelled/{id}"), 0).await);
    }
    app.kinds.offer_times().await;
}

/// The way to a wish from the page of an appointment, or to the wish that stands.
pub fn sooner(app: &App, page: &Page, (id, calendar): (Uuid, &str), subject: Option<Subject>) -> Markup {
    let waits =
        app.kinds.timetables.get(calendar).is_some_and(|it| it.book.wait.is_some() && it.is_open_to(&["resident"]));
    let known = subject.and_then(|subject| {
        app.kinds.wishes.look(|all| {
            let mut theirs = all.of_subject(subject, usize::MAX).into_iter();
            theirs.find(|it| all.get(*it).is_some_and(|it| !it.is_over && it.made.instead_of == Some(id)))
        })
    });
    html! {
        @match known {
            Some(wish) => { p { a href=(format!("/matters/{wish}")) { (page.text("wish-stands")) } } }
            None if waits => { p { a href=(format!("/book/{calendar}/wish?instead={id}")) { (page.text("wish-sooner")) } } }
            None => {}
        }
    }
}

/// A wish among its person's own matters: their turn while something is offered.
pub fn row<'a>(app: &'a App, page: &'a Page, id: Uuid) -> BoxFuture<'a, store::Result<Option<OwnRow>>> {
    async move {
        let Some(it) = app.kinds.wishes.read(id).await? else { return Ok(None) };
        let offer = it.offer.as_ref().filter(|offer| !it.is_over && app.kinds.store.now() < offer.until);
        let title = page.text(if it.made.gathering.is_some() { "wish-seat" } else { "wish-own" });
        Ok(Some(OwnRow {
            group: match (offer, it.is_over) {
                (_, true) => Group::Ended,
                (Some(_), _) => Group::Turn,
                (None, _) => Group::Open,
            },
            at: offer.map_or(it.made_at, |offer| offer.until),
            title,
            detail: name(app, page, &it),
            standing: match offer {
                Some(offer) => page
                    .language
                    .text_with("wish-answer-by", &[("time", &numbers::short_moment(offer.until, page.language))]),
                None if it.is_over => String::new(),
                None => page.text("wish-waits"),
            },
        }))
    }
    .boxed()
}

/// A wish in words.
fn wished(app: &App, page: &Page, it: &Wish) -> Markup {
    let made = &it.made;
    let days: Vec<String> = made.days.iter().map(|day| page.text(&format!("weekday-{day}"))).collect();
    let part = PARTS.iter().find(|(_, hours)| *hours == made.hours).map_or("any", |(part, _)| *part);
    let ways: Vec<String> = made.ways.iter().map(|way| way_name(page, *way)).collect();
    let gathering = made.gathering.and_then(|id| app.kinds.gatherings.look(|all| all.get(id)));
    html! {
        dl.facts {
            div { dt { (page.text("bookings-what")) } dd { (name(app, page, it)) } }
            @match gathering {
                Some(it) => { div { dt { (page.text("bookings-when")) } dd { (day_of(app, page, it.called.from)) " " (numbers::clock(it.called.from)) } } }
                None => {
                    div { dt { (page.text("wish-days")) } dd { @if days.is_empty() { (page.text("wish-any-day")) } @else { (days.join(", ")) } } }
                    div { dt { (page.text("wish-part")) } dd { (page.text(&format!("wish-part-{part}"))) } }
                    @if !ways.is_empty() { div { dt { (page.text("bookings-way")) } dd { (ways.join(", ")) } } }
                    @if !made.places.is_empty() { div { dt { (page.text("bookings-where")) } dd { (made.places.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")) } } }
                }
            }
            div { dt { (page.text("wish-until")) } dd { (numbers::moment(made.until, page.language)) } }
        }
    }
}

/// The time of an offer as it stands on its day.
fn offered(app: &App, page: &Page, it: &Wish) -> Option<Markup> {
    let offer = it.offer.as_ref().filter(|_| !it.is_over)?;
    let day = app.kinds.days.look(|days| days.get(offer.day))?;
    let slot = &day.times.get(&offer.slot)?.slot;
    Some(html! {
        (day_of(app, page, slot.from)) " " (numbers::clock(slot.from)) "–" (numbers::clock(slot.to)) ", " (way_name(page, offer.way))
        @if let Some(professional) = day.actor.professional() { ", " (staff_name(page, professional)) }
    })
}

/// Its page, for its person.
pub fn owned<'a>(
    app: &'a App,
    page: &'a Page,
    caller: &'a Caller,
    id: Uuid,
    did: &'a str,
) -> BoxFuture<'a, Result<Response, Failure>> {
    async move {
        let it = app.guarded(&app.kinds.wishes, caller, id, Action::Read).await?;
        let now = app.kinds.store.now();
        let waits = it.offer.as_ref().filter(|offer| !it.is_over && now < offer.until);
        let is_known = ["wished", "passed", "ended", "otherwise"].contains(&did);
        let title = page.text(if it.made.gathering.is_some() { "wish-seat" } else { "wish-own" });
        let content = html! {
            (parts::back("/matters", &page.text("matters-title")))
            @if is_known { (parts::done(&html! { (page.text(&format!("wish-did-{did}"))) }, &html! {})) }
            h1 { (title) }
            @match (waits, offered(app, page, &it)) {
                (Some(offer), Some(offered)) => {
                    (parts::standing(Turn::Now, &html! {
                        (page.language.text_with("wish-offered", &[("time", &numbers::short_moment(offer.until, page.language))]))
                    }))
                    p.lead { strong { (offered) } }
                    @if it.made.instead_of.is_some() { p { (page.text("wish-moves")) } }
                    form.acts method="post" action=(format!("/matters/{id}/wish/take")) {
                        input type="hidden" name="client_id" value=(app.sessions.unguessable());
                        button.btn #take type="submit" { (page.text("wish-take")) }
                        button.btn.btn--second #pass type="submit" formaction=(format!("/matters/{id}/wish/pass")) { (page.text("wish-pass")) }
                    }
                }
                _ if it.is_over => { (parts::standing(Turn::Done, &html! { (page.text("wish-over")) })) }
                _ => { (parts::standing(Turn::Waits, &html! { (page.text("wish-waits-long")) })) }
            }
            (wished(app, page, &it))
            @if let Some(appointment) = it.made.instead_of { p { a href=(format!("/matters/{appointment}")) { (page.text("wish-appointment")) } } }
            @if !it.is_over {
                form method="post" action=(format!("/matters/{id}/wish/end")) {
                    input type="hidden" name="client_id" value=(app.sessions.unguessable());
                    button.btn.btn--drop type="submit" { (page.text("wish-end")) }
                }
            }
            @else { p { a.btn role="button" href=(format!("/book/{}", it.made.calendar)) { (page.text("bookings-again")) } } }
        };
        Ok(page.render(StatusCode::OK, &title, &content))
    }
    .boxed()
}

/// `POST /matters/{id}/wish/{act}`: what is offered is taken or not, or the wish is given up.
pub async fn own_act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let Ok(Form(fields)) = form else { return missing(&page) };
    if person.role != Role::Resident {
        return missing(&page);
    }
    let done = async {
        let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
        let it = app.guarded(&app.kinds.wishes, &caller?, id, Action::Write).await?;
        let key = key(&app, &verb, of(&fields, "client_id"))?;
        let by = person.by();
        match verb.as_str() {
            "take" => {
                let appointment = it.offer.as_ref().map(|offer| offer.appointment);
                app.kinds.accept(id, vec!["resident".into()], (&by, &key)).await?;
                let appointment = appointment.ok_or_else(Failure::not_found)?;
                let did = if it.made.instead_of.is_some() { "moved" } else { "booked" };
                Ok(format!("/matters/{appointment}?did={did}"))
            }
            "pass" => {
                app.kinds.wishes.ask(id, Command::Pass, &by, &key, 0).await?;
                Ok(format!("/matters/{id}?did=passed"))
            }
            "end" => {
                app.kinds.wishes.ask(id, Command::End, &by, &key, 0).await?;
                Ok(format!("/matters/{id}?did=ended"))
            }
            _ => Err(Failure::not_found()),
        }
    };
    match done.await {
        Ok(to) => {
            // The time that was given up or left is the next one's.
            app.kinds.offer_times().await;
            see_other(&to)
        }
        // Its time is over, or it stands otherwise: the page says how.
        Err(failure) if failure.status == StatusCode::CONFLICT => see_other(&format!("/matters/{path}?did=otherwise")),
        Err(failure) => failed(&page, &failure),
    }
}

/// `GET /desk/wishes/{id}`.
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
        let (id, it) = app.at_desk(&app.kinds.wishes, &caller?, &path, Action::Read).await?;
        let happened =
            app.kinds.wishes.happened(id, Wish::NAME, 0, TOLD).await.map_err(|error| Failure::away(&error))?;
        Ok((id, it, happened))
    };
    match read.await {
        Ok((id, it, happened)) => {
            let content = at_desk(&app, &page, (id, &it), &happened, &did.did);
            page.render(StatusCode::OK, &it.title(&app, &page), &content)
        }
        Err(failure) => failed(&page, &failure),
    }
}

fn at_desk(app: &App, page: &Page, (id, it): (Uuid, &Wish), happened: &[Happened<Event>], did: &str) -> Markup {
    let is_known = ["offered", "none", "ended"].contains(&did);
    let timetable = app.kinds.timetables.get(&it.made.calendar);
    let line = timetable
        .as_ref()
        .and_then(|of| of.book.wait.as_ref())
        .map(|wait| app.kinds.wishes.look(|all| all.index().in_line(&it.made.calendar, &wait.order)));
    let place = line.and_then(|line| line.iter().position(|other| *other == id));
    html! {
        (parts::back(&format!("/desk?unit={}", it.made.unit), &page.text("desk-back")))
        @if is_known { (parts::done(&html! { (page.text(&format!("wish-desk-did-{did}"))) }, &html! {})) }
        div.band {
            h1 { (it.title(app, page)) }
            @if let Some(named) = app.named(it.made.subject) { span { strong { (named) } } }
            span { (receipt(id)) }
        }
        @match offered(app, page, it) {
            Some(offered) => {
                @let until = it.offer.as_ref().map_or(0, |offer| offer.until);
                (parts::standing(Turn::Waits, &html! { (page.language.text_with("wish-desk-offered", &[("time", &numbers::short_moment(until, page.language))])) ": " (offered) }))
            }
            None if it.is_over => { (parts::standing(Turn::Done, &html! { (page.text("wish-over")) })) }
            None => { (parts::standing(Turn::Now, &html! { (page.language.text_with("wish-place", &[("place", &place.map_or(1, |it| it + 1).to_string())])) })) }
        }
        div.cols.cols--work {
            div.flow {
                (wished(app, page, it))
                @if !it.is_over {
                    form.acts method="post" action=(format!("/desk/wishes/{id}/offer")) {
                        input type="hidden" name="client_id" value=(app.sessions.unguessable());
                        @if it.offer.is_none() { button.btn #act-offer type="submit" { (page.text("wish-desk-offer")) } }
                        button.btn.btn--drop #act-end type="submit" formaction=(format!("/desk/wishes/{id}/end")) { (page.text("wish-desk-end")) }
                    }
                    p.hint { (page.text("wish-desk-hint")) }
                }
            }
            section.side aria-label=(page.text("desk-history")) {
                h2 { (page.text("desk-history")) }
                ol.course {
                    @for it in happened {
                        @let what = match &it.event {
                            Event::Made(_) => "made",
                            Event::Offered(_) => "offered",
                            Event::Taken => "taken",
                            Event::Passed { by: Passed::No } => "passed",
                            Event::Passed { by: Passed::Time } => "lapsed",
                            Event::Ended => "ended",
                        };
                        (stop(Stop::Done, &numbers::moment(it.at, page.language), &html! { (page.text(&format!("wish-event-{what}"))) }))
                    }
                }
            }
        }
    }
}

/// `POST /desk/wishes/{id}/{act}`.
pub async fn desk_act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let Ok(Form(fields)) = form else { return missing(&page) };
    let done = async {
        let (id, _) = app.at_desk(&app.kinds.wishes, &caller?, &path, Action::Handle).await?;
        let key = key(&app, &verb, of(&fields, "client_id"))?;
        match verb.as_str() {
            "offer" => {
                app.kinds.offer_times().await;
                let is_offered = app.kinds.wishes.look(|all| all.get(id)).is_some_and(|it| it.offer.is_some());
                Ok(if is_offered { "offered" } else { "none" })
            }
            "end" => {
                app.kinds.wishes.ask(id, Command::End, &person.by(), &key, 0).await?;
                Ok("ended")
            }
            _ => Err(Failure::not_found()),
        }
    };
    match done.await {
        Ok(did) => see_other(&format!("/desk/wishes/{path}?did={did}")),
        Err(failure) => match &failure.refused {
            Some(refused) => {
                let content = html! {
                    (parts::back(&format!("/desk/wishes/{path}"), &page.text("kind-wish")))
                    (parts::not_done(&html! { (told(refused, page.language)) }))
                };
                page.render(StatusCode::CONFLICT, &page.text("kind-wish"), &content)
            }
            None => failed(&page, &failure),
        },
    }
}

/// The three ways on where no time is free: a wish, other times and places, and somebody to ask.
pub fn ways_on(page: &Page, timetable: &Timetable, (kind, is_filtered): (&str, bool)) -> Markup {
    html! {
        ul.rows {
            @if timetable.book.wait.is_some() && timetable.is_open_to(&["resident"]) {
                (parts::row(&format!("/book/{}/wish?kind={kind}", timetable.id), &page.text("wish-none"), &[html! { (page.text("wish-none-hint")) }]))
            }
            @if is_filtered {
                (parts::row(&format!("/book/{}?kind={kind}", timetable.id), &page.text("bookings-wider"), &[html! { (page.text("bookings-wider-hint")) }]))
            } @else {
                (parts::row("/book", &page.text("bookings-elsewhere"), &[html! { (page.text("bookings-elsewhere-hint")) }]))
            }
            (parts::row("/contact", &page.text("bookings-ask"), &[html! { (page.text("bookings-write")) }]))
        }
    }
}
