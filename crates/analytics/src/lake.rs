//! The fact store: a folder of Parquet files, the manifest that names the files of each version, and commits.
//!
//! A version is what one manifest names. A commit writes new files, flushes them, writes the next manifest, and makes
//! it current by one rename: readers see all of a commit or none, and a killed commit leaves only files nobody names.

mod erase;
mod format;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use datafusion::arrow::array::{AsArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use facts::{TABLES, Table, Type};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use erase::Erasure;
pub use format::{FORMAT, has_format, make_private, private, private_folder, write_private};

use crate::changes::Changes;
use crate::decide::{Tally, decide, with_marks};
use crate::error::{Error, Result};
use crate::index::{self, Run};
use crate::layout::{self, FileEntry, FileWriter, partition_name, partition_of, partitions};
use crate::merge::{self, Walk};
use crate::rows::{KEY, Place, Rows, stored_schema};
use crate::seen::Seen;
use crate::whole::{self, RESTORE};

/// Folder beside the tables in which running queries keep what does not fit into memory.
pub const SPILL: &str = "spill";

/// How long a replaced version keeps its files for those who still read it.
const HELD: Duration = Duration::from_hours(1);

/// A range is compacted when its deltas hold more than a tenth of its base.
const DELTA_SHARE: u64 = 10;

/// Names the files of every table at one version.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u64,
    pub tables: BTreeMap<String, TableFiles>,
    /// Tells the directory key that the rows were made with from others.
    #[serde(default)]
    pub directory_key: Option<String>,
    /// Imports that brought rows: of each the original is kept.
    #[serde(default)]
    pub imports: BTreeSet<String>,
    /// Everybody who was erased, and whose erasure was lifted, in order.
    #[serde(default)]
    pub erasures: Vec<Erasure>,
    /// Numbers new files, so that no name is ever used twice.
    next_file: u64,
}

/// The files of one table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TableFiles {
    /// By partition name.
    pub partitions: BTreeMap<String, PartitionFiles>,
    pub index: Vec<Run>,
    #[serde(default)]
    pub changes: Changes,
}

/// The files of one partition.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PartitionFiles {
    /// Sorted, each key once.
    pub base: Option<FileEntry>,
    /// Newer rows and marks of rows that left, each file sorted.
    pub deltas: Vec<FileEntry>,
    /// Rows that were replaced, read only as of an earlier instant.
    pub history: Vec<FileEntry>,
}

impl PartitionFiles {
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        self.base.iter().chain(&self.deltas).chain(&self.history)
    }
}

/// The fact store of a data directory.
#[derive(Debug, Clone)]
pub struct Lake {
    /// `DIR/facts`.
    folder: PathBuf,
}

/// One version of the facts, for reading. Its files stay as they are while it is held.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub folder: Arc<Path>,
    pub manifest: Arc<Manifest>,
}

impl Lake {
    /// Opens the fact store of a data directory, or begins one.
    pub fn open(data: &Path) -> Result<Lake> {
        let (folder, has_format) = (data.join("facts"), has_format(data)?);
        make_private(data)?;
        private_folder(&folder)?;
        if !has_format {
            write_private(&data.join("FORMAT"), &format!("{FORMAT}\n"))?;
        }
        // Without `..` and links: the engine's object store takes no others.
        let folder = fs::canonicalize(&folder).map_err(|error| Error::file("open", &folder, error))?;
        Ok(Lake { folder })
    }

    /// The fact store of a data directory that must be there: for those who only read.
    pub fn existing(data: &Path) -> Result<Lake> {
        if has_format(data)? {
            return Lake::open(data);
        }
        Err(Error::new("there is no data directory here")
            .at(data.display())
            .remedy("name another with --data, or make one with `luotsi import` or `luotsi demo`"))
    }

