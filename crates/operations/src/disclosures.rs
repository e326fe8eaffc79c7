//! A disclosure: as much of one register as a professional may see who works in the other, on the person's consent or a
//! ground of law, and until when. Health and social care have a register each (Act 703/2023 § 13), and neither opens the other
//! by itself.
//!
//! Consent is asked by a professional for their unit, and only the person gives it, refuses it or takes it back. A ground of
//! law is named by a professional for themselves, with the reason in the case at hand, and lasts for hours.

mod grounds;

use calendar::day_number;
use facts::Register;
use matter::codec::code;
use matter::{By, List, Matter, Occasion, Own, ProfessionalId, Refused, Rights, Role, Standing, Subject, Text, UnitId};
use serde::{Deserialize, Serialize};

pub use grounds::{Ground, grounds};

/// Consent lasts for a year at most, in days.
pub const LONGEST_CONSENT: i32 = 366;
/// How long a person may think about it: thirty days, in microseconds.
const ASKED_FOR: i64 = 30 * DAY;
const DAY: i64 = 86_400 * 1_000_000;
const HOUR: i64 = 3_600 * 1_000_000;

/// A request that can be made of a disclosure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    /// The person is asked for consent.
    Ask(Whose),
    /// A professional names a ground of law, by its id, and says why it holds here.
    Name {
        whose: Whose,
        ground: String,
        why: Text,
    },
    /// The person consents, up to and with a day that is counted since 1970.
    Give {
        last_day: i32,
    },
    Refuse,
    /// The person takes their consent back.
    Withdraw,
    /// Its time is over.
    End,
}

/// The person, the register that is to be opened, and the unit to whose professionals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whose {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    #[serde(with = "code")]
    pub register: Register,
    pub unit: UnitId,
}

/// Something that happened. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "disclosure.asked")]
    Asked { whose: Whose, by: ProfessionalId },
    /// The reason is sealed beside it.
    #[serde(rename = "disclosure.named")]
    Named { whose: Whose, by: ProfessionalId, ground: String, until: i64 },
    /// `until`: the instant at which it opens nothing more, in microseconds since 1970.
    #[serde(rename = "disclosure.given")]
    Given { until: i64 },
    #[serde(rename = "disclosure.refused")]
    Refused,
    #[serde(rename = "disclosure.withdrawn")]
    Withdrawn,
    #[serde(rename = "disclosure.ended")]
    Ended,
}

/// Why it cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is one already, or there is none.
    NotThere,
    /// It stands where this cannot be done.
    NotNow,
    /// Only the person themselves answers, and only a professional asks.
    NotTheirs,
    /// There is no such ground, not today, or not for that register.
    NoGround,
    /// The day has gone, or is more than a year ahead.
    Times,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match refusal {
            Refusal::NotThere => "not_there",
            Refusal::NotNow => "not_now",
            Refusal::NotTheirs => "not_theirs",
            Refusal::NoGround => "no_ground",
            Refusal::Times => "times",
        };
        Refused::new(Disclosure::NAME, code)
    }
}

/// A disclosure as its events have left it. Times are in microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    pub whose: Whose,
    /// The professional who asked, or named the ground.
    pub by: ProfessionalId,
    pub at: i64,
    /// The ground of law; none: the person's consent.
    pub ground: Option<String>,
    pub place: Place,
    /// It opens nothing from then on.
    pub until: i64,
}

/// Where a disclosure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// With the person, who has not answered.
    Asked,
    Given,
    Refused,
    Withdrawn,
    Ended,
}

impl Place {
    /// End of the key of its text.
    pub fn code(self) -> &'static str {
        match self {
            Place::Asked => "asked",
            Place::Given => "given",
            Place::Refused => "refused",
            Place::Withdrawn => "withdrawn",
            Place::Ended => "ended",
        }
    }
}

