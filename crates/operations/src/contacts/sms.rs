//! Text messages: a contact whose writer is answered at the number from which they wrote, and the length of an answer.
//!
//! A number tells nobody who writes: phones are lent and numbers change hands. Such a writer stays without a name, the number
//! is sealed beside one event, and after a while of silence the same number is a new contact.

use facts::holds_identity_code;
use matter::Text;

use super::event::Event;
use super::{Contact, On, Place, Refusal, write};
use crate::dispatches::Means;

/// So long after the last word a message from the same number belongs to the open contact: thirty days, in microseconds.
/// Our own assumption; a contact that was resolved is taken up again for as long as every other is.
pub const SAME_WITHIN: i64 = 30 * 86_400 * 1_000_000;
/// Text messages into which one answer may be cut. Our own assumption: a longer one is no answer for a small screen.
pub const MOST_PARTS: usize = 6;

/// Signs of the usual alphabet of text messages, one place each; and those that take two (3GPP TS 23.038 § 6.2.1).
const USUAL: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const DOUBLE: &str = "^{}\\[~]|€";

/// The length of an answer as text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Places that it takes.
    pub places: usize,
    /// Text messages into which it is cut.
    pub parts: usize,
    /// A sign in it is not of the usual alphabet, which makes each message shorter.
    pub is_wide: bool,
}

/// The length of a text: 160 places in one message and 153 in each of several; 70 and 67 where a sign is not of the usual
/// alphabet (3GPP TS 23.040 § 9.2.3.24.1). A sign is never cut in two.
pub fn length(text: &str) -> Length {
    let is_wide = !text.chars().all(|it| USUAL.contains(it) || DOUBLE.contains(it));
    let (one, each) = if is_wide { (70, 67) } else { (160, 153) };
    let place = |it: char| if is_wide { it.len_utf16() } else { 1 + usize::from(DOUBLE.contains(it)) };
    let places = text.chars().map(place).sum();
    let (mut parts, mut left) = (usize::from(!text.is_empty()), each);
    for takes in text.chars().map(place).filter(|_| places > one) {
        if takes > left {
            (parts, left) = (parts + 1, each);
        }
        left -= takes;
    }
    Length { places, parts, is_wide }
}

/// Whether an answer can go: not too long, and without an identity code, for others may see the screen.
pub(super) fn goes(contact: &Contact, text: &str) -> Result<(), Refusal> {
    match contact.answers_go {
        Some(Means::Sms) if contact.is_stopped => Err(Refusal::Stopped),
        Some(Means::Sms) if length(text).parts > MOST_PARTS => Err(Refusal::TooLong),
        Some(Means::Sms) if holds_identity_code(text) => Err(Refusal::IdentityCode),
        _ => Ok(()),
    }
}

/// The writer is answered by these means, at an address that is sealed beside it; said once, as the contact is opened.
pub(super) fn answer_by(contact: &Contact, means: Means) -> Result<Vec<Event>, Refusal> {
    match contact.answers_go {
        None if contact.history == 1 => Ok(vec![Event::AnswersGo { by: means }]),
        Some(before) if before == means => Ok(Vec::new()),
        _ => Err(Refusal::NotNow("how its writer is answered is said when it is opened")),
    }
}

/// The writer wants no more messages: nothing is sent until they write again. The one who has the contact reads it as any
/// other message; a contact that was resolved stays so.
pub(super) fn stop(contact: &Contact, text: &Text, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    match (contact.answers_go, &contact.place) {
        (Some(_), Place::Resolved { .. }) if contact.takes(on.now) => Ok(vec![Event::Stopped]),
        (Some(_), _) if contact.takes(on.now) => {
            Ok(write(contact, text, on)?.into_iter().chain([Event::Stopped]).collect())
        }
        _ => Err(Refusal::NotNow("nothing is sent")),
    }
}

impl Contact {
    /// Whether another message from the same number belongs to it.
    pub fn takes(&self, now: i64) -> bool {
        match self.place {
            Place::Queued | Place::Owned { .. } | Place::Waiting { .. } => {
                now < self.written_at.saturating_add(SAME_WITHIN)
            }
            Place::Resolved { .. } => self.reopens_until().is_some_and(|until| now < until),
            Place::Closed => false,
        }
    }
}

#[cfg(test)]
mod tests;
