//! `/desk/notices/{id}`: what a notice says, the earlier ones that may be about the same person, its way, and what can be done.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use facts::{Code, Urgency};
use matter::access::Action;
use matter::{Matter, encode};
use maud::{Markup, html};
use operations::notices::duplicates::Person as Whom;
use operations::notices::{Details, Ending, Event, Notice, Notifier, Place};
use store::Happened;
use uuid::Uuid;

use super::acts::Typed;
use super::alike::{Alike, alike, beside, born};
use super::{targets, what_name};
use crate::App;
use crate::answer::Failure;
use crate::caller::{Caller, Person};
use crate::care::{REASONS, receipt};
use crate::desk::{staff_name, unit_name};
use crate::form::{Did, choice, errors, field};
use crate::home::unsent;
use crate::layout::Page;
use crate::numbers;
use crate::parts::{self, Stop, Turn};

/// Events of a notice that its page tells at most.
const TOLD: usize = 500;
/// How urgent a need is found to be, in the order in which it is offered.
const URGENCIES: [Urgency; 3] = [Urgency::Urgent, Urgency::Soon, Urgency::Routine];

/// A notice as its page shows it.
struct Shown<'a> {
    app: &'a App,
    page: &'a Page,
    person: &'a Person,
    id: Uuid,
    it: &'a Notice,
    happened: &'a [Happened<Event>],
    details: Details,
    alike: &'a [Alike],
    typed: &'a Typed,
}

/// `GET /desk/notices/{id}`.
pub async fn notice(
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
        let (id, it) = app.at_desk(&app.kinds.notices, &caller, path, Action::Read).await?;
        let happened = app.kinds.notices.happened(id, Notice::NAME, 0, TOLD).await;
        let happened = happened.map_err(|error| Failure::away(&error))?;
        let details = happened.iter().find(|it| it.version == Details::AT).and_then(|it| it.text.as_deref());
        let details = details.map(Details::read).unwrap_or_default();
        let handles = it.ended.is_none() && it.first().is_none();
        let alike = if handles { alike(app, &caller, (id, &it), &details.person).await? } else { Vec::new() };
        Ok((id, it, happened, details, alike))
    };
    match read.await {
        Ok((id, it, happened, details, alike)) => {
            let whole =
                Shown { app, page, person: &person, id, it: &it, happened: &happened, details, alike: &alike, typed };
            page.render_form("work", typed.status, &what_name(page, it.made.what), &whole.content(did))
        }
        Err(failure) => unsent(page, &failure, &format!("{}{}", typed.fields.text, typed.fields.note)),
    }
}

