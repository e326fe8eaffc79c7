//! How a table lies on disk: resident ranges, sorted Parquet files, and their description.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, Encoding, ZstdLevel};
use datafusion::parquet::file::metadata::{ParquetMetaData, SortingColumn};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use facts::{Table, Type};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::rows::{KEY, Place, RECORDED_AT, stored_schema};
use crate::whole::HashingFile;

/// Resident ranges of every table, for ever: the top six bits of the 63-bit resident id.
pub const RANGES: usize = 64;
/// Partitions of a table by resident: rows without a resident, then the ranges.
pub const PARTITIONS: usize = RANGES + 1;
const RANGE_BITS: u32 = 57;

/// Partition of a table in which a row of this resident stands (−1: none).
pub fn partition_of(table: &Table, resident: i64) -> usize {
    match (table.by_resident(), resident) {
        (false, _) | (true, ..0) => 0,
        (true, resident) => 1 + (resident >> RANGE_BITS) as usize,
    }
}

/// How many partitions a table has.
pub fn partitions(table: &Table) -> usize {
    if table.by_resident() { PARTITIONS } else { 1 }
}

/// The first resident id of each range: where the partitions of a table are split.
pub fn split_points() -> impl Iterator<Item = i64> {
    (0..RANGES as i64).map(|range| range << RANGE_BITS)
}

/// Folder name of a partition under its table.
pub fn partition_name(table: &Table, partition: usize) -> String {
    match (table.by_resident(), partition) {
        (false, _) => "all".into(),
        (true, 0) => "none".into(),
        (true, partition) => format!("r{:02}", partition - 1),
    }
}

/// One Parquet file of a table, as the manifest describes it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct FileEntry {
    /// Relative to the facts folder.
    pub path: String,
    pub rows: u64,
    pub bytes: u64,
    /// Tells damage before the file is read, see [`crate::whole`].
    pub xxh3: String,
    /// Tells a change made on purpose; `facts verify` computes it.
    pub sha256: String,
    pub first: StoredPlace,
    pub last: StoredPlace,
    /// Smallest and largest main time, in the column's unit; `i64::MAX, i64::MIN` when no row has one.
    pub at: [i64; 2],
    /// Times of which figures may change: `at`, or all when some row has no time.
    pub touches: [i64; 2],
    /// Smallest and largest `recorded_at`.
    pub recorded: [i64; 2],
    /// Largest main time that was over when its row was recorded: what had happened, and was not booked ahead or mistyped.
    #[serde(default)]
    pub happened: Option<i64>,
}

/// A [`Place`] in the manifest.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredPlace {
    pub resident: i64,
    pub at: i64,
}

impl From<Place> for StoredPlace {
    fn from(place: Place) -> StoredPlace {
        StoredPlace { resident: place.resident, at: place.at }
    }
}

/// The place columns of a batch, ready to be compared row by row.
pub struct Places<'a> {
    resident: Option<&'a datafusion::arrow::array::Int64Array>,
    at: At<'a>,
}

