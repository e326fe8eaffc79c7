//! Appending and reading: the cases that every kind of log passes. The numbers are those of the suite's list.
//!
//! Of the forty, 25 (a place and what follows from it are kept together) is the property of the follower, that facts are
//! the fold of the log; 38 (every kind of event that was ever written can be read) stands with the events themselves, in
//! `operations`; 29 (a log of an older format is brought up) waits for a second format.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use store::{Append, AppendError, Command, Expect, Filter, MOST_BYTES, NewEvent, Reader};
use uuid::Uuid;

use crate::logs::{BEGUN, Bench, Kind, context, event, expecting, of, on_every_kind, personal};

#[test]
fn c01_what_is_read_is_what_was_written_byte_for_byte() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let odd = NewEvent { schema: 3, occurred: -5, data: "{\"b\":1, \"a\": 1.50e0 }".into(), ..event("contact/1") };
        let secret = personal("contact/1", Uuid::from_u128(9), "Särkee\n\u{1f915}");
        let done = bench.append(of(vec![odd.clone(), secret.clone()])).await.expect("appended");
        assert_eq!((done.first, done.last, done.again), (1, 2, false));
        let read = bench.log.read_stream("contact/1", 0, 10).await.expect("a stream");
        let [first, second] = read.as_slice() else { panic!("two events: {read:?}") };
        assert_eq!((first.pos, first.version, first.schema, first.occurred), (1, 1, 3, -5));
        assert_eq!((&first.data, &first.kind, first.id), (&odd.data, &odd.kind, odd.id));
        assert_eq!((&first.context, first.recorded, &first.sealed), (&context(), BEGUN, &None));
        let sealed = second.sealed.as_ref().expect("sealed");
        assert_eq!(sealed.subject, Uuid::from_u128(9));
        assert!(!sealed.bytes.windows(4).any(|part| part == b"kee\n"), "the text is not in the log");
        assert_eq!(bench.log.unseal(second).expect("readable").expect("a text"), "Särkee\n\u{1f915}".as_bytes());
        assert_eq!(read, bench.all().await, "both ways of reading");
    });
}

#[test]
fn c02_nothing_is_read_where_nothing_is() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        assert!(bench.log.read_stream("contact/1", 0, 10).await.expect("a stream").is_empty());
        let page = bench.log.read_all(0, Filter::default(), 10).await.expect("a page");
        assert_eq!((page.events.len(), page.next, page.head), (0, 0, 0));
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn c03_streams_with_names_alike_stay_apart() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let names = ["contact/1", "contact/11", "contact/1/x", "CONTACT/1", "contact/1 ", "contact/%", "contact/ä"];
        for name in names {
            bench.one(name).await;
        }
        for (pos, name) in names.iter().enumerate() {
            let read = bench.log.read_stream(name, 0, 10).await.expect("a stream");
            assert_eq!(read.iter().map(|it| it.pos).collect::<Vec<_>>(), [pos as u64 + 1], "{name}");
        }
    });
}

#[test]
fn c04_every_expectation_holds_or_is_refused() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let conflict = |expected, actual| AppendError::Conflict { stream: "s/1".into(), expected, actual };
        let tried = async |expected| bench.append(expecting("s/1", expected, event("s/1"))).await.map(|it| it.first);
        assert_eq!(tried(Expect::Exists).await, Err(conflict(Expect::Exists, 0)));
        assert_eq!(tried(Expect::At(1)).await, Err(conflict(Expect::At(1), 0)));
        assert_eq!(tried(Expect::NoStream).await, Ok(1));
        assert_eq!(tried(Expect::NoStream).await, Err(conflict(Expect::NoStream, 1)));
        assert_eq!(tried(Expect::At(1)).await, Ok(2));
        assert_eq!(tried(Expect::At(1)).await, Err(conflict(Expect::At(1), 2)));
        assert_eq!(tried(Expect::Exists).await, Ok(3));
    });
}

#[test]
fn c05_expectations_of_several_streams_hold_together_or_not_at_all() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.one("a/1").await;
        let both = |b| Append {
            expects: vec![("a/1".into(), Expect::At(1)), ("b/1".into(), b)],
            ..of(vec![event("a/1"), event("b/1"), event("c/1")])
        };
        assert!(matches!(bench.append(both(Expect::Exists)).await, Err(AppendError::Conflict { .. })));
        assert_eq!(bench.all().await.len(), 1, "nothing of it stands");
        let done = bench.append(both(Expect::NoStream)).await.expect("appended");
        assert_eq!((done.first, done.last), (2, 4));
    });
}

