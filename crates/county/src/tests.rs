use std::collections::BTreeMap;

use facts::{Channel, Code, Status};
use time::{DAY, HOUR, month};

use super::*;

/// 16 February 2026 at 10 in Helsinki, a Monday.
const MADE: i64 = 1_771_228_800_000_000;

fn plan(residents: u32) -> Plan {
    Plan { residents, seed: 7, made: MADE }
}

fn small() -> County {
    County::new(plan(2_000))
}

fn id(number: u32) -> ResidentId {
    ResidentId(i64::from(number))
}

#[test]
fn the_same_seed_gives_the_same_county() {
    let of = |number| format!("{:?}", small().resident(number, id(number)));
    assert_eq!(of(17), of(17));
    let other = County::new(Plan { seed: 8, ..plan(2_000) }).resident(17, id(17));
    assert_ne!(of(17), format!("{other:?}"));
}

#[test]
fn the_queue_clears_when_the_chat_takes_a_third() {
    let county = small();
    let mean = |months: std::ops::Range<usize>| {
        let days = county.clock.first_of(months.start)..county.clock.first_of(months.end);
        let weekdays: Vec<usize> = days.filter(|day| county.clock.is_weekday(*day)).collect();
        weekdays.iter().map(|day| county.families_line.answered(*day)).sum::<f64>() / weekdays.len() as f64
    };
    let before = mean(0..month(2025, 4));
    assert!((before - 0.52).abs() < 0.01, "{before}");
    let after = mean(month(2025, 9)..county.clock.months() - 1);
    assert!(after > 0.98, "{after}");
}

/// Of each month: requests to the families' line, those answered within a day, and the clinics' chats.
type Months = BTreeMap<usize, [f64; 3]>;

fn months(scenario: Scenario) -> Months {
    let county = County::with(plan(6_000), scenario);
    let mut months = Months::new();
    for number in 0..6_000 {
        let [rows, _] = county.resident(number, id(number));
        for Recorded(contact, _) in &rows.contacts {
            let month = months.entry(county.clock.month_of(county.clock.place(contact.opened_at.0))).or_default();
            let first = contact.duplicate_of.is_none();
            if contact.channel == Channel::Callback && &*contact.unit_id.0 == "families-line" && first {
                let within = |answered: facts::Instant| answered.0 <= contact.opened_at.0 + DAY;
                month[0] += 1.0;
                month[1] += f64::from(u8::from(contact.first_response_at.is_some_and(within)));
            }
            month[2] += f64::from(u8::from(contact.channel == Channel::Chat && &*contact.service.0 == "child_health"));
        }
    }
    months
}

/// Moving the opening of the families' chat by three months moves what follows from it by three: requests, how many are
/// answered within a day, and the chats themselves, each within four standard errors; and in the months between the two
/// openings they differ.
#[test]
fn figures_come_when_their_change_comes() {
    const BY: usize = 3;
    let scenario = Scenario::default();
    let chat = Change { from: scenario.families_chat.from + BY, ..scenario.families_chat };
    let (before, moved) = (months(scenario.clone()), months(Scenario { families_chat: chat, ..scenario.clone() }));
    let of = |months: &Months, month: usize| months.get(&month).copied().unwrap_or_default();
    let share = |[asked, answered, _]: [f64; 3]| answered / asked.max(1.0);
    for now in month(2024, 9)..month(2025, 11) {
        let (here, there) = (of(&before, now), of(&moved, now + BY));
        for which in [0, 2] {
            let error = (here[which] + there[which]).max(1.0).sqrt();
            assert!((here[which] - there[which]).abs() <= 4.0 * error, "{now}, {which}: {here:?} {there:?}");
        }
        let pooled = (here[1] + there[1]) / (here[0] + there[0]);
        let error = (pooled * (1.0 - pooled) * (1.0 / here[0] + 1.0 / there[0])).sqrt();
        assert!((share(here) - share(there)).abs() <= 4.0 * error + 0.02, "{now}: {here:?} {there:?}");
    }
    let cleared = month(2025, 7);
    assert!(share(of(&before, cleared)) > 0.9 && share(of(&moved, cleared)) < 0.75, "the queue clears later");
    assert!(of(&before, scenario.families_chat.from)[2] > 0.0 && of(&moved, scenario.families_chat.from)[2] == 0.0);
}

