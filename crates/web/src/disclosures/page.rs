//! `/desk/registers/{id}`: the other register of the person whom a matter is about. It says whether it is open and until when,
//! and how it is opened: by the person's consent, or by a ground of law.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::clocks::Standing;
use facts::{Code, Register};
use matter::access::{Action, Role};
use matter::{Refused, Subject, Text};
use maud::{Markup, html};
use operations::disclosures::{Command, Disclosure, Ground, Place, Whose, grounds};
use serde::Deserialize;
use store::Listed;
use uuid::Uuid;

use crate::App;
use crate::answer::{Failure, told};
use crate::caller::{Caller, Person};
use crate::care::{self, receipt};
use crate::contact::{see_other, wrong_text};
use crate::desk::unit_name;
use crate::form::{Did, errors, field};
use crate::guard::Glance;
use crate::guard::registers::{CONSENT, matter_of};
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::listing::listing;
use crate::numbers;
use crate::parts::{self, Turn};

/// Matters of the other register that are listed.
const LISTED: usize = 50;

/// Everything that the forms of the page carry.
#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    ground: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    show: String,
}

/// Keys of texts, and fields.
type Wrong = Vec<(&'static str, &'static str)>;

/// The person whose other register it is, come to from one of their matters.
struct Seen {
    /// The matter.
    from: Listed,
    subject: Option<Subject>,
    register: Register,
    /// The matter itself is open to the one who asks.
    is_open: bool,
}

/// The page of a matter that stays closed: it is of the other register, and nothing of it is shown.
pub fn closed(page: &Page, refused: &Refused) -> Markup {
    let value = |name: &str| refused.values.iter().find(|(it, _)| *it == name).map_or("", |(_, value)| value.as_str());
    let title = Register::named(value("register")).map_or_else(String::new, |it| page.text(&matter_of(it)));
    html! {
        (parts::back("/desk", &page.text("desk-back")))
        h1 { (title) }
        p.lead { (told(refused, page.language)) }
        p { a.btn href=(format!("/desk/registers/{}", value("matter"))) role="button" { (page.text("disclosures-ways")) } }
    }
}

/// The way from a matter to the other register of its person; nothing where registers are not told apart.
pub fn link(app: &App, page: &Page, of: &Glance<'_>) -> Markup {
    let register = app.register_of(of).filter(|_| of.standing.subject.is_some()).map(other);
    html! {
        @if let Some(register) = register {
            p { a href=(format!("/desk/registers/{}", of.id)) { (page.text(&format!("disclosures-link-{}", register.code()))) } }
        }
    }
}

fn other(register: Register) -> Register {
    match register {
        Register::Health => Register::Social,
        Register::Social => Register::Health,
    }
}

/// The part that somebody may see: whoever reads a matter comes to the other register of its person, and whoever would read it
/// but for its register, to that of the matter.
fn seen(app: &App, caller: &Caller, id: &str) -> Result<Seen, Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::not_found())?;
    if !matches!(caller.role(), Some(Role::Professional | Role::Lead)) {
        return Err(Failure::not_found());
    }
    let kinds = app.kinds.store.kinds().iter();
    let found = kinds.filter_map(|kind| Some((kind.stands(id)?, kind.rights()))).next();
    let (from, rights) = found.ok_or_else(Failure::not_found)?;
    let glance = Glance::listed(rights, &from);
    let register = app.register_of(&glance).ok_or_else(Failure::not_found)?;
    let is_apart = caller.person.as_ref().is_some_and(|person| app.is_apart(person, &glance));
    let is_open = app.may(caller, &glance, Action::Read);
    if !is_open && !app.is_in_other_register(caller, &glance) {
        return Err(Failure::not_found());
    }
    let register = if is_apart { register } else { other(register) };
    Ok(Seen { subject: from.subject, register, is_open, from })
}

/// `GET /desk/registers/{id}`.
pub async fn register(
    State(app): State<Arc<App>>,
    page: Page,
    Path(id): Path<String>,
    Query(did): Query<Did>,
    caller: Result<Caller, Failure>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return failed(&page, &failure),
    };
    match seen(&app, &caller, &id) {
        Ok(seen) => shown(&app, &page, &person, &seen, (&Fields::default(), &Vec::new()), &did.did),
        Err(failure) => failed(&page, &failure),
    }
}

