//! Events of a contact, as they stand in the log for ever.

use facts::{Channel, OnBehalf, Outcome, Profession};
use matter::codec::{code, id};
use matter::{PartId, ProfessionalId, Subject, Text, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calls::{Daypart, Slot};
use super::files::File;
use super::parts::Stage;
use super::routing::Routed;
use crate::consultations::profession;
use crate::dispatches::Means;

/// Something that happened. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "contact.opened")]
    Opened {
        #[serde(with = "code")]
        channel: Channel,
        service: String,
        /// In which the resident wrote.
        language: String,
        /// The unit whose queue it came to first.
        unit: UnitId,
        /// The queue of that unit; none: the one that each has without a part.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<PartId>,
        anonymous: bool,
        /// The person under whose keys the texts are sealed; none: of nobody but this contact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        /// Why it came there, and by which clocks; none: by no rule, and by the law's clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        routed: Option<Box<Routed>>,
        /// The way in which somebody else wrote for that person; none: they wrote themselves, or nobody knows.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "on_behalf")]
        on_behalf: Option<OnBehalf>,
        /// The contact of which it is a part.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "some_id")]
        part_of: Option<Uuid>,
        /// Microseconds since 1970.
        at: i64,
    },
    /// A professional wrote down what the person said or sent; who spoke with the person has answered.
    #[serde(rename = "contact.logged")]
    Logged,
    /// A part of it goes to others, as a contact of its own.
    #[serde(rename = "contact.split")]
    Split {
        #[serde(with = "id")]
        part: Uuid,
    },
    /// A part of it has come so far; none: it was taken back.
    #[serde(rename = "contact.part")]
    Part {
        #[serde(with = "id")]
        part: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<Stage>,
    },
    /// The part was taken back before anybody had done anything with it.
    #[serde(rename = "contact.taken_back")]
    TakenBack,
    #[serde(rename = "contact.claimed")]
    Claimed { owner: ProfessionalId },
    /// Given to a professional: by the one who leads the unit, or because it was taken up again and they know it.
    #[serde(rename = "contact.assigned")]
    Assigned { owner: ProfessionalId },
    #[serde(rename = "contact.released")]
    Released,
    #[serde(rename = "contact.asked")]
    Asked,
    #[serde(rename = "contact.answered")]
    Answered,
    /// A note to colleagues, whose text is sealed beside it.
    #[serde(rename = "contact.noted")]
    Noted,
    /// A colleague is asked; the question is sealed beside it.
    #[serde(rename = "contact.consulted")]
    Consulted {
        #[serde(with = "id")]
        consultation: Uuid,
        unit: UnitId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<ProfessionalId>,
        #[serde(default, with = "profession")]
        profession: Option<Profession>,
    },
    /// The answer of a colleague, which is sealed beside it.
    #[serde(rename = "contact.advised")]
    Advised {
        #[serde(with = "id")]
        consultation: Uuid,
    },
    #[serde(rename = "contact.recalled")]
    Recalled {
        #[serde(with = "id")]
        consultation: Uuid,
    },
    #[serde(rename = "contact.transferred")]
    Transferred {
        from: UnitId,
        to: UnitId,
        /// The queue of the unit to which it went; none: the one that each has without a part.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<PartId>,
        reason: String,
    },
    #[serde(rename = "contact.resolved")]
    Resolved {
        #[serde(with = "code")]
        outcome: Outcome,
    },
    /// The last act is undone: it stands as it stood before it.
    #[serde(rename = "contact.undone")]
    Undone,
    #[serde(rename = "contact.reopened")]
    Reopened,
    #[serde(rename = "contact.closed")]
    Closed,
    /// A chat begins, staffed until then, in microseconds since 1970.
    #[serde(rename = "contact.greeted")]
    Greeted { until: i64 },
    /// The resident has left the chat.
    #[serde(rename = "contact.left")]
    Left,
    /// A chat goes on as messages.
    #[serde(rename = "contact.turned")]
    Turned,
    /// The resident has said how the chat was, from 1 to 5.
    #[serde(rename = "contact.rated")]
    Rated { rating: u8 },
    /// The person has asked by telephone to be called back, at an instant in microseconds since 1970.
    #[serde(rename = "contact.rang")]
    Rang { at: i64 },
    /// The resident is to be called between two instants; the number is sealed beside it, unless it is the one before.
    /// `mark`: a keyed digest of it, by which a call from that number is known.
    #[serde(rename = "contact.call_agreed")]
    CallAgreed {
        from: i64,
        to: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<String>,
    },
    /// A professional has called; `next`: when it is tried again. `at`: when it was, in microseconds since 1970, where the
    /// telephone exchange told of it later; none: when it was noted.
    #[serde(rename = "contact.called")]
    Called {
        reached: bool,
        part: Daypart,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Slot>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<i64>,
    },
    /// Its owner and the resident meet by video, until it is ended or its time is over.
    #[serde(rename = "contact.video_opened")]
    VideoOpened,
    #[serde(rename = "contact.video_ended")]
    VideoEnded,
    /// Its writer, who had given no name, has proven who they are.
    #[serde(rename = "contact.identified")]
    Identified { subject: Subject },
    /// Its writer is answered by these means, at an address that is sealed beside it; of a part, beside its whole.
    #[serde(rename = "contact.answers_go")]
    AnswersGo { by: Means },
    /// Its writer wants no more messages, until they write again.
    #[serde(rename = "contact.stopped")]
    Stopped,
    /// In the conversation's stream: a message, whose text is sealed beside it.
    #[serde(rename = "message.written")]
    Written {
        author: Author,
        /// The name by which the writer's program tells whether it was sent before. It can say who writes: what is written now
        /// has it sealed with the text.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        client_id: String,
    },
    /// In the conversation's stream: a file, whose name is sealed beside it as a message is.
    #[serde(rename = "message.attached")]
    Attached { author: Author, file: File },
    /// In the conversation's stream: what both sides see of how the contact stands.
    #[serde(rename = "conversation.shown")]
    Shown(Shown),
}

