use std::collections::{BTreeMap, HashMap};

use facts::Label;
use matter::given::Past;
use matter::{By, Draft, Matter};
use proptest::prelude::*;

use super::*;
use crate::bookings::calendar::tests::physiotherapist;
use crate::bookings::days::Stands;
use crate::bookings::tests::{at, lead, monday, monday_of, nurse, plan, professional, publish, resident, slot, wanted};
use crate::bookings::{Actor, CancelReason, Way};

/// The calendar of the tests' times.
pub(crate) fn timetable() -> Timetable {
    Timetable { id: "c".into(), ..physiotherapist() }
}

const HOURS: [[&str; 2]; 4] = [["09:00", "10:00"], ["09:30", "10:30"], ["10:00", "11:00"], ["11:00", "12:00"]];
const ACTORS: [&str; 3] = ["P-1", "P-2", "room:gym"];

/// A time of an actor's Monday by its number.
pub(crate) fn place(actor: &str, number: usize) -> Place {
    let [from, to] = HOURS[number];
    Place::Time(monday_of(actor), slot(actor, from, to).id)
}

/// Mondays of two professionals and a room, as they are on Friday.
pub(crate) fn past() -> Past {
    ACTORS.iter().fold(Past::default(), |mut past, actor| {
        let who = if *actor == "room:gym" { Actor::Resource { id: (*actor).into() } } else { professional(actor) };
        let soon = |slot| Slot { urgency: Urgency::Soon, ..slot };
        let slots: Vec<Slot> = HOURS.iter().map(|[from, to]| soon(slot(actor, from, to))).collect();
        for command in [plan(who), publish(&slots)] {
            past.turn((friday(0), &nurse()), |turn| turn.decide::<Day>(monday_of(actor), &command, &()))
                .expect("a day");
        }
        past
    })
}

/// So many minutes after noon on Friday.
pub(crate) fn friday(minute: i64) -> i64 {
    at("2027-01-01T12:00") + minute * 60_000_000
}

pub(crate) fn ask(places: &[Place]) -> Ask<'static> {
    let (wanted, places) = (wanted(), places.to_vec());
    Ask { wanted, places, note: None, over: None, words: &["resident"], open: 0 }
}

pub(crate) fn book_at(past: &mut Past, (now, by): (i64, &By), id: u128, ask: &Ask<'_>) -> Result<Vec<Draft>, Trouble> {
    past.turn((now, by), |turn| book(turn, Uuid::from_u128(id), ask, &timetable()))
}

fn move_to(past: &mut Past, (now, by): (i64, &By), id: u128, places: &[Place]) -> Result<Vec<Draft>, Trouble> {
    past.turn((now, by), |turn| reschedule(turn, Uuid::from_u128(id), (places, None), &timetable()))
}

#[test]
fn an_appointment_is_at_the_unit_that_gives_its_time() {
    let (mut past, gym) = (past(), Label::from("gym"));
    let several = Timetable { units: vec!["gym".into()], ..timetable() };
    let at_gym = several.at_unit(slot("P-1", "15:00", "16:00"), &"gym".into());
    assert_eq!(at_gym.place, Some(gym));
    let publish = publish(std::slice::from_ref(&at_gym));
    past.turn((friday(0), &nurse()), |turn| turn.decide::<Day>(monday_of("P-1"), &publish, &())).expect("published");
    for (id, place, unit) in
        [(1, Place::Time(monday_of("P-1"), at_gym.id), "gym"), (2, place("P-1", 0), &*timetable().unit)]
    {
        past.turn((friday(0), &resident()), |turn| book(turn, Uuid::from_u128(id), &ask(&[place]), &several))
            .expect("booked");
        let booked = past.state::<Appointment>(Uuid::from_u128(id)).expect("readable").expect("an appointment");
        assert_eq!(&*booked.booking.unit, unit);
    }
}

pub(crate) fn tell(past: &mut Past, (now, by): (i64, &By), id: u128, command: &Command) -> Result<Vec<Draft>, Trouble> {
    past.turn((now, by), |turn| asked(turn, Uuid::from_u128(id), command))
}

pub(crate) fn kinds(drafts: &[Draft]) -> Vec<&str> {
    drafts.iter().map(|draft| draft.kind.as_str()).collect()
}

pub(crate) fn refused<T>(refusal: Refusal) -> Result<T, Trouble> {
    Err(refusal.into())
}

pub(crate) const CANCEL: Command = Command::Cancel { why: CancelReason::Recovered, notified_at: None };

