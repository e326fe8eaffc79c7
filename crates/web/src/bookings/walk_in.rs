//! Walk-in lists: those who have come to a unit today without a time, and what everybody is told of it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Channel, Code, Profession, Urgency};
use kinds::{Came, Entry, NewContact};
use matter::access::Action;
use matter::{Matter, Rights, Standing};
use maud::{Markup, html};
use operations::bookings::calendar::Timetable;
use operations::bookings::walk_ins::{Command, Met, Visitor, WalkIn, list_id};
use serde::Deserialize;
use store::new_id;
use uuid::Uuid;

use super::desk::works;
use crate::App;
use crate::answer::{Failure, told};
use crate::caller::{Caller, Person};
use crate::care::{self, receipt};
use crate::contact::see_other;
use crate::desk::{capital, staff_name, unit_name};
use crate::form::{Did, Unsaid, errors, field, key};
use crate::guard::Glance;
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::listing::InList;
use crate::numbers;
use crate::parts::{self, Turn, tag};

/// Why a list is closed for the day; texts `walk-in-why-…`.
const WHYS: [&str; 4] = ["full", "staff", "emergency", "other"];
/// Characters of a note at most.
const MOST_NOTE: usize = 2_000;

impl InList for WalkIn {
    fn kind(&self) -> &'static str {
        WalkIn::NAME
    }

    fn rights(&self) -> &'static Rights {
        &WalkIn::RIGHTS
    }

    fn stands(&self) -> Standing<'_> {
        self.standing()
    }

    fn title(&self, _: &App, page: &Page) -> String {
        page.text("kind-walk_in")
    }

    fn icon(&self) -> &'static str {
        "person"
    }

    fn who(&self, page: &Page) -> String {
        waiting(page, self.in_line().len())
    }

    fn age(&self, _: &App, _: &Page, _: i64) -> Markup {
        html! { span.due { (numbers::clock(self.standing().since)) } }
    }

    fn tags(&self, app: &App, page: &Page) -> Markup {
        html! { @if let Some(calendar) = app.kinds.timetables.get(&self.place) { span { (calendar.name.of(page.language.code())) } } }
    }
}

fn waiting(page: &Page, count: usize) -> String {
    page.language.text_count("walk-in-waiting", count, &count.to_string())
}

/// A list as it stands today, beside its calendar.
pub struct Today {
    pub id: Uuid,
    pub timetable: Arc<Timetable>,
    pub list: Option<Arc<WalkIn>>,
    /// When it opens, until when the last are taken in, and when it ends.
    pub hours: Vec<[i64; 3]>,
    now: i64,
}

impl Today {
    pub fn of(app: &App, timetable: &Arc<Timetable>) -> Today {
        let now = app.kinds.store.now();
        let date = app.calendar.local_date(now).unwrap_or_default();
        let id = list_id(&timetable.id, calendar::day_number(date));
        let hours = timetable.come_in(date, app.calendar);
        let list = app.kinds.walk_ins.look(|lists| lists.get(id));
        Today { id, timetable: Arc::clone(timetable), list, hours, now }
    }

    /// The lists of the calendars in force, by whether they are wanted.
    pub fn all(app: &App, wanted: impl Fn(&Timetable) -> bool) -> Vec<Today> {
        let all = app.kinds.timetables.all();
        let lists = all.values().filter(|it| it.walk_in.is_some() && wanted(it));
        lists.map(|it| Today::of(app, it)).collect()
    }

    fn waits(&self) -> usize {
        self.list.as_ref().map_or(0, |it| it.in_line().len())
    }

    fn is_closed(&self) -> bool {
        self.list.as_ref().is_some_and(|it| !it.is_open)
    }

