//! Disclosure control: what is published must not tell a person, neither by itself nor by subtraction.
//!
//! A cell with few people is hidden, and so are as many of its neighbours in the unit tree as it takes for the hidden
//! number to stay uncertain: an attacker who knows every published number, and that counts are not negative, must find
//! a range from 0 to at least the threshold. On a tree of sums that range is found exactly by passing intervals along
//! the sums until nothing changes. A linear programme attacks the result in the tests.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::HashMap;

use super::cells::Figure;
use super::tree::{Shape, Tree};
use super::{Definition, Kind};

/// More than any number of cases.
const UNBOUNDED: u64 = u64::MAX / 4;

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

/// Facts known of a measure's cells beside their figures.
pub(super) struct Context<'a> {
    pub measure: &'a Definition,
    pub tree: &'a Tree,
    /// The tree of each period, by the period's name.
    pub shapes: &'a HashMap<String, Shape>,
    pub past: &'a Past<'a>,
    pub threshold: u64,
}

/// Earlier publications: the figures that they hid, and the windows that they show.
#[derive(Clone, Copy)]
pub struct Past<'a> {
    /// Whether a figure was hidden when its period was published before: then it stays hidden.
    pub hidden: &'a dyn Fn(&Figure) -> bool,
    /// Figures that were hidden, without their values: where no case is left they stay, hidden, or what else was hidden
    /// would follow without them.
    pub gone: &'a [Figure],
    /// Of the figure's unit and stratum the windows that are shown and end before those of this run.
    pub windows: &'a dyn Fn(&Figure) -> Option<Windows>,
}

impl Past<'_> {
    /// No earlier publication.
    pub const NONE: Past<'static> = Past { hidden: &|_| false, gone: &[], windows: &|_| None };
}

/// Rolling windows of one unit, as far as they are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    /// The first month of which there is any, as `2025-03`.
    pub first: String,
    /// Cases and denominator of the last.
    pub last: Option<(u64, f64)>,
}

/// Hides figures in which, or by subtraction of which, fewer people than the threshold could be recognised; none of a measure
/// whose cases are of no people.
pub(super) fn suppress(figures: &mut Vec<Figure>, context: &Context<'_>) {
    if context.measure.impersonal {
        return;
    }
    let slice_of = |figure: &Figure| (figure.period.clone(), figure.strata.clone());
    let mut slices: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, figure) in figures.iter().enumerate() {
        slices.entry(slice_of(figure)).or_default().push(at);
    }
    let mut hidden = vec![false; figures.len()];
    loop {
        for ((period, _), slice) in &slices {
            let nodes = nodes_of(figures, slice, &hidden, context, &context.shapes[period]);
            for at in coverage_tells(figures, slice, &nodes, context.threshold) {
                figures[at].coverage = None;
            }
            for (at, hide) in slice.iter().zip(hide(&nodes, context.threshold)) {
                hidden[*at] |= hide;
            }
        }
        // Quantiles are no parts of what was counted: each stands over all of it.
        if figures.iter().any(|figure| figure.strata.iter().any(|(name, _)| name != "quantile")) {
            hide_breakdowns(figures, &mut hidden, context);
        }
        // To hide one window makes the next differ from another, and to cover it others go.
        let steps = small_steps(figures, &hidden, context);
        if steps.is_empty() {
            break;
        }
        steps.into_iter().for_each(|at| hidden[at] = true);
    }
    let absent = absent_parts(figures, &hidden);
    figures.iter_mut().zip(hidden).filter(|(_, hidden)| *hidden).for_each(|(figure, _)| figure.suppress());
    figures.extend(absent);
}

