//! Units and professionals: each is so from a local day on, until it is otherwise or ends. `rights.rs`: who may work in which
//! role where, until when.
//!
//! Rows that an import brings stay the import's: they are changed where they come from.

use std::collections::{BTreeMap, BTreeSet};

use calendar::day_number;
use facts::{Day, Employment, Key, Profession, Provider, Row, Table, UnitLevel};
use matter::codec::code;
use matter::{About, By, Dated, List, Matter, Occasion, Own, ProfessionalId, Put, Refused, Rights, Role, Standing};
use serde::{Deserialize, Serialize};

mod codes;
mod rights;

pub use codes::Wanted;
pub use rights::{Proposal, Right};

/// Nobody is away for more than a year at once, in days.
const LONGEST_AWAY: i32 = 366;

/// Events of the organisation, as they stand in the log for ever. Fields are added with a default and never renamed;
/// days are counted since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "unit.set")]
    UnitSet(Unit),
    /// `to`: the first day on which what began `from` holds no more.
    #[serde(rename = "unit.ended")]
    UnitEnded { id: String, from: i32, to: i32 },
    #[serde(rename = "professional.set")]
    ProfessionalSet(Professional),
    #[serde(rename = "professional.ended")]
    ProfessionalEnded { id: String, from: i32, to: i32 },
    #[serde(rename = "professional.away")]
    Away(Away),
    /// `on`: the first day on which they are there again.
    #[serde(rename = "professional.back")]
    Back { id: String, from: i32, on: i32 },
    #[serde(rename = "right.given")]
    RightGiven(Right),
    /// The same right ends on another day.
    #[serde(rename = "right.end_moved")]
    RightEndMoved(Right),
    /// It waits for a second administrator.
    #[serde(rename = "right.proposed")]
    RightProposed(Proposal),
    /// It waits no more: it was approved or declined.
    #[serde(rename = "right.proposal_ended")]
    ProposalEnded(Right),
    /// An administrator asks another for a code of the account of somebody with a right that opens much.
    #[serde(rename = "account.code_wanted")]
    CodeWanted(Wanted),
    /// It was given, or is not to be.
    #[serde(rename = "account.code_wanted_no_more")]
    CodeWantedNoMore { person: String },
}

/// A professional is away, and a deputy sees to all of their work meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    pub id: String,
    /// First and last day.
    pub from: i32,
    pub until: i32,
    pub deputy: String,
    pub returning: Returning,
}

/// To whom a matter of somebody who is away comes that is taken up again meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returning {
    Deputy,
    Queue,
}

/// A unit as it is from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    pub id: String,
    /// In Finnish.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_sv: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Unit above in the tree; the county has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(with = "code")]
    pub level: UnitLevel,
    pub from: i32,
}

/// A professional as they work from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Professional {
    pub id: String,
    #[serde(with = "code")]
    pub profession: Profession,
    pub unit: String,
    pub from: i32,
}

/// A request that can be made of the organisation. `on`: the first day on which the thing holds no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    SetUnit(Unit),
    EndUnit {
        id: String,
        on: i32,
    },
    SetProfessional(Professional),
    EndProfessional {
        id: String,
        on: i32,
    },
    /// Asked by themselves, or by the one who leads their unit.
    GoAway(Away),
    /// They are there again from a day on, which may come before their absence. `from`: the first day of that absence.
    ComeBack {
        id: String,
        from: i32,
        on: i32,
    },
    GiveRight(Right),
    /// The right of that person, role, unit and first day is to end on this one.
    MoveRightEnd(Right),
    /// A second administrator approves a right as it was proposed.
    ApproveRight(Right),
    DeclineRight(Right),
    /// An administrator asks another for a code of a person's account; the other gives it, or any says no.
    WantCode {
        person: String,
    },
    GiveCode {
        person: String,
    },
    DeclineCode {
        person: String,
    },
}

