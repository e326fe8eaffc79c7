//! `luotsi unit` and `luotsi professional`: the organisation as the county itself keeps it. It is in the facts as soon as
//! a server has followed the log.

use std::collections::BTreeSet;
use std::io::Write;

use analytics::lake::Lake;
use analytics::{Error, Result, measure, rows};
use calendar::{Calendar, date_of, day_number};
use clap::{Args, Subcommand};
use facts::{Code, Profession, UnitLevel};
use jiff::civil::Date;
use kinds::ask_of_organisation;
use matter::{By, Trouble};
use operations::organisation::{self, Command, Event, Imported, Professional, Unit};
use store::new_id;

use crate::follower::SOURCE;
use crate::place::{Place, told};
use crate::{now, output, runtime};

#[derive(Subcommand)]
pub enum UnitCommand {
    /// A unit is so from a day on: new, renamed, or under another.
    Set(SetUnit),
    /// A unit is no more.
    End(End),
    /// Every unit, with the days from and until which it is so.
    List(Place),
}

#[derive(Subcommand)]
pub enum ProfessionalCommand {
    /// A professional works so from a day on.
    Set(SetProfessional),
    /// A professional works here no more.
    End(End),
    /// Every professional, with profession, unit, and the days from and until which they work so.
    List(Place),
}

#[derive(Args)]
pub struct SetUnit {
    #[command(flatten)]
    place: Place,
    /// Identifier; stays the same for ever.
    id: String,
    /// Name in Finnish.
    #[arg(long)]
    name: String,
    /// Name in Swedish.
    #[arg(long)]
    name_sv: Option<String>,
    /// Name in English.
    #[arg(long)]
    name_en: Option<String>,
    /// Unit above it; a county has none.
    #[arg(long)]
    parent: Option<String>,
    /// Level: county, area, line, unit or team.
    #[arg(long, value_parser = code::<UnitLevel>)]
    level: UnitLevel,
    /// First day on which it is so; without it today.
    #[arg(long)]
    from: Option<Date>,
}

#[derive(Args)]
pub struct SetProfessional {
    #[command(flatten)]
    place: Place,
    /// Identifier; no name and no identity code.
    id: String,
    /// Profession, as in the data dictionary: nurse, physician, …
    #[arg(long, value_parser = code::<Profession>)]
    profession: Profession,
    /// Unit of work.
    #[arg(long)]
    unit: String,
    /// First day on which it is so; without it today.
    #[arg(long)]
    from: Option<Date>,
}

#[derive(Args)]
pub struct End {
    #[command(flatten)]
    place: Place,
    id: String,
    /// First day on which it is no more; without it today.
    #[arg(long)]
    on: Option<Date>,
}

pub fn unit(command: UnitCommand) -> Result<()> {
    match command {
        UnitCommand::Set(it) => {
            let unit = Unit {
                id: it.id,
                name: it.name,
                name_sv: it.name_sv,
                name_en: it.name_en,
                parent: it.parent,
                level: it.level,
                from: day(it.from),
            };
            let texts = [Some(&unit.name), unit.name_sv.as_ref(), unit.name_en.as_ref()];
            checked(&unit.id)?;
            texts.into_iter().flatten().try_for_each(|text| named(text))?;
            ask(&it.place, Command::SetUnit(unit))
        }
        UnitCommand::End(it) => ask(&it.place, Command::EndUnit { id: it.id, on: day(it.on) }),
        UnitCommand::List(place) => list(&place, ["unit", "level", "under", "name"], UNITS, |events| {
            let row = |unit: facts::Unit| Listed {
                texts: [
                    unit.unit_id.0,
                    unit.level.code().into(),
                    unit.parent_id.map_or_else(String::new, |it| it.to_string()),
                    unit.name_fi,
                ],
                from: unit.valid_from.0,
                until: unit.valid_to.map(|day| day.0),
            };
            organisation::units(events).into_iter().map(row).collect()
        }),
    }
}

pub fn professional(command: ProfessionalCommand) -> Result<()> {
    match command {
        ProfessionalCommand::Set(it) => {
            checked(&it.id)?;
            let (profession, unit, from) = (it.profession, it.unit, day(it.from));
            ask(&it.place, Command::SetProfessional(Professional { id: it.id, profession, unit, from }))
        }
        ProfessionalCommand::End(it) => ask(&it.place, Command::EndProfessional { id: it.id, on: day(it.on) }),
        ProfessionalCommand::List(place) => {
            list(&place, ["professional", "profession", "unit", ""], PROFESSIONALS, |events| {
                let row = |it: facts::Professional| Listed {
                    texts: [it.professional_id.0, it.profession.code().into(), it.unit_id.to_string(), String::new()],
                    from: it.valid_from.0,
                    until: it.valid_to.map(|day| day.0),
                };
                organisation::professionals(events).into_iter().map(row).collect()
            })
        }
    }
}

/// Units as the facts have them: the values of a line of a list, with a tab between them.
const UNITS: &str = "SELECT concat_ws(chr(9), unit_id, level, coalesce(parent_id, ''), replace(name_fi, chr(9), ' '), \
                     CAST(valid_from AS VARCHAR), coalesce(CAST(valid_to AS VARCHAR), '')) FROM units";

