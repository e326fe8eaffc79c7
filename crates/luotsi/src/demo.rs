//! `luotsi demo`: makes the synthetic county in a data directory, then serves it.

mod bookings;
mod chats;
mod lists;
mod living;
mod make;
mod play;

use std::path::Path;
use std::time::Instant;

use analytics::lake::{private_folder, write_private};
use analytics::{Error, Result};
use calendar::Calendar;
use county::{County, Plan, SERVICES};

pub use living::Living;
pub use make::make;

use crate::place::Place;
use crate::{clock, now, runtime, serve};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Residents of the county, 1,000 to 600,000; 20,000 unless the county stands already.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1_000..=600_000))]
    residents: Option<u32>,
    /// The same seed gives the same county; 1 unless the county stands already.
    #[arg(long)]
    seed: Option<u64>,
    /// The county's present, as 2026-03-09T08:00 in Finnish time: its clock stands there, and moves only on request.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    now: Option<i64>,
    #[command(flatten)]
    serving: serve::Serving,
    /// Make the county and end.
    #[arg(long)]
    only_make: bool,
}

/// An instant as people write it: in Finnish time, or with its offset. Microseconds since 1970.
pub fn instant(text: &str) -> std::result::Result<i64, String> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(at.as_microsecond());
    }
    let wanted = || "write it as 2026-03-09T08:00".to_string();
    let local: jiff::civil::DateTime = text.parse().map_err(|_| wanted())?;
    Calendar::shipped().instant(local).ok_or_else(wanted)
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let data = arguments.place.path();
    let stands = data.join("facts").join("CURRENT").exists();
    if stands && !data.join("synthetic").exists() {
        return Err(Error::new("the data directory holds facts that are not of the demo")
            .at(data.display())
            .remedy("give another directory with --data"));
    }
    let mut living = if stands { standing(data, arguments)? } else { made(data, arguments)? };
    let settings = data.join("county.toml");
    if !settings.exists() {
        write_private(&settings, &services())?;
    }
    let reached = living.reached();
    if let Some(now) = arguments.now {
        clock::stand_at(reached.unwrap_or(now).max(now));
    }
    if arguments.place.is_in_database() {
        living.leave_log();
    } else if reached.is_none_or(|reached| now() - reached > STEPS_IN_TIME) {
        let begun = Instant::now();
        runtime()?.block_on(living.catch_up(&arguments.place, now()))?;
        eprintln!("its last days took {:.1} s", begun.elapsed().as_secs_f64());
    }
    if arguments.only_make {
        return Ok(());
    }
    serve::serve(&arguments.place, arguments.serving, Some(living))
}

/// Contacts younger than this happen while the county is served; in microseconds.
const STEPS_IN_TIME: i64 = 60_000_000;

/// A new county.
fn made(data: &Path, arguments: &Arguments) -> Result<Living> {
    let begun = Instant::now();
    let plan = Plan {
        residents: arguments.residents.unwrap_or(20_000),
        seed: arguments.seed.unwrap_or(1),
        made: arguments.now.unwrap_or_else(now),
    };
    if plan.made < EARLIEST {
        return Err(Error::new("the county's first years are those of its sources, and end in 2025")
            .remedy("give --now a time in 2024 or later"));
    }
    let county = County::new(plan);
    let live = make(data, &county)?;
    tell_mandates(data, plan.made)?;
    eprintln!("made a county of {} residents in {:.1} s", plan.residents, begun.elapsed().as_secs_f64());
    Ok(Living::made(county, data, live))
}

/// Guardians and mandates of the cast, as a file of the national register: the server takes it when it starts.
fn tell_mandates(data: &Path, made: i64) -> Result<()> {
    let folder = data.join("ports").join(ports::register::MANDATES).join("in");
    let today = Calendar::shipped().local_date(made).unwrap_or_default();
    let two_years_on = today.checked_add(jiff::Span::new().years(2)).unwrap_or(today);
    let lines = county::MANDATES.iter().filter_map(|it| {
        let member = |word: &str| county::CAST.iter().find(|member| member.word == word);
        let (of, who) = (member(it.of)?, member(it.who)?);
        let (from, to) = match it.capacity {
            "guardian" => (of.born()?, None),
            _ => (today, Some(two_years_on)),
        };
        let (of, who) = (of.identity_code, who.identity_code);
        Some(serde_json::json!({ "of": of, "who": who, "as": it.capacity, "scope": it.scope, "from": from, "to": to }))
    });
    let text = serde_json::Value::Array(lines.collect()).to_string();
    private_folder(&folder)?;
    write_private(&folder.join("cast.json"), &text)
}

/// A county is made in 2024 at the earliest.
const EARLIEST: i64 = 1_704_060_000_000_000;

/// The county that stands in a data directory, if it is the one that was asked for.
fn standing(data: &Path, arguments: &Arguments) -> Result<Living> {
    let stands = make::standing(data)?;
    let is_other = arguments.residents.is_some_and(|residents| residents != stands.residents)
        || arguments.seed.is_some_and(|seed| seed != stands.seed)
        || arguments.now.is_some_and(|now| now != stands.made);
    if is_other {
        return Err(Error::new(
            "another county stands here, made with other residents, another seed or for another time",
        )
        .at(data.display())
        .remedy("give another directory with --data, or leave out --residents, --seed and --now"));
    }
    let living = Living::of(County::new(stands), data)?;
    let today = arguments.now.unwrap_or_else(now);
    if living.end() <= today || living.reached().is_some_and(|reached| reached > today && arguments.now.is_none()) {
        return Err(Error::new("the county that stands here was made for another time")
            .at(data.display())
            .remedy("give another directory with --data, or remove this one"));
    }
    Ok(living)
}

/// How many residents the demo county of a data directory was made with, if it is one.
pub fn residents(data: &Path) -> Option<u32> {
    make::standing(data).ok().map(|plan| plan.residents)
}

/// `county.toml` of the demo: how much may be written, and about what.
fn services() -> String {
    const HEAD: &str = "# In the demonstration all write from one machine, as many as they like; without these lines there are limits.\n\
                        [limits]\ncontacts_per_address = 0\nmessages_per_contact = 0\n\n\
                        # What residents can write about, and whose queue it comes to.\n";
    SERVICES.iter().fold(String::from(HEAD), |out, it| {
        let (id, unit, queue, [fi, sv, en]) = it;
        let queue = queue.map_or_else(String::new, |queue| format!("queue = \"{queue}\"\n"));
        out + &format!(
            "[[service]]\nid = \"{id}\"\nunit = \"{unit}\"\n{queue}name = {{ fi = \"{fi}\", sv = \"{sv}\", en = \"{en}\" }}\n"
        )
    })
}
