//! Bookings: a free time is found, held and taken; its person moves or cancels it; professionals have it in their day.

mod book;
mod day;
mod desk;
mod ics;
mod own;
mod publish;
mod times;
mod walk_in;

pub use book::Holding;
pub use desk::own_day;
pub use times::{first_free, staff_words};

use jiff::Timestamp;
use matter::Matter;
use matter::access::Role;
use operations::bookings::Way;
use operations::bookings::appointments::Appointment;
use operations::bookings::days::Day;
use operations::bookings::walk_ins::WalkIn;

use crate::App;
use crate::feature::{Door, Feature, get, post};
use crate::layout::Page;
use crate::listing::{self, Listing};
use crate::matters::Owned;
use crate::numbers;
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/book", times::all),
            get("/book/{calendar}", times::times),
            post("/book/{calendar}", book::hold),
            get("/book/{calendar}/{appointment}", book::confirm),
            post("/book/{calendar}/{appointment}", book::book),
            post("/matters/{id}/cancel", own::cancel),
            get("/matters/{id}/calendar.ics", ics::ics),
            get("/desk/calendar", desk::calendar),
            get("/desk/days/{id}", day::day),
            post("/desk/days/{id}/{act}", day::act),
            get("/desk/appointments/{id}", desk::appointment),
            post("/desk/appointments/{id}/{act}", desk::act),
            get("/desk/walk-in/{unit}", walk_in::lists),
            post("/desk/walk-in/{unit}/{act}", walk_in::act),
        ]
    },
    texts: &[texts!("bookings"), texts!("walk-in")],
    doors: &[Door {
        path: "/desk/calendar",
        name: "section-calendar",
        opens_to: |role| matches!(role, Some(Role::Professional | Role::Lead)),
        leads_to: &["/desk/appointments", "/desk/days", "/desk/walk-in"],
    }],
    listings: &[
        Listing { kind: Day::NAME, path: "days", read: |app, id| listing::read(&app.kinds.days, id), claim: None },
        Listing {
            kind: WalkIn::NAME,
            path: "walk-in",
            read: |app, id| listing::read(&app.kinds.walk_ins, id),
            claim: None,
        },
    ],
    owned: &[Owned { kind: Appointment::NAME, row: own::row, page: own::page }],
    ..Feature::NOTHING
};

/// Characters of a note with a booking at most.
const MOST_NOTE: usize = 2_000;

/// A local day with its weekday: `ma 12.1.2026`.
fn day_of(app: &App, page: &Page, at: i64) -> String {
    let local = Timestamp::from_microsecond(at).ok().map(|at| at.to_zoned(app.calendar.zone.clone()));
    let weekday = local.map_or(0, |local| local.weekday().to_monday_one_offset());
    format!("{} {}", page.text(&format!("weekday-{weekday}")), numbers::day_of(at, page.language))
}

/// Until when a time can be moved or cancelled without being late.
fn until(page: &Page, last: i64, now: i64) -> String {
    match now <= last {
        true => page.language.text_with("bookings-until", &[("day", &numbers::moment(last, page.language))]),
        false => page.text("bookings-is-late"),
    }
}

/// Key of the word before a unit: nobody goes anywhere for a call.
fn where_key(way: Way) -> &'static str {
    if way.0 == facts::Modality::InPerson { "bookings-where" } else { "bookings-unit" }
}

/// A way of meeting, in the words of its code.
fn way_name(page: &Page, way: Way) -> String {
    use facts::Code;
    crate::desk::capital(&page.language.code_name(facts::Modality::LIST, way.0.code()))
}
