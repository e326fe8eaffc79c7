//! The promises of the log, on every kind of database and on the model.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod bound;
mod conformance;
mod contacts;
mod content;
mod lifecycle;
mod logs;
mod matters;
mod model;
mod privacy;
