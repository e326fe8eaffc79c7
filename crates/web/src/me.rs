//! `/me`: how a resident is told that something waits. And the words of such messages, which say no more than that.
//! `me/sharing.rs`: what they let be seen of one register in the other; `me/seen.rs`: who has seen their data.

pub mod seen;
mod sharing;

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use calendar::date_of;
use matter::access::Role;
use matter::{By, Matter, Subject};
use maud::{Markup, html};
use operations::disclosures::Disclosure;
use operations::dispatches::{Means, Says};
use operations::residents::{Addresses, Command, Reach, email, phone};
use serde::Deserialize;

use crate::App;
use crate::acting;
use crate::answer::Failure;
use crate::caller::Person;
use crate::contact::see_other;
use crate::drafts::{Of, Typed};
use crate::feature::{Door, Feature, get, post};
use crate::form::{Did, errors, field, named};
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::matters::Owned;
use crate::numbers;
use crate::parts::done;
use crate::texts::{Language, texts};

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/me", me),
            post("/me", leave),
            get("/me/sharing", sharing::list),
            post("/me/sharing/{id}/{command}", sharing::command),
            get("/me/seen", seen::list),
        ]
    },
    texts: &[texts!("me")],
    owned: &[Owned { kind: Disclosure::NAME, row: sharing::row, page: sharing::page }],
    doors: &[Door { path: "/me", name: "section-me", opens_to: |role| role == Some(Role::Resident), leads_to: &[] }],
    ..Feature::NOTHING
};

/// Fields of the form, as they stand when it is shown again. A box that is not ticked is empty.
#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    sms: String,
    #[serde(default, rename = "by_email")]
    by_email: String,
    #[serde(default)]
    suomifi: String,
    /// Not to be sent yet: the form is to be shown again, in another language.
    #[serde(default)]
    show: String,
}

impl Fields {
    fn chosen(&self, means: Means) -> bool {
        let given = match means {
            Means::Sms => &self.sms,
            Means::Email => &self.by_email,
            Means::Suomifi => &self.suomifi,
        };
        !given.is_empty()
    }

    fn typed(client_id: String, mut typed: Typed) -> Fields {
        let [phone, email, sms, by_email, suomifi] =
            ["phone", "email", "sms", "by_email", "suomifi"].map(|name| typed.take(name));
        Fields { client_id, phone, email, sms, by_email, suomifi, show: String::new() }
    }

    fn of(client_id: String, left: Option<(Vec<Means>, Addresses)>) -> Fields {
        let (means, addresses) = left.unwrap_or_default();
        let ticked = |it| if means.contains(&it) { "yes".to_string() } else { String::new() };
        Fields {
            client_id,
            phone: addresses.phone.unwrap_or_default(),
            email: addresses.email.unwrap_or_default(),
            sms: ticked(Means::Sms),
            by_email: ticked(Means::Email),
            suomifi: ticked(Means::Suomifi),
            show: String::new(),
        }
    }
}

/// The fields that a resident has typed on the page and not saved.
fn draft_of(by: &By, subject: Subject) -> Of<'_> {
    Of { by, contact: subject.0, form: "me" }
}

/// Name of the box of a means.
fn box_of(means: Means) -> &'static str {
    if means == Means::Email { "by_email" } else { means.code() }
}

/// The resident who looks at the page.
fn resident(page: &Page) -> Option<(&Person, Subject)> {
    // A person who acts for another sees to that one's matters, and to nothing of how they are told.
    let person = page.person.as_ref().filter(|person| person.role == Role::Resident && person.acting.is_none())?;
    Some((person, person.subject()?))
}

/// The answer to all others: whoever acts for another is told that it is not theirs.
fn not_own(page: &Page) -> Response {
    match page.person.as_ref().is_some_and(|person| person.acting.is_some()) {
        true => see_other(acting::PATH),
        false => missing(page),
    }
}

/// `GET /me`.
async fn me(State(app): State<Arc<App>>, page: Page, headers: HeaderMap, Query(did): Query<Did>) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let Some((person, subject)) = resident(&page) else { return not_own(&page) };
    if let Some(again) = app.asks_again(&headers, "/me") {
        return again;
    }
    let by = person.by();
    // They typed it before they proved once more who they are.
    if let Some(typed) = app.draft(draft_of(&by, subject)).await {
        return shown(&page, &Fields::typed(app.sessions.unguessable(), typed), &[], false);
    }
    match app.kinds.addresses(subject).await {
        Ok(left) => shown(&page, &Fields::of(app.sessions.unguessable(), left), &[], did.did == "saved"),
        Err(error) => failed(&page, &Failure::away(&error)),
    }
}

