//! Local accounts: to sign in with one, and to set one up.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use identity::{LEAST_PASSWORD, Wrong, base32, link};
use maud::{Markup, PreEscaped, html};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;

use super::{Tried, entered, shown};
use crate::App;
use crate::answer::Failure;
use crate::form::{errors, field};
use crate::home::failed;
use crate::layout::{Page, onward};
use crate::limits::Address;
use crate::sessions::Means;

/// The form, where the county has accounts.
pub fn form(app: &App, page: &Page, back: &Markup, tried: &Tried<'_>) -> Markup {
    // A fault of theirs is told when somebody signs in.
    let are_any = app.accounts.are_any().unwrap_or(true);
    let wrong = tried.wrong_in("name");
    html! {
        @if are_any {
            form.letter method="post" action="/sign-in/account" {
                h2 { (page.text("sign-in-account")) }
                (back)
                (field(page, "name", "sign-in-name", wrong, &html! {
                    input.field #name type="text" name="name" value=(tried.name) autocomplete="username"
                        autocapitalize="none" spellcheck="false" aria-describedby=[wrong.map(|_| "name-error")];
                }))
                (password(page, "current-password", None))
                (one_time_code(page, None))
                button.btn type="submit" { (page.text("sign-in")) }
                p { a href="/sign-in/set-up" { (page.text("set-up-title")) } }
            }
        }
    }
}

fn password(page: &Page, autocomplete: &str, wrong: Option<&str>) -> Markup {
    let is_new = autocomplete == "new-password";
    let described = is_new.then_some("password-hint").into_iter().chain(wrong.map(|_| "password-error"));
    let described = described.collect::<Vec<_>>().join(" ");
    let input = html! {
        @if is_new {
            p.hint #password-hint {
                (page.language.text_with("set-up-password-hint", &[("least", &LEAST_PASSWORD.to_string())]))
            }
        }
        input.field #password type="password" name="password" autocomplete=(autocomplete)
            aria-describedby=[(!described.is_empty()).then_some(described)];
    };
    field(page, "password", if is_new { "set-up-password" } else { "sign-in-password" }, wrong, &input)
}

fn one_time_code(page: &Page, wrong: Option<&str>) -> Markup {
    let described = if wrong.is_some() { "code-hint code-error" } else { "code-hint" };
    field(
        page,
        "code",
        "sign-in-code",
        wrong,
        &html! {
            p.hint #code-hint { (page.text("sign-in-code-hint")) }
            input.field.field--width-10 #code type="text" name="code" inputmode="numeric"
                autocomplete="one-time-code" spellcheck="false" aria-describedby=(described);
        },
    )
}

#[derive(Deserialize)]
pub struct SignIn {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    to: Option<String>,
}

