//! The case rows behind figures.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};
use operations::calendar::Calendar;

use super::grouping::{Periods, windows};
use super::query::{self, Bounds};
use super::{Catalogue, Request};
use crate::error::{Error, Result};
use crate::fold::Continuity;
use crate::lake::Snapshot;
use crate::rows::instant_type;

/// The case rows of one measure, all columns of its query, as they stand.
pub async fn cases(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    id: &str,
    request: &Request,
) -> Result<Vec<RecordBatch>> {
    let calendar = Calendar::shipped();
    let periods = Periods::of(request, &calendar)?;
    let (file, measure) = catalogue.find(id)?;
    let windows = windows(measure, request, &periods, &calendar)?;
    let fold = Continuity::new(snapshot.clone(), windows, request.as_of);
    let context = query::session(snapshot, Some(request.as_of), &fold)?;
    let bounds = Bounds { from: periods.starts[0], to: periods.end, as_of: request.as_of };
    Ok(query::plan(&context, file, bounds).await?.collect().await?)
}

/// Case rows as text, the first of them.
#[derive(Debug, Clone, Default)]
pub struct CaseTable {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// How many there are.
    pub total: usize,
}

/// The first case rows of a measure in a unit and everything below it.
pub async fn cases_under(
    snapshot: &Snapshot,
    catalogue: &Catalogue,
    id: &str,
    unit: &str,
    request: &Request,
    most: usize,
) -> Result<CaseTable> {
    let tree = super::tree(snapshot, request.as_of).await?;
    let above = tree.find(unit).ok_or_else(|| Error::new(format!("no unit is called {unit}")))?;
    let mut table = CaseTable::default();
    for batch in cases(snapshot, catalogue, id, request).await? {
        if table.header.is_empty() {
            table.header = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        }
        let columns = batch.columns().iter().map(|column| cast(column, &DataType::Utf8));
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
