//! A kind of matter over the log: to ask something of one, to look at those that are open, to read what happened.

use std::sync::Arc;

use facts::{ResidentId, Table};
use futures::FutureExt;
use futures::future::BoxFuture;
use matter::{About, By, Dated, ERASED, Matter, Put, Rights, Subject, Trouble, Turn, stream};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::event::Recorded;
use crate::keys::hex;
use crate::matters::{Fold, Listed, Matters, Which};
use crate::store::{Asked, Core, Done};
use crate::{Error, Result};

/// The way in which something is done that is asked of a matter of a kind.
pub type Flow<M> =
    dyn Fn(&mut Turn<'_>, Uuid, &<M as Matter>::Command) -> std::result::Result<(), Trouble> + Send + Sync;

/// A kind of matter over the log; cheap to clone.
pub struct Kind<M: Matter> {
    core: Arc<Core>,
    fold: Arc<Fold<M>>,
    flow: Arc<Flow<M>>,
}

impl<M: Matter> Clone for Kind<M> {
    fn clone(&self) -> Kind<M> {
        Kind { core: Arc::clone(&self.core), fold: Arc::clone(&self.fold), flow: Arc::clone(&self.flow) }
    }
}

/// An event of a matter, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened<E> {
    /// Place in the log, and in the stream.
    pub pos: u64,
    pub version: u64,
    /// Microseconds since 1970.
    pub at: i64,
    /// The one who did it, as the log names them.
    pub by: String,
    pub event: E,
    /// The text that was sealed beside it; none: there was none, or it was erased.
    pub text: Option<String>,
}

/// Digest of a command, the same for a repetition.
pub fn request<M: Matter>(command: &M::Command) -> [u8; 32] {
    digest(&M::told(command))
}

/// Digest of the text of a request.
pub fn digest(told: &[u8]) -> [u8; 32] {
    Sha256::digest(told).into()
}

impl<M: Matter> Kind<M> {
    pub(crate) fn new(core: Arc<Core>, fold: Arc<Fold<M>>, flow: Arc<Flow<M>>) -> Kind<M> {
        Kind { core, fold, flow }
    }

