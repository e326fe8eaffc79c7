//! `/admin`: what administrators and analysts keep in order.

pub mod imports;

use matter::access::Role;

use crate::feature::{Door, Feature, get, post};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/admin/imports", imports::list),
            get("/admin/imports/{id}", imports::one),
            get("/admin/imports/waiting/{waiting}", imports::trial),
            post("/admin/imports/waiting/{waiting}/take-in", imports::take_in),
            post("/admin/imports/waiting/{waiting}/forget", imports::forget),
        ]
    },
    files: || vec![post("/admin/imports", imports::bring)],
    texts: &[texts!("admin")],
    doors: &[Door {
        path: "/admin/imports",
        name: "section-imports",
        opens_to: |role| matches!(role, Some(Role::Admin | Role::Analyst)),
        leads_to: &[],
    }],
    ..Feature::NOTHING
};