/// `POST /me`.
async fn leave(
    State(app): State<Arc<App>>,
    page: Page,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    let Some((person, subject)) = resident(&page) else { return not_own(&page) };
    let Ok(Form(fields)) = form else {
        let fields = Fields::of(app.sessions.unguessable(), None);
        return shown(&page, &fields, &[("wrong-form", "phone")], false);
    };
    if !fields.show.is_empty() {
        return shown(&page, &fields, &[], false);
    }
    let by = person.by();
    if let Some(again) = app.asks_again(&headers, "/me") {
        let typed = [("phone", fields.phone.as_str()), ("email", &fields.email)];
        let ticked = [("sms", fields.sms.as_str()), ("by_email", &fields.by_email), ("suomifi", &fields.suomifi)];
        app.keep_draft(draft_of(&by, subject), Some(subject), &typed, &ticked).await;
        return again;
    }
    let means: Vec<Means> = Means::ALL.into_iter().filter(|means| fields.chosen(*means)).collect();
    match left(means, (&fields.phone, &fields.email)) {
        Err(wrong) => shown(&page, &fields, &wrong, false),
        Ok((means, addresses)) => {
            let key = named(&app, &fields.client_id);
            match leave_reach(&app, &page, (person, subject), (means, addresses), &key).await {
                Ok(()) => {
                    app.drop_draft(draft_of(&by, subject)).await;
                    see_other("/me?did=saved")
                }
                Err(failure) => failed(&page, &failure),
            }
        }
    }
}

/// Faults of what was given: keys of texts, and fields.
pub type Wrong = Vec<(&'static str, &'static str)>;

/// The means and the addresses that somebody has given, or what is wrong with them: a number that cannot be one, or none for
/// a means that needs one.
pub fn left(means: Vec<Means>, (number, address): (&str, &str)) -> Result<(Vec<Means>, Addresses), Wrong> {
    let addresses = Addresses { phone: phone(number), email: email(address) };
    let is_wrong = |given: &str, read: &Option<String>, by: Means| {
        read.is_none() && (!given.trim().is_empty() || means.contains(&by))
    };
    let phone = is_wrong(number, &addresses.phone, Means::Sms).then_some(("me-wrong-phone", "phone"));
    let email = is_wrong(address, &addresses.email, Means::Email).then_some(("me-wrong-email", "email"));
    let wrong: Wrong = phone.into_iter().chain(email).collect();
    if wrong.is_empty() { Ok((means, addresses)) } else { Err(wrong) }
}

/// Notes how a resident is told.
pub async fn leave_reach(
    app: &App,
    page: &Page,
    (person, subject): (&Person, Subject),
    (means, addresses): (Vec<Means>, Addresses),
    key: &str,
) -> Result<(), Failure> {
    let told = format!("reach {means:?} {addresses:?}");
    let reach = Reach { means, language: page.language.code().into(), mark: None };
    let command = Command::LeaveReach { reach, addresses };
    Ok(app.kinds.ask_of_resident(subject, &person.by(), command, (key, &told)).await?)
}

fn shown(page: &Page, fields: &Fields, wrong: &[(&str, &str)], is_saved: bool) -> Response {
    let content = html! {
        (errors(page, wrong))
        @if is_saved { (done(&html! { (page.text("me-did-saved")) }, &html! {})) }
        h1 { (page.text("section-me")) }
        ul.dots {
            li { a href="/me/sharing" { (page.text("sharing-title")) } }
            li { a href="/me/acting" { (page.text("mandates-title")) } }
            li { a href="/me/seen" { (page.text("seen-title")) } }
        }
        h2 { (page.text("me-reach")) }
        p { (page.text("me-reach-what")) }
        form.letter #reach method="post" action="/me" autocomplete="off" {
            input type="hidden" name="client_id" value=(fields.client_id);
            (address_fields(page, (&fields.phone, &fields.email), wrong))
            div.asked {
                fieldset aria-describedby="means-hint" {
                    legend { (page.text("me-means")) }
                    p.hint #means-hint { (page.text("me-means-hint")) }
                    div.choices {
                        @for means in Means::ALL {
                            @let id = box_of(means);
                            div.choice {
                                input type="checkbox" name=(id) id=(id) value="yes"
                                    checked[fields.chosen(means)];
                                label for=(id) { (page.text(&format!("means-{}", means.code()))) }
                            }
                        }
                    }
                }
            }
            button.btn type="submit" { (page.text("me-save")) }
        }
        section.flow aria-labelledby="out" {
            h2 #out { (page.text("sign-out-everywhere")) }
            p { (page.text("sign-out-everywhere-what")) }
            form method="post" action="/sign-out/everywhere" { button.btn.btn--second type="submit" { (page.text("sign-out-everywhere")) } }
        }
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page.render_form("reach", status, &page.text("section-me"), &content)
}

