//! Notices under the Social Welfare Act: anybody tells of a worry, a professional writes one down, and whoever handles it sees
//! which earlier ones may be about the same person, hands it on, splits it and ends it.

mod acts;
mod alike;
mod form;
mod intake;
mod list;
mod own;
mod page;
mod report;

use facts::{Code, Register};
use matter::{Matter, PartId};
use operations::notices::{Command, Notice, What};

use crate::App;
use crate::feature::{Feature, get, post};
use crate::layout::Page;
use crate::listing::{self, Claim, Listing};
use crate::matters::Owned;
use crate::queues;
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/contact/notice", report::form),
            post("/contact/notice", report::send),
            get("/desk/notices/new", intake::form),
            post("/desk/notices/new", intake::send),
            get("/desk/notices/{id}", page::notice),
            post("/desk/notices/{id}/{command}", acts::act),
        ]
    },
    texts: &[texts!("notices")],
    listings: &[Listing {
        kind: Notice::NAME,
        path: "notices",
        read: |app, id| listing::read(&app.kinds.notices, id),
        claim: Some(Claim {
            rights: &Notice::RIGHTS,
            take: |app, caller, id, by| listing::take(app, (&app.kinds.notices, Command::Claim), caller, id, by),
            took: |app, id, by| listing::took(&app.kinds.notices, Command::Claim, id, by),
        }),
    }],
    owned: &[Owned { kind: Notice::NAME, row: own::row, page: own::page }],
    ..Feature::NOTHING
};

/// The queue to which notices come, and the ready answers for those who make them.
const QUEUE: &str = "social-notices";
const ANSWERS: &str = "notice-acknowledgement";

/// The unit to which notices come, and its queue; where no queue of that name is in force, that of the first service.
fn door(app: &App) -> (String, Option<PartId>) {
    let queue = app.kinds.queues.get(QUEUE);
    let unit = queue.as_ref().and_then(|it| it.content.units.first().map(|unit| unit.to_string()));
    match unit {
        Some(unit) => (unit, Some(QUEUE.into())),
        None => app.queue_of(""),
    }
}

/// Where a notice can go, each with its name: to queues of social care, which the other register does not read; in a county
/// that has told no registers apart, to all its units.
fn targets(app: &App, page: &Page) -> Vec<(String, String)> {
    let units = page.figures.units();
    let open = || units.iter().filter(|unit| unit.open);
    let queues = open().flat_map(|unit| {
        let social = app.queues_at(&unit.id).into_iter().filter(|it| it.content.register == Register::Social);
        social.map(|it| (format!("{}@{}", it.id, unit.id), queues::name_at(app, page, &it.id, &unit.id)))
    });
    let mut all: Vec<(String, String)> = queues.collect();
    if all.is_empty() {
        let units = open().filter(|unit| unit.level == "unit");
        all.extend(units.map(|unit| (unit.id.clone(), page.language.of(&unit.names).to_string())));
    }
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all
}

/// The name of a sort of notice.
fn what_name(page: &Page, what: What) -> String {
    crate::desk::people::capital(&page.language.code_name(What::LIST, what.code()))
}
