//! Contacts over the log: what residents and professionals ask for, decided and written; what they may see, read.

mod asked;
mod code;
mod read;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use calendar::{Calendar, day_number};
use matter::{By, Subject};
use operations::contacts::{Channel, Code, Command, Refusal};
use operations::organisation::Organisation;
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

pub use asked::CLASS;
pub use code::{CROCKFORD, read as code_of};
pub use read::{Happened, Item, What};

use asked::{Asked, Outcome, digest, request};

use crate::event::{AppendError, Appended, Context, Recorded};
use crate::keys::Keys;
use crate::log::{Filter, Log, Page, Reader};
use crate::view::{Change, View, contact_of, is_readable};
use crate::{Error, Result, event, new_id};

/// How long after the last message a code opens a contact: thirty days, in microseconds.
const CODE_LASTS: i64 = 30 * 86_400 * 1_000_000;
/// A log that could not be read is looked at again so soon, and after so long it is given up.
const LOOK: Duration = Duration::from_millis(500);
const UNREAD: Duration = Duration::from_mins(2);
/// How long who asks again for the same is given the same code: ten minutes, in microseconds.
const CODE_AGAIN: u64 = 10 * 60 * 1_000_000;
/// Events read at once, and between two snapshots.
const PAGE: usize = 1000;
const SNAPSHOT_EVERY: u64 = 50_000;
/// Topics beyond which those that nobody listens to any more are looked for.
const LISTENED: usize = 10_000;

/// The person who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub side: Side,
    /// The professional's id or the resident's token; for those without either, the contact stands for them.
    pub id: String,
    /// Unit of a professional.
    pub unit: String,
    /// A professional who leads the unit.
    pub leads: bool,
}

/// On which side of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Resident,
    Professional,
    System,
}

impl Who {
    /// Somebody without a name, who holds a contact's code.
    pub fn anonymous() -> Who {
        Who { side: Side::Resident, id: "anonymous".into(), unit: String::new(), leads: false }
    }

    pub(crate) fn by(&self) -> By {
        match self.side {
            Side::Resident => self.id.parse().map_or(By::Holder, |token| By::Resident(Subject(token))),
            Side::Professional => {
                let (id, unit) = (self.id.as_str().into(), self.unit.as_str().into());
                By::Professional { id, unit, leads: self.leads }
            }
            Side::System => By::System,
        }
    }

    pub(crate) fn context(&self, now: i64) -> Context {
        let purpose = match self.side {
            Side::Resident => "own matter",
            Side::Professional => "care",
            Side::System => "upkeep",
        };
        let (actor, unit) = (self.id.clone(), self.unit.clone());
        Context { actor, unit, purpose: purpose.into(), correlation: new_id(now), cause: None }
    }
}

/// A contact as somebody asks to open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The writer's own name for it: asked twice with the same, it is opened once.
    pub client_id: String,
    /// The place within which the name counts, where strangers might choose the same one; empty: everywhere. Stored nowhere.
    pub among: String,
    pub channel: Channel,
    pub service: String,
    pub language: String,
    pub unit: String,
    pub anonymous: bool,
    /// Token of the resident; empty: of nobody but this contact.
    pub subject: String,
    pub text: String,
}

impl Opening {
    /// The name under which it is opened once.
    fn key(&self) -> String {
        if self.among.is_empty() { self.client_id.clone() } else { format!("{}\n{}", self.client_id, self.among) }
    }

    /// Digest of what is asked, the same for a repetition.
    fn request(&self) -> [u8; 32] {
        digest(&[
            self.channel.code(),
            &self.service,
            &self.language,
            if self.anonymous { "anonymous" } else { "" },
            &self.subject,
            &self.text,
        ])
    }
}

/// A contact that was opened, now or when it was asked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub contact: Uuid,
    /// For a writer without a name; it stands nowhere else.
    pub code: Option<String>,
    pub again: bool,
}

/// The outcome of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Number of the message that was written, if one was.
    pub seq: Option<u64>,
    pub again: bool,
}

/// Why something asked of the desk was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    Refused(Refusal),
    /// There is none, or none for the one who asks.
    NotFound,
    /// The same name was used for something else.
    KeyReused,
    /// Not now: the log is busy, full, or must be started anew. Nothing was lost; ask again with the same name.
    Later(String),
    /// It was done, or not: the log did not say. Asked again with the same name it is done once.
    Unknown(String),
    Broken(String),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Broken(error.to_string())
    }
}

