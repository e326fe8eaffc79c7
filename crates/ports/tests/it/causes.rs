//! From what causes a message to the file that another program takes.

use std::collections::BTreeMap;

use facts::{CancelReason, Channel, Modality, Urgency};
use matter::By;
use operations::bookings::Way;
use operations::bookings::appointments::{Booking, Command, Wanted, When};
use operations::bookings::calendar::Terms;
use uuid::Uuid;

use crate::world::{HOUR, MONDAY, PHONE, SUBJECT, World, files};

const ID: Uuid = Uuid::from_u128(8);

fn booking(from: i64) -> Booking {
    let wanted = Wanted {
        subject: Some(SUBJECT),
        kind: "talk".into(),
        way: Way(Modality::Phone),
        channel: Channel::Phone,
        contact: None,
        assessment: None,
        enrolment: None,
        needs: Vec::new(),
    };
    let terms = Terms { move_by: from, cancel_by: from, remind_at: Some(from - 24 * HOUR) };
    let (local, zone) = (jiff::civil::date(2026, 3, 11).at(9, 0, 0, 0), "Europe/Helsinki".into());
    let when = When { parts: Vec::new(), local, zone, from, to: from + HOUR, terms };
    let (calendar, unit, service) = ("c".into(), "a".into(), "outpatient".into());
    Booking { wanted, calendar, version: 1, unit, service, urgency: Urgency::Routine, when }
}

/// The words of the text messages that lie in their folder, in order.
fn lying(world: &World) -> Vec<String> {
    let out = world.port("sms").join("out");
    let read = |name: &String| {
        let text = std::fs::read_to_string(out.join(name)).expect("a file");
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read["to"], PHONE);
        read["text"].as_str().expect("a text").to_string()
    };
    let mut texts: Vec<String> = files(&out).iter().map(read).collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn a_time_that_is_called_off_leaves_a_text_message_also_late_in_the_evening() {
    let world = World::new(BTreeMap::new()).await;
    let (nurse, ask) = (By::Professional { id: "n".into(), unit: "a".into(), leads: false }, &world.kinds.appointments);
    let book = Command::Book { booking: booking(MONDAY + 49 * HOUR), note: None, over: None };
    ask.ask(ID, book, &By::Resident(SUBJECT), "book", 0).await.expect("booked");
    world.at(0).await;
    assert_eq!(lying(&world), ["time sv"]);
    // The reminder, by the appointment's own clock, on Tuesday at nine.
    world.at(26 * HOUR).await;
    world.at(26 * HOUR).await;
    assert_eq!(lying(&world), ["time sv", "time sv"]);
    let cancel = Command::Cancel { why: CancelReason::StaffAbsence, notified_at: None };
    // Late in the evening: of a time people hear at once.
    world.at(39 * HOUR).await;
    ask.ask(ID, cancel, &nurse, "cancel", 0).await.expect("called off");
    world.at(39 * HOUR).await;
    assert_eq!(lying(&world), ["cancelled sv", "time sv", "time sv"]);
}

#[tokio::test]
async fn what_is_over_before_it_was_sent_is_not_sent() {
    let world = World::new(BTreeMap::new()).await;
    let ask = &world.kinds.appointments;
    let book = Command::Book { booking: booking(MONDAY + 49 * HOUR), note: None, over: None };
    ask.ask(ID, book, &By::Resident(SUBJECT), "book", 0).await.expect("booked");
    let cancel = Command::Cancel { why: CancelReason::Ill, notified_at: None };
    ask.ask(ID, cancel, &By::Resident(SUBJECT), "cancel", 0).await.expect("cancelled");
    world.at(0).await;
    assert_eq!(lying(&world), ["cancelled sv"], "nobody hears of a time that they have no more");
}
