//! What the county's telephone exchange tells of calls: `POST /hooks/telephony` with one thing that happened, signed as our own
//! requests are (see `webhook.rs`), or a file with a list of them in `ports/telephony/in/`:
//! `{"call": "17", "what": "callback_asked", "at": "2026-03-09T08:02:00+02:00", "from": "+358450000001", "to": "+358190000001"}`.
//!
//! `call` is the exchange's own name for a call; `what` is `came`, `answered`, `abandoned`, `callback_asked`, `reached` or
//! `not_reached`; `from` is the caller's number, and is not there where it was withheld; `to` is the number that was called. Told
//! twice a thing counts once, and the order is free.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use kinds::{Heard, Kinds, Standing, Unheard};
use matter::Trouble;
use operations::dispatches::port::Adapter;
use operations::telephony::What;
use serde::Deserialize;
use serde_json::json;

use crate::file::{counted, incoming, lines, put_away};
use crate::webhook::is_signed;

/// The port.
pub const TELEPHONY: &str = "telephony";

/// Something that happened, as the exchange writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    call: String,
    what: What,
    at: Timestamp,
    from: Option<String>,
    to: String,
}

impl Line {
    fn heard(self) -> Heard {
        let Line { call, what, at, from, to } = self;
        Heard { call, what, at: at.as_microsecond(), from, to }
    }
}

/// The exchange of a county.
pub struct Telephony {
    kinds: Kinds,
    folder: PathBuf,
    /// The key by which it signs; none: it tells by files alone.
    secret: Option<String>,
    seen: Mutex<Seen>,
}

/// When it has told of something last, and what was refused by why.
#[derive(Default)]
struct Seen {
    taken_at: Option<i64>,
    refused: BTreeMap<String, usize>,
}

impl Telephony {
    pub fn new(kinds: Kinds, data: &Path, secret: Option<String>) -> Telephony {
        Telephony { kinds, folder: data.join("ports").join(TELEPHONY), secret, seen: Mutex::default() }
    }

    /// Whether files of a data directory's exchange have not been read yet.
    pub fn waits(data: &Path) -> bool {
        !incoming(&data.join("ports").join(TELEPHONY)).is_empty()
    }

    /// Reads what it tells by files, and says how it stands, for ever; `every`: how often it is looked.
    pub async fn run(&self, every: Duration) {
        loop {
            self.round().await;
            tokio::time::sleep(every).await;
        }
    }

    /// Reads the files that are there. How many.
    pub async fn round(&self) -> usize {
        let files = incoming(&self.folder);
        for path in &files {
            let told = match lines::<Line>(path) {
                Some(lines) => match self.taken(lines).await {
                    Some(told) => Some(told),
                    // The log cannot take it now, and the file is read again.
                    None => break,
                },
                None => {
                    self.refuses("unread");
                    None
                }
            };
            put_away(&self.folder, path, told.as_ref());
        }
        self.stands();
        files.len()
    }

    async fn taken(&self, lines: Vec<Line>) -> Option<serde_json::Value> {
        let (mut count, mut refused) = (0, Vec::new());
        for (number, line) in lines.into_iter().enumerate() {
            match self.heard(&line.heard()).await {
                Ok(()) => count += 1,
                Err(Trouble::Later(_) | Trouble::Unknown(_)) => return None,
                Err(trouble) => refused.push(json!({ "line": number + 1, "code": code(&trouble) })),
            }
        }
        Some(json!({ "taken": count, "refused": refused }))
    }

    /// Hears a request.
    ///
    /// # Errors
    ///
    /// Where it is not the exchange's, or cannot be taken.
    pub async fn hook(&self, signature: &str, body: &[u8]) -> Result<(), Unheard> {
        let now = self.kinds.store.now() / 1_000_000;
        let is_theirs = self.secret.as_deref().is_some_and(|secret| is_signed(secret, now, signature, body));
        if !is_theirs {
            self.refuses("unsigned");
            return Err(Unheard::Unsigned);
        }
        let Ok(line) = serde_json::from_slice::<Line>(body) else {
            self.refuses("malformed");
            return Err(Unheard::Malformed);
        };
        let heard = self.heard(&line.heard()).await;
        self.stands();
        heard.map_err(Unheard::Trouble)
    }

    async fn heard(&self, heard: &Heard) -> Result<(), Trouble> {
        let result = self.kinds.hear(heard).await;
        match &result {
            Ok(()) => self.seen.lock().unwrap_or_else(PoisonError::into_inner).taken_at = Some(self.kinds.store.now()),
            Err(Trouble::Later(_) | Trouble::Unknown(_)) => {}
            Err(trouble) => self.refuses(code(trouble)),
        }
        result
    }

    fn refuses(&self, code: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen.refused.entry(code.into()).or_default() += 1;
    }

    fn stands(&self) {
        let (looked_at, files) = (self.kinds.store.now(), counted(&self.folder));
        let (runs, lacks) = match self.secret {
            Some(_) => (Adapter::Telephony, Vec::new()),
            None => (Adapter::File, Adapter::Telephony.needs().to_vec()),
        };
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken_at, refused) = (seen.taken_at, seen.refused.clone());
        self.kinds.ports.stands(TELEPHONY, Standing { runs: Some(runs), lacks, looked_at, taken_at, files, refused });
    }
}

fn code(trouble: &Trouble) -> &str {
    match trouble {
        Trouble::Refused(refused) => refused.code,
        // The same thing of the same call, with another number.
        Trouble::KeyReused => "contradicted",
        _ => "broken",
    }
}
