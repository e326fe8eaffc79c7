//! Continuity of care over one resident's visits: COC, UPC, SECON and visits with the named professional.
//!
//! Sidaway-Lee et al. 2023 (doi 10.3399/bjgp23X733161), Table 2; SLICC: Sidaway-Lee et al. 2019. Visits counted are
//! done, not urgent, and met in person, at home, by phone or by video. A visit whose professional is not recorded is
//! left out and counted.

use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;

use calendar::{Calendar, date_of};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray,
};
use datafusion::arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Field, Int32Type, Int64Type, Schema, SchemaRef, TimestampMicrosecondType,
};
use datafusion::common::{HashMap, Result};
use xxhash_rust::xxh3::xxh3_64;

use crate::rows::instant_type;

/// Visits below which indices of a person have no value.
const MINIMUM: usize = 2;

/// The columns of `continuity()`.
pub fn schema() -> SchemaRef {
    let label = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    Arc::new(Schema::new(vec![
        Field::new("resident_id", DataType::Int64, true),
        // Home unit: of the registration valid at the window's end, else the unit of most visits, of equals the latest.
        Field::new("unit_id", label, true),
        // Last instant of the window.
        Field::new("at", instant_type(), true),
        Field::new("visits", DataType::Int64, true),
        // Visits on days on which the resident had a named professional, and those of them with that one.
        Field::new("named", DataType::Int64, true),
        Field::new("own", DataType::Int64, true),
        // Visits left out because the professional is not recorded.
        Field::new("missing", DataType::Int64, true),
        Field::new("coc", DataType::Float64, true),
        Field::new("upc", DataType::Float64, true),
        Field::new("secon", DataType::Float64, true),
    ]))
}

/// A professional or a unit by a hash of its id: of ten thousand ids two are equal once in 10¹¹ runs.
type Id = NonZero<u64>;

fn id_of(text: &str) -> Id {
    Id::new(xxh3_64(text.as_bytes())).unwrap_or(Id::MIN)
}

/// Facts known of a column's distinct values. Batches of one row group share their values, and so these facts.
struct Known<T> {
    of: Option<StringArray>,
    values: Vec<T>,
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known { of: None, values: Vec::new() }
    }
}

impl<T: Copy> Known<T> {
    /// Makes ready for a column.
    fn begin(&mut self, column: &Labels<'_>, learn: impl FnMut(&str) -> T) {
        let known = |of: &StringArray| {
            of.len() == column.values.len() && of.value_data().as_ptr() == column.values.value_data().as_ptr()
        };
        if !self.of.as_ref().is_some_and(known) {
            self.of = Some(column.values.clone());
            self.values.clear();
            self.values.extend(column.values.iter().map(Option::unwrap_or_default).map(learn));
        }
    }

    #[inline]
    fn get(&self, column: &Labels<'_>, row: usize) -> Option<T> {
        column.get(row).map(|value| self.values[value])
    }
}

/// Units numbered as they are met, and their texts, to be written out.
#[derive(Default)]
struct Units {
    numbers: HashMap<Id, i32>,
    texts: StringBuilder,
}

impl Units {
    fn number(&mut self, text: &str) -> i32 {
        let next = self.numbers.len() as i32;
        *self.numbers.entry(id_of(text)).or_insert_with(|| {
            self.texts.append_value(text);
            next
        })
    }
}

impl Units {
    fn text(&self, unit: i32) -> &[u8] {
        let ends = self.texts.offsets_slice();
        let at = |place: usize| ends.get(place).map_or(0, |end| *end as usize);
        let unit = unit as usize;
        self.texts.values_slice().get(at(unit)..at(unit + 1)).unwrap_or_default()
    }
}

/// A column of few texts.
struct Labels<'a> {
    keys: &'a Int32Array,
    values: &'a StringArray,
}

impl<'a> Labels<'a> {
    fn of(column: &'a ArrayRef) -> Labels<'a> {
        let column = column.as_dictionary::<Int32Type>();
        Labels { keys: column.keys(), values: column.values().as_string() }
    }

    fn get(&self, row: usize) -> Option<usize> {
        self.keys.is_valid(row).then(|| self.keys.value(row) as usize)
    }

    /// The values that are among `texts`. A code may stand there many times: joined deltas keep each its own.
    fn among(&self, texts: &[&str]) -> Among<'_> {
        let among = self.values.iter().map(|value| value.is_some_and(|value| texts.contains(&value)));
        Among { keys: self.keys.values(), has: among.map(u64::from).collect() }
    }

    /// Of some rows those in which the column has a value.
    fn valid(&self, rows: BooleanBuffer) -> BooleanBuffer {
        match self.keys.nulls() {
            Some(nulls) => &rows & nulls.inner(),
            None => rows,
        }
    }
}

