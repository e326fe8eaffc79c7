//! Copying runs of rows out of two batches: a base and the delta over it.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanBufferBuilder, DictionaryArray, Int32Array, PrimitiveArray,
    RecordBatch, RecordBatchOptions, StringArray, new_null_array,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::interleave;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::HashMap;

use crate::error::Result;

/// Rows that follow one another in the base (0) or the delta (1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub from: usize,
    pub first: usize,
    pub rows: usize,
}

/// Copies runs; for columns of few texts it keeps one vocabulary for both sides as long as the base's stays the same.
pub struct Copier {
    /// By column; none where the column is no dictionary.
    vocabularies: Vec<Option<Vocabulary>>,
}

/// One vocabulary for a column of the base and of the delta.
#[derive(Default)]
struct Vocabulary {
    /// The base's own values.
    of: Option<StringArray>,
    /// They, and after them what only the delta has.
    values: Option<ArrayRef>,
    /// The delta's column in terms of `values`.
    delta: Option<Int32Array>,
}

impl Copier {
    pub fn new(delta: &RecordBatch) -> Copier {
        let vocabulary = |column: &ArrayRef| {
            let is_dictionary = matches!(column.data_type(), DataType::Dictionary(key, _) if **key == DataType::Int32);
            is_dictionary.then(Vocabulary::default)
        };
        Copier { vocabularies: delta.columns().iter().map(vocabulary).collect() }
    }

    /// The rows of `runs`, in their order.
    pub fn copy(&mut self, base: &RecordBatch, delta: &RecordBatch, runs: &[Run]) -> Result<RecordBatch> {
        match runs {
            [] => return Ok(base.slice(0, 0)),
            [run] => return Ok([base, delta][run.from].slice(run.first, run.rows)),
            _ => {}
        }
        let sides = base.columns().iter().zip(delta.columns()).zip(&mut self.vocabularies);
        let columns = sides.map(|((base, delta), vocabulary)| column(base, delta, vocabulary, runs));
        // Told and not found out: a count asks for no column at all.
        let rows = RecordBatchOptions::new().with_row_count(Some(runs.iter().map(|run| run.rows).sum()));
        Ok(RecordBatch::try_new_with_options(base.schema(), columns.collect::<Result<_>>()?, &rows)?)
    }
}

fn column(base: &ArrayRef, delta: &ArrayRef, vocabulary: &mut Option<Vocabulary>, runs: &[Run]) -> Result<ArrayRef> {
    let is_empty = |side: &ArrayRef| side.null_count() == side.len();
    if is_empty(base) && is_empty(delta) {
        return Ok(new_null_array(base.data_type(), runs.iter().map(|run| run.rows).sum()));
    }
    Ok(match (base.data_type(), vocabulary) {
        (DataType::Dictionary(..), Some(vocabulary)) => {
            vocabulary.copy(base.as_dictionary(), delta.as_dictionary(), runs)?
        }
        (DataType::Int64, _) => Arc::new(copy_runs::<Int64Type>(base.as_primitive(), delta.as_primitive(), runs)),
        (DataType::Float64, _) => Arc::new(copy_runs::<Float64Type>(base.as_primitive(), delta.as_primitive(), runs)),
        (DataType::Date32, _) => Arc::new(copy_runs::<Date32Type>(base.as_primitive(), delta.as_primitive(), runs)),
        (DataType::Timestamp(TimeUnit::Microsecond, _), _) => {
            let (base, delta) = (base.as_primitive::<TimestampMicrosecondType>(), delta.as_primitive());
            Arc::new(copy_runs(base, delta, runs).with_data_type(base.data_type().clone()))
        }
        _ => {
            let rows: Vec<(usize, usize)> =
                runs.iter().flat_map(|run| (run.first..run.first + run.rows).map(|row| (run.from, row))).collect();
            interleave(&[base.as_ref(), delta.as_ref()], &rows)?
        }
    })
}

fn copy_runs<T: ArrowPrimitiveType>(
    base: &PrimitiveArray<T>,
    delta: &PrimitiveArray<T>,
    runs: &[Run],
) -> PrimitiveArray<T> {
    let rows = runs.iter().map(|run| run.rows).sum();
    let sides = [base.values(), delta.values()];
    let mut values = Vec::with_capacity(rows);
    for run in runs {
        values.extend_from_slice(&sides[run.from][run.first..run.first + run.rows]);
    }
    let nulls = [base.nulls(), delta.nulls()];
    let valid = nulls.iter().any(Option::is_some).then(|| {
        let mut valid = BooleanBufferBuilder::new(rows);
        for run in runs {
            match nulls[run.from] {
                Some(nulls) => valid.append_buffer(&nulls.inner().slice(run.first, run.rows)),
                None => valid.append_n(run.rows, true),
            }
        }
        NullBuffer::new(valid.finish())
    });
    PrimitiveArray::new(values.into(), valid)
}

impl Vocabulary {
    fn copy(
        &mut self,
        base: &DictionaryArray<Int32Type>,
        delta: &DictionaryArray<Int32Type>,
        runs: &[Run],
    ) -> Result<ArrayRef> {
        let own = base.values().as_string::<i32>();
        let known = |of: &StringArray| of.len() == own.len() && of.value_data().as_ptr() == own.value_data().as_ptr();
        if !self.of.as_ref().is_some_and(known) {
            self.of = Some(own.clone());
            (self.values, self.delta) = (None, None);
        }
        let (values, theirs) = match (&self.values, &self.delta) {
            (Some(values), Some(theirs)) => (values, theirs),
            _ => {
                let (values, theirs) = joined(own, delta);
                (&*self.values.insert(values), &*self.delta.insert(theirs))
            }
        };
        let keys = copy_runs(base.keys(), theirs, runs);
        Ok(Arc::new(DictionaryArray::try_new(keys, Arc::clone(values))?))
    }
}

/// The base's values with those after them that only the delta has, and the delta's keys among them.
fn joined(own: &StringArray, delta: &DictionaryArray<Int32Type>) -> (ArrayRef, Int32Array) {
    let mut places: HashMap<&str, i32> = own.iter().map(Option::unwrap_or_default).zip(0..).collect();
    let mut more: Vec<&str> = Vec::new();
    let texts = delta.values().as_string::<i32>();
    let mut moved = Vec::with_capacity(texts.len());
    for text in texts {
        let text = text.unwrap_or("");
        let next = (own.len() + more.len()) as i32;
        moved.push(*places.entry(text).or_insert_with(|| {
            more.push(text);
            next
        }));
    }
    let keys = delta.keys().unary(|key| moved.get(key as usize).copied().unwrap_or(0));
    let values: StringArray = own.iter().chain(more.into_iter().map(Some)).collect();
    (Arc::new(values), keys)
}
