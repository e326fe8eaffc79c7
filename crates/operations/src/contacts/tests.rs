use facts::{Channel, Outcome};
use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_767_225_600_000_000;

const NURSE: By<'_> = By::Professional("nurse-1");
const OTHER: By<'_> = By::Professional("nurse-2");

fn opening() -> Command {
    Command::Open {
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "station-a".into(),
        anonymous: true,
        subject: String::new(),
        client_id: String::new(),
    }
}

fn write(seen: u64) -> Command {
    Command::Write { seen, client_id: String::new() }
}

fn ask(seen: u64) -> Command {
    Command::Ask { seen, client_id: String::new() }
}

fn finish(seen: u64) -> Command {
    Command::Finish { outcome: Outcome::Advised, seen, client_id: String::new() }
}

fn transfer_to(unit: &str) -> Command {
    Command::Transfer { to: unit.into(), reason: "misdirected".into() }
}

/// A contact to which some commands have happened, one second after another.
fn given(commands: &[(By<'_>, Command)]) -> Contact {
    let mut contact = None;
    for (second, (by, command)) in [(By::Resident, opening())].iter().chain(commands).enumerate() {
        let context = Context { now: NOW + second as i64 * 1_000_000, by: *by, leads: false, here: false };
        let events =
            decide(contact.as_ref(), command, &context).unwrap_or_else(|refusal| panic!("{command:?}: {refusal:?}"));
        contact = events.iter().fold(contact, |contact, event| Contact::evolve(contact, event, context.now));
    }
    contact.unwrap_or_else(|| panic!("an opening makes a contact"))
}

/// The events of a command an hour later.
fn when(contact: &Contact, by: By<'_>, command: &Command) -> Result<Vec<Event>, Refusal> {
    decide(Some(contact), command, &Context { now: NOW + 3_600_000_000, by, leads: false, here: false })
}

fn seen(contact: &Contact) -> Command {
    write(contact.conversation)
}

const RESOLVED: Command = Command::Resolve { outcome: Outcome::Advised, seen: 99 };

#[test]
fn a_contact_is_claimed_by_one() {
    let queued = given(&[]);
    let claimed = when(&queued, NURSE, &Command::Claim);
    assert_eq!(claimed, Ok(vec![Event::Claimed { owner: "nurse-1".into() }, Event::Shown(Shown::InWork)]));
    let owned = given(&[(NURSE, Command::Claim)]);
    assert_eq!(when(&owned, NURSE, &Command::Claim), Ok(vec![]), "again is once");
    assert_eq!(when(&owned, OTHER, &Command::Claim), Err(Refusal::OwnedBy("nurse-1".into())));
    assert!(when(&queued, By::Resident, &Command::Claim).is_err());
}

#[test]
fn only_who_has_it_answers_and_only_after_reading() {
    let queued = given(&[]);
    assert_eq!(when(&queued, NURSE, &seen(&queued)), Err(Refusal::NotOwned));
    let owned = given(&[(NURSE, Command::Claim), (By::Resident, write(0))]);
    assert_eq!(when(&owned, OTHER, &seen(&owned)), Err(Refusal::OwnedBy("nurse-1".into())));
    assert_eq!(when(&owned, NURSE, &write(1)), Err(Refusal::Unseen(4)), "a message came meanwhile");
    assert_eq!(when(&owned, NURSE, &seen(&owned)), Ok(vec![Event::written(Author::Service)]));
    for command in [ask(1), finish(1), Command::Resolve { outcome: Outcome::Advised, seen: 1 }] {
        assert_eq!(when(&owned, NURSE, &command), Err(Refusal::Unseen(4)), "{command:?}");
    }
}

#[test]
fn a_question_waits_for_its_answer_and_keeps_its_owner() {
    let asked = given(&[(NURSE, Command::Claim), (NURSE, ask(9))]);
    assert_eq!(asked.place, Place::Waiting { owner: "nurse-1".into() });
    let answered = given(&[(NURSE, Command::Claim), (NURSE, ask(9)), (By::Resident, write(0))]);
    assert_eq!(answered.place, Place::Owned { owner: "nurse-1".into() });
}

#[test]
fn the_first_response_is_a_persons_and_stands() {
    let answered = given(&[(NURSE, Command::Claim), (NURSE, write(9)), (NURSE, write(9))]);
    assert_eq!(answered.first_response_at, Some(NOW + 2_000_000));
    assert_eq!(given(&[(NURSE, Command::Claim)]).first_response_at, None, "claiming answers nobody");
}

#[test]
fn handed_over_it_is_in_the_other_queue_and_opened_when_it_was() {
    let moved = given(&[(NURSE, Command::Claim), (NURSE, transfer_to("station-b"))]);
    assert_eq!(
        (moved.place.clone(), moved.unit.as_str(), moved.arrival_unit.as_str()),
        (Place::Queued, "station-b", "station-a")
    );
    assert_eq!((moved.opened_at, moved.transfers), (NOW, 1));
    assert!(matches!(when(&moved, NURSE, &transfer_to("station-b")), Err(Refusal::NotNow(_))));
    let owned = given(&[(NURSE, Command::Claim)]);
    assert_eq!(when(&owned, OTHER, &transfer_to("station-b")), Err(Refusal::OwnedBy("nurse-1".into())));
}

#[test]
fn a_lead_takes_a_contact_from_who_is_away() {
    let lead = Context { now: NOW, by: OTHER, leads: true, here: false };
    let (queued, owned) = (given(&[]), given(&[(NURSE, Command::Claim)]));
    assert_eq!(when(&queued, NURSE, &transfer_to("station-b")), Err(Refusal::NotOwned), "it is claimed first");
    for contact in [&queued, &owned] {
        assert!(decide(Some(contact), &transfer_to("station-b"), &lead).is_ok());
    }
    assert_eq!(decide(Some(&owned), &Command::Release, &lead), Ok(vec![Event::Released, Event::Shown(Shown::Waiting)]));
    assert_eq!(decide(Some(&queued), &Command::Release, &lead), Err(Refusal::NotOwned));
    assert!(decide(Some(&owned), &write(9), &lead).is_err(), "but does not answer for them");
}

#[test]
fn a_lead_gives_a_contact_to_somebody_and_nobody_else_does() {
    let to = |to: &str| Command::Assign { to: to.into() };
    let lead = |by| Context { now: NOW, by, leads: true, here: false };
    let (queued, owned) = (given(&[]), given(&[(NURSE, Command::Claim)]));
    let asked = given(&[(NURSE, Command::Claim), (NURSE, ask(9))]);
    let resolved = given(&[(NURSE, Command::Claim), (NURSE, RESOLVED)]);
    let assigned = Event::Assigned { owner: "nurse-2".into() };
    for (contact, shown) in [(&queued, Shown::InWork), (&owned, Shown::InWork), (&asked, Shown::Asked)] {
        let expected = vec![assigned.clone(), Event::Shown(shown)];
        assert_eq!(decide(Some(contact), &to("nurse-2"), &lead(By::Professional("lead"))), Ok(expected));
        assert!(when(contact, NURSE, &to("nurse-2")).is_err(), "who has it hands it over or gives it back");
    }
    for contact in [&owned, &asked] {
        assert_eq!(decide(Some(contact), &to("nurse-1"), &lead(OTHER)), Ok(vec![]), "they have it");
    }
    assert!(decide(Some(&resolved), &to("nurse-2"), &lead(OTHER)).is_err());
    let after = Contact::evolve(Some(asked), &assigned, NOW).unwrap_or_else(|| panic!("it stays one"));
    assert_eq!(after.place, Place::Waiting { owner: "nurse-2".into() }, "the question still waits for its answer");
    assert_eq!(
        when(&after, NURSE, &write(9)),
        Err(Refusal::OwnedBy("nurse-2".into())),
        "the one before writes no more"
    );
}

#[test]
fn answered_and_resolved_is_one_act() {
    let owned = given(&[(NURSE, Command::Claim)]);
    let written = Event::written(Author::Service);
    let resolved = Event::Resolved { outcome: Outcome::Advised };
    assert_eq!(when(&owned, NURSE, &finish(9)), Ok(vec![written, resolved, Event::Shown(Shown::Resolved)]));
    let finished = given(&[(NURSE, Command::Claim), (NURSE, finish(9))]);
    assert_eq!((finished.first_response_at, finished.waits_since), (Some(NOW + 2_000_000), None));
}

/// Since when the resident waits, and from when an answer is owed, in seconds after the opening; and whether it was
/// taken up again.
fn owed(commands: &[(By<'_>, Command)]) -> (Option<i64>, Option<i64>, bool) {
    let contact = given(commands);
    let seconds = |at: Option<i64>| at.map(|at| (at - NOW) / 1_000_000);
    (seconds(contact.waits_since), seconds(contact.promised_from), contact.is_reopened)
}

#[test]
fn whose_turn_it_is_follows_from_who_spoke_last() {
    let (claim, says, again) = ((NURSE, Command::Claim), (By::Resident, write(0)), (NURSE, Command::Reopen));
    let answer = || (NURSE, write(99));
    let table: [(&[(By<'_>, Command)], _); 9] = [
        (&[], (Some(0), Some(0), false)),
        (std::slice::from_ref(&says), (Some(0), Some(0), false)),
        (&[claim.clone(), says.clone(), answer()], (None, None, false)),
        (&[claim.clone(), (NURSE, ask(99))], (None, None, false)),
        (&[claim.clone(), (NURSE, ask(99)), says.clone(), says.clone()], (Some(3), None, false)),
        (&[claim.clone(), (NURSE, RESOLVED)], (None, None, false)),
        (&[claim.clone(), (NURSE, RESOLVED), says.clone()], (Some(3), Some(3), true)),
        (&[claim.clone(), (NURSE, RESOLVED), again], (None, None, false)),
        (&[claim, (NURSE, RESOLVED), says.clone(), (NURSE, Command::Claim), answer()], (None, None, true)),
    ];
    for (commands, expected) in table {
        assert_eq!(owed(commands), expected, "{commands:?}");
    }
}

#[test]
fn where_it_came_from_stands_by_it_until_it_is_resolved() {
    let moved = given(&[(NURSE, Command::Claim), (NURSE, transfer_to("station-b")), (OTHER, Command::Claim)]);
    let handed = Handed { from: "station-a".into(), reason: "misdirected".into(), seq: 3 };
    assert_eq!(moved.handed, Some(handed));
    let resolved = given(&[
        (NURSE, Command::Claim),
        (NURSE, transfer_to("station-b")),
        (OTHER, Command::Claim),
        (OTHER, RESOLVED),
    ]);
    assert_eq!(resolved.handed, None);
}

#[test]
fn an_answered_contact_is_taken_up_again_within_its_time_and_closed_after_it() {
    let resolved = given(&[(NURSE, Command::Claim), (NURSE, RESOLVED)]);
    let at = |days: i64| Context { now: NOW + days * 86_400_000_000, by: By::Resident, leads: false, here: false };
    let write = write(0);
    let again = decide(Some(&resolved), &write, &at(6));
    let written = Event::written(Author::Resident);
    assert_eq!(again, Ok(vec![written, Event::Reopened, Event::Shown(Shown::Waiting)]));
    let to_who_knows_it = Context { here: true, ..at(6) };
    let (written, back) = (Event::written(Author::Resident), Event::Assigned { owner: "nurse-1".into() });
    assert_eq!(
        decide(Some(&resolved), &write, &to_who_knows_it),
        Ok(vec![written, Event::Reopened, back, Event::Shown(Shown::InWork)])
    );
    assert_eq!(decide(Some(&resolved), &write, &at(8)), Err(Refusal::TooLate));
    let by_system = |days| Context { by: By::System, ..at(days) };
    assert_eq!(decide(Some(&resolved), &Command::Close, &by_system(6)), Err(Refusal::TooEarly));
    let closed = decide(Some(&resolved), &Command::Close, &by_system(8));
    let by_nurse = decide(Some(&resolved), &Command::Close, &Context { by: NURSE, ..at(1) });
    assert_eq!(by_nurse, closed, "who answered may end it before");
    assert!(decide(Some(&resolved), &Command::Close, &at(8)).is_err(), "the resident does not");
    assert_eq!(closed, Ok(vec![Event::Closed, Event::Shown(Shown::Closed)]));
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    // One of every event ever written: these texts never change.
    let golden = [
        (
            Event::Opened {
                channel: Channel::WalkIn,
                service: "outpatient".into(),
                language: "sv".into(),
                unit: "a".into(),
                anonymous: false,
                subject: String::new(),
                at: 5,
            },
            "contact.opened",
            r#"{"anonymous":false,"at":5,"channel":"walk_in","language":"sv","service":"outpatient","unit":"a"}"#,
        ),
        (Event::Claimed { owner: "p1".into() }, "contact.claimed", r#"{"owner":"p1"}"#),
        (Event::Assigned { owner: "p2".into() }, "contact.assigned", r#"{"owner":"p2"}"#),
        (Event::Released, "contact.released", "{}"),
        (Event::Asked, "contact.asked", "{}"),
        (Event::Answered, "contact.answered", "{}"),
        (
            Event::Transferred { from: "a".into(), to: "b".into(), reason: "misdirected".into() },
            "contact.transferred",
            r#"{"from":"a","reason":"misdirected","to":"b"}"#,
        ),
        (Event::Resolved { outcome: Outcome::SelfCare }, "contact.resolved", r#"{"outcome":"self_care"}"#),
        (Event::Reopened, "contact.reopened", "{}"),
        (Event::Closed, "contact.closed", "{}"),
        (Event::written(Author::Service), "message.written", r#"{"author":"service"}"#),
        (
            Event::Written { author: Author::Resident, client_id: "c-1".into() },
            "message.written",
            r#"{"author":"resident","client_id":"c-1"}"#,
        ),
        (Event::Shown(Shown::InWork), "conversation.shown", r#""in_work""#),
    ];
    for (event, kind, data) in golden {
        assert_eq!(event.encode(), (kind.to_string(), data.to_string()));
        assert_eq!(Event::decode(kind, 1, data), Ok(event));
    }
    for (kind, schema, data) in [
        ("contact.opened", 2, "{}"),
        ("contact.vanished", 1, "{}"),
        ("contact.resolved", 1, r#"{"outcome":"unheard_of"}"#),
        ("contact.claimed", 1, "no json"),
    ] {
        assert!(Event::decode(kind, schema, data).is_err(), "{kind}");
    }
}

fn command() -> impl Strategy<Value = (bool, u8, Command)> {
    let command = prop_oneof![
        Just(Command::Claim),
        Just(Command::Release),
        prop::sample::select(vec!["nurse-1", "nurse-2"]).prop_map(|to| Command::Assign { to: to.into() }),
        (0_u64..30).prop_map(finish),
        (0_u64..30).prop_map(write),
        (0_u64..30).prop_map(ask),
        prop::sample::select(vec!["station-a", "station-b"]).prop_map(transfer_to),
        (0_u64..30).prop_map(|seen| Command::Resolve { outcome: Outcome::Advised, seen }),
        Just(Command::Reopen),
        Just(Command::Close),
        Just(opening()),
    ];
    (any::<bool>(), 0_u8..4, command)
}

proptest! {
    #[test]
    fn whatever_happens_a_contact_is_in_one_place_and_has_a_way_out(
        commands in prop::collection::vec((command(), 0_i64..10), 0..60)
    ) {
        let mut contact = given(&[]);
        let mut now = NOW;
        for ((leads, by, command), days) in commands {
            now += days * 86_400_000_000;
            let by = [By::Resident, NURSE, OTHER, By::System][usize::from(by)];
            let context = Context { now, by, leads: leads && matches!(by, By::Professional(_)), here: days > 4 };
            let Ok(events) = decide(Some(&contact), &command, &context) else { continue };
            let before = contact.clone();
            for event in &events {
                contact = Contact::evolve(Some(contact), event, now).expect("a contact stays one");
            }
            prop_assert_eq!(contact.opened_at, before.opened_at);
            prop_assert_eq!(&contact.arrival_unit, &before.arrival_unit);
            prop_assert!(contact.last_of_resident <= contact.conversation);
            prop_assert!(contact.first_response_at >= before.first_response_at, "an answer is not taken back");
            // The state that both sides are shown is the true one.
            let shown = events.iter().rev().find_map(|event| match event { Event::Shown(shown) => Some(*shown), _ => None });
            match (shown, &contact.place) {
                (None, place) => prop_assert_eq!(
                    std::mem::discriminant(place), std::mem::discriminant(&before.place), "a change is shown"
                ),
                (Some(Shown::Received | Shown::Waiting), Place::Queued)
                | (Some(Shown::InWork), Place::Owned { .. })
                | (Some(Shown::Asked), Place::Waiting { .. })
                | (Some(Shown::Resolved), Place::Resolved { .. })
                | (Some(Shown::Closed), Place::Closed) => {}
                (shown, place) => prop_assert!(false, "shown {:?}, and stands {:?}", shown, place),
            }
            // Carried out at once again, nothing but messages comes of it.
            if !matches!(command, Command::Write { .. } | Command::Ask { .. }) {
                let again = decide(Some(&contact), &command, &context);
                let harmless = again.as_ref().map_or(true, Vec::is_empty);
                prop_assert!(harmless, "{:?} again: {:?}", command, again);
            }
        }
        // From wherever it stands, the people who can be there bring it to its end.
        let owner = match &contact.place {
            Place::Owned { owner } | Place::Waiting { owner } => owner.clone(),
            _ => "nurse-1".into(),
        };
        let by = By::Professional(&owner);
        let seen = contact.conversation;
        for (by, command, later) in [
            (by, Command::Claim, 0),
            (by, Command::Resolve { outcome: Outcome::Advised, seen }, 0),
            (By::System, Command::Close, REOPENED_WITHIN),
        ] {
            if let Ok(events) = decide(Some(&contact), &command, &Context { now: now + later, by, leads: false, here: false }) {
                for event in &events {
                    contact = Contact::evolve(Some(contact), event, now).expect("a contact stays one");
                }
            }
        }
        prop_assert_eq!(contact.place, Place::Closed);
    }
}
