//! All that can be asked of a contact.

use facts::{OnBehalf, Profession};
use matter::codec::code;
use matter::{PartId, ProfessionalId, Subject, Text, UnitId};
use serde::Serialize;
use uuid::Uuid;

use super::event::on_behalf;
use super::parts::Stage;
use super::{Channel, File, Outcome, Routed, Slot};
use crate::consultations::profession;
use crate::dispatches::Means;

/// A request that can be made of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    /// A new contact with its first message.
    Open {
        #[serde(with = "code")]
        channel: Channel,
        service: String,
        language: String,
        unit: UnitId,
        /// The queue of that unit; none: the one that each has without a part.
        queue: Option<PartId>,
        anonymous: bool,
        /// The person; none: of nobody but this contact.
        subject: Option<Subject>,
        /// Why it comes there, and by which clocks; none: by no rule.
        routed: Option<Box<Routed>>,
        /// The writer's own name for the message.
        client_id: String,
        text: Text,
    },
    /// A new contact of somebody who called, came or sent paper, as the professional writes it down who has it from then on.
    Log {
        #[serde(with = "code")]
        channel: Channel,
        service: String,
        language: String,
        unit: UnitId,
        /// The queue of that unit to which it goes when it is given back; none: the one that each has without a part.
        queue: Option<PartId>,
        /// The person; none: nobody who is known.
        subject: Option<Subject>,
        /// The clocks by which it is answered; none: the law's.
        routed: Option<Box<Routed>>,
        client_id: String,
        text: Text,
    },
    /// A new contact of somebody who has asked by telephone to be called back, as the telephone exchange tells of it.
    Ring {
        service: String,
        language: String,
        unit: UnitId,
        queue: Option<PartId>,
        /// The person who has left that number with the county; none: nobody, or several.
        subject: Option<Subject>,
        routed: Option<Box<Routed>>,
        /// When it was, in microseconds since 1970.
        at: i64,
    },
    /// The person has asked by telephone to be called back about a contact that is open.
    RingAgain {
        at: i64,
    },
    /// A part of another contact, which goes to a queue of its own, in words that a professional writes down for its person.
    Part {
        of: Uuid,
        #[serde(with = "code")]
        channel: Channel,
        service: String,
        language: String,
        unit: UnitId,
        queue: Option<PartId>,
        anonymous: bool,
        subject: Option<Subject>,
        #[serde(with = "on_behalf")]
        on_behalf: Option<OnBehalf>,
        routed: Option<Box<Routed>>,
        /// Since when its person waits, in microseconds since 1970.
        since: i64,
        text: Text,
    },
    /// A part of it goes to others.
    Split {
        part: Uuid,
    },
    /// It is taken back before anybody has done anything with it.
    TakeBack,
    /// A part of it has come so far; none: it was taken back.
    PartBecame {
        part: Uuid,
        stage: Option<Stage>,
    },
    /// Taken from the queue by a professional.
    Claim,
    /// Given to a professional by the one who leads the unit, from the queue or from a colleague.
    Assign {
        to: ProfessionalId,
    },
    /// Given back to the queue.
    Release,
    /// A message of either side.
    Write {
        client_id: String,
        text: Text,
    },
    /// A message that needs an answer before anything can be done.
    Ask {
        client_id: String,
        text: Text,
    },
    /// A note to colleagues, which the resident does not see; at any time, whoever has the contact.
    Note {
        text: Text,
    },
    /// A colleague is asked about it; it stays with whoever has it.
    Consult {
        consultation: Uuid,
        unit: UnitId,
        /// None: whoever of the unit takes the question first.
        to: Option<ProfessionalId>,
        #[serde(with = "profession")]
        profession: Option<Profession>,
        words: Text,
    },
    /// A colleague's answer, as it comes with their consultation.
    Advise {
        consultation: Uuid,
        words: Text,
    },
    /// A question is taken back.
    Recall {
        consultation: Uuid,
    },
    /// To another queue, of the same unit or of another, with a note to colleagues.
    Transfer {
        to: UnitId,
        queue: Option<PartId>,
        reason: String,
        note: Option<Text>,
    },
    /// On to where all others come, because those who were to see it first have not taken it in time.
    PassOn,
    /// Ended without a further word, such as what was dealt with on the telephone.
    Resolve {
        #[serde(with = "code")]
        outcome: Outcome,
    },
    /// A message that ends it: answered and resolved in one.
    Finish {
        #[serde(with = "code")]
        outcome: Outcome,
        client_id: String,
        text: Text,
    },
    /// Taken up again by a professional.
    Reopen,
    /// The last act is undone by the one who did it, unless somebody has acted since.
    Undo,
    /// For good.
    Close,
    /// The greeting of a chat that was opened just now, staffed until an instant.
    Greet {
        until: i64,
        text: Text,
    },
    /// The resident leaves the chat.
    Leave,
    /// A chat goes on as messages.
    Turn,
    /// The resident's rating of the chat, from 1 to 5.
    Rate {
        rating: u8,
    },
    /// A time is agreed on in which the resident is called; without a number, under the one before.
    CallMe {
        slot: Slot,
        number: Option<Text>,
        /// A keyed digest of the number.
        mark: Option<String>,
    },
    /// A professional has called; `at`: when it was, where the telephone exchange tells of it.
    Called {
        reached: bool,
        at: Option<i64>,
    },
    /// The one who has it meets the resident by video from now on, and no more.
    OpenVideo,
    EndVideo,
    /// The meeting by video goes on by telephone; without a number, under the one that was left before.
    ToPhone {
        number: Option<Text>,
    },
    /// A file for the conversation, with its name.
    Attach {
        file: File,
        name: Text,
    },
    /// Its writer has proven who they are.
    Identify {
        subject: Subject,
    },
    /// Its writer is answered by these means, at an address; empty: that of the contact of which it is a part.
    AnswerBy {
        means: Means,
        address: Text,
    },
    /// Its writer wants no more messages, in their own words.
    Stop {
        text: Text,
    },
}
