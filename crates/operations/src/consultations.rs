//! A consultation: a question of one professional to another about a contact, with its own clock. The contact stays with
//! whoever has it; the colleague who is asked may read it for as long as the question is open. It lapses with its reason: when
//! the contact ends, or goes to another unit.
//!
//! Question and answer are sealed beside events of the contact, too: they are a part of what happened to it.

pub mod consent;
pub mod flow;

use facts::{Channel, ContactKind, Instant, Key, Profession, Row, Table};
use matter::codec::id;
use matter::{
    About, By, Dated, Index, List, Matter, Occasion, Own, ProfessionalId, Put, Refused, Rights, Role, Standing,
    Subject, Text, UnitId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::contacts::Contact;
use crate::tasks::OfMatters;

/// No answer is asked for later than in two years, in microseconds.
const LONGEST: i64 = 2 * 366 * 86_400 * 1_000_000;

/// A request that can be made of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Ask(Asked),
    /// Taken by somebody of the unit that is asked, in their profession.
    Claim {
        #[serde(with = "profession")]
        profession: Option<Profession>,
    },
    /// Given back to the unit that is asked.
    Release,
    Answer {
        words: Text,
    },
    /// The question need not be answered any more.
    Withdraw,
    /// The one who asked has read the answer.
    Notice,
    /// Its reason is gone, whoever brought that about.
    Lapse {
        why: Why,
    },
}

/// Why a question lapses that nobody took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The contact went to another unit.
    Moved,
    /// The contact was answered, or closed.
    Ended,
}

/// A question, and whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The contact that it is about.
    pub contact: Uuid,
    pub subject: Option<Subject>,
    /// The unit of the one who asks, to which the answer comes.
    pub from: UnitId,
    pub unit: UnitId,
    /// One colleague; none: whoever of the unit takes it first.
    pub to: Option<ProfessionalId>,
    /// Their profession; none: any.
    #[serde(with = "profession")]
    pub profession: Option<Profession>,
    /// The instant by which an answer is needed, in microseconds since 1970.
    pub due: i64,
    pub words: Text,
}

/// Something that happened. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "consultation.asked")]
    Asked {
        #[serde(with = "id")]
        contact: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        by: ProfessionalId,
        from: UnitId,
        unit: UnitId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<ProfessionalId>,
        #[serde(default, with = "profession")]
        profession: Option<Profession>,
        due: i64,
    },
    #[serde(rename = "consultation.claimed")]
    Claimed { owner: ProfessionalId },
    #[serde(rename = "consultation.released")]
    Released,
    #[serde(rename = "consultation.answered")]
    Answered,
    #[serde(rename = "consultation.withdrawn")]
    Withdrawn,
    #[serde(rename = "consultation.noticed")]
    Noticed,
    #[serde(rename = "consultation.lapsed")]
    Lapsed { why: Why },
}

/// Why a consultation cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is one already, or there is none.
    NotThere,
    OwnedBy(ProfessionalId),
    /// Nobody has it: it must be claimed first.
    NotOwned,
    NotNow,
    /// It is for another profession.
    OtherProfession,
    /// The time is over, or too far away.
    Times,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match &refusal {
            Refusal::NotThere => "not_there",
            Refusal::OwnedBy(_) => "owned_by_another",
            Refusal::NotOwned => "not_claimed",
            Refusal::NotNow => "not_now",
            Refusal::OtherProfession => "other_profession",
            Refusal::Times => "times",
        };
        let refused = Refused::new(Consultation::NAME, code);
        match refusal {
            Refusal::OwnedBy(owner) => refused.with("owner", owner),
            _ => refused,
        }
    }
}

/// A consultation as its events have left it. Times are in microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    pub contact: Uuid,
    pub subject: Option<Subject>,
    pub asked_by: ProfessionalId,
    pub from: UnitId,
    pub unit: UnitId,
    #[serde(with = "profession")]
    pub profession: Option<Profession>,
    pub asked_at: i64,
    pub due: i64,
    pub place: Place,
    /// The one who is asked, once somebody is.
    pub owner: Option<ProfessionalId>,
    pub answered_at: Option<i64>,
    /// Events so far.
    pub history: u64,
}

