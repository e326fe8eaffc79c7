//! Times that calendars give and take back.

use std::sync::Arc;

use content::{Found, Library};
use facts::Modality;
use jiff::civil::date;
use kinds::content::FOLDERS;
use kinds::{Kinds, NewAppointment};
use matter::{By, Subject, Trouble};
use operations::bookings::appointments::Wanted;
use operations::bookings::days::{Sought, day_id};
use operations::bookings::flow::Place;
use operations::bookings::{Channel, Refusal, Way};
use store::{Append, Context, Expect, NewEvent, new_id};
use uuid::Uuid;
use web::{App, Strangers};

use crate::pages::with_staff;
use crate::{app_with, kinds_beside, on_its_own};

/// A calendar of the nurses of a unit on weekdays, in the hours and for the minutes that it says, with exceptions.
fn timetable(hours: &str, minutes: u8, more: &str) -> String {
    format!(
        r#"
id = "nurse"
version = 1
unit = "small"
service = "outpatient"
name = {{ fi = "Hoitaja", sv = "Skötare", en = "Nurse" }}
[publish]
ahead = "2 days"
[book]
by = ["resident"]
hold = "10 minutes"
move_until = "24 hours"
cancel_until = "24 hours"
open_at_once = 1
[kind.talk]
minutes = {minutes}
ways = ["in_person"]
fi = "Käynti"
sv = "Besök"
en = "Visit"
[[week]]
who = "role:nurse"
on = ["mon", "tue", "wed", "thu", "fri"]
at = [{hours}]
kinds = ["talk"]
{more}
"#
    )
}

const NURSES: Sought<'static> =
    Sought { calendar: "nurse", kind: None, way: None, language: None, place: None, one_each: false };

const MORNING: &str = r#""09:00", "10:00""#;

/// The pages of a unit with one nurse, and what they are over.
async fn app() -> (Arc<App>, Kinds) {
    let kinds = kinds_beside(|_| ()).await;
    let figures = with_staff(&[("nurse-1", true)]);
    (app_with(kinds.clone(), (figures, false), Strangers::default(), false).0, kinds)
}

