//! `/desk/break-glass`: a professional opens the matters of a person for whom they do not care, with a reason, at once and for a
//! while; another who leads the unit reviews it, and the person sees both.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use matter::access::{Action, Role};
use matter::{Matter, Subject, Text};
use maud::{Markup, html};
use operations::break_glass::{BreakGlass, Command, Judgment, rule};
use serde::Deserialize;
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::{self, receipt};
use crate::contact::{see_other, wrong_text};
use crate::desk::{staff_name, unit_name};
use crate::feature::{Feature, get, post};
use crate::form::{Typed, errors, field, message_box, named};
use crate::guard::Glance;
use crate::home::{failed, missing, signed_out, unsent};
use crate::layout::Page;
use crate::listing::listing;
use crate::numbers;
use crate::parts::{self, Turn};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/desk/break-glass", new),
            post("/desk/break-glass", open),
            get("/desk/break-glass/{id}", one),
            post("/desk/break-glass/{id}/review", review),
        ]
    },
    texts: &[texts!("break-glass")],
    ..Feature::NOTHING
};

/// The ground as the record of accesses has it.
pub const GROUND: &str = "break_glass";
/// Matters of a kind that are listed.
const LISTED: usize = 50;

/// Everything that the forms carry.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Fields {
    client_id: String,
    /// The person, as the log knows them.
    client: String,
    /// The reason, or the words of the review.
    text: String,
    judgment: String,
    /// The form is only shown again, in another language.
    show: String,
}

impl App {
    /// Whether a professional has broken the glass for a person, and it is open yet.
    pub fn has_broken_glass(&self, person: &Person, subject: Subject) -> bool {
        let (now, by) = (self.kinds.store.now(), (person.id.as_str(), person.unit.as_str()));
        self.kinds.break_glass.look(|all| {
            let theirs = all.of_subject(subject, usize::MAX).into_iter().filter_map(|id| all.get(id));
            theirs.into_iter().any(|it| it.opens(by, now))
        })
    }

    /// All that was opened of a person so, the latest first.
    pub fn glass_of(&self, subject: Subject) -> Vec<Arc<BreakGlass>> {
        self.kinds.break_glass.look(|all| {
            let mut theirs: Vec<_> =
                all.of_subject(subject, usize::MAX).into_iter().filter_map(|id| all.get(id)).collect();
            theirs.sort_by_key(|it| std::cmp::Reverse(it.at));
            theirs
        })
    }
}

/// The professional who looks at the page; none: it is not for them.
fn works(page: &Page) -> Option<Person> {
    page.person.clone().filter(|person| BreakGlass::RIGHTS.worked_by.contains(&person.role))
}

/// `GET /desk/break-glass`.
async fn new(State(app): State<Arc<App>>, page: Page) -> Response {
    match works(&page) {
        _ if page.person.is_none() => page.to_sign_in(),
        Some(person) => form(&app, &page, &person, &Typed::default()),
        None => missing(&page),
    }
}

/// `POST /desk/break-glass`.
async fn open(
    State(app): State<Arc<App>>,
    page: Page,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = given.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let person = match (works(&page), caller) {
        _ if page.person.is_none() => return signed_out(&page, &fields.text),
        (Some(person), Ok(_)) => person,
        (None, _) => return missing(&page),
        (_, Err(failure)) => return unsent(&page, &failure, &fields.text),
    };
    if !fields.show.is_empty() {
        return form(&app, &page, &person, &Typed { fields, ..Typed::default() });
    }
    let client = app.clients().map(|(subject, _)| subject).find(|it| it.to_string() == fields.client);
    let why = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => ("break-glass-wrong-why", "text"),
        wrong => (wrong, "text"),
    });
    let key = care::client_id(&fields.client_id).map_err(|_| ("wrong-again", "text"));
    let (subject, why, key) = match (client, why, key) {
        (Some(subject), Ok(why), Ok(key)) => (subject, why, key),
        (client, why, key) => {
            let client = client.is_none().then_some(("log-wrong-client", "client"));
            let wrong = [client, why.err(), key.err()].into_iter().flatten().collect();
            let typed = Typed { fields, wrong, status: StatusCode::UNPROCESSABLE_ENTITY };
            return form(&app, &page, &person, &typed);
        }
    };
    // The same form sent twice opens it once.
    let id = Uuid::new_v5(&subject.0, format!("break_glass/{}/{key}", person.id).as_bytes());
    let words = Text(page.text("break-glass-task"));
    match app.kinds.break_glass(id, Command::Break { subject, why: Text(why) }, words, (&person.by(), &key)).await {
        Ok(()) => see_other(&format!("/desk/break-glass/{id}")),
        Err(trouble) => unsent(&page, &Failure::from(trouble), &fields.text),
    }
}

