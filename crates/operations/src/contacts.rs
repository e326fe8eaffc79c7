//! A contact: a person getting in touch, from opening to closing, with what both sides have written.
//!
//! A contact is in exactly one place at a time: in a unit's queue, with its owner, or ended. Its events stand in two
//! streams: the contact's own, which professionals see, and the conversation's, which holds only what both sides see,
//! so that a message's number is its place in that stream. Neither holds text about a person: that is sealed beside it.

mod event;
mod fact;
mod state;

pub use event::{Author, Event, Shown, Unreadable};
pub(crate) use event::{code, decode, encode};
pub use fact::fact;
pub use state::{Contact, Handed, Place};

pub use facts::{Channel, Code, Outcome};

/// How long an answered contact can be taken up again: seven days, in microseconds.
pub const REOPENED_WITHIN: i64 = 7 * 86_400 * 1_000_000;

/// The person who asks, and the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context<'a> {
    /// Microseconds since 1970.
    pub now: i64,
    pub by: By<'a>,
    /// A professional who leads the unit: may take a contact from the one who has it.
    pub leads: bool,
    /// The professional who answered the contact last still works there: a contact taken up again goes back to them.
    pub here: bool,
}

/// On which side of the conversation somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By<'a> {
    Resident,
    /// A professional, by id.
    Professional(&'a str),
    /// Rules that run by themselves.
    System,
}

/// A request that can be made of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A new contact with its first message.
    Open {
        channel: Channel,
        service: String,
        language: String,
        unit: String,
        anonymous: bool,
        /// Token of the person; empty: of nobody but this contact.
        subject: String,
        /// The writer's own name for the message.
        client_id: String,
    },
    /// Taken from the queue by a professional.
    Claim,
    /// Given to a professional by the one who leads the unit, from the queue or from a colleague.
    Assign { to: String },
    /// Given back to the queue.
    Release,
    /// A message of either side. `seen`: the number of the last message that the writer had before the eyes.
    Write { seen: u64, client_id: String },
    /// A message that needs an answer before anything can be done.
    Ask { seen: u64, client_id: String },
    /// To another unit's queue; the note to colleagues is sealed beside it.
    Transfer { to: String, reason: String },
    /// Ended without a further word, such as what was dealt with on the telephone.
    Resolve { outcome: Outcome, seen: u64 },
    /// A message that ends it: answered and resolved in one.
    Finish { outcome: Outcome, seen: u64, client_id: String },
    /// Taken up again by a professional.
    Reopen,
    /// For good.
    Close,
}

/// Why a contact cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is a contact already, or there is none.
    NotThere,
    /// Another professional has it.
    OwnedBy(String),
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
        }
    }
}

/// The events that follow when a command meets a contact. A command carried out twice is refused or does nothing the
/// second time; the log sees to it that the same command counts once.
pub fn decide(contact: Option<&Contact>, command: &Command, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Some(contact) = contact else { return open(command, context) };
    match command {
        Command::Open { .. } => Err(Refusal::NotThere),
        Command::Claim => claim(contact, context),
        Command::Assign { to } => assign(contact, to, context),
        Command::Release => {
            owned_or_led(contact, context)?;
            Ok(vec![Event::Released, Event::Shown(Shown::Waiting)])
        }
        Command::Write { seen, client_id } => write(contact, *seen, client_id, context),
        Command::Ask { seen, client_id } => {
            owned(contact, context)?;
            seen_all(contact, *seen)?;
            let written = Event::Written { author: Author::Service, client_id: client_id.clone() };
            Ok(vec![written, Event::Asked, Event::Shown(Shown::Asked)])
        }
        Command::Transfer { to, reason } => transfer(contact, to, reason, context),
        Command::Resolve { outcome, seen } => {
            owned(contact, context)?;
            seen_all(contact, *seen)?;
            Ok(resolved(*outcome).into())
        }
        Command::Finish { outcome, seen, client_id } => {
            owned(contact, context)?;
            seen_all(contact, *seen)?;
            let written = Event::Written { author: Author::Service, client_id: client_id.clone() };
            Ok([written].into_iter().chain(resolved(*outcome)).collect())
        }
        Command::Reopen => reopen(contact, context),
        Command::Close => close(contact, context),
    }
}

fn open(command: &Command, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Command::Open { channel, service, language, unit, anonymous, subject, client_id } = command else {
        return Err(Refusal::NotThere);
    };
    Ok(vec![
        Event::Opened {
            channel: *channel,
            service: service.clone(),
            language: language.clone(),
            unit: unit.clone(),
            anonymous: *anonymous,
            subject: subject.clone(),
            at: context.now,
        },
        Event::Written { author: Author::Resident, client_id: client_id.clone() },
        Event::Shown(Shown::Received),
    ])
}

