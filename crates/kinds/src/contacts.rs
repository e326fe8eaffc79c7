//! Contacts as both sides see them: opened with a code for whoever has no name, and read with their words.

mod code;

use std::sync::Arc;

use matter::{By, Draft, PartId, Subject, Text, Trouble, Turn};
use operations::contacts::parts::{self, Goes};
use operations::contacts::{Author, Channel, Command, Contact, Event, File, Routed, Shown, Slot, opened};
use operations::organisation::Organisation;
use operations::telephony::{Call, Command::Join};
use store::{Asked, Done, Error, Filter, Happened, Result, new_id, request};
use uuid::Uuid;

use crate::Kinds;

pub use code::{CROCKFORD, read as code_of};

/// A contact's own stream, and that of its conversation.
const CONTACT: &str = "contact";
const CONVERSATION: &str = "conversation";
/// How long after the last message a code opens a contact: thirty days, in microseconds.
const CODE_LASTS: i64 = 30 * 86_400 * 1_000_000;
/// How long the same code is given to a person who asks again for the same: ten minutes, in microseconds.
const CODE_AGAIN: u64 = 10 * 60 * 1_000_000;
const MOST: usize = usize::MAX >> 1;

/// A contact as somebody asks to open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    /// The writer's own name for it: asked twice with the same, it is opened once.
    pub client_id: String,
    /// The place within which the name counts, where strangers might choose the same one; empty: everywhere. Stored nowhere.
    pub among: String,
    pub channel: Channel,
    pub service: String,
    pub language: String,
    pub unit: String,
    /// The queue of that unit; none: the one that each has without a part.
    pub queue: Option<PartId>,
    pub anonymous: bool,
    /// None: of nobody but this contact.
    pub subject: Option<Subject>,
    /// Why it comes there, and by which clocks; none: by no rule.
    pub routed: Option<Box<Routed>>,
    pub text: String,
}

impl NewContact {
    /// The name under which it is opened once.
    fn key(&self) -> String {
        if self.among.is_empty() { self.client_id.clone() } else { format!("{}\n{}", self.client_id, self.among) }
    }

    /// As a professional writes it down, who has it from then on.
    pub(crate) fn logged(&self) -> Command {
        Command::Log {
            channel: self.channel,
            service: self.service.clone(),
            language: self.language.clone(),
            unit: self.unit.as_str().into(),
            queue: self.queue.clone(),
            subject: self.subject,
            routed: self.routed.clone(),
            client_id: self.client_id.clone(),
            text: Text(self.text.clone()),
        }
    }

    fn command(&self) -> Command {
        Command::Open {
            channel: self.channel,
            service: self.service.clone(),
            language: self.language.clone(),
            unit: self.unit.as_str().into(),
            queue: self.queue.clone(),
            anonymous: self.anonymous,
            subject: self.subject,
            routed: self.routed.clone(),
            client_id: self.client_id.clone(),
            text: Text(self.text.clone()),
        }
    }
}

/// A chat or a call that begins with a contact, beside its first message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Begins {
    #[default]
    Nothing,
    /// A chat, staffed until an instant, with its greeting.
    Chat { until: i64, greeting: String },
    /// A call to a number.
    Call { slot: Slot, number: String },
}

impl Begins {
    fn command(&self, mark: impl Fn(&str) -> String) -> Option<Command> {
        match self {
            Begins::Nothing => None,
            Begins::Chat { until, greeting } => Some(Command::Greet { until: *until, text: Text(greeting.clone()) }),
            Begins::Call { slot, number } => {
                Some(Command::CallMe { slot: *slot, number: Some(Text(number.clone())), mark: Some(mark(number)) })
            }
        }
    }
}

/// A contact that was opened, now or when it was asked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub contact: Uuid,
    /// For a writer without a name; it stands nowhere else.
    pub code: Option<String>,
    pub again: bool,
}

/// A message or a change of state, as both sides see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub seq: u64,
    /// Place in the log.
    pub pos: u64,
    /// Microseconds since 1970.
    pub at: i64,
    /// The one who wrote or did it, as the log names them.
    pub by: String,
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
    /// The name is none when it was erased; so are its bytes then.
    File {
        author: Author,
        file: File,
        name: Option<String>,
    },
}

