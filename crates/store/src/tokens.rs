//! Tokens that open nothing any more, over the log: a server that is running knows as soon as it has followed.

use crate::decided::{Denied, decided};
use crate::desk::{Trouble, Who};
use crate::event::Recorded;
use crate::log::Log;

/// The part of a stream's name before the id of the person whose tokens they are.
const TOKENS: &str = "tokens";

const WITHDRAWN: &str = "tokens.withdrawn";

/// The person all of whose tokens are withdrawn by an event, if it is about that.
pub fn withdrawn(event: &Recorded) -> Option<&str> {
    match event.stream.split_once('/')? {
        (TOKENS, id) if event.kind == WITHDRAWN => Some(id),
        _ => None,
    }
}

/// Withdraws every token of a person that was made before `now`, in microseconds since 1970; `key` is the asker's own
/// name for it, so that it is done once.
pub async fn withdraw_tokens(log: &Log, who: &Who, id: &str, key: &str, now: i64) -> Result<(), Trouble> {
    let withdraw = |_: &[Recorded]| Ok::<_, Denied<()>>(vec![(WITHDRAWN.into(), "{}".into())]);
    match decided(log, format!("{TOKENS}/{id}"), (1, now), who, (key, id), withdraw).await {
        Ok(_) => Ok(()),
        Err(Denied::Other(trouble)) => Err(trouble),
        Err(Denied::Refused(())) => Err(Trouble::NotFound),
    }
}
