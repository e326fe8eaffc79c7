//! Links between measures: figures over the same rows must not tell together what none of them tells alone.
//!
//! Callbacks are a part of contacts: of 40 contacts and 39 callbacks one was no callback. A head says so (`part_of`), and a
//! county's own measure over the rows of a measure that others are a part of is taken for a part of it, too. Each cube is
//! hidden as it would be alone; then all linked cubes of a month are looked at together, with whatever can be known of
//! how their numbers hang together, and [`super::exchange`] hides what it takes for every small number, and every
//! small rest of a whole, to stay uncertain.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use datafusion::common::HashMap;

use super::cells::Figure;
use super::definition::Which;
use super::disclosure::{BEFORE_DATA, Past, is_of_few};
use super::draft::Draft;
use super::exchange::{Numbers, Place};
use super::tree::Tree;
use super::{Catalogue, Definition, Kind};

/// The values of further dimensions.
type Strata = Vec<(String, String)>;
/// Cube, the values of its dimensions, and what is counted.
type Counted = (usize, Strata, Number);
/// A count, and the figure that gives it.
type Count<'a> = (i64, Option<&'a Figure>);
/// Columns, each so many times.
type Terms = Vec<(usize, i64)>;
/// Cube, period and unit.
type Hidden = BTreeSet<(usize, String, String)>;

/// A measure by unit and period, and by one further dimension or none.
pub(crate) struct Asked<'a> {
    pub draft: &'a Draft,
    pub tree: &'a Tree,
    pub dimension: &'a str,
    pub past: Past<'a>,
}

/// The counts that a figure gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Number {
    Cases,
    /// With those without a value.
    All,
    Hits,
}

/// A whole without some of its parts.
struct Rest {
    /// By unit, whether it is told by what is published.
    known: Vec<bool>,
    parts: usize,
    /// Without one more part there is a rest, too.
    goes_on: bool,
}

/// So many parts are taken from a whole at once: of twenty measures over the same rows all rests would be a million.
const PARTS: usize = 3;

/// How the measures of a catalogue are linked.
pub(crate) struct Links<'a> {
    catalogue: &'a Catalogue,
    /// By part.
    wholes: HashMap<&'a str, &'a str>,
    threshold: u64,
}

