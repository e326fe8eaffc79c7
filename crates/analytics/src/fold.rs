//! Folds: computations over one resident's whole history, written once, in SQL a table function that returns cases.
//!
//! The plan node asks for its inputs distributed and ordered by resident. On the fact store's own layout that costs
//! nothing; on any other the planner adds the shuffle and the sort that make it right.

mod continuity;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{
    EquivalenceProperties, LexOrdering, OrderingRequirements, PhysicalExpr, PhysicalSortExpr,
};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, InputDistributionRequirements,
    Partitioning, PlanProperties, RangePartitioning,
};
use datafusion::prelude::{col, lit};
use facts::{Encounter, Profession, Registration, Row};
use futures::{StreamExt, TryStreamExt};

use crate::lake::Snapshot;
use crate::scan::FactTable;
use continuity::{Folder, Named};

const ASCENDING: SortOptions = SortOptions { descending: false, nulls_first: true };

/// Columns of encounters that the fold reads, the ordering ones first.
const VISIT_COLUMNS: [&str; 8] =
    ["resident_id", "started_at", "professional_id", "unit_id", "status", "profession", "modality", "urgency"];

/// `continuity()`, `continuity('nurse')`: for each resident and window the indices of continuity of care.
///
/// One row for each resident with a visit in a window; columns as in [`continuity::schema`].
#[derive(Debug, Clone)]
pub struct Continuity {
    encounters: Arc<dyn TableProvider>,
    registrations: Arc<dyn TableProvider>,
    /// Half-open, in microseconds.
    windows: Arc<[(i64, i64)]>,
}

impl Continuity {
    /// Over one version of the facts, for the windows of one run.
    pub fn new(snapshot: Snapshot, windows: Vec<(i64, i64)>, as_of: i64) -> Continuity {
        let table = |table| Arc::new(FactTable::new(table, snapshot.clone(), Some(as_of)));
        Continuity::over(table(Encounter::TABLE), table(Registration::TABLE), windows)
    }

    /// Over any tables with the columns of encounters and registrations.
    pub fn over(
        encounters: Arc<dyn TableProvider>,
        registrations: Arc<dyn TableProvider>,
        windows: Vec<(i64, i64)>,
    ) -> Continuity {
        Continuity { encounters, registrations, windows: windows.into() }
    }

    /// Filters that keep every visit of some window, for a table that can use them.
    fn within(&self) -> Vec<Expr> {
        let instant = |at: i64| lit(ScalarValue::TimestampMicrosecond(Some(at), Some("UTC".into())));
        let from = self.windows.iter().map(|(from, _)| *from).min().map(|from| col("started_at").gt_eq(instant(from)));
        let to = self.windows.iter().map(|(_, to)| *to).max().map(|to| col("started_at").lt(instant(to)));
        from.into_iter().chain(to).collect()
    }
}

impl TableFunctionImpl for Continuity {
    fn call_with_args(&self, arguments: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let profession = match arguments.exprs() {
            [] => "physician".to_string(),
            [Expr::Literal(ScalarValue::Utf8(Some(profession)), _)] => profession.clone(),
            _ => return Err(DataFusionError::Plan("continuity() takes a profession at most".into())),
        };
        if !<Profession as facts::Code>::LIST.has(&profession) {
            return Err(DataFusionError::Plan(format!("continuity(): no profession is called '{profession}'")));
        }
        Ok(Arc::new(ContinuityTable { fold: self.clone(), profession }))
    }
}

/// The function's result as a table.
#[derive(Debug)]
struct ContinuityTable {
    fold: Continuity,
    profession: String,
}

#[async_trait]
impl TableProvider for ContinuityTable {
    fn schema(&self) -> SchemaRef {
        continuity::schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let named = if self.profession == "nurse" { "nurse_id" } else { "physician_id" };
        let visits = scan_columns(&self.fold.encounters, state, &VISIT_COLUMNS, &self.fold.within()).await?;
        let registrations = ["resident_id", "valid_from", "valid_to", "unit_id", named];
        let registrations = scan_columns(&self.fold.registrations, state, &registrations, &[]).await?;
        let fold = FoldExec::new(visits, registrations, self.profession.clone(), Arc::clone(&self.fold.windows))?;
        let fold: Arc<dyn ExecutionPlan> = Arc::new(fold);
        let Some(projection) = projection else { return Ok(fold) };
        let schema = fold.schema();
        let columns = projection.iter().map(|at| {
            let name = schema.field(*at).name().clone();
            (Arc::new(Column::new(&name, *at)) as Arc<dyn PhysicalExpr>, name)
        });
        let columns = columns.collect::<Vec<_>>();
        Ok(Arc::new(datafusion::physical_plan::projection::ProjectionExec::try_new(columns, fold)?))
    }
}

