//! Taking rows out of the facts, with every version of them: of people who are forgotten, and of a source that is
//! brought anew. No file that a later version names has anything of them left.

use std::collections::HashSet;
use std::path::Path;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::{cast, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use facts::{TABLES, Table};
use serde::{Deserialize, Serialize};

use super::{Commit, Manifest, PartitionFiles, Snapshot, on_all_cores, read_columns, read_file};
use crate::error::Result;
use crate::index;
use crate::layout::{FileEntry, FileWriter, partition_name, partition_of};
use crate::rows::{KEY, REMOVED, Rows, SOURCE};

/// That a resident was erased, or that this was lifted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The number under which the facts knew them.
    pub resident: i64,
    /// Microseconds since 1970.
    pub at: i64,
    /// Sealed by the directory's key: people write names into reasons.
    pub reason: String,
    pub lifted: bool,
}

impl Manifest {
    /// Residents who are erased: of whom imports bring nothing in.
    pub fn erased(&self) -> HashSet<i64> {
        let mut erased = HashSet::new();
        for erasure in &self.erasures {
            if erasure.lifted {
                erased.remove(&erasure.resident);
            } else {
                erased.insert(erasure.resident);
            }
        }
        erased
    }
}

impl Snapshot {
    /// Whether any row stands, or stood, at a resident.
    pub fn has_resident(&self, resident: i64) -> Result<bool> {
        let at = Leaving { residents: &[resident], ..Leaving::default() };
        for table in TABLES.iter().copied().filter(|table| table.by_resident()) {
            let files =
                self.partition(table, partition_of(table, resident)).into_iter().flat_map(PartitionFiles::files);
            for file in files.filter(|file| at.may_be_in(file)) {
                for batch in read_columns(&self.folder, file, Some(&["resident_id"]))? {
                    if residents_of(&batch?).any(|it| it == Some(resident)) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }
}

/// Which rows go.
#[derive(Default)]
struct Leaving<'a> {
    /// Those that stand at a resident.
    residents: &'a [i64],
    /// Those of a key, wherever they stand, by the stored hash.
    keys: HashSet<i64>,
    /// Those of a key that stand at nobody.
    nobodys: HashSet<i64>,
}

impl Leaving<'_> {
    fn has(&self, resident: Option<i64>, key: i64) -> bool {
        let is_at = match resident {
            Some(resident) => self.residents.contains(&resident),
            None => self.nobodys.contains(&key),
        };
        is_at || self.keys.contains(&key)
    }

    fn may_be_in(&self, file: &FileEntry) -> bool {
        let holds = |resident: &i64| (file.first.resident..=file.last.resident).contains(resident);
        let at_nobody = !self.nobodys.is_empty() && file.first.resident < 0;
        at_nobody || !self.keys.is_empty() || self.residents.iter().any(holds)
    }
}

impl Commit {
    /// Writes down that somebody was erased, or that this was lifted.
    pub fn note(&mut self, erasure: Erasure) {
        self.manifest.erasures.push(erasure);
    }

    /// Removes every row of residents, as it stands and as it stood; gives how many. Rows that stood at nobody go with
    /// them where they were found to be theirs later; rows that have come to stand at another resident, or at nobody,
    /// stay. Files of replaced versions, in which they still stand, go with [`super::Lake::release`].
    pub fn erase(&mut self, residents: &[i64]) -> Result<u64> {
        let mut removed = 0;
        for table in TABLES.iter().copied().filter(|table| table.by_resident()) {
            let mut names: Vec<String> =
                residents.iter().map(|resident| partition_name(table, partition_of(table, *resident))).collect();
            let nobodys = self.once_of_nobody(table, &names, residents)?;
            names.extend((!nobodys.is_empty()).then(|| partition_name(table, partition_of(table, -1))));
            names.sort_unstable();
            names.dedup();
            removed += self.take_out(table, &names, &Leaving { residents, nobodys, ..Leaving::default() })?;
        }
        Ok(removed)
    }

