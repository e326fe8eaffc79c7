//! Refused rows, whole, with line, column and reason, so that they can be mended and imported again.

use std::fs::File;
use std::path::PathBuf;

use super::read::{About, Record};
use super::reasons::{Refused, columns, text};
use crate::error::{Error, Result};
use crate::lake::{private, private_folder};

/// Columns that the quarantine adds; an import passes over columns that begin with `_`.
const ADDED: [&str; 3] = ["_line", "_column", "_reason"];

/// The quarantine of one import, made when the first row is refused; readable by its owner only.
pub struct Quarantine {
    path: PathBuf,
    header: Vec<String>,
    /// As the source was separated: whoever could open that can open this.
    separator: u8,
    out: Option<csv::Writer<File>>,
}

impl Quarantine {
    pub fn new(path: PathBuf, about: &About) -> Quarantine {
        let (header, separator) = (about.header.clone(), about.separator);
        Quarantine { path, header, separator, out: None }
    }

    /// Puts a row with all its reasons.
    pub fn put(&mut self, record: &Record, refused: &[Refused]) -> Result<()> {
        let path = self.path.clone();
        let broken = |error: &dyn std::fmt::Display| Error::file("write the quarantine", &path, error);
        if self.out.is_none() {
            self.out = Some(self.begin()?);
        }
        let Some(out) = &mut self.out else { return Ok(()) };
        let (line, column, reason) = (record.line.to_string(), columns(refused), text(refused));
        let added = [line.as_bytes(), column.as_bytes(), reason.as_bytes()];
        // A quarantine that is imported again and refused again has these columns already.
        let is_own = |at: &usize| self.header.get(*at).is_none_or(|name| !ADDED.contains(&name.as_str()));
        let fields = record.fields.iter().enumerate().filter(|(at, _)| is_own(at)).map(|(_, field)| field);
        out.write_record(added.into_iter().chain(fields)).map_err(|error| broken(&error))
    }

    fn begin(&self) -> Result<csv::Writer<File>> {
        let broken = |error: &dyn std::fmt::Display| Error::file("write the quarantine", &self.path, error);
        if let Some(folder) = self.path.parent() {
            private_folder(folder)?;
        }
        let file = private().write(true).create_new(true).open(&self.path);
        let mut out = csv::WriterBuilder::new();
        let mut out = out.delimiter(self.separator).flexible(true).from_writer(file.map_err(|error| broken(&error))?);
        let own = self.header.iter().map(String::as_str).filter(|name| !ADDED.contains(name));
        let header = ADDED.into_iter().chain(own);
        out.write_record(header).map_err(|error| broken(&error))?;
        Ok(out)
    }

    /// The file, when any row was refused.
    pub fn finish(mut self) -> Result<Option<PathBuf>> {
        match self.out.as_mut().map(csv::Writer::flush) {
            None => Ok(None),
            Some(Ok(())) => Ok(Some(self.path)),
            Some(Err(error)) => Err(Error::file("write the quarantine", &self.path, error)),
        }
    }
}
