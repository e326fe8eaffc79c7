//! The parts of one kind: shipped ones, a county's own over them, and what was published of either before.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use facts::Names;
use jiff::civil::Date;
use serde::Deserialize;
use toml::de::DeTable;

use crate::fault::{At, Fault, Wrong};
use crate::{Content, There, is_id, read};

/// Largest file, in bytes as it stands in the log: an event has 1 MiB, of which this much is left for a text.
const MOST: usize = (1 << 20) - 1024;
/// A county's own parts count their versions from here, so that none is a shipped one's.
pub const OWN: u32 = 1001;
/// Keys of a file's head; all others are the kind's own.
const HEAD: [&str; 5] = ["id", "version", "from", "replaces", "closed"];

/// A file of content as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'a> {
    /// As people are told it: `content/journeys/s-033.toml`. Its name, without folder of the kind and ending, is the part's id.
    pub path: &'a str,
    pub text: &'a str,
    pub origin: Origin,
}

/// Where a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// With the program.
    Shipped,
    /// From the county's data directory.
    Own,
    /// From the log, as it was published: what was begun on that version is read by it for ever.
    Published,
}

impl Origin {
    /// The word for it in a list.
    pub fn word(self) -> &'static str {
        match self {
            Origin::Shipped => "shipped",
            Origin::Own => "own",
            Origin::Published => "published",
        }
    }
}

/// One version of a part.
#[derive(Debug)]
pub struct Part<T> {
    pub id: String,
    pub version: u32,
    /// First day on which it is in force; always, where there is none.
    pub from: Option<Date>,
    pub closed: Option<Closed>,
    pub origin: Origin,
    /// The path of its file, as people are told it.
    pub path: String,
    /// The file as it was read: what is published.
    pub text: String,
    pub content: T,
}

/// The end of a part: nothing new begins on it, and what is under way is ended or moved.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// First day on which nothing new begins.
    pub on: Date,
    pub reason: Names,
    /// Id of the part that follows it.
    #[serde(default)]
    pub successor: Option<At<String>>,
}

#[derive(Debug, Deserialize)]
struct Head {
    id: At<String>,
    version: At<u32>,
    from: Option<Date>,
    replaces: Option<At<String>>,
    closed: Option<Closed>,
}

/// All parts of a kind, each in the versions that are known.
#[derive(Debug)]
pub struct Catalogue<T> {
    parts: BTreeMap<String, BTreeMap<u32, Arc<Part<T>>>>,
    /// Ids of which a county's own file is there, with faults or without.
    own: BTreeSet<String>,
    /// Own parts that replace a shipped one of which a newer version is shipped.
    pub outdated: Vec<Fault>,
}

impl<T: Content> Catalogue<T> {
    /// Reads files. Parts with a fault are left out, and all faults of all files are told, in the order of their places. Of
    /// a published text only its shape counts: what it names may be gone, and it is read all the same.
    pub fn read(files: &[File], there: There) -> (Catalogue<T>, Vec<Fault>) {
        let mut reading =
            Reading { parts: BTreeMap::new(), published: BTreeMap::new(), faults: Vec::new(), outdated: Vec::new() };
        // Published texts come first, and files are held to them; then shipped ones, for own ones to replace.
        for origin in [Origin::Published, Origin::Shipped, Origin::Own] {
            files.iter().filter(|file| file.origin == origin).for_each(|file| reading.file(file, there));
        }
        reading.successors();
        reading.faults.sort();
        let own = files.iter().filter(|file| file.origin == Origin::Own);
        let own = own.map(|file| id_of(file.path, T::FOLDER).to_string()).collect();
        (Catalogue { parts: reading.parts, own, outdated: reading.outdated }, reading.faults)
    }

    /// The part in force on a day. A county's own replaces a shipped one whole from its first day on, for as long as its
    /// file is there; while that has a fault, the version that was published last holds.
    pub fn current(&self, id: &str, on: Date) -> Option<&Arc<Part<T>>> {
        let versions = self.parts.get(id)?;
        let is_begun = |(_, part): &(&u32, &Arc<Part<T>>)| part.from.is_none_or(|from| from <= on);
        let own = self.own.contains(id).then(|| versions.range(OWN..).rfind(is_begun)).flatten();
        let (_, in_force) = own.or_else(|| versions.range(..OWN).rfind(is_begun))?;
        in_force.closed.as_ref().is_none_or(|closed| on < closed.on).then_some(in_force)
    }

