use facts::{Channel, Code, Value};
use matter::given::{Past, given, on, when};
use matter::{Subject, Trouble};

use super::flow::{go_on, may_be_one, split};
use super::*;

/// Monday 9 March 2026, 8:00 in Helsinki.
const NOW: i64 = 1_773_036_000_000_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const FIRST: Uuid = Uuid::from_u128(1);
const LATER: Uuid = Uuid::from_u128(2);
const PART: Uuid = Uuid::from_u128(3);

fn worker(id: &str) -> By {
    By::Professional { id: id.into(), unit: "social".into(), leads: id.starts_with("lead") }
}

fn made(notifier: Notifier, owner: Option<&str>) -> Made {
    Made {
        what: What::Concern,
        channel: Channel::Phone,
        language: "fi".into(),
        notifier,
        subject: Some(Subject(Uuid::from_u128(9))),
        unit: "social".into(),
        queue: Some("social-notices".into()),
        part_of: None,
        owner: owner.map(Into::into),
    }
}

fn make(notifier: Notifier, owner: Option<&str>) -> Command {
    let (words, details) = ("Ei avaa ovea.".into(), Details::default().sealed());
    Command::Make { made: made(notifier, owner), words, details }
}

fn hand(to: &str) -> Command {
    Command::Hand { to: to.into(), queue: None, reason: "needs_expertise".into(), note: Some("Tuttu meille".into()) }
}

fn assess(urgency: Urgency) -> Command {
    Command::AssessUrgency { urgency }
}

/// A notice in the queue after commands, each by somebody.
fn after(commands: &[(&str, Command)]) -> Result<Notice, Refusal> {
    let mut it: Notice = given(&[(By::Holder, make(Notifier::Private, None))], NOW, &()).expect("a notice");
    for (by, command) in commands {
        let events = when(Some(&it), command, &on(NOW + HOUR, &worker(by), &()))?;
        it = matter::given::after(Some(it), &events, NOW + HOUR).expect("a notice");
    }
    Ok(it)
}

#[test]
fn who_has_it_finds_how_urgent_it_is_before_it_ends() {
    let claim = || ("a", Command::Claim);
    let end = |by| (by, Command::End { ending: Ending::Assessment });
    let soon = |by| (by, assess(Urgency::Soon));
    for (commands, expected) in [
        (vec![claim(), soon("a"), end("a")], Ok("ended")),
        (vec![claim(), end("a")], Err(Refusal::Unassessed)),
        (vec![soon("a")], Err(Refusal::NotOwned)),
        (vec![claim(), soon("b")], Err(Refusal::OwnedBy("a".into()))),
        (vec![claim(), ("b", Command::Claim)], Err(Refusal::OwnedBy("a".into()))),
        (vec![claim(), ("b", Command::Release)], Err(Refusal::OwnedBy("a".into()))),
        (vec![claim(), ("lead-1", Command::Release)], Ok("queued")),
        (vec![claim(), ("a", hand("adult-social"))], Ok("queued")),
        (vec![claim(), soon("a"), end("a"), ("a", Command::Claim)], Err(Refusal::NotNow)),
        (vec![claim(), ("a", Command::Close)], Err(Refusal::TooEarly)),
    ] {
        let came = after(&commands).map(|it| it.place.code());
        assert_eq!(came, expected, "{commands:?}");
    }
    // Nobody but a professional works on it, whatever their part in it.
    let it = after(&[]).expect("a notice");
    for by in [By::Holder, By::Resident(Subject(Uuid::from_u128(9)))] {
        assert_eq!(when(Some(&it), &Command::Claim, &on(NOW, &by, &())), Err(Refusal::NotNow));
    }
}

#[test]
fn the_person_sees_one_that_they_made_or_were_told_of() {
    let of = |notifier| given::<Notice>(&[(By::Holder, make(notifier, None))], NOW, &()).expect("a notice");
    for notifier in Notifier::ALL {
        assert_eq!(of(notifier).is_known_to_person(), notifier == Notifier::Own, "{notifier:?}");
    }
    assert!(after(&[("a", Command::Claim), ("a", Command::Tell)]).expect("told").is_known_to_person());
}

/// A log with a notice of an authority, and a day later one of a neighbour that a has in hand.
fn past() -> Past {
    let mut past = Past::default();
    for (id, at, command) in
        [(FIRST, NOW, make(Notifier::Authority, None)), (LATER, NOW + DAY, make(Notifier::Private, Some("a")))]
    {
        past.turn((at, &worker("a")), |turn| turn.decide::<Notice>(id, &command, &())).expect("made");
    }
    past
}

