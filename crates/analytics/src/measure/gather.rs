//! Cases becoming cells, and cells becoming figures.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::{SortOptions, cast};
use datafusion::arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use datafusion::common::HashMap;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, Partitioning, execute_stream_partitioned};
use datafusion::prelude::{DataFrame, SessionContext, col, ident};
use futures::StreamExt;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;

use super::cases::population;
use super::cells::{Cell, Figure, Sums, Worth, hash_text, scramble};
use super::columns::{Labels, Numbered, Worths, is_text};
use super::disclosure::BEFORE_DATA;
use super::draft::Draft;
use super::grouping::{JOINED, Periods};
use super::people::{People, age_group};
use super::query;
use super::run::{Request, instant_text};
use super::tree::Tree;
use super::{Definition, Kind, MeasureFile, QUANTILES};
use crate::error::{Error, Result};
use crate::rows::instant_type;

/// The epochs of the tree that a measure's cases of each period count in: those of the period, and where the figure is
/// of the period's end (a stock, a rolling window) that of its end.
pub(super) fn epochs(measure: &Definition, request: &Request, periods: &Periods, tree: &Tree) -> Vec<(usize, usize)> {
    let of_end = matches!(measure.kind, Kind::Stock | Kind::Longest)
        || (measure.window_months.is_some() && request.grouping.period.is_some());
    let of = |period: usize| {
        let last = tree.epoch(periods.end_of(period) - 1);
        match (request.tree_now, of_end) {
            (true, _) => (tree.epoch(request.as_of), tree.epoch(request.as_of)),
            (false, true) => (last, last),
            (false, false) => (tree.epoch(periods.starts[period]), last),
        }
    };
    (0..periods.starts.len()).map(of).collect()
}

/// Whether some operator of a plan moves rows between partitions, or joins them.
fn crosses_partitions(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let name = plan.name();
    name.contains("Repartition") || name.contains("Join") || plan.children().into_iter().any(crosses_partitions)
}

/// Whether each resident's rows stand together: all in one partition, and there one after another.
fn stands_by_resident(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let Ok(position) = plan.schema().index_of("resident_id") else { return Ok(false) };
    let resident: Arc<dyn PhysicalExpr> = Arc::new(Column::new("resident_id", position));
    let by_resident = PhysicalSortExpr::new(resident, SortOptions { descending: false, nulls_first: true });
    let in_ranges = matches!(plan.output_partitioning(), Partitioning::Range(_));
    let named = plan.schema().index_of("caller_key").is_err();
    Ok(named && in_ranges && plan.equivalence_properties().ordering_satisfy([by_resident])?)
}

/// A cell's place: unit (or none), epoch of the tree, period, stratum.
type Place = (u32, u16, u16, u32);
const NO_UNIT: u32 = u32::MAX;

/// The cells of a run: leaves to be rolled up, or whole when the kind counts people.
#[derive(Default)]
struct Cells {
    numbers: HashMap<Place, usize>,
    /// Case after case falls into the same place.
    last: Option<(Place, usize)>,
    measures: usize,
    /// For each place, in the order in which they are met, a cell for each measure.
    cells: Vec<Cell>,
}

impl Cells {
    fn at(&mut self, place: Place, measure: usize) -> &mut Cell {
        let number = match self.last {
            Some((last, number)) if last == place => number,
            _ => {
                let next = self.numbers.len();
                let number = *self.numbers.entry(place).or_insert(next);
                if number == next {
                    self.cells.resize_with((next + 1) * self.measures, Cell::default);
                }
                self.last = Some((place, number));
                number
            }
        };
        &mut self.cells[number * self.measures + measure]
    }

    /// The cells of one measure that have a case.
    fn of(&self, measure: usize) -> impl Iterator<Item = (&Place, &Cell)> {
        let cells =
            self.numbers.iter().map(move |(place, number)| (place, &self.cells[number * self.measures + measure]));
        cells.filter(|(_, cell)| cell.n > 0 || cell.left_out > 0)
    }
}