impl From<AppendError> for Trouble {
    fn from(error: AppendError) -> Trouble {
        match error {
            AppendError::KeyReused => Trouble::KeyReused,
            AppendError::Erased(_) => Trouble::Refused(Refusal::NotNow("who it is about was erased")),
            AppendError::Overloaded | AppendError::Full | AppendError::ReadOnly => Trouble::Later(error.to_string()),
            AppendError::Unknown | AppendError::Fatal(_) => Trouble::Unknown(error.to_string()),
            _ => Trouble::Broken(error.to_string()),
        }
    }
}

/// Why a command was not carried out.
enum Denied {
    /// It is about somebody who was erased.
    Erased,
    Other(Trouble),
}

/// A thing that somebody can wait for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Anything about a contact.
    Contact(Uuid),
    /// Which contacts wait in a unit's queue.
    Queue(String),
}

/// A handle on contacts; cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    log: Log,
    clock: Box<dyn Fn() -> i64 + Send + Sync>,
    view: RwLock<View>,
    /// That of the view, for a caller who holds the view.
    organisation: RwLock<Arc<Organisation>>,
    reached: watch::Sender<u64>,
    /// Listeners that wait for something to change; nobody else is woken.
    listeners: Mutex<HashMap<Topic, watch::Sender<u64>>>,
    /// Signs codes.
    codes: [u8; 32],
    snapshot: Option<PathBuf>,
}

impl Desk {
    /// The desk over a log, standing where the log stands. `clock` gives microseconds since 1970.
    pub async fn open(
        log: Log,
        keys: &Keys,
        clock: impl Fn() -> i64 + Send + Sync + 'static,
        snapshot: Option<PathBuf>,
    ) -> Result<Desk> {
        let mut view = snapshot.as_deref().and_then(View::kept).unwrap_or_default();
        // A program that can read more begins anew, and has all of it.
        if can_read_more(&log, &view).await? {
            view = View::default();
        }
        let organisation = RwLock::new(Arc::clone(&view.organisation));
        let view = RwLock::new(view);
        let codes = keys.derived("resume codes");
        let inner = Inner {
            log,
            clock: Box::new(clock),
            view,
            organisation,
            reached: watch::Sender::new(0),
            listeners: Mutex::default(),
            codes,
            snapshot,
        };
        let desk = Desk(Arc::new(inner));
        while !desk.step().await? {}
        Ok(desk)
    }

    /// Follows the log for ever; it ends only with what keeps it from following. A log that cannot be read for a while,
    /// as while its database starts again, does not.
    pub async fn follow(&self) -> Error {
        let (mut kept, mut unread) = (self.view().pos, None);
        loop {
            let after = self.view().pos;
            let page = match self.0.log.read_all(after, Filter::default(), PAGE).await {
                Ok(page) => page,
                Err(error) if unread.get_or_insert_with(Instant::now).elapsed() > UNREAD => return error,
                Err(_) => {
                    tokio::time::sleep(LOOK).await;
                    continue;
                }
            };
            unread = None;
            let taken = self.take(&page);
            let pos = self.view().pos;
            match taken {
                Ok(true) => self.0.log.wait_after(pos).await,
                Ok(false) => {}
                Err(error) => return error,
            }
            if pos >= kept + SNAPSHOT_EVERY {
                kept = pos;
                let desk = self.clone();
                // Beside what goes on: without a snapshot the next start is slower, and that is all.
                tokio::task::spawn_blocking(move || desk.keep());
            }
        }
    }

    /// Takes in what the log has more, a page at most; whether that was all.
    async fn step(&self) -> Result<bool> {
        let after = self.view().pos;
        self.take(&self.0.log.read_all(after, Filter::default(), PAGE).await?)
    }

    fn take(&self, page: &Page) -> Result<bool> {
        let mut view = self.0.view.write().unwrap_or_else(PoisonError::into_inner);
        let after = view.pos;
        if page.epoch != view.epoch || page.head < after {
            // Another log than the one that was followed, or one that was restored: from the beginning.
            *view = View::of(page.epoch);
            if after > 0 {
                return Ok(false);
            }
        }
        let mut changed = HashSet::new();
        for event in &page.events {
            let change = view.apply(event).unwrap_or_else(|unreadable| {
                // Such as what a newer program wrote: it keeps one matter from going on, and no other.
                eprintln!("error: {unreadable}; {} stays as it was before", event.stream);
                Change::default()
            });
            changed.extend(change.contact.map(Topic::Contact));
            changed.extend(change.queues.into_iter().map(Topic::Queue));
        }
        let (pos, organisation) = (view.pos, Arc::clone(&view.organisation));
        drop(view);
        *self.0.organisation.write().unwrap_or_else(PoisonError::into_inner) = organisation;
        self.0.reached.send_replace(pos);
        let mut listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        for topic in changed {
            if let Some(listener) = listeners.get(&topic) {
                listener.send_replace(pos);
                if listener.is_closed() {
                    listeners.remove(&topic);
                }
            }
        }
        Ok(pos >= page.head)
    }

