//! Which record of accesses belongs to a log: the log itself says so, so that one that was emptied or taken away is missed.

use uuid::Uuid;

use crate::event::{Append, Context, NewEvent};
use crate::log::Log;
use crate::{Error, Result, new_id};

/// The stream in which a log names its record of accesses.
const ACCESSES: &str = "log/accesses";
/// A record was begun, or put back from a copy.
const BEGUN: &str = "accesses.begun";
/// It was left behind: another may be begun.
const LEFT: &str = "accesses.left";

/// The first epoch of the record of accesses that a log names; none: none was begun, or it was left behind.
pub async fn accesses_of(log: &Log) -> Result<Option<Uuid>> {
    let named = log.read_stream(ACCESSES, 0, usize::MAX >> 1).await?;
    let Some(last) = named.last().filter(|event| event.kind == BEGUN) else { return Ok(None) };
    let data: serde_json::Value = serde_json::from_str(&last.data).unwrap_or_default();
    let birth = data["birth"].as_str().and_then(|birth| birth.parse().ok());
    birth.map(Some).ok_or_else(|| Error::new(format!("event {} names no record of accesses", last.pos)))
}

/// Has a log name its record of accesses, or say that it has none; `now` in microseconds since 1970.
pub async fn name_accesses(log: &Log, accesses: Option<&Log>, now: i64) -> Result<()> {
    let birth = match accesses {
        Some(accesses) => Some(accesses.past().await?.1.birth),
        None => None,
    };
    if accesses_of(log).await? == birth {
        return Ok(());
    }
    let (kind, data) = match birth {
        Some(birth) => (BEGUN, serde_json::json!({ "birth": birth.to_string() }).to_string()),
        None => (LEFT, "{}".into()),
    };
    let id = new_id(now);
    let event = NewEvent {
        id,
        stream: ACCESSES.into(),
        kind: kind.into(),
        schema: 1,
        occurred: now,
        data,
        personal: None,
        closes: false,
    };
    let context = Context { actor: "system".into(), purpose: "upkeep".into(), correlation: id, ..Context::default() };
    let (scope, key) = ("accesses".into(), id.to_string());
    let append = Append { scope, key, request: [0; 32], expects: Vec::new(), events: vec![event], context };
    log.append(append).await.map(drop).map_err(|error| Error::new(error.to_string()))
}
