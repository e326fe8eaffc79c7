//! A turn: what is asked, decided and written as one.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use calendar::Calendar;
use facts::OnBehalf;
use uuid::Uuid;

use crate::codec::{decode, encode};
use crate::ids::{ProfessionalId, Subject, Text, UnitId};
use crate::{ERASED, Matter, stream};

/// When, by whom and by which rules something is asked.
#[derive(Clone, Copy)]
pub struct Occasion<'a, R> {
    /// Microseconds since 1970, as all times here.
    pub now: i64,
    pub by: &'a By,
    /// The last that the asker had before the eyes.
    pub seen: u64,
    pub calendar: &'a Calendar,
    pub rules: &'a R,
}

/// The one who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    Resident(Subject),
    /// A resident who acts for another, by a right of that kind.
    Acting {
        who: Subject,
        of: Subject,
        right: OnBehalf,
    },
    /// Somebody without a name, who holds a code.
    Holder,
    Professional {
        id: ProfessionalId,
        unit: UnitId,
        /// They lead the unit.
        leads: bool,
    },
    /// Somebody at the server's command line.
    Operator,
    /// Rules that run by themselves.
    System,
}

impl By {
    /// As it stands in the log, and in the scope of what is asked.
    pub fn name(&self) -> String {
        match self {
            By::Resident(who) | By::Acting { who, .. } => who.to_string(),
            By::Holder => "anonymous".into(),
            By::Professional { id, .. } => id.to_string(),
            By::Operator => "command line".into(),
            By::System => "system".into(),
        }
    }

    /// In which way somebody asks for another person; none: for themselves, or nobody knows.
    pub fn on_behalf(&self) -> Option<OnBehalf> {
        match self {
            By::Acting { right, .. } => Some(*right),
            _ => None,
        }
    }

    /// Whether they lead the unit for which they ask.
    pub fn leads(&self) -> bool {
        matches!(self, By::Professional { leads: true, .. })
    }
}

/// A refusal as programs and pages are told: the text is `refused-{kind}-{code}` in three languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub kind: &'static str,
    pub code: &'static str,
    pub values: Vec<(&'static str, String)>,
}

impl Refused {
    pub fn new(kind: &'static str, code: &'static str) -> Refused {
        Refused { kind, code, values: Vec::new() }
    }

    /// One of its values; empty: it has none of that name.
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(it, _)| *it == name).map_or("", |(_, value)| value)
    }

    /// The person whom it is about was erased.
    pub fn erased() -> Refused {
        Refused::new("subject", "erased")
    }

    pub fn is_of_erased(&self) -> bool {
        *self == Refused::erased()
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Refused {
        self.values.push((name, value.to_string()));
        self
    }
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    Refused(Refused),
    /// There is none, or none for the one who asks.
    NotFound,
    /// The same key was used for something else.
    KeyReused,
    /// Not now; nothing was lost: ask again with the same key.
    Later(String),
    /// It was done, or not: asked again with the same key it is done once.
    Unknown(String),
    Broken(String),
}

/// An obstacle to reading a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub String);

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Trouble {
        Trouble::Broken(broken.0)
    }
}

/// An event as a source gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Place in the log.
    pub pos: u64,
    /// Place in the stream, from 1.
    pub version: u64,
    pub kind: String,
    pub schema: u32,
    pub at: i64,
    pub data: String,
}

/// How far each of a matter's streams has got, in the order of its categories.
pub type Versions = [u64; 2];

/// A state that is known, and the versions up to which it is.
pub type Known = (Arc<dyn Any + Send + Sync>, Versions);

/// Where a turn reads: the log inside the writer's transaction, or a test's events.
pub trait Source {
    /// A state of the matter that is known already, so that only what came after is read.
    fn known(&mut self, kind: &'static str, id: Uuid) -> Option<Known>;
    /// The events of a stream after a version.
    fn after(&mut self, stream: &str, version: u64) -> Result<Vec<Stored>, Broken>;
}

/// An event on its way to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub stream: String,
    pub kind: String,
    pub schema: u32,
    pub data: String,
    pub text: Option<Sealing>,
}

/// A text on its way to be sealed beside an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// Under whose keys: the person's whom the matter is about, or those of the matter that it is about, or its own.
    pub subject: Uuid,
    pub class: &'static str,
    /// The matter's own stream.
    pub of: String,
    pub text: Text,
}

/// A matter to which a turn does something, and the person whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Its own stream.
    pub of: String,
    /// Whether the turn begins it.
    pub begins: bool,
    /// The person before the turn, and after it.
    pub was: Option<Subject>,
    pub is: Option<Subject>,
}

/// One thing done whole or not at all, to one matter or to several.
pub struct Turn<'a> {
    source: &'a mut dyn Source,
    now: i64,
    by: &'a By,
    seen: u64,
    calendar: &'a Calendar,
    /// `Option<Arc<M>>` of each matter that was looked at, as it stands now.
    stands: HashMap<(&'static str, Uuid), Box<dyn Any>>,
    drafts: Vec<Draft>,
    touched: Vec<Touched>,
}