/// Appointments by the times that days say they have, after a look at whether the appointments say the same.
fn taken(past: &mut Past, appointments: &[u128]) -> BTreeMap<(Uuid, Uuid), Uuid> {
    let mut taken = BTreeMap::new();
    for id in ACTORS.map(monday_of) {
        let day = past.state::<Day>(id).expect("readable").expect("a day");
        let all = day.times.values().filter_map(|time| match time.stands {
            Stands::Taken { matter } => Some((&time.slot, matter)),
            _ => None,
        });
        let all: Vec<(&Slot, Uuid)> = all.collect();
        for (one, _) in &all {
            let overlaps = |it: &&(&Slot, Uuid)| it.0.from < one.to && one.from < it.0.to;
            assert_eq!(all.iter().filter(overlaps).count(), 1, "somebody is in two places at once");
        }
        taken.extend(all.iter().map(|(slot, matter)| ((id, slot.id), *matter)));
    }
    let mut had = BTreeMap::new();
    for number in appointments {
        let id = Uuid::from_u128(*number);
        for part in past.state::<Appointment>(id).expect("readable").iter().flat_map(|it| it.parts().to_vec()) {
            let Part::Time { day, slot, .. } = part else { panic!("a seat") };
            assert_eq!(had.insert((day, slot), id), None, "a time is taken twice");
        }
    }
    assert_eq!(taken, had, "days and appointments say the same");
    taken
}

#[test]
fn an_appointment_takes_its_times_or_is_not_booked() {
    let (mut past, both) = (past(), [place("P-1", 0), place("room:gym", 0)]);
    let drafts = book_at(&mut past, (friday(0), &resident()), 1, &ask(&both)).expect("booked");
    assert_eq!(kinds(&drafts), ["appointment.booked", "day.slot_taken", "day.slot_taken"]);
    let it = past.state::<Appointment>(Uuid::from_u128(1)).expect("readable").expect("booked");
    let when = &it.booking.when;
    assert_eq!(
        (when.from, when.to, when.local.to_string()),
        (monday("09:00"), monday("10:00"), "2027-01-04T09:00:00".into())
    );
    assert_eq!(when.terms.cancel_by, at("2027-01-03T09:00"));
    assert_eq!((when.terms.remind_at, when.zone.as_str()), (Some(at("2027-01-02T09:00")), "Europe/Helsinki"));
    assert_eq!(it.booking.urgency, Urgency::Soon);
    let standing = it.standing();
    assert_eq!(standing.who.map(|it| it.to_string()), Some("P-1".into()));
    // The professional is free at 10, the room is not.
    book_at(&mut past, (friday(0), &nurse()), 2, &ask(&[place("P-2", 2), place("room:gym", 2)])).expect("booked");
    let refusal = book_at(&mut past, (friday(0), &resident()), 3, &ask(&[place("P-1", 2), place("room:gym", 2)]));
    assert_eq!(refusal, refused(Refusal::Taken));
    assert_eq!(taken(&mut past, &[1, 2, 3]).len(), 4);
}

#[test]
fn a_calendar_says_who_books_what_and_until_when() {
    let (mut past, first, plain) = (past(), [place("P-1", 0)], ask(&[place("P-1", 0)]));
    let other = |change: fn(&mut Ask<'_>)| {
        let mut ask = ask(&first);
        change(&mut ask);
        ask
    };
    let limit = monday("05:00");
    for (now, by, ask, expected) in [
        (limit, resident(), plain.clone(), Ok(())),
        (limit + 1, resident(), plain.clone(), refused(Refusal::Late(limit))),
        (limit + 1, nurse(), plain, Ok(())),
        (limit, resident(), other(|it| it.open = 1), refused(Refusal::Enough)),
        (limit, nurse(), other(|it| it.open = 1), Ok(())),
        (
            limit,
            nurse(),
            other(|it| it.words = &["role:physician"]),
            refused(Refusal::NotFor("the calendar is open to others")),
        ),
        (limit, nurse(), other(|it| it.words = &["path:back-pain", "role:physician"]), Ok(())),
        (limit, resident(), other(|it| it.wanted.kind = "series".into()), refused(Refusal::NotThere)),
        (limit, resident(), other(|it| it.wanted.way = Way(facts::Modality::Home)), refused(Refusal::NotThere)),
        (limit, resident(), other(|it| it.places.clear()), refused(Refusal::NotThere)),
        (
            limit,
            resident(),
            other(|it| it.places = vec![Place::Time(Uuid::nil(), Uuid::nil())]),
            Err(Trouble::NotFound),
        ),
    ] {
        let asked = past.clone().turn((now, &by), |turn| book(turn, Uuid::from_u128(1), &ask, &timetable()));
        assert_eq!(asked.map(drop), expected, "{ask:?}");
    }
    let other = Timetable { id: "d".into(), ..physiotherapist() };
    let asked = past.turn((limit, &nurse()), |turn| book(turn, Uuid::from_u128(1), &ask(&first), &other));
    assert_eq!(asked, refused(Refusal::NotThere), "it is another calendar's time");
}

