//! `/desk/absences`: who is away and who sees to their work; entered by themselves, or by the one who leads their unit.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use calendar::{date_of, day_number};
use matter::access::Role;
use maud::{Markup, html};
use operations::organisation::{Away, Command, Returning};
use serde::Deserialize;

use super::people;
use crate::App;
use crate::answer::Failure;
use crate::caller::Person;
use crate::care;
use crate::contact::see_other;
use crate::form::{errors, field};
use crate::home::{failed, missing};
use crate::layout::Page;
use crate::numbers;

#[derive(Deserialize, Default)]
pub struct Fields {
    #[serde(default)]
    client_id: String,
    /// The professional who is away.
    #[serde(default)]
    who: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    deputy: String,
    /// To whom comes what is taken up again: `deputy` or `queue`.
    #[serde(default)]
    returning: String,
}

type Wrong = Vec<(&'static str, &'static str)>;

impl App {
    /// Whether somebody sees to the work of a professional today: it is theirs, or they are the deputy.
    pub fn sees_to(&self, who: &str, professional: &str) -> bool {
        self.kinds.organisation().sees_to(who, professional, self.today())
    }

    /// Those whose work somebody sees to today: they themselves, and whoever is away and has them for a deputy.
    pub fn seen_to_by(&self, who: &str) -> Vec<String> {
        let others = self.kinds.organisation().stood_in_for(who, self.today());
        [who.to_string()].into_iter().chain(others).collect()
    }

    /// Whether a person enters absences of a professional: their own, and those of the units that they lead.
    fn enters_for(&self, person: &Person, who: &str) -> bool {
        person.id == who || self.led_by(person).iter().any(|id| id == who)
    }

    /// The professionals whom somebody leads: all at their unit and below it. They are known from the facts, or have signed in.
    fn led_by(&self, person: &Person) -> Vec<String> {
        if person.role != Role::Lead {
            return Vec::new();
        }
        let (figures, present) = (self.figures(), self.present());
        let published = figures.staff().iter().filter(|it| it.open && self.kinds.works_for(&it.id, &it.unit));
        let signed_in = present.iter().filter(|it| matches!(it.role, Role::Professional | Role::Lead));
        let all = published.map(|it| (&it.id, &it.unit)).chain(signed_in.map(|it| (&it.id, &it.unit)));
        let led: BTreeSet<&String> =
            all.filter(|(_, unit)| self.is_within(unit, &person.unit)).map(|(id, _)| id).collect();
        led.into_iter().cloned().collect()
    }

    /// The unit for which a professional works, as far as it is known.
    fn works_at(&self, who: &str) -> Option<String> {
        let published = self.figures().staff().iter().find(|it| it.id == who && it.open).map(|it| it.unit.clone());
        published.or_else(|| self.present().into_iter().find(|it| it.id == who).map(|it| it.unit))
    }

    /// Those who may see to the work of a professional: who could be given it.
    fn deputies_for(&self, person: &Person, who: &str) -> Vec<String> {
        let unit = self.works_at(who).unwrap_or_else(|| person.unit.clone());
        self.colleagues(&unit, Some(who)).into_iter().map(|it| it.id).collect()
    }
}

fn works(page: &Page) -> Option<Person> {
    page.person.clone().filter(|person| matches!(person.role, Role::Professional | Role::Lead))
}

/// `GET /desk/absences`.
pub async fn list(State(app): State<Arc<App>>, page: Page) -> Response {
    match (works(&page), page.person.is_some()) {
        (Some(person), _) => shown(&app, &page, &person, &Fields::default(), &Vec::new()),
        (None, true) => missing(&page),
        (None, false) => page.to_sign_in(),
    }
}

/// `POST /desk/absences`.
pub async fn enter(State(app): State<Arc<App>>, page: Page, form: Result<Form<Fields>, FormRejection>) -> Response {
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let Some(person) = works(&page) else {
        return if page.person.is_some() { missing(&page) } else { page.to_sign_in() };
    };
    let (command, key) = match asked(&app, &person, &fields) {
        Ok(asked) => asked,
        Err(wrong) => return shown(&app, &page, &person, &fields, &wrong),
    };
    match app.kinds.ask_of_absence(command, &person.by(), &key).await.map_err(Failure::from) {
        Ok(()) => see_other("/desk/absences?did=away"),
        Err(failure) => match told(failure.code) {
            Some(wrong) => shown(&app, &page, &person, &fields, &vec![wrong]),
            None => failed(&page, &failure),
        },
    }
}

