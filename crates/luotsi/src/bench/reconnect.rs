//! Many who listen when the server is killed: all come back at once, and none has missed or heard twice what was written.

use std::io::BufRead;
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use analytics::{Error, Result};
use serde_json::{Value, json};

use super::contacts::{Client, Server, joined};
use super::log::MESSAGE;

/// Clients that listen, to so many conversations.
const LISTENERS: usize = 500;
const CONVERSATIONS: usize = 20;
/// Each conversation gets a message so often.
const EVERY: Duration = Duration::from_millis(200);
/// Everybody hears within this time a message written after the kill, or it is lost.
const LATEST: Duration = Duration::from_secs(30);

/// The outcome.
pub struct Reconnected {
    /// From when the server serves again to when a listener is answered.
    pub took: Vec<Duration>,
    /// Numbers that a listener should have heard and has not.
    pub lost: usize,
    pub twice: usize,
}

/// Where the server is, and since when.
type Address = RwLock<(String, Instant)>;

/// Kills the server in the middle of `lasts`, while people write and listen.
pub fn reconnects(data: &Path, lasts: Duration) -> Result<Reconnected> {
    let mut server = Server::start(data)?;
    let people = (0..CONVERSATIONS).map(|number| server.client()?.open(&format!("reconnect-{number}")));
    let people = people.collect::<Result<Vec<(String, String)>>>()?;
    let address: Address = RwLock::new((server.address.clone(), Instant::now()));
    // Where each conversation ends, once nobody writes any more.
    let heads: Vec<Mutex<Option<u64>>> = (0..CONVERSATIONS).map(|_| Mutex::new(None)).collect();
    let took: Mutex<Vec<Duration>> = Mutex::default();
    let begun = Instant::now();
    let heard = std::thread::scope(|scope| {
        let (address, heads, took) = (&address, &heads, &took);
        let writers: Vec<_> = people
            .iter()
            .zip(heads)
            .map(|(person, head)| {
                scope.spawn(move || {
                    let last = write(address, person, begun + lasts)?;
                    *head.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
                    Ok(())
                })
            })
            .collect();
        let listeners: Vec<_> = (0..LISTENERS)
            .map(|number| {
                let at = number % CONVERSATIONS;
                let (person, head) = (&people[at], &heads[at]);
                scope.spawn(move || Ok((at, listen(address, person, head, took, begun + lasts + LATEST)?)))
            })
            .collect();
        std::thread::sleep(lasts / 2);
        server.kill();
        server = Server::start(data)?;
        *address.write().unwrap_or_else(PoisonError::into_inner) = (server.address.clone(), Instant::now());
        joined(writers)?;
        joined(listeners)
    })?;
    let (mut lost, mut twice) = (0, 0);
    for (at, mut numbers) in heard {
        let head = heads[at].lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(0);
        let all = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        twice += all - numbers.len();
        lost += (1..=head).filter(|number| numbers.binary_search(number).is_err()).count();
    }
    Ok(Reconnected { took: took.into_inner().unwrap_or_else(PoisonError::into_inner), lost, twice })
}

/// Writes until it is time, each message until it is acknowledged; the number of the last.
fn write(address: &Address, (contact, code): &(String, String), until: Instant) -> Result<u64> {
    let text = json!({ "text": "x".repeat(MESSAGE) }).to_string();
    let (mut last, mut client) = (0, None);
    for number in 0.. {
        let path = format!("/api/conversations/{contact}/messages/m{number}");
        loop {
            let sent = match client.take().map_or_else(|| Client::new(&at(address).0), Ok) {
                Ok(mut kept) => kept.call("PUT", &path, code, &text).map(|answer| (kept, answer)),
                Err(error) => Err(error),
            };
            match sent {
                Ok((kept, (200 | 201, body))) => {
                    client = Some(kept);
                    last = body["seq"].as_u64().unwrap_or(last);
                    break;
                }
                _ if Instant::now() > until + LATEST => return Err(Error::new("a message was not taken any more")),
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        if Instant::now() > until {
            break;
        }
        std::thread::sleep(EVERY);
    }
    Ok(last)
}

/// Listens until everything was heard, and comes back whenever the stream ends; the numbers heard.
fn listen(
    address: &Address,
    (contact, code): &(String, String),
    head: &Mutex<Option<u64>>,
    took: &Mutex<Vec<Duration>>,
    until: Instant,
) -> Result<Vec<u64>> {
    let (mut numbers, mut last, mut streams) = (Vec::<u64>::new(), None::<String>, 0);
    let heard_all = |numbers: &[u64]| {
        let head = *head.lock().unwrap_or_else(PoisonError::into_inner);
        head.is_some_and(|head| numbers.iter().any(|number| *number >= head))
    };
    while !heard_all(&numbers) && Instant::now() < until {
        let (place, since) = at(address);
        let Ok(mut client) = Client::new(&place) else {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        client.patience(Duration::from_millis(500))?;
        // Where it was stands in a header.
        let cursor = last.as_ref().map(|id| format!("text/event-stream\r\nLast-Event-ID: {id}"));
        let accept = cursor.as_deref().unwrap_or("text/event-stream");
        if client.ask("GET", &format!("/api/conversations/{contact}/messages?after=0"), code, accept, "").is_err() {
            continue;
        }
        streams += 1;
        let mut line = String::new();
        let (mut answered, mut event) = (false, (None, None));
        while !heard_all(&numbers) && Instant::now() < until {
            match client.stream.read_line(&mut line) {
                Ok(0) => break,
                Ok(_) => {}
                // Nothing came for a while: what has come of the line stays.
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                    continue;
                }
                Err(_) => break,
            }
            if !std::mem::replace(&mut answered, true) && streams > 1 {
                took.lock().unwrap_or_else(PoisonError::into_inner).push(since.elapsed());
            }
            // As a browser does: an event is one when the line after it has come.
            if let Some(id) = line.strip_prefix("id: ") {
                event.0 = Some(id.trim().to_string());
            } else if let Some(data) = line.strip_prefix("data: ") {
                let data: Value = serde_json::from_str(data).unwrap_or(Value::Null);
                event.1 = data["seq"].as_u64();
            } else if line.trim().is_empty() {
                let (id, number) = std::mem::take(&mut event);
                last = id.or(last);
                numbers.extend(number);
            }
            line.clear();
        }
    }
    Ok(numbers)
}

fn at(address: &Address) -> (String, Instant) {
    address.read().unwrap_or_else(PoisonError::into_inner).clone()
}
