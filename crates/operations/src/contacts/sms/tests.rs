use facts::{Channel, Outcome};
use matter::By;
use matter::given::{given, on, when};

use super::*;
use crate::contacts::calls::slots;
use crate::contacts::{Command, File, FileKind, WAITED};
use crate::organisation::Organisation;

/// A Monday in March 2026, 12.00 in Helsinki.
const NOW: i64 = 1_773_050_400_000_000;
const DAY: i64 = 86_400 * 1_000_000;

fn worker() -> By {
    By::Professional { id: "w".into(), unit: "a".into(), leads: false }
}

fn by_sms(commands: &[(By, Command)]) -> Contact {
    let open = Command::Open {
        channel: Channel::Sms,
        service: "social_work".into(),
        language: "fi".into(),
        unit: "a".into(),
        queue: Some("social-advice".into()),
        anonymous: true,
        subject: None,
        routed: None,
        client_id: String::new(),
        text: "Hei".into(),
    };
    let answer_by = Command::AnswerBy { means: Means::Sms, address: "+358450000001".into() };
    let commands = [&[(By::Holder, open), (By::Holder, answer_by)], commands].concat();
    given(&commands, NOW, &Organisation::default()).expect("a contact")
}

/// With a worker who has read it and has it.
fn held(more: &[(By, Command)]) -> Contact {
    by_sms(&[&[(worker(), Command::Claim)], more].concat())
}

fn write(text: &str) -> Command {
    Command::Write { client_id: "c".into(), text: text.into() }
}

fn asked(contact: &Contact, by: &By, command: &Command, after: i64) -> Result<Vec<Event>, Refusal> {
    let organisation = Organisation::default();
    let on = On { seen: u64::MAX, ..on(NOW + after, by, &organisation) };
    when(Some(contact), command, &on)
}

fn after(contact: Contact, events: &[Event]) -> Contact {
    events.iter().try_fold(contact, |it, event| Contact::after(Some(it), event, NOW)).expect("a contact")
}

#[test]
fn an_answer_is_as_long_as_telephones_count_it() {
    let letters = |count: usize| "ä".repeat(count);
    for (text, places, parts, is_wide) in [
        (String::new(), 0, 0, false),
        ("Hei, vastaan pian. Åsa sanoi että öljy on §".into(), 43, 1, false),
        (letters(160), 160, 1, false),
        (letters(161), 161, 2, false),
        (letters(306), 306, 2, false),
        (letters(307), 307, 3, false),
        // A euro sign takes two places, and is not cut in two: one place stays empty at the end of the first message.
        (format!("{}€{}", letters(152), letters(20)), 174, 2, false),
        (format!("{}€{}", letters(152), letters(152)), 306, 3, false),
        // One sign of another alphabet, and the whole is sent in it.
        ("š".into(), 1, 1, true),
        (format!("š{}", letters(69)), 70, 1, true),
        (format!("š{}", letters(70)), 71, 2, true),
        (format!("š{}", letters(134)), 135, 3, true),
        ("🙂".into(), 2, 1, true),
        // It takes two places and is not cut in two, either.
        (format!("š{}🙂{}", letters(65), letters(10)), 78, 2, true),
        ("Привет".into(), 6, 1, true),
    ] {
        assert_eq!(length(&text), Length { places, parts, is_wide }, "{text}");
    }
}

#[test]
fn an_answer_goes_unless_it_is_too_long_or_others_could_read_who_it_is_about() {
    let contact = held(&[]);
    let longest = "a".repeat(153 * MOST_PARTS);
    for (text, expected) in [
        ("Kyllä, se sopii.", None),
        (longest.as_str(), None),
        (&format!("{longest}a"), Some(Refusal::TooLong)),
        ("Asiakas 131052-9085 saa tukea.", Some(Refusal::IdentityCode)),
    ] {
        let ask = Command::Ask { client_id: "c".into(), text: text.into() };
        let finish = Command::Finish { outcome: Outcome::Advised, client_id: "c".into(), text: text.into() };
        for command in [write(text), ask, finish] {
            assert_eq!(asked(&contact, &worker(), &command, DAY).err(), expected, "{text}");
        }
    }
}

