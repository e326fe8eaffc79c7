use std::sync::Arc;

use matter::given::Past;
use matter::{Matter, Subject, Text};

use super::super::flow::asked;
use super::super::routing::Case;
use super::*;

const NOW: i64 = 1_767_225_600_000_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const WHOLE: Uuid = Uuid::from_u128(1);
const RENT: Uuid = Uuid::from_u128(2);
const TEETH: Uuid = Uuid::from_u128(3);
const AINO: Subject = Subject(Uuid::from_u128(9));

fn professional(id: &str) -> By {
    By::Professional { id: id.into(), unit: "a".into(), leads: id.starts_with("lead") }
}

fn routed(clock: &str) -> Routed {
    let case = Case::of("social");
    Routed { case, clocks: vec![clock.into()], because: Vec::new(), first: None, expected: None }
}

/// A log in which a nurse has a contact, of somebody who is known or not.
struct Told {
    past: Past,
    now: i64,
}

impl Told {
    fn of(subject: Option<Subject>) -> Told {
        let open = Command::Open {
            channel: Channel::Message,
            service: "outpatient".into(),
            language: "fi".into(),
            unit: "a".into(),
            queue: None,
            anonymous: subject.is_none(),
            subject,
            routed: None,
            client_id: "c".into(),
            text: "Selkä on kipeä ja vuokra maksamatta".into(),
        };
        let mut told = Told { past: Past::default(), now: NOW };
        told.past.turn((NOW, &By::Holder), |turn| decide(turn, WHOLE, &open)).expect("opened");
        told.ask("nurse", WHOLE, &Command::Claim).expect("claimed");
        told
    }

    fn stands(&mut self, id: Uuid) -> Arc<Contact> {
        self.past.state::<Contact>(id).expect("readable").expect("a contact")
    }

    fn by(&mut self, by: &By, id: Uuid, command: &Command) -> Result<(), Trouble> {
        self.now += 60_000_000;
        self.past.turn((self.now, by), |turn| asked(turn, id, command)).map(drop)
    }

    fn ask(&mut self, by: &str, id: Uuid, command: &Command) -> Result<(), Trouble> {
        self.by(&professional(by), id, command)
    }

    fn split(&mut self, by: &str, (id, part): (Uuid, Uuid), queue: &str) -> Result<(), Trouble> {
        self.now += 60_000_000;
        let goes = Goes {
            service: "social".into(),
            unit: "b".into(),
            queue: Some(queue.into()),
            routed: routed("callback-same-day"),
            text: "Vuokra".into(),
        };
        self.past.turn((self.now, &professional(by)), |turn| split_off(turn, (id, part), &goes)).map(drop)
    }

    fn place(&mut self, id: Uuid) -> &'static str {
        self.stands(id).place.code()
    }
}

const REFERRED: Command = Command::Resolve { outcome: Outcome::Referred };

fn says(text: &str) -> Command {
    Command::Write { client_id: text.into(), text: text.into() }
}

#[test]
fn a_part_has_its_own_queue_holder_and_clock_and_is_over_by_itself() {
    let mut told = Told::of(Some(AINO));
    told.split("nurse", (WHOLE, RENT), "social-advice").expect("split");
    let (whole, part) = (told.stands(WHOLE), told.stands(RENT));
    assert_eq!(
        (whole.owner(), whole.parts.get(&RENT)),
        (Some("nurse"), Some(&Stage::Open)),
        "the whole keeps its holder"
    );
    assert_eq!((part.part_of, &*part.unit, part.queue.as_deref()), (Some(WHOLE), "b", Some("social-advice")));
    assert_eq!((part.subject, part.language.as_str(), part.owner()), (Some(AINO), "fi", None));
    assert_eq!(part.opened_at, NOW, "to be split costs nobody their place");
    assert_eq!(part.running(calendar::Calendar::shipped()).len(), 1, "its clock runs");
    told.ask("worker", RENT, &Command::Claim).expect("claimed");
    told.ask("worker", RENT, &REFERRED).expect("resolved");
    assert_eq!((told.place(WHOLE), told.place(RENT)), ("owned", "resolved"), "the nurse still owes a word");
}

