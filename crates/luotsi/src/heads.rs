//! Heads of the two logs, noted while a server runs: where each ended, and the chain of digests up to there. A log
//! whose end was cut off with care is whole by itself; the notes show that more stood there once, and best a copy of
//! them that is kept elsewhere. A log that was restored names in its own chain which log it goes on from, and from
//! where.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use analytics::measure::instant_text;
use analytics::{Error, Result};
use serde::{Deserialize, Serialize};
use store::{Filter, Keys, Log, Standing, hex, signature};
use uuid::Uuid;

use crate::now;
use crate::place::told;

/// Name of the file in the data directory: a line of JSON for each head.
pub const FILE: &str = "heads.jsonl";

/// Which of the two logs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    Events,
    Accesses,
}

/// The head of a log as it was noted once.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
struct Head {
    log: Of,
    epoch: String,
    pos: u64,
    /// SHA-256 over all events up to `pos`, in hexadecimal digits.
    chain: String,
    /// When it was noted.
    at: String,
    /// HMAC-SHA-256 of the rest by a key that follows from the master key.
    signature: String,
}

impl Head {
    fn signed(&self, key: &[u8; 32]) -> String {
        let log = format!("{:?}", self.log);
        let pos = self.pos.to_string();
        let parts = [log.as_bytes(), self.epoch.as_bytes(), pos.as_bytes(), self.chain.as_bytes(), self.at.as_bytes()];
        hex(&signature(key, &parts))
    }
}

/// The file of heads of a data directory, or a copy of one.
pub struct Heads {
    path: PathBuf,
    key: [u8; 32],
    /// Heads that this process has noted last.
    last: Vec<(Of, u64)>,
}

impl Heads {
    pub fn at(path: PathBuf, keys: &Keys) -> Heads {
        Heads { path, key: keys.derived("log heads"), last: Vec::new() }
    }

    /// Notes where a log ends now, unless that was noted last.
    pub async fn note(&mut self, of: Of, log: &Log) -> Result<()> {
        let head = log.read_all(0, Filter::default(), 0).await.map_err(told)?;
        if head.head == 0 || self.last.contains(&(of, head.head)) {
            return Ok(());
        }
        let (epoch, pos) = (head.epoch.to_string(), head.head);
        let chain = chain_at(log, pos).await?.unwrap_or_default();
        let mut head = Head { log: of, epoch, pos, chain, at: instant_text(now()), signature: String::new() };
        head.signature = head.signed(&self.key);
        let broken = |error: std::io::Error| Error::file("note the head of a log in", &self.path, error);
        // Of a line that was cut off with the power nothing is read; the next begins after it.
        let is_torn = fs::read(&self.path).is_ok_and(|text| text.last().is_some_and(|last| *last != b'\n'));
        let line = serde_json::to_string(&head).map_err(|error| broken(error.into()))? + "\n";
        let line = if is_torn { format!("\n{line}") } else { line };
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path);
        file.and_then(|mut file| file.write_all(line.as_bytes()).and_then(|()| file.sync_all())).map_err(broken)?;
        self.last.retain(|(other, _)| *other != of);
        self.last.push((of, pos));
        Ok(())
    }

    /// Epochs of a log of which heads were noted.
    pub fn epochs(&self, of: Of) -> Result<Vec<Uuid>> {
        Ok(self.read()?.iter().filter(|head| head.log == of).filter_map(|head| head.epoch.parse().ok()).collect())
    }

    /// Holds a log, or that there is none, to every head that was noted of it.
    pub async fn hold(&self, of: Of, log: Option<&Log>) -> Result<()> {
        self.hold_to(of, log, self.read()?).await
    }

    /// The same of the last head alone: quick, for every start.
    pub async fn hold_last(&self, of: Of, log: Option<&Log>) -> Result<()> {
        let last = self.read()?.into_iter().rfind(|head| head.log == of);
        self.hold_to(of, log, last.into_iter().collect()).await
    }

    async fn hold_to(&self, of: Of, log: Option<&Log>, noted: Vec<Head>) -> Result<()> {
        let name = if of == Of::Events { "log" } else { "record of accesses" };
        let remedy = format!(
            "keep what is left as it is, and restore the newest backup in which it stands; to go on without, move {} away",
            self.path.display()
        );
        let wrong = |what: String| Err(Error::new(what).at(self.path.display()).remedy(&remedy));
        let noted: Vec<Head> = noted.into_iter().filter(|head| head.log == of).collect();
        let Some(log) = log else {
            return match noted.last() {
                Some(head) => {
                    wrong(format!("there is no {name}, and {} events of it were noted at {}", head.pos, head.at))
                }
                None => Ok(()),
            };
        };
        let (past, stands) = log.past().await.map_err(told)?;
        for head in noted {
            match past.standing(head.epoch.parse().unwrap_or_default()) {
                Standing::Now if head.pos > stands.pos => {
                    let end = stands.pos;
                    return wrong(format!(
                        "the {name} ends at {end}, and stood at {} at {}: its end is lost",
                        head.pos, head.at
                    ));
                }
                Standing::Unknown => {
                    return wrong(format!(
                        "this {name} is another than the one that stood at {} at {}, and no restore in it says why",
                        head.pos, head.at
                    ));
                }
                // A copy took over before that place, and its chain says so.
                Standing::Until(until) if head.pos > until => continue,
                Standing::GivenUp => continue,
                Standing::Now | Standing::Until(_) => {}
            }
            if chain_at(log, head.pos).await?.is_none_or(|chain| chain != head.chain) {
                return wrong(format!("the {name} up to {} is not what it was at {}", head.pos, head.at));
            }
        }
        Ok(())
    }

    /// How many heads there are that can be read.
    pub fn count(&self) -> Result<usize> {
        Ok(self.read()?.len())
    }

    fn read(&self) -> Result<Vec<Head>> {
        // A line that is damaged, and be it no text at all, is none; those around it hold.
        let text = match fs::read(&self.path) {
            Ok(text) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::file("read", &self.path, error)),
        };
        let heads = text.lines().zip(1..).filter_map(|(line, number)| Some((serde_json::from_str(line).ok()?, number)));
        let signed = |(head, number): (Head, u32)| {
            match head.signed(&self.key) == head.signature {
            true => Ok(head),
            false => Err(Error::new("this head was not noted by a server with this master key")
                .at(format!("{}:{number}:1", self.path.display()))
                .remedy("name the master key of that server with LUOTSI_KEY_FILE; if it is the right one, the heads were changed: ask who keeps a copy")),
        }
        };
        heads.map(signed).collect()
    }
}

/// The chain up to a place of a log; none: nothing stands there.
pub async fn chain_at(log: &Log, pos: u64) -> Result<Option<String>> {
    let page = log.read_all(pos.saturating_sub(1), Filter::default(), 1).await.map_err(told)?;
    Ok(page.events.first().filter(|event| event.pos == pos).map(|event| hex(&event.chain)))
}