#[test]
fn c06_a_refused_append_leaves_nothing_and_its_key_is_free() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let refused = expecting("a/1", Expect::Exists, event("a/1"));
        assert!(bench.append(refused.clone()).await.is_err());
        bench.one("a/1").await;
        let done = bench.append(refused).await.expect("now it fits");
        assert_eq!((done.first, done.again), (2, false));
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn c07_an_append_that_contradicts_the_log_leaves_nothing_and_harms_no_other() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let stands = event("a/1");
        bench.append(of(vec![stands.clone()])).await.expect("appended");
        let twice = of(vec![event("b/1"), NewEvent { id: stands.id, ..event("b/1") }, event("c/1")]);
        // Among others that wait in the same group.
        let others: Vec<_> = (0..20).map(|_| bench.append(of(vec![event("d/1")]))).collect();
        let (refused, done) = tokio::join!(bench.append(twice), futures::future::join_all(others));
        assert!(matches!(refused, Err(AppendError::Invalid(_))), "{refused:?}");
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        assert_eq!(bench.all().await.len(), 21);
        assert!(bench.log.read_stream("b/1", 0, 1).await.expect("a stream").is_empty());
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn c08_sizes_and_odd_texts() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        // Composed and decomposed: two names, two texts.
        for text in
            ["\u{e4}", "a\u{308}", "\u{1f9d1}\u{200d}\u{2695}\u{fe0f}", "'; DROP TABLE events; --", "\\x00", "\u{7f}"]
        {
            let data = serde_json::to_string(text).expect("json");
            let stream = format!("odd/{text}");
            bench.append(of(vec![NewEvent { data: data.clone(), ..event(&stream) }])).await.expect("appended");
            let read = bench.log.read_stream(&stream, 0, 2).await.expect("a stream");
            assert_eq!(read.iter().map(|it| &it.data).collect::<Vec<_>>(), [&data]);
        }
        let of_size = |size: usize| of(vec![NewEvent { data: "x".repeat(size), ..event("large/1") }]);
        bench.append(of_size(MOST_BYTES)).await.expect("the largest");
        for wrong in [
            of_size(MOST_BYTES + 1),
            of(vec![NewEvent { data: "a\0b".into(), ..event("a/1") }]),
            of(vec![event("")]),
            of(vec![event(&"x".repeat(201))]),
            of(vec![event("a\0b")]),
            of(vec![]),
            Append { key: String::new(), ..of(vec![event("a/1")]) },
            of(vec![NewEvent { schema: u32::MAX, ..event("a/1") }]),
        ] {
            assert!(matches!(bench.append(wrong).await, Err(AppendError::Invalid(_))));
        }
        assert_eq!(bench.all().await.len(), 7);
    });
}

#[test]
fn c09_a_closed_stream_takes_no_more() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let last = NewEvent { closes: true, ..event("a/1") };
        let after_its_end = of(vec![last.clone(), event("a/1")]);
        let closed = Err(AppendError::Closed { stream: "a/1".into() });
        assert_eq!(bench.append(after_its_end).await.map(|it| it.first), closed);
        bench.append(of(vec![last])).await.expect("appended");
        assert_eq!(bench.append(of(vec![event("a/1")])).await.map(|it| it.first), closed);
        assert_eq!(bench.append(of(vec![event("b/1")])).await.map(|it| it.first), Ok(2));
    });
}

#[test]
fn c10_places_follow_one_another_without_a_gap() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        for number in 0..30 {
            let _ = bench.append(expecting("a/1", Expect::At(number / 2), event("a/1"))).await;
        }
        let all = bench.all().await;
        assert_eq!(all.iter().map(|it| it.pos).collect::<Vec<_>>(), (1..=15).collect::<Vec<_>>());
        assert_eq!(all.iter().map(|it| it.version).collect::<Vec<_>>(), (1..=15).collect::<Vec<_>>());
    });
}

#[test]
fn c11_the_time_of_recording_never_goes_back() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let hour = 3_600_000_000;
        for (at, expected) in [(0, 0), (hour, hour), (-hour, hour), (2 * hour, 2 * hour)] {
            bench.clock.store(BEGUN + at, Ordering::SeqCst);
            assert_eq!(bench.one("a/1").await.recorded, BEGUN + expected);
        }
    });
}