/// The same of professionals, who have no names.
const PROFESSIONALS: &str = "SELECT concat_ws(chr(9), professional_id, profession, coalesce(unit_id, ''), '', \
                             CAST(valid_from AS VARCHAR), coalesce(CAST(valid_to AS VARCHAR), '')) FROM professionals";

/// A unit or a professional as it is so from a day until another.
struct Listed {
    texts: [String; 4],
    from: i32,
    until: Option<i32>,
}

/// Prints all that is known here: from the log, as the county itself keeps it, and from the facts, as it was imported.
fn list(place: &Place, heads: [&str; 4], facts: &str, kept: impl Fn(&[Event]) -> Vec<Listed>) -> Result<()> {
    let snapshot = Lake::existing(place.path())?.snapshot()?;
    let (events, batches) = runtime()?.block_on(async {
        // Where everything was imported there is no log, and none is made to look.
        let events = match place.has_log()? {
            true => kinds::organisation(&place.existing(now)?).await.map_err(told)?,
            false => Vec::new(),
        };
        let imported = format!("{facts} WHERE source <> '{SOURCE}'");
        Ok::<_, Error>((events, measure::sql(&snapshot, &imported, now()).await?))
    })?;
    let events: Vec<Event> = events.into_iter().map(|it| it.event).collect();
    let day = |day: i32| date_of(day).map_or_else(String::new, |date| date.to_string());
    let of_log = kept(&events).into_iter().map(|it| {
        let [id, what, place, name] = it.texts;
        [id, what, place, name, day(it.from), it.until.map_or_else(String::new, day), "here".into()]
    });
    let of_import = batches.iter().flat_map(rows::first_texts).filter_map(|line| {
        let values: Vec<String> = line.split('\t').map(String::from).chain(["import".into()]).collect();
        <[String; 7]>::try_from(values).ok()
    });
    let mut all: Vec<[String; 7]> = of_log.chain(of_import).collect();
    all.sort_unstable_by(|one, other| (&one[0], &one[4]).cmp(&(&other[0], &other[4])));
    let [id, what, place, name] = heads;
    all.insert(0, [id, what, place, name, "from", "until", "kept"].map(String::from));
    let shown = all.iter().map(|row| row.each_ref().map(|text| facts::printable(text).to_string())).collect::<Vec<_>>();
    let width = |at: usize| shown.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..7).map(width).collect();
    output::print(|out| {
        for row in &shown {
            let cells =
                row.iter().zip(&widths).filter(|(_, width)| **width > 0).map(|(text, width)| format!("{text:<width$}"));
            let line = cells.collect::<Vec<_>>().join("  ");
            writeln!(out, "{}", line.trim_end()).map_err(|error| Error::new(error.to_string()))?;
        }
        Ok(())
    })
}

/// A code of a closed list.
fn code<C: Code>(text: &str) -> std::result::Result<C, String> {
    let codes = || C::LIST.codes.iter().map(|code| code.code).collect::<Vec<_>>().join(", ");
    C::named(text).ok_or_else(|| format!("one of {}", codes()))
}

/// An identifier that can stand in links, files and tables.
pub fn checked(id: &str) -> Result<()> {
    match web::is_plain_id(id) {
        true => Ok(()),
        false => Err(Error::new(format!("{id:?} is no id")).remedy(web::PLAIN_ID)),
    }
}

fn named(text: &str) -> Result<()> {
    match !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(Error::new("a name has 1 to 200 characters, and is of one line")),
    }
}

/// A day as the log counts it; today where none is named.
pub fn day(date: Option<Date>) -> i32 {
    date.or_else(|| Calendar::shipped().local_date(now())).map_or(0, day_number)
}

/// Asks it of the organisation, with what came by import beside it, and says what became of it.
pub fn ask(place: &Place, command: Command) -> Result<()> {
    let keys = std::sync::Arc::new(place.keys()?);
    // Before anything is asked: a data directory that another program wrote is not touched.
    let snapshot = Lake::open(place.path())?.snapshot()?;
    runtime()?.block_on(async {
        let log = place.log(&keys, now).await?;
        let ids = async |table: &str, id: &str| {
            let sql = format!("SELECT DISTINCT {id} FROM {table} WHERE source <> '{SOURCE}'");
            let found = measure::sql(&snapshot, &sql, now()).await?;
            Ok::<_, Error>(found.iter().flat_map(rows::first_texts).collect::<BTreeSet<String>>())
        };
        let (units, professionals) = (ids("units", "unit_id").await?, ids("professionals", "professional_id").await?);
        let at = now();
        let key = new_id(at).to_string();
        let done = ask_of_organisation(&log, &By::Operator, command, &key, at, Imported { units, professionals }).await;
        match done {
            Ok(changed) => output::print(|out| {
                let said = match changed {
                    true => "done: rights follow within seconds, from its day on; the facts when a server has followed",
                    false => "it is so already",
                };
                writeln!(out, "{said}").map_err(|error| Error::new(error.to_string()))
            }),
            Err(Trouble::Refused(refused)) => Err(Error::new(format!("it cannot be done: {}", refused.value("why")))),
            Err(trouble) => Err(Error::new(format!("it was not done: {trouble:?}"))),
        }
    })
}
