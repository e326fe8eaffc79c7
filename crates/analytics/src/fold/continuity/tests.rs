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
    assert_eq!(most_visited(&[visit(0, 1), visit(1, 2), visit(2, 1), visit(3, 2)]), 2);
    assert_eq!(most_visited(&[visit(0, 1), visit(1, 1), visit(2, 2)]), 1);
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