#[test]
fn c14_readers_beside_many_writers_see_no_hole() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        // 102,400 events in all.
        let (writers, each, events) = if kind == Kind::Postgres { (64_u64, 20_u64, 80_u64) } else { (64, 100, 16) };
        let reading = tokio::spawn({
            let log = bench.log.clone();
            async move {
                let mut seen = 0;
                while seen < writers * each * events {
                    log.wait_after(seen).await;
                    let page = log.read_all(seen, Filter::default(), 5000).await.expect("a page");
                    for event in page.events {
                        assert_eq!(event.pos, seen + 1);
                        seen = event.pos;
                    }
                }
            }
        });
        let write = |writer: u64| {
            let log = bench.log.clone();
            tokio::spawn(async move {
                for _ in 0..each {
                    let stream = format!("a/{writer}");
                    log.append(of((0..events).map(|_| event(&stream)).collect())).await.expect("appended");
                }
            })
        };
        let writing = (0..writers).map(write).collect::<Vec<_>>();
        // A proof made while others write is no less whole.
        for _ in 0..5 {
            let report = bench.log.verify().await.expect("a report");
            assert!(report.faults.is_empty(), "{report:?}");
        }
        for writing in writing {
            writing.await.expect("written");
        }
        tokio::time::timeout(Duration::from_secs(20), reading).await.expect("in time").expect("no hole");
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn c15_two_processes_write_one_log() {
    on_every_kind(async |kind| {
        if kind == Kind::Memory {
            return;
        }
        let bench = Bench::new(kind);
        let other = bench.again();
        let mine: Vec<_> = (0..50).map(|_| bench.append(of(vec![event("a/1")]))).collect();
        let theirs: Vec<_> = (0..50).map(|_| other.append(of(vec![event("a/1")]))).collect();
        let (mine, theirs) = tokio::join!(futures::future::join_all(mine), futures::future::join_all(theirs));
        assert!(mine.iter().chain(&theirs).all(Result::is_ok));
        let places = bench.all().await.iter().map(|it| it.pos).collect::<Vec<_>>();
        assert_eq!(places, (1..=100).collect::<Vec<_>>());
        assert!(other.log.verify().await.expect("a report").faults.is_empty());
        // One that expects what the other has changed is refused: the head is read anew each time.
        bench.one("b/1").await;
        let late = other.append(expecting("b/1", Expect::NoStream, event("b/1"))).await;
        assert!(matches!(late, Err(AppendError::Conflict { actual: 1, .. })));
    });
}

#[test]
fn c16_the_same_command_again_stands_where_it_stood() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let command = of(vec![event("a/1"), event("a/1")]);
        let first = bench.append(command.clone()).await.expect("appended");
        bench.one("b/1").await;
        // A retry need not carry the same ids of events: the key and the request decide.
        let retry = Append { events: vec![event("a/1")], ..command };
        let again = bench.append(retry).await.expect("known");
        assert_eq!((again.first, again.last, again.recorded), (first.first, first.last, first.recorded));
        assert!(again.again && bench.all().await.len() == 3);
    });
}

#[test]
fn c17_a_key_used_for_another_request_is_refused() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let command = of(vec![event("a/1")]);
        bench.append(command.clone()).await.expect("appended");
        let other = Append { request: [2; 32], events: vec![event("a/1")], ..command.clone() };
        assert_eq!(bench.append(other).await, Err(AppendError::KeyReused));
        let elsewhere = Append { scope: "other".into(), request: [2; 32], events: vec![event("a/1")], ..command };
        assert!(bench.append(elsewhere).await.is_ok(), "keys of another scope are others");
    });
}

#[test]
fn c18_many_retries_at_once_are_one() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let command = of(vec![event("a/1")]);
        let retries = (0..64).map(|_| bench.append(Append { events: vec![event("a/1")], ..command.clone() }));
        let done = futures::future::join_all(retries).await;
        let fresh = done.iter().filter(|it| it.as_ref().is_ok_and(|it| !it.again)).count();
        assert_eq!((fresh, bench.all().await.len()), (1, 1));
        assert!(done.iter().all(|it| it.as_ref().is_ok_and(|it| it.first == 1)));
    });
}

