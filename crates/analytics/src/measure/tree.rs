//! The unit tree with its history: which units a case counts for.

use std::collections::HashMap;

use calendar::{Calendar, date_of, day_number};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::prelude::{SessionContext, ident};

use crate::error::Result;

/// A unit as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitInfo {
    pub id: String,
    pub name_fi: String,
    pub name_sv: String,
    pub name_en: String,
    pub level: String,
    pub parent: Option<usize>,
    /// It is not there now: it has ended, or is yet to begin.
    pub closed: bool,
}

/// All units and, for each epoch between two changes, who stands under whom.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub units: Vec<UnitInfo>,
    by_id: HashMap<String, usize>,
    /// First instants of the epochs, ascending; the first is the beginning of time.
    epochs: Vec<i64>,
    /// For each epoch, each unit's parent.
    parents: Vec<Vec<Option<usize>>>,
    /// For each unit the instants at which it begins and ends, as far as its rows say.
    spans: Vec<(i64, i64)>,
}

/// A row of `units`.
struct Period {
    unit: usize,
    from: i32,
    to: i32,
    parent: Option<String>,
}

/// Where units stand under themselves in a ring, which data can say, the first of them stands under nothing.
fn cut_circles(parents: &mut [Option<usize>]) {
    for unit in 0..parents.len() {
        let mut above = parents[unit];
        for _ in 0..parents.len() {
            match above {
                Some(next) if next == unit => {
                    parents[unit] = None;
                    break;
                }
                Some(next) => above = parents[next],
                None => break,
            }
        }
    }
}

impl Tree {
    /// The units of a session, in the order of their ids.
    pub(super) async fn read(context: &SessionContext, calendar: &Calendar, now: i64) -> Result<Tree> {
        let units = context.table("units").await?;
        let order = ["unit_id", "valid_from"].map(|name| ident(name).sort(true, true));
        Tree::from_batches(&units.sort(order.into())?.collect().await?, calendar, now)
    }

    fn from_batches(batches: &[datafusion::arrow::array::RecordBatch], calendar: &Calendar, now: i64) -> Result<Tree> {
        let mut tree = Tree::default();
        let mut periods = Vec::new();
        let today = calendar.local_date(now).map_or(0, day_number);
        for batch in batches {
            tree.read_batch(batch, &mut periods, today)?;
        }
        let mut days: Vec<i32> = periods.iter().flat_map(|it| [it.from, it.to]).filter(|day| *day < i32::MAX).collect();
        days.push(i32::MIN);
        days.sort_unstable();
        days.dedup();
        let mut rows_of: Vec<Vec<&Period>> = vec![Vec::new(); tree.units.len()];
        periods.iter().for_each(|period| rows_of[period.unit].push(period));
        for day in &days {
            let parent_of = |unit: usize| {
                // Outside its own validity a unit stands where its nearest row puts it.
                let rows = rows_of[unit].iter();
                let row = rows.min_by_key(|it| match it {
                    it if it.from <= *day && *day < it.to => 0,
                    it if *day < it.from => i64::from(it.from) - i64::from(*day),
                    it => i64::from(*day) - i64::from(it.to) + 1,
                });
                row.and_then(|row| tree.by_id.get(row.parent.as_ref()?).copied())
            };
            let mut parents: Vec<Option<usize>> = (0..tree.units.len()).map(parent_of).collect();
            cut_circles(&mut parents);
            tree.parents.push(parents);
        }
        let start = |day: i32| match day {
            i32::MIN => i64::MIN,
            day => date_of(day).and_then(|date| calendar.start_of(date)).unwrap_or(i64::MIN),
        };
        tree.epochs = days.into_iter().map(start).collect();
        let span = |rows: &Vec<&Period>| {
            let first = rows
                .iter()
                .map(|it| it.from)
                .min()
                .map_or(i64::MIN, |day| if day <= 0 { i64::MIN } else { start(day) });
            let last = rows.iter().map(|it| it.to).max().filter(|day| *day < i32::MAX).map_or(i64::MAX, start);
            (first, last)
        };
        tree.spans = rows_of.iter().map(span).collect();
        let now_epoch = tree.epoch(now);
        for unit in 0..tree.units.len() {
            tree.units[unit].parent = tree.parents[now_epoch][unit];
        }
        Ok(tree)
    }

