//! Refused rows, whole, with line, column and reason, so that they can be mended and imported again. Sealed, as the
//! original is.

use super::read::{About, Record};
use super::reasons::{Refused, columns, text};
use super::seal::{SealedFile, SealedWriter};
use crate::error::{Error, Result};

/// Columns that the quarantine adds; an import passes over columns that begin with `_`.
const ADDED: [&str; 3] = ["_line", "_column", "_reason"];

/// The quarantine of one import, made when the first row is refused.
pub struct Quarantine {
    place: SealedFile,
    header: Vec<String>,
    /// As the source was separated: whoever could open that can open this.
    separator: u8,
    out: Option<csv::Writer<SealedWriter>>,
}

impl Quarantine {
    pub fn new(place: SealedFile, about: &About) -> Quarantine {
        let (header, separator) = (about.header.clone(), about.separator);
        Quarantine { place, header, separator, out: None }
    }

    /// Puts a row with all its reasons.
    pub fn put(&mut self, record: &Record, refused: &[Refused]) -> Result<()> {
        let path = self.place.path.clone();
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

    fn begin(&self) -> Result<csv::Writer<SealedWriter>> {
        let mut out = csv::WriterBuilder::new();
        let mut out = out.delimiter(self.separator).flexible(true).from_writer(self.place.create()?);
        let own = self.header.iter().map(String::as_str).filter(|name| !ADDED.contains(name));
        let header = ADDED.into_iter().chain(own);
        out.write_record(header).map_err(|error| Error::file("write the quarantine", &self.place.path, error))?;
        Ok(out)
    }

    /// Whether any row was refused.
    pub fn finish(self) -> Result<bool> {
        let Some(out) = self.out else { return Ok(false) };
        let sealed = out.into_inner().map_err(|error| Error::file("write the quarantine", &self.place.path, error))?;
        sealed.finish().map(|()| true)
    }
}
