//! Matters over the log: what is asked is decided and written as one, views follow, clocks strike.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use calendar::Calendar;
use futures::{StreamExt, stream};
use matter::{Broken, By, Draft, Known, Matter, Refused, Sealing, Source, Stored, Subject, Touched, Trouble, Turn};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

use crate::event::{AppendError, Appended, Command, Context, NewEvent, Personal};
use crate::kind::{AnyKind, Flow, Kind};
use crate::log::{Filter, Log, Page, Reader};
use crate::matters::Fold;
use crate::view::{self, Topic, View};
use crate::{Error, Result, new_id};

/// A log that could not be read is looked at again so soon, and after so long it is given up.
const LOOK: Duration = Duration::from_millis(500);
const UNREAD: Duration = Duration::from_mins(2);
/// Events read at once, and between two snapshots.
const PAGE: usize = 1000;
const SNAPSHOT_EVERY: u64 = 50_000;
/// Topics beyond which those that nobody listens to any more are looked for.
const LISTENED: usize = 10_000;
/// Clocks that strike at once: they share commits.
const AT_ONCE: usize = 64;
/// So long at most until clocks are looked at again: one that was refused, or that another process has set.
const CLOCKS: Duration = Duration::from_secs(60);

/// The part of a store that kinds and turns share. It holds views, never kinds.
pub struct Core {
    pub log: Log,
    clock: Box<dyn Fn() -> i64 + Send + Sync>,
    pub calendar: &'static Calendar,
    views: OnceLock<Vec<Arc<dyn View>>>,
    reached: watch::Sender<u64>,
    /// One at a time takes in what the log has more.
    stepping: tokio::sync::Mutex<()>,
    /// Listeners that wait for something to change; nobody else is woken.
    listeners: Mutex<HashMap<Topic, watch::Sender<u64>>>,
    snapshots: Option<PathBuf>,
}

/// A thing asked: the asker's own name for it, so that it is done once, and the last that they had seen.
pub struct Asked {
    /// The place within which the name counts.
    pub scope: String,
    pub key: String,
    /// Digest of what is asked: the same for a repetition.
    pub request: [u8; 32],
    pub seen: u64,
}

/// Something done, now or when it was asked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Stream and version of every event that followed.
    pub wrote: Vec<(String, u64)>,
    /// When it was done, in microseconds since 1970.
    pub at: i64,
    pub again: bool,
}

