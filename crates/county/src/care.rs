//! Visits and what belongs to them: assessments, orders, back pain, interpreting.

use facts::{
    Assessment, AssessmentKind, CancelReason, CancelledBy, Cents, Channel, ClosedWhy, Code, Encounter, Enrolment,
    EnrolmentKind, Guarantee, Interpreting, InterpretingMode, Key, Label, Modality, Nature, Occasion, Order, OrderKind,
    OrderStatus, Party, Profession, ProfessionalId, Provider, Respondent, Response, RiskClass, Status, UnitId, Urgency,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::organisation::Station;
use crate::resident::Person;
use crate::time::{DAY, HOUR, Intensity, MINUTE, instant};
use crate::{Batch, County, Recorded, contacts};

/// Visits of one kind: how many a year for each resident, where, by whom.
struct Stream {
    name: &'static str,
    yearly: f64,
    ages: std::ops::Range<i64>,
    /// Share of the residents in that age range, so that the rate holds for all.
    share: f64,
}

const STREAMS: [Stream; 7] = [
    Stream { name: "nurse", yearly: 1.49, ages: 0..120, share: 1.0 },
    Stream { name: "oral", yearly: 1.00, ages: 0..120, share: 1.0 },
    Stream { name: "child_health", yearly: 0.79, ages: 0..18, share: 0.192 },
    Stream { name: "mental_health", yearly: 0.34, ages: 12..120, share: 0.87 },
    Stream { name: "home_care", yearly: 0.87, ages: 75..120, share: 0.095 },
    Stream { name: "physiotherapy", yearly: 0.22, ages: 18..120, share: 0.81 },
    Stream { name: "emergency", yearly: 0.29, ages: 0..120, share: 1.0 },
];

/// Visits to a physician of the station or the pair, a year for each resident.
const PHYSICIAN_YEARLY: f64 = 1.17;
/// Share of first visits that began with a contact of the resident.
const FROM_CONTACT: f64 = 0.5;

pub fn draw(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let physician = Intensity::new(&county.clock, |_| PHYSICIAN_YEARLY / 12.0);
    for now in physician.draw(person.need, rng) {
        physician_visit(county, person, now, rng, batch);
    }
    for stream in STREAMS.iter().filter(|stream| stream.ages.contains(&person.age)) {
        let visits = Intensity::new(&county.clock, |_| stream.yearly / stream.share / 12.0);
        for now in visits.draw(person.need, rng) {
            other_visit(county, person, stream.name, now, rng, batch);
        }
    }
    back_pain(county, person, rng, batch);
    if !matches!(person.language, "fi" | "sv") {
        interpretings(county, person, rng, batch);
    }
}

/// Chance of the usual physician such that two visits are with one physician as often as the station's figure says:
/// with chance q the usual one and else any of the k others alike, q² + (1 − q)² / k.
fn usual_chance(county: &County, station: &Station, now: usize) -> f64 {
    let target = if now >= county.scenario.teams { station.continuity.1 } else { station.continuity.0 };
    let others = (station.physicians.len() - 1) as f64;
    let spread = others * (target * (1.0 + others) - 1.0);
    ((1.0 + spread.max(0.0).sqrt()) / (1.0 + others)).min(1.0)
}

fn physician_visit(county: &County, person: &Person<'_>, now: usize, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let clock = &county.clock;
    let started = clock.office_time(now, rng);
    if started >= person.end {
        return;
    }
    let (unit, professional) = match person.pair_at(clock, started) {
        Some(pair) if rng.random_bool(0.85) => (&pair.unit, pair.physician.clone()),
        Some(_) => (&person.station.unit, station_physician(county, person, now, rng)),
        None => match county.visiting_pair(started, rng) {
            Some(pair) => (&pair.unit, pair.physician.clone()),
            None => (&person.station.unit, station_physician(county, person, now, rng)),
        },
    };
    let mut visit = visit(county, person, batch.encounters.len(), unit, "outpatient", started, rng);
    visit.professional_id = (!rng.random_bool(0.03)).then_some(professional);
    visit.profession = Some(Profession::Physician);
    visit.nature = Some(Nature::Curative);
    visit.modality = modality(&[(Modality::InPerson, 0.70), (Modality::Phone, 0.28), (Modality::Video, 0.02)], rng);
    book(county, person, &mut visit, rng, batch);
    keep_or_miss(county, &mut visit, rng);
    finish(visit, rng, batch);
}

fn station_physician(county: &County, person: &Person<'_>, now: usize, rng: &mut ChaCha8Rng) -> ProfessionalId {
    let physicians = &person.station.physicians;
    if rng.random_bool(usual_chance(county, person.station, now)) {
        return physicians[person.usual].clone();
    }
    let other = rng.random_range(0..physicians.len() - 1);
    physicians[other + usize::from(other >= person.usual)].clone()
}

fn other_visit(
    county: &County,
    person: &Person<'_>,
    stream: &'static str,
    now: usize,
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) {
    let organisation = &county.organisation;
    let clock = &county.clock;
    let urgent = stream == "emergency";
    let started = if urgent { clock.any_time(now, rng) } else { clock.office_time(now, rng) };
    if started >= person.end {
        return;
    }
    let pair = person.pair_at(clock, started);
    let (unit, service): (&UnitId, &'static str) = match stream {
        "nurse" => (pair.map_or(&person.station.unit, |pair| &pair.unit), "outpatient"),
        "oral" => (&organisation.oral[person.number as usize % organisation.oral.len()], "oral"),
        "child_health" => (county.clinic(person.number as usize, now), "child_health"),
        "mental_health" => (&organisation.mental, "mental_health"),
        "home_care" => (&organisation.home_care, "home_care"),
        "physiotherapy" => (&organisation.physio, "physiotherapy"),
        _ => (&organisation.emergency, "emergency"),
    };
    let mut visit = visit(county, person, batch.encounters.len(), unit, service, started, rng);
    let by = match (stream, pair) {
        ("nurse", Some(pair)) => Some((pair.nurse.clone(), Profession::Nurse)),
        ("nurse", None) => {
            let nurses = &person.station.nurses;
            Some((nurses[rng.random_range(0..nurses.len())].clone(), Profession::Nurse))
        }
        _ => organisation.someone(unit, rng),
    };
    visit.profession = by.as_ref().map(|(_, profession)| *profession);
    visit.professional_id = by.map(|(professional, _)| professional).filter(|_| !rng.random_bool(0.03));
    visit.nature = Some(if stream == "child_health" { Nature::Preventive } else { Nature::Curative });
    visit.modality = match stream {
        "nurse" => modality(&[(Modality::InPerson, 0.52), (Modality::Phone, 0.42), (Modality::Chat, 0.06)], rng),
        "mental_health" => modality(&[(Modality::InPerson, 0.6), (Modality::Phone, 0.2), (Modality::Video, 0.2)], rng),
        "home_care" => Some(Modality::Home),
        "oral" | "emergency" => Some(Modality::InPerson),
        _ => modality(&[(Modality::InPerson, 0.85), (Modality::Phone, 0.12), (Modality::Video, 0.03)], rng),
    };
    if urgent {
        visit.urgency = Some(Urgency::Emergency);
        visit.planned = Some(false);
    } else if stream == "nurse" {
        book(county, person, &mut visit, rng, batch);
        keep_or_miss(county, &mut visit, rng);
    } else {
        let ahead = DAY * rng.random_range(2..40);
        visit.booked_at = Some(instant(started - ahead));
        keep_or_miss(county, &mut visit, rng);
    }
    finish(visit, rng, batch);
}

pub fn visit(
    county: &County,
    person: &Person<'_>,
    number: usize,
    unit: &UnitId,
    service: &str,
    started: i64,
    rng: &mut ChaCha8Rng,
) -> Encounter {
    debug_assert!(started < county.clock.end());
    Encounter {
        encounter_id: Key(format!("e{}-{number}", person.number)),
        resident_id: person.id,
        professional_id: None,
        profession: None,
        unit_id: unit.clone(),
        service: service.into(),
        provider: Provider::Own,
        modality: None,
        party: Some(Party::Individual),
        nature: None,
        urgency: Some(Urgency::Routine),
        planned: Some(true),
        first_visit: Some(rng.random_bool(0.45)),
        booked_at: None,
        booked_channel: None,
        slot_id: None,
        started_at: instant(started),
        ended_at: None,
        status: Status::Done,
        cancelled_at: None,
        cancelled_by: None,
        cancel_reason: None,
        notified_at: None,
        contact_id: None,
        assessment_id: None,
        enrolment_id: None,
        reason: Some(reason(rng).into()),
        reasons: None,
        procedures: None,
        cost_cents: None,
    }
}

fn reason(rng: &mut ChaCha8Rng) -> &'static str {
    const REASONS: [&str; 8] =
        ["icpc2:R74", "icpc2:K86", "icpc2:T90", "icpc2:A97", "icpc2:U71", "icpc2:S88", "icpc2:N01", "icpc2:L18"];
    REASONS[rng.random_range(0..REASONS.len())]
}

