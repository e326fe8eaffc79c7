//! `luotsi content`: parts of all kinds, as they are shipped and as the county has its own.

use std::io::Write;

use analytics::lake::{Lake, has_format};
use analytics::{Error, Result, measure, rows};
use calendar::Calendar;
use clap::{Args, Subcommand};
use content::{Found, Library};
use jiff::civil::Date;
use kinds::content::{FOLDERS, published};
use operations::organisation;

use crate::place::{Place, told};
use crate::{contents, now, output, runtime, settings};

#[derive(Subcommand)]
pub enum ContentCommand {
    /// Tell everything that is wrong in any part, with its place, and which shipped parts are newer than those that the
    /// county has replaced.
    Check(Place),
    /// Every part: kind and id, version, where it is from, name, and whether it is in force.
    List(List),
    /// The file of a part, and where it is from.
    Show(One),
    /// Every place at which a part is named, and the part that names it.
    WhereUsed(One),
}

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    place: Place,
    /// Folder of one kind, such as journeys; without it all.
    folder: Option<String>,
}

#[derive(Args)]
pub struct One {
    #[command(flatten)]
    place: Place,
    /// The part, as KIND:ID or KIND:ID@VERSION; its bare id where only one kind has it.
    id: String,
}

pub fn run(command: &ContentCommand) -> Result<()> {
    match command {
        ContentCommand::Check(place) => check(place),
        ContentCommand::List(list) => {
            let text = content::listed(&library(&list.place)?, list.folder.as_deref(), today());
            print(&text.map_err(Error::new)?)
        }
        ContentCommand::Show(one) => {
            let text = content::shown(&library(&one.place)?, &one.id, today());
            print(
                &text.map_err(|what| {
                    Error::new(what).remedy("`luotsi content list` lists them, `check` their faults")
                })?,
            )
        }
        ContentCommand::WhereUsed(one) => print(&content::used(&contents::files(one.place.path()).found, &one.id)),
    }
}

fn check(place: &Place) -> Result<()> {
    let library = library(place)?;
    print(&content::checked(&library))?;
    match library.faults.is_empty() {
        true => Ok(()),
        false => Err(Error::new("content has faults").remedy("mend them: a part with a fault is left out")),
    }
}

/// All parts, beside what was published, where there is a log.
fn library(place: &Place) -> Result<Library> {
    place.check_format()?;
    let data = place.path();
    let (published, units) = runtime()?.block_on(async {
        let (published, mut units) = from_log(place).await?;
        if has_format(data)? {
            let snapshot = Lake::existing(data)?.snapshot()?;
            let of_facts = measure::sql(&snapshot, "SELECT DISTINCT unit_id FROM units", now()).await?;
            units.extend(of_facts.iter().flat_map(rows::first_texts));
        }
        Ok::<_, Error>((published, units))
    })?;
    let files = contents::files(data);
    let known = contents::known(&files, &settings::catalogue(data)?, units);
    Ok(files.read(FOLDERS, &published, &|kind, id| known.has(kind, id)))
}

/// Published versions, and the units that the county itself keeps. Where there is no log, none is made to look.
async fn from_log(place: &Place) -> Result<(Vec<Found>, Vec<String>)> {
    if !place.has_log()? {
        return Ok((Vec::new(), Vec::new()));
    }
    let log = place.existing(now)?;
    let events = kinds::organisation(&log).await.map_err(told)?;
    let events: Vec<organisation::Event> = events.into_iter().map(|it| it.event).collect();
    let units = organisation::units(&events).into_iter().map(|unit| unit.unit_id.0).collect();
    Ok((published(&log).await.map_err(told)?, units))
}

fn today() -> Date {
    Calendar::shipped().local_date(now()).unwrap_or_default()
}

fn print(text: &str) -> Result<()> {
    output::print(|out| out.write_all(text.as_bytes()).map_err(|error| Error::new(error.to_string())))
}