    /// The current version, to read from.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let current = self.folder.join("CURRENT");
        let manifest = match fs::read_to_string(&current) {
            Ok(text) => named_manifest(&self.folder, &text, &current)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => match self.manifests()?.max() {
                None => Manifest::default(),
                Some(1) => self.first_unnamed()?,
                Some(last) => {
                    return Err(nothing_named(&self.folder, &current, last));
                }
            },
            Err(error) => return Err(Error::file("read", &current, error)),
        };
        Ok(Snapshot { folder: self.folder.as_path().into(), manifest: Arc::new(manifest) })
    }

    /// The first version where nothing names it: its commit broke off just before, or CURRENT is lost. Nothing where the
    /// commit broke off while it wrote this.
    fn first_unnamed(&self) -> Result<Manifest> {
        let Ok(manifest) = read_manifest(&self.folder.join(manifest_name(1))) else { return Ok(Manifest::default()) };
        let snapshot = Snapshot { folder: self.folder.as_path().into(), manifest: Arc::new(manifest) };
        snapshot.check(snapshot.files())?;
        Ok(Manifest::clone(&snapshot.manifest))
    }

    /// Begins a commit. The caller holds the directory's lock (see [`crate::lock`]).
    ///
    /// Files that no manifest names are removed first: those of versions long replaced, and of commits that never
    /// finished.
    pub fn commit(&self) -> Result<Commit> {
        let snapshot = self.snapshot()?;
        let manifest = Manifest::clone(&snapshot.manifest);
        self.release()?;
        Ok(Commit { folder: self.folder.clone(), manifest, before: snapshot.manifest.version, own: HashSet::new() })
    }

    /// Removes files of versions that nobody reads any more: all but the current one, the one before it, and those replaced
    /// within the last hour. The times of files are the machine's, and so is the hour. The caller holds the directory's lock.
    pub fn release(&self) -> Result<()> {
        self.sweep(|number, version| {
            let next = self.folder.join(manifest_name(number + 1));
            let replaced = fs::metadata(next).and_then(|file| file.modified()).ok();
            // A manifest of unknown age, as after the clock has stepped back, is held.
            let age = replaced.and_then(|at| at.elapsed().ok());
            number + 1 >= version || age.is_none_or(|age| age < HELD)
        })
    }

    /// Removes files of every version but the current one, also those that somebody still reads, and what queries have put
    /// aside: after an erasure nothing else may stand. A question that is being answered then ends with an error. The
    /// caller holds the directory's lock.
    pub fn release_at_once(&self) -> Result<()> {
        self.sweep(|number, version| number == version)?;
        let spill = self.folder.join(SPILL);
        match fs::remove_dir_all(&spill) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("empty", &spill, error)),
            _ => private_folder(&spill),
        }
    }

    /// Removes what no manifest names of those that are held: `is_held` is asked with a version and the current one.
    fn sweep(&self, is_held: impl Fn(u64, u64) -> bool) -> Result<()> {
        let current = self.snapshot()?;
        let version = current.version();
        let mut named: HashSet<PathBuf> = current.manifest.paths().map(|path| self.folder.join(path)).collect();
        for number in self.manifests()? {
            let path = self.folder.join(manifest_name(number));
            if number <= version && is_held(number, version) {
                // Of an older version that is damaged nobody can read anything.
                let older = read_manifest(&path).unwrap_or_default();
                named.extend(older.paths().map(|path| self.folder.join(path)));
            } else {
                let _ = fs::remove_file(path);
            }
        }
        remove_unnamed(&self.folder, &named, 0)
    }

    /// Numbers of the versions whose manifests are there.
    fn manifests(&self) -> Result<impl Iterator<Item = u64>> {
        let entries = fs::read_dir(&self.folder).map_err(|error| Error::file("list", &self.folder, error))?;
        let number = |name: String| name.strip_prefix("manifest-")?.strip_suffix(".json")?.parse().ok();
        Ok(entries.flatten().filter_map(move |entry| number(entry.file_name().to_string_lossy().into_owned())))
    }
}