    /// Does what somebody asks of a matter who has seen so much of it; `key` is the asker's own name for it, so that it is
    /// done once.
    pub async fn ask(
        &self,
        id: Uuid,
        command: M::Command,
        by: &By,
        key: &str,
        seen: u64,
    ) -> std::result::Result<Done, Trouble> {
        let asked = Asked { scope: scope(id, by), key: key.into(), request: request::<M>(&command), seen };
        let flow = Arc::clone(&self.flow);
        self.core.turn(by, asked, Arc::new(move |turn: &mut Turn<'_>| flow(turn, id, &command))).await
    }

    /// Whether this very command of somebody's was carried out.
    pub async fn was_done(&self, id: Uuid, command: &M::Command, by: &By, key: &str) -> Result<bool> {
        self.core.log.was_done(&scope(id, by), key, request::<M>(command)).await
    }

    /// Looks at the open ones. The answer is taken out of them: nothing may wait for anything else while it looks.
    pub fn look<T>(&self, look: impl FnOnce(&Matters<M>) -> T) -> T {
        look(&self.fold.read())
    }

    /// As it stands: an open one from memory, another from its streams; none: there is none.
    pub async fn read(&self, id: Uuid) -> Result<Option<Arc<M>>> {
        match self.look(|matters| matters.get(id)) {
            Some(open) => Ok(Some(open)),
            None => Ok(self.stored(id).await?.map(Arc::new)),
        }
    }

    /// The same from its streams, also of one that is open.
    pub async fn stored(&self, id: Uuid) -> Result<Option<M>> {
        let stored = folded::<M>(&self.events(id).await?)?;
        match stored.as_ref().and_then(|it| it.about(id)) {
            // Not every matter was told: an older program told none of them.
            Some(subject) if self.core.is_erased(subject).await? => Ok(stored.map(M::forgotten)),
            _ => Ok(stored),
        }
    }

    /// All that happened to a matter, in the order of the log.
    pub async fn dated(&self, id: Uuid) -> Result<Vec<Dated<M::Event>>> {
        dated::<M>(&self.events(id).await?)
    }

    /// Events of one of its streams after a version, each with its text.
    pub async fn happened(&self, id: Uuid, category: &str, after: u64, most: usize) -> Result<Vec<Happened<M::Event>>> {
        let events = self.core.log.read_opened(&stream(category, id), after, most).await?;
        let happened = |(event, text): (Recorded, Option<Vec<u8>>)| {
            let (decoded, text) = (decode::<M>(&event)?, text.map(readable));
            let Recorded { pos, version, occurred: at, .. } = event;
            Ok(Happened { pos, version, at, by: event.context.actor, event: decoded, text })
        };
        events.into_iter().filter(|(event, _)| event.kind != ERASED).map(happened).collect()
    }

    async fn events(&self, id: Uuid) -> Result<Vec<Recorded>> {
        let mut events = Vec::new();
        for category in M::STREAMS {
            events.extend(self.core.log.read_stream(&stream(category, id), 0, usize::MAX >> 1).await?);
        }
        events.sort_unstable_by_key(|event| event.pos);
        Ok(events)
    }

    async fn made_rows(&self, id: Uuid, number: Number<'_>, put: Put<'_>) -> Result<()> {
        let events = self.events(id).await?;
        let (Ok(Some(matter)), Ok(history)) = (folded::<M>(&events), dated::<M>(&events)) else { return Ok(()) };
        let subject = matter.about(id);
        let erased = match subject {
            Some(subject) => self.core.is_erased(subject).await?,
            None => false,
        };
        let resident = subject.filter(|_| !erased).map(|subject| ResidentId(number(subject)));
        // To forget is the last that happens to a row, also where its matter was not told.
        let changed = last(&events).saturating_add(i64::from(erased));
        M::rows(&history, &About { id: &id.to_string(), resident, calendar: self.core.calendar, changed }, put);
        Ok(())
    }

    /// Asks a matter for what is due, as it stands in the turn: somebody may have been quicker.
    async fn struck(&self, id: Uuid) -> bool {
        let Some((at, command)) = self.look(|matters| matters.get(id)).and_then(|it| it.due()) else { return false };
        let request = request::<M>(&command);
        // Two clocks of one matter may strike at one instant.
        let key = format!("due/{at}/{}", hex(&request[..8]));
        let asked = Asked { scope: scope(id, &By::System), key, request, seen: u64::MAX };
        let flow = Arc::clone(&self.flow);
        let strike = move |turn: &mut Turn<'_>| {
            let now = turn.now();
            match turn.read::<M>(id)?.and_then(|it| it.due()).filter(|(at, _)| *at <= now) {
                Some((_, command)) => flow(turn, id, &command),
                None => Err(Trouble::NotFound),
            }
        };
        self.core.turn(&By::System, asked, Arc::new(strike)).await.is_ok_and(|done| !done.again)
    }
}

/// The events of a matter.
pub fn dated<M: Matter>(events: &[Recorded]) -> Result<Vec<Dated<M::Event>>> {
    let mut last = i64::MIN;
    let dated = |recorded: &Recorded| {
        last = recorded.occurred.max(last.saturating_add(1));
        Ok(Dated { event: decode::<M>(recorded)?, at: recorded.occurred, changed: last })
    };
    events.iter().filter(|event| event.kind != ERASED).map(dated).collect()
}

/// When a matter changed last, as [`Dated`] has it.
fn last(events: &[Recorded]) -> i64 {
    events.iter().fold(i64::MIN, |last, event| event.occurred.max(last.saturating_add(1)))
}

fn folded<M: Matter>(events: &[Recorded]) -> Result<Option<M>> {
    let events: Vec<matter::Stored> = events.iter().map(Recorded::stored).collect();
    matter::fold(None, &events).map_err(|broken| Error::new(broken.0))
}

/// The place within which an asker's own name for a command counts.
fn scope(id: Uuid, by: &By) -> String {
    format!("{id}/{}", by.name())
}

fn decode<M: Matter>(event: &Recorded) -> Result<M::Event> {
    matter::decode::<M>(&event.kind, event.schema, &event.data)
        .map_err(|unreadable| Error::new(format!("event {} cannot be read: {}", event.pos, unreadable.0)))
}

fn readable(text: Vec<u8>) -> String {
    String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The part that is the same of every kind, for work that goes across them.
pub trait AnyKind: Send + Sync {
    fn name(&self) -> &'static str;
    /// Class of its texts, which are kept and expire together.
    fn class(&self) -> &'static str;
    /// Categories of its streams.
    fn categories(&self) -> &'static [&'static str];
    /// The access roles that work with it, and the part of the one whose own it is.
    fn rights(&self) -> &'static Rights;
    /// Whether each of it is a person.
    fn is_of_person(&self) -> bool;
    /// The matter that an event begins, and the one that it is about; none: it begins none of this kind, or one that is about
    /// no other.
    fn opens_about(&self, event: &Recorded) -> Option<(Uuid, Uuid)>;
    /// All that is about a person who is known, also what has ended; the latest first.
    fn of_subject(&self, subject: Subject, most: usize) -> Vec<Uuid>;
    /// A list, in its order, and how much stands in it.
    fn listed(&self, which: Which<'_>) -> Vec<Listed>;
    fn count(&self, which: Which<'_>) -> usize;
    /// Units in which something waits, or somebody has something, or had lately.
    fn units(&self) -> Vec<String>;
    /// An open one as lists have it.
    fn stands(&self, id: Uuid) -> Option<Listed>;
    /// Those that are due by an instant, and when the next is after it.
    fn due(&self, now: i64, most: usize) -> (Vec<Uuid>, Option<i64>);
    /// Asks a matter for what is due; whether it was done now.
    fn strike(&self, id: Uuid) -> BoxFuture<'_, bool>;
    /// Tables of the facts in which it has rows.
    fn tables(&self) -> &'static [&'static Table];
    /// The rows of a matter in the facts; `number` gives that of a person. One that cannot be read has none: those that it
    /// had stay.
    fn rows<'a>(&'a self, id: Uuid, number: Number<'a>, put: Put<'a>) -> BoxFuture<'a, Result<()>>;
}

/// Gives the number of a person in the facts.
pub type Number<'a> = &'a mut (dyn FnMut(Subject) -> i64 + Send);

impl<M: Matter> AnyKind for Kind<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn class(&self) -> &'static str {
        M::CLASS
    }

    fn categories(&self) -> &'static [&'static str] {
        M::STREAMS
    }

    fn rights(&self) -> &'static Rights {
        &M::RIGHTS
    }

    fn is_of_person(&self) -> bool {
        M::OF_PERSON
    }

    fn opens_about(&self, event: &Recorded) -> Option<(Uuid, Uuid)> {
        let (category, id) = matter::named(&event.stream)?;
        let event = (category == M::NAME).then(|| decode::<M>(event).ok().map(|it| (it, event.occurred))).flatten();
        let (event, at) = event?;
        Some((id, M::evolve(None, &event, at)?.of()?))
    }

    fn of_subject(&self, subject: Subject, most: usize) -> Vec<Uuid> {
        match M::OF_PERSON {
            true => self.look(|matters| matters.get(subject.0)).map(|_| subject.0).into_iter().collect(),
            false => self.look(|matters| matters.of_subject(subject, most)),
        }
    }

    fn listed(&self, which: Which<'_>) -> Vec<Listed> {
        self.look(|matters| matters.listed(which))
    }

    fn count(&self, which: Which<'_>) -> usize {
        self.look(|matters| matters.count(which))
    }

    fn units(&self) -> Vec<String> {
        self.look(|matters| matters.units().map(Into::into).collect())
    }

    fn stands(&self, id: Uuid) -> Option<Listed> {
        self.look(|matters| matters.get(id)).map(|matter| Listed::of(id, &*matter))
    }

    fn due(&self, now: i64, most: usize) -> (Vec<Uuid>, Option<i64>) {
        self.look(|matters| matters.due(now, most))
    }

    fn strike(&self, id: Uuid) -> BoxFuture<'_, bool> {
        self.struck(id).boxed()
    }

    fn tables(&self) -> &'static [&'static Table] {
        M::TABLES
    }

    fn rows<'a>(&'a self, id: Uuid, number: Number<'a>, put: Put<'a>) -> BoxFuture<'a, Result<()>> {
        self.made_rows(id, number, put).boxed()
    }
}
