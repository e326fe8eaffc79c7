//! The imports of a data directory, and what became of each. Nothing of what stood in the rows.

use std::path::Path;

use super::{FINISHED, Summary, UNFINISHED};
use crate::error::{Error, Result};
use crate::lake::write_private;

/// An import that has been.
#[derive(Debug, Clone)]
pub struct Past {
    pub id: String,
    /// When it began, in microseconds since 1970.
    pub at: i64,
    pub table: String,
    /// Name of the file; `-` is standard input.
    pub file: String,
    /// Whether all of the file was read; one that broke off is run again whole.
    pub whole: bool,
    /// None of one that broke off before it was known, or that an older version made.
    pub summary: Option<Summary>,
}

/// The outcome of an import stands in its folder.
pub const SUMMARY: &str = "summary.json";

pub fn keep(folder: &Path, summary: &Summary) -> Result<()> {
    let path = folder.join(SUMMARY);
    let text = serde_json::to_string(summary).unwrap_or_default();
    write_private(&path, &text)
}

/// Every import that stored or refused something, the newest first.
pub fn past(data: &Path) -> Result<Vec<Past>> {
    let folder = data.join("imports");
    let listed = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(|error| Error::file("list", &folder, error))?,
    };
    let mut all = Vec::new();
    for entry in listed {
        let entry = entry.map_err(|error| Error::file("list", &folder, error))?;
        let id = entry.file_name().to_string_lossy().into_owned();
        all.extend(one(&entry.path(), id));
    }
    all.sort_by(|left, right| right.id.cmp(&left.id));
    Ok(all)
}

fn one(folder: &Path, id: String) -> Option<Past> {
    let (time, table) = id.split_once('-')?;
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let summary = read(SUMMARY).and_then(|text| serde_json::from_str::<Summary>(&text).ok());
    let finished = read(FINISHED);
    let whole = finished.is_some();
    let file = finished.or_else(|| read(UNFINISHED)).or_else(|| summary.is_some().then(String::new))?;
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S%6f", time).ok()?;
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond();
    Some(Past { at, table: table.into(), file, whole, summary, id })
}
