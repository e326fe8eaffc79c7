//! A mandate: the right of one person to act for another, from a day until a day. Guardians and the holders of a mandate are
//! told by the national register, through a port; a professional gives a right where the law lets them, as to foster carers.
//!
//! Days are local days, counted since 1970; a mandate holds before its last one, `to`, and not on it. Birthdays stand here as
//! the days on which something changes: no other date of birth is kept.

mod sight;

use std::collections::{BTreeMap, BTreeSet};

use calendar::{date_of, day_number};
use facts::OnBehalf;
use jiff::civil::Date;
use matter::{By, Index, List, Matter, Occasion, Own, Refused, Rights, Role, Standing, Subject, UnitId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use sight::{Barred, Orders, Sight, may_act};

/// From this age on somebody decides of each matter whether their guardians see it, by our reading of the Act on the Status and
/// Rights of Patients (785/1992), § 9, and of the practice of the national services. The act names no age: assumed.
pub const DECIDES: i16 = 12;
/// Of age (Guardianship Services Act 442/1999, § 2).
pub const OF_AGE: i16 = 18;

/// As what somebody acts for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// Of a child whose guardian they are.
    Guardian,
    /// By a mandate that an adult gave them.
    Proxy,
    /// Of a child who lives with them, by a right that a professional gave.
    Carer,
}

impl Capacity {
    pub const ALL: [Capacity; 3] = [Capacity::Guardian, Capacity::Proxy, Capacity::Carer];

    /// Name in files, and end of the keys of its texts.
    pub fn code(self) -> &'static str {
        match self {
            Capacity::Guardian => "guardian",
            Capacity::Proxy => "proxy",
            Capacity::Carer => "carer",
        }
    }

    pub fn named(code: &str) -> Option<Capacity> {
        Capacity::ALL.into_iter().find(|it| it.code() == code)
    }

    /// As the facts have it.
    pub fn on_behalf(self) -> OnBehalf {
        match self {
            Capacity::Guardian => OnBehalf::Guardian,
            Capacity::Proxy => OnBehalf::Proxy,
            Capacity::Carer => OnBehalf::Relative,
        }
    }

    fn is_of_child(self) -> bool {
        self != Capacity::Proxy
    }
}

/// The services for which a mandate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    All,
    Health,
    Social,
}

impl Scope {
    pub const ALL: [Scope; 3] = [Scope::All, Scope::Health, Scope::Social];

    pub fn code(self) -> &'static str {
        match self {
            Scope::All => "all",
            Scope::Health => "health",
            Scope::Social => "social",
        }
    }

    pub fn named(code: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// A request that can be made of a mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    /// Given, or told again with another last day.
    Give(Given),
    End {
        why: Why,
    },
    /// Its last day has come.
    Lapse,
}

/// A mandate as it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Given {
    /// The one for whom somebody acts, and the one who does.
    pub of: Subject,
    pub who: Subject,
    pub capacity: Capacity,
    pub scope: Scope,
    pub from: i32,
    pub to: i32,
    /// The days on which both were born.
    pub of_born: i32,
    pub who_born: i32,
    /// The unit of the professional who gives it, by whom it is seen to; none: the national register.
    pub unit: Option<UnitId>,
}

/// Why a mandate ended before its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The register has it no more.
    Register,
    /// The one for whom somebody acted took it back, or the one who acted gave it up.
    TakenBack,
    GivenUp,
    /// The professionals who gave it.
    Professional,
}

/// Something that happened. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "mandate.given")]
    Given {
        of: Subject,
        who: Subject,
        capacity: Capacity,
        scope: Scope,
        from: i32,
        to: i32,
        /// The instant at which the last day begins, in microseconds since 1970.
        over_at: i64,
        /// From this day on the one for whom somebody acts decides of each matter; none: it is no child.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decides_from: Option<i32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<UnitId>,
    },
    #[serde(rename = "mandate.end_moved")]
    EndMoved { to: i32, over_at: i64 },
    #[serde(rename = "mandate.ended")]
    Ended { why: Why },
    #[serde(rename = "mandate.lapsed")]
    Lapsed,
}

/// Why it cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is none.
    NotThere,
    /// Nobody acts for themselves.
    Own,
    /// It ends before it begins, or before today.
    Times,
    /// Nobody is the guardian of an adult.
    OfAge,
    /// Minors neither give a mandate nor hold one.
    Minor,
    /// It is not for the one who asks to give, or to end.
    NotTheirs,
    /// It has ended.
    Over,
}