/// Why it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It comes by import.
    Imported,
    /// There is none of this name, or not all the time that it is needed.
    NotThere(String),
    /// It would begin or end before what it follows has begun or ended.
    Earlier,
    /// One county alone has nothing above it.
    Root,
    /// It would stand under itself for some time.
    Circle,
    /// A unit or a professional stands under it then.
    StillUsed(String),
    /// It is over, ends before it begins, or lasts for more than a year.
    Times,
    /// They are away then already.
    Overlaps,
    /// The deputy is away then, too, or is the one who is away.
    NoDeputy,
    /// They are neither themselves nor lead the unit.
    NotTheirs,
    /// They have this right already at that time.
    Given,
    /// A right would begin or end on a day that has gone, or before it begins; or it is over.
    Past,
    /// Nobody gives themselves a right.
    Own,
    /// Another administrator than the one who proposed it approves it.
    SecondPerson,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let code = match &refusal {
            Refusal::Imported => "imported",
            Refusal::NotThere(_) => "not_there",
            Refusal::Earlier => "earlier",
            Refusal::Root => "root",
            Refusal::Circle => "circle",
            Refusal::StillUsed(_) => "still_used",
            Refusal::Times => "times",
            Refusal::Overlaps => "overlaps",
            Refusal::NoDeputy => "no_deputy",
            Refusal::NotTheirs => "not_theirs",
            Refusal::Given => "given",
            Refusal::Past => "past",
            Refusal::Own => "own",
            Refusal::SecondPerson => "second_person",
        };
        let refused = Refused::new(Organisation::NAME, code).with("why", &refusal);
        match refusal {
            Refusal::NotThere(id) | Refusal::StillUsed(id) => refused.with("id", id),
            _ => refused,
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Imported => out.write_str("it comes by import, and is changed where it comes from"),
            Refusal::NotThere(id) => write!(out, "there is no {id}, or not all that time"),
            Refusal::Earlier => out.write_str("it would begin or end before what it follows"),
            Refusal::Root => out.write_str("one county, and nothing else, stands under no other unit"),
            Refusal::Circle => out.write_str("it would stand under itself"),
            Refusal::StillUsed(id) => write!(out, "{id} stands under it then"),
            Refusal::Times => out.write_str("it is over, ends before it begins, or lasts for more than a year"),
            Refusal::Overlaps => out.write_str("they are away then already"),
            Refusal::NoDeputy => out.write_str("the deputy is away then, too, or is the one who is away"),
            Refusal::NotTheirs => out.write_str("they enter it themselves, or the one who leads their unit does"),
            Refusal::Given => out.write_str("they have this right already at that time; move its end"),
            Refusal::Past => out.write_str("the day has gone by, or the right is over: give a new one"),
            Refusal::SecondPerson => out.write_str("another administrator than the one who proposed it approves it"),
            Refusal::Own => out.write_str("nobody gives themselves a right, or makes one of theirs longer"),
        }
    }
}

/// Ids that come by import, and are changed where they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    pub units: BTreeSet<String>,
    pub professionals: BTreeSet<String>,
}

/// A fold of the organisation's events: every time each unit and professional was so, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    units: BTreeMap<String, Vec<Held<Unit>>>,
    professionals: BTreeMap<String, Vec<Held<Professional>>>,
    /// Of each professional, the times for which they are or were away.
    away: BTreeMap<String, Vec<Away>>,
    /// By person, in the order in which they were given.
    rights: BTreeMap<String, Vec<Right>>,
    /// Those that wait for a second administrator.
    proposals: Vec<Proposal>,
    codes: Vec<Wanted>,
}

/// A thing that holds from its day on, until `to`: the first day on which it holds no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Held<T> {
    what: T,
    to: Option<i32>,
}

/// A thing that holds from a day on.
trait Lasting: Clone + PartialEq {
    fn id(&self) -> &str;
    fn from(&self) -> i32;
    /// The same, from another day on.
    fn begun(&self, from: i32) -> Self;
}

impl Lasting for Unit {
    fn id(&self) -> &str {
        &self.id
    }

    fn from(&self) -> i32 {
        self.from
    }

    fn begun(&self, from: i32) -> Unit {
        Unit { from, ..self.clone() }
    }
}

impl Lasting for Professional {
    fn id(&self) -> &str {
        &self.id
    }

    fn from(&self) -> i32 {
        self.from
    }

    fn begun(&self, from: i32) -> Professional {
        Professional { from, ..self.clone() }
    }
}

impl<T: Lasting> Held<T> {
    fn holds(&self, day: i32) -> bool {
        self.what.from() <= day && self.to.is_none_or(|to| day < to)
    }
}

