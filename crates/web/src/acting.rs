//! Acting for another: by which mandate, what is then seen, and the band that says so on every page. `choose.rs` is where it
//! begins, `mandates.rs` (`/me/acting`) what both sides see of it, `carer.rs` the right that a professional gives.
//!
//! A session acts for one person at a time. When the right ends, everything stops and says so: nobody becomes themselves again
//! in the middle of what they write for another.

mod carer;
mod choose;
mod mandates;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use calendar::date_of;
use facts::Register;
use kinds::Item;
use matter::access::Role;
use matter::{By, Subject, UnitId};
use maud::{Markup, html};
use operations::mandates::{Barred, Capacity, Mandate, Orders, Scope, Sight, may_act};
use operations::residents::Command;
use uuid::Uuid;

use crate::answer::Failure;
use crate::caller::Person;
use crate::care::MOST_BODY;
use crate::feature::{Feature, get, post};
use crate::home::kept;
use crate::layout::Page;
use crate::texts::texts;
use crate::{App, is_of_programs, numbers};

pub use choose::PATH;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get(choose::PATH, choose::page),
            post(choose::PATH, choose::choose),
            get(mandates::PATH, mandates::page),
            post(mandates::PATH, mandates::change),
            get(carer::PATH, carer::form),
            post(carer::PATH, carer::give),
        ]
    },
    texts: &[texts!("acting")],
    ..Feature::NOTHING
};

/// Another for whom a resident acts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    pub of: Subject,
    pub mandate: Uuid,
    pub capacity: Capacity,
    pub scope: Scope,
    pub sight: Sight,
    /// The first local day on which it holds no more, counted since 1970.
    pub to: i32,
}

impl App {
    /// The things that somebody may do by a mandate of theirs today.
    pub fn may_act_by(&self, person: &Person, id: Uuid) -> Result<Acting, Barred> {
        let mandate = self.kinds.mandates.look(|all| all.get(id)).ok_or(Barred::Over)?;
        let who = person.own().filter(|own| *own == mandate.who).ok_or(Barred::Over)?;
        let sight = self.sight(&mandate, who)?;
        let Mandate { of, capacity, scope, to, .. } = *mandate;
        Ok(Acting { of, mandate: id, capacity, scope, sight, to })
    }

    fn sight(&self, mandate: &Mandate, who: Subject) -> Result<Sight, Barred> {
        let orders = Orders { of: self.is_protected(mandate.of), who: self.is_protected(who) };
        may_act(mandate, self.today(), orders)
    }

    /// Whether a resident has the right to act for anybody, today or later.
    pub fn acts_for_others(&self, person: &Person) -> bool {
        person.own().is_some_and(|own| !self.kinds.mandates_held_by(own).is_empty())
    }

    /// Whether somebody sees a matter of the one for whom they act; of their own they see all. `unit`: the unit that answers
    /// for it.
    pub fn shows(&self, person: &Person, id: Uuid, unit: Option<&UnitId>) -> bool {
        let Some(acting) = &person.acting else { return true };
        let resident = self.kinds.residents.look(|all| all.get(acting.of.0));
        let (told, begun) =
            resident.map_or((None, None), |it| (it.shown.get(&id).copied(), it.begun.get(&id).map(|(who, _)| *who)));
        let is_begun = begun.is_some() && begun == person.own();
        acting.sight.sees(told, is_begun) && (is_begun || self.is_in_scope(acting.scope, unit))
    }

    /// Whether a unit works in the register for which a mandate holds. Of a unit that works in both, or in none that is known, a
    /// narrower mandate opens nothing.
    fn is_in_scope(&self, scope: Scope, unit: Option<&UnitId>) -> bool {
        let wanted = match scope {
            Scope::All => return true,
            Scope::Health => Register::Health,
            Scope::Social => Register::Social,
        };
        let queues = self.kinds.queues.all();
        let mut there =
            queues.values().filter(|it| unit.is_some_and(|unit| it.content.is_at(unit))).map(|it| it.content.register);
        there.next() == Some(wanted) && there.all(|it| it == wanted)
    }

    /// Whether no place may be shown to somebody: they act for a person under a non-disclosure order.
    pub fn hides_places(&self, person: &Person) -> bool {
        person.acting.as_ref().is_some_and(|acting| self.is_protected(acting.of))
    }

    /// Notes that somebody who acts for another has begun a matter for them: they go on seeing it, and hear of its answer.
    pub async fn begun_for(&self, by: &By, matter: Uuid) -> Result<(), Failure> {
        let By::Acting { who, of, .. } = by else { return Ok(()) };
        let held = self.kinds.mandates_held_by(*who);
        let Some((mandate, _)) = held.into_iter().find(|(_, it)| it.of == *of) else { return Ok(()) };
        let command = Command::Begin { matter, mandate };
        let key = format!("begun/{matter}");
        Ok(self.kinds.ask_of_resident(*of, by, command, (&key, &key)).await?)
    }

    /// The one who began a matter for somebody, in words; none: they did so themselves.
    pub fn wrote_for(&self, page: &Page, matter: Uuid, subject: Option<Subject>) -> Option<String> {
        let resident = self.kinds.residents.look(|all| all.get(subject?.0))?;
        let (who, _) = resident.begun.get(&matter)?;
        Some(self.acts_as(page, *who, subject?))
    }

