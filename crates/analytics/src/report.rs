//! Figures and rows as text, CSV, JSON or Parquet.

use std::borrow::Cow;
use std::io::Write;

use datafusion::arrow::array::Array;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::measure::Figure;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Table,
    Csv,
    Json,
    Parquet,
}

impl Format {
    pub fn named(name: &str) -> Option<Format> {
        match name {
            "table" => Some(Format::Table),
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// Figures as a batch: always the same columns, strata in between as the grouping asked for them.
pub fn figures_batch(figures: &[Figure]) -> Result<RecordBatch> {
    let text = |of: &dyn Fn(&Figure) -> Option<String>| -> ArrayRef {
        Arc::new(figures.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&Figure) -> Option<f64>| -> ArrayRef {
        Arc::new(figures.iter().map(of).collect::<Float64Array>())
    };
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("measure".into(), text(&|it| Some(it.measure.clone()))),
        ("unit_id".into(), text(&|it| Some(it.unit_id.clone()))),
        ("period".into(), text(&|it| Some(it.period.clone()))),
    ];
    let mut names: Vec<&str> = figures.iter().flat_map(|it| it.strata.iter().map(|(name, _)| name.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let value = |it: &Figure| it.strata.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        columns.push((name.into(), text(&value)));
    }
    let n: UInt64Array = figures.iter().map(|it| (!it.suppressed).then_some(it.n)).collect();
    let suppressed: BooleanArray = figures.iter().map(|it| Some(it.suppressed)).collect();
    columns.extend([
        ("n".to_string(), Arc::new(n) as ArrayRef),
        ("numerator".into(), number(&|it| it.numerator)),
        ("value".into(), number(&|it| it.value)),
        ("lower".into(), number(&|it| it.lower)),
        ("upper".into(), number(&|it| it.upper)),
        ("reason".into(), text(&|it| it.reason.map(String::from))),
        ("suppressed".into(), Arc::new(suppressed)),
        ("coverage".into(), number(&|it| it.coverage)),
        ("as_of".into(), text(&|it| Some(it.as_of.clone()))),
    ]);
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// Writes batches of one schema.
pub fn write(batches: &[RecordBatch], format: Format, out: &mut (impl Write + Send)) -> Result<()> {
    let broken = |error: std::io::Error| Error::new(format!("cannot write: {error}"));
    match format {
        Format::Table => {
            let table = pretty_format_batches(batches)?.to_string();
            writeln!(out, "{}", facts::printable(&table)).map_err(broken)
        }
        Format::Csv => write_csv(batches, out),
        Format::Json => write_json(batches, out),
        Format::Parquet => {
            let Some(first) = batches.first() else { return Ok(()) };
            let zstandard =
                WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build();
            let mut writer = ArrowWriter::try_new(out, first.schema(), Some(zstandard))?;
            for batch in batches {
                writer.write(batch)?;
            }
            writer.close()?;
            Ok(())
        }
    }
}

fn texts(batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
    Ok(batch.columns().iter().map(|column| cast(column, &DataType::Utf8)).collect::<std::result::Result<_, _>>()?)
}

/// Whether what stands in a column is a number, a time or a truth value, and never somebody's text.
fn is_plain(ty: &DataType) -> bool {
    match ty {
        DataType::Dictionary(_, values) => is_plain(values),
        ty => ty.is_numeric() || ty.is_temporal() || matches!(ty, DataType::Boolean | DataType::Null),
    }
}

fn write_csv(batches: &[RecordBatch], out: &mut impl Write) -> Result<()> {
    let broken = |error: csv::Error| Error::new(format!("cannot write: {error}"));
    let mut writer = csv::Writer::from_writer(out);
    for (number, batch) in batches.iter().enumerate() {
        let schema = batch.schema();
        if number == 0 {
            let names = schema.fields().iter().map(|field| facts::harmless(field.name()).into_owned());
            writer.write_record(names).map_err(broken)?;
        }
        let columns = texts(batch)?;
        let plain: Vec<bool> = schema.fields().iter().map(|field| is_plain(field.data_type())).collect();
        for row in 0..batch.num_rows() {
            let cells = columns.iter().zip(&plain).map(|(column, plain)| {
                let column = column.as_string::<i32>();
                match (column.is_valid(row), plain) {
                    (false, _) => Cow::Borrowed(""),
                    (true, true) => column.value(row).into(),
                    (true, false) => facts::harmless(column.value(row)),
                }
            });
            for cell in cells {
                writer.write_field(cell.as_bytes()).map_err(broken)?;
            }
            writer.write_record(None::<&[u8]>).map_err(broken)?;
        }
    }
    writer.flush().map_err(|error| Error::new(format!("cannot write: {error}")))
}

fn write_json(batches: &[RecordBatch], out: &mut impl Write) -> Result<()> {
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        let columns = texts(batch)?;
        for row in 0..batch.num_rows() {
            let object = schema.fields().iter().zip(&columns).map(|(field, column)| {
                let column = column.as_string::<i32>();
                let value = match (column.is_valid(row), field.data_type()) {
                    (false, _) => serde_json::Value::Null,
                    (true, ty) if ty.is_numeric() || *ty == DataType::Boolean => {
                        serde_json::from_str(column.value(row)).unwrap_or_else(|_| column.value(row).into())
                    }
                    (true, _) => column.value(row).into(),
                };
                (field.name().clone(), value)
            });
            rows.push(serde_json::Value::Object(object.collect()));
        }
    }
    serde_json::to_writer_pretty(&mut *out, &rows).map_err(|error| Error::new(format!("cannot write: {error}")))?;
    writeln!(out).map_err(|error| Error::new(format!("cannot write: {error}")))
}