impl<'a> Turn<'a> {
    pub fn new(source: &'a mut dyn Source, (now, by, seen): (i64, &'a By, u64), calendar: &'a Calendar) -> Turn<'a> {
        Turn { source, now, by, seen, calendar, stands: HashMap::new(), drafts: Vec::new(), touched: Vec::new() }
    }

    pub fn now(&self) -> i64 {
        self.now
    }

    pub fn by(&self) -> &'a By {
        self.by
    }

    pub fn calendar(&self) -> &'a Calendar {
        self.calendar
    }

    /// A matter as it stands in this transaction, with what this turn has decided already; none: there is none.
    pub fn read<M: Matter>(&mut self, id: Uuid) -> Result<Option<Arc<M>>, Trouble> {
        let stood = self.stands.get(&(M::NAME, id)).and_then(|it| it.downcast_ref::<Option<Arc<M>>>());
        if let Some(stood) = stood {
            return Ok(stood.clone());
        }
        let known =
            self.source.known(M::NAME, id).and_then(|(state, versions)| Some((state.downcast().ok()?, versions)));
        let (state, versions) = known.map_or((None, [0, 0]), |(state, versions)| (Some(state), versions));
        let events = read_on(self.source, (M::STREAMS, id), versions)?;
        let state = match events.is_empty() {
            true => state,
            false => fold::<M>(state.map(Arc::unwrap_or_clone), &events)?.map(Arc::new),
        };
        self.stands.insert((M::NAME, id), Box::new(state.clone()));
        Ok(state)
    }

    /// Decides a command; what follows stands for the rest of the turn. A refusal leaves nothing.
    pub fn decide<M: Matter>(&mut self, id: Uuid, command: &M::Command, rules: &M::Rules) -> Result<(), Trouble> {
        let before = self.read::<M>(id)?;
        let on = Occasion { now: self.now, by: self.by, seen: self.seen, calendar: self.calendar, rules };
        let events = M::decide(before.as_deref(), command, &on).map_err(|refusal| Trouble::Refused(refusal.into()))?;
        if events.is_empty() {
            return Ok(());
        }
        // From here on nobody else holds it: it is moved, not copied, unless the views share it.
        self.stands.remove(&(M::NAME, id));
        let (begins, was) = (before.is_none(), before.as_deref().and_then(|it| it.about(id)));
        let mut state = before.map(Arc::unwrap_or_clone);
        for event in &events {
            let owner = state.as_ref().and_then(|it| it.standing().subject);
            state = M::evolve(state, event, self.now);
            // An opening says whose it is, so the text beside it is of that person.
            let subject = state.as_ref().and_then(|it| it.standing().subject).or(owner);
            let of = state.as_ref().and_then(M::of);
            let text = M::text(command, event).map(|text| Sealing {
                subject: subject.map_or(of.unwrap_or(id), |it| it.0),
                class: M::CLASS,
                of: stream(M::NAME, id),
                text,
            });
            let (kind, data) = encode(event);
            let stream = stream(M::STREAMS[M::stream_of(event)], id);
            self.drafts.push(Draft { stream, kind, schema: M::SCHEMA, data, text });
        }
        let (of, is) = (stream(M::NAME, id), state.as_ref().and_then(|it| it.about(id)));
        match self.touched.iter_mut().find(|it| it.of == of) {
            Some(touched) => touched.is = is,
            None => self.touched.push(Touched { of, begins, was, is }),
        }
        self.stands.insert((M::NAME, id), Box::new(state.map(Arc::new)));
        Ok(())
    }

    /// Adds an event that is of no matter, such as the issue of a code.
    pub fn add(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// The matters to which something is done, each once.
    pub fn touched(&self) -> &[Touched] {
        &self.touched
    }

    /// The events that follow from the turn, in order.
    pub fn drafts(self) -> Vec<Draft> {
        self.drafts
    }
}

/// Events after some versions in the streams of a matter, in the order of the log.
fn read_on(
    source: &mut dyn Source,
    (categories, id): (&[&str], Uuid),
    versions: Versions,
) -> Result<Vec<Stored>, Broken> {
    let mut events = Vec::new();
    for (category, version) in categories.iter().zip(versions) {
        events.extend(source.after(&stream(category, id), version)?);
    }
    events.sort_unstable_by_key(|event| event.pos);
    Ok(events)
}

/// A matter after events in the order of the log. One that cannot be read stops it: nothing is decided on a part.
pub fn fold<M: Matter>(mut state: Option<M>, events: &[Stored]) -> Result<Option<M>, Broken> {
    for stored in events {
        if stored.kind == ERASED {
            state = state.map(M::forgotten);
            continue;
        }
        let event = decode::<M>(&stored.kind, stored.schema, &stored.data)
            .map_err(|unreadable| Broken(format!("event {} cannot be read: {}", stored.pos, unreadable.0)))?;
        state = M::evolve(state, &event, stored.at);
    }
    Ok(state)
}
