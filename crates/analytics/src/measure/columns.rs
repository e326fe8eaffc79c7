//! The columns of a batch of cases as measures read them.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};

use datafusion::common::HashMap;

use super::cells::Worth;
use super::{Definition, Kind};
use crate::error::{Error, Result};
use crate::rows::instant_type;

/// Texts numbered in the order in which they are met.
#[derive(Clone, Default)]
pub(super) struct Numbered {
    numbers: HashMap<String, u32>,
    pub texts: Vec<String>,
}

impl Numbered {
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }
}

/// Values from here on are mistakes, and sums of them could not be kept exactly.
const LARGEST: f64 = 1e15;

/// A column of few texts, numbered once for each of its distinct values.
pub(super) struct Labels {
    numbers: Vec<u32>,
    keys: ArrayRef,
}

impl Labels {
    pub fn of(column: &ArrayRef, number: &mut dyn FnMut(&str) -> u32) -> Result<Labels> {
        let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let column = cast(column, &dictionary)?;
        let column = column.as_dictionary::<Int32Type>();
        let values = column.values().as_string::<i32>();
        let numbers = values.iter().map(|text| number(text.unwrap_or(""))).collect();
        Ok(Labels { numbers, keys: Arc::new(column.keys().clone()) })
    }

    pub fn get(&self, row: usize) -> Option<u32> {
        let keys = self.keys.as_primitive::<Int32Type>();
        keys.is_valid(row).then(|| self.numbers[keys.value(row) as usize])
    }
}

/// The columns that a measure reads of a batch.
pub(super) enum Worths {
    Ratio(Float64Array, Float64Array),
    Persons,
    /// Until when a case is open, and whether it is known since when.
    Stock(TimestampMicrosecondArray, bool),
    Plain(Plain),
}

pub(super) enum Plain {
    Case,
    Hits(BooleanArray),
    Values(Float64Array),
    Ranked(Float64Array),
    Placed(Float64Array, Labels),
    Events(Int64Array, Float64Array),
    Scores(Int64Array),
    Classes(Labels),
}

impl Plain {
    pub fn get(&self, row: usize) -> Worth {
        match self {
            Plain::Case => Worth::Case,
            Plain::Hits(hits) if hits.is_valid(row) => Worth::Hit(hits.value(row)),
            Plain::Values(values) if values.is_valid(row) => Worth::Value(values.value(row)),
            Plain::Ranked(values) if values.is_valid(row) => Worth::Ranked(values.value(row)),
            Plain::Placed(values, places) if values.is_valid(row) => {
                places.get(row).map_or(Worth::None, |place| Worth::Placed(place, values.value(row)))
            }
            Plain::Events(events, exposure) if events.is_valid(row) && exposure.is_valid(row) => {
                Worth::Events(events.value(row).unsigned_abs(), exposure.value(row))
            }
            Plain::Scores(scores) if scores.is_valid(row) => Worth::Score(scores.value(row)),
            Plain::Classes(classes) => classes.get(row).map_or(Worth::None, Worth::Class),
            Plain::Hits(_)
            | Plain::Values(_)
            | Plain::Ranked(_)
            | Plain::Placed(..)
            | Plain::Events(..)
            | Plain::Scores(_) => Worth::None,
        }
    }
}

impl Worths {
    pub fn of(
        measure: &Definition,
        batch: &RecordBatch,
        wrong: &dyn Fn(&str, &str) -> Error,
        labels: &mut Numbered,
    ) -> Result<Worths> {
        let typed = |name: &str, ty: DataType, what: &str| cast(&batch[name], &ty).map_err(|_| wrong(name, what));
        let numbers = |name: &str| {
            let numbers = typed(name, DataType::Float64, "a number")?.as_primitive::<Float64Type>().clone();
            // Neither what is no number nor what is infinite compares as less.
            match numbers.iter().flatten().all(|value| value.abs() < LARGEST) {
                true => Ok(numbers),
                false => Err(wrong(name, "a number below 10^15 in every row: is something divided by zero?")),
            }
        };
        let columns = measure.columns();
        Ok(match measure.kind {
            Kind::Count => Worths::Plain(Plain::Case),
            Kind::Persons => Worths::Persons,
            Kind::Stock | Kind::Longest => {
                let until = typed("until", instant_type(), "a time")?;
                let until = until.as_primitive::<TimestampMicrosecondType>().clone();
                Worths::Stock(until, measure.kind == Kind::Longest)
            }
            Kind::Share => Worths::Plain(Plain::Hits(batch[columns[0]].as_boolean().clone())),
            Kind::Mean | Kind::Sum => Worths::Plain(Plain::Values(numbers(columns[0])?)),
            Kind::Median | Kind::Quantiles | Kind::Most => {
                let values = numbers(columns[0])?;
                let rounded = |value| measure.rounded(value);
                Worths::Plain(Plain::Ranked(if measure.resolution.is_some() { values.unary(rounded) } else { values }))
            }
            Kind::Rate => {
                let (events, exposure) = (numbers(columns[0])?, numbers(columns[1])?);
                if events.iter().flatten().any(|it| it < 0.0 || it.fract() != 0.0) {
                    return Err(wrong(columns[0], "a number of events, whole and not below nought, in every row"));
                }
                if exposure.iter().flatten().any(|it| it < 0.0) {
                    return Err(wrong(columns[1], "an exposure, which is not below nought, in every row"));
                }
                Worths::Plain(Plain::Events(events.unary(|it| it as i64), exposure))
            }
            Kind::Ratio => Worths::Ratio(numbers(columns[0])?, numbers(columns[1])?),
            Kind::Spread => {
                let places = Labels::of(&batch[columns[1]], &mut |it| labels.number(it))?;
                Worths::Plain(Plain::Placed(numbers(columns[0])?, places))
            }
            Kind::Nps => {
                let scores = typed(columns[0], DataType::Int64, "a whole number")?;
                Worths::Plain(Plain::Scores(scores.as_primitive::<Int64Type>().clone()))
            }
            Kind::Classes => {
                Worths::Plain(Plain::Classes(Labels::of(&batch[columns[0]], &mut |it| labels.number(it))?))
            }
        })
    }
}

pub(super) fn is_text(ty: &DataType) -> bool {
    match ty {
        DataType::Dictionary(_, values) => is_text(values),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
        _ => false,
    }
}