/// Rolling windows that differ from the one shown before by fewer cases than the threshold, in a unit's first windows: what
/// nothing has left yet grows by the cases of a month, and two windows tell them.
fn small_steps(figures: &[Figure], hidden: &[bool], context: &Context<'_>) -> Vec<usize> {
    let Some(length) = context.measure.window_months.filter(|months| *months > 1) else { return Vec::new() };
    let mut chains: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, figure) in figures.iter().enumerate() {
        chains.entry((&figure.unit_id, &figure.strata)).or_default().push(at);
    }
    let few = |step: f64| step > 0.0 && step < context.threshold as f64;
    let mut small = Vec::new();
    for mut chain in chains.into_values() {
        chain.sort_by(|left, right| figures[*left].period.cmp(&figures[*right].period));
        let past = (context.past.windows)(&figures[chain[0]]);
        let first = past.as_ref().map_or(&figures[chain[0]].period, |past| &past.first);
        let Some(first) = month_number(first) else { continue };
        let mut last = past.as_ref().and_then(|past| past.last);
        for at in chain {
            let figure = &figures[at];
            let is_shown = !hidden[at] && figure.reason != Some(BEFORE_DATA);
            let Some(month) = month_number(&figure.period).filter(|_| is_shown) else { continue };
            let step = last.map_or((0.0, 0.0), |(n, denominator)| {
                ((figure.n as f64 - n as f64).abs(), (figure.denominator - denominator).abs())
            });
            if month - first < i64::from(length) && (few(step.0) || few(step.1)) {
                small.push(at);
            } else {
                last = Some((figure.n, figure.denominator));
            }
        }
    }
    small
}

/// Why a window has no value: it begins before the facts do.
pub const BEFORE_DATA: &str = "window_before_data";

/// Months since year 0 of a period that is a month.
fn month_number(period: &str) -> Option<i64> {
    let (year, month) = period.split_once('-')?;
    Some(year.parse::<i64>().ok()? * 12 + month.parse::<i64>().ok()?)
}

/// In a hidden breakdown the parts without cases, hidden like the others: that one is missing would tell that it is 0.
fn absent_parts(figures: &[Figure], hidden: &[bool]) -> Vec<Figure> {
    let mut strata: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
    let mut blocks: BTreeMap<(&str, &str), Vec<&Figure>> = BTreeMap::new();
    for (figure, hidden) in figures.iter().zip(hidden).filter(|(figure, _)| !figure.strata.is_empty()) {
        strata.entry(&figure.period).or_default().insert(&figure.strata);
        if *hidden {
            blocks.entry((&figure.period, &figure.unit_id)).or_default().push(figure);
        }
    }
    let mut absent = Vec::new();
    for ((period, _), block) in blocks {
        let is_absent = |strata: &&&Vec<_>| block.iter().all(|figure| figure.strata != ***strata);
        for missing in strata[period].iter().filter(is_absent) {
            let mut part = Figure { strata: missing.to_vec(), ..block[0].clone() };
            part.suppress();
            absent.push(part);
        }
    }
    absent
}

/// Whether few people are behind the cases of a figure.
pub(super) fn is_of_few(figure: &Figure, threshold: u64) -> bool {
    figure.n > 0 && figure.people.min(figure.n) < threshold
}

/// Whether too few people are behind a figure to be shown.
fn is_few(figure: &Figure, measure: &Definition, threshold: u64) -> bool {
    let few = |count: f64| count > 0.0 && count < threshold as f64;
    let tells = measure.kind == Kind::Classes || (measure.sensitive && measure.kind == Kind::Share);
    let hits = figure.numerator.filter(|_| tells);
    let n = figure.n as f64;
    is_of_few(figure, threshold) || hits.is_some_and(|hits| few(hits) || few(n - hits))
}

