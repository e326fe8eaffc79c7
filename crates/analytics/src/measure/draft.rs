//! Figures before anything is hidden.

use std::collections::HashSet;

use datafusion::common::HashMap;

use super::Definition;
use super::cells::Figure;
use super::disclosure::{self, BEFORE_DATA, Past};
use super::tree::{Shape, Tree};

/// The figures of one measure, every level of the tree, before anything is hidden.
pub(crate) struct Draft {
    pub measure: Definition,
    pub figures: Vec<Figure>,
    /// The tree of each period, by the period's name.
    pub(super) shapes: HashMap<String, Shape>,
    pub as_of: String,
}

impl Draft {
    /// The figures as they may be shown: what could tell a person is hidden.
    pub fn figures(&self, tree: &Tree, past: &Past<'_>, threshold: u64) -> Vec<Figure> {
        let mut own = self.figures.clone();
        let place = |figure: &Figure| (figure.unit_id.clone(), figure.period.clone(), figure.strata.clone());
        let mut there: HashSet<_> = own.iter().map(place).collect();
        let mine = |figure: &&Figure| figure.measure == self.measure.id && self.shapes.contains_key(&figure.period);
        let missing = past.gone.iter().filter(mine).filter(|figure| there.insert(place(figure)));
        own.extend(missing.map(|figure| Figure { as_of: self.as_of.clone(), ..figure.clone() }));
        let measure = &self.measure;
        let context = disclosure::Context { measure, tree, shapes: &self.shapes, past, threshold };
        disclosure::suppress(&mut own, &context);
        // From what a window lacks the first one that lacks nothing could be subtracted.
        for figure in own.iter_mut().filter(|figure| figure.reason == Some(BEFORE_DATA)) {
            (figure.n, figure.denominator, figure.coverage) = (0, 0.0, None);
        }
        own
    }
}
