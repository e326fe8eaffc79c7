//! `/desk/contacts/{id}`: one contact as who works on it sees it. Everything on the page is of one form, so that whatever
//! is pressed, what was typed goes along and can be given back.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use facts::Code;
use kinds::What;
use matter::access::{Action, Role};
use maud::{Markup, html};
use operations::contacts::closing::offered;
use operations::contacts::{Author, Contact, Event, Place, WAITED};
use operations::residents::Meeting;
use serde::Deserialize;
use store::Happened;
use uuid::Uuid;

use super::acts::{DRAFT, Fields, Typed};
use super::list::live;
use super::people;
use super::rows::language_name;
use super::{banner, calls, chats, left, outcome_text, phrases, sms, split, unit_name};
use crate::App;
use crate::answer::Failure;
use crate::bookings;
use crate::caller::{Caller, Person};
use crate::care;
use crate::clocks;
use crate::consultations;
use crate::contact::{service_name, there};
use crate::disclosures;
use crate::drafts::{self, Of};
use crate::files;
use crate::form::{choice, errors, field, message_box};
use crate::guard::Glance;
use crate::home::{kept, unsent};
use crate::icons::icon;
use crate::layout::Page;
use crate::needs;
use crate::numbers;
use crate::parts::{self, Stop, Turn};
use crate::presence::{Others, Who};
use crate::resident;
use crate::routing;
use crate::tasks;
use crate::thread::{Items, conversation};
use crate::video;

#[derive(Deserialize, Default)]
pub struct After {
    #[serde(default)]
    did: String,
}

/// `GET /desk/contacts/{id}`.
pub async fn contact(
    State(app): State<Arc<App>>,
    page: Page,
    Path(id): Path<String>,
    Query(after): Query<After>,
    caller: Result<Caller, Failure>,
) -> Response {
    shown(&app, &page, &id, caller, &Typed::default(), &after.did).await
}

/// A contact with all that belongs to it.
struct Whole {
    id: Uuid,
    contact: Contact,
    items: Items,
    history: Vec<Happened<Event>>,
    /// Encounters that were had because of it.
    met: Vec<Meeting>,
    /// Its parts, or the whole of which it is one.
    beside: split::Beside,
    /// The tasks about it, as they are shown.
    tasks: Markup,
    may_handle: bool,
    /// The client, and colleagues, if they are there.
    others: Others,
}

/// One contact on its page, for the one who asks.
struct Work<'a> {
    app: &'a App,
    page: &'a Page,
    person: &'a Person,
    whole: &'a Whole,
    typed: &'a Typed,
    is_own: bool,
    /// They may do something with it, not only read.
    may_handle: bool,
    leads: bool,
}

/// The page of a contact; `typed`: what stands in its forms; `did`: what was done just now.
pub async fn shown(
    app: &App,
    page: &Page,
    id: &str,
    caller: Result<Caller, Failure>,
    typed: &Typed,
    did: &str,
) -> Response {
    let Some(person) = page.person.clone() else { return page.to_sign_in() };
    match whole(app, page, id, caller).await {
        Ok(whole) => {
            // A professional who comes back finds what they had begun.
            let begun = match typed.all().is_empty() && typed.status == StatusCode::OK {
                true => begun(app, &person, &whole).await,
                false => None,
            };
            let typed = begun.as_ref().unwrap_or(typed);
            let is_own = whole.contact.owner().is_some_and(|owner| app.sees_to(&person.id, owner));
            let leads = person.role == Role::Lead;
            let may_handle = whole.may_handle;
            let work = Work { app, page, person: &person, whole: &whole, typed, is_own, may_handle, leads };
            let service = service_name(app, page, &whole.contact.service);
            let named = format!("{service} {} – {}", care::receipt(whole.id), page.text("desk-title"));
            // A refusal has to be mended, too.
            let title = match typed.status {
                StatusCode::CONFLICT => page.language.text_with("wrong-page", &[("title", &named)]),
                _ => named,
            };
            page.render_form("work", typed.status, &title, &work.page(did))
        }
        Err(failure) => match (failure.status, id.parse()) {
            (StatusCode::NOT_FOUND, Ok(id)) if person.role != Role::Resident => {
                left::page(app, page, &person, id, &typed.all()).await
            }
            _ => unsent(page, &failure, &typed.all()),
        },
    }
}

