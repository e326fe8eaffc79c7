//! A folder that comes to be whole or not at all: it is filled under another name, and what was broken off is begun anew.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use analytics::{Error, Result};

/// A folder that is being filled.
pub struct Staged {
    /// Where it is filled.
    pub path: PathBuf,
    to: PathBuf,
    finished: bool,
}

/// Where a folder is filled that is to stand at a place.
pub fn partial(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_os_string();
    name.push(".luotsi-partial");
    to.with_file_name(name)
}

/// Refuses a place where anything stands; an empty folder is nothing.
pub fn free(to: &Path) -> Result<()> {
    let is_empty = || fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_none());
    match to.symlink_metadata() {
        Ok(_) if is_empty() => Ok(()),
        Ok(_) => Err(Error::new("something stands here already")
            .at(to.display())
            .remedy("name a place where nothing is, or move this away")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::file("look at", to, error)),
    }
}

impl Staged {
    pub fn begin(to: &Path) -> Result<Staged> {
        free(to)?;
        if to.file_name().is_none() {
            return Err(Error::new("this names no folder").at(to.display()).remedy("name a new folder"));
        }
        let path = partial(to);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::file("remove what an earlier try has left at", &path, error));
            }
            _ => {}
        }
        private_folder(&path)?;
        Ok(Staged { path, to: to.into(), finished: false })
    }

    /// Gives the folder its name, after everything in it is on disk.
    pub fn finish(mut self) -> Result<()> {
        let broken = |error: std::io::Error| Error::file("put the finished folder at", &self.to, error);
        for folder in folders(&self.path) {
            fs::File::open(folder).and_then(|it| it.sync_all()).map_err(broken)?;
        }
        // Over an empty folder, and over nothing else.
        fs::rename(&self.path, &self.to).map_err(broken)?;
        let above = self.to.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(above).and_then(|it| it.sync_all()).map_err(broken)?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Makes a folder that its owner alone can open, and those above it.
pub fn private_folder(path: &Path) -> Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Error::file("make the folder", path, error))
}

/// Copies a file, for its owner alone, onto the disk.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let broken = |error: std::io::Error| Error::file(&format!("copy {} to", from.display()), to, error);
    to.parent().map_or(Ok(()), private_folder)?;
    fs::copy(from, to).map_err(broken)?;
    let file = fs::File::open(to).map_err(broken)?;
    file.set_permissions(fs::Permissions::from_mode(0o600)).and_then(|()| file.sync_all()).map_err(broken)
}

/// Writes a new file, for its owner alone, onto the disk.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    path.parent().map_or(Ok(()), private_folder)?;
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = made.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| Error::file("write", path, error))
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![path.to_path_buf()];
    let mut next = 0;
    while let Some(folder) = found.get(next).cloned() {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        found.extend(entries.map(|entry| entry.path()).filter(|path| path.is_dir()));
        next += 1;
    }
    found
}
