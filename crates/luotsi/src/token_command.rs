//! `luotsi token`: who holds one is a person in a role, until its time is over or it is withdrawn.

use std::io::Write;
use std::path::Path;

use analytics::lake::{Lake, has_format};
use analytics::{Error, Result, measure, rows};
use calendar::{Calendar, day_number};
use matter::By;
use matter::{Matter, Role};
use operations::organisation::Organisation;
use store::withdraw_tokens;
use web::Person;

use crate::follower::SOURCE;
use crate::place::{Place, told};
use crate::serve::TOKENS;
use crate::{now, output, runtime};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Role: resident, professional, lead, manager, evaluator, analyst, privacy, admin, editor or fees.
    #[arg(long, required_unless_present = "withdraw")]
    role: Option<String>,
    /// Unit in which the person works; residents have none.
    #[arg(long)]
    unit: Option<String>,
    /// Days for which it opens.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=90))]
    days: u32,
    /// The person's id, so that a new token is the same person; without it somebody new.
    #[arg(long)]
    id: Option<String>,
    /// Id of a person whose tokens, all that were made so far, are to open nothing any more: one was lost, or the person
    /// works here no more.
    #[arg(long, value_name = "ID", conflicts_with_all = ["role", "unit", "days", "id"])]
    withdraw: Option<String>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.withdraw {
        Some(id) => withdraw(arguments, id),
        None => make(arguments),
    }
}

fn withdraw(arguments: &Arguments, id: &str) -> Result<()> {
    checked(id)?;
    let log = arguments.place.existing(now)?;
    let at = now();
    let key = store::new_id(at).to_string();
    let done = withdraw_tokens(&log, &By::Operator, id, &key, at);
    runtime()?.block_on(done).map_err(|trouble| Error::new(format!("it was not done: {trouble:?}")))?;
    output::print(|out| {
        writeln!(out, "withdrawn: no token made until now for {id} opens anything; tokens are not listed, so look whether this is the id")
            .map_err(|error| Error::new(error.to_string()))
    })
}

fn make(arguments: &Arguments) -> Result<()> {
    let named = arguments.role.as_deref().unwrap_or_default();
    let Some(role) = Role::named(named) else {
        let roles = Role::ALL.map(Role::code).join(", ");
        return Err(Error::new(format!("there is no role {named}")).remedy(format!("one of {roles}")));
    };
    let unit = match (&arguments.unit, role) {
        (Some(unit), _) => unit.clone(),
        (None, Role::Resident) => String::new(),
        (None, _) => return Err(Error::new("the unit is missing").remedy("name it with --unit")),
    };
    let at = now();
    let id = match (&arguments.id, role) {
        (Some(id), _) => id.clone(),
        (None, Role::Resident) => store::new_id(at).to_string(),
        (None, _) => format!("{named}-{:08x}", store::new_id(at).as_u128() % (1 << 32)),
    };
    let id = match (role, id.parse::<uuid::Uuid>()) {
        (Role::Resident, Ok(id)) => id.to_string(),
        (Role::Resident, Err(_)) => {
            return Err(Error::new("a resident is named by a token that says nothing of them: a UUID")
                .remedy("leave out --id for a new one; never an identity code or a name"));
        }
        _ => id,
    };
    // Both stand unsealed in the log, as who did something and where.
    [&id, &unit].into_iter().filter(|text| !text.is_empty()).try_for_each(|text| checked(text))?;
    let is_unknown = || is_no_unit(arguments.place.path(), &unit);
    match (!unit.is_empty()).then(is_unknown).transpose() {
        Ok(Some(true)) => {
            eprintln!("warning: no unit {unit} is in the facts: with this token no work of any other is seen");
        }
        Ok(_) => {}
        Err(error) => eprintln!("warning: whether there is a unit {unit} is not known: {error}"),
    }
    works_here(arguments, &id, &unit)?;
    let person = Person { role, id, unit, acting: None };
    let term = at..at + i64::from(arguments.days) * 86_400_000_000;
    let token = person.token(&arguments.place.keys()?.derived(TOKENS), &term);
    output::print(|out| writeln!(out, "{token}").map_err(|error| Error::new(error.to_string())))
}

/// Refuses a token for somebody who works here no more: by the log as it stands, or by what was imported.
fn works_here(arguments: &Arguments, id: &str, unit: &str) -> Result<()> {
    let ended = |what: &str| {
        let set = format!("luotsi professional set {id} --unit UNIT --profession PROFESSION");
        Err(Error::new(what).remedy(format!("if that has changed, say so first: {set}")))
    };
    let today = Calendar::shipped().local_date(now()).map_or(0, day_number);
    if arguments.place.has_log()? {
        let log = arguments.place.existing(now)?;
        let events = runtime()?.block_on(kinds::organisation(&log)).map_err(told)?;
        let organisation =
            events.iter().fold(None, |stands, it| Organisation::evolve(stands, &it.event, it.at)).unwrap_or_default();
        if organisation.has_ended(id, today) {
            return ended(&format!("{id} works here no more: a token would open nothing"));
        }
        if !unit.is_empty() && !organisation.opens(id, unit, today) {
            return ended(&format!("{id} does not work at {unit} today: a token would open nothing"));
        }
    }
    match has_left(arguments.place.path(), id) {
        Ok(true) => ended(&format!("{id} works here no more, by what was imported")),
        Ok(false) => Ok(()),
        Err(error) => {
            eprintln!("warning: whether {id} still works here by what was imported is not known: {error}");
            Ok(())
        }
    }
}

/// Whether somebody worked here by the facts that were imported, and does no more.
fn has_left(data: &Path, id: &str) -> Result<bool> {
    if !has_format(data)? {
        return Ok(false);
    }
    let snapshot = Lake::open(data)?.snapshot()?;
    let sql = format!(
        "SELECT professional_id FROM professionals WHERE professional_id = '{id}' AND source <> '{SOURCE}' \
         GROUP BY professional_id HAVING max(coalesce(valid_to, DATE '9999-12-31')) <= CURRENT_DATE"
    );
    let found = runtime()?.block_on(measure::sql(&snapshot, &sql, now()))?;
    Ok(found.iter().any(|batch| batch.num_rows() > 0))
}

/// Whether there are units in the facts of a data directory, and none of this id.
fn is_no_unit(data: &Path, unit: &str) -> Result<bool> {
    if !has_format(data)? {
        return Ok(false);
    }
    let snapshot = Lake::open(data)?.snapshot()?;
    let found = runtime()?.block_on(measure::sql(&snapshot, "SELECT DISTINCT unit_id FROM units", now()))?;
    let units: Vec<String> = found.iter().flat_map(rows::first_texts).collect();
    Ok(!units.is_empty() && !units.iter().any(|it| it == unit))
}

fn checked(text: &str) -> Result<()> {
    match web::is_plain_id(text) {
        true => Ok(()),
        false => Err(Error::new(format!("{text:?} is no id")).remedy(web::PLAIN_ID)),
    }
}
