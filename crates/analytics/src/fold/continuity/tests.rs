use super::*;

/// The indices of visits given as letters, each a professional; a dot is a visit whose professional is not recorded.
fn of(letters: &str) -> Index {
    let visit = |(at, letter): (usize, char)| Visit {
        at: at as i64,
        professional: Id::new(u64::from(letter)).filter(|_| letter != '.'),
        unit: 0,
    };
    let visits: Vec<Visit> = letters.chars().enumerate().map(visit).collect();
    index(&visits, &[], &mut Vec::new())
}

fn three(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| format!("{value:.3}"))
}

#[test]
fn published_examples_are_equal_to_the_printed_digit() {
    // Magill & Senf and the review tables: visits of one person, letters are providers.
    assert_eq!(three(of("AAAABBBC").coc), "0.321");
    assert_eq!(three(of("AAABBC").coc), "0.267");
    assert_eq!(three(of("AABBAACAAB").upc), "0.600");
    assert_eq!(three(of("AABACAADAABA").secon), "0.273");
    assert_eq!(three(of("ABCDE").coc), "0.000");
    assert_eq!(three(of("AAAA").coc), "1.000");
}

#[test]
fn one_visit_has_no_index() {
    let one = of("A");
    assert_eq!((one.visits, one.coc, one.upc, one.secon), (1, None, None, None));
}

#[test]
fn a_missing_professional_is_not_a_professional() {
    let found = of("A.AB");
    assert_eq!((found.visits, found.missing), (3, 1));
    assert_eq!(three(found.coc), "0.333");
}

#[test]
fn the_named_professional_is_the_one_of_the_day() {
    let visits =
        [Visit { at: 5, professional: Some(Id::MIN), unit: 0 }, Visit { at: 15, professional: Some(Id::MIN), unit: 0 }];
    let row = |from, to, professional| NamedRow { resident: 0, from, to, unit: 0, professional };
    let found = index(&visits, &[row(0, 10, Some(Id::MIN)), row(10, 20, Id::new(2))], &mut Vec::new());
    assert_eq!((found.named, found.own), (2, 1));
    let found = index(&visits, &[row(0, 10, Some(Id::MIN)), row(10, 20, None)], &mut Vec::new());
    assert_eq!((found.named, found.own), (1, 1), "without a named professional the visit is in no denominator");
}

#[test]
fn of_equally_visited_units_the_latest_is_home() {
    let visit = |at, unit| Visit { at, professional: None, unit };
    let mut units = Units::default();
    for (number, text) in ["z", "b", "a"].into_iter().enumerate() {
        assert_eq!(units.number(text), number as i32);
    }
    let most = |visits: &[Visit]| most_visited(visits, &units);
    assert_eq!(most(&[visit(0, 1), visit(1, 2), visit(2, 1), visit(3, 2)]), 2);
    assert_eq!(most(&[visit(0, 1), visit(1, 1), visit(2, 2)]), 1);
    // Of one instant: the first by its id, in whichever order they come.
    assert_eq!(most(&[visit(0, 0), visit(0, 1), visit(0, 2)]), 2);
    assert_eq!(most(&[visit(0, 2), visit(0, 0), visit(0, 1)]), 2);
}

/// Every order of visits that are of one instant.
fn orders(visits: &[Visit]) -> Vec<Vec<Visit>> {
    let Some(first) = visits.first() else { return vec![Vec::new()] };
    let of_instant = visits.iter().take_while(|visit| visit.at == first.at).count();
    let mut all = Vec::new();
    for next in 0..of_instant {
        let mut rest = visits.to_vec();
        let next = rest.remove(next);
        all.extend(orders(&rest).into_iter().map(|order| [vec![next], order].concat()));
    }
    all
}

#[test]
fn secon_of_visits_of_one_instant_is_the_mean_over_their_orders() {
    let mut numbers = 1_u64;
    let mut draw = |end: u64| {
        numbers = numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (numbers >> 33) % end
    };
    let (mut tied, secon) = (0, |visits: &[Visit]| index(visits, &[], &mut Vec::new()).secon);
    for _ in 0..300 {
        let mut visits: Vec<Visit> =
            (0..2 + draw(5)).map(|_| Visit { at: draw(4) as i64, professional: Id::new(draw(4)), unit: 0 }).collect();
        visits.sort_by_key(|visit| visit.at);
        let orders = orders(&visits);
        tied += u32::from(orders.len() > 1);
        // The oracle: one order after another, each visit at an instant of its own.
        let one_by_one = |order: &Vec<Visit>| {
            let apart: Vec<Visit> = order.iter().zip(0..).map(|(visit, at)| Visit { at, ..*visit }).collect();
            secon(&apart)
        };
        let expected: Option<Vec<f64>> = orders.iter().map(one_by_one).collect();
        let expected = expected.map(|values| values.iter().sum::<f64>() / values.len() as f64);
        for order in orders.iter().take(7) {
            let found = secon(order);
            assert_eq!(found.is_some(), expected.is_some());
            assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12, "{found:?}, not {expected:?}");
            assert_eq!(found.map(f64::to_bits), secon(&visits).map(f64::to_bits), "no digit hangs on the order");
        }
    }
    assert!(tied > 200, "only {tied} have visits of one instant");
}

#[test]
fn many_visits_are_counted_as_few_are() {
    for visits in [2, FEW - 1, FEW, FEW + 1, 500] {
        let mut seen: Vec<Id> = (0..visits).map(|at| Id::MIN.saturating_add((at * at % 7) as u64)).collect();
        let counts: Vec<u64> = (1..8).map(|id| seen.iter().filter(|it| it.get() == id).count() as u64).collect();
        let expected = (counts.iter().map(|n| n * n).sum(), counts.iter().max().copied().unwrap_or(0) as u32);
        assert_eq!(concentration(&mut seen), expected, "{visits}");
    }
}
