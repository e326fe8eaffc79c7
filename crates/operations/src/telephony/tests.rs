use facts::{Code, Value};
use matter::codec::{decode, encode};
use matter::given::{self, on};
use matter::{About, By};
use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60 * 1_000_000;
/// A Monday in March 2026, 8.00 in Helsinki.
const MONDAY: i64 = 1_773_036_000_000_000;
const ID: Uuid = Uuid::from_u128(7);

fn tell(what: What, minutes: i64) -> Command {
    let line = Line { unit: "clinic-1".into(), queue: "child-health-clinic".into(), service: "child_health".into() };
    Command::Tell(Told { what, at: MONDAY + minutes * MINUTE, line, mark: Some("ab".into()) })
}

/// The call after commands an hour after the beginning, with what happened.
fn after(commands: &[Command]) -> (Call, Vec<Dated<Event>>) {
    let (mut call, mut history) = (None, Vec::new());
    let by = By::System;
    for command in commands {
        // A call settles by and by, and ends long after.
        let at = match command {
            Command::Settle => MONDAY + 80 * MINUTE,
            Command::End => MONDAY + 31 * 24 * 60 * MINUTE,
            _ => MONDAY + 60 * MINUTE,
        };
        for event in given::when::<Call>(call.as_ref(), command, &on(at, &by, &())).expect("it is allowed") {
            call = Call::evolve(call, &event, at);
            history.push(Dated { event, at, changed: at });
        }
    }
    (call.expect("a call"), history)
}

/// The row of a call: its channel, and in minutes when it was opened, answered and closed; and what it repeats.
fn row(commands: &[Command]) -> Option<(String, [Option<i64>; 3], bool)> {
    let (call, history) = after(commands);
    let mut rows = 0;
    let about = About { id: &ID.to_string(), resident: None, calendar: calendar::Calendar::shipped(), changed: 9 };
    Call::rows(&history, &about, &mut |table: &'static Table, values: &[Value<'_>], _| {
        assert_eq!((table.name, values.len()), ("contacts", table.columns.len()));
        rows += 1;
    });
    let row = call.fact(&ID.to_string(), None);
    let minutes = |at: Option<Instant>| at.map(|at| (at.0 - MONDAY) / MINUTE);
    let times = [minutes(Some(row.opened_at)), minutes(row.first_response_at), minutes(row.closed_at)];
    assert_eq!(row.reached_at, row.first_response_at);
    (rows == 1).then(|| (row.channel.code().into(), times, row.duplicate_of.is_some()))
}

#[test]
fn a_call_is_one_row_by_what_became_of_it_and_none_before_that_is_known() {
    use What::{Abandoned, Answered, CallbackAsked, Came};
    let other = Command::Join { contact: Uuid::from_u128(8), subject: None };
    let settled = |commands: &[Command]| row(&[commands, &[Command::Settle]].concat());
    let phone = |times| Some(("phone".to_string(), times, false));
    assert_eq!(row(&[tell(Came, 0), tell(Answered, 1)]), None, "it may become something else yet");
    assert_eq!(settled(&[tell(Came, 0), tell(Answered, 1)]), phone([Some(0), Some(1), None]));
    assert_eq!(settled(&[tell(Came, 0), tell(Abandoned, 2)]), phone([Some(0), None, Some(2)]));
    assert_eq!(settled(&[tell(Abandoned, 2), tell(Came, 0)]), phone([Some(0), None, Some(2)]));
    let (asked, repeats) =
        ([tell(Came, 0), tell(CallbackAsked, 1)], Some(("callback".into(), [Some(0), None, None], true)));
    assert_eq!(settled(&[&asked[..], &[other]].concat()), repeats, "it repeats what is open");
    assert_eq!(
        settled(&[&asked[..], &[Command::Join { contact: ID, subject: None }]].concat()),
        None,
        "it is the contact that bears its id"
    );
    let in_vain = Some(("callback".to_string(), [Some(0), None, Some(1)], false));
    assert_eq!(settled(&asked), in_vain, "whoever withholds their number is called back by nobody");
}

