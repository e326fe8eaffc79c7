//! Consultations at the desk: a question to a colleague about a contact, which stays with whoever has it.

mod acts;
mod list;
mod page;

pub use acts::of_contact;
pub use page::{about, asked, whom};

use matter::Matter;
use operations::consultations::{Command, Consultation};

use crate::App;
use crate::feature::{Feature, get, post};
use crate::listing::{self, Claim, Listing};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/desk/contacts/{id}/consult", acts::new),
            post("/desk/contacts/{id}/consult", acts::ask),
            get("/desk/consultations/{id}", page::consultation),
            post("/desk/consultations/{id}/{command}", acts::command),
        ]
    },
    texts: &[texts!("consultations")],
    listings: &[Listing {
        kind: Consultation::NAME,
        path: "consultations",
        read: |app, id| listing::read(&app.kinds.consultations, id),
        claim: Some(Claim {
            rights: &Consultation::RIGHTS,
            take: |app, caller, id, by| {
                let claim = claim(app, caller.person.as_ref().map_or("", |person| &person.id));
                listing::take(app, (&app.kinds.consultations, claim), caller, id, by)
            },
            took: |app, id, by| listing::took(&app.kinds.consultations, claim(app, &by.0.name()), id, by),
        }),
    }],
    ..Feature::NOTHING
};

/// Somebody takes a question, in their profession.
fn claim(app: &App, professional: &str) -> Command {
    Command::Claim { profession: app.profession(professional) }
}
