//! Exchanges: whether a small number stays uncertain beside everything that is published of a month.
//!
//! An attacker knows every published number, how units add up, and which numbers are parts of which. A small number is safe
//! where another county agrees with every published number: cases of its unit change against cases of others, as a callback
//! against a chat, so that no published number changes, and the small number becomes nought, or the threshold. Such an
//! exchange stands against every attacker, whatever may be computed from all numbers at once. Where there is none,
//! the cheapest is sought, and what is published of the numbers that it changes is hidden, from both units up to the
//! one above them. Hiding more later only makes room for more, so that each small number is looked at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

/// A cube in a unit, as it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Figures, and what it costs to hide them.
    Shown(i64),
    Hidden,
}

/// A number that each unit has: columns, each so many times. It is nowhere below nought.
#[derive(Debug, Clone)]
struct Form {
    terms: Vec<(usize, i64)>,
    /// By unit, whether it is of few people, and must stay uncertain.
    few: Vec<bool>,
    /// It is nought everywhere, because of what the numbers are.
    nought: bool,
}

/// Cases of a unit that has none below it, or of one beside those of the units below.
struct Row {
    unit: usize,
    /// Beside those of the units below: where there are none, that is known.
    own: bool,
    /// More are below than there are: units moved, and nothing follows from their sums.
    crooked: bool,
    counts: Vec<i64>,
}

/// Linked numbers of the units of some months.
pub(super) struct Numbers {
    threshold: i64,
    /// By unit the month: a unit is another in each, and those of one stand side by side.
    months: Vec<usize>,
    /// By unit the one above.
    parents: Vec<Option<usize>>,
    /// By column and unit.
    totals: Vec<Vec<i64>>,
    /// By column the cubes that it is published in.
    cubes: Vec<Vec<usize>>,
    /// By cube and unit.
    pub places: Vec<Vec<Place>>,
    /// Cubes of which units beside each other are shown together, with those below them.
    whole: Vec<bool>,
    rows: Vec<Row>,
    forms: Vec<Form>,
    /// By column the forms in which it stands, and how often.
    forms_of: Vec<Vec<(usize, i64)>>,
}

/// An exchange: so much more or less of each column in one row, and as much less or more in another, or nowhere.
struct Exchange {
    change: Vec<(usize, i64)>,
    rows: (usize, Option<usize>),
    /// How often it is made.
    times: i64,
    /// How far it brings the small number.
    reach: i64,
    cost: i64,
    hidden: Vec<(usize, usize)>,
}

/// So many changes of a row are looked at.
const STEPS: usize = 60;

impl Numbers {
    pub fn new(
        threshold: u64,
        months: Vec<usize>,
        parents: Vec<Option<usize>>,
        places: Vec<Vec<Place>>,
        whole: Vec<bool>,
    ) -> Numbers {
        let mut above: Vec<bool> = vec![false; parents.len()];
        parents.iter().flatten().for_each(|parent| above[*parent] = true);
        let rows = above
            .into_iter()
            .enumerate()
            .map(|(unit, own)| Row { unit, own, crooked: false, counts: Vec::new() })
            .collect();
        let (totals, cubes, forms, forms_of) = Default::default();
        Numbers { threshold: threshold as i64, months, parents, totals, cubes, places, whole, rows, forms, forms_of }
    }

    /// The column of a number of a cube, by unit. Numbers that are the same everywhere are one.
    pub fn column(&mut self, cube: usize, totals: Vec<i64>) -> usize {
        if let Some(known) = self.totals.iter().position(|known| *known == totals) {
            self.cubes[known].push(cube);
            return known;
        }
        let mut own = totals.clone();
        for (total, parent) in totals.iter().zip(&self.parents) {
            parent.iter().for_each(|parent| own[*parent] -= total);
        }
        for (row, own) in self.rows.iter_mut().zip(own) {
            row.crooked |= own < 0;
            row.counts.push(own.max(0));
        }
        self.totals.push(totals);
        self.cubes.push(vec![cube]);
        self.forms_of.push(Vec::new());
        self.totals.len() - 1
    }

