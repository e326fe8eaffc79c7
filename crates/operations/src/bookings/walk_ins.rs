//! A walk-in list: those who have come to a place without a time, on one local date. Visitors are numbers: nobody is named.
//! Of somebody who is known the contact of the day says whose it is, and keeps what is written of them.

use std::collections::BTreeMap;

use ::calendar::date_of;
use facts::{Instant, Label, Opening, Row, Table};
use matter::codec::code;
use matter::{
    About, By, Dated, List, Matter, Occasion, ProfessionalId, Put, Rights, Standing, Text, Trouble, Turn, UnitId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Refusal, STAFF, Urgency, id_of, of_staff};
use crate::contacts::{self, Contact, Place};
use crate::organisation::Organisation;
use crate::residents::{self, Meeting, Resident};

/// How long after its day a list ends: those who came before midnight are seen. Six hours, in microseconds.
const ENDS_AFTER: i64 = 6 * 3_600 * 1_000_000;

/// The id of a place's list; `date` in days since 1970.
pub fn list_id(place: &str, date: i32) -> Uuid {
    id_of(&["walk_in", place, &date_of(date).map_or_else(String::new, |it| it.to_string())])
}

/// Events of a list, as they stand in the log for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// `day_ends`: the local midnight after its date.
    #[serde(rename = "walk_in.opened")]
    Opened {
        place: Label,
        unit: UnitId,
        date: i32,
        day_ends: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hours: Option<Hours>,
    },
    /// No more are taken in; those who wait are seen.
    #[serde(rename = "walk_in.closed")]
    Closed { why: String },
    #[serde(rename = "walk_in.reopened")]
    Reopened,
    /// `reason`: a word of content.
    #[serde(rename = "walk_in.entered")]
    Entered {
        number: u32,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<Uuid>,
    },
    /// A note on somebody who is not known; its text is sealed beside it.
    #[serde(rename = "walk_in.noted")]
    Noted { number: u32 },
    #[serde(rename = "walk_in.ordered")]
    Ordered {
        number: u32,
        #[serde(with = "code")]
        urgency: Urgency,
    },
    /// `by`: the one who takes them.
    #[serde(rename = "walk_in.called")]
    Called {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<ProfessionalId>,
    },
    #[serde(rename = "walk_in.seen")]
    Seen {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encounter: Option<Uuid>,
    },
    #[serde(rename = "walk_in.left")]
    Left { number: u32 },
    #[serde(rename = "walk_in.ended")]
    Ended,
}

/// The service of a list, and the hours of its date in which people may come as the calendar had them when it was opened: what
/// became of them is in the facts. In microseconds since 1970, one after another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub service: Label,
    pub spans: Vec<[i64; 2]>,
}

/// A request that can be made of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Open {
        place: Label,
        unit: UnitId,
        date: i32,
        hours: Option<Hours>,
    },
    Close {
        why: String,
    },
    Reopen,
    /// `contact`: of somebody who is known.
    Enter {
        reason: String,
        contact: Option<Uuid>,
    },
    Note {
        number: u32,
        note: Text,
    },
    Order {
        number: u32,
        #[serde(with = "code")]
        urgency: Urgency,
    },
    Call {
        number: u32,
    },
    /// `encounter`: of somebody who is known.
    See {
        number: u32,
        encounter: Option<Met>,
    },
    Leave {
        number: u32,
    },
    End,
}

/// An encounter with somebody who came: its id, the profession of whoever took them, and the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Met {
    pub id: Uuid,
    pub profession: String,
    pub service: String,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    pub reason: String,
    #[serde(default)]
    pub contact: Option<Uuid>,
    pub entered_at: i64,
    /// Routine until a professional says otherwise.
    #[serde(with = "code")]
    pub urgency: Urgency,
    pub called_at: Option<i64>,
    /// The one who takes them.
    #[serde(default)]
    pub by: Option<ProfessionalId>,
}

/// A list as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkIn {
    pub place: Label,
    pub unit: UnitId,
    pub date: i32,
    pub day_ends: i64,
    pub is_open: bool,
    /// Why it is closed for today; none: it is open.
    #[serde(default)]
    pub why: Option<String>,
    /// The last number that was given.
    pub last: u32,
    /// Those who wait, by number.
    pub visitors: BTreeMap<u32, Visitor>,
    pub is_over: bool,
}

impl WalkIn {
    /// Numbers of those who were not called yet, the next first: the most urgent, then who came first.
    pub fn in_line(&self) -> Vec<u32> {
        let waiting = self.visitors.iter().filter(|(_, visitor)| visitor.called_at.is_none());
        let mut line: Vec<(Urgency, u32)> = waiting.map(|(number, visitor)| (visitor.urgency, *number)).collect();
        line.sort_unstable();
        line.into_iter().map(|(_, number)| number).collect()
    }

