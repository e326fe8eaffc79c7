//! `/contact/notice`: anybody tells of a worry, with or without a name. Danger first; what happens then is said beforehand.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Channel, Code};
use matter::By;
use matter::access::Role;
use maud::{Markup, html};
use operations::notices::{Details, Made, Notifier, What};
use serde::Deserialize;
use uuid::Uuid;

use super::form::{Fields, Shown, told};
use super::{ANSWERS, door};
use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::care::receipt;
use crate::contact::see_other;
use crate::layout::Page;
use crate::limits::Address;
use crate::parts::{self, Turn};

/// Those whom it may be about, in the order in which they are asked for; texts `notices-about-…`.
const ABOUT: [What; 4] = [What::ChildProtection, What::Concern, What::Older, What::Unborn];

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Sent {
    /// Number of the notice that was sent just now.
    sent: String,
}

/// `GET /contact/notice`.
pub async fn form(State(app): State<Arc<App>>, page: Page, Query(sent): Query<Sent>) -> Response {
    if is_receipt(&sent.sent) {
        return received(&app, &page, &sent.sent);
    }
    shown(&app, &page, &Fields::default(), &[], StatusCode::OK)
}

/// `POST /contact/notice`.
pub async fn send(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    if !fields.show.is_empty() {
        return shown(&app, &page, &fields, &[], StatusCode::OK);
    }
    let Some(today) = app.calendar.local_date(app.kinds.store.now()) else {
        return shown(&app, &page, &fields, &[("wrong-later", "text")], StatusCode::SERVICE_UNAVAILABLE);
    };
    let resident = page.person.as_ref().filter(|person| person.role == Role::Resident);
    let own = resident.and_then(Person::subject).filter(|_| fields.notifier == Notifier::Own.code());
    let it = match told(&fields, today, own.is_some()) {
        Ok(it) => it,
        Err(wrong) => return shown(&app, &page, &fields, &wrong, StatusCode::UNPROCESSABLE_ENTITY),
    };
    let (unit, queue) = door(&app);
    let made = Made {
        what: it.what,
        channel: Channel::Form,
        language: page.language.code().into(),
        notifier: it.notifier,
        subject: own,
        unit: unit.as_str().into(),
        queue,
        part_of: None,
        owner: None,
    };
    // A person who tells of another is nobody in the log: the other may come to know what stands there.
    let by = own.map_or(By::Holder, By::Resident);
    match app.make_notice((made, it.words, &it.details), &by, &it.key, from).await {
        Ok(id) => see_other(&format!("/contact/notice?sent={}", receipt(id))),
        Err(failure) => {
            let (client_id, wrong) = match failure.status {
                StatusCode::CONFLICT => (String::new(), "wrong-again"),
                StatusCode::TOO_MANY_REQUESTS => (fields.client_id.clone(), "notices-wrong-too-many"),
                _ => (fields.client_id.clone(), "wrong-later"),
            };
            let again = shown(&app, &page, &Fields { client_id, ..fields }, &[(wrong, "text")], failure.status);
            failure.with_retry_after(again)
        }
    }
}

fn shown(
    app: &App,
    page: &Page,
    fields: &Fields,
    wrong: &[(&'static str, &'static str)],
    status: StatusCode,
) -> Response {
    let it = Shown { app, page, fields, wrong };
    let about = ABOUT.map(|what| (what.code(), page.text(&format!("notices-about-{}", what.code()))));
    let content = html! {
        (crate::form::errors(page, wrong))
        (parts::back("/contact", &page.text("notices-to-contact")))
        h1 { (page.text("notices-report")) }
        (danger(page))
        p.lead { (page.text("notices-report-lead")) }
        form.letter #report method="post" action="/contact/notice" autocomplete="off" {
            input type="hidden" name="client_id" value=(it.client_id());
            (it.choices("what", "notices-about", &fields.what, &about))
            (it.person(false))
            (it.words())
            (it.by(&Notifier::ALL, false))
            p { (page.text("notices-what-follows")) }
            button.btn type="submit" { (page.text("notices-send")) }
        }
    };
    page.render_form("report", status, &page.text("notices-report"), &content)
}

/// Where to call when it cannot wait.
fn danger(page: &Page) -> Markup {
    html! {
        section.urgent role="note" aria-label=(page.text("notices-danger")) {
            p { strong { (page.text("notices-danger")) } " " (page.text("notices-danger-what")) }
            (parts::emergency(page))
        }
    }
}

/// The page after it was sent: that it came, and what may be told.
fn received(app: &App, page: &Page, number: &str) -> Response {
    let answers = app.kinds.phrases.get(ANSWERS);
    let answer = |id: &str| {
        let phrase = answers.as_ref()?.content.phrases.iter().find(|it| *it.id == id)?;
        Some(phrase.text.of(page.language.code()).to_string())
    };
    let content = html! {
        h1 { (page.text("notices-received")) }
        (parts::standing(Turn::Waits, &html! { (page.language.text_with("notices-number", &[("number", number)])) }))
        @for id in ["received", "what-may-be-told"] {
            @if let Some(words) = answer(id) { p { (words) } }
        }
        (danger(page))
        p { a href="/" { (page.text("back-home")) } }
    };
    page.render(StatusCode::OK, &page.text("notices-received"), &content)
}

/// A number as [`receipt`] gives it: nothing else of an address is shown.
pub fn is_receipt(text: &str) -> bool {
    let is_part = |part: &str| part.len() == 4 && part.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
    text.split_once('-').is_some_and(|(one, other)| is_part(one) && is_part(other))
}

impl App {
    /// Makes a notice of a stranger or a resident, unless too many come from there. Sent again after it was made, it is
    /// answered always.
    async fn make_notice(
        &self,
        (made, words, details): (Made, String, &Details),
        by: &By,
        client_id: &str,
        from: IpAddr,
    ) -> Result<Uuid, Failure> {
        // Two strangers may choose the same name and the same words.
        let key = format!("{client_id}\n{from}");
        if let Err(failure) = self.take_of_stranger(from) {
            let was_made = self.kinds.was_notice_made((made.clone(), words.clone(), details), by, &key).await;
            if !was_made.map_err(|error| Failure::away(&error))? {
                return Err(failure);
            }
        }
        Ok(self.kinds.make_notice((made, words, details), by, &key).await?)
    }
}
