use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::super::MeasureFile;
use super::super::cells::THRESHOLD;
use super::*;

/// Kinds of contacts: a callback that was asked for once, or again; a chat; a call; in this order.
const KINDS: usize = 4;

/// A published number: of which kinds it is the sum.
type Mask = [bool; KINDS];

const ALL: Mask = [true; KINDS];
const CALLBACKS: Mask = [true, true, false, false];
const ONCE: Mask = [true, false, false, false];
const CHATS: Mask = [false, false, true, false];
const CALLS: Mask = [false, false, false, true];

fn catalogue() -> Catalogue {
    let head = |id: &str, more: &str| {
        format!(
            "--- id = '{id}'\n--- unit = 'x'\n--- better = 'neither'\n--- source = 'x'\n{more}\
             --- name = {{ fi = '', sv = '', en = '' }}\n--- about = {{ fi = '', sv = '', en = '' }}\nSELECT 1 FROM contacts\n"
        )
    };
    let files = [
        ("contacts", "--- kind = 'count'\n"),
        ("callbacks", "--- kind = 'count'\n--- part_of = 'contacts'\n"),
        ("digital", "--- kind = 'share'\n--- part_of = 'contacts'\n--- part = 'hits'\n"),
        ("once", "--- kind = 'share'\n--- part_of = 'callbacks'\n"),
    ];
    let file = |(id, more): (&str, &str)| MeasureFile::parse(&format!("{id}.sql"), &head(id, more)).expect("a measure");
    Catalogue { files: files.into_iter().map(file).collect() }.checked().expect("a catalogue")
}

/// A county in one month: a tree, and for each unit how many of each kind, with everything below it.
struct Month {
    tree: Tree,
    counts: Vec<[u64; KINDS]>,
}

impl Month {
    fn of(parents: &[usize], given: &[u64]) -> Month {
        let units = parents.len();
        let parents: Vec<Option<usize>> = (0..units).map(|unit| (unit > 0).then(|| parents[unit] % unit)).collect();
        let mut counts = vec![[0; KINDS]; units];
        for unit in (0..units).rev() {
            for kind in 0..KINDS {
                counts[unit][kind] += given[unit * KINDS + kind];
                if let Some(parent) = parents[unit] {
                    counts[parent][kind] += counts[unit][kind];
                }
            }
        }
        Month { tree: Tree::of_parents(&parents), counts }
    }

    fn sum(&self, unit: usize, mask: Mask) -> u64 {
        (0..KINDS).filter(|kind| mask[*kind]).map(|kind| self.counts[unit][kind]).sum()
    }

    fn draft(&self, catalogue: &Catalogue, id: &str, n: Mask, hits: Option<Mask>, channels: &[(&str, Mask)]) -> Draft {
        let (_, measure) = catalogue.find(id).expect("a measure");
        let whole = [("", ALL)];
        let parts = if channels.is_empty() { &whole } else { channels };
        let mut figures = Vec::new();
        for (unit, (channel, within)) in
            (0..self.counts.len()).flat_map(|unit| parts.iter().map(move |part| (unit, *part)))
        {
            let within = std::array::from_fn(|kind| n[kind] && within[kind]);
            figures.push(Figure {
                measure: id.into(),
                unit_id: format!("u{unit}"),
                period: "2025-01".into(),
                strata: (!channel.is_empty())
                    .then(|| ("channel".to_string(), channel.to_string()))
                    .into_iter()
                    .collect(),
                n: self.sum(unit, within),
                people: self.sum(unit, within),
                numerator: hits.map(|hits| self.sum(unit, hits) as f64),
                ..Figure::default()
            });
        }
        let shapes = HashMap::from_iter([("2025-01".to_string(), self.tree.shape(0, 0))]);
        Draft { measure: measure.clone(), figures, shapes, as_of: String::new() }
    }

    /// Everything that is published, as sums of kinds of units; `linked` says whether heads are followed.
    fn published(&self, linked: bool) -> Vec<(usize, Mask, u64)> {
        let catalogue = catalogue();
        let mut links = Links::new(&catalogue, THRESHOLD);
        let channels = [("callback", CALLBACKS), ("chat", CHATS), ("phone", CALLS)];
        let drafts = [
            (self.draft(&catalogue, "contacts", ALL, None, &[]), ""),
            (self.draft(&catalogue, "callbacks", CALLBACKS, None, &[]), ""),
            (self.draft(&catalogue, "digital", ALL, Some(CHATS), &[]), ""),
            (self.draft(&catalogue, "once", ONCE, Some(ONCE), &[]), ""),
            (self.draft(&catalogue, "contacts", ALL, None, &channels), "channel"),
        ];
        let mut told = Vec::new();
        for (draft, dimension) in &drafts {
            let figures = match linked {
                true => links.figures(draft, &self.tree, dimension, &Past::NONE),
                false => draft.figures(&self.tree, &Past::NONE, &Classes::new(), Some(THRESHOLD)),
            };
            for figure in figures.iter().filter(|figure| !figure.suppressed) {
                let unit = self.tree.find(&figure.unit_id).expect("a unit");
                let mask = match (figure.measure.as_str(), figure.strata.first().map(|(_, value)| value.as_str())) {
                    ("contacts", None) | ("digital", _) => ALL,
                    ("contacts", Some("callback")) | ("callbacks", _) => CALLBACKS,
                    ("contacts", Some("chat")) => CHATS,
                    ("contacts", _) => CALLS,
                    _ => ONCE,
                };
                told.push((unit, mask, figure.n));
                if figure.measure == "digital" {
                    told.push((unit, CHATS, figure.numerator.unwrap_or(0.0) as u64));
                }
            }
        }
        told
    }

