//! Rules and flows tried without a store: what was, what is asked, what follows. A log in memory, and what every kind
//! of matter keeps, for the tests of kinds.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use calendar::Calendar;
use uuid::Uuid;

use crate::{
    Broken, By, Draft, ERASED, Known, List, Matter, Occasion, Source, Stored, Trouble, Turn, Versions, codec, stream,
};

/// Asked at an instant by somebody who has all before the eyes.
pub fn on<'a, R>(now: i64, by: &'a By, rules: &'a R) -> Occasion<'a, R> {
    Occasion { now, by, seen: u64::MAX, calendar: Calendar::shipped(), rules }
}

/// A matter after commands, each a second after the one before; a refusal is a mistake of the test.
pub fn given<M>(commands: &[(By, M::Command)], from: i64, rules: &M::Rules) -> Option<M>
where
    M: Matter + PartialEq + Debug,
    M::Event: PartialEq + Debug,
{
    commands.iter().zip(0..).fold(None, |matter: Option<M>, ((by, command), second)| {
        let now = from + second * 1_000_000;
        let events = when(matter.as_ref(), command, &on(now, by, rules));
        after(matter, &events.unwrap_or_else(|refusal| panic!("command {second}: {refusal:?}")), now)
    })
}

/// A matter after events of one instant.
pub fn after<M: Matter>(matter: Option<M>, events: &[M::Event], at: i64) -> Option<M> {
    events.iter().fold(matter, |matter, event| M::evolve(matter, event, at))
}

/// The events that follow when a command meets a matter. On the way it checks what every kind keeps: events are read as
/// they were written, the first of a matter begins it in its own stream, a snapshot gives the same matter, and what has
/// ended stays ended.
pub fn when<M>(
    matter: Option<&M>,
    command: &M::Command,
    on: &Occasion<'_, M::Rules>,
) -> Result<Vec<M::Event>, M::Refusal>
where
    M: Matter + PartialEq + Debug,
    M::Event: PartialEq + Debug,
{
    let events = M::decide(matter, command, on)?;
    let mut state = matter.cloned();
    for event in &events {
        let (kind, data) = codec::encode(event);
        assert_eq!(codec::decode::<M>(&kind, M::SCHEMA, &data).as_ref(), Ok(event), "{kind} is read as it was written");
        assert!(state.is_some() || M::stream_of(event) == 0, "{kind} begins a matter outside its own stream");
        let has_ended = |state: Option<&M>| state.is_some_and(|it| it.standing().list == List::Ended);
        let was_over = has_ended(state.as_ref());
        state = M::evolve(state, event, on.now);
        assert!(state.is_some(), "{kind} begins nothing");
        assert!(!was_over || has_ended(state.as_ref()), "{kind} brings back what has ended");
        let snapshot = serde_json::to_string(&state).and_then(|text| serde_json::from_str(&text));
        assert_eq!(snapshot.ok(), Some(state.clone()), "a snapshot after {kind} gives the same");
    }
    Ok(events)
}

/// Events of streams in memory, on which flows are tried.
#[derive(Clone, Default)]
pub struct Past {
    streams: HashMap<String, Vec<Stored>>,
    known: HashMap<(&'static str, Uuid), Known>,
    head: u64,
}

impl Past {
    /// With events of a matter more, all of one instant.
    #[must_use]
    pub fn with<M: Matter>(mut self, id: Uuid, events: &[M::Event], at: i64) -> Past {
        for event in events {
            let name = stream(M::STREAMS[M::stream_of(event)], id);
            self.write(name, codec::encode(event), M::SCHEMA, at);
        }
        self
    }

    /// Writes an event as it would stand in the log, readable or not.
    pub fn write(&mut self, stream: String, (kind, data): (String, String), schema: u32, at: i64) {
        self.head += 1;
        let stream = self.streams.entry(stream).or_default();
        stream.push(Stored { pos: self.head, version: stream.len() as u64 + 1, kind, schema, at, data });
    }

    /// Says in a matter's own stream that its subject was erased.
    pub fn erase<M: Matter>(&mut self, id: Uuid, at: i64) {
        self.write(stream(M::NAME, id), (ERASED.into(), "{}".into()), 1, at);
    }

    /// Does a flow, whole or not at all; what follows from it. It is asked twice, since the writer may, and must say the
    /// same.
    pub fn turn(
        &mut self,
        (now, by): (i64, &By),
        flow: impl Fn(&mut Turn<'_>) -> Result<(), Trouble>,
    ) -> Result<Vec<Draft>, Trouble> {
        let mut ask = || {
            let mut turn = Turn::new(self, (now, by, u64::MAX), Calendar::shipped());
            flow(&mut turn).map(|()| turn.drafts())
        };
        let (decided, again) = (ask(), ask());
        assert_eq!(decided, again, "asked again, it says something else");
        let drafts = decided?;
        for draft in drafts.iter().cloned() {
            self.write(draft.stream, (draft.kind, draft.data), draft.schema, now);
        }
        Ok(drafts)
    }

    /// A matter as it stands.
    pub fn state<M: Matter>(&mut self, id: Uuid) -> Result<Option<Arc<M>>, Trouble> {
        Turn::new(self, (0, &By::System, 0), Calendar::shipped()).read(id)
    }

    /// Knows from now on how a matter stands, as a view does: turns read only what comes after.
    pub fn know<M: Matter>(&mut self, id: Uuid) -> Result<(), Trouble> {
        if let Some(state) = self.state::<M>(id)? {
            let mut versions: Versions = [0, 0];
            for (version, category) in versions.iter_mut().zip(M::STREAMS) {
                *version = self.streams.get(&stream(category, id)).map_or(0, |events| events.len() as u64);
            }
            self.known.insert((M::NAME, id), (state, versions));
        }
        Ok(())
    }
}

impl Source for Past {
    fn known(&mut self, kind: &'static str, id: Uuid) -> Option<Known> {
        self.known.get(&(kind, id)).cloned()
    }

    fn after(&mut self, stream: &str, version: u64) -> Result<Vec<Stored>, Broken> {
        let events = self.streams.get(stream).into_iter().flatten();
        Ok(events.filter(|event| event.version > version).cloned().collect())
    }
}

#[cfg(test)]
mod tests;