fn manifest_name(version: u64) -> String {
    format!("manifest-{version}.json")
}

/// The manifest that CURRENT names, with the digest that it names.
fn named_manifest(folder: &Path, text: &str, current: &Path) -> Result<Manifest> {
    let Some((name, sha256)) = text.trim().split_once(' ').filter(|(name, _)| name.starts_with("manifest-")) else {
        return Err(Error::new("CURRENT does not name a version of the facts").at(current.display()).remedy(RESTORE));
    };
    let path = folder.join(name);
    let bytes = fs::read(&path).map_err(|error| Error::file("read the manifest", &path, error).remedy(RESTORE))?;
    if layout::hex(&Sha256::digest(&bytes)) != sha256 {
        return Err(Error::new("the manifest is not the one that CURRENT names").at(path.display()).remedy(RESTORE));
    }
    serde_json::from_slice(&bytes).map_err(|error| Error::file("read the manifest", &path, error))
}

/// CURRENT is lost, and manifests up to `last` are there.
fn nothing_named(folder: &Path, current: &Path, last: u64) -> Error {
    let name = manifest_name(last);
    let digest = layout::digest_of_file(&folder.join(&name)).unwrap_or_default();
    Error::new("it is not said which version of the facts is the current one")
        .at(current.display())
        .remedy(format!("restore a backup, or write this line into it: {name} {digest}"))
}

fn read_manifest(path: &Path) -> Result<Manifest> {
    let text = fs::read_to_string(path).map_err(|error| Error::file("read the manifest", path, error))?;
    serde_json::from_str(&text).map_err(|error| Error::file("read the manifest", path, error))
}

impl Snapshot {
    /// Of no facts at all.
    pub fn nothing() -> Snapshot {
        Snapshot { folder: Path::new("").into(), manifest: Arc::default() }
    }

    /// The number of the version; 0 when nothing is stored.
    pub fn version(&self) -> u64 {
        self.manifest.version
    }

    pub fn table(&self, table: &Table) -> Option<&TableFiles> {
        self.manifest.tables.get(table.name)
    }

    pub fn partition(&self, table: &Table, partition: usize) -> Option<&PartitionFiles> {
        self.table(table)?.partitions.get(&partition_name(table, partition))
    }

    /// Every file of the version, by its path in the folder of facts, with its SHA-256 where the manifest has one.
    pub fn stored(&self) -> Vec<(String, Option<&str>)> {
        let tables = self.manifest.tables.values();
        let rows = tables.flat_map(|files| files.partitions.values().flat_map(PartitionFiles::files));
        let named: BTreeMap<&str, &str> = rows.map(|file| (file.path.as_str(), file.sha256.as_str())).collect();
        let manifest = (self.manifest.version > 0).then(|| (manifest_name(self.manifest.version), None));
        let files = self.manifest.paths().map(|path| (path.to_string(), named.get(path).copied()));
        manifest.into_iter().chain(files).collect()
    }

    /// SHA-256 of the manifest, which holds the digest of every file: one name for all that a version is.
    pub fn digest(&self) -> String {
        layout::hex(&Sha256::digest(serde_json::to_string(&*self.manifest).unwrap_or_default()))
    }

    /// Rows in bases and deltas of a table; with corrections a little more than what queries see.
    pub fn rows(&self, table: &Table) -> u64 {
        let files = self.table(table).into_iter().flat_map(|files| files.partitions.values());
        files.flat_map(|files| files.base.iter().chain(&files.deltas)).map(|file| file.rows).sum()
    }

    /// Smallest and largest main time of a table's rows, in the column's unit.
    pub fn span(&self, table: &Table) -> Option<(i64, i64)> {
        let files = self.table(table)?.partitions.values().flat_map(|files| files.base.iter().chain(&files.deltas));
        let spans = files.map(|file| file.at).filter(|at| at[0] <= at[1]);
        spans.map(|at| (at[0], at[1])).reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
    }