/// The texts that somebody has typed here before and not sent.
async fn begun(app: &App, person: &Person, whole: &Whole) -> Option<Typed> {
    let draft = app.draft(Of { by: &person.by(), contact: whole.id, form: DRAFT }).await?;
    let saved = Some(draft.at);
    let mut fields = Fields::of(draft);
    // A script that saved late: what stands in the conversation was sent.
    if whole.items.have(&fields.client_id) {
        (fields.text, fields.client_id) = (String::new(), String::new());
    }
    Some(Typed { fields, saved, ..Typed::default() })
}

async fn whole(app: &App, page: &Page, id: &str, caller: Result<Caller, Failure>) -> Result<Whole, Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::not_found())?;
    let caller = caller?;
    // Residents have pages of their own.
    if caller.role() == Some(Role::Resident) {
        return Err(Failure::not_found());
    }
    let contact = app.guarded(&app.kinds.contacts, &caller, id, Action::Read).await?;
    let broken = |error: store::Error| Failure::away(&error);
    let (who, now) = (Who::of(&caller, id), app.kinds.store.now());
    app.presence.looks(id, &who, contact.conversation, now);
    let others = app.presence.others(id, &who, now);
    let items = crate::thread::items(app, page, id, contact.conversation).await.map_err(broken)?;
    let items = items.read_by_others(others.read);
    let history = app.kinds.history(id).await.map_err(broken)?;
    let met = app.met(id, &contact).await.map_err(broken)?;
    let beside = split::beside(app, &caller, (id, &contact)).await?;
    // Nobody has seen on the page what lies after it.
    let may_handle = app.may_still(&caller, id, Action::Handle, &contact);
    let contact = Contact { conversation: items.last(), ..Arc::unwrap_or_clone(contact) };
    let tasks = tasks::about(app, page, &caller, (id, may_handle)).await?;
    Ok(Whole { id, contact, items, history, met, beside, tasks, may_handle, others })
}

