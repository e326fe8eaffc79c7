use facts::{Channel, OnBehalf, Outcome};
use matter::given::{self, on};
use matter::{decode, encode};
use proptest::prelude::*;

use super::calls::Daypart;
use super::routing::{Because, Case, Decided, Own, Severity};
use super::*;
use crate::organisation::{self, Professional, Unit};

mod clocks;

const NOW: i64 = 1_767_225_600_000_000;
const DAY: i64 = 86_400 * 1_000_000;

const RESIDENT: By = By::Holder;

fn professional(id: &str) -> By {
    By::Professional { id: id.into(), unit: "station-a".into(), leads: false }
}

fn nurse() -> By {
    professional("nurse-1")
}

fn other() -> By {
    professional("nurse-2")
}

fn lead(id: &str) -> By {
    By::Professional { id: id.into(), unit: "station-a".into(), leads: true }
}

fn opening() -> Command {
    Command::Open {
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "station-a".into(),
        queue: None,
        anonymous: true,
        subject: None,
        routed: None,
        client_id: "c-0".into(),
        text: "Selkä kipeä".into(),
    }
}

/// Written down by the professional who has it from then on.
fn logged(channel: Channel) -> Contact {
    let command = Command::Log {
        channel,
        service: "mental".into(),
        language: "fi".into(),
        unit: "station-a".into(),
        queue: None,
        subject: Some(Subject(Uuid::from_u128(1))),
        routed: None,
        client_id: "c-0".into(),
        text: "Uni on huonoa".into(),
    };
    let organisation = Organisation::default();
    assert!(matches!(
        given::when::<Contact>(None, &command, &given::on(NOW, &By::Holder, &organisation)),
        Err(Refusal::NotNow(_))
    ));
    given::given(&[(nurse(), command)], NOW, &organisation).expect("a contact")
}

#[test]
fn whoever_spoke_with_the_person_has_answered_and_paper_waits() {
    for (channel, answered) in [(Channel::Phone, true), (Channel::WalkIn, true), (Channel::Letter, false)] {
        let contact = logged(channel);
        assert_eq!(contact.owner(), Some("nurse-1"), "{channel:?}");
        let answer = answered.then_some(NOW);
        assert_eq!((contact.first_response_at, contact.reached_at), (answer, answer), "{channel:?}");
        assert_eq!(
            (contact.waits_since, contact.promised_from),
            ((!answered).then_some(NOW), (!answered).then_some(NOW))
        );
        assert!(!contact.anonymous && contact.last_of_resident == 1, "{channel:?}");
    }
}

fn write() -> Command {
    Command::Write { client_id: "c-1".into(), text: "Hei".into() }
}

fn ask() -> Command {
    Command::Ask { client_id: "c-1".into(), text: "Missä?".into() }
}

fn finish() -> Command {
    Command::Finish { outcome: Outcome::Advised, client_id: "c-1".into(), text: "Levätkää".into() }
}

fn transfer_to(unit: &str) -> Command {
    Command::Transfer { to: unit.into(), queue: None, reason: "misdirected".into(), note: Some("Teille".into()) }
}

const RESOLVED: Command = Command::Resolve { outcome: Outcome::Advised };

/// A contact to which some commands have happened, one second after another.
fn given(commands: &[(By, Command)]) -> Contact {
    let commands = [&[(RESIDENT, opening())], commands].concat();
    given::given(&commands, NOW, &Organisation::default()).expect("an opening makes a contact")
}

/// The events of a command an hour later, by somebody who has seen all.
fn when(contact: &Contact, by: &By, command: &Command) -> Result<Vec<Event>, Refusal> {
    given::when(Some(contact), command, &on(NOW + 3_600_000_000, by, &Organisation::default()))
}

/// An organisation that the first nurse has left.
fn without_nurse() -> Organisation {
    let set = Unit {
        id: "county".into(),
        name: "Alue".into(),
        name_sv: None,
        name_en: None,
        parent: None,
        level: facts::UnitLevel::County,
        from: 0,
    };
    let (id, unit, profession) = ("nurse-1".to_string(), "county".into(), facts::Profession::Nurse);
    let commands = [
        organisation::Command::SetUnit(set),
        organisation::Command::SetProfessional(Professional { id: id.clone(), profession, unit, from: 0 }),
        organisation::Command::EndProfessional { id, on: 1 },
    ];
    given::given(&commands.map(|command| (By::System, command)), NOW, &<_>::default()).expect("an organisation")
}

