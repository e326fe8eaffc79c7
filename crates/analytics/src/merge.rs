//! Choosing the latest of several rows that stand at one place under one key.
//!
//! A partition is a base, sorted and without repetition, and a small delta over it: newer rows, rows that left (marked
//! [`REMOVED`]), and, for reading as of an earlier instant, the history. One walk over both serves queries and
//! compaction alike. Rows of the base that nothing replaces are copied in runs, so that a delta costs little more than
//! its own rows.

use std::cmp::Reverse;

use datafusion::arrow::array::{
    Array, AsArray, BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt32Array,
};
use datafusion::arrow::compute::{concat_batches, interleave_record_batch, take_record_batch};
use datafusion::arrow::datatypes::{Int64Type, Schema, SchemaRef, TimestampMicrosecondType};
use facts::Table;

use crate::error::Result;
use crate::layout::Places;
use crate::rows::{KEY, Place, RECORDED_AT, REMOVED};
use crate::runs::{Copier, Run};

/// Columns that the walk needs of the base besides those asked for: the place, the key, and `recorded_at` as of an
/// earlier instant.
pub fn needed_columns(table: &Table, as_of: Option<i64>) -> Vec<&'static str> {
    let resident = table.by_resident().then_some("resident_id");
    resident.into_iter().chain(table.at).chain([KEY]).chain(as_of.map(|_| RECORDED_AT)).collect()
}

/// The columns of a delta over a base with those of `base`.
pub fn delta_schema(table: &Table, base: &Schema) -> SchemaRef {
    let stored = crate::rows::stored_schema(table);
    let more = stored.fields().iter().filter(|field| [RECORDED_AT, REMOVED].contains(&field.name().as_str()));
    let more = more.filter(|field| base.index_of(field.name()).is_err());
    Schema::new(base.fields().iter().chain(more).cloned().collect::<Vec<_>>()).into()
}

/// A row's place and key: the order of storage.
pub type Order = (Place, i64);

fn order_of(table: &Table, batch: &RecordBatch) -> Vec<Order> {
    (0..batch.num_rows()).map(order_at(table, batch)).collect()
}

/// Order of rows in storage: resident, main time, key, and of one key the latest recorded first.
pub fn storage_order(table: &Table, batch: &RecordBatch) -> Vec<u32> {
    let recorded = recorded(batch).values().iter().copied().map(Reverse);
    let mut order: Vec<(Order, Reverse<i64>, u32)> =
        order_of(table, batch).into_iter().zip(recorded).zip(0..).map(|((order, at), row)| (order, at, row)).collect();
    if !order.is_sorted() {
        order.sort_unstable();
    }
    order.into_iter().map(|(.., row)| row).collect()
}

/// The rows of several batches of one partition in storage order.
pub fn sorted(table: &Table, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let batch = concat_batches(schema, batches)?;
    let order = storage_order(table, &batch);
    match order.is_sorted() {
        true => Ok(batch),
        false => Ok(take_record_batch(&batch, &UInt32Array::from(order))?),
    }
}

/// Rows of several files, each in storage order, as pieces that follow one another and fit into memory together.
///
/// Rows at one place under one key are never parted. `I` gives the batches of one file.
pub struct Pieces<I> {
    table: &'static Table,
    schema: SchemaRef,
    files: Vec<Reading<I>>,
}

/// A file being read: what is left of its last batch, and the batches to come.
pub struct Reading<I> {
    table: &'static Table,
    left: Option<RecordBatch>,
    to_come: Option<I>,
}

impl<I: Iterator<Item = Result<RecordBatch>>> Pieces<I> {
    pub fn new(table: &'static Table, schema: SchemaRef, files: impl IntoIterator<Item = I>) -> Pieces<I> {
        Pieces { table, schema, files: files.into_iter().map(|file| Reading::new(table, file)).collect() }
    }

