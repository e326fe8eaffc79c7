//! A contact that came as a text message, at the desk: nobody is to call its writer, and how long an answer is as text messages
//! is shown before it is sent.

use maud::{Markup, html};
use operations::contacts::sms::{Length, MOST_PARTS, length};
use operations::contacts::{Channel, Contact};
use operations::dispatches::Means;

use crate::layout::Page;

/// Whether answers go out as text messages.
pub fn is_answered_by(contact: &Contact) -> bool {
    contact.answers_go == Some(Means::Sms)
}

/// The channel, beside its writer and in lists.
pub fn channel(page: &Page, contact: &Contact) -> Markup {
    html! {
        @if contact.channel == Channel::Sms { span { strong { (page.text("sms-channel")) } } }
    }
}

/// The way in which its writer is answered, for whoever reads it.
pub fn note(page: &Page, contact: &Contact) -> Markup {
    html! {
        @if is_answered_by(contact) {
            section.box aria-labelledby="sms-title" {
                h2 #sms-title { (page.text("sms-no-calls")) }
                p { (page.text("sms-what")) }
                @if contact.is_stopped { p { strong { (page.text("sms-stopped")) } } }
            }
        }
    }
}

/// The length of what was typed; with a script also while it is typed.
pub fn length_of(page: &Page, text: &str) -> Markup {
    let Length { places, parts, is_wide } = of(text);
    let said = |places: &str, parts: usize| {
        let parts = page.language.text_count("sms-parts", parts, &parts.to_string());
        page.language.text_with("sms-length", &[("places", places), ("parts", &parts)])
    };
    // Where the script puts numbers of its own stand signs.
    let many = page.language.text_count("sms-parts", 2, "§");
    html! {
        div.asked #sms-length data-sms data-one=(said("#", 1))
            data-many=(page.language.text_with("sms-length", &[("places", "#"), ("parts", &many)])) {
            input type="hidden" name="parts" value=(parts);
            p.hint data-said { (said(&places.to_string(), parts.max(1))) }
            p.hint data-wide hidden[!is_wide] { (page.text("sms-wide")) }
            p.hint { (page.language.text_with("sms-most", &[("most", &MOST_PARTS.to_string())])) }
        }
    }
}

/// The length of a text as it is sent. Browsers send line ends as two characters and count them as one.
fn of(text: &str) -> Length {
    length(&text.trim().replace("\r\n", "\n"))
}

/// The reason for which an answer is shown again before it is sent: it is more than one text message, and its writer has not
/// seen of how many.
pub fn unshown(contact: &Contact, text: &str, shown: &str) -> Option<&'static str> {
    let parts = of(text).parts;
    let is_unshown = is_answered_by(contact) && parts > 1 && shown != parts.to_string();
    is_unshown.then_some("wrong-sms-parts")
}