    /// Where it stands now, in words: open until when, closed and why, or when it opens.
    pub fn standing(&self, page: &Page) -> (Turn, String) {
        let clock = numbers::clock;
        let why = self.list.as_ref().and_then(|it| it.why.as_deref()).filter(|why| WHYS.contains(why));
        if self.is_closed() {
            let why = page.text(&format!("walk-in-why-{}", why.unwrap_or("other")));
            return (Turn::Cut, page.language.text_with("walk-in-closed", &[("why", &why)]));
        }
        let open = self.hours.iter().find(|[from, last, _]| *from <= self.now && self.now < *last);
        let next = self.hours.iter().find(|[from, ..]| self.now < *from);
        match (open, next) {
            (Some([_, last, _]), _) => (Turn::Now, page.language.text_with("walk-in-open", &[("time", &clock(*last))])),
            (None, Some([from, ..])) => {
                (Turn::Agreed, page.language.text_with("walk-in-opens", &[("time", &clock(*from))]))
            }
            (None, None) if self.hours.is_empty() => (Turn::Cut, page.text("walk-in-not-today")),
            (None, None) => (Turn::Cut, page.text("walk-in-over")),
        }
    }

    /// The same for those who work there.
    fn at_desk(&self, page: &Page) -> (Turn, String) {
        let open = self.hours.iter().find(|[from, last, _]| *from <= self.now && self.now < *last);
        match open.filter(|_| !self.is_closed()) {
            Some([_, last, ends]) => {
                let times = [("last", &*numbers::clock(*last)), ("ends", &*numbers::clock(*ends))];
                (Turn::Now, page.language.text_with("walk-in-desk-open", &times))
            }
            None => self.standing(page),
        }
    }

    /// Whether somebody who comes now is taken in.
    pub fn takes_in(&self) -> bool {
        !self.is_closed() && self.hours.iter().any(|[from, last, _]| *from <= self.now && self.now < *last)
    }
}

/// Whether a unit has a walk-in list.
pub fn is_there(app: &App, unit: &str) -> bool {
    app.kinds.timetables.all().values().any(|it| it.walk_in.is_some() && *it.unit == *unit)
}

/// The hours of the next days on which one may come.
fn coming(app: &App, page: &Page, timetable: &Timetable, now: i64) -> Vec<(String, String)> {
    let today = app.calendar.local_date(now).unwrap_or_default();
    let mut day = today;
    let mut found = Vec::new();
    for _ in 0..8 {
        let hours = timetable.come_in(day, app.calendar);
        if let Some([from, ..]) = hours.first() {
            let spans =
                hours.iter().map(|[from, last, _]| format!("{}–{}", numbers::clock(*from), numbers::clock(*last)));
            found.push((numbers::near_day(*from, page.language), spans.collect::<Vec<_>>().join(", ")));
        }
        day = day.tomorrow().unwrap_or(day);
    }
    found
}

/// Where somebody with a contact stands on a list of today, in words: their number, and how many are before them.
pub fn place_on_list(app: &App, page: &Page, contact: Uuid) -> Option<String> {
    app.kinds.walk_ins.look(|lists| {
        lists.iter().find_map(|(_, list)| {
            let number = list.number_of(contact).filter(|_| !list.is_over)?;
            let told = number.to_string();
            let before = list.in_line().iter().position(|it| *it == number);
            Some(match before {
                Some(before) => {
                    page.language.text_with("walk-in-own", &[("number", &told), ("before", &before.to_string())])
                }
                None => page.text("walk-in-own-taken"),
            })
        })
    })
}

/// The page of a walk-in list for everybody: whether one may come now, until when, and how many wait.
pub fn public(app: &App, page: &Page, timetable: &Arc<Timetable>) -> Markup {
    let today = Today::of(app, timetable);
    let (turn, standing) = today.standing(page);
    let about = timetable.walk_in.as_ref().map(|it| it.about.of(page.language.code()));
    html! {
        (parts::back("/book", &page.text("bookings-title")))
        h1 { (timetable.name.of(page.language.code())) }
        (parts::standing(turn, &html! { (standing) }))
        @if today.takes_in() {
            p.lead { (waiting(page, today.waits())) " " span.quiet { (page.language.text_with("walk-in-as-at", &[("time", &numbers::clock(today.now))])) } }
        }
        @if let Some(about) = about { p { (about) } }
        p { (unit_name(page, &timetable.unit)) }
        section {
            h2 { (page.text("walk-in-hours")) }
            dl.facts {
                @for (day, hours) in coming(app, page, timetable, today.now) { div { dt { (day) } dd { (hours) } } }
            }
            p.hint { (page.text("walk-in-last")) }
        }
        ul.dots {
            li { a href="/book" { (page.text("walk-in-book")) } }
            li { a href="/contact" { (page.text("bookings-write")) } }
            li { (crate::links::linked(&page.text("bookings-urgent"))) }
        }
    }
}

