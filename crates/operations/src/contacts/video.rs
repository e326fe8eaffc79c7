//! A meeting by video in a contact: its owner opens and ends it, and it ends by itself after a time, or with the contact.
//!
//! It is one more way of the same contact. Where it fails, either side has it go on by telephone: a call is agreed on for now.

use matter::By;

use super::event::{Event, Shown};
use super::{Contact, On, Refusal, owned};

/// A meeting lasts so long at most: two hours, in microseconds.
pub const LASTS: i64 = 2 * 3_600 * 1_000_000;
/// When a meeting goes on by telephone, its call is made within so long: an hour, in microseconds.
const CALLED_WITHIN: i64 = 3_600 * 1_000_000;

impl Contact {
    /// Until when its owner and the resident may meet by video; none: no meeting is open.
    pub fn video_until(&self, now: i64) -> Option<i64> {
        let until = self.video?.saturating_add(LASTS);
        self.owner().filter(|_| now < until).map(|_| until)
    }
}

/// Opened by whoever has it. Opened again while it is open, it goes on as it was.
pub(super) fn open(contact: &Contact, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    owned(contact, on)?;
    match contact.video_until(on.now) {
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![Event::VideoOpened, Event::Shown(Shown::VideoOpened)]),
    }
}

pub(super) fn end(contact: &Contact, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    owned(contact, on)?;
    match contact.video_until(on.now) {
        Some(_) => Ok(vec![Event::VideoEnded, Event::Shown(Shown::VideoEnded)]),
        None => Ok(Vec::new()),
    }
}

/// Of either side, while the meeting is open.
pub(super) fn to_phone(contact: &Contact, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    if !matches!(on.by, By::Resident(_) | By::Acting { .. } | By::Holder) {
        owned(contact, on)?;
    }
    if contact.video_until(on.now).is_none() {
        return Err(Refusal::NotNow("no meeting by video is open"));
    }
    let agreed = Event::CallAgreed { from: on.now, to: on.now.saturating_add(CALLED_WITHIN), mark: None };
    Ok(vec![Event::VideoEnded, agreed, Event::Shown(Shown::CallAgreed)])
}

#[cfg(test)]
mod tests;
