//! A telephone exchange tells of calls: twice, late, out of order, of numbers that nobody knows and of numbers that are
//! withheld; and the contact that a call becomes.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use content::{Found, Library};
use facts::Channel;
use jiff::civil::date;
use kinds::content::FOLDERS;
use kinds::{Begins, NewContact};
use matter::By;
use operations::contacts::calls::Slot;
use operations::contacts::{Command, Contact, Event, Outcome, Place};
use operations::residents::Registration;
use ports::{Heard, Settings, TELEPHONY, Telephony};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{HOUR, MINUTE, MONDAY, PHONE, SUBJECT, World};

const LINE: &str = "+358190000201";
const OTHER: &str = "+358450000009";

struct Exchange {
    world: World,
    telephony: Telephony,
}

impl Exchange {
    async fn new() -> Exchange {
        let world = World::new(BTreeMap::from([(
            TELEPHONY.to_string(),
            Settings { secret: Some("secret".into()), ..Settings::default() },
        )]))
        .await;
        let shipped = [
            (
                "content/queues/child-health-clinic.toml",
                include_str!("../../../../content/queues/child-health-clinic.toml"),
            ),
            (
                "content/queues/health-station-team.toml",
                include_str!("../../../../content/queues/health-station-team.toml"),
            ),
            ("content/queues/own-pair.toml", include_str!("../../../../content/queues/own-pair.toml")),
            ("content/ports/telephony.toml", include_str!("../../../../content/ports/telephony.toml")),
            ("content/routings/own-pair.toml", include_str!("../../../../content/routings/own-pair.toml")),
        ];
        let shipped: Vec<Found> = shipped.iter().map(|(path, text)| Found::shipped(path, text)).collect();
        let library = Library::read(FOLDERS, &shipped, &|_, _| true);
        assert_eq!(library.faults, []);
        world.kinds.queues.take(&library, date(2026, 3, 9));
        world.kinds.ports.take(&library, date(2026, 3, 9));
        world.kinds.routings.take(&library, date(2026, 3, 9));
        let telephony = world.outbox.telephony();
        Exchange { world, telephony }
    }

    /// The exchange tells by a file of things that happened so many minutes after the beginning; what is told of the file.
    async fn tells(&self, lines: &[Value]) -> Value {
        let folder = self.world.folder.path().join("ports").join(TELEPHONY);
        fs::create_dir_all(folder.join("in")).expect("a folder");
        fs::write(folder.join("in/a.json"), Value::from(lines).to_string()).expect("written");
        assert_eq!(self.telephony.round().await, 1);
        let text = fs::read_to_string(folder.join("done/a.json")).expect("told");
        assert!(!text.contains("+358"), "{text}");
        assert!(!folder.join("in/a.json").exists());
        serde_json::from_str(&text).expect("JSON")
    }

    async fn takes(&self, lines: &[Value]) {
        assert_eq!(self.tells(lines).await, json!({ "taken": lines.len(), "refused": [] }));
    }

    /// The open contacts of the clinic, the oldest first.
    fn contacts(&self) -> Vec<(Uuid, Arc<Contact>)> {
        let mut all: Vec<_> =
            self.world.kinds.contacts.look(|all| all.iter().map(|(id, it)| (id, it.clone())).collect());
        all.sort_by_key(|(id, it): &(Uuid, Arc<Contact>)| (it.opened_at, *id));
        all
    }

    fn one(&self) -> (Uuid, Arc<Contact>) {
        let all = self.contacts();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.into_iter().next().expect("one")
    }

    async fn does(&self, id: Uuid, command: Command) {
        let nurse = By::Professional { id: "n".into(), unit: "clinic-1".into(), leads: false };
        let key = format!("{command:?}/{}", self.world.kinds.store.now());
        self.world.kinds.contacts.ask(id, command, &nurse, &key, u64::MAX).await.expect("done");
    }
}

