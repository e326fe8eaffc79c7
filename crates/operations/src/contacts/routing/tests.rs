use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use calendar::Calendar;
use content::{Catalogue, Content, File, Origin, Part};
use proptest::prelude::*;

use super::*;
use crate::contacts::Queue;

type Parts<C> = Vec<Arc<Part<C>>>;

/// A folder of the shipped content, all of it in force on a day.
fn shipped<C: Content>() -> Parts<C> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content")).join(C::FOLDER);
    let mut files: Vec<(String, String)> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            (
                format!("content/{}/{}", C::FOLDER, path.file_name().expect("a name").display()),
                std::fs::read_to_string(&path).expect("text"),
            )
        })
        .collect();
    files.sort();
    let files: Vec<File> = files.iter().map(|(path, text)| File { path, text, origin: Origin::Shipped }).collect();
    let (catalogue, faults) = Catalogue::<C>::read(&files, &|_, _| true);
    assert!(faults.is_empty(), "{}", faults[0]);
    catalogue.in_force("2026-11-27".parse().expect("a day")).cloned().collect()
}

fn queues() -> BTreeMap<String, Arc<Part<Queue>>> {
    shipped::<Queue>().into_iter().map(|part| (part.id.clone(), part)).collect()
}

fn case(service: &str) -> Case {
    Case::of(service)
}

fn base(unit: &str, queue: &str) -> Base {
    Base { unit: unit.into(), queue: Some(queue.into()), is_own: unit == "digital-clinic" }
}

fn at(local: &str) -> i64 {
    Calendar::shipped().instant(local.parse().expect("a local time")).expect("an instant")
}

/// Decides at nine on a Tuesday, with clinic 1 the busiest.
fn decided(case: &Case, base: &Base, rules: &Parts<Routing>) -> Route {
    let queues = queues();
    let load = |unit: &str| if unit == "clinic-1" { 9 } else { 1 };
    let places = Places {
        queues: &queues,
        is_open: &|_| true,
        load: &load,
        calendar: Calendar::shipped(),
        now: at("2026-03-10T09:00"),
    };
    route(case, base, rules, &places)
}

#[test]
fn the_shipped_rules_send_each_where_its_row_says() {
    let rules = shipped::<Routing>();
    assert_eq!(rules.len(), 12);
    let own = |unit: &str| Some(Own { unit: unit.into(), nurse: Some("nurse-1".into()), physician: None });
    let (social, digital) = (base("adult-social", "social-advice"), base("digital-clinic", "digital-clinic"));
    let (station, clinic) = (base("station-01", "health-station"), base("clinic-1", "child-health-clinic"));
    let general = Base { unit: "digital-clinic".into(), queue: None, is_own: false };
    let words = |text: &str| Case { needs: needs_in(text, &rules), ..case("general") };
    let table: Vec<(Case, &Base, &str, &str)> = vec![
        (Case { age: Some(64), ..case("social_work") }, &social, "social-advice@adult-social", ""),
        (Case { age: Some(66), ..case("social_work") }, &social, "senior-info@senior-info", "age-under-65:queue"),
        (case("social_work"), &social, "social-advice@adult-social", ""),
        (
            words("Rent arrears and trouble at my child's school"),
            &general,
            "social-advice@adult-social",
            "need-words:queue",
        ),
        (words("Mummon muisti huolettaa"), &general, "senior-info@senior-info", "need-words:queue"),
        (
            words("Femåringens språk, föräldrar oroliga"),
            &general,
            "family-guidance@family-guidance",
            "need-words:queue skill:able",
        ),
        (words("Hei, minulla on asiaa"), &general, "general@digital-clinic", ""),
        (
            Case { place: Some("niemi".into()), ..case("health_station") },
            &station,
            "health-station@station-08",
            "municipality:unit",
        ),
        (case("health_station"), &station, "health-station@station-01", ""),
        (
            Case { language: "sv".into(), place: Some("honka".into()), ..case("health_station") },
            &station,
            "health-station@station-01",
            "language:able",
        ),
        (
            Case { language: "sv".into(), ..case("child_health") },
            &clinic,
            "child-health-clinic@clinic-3",
            "language:able municipality-free:unit",
        ),
        (case("child_health"), &clinic, "child-health-clinic@clinic-2", "municipality-free:unit"),
        (Case { channel: Channel::Chat, ..case("child_health") }, &clinic, "child-health-clinic@clinic-1", ""),
        (
            Case { own: own("pair-2"), ..case("outpatient") },
            &digital,
            "own-pair@pair-2",
            "own-pair:queue own-pair:first",
        ),
        (
            Case { own: own("station-02"), ..case("outpatient") },
            &digital,
            "health-station-team@station-02",
            "contact-person:queue no-urgency-classes:class contact-person:first",
        ),
        (Case { own: own("station-09"), ..case("outpatient") }, &digital, "general@station-09", ""),
        (
            Case { severity: Some(Severity::Moderate), ..case("outpatient") },
            &digital,
            "mental-health-first-line@mental-clinic",
            "severity-moderate:queue",
        ),
        (Case { severity: Some(Severity::Mild), ..case("outpatient") }, &digital, "digital-clinic@digital-clinic", ""),
        (
            Case { caller: Some("housing-honka".into()), ..case("outpatient") },
            &digital,
            "disability-housing-line@station-05",
            "named-unit-contacts:queue named-unit-contacts:unit",
        ),
    ];
    for (case, base, expected, why) in table {
        let route = decided(&case, base, &rules);
        let place = format!("{}@{}", route.queue.as_deref().unwrap_or(PartId::GENERAL), route.unit);
        assert_eq!(place, expected, "{case:?}");
        let because = route.routed.because.iter().map(|it| format!("{}:{}", it.rule, it.decided.code()));
        assert_eq!(because.collect::<Vec<_>>().join(" "), why, "{case:?}");
        let queue = route.queue.as_deref().and_then(|id| queues().get(id).cloned());
        let clocks = queue.map_or_else(Vec::new, |part| {
            part.content.clocks.iter().map(|id| id.as_str().into()).collect::<Vec<PartId>>()
        });
        assert_eq!(route.routed.clocks, clocks, "{expected}");
    }
}

