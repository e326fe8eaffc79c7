//! Taking rows out of the facts, with every version of them: of people who are forgotten, and of a source that is told
//! anew. In no file that a later version names is anything of them left.

use std::collections::HashSet;
use std::path::Path;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::{cast, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use facts::{TABLES, Table};

use super::{Commit, PartitionFiles, on_all_cores, read_columns, read_file};
use crate::error::Result;
use crate::index;
use crate::layout::{FileEntry, FileWriter, partition_name, partition_of};
use crate::rows::{KEY, REMOVED, Rows, SOURCE};

/// Which rows go.
enum Leaving<'a> {
    /// Those that stand at a resident.
    Residents(&'a [i64]),
    /// Those of a key, wherever they stand, by the stored hash.
    Keys(&'a HashSet<i64>),
}

impl Commit {
    /// Removes every row of residents, as it stands and as it stood; gives how many. Files of replaced versions, in which
    /// they still stand, go with [`super::Lake::release`].
    pub fn erase(&mut self, residents: &[i64]) -> Result<u64> {
        let mut removed = 0;
        for table in TABLES.iter().copied().filter(|table| table.by_resident()) {
            let mut names: Vec<String> =
                residents.iter().map(|resident| partition_name(table, partition_of(table, *resident))).collect();
            names.sort_unstable();
            names.dedup();
            removed += self.take_out(table, &names, &Leaving::Residents(residents))?;
        }
        Ok(removed)
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
            removed += self.take_out(table, &names, &Leaving::Keys(&keys))?;
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
            let gone = |key: u128, resident: i64| match leaving {
                Leaving::Residents(residents) => residents.contains(&resident),
                Leaving::Keys(keys) => keys.contains(&(key as i64)),
            };
            files.index = vec![index::merge_without(&self.folder, &files.index, path, gone)?];
        }
        Ok(removed)
    }

    fn take_out_of(&mut self, table: &'static Table, name: &str, leaving: &Leaving<'_>) -> Result<u64> {
        let stands = self.manifest.tables.get(table.name).and_then(|files| files.partitions.get(name)).cloned();
        let Some(before) = stands else { return Ok(0) };
        let may_hold = |file: &&FileEntry| match leaving {
            Leaving::Residents(residents) => {
                residents.iter().any(|resident| (file.first.resident..=file.last.resident).contains(resident))
            }
            Leaving::Keys(_) => true,
        };
        let jobs: Vec<(FileEntry, String)> = before
            .files()
            .filter(may_hold)
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
            // What was replaced long ago is in no figure.
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
        let stays: BooleanArray = match leaving {
            Leaving::Residents(residents) => match batch.column_by_name("resident_id") {
                Some(column) => column
                    .as_primitive::<Int64Type>()
                    .iter()
                    .map(|resident| Some(resident.is_none_or(|resident| !residents.contains(&resident))))
                    .collect(),
                None => vec![true; batch.num_rows()].into(),
            },
            Leaving::Keys(keys) => {
                batch[KEY].as_primitive::<Int64Type>().values().iter().map(|key| Some(!keys.contains(key))).collect()
            }
        };
        writer.write(&filter_record_batch(&batch, &stays)?)?;
    }
    let written = writer.finish()?;
    if written.rows == 0 {
        let _ = std::fs::remove_file(folder.join(path));
        return Ok(None);
    }
    Ok(Some(written))
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
