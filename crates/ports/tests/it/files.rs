use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use operations::dispatches::Means;

use crate::world::{HOUR, MINUTE, PHONE, World, files};

#[tokio::test]
async fn where_files_stand_in_a_message_waits_as_a_file_until_another_program_takes_it() {
    let world = World::new(BTreeMap::new()).await;
    let ids = [world.ask(1, &[Means::Sms]).await, world.ask(2, &[Means::Sms]).await, world.ask(3, &[Means::Sms]).await];
    world.at(0).await;
    let port = world.port("sms");
    let name = |number: usize| format!("{}.json", ids[number]);
    let mut expected = [name(0), name(1), name(2)];
    expected.sort();
    assert_eq!(files(&port.join("out")), expected);
    let path = port.join("out").join(name(0));
    let read: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).expect("a file")).expect("JSON");
    let letter = serde_json::json!({
        "id": ids[0].to_string(), "to": PHONE, "title": "title sv", "text": "waits sv", "language": "sv"
    });
    assert_eq!(read, letter);
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&port).expect("a folder").permissions().mode() & 0o777, 0o700);
    let standing = world.kinds.ports.standing("sms").expect("looked at");
    assert_eq!((standing.files.out, standing.taken_at.is_some()), (3, true));
    // The other program takes two and tells of them; of the third it says nothing.
    fs::rename(&path, port.join("done").join(name(0))).expect("moved");
    fs::remove_file(port.join("out").join(name(1))).expect("taken");
    fs::write(port.join("refused").join(name(1)), r#"{"code":"unknown_number"}"#).expect("a file");
    fs::write(port.join("done").join("readme.txt"), "ours").expect("a file");
    world.at(1).await;
    for (number, expected) in [(0, ("delivered", "")), (1, ("task", "unknown_number")), (2, ("taken", ""))] {
        assert_eq!(world.stands(ids[number]).await, (expected.0, expected.1.into()), "{number}");
    }
    assert!(world.has_task(ids[1]).await);
    assert_eq!((files(&port.join("done")), files(&port.join("refused"))), (vec!["readme.txt".into()], vec![]));
}

#[tokio::test]
async fn where_files_stand_in_none_stays_when_its_message_has_ended() {
    let world = World::new(BTreeMap::new()).await;
    let ids = [world.ask(1, &[Means::Sms]).await, world.ask(2, &[Means::Sms]).await];
    world.at(0).await;
    let port = world.port("sms");
    fs::write(port.join("done").join(format!("{}.json", ids[0])), "{}").expect("told, and not taken");
    world.at(MINUTE).await;
    assert_eq!(world.stands(ids[0]).await.0, "delivered");
    assert_eq!(files(&port.join("out")), [format!("{}.json", ids[1])], "one waits to be taken");
    world.at(75 * HOUR).await;
    assert_eq!(world.stands(ids[1]).await.0, "closed");
    assert_eq!(files(&port.join("out")), Vec::<String>::new());
}

#[tokio::test]
async fn a_code_of_another_program_brings_nothing_of_a_person_into_the_log() {
    let world = World::new(BTreeMap::new()).await;
    let port = world.port("sms");
    for (number, text, expected) in [
        (1, r#"{"code":"no such number 045 000 0001"}"#, "refused"),
        (2, r#"{"code":"358450000001"}"#, "refused"),
        (3, r#"{"code":"E-550"}"#, "E-550"),
        (4, "not JSON", "refused"),
    ] {
        let id = world.ask(number, &[Means::Sms]).await;
        world.at(i64::from(number)).await;
        fs::write(port.join("refused").join(format!("{id}.json")), text).expect("a file");
        world.at(i64::from(number)).await;
        assert_eq!(world.stands(id).await, ("task", expected.into()), "{text}");
    }
}

#[tokio::test]
async fn an_erasure_reaches_every_file() {
    let world = World::new(BTreeMap::new()).await;
    let (theirs, other) = (world.ask(1, &[Means::Sms]).await, world.ask(2, &[Means::Email]).await);
    world.at(0).await;
    let done = world.port("sms").join("done").join(format!("{theirs}.json"));
    fs::copy(world.port("sms").join("out").join(format!("{theirs}.json")), done).expect("a copy");
    assert_eq!(ports::forget(world.folder.path(), &[theirs]).expect("readable"), 2);
    assert_eq!(ports::forget(world.folder.path(), &[theirs]).expect("readable"), 0);
    assert_eq!(files(&world.port("email").join("out")), [format!("{other}.json")]);
    let empty = tempfile::tempdir().expect("a folder");
    assert_eq!(ports::forget(empty.path(), &[theirs]).expect("nothing"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sender_runs_beside_all_else() {
    let world = World::new(BTreeMap::new()).await;
    let (id, out) = (world.ask(1, &[Means::Sms]).await, world.port("sms").join("out"));
    let World { outbox, folder: _folder, .. } = world;
    let running = tokio::spawn(async move { outbox.run(Duration::from_millis(5)).await });
    let begun = Instant::now();
    while files(&out) != [format!("{id}.json")] {
        assert!(begun.elapsed() < Duration::from_secs(20), "it sends what waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.abort();
}
