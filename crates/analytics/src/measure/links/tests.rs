use microlp::{ComparisonOp, OptimizationDirection, Problem};
use proptest::prelude::*;

use super::super::MeasureFile;
use super::super::cells::THRESHOLD;
use super::*;

/// Kinds of cases, each a set that no published number parts any further.
const KINDS: usize = 4;

/// A published number: of which kinds it is the sum.
type Mask = [bool; KINDS];

const fn mask(text: &str) -> Mask {
    let text = text.as_bytes();
    [text[0] == b'+', text[1] == b'+', text[2] == b'+', text[3] == b'+']
}

const ALL: Mask = mask("++++");

/// A published cube: its measure, and the stratum, cases and hits of each cell.
struct Cube {
    measure: &'static str,
    cells: Vec<(&'static str, Mask, Option<Mask>)>,
}

impl Cube {
    fn dimension(&self) -> &'static str {
        if self.cells[0].0.is_empty() || self.measure == CLASSES { "" } else { "channel" }
    }

    /// The name of what tells the cells of the cube apart.
    fn apart(&self) -> &'static str {
        if self.measure == CLASSES { "class" } else { "channel" }
    }
}

/// Measures, their cubes, and the numbers that must stay uncertain where they are small.
struct World {
    heads: Vec<(&'static str, &'static str)>,
    cubes: Vec<Cube>,
    small: Vec<Mask>,
}

fn cube<const CELLS: usize>(measure: &'static str, cells: [(&'static str, &str, &str); CELLS]) -> Cube {
    let hits = |hits: &str| (!hits.is_empty()).then(|| mask(hits));
    Cube { measure, cells: cells.into_iter().map(|(stratum, n, of)| (stratum, mask(n), hits(of))).collect() }
}

/// Measure of which each cell is a class.
const CLASSES: &str = "urgency";

/// Kinds: a callback that was asked for once, or again; a chat; a call.
const CALLBACKS: Mask = mask("++..");

/// Contacts by channel, callbacks among them, and those of them that were asked for once; the share of chats.
fn callbacks() -> World {
    World {
        heads: vec![
            ("contacts", "--- kind = 'count'\n"),
            ("callbacks", "--- kind = 'count'\n--- part_of = 'contacts'\n"),
            ("digital", "--- kind = 'share'\n--- part_of = 'contacts'\n--- part = 'hits'\n"),
            ("once", "--- kind = 'share'\n--- part_of = 'callbacks'\n"),
        ],
        cubes: vec![
            cube("contacts", [("", "++++", "")]),
            cube("callbacks", [("", "++..", "")]),
            cube("digital", [("", "++++", "..+.")]),
            cube("once", [("", "+...", "+...")]),
            cube("contacts", [("callback", "++..", ""), ("chat", "..+.", ""), ("phone", "...+", "")]),
        ],
        small: ["++++", "++..", "+...", "..+.", "...+", "..++", ".+.."].map(mask).into(),
    }
}

/// Kinds: by the web, answered and not; by telephone, answered and not. Those that were answered by channel, too.
fn answered() -> World {
    World {
        heads: vec![
            ("contacts", "--- kind = 'count'\n"),
            ("answered", "--- kind = 'count'\n--- part_of = 'contacts'\n"),
        ],
        cubes: vec![
            cube("contacts", [("", "++++", "")]),
            cube("answered", [("", "+.+.", "")]),
            cube("contacts", [("web", "++..", ""), ("phone", "..++", "")]),
            cube("answered", [("web", "+...", ""), ("phone", "..+.", "")]),
        ],
        small: ["++++", "+.+.", ".+.+", "++..", "..++", "+...", ".+..", "..+.", "...+"].map(mask).into(),
    }
}

/// Kinds as of callbacks; a part by its misses, and a share of how a part was served, of which the hits are shown.
fn served() -> World {
    World {
        heads: vec![
            ("contacts", "--- kind = 'count'\n"),
            ("written", "--- kind = 'share'\n--- part_of = 'contacts'\n--- part = 'misses'\n"),
            ("quick", "--- kind = 'share'\n--- part_of = 'contacts'\n"),
        ],
        cubes: vec![
            cube("contacts", [("", "++++", "")]),
            cube("written", [("", "++++", "+++.")]),
            cube("quick", [("", "++..", "+...")]),
        ],
        small: ["++++", "++..", "..++", "...+", "+++.", "..+."].map(mask).into(),
    }
}

