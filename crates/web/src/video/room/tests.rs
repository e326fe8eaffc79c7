use super::*;

const NOW: i64 = 1_000_000_000_000;
const ROOM: Uuid = Uuid::from_u128(1);

fn told(sits: &mut Sits) -> Vec<Told> {
    let mut all = Vec::new();
    while let Ok(it) = sits.told.try_recv() {
        all.push(it);
    }
    all.retain(|it| *it != Told::Look);
    all
}

/// Both sides in the room and ready, and the number of their meeting.
fn met(rooms: &Rooms) -> (Sits, Sits, u64) {
    let mut resident = rooms.sit(ROOM, Side::Resident, ("aino", "a1"), false).expect("a seat");
    let mut nurse = rooms.sit(ROOM, Side::Staff, ("nurse", "n1"), false).expect("a seat");
    assert!(rooms.ready(ROOM, Side::Resident, "a1", NOW));
    assert_eq!(told(&mut resident), [], "nobody meets alone");
    assert!(rooms.ready(ROOM, Side::Staff, "n1", NOW));
    let Some(Told::Meet { meeting, offers: false }) = told(&mut resident).pop() else { panic!("they meet") };
    assert_eq!(told(&mut nurse), [Told::Meet { meeting, offers: true }], "one of the two offers");
    (resident, nurse, meeting)
}

#[test]
fn two_who_are_ready_meet_and_their_signals_go_to_the_other_alone() {
    let rooms = Rooms::default();
    let (mut resident, mut nurse, meeting) = met(&rooms);
    let data = json!({ "sdp": "x" });
    assert!(rooms.signal(ROOM, Side::Staff, ("n1", meeting), data.clone()));
    assert_eq!(told(&mut resident), [Told::Signal { meeting, data }]);
    assert_eq!(told(&mut nurse), []);
    assert!(!rooms.signal(Uuid::from_u128(2), Side::Staff, ("n1", meeting), json!(1)), "another room");
    assert!(!rooms.signal(ROOM, Side::Staff, ("n9", meeting), json!(1)), "a window without a seat");
}

#[test]
fn signals_of_a_meeting_that_is_over_reach_nobody() {
    let rooms = Rooms::default();
    let (mut resident, nurse, old) = met(&rooms);
    drop(nurse);
    assert!(!rooms.signal(ROOM, Side::Resident, ("a1", old), json!(1)), "nobody is there");
    let mut nurse = rooms.sit(ROOM, Side::Staff, ("nurse", "n2"), false).expect("a seat");
    assert!(rooms.ready(ROOM, Side::Staff, "n2", NOW));
    let Some(Told::Meet { meeting, .. }) = told(&mut resident).pop() else { panic!("they meet anew") };
    assert!(meeting > old);
    assert!(!rooms.signal(ROOM, Side::Resident, ("a1", old), json!(1)), "an old signal");
    assert!(!rooms.again(ROOM, Side::Staff, ("n1", old), NOW), "an old window");
    assert_eq!(told(&mut nurse), [Told::Meet { meeting, offers: true }]);
}

#[test]
fn a_stream_that_breaks_and_comes_back_goes_on_with_the_same_meeting() {
    let rooms = Rooms::default();
    let (mut resident, nurse, meeting) = met(&rooms);
    drop(nurse);
    let mut nurse = rooms.sit(ROOM, Side::Staff, ("nurse", "n1"), false).expect("the same window");
    assert!(rooms.ready(ROOM, Side::Staff, "n1", NOW));
    assert_eq!(told(&mut nurse), [Told::Meet { meeting, offers: true }], "the same number: the picture goes on");
    assert_eq!(told(&mut resident), [], "and the other side hears of nothing");
    // The stream that broke may end after the one that took its place.
    let again = rooms.sit(ROOM, Side::Staff, ("nurse", "n1"), false).expect("a seat");
    drop(nurse);
    assert!(rooms.other_is_here(ROOM, Side::Resident, NOW), "it takes nobody's seat");
    drop(again);
    assert!(!rooms.other_is_here(ROOM, Side::Resident, NOW));
}

#[test]
fn a_connection_that_failed_is_made_anew_once_whoever_asks() {
    let rooms = Rooms::default();
    let (mut resident, mut nurse, old) = met(&rooms);
    assert!(rooms.again(ROOM, Side::Resident, ("a1", old), NOW) && rooms.again(ROOM, Side::Staff, ("n1", old), NOW));
    let Some(Told::Meet { meeting, .. }) = told(&mut resident).pop() else { panic!("they meet anew") };
    assert!(meeting > old);
    assert_eq!(told(&mut nurse), [Told::Meet { meeting, offers: true }], "once");
}

#[test]
fn a_second_window_takes_the_seat_only_when_asked_and_a_third_person_never() {
    let rooms = Rooms::default();
    let (mut resident, _nurse, old) = met(&rooms);
    let second = |moves| rooms.sit(ROOM, Side::Resident, ("aino", "a2"), moves);
    assert_eq!(second(false).err(), Some(Taken::Here));
    for moves in [false, true] {
        assert_eq!(rooms.sit(ROOM, Side::Resident, ("anna", "b1"), moves).err(), Some(Taken::Other));
    }
    let _second = second(true).expect("a seat");
    assert_eq!(told(&mut resident), [Told::Moved]);
    assert!(!rooms.signal(ROOM, Side::Resident, ("a1", old), json!(1)), "the first window has none any more");
    drop(resident);
    assert!(rooms.other_is_here(ROOM, Side::Staff, NOW), "and leaves without taking the second's");
}

#[test]
fn who_looks_without_a_script_is_there_for_a_minute_and_nothing_is_left_of_a_room() {
    let rooms = Rooms::default();
    assert!(!rooms.other_is_here(ROOM, Side::Staff, NOW));
    rooms.looks(ROOM, Side::Resident, NOW);
    assert!(rooms.other_is_here(ROOM, Side::Staff, NOW) && !rooms.other_is_here(ROOM, Side::Resident, NOW));
    assert!(!rooms.other_is_here(ROOM, Side::Staff, NOW + LOOKS));
    rooms.looks(Uuid::from_u128(2), Side::Staff, NOW + LOOKS);
    assert_eq!(rooms.with(|all| all.rooms.len()), 1, "of a room in which nobody is, nothing is held");
}