#[test]
fn c21_who_catches_up_and_follows_misses_nothing_at_the_seam() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        for _ in 0..20 {
            bench.one("a/1").await;
        }
        let log = bench.log.clone();
        let following = tokio::spawn(async move {
            let mut seen = Vec::new();
            while seen.len() < 60 {
                let after = seen.last().copied().unwrap_or(0);
                log.wait_after(after).await;
                seen.extend(
                    log.read_all(after, Filter::default(), 7).await.expect("a page").events.iter().map(|it| it.pos),
                );
            }
            seen
        });
        for _ in 0..40 {
            bench.one("a/1").await;
        }
        let seen = tokio::time::timeout(Duration::from_secs(10), following).await.expect("in time").expect("followed");
        assert_eq!(seen, (1..=60).collect::<Vec<_>>());
    });
}

#[test]
fn c22_what_another_process_appends_is_seen_within_a_second_and_a_half() {
    on_every_kind(async |kind| {
        if kind == Kind::Memory {
            return;
        }
        let bench = Bench::new(kind);
        let other = bench.again();
        let log = bench.log.clone();
        let following = tokio::spawn(async move {
            loop {
                let page = log.read_all(0, Filter::default(), 10).await.expect("a page");
                if page.head > 0 {
                    return Instant::now();
                }
                log.wait_after(0).await;
            }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.one("a/1").await;
        let appended = Instant::now();
        let seen = following.await.expect("seen");
        assert!(seen.saturating_duration_since(appended) < Duration::from_millis(1500));
    });
}

#[test]
fn c24_who_reads_slowly_gets_pages_of_the_size_asked_for() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.append(of((0..100).map(|_| event("a/1")).collect())).await.expect("appended");
        let page = bench.log.read_all(10, Filter::default(), 25).await.expect("a page");
        assert_eq!((page.events.len(), page.next, page.head), (25, 35, 100));
        let stream = bench.log.read_stream("a/1", 90, 25).await.expect("a stream");
        assert_eq!(stream.iter().map(|it| it.version).collect::<Vec<_>>(), (91..=100).collect::<Vec<_>>());
    });
}

#[test]
fn c27_filters_leave_out_and_the_cursor_still_goes_on() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        for stream in ["contact/1", "person/1", "contactless/1", "contact/2"] {
            bench
                .append(of(vec![event(stream), NewEvent { kind: "contact.closed".into(), ..event(stream) }]))
                .await
                .expect("ok");
        }
        let filter = Filter { categories: vec!["contact".into()], kinds: vec!["contact.closed".into()] };
        let page = bench.log.read_all(0, filter, 7).await.expect("a page");
        assert_eq!(page.events.iter().map(|it| it.pos).collect::<Vec<_>>(), [2]);
        assert_eq!(page.next, 7, "what was left out need not be looked at again");
    });
}

#[test]
fn c40_each_trouble_has_its_own_error() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.append(of(vec![NewEvent { closes: true, ..event("a/1") }])).await.expect("appended");
        let known = of(vec![event("b/1")]);
        bench.append(known.clone()).await.expect("appended");
        let errors = [
            bench.append(expecting("c/1", Expect::Exists, event("c/1"))).await,
            bench.append(of(vec![event("a/1")])).await,
            bench.append(Append { request: [9; 32], ..known }).await,
            bench.append(of(vec![])).await,
            bench.log.carry_out(at_most(0, "refused")).await,
        ];
        let names = errors.map(|it| format!("{:?}", it.expect_err("refused")));
        for (name, expected) in names.iter().zip(["Conflict", "Closed", "KeyReused", "Invalid", "Refused"]) {
            assert!(name.starts_with(expected), "{name}");
        }
    });
}

/// A command that appends one event to a stream as long as it has fewer than `most`.
fn at_most(most: usize, key: &str) -> Command {
    Command {
        scope: "test".into(),
        key: key.into(),
        request: [1; 32],
        context: context(),
        decide: Box::new(move |reader: &mut Reader<'_>| {
            let events = reader.after("a/1", 0).expect("it is read");
            (events.len() < most).then(|| vec![event("a/1")])
        }),
    }
}

