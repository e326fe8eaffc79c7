//! One resident: who it is, where registered, and in which order the rest is drawn.

use facts::{CareRole, CareRoleHeld, Day, Label, Registration, Residence, Resident, ResidentId, Sex, UnitId};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use crate::organisation::{MUNICIPALITIES, Pair, Station};
use crate::time::Clock;
use crate::{Batch, County, Recorded, accounts, care, contacts, feedback, services};

/// A resident as the processes need to know them.
pub struct Person<'a> {
    pub number: u32,
    pub id: ResidentId,
    pub age: i64,
    pub station: &'a Station,
    /// Place of the usual physician among the station's.
    pub usual: usize,
    pub pair: Option<&'a Pair>,
    pub language: &'static str,
    /// How much care the person uses, mean 1.
    pub need: f64,
    /// Instant after which nothing happens any more.
    pub end: i64,
}

impl Person<'_> {
    /// The pair whose list the person is on at an instant.
    pub fn pair_at(&self, clock: &Clock, at: i64) -> Option<&Pair> {
        self.pair.filter(|pair| at >= clock.midnight(clock.first_of(pair.since)))
    }
}

/// The rows of a resident, and later versions of some of them.
pub fn rows(county: &County, number: u32, id: ResidentId, rng: &mut ChaCha8Rng) -> [Batch; 2] {
    let clock = &county.clock;
    let (mut batch, mut later) = (Batch::default(), Batch::default());
    let station = pick_station(&county.organisation.stations, rng);
    let municipality = &MUNICIPALITIES[station.municipality];
    let age = age(rng);
    let swedish = rng.random_bool(municipality.4);
    let language = match rng.random_range(0..100) {
        0..7 => ["ru", "et", "en", "so", "ar", "uk"][rng.random_range(0..6)],
        _ if swedish => "sv",
        _ => "fi",
    };
    let died = died(age, clock, rng);
    let pair = county.lists.iter().position(|list| list.contains(&number)).map(|at| &county.organisation.pairs[at]);
    let person = Person {
        number,
        id,
        age,
        station,
        usual: rng.random_range(0..station.physicians.len()),
        pair,
        language,
        need: Gamma::new(1.4, 1.0 / 1.4).map_or(1.0, |gamma| gamma.sample(rng)),
        end: died.map_or_else(|| clock.end(), |place| clock.midnight(place)),
    };
    let begun = clock.midnight(0);
    let birth_year = 2023 - age;
    let resident = Resident {
        resident_id: id,
        birth_year,
        birth_month: Some(format!("{birth_year}-{:02}", rng.random_range(1..=12))),
        sex: Some(if rng.random_bool(0.508) { Sex::Female } else { Sex::Male }),
        language: Some(language.into()),
        service_language: Some(if language == "sv" { "sv".into() } else { "fi".into() }),
        non_disclosure: rng.random_bool(0.002),
        died_on: None,
        left_on: None,
    };
    if let Some(place) = died {
        let dead = Resident { died_on: Some(clock.day(place)), ..resident.clone() };
        later.residents.push(Recorded(dead, clock.midnight(place + 1)));
    }
    batch.residents.push(Recorded(resident, begun));
    homes(county, &person, rng, &mut batch, &mut later);
    registrations(id, &station.unit, pair, clock, &mut batch);
    care::draw(county, &person, rng, &mut batch);
    contacts::draw(county, &person, rng, &mut batch);
    feedback::draw(county, &person, rng, &mut batch);
    services::draw(county, &person, rng, &mut batch);
    services::contact_person(county, &person, rng, &mut batch);
    accounts::draw(county, &person, rng, &mut batch);
    care::correct(&batch, &mut later);
    [batch, later]
}

fn pick_station<'a>(stations: &'a [Station], rng: &mut ChaCha8Rng) -> &'a Station {
    let mut at = rng.random::<f64>() * stations.iter().map(|station| station.share).sum::<f64>();
    for station in stations {
        at -= station.share;
        if at < 0.0 {
            return station;
        }
    }
    &stations[0]
}

/// Age in 2023, after the age pyramid of a southern Finnish county in rough bands.
fn age(rng: &mut ChaCha8Rng) -> i64 {
    match rng.random_range(0..1000) {
        0..62 => rng.random_range(0..7),
        62..192 => rng.random_range(7..18),
        192..332 => rng.random_range(18..30),
        332..800 => rng.random_range(30..65),
        800..905 => rng.random_range(65..75),
        905..975 => rng.random_range(75..85),
        _ => rng.random_range(85..100),
    }
}

/// The day of death, 7.5 per 1,000 a year, nearly all of them old.
fn died(age: i64, clock: &Clock, rng: &mut ChaCha8Rng) -> Option<usize> {
    let yearly = match age {
        ..50 => 0.0006,
        50..65 => 0.004,
        65..75 => 0.014,
        75..85 => 0.042,
        _ => 0.13,
    };
    rng.random_bool(1.0 - (1.0_f64 - yearly).powf(clock.years())).then(|| rng.random_range(1..clock.days()))
}

/// The municipality of residence; 3 in 100 move within the county in a year.
fn homes(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch, later: &mut Batch) {
    let home = MUNICIPALITIES[person.station.municipality].0;
    let moved = rng.random_bool(0.03 * county.clock.years()).then(|| rng.random_range(30..county.clock.days() - 1));
    let row = |municipality: &str, from: Day, to: Option<Day>| Residence {
        resident_id: person.id,
        valid_from: from,
        municipality: Label::from(municipality),
        valid_to: to,
    };
    let always = Day(-25_567);
    let begun = county.clock.midnight(0);
    match moved {
        None => batch.residences.push(Recorded(row(home, always, None), begun)),
        Some(place) => {
            let before = MUNICIPALITIES[rng.random_range(0..10)].0;
            let day = county.clock.day(place);
            let told = county.clock.midnight(place + 1);
            batch.residences.push(Recorded(row(before, always, None), begun));
            later.residences.push(Recorded(row(before, always, Some(day)), told));
            batch.residences.push(Recorded(row(home, day, None), told));
        }
    }
}

/// The registration to a station, and from its beginning the one to a pair's list.
pub fn registrations(id: ResidentId, station: &UnitId, pair: Option<&Pair>, clock: &Clock, batch: &mut Batch) {
    let always = Day(-25_567);
    let since = pair.map(|pair| clock.day(clock.first_of(pair.since)));
    let row = |unit: &UnitId, from: Day, to: Option<Day>, pair: Option<&Pair>| Registration {
        resident_id: id,
        valid_from: from,
        unit_id: unit.clone(),
        list_id: pair.map(|pair| pair.list.clone()),
        physician_id: pair.map(|pair| pair.physician.clone()),
        nurse_id: pair.map(|pair| pair.nurse.clone()),
        valid_to: to,
    };
    batch.registrations.push(Recorded(row(station, always, since, None), clock.midnight(0)));
    if let (Some(pair), Some(since)) = (pair, since) {
        let recorded = clock.midnight(clock.first_of(pair.since));
        batch.registrations.push(Recorded(row(&pair.unit, since, None, Some(pair)), recorded));
        for (role, professional) in [(CareRole::OwnDoctor, &pair.physician), (CareRole::OwnNurse, &pair.nurse)] {
            let held = CareRoleHeld {
                resident_id: id,
                role,
                service: "outpatient".into(),
                valid_from: since,
                professional_id: Some(professional.clone()),
                unit_id: pair.unit.clone(),
                valid_to: None,
            };
            batch.care_roles.push(Recorded(held, recorded));
        }
    }
}
