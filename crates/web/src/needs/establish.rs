//! `/desk/contacts/{id}/need`: a professional establishes that the person of a contact needs care.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::clocks::{self, Run};
use facts::Code;
use matter::access::Action;
use maud::{Markup, html};
use operations::care_needs::{Care, Established, cares};
use operations::contacts::Contact;
use serde::Deserialize;
use uuid::Uuid;

use super::day;
use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::care;
use crate::contact::see_other;
use crate::form::{errors, field, named};
use crate::home::failed;
use crate::layout::Page;
use crate::parts::back;

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    care: String,
    #[serde(default)]
    age: String,
}

/// The form again: what stands in it, and what is wrong with it.
#[derive(Default)]
struct Typed {
    fields: Fields,
    wrong: Vec<(&'static str, &'static str)>,
    status: StatusCode,
}

impl Typed {
    fn wrong(&self, field: &str) -> Option<&'static str> {
        self.wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key)
    }
}

/// The contact whose person is known, for a professional who may work on it.
async fn of(app: &App, caller: Result<Caller, Failure>, path: &str) -> Result<(Uuid, Arc<Contact>), Failure> {
    let id = path.parse().map_err(|_| Failure::not_found())?;
    let contact = app.guarded(&app.kinds.contacts, &caller?, id, Action::Handle).await?;
    if contact.subject.is_none() { Err(Failure::not_found()) } else { Ok((id, contact)) }
}

/// `GET /desk/contacts/{id}/need`.
pub async fn form(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    match of(&app, caller, &path).await {
        Ok((id, contact)) => shown(&app, &page, (id, &contact), &Typed::default()),
        Err(failure) => failed(&page, &failure),
    }
}

/// `POST /desk/contacts/{id}/need`.
pub async fn establish(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let (id, contact) = match of(&app, caller, &path).await {
        Ok(of) => of,
        Err(failure) => return failed(&page, &failure),
    };
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let known = app.age_today(contact.subject);
    let age = known.or_else(|| fields.age.trim().parse::<u8>().ok().filter(|age| *age <= 120));
    let (care, key) = (Care::named(&fields.care), care::client_id(&fields.client_id));
    let (Some(care), Some(age), Ok(key)) = (care, age, key) else {
        let no_care = care.is_none().then_some(("needs-wrong-care", "care-0"));
        let no_age = age.is_none().then_some(("needs-wrong-age", "age"));
        let no_key = care::client_id(&fields.client_id).is_err().then_some(("wrong-again", "care-0"));
        let wrong = no_care.into_iter().chain(no_age).chain(no_key).collect();
        let typed = Typed { fields, wrong, status: StatusCode::UNPROCESSABLE_ENTITY };
        return shown(&app, &page, (id, &contact), &typed);
    };
    let profession = app.profession(&person.id).map(Code::code);
    let established = Established {
        subject: contact.subject,
        unit: unit_of(&app, care, &contact),
        contact: Some(id),
        care: care.id.as_str().into(),
        age,
        by: person.id.as_str().into(),
        profession: profession.map(Into::into),
    };
    match app.kinds.establish_need(established, &person.by(), &key).await {
        Ok(_) => see_other(&format!("/desk/contacts/{id}?did=need")),
        Err(trouble) => {
            let failure = Failure::from(trouble);
            let key = if failure.code == "key_reused" { "wrong-again" } else { "wrong-later" };
            let client_id = if failure.code == "key_reused" { String::new() } else { fields.client_id.clone() };
            let fields = Fields { client_id, ..fields };
            let typed = Typed { fields, wrong: vec![(key, "care-0")], status: failure.status };
            failure.with_retry_after(shown(&app, &page, (id, &contact), &typed))
        }
    }
}

/// The unit that gives the care: that of its calendar, or the one in which the need was found.
fn unit_of(app: &App, care: &Care, contact: &Contact) -> matter::UnitId {
    let calendar = care.calendars.iter().find_map(|id| app.kinds.timetables.get(id));
    calendar.map_or_else(|| contact.unit.clone(), |calendar| calendar.unit.clone())
}

fn shown(app: &App, page: &Page, (id, contact): (Uuid, &Contact), typed: &Typed) -> Response {
    let age = app.age_today(contact.subject);
    let fields = &typed.fields;
    let client_id = named(app, &fields.client_id);
    let content = html! {
        (errors(page, &typed.wrong))
        (back(&format!("/desk/contacts/{id}"), &page.text("needs-to-contact")))
        h1 { (page.text("needs-establish")) }
        p {
            @if let Some(named) = app.named(contact.subject) { strong { (named) } ". " }
            (page.text("needs-effect"))
        }
        form #work .letter method="post" action=(format!("/desk/contacts/{id}/need")) autocomplete="off" {
            input type="hidden" name="client_id" value=(client_id);
            (choices(app, page, age, typed))
            @if age.is_none() {
                (field(page, "age", "needs-age", typed.wrong("age"), &html! {
                    input.field #age name="age" inputmode="numeric" maxlength="3" value=(fields.age)
                        aria-invalid=[typed.wrong("age").map(|_| "true")] aria-describedby=[typed.wrong("age").map(|_| "age-error")];
                }))
            }
            button.btn type="submit" { (page.text("needs-establish-now")) }
        }
    };
    page.render_form("work", typed.status, &page.text("needs-establish"), &content)
}

/// The kinds of care, each with the day by which it must begin where the age is known.
fn choices(app: &App, page: &Page, age: Option<u8>, typed: &Typed) -> Markup {
    let (since, wrong) = (app.kinds.store.now(), typed.wrong("care-0"));
    let by = |care: &Care| {
        let mut clocks = care.clocks.iter().filter_map(|id| clocks::named(id));
        let (clock, due) = clocks.find_map(|clock| Some((clock, clock.due(&Run { since, age }, app.calendar)?)))?;
        let day = day(app, page, due.at);
        Some(page.language.text_with("needs-by", &[("clock", clock.name.of(page.language.code())), ("day", &day)]))
    };
    html! {
        div.asked.asked--wrong[wrong.is_some()] {
            fieldset aria-describedby=[wrong.map(|_| "care-error")] {
                legend { (page.text("needs-which")) }
                @if let Some(wrong) = wrong { p.error #care-error { (page.text(wrong)) } }
                div.choices {
                    @for (number, care) in cares().iter().enumerate() {
                        @let id = format!("care-{number}");
                        @let by = age.and_then(|_| by(care));
                        div.choice {
                            input type="radio" name="care" id=(id) value=(care.id)
                                checked[care.id == typed.fields.care] aria-describedby=[by.as_ref().map(|_| format!("{id}-by"))];
                            label for=(id) { (care.name.of(page.language.code())) }
                            @if let Some(by) = &by { div.hint id=(format!("{id}-by")) { (by) } }
                        }
                    }
                }
            }
        }
    }
}