impl Kinds {
    /// Opens a contact with its first message.
    pub async fn open_contact(&self, new: NewContact, by: &By) -> std::result::Result<Opened, Trouble> {
        self.open_contact_with(new, &Begins::Nothing, by).await
    }

    /// The same with what begins with it: both, or neither. Asked again it is opened once, whatever begins by then.
    pub async fn open_contact_with(
        &self,
        new: NewContact,
        begins: &Begins,
        by: &By,
    ) -> std::result::Result<Opened, Trouble> {
        match self.opened(&new, begins, by).await {
            // A person who was erased and writes again is nobody whom the county knows.
            Err(Trouble::Refused(refused)) if refused.is_of_erased() => {
                self.opened(&NewContact { anonymous: true, subject: None, ..new }, begins, by).await
            }
            opened => opened,
        }
    }

    async fn opened(&self, new: &NewContact, begins: &Begins, by: &By) -> std::result::Result<Opened, Trouble> {
        let (now, key, command) = (self.store.now(), new.key(), new.command());
        let begins = begins.command(|number| self.mark_of(number));
        let request = request::<Contact>(&command);
        // The code follows from what was asked, so that a person who did not get the answer gets the same one again.
        let code = new.anonymous.then(|| code::code(&self.codes, &key, &request));
        let resumed = code.as_deref().map(|code| code::stream(&self.codes, code));
        let contact = new_id(now);
        let flow = move |turn: &mut Turn<'_>| {
            turn.decide::<Contact>(contact, &command, &Organisation::default())?;
            if let Some(begins) = &begins {
                turn.decide::<Contact>(contact, begins, &Organisation::default())?;
            }
            if let Some(stream) = resumed.clone() {
                let data = serde_json::json!({ "contact": contact.to_string() }).to_string();
                turn.add(Draft { stream, kind: "resume.issued".into(), schema: 1, data, text: None });
            }
            Ok(())
        };
        let asked = Asked { scope: format!("open/{}", by.name()), key, request, seen: 0 };
        let done = self.store.turn(by, asked, flow).await?;
        let contact = done.first(CONTACT).map_or(contact, |(id, _)| id);
        // A writer who did not get the answer asks again soon; a later asker is somebody who has read the text and
        // guesses the name. The log's own time does not serve, since a clock that was once ahead has moved it for
        // everybody.
        let is_soon = !done.again || now.abs_diff(done.at) < CODE_AGAIN;
        Ok(Opened { contact, code: code.filter(|_| is_soon), again: done.again })
    }

    /// Writes down a contact of somebody who called, came or sent paper, as a professional's own; gives its id.
    pub async fn log_contact(&self, new: &NewContact, by: &By) -> std::result::Result<Uuid, Trouble> {
        let command = new.logged();
        // A call of which the exchange has told is that contact.
        let subject = new.subject;
        let call = if new.channel == Channel::Phone { self.answered_call(&new.unit) } else { None };
        let (contact, request) = (new_id(self.store.now()), request::<Contact>(&command));
        let asked = Asked { scope: format!("log/{}", by.name()), key: new.key(), request, seen: 0 };
        let flow = move |turn: &mut Turn<'_>| {
            if let Some(call) = call {
                // A colleague may have written it down meanwhile.
                if turn.read::<Call>(call)?.is_some_and(|it| it.contact.is_none()) {
                    turn.decide::<Contact>(call, &command, &Organisation::default())?;
                    return turn.decide::<Call>(call, &Join { contact: call, subject }, &());
                }
            }
            turn.decide::<Contact>(contact, &command, &Organisation::default())
        };
        let done = self.store.turn(by, asked, flow).await?;
        Ok(done.first(CONTACT).map_or(contact, |(id, _)| id))
    }

    /// Gives a part of a contact to a queue, as a contact of its own.
    pub async fn split_contact(
        &self,
        (id, contact, seen): (Uuid, &Contact, u64),
        goes: Goes,
        by: &By,
        key: &str,
    ) -> std::result::Result<(), Trouble> {
        let (now, part) = (self.store.now(), new_id(self.store.now()));
        let request = request::<Contact>(&goes.asked((id, contact), now));
        let asked = Asked { scope: format!("split/{}", by.name()), key: format!("{id}/{key}"), request, seen };
        self.store.turn(by, asked, move |turn| parts::split_off(turn, (id, part), &goes)).await.map(drop)
    }

    /// A contact and its parts as they stand, but those that were taken back: the whole first, then the oldest. Of a part alone
    /// this is the part.
    pub async fn with_parts(&self, id: Uuid, contact: &Arc<Contact>) -> Result<Vec<(Uuid, Arc<Contact>)>> {
        let mut all = vec![(id, Arc::clone(contact))];
        for part in contact.parts.keys() {
            all.extend(self.contacts.read(*part).await?.map(|it| (*part, it)));
        }
        Ok(all)
    }

    /// Whether this very contact was opened already.
    pub async fn was_opened(&self, new: &NewContact, by: &By) -> Result<bool> {
        let request = request::<Contact>(&new.command());
        self.store.log().was_done(&format!("open/{}", by.name()), &new.key(), request).await
    }

    /// The part of a contact that both sides see, after a number and at most so much.
    pub async fn conversation(&self, id: Uuid, after: u64, most: usize) -> Result<Vec<Item>> {
        self.contacts.happened(id, CONVERSATION, after, most).await?.into_iter().map(item).collect()
    }

    /// Number of the event of a conversation that stands at a place of the log; 0: another event stands there, or none.
    pub async fn seq_at(&self, id: Uuid, pos: u64) -> Result<u64> {
        let page = self.store.log().read_all(pos.saturating_sub(1), Filter::default(), 1).await?;
        let stream = matter::stream(CONVERSATION, id);
        let found = page.events.first().filter(|event| event.pos == pos && event.stream == stream);
        Ok(found.map_or(0, |event| event.version))
    }

    /// Everything that happened to a contact, as professionals see it: beside a transfer stands its note to colleagues.
    pub async fn history(&self, id: Uuid) -> Result<Vec<Happened<Event>>> {
        self.contacts.happened(id, CONTACT, 0, MOST).await
    }

    /// The text that is sealed beside an event of a matter, by the category of its stream and its number there; none: it was
    /// erased, or there was none.
    pub async fn words(&self, id: Uuid, category: &str, version: u64) -> Result<Option<String>> {
        let stream = matter::stream(category, id);
        let read = self.store.log().read_opened(&stream, version.saturating_sub(1), 1).await?;
        let text = read.into_iter().find(|(event, _)| event.version == version).and_then(|(_, text)| text);
        let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
        // A message has its writer's own name for it before its words.
        Ok(text.map(|text| if category == CONVERSATION { opened(&text).1.into() } else { text }))
    }

    /// The contact that a code opens; none: it opens nothing, or no more.
    pub async fn by_code(&self, code: &str) -> Result<Option<Uuid>> {
        let Some(code) = code::read(code) else { return Ok(None) };
        let issued = self.store.log().read_stream(&code::stream(&self.codes, &code), 0, 1).await?;
        let data = issued.first().and_then(|event| serde_json::from_str::<serde_json::Value>(&event.data).ok());
        let Some(id) = data.and_then(|data| data["contact"].as_str()?.parse().ok()) else { return Ok(None) };
        let Some(contact) = self.contacts.read(id).await? else { return Ok(None) };
        let all = self.with_parts(id, &contact).await?;
        let written_at = all.iter().map(|(_, it)| it.written_at).max().unwrap_or_default();
        // A writer who has proven who they are comes back by that: others may know the code.
        let opens = contact.anonymous && self.store.now() < written_at.saturating_add(CODE_LASTS);
        Ok(opens.then_some(id))
    }
}

/// Number of the first event that was written in a conversation: that of the message, where there is one.
pub fn written(done: &Done) -> Option<u64> {
    done.first(CONVERSATION).map(|(_, version)| version)
}

fn item(happened: Happened<Event>) -> Result<Item> {
    let Happened { pos, version: seq, at, by, event, text } = happened;
    let what = match event {
        Event::Written { author, .. } => {
            let (client_id, text) = text.as_deref().map(opened).unzip();
            What::Message { author, client_id: client_id.map(Into::into), text: text.map(Into::into) }
        }
        Event::Attached { author, file } => {
            What::File { author, file, name: text.as_deref().map(|text| opened(text).1.into()) }
        }
        Event::Shown(shown) => What::State(shown),
        other => return Err(Error::new(format!("event {pos} is no part of a conversation: {other:?}"))),
    };
    Ok(Item { seq, pos, at, by, what })
}
