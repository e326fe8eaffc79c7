//! The promises of this crate to every kind, on two kinds of this file's own: notes that people talk in, and seats.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::*;
use crate::{Own, Refused, Rights, Standing, Subject, Text, Unreadable, decode, encode, fold, named};

const NOW: i64 = 1_767_225_600_000_000;
const RIGHTS: Rights = Rights { worked_by: &[], led_by: &[], own: Own::Write };

/// A note of a person, in two streams: its own, and what is said in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    subject: Option<Subject>,
    said: u32,
    moved: u32,
    is_over: bool,
    /// Every event that it has met, as the order of the log has them.
    met: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
enum Ask {
    Open { subject: Option<Subject>, words: Text },
    Say(Text),
    Move,
    End,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Noted {
    #[serde(rename = "note.opened")]
    Opened {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        at: i64,
    },
    #[serde(rename = "talk.said")]
    Said(u32),
    #[serde(rename = "note.moved")]
    Moved,
    #[serde(rename = "note.ended")]
    Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum No {
    NotThere,
    Over,
    Taken,
}

impl From<No> for Refused {
    fn from(no: No) -> Refused {
        Refused::new("test", ["not_there", "over", "taken"][no as usize])
    }
}

impl Matter for Note {
    const NAME: &'static str = "note";
    const STREAMS: &'static [&'static str] = &["note", "talk"];
    const VERSION: u32 = 1;
    const SCHEMA: u32 = 2;
    const RIGHTS: Rights = RIGHTS;

    type Command = Ask;
    type Event = Noted;
    type Refusal = No;
    type Rules = ();
    type Index = ();

    fn decide(note: Option<&Note>, command: &Ask, on: &Occasion<'_, ()>) -> Result<Vec<Noted>, No> {
        match (note, command) {
            (None, Ask::Open { subject, .. }) => {
                Ok(vec![Noted::Opened { subject: *subject, at: on.now }, Noted::Said(1)])
            }
            (None, _) | (Some(_), Ask::Open { .. }) => Err(No::NotThere),
            (Some(note), Ask::End) if note.is_over => Ok(vec![]),
            (Some(note), _) if note.is_over => Err(No::Over),
            (Some(note), Ask::Say(_)) => Ok(vec![Noted::Said(note.said + 1)]),
            (Some(_), Ask::Move) => Ok(vec![Noted::Moved]),
            (Some(_), Ask::End) => Ok(vec![Noted::Ended]),
        }
    }

    fn evolve(note: Option<Note>, event: &Noted, _: i64) -> Option<Note> {
        let mut note = match (note, event) {
            (None, Noted::Opened { subject, .. }) => {
                Note { subject: *subject, said: 0, moved: 0, is_over: false, met: vec![] }
            }
            (note, _) => note?,
        };
        note.met.push(encode(event).0);
        match event {
            Noted::Opened { .. } => {}
            Noted::Said(_) => note.said += 1,
            Noted::Moved => note.moved += 1,
            Noted::Ended => note.is_over = true,
        }
        Some(note)
    }

    fn standing(&self) -> Standing<'_> {
        let list = if self.is_over { List::Ended } else { List::Nowhere };
        Standing { subject: self.subject, unit: None, who: None, list, since: 0, done: None }
    }

    fn text(command: &Ask, event: &Noted) -> Option<Text> {
        match (command, event) {
            (Ask::Open { words, .. }, Noted::Opened { .. }) | (Ask::Say(words), Noted::Said(_)) => Some(words.clone()),
            _ => None,
        }
    }

    fn stream_of(event: &Noted) -> usize {
        usize::from(matches!(event, Noted::Said(_)))
    }

    fn forgotten(self) -> Note {
        Note { subject: None, ..self }
    }

    fn lift(kind: &str, schema: u32, data: Value) -> Result<Value, Unreadable> {
        match (kind, schema) {
            ("talk.said", 1) => Ok(data["number"].clone()),
            _ => Err(Unreadable(format!("{kind}, schema {schema}"))),
        }
    }
}