/// `POST /desk/absences/end`: they are there again from today on, or will not be away at all.
pub async fn end(State(app): State<Arc<App>>, page: Page, form: Result<Form<Fields>, FormRejection>) -> Response {
    let fields = form.map_or_else(|_| Fields::default(), |Form(fields)| fields);
    let Some(person) = works(&page) else {
        return if page.person.is_some() { missing(&page) } else { page.to_sign_in() };
    };
    if !app.enters_for(&person, &fields.who) {
        return missing(&page);
    }
    let key = care::client_id(&fields.client_id).unwrap_or_else(|_| app.sessions.unguessable());
    let over = || shown(&app, &page, &person, &Fields::default(), &vec![("absences-wrong-over", "who")]);
    let Ok(from) = fields.from.parse().map(day_number) else { return over() };
    let command = Command::ComeBack { id: fields.who.clone(), from, on: app.today() };
    match app.kinds.ask_of_absence(command, &person.by(), &key).await.map_err(Failure::from) {
        Ok(()) => see_other("/desk/absences?did=back"),
        Err(failure) => match told(failure.code) {
            Some(_) => over(),
            None => failed(&page, &failure),
        },
    }
}

/// The fault of a form that a refusal tells, and its field.
fn told(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "times" => ("absences-wrong-days", "from"),
        "overlaps" => ("absences-wrong-overlaps", "from"),
        "no_deputy" => ("absences-wrong-deputy-away", "deputy"),
        "not_theirs" => ("absences-wrong-who", "who"),
        "not_there" => ("absences-wrong-over", "who"),
        "key_reused" => ("wrong-again", "who"),
        _ => return None,
    })
}

fn asked(app: &App, person: &Person, fields: &Fields) -> Result<(Command, String), Wrong> {
    let day = |text: &str| text.parse().map(day_number).ok();
    let who = app.enters_for(person, &fields.who).then_some(&fields.who).ok_or(("absences-wrong-who", "who"));
    let from = day(&fields.from).ok_or(("absences-wrong-days", "from"));
    let until = day(&fields.until).ok_or(("absences-wrong-days", "until"));
    let is_deputy = app.deputies_for(person, &fields.who).contains(&fields.deputy);
    let deputy = is_deputy.then_some(&fields.deputy).ok_or(("absences-wrong-deputy", "deputy"));
    let returning = match fields.returning.as_str() {
        "deputy" => Ok(Returning::Deputy),
        "queue" => Ok(Returning::Queue),
        _ => Err(("absences-wrong-returning", "returning-deputy")),
    };
    let key = care::client_id(&fields.client_id).map_err(|_| ("wrong-again", "who"));
    match (who, from, until, deputy, returning, key) {
        (Ok(who), Ok(from), Ok(until), Ok(deputy), Ok(returning), Ok(key)) => {
            let away = Away { id: who.clone(), from, until, deputy: deputy.clone(), returning };
            Ok((Command::GoAway(away), key))
        }
        (who, from, until, deputy, returning, key) => {
            let wrong = [who.err(), from.err(), until.err(), deputy.err(), returning.err(), key.err()];
            Err(wrong.into_iter().flatten().collect())
        }
    }
}

fn day(page: &Page, day: i32) -> String {
    date_of(day).map_or_else(String::new, |date| numbers::day(&date.to_string(), page.language))
}