fn form(app: &App, page: &Page, person: &Person, typed: &Typed<Fields>) -> Response {
    let (fields, wrong) = (&typed.fields, typed.wrong("client"));
    let waiting = to_review(app, person);
    let content = html! {
        (errors(page, &typed.wrong))
        (parts::back("/desk", &page.text("desk-back")))
        h1 { (page.text("break-glass-title")) }
        p.lead { (page.language.text_with("break-glass-what", &[
            ("minutes", &rule().minutes.to_string()), ("days", &rule().weekdays.to_string()),
        ])) }
        @if !waiting.is_empty() {
            h2 { (page.text("break-glass-waiting")) }
            ol.rows {
                @for (id, it) in &waiting {
                    (parts::row(&format!("/desk/break-glass/{id}"), &staff_name(page, &it.by), &[
                        html! { (numbers::moment(it.at, page.language)) },
                        html! { (page.language.text_with("tasks-due", &[("day", &numbers::day_of(it.review_by - 1, page.language))])) },
                    ]))
                }
            }
        }
        form #work .letter method="post" action="/desk/break-glass" autocomplete="off" {
            input type="hidden" name="client_id" value=(named(app, &fields.client_id));
            (field(page, "client", "log-client", wrong, &html! {
                select.field #client name="client" aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "client-error")] {
                    option value="" { (page.text("desk-choose")) }
                    @for (subject, name) in app.clients() {
                        option value=(subject) selected[subject.to_string() == fields.client] { (name) }
                    }
                }
            }))
            (message_box(page, "break-glass-why", Some("break-glass-why-hint"), &fields.text, typed.wrong("text")))
            button.btn type="submit" { (page.text("break-glass-open")) }
        }
    };
    page.render_form("work", typed.status, &page.text("break-glass-title"), &content)
}

/// Openings that wait for the review of somebody who leads, the oldest first.
fn to_review(app: &App, person: &Person) -> Vec<(Uuid, Arc<BreakGlass>)> {
    let is_theirs = |it: &BreakGlass| {
        person.role == Role::Lead
            && it.reviewed.is_none()
            && *it.by != *person.id
            && app.is_within(&it.unit, &person.unit)
    };
    let mut waiting: Vec<_> = app
        .kinds
        .break_glass
        .look(|all| all.iter().filter(|(_, it)| is_theirs(it)).map(|(id, it)| (id, it.clone())).collect());
    waiting.sort_by_key(|(id, it): &(Uuid, Arc<BreakGlass>)| (it.at, *id));
    waiting
}

/// One, for the one who did it and for those who lead the unit; of all others there is none.
async fn found(
    app: &App,
    page: &Page,
    caller: Result<Caller, Failure>,
    path: &str,
) -> Result<(Uuid, Arc<BreakGlass>, Caller), Failure> {
    let caller = caller?;
    let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
    let person = works(page).ok_or_else(Failure::not_found)?;
    let it = app.kinds.break_glass.read(id).await.map_err(|error| Failure::away(&error))?;
    it.filter(|it| *it.by == *person.id || person.role == Role::Lead).ok_or_else(Failure::not_found)?;
    Ok((id, app.guarded(&app.kinds.break_glass, &caller, id, Action::Read).await?, caller))
}