/// Cases becoming cells.
pub(crate) struct Gathering<'a> {
    measures: &'a [&'a Definition],
    request: &'a Request,
    periods: Periods,
    tree: &'a Tree,
    cells: Cells,
    labels: Numbered,
    /// Strata by the labels of their dimensions.
    strata: HashMap<Vec<u32>, u32>,
    stratum_labels: Vec<Vec<u32>>,
    people: &'a People,
    /// Cases of the resident whose rows are coming in.
    cluster: Cluster,
    /// Rows without a resident count as one person each.
    anonymous: u64,
    /// When each period has ended, or is looked at.
    ends: Vec<i64>,
    /// For each period the window whose cases it has; none when cases belong to the period they fall into.
    pub windows: Vec<(i64, i64)>,
    /// For each measure and period the first and last epoch of the tree that its cases count in.
    epochs: Vec<Vec<(usize, usize)>>,
    /// So many first periods have windows that begin before the facts do.
    pub too_early: usize,
    /// The instants between which the facts are known: a period in between that has no case has none for sure.
    pub known: Option<(i64, i64)>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        measures: &'a [&'a Definition],
        request: &'a Request,
        periods: Periods,
        tree: &'a Tree,
        people: &'a People,
    ) -> Self {
        Gathering {
            measures,
            request,
            tree,
            cells: Cells { measures: measures.len(), ..Cells::default() },
            labels: people.labels.clone(),
            strata: HashMap::new(),
            stratum_labels: Vec::new(),
            people,
            cluster: Cluster::default(),
            anonymous: 0,
            windows: Vec::new(),
            ends: (0..periods.starts.len()).map(|it| periods.end_of(it).min(request.as_of)).collect(),
            epochs: measures.iter().map(|measure| epochs(measure, request, &periods, tree)).collect(),
            too_early: 0,
            known: None,
            periods,
        }
    }

    fn clusters(&self) -> bool {
        self.measures.iter().any(|measure| matches!(measure.kind, Kind::Ratio | Kind::Persons))
    }

    /// The periods that a case of an instant belongs to: windows begin and end one after another.
    fn periods_of(&self, at: i64) -> Range<usize> {
        match self.windows.as_slice() {
            [] => self.periods.find(at).map_or(0..0, |period| period..period + 1),
            windows => {
                let ended = windows.partition_point(|(_, to)| *to <= at);
                ended..windows.partition_point(|(from, _)| *from <= at).max(ended)
            }
        }
    }

    /// The columns that the measures and the grouping read, each of which the query must have.
    fn column_names(&self, file: &MeasureFile, plan: &DataFrame) -> Result<Vec<String>> {
        let has = |name: &str| plan.schema().index_of_column_by_name(None, name).is_some();
        let at = format!("{}:{}:1", file.path, file.head_lines + 1);
        for name in ["case_id", "resident_id", "unit_id", "at"] {
            if !has(name) {
                return Err(Error::new(format!("the case query lacks the column {name}")).at(&at));
            }
        }
        let typed = |name: &str| plan.schema().field_with_unqualified_name(name).map(|field| field.data_type().clone());
        if !typed("at")?.is_temporal() {
            return Err(Error::new("the column at of the case query is not a time").at(&at));
        }
        // By this people are counted: of another type every row would be a person of its own, and nothing be hidden.
        if !matches!(typed("resident_id")?, DataType::Int64 | DataType::Null) {
            return Err(Error::new("the column resident_id of the case query is not a resident's number").at(&at));
        }
        if !is_text(&typed("unit_id")?) {
            return Err(Error::new("the column unit_id of the case query is not a unit's id").at(&at));
        }
        let mut names: Vec<String> = ["resident_id", "unit_id", "at"].map(String::from).into();
        if has("caller_key") {
            names.push("caller_key".into());
        }
        for measure in self.measures {
            for name in measure.columns() {
                if !has(name) {
                    let what = format!("{} needs the column {name}, which the case query lacks", measure.id);
                    return Err(Error::new(what).at(&at));
                }
                let typed = typed(name)?;
                let (fits, what) = match measure.kind {
                    Kind::Share => (typed == DataType::Boolean, "true or false"),
                    Kind::Mean
                    | Kind::Sum
                    | Kind::Median
                    | Kind::Quantiles
                    | Kind::Most
                    | Kind::Ratio
                    | Kind::Rate
                    | Kind::Nps => (typed.is_numeric(), "a number"),
                    Kind::Spread if name == "place" => (is_text(&typed), "a text"),
                    Kind::Spread => (typed.is_numeric(), "a number"),
                    Kind::Stock | Kind::Longest => (typed.is_temporal(), "a time"),
                    Kind::Count | Kind::Persons | Kind::Classes => (true, ""),
                };
                if !fits && typed != DataType::Null {
                    let what = format!("{}: the column {name} of the case query is not {what}", measure.id);
                    return Err(Error::new(what).at(&at));
                }
                names.push(name.into());
            }
            if let Some(name) = &measure.population {
                if !has(name) || typed(name)? != DataType::Boolean {
                    let what = format!("{}: the case query has no column {name} that is true or false", measure.id);
                    return Err(Error::new(what).at(&at));
                }
                names.push(name.clone());
            }
        }
        for dimension in &self.request.grouping.dimensions {
            if !JOINED.contains(&dimension.as_str()) {
                if !has(dimension) {
                    return Err(Error::new(format!("the cases of this measure have no {dimension}")).at(&at));
                }
                names.push(dimension.clone());
            }
        }
        Ok(names)
    }

    fn add_batch(&mut self, file: &MeasureFile, batch: &RecordBatch) -> Result<()> {
        let wrong = |name: &str, what: &str| {
            let at = format!("{}:{}:1", file.path, file.head_lines + 1);
            Error::new(format!("the column {name} of the case query is not {what}")).at(at)
        };
        let typed = |name: &str, ty: DataType, what: &str| cast(&batch[name], &ty).map_err(|_| wrong(name, what));
        let residents = typed("resident_id", DataType::Int64, "a resident")?;
        let residents = residents.as_primitive::<Int64Type>();
        if let Some(measure) = self.measures.iter().find(|it| it.impersonal && residents.null_count() < residents.len())
        {
            return Err(wrong("resident_id", &format!("empty, and {} is `impersonal`", measure.id)));
        }
        let times = typed("at", instant_type(), "a time")?;
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let units = Labels::of(&batch["unit_id"], &mut |text| self.tree.find(text).map_or(NO_UNIT, |it| it as u32))?;
        let callers = batch.column_by_name("caller_key").map(|keys| cast(keys, &DataType::Utf8)).transpose()?;
        let worths = self
            .measures
            .iter()
            .map(|measure| Worths::of(measure, batch, &wrong, &mut self.labels))
            .collect::<Result<Vec<_>>>()?;
        let populations: Vec<_> = self.measures.iter().map(|measure| population(measure, batch)).collect();
        let mut dimensions = Vec::new();
        for name in &self.request.grouping.dimensions {
            dimensions.push(match batch.column_by_name(name) {
                Some(column) => Some(Labels::of(column, &mut |text| self.labels.number(text))?),
                None => None,
            });
        }
        let unknown = self.labels.number("unknown");
        for row in 0..batch.num_rows() {
            let resident = residents.is_valid(row).then(|| residents.value(row));
            let at = if times.is_valid(row) { times.value(row) } else { continue };
            let unit = match self.request.grouping.unit {
                None => NO_UNIT,
                Some(_) => match units.get(row) {
                    Some(unit) if unit != NO_UNIT => unit,
                    _ => self.tree.root().map_or(NO_UNIT, |root| root as u32),
                },
            };
            let person = match (resident, &callers) {
                (Some(resident), _) => scramble(resident as u64),
                (None, Some(keys)) if keys.is_valid(row) => hash_text(keys.as_string::<i32>().value(row)),
                (None, _) => {
                    self.anonymous += 1;
                    scramble(self.anonymous | 1 << 63)
                }
            };
            let stratum = self.stratum(&dimensions, row, resident, at, unknown);
            let epoch = self.tree.epoch(at);
            if self.cluster.person != Some(person) {
                self.end_cluster();
                self.cluster.person = Some(person);
            }
            let belongs = self.periods_of(at);
            for (number, worth) in worths.iter().enumerate() {
                if populations[number].as_ref().is_some_and(|population| !population.value(row)) {
                    continue;
                }
                let epochs = &self.epochs[number];
                let into = |period: usize| {
                    let (first, last) = epochs[period];
                    (unit, epoch.clamp(first, last) as u16, period as u16, stratum)
                };
                match worth {
                    Worths::Ratio(numerators, denominators) => {
                        let values = (numerators.is_valid(row) && denominators.is_valid(row))
                            .then(|| (numerators.value(row), denominators.value(row)));
                        belongs.clone().for_each(|period| self.cluster.ratio(self.tree, number, into(period), values));
                    }
                    Worths::Persons => {
                        belongs
                            .clone()
                            .for_each(|period| self.cluster.ratio(self.tree, number, into(period), Some((0.0, 0.0))));
                    }
                    Worths::Stock(until, since) => {
                        let until = if until.is_valid(row) { until.value(row) } else { i64::MAX };
                        let worth = if *since { Worth::Since(at) } else { Worth::Case };
                        // The periods whose ends it is open at.
                        let first = self.ends.partition_point(|end| *end <= at);
                        for period in first..self.ends.partition_point(|end| *end <= until) {
                            self.cells.at(into(period), number).add(worth, person);
                        }
                    }
                    Worths::Plain(plain) => {
                        for period in belongs.clone() {
                            self.cells.at(into(period), number).add(plain.get(row), person);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn stratum(
        &mut self,
        dimensions: &[Option<Labels>],
        row: usize,
        resident: Option<i64>,
        at: i64,
        unknown: u32,
    ) -> u32 {
        if dimensions.is_empty() {
            return 0;
        }
        let person = resident.and_then(|resident| self.people.people.get(&resident).copied());
        let mut labels = Vec::with_capacity(dimensions.len());
        for (name, column) in self.request.grouping.dimensions.iter().zip(dimensions) {
            labels.push(match (column, person, name.as_str()) {
                (Some(column), ..) => column.get(row).unwrap_or(unknown),
                (None, Some(person), "sex") => person.sex,
                (None, Some(person), "language") => person.language,
                (None, _, "municipality") => {
                    resident.and_then(|resident| self.people.municipality(resident, at)).unwrap_or(unknown)
                }
                (None, Some(person), _) => self.labels.number(age_group(person.birth_year, at)),
                (None, None, _) => unknown,
            });
        }
        let next = self.stratum_labels.len() as u32;
        *self.strata.entry(labels).or_insert_with_key(|labels| {
            self.stratum_labels.push(labels.clone());
            next
        })
    }

    /// One resident's cases are over: their sums join the cells of every unit above.
    fn end_cluster(&mut self) {
        let Some(person) = self.cluster.person.take() else { return };
        for ((measure, place), sums) in self.cluster.sums.drain(..) {
            let cell = self.cells.at(place, measure);
            cell.left_out += sums.left_out;
            if sums.cases > 0 {
                let cases = if self.measures[measure].kind == Kind::Persons { 1 } else { sums.cases };
                cell.add_cluster(sums.numerator.value(), sums.denominator.value(), cases, person);
            }
        }
    }

    /// Rolls cells up the tree, and reads every measure's figures from them, before anything is hidden.
    pub fn drafts(&self) -> Vec<Draft> {
        let as_of = instant_text(self.request.as_of);
        let mut drafts = Vec::new();
        for (number, measure) in self.measures.iter().enumerate() {
            let whole = matches!(measure.kind, Kind::Ratio | Kind::Persons);
            let mut rolled: BTreeMap<(u32, u16, u32), Cell> = BTreeMap::new();
            for ((unit, epoch, period, stratum), cell) in self.cells.of(number) {
                if whole || *unit == NO_UNIT {
                    rolled.entry((*unit, *period, *stratum)).or_default().merge(cell);
                    continue;
                }
                for above in self.tree.up(*unit as usize, usize::from(*epoch)) {
                    rolled.entry((above as u32, *period, *stratum)).or_default().merge(cell);
                }
            }
            if measure.kind.counts() {
                self.add_noughts(&mut rolled);
            }
            let mut own = Vec::new();
            let mut rolled: Vec<_> = rolled.into_iter().collect();
            // Labels are numbered as they are met; figures stand in the order of their texts.
            rolled.sort_by_cached_key(|((unit, period, stratum), _)| (*unit, *period, self.strata_of(*stratum)));
            for ((unit, period, stratum), cell) in rolled {
                let Some(unit_id) = self.unit_id(unit) else { continue };
                let base = Figure {
                    measure: measure.id.clone(),
                    unit_id,
                    period: self.periods.names[usize::from(period)].clone(),
                    strata: self.strata_of(stratum),
                    as_of: as_of.clone(),
                    ..Figure::default()
                };
                let first = own.len();
                self.read_cell(measure, base, &cell, self.ends[usize::from(period)], &mut own);
                for figure in own[first..].iter_mut().filter(|_| usize::from(period) < self.too_early) {
                    (figure.value, figure.lower, figure.upper, figure.numerator) = (None, None, None, None);
                    figure.reason = Some(BEFORE_DATA);
                }
            }
            let shape = |period: usize| {
                let (first, last) = self.epochs[number][period];
                (self.periods.names[period].clone(), self.tree.shape(first, last))
            };
            let shapes = (0..self.periods.names.len()).map(shape).collect();
            drafts.push(Draft { measure: (*measure).clone(), figures: own, shapes, as_of: as_of.clone() });
        }
        drafts
    }

    /// The tree that the figures stand in.
    pub fn tree(&self) -> &Tree {
        self.tree
    }

    /// Puts a cell without cases where the facts are known and there was none: for each unit of that time, or in a breakdown
    /// for what the unit has of it in another period.
    fn add_noughts(&self, rolled: &mut BTreeMap<(u32, u16, u32), Cell>) {
        let Some((first, last)) = self.known else { return };
        let parts: BTreeSet<(u32, u32)> = rolled.keys().map(|(unit, _, stratum)| (*unit, *stratum)).collect();
        for (period, start) in self.periods.starts.iter().enumerate() {
            let (start, end) = (*start, self.periods.end_of(period));
            if start < first || end > last {
                continue;
            }
            let period = period as u16;
            let mut stands: BTreeSet<u32> = self.tree.standing(start, end).map(|unit| unit as u32).collect();
            if self.request.grouping.unit.is_none() {
                stands = BTreeSet::from([NO_UNIT]);
            }
            if self.request.grouping.dimensions.is_empty() {
                for unit in stands {
                    rolled.entry((unit, period, 0)).or_default();
                }
            } else {
                for (unit, stratum) in parts.iter().filter(|(unit, _)| stands.contains(unit)) {
                    rolled.entry((*unit, period, *stratum)).or_default();
                }
            }
        }
    }

    fn unit_id(&self, unit: u32) -> Option<String> {
        match unit {
            NO_UNIT => self.request.grouping.unit.is_none().then(String::new),
            unit => self.tree.units.get(unit as usize).map(|unit| unit.id.clone()),
        }
    }

    fn strata_of(&self, stratum: u32) -> Vec<(String, String)> {
        let labels = self.stratum_labels.get(stratum as usize).into_iter().flatten();
        let values = labels.map(|label| self.labels.texts[*label as usize].clone());
        self.request.grouping.dimensions.iter().cloned().zip(values).collect()
    }

    fn read_cell(&self, measure: &Definition, base: Figure, cell: &Cell, end: i64, into: &mut Vec<Figure>) {
        let (all, confidence) = (cell.n + cell.left_out, self.request.confidence);
        let mut figure = Figure {
            n: cell.cases(measure),
            coverage: (all > 0).then(|| cell.n as f64 / all as f64),
            people: cell.people.at_least(),
            left_out: cell.left_out,
            denominator: cell.denominator(measure),
            ..base
        };
        let part = |name: &str, of: &str, numerator, estimate| {
            let mut part = Figure { numerator, ..figure.clone() };
            part.strata.push((name.into(), of.into()));
            put_estimate(&mut part, estimate);
            part
        };
        match measure.kind {
            Kind::Classes => {
                let mut classes: Vec<(&String, u64)> =
                    cell.classes().map(|(class, count)| (&self.labels.texts[class as usize], count)).collect();
                classes.sort_unstable();
                into.extend(classes.into_iter().map(|(class, count)| {
                    let estimate = stats::interval::share(count as f64, cell.n as f64, confidence);
                    part("class", class, Some(count as f64), estimate)
                }));
            }
            Kind::Quantiles => into.extend(
                QUANTILES.iter().map(|(name, p)| part("quantile", name, None, cell.quantile(measure, *p, confidence))),
            ),
            _ => {
                figure.numerator = cell.numerator(measure);
                put_estimate(&mut figure, cell.estimate(measure, end, confidence));
                into.push(figure);
            }
        }
    }
}

/// Streams the cases of one query into the cells of all that gather them.
pub(super) async fn gather(
    context: &SessionContext,
    file: &MeasureFile,
    plan: DataFrame,
    gatherings: &mut [Gathering<'_>],
) -> Result<()> {
    let names = gatherings.iter().map(|it| it.column_names(file, &plan)).collect::<Result<Vec<_>>>()?;
    let names = BTreeSet::from_iter(names.concat());
    let plan = plan.select(names.iter().map(ident).collect::<Vec<_>>())?;
    let mut physical = plan.clone().create_physical_plan().await?;
    if gatherings.iter().any(Gathering::clusters) && !stands_by_resident(&physical)? {
        // One caller without a name is one person, so their cases stand together, too.
        let caller = names.get("caller_key").map(|name| ident(name).sort(true, true));
        let order = [col("resident_id").sort(true, true)].into_iter().chain(caller).collect();
        physical = plan.sort(order)?.create_physical_plan().await?;
    }
    // Partitions that need nothing of one another run a few at a time: work for every core, memory for few. Where
    // rows cross partitions all must run, or those that wait for the others wait for ever.
    let ahead = match crosses_partitions(&physical) {
        true => usize::MAX,
        false => std::thread::available_parallelism().map_or(2, usize::from),
    };
    let streams = execute_stream_partitioned(physical, context.task_ctx())?;
    let ahead = ahead.min(streams.len()).max(1);
    let (mut waiting, mut begun) = (streams.into_iter(), VecDeque::new());
    loop {
        begun.extend(waiting.by_ref().take(ahead - begun.len()).map(begin));
        let Some((mut receive, partition)) = begun.pop_front() else { break };
        while let Some(batch) = receive.recv().await {
            let batch = batch.map_err(|error| query::placed(error, &file.path, file.head_lines))?;
            for gathering in &mut *gatherings {
                gathering.add_batch(file, &batch)?;
            }
        }
        // A partition that broke off is no partition that ended.
        partition.await.map_err(|error| Error::new(format!("a part of the query broke off: {error}")))?;
    }
    gatherings.iter_mut().for_each(Gathering::end_cluster);
    Ok(())
}

fn put_estimate(figure: &mut Figure, estimate: Option<stats::interval::Estimate>) {
    match estimate {
        Some(estimate) => {
            figure.value = Some(estimate.value);
            figure.lower = Some(estimate.lower).filter(|end| end.is_finite());
            figure.upper = Some(estimate.upper).filter(|end| end.is_finite());
        }
        None => figure.reason = Some("no_cases"),
    }
}

/// So many batches a partition may be ahead of the taker: about one range of a county, so that cores need not wait.
const AHEAD: usize = 16;

/// Runs a partition on a task of its own, ahead of the taker of its batches.
fn begin(
    mut partition: SendableRecordBatchStream,
) -> (Receiver<datafusion::common::Result<RecordBatch>>, JoinHandle<()>) {
    let (send, receive) = channel(AHEAD);
    let task = tokio::spawn(async move {
        while let Some(batch) = partition.next().await {
            if send.send(batch).await.is_err() {
                break;
            }
        }
    });
    (receive, task)
}

/// Sums of one resident's cases, for kinds that count people.
#[derive(Default)]
struct Cluster {
    person: Option<u64>,
    /// Few, and those in use stand at the end.
    sums: Vec<((usize, Place), Sums)>,
}

impl Cluster {
    fn ratio(&mut self, tree: &Tree, measure: usize, place: Place, values: Option<(f64, f64)>) {
        let (unit, epoch, period, stratum) = place;
        let mut put = |unit: u32| {
            let key = (measure, (unit, 0, period, stratum));
            let at = self.sums.iter().rposition(|(known, _)| *known == key).unwrap_or_else(|| {
                self.sums.push((key, Sums::default()));
                self.sums.len() - 1
            });
            let sums = &mut self.sums[at].1;
            match values {
                Some((numerator, denominator)) => {
                    sums.numerator.add(numerator);
                    sums.denominator.add(denominator);
                    sums.cases += 1;
                }
                None => sums.left_out += 1,
            }
        };
        if unit == NO_UNIT {
            put(unit);
        } else {
            tree.up(unit as usize, usize::from(epoch)).for_each(|above| put(above as u32));
        }
    }
}