#[test]
fn every_row_refers_to_units_and_people_that_exist() {
    let county = small();
    let shared = county.shared();
    let units: Vec<&str> = shared.units.iter().map(|row| row.0.unit_id.0.as_str()).collect();
    let people: Vec<&str> = shared.professionals.iter().map(|row| row.0.professional_id.0.as_str()).collect();
    for number in 0..200 {
        let [rows, _] = county.resident(number, id(number));
        for Recorded(visit, _) in &rows.encounters {
            assert!(units.contains(&&*visit.unit_id.0));
            assert!(visit.professional_id.iter().all(|who| people.contains(&&*who.0)));
        }
        let live = rows.live.iter().map(|live| &live.contact);
        for contact in rows.contacts.iter().map(|row| &row.0).chain(live) {
            assert!(units.contains(&&*contact.unit_id.0), "{}", contact.unit_id);
            assert!(contact.first_response_at.is_none_or(|at| at >= contact.opened_at));
        }
    }
}

/// The facts known at an instant and those that become known afterwards are together the facts known later: a county
/// that stops in between, however often, comes to the same.
#[test]
fn a_county_that_goes_on_comes_to_what_one_that_is_made_later_is() {
    let county = small();
    let later = MADE + 20 * DAY;
    let known = |spans: &[Span]| {
        let mut rows: BTreeMap<(usize, String), String> = BTreeMap::new();
        for span in spans {
            for number in 0..300 {
                for batch in county.resident(number, id(number)) {
                    batch.each(*span, &mut |table, values, recorded| {
                        assert!(recorded <= span.to, "nothing is known before its time");
                        let key: Vec<&str> = TABLES[table].key.to_vec();
                        let of_key = TABLES[table].columns.iter().zip(values).filter(|it| key.contains(&it.0.name));
                        let key = of_key.map(|(_, value)| format!("{value:?} ")).collect();
                        rows.insert((table, key), format!("{values:?}"));
                    });
                }
            }
        }
        rows
    };
    let whole = known(&[Span { after: i64::MIN, to: later }]);
    let mut spans = vec![Span { after: i64::MIN, to: MADE }];
    spans.extend((0..20).map(|day| Span { after: MADE + day * DAY, to: MADE + (day + 1) * DAY }));
    let in_parts = known(&spans);
    assert_eq!(whole.len(), in_parts.len());
    for (key, row) in &whole {
        assert_eq!(Some(row), in_parts.get(key), "{key:?}");
    }
    let booked = |rows: &BTreeMap<(usize, String), String>| {
        rows.values().filter(|row| row.contains(&format!("{:?}", facts::Code::code(Status::Booked)))).count()
    };
    assert!(booked(&whole) > 10, "visits are booked ahead");
}

#[test]
fn text_messages_come_to_social_advice_without_a_name_from_its_one_door_on() {
    let county = County::new(plan(20_000));
    let all = county.anonymous().contacts;
    let texted: Vec<_> = all.iter().map(|it| &it.0).filter(|it| it.channel == Channel::Sms).collect();
    let place = |it: &Contact| county.clock.month_of(county.clock.place(it.opened_at.0));
    assert!((10..200).contains(&texted.len()), "{}", texted.len());
    for it in &texted {
        assert!(place(it) >= county.scenario.one_door, "{it:?}");
        assert_eq!((&it.unit_id, &*it.service.0, it.identified), (&county.organisation.social, "social_work", false));
        assert!(it.first_response_at.is_none_or(|at| at.0 > it.opened_at.0) && it.resident_id.is_none());
    }
}

