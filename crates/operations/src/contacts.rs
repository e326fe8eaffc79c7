//! A contact: a person getting in touch, from opening to closing, with what both sides have written.
//!
//! A contact is in exactly one place at a time: in a unit's queue, with its owner, or ended. Its events stand in two
//! streams: the contact's own, which professionals see, and the conversation's, which holds only what both sides see,
//! so that a message's number is its place in that stream. Neither holds text about a person: that is sealed beside it.

pub mod calls;
pub mod chat;
pub mod closing;
mod command;
mod event;
mod fact;
pub mod files;
pub mod flow;
pub mod late;
pub mod overload;
pub mod parts;
pub mod phrases;
mod queue;
pub mod redial;
pub mod routing;
pub mod sms;
mod state;
mod told;
pub mod transfers;
pub mod video;
pub mod wait;
pub mod words;

use std::sync::LazyLock;

use calendar::day_number;
use facts::{Row, Table};
use matter::{
    About, By, Dated, List, Matter, Occasion, Own, PartId, ProfessionalId, Put, Refused, Rights, Role, Standing,
    Subject, Text, UnitId,
};
use uuid::Uuid;

use self::told::told;
use self::wait::Answered;
use crate::UNDONE_WITHIN;
use crate::organisation::{Away, Organisation, Returning};

pub use calls::Slot;
pub use command::Command;
pub use event::{Author, Event, Shown, opened};
pub use files::{File, FileKind};
pub use queue::Queue;
pub use routing::{First, Routed};
pub use state::{Contact, Handed, Place, Undo};

pub use facts::{Channel, Code, Outcome};

/// Why a contact goes on that those who were to see it first have not taken.
pub const WAITED: &str = "waited";
/// How long an answered contact can be taken up again: seven days, in microseconds.
pub const REOPENED_WITHIN: i64 = 7 * 86_400 * 1_000_000;

/// The professional of what ended without one.
static NOBODY: LazyLock<ProfessionalId> = LazyLock::new(|| "".into());

/// Why a contact cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is a contact already, or there is none.
    NotThere,
    /// Another professional has it.
    OwnedBy(ProfessionalId),
    /// Nobody has it: it must be claimed first.
    NotOwned,
    /// It stands where this cannot be done.
    NotNow(&'static str),
    /// The other side has written since: read it first. The number of its last message.
    Unseen(u64),
    /// The time within which it could be taken up again is over.
    TooLate,
    /// It may be closed when its time to be taken up again is over.
    TooEarly,
    /// Nobody is called then: it is over, too far ahead, or outside office hours.
    Times,
    /// The time that was agreed on has not come: a call in vain before it is no try.
    CallLater,
    /// Somebody is not reached after three calls, at two times of the day.
    TooFewCalls,
    /// The contact has as many files as it may.
    FilesFull,
    /// Its writer is answered by text message: nobody calls them, and no file goes along.
    NoCalls,
    NoFiles,
    /// Its writer wants no more messages.
    Stopped,
    /// The answer takes more text messages than one answer may.
    TooLong,
    /// An identity code goes into no text message.
    IdentityCode,
}

impl Refusal {
    /// Name in answers to programs, and key of its text.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotThere => "not_there",
            Refusal::OwnedBy(_) => "owned_by_another",
            Refusal::NotOwned => "not_claimed",
            Refusal::NotNow(_) => "not_now",
            Refusal::Unseen(_) => "unseen_message",
            Refusal::TooLate => "too_late",
            Refusal::TooEarly => "too_early",
            Refusal::Times => "times",
            Refusal::CallLater => "call_later",
            Refusal::TooFewCalls => "too_few_calls",
            Refusal::FilesFull => "files_full",
            Refusal::NoCalls => "no_calls",
            Refusal::NoFiles => "no_files",
            Refusal::Stopped => "stopped",
            Refusal::TooLong => "too_long",
            Refusal::IdentityCode => "identity_code",
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let refused = Refused::new(Contact::NAME, refusal.code());
        match refusal {
            Refusal::OwnedBy(owner) => refused.with("owner", owner),
            Refusal::NotNow(why) => refused.with("why", why),
            Refusal::Unseen(last) => refused.with("last", last),
            _ => refused,
        }
    }
}

