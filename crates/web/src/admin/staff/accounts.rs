//! Local accounts on the page of a person: made, reset and closed by an administrator, and each of it recorded. A code for somebody
//! with a right that opens much takes two.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use identity::{Account, Standing, Unable};
use matter::access::Purpose;
use maud::{Markup, html};
use operations::organisation::Command;
use serde_json::json;
use store::{Append, Context, NewEvent, new_id, withdraw_tokens};

use super::{Typed, address, administrator, ask, shown};
use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::care::is_plain_id;
use crate::form::{Unsaid, field};
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::parts::{self, Turn};

/// The account of a person, on their page.
pub fn part(app: &App, page: &Page, person: &str, account: Option<&Account>, typed: &Typed) -> Markup {
    let (to, now) = (|act: &str| format!("{}/account/{act}", address(person)), app.kinds.store.now());
    let two = two(app, page, person);
    let gives = matches!(two, Two::NotNeeded | Two::MayGive { .. });
    html! {
        h2 { (page.text("staff-account")) }
        (second(page, person, &two))
        @match account {
            None => {
                p { (page.text("staff-no-account")) }
                @if gives { form.letter method="post" action=(to("add")) {
                    (field(page, "name", "sign-in-name", typed.wrong_in("name"), &html! {
                        input.field #name name="name" value=(typed.name) autocomplete="off" spellcheck="false"
                            aria-describedby=[typed.wrong_in("name").map(|_| "name-error")];
                    }))
                    button.btn.btn--second type="submit" { (page.text("staff-account-add")) }
                } }
            }
            Some(account) => {
                p {
                    strong { (account.name) } " – "
                    (page.text(match account.standing {
                        Standing::InUse => "staff-account-in-use",
                        Standing::Waits { until } if until > now => "staff-account-waits",
                        Standing::Waits { .. } => "staff-account-expired",
                    }))
                }
                @if gives {
                    form.letter method="post" action=(to("reset")) {
                        p { (page.text("staff-account-reset-about")) }
                        button.btn.btn--second type="submit" { (page.text("staff-account-reset")) }
                    }
                }
                form.letter method="post" action=(to("close")) {
                    p { (page.text("staff-account-close-about")) }
                    button.btn.btn--drop type="submit" { (page.text("staff-account-close")) }
                }
            }
        }
    }
}

/// Whether a code of a person's account takes a second administrator, and how far that is.
enum Two {
    NotNeeded,
    Asks,
    /// The one who looks at the page has asked, or is the person.
    Waits,
    MayGive {
        asked: String,
    },
}

fn two(app: &App, page: &Page, person: &str) -> Two {
    let (organisation, today) = (app.kinds.organisation(), app.today());
    let me = page.person.as_ref().map_or("", |person| &person.id);
    match organisation.code_wanted(person, today) {
        _ if !organisation.has_strong_right(person, today) => Two::NotNeeded,
        None => Two::Asks,
        Some(wanted) if *wanted.by == *me || person == me => Two::Waits,
        Some(wanted) => Two::MayGive { asked: wanted.by.to_string() },
    }
}

/// Of a person with a right that opens much: how two administrators give a code.
fn second(page: &Page, person: &str, two: &Two) -> Markup {
    let to = |act: &str| format!("{}/account/{act}", address(person));
    html! {
        @match two {
            Two::NotNeeded => {}
            Two::Asks => {
                form.letter method="post" action=(to("want")) {
                    p { (page.text("staff-code-two")) }
                    button.btn.btn--second type="submit" { (page.text("staff-code-want")) }
                }
            }
            Two::Waits => {
                (parts::standing(Turn::Waits, &html! { (page.text("staff-code-waits")) }))
                (decline(page, &to("decline")))
            }
            Two::MayGive { asked } => {
                (parts::standing(Turn::Now, &html! { (page.language.text_with("staff-code-wanted-by", &[("person", asked)])) }))
                (decline(page, &to("decline")))
            }
        }
    }
}

fn decline(page: &Page, to: &str) -> Markup {
    html! {
        form method="post" action=(to) { button.btn.btn--second type="submit" { (page.text("staff-decline")) } }
    }
}

/// `POST /admin/staff/{person}/account/{act}`: adds, resets or closes their account. A code that comes of it is shown once.
pub async fn act(
    State(app): State<Arc<App>>,
    Path((person, act)): Path<(String, String)>,
    page: Page,
    Form(typed): Form<Typed>,
) -> Response {
    let Some(admin) = administrator(&page).filter(|_| is_plain_id(&person)) else { return missing(&page) };
    match acted(&app, &admin, &person, &act, typed.name.trim()).await {
        Ok(Ok(Some((name, code)))) => with_code(&page, &person, &name, &code),
        Ok(Ok(None)) => Redirect::to(&address(&person)).into_response(),
        Ok(Err(wrong)) => shown(&app, &page, &person, &Typed { wrong: Some((wrong, "name")), ..typed }),
        Err(failure) => failed(&page, &failure),
    }
}

