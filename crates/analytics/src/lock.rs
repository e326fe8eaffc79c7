//! One writer of a data directory at a time.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::lake::{make_private, private};

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(30);

/// The right to write a data directory; given back when dropped, also by a killed process.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, never read: closing the file gives the lock back")] File);

/// Says, for as long as it is held, that an import is under way: what stands stored is a part of what is to come.
pub fn importing(data: &Path) -> Result<Lock> {
    let file = open(&data.join("importing"))?;
    file.lock_shared().map_err(|error| Error::file("lock", &data.join("importing"), error))?;
    Ok(Lock(file))
}

/// Waits for at most 30 seconds until no import is under way, and lets none begin for as long as it is held.
pub fn erasing(data: &Path) -> Result<Lock> {
    let path = data.join("importing");
    let file = open(&path)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(std::fs::TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(Error::new("an import is under way").at(data.display()).remedy("wait for it to end"));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(Error::file("lock", &path, error)),
        }
    }
}

/// Says, for as long as it is held, that a server serves the directory; an error where another does.
pub fn serving(data: &Path) -> Result<Lock> {
    let path = data.join("serving");
    let mut file = open(&path)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            // One that is ending makes room for the next.
            Err(std::fs::TryLockError::WouldBlock) if begun.elapsed() < Duration::from_secs(3) => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(std::fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(Error::new(format!("another server serves this directory: {}", holder.trim()))
                    .at(data.display())
                    .remedy("end it first, or serve another directory with --data"));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(Error::file("lock", &path, error)),
        }
    }
    say_who(&mut file).map_err(|error| Error::file("write the lock", &path, error))?;
    Ok(Lock(file))
}

fn say_who(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {}", std::process::id())
}

/// Whether an import is under way.
pub fn is_importing(data: &Path) -> Result<bool> {
    let file = open(&data.join("importing"))?;
    Ok(matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

fn open(path: &Path) -> Result<File> {
    let file = private().read(true).write(true).create(true).truncate(false).open(path);
    file.map_err(|error| Error::file("open the lock", path, error))
}

/// Waits for the lock of a data directory for at most 30 seconds.
pub fn lock(data: &Path) -> Result<Lock> {
    let path = data.join("lock");
    make_private(data)?;
    let mut file = open(&path)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(std::fs::TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(std::fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(Error::new(format!("another process writes here: {}", holder.trim()))
                    .at(path.display())
                    .remedy("wait for it to end, or end it"));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(Error::file("lock", &path, error)),
        }
    }
    say_who(&mut file).map_err(|error| Error::file("write the lock", &path, error))?;
    Ok(Lock(file))
}
