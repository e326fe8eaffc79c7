use matter::Trouble;
use matter::given::{self, Past, on, when};

use super::*;
use crate::contacts::{self, Place as Stands};
use crate::organisation::Organisation;

const NOW: i64 = 1_767_225_600_000_000;
const HOUR: i64 = 3_600_000_000;
const CONTACT: Uuid = Uuid::from_u128(1);
const ID: Uuid = Uuid::from_u128(2);

fn professional(id: &str) -> By {
    By::Professional { id: id.into(), unit: "a".into(), leads: id.starts_with("lead") }
}

fn asked(to: Option<&str>, profession: Option<Profession>) -> Asked {
    Asked {
        contact: CONTACT,
        subject: None,
        from: "a".into(),
        unit: "b".into(),
        to: to.map(Into::into),
        profession,
        due: NOW + 24 * HOUR,
        words: "Riittääkö itsehoito?".into(),
    }
}

fn answer() -> Command {
    Command::Answer { words: "Riittää.".into() }
}

fn claim() -> Command {
    Command::Claim { profession: Some(Profession::Physician) }
}

/// Where a question stands after commands: its place, and with whom it stands.
fn after(first: Asked, commands: &[(&str, Command)]) -> Result<(Place, Option<String>), Refusal> {
    let mut it: Consultation =
        given::given(&[(professional("nurse-1"), Command::Ask(first))], NOW, &()).expect("a question");
    for (by, command) in commands {
        let events = when(Some(&it), command, &on(NOW + HOUR, &professional(by), &()))?;
        it = given::after(Some(it), &events, NOW + HOUR).expect("a question");
    }
    let who = it.standing().who.filter(|_| it.standing().list == List::With).map(ToString::to_string);
    Ok((it.place, who))
}

#[test]
fn a_question_goes_to_whom_it_is_for_and_its_answer_to_who_asked() {
    let one = || asked(Some("md-1"), None);
    let unit = || asked(None, Some(Profession::Physician));
    let with = |id: &str| Some(id.to_string());
    for (first, commands, expected) in [
        (one(), vec![], Ok((Place::Owned, with("md-1")))),
        (unit(), vec![], Ok((Place::Queued, None))),
        (unit(), vec![("md-1", claim())], Ok((Place::Owned, with("md-1")))),
        (unit(), vec![("md-1", claim()), ("md-1", Command::Release)], Ok((Place::Queued, None))),
        (one(), vec![("md-1", answer())], Ok((Place::Answered, with("nurse-1")))),
        (one(), vec![("md-1", answer()), ("nurse-1", Command::Notice)], Ok((Place::Noticed, None))),
        (unit(), vec![("nurse-1", Command::Withdraw)], Ok((Place::Withdrawn, None))),
        (one(), vec![("lead-1", Command::Release)], Ok((Place::Queued, None))),
        (
            unit(),
            vec![("nurse-2", Command::Claim { profession: Some(Profession::Nurse) })],
            Err(Refusal::OtherProfession),
        ),
        (unit(), vec![("nurse-2", Command::Claim { profession: None })], Err(Refusal::OtherProfession)),
        (asked(None, None), vec![("nurse-1", claim())], Err(Refusal::NotNow)),
        (unit(), vec![("md-1", answer())], Err(Refusal::NotOwned)),
        (one(), vec![("md-2", answer())], Err(Refusal::OwnedBy("md-1".into()))),
        (one(), vec![("md-1", Command::Withdraw)], Err(Refusal::NotNow)),
        (one(), vec![("md-1", answer()), ("md-1", answer())], Err(Refusal::NotNow)),
        (one(), vec![("md-1", answer()), ("nurse-1", Command::Withdraw)], Err(Refusal::NotNow)),
        (one(), vec![("nurse-1", Command::Notice)], Err(Refusal::NotNow)),
    ] {
        assert_eq!(after(first.clone(), &commands), expected, "{:?} {commands:?}", first.to);
    }
    let late = Asked { due: NOW, ..one() };
    assert_eq!(when::<Consultation>(None, &Command::Ask(late), &on(NOW, &professional("n"), &())), Err(Refusal::Times));
    assert_eq!(when::<Consultation>(None, &Command::Ask(one()), &on(NOW, &By::Holder, &())), Err(Refusal::NotNow));
}

/// A log in which nurse-1 has a contact.
fn past() -> Past {
    let open = contacts::Command::Open {
        channel: Channel::Message,
        service: "outpatient".into(),
        language: "fi".into(),
        unit: "a".into(),
        queue: None,
        anonymous: true,
        subject: None,
        routed: None,
        client_id: "c".into(),
        text: "Selkä kipeä".into(),
    };
    let mut past = Past::default();
    for (by, command) in [(By::Holder, open), (professional("nurse-1"), contacts::Command::Claim)] {
        past.turn((NOW, &by), |turn| turn.decide::<Contact>(CONTACT, &command, &Organisation::default()))
            .expect("done");
    }
    past
}

