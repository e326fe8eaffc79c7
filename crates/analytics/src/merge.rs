//! Choosing the latest of several rows that stand at one place under one key.
//!
//! A partition is a base, sorted and without repetition, and a small delta over it: newer rows, rows that left (marked
//! [`REMOVED`]), and, for reading as of an earlier instant, the history. One walk over both serves queries and
//! compaction alike.

use std::cmp::Ordering;

use datafusion::arrow::array::UInt32Array;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, DynComparator, RecordBatch, make_comparator};
use datafusion::arrow::compute::{SortOptions, concat_batches, interleave_record_batch, take_record_batch};
use datafusion::arrow::datatypes::{SchemaRef, TimestampMicrosecondType};
use facts::Table;

use crate::error::Result;
use crate::layout::Places;
use crate::rows::{Place, RECORDED_AT, REMOVED};

const ASCENDING: SortOptions = SortOptions { descending: false, nulls_first: true };

/// Columns that the walk needs besides those asked for: the place, the key, `recorded_at` and the mark of removal.
pub fn needed_columns(table: &Table) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    if table.by_resident() {
        names.push("resident_id");
    }
    names.extend(table.at);
    names.extend(table.key);
    names.extend([RECORDED_AT, REMOVED]);
    names
}

/// Order of rows in storage: resident, main time, key, and of one key the latest recorded first.
pub fn storage_order(table: &Table, batch: &RecordBatch) -> Result<Vec<u32>> {
    let places = Places::of(table, batch);
    let places: Vec<Place> = (0..batch.num_rows()).map(|row| places.get(row)).collect();
    let ties = KeyOrder::between(table, batch, batch)?;
    let recorded = recorded(batch);
    let mut order: Vec<u32> = (0..batch.num_rows() as u32).collect();
    order.sort_unstable_by(|left, right| {
        let (left, right) = (*left as usize, *right as usize);
        places[left]
            .cmp(&places[right])
            .then_with(|| ties.compare(left, right))
            .then_with(|| recorded.value(right).cmp(&recorded.value(left)))
    });
    Ok(order)
}

/// The rows of several batches of one partition in storage order.
pub fn sorted(table: &Table, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let batch = concat_batches(schema, batches)?;
    let order = UInt32Array::from(storage_order(table, &batch)?);
    Ok(take_record_batch(&batch, &order)?)
}

fn recorded(batch: &RecordBatch) -> &datafusion::arrow::array::TimestampMicrosecondArray {
    batch[RECORDED_AT].as_primitive::<TimestampMicrosecondType>()
}

/// Compares rows of two batches by the table's key.
struct KeyOrder(Vec<DynComparator>);

impl KeyOrder {
    fn between(table: &Table, left: &RecordBatch, right: &RecordBatch) -> Result<KeyOrder> {
        let column = |batch: &RecordBatch, name: &str| -> Option<ArrayRef> { batch.column_by_name(name).cloned() };
        let pairs = table.key.iter().filter_map(|name| Some((column(left, name)?, column(right, name)?)));
        let comparators = pairs.map(|(left, right)| make_comparator(&left, &right, ASCENDING));
        Ok(KeyOrder(comparators.collect::<std::result::Result<_, _>>()?))
    }

