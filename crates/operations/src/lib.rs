//! The rules of the service loop, as pure functions and dated data. No I/O, no clock, no randomness.

pub mod bookings;
pub mod care_needs;
pub mod consultations;
pub mod contacts;
pub mod dispatches;
pub mod organisation;
pub mod phases;
pub mod residents;
pub mod tasks;
