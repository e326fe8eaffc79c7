//! The ways in which somebody can be answered: which a service has now, and what the form asks for each.

use kinds::Begins;
use matter::{PartId, Subject};
use maud::{Markup, html};
use operations::contacts::calls::slots;
use operations::contacts::chat::Chats;
use operations::contacts::{Channel, Slot};
use operations::residents::phone;

use super::Message;
use super::chat::wait_text;
use crate::App;
use crate::form::field;
use crate::layout::Page;
use crate::numbers;
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

/// A queue of a unit.
pub type Queue = (String, Option<PartId>);

impl App {
    /// The queue to which a contact about a service comes in a way: a chat where the service chats, also when its messages go
    /// to a station of one's own.
    pub fn queue_in(&self, way: Way, service: &str, subject: Option<Subject>) -> Queue {
        let own = self.queue_for(service, subject);
        let chats = |(unit, queue): &Queue| self.kinds.chats_at(unit, queue.as_ref()).is_some();
        if way == Way::Chat && !chats(&own) { self.queue_of(service) } else { own }
    }

    /// The chat of a service, and until when it is open; none of these: it has none, or it is closed.
    pub fn chat_of(&self, service: &str, subject: Option<Subject>) -> Option<(Queue, Chats, Option<i64>)> {
        let (unit, queue) = self.queue_in(Way::Chat, service, subject);
        let chats = self.kinds.chats_at(&unit, queue.as_ref())?;
        let until = chats.open_until(self.calendar, self.kinds.store.now());
        Some(((unit, queue), chats, until))
    }
}

/// The beginning of a contact that is opened in a way, and its channel. A chat that is closed is a message.
pub fn begins(app: &App, way: Way, (unit, queue): &Queue, message: &Message, language: Language) -> (Channel, Begins) {
    match way {
        Way::Message => (Channel::Message, Begins::Nothing),
        Way::Chat => match app.kinds.chat_begins((unit, queue.as_ref()), language.code()) {
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
    let subject = page.person.as_ref().and_then(crate::caller::Person::subject);
    let Some(((unit, queue), chats, until)) = app.chat_of(service, subject) else { return html! {} };
    html! {
        div.box {
            @match until {
                Some(until) => {
                    @let (unit, queue) = (unit.as_str().into(), queue.as_ref());
                    @let before = app.kinds.chats_before((&unit, queue), None);
                    p { strong { (wait_text(page, app.kinds.chat_wait((&unit, queue), before))) } }
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
