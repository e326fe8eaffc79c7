//! Erasure, and that the log cannot be touched unseen.

use rusqlite::Connection;
use store::{AppendError, DRAFT_KEPT, Drafts};
use uuid::Uuid;

use crate::logs::{BEGUN, Bench, Kind, context, file, id, keys, of, on_every_kind, personal};

/// Somebody of whom nothing is known yet can be erased, and the county opens again.
#[test]
fn a_log_that_begins_with_an_erasure_is_opened_again() {
    on_every_kind(async |kind| {
        if kind == Kind::Memory {
            return;
        }
        let bench = Bench::new(kind);
        let nobody = Uuid::from_u128(7);
        assert_eq!(bench.log.erase(nobody, "asked for", id(), BEGUN, context()).await, Ok(0));
        let again = bench.again();
        drop(bench);
        assert_eq!(again.one("a/1").await.first, 2);
        let refused = again.append(of(vec![personal("a/1", nobody, "one")])).await;
        assert_eq!(refused, Err(AppendError::Erased(nobody)));
    });
}

#[test]
fn c33_an_erased_subject_is_unreadable_and_the_chain_stands() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let (gone, stays) = (Uuid::from_u128(1), Uuid::from_u128(2));
        bench.append(of(vec![personal("a/1", gone, "one"), personal("a/2", stays, "two")])).await.expect("appended");
        let before = bench.log.verify().await.expect("a report");
        let id = id();
        for keys in [1, 0] {
            let destroyed = bench.log.erase(gone, "asked for", id, BEGUN, context()).await.expect("erased");
            assert_eq!(destroyed, keys, "done twice it is done once");
        }
        let events = bench.all().await;
        assert_eq!(bench.log.unseal(&events[0]).expect("readable"), None);
        assert_eq!(bench.log.unseal(&events[1]).expect("readable").as_deref(), Some(b"two".as_slice()));
        assert_eq!((events.len(), events[2].kind.as_str()), (3, "subject.erased"));
        let after = bench.log.verify().await.expect("a report");
        assert!(before.faults.is_empty() && after.faults.is_empty());
        assert_eq!(events[1].chain, before.chain, "what was is as it was");
        // A person who was erased gets no key again, and nothing of the append stands; others are not touched.
        let refused = bench.append(of(vec![personal("a/2", stays, "more"), personal("a/3", gone, "three")])).await;
        assert_eq!(refused, Err(AppendError::Erased(gone)));
        bench.append(of(vec![personal("a/3", stays, "three")])).await.expect("appended");
        assert_eq!(bench.all().await.len(), 4);
        // Also for a process that starts now, and in a copy of the log with today's keys.
        assert_eq!(keys(bench.folder.path()).unseal(&events[0]).expect("readable"), None);
    });
}

#[test]
fn c34_two_subjects_of_one_matter_are_two_events_of_one_append() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let (child, parent) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let both = of(vec![personal("a/1", child, "the child"), personal("a/1", parent, "the parent")]);
        bench.append(both).await.expect("appended");
        bench.log.erase(child, "asked for", id(), BEGUN, context()).await.expect("erased");
        let events = bench.all().await;
        assert_eq!(bench.log.unseal(&events[0]).expect("readable"), None);
        assert_eq!(bench.log.unseal(&events[1]).expect("readable").as_deref(), Some(b"the parent".as_slice()));
    });
}

#[test]
fn sealed_content_opens_only_where_it_was_written() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let subject = Uuid::from_u128(1);
        bench.append(of(vec![personal("a/1", subject, "one"), personal("a/2", subject, "two")])).await.expect("ok");
        let events = bench.all().await;
        let mut moved = events[0].clone();
        moved.sealed = events[1].sealed.clone();
        assert!(bench.log.unseal(&moved).is_err());
        let mut damaged = events[0].clone();
        if let Some(sealed) = &mut damaged.sealed {
            sealed.bytes[30] ^= 1;
        }
        assert!(bench.log.unseal(&damaged).is_err());
    });
}

#[test]
fn keys_made_with_another_master_key_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new(Kind::Memory);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        bench.append(of(vec![personal("a/1", Uuid::from_u128(1), "one")])).await.expect("appended");
        let from = bench.folder.path().join("keys").join("keys.db");
        std::fs::create_dir_all(folder.path().join("keys")).expect("a folder");
        Connection::open(&from)
            .and_then(|it| it.execute("VACUUM INTO ?", [folder.path().join("keys/keys.db").to_string_lossy()]))
            .expect("a copy");
        let other = folder.path().join("other");
        drop(store::Keys::open(&folder.path().join("elsewhere"), &other).expect("another master key"));
        let opened = store::Keys::open(&folder.path().join("keys"), &other).map(drop);
        let error = opened.expect_err("before anything is sealed that could then be read with neither");
        assert!(error.to_string().contains("the master key is not the one"), "{error}");
    });
}

