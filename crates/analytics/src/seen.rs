//! The rows of an import that stood stored already, so that a key that comes again commits later with other content is
//! noticed: the key index shows it only for rows that the import has added.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::index::{self, Known, Run};

/// Such rows, in runs on disk once there is more than one commit.
#[derive(Default)]
pub struct Seen {
    /// Where runs go; without it keys are forgotten between commits.
    folder: Option<PathBuf>,
    runs: Vec<Run>,
    /// Those of the last commit: most imports have no other.
    last: Vec<(u128, Known)>,
    written: u64,
}

impl Seen {
    pub fn within(folder: &Path) -> Seen {
        Seen { folder: Some(folder.join("seen")), ..Seen::default() }
    }

    /// For each key, ascending and distinct, the last such row.
    pub(crate) fn look_up(&mut self, keys: &[u128]) -> Result<Vec<Option<Known>>> {
        let Some(folder) = &self.folder else { return Ok(vec![None; keys.len()]) };
        if !self.last.is_empty() {
            self.written += 1;
            let run =
                index::write_run(folder, format!("{}.idx", self.written), std::mem::take(&mut self.last).into_iter())?;
            self.runs.push(run);
            self.written += 1;
            let merged = format!("{}.idx", self.written);
            self.runs = index::merge_when_many(folder, std::mem::take(&mut self.runs), merged)?;
        }
        Ok(index::look_up(folder, &self.runs, keys)?.iter().map(index::Versions::latest).collect())
    }

    /// Remembers rows, ascending by key.
    pub(crate) fn add(&mut self, unchanged: Vec<(u128, Known)>) {
        if self.folder.is_some() {
            self.last = unchanged;
        }
    }

    /// Removes what stands on disk.
    pub fn finish(self) -> Result<()> {
        match self.folder.filter(|folder| folder.exists()) {
            Some(folder) => {
                std::fs::remove_dir_all(&folder).map_err(|error| Error::file("remove the folder", &folder, error))
            }
            None => Ok(()),
        }
    }
}
