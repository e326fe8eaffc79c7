//! A command on its way: what is asked of a contact, and the events that follow when it is decided.

use operations::contacts::{self, Code, Command, Contact, Event};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Trouble, Who};
use crate::event::{NewEvent, Personal};
use crate::log::Reader;
use crate::new_id;
use crate::view::{self, CONTACT, CONVERSATION, stream};

/// The class of what is written in contacts: what a retention period or an erasure ends at once.
pub const CLASS: &str = "contact";

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
    pub text: Option<String>,
    pub who: Who,
    pub scope: String,
    pub key: String,
    pub request: [u8; 32],
    pub now: i64,
    /// Stream of the code that is issued with it.
    pub resumed: Option<String>,
    /// The contact as it was known when it was asked.
    pub known: Option<Contact>,
    /// The professional who answered it last still works there.
    pub here: bool,
    /// Its resident was erased: what is written from now on is of nobody but this contact.
    pub forgotten: bool,
}

impl Asked {
    /// The events that follow, and the number of the message among them.
    pub fn decide(&self, reader: &mut Reader<'_>) -> std::result::Result<(Vec<NewEvent>, Option<u64>), Trouble> {
        let known = self.known.as_ref().map_or((0, 0), |contact| (contact.history, contact.conversation));
        let own = reader.after(&stream(CONTACT, self.contact), known.0)?;
        let conversation = reader.after(&stream(CONVERSATION, self.contact), known.1)?;
        let contact = view::fold(self.known.clone(), &[own, conversation])?;
        if contact.is_none() && !matches!(self.command, Command::Open { .. }) {
            return Err(Trouble::NotFound);
        }
        let context = contacts::Context { now: self.now, by: self.who.by(), leads: self.who.leads, here: self.here };
        let events = contacts::decide(contact.as_ref(), &self.command, &context).map_err(Trouble::Refused)?;
        let named = match (&contact, &self.command) {
            (Some(contact), _) => contact.subject.as_str(),
            (None, Command::Open { subject, .. }) => subject,
            (None, _) => "",
        };
        // Without a token of their own, a person is known by the contact alone.
        let subject = match named {
            "" => self.contact,
            _ if self.forgotten => self.contact,
            token => token.parse().map_err(|_| Trouble::Broken("a resident's token is no UUID".into()))?,
        };
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
        // The writer's own name for a message can say who writes: it is sealed with the text.
        let (event, name) = match event {
            Event::Written { author, client_id } => (&Event::written(*author), Some(client_id.as_str())),
            other => (other, None),
        };
        let (kind, data) = event.encode();
        let category = if event.in_conversation() { CONVERSATION } else { CONTACT };
        let is_with_text = matches!(event, Event::Written { .. } | Event::Transferred { .. });
        let text = self.text.as_ref().filter(|_| is_with_text);
        let personal = text.map(|text| {
            let text = name.map_or_else(|| text.clone(), |name| named(name, text));
            Personal { subject, class: CLASS.into(), text: text.into_bytes() }
        });
        NewEvent {
            id: new_id(self.now),
            stream: stream(category, self.contact),
            kind,
            schema: Event::SCHEMA,
            occurred: self.now,
            data,
            personal,
            closes: false,
        }
    }
}

/// A message as it is sealed: its writer's own name for it, which has no line end, and the text.
fn named(name: &str, text: &str) -> String {
    format!("{name}\n{text}")
}

/// The name and the text of a message that was sealed.
pub fn unnamed(sealed: &str) -> (&str, &str) {
    sealed.split_once('\n').unwrap_or(("", sealed))
}

/// Digest of what is asked, the same for a repetition.
pub fn request(command: &Command, text: Option<&str>) -> [u8; 32] {
    digest(&[verb(command), text.unwrap_or_default(), &detail(command)])
}

/// The request, whatever the asker had seen: a repetition may have seen more.
fn verb(command: &Command) -> &'static str {
    match command {
        Command::Open { .. } => "open",
        Command::Claim => "claim",
        Command::Assign { .. } => "assign",
        Command::Release => "release",
        Command::Write { .. } => "write",
        Command::Ask { .. } => "ask",
        Command::Transfer { .. } => "transfer",
        Command::Resolve { .. } => "resolve",
        Command::Finish { .. } => "finish",
        Command::Reopen => "reopen",
        Command::Close => "close",
    }
}

fn detail(command: &Command) -> String {
    match command {
        Command::Transfer { to, reason } => format!("{to}/{reason}"),
        Command::Assign { to } => to.clone(),
        Command::Resolve { outcome, .. } | Command::Finish { outcome, .. } => outcome.code().into(),
        _ => String::new(),
    }
}

pub fn digest(parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into()
}
