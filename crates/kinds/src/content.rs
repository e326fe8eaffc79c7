//! Content in the log: every version of a part that is kept stands there once, as it was published, so that what was begun
//! on it is read by it for ever.
//!
//! Each part has a stream of its own, `content/forms/ess`. A start reads these streams alone, not the whole log, and writes
//! what is new in as few appends as it fits; each expects its streams where they were read. Of two servers that start at
//! once, the second reads again, and finds nothing left to write or a fault with its place.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use content::journey::Journey;
use content::{Content, Fault, Folder, Found, Library, Listed, OWN, Origin, Part, There, Wrong};
use facts::{Code, Profession};
use jiff::civil::Date;
use operations::bookings::calendar::{Kind as Slot, Timetable};
use operations::contacts::Queue;
use operations::contacts::phrases::Phrases;
use operations::contacts::routing::{Routing, Service};
use operations::dispatches::port::Port;
use serde::{Deserialize, Serialize};
use store::{
    Append, AppendError, Context, Error, Expect, Kept, Log, MOST_BYTES, NewEvent, Recorded, Result, Topic, View,
    digest, hex, new_id,
};
use tokio::sync::watch;
use uuid::Uuid;

/// Every kind of content that this house reads: the one list of them.
pub const FOLDERS: &[Folder] = &[
    Folder::of::<Journey>(),
    Folder::of::<Phrases>(),
    Folder::of::<Port>(),
    Folder::of::<Queue>(),
    Folder::of::<Routing>(),
    Folder::of::<Service>(),
    Folder::of::<Slot>(),
    Folder::of::<Timetable>(),
];

/// The parts of a kind that are in force, by their ids.
pub struct InForce<C>(RwLock<Arc<Parts<C>>>);

type Parts<C> = BTreeMap<String, Arc<Part<C>>>;

impl<C> Default for InForce<C> {
    fn default() -> InForce<C> {
        InForce(RwLock::default())
    }
}

impl<C: Content> InForce<C> {
    pub fn all(&self) -> Arc<Parts<C>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn get(&self, id: &str) -> Option<Arc<Part<C>>> {
        self.all().get(id).map(Arc::clone)
    }

    /// Those of a library that are in force on a day, in place of the ones before.
    pub fn take(&self, library: &Library, on: Date) {
        let Some(catalogue) = library.catalogue::<C>() else { return };
        let parts = catalogue.in_force(on).map(|part| (part.id.clone(), Arc::clone(part)));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(parts.collect());
    }
}

/// Hears when something is published, by whatever process; what it tells is a hint, and [`hear`] reads what was.
pub struct Publications {
    stands: Mutex<(Uuid, u64)>,
    /// The place of the last publication that was heard of.
    last: watch::Sender<u64>,
}

impl Default for Publications {
    fn default() -> Publications {
        Publications { stands: Mutex::default(), last: watch::Sender::new(0) }
    }
}

impl Publications {
    /// From now on.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }
}

impl View for Publications {
    fn name(&self) -> &'static str {
        CONTENT
    }

    fn version(&self) -> u32 {
        1
    }

    fn categories(&self) -> &'static [&'static str] {
        &[CONTENT]
    }

    fn stands(&self) -> (Uuid, u64) {
        *self.stands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, events: &[Recorded], to: u64, _: &mut HashSet<Topic>) {
        let mut stands = self.stands.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |event: &&Recorded| event.pos > stands.1 && event.stream.starts_with("content/");
        if let Some(event) = events.iter().rfind(is_new) {
            self.last.send_replace(event.pos);
        }
        stands.1 = stands.1.max(to);
    }

    fn snapshot(&self) -> Result<Kept> {
        let (epoch, pos) = self.stands();
        Ok(Kept { epoch, pos, body: Vec::new() })
    }

    fn restore(&self, epoch: Uuid, pos: u64, _: Option<&[u8]>) -> Result<()> {
        *self.stands.lock().unwrap_or_else(PoisonError::into_inner) = (epoch, pos);
        Ok(())
    }
}

/// Category of the streams.
const CONTENT: &str = "content";
const SCHEMA: u32 = 1;
/// Events of one append, and bytes of their data.
const MOST_EVENTS: usize = 1000;
const MOST_TEXT: usize = 8 * MOST_BYTES;
/// So often it is read again at most, because others have published in the meantime.
const TRIES: usize = 8;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Event {
    /// `digest`: SHA-256 of the text.
    #[serde(rename = "content.published")]
    Published { version: u32, digest: String, text: String },
    /// Nothing new begins on the part from a day on, by this version of it, in which the reason stands.
    #[serde(rename = "content.closed")]
    Closed { version: u32, on: String, successor: Option<String> },
}