impl Matter for Contact {
    const NAME: &'static str = "contact";
    const STREAMS: &'static [&'static str] = &["contact", "conversation"];
    const VERSION: u32 = 11;
    const RIGHTS: Rights =
        Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[Role::Lead], own: Own::Write };

    const TABLES: &'static [&'static Table] = &[facts::Contact::TABLE, facts::Survey::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    /// A contact that is taken up again goes back to who knows it, as long as they work there.
    type Rules = Organisation;
    /// How long chats waited.
    type Index = Answered;

    /// A command carried out twice is refused or does nothing the second time; the log sees to it that the same command
    /// counts once.
    fn decide(contact: Option<&Contact>, command: &Command, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
        match contact {
            None => open(command, on),
            Some(contact) => go_on(contact, command, on),
        }
    }

    fn evolve(contact: Option<Contact>, event: &Event, at: i64) -> Option<Contact> {
        Contact::after(contact, event, at)
    }

    fn standing(&self) -> Standing<'_> {
        let list = match self.place {
            Place::Queued => List::Queue,
            Place::Owned { .. } | Place::Waiting { .. } => List::With,
            Place::Resolved { .. } => List::Nowhere,
            Place::Closed => List::Ended,
        };
        // A chat that was left before anybody had it stands among what was done, too: by nobody.
        let who = self.handler.as_ref().or_else(|| self.resolved_at.map(|_| &*NOBODY));
        let unit = Some(&self.unit);
        Standing { subject: self.subject, unit, who, list, since: self.in_line(), done: self.resolved_at }
    }

    fn queue(&self) -> Option<&PartId> {
        self.queue.as_ref()
    }

    fn of(&self) -> Option<Uuid> {
        self.part_of
    }

    fn due(&self) -> Option<(i64, Command)> {
        match self.place {
            Place::Resolved { .. } if self.has_parts_left() => None,
            Place::Resolved { at, .. } => Some((at.saturating_add(REOPENED_WITHIN), Command::Close)),
            // Those who are to see it first have their time, and a chat has its day: whichever ends sooner.
            _ => {
                let first = self.waits_for_first().map(|first| (first.until, Command::PassOn));
                let chat = self.chat_ends().map(|at| (at, Command::Turn));
                first.into_iter().chain(chat).min_by_key(|(at, _)| *at)
            }
        }
    }

    /// Without the writer's own name for a message, which is the name of the command besides.
    fn told(command: &Command) -> Vec<u8> {
        told(command)
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (
                Command::Open { client_id, text, .. }
                | Command::Log { client_id, text, .. }
                | Command::Write { client_id, text }
                | Command::Ask { client_id, text }
                | Command::Finish { client_id, text, .. },
                Event::Written { author: Author::Resident | Author::Service, .. },
            ) => Some(event::sealed(client_id, text)),
            (Command::Greet { text, .. } | Command::Part { text, .. }, Event::Written { .. }) => {
                Some(event::sealed("", text))
            }
            (Command::CallMe { number, .. } | Command::ToPhone { number }, Event::CallAgreed { .. }) => number.clone(),
            (Command::AnswerBy { address, .. }, Event::AnswersGo { .. }) if !address.0.is_empty() => {
                Some(address.clone())
            }
            (Command::Stop { text }, Event::Written { .. }) => Some(event::sealed("", text)),
            (Command::Attach { name, .. }, Event::Attached { .. }) => Some(event::sealed("", name)),
            (Command::Note { text }, Event::Noted) => Some(text.clone()),
            (Command::Consult { words, .. }, Event::Consulted { .. })
            | (Command::Advise { words, .. }, Event::Advised { .. }) => Some(words.clone()),
            (Command::Transfer { note, .. }, Event::Transferred { .. }) => note.clone(),
            _ => None,
        }
    }

    fn stream_of(event: &Event) -> usize {
        usize::from(event.in_conversation())
    }

    fn forgotten(self) -> Contact {
        let calls = calls::Calls { mark: None, ..self.calls };
        Contact { subject: None, history: self.history + 1, calls, ..self }
    }

    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let contact = history.iter().fold(None, |contact, it| Contact::after(contact, &it.event, it.at));
        let Some(contact) = contact else { return };
        let due = contact.promised(about.calendar);
        let row = fact::fact(about.id.into(), &contact, about.resident, due);
        put(facts::Contact::TABLE, &row.values(), about.changed);
        if let Some(survey) = fact::survey(about.id, &contact, about.resident) {
            put(facts::Survey::TABLE, &survey.values(), about.changed);
        }
    }
}

