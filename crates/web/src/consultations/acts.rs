//! Asking a colleague, and what is done with a question, by the forms of their pages.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Code, Profession, Register};
use matter::Text;
use matter::access::{Action, Role};
use operations::consultations::consent::{Between, Needs, case};
use operations::consultations::{Asked, Command};
use operations::contacts::Contact;
use operations::disclosures::{self, Whose};
use serde::Deserialize;
use uuid::Uuid;

use super::page::{Typed, form, shown};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care;
use crate::contact::{see_other, wrong_text};
use crate::form::Unsaid;
use crate::guard::Glance;
use crate::home::{failed, signed_out, unsent};
use crate::layout::Page;
use crate::tasks::end_of;

/// Everything that the forms of consultations carry.
#[derive(Deserialize, Default, Clone)]
pub struct Fields {
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub text: String,
    /// The choice of the one who is asked: `one` or `unit`.
    #[serde(default)]
    pub whom: String,
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub profession: String,
    /// Where they work in the other register: `ask` the client for consent, or ask `unnamed`.
    #[serde(default)]
    pub consent: String,
    /// The day by which an answer is needed.
    #[serde(default)]
    pub day: String,
    /// The form is only shown again, in another language.
    #[serde(default)]
    pub show: String,
}

/// Keys of texts, and fields.
type Wrong = Vec<(&'static str, &'static str)>;

/// The contact that somebody may ask about.
async fn contact(
    app: &App,
    page: &Page,
    caller: Result<&Caller, &Failure>,
    path: &str,
) -> Result<(Uuid, Arc<Contact>), Failure> {
    let id = path.parse().map_err(|_| Failure::not_found())?;
    let caller = caller.map_err(Failure::clone)?;
    if page.role == Some(Role::Resident) {
        return Err(Failure::not_found());
    }
    Ok((id, app.guarded(&app.kinds.contacts, caller, id, Action::Handle).await?))
}

/// `GET /desk/contacts/{id}/consult`.
pub async fn new(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    match contact(&app, &page, caller.as_ref(), &path).await {
        Ok((id, contact)) => form(&app, &page, &person, (id, &contact), &Typed::default()),
        Err(failure) => failed(&page, &failure),
    }
}

/// `POST /desk/contacts/{id}/consult`.
pub async fn ask(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = given.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let Some(person) = page.person.clone() else { return signed_out(&page, &fields.text) };
    let (id, contact) = match contact(&app, &page, caller.as_ref(), &path).await {
        Ok(found) => found,
        Err(failure) => return unsent(&page, &failure, &fields.text),
    };
    let again = |fields, wrong, status| form(&app, &page, &person, (id, &contact), &Typed { fields, wrong, status });
    if !fields.show.is_empty() {
        return again(fields, Vec::new(), StatusCode::OK);
    }
    let (question, key) = match question(&app, &person, (id, &contact), &fields) {
        Ok(question) => question,
        Err(wrong) => return again(fields, wrong, StatusCode::UNPROCESSABLE_ENTITY),
    };
    let wanted = (fields.consent == "ask").then(|| crosses(&app, (id, &contact), &question)).flatten();
    let whose = wanted.map(|register| Whose { subject: contact.subject, register, unit: question.unit.clone() });
    let asks = async |whose: Whose| {
        let matter = Uuid::new_v5(&id, format!("consent/{}/{key}", person.id).as_bytes());
        app.kinds.disclosures.ask(matter, disclosures::Command::Ask(whose), &person.by(), &key, 0).await.map(drop)
    };
    let done = match app.kinds.consult(question, &person.by(), &key).await {
        Ok(_) => match whose {
            Some(whose) => asks(whose).await,
            None => Ok(()),
        },
        Err(trouble) => Err(trouble),
    };
    match done {
        Ok(()) => see_other(&format!("/desk/contacts/{id}?did=consult")),
        Err(trouble) => {
            let failure = Failure::from(trouble);
            let (client_id, wrong) = match failure.code {
                "key_reused" => (String::new(), ("wrong-again", "text")),
                "times" => (fields.client_id.clone(), ("consultations-wrong-day", "day")),
                "owned_by_another" | "not_claimed" | "not_now" => {
                    (fields.client_id.clone(), ("consultations-wrong-holder", "text"))
                }
                _ => (fields.client_id.clone(), ("wrong-later", "text")),
            };
            let again = again(Fields { client_id, ..fields }, vec![wrong], failure.status);
            failure.with_retry_after(again)
        }
    }
}

