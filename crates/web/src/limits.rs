//! How often strangers may write, and from where they come.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use kinds::{Begins, NewContact, Opened};
use matter::By;
use operations::contacts::Command;
use store::{Done, hex, signature};
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::observe::tell;

/// An hour, in microseconds.
const HOUR: i64 = 3_600_000_000;
/// Writers who are remembered at a time: beyond it nobody new is taken in before some are forgotten.
const REMEMBERED: usize = 100_000;
/// Codes and tokens that open nothing, from one address within a quarter of an hour, before every further one has to wait.
const TRIES: u32 = 5;
const TRIES_WITHIN: i64 = 15 * 60 * 1_000_000;
/// Tries to sign in that come to nothing, in an hour: of one address; under one name from there; and under one name from
/// anywhere, of which nobody uses up much alone: it keeps many from guessing codes together, and few from shutting a name.
const TRIES_OF_ADDRESS: u32 = 120;
const TRIES_OF_NAME_THERE: u32 = 10;
const TRIES_OF_NAME: u32 = 300;
/// Sign-ins that one address begins at the provider in an hour and does not end: a small part of those for which there is room.
const BEGUN_AT_PROVIDER: u32 = 600;
/// How long it then waits, one after another from one address.
const PAUSE: Duration = Duration::from_secs(1);
/// How many may wait so, of one address and of all: the others are told at once that it is too many.
const WAITING: u32 = 5;
const WAITING_OF_ALL: usize = 256;

/// Streams, and requests that wait, of one caller at a time: of somebody who has signed in, or of all who hold the code of
/// one contact.
const STREAMS: u32 = 128;
/// One more is asked for again after so many seconds.
const STREAM_AGAIN: u64 = 30;

/// The limits for strangers, as the county sets them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strangers {
    /// New contacts an hour from one address, and of one resident who has signed in; 0: any number.
    pub contacts_per_address: u32,
    /// Messages an hour that a resident may write in one contact; 0: any number.
    pub messages_per_contact: u32,
    /// Addresses of proxies that say truly for whom they ask, in `X-Forwarded-For`.
    pub proxies: Vec<IpAddr>,
    /// Names under which the server is asked; none: any.
    pub hosts: Vec<String>,
}

/// Counts of what strangers do.
pub struct Counted {
    contacts: Rate,
    messages: Rate,
    /// Tries to sign in: by address, by name and address, and by name.
    addresses: Rate,
    names_there: Rate,
    names: Rate,
    at_provider: Rate,
    pub tries: Tries,
    pub streams: Streams,
}

impl Counted {
    pub fn new(strangers: &Strangers) -> Counted {
        Counted {
            contacts: Rate::new(strangers.contacts_per_address),
            messages: Rate::new(strangers.messages_per_contact),
            addresses: Rate::new(TRIES_OF_ADDRESS),
            names_there: Rate::new(TRIES_OF_NAME_THERE),
            names: Rate::new(TRIES_OF_NAME),
            at_provider: Rate::new(BEGUN_AT_PROVIDER),
            tries: Tries::default(),
            streams: Streams::default(),
        }
    }
}

/// A try to sign in that is counted, until it comes to something.
pub struct SignInTried<'a>([(&'a Rate, String); 3]);

impl SignInTried<'_> {
    pub fn give_back(self) {
        self.0.iter().for_each(|(rate, key)| rate.give_back(key));
    }
}

impl Counted {
    /// Counts a try to sign in under a name, whether there is one or not; too many wait.
    pub fn try_name(&self, key: &[u8; 32], name: &str, address: IpAddr, now: i64) -> Result<SignInTried<'_>, Failure> {
        let (name, address) = (identity::named(name).unwrap_or_default(), address.to_string());
        let (name, address) = (name.as_bytes(), address.as_bytes());
        let counts = [
            (&self.addresses, shared(key, &[b"address", address])),
            (&self.names_there, shared(key, &[b"name", name, address])),
            (&self.names, shared(key, &[b"name", name])),
        ];
        for (rate, key) in &counts {
            rate.take(key, now).map_err(Failure::too_many)?;
        }
        Ok(SignInTried(counts))
    }

    /// Counts a sign-in that begins at the provider; too many wait.
    pub fn begin_at_provider(&self, key: &[u8; 32], address: IpAddr, now: i64) -> Result<(), Failure> {
        let key = shared(key, &[b"provider", address.to_string().as_bytes()]);
        self.at_provider.take(&key, now).map_err(Failure::too_many)
    }

    /// Takes one back that has let somebody in.
    pub fn ended_at_provider(&self, key: &[u8; 32], address: IpAddr) {
        self.at_provider.give_back(&shared(key, &[b"provider", address.to_string().as_bytes()]));
    }
}