#[test]
fn an_exchange_tells_in_time_and_not_of_what_is_to_come() {
    let by = By::System;
    let tells = |now: i64, minutes: i64| {
        given::when::<Call>(None, &tell(What::Came, minutes), &on(MONDAY + now * MINUTE, &by, &())).map(|it| it.len())
    };
    for (now, minutes, expected) in [
        (0, 0, Ok(1)),
        (0, 5, Ok(1)),
        (0, 6, Err(Refusal::Times)),
        (30 * 24 * 60, 0, Ok(1)),
        (30 * 24 * 60 + 1, 0, Err(Refusal::Times)),
    ] {
        assert_eq!(tells(now, minutes), expected, "{minutes} at {now}");
    }
    let (ahead, _) = after(&[tell(What::Came, 62)]);
    assert_eq!(ahead.came_at, MONDAY + 60 * MINUTE, "a clock that is ahead is put right");
    let (ended, _) = after(&[tell(What::Came, 0), Command::Settle, Command::End]);
    assert_eq!(ended.due(), None);
    let late = given::when(Some(&ended), &tell(What::Answered, 0), &on(MONDAY, &by, &()));
    assert_eq!(late, Err(Refusal::Times));
    let (open, _) = after(&[tell(What::Came, 0)]);
    let early = given::when(Some(&open), &Command::Settle, &on(MONDAY + 70 * MINUTE, &by, &()));
    assert_eq!(early, Err(Refusal::TooEarly));
}

#[test]
fn what_calls_left_in_the_log_is_read_as_it_was_written() {
    let Command::Tell(told) = tell(What::CallbackAsked, 0) else { return };
    let data = r#"{"at":1773036000000000,"line":{"queue":"child-health-clinic","service":"child_health","unit":"clinic-1"},"mark":"ab","what":"callback_asked"}"#;
    for (event, kind, data) in [
        (Event::Told(told), "call.told", data),
        (
            Event::Joined { contact: ID, subject: None },
            "call.joined",
            r#"{"contact":"00000000-0000-0000-0000-000000000007"}"#,
        ),
        (Event::Settled, "call.settled", "{}"),
        (Event::Ended, "call.ended", "{}"),
    ] {
        assert_eq!(encode(&event), (kind.to_string(), data.to_string()));
        assert_eq!(decode::<Call>(kind, 1, data), Ok(event));
    }
}

#[test]
fn of_a_person_who_was_erased_no_digest_of_a_number_is_left() {
    let subject = Some(Subject(Uuid::from_u128(9)));
    let (call, _) = after(&[tell(What::CallbackAsked, 0), Command::Join { contact: Uuid::from_u128(8), subject }]);
    assert_eq!((call.standing().subject, call.mark.as_deref()), (subject, Some("ab")));
    assert_eq!(call.fact("x", Some(ResidentId(3))).caller_key, None, "they are known by their number in the facts");
    let forgotten = call.forgotten();
    assert_eq!((forgotten.standing().subject, forgotten.mark), (None, None));
}

proptest! {
    /// In whatever order and however often an exchange tells of a call, it is the same call.
    #[test]
    fn the_order_and_the_number_of_times_make_no_difference(
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
        again in prop::collection::vec(0_usize..6, 0..6),
    ) {
        use What::{Abandoned, Answered, CallbackAsked, Came, NotReached, Reached};
        let all = [(Came, 0), (CallbackAsked, 1), (Abandoned, 2), (NotReached, 20), (Reached, 40), (Answered, 3)];
        let told: Vec<Command> = order.iter().chain(&again).map(|at| tell(all[*at].0, all[*at].1)).collect();
        let straight: Vec<Command> = all.iter().map(|(what, minutes)| tell(*what, *minutes)).collect();
        prop_assert_eq!(after(&told).0, after(&straight).0);
    }
}
