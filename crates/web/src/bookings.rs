//! Bookings: a free time is found, held and taken; its person moves or cancels it; professionals have it in their day.

mod book;
mod contact;
mod day;
mod desk;
mod duties;
mod gatherings;
mod ics;
mod own;
mod protected;
mod publish;
mod series;
mod times;
mod walk_in;
mod way;
mod wishes;

pub use book::Holding;
pub use contact::{booked_in, of_contact};
pub use desk::own_day;
pub use own::name as named_at;
pub use times::{first_free, staff_words};
pub use walk_in::place_on_list;

use jiff::Timestamp;
use matter::Matter;
use matter::access::Role;
use operations::bookings::Way;
use operations::bookings::appointments::Appointment;
use operations::bookings::days::Day;
use operations::bookings::gatherings::Gathering;
use operations::bookings::series::VisitSeries;
use operations::bookings::walk_ins::WalkIn;
use operations::bookings::wishes::Wish;

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
            get("/book/{calendar}/series", series::offer),
            post("/book/{calendar}/series", series::book),
            get("/book/{calendar}/wish", wishes::form),
            post("/book/{calendar}/wish", wishes::make),
            get("/book/{calendar}/seat/{gathering}", gatherings::seat),
            post("/book/{calendar}/seat/{gathering}", gatherings::take),
            get("/book/{calendar}/{appointment}", book::confirm),
            post("/book/{calendar}/{appointment}", book::book),
            post("/matters/{id}/cancel", own::cancel),
            post("/matters/{id}/way", way::own),
            post("/matters/{id}/cancel-rest", series::cancel_rest),
            post("/matters/{id}/wish/{act}", wishes::own_act),
            get("/matters/{id}/calendar.ics", ics::ics),
            get("/desk/calendar", desk::calendar),
            post("/desk/calendar/{act}", duties::act),
            get("/desk/days/{id}", day::day),
            post("/desk/days/{id}/protected/{act}", protected::act),
            post("/desk/days/{id}/{act}", day::act),
            get("/desk/appointments/{id}", desk::appointment),
            post("/desk/appointments/{id}/way", way::desk),
            post("/desk/appointments/{id}/{act}", desk::act),
            get("/desk/gatherings/{id}", gatherings::desk),
            post("/desk/gatherings/{id}/{act}", gatherings::act),
            get("/desk/series/{id}", series::desk),
            post("/desk/series/{id}/{act}", series::act),
            get("/desk/wishes/{id}", wishes::desk),
            post("/desk/wishes/{id}/{act}", wishes::desk_act),
            get("/desk/walk-in/{unit}", walk_in::lists),
            post("/desk/walk-in/{unit}/{act}", walk_in::act),
        ]
    },
    texts: &[
        texts!("bookings"),
        texts!("walk-in"),
        texts!("series"),
        texts!("gatherings"),
        texts!("duties"),
        texts!("wishes"),
    ],
    doors: &[Door {
        path: "/desk/calendar",
        name: "section-calendar",
        opens_to: |role| matches!(role, Some(Role::Professional | Role::Lead)),
        leads_to: &["/desk/appointments", "/desk/days", "/desk/gatherings", "/desk/series", "/desk/walk-in"],
    }],
    listings: &[
        Listing { kind: Day::NAME, path: "days", read: |app, id| listing::read(&app.kinds.days, id), claim: None },
        Listing {
            kind: Gathering::NAME,
            path: "gatherings",
            read: |app, id| listing::read(&app.kinds.gatherings, id),
            claim: None,
        },
        Listing { kind: Wish::NAME, path: "wishes", read: |app, id| listing::read(&app.kinds.wishes, id), claim: None },
        Listing {
            kind: WalkIn::NAME,
            path: "walk-in",
            read: |app, id| listing::read(&app.kinds.walk_ins, id),
            claim: None,
        },
    ],
    owned: &[
        Owned { kind: Appointment::NAME, row: own::row, page: own::page },
        Owned { kind: Wish::NAME, row: wishes::row, page: wishes::owned },
        Owned { kind: VisitSeries::NAME, row: series::row, page: series::owned },
    ],
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

/// The local day of an appointment, and its time.
pub fn when_of(app: &App, page: &Page, it: &Appointment) -> String {
    let when = &it.booking.when;
    format!("{} {}–{}", day_of(app, page, when.from), numbers::clock(when.from), numbers::clock(when.to))
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
    if matches!(way.0, facts::Modality::InPerson | facts::Modality::Ward) { "bookings-where" } else { "bookings-unit" }
}

/// The title of a page about one time: pages of several times of one name are told apart by it.
fn titled(page: &Page, name: &str, at: i64) -> String {
    format!("{name}, {}", numbers::moment(at, page.language))
}

/// A way of meeting, in the words of its code.
fn way_name(page: &Page, way: Way) -> String {
    use facts::Code;
    crate::desk::capital(&page.language.code_name(facts::Modality::LIST, way.0.code()))
}