/// One of some ten thousand counts that names and addresses share: however many are made up, there is room for each.
fn shared(key: &[u8; 32], of: &[&[u8]]) -> String {
    hex(&signature(key, of)[..2])
}

/// How often something may happen to one of many: an hour's worth at once, and then evenly.
struct Rate {
    an_hour: u32,
    /// By when what one has done so far would have been done evenly, in microseconds since 1970.
    even: Mutex<HashMap<String, i64>>,
}

impl Rate {
    fn new(an_hour: u32) -> Rate {
        Rate { an_hour, even: Mutex::default() }
    }

    /// Counts one more, or says after how many seconds there will be room for it.
    fn take(&self, key: &str, now: i64) -> Result<(), u64> {
        if self.an_hour == 0 {
            return Ok(());
        }
        let each = HOUR / i64::from(self.an_hour);
        let seconds = |micros: i64| micros.max(1).unsigned_abs().div_ceil(1_000_000);
        let mut even = self.even.lock().unwrap_or_else(PoisonError::into_inner);
        let known = even.get(key).copied();
        let next = known.unwrap_or(now).max(now) + each;
        if next - now > HOUR {
            return Err(seconds(next - now - HOUR));
        }
        if known.is_none() && even.len() >= REMEMBERED {
            even.retain(|_, until| *until > now);
            if even.len() >= REMEMBERED {
                return Err(seconds(each));
            }
        }
        even.insert(key.into(), next);
        Ok(())
    }

    /// Takes one back that came to nothing new.
    fn give_back(&self, key: &str) {
        if let Some(until) = self.even.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            *until -= HOUR / i64::from(self.an_hour.max(1));
        }
    }
}

/// A name of so many characters is taken to be one that nobody else chooses.
const UNGUESSED: usize = 20;

impl App {
    /// Opens a contact, unless too many come from there. Asked again for what was opened already, it is answered always.
    pub async fn open_contact(
        &self,
        new: NewContact,
        begins: &Begins,
        by: &By,
        from: IpAddr,
    ) -> Result<Opened, Failure> {
        // Two strangers may choose the same short name and the same words: each has a contact and a code of their own.
        let is_guessed = new.subject.is_none() && new.client_id.len() < UNGUESSED;
        let among = if is_guessed { from.to_string() } else { String::new() };
        let new = NewContact { among, ..new };
        let key = new.subject.map_or_else(|| from.to_string(), |subject| subject.to_string());
        let taken = self.counted.contacts.take(&key, self.kinds.store.now());
        if let Err(seconds) = taken
            && !self.kinds.was_opened(&new, by).await.map_err(|error| Failure::away(&error))?
        {
            return Err(Failure::too_many(seconds));
        }
        let opened = self.kinds.open_contact_with(new, begins, by).await;
        if taken.is_ok() && !opened.as_ref().is_ok_and(|opened| !opened.again) {
            self.counted.contacts.give_back(&key);
        }
        let opened = opened?;
        self.begun_for(by, opened.contact).await?;
        Ok(opened)
    }

    /// Counts something that a stranger sends, beside the contacts that they open; too many wait.
    pub fn take_of_stranger(&self, from: IpAddr) -> Result<(), Failure> {
        self.counted.contacts.take(&from.to_string(), self.kinds.store.now()).map_err(Failure::too_many)
    }

    /// Counts something that a resident brings to a contact beside their messages, as one of them; too many wait.
    pub fn take_of_resident(&self, by: &By, contact: Uuid) -> Result<(), Failure> {
        match by {
            By::Resident(_) | By::Acting { .. } | By::Holder => {
                self.counted.messages.take(&contact.to_string(), self.kinds.store.now()).map_err(Failure::too_many)
            }
            _ => Ok(()),
        }
    }

    /// Writes a message; of a resident, unless they have written too many in this contact. As with opening.
    pub async fn write_message(
        &self,
        (contact, seen): (Uuid, u64),
        by: &By,
        text: String,
        client_id: String,
    ) -> Result<Done, Failure> {
        let command = Command::Write { client_id: client_id.clone(), text: text.into() };
        if !matches!(by, By::Resident(_) | By::Acting { .. } | By::Holder) {
            return Ok(self.kinds.contacts.ask(contact, command, by, &client_id, seen).await?);
        }
        let key = contact.to_string();
        let taken = self.counted.messages.take(&key, self.kinds.store.now());
        if let Err(seconds) = taken {
            let was_done = self.kinds.contacts.was_done(contact, &command, by, &client_id).await;
            if !was_done.map_err(|error| Failure::away(&error))? {
                return Err(Failure::too_many(seconds));
            }
        }
        let done = self.kinds.contacts.ask(contact, command, by, &client_id, seen).await;
        if taken.is_ok() && !done.as_ref().is_ok_and(|done| !done.again) {
            self.counted.messages.give_back(&key);
        }
        Ok(done?)
    }
}

