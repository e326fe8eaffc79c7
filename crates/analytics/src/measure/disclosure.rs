//! Disclosure control: what is published must not tell a person, neither by itself nor by subtraction.
//!
//! A cell with few people is hidden, and so are as many of its neighbours in the unit tree as it takes for the hidden
//! number to stay uncertain: an attacker who knows every published number, and that counts are not negative, must find
//! a range from 0 to at least the threshold. On a tree of sums that range is found exactly by passing intervals along
//! the sums until nothing changes. A linear programme attacks the result in the tests.

use std::collections::BTreeMap;

use datafusion::common::HashMap;

use super::cells::Figure;
use super::tree::{Shape, Tree};
use super::{Definition, Kind};

/// A unit's number of cases in one period and stratum.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub n: u64,
    /// Place of the parent among the nodes.
    pub parent: Option<usize>,
    /// Few people: must stay uncertain.
    pub few: bool,
    /// To be hidden whoever is behind it.
    pub hidden: bool,
}

/// What is known of a measure's cells beside their figures.
pub(super) struct Context<'a> {
    pub measure: &'a Definition,
    pub tree: &'a Tree,
    /// The tree of each period, by the period's name.
    pub shapes: &'a HashMap<String, Shape>,
    /// Whether a figure was hidden when its period was published before: then it stays hidden.
    pub before: &'a dyn Fn(&Figure) -> bool,
    pub threshold: u64,
}

/// Hides figures in which, or by subtraction of which, fewer people than the threshold could be told.
pub(super) fn suppress(figures: &mut [Figure], context: &Context<'_>) {
    let slice_of = |figure: &Figure| (figure.period.clone(), figure.strata.clone());
    let mut slices: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, figure) in figures.iter().enumerate() {
        slices.entry(slice_of(figure)).or_default().push(at);
    }
    let mut hidden = vec![false; figures.len()];
    for ((period, _), slice) in &slices {
        let nodes = nodes_of(figures, slice, context, &context.shapes[period]);
        for (at, hide) in slice.iter().zip(hide(&nodes, context.threshold)) {
            hidden[*at] |= hide;
        }
    }
    if figures.iter().any(|figure| !figure.strata.is_empty()) {
        hide_breakdowns(figures, &mut hidden, context);
    }
    for (figure, hidden) in figures.iter_mut().zip(hidden) {
        match hidden {
            true => figure.suppress(),
            // A small number of cases left out would follow from the coverage.
            false if (1..context.threshold).contains(&figure.left_out) => figure.coverage = None,
            false => {}
        }
    }
}

/// Whether too few people are behind a figure to be shown.
fn is_few(figure: &Figure, measure: &Definition, threshold: u64) -> bool {
    let few = |count: f64| count > 0.0 && count < threshold as f64;
    let tells = measure.kind == Kind::Classes || (measure.sensitive && measure.kind == Kind::Share);
    let hits = figure.numerator.filter(|_| tells);
    let n = figure.n as f64;
    (figure.n > 0 && (figure.people < threshold || few(n))) || hits.is_some_and(|hits| few(hits) || few(n - hits))
}

fn nodes_of(figures: &[Figure], slice: &[usize], context: &Context<'_>, shape: &Shape) -> Vec<Node> {
    let units: Vec<Option<usize>> = slice.iter().map(|at| context.tree.find(&figures[*at].unit_id)).collect();
    let places: HashMap<usize, usize> =
        units.iter().enumerate().filter_map(|(place, unit)| Some(((*unit)?, place))).collect();
    let node = |(at, unit): (&usize, &Option<usize>)| {
        let figure = &figures[*at];
        let above = std::iter::successors(unit.and_then(|unit| shape.parents[unit]), |unit| shape.parents[*unit]);
        Node {
            n: figure.n,
            parent: above.take(shape.parents.len()).find_map(|unit| places.get(&unit).copied()),
            few: is_few(figure, context.measure, context.threshold),
            hidden: unit.is_some_and(|unit| shape.blurred[unit]) || (context.before)(figure),
        }
    };
    slice.iter().zip(&units).map(node).collect()
}

/// Which nodes to hide so that no node with few people can be told to within the threshold.
pub(super) fn hide(nodes: &[Node], threshold: u64) -> Vec<bool> {
    let families = Families::of(nodes);
    let mut hidden: Vec<bool> = nodes.iter().map(|node| node.few || node.hidden).collect();
    loop {
        let bounds = families.bounds(nodes, &hidden);
        let told = |node: &usize| {
            let (low, high) = bounds[*node];
            nodes[*node].few && (low > 0 || high < threshold)
        };
        let Some(exposed) = (0..nodes.len()).find(told) else { return hidden };
        match families.cover(nodes, &hidden, exposed) {
            Some(cover) => hidden[cover] = true,
            // Everything that could cover it is hidden already: nothing published touches it.
            None => return vec![true; nodes.len()],
        }
    }
}

/// The sums of the tree: each parent is its children and what is its own.
struct Families {
    children: Vec<Vec<usize>>,
    /// Cases of a parent that belong to none of its children.
    own: Vec<u64>,
}

impl Families {
    fn of(nodes: &[Node]) -> Families {
        let mut children = vec![Vec::new(); nodes.len()];
        for (at, node) in nodes.iter().enumerate() {
            if let Some(parent) = node.parent {
                children[parent].push(at);
            }
        }
        let own = nodes.iter().zip(&children).map(|(node, children)| {
            let below: u64 = children.iter().map(|child| nodes[*child].n).sum();
            node.n.saturating_sub(below)
        });
        Families { own: own.collect(), children }
    }

