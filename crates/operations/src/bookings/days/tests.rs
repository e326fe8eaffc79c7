use matter::given::after;
use matter::{By, Index, ProfessionalId};

use super::*;
use crate::bookings::Way;
use crate::bookings::tests::{
    at, frozen, given, lead, monday, nurse, plan, professional, publish, resident, slot, when,
};

/// A matter that asks: an appointment, by its id.
const fn appointment(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn stretch(from: &str, to: &str, what: &str) -> Stretch {
    Stretch { from: monday(from), to: monday(to), what: what.into() }
}

/// Two times one after the other, one that overlaps both, and one that is frozen until 12.
fn slots() -> [Slot; 4] {
    [
        slot("P-1", "09:00", "10:00"),
        slot("P-1", "10:00", "11:00"),
        slot("P-1", "09:30", "10:30"),
        Slot { opens_at: Some(monday("12:00")), ..slot("P-1", "13:00", "14:00") },
    ]
}

fn ids() -> [Uuid; 4] {
    slots().map(|it| it.id)
}

fn take(slot: Uuid, number: u128) -> Command {
    Command::Take { slot, matter: appointment(number), over: None }
}

fn hold(slot: Uuid, number: u128, until: &str) -> Command {
    Command::Hold { slot, matter: appointment(number), until: monday(until) }
}

fn leave(from: &str, to: &str, seen: &[u128]) -> Command {
    Command::Leave { away: stretch(from, to, "absent"), seen: seen.iter().map(|it| appointment(*it)).collect() }
}

/// A Monday of a physiotherapist after commands of staff.
fn day(commands: &[Command]) -> Day {
    let all = [plan(professional("P-1")), publish(&slots())].into_iter().chain(commands.iter().cloned());
    given(&all.map(|command| (lead(), command)).collect::<Vec<_>>())
}

#[test]
fn a_time_is_taken_by_one_and_nothing_that_overlaps_it() {
    let [first, second, across, frozen] = ids();
    let over = |slot| Command::Take { slot, matter: appointment(1), over: Some("Kipeä".into()) };
    let protected = Command::Protect(stretch("09:00", "10:00", "development"));
    let (eight, held) = (monday("08:00"), monday("08:10"));
    let taken = |slot, over| Ok(vec![Event::Taken { slot, matter: appointment(1), over }]);
    for (before, by, now, command, expected) in [
        (vec![], resident(), eight, take(first, 1), taken(first, false)),
        (vec![], resident(), eight, take(Uuid::nil(), 1), Err(Refusal::NotThere)),
        (vec![take(first, 1)], resident(), eight, take(first, 1), Ok(vec![])),
        (vec![take(first, 2)], resident(), eight, take(first, 1), Err(Refusal::Taken)),
        (vec![take(across, 2)], resident(), eight, take(first, 1), Err(Refusal::Taken)),
        (vec![take(across, 2)], resident(), eight, take(second, 1), Err(Refusal::Taken)),
        (vec![take(second, 2)], resident(), eight, take(first, 1), taken(first, false)),
        (vec![take(first, 2)], resident(), eight, hold(first, 1, "08:10"), Err(Refusal::Taken)),
        (vec![hold(first, 2, "08:10")], resident(), held - 1, take(first, 1), Err(Refusal::Held(held))),
        (vec![hold(first, 2, "08:10")], resident(), held - 1, take(across, 1), Err(Refusal::Held(held))),
        (vec![hold(first, 2, "08:10")], resident(), held, take(first, 1), taken(first, false)),
        (vec![hold(first, 1, "08:10")], resident(), eight, take(first, 1), taken(first, false)),
        (vec![], resident(), monday("10:00") - 1, take(first, 1), taken(first, false)),
        (vec![], resident(), monday("10:00"), take(first, 1), Err(Refusal::Over)),
        (vec![], resident(), eight, hold(first, 1, "08:00"), Err(Refusal::Over)),
        (vec![], resident(), monday("12:00") - 1, take(frozen, 1), Err(Refusal::Frozen(monday("12:00")))),
        (vec![], nurse(), eight, take(frozen, 1), taken(frozen, false)),
        (vec![], resident(), monday("12:00"), take(frozen, 1), taken(frozen, false)),
        (vec![leave("09:59", "10:00", &[])], nurse(), eight, take(first, 1), Err(Refusal::Away)),
        (vec![leave("10:00", "11:00", &[])], nurse(), eight, take(first, 1), taken(first, false)),
        (vec![protected.clone()], nurse(), eight, over(first), Err(Refusal::Protected)),
        (vec![protected.clone()], lead(), eight, take(first, 1), Err(Refusal::Protected)),
        (vec![protected], lead(), eight, over(first), taken(first, true)),
        (vec![], lead(), eight, over(first), taken(first, false)),
        (
            vec![Command::Withdraw { slot: first, why: "rule".into() }],
            nurse(),
            eight,
            take(first, 1),
            Err(Refusal::NotThere),
        ),
    ] {
        assert_eq!(when(&day(&before), (now, &by), &command), expected, "{before:?} {command:?}");
    }
    let reason = Day::text(&over(first), &Event::Taken { slot: first, matter: appointment(1), over: true });
    assert_eq!(reason, Some("Kipeä".into()));
    assert_eq!(Day::text(&over(first), &Event::Taken { slot: first, matter: appointment(1), over: false }), None);
}

#[test]
fn what_is_given_back_is_free_and_only_by_its_holder() {
    let [first, ..] = ids();
    let free = |number| Command::Free { slot: first, matter: appointment(number), why: Why::Moved };
    let let_go = |number| Command::LetGo { slot: first, matter: appointment(number) };
    let (taken, held) = (day(&[take(first, 1)]), day(&[hold(first, 1, "08:10")]));
    let ask = |day: &Day, command| when(day, (monday("08:00"), &resident()), &command);
    assert_eq!(ask(&taken, free(2)), Ok(vec![]));
    assert_eq!(ask(&taken, let_go(1)), Ok(vec![]), "what is taken is no hold");
    assert_eq!(ask(&taken, free(1)), Ok(vec![Event::Freed { slot: first, why: Why::Moved }]));
    assert_eq!(ask(&held, let_go(2)), Ok(vec![]));
    assert_eq!(ask(&held, let_go(1)), Ok(vec![Event::LetGo { slot: first }]));
    let longer = Event::Held { slot: first, matter: appointment(1), until: monday("08:20") };
    assert_eq!(ask(&held, hold(first, 1, "08:20")), Ok(vec![longer]), "its own hold is no obstacle");
    for until in ["08:10", "08:05"] {
        assert_eq!(ask(&held, hold(first, 1, until)), Ok(vec![]), "a hold that lasts as long is the same");
    }
    let passed = day(&[hold(first, 1, "08:10"), hold(first, 1, "08:20")]);
    assert_eq!(ask(&passed, hold(first, 2, "08:30")), Err(Refusal::Held(monday("08:20"))));
    let freed = day(&[take(first, 1), free(1), hold(first, 2, "08:10"), let_go(2)]);
    assert_eq!(freed.times[&first].stands, Stands::Free);
}

#[test]
fn an_absence_is_entered_by_who_has_seen_whom_it_leaves() {
    let [first, second, ..] = ids();
    let booked = day(&[take(first, 1), take(second, 2)]);
    let ask = |day: &Day, command| when(day, (monday("08:00"), &nurse()), &command);
    assert_eq!(ask(&booked, leave("09:30", "10:30", &[1])), Err(Refusal::Unseen(1)));
    assert!(ask(&booked, leave("10:30", "09:30", &[1, 2])).is_err());
    assert_eq!(
        when(&booked, (monday("08:00"), &resident()), &leave("10:30", "11:00", &[2])).map(drop),
        Err(Refusal::NotFor("professionals do this"))
    );
    let away = day(&[take(first, 1), take(second, 2), leave("09:30", "10:30", &[1, 2])]);
    let listed = |day: &Day| day.to_replace().map(|(slot, matter)| (slot.from, matter)).collect::<BTreeSet<_>>();
    assert_eq!(listed(&away), BTreeSet::from([(monday("09:00"), appointment(1)), (monday("10:00"), appointment(2))]));
    assert_eq!(ask(&away, leave("09:30", "10:30", &[])), Ok(vec![]), "twice is once");
    let stands = away.standing();
    assert_eq!(
        (stands.list, stands.since, stands.who),
        (List::Queue, monday("09:00"), Some(&ProfessionalId::from("P-1")))
    );
    // Back at 10: the second has their professional again, the first not.
    let back = after(Some(away), &[Event::Back { at: monday("10:00") }], 0).expect("a day");
    assert_eq!(listed(&back), BTreeSet::from([(monday("09:00"), appointment(1))]));
    let later = after(Some(back.clone()), &[Event::Back { at: monday("11:00") }], 0).expect("a day");
    assert_eq!(listed(&later), listed(&back), "an absence that has ended grows no longer");
    let back = after(Some(back), &[Event::Back { at: monday("08:00") }], 0).expect("a day");
    assert_eq!((listed(&back).len(), back.absences.len(), back.standing().list), (0, 0, List::Nowhere));
    // A time that is withdrawn leaves who has it without one.
    let withdrawn = day(&[take(first, 1), Command::Withdraw { slot: first, why: "rule".into() }]);
    assert_eq!(listed(&withdrawn).len(), 1);
}

#[test]
fn duties_are_given_and_swapped() {
    let (early, late) = (stretch("08:00", "12:00", "phone"), stretch("12:00", "16:00", "acute"));
    let swap = |gives: &Stretch, gets: &Stretch| Command::SwapDuty {
        gives: gives.clone(),
        gets: gets.clone(),
        with: "P-2".into(),
    };
    let on_duty = day(&[Command::GiveDuty(early.clone())]);
    let ask = |day: &Day, command| when(day, (monday("07:30"), &lead()), &command);
    assert_eq!(ask(&on_duty, Command::GiveDuty(early.clone())), Ok(vec![]));
    assert_eq!(ask(&on_duty, Command::GiveDuty(stretch("11:00", "13:00", "acute"))), Err(Refusal::Taken));
    assert_eq!(ask(&on_duty, Command::GiveDuty(late.clone())), Ok(vec![Event::DutyGiven(late.clone())]));
    assert_eq!(ask(&on_duty, swap(&late, &early)), Err(Refusal::NotThere));
    assert_eq!(ask(&on_duty, Command::EndDuty(late.clone())), Err(Refusal::NotThere));
    let ended = ask(&on_duty, Command::EndDuty(early.clone())).expect("ended");
    assert_eq!(after(Some(on_duty.clone()), &ended, 0).expect("a day").duties, []);
    let swapped = ask(&on_duty, swap(&early, &stretch("11:00", "16:00", "acute"))).expect("swapped");
    assert_eq!(after(Some(on_duty), &swapped, 0).expect("a day").duties, [stretch("11:00", "16:00", "acute")]);
    let away = day(&[leave("12:00", "13:00", &[])]);
    assert_eq!(ask(&away, Command::GiveDuty(late)), Err(Refusal::Away));
    assert_eq!(ask(&day(&[take(ids()[0], 1)]), Command::Protect(early)), Err(Refusal::Taken));
}

#[test]
fn what_is_published_twice_is_there_once_and_a_day_ends() {
    let ask = |day: &Day, now, by: By, command| when(day, (now, &by), &command);
    let all = day(&[]);
    assert_eq!(ask(&all, monday("08:00"), By::System, publish(&slots())), Ok(vec![]));
    let tuesday = Slot { from: at("2027-01-05T09:00"), ..slot("P-1", "09:00", "10:00") };
    assert_eq!(ask(&all, monday("08:00"), By::System, publish(&[tuesday])), Err(Refusal::NotThere));
    let new = [slot("P-1", "07:30", "08:30"), slot("P-1", "15:00", "16:00")];
    match &ask(&all, monday("08:00"), By::System, publish(&new)).expect("published")[..] {
        [Event::Published { slots, .. }] => assert_eq!(slots[..], new[1..], "what has begun is not offered"),
        other => panic!("{other:?}"),
    }
    let midnight = at("2027-01-05T00:00");
    assert_eq!(all.due(), Some((midnight, Command::Close)));
    assert!(ask(&all, midnight - 1, By::System, Command::Close).is_err());
    assert_eq!(ask(&all, midnight, By::System, Command::Close), Ok(vec![Event::Closed]));
    let closed = after(Some(all), &[Event::Closed], midnight).expect("a day");
    assert_eq!((closed.due(), closed.standing().list), (None, List::Ended));
    assert_eq!(ask(&closed, midnight, nurse(), plan(professional("P-1"))), Err(Refusal::Over));
    let by = nurse();
    let late = matter::given::when::<Day>(None, &plan(professional("P-1")), &matter::given::on(midnight, &by, &()));
    assert_eq!(late, Err(Refusal::Over), "no day is planned that has ended");
}

#[test]
fn a_day_has_what_its_calendar_gives_now() {
    let [first, second, across, frozen] = ids();
    let now = monday("08:00");
    let all = day(&[take(first, 1), hold(second, 2, "08:10")]);
    let gone = |day: &Day, given: &[Slot], now| day.no_longer_given("c", given, now).collect::<BTreeSet<_>>();
    assert_eq!(gone(&all, &[], now), BTreeSet::from([across, frozen]), "neither what is taken nor what is held");
    assert_eq!(gone(&all, &slots()[2..], now), BTreeSet::new());
    assert_eq!(gone(&all, &[], monday("08:10")), BTreeSet::from([second, across, frozen]), "the hold is over");
    assert_eq!(gone(&all, &[], monday("10:00")), BTreeSet::from([frozen]), "what has begun is left");
    assert_eq!(all.no_longer_given("d", &[], now).count(), 0, "of another calendar");
    assert_eq!(all.calendars(now), BTreeSet::from(["c".into()]));
    assert_eq!(all.calendars(monday("13:00")), BTreeSet::new());
    let withdraw = |slot| Command::Withdraw { slot, why: "calendar".into() };
    let withdrawn = day(&[withdraw(first), withdraw(across), withdraw(frozen)]);
    assert_eq!(gone(&withdrawn, &[], now), BTreeSet::from([second]), "once");
    // A calendar that gives them again has them there again, as it has them now.
    let longer = Slot { to: monday("10:15"), ..slots()[0].clone() };
    let ask = |day: &Day, slots: &[Slot]| when(day, (now, &By::System), &publish(slots));
    let again = ask(&withdrawn, &[longer.clone(), slots()[1].clone()]).expect("published");
    match &again[..] {
        [Event::Published { slots, .. }] => assert_eq!(slots[..], *std::slice::from_ref(&longer)),
        other => panic!("{other:?}"),
    }
    let back = after(Some(withdrawn), &again, now).expect("a day");
    assert!(!back.times[&first].is_withdrawn && back.times[&first].slot == longer);
    assert_eq!(ask(&back, std::slice::from_ref(&longer)), Ok(vec![]));
    // A free time changes with its calendar; one that somebody has stays as they took it, and has its place again.
    assert!(matches!(ask(&day(&[]), std::slice::from_ref(&longer)).as_deref(), Ok([Event::Published { .. }])));
    assert_eq!(ask(&all, std::slice::from_ref(&longer)), Ok(vec![]));
    let left = day(&[take(first, 1), withdraw(first)]);
    let kept = after(Some(left.clone()), &ask(&left, &[longer]).expect("published"), now).expect("a day");
    assert_eq!((kept.to_replace().count(), &kept.times[&first].slot), (0, &slots()[0]));
    assert_eq!(kept.times[&first].stands, Stands::Taken { matter: appointment(1) });
}

#[test]
fn the_first_free_time_is_looked_up() {
    let [first, second, across, frozen] = ids();
    let gym = Slot {
        place: Some("gym".into()),
        languages: vec!["fi".into(), "sv".into()],
        ways: vec![Way(facts::Modality::InPerson)],
        ..slot("P-2", "10:00", "11:00")
    };
    let mine = (Uuid::from_u128(1), day(&[]));
    let other = (
        Uuid::from_u128(2),
        given::<Day>(&[(nurse(), plan(professional("P-2"))), (nurse(), publish(std::slice::from_ref(&gym)))]),
    );
    let free = |days: &[&(Uuid, Day)]| {
        let mut free = Free::default();
        days.iter().for_each(|(id, day)| free.enter(*id, day));
        free
    };
    let found = |free: &Free, sought: Sought<'_>, from: &str, now: &str| {
        free.first(&sought, (monday(from), monday(now)), 9).iter().map(|it| it.slot).collect::<Vec<_>>()
    };
    let any = Sought { calendar: "c", ..Sought::default() };
    let both = free(&[&mine, &other]);
    for (sought, from, now, expected) in [
        (any, "07:00", "07:00", vec![first, across, second, gym.id]),
        (any, "09:30", "12:00", vec![across, second, gym.id, frozen]),
        (Sought { language: Some("sv"), ..any }, "07:00", "07:00", vec![gym.id]),
        (Sought { place: Some("gym"), ..any }, "07:00", "07:00", vec![gym.id]),
        (Sought { way: Some(Way(facts::Modality::Video)), ..any }, "09:30", "07:00", vec![across, second]),
        (Sought { kind: Some("group"), ..any }, "07:00", "07:00", vec![]),
        (Sought { calendar: "b", ..any }, "07:00", "07:00", vec![]),
        (Sought { calendar: "d", ..any }, "07:00", "07:00", vec![]),
    ] {
        let all: BTreeSet<Uuid> = found(&both, sought, from, now).into_iter().collect();
        assert_eq!(all, expected.into_iter().collect(), "{sought:?} {from} {now}");
    }
    assert_eq!(
        both.first(&any, (0, 0), 2).iter().map(|it| it.slot).collect::<Vec<_>>(),
        [first, across],
        "the first two"
    );
    // A search for one of each start finds the first of each place, and may go on from the next instant.
    let busy = given::<Day>(&[
        (nurse(), plan(professional("P-3"))),
        (nurse(), publish(&[slot("P-3", "09:00", "10:00"), slot("P-3", "11:00", "12:00")])),
        (nurse(), take(slot("P-3", "11:00", "12:00").id, 1)),
    ]);
    let crowd =
        free(&[&mine, &other, &(Uuid::from_u128(3), busy), &(Uuid::from_u128(4), day(&[hold(first, 1, "08:10")]))]);
    let each = |from: &str, now: &str, most| {
        let found = crowd.first(&Sought { one_each: true, ..any }, (monday(from), monday(now)), most);
        found.iter().map(|it| (it.from, it.day.as_u128())).collect::<Vec<_>>()
    };
    let (nine, half, ten) = (monday("09:00"), monday("09:30"), monday("10:00"));
    assert_eq!(each("07:00", "08:00", 9), [(nine, 1), (half, 1), (ten, 1), (ten, 2)], "the gym is another place");
    assert_eq!(each("07:00", "08:00", 2), [(nine, 1), (half, 1)]);
    assert_eq!(each("09:31", "12:00", 9), [(ten, 1), (ten, 2), (monday("13:00"), 1)]);
    let taken = (mine.0, day(&[take(first, 1)]));
    let behind = free(&[&taken, &(Uuid::from_u128(4), day(&[]))]);
    let first_each = behind.first(&Sought { one_each: true, ..any }, (0, monday("08:00")), 1);
    assert_eq!((first_each[0].from, first_each[0].day.as_u128()), (nine, 4), "whoever is free then");
    // A hold hides a time and what overlaps it until it is over; what is taken is hidden for good.
    let held = (mine.0, day(&[hold(first, 1, "08:10")]));
    assert_eq!(found(&free(&[&held]), any, "07:00", "08:09"), [second]);
    assert_eq!(found(&free(&[&held]), any, "07:00", "08:10"), [first, across, second]);
    for (commands, expected) in [
        (vec![take(first, 1)], vec![second]),
        (vec![leave("09:00", "10:00", &[])], vec![second]),
        (vec![Command::Protect(stretch("10:30", "12:00", "development"))], vec![first, across]),
        (vec![Command::Withdraw { slot: across, why: "rule".into() }], vec![first, second]),
    ] {
        assert_eq!(found(&free(&[&(mine.0, day(&commands))]), any, "07:00", "08:00"), expected, "{commands:?}");
    }
    let mut left = both;
    left.leave(mine.0, &mine.1);
    left.leave(other.0, &other.1);
    assert_eq!(left, Free::default());
}

