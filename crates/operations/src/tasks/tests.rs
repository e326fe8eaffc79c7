use matter::given::{self, given, on, when};
use matter::{decode, encode};
use proptest::prelude::*;

use super::*;
use crate::organisation::Organisation;

const NOW: i64 = 1_767_225_600_000_000;
const HOUR: i64 = 3_600_000_000;

fn nurse(id: &str) -> By {
    By::Professional { id: id.into(), unit: "a".into(), leads: false }
}

fn lead() -> By {
    By::Professional { id: "lead-1".into(), unit: "a".into(), leads: true }
}

fn set(to: Option<&str>) -> Command {
    let words = "Soita perjantaina".into();
    Command::Set {
        about: None,
        subject: None,
        unit: "a".into(),
        to: to.map(Into::into),
        due: Some(NOW + HOUR),
        dispatch: None,
        says: None,
        words,
    }
}

fn task(commands: &[(By, Command)]) -> Task {
    given::<Task>(commands, NOW, &Organisation::default()).expect("a task")
}

/// The place of a task that nurse-1 has set, and who has it, after commands.
fn after(commands: &[(By, Command)]) -> (Place, Option<String>) {
    let all: Vec<(By, Command)> = [(nurse("nurse-1"), set(None))].into_iter().chain(commands.iter().cloned()).collect();
    let task = task(&all);
    (task.place, task.has().map(ToString::to_string))
}

#[test]
fn a_task_waits_is_taken_and_done() {
    use Command::{Assign, Claim, Finish, Release, Reopen, Withdraw};
    let (one, other) = (|| nurse("nurse-1"), || nurse("nurse-2"));
    let assign = || Assign { to: "nurse-2".into() };
    let with = |id: &str| Some(id.to_string());
    for (commands, expected) in [
        (vec![], (Place::Queued, None)),
        (vec![(other(), Claim)], (Place::Owned, with("nurse-2"))),
        (vec![(other(), Claim), (other(), Claim)], (Place::Owned, with("nurse-2"))),
        (vec![(other(), Claim), (other(), Release)], (Place::Queued, None)),
        (vec![(other(), Claim), (lead(), Release)], (Place::Queued, None)),
        (vec![(lead(), assign())], (Place::Owned, with("nurse-2"))),
        (vec![(one(), Claim), (one(), assign())], (Place::Owned, with("nurse-2"))),
        (vec![(one(), Finish)], (Place::Done, None)),
        (vec![(one(), Finish), (other(), Reopen)], (Place::Owned, with("nurse-1"))),
        (vec![(one(), Withdraw)], (Place::Withdrawn, None)),
        (vec![(other(), Claim), (one(), Withdraw)], (Place::Withdrawn, None)),
    ] {
        assert_eq!(after(&commands), expected, "{commands:?}");
    }
    assert_eq!(task(&[(one(), set(Some("nurse-2")))]).has().map(|it| &**it), Some("nurse-2"), "set for somebody");
}

#[test]
fn what_cannot_be_done_is_refused_with_its_reason() {
    use Command::{Assign, Claim, Close, Finish, Release, Reopen, Snooze, Withdraw};
    let of_other = || Refusal::OwnedBy("nurse-2".into());
    let queued = || task(&[(nurse("nurse-1"), set(None))]);
    let owned = || task(&[(nurse("nurse-1"), set(Some("nurse-2")))]);
    let done = || task(&[(nurse("nurse-1"), set(Some("nurse-2"))), (nurse("nurse-2"), Finish)]);
    let assign = || Assign { to: "nurse-3".into() };
    for (task, by, command, expected) in [
        (queued(), nurse("nurse-1"), Release, Refusal::NotOwned),
        (queued(), nurse("nurse-1"), assign(), Refusal::NotOwned),
        (queued(), nurse("nurse-3"), Withdraw, Refusal::NotOwned),
        (queued(), By::System, Claim, Refusal::NotNow),
        (queued(), nurse("nurse-1"), set(None), Refusal::NotThere),
        (owned(), nurse("nurse-1"), Claim, of_other()),
        (owned(), nurse("nurse-1"), Finish, of_other()),
        (owned(), nurse("nurse-3"), Withdraw, of_other()),
        (owned(), nurse("nurse-1"), assign(), of_other()),
        (owned(), nurse("nurse-2"), Snooze { until: NOW }, Refusal::Times),
        (owned(), nurse("nurse-2"), Snooze { until: i64::MAX }, Refusal::Times),
        (owned(), nurse("nurse-2"), Close, Refusal::NotNow),
        (owned(), nurse("nurse-2"), Reopen, Refusal::NotNow),
        (done(), nurse("nurse-2"), Finish, Refusal::NotNow),
        (done(), By::System, Close, Refusal::TooEarly),
    ] {
        let asked = when(Some(&task), &command, &on(NOW + HOUR, &by, &Organisation::default()));
        assert_eq!(asked, Err(expected), "{by:?} {command:?} {:?}", task.place);
    }
    let far = Command::Set {
        about: None,
        subject: None,
        unit: "a".into(),
        to: None,
        due: Some(i64::MAX),
        dispatch: None,
        says: None,
        words: "x".into(),
    };
    assert_eq!(when::<Task>(None, &far, &on(NOW, &lead(), &Organisation::default())), Err(Refusal::Times));
}

