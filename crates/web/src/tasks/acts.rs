//! Acts on tasks, by the forms of their pages.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use matter::access::{Action, Role};
use matter::{Matter, Text};
use operations::contacts::Contact;
use operations::tasks::{Command, Of, Task};
use serde::Deserialize;
use store::new_id;
use uuid::Uuid;

use super::page::{Typed, form, shown};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care;
use crate::contact::{see_other, wrong_text};
use crate::form::Unsaid;
use crate::home::{away, failed, signed_out};
use crate::layout::Page;

/// Everything that the forms of tasks carry.
#[derive(Deserialize, Default, Clone)]
pub struct Fields {
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub text: String,
    /// The day by which it is due, or until which it sleeps.
    #[serde(default)]
    pub day: String,
    /// For whom: `me`, `unit` or `one`.
    #[serde(default, rename = "for")]
    pub whose: String,
    /// The professional to whom it is given.
    #[serde(default)]
    pub to: String,
    /// The contact that it is about.
    #[serde(default)]
    pub contact: String,
    /// The form is only shown again, in another language.
    #[serde(default)]
    pub show: String,
}

#[derive(Deserialize, Default)]
pub struct AboutWhich {
    #[serde(default)]
    contact: String,
}

/// The contact that a task is to be about; none: it is about none.
type About = Option<(Uuid, Arc<Contact>)>;

async fn about(app: &App, person: &Person, caller: &Caller, contact: &str) -> Result<About, Failure> {
    // A partner does what was given to them, and gives nothing.
    if !Task::RIGHTS.worked_by.contains(&person.role) || person.role == Role::Partner {
        return Err(Failure::not_found());
    }
    if contact.is_empty() {
        return Ok(None);
    }
    let id = contact.parse().map_err(|_| Failure::not_found())?;
    // A task brings care of the person with it: none is made by whoever may only look.
    Ok(Some((id, app.guarded(&app.kinds.contacts, caller, id, Action::Handle).await?)))
}

/// `GET /desk/tasks/new`.
pub async fn new(
    State(app): State<Arc<App>>,
    page: Page,
    Query(which): Query<AboutWhich>,
    caller: Result<Caller, Failure>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let found = match caller {
        Ok(caller) => about(&app, &person, &caller, &which.contact).await,
        Err(failure) => Err(failure),
    };
    match found {
        Ok(about) => form(&app, &page, &person, about.as_ref().map(|(id, it)| (*id, &**it)), &Typed::default()),
        Err(failure) => failed(&page, &failure),
    }
}

/// `POST /desk/tasks/new`.
pub async fn set(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = given.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let Some(person) = page.person.clone() else { return signed_out(&page, &fields.text) };
    let found = match &caller {
        Ok(caller) => about(&app, &person, caller, &fields.contact).await,
        Err(failure) => Err(failure.clone()),
    };
    let about = match found {
        Ok(about) => about,
        // The text is theirs to keep.
        Err(failure) if !fields.text.is_empty() => return away(&page, failure.status, &fields.text),
        Err(failure) => return failed(&page, &failure),
    };
    let shown = about.as_ref().map(|(id, it)| (*id, &**it));
    if !fields.show.is_empty() {
        return form(&app, &page, &person, shown, &Typed { fields, ..Typed::default() });
    }
    let (command, key) = match asked(&app, &person, shown, &fields) {
        Ok(asked) => asked,
        Err(wrong) => {
            let typed = Typed { fields, wrong, status: StatusCode::UNPROCESSABLE_ENTITY };
            return form(&app, &page, &person, shown, &typed);
        }
    };
    match app.kinds.set_task(command, &person.by(), &key).await {
        Ok(id) => see_other(&format!("/desk/tasks/{id}?did=set")),
        Err(trouble) => {
            let failure = Failure::from(trouble);
            let status = if failure.code == "times" { StatusCode::UNPROCESSABLE_ENTITY } else { failure.status };
            let (client_id, wrong) = match failure.code {
                "key_reused" => (String::new(), ("wrong-again", "text")),
                "times" => (fields.client_id.clone(), ("tasks-wrong-day", "day")),
                _ => (fields.client_id.clone(), ("wrong-later", "text")),
            };
            let typed = Typed { fields: Fields { client_id, ..fields }, wrong: vec![wrong], status };
            failure.with_retry_after(form(&app, &page, &person, shown, &typed))
        }
    }
}

/// Keys of texts, and fields.
type Wrong = Vec<(&'static str, &'static str)>;

