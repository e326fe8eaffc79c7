//! A notice as the measures see it: one row of the contacts.

use facts::{ContactKind, Instant, Key, OnBehalf, Outcome, ResidentId};

use super::{Ending, Notice, Notifier};

/// The row of a notice; `due_at`: by when its urgency is to be assessed.
pub(super) fn fact(id: String, it: &Notice, resident: Option<ResidentId>, due_at: Option<i64>) -> facts::Contact {
    let ended = it.ended.map(|ended| Instant(ended.at));
    facts::Contact {
        contact_id: Key(id),
        resident_id: resident,
        kind: ContactKind::Notice,
        notice: Some(it.made.what),
        channel: it.made.channel,
        platform: Some("luotsi".into()),
        service: "social_work".into(),
        arrival_unit_id: Some(it.made.unit.clone()),
        unit_id: it.unit.clone(),
        language: Some(it.made.language.as_str().into()),
        urgency: it.urgency.map(|it| it.urgency),
        reason: None,
        identified: it.made.subject.is_some(),
        caller_key: None,
        on_behalf: match it.made.notifier {
            Notifier::Own => Some(OnBehalf::Me),
            Notifier::Relative => Some(OnBehalf::Relative),
            Notifier::Private => None,
            Notifier::Authority => Some(OnBehalf::Authority),
        },
        opened_at: Instant(it.at),
        first_attempt_at: None,
        first_response_at: it.urgency.map(|it| Instant(it.at)),
        reached_at: None,
        ended_at: ended,
        // The unit that ended it took it up then: the facts have no column of its own for that.
        assessed_at: it.ended.filter(|_| it.first().is_none()).and(it.taken_at).map(Instant),
        due_at: due_at.map(Instant),
        resolved_at: ended,
        closed_at: ended,
        handler_id: it.handler.clone(),
        outcome: match (it.first(), it.ended.map(|it| it.ending)) {
            (Some(_), _) => Some(Outcome::Merged),
            (None, ending) => ending.map(outcome),
        },
        transfers: it.transfers.into(),
        attempts: 0,
        assessment_id: None,
        enrolment_id: None,
        duplicate_of: it.first().map(|first| first.to_string()),
        part_of: None,
    }
}

fn outcome(ending: Ending) -> Outcome {
    match ending {
        Ending::Assessment | Ending::OpenMatter => Outcome::Referred,
        Ending::Helped => Outcome::Advised,
        Ending::NoNeed => Outcome::NoNeed,
        Ending::Elsewhere => Outcome::Misdirected,
    }
}
