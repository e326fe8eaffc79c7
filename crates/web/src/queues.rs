//! Queues: parts at units, `PART@UNIT` in addresses. Each unit has one without a part, `general@UNIT`; a unit alone stands
//! for all of its own.

mod hours;
mod page;
mod rehearsal;

pub use page::late_today;

use std::sync::Arc;

use content::Part;
use matter::PartId;
use operations::contacts::Queue;

use crate::App;
use crate::desk::unit_name;
use crate::feature::{Feature, get};
use crate::layout::Page;
use crate::texts::texts;

pub static FEATURE: Feature = Feature {
    pages: || vec![get("/desk/queues/{id}", page::queue), get("/edit/queues/{id}", rehearsal::rules)],
    texts: &[texts!("queues"), texts!("routing"), texts!("clocks")],
    ..Feature::NOTHING
};

impl App {
    /// The unit of a queue as an address names it, and which of its queues; none: all. No such queue: nothing.
    pub fn queue_named(&self, address: &str) -> Option<(String, Option<PartId>)> {
        if self.is_queue(address) {
            return Some((address.into(), None));
        }
        let (part, unit) = address.split_once('@')?;
        (self.is_queue(unit)
            && (part == PartId::GENERAL || self.kinds.queues.get(part).is_some_and(|it| it.content.is_at(unit))))
        .then(|| (unit.into(), Some(part.into())))
    }

    /// The queues that a unit has beside the one without a part.
    pub fn queues_at(&self, unit: &str) -> Vec<Arc<Part<Queue>>> {
        self.kinds.queues.all().values().filter(|it| it.content.is_at(unit)).map(Arc::clone).collect()
    }
}

/// The name of a queue of some unit; of one whose part is gone, its id.
pub fn name_of(app: &App, page: &Page, queue: &str) -> String {
    match app.kinds.queues.get(queue) {
        Some(part) => part.content.name.of(page.language.code()).to_string(),
        None if queue == PartId::GENERAL => page.text("desk-queue-general"),
        None => queue.into(),
    }
}

/// The same with its unit.
pub fn name_at(app: &App, page: &Page, queue: &str, unit: &str) -> String {
    format!("{}, {}", name_of(app, page, queue), unit_name(page, unit))
}
