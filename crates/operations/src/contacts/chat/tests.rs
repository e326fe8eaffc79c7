use calendar::Calendar;
use content::{Catalogue, File, Origin};
use facts::{Channel, Outcome};
use matter::given::{self, on};
use matter::{By, Dated, Matter};
use proptest::prelude::*;

use super::*;
use crate::contacts::calls::slots;
use crate::contacts::fact;
use crate::contacts::{Command, Queue};
use crate::organisation::Organisation;

/// A Monday at noon, Helsinki, and the end of its chat.
const NOW: i64 = 1_773_050_400_000_000;
const MINUTE: i64 = 60_000_000;
const UNTIL: i64 = NOW + 4 * 60 * MINUTE;

const RESIDENT: By = By::Holder;

fn nurse(id: &str) -> By {
    By::Professional { id: id.into(), unit: "clinic".into(), leads: false }
}

fn opening() -> Command {
    Command::Open {
        channel: Channel::Chat,
        service: "child_health".into(),
        language: "fi".into(),
        unit: "clinic".into(),
        queue: Some("child-health-clinic".into()),
        anonymous: true,
        subject: None,
        routed: None,
        client_id: "c-0".into(),
        text: "Vauva itkee".into(),
    }
}

fn greet() -> Command {
    Command::Greet { until: UNTIL, text: "Hei".into() }
}

fn write() -> Command {
    Command::Write { client_id: "c-1".into(), text: "Hei".into() }
}

fn resolve(outcome: Outcome) -> Command {
    Command::Resolve { outcome }
}

/// A chat after commands, a second after one another.
fn given(commands: &[(By, Command)]) -> Contact {
    let commands = [&[(RESIDENT, opening()), (RESIDENT, greet())], commands].concat();
    given::given(&commands, NOW, &Organisation::default()).expect("a chat")
}

fn when(contact: &Contact, by: &By, command: &Command, at: i64) -> Result<Vec<Event>, Refusal> {
    given::when(Some(contact), command, &on(at, by, &Organisation::default()))
}

fn after(contact: Contact, by: &By, command: &Command, at: i64) -> Contact {
    let events = when(&contact, by, command, at).expect("it is allowed");
    given::after(Some(contact), &events, at).expect("it stays one")
}

#[test]
fn a_greeting_is_no_answer_and_is_said_once() {
    let chat = given(&[]);
    assert!(chat.is_live() && chat.first_response_at.is_none());
    assert_eq!((chat.waits_since, chat.last_of_resident), (Some(NOW), 1));
    assert!(when(&chat, &RESIDENT, &greet(), NOW).is_err(), "once");
    let [greeted, said] = &when(
        &given::given(&[(RESIDENT, opening())], NOW, &Organisation::default()).expect("one"),
        &RESIDENT,
        &greet(),
        NOW,
    )
    .expect("a greeting")[..] else {
        panic!("two events")
    };
    assert_eq!(*greeted, Event::Greeted { until: UNTIL });
    assert_eq!(
        Contact::text(&greet(), said).map(|text| text.0),
        Some("\nHei".into()),
        "it is sealed as all messages are"
    );
    assert_eq!(Contact::text(&greet(), greeted), None);
}

/// The row of the facts: channel, minutes to the first answer, minutes from there to the end, outcome.
fn row(contact: &Contact) -> (Channel, Option<i64>, Option<i64>, Option<Outcome>) {
    let row = fact::fact("c".into(), contact, None, None);
    let minutes = |from: i64, to: facts::Instant| (to.0 - from) / MINUTE;
    let first = row.first_response_at.map(|it| minutes(contact.opened_at, it));
    let length = row.first_response_at.zip(row.ended_at).map(|(first, end)| minutes(first.0, end));
    (row.channel, first, length, row.outcome)
}

