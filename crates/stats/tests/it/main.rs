//! Worked cases that others published, from outside the project; skipped with a word where they are absent.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod change;
mod sameness;
mod worked;

use std::path::{Path, PathBuf};

use serde_json::Value;
use stats::interval;
use stats::quantile::Tally;
use stats::spc::{self, Assurance, Better, Chart, Datum, Dialect, Rule, Side, Span, TargetOnLimit};

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/worked").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

fn rows(name: &str) -> Option<Vec<csv::StringRecord>> {
    let mut reader = csv::Reader::from_path(shared(name)?).expect("CSV");
    Some(reader.records().map(|row| row.expect("a row")).collect())
}

fn json(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(shared(name)?).expect("a file");
    Some(serde_json::from_str(&text).expect("JSON"))
}

fn near(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1e-3), "{what}: {found} is not {expected}");
}

#[test]
fn shares_and_counts_have_the_published_intervals() {
    let Some(rows) = rows("proportion_rate_intervals.csv") else { return };
    let mut checked = 0;
    for row in rows {
        let number = |column: usize| row[column].parse::<f64>().unwrap_or(f64::NAN);
        let (x, n, multiplier, confidence) = (number(2), number(3), number(4), number(5));
        let found = match (&row[0], &row[1]) {
            ("interval only", method) if method.contains("Byar") => interval::byar(x, confidence),
            ("interval only" | "proportion", method) if method.contains("Wilson") && x <= n => {
                interval::share(x, n, confidence)
            }
            _ => continue,
        };
        let found = found.unwrap_or_else(|| panic!("{row:?} has an interval"));
        near(found.lower * multiplier, number(7), &format!("{row:?}"));
        near(found.upper * multiplier, number(8), &format!("{row:?}"));
        checked += 1;
    }
    assert!(checked >= 20, "only {checked} cases");
}

#[test]
fn means_have_the_published_intervals() {
    let Some(cases) = json("mean_t_interval.json") else { return };
    for case in cases["cases"].as_array().into_iter().flatten() {
        let values: Vec<f64> = case["values"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        let (sum, squares) = (values.iter().sum(), values.iter().map(|it| it * it).sum());
        for (name, confidence) in [("ci_0.95", 0.95), ("ci_0.998", 0.998)] {
            let found = interval::mean(values.len() as u64, sum, squares, confidence).expect("a mean");
            near(found.lower, case[name][0].as_f64().unwrap_or(f64::NAN), name);
            near(found.upper, case[name][1].as_f64().unwrap_or(f64::NAN), name);
        }
    }
}

#[test]
fn quantiles_are_of_type_seven() {
    let Some(rows) = rows("quantile_types.csv") else { return };
    for row in rows {
        let values: Vec<f64> = row[1].split(' ').filter_map(|it| it.parse().ok()).collect();
        let mut tally = Tally::default();
        values.iter().for_each(|value| tally.add(*value, 1));
        let found = tally.quantile(row[2].parse().expect("a share")).expect("a quantile");
        near(found, row[9].parse().expect("a number"), &format!("{row:?}"));
    }
}

#[test]
fn anhoej_limits_are_the_published_table() {
    let Some(rows) = rows("spc_anhoej_limits.csv") else { return };
    for row in rows {
        let number = |column: usize| row[column].parse::<usize>().expect("a number");
        assert_eq!(spc::anhoej_limits(number(0)), Some((number(1), number(2))), "{row:?}");
    }
}

fn numbers(value: &Value) -> Vec<i64> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| it.as_i64().unwrap_or(i64::from(it.as_bool().unwrap_or(false))))
        .collect()
}

/// A series whose centre is 0 and whose values lie on the sides given, inside the limits.
fn sides(sides: &[i64]) -> Vec<Datum> {
    sides.iter().map(|side| Datum::value(*side as f64)).collect()
}

