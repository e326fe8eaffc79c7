//! Messages that come in by a port: files in its folder `in/`, which another program puts there, or [`super::Hooks`] does of a
//! signed request. A message is `{"id", "from", "text", "at"}`; word of one that was sent is `{"id", "status", "code"}`, with
//! our own id and `delivered` or `undelivered`. Both may come twice, late, and in another order.
//!
//! A file that was read is taken away, for a number stands in it. One that cannot be taken is counted by why, and is gone, too.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::SystemTime;

use content::Part;
use jiff::Timestamp;
use kinds::{Landed, Texted};
use matter::Trouble;
use operations::contacts::words::brought;
use operations::dispatches::Outcome;
use operations::dispatches::port::{Port, Takes};
use operations::residents::phone;
use serde_json::Value;
use uuid::Uuid;

use super::Outbox;
use super::file::plain;

/// Files that are read in one round, and how much of one, in bytes.
const ROUND: usize = 200;
const READ: u64 = 64 * 1024;
/// Messages of one number within a minute, as of any matter; those beyond are no conversation.
const A_MINUTE: u32 = 30;
/// Numbers whose pace is known at a time.
const PACES: usize = 10_000;
/// Characters of the other side's name for a message.
const LONGEST_ID: usize = 100;

/// How many messages of each number came in its last minute, by the other side's clock.
#[derive(Default)]
pub struct Pace(HashMap<String, (i64, u32)>);

impl Pace {
    /// Whether another message of a number is one too many. `minute`: since 1970.
    fn is_flood(&self, from: &str, minute: i64) -> bool {
        self.0.get(from).is_some_and(|(last, count)| *last == minute && *count >= A_MINUTE)
    }

    /// Counts a message that was taken.
    fn count(&mut self, from: &str, minute: i64) {
        if self.0.len() >= PACES {
            self.0.retain(|_, (last, _)| *last >= minute);
        }
        let (last, count) = self.0.entry(from.into()).or_insert((minute, 0));
        if *last != minute {
            (*last, *count) = (minute, 0);
        }
        *count += 1;
    }
}

impl Outbox {
    /// Takes what lies there, in the order in which it came.
    pub(crate) async fn take(&self, port: &Part<Port>) {
        if self.runs(port).0.is_none() {
            return;
        }
        let folder = self.folder(&port.id).join("in");
        let waiting = tokio::task::spawn_blocking(move || waiting(&folder)).await.unwrap_or_default();
        for path in waiting {
            let read = read(&path);
            let taken = match &read {
                Err(why) => Err(*why),
                Ok(told) if told["status"].is_string() => self.told(told).await,
                Ok(told) => match &port.content.takes {
                    Some(takes) => self.came(&port.id, takes, told).await,
                    None => Err("not_here"),
                },
            };
            match taken {
                // The log cannot take it now: it stays, and is read again.
                Ok(false) => continue,
                Ok(true) => self.heard(&port.id, None),
                Err(why) => self.heard(&port.id, Some(why)),
            }
            let _ = fs::remove_file(path);
        }
    }

    /// Counts what came.
    fn heard(&self, port: &str, refused: Option<&'static str>) {
        let now = self.kinds.store.now();
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        let of = came.entry(port.into()).or_default();
        match refused {
            Some(why) => *of.refused.entry(why).or_default() += 1,
            None => of.at = Some(now),
        }
    }

