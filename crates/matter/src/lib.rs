//! The shape of every kind of matter. The kinds themselves stand in `operations`; nothing here names one.
//!
//! A matter is anything under way with a state, a holder and an end. A kind says what can be asked of its matters, what
//! follows, and where they stand; lists, clocks, sealing, erasure and access follow from that. No I/O, no clock, no
//! randomness.

pub mod access;
pub mod codec;
pub mod given;
mod ids;
mod rows;
mod standing;
mod turn;

use std::fmt::Debug;

use facts::Table;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

pub use access::{Own, Rights, Role};
pub use codec::{Unreadable, decode, encode};
pub use ids::{PartId, ProfessionalId, Subject, Text, UnitId};
pub use rows::{About, Dated, Put};
pub use standing::{Index, List, Standing};
pub use turn::{
    Broken, By, Draft, Known, Occasion, Refused, Sealing, Source, Stored, Touched, Trouble, Turn, Versions, fold,
};

/// A kind of matter: what can be asked of it, what follows, how it stands. The type is its own state.
pub trait Matter: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The word for it: its stream, its access records, its texts. Never changed.
    const NAME: &'static str;
    /// Categories of its streams, first its own, which bears its name; two at most.
    const STREAMS: &'static [&'static str] = &[Self::NAME];
    /// The class of its texts: they are kept, and expire, together.
    const CLASS: &'static str = Self::NAME;
    /// Changes with `evolve`: a snapshot of another version is not used.
    const VERSION: u32;
    /// That of its events' data.
    const SCHEMA: u32 = 1;
    const RIGHTS: Rights;
    /// Its id is the token of the person whom it is about.
    const OF_PERSON: bool = false;
    /// Tables of the facts in which it has rows.
    const TABLES: &'static [&'static Table] = &[];

    /// Spells the same each time: no hash maps in it.
    type Command: Serialize + Send + Sync + 'static;
    /// A plain enum, as [`codec`] has it.
    type Event: Serialize + DeserializeOwned + Send;
    type Refusal: Into<Refused> + PartialEq + Debug;
    /// Read by a decision beside the matter: a form, a pathway, a tariff; `()` for most.
    type Rules;
    /// A list of its own beside those that every kind has; `()` for most.
    type Index: Index<Self>;

    /// The events that follow when a command meets a matter; none: there is none yet.
    fn decide(
        matter: Option<&Self>,
        command: &Self::Command,
        on: &Occasion<'_, Self::Rules>,
    ) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// After an event that happened at an instant, in microseconds since 1970. None: the event begins nothing. A matter
    /// that has ended stays ended.
    fn evolve(matter: Option<Self>, event: &Self::Event, at: i64) -> Option<Self>;

    /// Where it stands: all that lists and guards need to know.
    fn standing(&self) -> Standing<'_>;

    /// The queue of its unit in which it waits, or to which it came; none: the one that each unit has without a part.
    fn queue(&self) -> Option<&PartId> {
        None
    }

    /// The person whom it is about: of a kind of which each is a person, the one whose token is its id.
    fn about(&self, id: Uuid) -> Option<Subject> {
        if Self::OF_PERSON { Some(Subject(id)) } else { self.standing().subject }
    }

    /// The matter that it is about. Of no person who is known, its words are sealed under the keys of that one, so that
    /// whatever erases that one reaches them.
    fn of(&self) -> Option<Uuid> {
        None
    }

    /// The command that it asks of itself, and when: a function of the state alone, never of the clock.
    fn due(&self) -> Option<(i64, Self::Command)> {
        None
    }

    /// The bytes by which a command is known when it is asked again: the same for ever, for a digest of them stands in the
    /// log.
    fn told(command: &Self::Command) -> Vec<u8> {
        serde_json::to_vec(command).unwrap_or_default()
    }

    /// The personal text of a command that is sealed beside an event.
    fn text(_command: &Self::Command, _event: &Self::Event) -> Option<Text> {
        None
    }

    /// In which of [`Self::STREAMS`] an event stands; the first of a matter stands in its own.
    fn stream_of(_event: &Self::Event) -> usize {
        0
    }

    /// The rest of it when its subject is erased: no token of theirs, and nothing that is known by it.
    #[must_use]
    fn forgotten(self) -> Self {
        self
    }

    /// Its rows in the facts, from all that happened to it.
    fn rows(_history: &[Dated<Self::Event>], _about: &About<'_>, _put: Put<'_>) {}

    /// Data of an event of another schema, as this program has it.
    fn lift(kind: &str, schema: u32, _data: Value) -> Result<Value, Unreadable> {
        Err(Unreadable(format!("{kind}, schema {schema}: this program does not know it")))
    }
}

/// Kind of the event that says that a subject was erased.
pub const ERASED: &str = "subject.erased";

/// Name of a stream; of what there is only one, the id is nil and the name `all`.
pub fn stream(category: &str, id: Uuid) -> String {
    if id.is_nil() { format!("{category}/all") } else { format!("{category}/{id}") }
}

/// The category and the id in the name of a stream; none: it is of no matter.
pub fn named(stream: &str) -> Option<(&str, Uuid)> {
    let (category, id) = stream.split_once('/')?;
    Some((category, if id == "all" { Uuid::nil() } else { id.parse().ok()? }))
}