#[test]
fn a_key_that_another_process_destroys_is_used_no_more_and_one_that_is_lost_is_told() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let subject = Uuid::from_u128(1);
        bench.append(of(vec![personal("a/1", subject, "one")])).await.expect("appended");
        let first = bench.all().await.remove(0);
        assert!(bench.log.unseal(&first).expect("readable").is_some());
        // As `luotsi log erase` does beside a server.
        assert_eq!(keys(bench.folder.path()).destroy(subject, "asked for", BEGUN), Ok(1));
        assert_eq!(bench.log.unseal(&first), Ok(None));
        let refused = bench.append(of(vec![personal("a/1", subject, "two")])).await;
        assert_eq!(refused, Err(AppendError::Erased(subject)), "also here");
        bench.append(of(vec![personal("a/1", Uuid::from_u128(2), "two")])).await.expect("appended");
        let second = bench.all().await.remove(1);
        assert_eq!(keys(bench.folder.path()).unseal(&second).expect("readable").as_deref(), Some(b"two".as_slice()));
        let elsewhere = tempfile::tempdir().expect("a folder");
        let error = keys(elsewhere.path()).unseal(&second).expect_err("no key is no erasure");
        assert!(error.to_string().contains("restore the keys"), "{error}");
        let folder = bench.folder.path().join("keys");
        let moved = store::Keys::open(&folder, &folder.join("moved")).map(|_| ()).expect_err("no new master key");
        assert!(moved.to_string().contains("the master key"), "{moved}");
    });
}

#[test]
fn c35_the_end_of_retention_takes_a_class_of_years_and_nothing_else() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        const YEAR: i64 = 366 * 86_400 * 1_000_000;
        for (years, class) in [(0, "contact"), (3, "contact"), (3, "record")] {
            let mut event = personal("a/1", Uuid::from_u128(1), class);
            event.occurred = BEGUN - years * YEAR;
            event.personal.as_mut().expect("text").class = class.into();
            bench.append(of(vec![event])).await.expect("appended");
        }
        for destroyed in [1, 0] {
            let done = bench.log.retain("contact", 2025, BEGUN, context()).await.expect("destroyed");
            assert_eq!(done, destroyed);
        }
        let texts: Vec<bool> =
            bench.all().await[..3].iter().map(|it| bench.log.unseal(it).expect("the keys").is_some()).collect();
        assert_eq!(texts, [true, false, true], "of this year, of that class, of another class");
        let last = bench.all().await.pop().expect("it is told");
        assert_eq!((last.kind.as_str(), last.stream.as_str()), ("class.expired", "retention/contact"));
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn verify_tells_what_lacks_its_key() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        bench.one("a/1").await;
        bench.append(of(vec![personal("a/1", Uuid::from_u128(1), "one")])).await.expect("appended");
        let database = Connection::open(bench.folder.path().join("keys").join(store::KEYS)).expect("the keys");
        database.execute_batch("DELETE FROM keys").expect("gone");
        let faults = bench.log.verify().await.expect("a report").faults;
        assert!(
            matches!(faults.as_slice(), [fault] if fault.pos == 2 && fault.what.contains("restore the keys")),
            "{faults:?}"
        );
    });
}