/// Rows of the lists to which one can come, for the page of all calendars.
pub fn rows(app: &App, page: &Page) -> Markup {
    let lists = Today::all(app, |_| true);
    html! {
        @if !lists.is_empty() {
            section aria-labelledby="walk-in" {
                h2 #walk-in { (page.text("walk-in-come")) }
                ol.rows {
                    @for it in &lists {
                        @let (turn, standing) = it.standing(page);
                        @let waits = if it.takes_in() { html! { (waiting(page, it.waits())) } } else { html! { (unit_name(page, &it.timetable.unit)) } };
                        (parts::row(&format!("/book/{}", it.timetable.id), it.timetable.name.of(page.language.code()), &[tag(turn, &standing), waits]))
                    }
                }
            }
        }
    }
}

/// A form of the page.
#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    calendar: String,
    #[serde(default)]
    number: u32,
    /// The receipt of a contact.
    #[serde(default)]
    contact: String,
    /// A client's token.
    #[serde(default)]
    client: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    urgency: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    why: String,
}

/// `GET /desk/walk-in/{unit}`; of a list by its id, that of its unit.
pub async fn lists(
    State(app): State<Arc<App>>,
    page: Page,
    Path(unit): Path<String>,
    Query(did): Query<Did>,
    caller: Result<Caller, Failure>,
) -> Response {
    if let Ok(id) = unit.parse::<Uuid>() {
        let list = app.kinds.walk_ins.look(|lists| lists.get(id));
        let within =
            |it: &Arc<WalkIn>| page.person.as_ref().is_some_and(|me| works(me) && app.is_within(&it.unit, &me.unit));
        return match list.filter(within) {
            Some(list) => see_other(&format!("/desk/walk-in/{}", list.unit)),
            None if page.person.is_none() => page.to_sign_in(),
            None => missing(&page),
        };
    }
    shown(&app, &page, &unit, caller, (&did.did, &Fields::default(), &[])).await
}

/// Somebody who waits, as the list shows them.
struct Shown {
    number: u32,
    visitor: Visitor,
    name: Option<String>,
    note: Option<String>,
}

async fn visitors(app: &App, caller: &Caller, today: &Today) -> Result<Vec<Shown>, Failure> {
    let Some(list) = &today.list else { return Ok(Vec::new()) };
    let noted = app.kinds.noted(today.id).await.map_err(|error| Failure::away(&error))?;
    let called = list.visitors.iter().filter(|(_, it)| it.called_at.is_some()).map(|(number, _)| *number);
    let mut shown = Vec::new();
    for number in called.chain(list.in_line()) {
        let Some(visitor) = list.visitors.get(&number).cloned() else { continue };
        let note = noted.iter().rev().find(|(of, _)| *of == number).map(|(_, note)| note.clone());
        let (name, note) = match visitor.contact {
            Some(id) => known(app, caller, id).await?,
            None => (None, note),
        };
        shown.push(Shown { number, visitor, name, note });
    }
    Ok(shown)
}

/// The name of the person of a contact, or its receipt, and what was noted last: to show them is a reading, and is recorded.
async fn known(app: &App, caller: &Caller, id: Uuid) -> Result<(Option<String>, Option<String>), Failure> {
    let read = app.kinds.contacts.read(id).await.map_err(|error| Failure::away(&error))?;
    let Some(it) = read else { return Ok((None, None)) };
    let allowed = app.glance(caller, &[Glance::of(id, &*it, it.last_of_resident)]).await?;
    if !allowed.contains(&id) {
        return Ok((Some(receipt(id)), None));
    }
    let note = app.kinds.note_of(id).await.map_err(|error| Failure::away(&error))?;
    Ok((Some(app.named(it.subject).unwrap_or_else(|| receipt(id))), note))
}