fn shown(app: &App, page: &Page, person: &Person, fields: &Fields, wrong: &Wrong) -> Response {
    let today = app.today();
    let organisation = app.kinds.organisation();
    let colleagues = app.colleagues(&person.unit, None).into_iter().map(|it| it.id);
    let colleagues: BTreeSet<String> = colleagues.chain(app.led_by(person)).collect();
    let is_ours = |id: &str| id == person.id || colleagues.contains(id);
    let absences = organisation.absences_from(today).into_iter().filter(|it| is_ours(&it.id));
    let wrong_in = |field: &str| wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key);
    let named = |ids: &[String]| {
        let mut named: Vec<(String, String)> = ids.iter().map(|id| (people::name(page, id), id.clone())).collect();
        named.sort();
        named
    };
    let people: BTreeSet<String> = app.led_by(person).into_iter().chain([person.id.clone()]).collect();
    let people: Vec<String> = people.into_iter().collect();
    let select = |name: &str, ids: &[String], chosen: &str, first: Option<String>| {
        html! {
            select.field id=(name) name=(name) aria-invalid=[wrong_in(name).map(|_| "true")]
                aria-describedby=[wrong_in(name).map(|_| format!("{name}-error"))] {
                @if let Some(first) = first { option value="" { (first) } }
                @for (name, id) in named(ids) { option value=(id) selected[id == chosen] { (name) } }
            }
        }
    };
    let date = |name: &str, label: &str, given: &str| {
        field(
            page,
            name,
            label,
            wrong_in(name),
            &html! {
                input.field.day-input id=(name) type="date" name=(name) value=(given) aria-invalid=[wrong_in(name).map(|_| "true")]
                    aria-describedby=[wrong_in(name).map(|_| format!("{name}-error"))];
            },
        )
    };
    let did = page.uri.query().unwrap_or_default();
    let others: Vec<String> = colleagues.iter().filter(|it| **it != fields.who).cloned().collect();
    let row = |away: &Away| -> Markup {
        let is_now = away.from <= today;
        html! {
            li {
                p {
                    strong { (people::name(page, &away.id)) } ", "
                    (day(page, away.from)) "–" (day(page, away.until))
                    @if is_now { " " strong.tag.tag--wait { (page.text("absences-now")) } }
                }
                p.quiet {
                    (page.language.text_with("absences-by", &[("deputy", &people::name(page, &away.deputy))])) " "
                    (page.text(match away.returning { Returning::Deputy => "absences-returning-deputy", Returning::Queue => "absences-returning-queue" })) "."
                }
                @if app.enters_for(person, &away.id) {
                    form method="post" action="/desk/absences/end" {
                        input type="hidden" name="who" value=(away.id);
                        input type="hidden" name="from" value=[date_of(away.from).map(|day| day.to_string())];
                        input type="hidden" name="client_id" value=(app.sessions.unguessable());
                        button.btn.btn--second.btn--small type="submit" {
                            (page.text(if is_now { "absences-end" } else { "absences-cancel" }))
                            span.hidden { ": " (people::name(page, &away.id)) ", " (day(page, away.from)) "–" (day(page, away.until)) }
                        }
                    }
                }
            }
        }
    };
    let absences: Vec<&Away> = absences.collect();
    let content = html! {
        (errors(page, wrong))
        @if wrong.is_empty() && did.contains("did=away") { (crate::parts::done(&html! { (page.text("absences-did-away")) }, &html! {})) }
        @if wrong.is_empty() && did.contains("did=back") { (crate::parts::done(&html! { (page.text("absences-did-back")) }, &html! {})) }
        p { a.back href="/desk" { (page.text("desk-back")) } }
        h1 { (page.text("absences-title")) }
        @if absences.is_empty() { p { (page.text("absences-none")) } }
        ul.tasks__list { @for away in absences { (row(away)) } }
        h2 { (page.text("absences-enter")) }
        p { (page.text("absences-effect")) }
        form #work .letter method="post" action="/desk/absences" autocomplete="off" {
            input type="hidden" name="client_id" value=(app.sessions.unguessable());
            (field(page, "who", "absences-who", wrong_in("who"), &select("who", &people, if fields.who.is_empty() { &person.id } else { &fields.who }, None)))
            (date("from", "absences-from", &fields.from))
            (date("until", "absences-until", &fields.until))
            (field(page, "deputy", "absences-deputy", wrong_in("deputy"), &select("deputy", &others, &fields.deputy, Some(page.text("desk-choose")))))
            fieldset {
                legend { (page.text("absences-returning")) }
                @if let Some(wrong) = wrong_in("returning-deputy") { p.error { (page.text(wrong)) } }
                div.choices {
                    @for value in ["deputy", "queue"] {
                        div.choice {
                            input id=(format!("returning-{value}")) type="radio" name="returning" value=(value) checked[fields.returning == value];
                            label for=(format!("returning-{value}")) { (page.text(&format!("absences-returning-{value}"))) }
                        }
                    }
                }
            }
            button.btn type="submit" { (page.text("absences-save")) }
        }
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page.render(status, &page.text("absences-title"), &content)
}