    /// The next piece in storage order, and the place and key before which all of it stands; none: it is the last.
    pub fn next(&mut self) -> Result<Option<(RecordBatch, Option<Order>)>> {
        loop {
            for file in &mut self.files {
                file.refill()?;
            }
            // A file of which more is to come may go on where its batch ends; nothing before that can still come.
            let ends = self.files.iter().filter(|file| file.to_come.is_some()).filter_map(Reading::end);
            let bound = ends.min();
            let parts: Vec<RecordBatch> = self.files.iter_mut().filter_map(|file| file.before(bound)).collect();
            match (parts.is_empty(), bound) {
                (false, _) => return Ok(Some((sorted(self.table, &self.schema, &parts)?, bound))),
                (true, None) => return Ok(None),
                // All of one batch stands at one place under one key: more of that file is needed.
                (true, Some(_)) => {
                    for file in self.files.iter_mut().filter(|file| file.end() == bound) {
                        file.extend(&self.schema)?;
                    }
                }
            }
        }
    }
}

impl<I: Iterator<Item = Result<RecordBatch>>> Reading<I> {
    pub fn new(table: &'static Table, file: I) -> Reading<I> {
        Reading { table, left: None, to_come: Some(file) }
    }

    /// The next rows that stand before a place and key, at most a batch; with none, whatever comes next.
    pub fn next_before(&mut self, bound: Option<Order>) -> Result<Option<RecordBatch>> {
        self.refill()?;
        Ok(self.before(bound))
    }

    /// Makes sure that rows are left, if there are any to come.
    fn refill(&mut self) -> Result<()> {
        while self.left.is_none()
            && let Some(to_come) = &mut self.to_come
        {
            match to_come.next().transpose()? {
                Some(batch) => self.left = Some(batch).filter(|batch| batch.num_rows() > 0),
                None => self.to_come = None,
            }
        }
        Ok(())
    }

    /// Adds the next batch to what is left.
    fn extend(&mut self, schema: &SchemaRef) -> Result<()> {
        match self.to_come.as_mut().map(Iterator::next) {
            Some(Some(batch)) => {
                let parts: Vec<RecordBatch> = self.left.take().into_iter().chain([batch?]).collect();
                self.left = Some(concat_batches(schema, &parts)?);
            }
            _ => self.to_come = None,
        }
        Ok(())
    }

    /// Place and key of the last row that is left.
    fn end(&self) -> Option<Order> {
        let batch = self.left.as_ref()?;
        Some(order_at(self.table, batch)(batch.num_rows() - 1))
    }

    fn before(&mut self, bound: Option<Order>) -> Option<RecordBatch> {
        let batch = self.left.take()?;
        let rows = batch.num_rows();
        let split = match bound {
            None => rows,
            Some(bound) => {
                let order = order_at(self.table, &batch);
                let (mut low, mut high) = (0, rows);
                while low < high {
                    let middle = usize::midpoint(low, high);
                    if order(middle) < bound { low = middle + 1 } else { high = middle }
                }
                low
            }
        };
        self.left = (split < rows).then(|| batch.slice(split, rows - split));
        (split > 0).then(|| batch.slice(0, split))
    }
}

fn order_at<'a>(table: &Table, batch: &'a RecordBatch) -> impl Fn(usize) -> Order + use<'a> {
    let (places, keys) = (Places::of(table, batch), keys(batch));
    move |row| (places.get(row), keys.value(row))
}

fn recorded(batch: &RecordBatch) -> &TimestampMicrosecondArray {
    batch[RECORDED_AT].as_primitive::<TimestampMicrosecondType>()
}

fn keys(batch: &RecordBatch) -> &Int64Array {
    batch[KEY].as_primitive::<Int64Type>()
}

/// The result of one step of the walk.
pub struct Merged {
    /// The latest row of each key, without those that left.
    pub current: RecordBatch,
    /// Everything else, when asked for: replaced rows, rows that left and their marks.
    pub superseded: RecordBatch,
}

/// A walk over the base of a partition and the delta over it.
pub struct Walk {
    table: &'static Table,
    /// The first columns of the base, which come out.
    columns: Vec<usize>,
    /// In storage order, with the columns that come out.
    delta: RecordBatch,
    recorded: TimestampMicrosecondArray,
    groups: Vec<Group>,
    /// The next group that the base has not reached.
    next: usize,
    as_of: Option<i64>,
    copier: Copier,
    keep_superseded: bool,
    within: Option<[i64; 2]>,
}

/// Delta rows that stand at one place under one key.
struct Group {
    order: Order,
    first: usize,
    end: usize,
    /// The latest row that is seen; without one the base stands.
    chosen: Option<usize>,
    /// The chosen row is a mark that the key left this place.
    leaves: bool,
}