/// The mode is not recorded for one in a hundred of all visits: of those here a little more, and a third is mended later.
fn modality(shares: &[(Modality, f64)], rng: &mut ChaCha8Rng) -> Option<Modality> {
    let mut at = rng.random::<f64>() * 1.023;
    for (modality, share) in shares {
        at -= share;
        if at < 0.0 {
            return Some(*modality);
        }
    }
    None
}

/// Days from contact to care: with an own doctor half are seen by the next day; elsewhere about a week.
fn days_to_care(own_doctor: bool, rng: &mut ChaCha8Rng) -> i64 {
    let tail = |from: i64, mean: f64, rng: &mut ChaCha8Rng| from + (-rng.random::<f64>().ln() * mean) as i64;
    match (own_doctor, rng.random_range(0..100)) {
        (true, 0..38) => 0,
        (true, 38..61) => 1,
        (true, 61..72) => 2,
        (true, 72..88) => [3, 3, 3, 4, 4, 5, 6, 7][rng.random_range(0..8)],
        (true, _) => tail(8, 4.0, rng).min(30),
        (false, 0..20) => 0,
        (false, 20..30) => rng.random_range(1..4),
        (false, _) => tail(4, 11.0, rng).min(90),
    }
}

/// Books a visit ahead; half of the first visits began with a contact, which has its assessment and guarantee.
fn book(county: &County, person: &Person<'_>, visit: &mut Encounter, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let clock = &county.clock;
    let started = visit.started_at.0;
    let days = days_to_care(person.pair_at(clock, started).is_some(), rng);
    let asked_on = clock.place(started).saturating_sub(days as usize);
    let asked = match days {
        0 => (clock.midnight(clock.place(started)) + 8 * HOUR).min(started - 20 * MINUTE),
        _ => clock.office_time_on(asked_on, rng),
    };
    let asked = if asked < started { asked } else { started - 10 * MINUTE };
    visit.booked_at = Some(instant(asked + 6 * MINUTE));
    if visit.first_visit != Some(true) || !rng.random_bool(FROM_CONTACT) || asked < clock.midnight(0) {
        return;
    }
    let missed = rng.random_bool(0.04);
    let need = need(county, person, visit, asked, rng, batch);
    batch.assessments.push(Recorded(
        Assessment {
            met_at: (!missed).then_some(visit.started_at),
            met_by: (!missed).then(|| visit.encounter_id.0.clone()),
            closed_at: missed.then_some(visit.started_at),
            closed_why: Some(if missed { ClosedWhy::NoLongerNeeded } else { ClosedWhy::Met }),
            ..need
        },
        started,
    ));
}