#[test]
fn a_contact_is_claimed_by_one() {
    let queued = given(&[]);
    let claimed = when(&queued, &nurse(), &Command::Claim);
    assert_eq!(claimed, Ok(vec![Event::Claimed { owner: "nurse-1".into() }, Event::Shown(Shown::InWork)]));
    let owned = given(&[(nurse(), Command::Claim)]);
    assert_eq!(when(&owned, &nurse(), &Command::Claim), Ok(vec![]), "again is once");
    assert_eq!(when(&owned, &other(), &Command::Claim), Err(Refusal::OwnedBy("nurse-1".into())));
    assert!(when(&queued, &RESIDENT, &Command::Claim).is_err());
}

#[test]
fn only_who_has_it_answers_and_only_after_reading() {
    let queued = given(&[]);
    assert_eq!(when(&queued, &nurse(), &write()), Err(Refusal::NotOwned));
    let owned = given(&[(nurse(), Command::Claim), (RESIDENT, write())]);
    assert_eq!(when(&owned, &other(), &write()), Err(Refusal::OwnedBy("nurse-1".into())));
    assert_eq!(when(&owned, &nurse(), &write()), Ok(vec![Event::written(Author::Service)]));
    let (by, organisation) = (nurse(), Organisation::default());
    for command in [write(), ask(), finish(), RESOLVED] {
        let seen = |seen| given::when(Some(&owned), &command, &Occasion { seen, ..on(NOW, &by, &organisation) });
        assert_eq!(seen(3), Err(Refusal::Unseen(4)), "a message came meanwhile: {command:?}");
        assert!(seen(4).is_ok(), "{command:?}");
    }
}

#[test]
fn a_question_waits_for_its_answer_and_keeps_its_owner() {
    let asked = given(&[(nurse(), Command::Claim), (nurse(), ask())]);
    assert_eq!(asked.place, Place::Waiting { owner: "nurse-1".into() });
    let answered = given(&[(nurse(), Command::Claim), (nurse(), ask()), (RESIDENT, write())]);
    assert_eq!(answered.place, Place::Owned { owner: "nurse-1".into() });
}

#[test]
fn the_first_response_is_a_persons_and_stands() {
    let answered = given(&[(nurse(), Command::Claim), (nurse(), write()), (nurse(), write())]);
    assert_eq!(answered.first_response_at, Some(NOW + 2_000_000));
    assert_eq!(given(&[(nurse(), Command::Claim)]).first_response_at, None, "claiming answers nobody");
}

#[test]
fn handed_over_it_is_in_the_other_queue_and_opened_when_it_was() {
    let moved = given(&[(nurse(), Command::Claim), (nurse(), transfer_to("station-b"))]);
    assert_eq!((moved.place.clone(), &*moved.unit, &*moved.arrival_unit), (Place::Queued, "station-b", "station-a"));
    assert_eq!((moved.opened_at, moved.transfers), (NOW, 1));
    assert!(matches!(when(&moved, &nurse(), &transfer_to("station-b")), Err(Refusal::NotNow(_))));
    let owned = given(&[(nurse(), Command::Claim)]);
    assert_eq!(when(&owned, &other(), &transfer_to("station-b")), Err(Refusal::OwnedBy("nurse-1".into())));
}

#[test]
fn a_lead_takes_a_contact_from_who_is_away() {
    let lead = lead("nurse-2");
    let (queued, owned) = (given(&[]), given(&[(nurse(), Command::Claim)]));
    assert_eq!(when(&queued, &nurse(), &transfer_to("station-b")), Err(Refusal::NotOwned), "it is claimed first");
    for contact in [&queued, &owned] {
        assert!(when(contact, &lead, &transfer_to("station-b")).is_ok());
    }
    assert_eq!(when(&owned, &lead, &Command::Release), Ok(vec![Event::Released, Event::Shown(Shown::Waiting)]));
    assert_eq!(when(&queued, &lead, &Command::Release), Err(Refusal::NotOwned));
    assert!(when(&owned, &lead, &write()).is_err(), "but does not answer for them");
}

