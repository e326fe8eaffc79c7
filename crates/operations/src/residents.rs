//! A resident as the operations know them: where they are registered, with which doctor–nurse pair, and their encounters.
//!
//! The resident's identity stands nowhere here: a token names the stream, and it holds only codes, units and times. The
//! number and the address that they leave are sealed beside the event that says by which means they are told, and their name
//! and day of birth beside the one that says that they have proven who they are.

mod birth;
mod reach;

use std::collections::BTreeMap;

use facts::{
    Account, Channel, Code, Day, Encounter, Instant, Key, Modality, Profession, Provider, Registration as Registered,
    ResidentId, Row, Status, Table,
};
use matter::codec::{code, id};
use matter::{
    About, By, Dated, List, Matter, Occasion, Own, ProfessionalId, Put, Refused, Rights, Role, Standing, Subject, Text,
    UnitId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use birth::born_by;
pub use reach::{Addresses, Reach, email, phone};

/// Events of a resident, as they stand in the log for ever. Fields are added with a default and never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "registration.made")]
    Registered(Registration),
    /// `to`: the first local day on which it holds no more, as days since 1970.
    #[serde(rename = "registration.ended")]
    Ended { from: i32, to: i32 },
    #[serde(rename = "encounter.recorded")]
    Met(Meeting),
    /// Their addresses are sealed beside it; those before hold no more.
    #[serde(rename = "resident.reach_left")]
    ReachLeft(Reach),
    /// They have proven who they are, for the first time or under another name; it is sealed beside it. `mark`: a keyed digest of
    /// it, which tells whether it has changed; `protected`: they are under a non-disclosure order.
    #[serde(rename = "resident.identified")]
    Identified { mark: String, protected: bool },
    /// Somebody who acts for them has begun a matter of theirs, by a mandate.
    #[serde(rename = "resident.matter_begun")]
    Begun {
        #[serde(with = "id")]
        matter: Uuid,
        #[serde(with = "id")]
        mandate: Uuid,
        who: Subject,
    },
    /// Whether those who act for them see a matter of theirs, by their own word.
    #[serde(rename = "resident.matter_shown")]
    Shown {
        #[serde(with = "id")]
        matter: Uuid,
        may: bool,
    },
}

/// The name and the day of birth of somebody who has proven who they are. It can be written but not read by serde, so that it
/// stands in no event and no state, and nowhere but sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Given names and family name, on one line.
    pub name: String,
    /// Days since 1970.
    pub born: i32,
}

impl Identity {
    /// The text that is sealed: the day and the name, a line each.
    fn sealed(&self) -> Text {
        Text(format!("{}\n{}", self.born, self.name))
    }

    /// From a text that was sealed; none: it is another text.
    pub fn opened(text: &str) -> Option<Identity> {
        let (born, name) = text.split_once('\n')?;
        Some(Identity { name: name.into(), born: born.parse().ok()? })
    }
}

/// A home unit and an own pair, from a local day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    pub unit: UnitId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physician: Option<ProfessionalId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nurse: Option<ProfessionalId>,
    /// Days since 1970.
    pub from: i32,
}

/// A visit, call or other encounter that has taken place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub id: String,
    /// Contact that led to it.
    pub contact: String,
    pub unit: UnitId,
    pub professional: ProfessionalId,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    /// To a unit and whoever is named; of an own pair who is not named stays.
    Register(Registration),
    Record(Meeting),
    /// By these means at these addresses; none: they are told of nothing.
    LeaveReach {
        reach: Reach,
        addresses: Addresses,
    },
    /// They have proven who they are.
    Identify {
        identity: Identity,
        mark: String,
        protected: bool,
    },
    /// Somebody who acts for them has begun a matter of theirs.
    Begin {
        matter: Uuid,
        mandate: Uuid,
    },
    /// Those who act for them see a matter, or do not.
    Show {
        matter: Uuid,
        may: bool,
    },
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
    /// A means has no address.
    NoAddress,
    /// It is for the resident alone to say, or for the one who acts for them.
    NotTheirs,
    /// The resident was erased.
    Forgotten,
}

impl Refusal {
    /// Name in answers to programs.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NoPair => "no_pair",
            Refusal::Earlier => "earlier_registration",
            Refusal::Times => "times",
            Refusal::NoAddress => "no_address",
            Refusal::NotTheirs => "not_theirs",
            Refusal::Forgotten => "forgotten",
        }
    }
}

