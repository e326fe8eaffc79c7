//! The record of accesses, read back: who opened which matter of a person, when and why.

use matter::Subject;
use matter::access::{Own, Role};
use serde_json::Value;
use uuid::Uuid;

use crate::App;

/// One opening of a matter, or one that was refused.
pub struct Opening {
    /// Microseconds since 1970.
    pub at: i64,
    /// The professional who opened it, as the log names them, and their unit.
    pub who: String,
    pub unit: String,
    pub role: Option<Role>,
    pub kind: String,
    pub matter: Uuid,
    /// The person themselves opened it.
    pub is_own: bool,
    /// The person has a page of it.
    pub is_theirs: bool,
    /// End of the event's kind: `read`, `written`, `handled`, `assigned`, `met`, `refused`.
    pub what: String,
    pub purpose: String,
    /// The ground on which the other register was open to them.
    pub ground: Option<String>,
}

impl App {
    /// Every opening of a person's matters by somebody who works here since an instant, and every one that was refused; the
    /// latest first.
    pub async fn openings(&self, subject: Subject, since: i64) -> store::Result<Vec<Opening>> {
        let mut openings = Vec::new();
        for kind in self.kinds.store.kinds() {
            for id in kind.of_subject(subject, usize::MAX) {
                for event in self.accesses.read_stream(&format!("access/{id}"), 0, usize::MAX >> 1).await? {
                    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
                    let (of, what) = event.kind.split_once('.').unwrap_or((&event.kind, ""));
                    // The record of a person is their matter, too; who looked through the record stands in it besides.
                    if event.occurred < since || of != kind.name() {
                        continue;
                    }
                    openings.push(Opening {
                        at: event.occurred,
                        is_own: event.context.actor == subject.to_string(),
                        who: event.context.actor,
                        unit: event.context.unit,
                        role: data["role"].as_str().and_then(Role::named),
                        kind: of.into(),
                        matter: id,
                        is_theirs: kind.rights().own >= Own::Read && id != subject.0,
                        what: what.into(),
                        purpose: event.context.purpose,
                        ground: data["ground"].as_str().map(Into::into),
                    });
                }
            }
        }
        openings.sort_by_key(|it| std::cmp::Reverse(it.at));
        Ok(openings)
    }
}
