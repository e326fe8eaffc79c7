//! `luotsi token`: who holds one is a person in a role, until its time is over.

use std::io::Write;

use analytics::{Error, Result};
use operations::access::Role;
use web::Person;

use crate::place::Place;
use crate::serve::TOKENS;
use crate::{now, output};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Role: resident, nurse, physician, lead, manager, evaluator, analyst, privacy, admin, editor or fees.
    #[arg(long)]
    role: String,
    /// Unit in which the person works; residents have none.
    #[arg(long)]
    unit: Option<String>,
    /// Days for which it opens.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// The person's id, so that a new token is the same person; without it somebody new.
    #[arg(long)]
    id: Option<String>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let Some(role) = Role::named(&arguments.role) else {
        let roles = Role::ALL.map(Role::code).join(", ");
        return Err(Error::new(format!("there is no role {}", arguments.role)).remedy(format!("one of {roles}")));
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
        (None, _) => format!("{}-{:08x}", role.code(), store::new_id(at).as_u128() % (1 << 32)),
    };
    if role == Role::Resident && id.parse::<uuid::Uuid>().is_err() {
        return Err(Error::new("a resident is named by a token that says nothing of them: a UUID")
            .remedy("leave out --id for a new one; never an identity code or a name"));
    }
    // Both stand unsealed in the log, as who did something and where.
    if [&id, &unit].into_iter().any(|text| !text.is_empty() && !web::is_plain_id(text)) {
        return Err(Error::new("ids and units are words of 1 to 64 letters, digits and hyphens")
            .remedy("never a name or an identity code"));
    }
    let person = Person { role, id, unit };
    let until = at + i64::from(arguments.days) * 86_400_000_000;
    let token = person.token(&arguments.place.keys()?.derived(TOKENS), until);
    output::print(|out| writeln!(out, "{token}").map_err(|error| Error::new(error.to_string())))
}