#[test]
fn the_facts_count_the_wait_the_length_and_one_rating() {
    let (nurse, at) = (nurse("n"), |minutes: i64| NOW + minutes * MINUTE);
    let mut chat = given(&[]);
    for (by, command, minutes) in [
        (&nurse, Command::Claim, 2),
        (&nurse, write(), 3),
        (&RESIDENT, write(), 10),
        (&nurse, write(), 17),
        (&nurse, resolve(Outcome::Advised), 18),
    ] {
        chat = after(chat, by, &command, at(minutes));
    }
    assert_eq!(row(&chat), (Channel::Chat, Some(3), Some(14), Some(Outcome::Advised)), "to the last message");
    let asked = fact::survey("c", &chat, None).expect("it is asked");
    assert_eq!((asked.rating, asked.answered_at, asked.sent_at.0), (None, None, at(18)));
    chat = after(chat, &RESIDENT, &Command::Rate { rating: 4 }, at(19));
    let rated = fact::survey("c", &chat, None).expect("it is asked");
    assert_eq!((rated.rating, rated.answered_at.map(|it| it.0)), (Some(4), Some(at(19))));
    assert_eq!(when(&chat, &RESIDENT, &Command::Rate { rating: 4 }, at(20)), Ok(vec![]), "sent twice it is one");
    assert!(when(&chat, &RESIDENT, &Command::Rate { rating: 1 }, at(20)).is_err(), "one rating for one conversation");
    assert!(chat.undo.is_some(), "a rating keeps nobody from taking back the end");
    // Written to days later it goes on as messages, and the chat was as long as it was.
    let later = after(chat, &RESIDENT, &write(), at(2 * 24 * 60));
    assert_eq!(row(&later), (Channel::Chat, Some(3), Some(14), None));
    assert!(!later.is_live());
}

#[test]
fn who_leaves_before_an_answer_has_abandoned_it_and_after_one_has_not() {
    let left = given(&[(RESIDENT, Command::Leave)]);
    assert_eq!((left.outcome, left.waits_since, left.is_live()), (Some(Outcome::Abandoned), None, false));
    assert_eq!(
        row(&left),
        (Channel::Chat, None, None, Some(Outcome::Abandoned)),
        "no answer: it is in no volume of chats"
    );
    assert_eq!(fact::survey("c", &left, None), None, "nobody rates what was not held");
    assert_eq!(when(&left, &RESIDENT, &Command::Leave, NOW), Ok(vec![]), "pressed twice");
    // A resident who comes back waits for a message, and for nobody who never had it.
    let back = after(left, &RESIDENT, &write(), NOW + MINUTE);
    assert_eq!((back.place.clone(), back.channel, back.is_live()), (Place::Queued, Channel::Message, false));

    let (nurse, held) = (nurse("n"), [(nurse("n"), Command::Claim), (nurse("n"), write()), (RESIDENT, Command::Leave)]);
    let held = given(&held);
    assert_eq!((held.owner(), held.outcome, held.is_live()), (Some("n"), None, false), "who has it says how it ended");
    assert!(held.may_rate(NOW + MINUTE));
    assert!(when(&held, &nurse, &resolve(Outcome::Abandoned), NOW + MINUTE).is_err(), "somebody has answered");
    assert!(when(&held, &nurse, &resolve(Outcome::Advised), NOW + MINUTE).is_ok());
    assert!(when(&given(&[]), &nurse, &Command::Leave, NOW).is_err(), "a professional ends it otherwise");
}

#[test]
fn unanswered_when_its_day_is_over_it_is_a_message_and_nothing_is_typed_again() {
    let chat = given(&[]);
    assert_eq!(chat.due(), Some((UNTIL, Command::Turn)));
    assert_eq!(when(&chat, &By::System, &Command::Turn, UNTIL - 1), Err(Refusal::TooEarly));
    let turned = after(chat, &By::System, &Command::Turn, UNTIL);
    assert_eq!(
        (row(&turned).0, turned.waits_since, turned.due()),
        (Channel::Message, Some(NOW), None),
        "its place is kept"
    );
    let wished = given(&[(RESIDENT, Command::Turn)]);
    assert_eq!((wished.channel, wished.is_live()), (Channel::Message, false), "or earlier, as its resident wishes");
    assert_eq!(when(&wished, &RESIDENT, &Command::Turn, NOW), Ok(vec![]));
}