/// `POST /sign-in/account`.
pub async fn sign_in(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Response {
    let (to, now) = (form.to.as_deref().and_then(onward), app.kinds.store.now());
    // Counted whether there is such a name or not, and also with the right password: nobody guesses codes beside it. Nothing
    // is hashed before.
    let tries = match app.counted.try_name(&app.token_key, &form.name, address, now) {
        Ok(tries) => tries,
        Err(failure) => return failure.with_retry_after(failed(&page, &failure)),
    };
    match app.accounts.enter(&form.name, &form.password, &form.code, now).await {
        Ok(Some(person)) => {
            tries.give_back();
            entered(&app, &page, &headers, (person, Means::Account), to)
        }
        Ok(None) => match app.counted.tries.failed(address, now).await {
            Ok(()) => {
                let tried = Tried { wrong: Some(("wrong-account", "name")), name: &form.name };
                shown(&app, &page, to.as_deref(), &tried)
            }
            Err(failure) => failure.with_retry_after(failed(&page, &failure)),
        },
        Err(error) => {
            tries.give_back();
            let failure = Failure::away(&error);
            failure.with_retry_after(failed(&page, &failure))
        }
    }
}

#[derive(Deserialize, Default)]
pub struct SetUp {
    #[serde(default)]
    name: String,
    /// The code that an administrator gave them.
    #[serde(default)]
    given: String,
    /// None: they have not seen the second half of the form.
    password: Option<String>,
    #[serde(default)]
    code: String,
}

/// `GET /sign-in/set-up`.
pub async fn set_up_page(page: Page) -> Response {
    first_half(&page, &SetUp::default(), None)
}

/// The person, by the code that they were given.
fn first_half(page: &Page, form: &SetUp, wrong: Option<&'static str>) -> Response {
    let title = page.text("set-up-title");
    let described = if wrong.is_some() { "given-hint given-error" } else { "given-hint" };
    let content = html! {
        (errors(page, wrong.map(|wrong| (wrong, "given")).as_slice()))
        h1 { (title) }
        p.lead { (page.text("set-up-lead")) }
        form.letter method="post" action="/sign-in/set-up" {
            (field(page, "name", "sign-in-name", None, &html! {
                input.field #name type="text" name="name" value=(form.name) autocomplete="username"
                    autocapitalize="none" spellcheck="false";
            }))
            (field(page, "given", "set-up-given", wrong, &html! {
                p.hint #given-hint { (page.text("set-up-given-hint")) }
                input.field.field--width-20 #given type="text" name="given" value=(form.given)
                    autocomplete="off" spellcheck="false" aria-describedby=(described);
            }))
            button.btn type="submit" { (page.text("set-up-on")) }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page.render(status, &title, &content)
}

/// Their password, and their authenticator.
fn second_half(page: &Page, form: &SetUp, secret: &[u8; 20], wrong: Option<(&'static str, &'static str)>) -> Response {
    let title = page.text("set-up-title");
    let (letters, address) = (base32(secret), link(secret, form.name.trim()));
    let groups: Vec<&str> = (0..letters.len()).step_by(4).map(|at| &letters[at..letters.len().min(at + 4)]).collect();
    let of = |field: &str| wrong.filter(|(_, at)| *at == field).map(|(wrong, _)| wrong);
    let content = html! {
        (errors(page, wrong.as_slice()))
        h1 { (title) }
        form.letter method="post" action="/sign-in/set-up" {
            input type="hidden" name="name" value=(form.name);
            input type="hidden" name="given" value=(form.given);
            h2 { (page.text("set-up-authenticator")) }
            p { (page.text("set-up-authenticator-how")) }
            (picture(&address, &page.text("set-up-picture")))
            p { (page.text("set-up-secret")) br; strong.secret { (groups.join(" ")) } }
            p { a href=(address) { (page.text("set-up-link")) } }
            (one_time_code(page, of("code")))
            (password(page, "new-password", of("password")))
            button.btn type="submit" { (page.text("set-up-done")) }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page.render(status, &title, &content)
}

/// A text as a picture that telephones read.
fn picture(text: &str, name: &str) -> Markup {
    // Longer than any link of ours can be it would have none; the letters stand beside it.
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let dark: String =
        all.filter(|(x, y)| code.get_module(*x, *y)).map(|(x, y)| format!("M{} {}h1v1h-1z", x + 4, y + 4)).collect();
    let (box_, size) = (format!("0 0 {0} {0}", code.size() + 8), "220");
    html! {
        p { svg width=(size) height=(size) viewBox=(box_) role="img" aria-label=(name) shape-rendering="crispEdges" {
            rect width="100%" height="100%" fill="#fff" {}
            (PreEscaped(format!("<path d=\"{dark}\" fill=\"#000\"/>")))
        } }
    }
}

/// `POST /sign-in/set-up`: either half of the form. A person who has set their account up has signed in.
pub async fn set_up(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<SetUp>,
) -> Response {
    let now = app.kinds.store.now();
    let secret = match app.accounts.secret(&form.name, &form.given, now) {
        Ok(Some(secret)) => secret,
        Ok(None) => {
            return match app.counted.tries.failed(address, now).await {
                Ok(()) => first_half(&page, &form, Some("wrong-set-up")),
                Err(failure) => failure.with_retry_after(failed(&page, &failure)),
            };
        }
        Err(error) => return failed(&page, &Failure::away(&error)),
    };
    let Some(password) = &form.password else { return second_half(&page, &form, &secret, None) };
    match app.accounts.set_up((&form.name, &form.given), password, &form.code, now).await {
        Ok(Ok(person)) => entered(&app, &page, &headers, (person, Means::Account), None),
        Ok(Err(wrong)) => match wrong {
            Wrong::SetUpCode => first_half(&page, &form, Some("wrong-set-up")),
            Wrong::PasswordShort => second_half(&page, &form, &secret, Some(("wrong-password-short", "password"))),
            Wrong::PasswordLong => second_half(&page, &form, &secret, Some(("wrong-password-long", "password"))),
            Wrong::PasswordGuessed => second_half(&page, &form, &secret, Some(("wrong-password-guessed", "password"))),
            Wrong::OneTimeCode => second_half(&page, &form, &secret, Some(("wrong-one-time-code", "code"))),
        },
        Err(error) => failed(&page, &Failure::away(&error)),
    }
}
