//! The session of a run and the case query in it: tables at one version, functions, parameters, and errors with places.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use calendar::{Calendar, date_of, day_number};
use datafusion::arrow::array::{ArrayRef, AsArray, Date32Array, RecordBatch, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, TimestampMicrosecondType};
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{ColumnarValue, LogicalPlan, Volatility, create_udf};
use datafusion::prelude::{DataFrame, SQLOptions, SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{self, Value, ValueWithSpan, visit_expressions_mut};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use facts::TABLES;

use super::MeasureFile;
use crate::error::{Error, Result};
use crate::fold::Continuity;
use crate::lake::Snapshot;
use crate::rows::instant_type;
use crate::scan::FactTable;

/// Memory of one run; what needs more spills to disk.
const MEMORY: usize = 768 << 20;

/// The instants that stand for `$from`, `$to` and `$as_of`, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub from: i64,
    pub to: i64,
    pub as_of: i64,
}

/// A session over one version of the facts, with the fold functions of one run.
pub fn session(snapshot: &Snapshot, as_of: Option<i64>, folds: &Continuity) -> Result<SessionContext> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut config = SessionConfig::new().with_target_partitions(cores).with_batch_size(16 * 1024);
    config.options_mut().sql_parser.collect_spans = true;
    config.options_mut().sql_parser.dialect = datafusion::config::Dialect::PostgreSQL;
    config.options_mut().sql_parser.map_string_types_to_utf8view = false;
    config.options_mut().optimizer.preserve_file_partitions = 1;
    // Most encounters follow from no contact: they need not cross partitions to find that out.
    config.options_mut().optimizer.filter_null_join_keys = true;
    // A join that passes its keys down waits until every partition has begun; a run begins few at a time.
    config.options_mut().optimizer.enable_dynamic_filter_pushdown = false;
    config.options_mut().optimizer.enable_join_dynamic_filter_pushdown = false;
    // Every range may sort at once, and sets so much aside.
    config.options_mut().execution.sort_spill_reservation_bytes = 1 << 20;
    let spill = snapshot.folder.join(crate::lake::SPILL);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(MEMORY)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(spill_mode(&spill)))
        .build_arc()?;
    let context = SessionContext::new_with_config_rt(config, runtime);
    for table in TABLES {
        context.register_table(table.name, Arc::new(FactTable::new(table, snapshot.clone(), as_of)))?;
    }
    context.register_udtf("continuity", Arc::new(folds.clone()));
    register_calendar(&context);
    Ok(context)
}

/// Spills beside the facts, where there is room for them; reading must also work where nothing may be written.
fn spill_mode(folder: &Path) -> DiskManagerMode {
    let made = crate::lake::private_folder(folder).is_ok();
    match made && rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok() {
        true => DiskManagerMode::Directories(vec![folder.into()]),
        false => DiskManagerMode::OsTmpDirectory,
    }
}

/// `local_date(time)`, `next_weekday(day)`, `office_due(time, 'rule')`, from the county's calendar.
fn register_calendar(context: &SessionContext) {
    let calendar = Calendar::shipped();
    let local_date = create_udf(
        "local_date",
        vec![instant_type()],
        DataType::Date32,
        Volatility::Immutable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let times = arrays[0].as_primitive::<TimestampMicrosecondType>();
            let days: Date32Array = times.unary_opt(|time| calendar.local_date(time).map(day_number));
            Ok(ColumnarValue::Array(Arc::new(days) as ArrayRef))
        }),
    );
    let next_weekday = create_udf(
        "next_weekday",
        vec![DataType::Date32],
        DataType::Date32,
        Volatility::Immutable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let days = arrays[0].as_primitive::<Date32Type>();
            let next = |day: i32| date_of(day).and_then(|date| calendar.next_weekday(date)).map(day_number);
            let next: Date32Array = days.unary_opt(next);
            Ok(ColumnarValue::Array(Arc::new(next) as ArrayRef))
        }),
    );
    let office_due = create_udf(
        "office_due",
        vec![instant_type(), DataType::Utf8],
        instant_type(),
        Volatility::Immutable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let times = arrays[0].as_primitive::<TimestampMicrosecondType>();
            let rules = arrays[1].as_string::<i32>();
            let due = times.iter().zip(rules).map(|(time, rule)| calendar.office_due(time?, rule?));
            let due: TimestampMicrosecondArray = due.collect();
            Ok(ColumnarValue::Array(Arc::new(due.with_data_type(instant_type())) as ArrayRef))
        }),
    );
    for function in [local_date, next_weekday, office_due] {
        context.register_udf(function);
    }
}

