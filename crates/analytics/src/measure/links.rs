//! Links between measures: two figures over the same rows must not tell by subtraction what neither tells alone.
//!
//! Callbacks are a part of contacts: of 40 contacts and 39 callbacks one was no callback. A head says so (`part_of`), and a
//! county's own measure over the rows of a measure that others are a part of is taken for a part of it, too. Where what is
//! left of the whole is a small number, the part is hidden in that unit and month, and as many of its neighbours as it
//! takes: since the whole is known, what is left is known exactly where the part is, and both are hidden like one cell
//! of the unit tree that can hold no more than the whole. Breakdowns by the same dimension follow the whole's.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use datafusion::common::HashMap;

use super::cells::Figure;
use super::definition::Which;
use super::disclosure::{Classes, Context, Node, Past, UNBOUNDED, hide, suppress};
use super::draft::Draft;
use super::tree::{Shape, Tree};
use super::{Catalogue, Definition, Kind};

/// Period, unit, and the values of further dimensions.
type Place = (String, String, Vec<(String, String)>);
/// Period and unit.
type UnitPeriod = (String, String);

/// The cases of a measure in one place.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    n: u64,
    /// With the cases without a value, where the coverage tells them.
    all: Option<u64>,
    hits: u64,
    hidden: bool,
}

impl Count {
    fn of(&self, which: Option<Which>) -> u64 {
        match which {
            Some(Which::Cases) => self.n,
            Some(Which::Hits) => self.hits,
            Some(Which::Misses) => self.n.saturating_sub(self.hits),
            None => self.all.unwrap_or(self.n),
        }
    }
}

/// The counts of a measure that others may be subtracted from: `Some` as the head says, `None` those without a value, too.
fn ways(measure: &Definition) -> Vec<Option<Which>> {
    match measure.part {
        Which::Cases => vec![Some(Which::Cases), None],
        other => vec![Some(other)],
    }
}

/// The measures of one publication, as far as they are made.
pub(crate) struct Links<'a> {
    catalogue: &'a Catalogue,
    /// By part.
    wholes: HashMap<&'a str, &'a Definition>,
    threshold: u64,
    /// By measure and dimension.
    counts: HashMap<(String, String), BTreeMap<Place, Count>>,
    /// Where a part is hidden for what would be left of its whole.
    linked: HashMap<String, HashSet<UnitPeriod>>,
}

