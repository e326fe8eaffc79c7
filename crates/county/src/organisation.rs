//! Units, professionals, calendars and costs: what belongs to nobody in particular.

mod quiet;

use facts::{
    Cents, Cost, CostKind, Employment, Key, Label, Modality, Opening, Profession, Professional, ProfessionalId,
    Provider, Slot, T3Reading, Unit, UnitId, UnitLevel, Urgency,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::scenario::Scenario;
use crate::time::{Clock, DAY, HOUR, MINUTE, instant};
use crate::{Batch, Recorded, published};

/// Municipalities: code, Finnish and Swedish name, share of residents, Swedish speakers among them. All invented.
pub const MUNICIPALITIES: [(&str, &str, &str, f64, f64); 10] = [
    ("aalto", "Aalto", "Vågby", 0.34, 0.08),
    ("honka", "Honka", "Furuborg", 0.15, 0.04),
    ("karikko", "Karikko", "Grynnan", 0.12, 0.17),
    ("niemi", "Niemi", "Näset", 0.10, 0.35),
    ("koivula", "Koivula", "Björkby", 0.08, 0.02),
    ("saaristo", "Saaristo", "Skärgården", 0.07, 0.66),
    ("mylly", "Mylly", "Kvarnby", 0.05, 0.03),
    ("lahti", "Kesälahti", "Sommarviken", 0.04, 0.40),
    ("ranta", "Ranta", "Strandby", 0.03, 0.28),
    ("korpi", "Korpi", "Ödemark", 0.02, 0.01),
];

/// A health station: what follows from where a resident is registered.
pub struct Station {
    pub unit: UnitId,
    pub municipality: usize,
    /// Share of the county's residents.
    pub share: f64,
    pub physicians: Vec<ProfessionalId>,
    pub nurses: Vec<ProfessionalId>,
    /// Chance that two visits of a resident are with one physician, before and after the team model.
    pub continuity: (f64, f64),
    /// Works in teams from a month of the scenario on.
    pub is_team: bool,
}

/// A doctor–nurse pair with a list.
pub struct Pair {
    pub unit: UnitId,
    pub physician: ProfessionalId,
    pub nurse: ProfessionalId,
    pub list: Label,
    /// Month in which it began.
    pub since: usize,
    /// Residents on the list.
    pub size: u32,
}

/// Units and people of the county.
pub struct Organisation {
    pub stations: Vec<Station>,
    pub pairs: Vec<Pair>,
    pub digital_clinic: UnitId,
    pub families_line: UnitId,
    pub clinics: Vec<UnitId>,
    pub oral: Vec<UnitId>,
    pub mental: UnitId,
    pub social: UnitId,
    pub children: UnitId,
    pub emergency: UnitId,
    pub home_care: UnitId,
    pub physio: UnitId,
    pub high_need: UnitId,
    /// Professionals of the units above, by unit.
    staff: Vec<(UnitId, Profession, Vec<ProfessionalId>)>,
    units: Vec<Unit>,
    professionals: Vec<Professional>,
}

/// Unit, parent, level, names, service, place among the municipalities.
type UnitRow = (&'static str, &'static str, UnitLevel, [&'static str; 3], Option<&'static str>);

const UNITS: [UnitRow; 26] = [
    ("county", "", UnitLevel::County, ["Majakan hyvinvointialue", "Fyrens välfärdsområde", "Lighthouse county"], None),
    ("outpatient", "county", UnitLevel::Line, ["Avosairaanhoito", "Öppen sjukvård", "Outpatient care"], None),
    (
        "families",
        "county",
        UnitLevel::Line,
        ["Lasten ja perheiden palvelut", "Tjänster för barn och familjer", "Children and families"],
        None,
    ),
    ("oral", "county", UnitLevel::Line, ["Suun terveydenhuolto", "Munhälsovård", "Oral health"], None),
    ("mental", "county", UnitLevel::Line, ["Mielenterveyspalvelut", "Psykisk hälsa", "Mental health"], None),
    ("social", "county", UnitLevel::Line, ["Sosiaalipalvelut", "Socialservice", "Social services"], None),
    (
        "acute",
        "county",
        UnitLevel::Line,
        ["Päivystys ja kotihoito", "Jour och hemvård", "Emergency and home care"],
        None,
    ),
    (
        "digital-clinic",
        "outpatient",
        UnitLevel::Unit,
        ["Digiklinikka", "Digikliniken", "Digital clinic"],
        Some("outpatient"),
    ),
    ("physio", "outpatient", UnitLevel::Unit, ["Fysioterapia", "Fysioterapi", "Physiotherapy"], Some("physiotherapy")),
    (
        "families-line",
        "families",
        UnitLevel::Unit,
        ["Perheiden takaisinsoitto", "Familjernas återuppringning", "Families' callback line"],
        Some("families"),
    ),
    (
        "mental-clinic",
        "mental",
        UnitLevel::Unit,
        ["Mielenterveysvastaanotto", "Mottagning för psykisk hälsa", "Mental health clinic"],
        Some("mental_health"),
    ),
    (
        "adult-social",
        "social",
        UnitLevel::Unit,
        ["Aikuissosiaalityö", "Vuxensocialarbete", "Adult social work"],
        Some("social_work"),
    ),
    (
        "child-protection",
        "social",
        UnitLevel::Unit,
        ["Lastensuojelu", "Barnskydd", "Child protection"],
        Some("child_protection"),
    ),
    ("joint-emergency", "acute", UnitLevel::Unit, ["Yhteispäivystys", "Samjour", "Joint emergency"], Some("emergency")),
    ("home-care", "acute", UnitLevel::Unit, ["Kotihoito", "Hemvård", "Home care"], Some("home_care")),
    (
        "high-need-team",
        "outpatient",
        UnitLevel::Team,
        ["Paljon palveluja tarvitsevien tiimi", "Teamet för stort servicebehov", "High-need team"],
        Some("outpatient"),
    ),
    (
        "own-doctors",
        "outpatient",
        UnitLevel::Area,
        ["Omalääkäriparit", "Par av egen läkare och skötare", "Own-doctor pairs"],
        Some("outpatient"),
    ),
    (
        "children-rehabilitation",
        "families",
        UnitLevel::Unit,
        ["Lasten kuntoutus", "Rehabilitering för barn", "Children’s rehabilitation"],
        Some("children_rehabilitation"),
    ),
    (
        "student-welfare",
        "families",
        UnitLevel::Unit,
        ["Opiskeluhuolto", "Elev- och studerandevård", "Student welfare"],
        Some("student_welfare"),
    ),
    (
        "youth-mental-health",
        "mental",
        UnitLevel::Unit,
        ["Nuorten mielenterveysvastaanotto", "Mottagning för ungas psykiska hälsa", "Youth mental health clinic"],
        Some("mental_health"),
    ),
    (
        "substance-clinic",
        "mental",
        UnitLevel::Unit,
        ["Päihdevastaanotto", "Mottagning för missbruksvård", "Substance use clinic"],
        Some("substance_care"),
    ),
    (
        "detoxification",
        "mental",
        UnitLevel::Unit,
        ["Katkaisuhoito", "Avgiftning", "Detoxification ward"],
        Some("substance_care"),
    ),
    (
        "residential-rehabilitation",
        "mental",
        UnitLevel::Unit,
        ["Päihdekuntoutus", "Rehabilitering inom missbruksvården", "Residential rehabilitation"],
        Some("substance_care"),
    ),
    (
        "diabetes-centre",
        "outpatient",
        UnitLevel::Unit,
        ["Diabeteskeskus", "Diabetescentrum", "Diabetes centre"],
        Some("diabetes_care"),
    ),
    (
        "digital-support",
        "outpatient",
        UnitLevel::Unit,
        ["Digituki", "Digitalt stöd", "Digital support"],
        Some("digital_support"),
    ),
    (
        "home-rehab",
        "acute",
        UnitLevel::Unit,
        ["Kotikuntoutus", "Hemrehabilitering", "Home rehabilitation"],
        Some("home_rehabilitation"),
    ),
];

/// Stations by municipality, with shares of the municipality's residents and names.
const STATIONS: [(usize, f64, &str, &str); 14] = [
    (0, 0.30, "Keskustan terveysasema", "Centrums hälsostation"),
    (0, 0.24, "Satakiven terveysasema", "Stenbackens hälsostation"),
    (0, 0.24, "Lehdon terveysasema", "Lundens hälsostation"),
    (0, 0.22, "Kallion terveysasema", "Klippans hälsostation"),
    (1, 0.55, "Hongan terveysasema", "Furuborgs hälsostation"),
    (1, 0.45, "Harjun terveysasema", "Åsens hälsostation"),
    (2, 1.00, "Karikon terveysasema", "Grynnans hälsostation"),
    (3, 1.00, "Niemen terveysasema", "Näsets hälsostation"),
    (4, 1.00, "Koivulan terveysasema", "Björkby hälsostation"),
    (5, 1.00, "Saariston terveysasema", "Skärgårdens hälsostation"),
    (6, 1.00, "Myllyn terveysasema", "Kvarnby hälsostation"),
    (7, 1.00, "Kesälahden terveysasema", "Sommarvikens hälsostation"),
    (8, 1.00, "Rannan terveysasema", "Strandby hälsostation"),
    (9, 1.00, "Korven terveysasema", "Ödemarks hälsostation"),
];

/// The two stations of the team model (B01): COC before and after.
const TEAM_STATIONS: [(usize, f64, f64); 2] = [(1, 0.23, 0.38), (4, 0.38, 0.54)];

impl Organisation {
    pub fn new(residents: u32, scenario: &Scenario, clock: &Clock) -> Organisation {
        let mut made = Making { units: Vec::new(), professionals: Vec::new(), staff: Vec::new() };
        for (id, parent, level, names, service) in UNITS {
            made.unit(id, (!parent.is_empty()).then_some(parent), level, names, service, None);
        }
        let areas = [
            ("area-east", ["Itäinen alue", "Östra området", "East"]),
            ("area-west", ["Läntinen alue", "Västra området", "West"]),
        ];
        for (id, names) in areas {
            made.unit(id, Some("outpatient"), UnitLevel::Area, names, None, None);
        }
        let scaled =
            |per_resident: f64, at_least: usize| ((f64::from(residents) * per_resident) as usize).max(at_least);
        let mut stations = Vec::new();
        for (number, (municipality, part, fi, sv)) in STATIONS.into_iter().enumerate() {
            let id = format!("station-{:02}", number + 1);
            let area = if municipality < 2 { "area-east" } else { "area-west" };
            let en = format!("Health station {}", number + 1);
            let place = MUNICIPALITIES[municipality].0;
            made.unit(&id, Some(area), UnitLevel::Unit, [fi, sv, &en], Some("outpatient"), Some(place));
            let share = MUNICIPALITIES[municipality].3 * part;
            let team = TEAM_STATIONS.iter().find(|(station, ..)| *station == number);
            stations.push(Station {
                unit: id.as_str().into(),
                municipality,
                share,
                physicians: made.people(&id, Profession::Physician, scaled(share / 1500.0, 8)),
                nurses: made.people(&id, Profession::Nurse, scaled(share / 1000.0, 6)),
                continuity: team.map_or((0.29, 0.29), |(_, before, after)| (*before, *after)),
                is_team: team.is_some(),
            });
        }
        let clinics = (1..=9).map(|number| {
            let id = format!("clinic-{number}");
            let names =
                [format!("Neuvola {number}"), format!("Rådgivning {number}"), format!("Child health clinic {number}")];
            made.unit(
                &id,
                Some("families"),
                UnitLevel::Unit,
                [&names[0], &names[1], &names[2]],
                Some("child_health"),
                None,
            );
            made.people(&id, Profession::PublicHealthNurse, scaled(1.0 / 15_000.0, 3));
            if number == 9 {
                made.close(&id, clock.day(clock.first_of(scenario.clinic_closes)));
            }
            UnitId::from(id.as_str())
        });
        let clinics = clinics.collect();
        let oral = (1..=4).map(|number| {
            let id = format!("dental-{number}");
            let names =
                [format!("Hammashoitola {number}"), format!("Tandklinik {number}"), format!("Dental clinic {number}")];
            made.unit(&id, Some("oral"), UnitLevel::Unit, [&names[0], &names[1], &names[2]], Some("oral"), None);
            made.people(&id, Profession::Dentist, scaled(1.0 / 8_000.0, 3));
            UnitId::from(id.as_str())
        });
        let oral = oral.collect();
        let single = [
            ("digital-clinic", Profession::Nurse, 12_000.0),
            ("families-line", Profession::PublicHealthNurse, 30_000.0),
            ("mental-clinic", Profession::Psychologist, 8_000.0),
            ("adult-social", Profession::SocialWorker, 8_000.0),
            ("child-protection", Profession::SocialWorker, 8_000.0),
            ("joint-emergency", Profession::Physician, 10_000.0),
            ("home-care", Profession::PracticalNurse, 2_000.0),
            ("physio", Profession::Physiotherapist, 8_000.0),
            ("high-need-team", Profession::Nurse, 40_000.0),
        ];
        made.people("high-need-team", Profession::Physician, scaled(1.0 / 80_000.0, 2));
        for (unit, profession, residents_each) in single {
            made.people(unit, profession, scaled(1.0 / residents_each, 4));
        }
        let pairs = made.pairs(residents, scenario);
        for (id, parent, names, service, _) in quiet::QUIET {
            made.unit(id, Some(parent), UnitLevel::Unit, names, Some(service), None);
        }
        made.beside();
        let unit = UnitId::from;
        Organisation {
            stations,
            pairs,
            digital_clinic: unit("digital-clinic"),
            families_line: unit("families-line"),
            clinics,
            oral,
            mental: unit("mental-clinic"),
            social: unit("adult-social"),
            children: unit("child-protection"),
            emergency: unit("joint-emergency"),
            home_care: unit("home-care"),
            physio: unit("physio"),
            high_need: unit("high-need-team"),
            staff: made.staff,
            units: made.units,
            professionals: made.professionals,
        }
    }

    /// The first who works in a unit.
    pub fn first_of(&self, unit: &str) -> Option<&ProfessionalId> {
        let (.., people) = self.staff.iter().find(|(known, ..)| &*known.0 == unit)?;
        people.first()
    }

    /// Someone of a profession in a unit.
    pub fn someone_of(&self, unit: &UnitId, profession: Profession, rng: &mut ChaCha8Rng) -> Option<ProfessionalId> {
        let (.., people) = self.staff.iter().find(|(known, what, _)| known == unit && *what == profession)?;
        people.get(rng.random_range(0..people.len())).cloned()
    }

    /// Someone of a unit.
    pub fn someone(&self, unit: &UnitId, rng: &mut ChaCha8Rng) -> Option<(ProfessionalId, Profession)> {
        let (_, profession, people) = self.staff.iter().find(|(known, ..)| known == unit)?;
        Some((people.get(rng.random_range(0..people.len()))?.clone(), *profession))
    }

    /// Which residents stand on which pair's list, by number: lists follow one another.
    pub fn lists(&self, residents: u32) -> Vec<std::ops::Range<u32>> {
        let mut next = 0;
        let take = |pair: &Pair| {
            let list = next..(next + pair.size).min(residents);
            next = list.end;
            list
        };
        self.pairs.iter().map(take).collect()
    }

    /// Every row of the organisation.
    pub fn rows(&self, clock: &Clock, scenario: &Scenario, residents: u32, rng: &mut ChaCha8Rng) -> Batch {
        let begun = clock.midnight(0);
        let mut batch = Batch::default();
        batch.units.extend(self.units.iter().cloned().map(|row| Recorded(row, begun)));
        batch.professionals.extend(self.professionals.iter().cloned().map(|row| Recorded(row, begun)));
        self.calendars(clock, scenario, rng, &mut batch);
        self.openings(clock, &mut batch);
        self.money(clock, scenario, residents, rng, &mut batch);
        published::rows(self, clock, scenario, residents, rng, &mut batch);
        batch
    }

    /// Weekly third-free-slot readings, and the slots of the last half-year.
    fn calendars(&self, clock: &Clock, scenario: &Scenario, rng: &mut ChaCha8Rng, batch: &mut Batch) {
        for station in &self.stations {
            for (people, profession) in
                [(&station.physicians, Profession::Physician), (&station.nurses, Profession::Nurse)]
            {
                for professional in people {
                    let whose = (professional, profession);
                    self.read_calendar(station, whose, clock, scenario, rng, batch);
                }
            }
            for professional in &station.physicians {
                publish_slots(station, professional, clock, rng, batch);
            }
        }
    }

    fn read_calendar(
        &self,
        station: &Station,
        (professional, profession): (&ProfessionalId, Profession),
        clock: &Clock,
        scenario: &Scenario,
        rng: &mut ChaCha8Rng,
        batch: &mut Batch,
    ) {
        for place in (0..clock.days()).filter(|place| clock.date(*place).weekday() == jiff::civil::Weekday::Tuesday) {
            let now = clock.month_of(place);
            let relief = f64::from(u8::from(station.is_team && now >= scenario.teams));
            // Days to the third free slot: shorter with the team model and as the platform takes visits over.
            let mean = if profession == Profession::Physician { 24.0 } else { 9.0 };
            let days =
                mean * (1.0 - 0.55 * relief) * (1.0 - 0.25 * scenario.platform.done(now)) * rng.random_range(0.3..1.7);
            let listed = profession == Profession::Physician && rng.random_bool(0.06 * (1.0 - relief));
            let asked = clock.midnight(place) + 8 * HOUR;
            let third = (!listed).then(|| instant(asked + days as i64 * DAY + rng.random_range(1..8) * HOUR));
            batch.t3_readings.push(Recorded(
                T3Reading {
                    professional_id: professional.clone(),
                    service: "outpatient".into(),
                    asked_at: instant(asked),
                    unit_id: station.unit.clone(),
                    profession,
                    third_at: third,
                    free: if listed { 0 } else { rng.random_range(3..25) },
                    held: rng.random_range(0..3),
                    listed,
                },
                asked + HOUR,
            ));
        }
    }

    fn openings(&self, clock: &Clock, batch: &mut Batch) {
        let open: Vec<&UnitId> = self
            .stations
            .iter()
            .map(|station| &station.unit)
            .chain([&self.families_line, &self.digital_clinic])
            .collect();
        for place in (0..clock.days()).filter(|place| clock.is_weekday(*place)) {
            let from = clock.midnight(place) + 8 * HOUR;
            batch.openings.extend(open.iter().map(|unit| {
                let opening = Opening {
                    unit_id: (*unit).clone(),
                    service: "outpatient".into(),
                    day: clock.day(place),
                    opens_at: instant(from),
                    closes_at: instant(from + 8 * HOUR),
                    planned: true,
                };
                Recorded(opening, clock.midnight(0))
            }));
        }
        // The acute reception is open from eight to eight on every day of the year (S-058), by the clock on the wall.
        for place in 0..clock.days() {
            let midnight = clock.midnight(place + 1);
            let opening = Opening {
                unit_id: self.emergency.clone(),
                service: "emergency".into(),
                day: clock.day(place),
                opens_at: instant(midnight - 16 * HOUR),
                closes_at: instant(midnight - 4 * HOUR),
                planned: true,
            };
            batch.openings.push(Recorded(opening, clock.midnight(0)));
        }
    }

    fn money(&self, clock: &Clock, scenario: &Scenario, residents: u32, rng: &mut ChaCha8Rng, batch: &mut Batch) {
        let kinds = [
            (CostKind::Staff, 0.62),
            (CostKind::Purchased, 0.12),
            (CostKind::Premises, 0.09),
            (CostKind::Laboratory, 0.06),
            (CostKind::AgencyStaff, 0.05),
            (CostKind::Platform, 0.01),
        ];
        for station in &self.stations {
            let month_cents = f64::from(residents) * station.share * 4_200.0;
            for now in 0..clock.months() {
                let adopted = scenario.platform.done(now);
                for (kind, share) in kinds {
                    let trend = match kind {
                        CostKind::AgencyStaff => 1.0 - 0.5 * adopted,
                        CostKind::Platform => adopted.max(0.01),
                        _ => 1.0 + 0.002 * now as f64,
                    };
                    let cents = (month_cents * share * trend * rng.random_range(0.95..1.05)) as i64;
                    let month = clock.day(clock.first_of(now));
                    let service = Some(Label::from("outpatient"));
                    let row = Cost {
                        unit_id: station.unit.clone(),
                        month,
                        kind,
                        service,
                        scenario: facts::Scenario::Actual,
                        municipality: None,
                        cents: Cents(cents),
                    };
                    batch.costs.push(Recorded(row, clock.midnight(clock.first_of(now)) + 40 * DAY));
                }
            }
        }
    }
}

fn publish_slots(
    station: &Station,
    professional: &ProfessionalId,
    clock: &Clock,
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) {
    let first = clock.place(clock.made - 180 * DAY);
    for place in (first..clock.days()).filter(|place| clock.is_weekday(*place)) {
        for hour in [9, 10, 12, 13] {
            let starts = clock.midnight(place) + hour * HOUR;
            let published = starts - 30 * DAY;
            let booked = rng.random_bool(0.85).then(|| instant(published + rng.random_range(1..28) * DAY));
            let slot = Slot {
                slot_id: Key(format!("slot-{professional}-{place}-{hour}")),
                professional_id: professional.clone(),
                profession: Profession::Physician,
                unit_id: station.unit.clone(),
                service: "outpatient".into(),
                modality: Modality::InPerson,
                urgency: Urgency::Routine,
                starts_at: instant(starts),
                ends_at: Some(instant(starts + 20 * MINUTE)),
                published_at: instant(published),
                opens_at: None,
                held_from: None,
                held_to: None,
                booked_at: booked,
                withdrawn_at: None,
            };
            batch.slots.push(Recorded(slot, booked.map_or(published, |at| at.0)));
        }
    }
}

/// Professions that the queues of a unit name beside those whose work is drawn; for a station those of every station.
const BESIDE: [(&str, &[Profession]); 23] = [
    ("county", &[Profession::Other]),
    ("outpatient", &[Profession::Physician]),
    (
        "station",
        &[
            Profession::Physiotherapist,
            Profession::Psychologist,
            Profession::SocialWorker,
            Profession::PublicHealthNurse,
        ],
    ),
    ("digital-clinic", &[Profession::Physician]),
    ("families-line", &[Profession::SocialWorker, Profession::Psychologist]),
    ("clinic", &[Profession::Physician]),
    ("mental-clinic", &[Profession::Nurse, Profession::Physician, Profession::SocialWorker]),
    ("adult-social", &[Profession::SocialCounsellor]),
    ("child-protection", &[Profession::SocialCounsellor]),
    ("social", &[Profession::SocialWorker, Profession::SocialCounsellor]),
    ("joint-emergency", &[Profession::SocialWorker, Profession::Nurse]),
    ("high-need-team", &[Profession::SocialWorker]),
    ("home-care", &[Profession::Nurse, Profession::Physiotherapist, Profession::OccupationalTherapist]),
    ("children-rehabilitation", &[Profession::SpeechTherapist, Profession::OccupationalTherapist]),
    ("student-welfare", &[Profession::Psychologist, Profession::SocialWorker, Profession::PublicHealthNurse]),
    ("youth-mental-health", &[Profession::Physician, Profession::Nurse]),
    ("substance-clinic", &[Profession::Nurse, Profession::Physician]),
    ("detoxification", &[Profession::Nurse, Profession::Physician]),
    ("residential-rehabilitation", &[Profession::SocialCounsellor, Profession::Nurse]),
    ("diabetes-centre", &[Profession::Nurse, Profession::Physician]),
    ("digital-support", &[Profession::ServiceGuide]),
    ("home-rehab", &[Profession::Physiotherapist, Profession::OccupationalTherapist]),
    ("physio", &[Profession::OccupationalTherapist, Profession::SpeechTherapist, Profession::RehabilitationPlanner]),
];

/// Units and people while they are made.
struct Making {
    units: Vec<Unit>,
    professionals: Vec<Professional>,
    staff: Vec<(UnitId, Profession, Vec<ProfessionalId>)>,
}

impl Making {
    fn unit(
        &mut self,
        id: &str,
        parent: Option<&str>,
        level: UnitLevel,
        names: [&str; 3],
        service: Option<&str>,
        municipality: Option<&str>,
    ) {
        self.units.push(Unit {
            unit_id: Key(id.into()),
            valid_from: facts::Day(-25_567),
            name_fi: names[0].into(),
            name_sv: Some(names[1].into()),
            name_en: Some(names[2].into()),
            parent_id: parent.map(UnitId::from),
            level,
            kind: None,
            municipality: municipality.map(Label::from),
            oid: None,
            provider: Provider::Own,
            service: service.map(Label::from),
            valid_to: None,
        });
    }

    /// Ends a unit, and the work of its people in it.
    fn close(&mut self, unit: &str, on: facts::Day) {
        self.units.iter_mut().filter(|it| it.unit_id.0 == unit).for_each(|it| it.valid_to = Some(on));
        self.professionals.iter_mut().filter(|it| &*it.unit_id.0 == unit).for_each(|it| it.valid_to = Some(on));
    }

    /// Two of each profession in [`BESIDE`], for whom nothing is drawn: what others do stays as it is.
    fn beside(&mut self) {
        let drawn = self.staff.len();
        let open = self.units.iter().filter(|it| it.valid_to.is_none());
        for unit in open.map(|it| it.unit_id.0.clone()).collect::<Vec<_>>() {
            let is_of = |of: &str| unit == of || unit.strip_prefix(of).is_some_and(|rest| rest.starts_with('-'));
            let quiet = quiet::QUIET.iter().filter(|(id, ..)| *id == unit).map(|(.., professions)| professions);
            let known = BESIDE.iter().filter(|(of, _)| is_of(of)).map(|(_, professions)| professions).chain(quiet);
            for profession in known.flat_map(|professions| *professions) {
                self.people(&unit, *profession, 2);
            }
        }
        self.staff.truncate(drawn);
    }

    fn people(&mut self, unit: &str, profession: Profession, count: usize) -> Vec<ProfessionalId> {
        let prefix = facts::Code::code(profession);
        let people: Vec<ProfessionalId> =
            (1..=count).map(|number| ProfessionalId::from(format!("{unit}-{prefix}-{number}").as_str())).collect();
        for person in &people {
            self.professionals.push(Professional {
                professional_id: Key(person.0.to_string()),
                valid_from: facts::Day(-25_567),
                profession,
                unit_id: unit.into(),
                employment: Employment::Employed,
                fte: Some(1.0),
                valid_to: None,
            });
        }
        self.staff.push((unit.into(), profession, people.clone()));
        people
    }

    /// One pair first and seven more later, lists of 1,800 in a county of 480,000; the first list
    /// is never too short to measure.
    fn pairs(&mut self, residents: u32, scenario: &Scenario) -> Vec<Pair> {
        let scaled = (f64::from(residents) * 1_800.0 / 480_000.0) as u32;
        let make = |number: u32| {
            let id = format!("pair-{}", number + 1);
            let names = [
                format!("Omalääkäripari {}", number + 1),
                format!("Läkar–skötarpar {}", number + 1),
                format!("Own-doctor pair {}", number + 1),
            ];
            self.unit(
                &id,
                Some("own-doctors"),
                UnitLevel::Team,
                [&names[0], &names[1], &names[2]],
                Some("outpatient"),
                None,
            );
            let physician = self.people(&id, Profession::Physician, 1).remove(0);
            let nurse = self.people(&id, Profession::Nurse, 1).remove(0);
            let (since, size) =
                if number == 0 { (scenario.pairs[0], scaled.max(1_500)) } else { (scenario.pairs[1], scaled) };
            Pair { unit: id.as_str().into(), physician, nurse, list: id.as_str().into(), since, size }
        };
        (0..8).map(make).collect()
    }
}