/// The contact with which a visit began, and the need that was assessed then.
fn need(
    county: &County,
    person: &Person<'_>,
    visit: &mut Encounter,
    asked: i64,
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) -> Assessment {
    let contact_id = contacts::before_visit(county, person, &visit.unit_id, asked, rng, batch);
    let assessment_id = format!("a{}-{}", person.number, batch.assessments.len());
    visit.contact_id = Some(contact_id.clone());
    visit.assessment_id = Some(assessment_id.clone());
    visit.booked_channel = Some(Channel::Phone);
    Assessment {
        assessment_id: Key(assessment_id),
        resident_id: person.id,
        kind: AssessmentKind::CareNeed,
        guarantee: Guarantee::Care,
        contact_id: Some(contact_id),
        unit_id: visit.unit_id.clone(),
        professional_id: None,
        profession: Some(Profession::Nurse),
        pending_at: None,
        started_at: Some(instant(asked)),
        completed_at: Some(instant(asked + 5 * MINUTE)),
        urgency: Some(Urgency::Routine),
        reason_class: Some(facts::ReasonClass::NewProblem),
        result: None,
        needed_profession: visit.profession,
        need_established_at: Some(instant(asked + 5 * MINUTE)),
        due_at: Some(instant(asked + 14 * DAY)),
        met_at: None,
        met_by: None,
        closed_at: None,
        closed_why: None,
        exception: None,
    }
}

