//! Facts known of the county at an instant: rows recorded by then, and rows that ended later as they stood before.

use facts::{
    Account, Assessment, CareRoleHeld, Contact, Cost, Encounter, Enrolment, Entry, Instant, Interpreting, Opening,
    Order, Phenomenon, Professional, Registration, Residence, Resident, Response, Series, Slot, Status, Survey,
    T3Reading, Unit, Visit,
};

use crate::Recorded;

/// The time after one instant up to another, itself included; in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub after: i64,
    pub to: i64,
}

impl Span {
    pub(crate) fn has(&self, at: i64) -> bool {
        self.after < at && at <= self.to
    }

    /// How a row stands at the end of the span, where that is other than it stood at the beginning.
    pub(crate) fn early<R: Staged>(&self, row: &Recorded<R>) -> Option<Recorded<R>> {
        if row.1 <= self.to { None } else { row.0.at(self.to).filter(|early| self.has(early.1)) }
    }

    /// Whether anything of a row becomes known in the span.
    pub(crate) fn touches<R: Staged>(&self, row: &Recorded<R>) -> bool {
        self.has(row.1) || self.early(row).is_some()
    }
}

/// A row that is known in stages: a visit is booked before it takes place.
pub trait Staged: Sized {
    /// How it stood at an instant before it was as it is, and since when; none: nothing was known.
    fn at(&self, instant: i64) -> Option<Recorded<Self>>;
}

macro_rules! at_once {
    ($($row:ty),*) => {
        $(impl Staged for $row {
            fn at(&self, _: i64) -> Option<Recorded<Self>> {
                None
            }
        })*
    };
}

at_once!(
    CareRoleHeld,
    Cost,
    Enrolment,
    Entry,
    Interpreting,
    Opening,
    Order,
    Phenomenon,
    Professional,
    Registration,
    Residence,
    Resident,
    Response,
    Series,
    Survey,
    T3Reading,
    Unit,
    Visit
);

/// The latest of times that have come; none: not even the first has.
fn latest<const N: usize>(times: [Option<Instant>; N]) -> Option<i64> {
    times.into_iter().flatten().map(|at| at.0).max()
}

impl Staged for Contact {
    fn at(&self, instant: i64) -> Option<Recorded<Self>> {
        let come = |at: Option<Instant>| at.filter(|at| at.0 <= instant);
        let opened = come(Some(self.opened_at))?;
        let (resolved, reached) = (come(self.resolved_at), come(self.reached_at));
        let early = Contact {
            first_attempt_at: come(self.first_attempt_at),
            first_response_at: come(self.first_response_at),
            reached_at: reached,
            ended_at: come(self.ended_at),
            assessed_at: come(self.assessed_at),
            resolved_at: resolved,
            closed_at: come(self.closed_at),
            handler_id: self.handler_id.clone().filter(|_| reached.is_some()),
            outcome: self.outcome.filter(|_| resolved.is_some()),
            ..self.clone()
        };
        let since = latest([Some(opened), early.first_attempt_at, reached, early.ended_at, resolved, early.closed_at]);
        Some(Recorded(early, since?))
    }
}

impl Staged for Account {
    fn at(&self, instant: i64) -> Option<Recorded<Self>> {
        let early = Account { closed_at: None, ..self.clone() };
        (self.registered_at.0 <= instant).then_some(Recorded(early, self.registered_at.0))
    }
}

impl Staged for Encounter {
    fn at(&self, instant: i64) -> Option<Recorded<Self>> {
        let come = |at: Option<Instant>| at.filter(|at| at.0 <= instant);
        let booked = come(self.booked_at)?;
        if let Some(cancelled) = come(self.cancelled_at) {
            return Some(Recorded(self.clone(), cancelled.0));
        }
        let early = Encounter {
            status: Status::Booked,
            ended_at: None,
            cancelled_at: None,
            cancelled_by: None,
            cancel_reason: None,
            notified_at: None,
            ..self.clone()
        };
        Some(Recorded(early, booked.0))
    }
}

impl Staged for Assessment {
    fn at(&self, instant: i64) -> Option<Recorded<Self>> {
        let come = |at: Option<Instant>| at.filter(|at| at.0 <= instant);
        let begun = come(self.pending_at.or(self.started_at))?;
        let (met, closed) = (come(self.met_at), come(self.closed_at));
        let early = Assessment {
            completed_at: come(self.completed_at),
            need_established_at: come(self.need_established_at),
            met_at: met,
            met_by: self.met_by.clone().filter(|_| met.is_some()),
            closed_at: closed,
            closed_why: self.closed_why.filter(|_| closed.is_some()),
            ..self.clone()
        };
        let since = latest([Some(begun), early.completed_at, early.need_established_at, met, closed]);
        Some(Recorded(early, since?))
    }
}

impl Staged for Slot {
    fn at(&self, instant: i64) -> Option<Recorded<Self>> {
        let early = Slot { booked_at: self.booked_at.filter(|at| at.0 <= instant), ..self.clone() };
        (self.published_at.0 <= instant).then_some(Recorded(early, self.published_at.0))
    }
}