async fn shown(
    app: &App,
    page: &Page,
    unit: &str,
    caller: Result<Caller, Failure>,
    (did, fields, wrong): (&str, &Fields, &[(&'static str, &'static str)]),
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let read = async {
        let caller = caller?;
        let lists = of_unit(app, &person, unit)?;
        let mut with_visitors = Vec::new();
        for today in lists {
            let visitors = visitors(app, &caller, &today).await?;
            with_visitors.push((today, visitors));
        }
        Ok::<_, Failure>(with_visitors)
    };
    match read.await {
        Ok(lists) => {
            let title = page.text("walk-in-title");
            let is_known =
                ["entered", "noted", "taken", "seen", "gone", "closed", "reopened", "otherwise"].contains(&did);
            let content = html! {
                (errors(page, wrong))
                @if is_known { (parts::done(&html! { (page.text(&format!("walk-in-did-{did}"))) }, &html! {})) }
                div.listhead { h1 { (title) } p.listhead__n { (unit_name(page, unit)) } }
                @for (today, visitors) in &lists {
                    @let is_here = fields.calendar.is_empty() || fields.calendar == today.timetable.id;
                    (one(app, page, unit, today, visitors, (fields, if is_here { wrong } else { &[] })))
                }
            };
            let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            page.render(status, &title, &content)
        }
        Err(failure) => failed(page, &failure),
    }
}

/// The lists of a unit, for somebody who works there.
fn of_unit(app: &App, person: &Person, unit: &str) -> Result<Vec<Today>, Failure> {
    if !works(person) || !app.is_within(unit, &person.unit) {
        return Err(Failure::not_found());
    }
    let lists = Today::all(app, |it| *it.unit == *unit);
    if lists.is_empty() { Err(Failure::not_found()) } else { Ok(lists) }
}