/// The task of a form, and its name; or all that is wrong with the form.
fn asked(
    app: &App,
    person: &Person,
    about: Option<(Uuid, &Contact)>,
    fields: &Fields,
) -> Result<(Command, String), Wrong> {
    let unit = about.map_or(person.unit.as_str(), |(_, contact)| &contact.unit);
    let words = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => ("tasks-wrong-text", "text"),
        wrong => (wrong, "text"),
    });
    let due = if fields.day.is_empty() { Ok(None) } else { end_of(app, &fields.day).map(Some) };
    let to = match fields.whose.as_str() {
        "" | "me" => Ok(Some(person.id.clone())),
        "unit" => Ok(None),
        _ if app.colleagues(unit, Some(&person.id)).iter().any(|it| it.id == fields.to) => Ok(Some(fields.to.clone())),
        _ => Err(("tasks-wrong-to", "to")),
    };
    let key = care::client_id(&fields.client_id).map_err(|_| ("wrong-again", "text"));
    match (words, due, to, key) {
        (Ok(words), Ok(due), Ok(to), Ok(key)) => {
            let (subject, unit) = (about.and_then(|(_, contact)| contact.subject), unit.into());
            let about = about.map(|(id, _)| Of { kind: Contact::NAME.into(), id });
            let to = to.as_deref().map(Into::into);
            Ok((Command::Set { about, subject, unit, to, due, dispatch: None, says: None, words: Text(words) }, key))
        }
        (words, due, to, key) => Err([words.err(), due.err(), to.err(), key.err()].into_iter().flatten().collect()),
    }
}

/// The last instant of a day that is still to come, in microseconds since 1970.
pub fn end_of(app: &App, day: &str) -> Result<i64, (&'static str, &'static str)> {
    let wrong = ("tasks-wrong-day", "day");
    let day: jiff::civil::Date = day.parse().map_err(|_| wrong)?;
    let next = day.tomorrow().ok().and_then(|next| app.calendar.start_of(next)).ok_or(wrong)?;
    if next > app.kinds.store.now() { Ok(next - 1) } else { Err(wrong) }
}

/// `POST /desk/tasks/{id}/{command}`.
pub async fn command(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let fields = given.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let done = match &caller {
        Ok(caller) => done(&app, caller, &person, &path, &verb, &fields).await,
        Err(failure) => Err(Unsaid::Failed(failure.clone())),
    };
    match done {
        Ok(()) => see_other(&format!("/desk/tasks/{path}?did={verb}")),
        Err(Unsaid::Wrong(wrong)) => {
            let typed = Typed { fields, wrong: vec![wrong], status: StatusCode::UNPROCESSABLE_ENTITY };
            shown(&app, &page, &path, caller, &typed, "").await
        }
        Err(Unsaid::Failed(failure)) if failure.status == StatusCode::CONFLICT => {
            let key = match failure.code {
                "owned_by_another" => "tasks-wrong-owned",
                "key_reused" => "wrong-again",
                _ if verb == "undo" => "wrong-undo",
                _ => "tasks-wrong-not-now",
            };
            let typed = Typed { fields, wrong: vec![(key, "work")], status: StatusCode::CONFLICT };
            shown(&app, &page, &path, caller, &typed, "").await
        }
        Err(Unsaid::Failed(failure)) => failed(&page, &failure),
    }
}

async fn done(
    app: &App,
    caller: &Caller,
    person: &Person,
    path: &str,
    verb: &str,
    fields: &Fields,
) -> Result<(), Unsaid> {
    let (id, task) = app.at_desk(&app.kinds.tasks, caller, path, Action::Handle).await?;
    let command = match verb {
        "claim" => Command::Claim,
        "release" => Command::Release,
        "finish" => Command::Finish,
        "reopen" => Command::Reopen,
        "undo" => {
            let other = task.has().filter(|owner| ***owner != *person.id);
            if let (Some(undo), Some(owner)) = (&task.undo, other)
                && *undo.by == *person.id
                && app.has_seen(id, owner, undo.at).await?
            {
                return Err(Unsaid::Wrong(("wrong-seen", "work")));
            }
            Command::Undo
        }
        "withdraw" => Command::Withdraw,
        // It wakes in the morning of the day, not at its end.
        "snooze" => {
            let until = end_of(app, &fields.day).map_err(Unsaid::Wrong)?;
            let day = app.calendar.local_date(until).and_then(|day| app.calendar.start_of(day));
            let until = day.filter(|at| *at > app.kinds.store.now());
            Command::Snooze { until: until.ok_or(Unsaid::Wrong(("tasks-wrong-day", "day")))? }
        }
        "assign" if person.role == Role::Partner => return Err(Failure::not_found().into()),
        "assign" => {
            let holder = task.has().map(|owner| &**owner);
            let is_one = app.colleagues(&task.unit, holder).iter().any(|it| it.id == fields.to);
            if !is_one {
                return Err(Unsaid::Wrong(("tasks-wrong-to", "to")));
            }
            Command::Assign { to: fields.to.as_str().into() }
        }
        _ => return Err(Failure::not_found().into()),
    };
    let key = match fields.client_id.as_str() {
        "" => new_id(app.kinds.store.now()).to_string(),
        given => care::client_id(given)?,
    };
    app.kinds
        .tasks
        .ask(id, command, &person.by(), &key, 0)
        .await
        .map(drop)
        .map_err(|trouble| Failure::from(trouble).into())
}
