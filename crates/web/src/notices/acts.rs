//! Acts on a notice, by the forms of its page.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Code, Urgency};
use matter::access::Action;
use matter::{Matter, PartId, Text};
use operations::notices::{Command, Details, Ending, Made, Notice};
use serde::Deserialize;
use uuid::Uuid;

use super::page::shown;
use super::targets;
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::{self, REASONS};
use crate::contact::{see_other, wrong_text};
use crate::form::{Unsaid, key};
use crate::home::{away, unsent};
use crate::layout::Page;

/// Everything that the forms of a notice carry.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Fields {
    pub client_id: String,
    pub urgency: String,
    /// Another notice.
    pub other: String,
    /// The queue to which it goes, `PART@UNIT` or a unit.
    pub to: String,
    pub reason: String,
    pub note: String,
    /// The queue and the words of a part.
    pub part_to: String,
    pub text: String,
    pub ending: String,
    /// The page is only shown again, in another language.
    pub show: String,
}

pub type Typed = crate::form::Typed<Fields>;

/// `POST /desk/notices/{id}/{command}`.
pub async fn act(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = given.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let written = format!("{}{}", fields.text, fields.note);
    let Some(person) = page.person.clone() else {
        return if written.is_empty() { page.to_sign_in() } else { away(&page, StatusCode::CONFLICT, &written) };
    };
    if !fields.show.is_empty() {
        return shown(&app, &page, &path, caller, &Typed { fields, ..Typed::default() }, "").await;
    }
    let done = match &caller {
        Ok(caller) => done(&app, &page, caller, &person, (&path, &verb), &fields).await,
        Err(failure) => Err(Unsaid::Failed(failure.clone())),
    };
    let (wrong, status) = match done {
        Ok(to) => return see_other(&to),
        Err(Unsaid::Wrong(wrong)) => (wrong, StatusCode::UNPROCESSABLE_ENTITY),
        Err(Unsaid::Failed(failure)) if failure.status == StatusCode::CONFLICT => {
            let key = match failure.code {
                "owned_by_another" => "notices-wrong-owned",
                "not_claimed" => "notices-wrong-claim",
                "unassessed" => "notices-wrong-unassessed",
                "first_over" => "notices-wrong-over",
                "key_reused" => "wrong-again",
                _ => "notices-wrong-not-now",
            };
            ((key, "work"), StatusCode::CONFLICT)
        }
        Err(Unsaid::Failed(failure)) => return unsent(&page, &failure, &written),
    };
    let client_id = if wrong.0 == "wrong-again" { String::new() } else { fields.client_id.clone() };
    let typed = Typed { fields: Fields { client_id, ..fields }, wrong: vec![wrong], status };
    shown(&app, &page, &path, caller, &typed, "").await
}

/// Carries an act out; gives where to go on.
async fn done(
    app: &App,
    page: &Page,
    caller: &Caller,
    person: &Person,
    (path, verb): (&str, &str),
    fields: &Fields,
) -> Result<String, Unsaid> {
    let (id, it) = app.at_desk(&app.kinds.notices, caller, path, Action::Handle).await?;
    let key = key(app, verb, &fields.client_id)?;
    if verb == "split" {
        split((app, page), person, (id, &it), fields, &key).await?;
        return Ok(format!("/desk/notices/{id}?did=split"));
    }
    let command = asked(app, page, verb, fields)?;
    // Of the other one, too, they learn and it is written there.
    if let Command::Confirm { first: other, .. } | Command::Reject { other } = &command {
        app.guarded(&app.kinds.notices, caller, *other, Action::Read).await?;
    }
    app.kinds.notices.ask(id, command, &person.by(), &key, 0).await.map_err(Failure::from)?;
    let after = app.kinds.notices.read(id).await.map_err(|error| Failure::away(&error))?;
    let reads = after.is_some_and(|it| app.may_still(caller, id, Action::Read, &it));
    Ok(if reads { format!("/desk/notices/{id}?did={verb}") } else { "/desk".into() })
}

/// The command of a form.
fn asked(app: &App, page: &Page, verb: &str, fields: &Fields) -> Result<Command, Unsaid> {
    let other = || fields.other.parse::<Uuid>().map_err(|_| Failure::not_found());
    Ok(match verb {
        "claim" => Command::Claim,
        "release" => Command::Release,
        "tell" => Command::Tell,
        "separate" => Command::Separate,
        "urgency" => {
            let urgency = Urgency::named(&fields.urgency).ok_or(Unsaid::Wrong(("notices-wrong-urgency", "urgency")))?;
            Command::AssessUrgency { urgency }
        }
        // In which unit the first one stands, the rules find out.
        "confirm" => Command::Confirm { first: other()?, unit: "".into() },
        "reject" => Command::Reject { other: other()? },
        "hand" => {
            let (to, queue) = target(app, page, &fields.to).ok_or(Unsaid::Wrong(("notices-wrong-to", "to")))?;
            if !REASONS.contains(&fields.reason.as_str()) {
                return Err(Unsaid::Wrong(("notices-wrong-reason", "reason")));
            }
            let note = match fields.note.trim() {
                "" => None,
                note => Some(Text(care::text(note).map_err(|_| Unsaid::Wrong((wrong_text(note), "note")))?)),
            };
            Command::Hand { to: to.as_str().into(), queue, reason: fields.reason.clone(), note }
        }
        "end" => {
            let ending = Ending::named(&fields.ending).ok_or(Unsaid::Wrong(("notices-wrong-ending", "ending")))?;
            Command::End { ending }
        }
        _ => return Err(Failure::not_found().into()),
    })
}

/// The unit and the queue of a target that is offered; a county without queues as parts has told no registers apart.
fn target(app: &App, page: &Page, given: &str) -> Option<(String, Option<PartId>)> {
    let is_offered = app.kinds.queues.all().is_empty() || targets(app, page).iter().any(|(it, _)| it == given);
    app.queue_named(given).filter(|_| is_offered)
}

/// A part of it goes to others, with words of its own about the same person.
async fn split(
    (app, page): (&App, &Page),
    person: &Person,
    (id, it): (Uuid, &Notice),
    fields: &Fields,
    key: &str,
) -> Result<(), Unsaid> {
    let (unit, queue) = target(app, page, &fields.part_to).ok_or(Unsaid::Wrong(("notices-wrong-to", "part_to")))?;
    let words = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => Unsaid::Wrong(("notices-wrong-part", "text")),
        wrong => Unsaid::Wrong((wrong, "text")),
    })?;
    let details = app.kinds.words(id, Notice::NAME, Details::AT).await.map_err(|error| Failure::away(&error))?;
    let details = details.map(|text| Details::read(&text)).unwrap_or_default();
    let made = Made { unit: unit.as_str().into(), queue, ..it.made.clone() };
    app.kinds.split_notice(id, (made, words, &details), &person.by(), key).await.map_err(Failure::from)?;
    Ok(())
}