fn one(
    app: &App,
    page: &Page,
    unit: &str,
    today: &Today,
    visitors: &[Shown],
    (fields, wrong): (&Fields, &[(&'static str, &'static str)]),
) -> Markup {
    let id = &today.timetable.id;
    let (turn, standing) = today.at_desk(page);
    let action = |verb: &str| format!("/desk/walk-in/{unit}/{verb}");
    let hidden = html! {
        input type="hidden" name="client_id" value=(app.sessions.unguessable());
        input type="hidden" name="calendar" value=(id);
    };
    html! {
        section aria-labelledby=(format!("list-{id}")) {
            h2 id=(format!("list-{id}")) { (today.timetable.name.of(page.language.code())) }
            (parts::standing(turn, &html! { (standing) ". " (waiting(page, today.waits())) "." }))
            @if visitors.is_empty() { p { (page.text("walk-in-nobody")) } }
            ol.rows { @for it in visitors { (row(page, today, it, (&action, &hidden))) } }
            @if !today.is_closed() { (enter(app, page, today, (fields, wrong), (&action("enter"), &hidden))) }
            @match today.is_closed() {
                true => {
                    form method="post" action=(action("reopen")) {
                        (hidden)
                        button.btn.btn--second type="submit" { (page.text("walk-in-reopen")) }
                    }
                }
                false => {
                    details.fold {
                        summary { (page.text("walk-in-close")) }
                        div.fold__in {
                            form method="post" action=(action("close")) {
                                (hidden)
                                p.hint { (page.text("walk-in-close-hint")) }
                                div.asked {
                                    label for=(format!("why-{id}")) { (page.text("walk-in-why")) }
                                    select.field id=(format!("why-{id}")) name="why" {
                                        @for why in WHYS { option value=(why) { (capital(&page.text(&format!("walk-in-why-{why}")))) } }
                                    }
                                }
                                button.btn type="submit" { (page.text("walk-in-close-now")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn reason_name(page: &Page, timetable: &Timetable, reason: &str) -> String {
    let named = timetable.walk_in.as_ref().and_then(|it| it.reasons.get(reason));
    named.map_or_else(|| reason.to_string(), |it| it.of(page.language.code()).to_string())
}

fn row(page: &Page, today: &Today, it: &Shown, (action, hidden): (&dyn Fn(&str) -> String, &Markup)) -> Markup {
    let Shown { number, visitor, name, note } = it;
    let told = number.to_string();
    let name = name.clone().unwrap_or_else(|| page.text("walk-in-unknown"));
    let urgency = capital(&page.language.code_name(Urgency::LIST, visitor.urgency.code()));
    let field = |what: &str| format!("{what}-{}-{number}", today.timetable.id);
    html! {
        li.row.walkin {
            p.row__name {
                span.walkin__number { (number) }
                " "
                @match visitor.contact {
                    Some(contact) => { a href=(format!("/desk/contacts/{contact}")) { (name) } }
                    None => { (name) }
                }
            }
            p.row__meta {
                span { (reason_name(page, &today.timetable, &visitor.reason)) }
                span { (page.language.text_with("walk-in-since", &[("time", &numbers::clock(visitor.entered_at)), ("lasting", &numbers::lasting(today.now - visitor.entered_at, page.language))])) }
                @if visitor.urgency != Urgency::Routine { span { strong { (urgency) } } }
                @if visitor.called_at.is_some() {
                    span { (tag(Turn::Half, &visitor.by.as_ref().map_or_else(|| page.text("walk-in-taken"), |by| staff_name(page, by)))) }
                }
            }
            form.acts method="post" action=(action(if visitor.called_at.is_some() { "see" } else { "call" })) {
                (hidden)
                input type="hidden" name="number" value=(number);
                @match visitor.called_at {
                    None => { button.btn.btn--small type="submit" { (page.text("walk-in-call")) span.hidden { " " (told) } } }
                    Some(_) => { button.btn.btn--small type="submit" { (page.text("walk-in-see")) span.hidden { " " (told) } } }
                }
                button.btn.btn--second.btn--small type="submit" formaction=(action("leave")) { (page.text("walk-in-leave")) span.hidden { " " (told) } }
            }
            @if let Some(note) = note { blockquote.note.walkin__note dir="auto" { (note) } }
            details.fold.walkin__note {
                summary { (page.text("walk-in-triage")) span.hidden { " " (told) } }
                div.fold__in {
                    form method="post" action=(action("order")) autocomplete="off" {
                        (hidden)
                        input type="hidden" name="number" value=(number);
                        (urgencies(page, &field("urgency"), visitor.urgency))
                        div.asked {
                            label for=(field("note")) { (page.text("walk-in-note")) }
                            textarea.field id=(field("note")) name="note" rows="2" dir="auto" {}
                        }
                        button.btn.btn--second type="submit" { (page.text("walk-in-order")) }
                    }
                }
            }
        }
    }
}

fn urgencies(page: &Page, id: &str, chosen: Urgency) -> Markup {
    html! {
        div.asked {
            label for=(id) { (page.text("walk-in-urgency")) }
            select.field id=(id) name="urgency" {
                @for it in Urgency::ALL.iter().rev() {
                    option value=(it.code()) selected[*it == chosen] { (capital(&page.language.code_name(Urgency::LIST, it.code()))) }
                }
            }
        }
    }
}

/// The form that puts somebody on the list.
fn enter(
    app: &App,
    page: &Page,
    today: &Today,
    (fields, wrong): (&Fields, &[(&'static str, &'static str)]),
    (action, hidden): (&str, &Markup),
) -> Markup {
    let fault = |id: &str| wrong.iter().find(|(_, at)| *at == id).map(|(key, _)| *key);
    let reasons = today.timetable.walk_in.iter().flat_map(|it| &it.reasons);
    html! {
        details.fold open[!wrong.is_empty() || today.waits() == 0] {
            summary { (page.text("walk-in-enter")) }
            div.fold__in {
                form method="post" action=(action) autocomplete="off" {
                    (hidden)
                    (field(page, "reason", "walk-in-reason", fault("reason"), &html! {
                        select.field #reason name="reason" aria-invalid=[fault("reason").map(|_| "true")] {
                            option value="" { (page.text("desk-choose")) }
                            @for (id, name) in reasons { option value=(id) selected[*id == fields.reason] { (name.of(page.language.code())) } }
                        }
                    }))
                    (field(page, "client", "log-client", fault("client"), &html! {
                        select.field #client name="client" {
                            option value="" { (page.text("log-nobody")) }
                            @for (subject, named) in app.clients() {
                                option value=(subject) selected[subject.to_string() == fields.client] { (named) }
                            }
                        }
                    }))
                    (field(page, "contact", "walk-in-contact", fault("contact"), &html! {
                        p.hint #contact-hint { (page.text("walk-in-contact-hint")) }
                        input.field.day-input #contact name="contact" value=(fields.contact) aria-describedby="contact-hint";
                    }))
                    (urgencies(page, "urgency", Urgency::named(&fields.urgency).unwrap_or(Urgency::Routine)))
                    (field(page, "note", "walk-in-note", fault("note"), &html! {
                        textarea.field #note name="note" rows="2" dir="auto" { (fields.note) }
                    }))
                    button.btn type="submit" { (page.text("walk-in-enter-now")) }
                }
            }
        }
    }
}

/// `POST /desk/walk-in/{unit}/{act}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((unit, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let Ok(Form(fields)) = given else { return missing(&page) };
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return failed(&page, &failure),
    };
    let wrong = match done(&app, &page, (&caller, &person), (&unit, &verb), &fields).await {
        Ok(did) => return see_other(&format!("/desk/walk-in/{unit}?did={did}")),
        Err(Unsaid::Wrong(wrong)) => wrong,
        // It stands otherwise meanwhile: the page says how.
        Err(Unsaid::Failed(failure)) if failure.status == StatusCode::CONFLICT && fields.note.is_empty() => {
            return match &failure.refused {
                Some(refused) if refused.code == "taken" => not_done(&page, &unit, &told(refused, page.language)),
                _ => see_other(&format!("/desk/walk-in/{unit}?did=otherwise")),
            };
        }
        Err(Unsaid::Failed(failure)) if failure.status == StatusCode::CONFLICT => ("walk-in-did-otherwise", "note"),
        Err(Unsaid::Failed(failure)) => return failed(&page, &failure),
    };
    shown(&app, &page, &unit, Ok(caller), ("", &fields, &[wrong])).await
}

fn not_done(page: &Page, unit: &str, why: &str) -> Response {
    let content = html! {
        (parts::not_done(&html! { (why) }))
        h1 { (page.text("walk-in-title")) }
        p { a.btn role="button" href=(format!("/desk/walk-in/{unit}")) { (page.text("walk-in-title")) } }
    };
    page.render(StatusCode::CONFLICT, &page.text("walk-in-title"), &content)
}

async fn done(
    app: &App,
    page: &Page,
    (caller, person): (&Caller, &Person),
    (unit, verb): (&str, &str),
    fields: &Fields,
) -> Result<&'static str, Unsaid> {
    let lists = of_unit(app, person, unit)?;
    let today = lists.into_iter().find(|it| it.timetable.id == fields.calendar).ok_or_else(Failure::not_found)?;
    let (by, now) = (person.by(), app.kinds.store.now());
    let key = key(app, verb, &fields.client_id)?;
    let date = app.calendar.local_date(now).map_or(0, calendar::day_number);
    let list = app.kinds.walk_in(&today.timetable, date, &by).await.map_err(Failure::from)?;
    app.guarded(&app.kinds.walk_ins, caller, list, Action::Handle).await?;
    let note = match fields.note.chars().any(care::is_seen) {
        false => None,
        true => match care::text(&fields.note) {
            Ok(text) if text.chars().count() <= MOST_NOTE => Some(text),
            _ => return Err(Unsaid::Wrong(("bookings-wrong-note", "note"))),
        },
    };
    let number = fields.number;
    let urgency = Urgency::named(&fields.urgency).unwrap_or(Urgency::Routine);
    let (command, did) = match verb {
        "enter" => {
            let entry = entry(app, page, (caller, &today), fields, (urgency, note)).await?;
            app.kinds.enter(list, entry, (&by, &key)).await.map_err(Failure::from)?;
            return Ok("entered");
        }
        "order" => {
            if let Some(note) = note {
                let note = Command::Note { number, note: matter::Text(note) };
                app.kinds.walk_ins.ask(list, note, &by, &format!("note/{key}"), 0).await.map_err(Failure::from)?;
            }
            (Command::Order { number, urgency }, "noted")
        }
        "call" => (Command::Call { number }, "taken"),
        "see" => {
            let profession = app.profession(&person.id).map_or("", Profession::code).to_string();
            let met = Met { id: new_id(now), profession, service: today.timetable.service.clone() };
            (Command::See { number, encounter: Some(met) }, "seen")
        }
        "leave" => (Command::Leave { number }, "gone"),
        "close" => {
            let why = WHYS.into_iter().find(|it| *it == fields.why).unwrap_or("other");
            (Command::Close { why: why.into() }, "closed")
        }
        "reopen" => (Command::Reopen, "reopened"),
        _ => return Err(Failure::not_found().into()),
    };
    app.kinds.walk_ins.ask(list, command, &by, &key, 0).await.map_err(Failure::from)?;
    Ok(did)
}

/// Somebody who is put on a list, as the form says who it is: a contact by its number, a client, or nobody who is known.
async fn entry(
    app: &App,
    page: &Page,
    (caller, today): (&Caller, &Today),
    fields: &Fields,
    (urgency, note): (Urgency, Option<String>),
) -> Result<Entry, Unsaid> {
    let timetable = &today.timetable;
    let is_reason = timetable.walk_in.as_ref().is_some_and(|it| it.reasons.contains_key(&fields.reason));
    if !is_reason {
        return Err(Unsaid::Wrong(("walk-in-wrong-reason", "reason")));
    }
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let who = if !fields.contact.trim().is_empty() {
        let wanted = plain(&fields.contact);
        let found =
            app.kinds.contacts.look(|all| all.iter().map(|(id, _)| id).find(|id| plain(&receipt(*id)) == wanted));
        let id = found.ok_or(Unsaid::Wrong(("walk-in-wrong-contact", "contact")))?;
        match app.guarded(&app.kinds.contacts, caller, id, Action::Read).await {
            Ok(_) => Came::Contact(id),
            Err(failure) if failure.status == StatusCode::NOT_FOUND => {
                return Err(Unsaid::Wrong(("walk-in-wrong-contact", "contact")));
            }
            Err(failure) => return Err(failure.into()),
        }
    } else if !fields.client.is_empty() {
        let known = app.clients().find(|(subject, _)| subject.to_string() == fields.client);
        let (subject, _) = known.ok_or(Unsaid::Wrong(("log-wrong-client", "client")))?;
        let service = app.services.iter().find(|it| *it.unit == *timetable.unit);
        Came::Client(Box::new(NewContact {
            client_id: fields.client_id.clone(),
            among: String::new(),
            channel: Channel::WalkIn,
            service: service.map_or_else(|| timetable.service.clone(), |it| it.id.clone()),
            language: page.language.code().into(),
            unit: timetable.unit.to_string(),
            queue: service.and_then(|it| it.queue.clone()),
            anonymous: false,
            subject: Some(subject),
            routed: None,
            text: reason_name(page, timetable, &fields.reason),
        }))
    } else {
        Came::Somebody
    };
    Ok(Entry { who, reason: fields.reason.clone(), urgency, note })
}