/// `POST /desk/registers/{id}/{command}`: asks the person for consent, or names a ground of law.
pub async fn command(
    State(app): State<Arc<App>>,
    page: Page,
    Path((id, verb)): Path<(String, String)>,
    caller: Result<Caller, Failure>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let seen = match caller.and_then(|caller| seen(&app, &caller, &id)) {
        Ok(seen) => seen,
        Err(failure) => return failed(&page, &failure),
    };
    let again = |fields: &Fields, wrong: Wrong| shown(&app, &page, &person, &seen, (fields, &wrong), "");
    if !fields.show.is_empty() {
        return again(&fields, Vec::new());
    }
    let Some(subject) = seen.subject else { return missing(&page) };
    let whose = Whose { subject: Some(subject), register: seen.register, unit: person.unit.as_str().into() };
    let command = match verb.as_str() {
        "ask" => Command::Ask(whose),
        "name" => match named(&app, &fields, seen.register) {
            Ok((ground, why)) => Command::Name { whose, ground, why },
            Err(wrong) => return again(&fields, wrong),
        },
        _ => return missing(&page),
    };
    let key = care::client_id(&fields.client_id).unwrap_or_else(|_| app.sessions.unguessable());
    // The same form sent twice opens it once.
    let matter = Uuid::new_v5(&subject.0, format!("disclosure/{}/{key}", person.id).as_bytes());
    match app.kinds.disclosures.ask(matter, command, &person.by(), &key, 0).await {
        Ok(_) => see_other(&format!("/desk/registers/{id}?did={verb}")),
        Err(trouble) => failed(&page, &Failure::from(trouble)),
    }
}

fn named(app: &App, fields: &Fields, register: Register) -> Result<(String, Text), Wrong> {
    let today = app.calendar.local_date(app.kinds.store.now());
    let ground = Ground::named(&fields.ground).filter(|it| today.is_some_and(|today| it.opens(register, today)));
    let ground = ground.ok_or(("disclosures-wrong-ground", "ground"));
    let why = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => ("disclosures-wrong-why", "text"),
        wrong => (wrong, "text"),
    });
    match (ground, why) {
        (Ok(ground), Ok(why)) => Ok((ground.id.clone(), Text(why))),
        (ground, why) => Err([ground.err(), why.err()].into_iter().flatten().collect()),
    }
}

/// A person's disclosures of a register to a unit.
fn theirs(app: &App, subject: Subject, register: Register, unit: &str) -> Vec<Arc<Disclosure>> {
    app.kinds.disclosures.look(|all| {
        let ids = all.of_subject(subject, usize::MAX).into_iter();
        ids.filter_map(|id| all.get(id)).filter(|it| it.whose.register == register && *it.whose.unit == *unit).collect()
    })
}

