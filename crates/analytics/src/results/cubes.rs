//! The cubes of a measure file: in which months, of which tables, and their figures before anything is hidden.

use std::collections::BTreeMap;
use std::sync::Arc;

use calendar::Calendar;
use facts::{Encounter, Registration, Residence, Resident, Row, TABLES, Table, Unit};
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::lake::Snapshot;
use crate::measure::{self, Cube, Definition, Draft, Gathering, Grouping, MeasureFile, Request, Tree, run_file};

/// The figures of a file's cubes in some months, before anything is hidden: by dimension and measure.
pub(super) async fn drafts<'a>(
    snapshot: &Snapshot,
    file: &MeasureFile,
    cubes: &'a BTreeMap<&str, Vec<&Definition>>,
    stale: &[&Month],
    (as_of, threshold): (i64, u64),
) -> Result<Vec<(&'a str, Draft, Arc<Tree>)>> {
    let (Some(first), Some(last)) = (stale.first(), stale.last()) else { return Ok(Vec::new()) };
    let mut asked = Vec::new();
    for (dimension, measures) in cubes {
        let request = Request {
            from: first.first,
            to: last.next,
            grouping: Grouping::parse(&format!("unit,period,{dimension}"))?,
            as_of,
            tree_now: false,
            confidence: measure::CONFIDENCE,
            suppress: Some(threshold),
        };
        asked.push(Cube { measures, request });
    }
    let names: Vec<&str> = cubes.keys().copied().collect();
    let mut made = Vec::new();
    let mut tree: Option<Arc<Tree>> = None;
    let each = |number: usize, mut gathering: Gathering<'_>| {
        let dimension = names[number];
        if !dimension.is_empty() {
            // A breakdown is of one month; which parts others have hangs on which are made anew together.
            gathering.known = None;
        }
        let tree = tree.get_or_insert_with(|| Arc::new(gathering.tree().clone()));
        made.extend(gathering.drafts().into_iter().map(|draft| (dimension, draft, Arc::clone(tree))));
        Ok(())
    };
    run_file(snapshot, file, &asked, each).await?;
    Ok(made)
}

/// A month that is over.
pub(super) struct Month {
    pub name: String,
    pub first: Date,
    /// First day of the next.
    pub next: Date,
    /// Its end, in microseconds.
    pub end: i64,
}

pub(super) fn months(snapshot: &Snapshot, file: &MeasureFile, as_of: i64) -> Result<Vec<Month>> {
    let calendar = Calendar::shipped();
    let Some((from, to)) = measure::months_of(snapshot, file, as_of) else { return Ok(Vec::new()) };
    let mut months = Vec::new();
    let mut first = from;
    while first < to {
        let next = first.checked_add(jiff::Span::new().months(1)).map_err(|error| Error::new(error.to_string()))?;
        let end = calendar.start_of(next).ok_or_else(|| Error::new(format!("{next} is outside the calendar")))?;
        months.push(Month { name: format!("{:04}-{:02}", first.year(), first.month()), first, next, end });
        first = next;
    }
    Ok(months)
}

/// The cubes of a file: without a further dimension, and by each dimension that some of its measures allow.
pub(super) fn cubes(file: &MeasureFile) -> BTreeMap<&str, Vec<&Definition>> {
    let mut cubes = BTreeMap::from([("", file.measures.iter().collect::<Vec<_>>())]);
    for measure in &file.measures {
        for dimension in &measure.published {
            cubes.entry(dimension.as_str()).or_default().push(measure);
        }
    }
    cubes
}

/// The tables whose rows can change a cube. A word of the query that is a table's name counts as reading it.
pub(super) fn tables_read(file: &MeasureFile, dimension: &str) -> Vec<&'static Table> {
    let joined: &[&Table] = match measure::JOINED.contains(&dimension) {
        true => &[Resident::TABLE, Residence::TABLE],
        false => &[],
    };
    let folded: &[&Table] = match file.folds() {
        true => &[Encounter::TABLE, Registration::TABLE],
        false => &[],
    };
    let others: Vec<&str> = [Unit::TABLE].iter().chain(joined).chain(folded).map(|table| table.name).collect();
    TABLES.iter().copied().filter(|table| file.names(table.name) || others.contains(&table.name)).collect()
}