enum At<'a> {
    Instant(&'a datafusion::arrow::array::TimestampMicrosecondArray),
    Day(&'a datafusion::arrow::array::Date32Array),
    None,
}

impl<'a> Places<'a> {
    /// Of a batch that holds the table's `resident_id` and main time, wherever they stand.
    pub fn of(table: &Table, batch: &'a RecordBatch) -> Places<'a> {
        let column = |name: &str| batch.column_by_name(name);
        let at = table.at.and_then(column).map_or(At::None, |array| match array.data_type() {
            DataType::Date32 => At::Day(array.as_primitive::<Date32Type>()),
            _ => At::Instant(array.as_primitive::<TimestampMicrosecondType>()),
        });
        Places { resident: column("resident_id").map(|array| array.as_primitive::<Int64Type>()), at }
    }

    pub fn get(&self, row: usize) -> Place {
        let resident = match self.resident {
            Some(array) if array.is_valid(row) => array.value(row),
            _ => -1,
        };
        let at = match &self.at {
            At::Instant(array) if array.is_valid(row) => array.value(row),
            At::Day(array) if array.is_valid(row) => i64::from(array.value(row)),
            _ => i64::MIN,
        };
        Place { resident, at }
    }
}

/// Smallest and largest of no values.
const NOTHING: [i64; 2] = [i64::MAX, i64::MIN];

/// Writes sorted batches of one partition to a Parquet file and describes it.
pub struct FileWriter {
    table: &'static Table,
    path: String,
    writer: ArrowWriter<Sink>,
    rows: u64,
    first: Option<Place>,
    last: Place,
    happened: Option<i64>,
    at: [i64; 2],
    timeless: bool,
    recorded: [i64; 2],
}

impl FileWriter {
    /// `path` is relative to `folder`, the facts folder.
    pub fn create(folder: &Path, path: String, table: &'static Table) -> Result<FileWriter> {
        let sink = Sink { file: HashingFile::create(&folder.join(&path))?, sha256: Sha256::new() };
        let writer = ArrowWriter::try_new(sink, stored_schema(table), Some(properties(table)?))?;
        let last = Place { resident: i64::MIN, at: i64::MIN };
        Ok(FileWriter {
            table,
            path,
            writer,
            rows: 0,
            first: None,
            last,
            at: NOTHING,
            happened: None,
            timeless: false,
            recorded: NOTHING,
        })
    }

    /// Appends a batch of the stored schema, in order after those before.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let Some(final_row) = batch.num_rows().checked_sub(1) else { return Ok(()) };
        let places = Places::of(self.table, batch);
        let (first, last) = (places.get(0), places.get(final_row));
        if first < self.last {
            return Err(Error::new(format!("rows of {} are not in order", self.path)));
        }
        self.first.get_or_insert(first);
        self.last = last;
        let recorded = batch[RECORDED_AT].as_primitive::<TimestampMicrosecondType>();
        for (row, recorded) in recorded.values().iter().enumerate() {
            self.recorded = [self.recorded[0].min(*recorded), self.recorded[1].max(*recorded)];
            match places.get(row).at {
                i64::MIN => self.timeless = true,
                at => {
                    self.at = [self.at[0].min(at), self.at[1].max(at)];
                    self.happened = self.happened.max((at <= *recorded).then_some(at));
                }
            }
        }
        self.rows += batch.num_rows() as u64;
        self.writer.write(batch)?;
        // A row group stays in memory until it is whole: long texts end it before its rows do.
        if self.writer.in_progress_size() > MOST_GROUP {
            self.writer.flush()?;
        }
        Ok(())
    }

    pub fn finish(self) -> Result<FileEntry> {
        let sink = self.writer.into_inner()?;
        Ok(FileEntry {
            path: self.path,
            rows: self.rows,
            bytes: sink.file.bytes,
            xxh3: sink.file.digest(),
            sha256: hex(&sink.sha256.finalize()),
            first: self.first.unwrap_or(self.last).into(),
            last: self.last.into(),
            at: self.at,
            touches: if self.timeless { [i64::MIN, i64::MAX] } else { self.at },
            recorded: self.recorded,
            happened: self.happened,
        })
    }
}

/// Bytes of a row group at most, beyond its last batch.
const MOST_GROUP: usize = 96 << 20;
/// Bytes of a batch that is read, about.
const MOST_BATCH: i64 = 4 << 20;

/// Rows of a batch read from a file, `most` at most and fewer where they are long.
pub fn batch_rows(file: &ParquetMetaData, most: usize) -> usize {
    let bytes: i64 = file.row_groups().iter().map(|group| group.total_byte_size()).sum();
    let rows = file.file_metadata().num_rows().max(1);
    usize::try_from(MOST_BATCH / (bytes / rows).max(1)).map_or(most, |rows| rows.clamp(1, most))
}

/// A file that knows both digests of what was written to it.
struct Sink {
    file: HashingFile,
    sha256: Sha256,
}

impl Write for Sink {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.sha256.update(&buffer[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// SHA-256 of a file, in hexadecimal.
pub fn digest_of_file(path: &Path) -> Result<String> {
    let broken = |error| Error::file("read", path, error);
    let mut file = File::open(path).map_err(broken)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(broken)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Ids, times and codes lie close together and small by their encoding alone:
/// what a scan reads most costs no decompression. Only texts and numbers that differ from row to row are compressed.
fn properties(table: &Table) -> Result<WriterProperties> {
    let zstandard = Compression::ZSTD(ZstdLevel::try_new(1)?);
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_max_row_group_row_count(Some(1024 * 1024))
        // Nothing is skipped by pages, and each costs a reader its beginning: they end by their size alone.
        .set_data_page_row_count_limit(1024 * 1024)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_sorting_columns(Some(sorting_columns(table)))
        .set_column_dictionary_enabled(ColumnPath::from(RECORDED_AT), false)
        .set_column_encoding(ColumnPath::from(RECORDED_AT), Encoding::DELTA_BINARY_PACKED)
        .set_column_dictionary_enabled(ColumnPath::from(KEY), false);
    for column in table.columns {
        let path = ColumnPath::from(column.name);
        match column.ty {
            Type::Instant | Type::Day => {
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
            Type::Text => {
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_compression(path, zstandard);
            }
            Type::Int | Type::Float | Type::Cents => properties = properties.set_column_compression(path, zstandard),
            // A resident's rows stand together: one entry of the dictionary, one run.
            Type::Resident | Type::Unit | Type::Professional | Type::Label | Type::Code(_) | Type::Bool => {}
        }
    }
    Ok(properties.build())
}

fn sorting_columns(table: &Table) -> Vec<SortingColumn> {
    let sorted_by = ["resident_id"].into_iter().chain(table.at);
    sorted_by
        .filter_map(|name| table.position(name))
        .map(|at| SortingColumn { column_idx: at as i32, descending: false, nulls_first: true })
        .collect()
}