/// Kinds: by callback, chat, telephone, message. A county's own measure has callbacks and chats together.
fn together() -> World {
    World {
        heads: vec![
            ("contacts", "--- kind = 'count'\n"),
            ("callbacks", "--- kind = 'count'\n--- part_of = 'contacts'\n"),
            ("either", "--- kind = 'count'\n--- part_of = 'contacts'\n"),
        ],
        cubes: vec![
            cube("contacts", [("", "++++", "")]),
            cube("callbacks", [("", "+...", "")]),
            cube("either", [("", "++..", "")]),
            cube(
                "contacts",
                [("callback", "+...", ""), ("chat", ".+..", ""), ("phone", "..+.", ""), ("message", "...+", "")],
            ),
        ],
        small: ["++++", "++..", "..++", "+...", ".+..", "..+.", "...+", ".+++"].map(mask).into(),
    }
}

/// Kinds: urgent, answered and not; booked; neither. The classes of the urgency beside a count of the urgent.
fn classes() -> World {
    World {
        heads: vec![
            ("contacts", "--- kind = 'count'\n"),
            ("urgent", "--- kind = 'count'\n--- part_of = 'contacts'\n"),
            ("booked", "--- kind = 'count'\n--- part_of = 'contacts'\n"),
            (CLASSES, "--- kind = 'classes'\n--- part_of = 'contacts'\n"),
        ],
        cubes: vec![
            cube("contacts", [("", "++++", "")]),
            cube("urgent", [("", "++..", "")]),
            cube("booked", [("", "..+.", "")]),
            cube(CLASSES, [("high", "++++", "++.."), ("low", "++++", "..++")]),
        ],
        small: ["++++", "++..", "..++", "..+.", "++.+", "...+"].map(mask).into(),
    }
}

const WORLDS: [fn() -> World; 5] = [callbacks, answered, served, together, classes];

impl World {
    fn catalogue(&self) -> Catalogue {
        let head = |id: &str, more: &str| {
            format!(
                "--- id = '{id}'\n--- unit = 'x'\n--- better = 'neither'\n--- source = 'x'\n{more}\
                 --- name = {{ fi = '', sv = '', en = '' }}\n--- about = {{ fi = '', sv = '', en = '' }}\nSELECT 1 FROM contacts\n"
            )
        };
        let file =
            |(id, more): &(&str, &str)| MeasureFile::parse(&format!("{id}.sql"), &head(id, more)).expect("a measure");
        Catalogue { files: self.heads.iter().map(file).collect() }.checked().expect("a catalogue")
    }
}

/// A county in one month: a tree, and for each unit how many of each kind, with everything below it.
struct County {
    tree: Tree,
    counts: Vec<[u64; KINDS]>,
}

impl County {
    fn of(parents: &[usize], given: &[u64]) -> County {
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
        County { tree: Tree::of_parents(&parents), counts }
    }

    fn sum(&self, unit: usize, mask: Mask) -> u64 {
        (0..KINDS).filter(|kind| mask[*kind]).map(|kind| self.counts[unit][kind]).sum()
    }

    fn draft(&self, catalogue: &Catalogue, cube: &Cube) -> Draft {
        let (_, measure) = catalogue.find(cube.measure).expect("a measure");
        let figure = |unit: usize, (stratum, n, hits): &(&str, Mask, Option<Mask>)| Figure {
            measure: cube.measure.into(),
            unit_id: format!("u{unit}"),
            period: "2025-01".into(),
            strata: (!stratum.is_empty()).then(|| (cube.apart().into(), stratum.to_string())).into_iter().collect(),
            n: self.sum(unit, *n),
            people: self.sum(unit, *n),
            numerator: hits.map(|hits| self.sum(unit, hits) as f64),
            ..Figure::default()
        };
        let figures = (0..self.counts.len()).flat_map(|unit| cube.cells.iter().map(move |cell| figure(unit, cell)));
        let shapes = HashMap::from_iter([("2025-01".to_string(), self.tree.shape(0, 0))]);
        Draft { measure: measure.clone(), figures: figures.collect(), shapes, as_of: String::new() }
    }

    /// Everything that is published, as sums of kinds of units; `linked` says whether heads are followed.
    fn published(&self, world: &World, linked: bool) -> Vec<(usize, Mask, u64)> {
        let (catalogue, drafts) = (world.catalogue(), self.drafts(world));
        let asked = |(draft, cube): (_, &Cube)| Asked {
            draft,
            tree: &self.tree,
            dimension: cube.dimension(),
            past: Past::NONE,
        };
        let asked: Vec<Asked<'_>> = drafts.iter().zip(&world.cubes).map(asked).collect();
        let links = Links::new(&catalogue, THRESHOLD);
        let made = match linked {
            true => links.figures(&asked),
            false => links.each(&asked, &Hidden::new()),
        };
        let mut told = Vec::new();
        for (cube, figures) in world.cubes.iter().zip(made) {
            for figure in figures.iter().filter(|figure| !figure.suppressed) {
                let unit = self.tree.find(&figure.unit_id).expect("a unit");
                let stratum = figure.strata.first().map_or("", |(_, value)| value);
                let (_, n, hits) = cube.cells.iter().find(|(name, ..)| *name == stratum).expect("a cell");
                told.push((unit, *n, figure.n));
                told.extend(hits.map(|hits| (unit, hits, figure.numerator.unwrap_or(0.0) as u64)));
            }
        }
        told
    }

