//! Events as they are handed in and as they stand in the log.

use std::fmt;

use uuid::Uuid;

use crate::log::Reader;

/// Bytes of one event's data, and of its sealed part.
pub const MOST_BYTES: usize = 1 << 20;
/// Events of one append.
const MOST_EVENTS: usize = 1000;
/// Characters of a stream's name, a type, a scope or a key.
const MOST_NAME: usize = 200;

/// Kind of the event that says that the time was over for which a class of content is kept.
pub const EXPIRED: &str = "class.expired";

/// An event to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Unique in the log; UUIDv7 by custom, never ordered by.
    pub id: Uuid,
    /// `category/name`.
    pub stream: String,
    /// `noun.past_tense`.
    pub kind: String,
    /// Version of the kind's data.
    pub schema: u32,
    /// When it happened, in microseconds since 1970; when it was recorded is the log's to say.
    pub occurred: i64,
    /// Codes, times and ids, as JSON; stored byte for byte.
    pub data: String,
    pub personal: Option<Personal>,
    /// The last event of its stream.
    pub closes: bool,
}

/// Content about one person, to be sealed: text, names, contact details.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal {
    /// A random token of the person, never a personal identity code.
    pub subject: Uuid,
    /// The class of content that is kept and erased together, such as `contact`.
    pub class: String,
    pub text: Vec<u8>,
}

impl fmt::Debug for Personal {
    /// Never the text.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Personal {{ class: {}, {} bytes }}", self.class, self.text.len())
    }
}

/// The one who appends, for whom and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    pub actor: String,
    pub unit: String,
    pub purpose: String,
    /// Id that the events of one request share.
    pub correlation: Uuid,
    /// Place of the event that brought this about.
    pub cause: Option<u64>,
}

/// Where a stream must stand for an append to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    NoStream,
    Exists,
    /// At this version, counted from 1.
    At(u64),
}

/// Events that are appended all together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// With `key` it names the command: the same again gives the same places.
    pub scope: String,
    pub key: String,
    /// Digest of what was asked for; the same key with another is refused.
    pub request: [u8; 32],
    pub expects: Vec<(String, Expect)>,
    pub events: Vec<NewEvent>,
    pub context: Context,
}

/// A command that is decided under the lock of the head: nothing can change between what is read and what is written.
pub struct Command {
    /// As of [`Append`].
    pub scope: String,
    pub key: String,
    pub request: [u8; 32],
    pub context: Context,
    /// The events that follow; none: it is refused. It may be asked more than once and must only read.
    pub decide: Box<Decide>,
}

/// Decides events from what it reads.
pub type Decide = dyn Fn(&mut Reader<'_>) -> Option<Vec<NewEvent>> + Send;

impl Append {
    /// Refuses events that could never be appended.
    pub(crate) fn check(&self) -> Result<(), AppendError> {
        let invalid = |what: &str| Err(AppendError::Invalid(what.to_string()));
        let names = self.events.iter().flat_map(|event| [&event.stream, &event.kind]);
        let expected = self.expects.iter().map(|(stream, _)| stream);
        let classes = self.events.iter().filter_map(|event| Some(&event.personal.as_ref()?.class));
        for name in names.chain(expected).chain(classes).chain([&self.scope, &self.key]) {
            if name.is_empty() || name.chars().count() > MOST_NAME || name.contains('\0') {
                return invalid("names have 1 to 200 characters");
            }
        }
        if self.events.len() > MOST_EVENTS {
            return invalid("an append has at most 1,000 events");
        }
        for event in &self.events {
            if jiff::Timestamp::from_microsecond(event.occurred).is_err() {
                return invalid("the time of an event is out of range");
            }
            let personal = event.personal.as_ref().map_or(0, |personal| personal.text.len());
            if event.data.len() > MOST_BYTES || personal > MOST_BYTES {
                return invalid("an event has at most 1 MiB");
            }
            // PostgreSQL keeps no text with this character, and one log must take what the other takes.
            if event.data.contains('\0') {
                return invalid("the data has a NUL character");
            }
            if event.schema > i32::MAX as u32 {
                return invalid("the schema is out of range");
            }
        }
        let context = &self.context;
        if [&context.actor, &context.unit, &context.purpose].iter().any(|it| it.contains('\0') || it.len() > MOST_NAME)
        {
            return invalid("actor, unit and purpose have at most 200 bytes");
        }
        Ok(())
    }
}

/// Where an append stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// One more than `last` where nothing had to be written.
    pub first: u64,
    pub last: u64,
    /// In microseconds since 1970; never before that of an earlier event.
    pub recorded: i64,
    /// When what was asked happened, in microseconds since 1970, by the asker's clock.
    pub occurred: i64,
    /// Stream and version of every event.
    pub wrote: Vec<(String, u64)>,
    /// It stood there already: the command was carried out before.
    pub again: bool,
}

