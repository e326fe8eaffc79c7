//! The page of a task, the tasks about another matter, and the form that sets one.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use matter::access::{Action, Role};
use matter::{Matter, encode};
use maud::{Markup, html};
use operations::UNDONE_WITHIN;
use operations::bookings::appointments::Appointment;
use operations::contacts::Contact;
use operations::tasks::{Event, Of, Place, Task, Undo, is_within};
use store::Happened;
use uuid::Uuid;

use super::acts::Fields;
use super::list::when;
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::desk::{live, staff_name};
use crate::form::{Did, errors, field, named};
use crate::home::failed;
use crate::layout::Page;
use crate::numbers;
use crate::parts::{Stop, Turn, back, done, due, standing, stop};

/// Events of a task that its page tells at most.
const TOLD: usize = 200;

pub type Typed = crate::form::Typed<Fields>;

/// `GET /desk/tasks/{id}`.
pub async fn task(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    Query(did): Query<Did>,
    caller: Result<Caller, Failure>,
) -> Response {
    shown(&app, &page, &path, caller, &Typed::default(), &did.did).await
}

pub async fn shown(
    app: &App,
    page: &Page,
    path: &str,
    caller: Result<Caller, Failure>,
    typed: &Typed,
    did: &str,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let read = async {
        let caller = caller?;
        let (id, task) = app.at_desk(&app.kinds.tasks, &caller, path, Action::Read).await?;
        let happened = app.kinds.tasks.happened(id, Task::NAME, 0, TOLD).await;
        let happened = happened.map_err(|error| Failure::away(&error))?;
        let about = match &task.about {
            Some(of) => known(app, &caller, of).await,
            None => None,
        };
        Ok((id, task, happened, about))
    };
    match read.await {
        Ok((id, task, happened, about)) => {
            let whole = Whole { app, page, person: &person, id, task: &task, happened: &happened, typed };
            page.render(typed.status, &page.text("kind-task"), &whole.page(about.as_deref(), did))
        }
        Err(failure) => failed(page, &failure),
    }
}

/// The address of the matter that a task is about, if the caller may read it.
async fn known(app: &App, caller: &Caller, of: &Of) -> Option<String> {
    if of.kind == Appointment::NAME {
        let appointment = app.kinds.appointments.read(of.id).await.ok()??;
        let may_read = app.may_still(caller, of.id, Action::Read, &appointment);
        return may_read.then(|| format!("/desk/appointments/{}", of.id));
    }
    if of.kind != Contact::NAME {
        return None;
    }
    let contact = app.kinds.contacts.read(of.id).await.ok()??;
    app.may_still(caller, of.id, Action::Read, &contact).then(|| format!("/desk/contacts/{}", of.id))
}

/// The cause of a task that has no words of its own, in the language of the page.
pub fn says(page: &Page, task: &Task) -> Option<String> {
    let of_message = task.dispatch.map(|_| page.text("tasks-unreached"));
    of_message.or_else(|| task.says.map(|says| page.text(&format!("tasks-says-{}", says.code()))))
}

/// The words of a task: its own, or what its cause says.
fn words_of(page: &Page, task: &Task, words: Option<&str>) -> String {
    says(page, task).unwrap_or_else(|| words.map_or_else(|| page.text("tasks-erased"), Into::into))
}

/// A task on its page, for the one who asks.
struct Whole<'a> {
    app: &'a App,
    page: &'a Page,
    person: &'a Person,
    id: Uuid,
    task: &'a Task,
    happened: &'a [Happened<Event>],
    typed: &'a Typed,
}

