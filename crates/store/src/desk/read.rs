//! Reading a contact: how it stands, the words of both sides, the course of events.

use matter::{Subject, stream};
use operations::contacts::{Author, Contact, Event, Shown, opened};
use uuid::Uuid;

use super::{CODE_LASTS, Desk, code};
use crate::event::Recorded;
use crate::log::Filter;
use crate::view::{self, CONTACT, CONVERSATION, decode};
use crate::{Error, Result};

/// A message or a change of state, as both sides see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub seq: u64,
    /// Place in the log.
    pub pos: u64,
    /// Microseconds since 1970.
    pub at: i64,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The text is none when it was erased.
    Message {
        author: Author,
        /// None when the text was erased.
        client_id: Option<String>,
        text: Option<String>,
    },
    State(Shown),
}

/// Something in a contact's own stream, as professionals see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub at: i64,
    /// Id of the person who did it.
    pub by: String,
    pub event: Event,
    /// The note that was handed over with it.
    pub note: Option<String>,
}

impl Desk {
    /// A contact as it stands; none: there is none.
    pub async fn contact(&self, id: Uuid) -> Result<Option<Contact>> {
        if let Some(contact) = self.view().contact(id) {
            return Ok(Some(contact.clone()));
        }
        self.stored_contact(id).await
    }

    /// The same from the log, also of one that is open and in memory.
    pub async fn stored_contact(&self, id: Uuid) -> Result<Option<Contact>> {
        let own = self.0.log.read_stream(&stream(CONTACT, id), 0, usize::MAX >> 1).await?;
        let conversation = self.0.log.read_stream(&stream(CONVERSATION, id), 0, usize::MAX >> 1).await?;
        view::fold(None, own.iter().chain(&conversation))
    }

    /// A contact with the instant of its last change, each later than the one before; none: there is none.
    pub async fn dated(&self, id: Uuid) -> Result<Option<(Contact, i64)>> {
        let own = self.0.log.read_stream(&stream(CONTACT, id), 0, usize::MAX >> 1).await?;
        let conversation = self.0.log.read_stream(&stream(CONVERSATION, id), 0, usize::MAX >> 1).await?;
        let mut times: Vec<(u64, i64)> = own.iter().chain(&conversation).map(|it| (it.pos, it.occurred)).collect();
        times.sort_unstable();
        // Events of one append have one time; rows made from them one after another must not. By when it happened, not by
        // the log's own time, which a clock that was ahead once has moved for everybody.
        let dated = times.iter().fold(i64::MIN, |last, (_, occurred)| (*occurred).max(last.saturating_add(1)));
        Ok(view::fold(None, own.iter().chain(&conversation))?.map(|contact| (contact, dated)))
    }

    /// Whether a person was erased.
    pub async fn is_erased(&self, subject: Subject) -> Result<bool> {
        Ok(!self.0.log.read_stream(&format!("subject/{subject}"), 0, 1).await?.is_empty())
    }

    /// The part of a contact that both sides see, after a number and at most so much.
    pub async fn conversation(&self, id: Uuid, after: u64, most: usize) -> Result<Vec<Item>> {
        let events = self.0.log.read_opened(&stream(CONVERSATION, id), after, most).await?;
        events.into_iter().map(|(event, text)| item(&event, text)).collect()
    }

    /// Number of the event of a conversation that stands at a place of the log; 0: another event stands there, or none.
    pub async fn seq_at(&self, id: Uuid, pos: u64) -> Result<u64> {
        let page = self.0.log.read_all(pos.saturating_sub(1), Filter::default(), 1).await?;
        let found = page.events.first().filter(|event| event.pos == pos && event.stream == stream(CONVERSATION, id));
        Ok(found.map_or(0, |event| event.version))
    }

    /// Everything that happened to a contact, as professionals see it.
    pub async fn history(&self, id: Uuid) -> Result<Vec<Happened>> {
        let events = self.0.log.read_opened(&stream(CONTACT, id), 0, usize::MAX >> 1).await?;
        let happened = |(event, note): (Recorded, Option<Vec<u8>>)| {
            let decoded = decode::<Contact>(&event)?;
            Ok(Happened { at: event.occurred, by: event.context.actor, event: decoded, note: note.map(text) })
        };
        events.into_iter().map(happened).collect()
    }

    /// The text of a message, by its number; none: it was erased, or no message stands there.
    pub async fn message(&self, id: Uuid, seq: u64) -> Result<Option<String>> {
        let items = self.conversation(id, seq.saturating_sub(1), 1).await?;
        Ok(items.into_iter().find(|item| item.seq == seq).and_then(|item| match item.what {
            What::Message { text, .. } => text,
            What::State(_) => None,
        }))
    }

    /// The note to colleagues with which a contact was handed over, by the number of that event.
    pub async fn note(&self, id: Uuid, seq: u64) -> Result<Option<String>> {
        let events = self.0.log.read_opened(&stream(CONTACT, id), seq.saturating_sub(1), 1).await?;
        Ok(events.into_iter().find(|(event, _)| event.version == seq).and_then(|(_, note)| note.map(text)))
    }

    /// The contact that a code opens; none: it opens nothing, or no more.
    pub async fn by_code(&self, code: &str) -> Result<Option<Uuid>> {
        let Some(code) = code::read(code) else { return Ok(None) };
        let issued = self.0.log.read_stream(&code::stream(&self.0.codes, &code), 0, 1).await?;
        let data = issued.first().and_then(|event| serde_json::from_str::<serde_json::Value>(&event.data).ok());
        let Some(id) = data.and_then(|data| data["contact"].as_str()?.parse().ok()) else { return Ok(None) };
        let contact = self.contact(id).await?;
        let now = self.now();
        Ok(contact.filter(|contact| now < contact.written_at.saturating_add(CODE_LASTS)).map(|_| id))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn item(event: &Recorded, sealed: Option<Vec<u8>>) -> Result<Item> {
    let what = match decode::<Contact>(event)? {
        Event::Written { author, .. } => {
            let message = sealed.map(text);
            let (client_id, text) = message.as_deref().map(opened).unzip();
            What::Message { author, client_id: client_id.map(Into::into), text: text.map(Into::into) }
        }
        Event::Shown(shown) => What::State(shown),
        other => return Err(Error::new(format!("event {} is no part of a conversation: {other:?}", event.pos))),
    };
    Ok(Item { seq: event.version, pos: event.pos, at: event.occurred, what })
}
