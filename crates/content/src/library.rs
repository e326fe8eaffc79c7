//! All parts of all kinds: what is shipped, a county's own over it, and what was published of either.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use crate::catalogue::{Catalogue, File, Origin, id_of};
use crate::fault::{Fault, Wrong};
use crate::folder::{Folder, Listed, Shelf};
use crate::kinds::{kind_of, place_of};
use crate::{Content, There};

/// A file of content as it was found, whatever it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Below `content/`: `journeys`.
    pub folder: String,
    /// As people are told it.
    pub path: String,
    pub text: String,
    pub origin: Origin,
}

impl Found {
    /// A file that comes with the program: `content/journeys/s-033.toml`.
    pub fn shipped(path: &str, text: &str) -> Found {
        Found::at("", path.strip_prefix("content/").unwrap_or(path), text, Origin::Shipped)
    }

    /// A file of the county that owns the folder `data`; `inside` is its place below `content/` there.
    pub fn own(data: &str, inside: &str, text: &str) -> Found {
        Found::at(&format!("{data}/"), inside, text, Origin::Own)
    }

    /// A version as it was published in a stream, `content/forms/ess`.
    pub fn published(stream: &str, version: u32, text: &str) -> Found {
        let inside = format!("{}@{version}", stream.strip_prefix("content/").unwrap_or(stream));
        Found::at("", &inside, text, Origin::Published)
    }

    fn at(before: &str, inside: &str, text: &str, origin: Origin) -> Found {
        let folder = inside.split_once('/').map_or("", |(folder, _)| folder);
        Found { folder: folder.into(), path: format!("{before}content/{inside}"), text: text.into(), origin }
    }

    /// The id of the part that it is of by its name.
    pub(crate) fn id(&self) -> &str {
        id_of(&self.path, &self.folder)
    }
}

/// The standing of a version of a part on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In force.
    Valid,
    Closed,
    /// Its first day is yet to come.
    NotYet,
    /// Another version is in force.
    Replaced,
}

impl State {
    /// The word for it in a list.
    pub fn word(self) -> &'static str {
        match self {
            State::Valid => "valid",
            State::Closed => "closed",
            State::NotYet => "not yet",
            State::Replaced => "replaced",
        }
    }
}

/// All parts.
pub struct Library {
    shelves: Vec<(Folder, Arc<Shelf>)>,
    /// Paths of the versions that were published.
    published: BTreeSet<String>,
    /// All that is wrong in all files, in the order of their places.
    pub faults: Vec<Fault>,
    /// Own parts that replace a shipped one of which a newer version is shipped.
    pub outdated: Vec<Fault>,
}

impl Library {
    /// Reads the files of the folders of a list. `also` knows what is there beside parts that are files of content:
    /// measures, units.
    pub fn read(folders: &[Folder], found: &[Found], also: There) -> Library {
        let names = found.iter().filter(|file| file.origin != Origin::Published);
        let names: BTreeSet<(&str, &str)> = names.map(|file| (file.folder.as_str(), file.id())).collect();
        let there = |kind: &str, id: &str| {
            place_of(kind, id).is_some_and(|(folder, id)| names.contains(&(folder, id.as_str()))) || also(kind, id)
        };
        let (mut shelves, mut faults, mut outdated) = (Vec::new(), Vec::new(), Vec::new());
        for folder in folders {
            let of_folder = found.iter().filter(|file| file.folder == folder.name);
            let files: Vec<File> =
                of_folder.map(|it| File { path: &it.path, text: &it.text, origin: it.origin }).collect();
            let read = (folder.read)(&files, &there);
            shelves.push((*folder, read.catalogue));
            faults.extend(read.faults);
            outdated.extend(read.outdated);
        }
        faults.extend(found.iter().filter_map(|file| unread(folders, file)));
        faults.sort();
        let published = found.iter().filter(|file| file.origin == Origin::Published);
        let published = published.map(|file| file.path.clone()).collect();
        Library { shelves, published, faults, outdated }
    }

    /// The catalogue of a kind; none: the list that was read by has no such kind.
    pub fn catalogue<T: Content>(&self) -> Option<Arc<Catalogue<T>>> {
        self.shelves.iter().find_map(|(_, shelf)| Arc::clone(shelf).downcast().ok())
    }

    /// Folders, in the order of the list.
    pub fn folders(&self) -> impl Iterator<Item = &'static str> {
        self.shelves.iter().map(|(folder, _)| folder.name)
    }

    /// Every version of every part, by folder and id.
    pub fn parts(&self) -> impl Iterator<Item = Listed<'_>> {
        self.shelves.iter().flat_map(|(folder, shelf)| (folder.parts)(&**shelf))
    }

    pub fn state(&self, part: &Listed, on: Date) -> State {
        let shelf = self.shelves.iter().find(|(folder, _)| folder.name == part.folder);
        let current = shelf.and_then(|(folder, shelf)| (folder.current)(&**shelf, part.id, on));
        if current == Some(part.version) {
            State::Valid
        } else if part.from.is_some_and(|from| on < from) {
            State::NotYet
        } else if part.closed.is_some_and(|closed| closed.on <= on) {
            State::Closed
        } else {
            State::Replaced
        }
    }

    /// Versions that are kept in the log and do not stand there yet.
    pub fn unpublished(&self) -> impl Iterator<Item = Listed<'_>> {
        let kept = self.shelves.iter().filter(|(folder, _)| folder.is_kept);
        kept.flat_map(|(folder, shelf)| (folder.parts)(&**shelf))
            .filter(|part| !self.published.contains(&format!("{}@{}", part.stream(), part.version)))
    }
}

impl Listed<'_> {
    /// Its kind and id, as other parts name it: `journey:s-033`.
    pub fn part(&self) -> String {
        named(self.folder, self.id)
    }

    /// The stream in which its versions stand.
    pub fn stream(&self) -> String {
        format!("content/{}/{}", self.folder, self.id)
    }
}

/// A part as others name it, by folder and id.
pub fn named(folder: &str, id: &str) -> String {
    format!("{}:{id}", kind_of(folder).unwrap_or(folder))
}

/// A file that no kind reads. One that is shipped waits for its engine.
fn unread(folders: &[Folder], file: &Found) -> Option<Fault> {
    if file.origin != Origin::Own || folders.iter().any(|folder| folder.name == file.folder) {
        return None;
    }
    let known: Vec<String> = folders.iter().map(|folder| format!("content/{}", folder.name)).collect();
    let what = "nothing reads this file: its folder is of no kind of part that this program knows";
    Some(Fault::of(&file.path, &file.text, Wrong::new(0..0, what, format!("one of {}", known.join(", ")))))
}
