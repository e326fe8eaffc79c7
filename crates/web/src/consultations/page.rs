//! The page of a question for the one who is asked, the questions about a contact on its page, and the form that asks.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use calendar::clocks::Standing;
use calendar::date_of;
use facts::{Code, Profession};
use matter::Matter;
use matter::access::Action;
use maud::{Markup, html};
use operations::consultations::consent::{Between, Needs, case};
use operations::consultations::{Consultation, Event, Place};
use operations::contacts::{self, Contact};
use store::Happened;
use uuid::Uuid;

use super::acts::Fields;
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::receipt;
use crate::desk::{capital, live, staff_name, unit_name};
use crate::form::{Did, errors, field, message_box, named};
use crate::guard::Glance;
use crate::home::{kept, unsent};
use crate::layout::Page;
use crate::numbers;

/// Events of a consultation that are read at most.
const TOLD: usize = 200;

pub type Typed = crate::form::Typed<Fields>;

/// Those who are asked: a colleague, a profession at a unit, or a unit.
pub fn whom(page: &Page, unit: &str, to: Option<&str>, profession: Option<Profession>) -> String {
    match (to, profession) {
        (Some(to), _) => staff_name(page, to),
        (None, Some(it)) => {
            format!("{}, {}", capital(&page.language.code_name(Profession::LIST, it.code())), unit_name(page, unit))
        }
        (None, None) => unit_name(page, unit),
    }
}

/// `GET /desk/consultations/{id}`.
pub async fn consultation(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    Query(did): Query<Did>,
    caller: Result<Caller, Failure>,
) -> Response {
    shown(&app, &page, &path, caller, &Typed::default(), &did.did).await
}