#[test]
fn measures_see_each_time_once() {
    let [first, ..] = ids();
    let planned = Event::Planned { actor: professional("P-1"), unit: "u".into(), date: 20_822, ends_at: 0 };
    let published = |actor: Event, more: &[Event]| {
        let slots = vec![slots()[0].clone()];
        let events = [
            actor,
            Event::Published { calendar: "c".into(), unit: "u".into(), service: "physiotherapy".into(), slots },
            Event::Held { slot: first, matter: appointment(1), until: 9 },
            Event::Taken { slot: first, matter: appointment(1), over: false },
            Event::Freed { slot: first, why: Why::Cancelled },
            Event::Taken { slot: first, matter: appointment(2), over: false },
            Event::Withdrawn { slot: first, why: "rule".into() },
        ];
        let events: Vec<Event> = events.into_iter().chain(more.iter().cloned()).collect();
        let history: Vec<Dated<Event>> =
            (1..).zip(events).map(|(at, event)| Dated { event, at, changed: at }).collect();
        let about = About { id: "d", resident: None, calendar: ::calendar::Calendar::shipped(), changed: 7 };
        let mut rows = Vec::new();
        Day::rows(&history, &about, &mut |table, values, at| rows.push((table.name, format!("{values:?}"), at)));
        rows
    };
    let rows = published(planned.clone(), &[]);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].0, rows[0].2), ("slots", 7));
    let expected = format!(
        r#"[Text("{first}"), Text("P-1"), Text("physiotherapist"), Text("u"), Text("physiotherapy"), Text("in_person"), Text("routine"), Int({}), Int({}), Int(2), Null, Int(3), Int(9), Int(4), Int(7)]"#,
        monday("09:00"),
        monday("10:00"),
    );
    assert_eq!(rows[0].1, expected);
    let later = Slot { to: monday("10:15"), ..slots()[0].clone() };
    let again = Event::Published {
        calendar: "c".into(),
        unit: "u".into(),
        service: "physiotherapy".into(),
        slots: vec![later],
    };
    let expected =
        expected.replace("Int(7)]", "Null]").replace(&monday("10:00").to_string(), &monday("10:15").to_string());
    assert_eq!(published(planned, &[again])[0].1, expected, "one that is there again keeps what became of it");
    let room =
        Event::Planned { actor: Actor::Resource { id: "room:gym".into() }, unit: "u".into(), date: 20_822, ends_at: 0 };
    assert_eq!(published(room, &[]), [], "a room has no row");
}

