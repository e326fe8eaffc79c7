//! Ports in force, and how each stands: what the sender saw when it looked last.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use content::{Library, Part};
use jiff::civil::Date;
use matter::Subject;
use operations::dispatches::Means;
use operations::dispatches::port::{Adapter, Port};
use operations::residents::{Addresses, Event};
use store::Result;

use crate::{InForce, Kinds};

/// The ports in force, and how they stand.
#[derive(Default)]
pub struct Ports {
    in_force: InForce<Port>,
    standing: RwLock<BTreeMap<String, Standing>>,
}

/// How a port stands. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The way in which it runs; none: its settings lack something, and its messages wait.
    pub runs: Option<Adapter>,
    /// Settings that are not there; of one that runs with files in its stead, those that it needs to run for real.
    pub lacks: Vec<&'static str>,
    pub looked_at: i64,
    /// The last message that it took.
    pub taken_at: Option<i64>,
    /// Files in its folders.
    pub files: Files,
    pub came: Incoming,
}

/// The messages that came in by a port since the server started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Incoming {
    /// When the last one was taken, in microseconds since 1970.
    pub at: Option<i64>,
    /// How many were not taken, by a word that says why.
    pub refused: BTreeMap<&'static str, usize>,
}

/// How many files wait in each folder of a port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Files {
    pub incoming: usize,
    pub out: usize,
    pub done: usize,
    pub refused: usize,
}

impl Ports {
    /// By their ids.
    pub fn all(&self) -> Arc<BTreeMap<String, Arc<Part<Port>>>> {
        self.in_force.all()
    }

    /// The port by which something goes out; none: none in force carries it.
    pub fn carrying(&self, means: Means) -> Option<Arc<Part<Port>>> {
        self.all().values().find(|port| port.content.carries == Some(means)).map(Arc::clone)
    }

    /// Those of a library that are in force on a day, in place of the ones before.
    pub fn take(&self, library: &Library, on: Date) {
        self.in_force.take(library, on);
    }

    /// How a port stood when the sender looked last; none: it has not yet.
    pub fn standing(&self, id: &str) -> Option<Standing> {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Tells how a port stands.
    pub fn stands(&self, id: &str, standing: Standing) {
        self.standing.write().unwrap_or_else(PoisonError::into_inner).insert(id.into(), standing);
    }
}

impl Kinds {
    /// The number and the address that a resident has left last, by the means by which they want to be told; none: they have
    /// left none, or were erased. A page that shows them records it; the sender's use is a dispatch.
    pub async fn addresses(&self, subject: Subject) -> Result<Option<(Vec<Means>, Addresses)>> {
        let happened = self.residents.happened(subject.0, "resident", 0, usize::MAX >> 1).await?;
        let left = happened.into_iter().rev().find_map(|it| match it.event {
            Event::ReachLeft(reach) => Some((reach.means, it.text)),
            _ => None,
        });
        Ok(left.and_then(|(means, text)| Some((means, Addresses::opened(&text?)?))))
    }
}
