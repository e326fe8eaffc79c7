//! Contacts: the telephone and the walk-ins, the platform that takes them over, and the families' callback line.

use facts::{Channel, Contact, ContactKind, Key, OnBehalf, Outcome, ResidentId, UnitId, Urgency};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};

use crate::queue::{ASK_AGAIN, CallbackLine, DEMAND, TAKEN};
use crate::resident::Person;
use crate::time::{DAY, HOUR, Intensity, MINUTE, adoption, instant};
use crate::{Batch, County, Recorded};

/// Contacts in a month for each resident, through all channels: steady, because channels only change places.
const MONTHLY: f64 = 0.229;
/// Of these, contacts that lead to a visit, drawn with it (see [`before_visit`]).
const BEFORE_VISIT: f64 = 0.0476;
/// Share of people who do not say who they are.
const ANONYMOUS: f64 = 0.05;
/// Digital share before the platform, and what the platform adds when it is fully taken up.
const DIGITAL: (f64, f64) = (0.02, 0.285);
/// An outage of the platform's transfer: five days of October 2024 that never came.
const OUTAGE: std::ops::Range<usize> = 652..657;

/// The chance that a contact is digital.
fn digital(now: usize) -> f64 {
    DIGITAL.0 + DIGITAL.1 * adoption(now)
}

pub fn draw(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let common = Intensity::new(|_| (MONTHLY - BEFORE_VISIT) * (1.0 - ANONYMOUS) - 0.0084);
    for now in common.draw(person.need, rng) {
        let digital = rng.random_bool(digital(now));
        let at = if digital { county.clock.any_time(now, rng) } else { county.clock.office_time(now, rng) };
        if at < person.end && !(digital && OUTAGE.contains(&county.clock.place(at))) {
            let number = batch.contacts.len();
            let base = contact(Some(person.id), format!("c{}-{number}", person.number), at);
            let base = Contact { language: Some(service_language(person)), ..base };
            let contact = if digital { platform(county, base, rng) } else { telephone(base, person, rng) };
            record(contact, rng, batch);
        }
    }
    let families = Intensity::new(|now| DEMAND * (1.0 - TAKEN * adoption(now)) / PARENTS);
    if (18..55).contains(&person.age) {
        for now in families.draw(1.0, rng) {
            callback(county, person, now, rng, batch);
        }
    }
}

/// Share of residents old enough to have children and young enough that they are small.
const PARENTS: f64 = 0.14 + 0.468 * 25.0 / 35.0;

fn service_language(person: &Person<'_>) -> facts::Label {
    if person.language == "sv" { "sv".into() } else { "fi".into() }
}

/// Contacts of people who did not say who they are.
pub fn anonymous(county: &County, rng: &mut ChaCha8Rng) -> Batch {
    let mut batch = Batch::default();
    let all = Intensity::new(|_| MONTHLY * ANONYMOUS * f64::from(county.plan.residents));
    for now in all.draw(1.0, rng) {
        let digital = rng.random_bool(digital(now));
        let at = if digital { county.clock.any_time(now, rng) } else { county.clock.office_time(now, rng) };
        if digital && OUTAGE.contains(&county.clock.place(at)) {
            continue;
        }
        let base = contact(None, format!("anonymous-{}", batch.contacts.len()), at);
        let contact = match digital {
            true => platform(county, base, rng),
            false => {
                let stations = &county.organisation.stations;
                let unit = stations[rng.random_range(0..stations.len())].unit.clone();
                call(Contact { unit_id: unit, ..base }, rng)
            }
        };
        record(contact, rng, &mut batch);
    }
    batch
}

/// The contact that led to a visit; its id.
pub fn before_visit(
    county: &County,
    person: &Person<'_>,
    unit: &UnitId,
    at: i64,
    number: usize,
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) -> String {
    let id = format!("c{}-{number}", person.number);
    let now = county.clock.month_of(county.clock.place(at));
    let base = contact(Some(person.id), id.clone(), at);
    let base = Contact { unit_id: unit.clone(), language: Some(service_language(person)), ..base };
    let made = match rng.random_bool(digital(now)) {
        true => platform(county, base, rng),
        false => call(base, rng),
    };
    let booked = Contact { outcome: Some(Outcome::Booked), ..made };
    record(booked, rng, batch);
    id
}