#[test]
fn a_move_is_whole_or_not_at_all() {
    let (mut past, by) = (past(), resident());
    book_at(&mut past, (friday(0), &by), 1, &ask(&[place("P-1", 0), place("room:gym", 0)])).expect("booked");
    book_at(&mut past, (friday(0), &nurse()), 2, &ask(&[place("P-2", 2), place("room:gym", 2)])).expect("booked");
    let before = taken(&mut past, &[1, 2]);
    let refusal = move_to(&mut past, (friday(1), &by), 1, &[place("P-1", 2), place("room:gym", 2)]);
    assert_eq!(refusal, refused(Refusal::Taken));
    assert_eq!(taken(&mut past, &[1, 2]), before, "nothing was written");
    // To a time that overlaps its own; the room stays.
    let drafts = move_to(&mut past, (friday(1), &by), 1, &[place("P-1", 1), place("room:gym", 0)]).expect("moved");
    assert_eq!(kinds(&drafts), ["appointment.moved", "day.slot_freed", "day.slot_taken"]);
    assert_eq!(
        kinds(&move_to(&mut past, (friday(2), &by), 1, &[place("P-1", 1), place("room:gym", 0)]).expect("the same")),
        [""; 0]
    );
    assert_eq!(taken(&mut past, &[1, 2]).len(), 4);
    let drafts = tell(&mut past, (friday(3), &by), 1, &CANCEL).expect("cancelled");
    assert_eq!(kinds(&drafts), ["appointment.cancelled", "day.slot_freed", "day.slot_freed"]);
    assert_eq!(taken(&mut past, &[1, 2]).len(), 2);
    assert_eq!(move_to(&mut past, (friday(4), &by), 1, &[place("P-1", 0)]), refused(Refusal::Over));
}

#[test]
fn what_has_ended_refuses_nothing() {
    let (mut past, midnight) = (past(), at("2027-01-05T00:00"));
    for (id, number) in [(1, 0), (2, 2), (3, 3)] {
        book_at(&mut past, (friday(0), &nurse()), id, &ask(&[place("P-1", number)])).expect("booked");
    }
    past.turn((midnight, &By::System), |turn| turn.decide::<Day>(monday_of("P-1"), &days::Command::Close, &()))
        .expect("closed");
    let missed = tell(&mut past, (midnight, &nurse()), 1, &Command::Miss { reached: false }).expect("missed");
    assert_eq!(kinds(&missed), ["appointment.missed"], "one that was missed keeps its time");
    let cancelled = tell(&mut past, (midnight, &nurse()), 2, &CANCEL).expect("cancelled");
    assert_eq!(kinds(&cancelled), ["appointment.cancelled"]);
    for id in [1, 3] {
        let close_at = at("2027-01-20T00:00");
        assert_eq!(
            kinds(&tell(&mut past, (close_at, &By::System), id, &Command::Close).expect("closed")),
            ["appointment.closed"]
        );
    }
}