pub async fn shown(
    app: &App,
    page: &Page,
    path: &str,
    caller: Result<Caller, Failure>,
    typed: &Typed,
    did: &str,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    let read = async {
        let caller = caller?;
        let (id, it) = app.at_desk(&app.kinds.consultations, &caller, path, Action::Read).await?;
        let happened = app.kinds.consultations.happened(id, Consultation::NAME, 0, TOLD).await;
        let happened = happened.map_err(|error| Failure::away(&error))?;
        let contact = app.kinds.contacts.read(it.contact).await.map_err(|error| Failure::away(&error))?;
        let opens = contact.as_ref().is_some_and(|contact| app.may_still(&caller, it.contact, Action::Read, contact));
        let of_other = |contact: &Contact| app.is_in_other_register(&caller, &Glance::of(it.contact, contact, 0));
        let closed = !opens && contact.is_some_and(|contact| of_other(&contact));
        Ok((id, it, happened, (opens, closed)))
    };
    let (id, it, happened, (opens, closed)) = match read.await {
        Ok(read) => read,
        Err(failure) => return unsent(page, &failure, &typed.fields.text),
    };
    let to = |verb: &str| format!("/desk/consultations/{id}/{verb}");
    let is_mine = it.has().is_some_and(|owner| **owner == *person.id);
    let is_askers = *it.asked_by == *person.id;
    let words = |event: &Event| happened.iter().find(|it| it.event == *event).and_then(|it| it.text.as_deref());
    let question = happened.first().and_then(|first| first.text.as_deref());
    let button = |verb: &str, class: &str| {
        html! {
            button id=(format!("act-{verb}")) class=(format!("btn {class}")) type="submit" formaction=(to(verb)) {
                (page.text(&format!("consultations-{verb}")))
            }
        }
    };
    let content = html! {
        (live(page))
        (errors(page, &typed.wrong))
        @if did == "claim" && is_mine { (crate::parts::done(&html! { (page.text("consultations-did-claim")) }, &html! {})) }
        p { a.back href="/desk?view=mine" { (page.text("desk-back")) } }
        h1 { (page.text("kind-consultation")) }
        div.cols.cols--work {
            div.flow {
                p.standing {
                    (page.text(&format!("consultations-place-{}", it.place.code())))
                    @if let Some(owner) = it.has() {
                        " – " @if is_mine { (page.text("desk-yours")) } @else { (staff_name(page, owner)) }
                    }
                    ". "
                    @if it.is_open() {
                        (capital(&page.language.text_with("tasks-due", &[("day", &numbers::day_of(it.due, page.language))]))) "."
                        @if it.due < app.kinds.store.now() { " " strong.due.due--late { (page.text("desk-late")) } }
                    }
                }
                // With its reason the right to read ends, also that to read the question.
                @if !matches!(it.place, Place::Lapsed { .. }) {
                    h2 { (page.text("consultations-question")) }
                    blockquote.note dir="auto" { (question.map_or_else(|| page.text("tasks-erased"), Into::into)) }
                }
                @if let Some(answer) = words(&Event::Answered) {
                    h2 { (page.text("consultations-answer-title")) }
                    blockquote.note dir="auto" { (answer) }
                }
                form #work .letter method="post" action=(to("answer")) autocomplete="off" {
                    input type="hidden" name="client_id" value=(named(app, &typed.fields.client_id));
                    @if is_mine {
                        p {
                            @if opens {
                                a href=(format!("/desk/contacts/{}", it.contact)) { (page.text("consultations-read")) } " "
                                (page.text("consultations-grant"))
                            } @else if closed {
                                (page.text("consultations-closed")) " "
                                a href=(format!("/desk/registers/{}", it.contact)) { (page.text("disclosures-ways")) }
                            }
                        }
                        (message_box(page, "consultations-text", Some("consultations-text-hint"), &typed.fields.text, typed.wrong("text")))
                        div.acts { (button("answer", "")) (button("release", "btn--second")) }
                    } @else if !typed.fields.text.is_empty() {
                        (kept(page, &typed.fields.text))
                    }
                    @if it.place == Place::Queued && !is_askers { div.acts { (button("claim", "")) } }
                    @if it.place == Place::Answered && is_askers { div.acts { (button("notice", "")) } }
                }
            }
            section.side aria-label=(page.text("tasks-details")) {
                dl.facts {
                    div { dt { (page.text("receipt-short")) } dd { (receipt(id)) } }
                    div { dt { (page.text("tasks-about")) } dd { (page.text("tasks-about-contact")) " " (receipt(it.contact)) } }
                    div { dt { (page.text("consultations-by")) } dd { (staff_name(page, &it.asked_by)) } }
                    div { dt { (page.text("consultations-to")) } dd { (whom(page, &it.unit, it.owner.as_deref(), it.profession)) } }
                    div { dt { (page.text("consultations-at")) } dd { (numbers::moment(it.asked_at, page.language)) } }
                }
            }
        }
    };
    page.render_form("work", typed.status, &page.text("kind-consultation"), &content)
}