fn shown(
    app: &App,
    page: &Page,
    person: &Person,
    seen: &Seen,
    (fields, wrong): (&Fields, &Wrong),
    did: &str,
) -> Response {
    let code = seen.register.code();
    let title = page.text(&format!("disclosures-title-{code}"));
    let ground = seen.subject.and_then(|subject| app.ground(person, subject, seen.register));
    let all = seen.subject.map(|it| theirs(app, it, seen.register, &person.unit)).unwrap_or_default();
    let is_asked = all.iter().any(|it| it.place == Place::Asked);
    let now = app.kinds.store.now();
    let open =
        all.iter().filter(|it| it.opens(seen.register, (&person.id, &person.unit), now)).map(|it| it.until).max();
    let content = html! {
        (errors(page, wrong))
        @if wrong.is_empty() && matches!(did, "ask" | "name") {
            (parts::done(&html! { (page.text(&format!("disclosures-did-{did}"))) }, &html! {}))
        }
        (parts::back(&if seen.is_open { back(&seen.from) } else { "/desk".into() }, &page.text(if seen.is_open { "disclosures-back" } else { "desk-back" })))
        h1 { (title) }
        p.lead { (page.text(&format!("disclosures-what-{code}"))) }
        @match (&ground, open) {
            (Some(ground), Some(until)) => {
                (parts::standing(Turn::Agreed, &html! {
                    (page.language.text_with("disclosures-open-until", &[("ground", &ground_name(page, ground)), ("time", &numbers::moment(until, page.language))]))
                }))
                (matters(app, page, seen))
            }
            _ if seen.subject.is_none() => { p { (page.text("disclosures-nobody")) } }
            _ => {
                h2 #consent { (page.text("disclosures-consent")) }
                @if is_asked {
                    (parts::standing(Turn::Waits, &html! { (page.text("disclosures-asked")) }))
                } @else {
                    p { (page.text("disclosures-consent-what")) }
                    form method="post" action=(to(seen, "ask")) {
                        input type="hidden" name="client_id" value=(app.sessions.unguessable());
                        button.btn type="submit" { (page.text("disclosures-ask")) }
                    }
                }
                h2 #law { (page.text("disclosures-law")) }
                p { (page.text("disclosures-law-what")) }
                (law(app, page, seen, fields, wrong))
            }
        }
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page.render_form("work", status, &title, &content)
}

fn to(seen: &Seen, command: &str) -> String {
    format!("/desk/registers/{}/{command}", seen.from.id)
}

fn back(from: &Listed) -> String {
    listing(from.kind).map_or_else(|| "/desk".into(), |it| format!("/desk/{}/{}", it.path, from.id))
}

/// The form that names a ground of law.
fn law(app: &App, page: &Page, seen: &Seen, fields: &Fields, wrong: &Wrong) -> Markup {
    let language = page.language.code();
    let wrong_in = |field: &str| wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key);
    let today = app.calendar.local_date(app.kinds.store.now());
    let offered = grounds().iter().filter(|it| today.is_some_and(|today| it.opens(seen.register, today)));
    html! {
        form #work .letter method="post" action=(to(seen, "name")) autocomplete="off" {
            input type="hidden" name="client_id" value=(app.sessions.unguessable());
            fieldset #ground aria-describedby=[wrong_in("ground").map(|_| "ground-error")] {
                legend { (page.text("disclosures-ground")) }
                @if let Some(wrong) = wrong_in("ground") { p.error #ground-error { (page.text(wrong)) } }
                div.choices {
                    @for it in offered {
                        div.choice {
                            input type="radio" name="ground" id=(format!("ground-{}", it.id)) value=(it.id)
                                checked[it.id == fields.ground] aria-describedby=(format!("about-{}", it.id));
                            label for=(format!("ground-{}", it.id)) { (it.name.of(language)) }
                            p.hint id=(format!("about-{}", it.id)) {
                                (it.text.of(language)) " "
                                (page.language.text_count("disclosures-hours", it.hours as usize, &it.hours.to_string())) " "
                                (page.text("clocks-source")) ": " span lang="en" { (it.source) } "."
                                @if it.standing != Standing::Confirmed { " " (page.text("clocks-unconfirmed")) }
                            }
                        }
                    }
                }
            }
            (field(page, "text", "disclosures-why", wrong_in("text"), &html! {
                p.hint #text-hint { (page.text("disclosures-why-hint")) }
                textarea.field #text name="text" rows="4" dir="auto" autocomplete="off" aria-invalid=[wrong_in("text").map(|_| "true")]
                    aria-describedby=(if wrong_in("text").is_some() { "text-hint text-error" } else { "text-hint" }) { (fields.text) }
            }))
            button.btn.btn--second type="submit" { (page.text("disclosures-name")) }
        }
    }
}

/// The matters of the register that is open, each by its kind, unit and number; to open one is recorded there.
fn matters(app: &App, page: &Page, seen: &Seen) -> Markup {
    let Some(subject) = seen.subject else { return html! {} };
    let mut rows = Vec::new();
    for kind in app.kinds.store.kinds() {
        let Some(listing) = listing(kind.name()) else { continue };
        let theirs = kind.of_subject(subject, LISTED).into_iter().filter_map(|id| kind.stands(id));
        for it in theirs.filter(|it| app.register_of(&Glance::listed(kind.rights(), it)) == Some(seen.register)) {
            let unit = it.unit.as_ref().map_or_else(String::new, |unit| unit_name(page, unit));
            let meta =
                [html! { (unit) }, html! { (numbers::moment(it.since, page.language)) }, html! { (receipt(it.id)) }];
            let name = page.text(&format!("kind-{}", it.kind));
            rows.push(parts::row(&format!("/desk/{}/{}", listing.path, it.id), &name, &meta));
        }
    }
    html! {
        h2 { (page.text("disclosures-matters")) }
        @if rows.is_empty() { p { (page.text("disclosures-no-matters")) } } @else { ol.rows { @for row in rows { (row) } } }
    }
}

/// A ground in words.
pub fn ground_name(page: &Page, ground: &str) -> String {
    match Ground::named(ground) {
        _ if ground == CONSENT => page.text("disclosures-by-consent"),
        Some(it) => it.name.of(page.language.code()).to_string(),
        None => ground.into(),
    }
}