/// A line of the exchange: what happened to a call, so many minutes after the beginning.
fn line(call: &str, what: &str, minutes: i64, from: Option<&str>) -> Value {
    let at = jiff::Timestamp::from_microsecond(MONDAY + minutes * MINUTE).expect("a time").to_string();
    json!({ "call": call, "what": what, "at": at, "from": from, "to": LINE })
}

/// The contact of a call bears the call's id.
const MINE: fn(&str) -> Uuid = |call| Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("call/{call}").as_bytes());

#[tokio::test]
async fn whoever_asks_by_telephone_waits_in_the_queue_of_the_number_and_is_told_of_once() {
    let county = Exchange::new().await;
    county.world.clock(10 * MINUTE);
    let asked = line("1", "callback_asked", 2, Some(OTHER));
    county.takes(&[line("1", "came", 1, Some("045 000 0009")), asked.clone(), asked.clone()]).await;
    county.takes(&[asked, line("1", "came", 1, Some(OTHER)), line("1", "abandoned", 3, Some(OTHER))]).await;
    let (id, it) = county.one();
    assert_eq!(id, MINE("1"));
    assert_eq!(
        (&*it.unit, it.queue.as_deref(), it.channel),
        ("clinic-1", Some("child-health-clinic"), Channel::Callback)
    );
    assert_eq!((it.opened_at, it.place.clone(), it.subject), (MONDAY + 2 * MINUTE, Place::Queued, None));
    // By the clocks of the queue: the law's for those who call.
    let clocks: Vec<&str> = it.running(calendar()).iter().map(|(clock, _)| &*clock.id).collect();
    assert!(clocks.contains(&"callback-same-day"), "{clocks:?}");
    // The rest of the office day.
    assert_eq!(it.calls.agreed, Some(Slot { from: MONDAY + 10 * MINUTE, to: MONDAY + 8 * HOUR }));
    let history = county.world.kinds.history(id).await.expect("readable");
    let number = history.iter().find(|it| matches!(it.event, Event::CallAgreed { .. })).and_then(|it| it.text.clone());
    assert_eq!(number.as_deref(), Some(OTHER));
    let unsealed = history.iter().map(|it| format!("{:?}", it.event)).collect::<String>();
    assert!(!unsealed.contains("45000"), "{unsealed}");
}

#[tokio::test]
async fn calls_of_one_number_are_one_matter_until_it_ends() {
    let county = Exchange::new().await;
    county.world.clock(3 * HOUR);
    county.takes(&[line("1", "callback_asked", 1, Some(OTHER)), line("2", "callback_asked", 9, Some(OTHER))]).await;
    let (first, _) = county.one();
    county.takes(&[line("3", "callback_asked", 5, Some("+358450000010"))]).await;
    assert_eq!(county.contacts().len(), 2, "another number is another person");
    county.does(first, Command::Claim).await;
    county.does(first, Command::Called { reached: true, at: None }).await;
    county.does(first, Command::Resolve { outcome: Outcome::Advised }).await;
    county.takes(&[line("4", "callback_asked", 120, Some(OTHER))]).await;
    let open: Vec<Uuid> =
        county.contacts().into_iter().filter(|(_, it)| it.resolved_at.is_none()).map(|(id, _)| id).collect();
    assert_eq!(open, [MINE("3"), MINE("4")]);
    let repeats = county.world.kinds.calls.look(|all| all.get(MINE("2"))).expect("a call");
    assert_eq!(repeats.contact, Some(first));
}