    /// Largest main time of a table's rows that was over when its row was recorded: booked visits have not happened. Where
    /// every row was recorded before its time, by a clock that was never set, the largest of all.
    pub fn happened(&self, table: &Table) -> Option<i64> {
        let files = self.table(table)?.partitions.values().flat_map(|files| files.base.iter().chain(&files.deltas));
        files.filter_map(|file| file.happened).max().or_else(|| self.span(table).map(|(_, last)| last))
    }

    /// Whether rows of a time before `end` (microseconds) came to a table after `version`.
    pub fn changed_since(&self, table: &Table, version: u64, end: i64) -> bool {
        let days = table.at.and_then(|name| table.column(name)).is_some_and(|column| matches!(column.ty, Type::Day));
        let end = if days { end.div_euclid(86_400_000_000).saturating_add(2) } else { end };
        self.table(table).is_some_and(|files| files.changes.any_after(version, end))
    }

    /// An error unless every one of these files is what was written.
    pub fn check<'a>(&self, files: impl Iterator<Item = &'a FileEntry>) -> Result<()> {
        let files: Vec<_> = files.map(|file| (self.folder.join(&file.path), file.xxh3.as_str())).collect();
        whole::check_all(&files)
    }

    /// The files of rows of every table.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        self.manifest.tables.values().flat_map(|files| files.partitions.values()).flat_map(PartitionFiles::files)
    }

    /// Checks that every file named is there, whole, in order, and in its range, and that the key indices are; calls
    /// `progress` for each file of rows.
    pub fn verify(&self, mut progress: impl FnMut(&FileEntry)) -> Result<u64> {
        let mut files = 0;
        for table in TABLES {
            for partition in 0..partitions(table) {
                let Some(of) = self.partition(table, partition) else { continue };
                for file in of.files() {
                    self.verify_file(table, partition, file, of.base.as_ref() == Some(file))?;
                    progress(file);
                    files += 1;
                }
            }
            for run in self.table(table).into_iter().flat_map(|files| &files.index) {
                index::verify(&self.folder, run)?;
                files += 1;
            }
        }
        Ok(files)
    }

    /// `alone`: every key of the file stands in it once.
    fn verify_file(&self, table: &'static Table, partition: usize, file: &FileEntry, alone: bool) -> Result<()> {
        let path = self.folder.join(&file.path);
        if layout::digest_of_file(&path)? != file.sha256 {
            return Err(Error::new("the file is not what was written").at(path.display()).remedy(RESTORE));
        }
        let wrong = |what: &str| Error::new(what).at(path.display());
        let mut last = (Place { resident: i64::MIN, at: i64::MIN }, i64::MIN);
        let mut rows = 0;
        for batch in read_file(&self.folder, file)? {
            let batch = batch?;
            let places = layout::Places::of(table, &batch);
            let keys = batch[KEY].as_primitive::<Int64Type>();
            for row in 0..batch.num_rows() {
                let place = places.get(row);
                if (place, keys.value(row)) < last {
                    return Err(wrong("rows are not in order"));
                }
                if alone && (place, keys.value(row)) == last {
                    return Err(wrong("a key stands twice"));
                }
                if partition_of(table, place.resident) != partition {
                    return Err(wrong("a row stands outside its resident range"));
                }
                last = (place, keys.value(row));
            }
            rows += batch.num_rows() as u64;
        }
        if rows != file.rows {
            return Err(wrong("the number of rows is not what the manifest says"));
        }
        Ok(())
    }
}

/// The batches of a stored file, all columns.
pub fn read_file(folder: &Path, file: &FileEntry) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    read_columns(folder, file, None)
}

