//! Rows of matters in the facts.

use calendar::Calendar;
use facts::{ResidentId, Table, Value};

/// An event of a matter's history. Times are in microseconds since 1970, by when it happened and not by the log's own time,
/// which a clock that was ahead once has moved for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<E> {
    pub event: E,
    pub at: i64,
    /// The same, but later than that of the event before: what is done at once has one time, and rows made from it one after
    /// another must not.
    pub changed: i64,
}

/// That from which rows are made, beside a matter's history.
pub struct About<'a> {
    pub id: &'a str,
    /// Number in the facts of the person whom it is about; none: nobody knows who it is, or they were erased.
    pub resident: Option<ResidentId>,
    pub calendar: &'a Calendar,
    /// When it changed last, in microseconds since 1970: later than any row of it before.
    pub changed: i64,
}

/// Takes a row: its table, its values in the table's order, and the instant of its last change.
pub type Put<'a> = &'a mut (dyn FnMut(&'static Table, &[Value<'_>], i64) + Send);
