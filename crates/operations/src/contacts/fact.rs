//! A contact as the measures see it: one row, which takes the place of the one before.

use facts::{ContactKind, Instant, Key, Outcome, ResidentId};

use super::state::Contact;

/// The row of a contact. `resident`: who it concerns, unless nobody knows or it was erased; `due_at`: by when it was to be
/// answered, by the rule in force when it was opened.
pub(super) fn fact(id: String, contact: &Contact, resident: Option<ResidentId>, due_at: Option<i64>) -> facts::Contact {
    facts::Contact {
        contact_id: Key(id),
        resident_id: resident,
        kind: ContactKind::Request,
        notice: None,
        channel: contact.channel,
        platform: Some("luotsi".into()),
        service: contact.service.as_str().into(),
        arrival_unit_id: Some(contact.arrival_unit.clone()),
        unit_id: contact.unit.clone(),
        language: Some(contact.language.as_str().into()),
        urgency: None,
        reason: None,
        identified: !contact.anonymous,
        caller_key: None,
        on_behalf: contact.on_behalf,
        opened_at: Instant(contact.opened_at),
        first_attempt_at: None,
        first_response_at: contact.first_response_at.map(Instant),
        reached_at: contact.reached_at.map(Instant),
        // The last word, once nothing more is expected.
        ended_at: contact.resolved_at.map(|resolved| Instant(contact.written_at.min(resolved))),
        // By then at the latest: the outcome says what the need was found to be.
        assessed_at: contact.resolved_at.filter(|_| contact.outcome.is_some_and(follows_assessment)).map(Instant),
        due_at: due_at.map(Instant),
        resolved_at: contact.resolved_at.map(Instant),
        closed_at: contact.closed_at.map(Instant),
        handler_id: contact.handler.clone(),
        outcome: contact.outcome,
        transfers: contact.transfers.into(),
        attempts: 0,
        assessment_id: None,
        enrolment_id: None,
        duplicate_of: None,
    }
}

/// Whether an outcome can only follow from somebody having assessed the need.
fn follows_assessment(outcome: Outcome) -> bool {
    use Outcome::{Advised, Booked, Emergency, NoNeed, Referred, SelfCare};
    matches!(outcome, Advised | Booked | Referred | SelfCare | NoNeed | Emergency)
}
