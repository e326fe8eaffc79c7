//! Content: what the engines run on, as files that people write. A file is one part: forms, paths, calendars, journeys.
//! Pure: files come in as text, and all that is wrong with them goes out at once, each fault with its place.

mod catalogue;
mod fault;
mod folder;
pub mod journey;
mod kinds;
mod library;
mod read;
mod told;
mod uses;

use facts::Names;
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use catalogue::{Catalogue, Closed, File, OWN, Origin, Part};
pub use fault::{At, Fault, Wrong};
pub use folder::{Folder, Listed};
pub use kinds::{ENGINES, KINDS, engine, kind_of};
pub use library::{Found, Library, State};
pub use told::{checked, listed, shown, used};
pub use uses::{Asked, Use, uses};

/// A kind of content. The head of its files (id, version, validity, closing) is the catalogue's; the rest is its own.
pub trait Content: DeserializeOwned + Send + Sync + 'static {
    /// Folder of its files, below `content/`.
    const FOLDER: &'static str;
    /// Whether each version is kept in the log, because something that begins on it is read by it for ever.
    const IS_KEPT: bool = true;
    /// The name by which people know it.
    fn name(&self) -> &Names;
    /// All that is wrong in it, and what it names that is not there. `id` is its own.
    fn check(&self, id: &str, there: There) -> Vec<Wrong>;
}

/// Whether something that a part names is there: a kind of part and an id, as in `measure`, `access.t3`.
pub type There<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Languages of the county and of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Fi,
    Sv,
    En,
}

/// Whether a word may be the id of a part: `back-pain`, and of an entry `guide/back-pain`.
pub fn is_id(id: &str, folder: &str) -> bool {
    let is_word = |word: &str| {
        (1..=48).contains(&word.len())
            && !word.starts_with('-')
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    match id.split_once('/') {
        Some((kind, slug)) => folder == "entries" && is_word(kind) && is_word(slug),
        None => folder != "entries" && is_word(id),
    }
}
