use std::collections::{BTreeMap, BTreeSet};

use matter::By;
use operations::dispatches::{Command, LOST, Means};
use ports::Settings;

use crate::peers::Does::{self, *};
use crate::peers::{Peer, http, peer, smtp};
use crate::world::{EMAIL, HOUR, MINUTE, PHONE, SUBJECT, World};

/// Rounds after which whatever waits has had its chance, and whatever was taken is closed: within the hours of several days.
const LATER: [i64; 9] =
    [2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, 25 * HOUR, 49 * HOUR, 74 * HOUR, 150 * HOUR];

fn settings(port: &str, url: String) -> BTreeMap<String, Settings> {
    let from = Some("luotsi@example.org".into());
    BTreeMap::from([(port.to_string(), Settings { url: Some(url), from, secret: Some("secret".into()) })])
}

/// A peer that meets the first connection as it does, and takes all that come later.
fn met(meet: fn(std::net::TcpStream, Does, &std::sync::Mutex<Vec<String>>) -> std::io::Result<()>, does: Does) -> Peer {
    let peer = peer(meet, vec![does]);
    match does {
        // The port of a listener that is gone.
        Refuses => {
            let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
            Peer { address: gone.local_addr().expect("an address").to_string(), ..peer }
        }
        _ => peer,
    }
}

