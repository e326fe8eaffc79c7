//! The fate that rows would have, with nothing written: a commit's decisions against what stands stored and what came
//! before.

use std::collections::HashMap;

use datafusion::arrow::array::RecordBatch;

use crate::decide::{Tally, decide};
use crate::error::Result;
use crate::index::{self, Known, Versions};
use crate::lake::Snapshot;
use crate::report::{self, Format};
use crate::rows::{RECORDED_AT, Rows, SOURCE};

/// An import that is only tried. It remembers in memory what a commit would have stored.
pub struct Rehearsal<'a> {
    snapshot: &'a Snapshot,
    brought: HashMap<u128, Versions>,
    /// By key, the last row of this import that stood stored already.
    seen: HashMap<u128, Known>,
    pub tally: Tally,
    pub first: FirstRows,
}

/// The first rows that would be taken, as they would stand; columns in which nothing stands are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstRows {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Rows that are shown.
const SHOWN: usize = 10;

impl FirstRows {
    fn of(batch: &RecordBatch) -> Result<FirstRows> {
        let mut text = Vec::new();
        report::write(&[batch.slice(0, batch.num_rows().min(SHOWN))], Format::Csv, &mut text)?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_slice());
        let mut lines: Vec<Vec<String>> =
            reader.records().flatten().map(|line| line.iter().map(String::from).collect()).collect();
        let header = if lines.is_empty() { Vec::new() } else { lines.remove(0) };
        let is_used = |at: &usize| {
            header[*at] != SOURCE && header[*at] != RECORDED_AT && lines.iter().any(|line| !line[*at].is_empty())
        };
        let used: Vec<usize> = (0..header.len()).filter(is_used).collect();
        let only = |line: &Vec<String>| used.iter().map(|at| line[*at].clone()).collect();
        Ok(FirstRows { columns: only(&header), rows: lines.iter().map(only).collect() })
    }
}

impl<'a> Rehearsal<'a> {
    pub fn new(snapshot: &'a Snapshot) -> Rehearsal<'a> {
        Rehearsal {
            snapshot,
            brought: HashMap::new(),
            seen: HashMap::new(),
            tally: Tally::default(),
            first: FirstRows::default(),
        }
    }

    pub fn add(&mut self, mut rows: Rows) -> Result<()> {
        let table = rows.table;
        let (batch, meta) = rows.take();
        if self.first.columns.is_empty() {
            self.first = FirstRows::of(&batch)?;
        }
        let mut order: Vec<u32> = (0..meta.len() as u32).collect();
        order.sort_unstable_by_key(|row| (meta[*row as usize].key, meta[*row as usize].recorded_at, *row));
        let mut keys: Vec<u128> = order.iter().map(|row| meta[*row as usize].key).collect();
        keys.dedup();
        let runs = self.snapshot.table(table).map_or(&[][..], |files| &files.index);
        let mut stored = index::look_up(&self.snapshot.folder, runs, &keys)?;
        for (key, versions) in keys.iter().zip(&mut stored) {
            self.brought.get(key).into_iter().flat_map(Versions::as_slice).for_each(|known| versions.add(*known));
        }
        let seen: Vec<Option<Known>> = keys.iter().map(|key| self.seen.get(key).copied()).collect();
        let decided = decide(&meta, &order, stored, &seen);
        for (key, known) in decided.entries {
            self.brought.entry(key).or_insert(Versions::None).add(known);
        }
        self.seen.extend(decided.unchanged);
        self.tally.accepted += decided.tally.accepted;
        self.tally.unchanged += decided.tally.unchanged;
        self.tally.replaced += decided.tally.replaced;
        self.tally.conflicting.extend(decided.tally.conflicting);
        Ok(())
    }
}
