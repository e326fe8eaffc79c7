//! `luotsi right`: who may work in which role at which unit, until when. A server that runs knows within seconds.

use std::io::Write;

use analytics::{Error, Result};
use calendar::date_of;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use matter::{Matter, Role};
use operations::organisation::{Command, Organisation, Right};

use crate::account_command::sign_out;
use crate::organisation_command::{ask, checked, day};
use crate::place::{Place, told};
use crate::{now, output, runtime};

#[derive(Subcommand)]
pub enum RightCommand {
    /// Give a person a right: a role at a unit, until a day.
    Give(Give),
    /// End a right, at once or on another day than before. With the last of a person, ended at once, go their tokens and
    /// whatever they signed in with.
    End(End),
    /// Every right that was given, with its days.
    List(Place),
}

#[derive(Args)]
struct Named {
    #[command(flatten)]
    place: Place,
    /// The person's id; no name and no identity code.
    person: String,
    /// Role: professional, lead, manager, evaluator, analyst, privacy, admin, editor or fees.
    #[arg(long, value_parser = staff_role)]
    role: Role,
    /// Unit where they have the role, and in what stands under it.
    #[arg(long)]
    unit: String,
}

#[derive(Args)]
pub struct Give {
    #[command(flatten)]
    named: Named,
    /// First day; without it today.
    #[arg(long)]
    from: Option<Date>,
    /// Last day: no right is for ever.
    #[arg(long)]
    last_day: Date,
}

#[derive(Args)]
pub struct End {
    #[command(flatten)]
    named: Named,
    /// Last day, also a later one than before; without it the right is taken away at once.
    #[arg(long)]
    last_day: Option<Date>,
}

fn staff_role(code: &str) -> std::result::Result<Role, String> {
    let staff = || Role::ALL.into_iter().filter(|role| *role != Role::Resident);
    let codes = || staff().map(Role::code).collect::<Vec<_>>().join(", ");
    staff().find(|role| role.code() == code).ok_or_else(|| format!("one of {}", codes()))
}

pub fn run(command: RightCommand) -> Result<()> {
    match command {
        RightCommand::Give(Give { named, from, last_day }) => {
            checked(&named.person)?;
            let (from, to) = (day(from), day(Some(last_day)) + 1);
            let Named { place, person, role, unit } = named;
            ask(&place, Command::GiveRight(Right { person, role, unit, from, to }))
        }
        RightCommand::End(End { named, last_day }) => {
            let is_it = |it: &&Right| (&it.person, it.role, &it.unit) == (&named.person, named.role, &named.unit);
            let rights = rights(&named.place)?;
            let Some(right) = rights.iter().filter(is_it).find(|it| it.to > day(None)) else {
                let what = format!("{} has no such right that is not over", named.person);
                return Err(Error::new(what).remedy("luotsi right list"));
            };
            let to = last_day.map_or_else(|| day(None).max(right.from), |last| day(Some(last)) + 1);
            ask(&named.place, Command::MoveRightEnd(Right { to, ..right.clone() }))?;
            let is_last = !rights.iter().any(|it| it.person == named.person && it != right && it.holds(day(None)));
            match last_day.is_none() && right.from <= day(None) && is_last {
                true => sign_out(&named.place, &named.person),
                false => Ok(()),
            }
        }
        RightCommand::List(place) => list(&place),
    }
}

fn rights(place: &Place) -> Result<Vec<Right>> {
    if !place.has_log()? {
        return Ok(Vec::new());
    }
    let log = place.existing(now)?;
    let events = runtime()?.block_on(kinds::organisation(&log)).map_err(told)?;
    let organisation = events.iter().fold(None, |stands, it| Organisation::evolve(stands, &it.event, it.at));
    Ok(organisation.unwrap_or_default().rights().flat_map(|(_, rights)| rights.to_vec()).collect())
}

fn list(place: &Place) -> Result<()> {
    let rights = rights(place)?;
    let date = |day: i32| date_of(day).map_or_else(String::new, |date| date.to_string());
    output::print(|out| {
        let broken = |error: std::io::Error| Error::new(error.to_string());
        writeln!(out, "{:<20}  {:<10}  {:<20}  from        last day", "person", "role", "unit").map_err(broken)?;
        for it in &rights {
            // One that ended before it began was a mistake.
            let last = if it.to > it.from { date(it.to - 1) } else { "never held".into() };
            let (person, unit) = (facts::printable(&it.person), facts::printable(&it.unit));
            writeln!(out, "{person:<20}  {:<10}  {unit:<20}  {}  {last}", it.role.code(), date(it.from))
                .map_err(broken)?;
        }
        Ok(())
    })
}
