//! The rules of the service loop, as pure functions and dated data. No I/O, no clock, no randomness.

pub mod bookings;
pub mod break_glass;
pub mod care_needs;
pub mod consultations;
pub mod contacts;
pub mod disclosures;
pub mod dispatches;
pub mod mandates;
pub mod notices;
pub mod organisation;
pub mod phases;
pub mod residents;
pub mod retention;
pub mod start;
pub mod tasks;
pub mod telephony;
pub mod video;

/// How long an act can be undone by the one who did it: ten minutes, in microseconds.
pub const UNDONE_WITHIN: i64 = 10 * 60 * 1_000_000;