impl Shown<'_> {
    fn text(&self, key: &str) -> String {
        self.page.text(key)
    }

    fn is_mine(&self) -> bool {
        self.it.owner().is_some_and(|owner| **owner == *self.person.id)
    }

    fn button(&self, verb: &str, class: &str) -> Markup {
        html! {
            button id=(format!("act-{verb}")) class=(format!("btn {class}")) type="submit" form="work"
                formaction=(format!("/desk/notices/{}/{verb}", self.id)) { (self.text(&format!("notices-act-{verb}"))) }
        }
    }

    /// The same about another notice.
    fn about_other(&self, verb: &str, class: &str, other: Uuid) -> Markup {
        html! {
            button class=(format!("btn {class}")) type="submit" form="work" name="other" value=(other)
                aria-describedby=(format!("alike-{}", receipt(other)))
                formaction=(format!("/desk/notices/{}/{verb}", self.id)) { (self.text(&format!("notices-act-{verb}"))) }
        }
    }

    fn content(&self, did: &str) -> Markup {
        let (page, it) = (self.page, self.it);
        let client_id = crate::form::named(self.app, &self.typed.fields.client_id);
        let words = self.happened.first().and_then(|it| it.text.as_deref());
        let named = self.app.named(it.made.subject).unwrap_or_else(|| name(&self.details.person));
        html! {
            (errors(page, &self.typed.wrong))
            @if self.was_done(did) { (parts::done(&html! { (page.text(&format!("notices-did-{did}"))) }, &html! {})) }
            (parts::back("/desk", &page.text("desk-back")))
            h1 { (what_name(page, it.made.what)) @if !named.is_empty() { " – " (named) } }
            (self.standing())
            div.cols.cols--work {
                div.flow {
                    blockquote.note lang=(it.made.language) dir="auto" { (words.map_or_else(|| self.text("tasks-erased"), Into::into)) }
                    (self.people())
                    form #work .letter method="post" action=(format!("/desk/notices/{}/claim", self.id)) autocomplete="off" {
                        input type="hidden" name="client_id" value=(client_id);
                        @if it.place == Place::Queued { div.acts { (self.button("claim", "")) } }
                    }
                    @if self.is_mine() || (it.first().is_some() && it.ended.is_none()) { (self.urgency()) }
                    (self.together())
                    @if !self.alike.is_empty() {
                        section #alike aria-labelledby="alike-title" {
                            h2 #alike-title { (self.text("notices-alike-title")) }
                            p { (self.text("notices-alike-lead")) }
                            @for other in self.alike { (beside(page, (it, &self.details.person), other, &self.decision(other))) }
                        }
                    }
                    @if self.is_mine() { (self.acts()) }
                }
                section.side aria-label=(self.text("desk-about")) {
                    (self.clocks())
                    dl.facts {
                        div { dt { (self.text("receipt-short")) } dd { (receipt(self.id)) } }
                        div { dt { (self.text("notices-came")) } dd { (numbers::moment(it.at, page.language)) } }
                        div { dt { (self.text("desk-unit")) } dd { (unit_name(page, &it.unit)) } }
                        @if let Some(whole) = it.made.part_of { div { dt { (self.text("notices-part-of")) } dd { (link(whole)) } } }
                        @for part in &it.parts { div { dt { (self.text("notices-part")) } dd { (link(*part)) } } }
                    }
                    section {
                        h2 { (self.text("notices-route")) }
                        ol.course { @for it in self.happened.iter().filter(|it| it.event != Event::Described) { (self.step(it)) } }
                    }
                }
            }
        }
    }

    /// Whether the act that the address names is how it stands.
    fn was_done(&self, did: &str) -> bool {
        let it = self.it;
        match did {
            "make" | "claim" => self.is_mine(),
            "urgency" => it.urgency.is_some(),
            "hand" => it.transfers > 0,
            "confirm" => it.first().is_some(),
            "reject" => !it.rejected.is_empty(),
            "split" => !it.parts.is_empty(),
            "tell" => it.told_at.is_some(),
            "end" => it.ended.is_some(),
            "release" | "separate" => it.place == Place::Queued,
            _ => false,
        }
    }

    fn standing(&self) -> Markup {
        let (page, it) = (self.page, self.it);
        let turn = match it.place {
            _ if it.ended.is_some() => Turn::Done,
            Place::Queued => Turn::Nobody,
            Place::Owned { .. } => Turn::Half,
            Place::Duplicate { .. } | Place::Ended => Turn::Waits,
        };
        let words = html! {
            (page.text(&format!("notices-place-{}", it.place.code())))
            @if let Some(owner) = it.owner() { ": " @if self.is_mine() { (page.text("desk-yours")) } @else { (staff_name(page, owner)) } }
            ". "
            @match it.urgency {
                Some(found) => { (page.text(&format!("notices-urgency-{}", found.urgency.code()))) "." }
                None => { (page.text("notices-unassessed")) "." }
            }
            @if let Some(ended) = it.ended { " " (page.text(&format!("notices-ending-{}", ended.ending.code()))) "." }
        };
        parts::standing(turn, &words)
    }

    /// The person whom it concerns, and whoever made it.
    fn people(&self) -> Markup {
        let (page, person, by) = (self.page, &self.details.person, &self.details.by);
        let line =
            |key: &str, value: &str| html! { @if !value.is_empty() { div { dt { (page.text(key)) } dd { (value) } } } };
        html! {
            section aria-labelledby="person-title" {
                h2 #person-title { (page.text("notices-person")) }
                dl.facts {
                    (line("notices-name", &name(person))) (line("notices-former", &person.former)) (line("notices-code", &person.code))
                    (line("notices-born", &born(page, person))) (line("notices-municipality", &person.municipality))
                    (line("notices-address", &person.address)) (line("notices-telephone", &person.telephone))
                }
            }
            section aria-labelledby="by-title" {
                h2 #by-title { (page.text("notices-by")) }
                dl.facts {
                    (line("notices-notifier", &page.text(&format!("notices-notifier-{}", self.it.made.notifier.code()))))
                    (line("notices-name", &by.name)) (line("notices-office", &by.office)) (line("notices-phone", &by.telephone))
                }
                @if self.it.made.notifier != Notifier::Authority && self.it.made.notifier != Notifier::Own {
                    p.quiet { (page.text(if by.hidden { "notices-hidden-asked" } else { "notices-hidden-law" })) }
                }
            }
        }
    }

    /// Those about the same person, as a professional has confirmed.
    fn together(&self) -> Markup {
        let it = self.it;
        html! {
            @if let Some(first) = it.first() {
                section.handed aria-label=(self.text("notices-together-title")) {
                    p { (self.text("notices-with-first")) " " (link(first)) }
                    @if it.ended.is_none() { (self.button("separate", "btn--second btn--small")) }
                }
            }
            @if !it.duplicates.is_empty() {
                section aria-labelledby="together-title" {
                    h2 #together-title { (self.text("notices-together-title")) }
                    ul.dots { @for later in &it.duplicates { li { (link(*later)) } } }
                }
            }
        }
    }

    /// Whether an earlier notice is about the same person, for whoever has this one.
    fn decision(&self, other: &Alike) -> Markup {
        html! {
            @if self.is_mine() {
                div.acts {
                    @if other.notice.ended.is_none() { (self.about_other("confirm", "", other.id)) } @else { p { (self.text("notices-alike-ended")) } }
                    (self.about_other("reject", "btn--second", other.id))
                }
            }
        }
    }

    fn urgency(&self) -> Markup {
        let page = self.page;
        let options = URGENCIES.map(|it| (it.code().to_string(), page.text(&format!("notices-urgency-{}", it.code()))));
        let chosen = self.it.urgency.map_or(self.typed.fields.urgency.as_str(), |it| it.urgency.code());
        html! {
            section.handed aria-label=(self.text("notices-urgency")) {
                (choice(page, "urgency", "notices-urgency", self.typed.wrong("urgency"), chosen, options))
                (self.button("urgency", if self.it.urgency.is_some() { "btn--second" } else { "" }))
            }
        }
    }

    fn acts(&self) -> Markup {
        let (page, fields) = (self.page, &self.typed.fields);
        let reasons = REASONS.map(|it| (it.to_string(), page.text(&format!("reason-{it}"))));
        let endings =
            Ending::ALL.map(|it| (it.code().to_string(), page.text(&format!("notices-ending-{}", it.code()))));
        let queues = targets(self.app, page);
        let is_open = |names: &[&str]| names.iter().any(|name| self.typed.wrong(name).is_some());
        html! {
            details.fold open[is_open(&["to", "reason", "note"])] {
                summary { (self.text("notices-hand")) }
                div.fold__in {
                    p { (self.text("notices-hand-effect")) }
                    (choice(page, "to", "notices-to", self.typed.wrong("to"), &fields.to, queues.clone()))
                    (choice(page, "reason", "notices-reason", self.typed.wrong("reason"), &fields.reason, reasons))
                    (field(page, "note", "desk-note", self.typed.wrong("note"), &html! {
                        textarea.field #note name="note" rows="3" form="work" dir="auto" { (fields.note) }
                    }))
                    (self.button("hand", "btn--second"))
                }
            }
            details.fold open[is_open(&["part_to", "text"])] {
                summary { (self.text("notices-split")) }
                div.fold__in {
                    p { (self.text("notices-split-effect")) }
                    (choice(page, "part_to", "notices-part-to", self.typed.wrong("part_to"), &fields.part_to, queues))
                    (self.part_words())
                    (self.button("split", "btn--second"))
                }
            }
            @if self.it.told_at.is_none() && self.it.made.notifier != Notifier::Own && self.it.made.subject.is_some() {
                details.fold {
                    summary { (self.text("notices-tell")) }
                    div.fold__in { p { (self.text("notices-tell-effect")) } (self.button("tell", "btn--second")) }
                }
            }
            details.fold open[is_open(&["ending"])] {
                summary { (self.text("notices-end")) }
                div.fold__in {
                    p { (self.text("notices-end-effect")) }
                    (choice(page, "ending", "notices-led-to", self.typed.wrong("ending"), &fields.ending, endings))
                    (self.button("end", ""))
                }
            }
            div.acts { (self.button("release", "btn--second")) }
        }
    }

    fn part_words(&self) -> Markup {
        let wrong = self.typed.wrong("text");
        field(
            self.page,
            "text",
            "notices-part-text",
            wrong,
            &html! {
                textarea.field #text name="text" rows="4" form="work" dir="auto" aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[wrong.map(|_| "text-error")] { (self.typed.fields.text) }
            },
        )
    }

    /// The clocks that run, each with its day and whether law says so.
    fn clocks(&self) -> Markup {
        let (app, page) = (self.app, self.page);
        html! {
            @for (clock, due) in self.it.clocks(app.calendar) {
                p { (clock.name.of(page.language.code())) ": " (parts::due(page, due.at)) " " (parts::basis(page, clock.says.code())) }
                (crate::clocks::why(page, clock, &due))
            }
        }
    }

    /// One step of its way.
    fn step(&self, it: &Happened<Event>) -> Markup {
        let page = self.page;
        let (kind, _) = encode(&it.event);
        let verb = kind.rsplit('.').next().unwrap_or_default();
        let more = match &it.event {
            Event::Made(made) => html! { ", " (page.text(&format!("notices-notifier-{}", made.notifier.code()))) },
            Event::UrgencyAssessed { urgency } => {
                html! { ": " (page.text(&format!("notices-urgency-{}", urgency.code()))) }
            }
            Event::Handed { from, to, reason, .. } => {
                html! { ": " (unit_name(page, from)) " → " (unit_name(page, to)) ". " (page.text(&format!("reason-{reason}"))) }
            }
            Event::Confirmed { first: other, .. }
            | Event::Joined { later: other }
            | Event::Left { later: other }
            | Event::Rejected { other } => {
                html! { ": " (link(*other)) }
            }
            Event::Split { part } => html! { ": " (link(*part)) },
            Event::Ended { ending } => html! { ": " (page.text(&format!("notices-ending-{}", ending.code()))) },
            _ => html! {},
        };
        // A stranger has no name there.
        let is_staff = !["system", "anonymous"].contains(&it.by.as_str())
            && self.it.made.subject.is_none_or(|subject| subject.to_string() != it.by);
        let what = html! {
            (page.text(&format!("notices-event-{verb}"))) (more)
            @if is_staff { ", " (staff_name(page, &it.by)) }
            @if let (Event::Handed { .. }, Some(note)) = (&it.event, &it.text) { blockquote.note dir="auto" { (note) } }
        };
        parts::stop(Stop::Done, &numbers::moment(it.at, page.language), &what)
    }
}

/// The way to another notice, by its number.
fn link(id: Uuid) -> Markup {
    html! { a href=(format!("/desk/notices/{id}")) { (receipt(id)) } }
}

/// Given and family name.
fn name(person: &Whom) -> String {
    format!("{} {}", person.given, person.family).trim().to_string()
}
