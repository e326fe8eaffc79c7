//! `/desk/notices/new`: a professional makes a notice out of their duty, or writes down that of somebody who called.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::{Channel, Code};
use matter::Matter;
use maud::{Markup, html};
use operations::notices::{Made, Notice, Notifier, What};
use serde::Deserialize;

use super::form::{Fields, Shown, Told, told};
use super::report::is_receipt;
use super::{door, what_name};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::contact::see_other;
use crate::form::{errors, field};
use crate::home::{failed, missing, signed_out};
use crate::layout::Page;
use crate::parts;

/// The ways in which a notice comes to a professional, the most common first; the form itself is their own.
const CHANNELS: [Channel; 4] = [Channel::Form, Channel::Phone, Channel::WalkIn, Channel::Letter];

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Sent {
    /// Number of the notice that was sent just now.
    sent: String,
}

fn works(page: &Page) -> Option<Person> {
    page.person.clone().filter(|person| Notice::RIGHTS.worked_by.contains(&person.role))
}

/// `GET /desk/notices/new`.
pub async fn form(
    State(app): State<Arc<App>>,
    page: Page,
    Query(sent): Query<Sent>,
    caller: Result<Caller, Failure>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    match (works(&page), caller) {
        (Some(_), Ok(_)) => shown(&app, &page, &Fields::default(), (&[], StatusCode::OK), &sent.sent),
        (None, Ok(_)) => missing(&page),
        (_, Err(failure)) => failed(&page, &failure),
    }
}

/// `POST /desk/notices/new`.
pub async fn send(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    if page.person.is_none() {
        return signed_out(&page, &fields.text);
    }
    let person = match (works(&page), caller) {
        (Some(person), Ok(_)) => person,
        (None, Ok(_)) => return missing(&page),
        (_, Err(failure)) => return failed(&page, &failure),
    };
    if !fields.show.is_empty() {
        return shown(&app, &page, &fields, (&[], StatusCode::OK), "");
    }
    let (made, it) = match asked(&app, &page, &person, &fields) {
        Ok(asked) => asked,
        Err(wrong) => return shown(&app, &page, &fields, (&wrong, StatusCode::UNPROCESSABLE_ENTITY), ""),
    };
    let has_it = made.owner.is_some();
    match app.kinds.make_notice((made, it.words, &it.details), &person.by(), &it.key).await {
        Ok(id) if has_it => see_other(&format!("/desk/notices/{id}?did=make")),
        Ok(id) => see_other(&format!("/desk/notices/new?sent={}", receipt(id))),
        Err(trouble) => {
            let failure = Failure::from(trouble);
            let (client_id, wrong) = match failure.code {
                "key_reused" => (String::new(), "wrong-again"),
                "erased" => (fields.client_id.clone(), "log-wrong-client"),
                _ => (fields.client_id.clone(), "wrong-later"),
            };
            let fields = Fields { client_id, ..fields };
            failure.with_retry_after(shown(&app, &page, &fields, (&[(wrong, "text")], failure.status), ""))
        }
    }
}

/// The notice of a form. A professional who works where notices come has it from then on.
fn asked(
    app: &App,
    page: &Page,
    person: &Person,
    fields: &Fields,
) -> Result<(Made, Told), Vec<(&'static str, &'static str)>> {
    let client = app.clients().find(|(subject, _)| subject.to_string() == fields.client).map(|(subject, _)| subject);
    let channel = Channel::named(&fields.channel).filter(|it| CHANNELS.contains(it));
    let today = app.calendar.local_date(app.kinds.store.now()).unwrap_or_default();
    let told = told(fields, today, client.is_some());
    let mut wrong = told.as_ref().err().cloned().unwrap_or_default();
    if client.is_none() && !fields.client.is_empty() {
        wrong.push(("log-wrong-client", "client"));
    }
    let (Ok(mut told), Some(channel), true) = (told, channel, wrong.is_empty()) else {
        wrong.extend(channel.is_none().then_some(("wrong-form", "channel")));
        return Err(wrong);
    };
    // Of somebody whom the county knows it has the name and the day, with which other notices are compared.
    if let Some(member) = client.and_then(|subject| app.cast.iter().find(|it| it.id == subject.0)) {
        let known = &mut told.details.person;
        let (given, family) = member.name.split_once(' ').unwrap_or((&member.name, ""));
        for (field, value) in [(&mut known.given, given), (&mut known.family, family)] {
            if field.is_empty() {
                *field = value.into();
            }
        }
        if known.born.is_empty() {
            known.born = member.born.to_string();
        }
    }
    let (unit, queue) = door(app);
    let works_there = app.is_within(&unit, &person.unit);
    let made = Made {
        what: told.what,
        channel,
        language: page.language.code().into(),
        notifier: told.notifier,
        subject: client,
        unit: unit.as_str().into(),
        queue,
        part_of: None,
        owner: works_there.then(|| person.id.as_str().into()),
    };
    Ok((made, told))
}

fn shown(
    app: &App,
    page: &Page,
    fields: &Fields,
    (wrong, status): (&[(&'static str, &'static str)], StatusCode),
    sent: &str,
) -> Response {
    let it = Shown { app, page, fields, wrong };
    let sorts = What::LIST.codes.iter().filter_map(|code| What::named(code.code));
    let sorts: Vec<(&str, String)> = sorts.map(|what| (what.code(), what_name(page, what))).collect();
    let channels = CHANNELS.map(|it| (it.code().to_string(), page.text(&format!("notices-channel-{}", it.code()))));
    let nobody = [(String::new(), page.text("log-nobody"))];
    let clients = nobody.into_iter().chain(app.clients().map(|(subject, named)| (subject.to_string(), named)));
    let content = html! {
        (errors(page, wrong))
        @if is_receipt(sent) {
            (parts::done(&html! { (page.language.text_with("notices-sent", &[("number", sent)])) }, &html! {}))
        }
        (parts::back("/desk", &page.text("desk-back")))
        h1 { (page.text("notices-new")) }
        form.letter #intake method="post" action="/desk/notices/new" autocomplete="off" {
            input type="hidden" name="client_id" value=(it.client_id());
            (select(&it, "channel", &fields.channel, channels))
            (it.choices("what", "notices-what", &fields.what, &sorts))
            (select(&it, "client", &fields.client, clients))
            (it.person(true))
            (it.words())
            (it.by(&[Notifier::Authority, Notifier::Private, Notifier::Relative, Notifier::Own], true))
            button.btn type="submit" { (page.text("notices-make")) }
        }
    };
    page.render_form("intake", status, &page.text("notices-new"), &content)
}

fn select(it: &Shown<'_>, name: &str, chosen: &str, options: impl IntoIterator<Item = (String, String)>) -> Markup {
    let wrong = it.wrong(name);
    field(
        it.page,
        name,
        &format!("notices-{name}"),
        wrong,
        &html! {
            select.field id=(name) name=(name) aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| format!("{name}-error"))] {
                @for (value, words) in options { option value=(value) selected[value == chosen] { (words) } }
            }
        },
    )
}