#[tokio::test]
async fn what_is_told_late_and_out_of_order_was_when_it_was() {
    let county = Exchange::new().await;
    county.world.clock(9 * HOUR);
    county
        .takes(&[
            line("1", "reached", 300, Some(OTHER)),
            line("1", "not_reached", 60, Some(OTHER)),
            line("1", "callback_asked", 2, Some(OTHER)),
            line("1", "came", 1, Some(OTHER)),
        ])
        .await;
    let (_, it) = county.one();
    let minutes = |at: Option<i64>| at.map(|at| (at - MONDAY) / MINUTE);
    assert_eq!((minutes(it.calls.first_at), minutes(it.first_response_at)), (Some(60), Some(300)));
    assert_eq!((it.calls.all, it.calls.agreed, minutes(it.reached_at)), (2, None, Some(300)));
    // The second of two tries comes later still, and once.
    county.takes(&[line("1", "not_reached", 90, Some(OTHER)), line("1", "reached", 300, Some(OTHER))]).await;
    assert_eq!(county.one().1.calls.all, 2, "no call is to come any more");
}

#[tokio::test]
async fn one_missed_call_ends_nothing_and_three_at_two_times_of_the_day_do() {
    let county = Exchange::new().await;
    county.takes(&[line("1", "callback_asked", 0, Some(OTHER))]).await;
    let (id, _) = county.one();
    county.does(id, Command::Claim).await;
    for (minutes, left) in [(30, true), (5 * 60, true), (24 * 60 + 30, false)] {
        county.world.clock(minutes * MINUTE);
        county.takes(&[line("1", "not_reached", minutes, Some(OTHER))]).await;
        let (_, it) = county.one();
        assert_eq!((it.calls.is_agreed(), it.first_response_at), (left, None), "after {minutes} minutes");
    }
    county.does(id, Command::Resolve { outcome: Outcome::Unreachable }).await;
}

#[tokio::test]
async fn a_call_that_the_nurse_has_noted_is_not_told_twice() {
    let county = Exchange::new().await;
    county.takes(&[line("1", "callback_asked", 0, Some(OTHER))]).await;
    let (id, _) = county.one();
    county.does(id, Command::Claim).await;
    county.world.clock(30 * MINUTE);
    county.does(id, Command::Called { reached: false, at: None }).await;
    county.takes(&[line("1", "not_reached", 28, Some(OTHER))]).await;
    assert_eq!(county.one().1.calls.all, 1);
}

#[tokio::test]
async fn a_call_and_an_open_message_of_one_person_are_one_and_either_ends_both() {
    let county = Exchange::new().await;
    let message = |client_id: &str, queue: &str| NewContact {
        client_id: client_id.into(),
        among: String::new(),
        channel: Channel::Message,
        service: "child_health".into(),
        language: "sv".into(),
        unit: "clinic-3".into(),
        queue: Some(queue.into()),
        anonymous: false,
        subject: Some(SUBJECT),
        routed: None,
        text: "Vauvan ihottuma".into(),
    };
    let open = async |new: NewContact| {
        county.world.kinds.open_contact(new, &By::Resident(SUBJECT)).await.expect("open").contact
    };
    let elsewhere = open(message("a", "health-station")).await;
    let here = open(message("b", "child-health-clinic")).await;
    county.world.clock(20 * MINUTE);
    county.takes(&[line("1", "callback_asked", 5, Some(PHONE))]).await;
    let joined = county.world.kinds.contacts.read(here).await.expect("readable").expect("a contact");
    assert!(joined.calls.is_agreed() && !joined.rang);
    let other = county.world.kinds.contacts.read(elsewhere).await.expect("readable").expect("a contact");
    assert!(!other.calls.is_agreed(), "another service is another matter");
    assert_eq!(county.contacts().len(), 2);
    // Written to, they need no call any more.
    county.does(here, Command::Claim).await;
    let text = "Tule huomenna.".into();
    county.does(here, Command::Finish { outcome: Outcome::Advised, client_id: "n-1".into(), text }).await;
    let it = county.world.kinds.contacts.read(here).await.expect("readable").expect("a contact");
    assert!(!it.calls.is_agreed() && it.resolved_at.is_some());
    // The next call is a matter of its own, and theirs, in the language in which they are told.
    county.world.clock(40 * MINUTE);
    county.takes(&[line("2", "callback_asked", 40, Some(PHONE))]).await;
    let own = county.world.kinds.contacts.read(MINE("2")).await.expect("readable").expect("a contact");
    assert_eq!((own.subject, &*own.language, own.rang), (Some(SUBJECT), "sv", true));
}