#[test]
fn c38_what_stands_in_the_log_is_read_as_it_was_written() {
    let (slot, matter) = (Uuid::from_u128(5), appointment(6));
    let stretch = || Stretch { from: 1, to: 2, what: "w".into() };
    let whole = Slot {
        id: slot,
        from: 1,
        to: 2,
        place: Some("gym".into()),
        languages: vec!["sv".into()],
        seats: Some([3, 8]),
        opens_at: Some(0),
        ..slots()[0].clone()
    };
    let plain = Slot { id: slot, from: 1, to: 2, ..slots()[0].clone() };
    let events = [
        Event::Planned { actor: professional("P-1"), unit: "u".into(), date: 3, ends_at: 4 },
        Event::Planned { actor: Actor::Resource { id: "room:gym".into() }, unit: "u".into(), date: 3, ends_at: 4 },
        Event::Published { calendar: "c".into(), unit: "u".into(), service: "s".into(), slots: vec![whole, plain] },
        Event::Held { slot, matter, until: 9 },
        Event::LetGo { slot },
        Event::Taken { slot, matter, over: false },
        Event::Taken { slot, matter, over: true },
        Event::Freed { slot, why: Why::StandIn },
        Event::Withdrawn { slot, why: "w".into() },
        Event::Left(stretch()),
        Event::Back { at: 1 },
        Event::DutyGiven(stretch()),
        Event::DutySwapped { gave: stretch(), got: stretch(), with: "P-2".into() },
        Event::Protected(stretch()),
        Event::Closed,
        Event::DutyEnded(stretch()),
        Event::Released(stretch()),
    ];
    frozen::<Day>(&events, include_str!("golden.txt"));
}
