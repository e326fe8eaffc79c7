//! Duties and protected time on the calendar of a unit, by pages.

use std::sync::Arc;

use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use matter::access::Role;
use web::{App, Strangers};

use crate::bookings::timetable;
use crate::consultations::signed_in_as;
use crate::desk::post;
use crate::pages::{get, with_staff};
use crate::{app_for, on_its_own};

pub const DUTY: &str = r#"
id = "duty"
version = 1
unit = "small"
service = "outpatient"
name = { fi = "Päivystys", sv = "Jour", en = "Clinic duty" }
[duty.morning]
on = ["thu"]
at = ["08:00", "14:00"]
who = "role:nurse"
need = 2
fi = "Aamu"
sv = "Morgon"
en = "Morning shift"
"#;
pub const KEPT: &str = r#"
id = "development"
version = 1
unit = "small"
service = "outpatient"
name = { fi = "Kehittäminen", sv = "Utveckling", en = "Development time" }
[protect]
by = ["role:nurse", "role:social_worker"]
most = "2 hours"
"#;

async fn app() -> Arc<App> {
    let staff = with_staff(&[("nurse-1", true), ("nurse-2", true)]);
    let (app, ..) = app_for(staff, false, Strangers::default(), false).await;
    let found = [
        Found::shipped("content/calendars/nurse.toml", &timetable("")),
        Found::shipped("content/calendars/duty.toml", DUTY),
        Found::shipped("content/calendars/development.toml", KEPT),
    ];
    let library = Library::read(FOLDERS, &found, &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    app.publish_times().await;
    app
}

const THURSDAY: &str = "/desk/calendar?date=2026-01-08&unit=small&lang=en";

#[test]
fn a_lead_gives_duties_and_gaps_are_seen() {
    on_its_own(async {
        let app = app().await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let lead = signed_in_as(&app, Role::Lead, "small", "nurse-2").await;
        let (_, page) = get(&app, THURSDAY, &nurse).await;
        assert!(page.contains("Morning shift") && page.contains("2 are missing"), "{page}");
        assert!(!page.contains("Give the duty"), "a lead does");
        let form = "unit=small&date=2026-01-08&calendar=duty&shift=morning&who=nurse-1";
        assert_eq!(post(&app, &nurse, "/desk/calendar/duty", form).await.0, 404);
        let (_, to, page) = post(&app, &lead, "/desk/calendar/duty", form).await;
        assert!(to.ends_with("did=duty"), "{to} {page}");
        let (_, page) = get(&app, THURSDAY, &lead).await;
        assert!(page.contains("one is missing") && page.contains("Take back the duty: Nurse 1"), "{page}");
        let (_, friday) = get(&app, &THURSDAY.replace("08", "09"), &lead).await;
        assert!(!friday.contains("Morning shift"), "on Thursdays alone: {friday}");
        assert!(post(&app, &lead, "/desk/calendar/duty-end", form).await.1.ends_with("did=duty-end"));
        let (_, page) = get(&app, THURSDAY, &lead).await;
        assert!(page.contains("2 are missing"), "{page}");
        let wrong = form.replace("nurse-1", "nurse-9");
        assert_eq!(post(&app, &lead, "/desk/calendar/duty?lang=en", &wrong).await.0, 422);
    });
}

#[test]
fn what_somebody_keeps_nobody_books_and_it_is_moved_and_given_up_with_a_reason() {
    on_its_own(async {
        let app = app().await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let colleague = signed_in_as(&app, Role::Professional, "small", "nurse-2").await;
        let form = "unit=small&date=2026-01-08&calendar=development&from=09:00&to=09:30";
        let (status, _, page) =
            post(&app, &nurse, "/desk/calendar/protect?lang=en", &form.replace("to=09:30", "to=12:00")).await;
        assert!(status == 422 && page.contains("No more time can be kept") && page.contains("12:00"), "{page}");
        let (_, to, page) = post(&app, &nurse, "/desk/calendar/protect", form).await;
        assert!(to.ends_with("did=protected"), "{to} {page}");
        let (_, page) = get(&app, THURSDAY, &nurse).await;
        assert!(page.contains("Development time") && page.contains("Cannot be booked"), "{page}");
        let id = page.split("/desk/days/").nth(1).and_then(|it| it.split('"').next()).expect("a day").to_string();
        let (_, free) = get(&app, "/book/nurse?lang=fi", "").await;
        let thursday = free.split("<section").find(|it| it.contains("8.1.2026")).expect("Thursday");
        // The colleague is free then; nurse-1 is not.
        assert!(thursday.contains("9.00"), "{thursday}");
        let (_, day) = get(&app, &format!("/desk/days/{id}?lang=en"), &nurse).await;
        assert!(day.contains("Move this time or give it up"), "{day}");
        let (_, theirs) = get(&app, &format!("/desk/days/{id}?lang=en"), &colleague).await;
        assert!(!theirs.contains("Move this time or give it up"), "it is not theirs: {theirs}");
        let field = |name: &str| {
            let of = format!("name=\"{name}\" value=\"");
            day.split(of.as_str()).nth(1).and_then(|it| it.split('"').next()).expect("a value").to_string()
        };
        let old = format!("old_from={}&old_to={}&what=development", field("old_from"), field("old_to"));
        let kept = |act: &str| format!("/desk/days/{id}/protected/{act}");
        assert_eq!(post(&app, &colleague, &kept("release"), &format!("{old}&why=x")).await.0, 404);
        let (status, _, page) = post(&app, &nurse, &format!("{}?lang=en", kept("release")), &old).await;
        assert!(status == 422 && page.contains("Give the reason"), "{page}");
        let to_ten = format!("{old}&why=Kokous&date=2026-01-08&from=10:00&to=10:30");
        let (_, to, page) = post(&app, &nurse, &kept("move"), &to_ten).await;
        assert!(to.ends_with("did=protected-moved"), "{to} {page}");
        let (_, day) = get(&app, &format!("/desk/days/{id}?lang=en"), &nurse).await;
        assert!(day.contains("Kokous") && day.contains("10.00–10.30"), "{day}");
        // A booked time is not kept over.
        for number in [1, 2] {
            let id = format!("0198c9e2-1111-7000-8000-00000000000{number}");
            let resident = signed_in_as(&app, Role::Resident, "", &id).await;
            crate::bookings::booked(&app, &resident, "/book/nurse?lang=fi", "9.30", "").await;
        }
        let over = form.replace("09:00", "09:30").replace("to=09:30", "to=10:00");
        let (status, _, page) = post(&app, &nurse, "/desk/calendar/protect?lang=en", &over).await;
        assert!(status == 422 && page.contains("Something is booked at this time"), "{page}");
    });
}