#[tokio::test]
async fn whoever_has_an_own_nurse_comes_to_that_nurse_first_and_so_does_their_second_call() {
    let county = Exchange::new().await;
    let pair = Registration { unit: "pair-1".into(), physician: None, nurse: Some("own-nurse".into()), from: 20_000 };
    let register = operations::residents::Command::Register(pair);
    county.world.kinds.ask_of_resident(SUBJECT, &By::System, register, ("pair", "pair")).await.expect("registered");
    let to_station = |call: &str, minutes: i64, from: &str| {
        let mut line = line(call, "callback_asked", minutes, Some(from));
        line["to"] = "019 000 0102".into();
        line
    };
    county.world.clock(HOUR);
    county.takes(&[to_station("1", 0, PHONE), to_station("2", 30, PHONE), to_station("3", 40, OTHER)]).await;
    let all: Vec<(Uuid, Arc<Contact>)> = county.contacts();
    assert_eq!(all.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [MINE("1"), MINE("3")]);
    let (own, other) = (&all[0].1, &all[1].1);
    assert_eq!((&*own.unit, own.queue.as_deref()), ("pair-1", Some("own-pair")));
    let first = own.waits_for_first().expect("somebody sees it first");
    assert_eq!((first.who.as_deref(), &*first.unit), (Some("own-nurse"), "station-02"), "and then where they called");
    assert_eq!((&*other.unit, other.queue.as_deref()), ("station-02", Some("health-station-team")));
}

#[tokio::test]
async fn a_number_that_two_people_have_left_is_neithers() {
    let county = Exchange::new().await;
    let (subject, addresses) = (
        matter::Subject(Uuid::from_u128(8)),
        operations::residents::Addresses { phone: Some(PHONE.into()), email: None },
    );
    let reach = operations::residents::Reach {
        means: vec![operations::dispatches::Means::Sms],
        language: "fi".into(),
        mark: None,
    };
    let command = operations::residents::Command::LeaveReach { reach, addresses };
    county.world.kinds.ask_of_resident(subject, &By::Resident(subject), command, ("x", "x")).await.expect("left");
    county.takes(&[line("1", "callback_asked", 0, Some(PHONE))]).await;
    assert_eq!(county.one().1.subject, None);
}

#[tokio::test]
async fn a_call_that_was_left_by_form_is_the_same_as_one_of_that_number() {
    let county = Exchange::new().await;
    let slot = Slot { from: MONDAY + 2 * HOUR, to: MONDAY + 4 * HOUR };
    let begins = Begins::Call { slot, number: "045 000 0009".into() };
    let new = NewContact {
        client_id: "a".into(),
        among: String::new(),
        channel: Channel::Callback,
        service: "child_health".into(),
        language: "fi".into(),
        unit: "clinic-1".into(),
        queue: Some("child-health-clinic".into()),
        anonymous: true,
        subject: None,
        routed: None,
        text: "Soittakaa".into(),
    };
    let open = county.world.kinds.open_contact_with(new, &begins, &By::Holder).await.expect("open").contact;
    county.takes(&[line("1", "callback_asked", 0, Some(OTHER))]).await;
    let (id, it) = county.one();
    assert_eq!((id, it.calls.agreed), (open, Some(slot)), "the time that they chose holds");
}

#[tokio::test]
async fn nobody_can_call_back_whoever_withholds_their_number() {
    let county = Exchange::new().await;
    county.takes(&[line("1", "came", 0, None), line("1", "callback_asked", 0, None)]).await;
    assert_eq!(county.contacts().len(), 0);
    let call = county.world.kinds.calls.look(|all| all.get(MINE("1"))).expect("a call");
    assert_eq!((call.asked_at, call.contact, call.mark.clone()), (Some(MONDAY), None, None));
    // Neither are two of them one.
    county.takes(&[line("2", "callback_asked", 0, None)]).await;
    assert_eq!(county.contacts().len(), 0);
}