impl Walk {
    /// `delta` in storage order with the columns of [`delta_schema`]; the first `width` columns of `base` come out; with
    /// `as_of`, what was recorded later is not seen.
    pub fn new(
        table: &'static Table,
        base: &Schema,
        width: usize,
        delta: RecordBatch,
        as_of: Option<i64>,
    ) -> Result<Walk> {
        let groups = groups(table, &delta, as_of);
        let recorded = recorded(&delta).clone();
        let outgoing = base.fields().iter().take(width);
        let columns: Vec<usize> =
            outgoing.map(|field| delta.schema().index_of(field.name())).collect::<std::result::Result<_, _>>()?;
        let delta = delta.project(&columns)?;
        let copier = Copier::new(&delta);
        Ok(Walk {
            table,
            columns: (0..width).collect(),
            delta,
            recorded,
            groups,
            next: 0,
            as_of,
            copier,
            keep_superseded: false,
            within: None,
        })
    }

    /// Rows of the base whose main time lies outside need not come out: they cost no copy then.
    pub fn within(mut self, bounds: Option<[i64; 2]>) -> Walk {
        self.within = bounds;
        self
    }

    /// Gives out superseded rows, too.
    pub fn keeping_superseded(mut self) -> Walk {
        self.keep_superseded = true;
        self
    }

    /// The next batch of the base; its columns are those of the delta.
    pub fn step(&mut self, base: &RecordBatch) -> Result<Merged> {
        let (places, keys) = (Places::of(self.table, base), keys(base));
        let order = |row: usize| (places.get(row), keys.value(row));
        let rows = base.num_rows();
        let reached = |group: &Group| rows > 0 && group.order <= order(rows - 1);
        if self.as_of.is_none() && !self.groups.get(self.next).is_some_and(reached) {
            let current = base.project(&self.columns)?;
            return Ok(Merged { superseded: current.slice(0, 0), current });
        }
        let mut picks = Picks { keep_superseded: self.keep_superseded, ..Picks::default() };
        let seen = |row: usize| self.as_of.is_none_or(|as_of| recorded(base).value(row) <= as_of);
        let wanted = |row: &usize| self.within.is_none_or(|[from, to]| (from..to).contains(&places.get(*row).at));
        let put_base = |picks: &mut Picks, from: usize, to: usize| match (self.as_of, self.within) {
            (None, None) => picks.current(Run { from: 0, first: from, rows: to - from }),
            _ => (from..to).filter(wanted).for_each(|row| picks.put(seen(row), 0, row)),
        };
        let mut row = 0;
        while let Some(group) = self.groups.get(self.next).filter(|group| reached(group)) {
            let begun = row;
            while order(row) < group.order {
                row += 1;
            }
            put_base(&mut picks, begun, row);
            let mut stands = true;
            if order(row) == group.order {
                // History is older than the base, deltas are newer: of what is seen the latest stands.
                let newer = |chosen: usize| {
                    self.as_of.is_none() || !seen(row) || self.recorded.value(chosen) > recorded(base).value(row)
                };
                stands = group.chosen.is_some_and(newer);
                picks.put(!stands && seen(row), 0, row);
                row += 1;
            }
            picks.put_group(group, stands);
            self.next += 1;
        }
        put_base(&mut picks, row, rows);
        self.choose(&base.project(&self.columns)?, &picks)
    }

    /// The rest of the delta when the base has ended.
    pub fn finish(&mut self) -> Result<Merged> {
        let mut picks = Picks { keep_superseded: self.keep_superseded, ..Picks::default() };
        self.groups.drain(self.next..).for_each(|group| picks.put_group(&group, true));
        self.choose(&self.delta.slice(0, 0), &picks)
    }

    fn choose(&mut self, base: &RecordBatch, picks: &Picks) -> Result<Merged> {
        let current = self.copier.copy(base, &self.delta, &picks.current)?;
        let superseded = match picks.superseded.as_slice() {
            [] => base.slice(0, 0),
            rows => interleave_record_batch(&[base, &self.delta], rows)?,
        };
        Ok(Merged { current, superseded })
    }
}