/// Every column of an event but its place, changed by as little as can be; rows that are missing; heads and streams.
#[test]
fn c36_a_change_of_any_column_is_told_at_its_place() {
    let bench = Bench::new(Kind::Sqlite);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for number in 0..6 {
            let stream = format!("a/{}", number % 2);
            bench.append(of(vec![personal(&stream, Uuid::from_u128(1), "one")])).await.expect("appended");
        }
        let report = bench.log.verify().await.expect("a report");
        assert_eq!((report.events, report.faults.as_slice()), (6, [].as_slice()));
        let database = Connection::open(file(&bench)).expect("the file");
        database.execute_batch("DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed").expect("ok");
        let text = "|| 'x'";
        let blob = |column: &str| {
            let last = format!("CASE WHEN substr({column}, -1) = x'FF' THEN x'00' ELSE x'FF' END");
            format!("CAST(substr({column}, 1, length({column}) - 1) || {last} AS BLOB)")
        };
        let changes: Vec<(&str, String)> = vec![
            ("stream", format!("stream {text}")),
            ("version", "version + 100".into()),
            ("type", format!("type {text}")),
            ("schema", "schema + 1".into()),
            ("occurred", "occurred + 1".into()),
            ("recorded", "recorded + 1".into()),
            ("actor", format!("actor {text}")),
            ("unit", format!("unit {text}")),
            ("purpose", format!("purpose {text}")),
            ("cause", "cause + 1".into()),
            ("data", format!("data {text}")),
            ("id", blob("id")),
            ("correlation", blob("correlation")),
            ("subject", blob("subject")),
            ("key_id", blob("key_id")),
            ("sealed", blob("sealed")),
            ("closes", "1 - closes".into()),
            ("command", blob("command")),
            ("digest", blob("digest")),
            ("chain", blob("chain")),
        ];
        for (column, change) in changes {
            database.execute_batch("CREATE TEMP TABLE kept AS SELECT * FROM events WHERE pos = 3").expect("ok");
            database.execute(&format!("UPDATE events SET {column} = {change} WHERE pos = 3"), []).expect(column);
            let faults = bench.log.verify().await.expect("a report").faults;
            assert!(faults.first().is_some_and(|fault| fault.pos == 3), "{column}: {faults:?}");
            database
                .execute_batch("DELETE FROM events WHERE pos = 3; INSERT INTO events SELECT * FROM kept; DROP TABLE kept")
                .expect("as it was");
            assert!(bench.log.verify().await.expect("a report").faults.is_empty(), "{column}");
        }
        for (change, place) in [
            ("DELETE FROM events WHERE pos = 4", 5),
            ("DELETE FROM events WHERE pos = 6", 6),
            ("UPDATE head SET pos = 5", 5),
            ("UPDATE head SET chain = zeroblob(32)", 6),
            ("UPDATE streams SET version = version + 1 WHERE stream = 'a/1'", 6),
            ("DELETE FROM streams WHERE stream = 'a/0'", 6),
            ("UPDATE streams SET closed = 1 WHERE stream = 'a/0'", 6),
            ("UPDATE head SET epoch = zeroblob(16)", 6),
            ("UPDATE head SET birth = zeroblob(16)", 1),
            ("UPDATE commands SET request = zeroblob(32) WHERE first_pos = 3", 3),
            ("UPDATE commands SET scope = scope || 'x' WHERE first_pos = 3", 3),
            ("UPDATE commands SET key = key || 'x' WHERE first_pos = 3", 3),
            ("UPDATE commands SET digest = zeroblob(32) WHERE first_pos = 3", 3),
            ("UPDATE commands SET request = zeroblob(32), digest = zeroblob(32) WHERE first_pos = 3", 3),
            ("DELETE FROM commands WHERE first_pos = 3", 3),
            ("UPDATE commands SET last_pos = 5 WHERE first_pos = 3", 4),
            ("UPDATE commands SET last_pos = 9 WHERE first_pos = 6", 6),
            ("UPDATE commands SET recorded = recorded + 1 WHERE first_pos = 2", 2),
            // Rows that are put in beside the log: where nothing is appended, they are reported and never read.
            (
                "CREATE TEMP TABLE f AS SELECT * FROM events WHERE pos = 3; PRAGMA ignore_check_constraints = on; \
                 UPDATE f SET pos = -5, id = zeroblob(16), version = 100; INSERT INTO events SELECT * FROM f; DROP TABLE f",
                0,
            ),
            (
                "CREATE TEMP TABLE f AS SELECT * FROM events WHERE pos = 3; \
                 UPDATE f SET pos = 7, id = zeroblob(16), version = 100; INSERT INTO events SELECT * FROM f; DROP TABLE f",
                7,
            ),
        ] {
            database.execute_batch("CREATE TEMP TABLE e AS SELECT * FROM events; CREATE TEMP TABLE h AS SELECT * FROM head; \
                                    CREATE TEMP TABLE s AS SELECT * FROM streams; CREATE TEMP TABLE c AS SELECT * FROM commands").expect("ok");
            database.execute_batch(change).expect(change);
            let faults = bench.log.verify().await.expect("a report").faults;
            assert!(faults.iter().any(|fault| fault.pos == place), "{change}: {faults:?}");
            let read = bench.log.read_stream("a/0", 0, 100).await.expect("read");
            assert!(read.iter().all(|event| event.version < 100), "{change}: what was never appended is read");
            database.execute_batch("DELETE FROM events; INSERT INTO events SELECT * FROM e; DELETE FROM head; \
                                    INSERT INTO head SELECT * FROM h; DELETE FROM streams; INSERT INTO streams SELECT * FROM s; \
                                    DELETE FROM commands; INSERT INTO commands SELECT * FROM c; \
                                    DROP TABLE e; DROP TABLE h; DROP TABLE s; DROP TABLE c").expect("as it was");
        }
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
    });
}

