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
fn nothing_small_hides_nothing() {
    let nodes = tree_of(&[0, 0, 0, 1], &[0, 9, 40, 12]);
    assert_eq!(hide(&nodes, THRESHOLD), vec![false; 4]);
}