/// When, by whom and by which organisation something is asked of a contact.
type On<'a> = Occasion<'a, Organisation>;

fn open(command: &Command, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    let opened = |channel: Channel,
                  (service, language, unit): (&str, &str, &UnitId),
                  queue: &Option<PartId>,
                  (anonymous, subject): (bool, Option<Subject>),
                  routed: &Option<Box<Routed>>| Event::Opened {
        channel,
        service: service.into(),
        language: language.into(),
        unit: unit.clone(),
        queue: queue.clone(),
        anonymous,
        subject,
        routed: routed.clone(),
        on_behalf: on.by.on_behalf(),
        part_of: None,
        at: on.now,
    };
    if let (Command::Ring { service, language, unit, queue, subject, routed, at }, By::System) = (command, on.by) {
        let whose = (subject.is_none(), *subject);
        let mut opened = opened(Channel::Callback, (service, language, unit), queue, whose, routed);
        if let Event::Opened { at: opened_at, .. } = &mut opened {
            *opened_at = *at;
        }
        return Ok(vec![opened, Event::Rang { at: *at }, Event::Shown(Shown::Received)]);
    }
    let written = [Event::written(Author::Resident), Event::Shown(Shown::Received)];
    match (command, on.by) {
        (Command::Open { channel, service, language, unit, queue, anonymous, subject, routed, .. }, _) => {
            let opened = opened(*channel, (service, language, unit), queue, (*anonymous, *subject), routed);
            Ok([opened].into_iter().chain(written).collect())
        }
        (
            Command::Log { channel, service, language, unit, queue, subject, routed, .. },
            By::Professional { id, .. },
        ) => {
            let opened = opened(*channel, (service, language, unit), queue, (subject.is_none(), *subject), routed);
            let logged = [Event::Logged, Event::Claimed { owner: id.clone() }, Event::Shown(Shown::InWork)];
            Ok([opened].into_iter().chain(written).chain(logged).collect())
        }
        (Command::Log { .. }, _) => Err(Refusal::NotNow("professionals write down who called or came")),
        (
            Command::Part {
                of,
                channel,
                service,
                language,
                unit,
                queue,
                anonymous,
                subject,
                on_behalf,
                routed,
                since,
                text: _,
            },
            By::Professional { .. },
        ) => {
            let opened = Event::Opened {
                channel: *channel,
                service: service.clone(),
                language: language.clone(),
                unit: unit.clone(),
                queue: queue.clone(),
                anonymous: *anonymous,
                subject: *subject,
                routed: routed.clone(),
                on_behalf: *on_behalf,
                part_of: Some(*of),
                at: (*since).min(on.now),
            };
            Ok([opened].into_iter().chain(written).collect())
        }
        _ => Err(Refusal::NotThere),
    }
}