impl Work<'_> {
    fn text(&self, key: &str) -> String {
        self.page.text(key)
    }

    fn to(&self, command: &str) -> String {
        format!("/desk/contacts/{}/{command}", self.whole.id)
    }

    /// Changes with the events of the contact: a page that is open takes its forms anew when this is another.
    fn stands(&self) -> String {
        format!("{}-{}", self.whole.contact.history, self.is_own)
    }

    fn page(&self, did: &str) -> Markup {
        let Whole { id, contact, items, history, .. } = self.whole;
        // Beside what lies further back nothing arrives.
        let arriving = format!("/api/conversations/{id}/messages?after={}", contact.conversation);
        html! {
            (live(self.page))
            (errors(self.page, &self.typed.wrong.iter().copied().chain(files::faults(self.page)).collect::<Vec<_>>()))
            (parts::back(&self.page.link_to("/desk", &[("unit", &contact.unit), ("did", "")]), &self.text("desk-back")))
            (chats::others(self.app, self.page, self.person, *id))
            @if self.is_so(did) { (banner::stayed(self.page, did, &self.undo(did))) }
            div.band {
                h1 { (service_name(self.app, self.page, &contact.service)) }
                span { strong { (self.writer()) } }
                (sms::channel(self.page, contact))
                span { (self.text("desk-language")) ": " strong { (language_name(self.page, &contact.language)) } }
                span { (care::receipt(*id)) }
            }
            div.cols.cols--work data-live=[items.is_end().then_some(arriving)] data-page=(format!("/desk/contacts/{id}")) {
                div.flow {
                    div #state .flow {
                        (left::moved(self.page, history, self.person))
                        (self.standing())
                        @if contact.is_live() { (there(self.page, &self.whole.others, ["desk-client-here", "desk-client-away", "desk-client-writes"])) }
                        (chats::colleagues(self.page, &self.whole.others))
                        (self.handed())
                        (sms::note(self.page, contact))
                    }
                    h2 #messages-title { (self.text("thread-title")) }
                    (conversation(self.page, (*id, items), &contact.language, Author::Service))
                    div #kept hidden {
                        label for="kept-live" { (self.text("away-text")) }
                        p.hint { (self.text("left-unsent")) }
                        textarea.field #kept-live rows="5" readonly dir="auto" {}
                    }
                    div #acts data-fresh=(self.stands()) { (self.acts()) }
                }
                section.side aria-label=(self.text("desk-about")) {
                    @if self.is_own {
                        p { a.btn.btn--second #book href=(format!("/book?contact={}", self.whole.id)) { (icon("calendar")) (self.text("bookings-for-contact")) } }
                    }
                    (self.video())
                    (bookings::of_contact(self.app, self.page, (self.whole.id, contact)))
                    (needs::found(self.app, self.page, self.whole.id))
                    @if self.is_own && contact.subject.is_some() {
                        p { a #need href=(format!("/desk/contacts/{}/need", self.whole.id)) { (self.text("needs-establish")) } }
                    }
                    (disclosures::link(self.app, self.page, &Glance::of(self.whole.id, contact, 0)))
                    (consultations::about(self.app, self.page, (self.whole.id, contact, history), self.is_own || (self.leads && self.may_handle)))
                    (self.whole.beside.shown(self.app, self.page))
                    div #more data-fresh=(self.stands()) { (self.more()) }
                    (self.whole.tasks)
                    section {
                        h2 { (self.text("desk-history")) }
                        ol.course #history { @for it in history { (self.happened(it)) } (self.coming()) }
                    }
                    (self.routed())
                    section { (self.facts()) }
                }
            }
        }
    }

    /// The button by which the act that was done just now is undone; nothing: it cannot be.
    fn undo(&self, did: &str) -> Markup {
        let is_undone = banner::is_undone_by(self.app, &self.whole.contact, Some(self.person));
        html! {
            @if is_undone && matches!(did, "claim" | "assign" | "split") { (self.button("undo", "desk-undo", "btn--second btn--small")) }
        }
    }

    /// Whether the act that a link names was done, and the contact stands so.
    fn is_so(&self, did: &str) -> bool {
        let (contact, history, me) = (&self.whole.contact, &self.whole.history, &self.person.id);
        // How far a part has come follows from what was done to it.
        let is_mine = |it: &&Happened<Event>| it.by == *me && !matches!(it.event, Event::Part { .. });
        match did {
            "claim" | "log" => self.is_own,
            "need" => self.app.kinds.care_needs.look(|all| all.index().of_contact(self.whole.id).next().is_some()),
            "book" => bookings::booked_in(self.app, (self.whole.id, contact)).next().is_some(),
            "undo" => history.iter().rev().find(is_mine).is_some_and(|it| it.event == Event::Undone),
            "reply" => self.is_own && self.whole.items.has_answer(),
            "consult" => {
                matches!(history.iter().rev().find(is_mine).map(|it| &it.event), Some(Event::Consulted { .. }))
            }
            "split" => matches!(history.iter().rev().find(is_mine).map(|it| &it.event), Some(Event::Split { .. })),
            "recall" => matches!(history.iter().rev().find(is_mine).map(|it| &it.event), Some(Event::Recalled { .. })),
            "note" => history.iter().rev().find(is_mine).is_some_and(|it| it.event == Event::Noted),
            "agree" => contact.calls.is_agreed(),
            "video-end" => contact.video.is_none(),
            "reached" | "missed" => {
                let last = history.iter().rev().find(is_mine).map(|it| &it.event);
                matches!(last, Some(Event::Called { reached, .. }) if *reached == (did == "reached"))
            }
            "ask" => self.is_own && matches!(contact.place, Place::Waiting { .. }),
            "assign" => {
                let last = history.iter().rev().find(is_mine).map(|it| &it.event);
                matches!(last, Some(Event::Assigned { owner }) if !self.is_own && contact.owner() == Some(owner))
            }
            "reopen" => {
                let is_turn = |it: &&Happened<Event>| matches!(it.event, Event::Reopened | Event::Resolved { .. });
                let last = history.iter().rev().find(is_turn).filter(is_mine).map(|it| &it.event);
                self.is_own && last == Some(&Event::Reopened)
            }
            "register" => resident::is_on_list_of(self.app, contact, me),
            "encounter" => self.whole.met.iter().any(|it| *it.professional == **me),
            _ => false,
        }
    }

    /// Its place, whose turn it is, by when.
    fn standing(&self) -> Markup {
        let (contact, page) = (&self.whole.contact, self.page);
        let turn = match contact.place {
            Place::Queued => Turn::Nobody,
            Place::Owned { .. } => Turn::Now,
            Place::Waiting { .. } => Turn::Waits,
            Place::Resolved { .. } | Place::Closed => Turn::Done,
        };
        let words = html! {
            (page.text(&format!("place-{}", contact.place.code())))
            @if let Some(owner) = contact.owner() {
                ": " @if *owner == *self.person.id { (page.text("desk-yours")) } @else { (people::name(page, owner)) }
                @if self.is_own && *owner != *self.person.id { ", " (page.text("absences-standing-in")) }
            }
        };
        html! {
            div.state-row {
                (parts::standing(turn, &words))
                @for (clock, due) in contact.running(self.app.calendar) {
                    p {
                        @if page.now <= due.at { (page.text("desk-answer-by")) " " }
                        (parts::due(page, due.at)) " " (parts::basis(page, clock.says.code()))
                    }
                    (clocks::why(page, clock, &due))
                }
                @for (clock, due) in contact.beside(self.app.calendar) {
                    p { (clock.name.of(page.language.code())) ": " (parts::due(page, due.at)) " " (parts::basis(page, clock.says.code())) }
                    (clocks::why(page, clock, &due))
                }
                @if let Some(since) = contact.waits_since {
                    p.quiet.small { (page.language.text_with("desk-waits", &[("time", &numbers::lasting(page.now - since, page.language))])) }
                }
                @if !contact.asked.is_empty() { p { (parts::tag(Turn::Waits, &page.text("desk-waits-colleague"))) } }
                @if contact.is_reopened { p { (parts::tag(Turn::Half, &page.text("desk-reopened"))) } }
            }
        }
    }

    /// The room in which they and the client meet by video: opened from here, or the way to it.
    fn video(&self) -> Markup {
        let is_open = self.whole.contact.video_until(self.page.now).is_some();
        html! {
            @if self.is_own && is_open {
                (video::way_in_contact(self.app, self.page, (self.whole.id, &self.whole.contact)))
            } @else if self.is_own {
                p { (self.button("video", "desk-video", "btn--second")) }
            }
        }
    }

    /// The stop that lies ahead on its course.
    fn coming(&self) -> Markup {
        let page = self.page;
        html! {
            @if let Some(due) = self.app.due(&self.whole.contact) {
                (parts::stop(Stop::Coming, &numbers::moment(due, page.language), &html! { (page.text("desk-answer-coming")) }))
            }
        }
    }

    /// The unit it came from, and the note of colleagues there.
    fn handed(&self) -> Markup {
        let last = self.whole.history.iter().rev().find(|it| matches!(it.event, Event::Transferred { .. }));
        let shown = last.filter(|_| self.whole.contact.handed.is_some());
        html! {
            @if let Some(Happened { at, by, text: note, event: Event::Transferred { from, reason, .. }, .. }) = shown {
                section.handed aria-label=(self.text("desk-note")) {
                    p {
                        strong { (self.page.language.text_with("desk-handed", &[("unit", &unit_name(self.page, from))])) } " "
                        (people::name(self.page, by)) ", " (numbers::moment(*at, self.page.language))
                        @if care::REASONS.contains(&reason.as_str()) { ". " (self.text(&format!("reason-{reason}"))) }
                    }
                    @if let Some(note) = note { p.handed__note dir="auto" { (note) } }
                    p.quiet { (self.text("desk-note-hint")) }
                }
            }
        }
    }

    /// The answer, and what else there is to do for a person who may.
    fn acts(&self) -> Markup {
        let (contact, typed) = (&self.whole.contact, self.typed);
        html! {
            form #work .letter method="post" action=(self.to("reply")) autocomplete="off" data-save=(self.to("save")) data-chat[contact.is_live()] {
                input type="hidden" name="client_id" value=(self.client_id());
                input type="hidden" name="seen" value=(contact.conversation) data-seen="";
                @match &contact.place {
                    // They are asked, and look.
                    _ if !self.may_handle => { (consultations::asked(self.app, self.page, self.whole.id, self.person)) }
                    Place::Queued => { (self.button("claim", "desk-claim", "")) }
                    Place::Owned { .. } | Place::Waiting { .. } if self.is_own => { (self.answer()) }
                    Place::Owned { .. } | Place::Waiting { .. } => { p { (self.text("desk-others")) } }
                    Place::Resolved { .. } => {
                        div.acts {
                            (self.button("reopen", "desk-reopen", ""))
                            (self.button("close", "desk-close", "btn--second"))
                        }
                    }
                    Place::Closed => {}
                }
            }
            // A text written meanwhile, where there is no form any more to write it in.
            @if !self.is_own && !typed.fields.text.is_empty() { (kept(self.page, &typed.fields.text)) }
            (self.note())
            @if !self.hands_over() && !typed.fields.note.is_empty() { (kept(self.page, &typed.fields.note)) }
        }
    }

    fn client_id(&self) -> String {
        let given = &self.typed.fields.client_id;
        if given.is_empty() { self.app.sessions.unguessable() } else { given.clone() }
    }

    fn button(&self, command: &str, key: &str, class: &str) -> Markup {
        html! {
            button id=(format!("act-{command}")) class=(format!("btn {class}")) type="submit" form="work" formaction=(self.to(command))
                data-send[command == "reply"] {
                (self.text(key))
            }
        }
    }

    fn answer(&self) -> Markup {
        let typed = self.typed;
        let is_sms = sms::is_answered_by(&self.whole.contact);
        let send = match self.whole.contact.anonymous {
            _ if is_sms => "sms-send",
            true => "desk-reply-anonymous",
            false => "desk-reply",
        };
        let part = self.whole.contact.queue.as_deref().and_then(|queue| self.app.kinds.queues.get(queue));
        let ends = offered(part.map(|part| part.content.register));
        html! {
            (calls::to_come(self.page, (&self.whole.contact, &self.whole.history), |act, key, class| self.button(act, key, class)))
            (self.arrived())
            (message_box(self.page, "desk-text", None, &typed.fields.text, typed.wrong("text")))
            @if is_sms { (sms::length_of(self.page, &typed.fields.text)) }
            (phrases::choice(self.app, self.page, &self.whole.contact, &self.to("phrase")))
            @if !is_sms { (files::field(self.page, &self.to("files"))) }
            div.acts {
                (self.button("reply", send, ""))
                (self.button("ask", "desk-ask", "btn--second"))
                (self.button("save", "draft-later", "btn--second"))
                (drafts::saved(self.page, typed.saved))
            }
            fieldset.ending {
                legend { (self.text("desk-end")) }
                (choice(self.page, "outcome", "desk-outcome", typed.wrong("outcome"), &typed.fields.outcome,
                    ends.into_iter().chain(calls::outcomes(&self.whole.contact))
                        .map(|outcome| (outcome.code().to_string(), outcome_text(self.page, outcome)))))
                div.acts {
                    (self.button("finish", "desk-finish", "btn--second"))
                    (self.button("resolve", "desk-resolve", "btn--second"))
                }
            }
        }
    }

    /// Messages that came while somebody wrote, beside the text that was not sent for them.
    fn arrived(&self) -> Markup {
        let is_unseen = self.typed.wrong("text") == Some("wrong-unseen");
        let seen = self.typed.fields.seen.parse().unwrap_or(0);
        let came = self.whole.items.items.iter().filter(|it| is_unseen && it.seq > seen);
        let texts: Vec<&String> = came
            .filter_map(|it| match &it.what {
                What::Message { author: Author::Resident, text: Some(text), .. } => Some(text),
                _ => None,
            })
            .collect();
        html! {
            @if !texts.is_empty() {
                section.handed #arrived aria-labelledby="arrived-title" {
                    h3 #arrived-title { (self.text("desk-arrived")) }
                    @for text in texts { blockquote.note lang=(self.whole.contact.language) dir="auto" { (text) } }
                }
            }
        }
    }

    /// A note to colleagues, apart from the answer: nothing switches one into the other.
    fn note(&self) -> Markup {
        let (page, typed) = (self.page, self.typed);
        let wrong = typed.wrong("noted");
        html! {
            @if self.may_handle && self.whole.contact.place != Place::Closed {
                section.handed aria-label=(self.text("desk-noted")) {
                    (field(page, "noted", "desk-noted", wrong, &html! {
                        textarea.field.note-to-colleagues #noted name="noted" rows="2" form="work" dir="auto" autocomplete="off"
                            aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "noted-error")] { (typed.fields.noted) }
                    }))
                    div.acts { (self.button("note", "desk-save-note", "btn--second")) }
                }
            } @else if !typed.fields.noted.is_empty() {
                (kept(page, &typed.fields.noted))
            }
        }
    }

    fn hands_over(&self) -> bool {
        let is_over = matches!(self.whole.contact.place, Place::Resolved { .. } | Place::Closed);
        self.is_own || (self.leads && !is_over)
    }

    /// The one who wrote, by name where it is known.
    fn writer(&self) -> String {
        let key = if self.whole.contact.anonymous { "desk-anonymous" } else { "desk-known" };
        let whose = self.app.named(self.whole.contact.subject).unwrap_or_else(|| self.text(key));
        match self.app.wrote_for(self.page, self.whole.id, self.whole.contact.subject) {
            Some(writer) => self.page.language.text_with("acting-wrote-for", &[("whose", &whose), ("writer", &writer)]),
            None => whose,
        }
    }

    fn facts(&self) -> Markup {
        let (contact, page) = (&self.whole.contact, self.page);
        html! {
            dl.facts {
                div { dt { (page.text("desk-opened")) } dd { (numbers::moment(contact.opened_at, page.language)) } }
                div { dt { (page.text("desk-unit")) } dd { (unit_name(page, &contact.unit)) } }
            }
        }
    }

    /// The rarer acts: hand over, give to somebody, give back, and those that concern the resident.
    fn more(&self) -> Markup {
        let contact = &self.whole.contact;
        let has_owner = contact.owner().is_some();
        html! {
            @if self.is_own && !contact.anonymous {
                (resident::forms(self.app, self.page, (self.whole.id, contact), &self.whole.met, self.typed))
            }
            @if self.hands_over() {
                @if self.is_own && !sms::is_answered_by(contact) {
                    @let fields = &self.typed.fields;
                    (calls::agree(self.app, self.page, contact, (&fields.slot, &fields.number, self.typed.wrong("slot")), &self.button("agree", "desk-call-agree", "btn--second")))
                }
                (self.hand_over())
                @if has_owner { (split::way(self.page, self.whole.id)) }
                @if self.leads { (self.assign()) }
                @if has_owner { div.acts { (self.button("release", "desk-release", "btn--second")) } }
            }
        }
    }

    fn hand_over(&self) -> Markup {
        let (page, typed, fields) = (self.page, self.typed, &self.typed.fields);
        let is_wrong = ["unit", "reason", "note"].iter().any(|field| typed.wrong(field).is_some());
        let waits = |unit: &str| self.app.kinds.contacts.look(|contacts| contacts.queue(unit, 0).1);
        let units = page.figures.units();
        let others =
            units.iter().filter(|unit| unit.open && unit.level == "unit" && *unit.id != *self.whole.contact.unit);
        let option = |id: &str, text: String| html! { option value=(id) selected[id == fields.unit] { (text) } };
        let here = &self.whole.contact;
        let queues = split::targets(self.app, page, here);
        let services = self.app.services();
        let answers = |id: &str| services.iter().any(|service| service.unit == id);
        html! {
            details.fold open[is_wrong || !fields.note.is_empty()] {
                summary { (self.text("desk-transfer")) }
                div.fold__in {
                    (field(page, "unit", "desk-to", typed.wrong("unit"), &html! {
                        select.field name="unit" id="unit" form="work" aria-invalid=[typed.wrong("unit").map(|_| "true")]
                            aria-describedby=[typed.wrong("unit").map(|_| "unit-error")] {
                            option value="" { (self.text("desk-choose")) }
                            optgroup label=(self.text("desk-answers")) {
                                @for unit in others.clone().filter(|unit| answers(&unit.id)) {
                                    @let waiting = waits(&unit.id);
                                    (option(&unit.id, format!("{} ({})", page.language.of(&unit.names),
                                        page.language.text_count("desk-waiting", waiting, &waiting.to_string()))))
                                }
                            }
                            @if !queues.is_empty() {
                                optgroup label=(self.text("desk-queues-of-units")) {
                                    @for (address, name) in &queues { (option(address, name.clone())) }
                                }
                            }
                            optgroup label=(self.text("desk-other-units")) {
                                @for unit in others.clone().filter(|unit| !answers(&unit.id)) {
                                    (option(&unit.id, page.language.of(&unit.names).to_string()))
                                }
                            }
                        }
                    }))
                    (choice(page, "reason", "desk-reason", typed.wrong("reason"), &fields.reason,
                        care::REASONS.map(|reason| (reason.to_string(), page.text(&format!("reason-{reason}"))))))
                    (field(page, "note", "desk-note", typed.wrong("note"), &html! {
                        p.hint #note-hint { (self.text("desk-note-hint")) }
                        textarea.field.note-to-colleagues #note name="note" rows="3" form="work" dir="auto"
                            aria-invalid=[typed.wrong("note").map(|_| "true")]
                            aria-describedby=(if typed.wrong("note").is_some() { "note-hint note-error" } else { "note-hint" }) { (fields.note) }
                    }))
                    (self.button("transfer", "desk-transfer", "btn--second"))
                }
            }
        }
    }

    /// For a lead: gives it to somebody of the unit.
    fn assign(&self) -> Markup {
        let (page, typed) = (self.page, self.typed);
        let colleagues =
            self.app.colleagues(&self.whole.contact.unit, self.whole.contact.owner()).into_iter().map(|it| {
                let name = people::name(page, &it.id);
                (it.id, if it.is_here { format!("{name} ({})", page.text("desk-here")) } else { name }, !it.is_here)
            });
        let mut options: Vec<(String, String, bool)> = colleagues.collect();
        options.sort_by(|left, right| (left.2, &left.1).cmp(&(right.2, &right.1)));
        html! {
            details.fold open[typed.wrong("to").is_some()] {
                summary { (self.text("desk-assign")) }
                div.fold__in {
                    (choice(page, "to", "desk-assign-to", typed.wrong("to"), &typed.fields.to,
                        options.into_iter().map(|(id, name, _)| (id, name))))
                    (self.button("assign", "desk-assign", "btn--second"))
                }
            }
        }
    }

    /// Why it came here.
    fn routed(&self) -> Markup {
        let (app, page) = (self.app, self.page);
        html! {
            @if let Some(routed) = &self.whole.contact.routed {
                section #routed {
                    h2 { (self.text("routing-why")) }
                    (routing::why(app, page, routed))
                    @if let Some(first) = self.whole.contact.waits_for_first() { p { (routing::first(app, page, first)) } }
                }
            }
        }
    }

    /// One thing that happened, for professionals.
    fn happened(&self, it: &Happened<Event>) -> Markup {
        let (page, by) = (self.page, people::name(self.page, &it.by));
        let what = match &it.event {
            Event::Opened { unit, .. } => format!("{} {}", page.text("event-opened"), unit_name(page, unit)),
            Event::Logged => format!("{}: {by}", page.text("event-logged")),
            Event::Claimed { owner } => format!("{} {}", page.text("event-claimed"), people::name(page, owner)),
            // Taken up again by the resident, it goes back by itself.
            Event::Assigned { owner } if **owner == *it.by || it.by == "anonymous" || it.by.parse::<Uuid>().is_ok() => {
                format!("{} {}", page.text("event-returned"), people::name(page, owner))
            }
            Event::Assigned { owner } => {
                page.language.text_with("event-assigned", &[("by", &by), ("to", &people::name(page, owner))])
            }
            Event::Released => format!("{}: {by}", page.text("event-released")),
            Event::Split { part } => match self.whole.beside.part(*part) {
                Some(it) => format!("{} {}: {by}", page.text("event-split-to"), unit_name(page, &it.unit)),
                None => format!("{}: {by}", page.text("event-split")),
            },
            Event::TakenBack => format!("{}: {by}", page.text("event-taken-back")),
            Event::Asked => format!("{}: {by}", page.text("event-asked")),
            Event::Noted => format!("{}: {by}", page.text("event-noted")),
            Event::Consulted { unit, to, profession, .. } => {
                let whom = consultations::whom(page, unit, to.as_deref(), *profession);
                page.language.text_with("event-consulted", &[("by", &by), ("to", &whom)])
            }
            Event::Advised { .. } => format!("{}: {by}", page.text("event-advised")),
            Event::Recalled { .. } => format!("{}: {by}", page.text("event-recalled")),
            Event::Answered => page.text("event-answered"),
            Event::Transferred { from, to, reason, .. } => {
                let is_known = care::REASONS.contains(&reason.as_str()) || reason == WAITED;
                let why = is_known.then(|| page.text(&format!("reason-{reason}")));
                let parts = [Some(format!("{} → {}", unit_name(page, from), unit_name(page, to))), why, Some(by)];
                parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
            }
            Event::Resolved { outcome } => {
                format!("{}: {}, {by}", page.text("event-resolved"), outcome_text(page, *outcome))
            }
            Event::Reopened => page.text("event-reopened"),
            Event::Undone => format!("{}: {by}", page.text("event-undone")),
            Event::Stopped => page.text("sms-event-stopped"),
            Event::Closed => page.text("event-closed"),
            Event::Left => page.text("event-left"),
            Event::Turned => page.text("event-turned"),
            Event::Rang { .. } | Event::CallAgreed { .. } | Event::Called { .. } => calls::told(page, &it.event, &by),
            Event::VideoOpened => format!("{}: {by}", page.text("event-video-opened")),
            Event::VideoEnded => page.text("event-video-ended"),
            // The resident's rating of a chat is no word to the one who had it.
            Event::Rated { .. }
            | Event::Part { .. }
            // The number is for the port alone.
            | Event::AnswersGo { .. }
            | Event::Greeted { .. }
            | Event::Written { .. }
            | Event::Attached { .. }
            | Event::Shown(_) => return html! {},
            Event::Identified { .. } => page.text("event-identified"),
        };
        html! {
            (parts::stop(Stop::Done, &numbers::moment(it.at, page.language), &html! {
                (what)
                @if let Some(note) = &it.text { blockquote.note dir="auto" { (note) } }
            }))
        }
    }
}