    fn compare(&self, left: usize, right: usize) -> Ordering {
        self.0.iter().map(|compare| compare(left, right)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// What came out of one step of the walk.
pub struct Merged {
    /// The latest row of each key, without those that left.
    pub current: RecordBatch,
    /// Everything else: replaced rows, rows that left and their marks.
    pub superseded: RecordBatch,
}

/// A walk over the base of a partition and the delta over it.
pub struct Walk {
    table: &'static Table,
    /// In storage order.
    delta: RecordBatch,
    groups: Vec<Group>,
    /// The next group that the base has not reached.
    next: usize,
    as_of: Option<i64>,
}

/// Delta rows that stand at one place under one key.
struct Group {
    first: usize,
    end: usize,
    /// The latest row that is seen; without one the base stands.
    chosen: Option<usize>,
    /// The chosen row is a mark that the key left this place.
    leaves: bool,
}

impl Walk {
    /// `delta` in storage order; with `as_of`, what was recorded later is not seen.
    pub fn new(table: &'static Table, delta: RecordBatch, as_of: Option<i64>) -> Result<Walk> {
        let groups = groups(table, &delta, as_of)?;
        Ok(Walk { table, delta, groups, next: 0, as_of })
    }

    /// The next batch of the base; its columns are those of the delta.
    pub fn step(&mut self, base: &RecordBatch) -> Result<Merged> {
        let places = Places::of(self.table, base);
        let theirs = Places::of(self.table, &self.delta);
        let untouched = match (base.num_rows().checked_sub(1), self.groups.get(self.next)) {
            (Some(last), Some(group)) => places.get(last) < theirs.get(group.first),
            (None, _) | (_, None) => true,
        };
        if untouched && self.as_of.is_none() {
            return Ok(Merged { current: base.clone(), superseded: base.slice(0, 0) });
        }
        let ties = KeyOrder::between(self.table, base, &self.delta)?;
        let mut picks = Picks::default();
        let mut next = self.next;
        for row in 0..base.num_rows() {
            let seen = visible(base, row, self.as_of);
            let mut replaced = false;
            while let Some(group) = self.groups.get(next) {
                let order = theirs.get(group.first).cmp(&places.get(row));
                let order = order.then_with(|| ties.compare(row, group.first).reverse());
                match order {
                    Ordering::Greater => break,
                    // History is older than the base, deltas are newer: of what is seen the latest stands.
                    Ordering::Equal => {
                        replaced = group.chosen.is_some_and(|chosen| !seen || self.is_newer(chosen, base, row))
                    }
                    Ordering::Less => {}
                }
                picks.put_group(group, order.is_ne() || replaced);
                next += 1;
            }
            picks.put(!replaced && seen, (0, row));
        }
        self.next = next;
        self.choose(base, &picks)
    }

    /// What is left of the delta when the base has ended.
    pub fn finish(&mut self) -> Result<Merged> {
        let mut picks = Picks::default();
        self.groups.drain(self.next..).for_each(|group| picks.put_group(&group, true));
        self.choose(&self.delta.slice(0, 0), &picks)
    }

    /// Whether a row of the delta was recorded after one of the base. Without history over it a delta always was.
    fn is_newer(&self, chosen: usize, base: &RecordBatch, row: usize) -> bool {
        self.as_of.is_none() || recorded(&self.delta).value(chosen) > recorded(base).value(row)
    }

    fn choose(&self, base: &RecordBatch, picks: &Picks) -> Result<Merged> {
        let from = [base, &self.delta];
        let pick = |rows: &[(usize, usize)]| match rows {
            [] => Ok(base.slice(0, 0)),
            rows => interleave_record_batch(&from, rows),
        };
        Ok(Merged { current: pick(&picks.current)?, superseded: pick(&picks.superseded)? })
    }
}

fn groups(table: &Table, delta: &RecordBatch, as_of: Option<i64>) -> Result<Vec<Group>> {
    let places = Places::of(table, delta);
    let ties = KeyOrder::between(table, delta, delta)?;
    let removed: &BooleanArray = delta[REMOVED].as_boolean();
    let mut groups: Vec<Group> = Vec::new();
    for row in 0..delta.num_rows() {
        let begins = groups
            .last()
            .is_none_or(|group| places.get(row) != places.get(group.first) || ties.compare(row, group.first).is_ne());
        if begins {
            groups.push(Group { first: row, end: row, chosen: None, leaves: false });
        }
        if let Some(group) = groups.last_mut() {
            group.end = row + 1;
            if group.chosen.is_none() && visible(delta, row, as_of) {
                group.chosen = Some(row);
                group.leaves = removed.is_valid(row) && removed.value(row);
            }
        }
    }
    Ok(groups)
}

fn visible(batch: &RecordBatch, row: usize, as_of: Option<i64>) -> bool {
    as_of.is_none_or(|as_of| recorded(batch).value(row) <= as_of)
}

/// Rows as (batch, row): 0 the base, 1 the delta.
#[derive(Default)]
struct Picks {
    current: Vec<(usize, usize)>,
    superseded: Vec<(usize, usize)>,
}

impl Picks {
    fn put(&mut self, current: bool, row: (usize, usize)) {
        if current { self.current.push(row) } else { self.superseded.push(row) }
    }

    /// Puts a group's rows; its chosen row is current when the group `stands`.
    fn put_group(&mut self, group: &Group, stands: bool) {
        for row in group.first..group.end {
            self.put(stands && group.chosen == Some(row) && !group.leaves, (1, row));
        }
    }
}