    /// The number of somebody who waits, by their contact.
    pub fn number_of(&self, contact: Uuid) -> Option<u32> {
        self.visitors.iter().find(|(_, it)| it.contact == Some(contact)).map(|(number, _)| *number)
    }
}

impl Matter for WalkIn {
    const NAME: &'static str = "walk_in";
    const VERSION: u32 = 2;
    const RIGHTS: Rights = STAFF;
    const TABLES: &'static [&'static Table] = &[Opening::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(list: Option<&WalkIn>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        let Some(it) = list else {
            of_staff(on.by)?;
            let Command::Open { place, unit, date, hours } = command else { return Err(Refusal::NotThere) };
            let next = date_of(*date).and_then(|date| date.tomorrow().ok());
            let day_ends = next.and_then(|next| on.calendar.start_of(next)).filter(|day_ends| on.now < *day_ends);
            let (place, unit, date, day_ends) = (place.clone(), unit.clone(), *date, day_ends.ok_or(Refusal::Over)?);
            return Ok(vec![Event::Opened { place, unit, date, day_ends, hours: hours.clone() }]);
        };
        let waits = |number: &u32| it.visitors.get(number).ok_or(Refusal::NotThere);
        match command {
            _ if it.is_over => Err(Refusal::Over),
            Command::Open { .. } => Ok(Vec::new()),
            Command::Enter { .. } if !it.is_open || it.day_ends <= on.now => Err(Refusal::Over),
            Command::Enter { contact: Some(contact), .. } if it.number_of(*contact).is_some() => Ok(Vec::new()),
            Command::Enter { reason, contact } => {
                Ok(vec![Event::Entered { number: it.last + 1, reason: reason.clone(), contact: *contact }])
            }
            Command::Leave { number } => waits(number).map(|_| vec![Event::Left { number: *number }]),
            Command::End if on.now < it.day_ends.saturating_add(ENDS_AFTER) => {
                Err(Refusal::NotNow("its time has not come"))
            }
            Command::End => Ok(vec![Event::Ended]),
            _ => {
                of_staff(on.by)?;
                let happened = match command {
                    Command::Close { why } => it.is_open.then(|| Event::Closed { why: why.clone() }),
                    Command::Reopen => (!it.is_open).then_some(Event::Reopened),
                    Command::Order { number, urgency } => {
                        let (number, urgency) = (*number, *urgency);
                        (waits(&number)?.urgency != urgency).then_some(Event::Ordered { number, urgency })
                    }
                    Command::Note { number, .. } => Some(waits(number).map(|_| Event::Noted { number: *number })?),
                    Command::Call { number } => {
                        let by = if let By::Professional { id, .. } = on.by { Some(id.clone()) } else { None };
                        match waits(number)? {
                            Visitor { called_at: Some(_), by: other, .. } if *other == by => None,
                            Visitor { called_at: Some(_), .. } => return Err(Refusal::Taken),
                            _ => Some(Event::Called { number: *number, by }),
                        }
                    }
                    Command::See { number, encounter } => {
                        let encounter = encounter.as_ref().map(|it| it.id);
                        Some(waits(number).map(|_| Event::Seen { number: *number, encounter })?)
                    }
                    _ => return Err(Refusal::NotThere),
                };
                Ok(happened.into_iter().collect())
            }
        }
    }

    fn evolve(list: Option<WalkIn>, event: &Event, at: i64) -> Option<WalkIn> {
        let Some(mut it) = list else {
            let Event::Opened { place, unit, date, day_ends, .. } = event else { return None };
            let (place, unit, visitors) = (place.clone(), unit.clone(), BTreeMap::new());
            let (date, day_ends) = (*date, *day_ends);
            return Some(WalkIn {
                place,
                unit,
                date,
                day_ends,
                is_open: true,
                why: None,
                last: 0,
                visitors,
                is_over: false,
            });
        };
        match event {
            Event::Opened { .. } => {}
            Event::Closed { why } => (it.is_open, it.why) = (false, Some(why.clone())),
            Event::Reopened => (it.is_open, it.why) = (true, None),
            Event::Noted { .. } => {}
            Event::Entered { number, reason, contact } => {
                let (reason, contact, urgency) = (reason.clone(), *contact, Urgency::Routine);
                let new = Visitor { reason, contact, entered_at: at, urgency, called_at: None, by: None };
                it.visitors.insert(*number, new);
                it.last = it.last.max(*number);
            }
            Event::Ordered { number, urgency } => {
                it.visitors.entry(*number).and_modify(|visitor| visitor.urgency = *urgency);
            }
            Event::Called { number, by } => {
                let called = |visitor: &mut Visitor| (visitor.called_at, visitor.by) = (Some(at), by.clone());
                it.visitors.entry(*number).and_modify(called);
            }
            Event::Seen { number, .. } | Event::Left { number } => _ = it.visitors.remove(number),
            Event::Ended => it.is_over = true,
        }
        Some(it)
    }

    fn standing(&self) -> Standing<'_> {
        let list = match self.in_line().is_empty() {
            _ if self.is_over => List::Ended,
            true => List::Nowhere,
            false => List::Queue,
        };
        let since = self.visitors.values().map(|visitor| visitor.entered_at).min().unwrap_or(self.day_ends);
        Standing { subject: None, unit: Some(&self.unit), who: None, list, since, done: None }
    }

    /// Of somebody who is known it stands with their contact.
    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::Note { note, .. }, Event::Noted { .. }) => Some(note.clone()),
            _ => None,
        }
    }

    fn due(&self) -> Option<(i64, Command)> {
        (!self.is_over).then(|| (self.day_ends.saturating_add(ENDS_AFTER), Command::End))
    }

    /// The hours of its date as they came to be.
    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let Some(Event::Opened { unit, date, hours: Some(hours), .. }) = history.first().map(|it| &it.event) else {
            return;
        };
        for ([opens, closes], planned) in hours.kept(history) {
            let row = Opening {
                unit_id: unit.clone(),
                service: hours.service.clone(),
                day: facts::Day(*date),
                opens_at: Instant(opens),
                closes_at: Instant(closes),
                planned,
            };
            put(Opening::TABLE, &row.values(), about.changed);
        }
    }
}

