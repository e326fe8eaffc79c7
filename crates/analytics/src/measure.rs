//! Measures: a head and a case query in one file; everything after the cases is the engine's, the same for all.

mod cells;
mod definition;
mod disclosure;
mod query;
mod run;
mod tree;

pub use cells::Figure;
pub use definition::{Better, Definition, Kind, MeasureFile, Names, Period};
pub use run::{Grain, Grouping, Request, Results, UnitGrouping, cases, run};
pub use tree::{Tree, UnitInfo};

use std::path::Path;

use crate::error::{Error, Result};

/// All measures of a folder tree of `.sql` files, by id.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub files: Vec<MeasureFile>,
}

impl Catalogue {
    /// The measures that come with the program.
    pub fn shipped() -> Result<Catalogue> {
        let files = SHIPPED.iter().map(|(path, text)| MeasureFile::parse(path, text)).collect::<Result<_>>()?;
        Catalogue { files }.checked()
    }

    /// The shipped measures, and over them those of a county's own folder.
    pub fn with_folder(folder: &Path) -> Result<Catalogue> {
        let mut catalogue = Catalogue::shipped()?;
        let mut paths = Vec::new();
        sql_files(folder, &mut paths)?;
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|error| Error::file("read", &path, error))?;
            let file = MeasureFile::parse(&path.display().to_string(), &text)?;
            catalogue.files.retain(|known| !known.shares_an_id(&file));
            catalogue.files.push(file);
        }
        catalogue.checked()
    }

    fn checked(self) -> Result<Catalogue> {
        let mut ids: Vec<&str> = self.measures().map(|(_, measure)| measure.id.as_str()).collect();
        ids.sort_unstable();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::new(format!("two measures are called {}", pair[0]))),
            None => Ok(self),
        }
    }

    pub fn measures(&self) -> impl Iterator<Item = (&MeasureFile, &Definition)> {
        self.files.iter().flat_map(|file| file.measures.iter().map(move |measure| (file, measure)))
    }

    /// A measure and the file it stands in.
    pub fn find(&self, id: &str) -> Result<(&MeasureFile, &Definition)> {
        self.measures().find(|(_, measure)| measure.id == id).ok_or_else(|| {
            Error::new(format!("no measure is called {id}")).remedy("`luotsi measure list` lists them")
        })
    }
}

fn sql_files(folder: &Path, into: &mut Vec<std::path::PathBuf>) -> Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| Error::file("list the measures", folder, error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort_unstable();
    for path in entries {
        if path.is_dir() {
            sql_files(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "sql") {
            into.push(path);
        }
    }
    Ok(())
}

macro_rules! shipped {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../", $path))),)*]
    };
}

/// The measure files of the program; a test compares the list with the folder.
const SHIPPED: &[(&str, &str)] = shipped![
    "measures/access/booking.sql",
    "measures/access/callback.sql",
    "measures/access/channel.sql",
    "measures/access/contact_to_care.sql",
    "measures/access/first_response.sql",
    "measures/access/remote_share.sql",
    "measures/access/still_waiting.sql",
    "measures/access/t3.sql",
    "measures/continuity/continuity.sql",
    "measures/continuity/own_patient_ratio.sql",
    "measures/experience/nps.sql",
    "measures/experience/response_rate.sql",
    "measures/volume/callbacks.sql",
    "measures/volume/contacts.sql",
    "measures/volume/encounters.sql",
    "measures/volume/interpretings.sql",
];