/// A fold of a resident's events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    pub registration: Option<Registration>,
    /// How they are told that something waits; none: they have left nothing.
    #[serde(default)]
    pub reach: Option<Reach>,
    /// When they proved who they are for the first time, in microseconds since 1970; none: they never did.
    #[serde(default)]
    pub registered_at: Option<i64>,
    #[serde(default)]
    mark: String,
    /// They are under a non-disclosure order.
    #[serde(default)]
    pub protected: bool,
    /// Matters that somebody began who acts for them: who, and by which mandate.
    #[serde(default)]
    pub begun: BTreeMap<Uuid, (Subject, Uuid)>,
    /// The matters of which they have said whether those who act for them see them.
    #[serde(default)]
    pub shown: BTreeMap<Uuid, bool>,
    /// They were erased: nothing of them goes on.
    #[serde(default)]
    pub forgotten: bool,
}

/// An encounter lasts a day at most, in microseconds.
const LONGEST: i64 = 86_400 * 1_000_000;

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused::new(Resident::NAME, refusal.code())
    }
}

impl Matter for Resident {
    const NAME: &'static str = "resident";
    const VERSION: u32 = 5;
    const RIGHTS: Rights = Rights { worked_by: &[Role::Professional, Role::Lead], led_by: &[], own: Own::Read };

    const OF_PERSON: bool = true;
    const TABLES: &'static [&'static Table] = &[Registered::TABLE, Encounter::TABLE, Account::TABLE];

    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;
    type Rules = ();
    type Index = ();

    fn decide(resident: Option<&Resident>, command: &Command, on: &Occasion<'_, ()>) -> Result<Vec<Event>, Refusal> {
        match command {
            _ if resident.is_some_and(|it| it.forgotten) => Err(Refusal::Forgotten),
            Command::Register(asked) => register(resident.and_then(|it| it.registration.as_ref()), asked),
            Command::Record(meeting) => {
                let lasts = meeting.ended_at.saturating_sub(meeting.started_at);
                match (0..=LONGEST).contains(&lasts) && meeting.ended_at <= on.now {
                    true => Ok(vec![Event::Met(meeting.clone())]),
                    false => Err(Refusal::Times),
                }
            }
            Command::LeaveReach { reach, addresses } => match reach.has(addresses) {
                true => Ok(vec![Event::ReachLeft(reach.clone())]),
                false => Err(Refusal::NoAddress),
            },
            Command::Identify { mark, protected, .. } => {
                let is_known = resident.is_some_and(|it| it.mark == *mark && it.protected == *protected);
                Ok((!is_known)
                    .then(|| Event::Identified { mark: mark.clone(), protected: *protected })
                    .into_iter()
                    .collect())
            }
            Command::Begin { matter, mandate } => match on.by {
                By::Acting { who, .. } => Ok(vec![Event::Begun { matter: *matter, mandate: *mandate, who: *who }]),
                _ => Err(Refusal::NotTheirs),
            },
            Command::Show { matter, may } => match on.by {
                // Nobody says it for them.
                By::Resident(_) if resident.and_then(|it| it.shown.get(matter)) == Some(may) => Ok(Vec::new()),
                By::Resident(_) => Ok(vec![Event::Shown { matter: *matter, may: *may }]),
                _ => Err(Refusal::NotTheirs),
            },
        }
    }

    fn evolve(resident: Option<Resident>, event: &Event, at: i64) -> Option<Resident> {
        let mut resident = resident.unwrap_or_default();
        match event {
            _ if resident.forgotten => {}
            Event::Registered(registration) => resident.registration = Some(registration.clone()),
            Event::Ended { .. } => resident.registration = None,
            Event::Met(_) => {}
            Event::ReachLeft(reach) => resident.reach = Some(reach.clone()).filter(|it| !it.means.is_empty()),
            Event::Identified { mark, protected } => {
                resident.registered_at.get_or_insert(at);
                (resident.mark, resident.protected) = (mark.clone(), *protected);
            }
            Event::Begun { matter, mandate, who } => drop(resident.begun.insert(*matter, (*who, *mandate))),
            Event::Shown { matter, may } => drop(resident.shown.insert(*matter, *may)),
        }
        Some(resident)
    }

    fn text(command: &Command, event: &Event) -> Option<Text> {
        match (command, event) {
            (Command::LeaveReach { addresses, .. }, Event::ReachLeft(_)) => Some(addresses.sealed()),
            (Command::Identify { identity, .. }, Event::Identified { .. }) => Some(identity.sealed()),
            _ => None,
        }
    }

    /// The one whom it is about is named by its stream.
    fn standing(&self) -> Standing<'_> {
        let unit = self.registration.as_ref().map(|it| &it.unit);
        let list = if self.forgotten { List::Ended } else { List::Nowhere };
        Standing { subject: None, unit, who: None, list, since: 0, done: None }
    }

    fn forgotten(self) -> Resident {
        Resident { forgotten: true, ..Resident::default() }
    }

    /// Of a person who was erased there are none.
    fn rows(history: &[Dated<Event>], about: &About<'_>, put: Put<'_>) {
        let Some(resident) = about.resident else { return };
        for row in registrations(history.iter().map(|it| &it.event), resident) {
            put(Registered::TABLE, &row.values(), about.changed);
        }
        // However often they have been known by another name: one row a person.
        if let Some(first) = history.iter().find(|it| matches!(it.event, Event::Identified { .. })) {
            // Nobody makes the token from it, which stands in no fact.
            let token = about.id.parse::<Uuid>().unwrap_or_default();
            let account_id = Key(Uuid::new_v5(&token, b"account").to_string());
            let system = "luotsi".into();
            let registered_at = Instant(first.at);
            let account = Account { account_id, system, resident_id: Some(resident), registered_at, closed_at: None };
            put(Account::TABLE, &account.values(), about.changed);
        }
        for it in history {
            if let Event::Met(meeting) = &it.event {
                put(Encounter::TABLE, &encounter(meeting, resident).values(), it.changed);
            }
        }
    }
}