    /// A number of a unit.
    pub fn total(&self, terms: &[(usize, i64)], unit: usize) -> i64 {
        terms.iter().map(|(column, times)| times * self.totals[*column][unit]).sum()
    }

    /// A number over all units.
    pub fn sum(&self, terms: &[(usize, i64)]) -> i64 {
        self.rows.iter().map(|row| value(terms, &row.counts)).sum()
    }

    /// Whether a number is nowhere below nought.
    pub fn fits(&self, terms: &[(usize, i64)]) -> bool {
        self.rows.iter().filter(|row| !row.crooked).all(|row| value(terms, &row.counts) >= 0)
    }

    /// Whether a number is nought everywhere.
    pub fn is_nought(&self, terms: &[(usize, i64)]) -> bool {
        self.rows.iter().filter(|row| !row.crooked).all(|row| value(terms, &row.counts) == 0)
    }

    /// Takes a number that cannot be below nought because another cannot; `few` says in which units it is of few people.
    pub fn ask(&mut self, terms: &[(usize, i64)], few: impl Fn(usize, i64) -> bool) {
        let few: Vec<bool> = (0..self.parents.len()).map(|unit| few(unit, self.total(terms, unit))).collect();
        if few.contains(&true) {
            self.forms.push(Form { terms: terms.to_vec(), few, nought: false });
        }
    }

    /// Takes a number that cannot be below nought; `few` says in which units it is of few people.
    pub fn know(&mut self, terms: &[(usize, i64)], few: impl Fn(usize, i64) -> bool) {
        let mut sum: BTreeMap<usize, i64> = BTreeMap::new();
        terms.iter().for_each(|(column, times)| *sum.entry(*column).or_default() += times);
        let terms =
            sum.into_iter().filter(|(column, times)| *times != 0 && self.totals[*column].iter().any(|it| *it > 0));
        let terms: Vec<(usize, i64)> = terms.collect();
        let few: Vec<bool> = (0..self.parents.len()).map(|unit| few(unit, self.total(&terms, unit))).collect();
        let Some((first, _)) = terms.first() else { return };
        let known = self.forms_of[*first].iter().map(|(form, _)| *form).find(|form| self.forms[*form].terms == terms);
        if let Some(known) = known {
            self.forms[known].few.iter_mut().zip(few).for_each(|(known, few)| *known |= few);
            return;
        }
        terms.iter().for_each(|(column, times)| self.forms_of[*column].push((self.forms.len(), *times)));
        let nought = terms.len() > 1 && self.is_nought(&terms);
        self.forms.push(Form { terms, few, nought });
    }

    /// Hides what it takes for every small number to stay uncertain.
    pub fn protect(&mut self) {
        self.rows.retain(|row| !row.crooked && (!row.own || row.counts.iter().any(|count| *count > 0)));
        let mut first = 0;
        while let Some(month) = self.months.get(first).copied() {
            let end = self.months.partition_point(|other| *other <= month);
            self.protect_month(first..end);
            first = end;
        }
    }

    fn protect_month(&mut self, units: Range<usize>) {
        let mut cases = Cases::of(self, &units);
        for unit in units.clone() {
            for form in 0..self.forms.len() {
                if self.forms[form].few[unit]
                    && !(self.lets(&mut cases, unit, form, -1) && self.lets(&mut cases, unit, form, 1))
                {
                    // Nothing that is published touches it any more.
                    self.places.iter_mut().for_each(|places| places[units.clone()].fill(Place::Hidden));
                    return;
                }
            }
        }
    }

    /// Lets a number of a unit become nought, or the threshold; whether it can.
    fn lets(&mut self, cases: &mut Cases, unit: usize, form: usize, sign: i64) -> bool {
        let within: Vec<usize> = (0..cases.counts.len()).filter(|row| cases.ups[*row].contains(&unit)).collect();
        let now: i64 = within.iter().map(|row| cases.values[form][*row]).sum();
        let mut need = if sign < 0 { now } else { self.threshold - now };
        let mut made = Vec::new();
        while need > 0 {
            let search = Search { numbers: self, cases, target: (form, sign, need), best: None };
            let Some(exchange) = search.cheapest(&within) else { break };
            exchange.hidden.iter().for_each(|(cube, unit)| self.hide(*cube, *unit));
            cases.exchange(self, &exchange, exchange.times);
            need -= exchange.reach;
            made.push(exchange);
        }
        // The next number begins from what there is.
        made.iter().for_each(|exchange| cases.exchange(self, exchange, -exchange.times));
        need <= 0
    }

