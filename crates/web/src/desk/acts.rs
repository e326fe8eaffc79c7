//! Acts of professionals on a contact, by the forms of its page. Nothing that was typed is lost: a text that an act does
//! not carry along stays on the page, or keeps the act from being done.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use facts::Modality;
use matter::access::{Action, Role};
use matter::{PartId, Text};
use operations::contacts::transfers::transfers;
use operations::contacts::{Code, Command, Contact, Outcome};
use operations::residents::phone;
use serde::Deserialize;
use uuid::Uuid;

use super::banner::LEAVES;
use super::{left, phrases, sms, work};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care;
use crate::consultations;
use crate::contact::way::chosen;
use crate::contact::{see_other, wrong_text};
use crate::drafts;
use crate::home::{away, unsent};
use crate::layout::{Page, escape};
use crate::resident::Asked;

/// Everything that the forms of a contact carry.
#[derive(Deserialize, Default, Clone)]
pub struct Fields {
    #[serde(default)]
    pub client_id: String,
    /// Read by us, so that what cannot be read costs nobody what they wrote.
    #[serde(default)]
    pub seen: String,
    #[serde(default)]
    pub text: String,
    /// To which unit.
    #[serde(default)]
    pub unit: String,
    /// To which professional.
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub note: String,
    /// To colleagues, beside the contact itself.
    #[serde(default)]
    pub noted: String,
    /// The question to a colleague that a button is about.
    #[serde(default)]
    consultation: String,
    /// The page on which one goes on when the forms are kept.
    #[serde(default)]
    onward: String,
    /// When a client is to be called, and under which number.
    #[serde(default)]
    pub slot: String,
    #[serde(default)]
    pub number: String,
    /// Of how many text messages the answer was shown to be.
    #[serde(default)]
    parts: String,
    /// The ready answer that is to be put into the answer.
    #[serde(default)]
    phrase: String,
    /// It is a script that saves what stands in the forms.
    #[serde(default)]
    script: String,
    #[serde(default)]
    pub outcome: String,
    #[serde(default)]
    pub modality: String,
    #[serde(default)]
    pub minutes: String,
    /// So many encounters were shown where this one was recorded.
    #[serde(default)]
    met: String,
}

/// The contents of the forms when they are shown again, and all that is wrong with them: keys of texts, and fields.
#[derive(Default)]
pub struct Typed {
    pub fields: Fields,
    pub wrong: Vec<(&'static str, &'static str)>,
    pub status: StatusCode,
    /// When what stands in them was kept as a draft, in microseconds since 1970.
    pub saved: Option<i64>,
}

impl Typed {
    /// All that was written, to be taken along.
    pub fn all(&self) -> String {
        let written = [self.fields.text.trim(), self.fields.note.trim(), self.fields.noted.trim()];
        written.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    /// The fault of a field, if it has one.
    pub fn wrong(&self, field: &str) -> Option<&'static str> {
        self.wrong.iter().find(|(_, wrong)| *wrong == field).map(|(key, _)| *key)
    }
}