    fn read_batch(
        &mut self,
        batch: &datafusion::arrow::array::RecordBatch,
        periods: &mut Vec<Period>,
        today: i32,
    ) -> Result<()> {
        let texts = |name: &str| cast(&batch[name], &DataType::Utf8);
        let (ids, names_fi, names_sv, names_en) =
            (texts("unit_id")?, texts("name_fi")?, texts("name_sv")?, texts("name_en")?);
        let (levels, parents) = (texts("level")?, texts("parent_id")?);
        let from = batch["valid_from"].as_primitive::<Date32Type>();
        let to = batch["valid_to"].as_primitive::<Date32Type>();
        for row in 0..batch.num_rows() {
            let text = |column: &datafusion::arrow::array::ArrayRef| {
                column.is_valid(row).then(|| column.as_string::<i32>().value(row).to_string())
            };
            let (Some(id), Some(name_fi)) = (text(&ids), text(&names_fi)) else { continue };
            let until = if to.is_valid(row) { to.value(row) } else { i32::MAX };
            let info = UnitInfo {
                name_sv: text(&names_sv).unwrap_or_else(|| name_fi.clone()),
                name_en: text(&names_en).unwrap_or_else(|| name_fi.clone()),
                level: text(&levels).unwrap_or_default(),
                parent: None,
                closed: until <= today || from.value(row) > today,
                id: id.clone(),
                name_fi,
            };
            let unit = *self.by_id.entry(id).or_insert(self.units.len());
            if unit == self.units.len() {
                self.units.push(info);
            } else if from.value(row) <= today {
                self.units[unit] = info;
            }
            periods.push(Period { unit, from: from.value(row), to: until, parent: text(&parents) });
        }
        Ok(())
    }

    /// Units `u0`, `u1`, … that never moved, under the parents given.
    #[cfg(test)]
    pub(super) fn of_parents(parents: &[Option<usize>]) -> Tree {
        let unit = |number: usize| UnitInfo {
            id: format!("u{number}"),
            name_fi: String::new(),
            name_sv: String::new(),
            name_en: String::new(),
            level: String::new(),
            parent: parents[number],
            closed: false,
        };
        Tree {
            units: (0..parents.len()).map(unit).collect(),
            by_id: (0..parents.len()).map(|number| (format!("u{number}"), number)).collect(),
            epochs: vec![i64::MIN],
            parents: vec![parents.to_vec()],
            spans: vec![(i64::MIN, i64::MAX); parents.len()],
        }
    }

    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The unit at the top: the first without a parent now.
    pub fn root(&self) -> Option<usize> {
        (0..self.units.len()).find(|unit| self.units[*unit].parent.is_none() && !self.units[*unit].closed)
    }

    /// The epoch of an instant.
    pub fn epoch(&self, at: i64) -> usize {
        self.epochs.partition_point(|first| *first <= at).saturating_sub(1)
    }

    /// A unit and everything above it in an epoch, from below.
    pub fn up(&self, unit: usize, epoch: usize) -> impl Iterator<Item = usize> + '_ {
        // A cycle in the data must not hang a run: no tree is deeper than it has units.
        std::iter::successors(Some(unit), move |unit| self.parents.get(epoch)?[*unit]).take(self.units.len())
    }

    /// The units that are there from one instant to another without a break at either end.
    pub(super) fn standing(&self, from: i64, to: i64) -> impl Iterator<Item = usize> + '_ {
        let stands = move |(begins, ends): &(i64, i64)| *begins <= from && to <= *ends;
        self.spans.iter().enumerate().filter(move |(_, span)| stands(span)).map(|(unit, _)| unit)
    }

    /// The shape of the tree from one epoch to another, both included.
    pub(super) fn shape(&self, first: usize, last: usize) -> Shape {
        let parents = self.parents.get(last).cloned().unwrap_or_default();
        let mut shape = Shape { blurred: vec![false; parents.len()], parents };
        for epoch in first..last {
            for unit in 0..self.units.len() {
                if self.parents[epoch][unit] != self.parents[last][unit] {
                    self.blur(&mut shape, unit, epoch, last);
                }
            }
        }
        shape
    }

    /// Blurs everything below the lowest unit that stood above a unit before and after it moved.
    fn blur(&self, shape: &mut Shape, moved: usize, before: usize, after: usize) {
        let above: Vec<usize> = self.up(moved, before).skip(1).collect();
        let common = self.up(moved, after).skip(1).find(|unit| above.contains(unit));
        for unit in 0..self.units.len() {
            let is_below = |epoch| common.is_none_or(|common| self.up(unit, epoch).skip(1).any(|it| it == common));
            shape.blurred[unit] |= Some(unit) != common && (is_below(before) || is_below(after));
        }
    }
}

/// The parent of each node in a period.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    pub parents: Vec<Option<usize>>,
    /// Units of which a part stood elsewhere for a part of the period: their sums are not those of one tree.
    pub blurred: Vec<bool>,
}

impl Shape {
    /// The units above a unit, from below.
    pub fn above(&self, unit: usize) -> impl Iterator<Item = usize> + '_ {
        let parent = |unit: usize| self.parents.get(unit).copied().flatten();
        std::iter::successors(parent(unit), move |unit| parent(*unit)).take(self.parents.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_cut_at_its_first_unit_and_nowhere_else() {
        // 1 → 2 → 3 → 1, with 4 under 3 and 5 under 0.
        let mut parents = [None, Some(2), Some(3), Some(1), Some(3), Some(0)];
        cut_circles(&mut parents);
        assert_eq!(parents, [None, None, Some(3), Some(1), Some(3), Some(0)]);
        let mut own = [Some(0)];
        cut_circles(&mut own);
        assert_eq!(own, [None]);
    }
}