#[test]
fn whoever_writes_by_text_message_is_not_called_and_gets_no_files() {
    let contact = held(&[]);
    let slot = slots(calendar::Calendar::shipped(), NOW + DAY, 1)[0];
    let call = Command::CallMe { slot, number: Some("+358450000001".into()), mark: None };
    for by in [worker(), By::Holder] {
        assert_eq!(asked(&contact, &by, &call, DAY), Err(Refusal::NoCalls), "{by:?}");
    }
    let file = File { id: uuid::Uuid::from_u128(1), kind: FileKind::Png, bytes: 1, digest: "0a".into() };
    let attach = Command::Attach { file, name: "kuva.png".into() };
    assert_eq!(asked(&contact, &worker(), &attach, DAY), Err(Refusal::NoFiles));
}

#[test]
fn nothing_is_sent_to_whoever_wants_no_more_until_they_write_again() {
    let stop = || Command::Stop { text: "STOP".into() };
    let stopped = held(&[(By::Holder, stop())]);
    assert!(stopped.is_stopped);
    assert_eq!(stopped.last_of_resident, stopped.conversation, "whoever has it reads it first");
    assert_eq!(asked(&stopped, &worker(), &write("Hei"), DAY), Err(Refusal::Stopped));
    assert!(asked(&stopped, &worker(), &Command::Resolve { outcome: Outcome::Abandoned }, DAY).is_ok());
    let again = held(&[(By::Holder, stop()), (By::Holder, write("Anteeksi, kirjoita vain"))]);
    assert!(asked(&again, &worker(), &write("Hei"), DAY).is_ok());
    // A question that waited for them is answered by it; what was resolved stays so.
    let ask = Command::Ask { client_id: "c".into(), text: "Mistä?".into() };
    let organisation = Organisation::default();
    let seen = |contact: &Contact| asked(contact, &By::Holder, &stop(), DAY).expect("taken");
    let waiting = when(Some(&held(&[])), &ask, &On { seen: 9, ..on(NOW, &worker(), &organisation) }).expect("asked");
    let waiting = after(held(&[]), &waiting);
    assert!(seen(&waiting).contains(&Event::Answered) && seen(&waiting).ends_with(&[Event::Stopped]));
    let resolve = Command::Resolve { outcome: Outcome::Advised };
    let events = asked(&held(&[]), &worker(), &resolve, 0).expect("resolved");
    let resolved = after(held(&[]), &events);
    assert_eq!(seen(&resolved), [Event::Stopped]);
    assert!(asked(&by_sms(&[]), &By::Holder, &stop(), 40 * DAY).is_err(), "nothing goes there any more");
}

#[test]
fn another_message_belongs_to_an_open_contact_for_thirty_days_and_to_a_resolved_one_for_seven() {
    let open = by_sms(&[]);
    let of = |contact: Contact, place: Place| Contact { place, ..contact };
    for (contact, days, expected) in [
        (open.clone(), 0, true),
        (open.clone(), 29, true),
        (open.clone(), 30, false),
        (of(open.clone(), Place::Owned { owner: "w".into() }), 29, true),
        (of(open.clone(), Place::Waiting { owner: "w".into() }), 30, false),
        (of(open.clone(), Place::Resolved { owner: "w".into(), at: NOW }), 6, true),
        (of(open.clone(), Place::Resolved { owner: "w".into(), at: NOW }), 7, false),
        (of(open, Place::Closed), 0, false),
    ] {
        assert_eq!(contact.takes(NOW + days * DAY + 10_000_000), expected, "{:?} after {days} days", contact.place);
    }
}

#[test]
fn how_a_writer_is_answered_is_said_once_as_the_contact_is_opened() {
    let contact = by_sms(&[]);
    let answer_by = |means, address: &str| Command::AnswerBy { means, address: address.into() };
    assert_eq!(asked(&contact, &By::Holder, &answer_by(Means::Sms, "+358450000001"), 0), Ok(vec![]));
    assert!(asked(&contact, &By::Holder, &answer_by(Means::Email, "x@example.org"), 0).is_err());
    let on_its_way = Command::Transfer { to: "b".into(), queue: None, reason: WAITED.into(), note: None };
    let events = asked(&held(&[]), &worker(), &on_its_way, DAY).expect("handed over");
    let moved = after(held(&[]), &events);
    assert_eq!(moved.answers_go, Some(Means::Sms), "wherever it goes");
}
