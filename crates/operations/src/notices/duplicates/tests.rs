use jiff::civil::{Date, date};

use super::{Outcome, Person, Which, compare, in_force, likely};

const ON: Date = date(2026, 3, 9);

/// A person of the labelled pairs.
fn person(told: &str) -> Person {
    let mut fields = told.split('|').map(str::to_string);
    let mut next = || fields.next().unwrap_or_default();
    Person {
        code: String::new(),
        given: next(),
        family: next(),
        former: next(),
        born: next(),
        age: next().parse().ok(),
        municipality: next(),
        address: next(),
        telephone: next(),
    }
}

/// Each pair: whether they are one, the situation, and both.
fn pairs() -> Vec<(bool, &'static str, Person, Person)> {
    let lines = include_str!("../pairs.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let pair = |line: &'static str| match line.split('\t').collect::<Vec<_>>()[..] {
        [is, situation, one, other] => (is == "same", situation, person(one), person(other)),
        _ => panic!("four columns: {line}"),
    };
    lines.map(pair).collect()
}

/// Precision and recall over some of the pairs, in thousandths, and the situations in which one went wrong.
fn measured(pairs: &[(bool, &'static str, Person, Person)]) -> (u32, u32, Vec<String>) {
    let rule = in_force(ON);
    let (mut found, mut wrong, mut missed, mut told) = (0, 0, 0, Vec::new());
    for (is_one, situation, one, other) in pairs {
        let it = compare(one, other, ON, rule);
        let (forth, back) = (it.evidence, compare(other, one, ON, rule).evidence);
        assert!((forth - back).abs() < 1e-9, "whichever came first: {one:?} {other:?}");
        match (is_one, it.is_shown(rule)) {
            (true, true) => found += 1,
            (false, true) => wrong += 1,
            (true, false) => missed += 1,
            (false, false) => continue,
        }
        if *is_one != it.is_shown(rule) {
            told.push(format!(
                "{situation}: {} {} / {} {}: {forth:.1}",
                one.given, one.family, other.given, other.family
            ));
        }
    }
    (1000 * found / (found + wrong), 1000 * found / (found + missed), told)
}

/// The figures of the rule were set on every other pair, from the first; the others had no part in it.
#[test]
fn most_of_two_hundred_labelled_pairs_are_told_apart() {
    let all = pairs();
    assert_eq!((all.len(), all.iter().filter(|it| it.0).count()), (200, 100));
    let half = |which: usize| all.iter().skip(which).step_by(2).cloned().collect::<Vec<_>>();
    for (name, pairs, floor) in [("set on", half(0), (950, 950)), ("held out", half(1), (950, 950))] {
        let (precision, recall, wrong) = measured(&pairs);
        println!("{name}: {} pairs, precision {precision} ‰, recall {recall} ‰", pairs.len());
        wrong.iter().for_each(|it| println!("  {it}"));
        assert!(precision >= floor.0 && recall >= floor.1, "{name}: {precision} {recall}");
    }
}

#[test]
fn each_reason_is_named_and_the_likeliest_comes_first() {
    let rule = in_force(ON);
    let one = person("Aino|Salmi|Rautio|1984-01-03||aalto|Rantatie 4|040 555 0101");
    let is = |other: &str| {
        let mut reasons: Vec<_> = compare(&one, &person(other), ON, rule).reasons;
        reasons.sort_by_key(|it| it.which);
        reasons.iter().map(|it| format!("{} {}", it.which.code(), it.outcome.code())).collect::<Vec<_>>().join(", ")
    };
    for (other, expected) in [
        (
            "aino|SALMI||1984-01-03|||rantatie 4 |+358 40 5550101",
            "given same, family same, born same, address same, telephone same",
        ),
        (
            "Ainno|Rautio||1984-01-30||Aalto|Rantatie 4 B 2|040 555 0110",
            "given near, family former, born slip, municipality same, address near, telephone near",
        ),
        (
            "Onni|Virta||1950-05-05||niemi|Rantatie 40|050 555 9999",
            "given other, family other, born other, municipality other, address other, telephone other",
        ),
        ("|||||||", ""),
    ] {
        assert_eq!(is(other), expected, "{other}");
    }
    // Two with the same code are one, whatever their names have become.
    let coded = |told: &str, code: &str| Person { code: code.into(), ..person(told) };
    let (was, became) = (coded("Aino|Rautio||", "030184-900E"), coded("Aina|Salmi||", "030184-900E"));
    assert!(compare(&was, &became, ON, rule).is_shown(rule));
    let other = coded("Aino|Rautio||1984-01-03||aalto", "030184-9022");
    assert!(!compare(&coded("Aino|Rautio||1984-01-03||aalto", "030184-900E"), &other, ON, rule).is_shown(rule));
    let near = person("Aino|Salmi||1984-01-03|||");
    let found = likely(&one, [(1, &person("Onni|Virta|||||||")), (2, &near), (3, &one)], ON, rule);
    assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [3, 2]);
}

#[test]
fn a_field_that_agrees_speaks_for_and_one_that_differs_against() {
    use Outcome::{Common, Former, Near, Other, Same, Slip};
    let rule = in_force(ON);
    for which in
        [Which::Code, Which::Given, Which::Family, Which::Born, Which::Municipality, Which::Address, Which::Telephone]
    {
        for outcome in [Same, Common, Near, Former, Slip, Other] {
            let evidence = rule.evidence(which, outcome);
            assert!(evidence.is_none_or(|it| (it > 0.0) == (outcome != Other)), "{which:?} {outcome:?}: {evidence:?}");
        }
    }
}
