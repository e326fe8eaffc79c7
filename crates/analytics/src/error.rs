//! Errors: what went wrong, where, and what to do about it.

use std::fmt;
use std::path::Path;

pub type Result<T> = std::result::Result<T, Error>;

/// An error that a person reads: what happened, at which place of which file, and what to try.
#[derive(Debug, Clone)]
pub struct Error {
    pub what: String,
    /// FILE:LINE:COLUMN, as far as known.
    pub at: Option<String>,
    pub remedy: Option<String>,
}

impl Error {
    pub fn new(what: impl Into<String>) -> Error {
        Error { what: what.into(), at: None, remedy: None }
    }

    pub fn at(mut self, place: impl fmt::Display) -> Error {
        self.at = Some(place.to_string());
        self
    }

    pub fn remedy(mut self, remedy: impl Into<String>) -> Error {
        self.remedy = Some(remedy.into());
        self
    }

    /// Our own error, where the engine only passed it on.
    pub fn within(error: &datafusion::error::DataFusionError) -> Option<Error> {
        match error.find_root() {
            datafusion::error::DataFusionError::External(inner) => inner.downcast_ref::<Error>().cloned(),
            _ => None,
        }
    }

    /// A failed operation on a file.
    pub fn file(doing: &str, path: &Path, error: impl fmt::Display) -> Error {
        Error::new(format!("cannot {doing}: {error}")).at(path.display())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)?;
        if let Some(at) = &self.at {
            write!(out, "\n  at {at}")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(out, "\n  try: {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<datafusion::error::DataFusionError> for Error {
    fn from(error: datafusion::error::DataFusionError) -> Error {
        Error::within(&error).unwrap_or_else(|| Error::new(error.strip_backtrace()))
    }
}

impl From<datafusion::arrow::error::ArrowError> for Error {
    fn from(error: datafusion::arrow::error::ArrowError) -> Error {
        Error::new(error.to_string())
    }
}

impl From<datafusion::parquet::errors::ParquetError> for Error {
    fn from(error: datafusion::parquet::errors::ParquetError) -> Error {
        Error::new(error.to_string())
    }
}
