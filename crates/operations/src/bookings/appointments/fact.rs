//! An appointment as the measures see it: one row from booking to visit or cancellation.

use facts::{Encounter, Instant, Key, Party, Provider, ResidentId, Status};
use matter::{Dated, Matter};

use super::{Appointment, Event, Part, Stage};
use crate::bookings::{Actor, Way};

/// The row of an appointment. One that closed without a word stays booked: nobody said that it took place.
pub(super) fn encounter(history: &[Dated<Event>], id: &str, resident: ResidentId) -> Option<Encounter> {
    let appointment = history.iter().fold(None, |it, event| Appointment::evolve(it, &event.event, event.at));
    let Appointment { booking, stage, booked_at, begun_at, done_at, .. } = appointment?;
    let (wanted, when) = (&booking.wanted, &booking.when);
    let (professional, profession) = when
        .parts
        .iter()
        .find_map(|part| match part {
            Part::Time { actor: Actor::Professional { id, profession }, .. } => Some((id.clone(), *profession)),
            _ => None,
        })
        .unzip();
    let slot = when.parts.iter().find_map(|part| match part {
        Part::Time { slot, .. } => Some(slot.to_string()),
        Part::Seat { .. } => None,
    });
    let is_group = matches!(when.parts[..], [Part::Seat { .. }, ..]);
    let ended_at = done_at.filter(|_| stage == Stage::Ended);
    // A visit that ended before its time, and of which nobody said when it began, began then at the latest.
    let started_at = begun_at.unwrap_or(when.from.min(ended_at.unwrap_or(i64::MAX)));
    // That it closed days later takes nothing from what was recorded of it.
    let last = history.iter().rfind(|it| it.event != Event::Closed).map(|it| (it.at, &it.event));
    let (cancelled_at, cancelled_by, cancel_reason, notified_at) = match last {
        Some((at, Event::Cancelled { by, why, notified_at, .. })) => {
            (Some(Instant(at.max(booked_at))), Some(*by), Some(*why), notified_at.map(Instant))
        }
        _ => (None, None, None, None),
    };
    let (reasons, procedures) = match last {
        Some((_, Event::Ended { reasons, procedures })) => (&reasons[..], &procedures[..]),
        _ => (&[][..], &[][..]),
    };
    let joined = |codes: &[String]| (!codes.is_empty()).then(|| codes.join(" "));
    Some(Encounter {
        encounter_id: Key(id.into()),
        resident_id: resident,
        professional_id: professional,
        profession,
        unit_id: booking.unit.clone(),
        service: booking.service.as_str().into(),
        provider: Provider::Own,
        modality: Some({
            let Way(modality) = wanted.way;
            modality
        }),
        party: is_group.then_some(Party::Group),
        nature: None,
        urgency: Some(booking.urgency),
        planned: Some(true),
        first_visit: None,
        booked_at: Some(Instant(booked_at)),
        booked_channel: Some(wanted.channel),
        slot_id: slot,
        started_at: Instant(started_at),
        ended_at: ended_at.map(|at| Instant(at.max(started_at))),
        status: match stage {
            Stage::Booked | Stage::Arrived => Status::Booked,
            Stage::Begun | Stage::Ended => Status::Done,
            Stage::Missed => Status::NoShow,
            Stage::Cancelled => Status::Cancelled,
        },
        cancelled_at,
        cancelled_by,
        cancel_reason,
        notified_at,
        contact_id: wanted.contact.map(|it| it.to_string()),
        assessment_id: wanted.assessment.map(|it| it.to_string()),
        enrolment_id: wanted.enrolment.map(|it| it.to_string()),
        reason: reasons.first().map(|it| it.as_str().into()),
        reasons: reasons.get(1..).and_then(joined),
        procedures: joined(procedures),
        cost_cents: None,
    })
}