#[test]
fn a_task_that_was_done_ends_after_a_day_and_is_taken_up_again_until_then() {
    let done = task(&[(nurse("nurse-1"), set(None)), (nurse("nurse-1"), Command::Finish)]);
    let at = done.done_at.expect("done");
    assert_eq!((at, done.due()), (NOW + 1_000_000, Some((at + TAKEN_BACK_WITHIN, Command::Close))));
    let asked = |now, command| when(Some(&done), &command, &on(now, &nurse("nurse-2"), &Organisation::default()));
    assert_eq!(asked(at + TAKEN_BACK_WITHIN - 1, Command::Reopen), Ok(vec![Event::Reopened]));
    assert_eq!(asked(at + TAKEN_BACK_WITHIN, Command::Reopen), Err(Refusal::NotNow));
    assert_eq!(asked(at + TAKEN_BACK_WITHIN, Command::Close), Ok(vec![Event::Closed]));
    let standing = done.standing();
    assert_eq!(
        (standing.list, standing.done, standing.who.map(|it| &**it)),
        (List::Nowhere, Some(at), Some("nurse-1"))
    );
}

#[test]
fn a_task_that_sleeps_comes_after_those_that_wait() {
    let awake = task(&[(nurse("nurse-1"), set(Some("nurse-1")))]);
    let until = NOW + 9 * HOUR;
    let asleep = given::after(Some(awake.clone()), &[Event::Snoozed { until }], NOW).expect("a task");
    assert_eq!((awake.standing().since, asleep.standing().since), (NOW + HOUR, until));
    let taken =
        given::after(Some(asleep), &[Event::Assigned { owner: "nurse-2".into(), by: None }], NOW).expect("a task");
    assert_eq!(taken.sleeps, None, "another person's task does not sleep because it slept for the first");
}