impl<'a> Links<'a> {
    pub fn new(catalogue: &'a Catalogue, threshold: u64) -> Links<'a> {
        let whole = |(_, part): (_, &'a Definition)| Some((part.id.as_str(), catalogue.whole_of(part)?));
        let wholes = catalogue.measures().filter_map(whole).collect();
        Links { catalogue, wholes, threshold, counts: HashMap::new(), linked: HashMap::new() }
    }

    /// The figures of a measure with everything hidden that must be. Wholes come before their parts, and totals before
    /// breakdowns.
    pub fn figures(&mut self, draft: &Draft, tree: &Tree, dimension: &str, past: &Past<'_>) -> Vec<Figure> {
        let measure = &draft.measure;
        let key = (measure.id.clone(), dimension.to_string());
        self.counts.insert(key.clone(), counts(&draft.figures, measure, self.threshold));
        let whole = self.wholes.get(measure.id.as_str()).copied();
        let linked = match whole.filter(|whole| whole.adds_up() && measure.adds_up()) {
            Some(whole) if dimension.is_empty() => self.by_subtraction(measure, whole, tree, &draft.shapes),
            Some(whole) => self.by_breakdown(measure, whole, dimension, tree, &draft.shapes),
            None => HashSet::new(),
        };
        let parts: Vec<&HashSet<UnitPeriod>> =
            self.parts_of(measure).filter_map(|part| self.linked.get(&part.id)).collect();
        let hidden = |figure: &Figure| {
            let place = (figure.period.clone(), figure.unit_id.clone());
            let tells_part = !dimension.is_empty() && parts.iter().any(|part| part.contains(&place));
            linked.contains(&place) || tells_part || (past.hidden)(figure)
        };
        let classes = if dimension.is_empty() { Classes::new() } else { self.classes(measure) };
        let past = Past { hidden: &hidden, ..*past };
        let figures = draft.figures(tree, &past, &classes, Some(self.threshold));
        let known = self.counts.entry(key).or_default();
        for figure in figures.iter().filter(|figure| figure.suppressed) {
            known.entry(place(figure, measure)).or_default().hidden = true;
        }
        if dimension.is_empty() {
            self.linked.insert(measure.id.clone(), linked);
        }
        figures
    }

    /// How many wholes stand over a measure.
    pub fn depth(&self, measure: &Definition) -> usize {
        let above = |id: &str| self.wholes.get(id).copied();
        std::iter::successors(above(&measure.id), |whole| above(&whole.id)).count()
    }

    fn parts_of<'s>(&'s self, whole: &'s Definition) -> impl Iterator<Item = &'a Definition> + 's {
        let is_part = |part: &&Definition| self.wholes.get(part.id.as_str()).is_some_and(|it| it.id == whole.id);
        self.catalogue.measures().map(|(_, measure)| measure).filter(is_part)
    }

    fn counted(&self, measure: &Definition, dimension: &str) -> Option<&BTreeMap<Place, Count>> {
        self.counts.get(&(measure.id.clone(), dimension.to_string()))
    }

    /// The rest of a whole without some of the parts that were made before, at most one of each file: each with
    /// whether it is shown.
    fn left(&self, measure: &Definition, whole: &Definition) -> Vec<BTreeMap<Place, (i64, bool)>> {
        let Some(of_whole) = self.counted(whole, "") else { return Vec::new() };
        let value = |count: &Count| (count.of(Some(whole.part)) as i64, !count.hidden);
        let mut left = vec![of_whole.iter().map(|(place, count)| (place.clone(), value(count))).collect()];
        for file in &self.catalogue.files {
            if file.measures.iter().any(|it| it.id == measure.id) {
                continue;
            }
            let parts = self.parts_of(whole).filter(|part| file.measures.iter().any(|it| it.id == part.id));
            let made = parts.filter(|part| self.linked.contains_key(&part.id));
            let mut more = Vec::new();
            for (part, way) in made.flat_map(|part| ways(part).into_iter().map(move |way| (part, way))) {
                let Some(counts) = self.counted(part, "") else { continue };
                for known in &left {
                    more.extend(minus(known, counts, way));
                }
            }
            left.extend(more);
            left.dedup();
        }
        left
    }

    /// Where a part is hidden, because the whole and other parts would tell what is left without it.
    fn by_subtraction(
        &self,
        measure: &Definition,
        whole: &Definition,
        tree: &Tree,
        shapes: &HashMap<String, Shape>,
    ) -> HashSet<UnitPeriod> {
        let (Some(mine), Some(of_whole)) = (self.counted(measure, ""), self.counted(whole, "")) else {
            return HashSet::new();
        };
        // Less than the whole, and hidden with it.
        let unit_period = |place: &Place| (place.0.clone(), place.1.clone());
        let with_whole = of_whole.iter().filter(|(_, count)| count.hidden).map(|(place, _)| unit_period(place));
        let mut hidden: HashSet<UnitPeriod> = with_whole.collect();
        let mut cells: Vec<BTreeMap<Place, Small>> = Vec::new();
        for known in self.left(measure, whole) {
            for way in ways(measure) {
                let Some(rest) = minus(&known, mine, way) else { continue };
                let small = |(place, (rest, _)): (&Place, &(i64, bool))| {
                    let (most, is_known) = known[place];
                    (place.clone(), Small { n: *rest as u64, most: if is_known { most as u64 } else { UNBOUNDED } })
                };
                cells.push(rest.iter().map(small).collect());
            }
        }
        if measure.part != Which::Cases {
            // That so many were hits is as much as a count of its own.
            let way = whole.part;
            let own = |(place, count): (&Place, &Count)| {
                let whole = of_whole.get(place).filter(|whole| !whole.hidden);
                let most = whole.map_or(UNBOUNDED, |count| count.of(Some(way)));
                (place.clone(), Small { n: count.of(Some(measure.part)), most })
            };
            cells.push(mine.iter().map(own).collect());
        }
        cells.sort_by(|left, right| left.values().map(|it| it.n).cmp(right.values().map(|it| it.n)));
        cells.dedup();
        loop {
            let before = hidden.len();
            for cells in &cells {
                self.hide_small(cells, &mut hidden, tree, shapes);
            }
            if hidden.len() == before {
                return hidden;
            }
        }
    }

    /// Hides small cells, and what covers them, of one number that is known where the part is.
    fn hide_small(
        &self,
        cells: &BTreeMap<Place, Small>,
        hidden: &mut HashSet<UnitPeriod>,
        tree: &Tree,
        shapes: &HashMap<String, Shape>,
    ) {
        let is_few = |n: u64| n > 0 && n < self.threshold;
        let mut periods: BTreeMap<&str, Vec<(&Place, &Small)>> = BTreeMap::new();
        for (place, small) in cells {
            periods.entry(&place.0).or_default().push((place, small));
        }
        for (period, cells) in periods {
            let Some(shape) = shapes.get(period).filter(|_| {
                cells.iter().any(|(_, small)| is_few(small.n) || is_few(small.most.saturating_sub(small.n)))
            }) else {
                continue;
            };
            let units: Vec<Option<usize>> = cells.iter().map(|(place, _)| tree.find(&place.1)).collect();
            let places: HashMap<usize, usize> =
                units.iter().enumerate().filter_map(|(place, unit)| Some(((*unit)?, place))).collect();
            let nodes: Vec<Node> = cells
                .iter()
                .zip(&units)
                .map(|((place, small), unit)| Node {
                    n: small.n,
                    most: small.most,
                    parent: unit.and_then(|unit| shape.above(unit).find_map(|unit| places.get(&unit).copied())),
                    few: is_few(small.n),
                    // Of the part itself too much would be known where the rest cannot take its place.
                    few_left: small.most < UNBOUNDED && is_few(small.most.saturating_sub(small.n)),
                    hidden: hidden.contains(&(place.0.clone(), place.1.clone())),
                })
                .collect();
            let found = hide(&nodes, self.threshold);
            let found = cells.iter().zip(found).filter(|(_, hide)| *hide);
            hidden.extend(found.map(|((place, _), _)| (place.0.clone(), place.1.clone())));
        }
    }

    /// Where the breakdown of a part is hidden: where the whole's is, or where what is left of the whole's would tell.
    fn by_breakdown(
        &self,
        measure: &Definition,
        whole: &Definition,
        dimension: &str,
        tree: &Tree,
        shapes: &HashMap<String, Shape>,
    ) -> HashSet<UnitPeriod> {
        let (Some(mine), Some(of_whole)) = (self.counted(measure, dimension), self.counted(whole, dimension)) else {
            return HashSet::new();
        };
        let unit_period = |place: &Place| (place.0.clone(), place.1.clone());
        let with_whole = of_whole.iter().filter(|(_, count)| count.hidden).map(|(place, _)| unit_period(place));
        let mut hidden: HashSet<UnitPeriod> = with_whole.collect();
        let known: BTreeMap<Place, (i64, bool)> =
            of_whole.iter().map(|(place, count)| (place.clone(), (count.of(Some(whole.part)) as i64, true))).collect();
        let counting = Definition { kind: Kind::Count, sensitive: false, window_months: None, ..whole.clone() };
        for way in ways(measure) {
            let Some(rest) = minus(&known, mine, way) else { continue };
            let figure = |((period, unit, strata), (rest, _)): (&Place, &(i64, bool))| Figure {
                measure: whole.id.clone(),
                unit_id: unit.clone(),
                period: period.clone(),
                strata: strata.clone(),
                n: *rest as u64,
                people: *rest as u64,
                ..Figure::default()
            };
            let mut figures: Vec<Figure> = rest.iter().map(figure).collect();
            let was = hidden.clone();
            let before = |figure: &Figure| was.contains(&(figure.period.clone(), figure.unit_id.clone()));
            let past = Past { hidden: &before, ..Past::NONE };
            let classes = Classes::new();
            let context =
                Context { measure: &counting, tree, shapes, past: &past, threshold: self.threshold, classes: &classes };
            suppress(&mut figures, &context);
            let found = figures.into_iter().filter(|figure| figure.suppressed);
            hidden.extend(found.map(|figure| (figure.period, figure.unit_id)));
        }
        hidden
    }

    /// Numbers that are known of a unit and month beside its total, each at the same place everywhere: parts and what is
    /// left without them.
    fn classes(&self, whole: &Definition) -> Classes {
        let mut classes = Classes::new();
        let Some(of_whole) = self.counted(whole, "") else { return classes };
        for (place, total) in of_whole {
            let known = classes.entry((place.0.clone(), place.1.clone())).or_default();
            for part in self.parts_of(whole) {
                for way in ways(part) {
                    let count = self.counted(part, "").and_then(|counts| counts.get(place));
                    let shown = count.filter(|count| !count.hidden && !total.hidden).map(|count| count.of(way));
                    known.extend([shown, shown.map(|part| total.n.saturating_sub(part))]);
                }
            }
        }
        classes
    }
}

/// A number, and the most that it is known to be at once.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Small {
    n: u64,
    most: u64,
}