/// The author of a message, as both sides see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    Resident,
    Service,
    /// Nobody: the greeting of a chat, which is no answer.
    Automatic,
}

/// How a contact stands, as both sides see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    Received,
    Waiting,
    InWork,
    /// A part of it goes to others, too.
    Split,
    /// A question waits for the resident.
    Asked,
    Resolved,
    Closed,
    /// The resident left the chat before anybody had answered.
    Abandoned,
    /// The resident left a chat that goes on as messages.
    Left,
    /// A chat goes on as messages.
    AsMessage,
    /// A time for a call is agreed on.
    CallAgreed,
    /// The service called, and the resident answered, or did not.
    Reached,
    NotReached,
    /// The room of a video meeting is open to both, or no more.
    VideoOpened,
    VideoEnded,
}

impl Event {
    /// A message without a writer's own name for it.
    pub fn written(author: Author) -> Event {
        Event::Written { author, client_id: String::new() }
    }

    /// Whether it stands in the conversation's stream, for both sides to see.
    pub fn in_conversation(&self) -> bool {
        matches!(self, Event::Written { .. } | Event::Attached { .. } | Event::Shown(_))
    }
}

/// A message as it is sealed: its writer's own name for it, which has no line end, and the text.
pub(super) fn sealed(client_id: &str, text: &Text) -> Text {
    Text(format!("{client_id}\n{}", text.0))
}

/// The writer's own name for a message that was sealed, and its text.
pub fn opened(sealed: &str) -> (&str, &str) {
    sealed.split_once('\n').unwrap_or(("", sealed))
}

/// The id of another matter, or none.
mod some_id {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use uuid::Uuid;

    #[expect(clippy::ref_option, reason = "serde gives a reference")]
    pub fn serialize<S: Serializer>(id: &Option<Uuid>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&id.map_or_else(String::new, |id| id.to_string()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
        String::deserialize(deserializer)?.parse().map(Some).map_err(D::Error::custom)
    }
}

/// A way of acting for another, as its code; empty: nobody does.
pub(super) mod on_behalf {
    use facts::{Code, OnBehalf};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub fn serialize<S: Serializer>(way: &Option<OnBehalf>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(way.map_or("", Code::code))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OnBehalf>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("nobody acts as {text}"));
        if text.is_empty() { Ok(None) } else { OnBehalf::named(&text).ok_or_else(unknown).map(Some) }
    }
}