/// A seat that one note has at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seat {
    of: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Seated {
    #[serde(rename = "seat.taken")]
    Taken { of: u64 },
    #[serde(rename = "seat.freed")]
    Freed,
}

impl Matter for Seat {
    const NAME: &'static str = "seat";
    const VERSION: u32 = 1;
    const RIGHTS: Rights = RIGHTS;

    /// Taken for a note; none: freed.
    type Command = Option<u64>;
    type Event = Seated;
    type Refusal = No;
    type Rules = ();
    type Index = ();

    fn decide(seat: Option<&Seat>, command: &Option<u64>, _: &Occasion<'_, ()>) -> Result<Vec<Seated>, No> {
        match (seat.and_then(|seat| seat.of), command) {
            (None, Some(of)) => Ok(vec![Seated::Taken { of: *of }]),
            (held, asked) if held == *asked => Ok(vec![]),
            (Some(_), Some(_)) => Err(No::Taken),
            (_, None) => Ok(vec![Seated::Freed]),
        }
    }

    fn evolve(_: Option<Seat>, event: &Seated, _: i64) -> Option<Seat> {
        match event {
            Seated::Taken { of } => Some(Seat { of: Some(*of) }),
            Seated::Freed => Some(Seat { of: None }),
        }
    }

    fn standing(&self) -> Standing<'_> {
        Standing { subject: None, unit: None, who: None, list: List::Nowhere, since: 0, done: None }
    }
}

fn note(number: u128) -> Uuid {
    Uuid::from_u128(number + 1)
}

fn number_of(id: Uuid) -> u64 {
    id.as_u64_pair().1
}

fn subject(number: u128) -> Subject {
    Subject(Uuid::from_u128(number + 1000))
}

fn open(number: u128) -> Ask {
    Ask::Open { subject: Some(subject(number)), words: "Hei".into() }
}

/// Says something in a note that sits, so that it is written in the note and the seat is taken, or neither.
fn sit(turn: &mut Turn<'_>, id: Uuid, command: &Ask, seat: Uuid) -> Result<(), Trouble> {
    turn.decide::<Note>(id, command, &())?;
    turn.decide::<Seat>(seat, &Some(number_of(id)), &())
}

fn asked(past: &mut Past, id: Uuid, command: &Ask) -> Result<Vec<Draft>, Trouble> {
    past.turn((NOW, &By::System), |turn| turn.decide::<Note>(id, command, &()))
}