#[test]
fn keys_that_were_destroyed_without_a_word_are_told() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        bench.append(of(vec![personal("a/1", one, "one"), personal("a/2", other, "two")])).await.expect("appended");
        keys(bench.folder.path()).destroy(other, "by nobody", BEGUN).expect("destroyed");
        let faults = bench.log.verify().await.expect("a report").faults;
        assert_eq!(faults.iter().map(|fault| fault.pos).collect::<Vec<_>>(), [2], "{faults:?}");
        // Erased again it stands in the log, and then it is as it should be.
        bench.log.erase(other, "asked for", id(), BEGUN, context()).await.expect("erased");
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
        // The same of a class whose time is over; half a destruction is none.
        assert_eq!(keys(bench.folder.path()).expire("contact", 9999, BEGUN), Ok(1));
        assert_eq!(bench.log.verify().await.expect("a report").faults.len(), 1);
        bench.log.retain("contact", 9999, BEGUN, context()).await.expect("destroyed");
        assert!(bench.log.verify().await.expect("a report").faults.is_empty());
        let database = Connection::open(bench.folder.path().join("keys").join(store::KEYS)).expect("the keys");
        database.execute("UPDATE keys SET destroyed = NULL WHERE subject = ?", [one.as_bytes()]).expect("changed");
        assert_eq!(bench.log.verify().await.expect("a report").faults.len(), 1);
    });
}

#[test]
fn a_draft_is_its_authors_alone_for_thirty_days_and_goes_with_whom_it_is_about() {
    on_every_kind(async |kind| {
        let bench = Bench::new(kind);
        let (gone, stays, matter) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        bench.append(of(vec![personal("a/1", gone, "one"), personal("a/2", stays, "two")])).await.expect("appended");
        for folder in [None, Some(bench.folder.path().join("drafts"))] {
            let drafts = Drafts::of(&bench.log, folder.clone());
            let (mine, theirs) = (("nurse-1", matter, "work"), ("nurse-2", matter, "work"));
            let about = |subject| (subject, "contact");
            assert_eq!(drafts.keep(mine, about(stays), "Kanarialintu", BEGUN).await, Ok(true));
            assert_eq!(drafts.keep(mine, about(stays), "Kanarialintu laulaa", BEGUN + 1).await, Ok(true), "anew");
            let text =
                async |of, now| drafts.read(of, now).await.expect("readable").map(|draft| (draft.at, draft.text));
            assert_eq!(text(mine, BEGUN + 2).await, Some((BEGUN + 1, "Kanarialintu laulaa".into())));
            for other in [theirs, ("nurse-1", gone, "work"), ("nurse-1", matter, "note")] {
                assert_eq!(text(other, BEGUN + 2).await, None, "{other:?}");
            }
            if let Some(folder) = &folder {
                let files: Vec<_> = std::fs::read_dir(folder).expect("a folder").flatten().collect();
                let bytes = std::fs::read(files[0].path()).expect("a file");
                assert!(files.len() == 1 && !String::from_utf8_lossy(&bytes).contains("Kanaria"), "sealed");
                // A copy under another name opens for nobody.
                std::fs::copy(files[0].path(), folder.join("ff")).expect("copied");
                assert_eq!(drafts.check().await, Ok((2, vec!["ff".to_string()])));
                std::fs::remove_file(folder.join("ff")).expect("removed");
            }
            assert_eq!(drafts.keep(theirs, about(Uuid::from_u128(9)), "x", BEGUN).await, Ok(false), "of nobody known");
            assert_eq!(drafts.keep(theirs, about(gone), "Varpunen", BEGUN).await, Ok(true));
            assert_eq!(text(mine, BEGUN + 1 + DRAFT_KEPT).await, None, "thirty days are over");
            assert_eq!(drafts.keep(mine, about(stays), "Peippo", BEGUN).await, Ok(true));
            assert_eq!(drafts.sweep(BEGUN + DRAFT_KEPT - 1).await, Ok(2));
            drafts.drop(mine).await.expect("dropped");
            assert_eq!(text(mine, BEGUN).await, None);
            assert_eq!(drafts.sweep(BEGUN + DRAFT_KEPT).await, Ok(0));
        }
        let folder = bench.folder.path().join("drafts");
        let drafts = Drafts::of(&bench.log, Some(folder.clone()));
        let of = ("nurse-1", matter, "work");
        assert_eq!(drafts.keep(of, (gone, "contact"), "Varpunen", BEGUN).await, Ok(true));
        bench.log.erase(gone, "asked for", id(), BEGUN, context()).await.expect("erased");
        assert_eq!(drafts.check().await, Ok((1, Vec::new())), "an erasure is no damage");
        assert_eq!(drafts.sweep(BEGUN).await, Ok(0), "what nobody can open is taken away");
        assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 0);
        assert_eq!(drafts.keep(of, (gone, "contact"), "Varpunen", BEGUN).await, Ok(false), "and comes back nowhere");
    });
}