/// `GET /desk/break-glass/{id}`.
async fn one(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
) -> Response {
    if page.person.is_none() {
        return page.to_sign_in();
    }
    match found(&app, &page, caller, &path).await {
        Ok(it) => shown(&app, &page, &it, &Typed::default()).await,
        Err(failure) => failed(&page, &failure),
    }
}

/// `POST /desk/break-glass/{id}/review`.
async fn review(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
    given: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = given.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let Some(person) = page.person.clone() else { return signed_out(&page, &fields.text) };
    let it = match found(&app, &page, caller, &path).await {
        Ok(it) => it,
        Err(failure) => return unsent(&page, &failure, &fields.text),
    };
    if !fields.show.is_empty() {
        return shown(&app, &page, &it, &Typed { fields, ..Typed::default() }).await;
    }
    let judgment = Judgment::ALL.into_iter().find(|it| it.code() == fields.judgment);
    let words = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => ("break-glass-wrong-words", "text"),
        wrong => (wrong, "text"),
    });
    let (judgment, words) = match (judgment, words) {
        (Some(judgment), Ok(words)) => (judgment, words),
        (judgment, words) => {
            let judgment = judgment.is_none().then_some(("break-glass-wrong-judgment", "judgment-justified"));
            let wrong = [judgment, words.err()].into_iter().flatten().collect();
            return shown(&app, &page, &it, &Typed { fields, wrong, status: StatusCode::UNPROCESSABLE_ENTITY }).await;
        }
    };
    let key = care::client_id(&fields.client_id).unwrap_or_else(|_| app.sessions.unguessable());
    let command = Command::Review { judgment, words: Text(words) };
    match app.kinds.break_glass.ask(it.0, command, &person.by(), &key, 0).await {
        Ok(_) => see_other(&format!("/desk/break-glass/{}", it.0)),
        Err(trouble) => unsent(&page, &Failure::from(trouble), &fields.text),
    }
}

async fn shown(
    app: &App,
    page: &Page,
    (id, it, caller): &(Uuid, Arc<BreakGlass>, Caller),
    typed: &Typed<Fields>,
) -> Response {
    let happened = match app.kinds.break_glass.happened(*id, BreakGlass::NAME, 0, 10).await {
        Ok(happened) => happened,
        Err(error) => return failed(page, &Failure::away(&error)),
    };
    let erased = || page.text("tasks-erased");
    let why = happened.first().and_then(|it| it.text.clone()).unwrap_or_else(erased);
    let is_mine = caller.person.as_ref().is_some_and(|person| *it.by == *person.id);
    let is_open = app.kinds.store.now() < it.until;
    let content = html! {
        (errors(page, &typed.wrong))
        (parts::back("/desk/break-glass", &page.text("break-glass-title")))
        h1 { (page.text("kind-break_glass")) " " (receipt(*id)) }
        (parts::standing(if is_open { Turn::Now } else { Turn::Done }, &html! {
            (page.language.text_with(if is_open { "break-glass-until" } else { "break-glass-over" },
                &[("time", &numbers::moment(it.until, page.language))]))
        }))
        dl.facts {
            div { dt { (page.text("break-glass-by")) } dd { (staff_name(page, &it.by)) ", " (unit_name(page, &it.unit)) } }
            div { dt { (page.text("break-glass-at")) } dd { (numbers::moment(it.at, page.language)) } }
            @if let Some(name) = app.named(it.subject) { div { dt { (page.text("log-client")) } dd { (name) } } }
        }
        h2 { (page.text("break-glass-reason")) }
        blockquote.note dir="auto" { (why) }
        @if is_mine && is_open { (matters(app, page, caller, it)) }
        @match &it.reviewed {
            Some(reviewed) => {
                h2 { (page.text("break-glass-review")) }
                p { strong { (page.text(&format!("break-glass-{}", reviewed.judgment.code()))) } ", "
                    (staff_name(page, &reviewed.by)) ", " (numbers::moment(reviewed.at, page.language)) }
                blockquote.note dir="auto" { (happened.get(1).and_then(|it| it.text.clone()).unwrap_or_else(erased)) }
            }
            None if is_mine => {
                p { (page.language.text_with("break-glass-reviewed-by", &[("day", &numbers::day_of(it.review_by - 1, page.language))])) }
            }
            None => { (judge(app, page, *id, typed)) }
        }
    };
    page.render_form("work", typed.status, &page.text("kind-break_glass"), &content)
}