#[test]
fn a_chat_of_which_nobody_makes_an_end_ends_with_its_day() {
    let nurse = nurse("n");
    let (claim, said) = ((nurse.clone(), Command::Claim), (nurse.clone(), write()));
    let released = (nurse.clone(), Command::Release);
    // A professional who has it goes on after hours, and for an hour after the last word.
    for (commands, ends, channel) in [
        (vec![claim.clone()], UNTIL + 60 * MINUTE, Channel::Message),
        (vec![claim.clone(), said.clone()], UNTIL + 60 * MINUTE, Channel::Chat),
        (vec![claim, said, released], UNTIL, Channel::Chat),
    ] {
        let chat = given(&commands);
        assert_eq!(chat.due(), Some((ends, Command::Turn)), "{commands:?}");
        assert_eq!(when(&chat, &By::System, &Command::Turn, ends - 1), Err(Refusal::TooEarly));
        let over = after(chat.clone(), &By::System, &Command::Turn, ends);
        assert_eq!((over.is_live(), over.due(), row(&over).0), (false, None, channel), "{commands:?}");
        assert_eq!(
            (over.waits_since, &over.place),
            (chat.waits_since, &chat.place),
            "nobody loses it, nor their place"
        );
        assert_eq!(over.may_rate(ends), chat.first_response_at.is_some());
    }
    let chat = given(&[(nurse.clone(), Command::Claim), (nurse.clone(), write())]);
    let late = after(chat, &RESIDENT, &write(), UNTIL + 30 * MINUTE);
    assert_eq!(late.due(), Some((UNTIL + 90 * MINUTE, Command::Turn)), "they are talking");
    assert!(when(&late, &RESIDENT, &Command::Turn, UNTIL).is_err(), "it was answered");
}

#[test]
fn an_end_that_is_taken_back_brings_the_chat_back() {
    let nurse = nurse("n");
    let chat = given(&[(nurse.clone(), Command::Claim), (nurse.clone(), write())]);
    let ended = after(chat, &nurse, &resolve(Outcome::Advised), NOW + 20 * MINUTE);
    assert!(!ended.is_live());
    let rated = after(ended.clone(), &RESIDENT, &Command::Rate { rating: 3 }, NOW + 21 * MINUTE);
    for (ended, is_live) in [(ended, true), (rated, false)] {
        let back = after(ended.clone(), &nurse, &Command::Undo, NOW + 21 * MINUTE);
        assert_eq!(back.is_live(), is_live, "one that was rated is over");
        assert!(is_live || back.chat == ended.chat);
    }
}

#[test]
fn a_call_and_a_chat_are_one_matter_and_either_ends_both() {
    let slot = slots(Calendar::shipped(), NOW, 1)[0];
    let me = Command::CallMe { slot, number: Some("040 123".into()), mark: None };
    let both = given(&[(RESIDENT, me.clone())]);
    assert!(both.is_live() && both.calls.is_agreed());
    let nurse = nurse("n");
    let called = after(
        after(both.clone(), &nurse, &Command::Claim, slot.from),
        &nurse,
        &Command::Called { reached: true, at: None },
        slot.from,
    );
    assert_eq!((called.is_live(), called.waits_since, row(&called).0), (false, None, Channel::Callback));
    let chatted = given(&[
        (RESIDENT, me.clone()),
        (nurse.clone(), Command::Claim),
        (nurse.clone(), write()),
        (nurse.clone(), resolve(Outcome::Advised)),
    ]);
    assert_eq!((chatted.calls.agreed, row(&chatted).0), (None, Channel::Chat));
    let left = given(&[(RESIDENT, me), (RESIDENT, Command::Leave)]);
    assert_eq!(
        (left.outcome, left.channel, left.waits_since),
        (None, Channel::Callback, Some(NOW)),
        "the call is still to come"
    );
}