fn place(figure: &Figure, measure: &Definition) -> Place {
    let strata = figure.strata.iter().filter(|(name, _)| Some(name.as_str()) != measure.parts());
    (figure.period.clone(), figure.unit_id.clone(), strata.cloned().collect())
}

fn counts(figures: &[Figure], measure: &Definition, threshold: u64) -> BTreeMap<Place, Count> {
    let mut counts = BTreeMap::new();
    for figure in figures {
        let told = figure.left_out == 0 || figure.left_out >= threshold;
        let count = Count {
            n: figure.n,
            all: told.then_some(figure.n + figure.left_out),
            hits: figure.numerator.unwrap_or(0.0) as u64,
            hidden: false,
        };
        counts.entry(place(figure, measure)).or_insert(count);
    }
    counts
}

/// Numbers less those of a part; none where the part is not within them everywhere, and so is no part.
fn minus(
    known: &BTreeMap<Place, (i64, bool)>,
    part: &BTreeMap<Place, Count>,
    way: Option<Which>,
) -> Option<BTreeMap<Place, (i64, bool)>> {
    let periods: HashSet<&str> = known.keys().map(|place| place.0.as_str()).collect();
    let outside = |(place, count): (&Place, &Count)| {
        periods.contains(place.0.as_str()) && !known.contains_key(place) && count.of(way) > 0
    };
    if part.iter().any(outside) {
        return None;
    }
    let rest = known.iter().map(|(place, (known, is_known))| {
        let count = part.get(place).copied().unwrap_or_default();
        let rest = known - count.of(way) as i64;
        (rest >= 0).then(|| (place.clone(), (rest, *is_known && !count.hidden)))
    });
    rest.collect()
}

/// Files in the order in which they are published, those that belong together side by side: measures that are linked are
/// made anew together.
pub(crate) fn groups(catalogue: &Catalogue) -> Vec<Vec<usize>> {
    let file_of = |id: &str| catalogue.files.iter().position(|file| file.measures.iter().any(|it| it.id == id));
    let mut group: Vec<usize> = (0..catalogue.files.len()).collect();
    for (number, file) in catalogue.files.iter().enumerate() {
        for whole in file.measures.iter().filter_map(|measure| catalogue.whole_of(measure)) {
            let Some(other) = file_of(&whole.id) else { continue };
            let (one, two) = (group[number].min(group[other]), group[number].max(group[other]));
            group.iter_mut().filter(|it| **it == two).for_each(|it| *it = one);
        }
    }
    let names: BTreeSet<usize> = group.iter().copied().collect();
    names.into_iter().map(|name| (0..group.len()).filter(|file| group[*file] == name).collect()).collect()
}

#[cfg(test)]
mod tests;
