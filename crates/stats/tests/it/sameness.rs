//! Properties over all charts and dialects: what does not change a series changes no verdict.

use proptest::prelude::*;
use stats::spc::{self, Assurance, Better, Chart, Charted, Datum, Dialect, Rule, Span, TargetOnLimit, Variation};

fn charted(kind: Chart, values: &[f64], dialect: &Dialect) -> Charted {
    let series: Vec<Datum> = values.iter().map(|value| Datum { denominator: 90.0, ..Datum::value(*value) }).collect();
    spc::chart(kind, &series, &[], dialect, Span::ANY)
}

#[test]
fn a_constant_series_never_signals_and_meets_a_target_where_it_stands() {
    let mut constants: Vec<f64> = (1..200).map(|tenths| f64::from(tenths) / 10.0).collect();
    constants.extend((1..200).map(f64::from));
    assert_eq!(constants.len(), 398);
    let mut checked = 0;
    for (kind, constant) in Chart::ALL.iter().flat_map(|kind| constants.iter().map(move |constant| (*kind, *constant)))
    {
        // A share is no more than 1.
        let constant = if kind.span().most == 1.0 { constant / 200.0 } else { constant };
        for (name, dialect) in Dialect::PRESETS {
            for count in [12, 13, 15, 24] {
                let found = charted(kind, &vec![constant; count], &dialect);
                let what = format!("{} times {constant} on {} by {name}", count, kind.code());
                assert!(found.points.iter().all(|point| point.signals.is_empty()), "{what}: {:?}", found.points[0]);
                assert_eq!(spc::variation(&found, Better::Higher), Some(Variation::Common), "{what}");
                assert_eq!(spc::propose(&found), None, "{what}");
                if matches!(kind, Chart::Xmr | Chart::T | Chart::PPrime)
                    && dialect.target_on_limit == TargetOnLimit::Certain
                {
                    let met = spc::judge(&found, None, constant, Better::Higher, dialect.target_on_limit);
                    assert_eq!(met, Ok(Assurance::Meets), "{what}");
                }
                checked += 1;
            }
        }
    }
    println!("{checked} constant series");
    assert_eq!(charted(Chart::Xmr, &[0.7; 15], &Dialect::MAKING_DATA_COUNT).points[0].centre, Some(0.7));
}

#[test]
fn a_value_on_the_centre_breaks_a_run_in_tenths_as_in_whole_numbers() {
    let mut checked = 0;
    for half in (2..120).step_by(2) {
        // Low and high in turn, then eight on the mean of both: not one of them is on a side.
        for (low, high, middle) in [(half - 1, half + 1, half)] {
            let values = |by: f64| -> Vec<f64> {
                let mut values = [f64::from(low) * by, f64::from(high) * by].repeat(4);
                values.extend([f64::from(middle) * by; 8]);
                values
            };
            for by in [1.0, 0.1, 0.01, 1.0 / 3.0] {
                for kind in [Chart::Xmr, Chart::C, Chart::G, Chart::U] {
                    let found = charted(kind, &values(by), &Dialect::MAKING_DATA_COUNT);
                    let shifted =
                        found.points.iter().any(|point| point.signals.iter().any(|it| it.rule == Rule::Shift));
                    assert!(!shifted, "{low}, {high}, {middle} times {by} on {}", kind.code());
                    checked += 1;
                }
            }
        }
    }
    assert_eq!(checked, 59 * 16);
}

/// The verdicts of a chart on each point, its runs, change and a target.
fn verdicts(found: &Charted, target: f64) -> impl PartialEq + std::fmt::Debug + use<> {
    let signals: Vec<_> = found.points.iter().map(|point| point.signals.clone()).collect();
    let runs: Vec<_> = found.phases.iter().map(|phase| (phase.runs, phase.screened, phase.values)).collect();
    let proposal = spc::propose(found);
    let assured = spc::judge(found, None, target, Better::Lower, TargetOnLimit::Certain);
    let since = spc::since(found, proposal.as_ref());
    (signals, runs, proposal.map(|it| (it.first, it.side, it.values)), assured, since)
}

/// Series as measures have them: few digits, so that ties and values on the centre are common.
fn few_digits() -> impl Strategy<Value = Vec<i32>> {
    prop_oneof![
        proptest::collection::vec(0..8, 12..40),
        proptest::collection::vec(0..400, 12..40),
        // A step, so that there is something to propose.
        (proptest::collection::vec(0..20, 12..24), proptest::collection::vec(15..40, 6..16))
            .prop_map(|(before, after)| [before, after].concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scaling_or_shifting_a_series_changes_no_verdict(
        whole in few_digits(),
        target in 0..400,
        by in prop_oneof![Just(0.1), Just(0.001), Just(1.0 / 3.0), Just(7e-9), Just(1e6), 1e-3..1e3],
        shift in prop_oneof![Just(0.1), Just(1e6), -1e5..1e5],
    ) {
        for (name, dialect) in Dialect::PRESETS {
            let of = |kind, map: &dyn Fn(f64) -> f64| {
                let values: Vec<f64> = whole.iter().map(|value| map(f64::from(*value))).collect();
                verdicts(&charted(kind, &values, &dialect), map(f64::from(target)))
            };
            for kind in [Chart::Xmr, Chart::Run, Chart::T] {
                let scaled = of(kind, &|value| value * by);
                prop_assert_eq!(of(kind, &|value| value), scaled, "{} times {} on {}", name, by, kind.code());
            }
            for kind in [Chart::Xmr, Chart::Run] {
                let shifted = of(kind, &|value| value + shift);
                prop_assert_eq!(of(kind, &|value| value), shifted, "{} plus {} on {}", name, shift, kind.code());
            }
        }
    }

    #[test]
    fn what_weighs_nothing_changes_no_figure(
        whole in few_digits(),
        places in proptest::collection::vec((0..12_usize, 0..3_usize), 1..4),
        kind in prop_oneof![Just(Chart::Xmr), Just(Chart::P), Just(Chart::PPrime), Just(Chart::U), Just(Chart::C), Just(Chart::T), Just(Chart::Run)],
    ) {
        let share = if kind.span().most == 1.0 { 400.0 } else { 1.0 };
        let values: Vec<Datum> = whole
            .iter()
            .map(|value| Datum { denominator: 30.0, ..Datum::value(f64::from(*value) / share) })
            .collect();
        let mut with = values.clone();
        for (place, what) in places {
            with.insert(place, match what {
                0 => Datum::gap(),
                1 => Datum { excluded: true, ..Datum { denominator: 90.0, ..Datum::value(0.9) } },
                _ if kind.has_denominators() => Datum { denominator: 0.0, ..Datum::value(0.9) },
                _ => Datum::gap(),
            });
        }
        let dialect = Dialect::MAKING_DATA_COUNT;
        let plain = spc::chart(kind, &values, &[], &dialect, Span::ANY);
        let found = spc::chart(kind, &with, &[], &dialect, Span::ANY);
        let weighs = |at: &usize| with[*at].value.is_some() && !with[*at].excluded && with[*at].denominator > 0.0;
        let kept: Vec<usize> = (0..with.len()).filter(weighs).collect();
        prop_assert_eq!(kept.len(), plain.points.len());
        for (point, at) in plain.points.iter().zip(&kept) {
            prop_assert_eq!(point, &found.points[*at]);
        }
        prop_assert!(found.points.iter().enumerate().all(|(at, point)| kept.contains(&at) || point.signals.is_empty()));
        prop_assert_eq!(spc::variation(&plain, Better::Lower), spc::variation(&found, Better::Lower));
    }
}
