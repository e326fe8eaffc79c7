//! A resident as the operations know them: where they are registered, with which doctor–nurse pair, and their encounters.
//!
//! The resident's identity stands nowhere here: a token names the stream, and it holds only codes, units and times.

use facts::{
    Channel, Code, Day, Encounter, Instant, Key, Modality, Profession, Provider, Registration as Row, ResidentId,
    Status,
};
use serde::{Deserialize, Serialize};

use crate::contacts::{self, Unreadable, code};

/// Events of a resident, as they stand in the log for ever. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    #[serde(rename = "registration.made")]
    Registered(Registration),
    /// `to`: the first local day on which it holds no more, as days since 1970.
    #[serde(rename = "registration.ended")]
    Ended { from: i32, to: i32 },
    #[serde(rename = "encounter.recorded")]
    Met(Meeting),
}

/// A home unit and an own pair, from a local day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physician: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nurse: Option<String>,
    /// Days since 1970.
    pub from: i32,
}

/// A visit, call or other encounter that has taken place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub id: String,
    /// Contact that led to it.
    pub contact: String,
    pub unit: String,
    pub professional: String,
    /// Code of a profession; empty: not known.
    pub profession: String,
    pub service: String,
    #[serde(with = "code")]
    pub modality: Modality,
    #[serde(with = "code")]
    pub channel: Channel,
    /// Microseconds since 1970.
    pub started_at: i64,
    pub ended_at: i64,
}

/// A request about a resident's registration and encounters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// To a unit and whoever is named; of an own pair who is not named stays.
    Register(Registration),
    Record(Meeting),
}

/// Why it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// An own pair has a physician or a nurse.
    NoPair,
    /// A registration begins before the one that it follows.
    Earlier,
    /// An encounter ends after it begins, within a day, and has taken place.
    Times,
}

impl Refusal {
    /// Name in answers to programs.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NoPair => "no_pair",
            Refusal::Earlier => "earlier_registration",
            Refusal::Times => "times",
        }
    }
}

/// A fold of a resident's events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    pub registration: Option<Registration>,
}

/// An encounter lasts a day at most, in microseconds.
const LONGEST: i64 = 86_400 * 1_000_000;

/// The events that follow when a command meets a resident; `now` in microseconds since 1970.
pub fn decide(resident: &Resident, command: &Command, now: i64) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Register(asked) => {
            // A nurse or physician whom the command does not name stays. The rule is applied here, since a nurse and a
            // physician may ask at the same time.
            let held = resident.registration.clone().map(|held| (held.physician, held.nurse)).unwrap_or_default();
            let (physician, nurse) = (asked.physician.clone().or(held.0), asked.nurse.clone().or(held.1));
            let new = &Registration { physician, nurse, ..asked.clone() };
            if new.physician.is_none() && new.nurse.is_none() {
                return Err(Refusal::NoPair);
            }
            match &resident.registration {
                Some(held) if Registration { from: held.from, ..new.clone() } == *held => Ok(Vec::new()),
                Some(held) if new.from < held.from => Err(Refusal::Earlier),
                // On one day the later one stands in the place of the earlier.
                Some(held) if new.from == held.from => Ok(vec![Event::Registered(new.clone())]),
                Some(held) => Ok(vec![Event::Ended { from: held.from, to: new.from }, Event::Registered(new.clone())]),
                None => Ok(vec![Event::Registered(new.clone())]),
            }
        }
        Command::Record(meeting) => {
            let lasts = meeting.ended_at.saturating_sub(meeting.started_at);
            match (0..=LONGEST).contains(&lasts) && meeting.ended_at <= now {
                true => Ok(vec![Event::Met(meeting.clone())]),
                false => Err(Refusal::Times),
            }
        }
    }
}

impl Resident {
    /// After an event.
    pub fn evolve(mut self, event: &Event) -> Resident {
        match event {
            Event::Registered(registration) => self.registration = Some(registration.clone()),
            Event::Ended { .. } => self.registration = None,
            Event::Met(_) => {}
        }
        self
    }
}

impl Event {
    /// Version of every kind's data.
    pub const SCHEMA: u32 = 1;

    /// The kind, and the data as JSON.
    pub fn encode(&self) -> (String, String) {
        contacts::encode(self)
    }

    pub fn decode(kind: &str, schema: u32, data: &str) -> Result<Event, Unreadable> {
        contacts::decode((kind, schema), data, Event::SCHEMA)
    }
}

/// The registrations of a resident as the measures see them: every one there was, each with the day on which it ended.
pub fn registrations(events: &[Event], resident: ResidentId) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for event in events {
        match event {
            Event::Registered(registration) => {
                rows.retain(|row| row.valid_from.0 != registration.from);
                rows.push(Row {
                    resident_id: resident,
                    valid_from: Day(registration.from),
                    unit_id: registration.unit.as_str().into(),
                    list_id: None,
                    physician_id: registration.physician.as_deref().map(Into::into),
                    nurse_id: registration.nurse.as_deref().map(Into::into),
                    valid_to: None,
                });
            }
            Event::Ended { from, to } => {
                for row in rows.iter_mut().filter(|row| row.valid_from.0 == *from) {
                    row.valid_to = Some(Day(*to));
                }
            }
            Event::Met(_) => {}
        }
    }
    rows
}