impl Hours {
    /// The hours in which people were taken in, and whether they are those of the calendar. Hours that were closed from their
    /// beginning lasted no time.
    fn kept(&self, history: &[Dated<Event>]) -> Vec<([i64; 2], bool)> {
        let mut kept = Vec::new();
        for [from, to] in &self.spans {
            let (mut since, mut open) = (Some(*from), Vec::new());
            for it in history {
                let at = it.at.clamp(*from, *to);
                match (&it.event, since) {
                    (Event::Closed { .. }, Some(from)) if at < *to => {
                        open.push([from, at]);
                        since = None;
                    }
                    (Event::Reopened, None) => since = Some(at),
                    _ => {}
                }
            }
            open.extend(since.map(|since| [since, *to]));
            kept.extend(open.iter().map(|span| (*span, *span == [*from, *to])));
        }
        kept
    }
}

/// Does what is asked of a list. Of somebody who is known, what is noted stands with their contact, whoever takes them has it,
/// and that they were seen is an encounter of theirs.
pub fn asked(turn: &mut Turn<'_>, id: Uuid, command: &Command) -> Result<(), Trouble> {
    let list = turn.read::<WalkIn>(id)?;
    let of = |number: &u32| list.as_ref().and_then(|it| it.visitors.get(number)).cloned();
    let known = |number: &u32| of(number).and_then(|it| it.contact);
    match command {
        Command::Note { number, note } => match known(number) {
            Some(contact) => contact_asked(turn, contact, &contacts::Command::Note { text: note.clone() }),
            None => turn.decide::<WalkIn>(id, command, &()),
        },
        Command::Call { number } => {
            turn.decide::<WalkIn>(id, command, &())?;
            let Some(contact) = known(number) else { return Ok(()) };
            // A colleague may have it already, who goes on with it.
            match turn.read::<Contact>(contact)?.is_some_and(|it| it.place == Place::Queued) {
                true => contact_asked(turn, contact, &contacts::Command::Claim),
                false => Ok(()),
            }
        }
        Command::See { number, encounter } => {
            turn.decide::<WalkIn>(id, command, &())?;
            let visitor = of(number).ok_or(Refusal::NotThere)?;
            let (Some(encounter), Some(contact)) = (encounter, visitor.contact) else { return Ok(()) };
            let subject = turn.read::<Contact>(contact)?.and_then(|it| it.subject);
            let (Some(subject), Some(list), By::Professional { id: by, .. }) = (subject, &list, turn.by().clone())
            else {
                return Ok(());
            };
            let now = turn.now();
            let meeting = Meeting {
                id: encounter.id.to_string(),
                contact: contact.to_string(),
                unit: list.unit.clone(),
                professional: visitor.by.unwrap_or(by),
                profession: encounter.profession.clone(),
                service: encounter.service.clone(),
                modality: facts::Modality::InPerson,
                channel: super::Channel::WalkIn,
                started_at: visitor.called_at.unwrap_or(now),
                ended_at: now,
            };
            turn.decide::<Resident>(subject.0, &residents::Command::Record(meeting), &())
        }
        _ => turn.decide::<WalkIn>(id, command, &()),
    }
}

fn contact_asked(turn: &mut Turn<'_>, id: Uuid, command: &contacts::Command) -> Result<(), Trouble> {
    let organisation = turn.read::<Organisation>(Uuid::nil())?.unwrap_or_default();
    turn.decide::<Contact>(id, command, &organisation)
}

#[cfg(test)]
mod tests;
