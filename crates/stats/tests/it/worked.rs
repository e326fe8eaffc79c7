//! Nelson's tests and Anhøj's rules as they were published: a table of our own, and the cases of others where they are.

use serde_json::Value;
use stats::spc::{self, Chart, Datum, Dialect, Phase, Rule, Side, Span};

/// The signals of points `z` sigma from the centre, after a baseline of twenty with centre 0.
fn after_baseline(name: &str, z: &[f64]) -> Vec<Vec<(Rule, Side)>> {
    // Neighbours two apart: the mean moving range is 2, sigma 2 / 1.128.
    let sigma = 2.0 / 1.128;
    let baseline = [1.0, -1.0].repeat(10);
    // A value on the centre keeps the baseline out of runs and windows.
    let points = [0.0, 0.0].into_iter().chain(z.iter().map(|it| it * sigma));
    let series: Vec<Datum> = baseline.into_iter().chain(points).map(Datum::value).collect();
    let phase = Phase { first: 0, baseline: Some(20) };
    let dialect = Dialect::named(name).expect("a dialect");
    let found = spc::chart(Chart::Xmr, &series, &[phase], &dialect, Span::ANY);
    assert!(found.points[0].centre == Some(0.0));
    let signals = |point: &spc::Point| point.signals.iter().map(|it| (it.rule, it.side)).collect();
    found.points[22..].iter().map(signals).collect()
}

fn places(found: &[Vec<(Rule, Side)>], rule: Rule) -> Vec<usize> {
    let has = |at: &usize| found[*at].iter().any(|(it, _)| *it == rule);
    (0..found.len()).filter(has).collect()
}