/// An encounter as the measures see it.
pub fn encounter(meeting: &Meeting, resident: ResidentId) -> Encounter {
    Encounter {
        encounter_id: Key(meeting.id.clone()),
        resident_id: resident,
        professional_id: Some(meeting.professional.as_str().into()),
        profession: Profession::named(&meeting.profession),
        unit_id: meeting.unit.as_str().into(),
        service: meeting.service.as_str().into(),
        provider: Provider::Own,
        modality: Some(meeting.modality),
        party: None,
        nature: None,
        urgency: None,
        planned: None,
        first_visit: None,
        booked_at: None,
        booked_channel: Some(meeting.channel),
        slot_id: None,
        started_at: Instant(meeting.started_at),
        ended_at: Some(Instant(meeting.ended_at)),
        status: Status::Done,
        cancelled_at: None,
        cancelled_by: None,
        cancel_reason: None,
        notified_at: None,
        contact_id: Some(meeting.contact.clone()),
        assessment_id: None,
        enrolment_id: None,
        reason: None,
        reasons: None,
        procedures: None,
        cost_cents: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_767_225_600_000_000;

    fn pair(unit: &str, nurse: &str, from: i32) -> Registration {
        Registration { unit: unit.into(), physician: None, nurse: Some(nurse.into()), from }
    }

    fn meeting(started_at: i64, ended_at: i64) -> Meeting {
        Meeting {
            id: "e1".into(),
            contact: "c1".into(),
            unit: "station-01".into(),
            professional: "nurse-1".into(),
            profession: "nurse".into(),
            service: "outpatient".into(),
            modality: Modality::Message,
            channel: Channel::Message,
            started_at,
            ended_at,
        }
    }

    fn given(commands: &[Command]) -> (Resident, Vec<Event>) {
        let mut all = Vec::new();
        let resident = commands.iter().fold(Resident::default(), |resident, command| {
            let events = decide(&resident, command, NOW).unwrap_or_default();
            let resident = events.iter().fold(resident, Resident::evolve);
            all.extend(events);
            resident
        });
        (resident, all)
    }

    #[test]
    fn one_pair_follows_another_without_a_gap() {
        let (first, second) = (pair("a", "n1", 20_000), pair("b", "n2", 20_100));
        let (resident, events) = given(&[Command::Register(first.clone()), Command::Register(second.clone())]);
        assert_eq!(resident.registration, Some(second.clone()));
        let expected = [Event::Registered(first), Event::Ended { from: 20_000, to: 20_100 }, Event::Registered(second)];
        assert_eq!(events, expected);
        let rows = registrations(&events, ResidentId(7));
        assert_eq!(rows.iter().map(|row| row.valid_to.map(|day| day.0)).collect::<Vec<_>>(), [Some(20_100), None]);
    }

    #[test]
    fn who_is_not_named_stays_also_when_two_ask_at_the_same_time() {
        let physician = Registration { physician: Some("p1".into()), nurse: None, ..pair("a", "", 20_000) };
        let (both, events) = given(&[Command::Register(pair("a", "n1", 20_000)), Command::Register(physician)]);
        let whole = Registration { physician: Some("p1".into()), ..pair("a", "n1", 20_000) };
        assert_eq!(both.registration, Some(whole.clone()));
        assert_eq!(events.last(), Some(&Event::Registered(whole)));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let (resident, _) = given(&[Command::Register(pair("a", "n1", 20_000))]);
        let refused = |command| decide(&resident, &command, NOW).expect_err("refused");
        assert_eq!(refused(Command::Register(pair("b", "n1", 19_999))), Refusal::Earlier);
        let nobody = Command::Register(Registration { nurse: None, ..pair("b", "n", 20_001) });
        assert_eq!(decide(&Resident::default(), &nobody, NOW), Err(Refusal::NoPair));
        for (from, to) in [(NOW, NOW - 1), (NOW - 1, NOW + 1), (NOW - LONGEST - 2, NOW - 1)] {
            assert_eq!(refused(Command::Record(meeting(from, to))), Refusal::Times);
        }
        assert_eq!(
            decide(&resident, &Command::Register(pair("a", "n1", 20_050)), NOW),
            Ok(vec![]),
            "the same pair again"
        );
    }

    #[test]
    fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
        // One of every event ever written: these texts never change.
        let golden = [
            (Event::Registered(pair("a", "n1", 5)), "registration.made", r#"{"from":5,"nurse":"n1","unit":"a"}"#),
            (Event::Ended { from: 5, to: 6 }, "registration.ended", r#"{"from":5,"to":6}"#),
            (
                Event::Met(meeting(1, 2)),
                "encounter.recorded",
                r#"{"channel":"message","contact":"c1","ended_at":2,"id":"e1","modality":"message","profession":"nurse","professional":"nurse-1","service":"outpatient","started_at":1,"unit":"station-01"}"#,
            ),
        ];
        for (event, kind, data) in golden {
            assert_eq!(event.encode(), (kind.to_string(), data.to_string()));
            assert_eq!(Event::decode(kind, 1, data), Ok(event));
        }
        assert!(Event::decode("registration.made", 2, "{}").is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_asked_registrations_never_overlap(
            asked in prop::collection::vec((0_i32..40, 0_u8..3), 0..30)
        ) {
            let commands: Vec<Command> = asked
                .iter()
                .map(|(day, nurse)| Command::Register(pair("a", &format!("n{nurse}"), 20_000 + day)))
                .collect();
            let (resident, events) = given(&commands);
            let mut rows = registrations(&events, ResidentId(1));
            rows.sort_by_key(|row| row.valid_from.0);
            for neighbours in rows.windows(2) {
                prop_assert_eq!(neighbours[0].valid_to.map(|day| day.0), Some(neighbours[1].valid_from.0));
            }
            prop_assert_eq!(rows.last().map(|row| row.valid_from.0), resident.registration.map(|it| it.from));
            prop_assert!(rows.last().is_none_or(|row| row.valid_to.is_none()));
        }
    }
}
