//! Needs of care: a professional establishes one, the unit sees by when care must begin and why, and books the first time.

mod acts;
mod book;
mod establish;
mod list;
mod page;

pub use list::{ending, ending_link, found, waiting};

use matter::{Matter, Subject};
use maud::{Markup, html};
use operations::care_needs::{CareNeed, Place, exceptions};
use uuid::Uuid;

use crate::App;
use crate::feature::{Feature, get, post};
use crate::layout::Page;
use crate::listing::{self, Listing};
use crate::numbers;
use crate::parts;
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/desk/contacts/{id}/need", establish::form),
            post("/desk/contacts/{id}/need", establish::establish),
            get("/desk/care-needs/{id}", page::need),
            get("/desk/care-needs/{id}/book", book::times),
            post("/desk/care-needs/{id}/book", book::book),
            post("/desk/care-needs/{id}/{command}", acts::act),
        ]
    },
    texts: &[texts!("needs")],
    listings: &[Listing {
        kind: CareNeed::NAME,
        path: "care-needs",
        read: |app, id| listing::read(&app.kinds.care_needs, id),
        claim: None,
    }],
    ..Feature::NOTHING
};

/// A local day with its weekday, without the year: `ma 29.6.`
pub fn day(app: &App, page: &Page, at: i64) -> String {
    let Some(date) = app.calendar.local_date(at) else { return String::new() };
    let weekday = page.text(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
    format!("{weekday} {}", numbers::short_day(date, page.language))
}

/// A local day and time: `pe 26.6. klo 10.00`.
fn time(app: &App, page: &Page, at: i64) -> String {
    page.language.text_with("needs-time", &[("day", &day(app, page, at)), ("clock", &numbers::clock(at))])
}

/// The name of the care.
fn care_name(page: &Page, need: &CareNeed) -> String {
    need.care().map_or_else(|| need.established.care.to_string(), |care| care.name.of(page.language.code()).to_string())
}

/// The last instant that is in time; none: no rule binds, or care has begun.
fn due_at(app: &App, need: &CareNeed) -> Option<i64> {
    let binds = need.done_at.is_none() && need.exception.is_none();
    binds.then(|| need.clock(app.calendar)).flatten().map(|(_, due)| due.at)
}

/// By when the law wants somebody to be met for whose need an appointment was booked.
pub fn guarantee(app: &App, appointment: Uuid, subject: Subject) -> Option<i64> {
    app.kinds.care_needs.look(|all| {
        let theirs = all.of_subject(subject, usize::MAX).into_iter().filter_map(|id| all.get(id));
        theirs.filter(|it| it.appointment() == Some(appointment)).find_map(|it| due_at(app, &it))
    })
}

/// By when care must begin, and whether a law or a promise says so.
fn due(app: &App, page: &Page, need: &CareNeed) -> Markup {
    let clock = need.clock(app.calendar).filter(|_| need.done_at.is_none());
    html! {
        @match (&need.exception, clock) {
            (Some(why), _) if need.done_at.is_none() => {
                span.quiet { (page.text("needs-excepted")) ": " (exception_name(page, why)) }
            }
            (_, Some((clock, due))) => {
                (day(app, page, due.at)) " " (parts::basis(page, clock.says.code()))
            }
            _ => {}
        }
    }
}

fn exception_name(page: &Page, why: &str) -> String {
    let known = exceptions().iter().find(|it| it.id == why);
    known.map_or_else(|| why.to_string(), |it| it.name.of(page.language.code()).to_string())
}

/// How it stands, in words: late, agreed, begun, over.
fn standing(app: &App, page: &Page, need: &CareNeed) -> Markup {
    let now = app.kinds.store.now();
    let late = due_at(app, need).filter(|due| *due < now).map_or(0, |due| days_between(app, due, now));
    let told = match need.place {
        Place::Waiting => page.text("needs-waiting"),
        Place::Agreed { at, .. } => page.language.text_with("needs-agreed", &[("time", &time(app, page, at))]),
        Place::Met { at, .. } => {
            let days = need.days_to(at, app.calendar).unwrap_or(0);
            page.language.text_count("needs-met", days.unsigned_abs() as usize, &days.to_string())
        }
        Place::Withdrawn { why } => page.text(&format!("needs-over-{}", facts::Code::code(why))),
    };
    html! {
        @if late > 0 {
            strong.due.due--late { (page.language.text_count("needs-late", late as usize, &late.to_string())) } " "
        }
        (told)
    }
}

/// Local days from one instant to another.
fn days_between(app: &App, from: i64, to: i64) -> i32 {
    let day = |at| app.calendar.local_date(at).map_or(0, calendar::day_number);
    day(to) - day(from)
}
