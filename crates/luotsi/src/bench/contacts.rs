//! `luotsi bench contacts`: a server over HTTP as its users meet it: writing, listening, claiming.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use analytics::{Error, Result};
use clap::Args;
use kinds::NewContact;
use matter::By;
use matter::access::Role;
use operations::contacts::Channel;
use serde_json::{Value, json};
use web::Person;

use super::log::{MESSAGE, percentiles};
use super::reconnect::reconnects;
use crate::place::{Place, told};
use crate::serve::TOKENS;
use crate::{DataDirectory, now, output, runtime};

#[derive(Args)]
pub struct Arguments {
    /// Seconds of each run.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Contacts that wait in the queue while it is claimed from.
    #[arg(long, default_value_t = 100_000)]
    open: usize,
    /// Folder for the data; the county in it is made anew.
    #[arg(long, default_value = "data/bench")]
    folder: PathBuf,
}

/// People who write at once, each to a service that reads.
const PAIRS: usize = 200;
/// Messages a second of the open loop, from so many people who each have somebody listening.
const ARRIVING: usize = 100;
const LISTENED: usize = 20;
/// Professionals who claim at once.
const CLAIMERS: usize = 50;
/// Clients that listen and hear nothing.
const IDLE: usize = 1000;
const UNIT: &str = "county";

pub fn run(arguments: &Arguments) -> Result<()> {
    let data = arguments.folder.join("contacts");
    let _ = std::fs::remove_dir_all(&data);
    let place = Place::of(DataDirectory { path: data.clone() });
    let lasts = Duration::from_secs(arguments.seconds);
    // Everybody writes from this one machine.
    let settings = data.join("county.toml");
    std::fs::create_dir_all(&data).map_err(|error| Error::file("make the folder", &data, error))?;
    std::fs::write(&settings, "[limits]\ncontacts_per_address = 0\nmessages_per_contact = 0\n")
        .map_err(|error| Error::file("write", &settings, error))?;
    let server = Server::start(&data)?;
    let (rate, wrong) = closed_loop(&server, lasts)?;
    let heard = open_loop(&server, lasts)?;
    let idle = idle(&server)?;
    drop(server);
    let back = reconnects(&data, lasts)?;
    let filled = fill(&place, arguments.open)?;
    let begun = Instant::now();
    let server = Server::start(&data)?;
    let start = begun.elapsed();
    let memory = server.memory();
    let (looks, claimed, twice) = claims(&server, &place, lasts)?;
    output::print(|out| {
        let mut say = |text: String| writeln!(out, "{text}").map_err(|error| Error::new(error.to_string()));
        say(format!("durable messages from {PAIRS} people, closed loop: {rate:.0}/s, lost or twice {wrong}"))?;
        say(format!("sent to heard, {ARRIVING} messages/s to {LISTENED} listeners: {}", percentiles(&heard)))?;
        say(format!(
            "server killed under 500 listeners, who come back at once: answered {}, lost {}, twice {}",
            percentiles(&back.took),
            back.lost,
            back.twice
        ))?;
        say(format!("memory of an idle listener: {idle:.0} KiB"))?;
        say(format!("contacts opened in process, 256 at once: {filled:.0}/s"))?;
        say(format!(
            "start behind a snapshot with {} waiting: {:.1} s, {memory} MiB",
            arguments.open,
            start.as_secs_f64()
        ))?;
        say(format!("head of that queue by {CLAIMERS} claimers: {}", percentiles(&looks)))?;
        say(format!("claimed {claimed}, twice {twice}"))
    })
}

