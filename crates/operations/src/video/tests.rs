use facts::CancelReason;
use matter::{By, given};

use super::*;
use crate::bookings::Way;
use crate::bookings::appointments::{Command, When};
use crate::bookings::tests::{monday, nurse, resident};

const MINUTE: i64 = 60_000_000;

/// A visit from 9 to 10 on Monday, after some commands of the evening before.
fn visit(way: Modality, commands: &[(By, Command)]) -> Appointment {
    let mut booking = crate::bookings::appointments::tests::booking();
    booking.wanted.way = Way(way);
    let book = (resident(), Command::Book { booking, note: None, over: None });
    let commands = [&[book][..], commands].concat();
    given::given(&commands, monday("09:00") - 12 * 60 * MINUTE, &()).expect("a visit")
}

#[test]
fn the_room_is_open_from_a_quarter_before_until_the_end_of_its_visit_and_of_no_other() {
    let (nine, ten) = (monday("09:00"), monday("10:00"));
    let video = visit(Modality::Video, &[]);
    let early = Door::Early { opens: nine - BEFORE };
    let open = Door::Open { until: ten };
    for (now, expected) in [
        (nine - BEFORE - 1, early),
        (nine - BEFORE, open),
        (nine, open),
        (ten - 1, open),
        (ten, Door::Over),
        (ten + 60 * MINUTE, Door::Over),
    ] {
        assert_eq!(of_appointment(&video, now), expected, "{now}");
    }
    for (way, expected) in
        [(Modality::Phone, Door::Phone), (Modality::InPerson, Door::Otherwise), (Modality::Chat, Door::Otherwise)]
    {
        assert_eq!(of_appointment(&visit(way, &[]), nine), expected, "{way:?}");
        assert_eq!(of_appointment(&visit(way, &[]), ten), Door::Over, "{way:?}");
    }
}

#[test]
fn a_visit_that_was_cancelled_ended_or_moved_has_its_door_as_it_stands_now() {
    let (nine, ten) = (monday("09:00"), monday("10:00"));
    let cancel = Command::Cancel { why: CancelReason::Ill, notified_at: None };
    let end = Command::End { reasons: vec![], procedures: vec![] };
    let to_phone = Command::ChangeWay { to: Way(Modality::Phone), why: "technical".into(), number: None };
    for (by, command, expected) in [
        (resident(), cancel, Door::Cancelled),
        (nurse(), end, Door::Over),
        (nurse(), to_phone, Door::Phone),
        (nurse(), Command::Arrive, Door::Open { until: ten }),
        (nurse(), Command::Begin, Door::Open { until: ten + LONGER }),
    ] {
        assert_eq!(of_appointment(&visit(Modality::Video, &[(by, command.clone())]), nine), expected, "{command:?}");
    }
    let booked = visit(Modality::Video, &[]);
    let day = 24 * 60 * MINUTE;
    let When { local, zone, terms, .. } = booked.booking.when.clone();
    let when = When { parts: vec![], local, zone, from: nine + day, to: ten + day, terms };
    let moved = visit(Modality::Video, &[(nurse(), Command::Move { when, over: None })]);
    assert_eq!(of_appointment(&moved, nine), Door::Early { opens: nine + day - BEFORE }, "the old time opens nothing");
    assert_eq!(of_appointment(&moved, nine + day), Door::Open { until: ten + day });
}

#[test]
fn those_who_are_in_the_room_are_not_cut_off_at_its_time() {
    let (nine, ten) = (monday("09:00"), monday("10:00"));
    let video = visit(Modality::Video, &[]);
    for (now, expected) in [(nine, true), (ten + LONGER - 1, true), (ten + LONGER, false), (nine - BEFORE - 1, false)] {
        assert_eq!(may_stay(&video, now), expected, "{now}");
    }
    let end = Command::End { reasons: vec![], procedures: vec![] };
    assert!(!may_stay(&visit(Modality::Video, &[(nurse(), end)]), nine), "its professional has ended it");
}