/// Goes by a calendar from Wednesday on; how many days changed, and the times that are free then, as they begin.
async fn published(app: &App, kinds: &Kinds, timetable: Option<&str>) -> (usize, Vec<String>) {
    let found: Vec<Found> = timetable.iter().map(|text| Found::shipped("content/calendars/nurse.toml", text)).collect();
    let library = Library::read(FOLDERS, &found, &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    let changed = app.publish_times().await;
    assert_eq!(app.publish_times().await, 0, "published twice is published once");
    (changed, free(kinds))
}

fn free(kinds: &Kinds) -> Vec<String> {
    let found = kinds.free(&NURSES, 0, 100);
    let begins = |from| {
        calendar::Calendar::shipped().zone.to_datetime(jiff::Timestamp::from_microsecond(from).expect("an instant"))
    };
    found.iter().map(|(found, _)| begins(found.from).strftime("%a %H:%M").to_string()).collect()
}

#[test]
fn a_calendar_takes_back_what_it_no_longer_gives() {
    on_its_own(async {
        let (app, kinds) = app().await;
        let all = ["Thu 09:00", "Thu 09:30", "Fri 09:00", "Fri 09:30"];
        let plain = timetable(MORNING, 30, "");
        let expected = |changed: usize, times: &[&str]| (changed, times.iter().map(ToString::to_string).collect());
        assert_eq!(published(&app, &kinds, Some(&plain)).await, expected(2, &all));
        let closed =
            "[[except]]\non = \"2026-01-09\"\nclosed = { fi = \"Suljettu\", sv = \"Stängt\", en = \"Closed\" }";
        assert_eq!(published(&app, &kinds, Some(&timetable(MORNING, 30, closed))).await, expected(1, &all[..2]));
        assert_eq!(published(&app, &kinds, Some(&plain)).await, expected(1, &all), "and gives it again");
        let longer = timetable(MORNING, 60, "");
        assert_eq!(
            published(&app, &kinds, Some(&longer)).await,
            expected(2, &["Thu 09:00", "Fri 09:00"]),
            "another version"
        );
        assert_eq!(published(&app, &kinds, None).await, expected(2, &[]), "a calendar that is no longer in force");
        assert_eq!(published(&app, &kinds, Some(&plain)).await, expected(2, &all));
        let nearer = plain.replace("2 days", "1 days");
        assert_eq!(published(&app, &kinds, Some(&nearer)).await, expected(1, &all[..2]), "not so far ahead");
        published(&app, &kinds, Some(&plain)).await;
        app.publish(with_staff(&[]));
        assert_eq!(
            published(&app, &kinds, Some(&plain)).await,
            expected(0, &all),
            "professionals that cannot be read have not left"
        );
        app.publish(with_staff(&[("nurse-1", false), ("nurse-2", true)]));
        let found = published(&app, &kinds, Some(&plain)).await;
        assert_eq!(found, expected(4, &all), "the times of who came, and none of who left");
        assert!(kinds.free(&NURSES, 0, 9).iter().all(|(_, day)| day.actor.id() == "nurse-2"));
    });
}

#[test]
fn one_day_that_cannot_be_published_keeps_no_other_back() {
    on_its_own(async {
        let (app, kinds) = app().await;
        let thursday = day_id("nurse-1", calendar::day_number(date(2026, 1, 8)));
        let (stream, log) = (format!("day/{thursday}"), kinds.store.log());
        let unreadable = NewEvent {
            id: new_id(crate::NOW),
            stream: stream.clone(),
            kind: "day.of_tomorrow".into(),
            schema: 9,
            occurred: crate::NOW,
            data: "{}".into(),
            personal: None,
            closes: false,
        };
        let append = Append {
            scope: "test".into(),
            key: "unreadable".into(),
            request: [0; 32],
            expects: vec![(stream, Expect::NoStream)],
            events: vec![unreadable],
            context: Context::default(),
        };
        kinds.store.reach(log.append(append).await.expect("appended").last).await;
        let (changed, times) = published(&app, &kinds, Some(&timetable(MORNING, 30, ""))).await;
        assert_eq!((changed, &times[..]), (1, &["Fri 09:00".to_string(), "Fri 09:30".to_string()][..]));
    });
}

#[test]
fn two_bookings_at_once_are_no_way_round_the_most_that_one_may_have() {
    on_its_own(async {
        let (app, kinds) = app().await;
        published(&app, &kinds, Some(&timetable(MORNING, 30, ""))).await;
        let (nurse, found) = (kinds.timetables.get("nurse").expect("in force"), kinds.free(&NURSES, 0, 4));
        for round in 0..20 {
            let subject = Subject(Uuid::from_u128(round + 1));
            let wanted = || Wanted {
                subject: Some(subject),
                kind: "talk".into(),
                way: Way(Modality::InPerson),
                channel: Channel::Form,
                contact: None,
                assessment: None,
                enrolment: None,
                needs: Vec::new(),
            };
            let by = By::Resident(subject);
            let book = |number: usize| {
                let places = vec![Place::Time(found[number].0.day, found[number].0.slot)];
                let (wanted, words) = (wanted(), vec!["resident".into()]);
                let new = NewAppointment { wanted, places, note: None, words };
                kinds.book(kinds.new_appointment(), new, Arc::clone(&nurse), &by)
            };
            let both = tokio::join!(book(0), book(1));
            let refused = Trouble::from(Refusal::Enough);
            let one = match both {
                (Ok(one), Err(other)) | (Err(other), Ok(one)) if other == refused => one,
                other => panic!("{round}: {other:?}"),
            };
            let (id, _) = one.first("appointment").expect("booked");
            let cancel = operations::bookings::appointments::Command::Cancel {
                why: operations::bookings::CancelReason::Ill,
                notified_at: None,
            };
            kinds.appointments.ask(id, cancel, &by, "cancel", 0).await.expect("cancelled");
        }
    });
}
