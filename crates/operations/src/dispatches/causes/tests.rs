use facts::{CancelReason, Channel, Modality, Urgency};
use matter::By;
use matter::given::Past;

use super::*;
use crate::bookings::appointments::{Booking, Wanted, When};
use crate::bookings::calendar::Terms;
use crate::bookings::{Way, flow};
use crate::contacts;
use crate::dispatches::Means;
use crate::residents::{self, Addresses, Reach};

/// A Monday in March 2026, 8.00 in Helsinki.
const MONDAY: i64 = 1_773_036_000_000_000;
const HOUR: i64 = 3_600_000_000;
const SUBJECT: Subject = Subject(Uuid::from_u128(7));
const ID: Uuid = Uuid::from_u128(8);

fn nurse() -> By {
    By::Professional { id: "nurse-1".into(), unit: "a".into(), leads: false }
}

/// A past in which a resident has left a number.
fn reached() -> Past {
    let mut past = Past::default();
    let reach = Reach { means: vec![Means::Sms], language: "sv".into(), mark: None };
    let addresses = Addresses { phone: Some("+358450000001".into()), email: None };
    let leave = residents::Command::LeaveReach { reach, addresses };
    past.turn((MONDAY, &By::Resident(SUBJECT)), |turn| turn.decide::<Resident>(SUBJECT.0, &leave, &())).expect("left");
    past
}