/// `new` after what was held: the same is nothing new, and of one day the later stands.
fn follow<T: Lasting>(
    held: &[Held<T>],
    new: &T,
    set: fn(T) -> Event,
    end: fn(String, i32, i32) -> Event,
) -> Result<Vec<Event>, Refusal> {
    match held.last() {
        Some(last) if new.from() < last.to.unwrap_or(last.what.from()) => Err(Refusal::Earlier),
        Some(Held { what, to: None }) if new.begun(what.from()) == *what => Ok(Vec::new()),
        Some(Held { what, to: None }) if new.from() > what.from() => {
            Ok(vec![end(what.id().into(), what.from(), new.from()), set(new.clone())])
        }
        _ => Ok(vec![set(new.clone())]),
    }
}

/// There is one, whose id is nil.
impl Matter for Organisation {
    const NAME: &'static str = "organisation";
    const VERSION: u32 = 5;
    const RIGHTS: Rights = Rights { worked_by: &[Role::Admin], led_by: &[], own: Own::Nothing };

    const TABLES: &'static [&'static Table] = &[facts::Unit::TABLE, facts::Professional::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = Imported;
    type Index = ();

    fn decide(
        organisation: Option<&Organisation>,
        command: &Command,
        on: &Occasion<'_, Imported>,
    ) -> Result<Vec<Event>, Refusal> {
        let none = Organisation::default();
        let organisation = organisation.unwrap_or(&none);
        let today = on.calendar.local_date(on.now).map_or(0, day_number);
        match command {
            Command::GoAway(away) => organisation.go_away(away, today, on.by),
            Command::ComeBack { id, from, on: back } => organisation.come_back((id, *from), *back, today, on.by),
            Command::GiveRight(right) => rights::given(organisation, right, on),
            Command::MoveRightEnd(right) => rights::end_moved(organisation, right, on),
            Command::ApproveRight(right) => rights::approved(organisation, right, on),
            Command::DeclineRight(right) => rights::declined(organisation, right),
            Command::WantCode { person } => codes::wanted(organisation, person, on),
            Command::GiveCode { person } => codes::given(organisation, person, on),
            Command::DeclineCode { person } => Ok(codes::declined(organisation, person)),
            _ => decide(organisation, command, on.rules),
        }
    }

    fn evolve(organisation: Option<Organisation>, event: &Event, _: i64) -> Option<Organisation> {
        Some(organisation.unwrap_or_default().after(event))
    }

    fn standing(&self) -> Standing<'_> {
        Standing { subject: None, unit: None, who: None, list: List::Nowhere, since: 0, done: None }
    }

    /// All there were, for each row ends when the next begins.
    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let events: Vec<Event> = history.iter().map(|it| it.event.clone()).collect();
        units(&events).iter().for_each(|row| put(facts::Unit::TABLE, &row.values(), about.changed));
        professionals(&events).iter().for_each(|row| put(facts::Professional::TABLE, &row.values(), about.changed));
    }
}

fn decide(organisation: &Organisation, command: &Command, imported: &Imported) -> Result<Vec<Event>, Refusal> {
    let unit_end = |id, from, to| Event::UnitEnded { id, from, to };
    let professional_end = |id, from, to| Event::ProfessionalEnded { id, from, to };
    let is_imported = match command {
        Command::SetUnit(Unit { id, .. }) | Command::EndUnit { id, .. } => imported.units.contains(id),
        Command::SetProfessional(Professional { id, .. }) | Command::EndProfessional { id, .. } => {
            imported.professionals.contains(id)
        }
        // Rights are the county's own, also of people and at units that come by import.
        _ => false,
    };
    if is_imported {
        return Err(Refusal::Imported);
    }
    let events = match command {
        Command::SetUnit(new) => follow(held(&organisation.units, &new.id), new, Event::UnitSet, unit_end)?,
        Command::SetProfessional(new) => {
            follow(held(&organisation.professionals, &new.id), new, Event::ProfessionalSet, professional_end)?
        }
        Command::EndUnit { id, on } => ended(held(&organisation.units, id), id, *on, unit_end)?,
        Command::EndProfessional { id, on } => ended(held(&organisation.professionals, id), id, *on, professional_end)?,
        _ => Vec::new(),
    };
    // Whatever the command, the organisation after it is a tree on every day.
    let after = events.iter().fold(organisation.clone(), Organisation::after);
    after.stands(imported).map_err(|wrong| match (wrong, command) {
        (Wrong::Missing { who, .. }, Command::EndUnit { .. }) => Refusal::StillUsed(who),
        (Wrong::Missing { what, .. }, _) => Refusal::NotThere(what),
        (Wrong::Root, _) => Refusal::Root,
        (Wrong::Circle, _) => Refusal::Circle,
    })?;
    Ok(events)
}

