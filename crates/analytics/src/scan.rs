//! A fact table as DataFusion reads it.
//!
//! The scan is built from the manifest: one partition for each resident range, each sorted by resident and time, both
//! declared to the planner, so that work by resident needs neither a shuffle nor a sort. Where a partition has deltas,
//! or history matters because an earlier instant is asked for, [`LatestExec`] merges them over the base.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{RecordBatch, new_null_array};
use datafusion::arrow::compute::{SortOptions, cast};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, ScalarValue, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::object_store::{ObjectMeta, path::Path as StorePath};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{
    EquivalenceProperties, LexOrdering, OrderingRequirements, PhysicalExpr, PhysicalSortExpr,
};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
    RangePartitioning, SplitPoint,
};
use facts::Table;
use futures::{StreamExt, TryStreamExt};

use crate::lake::{PartitionFiles, Snapshot, read_columns};
use crate::layout::{self, FileEntry};
use crate::merge::{self, Walk};
use crate::rows;

const ASCENDING: SortOptions = SortOptions { descending: false, nulls_first: true };

/// A fact table at one version, and as of one instant.
#[derive(Debug)]
pub struct FactTable {
    table: &'static Table,
    snapshot: Snapshot,
    /// Microseconds; what was recorded later is not seen.
    as_of: Option<i64>,
    schema: SchemaRef,
}

impl FactTable {
    pub fn new(table: &'static Table, snapshot: Snapshot, as_of: Option<i64>) -> FactTable {
        FactTable { table, snapshot, as_of, schema: rows::schema(table) }
    }

    fn partitions(&self) -> Vec<PartitionFiles> {
        let of = |partition| self.snapshot.partition(self.table, partition).cloned().unwrap_or_default();
        (0..layout::partitions(self.table)).map(of).collect()
    }

    /// The instant matters only when something was recorded after it.
    fn as_of_that_matters(&self, partitions: &[PartitionFiles]) -> Option<i64> {
        let latest = partitions.iter().flat_map(PartitionFiles::files).map(|file| file.recorded[1]).max();
        self.as_of.filter(|as_of| latest.is_some_and(|latest| latest > *as_of))
    }

    /// Nothing is answered from a file that is not what was written.
    fn check(&self, partitions: &[PartitionFiles], with_history: bool) -> crate::Result<()> {
        let history = |files: &'_ PartitionFiles| if with_history { files.history.clone() } else { Vec::new() };
        let read = |files: &PartitionFiles| -> Vec<FileEntry> {
            files.base.iter().chain(&files.deltas).cloned().chain(history(files)).collect()
        };
        let files: Vec<FileEntry> = partitions.iter().flat_map(read).collect();
        self.snapshot.check(files.iter())
    }

    fn base_scan(
        &self,
        state: &dyn Session,
        partitions: &[PartitionFiles],
        projection: Vec<usize>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = rows::stored_schema(self.table);
        let url = ObjectStoreUrl::local_filesystem();
        let store = state.runtime_env().object_store(&url)?;
        let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        let source = ParquetSource::new(Arc::clone(&schema))
            .with_parquet_file_reader_factory(Arc::new(CachedParquetFileReaderFactory::new(store, cache)));
        let group = |files: &PartitionFiles| {
            let files = files.base.iter().map(|file| self.partitioned_file(file));
            files.collect::<Result<Vec<_>>>().map(FileGroup::new)
        };
        let mut statistics = Statistics::new_unknown(&schema);
        let rows: u64 = partitions.iter().filter_map(|files| files.base.as_ref()).map(|file| file.rows).sum();
        statistics.num_rows = Precision::Inexact(rows as usize);
        let mut scan = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(partitions.iter().map(group).collect::<Result<_>>()?)
            .with_projection_indices(Some(projection))?
            .with_statistics(statistics)
            .with_limit(limit);
        if let Some(order) = storage_ordering(self.table, &schema) {
            scan = scan.with_output_ordering(vec![order]);
        }
        if self.table.by_resident() {
            scan = scan.with_output_partitioning(Some(resident_ranges(&schema)?));
        }
        Ok(DataSourceExec::from_data_source(scan.build()))
    }

    fn partitioned_file(&self, file: &FileEntry) -> Result<PartitionedFile> {
        let path = std::path::absolute(self.snapshot.folder.join(&file.path))?;
        let metadata = std::fs::metadata(&path)?;
        Ok(PartitionedFile::new_from_meta(ObjectMeta {
            location: StorePath::from_absolute_path(&path)?,
            last_modified: metadata.modified()?.into(),
            size: metadata.len(),
            e_tag: None,
            version: None,
        }))
    }
}

