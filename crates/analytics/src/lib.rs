//! Facts on disk, their import, and the measures over them.
//!
//! The only library that links DataFusion. Its interface is plain: tables, rows and results in, results out.

mod changes;
pub mod decide;
mod error;
pub mod fold;
pub mod import;
pub mod index;
pub mod lake;
pub mod layout;
pub mod lock;
pub mod measure;
mod merge;
pub mod report;
pub mod results;
pub mod rows;
mod runs;
mod scan;
pub mod seen;
mod whole;

pub use error::{Error, Result};