#[test]
fn a_lead_gives_a_contact_to_somebody_and_nobody_else_does() {
    let to = |to: &str| Command::Assign { to: to.into() };
    let (queued, owned) = (given(&[]), given(&[(nurse(), Command::Claim)]));
    let asked = given(&[(nurse(), Command::Claim), (nurse(), ask())]);
    let resolved = given(&[(nurse(), Command::Claim), (nurse(), RESOLVED)]);
    let assigned = Event::Assigned { owner: "nurse-2".into() };
    for (contact, shown) in [(&queued, Shown::InWork), (&owned, Shown::InWork), (&asked, Shown::Asked)] {
        let expected = vec![assigned.clone(), Event::Shown(shown)];
        assert_eq!(when(contact, &lead("lead"), &to("nurse-2")), Ok(expected));
        assert!(when(contact, &nurse(), &to("nurse-2")).is_err(), "who has it hands it over or gives it back");
    }
    for contact in [&owned, &asked] {
        assert_eq!(when(contact, &lead("nurse-2"), &to("nurse-1")), Ok(vec![]), "they have it");
    }
    assert!(when(&resolved, &lead("nurse-2"), &to("nurse-2")).is_err());
    let after = Contact::evolve(Some(asked), &assigned, NOW).unwrap_or_else(|| panic!("it stays one"));
    assert_eq!(after.place, Place::Waiting { owner: "nurse-2".into() }, "the question still waits for its answer");
    assert_eq!(
        when(&after, &nurse(), &write()),
        Err(Refusal::OwnedBy("nurse-2".into())),
        "the one before writes no more"
    );
}

#[test]
fn answered_and_resolved_is_one_act() {
    let owned = given(&[(nurse(), Command::Claim)]);
    let written = Event::written(Author::Service);
    let resolved = Event::Resolved { outcome: Outcome::Advised };
    assert_eq!(when(&owned, &nurse(), &finish()), Ok(vec![written, resolved, Event::Shown(Shown::Resolved)]));
    let finished = given(&[(nurse(), Command::Claim), (nurse(), finish())]);
    assert_eq!((finished.first_response_at, finished.waits_since), (Some(NOW + 2_000_000), None));
}

/// Since when the resident waits, and from when an answer is owed, in seconds after the opening; and whether it was
/// taken up again.
fn owed(commands: &[(By, Command)]) -> (Option<i64>, Option<i64>, bool) {
    let contact = given(commands);
    let seconds = |at: Option<i64>| at.map(|at| (at - NOW) / 1_000_000);
    (seconds(contact.waits_since), seconds(contact.promised_from), contact.is_reopened)
}

#[test]
fn whose_turn_it_is_follows_from_who_spoke_last() {
    let (claim, says, again) = ((nurse(), Command::Claim), (RESIDENT, write()), (nurse(), Command::Reopen));
    let answer = || (nurse(), write());
    let table: [(&[(By, Command)], _); 9] = [
        (&[], (Some(0), Some(0), false)),
        (std::slice::from_ref(&says), (Some(0), Some(0), false)),
        (&[claim.clone(), says.clone(), answer()], (None, None, false)),
        (&[claim.clone(), (nurse(), ask())], (None, None, false)),
        (&[claim.clone(), (nurse(), ask()), says.clone(), says.clone()], (Some(3), None, false)),
        (&[claim.clone(), (nurse(), RESOLVED)], (None, None, false)),
        (&[claim.clone(), (nurse(), RESOLVED), says.clone()], (Some(3), Some(3), true)),
        (&[claim.clone(), (nurse(), RESOLVED), again], (None, None, false)),
        (&[claim, (nurse(), RESOLVED), says.clone(), (nurse(), Command::Claim), answer()], (None, None, true)),
    ];
    for (commands, expected) in table {
        assert_eq!(owed(commands), expected, "{commands:?}");
    }
}

#[test]
fn where_it_came_from_stands_by_it_until_it_is_resolved() {
    let moved = given(&[(nurse(), Command::Claim), (nurse(), transfer_to("station-b")), (other(), Command::Claim)]);
    let handed = Handed { from: "station-a".into(), reason: "misdirected".into(), at: NOW + 2_000_000, seq: 3 };
    assert_eq!(moved.handed, Some(handed));
    let resolved = given(&[
        (nurse(), Command::Claim),
        (nurse(), transfer_to("station-b")),
        (other(), Command::Claim),
        (other(), RESOLVED),
    ]);
    assert_eq!(resolved.handed, None);
}

