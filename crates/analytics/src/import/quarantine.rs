//! Refused rows, whole, with line, column and reason, so that they can be mended and imported again.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use super::read::Record;
use crate::error::{Error, Result};

/// Columns that the quarantine adds; an import passes over columns that begin with `_`.
const ADDED: [&str; 3] = ["_line", "_column", "_reason"];

/// The quarantine of one import, made when the first row is refused; readable by its owner only.
pub struct Quarantine {
    path: PathBuf,
    header: Vec<String>,
    out: Option<csv::Writer<File>>,
    /// Line and column of the first refused rows; not the reason, in which a value may stand.
    pub first: Vec<(u64, String)>,
}

/// Refused rows whose place is told beside the quarantine.
const TOLD: usize = 3;

impl Quarantine {
    pub fn new(path: PathBuf, header: &[String]) -> Quarantine {
        Quarantine { path, header: header.to_vec(), out: None, first: Vec::new() }
    }

    pub fn put(&mut self, record: &Record, column: &str, reason: &str) -> Result<()> {
        let path = self.path.clone();
        let broken = |error: &dyn std::fmt::Display| Error::file("write the quarantine", &path, error);
        if self.out.is_none() {
            self.out = Some(self.begin()?);
        }
        // Of a row that is too short, the column where it ends.
        let ends = self.header.get(record.fields.len()).map(String::as_str);
        let column = ends.unwrap_or(column);
        if self.first.len() < TOLD {
            self.first.push((record.line, column.to_string()));
        }
        let Some(out) = &mut self.out else { return Ok(()) };
        let line = record.line.to_string();
        let added = [line.as_bytes(), column.as_bytes(), reason.as_bytes()];
        // A quarantine that is imported again and refused again has these columns already.
        let is_own = |at: &usize| self.header.get(*at).is_none_or(|name| !ADDED.contains(&name.as_str()));
        let fields = record.fields.iter().enumerate().filter(|(at, _)| is_own(at)).map(|(_, field)| field);
        out.write_record(added.into_iter().chain(fields)).map_err(|error| broken(&error))
    }

    fn begin(&self) -> Result<csv::Writer<File>> {
        let broken = |error: &dyn std::fmt::Display| Error::file("write the quarantine", &self.path, error);
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| broken(&error))?;
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path);
        let mut out = csv::WriterBuilder::new().flexible(true).from_writer(file.map_err(|error| broken(&error))?);
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