/// The questions about a contact, on its page: each with its answer, and the way to ask another.
pub fn about(
    app: &App,
    page: &Page,
    (contact, state, history): (Uuid, &Contact, &[Happened<contacts::Event>]),
    may_ask: bool,
) -> Markup {
    let asked: Vec<_> = history
        .iter()
        .filter_map(|it| match &it.event {
            contacts::Event::Consulted { consultation, unit, to, profession } => {
                Some((it, *consultation, whom(page, unit, to.as_deref(), *profession)))
            }
            _ => None,
        })
        .collect();
    let answer = |id: Uuid| history.iter().find(|it| it.event == contacts::Event::Advised { consultation: id });
    let recalled = |id: Uuid| history.iter().any(|it| it.event == contacts::Event::Recalled { consultation: id });
    let open = |id: Uuid| app.kinds.consultations.look(|all| all.get(id));
    let me = page.person.as_ref().map_or("", |person| &person.id);
    // Of the one form of the page: what is typed in it goes along, and is kept.
    let button = |id: Uuid, verb: &str| {
        html! {
            button.btn.btn--second.btn--small type="submit" form="work" name="consultation" value=(id)
                formaction=(format!("/desk/contacts/{contact}/{verb}")) { (page.text(&format!("consultations-{verb}"))) }
        }
    };
    let text = |it: Option<&Happened<contacts::Event>>| {
        it.and_then(|it| it.text.clone()).unwrap_or_else(|| page.text("tasks-erased"))
    };
    html! {
        @if may_ask || !asked.is_empty() {
            section #questions-about aria-labelledby="questions-title" {
                h2 #questions-title { (page.text("consultations-title")) }
                @for (it, id, whom) in &asked {
                    @let found = open(*id);
                    div.handed {
                        p { strong { (whom) } }
                        blockquote.note dir="auto" { (text(Some(it))) }
                        @if let Some(answer) = answer(*id) {
                            p { strong { (page.text("consultations-answer-title")) } ", " (staff_name(page, &answer.by)) ", " (numbers::moment(answer.at, page.language)) }
                            blockquote.note dir="auto" { (text(Some(answer))) }
                            @if found.as_ref().is_some_and(|it| it.place == Place::Answered && *it.asked_by == *me) { (button(*id, "notice")) }
                        } @else if recalled(*id) {
                            p.quiet { (page.text("consultations-place-withdrawn")) }
                        } @else if let Some(found) = found.filter(|it| it.is_open()) {
                            p.quiet {
                                (page.language.text_with("tasks-due", &[("day", &numbers::day_of(found.due, page.language))]))
                                @if found.due < app.kinds.store.now() { " " strong.due.due--late { (page.text("desk-late")) } }
                            }
                            @if *found.asked_by == *me || may_ask { (button(*id, "recall")) }
                        }
                    }
                }
                @if may_ask && matches!(state.place, contacts::Place::Owned { .. } | contacts::Place::Waiting { .. }) {
                    p {
                        button.btn.btn--second #consult type="submit" form="work" name="onward" value="consult"
                            formaction=(format!("/desk/contacts/{contact}/save")) { (page.text("consultations-ask")) }
                    }
                }
            }
        }
    }
}

/// In place of the acts on a contact: somebody who is asked about it looks at it, and goes back to the question.
pub fn asked(app: &App, page: &Page, contact: Uuid, person: &Person) -> Markup {
    let mine = app.kinds.consultations.look(|all| {
        let mut open = all.index().of(contact).filter_map(|id| Some((id, all.get(id)?)));
        open.find(|(_, it)| it.has().is_some_and(|who| **who == *person.id)).map(|(id, _)| id)
    });
    html! {
        @if let Some(id) = mine {
            p {
                (page.text("consultations-reading")) " "
                a href=(format!("/desk/consultations/{id}")) { (page.text("consultations-to-question")) }
            }
        }
    }
}

