//! Pseudonyms of residents: the source's ids stand in no fact, and without the directory's key nobody gets back to them.

use std::path::Path;

use datafusion::common::HashMap;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::seal::{self, SealedFile};
use crate::error::{Error, Result};
use crate::lake::{Snapshot, private, private_folder};
use crate::layout::hex;

/// Pseudonyms kept at hand.
const CACHE: usize = 1 << 20;

/// Makes pseudonyms of residents: the first 63 bits of HMAC-SHA-256(directory key, source id).
#[derive(Clone)]
pub struct Directory {
    mac: Hmac<Sha256>,
    cache: HashMap<Box<[u8]>, i64>,
}

/// Whether anything was made with a key: it is bound to the facts, or a row stands under a resident's number.
fn was_used(snapshot: &Snapshot) -> bool {
    snapshot.manifest.directory_key.is_some()
        || facts::TABLES.iter().any(|table| table.by_resident() && snapshot.rows(table) > 0)
}

impl Directory {
    /// The directory of a data directory; its key is made with the first facts, readable by its owner only.
    ///
    /// Another key than the one that the facts were made with is an error: everyone would be a stranger. So is a missing
    /// one where anything was made with it.
    pub fn open(data: &Path, snapshot: &Snapshot) -> Result<Directory> {
        let path = data.join("keys").join("directory.key");
        let broken = |error| Error::file("read the directory key", &path, error);
        let lost = |what: &str| {
            Error::new(format!("the directory key {what}")).at(path.display()).remedy("restore it from its backup")
        };
        let key = match std::fs::read(&path) {
            Ok(key) if key.is_empty() => return Err(lost("is empty")),
            Ok(key) if key.len() < 16 => return Err(lost("is too short")),
            Ok(key) => key,
            Err(_) if !path.exists() && was_used(snapshot) => return Err(lost("is missing, and was used here")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                use std::io::Read;
                let mut key = vec![0; 32];
                std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut key)).map_err(broken)?;
                Directory::keep_key(data, &key)?;
                key
            }
            Err(error) => return Err(broken(error)),
        };
        let directory = Directory::with_key(&key);
        match &snapshot.manifest.directory_key {
            Some(check) if *check != directory.check() => Err(lost("is not the one that these facts were made with")),
            _ => Ok(directory),
        }
    }

    /// The directory of a data directory in which somebody is to be looked up: no key is made.
    pub fn existing(data: &Path, snapshot: &Snapshot) -> Result<Directory> {
        let path = data.join("keys").join("directory.key");
        match path.exists() || was_used(snapshot) {
            true => Directory::open(data, snapshot),
            false => Err(Error::new("there is no directory key, and so no resident").at(path.display())),
        }
    }

    /// Whether there is no key, and nothing that was made with one.
    pub fn is_to_be_made(data: &Path, snapshot: &Snapshot) -> bool {
        !data.join("keys").join("directory.key").exists() && !was_used(snapshot)
    }

    /// The directory as an import would find it, for one that writes nothing: where no key is made yet nobody is stored,
    /// and any key tells people apart.
    pub fn rehearsed(data: &Path, snapshot: &Snapshot) -> Result<Directory> {
        match data.join("keys").join("directory.key").exists() || was_used(snapshot) {
            true => Directory::open(data, snapshot),
            false => Ok(Directory::with_key(&[0; 32])),
        }
    }

    /// Keeps a key that was made elsewhere, as the key of a data directory.
    pub fn keep_key(data: &Path, key: &[u8]) -> Result<()> {
        use std::io::Write;
        let folder = data.join("keys");
        let path = folder.join("directory.key");
        let broken = |error| Error::file("write the directory key", &path, error);
        private_folder(&folder)?;
        // Whole or not at all, and never over one that is there.
        let partial = folder.join(format!("directory.key.partial-{}", std::process::id()));
        let file = private().write(true).create(true).truncate(true).open(&partial);
        let written = file.and_then(|mut file| file.write_all(key).and_then(|()| file.sync_all()));
        let kept = written.and_then(|()| std::fs::hard_link(&partial, &path));
        let _ = std::fs::remove_file(&partial);
        kept.and_then(|()| std::fs::File::open(&folder)?.sync_all()).map_err(broken)
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    pub fn with_key(key: &[u8]) -> Directory {
        Directory { mac: Hmac::new_from_slice(key).expect("any key length"), cache: HashMap::new() }
    }

    /// Tells this key from others and gives none of it away; of a purpose that is no resident's id, for those have no NUL.
    /// The manifest holds it.
    pub fn check(&self) -> String {
        hex(&self.mac.clone().chain_update(b"\0luotsi check").finalize().into_bytes()[..16])
    }

    /// A sealed copy of the data directory, whose key is of this directory and this place: its path within `data`.
    pub fn sealed(&self, data: &Path, place: &str) -> SealedFile {
        SealedFile::at(data.join(place), self.key_of(place))
    }

    /// A short text that people wrote, sealed; [`Directory::open_text`] opens it.
    pub fn seal_text(&self, text: &str) -> Result<String> {
        seal::seal_text(&self.key_of("text"), text)
    }

    /// An error where it was changed, or sealed with another key.
    pub fn open_text(&self, sealed: &str) -> Result<String> {
        seal::open_text(&self.key_of("text"), sealed)
    }

    /// A key for one purpose.
    fn key_of(&self, purpose: &str) -> [u8; 32] {
        self.mac.clone().chain_update(b"\0luotsi sealed\0").chain_update(purpose).finalize().into_bytes().into()
    }

    /// The pseudonym of what a source calls somebody; of every spelling of it the same.
    pub fn resident(&mut self, source_id: &[u8]) -> i64 {
        if let Some(known) = self.cache.get(source_id) {
            return *known;
        }
        let normal = std::str::from_utf8(source_id).map(facts::label);
        let normal = normal.as_ref().map_or(source_id, |id| id.as_bytes());
        let digest = self.mac.clone().chain_update(normal).finalize().into_bytes();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        let id = (u64::from_be_bytes(first) >> 1) as i64;
        if self.cache.len() >= CACHE {
            self.cache.clear();
        }
        self.cache.insert(source_id.into(), id);
        id
    }
}
