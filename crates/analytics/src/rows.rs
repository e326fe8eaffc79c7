//! Rows of fact tables as Arrow columns: the schema of a table and the builders that fill it.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, RecordBatch, StringBuilder,
    StringDictionaryBuilder, TimestampMicrosecondBuilder,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Field, Float64Type, Int32Type, Int64Type, Schema, SchemaRef, TimeUnit,
    TimestampMicrosecondType,
};
use facts::{Row, Table, Type, Value};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::error::Result;

/// Columns that every stored row has after those of its table.
pub const SOURCE: &str = "source";
pub const RECORDED_AT: &str = "recorded_at";
/// Hash of the business key: tells rows at one place apart without reading their texts.
pub const KEY: &str = "_key";
/// A column that came when files had been written, and its table. Where it is empty it counts for nothing when a row is known
/// again, so that a row of before is the same row.
const LATER: (&str, &str) = ("contacts", "part_of");
/// Marks a row that left this place: what stood here with this key is no more from `recorded_at` on.
pub const REMOVED: &str = "_removed";

/// Physical type of a column.
pub fn arrow_type(ty: Type) -> DataType {
    match ty {
        Type::Resident | Type::Int | Type::Cents => DataType::Int64,
        Type::Unit | Type::Professional | Type::Label | Type::Code(_) => {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
        }
        Type::Text => DataType::Utf8,
        Type::Float => DataType::Float64,
        Type::Bool => DataType::Boolean,
        Type::Instant => instant_type(),
        Type::Day => DataType::Date32,
    }
}

/// Type of every instant: UTC microseconds with the zone named.
pub fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Schema of a table as queries see it: its columns, `source`, `recorded_at`.
pub fn schema(table: &Table) -> SchemaRef {
    Arc::new(Schema::new(fields(table)))
}

/// Schema of a table as it is stored: as queries see it, the hash of the key, and the mark of rows that left.
pub fn stored_schema(table: &Table) -> SchemaRef {
    let mut fields = fields(table);
    fields.push(Field::new(KEY, DataType::Int64, true));
    fields.push(Field::new(REMOVED, DataType::Boolean, true));
    Arc::new(Schema::new(fields))
}

fn fields(table: &Table) -> Vec<Field> {
    let own = table.columns.iter().map(|column| Field::new(column.name, arrow_type(column.ty), true));
    let source = Field::new(SOURCE, arrow_type(Type::Label), true);
    let recorded_at = Field::new(RECORDED_AT, instant_type(), true);
    own.chain([source, recorded_at]).collect()
}

/// A builder of one column.
enum Builder {
    Int(Int64Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Text(StringBuilder),
    Label(StringDictionaryBuilder<Int32Type>),
    Instant(TimestampMicrosecondBuilder),
    Day(Date32Builder),
}

impl Builder {
    fn new(ty: &DataType) -> Builder {
        match ty {
            DataType::Float64 => Builder::Float(Float64Builder::new()),
            DataType::Boolean => Builder::Bool(BooleanBuilder::new()),
            DataType::Utf8 => Builder::Text(StringBuilder::new()),
            DataType::Dictionary(..) => Builder::Label(StringDictionaryBuilder::new()),
            DataType::Timestamp(..) => {
                Builder::Instant(TimestampMicrosecondBuilder::new().with_data_type(instant_type()))
            }
            DataType::Date32 => Builder::Day(Date32Builder::new()),
            _ => Builder::Int(Int64Builder::new()),
        }
    }