/// The case query of a file as a plan: parameters put in, nothing but reading of fact tables allowed.
pub async fn plan(context: &SessionContext, file: &MeasureFile, bounds: Bounds) -> Result<DataFrame> {
    let place = |error: DataFusionError| placed(error, &file.path, file.head_lines);
    let state = context.state();
    let dialect = state.config_options().sql_parser.dialect;
    let mut statement = state.sql_to_statement(&file.sql, &dialect).map_err(place)?;
    put_parameters(&mut statement, bounds, file)?;
    let plan = state.statement_to_plan(statement).await.map_err(place)?;
    let only_reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    only_reading.verify_plan(&plan).map_err(place)?;
    if matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_)) {
        return Err(Error::new("the query must be a SELECT").at(format!("{}:{}:1", file.path, file.head_lines + 1)));
    }
    Ok(DataFrame::new(state, plan))
}

fn put_parameters(statement: &mut Statement, bounds: Bounds, file: &MeasureFile) -> Result<()> {
    let Statement::Statement(inner) = statement else {
        return Err(Error::new("the query must be a SELECT").at(format!("{}:{}:1", file.path, file.head_lines + 1)));
    };
    let found = visit_expressions_mut(inner.as_mut(), |expression: &mut ast::Expr| {
        let ast::Expr::Value(ValueWithSpan { value: Value::Placeholder(name), span }) = expression else {
            return ControlFlow::Continue(());
        };
        let micros = match name.as_str() {
            "$from" => bounds.from,
            "$to" => bounds.to,
            "$as_of" => bounds.as_of,
            _ => {
                let at = format!("{}:{}:{}", file.path, span.start.line as usize + file.head_lines, span.start.column);
                let remedy = "the parameters are $from, $to and $as_of";
                return ControlFlow::Break(Error::new(format!("no parameter is called {name}")).at(at).remedy(remedy));
            }
        };
        match instant_literal(micros) {
            Ok(literal) => *expression = literal,
            Err(error) => return ControlFlow::Break(Error::new(error.to_string())),
        }
        ControlFlow::Continue(())
    });
    match found {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// An instant as an expression that the planner folds into a typed literal.
fn instant_literal(micros: i64) -> std::result::Result<ast::Expr, ParserError> {
    let text = format!("arrow_cast({micros}, 'Timestamp(Microsecond, Some(\"UTC\"))')");
    Parser::new(&GenericDialect {}).try_with_sql(&text)?.parse_expr()
}

/// Ad-hoc SQL over the facts, reading only.
pub async fn sql(context: &SessionContext, text: &str) -> Result<DataFrame> {
    let only_reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    context.sql_with_options(text, only_reading).await.map_err(|error| placed(error, "sql", 0))
}

/// The rows of a query; of none an empty batch, so that its columns are known.
pub async fn rows(plan: DataFrame) -> datafusion::common::Result<Vec<RecordBatch>> {
    let schema = Arc::clone(plan.schema().inner());
    let rows = plan.collect().await?;
    Ok(if rows.is_empty() { vec![RecordBatch::new_empty(schema)] } else { rows })
}

/// An error of the planner with its place in the file.
pub fn placed(error: DataFusionError, path: &str, head_lines: usize) -> Error {
    if let Some(own) = Error::within(&error) {
        return own;
    }
    let (mut what, mut place) = (error.strip_backtrace(), None);
    if let Some(diagnostic) = error.diagnostic() {
        what.clone_from(&diagnostic.message);
        place = diagnostic.span.map(|span| (span.start.line as usize, span.start.column as usize));
    }
    if let Some((message, at)) = what.clone().rsplit_once(" at Line: ")
        && let Some((line, column)) = at.split_once(", Column: ")
    {
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
        place = digits(line).zip(digits(column)).or(place);
        what = message.trim_start_matches("SQL error: ").to_string();
    }
    let (line, column) = place.unwrap_or((1, 1));
    Error::new(what).at(format!("{path}:{}:{column}", line + head_lines))
}
