//! The proposal of a new phase, measured on simulated series: how often chance makes one, and how often a step is found.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use stats::spc::{self, Better, Chart, Charted, Datum, Dialect, Phase, Side, Span, TargetOnLimit, Unjudged};

const SERIES: usize = 1_000;

fn charted(values: &[f64], phases: &[Phase]) -> Charted {
    let series: Vec<Datum> = values.iter().copied().map(Datum::value).collect();
    spc::chart(Chart::Xmr, &series, phases, &Dialect::MAKING_DATA_COUNT, Span::ANY)
}

fn proposed(values: &[f64]) -> Option<spc::Proposal> {
    spc::propose(&charted(values, &[]))
}

/// A thousand series of standard normal values, the same on every machine.
fn noise(length: usize) -> Vec<Vec<f64>> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    (0..SERIES).map(|_| (0..length).map(|_| StandardNormal.sample(&mut random)).collect()).collect()
}

/// Each value keeps a part of the one before it.
fn autocorrelated(values: &[f64], part: f64) -> Vec<f64> {
    let mut before = 0.0;
    let next = |value: &f64| {
        before = part * before + value;
        before
    };
    values.iter().map(next).collect()
}

/// With a wave of twelve months, so many sigma high.
fn seasonal(values: &[f64], height: f64) -> Vec<f64> {
    let wave = |at: usize| height * (at as f64 * std::f64::consts::TAU / 12.0).sin();
    values.iter().enumerate().map(|(at, value)| value + wave(at)).collect()
}

fn stepped(values: &[f64], first: usize, by: f64) -> Vec<f64> {
    values.iter().enumerate().map(|(at, value)| if at < first { *value } else { value + by }).collect()
}

#[test]
fn of_a_thousand_series_without_change_at_most_one_in_twenty_gets_a_proposal() {
    for length in [12, 18, 24, 36, 60] {
        let count = |of: &dyn Fn(&[f64]) -> Vec<f64>| {
            noise(length).iter().filter(|values| proposed(&of(values)).is_some()).count()
        };
        let quiet = count(&<[f64]>::to_vec);
        // The case of a reader who looks again with each new value, from the twelfth on.
        let ever = |values: &&Vec<f64>| (12..=length).any(|end| proposed(&values[..end]).is_some());
        println!(
            "{length} values: {quiet} of {SERIES} without change get a proposal; {} at some time as they come in; {} with \
             autocorrelation of 0.2, {} of 0.4; {} with a season of half a sigma, {} of one sigma",
            noise(length).iter().filter(ever).count(),
            count(&|values| autocorrelated(values, 0.2)),
            count(&|values| autocorrelated(values, 0.4)),
            count(&|values| seasonal(values, 0.5)),
            count(&|values| seasonal(values, 1.0)),
        );
        assert!(quiet * 20 <= SERIES, "{quiet} of {SERIES} with {length} values");
        let slightly = count(&|values| autocorrelated(values, 0.1));
        assert!(slightly * 20 <= SERIES, "{slightly} of {SERIES} with {length} values and autocorrelation of 0.1");
    }
}

#[test]
fn of_a_thousand_steps_of_two_sigma_four_of_five_are_proposed_within_six_points() {
    for before in [18, 24, 30] {
        for by in [2.0, -2.0] {
            let series: Vec<Vec<f64>> = noise(before + 6).iter().map(|values| stepped(values, before, by)).collect();
            let at_six: Vec<spc::Proposal> = series.iter().filter_map(|values| proposed(values)).collect();
            let within = |values: &&Vec<f64>| (before + 1..=before + 6).any(|end| proposed(&values[..end]).is_some());
            let near = at_six.iter().filter(|it| it.first.abs_diff(before) <= 2).count();
            let six = at_six.iter().filter(|it| (it.side == Side::High) == (by > 0.0)).count();
            println!(
                "a step of {by} sigma after {before} values: {six} of {SERIES} proposed at the sixth point, {} at or before \
                 it; {near} begin within two points of the step",
                series.iter().filter(within).count(),
            );
            assert!(six * 5 >= SERIES * 4, "{six} of {SERIES} after {before} values");
            assert!(near * 10 >= six * 9, "{near} of {six} begin near the step");
        }
    }
}

#[test]
fn a_proposal_names_its_place_and_evidence_and_is_gone_once_accepted() {
    let mut values = [50.0, 52.0, 49.0, 51.0].repeat(5);
    values.extend([60.0, 62.0, 59.0, 61.0].repeat(3));
    let found = proposed(&values).expect("a proposal");
    assert_eq!((found.first, found.side, found.values), (20, Side::High, (20, 12)));
    assert!((found.before - 50.5).abs() < 1e-9 && (found.after - 60.5).abs() < 1e-9 && found.chance < 1e-6);
    let accepted = Phase { first: 20, baseline: None };
    assert_eq!(spc::propose(&charted(&values, &[accepted])), None);
    // Of two changes the later one is proposed, with the mean between them before it.
    values.extend([70.0, 72.0, 69.0, 71.0].repeat(3));
    let later = proposed(&values).expect("a proposal");
    assert_eq!((later.first, later.values), (32, (12, 12)));
    assert!((later.before - 60.5).abs() < 1e-9 && (later.after - 70.5).abs() < 1e-9);
    // One wild value is no level, and neither is a constant series.
    let mut wild = [50.0, 52.0, 49.0, 51.0].repeat(6);
    wild[20] = 90.0;
    assert_eq!(proposed(&wild), None);
    assert_eq!(proposed(&[0.7; 30]), None);
}

#[test]
fn a_target_is_not_judged_across_a_change_and_since_is_where_it_began() {
    let mut values = [0.50, 0.52, 0.49, 0.51].repeat(5);
    values.extend([0.90, 0.92, 0.89, 0.91].repeat(3));
    let judge = |phases: &[Phase]| {
        let found = charted(&values, phases);
        let proposal = spc::propose(&found);
        spc::judge(&found, proposal.as_ref(), 0.8, Better::Higher, TargetOnLimit::Certain)
    };
    assert_eq!(judge(&[]), Err(Unjudged::Changing));
    assert_eq!(judge(&[Phase { first: 20, baseline: None }]), Ok(spc::Assurance::Meets));
    let found = charted(&values, &[]);
    assert_eq!(spc::since(&found, spc::propose(&found).as_ref()), Some(20));
    assert_eq!(spc::since(&found, None), Some(20), "the run goes back to its first point");
    assert_eq!(spc::since(&charted(&values, &[Phase { first: 20, baseline: None }]), None), None);
}