#[test]
fn an_absence_leaves_nobody_behind() {
    let (mut past, by) = (past(), lead());
    for (id, number) in [(1, 0), (2, 2), (3, 3)] {
        book_at(&mut past, (friday(0), &nurse()), id, &ask(&[place("P-1", number)])).expect("booked");
    }
    // The one who stands in has somebody at 10.
    book_at(&mut past, (friday(0), &nurse()), 4, &ask(&[place("P-2", 2)])).expect("booked");
    let away = Stretch { from: monday("00:00"), to: monday("11:00"), what: "absent".into() };
    let seen = |ids: &[u128]| ids.iter().map(|it| Uuid::from_u128(*it)).collect::<BTreeSet<_>>();
    let (p1, p2) = (monday_of("P-1"), monday_of("P-2"));
    let leave = |past: &mut Past, seen: BTreeSet<Uuid>| {
        past.turn((friday(1), &by), |turn| absent(turn, p1, (&away, &seen), Some(p2)))
    };
    assert_eq!(leave(&mut past, seen(&[1])), refused(Refusal::Unseen(1)), "somebody was booked meanwhile");
    let drafts = leave(&mut past, seen(&[1, 2])).expect("entered");
    assert_eq!(
        kinds(&drafts),
        ["day.absence_entered", "appointment.stand_in", "day.slot_freed", "day.slot_taken"],
        "the time is on the other's day already"
    );
    assert_eq!(taken(&mut past, &[1, 2, 3, 4])[&(p2, slot("P-2", "09:00", "10:00").id)], Uuid::from_u128(1));
    let day = past.state::<Day>(p1).expect("readable").expect("a day");
    assert_eq!(day.to_replace().map(|(_, id)| id).collect::<Vec<_>>(), [Uuid::from_u128(2)]);
    let first = past.state::<Appointment>(Uuid::from_u128(1)).expect("readable").expect("one");
    assert_eq!(first.standing().who.map(|it| it.to_string()), Some("P-2".into()));
    assert_eq!(first.booking.when.from, monday("09:00"));
    // Moved, the last one leaves the list.
    move_to(&mut past, (friday(2), &nurse()), 2, &[place("P-2", 3)]).expect("moved");
    let day = past.state::<Day>(p1).expect("readable").expect("a day");
    assert_eq!((day.to_replace().count(), day.standing().list), (0, matter::List::Nowhere));
    assert_eq!(book_at(&mut past, (friday(3), &nurse()), 5, &ask(&[place("P-1", 0)])), refused(Refusal::Away));
}

#[test]
fn a_stand_in_has_the_time_also_where_it_was_not_on_offer() {
    let mut past = past();
    book_at(&mut past, (friday(0), &nurse()), 1, &ask(&[place("P-1", 0)])).expect("booked");
    let day = monday_of("P-3");
    past.turn((friday(0), &nurse()), |turn| turn.decide::<Day>(day, &plan(professional("P-3")), &())).expect("a day");
    let drafts = past.turn((friday(1), &lead()), |turn| stand_in(turn, Uuid::from_u128(1), day)).expect("stands in");
    assert_eq!(kinds(&drafts), ["day.slots_published", "appointment.stand_in", "day.slot_freed", "day.slot_taken"]);
}

#[test]
fn duties_are_swapped_on_both_days_or_on_none() {
    let (mut past, by) = (past(), lead());
    let duty = |from: &str, to: &str, what: &str| Stretch { from: monday(from), to: monday(to), what: what.into() };
    let (early, late) = (duty("08:00", "12:00", "phone"), duty("12:00", "16:00", "acute"));
    for (actor, duty) in [("P-1", &early), ("P-2", &late), ("P-2", &duty("06:00", "08:00", "phone"))] {
        let give = days::Command::GiveDuty(duty.clone());
        past.turn((friday(0), &by), |turn| turn.decide::<Day>(monday_of(actor), &give, &())).expect("given");
    }
    let one = (monday_of("P-1"), &early);
    let none = past.turn((friday(0), &by), |turn| swap_duty(turn, one, (monday_of("P-2"), &early)));
    assert_eq!(none, refused(Refusal::NotThere));
    past.turn((friday(0), &by), |turn| swap_duty(turn, one, (monday_of("P-2"), &late))).expect("swapped");
    let duties =
        |past: &mut Past, actor| past.state::<Day>(monday_of(actor)).expect("readable").expect("a day").duties.clone();
    assert_eq!(duties(&mut past, "P-1"), [late]);
    assert_eq!(duties(&mut past, "P-2"), [duty("06:00", "08:00", "phone"), early]);
}

/// Every time with each appointment that may not have it, since it or a time that overlaps it is held for another.
fn held_for_others(past: &mut Past, appointments: &[u128], now: i64) -> BTreeSet<(Uuid, Uuid, Uuid)> {
    let mut held = BTreeSet::new();
    for id in ACTORS.map(monday_of) {
        let day = past.state::<Day>(id).expect("readable").expect("a day");
        for hold in day.times.values() {
            let Stands::Held { matter, until } = hold.stands else { continue };
            let overlaps = |it: &&days::Time| it.slot.from < hold.slot.to && hold.slot.from < it.slot.to;
            for time in day.times.values().filter(overlaps).filter(|_| now < until) {
                let others = appointments.iter().map(|it| Uuid::from_u128(*it)).filter(|it| *it != matter);
                held.extend(others.map(|other| (id, time.slot.id, other)));
            }
        }
    }
    held
}