#[async_trait]
impl TableProvider for FactTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let partitions = self.partitions();
        let as_of = self.as_of_that_matters(&partitions);
        self.check(&partitions, as_of.is_some()).map_err(external)?;
        let wanted: Vec<usize> = projection.map_or_else(|| (0..self.schema.fields().len()).collect(), Clone::clone);
        if as_of.is_none() && partitions.iter().all(|files| files.deltas.is_empty()) {
            return self.base_scan(state, &partitions, wanted, limit);
        }
        let schema = rows::stored_schema(self.table);
        let mut read = wanted.clone();
        for name in merge::needed_columns(self.table, as_of) {
            let position = schema.index_of(name)?;
            if !read.contains(&position) {
                read.push(position);
            }
        }
        let base = self.base_scan(state, &partitions, read, None)?;
        let over = partitions.into_iter().map(|files| {
            let history = if as_of.is_some() { files.history } else { Vec::new() };
            files.deltas.into_iter().chain(history).collect()
        });
        let within = self.table.at.and_then(|at| time_bounds(at, filters));
        let over = Arc::new(over.collect());
        let snapshot = self.snapshot.clone();
        Ok(Arc::new(LatestExec::new(self.table, snapshot, as_of, base, over, wanted.len(), within)?))
    }

    /// The merge leaves out what a filter by main time would drop; the filter still stands above it.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match self.table.at.and_then(|at| time_bound(at, filter)) {
            Some(_) => TableProviderFilterPushDown::Inexact,
            None => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(support).collect())
    }
}

/// The half-open bounds that filters set to a column of times, when some do.
fn time_bounds(column: &str, filters: &[Expr]) -> Option<[i64; 2]> {
    let bounds = filters.iter().filter_map(|filter| time_bound(column, filter));
    bounds.reduce(|one, other| [one[0].max(other[0]), one[1].min(other[1])])
}

/// Of one filter: the column compared with an instant or a day.
fn time_bound(column: &str, filter: &Expr) -> Option<[i64; 2]> {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = filter else { return None };
    let (Expr::Column(compared), Expr::Literal(value, _)) = (left.as_ref(), right.as_ref()) else { return None };
    let value = match value {
        ScalarValue::TimestampMicrosecond(Some(value), _) => *value,
        ScalarValue::Date32(Some(day)) => i64::from(*day),
        _ => return None,
    };
    if compared.name != column {
        return None;
    }
    match op {
        Operator::GtEq => Some([value, i64::MAX]),
        Operator::Gt => Some([value.saturating_add(1), i64::MAX]),
        Operator::Lt => Some([i64::MIN, value]),
        Operator::LtEq => Some([i64::MIN, value.saturating_add(1)]),
        _ => None,
    }
}

/// The order in which a table's rows stand, over a schema that holds the columns of the order.
fn storage_ordering(table: &Table, schema: &Schema) -> Option<LexOrdering> {
    let names = table.by_resident().then_some("resident_id").into_iter().chain(table.at);
    LexOrdering::new(names.filter_map(|name| Some(sorted_by(name, schema.index_of(name).ok()?))))
}

fn sorted_by(name: &str, position: usize) -> PhysicalSortExpr {
    PhysicalSortExpr::new(Arc::new(Column::new(name, position)), ASCENDING)
}

/// The partitioning of every table by resident: rows without one, then the ranges.
pub fn resident_ranges(schema: &Schema) -> Result<Partitioning> {
    let order: LexOrdering = [sorted_by("resident_id", schema.index_of("resident_id")?)].into();
    let splits = layout::split_points().map(|first| SplitPoint::new(vec![ScalarValue::Int64(Some(first))]));
    Ok(Partitioning::Range(RangePartitioning::try_new(order, splits.collect())?))
}

/// Merges deltas, and where asked for history, over the base of each partition; order and partitioning stay.
#[derive(Debug)]
pub struct LatestExec {
    table: &'static Table,
    snapshot: Snapshot,
    as_of: Option<i64>,
    base: Arc<dyn ExecutionPlan>,
    /// For each partition the files over its base.
    over: Arc<Vec<Vec<FileEntry>>>,
    /// How many of the base's columns come out; those after serve the merge only.
    width: usize,
    /// Half-open bounds of the main time outside of which no row is asked for.
    within: Option<[i64; 2]>,
    properties: Arc<PlanProperties>,
}

