//! Attachments: the bytes of files that people have brought, kept beside the log for as long as the keys of the person whom
//! they are about.
//!
//! The log has what a file is: its kind, its length, its digest. The bytes stand in a file of their own, sealed with a key of
//! the person, so that an erasure reaches them. Its name tells nobody whose it is.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::drafts::Place;
use crate::event::Sealed;
use crate::keys::{Keys, hex, signature};
use crate::log::blocking;
use crate::{Error, Log, Result};

/// Bytes before what is sealed: the person, and the key.
const HEAD: usize = 16 + 16;

/// Attachments beside a log; cheap to clone.
#[derive(Clone)]
pub struct Attachments {
    keys: Arc<Keys>,
    /// Names them, so that a name tells nothing.
    names: [u8; 32],
    place: Arc<Place>,
}

/// The digest by which the log knows bytes: SHA-256, in hexadecimal digits.
pub fn digest_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl Attachments {
    /// Those in a folder, sealed by the keys of a log; without a folder they end with the process.
    pub fn of(log: &Log, folder: Option<PathBuf>) -> Attachments {
        let (keys, names) = (log.shared_keys(), log.derived("names of attachments"));
        Attachments { keys, names, place: Arc::new(Place::of(folder)) }
    }

    /// The name of a file of a matter.
    fn name(&self, (matter, file): (Uuid, Uuid)) -> String {
        hex(&signature(&self.names, &[matter.as_bytes(), file.as_bytes()])[..16])
    }

    /// Keeps the bytes of a file of a matter. `about`: the person whom it is about, or the matter, and the class of its texts.
    /// Whether they are kept: nothing is sealed of whoever was erased.
    pub async fn keep(&self, of: (Uuid, Uuid), (subject, class): (Uuid, &'static str), bytes: Vec<u8>) -> Result<bool> {
        let (all, name) = (self.clone(), self.name(of));
        blocking(move || {
            let sealed = all.keys.seal_apart((subject, class), &bytes, &place_of(&name))?;
            let Some(sealed) = sealed else { return Ok(false) };
            let head = [sealed.subject.as_bytes().as_slice(), sealed.key.as_bytes()].concat();
            all.place.write(&name, &[head.as_slice(), &sealed.bytes].concat()).map(|()| true)
        })
        .await
    }

    /// The bytes of a file that have a digest; none: there are none, or they are of somebody who was erased.
    pub async fn read(&self, of: (Uuid, Uuid), digest: &str) -> Result<Option<Vec<u8>>> {
        let (all, name, digest) = (self.clone(), self.name(of), digest.to_string());
        blocking(move || {
            let Some(bytes) = all.place.read(&name)? else { return Ok(None) };
            match all.open(&name, &bytes)? {
                Some(bytes) if digest_of(&bytes) != digest => {
                    Err(Error::new("a file is another than the log has").at(name))
                }
                opened => Ok(opened),
            }
        })
        .await
    }

    /// Takes a file away that came to nothing.
    pub async fn drop(&self, of: (Uuid, Uuid)) -> Result<()> {
        let (all, name) = (self.clone(), self.name(of));
        blocking(move || all.place.remove(&name)).await
    }

    /// Takes away all of people who were erased; gives how many are left.
    pub async fn sweep(&self) -> Result<usize> {
        let all = self.clone();
        blocking(move || {
            let mut left = 0;
            for name in all.place.names()? {
                let Some(bytes) = all.place.read(&name)? else { continue };
                match all.open(&name, &bytes) {
                    Ok(None) => all.place.remove(&name)?,
                    // Damage is for those to see who look for it: `luotsi log verify`.
                    Ok(Some(_)) | Err(_) => left += 1,
                }
            }
            Ok(left)
        })
        .await
    }

    /// Looks at every file; gives how many there are, and the names of those that cannot be opened although nobody has
    /// destroyed their keys.
    pub async fn check(&self) -> Result<(usize, Vec<String>)> {
        let all = self.clone();
        blocking(move || {
            let (names, mut damaged) = (all.place.names()?, Vec::new());
            for name in &names {
                let read = all.place.read(name)?;
                if read.is_some_and(|bytes| all.open(name, &bytes).is_err()) {
                    damaged.push(name.clone());
                }
            }
            Ok((names.len(), damaged))
        })
        .await
    }

    fn open(&self, name: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
        let damaged = || Error::new("a file is damaged").at(name);
        let (head, sealed) = bytes.split_at_checked(HEAD).ok_or_else(damaged)?;
        let id = |from: usize| Uuid::from_slice(&head[from..from + 16]).map_err(|_| damaged());
        let sealed = Sealed { subject: id(0)?, key: id(16)?, bytes: sealed.to_vec() };
        self.keys.unseal_apart(&sealed, &place_of(name))
    }
}

/// The place to which bytes belong: they open nowhere else.
fn place_of(name: &str) -> Vec<u8> {
    [b"attachment/".as_slice(), name.as_bytes()].concat()
}