/// Something that one of several people asks, minutes after the one before.
#[derive(Debug, Clone)]
enum Act {
    Hold { person: u128, actor: usize, number: usize },
    LetGo { person: u128, actor: usize, number: usize },
    Book { person: u128, actor: usize, number: usize, room: bool },
    Move { person: u128, actor: usize, number: usize, room: bool },
    Cancel { person: u128 },
}

fn act() -> impl Strategy<Value = Act> {
    let who = (0_u128..4, 0_usize..2, 0..HOURS.len(), any::<bool>());
    prop_oneof![
        who.clone().prop_map(|(person, actor, number, _)| Act::Hold { person, actor, number }),
        who.clone().prop_map(|(person, actor, number, _)| Act::LetGo { person, actor, number }),
        who.clone().prop_map(|(person, actor, number, room)| Act::Book { person, actor, number, room }),
        who.prop_map(|(person, actor, number, room)| Act::Move { person, actor, number, room }),
        (0_u128..4).prop_map(|person| Act::Cancel { person }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_time_is_ever_taken_twice(acts in prop::collection::vec((act(), 0_i64..9), 1..40)) {
        let (mut past, mut now) = (past(), friday(0));
        // Each person's appointment under way; a cancelled one is followed by another.
        let mut current: HashMap<u128, u128> = (0..4).map(|person| (person, person)).collect();
        let mut all: Vec<u128> = (0..4).collect();
        for (act, minutes) in acts {
            now += minutes * 60_000_000;
            let by = resident();
            let of = |person: &u128| current[person];
            let places = |actor: usize, number: usize, room: bool| {
                let gym = room.then(|| place("room:gym", number));
                [place(ACTORS[actor], number)].into_iter().chain(gym).collect::<Vec<_>>()
            };
            let before = taken(&mut past, &all);
            let holds = held_for_others(&mut past, &all, now);
            let asked = match &act {
                Act::Hold { person, actor, number } | Act::LetGo { person, actor, number } => {
                    let (Place::Time(day, slot), matter) = (place(ACTORS[*actor], *number), Uuid::from_u128(of(person))) else {
                        panic!("a seat")
                    };
                    let command = match act {
                        Act::Hold { .. } => days::Command::Hold { slot, matter, until: now + 600_000_000 },
                        _ => days::Command::LetGo { slot, matter },
                    };
                    past.turn((now, &by), |turn| turn.decide::<Day>(day, &command, &()))
                }
                Act::Book { person, actor, number, room } => {
                    book_at(&mut past, (now, &by), of(person), &ask(&places(*actor, *number, *room)))
                }
                Act::Move { person, actor, number, room } => {
                    move_to(&mut past, (now, &by), of(person), &places(*actor, *number, *room))
                }
                Act::Cancel { person } => {
                    let cancelled = tell(&mut past, (now, &by), of(person), &CANCEL);
                    if cancelled.is_ok() {
                        let next = all.len() as u128;
                        current.insert(*person, next);
                        all.push(next);
                    }
                    cancelled
                }
            };
            let after = taken(&mut past, &all);
            prop_assert!(asked.is_ok() || before == after, "{act:?} was refused");
            let is_new = |(of, id): (&(Uuid, Uuid), &Uuid)| before.get(of) != Some(id);
            for ((day, slot), id) in after.iter().filter(|it| is_new(*it)) {
                prop_assert!(!holds.contains(&(*day, *slot, *id)), "{act:?} takes what is held for another");
            }
        }
    }
}

/// The note of an appointment of nobody who is known goes with the contact from which it was booked.
#[test]
fn a_note_is_sealed_under_its_person_or_under_the_contact_that_led_to_it() {
    let (person, contact) = (wanted().subject.expect("a person"), Uuid::from_u128(77));
    for (subject, contact, sealed) in
        [(Some(person), Some(contact), person.0), (None, Some(contact), contact), (None, None, Uuid::from_u128(1))]
    {
        let asked = ask(&[place("P-1", 0)]);
        let asked = Ask { wanted: Wanted { subject, contact, ..asked.wanted }, note: Some("Selkä".into()), ..asked };
        let drafts = book_at(&mut past(), (friday(1), &nurse()), 1, &asked).expect("booked");
        let under: Vec<Uuid> = drafts.iter().filter_map(|it| it.text.as_ref()).map(|text| text.subject).collect();
        assert_eq!(under, [sealed]);
    }
}