fn held<'a, T>(all: &'a BTreeMap<String, Vec<T>>, id: &str) -> &'a [T] {
    all.get(id).map_or(&[], Vec::as_slice)
}

fn ended<T: Lasting>(
    held: &[Held<T>],
    id: &str,
    on: i32,
    end: fn(String, i32, i32) -> Event,
) -> Result<Vec<Event>, Refusal> {
    match held.last() {
        // It ends on its first day where it was set by mistake: then it never was.
        Some(Held { what, to: None }) if on >= what.from() => Ok(vec![end(id.into(), what.from(), on)]),
        Some(Held { to: None, .. }) => Err(Refusal::Earlier),
        Some(Held { to: Some(to), .. }) if *to == on => Ok(Vec::new()),
        _ => Err(Refusal::NotThere(id.into())),
    }
}

/// Why an organisation is no tree on some day.
enum Wrong {
    /// `who` stands under `what`, which is not there that day.
    Missing {
        who: String,
        what: String,
    },
    Root,
    Circle,
}

impl Organisation {
    /// Whether what a professional was given to open at a unit still opens it on a day: whoever works here no more has no
    /// rights, whoever moved has none where they were before, and whoever was given rights until a day has none after it. Of
    /// those who come by import, and work by a token, nothing is known here.
    pub fn opens(&self, professional: &str, unit: &str, day: i32) -> bool {
        let works = held(&self.professionals, professional);
        let mut today = works.iter().filter(|it| it.holds(day)).peekable();
        let is_unit_open = held(&self.units, unit).is_empty() || held(&self.units, unit).iter().any(|it| it.holds(day));
        let was_there = works.iter().any(|it| it.what.unit == unit);
        let mut begun = held(&self.rights, professional).iter().filter(|it| it.from <= day).peekable();
        is_unit_open
            && (begun.peek().is_none() || begun.any(|it| it.holds(day)))
            && (works.is_empty() || (today.peek().is_some() && (!was_there || today.any(|it| it.what.unit == unit))))
    }

    /// The absence of a professional on a day.
    pub fn away(&self, professional: &str, day: i32) -> Option<&Away> {
        self.absences(professional).iter().find(|it| it.from <= day && day <= it.until)
    }

    /// Every time for which a professional is or was away.
    pub fn absences(&self, professional: &str) -> &[Away] {
        self.away.get(professional).map_or(&[], Vec::as_slice)
    }

    /// All absences that are not over on a day, the first to begin first.
    pub fn absences_from(&self, day: i32) -> Vec<&Away> {
        let mut all: Vec<&Away> = self.away.values().flatten().filter(|it| day <= it.until).collect();
        all.sort_by(|left, right| (left.from, &left.id).cmp(&(right.from, &right.id)));
        all
    }

    /// Whether somebody sees to the work of a professional on a day: it is theirs, or they are a deputy.
    pub fn sees_to(&self, who: &str, professional: &str, day: i32) -> bool {
        who == professional || self.deputies(professional, day).any(|deputy| deputy == who)
    }

    /// Those whose work somebody sees to on a day beside their own.
    pub fn stood_in_for(&self, who: &str, day: i32) -> Vec<String> {
        let others = self.away.keys().filter(|it| *it != who);
        others.filter(|it| self.deputies(it, day).any(|deputy| deputy == who)).cloned().collect()
    }

    /// The deputy of a professional on a day, and while that one is away, too, their own deputy. There are no more steps than
    /// people with absences, so that a circle ends.
    fn deputies(&self, professional: &str, day: i32) -> impl Iterator<Item = &str> {
        let first = self.away(professional, day);
        std::iter::successors(first, move |it| self.away(&it.deputy, day))
            .take(self.away.len())
            .map(|it| it.deputy.as_str())
    }