/// A server in a process of its own; killed when dropped.
pub(super) struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    pub fn start(data: &Path) -> Result<Server> {
        let broken = |error: std::io::Error| Error::new(format!("the server: {error}"));
        let program = std::env::current_exe().map_err(broken)?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--facts-every", "3600", "--data"])
            .arg(data)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(broken)?;
        let mut lines =
            BufReader::new(child.stderr.take().ok_or_else(|| Error::new("the server says nothing"))?).lines();
        let said = lines.by_ref().map_while(std::result::Result::ok);
        let address = said.into_iter().find_map(|line| line.strip_prefix("serving on http://").map(str::to_string));
        let address = address.ok_or_else(|| Error::new("the server did not start"))?;
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Server { child, address })
    }

    /// Resident memory in MiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
    }

    pub fn client(&self) -> Result<Client> {
        Client::new(&self.address)
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Killed before, it has no id any more.
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        // As told to end, so that it keeps its snapshot.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// A connection that is kept.
pub(super) struct Client {
    pub stream: BufReader<TcpStream>,
}

impl Client {
    pub fn new(address: &str) -> Result<Client> {
        let stream = TcpStream::connect(address).map_err(|error| Error::new(format!("the server: {error}")))?;
        stream.set_nodelay(true).map_err(|error| Error::new(error.to_string()))?;
        Ok(Client { stream: BufReader::new(stream) })
    }

    /// How long it waits for something to read.
    pub fn patience(&self, most: Duration) -> Result<()> {
        self.stream.get_ref().set_read_timeout(Some(most)).map_err(|error| Error::new(error.to_string()))
    }

    pub fn ask(&mut self, method: &str, path: &str, bearer: &str, accept: &str, body: &str) -> std::io::Result<()> {
        let bearer = if bearer.is_empty() { String::new() } else { format!("Authorization: Bearer {bearer}\r\n") };
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\nAccept: {accept}\r\n{bearer}");
        self.stream.get_mut().write_all(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes())
    }

    pub fn call(&mut self, method: &str, path: &str, bearer: &str, body: &str) -> Result<(u16, Value)> {
        let broken = |error: std::io::Error| Error::new(format!("the server: {error}"));
        self.ask(method, path, bearer, "application/json", body).map_err(broken)?;
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).map_err(broken)? == 0 {
                return Err(Error::new("the server hung up"));
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(0);
            }
            if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).map_err(broken)?;
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// A new contact: its id and code.
    pub fn open(&mut self, name: &str) -> Result<(String, String)> {
        let body = json!({ "client_id": name, "channel": "chat", "service": "outpatient", "language": "fi",
                           "text": "x".repeat(MESSAGE), "anonymous": true });
        let (status, body) = self.call("POST", "/api/contacts", "", &body.to_string())?;
        match (body["contact"].as_str(), body["resume_code"].as_str()) {
            (Some(contact), Some(code)) => Ok((contact.into(), code.into())),
            _ => Err(Error::new(format!("a contact was not opened: {status} {body}"))),
        }
    }
}

pub(super) fn joined<T>(threads: Vec<std::thread::ScopedJoinHandle<'_, Result<T>>>) -> Result<Vec<T>> {
    let join = |thread: std::thread::ScopedJoinHandle<'_, Result<T>>| {
        thread.join().unwrap_or_else(|_| Err(Error::new("a client broke off")))
    };
    threads.into_iter().map(join).collect()
}