impl Whole<'_> {
    fn page(&self, about: Option<&str>, did: &str) -> Markup {
        let (page, task) = (self.page, self.task);
        let words = self.happened.first().and_then(|first| first.text.as_deref());
        html! {
            (live(page))
            (errors(page, &self.typed.wrong))
            @if self.is_partner() {
                (back("/", &page.text("back-home")))
            } @else {
                (back(&page.link_to("/desk", &[("unit", &task.unit), ("did", "")]), &page.text("desk-back")))
            }
            @if self.is_so(did) { (done(&html! { (page.text(&format!("tasks-did-{did}"))) }, &self.undo())) }
            div.band { h1 { (page.text("kind-task")) } span { (receipt(self.id)) } }
            (self.standing())
            div.cols.cols--work {
                div.flow {
                    blockquote.note dir="auto" {
                        (words_of(page, task, words))
                    }
                    (self.acts())
                }
                section.side aria-label=(page.text("tasks-details")) {
                    dl.facts {
                        @if let Some(of) = &task.about {
                            div {
                                dt { (page.text("tasks-about")) }
                                dd {
                                    @let name = format!("{} {}", page.text(&format!("tasks-about-{}", of.kind)), receipt(of.id));
                                    @match about {
                                        Some(address) => { a href=(address) { (name) } }
                                        None => { (name) }
                                    }
                                }
                            }
                        }
                        div { dt { (page.text("tasks-set-by")) } dd { (staff_name(page, &task.set_by)) } }
                        div { dt { (page.text("tasks-set-at")) } dd { (numbers::moment(task.set_at, page.language)) } }
                    }
                    section {
                        h2 { (page.text("desk-history")) }
                        ol.course { @for (number, it) in self.happened.iter().enumerate() { (self.told(it, number + 1 == self.happened.len())) } }
                    }
                }
            }
        }
    }

    /// The button by which the act that was done just now is undone; nothing: it cannot be.
    fn undo(&self) -> Markup {
        html! {
            @if self.can_be_undone() {
                button.btn.btn--second.btn--small type="submit" form="work" formaction=(self.to("undo")) { (self.page.text("desk-undo")) }
            }
        }
    }

    /// The turn of the task, and by when it is due.
    fn standing(&self) -> Markup {
        let (page, task) = (self.page, self.task);
        let turn = match task.place {
            Place::Queued => Turn::Nobody,
            Place::Owned => Turn::Now,
            Place::Withdrawn => Turn::Cut,
            _ => Turn::Done,
        };
        standing(
            turn,
            &html! {
                (page.text(&format!("tasks-place-{}", task.place.code())))
                @if let Some(owner) = task.has() {
                    ": " @if self.is_mine() { (page.text("desk-yours")) } @else { (staff_name(page, owner)) }
                }
                @if matches!(task.place, Place::Queued | Place::Owned) {
                    " · "
                    @match task.due.filter(|_| self.is_late()) {
                        Some(at) => { (due(page, at)) }
                        None => { (when(self.app, page, task)) }
                    }
                }
            },
        )
    }

    /// The county's work list, and its people, are not for them.
    fn is_partner(&self) -> bool {
        self.person.role == Role::Partner
    }

    fn is_mine(&self) -> bool {
        self.task.has().is_some_and(|owner| self.app.sees_to(&self.person.id, owner))
    }

    /// Whether the last act is one that they can undo.
    fn can_be_undone(&self) -> bool {
        let now = self.app.kinds.store.now();
        let is_theirs = |undo: &Undo| *undo.by == *self.person.id && now < undo.at.saturating_add(UNDONE_WITHIN);
        self.task.undo.as_ref().is_some_and(is_theirs)
    }

    fn is_late(&self) -> bool {
        let is_open = matches!(self.task.place, Place::Queued | Place::Owned);
        is_open && self.task.due.is_some_and(|due| due < self.app.kinds.store.now())
    }

    /// Whether the act that a link names was done, and the task stands so.
    fn is_so(&self, did: &str) -> bool {
        match did {
            "set" => self.happened.len() == 1,
            "undo" => self.happened.last().is_some_and(|it| it.event == Event::Undone),
            "claim" | "reopen" => self.is_mine(),
            "assign" => self.task.place == Place::Owned && !self.is_mine(),
            "release" => self.task.place == Place::Queued,
            "snooze" => self.task.sleeps.is_some(),
            "finish" => self.task.place == Place::Done,
            "withdraw" => self.task.place == Place::Withdrawn,
            _ => false,
        }
    }

    fn acts(&self) -> Markup {
        let place = self.task.place;
        let leads = self.person.role == Role::Lead;
        let mine_or_lead = self.is_mine() || leads;
        let may_withdraw = mine_or_lead || self.task.set_by == self.person.id;
        html! {
            form #work .letter method="post" action=(self.to("finish")) autocomplete="off" {
                input type="hidden" name="client_id" value=(self.app.sessions.unguessable());
                div.acts {
                    @if place == Place::Queued {
                        (self.button("claim", ""))
                        (self.button("finish", "btn--second"))
                    }
                    @if place == Place::Owned && self.is_mine() { (self.button("finish", "")) }
                    @if place == Place::Done && is_within(self.task.done_at, self.app.kinds.store.now()) { (self.button("reopen", "btn--second")) }
                    @if place == Place::Owned && mine_or_lead { (self.button("release", "btn--second")) }
                }
                @if place == Place::Owned && self.is_mine() { (self.snooze()) }
                @if !self.is_partner() && ((place == Place::Owned && mine_or_lead) || (place == Place::Queued && leads)) { (self.assign()) }
                @if matches!(place, Place::Queued | Place::Owned) && may_withdraw {
                    div.acts { (self.button("withdraw", "btn--second")) }
                }
            }
        }
    }

    fn snooze(&self) -> Markup {
        let (page, typed) = (self.page, self.typed);
        html! {
            details.fold open[typed.wrong("day").is_some()] {
                summary { (page.text("tasks-snooze")) }
                div.fold__in {
                    (day(page, "tasks-until", typed.wrong("day"), &typed.fields.day))
                    (self.button("snooze", "btn--second"))
                }
            }
        }
    }

    fn assign(&self) -> Markup {
        let (page, typed) = (self.page, self.typed);
        let holder = self.task.has().map(|owner| &**owner);
        html! {
            details.fold open[typed.wrong("to").is_some()] {
                summary { (page.text("tasks-assign")) }
                div.fold__in {
                    (colleagues(self.app, page, (&self.task.unit, holder), "tasks-to", typed))
                    (self.button("assign", "btn--second"))
                }
            }
        }
    }

    fn button(&self, verb: &str, class: &str) -> Markup {
        html! {
            button id=(format!("act-{verb}")) class=(format!("btn {class}")) type="submit" formaction=(self.to(verb)) {
                (self.page.text(&format!("tasks-{verb}")))
            }
        }
    }

    fn to(&self, verb: &str) -> String {
        format!("/desk/tasks/{}/{verb}", self.id)
    }

    fn told(&self, it: &Happened<Event>, is_last: bool) -> Markup {
        let (page, by) = (self.page, staff_name(self.page, &it.by));
        let kind = encode(&it.event).0;
        let key = kind.strip_prefix("task.").unwrap_or_default();
        let who = match &it.event {
            Event::Assigned { owner, .. } if **owner != *it.by => format!("{by} → {}", staff_name(page, owner)),
            Event::Closed => String::new(),
            _ => by,
        };
        let is_open = matches!(self.task.place, Place::Queued | Place::Owned);
        let at = if is_last && is_open { Stop::Now } else { Stop::Done };
        html! {
            (stop(at, &numbers::moment(it.at, page.language), &html! {
                (page.text(&format!("tasks-event-{key}")))
                @if let Event::Snoozed { until } = &it.event { " " (numbers::day_of(*until, page.language)) }
                @if !who.is_empty() { ": " (who) }
            }))
        }
    }
}