    fn drafts(&self, world: &World) -> Vec<Draft> {
        let catalogue = world.catalogue();
        world.cubes.iter().map(|cube| self.draft(&catalogue, cube)).collect()
    }

    /// The figures as they are published where some were hidden before.
    fn hidden(&self, world: &World, drafts: &[Draft], before: &[Vec<Figure>]) -> Vec<Vec<Figure>> {
        let catalogue = world.catalogue();
        let place = |figure: &Figure| (figure.unit_id.clone(), figure.strata.clone());
        let gone = |figures: &Vec<Figure>| figures.iter().filter(|it| it.suppressed).cloned().collect::<Vec<_>>();
        let gone: Vec<Vec<Figure>> = before.iter().map(gone).collect();
        let hidden = gone.iter().map(|gone| {
            let places: HashSet<_> = gone.iter().map(place).collect();
            move |figure: &Figure| places.contains(&place(figure))
        });
        let hidden: Vec<_> = hidden.collect();
        let asked = drafts.iter().zip(&world.cubes).enumerate().map(|(at, (draft, cube))| Asked {
            draft,
            tree: &self.tree,
            dimension: cube.dimension(),
            past: Past { hidden: &hidden[at], gone: &gone[at], ..Past::NONE },
        });
        Links::new(&catalogue, THRESHOLD).figures(&asked.collect::<Vec<_>>())
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
                    // A unit may have cases of its own beside those of its children, or be known to have none.
                    let below: u64 = children.iter().map(|child| self.counts[*child][kind]).sum();
                    let sum = if self.counts[unit][kind] > below { ComparisonOp::Le } else { ComparisonOp::Eq };
                    let mut terms: Vec<_> = children.iter().map(|child| (cells[*child][kind], 1.0)).collect();
                    terms.push((cells[unit][kind], -1.0));
                    problem.add_constraint(terms, sum, 0.0);
                }
            }
            problem.solve().unwrap_or_else(|error| panic!("the true numbers are a solution: {error}")).objective()
        };
        (end(OptimizationDirection::Minimize), end(OptimizationDirection::Maximize))
    }

    /// Small numbers that are revealed, with the range that is known of them.
    fn exposed(&self, world: &World, told: &[(usize, Mask, u64)]) -> Vec<(usize, Mask, u64, (f64, f64))> {
        let mut exposed = Vec::new();
        for unit in 0..self.counts.len() {
            for mask in &world.small {
                let n = self.sum(unit, *mask);
                if n == 0 || n >= THRESHOLD {
                    continue;
                }
                let (low, high) = self.attack(told, (unit, *mask));
                if low > 1e-6 || high < THRESHOLD as f64 - 1e-6 {
                    exposed.push((unit, *mask, n, (low, high)));
                }
            }
        }
        exposed
    }
}

/// Forty contacts, thirty-nine of them callbacks, beside a larger neighbour.
fn forty_and_thirty_nine() -> County {
    let mut given = vec![0; 3 * KINDS];
    given[KINDS..2 * KINDS].copy_from_slice(&[39, 0, 1, 0]);
    given[2 * KINDS..].copy_from_slice(&[50, 20, 40, 60]);
    County::of(&[0, 0, 0], &given)
}

#[test]
fn what_is_left_of_a_whole_is_told_without_links_and_not_with_them() {
    let (county, world) = (forty_and_thirty_nine(), callbacks());
    assert!(!county.exposed(&world, &county.published(&world, false)).is_empty(), "the attacker works");
    let told = county.published(&world, true);
    assert_eq!(county.exposed(&world, &told), []);
    let shown = |unit: usize, mask: Mask| told.iter().any(|(at, known, _)| (*at, *known) == (unit, mask));
    assert!(shown(1, ALL) && shown(2, ALL) && shown(0, CALLBACKS), "the whole is shown, and the county's part");
    assert!(!shown(1, CALLBACKS) && !shown(2, CALLBACKS));
}