/// A scan of some columns, in the order of their names.
async fn scan_columns(
    table: &Arc<dyn TableProvider>,
    state: &dyn Session,
    names: &[&str],
    filters: &[Expr],
) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = table.schema();
    let positions = names.iter().map(|name| Ok(schema.index_of(name)?)).collect::<Result<Vec<_>>>()?;
    table.scan(state, Some(&positions), filters, None).await
}

/// Folds the visits of each resident, with the resident's registrations, over all windows in one pass.
#[derive(Debug)]
struct FoldExec {
    /// Visits, then registrations.
    inputs: [Arc<dyn ExecutionPlan>; 2],
    profession: String,
    windows: Arc<[(i64, i64)]>,
    properties: Arc<PlanProperties>,
}

impl FoldExec {
    fn new(
        visits: Arc<dyn ExecutionPlan>,
        registrations: Arc<dyn ExecutionPlan>,
        profession: String,
        windows: Arc<[(i64, i64)]>,
    ) -> Result<FoldExec> {
        let schema = continuity::schema();
        let resident: Arc<dyn PhysicalExpr> = Arc::new(Column::new("resident_id", 0));
        let by_resident: LexOrdering = [PhysicalSortExpr::new(Arc::clone(&resident), ASCENDING)].into();
        let partitioning = match visits.output_partitioning() {
            Partitioning::Range(range) => {
                Partitioning::Range(RangePartitioning::try_new(by_resident.clone(), range.split_points().to_vec())?)
            }
            Partitioning::Hash(_, count) => Partitioning::Hash(vec![resident], *count),
            other => Partitioning::UnknownPartitioning(other.partition_count()),
        };
        let equivalences = EquivalenceProperties::new_with_orderings(schema, [by_resident]);
        let properties =
            PlanProperties::new(equivalences, partitioning, EmissionType::Incremental, Boundedness::Bounded);
        Ok(FoldExec { inputs: [visits, registrations], profession, windows, properties: Arc::new(properties) })
    }

    fn resident_of(input: &Arc<dyn ExecutionPlan>) -> Arc<dyn PhysicalExpr> {
        let position = input.schema().index_of("resident_id").unwrap_or(0);
        Arc::new(Column::new("resident_id", position))
    }
}

impl DisplayAs for FoldExec {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FoldExec: continuity, profession={}, windows={}", self.profession, self.windows.len())
    }
}

impl ExecutionPlan for FoldExec {
    fn name(&self) -> &str {
        "FoldExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.inputs.iter().collect()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        let by_resident = |input| Distribution::KeyPartitioned(vec![FoldExec::resident_of(input)]);
        InputDistributionRequirements::co_partitioned(self.inputs.iter().map(by_resident).collect())
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        let ordering = |input: &Arc<dyn ExecutionPlan>, time: &str| {
            let time = Arc::new(Column::new(time, input.schema().index_of(time).unwrap_or(1)));
            let order = [FoldExec::resident_of(input), time as Arc<dyn PhysicalExpr>]
                .map(|column| PhysicalSortExpr::new(column, ASCENDING));
            Some(OrderingRequirements::from(LexOrdering::from(order)))
        };
        vec![ordering(&self.inputs[0], "started_at"), ordering(&self.inputs[1], "valid_from")]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true, false]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false, false]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let Ok([visits, registrations]) = <[Arc<dyn ExecutionPlan>; 2]>::try_from(children) else {
            return Err(DataFusionError::Internal("FoldExec has two children".into()));
        };
        let fold = FoldExec::new(visits, registrations, self.profession.clone(), Arc::clone(&self.windows))?;
        Ok(Arc::new(fold))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let visits = self.inputs[0].execute(partition, Arc::clone(&context))?;
        let registrations = self.inputs[1].execute(partition, context)?;
        let (profession, windows) = (self.profession.clone(), Arc::clone(&self.windows));
        let folded = futures::stream::once(async move {
            // A range's registrations are few beside its visits: they are held while the visits stream by.
            let registrations: Vec<_> = registrations.try_collect().await?;
            let folder = Folder::new(profession, windows, Named::read(&registrations)?);
            let batches = visits.map(|batch| batch.map(Some)).chain(futures::stream::iter([Ok(None)]));
            Ok::<_, DataFusionError>(batches.scan(folder, |folder, batch| {
                let folded = batch.and_then(|batch| match batch {
                    Some(batch) => folder.fold(&batch),
                    None => folder.finish(),
                });
                futures::future::ready(Some(folded))
            }))
        });
        let folded = folded.try_flatten().try_filter(|batch| futures::future::ready(batch.num_rows() > 0));
        Ok(Box::pin(RecordBatchStreamAdapter::new(continuity::schema(), folded)))
    }
}
