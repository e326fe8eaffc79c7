//! Where a matter stands.

use uuid::Uuid;

use crate::ids::{ProfessionalId, Subject, UnitId};

/// Where a matter stands: all that lists and guards need to know. A function of the state alone, never of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The person whom it is about; none: nobody who is known.
    pub subject: Option<Subject>,
    /// Unit that answers for it.
    pub unit: Option<&'a UnitId>,
    /// The professional who has it, or had it last.
    pub who: Option<&'a ProfessionalId>,
    pub list: List,
    /// Lists show the oldest first, by this: microseconds since 1970.
    pub since: i64,
    /// When the work on it was done; none: it is not. Its unit sees it among what was done lately, also when it has ended.
    pub done: Option<i64>,
}

/// In which list a matter stands: in one at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// In its unit's queue.
    Queue,
    /// Among what the one who has it has to do.
    With,
    /// Open, and in no list.
    Nowhere,
    /// For good: only its streams have it.
    Ended,
}

/// An own index over open matters. It is made anew from them and never stored, so that it has no version; and it is a
/// function of them alone, so that what [`Index::enter`] put is found by [`Index::leave`].
pub trait Index<M>: Default + Send + Sync + 'static {
    fn enter(&mut self, id: Uuid, matter: &M);
    fn leave(&mut self, id: Uuid, matter: &M);
}

impl<M> Index<M> for () {
    fn enter(&mut self, _: Uuid, _: &M) {}
    fn leave(&mut self, _: Uuid, _: &M) {}
}