/// The keys of a column of codes, and for each code 1 where it is asked for.
struct Among<'a> {
    keys: &'a [i32],
    has: Vec<u64>,
}

/// Rows of a time in the window for which every column has what is asked of it; of a row without a value that is chance.
fn all_of<const N: usize>(times: &[i64], window: &Range<i64>, columns: &[Among<'_>; N]) -> BooleanBuffer {
    // One pass, and nothing in it to guess: most of what a visit costs is here.
    let words = times.chunks(64).enumerate().map(|(number, times)| {
        let from = 64 * number;
        let columns = columns.each_ref().map(|column| (&column.keys[from..from + times.len()], column.has.as_slice()));
        (0..times.len()).rev().fold(0, |word, row| {
            let has = |(keys, has): &(&[i32], &[u64])| has.get(keys[row] as usize).copied().unwrap_or(0);
            word << 1 | columns.iter().fold(u64::from(window.contains(&times[row])), |all, column| all & has(column))
        })
    });
    BooleanBuffer::new(Buffer::from_vec(words.collect::<Vec<u64>>()), 0, times.len())
}

fn labels(column: &ArrayRef) -> Result<ArrayRef> {
    let label = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    Ok(cast(column, &label)?)
}

/// The registrations of one range, by resident.
pub struct Named {
    units: Units,
    /// Ascending by resident, then by start.
    rows: Vec<NamedRow>,
}

#[derive(Clone, Copy)]
struct NamedRow {
    resident: i64,
    /// Half-open, in microseconds.
    from: i64,
    to: i64,
    unit: i32,
    professional: Option<Id>,
}

impl Named {
    /// From batches of (resident_id, valid_from, valid_to, unit_id, named professional), in order.
    pub fn read(batches: &[RecordBatch]) -> Result<Named> {
        let mut named = Named { units: Units::default(), rows: Vec::new() };
        let (mut unit_numbers, mut professional_ids) = (Known::default(), Known::default());
        let calendar = Calendar::shipped();
        let mut starts: HashMap<i32, i64> = HashMap::new();
        named.rows.reserve_exact(batches.iter().map(RecordBatch::num_rows).sum());
        let mut start_of = |day: i32| {
            *starts.entry(day).or_insert_with(|| {
                let start = date_of(day).and_then(|date| calendar.start_of(date));
                start.unwrap_or(if day < 0 { i64::MIN } else { i64::MAX })
            })
        };
        for batch in batches {
            let residents = batch.column(0).as_primitive::<Int64Type>();
            let from = batch.column(1).as_primitive::<Date32Type>();
            let to = batch.column(2).as_primitive::<Date32Type>();
            let (units, professionals) = (labels(batch.column(3))?, labels(batch.column(4))?);
            let (units, professionals) = (Labels::of(&units), Labels::of(&professionals));
            unit_numbers.begin(&units, |text| named.units.number(text));
            professional_ids.begin(&professionals, id_of);
            for row in 0..batch.num_rows() {
                let Some(unit) = unit_numbers.get(&units, row) else { continue };
                let professional = professional_ids.get(&professionals, row);
                named.rows.push(NamedRow {
                    resident: residents.value(row),
                    from: start_of(from.value(row)),
                    to: if to.is_valid(row) { start_of(to.value(row)) } else { i64::MAX },
                    unit,
                    professional,
                });
            }
        }
        Ok(named)
    }
}

/// A visit that counts.
#[derive(Clone, Copy)]
struct Visit {
    at: i64,
    /// `None` when not recorded.
    professional: Option<Id>,
    unit: i32,
}

/// Folds visits, ordered by resident and time, into rows of [`schema`].
pub struct Folder {
    profession: String,
    windows: Arc<[(i64, i64)]>,
    named: Named,
    /// Place among the registrations that has been reached.
    next: usize,
    resident: Option<i64>,
    visits: Vec<Visit>,
    /// Professionals of the visits of one window.
    seen: Vec<Id>,
    professionals: Known<Id>,
    units: Known<i32>,
    out: Out,
}

impl Folder {
    pub fn new(profession: String, windows: Arc<[(i64, i64)]>, named: Named) -> Folder {
        Folder {
            profession,
            windows,
            named,
            next: 0,
            resident: None,
            visits: Vec::new(),
            seen: Vec::new(),
            professionals: Known::default(),
            units: Known::default(),
            out: Out::default(),
        }
    }

    /// Takes a batch of visits; gives the rows of residents that ended in it.
    pub fn fold(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let residents = batch.column(0).as_primitive::<Int64Type>();
        let times = batch.column(1).as_primitive::<TimestampMicrosecondType>();
        let columns = (2..8).map(|at| labels(batch.column(at))).collect::<Result<Vec<_>>>()?;
        let columns: Vec<Labels<'_>> = columns.iter().map(Labels::of).collect();
        let [professionals, units, statuses, professions, modalities, urgencies] = columns.as_slice() else {
            return Ok(self.out.take(&self.named.units.texts));
        };
        let modes = ["in_person", "home", "workplace", "institution", "elsewhere", "phone", "video"];
        let window = self.windows[0].0..self.windows[self.windows.len() - 1].1;
        let times = times.values();
        let asked = [statuses.among(&["done"]), professions.among(&[&self.profession]), modalities.among(&modes)];
        let met = all_of(times, &window, &asked);
        let met = [statuses, professions, modalities].iter().fold(met, |met, column| column.valid(met));
        let urgent = urgencies.valid(all_of(times, &window, &[urgencies.among(&["emergency", "urgent"])]));
        self.professionals.begin(professionals, id_of);
        self.units.begin(units, |text| self.named.units.number(text));
        for row in (&met & &!&urgent).set_indices() {
            let resident = residents.value(row);
            if self.resident != Some(resident) {
                self.end_resident();
                self.resident = Some(resident);
            }
            let professional = self.professionals.get(professionals, row);
            let Some(unit) = self.units.get(units, row) else { continue };
            self.visits.push(Visit { at: times[row], professional, unit });
        }
        Ok(self.out.take(&self.named.units.texts))
    }

    /// The rows of the last resident.
    pub fn finish(&mut self) -> Result<RecordBatch> {
        self.end_resident();
        Ok(self.out.take(&self.named.units.texts))
    }

    fn end_resident(&mut self) {
        let Some(resident) = self.resident.take() else { return };
        let rows = &self.named.rows;
        while rows.get(self.next).is_some_and(|row| row.resident < resident) {
            self.next += 1;
        }
        let mine = rows[self.next..].iter().take_while(|row| row.resident == resident).count();
        let registrations = &rows[self.next..self.next + mine];
        for (from, to) in self.windows.iter() {
            let first = self.visits.partition_point(|visit| visit.at < *from);
            let end = self.visits.partition_point(|visit| visit.at < *to);
            let visits = &self.visits[first..end];
            if visits.is_empty() {
                continue;
            }
            let index = index(visits, registrations, &mut self.seen);
            let home = registrations.iter().rfind(|row| row.from < *to && *to <= row.to).map(|row| row.unit);
            let unit = home.unwrap_or_else(|| most_visited(visits, &self.named.units));
            self.out.put(resident, unit, to - 1, &index);
        }
        self.visits.clear();
    }
}

/// The indices of one resident in one window.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Index {
    visits: i64,
    named: i64,
    own: i64,
    missing: i64,
    coc: Option<f64>,
    upc: Option<f64>,
    secon: Option<f64>,
}