impl Matter for Disclosure {
    const NAME: &'static str = "disclosure";
    const VERSION: u32 = 1;
    const RIGHTS: Rights =
        Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[Role::Lead], own: Own::Write };

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(it: Option<&Disclosure>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        match (it, command, on.by) {
            (None, Command::Ask(whose), By::Professional { id, .. }) => {
                Ok(vec![Event::Asked { whose: whose.clone(), by: id.clone() }])
            }
            (None, Command::Name { whose, ground, why: _ }, By::Professional { id, .. }) => {
                let today = on.calendar.local_date(on.now).ok_or(Refusal::Times)?;
                let found = Ground::named(ground).filter(|it| it.opens(whose.register, today));
                let until = on.now.saturating_add(i64::from(found.ok_or(Refusal::NoGround)?.hours) * HOUR);
                Ok(vec![Event::Named { whose: whose.clone(), by: id.clone(), ground: ground.clone(), until }])
            }
            (None, Command::Ask(_) | Command::Name { .. }, _) => Err(Refusal::NotTheirs),
            (None, ..) => Err(Refusal::NotThere),
            (Some(it), command, _) => it.go_on(command, on),
        }
    }

    fn evolve(it: Option<Disclosure>, event: &Event, at: i64) -> Option<Disclosure> {
        let Some(mut it) = it else {
            return match event {
                Event::Asked { whose, by } => {
                    let (until, place) = (at.saturating_add(ASKED_FOR), Place::Asked);
                    Some(Disclosure { whose: whose.clone(), by: by.clone(), at, ground: None, place, until })
                }
                Event::Named { whose, by, ground, until } => {
                    let (ground, place) = (Some(ground.clone()), Place::Given);
                    Some(Disclosure { whose: whose.clone(), by: by.clone(), at, ground, place, until: *until })
                }
                _ => None,
            };
        };
        match event {
            Event::Asked { .. } | Event::Named { .. } => {}
            Event::Given { until } => (it.place, it.until) = (Place::Given, *until),
            Event::Refused => it.place = Place::Refused,
            Event::Withdrawn => it.place = Place::Withdrawn,
            Event::Ended => it.place = Place::Ended,
        }
        Some(it)
    }

    fn standing(&self) -> Standing<'_> {
        let list = if self.is_open() { List::Nowhere } else { List::Ended };
        let (subject, unit, who) = (self.whose.subject, Some(&self.whose.unit), Some(&self.by));
        Standing { subject, unit, who, list, since: self.at, done: None }
    }

    fn due(&self) -> Option<(i64, Command)> {
        self.is_open().then_some((self.until, Command::End))
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::Name { why, .. }, Event::Named { .. }) => Some(why.clone()),
            _ => None,
        }
    }

    fn forgotten(mut self) -> Disclosure {
        self.whose.subject = None;
        self
    }
}

impl Disclosure {
    fn is_open(&self) -> bool {
        matches!(self.place, Place::Asked | Place::Given)
    }

    /// Whether it opens a register to a professional of a unit at an instant: consent to all who work at the unit that asked,
    /// a ground of law to the one who named it, as long as they work there.
    pub fn opens(&self, register: Register, (who, unit): (&str, &str), now: i64) -> bool {
        let is_theirs = *self.whose.unit == *unit && (self.ground.is_none() || *self.by == *who);
        self.place == Place::Given && now < self.until && self.whose.register == register && is_theirs
    }

    fn go_on(&self, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        let is_theirs = matches!(on.by, By::Resident(subject) if Some(*subject) == self.whose.subject);
        match (command, self.place) {
            (Command::Ask(_) | Command::Name { .. }, _) => Err(Refusal::NotThere),
            (Command::End, Place::Asked | Place::Given) => match on.now < self.until {
                true => Err(Refusal::NotNow),
                false => Ok(vec![Event::Ended]),
            },
            (Command::End, _) => Ok(Vec::new()),
            _ if !is_theirs => Err(Refusal::NotTheirs),
            // The law does not ask them.
            _ if self.ground.is_some() => Err(Refusal::NotNow),
            (Command::Give { last_day }, Place::Asked) => {
                let today = on.calendar.local_date(on.now).ok_or(Refusal::Times)?;
                let next = calendar::date_of(last_day.saturating_add(1)).ok_or(Refusal::Times)?;
                let until = on.calendar.instant(next.at(0, 0, 0, 0)).ok_or(Refusal::Times)?;
                match (day_number(today)..=day_number(today) + LONGEST_CONSENT).contains(last_day) {
                    true => Ok(vec![Event::Given { until }]),
                    false => Err(Refusal::Times),
                }
            }
            (Command::Refuse, Place::Asked) => Ok(vec![Event::Refused]),
            (Command::Withdraw, Place::Given) => Ok(vec![Event::Withdrawn]),
            (Command::Refuse, Place::Refused) | (Command::Withdraw, Place::Withdrawn) => Ok(Vec::new()),
            _ => Err(Refusal::NotNow),
        }
    }
}

#[cfg(test)]
mod tests;
