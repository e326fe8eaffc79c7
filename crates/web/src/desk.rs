//! `/desk`: the professionals' lists, and the work on one contact: claim, read, answer, ask, hand over, resolve.

mod absences;
mod acts;
mod banner;
mod calls;
mod chats;
mod contacts;
mod first;
mod left;
mod list;
mod log;
mod moves;
pub mod people;
mod phrases;
mod rows;
mod sms;
mod split;
mod work;

pub use acts::{Typed, keep_typed};
pub use first::{first, given};
pub use list::live;
pub use rows::shortened;

use facts::{Code, Outcome};
use matter::Matter;
use matter::access::Role;
use operations::contacts::closing::offered;
use operations::contacts::{Command, Contact};

use crate::feature::{Door, Feature, get, post};
use crate::layout::Page;
use crate::listing::{self, Claim, Listing};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/desk", list::list),
            post("/desk/next", list::next),
            get("/desk/contacts/new", log::new),
            post("/desk/contacts/new", log::log),
            get("/desk/chats", chats::strip),
            get("/desk/absences", absences::list),
            post("/desk/absences", absences::enter),
            post("/desk/absences/end", absences::end),
            get("/desk/moves", moves::list),
            post("/desk/moves", moves::go),
            get("/desk/contacts/{id}", work::contact),
            post("/desk/contacts/{id}", acts::again),
            get("/desk/contacts/{id}/split", split::new),
            post("/desk/contacts/{id}/split", split::split),
            get("/desk/contacts/{id}/{command}", acts::back),
            post("/desk/contacts/{id}/{command}", acts::command),
        ]
    },
    texts: &[texts!("desk"), texts!("absences"), texts!("split"), texts!("sms")],
    doors: &[Door {
        path: "/desk",
        name: "section-desk",
        opens_to: |role| matches!(role, Some(Role::Professional | Role::Lead | Role::Manager)),
        leads_to: &[],
    }],
    listings: &[Listing {
        kind: Contact::NAME,
        path: "contacts",
        read: |app, id| listing::read(&app.kinds.contacts, id),
        claim: Some(Claim {
            rights: &Contact::RIGHTS,
            take: chats::take,
            took: |app, id, by| listing::took(&app.kinds.contacts, Command::Claim, id, by),
        }),
    }],
    ..Feature::NOTHING
};

pub fn unit_name(page: &Page, id: &str) -> String {
    if page.hides_places {
        return page.text("acting-no-place");
    }
    let unit = page.figures.units().iter().find(|unit| unit.id == id);
    unit.map_or_else(|| id.to_string(), |unit| page.language.of(&unit.names).to_string())
}

pub use people::{capital, name as staff_name};

/// An outcome in the words of the desk; one that only programs give, in those of the facts.
fn outcome_text(page: &Page, outcome: Outcome) -> String {
    match offered(None).contains(&outcome) {
        true => page.text(&format!("outcome-{}", outcome.code())),
        false => page.language.code_name(Outcome::LIST, outcome.code()),
    }
}
