//! The case rows behind figures.

use calendar::Calendar;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{cast, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};

use super::gather::epochs;
use super::grouping::{COLUMNS, Periods, windows};
use super::query::{self, Bounds};
use super::{Catalogue, Definition, Kind, Request};
use crate::error::{Error, Result};
use crate::fold::Continuity;
use crate::lake::Snapshot;
use crate::rows::instant_type;

/// The case rows of one measure, all columns of its query: those that the figures of the request's periods count.
pub async fn cases(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    id: &str,
    request: &Request,
) -> Result<Vec<RecordBatch>> {
    let calendar = Calendar::shipped();
    let periods = Periods::of(request, calendar)?;
    let (file, measure) = catalogue.find(id)?;
    let windows = windows(measure, request, &periods, calendar)?;
    let first = windows.first().map_or(periods.starts[0], |window| window.0);
    let fold = Continuity::new(snapshot.clone(), windows, request.as_of);
    let context = query::session(snapshot, Some(request.as_of), &fold)?;
    let bounds = Bounds { from: first, to: periods.end, as_of: request.as_of };
    let plan = query::plan(&context, file, bounds).await?;
    let named = ["case_id", "resident_id", "unit_id", "at"].into_iter().chain(measure.columns());
    for name in named.chain(measure.population.as_deref()) {
        if plan.schema().index_of_column_by_name(None, name).is_none() {
            let at = format!("{}:{}:1", file.path, file.head_lines + 1);
            return Err(Error::new(format!("the case query lacks the column {name}")).at(at));
        }
    }
    let mut batches = query::rows(plan).await?;
    for batch in &mut batches {
        if let Some(population) = population(measure, batch) {
            *batch = filter_record_batch(batch, &population)?;
        }
    }
    if !matches!(measure.kind, Kind::Stock | Kind::Longest) {
        return Ok(batches);
    }
    let ends: Vec<i64> = (0..periods.starts.len()).map(|it| periods.end_of(it).min(request.as_of)).collect();
    batches.iter().map(|batch| open_at(batch, &ends)).collect()
}

/// For each row whether it is a case of a measure; none: every row is. Nobody knows whether: it is none.
pub(super) fn population(measure: &Definition, batch: &RecordBatch) -> Option<BooleanArray> {
    let column = batch.column_by_name(measure.population.as_ref()?)?.as_boolean_opt()?;
    Some(column.iter().map(|is_case| Some(is_case == Some(true))).collect())
}

/// The rows of a stock that are open at one of several instants.
fn open_at(batch: &RecordBatch, ends: &[i64]) -> Result<RecordBatch> {
    let times = |name: &str| cast(&batch[name], &instant_type());
    let (at, until) = (times("at")?, times("until")?);
    let (at, until) = (at.as_primitive::<TimestampMicrosecondType>(), until.as_primitive::<TimestampMicrosecondType>());
    let is_open = |row: usize| {
        let until = if until.is_valid(row) { until.value(row) } else { i64::MAX };
        ends.iter().any(|end| at.is_valid(row) && at.value(row) < *end && *end <= until)
    };
    let open: BooleanArray = (0..batch.num_rows()).map(|row| Some(is_open(row))).collect();
    Ok(filter_record_batch(batch, &open)?)
}

/// Case rows as text, the first of them.
#[derive(Debug, Clone, Default)]
pub struct CaseTable {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// How many there are.
    pub total: usize,
}

/// The first case rows of a measure in a unit and everything below it: what names the case, its dimensions, and what the
/// measure's kind reads, under the kind's usual names (`hit`, `value`, `numerator`, …).
pub async fn cases_under(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    id: &str,
    unit: &str,
    request: &Request,
    most: usize,
) -> Result<CaseTable> {
    let tree = super::tree(snapshot, request.as_of).await?;
    let (_, measure) = catalogue.find(id)?;
    // A case stands where the figure of its period counts it.
    let epochs = epochs(measure, request, &Periods::of(request, Calendar::shipped())?, &tree);
    let [(first, last)] = epochs[..] else { return Err(Error::new("cases are shown for one period")) };
    let above = tree.find(unit).ok_or_else(|| Error::new(format!("no unit is called {unit}")))?;
    let mut table = CaseTable::default();
    for batch in cases(snapshot, catalogue, id, request).await? {
        let named = ["case_id", "at", "unit_id", "resident_id"].into_iter().chain(COLUMNS);
        let named = named.filter(|name| batch.column_by_name(name).is_some()).map(|name| (name, name));
        let shown: Vec<(&str, &str)> = named.chain(measure.usual_columns()).collect();
        table.header = shown.iter().map(|(_, name)| (*name).to_string()).collect();
        let columns = shown.iter().map(|(column, _)| cast(&batch[*column], &DataType::Utf8));
        let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
        let text = |column: &ArrayRef, row: usize| {
            let column = column.as_string::<i32>();
            if column.is_valid(row) { column.value(row).to_string() } else { String::new() }
        };
        let (times, units) = (batch["at"].clone(), cast(&batch["unit_id"], &DataType::Utf8)?);
        let times = cast(&times, &instant_type())?;
        let times = times.as_primitive::<TimestampMicrosecondType>();
        for row in 0..batch.num_rows() {
            let of = if units.is_valid(row) { tree.find(units.as_string::<i32>().value(row)) } else { tree.root() };
            let epoch = tree.epoch(if times.is_valid(row) { times.value(row) } else { request.as_of });
            let epoch = epoch.clamp(first, last);
            if of.is_some_and(|of| tree.up(of, epoch).any(|unit| unit == above)) {
                table.total += 1;
                if table.rows.len() < most {
                    table.rows.push(columns.iter().map(|column| text(column, row)).collect());
                }
            }
        }
    }
    Ok(table)
}