/// Files of content, as they were found.
pub struct Files {
    pub found: Vec<Found>,
    /// Own ones that cannot be read.
    faults: Vec<Fault>,
}

impl Files {
    /// Those that come with the program, as path and text, and a county's own below `content/` in its data directory: all
    /// whose names end with `.toml`.
    pub fn of(shipped: &[(&str, &str)], data: &Path) -> Files {
        let mut found: Vec<Found> = shipped.iter().map(|(path, text)| Found::shipped(path, text)).collect();
        let (root, shown) = (data.join(CONTENT), data.display().to_string());
        let (mut faults, mut paths) = (Vec::new(), Vec::new());
        if let Err(error) = walk(&root, &mut paths) {
            faults.push(unreadable(&root, format!("the folder cannot be read: {error}")));
        }
        paths.sort_unstable();
        for path in paths {
            let inside = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            match std::fs::read(&path).map(String::from_utf8) {
                Ok(Ok(text)) => found.push(Found::own(&shown, &inside, &text)),
                Ok(Err(error)) => {
                    let valid = error.utf8_error().valid_up_to();
                    let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
                    let wrong = Wrong::new(valid..valid, "the file is not UTF-8", "save it in that encoding");
                    faults.push(Fault::of(&path.display().to_string(), &before, wrong));
                }
                Err(error) => faults.push(unreadable(&path, format!("the file cannot be read: {error}"))),
            }
        }
        Files { found, faults }
    }

    /// Ids of a kind that the shipped files name: units of the demo county, in which their journeys are played.
    pub fn named(&self, folders: &[Folder], kind: &str) -> BTreeSet<String> {
        let named = RefCell::new(BTreeSet::new());
        let shipped: Vec<Found> = self.found.iter().filter(|it| it.origin == Origin::Shipped).cloned().collect();
        Library::read(folders, &shipped, &|asked, id| {
            if asked == kind {
                named.borrow_mut().insert(id.into());
            }
            true
        });
        named.into_inner()
    }

    /// All parts, beside what was published before. `also` knows what is there beside parts that are files of content.
    pub fn read(&self, folders: &[Folder], published: &[Found], also: There) -> Library {
        let mut library = Library::read(folders, &[&self.found, published].concat(), also);
        library.faults.extend(self.faults.iter().cloned());
        library.faults.sort();
        library
    }
}

/// Ids that parts may name and that are no files of content.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub measures: BTreeSet<String>,
    pub scorecards: BTreeSet<String>,
    /// Empty: none is known, and none is missed.
    pub units: BTreeSet<String>,
}

impl Known {
    pub fn has(&self, kind: &str, id: &str) -> bool {
        match kind {
            "measure" => self.measures.contains(id),
            "scorecard" => self.scorecards.contains(id),
            "unit" => self.units.is_empty() || self.units.contains(id),
            "profession" => Profession::named(id).is_some(),
            // Journeys alone name these. `cargo xtask systems` and the tests that play journeys hold them to it.
            "system" | "source" | "file" | "cast" | "partner" => true,
            _ => false,
        }
    }
}

fn unreadable(path: &Path, what: String) -> Fault {
    Fault::of(&path.display().to_string(), "", Wrong::new(0..0, what, ""))
}

fn walk(folder: &Path, into: &mut Vec<std::path::PathBuf>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            into.push(path);
        }
    }
    Ok(())
}

/// Content as it was published, and how many events the stream of each part has.
struct Published {
    found: Vec<Found>,
    ends: BTreeMap<String, u64>,
    /// A county's own versions after a place of the log, as files of its own.
    since: Vec<Found>,
}

/// Every version that was published.
pub async fn published(log: &Log) -> Result<Vec<Found>> {
    Ok(read(log).await?.found)
}

/// Content as the log has it after another process has published. A county's own version that was published after a place of
/// the log holds here as well, for as long as this process runs: its file is with the one that published it.
pub struct Heard {
    found: Vec<Found>,
    own: Vec<Found>,
}

pub async fn hear(log: &Log, since: u64) -> Result<Heard> {
    let Published { found, since: own, .. } = read_since(log, since).await?;
    Ok(Heard { found, own })
}

impl Heard {
    /// All parts, with the files of this process.
    pub fn read(self, folders: &[Folder], files: &Files, also: There) -> Library {
        let is_ours = |it: &Found| files.found.iter().any(|ours| ours.folder == it.folder && ours.text == it.text);
        let own = self.own.into_iter().filter(|it| !is_ours(it));
        files.read(folders, &self.found.into_iter().chain(own).collect::<Vec<_>>(), also)
    }
}