    /// Keys whose latest version stands at one of some residents and an earlier one at nobody, by their hashes. `names`: the
    /// partitions of the residents.
    fn once_of_nobody(&self, table: &Table, names: &[String], residents: &[i64]) -> Result<HashSet<i64>> {
        let mut theirs = HashSet::new();
        let Some(files) = self.manifest.tables.get(table.name) else { return Ok(theirs) };
        let stored = names.iter().filter_map(|name| files.partitions.get(name)).flat_map(PartitionFiles::files);
        let here = Leaving { residents, ..Leaving::default() };
        for file in stored.filter(|file| here.may_be_in(file)) {
            for batch in read_columns(&self.folder, file, Some(&["resident_id", KEY]))? {
                let batch = batch?;
                let rows = residents_of(&batch).zip(batch[KEY].as_primitive::<Int64Type>().values());
                theirs.extend(rows.filter(|(resident, key)| here.has(*resident, **key)).map(|(_, key)| *key));
            }
        }
        if theirs.is_empty() {
            return Ok(theirs);
        }
        let found = index::versions(&self.folder, &files.index, |key| theirs.contains(&(key as i64)))?;
        let is_once = |versions: &index::Versions| {
            versions.latest().is_some_and(|latest| residents.contains(&latest.place.resident))
                && versions.as_slice().iter().any(|version| version.place.resident < 0)
        };
        Ok(found.into_iter().filter(|(_, versions)| is_once(versions)).map(|(key, _)| key as i64).collect())
    }

    /// Removes every row that a source has brought, as it stands and as it stood; gives how many. Rows of other sources
    /// under the same keys stand as if it had never brought any.
    pub fn forget(&mut self, source: &str) -> Result<u64> {
        let mut removed = 0;
        for table in TABLES.iter().copied() {
            let Some(files) = self.manifest.tables.get(table.name) else { continue };
            let names: Vec<String> = files.partitions.keys().cloned().collect();
            let stored: Vec<FileEntry> = files.partitions.values().flat_map(PartitionFiles::files).cloned().collect();
            let keys = on_all_cores(&stored, |file| keys_from(&self.folder, file, source))?;
            let keys: HashSet<i64> = keys.into_iter().flatten().collect();
            if keys.is_empty() {
                continue;
            }
            let mut others = Rows::new(table);
            for file in &stored {
                from_others(&self.folder, file, source, &keys, &mut others)?;
            }
            removed += self.take_out(table, &names, &Leaving { keys, ..Leaving::default() })?;
            removed -= others.len() as u64;
            self.add(&mut others)?;
        }
        Ok(removed)
    }

    /// Takes rows out of partitions of a table and out of its index; gives how many.
    fn take_out(&mut self, table: &'static Table, names: &[String], leaving: &Leaving<'_>) -> Result<u64> {
        let mut removed = 0;
        for name in names {
            removed += self.take_out_of(table, name, leaving)?;
        }
        if removed > 0 {
            let path = self.next_path(table, "index", "idx");
            let files = self.manifest.tables.entry(table.name.into()).or_default();
            let gone = |key: u128, resident: i64| leaving.has((resident >= 0).then_some(resident), key as i64);
            files.index = vec![index::merge_without(&self.folder, &files.index, path, gone)?];
        }
        Ok(removed)
    }