/// Nine in ten visits take place; the others are cancelled or missed, some by the organisation.
fn keep_or_miss(county: &County, visit: &mut Encounter, rng: &mut ChaCha8Rng) {
    let started = visit.started_at.0;
    match rng.random_range(0..1000) {
        0..900 => {
            visit.ended_at = Some(instant(started + rng.random_range(8..45) * MINUTE));
        }
        900..935 => visit.status = Status::NoShow,
        935..990 => {
            visit.status = Status::Cancelled;
            visit.cancelled_by = Some(CancelledBy::Resident);
            visit.cancel_reason = Some(if rng.random_bool(0.5) { CancelReason::Ill } else { CancelReason::OtherPlans });
            let earliest = visit.booked_at.map_or(started - DAY, |booked| booked.0);
            let at = earliest + ((started - earliest) as f64 * rng.random::<f64>()) as i64;
            visit.cancelled_at = Some(instant(at));
            visit.notified_at = visit.cancelled_at;
        }
        _ => {
            visit.status = Status::Cancelled;
            visit.cancelled_by = Some(CancelledBy::Organisation);
            visit.cancel_reason = Some(CancelReason::StaffAbsence);
            let booked = visit.booked_at.map_or(started - HOUR, |booked| booked.0);
            visit.cancelled_at = Some(instant((started - 2 * HOUR).max(booked)));
            // One in twelve heard of it at the door, or never, until a text message told everybody.
            let now = county.clock.month_of(county.clock.place(started));
            let unheard = (1.0 - county.scenario.told_at_once.done(now)) / 12.0;
            visit.notified_at = if rng.random_bool(unheard) { None } else { visit.cancelled_at };
        }
    }
}

/// Most rows are recorded the same day, some late.
pub fn finish(visit: Encounter, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let lateness = if rng.random_bool(0.02) { rng.random_range(5..60) * DAY } else { rng.random_range(1..20) * HOUR };
    let recorded = visit.started_at.0 + lateness;
    batch.encounters.push(Recorded(visit, recorded));
}

/// Low-back pain: 24 episodes per 1,000 a year, stratified by risk (D01), physiotherapist more often first after 2024.
fn back_pain(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    if person.age < 18 {
        return;
    }
    let episodes = Intensity::new(&county.clock, |_| 0.024 / 0.81 / 12.0);
    for now in episodes.draw(1.0, rng) {
        let clock = &county.clock;
        let started = clock.office_time(now, rng);
        if started >= person.end {
            continue;
        }
        let number = batch.enrolments.len();
        let (risk, score) = match rng.random_range(0..100) {
            0..30 => (RiskClass::Low, rng.random_range(0..4)),
            30..84 => (RiskClass::Medium, rng.random_range(4..8)),
            _ => (RiskClass::High, rng.random_range(7..10)),
        };
        let enrolment_id = format!("b{}-{number}", person.number);
        let steered = now >= county.scenario.back_pain;
        // The station answers for the path, wherever its visits take place.
        let unit = &person.station.unit;
        batch.enrolments.push(Recorded(
            Enrolment {
                enrolment_id: Key(enrolment_id.clone()),
                resident_id: person.id,
                kind: EnrolmentKind::Pathway,
                pathway: "low_back_pain".into(),
                version: Some(1),
                unit_id: unit.clone(),
                risk_class: Some(risk),
                started_at: instant(started),
                ended_at: None,
                end_reason: None,
            },
            started + HOUR,
        ));
        batch.responses.push(Recorded(
            Response {
                response_id: Key(format!("s{}-{number}", person.number)),
                resident_id: Some(person.id),
                respondent: Respondent::Client,
                professional_id: None,
                instrument: "start_back".into(),
                version: 1,
                occasion: Occasion::Baseline,
                answered_at: instant(started),
                unit_id: Some(unit.clone()),
                contact_id: None,
                encounter_id: None,
                enrolment_id: Some(enrolment_id.clone()),
                survey_id: None,
                language: if person.language == "sv" { "sv".into() } else { "fi".into() },
                answers: "{}".into(),
                scores: format!("{{\"total\":{score}}}"),
                class: Some(Label::from(risk.code())),
            },
            started + HOUR,
        ));
        back_pain_care(county, person, &enrolment_id, started, steered, risk, rng, batch);
    }
}