/// Fields for a number and an address, which a form has where somebody may leave them.
pub fn address_fields(page: &Page, (number, address): (&str, &str), wrong: &[(&str, &str)]) -> Markup {
    let wrong_in = |field: &str| wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key);
    let (of_phone, of_email) = (wrong_in("phone"), wrong_in("email"));
    html! {
        (field(page, "phone", "me-phone", of_phone, &html! {
            input.field.day-input #phone type="tel" name="phone" value=(number) autocomplete="tel"
                aria-invalid=[of_phone.map(|_| "true")] aria-describedby=[of_phone.map(|_| "phone-error")];
        }))
        (field(page, "email", "me-email", of_email, &html! {
            input.field #email type="email" name="email" value=(address) autocomplete="email" spellcheck="false"
                aria-invalid=[of_email.map(|_| "true")] aria-describedby=[of_email.map(|_| "email-error")];
        }))
    }
}

/// The title and the text of a message to a resident, in a language of theirs; `home`: where they sign in.
pub fn words_of(says: Says, language: &str, home: &str) -> (String, String) {
    let language = Language::named(language).unwrap_or(Language::Fi);
    let day = match says {
        Says::Awaited { by } => date_of(by).map_or_else(String::new, |day| numbers::weekday_and_day(day, language)),
        _ => String::new(),
    };
    let at = says.time().map_or_else(String::new, |at| numbers::short_moment(at, language));
    // Messages are plain text: a no-break space would halve the length of an SMS.
    let [day, at] = [day, at].map(|it| it.replace('\u{a0}', " "));
    let values = [("address", home), ("day", day.as_str()), ("at", at.as_str())];
    (language.text("dispatch-title"), language.text_with(&format!("dispatch-{}", says.code()), &values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_that_something_waits_and_never_what_or_whence() {
        // Tuesday, 1 December 2026, 9.30 in Helsinki.
        let at = 1_796_110_200_000_000;
        let words = |says, language| words_of(says, language, "https://yhteys.example.fi/").1;
        for (says, fi, sv, en) in [
            (
                Says::Waits,
                "Sinulle on viesti hyvinvointialueelta. Kirjaudu: https://yhteys.example.fi/",
                "Du har ett meddelande från välfärdsområdet. Logga in: https://yhteys.example.fi/",
                "You have a message from the wellbeing services county. Sign in: https://yhteys.example.fi/",
            ),
            (
                Says::Awaited { by: 20_788 },
                "Muistutus: odotamme vastaustasi ti 1.12. mennessä.",
                "Påminnelse: vi väntar på ditt svar senast ti 1.12.",
                "Reminder: we wait for your answer by Tue 1 Dec.",
            ),
            (
                Says::Time { at },
                "Sinulla on aika ti 1.12. klo 9.30.",
                "Du har en tid ti 1.12 kl. 9.30.",
                "You have a time on Tue 1 Dec, 9:30.",
            ),
            (
                Says::Moved { at },
                "Aikasi on muuttunut: ti 1.12. klo 9.30.",
                "Din tid har ändrats: ti 1.12 kl. 9.30.",
                "Your time has changed: Tue 1 Dec, 9:30.",
            ),
            (
                Says::Cancelled { at },
                "Aikasi on peruttu: ti 1.12. klo 9.30.",
                "Din tid har avbokats: ti 1.12 kl. 9.30.",
                "Your time has been cancelled: Tue 1 Dec, 9:30.",
            ),
        ] {
            assert_eq!([words(says, "fi"), words(says, "sv"), words(says, "en")], [fi, sv, en]);
        }
    }
}
