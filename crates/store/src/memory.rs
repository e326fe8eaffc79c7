//! The log as a model in memory: the shortest code that does what the log promises, beside which the others are tested.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::backend::{Command, Failure, Head, Outcome, Stream};
use crate::event::Recorded;

struct State {
    head: Head,
    /// Somebody holds the head.
    taken: bool,
    events: Vec<Recorded>,
    ids: HashSet<Uuid>,
    streams: BTreeMap<String, Stream>,
    commands: BTreeMap<(String, String), Command>,
}

/// Rows that a transaction would add.
#[derive(Default)]
struct Added {
    events: Vec<Recorded>,
    streams: HashMap<String, Stream>,
    commands: HashMap<(String, String), Command>,
}

/// One of several hands on one log.
pub struct Memory {
    shared: Arc<(Mutex<State>, Condvar)>,
    open: Option<Added>,
}

impl Memory {
    pub fn new(head: Head) -> Memory {
        let state = State {
            head,
            taken: false,
            events: Vec::new(),
            ids: HashSet::new(),
            streams: BTreeMap::new(),
            commands: BTreeMap::new(),
        };
        Memory { shared: Arc::new((Mutex::new(state), Condvar::new())), open: None }
    }

    /// Another hand on the same log.
    pub fn again(&self) -> Memory {
        Memory { shared: Arc::clone(&self.shared), open: None }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn begin(&mut self) -> Outcome<Head> {
        let mut state = self.state();
        while state.taken {
            state = self.shared.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.taken = true;
        let head = state.head.clone();
        drop(state);
        self.open = Some(Added::default());
        Ok(head)
    }

    pub fn command(&mut self, scope: &str, key: &str) -> Outcome<Option<Command>> {
        let name = (scope.to_string(), key.to_string());
        let added = self.open.as_ref().and_then(|open| open.commands.get(&name));
        Ok(added.or(self.state().commands.get(&name)).cloned())
    }

    pub fn stream(&mut self, name: &str) -> Outcome<Option<Stream>> {
        let added = self.open.as_ref().and_then(|open| open.streams.get(name));
        Ok(added.or(self.state().streams.get(name)).copied())
    }

    pub fn put(&mut self, events: &[Recorded], streams: &[(String, Stream)], commands: &[Command]) -> Outcome<()> {
        let stands = {
            let state = self.state();
            events.iter().any(|event| state.ids.contains(&event.id))
        };
        let Some(open) = &mut self.open else { return Err(Failure::Fatal("no transaction is open".into())) };
        for event in events {
            if stands || open.events.iter().any(|known| known.id == event.id) {
                return Err(Failure::Contradiction("an event's id stands there already".into()));
            }
            open.events.push(event.clone());
        }
        open.streams.extend(streams.iter().cloned());
        open.commands.extend(commands.iter().map(|it| ((it.scope.clone(), it.key.clone()), it.clone())));
        Ok(())
    }

    pub fn commit(&mut self, head: &Head) -> Outcome<()> {
        let Some(added) = self.open.take() else { return Err(Failure::Fatal("no transaction is open".into())) };
        let mut state = self.state();
        state.ids.extend(added.events.iter().map(|event| event.id));
        state.events.extend(added.events);
        state.streams.extend(added.streams);
        state.commands.extend(added.commands);
        state.head = head.clone();
        state.taken = false;
        self.shared.1.notify_one();
        Ok(())
    }

    pub fn rollback(&mut self) {
        if self.open.take().is_some() {
            self.state().taken = false;
            self.shared.1.notify_one();
        }
    }

    pub fn after(&mut self, pos: u64, most: usize) -> Outcome<(Vec<Recorded>, Head)> {
        let state = self.state();
        Ok((state.events.iter().skip(pos as usize).take(most).cloned().collect(), state.head.clone()))
    }

    pub fn of_stream(&mut self, stream: &str, version: u64, to: Option<u64>, most: usize) -> Outcome<Vec<Recorded>> {
        let is_before = |event: &Recorded| to.is_none_or(|to| event.pos <= to);
        let of = |event: &&Recorded| event.stream == stream && event.version > version && is_before(event);
        let added = self.open.iter().flat_map(|open| &open.events);
        Ok(self.state().events.iter().chain(added).filter(of).take(most).cloned().collect())
    }

    pub fn streams(&mut self, after: &str, most: usize) -> Outcome<Vec<(String, Stream)>> {
        let state = self.state();
        let later = state.streams.range::<str, _>((Bound::Excluded(after), Bound::Unbounded));
        Ok(later.take(most).map(|(name, stream)| (name.clone(), *stream)).collect())
    }

    pub fn commands(&mut self, (scope, key): (&str, &str), most: usize) -> Outcome<Vec<Command>> {
        let state = self.state();
        let later = state.commands.range((Bound::Excluded((scope.to_string(), key.to_string())), Bound::Unbounded));
        Ok(later.take(most).map(|(_, command)| command.clone()).collect())
    }
}