/// Stands after the first attempt, with the messages that the peer has in hand; and at the end. `unknown`: whether nobody can
/// know after the first.
async fn tried(world: &World, (means, peer): (Means, &Peer), unknown: bool) -> [(&'static str, String, usize); 2] {
    let id = world.ask(1, &[means]).await;
    let has = || peer.has.lock().expect("a list").len();
    world.at(0).await;
    let (place, code) = world.stands(id).await;
    let first = (place, code, has());
    assert_eq!(world.unknowns(id).await, usize::from(unknown), "what is known after the first attempt");
    for after in LATER {
        world.at(after).await;
    }
    let (place, code) = world.stands(id).await;
    assert_eq!(world.has_task(id).await, place == "task");
    let text = id.to_string();
    for message in peer.has.lock().expect("a list").iter() {
        assert!(message.contains(&text), "the id goes along: {message}");
    }
    [first, (place, code, has())]
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_delivered_once_or_again_with_its_id_or_becomes_a_task() {
    for (does, first, end) in [
        (Takes, ("taken", "", 1), ("closed", "", 1)),
        (Twice, ("taken", "", 1), ("closed", "", 1)),
        (Answers("421"), ("waits", "421", 0), ("closed", "421", 1)),
        (Hangs, ("waits", "timeout", 0), ("closed", "timeout", 1)),
        (Rcpt("451"), ("waits", "451", 0), ("closed", "451", 1)),
        (Rcpt("550"), ("task", "550", 0), ("task", "550", 0)),
        (Answers("452"), ("waits", "452", 0), ("closed", "452", 1)),
        (Answers("554"), ("task", "554", 0), ("task", "554", 0)),
        (DiesWithin, ("waits", "connection", 0), ("closed", "connection", 1)),
        // It has it, and nobody knows: at least once, with the same Message-ID.
        (HangsAfter, ("waits", "timeout", 1), ("closed", "timeout", 2)),
        (DiesAfter, ("waits", "connection", 1), ("closed", "connection", 2)),
        (Refuses, ("waits", "connection", 0), ("task", "connection", 0)),
    ] {
        let is_unknown = matches!(does, HangsAfter | DiesAfter | DiesWithin);
        let peer = met(smtp, does);
        let world = World::new(settings("email", format!("smtp://{}", peer.address))).await;
        let [after, at_last] = tried(&world, (Means::Email, &peer), is_unknown).await;
        assert_eq!(after, (first.0, first.1.into(), first.2), "{does:?}, first");
        assert_eq!(at_last, (end.0, end.1.into(), end.2), "{does:?}, at last");
        let has = peer.has.lock().expect("a list");
        let ids: BTreeSet<&str> =
            has.iter().filter_map(|it| it.lines().find(|it| it.starts_with("Message-ID"))).collect();
        assert!(ids.len() <= 1, "{ids:?}");
        if let Some(message) = has.first() {
            assert!(message.contains(&format!("To: {EMAIL}")) && message.contains("waits sv"), "{message}");
            assert!(!message.contains(PHONE), "{message}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_delivered_once_or_again_with_its_id_or_becomes_a_task() {
    for (does, first, end) in [
        (Takes, ("taken", "", 1), ("closed", "", 1)),
        (Twice, ("taken", "", 1), ("closed", "", 1)),
        (Answers("400"), ("task", "400", 0), ("task", "400", 0)),
        (Answers("422"), ("task", "422", 0), ("task", "422", 0)),
        // The county's key is wrong, or it asks too much: somebody mends that.
        (Answers("401"), ("waits", "401", 0), ("closed", "401", 1)),
        (Answers("429"), ("waits", "429", 0), ("closed", "429", 1)),
        (Answers("503"), ("waits", "503", 0), ("closed", "503", 1)),
        (Answers("500"), ("waits", "500", 1), ("closed", "500", 2)),
        (Hangs, ("waits", "timeout", 0), ("closed", "timeout", 1)),
        (HangsAfter, ("waits", "timeout", 1), ("closed", "timeout", 2)),
        (DiesWithin, ("waits", "hung_up", 0), ("closed", "hung_up", 1)),
        (DiesAfter, ("waits", "hung_up", 1), ("closed", "hung_up", 2)),
        (Refuses, ("waits", "connection", 0), ("task", "connection", 0)),
    ] {
        let is_unknown = matches!(does, Hangs | HangsAfter | DiesAfter | DiesWithin | Answers("500"));
        let peer = met(http, does);
        let world = World::new(settings("sms", format!("http://{}/messages", peer.address))).await;
        let [after, at_last] = tried(&world, (Means::Sms, &peer), is_unknown).await;
        assert_eq!(after, (first.0, first.1.into(), first.2), "{does:?}, first");
        assert_eq!(at_last, (end.0, end.1.into(), end.2), "{does:?}, at last");
        let has = peer.has.lock().expect("a list");
        let key = |it: &str| it.lines().find(|it| it.starts_with("idempotency-key")).map(String::from);
        assert!(has.iter().map(|it| key(it)).collect::<BTreeSet<_>>().len() <= 1);
        if let Some(message) = has.first() {
            assert!(message.contains("luotsi-signature: t=177303") && message.contains(PHONE), "{message}");
            assert!(!message.contains(EMAIL) && !message.contains("secret"), "{message}");
        }
    }
}

/// Where a second message is another message, nobody sends one without looking.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_at_a_port_that_takes_no_id_twice_becomes_a_task() {
    for (does, has, end) in
        [(DiesAfter, 1, "task"), (HangsAfter, 1, "task"), (Answers("503"), 1, "closed"), (Takes, 1, "closed")]
    {
        let peer = met(http, does);
        let world = World::new(settings("suomifi-messages", format!("http://{}/", peer.address))).await;
        let [_, at_last] = tried(&world, (Means::Suomifi, &peer), end == "task").await;
        assert_eq!((at_last.0, at_last.2), (end, has), "{does:?}");
        assert!(peer.has.lock().expect("a list")[0].contains(&SUBJECT.to_string()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_died_with_its_sender_is_made_again_where_an_id_counts_once() {
    for (port, means, end, has) in [("sms", Means::Sms, "taken", 1), ("suomifi-messages", Means::Suomifi, "task", 0)] {
        let peer = met(http, Takes);
        let world = World::new(settings(port, format!("http://{}/", peer.address))).await;
        let id = world.ask(1, &[means]).await;
        let begin = Command::Begin { again: port == "sms" };
        world.kinds.dispatches.ask(id, begin, &By::System, "begin/1/0", 0).await.expect("begun, and the sender dies");
        world.at(LOST - MINUTE).await;
        assert_eq!(world.stands(id).await.0, "begun", "nobody sends it beside somebody else");
        for after in [LOST, LOST + 2 * MINUTE] {
            world.at(after).await;
        }
        assert_eq!((world.stands(id).await.0, peer.has.lock().expect("a list").len()), (end, has), "{port}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_one_way_goes_the_other() {
    let (mail, refusing) = (met(smtp, Takes), peer(http, vec![Answers("422")]));
    let mut both = settings("email", format!("smtp://{}", mail.address));
    both.extend(settings("sms", format!("http://{}/", refusing.address)));
    let world = World::new(both).await;
    let id = world.ask(1, &[Means::Sms, Means::Email]).await;
    world.at(0).await;
    world.at(1).await;
    assert_eq!(world.stands(id).await, ("taken", "422".into()));
    assert_eq!(mail.has.lock().expect("a list").len(), 1);
    // A resident who no longer wants to be told by any of them is told by none.
    world.leave(&[]).await;
    let late = world.ask(2, &[Means::Email]).await;
    world.at(2).await;
    assert_eq!(world.stands(late).await, ("task", "no_address".into()));
    assert_eq!(mail.has.lock().expect("a list").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_settings_send_nothing_and_say_what_is_lacking() {
    let half = Settings { url: Some("https://sms.example.org/".into()), ..Settings::default() };
    let world = World::new(BTreeMap::from([("sms".to_string(), half)])).await;
    let id = world.ask(1, &[Means::Sms]).await;
    world.at(0).await;
    assert_eq!(world.stands(id).await, ("waits", "settings".into()));
    let standing = world.kinds.ports.standing("sms").expect("looked at");
    assert_eq!((standing.runs, standing.lacks), (None, vec!["secret"]));
    let email = world.kinds.ports.standing("email").expect("looked at");
    assert_eq!((email.runs.map(|it| it.code()), email.lacks), (Some("file"), vec!["url", "from"]));
}
