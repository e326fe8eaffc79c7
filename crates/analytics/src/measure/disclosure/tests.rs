use microlp::{ComparisonOp, OptimizationDirection, Problem};
use proptest::prelude::*;

use super::super::cells::THRESHOLD;
use super::*;

/// The range of a node that a linear programme finds from the published numbers.
fn attack(nodes: &[Node], hidden: &[bool], target: usize) -> (f64, f64) {
    let end = |direction: OptimizationDirection| {
        let mut problem = Problem::new(direction);
        let variables: Vec<_> = (0..nodes.len())
            .map(|at| {
                let cost = f64::from(u8::from(at == target));
                let n = nodes[at].n as f64;
                let range = if hidden[at] { (0.0, 1e6) } else { (n, n) };
                problem.add_var(cost, range)
            })
            .collect();
        let families = Families::of(nodes);
        for (parent, children) in families.children.iter().enumerate().filter(|(_, children)| !children.is_empty()) {
            let mut sum: Vec<(_, f64)> = children.iter().map(|child| (variables[*child], 1.0)).collect();
            if families.own[parent] > 0 {
                sum.push((problem.add_var(0.0, (0.0, 1e6)), 1.0));
            }
            sum.push((variables[parent], -1.0));
            problem.add_constraint(sum, ComparisonOp::Eq, 0.0);
        }
        problem.solve().unwrap_or_else(|error| panic!("the true numbers are a solution: {error}")).objective()
    };
    (end(OptimizationDirection::Minimize), end(OptimizationDirection::Maximize))
}

/// A tree of sums: leaves are given, a parent is its children and what is its own.
fn tree_of(parents: &[usize], given: &[u64]) -> Vec<Node> {
    let mut nodes: Vec<Node> = given
        .iter()
        .enumerate()
        .map(|(at, n)| Node { n: *n, parent: (at > 0).then(|| parents[at] % at), few: false, hidden: false })
        .collect();
    for at in (1..nodes.len()).rev() {
        if let Some(parent) = nodes[at].parent {
            nodes[parent].n += nodes[at].n;
        }
    }
    for node in &mut nodes {
        node.few = node.n > 0 && node.n < THRESHOLD;
    }
    nodes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_attacker_tells_a_small_cell(
        parents in prop::collection::vec(0_usize..1000, 12),
        given in prop::collection::vec(prop_oneof![3 => 0_u64..8, 2 => 8_u64..60], 12),
    ) {
        let nodes = tree_of(&parents, &given);
        let hidden = hide(&nodes, THRESHOLD);
        for at in (0..nodes.len()).filter(|at| nodes[*at].few) {
            prop_assert!(hidden[at]);
            let (low, high) = attack(&nodes, &hidden, at);
            prop_assert!(low < 1e-6, "at least {low} of {} is known", nodes[at].n);
            prop_assert!(high > THRESHOLD as f64 - 1e-6, "at most {high} is known");
        }
    }
}

#[test]
fn hiding_only_the_small_cell_would_tell_it() {
    // The attacker works: with one of two children hidden, subtraction tells it.
    let nodes = tree_of(&[0, 0, 0], &[0, 3, 40]);
    assert_eq!(attack(&nodes, &[false, true, false], 1), (3.0, 3.0));
    assert_eq!(hide(&nodes, THRESHOLD), vec![false, true, true]);
}

#[test]
fn a_trifle_is_covered_by_a_small_neighbour_and_its_leaf_and_never_by_the_county() {
    // The county; lines of social work (3), mental health (12), outpatient care (4,373), families (263); the units of the
    // last three are shown.
    let nodes = tree_of(&[0, 0, 0, 0, 0, 2, 3, 3, 4], &[0, 3, 0, 0, 0, 12, 4000, 373, 263]);
    let hidden = hide(&nodes, THRESHOLD);
    let expected = [false, true, true, false, false, true, false, false, false];
    assert_eq!(hidden, expected, "social work, and mental health with its unit");
    assert_eq!(attack(&nodes, &hidden, 1), (0.0, 15.0));
}

#[test]
fn nothing_small_hides_nothing() {
    let nodes = tree_of(&[0, 0, 0, 1], &[0, 9, 40, 12]);
    assert_eq!(hide(&nodes, THRESHOLD), vec![false; 4]);
}

const STRATA: usize = 3;

/// The parents of a random tree, and its figures by unit and by unit and stratum, before anything is hidden.
fn cube(parents: &[usize], given: &[u64]) -> (Tree, Vec<Figure>, Vec<Figure>) {
    let units = parents.len();
    let parents: Vec<Option<usize>> = (0..units).map(|unit| (unit > 0).then(|| parents[unit] % unit)).collect();
    let mut counts = vec![[0; STRATA]; units];
    for unit in (0..units).rev() {
        for stratum in 0..STRATA {
            counts[unit][stratum] += given[unit * STRATA + stratum];
            if let Some(parent) = parents[unit] {
                counts[parent][stratum] += counts[unit][stratum];
            }
        }
    }
    let figure = |unit: usize, stratum: Option<usize>, n: u64| Figure {
        unit_id: format!("u{unit}"),
        period: "2025-01".into(),
        strata: stratum.map(|stratum| ("channel".to_string(), stratum.to_string())).into_iter().collect(),
        n,
        people: n,
        ..Figure::default()
    };
    let parts = (0..units).flat_map(|unit| (0..STRATA).map(move |stratum| (unit, stratum)));
    let parts = parts.filter(|(unit, stratum)| counts[*unit][*stratum] > 0);
    let parts = parts.map(|(unit, stratum)| figure(unit, Some(stratum), counts[unit][stratum])).collect();
    let totals = (0..units).map(|unit| figure(unit, None, counts[unit].iter().sum())).collect();
    (Tree::of_parents(&parents), totals, parts)
}

