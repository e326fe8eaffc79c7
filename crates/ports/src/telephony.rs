//! The county's telephone exchange tells of calls: by a signed request with one thing that happened (see `hooks.rs`), or by a file
//! with a list of them in `ports/telephony/in/`:
//! `{"call": "17", "what": "callback_asked", "at": "2026-03-09T08:02:00+02:00", "from": "+358450000001", "to": "+358190000001"}`.
//!
//! `call` is the exchange's own name for a call; `what` is `came`, `answered`, `abandoned`, `callback_asked`, `reached` or
//! `not_reached`; `from` is the caller's number, and is not there where it was withheld; `to` is the number that was called. Told
//! twice a thing counts once, and the order is free.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use kinds::{Heard, Incoming, Kinds, Standing};
use matter::Trouble;
use operations::dispatches::port::Adapter;
use operations::telephony::What;
use serde::Deserialize;
use serde_json::json;

use crate::Outbox;
use crate::file::{counted, incoming, lines, put_away};

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
    /// Settings without which it tells by files alone.
    lacks: Vec<&'static str>,
    came: Mutex<Incoming>,
}

impl Outbox {
    /// The exchange beside its ports.
    pub fn telephony(&self) -> Telephony {
        let lacks = self.settings(TELEPHONY).lacks(Adapter::Telephony);
        Telephony { kinds: self.kinds.clone(), folder: self.folder(TELEPHONY), lacks, came: Mutex::default() }
    }
}

impl Telephony {
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

    async fn heard(&self, heard: &Heard) -> Result<(), Trouble> {
        let result = self.kinds.hear(heard).await;
        match &result {
            Ok(()) => self.came().at = Some(self.kinds.store.now()),
            Err(Trouble::Later(_) | Trouble::Unknown(_)) => {}
            Err(trouble) => self.refuses(code(trouble)),
        }
        result
    }

    fn refuses(&self, code: &'static str) {
        *self.came().refused.entry(code).or_default() += 1;
    }

    fn came(&self) -> MutexGuard<'_, Incoming> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stands(&self) {
        let (looked_at, files) = (self.kinds.store.now(), counted(&self.folder));
        let runs = if self.lacks.is_empty() { Adapter::Telephony } else { Adapter::File };
        let (lacks, came) = (self.lacks.clone(), self.came().clone());
        let standing = Standing { runs: Some(runs), lacks, looked_at, taken_at: came.at, files, came };
        self.kinds.ports.stands(TELEPHONY, standing);
    }
}

fn code(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::Refused(refused) => refused.code,
        // The same thing of the same call, with another number.
        Trouble::KeyReused => "id_reused",
        _ => "refused",
    }
}