    /// The range of a sum of kinds of one unit that a linear programme finds from everything that is published.
    fn attack(&self, told: &[(usize, Mask, u64)], target: (usize, Mask)) -> (f64, f64) {
        let end = |direction: OptimizationDirection| {
            let mut problem = Problem::new(direction);
            let units = self.counts.len();
            let cost = |unit, kind: usize| f64::from(u8::from(unit == target.0 && target.1[kind]));
            let cells: Vec<Vec<_>> = (0..units)
                .map(|unit| (0..KINDS).map(|kind| problem.add_var(cost(unit, kind), (0.0, 1e6))).collect())
                .collect();
            for (unit, mask, n) in told {
                let sum: Vec<_> = (0..KINDS).filter(|kind| mask[*kind]).map(|kind| (cells[*unit][kind], 1.0)).collect();
                problem.add_constraint(sum, ComparisonOp::Eq, *n as f64);
            }
            for unit in 0..units {
                let children: Vec<usize> = (0..units).filter(|it| self.tree.units[*it].parent == Some(unit)).collect();
                for kind in (0..KINDS).filter(|_| !children.is_empty()) {
                    // A unit may have cases of its own beside those of its children.
                    let mut sum: Vec<_> = children.iter().map(|child| (cells[*child][kind], 1.0)).collect();
                    sum.push((cells[unit][kind], -1.0));
                    problem.add_constraint(sum, ComparisonOp::Le, 0.0);
                }
            }
            problem.solve().unwrap_or_else(|error| panic!("the true numbers are a solution: {error}")).objective()
        };
        (end(OptimizationDirection::Minimize), end(OptimizationDirection::Maximize))
    }

    /// Small numbers that are revealed, with the range that is known of them.
    fn exposed(&self, told: &[(usize, Mask, u64)]) -> Vec<(usize, Mask, u64, (f64, f64))> {
        let rest = [false, false, true, true];
        let repeated = [false, true, false, false];
        let mut exposed = Vec::new();
        for unit in 0..self.counts.len() {
            for mask in [ALL, CALLBACKS, ONCE, CHATS, CALLS, rest, repeated] {
                let n = self.sum(unit, mask);
                if n == 0 || n >= THRESHOLD {
                    continue;
                }
                let (low, high) = self.attack(told, (unit, mask));
                if low > 1e-6 || high < THRESHOLD as f64 - 1e-6 {
                    exposed.push((unit, mask, n, (low, high)));
                }
            }
        }
        exposed
    }
}

/// Forty contacts, thirty-nine of them callbacks, beside a larger neighbour.
fn forty_and_thirty_nine() -> Month {
    let mut given = vec![0; 3 * KINDS];
    given[KINDS..2 * KINDS].copy_from_slice(&[39, 0, 1, 0]);
    given[2 * KINDS..].copy_from_slice(&[50, 20, 40, 60]);
    Month::of(&[0, 0, 0], &given)
}

#[test]
fn what_is_left_of_a_whole_is_told_without_links_and_not_with_them() {
    let month = forty_and_thirty_nine();
    assert!(!month.exposed(&month.published(false)).is_empty(), "the attacker works");
    let told = month.published(true);
    assert_eq!(month.exposed(&told), []);
    let shown = |unit: usize, mask: Mask| told.iter().any(|(at, known, _)| (*at, *known) == (unit, mask));
    assert!(shown(1, ALL) && shown(2, ALL) && shown(0, CALLBACKS), "the whole is shown, and the county's part");
    assert!(!shown(1, CALLBACKS) && !shown(2, CALLBACKS));
}

#[test]
fn where_nothing_small_is_left_everything_is_shown() {
    let month = Month::of(&[0, 0, 0], &[0, 0, 0, 0, 20, 10, 30, 40, 50, 20, 40, 60]);
    assert_eq!(month.published(true).len(), month.published(false).len());
}

#[test]
fn of_units_with_twenty_contacts_three_quarters_stay_shown() {
    // Six lines of eight units each, with callbacks, a few repeated, chats and calls of all sizes.
    let parents: Vec<usize> = [0; 7].into_iter().chain((0..48).map(|unit| 1 + unit / 8)).collect();
    let mut numbers = 7_u64;
    let mut draw = |end: u64| {
        numbers = numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (numbers >> 33) % end
    };
    let (mut all, mut shown, mut parts) = (0, 0, 0);
    for _ in 0..12 {
        let mut given = vec![0; 7 * KINDS];
        for _ in 0..48 {
            given.extend([draw(40), draw(4), draw(30), draw(60)]);
        }
        let month = Month::of(&parents, &given);
        let told = month.published(true);
        for unit in (0..parents.len()).filter(|unit| month.sum(*unit, ALL) >= 20) {
            all += 1;
            let has = |mask: Mask| told.iter().any(|(at, known, _)| (*at, *known) == (unit, mask));
            shown += u32::from(has(ALL));
            parts += u32::from(has(CALLBACKS));
        }
    }
    println!("{shown} of {all} unit months with twenty contacts are shown, callbacks in {parts}");
    assert!(4 * shown >= 3 * all);
}
