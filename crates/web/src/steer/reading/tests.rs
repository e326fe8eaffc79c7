use stats::spc::Better;

use super::*;
use crate::charts::{Labels, control};
use facts::Names;

use crate::scorecard::Target;

fn card(kind: &str, unit: &str, better: Better) -> Card {
    let texts = |text: &str| [text.to_string(), text.to_string(), text.to_string()];
    Card {
        id: "a.measure".into(),
        names: texts("Measure"),
        about: texts("About"),
        unit: unit.into(),
        better,
        kind: kind.into(),
        rolling: false,
        source: String::new(),
        sql: String::new(),
        version: 1,
        classes: None,
    }
}

fn series(values: &[f64]) -> Series {
    let point = |(at, value): (usize, &f64)| Point {
        period: format!("{}-{:02}", 2023 + at / 12, at % 12 + 1),
        value: Some(*value),
        denominator: 30.0,
        n: Some(30),
        ..Point::default()
    };
    Series { points: values.iter().enumerate().map(point).collect() }
}

fn with_target(value: f64) -> Followed {
    let names = Names::default;
    let target = Target { from: "2023-01".into(), value, who: names(), on: String::new(), why: names() };
    Followed { id: "a.measure".into(), targets: vec![target], rebases: Vec::new() }
}

/// The labels of limits and mean in a picture, without their words.
fn labels(reading: &Reading, card: &Card, language: Language) -> [String; 3] {
    let labels = Labels { title: "", description: "", unit: &card.unit, language, id: "x" };
    let picture = control(&reading.periods(), &reading.charted, &[], card.better, &labels).into_string();
    ["chart-lower", "chart-centre", "chart-upper"].map(|key| {
        let word = format!(">{} ", language.text(key));
        let (_, rest) = picture.split_once(&word).expect("a label");
        rest.split('<').next().unwrap_or("").to_string()
    })
}

#[test]
fn limits_lie_where_values_can_be_and_picture_and_sentence_name_the_same() {
    let kinds = [
        ("share", "share", 0.0, 1.0),
        ("ratio", "share", 0.0, 1.0),
        ("mean", "index", 0.0, 1.0),
        ("mean", "days", 0.0, f64::INFINITY),
        ("median", "minutes", 0.0, f64::INFINITY),
        ("count", "contacts", 0.0, f64::INFINITY),
        ("persons", "persons", 0.0, f64::INFINITY),
        ("stock", "requests", 0.0, f64::INFINITY),
        ("nps", "points", -100.0, 100.0),
    ];
    let shapes: [&[f64]; 4] = [
        &[0.0, 0.9, 0.1, 0.0, 0.8, 0.0],
        &[1.0, 0.2, 0.9, 1.0, 1.0, 0.1],
        &[0.5, 0.52, 0.49, 0.51],
        &[0.0, 0.1, 0.0, 0.0, 0.2],
    ];
    let mut cut = 0;
    for (kind, unit, least, most) in kinds {
        for shape in shapes {
            // In a share the shape itself; in others as many cases, days or points as months have.
            let size = if most == 1.0 { 1.0 } else { 20.0 };
            let values: Vec<f64> = shape.iter().map(|it| it * size).cycle().take(24).collect();
            let (card, followed) = (card(kind, unit, Better::Higher), with_target(0.5 * size));
            let reading = read(&card, &series(&values), &followed, "unit", &Phases::default());
            for point in &reading.charted.points {
                let (lower, upper) = (point.lower.expect("a limit"), point.upper.expect("a limit"));
                assert!(lower >= least && upper <= most, "{kind} in {unit}: {lower} – {upper}");
                let (below, above) = point.uncut.expect("limits");
                cut += usize::from(below < lower || above > upper);
            }
            for language in [Language::Fi, Language::Sv, Language::En] {
                let sentence = reading.sentence(&card, language);
                for label in labels(&reading, &card, language) {
                    assert!(sentence.contains(&label), "{kind} in {unit}: {label} is not in: {sentence}");
                }
            }
        }
    }
    assert!(cut > 100, "only {cut} limits are cut");
    // Values that a unit does not promise are not cut away.
    let reading = read(
        &card("mean", "days", Better::Lower),
        &series(&[-3.0, 2.0, -4.0, 1.0].repeat(6)),
        &with_target(0.0),
        "unit",
        &Phases::default(),
    );
    assert!(reading.charted.points[0].lower.is_some_and(|lower| lower < -4.0));
}

#[test]
fn a_target_is_not_judged_across_a_change_nor_on_rolling_figures_and_the_sentence_says_so() {
    let mut values = [0.50, 0.52, 0.49, 0.51].repeat(5);
    values.extend([0.90, 0.92, 0.89, 0.91].repeat(4));
    let share = card("share", "share", Better::Higher);
    let reading = read(&share, &series(&values), &with_target(0.8), "unit", &Phases::default());
    assert_eq!((reading.assurance, reading.unjudged), (None, Some(Unjudged::Changing)));
    let sentence = reading.sentence(&share, Language::En);
    // The step is in the twenty-first month.
    for words in ["since Sep 2024", "changed in Sep 2024: on average 50.5% before, 90.5% since", "not judged"] {
        assert!(sentence.contains(words), "{words}: {sentence}");
    }
    assert!(!sentence.contains("Usually"), "{sentence}");
    // Somebody has decided: new limits, and a verdict.
    let mut decided = with_target(0.8);
    let names = Names::default;
    decided.rebases.push(crate::scorecard::Rebase {
        unit: "unit".into(),
        period: "2024-09".into(),
        who: names(),
        on: String::new(),
        why: names(),
    });
    let after = read(&share, &series(&values), &decided, "unit", &Phases::default());
    assert_eq!((after.assurance, after.proposal), (Some(Assurance::Meets), None));
    let rolling = Card { rolling: true, ..share };
    let reading = read(&rolling, &series(&values), &with_target(0.8), "unit", &Phases::default());
    assert_eq!((reading.proposal, reading.assurance, reading.unjudged), (None, None, Some(Unjudged::Rolling)));
    assert!(reading.sentence(&rolling, Language::En).contains("is not judged by limits"));
}