#[test]
fn contacts_that_happen_in_the_log_are_answered_as_those_in_the_facts() {
    let county = small();
    let span = Span { after: county.live_since() - 1, to: MADE };
    let mut live: Vec<Live> =
        (0..2_000).flat_map(|number| county.resident(number, id(number)).map(|it| it.live)).flatten().collect();
    live.extend(county.anonymous().live);
    assert!(live.iter().all(|it| it.contact.opened_at.0 >= county.live_since()));
    let steps = county.steps(&live, span);
    assert!(steps.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let opened = steps.iter().filter(|step| matches!(step.what, Move::Open { .. })).count();
    assert_eq!(opened, live.iter().filter(|it| it.contact.opened_at.0 <= MADE).count());
    // At ten in the morning on a Monday messages of the weekend wait.
    let mut waiting: Vec<&Live> = live.iter().filter(|it| it.contact.opened_at.0 <= MADE).collect();
    waiting.retain(|it| it.contact.first_response_at.is_some_and(|at| at.0 > MADE));
    assert!(!waiting.is_empty() && waiting.iter().all(|it| it.contact.opened_at.0 > MADE - 4 * DAY - 12 * HOUR));
}

#[test]
fn the_cast_live_in_a_county_of_any_size_and_no_row_is_of_anybody_else() {
    const AGES: [(&str, i16); 12] = [
        ("aino", 42),
        ("anna", 38),
        ("eino", 10),
        ("paavo", 58),
        ("leena", 71),
        ("eila", 78),
        ("salla", 17),
        ("amina", 29),
        ("tuula", 66),
        ("onni", 18),
        ("veera", 22),
        ("joel", 24),
    ];
    for residents in [1_000, 600_000] {
        let county = County::new(plan(residents));
        let stations = county.shared().units;
        let numbers: Vec<u32> = county.numbers().skip(residents as usize).collect();
        assert_eq!((county.numbers().count(), numbers.len()), (residents as usize + 24, 24));
        for (number, member) in numbers.iter().zip(&CAST) {
            assert_eq!(County::source_id(*number), member.source_id());
            let [rows, later] = county.resident(*number, id(*number));
            let [Recorded(resident, _)] = &rows.residents[..] else { panic!("one row") };
            let born = member.born().expect("a day");
            assert_eq!((resident.resident_id, resident.birth_year), (id(*number), i64::from(born.year())));
            let at = rows.registrations.iter().map(|row| &*row.0.unit_id.0);
            assert_eq!(at.take(1).next(), member.station, "{}", member.word);
            assert_eq!(&*rows.residences[0].0.municipality.0, member.municipality);
            let unit = |id: &&str| stations.iter().find(|row| row.0.unit_id.0 == **id).map(|row| &row.0);
            let of_station = member.station.as_ref().map(|id| unit(id).and_then(|it| it.municipality.clone()));
            assert!(of_station.is_none_or(|it| it.is_some_and(|it| &*it.0 == member.municipality)), "{}", member.word);
            assert!(later.residents.is_empty() && rows.encounters.is_empty() && rows.live.is_empty());
        }
        let flags = numbers.iter().map(|number| county.resident(*number, id(*number))[0].residents[0].0.non_disclosure);
        assert_eq!(flags.filter(|it| *it).count(), 1);
        assert_eq!(CAST.iter().filter(|it| it.station.is_none()).count(), 1);
    }
    for (word, age) in AGES {
        let member = CAST.iter().find(|it| it.word == word).expect("of the cast");
        assert_eq!(2026 - member.born().expect("a day").year(), age, "{word}");
    }
}

#[test]
fn identity_codes_of_the_cast_are_right_and_nobodys() {
    for (place, member) in CAST.iter().enumerate() {
        let (born, code) = (member.born().expect("a day"), member.identity_code);
        assert!(CAST[..place].iter().all(|it| it.word != member.word && it.identity_code != code));
        assert_eq!(code[..6], format!("{:02}{:02}{:02}", born.day(), born.month(), born.year() % 100));
        assert!((900..=999).contains(&code[7..10].parse().expect("digits")), "{code}");
        let number: usize = [&code[..6], &code[7..10]].concat().parse().expect("digits");
        assert_eq!(code.as_bytes()[10], b"0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31], "{code}");
    }
}

#[test]
fn two_of_each_profession_stand_beside_those_whose_work_is_drawn() {
    let shared = small().shared();
    let at = |unit: &str, profession: &str| {
        let of = shared.professionals.iter().map(|row| &row.0);
        of.filter(|it| &*it.unit_id.0 == unit && it.profession.code() == profession && it.valid_to.is_none()).count()
    };
    let wanted = [
        ("station-02", "physiotherapist", 2),
        ("station-14", "social_worker", 2),
        ("mental-clinic", "nurse", 2),
        ("outpatient", "physician", 2),
        ("county", "other", 2),
        ("clinic-1", "physician", 2),
        ("clinic-9", "physician", 0),
        ("adult-social", "social_worker", 4),
    ];
    for (unit, profession, count) in wanted {
        assert_eq!(at(unit, profession), count, "{profession} at {unit}");
    }
    let ids: std::collections::BTreeSet<&str> =
        shared.professionals.iter().map(|row| row.0.professional_id.0.as_str()).collect();
    assert_eq!(ids.len(), shared.professionals.len());
    // Nobody beside does any of what is drawn.
    let county = small();
    for number in 0..300 {
        let [rows, _] = county.resident(number, id(number));
        let who = rows.encounters.iter().filter_map(|row| row.0.professional_id.as_ref());
        for who in who {
            assert!(
                ["station-02-psychologist-1", "mental-clinic-nurse-1", "clinic-1-physician-2"]
                    .iter()
                    .all(|it| **it != *who.0),
                "{who}"
            );
        }
    }
}
