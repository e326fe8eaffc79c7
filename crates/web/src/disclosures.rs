//! Health and social care at the desk: why a matter of the other register stays closed, and what opens it.

mod page;

pub use page::{closed, ground_name, link};

use crate::feature::{Feature, get, post};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || vec![get("/desk/registers/{id}", page::register), post("/desk/registers/{id}/{command}", page::command)],
    texts: &[texts!("disclosures")],
    ..Feature::NOTHING
};
