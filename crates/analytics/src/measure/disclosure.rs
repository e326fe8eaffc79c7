//! Disclosure control: what is published must not tell a person, neither by itself nor by subtraction.
//!
//! A cell with few people is hidden, and so are as many of its neighbours in the unit tree as it takes for the hidden
//! number to stay uncertain: an attacker who knows every published number, and that counts are not negative, must find
//! a range from 0 to at least the threshold. On a tree of sums that range is found exactly by passing intervals along
//! the sums until nothing changes. A linear programme attacks the result in the tests.

use std::collections::{BTreeMap, HashMap};

use super::cells::{Figure, THRESHOLD};
use super::tree::Tree;
use super::{Definition, Kind};

/// A unit's number of cases in one period and stratum.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub n: u64,
    /// Place of the parent among the nodes.
    pub parent: Option<usize>,
    /// Few people: must stay uncertain.
    pub few: bool,
}

/// Hides figures in which, or by subtraction of which, fewer people than the threshold could be told.
pub(super) fn suppress(figures: &mut [Figure], measure: &Definition, tree: &Tree) {
    let slice_of = |figure: &Figure| (figure.period.clone(), figure.strata.clone());
    let mut slices: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, figure) in figures.iter().enumerate() {
        slices.entry(slice_of(figure)).or_default().push(at);
    }
    let mut hidden = vec![false; figures.len()];
    for slice in slices.values() {
        let nodes = nodes_of(figures, slice, measure, tree);
        for (at, hide) in slice.iter().zip(hide(&nodes)) {
            hidden[*at] |= hide;
        }
    }
    if figures.iter().any(|figure| !figure.strata.is_empty()) {
        hide_breakdowns(figures, &mut hidden, tree);
    }
    for (figure, _) in figures.iter_mut().zip(hidden).filter(|(_, hidden)| *hidden) {
        figure.suppress();
    }
}

/// Whether too few people are behind a figure to be shown.
fn is_few(figure: &Figure, measure: &Definition) -> bool {
    let few = |count: f64| count > 0.0 && count < THRESHOLD as f64;
    let tells = measure.kind == Kind::Classes || (measure.sensitive && measure.kind == Kind::Share);
    let hits = figure.numerator.filter(|_| tells);
    let n = figure.n as f64;
    (figure.n > 0 && (figure.few_people || few(n))) || hits.is_some_and(|hits| few(hits) || few(n - hits))
}

fn nodes_of(figures: &[Figure], slice: &[usize], measure: &Definition, tree: &Tree) -> Vec<Node> {
    let places: HashMap<&str, usize> =
        slice.iter().enumerate().map(|(place, at)| (figures[*at].unit_id.as_str(), place)).collect();
    let node = |at: &usize| {
        let figure = &figures[*at];
        let parent = tree.find(&figure.unit_id).and_then(|unit| {
            let above = std::iter::successors(tree.units[unit].parent, |unit| tree.units[*unit].parent);
            above.take(tree.units.len()).find_map(|unit| places.get(tree.units[unit].id.as_str()).copied())
        });
        Node { n: figure.n, parent, few: is_few(figure, measure) }
    };
    slice.iter().map(node).collect()
}

/// Which nodes to hide so that no node with few people can be told to within the threshold.
pub(super) fn hide(nodes: &[Node]) -> Vec<bool> {
    let families = Families::of(nodes);
    let mut hidden: Vec<bool> = nodes.iter().map(|node| node.few).collect();
    loop {
        let bounds = families.bounds(nodes, &hidden);
        let told = |node: &usize| {
            let (low, high) = bounds[*node];
            nodes[*node].few && (low > 0 || high < THRESHOLD as u64)
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
fn hide_breakdowns(figures: &[Figure], hidden: &mut [bool], tree: &Tree) {
    let mut blocks: BTreeMap<(String, usize), Vec<usize>> = BTreeMap::new();
    for (at, figure) in figures.iter().enumerate() {
        let unit = tree.find(&figure.unit_id).unwrap_or(usize::MAX);
        blocks.entry((figure.period.clone(), unit)).or_default().push(at);
    }
    let periods: std::collections::BTreeSet<String> = blocks.keys().map(|(period, _)| period.clone()).collect();
    for period in periods {
        loop {
            let is_hidden = |unit: usize, hidden: &[bool]| {
                blocks.get(&(period.clone(), unit)).is_some_and(|block| block.iter().any(|at| hidden[*at]))
            };
            let mut more: Vec<usize> = Vec::new();
            for ((of, unit), block) in blocks.range((period.clone(), 0)..=(period.clone(), usize::MAX)) {
                debug_assert_eq!(*of, period);
                if !is_hidden(*unit, hidden) {
                    continue;
                }
                more.extend(block.iter().filter(|at| !hidden[**at]));
                let Some(info) = tree.units.get(*unit) else { continue };
                let below = tree.children(*unit).filter_map(|child| blocks.get(&(period.clone(), child)));
                more.extend(below.flatten().filter(|at| !hidden[**at]));
                more.extend(sibling_to_hide(figures, &blocks, &period, info.parent, *unit, tree, hidden));
            }
            if more.is_empty() {
                break;
            }
            more.into_iter().for_each(|at| hidden[at] = true);
        }
    }
}

/// When the hidden breakdowns under a shown one are too small together in some stratum, one more must go.
fn sibling_to_hide(
    figures: &[Figure],
    blocks: &BTreeMap<(String, usize), Vec<usize>>,
    period: &str,
    parent: Option<usize>,
    unit: usize,
    tree: &Tree,
    hidden: &[bool],
) -> Vec<usize> {
    let block = |unit: usize| blocks.get(&(period.to_string(), unit));
    let shown = |unit: usize| block(unit).is_some_and(|block| block.iter().all(|at| !hidden[*at]));
    let Some(parent) = parent.filter(|parent| shown(*parent)) else { return Vec::new() };
    let siblings: Vec<usize> = tree.children(parent).filter(|child| block(*child).is_some()).collect();
    let mut sums: BTreeMap<&[(String, String)], u64> = BTreeMap::new();
    for sibling in siblings.iter().filter(|sibling| !shown(**sibling)) {
        for at in block(*sibling).into_iter().flatten() {
            *sums.entry(&figures[*at].strata).or_default() += figures[*at].n;
        }
    }
    let alone = siblings.iter().filter(|sibling| !shown(**sibling)).count() < 2;
    let small = sums.values().any(|sum| *sum > 0 && *sum < 2 * THRESHOLD as u64);
    if !alone && !small {
        return Vec::new();
    }
    let size = |unit: usize| block(unit).into_iter().flatten().map(|at| figures[*at].n).sum::<u64>();
    let next = siblings.into_iter().filter(|sibling| *sibling != unit && shown(*sibling)).min_by_key(|it| size(*it));
    block(next.unwrap_or(parent)).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