/// Where a consultation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Queued,
    Owned,
    /// With the one who asked, until they have read it.
    Answered,
    Withdrawn,
    Noticed,
    Lapsed {
        why: Why,
    },
}

impl Place {
    /// Name in links, and end of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Place::Queued => "queued",
            Place::Owned => "owned",
            Place::Answered => "answered",
            Place::Withdrawn => "withdrawn",
            Place::Noticed => "noticed",
            Place::Lapsed { why: Why::Moved } => "moved",
            Place::Lapsed { why: Why::Ended } => "ended",
        }
    }
}

impl Index<Consultation> for OfMatters {
    fn enter(&mut self, id: Uuid, consultation: &Consultation) {
        self.add(consultation.contact, id);
    }

    fn leave(&mut self, id: Uuid, consultation: &Consultation) {
        self.remove(consultation.contact, id);
    }
}

impl Matter for Consultation {
    const NAME: &'static str = "consultation";
    /// It is a contact of its kind, and is kept as long.
    const CLASS: &'static str = Contact::CLASS;
    const VERSION: u32 = 1;
    const RIGHTS: Rights =
        Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[Role::Lead], own: Own::Nothing };
    const TABLES: &'static [&'static Table] = &[facts::Contact::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = OfMatters;

    fn decide(it: Option<&Consultation>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        if let (Some(it), Command::Lapse { why }) = (it, command) {
            return Ok(it.is_open().then_some(Event::Lapsed { why: *why }).into_iter().collect());
        }
        let By::Professional { id: me, .. } = on.by else { return Err(Refusal::NotNow) };
        match (it, command) {
            (None, Command::Ask(asked)) => {
                if asked.due <= on.now || asked.due > on.now.saturating_add(LONGEST) {
                    return Err(Refusal::Times);
                }
                let Asked { contact, subject, from, unit, to, profession, due, words: _ } = asked.clone();
                Ok(vec![Event::Asked { contact, subject, by: me.clone(), from, unit, to, profession, due }])
            }
            (None, _) | (Some(_), Command::Ask(_)) => Err(Refusal::NotThere),
            (Some(it), command) => it.go_on(command, me, on.by.leads()),
        }
    }

    fn evolve(it: Option<Consultation>, event: &Event, at: i64) -> Option<Consultation> {
        let Some(mut it) = it else { return Consultation::asked(event, at) };
        it.history += 1;
        match event {
            Event::Asked { .. } => {}
            Event::Claimed { owner } => (it.place, it.owner) = (Place::Owned, Some(owner.clone())),
            Event::Released => (it.place, it.owner) = (Place::Queued, None),
            Event::Answered => (it.place, it.answered_at) = (Place::Answered, Some(at)),
            Event::Withdrawn => it.place = Place::Withdrawn,
            Event::Noticed => it.place = Place::Noticed,
            Event::Lapsed { why } => it.place = Place::Lapsed { why: *why },
        }
        Some(it)
    }

    /// With the unit that is asked until it is answered, and then with the one who asked. Of one that has lapsed the one who
    /// had it learns why.
    fn standing(&self) -> Standing<'_> {
        let (list, unit, who) = match self.place {
            Place::Queued => (List::Queue, &self.unit, None),
            Place::Owned => (List::With, &self.unit, self.owner.as_ref()),
            Place::Answered => (List::With, &self.from, Some(&self.asked_by)),
            Place::Withdrawn | Place::Noticed => (List::Ended, &self.from, Some(&self.asked_by)),
            Place::Lapsed { .. } => (List::Ended, &self.unit, self.owner.as_ref()),
        };
        let since = self.answered_at.unwrap_or(self.due);
        Standing { subject: self.subject, unit: Some(unit), who, list, since, done: None }
    }

    fn of(&self) -> Option<Uuid> {
        Some(self.contact)
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::Ask(asked), Event::Asked { .. }) => Some(asked.words.clone()),
            (Command::Answer { words }, Event::Answered) => Some(words.clone()),
            _ => None,
        }
    }

    fn forgotten(self) -> Consultation {
        Consultation { subject: None, ..self }
    }

    /// A contact of its kind, between professionals.
    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let it = history.iter().fold(None, |it, dated| Consultation::evolve(it, &dated.event, dated.at));
        let Some(it) = it else { return };
        let over = history
            .iter()
            .rev()
            .find(|it| matches!(it.event, Event::Withdrawn | Event::Noticed | Event::Lapsed { .. }));
        let (answered, over) = (it.answered_at.map(Instant), over.map(|it| Instant(it.at)));
        let row = facts::Contact {
            contact_id: Key(about.id.into()),
            resident_id: about.resident,
            kind: ContactKind::Consultation,
            notice: None,
            channel: Channel::Message,
            platform: Some("luotsi".into()),
            service: "consultation".into(),
            arrival_unit_id: Some(it.unit.clone()),
            unit_id: it.unit,
            language: None,
            urgency: None,
            reason: None,
            identified: it.subject.is_some(),
            caller_key: None,
            on_behalf: None,
            opened_at: Instant(it.asked_at),
            first_attempt_at: None,
            first_response_at: answered,
            reached_at: None,
            ended_at: answered,
            assessed_at: None,
            due_at: Some(Instant(it.due)),
            resolved_at: answered,
            closed_at: over,
            handler_id: it.owner,
            outcome: None,
            transfers: 0,
            attempts: 0,
            assessment_id: None,
            enrolment_id: None,
            duplicate_of: None,
            part_of: None,
        };
        put(facts::Contact::TABLE, &row.values(), about.changed);
    }
}

