//! The one that writes: decides commands and appends in groups, under the lock of the head.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::{GROUP, Job, Work};
use crate::backend::{self, Backend, Failure, Head, Outcome, Stream};
use crate::chain::{digest, digest_of_command, link};
use crate::event::{Append, AppendError, Appended, Command, Context, Expect, NewEvent, Recorded, Sealed};
use crate::keys::{Keys, Sealing};
use crate::planted::{self, Bug};
use crate::{Error, Result};

/// The one that writes.
pub(super) struct Writer {
    pub backend: Backend,
    pub keys: Arc<Keys>,
    pub clock: Box<dyn Fn() -> i64 + Send>,
    pub end: watch::Sender<u64>,
}

/// Appends that are written in one transaction.
struct Group<'a> {
    head: Head,
    sealing: Sealing<'a>,
}

/// Reads for a decision, inside the transaction that writes what follows from it.
pub struct Reader<'a> {
    backend: &'a mut Backend,
    epoch: Uuid,
    /// Place of the log up to which it reads: with what the commands before it in the group have written.
    to: u64,
    /// The failure that has kept it from reading: the transaction comes to nothing, whatever is decided.
    failed: Option<Failure>,
}

impl Reader<'_> {
    /// The log that it sees, by its epoch, and up to which place.
    pub fn sees(&self) -> (Uuid, u64) {
        (self.epoch, self.to)
    }

    /// The events of a stream after a version, in order; 0: all.
    pub fn after(&mut self, stream: &str, version: u64) -> Result<Vec<Recorded>> {
        let read = match &self.failed {
            Some(failure) => Err(failure.clone()),
            None => self.backend.of_stream(stream, version, Some(self.to), usize::MAX >> 1),
        };
        read.map_err(|failure| {
            let error = Error::new(format!("{stream} cannot be read: {failure}"));
            self.failed = Some(failure);
            error
        })
    }
}

/// The outcome of one append of a group.
type Answer = std::result::Result<Appended, AppendError>;