/// A name and the code with which its account is set up; none: there is none to tell.
type Told = Option<(String, String)>;

async fn acted(
    app: &App,
    admin: &Person,
    person: &str,
    act: &str,
    name: &str,
) -> Result<Result<Told, &'static str>, Failure> {
    let away = |error: store::Error| Failure::away(&error);
    let now = app.kinds.store.now();
    let theirs = || {
        let all = app.accounts.all().map_err(away)?;
        all.into_iter().find(|it| it.person == person).map(|it| it.name).ok_or_else(Failure::not_found)
    };
    let asks = |command: Command| ask(app, admin, command);
    match act {
        // The words stand above the form of the account.
        "want" | "decline" => {
            let (want, person) = (act == "want", person.to_string());
            let command = if want { Command::WantCode { person } } else { Command::DeclineCode { person } };
            return told(asks(command).await).map(|done| done.map(|()| None));
        }
        "add" | "reset" if app.kinds.organisation().has_strong_right(person, app.today()) => {
            // Before anything is given: a second one who asks at the same time finds it given already.
            if let Err(wrong) = told(asks(Command::GiveCode { person: person.into() }).await)? {
                return Ok(Err(wrong));
            }
        }
        _ => {}
    }
    match act {
        "add" => {
            record(app, admin, "account.made", person).await?;
            Ok(match app.accounts.add(name, person, now).map_err(away)? {
                Ok(code) => Ok(Some((name.into(), code))),
                Err(Unable::NameTaken) => Err("staff-name-taken"),
                Err(Unable::HasOne) => Err("staff-has-account"),
                Err(Unable::Name | Unable::NotThere) => Err("staff-wrong-name"),
            })
        }
        "reset" => {
            let name = theirs()?;
            record(app, admin, "account.reset", person).await?;
            let code = app.accounts.reset(&name, now).map_err(away)?.map_err(|_| Failure::not_found())?;
            sign_out(app, admin, person).await?;
            Ok(Ok(Some((name, code))))
        }
        "close" => {
            record(app, admin, "account.closed", person).await?;
            let all = app.accounts.all().map_err(away)?;
            if let Some(account) = all.into_iter().find(|it| it.person == person) {
                // Another may have closed it meanwhile.
                let _ = app.accounts.close(&account.name).map_err(away)?;
            }
            // Also where it is gone already: whoever closed it may have come no further.
            sign_out(app, admin, person).await?;
            Ok(Ok(None))
        }
        _ => Err(Failure::not_found()),
    }
}

/// The fault in what was asked of the organisation, as a text above the form.
fn told(done: Result<(), Unsaid>) -> Result<Result<(), &'static str>, Failure> {
    match done {
        Ok(()) => Ok(Ok(())),
        Err(Unsaid::Wrong(("refused-organisation-not_there", _))) => Ok(Err("staff-code-wrong-alone")),
        Err(Unsaid::Wrong((key, _))) => Ok(Err(key)),
        Err(Unsaid::Failed(failure)) => Err(failure),
    }
}

/// Ends what a person has begun, with a token, an account or at the provider.
pub(super) async fn sign_out(app: &App, admin: &Person, person: &str) -> Result<(), Failure> {
    let now = app.kinds.store.now();
    let key = new_id(now).to_string();
    Ok(withdraw_tokens(app.kinds.store.log(), &admin.by(), person, &key, now).await?)
}

fn with_code(page: &Page, person: &str, name: &str, code: &str) -> Response {
    let title = page.text("staff-code-title");
    let content = html! {
        h1 { (title) }
        p.lead { (page.text("staff-code-lead")) }
        dl.facts {
            dt { (page.text("sign-in-name")) } dd { strong { (name) } }
            dt { (page.text("set-up-given")) } dd { strong { (code) } }
        }
        p { a href=(address(person)) { (page.text("staff-code-on")) } }
    };
    page.render(StatusCode::OK, &title, &content)
}

/// Writes down who made, reset or closed whose account. Without that it is not done.
async fn record(app: &App, admin: &Person, kind: &str, person: &str) -> Result<(), Failure> {
    let now = app.kinds.store.now();
    let id = new_id(now);
    let event = NewEvent {
        id,
        stream: "access/accounts".into(),
        kind: kind.into(),
        schema: 1,
        occurred: now,
        data: json!({ "person": person, "role": admin.role.code() }).to_string(),
        personal: None,
        closes: false,
    };
    let purpose = Purpose::Management.code().into();
    let context = Context { actor: admin.id.clone(), unit: admin.unit.clone(), purpose, correlation: id, cause: None };
    let (scope, key, request) = ("access".into(), id.to_string(), [0; 32]);
    app.record(Append { scope, key, request, expects: Vec::new(), events: vec![event], context }).await
}