/// Messages a second that are on disk, and those that are then not there once.
fn closed_loop(server: &Server, lasts: Duration) -> Result<(f64, usize)> {
    let begun = Instant::now();
    let text = json!({ "text": "x".repeat(MESSAGE) }).to_string();
    let written = std::thread::scope(|scope| {
        let people = (0..PAIRS).map(|number| {
            let text = &text;
            scope.spawn(move || {
                let mut client = server.client()?;
                let (contact, code) = client.open(&format!("closed-{number}"))?;
                let (begun, mut sent) = (Instant::now(), 0);
                while begun.elapsed() < lasts {
                    let path = format!("/api/conversations/{contact}/messages/m{sent}");
                    let (status, body) = client.call("PUT", &path, &code, text)?;
                    if status != 201 {
                        return Err(Error::new(format!("a message was not taken: {status} {body}")));
                    }
                    sent += 1;
                }
                Ok((contact, code, sent))
            })
        });
        joined(people.collect())
    })?;
    let took = begun.elapsed().as_secs_f64();
    let (mut client, mut all, mut wrong) = (server.client()?, 0, 0);
    for (contact, code, sent) in written {
        let (mut after, mut found) = (0, Vec::new());
        loop {
            let path = format!("/api/conversations/{contact}/messages?after={after}");
            let (_, page) = client.call("GET", &path, &code, "")?;
            let names = page["messages"].as_array().into_iter().flatten();
            found.extend(names.filter_map(|it| it["client_id"].as_str().map(str::to_string)));
            match page["head"].as_u64() {
                Some(head) if head > after => after = head,
                _ => break,
            }
        }
        let count = found.len();
        found.sort_unstable();
        found.dedup();
        // The first message came with the contact.
        wrong += (count - found.len()) + (sent as usize + 1).abs_diff(found.len());
        all += sent;
    }
    Ok((f64::from(all) / took, wrong))
}

/// From when a message was to be sent to when its listener has it.
fn open_loop(server: &Server, lasts: Duration) -> Result<Vec<Duration>> {
    let mut people = Vec::new();
    for number in 0..LISTENED {
        people.push(server.client()?.open(&format!("open-{number}"))?);
    }
    let begun = Instant::now() + Duration::from_millis(300);
    let each = (ARRIVING / LISTENED) as u32;
    let messages = lasts.as_secs() as u32 * each;
    let due = |person: usize, message: u32| {
        let phase = Duration::from_secs(1) / each * person as u32 / LISTENED as u32;
        begun + Duration::from_secs(1) / each * message + phase
    };
    let heard: Mutex<Vec<Duration>> = Mutex::default();
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for (person, (contact, code)) in people.iter().enumerate() {
            let (due, heard) = (&due, &heard);
            let mut listener = server.client()?;
            let path = format!("/api/conversations/{contact}/messages?after=2");
            let asked = listener.ask("GET", &path, code, "text/event-stream", "");
            asked.map_err(|error| Error::new(error.to_string()))?;
            threads.push(scope.spawn(move || {
                let mut left = messages;
                while left > 0 {
                    let mut line = String::new();
                    let read = listener.stream.read_line(&mut line).map_err(|error| Error::new(error.to_string()))?;
                    if read == 0 {
                        return Err(Error::new("the stream ended"));
                    }
                    let Some(data) = line.strip_prefix("data: ") else { continue };
                    let data: Value = serde_json::from_str(data).unwrap_or(Value::Null);
                    let Some(number) = data["client_id"].as_str().and_then(|id| id.strip_prefix('m')?.parse().ok())
                    else {
                        continue;
                    };
                    let took = Instant::now().saturating_duration_since(due(person, number));
                    heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(took);
                    left -= 1;
                }
                Ok(())
            }));
            let mut sender = server.client()?;
            threads.push(scope.spawn(move || {
                let text = json!({ "text": "x".repeat(MESSAGE) }).to_string();
                for number in 0..messages {
                    std::thread::sleep(due(person, number).saturating_duration_since(Instant::now()));
                    sender.call("PUT", &format!("/api/conversations/{contact}/messages/m{number}"), code, &text)?;
                }
                Ok(())
            }));
        }
        joined(threads)
    })?;
    Ok(heard.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// KiB of the server for each client that listens and hears nothing.
fn idle(server: &Server) -> Result<f64> {
    let (contact, code) = server.client()?.open("idle")?;
    let before = server.memory();
    let mut listeners = Vec::new();
    for _ in 0..IDLE {
        let mut listener = server.client()?;
        let path = format!("/api/conversations/{contact}/messages?after=2");
        let asked = listener.ask("GET", &path, &code, "text/event-stream", "");
        asked.map_err(|error| Error::new(error.to_string()))?;
        listeners.push(listener);
    }
    std::thread::sleep(Duration::from_secs(1));
    Ok((server.memory().saturating_sub(before)) as f64 * 1024.0 / IDLE as f64)
}

/// Opens contacts that stay in the queue; how many a second.
fn fill(place: &Place, open: usize) -> Result<f64> {
    const AT_ONCE: usize = 256;
    runtime()?.block_on(async {
        let kinds = place.kinds(&std::sync::Arc::new(place.keys()?), now).await?;
        let followed = kinds.store.clone();
        let following = tokio::spawn(async move { followed.follow().await });
        let begun = Instant::now();
        let next = std::sync::Arc::new(AtomicU64::new(0));
        let bar = output::progress("opening contacts", Some(open as u64));
        let openers = (0..AT_ONCE).map(|_| {
            let (kinds, next, bar) = (kinds.clone(), std::sync::Arc::clone(&next), bar.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= open as u64 {
                        return Ok::<(), Error>(());
                    }
                    let new = NewContact {
                        client_id: format!("fill-{number}"),
                        among: String::new(),
                        channel: Channel::Message,
                        service: "outpatient".into(),
                        language: "fi".into(),
                        unit: UNIT.into(),
                        queue: None,
                        anonymous: true,
                        subject: None,
                        routed: None,
                        text: "x".repeat(MESSAGE),
                    };
                    let opened = kinds.open_contact(new, &By::Holder).await;
                    opened.map_err(|trouble| Error::new(format!("{trouble:?}")))?;
                    bar.inc(1);
                }
            })
        });
        for opener in openers.collect::<Vec<_>>() {
            opener.await.map_err(|error| Error::new(error.to_string()))??;
        }
        bar.finish_and_clear();
        let rate = open as f64 / begun.elapsed().as_secs_f64();
        following.abort();
        kinds.store.keep().map_err(told)?;
        Ok(rate)
    })
}

