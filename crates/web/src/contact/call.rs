//! A call back on the page of its resident: when, what was tried, and choosing a time, also beside a chat or a message.

use maud::{Markup, html};
use operations::contacts::calls::slots;
use operations::contacts::{Command, Contact, Place};
use operations::residents::phone;
use uuid::Uuid;

use super::way::{chosen, slot_text};
use crate::App;
use crate::answer::Failure;
use crate::layout::Page;

/// Times that can be chosen.
const SLOTS: usize = 8;

/// When the resident is called, and what was tried.
pub fn line(page: &Page, contact: &Contact) -> Markup {
    let calls = &contact.calls;
    html! {
        @if let Some(slot) = calls.agreed {
            @let key = if calls.tries == [0, 0] { "call-to-come" } else { "call-again" };
            p.box { strong { (page.language.text_with(key, &[("time", &slot_text(page, slot))])) } }
        } @else if calls.are_in_vain() && contact.waits_since.is_some() {
            p.box { strong { (page.text("call-in-vain")) } }
        }
    }
}

/// Choosing a time, for as long as the matter is open.
pub fn choice(app: &App, page: &Page, (id, contact): (Uuid, &Contact)) -> Markup {
    let is_open = matches!(contact.place, Place::Queued | Place::Owned { .. } | Place::Waiting { .. });
    let is_first = !contact.calls.is_agreed() && contact.calls.all == 0;
    html! {
        @if is_open {
            details.fold #call {
                summary { (page.text(if contact.calls.is_agreed() { "call-change" } else { "call-ask" })) }
                form.fold__in method="post" action="/contact/chat" autocomplete="off" {
                    input type="hidden" name="id" value=(id);
                    input type="hidden" name="act" value="call";
                    div.asked {
                        label for="slot" { (page.text("call-when")) }
                        select.field #slot name="slot" required {
                            option value="" { (page.text("desk-choose")) }
                            @for slot in slots(app.calendar, page.now, SLOTS) {
                                option value=(format!("{}-{}", slot.from, slot.to)) { (slot_text(page, slot)) }
                            }
                        }
                    }
                    div.asked {
                        label for="number" { (page.text(if is_first { "call-number" } else { "call-number-again" })) }
                        input.field.day-input #number type="tel" name="number" autocomplete="tel" required[is_first];
                    }
                    button.btn.btn--second type="submit" { (page.text("call-save")) }
                }
            }
        }
    }
}

/// The command of the form, or the field that is wrong.
pub fn asked(app: &App, contact: &Contact, slot: &str, number: &str) -> Result<Command, Failure> {
    let is_first = !contact.calls.is_agreed() && contact.calls.all == 0;
    let slot = chosen(slot).ok_or_else(|| Failure::invalid("slot", "Choose a time at which we call."))?;
    let read = phone(number);
    match read.is_none() && (is_first || !number.trim().is_empty()) {
        true => Err(Failure::invalid("number", "This is no telephone number.")),
        false => {
            let mark = read.as_deref().map(|number| app.kinds.mark_of(number));
            Ok(Command::CallMe { slot, number: read.map(Into::into), mark })
        }
    }
}