fn ask(past: &mut Past, id: Uuid, at: i64, command: &Command) -> Result<usize, Trouble> {
    past.turn((at, &worker("a")), |turn| go_on(turn, id, command)).map(|drafts| drafts.len())
}

fn state(past: &mut Past, id: Uuid) -> Notice {
    past.state::<Notice>(id).expect("readable").expect("a notice").as_ref().clone()
}

fn confirm() -> Command {
    Command::Confirm { first: FIRST, unit: "social".into() }
}

#[test]
fn a_confirmed_duplicate_goes_the_way_of_the_first_and_keeps_its_maker_and_time() {
    let mut past = past();
    ask(&mut past, LATER, NOW + DAY, &confirm()).expect("confirmed");
    let later = state(&mut past, LATER);
    assert_eq!((later.first(), later.at, later.made.notifier), (Some(FIRST), NOW + DAY, Notifier::Private));
    assert_eq!(later.standing().list, List::Nowhere, "it is no work of its own");
    ask(&mut past, FIRST, NOW + DAY, &Command::Claim).expect("claimed");
    ask(&mut past, LATER, NOW + DAY, &assess(Urgency::Soon)).expect("each has an urgency of its own");
    ask(&mut past, FIRST, NOW + DAY, &assess(Urgency::Soon)).expect("assessed");
    assert_eq!(ask(&mut past, FIRST, NOW + DAY, &hand("adult-social")), Ok(2), "written on both");
    let (first, later) = (state(&mut past, FIRST), state(&mut past, LATER));
    assert_eq!((&*first.unit, &*later.unit), ("adult-social", "adult-social"));
    assert_eq!((first.transfers, later.transfers), (1, 0), "it was handed over once");
    ask(&mut past, FIRST, NOW + 3 * DAY, &Command::Claim).expect("claimed there");
    assert_eq!(ask(&mut past, FIRST, NOW + 3 * DAY, &Command::End { ending: Ending::Assessment }), Ok(2));
    let (first, later) = (state(&mut past, FIRST), state(&mut past, LATER));
    assert_eq!(first.taken_at, Some(NOW + 3 * DAY), "the unit that decides took it then");
    assert!(later.ended.is_some() && later.first() == Some(FIRST));
    // Rows: one notice each, one of them a duplicate; the days of the way are of the first alone.
    let row = |it: &Notice| fact::fact("x".into(), it, None, None);
    assert_eq!(row(&later).duplicate_of, Some(FIRST.to_string()));
    assert_eq!((row(&later).assessed_at, row(&later).outcome.map(Code::code)), (None, Some("merged")));
    assert_eq!(row(&first).assessed_at.map(|at| at.0), Some(NOW + 3 * DAY));
    // Nothing is joined to what has ended, and both close by themselves.
    let mut new = past.clone();
    let third = Uuid::from_u128(4);
    new.turn((NOW + 4 * DAY, &worker("a")), |turn| {
        turn.decide::<Notice>(third, &make(Notifier::Relative, Some("a")), &())
    })
    .expect("made");
    let refused = ask(&mut new, third, NOW + 4 * DAY, &confirm());
    assert_eq!(refused, Err(Trouble::Refused(Refusal::FirstOver.into())));
    for id in [FIRST, LATER] {
        assert_eq!(state(&mut past, id).due().map(|(at, _)| at), Some(NOW + 3 * DAY + CLOSED_AFTER));
    }
}

#[test]
fn a_rejected_one_stays_its_own_and_is_not_proposed_again_from_either_side() {
    let mut past = past();
    let (first, later) = (state(&mut past, FIRST), state(&mut past, LATER));
    assert!(may_be_one((LATER, &later), (FIRST, &first)) && may_be_one((FIRST, &first), (LATER, &later)));
    ask(&mut past, LATER, NOW + DAY, &Command::Reject { other: FIRST }).expect("rejected");
    let (first, later) = (state(&mut past, FIRST), state(&mut past, LATER));
    assert!(!may_be_one((LATER, &later), (FIRST, &first)) && !may_be_one((FIRST, &first), (LATER, &later)));
    assert!(later.first().is_none() && later.owner().is_some());
}