fn index(visits: &[Visit], registrations: &[NamedRow], seen: &mut Vec<Id>) -> Index {
    seen.clear();
    seen.extend(visits.iter().filter_map(|visit| visit.professional));
    let (mut named, mut own) = (0, 0);
    for visit in visits {
        let Some(professional) = visit.professional else { continue };
        let is_valid = |row: &&NamedRow| row.from <= visit.at && visit.at < row.to;
        let valid = match registrations {
            [one] => Some(one).filter(is_valid),
            all => all.iter().rfind(is_valid),
        };
        if let Some(mine) = valid.and_then(|row| row.professional) {
            named += 1;
            own += i64::from(mine == professional);
        }
    }
    // Where no two visits are of one instant, which is nearly always, there is one order.
    let repeated = match visits.windows(2).any(|pair| pair[0].at == pair[1].at) {
        true => repeated_in_any_order(visits),
        false => f64::from(seen.windows(2).map(|pair| u32::from(pair[0] == pair[1])).sum::<u32>()),
    };
    let n = seen.len();
    let (squares, most) = concentration(seen);
    let enough = n >= MINIMUM;
    let count = n as f64;
    Index {
        visits: n as i64,
        named,
        own,
        missing: visits.len() as i64 - n as i64,
        coc: enough.then(|| (squares as f64 - count) / (count * (count - 1.0))),
        upc: enough.then(|| f64::from(most) / count),
        secon: enough.then(|| repeated / (count - 1.0)),
    }
}

