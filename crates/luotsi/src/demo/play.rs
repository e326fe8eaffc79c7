//! Plays contacts through the log, as residents and professionals do: with their own commands.

use std::collections::{HashMap, HashSet};

use analytics::{Error, Result};
use county::{County, Move, Step};
use kinds::{Kinds, NewContact};
use matter::{By, PartId, Subject, Trouble};
use operations::contacts::Command;
use uuid::Uuid;

/// Steps of other contacts that are on their way together.
const TOGETHER: usize = 64;

/// Plays steps one after another; contacts that somebody else has taken meanwhile are left to them.
pub struct Player {
    kinds: Kinds,
    contacts: HashMap<String, Uuid>,
    left: HashSet<String>,
}

impl Player {
    pub fn new(kinds: Kinds) -> Player {
        Player { kinds, contacts: HashMap::new(), left: HashSet::new() }
    }

    /// Plays steps; `at` gets the time of each before it is done, and `done` how many have been.
    pub async fn play(&mut self, steps: &[Step], at: impl Fn(i64), done: impl Fn(usize)) -> Result<()> {
        let mut rest = steps;
        while !rest.is_empty() {
            // Steps of one contact one after another; those of others at once.
            let mut in_wave = HashSet::new();
            let wave = rest.iter().take(TOGETHER).take_while(|step| in_wave.insert(&step.contact)).count();
            let (wave, later) = rest.split_at(wave);
            let playing = wave.iter().filter(|step| !self.left.contains(&step.contact));
            let playing: Vec<&Step> = playing.collect();
            let taken = playing.iter().map(|step| {
                let contact = self.contacts.get(&step.contact).copied();
                let (at, kinds) = (&at, &self.kinds);
                // The store reads the clock when it is asked, before it waits for anything.
                async move {
                    at(step.at);
                    take(kinds, step, contact).await
                }
            });
            let taken = futures::future::join_all(taken).await;
            for (step, taken) in playing.into_iter().zip(taken) {
                match taken {
                    Ok(contact) => drop(self.contacts.insert(step.contact.clone(), contact)),
                    // A visitor was there first, or a unit has ended.
                    Err(Trouble::Refused(_) | Trouble::NotFound) => drop(self.left.insert(step.contact.clone())),
                    Err(trouble) => return Err(Error::new(format!("a contact of the demo: {trouble:?}"))),
                }
            }
            done(wave.len());
            rest = later;
        }
        Ok(())
    }
}

/// The queue of a unit to which a service's contacts come there.
fn queue_of(service: &str, unit: &str) -> Option<PartId> {
    let (.., queue, _) = county::SERVICES.iter().find(|(id, at, ..)| *id == service && *at == unit)?;
    queue.map(Into::into)
}

/// Does one step; gives the contact.
async fn take(kinds: &Kinds, step: &Step, contact: Option<Uuid>) -> std::result::Result<Uuid, Trouble> {
    let key = format!("demo-{}-{}", step.contact, step.at);
    if let Move::Open { channel, service, unit, language, resident, text } = &step.what {
        let subject = resident.map(County::source_id).and_then(|id| id.parse().ok()).map(Subject);
        let new = NewContact {
            client_id: key,
            among: String::new(),
            channel: *channel,
            service: service.clone(),
            language: (*language).into(),
            unit: unit.clone(),
            queue: queue_of(service, unit),
            anonymous: resident.is_none(),
            subject,
            routed: None,
            text: (*text).into(),
        };
        return Ok(kinds.open_contact(new, &subject.map_or(By::Holder, By::Resident)).await?.contact);
    }
    let contact = contact.ok_or(Trouble::NotFound)?;
    let open = kinds.contacts.look(|contacts| contacts.get(contact)).ok_or(Trouble::NotFound)?;
    let by = match &step.by {
        Some(id) => By::Professional { id: id.as_str().into(), unit: open.unit.clone(), leads: false },
        None => open.subject.map_or(By::Holder, By::Resident),
    };
    let client_id = key.clone();
    let command = match &step.what {
        Move::Open { .. } | Move::Claim => Command::Claim,
        Move::Reply(text) | Move::Answer(text) => Command::Write { client_id, text: (*text).into() },
        Move::Ask(text) => Command::Ask { client_id, text: (*text).into() },
        Move::Transfer { to, note } => {
            let (to, note) = (to.as_str().into(), Some((*note).into()));
            Command::Transfer { to, queue: None, reason: "misdirected".into(), note }
        }
        Move::Resolve(outcome) => Command::Resolve { outcome: *outcome },
    };
    kinds.contacts.ask(contact, command, &by, &key, u64::MAX).await?;
    Ok(contact)
}
