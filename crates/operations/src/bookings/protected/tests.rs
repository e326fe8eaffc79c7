use super::*;
use crate::bookings::flow::tests::{ask, book_at, friday, kinds, past, place, refused};
use crate::bookings::tests::{lead, monday, monday_of, nurse, plan, professional, resident};

fn development() -> Timetable {
    toml::from_str(include_str!("../../../../../content/calendars/development-time.toml"))
        .map(|it: Timetable| Timetable { id: "development-time".into(), ..it })
        .expect("well formed")
}

fn stretch(from: &str, to: &str) -> Stretch {
    Stretch { from: monday(from), to: monday(to), what: "development-time".into() }
}

#[test]
fn nobody_books_what_is_kept_and_moved_it_is_free_again() {
    let (mut past, day) = (past(), monday_of("P-1"));
    let plan = plan(professional("P-1"));
    let mut kept = |from: &str, to: &str| {
        past.turn((friday(0), &nurse()), |turn| protect(turn, day, (&plan, &stretch(from, to)), &development()))
    };
    let drafts = kept("09:00", "10:00").expect("kept");
    assert_eq!(kinds(&drafts), ["day.time_protected"]);
    assert_eq!(kept("09:00", "10:00"), Ok(vec![]), "twice is once");
    assert_eq!(kept("10:00", "17:01"), refused(Refusal::Enough), "eight hours a day are the most");
    assert_eq!(kept("17:00", "10:00"), refused(Refusal::Taken), "it ends before it begins");
    let booked =
        |past: &mut matter::given::Past, by: &matter::By| book_at(past, (friday(1), by), 1, &ask(&[place("P-1", 0)]));
    assert_eq!(booked(&mut past, &resident()), refused(Refusal::Protected));
    let mut over = ask(&[place("P-1", 0)]);
    over.over = Some(Text("Kiire".into()));
    assert_eq!(book_at(&mut past, (friday(1), &nurse()), 1, &over), refused(Refusal::Protected), "a lead may");
    assert!(book_at(&mut past.clone(), (friday(1), &lead()), 1, &over).is_ok());
    let why = Text("Kokous siirtyi".into());
    let moved = past.turn((friday(2), &nurse()), |turn| {
        move_protected(
            turn,
            (day, &stretch("09:00", "10:00"), &why),
            (day, &plan, &stretch("14:00", "15:00")),
            &development(),
        )
    });
    let moved = moved.expect("moved");
    assert_eq!(kinds(&moved), ["day.time_released", "day.time_protected"]);
    assert_eq!(moved[0].text.as_ref().map(|it| it.text.0.as_str()), Some("Kokous siirtyi"));
    assert!(booked(&mut past, &resident()).is_ok(), "the old time is free");
    let gone = past.turn((friday(3), &nurse()), |turn| {
        move_protected(
            turn,
            (day, &stretch("09:00", "10:00"), &why),
            (day, &plan, &stretch("15:00", "16:00")),
            &development(),
        )
    });
    assert_eq!(gone, refused(Refusal::NotThere));
}