/// Professionals look at the head of the queue and claim what they see there: how long the looks took, how many were
/// claimed, and how many twice.
fn claims(server: &Server, place: &Place, lasts: Duration) -> Result<(Vec<Duration>, usize, usize)> {
    let key = place.keys()?.derived(TOKENS);
    let term = now()..now() + 3_600_000_000;
    let done = std::thread::scope(|scope| {
        let claimers = (0..CLAIMERS).map(|number| {
            let (id, unit) = (format!("nurse-{number}"), UNIT.into());
            let person = Person { role: Role::Professional, id, unit, acting: None };
            let token = person.token(&key, &term);
            scope.spawn(move || {
                let (mut client, mut looks, mut claimed) = (server.client()?, Vec::new(), Vec::new());
                let begun = Instant::now();
                while begun.elapsed() < lasts {
                    let looked = Instant::now();
                    let (_, queue) = client.call("GET", &format!("/api/queues/{UNIT}?limit=20"), &token, "")?;
                    looks.push(looked.elapsed());
                    let head = queue["contacts"].as_array().cloned().unwrap_or_default();
                    // Not all reach for the first.
                    let Some(contact) = head.get(number % head.len().max(1)).and_then(|it| it["contact"].as_str())
                    else {
                        break;
                    };
                    let (status, _) = client.call("POST", &format!("/api/contacts/{contact}/claim"), &token, "")?;
                    if status == 200 {
                        claimed.push(contact.to_string());
                    }
                    // A tenth of a second or so: people do not look in step.
                    let pause = 60 + (number * 37 + looks.len() * 53) % 81;
                    std::thread::sleep(Duration::from_millis(pause as u64));
                }
                Ok((looks, claimed))
            })
        });
        joined(claimers.collect())
    })?;
    let (looks, claimed): (Vec<_>, Vec<_>) = done.into_iter().unzip();
    let mut claimed: Vec<String> = claimed.into_iter().flatten().collect();
    let all = claimed.len();
    claimed.sort_unstable();
    claimed.dedup();
    Ok((looks.into_iter().flatten().collect(), all, all - claimed.len()))
}