/// A flow that can be asked more than once.
type Asking = dyn Fn(&mut Turn<'_>) -> std::result::Result<(), Trouble> + Send + Sync;

/// A store that is about to open: kinds and views are named first, then the log is read once for all of them.
pub struct Opening {
    core: Arc<Core>,
    views: Vec<Arc<dyn View>>,
    kinds: Vec<Arc<dyn AnyKind>>,
}

impl Opening {
    /// Over a log; `clock` gives microseconds since 1970. With a folder of snapshots the next start is quick.
    pub fn of(
        log: Log,
        calendar: &'static Calendar,
        clock: impl Fn() -> i64 + Send + Sync + 'static,
        snapshots: Option<PathBuf>,
    ) -> Opening {
        let core = Core {
            log,
            clock: Box::new(clock),
            calendar,
            views: OnceLock::new(),
            reached: watch::Sender::new(0),
            stepping: tokio::sync::Mutex::default(),
            listeners: Mutex::default(),
            snapshots,
        };
        Opening { core: Arc::new(core), views: Vec::new(), kinds: Vec::new() }
    }

    /// A kind whose commands need no rules and touch nothing else.
    pub fn kind<M: Matter<Rules = ()>>(&mut self) -> Kind<M> {
        self.kind_by(|turn: &mut Turn<'_>, id, command: &M::Command| turn.decide::<M>(id, command, &()))
    }

    /// A kind whose commands are done by a flow: by rules, or to several matters at once.
    pub fn kind_by<M: Matter>(
        &mut self,
        flow: impl Fn(&mut Turn<'_>, Uuid, &M::Command) -> std::result::Result<(), Trouble> + Send + Sync + 'static,
    ) -> Kind<M> {
        let (fold, flow): (Arc<Fold<M>>, Arc<Flow<M>>) = (Arc::new(Fold::new()), Arc::new(flow));
        self.views.push(Arc::clone(&fold) as _);
        let kind = Kind::new(Arc::clone(&self.core), fold, flow);
        self.kinds.push(Arc::new(kind.clone()));
        kind
    }

    pub fn view<V: View>(&mut self, view: V) -> Arc<V> {
        let view = Arc::new(view);
        self.views.push(Arc::clone(&view) as _);
        view
    }

    /// Reads the log, behind the snapshots, until all stands where the log stands.
    pub async fn open(self) -> Result<Store> {
        let Opening { core, views, kinds } = self;
        let mut names = HashSet::new();
        if let Some(twice) = views.iter().find(|view| !names.insert(view.name())) {
            return Err(Error::new(format!("{} stands there twice", twice.name())));
        }
        if let Some(folder) = core.snapshots.as_deref() {
            view::clear_left(folder, &views.iter().map(|view| view.name()).collect::<Vec<_>>());
        }
        let page = core.log.read_all(0, Filter::default(), 0).await?;
        let end = (page.epoch, page.head);
        for view in &views {
            if !core.snapshots.as_deref().is_some_and(|folder| view::restore(&**view, folder, end)) {
                // The head was read first: of what comes after it nothing is passed over.
                let has_any = core.log.has_any(view.categories()).await?;
                view.restore(end.0, if has_any { 0 } else { end.1 }, None)?;
            }
            // A program that can read more than the one that kept it goes on where that stopped.
            for (id, versions) in view.unreadable() {
                let mut events = Vec::new();
                for (category, version) in view.categories().iter().zip(versions) {
                    events.extend(core.log.read_stream(&matter::stream(category, id), version, usize::MAX >> 1).await?);
                }
                events.retain(|event| event.pos <= view.stands().1);
                events.sort_unstable_by_key(|event| event.pos);
                view.read_on(id, &events);
            }
        }
        let _ = core.views.set(views);
        while !core.step().await? {}
        Ok(Store { core, kinds: kinds.into() })
    }
}

/// A handle on a store; cheap to clone.
#[derive(Clone)]
pub struct Store {
    core: Arc<Core>,
    kinds: Arc<[Arc<dyn AnyKind>]>,
}

impl Store {
    /// Does a flow whole or not at all.
    pub async fn turn(
        &self,
        by: &By,
        asked: Asked,
        flow: impl Fn(&mut Turn<'_>) -> std::result::Result<(), Trouble> + Send + Sync + 'static,
    ) -> std::result::Result<Done, Trouble> {
        self.core.turn(by, asked, Arc::new(flow)).await
    }

    /// Follows the log for ever; it ends only with what keeps it from following. A log that cannot be read for a while,
    /// as while its database starts again, does not.
    pub async fn follow(&self) -> Error {
        let core = &self.core;
        let (mut kept, mut unread) = (core.pos(), None);
        loop {
            match core.step().await {
                Ok(true) => core.log.wait_after(core.pos()).await,
                Ok(false) => {}
                Err(error) if unread.get_or_insert_with(Instant::now).elapsed() > UNREAD => return error,
                Err(_) => {
                    tokio::time::sleep(LOOK).await;
                    continue;
                }
            }
            unread = None;
            let pos = core.pos();
            if pos >= kept + SNAPSHOT_EVERY {
                kept = pos;
                let store = self.clone();
                // Beside what goes on: without a snapshot the next start is slower, and that is all.
                tokio::task::spawn_blocking(move || store.keep());
            }
        }
    }

    /// Strikes clocks as they fall due, for ever.
    pub async fn run_clocks(&self) {
        loop {
            let (_, next) = self.strike().await;
            let until = next.map(|next| next.saturating_sub(self.now()).max(0).unsigned_abs());
            tokio::time::sleep(until.map_or(CLOCKS, |until| CLOCKS.min(Duration::from_micros(until)))).await;
        }
    }

    /// Strikes every clock that is due now; how many did what they ask, and when the next is due. An obstacle of now may be
    /// gone at the next round.
    pub async fn strike(&self) -> (usize, Option<i64>) {
        let now = self.now();
        let (mut struck, mut next) = (0, None::<i64>);
        for kind in &*self.kinds {
            let (due, later) = kind.due(now, usize::MAX);
            next = next.into_iter().chain(later).min();
            let done = stream::iter(due).map(|id| kind.strike(id)).buffer_unordered(AT_ONCE);
            struck += done.filter(|done| std::future::ready(*done)).count().await;
        }
        (struck, next)
    }

    /// Waits until the views show a place of the log.
    pub async fn reach(&self, pos: u64) {
        self.core.reach(pos).await;
    }

    /// Hears when something changes, from now on; what it tells is a hint, the truth is read.
    pub fn listen(&self, topic: Topic) -> watch::Receiver<u64> {
        let mut listeners = self.core.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if listeners.len() > LISTENED {
            listeners.retain(|_, listener| !listener.is_closed());
        }
        listeners.entry(topic).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    /// Keeps snapshots of all views, behind which the next start is quick; one that cannot be kept keeps none of the others
    /// from it.
    pub fn keep(&self) -> Result<()> {
        let Some(folder) = self.core.snapshots.as_deref() else { return Ok(()) };
        let kept = |view: &Arc<dyn View>| view::keep(&**view, folder).err();
        self.core.views().iter().filter_map(kept).next_back().map_or(Ok(()), Err)
    }

    /// Destroys the keys of a person, and says so in the log: of them, and in every matter of theirs. Gives how many keys
    /// there were. Done twice it is done once.
    pub async fn erase(&self, subject: Subject, reason: &str, context: Context) -> Result<usize> {
        let now = self.now();
        let destroyed = self.log().destroy(subject.0, reason, now).await?;
        // From here on nothing begins that is about them, and what was being decided before stands in the log, and is found.
        self.log().settled(now, context.clone()).await?;
        while !self.core.step().await? {}
        let mut theirs: Vec<String> = Vec::new();
        for kind in &*self.kinds {
            let ids = kind.of_subject(subject, usize::MAX);
            theirs.extend(ids.into_iter().map(|id| matter::stream(kind.name(), id)));
        }
        // Words that were written before it was known by whom are sealed under the keys of the matter itself.
        let own: Vec<Uuid> =
            theirs.iter().filter_map(|it| Some(matter::named(it)?.1)).filter(|id| *id != subject.0).collect();
        let mut destroyed = destroyed;
        for id in own {
            if self.log().knows(id)? {
                let keys = self.log().destroy(id, reason, now).await?;
                self.log().tell_erased((id, keys), new_id(now), now, context.clone()).await?;
                destroyed += keys;
            }
        }
        self.log().forget(theirs, now, context.clone()).await?;
        let about = self.sealed_about(subject.0, (reason, now), &context).await?;
        self.log().tell_erased((subject.0, destroyed), new_id(now), now, context).await?;
        while !self.core.step().await? {}
        Ok(destroyed + about)
    }

    /// Destroys also the keys of what is about a matter of nobody and was sealed under its own id, as older programs did: a
    /// question, a task, the note of an appointment. The log is read for them, for what has ended is in no list.
    async fn sealed_about(&self, matter: Uuid, (reason, now): (&str, i64), context: &Context) -> Result<usize> {
        if self.kind_of(matter).await?.is_none_or(AnyKind::is_of_person) {
            return Ok(0);
        }
        let (mut after, mut destroyed) = (0, 0);
        loop {
            let page = self.log().read_all(after, Filter::default(), PAGE).await?;
            for event in page.events.iter().filter(|event| event.version == 1) {
                let of = self.kinds.iter().find_map(|kind| kind.opens_about(event));
                let Some((id, _)) = of.filter(|(_, of)| *of == matter) else { continue };
                if self.log().knows(id)? {
                    let keys = self.log().destroy(id, reason, now).await?;
                    self.log().tell_erased((id, keys), new_id(now), now, context.clone()).await?;
                    destroyed += keys;
                }
            }
            if page.next >= page.head || page.next == after {
                return Ok(destroyed);
            }
            after = page.next;
        }
    }

    /// Whether a person was erased.
    pub async fn is_erased(&self, subject: Subject) -> Result<bool> {
        self.core.is_erased(subject).await
    }

    /// Place of the log up to which all views stand.
    pub fn pos(&self) -> u64 {
        self.core.pos()
    }

    pub fn kinds(&self) -> &[Arc<dyn AnyKind>] {
        &self.kinds
    }

    /// The kind of which there is a matter with this id, open or not.
    pub async fn kind_of(&self, id: Uuid) -> Result<Option<&dyn AnyKind>> {
        if let Some(kind) = self.kinds.iter().find(|kind| kind.stands(id).is_some()) {
            return Ok(Some(&**kind));
        }
        for kind in &*self.kinds {
            for category in kind.categories() {
                if !self.log().read_stream(&matter::stream(category, id), 0, 1).await?.is_empty() {
                    return Ok(Some(&**kind));
                }
            }
        }
        Ok(None)
    }

    pub fn log(&self) -> &Log {
        &self.core.log
    }

    /// Now, as the store's clock has it, in microseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.core.clock)()
    }

    pub fn snapshots(&self) -> Option<&Path> {
        self.core.snapshots.as_deref()
    }
}

impl Core {
    pub async fn is_erased(&self, subject: Subject) -> Result<bool> {
        Ok(!self.log.read_stream(&format!("subject/{subject}"), 0, 1).await?.is_empty())
    }

    fn views(&self) -> &[Arc<dyn View>] {
        self.views.get().map_or(&[], Vec::as_slice)
    }

    /// Place of the log up to which all views stand.
    fn pos(&self) -> u64 {
        self.views().iter().map(|view| view.stands().1).min().unwrap_or_default()
    }

    pub async fn turn(
        self: &Arc<Core>,
        by: &By,
        asked: Asked,
        flow: Arc<Asking>,
    ) -> std::result::Result<Done, Trouble> {
        let Asked { mut scope, key, request, seen } = asked;
        let mut by = by.clone();
        let mut is_nameless = false;
        // A person who was erased is nobody whom the county knows, although their session may go on.
        if let By::Resident(subject) | By::Acting { who: subject, .. } = by
            && self.log.is_erased(subject.0).await?
        {
            scope = scope.replace(&by.name(), &By::Holder.name());
            (by, is_nameless) = (By::Holder, true);
        }
        let mut told: HashSet<String> = HashSet::new();
        loop {
            let outcome: Arc<Mutex<Outcome>> = Arc::default();
            let (slot, core, flow) = (Arc::clone(&outcome), Arc::clone(self), Arc::clone(&flow));
            let asker = Asker { by: by.clone(), seen, is_nameless, told: told.clone() };
            let command = Command {
                scope: scope.clone(),
                key: key.clone(),
                request,
                context: context(&by, (self.clock)()),
                decide: Box::new(move |reader: &mut Reader<'_>| {
                    let (events, outcome) = core.decide(reader, &asker, &*flow);
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
                    events
                }),
            };
            let carried_out = self.log.carry_out(command).await;
            let outcome = std::mem::take(&mut *outcome.lock().unwrap_or_else(PoisonError::into_inner));
            // The matters of somebody who is being erased go on without them, and say so first.
            let untold = match carried_out {
                Ok(Appended { last, again, wrote, occurred, .. }) => {
                    self.reach(last).await;
                    return Ok(Done { wrote, at: occurred, again });
                }
                Err(AppendError::Refused) if !outcome.untold.is_empty() => outcome.untold,
                Err(AppendError::Refused) => return Err(outcome.trouble.unwrap_or(Trouble::NotFound)),
                Err(AppendError::Erased(subject)) => {
                    let of = outcome.sealed.into_iter().filter(|(whose, _)| *whose == subject);
                    let streams: HashSet<String> = of.map(|(_, stream)| stream).collect();
                    let mut may_go_on = !streams.is_empty();
                    for stream in &streams {
                        // A matter that was told, and still has something of theirs to seal, is itself what was erased.
                        may_go_on &= !told.contains(stream) && !self.log.read_stream(stream, 0, 1).await?.is_empty();
                    }
                    if !may_go_on {
                        return Err(Trouble::Refused(Refused::erased()));
                    }
                    streams.into_iter().collect()
                }
                Err(error) => return Err(error.into()),
            };
            let now = (self.clock)();
            self.log.forget(untold.clone(), now, context(&By::System, now)).await?;
            told.extend(untold);
        }
    }

    fn decide(&self, reader: &mut Reader<'_>, asker: &Asker, flow: &Asking) -> (Option<Vec<NewEvent>>, Outcome) {
        let now = (self.clock)();
        let mut within = Within { reader, views: self.views() };
        let mut turn = Turn::new(&mut within, (now, &asker.by, asker.seen), self.calendar);
        let untold = flow(&mut turn).and_then(|()| self.untold(asker, turn.touched()));
        let untold = match untold {
            Ok(untold) if untold.is_empty() => untold,
            Ok(untold) => return (None, Outcome { untold, ..Outcome::default() }),
            Err(trouble) => return (None, Outcome { trouble: Some(trouble), ..Outcome::default() }),
        };
        let drafts = turn.drafts();
        let sealed =
            drafts.iter().filter_map(|draft| draft.text.as_ref().map(|it| (it.subject, it.of.clone()))).collect();
        let events = drafts.into_iter().map(|draft| event(draft, now)).collect();
        (Some(events), Outcome { trouble: None, sealed, untold })
    }

    /// The matters of a turn that have yet to hear that their person was erased. Nothing becomes a matter of one who was,
    /// and they do nothing but begin what is of nobody. Inside the writer: what is not erased here is found by the erasure.
    fn untold(&self, asker: &Asker, touched: &[Touched]) -> std::result::Result<Vec<String>, Trouble> {
        let is_erased = |subject: Option<Subject>| subject.map_or(Ok(false), |it| self.log.keys().is_erased(it.0));
        let refused = || Err(Trouble::Refused(Refused::erased()));
        if let By::Resident(subject) | By::Acting { who: subject, .. } = asker.by
            && is_erased(Some(subject))?
        {
            return refused();
        }
        let mut untold = Vec::new();
        for Touched { of, begins, was, is } in touched {
            if asker.is_nameless && !(*begins && is.is_none()) {
                return refused();
            }
            let is_told = asker.told.contains(of);
            match is_erased(*is)? {
                true if was != is || (is_told && asker.by != By::System) => return refused(),
                is_theirs if !is_told && (is_theirs || (was != is && is_erased(*was)?)) => untold.push(of.clone()),
                _ => {}
            }
        }
        Ok(untold)
    }

    /// Takes in what the log has more, a page at most; whether that was all.
    async fn step(&self) -> Result<bool> {
        if self.views().is_empty() {
            return Ok(true);
        }
        let _alone = self.stepping.lock().await;
        self.take(&self.log.read_all(self.pos(), Filter::default(), PAGE).await?)
    }

    fn take(&self, page: &Page) -> Result<bool> {
        let after = self.pos();
        let mut is_anew = false;
        for view in self.views() {
            let (epoch, pos) = view.stands();
            if page.epoch != epoch || page.head < pos {
                // Another log than the one that was followed, or one that was restored: from the beginning.
                view.restore(page.epoch, 0, None)?;
                is_anew = true;
            }
        }
        if is_anew && after > 0 {
            return Ok(false);
        }
        let mut changed = HashSet::new();
        self.views().iter().for_each(|view| view.take(&page.events, page.next, &mut changed));
        let pos = self.pos();
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        for topic in changed {
            if let Some(listener) = listeners.get(&topic) {
                listener.send_replace(pos);
                if listener.is_closed() {
                    listeners.remove(&topic);
                }
            }
        }
        drop(listeners);
        // All that have to do with a place are told before those who wait for it go on.
        self.reached.send_replace(pos);
        Ok(pos >= page.head)
    }

    async fn reach(&self, pos: u64) {
        if self.views().is_empty() {
            return;
        }
        // The one that sends is the one that waits: the channel does not end.
        let _ = self.reached.subscribe().wait_for(|reached| *reached >= pos).await;
    }
}

/// The outcome of a turn in the writer.
#[derive(Default)]
struct Outcome {
    trouble: Option<Trouble>,
    /// Under whose keys texts were to be sealed, and beside which matter's own stream.
    sealed: Vec<(Uuid, String)>,
    /// Own streams of matters that must first be told that their person was erased.
    untold: Vec<String>,
}

/// The one who asks for a turn.
struct Asker {
    by: By,
    seen: u64,
    /// They were erased, and are nobody from then on.
    is_nameless: bool,
    /// Own streams of the matters that this turn has told of an erasure.
    told: HashSet<String>,
}

/// The log inside the writer's transaction, and what the views know.
struct Within<'r, 'b> {
    reader: &'r mut Reader<'b>,
    views: &'r [Arc<dyn View>],
}

impl Source for Within<'_, '_> {
    fn known(&mut self, kind: &'static str, id: Uuid) -> Option<Known> {
        self.views.iter().find(|view| view.name() == kind)?.known(id, self.reader.sees())
    }

    fn after(&mut self, stream: &str, version: u64) -> std::result::Result<Vec<Stored>, Broken> {
        let events = self.reader.after(stream, version).map_err(|error| Broken(error.to_string()))?;
        Ok(events.iter().map(crate::event::Recorded::stored).collect())
    }
}

fn event(draft: Draft, now: i64) -> NewEvent {
    let sealed = |it: Sealing| Personal { subject: it.subject, class: it.class.into(), text: it.text.0.into_bytes() };
    NewEvent {
        id: new_id(now),
        stream: draft.stream,
        kind: draft.kind,
        schema: draft.schema,
        occurred: now,
        data: draft.data,
        personal: draft.text.map(sealed),
        closes: false,
    }
}

/// The one who asks, as the log keeps them.
pub(crate) fn context(by: &By, now: i64) -> Context {
    let (unit, purpose) = match by {
        By::Resident(_) | By::Holder => (String::new(), "own matter"),
        By::Acting { .. } => (String::new(), "on behalf"),
        By::Professional { unit, .. } => (unit.to_string(), "care"),
        By::Operator | By::System => (String::new(), "upkeep"),
    };
    Context { actor: by.name(), unit, purpose: purpose.into(), correlation: new_id(now), cause: None }
}

impl Done {
    /// The first version that was written in a stream of a category, and the id in its name: a new matter's id, a message's
    /// number.
    pub fn first(&self, category: &str) -> Option<(Uuid, u64)> {
        self.wrote.iter().find_map(|(stream, version)| {
            matter::named(stream).filter(|(of, _)| *of == category).map(|(_, id)| (id, *version))
        })
    }
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
            AppendError::Erased(_) => Trouble::Refused(Refused::erased()),
            AppendError::Overloaded | AppendError::Full | AppendError::ReadOnly => Trouble::Later(error.to_string()),
            AppendError::Unknown | AppendError::Fatal(_) => Trouble::Unknown(error.to_string()),
            _ => Trouble::Broken(error.to_string()),
        }
    }
}