/// How often one visit follows another with the same professional, as the mean over all orders of the visits that are of one
/// instant: a source that has only days does not say which came first, and the names of visits must not decide.
///
/// Within an instant of m visits, c of them with one professional, that is Σ c (c − 1) / m; between two instants the chance
/// that the last of one and the first of the other are with the same.
fn repeated_in_any_order(visits: &[Visit]) -> f64 {
    let mut repeated = 0.0;
    let (mut before, mut here) = (Vec::<(Id, u32)>::new(), Vec::<(Id, u32)>::new());
    for of_instant in visits.chunk_by(|left, right| left.at == right.at) {
        here.clear();
        for professional in of_instant.iter().filter_map(|visit| visit.professional) {
            match here.iter_mut().find(|(known, _)| *known == professional) {
                Some((_, count)) => *count += 1,
                None => here.push((professional, 1)),
            }
        }
        let visits = |of: &[(Id, u32)]| f64::from(of.iter().map(|(_, count)| count).sum::<u32>());
        if here.is_empty() {
            continue;
        }
        let within = here.iter().map(|(_, count)| count * (count - 1)).sum::<u32>();
        repeated += f64::from(within) / visits(&here);
        if !before.is_empty() {
            let same = |(professional, count): &(Id, u32)| {
                before.iter().find(|(other, _)| other == professional).map_or(0, |(_, other)| other * count)
            };
            let between = here.iter().map(same).sum::<u32>();
            repeated += f64::from(between) / (visits(&before) * visits(&here));
        }
        std::mem::swap(&mut before, &mut here);
    }
    repeated
}

/// Visits up to which all pairs are compared: that has no branch to guess, and is over sooner than sorting.
const FEW: usize = 64;

/// Σ n² over professionals, and the largest n, of visits given by their professionals.
fn concentration(seen: &mut [Id]) -> (u64, u32) {
    let (mut squares, mut most) = (0, 0);
    let mut count = |n: u32, times: u64| {
        squares += u64::from(n) * times;
        most = most.max(n);
    };
    if seen.len() <= FEW {
        // Each visit counts those with its professional: a professional of n visits is counted n times n.
        seen.iter().for_each(|one| count(seen.iter().map(|other| u32::from(one == other)).sum(), 1));
    } else {
        seen.sort_unstable();
        seen.chunk_by(Id::eq).for_each(|visits| count(visits.len() as u32, visits.len() as u64));
    }
    (squares, most)
}

/// The unit of most visits; of equals the one visited last, and of those visited at one instant the first by its id.
fn most_visited(visits: &[Visit], units: &Units) -> i32 {
    let mut counts: Vec<(i32, u32, i64)> = Vec::new();
    for visit in visits {
        match counts.iter_mut().find(|(known, ..)| *known == visit.unit) {
            Some((_, count, last)) => (*count, *last) = (*count + 1, visit.at),
            None => counts.push((visit.unit, 1, visit.at)),
        }
    }
    let most = counts.iter().max_by(|left, right| {
        (left.1, left.2).cmp(&(right.1, right.2)).then_with(|| units.text(right.0).cmp(units.text(left.0)))
    });
    most.map_or(visits[0].unit, |(unit, ..)| *unit)
}

/// Rows being written, column by column.
#[derive(Default)]
struct Out {
    resident: Vec<i64>,
    unit: Vec<i32>,
    at: Vec<i64>,
    counts: [Vec<i64>; 4],
    /// Where the indices have a value: all or none of them.
    known: Vec<bool>,
    indices: [Vec<f64>; 3],
}

impl Out {
    fn put(&mut self, resident: i64, unit: i32, at: i64, index: &Index) {
        self.resident.push(resident);
        self.unit.push(unit);
        self.at.push(at);
        let counts = [index.visits, index.named, index.own, index.missing];
        self.counts.iter_mut().zip(counts).for_each(|(column, count)| column.push(count));
        self.known.push(index.coc.is_some());
        let indices = [index.coc, index.upc, index.secon];
        self.indices.iter_mut().zip(indices).for_each(|(column, index)| column.push(index.unwrap_or_default()));
    }

    /// The rows so far; `units` are the texts that their units are places in.
    fn take(&mut self, units: &StringBuilder) -> RecordBatch {
        let Out { resident, unit, at, counts, known, indices } = std::mem::take(self);
        let at = TimestampMicrosecondArray::from(at).with_data_type(instant_type());
        #[expect(clippy::expect_used, reason = "every key is the place of a unit that was appended")]
        let unit = DictionaryArray::<Int32Type>::try_new(unit.into(), Arc::new(units.finish_cloned())).expect("units");
        let mut columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(resident)), Arc::new(unit), Arc::new(at)];
        columns.extend(counts.map(|column| Arc::new(Int64Array::from(column)) as ArrayRef));
        let known = NullBuffer::from(known);
        columns
            .extend(indices.map(|column| Arc::new(Float64Array::new(column.into(), Some(known.clone()))) as ArrayRef));
        #[expect(clippy::expect_used, reason = "every row put a value in every column")]
        RecordBatch::try_new(schema(), columns).expect("columns of one length")
    }
}

#[cfg(test)]
mod tests;
