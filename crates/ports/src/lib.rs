//! Messages out and in: the sender of what waits in the outbox, what each port speaks, and what comes in by it.
//!
//! An attempt is begun in the log before the port hears of it, and its outcome is noted after: a sender that dies in between
//! leaves an attempt of which nobody knows what became, and the rules of dispatches see to that. The number, the address and
//! the text are put together for one attempt and kept nowhere here; but a port that runs with files keeps its file until
//! another program takes it.

mod file;
mod hooks;
mod incoming;
pub mod register;
pub mod relay;
mod smtp;
mod telephony;
mod webhook;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use content::Part;
use futures::future::join_all;
use futures::{StreamExt, stream};
use kinds::{Incoming, Kinds, Standing};
use matter::{By, Matter, Subject, Trouble};
use operations::contacts::Contact;
use operations::dispatches::port::{Adapter, Port};
use operations::dispatches::{Command, Dispatch, Means, Outcome, Place, Says};
use uuid::Uuid;

pub use file::{FOLDERS, forget};
pub use hooks::{Heard, Hooks};
pub use telephony::{TELEPHONY, Telephony};

/// The address in the settings of a port whose messages go to files, whatever it would speak.
pub const FILES: &str = "file:";

/// How long a port may take for one step of an attempt.
pub const STEP: Duration = Duration::from_secs(30);
/// How long for all of it: well below the time after which the rules take an attempt for lost.
const ATTEMPT: Duration = Duration::from_mins(5);
/// Attempts of one round by the same means, and how many at once.
const ROUND: usize = 200;
const AT_ONCE: usize = 8;
/// So often the outcome of an attempt is written again, and after so long, when the log could not take it.
const NOTED: usize = 20;
const AGAIN: Duration = Duration::from_secs(2);

/// A county's settings for a port.
#[derive(Clone, Default)]
pub struct Settings {
    /// Where it is: `smtps://mail.example.fi`, `https://sms.example.fi/messages`; [`FILES`]: files in its stead.
    pub url: Option<String>,
    /// The sender's address.
    pub from: Option<String>,
    /// The key by which requests are signed, or the password of the mail server. From the environment.
    pub secret: Option<String>,
}

impl Settings {
    /// The settings of an adapter that are not there, or cannot be: on a way that others read nothing is sent.
    fn lacks(&self, adapter: Adapter) -> Vec<&'static str> {
        let is_there = |name: &str| match name {
            "url" => self.url.as_deref().is_some_and(|url| match adapter {
                Adapter::File => true,
                Adapter::Smtp => smtp::is_safe(url),
                Adapter::Webhook => webhook::is_safe(url),
                Adapter::Oidc | Adapter::Register | Adapter::Webrtc | Adapter::Telephony => false,
            }),
            "from" => self.from.as_deref().is_some_and(|it| it.parse::<lettre::Address>().is_ok()),
            _ => self.secret.is_some(),
        };
        adapter.needs().iter().copied().filter(|name| !is_there(name)).collect()
    }
}

/// A message as a port gets it.
#[derive(Clone)]
struct Letter {
    id: Uuid,
    /// A number, an address, or a person's token where the port knows the rest.
    to: String,
    title: String,
    text: String,
    language: String,
}

/// Gives the title and the text of a message in a language.
pub type Words = Box<dyn Fn(Says, &str) -> (String, String) + Send + Sync>;

/// The sender.
pub struct Outbox {
    kinds: Kinds,
    /// The data directory, with `ports/ID/{in,out,done,refused}`.
    data: PathBuf,
    settings: BTreeMap<String, Settings>,
    /// Settings of the ports that have none of their own.
    usual: Settings,
    /// None: the server knows no name of its own, and no message could say where to sign in.
    words: Option<Words>,
    /// How long a port may take for one step.
    step: Duration,
    /// When each port took a message last.
    taken: Mutex<HashMap<String, i64>>,
    /// Messages that came in by each, and how many of one number within a minute.
    came: Mutex<HashMap<String, Incoming>>,
    pace: Mutex<incoming::Pace>,
}

impl Outbox {
    pub fn new(
        kinds: Kinds,
        data: &Path,
        (settings, usual): (BTreeMap<String, Settings>, Settings),
        words: Option<Words>,
        step: Duration,
    ) -> Outbox {
        let (taken, came, pace) = (Mutex::default(), Mutex::default(), Mutex::default());
        Outbox { kinds, data: data.into(), settings, usual, words, step, taken, came, pace }
    }

