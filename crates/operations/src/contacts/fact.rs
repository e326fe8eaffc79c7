//! A contact as the measures see it: one row, which takes the place of the one before.

use facts::{AboutKind, Channel, ContactKind, Instant, Key, Outcome, ResidentId, Respondent};

use super::state::Contact;

/// The row of a contact. `resident`: who it concerns, unless nobody knows or it was erased; `due_at`: by when it was to be
/// answered, by the rule in force when it was opened.
pub(super) fn fact(id: String, contact: &Contact, resident: Option<ResidentId>, due_at: Option<i64>) -> facts::Contact {
    let ended_at = ended_at(contact);
    let part_of = contact.part_of.map(|whole| whole.to_string());
    // By the first call, unless an answer came before it.
    let is_first = |at: &i64| contact.first_response_at.is_none_or(|answered| *at <= answered);
    facts::Contact {
        contact_id: Key(id),
        resident_id: resident,
        kind: ContactKind::Request,
        notice: None,
        channel: contact.channel,
        // A call is none of the platform's.
        platform: (!contact.rang).then(|| "luotsi".into()),
        service: contact.service.as_str().into(),
        arrival_unit_id: Some(contact.arrival_unit.clone()),
        unit_id: contact.unit.clone(),
        language: Some(contact.language.as_str().into()),
        urgency: None,
        reason: None,
        // A caller has proven nothing.
        identified: !contact.anonymous && !contact.rang,
        caller_key: contact.calls.mark.clone().filter(|_| contact.rang && contact.subject.is_none()),
        on_behalf: contact.on_behalf,
        opened_at: Instant(contact.opened_at),
        first_attempt_at: contact.calls.first_at.filter(is_first).map(Instant),
        first_response_at: contact.first_response_at.map(Instant),
        // In a chat that was over by then both were not there together.
        reached_at: contact.reached_at.filter(|at| ended_at.is_none_or(|ended| *at <= ended)).map(Instant),
        ended_at: ended_at.map(Instant),
        // By then at the latest: the outcome says what the need was found to be.
        assessed_at: contact.resolved_at.filter(|_| contact.outcome.is_some_and(follows_assessment)).map(Instant),
        due_at: due_at.map(Instant),
        resolved_at: contact.resolved_at.map(Instant),
        closed_at: contact.closed_at.map(Instant),
        handler_id: contact.handler.clone(),
        outcome: contact.outcome,
        transfers: contact.transfers.into(),
        attempts: contact.calls.all.into(),
        assessment_id: None,
        enrolment_id: None,
        // A part that was taken back stands for the whole again.
        duplicate_of: part_of.clone().filter(|_| contact.outcome == Some(Outcome::Withdrawn)),
        part_of,
    }
}

/// The last word: of a chat that was held the last in it, of all else once nothing more is expected.
fn ended_at(contact: &Contact) -> Option<i64> {
    let held = contact.chat.as_ref().and_then(|chat| chat.over).filter(|over| over.is_answered);
    held.map(|over| over.said_at).or_else(|| contact.resolved_at.map(|resolved| contact.written_at.min(resolved)))
}

/// The row of the rating of a chat that was held and is over, whose page asks for it; none: nobody is asked.
pub(super) fn survey(id: &str, contact: &Contact, resident: Option<ResidentId>) -> Option<facts::Survey> {
    let chat = contact.chat.as_ref()?;
    let over = chat.over.filter(|over| over.is_answered)?;
    Some(facts::Survey {
        survey_id: Key(format!("chat-{id}")),
        resident_id: resident,
        respondent: Respondent::Client,
        about_kind: AboutKind::Contact,
        about: Some(id.into()),
        instrument: "chat_feedback".into(),
        unit_id: contact.unit.clone(),
        service: Some(contact.service.as_str().into()),
        enrolment_id: None,
        professional_id: contact.handler.clone(),
        channel: Channel::Chat,
        language: contact.language.as_str().into(),
        sent_at: Instant(over.at),
        delivered_at: Some(Instant(over.at)),
        undelivered_why: None,
        answered_at: chat.rated.map(|(_, at)| Instant(at.max(over.at))),
        nps: None,
        rating: chat.rated.map(|(rating, _)| rating.into()),
        statements: None,
    })
}

/// Whether an outcome can only follow from somebody having assessed the need.
fn follows_assessment(outcome: Outcome) -> bool {
    use Outcome::{Advised, Booked, Emergency, NoNeed, Referred, SelfCare};
    matches!(outcome, Advised | Booked | Referred | SelfCare | NoNeed | Emergency)
}
