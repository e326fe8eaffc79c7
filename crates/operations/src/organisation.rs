//! Units and professionals: each is so from a local day on, until it is otherwise or ends.
//!
//! What an import brings stays the import's: it is changed where it comes from.

use std::collections::BTreeMap;

use facts::{Day, Employment, Key, Profession, Provider, UnitLevel};
use serde::{Deserialize, Serialize};

use crate::contacts::{Unreadable, code};

/// What has happened to the organisation, as it stands in the log for ever. Fields are added with a default and never
/// renamed; days are counted since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
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

/// What can be asked of the organisation. `on`: the first day on which it is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// There is none of this name.
    NotThere(String),
    /// It would begin or end before what it follows has begun.
    Earlier,
    /// The county alone has nothing above it, and everything else stands under a higher level.
    Level,
    /// Units or professionals stand under it.
    StillUsed(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Imported => out.write_str("it comes by import, and is changed where it comes from"),
            Refusal::NotThere(id) => write!(out, "there is no {id}"),
            Refusal::Earlier => out.write_str("it would begin or end before what it follows has begun"),
            Refusal::Level => {
                out.write_str("a unit stands under one of a higher level; only a county has none above it")
            }
            Refusal::StillUsed(id) => write!(out, "{id} stands under it"),
        }
    }
}

/// A fold of the organisation's events: what holds and has no end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organisation {
    pub units: BTreeMap<String, Unit>,
    pub professionals: BTreeMap<String, Professional>,
    /// First days on which units and professionals were no more: nothing of them begins before.
    units_ended: BTreeMap<String, i32>,
    professionals_ended: BTreeMap<String, i32>,
}

/// What is so from a day on.
trait Dated: Clone + PartialEq {
    fn id(&self) -> &str;
    fn from(&self) -> i32;
    /// The same, from another day on.
    fn begun(&self, from: i32) -> Self;
}

impl Dated for Unit {
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

impl Dated for Professional {
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

/// `new` in the place of what is held: the same is nothing new, and of one day the later stands.
fn follow<T: Dated>(
    held: Option<&T>,
    ended: Option<&i32>,
    new: &T,
    set: fn(T) -> Event,
    end: fn(String, i32, i32) -> Event,
) -> Result<Vec<Event>, Refusal> {
    match held {
        None if ended.is_some_and(|ended| new.from() < *ended) => Err(Refusal::Earlier),
        Some(held) if new.begun(held.from()) == *held => Ok(Vec::new()),
        Some(held) if new.from() < held.from() => Err(Refusal::Earlier),
        Some(held) if new.from() > held.from() => {
            Ok(vec![end(held.id().into(), held.from(), new.from()), set(new.clone())])
        }
        _ => Ok(vec![set(new.clone())]),
    }
}

/// What happens when a command meets the organisation; `imported`: units that come by import.
pub fn decide(
    organisation: &Organisation,
    command: &Command,
    imported: impl Fn(&str) -> bool,
) -> Result<Vec<Event>, Refusal> {
    let unit_end = |id, from, to| Event::UnitEnded { id, from, to };
    let professional_end = |id, from, to| Event::ProfessionalEnded { id, from, to };
    match command {
        Command::SetUnit(new) => {
            if imported(&new.id) {
                return Err(Refusal::Imported);
            }
            organisation.stands(new, imported)?;
            let ended = organisation.units_ended.get(&new.id);
            follow(organisation.units.get(&new.id), ended, new, Event::UnitSet, unit_end)
        }
        Command::SetProfessional(new) => {
            if !organisation.units.contains_key(&new.unit) && !imported(&new.unit) {
                return Err(Refusal::NotThere(new.unit.clone()));
            }
            let ended = organisation.professionals_ended.get(&new.id);
            follow(organisation.professionals.get(&new.id), ended, new, Event::ProfessionalSet, professional_end)
        }
        Command::EndUnit { id, on } => {
            let held = organisation.units.get(id).ok_or_else(|| Refusal::NotThere(id.clone()))?;
            if let Some(under) = organisation.under(id) {
                return Err(Refusal::StillUsed(under.into()));
            }
            ended(held, *on, unit_end)
        }
        Command::EndProfessional { id, on } => {
            let held = organisation.professionals.get(id).ok_or_else(|| Refusal::NotThere(id.clone()))?;
            ended(held, *on, professional_end)
        }
    }
}

fn ended<T: Dated>(held: &T, on: i32, end: fn(String, i32, i32) -> Event) -> Result<Vec<Event>, Refusal> {
    match on > held.from() {
        true => Ok(vec![end(held.id().into(), held.from(), on)]),
        false => Err(Refusal::Earlier),
    }
}

impl Organisation {
    /// Whether a unit can stand where it is to stand. Every level is higher than those under it, so that no unit stands
    /// under itself.
    fn stands(&self, unit: &Unit, imported: impl Fn(&str) -> bool) -> Result<(), Refusal> {
        let Some(above) = &unit.parent else {
            return if unit.level == UnitLevel::County { Ok(()) } else { Err(Refusal::Level) };
        };
        let is_lower = match self.units.get(above) {
            Some(above) => above.id != unit.id && depth(above.level) < depth(unit.level),
            None if imported(above) => unit.level != UnitLevel::County,
            None => return Err(Refusal::NotThere(above.clone())),
        };
        let mut under = self.units.values().filter(|it| it.parent.as_ref() == Some(&unit.id));
        let is_higher = under.all(|it| depth(unit.level) < depth(it.level));
        if is_lower && is_higher { Ok(()) } else { Err(Refusal::Level) }
    }

    /// Somebody or something that stands under a unit.
    fn under(&self, id: &str) -> Option<&str> {
        let units = self.units.values().filter(|unit| unit.parent.as_deref() == Some(id)).map(|unit| unit.id.as_str());
        let professionals = self.professionals.values().filter(|it| it.unit == id).map(|it| it.id.as_str());
        units.chain(professionals).next()
    }