async fn read(log: &Log) -> Result<Published> {
    read_since(log, u64::MAX).await
}

async fn read_since(log: &Log, since: u64) -> Result<Published> {
    let mut own = Vec::new();
    let (mut found, mut ends, mut known) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    for event in log.read_category(CONTENT).await? {
        let read = matter::codec::read::<Event>((&event.kind, event.schema), &event.data, SCHEMA)
            .map_err(|unreadable| Error::new(format!("event {} cannot be read: {}", event.pos, unreadable.0)))?;
        ends.insert(event.stream.clone(), event.version);
        // The first is the one that holds, should a version ever stand there twice.
        if let Event::Published { version, text, .. } = read
            && known.insert((event.stream.clone(), version))
        {
            found.push(Found::published(&event.stream, version, &text));
            let inside = event.stream.strip_prefix("content/").unwrap_or(&event.stream);
            if event.pos > since && version >= OWN {
                own.push(Found::own("", &format!("{inside}.toml"), &text));
            }
        }
    }
    Ok(Published { found, ends, since: own })
}

/// Reads files of content beside what was published, and publishes each version that is kept and not there yet. Gives all
/// parts, and the faults of those that are left out: also of one whose text is not what was published under its version.
pub async fn publish(log: &Log, folders: &[Folder], files: &Files, also: There<'_>, now: i64) -> Result<Library> {
    for _ in 0..TRIES {
        let Published { found, ends, .. } = read(log).await?;
        let library = files.read(folders, &found, also);
        match write(log, appends(library.unpublished(), ends, now)).await {
            Ok(()) => return Ok(library),
            // Somebody else has published, or this was done and nobody could say so: what stands there is read again.
            Err(AppendError::Conflict { .. } | AppendError::Unknown) => {}
            Err(error) => return Err(Error::new(format!("content cannot be published: {error}"))),
        }
    }
    Err(Error::new("content cannot be published: others publish all the time"))
}

async fn write(log: &Log, appends: Vec<Append>) -> std::result::Result<(), AppendError> {
    for append in appends {
        log.append(append).await?;
    }
    Ok(())
}

/// As few appends as take all versions; `ends`: where the streams stand before them.
fn appends<'a>(parts: impl Iterator<Item = Listed<'a>>, mut ends: BTreeMap<String, u64>, now: i64) -> Vec<Append> {
    let mut appends: Vec<Append> = Vec::new();
    let (mut bytes, mut expected) = (0, BTreeSet::new());
    for part in parts {
        let (stream, events) = (part.stream(), events(&part, now));
        let more: usize = events.iter().map(|event| event.data.len()).sum();
        let is_full = |append: &Append| append.events.len() + events.len() > MOST_EVENTS || bytes + more > MOST_TEXT;
        if appends.last().is_none_or(is_full) {
            appends.push(empty(now));
            (bytes, expected) = (0, BTreeSet::new());
        }
        let Some(append) = appends.last_mut() else { continue };
        let end = ends.entry(stream.clone()).or_insert(0);
        if expected.insert(stream.clone()) {
            let expect = if *end == 0 { Expect::NoStream } else { Expect::At(*end) };
            append.expects.push((stream, expect));
        }
        *end += events.len() as u64;
        bytes += more;
        append.events.extend(events);
    }
    appends
}

fn empty(now: i64) -> Append {
    let correlation = new_id(now);
    let context = Context { actor: "system".into(), purpose: "upkeep".into(), correlation, ..Context::default() };
    // No name of its own keeps it from being done twice, but the streams that it expects.
    let (scope, key, request) = (CONTENT.into(), correlation.to_string(), [0; 32]);
    Append { scope, key, request, expects: Vec::new(), events: Vec::new(), context }
}

fn events(part: &Listed, now: i64) -> Vec<NewEvent> {
    let version = part.version;
    let text = part.text.to_string();
    let published = Event::Published { version, digest: hex(&digest(text.as_bytes())), text };
    let closed = part.closed.map(|closed| {
        let successor = closed.successor.as_ref().map(|successor| successor.to_string());
        Event::Closed { version, on: closed.on.to_string(), successor }
    });
    let event = |event: Event| {
        let (kind, data) = matter::encode(&event);
        let (id, stream) = (new_id(now), part.stream());
        NewEvent { id, stream, kind, schema: SCHEMA, occurred: now, data, personal: None, closes: false }
    };
    [published].into_iter().chain(closed).map(event).collect()
}
