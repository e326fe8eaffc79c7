//! `luotsi bench start`: how soon a server with years behind it stands, from its snapshot and from the log alone.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use analytics::{Error, Result};
use clap::Args;
use matter::{Matter, encode};
use operations::contacts::{Author, Channel, Contact, Event, Outcome, Shown};
use store::{Append, Context, Log, NewEvent, Personal, new_id};
use uuid::Uuid;

use super::log::MESSAGE;
use crate::place::{Place, told};
use crate::{DataDirectory, now, output, runtime};

#[derive(Args)]
pub struct Arguments {
    /// Events in the log, of contacts that were answered and closed, but for one in a hundred.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(1000..))]
    events: u64,
    /// Folder for the data; the log in it is made anew.
    #[arg(long, default_value = "data/bench")]
    folder: PathBuf,
}

/// Contacts in one append, and how many appends are under way.
const BATCH: u64 = 50;
const APPENDERS: u64 = 4;
/// One contact in so many is still open.
const OPEN: u64 = 100;
/// People come again: contacts of one person.
const EACH: u64 = 20;

pub fn run(arguments: &Arguments) -> Result<()> {
    let data = arguments.folder.join("start");
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data).map_err(|error| Error::file("make", &data, error))?;
    let place = Place::of(DataDirectory { path: data.clone() });
    let contacts = arguments.events / life(1).len() as u64;
    let (events, filled) = fill(&place, contacts)?;
    let size: u64 = std::fs::metadata(data.join("log.db")).map_or(0, |it| it.len());
    let (anew, open) = start(&place)?;
    let (behind, again) = start(&place)?;
    if open != again {
        return Err(Error::new(format!("the snapshot gives {again} open contacts, the log {open}")));
    }
    output::print(|out| {
        let mut say = |text: String| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string()));
        say(format!("{events} events, {} MiB: {filled:.0} events/s written", size >> 20))?;
        let seconds = anew.as_secs_f64();
        say(format!("view from the log alone: {seconds:.1} s, {:.0} events/s", events as f64 / seconds))?;
        say(format!("view behind a snapshot: {:.2} s, {open} contacts open", behind.as_secs_f64()))
    })
}

/// How long it takes until the view stands, and how many contacts are open in it; leaves a snapshot.
fn start(place: &Place) -> Result<(Duration, usize)> {
    runtime()?.block_on(async {
        let begun = Instant::now();
        let kinds = place.kinds(&std::sync::Arc::new(place.keys()?), now).await?;
        let took = begun.elapsed();
        kinds.store.keep().map_err(told)?;
        let open = kinds.contacts.look(store::Matters::open);
        Ok((took, open))
    })
}

/// Events in the life of a contact.
fn life(number: u64) -> Vec<Event> {
    let opened = Event::Opened {
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: format!("unit-{}", number % 120).as_str().into(),
        queue: None,
        anonymous: true,
        subject: None,
        routed: None,
        on_behalf: None,
        part_of: None,
        at: now(),
    };
    let mut life = vec![opened, Event::written(Author::Resident), Event::Shown(Shown::Received)];
    let owner = format!("nurse-{}", number % 500).as_str().into();
    life.extend([Event::Claimed { owner }, Event::Shown(Shown::InWork)]);
    if !number.is_multiple_of(OPEN) {
        life.extend([Event::Answered, Event::written(Author::Service)]);
        life.extend([Event::Resolved { outcome: Outcome::Advised }, Event::Shown(Shown::Resolved)]);
        life.extend([Event::Closed, Event::Shown(Shown::Closed)]);
    }
    life
}

/// How many events, and how many a second.
fn fill(place: &Place, contacts: u64) -> Result<(usize, f64)> {
    let keys = std::sync::Arc::new(place.keys()?);
    let log = Log::open(&place.location(), keys, now).map_err(told)?;
    let bar = output::progress("writing contacts", Some(contacts));
    let begun = Instant::now();
    let events = runtime()?.block_on(async {
        let appenders = (0..APPENDERS).map(|appender| {
            let (log, bar) = (log.clone(), bar.clone());
            tokio::spawn(async move {
                let mut events = 0;
                for first in (appender * BATCH..contacts).step_by((APPENDERS * BATCH) as usize) {
                    let numbers = first..contacts.min(first + BATCH);
                    bar.inc(numbers.end - numbers.start);
                    let append = append(numbers);
                    events += append.events.len();
                    log.append(append).await.map_err(|error| Error::new(error.to_string()))?;
                }
                Ok::<_, Error>(events)
            })
        });
        let mut events = 0;
        for appender in appenders.collect::<Vec<_>>() {
            events += appender.await.map_err(|error| Error::new(error.to_string()))??;
        }
        Ok::<_, Error>(events)
    })?;
    bar.finish_and_clear();
    Ok((events, events as f64 / begun.elapsed().as_secs_f64()))
}

fn append(numbers: std::ops::Range<u64>) -> Append {
    let key = numbers.start.to_string();
    let events = numbers.flat_map(|number| {
        let id = new_id(now());
        life(number).into_iter().map(move |event| {
            let category = if event.in_conversation() { "conversation" } else { "contact" };
            let personal = matches!(event, Event::Written { .. }).then(|| Personal {
                subject: Uuid::from_u128(u128::from(number / EACH)),
                class: "contact".into(),
                text: vec![b'x'; MESSAGE],
            });
            let (kind, data) = encode(&event);
            let closes = matches!(event, Event::Closed | Event::Shown(Shown::Closed));
            let stream = format!("{category}/{id}");
            NewEvent {
                id: new_id(now()),
                stream,
                kind,
                schema: Contact::SCHEMA,
                occurred: now(),
                data,
                personal,
                closes,
            }
        })
    });
    let events = events.collect();
    let context = Context { actor: "bench".into(), purpose: "bench".into(), ..Context::default() };
    Append { scope: "bench".into(), key, request: [0; 32], expects: Vec::new(), events, context }
}
