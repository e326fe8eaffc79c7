//! Statistics: plain slices in, structs out. No Arrow, no SQL, no clock.
//!
//! Definitions and their sources stand at each function; published worked cases are its tests.

pub mod interval;
pub mod quantile;
pub mod spc;