impl Refusal {
    pub fn code(self) -> &'static str {
        match self {
            Refusal::NotThere => "not_there",
            Refusal::Own => "own",
            Refusal::Times => "times",
            Refusal::OfAge => "of_age",
            Refusal::Minor => "minor",
            Refusal::NotTheirs => "not_theirs",
            Refusal::Over => "over",
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused::new(Mandate::NAME, refusal.code())
    }
}

/// A mandate as its events have left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    pub of: Subject,
    pub who: Subject,
    pub capacity: Capacity,
    pub scope: Scope,
    pub from: i32,
    pub to: i32,
    over_at: i64,
    pub decides_from: Option<i32>,
    pub unit: Option<UnitId>,
    /// Why it holds no more, and since when, in microseconds since 1970; of one whose last day came there is no reason.
    pub ended: Option<(Option<Why>, i64)>,
    /// The one for whom somebody acted was erased.
    forgotten: bool,
}

/// Those that are open, by both of their people.
#[derive(Default)]
pub struct OfPeople {
    of: BTreeMap<Subject, BTreeSet<Uuid>>,
    who: BTreeMap<Subject, BTreeSet<Uuid>>,
}

impl OfPeople {
    /// The mandates by which others act for somebody.
    pub fn of(&self, subject: Subject) -> impl Iterator<Item = Uuid> {
        self.of.get(&subject).into_iter().flatten().copied()
    }

    /// The mandates by which somebody acts for others.
    pub fn held_by(&self, subject: Subject) -> impl Iterator<Item = Uuid> {
        self.who.get(&subject).into_iter().flatten().copied()
    }
}

impl Index<Mandate> for OfPeople {
    fn enter(&mut self, id: Uuid, it: &Mandate) {
        self.of.entry(it.of).or_default().insert(id);
        self.who.entry(it.who).or_default().insert(id);
    }

    fn leave(&mut self, id: Uuid, it: &Mandate) {
        for (by, subject) in [(&mut self.of, it.of), (&mut self.who, it.who)] {
            if let Some(ids) = by.get_mut(&subject) {
                ids.remove(&id);
            }
            by.retain(|_, ids| !ids.is_empty());
        }
    }
}

/// The id of a mandate: told again it is the same.
pub fn mandate_id((of, who): (Subject, Subject), capacity: Capacity, from: i32) -> Uuid {
    const MANDATES: Uuid = Uuid::from_u128(0x2c4e_51f0_7b1d_5a86_9d3f_60a8_13c7_e42b);
    let cause = format!("{of}\n{who}\n{}\n{from}", capacity.code());
    Uuid::new_v5(&MANDATES, cause.as_bytes())
}

/// The day on which somebody who was born on a day reaches an age: of the twenty-ninth of February the first of March.
pub fn reaches(born: i32, age: i16) -> i32 {
    let Some(date) = date_of(born) else { return born };
    let year = date.year().saturating_add(age);
    let day = Date::new(year, date.month(), date.day()).or_else(|_| Date::new(year, 3, 1));
    day.map_or(born, day_number)
}

impl Matter for Mandate {
    const NAME: &'static str = "mandate";
    const VERSION: u32 = 1;
    /// Both people see it on a page of its own; it is none of their matters.
    const RIGHTS: Rights = Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[], own: Own::Nothing };

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = OfPeople;

    fn decide(it: Option<&Mandate>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        match (it, command) {
            (None, Command::Give(given)) => begun(given, on),
            (None, _) => Err(Refusal::NotThere),
            (Some(it), Command::Give(given)) => it.told_again(given, on),
            (Some(it), Command::End { why }) => it.end(*why, on.by),
            (Some(it), Command::Lapse) if it.ended.is_some() => Ok(Vec::new()),
            (Some(it), Command::Lapse) if on.now < it.over_at => Err(Refusal::Times),
            (Some(_), Command::Lapse) => Ok(vec![Event::Lapsed]),
        }
    }

    fn evolve(it: Option<Mandate>, event: &Event, at: i64) -> Option<Mandate> {
        let Some(mut it) = it else { return Mandate::begun(event) };
        match event {
            Event::Given { .. } => {}
            Event::EndMoved { to, over_at } => (it.to, it.over_at) = (*to, *over_at),
            Event::Ended { why } => it.ended = Some((Some(*why), at)),
            Event::Lapsed => it.ended = Some((None, at)),
        }
        Some(it)
    }

    fn standing(&self) -> Standing<'_> {
        let is_over = self.ended.is_some() || self.forgotten;
        Standing {
            subject: (!self.forgotten).then_some(self.of),
            unit: self.unit.as_ref(),
            who: None,
            list: if is_over { List::Ended } else { List::Nowhere },
            since: self.over_at,
            done: None,
        }
    }

    fn due(&self) -> Option<(i64, Command)> {
        (self.ended.is_none() && !self.forgotten).then_some((self.over_at, Command::Lapse))
    }

    fn forgotten(self) -> Mandate {
        Mandate { forgotten: true, ..self }
    }
}