    /// What an attacker knows of each node: the interval left by all published sums.
    ///
    /// A parent's own cases are never published, but a parent without any is known to have none.
    fn bounds(&self, nodes: &[Node], hidden: &[bool]) -> Vec<(u64, u64)> {
        const UNBOUNDED: u64 = u64::MAX / 4;
        let mut bounds: Vec<(u64, u64)> = nodes
            .iter()
            .zip(hidden)
            .map(|(node, hidden)| if *hidden { (0, UNBOUNDED) } else { (node.n, node.n) })
            .collect();
        loop {
            let before = bounds.clone();
            for (parent, children) in self.children.iter().enumerate().filter(|(_, children)| !children.is_empty()) {
                let own = if self.own[parent] > 0 { UNBOUNDED } else { 0 };
                let low: u64 = children.iter().map(|child| bounds[*child].0).sum();
                let high =
                    children.iter().map(|child| bounds[*child].1).fold(own, |sum, high| (sum + high).min(UNBOUNDED));
                bounds[parent] = (bounds[parent].0.max(low), bounds[parent].1.min(high));
                for child in children {
                    let others_low = low - bounds[*child].0;
                    let others_high: u64 = children
                        .iter()
                        .filter(|other| *other != child)
                        .map(|other| bounds[*other].1)
                        .fold(own, |sum, high| (sum + high).min(UNBOUNDED));
                    let (total_low, total_high) = bounds[parent];
                    let (child_low, child_high) = bounds[*child];
                    bounds[*child] =
                        (child_low.max(total_low.saturating_sub(others_high)), child_high.min(total_high - others_low));
                }
            }
            if bounds == before {
                return bounds;
            }
        }
    }

    /// The next node to hide for an exposed one: the smallest shown sibling with cases, else the parent, and so on up.
    fn cover(&self, nodes: &[Node], hidden: &[bool], exposed: usize) -> Option<usize> {
        let below = self.children[exposed].iter().copied().filter(|child| !hidden[*child] && nodes[*child].n > 0);
        let mut at = exposed;
        while let Some(parent) = nodes[at].parent {
            let siblings = self.children[parent].iter().copied().filter(|other| *other != at && !hidden[*other]);
            let with_cases = siblings.filter(|other| nodes[*other].n > 0);
            if let Some(sibling) = with_cases.min_by_key(|other| nodes[*other].n) {
                return Some(sibling);
            }
            if !hidden[parent] {
                return Some(parent);
            }
            at = parent;
        }
        below.min_by_key(|child| nodes[*child].n)
    }
}

/// A breakdown by a dimension is shown for a unit whole or not at all: when one of its parts is hidden all are, for the
/// unit and everything below it, and for one more sibling, so that no breakdown follows from the parent's.
fn hide_breakdowns(figures: &[Figure], hidden: &mut [bool], context: &Context<'_>) {
    let mut periods: BTreeMap<&str, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for (at, figure) in figures.iter().enumerate() {
        let unit = context.tree.find(&figure.unit_id).unwrap_or(usize::MAX);
        periods.entry(&figure.period).or_default().entry(unit).or_default().push(at);
    }
    for (period, blocks) in periods {
        let breakdowns = Breakdowns { figures, blocks, shape: &context.shapes[period], threshold: context.threshold };
        loop {
            let more = breakdowns.to_hide(hidden);
            if more.is_empty() {
                break;
            }
            more.into_iter().for_each(|at| hidden[at] = true);
        }
    }
}

/// The breakdowns of one period: each unit's figures, one for each stratum.
struct Breakdowns<'a> {
    figures: &'a [Figure],
    blocks: BTreeMap<usize, Vec<usize>>,
    shape: &'a Shape,
    threshold: u64,
}

impl Breakdowns<'_> {
    fn block(&self, unit: usize) -> &[usize] {
        self.blocks.get(&unit).map_or(&[], Vec::as_slice)
    }

    fn is_shown(&self, unit: usize, hidden: &[bool]) -> bool {
        !self.block(unit).is_empty() && self.block(unit).iter().all(|at| !hidden[*at])
    }

    /// What must be hidden for what is hidden.
    fn to_hide(&self, hidden: &[bool]) -> Vec<usize> {
        let mut more = Vec::new();
        for unit in self.blocks.keys().copied().filter(|unit| !self.is_shown(*unit, hidden)) {
            let below = self.shape.children(unit).flat_map(|child| self.block(child));
            more.extend(self.block(unit).iter().chain(below).filter(|at| !hidden[**at]));
            let parent = self.shape.parents.get(unit).copied().flatten();
            if let Some(parent) = parent.filter(|parent| self.is_shown(*parent, hidden)) {
                more.extend(self.sibling_to_hide(parent, unit, hidden));
            }
        }
        more
    }

    /// When the hidden breakdowns under a shown one are too small together in some stratum, one more must go.
    fn sibling_to_hide(&self, parent: usize, unit: usize, hidden: &[bool]) -> &[usize] {
        let siblings: Vec<usize> = self.shape.children(parent).filter(|it| !self.block(*it).is_empty()).collect();
        let (shown, gone): (Vec<usize>, Vec<usize>) = siblings.iter().partition(|it| self.is_shown(**it, hidden));
        let mut sums: BTreeMap<&[(String, String)], u64> = BTreeMap::new();
        for at in gone.iter().flat_map(|sibling| self.block(*sibling)) {
            *sums.entry(&self.figures[*at].strata).or_default() += self.figures[*at].n;
        }
        if gone.len() > 1 && !sums.values().any(|sum| (1..2 * self.threshold).contains(sum)) {
            return &[];
        }
        let size = |unit: &usize| self.block(*unit).iter().map(|at| self.figures[*at].n).sum::<u64>();
        let next = shown.into_iter().filter(|sibling| *sibling != unit).min_by_key(size);
        self.block(next.unwrap_or(parent))
    }
}

#[cfg(test)]
mod tests;
