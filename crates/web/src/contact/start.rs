//! `/contact`, the start: what somebody needs, in everyday words, and the ways of getting help that fit, each with its wait
//! or its day. Danger comes first, nothing is chosen beforehand, and no way is offered that is not there.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use matter::access::Role;
use maud::{Markup, html};
use operations::contacts::calls::slots;
use operations::start::{Found, Start, Topic, Whom};
use serde::Deserialize;

use super::chat::wait_text;
use super::own_rows;
use super::way::{Way, coming, slot_text};
use crate::App;
use crate::bookings::first_free;
use crate::desk::unit_name;
use crate::icons::{go, icon};
use crate::layout::Page;
use crate::links::linked;
use crate::numbers;
use crate::parts::{self, row};
use crate::routing::UNSURE;

/// Topics beside the likeliest one.
const OTHERS: usize = 2;

/// The need, as somebody says it. Their words stand in forms, and in no address.
#[derive(Deserialize, Default)]
pub struct Need {
    #[serde(default)]
    text: String,
    #[serde(default)]
    whom: String,
    /// The topic that they have chosen themselves.
    #[serde(default)]
    topic: String,
}

/// `GET /contact`.
pub async fn start(State(app): State<Arc<App>>, page: Page, Query(need): Query<Need>, parts: Parts) -> Response {
    // An address has no words of anybody.
    shown(&app, &page, &parts, &Need { text: String::new(), ..need }).await
}

/// `POST /contact/start`: the same with their words.
pub async fn with_words(
    State(app): State<Arc<App>>,
    page: Page,
    parts: Parts,
    form: Result<Form<Need>, FormRejection>,
) -> Response {
    let need = form.map_or_else(|_| Need::default(), |Form(need)| need);
    shown(&app, &page, &parts, &need).await
}

async fn shown(app: &App, page: &Page, parts: &Parts, need: &Need) -> Response {
    let start = Start::shipped();
    let found = start.find(&need.text, Whom::named(&need.whom));
    let chosen = start.topic(&need.topic).or(found.topics.first().copied());
    let own = own_rows(app, page, parts).await;
    let content = html! {
        h1 { label for="need" { (page.text("need-title")) } }
        (ask(page, need))
        (danger(page, &found, chosen))
        div.cols {
            section aria-labelledby="ways" {
                @match chosen {
                    Some(topic) => { (ways(app, page, need, topic)) }
                    None => {
                        h2 #ways { (page.text(if need.text.trim().is_empty() { "start-topics" } else { "start-unknown" })) }
                        (topics(page, need, start.topics.iter()))
                    }
                }
                @let no_service = Row { need, way: Way::Message, service: if chosen.is_none() { "" } else { UNSURE } };
                (no_service.words())
                p.start__else { (page.text("start-nothing-fits")) " " (no_service.link(page, &page.text("start-own-words"))) }
            }
            div.flow {
                @let others = found.topics.iter().copied().filter(|it| chosen.is_some_and(|chosen| chosen.id != it.id));
                @let others: Vec<&Topic> = others.take(OTHERS).collect();
                @if !others.is_empty() {
                    section {
                        h2 { (page.text("start-or")) }
                        (topics(page, need, others.into_iter()))
                    }
                } @else if chosen.is_some() && need.text.is_empty() {
                    p.links { a href="/contact" { (page.text("start-all-topics")) } }
                }
                (own)
                section {
                    h2 { (page.text("contact-other-ways")) }
                    ol.rows {
                        (row("/contact/return", &page.text("with-code"), &[html! { (page.text("home-with-code-gives")) }]))
                        (row("/contact/notice", &page.text("notices-report"), &[html! { (page.text("notices-report-gives")) }]))
                    }
                }
            }
        }
    };
    // The front page bears the question as its title; this one what it is about.
    let name = chosen.map(|topic| topic.about(page.language.code()).name.clone());
    page.render_form("ask", StatusCode::OK, &name.unwrap_or_else(|| page.text("section-contact")), &content)
}

/// The field for their words, and for whom they ask.
fn ask(page: &Page, need: &Need) -> Markup {
    html! {
        p.hint #need-hint { (page.text("need-hint")) }
        form.ask #ask method="post" action="/contact/start" autocomplete="off" role="search" {
            // Somebody who acts for another has said for whom already.
            @if page.person.as_ref().is_none_or(|person| person.acting.is_none()) {
                div.ask__whom {
                    label for="whom" { (page.text("start-whom")) }
                    select.field #whom name="whom" {
                        option value="" { (page.text("desk-choose")) }
                        @for whom in Whom::ALL {
                            option value=(whom.code()) selected[whom.code() == need.whom] { (page.text(&format!("start-whom-{}", whom.code()))) }
                        }
                    }
                }
            }
            div.need {
                input.field #need type="text" name="text" value=(need.text) aria-describedby="need-hint" dir="auto" maxlength="1000";
                button.btn type="submit" { (page.text("start-find")) }
            }
        }
    }
}

/// The danger that cannot wait for an answer, before everything else.
fn danger(page: &Page, found: &Found<'_>, chosen: Option<&Topic>) -> Markup {
    let says = found.danger.map(|danger| danger.says.of(page.language.code()).to_string());
    let of_topic = chosen.map(|topic| topic.about(page.language.code()).danger.clone());
    html! {
        @match says {
            Some(says) => { div.flagline.urgent.start__danger role="alert" { (icon("alert")) p { strong { (linked(&says)) } } } }
            None => {
                @match of_topic {
                    Some(says) => { div.flagline.start__danger role="note" { (icon("alert")) p { (linked(&says)) } } }
                    None => { (parts::emergency(page)) }
                }
            }
        }
    }
}