#[test]
fn commands_are_decided_on_what_stands_and_never_on_what_stood() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let keys: Vec<String> = (0..64).map(|number| number.to_string()).collect();
        let at_once = keys.iter().map(|key| bench.log.carry_out(at_most(5, key)));
        let done = futures::future::join_all(at_once).await;
        assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 5, "also within one group");
        assert!(done.iter().all(|it| it.is_ok() || *it == Err(AppendError::Refused)), "{done:?}");
        let again = bench.log.carry_out(at_most(0, "0")).await.expect("it was carried out");
        assert!(again.again && bench.all().await.len() == 5, "a retry is not decided anew");
        let nothing = Command { decide: Box::new(|_: &mut Reader<'_>| Some(Vec::new())), ..at_most(9, "nothing") };
        let nothing = bench.log.carry_out(nothing).await.expect("nothing to do");
        assert_eq!((nothing.first, nothing.last, nothing.again), (6, 5, false));
        bench.one("b/1").await;
        let again = bench.log.carry_out(at_most(9, "nothing")).await.expect("it was carried out");
        assert_eq!((again.first, again.last, again.again), (6, 5, true));
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

/// A decision finds in one stream which others it needs, and reads what those before it in its group have written.
#[test]
fn a_decision_reads_on_from_what_it_has_read() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let chained = |number: usize| {
            let from = format!("chain/{number}");
            let decide = move |reader: &mut Reader<'_>| {
                let mut stream = "chain/0".to_string();
                // Each stream names the next in its last event.
                while let Some(last) = reader.after(&stream, 0).expect("it is read").pop() {
                    assert!(reader.after(&stream, last.version).expect("it is read").is_empty());
                    stream = last.data.trim_matches('"').to_string();
                }
                Some(vec![NewEvent { data: format!("\"{from}\""), ..event(&stream) }])
            };
            Command { decide: Box::new(decide), ..at_most(0, &number.to_string()) }
        };
        let done = futures::future::join_all((1..=30).map(|number| bench.log.carry_out(chained(number)))).await;
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        let mut streams: Vec<String> = bench.all().await.into_iter().map(|event| event.stream).collect();
        streams.sort_unstable();
        streams.dedup();
        assert_eq!(streams.len(), 30, "each found the end of the chain as it stood");
    });
}

#[test]
fn who_waits_two_seconds_for_a_log_that_is_held_up_is_told_to_come_back() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let log = bench.log.clone();
        let (begin, begun) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let ended = std::sync::Mutex::new(ended);
        // A command that is being decided until the test lets it end.
        let decide = move |_: &mut Reader<'_>| {
            begin.send(()).expect("somebody listens");
            let _ = ended.lock().expect("alone").recv();
            None
        };
        let held = Command { decide: Box::new(decide), ..at_most(0, "slow") };
        let held = tokio::spawn(async move { log.carry_out(held).await });
        tokio::task::spawn_blocking(move || begun.recv()).await.expect("waited").expect("it has begun");
        let (asked, append) = (Instant::now(), of(vec![event("a/1")]));
        assert_eq!(bench.append(append.clone()).await, Err(AppendError::Overloaded));
        assert!(asked.elapsed() >= Duration::from_millis(1900), "not at once");
        end.send(()).expect("it waits");
        assert_eq!(held.await.expect("decided"), Err(AppendError::Refused), "what has begun is waited for");
        assert_eq!(bench.append(append).await.expect("appended").first, 1, "it was not appended all the same");
    });
}

/// A rule that fails ends the command that met it: the others of its group, and the log, go on.
#[test]
fn f19_a_mistake_in_a_decision_ends_its_command_and_nothing_else() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.one("a/1").await;
        let mistake =
            |key: &str| Command { decide: Box::new(|_: &mut Reader<'_>| panic!("a mistake")), ..at_most(0, key) };
        let keys: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        let commands = keys.iter().enumerate().map(|(number, key)| match number % 3 {
            0 => mistake(key),
            _ => at_most(100, key),
        });
        let done = futures::future::join_all(commands.map(|command| bench.log.carry_out(command))).await;
        for (number, done) in done.iter().enumerate() {
            match number % 3 {
                0 => assert!(matches!(done, Err(AppendError::Broken(_))), "{number}: {done:?}"),
                _ => assert!(done.is_ok(), "{number}: {done:?}"),
            }
        }
        assert_eq!(bench.one("a/1").await.first, 15);
        // Asked again when the mistake is mended it is carried out: nothing of it stood.
        assert!(bench.log.carry_out(at_most(100, "0")).await.is_ok_and(|done| !done.again));
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}
