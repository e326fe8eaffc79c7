//! Matters as the measures see them.

use calendar::Calendar;
use facts::{ResidentId, Table, Value};

/// Something that happened, and when: microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<E> {
    pub at: i64,
    pub event: E,
}

/// The matter whose rows are made.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// The matter's id in the facts.
    pub id: &'a str,
    /// The resident in the facts; none: nobody knows, or they were erased.
    pub resident: Option<ResidentId>,
    pub calendar: &'a Calendar,
}

/// Takes a row: its table, its values in the table's order, and the instant of the last change.
pub type Put<'a> = &'a mut (dyn FnMut(&'static Table, &[Value<'_>], i64) + Send);
