//! Tokens that open nothing any more, over the log: a server that is running knows as soon as it has followed.

use std::collections::{BTreeMap, HashSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use matter::{By, Trouble};
use uuid::Uuid;

use crate::decided::{Denied, decided};
use crate::event::Recorded;
use crate::log::Log;
use crate::view::{Kept, Topic, View};
use crate::{Error, Result};

/// The part of a stream's name before the id of the person whose tokens they are.
const TOKENS: &str = "tokens";

const WITHDRAWN: &str = "tokens.withdrawn";

/// Withdraws every token of a person that was made before `now`, in microseconds since 1970; `key` is the asker's own
/// name for it, so that it is done once.
pub async fn withdraw_tokens(log: &Log, by: &By, id: &str, key: &str, now: i64) -> std::result::Result<(), Trouble> {
    let withdraw = |_: &[Recorded]| Ok::<_, Denied<()>>(vec![(WITHDRAWN.into(), "{}".into())]);
    match decided(log, format!("{TOKENS}/{id}"), (1, now), by, (key, id), withdraw).await {
        Ok(_) => Ok(()),
        Err(Denied::Other(trouble)) => Err(trouble),
        Err(Denied::Refused(())) => Err(Trouble::NotFound),
    }
}

/// When the tokens of people were withdrawn.
#[derive(Default)]
pub struct Tokens(RwLock<Withdrawn>);

#[derive(Default)]
struct Withdrawn {
    epoch: Uuid,
    pos: u64,
    /// Of each person, when that happened last.
    last: BTreeMap<String, i64>,
}

impl Tokens {
    /// Whether a person's token that was made at an instant is withdrawn.
    pub fn are_withdrawn(&self, id: &str, made: i64) -> bool {
        self.read().last.get(id).is_some_and(|at| made <= *at)
    }

    fn read(&self) -> RwLockReadGuard<'_, Withdrawn> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl View for Tokens {
    fn name(&self) -> &'static str {
        TOKENS
    }

    fn version(&self) -> u32 {
        1
    }

    fn categories(&self) -> &'static [&'static str] {
        &[TOKENS]
    }

    fn stands(&self) -> (Uuid, u64) {
        let it = self.read();
        (it.epoch, it.pos)
    }

    fn take(&self, events: &[Recorded], to: u64, _: &mut HashSet<Topic>) {
        let mut it = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let has = it.pos;
        for event in events.iter().filter(|event| event.pos > has && event.kind == WITHDRAWN) {
            if let Some((TOKENS, id)) = event.stream.split_once('/') {
                let last = it.last.entry(id.into()).or_insert(event.occurred);
                *last = event.occurred.max(*last);
            }
        }
        it.pos = has.max(to);
    }

    fn snapshot(&self) -> Result<Kept> {
        let it = self.read();
        let body =
            serde_json::to_vec(&it.last).map_err(|error| Error::new(format!("the snapshot of tokens: {error}")))?;
        Ok(Kept { epoch: it.epoch, pos: it.pos, body })
    }

    fn restore(&self, epoch: Uuid, pos: u64, body: Option<&[u8]>) -> Result<()> {
        let last = body.map_or_else(|| Ok(BTreeMap::new()), serde_json::from_slice);
        let last = last.map_err(|error| Error::new(format!("the snapshot of tokens: {error}")))?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Withdrawn { epoch, pos, last };
        Ok(())
    }
}