fn claim(contact: &Contact, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let By::Professional(me) = context.by else { return Err(Refusal::NotNow("only professionals claim")) };
    match &contact.place {
        Place::Queued => Ok(vec![Event::Claimed { owner: me.to_string() }, Event::Shown(Shown::InWork)]),
        Place::Owned { owner } | Place::Waiting { owner } if owner == me => Ok(Vec::new()),
        Place::Owned { owner } | Place::Waiting { owner } => Err(Refusal::OwnedBy(owner.clone())),
        Place::Resolved { .. } | Place::Closed => Err(Refusal::NotNow("it is answered")),
    }
}

fn assign(contact: &Contact, to: &str, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let assigned = Event::Assigned { owner: to.into() };
    match &contact.place {
        _ if !context.leads => Err(Refusal::NotNow("who leads the unit gives it to somebody")),
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

fn write(contact: &Contact, seen: u64, client_id: &str, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let written = |author| Event::Written { author, client_id: client_id.into() };
    match context.by {
        By::Professional(_) => {
            owned(contact, context)?;
            seen_all(contact, seen)?;
            Ok(vec![written(Author::Service)])
        }
        By::System => Err(Refusal::NotNow("only people write")),
        By::Resident => match &contact.place {
            Place::Queued | Place::Owned { .. } => Ok(vec![written(Author::Resident)]),
            Place::Waiting { .. } => Ok(vec![written(Author::Resident), Event::Answered, Event::Shown(Shown::InWork)]),
            Place::Resolved { at, owner } if context.now < at.saturating_add(REOPENED_WITHIN) => {
                // To who knows it; to the queue where they work no more.
                let next = match context.here {
                    true => vec![Event::Assigned { owner: owner.clone() }, Event::Shown(Shown::InWork)],
                    false => vec![Event::Shown(Shown::Waiting)],
                };
                Ok([written(Author::Resident), Event::Reopened].into_iter().chain(next).collect())
            }
            Place::Resolved { .. } | Place::Closed => Err(Refusal::TooLate),
        },
    }
}

fn transfer(contact: &Contact, to: &str, reason: &str, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let transferred = || Event::Transferred { from: contact.unit.clone(), to: to.into(), reason: reason.into() };
    if to == contact.unit {
        return Err(Refusal::NotNow("it is in that queue"));
    }
    match &contact.place {
        // A lead hands over also what nobody has claimed.
        Place::Queued if context.leads => Ok(vec![transferred()]),
        Place::Queued => Err(Refusal::NotOwned),
        Place::Owned { .. } | Place::Waiting { .. } => {
            owned_or_led(contact, context)?;
            Ok(vec![transferred(), Event::Shown(Shown::Waiting)])
        }
        Place::Resolved { .. } | Place::Closed => Err(Refusal::NotNow("it is answered")),
    }
}

fn reopen(contact: &Contact, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match (&contact.place, context.by) {
        (Place::Resolved { .. }, By::Professional(me)) => {
            Ok(vec![Event::Reopened, Event::Claimed { owner: me.to_string() }, Event::Shown(Shown::InWork)])
        }
        (Place::Resolved { .. }, _) => Err(Refusal::NotNow("residents write to take it up again")),
        (Place::Closed, _) => Err(Refusal::TooLate),
        _ => Err(Refusal::NotNow("it is open")),
    }
}

fn close(contact: &Contact, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match &contact.place {
        Place::Closed => Ok(Vec::new()),
        Place::Resolved { .. } if context.by == By::Resident => Err(Refusal::NotNow("the service closes it")),
        // Professionals may end it before; rules that run by themselves leave it open as long as they must.
        Place::Resolved { at, .. } if context.by == By::System && context.now < at.saturating_add(REOPENED_WITHIN) => {
            Err(Refusal::TooEarly)
        }
        Place::Resolved { .. } => Ok(vec![Event::Closed, Event::Shown(Shown::Closed)]),
        _ => Err(Refusal::NotNow("it must be answered first")),
    }
}

/// That the one who asks has the contact.
fn owned(contact: &Contact, context: &Context<'_>) -> Result<(), Refusal> {
    match (&contact.place, context.by) {
        (Place::Owned { owner } | Place::Waiting { owner }, By::Professional(me)) if owner == me => Ok(()),
        (Place::Owned { owner } | Place::Waiting { owner }, _) => Err(Refusal::OwnedBy(owner.clone())),
        (Place::Queued, _) => Err(Refusal::NotOwned),
        (Place::Resolved { .. } | Place::Closed, _) => Err(Refusal::NotNow("it is answered")),
    }
}

/// That the one who asks has the contact, or leads those who do: who has it may be away.
fn owned_or_led(contact: &Contact, context: &Context<'_>) -> Result<(), Refusal> {
    match contact.owner().is_some() && context.leads {
        true => Ok(()),
        false => owned(contact, context),
    }
}

/// That nothing the resident has written is overlooked.
fn seen_all(contact: &Contact, seen: u64) -> Result<(), Refusal> {
    match contact.last_of_resident > seen {
        true => Err(Refusal::Unseen(contact.last_of_resident)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
