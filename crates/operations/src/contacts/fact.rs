//! A contact as the measures see it: one row, which takes the place of the one before.

use facts::{ContactKind, Instant, Key, OnBehalf, ResidentId};

use super::state::Contact;

/// The row of a contact. `resident`: who it concerns, unless nobody knows or it was erased; `due_at`: by when it was to be
/// answered, by the rule in force when it was opened.
pub fn fact(id: String, contact: &Contact, resident: Option<ResidentId>, due_at: Option<i64>) -> facts::Contact {
    let opened = contact.opened_at;
    // A clock that was set back must not make an answer older than its question.
    let after = |at: Option<i64>| at.map(|at| Instant(at.max(opened)));
    facts::Contact {
        contact_id: Key(id),
        resident_id: resident,
        kind: ContactKind::Request,
        notice: None,
        channel: contact.channel,
        platform: Some("luotsi".into()),
        service: contact.service.as_str().into(),
        arrival_unit_id: Some(contact.arrival_unit.as_str().into()),
        unit_id: contact.unit.as_str().into(),
        language: Some(contact.language.as_str().into()),
        urgency: None,
        reason: None,
        identified: !contact.anonymous,
        caller_key: None,
        on_behalf: None::<OnBehalf>,
        opened_at: Instant(opened),
        first_attempt_at: None,
        first_response_at: after(contact.first_response_at),
        reached_at: after(contact.reached_at),
        ended_at: None,
        assessed_at: None,
        due_at: due_at.map(Instant),
        resolved_at: after(contact.resolved_at),
        closed_at: after(contact.closed_at),
        handler_id: contact.handler.as_deref().map(Into::into),
        outcome: contact.outcome,
        transfers: contact.transfers.into(),
        attempts: 0,
        assessment_id: None,
        enrolment_id: None,
        duplicate_of: None,
    }
}