/// The batches of a stored file, of some columns in the order of the file.
pub fn read_columns(
    folder: &Path,
    file: &FileEntry,
    names: Option<&[&str]>,
) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let path = folder.join(&file.path);
    whole::check(&path, &file.xxh3)?;
    let opened = File::open(&path).map_err(|error| Error::file("open", &path, error))?;
    let unreadable = |error: &dyn std::fmt::Display| Error::file("read", &path, error);
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(|error| unreadable(&error))?;
    let rows = layout::batch_rows(reader.metadata(), 16 * 1024);
    if let Some(names) = names {
        let mask = ProjectionMask::columns(reader.parquet_schema(), names.iter().copied());
        reader = reader.with_projection(mask);
    }
    let reader = reader.with_batch_size(rows).build().map_err(|error| unreadable(&error))?;
    Ok(reader.map(|batch| Ok(batch?)))
}

/// Where written rows belong in their partition.
#[derive(Clone, Copy)]
enum Over {
    /// Over what stands there. The first rows of a partition are its base at once when all of them are `fresh`: no key
    /// stands there twice.
    Current {
        fresh: bool,
    },
    History,
}

/// A commit being made. Dropped without [`Commit::finish`] it leaves nothing.
pub struct Commit {
    folder: PathBuf,
    manifest: Manifest,
    before: u64,
    /// Files that this commit has begun.
    own: HashSet<String>,
}

impl Commit {
    /// Binds the facts to the key of the directory that made their residents' numbers, by [`Directory::check`].
    ///
    /// [`Directory::check`]: crate::import::Directory::check
    pub fn made_with(&mut self, key: &str) -> Result<()> {
        match &self.manifest.directory_key {
            Some(other) if other != key => {
                Err(Error::new("the directory key is not the one that these facts were made with")
                    .remedy("restore keys/directory.key from its backup"))
            }
            _ => {
                self.manifest.directory_key = Some(key.into());
                Ok(())
            }
        }
    }

    /// Writes down which import brings the rows.
    pub fn brought_by(&mut self, import: &str) {
        self.manifest.imports.insert(import.into());
    }

    /// Adds rows of one table, in any order; afterwards `rows` is empty.
    pub fn add(&mut self, rows: &mut Rows) -> Result<Tally> {
        self.add_seen(rows, &mut Seen::default())
    }

    /// Adds rows of one import that may need several commits; `seen` remembers its keys from one to the next.
    pub fn add_seen(&mut self, rows: &mut Rows, seen: &mut Seen) -> Result<Tally> {
        let table = rows.table;
        let (batch, meta) = rows.take();
        if meta.is_empty() {
            return Ok(Tally::default());
        }
        let mut order: Vec<(u128, i64, u32)> =
            meta.iter().zip(0..).map(|(meta, row)| (meta.key, meta.recorded_at, row)).collect();
        order.sort_unstable();
        let order: Vec<u32> = order.into_iter().map(|(.., row)| row).collect();
        let mut keys: Vec<u128> = order.iter().map(|row| meta[*row as usize].key).collect();
        keys.dedup();
        let files = self.manifest.tables.entry(table.name.into()).or_default();
        let stored = index::look_up(&self.folder, &files.index, &keys)?;
        let decided = decide(&meta, &order, stored, &seen.look_up(&keys)?);
        seen.add(decided.unchanged);
        if !decided.entries.is_empty() {
            let run = self.next_path(table, "index", "idx");
            let run = index::write_run(&self.folder, run, decided.entries.into_iter())?;
            let merged = self.next_path(table, "index", "idx");
            let files = self.manifest.tables.entry(table.name.into()).or_default();
            files.index.push(run);
            let before = files.index.clone();
            files.index = index::merge_when_many(&self.folder, std::mem::take(&mut files.index), merged)?;
            // Runs of this very commit that were merged away are in no manifest.
            for run in before.iter().filter(|run| self.own.contains(&run.path) && !files.index.contains(run)) {
                let _ = fs::remove_file(self.folder.join(&run.path));
            }
        }
        let fresh = decided.tally.replaced == 0;
        for (writes, over) in [(&decided.newer, Over::Current { fresh }), (&decided.older, Over::History)] {
            if !writes.rows.is_empty() {
                self.write_partitions(table, &with_marks(table, &batch, &meta, writes)?, over)?;
            }
        }
        Ok(decided.tally)
    }

