//! Taking a person out of the facts: no version of a row about them is left, in no file that a later version names.

use std::path::Path;

use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::Int64Type;
use facts::{TABLES, Table};

use super::{Commit, PartitionFiles, on_all_cores, read_file};
use crate::error::Result;
use crate::index;
use crate::layout::{FileEntry, FileWriter, partition_name, partition_of};

impl Commit {
    /// Removes every row of residents, as it stands and as it stood; gives how many. Files of replaced versions, in which
    /// they still stand, go with [`super::Lake::release`].
    pub fn erase(&mut self, residents: &[i64]) -> Result<u64> {
        let mut removed = 0;
        for table in TABLES.iter().copied().filter(|table| table.by_resident()) {
            let mut from = 0;
            let mut names: Vec<String> =
                residents.iter().map(|resident| partition_name(table, partition_of(table, *resident))).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                from += self.erase_partition(table, &name, residents)?;
            }
            if from > 0 {
                let path = self.next_path(table, "index", "idx");
                let files = self.manifest.tables.entry(table.name.into()).or_default();
                let gone = |place: i64| residents.contains(&place);
                files.index = vec![index::merge_without(&self.folder, &files.index, path, gone)?];
            }
            removed += from;
        }
        Ok(removed)
    }

    fn erase_partition(&mut self, table: &'static Table, name: &str, residents: &[i64]) -> Result<u64> {
        let stands = self.manifest.tables.get(table.name).and_then(|files| files.partitions.get(name)).cloned();
        let Some(before) = stands else { return Ok(0) };
        let holds = |file: &&FileEntry| {
            residents.iter().any(|resident| (file.first.resident..=file.last.resident).contains(resident))
        };
        let jobs: Vec<(FileEntry, String)> =
            before.files().filter(holds).map(|file| (file.clone(), self.next_path(table, name, "parquet"))).collect();
        let folder = &self.folder;
        let written = on_all_cores(&jobs, |(file, path)| without(folder, table, file, path.clone(), residents))?;
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

/// A file without the rows of residents; none: there were no others.
fn without(
    folder: &Path,
    table: &'static Table,
    file: &FileEntry,
    path: String,
    residents: &[i64],
) -> Result<Option<FileEntry>> {
    let mut writer = FileWriter::create(folder, path.clone(), table)?;
    for batch in read_file(folder, file)? {
        writer.write(&others(&batch?, residents)?)?;
    }
    let written = writer.finish()?;
    if written.rows == 0 {
        let _ = std::fs::remove_file(folder.join(path));
        return Ok(None);
    }
    Ok(Some(written))
}

fn others(batch: &RecordBatch, residents: &[i64]) -> Result<RecordBatch> {
    let Some(column) = batch.column_by_name("resident_id") else { return Ok(batch.clone()) };
    let column = column.as_primitive::<Int64Type>();
    let other = |resident: Option<i64>| Some(resident.is_none_or(|resident| !residents.contains(&resident)));
    Ok(filter_record_batch(batch, &column.iter().map(other).collect::<BooleanArray>())?)
}