    /// The writer of a message as its reader is to be told; none: the reader, or the one of whom the matter is.
    pub fn writer(&self, page: &Page, item: &Item, subject: Subject) -> Option<String> {
        let who = Subject(item.by.parse().ok()?);
        let reader = page.person.as_ref().and_then(Person::own);
        match (reader == Some(who), reader.is_some() && who == subject) {
            (true, _) => None,
            // A reader who acts for somebody is told what that one wrote.
            (false, true) => Some(self.called(Some(who)).unwrap_or_else(|| page.text("acting-other"))),
            (false, false) if who == subject => None,
            (false, false) => Some(self.acts_as(page, who, subject)),
        }
    }

    /// The name of a resident whom the log names; none: it names somebody who works here.
    pub fn acting_name(&self, page: &Page, who: &str) -> Option<String> {
        let who = Subject(who.parse().ok()?);
        Some(self.called(Some(who)).unwrap_or_else(|| page.text("acting-other")))
    }

    /// The name of somebody who acts for another, and as what.
    fn acts_as(&self, page: &Page, who: Subject, of: Subject) -> String {
        let name = self.called(Some(who)).unwrap_or_else(|| page.text("acting-other"));
        let held = self.kinds.mandates_held_by(who);
        match held.iter().find(|(_, it)| it.of == of) {
            Some((_, mandate)) => format!("{name}, {}", page.text(&format!("acting-as-{}", mandate.capacity.code()))),
            None => name,
        }
    }
}

/// The band on every page of somebody who acts for another.
pub struct Band {
    /// Name and age of the one for whom they act, where they are known.
    whose: Option<String>,
    capacity: Capacity,
    to: i32,
}

impl Band {
    pub fn of(app: &App, person: &Person) -> Option<Band> {
        let acting = person.acting.as_ref()?;
        let whose = app.named(Some(acting.of));
        Some(Band { whose, capacity: acting.capacity, to: acting.to })
    }

    /// The one for whom they act, as pages call them.
    pub fn whose(&self, page: &Page) -> String {
        self.whose.clone().unwrap_or_else(|| page.text("acting-other"))
    }

    pub fn shown(&self, page: &Page) -> Markup {
        html! {
            section.acting aria-label=(page.text("acting-label")) {
                div.page {
                    p {
                        strong { (page.language.text_with("acting-band", &[("whose", &self.whose(page))])) }
                        " " (until(page, self.capacity, self.to))
                    }
                    form method="post" action=(PATH) { button.plain type="submit" { (page.text("acting-stop")) } }
                }
            }
        }
    }
}

/// As what somebody acts, and until which day.
fn until(page: &Page, capacity: Capacity, to: i32) -> String {
    let day = numbers::day_of_number(to - 1, page.language);
    // A right without an end is written down with one that nobody reaches.
    let is_open = date_of(to).is_none_or(|day| day.year() >= 2090);
    let ends = if is_open { "open" } else { "until" };
    page.language.text_with(&format!("acting-{}-{ends}", capacity.code()), &[("day", &day)])
}

/// Stops everything that is done by a right to act for another that has ended, and keeps what was typed.
pub async fn goes_on(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let is_way_out = |path: &str| {
        path == PATH || path.starts_with("/sign-") || path.starts_with("/assets/") || path.starts_with("/healthz")
    };
    let session = app.session(request.headers()).filter(|it| it.acts_by.is_some());
    let barred = session.as_ref().and_then(|session| {
        let (person, mandate) = (session.person()?, session.acts_by?);
        app.may_act_by(&person, mandate).err()
    });
    let Some(barred) = barred.filter(|_| !is_way_out(request.uri().path())) else { return next.run(request).await };
    if is_of_programs(request.uri()) {
        return Failure::not_found().into_response();
    }
    let (mut parts, body) = request.into_parts();
    let typed = typed(body).await;
    match Page::from_request_parts(&mut parts, &app).await {
        Ok(page) => ended(&page, barred, &typed),
        Err(response) => response,
    }
}

/// The texts in a form that people write in, by the length of a word at least.
async fn typed(body: Body) -> Vec<String> {
    let bytes = to_bytes(body, MOST_BODY).await.unwrap_or_default();
    let query = format!("/?{}", String::from_utf8_lossy(&bytes));
    let uri = query.parse().unwrap_or_default();
    let fields = Query::<Vec<(String, String)>>::try_from_uri(&uri).map(|it| it.0).unwrap_or_default();
    let written = ["text", "note", "noted", "answer", "phone", "email", "number"];
    fields
        .into_iter()
        .filter(|(name, text)| written.contains(&name.as_str()) && !text.trim().is_empty())
        .map(|it| it.1)
        .collect()
}

fn ended(page: &Page, barred: Barred, typed: &[String]) -> Response {
    let title = page.text("acting-ended-title");
    let content = html! {
        h1 { (title) }
        p.lead { (page.text(&format!("acting-barred-{}", barred.code()))) }
        @if !typed.is_empty() {
            p { (page.text("acting-ended-kept")) }
            @for text in typed { (kept(page, text)) }
        }
        form method="post" action=(PATH) { button.btn type="submit" { (page.text("acting-ended-on")) } }
    };
    page.render(StatusCode::CONFLICT, &title, &content)
}

/// The resident who has signed in, for themselves or for another.
fn resident(page: &Page) -> Option<&Person> {
    page.person.as_ref().filter(|person| person.role == Role::Resident && person.own().is_some())
}