    /// Word of a message that was sent. Whether the log has it; the error says why it is none.
    async fn told(&self, told: &Value) -> Result<bool, &'static str> {
        let id = told["id"].as_str().and_then(|it| it.parse::<Uuid>().ok()).ok_or("id")?;
        let outcome = match told["status"].as_str() {
            Some("delivered") => Outcome::Delivered,
            Some("undelivered") => {
                let code = told["code"].as_str().and_then(plain).unwrap_or_else(|| "undelivered".into());
                Outcome::Refused { code }
            }
            _ => return Err("status"),
        };
        match self.kinds.dispatches.read(id).await {
            Ok(None) => Err("never_sent"),
            _ => Ok(self.noted(id, outcome).await),
        }
    }

    /// A message of somebody. Whether the log has it; the error says why it is none.
    async fn came(&self, port: &str, takes: &Takes, told: &Value) -> Result<bool, &'static str> {
        let is_id = |it: &&str| (1..=LONGEST_ID).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_graphic());
        let id = told["id"].as_str().filter(is_id).ok_or("id")?;
        let from = told["from"].as_str().and_then(number).ok_or("number")?;
        let text = brought(told["text"].as_str().ok_or("empty")?)?;
        let now = self.kinds.store.now();
        let at = told["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok()).map_or(now, |at| at.as_microsecond());
        let (minute, pace) = (at.div_euclid(60_000_000), || self.pace.lock().unwrap_or_else(PoisonError::into_inner));
        if pace().is_flood(&from, minute) {
            return Err("too_many");
        }
        match self.kinds.take_message(port, takes, Texted { id: id.into(), from: from.clone(), text }).await {
            Ok(Landed::Opened(_) | Landed::Joined(_)) => {
                pace().count(&from, minute);
                Ok(true)
            }
            Ok(Landed::NothingToStop) => Err("nothing_to_stop"),
            Err(Trouble::KeyReused) => Err("id_reused"),
            Err(Trouble::Refused(_)) => Err("refused"),
            Err(_) => Ok(false),
        }
    }
}

/// A number as operators write it: also without a sign before it.
fn number(from: &str) -> Option<String> {
    let from = from.trim();
    let is_abroad = from.len() >= 10 && !from.starts_with('0') && from.bytes().all(|it| it.is_ascii_digit());
    phone(&if is_abroad { format!("+{from}") } else { from.into() })
}

fn read(path: &Path) -> Result<Value, &'static str> {
    if fs::metadata(path).map_err(|_| "unread")?.len() > READ {
        return Err("too_long");
    }
    // Letters in another encoding are marked as such, and the rest of the message is kept.
    let bytes = fs::read(path).map_err(|_| "unread")?;
    let read = serde_json::from_str::<Value>(&String::from_utf8_lossy(&bytes));
    read.ok().filter(Value::is_object).ok_or("unread")
}

/// The files of a folder that are whole, the oldest first.
fn waiting(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let whole = entries.map(|it| it.path()).filter(|it| it.extension().is_some_and(|it| it == "json"));
    let at = |path: &Path| fs::metadata(path).and_then(|it| it.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut all: Vec<(SystemTime, PathBuf)> = whole.map(|path| (at(&path), path)).collect();
    all.sort_unstable();
    all.into_iter().take(ROUND).map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_operators_write_it() {
        for (from, expected) in [
            ("+358450000001", Some("+358450000001")),
            ("358450000001", Some("+358450000001")),
            ("0450000001", Some("+358450000001")),
            ("00358450000001", Some("+358450000001")),
            ("18123", None),
            ("Posti", None),
            ("", None),
            ("+358450000001'; --", None),
            ("3584500000013584500000013584500", None),
        ] {
            assert_eq!(number(from).as_deref(), expected, "{from}");
        }
    }

    #[test]
    fn thirty_messages_of_one_number_in_a_minute_are_a_conversation_and_more_are_none() {
        let mut pace = Pace::default();
        let floods = |pace: &mut Pace, from: &str, minute| {
            let mut is_flood = || {
                let is_flood = pace.is_flood(from, minute);
                pace.count(from, minute);
                is_flood
            };
            (0..40).filter(|_| is_flood()).count()
        };
        assert_eq!(floods(&mut pace, "+1", 1), 10);
        assert_eq!(floods(&mut pace, "+2", 1), 10, "another number has its own");
        assert_eq!(floods(&mut pace, "+1", 2), 10, "a minute later it begins anew");
        for other in 0..2 * PACES {
            pace.count(&other.to_string(), 3 + other as i64 / 100);
        }
        assert!(pace.0.len() <= PACES + 1, "no more is kept than has to be");
    }
}
