//! Bookings: a free time is found, held and taken; its person moves or cancels it; professionals have it in their day.

mod book;
mod day;
mod desk;
mod ics;
mod own;
mod publish;
mod times;

pub use book::{Holding, book, confirm, hold};
pub use day::{act as day_act, day};
pub use desk::{act, appointment, calendar};
pub use ics::ics;
pub use own::{cancel, matter, matters};
pub use times::{all, times};

use jiff::Timestamp;
use operations::bookings::Way;

use crate::App;
use crate::layout::Page;
use crate::numbers;

/// Characters of a note with a booking at most.
const MOST_NOTE: usize = 2_000;

/// A local day with its weekday: `ma 12.1.2026`.
fn day_of(app: &App, page: &Page, at: i64) -> String {
    let local = Timestamp::from_microsecond(at).ok().map(|at| at.to_zoned(app.calendar.zone.clone()));
    let weekday = local.map_or(0, |local| local.weekday().to_monday_one_offset());
    format!("{} {}", page.text(&format!("bookings-weekday-{weekday}")), numbers::day_of(at, page.language))
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