#[test]
fn nelsons_tests_are_his() {
    use Rule::{Alternating, FarFromCentre, FourOfFive, NearCentre, Outside, Shift, Trend, TwoOfThree};
    let cases: [(Rule, &[f64], &[usize]); 27] = [
        (Outside, &[3.1, 0.2, -3.1], &[0, 2]),
        (Outside, &[2.9, 0.2, -2.9], &[]),
        (Shift, &[0.5; 9], &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (Shift, &[0.5; 8], &[]),
        (Trend, &[-0.3, 0.1, 0.2, 0.3, 0.4], &[]),
        (Trend, &[-0.3, 0.1, 0.2, 0.3, 0.4, 0.5], &[0, 1, 2, 3, 4, 5]),
        (Trend, &[-0.3, 0.1, 0.1, 0.3, 0.4, 0.5], &[]),
        (TwoOfThree, &[2.3, -0.5, 2.4], &[0, 2]),
        (TwoOfThree, &[2.5, 0.0, 2.5], &[0, 2]),
        (TwoOfThree, &[2.5, 0.0, -2.5], &[]),
        (TwoOfThree, &[2.5, 2.2, 0.4], &[0, 1]),
        (TwoOfThree, &[2.5, -2.9, 2.2], &[0, 2]),
        (TwoOfThree, &[-2.5, 3.4, -2.2], &[0, 2]),
        (TwoOfThree, &[2.5, 0.1, 0.1, 2.5], &[]),
        (FourOfFive, &[1.5, 1.5, -0.5, 1.5, 1.5], &[0, 1, 3, 4]),
        (FourOfFive, &[-1.5, -1.2, -2.5, 0.0, -3.5], &[0, 1, 2, 4]),
        (FourOfFive, &[1.5, 1.5, 0.9, 0.9, 1.5, 1.5], &[]),
        (FourOfFive, &[1.5, -1.5, 1.5, 1.5, 0.5], &[]),
        (
            Alternating,
            &[-0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5],
            &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
        ),
        (Alternating, &[1.2, 1.4, 1.2, 1.4, 1.2, 1.4, 1.2, 1.4, 1.2, 1.4, 1.2, 1.2, 1.4, 1.2, 1.4], &[]),
        (Alternating, &[0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5], &[]),
        (
            NearCentre,
            &[0.2, -0.9, 0.2, 0.1, 0.9, -0.2, 0.3, -0.4, 0.2, 0.0, 0.2, -0.1, 0.2, -0.3, 0.2, 1.1],
            &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
        ),
        (NearCentre, &[1.1, 0.2, -0.2, 0.2, -0.2, 0.2, -0.2, 0.2, -0.2, 0.2, -0.2, 0.2, -0.2, 0.2, -0.2, 1.1], &[]),
        (FarFromCentre, &[1.5, -1.5, 1.5, 2.5, -1.5, 1.5, -3.5, 1.1], &[0, 1, 2, 3, 4, 5, 6, 7]),
        (FarFromCentre, &[1.5, -1.5, 1.5, 2.5, -0.9, 1.5, -3.5, 1.1], &[]),
        (FarFromCentre, &[1.5, -1.5, 1.5, -1.5, 1.5, -1.5, 1.5], &[]),
        (FarFromCentre, &[1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], &[]),
    ];
    for (rule, z, expected) in cases {
        let found = after_baseline("nelson", z);
        assert_eq!(places(&found, rule), expected, "{} at {z:?}: {found:?}", rule.code());
    }
    let found = after_baseline("nelson", &[2.3, -0.5, 2.4]);
    assert_eq!(found, [vec![(TwoOfThree, Side::High)], vec![], vec![(TwoOfThree, Side::High)]]);
    // Of the NHS all three lie on one side.
    assert!(places(&after_baseline("nhs-excel", &[2.3, -0.5, 2.4]), TwoOfThree).is_empty());
}

#[test]
fn anhoejs_rules_have_no_two_of_three() {
    for z in [&[2.5, 0.3, 2.5][..], &[2.5, 2.5, 2.5], &[-2.6, -2.5, 0.4], &[2.3, -0.5, 2.4]] {
        let found = after_baseline("anhoej", z);
        assert!(found.iter().all(Vec::is_empty), "{z:?}: {found:?}");
    }
    // Beside the runs the limits remain.
    assert_eq!(after_baseline("anhoej", &[3.4])[0], [(Rule::Outside, Side::High)]);
}

#[test]
fn nelsons_tests_are_as_others_tried_them() {
    let Some(cases) = super::json("spc_unit_cases.json") else { return };
    let rules = [
        ("9 on one side", Rule::Shift),
        ("6 rising", Rule::Trend),
        ("2 of 3 beyond 2 sigma same side", Rule::TwoOfThree),
        ("14 alternating", Rule::Alternating),
        ("4 of 5 beyond 1 sigma same side", Rule::FourOfFive),
        ("15 within 1 sigma", Rule::NearCentre),
        ("8 beyond 1 sigma both sides", Rule::FarFromCentre),
    ];
    let mut checked = 0;
    for case in cases["nelson_rules"].as_array().into_iter().flatten() {
        let (_, rule) = rules.iter().find(|(name, _)| case["rule"] == *name).expect("one of the eight");
        let z: Vec<f64> = case["z"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        // The cases stand alone; here points on the centre come before them, which end no trend and are near the centre.
        let z: Vec<f64> = match rule {
            Rule::Trend => z.iter().map(|it| it - 0.05).collect(),
            Rule::NearCentre => [1.5].into_iter().chain(z).collect(),
            _ => z,
        };
        let found = after_baseline("nelson", &z);
        assert_eq!(Some(!places(&found, *rule).is_empty()), case["signal"].as_bool(), "{case}: {found:?}");
        checked += 1;
    }
    assert!(checked >= 11, "only {checked} cases");
}

#[test]
fn the_chart_carries_its_runs_with_their_limits() {
    let values = [1.0, 2.0, 4.0, 5.0, 3.0, 6.0, 7.0, 1.0, 2.0, 8.0, 9.0, 3.0, 4.0];
    let series: Vec<Datum> = values.into_iter().map(Datum::value).collect();
    let found = spc::chart(Chart::Run, &series, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    // Median 4: two points lie on it. Below, above, below, above, above, below, below, above, above, below.
    let runs = found.phases[0].runs.expect("runs");
    assert_eq!((runs.useful, runs.longest, runs.longest_limit), (11, 2, 6));
    assert_eq!((runs.crossings, runs.crossings_limit), (6, 2));
}

#[test]
fn u_prime_is_u_where_nothing_but_chance_varies_and_ranges_are_those_of_the_series() {
    // Laney 2002: limits of u times the sigma of the z-scores. Computed by hand: rates 0.2, 0.3, 0.2, 0.3 over 100.
    let series: Vec<Datum> =
        [0.2, 0.3].repeat(8).into_iter().map(|rate| Datum { denominator: 100.0, ..Datum::value(rate) }).collect();
    let upper = |kind| {
        let found = spc::chart(kind, &series, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
        found.points[0].upper.expect("a limit")
    };
    // Sigma of one period: sqrt(0.25 / 100) = 0.05; the z-scores lie 2 apart, their sigma is 2 / 1.128.
    assert!((upper(Chart::U) - 0.4).abs() < 1e-12);
    assert!((upper(Chart::UPrime) - (0.25 + 0.15 * 2.0 / 1.128)).abs() < 1e-12);
    let values: Vec<Datum> =
        [3.0, 5.0, 4.0].into_iter().map(Datum::value).chain([Datum::gap(), Datum::value(-1.0)]).collect();
    let found = spc::chart(Chart::Mr, &values, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    let ranges: Vec<Option<f64>> = found.points.iter().map(|point| point.value).collect();
    assert_eq!(ranges, [None, Some(2.0), Some(1.0), None, Some(5.0)]);
    let limits = (found.points[1].centre, found.points[1].lower, found.points[1].upper);
    assert!(limits.0 == Some(8.0 / 3.0) && limits.1 == Some(0.0));
    assert!(limits.2.is_some_and(|upper| (upper - 3.267 * 8.0 / 3.0).abs() < 1e-12));
}

#[test]
fn qicharts2_drops_outlying_ranges_of_laneys_charts_too() {
    let mut shares = [0.40, 0.42, 0.39, 0.41].repeat(5);
    shares[10] = 0.9;
    let series: Vec<Datum> =
        shares.into_iter().map(|share| Datum { denominator: 1000.0, ..Datum::value(share) }).collect();
    let screened = |name: &str, kind| {
        let dialect = Dialect::named(name).expect("a dialect");
        spc::chart(kind, &series, &[], &dialect, Span::ANY).screened()
    };
    for kind in [Chart::PPrime, Chart::UPrime, Chart::Xmr] {
        assert_eq!(screened("qicharts2", kind), 2, "{}", kind.code());
        assert_eq!(screened("anhoej", kind), 0, "{}", kind.code());
    }
    assert_eq!(screened("making-data-count", Chart::PPrime), 0);
    assert_eq!(screened("making-data-count", Chart::Xmr), 2);
}