    fn hide(&mut self, cube: usize, unit: usize) {
        self.places[cube][unit] = Place::Hidden;
        if self.whole[cube] {
            let month = self.months[unit];
            let beside = |other: usize| self.parents[other] == self.parents[unit];
            let units = self.months.partition_point(|it| *it < month)..self.months.partition_point(|it| *it <= month);
            let gone: Vec<usize> = units.filter(|other| self.up(*other).any(beside)).collect();
            gone.into_iter().for_each(|unit| self.places[cube][unit] = Place::Hidden);
        }
    }

    /// The cubes that tell some columns.
    fn cubes_of(&self, change: &[(usize, i64)]) -> Vec<usize> {
        let mut cubes: Vec<usize> = change.iter().flat_map(|(column, _)| &self.cubes[*column]).copied().collect();
        cubes.sort_unstable();
        cubes.dedup();
        cubes
    }

    /// A unit and those above it.
    fn up(&self, unit: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(unit), |unit| self.parents[*unit]).take(self.parents.len())
    }
}

fn value(terms: &[(usize, i64)], counts: &[i64]) -> i64 {
    terms.iter().map(|(column, times)| times * counts[*column]).sum()
}

/// The cases of a month while exchanges are tried.
struct Cases {
    /// Place of the first row among all.
    first: usize,
    /// By row and column.
    counts: Vec<Vec<i64>>,
    /// By form and row.
    values: Vec<Vec<i64>>,
    /// By row its unit and those above.
    ups: Vec<Vec<usize>>,
    /// By row and other row, and last nowhere, the units whose numbers an exchange between them changes.
    ways: Vec<Vec<Vec<usize>>>,
}

impl Cases {
    fn of(numbers: &Numbers, units: &Range<usize>) -> Cases {
        let first = numbers.rows.partition_point(|row| row.unit < units.start);
        let rows = &numbers.rows[first..numbers.rows.partition_point(|row| row.unit < units.end)];
        let counts: Vec<Vec<i64>> = rows.iter().map(|row| row.counts.clone()).collect();
        let values = numbers.forms.iter().map(|form| counts.iter().map(|counts| value(&form.terms, counts)).collect());
        let ups: Vec<Vec<usize>> = rows.iter().map(|row| numbers.up(row.unit).collect()).collect();
        let way = |mine: &[usize], theirs: &[usize]| {
            let above = |unit: &&usize| !(mine.contains(unit) && theirs.contains(unit));
            mine.iter().chain(theirs).filter(above).copied().collect()
        };
        let ways = |mine: &Vec<usize>| ups.iter().map(Vec::as_slice).chain([&[][..]]).map(|it| way(mine, it)).collect();
        Cases { first, values: values.collect(), ways: ups.iter().map(ways).collect(), counts, ups }
    }

    /// Makes an exchange so often.
    fn exchange(&mut self, numbers: &Numbers, exchange: &Exchange, times: i64) {
        let (here, there) = exchange.rows;
        for (row, times) in [(Some(here), times), (there, -times)] {
            let Some(row) = row else { continue };
            for (column, by) in &exchange.change {
                self.counts[row][*column] += by * times;
                for (form, each) in &numbers.forms_of[*column] {
                    self.values[*form][row] += each * by * times;
                }
            }
        }
    }
}

/// A change of some columns of a row, and the cubes that tell them.
struct Change {
    by: Vec<(usize, i64)>,
    /// How often it can be made in the row, and how far it brings the number each time.
    times: i64,
    rate: i64,
    cubes: Vec<usize>,
}

/// The search for an exchange.
struct Search<'a> {
    numbers: &'a Numbers,
    cases: &'a Cases,
    /// The number, up or down, and how far.
    target: (usize, i64, i64),
    best: Option<Exchange>,
}

