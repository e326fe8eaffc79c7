//! `/evaluate/models`: the systems of the list, each with its state, and in a demonstration "Try it": the journey of a system,
//! step by step, with a strip on each page that says what happens there.

mod list;
mod tour;

use matter::access::Role;

use crate::feature::{Door, Feature, get, post};
use crate::layout::Page;
use crate::texts::texts;

pub use tour::{Journeys, Tour, strip};

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/evaluate/models", list::list),
            post("/evaluate/models/{id}/try", tour::go),
            post("/evaluate/models/leave", tour::leave),
        ]
    },
    texts: &[texts!("models")],
    doors: &[Door {
        path: "/evaluate/models",
        name: "section-models",
        opens_to: |role| role == Some(Role::Evaluator),
        leads_to: &[],
    }],
    ..Feature::NOTHING
};

/// Whether somebody sees the list: all who work here, and in a demonstration everybody.
fn is_open_to(page: &Page) -> bool {
    page.demo || page.role.is_some_and(|role| !matches!(role, Role::Resident | Role::Partner))
}
