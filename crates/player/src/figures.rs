//! Figures as measures have them of a county, read by the program's own command.

use std::path::Path;
use std::process::Command;

use jiff::{Timestamp, ToSpan};

use serde_json::Value;

use crate::play::Reading;

/// The figure as of an instant, of a county's data by the program; none: there is too little for it. A count of nothing
/// is 0. Small figures are read as they are: the county is invented.
pub fn figure(program: &Path, data: &Path, as_of: &str, reading: &Reading) -> Result<Option<f64>, String> {
    // Acts of the instant at which the clock stands are in it.
    let as_of: Timestamp = as_of.parse().map_err(|error| format!("{as_of}: {error}"))?;
    let as_of = (as_of + 1.second()).to_string();
    let to = reading.month.saturating_add(1.month());
    let dimensions = reading.stratum.keys().map(|dimension| format!(",{dimension}")).collect::<String>();
    let (from, to, by) = (reading.month.to_string(), to.to_string(), format!("unit,period:month{dimensions}"));
    let data = data.display().to_string();
    let words = ["measure", "run", &reading.measure, "--by", &by, "--from", &from, "--to", &to, "--as-of", &as_of];
    let rows: Vec<Value> = serde_json::from_str(&run(
        program,
        &[&words[..], &["--no-suppress", "--format", "json", "--data", &data]].concat(),
    )?)
    .map_err(|error| format!("figures of {}: {error}", reading.measure))?;
    let is_it = |row: &&Value| {
        let has = |(dimension, value): (&String, &String)| row[dimension.as_str()] == value.as_str();
        row["unit_id"] == reading.unit.as_str() && reading.stratum.iter().all(has)
    };
    match rows.iter().find(is_it) {
        Some(row) => Ok(row["value"].as_f64()),
        None if run(program, &["measure", "show", &reading.measure, "--data", &data])?.contains("\nkind Count,") => {
            Ok(Some(0.0))
        }
        None => Ok(None),
    }
}

fn run(program: &Path, words: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(words).output();
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}