fn command() -> impl Strategy<Value = (u8, i64, Command)> {
    let slot = slots(Calendar::shipped(), NOW, 1)[0];
    let command = prop_oneof![
        4 => Just(write()),
        3 => Just(Command::Claim),
        1 => Just(Command::Release),
        2 => Just(Command::Leave),
        1 => Just(Command::Turn),
        1 => Just(greet()),
        1 => Just(Command::Reopen),
        1 => Just(Command::CallMe { slot, number: None, mark: None }),
        1 => prop::bool::ANY.prop_map(|reached| Command::Called { reached, at: None }),
        1 => (0_u8..7).prop_map(|rating| Command::Rate { rating }),
        1 => prop::sample::select(vec![Outcome::Advised, Outcome::Abandoned, Outcome::Unreachable]).prop_map(resolve),
    ];
    // Two tabs of the resident, two professionals, and the clock; minutes since the command before.
    (0_u8..5, 0_i64..60, command)
}

proptest! {
    /// Acts come in any order: pressed twice, from two tabs, by two professionals, after a phone has slept.
    #[test]
    fn however_they_meet_a_chat_is_answered_abandoned_or_a_message_and_never_two_of_them(
        commands in prop::collection::vec(command(), 0..50)
    ) {
        let mut chat = given(&[]);
        let mut now = NOW + MINUTE;
        for (by, minutes, command) in commands {
            now += minutes * MINUTE;
            let by = [RESIDENT, RESIDENT, nurse("a"), nurse("b"), By::System][usize::from(by)].clone();
            let Ok(events) = when(&chat, &by, &command, now) else { continue };
            let before = chat.clone();
            chat = given::after(Some(chat), &events, now).expect("it stays one");
            prop_assert!(!chat.is_live() || before.is_live(), "what is over is over");
            prop_assert!(!chat.is_live() || chat.resolved_at.is_none(), "an ended matter has no live chat");
            prop_assert!(!chat.calls.is_agreed() || chat.resolved_at.is_none(), "nor a call to come");
            let abandoned = chat.outcome == Some(Outcome::Abandoned);
            prop_assert!(!abandoned || chat.first_response_at.is_none(), "who was answered abandoned nothing");
            // A row of the facts is never of a chat that was held and of something else.
            let (channel, first, length, _) = row(&chat);
            let was_held = chat.chat.as_ref().and_then(|it| it.over).is_some_and(|over| over.is_answered);
            prop_assert!(channel != Channel::Chat || first.is_none() || chat.is_live() || was_held);
            prop_assert!(length.is_none_or(|it| it >= 0));
            prop_assert_eq!(fact::survey("c", &chat, None).is_some(), was_held);
            prop_assert!(before.chat.as_ref().and_then(|it| it.rated).is_none_or(|it| chat.chat.as_ref().and_then(|it| it.rated) == Some(it)));
            // Sent again at once, nothing but a message comes of it.
            if !matches!(command, Command::Write { .. }) {
                let again = when(&chat, &by, &command, now);
                prop_assert!(again.as_ref().map_or(true, Vec::is_empty), "{:?} again: {:?}", command, again);
            }
        }
    }
}

#[test]
fn a_queue_says_when_it_chats() {
    let read = |chat: &str| {
        let text = format!(
            "id = \"x\"\nversion = 1\nname = {{ fi = \"a\", sv = \"b\", en = \"c\" }}\nregister = \"health\"\nprofessions = [\"nurse\"]\nunits = [\"u\"]\n{chat}\n"
        );
        let file = File { path: "content/queues/x.toml", text: &text, origin: Origin::Shipped };
        let (all, faults) = Catalogue::<Queue>::read(&[file], &|_, _| true);
        (all, faults.into_iter().map(|fault| fault.what).collect::<Vec<_>>())
    };
    for (chat, fault) in [
        ("[chat]\nfrom = \"8\"\nto = \"16:00\"\nmost = 3", "8 is no time"),
        ("[chat]\nfrom = \"16:00\"\nto = \"08:00\"\nmost = 3", "the chat closes before it opens"),
        ("[chat]\nfrom = \"08:00\"\nto = \"16:00\"\nmost = 0", "nobody may chat"),
    ] {
        assert_eq!(read(chat).1, [fault], "{chat}");
    }
    let text = "from = \"08:00\"\nto = \"16:00\"\nmost = 3";
    let chats: Chats = toml::from_str(text).expect("a chat");
    let calendar = Calendar::shipped();
    let at = |text: &str| calendar.instant(text.parse().expect("a time")).expect("an instant");
    for (now, until, next) in [
        ("2026-03-09T07:59:59", None, "2026-03-09T08:00"),
        ("2026-03-09T08:00:00", Some("2026-03-09T16:00"), "2026-03-10T08:00"),
        ("2026-03-09T15:59:59", Some("2026-03-09T16:00"), "2026-03-10T08:00"),
        ("2026-03-09T16:00:00", None, "2026-03-10T08:00"),
        ("2026-04-02T17:00:00", None, "2026-04-07T08:00"),
    ] {
        assert_eq!(chats.open_until(calendar, at(now)), until.map(at), "{now}");
        assert_eq!(chats.opens_next(calendar, at(now)), Some(at(next)), "{now}");
    }
}

