//! `luotsi demo`: makes the synthetic county in a data directory, then serves it.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use analytics::import::Directory;
use analytics::lake::{Commit, Lake};
use analytics::layout::{RANGES, split_points};
use analytics::lock::lock;
use analytics::rows::Rows;
use analytics::{Error, Result};
use county::{County, Move, Plan, SERVICES, Step};
use facts::{Channel, ResidentId, TABLES};
use operations::contacts::Command;
use store::{Desk, Opening, Side, Trouble, Who};
use uuid::Uuid;

use crate::place::{Place, told};
use crate::{now, output, runtime, serve};

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
    #[command(flatten)]
    serving: serve::Serving,
    /// Make the county and end.
    #[arg(long)]
    only_make: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let data = arguments.place.path();
    let made = data.join("facts").join("CURRENT").exists();
    if made && !data.join("synthetic").exists() {
        return Err(Error::new("the data directory holds facts that are not of the demo")
            .at(data.display())
            .remedy("give another directory with --data"));
    }
    if !made {
        let begun = Instant::now();
        let plan = Plan { residents: arguments.residents.unwrap_or(20_000), seed: arguments.seed.unwrap_or(1) };
        make(data, plan)?;
        eprintln!("made a county of {} residents in {:.1} s", plan.residents, begun.elapsed().as_secs_f64());
    }
    if made {
        same_county(data, arguments)?;
    }
    let settings = data.join("county.toml");
    if !settings.exists() {
        std::fs::write(&settings, services()).map_err(|error| Error::file("write", &settings, error))?;
    }
    if !arguments.place.location_is_there() {
        runtime()?.block_on(live(&arguments.place, &standing(data)?))?;
    }
    if arguments.only_make {
        return Ok(());
    }
    serve::serve(&arguments.place, arguments.serving, true)
}

/// `county.toml` of the demo: how much may be written, and about what.
fn services() -> String {
    const HEAD: &str = "# In the demonstration all write from one machine, as many as they like; without these lines there are limits.\n\
                        [limits]\ncontacts_per_address = 0\nmessages_per_contact = 0\n\n\
                        # What residents can write about, and whose queue it comes to.\n";
    SERVICES.iter().fold(String::from(HEAD), |out, it| {
        let (id, unit, [fi, sv, en]) = it;
        out + &format!(
            "[[service]]\nid = \"{id}\"\nunit = \"{unit}\"\nname = {{ fi = \"{fi}\", sv = \"{sv}\", en = \"{en}\" }}\n"
        )
    })
}

/// The plan of the county that stands in a data directory.
fn standing(data: &Path) -> Result<Plan> {
    let path = data.join("synthetic");
    let stands = std::fs::read_to_string(&path).map_err(|error| Error::file("read", &path, error))?;
    let number = |name: &str| stands.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
    Ok(Plan { residents: number("residents:").unwrap_or(20_000) as u32, seed: number("seed:").unwrap_or(1) })
}

/// Contacts that go through the log together when the demo is made.
const TOGETHER: usize = 64;

/// Plays the county's last weeks through the log, as residents and professionals would, by a clock that runs with them.
async fn live(place: &Place, plan: &Plan) -> Result<()> {
    let clock = Arc::new(AtomicI64::new(0));
    let told_time = Arc::clone(&clock);
    let keys = Arc::new(place.keys()?);
    let desk = place.desk(&keys, move || told_time.load(Ordering::Relaxed)).await?;
    let followed = desk.clone();
    let following = tokio::spawn(async move { followed.follow().await });
    let steps = County::new(*plan).live(now());
    let bar = output::progress("living the last weeks", Some(steps.len() as u64));
    let mut contacts: HashMap<usize, Uuid> = HashMap::new();
    let mut rest = steps.as_slice();
    while !rest.is_empty() {
        // Steps of one contact one after another; those of others at once.
        let mut in_wave = HashSet::new();
        let wave = rest.iter().take(TOGETHER).take_while(|step| in_wave.insert(step.contact)).count();
        let (wave, later) = rest.split_at(wave);
        clock.store(wave.last().map_or(0, |step| step.at), Ordering::Relaxed);
        let done = wave.iter().map(|step| take(&desk, step, contacts.get(&step.contact).copied()));
        for (step, done) in wave.iter().zip(futures::future::join_all(done).await) {
            contacts.insert(step.contact, done.map_err(|trouble| Error::new(format!("a live contact: {trouble:?}")))?);
        }
        bar.inc(wave.len() as u64);
        rest = later;
    }
    bar.finish_and_clear();
    following.abort();
    desk.keep().map_err(told)
}