/// The range of one part that a linear programme finds from both published cubes.
fn attack_part(tree: &Tree, totals: &[Figure], parts: &[Figure], target: (usize, usize)) -> (f64, f64) {
    let end = |direction: OptimizationDirection| {
        let mut problem = Problem::new(direction);
        let shown = |unit: usize, stratum: usize| {
            let found =
                parts.iter().find(|it| it.unit_id == format!("u{unit}") && it.strata[0].1 == stratum.to_string());
            // Where a row is not there, the part has no cases.
            found.map_or(Some(0), |it| (!it.suppressed).then_some(it.n))
        };
        let range = |n: Option<u64>| n.map_or((0.0, 1e6), |n| (n as f64, n as f64));
        let units = tree.units.len();
        let part: Vec<Vec<_>> = (0..units)
            .map(|unit| {
                let cost = |stratum| f64::from(u8::from((unit, stratum) == target));
                (0..STRATA).map(|stratum| problem.add_var(cost(stratum), range(shown(unit, stratum)))).collect()
            })
            .collect();
        for unit in 0..units {
            let total = &totals[unit];
            let total = problem.add_var(0.0, range((!total.suppressed).then_some(total.n)));
            let mut sum: Vec<_> = part[unit].iter().map(|part| (*part, 1.0)).collect();
            sum.push((total, -1.0));
            problem.add_constraint(sum, ComparisonOp::Eq, 0.0);
            let children: Vec<usize> = (0..units).filter(|it| tree.units[*it].parent == Some(unit)).collect();
            for (stratum, whole) in part[unit].iter().enumerate().filter(|_| !children.is_empty()) {
                // A unit may have cases of its own beside those of its children.
                let mut sum: Vec<_> = children.iter().map(|child| (part[*child][stratum], 1.0)).collect();
                sum.push((*whole, -1.0));
                problem.add_constraint(sum, ComparisonOp::Le, 0.0);
            }
        }
        problem.solve().unwrap_or_else(|error| panic!("the true numbers are a solution: {error}")).objective()
    };
    (end(OptimizationDirection::Minimize), end(OptimizationDirection::Maximize))
}

fn measure() -> Definition {
    let head = "--- id = 'm'\n--- kind = 'count'\n--- unit = 'x'\n--- better = 'neither'\n--- source = 'x'\n\
                --- name = { fi = '', sv = '', en = '' }\n--- about = { fi = '', sv = '', en = '' }\nSELECT 1\n";
    super::super::MeasureFile::parse("m.sql", head).expect("a measure").measures.remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn no_attacker_tells_a_small_part_from_both_cubes(
        parents in prop::collection::vec(0_usize..1000, 7),
        given in prop::collection::vec(prop_oneof![2 => Just(0_u64), 2 => 1_u64..8, 3 => 8_u64..90], 7 * STRATA),
    ) {
        let (tree, mut totals, mut parts) = cube(&parents, &given);
        let (truth, measure) = (parts.clone(), measure());
        let shapes = HashMap::from_iter([("2025-01".to_string(), tree.shape(0, 0))]);
        let context = Context { measure: &measure, tree: &tree, shapes: &shapes, past: &Past::NONE, threshold: THRESHOLD };
        suppress(&mut totals, &context);
        suppress(&mut parts, &context);
        for part in truth.iter().filter(|part| part.n < THRESHOLD) {
            let unit = tree.find(&part.unit_id).expect("a unit");
            let stratum: usize = part.strata[0].1.parse().expect("a number");
            let (low, high) = attack_part(&tree, &totals, &parts, (unit, stratum));
            prop_assert!(low < 1e-6, "at least {low} of {} is known", part.n);
            prop_assert!(high > THRESHOLD as f64 - 1e-6, "at most {high} is known of {}", part.n);
        }
    }
}

#[test]
fn breakdowns_of_large_families_are_shown() {
    let (tree, _, mut parts) = cube(&[0, 0, 0], &[0, 0, 0, 20, 30, 40, 50, 60, 70]);
    let (measure, shapes) = (measure(), HashMap::from_iter([("2025-01".to_string(), tree.shape(0, 0))]));
    let context = Context { measure: &measure, tree: &tree, shapes: &shapes, past: &Past::NONE, threshold: THRESHOLD };
    suppress(&mut parts, &context);
    assert!(parts.iter().all(|part| !part.suppressed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Numbers need not add up: units move within a month. To hide them ends, and what is of few people is hidden.
    #[test]
    fn numbers_that_do_not_add_up_are_hidden_in_the_end(
        given in prop::collection::vec((0_u64..40, any::<bool>(), 0_usize..8), 2..9),
    ) {
        let node = |(at, (n, hidden, parent)): (usize, &(u64, bool, usize))| Node {
            n: *n,
            parent: (at > 0).then_some(parent % at.max(1)),
            few: (1..THRESHOLD).contains(n),
            hidden: *hidden,
        };
        let nodes: Vec<Node> = given.iter().enumerate().map(node).collect();
        let hidden = hide(&nodes, THRESHOLD);
        for (node, hidden) in nodes.iter().zip(hidden) {
            prop_assert!(hidden || !(node.few || node.hidden));
        }
    }
}
