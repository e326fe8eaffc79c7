//! Contacts: the telephone and the walk-ins, the platform that takes them over, and the families' callback line.

use facts::{Channel, Contact, ContactKind, Key, OnBehalf, Outcome, ResidentId, UnitId, Urgency};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};

use crate::feedback;
use crate::live::Live;
use crate::queue::{self, ASK_AGAIN, CallbackLine};
use crate::resident::Person;
use crate::time::{DAY, HOUR, Intensity, MINUTE, instant};
use crate::{Batch, County, Recorded};

/// Contacts in a month for each resident, through all channels: steady, because channels only change places.
const MONTHLY: f64 = 0.229;
/// Of these, contacts that lead to a visit, drawn with it (see [`before_visit`]).
const BEFORE_VISIT: f64 = 0.0476;
/// And those of the families' line while it is over its capacity and when it has cleared, about in the middle.
const FAMILIES: f64 = 0.0084;
/// Share of people who do not say who they are.
const ANONYMOUS: f64 = 0.05;
/// One in so many of those who would call without a name sends a text message, where social advice takes them. Our own
/// assumption: the source names the channel and no figure.
const TEXTED: i64 = 16;
/// Share of contacts by electronic form before the platform.
const EARLY_FORMS: f64 = 0.02;

/// The way by which somebody writes; whoever does not write calls or comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The form of a health station, before there was a platform.
    EarlyForm,
    Outpatient,
    Clinics,
    MentalHealth,
    SocialWork,
}

/// Shares of contacts that come through the platform when it is taken up. In all of them for 1,000 residents a month: 41.5
/// of outpatient care (A08), of which a third with a visit ahead; 17 of the clinics' chat (A09); 10 others.
const PLATFORM: [(Way, f64); 4] =
    [(Way::Outpatient, 0.1545), (Way::Clinics, 0.0983), (Way::MentalHealth, 0.0405), (Way::SocialWork, 0.0173)];
/// And of contacts before a visit, all of them of outpatient care.
const BEFORE_VISITS: [(Way, f64); 1] = [(Way::Outpatient, 0.31)];

/// The way of a contact in a month; none: by telephone or on the spot.
fn way(county: &County, shares: &[(Way, f64)], now: usize, rng: &mut ChaCha8Rng) -> Option<Way> {
    let platform = county.scenario.platform.done(now);
    let chat = county.scenario.families_chat.done(now);
    let early = (Way::EarlyForm, EARLY_FORMS * (1.0 - platform));
    let scaled = shares.iter().map(|(way, share)| (*way, share * if *way == Way::Clinics { chat } else { platform }));
    let mut at = rng.random::<f64>();
    let found = scaled.chain([early]).find(|(_, share)| {
        at -= share;
        at < 0.0
    });
    found.map(|(way, _)| way)
}

pub fn draw(county: &County, person: &Person<'_>, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let clock = &county.clock;
    let common = Intensity::new(clock, |_| (MONTHLY - BEFORE_VISIT - FAMILIES) * (1.0 - ANONYMOUS));
    for now in common.draw(person.need, rng) {
        let way = way(county, &PLATFORM, now, rng);
        let Some(at) = moment(county, way, now, rng).filter(|at| *at < person.end) else { continue };
        let base = contact(Some(person.id), batch.contact_id(person.number), at);
        let base = Contact { language: Some(service_language(person)), unit_id: person.station.unit.clone(), ..base };
        let contact = made(county, way, base, rng);
        if way == Some(Way::Clinics) {
            feedback::about_chat(person, &contact, rng, batch);
        }
        record(county, Some(person.number), contact, rng, batch);
    }
    let families = Intensity::new(clock, |now| queue::demand(&county.scenario, now) / PARENTS);
    if (18..55).contains(&person.age) {
        for now in families.draw(1.0, rng) {
            callback(county, person, now, rng, batch);
        }
    }
}

/// When somebody gets in touch; never through a platform whose transfer is out.
fn moment(county: &County, way: Option<Way>, now: usize, rng: &mut ChaCha8Rng) -> Option<i64> {
    let at = match way {
        Some(_) => county.clock.any_time(now, rng),
        None => county.clock.office_time(now, rng),
    };
    let is_lost = way.is_some() && county.scenario.outage.contains(&county.clock.place(at));
    (!is_lost).then_some(at)
}