/// Why a form was not carried out.
enum Wrong {
    /// The person can do something about it: keys of texts, and fields.
    Told(Vec<(&'static str, &'static str)>),
    /// It cannot be done as things stand: key of the text.
    Refused(&'static str),
    Failed(Failure),
}

impl From<Failure> for Wrong {
    fn from(failure: Failure) -> Wrong {
        match failure.code {
            "owned_by_another" => Wrong::Refused("wrong-owned"),
            "enough_chats" => Wrong::Refused("wrong-enough-chats"),
            "call_later" => Wrong::Refused("wrong-call-later"),
            "too_few_calls" => Wrong::Refused("wrong-too-few-calls"),
            "no_calls" => Wrong::Refused("wrong-sms-calls"),
            "no_files" => Wrong::Refused("wrong-sms-files"),
            "stopped" => Wrong::Refused("wrong-sms-stopped"),
            "too_long" => Wrong::Refused("wrong-sms-long"),
            "identity_code" => Wrong::Refused("wrong-sms-code"),
            "not_claimed" => Wrong::Refused("wrong-unclaimed"),
            "unseen_message" => Wrong::Refused("wrong-unseen"),
            "not_now" | "not_there" | "too_late" | "too_early" => Wrong::Refused("wrong-not-now"),
            "key_reused" => Wrong::Refused("wrong-again"),
            "busy" | "unknown" => Wrong::Refused("wrong-later"),
            "invalid" | "times" | "no_pair" | "earlier_registration" | "anonymous" => Wrong::Refused("wrong-form"),
            _ => Wrong::Failed(failure),
        }
    }
}

/// Whether an act carries the answer along, the note of a transfer, and the note beside the contact.
fn carries(verb: &str) -> [bool; 3] {
    match verb {
        "reply" | "ask" | "finish" => [true, false, false],
        "transfer" => [false, true, false],
        "note" => [false, false, true],
        _ => [false; 3],
    }
}

/// The texts that an act would leave behind.
fn left_behind(verb: &str, fields: &Fields) -> Fields {
    let [text, note, noted] = carries(verb);
    let kept = |is_carried: bool, text: &str| {
        if is_carried || !text.chars().any(care::is_seen) { "" } else { text }.to_string()
    };
    Fields {
        text: kept(text, &fields.text),
        note: kept(note, &fields.note),
        noted: kept(noted, &fields.noted),
        ..Fields::default()
    }
}

impl Fields {
    /// The forms as their author left them.
    pub fn of(mut draft: drafts::Typed) -> Fields {
        let [text, note, noted, client_id] = ["text", "note", "noted", "client_id"].map(|name| draft.take(name));
        Fields { text, note, noted, client_id, ..Fields::default() }
    }

    fn is_blank(&self) -> bool {
        [&self.text, &self.note, &self.noted].iter().all(|text| !text.chars().any(care::is_seen))
    }
}

/// Keeps what stands in the forms of a contact, if it can be read at all. To keep it reads nothing. Gives when.
async fn keep(app: &App, caller: &Caller, path: &str, fields: &Fields) -> Result<Option<i64>, Failure> {
    let (id, person, contact) = author(app, caller, path).await?;
    if !app.may_still(caller, id, Action::Read, &contact) {
        return Err(Failure::not_found());
    }
    Ok(put(app, (id, &contact), person, fields).await)
}

/// Keeps what stands in the forms: the answer, both notes, and the name of the answer.
pub async fn keep_typed(app: &App, caller: &Caller, path: &str, typed: [String; 4]) -> Result<(), Failure> {
    let [text, note, noted, client_id] = typed;
    keep(app, caller, path, &Fields { text, note, noted, client_id, ..Fields::default() }).await.map(drop)
}

/// Takes out of the draft what an act carried. Every other text stays one, also where another page of the same author kept it;
/// one that stood on this page is kept as it stood. An author who has handed the contact over reads it no more, so no right to
/// read is asked. Gives when.
async fn sent(app: &App, caller: &Caller, path: &str, verb: &str, behind: &Fields) -> Result<Option<i64>, Failure> {
    let (id, person, contact) = author(app, caller, path).await?;
    let draft = app.draft(drafts::Of { by: &person.by(), contact: id, form: DRAFT }).await;
    let rest = left_behind(verb, &draft.map_or_else(Fields::default, Fields::of));
    let last = |here: &str, there: String| if here.is_empty() { there } else { here.into() };
    let [text, note, noted] =
        [last(&behind.text, rest.text), last(&behind.note, rest.note), last(&behind.noted, rest.noted)];
    Ok(put(app, (id, &contact), person, &Fields { text, note, noted, ..Fields::default() }).await)
}

async fn put(app: &App, (id, contact): (Uuid, &Contact), person: &Person, fields: &Fields) -> Option<i64> {
    let of = drafts::Of { by: &person.by(), contact: id, form: DRAFT };
    let texts = [("text", &*fields.text), ("note", &*fields.note), ("noted", &*fields.noted)];
    app.keep_draft(of, contact.subject, &texts, &[("client_id", &fields.client_id)]).await
}

/// The contact of a path, and the one who writes about it at the desk.
async fn author<'a>(app: &App, caller: &'a Caller, path: &str) -> Result<(Uuid, &'a Person, Arc<Contact>), Failure> {
    let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
    let person = caller.person.as_ref().filter(|person| person.role != Role::Resident);
    let contact = app.kinds.contacts.read(id).await.map_err(|error| Failure::away(&error))?;
    Ok((id, person.ok_or_else(Failure::not_found)?, contact.ok_or_else(Failure::not_found)?))
}

