//! `luotsi erase`: a resident goes out of the facts, out of every copy of what sources held, and out of the log.

use std::io::Write;

use analytics::import::{self, Directory};
use analytics::lake::Lake;
use analytics::measure::instant_text;
use analytics::{Error, Result};
use clap::Args;
use uuid::Uuid;

use crate::place::Place;
use crate::who::record;
use crate::{log_command, now, output, runtime};

#[derive(Args)]
pub struct Arguments {
    /// Id of the resident, as the source wrote it.
    #[arg(long)]
    resident: String,
    /// Why, for those who ask later; it is sealed.
    #[arg(long)]
    reason: String,
    /// End an erasure: imports take rows of the resident in again. Rows that were erased do not come back.
    #[arg(long)]
    lift: bool,
    #[command(flatten)]
    of: Place,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.reason.trim().is_empty() {
        return Err(Error::new("an erasure has a reason").remedy("name it with --reason: who asked for it"));
    }
    let id = facts::source_id(&arguments.resident).map_err(|why| Error::new(format!("the id {}", why.about())))?;
    match arguments.lift {
        true => lift(arguments, &id),
        false => erase(arguments, &id),
    }
}

fn erase(arguments: &Arguments, id: &str) -> Result<()> {
    let (of, runtime) = (&arguments.of, runtime()?);
    let subject = id.parse::<Uuid>().ok();
    let subject = match subject {
        Some(subject) => runtime.block_on(log_command::known(of, subject))?,
        None => None,
    };
    let forgotten = import::erase(of.path(), id, &arguments.reason, now(), subject.is_some())?;
    let keys = match subject {
        Some((log, subject)) => runtime.block_on(log_command::destroy(of, log, subject, &arguments.reason))?,
        None => 0,
    };
    runtime.block_on(record(of, &format!("resident-{}", forgotten.resident), "resident.erased"))?;
    say(&format!(
        "erased: {} rows of the facts, {} rows of originals and refused rows, {keys} keys of the log",
        forgotten.rows, forgotten.copied
    ))?;
    eprintln!(
        "note: imports refuse rows of this resident from now on (--lift ends that), and the next publication counts without \
         them; backups made before still hold them, and so do the files that were imported"
    );
    Ok(())
}

fn lift(arguments: &Arguments, id: &str) -> Result<()> {
    let resident = import::lift(arguments.of.path(), id, &arguments.reason, now())?;
    runtime()?.block_on(record(&arguments.of, &format!("resident-{resident}"), "resident.readmitted"))?;
    say("lifted: imports take rows of this resident in again")
}

/// `luotsi facts erased`: every erasure, and every end of one, with its reason.
pub fn list(of: &Place) -> Result<()> {
    let snapshot = Lake::existing(of.path())?.snapshot()?;
    if snapshot.manifest.erasures.is_empty() {
        return Ok(());
    }
    let directory = Directory::existing(of.path(), &snapshot)?;
    for erasure in &snapshot.manifest.erasures {
        let what = if erasure.lifted { " lifted" } else { "" };
        let reason = directory.open_text(&erasure.reason)?;
        say(&format!("{} {}{what}: {reason}", instant_text(erasure.at), erasure.resident))?;
    }
    Ok(())
}

fn say(text: &str) -> Result<()> {
    output::print(|out| writeln!(out, "{}", facts::printable(text)).map_err(|error| Error::new(error.to_string())))
}