    fn take_out_of(&mut self, table: &'static Table, name: &str, leaving: &Leaving<'_>) -> Result<u64> {
        let stands = self.manifest.tables.get(table.name).and_then(|files| files.partitions.get(name)).cloned();
        let Some(before) = stands else { return Ok(0) };
        let jobs: Vec<(FileEntry, String)> = before
            .files()
            .filter(|file| leaving.may_be_in(file))
            .map(|file| (file.clone(), self.next_path(table, name, "parquet")))
            .collect();
        let folder = &self.folder;
        let written = on_all_cores(&jobs, |(file, path)| without(folder, table, file, path.clone(), leaving))?;
        let (mut after, mut removed) = (PartitionFiles::default(), 0);
        let replaced = |file: &FileEntry| match jobs.iter().position(|(old, _)| old == file) {
            Some(at) => written[at].clone(),
            None => Some(file.clone()),
        };
        after.base = before.base.as_ref().and_then(replaced);
        after.deltas = before.deltas.iter().filter_map(replaced).collect();
        after.history = before.history.iter().filter_map(replaced).collect();
        let files = self.manifest.tables.entry(table.name.into()).or_default();
        for ((old, _), new) in jobs.iter().zip(&written) {
            let gone = old.rows - new.as_ref().map_or(0, |new| new.rows);
            removed += gone;
            // A row that was replaced long ago is in no figure.
            if gone > 0 && !before.history.contains(old) {
                files.changes.add(self.before + 1, old.touches);
            }
        }
        if removed > 0 {
            files.partitions.insert(name.into(), after);
        }
        Ok(removed)
    }
}

/// A file without the rows that leave; none: there were no others.
fn without(
    folder: &Path,
    table: &'static Table,
    file: &FileEntry,
    path: String,
    leaving: &Leaving<'_>,
) -> Result<Option<FileEntry>> {
    let mut writer = FileWriter::create(folder, path.clone(), table)?;
    for batch in read_file(folder, file)? {
        let batch = batch?;
        let rows = residents_of(&batch).zip(batch[KEY].as_primitive::<Int64Type>().values());
        let stays: BooleanArray = rows.map(|(resident, key)| Some(!leaving.has(resident, *key))).collect();
        writer.write(&filter_record_batch(&batch, &stays)?)?;
    }
    let written = writer.finish()?;
    if written.rows == 0 {
        let _ = std::fs::remove_file(folder.join(path));
        return Ok(None);
    }
    Ok(Some(written))
}

/// For each row of a batch its resident, if it has one.
fn residents_of(batch: &RecordBatch) -> impl Iterator<Item = Option<i64>> {
    let column = batch.column_by_name("resident_id").map(|column| column.as_primitive::<Int64Type>());
    (0..batch.num_rows()).map(move |row| column.filter(|column| column.is_valid(row)).map(|column| column.value(row)))
}

/// Hashes of the keys under which a source has brought rows.
fn keys_from(folder: &Path, file: &FileEntry, source: &str) -> Result<HashSet<i64>> {
    let mut found = HashSet::new();
    for batch in read_columns(folder, file, Some(&[SOURCE, KEY]))? {
        let batch = batch?;
        let (sources, keys) = (sources(&batch)?, batch[KEY].as_primitive::<Int64Type>());
        found.extend((0..batch.num_rows()).filter(|row| sources.value(*row) == source).map(|row| keys.value(row)));
    }
    Ok(found)
}

/// Gathers the rows of keys that other sources have brought.
fn from_others(folder: &Path, file: &FileEntry, source: &str, keys: &HashSet<i64>, others: &mut Rows) -> Result<()> {
    for batch in read_file(folder, file)? {
        let batch = batch?;
        let sources = sources(&batch)?;
        let (of, removed) = (batch[KEY].as_primitive::<Int64Type>(), batch[REMOVED].as_boolean());
        let is_other = |row: usize| {
            let is_row = removed.is_null(row) || !removed.value(row);
            Some(is_row && sources.value(row) != source && keys.contains(&of.value(row)))
        };
        let chosen = filter_record_batch(&batch, &(0..batch.num_rows()).map(is_other).collect::<BooleanArray>())?;
        if chosen.num_rows() > 0 {
            others.push_stored(&chosen)?;
        }
    }
    Ok(())
}

fn sources(batch: &RecordBatch) -> Result<StringArray> {
    let column: ArrayRef = cast(&batch[SOURCE], &DataType::Utf8)?;
    Ok(column.as_string().clone())
}
