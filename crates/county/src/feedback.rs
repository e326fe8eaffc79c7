//! Feedback: surveys after visits, and what people answer when they got through.

use facts::{AboutKind, Channel, Contact, Key, Respondent, Survey, UndeliveredWhy, UnitId};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::resident::Person;
use crate::time::{DAY, HOUR, Intensity, MINUTE, instant};
use crate::{Batch, County, Recorded};

/// Share of delivered surveys that are answered (E02).
const ANSWERED: f64 = 0.27;
/// Answers to the child health clinics' text message, for each resident in a month (A13); as many are sent as it takes.
const CLINIC_ANSWERS: f64 = 0.0006;
/// Shares of promoters and detractors while the line was over its capacity, and when it answers (A13: 64 and 77).
const OVERLOADED: (f64, f64) = (0.74, 0.10);
const ANSWERING: (f64, f64) = (0.83, 0.06);

pub fn draw(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let pilot = &county.scenario.feedback_pilot;
    let visits = Intensity::new(&county.clock, |now| match now {
        now if pilot.contains(&now) => 0.0065,
        now if now >= pilot.end => 0.020,
        _ => 0.0,
    });
    for now in visits.draw(1.0, rng) {
        let unit = match now < pilot.end {
            true => &county.organisation.stations[rng.random_range(0..9)].unit,
            false => &person.station.unit,
        };
        survey(county, person, unit, "outpatient", now, rng, batch);
    }
    if (20..50).contains(&person.age) {
        // 0.140 × 10/12 + 0.468 × 20/35: residents of these ages.
        let clinics = Intensity::new(&county.clock, |_| CLINIC_ANSWERS / 0.384 / (0.94 * ANSWERED));
        for now in clinics.draw(1.0, rng) {
            let unit = county.clinic(person.number as usize, now);
            survey(county, person, unit, "child_health", now, rng, batch);
        }
    }
}

/// People's ratings of the clinics' chat, 1 to 5 (A12): 4, 3, 8, 26 and 59 in 100, which is 4.33 on average.
pub fn about_chat(person: &Person<'_>, chat: &Contact, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let Some(ended) = chat.ended_at else { return };
    let rating = match rng.random_range(0..100) {
        0..4 => 1,
        4..7 => 2,
        7..15 => 3,
        15..41 => 4,
        _ => 5,
    };
    let mut asked = asked(person, &chat.unit_id, "child_health", ended.0 + 2 * MINUTE, rng, batch);
    asked.about_kind = AboutKind::Contact;
    asked.instrument = "chat_feedback".into();
    asked.channel = Channel::Chat;
    asked.rating = asked.answered_at.map(|_| rating);
    push(asked, batch);
}

/// The text message after a visit, which asks whether somebody would recommend the service.
fn survey(
    county: &County,
    person: &Person<'_>,
    unit: &UnitId,
    service: &str,
    now: usize,
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) {
    let sent = county.clock.office_time(now, rng);
    if sent >= person.end {
        return;
    }
    let mut asked = asked(person, unit, service, sent, rng, batch);
    asked.nps = asked.answered_at.map(|_| score(county, sent, rng));
    asked.rating = asked.nps.map(|nps| (nps / 2).clamp(1, 5));
    push(asked, batch);
}

/// A survey on its way: delivered or not, answered or not; without what the answer says.
fn asked(person: &Person<'_>, unit: &UnitId, service: &str, sent: i64, rng: &mut ChaCha8Rng, batch: &Batch) -> Survey {
    let undelivered = rng.random_bool(0.06).then(|| match rng.random_bool(0.5) {
        true => UndeliveredWhy::NoAddress,
        false => UndeliveredWhy::OptedOut,
    });
    let answered = undelivered.is_none() && rng.random_bool(ANSWERED);
    Survey {
        survey_id: Key(format!("f{}-{}", person.number, batch.surveys.len())),
        resident_id: Some(person.id),
        respondent: if service == "child_health" { Respondent::Guardian } else { Respondent::Client },
        about_kind: AboutKind::Encounter,
        about: None,
        instrument: if service == "child_health" { "clinic_sms".into() } else { "visit_feedback".into() },
        unit_id: unit.clone(),
        service: Some(service.into()),
        enrolment_id: None,
        professional_id: None,
        channel: Channel::Sms,
        language: if person.language == "sv" { "sv".into() } else { "fi".into() },
        sent_at: instant(sent),
        delivered_at: undelivered.is_none().then(|| instant(sent + MINUTE)),
        undelivered_why: undelivered,
        answered_at: answered.then(|| instant(sent + rng.random_range(1..30) * HOUR)),
        nps: None,
        rating: None,
        statements: None,
    }
}

/// Recorded when it is answered, or a day after it was sent.
fn push(survey: Survey, batch: &mut Batch) {
    let recorded = survey.answered_at.map_or(survey.sent_at.0 + DAY, |at| at.0);
    batch.surveys.push(Recorded(survey, recorded));
}

/// Would recommend, 0–10: people who get through recommend more.
fn score(county: &County, at: i64, rng: &mut ChaCha8Rng) -> i64 {
    let day = county.clock.weekday_from(county.clock.place(at));
    let relief = ((county.families_line.answered(day) - 0.52) / (0.985 - 0.52)).clamp(0.0, 1.0);
    let mix = |from: f64, to: f64| from + (to - from) * relief;
    let promoters = mix(OVERLOADED.0, ANSWERING.0);
    let detractors = mix(OVERLOADED.1, ANSWERING.1);
    match rng.random::<f64>() {
        it if it < promoters => rng.random_range(9..=10),
        it if it < promoters + detractors => rng.random_range(0..=6),
        _ => rng.random_range(7..=8),
    }
}
