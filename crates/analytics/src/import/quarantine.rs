//! Refused rows, whole, with line, column and reason, so that they can be mended and imported again. Sealed, as the
//! original is.

use std::io::{BufRead, BufReader, Read, Write};

use super::read::{About, Record};
use super::reasons::{Refused, columns, text};
use super::seal::{SealedFile, SealedWriter};
use crate::error::{Error, Result};

/// Columns that the quarantine adds; an import passes over columns that begin with `_`.
const ADDED: [&str; 3] = ["_line", "_column", "_reason"];

/// Writes refused rows on, so that no spreadsheet takes a cell for a formula: an import takes the apostrophes off again.
/// Numbers keep their sign.
pub fn harmless_rows(rows: &mut dyn Read, out: &mut dyn Write) -> Result<()> {
    let broken = |error: &dyn std::fmt::Display| Error::new(format!("the refused rows cannot be read: {error}"));
    let mut rows = BufReader::new(rows);
    let head = rows.fill_buf().map_err(|error| broken(&error))?;
    let separator = head.get(ADDED[0].len()).copied().unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new();
    let mut rows = reader.delimiter(separator).flexible(true).has_headers(false).from_reader(rows);
    let mut out = csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(out);
    let is_number = |text: &str| text.replace(',', ".").parse::<f64>().is_ok_and(f64::is_finite);
    for row in rows.byte_records() {
        let row = row.map_err(|error| broken(&error))?;
        let cells = row.iter().map(|cell| match std::str::from_utf8(cell) {
            Ok(text) if !is_number(text) => facts::harmless(text).into_owned().into_bytes(),
            _ => cell.to_vec(),
        });
        out.write_record(cells).map_err(|error| broken(&error))?;
    }
    out.flush().map_err(|error| Error::new(format!("cannot write: {error}")))
}

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
