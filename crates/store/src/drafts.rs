//! Drafts: what somebody has typed and not sent yet, kept for its author alone until it is sent, for thirty days at most.
//!
//! A draft is no event: the log keeps for ever what happened, and nothing has happened yet. It is a file of its own, sealed
//! with a key of the person whom the text is about, so that an erasure reaches it as it does what was sent. Its name tells
//! nobody whose it is.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::event::Sealed;
use crate::keys::{Keys, hex, random, signature};
use crate::log::blocking;
use crate::sqlite::private_folder;
use crate::{Error, Log, Result};

/// How long a draft is kept after it was last written: thirty days, in microseconds.
pub const DRAFT_KEPT: i64 = 30 * 86_400 * 1_000_000;
/// Bytes before what is sealed: the person, the key, when.
const HEAD: usize = 16 + 16 + 8;

/// A draft, as its author left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// When it was written last, in microseconds since 1970.
    pub at: i64,
    pub text: String,
}

/// Drafts beside a log; cheap to clone.
#[derive(Clone)]
pub struct Drafts {
    keys: Arc<Keys>,
    /// Names them, so that a name tells nothing.
    names: [u8; 32],
    place: Arc<Place>,
}

/// Where sealed files lie.
pub(crate) enum Place {
    Folder(PathBuf),
    /// Gone with the last handle, as a log in memory is.
    Memory(Mutex<BTreeMap<String, Vec<u8>>>),
}

impl Drafts {
    /// Those in a folder, sealed by the keys of a log; without a folder they end with the process.
    pub fn of(log: &Log, folder: Option<PathBuf>) -> Drafts {
        let (keys, names) = (log.shared_keys(), log.derived("names of drafts"));
        Drafts { keys, names, place: Arc::new(Place::of(folder)) }
    }

    /// The name of the draft of an author on a form about a matter.
    fn name(&self, (author, matter, form): (&str, Uuid, &str)) -> String {
        hex(&signature(&self.names, &[author.as_bytes(), matter.as_bytes(), form.as_bytes()])[..16])
    }

