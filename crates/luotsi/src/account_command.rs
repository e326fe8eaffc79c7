//! `luotsi account`: local accounts of those who work here, beside the county's identity provider.

use std::io::Write;

use analytics::{Error, Result};
use clap::{Args, Subcommand};
use identity::{Accounts, Standing, Unable};
use matter::By;
use store::withdraw_tokens;

use crate::organisation_command::checked;
use crate::place::{Place, told};
use crate::serve::ACCOUNTS;
use crate::{now, output, runtime};

#[derive(Subcommand)]
pub enum AccountCommand {
    /// Make an account for a person, and a code with which they set it up within 24 hours.
    Add(Add),
    /// Take password and authenticator from an account, for a new code: they were lost, or somebody else has them.
    Reset(Named),
    /// Take an account away; whoever was signed in with it is signed out.
    Close(Named),
    /// Every account, and whose it is.
    List(Place),
}

#[derive(Args)]
pub struct Add {
    #[command(flatten)]
    named: Named,
    /// Id of the person whose it is; their rights are what they may do.
    #[arg(long)]
    person: String,
}

#[derive(Args)]
pub struct Named {
    #[command(flatten)]
    place: Place,
    /// The name with which they sign in.
    name: String,
}

pub fn run(command: AccountCommand) -> Result<()> {
    match command {
        AccountCommand::Add(Add { named: Named { place, name }, person }) => {
            checked(&person)?;
            let code = accounts(&place)?.add(&name, &person, now()).map_err(told)?;
            say_code(&name, &code.map_err(|why| unable(&name, why))?)
        }
        AccountCommand::Reset(Named { place, name }) => {
            let accounts = accounts(&place)?;
            let person = person(&accounts, &name)?;
            let code = accounts.reset(&name, now()).map_err(told)?.map_err(|why| unable(&name, why))?;
            sign_out(&place, &person)?;
            say_code(&name, &code)
        }
        AccountCommand::Close(Named { place, name }) => {
            let accounts = accounts(&place)?;
            let person = person(&accounts, &name)?;
            accounts.close(&name).map_err(told)?.map_err(|why| unable(&name, why))?;
            sign_out(&place, &person)?;
            say(&format!("{name} opens nothing any more"))
        }
        AccountCommand::List(place) => {
            let all = accounts(&place)?.all().map_err(told)?;
            let stands = |standing| match standing {
                Standing::InUse => "in use".to_string(),
                Standing::Waits { until } if until <= now() => "its code has expired".into(),
                Standing::Waits { until } => format!("set up until {}", analytics::measure::instant_text(until)),
            };
            let line = |it: &identity::Account| {
                format!("{:<24}  {:<20}  {}", facts::printable(&it.name), it.person, stands(it.standing))
            };
            let head = format!("{:<24}  {:<20}  stands", "name", "person");
            say(&[head].into_iter().chain(all.iter().map(line)).collect::<Vec<_>>().join("\n"))
        }
    }
}

fn accounts(place: &Place) -> Result<Accounts> {
    let key = place.keys()?.derived(ACCOUNTS);
    Accounts::open(Some(&place.path().join(identity::FILE)), key).map_err(told)
}

/// The person whose account it is.
fn person(accounts: &Accounts, name: &str) -> Result<String> {
    let all = accounts.all().map_err(told)?;
    let account = all.into_iter().find(|it| identity::named(name).as_ref() == Some(&it.name));
    account.map(|it| it.person).ok_or_else(|| unable(name, Unable::NotThere))
}

/// Ends what a person has begun, with a token, an account or at the provider.
pub fn sign_out(place: &Place, person: &str) -> Result<()> {
    if !place.has_log()? {
        return Ok(());
    }
    let (log, at) = (place.existing(now)?, now());
    let key = store::new_id(at).to_string();
    let done = withdraw_tokens(&log, &By::Operator, person, &key, at);
    runtime()?.block_on(done).map_err(|trouble| Error::new(format!("nobody was signed out: {trouble:?}")))
}

fn say_code(name: &str, code: &str) -> Result<()> {
    say(&format!("{code}\nwith this code and the name {name} they set it up at /sign-in/set-up, within 24 hours, once"))
}

fn say(text: &str) -> Result<()> {
    output::print(|out| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string())))
}

fn unable(name: &str, why: Unable) -> Error {
    let list = "luotsi account list";
    match why {
        Unable::Name => Error::new(format!("{name:?} is no name")).remedy("1 to 64 characters in one line"),
        Unable::NameTaken => Error::new(format!("there is an account {name}")).remedy(list),
        Unable::HasOne => Error::new("the person has an account under another name").remedy(list),
        Unable::NotThere => Error::new(format!("there is no account {name}")).remedy(list),
    }
}
