//! Several visits that belong together, by pages: booked all or none, one matter to their person, moved on and cancelled.

use std::sync::Arc;

use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use web::App;

use crate::bookings::{booked, chosen, timetable};
use crate::desk::{known, post};
use crate::pages::{get, signed_in, with_staff};
use crate::{app_over, on_its_own};

/// Beside its single visits, a calendar has a series of three, a group of two and a line of those who wish.
pub const MORE: &str = r#"
wait = { offer = "2 hours", least = "20 minutes", order = ["guarantee", "since"] }
[kind.therapy]
minutes = 30
ways = ["in_person", "video"]
most = 3
every = "3 days"
cancelled = "shift"
fi = "Sarja"
sv = "Serie"
en = "Series of visits"
[kind.team]
minutes = 30
ways = ["in_person"]
seats = [1, 2]
decide = "1 hour"
fi = "Ryhmä"
sv = "Grupp"
en = "Group"
[[week]]
who = "role:nurse"
on = ["mon", "thu", "fri"]
at = ["11:00", "12:00"]
kinds = ["therapy"]
[[week]]
who = "nurse-1"
on = ["thu"]
at = ["13:00", "14:00"]
kinds = ["team"]
"#;

pub async fn app(nurses: &'static [(&'static str, bool)]) -> Arc<App> {
    let app = app_over(with_staff(nurses), false).await;
    let found = [Found::shipped("content/calendars/nurse.toml", &timetable(MORE))];
    let library = Library::read(FOLDERS, &found, &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    assert!(app.publish_times().await > 0);
    app
}

/// The name and the chosen option of each list of visits.
pub fn fields(page: &str) -> String {
    let visits = page.split("<select").filter_map(|it| {
        let name = it.split("name=\"").nth(1)?.split('"').next().filter(|name| name.starts_with("visit-"))?;
        let value = it.split("<option value=\"").nth(1)?.split('"').next()?;
        Some(format!("{name}={}", value.replace(' ', "+")))
    });
    let series = page.split("name=\"series\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("an id");
    visits.chain([format!("series={series}")]).collect::<Vec<_>>().join("&")
}

/// The visits of a series that a professional books for the resident of a contact, and the form that books them.
pub async fn offered(app: &Arc<App>, nurse: &str, contact: &str) -> (String, String) {
    let to = format!("/book/nurse?kind=therapy&way=in_person&contact={contact}&lang=fi");
    let (_, times) = get(app, &to, nurse).await;
    assert!(times.contains("action=\"/book/nurse/series\""), "{times}");
    let first = format!("{}&count=3&every=1", chosen(&times, "11.00"));
    let (status, page) = get(app, &format!("/book/nurse/series?{first}&lang=en"), nurse).await;
    assert_eq!(status, 200, "{page}");
    (format!("{first}&{}", fields(&page)), page)
}

#[test]
fn several_visits_are_booked_together_and_are_one_matter() {
    on_its_own(async {
        let app = app(&[("nurse-1", true)]).await;
        let nurse = signed_in(&app, "professional").await;
        let aino = signed_in(&app, "resident&as=aino").await;
        let contact = known(&app, "c1").await;
        post(&app, &nurse, &format!("/desk/contacts/{contact}/claim"), "").await;
        let (form, page) = offered(&app, &nurse, &contact).await;
        // From Thursday every three days: Sunday has no times, and the nearest is proposed.
        for text in ["Thu 8 Jan 2026 11.00", "Sun 11 Jan 2026", "there is no such time", "Book 3 visits"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        // Somebody is quicker at the second: nothing is booked, and it is said which.
        let second = form.split('&').find(|it| it.starts_with("visit-2=")).expect("a visit").to_string();
        let (day, slot) = second.trim_start_matches("visit-2=").split_once('+').expect("a time");
        let quick = format!("day={day}&slot={slot}&kind=therapy&way=in_person");
        let (_, held, _) = post(&app, &aino, "/book/nurse", &quick).await;
        let address = held.split('?').next().expect("an address");
        assert!(post(&app, &aino, address, &quick).await.1.contains("did=booked"));
        let (status, _, page) = post(&app, &nurse, "/book/nurse/series?lang=en", &form).await;
        assert!(status == 409 && page.contains("Nothing was booked") && page.contains("of visit 2"), "{page}");
        let again = format!("{}&{}", form.split("&visit-1").next().expect("fields"), fields(&page));
        let (status, to, page) = post(&app, &nurse, "/book/nurse/series?lang=en", &again).await;
        assert!(status == 303 && to.starts_with("/desk/series/") && to.ends_with("did=booked"), "{to} {page}");
        assert_eq!(post(&app, &nurse, "/book/nurse/series", &again).await.1, to, "sent twice it is booked once");
        let series = to.split('?').next().expect("an address").to_string();
        let (_, page) = get(&app, &format!("{series}?lang=en"), &nurse).await;
        assert!(page.contains("3 visits, 3 left") && page.contains("Visit 3"), "{page}");
        assert_eq!(get(&app, &series, &aino).await.0, 404);
        let visit = page.split("/desk/appointments/").nth(1).and_then(|it| it.split('"').next()).expect("a visit");
        let (_, one) = get(&app, &format!("/desk/appointments/{visit}?lang=en"), &nurse).await;
        assert!(one.contains("Visit 1 of 3 in a series"), "{one}");
        // The rest moves on by one, and the last gets a time after it.
        let last = page.split("name=\"last\"").nth(1).and_then(|it| it.split("<option value=\"").nth(1));
        let last = last.and_then(|it| it.split('"').next()).expect("a time").replace(' ', "+");
        let (_, to, page) = post(&app, &nurse, &format!("{series}/shift"), &format!("visit=2&last={last}")).await;
        assert!(to.ends_with("did=shifted"), "{to} {page}");
        let (_, to, _) = post(&app, &nurse, &format!("{series}/cancel"), "visit=2").await;
        assert!(to.ends_with("did=cancelled"), "{to}");
        let (_, page) = get(&app, &format!("{series}?lang=en"), &nurse).await;
        assert!(page.contains("3 visits, one left"), "{page}");
    });
}

#[test]
fn a_resident_has_a_series_as_one_matter_with_its_times() {
    on_its_own(async {
        let app = app(&[("nurse-1", true)]).await;
        let aino = signed_in(&app, "resident&as=aino").await;
        let (_, times) = get(&app, "/book/nurse?kind=therapy&way=in_person&lang=fi", &aino).await;
        let first = format!("{}&count=2&every=1", chosen(&times, "11.30"));
        let (_, page) = get(&app, &format!("/book/nurse/series?{first}&lang=en"), &aino).await;
        let form = format!("{first}&{}", fields(&page));
        let (_, to, page) = post(&app, &aino, "/book/nurse/series", &form).await;
        assert!(to.starts_with("/matters/"), "{to} {page}");
        let series = to.split('?').next().expect("an address").to_string();
        let (_, own) = get(&app, "/matters?lang=en", &aino).await;
        assert_eq!(own.matches("class=\"row\"").count(), 1, "one matter, not two: {own}");
        assert!(own.contains("Series of visits, visit 1 of 2"), "{own}");
        let (_, page) = get(&app, &format!("{series}?lang=en"), &aino).await;
        assert!(page.contains("2 visits, 2 left"), "{page}");
        let another = signed_in(&app, "resident&as=paavo").await;
        assert_eq!(get(&app, &series, &another).await.0, 404);
        assert_eq!(post(&app, &another, &format!("{series}/cancel-rest"), "visit=1").await.0, 404);
        let (_, to, _) = post(&app, &aino, &format!("{series}/cancel-rest"), "visit=1").await;
        assert!(to.ends_with("did=cancelled"), "{to}");
        let (_, page) = get(&app, &format!("{series}?lang=en"), &aino).await;
        assert!(page.contains("none left"), "{page}");
    });
}

#[test]
fn the_next_visit_is_booked_from_the_last_and_its_way_is_changed() {
    on_its_own(async {
        let app = app(&[("nurse-1", true)]).await;
        let (nurse, aino) = (signed_in(&app, "professional").await, signed_in(&app, "resident&as=aino").await);
        let to = booked(&app, &aino, "/book/nurse?lang=fi", "9.00", "").await;
        let id = to.split('?').next().and_then(|it| it.rsplit('/').next()).expect("an id").to_string();
        let (_, page) = get(&app, &format!("/desk/appointments/{id}?lang=en"), &nurse).await;
        assert!(page.contains("Book the next visit") && page.contains("Change how we meet"), "{page}");
        let (_, to, _) = post(&app, &nurse, &format!("/desk/appointments/{id}/way"), "way=phone&why=technical").await;
        assert!(to.ends_with("did=way"), "{to}");
        let (_, page) = get(&app, &format!("/matters/{id}?lang=en"), &aino).await;
        assert!(page.contains("<dd>Phone</dd>"), "{page}");
        let (_, to, _) = post(&app, &aino, &format!("/matters/{id}/way"), "way=in_person&why=wish").await;
        assert!(to.ends_with("did=way"), "{to}");
        let (_, to, _) = post(&app, &aino, &format!("/matters/{id}/way"), "way=video").await;
        assert!(to.ends_with("did=otherwise"), "no video here: {to}");
        let next = format!("/book/nurse?kind=talk&way=phone&contact={id}&lang=fi");
        let to = booked(&app, &nurse, &next, "9.30", "").await;
        assert!(to.starts_with("/desk/appointments/"), "{to}");
        let (_, own) = get(&app, "/matters?lang=en", &aino).await;
        assert_eq!(own.matches("class=\"row\"").count(), 2, "it is hers: {own}");
    });
}