    fn next_path(&mut self, table: &Table, folder: &str, ending: &str) -> String {
        self.manifest.next_file += 1;
        let path = format!("{}/{folder}/{}.{ending}", table.name, self.manifest.next_file);
        self.own.insert(path.clone());
        path
    }

    /// Sorts rows of the stored schema into their partitions and writes one file for each, on all cores.
    fn write_partitions(&mut self, table: &'static Table, stored: &RecordBatch, over: Over) -> Result<()> {
        let order = merge::storage_order(table, stored);
        let places = layout::Places::of(table, stored);
        let jobs: Vec<(usize, String, &[u32])> = order
            .chunk_by(|left, right| {
                let of = |row: &u32| partition_of(table, places.get(*row as usize).resident);
                of(left) == of(right)
            })
            .map(|rows| {
                let partition = partition_of(table, places.get(rows[0] as usize).resident);
                let path = self.next_path(table, &partition_name(table, partition), "parquet");
                (partition, path, rows)
            })
            .collect();
        let folder = &self.folder;
        let written = on_all_cores(&jobs, |(_, path, rows)| {
            let part = take_record_batch(stored, &UInt32Array::from(rows.to_vec()))?;
            let mut writer = FileWriter::create(folder, path.clone(), table)?;
            writer.write(&part)?;
            writer.finish()
        })?;
        let files = self.manifest.tables.entry(table.name.into()).or_default();
        for ((partition, ..), file) in jobs.iter().zip(written) {
            files.changes.add(self.before + 1, file.touches);
            let partition = files.partitions.entry(partition_name(table, *partition)).or_default();
            let first = partition.base.is_none() && partition.deltas.is_empty();
            match over {
                Over::Current { fresh: true } if first => partition.base = Some(file),
                Over::Current { .. } => partition.deltas.push(file),
                Over::History => partition.history.push(file),
            }
        }
        Ok(())
    }

    /// Compacts the partitions of a table that have more deltas than they should, or with `all` every one with any.
    pub fn compact(&mut self, table: &'static Table, all: bool) -> Result<usize> {
        let Some(files) = self.manifest.tables.get(table.name) else { return Ok(0) };
        let due = |files: &PartitionFiles| {
            let delta: u64 = files.deltas.iter().map(|file| file.rows).sum();
            let base = files.base.as_ref().map_or(0, |file| file.rows);
            delta > 0 && (all || delta * DELTA_SHARE > base)
        };
        let names: Vec<String> =
            files.partitions.iter().filter(|(_, files)| due(files)).map(|(name, _)| name.clone()).collect();
        let jobs: Vec<(String, PartitionFiles, String, String)> = names
            .into_iter()
            .map(|name| {
                let current = self.next_path(table, &name, "parquet");
                let history = self.next_path(table, &name, "parquet");
                let files = self.manifest.tables[table.name].partitions[&name].clone();
                (name, files, current, history)
            })
            .collect();
        let folder = &self.folder;
        let compacted = on_all_cores(&jobs, |(_, files, current, history)| {
            compact_partition(folder, table, files, current.clone(), history.clone())
        })?;
        let count = jobs.len();
        let files = self.manifest.tables.entry(table.name.into()).or_default();
        for ((name, ..), compacted) in jobs.into_iter().zip(compacted) {
            files.partitions.insert(name, compacted);
        }
        Ok(count)
    }