    fn put(&mut self, value: Value<'_>) {
        match (self, value) {
            (Builder::Int(to), Value::Int(value)) => to.append_value(value),
            (Builder::Int(to), _) => to.append_null(),
            (Builder::Float(to), Value::Float(value)) => to.append_value(value),
            (Builder::Float(to), _) => to.append_null(),
            (Builder::Bool(to), Value::Bool(value)) => to.append_value(value),
            (Builder::Bool(to), _) => to.append_null(),
            (Builder::Text(to), Value::Text(value)) => to.append_value(value),
            (Builder::Text(to), _) => to.append_null(),
            (Builder::Label(to), Value::Text(value)) => to.append_value(value),
            (Builder::Label(to), _) => to.append_null(),
            (Builder::Instant(to), Value::Int(value)) => to.append_value(value),
            (Builder::Instant(to), _) => to.append_null(),
            (Builder::Day(to), Value::Int(value)) => to.append_option(i32::try_from(value).ok()),
            (Builder::Day(to), _) => to.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Int(builder) => Arc::new(builder.finish()),
            Builder::Float(builder) => Arc::new(builder.finish()),
            Builder::Bool(builder) => Arc::new(builder.finish()),
            Builder::Text(builder) => Arc::new(builder.finish()),
            Builder::Label(builder) => Arc::new(builder.finish()),
            Builder::Instant(builder) => Arc::new(builder.finish()),
            Builder::Day(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Facts about a row that the store must know beside its columns.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Hash of the business key.
    pub key: u128,
    /// Hash of the table's columns, to tell an unchanged row from a changed one.
    pub content: u64,
    pub place: Place,
    /// Microseconds.
    pub recorded_at: i64,
    /// Line of the source file, or 0.
    pub line: u64,
}

/// Where a row stands: rows are stored by resident, then by the table's main time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// −1 without a resident, which sorts before every resident as null does.
    pub resident: i64,
    /// `i64::MIN` without a time; days and microseconds as they stand in the column.
    pub at: i64,
}

/// Rows of one table being gathered, column by column.
pub struct Rows {
    pub table: &'static Table,
    schema: SchemaRef,
    builders: Vec<Builder>,
    meta: Vec<Meta>,
    key: Vec<usize>,
    resident: Option<usize>,
    at: Option<usize>,
    /// The column of [`LATER`], if the table has it.
    later: Option<usize>,
    bytes: Vec<u8>,
    /// Bytes of texts among the values.
    texts: usize,
}

impl Rows {
    pub fn new(table: &'static Table) -> Rows {
        let schema = schema(table);
        Rows {
            table,
            builders: schema.fields().iter().map(|field| Builder::new(field.data_type())).collect(),
            schema,
            meta: Vec::new(),
            key: table.key.iter().filter_map(|name| table.position(name)).collect(),
            resident: table.position("resident_id"),
            at: table.at.and_then(|name| table.position(name)),
            later: table.position(LATER.1).filter(|_| table.name == LATER.0),
            bytes: Vec::new(),
            texts: 0,
        }
    }

    /// The rows of a batch that has the table's columns.
    pub fn of_batch(table: &'static Table, batch: &RecordBatch, source: &str, recorded_at: i64) -> Result<Rows> {
        let columns = own_columns(table, batch)?;
        let mut rows = Rows::new(table);
        for row in 0..batch.num_rows() {
            let values: Vec<Value<'_>> = columns.iter().map(|column| value(column, row)).collect();
            rows.push(&values, source, recorded_at, 0);
        }
        Ok(rows)
    }

    /// Appends the rows of a batch as it is stored, each with its own source and recording.
    pub fn push_stored(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = own_columns(self.table, batch)?;
        let sources = cast(&batch[SOURCE], &DataType::Utf8)?;
        for row in 0..batch.num_rows() {
            let values: Vec<Value<'_>> = columns.iter().map(|column| value(column, row)).collect();
            if let (Value::Text(source), Value::Int(recorded_at)) =
                (value(&sources, row), value(&batch[RECORDED_AT], row))
            {
                self.push(&values, source, recorded_at, 0);
            }
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.meta.len()
    }

    pub fn is_empty(&self) -> bool {
        self.meta.is_empty()
    }

    /// Bytes of the texts in the rows: what their columns take, and little more.
    pub fn texts(&self) -> usize {
        self.texts
    }

    /// Appends a row given as one value for each of the table's columns.
    pub fn push(&mut self, values: &[Value<'_>], source: &str, recorded_at: i64, line: u64) {
        let whole = |at: Option<usize>| match at.map(|at| values[at]) {
            Some(Value::Int(value)) => Some(value),
            _ => None,
        };
        let place = Place { resident: whole(self.resident).unwrap_or(-1), at: whole(self.at).unwrap_or(i64::MIN) };
        self.bytes.clear();
        for at in &self.key {
            spell(values[*at], &mut self.bytes);
        }
        let key = xxh3_128(&self.bytes);
        self.bytes.clear();
        for (at, value) in values.iter().enumerate() {
            if !(*value == Value::Null && self.later == Some(at)) {
                spell(*value, &mut self.bytes);
            }
            if let Value::Text(text) = value {
                self.texts += text.len();
            }
        }
        let content = xxh3_64(&self.bytes);
        self.meta.push(Meta { key, content, place, recorded_at, line });
        let all = values.iter().copied().chain([Value::Text(source), Value::Int(recorded_at)]);
        for (builder, value) in self.builders.iter_mut().zip(all) {
            builder.put(value);
        }
    }

    /// Appends a row struct.
    pub fn push_row(&mut self, row: &impl Row, source: &str, recorded_at: i64) {
        self.push(&row.values(), source, recorded_at, 0);
    }

    /// Takes what was gathered as one batch and starts anew.
    pub fn take(&mut self) -> (RecordBatch, Vec<Meta>) {
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        #[expect(clippy::expect_used, reason = "every builder got one value for every row")]
        let batch = RecordBatch::try_new(self.schema.clone(), columns).expect("columns of one length");
        self.texts = 0;
        (batch, std::mem::take(&mut self.meta))
    }
}

/// The table's own columns of a batch, in the table's order and with texts as texts.
fn own_columns(table: &Table, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
    let own = table.columns.iter().map(|column| match arrow_type(column.ty) {
        DataType::Dictionary(..) => Ok(cast(&batch[column.name], &DataType::Utf8)?),
        ty => Ok(cast(&batch[column.name], &ty)?),
    });
    own.collect()
}

fn value(column: &ArrayRef, row: usize) -> Value<'_> {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Int64 => Value::Int(column.as_primitive::<Int64Type>().value(row)),
        DataType::Timestamp(..) => Value::Int(column.as_primitive::<TimestampMicrosecondType>().value(row)),
        DataType::Date32 => Value::Int(column.as_primitive::<Date32Type>().value(row).into()),
        DataType::Float64 => Value::Float(column.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => Value::Bool(column.as_boolean().value(row)),
        _ => Value::Text(column.as_string::<i32>().value(row)),
    }
}

/// The texts of a batch's first column.
pub fn first_texts(batch: &RecordBatch) -> Vec<String> {
    let text = |row| match value(batch.column(0), row) {
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    };
    (0..batch.num_rows()).filter_map(text).collect()
}

/// Spells a value into bytes so that no two rows of different values spell the same.
fn spell(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0),
        Value::Bool(value) => out.extend([1, u8::from(value)]),
        Value::Int(value) => {
            out.push(2);
            out.extend(value.to_le_bytes());
        }
        Value::Float(value) => {
            out.push(3);
            out.extend(value.to_bits().to_le_bytes());
        }
        Value::Text(value) => {
            out.push(4);
            out.extend((value.len() as u64).to_le_bytes());
            out.extend(value.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use facts::TABLES;

    use super::*;

    #[test]
    fn a_row_of_before_a_column_came_is_the_same_row() {
        let table = TABLES.iter().find(|table| table.name == LATER.0).expect("the table");
        let at = table.position(LATER.1).expect("the column");
        let content = |last: Value<'_>| {
            let mut values: Vec<Value<'_>> = table.columns.iter().map(|_| Value::Null).collect();
            values[at] = last;
            let mut rows = Rows::new(table);
            rows.push(&values, "source", 0, 0);
            rows.meta[0].content
        };
        let mut before = Vec::new();
        (0..table.columns.len() - 1).for_each(|_| spell(Value::Null, &mut before));
        assert_eq!(content(Value::Null), xxh3_64(&before));
        assert_ne!(content(Value::Text("c1")), xxh3_64(&before));
    }
}