fn go_on(contact: &Contact, command: &Command, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Open { .. } | Command::Log { .. } | Command::Ring { .. } | Command::Part { .. } => {
            Err(Refusal::NotThere)
        }
        Command::RingAgain { at } => match (&contact.place, on.by) {
            (Place::Resolved { .. } | Place::Closed, _) => Err(Refusal::NotNow("it is answered")),
            (_, By::System) => Ok(vec![Event::Rang { at: *at }]),
            _ => Err(Refusal::NotNow("the telephone exchange tells of calls")),
        },
        Command::Split { part } => parts::split(contact, *part, on),
        Command::TakeBack => parts::take_back(contact),
        Command::PartBecame { part, stage } => Ok(parts::part_became(contact, *part, *stage)),
        Command::Claim => claim(contact, on.by),
        Command::Assign { to } => assign(contact, to, on.by),
        Command::Release => {
            owned_or_led(contact, on)?;
            Ok(vec![Event::Released, Event::Shown(Shown::Waiting)])
        }
        Command::Write { text, .. } => write(contact, text, on),
        Command::Ask { text, .. } => {
            owned_and_seen(contact, on)?;
            sms::goes(contact, &text.0)?;
            Ok(vec![Event::written(Author::Service), Event::Asked, Event::Shown(Shown::Asked)])
        }
        Command::Note { .. } => match (&contact.place, on.by) {
            (Place::Closed, _) => Err(Refusal::NotNow("it has ended")),
            (_, By::Professional { .. }) => Ok(vec![Event::Noted]),
            _ => Err(Refusal::NotNow("only professionals note")),
        },
        Command::Consult { consultation, unit, to, profession, words: _ } => {
            owned_or_led(contact, on)?;
            let (consultation, profession) = (*consultation, *profession);
            Ok(vec![Event::Consulted { consultation, unit: unit.clone(), to: to.clone(), profession }])
        }
        Command::Advise { consultation, .. } if contact.asked.contains(consultation) => {
            Ok(vec![Event::Advised { consultation: *consultation }])
        }
        Command::Recall { consultation } if contact.asked.contains(consultation) => {
            Ok(vec![Event::Recalled { consultation: *consultation }])
        }
        Command::Advise { .. } | Command::Recall { .. } => Err(Refusal::NotNow("nobody is asked")),
        Command::Transfer { to, queue, reason, .. } => transfer(contact, (to, queue.as_ref()), reason, on),
        Command::PassOn => pass_on(contact, on),
        Command::Resolve { outcome } | Command::Finish { outcome, .. } => {
            owned_and_seen(contact, on)?;
            let said = match command {
                Command::Finish { text, .. } => {
                    sms::goes(contact, &text.0)?;
                    Some(Event::written(Author::Service))
                }
                _ => None,
            };
            let is_answered = said.is_some() || contact.first_response_at.is_some();
            match outcome {
                Outcome::Unreachable if contact.calls.are_begun() && !contact.calls.are_in_vain() => {
                    Err(Refusal::TooFewCalls)
                }
                Outcome::Abandoned if contact.chat.is_some() && is_answered => {
                    Err(Refusal::NotNow("somebody has answered"))
                }
                _ => Ok(said.into_iter().chain(resolved(*outcome)).collect()),
            }
        }
        Command::Reopen => reopen(contact, on.by),
        Command::Undo => undo(contact, on),
        Command::Close => close(contact, on),
        Command::Greet { until, .. } => chat::greet(contact, *until, on),
        Command::Leave => chat::leave(contact, on.by),
        Command::Turn => chat::turn(contact, on),
        Command::Rate { rating } => chat::rate(contact, *rating, on),
        Command::CallMe { slot, mark, .. } => calls::call_me(contact, *slot, mark.as_ref(), on),
        Command::Called { reached, at } => calls::called(contact, *reached, *at, on),
        Command::OpenVideo => video::open(contact, on),
        Command::EndVideo => video::end(contact, on),
        Command::ToPhone { .. } => video::to_phone(contact, on),
        Command::Attach { file, .. } => files::attach(contact, file, on),
        Command::Identify { subject } => identify(contact, *subject, on.by),
        Command::AnswerBy { means, .. } => sms::answer_by(contact, *means),
        Command::Stop { text } => sms::stop(contact, text, on),
    }
}

/// Its writer has proven who they are: for themselves, and for nobody for whom they act.
fn identify(contact: &Contact, subject: Subject, by: &By) -> Result<Vec<Event>, Refusal> {
    match (&contact.place, contact.subject) {
        (_, Some(held)) if held == subject => Ok(Vec::new()),
        (_, Some(_)) => Err(Refusal::NotNow("it is of somebody")),
        (Place::Closed, None) => Err(Refusal::NotNow("it has ended")),
        (_, None) if *by == By::Resident(subject) => Ok(vec![Event::Identified { subject }]),
        (_, None) => Err(Refusal::NotNow("only the writer says who they are")),
    }
}

fn claim(contact: &Contact, by: &By) -> Result<Vec<Event>, Refusal> {
    let By::Professional { id: me, .. } = by else { return Err(Refusal::NotNow("only professionals claim")) };
    match &contact.place {
        Place::Queued => Ok(vec![Event::Claimed { owner: me.clone() }, Event::Shown(Shown::InWork)]),
        Place::Owned { owner } | Place::Waiting { owner } if owner == me => Ok(Vec::new()),
        Place::Owned { owner } | Place::Waiting { owner } => Err(Refusal::OwnedBy(owner.clone())),
        Place::Resolved { .. } | Place::Closed => Err(Refusal::NotNow("it is answered")),
    }
}