#[test]
fn an_answered_contact_is_taken_up_again_within_its_time_and_closed_after_it() {
    let resolved = given(&[(nurse(), Command::Claim), (nurse(), RESOLVED)]);
    let (here, gone) = (Organisation::default(), without_nurse());
    let asked = |days: i64, by: &By, command: &Command, organisation: &Organisation| {
        given::when(Some(&resolved), command, &on(NOW + days * DAY, by, organisation))
    };
    let written = || Event::written(Author::Resident);
    let waits = vec![written(), Event::Reopened, Event::Shown(Shown::Waiting)];
    assert_eq!(asked(6, &RESIDENT, &write(), &gone), Ok(waits), "to the queue, where nobody knows it");
    let back = Event::Assigned { owner: "nurse-1".into() };
    let returned = vec![written(), Event::Reopened, back, Event::Shown(Shown::InWork)];
    assert_eq!(asked(6, &RESIDENT, &write(), &here), Ok(returned), "to who knows it");
    assert_eq!(asked(8, &RESIDENT, &write(), &here), Err(Refusal::TooLate));
    assert_eq!(asked(6, &By::System, &Command::Close, &here), Err(Refusal::TooEarly));
    assert_eq!(resolved.due(), Some((NOW + 2_000_000 + REOPENED_WITHIN, Command::Close)), "it closes by itself");
    let closed = asked(8, &By::System, &Command::Close, &here);
    assert_eq!(asked(1, &nurse(), &Command::Close, &here), closed, "who answered may end it before");
    assert!(asked(8, &RESIDENT, &Command::Close, &here).is_err(), "the resident does not");
    assert_eq!(closed, Ok(vec![Event::Closed, Event::Shown(Shown::Closed)]));
}

/// A contact that a rule has led where it is.
fn routed() -> Routed {
    Routed {
        case: Case {
            service: "social_work".into(),
            channel: Channel::Message,
            language: "sv".into(),
            age: Some(66),
            place: Some("niemi".into()),
            needs: vec!["daily-life".into()],
            severity: Some(Severity::Moderate),
            urgency: Some(facts::Urgency::Routine),
            caller: Some("home".into()),
            own: Some(Own { unit: "b".into(), nurse: Some("p1".into()), physician: None }),
        },
        clocks: vec!["message-service-promise".into()],
        because: vec![Because { rule: "age-under-65".into(), version: 1, decided: Decided::Queue }],
        first: Some(First { who: Some("p1".into()), until: 9, unit: "c".into(), queue: None }),
        expected: Some(7),
    }
}

fn stands((event, kind, data): (Event, &str, &str)) {
    assert_eq!(encode(&event), (kind.to_string(), data.to_string()));
    assert_eq!(decode::<Contact>(kind, 1, data), Ok(event));
}

