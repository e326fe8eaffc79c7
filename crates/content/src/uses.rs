//! The places at which parts name each other.
//!
//! A part is named as `calendar:first-line` or `calendar:first-line@2` in any text; or by its bare id as the value of a key
//! that is called like its kind, alone or in a list: `calendar = "first-line"`. All kinds of content keep to it, so that one
//! walk finds the uses of each.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalogue::Origin;
use crate::fault::place;
use crate::kinds::{KINDS, kind_of, place_of};
use crate::library::{Found, named};

/// A place at which a part names another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub file: String,
    /// Counted from 1, as columns are.
    pub line: usize,
    pub column: usize,
    /// The part that names it: `journey:s-033`.
    pub by: String,
}

/// A part as somebody asks for it: `calendar:first-line`, `calendar:first-line@2`, or by its bare id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The kind; where it is a kind of content, its folder. None: of any kind.
    kind: Option<String>,
    id: String,
    pub version: Option<u32>,
}

impl Asked {
    pub fn of(text: &str) -> Asked {
        let (name, version) = match text.rsplit_once('@') {
            Some((name, version)) if version.parse::<u32>().is_ok() => (name, version.parse().ok()),
            _ => (text, None),
        };
        match name.split_once(':') {
            Some((kind, id)) => {
                let (kind, id) = settled(kind, id);
                Asked { kind: Some(kind), id, version }
            }
            None => Asked { kind: None, id: name.into(), version },
        }
    }

    /// Whether it is this part, by folder and id.
    pub fn is(&self, folder: &str, id: &str) -> bool {
        self.id == id && self.kind.as_deref().is_none_or(|kind| kind == folder)
    }

    /// Whether a word may name its kind.
    fn is_kind(&self, word: &str) -> bool {
        KINDS.iter().any(|(kind, ..)| *kind == word) || self.kind.as_deref() == Some(word)
    }

    /// Whether a kind and what stands behind it, an id or a group of ids as `guide/*`, name it.
    fn is_named(&self, kind: &str, id: &str) -> bool {
        let id = id.split('@').next().unwrap_or(id);
        let (kind, id) = settled(kind, id);
        let is_id = id.strip_suffix('*').map_or(self.id == id, |group| self.id.starts_with(group));
        is_id && self.kind.as_ref().is_none_or(|own| *own == kind)
    }
}

/// Folder and id of a part of content, kind and id of any other.
fn settled(kind: &str, id: &str) -> (String, String) {
    place_of(kind, id).map_or_else(|| (kind.into(), id.into()), |(folder, id)| (folder.into(), id))
}

/// Every place of the files at which somebody's part is named, in order. Of a file that is no TOML, what can be read is
/// looked at; what was published is not.
pub fn uses(found: &[Found], asked: &Asked) -> Vec<Use> {
    let mut uses: Vec<Use> = Vec::new();
    for file in found.iter().filter(|file| file.origin != Origin::Published) {
        let (table, _) = DeTable::parse_recoverable(&file.text);
        let mut places = Vec::new();
        Walk { asked, folder: &file.folder, places: &mut places }.table(table.get_ref());
        uses.extend(places.into_iter().map(|at| {
            let (line, column) = place(&file.text, at.start);
            Use { file: file.path.clone(), line, column, by: named(&file.folder, file.id()) }
        }));
    }
    uses.sort();
    uses
}

struct Walk<'a> {
    asked: &'a Asked,
    /// That of the file.
    folder: &'a str,
    places: &'a mut Vec<Range<usize>>,
}

impl Walk<'_> {
    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            self.value(key.get_ref(), value);
        }
    }

    fn value(&mut self, key: &str, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => self.table(table),
            DeValue::Array(array) => array.iter().for_each(|inner| self.value(key, inner)),
            DeValue::String(text) if self.names(key, text) => self.places.push(value.span()),
            _ => {}
        }
    }

    fn names(&self, key: &str, text: &str) -> bool {
        let mut words = text.split(|letter: char| !letter.is_alphanumeric() && !"-_./:@*".contains(letter));
        let is_written = |word: &str| {
            let name = word.trim_end_matches(['.', ':']).split_once(':');
            name.is_some_and(|(kind, id)| self.asked.is_kind(kind) && self.asked.is_named(kind, id))
        };
        let own = kind_of(self.folder).unwrap_or(self.folder);
        let is_bare = match key {
            "successor" => self.asked.is_named(own, text),
            "replaces" => text
                .strip_prefix(self.folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|id| self.asked.is_named(own, id)),
            _ => self.asked.is_kind(key) && self.asked.is_named(key, text),
        };
        is_bare || words.any(is_written)
    }
}
