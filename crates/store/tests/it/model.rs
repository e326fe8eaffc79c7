//! Any course of appends gives the same answers on the model, on a file and on a database, and leaves the same log.
//!
//! `PROPTEST_CASES=10000 cargo xtask pg -- cargo nextest run --profile long --workspace -E 'test(c37)'` tries as many courses.

use proptest::prelude::*;
use store::{Append, Appended, Expect, NewEvent};
use uuid::Uuid;

use crate::logs::{Bench, Kind, context, event, server};

/// One append, in small numbers: key, request, streams, expectation, whether its last event closes.
#[derive(Debug, Clone)]
struct Step {
    key: u8,
    request: u8,
    streams: Vec<u8>,
    expected: Option<(u8, Expect)>,
    closes: bool,
    /// Opened anew before this step.
    reopened: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let expect = prop_oneof![Just(Expect::NoStream), Just(Expect::Exists), (0_u64..4).prop_map(Expect::At)];
    let streams = prop::collection::vec(0_u8..4, 1..4);
    let expected = prop::option::of((0_u8..4, expect));
    (0_u8..10, 0_u8..2, streams, expected, prop::bool::weighted(0.05), prop::bool::weighted(0.1)).prop_map(
        |(key, request, streams, expected, closes, reopened)| Step {
            key,
            request,
            streams,
            expected,
            closes,
            reopened,
        },
    )
}

fn append(number: usize, step: &Step) -> Append {
    let name = |stream: u8| format!("s/{stream}");
    let last = step.streams.len() - 1;
    let of = |(at, stream): (usize, &u8)| NewEvent {
        id: Uuid::from_u64_pair(number as u64 + 1, at as u64),
        closes: step.closes && at == last,
        ..event(&name(*stream))
    };
    Append {
        scope: "test".into(),
        key: step.key.to_string(),
        request: [step.request; 32],
        expects: step.expected.iter().map(|(stream, expected)| (name(*stream), *expected)).collect(),
        events: step.streams.iter().enumerate().map(of).collect(),
        context: context(),
    }
}

/// Courses tried: what `PROPTEST_CASES` says, else few enough for every day.
fn cases() -> u32 {
    match ProptestConfig::default().cases {
        256 => 40,
        given => given,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn c37_every_kind_does_what_the_model_does(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            for kind in [Kind::Sqlite, Kind::Postgres] {
                if kind == Kind::Postgres && server().is_none() {
                    continue;
                }
                let (model, mut kept) = (Bench::new(Kind::Memory), Bench::new(kind));
                for (number, step) in steps.iter().enumerate() {
                    if step.reopened {
                        kept = kept.again();
                    }
                    let (theirs, ours): (Result<Appended, _>, _) =
                        (model.append(append(number, step)).await, kept.append(append(number, step)).await);
                    prop_assert_eq!(theirs, ours, "step {}", number);
                }
                // Each has keys of its own, and a chain that begins at its own epoch.
                let apart = |event: store::Recorded| {
                    let command = event.command.map(|_| [0; 32]);
                    store::Recorded { command, digest: [0; 32], chain: [0; 32], ..event }
                };
                let [theirs, ours] =
                    [model.all().await, kept.all().await].map(|all| all.into_iter().map(apart).collect::<Vec<_>>());
                prop_assert_eq!(theirs, ours);
                let report = kept.log.verify().await.expect("a report");
                prop_assert!(report.faults.is_empty(), "{:?}", report);
            }
            Ok(())
        })?;
    }
}
