//! Signed requests of other systems, as `POST /hooks/PORT`: what they bring is put into the port's folder as a file, on disk
//! before it is acknowledged, and taken from there as any other (see `incoming.rs`).

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use kinds::Kinds;
use operations::dispatches::port::Adapter;
use store::{digest, hex};

use crate::Outbox;
use crate::file::{made, put};
use crate::webhook::is_signed;

/// Bytes of a request.
const LONGEST: usize = 64 * 1024;
/// Files that may wait to be taken.
const WAITING: usize = 10_000;

/// The fate of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is on disk.
    Kept,
    /// No port of that name takes any.
    Nothing,
    /// It is not signed by the other side, or was signed some time ago.
    Forged,
    TooLarge,
    /// Ask again later.
    Busy,
}

/// The ports that take signed requests.
#[derive(Clone)]
pub struct Hooks {
    kinds: Kinds,
    data: PathBuf,
    /// By ports.
    secrets: BTreeMap<String, String>,
}

impl Outbox {
    /// The ears for signed requests to its ports.
    pub fn hooks(&self) -> Hooks {
        let secret = |(id, settings): (&String, &crate::Settings)| Some((id.clone(), settings.secret.clone()?));
        let secrets = self.settings.iter().filter_map(secret).collect();
        Hooks { kinds: self.kinds.clone(), data: self.data.clone(), secrets }
    }
}

impl Hooks {
    /// Hears a request for a port. It waits for the disk.
    pub fn hear(&self, port: &str, signature: &str, body: &[u8]) -> Heard {
        let now = self.kinds.store.now() / 1_000_000;
        let carries = self
            .kinds
            .ports
            .all()
            .get(port)
            .is_some_and(|it| it.content.carries.is_some() || it.content.adapter == Adapter::Telephony);
        let Some(secret) = self.secrets.get(port).filter(|_| carries) else { return Heard::Nothing };
        if body.len() > LONGEST {
            return Heard::TooLarge;
        }
        if !is_signed(secret, signature, body, now) {
            return Heard::Forged;
        }
        let folder = self.data.join("ports").join(port);
        let waiting = fs::read_dir(folder.join("in")).into_iter().flatten().count();
        // Brought again before it was taken, it is the same file.
        let name = hex(&digest(body));
        let is_kept = waiting < WAITING && made(&folder).and_then(|()| put(&folder.join("in"), &name, body)).is_ok();
        if is_kept { Heard::Kept } else { Heard::Busy }
    }
}