impl<'a> Links<'a> {
    pub fn new(catalogue: &'a Catalogue, threshold: u64) -> Links<'a> {
        let whole = |(_, part): (_, &'a Definition)| Some((part.id.as_str(), catalogue.whole_of(part)?.id.as_str()));
        Links { catalogue, wholes: catalogue.measures().filter_map(whole).collect(), threshold }
    }

    /// The figures of measures with everything hidden that must be: all that are linked at once.
    pub fn figures(&self, asked: &[Asked<'_>]) -> Vec<Vec<Figure>> {
        let alone = self.each(asked, &Hidden::new());
        let linked: Vec<usize> = (0..asked.len()).filter(|cube| self.is_linked(&asked[*cube].draft.measure)).collect();
        let (before, after) = Linked::of(self, asked, &alone, linked).protected();
        if before == after { alone } else { self.each(asked, &after) }
    }

    /// The figures of each cube, of which some are hidden because of others. A unit hidden in a measure is hidden in its
    /// breakdowns.
    fn each(&self, asked: &[Asked<'_>], hidden: &Hidden) -> Vec<Vec<Figure>> {
        let mut figures = vec![Vec::new(); asked.len()];
        let mut totals: HashSet<(String, String, String)> = HashSet::new();
        let mut order: Vec<usize> = (0..asked.len()).collect();
        order.sort_by_key(|cube| !asked[*cube].dimension.is_empty());
        for cube in order {
            let Asked { draft, tree, dimension, past } = &asked[cube];
            let goes = |figure: &Figure| {
                let (measure, period, unit) = (&figure.measure, &figure.period, &figure.unit_id);
                // A window that begins before the data tells nothing that could be hidden.
                (figure.reason != Some(BEFORE_DATA) && hidden.contains(&(cube, period.clone(), unit.clone())))
                    || (!dimension.is_empty() && totals.contains(&(measure.clone(), period.clone(), unit.clone())))
                    || (past.hidden)(figure)
            };
            let there: HashSet<(&str, &str)> =
                draft.figures.iter().map(|it| (it.period.as_str(), it.unit_id.as_str())).collect();
            let mut gone = past.gone.to_vec();
            for (_, period, unit) in
                hidden.iter().filter(|(it, period, unit)| *it == cube && !there.contains(&(period, unit)))
            {
                let other = draft.figures.iter().find(|figure| figure.period == *period);
                let none = |other: &Figure| Figure {
                    measure: other.measure.clone(),
                    period: period.clone(),
                    unit_id: unit.clone(),
                    strata: other.strata.clone(),
                    ..Figure::default()
                };
                gone.extend(other.map(none));
            }
            let made = draft.figures(tree, &Past { hidden: &goes, gone: &gone, ..*past }, self.threshold);
            if dimension.is_empty() {
                let gone = made.iter().filter(|figure| figure.suppressed);
                totals.extend(gone.map(|it| (it.measure.clone(), it.period.clone(), it.unit_id.clone())));
            }
            figures[cube] = made;
        }
        figures
    }

    fn is_linked(&self, measure: &Definition) -> bool {
        let id = measure.id.as_str();
        measure.adds_up() && (self.wholes.contains_key(id) || self.wholes.values().any(|whole| *whole == id))
    }
}

/// The linked cubes.
struct Linked<'a> {
    links: &'a Links<'a>,
    asked: &'a [Asked<'a>],
    cubes: Vec<usize>,
    /// Period and unit, in their order.
    units: Vec<(&'a str, &'a str)>,
    /// By unit.
    cells: BTreeMap<Counted, Vec<Count<'a>>>,
    columns: BTreeMap<Counted, usize>,
    numbers: Numbers,
}

impl<'a> Linked<'a> {
    fn of(links: &'a Links<'a>, asked: &'a [Asked<'a>], alone: &'a [Vec<Figure>], cubes: Vec<usize>) -> Linked<'a> {
        let named = cubes.iter().flat_map(|cube| &alone[*cube]).map(|it| (it.period.as_str(), it.unit_id.as_str()));
        let units: Vec<(&str, &str)> = named.collect::<BTreeSet<_>>().into_iter().collect();
        let at = |figure: &Figure| {
            let unit = (figure.period.as_str(), figure.unit_id.as_str());
            units.binary_search(&unit).unwrap_or_default()
        };
        let above = |(period, unit): &(&str, &str)| {
            let shape =
                cubes.iter().find_map(|cube| Some((asked[*cube].tree, asked[*cube].draft.shapes.get(*period)?)));
            let (tree, shape) = shape?;
            let mut above = shape.above(tree.find(unit)?).map(|above| tree.units[above].id.as_str());
            above.find_map(|above| units.binary_search(&(*period, above)).ok())
        };
        let parents: Vec<Option<usize>> = units.iter().map(above).collect();
        let mut cells: BTreeMap<Counted, Vec<Count<'_>>> = BTreeMap::new();
        let mut places = vec![vec![Place::Shown(1); units.len()]; asked.len()];
        for cube in &cubes {
            let Asked { draft, dimension, .. } = &asked[*cube];
            let measure = &draft.measure;
            let some_left_out = draft.figures.iter().any(|figure| figure.left_out > 0);
            for figure in &draft.figures {
                let apart = |(name, _): &&(String, String)| Some(name.as_str()) != measure.parts();
                let strata: Strata = figure.strata.iter().filter(apart).cloned().collect();
                let n = figure.n as i64;
                let hits = figure.numerator.map(|hits| hits as i64);
                if let Some(hits) = hits.filter(|_| measure.kind == Kind::Classes) {
                    let known = cells.entry((*cube, figure.strata.clone(), Number::Hits));
                    known.or_insert_with(|| vec![(0, None); units.len()])[at(figure)] = (hits, Some(figure));
                }
                let counts = [
                    (Number::Cases, Some(n)),
                    (Number::All, some_left_out.then_some(n + figure.left_out as i64)),
                    (Number::Hits, hits.filter(|_| measure.kind == Kind::Share)),
                ];
                for (number, count) in counts.into_iter().filter_map(|(number, count)| Some((number, count?))) {
                    let known = cells.entry((*cube, strata.clone(), number));
                    known.or_insert_with(|| vec![(0, None); units.len()])[at(figure)] = (count, Some(figure));
                }
            }
            let mut shown = vec![None; units.len()];
            for figure in &alone[*cube] {
                let cases: &mut Option<i64> = &mut shown[at(figure)];
                let hidden = figure.suppressed || figure.reason == Some(BEFORE_DATA);
                *cases = Some(cases.unwrap_or(0) + if hidden { 0 } else { 1 + figure.n as i64 });
            }
            // Where there is no figure there is no case, which is known like any other number.
            let place =
                |cases: Option<i64>| if cases == Some(0) { Place::Hidden } else { Place::Shown(cases.unwrap_or(1)) };
            places[*cube] = shown.into_iter().map(place).collect();
            if !dimension.is_empty() {
                price_together(&units, &parents, &mut places[*cube]);
            }
        }
        let whole = asked.iter().map(|asked| !asked.dimension.is_empty()).collect();
        let mut months: Vec<&str> = units.iter().map(|(period, _)| *period).collect();
        months.dedup();
        let month = |(period, _): &(&str, &str)| months.binary_search(period).unwrap_or_default();
        let month = units.iter().map(month).collect();
        let mut numbers = Numbers::new(links.threshold, month, parents, places, whole);
        let column = |((cube, strata, number), cells): (&Counted, &Vec<Count<'_>>)| {
            let column = numbers.column(*cube, cells.iter().map(|(count, _)| *count).collect());
            ((*cube, strata.clone(), *number), column)
        };
        let columns = cells.iter().map(column).collect();
        Linked { links, asked, cubes, units, columns, cells, numbers }
    }

    /// The units hidden in each cube alone, and those when all are looked at together.
    fn protected(mut self) -> (Hidden, Hidden) {
        let before = self.hidden();
        self.know_cells();
        for cube in self.cubes.clone() {
            if !self.asked[cube].dimension.is_empty() {
                self.know_breakdown(cube);
            }
            self.know_parts(cube);
        }
        self.numbers.protect();
        (before, self.hidden())
    }

    fn hidden(&self) -> Hidden {
        let of = |cube: usize| {
            let places =
                self.units.iter().zip(&self.numbers.places[cube]).filter(|(_, place)| **place == Place::Hidden);
            places.map(move |((period, unit), _)| (cube, period.to_string(), unit.to_string()))
        };
        self.cubes.iter().flat_map(|cube| of(*cube)).collect()
    }

    fn measure(&self, cube: usize) -> &'a Definition {
        &self.asked[cube].draft.measure
    }

    fn column(&self, cube: usize, strata: &Strata, number: Number) -> Option<usize> {
        self.columns.get(&(cube, strata.clone(), number)).copied()
    }

    /// The cases of a measure in a cell of which a head speaks.
    fn terms(&self, cube: usize, strata: &Strata, which: Which) -> Option<Terms> {
        let of = |number| self.column(cube, strata, number);
        Some(match which {
            Which::Cases => vec![(of(Number::Cases)?, 1)],
            Which::Hits => vec![(of(Number::Hits)?, 1)],
            Which::Misses => vec![(of(Number::Cases)?, 1), (of(Number::Hits)?, -1)],
        })
    }

    /// The numbers of a part that its whole may be lessened by, each with the units where it is known.
    fn ways(&self, cube: usize, strata: &Strata) -> Vec<(Terms, Vec<bool>)> {
        let measure = self.measure(cube);
        let everywhere = || vec![true; self.units.len()];
        let mut ways: Vec<_> =
            self.terms(cube, strata, measure.part).map(|terms| (terms, everywhere())).into_iter().collect();
        if let Some(all) = self.column(cube, strata, Number::All).filter(|_| measure.part == Which::Cases) {
            let left_out = |(_, figure): &Count<'_>| figure.map_or(0, |figure| figure.left_out);
            let cells = self.cells[&(cube, strata.clone(), Number::All)].iter();
            let known = cells.map(left_out).map(|it| it == 0 || it >= self.links.threshold).collect();
            ways.push((vec![(all, 1)], known));
        }
        ways
    }

    /// Each number, and those of one cell within each other.
    fn know_cells(&mut self) {
        let threshold = self.links.threshold;
        let small = |count: i64| (1..threshold as i64).contains(&count);
        for ((cube, strata, number), column) in self.columns.clone() {
            let measure = self.measure(cube);
            let cells = &self.cells[&(cube, strata.clone(), number)];
            let tells = |which| measure.part == which || measure.sensitive || measure.kind == Kind::Classes;
            self.numbers.know(&[(column, 1)], |unit, count| match number {
                Number::Cases => cells[unit].1.is_some_and(|figure| is_of_few(figure, threshold)),
                Number::All => false,
                Number::Hits => tells(Which::Hits) && small(count),
            });
            let Some(cases) = self.column(cube, &strata, Number::Cases) else { continue };
            match number {
                Number::Cases => {}
                Number::All => self.numbers.know(&[(column, 1), (cases, -1)], |_, _| false),
                Number::Hits => {
                    let few = |_, count| tells(Which::Misses) && small(count);
                    self.numbers.know(&[(cases, 1), (column, -1)], few);
                }
            }
        }
    }

    /// The strata of each number in a cube.
    fn strata(&self, cube: usize, number: Number) -> Terms {
        let mine = self.columns.iter().filter(|((other, _, counted), _)| *other == cube && *counted == number);
        mine.map(|(_, column)| (*column, 1)).collect()
    }

    /// A breakdown adds up to its total.
    fn know_breakdown(&mut self, cube: usize) {
        let mine = |other: &&usize| {
            self.measure(**other).id == self.measure(cube).id && self.asked[**other].dimension.is_empty()
        };
        let Some(total) = self.cubes.iter().find(mine).copied() else { return };
        for number in [Number::Cases, Number::All, Number::Hits] {
            if let Some(total) = self.column(total, &Vec::new(), number) {
                let rest = minus(&[(total, 1)], &self.strata(cube, number));
                if self.numbers.fits(&rest) {
                    self.numbers.know(&rest, |_, _| false);
                }
            }
        }
    }

    /// The parts of a whole, of the same dimension.
    fn know_parts(&mut self, whole: usize) {
        let dimension = self.asked[whole].dimension;
        let is_part = |cube: &usize| {
            let whole_of = self.links.wholes.get(self.measure(*cube).id.as_str()).copied();
            self.asked[*cube].dimension == dimension && whole_of == Some(self.measure(whole).id.as_str())
        };
        let parts: Vec<usize> = self.cubes.iter().copied().filter(is_part).collect();
        if parts.is_empty() {
            return;
        }
        let strata: BTreeSet<Strata> = self
            .columns
            .keys()
            .filter(|(cube, ..)| *cube == whole || parts.contains(cube))
            .map(|it| it.1.clone())
            .collect();
        for strata in strata {
            let all = self.terms(whole, &strata, self.measure(whole).part).unwrap_or_default();
            self.know_rests(&all, &strata, &parts);
            self.know_fits(whole, &all, &strata, &parts);
        }
    }

    /// The rests of a whole without some of its parts, at most one of each file and [`PARTS`] at once: a small one is of
    /// few people. That a part is within its whole is known where a head says so, and else where the numbers allow it.
    fn know_rests(&mut self, all: &Terms, strata: &Strata, parts: &[usize]) {
        let threshold = self.links.threshold as i64;
        let first = Rest { known: vec![true; self.units.len()], parts: 0, goes_on: false };
        let mut rests: BTreeMap<Terms, Rest> = BTreeMap::from([(all.clone(), first)]);
        for file in &self.links.catalogue.files {
            let in_file = |cube: &&usize| file.measures.iter().any(|it| it.id == self.measure(**cube).id);
            let named = |cube: &usize| self.measure(*cube).part_of.is_some();
            let ways: Vec<_> = parts
                .iter()
                .filter(in_file)
                .flat_map(|cube| {
                    self.ways(*cube, strata).into_iter().map(move |(way, known)| (way, known, named(cube)))
                })
                .collect();
            let before: Vec<Terms> =
                rests.iter().filter(|(_, rest)| rest.parts < PARTS).map(|it| it.0.clone()).collect();
            for terms in before {
                for (way, known, named) in &ways {
                    let less = minus(&terms, way);
                    if !(self.numbers.fits(&less) || (*named && terms == *all)) {
                        continue;
                    }
                    let Some(rest) = rests.get_mut(&terms) else { continue };
                    rest.goes_on = true;
                    let known = known.iter().zip(&rest.known).map(|(one, other)| *one && *other).collect();
                    let next = Rest { known, parts: rest.parts + 1, goes_on: false };
                    rests.entry(less).or_insert(next);
                }
            }
        }
        rests.remove(all);
        for (terms, rest) in rests {
            let few = |unit: usize, count| rest.known[unit] && (1..threshold).contains(&count);
            // The rest without more parts is within the rest without some of them.
            match rest.goes_on {
                true => self.numbers.ask(&terms, few),
                false => self.numbers.know(&terms, few),
            }
        }
    }

    /// Takes for known beside the heads: of two numbers of a whole, that one is within the other, or none of the other,
    /// wherever the numbers allow it; and the same of parts of a breakdown together.
    fn know_fits(&mut self, whole: usize, all: &Terms, strata: &Strata, parts: &[usize]) {
        let counted = |cube: &usize| {
            let columns = [Number::Cases, Number::All, Number::Hits].map(|it| self.column(*cube, strata, it));
            columns.into_iter().flatten().collect::<Vec<usize>>()
        };
        let mut sets: Vec<Vec<usize>> = [whole].iter().chain(parts).map(counted).collect();
        let of_parts = sets.len();
        if self.asked[whole].dimension.is_empty() {
            let number = if self.measure(whole).part == Which::Hits { Number::Hits } else { Number::Cases };
            let broken = |cube: &&usize| {
                !self.asked[**cube].dimension.is_empty() && self.measure(**cube).id == self.measure(whole).id
            };
            let columns = |cube: &usize| self.strata(*cube, number).into_iter().map(|(column, _)| column).collect();
            sets.extend(self.cubes.iter().filter(broken).map(columns));
        }
        sets.iter_mut().for_each(|set| set.retain(|column| !self.numbers.is_nought(&[(*column, 1)])));
        for (at, set) in sets.iter().enumerate().skip(1) {
            for other in &sets[..at] {
                for column in other {
                    let apart = |mine: &&usize| !sets.iter().any(|it| it.contains(mine) && it.contains(column));
                    let mine: Vec<usize> = set.iter().filter(apart).copied().collect();
                    let known = self.fits(all, *column, &mine, at >= of_parts);
                    known.iter().for_each(|terms| self.numbers.know(terms, |_, _| false));
                }
            }
        }
    }

    /// The relations that fit numbers beside another: each within it, or beside it, or the other way round, and if they are parts of
    /// one breakdown, all together.
    fn fits(&self, all: &Terms, column: usize, others: &[usize], broken: bool) -> Vec<Terms> {
        let within = |other: &usize| vec![(column, 1), (*other, -1)];
        let around = |other: &usize| vec![(column, -1), (*other, 1)];
        let beside = |other: &usize| minus(all, &[(column, 1), (*other, 1)]);
        let fit = |terms: &Terms| !terms.is_empty() && self.numbers.fits(terms);
        let (inner, outer): (Vec<Terms>, Vec<Terms>) =
            (others.iter().map(within).filter(fit).collect(), others.iter().map(beside).filter(fit).collect());
        let mut known: Vec<Terms> = others.iter().map(around).filter(fit).collect();
        for (mut forms, whole) in [(inner, vec![(column, 1)]), (outer, minus(all, &[(column, 1)]))] {
            // Less as many of them at once as there is room for, the largest first: one that fits by chance is small.
            forms.sort_by_cached_key(|form| self.numbers.sum(form));
            let mut rest = whole.clone();
            for form in forms {
                let less = minus(&rest, &minus(&whole, &form));
                if broken && fit(&less) { rest = less } else { known.push(form) }
            }
            if rest != whole {
                known.push(rest);
            }
        }
        known
    }
}

/// Breakdowns of units beside each other, and of those below them, are hidden together.
fn price_together(units: &[(&str, &str)], parents: &[Option<usize>], places: &mut [Place]) {
    let family = |unit: usize| (units[unit].0, parents[unit]);
    let mut families: BTreeMap<(&str, Option<usize>), i64> = BTreeMap::new();
    for (unit, place) in places.iter().enumerate() {
        *families.entry(family(unit)).or_default() += if let Place::Shown(cases) = place { *cases } else { 0 };
    }
    for (unit, place) in places.iter_mut().enumerate().filter(|(_, place)| **place != Place::Hidden) {
        *place = Place::Shown(families[&family(unit)]);
    }
}

/// A number less another.
fn minus(number: &[(usize, i64)], less: &[(usize, i64)]) -> Terms {
    let mut sum: BTreeMap<usize, i64> = BTreeMap::new();
    number.iter().for_each(|(column, times)| *sum.entry(*column).or_default() += times);
    less.iter().for_each(|(column, times)| *sum.entry(*column).or_default() -= times);
    sum.into_iter().filter(|(_, times)| *times != 0).collect()
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

/// The files of these measures, with all that is published together with them.
pub fn together(catalogue: &Catalogue, ids: &[String]) -> Catalogue {
    let is_asked = |file: &usize| catalogue.files[*file].measures.iter().any(|it| ids.contains(&it.id));
    let asked = groups(catalogue).into_iter().filter(|group| group.iter().any(is_asked));
    Catalogue { files: asked.flatten().map(|file| catalogue.files[file].clone()).collect() }
}

#[cfg(test)]
mod tests;
