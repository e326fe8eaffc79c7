//! Records of a Parquet file: the columns that are asked for, as text.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use csv::ByteRecord;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use datafusion::parquet::arrow::{ARROW_SCHEMA_META_KEY, ProjectionMask};
use datafusion::parquet::basic::Type as Physical;
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::parquet::file::reader::ChunkReader;

use super::{About, BLOCK, Record};
use crate::error::{Error, Result};

/// A source of which every part is at hand.
#[derive(Clone)]
pub enum Whole {
    File(PathBuf),
    /// The bytes that came through standard input.
    Bytes(Bytes),
}

/// Records of a Parquet file.
pub struct Columns {
    pub about: About,
    reader: ParquetRecordBatchReader,
    /// Columns in the order in which they are read, each with whether its times are instants in UTC without saying so.
    read: Vec<(String, bool)>,
    path: PathBuf,
    expected: u64,
    given: u64,
}

impl Columns {
    pub fn open(source: &Whole, path: &Path, asked: &[String]) -> Result<Columns> {
        match source {
            Whole::File(file) => {
                let file = File::open(file).map_err(|error| Error::file("open", path, error))?;
                Columns::of(file, path, asked)
            }
            Whole::Bytes(bytes) => Columns::of(bytes.clone(), path, asked),
        }
    }

    fn of(source: impl ChunkReader + 'static, path: &Path, asked: &[String]) -> Result<Columns> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(source).map_err(|error| broken(path, &error))?;
        let metadata = builder.metadata();
        let expected = rows(metadata).map_err(|why| broken(path, &why))?;
        let names: Vec<String> =
            builder.schema().fields().iter().map(|field| facts::normal(field.name()).into_owned()).collect();
        // Columns that nobody asks for are not even looked at.
        let wanted: Vec<usize> = (0..names.len()).filter(|at| asked.contains(&names[*at])).collect();
        let int96 = int96(metadata);
        let read: Vec<(String, bool)> =
            wanted.iter().map(|at| (names[*at].clone(), int96.contains(builder.schema().field(*at).name()))).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        let size = crate::layout::batch_rows(metadata, BLOCK);
        let reader = builder.with_projection(mask).with_batch_size(size).build();
        let reader = reader.map_err(|error| broken(path, &error))?;
        let header = read.iter().map(|(name, _)| name.clone()).collect();
        let about = About { names, header, separator: b',', read_as: "Parquet".into(), usual: true };
        Ok(Columns { about, reader, read, path: path.into(), expected, given: 0 })
    }

    pub fn next(&mut self) -> Option<Result<Vec<Record>>> {
        let batch = match self.reader.next() {
            Some(Ok(batch)) => batch,
            Some(Err(error)) => return Some(Err(broken(&self.path, &error))),
            None if self.given == self.expected => return None,
            None => {
                let why = format!("{} of its {} rows could be read", self.given, self.expected);
                return Some(Err(broken(&self.path, &why)));
            }
        };
        let records = self.records(&batch);
        self.given += batch.num_rows() as u64;
        Some(records)
    }

    /// Rows of a batch as text, the one form in which values are checked.
    fn records(&self, batch: &RecordBatch) -> Result<Vec<Record>> {
        let columns = batch.columns().iter().zip(&self.read).map(|(column, (name, is_utc))| {
            as_text(column, *is_utc).map_err(|error| {
                Error::new(format!("the column {name} is {}, and cannot be read: {error}", column.data_type()))
                    .at(self.path.display())
            })
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let texts: Vec<&StringArray> = columns.iter().map(|column| column.as_string::<i32>()).collect();
        let record = |row: usize| {
            let text = |column: &&StringArray| {
                if column.is_valid(row) { column.value(row).to_string() } else { String::new() }
            };
            ByteRecord::from(texts.iter().map(text).collect::<Vec<_>>())
        };
        let line = |row: usize| self.given + row as u64 + 1;
        Ok((0..batch.num_rows()).map(|row| Record { line: line(row), fields: record(row) }).collect())
    }
}

fn broken(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::file("read the Parquet file", path, format!("{error}; its rows, or the last of them, are missing"))
        .remedy("the file may be cut short; fetch it again")
}

/// Rows of a file, if all that is said of their number agrees.
fn rows(metadata: &ParquetMetaData) -> std::result::Result<u64, String> {
    let all = metadata.file_metadata().num_rows();
    let groups = metadata.row_groups();
    let in_groups: i64 = groups.iter().map(|group| group.num_rows()).sum();
    let differs = groups.iter().any(|group| {
        let flat = group.columns().iter().filter(|column| column.column_descr().max_rep_level() == 0);
        flat.into_iter().any(|column| column.num_values() != group.num_rows())
    });
    match u64::try_from(all) {
        Ok(rows) if all == in_groups && !differs => Ok(rows),
        _ => Err("what its end says of the number of rows does not agree".into()),
    }
}

/// Columns of the older kind of timestamps that no Arrow schema explains. Spark, Hive and Impala write instants in UTC so;
/// INT96 knows no local time.
fn int96(metadata: &ParquetMetaData) -> Vec<String> {
    let file = metadata.file_metadata();
    let is_explained =
        file.key_value_metadata().is_some_and(|pairs| pairs.iter().any(|pair| pair.key == ARROW_SCHEMA_META_KEY));
    let columns = file.schema_descr().columns().iter().filter(|column| column.physical_type() == Physical::INT96);
    let roots = columns.filter_map(|column| column.path().parts().first().cloned());
    if is_explained { Vec::new() } else { roots.collect() }
}

fn as_text(column: &ArrayRef, is_utc: bool) -> Result<ArrayRef> {
    // A value that cannot be cast is an error: it would be no value without a word.
    let cast = |column: &ArrayRef, ty: &DataType| {
        cast_with_options(column, ty, &CastOptions { safe: false, ..CastOptions::default() }).map_err(Error::from)
    };
    match column.data_type() {
        DataType::FixedSizeBinary(16) => {
            let uuids = column.as_fixed_size_binary().iter().map(|bytes| bytes.map(uuid));
            Ok(Arc::new(uuids.collect::<StringArray>()))
        }
        DataType::Timestamp(unit, None) if is_utc => {
            let utc = DataType::Timestamp(*unit, Some("UTC".into()));
            cast(&cast(column, &utc)?, &DataType::Utf8)
        }
        // Times are kept to the microsecond.
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
            cast(&cast(column, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?, &DataType::Utf8)
        }
        _ => cast(column, &DataType::Utf8),
    }
}

/// Sixteen bytes as a UUID is written.
fn uuid(bytes: &[u8]) -> String {
    let digits = crate::layout::hex(bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}