/// Two working days of the pair from Tuesday at nine; it goes on to where it would have come without a pair.
#[test]
fn what_the_own_pair_has_not_taken_in_time_goes_on() {
    let rules = shipped::<Routing>();
    let own = Some(Own { unit: "pair-2".into(), nurse: Some("nurse-1".into()), physician: None });
    let digital = base("digital-clinic", "digital-clinic");
    let until = |urgency| {
        let case = Case { own: own.clone(), urgency, ..case("outpatient") };
        let first = decided(&case, &digital, &rules).routed.first.expect("the own nurse first");
        assert_eq!(
            (first.who.as_deref(), &*first.unit, first.queue.as_deref()),
            (Some("nurse-1"), "digital-clinic", Some("digital-clinic"))
        );
        Calendar::shipped().local(first.until).expect("a time").to_string()
    };
    assert_eq!(until(None), "2026-03-12T09:00:00");
    assert_eq!(until(Some(Urgency::Soon)), "2026-03-10T13:00:00");
    assert_eq!(until(Some(Urgency::Urgent)), "2026-03-10T09:30:00");
    let urgent = Case { own, urgency: Some(Urgency::Emergency), ..case("outpatient") };
    assert_eq!(decided(&urgent, &digital, &rules).routed.first, None, "an emergency waits for nobody");
}

#[test]
fn shipped_rules_have_ranks_of_their_own() {
    let mut ranks: Vec<u16> = shipped::<Routing>().iter().map(|rule| rule.content.rank).collect();
    ranks.sort_unstable();
    assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]), "{ranks:?}");
}

#[test]
fn every_service_comes_to_a_queue_that_writers_hear_of() {
    let queues = queues();
    for service in shipped::<Service>() {
        let queue = queues.get(service.content.queue.as_str()).expect("a queue");
        assert!(queue.content.says.is_some(), "{}", service.id);
    }
    for queue in queues.values() {
        assert!(
            queue.content.staffed().next_open(at("2026-03-10T09:00"), Calendar::shipped()).is_some(),
            "{}",
            queue.id
        );
        assert!(queue.content.relief.as_ref().is_none_or(|it| queues.contains_key(it.queue.as_str())), "{}", queue.id);
    }
}

/// A rule to come, tried on contacts that came: half of them are of people who would go elsewhere.
#[test]
fn a_change_is_rehearsed_by_codes_before_it_is_active() {
    let now = shipped::<Routing>();
    let mut next = now.clone();
    next.extend(made(&[rule(0, 5, "social_work", "family-guidance", "age = { under = 30 }")]));
    let social = base("adult-social", "social-advice");
    let cases: Vec<Case> = (20..40).chain([70, 71]).map(|age| Case { age: Some(age), ..case("social_work") }).collect();
    let tried = rehearse(&cases, |case| decided(case, &social, &now), |case| decided(case, &social, &next));
    let moved = [(("social-advice@adult-social".to_string(), "family-guidance@family-guidance".to_string()), 10)];
    assert_eq!((tried.all, tried.elsewhere(), tried.moved), (22, 10, moved.into()));
    let same = rehearse(&cases, |case| decided(case, &social, &now), |case| decided(case, &social, &now));
    assert_eq!((same.all, same.elsewhere()), (22, 0));
}