    /// After an event.
    pub fn evolve(mut self, event: &Event) -> Organisation {
        match event {
            Event::UnitSet(unit) => {
                self.units.insert(unit.id.clone(), unit.clone());
            }
            Event::UnitEnded { id, to, .. } => {
                self.units.remove(id);
                self.units_ended.insert(id.clone(), *to);
            }
            Event::ProfessionalSet(it) => {
                self.professionals.insert(it.id.clone(), it.clone());
            }
            Event::ProfessionalEnded { id, to, .. } => {
                self.professionals.remove(id);
                self.professionals_ended.insert(id.clone(), *to);
            }
        }
        self
    }
}

fn depth(level: UnitLevel) -> u8 {
    match level {
        UnitLevel::County => 0,
        UnitLevel::Area => 1,
        UnitLevel::Line => 2,
        UnitLevel::Unit => 3,
        UnitLevel::Team => 4,
    }
}

impl Event {
    /// Version of every kind's data.
    pub const SCHEMA: u32 = 1;

    /// The kind, and the data as JSON.
    pub fn encode(&self) -> (String, String) {
        let value = serde_json::to_value(self).unwrap_or_default();
        (value["type"].as_str().unwrap_or_default().to_string(), value["data"].to_string())
    }

    pub fn decode(kind: &str, schema: u32, data: &str) -> Result<Event, Unreadable> {
        let unreadable = |why: &dyn std::fmt::Display| Unreadable(format!("{kind}, schema {schema}: {why}"));
        if schema != Event::SCHEMA {
            return Err(unreadable(&"this program does not know it"));
        }
        let data: serde_json::Value = serde_json::from_str(data).map_err(|error| unreadable(&error))?;
        serde_json::from_value(serde_json::json!({ "type": kind, "data": data })).map_err(|error| unreadable(&error))
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
    use proptest::prelude::*;

    use super::*;

    fn unit(id: &str, parent: Option<&str>, level: UnitLevel, from: i32) -> Unit {
        let (name, parent) = (format!("Yksikkö {id}"), parent.map(Into::into));
        Unit { id: id.into(), name, name_sv: None, name_en: None, parent, level, from }
    }

    fn nurse(id: &str, unit: &str, from: i32) -> Professional {
        Professional { id: id.into(), profession: Profession::Nurse, unit: unit.into(), from }
    }

    /// What is imported is called so.
    fn imported(id: &str) -> bool {
        id.starts_with("imported")
    }

    fn given(commands: &[Command]) -> (Organisation, Vec<Event>) {
        let mut all = Vec::new();
        let organisation = commands.iter().fold(Organisation::default(), |organisation, command| {
            let events = decide(&organisation, command, imported).unwrap_or_default();
            let organisation = events.iter().fold(organisation, Organisation::evolve);
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
        let (organisation, events) = given(&commands);
        assert_eq!(organisation.units.len(), 3);
        let rows = units(&events);
        let station: Vec<_> = rows.iter().filter(|row| row.unit_id.0 == "station").collect();
        let held = station.iter().map(|row| (row.valid_from.0, row.valid_to.map(|day| day.0))).collect::<Vec<_>>();
        assert_eq!(held, [(10, Some(20)), (20, Some(40))]);
        let held = professionals(&events);
        assert_eq!((held[0].valid_from.0, held[0].valid_to.map(|day| day.0)), (12, Some(30)));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let (organisation, _) = given(&[
            Command::SetUnit(unit("county", None, UnitLevel::County, 0)),
            Command::SetUnit(unit("station", Some("county"), UnitLevel::Unit, 10)),
            Command::SetProfessional(nurse("n1", "station", 12)),
        ]);
        let refused = |command| decide(&organisation, &command, imported).expect_err("refused");
        let set = |id: &str, parent, level| refused(Command::SetUnit(unit(id, parent, level, 11)));
        assert_eq!(set("imported-1", Some("county"), UnitLevel::Unit), Refusal::Imported);
        assert_eq!(set("new", Some("nowhere"), UnitLevel::Unit), Refusal::NotThere("nowhere".into()));
        assert_eq!(set("new", None, UnitLevel::Unit), Refusal::Level);
        assert_eq!(set("county", Some("station"), UnitLevel::Team), Refusal::Level, "under what stands under it");
        assert_eq!(refused(Command::SetUnit(unit("station", Some("imported"), UnitLevel::Unit, 9))), Refusal::Earlier);
        assert_eq!(refused(Command::EndUnit { id: "station".into(), on: 50 }), Refusal::StillUsed("n1".into()));
        assert_eq!(refused(Command::EndProfessional { id: "n1".into(), on: 12 }), Refusal::Earlier);
        assert_eq!(refused(Command::SetProfessional(nurse("n2", "nowhere", 12))), Refusal::NotThere("nowhere".into()));
        assert!(decide(&organisation, &Command::SetProfessional(nurse("n2", "imported", 12)), imported).is_ok());
    }

    #[test]
    fn what_stands_in_the_log_is_read_as_it_was_written() {
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
            assert_eq!(event.encode(), (kind.to_string(), data.to_string()));
            assert_eq!(Event::decode(kind, 1, data), Ok(event));
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
            let (organisation, events) = given(&commands);
            for unit in organisation.units.values() {
                let mut above = unit.parent.as_ref();
                let mut steps = 0;
                while let Some(id) = above {
                    prop_assert!(organisation.units.contains_key(id), "{} stands under {}, which is not there", unit.id, id);
                    above = organisation.units[id].parent.as_ref();
                    steps += 1;
                    prop_assert!(steps < 5, "a circle");
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