#[test]
fn a_part_that_is_more_than_its_whole_somewhere_tells_nothing_elsewhere() {
    let (county, mut world) = (forty_and_thirty_nine(), callbacks());
    world.cubes.truncate(2);
    let mut drafts = county.drafts(&world);
    // A contact was taken out of the facts, and its callback was not.
    let contrary = &mut drafts[1].figures[2];
    assert_eq!((contrary.measure.as_str(), contrary.unit_id.as_str()), ("callbacks", "u2"));
    (contrary.n, contrary.people) = (171, 171);
    let figures = county.hidden(&world, &drafts, &vec![Vec::new(); drafts.len()]);
    assert!(figures[0][1].suppressed || figures[1][1].suppressed, "of forty one was no callback");
}

#[test]
fn windows_that_begin_before_the_data_are_not_hidden() {
    let (county, world) = (forty_and_thirty_nine(), callbacks());
    let mut drafts = county.drafts(&world);
    let at = world.cubes.iter().position(|cube| cube.measure == "once").expect("a part of the callbacks");
    drafts[at].figures.iter_mut().for_each(|figure| figure.reason = Some(BEFORE_DATA));
    let figures = county.hidden(&world, &drafts, &vec![Vec::new(); drafts.len()]);
    assert!(figures[1].iter().any(|figure| figure.suppressed), "something is hidden together");
    assert!(figures[at].iter().all(|figure| figure.reason == Some(BEFORE_DATA) && !figure.suppressed));
}

#[test]
fn where_nothing_small_is_left_everything_is_shown() {
    let county = County::of(&[0, 0, 0], &[0, 0, 0, 0, 20, 10, 30, 40, 50, 20, 40, 60]);
    let world = callbacks();
    assert_eq!(county.published(&world, true).len(), county.published(&world, false).len());
}

proptest! {
    #[test]
    fn no_attacker_tells_a_small_number_from_all_published_cubes_at_once(
        world in prop::sample::select(&WORLDS[..]),
        parents in prop::collection::vec(0_usize..1000, 6),
        given in prop::collection::vec(prop_oneof![2 => Just(0_u64), 3 => 1_u64..8, 4 => 8_u64..60], 6 * KINDS),
    ) {
        let (county, world) = (County::of(&parents, &given), world());
        prop_assert_eq!(county.exposed(&world, &county.published(&world, true)), []);
    }
}

proptest! {
    #[test]
    fn figures_stand_once_and_stay_hidden_however_often_they_are_published(
        world in prop::sample::select(&WORLDS[..]),
        parents in prop::collection::vec(0_usize..1000, 6),
        given in prop::collection::vec(
            prop::collection::vec(prop_oneof![2 => Just(0_u64), 3 => 1_u64..8, 1 => 8_u64..60], 6 * KINDS),
            3,
        ),
    ) {
        let world = world();
        let mut before = vec![Vec::new(); world.cubes.len()];
        for given in given {
            let county = County::of(&parents, &given);
            let mut drafts = county.drafts(&world);
            drafts.iter_mut().for_each(|draft| draft.figures.retain(|figure| figure.n > 0));
            let figures = county.hidden(&world, &drafts, &before);
            for (cube, figures) in figures.iter().enumerate() {
                let place = |figure: &Figure| (figure.unit_id.clone(), figure.strata.clone());
                let places: HashSet<_> = figures.iter().map(place).collect();
                prop_assert_eq!(places.len(), figures.len(), "cube {}: {:?}", cube, figures);
                let back = before[cube].iter().filter(|it: &&Figure| it.suppressed);
                let back: Vec<_> =
                    back.filter(|it| !figures.iter().any(|now| now.suppressed && place(now) == place(it))).collect();
                prop_assert!(back.is_empty(), "cube {}: {:?}", cube, back);
            }
            before = figures;
        }
    }
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
    let world = callbacks();
    let (mut all, mut shown, mut parts) = (0, 0, 0);
    for _ in 0..12 {
        let mut given = vec![0; 7 * KINDS];
        for _ in 0..48 {
            given.extend([draw(40), draw(4), draw(30), draw(60)]);
        }
        let county = County::of(&parents, &given);
        let told = county.published(&world, true);
        for unit in (0..parents.len()).filter(|unit| county.sum(*unit, ALL) >= 20) {
            all += 1;
            let has = |mask: Mask| told.iter().any(|(at, known, _)| (*at, *known) == (unit, mask));
            shown += u32::from(has(ALL));
            parts += u32::from(has(CALLBACKS));
        }
    }
    println!("{shown} of {all} unit months with twenty contacts are shown, callbacks in {parts}");
    assert!(4 * shown >= 3 * all);
}
