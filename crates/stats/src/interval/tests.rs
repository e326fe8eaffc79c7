use super::*;

fn near(left: f64, right: f64, tolerance: f64) {
    assert!((left - right).abs() <= tolerance * right.abs().max(1.0), "{left} is not {right}");
}

#[test]
fn wilson_is_the_published_one() {
    let Some(found) = share(65.0, 100.0, 0.95) else { panic!("a share of 65 in 100 exists") };
    near(found.lower, 0.5525444329688797, 1e-9);
    near(found.upper, 0.7363575175690247, 1e-9);
    assert_eq!(share(3.0, 2.0, 0.95), None);
    assert_eq!(share(0.0, 0.0, 0.95), None);
}

#[test]
fn wilson_stays_inside_at_the_ends() {
    for (hits, n) in [(0.0, 7.0), (7.0, 7.0)] {
        let Some(found) = share(hits, n, 0.95) else { panic!("a share exists") };
        assert!(found.lower >= 0.0 && found.upper <= 1.0 && found.lower < found.upper);
    }
}

#[test]
fn counts_below_ten_are_exact() {
    // Garwood's limits for 0 and 5 events, as printed in every table of Poisson limits.
    let Some(none) = count(0.0, 0.95) else { panic!("zero is a count") };
    near(none.lower, 0.0, 0.0);
    near(none.upper, 3.6889, 1e-4);
    let Some(five) = count(5.0, 0.95) else { panic!("five is a count") };
    near(five.lower, 1.6235, 1e-4);
    near(five.upper, 11.6683, 1e-4);
}

#[test]
fn a_single_value_has_no_width() {
    let Some(one) = mean(1, 4.0, 16.0, 0.95) else { panic!("one value has a mean") };
    assert_eq!(one.value, 4.0);
    assert!(one.lower.is_infinite() && one.upper.is_infinite());
    assert_eq!(mean(0, 0.0, 0.0, 0.95), None);
}

/// Nobody of five, and all of them: Wilson's own ends. One of six people who each count once: Wilson on almost as many.
#[test]
fn a_share_over_clusters_has_a_width_at_the_ends_and_stays_inside() {
    let sums = |hits: f64, n: f64| RatioSums {
        clusters: n as u64,
        numerator: hits,
        denominator: n,
        numerator_squared: hits,
        denominator_squared: n,
        product: hits,
    };
    for hits in [0.0, 5.0] {
        assert_eq!(share_over_clusters(&sums(hits, 5.0), CONFIDENCE), share(hits, 5.0, CONFIDENCE));
    }
    let one = share_over_clusters(&sums(1.0, 6.0), CONFIDENCE).expect("an interval");
    let plain = share(1.0, 6.0, CONFIDENCE).expect("an interval");
    assert!(one.lower > 0.0 && one.lower <= plain.lower && one.upper >= plain.upper && one.upper < 0.7, "{one:?}");
}

#[test]
fn net_promoter_ends_are_in_order() {
    let Some(found) = net_promoter_score(74, 10, 100, 0.95) else { panic!("a score exists") };
    assert_eq!(found.value, 64.0);
    assert!(found.lower < 64.0 && found.upper > 64.0 && found.lower < found.upper);
    assert_eq!(net_promoter_score(0, 0, 0, 0.95), None);
}

#[test]
fn a_ratio_of_one_case_a_person_is_a_share() {
    // Ten people, one visit each, four with their own doctor: the robust variance is the binomial one × n / (n − 1).
    let sums = RatioSums {
        clusters: 10,
        numerator: 4.0,
        denominator: 10.0,
        numerator_squared: 4.0,
        denominator_squared: 10.0,
        product: 4.0,
    };
    let Some(found) = ratio(&sums, 0.95) else { panic!("a ratio exists") };
    near(found.upper - found.value, normal_quantile(0.95) * (0.24f64 / 9.0).sqrt(), 1e-12);
}