/// A field for a day.
fn day(page: &Page, label: &str, wrong: Option<&str>, given: &str) -> Markup {
    field(
        page,
        "day",
        label,
        wrong,
        &html! {
            input.field.day-input #day type="date" name="day" value=(given) aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[wrong.map(|_| "day-error")];
        },
    )
}

/// A choice of those who can be given a task; nobody is chosen beforehand.
fn colleagues(app: &App, page: &Page, (unit, holder): (&str, Option<&str>), label: &str, typed: &Typed) -> Markup {
    let wrong = typed.wrong("to");
    let mut options: Vec<(bool, String, String)> = app
        .colleagues(unit, holder)
        .into_iter()
        .map(|it| {
            let name = staff_name(page, &it.id);
            let name = if it.is_here { format!("{name} ({})", page.text("desk-here")) } else { name };
            (!it.is_here, name, it.id)
        })
        .collect();
    options.sort();
    field(
        page,
        "to",
        label,
        wrong,
        &html! {
            select.field #to name="to" aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "to-error")] {
                option value="" { (page.text("desk-choose")) }
                @for (_, name, id) in options { option value=(id) selected[id == typed.fields.to] { (name) } }
            }
        },
    )
}

/// The tasks about a contact, on its page: what is open, and the way to set another for those who may.
pub async fn about(
    app: &App,
    page: &Page,
    caller: &Caller,
    (contact, may_set): (Uuid, bool),
) -> Result<Markup, Failure> {
    let ids: Vec<Uuid> = app.kinds.tasks.look(|tasks| tasks.index().of(contact).collect());
    let mut open = Vec::new();
    for id in ids {
        let task = app.kinds.tasks.look(|tasks| tasks.get(id));
        let Some(task) = task.filter(|task| matches!(task.place, Place::Queued | Place::Owned)) else { continue };
        if app.may_still(caller, id, Action::Read, &task) {
            // Its words are read with those of the contact, by a reading that is recorded as its own.
            app.guarded(&app.kinds.tasks, caller, id, Action::Read).await?;
            let words = app.kinds.words(id, Task::NAME, 1).await.map_err(|error| Failure::away(&error))?;
            open.push((id, task, words));
        }
    }
    Ok(html! {
        @if may_set || !open.is_empty() { section.tasks aria-labelledby="tasks-title" {
            h2 #tasks-title { (page.text("tasks-title")) }
            @if !open.is_empty() {
                ul.tasks__list {
                    @for (id, task, words) in &open {
                        li {
                            a href=(format!("/desk/tasks/{id}")) dir="auto" {
                                (crate::desk::shortened(&words_of(page, task, words.as_deref()), 80))
                            }
                            " " span.quiet {
                                (when(app, page, task))
                                @if let Some(owner) = task.has() { ", " (staff_name(page, owner)) }
                            }
                        }
                    }
                }
            }
            @if may_set { p { a #set-task href=(format!("/desk/tasks/new?contact={contact}")) { (page.text("tasks-set")) } } }
        } }
    })
}

/// The form that sets a task; `about`: the contact that it is about, and its unit.
pub fn form(app: &App, page: &Page, person: &Person, about: Option<(Uuid, &Contact)>, typed: &Typed) -> Response {
    let fields = &typed.fields;
    let unit = about.map_or(person.unit.as_str(), |(_, contact)| &contact.unit);
    let key = named(app, &fields.client_id);
    let wrong = typed.wrong("text");
    let to = about.map_or_else(|| "/desk".into(), |(id, _)| format!("/desk/contacts/{id}"));
    let content = html! {
        (errors(page, &typed.wrong))
        (back(&to, &page.text(if about.is_some() { "tasks-to-contact" } else { "desk-back" })))
        h1 { (page.text("tasks-set")) }
        @if let Some((id, _)) = about { p { (page.text("tasks-about")) ": " (page.text("tasks-about-contact")) " " (receipt(id)) } }
        form #work .letter method="post" action="/desk/tasks/new" autocomplete="off" {
            input type="hidden" name="client_id" value=(key);
            @if let Some((id, _)) = about { input type="hidden" name="contact" value=(id); }
            (field(page, "text", "tasks-what", wrong, &html! {
                p.hint #text-hint { (page.text("tasks-what-hint")) }
                textarea.field #text name="text" rows="3" dir="auto" aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=(if wrong.is_some() { "text-hint text-error" } else { "text-hint" }) { (fields.text) }
            }))
            (day(page, "tasks-by-day", typed.wrong("day"), &fields.day))
            fieldset {
                legend { (page.text("tasks-for")) }
                div.choices {
                    @for (value, key) in [("me", "tasks-for-me"), ("unit", "tasks-for-unit"), ("one", "tasks-for-one")] {
                        div.choice {
                            input id=(format!("for-{value}")) type="radio" name="for" value=(value)
                                checked[fields.whose == value || (fields.whose.is_empty() && value == "me")];
                            label for=(format!("for-{value}")) { (page.text(key)) }
                        }
                    }
                }
            }
            div.tasks__one { (colleagues(app, page, (unit, Some(&person.id)), "tasks-one", typed)) }
            button.btn type="submit" { (page.text("tasks-save")) }
        }
    };
    page.render_form("work", typed.status, &page.text("tasks-set"), &content)
}