/// The dispatches that a turn asked for, by their texts, and how many it withdrew.
fn told(drafts: &[matter::Draft]) -> (Vec<String>, usize) {
    let asked = drafts.iter().filter(|draft| draft.kind == "dispatch.asked");
    let says = asked.map(|draft| draft.data.split(r#""says":"#).nth(1).unwrap_or_default());
    let word = |says: &str| says.split('"').nth(1).unwrap_or_default().to_string();
    (says.map(word).collect(), drafts.iter().filter(|draft| draft.kind == "dispatch.withdrawn").count())
}

fn contact(past: &mut Past, now: i64, by: &By, command: &contacts::Command) -> (Vec<String>, usize) {
    let drafts = past.turn((now, by), |turn| {
        let before = turn.read::<Contact>(ID)?;
        turn.decide::<Contact>(ID, command, &Organisation::default())?;
        before.map_or(Ok(()), |before| of_contact(turn, ID, (command, before.last_of_resident)))
    });
    told(&drafts.expect("done"))
}

fn open(subject: Option<Subject>) -> contacts::Command {
    contacts::Command::Open {
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "a".into(),
        queue: None,
        anonymous: subject.is_none(),
        subject,
        routed: None,
        client_id: "c".into(),
        text: "Selkä".into(),
    }
}

#[test]
fn whoever_has_an_answer_waiting_hears_of_it_once_until_they_write() {
    let mut past = reached();
    let write = || contacts::Command::Write { client_id: "c".into(), text: "Hei".into() };
    let ask = || contacts::Command::Ask { client_id: "c".into(), text: "Missä?".into() };
    let resident = By::Resident(SUBJECT);
    let (waits, nothing) = ((vec!["waits".to_string()], 0), (vec![], 0));
    contact(&mut past, MONDAY, &resident, &open(Some(SUBJECT)));
    for (hours, by, command, expected, why) in [
        (1, nurse(), contacts::Command::Claim, nothing.clone(), "nothing was said"),
        (1, nurse(), write(), waits.clone(), "the first answer"),
        (5, nurse(), write(), nothing.clone(), "the first message has not gone yet"),
        (6, resident.clone(), write(), (vec![], 1), "they have seen it"),
        (7, nurse(), ask(), waits.clone(), "another answer"),
    ] {
        assert_eq!(contact(&mut past, MONDAY + hours * HOUR, &by, &command), expected, "{why}");
    }
    let mut anonymous = reached();
    contact(&mut anonymous, MONDAY, &By::Holder, &open(None));
    contact(&mut anonymous, MONDAY, &nurse(), &contacts::Command::Claim);
    assert_eq!(contact(&mut anonymous, MONDAY, &nurse(), &write()), nothing, "nobody knows whom to tell");
}

#[test]
fn each_answer_to_a_text_message_goes_out_and_nothing_says_that_one_waits() {
    let mut past = reached();
    let write = |name: &str| contacts::Command::Write { client_id: name.into(), text: "Hei".into() };
    let answer_by = contacts::Command::AnswerBy { means: Means::Sms, address: "+358450000001".into() };
    contact(&mut past, MONDAY, &By::Holder, &open(None));
    contact(&mut past, MONDAY, &By::Holder, &answer_by);
    contact(&mut past, MONDAY, &nurse(), &contacts::Command::Claim);
    let (answer, nothing) = ((vec!["answer".to_string()], 0), (vec![], 0));
    for (by, command, expected) in [
        (nurse(), write("1"), answer.clone()),
        // At the same minute: it is another message, and goes as well.
        (nurse(), write("2"), answer),
        (By::Holder, write("3"), nothing.clone()),
        (nurse(), contacts::Command::Note { text: "Tuttu".into() }, nothing),
    ] {
        assert_eq!(contact(&mut past, MONDAY, &by, &command), expected, "{command:?}");
    }
}

#[test]
fn whoever_was_answered_in_a_chat_that_ends_by_itself_hears_of_it() {
    let until = MONDAY + 8 * HOUR;
    let said = |text: &str| contacts::Command::Write { client_id: text.into(), text: text.into() };
    let greet = || contacts::Command::Greet { until, text: "Hei".into() };
    let resident = By::Resident(SUBJECT);
    let (waits, nothing) = ((vec!["waits".to_string()], 0), (vec![], 0));
    for (last, expected) in [(nurse(), waits), (resident.clone(), nothing.clone())] {
        let mut past = reached();
        contact(&mut past, MONDAY, &resident, &open(Some(SUBJECT)));
        contact(&mut past, MONDAY, &resident, &greet());
        contact(&mut past, MONDAY, &nurse(), &contacts::Command::Claim);
        for (by, text) in [(nurse(), "a"), (resident.clone(), "b"), (last, "c")] {
            assert_eq!(contact(&mut past, MONDAY + HOUR, &by, &said(text)), nothing, "a chat is read as it is written");
        }
        assert_eq!(contact(&mut past, until + HOUR, &By::System, &contacts::Command::Turn), expected);
    }
}

/// At an instant, to be reminded a day before.
fn at(from: i64) -> When {
    let terms = Terms { move_by: from, cancel_by: from, remind_at: Some(from - 24 * HOUR) };
    let local = jiff::civil::date(2026, 3, 11).at(9, 0, 0, 0);
    // Two times differ by what they take; here each takes a seat of a gathering of its own.
    let parts = vec![appointments::Part::Seat { gathering: Uuid::from_u128(from.unsigned_abs().into()) }];
    When { parts, local, zone: "Europe/Helsinki".into(), from, to: from + HOUR, terms }
}

fn booking(from: i64) -> Booking {
    let wanted = Wanted {
        subject: Some(SUBJECT),
        kind: "talk".into(),
        way: Way(Modality::Phone),
        channel: Channel::Phone,
        contact: None,
        assessment: None,
        enrolment: None,
        needs: Vec::new(),
    };
    let (calendar, unit, service) = ("c".into(), "a".into(), "outpatient".into());
    Booking { wanted, calendar, version: 1, unit, service, urgency: Urgency::Routine, when: at(from) }
}

fn appointment(past: &mut Past, now: i64, command: &appointments::Command) -> (Vec<String>, usize) {
    let drafts = past.turn((now, &By::System), |turn| {
        let before = turn.read::<Appointment>(ID)?;
        turn.decide::<Appointment>(ID, command, &())?;
        of_appointment(turn, ID, (before.as_deref(), command))
    });
    told(&drafts.expect("done"))
}

#[test]
fn whoever_has_a_time_hears_of_what_becomes_of_it() {
    use appointments::Command::{Book, Cancel, Move, Remind};
    let (wednesday, thursday) = (MONDAY + 49 * HOUR, MONDAY + 73 * HOUR);
    let book = || Book { booking: booking(wednesday), note: None, over: None };
    let moved = |to| Move { when: at(to), over: None };
    let cancel = || Cancel { why: CancelReason::StaffAbsence, notified_at: None };
    let died = || Cancel { why: CancelReason::Deceased, notified_at: None };
    let says = |word: &str, withdrawn| (vec![word.to_string()], withdrawn);
    for (commands, expected) in [
        (vec![(0, book())], vec![says("time", 0)]),
        (vec![(0, book()), (25, Remind)], vec![says("time", 0), says("time", 0)]),
        // A time that is moved back is another time than before.
        (
            vec![(0, book()), (1, moved(thursday)), (2, moved(wednesday)), (25, Remind)],
            vec![says("time", 0), says("moved", 1), says("moved", 1), says("time", 0)],
        ),
        (vec![(0, book()), (25, Remind), (26, cancel())], vec![says("time", 0), says("time", 0), says("cancelled", 2)]),
        // They have just heard the same.
        (vec![(25, book()), (25, Remind)], vec![says("time", 0), (vec![], 0)]),
        (vec![(0, book()), (25, Remind), (25, Remind)], vec![says("time", 0), says("time", 0), (vec![], 0)]),
        (vec![(0, book()), (1, died())], vec![says("time", 0), (vec![], 1)]),
        // It had begun.
        (vec![(0, book()), (50, cancel())], vec![says("time", 0), (vec![], 0)]),
    ] {
        let mut past = reached();
        let done: Vec<_> =
            commands.iter().map(|(hours, command)| appointment(&mut past, MONDAY + hours * HOUR, command)).collect();
        assert_eq!(done, expected, "{commands:?}");
    }
    let mut past = Past::default();
    assert_eq!(appointment(&mut past, MONDAY, &book()), (vec![], 0), "whoever has left nothing is told nothing");
}

#[test]
fn an_appointment_tells_its_person_by_whatever_way_it_is_asked() {
    let mut past = reached();
    let gathering_free = When { parts: Vec::new(), ..at(MONDAY + 49 * HOUR) };
    let booking = Booking { when: gathering_free, ..booking(MONDAY) };
    let book = appointments::Command::Book { booking, note: None, over: None };
    let drafts = past.turn((MONDAY, &By::System), |turn| flow::asked(turn, ID, &book)).expect("booked");
    assert_eq!(told(&drafts), (vec!["time".into()], 0));
}