pub fn contact(resident: Option<ResidentId>, id: String, at: i64) -> Contact {
    Contact {
        contact_id: Key(id),
        resident_id: resident,
        kind: ContactKind::Request,
        notice: None,
        channel: Channel::Phone,
        platform: None,
        service: "outpatient".into(),
        arrival_unit_id: None,
        unit_id: "county".into(),
        language: None,
        urgency: Some(Urgency::Routine),
        reason: None,
        identified: resident.is_some(),
        caller_key: None,
        on_behalf: Some(OnBehalf::Me),
        opened_at: instant(at),
        first_attempt_at: None,
        first_response_at: None,
        reached_at: None,
        ended_at: None,
        assessed_at: None,
        due_at: None,
        resolved_at: None,
        closed_at: None,
        handler_id: None,
        outcome: None,
        transfers: 0,
        attempts: 1,
        assessment_id: None,
        enrolment_id: None,
        duplicate_of: None,
    }
}

/// A duration in microseconds, lognormal with a median in minutes.
fn minutes(median: f64, sigma: f64, rng: &mut ChaCha8Rng) -> i64 {
    let drawn = LogNormal::new(median.ln(), sigma).map_or(median, |it| it.sample(rng));
    (drawn * MINUTE as f64) as i64
}

/// A contact through the platform: outpatient chat, the clinics' chat, messages and forms, 42 : 17 : 10.
fn platform(county: &County, base: Contact, rng: &mut ChaCha8Rng) -> Contact {
    let opened = base.opened_at.0;
    let now = county.clock.month_of(county.clock.place(opened));
    let organisation = &county.organisation;
    let own_unit = &*base.unit_id.0 != "county";
    let (channel, unit, service) = match rng.random_range(0..69) {
        0..42 => (Channel::Chat, organisation.digital_clinic.clone(), "outpatient"),
        42..59 => (
            Channel::Chat,
            organisation.clinic(rng.random_range(0..organisation.clinics.len()), now).clone(),
            "child_health",
        ),
        59..66 => (Channel::Message, organisation.mental.clone(), "mental_health"),
        _ => (Channel::Form, organisation.social.clone(), "social_work"),
    };
    let chat = channel == Channel::Chat;
    // The chat answers in minutes (A10: median 2.5), a message by the next day.
    let answered = opened + if chat { minutes(2.5, 1.0, rng) } else { minutes(300.0, 0.9, rng) };
    let ended = answered + if chat { minutes(15.0, 0.6, rng) } else { minutes(600.0, 0.8, rng) };
    let handler = organisation.someone(&unit, rng).map(|(who, _)| who);
    Contact {
        channel,
        platform: Some("platform".into()),
        service: service.into(),
        arrival_unit_id: Some(unit.clone()),
        unit_id: if own_unit { base.unit_id.clone() } else { unit },
        first_attempt_at: Some(instant(answered)),
        first_response_at: Some(instant(answered)),
        reached_at: Some(instant(answered)),
        ended_at: Some(instant(ended)),
        assessed_at: Some(instant(ended)),
        resolved_at: Some(instant(ended)),
        closed_at: Some(instant(ended)),
        handler_id: handler,
        outcome: Some(if rng.random_bool(0.7) { Outcome::Advised } else { Outcome::Booked }),
        transfers: i64::from(rng.random_bool(0.08)),
        ..base
    }
}

/// A call, a callback request or a walk-in at the resident's station.
fn telephone(base: Contact, person: &Person<'_>, rng: &mut ChaCha8Rng) -> Contact {
    call(Contact { unit_id: person.station.unit.clone(), ..base }, rng)
}