#[test]
fn a_third_stands_with_the_first_of_all_and_a_mistake_is_undone() {
    let mut past = past();
    let third = Uuid::from_u128(4);
    past.turn((NOW + 2 * DAY, &worker("a")), |turn| {
        turn.decide::<Notice>(third, &make(Notifier::Relative, Some("a")), &())
    })
    .expect("made");
    let with_later = Command::Confirm { first: LATER, unit: "social".into() };
    ask(&mut past, third, NOW + 2 * DAY, &with_later).expect("confirmed");
    ask(&mut past, LATER, NOW + 2 * DAY, &confirm()).expect("confirmed");
    assert_eq!(state(&mut past, third).first(), Some(FIRST), "it went along");
    assert_eq!(state(&mut past, FIRST).duplicates, [LATER, third].into());
    assert!(state(&mut past, LATER).duplicates.is_empty());
    ask(&mut past, third, NOW + 2 * DAY, &Command::Separate).expect("separated");
    assert_eq!(state(&mut past, third).place, Place::Queued);
    assert_eq!(state(&mut past, FIRST).duplicates, [LATER].into());
    // A person who was erased stops nobody.
    past.erase::<Notice>(LATER, NOW + 2 * DAY);
    ask(&mut past, FIRST, NOW + 2 * DAY, &Command::Claim).expect("claimed");
    ask(&mut past, FIRST, NOW + 2 * DAY, &hand("adult-social")).expect("handed");
    assert_eq!(state(&mut past, LATER).standing().list, List::Ended);
}

#[test]
fn a_part_is_a_matter_of_its_own_about_the_same_person_and_no_notice_in_the_figures() {
    let mut past = past();
    let to = Made { unit: "child-protection".into(), queue: None, ..made(Notifier::Private, None) };
    let (words, details) = ("Lapsen tilanne.".into(), Details::default().sealed());
    let flow = |turn: &mut matter::Turn<'_>| split(turn, (LATER, PART), &to, (&words, &details));
    let drafts = past.turn((NOW + DAY, &worker("a")), flow).expect("split");
    assert_eq!(
        drafts.iter().map(|it| it.kind.as_str()).collect::<Vec<_>>(),
        ["notice.split", "notice.made", "notice.described"]
    );
    let part = state(&mut past, PART);
    assert_eq!((part.made.part_of, part.place.clone(), &*part.unit), (Some(LATER), Place::Queued, "child-protection"));
    assert_eq!(part.made.subject, state(&mut past, LATER).made.subject);
    let other =
        past.turn((NOW + DAY, &worker("b")), |turn| split(turn, (LATER, Uuid::from_u128(5)), &to, (&words, &details)));
    assert_eq!(other, Err(Trouble::Refused(Refusal::OwnedBy("a".into()).into())));
    let rows = |made: Made| {
        let history = [Dated { event: Event::Made(made), at: NOW, changed: NOW }];
        let about = About { id: "n", resident: None, calendar: Calendar::shipped(), changed: NOW };
        let mut rows: Vec<String> = Vec::new();
        Notice::rows(&history, &about, &mut |_, values, _| {
            rows.push(
                values
                    .iter()
                    .map(|it| if let Value::Text(text) = it { text.to_string() } else { String::new() })
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        });
        rows
    };
    assert_eq!(rows(made(Notifier::Private, None)).len(), 1);
    assert!(rows(Made { part_of: Some(FIRST), ..made(Notifier::Private, None) }).is_empty());
}

#[test]
fn the_sealed_part_is_read_as_it_was_written_and_stands_in_no_event() {
    let person = duplicates::Person { given: "Aino".into(), code: "030184-900E".into(), ..Default::default() };
    let details = Details { person, by: MadeBy { name: "Naapuri".into(), ..MadeBy::default() } };
    assert_eq!(Details::read(&details.sealed().0), details);
    assert_eq!(Details::read("{"), Details::default());
    let words = "Huoli".into();
    let command = Command::Make { made: made(Notifier::Private, None), words, details: details.sealed() };
    let drafts =
        Past::default().turn((NOW, &By::Holder), |turn| turn.decide::<Notice>(FIRST, &command, &())).expect("made");
    for name in ["Aino", "Naapuri", "Huoli", "900E"] {
        assert!(drafts.iter().all(|it| !it.data.contains(name)), "{name}");
    }
    for draft in &drafts {
        let sealing = draft.text.as_ref().expect("sealed");
        assert_eq!((sealing.subject, sealing.class), (Uuid::from_u128(9), "notice.social"));
    }
    let second = drafts[Details::AT as usize - 1].text.as_ref().map(|it| it.text.0.as_str());
    assert_eq!(second.map(Details::read), Some(details));
}

#[test]
fn one_that_has_ended_is_held_against_new_ones_for_as_long_as_the_rule_looks_back() {
    let rule = duplicates::in_force(jiff::civil::date(2026, 3, 9));
    assert!(CLOSED_AFTER >= rule.window());
}