#[test]
fn events_stand_in_the_log_as_kind_and_data() {
    let opened = Noted::Opened { subject: Some(Subject(Uuid::nil())), at: 5 };
    let data = r#"{"at":5,"subject":"00000000-0000-0000-0000-000000000000"}"#;
    for (event, kind, data) in
        [(opened, "note.opened", data), (Noted::Said(3), "talk.said", "3"), (Noted::Moved, "note.moved", "{}")]
    {
        assert_eq!(encode(&event), (kind.into(), data.into()));
        assert_eq!(decode::<Note>(kind, 2, data), Ok(event));
    }
    assert_eq!(decode::<Note>("talk.said", 1, r#"{"number":3}"#), Ok(Noted::Said(3)), "an older schema is lifted");
    for (kind, schema, data) in
        [("note.moved", 1, "{}"), ("note.moved", 3, "{}"), ("note.lost", 2, "{}"), ("talk.said", 2, "three")]
    {
        assert!(decode::<Note>(kind, schema, data).is_err(), "{kind}, {schema}");
    }
    assert!(decode::<Seat>("seat.freed", 2, "{}").is_err(), "a kind that lifts nothing knows one schema");
}

#[test]
fn a_stream_is_named_by_category_and_id() {
    let id = note(7);
    for (name, of) in [(stream("note", id), ("note", id)), ("organisation/all".into(), ("organisation", Uuid::nil()))] {
        assert_eq!((named(&name), stream(of.0, of.1)), (Some(of), name.clone()));
    }
    assert_eq!((named("phase/station-1"), named("nothing")), (None, None));
}

#[test]
fn a_text_is_sealed_for_whom_the_matter_is_about_after_its_event() {
    let mut past = Past::default();
    let owner = |drafts: Result<Vec<Draft>, Trouble>| {
        let texts = drafts.unwrap_or_default().into_iter().filter_map(|draft| draft.text);
        texts.map(|sealing| (sealing.subject, sealing.class, sealing.text.0)).collect::<Vec<_>>()
    };
    let (hello, more) = (|owner| vec![(owner, "note", "Hei".to_string())], Ask::Say("Hei".into()));
    assert_eq!(owner(asked(&mut past, note(0), &open(0))), hello(subject(0).0), "an opening says whose it is");
    assert_eq!(owner(asked(&mut past, note(0), &more)), hello(subject(0).0));
    let nobody = Ask::Open { subject: None, words: "Hei".into() };
    assert_eq!(owner(asked(&mut past, note(1), &nobody)), hello(note(1)), "of nobody but the matter");
    past.erase::<Note>(note(0), NOW);
    assert_eq!(owner(asked(&mut past, note(0), &more)), hello(note(0)), "never again of who was erased");
}

#[test]
fn a_flow_goes_on_after_a_refusal_which_has_left_nothing() {
    let mut past = Past::default();
    let drafts = past.turn((NOW, &By::System), |turn| {
        assert!(matches!(turn.decide::<Note>(note(0), &Ask::Move, &()), Err(Trouble::Refused(_))));
        turn.decide::<Note>(note(0), &open(0), &())?;
        assert_eq!(turn.read::<Note>(note(0))?.map(|it| it.said), Some(1), "what was decided stands");
        let code =
            Draft { stream: "code/x".into(), kind: "code.issued".into(), schema: 1, data: "{}".into(), text: None };
        turn.add(code);
        Ok(())
    });
    let streams = drafts.unwrap_or_default().into_iter().map(|draft| draft.stream).collect::<Vec<_>>();
    assert_eq!(streams, [stream("note", note(0)), stream("talk", note(0)), "code/x".into()]);
}

#[test]
#[should_panic(expected = "says something else")]
fn a_flow_that_says_something_else_when_asked_again_is_found() {
    let times = std::cell::Cell::new(0_u128);
    let _ = Past::default().turn((NOW, &By::System), |turn| {
        times.set(times.get() + 1);
        turn.decide::<Note>(note(times.get()), &open(0), &())
    });
}

/// A step in the life of some notes and seats: which note, what is asked, and the seat that it takes.
fn step() -> impl Strategy<Value = (u128, Ask, Option<u128>)> {
    let ask = (0_u8..5).prop_map(|which| match which {
        0 => open(0),
        1 => Ask::Move,
        2 => Ask::End,
        _ => Ask::Say("Hei".into()),
    });
    (0_u128..4, ask, prop::option::of(0_u128..2)).prop_map(|(number, ask, seat)| match ask {
        Ask::Open { .. } => (number, open(number), seat),
        other => (number, other, seat),
    })
}

fn seat(number: u128) -> Uuid {
    Uuid::from_u128(number + 2000)
}

fn did(past: &mut Past, (number, ask, taken): &(u128, Ask, Option<u128>)) -> Result<Vec<Draft>, Trouble> {
    past.turn((NOW, &By::System), |turn| match taken {
        Some(taken) => sit(turn, note(*number), ask, seat(*taken)),
        None => turn.decide::<Note>(note(*number), ask, &()),
    })
}

/// Matters of a kind as they stand; none: there is none.
type Stands<M> = Vec<Option<Arc<M>>>;

fn states(past: &mut Past) -> (Stands<Note>, Stands<Seat>) {
    let readable = "every event is readable";
    let notes = (0..4).map(|number| past.state(note(number)).expect(readable)).collect();
    (notes, (0..2).map(|number| past.state(seat(number)).expect(readable)).collect())
}

fn steps() -> impl Strategy<Value = Vec<(u128, Ask, Option<u128>)>> {
    prop::collection::vec(step(), 0..40)
}

proptest! {
    #[test]
    fn a_turn_over_two_matters_does_both_or_nothing(steps in steps()) {
        let mut past = Past::default();
        for step in &steps {
            let before = states(&mut past);
            let head = past.head;
            match did(&mut past, step) {
                Ok(drafts) => {
                    prop_assert_eq!(past.head, head + drafts.len() as u64);
                    let (notes, seats) = states(&mut past);
                    let is_over = notes[step.0 as usize].as_ref().is_none_or(|note| note.is_over);
                    prop_assert!(!is_over || matches!(step.1, Ask::End));
                    if let Some(taken) = step.2 {
                        let of = seats[taken as usize].as_ref().and_then(|seat| seat.of);
                        prop_assert_eq!(of, Some(number_of(note(step.0))));
                    }
                }
                Err(trouble) => {
                    prop_assert!(matches!(trouble, Trouble::Refused(_)));
                    prop_assert_eq!(past.head, head, "what is refused writes nothing");
                    prop_assert_eq!(states(&mut past), before);
                }
            }
        }
    }

    /// A turn that knows a matter up to some versions decides as one that reads all of it; and a matter is folded in the order
    /// of the log, not stream by stream.
    #[test]
    fn what_is_known_is_no_other_than_what_is_read(steps in steps(), known in prop::collection::vec(0_u128..4, 0..40)) {
        let (mut whole, mut knowing) = (Past::default(), Past::default());
        for (at, step) in steps.iter().enumerate() {
            prop_assert_eq!(did(&mut knowing, step), did(&mut whole, step));
            if let Some(number) = known.get(at) {
                prop_assert_eq!(knowing.know::<Note>(note(*number)), Ok(()));
            }
        }
        let (notes, seats) = states(&mut knowing);
        prop_assert_eq!((&notes, &seats), (&states(&mut whole).0, &states(&mut whole).1));
        for (number, state) in notes.iter().enumerate() {
            let id = note(number as u128);
            let mut events: Vec<Stored> =
                Note::STREAMS.iter().flat_map(|it| whole.streams.get(&stream(it, id)).cloned().unwrap_or_default()).collect();
            events.sort_by_key(|event| event.pos);
            let met: Vec<String> = events.iter().map(|event| event.kind.clone()).collect();
            prop_assert_eq!(state.as_ref().map_or(vec![], |it| it.met.clone()), met);
            prop_assert_eq!(fold::<Note>(None, &events).ok().flatten(), state.as_deref().cloned());
        }
    }

    /// Asked again at once, what has been done is done: nothing more follows from it, or it is refused.
    #[test]
    fn a_repetition_of_an_end_or_of_a_seat_adds_nothing(steps in steps()) {
        let mut past = Past::default();
        for step in steps {
            let once = did(&mut past, &step);
            if let (true, Ask::End, taken) = (once.is_ok(), &step.1, step.2) {
                let head = past.head;
                prop_assert_eq!(did(&mut past, &(step.0, Ask::End, taken)), Ok(vec![]));
                prop_assert_eq!(past.head, head);
            }
        }
    }

    /// An event that cannot be read, anywhere in either stream of a note, stops decisions on that note and on no other,
    /// whatever is written after it, and whatever was known before it.
    #[test]
    fn half_a_stream_decides_nothing(
        before in steps(), after in steps(), broken in 0_u128..4, talk in any::<bool>(), knows in any::<bool>()
    ) {
        let mut past = Past::default();
        before.iter().for_each(|step| _ = did(&mut past, step));
        if knows {
            prop_assert_eq!(past.know::<Note>(note(broken)), Ok(()));
        }
        let mut sound = past.clone();
        past.write(stream(Note::STREAMS[usize::from(talk)], note(broken)), ("note.new".into(), "{}".into()), 2, NOW);
        // Events of a program that can read it stand behind it.
        past.write(stream("talk", note(broken)), encode(&Noted::Said(9)), 2, NOW);
        let place = past.head - 1;
        for step in &after {
            let told = did(&mut past, step);
            if step.0 == broken {
                let Err(Trouble::Broken(why)) = told else { return Err(TestCaseError::fail("it was decided on")) };
                prop_assert!(why.contains(&format!("event {place} cannot be read")), "{}", why);
            } else {
                prop_assert_eq!(told, did(&mut sound, step));
            }
        }
        prop_assert!(past.state::<Note>(note(broken)).is_err());
    }

    /// Once the stream of a matter says that its subject was erased, the matter goes on without them: in what it is, in
    /// what is decided, and in the keys under which its texts are sealed.
    #[test]
    fn of_who_was_erased_nothing_goes_on(
        before in steps(), after in steps(), erased in 0_u128..4, knows in any::<bool>()
    ) {
        let mut past = Past::default();
        let mut drafts = Vec::new();
        before.iter().for_each(|step| _ = did(&mut past, step));
        if knows {
            prop_assert_eq!(past.know::<Note>(note(erased)), Ok(()));
        }
        let was = past.state::<Note>(note(erased)).ok().flatten();
        past.erase::<Note>(note(erased), NOW);
        if was.is_some() {
            after.iter().for_each(|step| drafts.extend(did(&mut past, step).unwrap_or_default()));
            let owners = drafts.iter().filter_map(|draft| draft.text.as_ref()).map(|sealing| sealing.subject);
            prop_assert!(owners.into_iter().all(|owner| owner != subject(erased).0));
            let state = past.state::<Note>(note(erased)).ok().flatten();
            prop_assert_eq!(state.map(|it| it.subject), Some(None));
        }
    }
}

/// A kind that has a fault, of which [`when`] must tell.
macro_rules! faulty {
    ($name:ident, $fault:literal, $before:expr, $events:expr, $stream:expr) => {
        #[test]
        #[should_panic(expected = $fault)]
        fn $name() {
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            struct Faulty(#[serde(skip)] bool, bool);
            impl Matter for Faulty {
                const NAME: &'static str = "faulty";
                const STREAMS: &'static [&'static str] = &["faulty", "other"];
                const VERSION: u32 = 1;
                const RIGHTS: Rights = RIGHTS;
                type Command = ();
                type Event = Value;
                type Refusal = No;
                type Rules = ();
                type Index = ();
                fn decide(_: Option<&Self>, (): &(), _: &Occasion<'_, ()>) -> Result<Vec<Value>, No> {
                    Ok($events)
                }
                fn evolve(before: Option<Self>, event: &Value, _: i64) -> Option<Self> {
                    match (before, event.get("faulty.skipped"), event.get("faulty.brought_back")) {
                        (None, ..) => event.get("faulty.begun").map(|_| Faulty(false, false)),
                        (Some(it), Some(_), _) => Some(Faulty(true, it.1)),
                        (Some(it), _, Some(_)) => Some(Faulty(it.0, false)),
                        (it, ..) => it,
                    }
                }
                fn standing(&self) -> Standing<'_> {
                    let list = if self.1 { List::Ended } else { List::Nowhere };
                    Standing { subject: None, unit: None, who: None, list, since: 0, done: None }
                }
                fn stream_of(_: &Value) -> usize {
                    $stream
                }
            }
            let before: Option<bool> = $before;
            let before = before.map(|is_over| Faulty(false, is_over));
            let _ = when(before.as_ref(), &(), &on(NOW, &By::System, &()));
        }
    };
}

faulty!(an_event_that_is_read_otherwise_is_found, "is read as it was written", Some(false), vec![json!({"a": {}})], 0);
faulty!(a_beginning_in_another_stream_is_found, "outside its own stream", None, vec![json!({"faulty.begun": 1})], 1);
faulty!(an_event_that_begins_nothing_is_found, "begins nothing", None, vec![json!({"faulty.other": 1})], 0);
faulty!(what_comes_back_is_found, "brings back", Some(true), vec![json!({"faulty.brought_back": 1})], 0);
faulty!(a_snapshot_that_loses_something_is_found, "gives the same", Some(false), vec![json!({"faulty.skipped": 1})], 0);
