//! Faults of files, each with its place.

use std::fmt;
use std::ops::{Deref, Range};

use serde::Deserialize;
use toml::Spanned;

/// Something wrong in a file: its place in bytes, what it is, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub at: Range<usize>,
    pub what: String,
    pub remedy: String,
}

impl Wrong {
    pub fn new(at: Range<usize>, what: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong { at, what: what.into(), remedy: remedy.into() }
    }
}

/// A value and its place in the file, for whatever is wrong with it.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct At<T>(Spanned<T>);

impl<T> At<T> {
    /// Its place in bytes; of a table the one of its header.
    pub fn place(&self) -> Range<usize> {
        self.0.span()
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get_ref()
    }
}

impl<T: fmt::Display> fmt::Display for At<T> {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        self.0.get_ref().fmt(to)
    }
}

impl<T: fmt::Debug> fmt::Debug for At<T> {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        self.0.get_ref().fmt(to)
    }
}

/// The same as people are told it. Lines and columns are counted from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub what: String,
    pub remedy: String,
}

impl Fault {
    /// `file`: its path, as people are told it.
    pub fn of(file: &str, text: &str, wrong: Wrong) -> Fault {
        let (line, column) = place(text, wrong.at.start);
        Fault { file: file.into(), line, column, what: wrong.what, remedy: wrong.remedy }
    }
}

/// Line and column of a byte of a text, as a fault has them.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "error: {}\n  at {}:{}:{}", self.what, self.file, self.line, self.column)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(to, "\n  try: {}", self.remedy) }
    }
}