impl Consultation {
    fn asked(event: &Event, at: i64) -> Option<Consultation> {
        let Event::Asked { contact, subject, by, from, unit, to, profession, due } = event else { return None };
        Some(Consultation {
            contact: *contact,
            subject: *subject,
            asked_by: by.clone(),
            from: from.clone(),
            unit: unit.clone(),
            profession: *profession,
            asked_at: at,
            due: *due,
            place: if to.is_some() { Place::Owned } else { Place::Queued },
            owner: to.clone(),
            answered_at: None,
            history: 1,
        })
    }

    /// The colleague who has the question now, and may read what it is about.
    pub fn has(&self) -> Option<&ProfessionalId> {
        self.owner.as_ref().filter(|_| self.place == Place::Owned)
    }

    /// Whether somebody is still to answer.
    pub fn is_open(&self) -> bool {
        matches!(self.place, Place::Queued | Place::Owned)
    }

    fn go_on(&self, command: &Command, me: &ProfessionalId, leads: bool) -> Result<Vec<Event>, Refusal> {
        let is_mine = self.has() == Some(me);
        let is_askers = self.asked_by == *me || leads;
        match (command, self.place) {
            (Command::Ask(_), _) => Err(Refusal::NotThere),
            (Command::Claim { .. }, Place::Queued) if self.asked_by == *me => Err(Refusal::NotNow),
            (Command::Claim { profession }, Place::Queued) => match self.profession {
                Some(asked) if Some(asked) != *profession => Err(Refusal::OtherProfession),
                _ => Ok(vec![Event::Claimed { owner: me.clone() }]),
            },
            (Command::Claim { .. }, Place::Owned) if is_mine => Ok(Vec::new()),
            (Command::Release, Place::Owned) if is_mine || leads => Ok(vec![Event::Released]),
            (Command::Answer { .. }, Place::Owned) if is_mine => Ok(vec![Event::Answered]),
            (Command::Withdraw, Place::Queued | Place::Owned) if is_askers => Ok(vec![Event::Withdrawn]),
            (Command::Notice, Place::Answered) if is_askers => Ok(vec![Event::Noticed]),
            (Command::Notice, Place::Noticed) if is_askers => Ok(Vec::new()),
            (Command::Release | Command::Answer { .. }, Place::Queued) => Err(Refusal::NotOwned),
            (Command::Claim { .. } | Command::Release | Command::Answer { .. }, Place::Owned) => {
                Err(self.has().map_or(Refusal::NotNow, |owner| Refusal::OwnedBy(owner.clone())))
            }
            _ => Err(Refusal::NotNow),
        }
    }
}

/// A profession as its code; empty: any.
pub(crate) mod profession {
    use facts::{Code, Profession};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub fn serialize<S: Serializer>(profession: &Option<Profession>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(profession.map_or("", Code::code))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Profession>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("there is no profession {text}"));
        if text.is_empty() { Ok(None) } else { Profession::named(&text).ok_or_else(unknown).map(Some) }
    }
}

#[cfg(test)]
mod tests;