fn nodes_of(figures: &[Figure], slice: &[usize], hidden: &[bool], context: &Context<'_>, shape: &Shape) -> Vec<Node> {
    let units: Vec<Option<usize>> = slice.iter().map(|at| context.tree.find(&figures[*at].unit_id)).collect();
    let places: HashMap<usize, usize> =
        units.iter().enumerate().filter_map(|(place, unit)| Some(((*unit)?, place))).collect();
    let node = |(at, unit): (&usize, &Option<usize>)| {
        let figure = &figures[*at];
        Node {
            n: figure.n,
            parent: unit.and_then(|unit| shape.above(unit).find_map(|unit| places.get(&unit).copied())),
            few: is_few(figure, context.measure, context.threshold),
            hidden: hidden[*at] || unit.is_some_and(|unit| shape.blurred[unit]) || (context.past.hidden)(figure),
        }
    };
    let mut nodes: Vec<Node> = slice.iter().zip(&units).map(node).collect();
    if context.measure.kind == Kind::Persons {
        // People of several units are no sum: where one of a family is small, the whole family goes.
        let small: BTreeSet<Option<usize>> = nodes.iter().filter(|node| node.few).map(|node| node.parent).collect();
        nodes.iter_mut().for_each(|node| node.hidden |= node.parent.is_some() && small.contains(&node.parent));
        nodes.iter_mut().for_each(|node| node.parent = None);
    }
    nodes
}

/// Places whose coverage must go: a small number of cases without a value would follow from it, or from that of the
/// unit above and the units beside it.
fn coverage_tells(figures: &[Figure], slice: &[usize], nodes: &[Node], threshold: u64) -> Vec<usize> {
    let is_small = |place: &usize| (1..threshold).contains(&figures[slice[*place]].left_out);
    let small: Vec<usize> = (0..slice.len()).filter(is_small).collect();
    let families: BTreeSet<usize> = small.iter().filter_map(|place| nodes[*place].parent).collect();
    let tells = |place: &usize| {
        small.contains(place)
            || families.contains(place)
            || nodes[*place].parent.is_some_and(|it| families.contains(&it))
    };
    (0..slice.len()).filter(tells).map(|place| slice[place]).collect()
}

/// Which nodes to hide so that no node with few people can be known to within the threshold.
fn hide(nodes: &[Node], threshold: u64) -> Vec<bool> {
    let families = Families::of(nodes);
    let mut hidden: Vec<bool> = nodes.iter().map(|node| node.few || node.hidden).collect();
    loop {
        let bounds = families.bounds(nodes, &hidden);
        let told = |node: &usize| nodes[*node].few && (bounds[*node].0 > 0 || bounds[*node].1 < threshold);
        let Some(exposed) = (0..nodes.len()).find(told) else { return hidden };
        match families.cover(nodes, &hidden, exposed) {
            Some(cover) => cover.into_iter().for_each(|at| hidden[at] = true),
            // Everything that could cover it is hidden already: nothing published touches it.
            None => return vec![true; nodes.len()],
        }
    }
}