/// Topics to choose from; words that were written come along.
fn topics<'a>(page: &Page, need: &Need, topics: impl Iterator<Item = &'a Topic>) -> Markup {
    let has_words = !need.text.trim().is_empty();
    html! {
        @if has_words {
            form #topics method="post" action="/contact/start" hidden {
                input type="hidden" name="text" value=(need.text);
                input type="hidden" name="whom" value=(need.whom);
            }
        }
        ol.rows {
            @for topic in topics {
                @let about = topic.about(page.language.code());
                li.row {
                    p.row__name {
                        @if has_words { button type="submit" form="topics" name="topic" value=(topic.id) { (about.name) } }
                        @else { a href=(page.link_to("/contact", &[("topic", &topic.id), ("whom", &need.whom)])) { (about.name) } }
                    }
                    (go())
                    p.row__meta { span { (about.hint) } }
                }
            }
        }
    }
}

/// One way in a list.
struct Row<'a> {
    need: &'a Need,
    way: Way,
    service: &'a str,
}

impl Row<'_> {
    /// The id of the form that carries their words; none: they wrote none.
    fn form(&self) -> Option<String> {
        let has_words = !self.need.text.trim().is_empty();
        has_words.then(|| format!("words-{}-{}", self.way.code(), self.service))
    }

    /// The form that carries their words, beside the paragraph of its button: no form stands in a paragraph.
    fn words(&self) -> Markup {
        html! {
            @if let Some(form) = self.form() {
                form id=(form) method="post" action="/contact/new" hidden {
                    input type="hidden" name="text" value=(self.need.text);
                    input type="hidden" name="service" value=(self.service);
                }
            }
        }
    }

    /// The link to its form; a button, where words come along.
    fn link(&self, page: &Page, name: &str) -> Markup {
        let Row { way, service, .. } = self;
        html! {
            @match self.form() {
                Some(form) => { button.link type="submit" form=(form) name="way" value=(way.code()) { (name) } }
                None => { a href=(page.link_to("/contact/new", &[("way", way.code()), ("service", service), ("topic", ""), ("whom", "")])) { (name) } }
            }
        }
    }

    fn shown(&self, page: &Page, sign: &str, name: &str, meta: &[Markup]) -> Markup {
        html! {
            li.row {
                (icon(sign))
                p.row__name { (self.link(page, name)) }
                (go())
                p.row__meta { @for one in meta { span { (one) } } }
                (self.words())
            }
        }
    }
}

/// The ways of getting help with a topic that are there now.
fn ways(app: &App, page: &Page, need: &Need, topic: &Topic) -> Markup {
    let services = app.services();
    let service = services.iter().find(|it| it.id == topic.service).map_or(UNSURE, |it| it.id.as_str());
    let route = app.route(&coming(page, Way::Message, service));
    let is_anonymous = page.person.is_none();
    let row = |way: Way| Row { need, way, service };
    let due = route.routed.due(page.now, app.calendar).into_iter().next();
    let no_name = is_anonymous.then(|| html! { (page.text("start-no-name")) });
    html! {
        h2 #ways { (page.text("start-ways")) }
        p.quiet { (page.language.text_with("start-answers", &[("topic", &topic.about(page.language.code()).name), ("unit", &unit_name(page, &route.unit))])) }
        ol.rows.ways {
            (chat(app, page, &row(Way::Chat)))
            @let day = due.map(|(clock, due)| html! {
                (page.language.text_with("start-answer-by", &[("day", &numbers::near_day(due.at, page.language))])) " "
                (parts::basis(page, clock.says.code()))
            });
            @let meta: Vec<Markup> = day.into_iter().chain(no_name).collect();
            (row(Way::Message).shown(page, "message", &page.text("start-write"), &meta))
            @if let Some(slot) = slots(app.calendar, page.now, 1).first() {
                @let first = page.language.text_with("start-call-first", &[("time", &slot_text(page, *slot))]);
                (row(Way::Call).shown(page, "phone", &page.text("start-call"), &[html! { (first) }]))
            }
            // Professionals book for a client, from the client's contact.
            @if page.role.is_none_or(|role| role == Role::Resident) { (book(app, page, service)) }
        }
    }
}

/// The chat of a service: open with its wait, or nothing.
fn chat(app: &App, page: &Page, row: &Row<'_>) -> Markup {
    let Some((route, _, Some(until))) = app.chat_of(page, row.service) else { return html! {} };
    let queue = (&route.unit, route.queue.as_ref());
    let before = app.kinds.chats_before(queue, None);
    let wait = wait_text(page, app.kinds.chat_wait(queue, before));
    let open = page.language.text_with("start-open-until", &[("time", &numbers::clock(until))]);
    let name = page.person.is_none().then(|| page.text("start-no-name"));
    let wait = wait.trim_end_matches('.').to_string();
    let meta: Vec<Markup> = [Some(wait), Some(open), name].into_iter().flatten().map(|it| html! { (it) }).collect();
    row.shown(page, "chat", &page.text("start-chat"), &meta)
}

/// The first time that a resident can book with a service.
fn book(app: &App, page: &Page, service: &str) -> Markup {
    let free = first_free(app, &["resident"]).into_iter().filter_map(|(it, at)| Some((at?, it)));
    let first = free.filter(|(_, it)| it.service == service).min_by_key(|(at, _)| *at);
    html! {
        @if let Some((at, timetable)) = first {
            li.row {
                (icon("calendar"))
                p.row__name { a href=(format!("/book/{}", timetable.id)) { (page.text("start-book")) } }
                (go())
                p.row__meta {
                    span { (page.language.text_with("home-first", &[("time", &numbers::short_moment(at, page.language))])) }
                    span { (timetable.name.of(page.language.code())) }
                }
            }
        }
    }
}