fn back_pain_care(
    county: &County,
    person: &Person<'_>,
    enrolment_id: &str,
    started: i64,
    steered: bool,
    risk: RiskClass,
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) {
    let organisation = &county.organisation;
    let physio_first = rng.random_bool(if steered { 0.62 } else { 0.35 });
    let unit = if physio_first { &organisation.physio } else { &person.station.unit };
    let mut first = visit(county, person, batch.encounters.len(), unit, "outpatient", started, rng);
    (first.professional_id, first.profession) = match physio_first {
        true => organisation.someone(unit, rng).map(|(who, what)| (Some(who), Some(what))).unwrap_or_default(),
        false => (
            Some(station_physician(county, person, county.clock.month_of(county.clock.place(started)), rng)),
            Some(Profession::Physician),
        ),
    };
    first.modality = Some(Modality::InPerson);
    first.reason = Some("icd10:M54.5".into());
    first.enrolment_id = Some(enrolment_id.into());
    first.ended_at = Some(instant(started + 30 * MINUTE));
    let encounter_id = first.encounter_id.0.clone();
    finish(first, rng, batch);
    let imaging = rng.random_bool(if steered { 0.10 } else { 0.19 });
    let referral = rng.random_bool(if risk == RiskClass::High { 0.16 } else { 0.05 });
    for (kind, wanted) in [(OrderKind::Imaging, imaging), (OrderKind::Referral, referral)] {
        if !wanted {
            continue;
        }
        let order = Order {
            order_id: Key(format!("o{}-{}", person.number, batch.orders.len())),
            resident_id: person.id,
            kind,
            code: None,
            specialty: (kind == OrderKind::Referral).then(|| "orthopaedics".into()),
            ordered_at: instant(started + 25 * MINUTE),
            unit_id: unit.clone(),
            professional_id: None,
            encounter_id: Some(encounter_id.clone()),
            enrolment_id: Some(enrolment_id.into()),
            target: None,
            target_provider: Some(Provider::Hus),
            target_unit_id: None,
            status: OrderStatus::Performed,
            performed_at: Some(instant(started + rng.random_range(3..40) * DAY)),
            reason: Some("icd10:M54.5".into()),
            cost_cents: (kind == OrderKind::Imaging).then_some(Cents(9_500)),
        };
        batch.orders.push(Recorded(order, started + DAY));
    }
}

/// Interpreting of people who speak neither national language: human all the time, by AI in 2025.
fn interpretings(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    /// Share of residents who need interpreting.
    const SPEAKERS: f64 = 0.07;
    let scenario = &county.scenario;
    let human =
        Intensity::new(&county.clock, |now| 0.025 / SPEAKERS / 12.0 * (1.0 - 0.25 * scenario.platform.done(now)));
    // In its first year 3.4 for every 1,000 residents: over 1,600 in a county of 480,000.
    let ai =
        Intensity::new(
            &county.clock,
            |now| {
                if now >= scenario.ai_interpreting { 0.0034 / SPEAKERS / 12.0 } else { 0.0 }
            },
        );
    for (kind, intensity) in [("h", human), ("m", ai)] {
        for now in intensity.draw(1.0, rng) {
            let started = county.clock.office_time(now, rng);
            if started >= person.end {
                continue;
            }
            let by_ai = kind == "m";
            let mode = match (by_ai, rng.random_bool(0.6)) {
                (true, _) => InterpretingMode::Ai,
                (false, true) => InterpretingMode::Remote,
                (false, false) => InterpretingMode::OnSite,
            };
            let minutes = rng.random_range(15..60);
            let row = Interpreting {
                interpreting_id: Key(format!("i{}-{}", person.number, batch.interpretings.len())),
                resident_id: Some(person.id),
                about: None,
                mode,
                language: person.language.into(),
                language_to: "fi".into(),
                unit_id: person.station.unit.clone(),
                ordered_at: (!by_ai).then(|| instant(started - 5 * DAY)),
                cancelled_at: None,
                started_at: Some(instant(started)),
                ended_at: Some(instant(started + minutes * MINUTE)),
                minutes: Some(minutes),
                used: by_ai || rng.random_bool(0.93),
                unused_why: None,
                cost_cents: Cents(if by_ai { minutes * 12 } else { 4_500 + minutes * 90 }),
                fallback: None,
            };
            batch.interpretings.push(Recorded(row, started + HOUR));
        }
    }
}

/// A third of the visits whose mode was not recorded get the right one days later.
pub fn correct(rows: &Batch, later: &mut Batch) {
    let is_mended = |visit: &Encounter| visit.modality.is_none() && visit.started_at.0 / MINUTE % 3 == 0;
    for Recorded(visit, recorded) in rows.encounters.iter().filter(|row| is_mended(&row.0)) {
        let mended = Encounter { modality: Some(Modality::InPerson), ..visit.clone() };
        later.encounters.push(Recorded(mended, recorded + 9 * DAY));
    }
}
