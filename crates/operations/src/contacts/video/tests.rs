use matter::given::{self, on};
use matter::{By, Matter, Text};

use super::*;
use crate::contacts::{Command, Outcome, Slot};
use crate::organisation::Organisation;
use crate::video::{Door, of_contact};

const NOW: i64 = 1_767_225_600_000_000;
const RESIDENT: By = By::Holder;
const RESOLVE: Command = Command::Resolve { outcome: Outcome::Advised };

fn professional(id: &str) -> By {
    By::Professional { id: id.into(), unit: "clinic".into(), leads: false }
}

/// A contact that `n` has, after some commands, a second each.
fn given(commands: &[(By, Command)]) -> Contact {
    let opening = Command::Open {
        channel: facts::Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "clinic".into(),
        queue: None,
        anonymous: true,
        subject: None,
        routed: None,
        client_id: "c-0".into(),
        text: "Kurkku kipeä".into(),
    };
    let begun = [(RESIDENT, opening), (professional("n"), Command::Claim)];
    given::given(&[&begun[..], commands].concat(), NOW, &Organisation::default()).expect("a contact")
}

fn when(contact: &Contact, by: &By, command: &Command, now: i64) -> Result<Vec<Event>, Refusal> {
    given::when(Some(contact), command, &on(now, by, &Organisation::default()))
}

#[test]
fn its_owner_alone_opens_the_room_and_it_ends_by_itself_or_with_the_contact() {
    let contact = given(&[]);
    let opened = vec![Event::VideoOpened, Event::Shown(Shown::VideoOpened)];
    assert_eq!(when(&contact, &professional("n"), &Command::OpenVideo, NOW), Ok(opened));
    for by in [RESIDENT, professional("m"), By::System] {
        assert!(when(&contact, &by, &Command::OpenVideo, NOW).is_err(), "{by:?}");
    }
    let open = given(&[(professional("n"), Command::OpenVideo)]);
    let at = open.video.expect("open");
    assert_eq!(of_contact(&open, at), Door::Open { until: at + LASTS });
    assert_eq!(when(&open, &professional("n"), &Command::OpenVideo, at + 1), Ok(vec![]), "twice is once");
    assert_eq!(of_contact(&open, at + LASTS), Door::Otherwise, "nobody leaves a room open for ever");
    assert!(when(&open, &professional("n"), &Command::OpenVideo, at + LASTS).is_ok_and(|it| it.len() == 2));
    let transfer = Command::Transfer { to: "other".into(), queue: None, reason: "misdirected".into(), note: None };
    for ends in [Command::EndVideo, Command::Release, RESOLVE, transfer] {
        let ended = given(&[(professional("n"), Command::OpenVideo), (professional("n"), ends.clone())]);
        assert_eq!(of_contact(&ended, NOW + 9_000_000), Door::Otherwise, "{ends:?}");
        assert_eq!(ended.video, None, "{ends:?}");
    }
    assert!(when(&given(&[(professional("n"), RESOLVE)]), &professional("n"), &Command::OpenVideo, NOW).is_err());
}

#[test]
fn either_side_has_it_go_on_by_telephone_as_a_call_of_the_same_contact_with_the_number_sealed() {
    let open = given(&[(professional("n"), Command::OpenVideo)]);
    let to_phone = Command::ToPhone { number: Some("+358450000001".into()) };
    for by in [RESIDENT, professional("n")] {
        let events = when(&open, &by, &to_phone, NOW).expect("it goes on");
        let agreed = Event::CallAgreed { from: NOW, to: NOW + CALLED_WITHIN, mark: None };
        assert_eq!(events, [Event::VideoEnded, agreed.clone(), Event::Shown(Shown::CallAgreed)], "{by:?}");
        assert_eq!(Contact::text(&to_phone, &agreed), Some(Text("+358450000001".into())));
        let after = given::after(Some(open.clone()), &events, NOW).expect("a contact");
        assert_eq!(of_contact(&after, NOW), Door::Phone);
        assert_eq!(after.calls.agreed, Some(Slot { from: NOW, to: NOW + CALLED_WITHIN }));
        let called = when(&after, &professional("n"), &Command::Called { reached: true, at: None }, NOW + 1);
        assert!(called.is_ok(), "at any hour: both have just been there");
    }
    assert!(when(&open, &professional("m"), &to_phone, NOW).is_err(), "another professional");
    assert!(when(&given(&[]), &RESIDENT, &to_phone, NOW).is_err(), "no meeting is open");
}