fn register(held: Option<&Registration>, asked: &Registration) -> Result<Vec<Event>, Refusal> {
    // A nurse or physician whom the command does not name stays. The rule is applied here, since a nurse and a physician
    // may ask at the same time.
    let (physician, nurse) = held.map(|held| (held.physician.clone(), held.nurse.clone())).unwrap_or_default();
    let (physician, nurse) = (asked.physician.clone().or(physician), asked.nurse.clone().or(nurse));
    let new = Registration { physician, nurse, ..asked.clone() };
    if new.physician.is_none() && new.nurse.is_none() {
        return Err(Refusal::NoPair);
    }
    match held {
        Some(held) if Registration { from: held.from, ..new.clone() } == *held => Ok(Vec::new()),
        Some(held) if new.from < held.from => Err(Refusal::Earlier),
        Some(held) if new.from > held.from => {
            Ok(vec![Event::Ended { from: held.from, to: new.from }, Event::Registered(new)])
        }
        // On one day the later one stands in the place of the earlier.
        _ => Ok(vec![Event::Registered(new)]),
    }
}

/// The registrations of a resident as the measures see them: every one there was, each with the day on which it ended.
fn registrations<'a>(events: impl IntoIterator<Item = &'a Event>, resident: ResidentId) -> Vec<Registered> {
    let mut rows: Vec<Registered> = Vec::new();
    for event in events {
        match event {
            Event::Registered(registration) => {
                rows.retain(|row| row.valid_from.0 != registration.from);
                rows.push(Registered {
                    resident_id: resident,
                    valid_from: Day(registration.from),
                    unit_id: registration.unit.clone(),
                    list_id: None,
                    physician_id: registration.physician.clone(),
                    nurse_id: registration.nurse.clone(),
                    valid_to: None,
                });
            }
            Event::Ended { from, to } => {
                for row in rows.iter_mut().filter(|row| row.valid_from.0 == *from) {
                    row.valid_to = Some(Day(*to));
                }
            }
            _ => {}
        }
    }
    rows
}