/// The address that somebody comes from: that of the connection, or the one for which a trusted proxy says that it asks.
/// Of a network of IPv6 that one household has, all are one.
pub struct Address(pub IpAddr);

impl Address {
    pub fn of(parts: &Parts, app: &App) -> Address {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::from([127, 0, 0, 1]), |ConnectInfo(peer)| peer.ip().to_canonical());
        let named = || parts.headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
        if !app.strangers.proxies.contains(&peer) {
            if named().next().is_some() {
                app.tell_of_proxy(peer);
            }
            return Address(household(peer));
        }
        // Each proxy adds at the end for whom it asks; what stands before the last that is not ours, anybody can write.
        let all: Vec<&str> = named().flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut from = peer;
        for told in all.into_iter().rev() {
            let Some(address) = address_in(told) else { break };
            from = address;
            if !app.strangers.proxies.contains(&address) {
                break;
            }
        }
        Address(household(from))
    }
}

/// Where a proxy says for whom it asks.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Headers that also show that somebody asks for another.
const FORWARDED: [&str; 7] =
    [FORWARDED_FOR, "forwarded", "via", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-server", "x-real-ip"];

/// Whether somebody asks from this very machine, and for nobody else.
pub fn is_from_here(parts: &Parts) -> bool {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let is_here = peer.is_none_or(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    is_here && !FORWARDED.iter().any(|name| parts.headers.contains_key(*name))
}

impl App {
    /// Says once that what seems to be a proxy is not trusted: all whom it asks for are then one address.
    fn tell_of_proxy(&self, peer: IpAddr) {
        self.untrusted.call_once(|| {
            tell(&format!(
                "warning: {peer} asks for others, and is taken for one person; if it is your proxy, set trusted_proxy = [\"{peer}\"] in county.toml"
            ));
        });
    }
}

/// An address as proxies write it, with or without a port.
fn address_in(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(whole) => Ipv6Addr::from(u128::from(whole) >> 64 << 64).into(),
    }
}

impl FromRequestParts<Arc<App>> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Address, Self::Rejection> {
        Ok(Address::of(parts, app))
    }
}

/// How many streams each caller has open, and requests that wait.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<String, u32>>>);

/// A place among a caller's streams, as long as it is held.
pub struct Stream {
    all: Streams,
    caller: String,
}

impl Streams {
    /// A place for one more stream of a caller.
    pub fn begin(&self, caller: String) -> Result<Stream, Failure> {
        let mut all = self.lock();
        let open = all.entry(caller.clone()).or_default();
        if *open >= STREAMS {
            return Err(Failure::too_many_streams(STREAM_AGAIN));
        }
        *open += 1;
        drop(all);
        Ok(Stream { all: self.clone(), caller })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        match all.get_mut(&self.caller) {
            Some(open) if *open > 1 => *open -= 1,
            _ => drop(all.remove(&self.caller)),
        }
    }
}

/// Codes and tokens that opened nothing, by address.
pub struct Tries {
    failed: Mutex<HashMap<IpAddr, Failed>>,
    waiting: tokio::sync::Semaphore,
}

/// Failed tries of one address.
#[derive(Clone, Copy)]
struct Failed {
    since: i64,
    count: u32,
    waiting: u32,
}

impl Default for Tries {
    fn default() -> Tries {
        Tries { failed: Mutex::default(), waiting: tokio::sync::Semaphore::new(WAITING_OF_ALL) }
    }
}

/// A place among those of an address that wait, also of somebody who does not wait to the end.
struct Waiting<'a> {
    tries: &'a Tries,
    address: IpAddr,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(failed) = self.tries.lock().get_mut(&self.address) {
            failed.waiting = failed.waiting.saturating_sub(1);
        }
    }
}

