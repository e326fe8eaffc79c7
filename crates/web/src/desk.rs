//! `/desk`: the professionals' lists, and the work on one contact: claim, read, answer, ask, hand over, resolve.

mod acts;
mod banner;
mod contacts;
mod left;
mod list;
mod people;
mod rows;
mod work;

pub use acts::{Typed, again, back, command};
pub use list::{list, live, next};
pub use rows::{InList, shortened};
pub use work::contact;

use facts::{Code, Outcome};

use crate::layout::Page;

/// How contacts end at the desk, in the order in which they are offered.
const OUTCOMES: [Outcome; 6] =
    [Outcome::Advised, Outcome::Booked, Outcome::Referred, Outcome::SelfCare, Outcome::NoNeed, Outcome::Misdirected];

pub fn unit_name(page: &Page, id: &str) -> String {
    let unit = page.figures.units().iter().find(|unit| unit.id == id);
    unit.map_or_else(|| id.to_string(), |unit| page.language.of(&unit.names).to_string())
}

pub use people::{capital, name as staff_name};

/// An outcome in the words of the desk; one that only programs give, in those of the facts.
fn outcome_text(page: &Page, outcome: Outcome) -> String {
    match OUTCOMES.contains(&outcome) {
        true => page.text(&format!("outcome-{}", outcome.code())),
        false => page.language.code_name(Outcome::LIST, outcome.code()),
    }
}
