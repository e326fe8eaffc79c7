//! Tasks at the desk: what one person must do by a day, about another matter or by itself.

mod acts;
mod list;
mod page;

pub use acts::end_of;
pub use page::about;

use matter::Matter;
use operations::tasks::{Command, Task};

use crate::feature::{Feature, get, post};
use crate::listing::{self, Claim, Listing};
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || {
        vec![
            get("/desk/tasks/new", acts::new),
            post("/desk/tasks/new", acts::set),
            get("/desk/tasks/{id}", page::task),
            post("/desk/tasks/{id}/{command}", acts::command),
        ]
    },
    texts: &[texts!("tasks")],
    listings: &[Listing {
        kind: Task::NAME,
        path: "tasks",
        read: |app, id| listing::read(&app.kinds.tasks, id),
        claim: Some(Claim {
            rights: &Task::RIGHTS,
            take: |app, caller, id, by| listing::take(app, (&app.kinds.tasks, Command::Claim), caller, id, by),
            took: |app, id, by| listing::took(&app.kinds.tasks, Command::Claim, id, by),
        }),
    }],
    ..Feature::NOTHING
};