impl Writer {
    pub fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
            let head = self.take_turn(&group);
            group.retain(|job| !job.begun.swap(true, Ordering::AcqRel));
            if group.is_empty() {
                self.backend.rollback();
                continue;
            }
            let works: Vec<&Work> = group.iter().map(|job| &job.work).collect();
            let written = self.write(&works, head);
            let (answers, fatal) = match written {
                Ok(answers) => (answers, false),
                // One that contradicts the log must not take the others with it: each for itself.
                Err(Failure::Contradiction(_)) if group.len() > 1 => self.write_each(&works),
                Err(failure) => {
                    let answers = group.iter().map(|_| Err(error_of(&failure))).collect();
                    (answers, matches!(failure, Failure::Damaged(_) | Failure::Fatal(_)))
                }
            };
            for (job, answer) in group.into_iter().zip(answers) {
                // A client that has stopped waiting asks again with the same key.
                let _ = job.reply.send(answer);
            }
            if fatal {
                // After an error of the disk nothing that it says can be trusted: only a new start reads what stands.
                return;
            }
        }
    }

    /// Waits for the head while another process has it, as long as anybody waits: who has waited too long withdraws.
    fn take_turn(&mut self, group: &[Job]) -> Outcome<Head> {
        loop {
            match self.backend.begin() {
                Err(Failure::Busy) if group.iter().any(|job| !job.begun.load(Ordering::Acquire)) => {
                    self.backend.rollback();
                }
                begun => return begun,
            }
        }
    }

    /// Writes each for itself, until something is wrong that is not its own.
    fn write_each(&mut self, works: &[&Work]) -> (Vec<Answer>, bool) {
        let (mut answers, mut wrong) = (Vec::with_capacity(works.len()), None);
        for work in works {
            let written = match wrong {
                Some(failure) => Err(failure),
                None => {
                    let head = self.backend.begin();
                    self.write(&[work], head)
                }
            };
            wrong = written.as_ref().err().filter(|it| !matches!(it, Failure::Contradiction(_))).cloned();
            answers.push(written.map_or_else(|failure| Err(error_of(&failure)), |mut answers| answers.remove(0)));
        }
        (answers, matches!(wrong, Some(Failure::Damaged(_) | Failure::Fatal(_))))
    }

    /// Writes a group in the transaction that has taken the head. When it returns the answers, what they acknowledge is on
    /// disk.
    fn write(&mut self, works: &[&Work], head: Outcome<Head>) -> Outcome<Vec<Answer>> {
        let written = head.and_then(|head| self.transact(works, head));
        if written.is_err() {
            self.backend.rollback();
        }
        let (answers, end) = written?;
        if let Some(end) = end {
            self.end.send_replace(end);
        }
        Ok(answers)
    }

    fn transact(&mut self, works: &[&Work], head: Head) -> Outcome<(Vec<Answer>, Option<u64>)> {
        let keys = Arc::clone(&self.keys);
        // Another server has made keys since, in another copy of them: it could not read content sealed here.
        if !keys.is_of_age(head.age)? {
            let what = "keys were made that are not here: another server with another copy of them writes to this log";
            return Err(Failure::Fatal(what.into()));
        }
        let before = (head.epoch, head.pos);
        let mut group = Group { head, sealing: keys.sealing() };
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            answers.push(self.work(work, &mut group)?);
        }
        // Also a command from which nothing follows is written down: asked again later it must not be decided anew.
        if !answers.iter().any(|answer| answer.as_ref().is_ok_and(|done| !done.again)) {
            self.backend.rollback();
            return Ok((answers, None));
        }
        // Keys first: what stands in the log can be opened.
        group.sealing.commit(before)?;
        group.head.age = group.head.age.max(keys.age());
        self.backend.commit(&group.head)?;
        Ok((answers, Some(group.head.pos)))
    }

    /// Decides and writes one piece of work; a refusal writes nothing.
    fn work(&mut self, work: &Work, group: &mut Group<'_>) -> Outcome<Answer> {
        let (scope, key, request) = match work {
            Work::Append(append) => (&append.scope, &append.key, append.request),
            Work::Command(command) => (&command.scope, &command.key, command.request),
        };
        let (key, request) = self.keys.asked(scope, key, &request);
        if let Some(known) = self.backend.command(scope, &key)? {
            return match known.request == request {
                true => self.again(&known).map(Ok),
                false => Ok(Err(AppendError::KeyReused)),
            };
        }
        match work {
            Work::Append(append) => self.append(append, group),
            Work::Command(command) => self.carry_out(command, group),
        }
    }

    /// A command that was carried out before.
    fn again(&mut self, known: &backend::Command) -> Outcome<Appended> {
        let most = (known.last + 1).saturating_sub(known.first) as usize;
        let events = self.backend.after(known.first.saturating_sub(1), most)?.0;
        let occurred = events.first().map_or(known.recorded, |event| event.occurred);
        let wrote = events.into_iter().map(|event| (event.stream, event.version)).collect();
        let backend::Command { first, last, recorded, .. } = *known;
        Ok(Appended { first, last, recorded, occurred, wrote, again: true })
    }

    fn carry_out(&mut self, command: &Command, group: &mut Group<'_>) -> Outcome<Answer> {
        let Head { epoch, pos: to, .. } = group.head;
        let mut reader = Reader { backend: &mut self.backend, epoch, to, failed: None };
        // A mistake in a rule ends the command that met it, and nothing else.
        let decided = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (command.decide)(&mut reader)));
        // Where the log could not be read, no refusal is one.
        if let Some(failure) = reader.failed {
            return Err(failure);
        }
        let Ok(decided) = decided else {
            return Ok(Err(AppendError::Broken("a mistake of ours: the rule for this command has failed".into())));
        };
        let Some(events) = decided else { return Ok(Err(AppendError::Refused)) };
        let append = Append {
            scope: command.scope.clone(),
            key: command.key.clone(),
            request: command.request,
            expects: Vec::new(),
            events,
            context: command.context.clone(),
        };
        if let Err(error) = append.check() {
            return Ok(Err(error));
        }
        self.append(&append, group)
    }

    fn append(&mut self, append: &Append, group: &mut Group<'_>) -> Outcome<Answer> {
        let mut streams: HashMap<&str, Stream> = HashMap::new();
        let expected = append.expects.iter().map(|(stream, _)| stream.as_str());
        for name in append.events.iter().map(|event| event.stream.as_str()).chain(expected) {
            if !streams.contains_key(name) {
                streams.insert(name, self.backend.stream(name)?.unwrap_or_default());
            }
        }
        if let Some(refused) = refusal(append, &streams) {
            return Ok(Err(refused));
        }
        let sealed = match group.sealing.seal(&append.events) {
            // Of these events alone: the others of the group need not know.
            Err(Failure::Unsealed(what)) => return Ok(Err(AppendError::Unsealed(what))),
            Err(Failure::Erased(subject)) => return Ok(Err(AppendError::Erased(subject))),
            sealed => sealed?,
        };
        let head = &mut group.head;
        let recorded = (self.clock)().max(head.recorded);
        let (first, last) = (head.pos + 1, head.pos + append.events.len() as u64);
        let (key, request) = self.keys.asked(&append.scope, &append.key, &append.request);
        let mut command =
            backend::Command { scope: append.scope.clone(), key, request, first, last, recorded, digest: [0; 32] };
        command.digest = digest_of_command(&command);
        let mut asked = Some(command.digest);
        let mut events = Vec::with_capacity(append.events.len());
        for (event, sealed) in append.events.iter().zip(sealed) {
            let Some(stream) = streams.get_mut(event.stream.as_str()) else {
                return Err(Failure::Fatal("a stream was not looked up".into()));
            };
            stream.version += 1;
            stream.closed = event.closes;
            let place = (stream.version, recorded, asked.take());
            events.push(next(head, event, sealed, place, &append.context));
        }
        streams.retain(|name, _| append.events.iter().any(|event| event.stream == *name));
        let streams: Vec<(String, Stream)> = streams.into_iter().map(|(name, it)| (name.into(), it)).collect();
        let commands = if planted::has(Bug::Forgetful) { Vec::new() } else { vec![command] };
        self.backend.put(&events, &streams, &commands)?;
        let occurred = append.events.first().map_or(recorded, |event| event.occurred);
        let wrote = events.into_iter().map(|event| (event.stream, event.version)).collect();
        Ok(Ok(Appended { first, last, recorded, occurred, wrote, again: false }))
    }
}

