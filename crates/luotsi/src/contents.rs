//! Content as this binary has it: the shipped parts, a county's own over them, and what they may name.

use std::path::Path;

use analytics::measure::Catalogue;
use analytics::{Error, Result};
use content::Library;
use kinds::content::{FOLDERS, Files, Known};
use store::Log;
use web::UnitCard;

use crate::place::told;
use crate::{now, settings};

/// Paths and texts of the parts that come with the program; `build.rs` lists them.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/content.rs"));

/// The files of a data directory, over those that are shipped.
pub fn files(data: &Path) -> Files {
    Files::of(SHIPPED, data)
}

/// Ids that the parts of a county with these measures and units may name. `units`: none, where none are known.
pub fn known(files: &Files, measures: &Catalogue, units: impl IntoIterator<Item = String>) -> Known {
    let mut known = Known {
        measures: measures.measures().map(|(_, measure)| measure.id.clone()).collect(),
        scorecards: web::shipped_scorecards().into_iter().map(|scorecard| scorecard.id).collect(),
        units: units.into_iter().collect(),
    };
    if !known.units.is_empty() {
        known.units.extend(files.named(FOLDERS, "unit"));
    }
    known
}

/// The parts of a server: its own files, what they may name, and the place of the log at which it read them.
pub struct Contents {
    files: Files,
    known: Known,
    since: u64,
}

impl Contents {
    /// All parts, after another server has published, and the faults of those that are left out.
    pub async fn hear(&self, log: &Log) -> Result<Library> {
        let heard = kinds::content::hear(log, self.since).await.map_err(told)?;
        Ok(heard.read(FOLDERS, &self.files, &|kind: &str, id: &str| self.known.has(kind, id)))
    }
}

/// Reads all parts, writes those into the log that are not there yet, and tells the faults of those that are left out. A
/// demo does not start with one.
pub async fn publish(data: &Path, log: &Log, units: &[UnitCard], demo: bool) -> Result<(Library, Contents)> {
    let files = files(data);
    // A mistake in a county's measure is told with the figures.
    let measures = settings::catalogue(data).or_else(|_| Catalogue::shipped())?;
    let known = known(&files, &measures, units.iter().map(|unit| unit.id.clone()));
    let since = log.past().await.map_err(told)?.1.pos;
    let also = |kind: &str, id: &str| known.has(kind, id);
    let library = kinds::content::publish(log, FOLDERS, &files, &also, now()).await.map_err(told)?;
    library.faults.iter().for_each(|fault| eprintln!("{}", facts::printable(&fault.to_string())));
    match library.faults.is_empty() || !demo {
        true => Ok((library, Contents { files, known, since })),
        false => Err(Error::new("content has faults").remedy("mend them: `luotsi content check` tells them again")),
    }
}