/// A contact by its way, from one whose unit is a health station.
fn made(county: &County, way: Option<Way>, base: Contact, rng: &mut ChaCha8Rng) -> Contact {
    match way {
        None => call(county, base, rng),
        Some(Way::EarlyForm) => written(county, Contact { channel: Channel::Form, ..base }, rng),
        Some(way) => platform(county, way, base, rng),
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
    let monthly = MONTHLY * ANONYMOUS * f64::from(county.plan.residents);
    for now in Intensity::new(&county.clock, |_| monthly).draw(1.0, rng) {
        let way = way(county, &PLATFORM, now, rng);
        let Some(at) = moment(county, way, now, rng) else { continue };
        let stations = &county.organisation.stations;
        let unit = stations[rng.random_range(0..stations.len())].unit.clone();
        let base = Contact { unit_id: unit, ..contact(None, batch.anonymous_id(), at) };
        let made = made(county, way, base, rng);
        let is_texted = way.is_none() && now >= county.scenario.one_door && at / MINUTE % TEXTED == 0;
        record(county, None, if is_texted { texted(county, made) } else { made }, rng, &mut batch);
    }
    batch
}

/// A contact without a name that is no call but a text message to social advice, answered as soon. Nothing is drawn for it: all
/// else in the county stays as it is without text messages.
fn texted(county: &County, call: Contact) -> Contact {
    let social = &county.organisation.social;
    Contact {
        channel: Channel::Sms,
        service: "social_work".into(),
        arrival_unit_id: Some(social.clone()),
        unit_id: social.clone(),
        attempts: 0,
        outcome: call.first_response_at.and(call.outcome),
        ..call
    }
}

/// The contact that led to a visit; its id.
pub fn before_visit(
    county: &County,
    person: &Person<'_>,
    unit: &UnitId,
    at: i64,
    rng: &mut ChaCha8Rng,
    batch: &mut Batch,
) -> String {
    let id = batch.contact_id(person.number);
    let now = county.clock.month_of(county.clock.place(at));
    let base = contact(Some(person.id), id.clone(), at);
    let base = Contact { unit_id: unit.clone(), language: Some(service_language(person)), ..base };
    let way = way(county, &BEFORE_VISITS, now, rng);
    let made = made(county, way, base, rng);
    // The professional who books the visit answers for the contact.
    let booked = Contact { outcome: Some(Outcome::Booked), unit_id: unit.clone(), ..made };
    push(booked, rng, batch);
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
        part_of: None,
    }
}

/// A duration in microseconds, lognormal with a median in minutes.
fn minutes(median: f64, sigma: f64, rng: &mut ChaCha8Rng) -> i64 {
    let drawn = LogNormal::new(median.ln(), sigma).map_or(median, |it| it.sample(rng));
    (drawn * MINUTE as f64) as i64
}

/// A contact through the platform: chats and messages of outpatient care 4 : 1, the clinics' chat, messages and forms.
fn platform(county: &County, way: Way, base: Contact, rng: &mut ChaCha8Rng) -> Contact {
    let now = county.clock.month_of(county.clock.place(base.opened_at.0));
    let organisation = &county.organisation;
    let (channel, unit, service) = match way {
        Way::Clinics => {
            let number = rng.random_range(0..organisation.clinics.len());
            (Channel::Chat, county.clinic(number, now), "child_health")
        }
        Way::MentalHealth => (Channel::Message, &organisation.mental, "mental_health"),
        Way::SocialWork => (Channel::Form, &organisation.social, "social_work"),
        Way::Outpatient | Way::EarlyForm => {
            let channel = if rng.random_bool(0.8) { Channel::Chat } else { Channel::Message };
            (channel, &organisation.digital_clinic, "outpatient")
        }
    };
    let base = Contact {
        channel,
        platform: Some("platform".into()),
        service: service.into(),
        arrival_unit_id: Some(unit.clone()),
        unit_id: unit.clone(),
        transfers: i64::from(rng.random_bool(0.08)),
        ..base
    };
    written(county, base, rng)
}

