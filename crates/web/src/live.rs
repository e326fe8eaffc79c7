//! Live arrival: what happens in a conversation, as a stream of server-sent events or as an answer that waits for it.
//!
//! A cursor is only a cursor: every event is authorised when it is sent. A hint wakes a waiter, which then reads from
//! the log what it sends, so that a lost hint costs time and never a message.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use kinds::{Item, What};
use matter::Matter;
use matter::access::{Action, Role};
use operations::contacts::{Author, Contact};
use serde_json::{Value, json};
use store::Topic;
use uuid::Uuid;

use crate::answer::Failure;
use crate::caller::Caller;
use crate::presence::{Others, Stays, Who};
use crate::{App, limits};

/// A client hears so often that the connection stands.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// How long an answer waits at most.
pub const LONGEST: u64 = 60;
/// A waiter looks again after so long, whatever it has heard: what another process wrote, or a right that was taken away.
const LOOK: Duration = Duration::from_secs(5);
/// Messages sent at once, and bytes of text after which no further message is added: the size of an answer is not for
/// the writers of its messages to decide.
pub const MOST: usize = 200;
pub const MOST_BYTES: usize = 128 << 10;
/// Messages read at once.
pub const READ: u64 = 20;

/// Bytes of an item's text.
pub fn bytes(item: &Item) -> usize {
    match &item.what {
        What::Message { text, .. } => text.as_ref().map_or(0, String::len),
        What::State(_) | What::File { .. } => 0,
    }
}

/// Items of a conversation after a number, as many as are sent at once.
pub async fn some_after(app: &App, contact: Uuid, after: u64) -> store::Result<Vec<Item>> {
    let (mut items, mut size) = (Vec::new(), 0);
    loop {
        let last = items.last().map_or(after, |item: &Item| item.seq);
        let read = app.kinds.conversation(contact, last, READ as usize).await?;
        let is_all = (read.len() as u64) < READ;
        for item in read {
            size += bytes(&item);
            if !items.is_empty() && (items.len() >= MOST || size > MOST_BYTES) {
                return Ok(items);
            }
            items.push(item);
        }
        if is_all {
            return Ok(items);
        }
    }
}

/// A message as programs get it; changes of state are no messages. Only its writer gets the name under which the
/// contact was opened: a caller who knows it and the text gets the code again.
pub fn message(item: &Item, caller: &Caller) -> Option<Value> {
    let What::Message { author, client_id, text } = &item.what else { return None };
    let author = match author {
        Author::Resident => "resident",
        Author::Service => "service",
        Author::Automatic => "automatic",
    };
    let is_told = item.seq > 1 || caller.role().is_none_or(|role| role == Role::Resident);
    let client_id = is_told.then_some(client_id);
    Some(json!({
        "seq": item.seq, "client_id": client_id, "author": author, "text": text, "at": instant(item.at),
        "erased": text.is_none(),
    }))
}

/// An instant as programs get it.
pub fn instant(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| String::new(), |at| at.to_string())
}

/// Items after a number; waits for them up to `wait` seconds when there are none yet.
pub async fn after(app: &App, contact: Uuid, after: u64, wait: u64) -> Result<Vec<Item>, Failure> {
    let mut heard = app.kinds.store.listen(Topic::One(Contact::NAME, contact));
    let until = tokio::time::Instant::now() + Duration::from_secs(wait.min(LONGEST));
    let mut ending = app.ending.subscribe();
    loop {
        heard.borrow_and_update();
        let items = some_after(app, contact, after).await.map_err(|error| Failure::away(&error))?;
        let now = tokio::time::Instant::now();
        if !items.is_empty() || now >= until || *ending.borrow() {
            return Ok(items);
        }
        tokio::select! {
            _ = heard.changed() => {}
            _ = ending.changed() => {}
            () = tokio::time::sleep_until(until.min(now + LOOK)) => {}
        }
    }
}

/// A client that listens to a conversation.
struct Listener {
    app: Arc<App>,
    caller: Caller,
    contact: Uuid,
    /// Number after which nothing has been sent yet.
    after: u64,
    /// The cursor lay beyond the end: it is of another log than this, and hears so first.
    resync: bool,
    /// Read and not yet sent, the latest first.
    items: Vec<Item>,
    heard: tokio::sync::watch::Receiver<u64>,
    ending: tokio::sync::watch::Receiver<bool>,
    /// They are there as long as they listen.
    stays: Stays,
    who: Who,
    /// The others as they were told last.
    told: Others,
    _place: limits::Stream,
}

impl Listener {
    /// The others, if anything about them has changed. A resident is told of it only while they chat.
    fn others(&mut self, contact: &Contact) -> Option<Event> {
        if self.who == Who::Resident && !contact.is_live() {
            return None;
        }
        let others = self.app.presence.others(self.contact, &self.who, self.app.kinds.store.now());
        if others == self.told {
            return None;
        }
        let data = json!({
            "here": others.here, "writes": others.writes, "read": others.read, "colleagues": others.colleagues.len(),
        });
        self.told = others;
        Some(Event::default().event("presence").data(data.to_string()))
    }

    fn told(&mut self, item: &Item) -> Event {
        self.after = item.seq;
        event(item, &self.caller)
    }