#[test]
fn shifts_and_trends_are_flagged_as_the_vectors_say() {
    let Some(vectors) = json("spc_rule_vectors.json") else { return };
    let flagged = |series: &[Datum], rule: Rule| -> Vec<i64> {
        let charted = spc::chart(Chart::Xmr, series, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
        let side = |signal: &spc::Signal| if signal.side == Side::High { 1 } else { -1 };
        let flag = |point: &spc::Point| point.signals.iter().find(|signal| signal.rule == rule).map_or(0, side);
        charted.points.iter().map(flag).collect()
    };
    for case in vectors["trend_of_seven"].as_array().into_iter().flatten() {
        let series: Vec<Datum> = numbers(&case["y"]).iter().map(|it| Datum::value(*it as f64)).collect();
        let ends = numbers(&case["end_of_trend"]);
        let found = flagged(&series, Rule::Trend);
        for (at, end) in ends.iter().enumerate().filter(|(_, end)| **end != 0) {
            assert!(found[at + 1 - 7..=at].iter().all(|flag| flag == end), "{case}: {found:?}");
        }
        assert_eq!(ends.iter().any(|end| *end != 0), found.iter().any(|flag| *flag != 0), "{case}: {found:?}");
    }
    for case in vectors["shift_of_seven"].as_array().into_iter().flatten() {
        let given = numbers(&case["relative_to_mean"]);
        // Points that weigh the mean back to 0 and belong to no run.
        let weight = -given.iter().sum::<i64>();
        let mut series = sides(&given);
        series.extend([Datum::value(weight as f64)]);
        let ends = numbers(&case["flags_end_of_run"]);
        let found = flagged(&series, Rule::Shift);
        for (at, _) in ends.iter().enumerate().filter(|(_, end)| **end != 0) {
            assert!(found[at + 1 - 7..=at].iter().all(|flag| *flag == given[at]), "{case}: {found:?}");
        }
        assert_eq!(ends.iter().any(|end| *end != 0), found.iter().any(|flag| *flag != 0), "{case}: {found:?}");
    }
}

#[test]
fn assurance_is_as_the_vectors_say() {
    let Some(vectors) = json("spc_rule_vectors.json") else { return };
    for case in vectors["assurance"].as_array().into_iter().flatten() {
        let number = |name: &str| case[name].as_f64();
        let better = match case["direction"].as_str() {
            Some("increase") => Better::Higher,
            Some("decrease") => Better::Lower,
            _ => Better::Neither,
        };
        let Some(target) = number("target") else { continue };
        let found = spc::assurance(
            (number("lpl").expect("a limit"), number("upl").expect("a limit")),
            target,
            better,
            TargetOnLimit::HitOrMiss,
        );
        let expected = match case["expected"].as_str() {
            Some("consistent_fail") => Some(Assurance::Misses),
            Some("consistent_pass") => Some(Assurance::Meets),
            Some("inconsistent") => Some(Assurance::HitOrMiss),
            _ => None,
        };
        assert_eq!(found, expected, "{case}");
    }
}

/// Points of zones and sides given, after a baseline with centre 0 that belongs to no window with them; whether each is
/// flagged by two of three.
fn two_of_three(zones: &[i64], sides: &[i64], dialect: &Dialect) -> Vec<bool> {
    let baseline = [1.0, -1.0].repeat(6).into_iter().chain([0.0]).map(Datum::value);
    let value = |zone: i64| match zone {
        1 => 1.0,
        2 => 4.5,
        _ => 7.0,
    };
    let points = zones.iter().zip(sides).map(|(zone, side)| Datum::value(value(*zone) * *side as f64));
    let series: Vec<Datum> = baseline.chain(points).collect();
    let phase = spc::Phase { first: 0, baseline: Some(13) };
    let charted = spc::chart(Chart::Xmr, &series, &[phase], dialect, Span::ANY);
    let limit = charted.points[0].upper.expect("a limit");
    assert!(4.5 > limit * 2.0 / 3.0 && 4.5 < limit && limit < 7.0 && charted.points[0].centre == Some(0.0));
    let flagged = |point: &spc::Point| point.signals.iter().any(|signal| signal.rule == Rule::TwoOfThree);
    charted.points[13..].iter().map(flagged).collect()
}

#[test]
fn two_of_three_is_as_the_vectors_say_in_both_dialects() {
    let Some(vectors) = json("spc_rule_vectors.json") else { return };
    let mut checked = 0;
    for case in vectors["two_of_three"].as_array().into_iter().flatten() {
        let zones: Vec<i64> = numbers(&case["close"]).iter().map(|close| close + 1).collect();
        let expected: Vec<bool> = numbers(&case["point_flags"]).iter().map(|flag| *flag != 0).collect();
        for dialect in [Dialect::MAKING_DATA_COUNT, Dialect::named("nhs-r-package").expect("a dialect")] {
            assert_eq!(two_of_three(&zones, &numbers(&case["side"]), &dialect), expected, "{case}");
        }
        checked += 1;
    }
    for case in vectors["two_sigma_dialects"]["cases"].as_array().into_iter().flatten() {
        let zones = numbers(&case["zones"]);
        for (name, column) in [("nhs-r-package", "r_package"), ("making-data-count", "making_data_count_2023")] {
            let found = two_of_three(&zones, &vec![1; zones.len()], &Dialect::named(name).expect("a dialect"));
            let flag = |ending: &str| case[format!("{column}_flags{ending}")].as_bool();
            if let Some(all) = case[format!("{column}_flags")].as_array() {
                let all: Vec<bool> = all.iter().filter_map(serde_json::Value::as_bool).collect();
                assert_eq!(found, all, "{name}: {case}");
            }
            assert!(flag("_first").is_none_or(|first| found.first() == Some(&first)), "{name}: {case}");
            assert!(flag("_last").is_none_or(|last| found.last() == Some(&last)), "{name}: {case}");
        }
        checked += 1;
    }
    assert!(checked > 12, "only {checked} cases");
}

#[test]
fn ties_break_a_trend_or_not_and_a_run_is_marked_back_to_its_first_as_the_vectors_say() {
    let Some(vectors) = json("spc_rule_vectors.json") else { return };
    let ties = &vectors["trend_ties_dialects"];
    let series: Vec<Datum> = numbers(&ties["series"]).iter().map(|it| Datum::value(*it as f64)).collect();
    for (name, column) in [("nhs-r-package", "r_package_trend"), ("nhs-older-guide", "older_nhs_guide_trend")] {
        let charted = spc::chart(Chart::Xmr, &series, &[], &Dialect::named(name).expect("a dialect"), Span::ANY);
        let mut signals = charted.points.iter().flat_map(|point| &point.signals);
        assert_eq!(Some(signals.any(|signal| signal.rule == Rule::Trend)), ties[column].as_bool(), "{name}");
    }
    for case in vectors["extend_run_back_to_all_seven"].as_array().into_iter().flatten() {
        let flags = numbers(&case["flags"]);
        let sign = flags.iter().find(|flag| **flag != 0).copied().unwrap_or(1);
        let given: Vec<i64> = flags.iter().map(|flag| if *flag == 0 { -sign } else { sign }).collect();
        let mut series = sides(&given);
        series.push(Datum::value(-given.iter().sum::<i64>() as f64));
        let charted = spc::chart(Chart::Xmr, &series, &[], &Dialect::MAKING_DATA_COUNT, Span::ANY);
        let is_shift = |point: &spc::Point| point.signals.iter().any(|signal| signal.rule == Rule::Shift);
        let found: Vec<bool> = charted.points[..flags.len()].iter().map(is_shift).collect();
        assert_eq!(found, flags.iter().map(|flag| *flag != 0).collect::<Vec<_>>(), "{case}");
    }
}