/// A rule of no file: for some services, to some queue, with some rank.
fn rule(number: usize, rank: u16, service: &str, queue: &str, more: &str) -> String {
    format!(
        "id = \"r{number}\"\nversion = 1\nrank = {rank}\nname = {{ fi = \"a\", sv = \"b\", en = \"c\" }}\ntext = {{ fi = \"a\", sv = \"b\", en = \"c\" }}\n\
         [when]\nservices = [\"{service}\"]\n{more}\n[to]\nqueue = \"{queue}\"\n"
    )
}

fn made(texts: &[String]) -> Parts<Routing> {
    let paths: Vec<String> = (0..texts.len()).map(|number| format!("content/routings/r{number}.toml")).collect();
    let files: Vec<File> =
        paths.iter().zip(texts).map(|(path, text)| File { path, text, origin: Origin::Shipped }).collect();
    let (catalogue, faults) = Catalogue::<Routing>::read(&files, &|_, _| true);
    assert!(faults.is_empty(), "{}", faults[0]);
    catalogue.all().cloned().collect()
}

const SERVICES: [&str; 4] = ["outpatient", "social_work", "child_health", "general"];
const TO: [&str; 5] = ["senior-info", "health-station", "child-health-clinic", "no-such-queue", "digital-clinic"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Every contact lands in exactly one queue, at a unit that is there; and the order in which rules are kept, and the order
    /// of those that do not fit, decide nothing.
    #[test]
    fn every_contact_comes_to_exactly_one_queue_whatever_the_order_of_rules(
        drawn in prop::collection::vec((0_u16..6, 0_usize..4, 0_usize..5, 0_u8..3), 0..12),
        service in 0_usize..4,
        age in prop::option::of(0_u8..100),
        sv in any::<bool>(),
        turn in 0_usize..12,
        closed in 0_usize..3,
    ) {
        let texts: Vec<String> = drawn.iter().enumerate().map(|(number, (rank, service, queue, kind))| {
            let more = ["", "age = { from = 65 }", "languages = [\"sv\"]"][usize::from(*kind)];
            rule(number, *rank, SERVICES[*service], TO[*queue], more)
        }).collect();
        let mut rules = made(&texts);
        rules.extend(shipped::<Routing>());
        let case = Case { age, language: if sv { "sv".into() } else { "fi".into() }, ..case(SERVICES[service]) };
        let queues = queues();
        let gone = ["station-01", "senior-info", "clinic-1"][closed];
        let places = Places {
            queues: &queues,
            is_open: &|unit| unit != gone,
            load: &|unit| unit.len() as u32,
            calendar: Calendar::shipped(),
            now: at("2026-03-10T09:00"),
        };
        let base = base("digital-clinic", "digital-clinic");
        let one = route(&case, &base, &rules, &places);
        let queue = queues.get(one.queue.as_deref().expect("a queue")).expect("one that is there");
        prop_assert!(queue.content.is_at(&one.unit));
        prop_assert!(&*one.unit != gone);
        let length = rules.len();
        rules.rotate_left(turn % length);
        prop_assert_eq!(&route(&case, &base, &rules, &places), &one);
        rules.reverse();
        prop_assert_eq!(&route(&case, &base, &rules, &places), &one);
    }
}

/// On demand, in a release build: `cargo test -p operations --release routing_with_500_rules -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn routing_with_500_rules() {
    let texts: Vec<String> = (0..500)
        .map(|number| {
            rule(
                number,
                number as u16,
                SERVICES[number % 4],
                TO[number % 5],
                "age = { from = 65 }\nlanguages = [\"sv\"]",
            )
        })
        .collect();
    let (few, many, queues) = (shipped::<Routing>(), made(&texts), queues());
    let places = Places { queues: &queues, is_open: &|_| true, load: &|_| 0, calendar: Calendar::shipped(), now: 0 };
    let time = |rules: &Parts<Routing>| {
        let case = Case { age: Some(40), ..case("outpatient") };
        let base = base("digital-clinic", "digital-clinic");
        let mut all: Vec<u128> = (0..2_000)
            .map(|_| {
                let begun = Instant::now();
                std::hint::black_box(route(&case, &base, rules, &places));
                begun.elapsed().as_nanos()
            })
            .collect();
        all.sort_unstable();
        (all[1_000], all[1_980])
    };
    let (few, many) = (time(&few), time(&many));
    println!(
        "12 rules: median {} ns, p99 {} ns; 500 rules: median {} ns, p99 {} ns; ratio {:.1}",
        few.0,
        few.1,
        many.0,
        many.1,
        many.0 as f64 / few.0 as f64
    );
    assert!(many.1 <= 1_000_000, "500 rules take {} ns", many.1);
}
