//! `/admin`: what administrators and analysts keep in order.

mod access;
mod health;
pub mod imports;
mod ports;
mod retention;
pub mod staff;
mod units;

use matter::access::Role;

use crate::feature::{Door, Feature, get, post};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/admin/access", access::list),
            post("/admin/access", access::extract),
            get("/admin/health", health::list),
            get("/admin/ports", ports::list),
            get("/admin/retention", retention::list),
            get("/admin/units", units::list),
            get("/admin/imports", imports::list),
            get("/admin/imports/{id}", imports::one),
            get("/admin/imports/waiting/{waiting}", imports::trial),
            post("/admin/imports/waiting/{waiting}/take-in", imports::take_in),
            post("/admin/imports/waiting/{waiting}/forget", imports::forget),
            get("/admin/staff", staff::list),
            post("/admin/staff", staff::give),
            get("/admin/staff/{person}", staff::one),
            post("/admin/staff/{person}/end", staff::end),
            post("/admin/staff/{person}/approve", staff::proposals::approve),
            post("/admin/staff/{person}/decline", staff::proposals::decline),
            post("/admin/staff/{person}/account/{act}", staff::accounts::act),
        ]
    },
    files: || vec![post("/admin/imports", imports::bring)],
    texts: &[texts!("admin"), texts!("ports"), texts!("accesses"), texts!("health")],
    doors: &[
        Door {
            path: "/admin/retention",
            name: "section-retention",
            opens_to: |role| role == Some(Role::Privacy),
            leads_to: &[],
        },
        Door {
            path: "/admin/access",
            name: "section-accesses",
            opens_to: |role| role == Some(Role::Privacy),
            leads_to: &[],
        },
        Door {
            path: "/admin/health",
            name: "section-health",
            opens_to: |role| role == Some(Role::Admin),
            leads_to: &[],
        },
        Door { path: "/admin/ports", name: "section-ports", opens_to: |role| role == Some(Role::Admin), leads_to: &[] },
        Door {
            path: "/admin/staff",
            name: "section-staff",
            opens_to: |role| role == Some(Role::Admin),
            leads_to: &["/admin/units"],
        },
        Door {
            path: "/admin/imports",
            name: "section-imports",
            opens_to: |role| matches!(role, Some(Role::Admin | Role::Analyst)),
            leads_to: &[],
        },
    ],
    ..Feature::NOTHING
};