    fn go_away(&self, away: &Away, today: i32, by: &By) -> Result<Vec<Event>, Refusal> {
        let meets = |other: &Away| other.from <= away.until && away.from <= other.until;
        let is_theirs = |id: &ProfessionalId| **id == *away.id;
        match by {
            By::Professional { id, leads, .. } if *leads || is_theirs(id) => {}
            _ => return Err(Refusal::NotTheirs),
        }
        if away.until < away.from || away.until < today || away.until - away.from > LONGEST_AWAY {
            return Err(Refusal::Times);
        }
        if self.absences(&away.id).iter().any(meets) {
            return Err(Refusal::Overlaps);
        }
        if away.deputy == away.id || self.absences(&away.deputy).iter().any(meets) {
            return Err(Refusal::NoDeputy);
        }
        Ok(vec![Event::Away(away.clone())])
    }

    fn come_back(&self, (id, from): (&str, i32), on: i32, today: i32, by: &By) -> Result<Vec<Event>, Refusal> {
        match by {
            By::Professional { id: me, leads, .. } if *leads || **me == *id => {}
            _ => return Err(Refusal::NotTheirs),
        }
        let mut these = self.absences(id).iter().filter(|it| it.from == from);
        if !these.any(|it| today <= it.until && on <= it.until) {
            return Err(Refusal::NotThere(id.into()));
        }
        if on < today { Err(Refusal::Times) } else { Ok(vec![Event::Back { id: id.into(), from, on }]) }
    }

    /// Whether a professional worked here once, and does no more from a day on or earlier.
    pub fn has_ended(&self, professional: &str, day: i32) -> bool {
        let works = held(&self.professionals, professional);
        !works.is_empty() && works.iter().all(|it| it.to.is_some_and(|to| to <= day))
    }

    /// The profession in which somebody works on a day.
    pub fn profession(&self, professional: &str, day: i32) -> Option<Profession> {
        let works = held(&self.professionals, professional);
        works.iter().find(|it| it.holds(day)).map(|it| it.what.profession)
    }

    /// Whether anybody works here of whom this log knows.
    pub fn has_professionals(&self) -> bool {
        !self.professionals.is_empty()
    }

    /// The unit above one on a day, or above which it last was; none: it comes by import, and nothing is known here.
    pub fn above(&self, unit: &str, day: i32) -> Option<Option<&str>> {
        let units = held(&self.units, unit);
        let last = units.iter().find(|it| it.holds(day)).or(units.last())?;
        Some(last.what.parent.as_deref())
    }

    /// Whether it is a tree on every day on which anything in it changes.
    fn stands(&self, imported: &Imported) -> Result<(), Wrong> {
        let units = || self.units.values().flatten();
        let days = units().flat_map(|held| [Some(held.what.from), held.to]);
        let days = days.chain(self.professionals.values().flatten().flat_map(|it| [Some(it.what.from), it.to]));
        for day in days.flatten().collect::<BTreeSet<i32>>() {
            let today: BTreeMap<&str, &Unit> =
                units().filter(|held| held.holds(day)).map(|held| (held.what.id.as_str(), &held.what)).collect();
            let is_there = |id: &str| today.contains_key(id) || imported.units.contains(id);
            let roots = today.values().filter(|unit| unit.parent.is_none()).count();
            let counties = today.values().filter(|unit| unit.level == UnitLevel::County);
            if roots > usize::from(imported.units.is_empty())
                || counties.clone().count() != roots
                || counties.clone().any(|county| county.parent.is_some())
            {
                return Err(Wrong::Root);
            }
            for unit in today.values() {
                let mut above = unit.parent.as_deref();
                if let Some(what) = above.filter(|id| !is_there(id)) {
                    return Err(Wrong::Missing { who: unit.id.clone(), what: what.into() });
                }
                let mut steps = 0;
                while let Some(next) = above.and_then(|id| today.get(id)) {
                    steps += 1;
                    if steps > today.len() {
                        return Err(Wrong::Circle);
                    }
                    above = next.parent.as_deref();
                }
            }
            for it in self.professionals.values().flatten().filter(|held| held.holds(day)) {
                if !is_there(&it.what.unit) {
                    return Err(Wrong::Missing { who: it.what.id.clone(), what: it.what.unit.clone() });
                }
            }
        }
        Ok(())
    }