impl Tries {
    /// Counts what opened nothing, and after some of them waits. A right one is never kept waiting: whoever shares an
    /// address with somebody who guesses still gets to their contact; and no address waits for another's.
    pub async fn failed(&self, address: IpAddr, now: i64) -> Result<(), Failure> {
        let Some(turn) = self.count(address, now) else { return Ok(()) };
        let place = Waiting { tries: self, address };
        let permit = self.waiting.try_acquire();
        if turn > WAITING || permit.is_err() {
            return Err(Failure::too_many(PAUSE.as_secs() * u64::from(WAITING)));
        }
        tokio::time::sleep(PAUSE * turn).await;
        drop(place);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, Failed>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of a try among those of the address that wait, from 1; none: it need not wait.
    fn count(&self, address: IpAddr, now: i64) -> Option<u32> {
        let mut all = self.lock();
        if all.len() >= REMEMBERED {
            all.retain(|_, failed| now - failed.since < TRIES_WITHIN || failed.waiting > 0);
        }
        // So many addresses at once are one who guesses: everybody new among them waits.
        if all.len() >= REMEMBERED && !all.contains_key(&address) {
            return Some(WAITING + 1);
        }
        let failed = all.entry(address).or_insert(Failed { since: now, count: 0, waiting: 0 });
        if now - failed.since >= TRIES_WITHIN {
            (failed.since, failed.count) = (now, 0);
        }
        failed.count = failed.count.saturating_add(1);
        if failed.count <= TRIES {
            return None;
        }
        failed.waiting += 1;
        Some(failed.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hours_worth_goes_at_once_and_the_rest_evenly_whatever_the_number() {
        for an_hour in [1, 2, 5, 7, 60, 500, 3600, 100_000] {
            let rate = Rate::new(an_hour);
            let at_once = (0..an_hour + 1000).filter(|_| rate.take("a", 0).is_ok()).count();
            assert_eq!(at_once, an_hour as usize, "{an_hour}");
            let wait = rate.take("a", 0).expect_err("no room");
            assert!(wait >= 1 && wait <= u64::from(3600 / an_hour) + 1, "{an_hour}: {wait} s");
            assert!(rate.take("b", 0).is_ok(), "another goes on");
            let later = wait as i64 * 1_000_000;
            assert!(rate.take("a", later).is_ok(), "{an_hour}: after {wait} s there is room, as it was said");
            rate.give_back("a");
            assert!(rate.take("a", later).is_ok(), "what came to nothing does not count");
            let in_an_hour = (0..an_hour * 3).filter(|_| rate.take("a", later + HOUR).is_ok()).count();
            assert_eq!(in_an_hour, an_hour as usize, "never more than an hour's worth");
        }
        let none = Rate::new(0);
        assert!((0..10_000).all(|_| none.take("a", 0).is_ok()), "no limit");
    }

    #[test]
    fn tries_to_sign_in_are_counted_by_address_by_name_there_and_by_name_and_few_shut_nobody_out() {
        let counted = Counted::new(&Strangers::default());
        let key = [7; 32];
        let from = |number: u32| IpAddr::from((0xc000_0200 + number).to_be_bytes());
        let tried = |name: &str, address: IpAddr| counted.try_name(&key, name, address, 0);
        // The same name, however it is typed.
        let names = ["päivi", "PÄIVI ", "pa\u{308}ivi"];
        let there = (0..100).filter(|number| tried(names[number % 3], from(1)).is_ok()).count();
        assert_eq!(there, TRIES_OF_NAME_THERE as usize);
        assert!(tried("päivi", from(2)).is_ok(), "from elsewhere it is open");
        // One address, whatever the names.
        let all = (0..1000).filter(|number| tried(&format!("name-{number}"), from(3)).is_ok()).count();
        assert!(all <= TRIES_OF_ADDRESS as usize && all > TRIES_OF_ADDRESS as usize / 2, "{all}");
        assert_eq!(tried("olga", from(3)).err().map(|it| it.status.as_u16()), Some(429));
        // Many addresses together, under one name.
        let together = (100..1000).filter(|number| tried("anna", from(*number)).is_ok()).count();
        // Some share a count with others that have used it up.
        assert!((TRIES_OF_NAME as usize - 5..=TRIES_OF_NAME as usize).contains(&together), "{together}");
        // A person who gets in uses nothing up.
        (0..500).for_each(|_| tried("eeva", from(4)).expect("room").give_back());
    }

    #[test]
    fn more_writers_than_are_remembered_are_not_taken_in_and_push_nobody_out() {
        let rate = Rate::new(2);
        assert!((0..REMEMBERED).all(|number| rate.take(&number.to_string(), 0).is_ok()));
        assert!(rate.take("new", 0).is_err() && rate.take("0", 0).is_ok() && rate.take("0", 0).is_err());
        assert!(rate.take("new", 2 * HOUR).is_ok(), "those of long ago are forgotten");
    }

    #[test]
    fn an_address_is_read_as_proxies_write_it() {
        for (text, address) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1:4711", Some("192.0.2.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("unknown", None),
            ("", None),
            ("192.0.2.1.5", None),
        ] {
            assert_eq!(address_in(text), address.map(|address| address.parse().expect("an address")), "{text}");
        }
        let of = |text: &str| household(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
    }
}
