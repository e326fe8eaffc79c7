//! `/admin`: what administrators and analysts keep in order.

pub mod imports;
