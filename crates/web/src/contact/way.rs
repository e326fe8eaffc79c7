//! The ways in which somebody can be answered: which a service has now, and what the form asks for each.

use kinds::Begins;
use maud::{Markup, html};
use operations::contacts::calls::slots;
use operations::contacts::chat::Chats;
use operations::contacts::routing::{Case, Route};
use operations::contacts::{Channel, Slot};
use operations::residents::phone;

use super::Message;
use super::chat::wait_text;
use crate::App;
use crate::caller::Person;
use crate::form::field;
use crate::layout::Page;
use crate::numbers;
use crate::routing::Coming;
use crate::texts::Language;

/// Times for a call that can be chosen.
const SLOTS: usize = 8;

/// How somebody wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Message,
    Chat,
    Call,
}

impl Way {
    pub fn named(code: &str) -> Way {
        [Way::Chat, Way::Call].into_iter().find(|way| way.code() == code).unwrap_or(Way::Message)
    }

    pub fn code(self) -> &'static str {
        match self {
            Way::Message => "message",
            Way::Chat => "chat",
            Way::Call => "call",
        }
    }
}

/// A contact about a service, as whoever looks at a page would open it in a way; of its words and its place nothing is
/// known.
pub fn coming<'a>(page: &Page, way: Way, service: &'a str) -> Coming<'a> {
    let channel = match way {
        Way::Message => Channel::Message,
        Way::Chat => Channel::Chat,
        Way::Call => Channel::Callback,
    };
    let subject = page.person.as_ref().and_then(Person::subject);
    Coming { service, channel, language: page.language.code(), place: "", subject, text: "" }
}

impl App {
    /// Where a contact comes in a way, and why: by the rules; a chat of somebody whose own pair does not chat comes where all
    /// others come.
    pub fn route_in(&self, way: Way, coming: &Coming<'_>) -> Route {
        let route = self.route(coming);
        match way {
            Way::Chat if self.kinds.chats_at(&route.unit, route.queue.as_ref()).is_none() => {
                self.decide(&Case { own: None, ..route.routed.case }, &self.routings())
            }
            _ => route,
        }
    }

    /// The chat of a service, and until when it is open; none of these: it has none, or it is closed.
    pub fn chat_of(&self, page: &Page, service: &str) -> Option<(Route, Chats, Option<i64>)> {
        let route = self.route_in(Way::Chat, &coming(page, Way::Chat, service));
        let chats = self.kinds.chats_at(&route.unit, route.queue.as_ref())?;
        let until = chats.open_until(self.calendar, self.kinds.store.now());
        Some((route, chats, until))
    }
}

/// The beginning of a contact that is opened in a way, and its channel. A chat that is closed is a message.
pub fn begins(app: &App, way: Way, route: &Route, message: &Message, language: Language) -> (Channel, Begins) {
    match way {
        Way::Message => (Channel::Message, Begins::Nothing),
        Way::Chat => match app.kinds.chat_begins((&route.unit, route.queue.as_ref()), language.code()) {
            Some(chat) => (Channel::Chat, chat),
            None => (Channel::Message, Begins::Nothing),
        },
        Way::Call => match (chosen(&message.slot), phone(&message.number)) {
            (Some(slot), Some(number)) => (Channel::Callback, Begins::Call { slot, number }),
            _ => (Channel::Message, Begins::Nothing),
        },
    }
}

/// A time for a call, as the form names it: its two instants.
pub fn chosen(given: &str) -> Option<Slot> {
    let (from, to) = given.split_once('-')?;
    Some(Slot { from: from.parse().ok()?, to: to.parse().ok()? })
}

/// A time for a call, in words.
pub fn slot_text(page: &Page, slot: Slot) -> String {
    let (day, [from, to]) = (numbers::near_day(slot.from, page.language), [slot.from, slot.to].map(numbers::clock));
    page.language.text_with("call-slot", &[("day", &day), ("from", &from), ("to", &to)])
}

/// The faults of what a way needs beside the words.
pub fn wrong(app: &App, way: Way, message: &Message) -> Vec<(&'static str, &'static str)> {
    let offered = || slots(app.calendar, app.kinds.store.now(), SLOTS);
    match way {
        Way::Call => {
            let slot = chosen(&message.slot).filter(|slot| offered().contains(slot)).is_none();
            let number = phone(&message.number).is_none();
            let faults = [slot.then_some(("wrong-slot", "slot-0")), number.then_some(("me-wrong-phone", "number"))];
            faults.into_iter().flatten().collect()
        }
        Way::Message | Way::Chat => Vec::new(),
    }
}

/// The fields that a way needs beside the words, and what is to be known of it before.
pub fn fields(app: &App, page: &Page, way: Way, message: &Message, wrong: super::Wrong<'_>) -> Markup {
    let wrong_in = |field: &str| wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key);
    match way {
        Way::Message => html! {},
        Way::Chat => chat_now(app, page, &message.service),
        Way::Call => call(app, page, message, (wrong_in("slot-0"), wrong_in("number"))),
    }
}

/// How long one waits for a chat now, or that it is closed and what is written is answered all the same.
fn chat_now(app: &App, page: &Page, service: &str) -> Markup {
    let Some((route, chats, until)) = app.chat_of(page, service) else { return html! {} };
    html! {
        div.box {
            @match until {
                Some(until) => {
                    @let queue = (&route.unit, route.queue.as_ref());
                    @let before = app.kinds.chats_before(queue, None);
                    p { strong { (wait_text(page, app.kinds.chat_wait(queue, before))) } }
                    p.quiet { (page.language.text_with("chat-open-until", &[("time", &numbers::clock(until))])) }
                }
                None => {
                    p { strong { (page.text("chat-closed")) } }
                    @if let Some(at) = chats.opens_next(app.calendar, page.now) {
                        p.quiet { (page.language.text_with("chat-opens", &[("time", &numbers::short_moment(at, page.language))])) }
                    }
                }
            }
        }
    }
}

/// When somebody is called, and under which number. Nothing is chosen beforehand.
fn call(app: &App, page: &Page, message: &Message, (no_slot, no_number): (Option<&str>, Option<&str>)) -> Markup {
    html! {
        div.asked.asked--wrong[no_slot.is_some()] {
            fieldset aria-describedby=[no_slot.map(|_| "slot-error")] {
                legend { (page.text("call-when")) }
                p.hint { (page.text("call-when-what")) }
                @if let Some(wrong) = no_slot { p.error #slot-error { (page.text(wrong)) } }
                div.choices {
                    @for (number, slot) in slots(app.calendar, page.now, SLOTS).into_iter().enumerate() {
                        @let (id, value) = (format!("slot-{number}"), format!("{}-{}", slot.from, slot.to));
                        div.choice {
                            input type="radio" name="slot" id=(id) value=(value) checked[value == message.slot];
                            label for=(id) { (slot_text(page, slot)) }
                        }
                    }
                }
            }
        }
        (field(page, "number", "call-number", no_number, &html! {
            input.field.day-input #number type="tel" name="number" value=(message.number) autocomplete="tel"
                aria-invalid=[no_number.map(|_| "true")] aria-describedby=[no_number.map(|_| "number-error")];
        }))
    }
}