fn call(base: Contact, rng: &mut ChaCha8Rng) -> Contact {
    let opened = base.opened_at.0;
    let (channel, wait) = match rng.random_range(0..100) {
        0..48 => (Channel::Phone, minutes(4.0, 0.9, rng)),
        48..88 => (Channel::Callback, minutes(95.0, 1.0, rng)),
        _ => (Channel::WalkIn, minutes(12.0, 0.7, rng)),
    };
    let unanswered = channel == Channel::Callback && rng.random_bool(0.03);
    let answered = (!unanswered).then(|| instant(opened + wait));
    let ended = answered.map(|it| instant(it.0 + minutes(5.0, 0.5, rng)));
    Contact {
        channel,
        arrival_unit_id: Some(base.unit_id.clone()),
        first_attempt_at: answered,
        first_response_at: answered,
        reached_at: answered,
        ended_at: ended,
        assessed_at: ended,
        resolved_at: ended,
        closed_at: ended,
        outcome: Some(match (unanswered, rng.random_range(0..10)) {
            (true, _) => Outcome::Unreachable,
            (false, 0..5) => Outcome::Advised,
            (false, 5..8) => Outcome::Booked,
            (false, _) => Outcome::Referred,
        }),
        attempts: if unanswered { 3 } else { 1 },
        ..base
    }
}

/// A request to the families' line: answered on one of the next days by the state of the queue, asked again meanwhile.
fn callback(county: &County, person: &Person<'_>, now: usize, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let clock = &county.clock;
    let opened = clock.office_time(now, rng);
    if opened >= person.end {
        return;
    }
    let first = clock.place(opened);
    let mut asked = vec![opened];
    let mut day = first;
    let answered = loop {
        if rng.random_bool(county.families_line.answered(day)) {
            break Some(answer_time(county, *asked.last().unwrap_or(&opened), opened, first, day, rng));
        }
        if !rng.random_bool(CallbackLine::stay()) || day + 4 >= clock.days() {
            break None;
        }
        day = clock.weekday_from(day + 1);
        if rng.random_bool(ASK_AGAIN) {
            asked.push(clock.midnight(day) + 8 * HOUR + rng.random_range(0..60) * MINUTE);
        }
    };
    let original = format!("c{}-{}", person.number, batch.contacts.len());
    let end = answered.unwrap_or(clock.midnight(day) + 17 * HOUR);
    for (repeat, at) in asked.into_iter().filter(|at| *at <= end).enumerate() {
        let id = format!("c{}-{}", person.number, batch.contacts.len());
        let base = contact(Some(person.id), id, at);
        let closed = instant(end + 10 * MINUTE);
        let call = Contact {
            channel: Channel::Callback,
            service: "families".into(),
            arrival_unit_id: Some(county.organisation.families_line.clone()),
            unit_id: county.organisation.families_line.clone(),
            language: Some(service_language(person)),
            on_behalf: Some(OnBehalf::Guardian),
            caller_key: Some(format!("caller-{}", person.number)),
            first_attempt_at: answered.map(instant),
            first_response_at: answered.map(instant),
            reached_at: answered.map(instant),
            ended_at: answered.map(|_| closed),
            resolved_at: answered.map(|_| closed),
            closed_at: Some(closed),
            outcome: Some(match (repeat, answered) {
                (0, Some(_)) => Outcome::Advised,
                (0, None) => Outcome::Unreachable,
                _ => Outcome::Merged,
            }),
            duplicate_of: (repeat > 0).then(|| original.clone()),
            ..base
        };
        record(call, rng, batch);
    }
}

/// When an answer comes: on the first day within 24 hours, later in the office hours of its day.
fn answer_time(county: &County, last: i64, opened: i64, first: usize, day: usize, rng: &mut ChaCha8Rng) -> i64 {
    let clock = &county.clock;
    let closes = clock.midnight(first) + 16 * HOUR;
    if day == first {
        let left = (closes - opened).max(5 * MINUTE);
        // A few of those who asked late are called early the next morning, still within 24 hours.
        return opened + (left as f64 * rng.random::<f64>()) as i64;
    }
    let morning = clock.midnight(day) + 9 * HOUR;
    let late = opened + DAY + MINUTE;
    let from = morning.max(late).max(last + 2 * MINUTE);
    from + rng.random_range(0..120) * MINUTE
}

pub fn record(contact: Contact, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let closed = contact.closed_at.map_or(contact.opened_at.0 + DAY, |at| at.0);
    batch.contacts.push(Recorded(contact, closed + rng.random_range(0..120) * MINUTE));
}