/// Takes what is known of a number as far as something is left of it.
fn narrow(known: &mut (u64, u64), low: u64, high: u64) {
    let both = (known.0.max(low), known.1.min(high));
    if both.0 <= both.1 {
        *known = both;
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

    /// An attacker's knowledge of each node: the interval left by all published sums.
    ///
    /// A parent's own cases are never published, but a parent without any is known to have none. Where numbers do not add
    /// up, as of units that moved within the period, nothing follows from their sum.
    fn bounds(&self, nodes: &[Node], hidden: &[bool]) -> Vec<(u64, u64)> {
        let mut bounds: Vec<(u64, u64)> = nodes
            .iter()
            .zip(hidden)
            .map(|(node, hidden)| if *hidden { (0, UNBOUNDED) } else { (node.n, node.n) })
            .collect();
        loop {
            let before = bounds.clone();
            for (parent, children) in self.children.iter().enumerate().filter(|(_, children)| !children.is_empty()) {
                let own = if self.own[parent] > 0 { UNBOUNDED } else { 0 };
                let add = |sum: u64, more: u64| sum.saturating_add(more).min(UNBOUNDED);
                let low = children.iter().map(|child| bounds[*child].0).fold(0, add);
                let high = children.iter().map(|child| bounds[*child].1).fold(own, add);
                narrow(&mut bounds[parent], low, high);
                for child in children {
                    let others = || children.iter().filter(|other| *other != child).map(|other| bounds[*other]);
                    let others_low = others().map(|(low, _)| low).fold(0, add);
                    let others_high = others().map(|(_, high)| high).fold(own, add);
                    let (total_low, total_high) = bounds[parent];
                    let (low, high) = (total_low.saturating_sub(others_high), total_high.saturating_sub(others_low));
                    narrow(&mut bounds[*child], low, high);
                }
            }
            if bounds == before {
                return bounds;
            }
        }
    }

    /// The nodes to hide next for an exposed node, so that as few cases as can be are hidden: a path along which what
    /// it has less others have more, down beside it to a leaf, or up and down again; where nothing is left there, what
    /// is below it.
    fn cover(&self, nodes: &[Node], hidden: &[bool], exposed: usize) -> Option<Vec<usize>> {
        let below = || self.children[exposed].iter().copied().filter(|child| !hidden[*child] && nodes[*child].n > 0);
        self.beside(nodes, hidden, exposed)
            .or_else(|| below().min_by_key(|child| nodes[*child].n).map(|child| vec![child]))
    }

    /// The cheapest path that begins beside a node or above it, of those that hide something more.
    fn beside(&self, nodes: &[Node], hidden: &[bool], at: usize) -> Option<Vec<usize>> {
        let parent = nodes[at].parent?;
        let siblings = self.children[parent].iter().filter(|other| **other != at && nodes[**other].n > 0);
        let mut above: Vec<usize> = [parent].into_iter().filter(|parent| !hidden[*parent]).collect();
        above.extend(self.beside(nodes, hidden, parent).into_iter().flatten());
        let paths = siblings.map(|sibling| self.beneath(nodes, hidden, *sibling)).chain([above]);
        paths.filter(|path| !path.is_empty()).min_by_key(|path| cases(nodes, path))
    }

    /// The further nodes to hide for a node to be uncertain from below: itself, and a path down to where nothing is
    /// summed any more.
    fn beneath(&self, nodes: &[Node], hidden: &[bool], at: usize) -> Vec<usize> {
        let children = self.children[at].iter().filter(|child| nodes[**child].n > 0);
        // Cases of its own are never published.
        let below = children.map(|child| self.beneath(nodes, hidden, *child)).min_by_key(|path| cases(nodes, path));
        let below = below.filter(|_| self.own[at] == 0).unwrap_or_default();
        [at].into_iter().filter(|at| !hidden[*at]).chain(below).collect()
    }
}

fn cases(nodes: &[Node], path: &[usize]) -> u64 {
    path.iter().map(|at| nodes[*at].n).sum()
}

/// Hides breakdowns by a further dimension.
///
/// A unit's breakdown is shown whole or not at all, and so are those of a unit's children together: then all that is
/// known of the parts of a hidden family is each unit's total and the breakdown of the shown unit above it. That is a
/// table of two dimensions with its margins, in which the range of every cell is known exactly (Fréchet's bounds).
/// Where that range would tell a small cell, the breakdown above is hidden, too.
fn hide_breakdowns(figures: &[Figure], hidden: &mut [bool], context: &Context<'_>) {
    let mut periods: BTreeMap<&str, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for (at, figure) in figures.iter().enumerate() {
        let unit = context.tree.find(&figure.unit_id).unwrap_or(usize::MAX);
        periods.entry(&figure.period).or_default().entry(unit).or_default().push(at);
    }
    for (period, blocks) in periods {
        let breakdowns = Breakdowns { figures, blocks, context, shape: &context.shapes[period] };
        let shown = breakdowns.shown(hidden);
        for (unit, block) in &breakdowns.blocks {
            block.iter().for_each(|at| hidden[*at] = !shown.contains(unit));
        }
    }
}

/// The breakdowns of one period: each unit's figures, one for each stratum.
struct Breakdowns<'a> {
    figures: &'a [Figure],
    blocks: BTreeMap<usize, Vec<usize>>,
    context: &'a Context<'a>,
    shape: &'a Shape,
}