    /// Makes the commit current. Everything it wrote is on disk before the rename.
    pub fn finish(mut self) -> Result<u64> {
        self.manifest.version = self.before + 1;
        let version = self.manifest.version;
        let name = manifest_name(version);
        let path = self.folder.join(&name);
        let text = serde_json::to_string(&self.manifest).map_err(|error| Error::file("write", &path, error))?;
        let broken = |error| Error::file("commit", &path, error);
        write_private(&path, &text)?;
        let folder = File::open(&self.folder).map_err(broken)?;
        rustix::fs::syncfs(&folder).map_err(|error| broken(error.into()))?;
        let next = self.folder.join("CURRENT.next");
        write_private(&next, &format!("{name} {}\n", layout::hex(&Sha256::digest(&text))))?;
        File::open(&next).and_then(|file| file.sync_all()).map_err(broken)?;
        fs::rename(&next, self.folder.join("CURRENT")).map_err(broken)?;
        folder.sync_all().map_err(broken)?;
        Ok(version)
    }
}

impl Manifest {
    fn paths(&self) -> impl Iterator<Item = &str> {
        self.tables.values().flat_map(|files| {
            let data = files.partitions.values().flat_map(PartitionFiles::files).map(|file| file.path.as_str());
            data.chain(files.index.iter().map(|run| run.path.as_str()))
        })
    }
}

fn remove_unnamed(folder: &Path, named: &HashSet<PathBuf>, depth: usize) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| Error::file("list", folder, error))?.flatten() {
        let path = entry.path();
        if path.is_dir() && entry.file_name() == SPILL {
            continue;
        }
        if path.is_dir() {
            remove_unnamed(&path, named, depth + 1)?;
        } else if depth > 0 && !named.contains(&path) {
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}

/// Compacts one partition: the latest rows become its base, everything else joins its history. Piece by piece: however
/// much there is, little of it is in memory.
fn compact_partition(
    folder: &Path,
    table: &'static Table,
    files: &PartitionFiles,
    current: String,
    history: String,
) -> Result<PartitionFiles> {
    let schema = stored_schema(table);
    let deltas = files.deltas.iter().map(|file| read_file(folder, file)).collect::<Result<Vec<_>>>()?;
    let mut deltas = merge::Pieces::new(table, schema.clone(), deltas);
    let base = files.base.as_ref().map(|base| read_file(folder, base)).transpose()?;
    let mut base = merge::Reading::new(table, base.into_iter().flatten());
    let mut current = FileWriter::create(folder, current, table)?;
    let mut superseded: Option<FileWriter> = None;
    let mut put = |merged: merge::Merged| {
        if merged.superseded.num_rows() > 0 {
            let writer = match &mut superseded {
                Some(writer) => writer,
                none => none.insert(FileWriter::create(folder, history.clone(), table)?),
            };
            // Within a step: what stands at one place under one key comes in one.
            writer.write(&merge::sorted(table, &schema, &[merged.superseded])?)?;
        }
        current.write(&merged.current)
    };
    while let Some((delta, bound)) = deltas.next()? {
        let mut walk = Walk::new(table, &schema, schema.fields().len(), delta, None)?.keeping_superseded();
        while let Some(batch) = base.next_before(bound)? {
            put(walk.step(&batch)?)?;
        }
        put(walk.finish()?)?;
    }
    // The last piece has no bound; were there none, the base would still be all that stands.
    while let Some(batch) = base.next_before(None)? {
        current.write(&batch)?;
    }
    let mut kept = files.history.clone();
    if let Some(superseded) = superseded {
        kept.push(superseded.finish()?);
    }
    Ok(PartitionFiles { base: Some(current.finish()?), deltas: Vec::new(), history: kept })
}

/// Runs `work` over all jobs on as many threads as there are cores; the results are in the jobs' order.
pub(crate) fn on_all_cores<J: Sync, R: Send>(jobs: &[J], work: impl Fn(&J) -> Result<R> + Sync) -> Result<Vec<R>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match jobs.get(at) {
                Some(job) => done.push((at, work(job)?)),
                None => return Ok(done),
            }
        }
    };
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, Result<Vec<(usize, R)>>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().map(join).collect::<Result<Vec<_>>>()
    })?;
    let mut done: Vec<(usize, R)> = parts.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
