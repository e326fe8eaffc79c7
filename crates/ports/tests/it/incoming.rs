//! Text messages from those who write themselves, and word of those that were sent.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use facts::{Channel, Outcome as Ends};
use kinds::What;
use matter::By;
use operations::contacts::{Author, Command, Contact, Place};
use operations::dispatches::Says;
use ports::{FILES, Heard, Settings};
use serde_json::{Value, json};
use store::Filter;
use uuid::Uuid;

use crate::world::{HOUR, MINUTE, MONDAY, World, files};

const FROM: &str = "+358450000002";
const DAY: i64 = 24 * HOUR;

fn worker() -> By {
    By::Professional { id: "w".into(), unit: "adult-social".into(), leads: false }
}

impl World {
    /// Puts something into the folder of incoming text messages, as another program does.
    fn put(&self, name: &str, bytes: &[u8]) {
        let folder = self.port("sms").join("in");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("a file");
    }

    fn sms(&self, id: &str, from: &str, text: &str) {
        self.put(&format!("{id}.json"), json!({ "id": id, "from": from, "text": text }).to_string().as_bytes());
    }

    /// Contacts that are not closed, the first first.
    async fn contacts(&self) -> Vec<(Uuid, Arc<Contact>)> {
        let ids: Vec<Uuid> = self.kinds.contacts.look(|all| all.iter().map(|(id, _)| id).collect());
        let mut all = Vec::new();
        for id in ids {
            all.push((id, self.kinds.contacts.read(id).await.expect("readable").expect("a contact")));
        }
        all.sort_by_key(|(_, it)| it.opened_at);
        all
    }

    /// The messages of its writer.
    async fn written(&self, id: Uuid) -> Vec<String> {
        let items = self.kinds.conversation(id, 0, usize::MAX >> 1).await.expect("readable");
        let said = items.into_iter().filter_map(|it| match it.what {
            What::Message { author: Author::Resident, text, .. } => text,
            _ => None,
        });
        said.collect()
    }

    async fn ask_of(&self, id: Uuid, by: &By, key: &str, command: Command) {
        self.kinds.contacts.ask(id, command, by, key, u64::MAX).await.expect("done");
    }

    fn refused(&self) -> BTreeMap<&'static str, usize> {
        self.kinds.ports.standing("sms").expect("looked at").came.refused
    }

    /// The letters that wait for another program, as they are.
    fn out(&self) -> Vec<Value> {
        let folder = self.port("sms").join("out");
        let read = |name: &String| fs::read_to_string(folder.join(name)).expect("a file");
        files(&folder).iter().map(|name| serde_json::from_str(&read(name)).expect("JSON")).collect()
    }
}

