//! Calls back at the desk: when, which number, what was tried, and whether the client was reached.

use facts::Outcome;
use maud::{Markup, html};
use operations::contacts::calls::slots;
use operations::contacts::{Contact, Event, Place};
use store::Happened;

use crate::App;
use crate::contact::way::slot_text;
use crate::layout::Page;
use crate::numbers;

/// Times that a professional can agree on.
const SLOTS: usize = 8;

/// The number that was left last; none: none was, or it was erased.
pub fn number(history: &[Happened<Event>]) -> Option<&str> {
    let agreed = history.iter().rev().filter(|it| matches!(it.event, Event::CallAgreed { .. }));
    agreed.filter_map(|it| it.text.as_deref()).next()
}

/// The call that is to come, for whoever has the contact. `button`: a button of the page's form, by its act, key and class.
pub fn to_come(
    page: &Page,
    (contact, history): (&Contact, &[Happened<Event>]),
    button: impl Fn(&str, &str, &str) -> Markup,
) -> Markup {
    let tries = contact.calls.tries.iter().sum::<u32>();
    html! {
        @if let Some(slot) = contact.calls.agreed {
            section.box.call aria-labelledby="call-title" {
                h2 #call-title { (page.text("desk-call")) }
                p {
                    strong { (slot_text(page, slot)) }
                    @if let Some(number) = number(history) { " " a href=(format!("tel:{}", number.replace(' ', ""))) { (number) } }
                }
                @if tries > 0 { p.quiet { (page.language.text_count("desk-call-tries", tries as usize, &tries.to_string())) } }
                div.acts {
                    (button("reached", "desk-call-reached", ""))
                    (button("missed", "desk-call-missed", "btn--second"))
                }
                p.quiet.small { (page.text("desk-call-what")) }
            }
        } @else if contact.calls.are_in_vain() && matches!(contact.place, Place::Owned { .. } | Place::Waiting { .. }) {
            p.box { (page.text("desk-call-in-vain")) }
        }
    }
}

/// Agreeing on a time for a call, in place of one before.
pub fn agree(
    app: &App,
    page: &Page,
    contact: &Contact,
    (slot, number, wrong): (&str, &str, Option<&str>),
    button: &Markup,
) -> Markup {
    html! {
        details.fold open[wrong.is_some()] {
            summary { (page.text(if contact.calls.is_agreed() { "desk-call-other" } else { "desk-call-agree" })) }
            div.fold__in {
                div.asked.asked--wrong[wrong.is_some()] {
                    label for="slot" { (page.text("call-when")) }
                    @if let Some(wrong) = wrong { p.error #slot-error { (page.text(wrong)) } }
                    select.field #slot name="slot" form="work" aria-describedby=[wrong.map(|_| "slot-error")] {
                        option value="" { (page.text("desk-choose")) }
                        @for it in slots(app.calendar, page.now, SLOTS) {
                            @let value = format!("{}-{}", it.from, it.to);
                            option value=(value) selected[value == slot] { (slot_text(page, it)) }
                        }
                    }
                }
                div.asked {
                    label for="number" { (page.text("desk-call-number")) }
                    input.field.day-input #number type="tel" name="number" value=(number) form="work" autocomplete="off";
                }
                (button)
            }
        }
    }
}

/// The outcome of a call, in the history.
pub fn told(page: &Page, event: &Event, by: &str) -> String {
    match event {
        Event::Rang { at } => page.language.text_with("event-rang", &[("time", &numbers::moment(*at, page.language))]),
        // The telephone exchange has told of it.
        Event::Called { reached, at: Some(at), .. } => {
            let key = if *reached { "event-told-reached" } else { "event-told-missed" };
            page.language.text_with(key, &[("time", &numbers::moment(*at, page.language))])
        }
        Event::Called { reached: true, .. } => format!("{}: {by}", page.text("event-reached")),
        Event::Called { next, .. } => {
            let again =
                next.map(|next| page.language.text_with("event-called-again", &[("time", &slot_text(page, next))]));
            [Some(format!("{}: {by}", page.text("event-missed"))), again]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(". ")
        }
        Event::CallAgreed { from, .. } => {
            format!("{} {}", page.text("event-call-agreed"), numbers::short_moment(*from, page.language))
        }
        _ => String::new(),
    }
}

/// Outcomes that a contact may have beside those of all: its client could not be reached, or left the chat.
pub fn outcomes(contact: &Contact) -> impl Iterator<Item = Outcome> {
    let is_left = contact.is_live() && contact.first_response_at.is_none();
    let unreached = contact.calls.are_in_vain().then_some(Outcome::Unreachable);
    unreached.into_iter().chain(is_left.then_some(Outcome::Abandoned))
}