    /// Sends what waits, for ever; `every`: how often it is looked. A port that hangs delays no other means.
    pub async fn run(&self, every: Duration) {
        let run = async |means| loop {
            self.round_of(means).await;
            tokio::time::sleep(every).await;
        };
        let [sms, email, suomifi] = Means::ALL.map(run);
        tokio::join!(sms, email, suomifi);
    }

    /// A round of each means. How many attempts were made.
    pub async fn round(&self) -> usize {
        join_all(Means::ALL.map(|means| self.round_of(means))).await.into_iter().sum()
    }

    /// Hears what the ports of a means tell, makes every attempt by it that may be made now, and says how its ports stand.
    /// How many attempts.
    async fn round_of(&self, means: Means) -> usize {
        let ports = self.kinds.ports.all();
        let ports = || ports.iter().filter(|(_, port)| port.content.carries == Some(means));
        for (id, port) in ports() {
            self.hear(id).await;
            self.take(port).await;
        }
        let now = self.kinds.store.now();
        let ready: Vec<Uuid> = self.kinds.dispatches.look(|all| {
            let goes_by = |id: &Uuid| all.get(*id).is_some_and(|it| it.by() == Some(means));
            all.index().ready(now).filter(goes_by).take(ROUND).collect()
        });
        let made = stream::iter(ready).map(|id| self.attempt(id)).buffer_unordered(AT_ONCE);
        let made = made.filter(|made| std::future::ready(*made)).count().await;
        for (id, port) in ports() {
            self.look(id, port).await;
        }
        made
    }

    fn settings(&self, port: &str) -> &Settings {
        self.settings.get(port).unwrap_or(&self.usual)
    }

    /// The way in which a port runs, and what its settings lack; none: it runs in no way.
    fn runs(&self, port: &Part<Port>) -> (Option<Adapter>, Vec<&'static str>) {
        let (settings, adapter) = (self.settings(&port.id), port.content.adapter);
        let mut lacks = settings.lacks(adapter);
        let runs = match settings.url.as_deref() {
            _ if lacks.is_empty() => Some(adapter),
            Some(FILES) => Some(Adapter::File),
            _ => None,
        };
        if self.words.is_none() {
            lacks.push("hosts");
        }
        (runs.filter(|_| self.words.is_some()), lacks)
    }

    /// Makes an attempt, unless somebody was quicker. Whether it was made.
    async fn attempt(&self, id: Uuid) -> bool {
        let Some(it) = self.kinds.dispatches.look(|all| all.get(id)) else { return false };
        let port = it.by().and_then(|means| self.kinds.ports.carrying(means));
        let again = port.as_ref().is_none_or(|port| port.content.again || self.runs(port).0 == Some(Adapter::File));
        let attempt = it.attempts + 1;
        let Place::Waiting { next } = it.place else { return false };
        // One that was postponed begins anew, and under a new name.
        let begin = format!("begin/{attempt}/{}/{next}", it.turn);
        let begin = self.ask(id, Command::Begin { again }, &begin).await;
        let begun = self.kinds.dispatches.look(|all| all.get(id));
        // One that was begun under this name before is another's: it may have been sent.
        let is_ours = begin.is_ok_and(|done| !done.again);
        let Some(begun) = begun.filter(|it| is_ours && matches!(it.place, Place::Begun { .. })) else { return false };
        let outcome = self.hand_over(port.as_deref(), (id, &begun)).await;
        if let (Outcome::Taken | Outcome::Delivered, Some(port)) = (&outcome, &port) {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            taken.insert(port.id.clone(), self.kinds.store.now());
        }
        let note = Command::Note { attempt: begun.attempts, outcome };
        for _ in 0..NOTED {
            match self.ask(id, note.clone(), &format!("note/{}", begun.attempts)).await {
                Err(Trouble::Later(_) | Trouble::Unknown(_)) => tokio::time::sleep(AGAIN).await,
                _ => break,
            }
        }
        true
    }

    async fn ask(&self, id: Uuid, command: Command, key: &str) -> Result<store::Done, Trouble> {
        self.kinds.dispatches.ask(id, command, &By::System, key, u64::MAX).await
    }