/// The question of a form, and its name; or all that is wrong with the form.
fn question(
    app: &App,
    person: &Person,
    (id, contact): (Uuid, &Contact),
    fields: &Fields,
) -> Result<(Asked, String), Wrong> {
    let words = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => ("consultations-wrong-text", "text"),
        wrong => (wrong, "text"),
    });
    let colleague = || app.colleagues(&contact.unit, Some(&person.id)).iter().any(|it| it.id == fields.to);
    let profession = Profession::named(&fields.profession);
    let whom = match fields.whom.as_str() {
        "one" if colleague() => Ok((contact.unit.clone(), Some(fields.to.as_str().into()), None)),
        "one" => Err(("consultations-wrong-to", "to")),
        "unit" if !app.is_unit(&fields.unit) => Err(("consultations-wrong-unit", "unit")),
        "unit" if !fields.profession.is_empty() && profession.is_none() => {
            Err(("consultations-wrong-unit", "profession"))
        }
        "unit" => Ok((fields.unit.as_str().into(), None, profession)),
        _ => Err(("consultations-wrong-whom", "whom-one")),
    };
    let due = end_of(app, &fields.day).map_err(|_| ("consultations-wrong-day", "day"));
    let key = care::client_id(&fields.client_id).map_err(|_| ("wrong-again", "text"));
    match (words, whom, due, key) {
        (Ok(words), Ok((unit, to, profession)), Ok(due), Ok(key)) => {
            let (subject, from, words) = (contact.subject, contact.unit.clone(), Text(words));
            let asked = Asked { contact: id, subject, from, unit, to, profession, due, words };
            match (crosses(app, (id, contact), &asked), fields.consent.as_str()) {
                (None, _) => Ok((asked, key)),
                (Some(_), "ask") if contact.subject.is_some() => Ok((asked, key)),
                // It is nobody's question then; the matter stays closed.
                (Some(_), "unnamed") => Ok((Asked { subject: None, ..asked }, key)),
                (Some(_), _) => Err(vec![("consultations-wrong-consent", "consent-unnamed")]),
            }
        }
        (words, whom, due, key) => Err([words.err(), whom.err(), due.err(), key.err()].into_iter().flatten().collect()),
    }
}

/// The register of a contact, where those who are asked work in the other one alone, and the rule has the client asked first.
fn crosses(app: &App, (id, contact): (Uuid, &Contact), asked: &Asked) -> Option<Register> {
    let register = app.register_of(&Glance::of(id, contact, 0))?;
    let profession = asked.to.as_ref().and_then(|to| app.profession(to)).or(asked.profession);
    let theirs = app.registers_at(&asked.unit, profession);
    let needs = case(Between::Other, app.calendar.local_date(app.kinds.store.now())?)?.needs;
    (!theirs.is_empty() && !theirs.contains(&register) && needs == Needs::Consent).then_some(register)
}

/// `POST /desk/consultations/{id}/{command}`.
pub async fn command(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = given.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let Some(person) = page.person.clone() else { return signed_out(&page, &fields.text) };
    if !fields.show.is_empty() {
        return shown(&app, &page, &path, caller, &Typed { fields, ..Typed::default() }, "").await;
    }
    let done = match &caller {
        Ok(caller) => done(&app, caller, &person, (&path, &verb), &fields).await,
        Err(failure) => Err(Unsaid::Failed(failure.clone())),
    };
    let (wrong, status) = match done {
        Ok(to) => return see_other(&to),
        Err(Unsaid::Wrong(wrong)) => (wrong, StatusCode::UNPROCESSABLE_ENTITY),
        Err(Unsaid::Failed(failure)) if failure.status == StatusCode::CONFLICT => {
            let key = match failure.code {
                "owned_by_another" => "consultations-wrong-owned",
                "other_profession" => "consultations-wrong-profession",
                "key_reused" => "wrong-again",
                _ => "tasks-wrong-not-now",
            };
            ((key, "text"), StatusCode::CONFLICT)
        }
        Err(Unsaid::Failed(failure)) => return unsent(&page, &failure, &fields.text),
    };
    let client_id = if wrong.0 == "wrong-again" { String::new() } else { fields.client_id.clone() };
    let typed = Typed { fields: Fields { client_id, ..fields }, wrong: vec![wrong], status };
    shown(&app, &page, &path, caller, &typed, "").await
}

/// Carries an act out; gives where to go on.
async fn done(
    app: &App,
    caller: &Caller,
    person: &Person,
    (path, verb): (&str, &str),
    fields: &Fields,
) -> Result<String, Unsaid> {
    let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
    if person.role == Role::Resident {
        return Err(Failure::not_found().into());
    }
    let command = match verb {
        "claim" => super::claim(app, &person.id),
        "release" => Command::Release,
        "notice" => Command::Notice,
        "answer" => {
            let words = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
                "wrong-empty" => Unsaid::Wrong(("consultations-wrong-answer", "text")),
                wrong => Unsaid::Wrong((wrong, "text")),
            })?;
            Command::Answer { words: Text(words) }
        }
        _ => return Err(Failure::not_found().into()),
    };
    let contact = app.guarded(&app.kinds.consultations, caller, id, Action::Handle).await?.contact;
    let key = match fields.client_id.as_str() {
        "" => app.sessions.unguessable(),
        given => care::client_id(given)?,
    };
    app.kinds.consultations.ask(id, command, &person.by(), &key, 0).await.map_err(Failure::from)?;
    Ok(match verb {
        "notice" => format!("/desk/contacts/{contact}"),
        "claim" => format!("/desk/consultations/{id}?did=claim"),
        _ => format!("/desk?did={verb}-question&contact={id}"),
    })
}

/// From the page of a contact: whoever asked takes a question about it back, or has read its answer. A question stands with
/// the unit that is asked, and they come to it by the contact that they may handle.
pub async fn of_contact(
    app: &App,
    contact: Uuid,
    person: &Person,
    (verb, id): (&str, &str),
    key: &str,
) -> Result<(), Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::not_found())?;
    let it = app.kinds.consultations.read(id).await.map_err(|error| Failure::away(&error))?;
    it.filter(|it| it.contact == contact).ok_or_else(Failure::not_found)?;
    let command = if verb == "recall" { Command::Withdraw } else { Command::Notice };
    Ok(app.kinds.consultations.ask(id, command, &person.by(), key, 0).await.map(drop)?)
}
