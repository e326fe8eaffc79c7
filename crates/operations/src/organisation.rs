//! Units and professionals: each is so from a local day on, until it is otherwise or ends.
//!
//! Rows that an import brings stay the import's: they are changed where they come from.

use std::collections::{BTreeMap, BTreeSet};

use facts::{Day, Employment, Key, Profession, Provider, UnitLevel};
use matter::codec::code;
use matter::{List, Matter, Occasion, Own, Refused, Rights, Role, Standing};
use serde::{Deserialize, Serialize};

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
    EndUnit { id: String, on: i32 },
    SetProfessional(Professional),
    EndProfessional { id: String, on: i32 },
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
        };
        let refused = Refused::new(Organisation::NAME, code);
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
    const VERSION: u32 = 1;
    const RIGHTS: Rights = Rights { worked_by: &[Role::Admin], led_by: &[], own: Own::Nothing };

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
        decide(organisation.unwrap_or(&Organisation::default()), command, on.rules)
    }

    fn evolve(organisation: Option<Organisation>, event: &Event, _: i64) -> Option<Organisation> {
        Some(organisation.unwrap_or_default().after(event))
    }

    fn standing(&self) -> Standing<'_> {
        Standing { subject: None, unit: None, who: None, list: List::Nowhere, since: 0 }
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