/// The form that asks a colleague about a contact: what is asked, whom, and by when.
pub fn form(app: &App, page: &Page, person: &Person, (id, contact): (Uuid, &Contact), typed: &Typed) -> Response {
    let fields = &typed.fields;
    let mut colleagues: Vec<(bool, String, String)> = app
        .colleagues(&contact.unit, Some(&person.id))
        .into_iter()
        .map(|it| {
            let name = staff_name(page, &it.id);
            let name = if it.is_here { format!("{name} ({})", page.text("desk-here")) } else { name };
            (!it.is_here, name, it.id)
        })
        .collect();
    colleagues.sort();
    let mut units: Vec<(bool, String, String)> = page
        .figures
        .units()
        .iter()
        .filter(|unit| unit.open && unit.level == "unit")
        .map(|unit| (*unit.id != *contact.unit, page.language.of(&unit.names).to_string(), unit.id.clone()))
        .collect();
    units.sort();
    let mut professions: Vec<(String, &str)> = Profession::LIST
        .codes
        .iter()
        .map(|it| (capital(&page.language.code_name(Profession::LIST, it.code)), it.code))
        .collect();
    professions.sort();
    let day = if fields.day.is_empty() { next_weekday(app) } else { fields.day.clone() };
    let select = |name: &str, options: &Markup| {
        html! {
            select.field id=(name) name=(name) aria-invalid=[typed.wrong(name).map(|_| "true")]
                aria-describedby=[typed.wrong(name).map(|_| format!("{name}-error"))] { (options) }
        }
    };
    let back = format!("/desk/contacts/{id}");
    let content = html! {
        (errors(page, &typed.wrong))
        p { a.back href=(back) { (page.text("tasks-to-contact")) } }
        h1 { (page.text("consultations-ask")) }
        p { (page.text("tasks-about")) ": " (page.text("tasks-about-contact")) " " (receipt(id)) }
        p { (page.text("consultations-effect")) }
        form #work .letter method="post" action=(format!("{back}/consult")) autocomplete="off" {
            input type="hidden" name="client_id" value=(named(app, &typed.fields.client_id));
            (message_box(page, "consultations-what", Some("consultations-what-hint"), &fields.text, typed.wrong("text")))
            fieldset {
                legend { (page.text("consultations-whom")) }
                @if let Some(wrong) = typed.wrong("whom-one") { p.error { (page.text(wrong)) } }
                div.choices {
                    @for (value, key) in [("one", "consultations-whom-one"), ("unit", "consultations-whom-unit")] {
                        div.choice {
                            input id=(format!("whom-{value}")) type="radio" name="whom" value=(value) checked[fields.whom == value];
                            label for=(format!("whom-{value}")) { (page.text(key)) }
                        }
                    }
                }
            }
            (field(page, "to", "consultations-one", typed.wrong("to"), &select("to", &html! {
                option value="" { (page.text("desk-choose")) }
                @for (_, name, id) in &colleagues { option value=(id) selected[*id == fields.to] { (name) } }
            })))
            (field(page, "unit", "consultations-unit", typed.wrong("unit"), &select("unit", &html! {
                option value="" { (page.text("desk-choose")) }
                @for (_, name, id) in &units { option value=(id) selected[*id == fields.unit] { (name) } }
            })))
            (field(page, "profession", "consultations-profession", typed.wrong("profession"), &select("profession", &html! {
                option value="" { (page.text("consultations-anybody")) }
                @for (name, code) in &professions { option value=(code) selected[*code == fields.profession] { (name) } }
            })))
            (consent(app, page, (id, contact), typed))
            (field(page, "day", "consultations-day", typed.wrong("day"), &html! {
                input.field.day-input #day type="date" name="day" value=(day) aria-invalid=[typed.wrong("day").map(|_| "true")]
                    aria-describedby=[typed.wrong("day").map(|_| "day-error")];
            }))
            button.btn type="submit" { (page.text("consultations-send")) }
        }
    };
    page.render_form("work", typed.status, &page.text("consultations-ask"), &content)
}

/// The choice of what goes along where those who are asked work in the other register, with the rule; nothing where registers are not told apart.
fn consent(app: &App, page: &Page, (id, contact): (Uuid, &Contact), typed: &Typed) -> Markup {
    let today = app.calendar.local_date(app.kinds.store.now());
    let rule = today.and_then(|today| case(Between::Other, today));
    let rule = rule.filter(|it| it.needs == Needs::Consent && app.register_of(&Glance::of(id, contact, 0)).is_some());
    let wrong = typed.wrong("consent-unnamed");
    let ways = [contact.subject.map(|_| "ask"), Some("unnamed")];
    html! {
        @if let Some(rule) = rule {
            fieldset #consent aria-describedby="consent-rule" {
                legend { (page.text("consultations-consent")) }
                @if let Some(wrong) = wrong { p.error { (page.text(wrong)) } }
                p.hint #consent-rule {
                    (rule.text.of(page.language.code())) " "
                    (page.text("clocks-source")) ": " span lang="en" { (rule.source) } "."
                    @if rule.standing != Standing::Confirmed { " " (page.text("clocks-unconfirmed")) }
                }
                div.choices {
                    @for way in ways.into_iter().flatten() {
                        div.choice {
                            input id=(format!("consent-{way}")) type="radio" name="consent" value=(way) checked[typed.fields.consent == way];
                            label for=(format!("consent-{way}")) { (page.text(&format!("consultations-consent-{way}"))) }
                        }
                    }
                }
            }
        }
    }
}

/// The next day on which colleagues are at work, as a form has it.
fn next_weekday(app: &App) -> String {
    let today = app.calendar.local_date(app.kinds.store.now()).map(calendar::day_number).and_then(date_of);
    today.and_then(|today| app.calendar.next_weekday(today)).map_or_else(String::new, |day| day.to_string())
}
