//! Figures that the county publishes, reports and enters: visitors of pages, phenomena, counts of projects, series from
//! outside.

use calendar::day_number;
use facts::{Day, Entry, Grain, Key, Phenomenon, PhenomenonStatus, Series, Visit};
use jiff::civil::{Date, date};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::organisation::{MUNICIPALITIES, Organisation};
use crate::scenario::Scenario;
use crate::time::{Clock, DAY, instant};
use crate::{Batch, Recorded};

/// Values that owners of projects enter: indicator, unit, the day that the value stands for, value. Dates and values
/// are the sources'; where they print a round without a day, the day is the end of its month.
const ENTRIES: [(&str, &str, Date, f64); 21] = [
    ("interpersonal-counselling-trained", "families", date(2020, 11, 30), 62.0),
    ("cool-kids-trained", "families", date(2020, 11, 30), 3.0),
    ("other-methods-trained", "families", date(2020, 11, 30), 217.0),
    ("palliative-consultation-municipalities", "home-care", date(2020, 12, 31), 5.0),
    ("memory-model-municipalities", "home-care", date(2020, 12, 31), 3.0),
    ("youth-paths-modelled", "families", date(2021, 5, 15), 2.0),
    ("client-plans", "adult-social", date(2021, 10, 31), 15.0),
    ("client-plans", "child-protection", date(2021, 10, 31), 75.0),
    ("school-absence-participants", "families", date(2021, 11, 15), 40.0),
    ("school-absence-fell", "families", date(2021, 11, 15), 0.9),
    ("school-absence-did-not-grow", "families", date(2021, 11, 15), 0.1),
    ("social-reports", "social", date(2023, 12, 31), 12.0),
    ("social-reports", "social", date(2024, 12, 31), 105.0),
    ("service-directory-visitors", "county", date(2025, 4, 30), 1_500.0),
    ("social-reports", "social", date(2025, 11, 30), 94.0),
    ("service-directory-visitors", "county", date(2025, 12, 31), 409.0),
    ("guided-self-care-trained", "outpatient", date(2025, 12, 31), 50.0),
    ("anxiety-therapy-trained", "families", date(2025, 12, 31), 111.0),
    ("guided-self-care-trained", "families", date(2025, 12, 31), 350.0),
    ("senior-info-trained", "home-care", date(2025, 12, 31), 40.0),
    ("recording-experts-trained", "county", date(2025, 12, 31), 100.0),
];

/// The programme's emergency visits (S-168): September 2018 to August 2019, and the year after.
const EMERGENCY: [(&str, [f64; 2]); 3] = [
    ("emergency-visits", [143_681.0, 130_765.0]),
    ("joint-emergency-visits", [115_211.0, 102_158.0]),
    ("ambulance-transports-75", [10_418.0, 10_441.0]),
];

pub fn rows(
    organisation: &Organisation,
    clock: &Clock,
    scenario: &Scenario,
    residents: u32,
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) {
    for now in 0..clock.months() {
        visitors(clock, scenario, residents, now, rng, batch);
        for number in 0..scenario.phenomena_in(now) {
            phenomenon(organisation, clock, (now, number), rng, batch);
        }
    }
    let day = |date: Date| Day(day_number(date));
    for (series_id, values) in EMERGENCY {
        for (value, year) in values.into_iter().zip([2018, 2019]) {
            let row = Series {
                series_id: series_id.into(),
                region: "county".into(),
                period_from: day(date(year, 9, 1)),
                stratum: "all".into(),
                period_to: Some(day(date(year + 1, 9, 1))),
                value,
                abs_value: Some(value),
                publisher: "county programme report 2025".into(),
                retrieved_at: None,
            };
            batch.series.push(Recorded(row, clock.midnight(0)));
        }
    }
    for (indicator, unit, on, value) in ENTRIES {
        let row = Entry {
            indicator: indicator.into(),
            unit_id: Some(unit.into()),
            municipality: None,
            at: day(on),
            round: Some(on.year().to_string().as_str().into()),
            value_bool: None,
            value_num: Some(value),
            value_date: None,
            value_text: None,
            value_class: None,
            target: None,
            entered_by: "project office".into(),
        };
        let place = usize::try_from(day_number(on) - clock.day(0).0).unwrap_or_default();
        batch.entries.push(Recorded(row, clock.midnight(place) + 10 * DAY));
    }
}

/// Visitors of the county's pages in a month, counted a month later.
fn visitors(clock: &Clock, scenario: &Scenario, residents: u32, now: usize, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let first = clock.first_of(now);
    let adopted = 1.0 + 0.6 * scenario.platform.done(now);
    let pages = [("front", 0.30), ("contact", 0.12), ("care-homes", 0.02)]
        .map(|(page, share)| (page, f64::from(residents) * share * adopted * rng.random_range(0.9..1.1)));
    for (page, visitors) in pages.into_iter().chain([("service-directory", scenario.directory_visitors_in(now))]) {
        if visitors < 1.0 {
            continue;
        }
        let row = Visit {
            site: "web".into(),
            page: page.into(),
            grain: Grain::Month,
            day: clock.day(first),
            section: None,
            language: Some("fi".into()),
            visitors: visitors as i64,
            views: Some((visitors * 2.4) as i64),
        };
        batch.visits.push(Recorded(row, clock.midnight(first) + 35 * DAY));
    }
}

/// A phenomenon that somebody reports; the county decides within four months.
fn phenomenon(
    organisation: &Organisation,
    clock: &Clock,
    (now, number): (usize, usize),
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) {
    let reported = clock.office_time(now, rng);
    let decided = reported + 120 * DAY;
    let is_decided = decided <= clock.made;
    let row = Phenomenon {
        phenomenon_id: Key(format!("phenomenon-{now}-{number}")),
        theme: ["housing", "debt", "loneliness", "school", "substances"][(now + number) % 5].into(),
        municipality: Some(MUNICIPALITIES[(now + number) % 10].0.into()),
        unit_id: organisation.social.clone(),
        service: "social_work".into(),
        reported_at: instant(reported),
        affected: Some(rng.random_range(5..200)),
        proposal: None,
        status: if is_decided { PhenomenonStatus::Decided } else { PhenomenonStatus::Reported },
        decided_at: is_decided.then(|| instant(decided)),
        decision: None,
    };
    batch.phenomena.push(Recorded(row, if is_decided { decided } else { reported }));
}
