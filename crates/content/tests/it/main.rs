//! Content as it is read from files.

mod catalogue;
mod journey;
mod library;