#[test]
fn words_are_sealed_for_whom_the_task_concerns_and_forgotten_with_them() {
    let (subject, id) = (Subject(Uuid::from_u128(7)), Uuid::from_u128(8));
    let Command::Set { about, unit, to, due, words, .. } = set(None) else { return };
    let command = Command::Set { about, subject: Some(subject), unit, to, due, dispatch: None, says: None, words };
    let mut past = given::Past::default();
    let drafts =
        past.turn((NOW, &lead()), |turn| turn.decide::<Task>(id, &command, &Organisation::default())).expect("set");
    let sealed = drafts.iter().find_map(|draft| draft.text.as_ref()).expect("words");
    assert_eq!((sealed.subject, sealed.class, sealed.text.0.as_str()), (subject.0, "task", "Soita perjantaina"));
    assert!(!drafts.iter().any(|draft| draft.data.contains("Soita")));
    past.erase::<Task>(id, NOW);
    assert_eq!(past.state::<Task>(id).expect("readable").expect("a task").subject, None);
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    // One of every event ever written: these texts never change.
    let about = Some(Of { kind: "contact".into(), id: Uuid::from_u128(1) });
    let (subject, by) = (Some(Subject(Uuid::from_u128(2))), "nurse-1".to_string());
    let owner = || "nurse-2".into();
    for (event, kind, data) in [
        (
            Event::Set {
                about,
                subject,
                unit: "a".into(),
                to: Some(owner()),
                due: Some(5),
                dispatch: None,
                says: None,
                by: by.clone(),
            },
            "task.set",
            r#"{"about":{"id":"00000000-0000-0000-0000-000000000001","kind":"contact"},"by":"nurse-1","due":5,"subject":"00000000-0000-0000-0000-000000000002","to":"nurse-2","unit":"a"}"#,
        ),
        (
            Event::Set {
                about: None,
                subject: None,
                unit: "a".into(),
                to: None,
                due: None,
                dispatch: None,
                says: None,
                by: by.clone(),
            },
            "task.set",
            r#"{"by":"nurse-1","unit":"a"}"#,
        ),
        (
            Event::Set {
                about: None,
                subject: None,
                unit: "a".into(),
                to: None,
                due: None,
                dispatch: Some(Uuid::from_u128(3)),
                says: None,
                by,
            },
            "task.set",
            r#"{"by":"nurse-1","dispatch":"00000000-0000-0000-0000-000000000003","unit":"a"}"#,
        ),
        (Event::Claimed { owner: owner() }, "task.claimed", r#"{"owner":"nurse-2"}"#),
        (Event::Assigned { owner: owner(), by: None }, "task.assigned", r#"{"owner":"nurse-2"}"#),
        (Event::Released, "task.released", "{}"),
        (Event::Snoozed { until: 7 }, "task.snoozed", r#"{"until":7}"#),
        (Event::Finished, "task.finished", "{}"),
        (Event::Reopened, "task.reopened", "{}"),
        (Event::Withdrawn, "task.withdrawn", "{}"),
        (Event::Closed, "task.closed", "{}"),
    ] {
        assert_eq!(encode(&event), (kind.to_string(), data.to_string()));
        assert_eq!(decode::<Task>(kind, 1, data), Ok(event));
    }
}

fn command() -> impl Strategy<Value = (u8, u8, Command)> {
    let command = prop_oneof![
        Just(Command::Claim),
        (1_u8..4).prop_map(|to| Command::Assign { to: format!("nurse-{to}").as_str().into() }),
        Just(Command::Release),
        (-5_i64..50).prop_map(|hours| Command::Snooze { until: NOW + hours * HOUR }),
        Just(Command::Finish),
        Just(Command::Reopen),
        Just(Command::Withdraw),
        Just(Command::Close),
    ];
    (0_u8..5, 0_u8..30, command)
}

proptest! {
    #[test]
    fn whatever_is_asked_a_task_is_in_one_place_and_with_one_person_at_most(asked in prop::collection::vec(command(), 0..30)) {
        let mut stands = task(&[(nurse("nurse-1"), set(None))]);
        let mut now = NOW;
        for (who, hours, command) in asked {
            now += i64::from(hours) * HOUR;
            let by = match who {
                0 => lead(),
                4 => By::System,
                who => nurse(&format!("nurse-{who}")),
            };
            if let Ok(events) = when(Some(&stands), &command, &on(now, &by, &Organisation::default())) {
                stands = given::after(Some(stands), &events, now).expect("a task");
            }
            let standing = stands.standing();
            prop_assert_eq!(standing.list == List::With, stands.has().is_some());
            prop_assert_eq!(standing.done.is_some(), matches!(stands.place, Place::Done | Place::Closed));
            prop_assert_eq!(stands.due().is_some(), stands.place == Place::Done);
            prop_assert!(stands.sleeps.is_none() || stands.has().is_some());
        }
    }
}

#[test]
fn an_act_is_undone_for_ten_minutes_by_who_did_it_unless_somebody_has_acted_since() {
    use Command::{Assign, Claim, Finish, Release, Snooze, Undo, Withdraw};
    let (one, other) = (|| nurse("nurse-1"), || nurse("nurse-2"));
    let snooze = || Snooze { until: NOW + 24 * HOUR };
    let assign = || Assign { to: "nurse-2".into() };
    let mine = || (one(), Claim);
    for (before, act) in [
        (vec![], mine()),
        (vec![mine()], (one(), Release)),
        (vec![mine()], (one(), assign())),
        (vec![mine()], (one(), Finish)),
        (vec![mine()], (one(), snooze())),
        (vec![mine(), (one(), snooze())], (one(), Release)),
        (vec![], (lead(), assign())),
    ] {
        let all = |more: &[(By, Command)]| {
            let set = [(one(), set(None))];
            task(&set.iter().chain(&before).chain(more).cloned().collect::<Vec<_>>())
        };
        let (stood, by) = (all(&[]), act.0.clone());
        let done = all(std::slice::from_ref(&act));
        let undone = all(&[act.clone(), (by.clone(), Undo)]);
        assert_eq!(Task { undo: None, ..undone.clone() }, Task { undo: None, ..stood.clone() }, "{act:?}");
        assert_eq!(undone.standing().list, stood.standing().list);
        let at = done.undo.as_ref().expect("an act").at;
        let ask = |task: &Task, by: &By, now| when(Some(task), &Undo, &on(now, by, &Organisation::default()));
        assert!(ask(&done, &by, at + crate::UNDONE_WITHIN - 1).is_ok());
        assert_eq!(ask(&done, &by, at + crate::UNDONE_WITHIN), Err(Refusal::TooLate), "{act:?}");
        assert_eq!(ask(&done, &nurse("nurse-3"), at), Err(Refusal::NotNow), "an act of somebody else: {act:?}");
        assert_eq!(ask(&undone, &by, at), Err(Refusal::NotNow), "once");
        assert!(ask(&done, &By::System, at).is_err());
    }
    for since in [(other(), Claim), (one(), Withdraw), (lead(), assign())] {
        let task = task(&[(one(), set(None)), mine(), (one(), Release), since.clone()]);
        let undone = when(Some(&task), &Undo, &on(NOW, &one(), &Organisation::default()));
        assert_eq!(undone, Err(Refusal::NotNow), "somebody has acted since: {since:?}");
    }
}