    /// Keeps a snapshot, behind which the next start is quick.
    pub fn keep(&self) -> Result<()> {
        let Some(path) = self.0.snapshot.as_deref() else { return Ok(()) };
        // Copied, and written out of the copy: who waits for the view does not wait for that.
        let view = self.view().clone();
        View::keep(&view.text()?, path)
    }

    pub fn log(&self) -> &Log {
        &self.0.log
    }

    /// Now, as the desk's clock has it.
    pub fn now(&self) -> i64 {
        (self.0.clock)()
    }

    pub fn view(&self) -> RwLockReadGuard<'_, View> {
        self.0.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a professional still works for a unit, as far as the log knows: those who come by import do.
    pub fn works_for(&self, professional: &str, unit: &str) -> bool {
        let today = Calendar::shipped().local_date(self.now()).map_or(0, day_number);
        self.organisation().opens(professional, unit, today)
    }

    /// Units and professionals, as the county itself keeps them.
    pub fn organisation(&self) -> Arc<Organisation> {
        Arc::clone(&self.0.organisation.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Hears when something changes, from now on; what it tells is a hint, the truth is read.
    pub fn listen(&self, topic: Topic) -> watch::Receiver<u64> {
        let mut listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if listeners.len() > LISTENED {
            listeners.retain(|_, listener| !listener.is_closed());
        }
        listeners.entry(topic).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    /// Waits until the view shows a place of the log.
    pub(crate) async fn reach(&self, pos: u64) {
        // The desk that sends is the one that waits: the channel does not end.
        let _ = self.0.reached.subscribe().wait_for(|reached| *reached >= pos).await;
    }

    /// Opens a contact with its first message.
    pub async fn open_contact(&self, opening: Opening, who: &Who) -> std::result::Result<Opened, Trouble> {
        let now = self.now();
        let subject = match opening.subject.as_str() {
            "" => None,
            token => Some(Subject(token.parse().map_err(|_| Error::new("a resident's token is no UUID"))?)),
        };
        // A person who was erased and writes again is nobody whom the county knows.
        let (opening, subject) = match subject {
            Some(subject) if self.is_erased(subject).await? => {
                (Opening { anonymous: true, subject: String::new(), ..opening }, None)
            }
            subject => (opening, subject),
        };
        let (request, key) = (opening.request(), opening.key());
        // The code follows from what was asked, so that who did not get the answer gets the same one again.
        let code = opening.anonymous.then(|| code::code(&self.0.codes, &key, &request));
        let command = Command::Open {
            channel: opening.channel,
            service: opening.service,
            language: opening.language,
            unit: opening.unit.as_str().into(),
            anonymous: opening.anonymous,
            subject,
            client_id: opening.client_id,
            text: opening.text.into(),
        };
        let contact = new_id(now);
        let resumed = code.as_deref().map(|code| code::stream(&self.0.codes, code));
        let (appended, _) = self
            .write(Asked {
                contact,
                command,
                seen: 0,
                who: who.clone(),
                scope: format!("open/{}", who.id),
                key,
                request,
                now,
                resumed,
                known: None,
                organisation: self.organisation(),
                forgotten: false,
            })
            .await?;
        let (contact, asked) = match appended.again {
            false => (contact, now),
            true => self.opened_at(appended.first).await?,
        };
        // A writer who did not get the answer asks again soon; a later asker is somebody who has read the text and
        // guesses the name. The log's own time does not serve, since a clock that was once ahead has moved it for
        // everybody.
        let is_soon = now.abs_diff(asked) < CODE_AGAIN;
        Ok(Opened { contact, code: code.filter(|_| is_soon), again: appended.again })
    }

    /// Whether this very contact was opened already.
    pub async fn was_opened(&self, opening: &Opening, who: &Who) -> Result<bool> {
        self.0.log.was_done(&format!("open/{}", who.id), &opening.key(), opening.request()).await
    }

    /// Does what somebody asks of a contact who has seen so much of its conversation; `key` is the asker's own name for
    /// it, so that it is done once.
    pub async fn ask(
        &self,
        contact: Uuid,
        who: &Who,
        (command, seen): (Command, u64),
        key: &str,
    ) -> std::result::Result<Done, Trouble> {
        let request = request(&command);
        let known = {
            let view = self.view();
            // A contact that is half known is read whole again, and found to be unreadable.
            view.contact(contact).filter(|_| !view.is_half_known(contact)).cloned()
        };
        let (appended, seq) = self
            .write(Asked {
                contact,
                command,
                seen,
                who: who.clone(),
                scope: format!("{contact}/{}", who.id),
                key: key.into(),
                request,
                now: self.now(),
                resumed: None,
                known,
                organisation: self.organisation(),
                forgotten: false,
            })
            .await?;
        Ok(Done { seq, again: appended.again })
    }

    /// Whether this very command of somebody's was carried out.
    pub async fn was_done(&self, contact: Uuid, who: &Who, command: &Command, key: &str) -> Result<bool> {
        self.0.log.was_done(&format!("{contact}/{}", who.id), key, request(command)).await
    }

    /// Where the events of a command stand, and the number of the message among them.
    async fn write(&self, asked: Asked) -> std::result::Result<(Appended, Option<u64>), Trouble> {
        match self.carry_out(asked.clone()).await {
            // The matter goes on without them.
            Err(Denied::Erased) => self.carry_out(Asked { forgotten: true, ..asked }).await,
            done => done,
        }
        .map_err(|denied| match denied {
            Denied::Erased => AppendError::Erased(Uuid::nil()).into(),
            Denied::Other(trouble) => trouble,
        })
    }

    async fn carry_out(&self, asked: Asked) -> std::result::Result<(Appended, Option<u64>), Denied> {
        let outcome: Arc<Mutex<Outcome>> = Arc::default();
        let slot = Arc::clone(&outcome);
        let command = event::Command {
            scope: asked.scope.clone(),
            key: asked.key.clone(),
            request: asked.request,
            context: asked.who.context(asked.now),
            decide: Box::new(move |reader: &mut Reader<'_>| {
                let decided = asked.decide(reader);
                let (outcome, events) = match decided {
                    Ok((events, seq)) => (Outcome { seq, trouble: None }, Some(events)),
                    Err(trouble) => (Outcome { seq: None, trouble: Some(trouble) }, None),
                };
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
                events
            }),
        };
        match self.0.log.carry_out(command).await {
            Ok(appended) => {
                self.reach(appended.last).await;
                let decided = std::mem::take(&mut *outcome.lock().unwrap_or_else(PoisonError::into_inner));
                let seq = match appended.again {
                    true => self.written(appended).await.map_err(|error| Denied::Other(error.into()))?,
                    false => decided.seq,
                };
                Ok((appended, seq))
            }
            Err(AppendError::Refused) => {
                let trouble = outcome.lock().unwrap_or_else(PoisonError::into_inner).trouble.take();
                Err(Denied::Other(trouble.unwrap_or(Trouble::NotFound)))
            }
            Err(AppendError::Erased(_)) => Err(Denied::Erased),
            Err(error) => Err(Denied::Other(error.into())),
        }
    }

    /// The events of one append.
    async fn at(&self, appended: Appended) -> Result<Vec<Recorded>> {
        let most = (appended.last + 1).saturating_sub(appended.first) as usize;
        Ok(self.0.log.read_all(appended.first - 1, Filter::default(), most).await?.events)
    }

    /// Number of the message among the events of an append.
    async fn written(&self, appended: Appended) -> Result<Option<u64>> {
        let events = self.at(appended).await?;
        Ok(events.iter().find(|event| event.kind == "message.written").map(|event| event.version))
    }

    /// The contact that was opened at a place of the log, and when.
    async fn opened_at(&self, pos: u64) -> Result<(Uuid, i64)> {
        let page = self.0.log.read_all(pos - 1, Filter::default(), 1).await?;
        let found = page.events.first().and_then(|event| Some((contact_of(&event.stream)?, event.occurred)));
        found.ok_or_else(|| Error::new(format!("event {pos} is of no contact")))
    }

    /// Does what contacts ask of themselves by now, such as to be closed; how many did.
    pub async fn close_due(&self) -> usize {
        let due = self.view().due(self.now());
        let who = Who { side: Side::System, id: "system".into(), unit: String::new(), leads: false };
        let mut closed = 0;
        for (contact, command) in due {
            let history = self.view().contact(contact).map_or(0, |contact| contact.history);
            // An obstacle of now may be gone at the next round.
            closed += usize::from(self.ask(contact, &who, (command, 0), &format!("close/{history}")).await.is_ok());
        }
        closed
    }
}

/// Whether a view left out, as unreadable, what this program can read: an older one has kept it.
async fn can_read_more(log: &Log, view: &View) -> Result<bool> {
    for stream in view.unreadable() {
        let events = log.read_stream(stream, 0, usize::MAX >> 1).await?;
        if events.iter().all(is_readable) {
            return Ok(true);
        }
    }
    Ok(false)
}
