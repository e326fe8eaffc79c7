//! Other services of the county for people: notices, navigators, the therapy guarantee, the high-need team, the end of
//! life.

use facts::{
    Assessment, AssessmentKind, CareRole, CareRoleHeld, Channel, ClosedWhy, Contact, ContactKind, Enrolment,
    EnrolmentKind, Guarantee, Key, Modality, Notice, Occasion, OnBehalf, Outcome, Profession, Respondent, Response,
    UnitId,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::care::{finish, visit};
use crate::contacts::{before_visit, contact, push};
use crate::resident::Person;
use crate::time::{DAY, HOUR, Intensity, MINUTE, instant};
use crate::{Batch, County, Recorded};

/// Share of residents under 18, at 18 or more, at 75 or more.
const CHILDREN: f64 = 0.192;
const ADULTS: f64 = 0.808;
const OLD: f64 = 0.095;

pub fn draw(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    notices(county, person, rng, batch);
    navigators(county, person, rng, batch);
    therapy_guarantee(county, person, rng, batch);
    high_need(county, person, rng, batch);
    end_of_life(county, person, rng, batch);
}

/// 36 notices of child protection for 1,000 residents a year, and 20 about adults, half of them about the old.
fn notices(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let organisation = &county.organisation;
    let (yearly, unit, service, notice, kind) = match person.age {
        ..18 => (
            0.036 / CHILDREN,
            &organisation.children,
            "child_protection",
            Notice::ChildProtection,
            AssessmentKind::ChildProtectionNeed,
        ),
        18..75 => {
            (0.010 / (ADULTS - OLD), &organisation.social, "social_work", Notice::Concern, AssessmentKind::ServiceNeed)
        }
        _ => (0.010 / OLD, &organisation.social, "social_work", Notice::Older, AssessmentKind::ServiceNeed),
    };
    for now in Intensity::new(&county.clock, |_| yearly / 12.0).draw(1.0, rng) {
        // Before one door took them 15 in 100 came twice, and were handed on more often.
        let one_door = now >= county.scenario.one_door;
        let at = county.clock.any_time(now, rng);
        if at >= person.end {
            continue;
        }
        let first = Key(batch.contact_id(person.number));
        let twice = !one_door && rng.random_bool(0.15);
        for (number, at) in
            [at, at + rng.random_range(1..72) * HOUR].into_iter().take(1 + usize::from(twice)).enumerate()
        {
            let id = batch.contact_id(person.number);
            let seen = at + rng.random_range(1..20) * HOUR;
            let transferred = rng.random_bool(if one_door { 0.12 } else { 0.30 });
            let told = Contact {
                kind: ContactKind::Notice,
                notice: Some(notice),
                channel: [Channel::Form, Channel::Phone, Channel::Message][rng.random_range(0..3)],
                service: service.into(),
                arrival_unit_id: Some(if one_door { UnitId::from("social") } else { unit.clone() }),
                unit_id: unit.clone(),
                on_behalf: Some(OnBehalf::Authority),
                first_response_at: Some(instant(seen)),
                assessed_at: Some(instant(seen)),
                closed_at: Some(instant(seen + HOUR)),
                outcome: Some(if number > 0 { Outcome::Merged } else { Outcome::Referred }),
                transfers: i64::from(transferred),
                duplicate_of: (number > 0).then(|| first.0.clone()),
                part_of: None,
                ..contact(Some(person.id), id, at)
            };
            push(told, rng, batch);
        }
        let days = rng.random_range(1..8);
        let guarantee = if person.age < 18 { Guarantee::ChildProtection } else { Guarantee::Service };
        let assessed = assessment(person, unit, kind, guarantee, at, batch);
        let done = at + days * DAY;
        batch.assessments.push(Recorded(
            Assessment {
                contact_id: Some(first.0),
                profession: Some(Profession::SocialWorker),
                pending_at: Some(instant(at)),
                completed_at: Some(instant(done)),
                due_at: Some(instant(at + 7 * DAY)),
                closed_at: Some(instant(done)),
                closed_why: Some(ClosedWhy::Met),
                met_at: Some(instant(done)),
                ..assessed
            },
            done + HOUR,
        ));
    }
}

fn assessment(
    person: &Person<'_>,
    unit: &UnitId,
    kind: AssessmentKind,
    guarantee: Guarantee,
    at: i64,
    batch: &Batch,
) -> Assessment {
    Assessment {
        assessment_id: Key(format!("a{}-{}", person.number, batch.assessments.len())),
        resident_id: person.id,
        kind,
        guarantee,
        contact_id: None,
        unit_id: unit.clone(),
        professional_id: None,
        profession: None,
        pending_at: None,
        started_at: Some(instant(at)),
        completed_at: None,
        urgency: None,
        reason_class: None,
        result: None,
        needed_profession: None,
        need_established_at: Some(instant(at)),
        due_at: None,
        met_at: None,
        met_by: None,
        closed_at: None,
        closed_why: None,
        exception: None,
    }
}

/// The digital navigators: what somebody says of themselves before the need is assessed. In a month 2.7 answers of adults
/// for 1,000 residents, and 0.42 of families.
fn navigators(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let organisation = &county.organisation;
    let (monthly, instrument, respondent) = match person.age {
        ..18 => (0.000_42 / CHILDREN, "intervention_navigator", Respondent::Guardian),
        _ => (0.0027 / ADULTS, "therapy_navigator", Respondent::Client),
    };
    for now in Intensity::new(&county.clock, |_| monthly).draw(1.0, rng) {
        let unit = match respondent {
            Respondent::Guardian => county.clinic(person.number as usize, now),
            _ => &organisation.mental,
        };
        let at = county.clock.any_time(now, rng);
        if at >= person.end {
            continue;
        }
        batch.responses.push(Recorded(
            Response {
                response_id: Key(format!("n{}-{}", person.number, batch.responses.len())),
                resident_id: Some(person.id),
                respondent,
                professional_id: None,
                instrument: instrument.into(),
                version: 1,
                occasion: Occasion::Baseline,
                answered_at: instant(at),
                unit_id: Some(unit.clone()),
                contact_id: None,
                encounter_id: None,
                enrolment_id: None,
                survey_id: None,
                language: if person.language == "sv" { "sv".into() } else { "fi".into() },
                answers: "{}".into(),
                scores: "{}".into(),
                class: None,
            },
            at + HOUR,
        ));
        let assessed = assessment(person, unit, AssessmentKind::TherapyNeed, Guarantee::None, at + 2 * DAY, batch);
        let done = instant(at + 2 * DAY + HOUR);
        batch.assessments.push(Recorded(Assessment { completed_at: Some(done), ..assessed }, at + 3 * DAY));
    }
}

/// The therapy guarantee of the young: 0.25 a month for 1,000 residents, 91 in 100 within 28 days and 11 days on average.
fn therapy_guarantee(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    /// Share of residents from 12 to 22.
    const YOUNG: f64 = 0.130 * 6.0 / 11.0 + 0.140 * 5.0 / 12.0;
    if !(12..23).contains(&person.age) {
        return;
    }
    let since = county.scenario.therapy_guarantee;
    let guaranteed = Intensity::new(&county.clock, |now| if now >= since { 0.000_25 / YOUNG } else { 0.0 });
    for now in guaranteed.draw(1.0, rng) {
        let at = county.clock.office_time(now, rng);
        // Nine in ten begin within four weeks, in nine days on average; the others wait for a month or more.
        let wait = match rng.random_range(0..100) {
            0..91 => rng.random_range(1..18),
            _ => rng.random_range(28..36),
        };
        let met = at + wait * DAY;
        if at >= person.end {
            continue;
        }
        let unit = &county.organisation.mental;
        let assessed = assessment(person, unit, AssessmentKind::TherapyNeed, Guarantee::Therapy, at, batch);
        let begun = met < person.end;
        batch.assessments.push(Recorded(
            Assessment {
                completed_at: Some(instant(at + HOUR)),
                needed_profession: Some(Profession::Psychologist),
                due_at: Some(instant(at + 28 * DAY)),
                met_at: begun.then(|| instant(met)),
                closed_at: begun.then(|| instant(met)),
                closed_why: begun.then_some(ClosedWhy::Met),
                ..assessed
            },
            met.min(person.end),
        ));
    }
}

/// The high-need team: three in a thousand residents, half of them with a care lead; nurses meet seven in ten from afar,
/// physicians four in ten, and care begins within a week.
fn high_need(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    if person.age < 18 || !rng.random_bool(0.003 / ADULTS) {
        return;
    }
    let (clock, organisation) = (&county.clock, &county.organisation);
    let begun = clock.office_time(rng.random_range(0..30), rng);
    if begun >= person.end {
        return;
    }
    let enrolment_id = format!("h{}", person.number);
    let unit = &organisation.high_need;
    let enrolment = Enrolment {
        enrolment_id: Key(enrolment_id.clone()),
        resident_id: person.id,
        kind: EnrolmentKind::HighNeed,
        pathway: "high_need".into(),
        version: Some(1),
        unit_id: unit.clone(),
        risk_class: None,
        started_at: instant(begun),
        ended_at: None,
        end_reason: None,
    };
    batch.enrolments.push(Recorded(enrolment, begun + HOUR));
    let lead = organisation.someone_of(unit, Profession::Nurse, rng);
    if let Some(lead) = lead.filter(|_| rng.random_bool(0.5)) {
        let held = CareRoleHeld {
            resident_id: person.id,
            role: CareRole::CareLead,
            service: "outpatient".into(),
            valid_from: clock.day(clock.place(begun)),
            professional_id: Some(lead),
            unit_id: unit.clone(),
            valid_to: None,
        };
        batch.care_roles.push(Recorded(held, begun + DAY));
    }
    let (assessed, met) = (begun, begun + rng.random_range(0..8) * DAY);
    let need = assessment(person, unit, AssessmentKind::CareNeed, Guarantee::None, assessed, batch);
    let need = Assessment { completed_at: Some(instant(assessed + HOUR)), met_at: Some(instant(met + HOUR)), ..need };
    batch.assessments.push(Recorded(need, met + DAY));
    // The team sees everybody who gets in touch within a week.
    let contact_id = before_visit(county, person, unit, begun, rng, batch);
    if met + HOUR < person.end {
        let mut seen = visit(county, person, batch.encounters.len(), unit, "outpatient", met + HOUR, rng);
        seen.profession = Some(Profession::Nurse);
        seen.professional_id = organisation.someone_of(unit, Profession::Nurse, rng);
        seen.modality = Some(Modality::InPerson);
        seen.first_visit = Some(true);
        (seen.contact_id, seen.enrolment_id) = (Some(contact_id), Some(enrolment_id.clone()));
        seen.booked_at = Some(instant(begun + 6 * MINUTE));
        seen.ended_at = Some(instant(met + HOUR + 45 * MINUTE));
        finish(seen, rng, batch);
    }
    let first = clock.month_of(clock.place(begun)) + 1;
    for (profession, monthly, remote) in [(Profession::Nurse, 0.8, 0.7), (Profession::Physician, 0.3, 0.4)] {
        let meetings = Intensity::new(clock, |now| if now >= first { monthly } else { 0.0 });
        for now in meetings.draw(1.0, rng) {
            let started = clock.office_time(now, rng);
            if started >= person.end {
                continue;
            }
            let mut met = visit(county, person, batch.encounters.len(), unit, "outpatient", started, rng);
            met.profession = Some(profession);
            met.professional_id = organisation.someone_of(unit, profession, rng);
            met.modality = Some(if rng.random_bool(remote) { Modality::Phone } else { Modality::InPerson });
            met.enrolment_id = Some(enrolment_id.clone());
            met.ended_at = Some(instant(started + 25 * MINUTE));
            finish(met, rng, batch);
        }
    }
}

/// A station that works in teams gives everybody who gets in touch a contact person (S-055); one in ten wants none.
pub fn contact_person(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let (clock, station) = (&county.clock, person.station);
    let since = clock.midnight(clock.first_of(county.scenario.teams));
    let is_wanted = rng.random_bool(0.9);
    if !station.is_team || !is_wanted {
        return;
    }
    let mine = batch.contacts.iter().map(|row| &row.0);
    let mine =
        mine.filter(|it| it.kind == ContactKind::Request && it.unit_id == station.unit && it.opened_at.0 >= since);
    let Some(first) = mine.map(|it| it.opened_at.0).min() else { return };
    let held = CareRoleHeld {
        resident_id: person.id,
        role: CareRole::ContactPerson,
        service: "outpatient".into(),
        valid_from: clock.day(clock.place(first)),
        professional_id: Some(station.nurses[person.number as usize % station.nurses.len()].clone()),
        unit_id: station.unit.clone(),
        valid_to: None,
    };
    batch.care_roles.push(Recorded(held, first));
}

/// Palliative care at home before three deaths in ten: 2.3 enrolments for 1,000 residents a year.
fn end_of_life(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let clock = &county.clock;
    let begun = person.end - rng.random_range(10..90) * DAY;
    if person.end >= clock.end() || begun < clock.midnight(0) || !rng.random_bool(0.31) {
        return;
    }
    let enrolment = Enrolment {
        enrolment_id: Key(format!("d{}", person.number)),
        resident_id: person.id,
        kind: EnrolmentKind::Pathway,
        pathway: "end_of_life".into(),
        version: Some(1),
        unit_id: county.organisation.home_care.clone(),
        risk_class: None,
        started_at: instant(begun),
        ended_at: Some(instant(person.end)),
        end_reason: Some("died".into()),
    };
    batch.enrolments.push(Recorded(enrolment, person.end));
}