    /// All parts in force on a day, by id.
    pub fn in_force(&self, on: Date) -> impl Iterator<Item = &Arc<Part<T>>> {
        self.parts.keys().filter_map(move |id| self.current(id, on))
    }

    /// One version of a part, whether it is in force or not.
    pub fn version(&self, id: &str, version: u32) -> Option<&Arc<Part<T>>> {
        self.parts.get(id)?.get(&version)
    }

    /// All parts in all versions, by id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Part<T>>> {
        self.parts.values().flat_map(BTreeMap::values)
    }
}

/// The id of the part that a file is of by its name; an entry's has the kind of entry, too.
pub(crate) fn id_of<'a>(path: &'a str, folder: &str) -> &'a str {
    let name = path.strip_suffix(".toml").unwrap_or(path);
    let words = if folder == "entries" { 2 } else { 1 };
    let begin = name.rmatch_indices('/').nth(words - 1).map_or(0, |(slash, _)| slash + 1);
    &name[begin..]
}

/// The bytes of a text as an event's data has it: JSON, in which these take two.
fn length_in_log(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | b'\t')).count()
}

struct Reading<T> {
    parts: BTreeMap<String, BTreeMap<u32, Arc<Part<T>>>>,
    /// Texts as they were published, by id and version; also of those that cannot be read any more.
    published: BTreeMap<(String, u32), String>,
    faults: Vec<Fault>,
    outdated: Vec<Fault>,
}

impl<T: Content> Reading<T> {
    fn file(&mut self, file: &File, there: There) {
        let mut wrongs = Vec::new();
        let part = self.part(file, there, &mut wrongs);
        let is_sound = wrongs.is_empty();
        self.faults.extend(wrongs.into_iter().map(|wrong| Fault::of(file.path, file.text, wrong)));
        if let Some(part) = part.filter(|_| is_sound) {
            self.parts.entry(part.id.clone()).or_default().insert(part.version, Arc::new(part));
        }
    }

    fn part(&mut self, file: &File, there: There, wrongs: &mut Vec<Wrong>) -> Option<Part<T>> {
        let is_published = file.origin == Origin::Published;
        if length_in_log(file.text) > MOST && !is_published {
            let what = format!("the file is longer than {MOST} bytes, of which line ends and quotes count two");
            wrongs.push(Wrong::new(0..0, what, "divide it"));
            return None;
        }
        let mut table = match read::parse(file.text) {
            Ok(table) => table.into_inner(),
            Err(errors) => {
                wrongs.extend(errors);
                return None;
            }
        };
        let needed: &[&str] = if file.origin == Origin::Shipped { &["fi", "sv", "en"] } else { &["fi", "sv"] };
        let mut beyond_shape = Vec::new();
        read::languages(&mut table, needed, &mut beyond_shape);
        let (head, own): (Vec<_>, Vec<_>) =
            table.into_iter().partition(|(key, _)| HEAD.contains(&key.get_ref().as_ref()));
        let head: Option<(Head, _)> = read::read(head.into_iter().collect::<DeTable>(), wrongs);
        let content: Option<(T, _)> = read::read(own.into_iter().collect::<DeTable>(), wrongs);
        if let Some((head, _)) = &head {
            self.head(file, head, &mut beyond_shape);
            if is_published {
                self.published.insert((head.id.to_string(), *head.version), file.text.into());
            }
        }
        if let (Some((head, _)), Some((content, taken))) = (&head, &content) {
            let found = content.check(&head.id, there);
            // A table from which something was taken lacks it because of a fault that is told already.
            beyond_shape.extend(found.into_iter().filter(|wrong| !taken.contains(&wrong.at)));
        }
        if !is_published {
            wrongs.extend(beyond_shape);
        }
        let ((head, _), (content, _)) = (head?, content?);
        let (id, version) = (head.id.to_string(), *head.version);
        let (origin, path, text) = (file.origin, file.path.to_string(), file.text.to_string());
        Some(Part { id, version, from: head.from, closed: head.closed, origin, path, text, content })
    }