#[test]
fn a_part_of_a_text_message_is_answered_by_text_message_and_the_number_stays_with_the_whole() {
    use crate::dispatches::{Dispatch, Means, Says, dispatch_id};
    let mut told = Told { past: Past::default(), now: NOW };
    let open = Command::Open {
        channel: Channel::Sms,
        service: "social".into(),
        language: "fi".into(),
        unit: "a".into(),
        queue: None,
        anonymous: true,
        subject: None,
        routed: None,
        client_id: String::new(),
        text: "Selkä on kipeä ja vuokra maksamatta".into(),
    };
    let answer_by = Command::AnswerBy { means: Means::Sms, address: "+358450000001".into() };
    for command in [open, answer_by] {
        told.past.turn((NOW, &By::Holder), |turn| decide(turn, WHOLE, &command)).expect("opened");
    }
    told.ask("nurse", WHOLE, &Command::Claim).expect("claimed");
    told.now += 60_000_000;
    let goes = Goes {
        service: "social".into(),
        unit: "b".into(),
        queue: None,
        routed: routed("callback-same-day"),
        text: "Vuokra".into(),
    };
    let by = professional("nurse");
    let drafts = told.past.turn((told.now, &by), |turn| split_off(turn, (WHOLE, RENT), &goes)).expect("split");
    assert!(drafts.iter().all(|it| it.text.as_ref().is_none_or(|it| !it.text.0.contains("45000"))), "{drafts:?}");
    assert_eq!((told.stands(RENT).channel, told.stands(RENT).answers_go), (Channel::Sms, Some(Means::Sms)));
    told.ask("worker", RENT, &Command::Claim).expect("claimed");
    told.ask("worker", RENT, &says("Voit hakea tukea")).expect("answered");
    let number = told.stands(RENT).last_of_service;
    let id = dispatch_id(&["contact", &RENT.to_string(), "answer", &number.to_string()]);
    let sent = told.past.state::<Dispatch>(id).expect("readable").expect("it goes out");
    assert_eq!((sent.cause.id, sent.says), (RENT, Says::Answer { number }));
    // Another that nobody has touched is taken back as any is.
    told.now += 60_000_000;
    told.past.turn((told.now, &by), |turn| split_off(turn, (WHOLE, TEETH), &goes)).expect("split again");
    told.ask("nurse", WHOLE, &Command::Undo).expect("taken back");
    assert_eq!(told.place(TEETH), "closed");
}

#[test]
fn when_all_parts_are_over_and_nobody_waits_the_whole_is_too_and_it_closes_after_the_last() {
    let mut told = Told::of(None);
    told.ask("nurse", WHOLE, &says("Selkään tällä viikolla aika")).expect("answered");
    told.split("nurse", (WHOLE, RENT), "social-advice").expect("split");
    told.split("nurse", (WHOLE, TEETH), "oral").expect("split again");
    for (part, others) in [(RENT, "owned"), (TEETH, "resolved")] {
        told.ask("worker", part, &Command::Claim).expect("claimed");
        told.ask("worker", part, &REFERRED).expect("resolved");
        assert_eq!(told.place(WHOLE), others);
    }
    assert_eq!(told.stands(WHOLE).due(), None, "it stays open as long as a part can be taken up again");
    assert!(told.ask("nurse", WHOLE, &Command::Close).is_err());
    told.by(&By::Holder, TEETH, &says("Vielä hampaasta")).expect("taken up again");
    assert_eq!(told.stands(WHOLE).parts[&TEETH], Stage::Open);
    told.ask("worker", TEETH, &REFERRED).expect("resolved again");
    told.now += 8 * DAY;
    told.by(&By::Holder, WHOLE, &says("Ja selästä")).expect("in one place as long as a part goes on");
    told.ask("nurse", WHOLE, &says("Hyvä")).expect("answered");
    told.ask("nurse", WHOLE, &REFERRED).expect("resolved");
    for part in [RENT, TEETH] {
        told.by(&By::System, part, &Command::Close).expect("closed");
    }
    let due = told.stands(WHOLE).due();
    assert!(matches!(due, Some((at, Command::Close)) if at > told.now), "{due:?}");
    told.now += 8 * DAY;
    told.by(&By::System, WHOLE, &Command::Close).expect("closed");
    assert_eq!(told.place(WHOLE), "closed");
}

#[test]
fn who_has_it_splits_and_has_read_all_and_parts_of_parts_are_parts_of_the_whole() {
    let mut told = Told::of(None);
    for (by, refused) in [("stranger", "owned_by_another"), ("nurse", ""), ("lead", "")] {
        let part = Uuid::from_u128(50 + by.len() as u128);
        let split = told.split(by, (WHOLE, part), "social-advice");
        let code = split.err().map_or("", |trouble| if let Trouble::Refused(it) = trouble { it.code } else { "?" });
        assert_eq!(code, refused, "{by}");
    }
    told.split("nurse", (WHOLE, RENT), "social-advice").expect("split");
    told.ask("worker", RENT, &Command::Claim).expect("claimed");
    told.split("worker", (RENT, TEETH), "disability").expect("split on");
    assert_eq!(told.stands(TEETH).part_of, Some(WHOLE));
    assert!(told.stands(WHOLE).parts.contains_key(&TEETH) && told.stands(RENT).parts.is_empty());
    // The resident writes while somebody splits: what came is read first.
    let contact = Contact { last_of_resident: 7, ..Contact::clone(&told.stands(WHOLE)) };
    let (nurse, organisation) = (professional("nurse"), Organisation::default());
    let on = matter::Occasion { seen: 6, ..matter::given::on(NOW, &nurse, &organisation) };
    assert_eq!(split(&contact, RENT, &on), Err(Refusal::Unseen(7)));
    let closed = Contact { place: Place::Closed, ..contact };
    assert!(split(&closed, RENT, &on).is_err());
}