/// Rows come from the history, as the follower makes them: of both tables.
#[test]
fn a_held_chat_has_a_row_of_the_contact_and_one_of_the_rating() {
    let (nurse, mut history, mut chat) = (nurse("n"), Vec::new(), None);
    for (by, command) in [
        (&RESIDENT, opening()),
        (&RESIDENT, greet()),
        (&nurse, Command::Claim),
        (&nurse, write()),
        (&RESIDENT, Command::Leave),
        (&RESIDENT, Command::Rate { rating: 5 }),
    ] {
        let events =
            given::when::<Contact>(chat.as_ref(), &command, &on(NOW, by, &Organisation::default())).expect("allowed");
        chat = given::after(chat, &events, NOW);
        history.extend(events.into_iter().map(|event| Dated { event, at: NOW, changed: NOW }));
    }
    let mut rows = Vec::new();
    let about = matter::About { id: "c", resident: None, calendar: Calendar::shipped(), changed: NOW };
    Contact::rows(&history, &about, &mut |table, _, _| rows.push(table.name));
    assert_eq!(rows, ["contacts", "surveys"]);
}

#[test]
fn a_chat_goes_on_from_those_who_were_to_see_it_first_before_its_day_is_over() {
    let first_until = |until: i64| -> Contact {
        let routed = serde_json::json!({
            "case": { "channel": "chat", "language": "fi", "service": "child_health" },
            "clocks": [],
            "first": { "unit": "centre", "until": until },
        });
        let mut opening = opening();
        if let Command::Open { routed: decided, .. } = &mut opening {
            *decided = Some(Box::new(serde_json::from_value(routed).expect("a decision")));
        }
        let commands = [(RESIDENT, opening), (RESIDENT, greet())];
        given::given(&commands, NOW, &Organisation::default()).expect("a chat")
    };
    let (soon, late) = (first_until(NOW + 30 * MINUTE), first_until(UNTIL + MINUTE));
    assert_eq!(soon.due(), Some((NOW + 30 * MINUTE, Command::PassOn)));
    assert_eq!(late.due(), Some((UNTIL, Command::Turn)), "the day of the chat is over before");
    let soon = after(soon, &By::System, &Command::PassOn, NOW + 30 * MINUTE);
    assert!(soon.is_live() && *soon.unit == *"centre");
    assert_eq!(soon.due(), Some((UNTIL, Command::Turn)));
    let late = after(late, &By::System, &Command::Turn, UNTIL);
    assert_eq!(late.due(), Some((UNTIL + MINUTE, Command::PassOn)), "as a message it waits for them still");
}

#[test]
fn whoever_acts_for_another_ends_and_rates_the_chat_as_the_other_could() {
    let [who, of] = [1, 2].map(|it| matter::Subject(uuid::Uuid::from_u128(it)));
    let acting = By::Acting { who, of, right: facts::OnBehalf::Guardian };
    let held = given(&[(nurse("n"), Command::Claim), (nurse("n"), write())]);
    for command in [Command::Leave, Command::Turn] {
        assert!(when(&given(&[]), &acting, &command, NOW).is_ok(), "{command:?}");
    }
    let left = after(held, &acting, &Command::Leave, NOW + MINUTE);
    assert!(when(&left, &acting, &Command::Rate { rating: 4 }, NOW + MINUTE).is_ok());
}
