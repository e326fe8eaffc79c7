//! Whether a stored file is what was written: asked once of each file in a process, before anything is read from it.
//!
//! XXH3 of 128 bits detects damage, at the speed of memory. The SHA-256 beside it, which `facts verify` computes,
//! detects a change made on purpose.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use xxhash_rust::xxh3::Xxh3;

use crate::error::{Error, Result};
use crate::lake::{on_all_cores, private, private_folder};

/// A file as it stood when it was found whole.
#[derive(PartialEq, Eq, Hash)]
struct Stamp {
    path: PathBuf,
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    digest: String,
}

impl Stamp {
    fn of(path: &Path, digest: &str, metadata: &Metadata) -> Stamp {
        Stamp {
            path: path.into(),
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            digest: digest.into(),
        }
    }
}

static WHOLE: LazyLock<Mutex<HashSet<Stamp>>> = LazyLock::new(Mutex::default);

/// Files remembered; more are asked again.
const REMEMBERED: usize = 200_000;

/// A file changed so short a time ago could change once more and bear the same times: it is asked again.
const SETTLED: Duration = Duration::from_secs(1);

/// The remedy for a file that is not as it was written.
pub const RESTORE: &str = "restore the data directory from its backup";

/// An error unless the file has this digest, 32 hexadecimal digits.
pub fn check(path: &Path, digest: &str) -> Result<()> {
    let broken = |error: std::io::Error| Error::file("read", path, error).remedy(RESTORE);
    let mut file = File::open(path).map_err(broken)?;
    let metadata = file.metadata().map_err(broken)?;
    let stamp = Stamp::of(path, digest, &metadata);
    let known = || WHOLE.lock().unwrap_or_else(PoisonError::into_inner);
    if known().contains(&stamp) {
        return Ok(());
    }
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(broken)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    if hex128(&hasher) != digest {
        return Err(Error::new("the file is not what was written").at(path.display()).remedy(RESTORE));
    }
    if metadata.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > SETTLED) {
        let mut known = known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(stamp);
    }
    Ok(())
}

/// The same of many files, on all cores.
pub fn check_all(files: &[(PathBuf, &str)]) -> Result<()> {
    on_all_cores(files, |(path, digest)| check(path, digest)).map(drop)
}

fn hex128(hasher: &Xxh3) -> String {
    format!("{:032x}", hasher.digest128())
}

/// A file, private to its owner, that knows the digest of what was written to it.
pub struct HashingFile {
    file: File,
    hasher: Xxh3,
    pub bytes: u64,
}

impl HashingFile {
    /// Makes the file, and the folders above it; an error where it is there already.
    pub fn create(path: &Path) -> Result<HashingFile> {
        if let Some(parent) = path.parent() {
            private_folder(parent)?;
        }
        let file = private().write(true).create_new(true).open(path);
        let file = file.map_err(|error| Error::file("create the file", path, error))?;
        Ok(HashingFile { file, hasher: Xxh3::new(), bytes: 0 })
    }

    pub fn digest(&self) -> String {
        hex128(&self.hasher)
    }
}

impl Write for HashingFile {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
