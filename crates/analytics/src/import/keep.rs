//! The things that an import keeps: the original, because facts are a fold of the log and of the imports, and how it was read.
//!
//! Both stand in the folder of the import; the original, which names people and may hold anything, is sealed.

use std::path::{Path, PathBuf};

use super::seal::SealedFile;
use super::{Directory, Mapping, past};
use crate::error::{Error, Result};
use crate::lake::{Snapshot, write_private};

/// How the file was read.
const MAPPING: &str = "mapping.json";
/// A copy in clear, as programs before kept them.
const CLEAR: &str = "original.zst";

/// Where the sealed copy of an import's original stands, or will.
pub fn original_of(directory: &Directory, data: &Path, import: &str) -> SealedFile {
    directory.sealed(data, &format!("imports/{import}/original.sealed"))
}

/// Where the rows stand that an import refused; nowhere where it refused none.
pub fn refused_of(directory: &Directory, data: &Path, import: &str) -> SealedFile {
    directory.sealed(data, &format!("quarantine/{import}.sealed"))
}

/// The sealed copy of an import's original; an error where no such import was.
pub fn original(directory: &Directory, data: &Path, import: &str) -> Result<SealedFile> {
    there(original_of(directory, data, known(data, import)?), "nothing was kept of this import")
}

/// The sealed rows that an import refused; an error where no such import was, or where it refused none.
pub fn refused(directory: &Directory, data: &Path, import: &str) -> Result<SealedFile> {
    there(refused_of(directory, data, known(data, import)?), "this import refused no row")
}

/// The id of an import that has been, which is part of a path.
fn known<'a>(data: &Path, import: &'a str) -> Result<&'a str> {
    match past(data)?.iter().any(|past| past.id == import) {
        true => Ok(import),
        false => {
            Err(Error::new("there is no such import").at(data.display()).remedy("`luotsi facts imports` lists them"))
        }
    }
}

fn there(copy: SealedFile, otherwise: &str) -> Result<SealedFile> {
    if copy.path.exists() { Ok(copy) } else { Err(Error::new(otherwise)) }
}

/// Makes sure that every copy that was kept is there and opens; gives how many. Of an import that was killed there is none
/// to rely on: it is run again whole.
pub fn verify(directory: &Directory, data: &Path, facts: &Snapshot) -> Result<u64> {
    if let Some(clear) = in_clear(data)?.first() {
        return Err(Error::new("this copy stands in clear, as an earlier program kept it")
            .at(clear.display())
            .remedy("the next import seals it"));
    }
    if let Some(gone) = facts.manifest.imports.iter().find(|import| !data.join("imports").join(import).is_dir()) {
        return Err(Error::new("an import brought rows, and what was kept of it is gone")
            .at(data.join("imports").join(gone).display())
            .remedy("restore it from a backup"));
    }
    let mut copies = 0;
    for past in past(data)?.iter().filter(|past| past.whole) {
        original_of(directory, data, &past.id).verify()?;
        copies += 1;
        if past.summary.as_ref().is_some_and(|summary| summary.quarantine.is_some()) {
            refused_of(directory, data, &past.id).verify()?;
            copies += 1;
        }
    }
    Ok(copies)
}

/// Keeps how a file was read.
pub fn keep_mapping(folder: &Path, mapping: &Mapping) -> Result<()> {
    let path = folder.join(MAPPING);
    let text = serde_json::to_string(mapping).map_err(|error| Error::file("write", &path, error))?;
    write_private(&path, &text)
}

/// How a file was read; of older imports nothing is known, and their columns are taken to have the table's names.
pub fn mapping(folder: &Path) -> Result<Mapping> {
    let path = folder.join(MAPPING);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| Error::file("read", &path, error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Mapping::default()),
        Err(error) => Err(Error::file("read", &path, error)),
    }
}

/// Copies that stand in clear, which programs before this one made: of originals, and of refused rows.
pub fn in_clear(data: &Path) -> Result<Vec<PathBuf>> {
    let mut clear: Vec<PathBuf> = entries(&data.join("imports"))?.into_iter().map(|it| it.join(CLEAR)).collect();
    clear.retain(|path| path.exists());
    clear.extend(
        entries(&data.join("quarantine"))?.into_iter().filter(|it| it.extension().is_some_and(|it| it == "csv")),
    );
    Ok(clear)
}

/// Seals copies that stand in clear. The caller holds the right to import.
pub fn seal_what_is_in_clear(directory: &Directory, data: &Path) -> Result<()> {
    for path in in_clear(data)? {
        let broken = |error| Error::file("seal", &path, error);
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = std::fs::File::open(&path).map_err(broken)?;
        let is_original = name(&path) == CLEAR;
        let (mut clear, sealed): (Box<dyn std::io::Read>, SealedFile) = match path.parent() {
            Some(folder) if is_original => {
                (Box::new(zstd::Decoder::new(file).map_err(broken)?), original_of(directory, data, &name(folder)))
            }
            _ => (Box::new(file), refused_of(directory, data, name(&path).trim_end_matches(".csv"))),
        };
        // An original that a killed import left without its end is sealed as far as it goes.
        sealed.replace(|out| match std::io::copy(&mut clear, out) {
            Err(error) if !is_original => Err(broken(error)),
            _ => Ok(()),
        })?;
        std::fs::remove_file(&path).map_err(broken)?;
        let _ = std::fs::remove_file(path.with_extension("sha256"));
    }
    Ok(())
}

/// Paths of the entries of a folder, in order; none where there is none.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let broken = |error| Error::file("list", folder, error);
    let listed = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(broken)?,
    };
    let mut found = Vec::new();
    for entry in listed {
        found.push(entry.map_err(broken)?.path());
    }
    found.sort();
    Ok(found)
}
