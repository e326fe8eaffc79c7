//! The part of the facts that the desk needs, as it was read last: damage in the facts does not stop contacts.

use std::path::Path;

use analytics::lake::{Lake, Snapshot, private_folder, write_private};
use analytics::{Error, Result};
use facts::{Code, Profession};
use serde::{Deserialize, Serialize};
use web::{Figures, StaffCard, UnitCard};

use crate::place::SNAPSHOTS;

/// Name of the file among the snapshots.
const FILE: &str = "serving.json";

/// Units and professionals.
#[derive(Default, PartialEq, Serialize, Deserialize)]
pub struct LastRead {
    units: Vec<Unit>,
    staff: Vec<Staff>,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct Unit {
    id: String,
    names: [String; 3],
    level: String,
    parent: Option<usize>,
    open: bool,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct Staff {
    id: String,
    profession: String,
    unit: String,
    open: bool,
}

impl LastRead {
    pub fn of(figures: &impl Figures) -> LastRead {
        let unit = |it: &UnitCard| Unit {
            id: it.id.clone(),
            names: it.names.clone(),
            level: it.level.clone(),
            parent: it.parent,
            open: it.open,
        };
        let staff = |it: &StaffCard| Staff {
            id: it.id.clone(),
            profession: it.profession.code().into(),
            unit: it.unit.clone(),
            open: it.open,
        };
        LastRead {
            units: figures.units().iter().map(unit).collect(),
            staff: figures.staff().iter().map(staff).collect(),
        }
    }

    /// Reads the part that stands among the snapshots; empty where nothing readable does.
    pub fn read(snapshots: &Path) -> LastRead {
        let text = std::fs::read(snapshots.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The facts of a data directory as they stand now. None at all, where units were read of some before, are an error.
    pub fn facts(data: &Path) -> Result<Snapshot> {
        let (snapshot, snapshots) = (Lake::existing(data)?.snapshot()?, data.join(SNAPSHOTS));
        if snapshot.version() == 0 && !LastRead::read(&snapshots).units.is_empty() {
            return Err(Error::new("the facts are lost: there are none, and units were read of them before")
                .at(data.join("facts").display())
                .remedy(format!("restore a backup; to begin anew, remove {}", snapshots.join(FILE).display())));
        }
        Ok(snapshot)
    }

    pub fn keep(&self, snapshots: &Path) -> Result<()> {
        if *self == LastRead::read(snapshots) {
            return Ok(());
        }
        private_folder(snapshots)?;
        let (path, next) = (snapshots.join(FILE), snapshots.join(FILE).with_extension("partial"));
        let text = serde_json::to_string(self).map_err(|error| Error::file("write", &path, error))?;
        write_private(&next, &text)?;
        std::fs::rename(&next, &path).map_err(|error| Error::file("write", &path, error))
    }

    pub fn units(&self) -> Vec<UnitCard> {
        let card = |it: &Unit| UnitCard {
            id: it.id.clone(),
            names: it.names.clone(),
            level: it.level.clone(),
            // Never beside the list, whatever the file says.
            parent: it.parent.filter(|parent| *parent < self.units.len()),
            open: it.open,
        };
        self.units.iter().map(card).collect()
    }

    pub fn staff(&self) -> Vec<StaffCard> {
        let card = |it: &Staff| {
            let profession = Profession::named(&it.profession)?;
            Some(StaffCard { id: it.id.clone(), profession, unit: it.unit.clone(), open: it.open })
        };
        self.staff.iter().filter_map(card).collect()
    }
}
