//! A need of care as the measures see it: one row of the assessments.

use facts::{Assessment, AssessmentKind, ClosedWhy, Code, Guarantee, Instant, Key, Profession, ResidentId};
use matter::About;

use super::{CareNeed, Place};

pub(super) fn assessment(need: &CareNeed, about: &About<'_>, resident: ResidentId) -> Assessment {
    let (established, clock) = (&need.established, need.clock(about.calendar));
    let (met_at, met_by, closed_why) = match need.place {
        Place::Met { at, appointment } => (Some(at), appointment, Some(ClosedWhy::Met)),
        Place::Withdrawn { why } => (None, None, Some(why)),
        Place::Waiting | Place::Agreed { .. } => (None, None, None),
    };
    Assessment {
        assessment_id: Key(about.id.into()),
        resident_id: resident,
        kind: need.care().map_or(AssessmentKind::CareNeed, |care| care.kind),
        guarantee: clock.as_ref().and_then(|(clock, _)| clock.guarantee).unwrap_or(Guarantee::None),
        contact_id: established.contact.map(|it| it.to_string()),
        unit_id: established.unit.clone(),
        professional_id: Some(established.by.clone()),
        profession: established.profession.as_ref().and_then(|code| Profession::named(code)),
        pending_at: None,
        started_at: None,
        completed_at: Some(Instant(need.at)),
        urgency: None,
        reason_class: None,
        result: Some(established.care.clone()),
        needed_profession: None,
        need_established_at: Some(Instant(need.at)),
        due_at: clock.map(|(_, due)| Instant(due.at)),
        met_at: met_at.map(Instant),
        met_by: met_by.map(|it| it.to_string()),
        closed_at: met_at.or(need.done_at).map(Instant),
        closed_why,
        exception: need.exception.clone(),
    }
}