#[test]
fn a_part_is_taken_back_until_somebody_acts_and_goes_on_by_itself_when_handed_over() {
    let mut told = Told::of(None);
    told.split("nurse", (WHOLE, RENT), "social-advice").expect("split");
    told.ask("nurse", WHOLE, &Command::Undo).expect("undone");
    assert_eq!((told.place(WHOLE), told.place(RENT)), ("owned", "closed"));
    let part = told.stands(RENT);
    assert_eq!((part.outcome, part.first_response_at), (Some(Outcome::Withdrawn), None));
    assert!(told.stands(WHOLE).parts.is_empty());
    assert!(told.ask("nurse", WHOLE, &Command::Undo).is_err(), "twice");
    told.split("nurse", (WHOLE, TEETH), "social-advice").expect("split anew");
    told.ask("worker", TEETH, &Command::Claim).expect("claimed");
    assert!(told.ask("nurse", WHOLE, &Command::Undo).is_err(), "somebody has acted");
    assert_eq!(told.place(TEETH), "owned");
    // Handed over, and sent back: it is the same part.
    for to in ["c", "b"] {
        let queue = (to == "b").then(|| "social-advice".into());
        let reason = "misdirected".into();
        let transfer = Command::Transfer { to: to.into(), queue, reason, note: Some(Text("Teille".into())) };
        told.ask("worker", TEETH, &transfer).expect("handed over");
        told.ask("worker", TEETH, &Command::Claim).expect("claimed");
        assert_eq!((told.stands(TEETH).part_of, told.stands(WHOLE).parts[&TEETH]), (Some(WHOLE), Stage::Open));
    }
    assert_eq!(told.stands(TEETH).transfers, 2);
}

#[test]
fn words_that_name_no_part_go_to_the_one_that_asks_or_to_the_first_holder() {
    let mut told = Told::of(None);
    told.split("nurse", (WHOLE, RENT), "social-advice").expect("split");
    told.split("nurse", (WHOLE, TEETH), "oral").expect("split");
    let to = |told: &mut Told| {
        let all = [WHOLE, RENT, TEETH].map(|id| (id, told.stands(id)));
        addressed(&all.iter().map(|(id, it)| (*id, &**it)).collect::<Vec<_>>())
    };
    assert_eq!(to(&mut told), Some(WHOLE));
    let ask = Command::Ask { client_id: "q".into(), text: "Paljonko vuokra on?".into() };
    told.ask("worker", RENT, &Command::Claim).expect("claimed");
    told.ask("worker", RENT, &ask).expect("asked");
    assert_eq!(to(&mut told), Some(RENT), "it alone asks");
    told.ask("nurse", WHOLE, &ask).expect("asked");
    assert_eq!(to(&mut told), Some(WHOLE), "both ask: the first holder sorts it out");
}

#[test]
fn a_writer_who_proves_who_they_are_does_so_for_all_of_it_and_words_of_nobody_are_the_whole_s() {
    let mut told = Told::of(None);
    told.split("nurse", (WHOLE, RENT), "social-advice").expect("split");
    assert_eq!(told.stands(RENT).of(), Some(WHOLE), "sealed under the keys of the whole");
    told.by(&By::Resident(AINO), WHOLE, &Command::Identify { subject: AINO }).expect("known");
    assert_eq!((told.stands(WHOLE).subject, told.stands(RENT).subject), (Some(AINO), Some(AINO)));
}

#[test]
fn c38_what_a_split_left_in_the_log_is_read_as_it_was_written() {
    let golden = [
        (
            Event::Split { part: Uuid::from_u128(0x0abc) },
            "contact.split",
            r#"{"part":"00000000-0000-0000-0000-000000000abc"}"#,
        ),
        (
            Event::Part { part: Uuid::from_u128(0x0abc), stage: Some(Stage::Over) },
            "contact.part",
            r#"{"part":"00000000-0000-0000-0000-000000000abc","stage":"over"}"#,
        ),
        (
            Event::Part { part: Uuid::from_u128(0x0abc), stage: None },
            "contact.part",
            r#"{"part":"00000000-0000-0000-0000-000000000abc"}"#,
        ),
        (Event::TakenBack, "contact.taken_back", "{}"),
        (Event::Shown(Shown::Split), "conversation.shown", r#""split""#),
        (
            Event::Opened {
                channel: Channel::Message,
                service: "social".into(),
                language: "fi".into(),
                unit: "b".into(),
                queue: Some("social-advice".into()),
                anonymous: true,
                subject: None,
                routed: None,
                on_behalf: None,
                part_of: Some(Uuid::from_u128(0x0abc)),
                at: 5,
            },
            "contact.opened",
            r#"{"anonymous":true,"at":5,"channel":"message","language":"fi","part_of":"00000000-0000-0000-0000-000000000abc","queue":"social-advice","service":"social","unit":"b"}"#,
        ),
    ];
    for (event, kind, data) in golden {
        assert_eq!(matter::encode(&event), (kind.to_string(), data.to_string()));
        assert_eq!(matter::decode::<Contact>(kind, 1, data), Ok(event));
    }
}