#[tokio::test]
async fn an_answered_call_is_the_contact_that_is_written_down_of_it() {
    let county = Exchange::new().await;
    county.takes(&[line("1", "came", 0, Some(OTHER)), line("1", "answered", 0, Some(OTHER))]).await;
    county.world.clock(10 * MINUTE);
    let new = |client_id: &str| NewContact {
        client_id: client_id.into(),
        among: String::new(),
        channel: Channel::Phone,
        service: "child_health".into(),
        language: "fi".into(),
        unit: "clinic-1".into(),
        queue: None,
        anonymous: true,
        subject: None,
        routed: None,
        text: "Kysyi rokotuksista".into(),
    };
    let nurse = By::Professional { id: "n".into(), unit: "clinic-1".into(), leads: false };
    let log = async |client_id: &str| county.world.kinds.log_contact(&new(client_id), &nurse).await.expect("logged");
    assert_eq!(log("a").await, MINE("1"));
    assert_eq!(log("a").await, MINE("1"), "sent twice it is one");
    assert_ne!(log("b").await, MINE("1"), "another of which the exchange does not tell");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_reason_and_stands_on_the_page_of_ports() {
    let county = Exchange::new().await;
    let mut nowhere = line("1", "callback_asked", 0, Some(OTHER));
    nowhere["to"] = "+358190009999".into();
    let told = county
        .tells(&[
            nowhere,
            line("2", "callback_asked", 6, Some(OTHER)),
            line("3", "callback_asked", -31 * 24 * 60, Some(OTHER)),
            line("4", "came", 4, Some(OTHER)),
        ])
        .await;
    let expected = json!({ "taken": 1, "refused": [
        { "line": 1, "code": "no_line" }, { "line": 2, "code": "times" }, { "line": 3, "code": "times" }] });
    assert_eq!(told, expected);
    // A request is a file with one thing in it.
    let (hooks, body) =
        (county.world.outbox.hooks(), line("6", "callback_asked", 0, Some("+358450000011")).to_string());
    let signature = crate::incoming::signed("secret", MONDAY / 1_000_000, &body);
    assert_eq!(hooks.hear(TELEPHONY, &signature, body.replace("6", "7").as_bytes()), Heard::Forged);
    assert_eq!(hooks.hear(TELEPHONY, &signature, body.as_bytes()), Heard::Kept);
    assert_eq!(county.telephony.round().await, 1);
    assert_eq!(county.contacts().into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [MINE("6")]);
    let folder = county.world.folder.path().join("ports").join(TELEPHONY);
    fs::write(folder.join("in/b.json"), line("5", "callback_asked", 0, Some(OTHER)).to_string()).expect("written");
    fs::write(folder.join("in/c.json"), line("5", "callback_asked", 0, Some("+358450000010")).to_string())
        .expect("written");
    fs::write(folder.join("in/d.json"), "{").expect("written");
    assert_eq!(county.telephony.round().await, 3);
    assert_eq!(county.contacts().len(), 2, "one call is of one number");
    assert!(county.world.kinds.calls.look(|all| all.get(MINE("5"))).is_some_and(|it| it.contact == Some(MINE("5"))));
    let stands = county.world.kinds.ports.standing(TELEPHONY).expect("looked at");
    let refused: Vec<(&str, usize)> = stands.came.refused.iter().map(|(code, count)| (*code, *count)).collect();
    assert_eq!(refused, [("id_reused", 1), ("no_line", 1), ("times", 2), ("unread", 1)]);
    assert_eq!((stands.came.at, stands.lacks), (Some(MONDAY), Vec::new()));
}

fn calendar() -> &'static calendar::Calendar {
    calendar::Calendar::shipped()
}
