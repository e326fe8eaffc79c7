use super::rules::runs_of;
use super::*;

fn series(values: &[f64]) -> Vec<Datum> {
    values.iter().copied().map(Datum::value).collect()
}

fn near(left: Option<f64>, right: f64) {
    assert!(left.is_some_and(|left| (left - right).abs() < 1e-6 * right.abs().max(1.0)), "{left:?} is not {right}");
}

#[test]
fn individuals_are_the_published_ones() {
    // shewhart 0.1.1 tests: mean 11.6, mean moving range 1.5.
    let found =
        chart(Chart::Xmr, &series(&[10.0, 12.0, 11.0, 13.0, 12.0]), &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    near(found.points[0].centre, 11.6);
    near(found.points[0].upper, 11.6 + 2.66 * 1.5);
    assert!(found.on_trial());
}

#[test]
fn p_u_and_c_are_the_published_ones() {
    let of = |kind, numerators: &[f64], n: &[f64]| {
        let data: Vec<Datum> =
            numerators.iter().zip(n).map(|(x, n)| Datum { denominator: *n, ..Datum::value(x / n) }).collect();
        chart(kind, &data, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY).points[0].clone()
    };
    let p = of(Chart::P, &[2.0, 3.0, 1.0, 4.0, 2.0], &[50.0; 5]);
    near(p.centre, 0.048);
    near(p.upper, 0.138693329);
    near(p.lower, 0.0);
    let u = of(Chart::U, &[6.0, 4.0, 9.0, 5.0], &[3.0, 2.0, 4.0, 2.0]);
    near(u.centre, 2.181818182);
    near(u.upper, 4.740226778);
    let c = of(Chart::C, &[3.0, 2.0, 4.0, 1.0, 3.0], &[1.0; 5]);
    near(c.upper, 7.437354649);
}

#[test]
fn a_tie_breaks_a_trend_or_is_passed_over() {
    let steps = [-1, -1, -1, 0, -1, -1, -1];
    assert_eq!(runs_of(&steps, 6, Ties::Break).iter().filter(|it| **it != 0).count(), 0);
    assert_eq!(runs_of(&steps, 6, Ties::Neutral).last(), Some(&-1));
}

#[test]
fn a_shift_is_marked_back_to_its_first_point() {
    let mut values = vec![10.0, 12.0, 10.0, 12.0, 10.0, 12.0, 10.0, 12.0, 10.0, 12.0];
    values.extend([13.0, 14.0, 13.0, 14.0, 13.0, 14.0, 13.0]);
    let found = chart(Chart::Xmr, &series(&values), &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    let marked: Vec<usize> = (0..values.len())
        .filter(|at| found.points[*at].signals.iter().any(|signal| signal.rule == Rule::Shift))
        .collect();
    assert_eq!(marked, (10..17).collect::<Vec<_>>(), "the mean is 12: a point on it is in no run");
    assert_eq!(variation(&found, Better::Lower), Some(Variation::Concern(Side::High)));
}

#[test]
fn a_gap_neither_breaks_a_run_nor_gets_a_mark() {
    let mut data = series(&[10.0, 12.0, 10.0, 12.0, 10.0, 12.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0]);
    data.insert(9, Datum::gap());
    let found = chart(Chart::Xmr, &data, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    assert!(found.points[9].signals.is_empty());
    assert!(found.points[13].signals.iter().any(|signal| signal.rule == Rule::Shift));
}

#[test]
fn a_new_phase_has_its_own_limits_and_a_baseline_holds() {
    let data = series(&[1.0, 2.0, 1.0, 2.0, 11.0, 12.0, 11.0, 12.0, 30.0]);
    let rebase = Phase { first: 4, baseline: Some(4) };
    let found = chart(Chart::Xmr, &data, &[rebase], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    near(found.points[0].centre, 1.5);
    near(found.points[8].centre, 11.5);
    assert_eq!(found.points[8].signals.first().map(|it| it.rule), Some(Rule::Outside));
}

#[test]
fn shifting_the_data_shifts_the_limits() {
    let values = [3.0, 5.0, 4.0, 8.0, 2.0, 6.0, 5.0, 7.0, 4.0, 6.0, 5.0, 3.0, 4.0];
    let moved: Vec<f64> = values.iter().map(|value| value + 100.0).collect();
    let plain = chart(Chart::Xmr, &series(&values), &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    let moved = chart(Chart::Xmr, &series(&moved), &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    for (plain, moved) in plain.points.iter().zip(&moved.points) {
        near(moved.upper, plain.upper.unwrap_or(f64::NAN) + 100.0);
        assert_eq!(plain.signals, moved.signals);
    }
}

#[test]
fn a_constant_series_at_its_target_meets_it() {
    let certain = assurance((100.0, 100.0), 100.0, Better::Higher, TargetOnLimit::Certain);
    assert_eq!(certain, Some(Assurance::Meets));
    let strict = assurance((100.0, 100.0), 100.0, Better::Higher, TargetOnLimit::HitOrMiss);
    assert_eq!(strict, Some(Assurance::HitOrMiss));
}

#[test]
fn a_limit_that_is_cut_at_what_a_share_can_be_brings_nothing_near_to_it() {
    let share = |value: f64| Datum { denominator: 14.0, ..Datum::value(value) };
    let mut data = vec![share(1.0); 3];
    data.extend([0.85, 0.92, 0.78, 0.92, 0.85, 0.92, 0.85, 0.78, 0.92].map(share));
    for kind in [Chart::P, Chart::PPrime] {
        let found = chart(kind, &data, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
        assert_eq!(found.points[0].upper, Some(1.0), "the limit is cut");
        assert!(found.points[..3].iter().all(|point| point.signals.is_empty()), "{:?}", found.points[0]);
    }
}

#[test]
fn shares_that_never_vary_have_limits_where_they_stand_and_shares_of_nothing_have_none() {
    for value in [0.0, 1.0] {
        let data = vec![Datum { denominator: 50.0, ..Datum::value(value) }; 15];
        let found = chart(Chart::PPrime, &data, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
        let point = found.points.last().expect("a point");
        assert_eq!((point.centre, point.lower, point.upper), (Some(value), Some(value), Some(value)));
        let assured = assurance(point.uncut.expect("limits"), 0.5, Better::Higher, TargetOnLimit::Certain);
        assert_eq!(assured, Some(if value > 0.5 { Assurance::Meets } else { Assurance::Misses }));
    }
    let nothing = vec![Datum { denominator: 0.0, ..Datum::value(0.0) }; 15];
    let found = chart(Chart::P, &nothing, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
    assert!(found.points.iter().all(|point| point.centre.is_none() && point.upper.is_none()));
}