/// The next event of the log, at which the head then stands.
pub(crate) fn next(
    head: &mut Head,
    event: &NewEvent,
    sealed: Option<Sealed>,
    (version, recorded, command): (u64, i64, Option<[u8; 32]>),
    context: &Context,
) -> Recorded {
    let mut next = Recorded {
        pos: head.pos + 1,
        id: event.id,
        stream: event.stream.clone(),
        version,
        kind: event.kind.clone(),
        schema: event.schema,
        occurred: event.occurred,
        recorded,
        context: context.clone(),
        data: event.data.clone(),
        sealed,
        closes: event.closes,
        command,
        digest: [0; 32],
        chain: [0; 32],
    };
    next.digest = digest(&next);
    next.chain = link(&head.chain, &next.digest);
    (head.pos, head.chain, head.recorded) = (next.pos, next.chain, recorded);
    next
}

/// Why an append does not fit the streams as they stand.
fn refusal(append: &Append, streams: &HashMap<&str, Stream>) -> Option<AppendError> {
    for (name, expected) in &append.expects {
        let actual = streams.get(name.as_str()).map_or(0, |stream| stream.version);
        let fits = match expected {
            Expect::NoStream => actual == 0,
            Expect::Exists => actual > 0,
            Expect::At(version) => actual == *version,
        };
        if !fits {
            return Some(AppendError::Conflict { stream: name.clone(), expected: *expected, actual });
        }
    }
    let mut closed: Vec<&str> = streams.iter().filter(|(_, stream)| stream.closed).map(|(name, _)| *name).collect();
    for event in &append.events {
        if closed.contains(&event.stream.as_str()) {
            return Some(AppendError::Closed { stream: event.stream.clone() });
        }
        if event.closes {
            closed.push(&event.stream);
        }
    }
    None
}

fn error_of(failure: &Failure) -> AppendError {
    match failure {
        Failure::Full => AppendError::Full,
        Failure::ReadOnly => AppendError::ReadOnly,
        Failure::Busy => AppendError::Overloaded,
        Failure::Lost => AppendError::Unknown,
        Failure::Contradiction(what) => AppendError::Invalid(what.clone()),
        Failure::Unsealed(what) => AppendError::Unsealed(what.clone()),
        Failure::Erased(subject) => AppendError::Erased(*subject),
        Failure::Damaged(what) | Failure::Fatal(what) => AppendError::Fatal(what.clone()),
    }
}