    /// Hands a message over to its port.
    async fn hand_over(&self, port: Option<&Part<Port>>, (id, it): (Uuid, &Dispatch)) -> Outcome {
        let failed = |code: &str| Outcome::Failed { code: code.into() };
        let Some(port) = port else { return failed("no_port") };
        let ((Some(adapter), _), Some(words)) = (self.runs(port), &self.words) else { return failed("settings") };
        let Some(means) = port.content.carries else { return failed("no_port") };
        let letter = match self.letter((id, it), means, words).await {
            Ok(Some(letter)) => letter,
            Ok(None) => return Outcome::Refused { code: "no_address".into() },
            Err(_) => return failed("unread"),
        };
        let (folder, settings) = (self.folder(&port.id), self.settings(&port.id).clone());
        let (step, now) = (self.step, self.kinds.store.now());
        let handing = tokio::task::spawn_blocking(move || match adapter {
            Adapter::File => file::hand_over(&folder, &letter),
            Adapter::Smtp => smtp::hand_over(&settings, &letter, step),
            Adapter::Webhook => webhook::hand_over(&settings, &letter, (step, now)),
            // No message goes out by these.
            Adapter::Oidc | Adapter::Register | Adapter::Webrtc | Adapter::Telephony => {
                Outcome::Failed { code: "no_port".into() }
            }
        });
        let unknown = |code: &str| Outcome::Unknown { code: code.into() };
        let outcome = match tokio::time::timeout(ATTEMPT, handing).await {
            Ok(outcome) => outcome.unwrap_or_else(|_| unknown("broken")),
            Err(_) => unknown("timeout"),
        };
        // An erasure removes the person's files last: one that came after that is removed here.
        if let Some(subject) = it.subject.filter(|_| adapter == Adapter::File)
            && self.kinds.store.is_erased(subject).await.unwrap_or_default()
        {
            let _ = forget(&self.data, &[id]);
        }
        outcome
    }

    /// A message as it goes out; none: there is no address any more.
    async fn letter(&self, (id, it): (Uuid, &Dispatch), by: Means, words: &Words) -> store::Result<Option<Letter>> {
        let language = it.language.clone();
        if let Says::Answer { number } = it.says {
            let text = self.kinds.words(it.cause.id, Contact::STREAMS[1], number).await?;
            let to = self.kinds.answers_to(it.cause.id).await?;
            return Ok(to.zip(text).map(|(to, text)| Letter { id, to, title: String::new(), text, language }));
        }
        let Some(subject) = it.subject else { return Ok(None) };
        let (title, text) = words(it.says, &language);
        Ok(self.address(subject, by).await?.map(|to| Letter { id, to, title, text, language }))
    }

    /// Where a person is reached, if they still want to be by these means.
    async fn address(&self, subject: Subject, by: Means) -> store::Result<Option<String>> {
        let left = self.kinds.addresses(subject).await?.filter(|(means, _)| means.contains(&by));
        Ok(left.and_then(|(_, addresses)| match by {
            Means::Sms => addresses.phone,
            Means::Email => addresses.email,
            Means::Suomifi => Some(subject.to_string()),
        }))
    }

    fn folder(&self, port: &str) -> PathBuf {
        self.data.join("ports").join(port)
    }

    /// Notes what a port has told in its folders of messages that it took.
    async fn hear(&self, port: &str) {
        let folder = self.folder(port);
        let told = tokio::task::spawn_blocking(move || file::told(&folder)).await.unwrap_or_default();
        for (path, id, outcome) in told {
            // It is in the log now, or is no news; the number in it is needed no more.
            if self.noted(id, outcome).await {
                let _ = std::fs::remove_file(path);
            }
        }
    }

    /// Notes the fate of a message that a port took. Whether it is in the log, or is no news; of one that was never sent there
    /// is none.
    async fn noted(&self, id: Uuid, outcome: Outcome) -> bool {
        let it = match self.kinds.dispatches.read(id).await {
            Ok(Some(it)) => it,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let key = format!("told/{}/{}", it.attempts, if outcome == Outcome::Delivered { "done" } else { "refused" });
        let noted = self.ask(id, Command::Note { attempt: it.attempts, outcome }, &key).await;
        matches!(noted, Ok(_) | Err(Trouble::Refused(_) | Trouble::NotFound))
    }

    async fn look(&self, id: &str, port: &Part<Port>) {
        let folder = self.folder(id);
        // Where files are a stand-in, nobody may ever take them.
        if port.content.adapter != Adapter::File {
            file::swept(&folder, &self.kinds).await;
        }
        let files = tokio::task::spawn_blocking(move || file::counted(&folder)).await.unwrap_or_default();
        let (runs, lacks) = self.runs(port);
        let taken_at = self.taken.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied();
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned().unwrap_or_default();
        let looked_at = self.kinds.store.now();
        self.kinds.ports.stands(id, Standing { runs, lacks, looked_at, taken_at, files, came });
    }
}