    /// Keeps a text in place of what the author had typed there before. `about`: the person whom it is about, or the
    /// matter, and the class of its texts. Whether it is kept: nothing is sealed of whoever was erased.
    pub async fn keep(
        &self,
        of: (&str, Uuid, &str),
        (subject, class): (Uuid, &'static str),
        text: &str,
        now: i64,
    ) -> Result<bool> {
        let (drafts, name, text) = (self.clone(), self.name(of), text.to_string());
        blocking(move || {
            let Some(sealed) = drafts.keys.seal_apart((subject, class), text.as_bytes(), &place_of(&name, now))? else {
                return drafts.place.remove(&name).map(|()| false);
            };
            let head = [sealed.subject.as_bytes().as_slice(), sealed.key.as_bytes(), &now.to_be_bytes()].concat();
            drafts.place.write(&name, &[head.as_slice(), &sealed.bytes].concat()).map(|()| true)
        })
        .await
    }

    /// The text that an author has typed on a form about a matter and not sent; none: nothing, or too long ago, or of somebody who
    /// was erased since.
    pub async fn read(&self, of: (&str, Uuid, &str), now: i64) -> Result<Option<Draft>> {
        let (drafts, name) = (self.clone(), self.name(of));
        blocking(move || {
            let Some(bytes) = drafts.place.read(&name)? else { return Ok(None) };
            match drafts.open(&name, &bytes) {
                Ok(Some(draft)) if now < draft.at.saturating_add(DRAFT_KEPT) => Ok(Some(draft)),
                Ok(_) => drafts.place.remove(&name).map(|()| None),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Takes a draft away: it was sent, or its author has emptied the form.
    pub async fn drop(&self, of: (&str, Uuid, &str)) -> Result<()> {
        let (drafts, name) = (self.clone(), self.name(of));
        blocking(move || drafts.place.remove(&name)).await
    }

    /// Takes away all whose time is over, and all of people who were erased; gives how many are left.
    pub async fn sweep(&self, now: i64) -> Result<usize> {
        let drafts = self.clone();
        blocking(move || {
            let mut left = 0;
            for (name, bytes) in drafts.place.all()? {
                match drafts.open(&name, &bytes) {
                    Ok(Some(draft)) if now < draft.at.saturating_add(DRAFT_KEPT) => left += 1,
                    Ok(_) => drafts.place.remove(&name)?,
                    // Damage is for those to see who look for it: `luotsi log verify`.
                    Err(_) => left += 1,
                }
            }
            Ok(left)
        })
        .await
    }

    /// Looks at every draft; gives how many there are, and the names of those that cannot be opened although nobody has
    /// destroyed their keys.
    pub async fn check(&self) -> Result<(usize, Vec<String>)> {
        let drafts = self.clone();
        blocking(move || {
            let all = drafts.place.all()?;
            let damaged = all.iter().filter(|(name, bytes)| drafts.open(name, bytes).is_err());
            Ok((all.len(), damaged.map(|(name, _)| name.clone()).collect()))
        })
        .await
    }

    fn open(&self, name: &str, bytes: &[u8]) -> Result<Option<Draft>> {
        let damaged = || Error::new("a draft is damaged").at(name);
        let (head, sealed) = bytes.split_at_checked(HEAD).ok_or_else(damaged)?;
        let id = |from: usize| Uuid::from_slice(&head[from..from + 16]).map_err(|_| damaged());
        let at = i64::from_be_bytes(head[32..].try_into().map_err(|_| damaged())?);
        let sealed = Sealed { subject: id(0)?, key: id(16)?, bytes: sealed.to_vec() };
        let text = self.keys.unseal_apart(&sealed, &place_of(name, at))?;
        let text = text.map(|text| String::from_utf8(text).map_err(|_| damaged())).transpose()?;
        Ok(text.map(|text| Draft { at, text }))
    }
}

/// The place to which a draft belongs: it opens nowhere else, and at no other time.
fn place_of(name: &str, at: i64) -> Vec<u8> {
    [b"draft/".as_slice(), name.as_bytes(), &at.to_be_bytes()].concat()
}

impl Place {
    /// A folder; without one it is gone with the last handle.
    pub(crate) fn of(folder: Option<PathBuf>) -> Place {
        folder.map_or_else(|| Place::Memory(Mutex::default()), Place::Folder)
    }

    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self {
            Place::Memory(all) => Ok(all.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()),
            Place::Folder(folder) => match fs::read(folder.join(name)) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                read => read.map(Some).map_err(|error| broken(folder, &error)),
            },
        }
    }

    /// Whole or not at all.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let folder = match self {
            Place::Memory(all) => {
                all.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), bytes.into());
                return Ok(());
            }
            Place::Folder(folder) => folder,
        };
        let partial = folder.join(format!("{name}.partial-{}", hex(&random::<8>()?)));
        let written = private_folder(folder).and_then(|()| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            fs::rename(&partial, folder.join(name))
        });
        written.map_err(|error| {
            let _ = fs::remove_file(&partial);
            broken(folder, &error)
        })
    }

    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        match self {
            Place::Memory(all) => {
                all.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
                Ok(())
            }
            Place::Folder(folder) => match fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(broken(folder, &error)),
                _ => Ok(()),
            },
        }
    }

    fn all(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut all = Vec::new();
        for name in self.names()? {
            all.extend(self.read(&name)?.map(|bytes| (name, bytes)));
        }
        Ok(all)
    }

    pub(crate) fn names(&self) -> Result<Vec<String>> {
        let folder = match self {
            Place::Memory(all) => {
                return Ok(all.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect());
            }
            Place::Folder(folder) => folder,
        };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| broken(folder, &error))?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| broken(folder, &error))?.file_name().to_string_lossy().into_owned();
            // One that is being written has another name; one whose process was killed goes with the next start.
            if name.contains('.') {
                continue;
            }
            all.push(name);
        }
        Ok(all)
    }
}

fn broken(folder: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("sealed files cannot be kept: {error}")).at(folder.display())
}