/// Does one step; gives the contact.
async fn take(desk: &Desk, step: &Step, contact: Option<Uuid>) -> std::result::Result<Uuid, Trouble> {
    let key = format!("demo-{}-{}", step.contact, step.at);
    if let Move::Open { service, unit, language, text } = step.what {
        let opening = Opening {
            client_id: key,
            channel: Channel::Message,
            service: service.into(),
            language: language.into(),
            unit: unit.into(),
            anonymous: true,
            subject: String::new(),
            text: text.into(),
        };
        return Ok(desk.open_contact(opening, &Who::anonymous()).await?.contact);
    }
    let contact = contact.ok_or(Trouble::NotFound)?;
    let unit = desk.contact(contact).await?.map(|it| it.unit).unwrap_or_default();
    let who = match &step.by {
        Some(id) => Who { side: Side::Professional, id: id.clone(), unit, leads: false },
        None => Who::anonymous(),
    };
    let client_id = key.clone();
    let (command, text) = match &step.what {
        Move::Open { .. } | Move::Claim => (Command::Claim, None),
        Move::Reply(text) | Move::Answer(text) => (Command::Write { seen: u64::MAX, client_id }, Some(*text)),
        Move::Ask(text) => (Command::Ask { seen: u64::MAX, client_id }, Some(*text)),
        Move::Transfer { to, note } => {
            (Command::Transfer { to: (*to).into(), reason: "misdirected".into() }, Some(*note))
        }
        Move::Resolve(outcome) => (Command::Resolve { outcome: *outcome, seen: u64::MAX }, None),
    };
    desk.ask(contact, &who, command, text.map(Into::into), &key).await?;
    Ok(contact)
}

/// Refuses to serve another county than was asked for.
fn same_county(data: &Path, arguments: &Arguments) -> Result<()> {
    let stands = standing(data)?;
    let other = arguments.residents.is_some_and(|residents| residents != stands.residents)
        || arguments.seed.is_some_and(|seed| seed != stands.seed);
    match other {
        true => Err(Error::new("another county stands here, made with other residents or another seed")
            .at(data.display())
            .remedy("give another directory with --data, or leave out --residents and --seed")),
        false => Ok(()),
    }
}

/// The residents of one range, in the order in which they are stored.
type Range = Vec<(ResidentId, u32)>;

/// Makes the county: workers draw one resident range after another, this thread writes them.
pub fn make(data: &Path, plan: Plan) -> Result<()> {
    let lake = Lake::open(data)?;
    let _lock = lock(data)?;
    let key = [b"luotsi demo ".as_slice(), &plan.seed.to_be_bytes()].concat();
    if !data.join("keys").join("directory.key").exists() {
        Directory::keep_key(data, &key)?;
    }
    let mut directory = Directory::with_key(&key);
    let mut ranges: Vec<Range> = vec![Vec::new(); RANGES];
    let firsts: Vec<i64> = split_points().collect();
    for number in 0..plan.residents {
        let id = directory.resident(County::source_id(number).as_bytes());
        ranges[firsts.partition_point(|first| *first <= id) - 1].push((ResidentId(id), number));
    }
    ranges.iter_mut().for_each(|range| range.sort_unstable());
    let county = County::new(plan);
    let mut commit = lake.commit()?;
    let bar = output::progress("making the county", Some(RANGES as u64));
    add(&mut commit, &mut tables(), &mut |put| county.shared().each(put))?;
    add(&mut commit, &mut tables(), &mut |put| county.anonymous().each(put))?;
    let (send, made) = sync_channel::<[Vec<Rows>; 2]>(1);
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let (send, next, county, ranges) = (send.clone(), &next, &county, &ranges);
            scope.spawn(move || {
                while let Some(range) = ranges.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if send.send(draw(county, range)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut corrections = Vec::new();
        for [mut rows, corrected] in made {
            for rows in rows.iter_mut().filter(|rows| !rows.is_empty()) {
                commit.add(rows)?;
            }
            corrections.push(corrected);
            bar.inc(1);
        }
        for rows in corrections.iter_mut().flatten().filter(|rows| !rows.is_empty()) {
            commit.add(rows)?;
        }
        Ok::<(), Error>(())
    })?;
    let about =
        format!("The people of this county are invented.\nresidents: {}\nseed: {}\n", plan.residents, plan.seed);
    let path = data.join("synthetic");
    std::fs::write(&path, about).map_err(|error| Error::file("write", &path, error))?;
    commit.finish()?;
    bar.finish_and_clear();
    Ok(())
}

fn tables() -> Vec<Rows> {
    TABLES.iter().map(|table| Rows::new(table)).collect()
}

type Put<'a> = &'a mut dyn FnMut(usize, &[facts::Value<'_>], i64);

fn add(commit: &mut Commit, tables: &mut [Rows], each: &mut dyn FnMut(Put<'_>)) -> Result<()> {
    each(&mut |table, values, recorded| tables[table].push(values, "county", recorded, 0));
    tables.iter_mut().filter(|rows| !rows.is_empty()).try_for_each(|rows| commit.add(rows).map(drop))
}

/// The rows of a range's residents, and the later corrections of some of them.
fn draw(county: &County, range: &Range) -> [Vec<Rows>; 2] {
    let (mut rows, mut corrected) = (tables(), tables());
    for (id, number) in range {
        let batch = county.resident(*number, *id);
        batch.each(&mut |table, values, recorded| rows[table].push(values, "county", recorded, 0));
        county.corrections(&batch).each(&mut |table, values, recorded| {
            corrected[table].push(values, "county", recorded, 0);
        });
    }
    [rows, corrected]
}
