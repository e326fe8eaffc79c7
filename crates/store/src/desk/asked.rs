//! A command on its way: what is asked of a contact, and the events that follow when it is decided.

use std::sync::Arc;

use calendar::Calendar;
use matter::{Matter, Occasion, encode, stream};
use operations::contacts::{Code, Command, Contact, Event};
use operations::organisation::Organisation;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Trouble, Who};
use crate::event::{NewEvent, Personal};
use crate::log::Reader;
use crate::new_id;
use crate::view::{self, CONTACT, CONVERSATION};

/// The class of what is written in contacts: what a retention period or an erasure ends at once.
pub const CLASS: &str = Contact::CLASS;

/// The outcome of deciding a command.
#[derive(Default)]
pub struct Outcome {
    pub seq: Option<u64>,
    pub trouble: Option<Trouble>,
}

/// A command on its way to be decided.
#[derive(Clone)]
pub struct Asked {
    pub contact: Uuid,
    pub command: Command,
    /// The number of the last message that the asker had before the eyes.
    pub seen: u64,
    pub who: Who,
    pub scope: String,
    pub key: String,
    pub request: [u8; 32],
    pub now: i64,
    /// Stream of the code that is issued with it.
    pub resumed: Option<String>,
    /// The contact as it was known when it was asked.
    pub known: Option<Contact>,
    pub organisation: Arc<Organisation>,
    /// Its resident was erased: what is written from now on is of nobody but this contact.
    pub forgotten: bool,
}

impl Asked {
    /// The events that follow, and the number of the message among them.
    pub fn decide(&self, reader: &mut Reader<'_>) -> std::result::Result<(Vec<NewEvent>, Option<u64>), Trouble> {
        let known = self.known.as_ref().map_or((0, 0), |contact| (contact.history, contact.conversation));
        let own = reader.after(&stream(CONTACT, self.contact), known.0)?;
        let conversation = reader.after(&stream(CONVERSATION, self.contact), known.1)?;
        let contact = view::fold(self.known.clone(), own.iter().chain(&conversation))?;
        if contact.is_none() && !matches!(self.command, Command::Open { .. }) {
            return Err(Trouble::NotFound);
        }
        let (by, seen, rules) = (self.who.by(), self.seen, &*self.organisation);
        let on = Occasion { now: self.now, by: &by, seen, calendar: Calendar::shipped(), rules };
        let events = Contact::decide(contact.as_ref(), &self.command, &on).map_err(Trouble::Refused)?;
        let named = match (&contact, &self.command) {
            (Some(contact), _) => contact.subject,
            (None, Command::Open { subject, .. }) => *subject,
            (None, _) => None,
        };
        // Without a token of their own, a person is known by the contact alone.
        let subject = named.filter(|_| !self.forgotten).map_or(self.contact, |subject| subject.0);
        let mut new: Vec<NewEvent> = events.iter().map(|event| self.event(event, subject)).collect();
        if let Some(resumed) = &self.resumed {
            new.push(NewEvent {
                id: new_id(self.now),
                stream: resumed.clone(),
                kind: "resume.issued".into(),
                schema: 1,
                occurred: self.now,
                data: serde_json::json!({ "contact": self.contact.to_string() }).to_string(),
                personal: None,
                closes: false,
            });
        }
        let before = contact.as_ref().map_or(0, |contact| contact.conversation);
        let place = events.iter().filter(|event| event.in_conversation());
        let place = place.zip(before + 1..).find(|(event, _)| matches!(event, Event::Written { .. }));
        Ok((new, place.map(|(_, seq)| seq)))
    }

    fn event(&self, event: &Event, subject: Uuid) -> NewEvent {
        let (kind, data) = encode(event);
        let sealed = |text: matter::Text| Personal { subject, class: CLASS.into(), text: text.0.into_bytes() };
        NewEvent {
            id: new_id(self.now),
            stream: stream(Contact::STREAMS[Contact::stream_of(event)], self.contact),
            kind,
            schema: Contact::SCHEMA,
            occurred: self.now,
            data,
            personal: Contact::text(&self.command, event).map(sealed),
            closes: false,
        }
    }
}

/// Digest of what is asked, the same for a repetition, whatever its asker had seen: a repetition may have seen more. Every
/// field is named here, so that none that comes is left out in silence.
pub fn request(command: &Command) -> [u8; 32] {
    let nothing = String::new;
    let (verb, text, detail) = match command {
        // An opening is known by a digest of its own.
        Command::Open { .. } => ("open", None, nothing()),
        Command::Claim => ("claim", None, nothing()),
        Command::Assign { to } => ("assign", None, to.to_string()),
        Command::Release => ("release", None, nothing()),
        Command::Write { client_id: _, text } => ("write", Some(text), nothing()),
        Command::Ask { client_id: _, text } => ("ask", Some(text), nothing()),
        Command::Transfer { to, reason, note } => ("transfer", note.as_ref(), format!("{to}/{reason}")),
        Command::Resolve { outcome } => ("resolve", None, outcome.code().into()),
        Command::Finish { outcome, client_id: _, text } => ("finish", Some(text), outcome.code().into()),
        Command::Reopen => ("reopen", None, nothing()),
        Command::Close => ("close", None, nothing()),
    };
    digest(&[verb, text.map_or("", |text| &text.0), &detail])
}

pub fn digest(parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use operations::contacts::Outcome;

    use super::*;

    #[test]
    fn what_was_asked_before_an_update_is_known_again_after_it() {
        // These parts never change: a digest of them stands in the log, and tells a repetition from another request.
        let (client_id, outcome) = ("any name".to_string(), Outcome::Advised);
        let text = || "Hei".into();
        for (command, parts) in [
            (Command::Claim, ["claim", "", ""]),
            (Command::Assign { to: "nurse-2".into() }, ["assign", "", "nurse-2"]),
            (Command::Release, ["release", "", ""]),
            (Command::Write { client_id: client_id.clone(), text: text() }, ["write", "Hei", ""]),
            (Command::Ask { client_id: client_id.clone(), text: text() }, ["ask", "Hei", ""]),
            (
                Command::Transfer { to: "b".into(), reason: "capacity".into(), note: Some(text()) },
                ["transfer", "Hei", "b/capacity"],
            ),
            (Command::Resolve { outcome }, ["resolve", "", "advised"]),
            (Command::Finish { outcome, client_id, text: text() }, ["finish", "Hei", "advised"]),
            (Command::Reopen, ["reopen", "", ""]),
            (Command::Close, ["close", "", ""]),
        ] {
            assert_eq!(request(&command), digest(&parts), "{command:?}");
        }
    }
}
