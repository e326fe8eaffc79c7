//! The data directory itself: whose it is, and of which format.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::error::{Error, Result};

/// Version of the layout on disk. Another one is refused: until the first release the originals are imported again.
pub const FORMAT: u32 = 3;

/// Makes a data directory where there is none. Its content is about people: nobody else on the machine reads it.
pub fn make_private(data: &Path) -> Result<()> {
    private_folder(data)
}

/// Makes a folder, and those above it, where there are none; those that are made are their owner's alone.
pub fn private_folder(folder: &Path) -> Result<()> {
    // Also where nothing may be written: what is there need not be made.
    if folder.is_dir() {
        return Ok(());
    }
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Error::file("make the folder", folder, error))
}

/// How files of the data directory are opened: those that are made are their owner's alone.
pub fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.mode(0o600);
    options
}

/// Writes a small file of the data directory, whatever was in it before.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let file = private().write(true).create(true).truncate(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::file("write", path, error))
}

/// Whether a folder is a data directory; an error where it is one of another format.
pub fn has_format(data: &Path) -> Result<bool> {
    let format = data.join("FORMAT");
    match fs::read_to_string(&format) {
        Ok(text) => check_format(&text, &format).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::file("read", &format, error)),
    }
}

fn check_format(text: &str, path: &Path) -> Result<()> {
    match text.trim().parse::<u32>() {
        Ok(FORMAT) => Ok(()),
        Ok(format) if format < FORMAT => Err(Error::new(format!(
            "the data directory has format {format}, which only a program before the first release read"
        ))
        .at(path.display())
        .remedy("import the originals under imports/ into another directory")),
        Ok(format) => {
            Err(Error::new(format!("the data directory has format {format}, this program reads up to {FORMAT}"))
                .at(path.display())
                .remedy("use the newer program that wrote it"))
        }
        Err(_) => {
            Err(Error::new("the format of the data directory is not a number").at(path.display()).remedy(format!(
                "where this program wrote the directory, write {FORMAT} into the file; else restore the newest backup"
            )))
        }
    }
}