    /// The next event; none when the listener may listen no more, or the server ends.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Listener)> {
        loop {
            if *self.ending.borrow() {
                return None;
            }
            let open = self.app.kinds.contacts.look(|contacts| contacts.get(self.contact));
            // One that is over is read from the log, each time whole: once for what is read, and not for each item of it.
            if let Some(item) = self.items.pop_if(|_| open.is_none()) {
                if !self.caller.stands(&self.app) {
                    return None;
                }
                return Some((Ok(self.told(&item)), self));
            }
            let contact = match open {
                Some(contact) => contact,
                None => self.app.kinds.contacts.read(self.contact).await.ok()??,
            };
            if !self.app.may_still(&self.caller, self.contact, Action::Read, &contact) {
                return None;
            }
            if std::mem::take(&mut self.resync) {
                self.after = contact.conversation;
                let data = json!({ "head": contact.conversation }).to_string();
                return Some((Ok(Event::default().event("resync").data(data)), self));
            }
            if let Some(item) = self.items.pop() {
                return Some((Ok(self.told(&item)), self));
            }
            self.heard.borrow_and_update();
            self.items = some_after(&self.app, self.contact, self.after).await.ok()?;
            self.items.reverse();
            if self.items.is_empty() {
                self.stays.changed.borrow_and_update();
                if let Some(event) = self.others(&contact) {
                    return Some((Ok(event), self));
                }
                tokio::select! {
                    _ = self.heard.changed() => {}
                    _ = self.stays.changed.changed() => {}
                    _ = self.ending.changed() => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        }
    }
}

/// The events of a conversation as a stream. `id` is the place in the log, by which a client that lost its connection
/// goes on where it was. A cursor beyond the end is answered by `resync`: what the client has is to be read anew.
pub async fn stream(
    app: &Arc<App>,
    caller: Caller,
    contact: Uuid,
    after: u64,
    last: Option<u64>,
) -> Result<Response, Failure> {
    let place = app.counted.streams.begin(who(&caller, contact))?;
    let after = match last {
        Some(pos) => app.kinds.seq_at(contact, pos).await.unwrap_or(after).max(after),
        None => after,
    };
    let heard = app.kinds.store.listen(Topic::One(Contact::NAME, contact));
    let ending = app.ending.subscribe();
    let head = app.kinds.contacts.read(contact).await.ok().flatten().map(|contact| contact.conversation);
    let resync = head.is_some_and(|head| after > head);
    let who = Who::of(&caller, contact);
    let (stays, told) = (app.presence.stays(contact, who.clone()), Others::default());
    let (app, items) = (Arc::clone(app), Vec::new());
    let listener =
        Listener { app, caller, contact, after, resync, items, heard, ending, stays, who, told, _place: place };
    let events = stream::unfold(listener, Listener::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// The caller by whom a stream, or a request that waits, is counted: the person who has signed in, or else the contact,
/// whose code is all that is known of its holder.
pub fn who(caller: &Caller, contact: Uuid) -> String {
    caller.person.as_ref().map_or_else(|| contact.to_string(), |person| person.id.clone())
}

/// A client that listens to a queue: it hears that the queue has changed, and asks for it.
struct Watcher {
    app: Arc<App>,
    caller: Caller,
    unit: String,
    told: bool,
    heard: tokio::sync::watch::Receiver<u64>,
    ending: tokio::sync::watch::Receiver<bool>,
    _place: limits::Stream,
}

impl Watcher {
    /// Whether they are still who they were, and the unit is still theirs to see.
    fn may_go_on(&self) -> bool {
        self.caller.stands(&self.app) && self.app.may_count_queue(self.caller.person.as_ref(), &self.unit)
    }

    async fn next(mut self) -> Option<(Result<Event, Infallible>, Watcher)> {
        while self.told && !self.heard.has_changed().ok()? && !*self.ending.borrow() {
            tokio::select! {
                _ = self.heard.changed() => break,
                _ = self.ending.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
            if !self.may_go_on() {
                return None;
            }
        }
        if *self.ending.borrow() || !self.may_go_on() {
            return None;
        }
        self.told = true;
        let pos = *self.heard.borrow_and_update();
        let waiting = self.app.kinds.contacts.look(|contacts| contacts.queue(&self.unit, 0).1);
        let event = Event::default().id(pos.to_string()).event("queue").data(json!({ "waiting": waiting }).to_string());
        Some((Ok(event), self))
    }
}

/// How many wait in a queue, whenever that changes.
pub fn queue(app: &Arc<App>, caller: Caller, unit: String) -> Result<Response, Failure> {
    let place = app.counted.streams.begin(who(&caller, Uuid::nil()))?;
    let heard = app.kinds.store.listen(Topic::Unit(unit.clone()));
    let ending = app.ending.subscribe();
    let watcher = Watcher { app: Arc::clone(app), caller, unit, told: false, heard, ending, _place: place };
    let events = stream::unfold(watcher, Watcher::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

fn event(item: &Item, caller: &Caller) -> Event {
    let (name, data) = match (&item.what, message(item, caller)) {
        (What::State(shown), _) => ("state", json!({ "seq": item.seq, "state": shown, "at": instant(item.at) })),
        (What::File { file, .. }, _) => (
            "file",
            json!({ "seq": item.seq, "file": file.id, "kind": file.kind.media(), "bytes": file.bytes, "at": instant(item.at) }),
        ),
        (What::Message { .. }, message) => ("message", message.unwrap_or_default()),
    };
    Event::default().id(item.pos.to_string()).event(name).data(data.to_string())
}