/// An encounter as the measures see it.
fn encounter(meeting: &Meeting, resident: ResidentId) -> Encounter {
    Encounter {
        encounter_id: Key(meeting.id.clone()),
        resident_id: resident,
        professional_id: Some(meeting.professional.clone()),
        profession: Profession::named(&meeting.profession),
        unit_id: meeting.unit.clone(),
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
    use matter::given::{self, on};
    use matter::{Trouble, decode, encode};
    use proptest::prelude::*;

    use super::*;
    use crate::dispatches::Means;

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

    fn when(resident: &Resident, command: &Command) -> Result<Vec<Event>, Refusal> {
        given::when(Some(resident), command, &on(NOW, &By::System, &()))
    }

    fn given(commands: &[Command]) -> (Resident, Vec<Event>) {
        let mut all = Vec::new();
        let resident = commands.iter().fold(Resident::default(), |resident, command| {
            let events = when(&resident, command).unwrap_or_default();
            let resident = given::after(Some(resident), &events, NOW).expect("a resident");
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
        let refused = |command| when(&resident, &command).expect_err("refused");
        assert_eq!(refused(Command::Register(pair("b", "n1", 19_999))), Refusal::Earlier);
        let nobody = Command::Register(Registration { nurse: None, ..pair("b", "n", 20_001) });
        assert_eq!(when(&Resident::default(), &nobody), Err(Refusal::NoPair));
        for (from, to) in [(NOW, NOW - 1), (NOW - 1, NOW + 1), (NOW - LONGEST - 2, NOW - 1)] {
            assert_eq!(refused(Command::Record(meeting(from, to))), Refusal::Times);
        }
        assert_eq!(when(&resident, &Command::Register(pair("a", "n1", 20_050))), Ok(vec![]), "the same pair again");
    }

    #[test]
    fn of_who_was_erased_no_registration_goes_on() {
        let (id, mut past) = (Uuid::from_u128(1), given::Past::default());
        let ask = |past: &mut given::Past, day| {
            let command = Command::Register(pair("a", "n1", day));
            past.turn((NOW, &By::System), |turn| turn.decide::<Resident>(id, &command, &())).map(drop)
        };
        assert_eq!(ask(&mut past, 20_000), Ok(()));
        past.erase::<Resident>(id, NOW);
        let stands = past.state::<Resident>(id).expect("readable");
        assert_eq!(stands.as_deref(), Some(&Resident { forgotten: true, ..Resident::default() }));
        assert_eq!(ask(&mut past, 20_001), Err(Trouble::Refused(Refusal::Forgotten.into())), "nor comes back");
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
            (
                Event::ReachLeft(Reach { means: vec![Means::Sms, Means::Email], language: "sv".into(), mark: None }),
                "resident.reach_left",
                r#"{"language":"sv","means":["sms","email"]}"#,
            ),
            (
                Event::Identified { mark: "ab".into(), protected: true },
                "resident.identified",
                r#"{"mark":"ab","protected":true}"#,
            ),
            (
                Event::Begun {
                    matter: Uuid::from_u128(1),
                    mandate: Uuid::from_u128(2),
                    who: Subject(Uuid::from_u128(3)),
                },
                "resident.matter_begun",
                r#"{"mandate":"00000000-0000-0000-0000-000000000002","matter":"00000000-0000-0000-0000-000000000001","who":"00000000-0000-0000-0000-000000000003"}"#,
            ),
            (
                Event::Shown { matter: Uuid::from_u128(1), may: false },
                "resident.matter_shown",
                r#"{"matter":"00000000-0000-0000-0000-000000000001","may":false}"#,
            ),
        ];
        for (event, kind, data) in golden {
            assert_eq!(encode(&event), (kind.to_string(), data.to_string()));
            assert_eq!(decode::<Resident>(kind, 1, data), Ok(event));
        }
        assert!(decode::<Resident>("registration.made", 2, "{}").is_err());
    }

    #[test]
    fn addresses_are_sealed_under_the_resident_and_a_means_without_one_is_refused() {
        let (id, mut past) = (Uuid::from_u128(1), given::Past::default());
        let addresses = Addresses { phone: Some("+358450000001".into()), email: None };
        let mut leave = |means: &[Means]| {
            let reach = Reach { means: means.into(), language: "fi".into(), mark: None };
            let command = Command::LeaveReach { reach, addresses: addresses.clone() };
            past.turn((NOW, &By::Resident(matter::Subject(id))), |turn| turn.decide::<Resident>(id, &command, &()))
        };
        let drafts = leave(&[Means::Sms]).expect("left");
        let sealed = drafts[0].text.as_ref().expect("sealed");
        assert_eq!((sealed.subject, sealed.class), (id, "resident"));
        assert_eq!(Addresses::opened(&sealed.text.0), Some(addresses.clone()));
        assert!(!drafts[0].data.contains("45"), "{}", drafts[0].data);
        assert_eq!(leave(&[Means::Email]), Err(Trouble::Refused(Refusal::NoAddress.into())));
        assert!(leave(&[]).is_ok(), "whoever wants to be told of nothing says so");
        assert_eq!(past.state::<Resident>(id).expect("readable").expect("a resident").reach, None);
    }

    #[test]
    fn who_they_are_is_sealed_registers_once_and_is_written_again_only_when_it_changes() {
        let (id, mut past) = (Uuid::from_u128(1), given::Past::default());
        let mut identify = |at: i64, name: &str, mark: &str, protected| {
            let identity = Identity { name: name.into(), born: 20_000 };
            let command = Command::Identify { identity, mark: mark.into(), protected };
            past.turn((at, &By::Resident(Subject(id))), |turn| turn.decide::<Resident>(id, &command, &()))
                .expect("known")
        };
        let drafts = identify(NOW, "Aino Virtanen", "a", false);
        let sealed = drafts[0].text.as_ref().expect("sealed");
        assert_eq!(Identity::opened(&sealed.text.0).map(|it| it.name), Some("Aino Virtanen".into()));
        assert!(!drafts[0].data.contains("Aino") && !drafts[0].data.contains("20000"), "{}", drafts[0].data);
        assert!(identify(NOW + 1, "Aino Virtanen", "a", false).is_empty(), "the same person again");
        assert_eq!(identify(NOW + 2, "Aino Salo", "b", true).len(), 1);
        let it = past.state::<Resident>(id).expect("readable").expect("a resident");
        assert_eq!((it.registered_at, it.protected), (Some(NOW), true), "they have been here since the first time");
    }

    #[test]
    fn whoever_is_known_has_one_account_in_the_facts_whatever_their_name_and_nobody_makes_the_token_from_it() {
        let token = Uuid::from_u128(7);
        let identified = |at: i64, mark: &str| Dated {
            event: Event::Identified { mark: mark.into(), protected: false },
            at,
            changed: at,
        };
        let met = Dated { event: Event::Met(meeting(1, 2)), at: 3, changed: 3 };
        let rows = |history: &[Dated<Event>], resident| {
            let id = token.to_string();
            let about = About { id: &id, resident, calendar: calendar::Calendar::shipped(), changed: 9 };
            let mut rows = Vec::new();
            let mut put = |table: &'static Table, values: &[facts::Value<'_>], _: i64| {
                if table.name == Account::TABLE.name {
                    rows.push(format!("{values:?}"));
                }
            };
            Resident::rows(history, &about, &mut put);
            rows
        };
        let history = [identified(5, "a"), met.clone(), identified(8, "b")];
        let told = rows(&history, Some(ResidentId(7)));
        assert_eq!(told.len(), 1, "one person is one");
        assert!(told[0].contains('5') && !told[0].contains(&token.to_string()), "{told:?}");
        assert_eq!(rows(&[met], Some(ResidentId(7))), Vec::<String>::new());
        assert_eq!(rows(&history, None), Vec::<String>::new(), "erased, they are counted no more");
    }

    #[test]
    fn only_they_themselves_say_who_sees_a_matter_and_only_who_acts_begins_one_for_them() {
        let (who, of) = (Subject(Uuid::from_u128(2)), Subject(Uuid::from_u128(1)));
        let acting = By::Acting { who, of, right: facts::OnBehalf::Guardian };
        let show = Command::Show { matter: Uuid::from_u128(7), may: true };
        let begin = Command::Begin { matter: Uuid::from_u128(7), mandate: Uuid::from_u128(8) };
        for (by, shows, begins) in [
            (By::Resident(of), true, false),
            (acting, false, true),
            (By::Holder, false, false),
            (By::Professional { id: "n".into(), unit: "u".into(), leads: true }, false, false),
            (By::System, false, false),
        ] {
            let may =
                |command| given::when::<Resident>(None, command, &on(NOW, &by, &())).is_ok_and(|it| !it.is_empty());
            assert_eq!((may(&show), may(&begin)), (shows, begins), "{by:?}");
        }
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
