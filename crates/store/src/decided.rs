//! Commands on one stream: decided from its events under the lock of the head, and written as what follows.

use std::sync::{Arc, Mutex, PoisonError};

use matter::{By, Trouble};
use sha2::{Digest, Sha256};

use crate::event::{AppendError, Appended, Command, NewEvent, Recorded};
use crate::log::{Log, Reader};
use crate::store::context;
use crate::{Error, new_id};

/// Why what was asked was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied<R> {
    Refused(R),
    Other(Trouble),
}

impl<R> From<Error> for Denied<R> {
    fn from(error: Error) -> Denied<R> {
        Denied::Other(error.into())
    }
}

/// Kinds and data of events.
type Encoded = Vec<(String, String)>;

/// Does what somebody asks of a stream; gives where what followed stands. `schema` is that of the events, `now` when
/// they occur. `key` is the asker's own name for it, so that it is done once, and `told` the text of the request: the
/// same for a repetition.
pub async fn decided<R: Clone + Send + 'static>(
    log: &Log,
    stream: String,
    (schema, now): (u32, i64),
    by: &By,
    (key, told): (&str, &str),
    decide: impl Fn(&[Recorded]) -> Result<Encoded, Denied<R>> + Send + Sync + 'static,
) -> Result<Appended, Denied<R>> {
    let denied: Arc<Mutex<Option<Denied<R>>>> = Arc::default();
    let (slot, name) = (Arc::clone(&denied), stream.clone());
    let read = |reader: &mut Reader<'_>, name: &str| Ok(reader.after(name, 0)?);
    let command = Command {
        scope: format!("{stream}/{}", by.name()),
        key: key.into(),
        request: Sha256::digest(told).into(),
        context: context(by, now),
        decide: Box::new(move |reader: &mut Reader<'_>| match read(reader, &name).and_then(|events| decide(&events)) {
            Ok(events) => {
                let new = |(kind, data)| {
                    let (id, stream) = (new_id(now), name.clone());
                    NewEvent { id, stream, kind, schema, occurred: now, data, personal: None, closes: false }
                };
                Some(events.into_iter().map(new).collect())
            }
            Err(why) => {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                None
            }
        }),
    };
    match log.carry_out(command).await {
        Ok(appended) => Ok(appended),
        Err(AppendError::Refused) => {
            let why = denied.lock().unwrap_or_else(PoisonError::into_inner).take();
            Err(why.unwrap_or(Denied::Other(Trouble::NotFound)))
        }
        Err(error) => Err(Denied::Other(error.into())),
    }
}
