use std::ops::Range;

use facts::UnitLevel;
use matter::given::Past;
use matter::{By, ProfessionalId, Role};

use super::super::flow::asked;
use super::super::routing::{Case, Routed};
use super::super::{Channel, Command};
use super::*;
use crate::organisation::{Event, Right, Unit};

const CONTACT: Uuid = Uuid::from_u128(1);

/// A local time as microseconds since 1970.
fn at(local: &str) -> i64 {
    Calendar::shipped().zone.to_timestamp(local.parse().expect("a local time")).expect("a time").as_microsecond()
}

fn day(local: &str) -> i32 {
    Calendar::shipped().local_date(at(local)).map_or(0, day_number)
}

fn leads(person: &str, unit: &str, days: Range<i32>) -> Event {
    let (person, unit) = (person.into(), unit.into());
    Event::RightGiven(Right { person, role: Role::Lead, unit, from: days.start, to: days.end })
}

/// A contact of Friday noon at a station of the county, in which people lead; its promise is three weekdays.
fn log(rights: &[Event]) -> Past {
    let unit = |id: &str, parent: Option<&str>, level| {
        let (name, parent) = (id.to_string(), parent.map(Into::into));
        Event::UnitSet(Unit { id: id.into(), name, name_sv: None, name_en: None, parent, level, from: 0 })
    };
    let units = [unit("county", None, UnitLevel::County), unit("station", Some("county"), UnitLevel::Unit)];
    let open = Command::Open {
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "station".into(),
        queue: None,
        anonymous: true,
        subject: None,
        routed: Some(Box::new(Routed {
            case: Case::of("outpatient"),
            clocks: vec!["message-service-promise".into()],
            because: Vec::new(),
            first: None,
            expected: None,
        })),
        client_id: "c".into(),
        text: "Olkapää".into(),
    };
    let mut past = Past::default().with::<Organisation>(Uuid::nil(), &[&units[..], rights].concat(), 0);
    let decide = |turn: &mut Turn<'_>| turn.decide::<Contact>(CONTACT, &open, &Organisation::default());
    past.turn((at("2026-03-06T12:00"), &By::Holder), decide).expect("opened");
    past
}

/// The task that is told at a time, and to whom.
fn told(past: &mut Past, local: &str) -> Option<(Uuid, ProfessionalId)> {
    past.turn((at(local), &By::System), |turn| tell(turn, CONTACT)).expect("told or not");
    let contact = past.state::<Contact>(CONTACT).expect("readable").expect("a contact");
    let id = task(CONTACT, &contact, deadline(&contact, Calendar::shipped())?);
    let task = past.state::<Task>(id).expect("readable")?;
    Some((id, task.owner.clone().expect("somebody has it")))
}

#[test]
fn whoever_leads_the_unit_or_those_above_hears_of_a_deadline_once_it_has_passed() {
    let until = |local| 0..day(local);
    let always = 0..day("2027-01-01T00:00");
    // Those who lead, the time of the look, and who is told.
    let cases: [(&[Event], &str, Option<&str>); 6] = [
        (&[leads("anne", "station", always.clone())], "2026-03-11T15:59", None),
        (&[leads("anne", "station", always.clone())], "2026-03-12T09:00", Some("anne")),
        (&[leads("maria", "county", always.clone())], "2026-03-12T09:00", Some("maria")),
        (
            &[leads("maria", "county", always.clone()), leads("anne", "station", always)],
            "2026-03-12T09:00",
            Some("anne"),
        ),
        (&[leads("anne", "station", until("2026-03-10T12:00"))], "2026-03-12T09:00", None),
        (&[], "2026-03-12T09:00", None),
    ];
    for (rights, local, who) in cases {
        assert_eq!(told(&mut log(rights), local).map(|it| it.1), who.map(Into::into), "{local} {rights:?}");
    }
}

#[test]
fn a_late_contact_is_told_once_and_its_answer_takes_the_task_back() {
    let mut past = log(&[leads("anne", "station", 0..day("2027-01-01T00:00"))]);
    let (task, _) = told(&mut past, "2026-03-12T09:00").expect("told");
    let (again, _) = told(&mut past, "2026-03-12T09:01").expect("the same");
    assert_eq!(task, again);
    let place = |past: &mut Past| past.state::<Task>(task).expect("readable").expect("a task").place;
    let nurse = By::Professional { id: "nurse".into(), unit: "station".into(), leads: false };
    let ask = |past: &mut Past, local: &str, command: &Command| {
        past.turn((at(local), &nurse), |turn| asked(turn, CONTACT, command)).expect("done");
        place(past)
    };
    assert_eq!(ask(&mut past, "2026-03-12T09:05", &Command::Claim), tasks::Place::Owned, "it is late as before");
    let reply = Command::Write { client_id: "r".into(), text: "Tulkaa huomenna".into() };
    assert_eq!(ask(&mut past, "2026-03-12T09:10", &reply), tasks::Place::Withdrawn);
    assert_eq!(told(&mut past, "2026-03-13T09:00"), None, "nothing waits for an answer");
}

#[test]
fn a_lead_hears_of_it_in_an_hour_in_which_the_queue_is_staffed() {
    let week = r#"week = [{ on = ["mon", "tue", "wed", "thu", "fri"], at = ["08:00", "16:00"] }]"#;
    let office: Hours = toml::from_str(week).expect("hours");
    let told = |passed: &str| told_at(at(passed), Some(&office), Calendar::shipped());
    assert_eq!(told("2026-03-10T12:00"), at("2026-03-10T12:00") + 1);
    assert_eq!(told("2026-03-13T16:00"), at("2026-03-16T08:00"), "a weekend lies between");
    assert_eq!(told_at(at("2026-03-13T16:00"), None, Calendar::shipped()), at("2026-03-13T16:00") + 1);
}