#[test]
fn question_and_answer_are_a_part_of_what_happened_to_the_contact_which_stays_where_it_is() {
    let mut past = past();
    let (nurse, md) = (professional("nurse-1"), professional("md-1"));
    let asked = asked(Some("md-1"), None);
    let other = past.turn((NOW, &professional("nurse-2")), |turn| flow::ask(turn, ID, &asked));
    assert!(matches!(other, Err(Trouble::Refused(_))), "the one who has it asks: {other:?}");
    let drafts = past.turn((NOW, &nurse), |turn| flow::ask(turn, ID, &asked)).expect("asked");
    let sealed: Vec<&str> = drafts.iter().filter(|it| it.text.is_some()).map(|it| it.kind.as_str()).collect();
    assert_eq!(sealed, ["contact.consulted", "consultation.asked"]);
    let contact = |past: &mut Past| past.state::<Contact>(CONTACT).expect("readable").expect("a contact");
    let it = contact(&mut past);
    assert!(it.asked.contains(&ID) && it.place == Stands::Owned { owner: "nurse-1".into() });
    let drafts = past.turn((NOW + HOUR, &md), |turn| flow::go_on(turn, ID, &answer())).expect("answered");
    let kinds: Vec<&str> = drafts.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["consultation.answered", "contact.advised"]);
    assert!(contact(&mut past).asked.is_empty(), "it waits for nobody");
    past.turn((NOW + HOUR, &nurse), |turn| flow::go_on(turn, ID, &Command::Notice)).expect("read");
    // Of a contact that has ended since an answer is taken, too.
    let second = Uuid::from_u128(3);
    past.turn((NOW, &nurse), |turn| flow::ask(turn, second, &asked)).expect("asked");
    let rules = Organisation::default();
    for command in [contacts::Command::Resolve { outcome: facts::Outcome::Advised }, contacts::Command::Close] {
        past.turn((NOW, &nurse), |turn| turn.decide::<Contact>(CONTACT, &command, &rules)).expect("ended");
    }
    let drafts = past.turn((NOW + HOUR, &md), |turn| flow::go_on(turn, second, &answer())).expect("answered");
    assert_eq!(drafts.len(), 1, "what has ended stays as it was");
}

#[test]
fn an_open_question_lapses_when_its_contact_ends_or_goes_to_another_unit() {
    use contacts::Command::{Close, Finish, Release, Resolve, Transfer};
    let transfer = |to: &str| Transfer { to: to.into(), queue: Some("x".into()), reason: "r".into(), note: None };
    let outcome = facts::Outcome::Advised;
    let finish = Finish { outcome, client_id: "f".into(), text: "Hei".into() };
    for (to, command, expected) in [
        (Some("md-1"), transfer("c"), Some(Why::Moved)),
        (None, transfer("c"), Some(Why::Moved)),
        (Some("md-1"), transfer("a"), None),
        (Some("md-1"), Release, None),
        (Some("md-1"), Resolve { outcome }, Some(Why::Ended)),
        (None, finish, Some(Why::Ended)),
    ] {
        let mut past = past();
        let nurse = professional("nurse-1");
        past.turn((NOW, &nurse), |turn| flow::ask(turn, ID, &asked(to, None))).expect("asked");
        let rules = Organisation::default();
        past.turn((NOW + HOUR, &nurse), |turn| {
            flow::lapse(turn, CONTACT, &command)?;
            turn.decide::<Contact>(CONTACT, &command, &rules)
        })
        .expect("done");
        let it = past.state::<Consultation>(ID).expect("readable").expect("a question");
        assert_eq!(matches!(it.place, Place::Lapsed { .. }), expected.is_some(), "{command:?}");
        assert!(expected.is_none_or(|why| it.place == Place::Lapsed { why }), "{command:?}");
        let contact = past.state::<Contact>(CONTACT).expect("readable").expect("a contact");
        assert_eq!(contact.asked.is_empty(), expected.is_some(), "{command:?}");
        assert_eq!(contact.undo.is_some(), matches!(command, Resolve { .. } | Release), "it can be undone as before");
    }
    // One of before, which was left open when its contact was resolved, lapses when rules close that.
    let mut past = past();
    let nurse = professional("nurse-1");
    past.turn((NOW, &nurse), |turn| flow::ask(turn, ID, &asked(Some("md-1"), None))).expect("asked");
    let resolve = Resolve { outcome };
    past.turn((NOW, &nurse), |turn| turn.decide::<Contact>(CONTACT, &resolve, &Organisation::default()))
        .expect("resolved");
    past.turn((NOW + 8 * 24 * HOUR, &By::System), |turn| {
        flow::lapse(turn, CONTACT, &Close)?;
        turn.decide::<Contact>(CONTACT, &Close, &Organisation::default())
    })
    .expect("closed");
    let it = past.state::<Consultation>(ID).expect("readable").expect("a question");
    assert_eq!((it.place, it.standing().list), (Place::Lapsed { why: Why::Ended }, List::Ended));
}