/// The forms of a contact's page, as drafts are named by them.
pub const DRAFT: &str = "work";

/// `POST /desk/contacts/{id}/{command}`.
pub async fn command(
    State(app): State<Arc<App>>,
    page: Page,
    Path((path, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return signed_out(&page, form) };
    let Ok(Form(fields)) = form else {
        let wrong = vec![("wrong-form", "text")];
        let typed = Typed { wrong, status: StatusCode::UNPROCESSABLE_ENTITY, ..Typed::default() };
        return work::shown(&app, &page, &path, caller, &typed, "").await;
    };
    match verb.as_str() {
        "save" => return save(&app, &page, &path, caller, fields).await,
        "phrase" => return insert(&app, &page, &path, caller, fields).await,
        _ => {}
    }
    let behind = left_behind(&verb, &fields);
    let is_behind = !behind.is_blank();
    let done = match &caller {
        Ok(_) if is_behind && LEAVES.contains(&verb.as_str()) => Err(Wrong::Told(unsaid(&behind))),
        Ok(caller) => done(&app, caller, &path, &verb, &fields).await.map(|unit| (caller, unit)),
        Err(failure) => Err(Wrong::Failed(failure.clone())),
    };
    let conflict = StatusCode::CONFLICT;
    let (wrong, status) = match done {
        Ok((caller, unit)) => {
            let saved = sent(&app, caller, &path, &verb, &behind).await.ok().flatten();
            if is_behind {
                // It stays where it was written; the act is done and said to be.
                let typed = Typed { fields: behind, saved, ..Typed::default() };
                return work::shown(&app, &page, &path, Ok(caller.clone()), &typed, &verb).await;
            }
            return see_other(&after(&app, caller, &path, &verb, &unit).await);
        }
        Err(Wrong::Told(wrong)) => (wrong, StatusCode::UNPROCESSABLE_ENTITY),
        Err(Wrong::Refused(key)) => {
            let key = if verb == "undo" && key == "wrong-not-now" { "wrong-undo" } else { key };
            let field = match carries(&verb) {
                [_, true, _] => "note",
                [_, _, true] => "noted",
                _ => "text",
            };
            (vec![(key, field)], conflict)
        }
        // It may be handed over, or gone: what they wrote is theirs to keep.
        Err(Wrong::Failed(failure)) => {
            let typed = Typed { fields, ..Typed::default() };
            return match (failure.status, path.parse()) {
                (StatusCode::NOT_FOUND, Ok(id)) if person.role != Role::Resident => {
                    left::page(&app, &page, &person, id, &typed.all()).await
                }
                _ => unsent(&page, &failure, &typed.all()),
            };
        }
    };
    let again = wrong.iter().any(|(key, _)| *key == "wrong-again");
    let client_id = if again { String::new() } else { fields.client_id.clone() };
    let fields = Fields { client_id, ..fields };
    let saved = match &caller {
        Ok(caller) => keep(&app, caller, &path, &fields).await.ok().flatten(),
        Err(_) => None,
    };
    let typed = Typed { fields, wrong, status, saved };
    work::shown(&app, &page, &path, caller, &typed, "").await
}

/// Keeps what stands in the forms, and goes on to the list; a script is told when.
async fn save(app: &App, page: &Page, path: &str, caller: Result<Caller, Failure>, fields: Fields) -> Response {
    let kept = match &caller {
        Ok(caller) => keep(app, caller, path, &fields).await,
        Err(failure) => Err(failure.clone()),
    };
    let is_script = !fields.script.is_empty();
    match kept {
        Ok(at) if is_script => drafts::answer(page, at),
        // Of somebody who was erased nothing is kept: the text stays on the page.
        Ok(None) if !fields.is_blank() && fields.onward.is_empty() => {
            let typed = Typed { fields, wrong: vec![("wrong-later", "text")], ..Typed::default() };
            work::shown(app, page, path, caller, &typed, "").await
        }
        Ok(_) if matches!(&*fields.onward, "consult" | "split") => {
            see_other(&format!("/desk/contacts/{}/{}", escape(path), fields.onward))
        }
        Ok(_) => see_other(&format!("/desk?did=save&contact={}", escape(path))),
        Err(failure) if is_script => failure.status.into_response(),
        Err(failure) => unsent(page, &failure, &Typed { fields, ..Typed::default() }.all()),
    }
}

/// Signed out while they wrote: what they wrote is theirs to keep.
fn signed_out(page: &Page, form: Result<Form<Fields>, FormRejection>) -> Response {
    let typed = form.map_or_else(|_| Typed::default(), |Form(fields)| Typed { fields, ..Typed::default() });
    let written = typed.all();
    match written.is_empty() {
        true => page.to_sign_in(),
        false => away(page, StatusCode::CONFLICT, &written),
    }
}

/// `POST /desk/contacts/{id}`: the page again in another language, with what stands in its form.
pub async fn again(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    if page.person.is_none() {
        return signed_out(&page, form);
    }
    let mut typed = form.map_or_else(|_| Typed::default(), |Form(fields)| Typed { fields, ..Typed::default() });
    if let Ok(caller) = &caller {
        typed.saved = keep(&app, caller, &path, &typed.fields).await.ok().flatten();
    }
    work::shown(&app, &page, &path, caller, &typed, "").await
}

/// The page again, with a ready answer after what was typed.
async fn insert(app: &App, page: &Page, path: &str, caller: Result<Caller, Failure>, mut fields: Fields) -> Response {
    let id = path.parse::<Uuid>().unwrap_or_default();
    let contact = app.kinds.contacts.read(id).await.ok().flatten();
    let phrase = contact.and_then(|contact| phrases::named(app, &contact, &fields.phrase));
    let wrong = phrase.is_none().then_some(("wrong-phrase", "phrase"));
    if let Some(phrase) = phrase {
        fields.text = phrases::after(&fields.text, &phrase);
    }
    let saved = match &caller {
        Ok(caller) => keep(app, caller, path, &fields).await.ok().flatten(),
        Err(_) => None,
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let typed = Typed { fields, wrong: wrong.into_iter().collect(), status, saved };
    work::shown(app, page, path, caller, &typed, "").await
}

/// That something was typed which the act would not send.
fn unsaid(behind: &Fields) -> Vec<(&'static str, &'static str)> {
    let text = (!behind.text.is_empty()).then_some(("wrong-unsent", "text"));
    let note = (!behind.note.is_empty()).then_some(("wrong-unsent-note", "note"));
    let noted = (!behind.noted.is_empty()).then_some(("wrong-unsaved", "noted"));
    text.into_iter().chain(note).chain(noted).collect()
}

/// `GET /desk/contacts/{id}/{command}`: the address of a form that could not be carried out, asked for again.
pub async fn back(Path((id, _)): Path<(String, String)>) -> Response {
    match id.parse::<Uuid>() {
        Ok(id) => see_other(&format!("/desk/contacts/{id}")),
        Err(_) => see_other("/desk"),
    }
}

/// Carries an act out; gives the unit in which the contact was before.
async fn done(app: &App, caller: &Caller, path: &str, verb: &str, fields: &Fields) -> Result<String, Wrong> {
    let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
    let key = match fields.client_id.as_str() {
        "" => app.sessions.unguessable(),
        given => care::client_id(given)?,
    };
    let action = if verb == "assign" { Action::Assign } else { Action::Handle };
    let contact = match app.guarded(&app.kinds.contacts, caller, id, action).await {
        Ok(contact) => contact,
        // A professional who handed it over and did not get the answer asks again for what is no longer theirs to see.
        Err(failure) => {
            let person = caller.person.as_ref().ok_or(Failure::not_found())?;
            let Ok((command, _)) = asked(app, verb, &key, fields, None) else { return Err(failure.into()) };
            let was_done = app.kinds.contacts.was_done(id, &command, &person.by(), &key).await;
            return if was_done == Ok(true) { Ok(person.unit.clone()) } else { Err(failure.into()) };
        }
    };
    if let (Some(person), "register" | "encounter") = (&caller.person, verb) {
        return for_resident(app, (id, &contact), person, verb, fields, &key).await.map(|()| contact.unit.to_string());
    }
    if let (Some(person), "recall" | "notice") = (&caller.person, verb) {
        consultations::of_contact(app, id, person, (verb, &fields.consultation), &key).await?;
        return Ok(contact.unit.to_string());
    }
    // A colleague who was given it, and has seen it, gives it back themselves.
    if let (Some(undo), "undo") = (&contact.undo, verb)
        && super::banner::is_undone_by(app, &contact, caller.person.as_ref())
        && let Some(owner) = contact.owner().filter(|owner| caller.person.as_ref().is_none_or(|me| me.id != **owner))
        && app.has_seen(id, owner, undo.at).await?
    {
        return Err(Wrong::Refused("wrong-seen"));
    }
    let asked = asked(app, verb, &key, fields, Some(&contact))?;
    if let Some(wrong) = sms::unshown(&contact, &fields.text, &fields.parts).filter(|_| carries(verb)[0]) {
        return Err(Wrong::Told(vec![(wrong, "text")]));
    }
    // At the desk a professional is one, also where they hold the code of what they wrote themselves.
    let who = caller.person.as_ref().map_or_else(|| caller.by(id), Person::by);
    let (command, seen) = asked;
    if command == Command::Claim {
        app.room_for_chat(&who, &contact)?;
    }
    match app.kinds.contacts.ask(id, command, &who, &key, seen).await {
        Ok(_) => Ok(contact.unit.to_string()),
        Err(trouble) => Err(Failure::from(trouble).into()),
    }
}

async fn for_resident(
    app: &App,
    contact: (Uuid, &Contact),
    person: &Person,
    verb: &str,
    fields: &Fields,
    key: &str,
) -> Result<(), Wrong> {
    if verb == "register" {
        return app.for_resident(contact, person, verb, Asked::own(app, person), key).await.map_err(Wrong::from);
    }
    let minutes = fields.minutes.parse();
    let modality = (Modality::named(&fields.modality).is_none()).then_some(("wrong-modality", "modality"));
    let wrong: Vec<_> = modality.into_iter().chain(minutes.is_err().then_some(("wrong-minutes", "minutes"))).collect();
    let (true, Ok(minutes)) = (wrong.is_empty(), minutes) else { return Err(Wrong::Told(wrong)) };
    // By how many were shown: pressed twice, or in two windows, it is recorded once.
    let key = format!("met-{}-{}", contact.0, fields.met.parse::<usize>().unwrap_or(0));
    let asked = Asked::met(fields.modality.clone(), minutes);
    app.for_resident(contact, person, verb, asked, &key).await.map_err(|failure| match failure.code {
        "key_reused" => Wrong::Told(vec![("wrong-met", "modality")]),
        _ => failure.into(),
    })
}

type Faults = Vec<(&'static str, &'static str)>;

/// The command of a form, and what its sender had seen; or all that is wrong with the form.
fn asked(
    app: &App,
    verb: &str,
    key: &str,
    fields: &Fields,
    contact: Option<&Contact>,
) -> Result<(Command, u64), Wrong> {
    let seen = fields.seen.parse().unwrap_or(0);
    let client_id = key.to_string();
    let fits = |faults: Faults| if faults.is_empty() { Ok(()) } else { Err(Wrong::Told(faults)) };
    let text = || care::text(&fields.text).map(Text).map_err(|_| (wrong_text(&fields.text), "text"));
    let outcome = || Outcome::named(&fields.outcome).ok_or(("wrong-outcome", "outcome"));
    let command = match verb {
        "claim" => Command::Claim,
        "reached" | "missed" => Command::Called { reached: verb == "reached", at: None },
        "agree" => {
            let slot = chosen(&fields.slot).ok_or_else(|| Wrong::Told(vec![("wrong-slot", "slot")]))?;
            let number = phone(&fields.number);
            let is_number = number.is_some() || fields.number.trim().is_empty();
            fits((!is_number).then_some(("me-wrong-phone", "number")).into_iter().collect())?;
            let mark = number.as_deref().map(|number| app.kinds.mark_of(number));
            Command::CallMe { slot, number: number.map(Text), mark }
        }
        "video" => Command::OpenVideo,
        "video-end" => Command::EndVideo,
        "release" => Command::Release,
        "reopen" => Command::Reopen,
        "undo" => Command::Undo,
        "close" => Command::Close,
        "reply" | "ask" => {
            let text = text().map_err(|fault| Wrong::Told(vec![fault]))?;
            match verb {
                "reply" => Command::Write { client_id, text },
                _ => Command::Ask { client_id, text },
            }
        }
        "finish" => match (text(), outcome()) {
            (Ok(text), Ok(outcome)) => Command::Finish { outcome, client_id, text },
            (text, outcome) => return Err(Wrong::Told(text.err().into_iter().chain(outcome.err()).collect())),
        },
        "resolve" => {
            let outcome = outcome().map_err(|fault| Wrong::Told(vec![fault]))?;
            Command::Resolve { outcome }
        }
        "note" => {
            let text = care::text(&fields.noted).map_err(|_| match wrong_text(&fields.noted) {
                "wrong-empty" => ("wrong-noted", "noted"),
                wrong => (wrong, "noted"),
            });
            Command::Note { text: Text(text.map_err(|fault| Wrong::Told(vec![fault]))?) }
        }
        "transfer" => {
            let to = app.is_unit(&fields.unit).then(|| (fields.unit.clone(), None));
            let to = to.or_else(|| app.queue_named(&fields.unit));
            let is_reason = care::REASONS.contains(&fields.reason.as_str());
            let note = care::text(&fields.note).map_err(|_| match wrong_text(&fields.note) {
                "wrong-empty" => ("wrong-note", "note"),
                wrong => (wrong, "note"),
            });
            let queue = to.as_ref().and_then(|(_, queue)| queue.as_deref());
            let is_closed = queue.is_some_and(|queue| transfers().refusal(queue).is_some());
            let faults = [
                to.is_none().then_some(("wrong-unit", "unit")),
                is_closed.then_some(("wrong-target", "unit")),
                (!is_reason).then_some(("wrong-reason", "reason")),
            ];
            fits(faults.into_iter().flatten().chain(note.as_ref().err().copied()).collect())?;
            let (to, queue) = to.unwrap_or_default();
            let (to, reason, note) = (to.as_str().into(), fields.reason.clone(), note.ok().map(Text));
            Command::Transfer { to, queue: queue.filter(|it| **it != *PartId::GENERAL), reason, note }
        }
        "assign" => {
            let is_one = contact.is_none_or(|contact| {
                app.colleagues(&contact.unit, contact.owner()).iter().any(|it| it.id == fields.to)
            });
            let has_it = contact.is_some_and(|contact| contact.owner() == Some(&fields.to));
            fits((!is_one && !has_it).then_some(("wrong-to", "to")).into_iter().collect())?;
            Command::Assign { to: fields.to.as_str().into() }
        }
        _ => return Err(Failure::not_found().into()),
    };
    Ok((command, seen))
}

/// Where somebody goes on after an act: to the contact, or to the list when they are done with it or may see it no more.
async fn after(app: &App, caller: &Caller, path: &str, verb: &str, unit: &str) -> String {
    let id = path.parse().unwrap_or_default();
    let contact = app.kinds.contacts.read(id).await.ok().flatten();
    let sees = contact.is_some_and(|contact| app.may_still(caller, id, Action::Read, &contact));
    if verb == "video" && sees {
        return format!("/video/{id}");
    }
    match LEAVES.contains(&verb) || !sees {
        true => format!("/desk?unit={}&did={verb}&contact={id}", escape(unit)),
        false => format!("/desk/contacts/{path}?did={verb}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_that_leaves_the_page_leaves_nothing_typed_behind() {
        let fields =
            || Fields { text: "vastaus".into(), note: "siirto".into(), noted: "huomio".into(), ..Fields::default() };
        let stays = ["claim", "reply", "ask", "note", "assign", "reopen", "register", "encounter"];
        for verb in LEAVES.into_iter().chain(stays) {
            let behind = left_behind(verb, &fields());
            let carried = carries(verb);
            assert_eq!([&behind.text, &behind.note, &behind.noted].map(|it| it.is_empty()), carried, "{verb}");
            assert_eq!(unsaid(&behind).len(), carried.iter().filter(|it| !**it).count(), "{verb}");
        }
        let blank = Fields { text: " \n".into(), ..Fields::default() };
        assert!(unsaid(&left_behind("resolve", &blank)).is_empty(), "nothing was typed");
    }
}