#[tokio::test]
async fn a_text_message_opens_a_contact_without_a_name_and_the_next_of_its_number_joins_it() {
    let world = World::new(BTreeMap::new()).await;
    world.sms("op-1", FROM, "Mistä saan apua vuokraan?");
    world.at(MINUTE).await;
    // The operator brings it again, in a file of another name.
    world.put(
        "again.json",
        json!({ "id": "op-1", "from": FROM, "text": "Mistä saan apua vuokraan?" }).to_string().as_bytes(),
    );
    world.at(2 * MINUTE).await;
    let all = world.contacts().await;
    let [(id, contact)] = all.as_slice() else { panic!("one contact: {all:?}") };
    assert_eq!((contact.channel, contact.anonymous, contact.subject), (Channel::Sms, true, None));
    assert_eq!(contact.queue.as_deref(), Some("social-advice"));
    assert_eq!((&*contact.unit, &*contact.service, &contact.place), ("adult-social", "social_work", &Place::Queued));
    let clocks = contact.routed.as_ref().map(|it| it.clocks.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(clocks, Some(vec!["message-service-promise".to_string()]));
    assert_eq!(world.written(*id).await, ["Mistä saan apua vuokraan?"]);
    assert_eq!(world.kinds.answers_to(*id).await.expect("readable").as_deref(), Some(FROM));
    assert_eq!(files(&world.port("sms").join("in")), Vec::<String>::new(), "a number stands in it");
    // The next day from the same number, and from another.
    world.sms("op-2", "358450000002", "Vuokra on 700 euroa.");
    world.sms("op-3", "+358450000003", "Hei");
    world.at(DAY).await;
    assert_eq!(world.contacts().await.len(), 2);
    assert_eq!(world.written(*id).await.len(), 2);
    // Neither number nor words stand in the log but sealed.
    let page = world.kinds.store.log().read_all(0, Filter::default(), 1_000).await.expect("readable");
    assert!(page.events.iter().any(|event| event.kind == "sender.wrote"));
    for event in page.events {
        for word in ["450000002", "450000003", "vuokra", "Vuokra"] {
            assert!(!event.data.contains(word) && !event.stream.contains(word), "{} {}", event.stream, event.data);
        }
    }
}

#[tokio::test]
async fn a_number_is_a_new_contact_after_its_silence_and_goes_on_with_one_that_was_just_resolved() {
    let world = World::new(BTreeMap::new()).await;
    world.sms("op-1", FROM, "Hei");
    world.at(0).await;
    let (id, _) = world.contacts().await[0].clone();
    world.ask_of(id, &worker(), "claim", Command::Claim).await;
    world.ask_of(id, &worker(), "resolve", Command::Resolve { outcome: Ends::Advised }).await;
    world.sms("op-2", FROM, "Vielä yksi asia");
    world.at(6 * DAY).await;
    assert_eq!(world.contacts().await.len(), 1);
    let contact = world.kinds.contacts.read(id).await.expect("readable").expect("a contact");
    assert_eq!((contact.owner(), contact.is_reopened), (Some("w"), true));
    world.ask_of(id, &worker(), "again", Command::Resolve { outcome: Ends::Advised }).await;
    world.sms("op-3", FROM, "Hei taas");
    world.at(14 * DAY).await;
    let [(next, _)] = world.contacts().await[..] else { panic!("the one before is closed") };
    assert_ne!(next, id, "seven days later it is another matter");
    // One that nobody answered takes what comes within thirty days of the last word, and no longer.
    world.sms("op-4", FROM, "Oletteko siellä?");
    world.at(43 * DAY).await;
    assert_eq!(world.written(next).await, ["Hei taas", "Oletteko siellä?"]);
    world.sms("op-5", FROM, "Hei");
    world.at(74 * DAY).await;
    assert_eq!((world.contacts().await.len(), world.written(next).await.len()), (2, 2));
}

#[tokio::test]
async fn what_is_no_message_is_counted_by_why_and_the_rest_goes_on() {
    let world = World::new(BTreeMap::new()).await;
    let long = "ä".repeat(10_001);
    for (id, from, text) in [
        ("op-1", FROM, ""),
        ("op-2", FROM, " \n\u{200b}"),
        ("op-3", FROM, long.as_str()),
        ("op-4", "Posti", "Paketti on noudettavissa"),
        ("op-5", "18123", "Arvaa"),
        ("op 6", FROM, "Hei"),
        ("", FROM, "Hei"),
        ("op-8", FROM, "Toimii"),
        ("op-8", FROM, "Toimii"),
    ] {
        world.put(
            &format!("{:x}.json", Uuid::now_v7()),
            json!({ "id": id, "from": from, "text": text }).to_string().as_bytes(),
        );
    }
    world.put("a.json", b"not JSON");
    world.put("b.json", b"[1]");
    world.put("c.json", &vec![b' '; 70 * 1024]);
    world.put("d.json", json!({ "id": "op-8", "from": FROM, "text": "jotain muuta" }).to_string().as_bytes());
    world.put("e.partial", b"half a file");
    // Letters in another encoding.
    world.put("f.json", b"{\"id\":\"op-9\",\"from\":\"+358450000002\",\"text\":\"T\xe4m\xe4 on vanhaa\"}");
    world.at(0).await;
    let expected: BTreeMap<&str, usize> =
        [("empty", 2), ("too_long", 2), ("number", 2), ("id", 2), ("unread", 2), ("id_reused", 1)].into();
    assert_eq!(world.refused(), expected);
    assert_eq!(files(&world.port("sms").join("in")), ["e.partial"]);
    let all = world.contacts().await;
    assert_eq!(all.len(), 1);
    assert_eq!(world.written(all[0].0).await, ["Toimii", "T\u{fffd}m\u{fffd} on vanhaa"]);
}

#[tokio::test]
async fn a_flood_of_one_number_keeps_nobody_else_from_being_heard() {
    let world = World::new(BTreeMap::new()).await;
    for number in 0..50 {
        let text = json!({ "id": format!("op-{number}"), "from": FROM, "text": format!("{number}"), "at": "2026-03-09T06:00:30Z" });
        world.put(&format!("{number}.json"), text.to_string().as_bytes());
    }
    world.sms("other", "+358450000003", "Hei");
    world.at(0).await;
    assert_eq!(world.refused(), [("too_many", 20)].into());
    let all = world.contacts().await;
    let mut counts = Vec::new();
    for (id, _) in &all {
        counts.push(world.written(*id).await.len());
    }
    counts.sort_unstable();
    assert_eq!(counts, [1, 30]);
    // Messages that came slowly and waited for us are no flood.
    for number in 0..50 {
        let at = format!("2026-03-09T07:{number:02}:00Z");
        let text = json!({ "id": format!("slow-{number}"), "from": FROM, "text": "Hei", "at": at });
        world.put(&format!("{number}.json"), text.to_string().as_bytes());
    }
    world.at(2 * HOUR).await;
    assert_eq!(world.refused(), [("too_many", 20)].into());
}

#[tokio::test]
async fn an_answer_goes_to_the_number_and_one_that_does_not_arrive_is_a_task_of_whoever_wrote_it() {
    let world = World::new(BTreeMap::new()).await;
    world.sms("op-1", FROM, "Mistä saan apua vuokraan?");
    world.at(0).await;
    let (id, _) = world.contacts().await[0].clone();
    let write = |text: &str| Command::Write { client_id: text.into(), text: text.into() };
    world.ask_of(id, &worker(), "claim", Command::Claim).await;
    world.ask_of(id, &worker(), "1", write("Voit hakea toimeentulotukea.")).await;
    world.ask_of(id, &worker(), "2", write("Autan hakemuksessa.")).await;
    world.at(MINUTE).await;
    let mut said: Vec<(String, String)> =
        world.out().iter().map(|it| (it["to"].to_string(), it["text"].to_string())).collect();
    said.sort();
    let to = format!("\"{FROM}\"");
    assert_eq!(said, [(to.clone(), "\"Autan hakemuksessa.\"".into()), (to, "\"Voit hakea toimeentulotukea.\"".into())]);
    let sent = |text: &str| {
        let of = world.out().into_iter().find(|it| it["text"] == text).expect("sent");
        of["id"].as_str().expect("an id").parse::<Uuid>().expect("an id")
    };
    let [first, second] = ["Voit hakea toimeentulotukea.", "Autan hakemuksessa."].map(sent);
    assert!(matches!(world.dispatch(first).await.says, Says::Answer { .. }));
    let told = |name: &str, of: &str, status: &str| {
        let word = json!({ "id": of, "status": status, "code": "absent_subscriber" });
        world.put(&format!("{name}.json"), word.to_string().as_bytes());
    };
    // Of the one it tells twice that it did not arrive; of the other that it did, and then that it did not.
    for (name, of, status) in [
        ("a", first, "undelivered"),
        ("b", first, "undelivered"),
        ("c", second, "delivered"),
        ("d", second, "undelivered"),
    ] {
        told(name, &of.to_string(), status);
        world.at(2 * MINUTE).await;
    }
    told("e", "00000000-0000-0000-0000-00000000000f", "undelivered");
    told("f", "no id", "undelivered");
    told("g", &first.to_string(), "eaten");
    world.at(3 * MINUTE).await;
    assert_eq!(world.stands(first).await, ("task", "absent_subscriber".into()));
    assert_eq!(world.stands(second).await.0, "delivered");
    assert_eq!(world.refused(), [("never_sent", 1), ("id", 1), ("status", 1)].into());
    let task = world.kinds.tasks.read(Uuid::new_v5(&first, b"task")).await.expect("readable").expect("a task");
    assert_eq!((task.owner.as_deref(), task.about.as_ref().map(|of| of.id)), (Some("w"), Some(id)));
    assert_eq!(task.subject, None);
    assert!(!world.has_task(second).await);
}

#[tokio::test]
async fn an_answer_that_is_said_late_not_to_have_arrived_is_a_task_all_the_same() {
    let world = World::new(BTreeMap::new()).await;
    world.sms("op-1", FROM, "Hei");
    world.at(0).await;
    let (id, _) = world.contacts().await[0].clone();
    world.ask_of(id, &worker(), "claim", Command::Claim).await;
    world.ask_of(id, &worker(), "1", Command::Write { client_id: "c".into(), text: "Hei".into() }).await;
    world.at(0).await;
    let sent: Uuid = world.out()[0]["id"].as_str().expect("an id").parse().expect("an id");
    world.at(4 * DAY).await;
    assert_eq!(world.stands(sent).await.0, "closed");
    world.put("late.json", json!({ "id": sent.to_string(), "status": "undelivered" }).to_string().as_bytes());
    world.at(5 * DAY).await;
    assert_eq!(world.stands(sent).await, ("task", "undelivered".into()));
    assert!(world.has_task(sent).await);
}

#[tokio::test]
async fn a_word_that_stops_is_read_and_nothing_more_is_sent() {
    let world = World::new(BTreeMap::new()).await;
    world.sms("op-1", FROM, "STOP");
    world.at(0).await;
    assert_eq!((world.contacts().await.len(), world.refused()), (0, [("nothing_to_stop", 1)].into()));
    world.sms("op-2", FROM, "Hei");
    world.at(MINUTE).await;
    let (id, _) = world.contacts().await[0].clone();
    world.ask_of(id, &worker(), "claim", Command::Claim).await;
    world.sms("op-3", FROM, "Lopeta.");
    world.at(2 * MINUTE).await;
    let contact = world.kinds.contacts.read(id).await.expect("readable").expect("a contact");
    assert!(contact.is_stopped);
    assert_eq!(world.written(id).await, ["Hei", "Lopeta."]);
    let write = Command::Write { client_id: "c".into(), text: "Hei".into() };
    assert!(world.kinds.contacts.ask(id, write, &worker(), "1", u64::MAX).await.is_err());
    world.at(3 * MINUTE).await;
    assert_eq!(world.out(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_signed_request_is_on_disk_before_it_is_acknowledged_and_is_taken_as_a_file_is() {
    let secret = Settings { url: Some(FILES.into()), secret: Some("secret".into()), ..Settings::default() };
    let world = World::new([("sms".to_string(), secret)].into()).await;
    let hooks = world.outbox.hooks();
    let body = json!({ "id": "op-1", "from": FROM, "text": "Hei" }).to_string();
    // Made here anew: the rule itself is held to `openssl` beside it.
    let signature = signed("secret", MONDAY / 1_000_000, &body);
    assert_eq!(hooks.hear("sms", "t=1773036000,v1=00", body.as_bytes()), Heard::Forged);
    assert_eq!(hooks.hear("sms", &signature, b"{}"), Heard::Forged);
    assert_eq!(hooks.hear("email", &signature, body.as_bytes()), Heard::Nothing, "it has no key");
    assert_eq!(hooks.hear("strange/../sms", &signature, body.as_bytes()), Heard::Nothing);
    assert_eq!(hooks.hear("sms", &signature, &vec![b' '; 70 * 1024]), Heard::TooLarge);
    assert_eq!(files(&world.port("sms").join("in")), Vec::<String>::new());
    for _ in 0..2 {
        assert_eq!(hooks.hear("sms", &signature, body.as_bytes()), Heard::Kept);
    }
    assert_eq!(files(&world.port("sms").join("in")).len(), 1);
    world.at(0).await;
    assert_eq!(world.contacts().await.len(), 1);
    world.clock(10 * MINUTE);
    assert_eq!(hooks.hear("sms", &signature, body.as_bytes()), Heard::Forged, "somebody sends it again later");
}

/// A signature as the other side makes it.
pub fn signed(secret: &str, seconds: i64, body: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{seconds}.{body}").as_bytes());
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={digits}")
}
