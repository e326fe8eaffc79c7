//! Decides the fate of rows that are given to a commit: new, unchanged, a replacement, older than what stands, in
//! conflict.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, UInt32Array, new_null_array};
use datafusion::arrow::compute::{concat, take_record_batch};
use facts::Table;

use crate::error::Result;
use crate::index::{Known, Versions};
use crate::rows::{Meta, Place, RECORDED_AT, stored_schema};

/// The fate of the rows given to a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub accepted: u64,
    pub unchanged: u64,
    pub replaced: u64,
    /// Lines whose key already stands in the same import with other content.
    pub conflicting: Vec<u64>,
}

/// The decisions on a batch of rows against the rows stored.
#[derive(Default)]
pub struct Decided {
    pub tally: Tally,
    /// Rows to write, and marks that keys left a place.
    pub newer: Writes,
    /// Rows and marks that were replaced before they came: for the history only.
    pub older: Writes,
    /// New index entries, ascending by key and recording.
    pub entries: Vec<(u128, Known)>,
    /// Rows of this import that stand stored already, ascending by key: a later row of it may not replace them.
    pub unchanged: Vec<(u128, Known)>,
}

/// Rows to write, and marks that keys left a place.
#[derive(Default)]
pub struct Writes {
    pub rows: Vec<u32>,
    marks: Vec<Mark>,
}

/// A key left a place when another version of it was recorded.
struct Mark {
    /// A row of the same key.
    row: u32,
    place: Place,
    recorded_at: i64,
}

/// Decides, for each row, whether it is new, unchanged, a replacement or in conflict.
///
/// `seen` gives for each key, in order, the last row that this import has brought and that stood stored already: within
/// one import the first row of a key and recording stands, whatever is stored, so that a second run changes nothing.
pub fn decide(meta: &[Meta], order: &[u32], stored: Vec<Versions>, seen: &[Option<Known>]) -> Decided {
    let mut decided = Decided::default();
    let groups = order.chunk_by(|left, right| meta[*left as usize].key == meta[*right as usize].key);
    for ((rows, mut versions), seen) in groups.zip(stored).zip(seen) {
        let mut first = *seen;
        for row in rows {
            let given = &meta[*row as usize];
            if first.is_some_and(|it| it.recorded_at == given.recorded_at && it.content != given.content) {
                decided.tally.conflicting.push(given.line);
                continue;
            }
            first = Some(given.into());
            decided.put(*row, given, &mut versions);
        }
    }
    decided
}

impl Decided {
    fn put(&mut self, row: u32, given: &Meta, versions: &mut Versions) {
        let all = versions.as_slice();
        let after = all.partition_point(|version| version.recorded_at <= given.recorded_at);
        let before = after.checked_sub(1).map(|at| all[at]);
        let next = all.get(after).copied();
        match before {
            Some(before) if before.content == given.content => {
                self.tally.unchanged += 1;
                self.unchanged.push((given.key, given.into()));
                return;
            }
            Some(before) if before.recorded_at == given.recorded_at => {
                self.tally.conflicting.push(given.line);
                return;
            }
            Some(_) => self.tally.replaced += 1,
            None if next.is_some() => self.tally.replaced += 1,
            None => self.tally.accepted += 1,
        }
        let writes = if next.is_some() { &mut self.older } else { &mut self.newer };
        writes.rows.push(row);
        let mut mark = |place: Place, recorded_at: i64| writes.marks.push(Mark { row, place, recorded_at });
        if let Some(before) = before.filter(|before| before.place != given.place) {
            mark(before.place, given.recorded_at);
        }
        if let Some(next) = next.filter(|next| next.place != given.place) {
            mark(given.place, next.recorded_at);
        }
        versions.add(given.into());
        self.entries.push((given.key, given.into()));
    }
}

/// The rows to write, and a mark for each place that a key left: the row's key at that place, and no value of the row.
pub fn with_marks(table: &Table, batch: &RecordBatch, meta: &[Meta], writes: &Writes) -> Result<RecordBatch> {
    let Writes { rows, marks } = writes;
    let schema = stored_schema(table);
    let taken = take_record_batch(batch, &UInt32Array::from(rows.clone()))?;
    let mut columns: Vec<ArrayRef> = taken.columns().to_vec();
    let removed: ArrayRef = if marks.is_empty() {
        new_null_array(&datafusion::arrow::datatypes::DataType::Boolean, rows.len())
    } else {
        // A mark holds nothing of its row: that stands at another place, and may be taken out there.
        for column in &mut columns {
            *column = concat(&[column, &new_null_array(column.data_type(), marks.len())])?;
        }
        let recorded = batch.schema().index_of(RECORDED_AT)?;
        let resident = table.by_resident().then(|| table.position("resident_id")).flatten();
        let at = table.at.and_then(|name| table.position(name));
        let of_mark = |mark: &Mark| [mark.place.resident, mark.place.at, mark.recorded_at];
        for (which, position) in [resident, at, Some(recorded)].into_iter().enumerate() {
            if let Some(position) = position {
                let values = marks.iter().map(|mark| of_mark(mark)[which]);
                columns[position] = moved_back(&columns[position], rows.len(), values)?;
            }
        }
        let unmarked = std::iter::repeat_n(None, rows.len());
        Arc::new(BooleanArray::from_iter(unmarked.chain(std::iter::repeat_n(Some(true), marks.len()))))
    };
    let key = |row: u32| meta[row as usize].key as i64;
    let keys = rows.iter().copied().chain(marks.iter().map(|mark| mark.row)).map(key);
    columns.push(Arc::new(Int64Array::from_iter_values(keys)));
    columns.push(removed);
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// A place column whose rows after `kept` are given anew.
fn moved_back(column: &ArrayRef, kept: usize, places: impl Iterator<Item = i64>) -> Result<ArrayRef> {
    use datafusion::arrow::compute::cast;
    let absent = |value: i64| (value != -1 && value != i64::MIN).then_some(value);
    let old: Int64Array = places.map(absent).collect();
    let narrow: ArrayRef = Arc::new(old);
    let old = match column.data_type() {
        datafusion::arrow::datatypes::DataType::Date32 => {
            cast(&cast(&narrow, &datafusion::arrow::datatypes::DataType::Int32)?, column.data_type())?
        }
        ty => cast(&narrow, ty)?,
    };
    Ok(concat(&[&column.slice(0, kept), &old])?)
}