    fn after(mut self, event: &Event) -> Organisation {
        match event {
            Event::UnitSet(unit) => set(&mut self.units, unit),
            Event::UnitEnded { id, from, to } => end(&mut self.units, (id, *from), *to),
            Event::ProfessionalSet(it) => set(&mut self.professionals, it),
            Event::ProfessionalEnded { id, from, to } => end(&mut self.professionals, (id, *from), *to),
            Event::Away(away) => self.away.entry(away.id.clone()).or_default().push(away.clone()),
            Event::Back { id, from, on } => {
                let all = self.away.entry(id.clone()).or_default();
                all.iter_mut().filter(|it| it.from == *from).for_each(|it| it.until = it.until.min(on - 1));
                // One that never began never was.
                all.retain(|it| it.from <= it.until);
            }
            Event::RightGiven(right) => self.with_right(right),
            Event::RightEndMoved(right) => self.with_end(right),
            Event::RightProposed(proposal) => self.proposals.push(proposal.clone()),
            Event::ProposalEnded(right) => self.proposals.retain(|it| it.right != *right),
            Event::CodeWanted(wanted) => self.codes.push(wanted.clone()),
            Event::CodeWantedNoMore { person } => self.codes.retain(|it| it.person != *person),
        }
        self
    }
}

fn set<T: Lasting>(all: &mut BTreeMap<String, Vec<Held<T>>>, new: &T) {
    let held = all.entry(new.id().into()).or_default();
    // A place named for the same day before was a mistake: it never held, and is remembered as one that was left.
    for mistaken in held.iter_mut().filter(|it| it.what.from() == new.from()) {
        mistaken.to = Some(new.from());
    }
    held.push(Held { what: new.clone(), to: None });
}

fn end<T: Lasting>(all: &mut BTreeMap<String, Vec<Held<T>>>, (id, from): (&str, i32), to: i32) {
    let stands = |held: &&mut Held<T>| held.what.from() == from && held.to != Some(from);
    for held in all.get_mut(id).into_iter().flatten().filter(stands) {
        held.to = Some(to);
    }
}

/// Units as the measures see them: every time each was so, with the day on which it ended.
pub fn units(events: &[Event]) -> Vec<facts::Unit> {
    let mut rows: Vec<facts::Unit> = Vec::new();
    for event in events {
        match event {
            Event::UnitSet(unit) => {
                rows.retain(|row| row.unit_id.0 != unit.id || row.valid_from.0 != unit.from);
                rows.push(facts::Unit {
                    unit_id: Key(unit.id.clone()),
                    valid_from: Day(unit.from),
                    name_fi: unit.name.clone(),
                    name_sv: unit.name_sv.clone(),
                    name_en: unit.name_en.clone(),
                    parent_id: unit.parent.as_deref().map(Into::into),
                    level: unit.level,
                    kind: None,
                    municipality: None,
                    oid: None,
                    provider: Provider::Own,
                    service: None,
                    valid_to: None,
                });
            }
            Event::UnitEnded { id, from, to } => {
                for row in rows.iter_mut().filter(|row| row.unit_id.0 == *id && row.valid_from.0 == *from) {
                    row.valid_to = Some(Day(*to));
                }
            }
            _ => {}
        }
    }
    rows
}

/// The same of professionals.
pub fn professionals(events: &[Event]) -> Vec<facts::Professional> {
    let mut rows: Vec<facts::Professional> = Vec::new();
    for event in events {
        match event {
            Event::ProfessionalSet(it) => {
                rows.retain(|row| row.professional_id.0 != it.id || row.valid_from.0 != it.from);
                rows.push(facts::Professional {
                    professional_id: Key(it.id.clone()),
                    valid_from: Day(it.from),
                    profession: it.profession,
                    unit_id: it.unit.as_str().into(),
                    employment: Employment::Employed,
                    fte: None,
                    valid_to: None,
                });
            }
            Event::ProfessionalEnded { id, from, to } => {
                for row in rows.iter_mut().filter(|row| row.professional_id.0 == *id && row.valid_from.0 == *from) {
                    row.valid_to = Some(Day(*to));
                }
            }
            _ => {}
        }
    }
    rows
}

#[cfg(test)]
mod tests;