/// The last day of what is given, and the day from which a child decides.
fn bounds(given: &Given, on: &Occasion<'_, ()>) -> Result<(i32, i64, Option<i32>), Refusal> {
    let today = on.calendar.local_date(on.now).map_or(0, day_number);
    let of_age = reaches(given.of_born, OF_AGE);
    let to = if given.capacity.is_of_child() { given.to.min(of_age) } else { given.to };
    if given.of == given.who {
        return Err(Refusal::Own);
    }
    if given.capacity.is_of_child() && of_age <= given.from.max(today) {
        return Err(Refusal::OfAge);
    }
    // A guardian may be young; nobody else who acts for another is.
    let is_minor = |born: i32| reaches(born, OF_AGE) > given.from;
    let is_young = match given.capacity {
        Capacity::Guardian => false,
        Capacity::Carer => is_minor(given.who_born),
        Capacity::Proxy => is_minor(given.who_born) || is_minor(given.of_born),
    };
    if is_young {
        return Err(Refusal::Minor);
    }
    let over_at = date_of(to).and_then(|day| on.calendar.start_of(day)).ok_or(Refusal::Times)?;
    if to <= given.from || to <= today {
        return Err(Refusal::Times);
    }
    let decides_from = given.capacity.is_of_child().then(|| reaches(given.of_born, DECIDES));
    Ok((to, over_at, decides_from))
}

/// Whether the one who asks may give such a right: what the register knows the register tells, and professionals give the rest.
fn may_give(capacity: Capacity, by: &By) -> bool {
    match by {
        By::System | By::Operator => true,
        By::Professional { .. } => capacity == Capacity::Carer,
        By::Resident(_) | By::Acting { .. } | By::Holder => false,
    }
}

fn begun(given: &Given, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
    if !may_give(given.capacity, on.by) {
        return Err(Refusal::NotTheirs);
    }
    let (to, over_at, decides_from) = bounds(given, on)?;
    let Given { of, who, capacity, scope, from, ref unit, .. } = *given;
    Ok(vec![Event::Given { of, who, capacity, scope, from, to, over_at, decides_from, unit: unit.clone() }])
}

impl Mandate {
    fn begun(event: &Event) -> Option<Mandate> {
        let Event::Given { of, who, capacity, scope, from, to, over_at, decides_from, unit } = event else {
            return None;
        };
        Some(Mandate {
            of: *of,
            who: *who,
            capacity: *capacity,
            scope: *scope,
            from: *from,
            to: *to,
            over_at: *over_at,
            decides_from: *decides_from,
            unit: unit.clone(),
            ended: None,
            forgotten: false,
        })
    }

    /// The register tells the same every day. One that was ended here does not come back by that.
    fn told_again(&self, given: &Given, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        if !may_give(given.capacity, on.by) {
            return Err(Refusal::NotTheirs);
        }
        if self.ended.is_some() {
            return if *on.by == By::System { Ok(Vec::new()) } else { Err(Refusal::Over) };
        }
        let (to, over_at, _) = bounds(given, on)?;
        Ok(if to == self.to { Vec::new() } else { vec![Event::EndMoved { to, over_at }] })
    }

    fn end(&self, why: Why, by: &By) -> Result<Vec<Event>, Refusal> {
        if self.ended.is_some() {
            return Ok(Vec::new());
        }
        let is_theirs = match (why, by) {
            (Why::Register, By::System | By::Operator) => true,
            // A child does not end the right of those who answer for it; with it goes what it keeps for itself.
            (Why::TakenBack, By::Resident(subject)) => *subject == self.of && self.capacity == Capacity::Proxy,
            (Why::GivenUp, By::Resident(subject)) => *subject == self.who && self.capacity != Capacity::Guardian,
            (Why::Professional, By::Professional { unit, .. }) => self.unit.as_ref() == Some(unit),
            _ => false,
        };
        if is_theirs { Ok(vec![Event::Ended { why }]) } else { Err(Refusal::NotTheirs) }
    }
}

#[cfg(test)]
mod tests;