/// Why an append was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppendError {
    /// A stream does not stand where it was expected; nothing was appended.
    Conflict { stream: String, expected: Expect, actual: u64 },
    /// The stream has ended.
    Closed { stream: String },
    /// The command was decided, and is refused.
    Refused,
    /// The key was used for another request.
    KeyReused,
    /// It could never be appended.
    Invalid(String),
    /// Too much waits to be written; try again.
    Overloaded,
    /// The disk is full; nothing was appended.
    Full,
    /// The log may only be read.
    ReadOnly,
    /// The connection was lost while appending: ask again with the same key.
    Unknown,
    /// The personal content could not be sealed; nothing was appended.
    Unsealed(String),
    /// The content is of somebody who was erased, and gets no key again; nothing was appended.
    Erased(Uuid),
    /// The rule that was to decide has failed; nothing was appended, and nothing else was harmed.
    Broken(String),
    /// Whether it was appended is not known, and the log can take no more until the process has started anew.
    Fatal(String),
}

impl fmt::Display for AppendError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppendError::Conflict { stream, expected, actual } => {
                write!(out, "{stream} is at version {actual}, expected {expected:?}")
            }
            AppendError::Closed { stream } => write!(out, "{stream} has ended"),
            AppendError::Refused => out.write_str("the command is refused"),
            AppendError::KeyReused => out.write_str("the key was used for another request"),
            AppendError::Invalid(what) => out.write_str(what),
            AppendError::Overloaded => out.write_str("too much waits to be written"),
            AppendError::Full => out.write_str("the disk is full"),
            AppendError::ReadOnly => out.write_str("the log may only be read"),
            AppendError::Unknown => out.write_str("the connection was lost: ask again with the same key"),
            AppendError::Unsealed(what) => write!(out, "personal content could not be sealed: {what}"),
            AppendError::Erased(subject) => write!(out, "{subject} was erased, and nothing more is kept of them"),
            AppendError::Broken(what) => out.write_str(what),
            AppendError::Fatal(what) => write!(out, "the log has stopped: {what}"),
        }
    }
}

impl std::error::Error for AppendError {}

/// Personal content as it stands in the log: unreadable without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub subject: Uuid,
    pub key: Uuid,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Place in the log: 1, 2, 3 without a gap.
    pub pos: u64,
    pub id: Uuid,
    pub stream: String,
    /// Place in the stream: 1, 2, 3 without a gap.
    pub version: u64,
    pub kind: String,
    pub schema: u32,
    pub occurred: i64,
    pub recorded: i64,
    pub context: Context,
    pub data: String,
    pub sealed: Option<Sealed>,
    /// The last event of its stream.
    pub closes: bool,
    /// Digest of the command that brought it, on the first event of each: what was asked is a part of the proof.
    pub command: Option<[u8; 32]>,
    /// SHA-256 of everything above.
    pub digest: [u8; 32],
    /// SHA-256 of the chain before and the digest.
    pub chain: [u8; 32],
}

impl Recorded {
    /// The event as matters read it.
    pub fn stored(&self) -> matter::Stored {
        let Recorded { pos, version, schema, occurred: at, .. } = *self;
        matter::Stored { pos, version, kind: self.kind.clone(), schema, at, data: self.data.clone() }
    }
}