fn groups(table: &Table, delta: &RecordBatch, as_of: Option<i64>) -> Vec<Group> {
    let (orders, recorded) = (order_of(table, delta), recorded(delta));
    let removed: &BooleanArray = delta[REMOVED].as_boolean();
    let mut groups: Vec<Group> = Vec::new();
    for (row, order) in orders.into_iter().enumerate() {
        if groups.last().is_none_or(|group| group.order != order) {
            groups.push(Group { order, first: row, end: row, chosen: None, leaves: false });
        }
        if let Some(group) = groups.last_mut() {
            group.end = row + 1;
            if group.chosen.is_none() && as_of.is_none_or(|as_of| recorded.value(row) <= as_of) {
                group.chosen = Some(row);
                group.leaves = removed.is_valid(row) && removed.value(row);
            }
        }
    }
    groups
}

/// Rows chosen of the base (0) and the delta (1).
#[derive(Default)]
struct Picks {
    current: Vec<Run>,
    superseded: Vec<(usize, usize)>,
    keep_superseded: bool,
}

impl Picks {
    fn put(&mut self, current: bool, from: usize, row: usize) {
        if current {
            self.current(Run { from, first: row, rows: 1 });
        } else if self.keep_superseded {
            self.superseded.push((from, row));
        }
    }

    /// Adds a run, to the last one where it goes on.
    fn current(&mut self, run: Run) {
        match self.current.last_mut() {
            Some(last) if last.from == run.from && last.first + last.rows == run.first => last.rows += run.rows,
            _ if run.rows == 0 => {}
            _ => self.current.push(run),
        }
    }

    /// Puts a group's rows; its chosen row is current when the group `stands`.
    fn put_group(&mut self, group: &Group, stands: bool) {
        for row in group.first..group.end {
            self.put(stands && group.chosen == Some(row) && !group.leaves, 1, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::ArrayRef;
    use facts::{Encounter, Row};
    use proptest::prelude::*;

    use super::*;

    /// Rows of (resident, key), in storage order; who is recorded when follows from the place in the list.
    fn batch(rows: &[(i64, i64)]) -> RecordBatch {
        let recorded = (0..rows.len() as i64).rev();
        let at = TimestampMicrosecondArray::from(vec![0; rows.len()]).with_timezone("UTC");
        let columns: [(&str, ArrayRef); 4] = [
            ("resident_id", Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int64Array>())),
            ("started_at", Arc::new(at)),
            (KEY, Arc::new(rows.iter().map(|row| Some(row.1)).collect::<Int64Array>())),
            (RECORDED_AT, Arc::new(TimestampMicrosecondArray::from_iter_values(recorded).with_timezone("UTC"))),
        ];
        RecordBatch::try_from_iter(columns).expect("a batch")
    }

    proptest! {
        #[test]
        fn pieces_are_all_rows_in_order_and_part_no_key(
            files in prop::collection::vec(prop::collection::vec((0_i64..4, 0_i64..3), 0..12), 0..5),
            size in 1_usize..4,
        ) {
            let table = Encounter::TABLE;
            let schema = batch(&[]).schema();
            let mut expected: Vec<(i64, i64)> = files.iter().flatten().copied().collect();
            expected.sort_unstable();
            let parted = files.into_iter().map(|mut rows| {
                rows.sort_unstable();
                let batches: Vec<Result<RecordBatch>> = rows.chunks(size).map(|rows| Ok(batch(rows))).collect();
                batches.into_iter()
            });
            let mut pieces = Pieces::new(table, schema, parted);
            let (mut found, mut last) = (Vec::new(), None);
            let mut bounds = Vec::new();
            while let Some((piece, bound)) = pieces.next().expect("a piece") {
                let rows: Vec<Order> = order_of(table, &piece);
                prop_assert!(last.is_none_or(|last| last < rows[0]), "a key is parted");
                prop_assert!(bound.is_none_or(|bound| rows.iter().all(|row| *row < bound)));
                last = rows.last().copied();
                found.extend(rows.iter().map(|(place, key)| (place.resident, *key)));
                bounds.push(bound);
            }
            prop_assert_eq!(found, expected);
            prop_assert!(bounds.last().is_none_or(Option::is_none), "what follows the last piece is left to nobody");
        }
    }
}