fn assign(contact: &Contact, to: &ProfessionalId, by: &By) -> Result<Vec<Event>, Refusal> {
    let assigned = Event::Assigned { owner: to.clone() };
    match &contact.place {
        _ if !by.leads() => Err(Refusal::NotNow("who leads the unit gives it to somebody")),
        Place::Owned { owner } | Place::Waiting { owner } if owner == to => Ok(Vec::new()),
        // It stands as it stood; whoever has its page open hears that somebody else has it now.
        Place::Waiting { .. } => Ok(vec![assigned, Event::Shown(Shown::Asked)]),
        Place::Owned { .. } | Place::Queued => Ok(vec![assigned, Event::Shown(Shown::InWork)]),
        Place::Resolved { .. } | Place::Closed => Err(Refusal::NotNow("it is answered")),
    }
}

fn resolved(outcome: Outcome) -> [Event; 2] {
    [Event::Resolved { outcome }, Event::Shown(Shown::Resolved)]
}

fn write(contact: &Contact, text: &Text, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    match on.by {
        By::Professional { .. } => {
            owned_and_seen(contact, on)?;
            sms::goes(contact, &text.0)?;
            Ok(vec![Event::written(Author::Service)])
        }
        _ => said(contact, Event::written(Author::Resident), on),
    }
}

/// Something is said by the resident, in words or by a file: it answers a question, and takes up again what was answered.
fn said(contact: &Contact, said: Event, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    match on.by {
        By::Professional { .. } | By::Operator | By::System => Err(Refusal::NotNow("only people write")),
        By::Resident(_) | By::Acting { .. } | By::Holder => match &contact.place {
            Place::Queued | Place::Owned { .. } => Ok(vec![said]),
            Place::Waiting { .. } => Ok(vec![said, Event::Answered, Event::Shown(Shown::InWork)]),
            Place::Resolved { owner, .. } if contact.reopens_until().is_some_and(|until| on.now < until) => {
                let today = on.calendar.local_date(on.now).map_or(0, day_number);
                // It goes to the professional who knows it; to their deputy or the queue while they are away, to the queue where they work no more.
                let next = match on.rules.away(owner, today) {
                    // It was left before anybody had it.
                    _ if owner.is_empty() => None,
                    None => Some(owner.clone()),
                    Some(Away { returning: Returning::Deputy, deputy, .. }) => Some(deputy.as_str().into()),
                    Some(Away { returning: Returning::Queue, .. }) => None,
                };
                let next = match next.filter(|next| on.rules.opens(next, &contact.unit, today)) {
                    Some(owner) => vec![Event::Assigned { owner }, Event::Shown(Shown::InWork)],
                    None => vec![Event::Shown(Shown::Waiting)],
                };
                Ok([said, Event::Reopened].into_iter().chain(next).collect())
            }
            Place::Resolved { .. } | Place::Closed => Err(Refusal::TooLate),
        },
    }
}

fn transfer(
    contact: &Contact,
    (to, queue): (&UnitId, Option<&PartId>),
    reason: &str,
    on: &On<'_>,
) -> Result<Vec<Event>, Refusal> {
    let transferred = || Event::Transferred {
        from: contact.unit.clone(),
        to: to.clone(),
        queue: queue.cloned(),
        reason: reason.into(),
    };
    if *to == contact.unit && queue == contact.queue.as_ref() {
        return Err(Refusal::NotNow("it is in that queue"));
    }
    match &contact.place {
        // A lead hands over also what nobody has claimed.
        Place::Queued if on.by.leads() => Ok(vec![transferred()]),
        Place::Queued => Err(Refusal::NotOwned),
        Place::Owned { .. } | Place::Waiting { .. } => {
            owned_or_led(contact, on)?;
            Ok(vec![transferred(), Event::Shown(Shown::Waiting)])
        }
        Place::Resolved { .. } | Place::Closed => Err(Refusal::NotNow("it is answered")),
    }
}