impl Breakdowns<'_> {
    /// Units whose breakdowns may be shown, of which some parts are `hidden` already.
    fn shown(&self, hidden: &[bool]) -> BTreeSet<usize> {
        let totals_hidden = self.totals_hidden();
        let fits = |unit: &usize| !totals_hidden.contains(unit) && self.blocks[unit].iter().all(|at| !hidden[*at]);
        let mut fit: BTreeSet<usize> = self.blocks.keys().copied().filter(fits).collect();
        loop {
            let mut shown = BTreeSet::new();
            for top in self.blocks.keys().filter(|unit| self.above(**unit).is_none()) {
                self.descend(*top, &fit, &mut shown);
            }
            match shown.iter().copied().find(|unit| self.tells(*unit, &shown)) {
                Some(unit) => fit.remove(&unit),
                None => return shown,
            };
        }
    }

    /// The nearest unit above with a breakdown.
    fn above(&self, unit: usize) -> Option<usize> {
        self.shape.above(unit).find(|unit| self.blocks.contains_key(unit))
    }

    fn children(&self, unit: usize) -> Vec<usize> {
        self.blocks.keys().copied().filter(|child| self.above(*child) == Some(unit)).collect()
    }

    fn descend(&self, unit: usize, fit: &BTreeSet<usize>, shown: &mut BTreeSet<usize>) {
        if !fit.contains(&unit) || !shown.insert(unit) {
            return;
        }
        let children = self.children(unit);
        if children.iter().all(|child| fit.contains(child)) {
            children.into_iter().for_each(|child| self.descend(child, fit, shown));
        }
    }

    /// Cases in a part of a breakdown.
    fn count(&self, at: usize) -> u64 {
        let figure = &self.figures[at];
        match self.context.measure.kind {
            Kind::Classes => figure.numerator.unwrap_or(0.0) as u64,
            _ => figure.n,
        }
    }

    fn total(&self, unit: usize) -> u64 {
        self.blocks[&unit].iter().map(|at| self.count(*at)).sum()
    }

    /// Units whose totals are hidden where figures are published without the further dimension.
    fn totals_hidden(&self) -> BTreeSet<usize> {
        let units: Vec<usize> = self.blocks.keys().copied().collect();
        let node = |unit: &usize| {
            let n = self.total(*unit);
            let parent = self.above(*unit).and_then(|above| units.iter().position(|unit| *unit == above));
            Node { n, parent, few: (1..self.context.threshold).contains(&n), hidden: false }
        };
        let nodes: Vec<Node> = units.iter().map(node).collect();
        let hidden = hide(&nodes, self.context.threshold);
        units.into_iter().zip(hidden).filter_map(|(unit, hidden)| hidden.then_some(unit)).collect()
    }

    /// Whether a shown breakdown, with the totals of the units below it, tells a small part of a hidden one.
    fn tells(&self, unit: usize, shown: &BTreeSet<usize>) -> bool {
        let whole = self.total(unit);
        let margins: BTreeMap<&[(String, String)], u64> =
            self.blocks[&unit].iter().map(|at| (self.figures[*at].strata.as_slice(), self.count(*at))).collect();
        let mut below: Vec<usize> = self.children(unit).into_iter().filter(|child| !shown.contains(child)).collect();
        while let Some(hidden) = below.pop() {
            below.extend(self.children(hidden));
            let total = self.total(hidden);
            let tells = |at: &usize| {
                let (figure, count) = (&self.figures[*at], self.count(*at));
                let margin = margins.get(figure.strata.as_slice()).copied().unwrap_or(0);
                let low = (margin + total).saturating_sub(whole);
                let small = is_few(figure, self.context.measure, self.context.threshold) && count > 0;
                small && (low > 0 || margin < self.context.threshold)
            };
            if self.blocks[&hidden].iter().any(tells) {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;