impl LatestExec {
    fn new(
        table: &'static Table,
        snapshot: Snapshot,
        as_of: Option<i64>,
        base: Arc<dyn ExecutionPlan>,
        over: Arc<Vec<Vec<FileEntry>>>,
        width: usize,
        within: Option<[i64; 2]>,
    ) -> Result<LatestExec> {
        let schema = Arc::new(base.schema().project(&(0..width).collect::<Vec<_>>())?);
        let mut equivalences = EquivalenceProperties::new(Arc::clone(&schema));
        if schema.index_of("resident_id").is_ok() || !table.by_resident() {
            equivalences.add_orderings(storage_ordering(table, &schema));
        }
        let partitioning = match table.by_resident() && schema.index_of("resident_id").is_ok() {
            true => resident_ranges(&schema)?,
            false => Partitioning::UnknownPartitioning(base.output_partitioning().partition_count()),
        };
        let properties =
            PlanProperties::new(equivalences, partitioning, EmissionType::Incremental, Boundedness::Bounded);
        Ok(LatestExec { table, snapshot, as_of, base, over, width, within, properties: Arc::new(properties) })
    }

    /// The delta over the base of one partition, in storage order, with the columns of [`merge::delta_schema`].
    fn delta(
        snapshot: &Snapshot,
        table: &Table,
        files: &[FileEntry],
        schema: &SchemaRef,
    ) -> crate::Result<RecordBatch> {
        let schema = merge::delta_schema(table, schema);
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let mut batches = Vec::new();
        for file in files {
            for batch in read_columns(&snapshot.folder, file, Some(&names))? {
                batches.push(project_by_name(&batch?, &schema)?);
            }
        }
        merge::sorted(table, &schema, &batches)
    }
}

/// The columns of a schema out of a batch, by name and in the schema's types; a column that an older file lacks is null.
fn project_by_name(batch: &RecordBatch, schema: &SchemaRef) -> crate::Result<RecordBatch> {
    let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
        Some(column) => Ok(cast(column, field.data_type())?),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    };
    let columns = schema.fields().iter().map(column);
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect::<crate::Result<_>>()?)?)
}

impl DisplayAs for LatestExec {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: usize = self.over.iter().map(Vec::len).sum();
        write!(out, "LatestExec: table={}, files over the base={files}", self.table.name)
    }
}

impl ExecutionPlan for LatestExec {
    fn name(&self) -> &str {
        "LatestExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.base]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    /// The walk needs the base in storage order; a sort by anything else belongs above it, never below.
    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![storage_ordering(self.table, &self.base.schema()).map(OrderingRequirements::from)]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let Ok([base]) = <[Arc<dyn ExecutionPlan>; 1]>::try_from(children) else {
            return Err(DataFusionError::Internal("LatestExec has one child".into()));
        };
        let (snapshot, over) = (self.snapshot.clone(), Arc::clone(&self.over));
        Ok(Arc::new(LatestExec::new(self.table, snapshot, self.as_of, base, over, self.width, self.within)?))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let base = self.base.execute(partition, context)?;
        let schema = base.schema();
        let (snapshot, table, over, as_of) = (self.snapshot.clone(), self.table, Arc::clone(&self.over), self.as_of);
        let (width, within) = (self.width, self.within);
        let output = Arc::clone(self.properties.eq_properties.schema());
        let merged = futures::stream::once(async move {
            let delta = LatestExec::delta(&snapshot, table, &over[partition], &schema).map_err(external)?;
            let walk = Walk::new(table, &schema, width, delta, as_of).map_err(external)?;
            Ok::<_, DataFusionError>(walk_over(base, walk.within(within)))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(output, merged.try_flatten())))
    }
}

fn walk_over(base: SendableRecordBatchStream, walk: Walk) -> impl futures::Stream<Item = Result<RecordBatch>> {
    let batches = base.map(|batch| batch.map(Some)).chain(futures::stream::iter([Ok(None)]));
    let merged = batches.scan(walk, |walk, batch| {
        let merged = batch.and_then(|batch| {
            let merged = match batch {
                Some(batch) => walk.step(&batch),
                None => walk.finish(),
            };
            merged.map(|merged| merged.current).map_err(external)
        });
        futures::future::ready(Some(merged))
    });
    merged.try_filter(|batch| futures::future::ready(batch.num_rows() > 0))
}

fn external(error: crate::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