#[test]
fn c38_what_chats_and_calls_left_in_the_log_is_read_as_it_was_written() {
    let golden = [
        (Event::Greeted { until: 7 }, "contact.greeted", r#"{"until":7}"#),
        (Event::written(Author::Automatic), "message.written", r#"{"author":"automatic"}"#),
        (Event::Left, "contact.left", "{}"),
        (Event::Turned, "contact.turned", "{}"),
        (Event::Rated { rating: 4 }, "contact.rated", r#"{"rating":4}"#),
        (Event::CallAgreed { from: 1, to: 2, mark: None }, "contact.call_agreed", r#"{"from":1,"to":2}"#),
        (
            Event::Called { reached: true, part: Daypart::Morning, next: None, at: None },
            "contact.called",
            r#"{"part":"morning","reached":true}"#,
        ),
        (
            Event::Called { reached: false, part: Daypart::Afternoon, next: Some(Slot { from: 1, to: 2 }), at: None },
            "contact.called",
            r#"{"next":{"from":1,"to":2},"part":"afternoon","reached":false}"#,
        ),
        (Event::Rang { at: 7 }, "contact.rang", r#"{"at":7}"#),
        (
            Event::CallAgreed { from: 1, to: 2, mark: Some("ab".into()) },
            "contact.call_agreed",
            r#"{"from":1,"mark":"ab","to":2}"#,
        ),
        (
            Event::Called { reached: true, part: Daypart::Morning, next: None, at: Some(7) },
            "contact.called",
            r#"{"at":7,"part":"morning","reached":true}"#,
        ),
        (Event::Shown(Shown::AsMessage), "conversation.shown", r#""as_message""#),
        (Event::Shown(Shown::NotReached), "conversation.shown", r#""not_reached""#),
        (Event::VideoOpened, "contact.video_opened", "{}"),
        (Event::VideoEnded, "contact.video_ended", "{}"),
        (Event::Shown(Shown::VideoOpened), "conversation.shown", r#""video_opened""#),
        (Event::Shown(Shown::VideoEnded), "conversation.shown", r#""video_ended""#),
    ];
    golden.into_iter().for_each(stands);
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
                queue: None,
                anonymous: false,
                subject: None,
                routed: None,
                on_behalf: None,
                part_of: None,
                at: 5,
            },
            "contact.opened",
            r#"{"anonymous":false,"at":5,"channel":"walk_in","language":"sv","service":"outpatient","unit":"a"}"#,
        ),
        (
            Event::Opened {
                channel: Channel::Message,
                service: "outpatient".into(),
                language: "fi".into(),
                unit: "a".into(),
                queue: None,
                anonymous: false,
                subject: Some(Subject(Uuid::from_u128(0x0abc))),
                routed: None,
                on_behalf: None,
                part_of: None,
                at: -5,
            },
            "contact.opened",
            r#"{"anonymous":false,"at":-5,"channel":"message","language":"fi","service":"outpatient","subject":"00000000-0000-0000-0000-000000000abc","unit":"a"}"#,
        ),
        (
            Event::Opened {
                channel: Channel::Message,
                service: "social_work".into(),
                language: "sv".into(),
                unit: "a".into(),
                queue: Some("senior-info".into()),
                anonymous: true,
                subject: None,
                routed: Some(Box::new(routed())),
                on_behalf: None,
                part_of: None,
                at: 5,
            },
            "contact.opened",
            r#"{"anonymous":true,"at":5,"channel":"message","language":"sv","queue":"senior-info","routed":{"because":[{"decided":"queue","rule":"age-under-65","version":1}],"case":{"age":66,"caller":"home","channel":"message","language":"sv","needs":["daily-life"],"own":{"nurse":"p1","unit":"b"},"place":"niemi","service":"social_work","severity":"moderate","urgency":"routine"},"clocks":["message-service-promise"],"expected":7,"first":{"unit":"c","until":9,"who":"p1"}},"service":"social_work","unit":"a"}"#,
        ),
        (
            Event::Opened {
                channel: Channel::Message,
                service: "families".into(),
                language: "sv".into(),
                unit: "a".into(),
                queue: None,
                anonymous: false,
                subject: Some(Subject(Uuid::from_u128(0x0abc))),
                routed: None,
                on_behalf: Some(OnBehalf::Guardian),
                part_of: None,
                at: 5,
            },
            "contact.opened",
            r#"{"anonymous":false,"at":5,"channel":"message","language":"sv","on_behalf":"guardian","service":"families","subject":"00000000-0000-0000-0000-000000000abc","unit":"a"}"#,
        ),
        (
            Event::Identified { subject: Subject(Uuid::from_u128(0x0abc)) },
            "contact.identified",
            r#"{"subject":"00000000-0000-0000-0000-000000000abc"}"#,
        ),
        (Event::Claimed { owner: "p1".into() }, "contact.claimed", r#"{"owner":"p1"}"#),
        (Event::Assigned { owner: "p2".into() }, "contact.assigned", r#"{"owner":"p2"}"#),
        (Event::Released, "contact.released", "{}"),
        (Event::Asked, "contact.asked", "{}"),
        (Event::Answered, "contact.answered", "{}"),
        (
            Event::Transferred { from: "a".into(), to: "b".into(), queue: None, reason: "misdirected".into() },
            "contact.transferred",
            r#"{"from":"a","reason":"misdirected","to":"b"}"#,
        ),
        (
            Event::Transferred {
                from: "a".into(),
                to: "a".into(),
                queue: Some("health-station".into()),
                reason: "misdirected".into(),
            },
            "contact.transferred",
            r#"{"from":"a","queue":"health-station","reason":"misdirected","to":"a"}"#,
        ),
        (Event::Resolved { outcome: Outcome::SelfCare }, "contact.resolved", r#"{"outcome":"self_care"}"#),
        (Event::Reopened, "contact.reopened", "{}"),
        (Event::AnswersGo { by: crate::dispatches::Means::Sms }, "contact.answers_go", r#"{"by":"sms"}"#),
        (Event::Stopped, "contact.stopped", "{}"),
        (Event::Closed, "contact.closed", "{}"),
        (Event::written(Author::Service), "message.written", r#"{"author":"service"}"#),
        (
            Event::Written { author: Author::Resident, client_id: "c-1".into() },
            "message.written",
            r#"{"author":"resident","client_id":"c-1"}"#,
        ),
        (Event::Shown(Shown::InWork), "conversation.shown", r#""in_work""#),
    ];
    golden.into_iter().for_each(stands);
}

#[test]
fn what_no_program_wrote_is_not_read() {
    for (kind, schema, data) in [
        ("contact.opened", 2, "{}"),
        ("contact.vanished", 1, "{}"),
        ("contact.resolved", 1, r#"{"outcome":"unheard_of"}"#),
        ("contact.claimed", 1, "no json"),
    ] {
        assert!(decode::<Contact>(kind, schema, data).is_err(), "{kind}");
    }
}

#[test]
fn what_people_write_is_sealed_with_their_own_name_for_it_and_stands_in_no_event() {
    let sealed = |command: &Command, event: &Event| Contact::text(command, event).map(|text| text.0);
    let told = "c-1\nHei".to_string();
    assert_eq!(sealed(&write(), &Event::written(Author::Resident)), Some(told.clone()));
    assert_eq!(opened(&told), ("c-1", "Hei"));
    assert_eq!(sealed(&opening(), &Event::written(Author::Resident)), Some("c-0\nSelkä kipeä".into()));
    let moved = Event::Transferred { from: "a".into(), to: "b".into(), queue: None, reason: "misdirected".into() };
    assert_eq!(sealed(&transfer_to("b"), &moved), Some("Teille".into()), "a note has no name");
    assert_eq!(sealed(&finish(), &Event::Resolved { outcome: Outcome::Advised }), None);
    assert_eq!(sealed(&write(), &Event::Shown(Shown::InWork)), None);
    let owned = given(&[(nurse(), Command::Claim)]);
    for command in [write(), ask(), finish()] {
        for event in when(&owned, &nurse(), &command).expect("done") {
            assert!(!encode(&event).1.contains("c-1"), "{event:?}");
        }
    }
}

#[test]
fn of_who_was_erased_a_contact_knows_nothing_and_goes_on() {
    let subject = Subject(Uuid::from_u128(7));
    let id = Uuid::from_u128(8);
    let Command::Open { channel, service, language, unit, queue, client_id, text, .. } = opening() else { return };
    let (subject, anonymous) = (Some(subject), false);
    let opening =
        Command::Open { channel, service, language, unit, queue, anonymous, subject, routed: None, client_id, text };
    let mut past = given::Past::default();
    let mut ask = |by: &By, command: &Command, is_erased| {
        if is_erased {
            past.erase::<Contact>(id, NOW);
        }
        let drafts = past.turn((NOW, by), |turn| turn.decide::<Contact>(id, command, &Organisation::default()));
        drafts.expect("done").into_iter().find_map(|draft| draft.text.map(|it| (it.subject, it.class)))
    };
    assert_eq!(ask(&RESIDENT, &opening, false), subject.map(|it| (it.0, "contact")));
    assert_eq!(ask(&nurse(), &Command::Claim, false), None);
    assert_eq!(ask(&nurse(), &write(), true), Some((id, "contact")), "of nobody but the contact");
    let stands = past.state::<Contact>(id).expect("readable").expect("a contact");
    assert_eq!((stands.subject, stands.owner()), (None, Some("nurse-1")));
    assert_eq!(stands.history, 3, "the number of an event is its place in the stream, that of the erasure, too");
}

#[test]
fn what_was_asked_before_an_update_is_known_again_after_it() {
    // These parts never change: a digest of them stands in the log, and tells a repetition from another request.
    let (client_id, outcome) = ("any name".to_string(), Outcome::Advised);
    let text = || "Hei".into();
    for (command, parts) in [
        (opening(), &["message", "outpatient", "fi", "anonymous", "", "Selkä kipeä"][..]),
        (
            Command::Log {
                channel: Channel::Phone,
                service: "mental".into(),
                language: "sv".into(),
                unit: "a".into(),
                queue: None,
                subject: None,
                routed: None,
                client_id: client_id.clone(),
                text: text(),
            },
            &["log", "phone", "mental", "sv", "a", "", "Hei"],
        ),
        (Command::Claim, &["claim", "", ""]),
        (Command::Assign { to: "nurse-2".into() }, &["assign", "", "nurse-2"]),
        (Command::Release, &["release", "", ""]),
        (Command::Write { client_id: client_id.clone(), text: text() }, &["write", "Hei", ""]),
        (Command::Ask { client_id: client_id.clone(), text: text() }, &["ask", "Hei", ""]),
        (
            Command::Transfer { to: "b".into(), queue: None, reason: "capacity".into(), note: Some(text()) },
            &["transfer", "Hei", "b/capacity"],
        ),
        (Command::Resolve { outcome }, &["resolve", "", "advised"]),
        (Command::Finish { outcome, client_id, text: text() }, &["finish", "Hei", "advised"]),
        (Command::Reopen, &["reopen", "", ""]),
        (Command::Close, &["close", "", ""]),
    ] {
        let told: Vec<u8> = parts
            .iter()
            .flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.bytes()).collect::<Vec<u8>>())
            .collect();
        assert_eq!(Contact::told(&command), told, "{command:?}");
    }
}

/// Whether a lead asks, which of four, having seen how much; and the command.
fn command() -> impl Strategy<Value = (bool, u8, u64, Command)> {
    let command = prop_oneof![
        Just(Command::Claim),
        Just(Command::Release),
        prop::sample::select(vec!["nurse-1", "nurse-2"]).prop_map(|to| Command::Assign { to: to.into() }),
        Just(finish()),
        Just(write()),
        Just(ask()),
        prop::sample::select(vec!["station-a", "station-b"]).prop_map(transfer_to),
        Just(RESOLVED),
        Just(Command::Reopen),
        Just(Command::Close),
        Just(opening()),
    ];
    (any::<bool>(), 0_u8..4, 0_u64..30, command)
}

proptest! {
    #[test]
    fn whatever_happens_a_contact_is_in_one_place_and_has_a_way_out(
        commands in prop::collection::vec((command(), 0_i64..10), 0..60)
    ) {
        let mut contact = given(&[]);
        let mut now = NOW;
        let (here, gone) = (Organisation::default(), without_nurse());
        for ((leads, by, seen, command), days) in commands {
            now += days * DAY;
            let of = |id| if leads { lead(id) } else { professional(id) };
            let by = [RESIDENT, of("nurse-1"), of("nurse-2"), By::System][usize::from(by)].clone();
            let occasion = Occasion { seen, ..on(now, &by, if days > 4 { &here } else { &gone }) };
            let Ok(events) = given::when(Some(&contact), &command, &occasion) else { continue };
            let before = contact.clone();
            contact = given::after(Some(contact), &events, now).expect("a contact stays one");
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
                let again = given::when(Some(&contact), &command, &occasion);
                let harmless = again.as_ref().map_or(true, Vec::is_empty);
                prop_assert!(harmless, "{:?} again: {:?}", command, again);
            }
        }
        // From wherever it stands, the people who can be there bring it to its end.
        let owner = match &contact.place {
            Place::Owned { owner } | Place::Waiting { owner } => owner.clone(),
            _ => "nurse-1".into(),
        };
        let by = professional(&owner);
        let steps = [(&by, Command::Claim, 0), (&by, RESOLVED, 0), (&By::System, Command::Close, REOPENED_WITHIN)];
        for (by, command, later) in steps {
            let events = given::when(Some(&contact), &command, &on(now + later, by, &here)).unwrap_or_default();
            contact = given::after(Some(contact), &events, now).expect("a contact stays one");
        }
        prop_assert_eq!(contact.place, Place::Closed);
    }
}

#[test]
fn a_contact_goes_from_one_queue_of_its_unit_to_another_and_to_none_twice() {
    let to = |unit: &str, queue: Option<&str>| Command::Transfer {
        to: unit.into(),
        queue: queue.map(Into::into),
        reason: "misdirected".into(),
        note: None,
    };
    let lead = lead("lead");
    let mut done = vec![(lead.clone(), to("station-a", Some("own-pair")))];
    let there = given(&done);
    assert_eq!((&*there.unit, there.queue.as_deref()), ("station-a", Some("own-pair")));
    assert_eq!(when(&there, &lead, &to("station-a", Some("own-pair"))), Err(Refusal::NotNow("it is in that queue")));
    // Back to the one without a part, and to a queue of the same name elsewhere.
    done.push((lead.clone(), to("station-a", None)));
    assert_eq!(given(&done).queue, None);
    done.push((lead, to("station-b", Some("own-pair"))));
    let there = given(&done);
    assert_eq!((&*there.unit, there.queue.as_deref()), ("station-b", Some("own-pair")));
    assert_eq!(there.transfers, 3);
}

#[test]
fn an_act_is_undone_for_ten_minutes_by_who_did_it_unless_somebody_has_acted_since() {
    let assign = || Command::Assign { to: "nurse-2".into() };
    let mine = || (nurse(), Command::Claim);
    let asked = || (nurse(), ask());
    for (before, act, back) in [
        (vec![], mine(), Shown::Waiting),
        (vec![mine()], (nurse(), Command::Release), Shown::InWork),
        (vec![mine(), asked()], (nurse(), Command::Release), Shown::Asked),
        (vec![mine()], (nurse(), RESOLVED), Shown::InWork),
        (vec![mine(), asked()], (nurse(), RESOLVED), Shown::Asked),
        (vec![mine()], (lead("l"), assign()), Shown::InWork),
        (vec![], (lead("l"), assign()), Shown::Waiting),
    ] {
        let all = |more: &[(By, Command)]| given(&before.iter().chain(more).cloned().collect::<Vec<_>>());
        let (stood, by) = (all(&[]), act.0.clone());
        let done = all(std::slice::from_ref(&act));
        let at = done.undo.as_ref().expect("an act").at;
        let undo = |contact: &Contact, by: &By, now| {
            given::when(Some(contact), &Command::Undo, &on(now, by, &Organisation::default()))
        };
        let events = undo(&done, &by, at + crate::UNDONE_WITHIN - 1);
        assert_eq!(events, Ok(vec![Event::Undone, Event::Shown(back)]), "{act:?}");
        let undone = given::after(Some(done.clone()), &events.expect("undone"), at).expect("a contact");
        let counted = |it: &Contact| Contact { undo: None, history: 0, conversation: 0, ..it.clone() };
        assert_eq!(counted(&undone), counted(&stood), "it stands as it stood: {act:?}");
        assert_eq!(undo(&done, &by, at + crate::UNDONE_WITHIN), Err(Refusal::TooLate));
        for somebody in [other(), RESIDENT, By::System] {
            assert!(matches!(undo(&done, &somebody, at), Err(Refusal::NotNow(_))), "{somebody:?} {act:?}");
        }
        assert!(undo(&undone, &by, at).is_err(), "once");
    }
    for since in [(other(), Command::Claim), (RESIDENT, write()), (lead("l"), transfer_to("station-b"))] {
        let contact = given(&[mine(), (nurse(), Command::Release), since.clone()]);
        assert!(when(&contact, &nurse(), &Command::Undo).is_err(), "{since:?}");
    }
    let finished = given(&[mine(), (nurse(), finish())]);
    assert_eq!(finished.undo, None, "what was sent is not taken back");
    let reopened = given(&[mine(), (nurse(), RESOLVED), (RESIDENT, write())]);
    assert_eq!(reopened.undo, None, "it came back by itself");
    let noted = given(&[mine(), (other(), Command::Note { text: "x".into() })]);
    assert!(noted.undo.is_some(), "a note changes nothing");
}

#[test]
fn a_deputy_answers_what_stays_with_who_is_away_and_what_comes_back_goes_where_they_said() {
    let today = calendar::day_number(calendar::Calendar::shipped().local_date(NOW).expect("a day"));
    let with = |returning| {
        let away = Away { id: "nurse-1".into(), from: today, until: today + 3, deputy: "nurse-2".into(), returning };
        given::given::<Organisation>(&[(nurse(), organisation::Command::GoAway(away))], NOW, &<_>::default())
            .expect("an organisation")
    };
    let owned = given(&[(nurse(), Command::Claim)]);
    let by_deputy = |contact: &Contact, now, command: &Command| {
        given::when(Some(contact), command, &on(now, &other(), &with(Returning::Deputy)))
    };
    for command in [write(), ask(), RESOLVED, Command::Release, transfer_to("station-b")] {
        assert!(by_deputy(&owned, NOW + DAY, &command).is_ok(), "{command:?}");
        let after = by_deputy(&owned, NOW + 5 * DAY, &command);
        assert_eq!(after, Err(Refusal::OwnedBy("nurse-1".into())), "they are back: {command:?}");
    }
    let events = by_deputy(&owned, NOW + DAY, &write()).expect("written");
    let answered = given::after(Some(owned.clone()), &events, NOW + DAY).expect("a contact");
    assert_eq!(answered.owner(), Some("nurse-1"), "it stays with who has it");
    let resolved = given(&[(nurse(), Command::Claim), (nurse(), RESOLVED)]);
    for (returning, expected) in [(Returning::Deputy, Some("nurse-2")), (Returning::Queue, None)] {
        let events = given::when(Some(&resolved), &write(), &on(NOW + DAY, &RESIDENT, &with(returning)));
        let again = given::after(Some(resolved.clone()), &events.expect("written"), NOW + DAY).expect("a contact");
        assert_eq!(again.owner(), expected, "{returning:?}");
    }
}
