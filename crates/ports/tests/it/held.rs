//! A message is held up by the hour, by a port that hangs or by settings that are not there, and holds up no other for ever.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use operations::dispatches::Means;
use ports::{Outbox, Settings};

use crate::peers::{Does, http, peer};
use crate::world::{HOUR, MINUTE, World, files};

/// More than one round takes.
const MANY: u8 = 201;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sender_comes_to_after_eight_in_the_evening_goes_out_at_eight_in_the_morning() {
    let world = World::new(BTreeMap::new()).await;
    world.clock(12 * HOUR - MINUTE);
    let mut ids = Vec::new();
    for number in 0..MANY {
        ids.push(world.ask(number, &[Means::Sms]).await);
    }
    // Asked at 19.59; the sender comes at 20.05, twice, so that all have been postponed.
    for after in [12 * HOUR + 5 * MINUTE, 12 * HOUR + 6 * MINUTE] {
        world.at(after).await;
    }
    assert_eq!(files(&world.port("sms").join("out")), Vec::<String>::new(), "nobody is told in the evening");
    world.at(24 * HOUR).await;
    world.clock(24 * HOUR + MINUTE);
    let late = world.ask(MANY, &[Means::Sms]).await;
    world.at(24 * HOUR + MINUTE).await;
    for id in ids.iter().chain([&late]) {
        assert_eq!(world.stands(*id).await, ("taken", String::new()));
    }
    assert_eq!(files(&world.port("sms").join("out")).len(), usize::from(MANY) + 1);
}

#[tokio::test]
async fn one_that_the_sender_never_comes_to_becomes_a_task() {
    let world = World::new(BTreeMap::new()).await;
    let id = world.ask(1, &[Means::Sms, Means::Email]).await;
    world.clock(72 * HOUR - 1);
    world.kinds.store.strike().await;
    assert_eq!(world.stands(id).await.0, "waits");
    world.clock(72 * HOUR);
    world.kinds.store.strike().await;
    assert_eq!((world.stands(id).await.0, world.has_task(id).await), ("task", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_hangs_delays_no_other() {
    let hanging = peer(http, vec![Does::Hangs; 64]);
    let settings = Settings {
        url: Some(format!("http://{}/", hanging.address)),
        secret: Some("secret".into()),
        ..Settings::default()
    };
    let world = World::new(BTreeMap::from([("sms".to_string(), settings)])).await;
    let mut hang = Vec::new();
    for number in 0..64 {
        hang.push(world.ask(number, &[Means::Sms]).await);
    }
    let World { outbox, kinds, .. } = &world;
    let attempts = |id| kinds.dispatches.look(|all| all.get(id).map_or(0, |it| it.attempts));
    let begun = Instant::now();
    let look = async {
        while hang.iter().all(|id| attempts(*id) == 0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let other = world.ask(64, &[Means::Email]).await;
        while world.stands(other).await.0 != "taken" {
            assert!(begun.elapsed() < Duration::from_secs(20), "it goes");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        hang.iter().filter(|id| attempts(**id) == 0).count()
    };
    let not_yet = tokio::select! {
        () = outbox.run(Duration::from_millis(5)) => 0,
        not_yet = look => not_yet,
    };
    assert!(not_yet > 0, "it went before the port that hangs had been tried with all of its own");
}

/// Neither is a message written in the clear where nobody said that files are to be, nor does it count as sent.
#[tokio::test]
async fn without_settings_or_a_name_nothing_goes_out_and_a_task_follows() {
    for (usual, is_named, lacks) in [
        (Settings::default(), true, vec!["url", "secret"]),
        (Settings { url: Some(ports::FILES.into()), ..Settings::default() }, false, vec!["url", "secret", "hosts"]),
    ] {
        let mut world = World::new(BTreeMap::new()).await;
        let words = is_named.then(|| Box::new(|_, _: &str| Default::default()) as ports::Words);
        let step = Duration::from_secs(1);
        world.outbox = Outbox::new(world.kinds.clone(), world.folder.path(), (BTreeMap::new(), usual), words, step);
        let id = world.ask(1, &[Means::Sms]).await;
        world.at(0).await;
        assert_eq!(world.stands(id).await, ("waits", "settings".into()));
        let standing = world.kinds.ports.standing("sms").expect("looked at");
        assert_eq!((standing.runs, standing.lacks, standing.taken_at), (None, lacks, None));
        world.at(72 * HOUR).await;
        assert_eq!((world.stands(id).await.0, world.has_task(id).await), ("task", true));
        assert!(!world.port("sms").exists(), "nothing is written");
    }
}