/// Course of a written contact: the chat answers in minutes (A10: median 2.5), a message on the same weekday.
fn written(county: &County, base: Contact, rng: &mut ChaCha8Rng) -> Contact {
    let opened = base.opened_at.0;
    let (answered, length) = match base.channel {
        Channel::Chat => (opened + minutes(2.5, 1.0, rng), minutes(15.0, 0.6, rng)),
        _ => (message_answered(county, opened, rng), minutes(180.0, 0.8, rng)),
    };
    let ended = instant(answered + length);
    let answered = Some(instant(answered));
    Contact {
        arrival_unit_id: base.arrival_unit_id.or_else(|| Some(base.unit_id.clone())),
        first_attempt_at: answered,
        first_response_at: answered,
        reached_at: answered,
        ended_at: Some(ended),
        assessed_at: Some(ended),
        resolved_at: Some(ended),
        closed_at: Some(ended),
        handler_id: county.organisation.someone(&base.unit_id, rng).map(|(who, _)| who),
        outcome: Some(if rng.random_bool(0.7) { Outcome::Advised } else { Outcome::Booked }),
        ..base
    }
}

/// When a message is answered: half of them soon, half in the afternoon of the weekday to which they belong, a few late.
fn message_answered(county: &County, opened: i64, rng: &mut ChaCha8Rng) -> i64 {
    let clock = &county.clock;
    let own = clock.place(opened);
    let is_of_today = clock.is_weekday(own) && opened < clock.midnight(own) + 16 * HOUR;
    let day = if is_of_today { own } else { clock.weekday_from(own + 1) };
    let midnight = clock.midnight(day);
    let (begin, end) = (opened.max(midnight + 8 * HOUR), midnight + 17 * HOUR);
    match rng.random_range(0..100) {
        0..48 => (begin + minutes(50.0, 0.8, rng)).min(end + rng.random_range(0..30) * MINUTE),
        48..97 => (begin + 5 * MINUTE).max(midnight + 13 * HOUR + rng.random_range(0..240) * MINUTE),
        _ => clock.midnight(clock.weekday_from(day + 1)) + rng.random_range(9 * 60..16 * 60) * MINUTE,
    }
}

/// A call, a callback request or a walk-in.
fn call(county: &County, base: Contact, rng: &mut ChaCha8Rng) -> Contact {
    let opened = base.opened_at.0;
    let own_nurse = county.organisation.pairs.iter().any(|pair| pair.unit == base.unit_id);
    let within = county.scenario.pair_calls_back * MINUTE;
    let (channel, wait) = match rng.random_range(0..100) {
        0..48 => (Channel::Phone, minutes(4.0, 0.9, rng)),
        48..88 if own_nurse => (Channel::Callback, minutes(7.0, 0.6, rng).min(within)),
        48..88 => (Channel::Callback, minutes(95.0, 1.0, rng)),
        _ => (Channel::WalkIn, minutes(12.0, 0.7, rng)),
    };
    let unanswered = channel == Channel::Callback && rng.random_bool(0.03);
    let answered = (!unanswered).then(|| instant(opened + wait));
    let ended = answered.map(|it| instant(it.0 + minutes(5.0, 0.5, rng)));
    Contact {
        channel,
        arrival_unit_id: Some(base.unit_id.clone()),
        first_attempt_at: Some(instant(opened + wait)),
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
    let original = batch.contact_id(person.number);
    let end = answered.unwrap_or(clock.midnight(day) + 17 * HOUR);
    for (repeat, at) in asked.into_iter().filter(|at| *at <= end).enumerate() {
        let base = contact(Some(person.id), batch.contact_id(person.number), at);
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
            part_of: None,
            ..base
        };
        push(call, rng, batch);
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

/// Puts a contact among the rows, or among those that happen before everybody's eyes: in the log.
fn record(county: &County, number: Option<u32>, contact: Contact, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    match county.is_live(&contact) {
        true => batch.live.push(Live { resident: number, contact }),
        false => push(contact, rng, batch),
    }
}

pub fn push(contact: Contact, rng: &mut ChaCha8Rng, batch: &mut Batch) {
    let closed = contact.closed_at.map_or(contact.opened_at.0 + DAY, |at| at.0);
    batch.contacts.push(Recorded(contact, closed + rng.random_range(0..120) * MINUTE));
}
