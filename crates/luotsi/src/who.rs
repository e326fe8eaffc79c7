//! `luotsi facts who`: from the id that a source gives somebody to the number under which the facts know them.

use std::sync::Arc;

use analytics::import::Directory;
use analytics::lake::Lake;
use analytics::measure;
use analytics::report::{self, Format};
use analytics::{Error, Result};
use clap::Args;
use facts::TABLES;
use serde_json::json;
use store::{Append, Context, Log, NewEvent, new_id};

use crate::place::{Place, told};
use crate::{now, output, runtime};

#[derive(Args)]
pub struct Arguments {
    /// Id as the source wrote it.
    id: String,
    #[command(flatten)]
    of: Place,
    /// table, csv, json or parquet.
    #[arg(long, default_value = "table", value_parser = output::format)]
    format: Format,
}

/// The resident's number, and in which tables there are how many rows of theirs. That somebody looked is recorded before
/// it is said, where accesses are recorded.
pub fn run(arguments: &Arguments) -> Result<()> {
    let data = arguments.of.path();
    let snapshot = Lake::existing(data)?.snapshot()?;
    // The one spelling of an id, as imports take it.
    let id = facts::source_id(&arguments.id).map_err(|why| Error::new(format!("the id {}", why.about())))?;
    let resident = Directory::existing(data, &snapshot)?.resident(id.as_bytes());
    let runtime = runtime()?;
    runtime.block_on(record(&arguments.of, &format!("resident-{resident}"), "resident.looked_up"))?;
    let count = |(place, table): (usize, &&facts::Table)| {
        format!(
            "SELECT {place} AS place, '{0}' AS table_name, count(*) AS rows FROM {0} WHERE resident_id = {resident}",
            table.name
        )
    };
    let counts: Vec<String> = TABLES.iter().filter(|table| table.by_resident()).enumerate().map(count).collect();
    let query = format!(
        "SELECT {resident} AS resident_id, table_name, rows FROM ({}) WHERE rows > 0 ORDER BY place",
        counts.join(" UNION ALL ")
    );
    let batches = runtime.block_on(measure::sql(&snapshot, &query, now()))?;
    if batches.iter().all(|batch| batch.num_rows() == 0) {
        return Err(Error::new(format!("no table has a row of this resident, who would be {resident}"))
            .remedy("the id as the source wrote it, and the data directory of its import"));
    }
    output::print(|out| report::write(&batches, arguments.format, out))
}

/// Writes down what the holder of the data directory did, such as to look somebody up: `subject` is the number of a resident
/// or the id of an import, for a source's own ids stand nowhere.
pub async fn record(of: &Place, subject: &str, kind: &str) -> Result<()> {
    let location = of.location();
    if location.head().map_err(told)?.is_none() && of.accesses().head().map_err(told)?.is_none() {
        return Ok(());
    }
    let keys = Arc::new(of.existing_keys()?);
    let log = Log::open(&location, Arc::clone(&keys), now).map_err(told)?;
    let Some(accesses) = of.existing_accesses(&keys, &log, now).await? else { return Ok(()) };
    let (at, id) = (now(), new_id(now()));
    let data = json!({ "subject": subject.trim_start_matches("resident-"), "role": "holder", "rule": "holder-of-the-data-directory" });
    let event = NewEvent {
        id,
        stream: format!("access/{subject}"),
        kind: kind.into(),
        schema: 1,
        occurred: at,
        data: data.to_string(),
        personal: None,
        closes: false,
    };
    let context = Context {
        actor: "command-line".into(),
        unit: String::new(),
        purpose: "management".into(),
        correlation: id,
        cause: None,
    };
    let (scope, key, request) = ("access".into(), id.to_string(), [0; 32]);
    let access = Append { scope, key, request, expects: Vec::new(), events: vec![event], context };
    let recorded = accesses.append(access).await;
    recorded.map(drop).map_err(|error| Error::new(format!("it cannot be recorded: {error:?}")))
}