    fn head(&mut self, file: &File, head: &Head, wrongs: &mut Vec<Wrong>) {
        let (id, version) = (head.id.as_str(), *head.version);
        let mut wrong = |at: Range<usize>, what: String, remedy: &str| wrongs.push(Wrong::new(at, what, remedy));
        if !is_id(id, T::FOLDER) {
            let remedy = "small letters, digits and -, at most 48; an entry's begins with its kind and /";
            wrong(head.id.place(), format!("{id} is no id"), remedy);
        } else if id_of(file.path, T::FOLDER) != id {
            wrong(head.id.place(), format!("the file is not named {id}.toml"), "a file has the name of its part");
        }
        match (file.origin, version) {
            (_, 0) => wrong(head.version.place(), "versions are counted from 1".into(), "version = 1"),
            (Origin::Shipped, OWN..) => {
                wrong(head.version.place(), format!("versions from {OWN} on are a county's own"), "count from 1");
            }
            (Origin::Own, ..OWN) => {
                wrong(
                    head.version.place(),
                    format!("versions under {OWN} are shipped ones"),
                    "count own versions from 1001",
                );
            }
            _ => {}
        }
        let of_id = self.parts.get(id);
        let is_twice =
            of_id.and_then(|versions| versions.get(&version)).is_some_and(|it| it.origin != Origin::Published);
        let published = self.published.get(&(id.into(), version));
        if is_twice {
            let what = format!("content/{}/{id} version {version} stands in two files", T::FOLDER);
            wrong(head.version.place(), what, "one of them goes, or gets another version");
        } else if published.is_some_and(|text| text != file.text) {
            let what = format!("content/{}/{id} version {version} is not what was published", T::FOLDER);
            wrong(head.version.place(), what, "raise its version");
        }
        let shipped = of_id.and_then(|versions| versions.values().rfind(|part| part.origin == Origin::Shipped));
        let shipped = shipped.map(|part| part.version);
        self.replaces(file, head, shipped, wrongs);
    }

    /// A county's part says which shipped one it stands for, and is told when that is not the newest.
    fn replaces(&mut self, file: &File, head: &Head, shipped: Option<u32>, wrongs: &mut Vec<Wrong>) {
        let id = head.id.as_str();
        let stands_for = |version: u32| format!("{}/{id}@{version}", T::FOLDER);
        match (file.origin, &head.replaces, shipped) {
            (Origin::Own, None, Some(newest)) => {
                let remedy = format!("replaces = \"{}\"", stands_for(newest));
                wrongs.push(Wrong::new(
                    head.id.place(),
                    format!("a part {id} is shipped, and this does not say that it replaces it"),
                    remedy,
                ));
            }
            (Origin::Own, Some(replaces), Some(newest)) => {
                let known = (1..=newest).rev().find(|version| **replaces == stands_for(*version));
                let Some(known) = known else {
                    let what = format!("{} is not what is shipped", **replaces);
                    wrongs.push(Wrong::new(replaces.place(), what, format!("replaces = \"{}\"", stands_for(newest))));
                    return;
                };
                if known < newest {
                    let what = format!("{} is shipped, and this replaces version {known}", stands_for(newest));
                    let wrong = Wrong::new(replaces.place(), what, "take over what is new, then say so in `replaces`");
                    self.outdated.push(Fault::of(file.path, file.text, wrong));
                }
            }
            (Origin::Own | Origin::Shipped, Some(replaces), _) => {
                wrongs.push(Wrong::new(replaces.place(), "nothing of this id is shipped", "leave `replaces` out"));
            }
            (_, None, _) | (Origin::Published, ..) => {}
        }
    }

    /// Holds closed parts to successors that are there.
    fn successors(&mut self) {
        let newest = self.parts.values().filter_map(|versions| versions.values().next_back());
        let wrong = newest.filter_map(|part| {
            let successor = part.closed.as_ref()?.successor.as_ref()?;
            let is_there = self.parts.contains_key(successor.as_str()) && **successor != part.id;
            let what = format!("the successor {} is not there", **successor);
            (!is_there && part.origin != Origin::Published)
                .then(|| (part.clone(), Wrong::new(successor.place(), what, "name another part of this kind")))
        });
        let wrong: Vec<(Arc<Part<T>>, Wrong)> = wrong.collect();
        for (part, wrong) in wrong {
            self.faults.push(Fault::of(&part.path, &part.text, wrong));
            if let Some(versions) = self.parts.get_mut(&part.id) {
                versions.remove(&part.version);
            }
        }
        self.parts.retain(|_, versions| !versions.is_empty());
    }
}
