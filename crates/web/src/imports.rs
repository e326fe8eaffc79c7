//! Questions of the import pages to a part that can read files and has the facts; the binary answers them.

use std::fs::File;
use std::pin::Pin;

/// A reason why rows were refused, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason {
    pub column: String,
    /// By it the page finds its words: texts `import-fault-CODE`.
    pub code: String,
    /// Details that those words need: a table, a column, codes, years.
    pub detail: String,
    pub rows: u64,
    /// Lines of the first such rows.
    pub lines: Vec<u64>,
}

/// The outcome of a file, or the one that it would have. `read = accepted + unchanged + replaced + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub read: u64,
    pub accepted: u64,
    pub unchanged: u64,
    pub replaced: u64,
    pub rejected: u64,
    /// The most frequent first.
    pub reasons: Vec<Reason>,
    /// Columns in which a word for nothing was taken as no value, and how often.
    pub emptied: Vec<(String, u64)>,
}

/// An import that has been.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportCard {
    pub id: String,
    /// When it began, in microseconds since 1970.
    pub at: i64,
    pub table: String,
    pub file: String,
    /// All of the file was read.
    pub whole: bool,
    pub outcome: Option<Outcome>,
}

/// How a file is to be read; what is empty is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    pub table: String,
    /// Name of a mapping; `none` asks for none.
    pub mapping: String,
    pub encoding: String,
}

/// A file that waits, as it would be taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    pub file: String,
    /// How it was read: format, encoding, separator.
    pub read_as: String,
    pub columns: Vec<String>,
    /// The choice made, or guessed; without a table nothing fits.
    pub choice: Choice,
    pub tables: Vec<String>,
    pub mappings: Vec<String>,
    /// The outcome that it would have, or why it cannot be read so.
    pub outcome: Option<Result<Outcome, String>>,
    /// The first rows as they would stand, below the names of their columns.
    pub first: (Vec<String>, Vec<Vec<String>>),
}

/// Why something could not be done, for the person who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unable {
    /// No file waits under this name: it was taken in or thrown away, or its hour is over.
    Gone,
    /// The county is invented; nothing real is taken in.
    Invented,
    Failed(String),
}

type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The imports behind the pages.
pub trait Imports: Send + Sync {
    /// Every import, the newest first.
    fn all(&self) -> Later<Result<Vec<ImportCard>, Unable>>;
    /// A new file without a name, into which an upload is written: it stands in no folder, and is gone with the process.
    fn file(&self) -> std::io::Result<File>;
    /// Keeps an upload waiting for an hour; gives the name under which it waits.
    fn wait(&self, file: File, name: String) -> Result<String, Unable>;
    /// The outcome that a file that waits would have. Nothing is written.
    fn rehearse(&self, waiting: &str, choice: Choice) -> Later<Result<Trial, Unable>>;
    /// Takes a file in; gives the import's id.
    fn take_in(&self, waiting: &str, choice: Choice) -> Later<Result<String, Unable>>;
    /// Forgets a file that waits.
    fn forget(&self, waiting: &str);
}