fn held<'a, T>(all: &'a BTreeMap<String, Vec<Held<T>>>, id: &str) -> &'a [Held<T>] {
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
    /// rights, and whoever moved has none where they were before. Of those who come by import nothing is known here.
    pub fn opens(&self, professional: &str, unit: &str, day: i32) -> bool {
        let works = held(&self.professionals, professional);
        let mut today = works.iter().filter(|it| it.holds(day)).peekable();
        let is_unit_open = held(&self.units, unit).is_empty() || held(&self.units, unit).iter().any(|it| it.holds(day));
        let was_there = works.iter().any(|it| it.what.unit == unit);
        is_unit_open
            && (works.is_empty() || (today.peek().is_some() && (!was_there || today.any(|it| it.what.unit == unit))))
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
mod tests {
    use matter::given::{self, on};
    use matter::{By, decode, encode};
    use proptest::prelude::*;

    use super::*;

    fn unit(id: &str, parent: Option<&str>, level: UnitLevel, from: i32) -> Unit {
        let (name, parent) = (format!("Yksikkö {id}"), parent.map(Into::into));
        Unit { id: id.into(), name, name_sv: None, name_en: None, parent, level, from }
    }

    fn nurse(id: &str, unit: &str, from: i32) -> Professional {
        Professional { id: id.into(), profession: Profession::Nurse, unit: unit.into(), from }
    }

    fn imported(units: &[&str], professionals: &[&str]) -> Imported {
        let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_string()).collect();
        Imported { units: set(units), professionals: set(professionals) }
    }

    fn when(organisation: &Organisation, command: &Command) -> Result<Vec<Event>, Refusal> {
        given::when(Some(organisation), command, &on(0, &By::System, &Imported::default()))
    }

    fn given(commands: &[Command]) -> (Organisation, Vec<Event>) {
        let mut all = Vec::new();
        let organisation = commands.iter().fold(Organisation::default(), |organisation, command| {
            let events = when(&organisation, command).unwrap_or_default();
            let organisation = given::after(Some(organisation), &events, 0).expect("an organisation");
            all.extend(events);
            organisation
        });
        (organisation, all)
    }

    #[test]
    fn a_unit_that_moves_was_where_it_was_before() {
        let commands = [
            Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
            Command::SetUnit(unit("west", Some("county"), UnitLevel::Area, 0)),
            Command::SetUnit(unit("east", Some("county"), UnitLevel::Area, 0)),
            Command::SetUnit(unit("station", Some("west"), UnitLevel::Unit, 10)),
            Command::SetUnit(unit("station", Some("east"), UnitLevel::Unit, 20)),
            Command::SetProfessional(nurse("n1", "station", 12)),
            Command::EndProfessional { id: "n1".into(), on: 30 },
            Command::EndUnit { id: "station".into(), on: 40 },
        ];
        let (_, events) = given(&commands);
        let rows = units(&events);
        let station: Vec<_> = rows.iter().filter(|row| row.unit_id.0 == "station").collect();
        let held = station.iter().map(|row| (row.valid_from.0, row.valid_to.map(|day| day.0))).collect::<Vec<_>>();
        assert_eq!(held, [(10, Some(20)), (20, Some(40))]);
        let held = professionals(&events);
        assert_eq!((held[0].valid_from.0, held[0].valid_to.map(|day| day.0)), (12, Some(30)));
    }

    #[test]
    fn a_unit_that_was_a_mistake_opens_no_more_and_the_right_one_does() {
        let units = ["county", "a", "b"].map(|id| match id {
            "county" => Command::SetUnit(unit(id, None, UnitLevel::County, 0)),
            _ => Command::SetUnit(unit(id, Some("county"), UnitLevel::Unit, 0)),
        });
        let set = |unit| Command::SetProfessional(nurse("n1", unit, 12));
        // Units named one after another from one day on, and where they work then.
        for (named, opens) in
            [(vec!["a"], "a"), (vec!["a", "b"], "b"), (vec!["a", "b", "a"], "a"), (vec!["b", "a", "a"], "a")]
        {
            let commands: Vec<Command> = units.iter().cloned().chain(named.iter().map(|it| set(it))).collect();
            let (organisation, _) = given(&commands);
            for day in [12, 13, 100] {
                for unit in named.iter().copied() {
                    assert_eq!(organisation.opens("n1", unit, day), unit == opens, "{named:?}: {unit} on {day}");
                }
            }
            // They leave: nothing of what was a mistake comes back.
            let (organisation, _) =
                given(&[commands, vec![Command::EndProfessional { id: "n1".into(), on: 20 }]].concat());
            assert!(named.iter().all(|unit| !organisation.opens("n1", unit, 20)), "{named:?}");
            assert_eq!(organisation.profession("n1", 19), Some(Profession::Nurse), "{named:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let (organisation, _) = given(&[
            Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
            Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 10)),
            Command::SetUnit(unit("line", Some("county"), UnitLevel::Line, 10)),
            Command::SetUnit(unit("late", Some("county"), UnitLevel::Unit, 50)),
            Command::SetProfessional(nurse("n1", "station", 12)),
        ]);
        let asked = |command| when(&organisation, &command);
        let refused = |command| asked(command).expect_err("refused");
        let set = |id: &str, parent, level, from| refused(Command::SetUnit(unit(id, parent, level, from)));
        assert_eq!(set("new", Some("nowhere"), UnitLevel::Unit, 11), Refusal::NotThere("nowhere".into()));
        assert_eq!(set("new", Some("late"), UnitLevel::Unit, 11), Refusal::NotThere("late".into()), "not yet");
        assert_eq!(set("new", None, UnitLevel::Unit, 11), Refusal::Root);
        assert_eq!(set("new", None, UnitLevel::County, 11), Refusal::Root, "a second county");
        assert_eq!(set("new", Some("county"), UnitLevel::County, 11), Refusal::Root);
        assert_eq!(set("station", Some("station"), UnitLevel::Unit, 11), Refusal::Circle);
        assert_eq!(set("station", Some("line"), UnitLevel::Unit, 9), Refusal::Earlier);
        assert_eq!(set("station", Some("county"), UnitLevel::Unit, 9), Refusal::Earlier, "the same, but earlier");
        assert_eq!(refused(Command::EndUnit { id: "station".into(), on: 50 }), Refusal::StillUsed("n1".into()));
        assert_eq!(refused(Command::EndUnit { id: "nowhere".into(), on: 50 }), Refusal::NotThere("nowhere".into()));
        assert_eq!(refused(Command::EndProfessional { id: "n1".into(), on: 11 }), Refusal::Earlier);
        let nowhere = Command::SetProfessional(nurse("n2", "late", 12));
        assert_eq!(refused(nowhere), Refusal::NotThere("late".into()));
        assert_eq!(
            asked(Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 20))),
            Ok(vec![]),
            "so already"
        );
    }

    #[test]
    fn what_was_set_by_mistake_ends_on_its_day_and_never_was() {
        let before = [
            Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
            Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 0)),
        ];
        let set = |from| Command::SetProfessional(nurse("n1", "station", from));
        let end = |on| Command::EndProfessional { id: "n1".into(), on };
        // The commands, whether all of them are done, and the days on which the nurse works then.
        let table: [(&[Command], bool, &[i32]); 7] = [
            (&[set(5), end(5)], true, &[]),
            (&[set(5), end(5), end(5)], true, &[]),
            (&[set(5), end(6)], true, &[5]),
            (&[set(5), end(4)], false, &[5, 6, 7, 8]),
            (&[set(5), end(5), set(5)], true, &[5, 6, 7, 8]),
            (&[set(5), end(5), set(7)], true, &[7, 8]),
            (&[set(5), end(5), set(4)], false, &[]),
        ];
        for (said, is_done, expected) in table {
            let (mut organisation, mut all) = given(&before);
            let mut done = true;
            for command in said {
                let events = when(&organisation, command);
                done &= events.is_ok();
                all.extend(events.clone().unwrap_or_default());
                organisation = given::after(Some(organisation), &events.unwrap_or_default(), 0).expect("it stays");
            }
            let days: Vec<i32> = (0..9).filter(|day| organisation.profession("n1", *day).is_some()).collect();
            assert_eq!((done, days.as_slice()), (is_done, expected), "{said:?}");
            let opened: Vec<i32> = (0..9).filter(|day| organisation.opens("n1", "station", *day)).collect();
            assert_eq!(opened, expected, "rights are as long: {said:?}");
            let holds =
                |row: &facts::Professional, day| row.valid_from.0 <= day && row.valid_to.is_none_or(|to| day < to.0);
            let rows = professionals(&all);
            let stored: Vec<i32> = (0..9).filter(|day| rows.iter().any(|row| holds(row, *day))).collect();
            assert_eq!(stored, expected, "and so are the facts: {said:?}");
        }
        let (organisation, _) = given(&before);
        let annex = Command::SetUnit(unit("annex", Some("county"), UnitLevel::Unit, 5));
        let events = when(&organisation, &annex).expect("set");
        let organisation = given::after(Some(organisation), &events, 0).expect("it stays");
        assert!(when(&organisation, &Command::EndUnit { id: "annex".into(), on: 5 }).is_ok());
    }

    #[test]
    fn two_that_change_places_are_a_circle_on_the_days_between() {
        let (organisation, _) = given(&[
            Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
            Command::SetUnit(unit("x", Some("county"), UnitLevel::Line, 0)),
            Command::SetUnit(unit("y", Some("x"), UnitLevel::Unit, 0)),
            Command::SetUnit(unit("y", Some("county"), UnitLevel::Line, 90)),
        ]);
        let under_y = |from| when(&organisation, &Command::SetUnit(unit("x", Some("y"), UnitLevel::Unit, from)));
        assert_eq!(under_y(50), Err(Refusal::Circle));
        assert!(under_y(90).is_ok());
    }

    #[test]
    fn what_comes_by_import_stays_the_imports() {
        let imported = imported(&["county", "station"], &["n1"]);
        let asked = |command| given::when(None::<&Organisation>, &command, &on(0, &By::System, &imported));
        assert_eq!(
            asked(Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 1))),
            Err(Refusal::Imported)
        );
        assert_eq!(asked(Command::SetProfessional(nurse("n1", "station", 1))), Err(Refusal::Imported));
        assert_eq!(asked(Command::SetUnit(unit("other", None, UnitLevel::County, 1))), Err(Refusal::Root));
        assert!(asked(Command::SetUnit(unit("team", Some("station"), UnitLevel::Team, 1))).is_ok());
        assert!(asked(Command::SetProfessional(nurse("n2", "station", 1))).is_ok());
    }

    #[test]
    fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
        // One of every event ever written: these texts never change.
        let golden = [
            (
                Event::UnitSet(unit("a", Some("b"), UnitLevel::Team, 5)),
                "unit.set",
                r#"{"from":5,"id":"a","level":"team","name":"Yksikkö a","parent":"b"}"#,
            ),
            (Event::UnitEnded { id: "a".into(), from: 5, to: 6 }, "unit.ended", r#"{"from":5,"id":"a","to":6}"#),
            (
                Event::ProfessionalSet(nurse("n1", "a", 5)),
                "professional.set",
                r#"{"from":5,"id":"n1","profession":"nurse","unit":"a"}"#,
            ),
            (
                Event::ProfessionalEnded { id: "n1".into(), from: 5, to: 6 },
                "professional.ended",
                r#"{"from":5,"id":"n1","to":6}"#,
            ),
        ];
        for (event, kind, data) in golden {
            assert_eq!(encode(&event), (kind.to_string(), data.to_string()));
            assert_eq!(decode::<Organisation>(kind, 1, data), Ok(event));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_the_units_are_a_tree_and_their_times_do_not_overlap(
            asked in prop::collection::vec((0_u8..5, 0_u8..6, 0_usize..5, 0_i32..30, prop::bool::weighted(0.2)), 0..60)
        ) {
            let levels = [UnitLevel::County, UnitLevel::Area, UnitLevel::Line, UnitLevel::Unit, UnitLevel::Team];
            let commands: Vec<Command> = asked
                .into_iter()
                .map(|(id, parent, level, day, ends)| {
                    let parent = (parent < 5).then(|| format!("u{parent}"));
                    match ends {
                        true => Command::EndUnit { id: format!("u{id}"), on: day },
                        false => Command::SetUnit(unit(&format!("u{id}"), parent.as_deref(), levels[level], day)),
                    }
                })
                .collect();
            let (_, events) = given(&commands);
            for day in 0..31 {
                let rows = units(&events);
                let today: BTreeMap<&str, Option<&str>> = rows
                    .iter()
                    .filter(|row| row.valid_from.0 <= day && row.valid_to.is_none_or(|to| day < to.0))
                    .map(|row| (row.unit_id.0.as_str(), row.parent_id.as_ref().map(|id| &*id.0)))
                    .collect();
                prop_assert!(today.values().filter(|parent| parent.is_none()).count() <= 1, "one county");
                for (id, parent) in &today {
                    let (mut above, mut steps) = (*parent, 0);
                    while let Some(next) = above {
                        prop_assert!(today.contains_key(next), "{} stands under {} on {}", id, next, day);
                        above = today[next];
                        steps += 1;
                        prop_assert!(steps < 6, "a circle");
                    }
                }
            }
            let mut rows = units(&events);
            rows.sort_by_key(|row| (row.unit_id.0.clone(), row.valid_from.0));
            for pair in rows.windows(2).filter(|pair| pair[0].unit_id.0 == pair[1].unit_id.0) {
                prop_assert!(pair[0].valid_to.is_some_and(|to| to.0 <= pair[1].valid_from.0));
            }
        }
    }
}