/// The form of the one who reviews it.
fn judge(app: &App, page: &Page, id: Uuid, typed: &Typed<Fields>) -> Markup {
    html! {
        h2 { (page.text("break-glass-review")) }
        form #work .letter method="post" action=(format!("/desk/break-glass/{id}/review")) autocomplete="off" {
            input type="hidden" name="client_id" value=(named(app, &typed.fields.client_id));
            fieldset {
                legend { (page.text("break-glass-judgment")) }
                @if let Some(wrong) = typed.wrong("judgment-justified") { p.error { (page.text(wrong)) } }
                div.choices {
                    @for judgment in Judgment::ALL.map(Judgment::code) {
                        div.choice {
                            input id=(format!("judgment-{judgment}")) type="radio" name="judgment" value=(judgment)
                                checked[typed.fields.judgment == judgment];
                            label for=(format!("judgment-{judgment}")) { (page.text(&format!("break-glass-{judgment}"))) }
                        }
                    }
                }
            }
            (message_box(page, "break-glass-words", None, &typed.fields.text, typed.wrong("text")))
            button.btn type="submit" { (page.text("break-glass-send")) }
        }
    }
}

/// The person's matters that are open to the one who broke the glass: each reading is recorded there. Those of the other
/// register stay closed.
fn matters(app: &App, page: &Page, caller: &Caller, it: &BreakGlass) -> Markup {
    let mut rows = Vec::new();
    for kind in app.kinds.store.kinds() {
        let (Some(listing), Some(subject)) = (listing(kind.name()), it.subject) else { continue };
        let theirs = kind.of_subject(subject, LISTED).into_iter().filter_map(|id| kind.stands(id));
        for it in theirs.filter(|it| app.may(caller, &Glance::listed(kind.rights(), it), Action::Read)) {
            let unit = it.unit.as_ref().map_or_else(String::new, |unit| unit_name(page, unit));
            let meta =
                [html! { (unit) }, html! { (numbers::moment(it.since, page.language)) }, html! { (receipt(it.id)) }];
            let address = format!("/desk/{}/{}", listing.path, it.id);
            rows.push(parts::row(&address, &page.text(&format!("kind-{}", it.kind)), &meta));
        }
    }
    html! {
        h2 { (page.text("break-glass-matters")) }
        @if rows.is_empty() { p { (page.text("break-glass-no-matters")) } } @else { ol.rows { @for row in rows { (row) } } }
    }
}

/// For the person: who broke the glass, when, and how it was judged.
pub fn told(app: &App, page: &Page, subject: Subject) -> Markup {
    let all = app.glass_of(subject);
    html! {
        @if !all.is_empty() {
            section aria-labelledby="glass" {
                h2 #glass { (page.text("break-glass-seen")) }
                p { (page.text("break-glass-seen-what")) }
                ul.rows {
                    @for it in &all {
                        li.row {
                            p.row__name { (numbers::moment(it.at, page.language)) " " (staff_name(page, &it.by)) ", " (unit_name(page, &it.unit)) }
                            p.row__meta {
                                span { (page.text(match &it.reviewed {
                                    Some(reviewed) if reviewed.judgment == Judgment::Justified => "break-glass-justified",
                                    Some(_) => "break-glass-unjustified",
                                    None => "break-glass-unreviewed",
                                })) }
                            }
                        }
                    }
                }
            }
        }
    }
}