impl Search<'_> {
    fn row(&self, row: usize) -> &Row {
        &self.numbers.rows[self.cases.first + row]
    }

    /// The exchange that brings a number up or down for the fewest cases hidden; where no few numbers can change, all cases
    /// of a row go to the other.
    fn cheapest(mut self, within: &[usize]) -> Option<Exchange> {
        let rows = self.cases.counts.len();
        let others: Vec<usize> = (0..=rows).filter(|row| !within.contains(row)).collect();
        let (form, sign, _) = self.target;
        let within: Vec<usize> =
            within.iter().copied().filter(|row| sign > 0 || self.cases.values[form][*row] > 0).collect();
        // Mostly enough is hidden already.
        for most in [0, i64::MAX] {
            for here in &within {
                self.changes(*here, &others, most);
                if self.is_free() {
                    return self.best;
                }
            }
        }
        if self.best.is_none() {
            for (here, there) in within.iter().flat_map(|here| others.iter().map(move |there| (*here, *there))) {
                self.offer_all(here, there);
            }
        }
        self.best
    }

    /// Whether nothing more need be hidden for the best.
    fn is_free(&self) -> bool {
        self.best.as_ref().is_some_and(|best| best.cost == 0)
    }

    /// The other row of an exchange; none: cases come from nowhere.
    fn other(&self, row: usize) -> Option<usize> {
        (row < self.cases.counts.len()).then_some(row)
    }

    /// Looks at the changes of a row that bring the number where it is to be, of few columns first: where one cannot be,
    /// because a number would be below nought, or what is nought would not be, a further column changes with it. No more than so
    /// many cases are hidden for it.
    fn changes(&mut self, here: usize, others: &[usize], most: i64) {
        let (form, sign, need) = self.target;
        let numbers = self.numbers;
        let mut seen = BTreeSet::new();
        let starts = numbers.forms[form].terms.iter().map(|(column, by)| vec![(*column, sign * by.signum())]);
        let mut next: VecDeque<Vec<(usize, i64)>> = starts.collect();
        let at = [self.row(here).unit];
        while let Some(by) = next.pop_front().filter(|_| seen.len() < STEPS) {
            let cubes = numbers.cubes_of(&by);
            // Of most ways the unit itself is a part.
            let least = if self.row(here).own { 0 } else { self.cost(&cubes, &at) };
            if least > most || self.best.as_ref().is_some_and(|best| least * best.reach >= best.cost * need) {
                continue;
            }
            match self.times(&by, here) {
                Ok(times) => {
                    let rate = sign * self.rate(form, &by);
                    let change = Change { by, times, rate, cubes };
                    for there in others.iter().filter(|_| rate > 0) {
                        self.offer(&change, (here, *there), most);
                        if self.is_free() {
                            return;
                        }
                    }
                }
                Err(ways) => {
                    for way in ways {
                        let mut more = by.clone();
                        more.push(way);
                        more.sort_unstable();
                        if seen.insert(more.clone()) {
                            next.push_back(more);
                        }
                    }
                }
            }
        }
    }

    /// Takes an exchange that is cheaper than the best so far.
    fn offer(&mut self, change: &Change, (here, there): (usize, usize), most: i64) {
        let need = self.target.2;
        let way = &self.cases.ways[here][there];
        let cost = self.cost(&change.cubes, way);
        if cost > most || self.best.as_ref().is_some_and(|best| cost * best.reach >= best.cost * need) {
            return;
        }
        let against: Vec<(usize, i64)> = change.by.iter().map(|(column, by)| (*column, -by)).collect();
        let rows = (here, self.other(there));
        let times = rows.1.map_or(i64::MAX, |there| self.times(&against, there).unwrap_or(0)).min(change.times);
        let times = times.min((need + change.rate - 1) / change.rate);
        let reach = (times * change.rate).min(need);
        let exchange = Exchange { change: change.by.clone(), rows, times, reach, cost, hidden: Vec::new() };
        self.take(exchange, &change.cubes, way);
    }

    /// All cases of one row become those of the other: that is another county, whatever the numbers are.
    fn offer_all(&mut self, here: usize, there: usize) {
        let (form, sign, need) = self.target;
        let way = &self.cases.ways[here][there];
        let there = self.other(there);
        let (from, into) = if sign < 0 { (Some(here), there) } else { (there, Some(here)) };
        let Some(from) = from.filter(|_| into.is_none_or(|into| !self.row(into).own)) else { return };
        let all = self.cases.counts[from].iter().enumerate().filter(|(_, count)| **count > 0);
        let change: Vec<(usize, i64)> = all.map(|(column, count)| (column, sign * count)).collect();
        let reach = value(&self.numbers.forms[form].terms, &self.cases.counts[from]).min(need);
        let cubes = self.numbers.cubes_of(&change);
        let cost = self.cost(&cubes, way);
        self.take(Exchange { change, rows: (here, there), times: 1, reach, cost, hidden: Vec::new() }, &cubes, way);
    }

    fn take(&mut self, mut exchange: Exchange, cubes: &[usize], way: &[usize]) {
        let better = |best: &Exchange| exchange.cost * best.reach < best.cost * exchange.reach;
        if exchange.reach > 0 && self.best.as_ref().is_none_or(better) {
            let places = cubes.iter().flat_map(|cube| way.iter().map(|unit| (*cube, *unit)));
            exchange.hidden =
                places.filter(|(cube, unit)| self.numbers.places[*cube][*unit] != Place::Hidden).collect();
            self.best = Some(exchange);
        }
    }

    /// The cases of what an exchange takes to be hidden.
    fn cost(&self, cubes: &[usize], way: &[usize]) -> i64 {
        let mut cost = 0;
        for places in cubes.iter().map(|cube| &self.numbers.places[*cube]) {
            for unit in way {
                cost += if let Place::Shown(cases) = places[*unit] { cases } else { 0 };
            }
        }
        cost
    }

    fn rate(&self, form: usize, change: &[(usize, i64)]) -> i64 {
        let of = |column: usize| change.iter().find(|(changed, _)| *changed == column).map_or(0, |(_, by)| *by);
        self.numbers.forms[form].terms.iter().map(|(column, times)| times * of(*column)).sum()
    }

    /// How often a change can be made in a row; or the changes of a further column of which one must come with it, the fewest
    /// that there are.
    fn times(&self, change: &[(usize, i64)], row: usize) -> Result<i64, Vec<(usize, i64)>> {
        let mut most = i64::MAX;
        let mut ways: Option<Vec<(usize, i64)>> = None;
        let mut rates = vec![0; self.numbers.forms.len()];
        for (column, by) in change {
            self.numbers.forms_of[*column].iter().for_each(|(form, each)| rates[*form] += each * by);
        }
        for (form, rate) in rates.into_iter().enumerate().filter(|(_, rate)| *rate != 0) {
            let times = self.room(form, rate, row);
            most = most.min(times);
            if times == 0 && ways.as_ref().is_none_or(|ways| ways.len() > 1) {
                let terms = self.numbers.forms[form].terms.iter();
                let against = terms.map(|(column, by)| (*column, -rate.signum() * by.signum()));
                let free = |(column, by): &(usize, i64)| {
                    change.iter().all(|(changed, _)| changed != column)
                        && (*by > 0 || self.cases.counts[row][*column] > 0)
                };
                let more: Vec<_> = against.filter(free).collect();
                if ways.as_ref().is_none_or(|ways| more.len() < ways.len()) {
                    ways = Some(more);
                }
            }
        }
        ways.map_or(Ok(most), Err)
    }

    /// How often a number of a row can change so.
    fn room(&self, form: usize, rate: i64, row: usize) -> i64 {
        let Form { terms, nought, .. } = &self.numbers.forms[form];
        match rate {
            _ if *nought => 0,
            // Where a part is more than its whole, as where a row was corrected, there is no room.
            ..0 => self.cases.values[form][row].max(0) / -rate,
            // A unit that is known to have none beside those below it cannot have more.
            _ if self.row(row).own && value(terms, &self.row(row).counts) == 0 => 0,
            _ => i64::MAX,
        }
    }
}