/// By itself, once its time is over; whoever took it meanwhile has it.
fn pass_on(contact: &Contact, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    match (contact.waits_for_first(), on.by) {
        (Some(first), By::System) if first.until <= on.now => Ok(vec![Event::Transferred {
            from: contact.unit.clone(),
            to: first.unit.clone(),
            queue: first.queue.clone(),
            reason: WAITED.into(),
        }]),
        (Some(_), By::System) => Err(Refusal::TooEarly),
        _ => Err(Refusal::NotNow("nobody is to see it first")),
    }
}

fn reopen(contact: &Contact, by: &By) -> Result<Vec<Event>, Refusal> {
    match (&contact.place, by) {
        (Place::Resolved { .. }, By::Professional { id: me, .. }) => {
            Ok(vec![Event::Reopened, Event::Claimed { owner: me.clone() }, Event::Shown(Shown::InWork)])
        }
        (Place::Resolved { .. }, _) => Err(Refusal::NotNow("residents write to take it up again")),
        (Place::Closed, _) => Err(Refusal::TooLate),
        _ => Err(Refusal::NotNow("it is open")),
    }
}

fn undo(contact: &Contact, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    let (Some(undo), By::Professional { id: me, leads, .. }) = (&contact.undo, on.by) else {
        return Err(Refusal::NotNow("there is nothing to undo"));
    };
    // An act of the one who leads is theirs to undo.
    if undo.by.as_ref().map_or(!leads, |by| by != me && !leads) {
        return Err(Refusal::NotNow("somebody else has acted"));
    }
    if on.now >= undo.at.saturating_add(UNDONE_WITHIN) {
        return Err(Refusal::TooLate);
    }
    let shown = match undo.place {
        Place::Queued => Shown::Waiting,
        Place::Waiting { .. } => Shown::Asked,
        _ => Shown::InWork,
    };
    Ok(vec![Event::Undone, Event::Shown(shown)])
}

fn close(contact: &Contact, on: &On<'_>) -> Result<Vec<Event>, Refusal> {
    match (&contact.place, on.by) {
        (Place::Closed, _) => Ok(Vec::new()),
        (Place::Resolved { .. }, By::Resident(_) | By::Acting { .. } | By::Holder) => {
            Err(Refusal::NotNow("the service closes it"))
        }
        (Place::Resolved { .. }, _) if contact.has_parts_left() => Err(Refusal::NotNow("a part of it is open")),
        // Professionals may end it before; rules that run by themselves leave it open as long as they must.
        (Place::Resolved { at, .. }, By::System) if on.now < at.saturating_add(REOPENED_WITHIN) => {
            Err(Refusal::TooEarly)
        }
        (Place::Resolved { .. }, _) => Ok(vec![Event::Closed, Event::Shown(Shown::Closed)]),
        _ => Err(Refusal::NotNow("it must be answered first")),
    }
}

/// That the one who asks has the contact, or is the deputy of the one who does.
fn owned(contact: &Contact, on: &On<'_>) -> Result<(), Refusal> {
    let today = on.calendar.local_date(on.now).map_or(0, day_number);
    match (&contact.place, on.by) {
        (Place::Owned { owner } | Place::Waiting { owner }, By::Professional { id, .. })
            if on.rules.sees_to(id, owner, today) =>
        {
            Ok(())
        }
        (Place::Owned { owner } | Place::Waiting { owner }, _) => Err(Refusal::OwnedBy(owner.clone())),
        (Place::Queued, _) => Err(Refusal::NotOwned),
        (Place::Resolved { .. } | Place::Closed, _) => Err(Refusal::NotNow("it is answered")),
    }
}

/// That the one who asks has the contact, or leads those who do: who has it may be away.
fn owned_or_led(contact: &Contact, on: &On<'_>) -> Result<(), Refusal> {
    match contact.owner().is_some() && on.by.leads() {
        true => Ok(()),
        false => owned(contact, on),
    }
}

/// That the one who asks has the contact, and overlooks nothing that the resident has written.
fn owned_and_seen(contact: &Contact, on: &On<'_>) -> Result<(), Refusal> {
    owned(contact, on)?;
    match contact.last_of_resident > on.seen {
        true => Err(Refusal::Unseen(contact.last_of_resident)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
