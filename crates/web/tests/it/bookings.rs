//! Bookings by pages: found, held, taken once, moved, cancelled, and kept in a unit's day.

use std::sync::Arc;

use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use web::App;

use crate::desk::{known, post};
use crate::pages::{fixture, get, signed_in, with_staff};
use crate::{app_over, on_its_own};

/// A calendar of the nurses of a unit: two half hours each weekday; `more`: lines of how it is booked.
pub fn timetable(more: &str) -> String {
    format!(
        r#"
id = "nurse"
version = 1
unit = "small"
service = "outpatient"
name = {{ fi = "Hoitaja", sv = "Skötare", en = "Nurse" }}
[publish]
ahead = "14 days"
[book]
by = ["resident", "role:nurse"]
hold = "10 minutes"
move_until = "24 hours"
cancel_until = "24 hours"
{more}
[kind.talk]
minutes = 30
ways = ["in_person", "phone"]
fi = "Käynti"
sv = "Besök"
en = "Visit"
[[week]]
who = "role:nurse"
on = ["mon", "tue", "wed", "thu", "fri"]
at = ["09:00", "10:00"]
kinds = ["talk"]
"#
    )
}

/// Today, a Wednesday, is over for the calendar: the first times are on Thursday.
async fn app(more: &str) -> Arc<App> {
    app_of(&[("nurse-1", true)], more).await
}

async fn app_of(nurses: &'static [(&'static str, bool)], more: &str) -> Arc<App> {
    let app = app_over(with_staff(nurses), false).await;
    let found = [Found::shipped("content/calendars/nurse.toml", &timetable(more))];
    let library = Library::read(FOLDERS, &found, &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    assert!(app.publish_times().await >= 9);
    assert_eq!(app.publish_times().await, 0, "published twice is published once");
    app
}

/// The hidden fields of the first time of a page at a clock time, as a form sends them.
pub fn chosen(page: &str, clock: &str) -> String {
    let form = page.split("<form").find(|form| {
        form.contains("times__one") && ['<', ' '].iter().any(|end| form.contains(&format!(">{clock}{end}")))
    });
    let form = form.unwrap_or_else(|| panic!("no time {clock}: {page}"));
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1).map(|field| {
        let (name, rest) = field.split_once('"').expect("a name");
        let value = rest.split("value=\"").nth(1).and_then(|it| it.split('"').next()).unwrap_or_default();
        format!("{name}={value}")
    });
    fields.collect::<Vec<_>>().join("&")
}

/// Chooses the first time at a clock time, and books it; where it led.
pub async fn booked(app: &Arc<App>, who: &str, page: &str, clock: &str, text: &str) -> String {
    let (_, times) = get(app, page, who).await;
    let fields = chosen(&times, clock);
    let (status, to, _) = post(app, who, "/book/nurse", &fields).await;
    assert_eq!(status, 303, "{to}");
    if to.contains("wrong=") {
        return to;
    }
    let address = to.split('?').next().unwrap_or_default();
    let (status, page) = get(app, &to, who).await;
    assert!(status == 200 && page.contains("<textarea") != fields.contains("move=0"), "{page}");
    let key = page.split("name=\"key\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("a key");
    post(app, who, address, &format!("{fields}&text={text}&key={key}")).await.1
}

fn id_of(address: &str) -> String {
    address.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_string()
}

#[test]
fn a_resident_books_moves_and_cancels_and_the_unit_has_it_in_its_day() {
    on_its_own(async {
        let app = app("").await;
        let (resident, nurse) = (signed_in(&app, "resident&as=aino").await, signed_in(&app, "professional").await);
        let (_, all) = get(&app, "/book?lang=en", &resident).await;
        assert!(all.contains("/book/nurse") && all.contains("first Thu\u{a0}8\u{a0}Jan, 9:00"), "{all}");
        let to = booked(&app, &resident, "/book/nurse?lang=fi", "9.00", "Tulen+tulkin+kanssa").await;
        assert!(to.starts_with("/matters/") && to.ends_with("did=booked"), "{to}");
        let id = id_of(&to);
        let (_, page) = get(&app, &format!("{to}&lang=en"), &resident).await;
        for text in ["The appointment is booked.", "Thu 8 Jan 2026", "Cancel the appointment"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("tulkin"), "what they wrote is for the professional");
        let another = signed_in(&app, "resident&as=paavo").await;
        assert_eq!(get(&app, &format!("/matters/{id}"), &another).await.0, 404, "it is Aino's");
        let (_, own) = get(&app, "/matters?lang=en", &resident).await;
        assert!(own.contains(&format!("/matters/{id}")) && own.contains("Coming"), "{own}");
        let contact = known(&app, "c1").await;
        assert_eq!(get(&app, &format!("/matters/{contact}"), &resident).await.0, 404, "another's contact");
        let form = "client_id=f1&service=outpatient&who=known&text=Hei";
        let (status, to, page) = post(&app, &resident, "/contact?lang=en", form).await;
        assert_eq!(status, 303, "{page}");
        let (_, own) = get(&app, "/matters?lang=en", &resident).await;
        let mut links = own.split("href=\"/matters/").skip(1).filter_map(|it| it.split('"').next());
        let thread = links.find(|it| *it != id).unwrap_or_else(|| panic!("{to}: {own}")).to_string();
        assert_eq!(get(&app, &format!("/matters/{thread}"), &resident).await.0, 303, "their thread");
        let (status, to, _) = post(&app, &resident, &format!("/matters/{thread}/cancel"), "").await;
        assert_eq!((status, to.as_str()), (404, ""), "a contact is no appointment");
        let (status, ics) = get(&app, &format!("/matters/{id}/calendar.ics"), &resident).await;
        assert!(status == 200 && ics.contains("DTSTART:20260108T070000Z") && !ics.contains("Nurse"), "{ics}");
        let (_, day) = get(&app, "/desk/calendar?date=2026-01-08&unit=small&lang=en", &nurse).await;
        assert!(day.contains(&format!("/desk/appointments/{id}")) && day.contains("Free"), "{day}");
        assert!(day.contains(">Aino Virtanen</a>"), "whose it is, which is recorded as a reading: {day}");
        let (_, page) = get(&app, &format!("/desk/appointments/{id}?lang=en"), &nurse).await;
        assert!(page.contains("Tulen tulkin kanssa") && page.contains("the client"), "{page}");
        assert!(page.contains("Aino Virtanen, 42"), "{page}");
        let moved = booked(&app, &resident, &format!("/book/nurse?lang=fi&move={id}"), "9.30", "").await;
        assert_eq!(moved, format!("/matters/{id}?did=moved"));
        let (_, day) = get(&app, "/desk/calendar?date=2026-01-08&unit=small&lang=en", &nurse).await;
        let taken = day.split("<li").find(|it| it.contains(&id)).expect("booked");
        assert!(taken.contains("9.30"), "the old time is given back, the new one taken: {taken}");
        let (status, to, _) = post(&app, &resident, &format!("/matters/{id}/cancel"), "reason=ill").await;
        assert!(status == 303 && to.ends_with("did=cancelled"), "{to}");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &resident).await;
        assert!(page.contains("The appointment is cancelled") && page.contains("Book a new time"), "{page}");
        let (_, times) = get(&app, "/book/nurse?lang=fi", &resident).await;
        assert!(times.contains(">9.30<"), "the time is free again");
        let (_, again, _) = post(&app, &resident, &format!("/matters/{id}/cancel"), "reason=ill").await;
        assert_eq!(again, format!("/matters/{id}?did=otherwise"), "what is over is over");
        let (_, page) = get(&app, &format!("{again}&lang=en"), &resident).await;
        assert!(page.contains("Something had changed meanwhile"), "{page}");
    });
}

#[test]
fn a_visit_is_recorded_step_by_step() {
    on_its_own(async {
        let app = app("").await;
        let (resident, nurse) = (signed_in(&app, "resident").await, signed_in(&app, "professional").await);
        let id = id_of(&booked(&app, &resident, "/book/nurse?lang=fi", "9.00", "").await);
        for (act, expected) in [
            ("miss", format!("/desk/appointments/{id}?did=otherwise")),
            ("arrive", format!("/desk/appointments/{id}?did=arrived")),
            ("cancel", format!("/desk/appointments/{id}?did=cancelled")),
            ("end", format!("/desk/appointments/{id}?did=otherwise")),
        ] {
            let (status, to, _) = post(&app, &nurse, &format!("/desk/appointments/{id}/{act}"), "reason=closure").await;
            assert_eq!((status, to), (303, expected), "{act}");
        }
        assert_eq!(post(&app, &nurse, &format!("/desk/appointments/{id}/explode"), "").await.0, 404);
    });
}

#[test]
fn two_who_want_one_time_get_one_each() {
    on_its_own(async {
        let app = app("").await;
        let mut residents = Vec::new();
        for _ in 0..20 {
            residents.push(signed_in(&app, "resident").await);
        }
        let (_, times) = get(&app, "/book/nurse?lang=fi", &residents[0]).await;
        let fields = chosen(&times, "9.00");
        let asked = residents.iter().map(|who| post(&app, who, "/book/nurse", &fields));
        let answers = futures::future::join_all(asked).await;
        let held: Vec<&String> = answers.iter().map(|(_, to, _)| to).filter(|to| !to.contains("wrong=")).collect();
        assert_eq!(held.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|(status, to, _)| *status == 303 && (to.contains("wrong=taken") || to == held[0])));
        // A person who goes past the hold does not get it either.
        let thief = answers.iter().position(|(_, to, _)| to != held[0]).expect("another");
        let stolen = "/book/nurse/0198c9e2-1111-7000-8000-00000000000f";
        let (_, to, _) = post(&app, &residents[thief], stolen, &fields).await;
        assert!(to.contains("wrong=taken"), "{to}");
        let owner = answers.iter().position(|(_, to, _)| to == held[0]).expect("one");
        let address = held[0].split('?').next().expect("an address");
        let first = post(&app, &residents[owner], address, &fields).await.1;
        assert!(first.contains("did=booked"), "{first}");
        assert_eq!(post(&app, &residents[owner], address, &fields).await.1, first, "sent twice it is booked once");
        let (_, again) = get(&app, "/book/nurse?lang=en&wrong=taken", &residents[thief]).await;
        assert!(again.contains("That time is no longer free"), "{again}");
    });
}

#[test]
fn what_cannot_be_booked_is_told_and_leads_on() {
    on_its_own(async {
        let app = app("open_at_once = 1\nnotice = \"20 hours\"").await;
        let (resident, other) = (signed_in(&app, "resident").await, signed_in(&app, "resident").await);
        let (_, visitor) = get(&app, "/book/nurse?lang=fi", "").await;
        let fields = chosen(&visitor, "9.30");
        let (status, to, _) = post(&app, "", "/book/nurse", &fields).await;
        assert!(status == 303 && to.starts_with("/sign-in?to="), "a visitor signs in first: {to}");
        // Wednesday at two in the afternoon: twenty hours before Thursday at half past nine it is too late.
        assert!(!visitor.contains("8.1.2026") && visitor.contains("9.1.2026"), "{visitor}");
        let nurse = signed_in(&app, "professional").await;
        let contact = known(&app, "c1").await;
        post(&app, &nurse, &format!("/desk/contacts/{contact}/claim"), "").await;
        let (_, all) = get(&app, &format!("/book/nurse?contact={contact}&lang=fi"), &nurse).await;
        assert!(all.contains("8.1.2026"), "professionals book until it begins: {all}");
        let (_, late, _) = post(&app, &resident, "/book/nurse", &chosen(&all, "9.30").replace(&contact, "")).await;
        assert!(late.contains("wrong=late"), "{late}");
        let (_, page) = get(&app, &format!("{late}&lang=en"), &resident).await;
        assert!(page.contains("You can no longer book this time yourself"), "{page}");
        let friday = "/book/nurse?lang=fi&from=2026-01-09";
        let id = id_of(&booked(&app, &resident, friday, "9.00", "").await);
        let enough = booked(&app, &resident, friday, "9.30", "").await;
        assert!(enough.contains("wrong=enough"), "{enough}");
        for path in [format!("/matters/{id}"), format!("/matters/{id}/calendar.ics"), format!("/book/nurse/{id}")] {
            assert_eq!(get(&app, &path, &other).await.0, 404, "another's: {path}");
        }
        assert_eq!(post(&app, &other, &format!("/matters/{id}/cancel"), "").await.0, 404);
        let (_, times) = get(&app, friday, &other).await;
        let theirs = format!("{}&move={id}", chosen(&times, "9.30").replace("&move=", ""));
        assert_eq!(post(&app, &other, "/book/nurse", &theirs).await.0, 404, "nobody moves another's time");
        let fields = chosen(&times, "9.30");
        for broken in ["", "day=x&slot=y&kind=talk&way=phone", "day=0&slot=0&kind=talk&way=pigeon"] {
            assert_eq!(post(&app, &other, "/book/nurse", broken).await.0, 404, "{broken}");
        }
        assert_eq!(get(&app, "/book/nothing", &other).await.0, 404);
        let long = format!("{fields}&text={}", "a".repeat(2_001));
        let (status, _, page) =
            post(&app, &other, "/book/nurse/0198c9e2-1111-7000-8000-00000000000e?lang=en", &long).await;
        assert!(status == 422 && page.contains("at most 2,000") && page.contains(&"a".repeat(2_001)), "{status}");
        for role in ["manager", "evaluator", "admin", "resident"] {
            let who = signed_in(&app, role).await;
            assert_eq!(get(&app, "/desk/calendar", &who).await.0, 404, "{role}");
            assert_eq!(get(&app, &format!("/desk/appointments/{id}"), &who).await.0, 404, "{role}");
        }
    });
}

#[test]
fn the_first_time_of_a_calendar_is_one_that_can_still_be_had() {
    on_its_own(async {
        // Both times of Thursday are less than 22 hours away.
        let app = app("notice = \"22 hours\"").await;
        for who in [String::new(), signed_in(&app, "resident").await] {
            for path in ["/book?lang=en", "/?lang=en"] {
                let (_, page) = get(&app, path, &who).await;
                assert!(!page.contains("first Thu"), "{path}: {page}");
            }
            let (_, page) = get(&app, "/book?lang=en", &who).await;
            assert!(page.contains("first Fri\u{a0}9\u{a0}Jan, 9:00"), "{page}");
        }
    });
}

#[test]
fn a_professional_books_for_the_resident_of_a_contact() {
    on_its_own(async {
        let app = app("").await;
        let nurse = signed_in(&app, "professional").await;
        let contact = known(&app, "c1").await;
        assert_eq!(get(&app, "/book?lang=en", &nurse).await.0, 404, "for nobody");
        post(&app, &nurse, &format!("/desk/contacts/{contact}/claim"), "").await;
        let (_, page) = get(&app, &format!("/desk/contacts/{contact}?lang=en"), &nurse).await;
        assert!(page.contains(&format!("/book?contact={contact}")), "{page}");
        let (_, all) = get(&app, &format!("/book?contact={contact}&lang=en"), &nurse).await;
        assert!(all.contains(&format!("/book/nurse?contact={contact}")), "{all}");
        let to = booked(&app, &nurse, &format!("/book/nurse?contact={contact}&lang=fi"), "9.00", "").await;
        assert!(to.starts_with("/desk/appointments/"), "{to}");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &nurse).await;
        assert!(page.contains(&format!("/desk/contacts/{contact}")), "{page}");
    });
}

#[test]
fn where_there_is_no_calendar_the_page_leads_on() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        for who in [String::new(), signed_in(&app, "resident").await] {
            let (status, page) = get(&app, "/book?lang=en", &who).await;
            assert!(status == 200 && page.contains("href=\"/contact\"") && page.contains("116"), "{page}");
        }
    });
}

#[test]
fn only_the_appointment_that_is_moved_can_be_moved_as_often_as_its_person_wants() {
    on_its_own(async {
        let app = app("").await;
        let (one, other) = (signed_in(&app, "resident").await, signed_in(&app, "resident").await);
        let theirs = id_of(&booked(&app, &one, "/book/nurse?lang=fi", "9.00", "").await);
        let own = id_of(&booked(&app, &other, "/book/nurse?lang=fi", "9.30", "").await);
        let friday = format!("/book/nurse?lang=fi&from=2026-01-09&move={own}");
        let (_, times) = get(&app, &friday, &other).await;
        let fields = chosen(&times, "9.00");
        assert_eq!(post(&app, &other, &format!("/book/nurse/{theirs}"), &fields).await.0, 404);
        assert_eq!(get(&app, &format!("/book/nurse/{theirs}?{fields}"), &other).await.0, 404);
        assert!(!times.contains("id=\"way\""), "it is moved as it is: {times}");
        let phone = fields.replace("way=in_person", "way=phone");
        assert_eq!(post(&app, &other, "/book/nurse", &phone).await.0, 404);
        for (day, from) in [("9 Jan", "2026-01-09"), ("8 Jan", "2026-01-08"), ("9 Jan", "2026-01-09")] {
            let page = format!("/book/nurse?lang=fi&from={from}&move={own}");
            assert_eq!(booked(&app, &other, &page, "9.30", "").await, format!("/matters/{own}?did=moved"));
            let (_, page) = get(&app, &format!("/matters/{own}?lang=en"), &other).await;
            assert!(page.contains(day), "{day}: {page}");
        }
        let (_, page) = get(&app, &format!("/matters/{theirs}?lang=en"), &one).await;
        assert!(page.contains("8 Jan"), "{page}");
    });
}

#[test]
fn one_time_is_held_for_each_and_what_was_written_goes_along() {
    on_its_own(async {
        let app = app("").await;
        let (one, other) = (signed_in(&app, "resident").await, signed_in(&app, "resident").await);
        let (_, times) = get(&app, "/book/nurse?lang=fi", &one).await;
        let (early, late) = (chosen(&times, "9.00"), chosen(&times, "9.30"));
        let (_, first, _) = post(&app, &one, "/book/nurse", &early).await;
        let (_, twice, _) = post(&app, &one, "/book/nurse", &early).await;
        assert_eq!(first, twice, "pressed twice it is one appointment");
        let (_, second, _) = post(&app, &one, "/book/nurse", &late).await;
        assert!(second.starts_with("/book/nurse/") && second != first, "{second}");
        let (_, to, _) = post(&app, &other, "/book/nurse", &early).await;
        assert!(to.starts_with("/book/nurse/"), "the time that was left is free: {to}");
        // They go back to the page of the time that they left, and write there.
        let address = first.split('?').next().expect("an address");
        let text = "Tulen+tulkin+kanssa";
        let (status, _, page) = post(&app, &one, &format!("{address}?lang=en"), &format!("{early}&text={text}")).await;
        assert!(status == 409 && page.contains("no longer free") && page.contains("What you wrote is kept"), "{page}");
        let fields = chosen(&page, "9.00");
        assert!(fields.ends_with("text=Tulen tulkin kanssa"), "{fields}");
        let (status, _, page) = post(&app, &one, "/book/nurse?lang=en", &fields.replace(' ', "+")).await;
        assert!(status == 200 && page.contains("Tulen tulkin kanssa</textarea>"), "{page}");
    });
}

/// The address of the page of the day of the first column of a unit's calendar, and of the second.
fn days_of(page: &str) -> Vec<String> {
    let links = page.split("href=\"/desk/days/").skip(1);
    links.map(|rest| format!("/desk/days/{}", rest.split('"').next().unwrap_or_default())).collect()
}

#[test]
fn whoever_is_left_by_an_absence_gets_a_colleague_or_waits_on_the_work_list_for_another_time() {
    on_its_own(async {
        let app = app_of(&[("nurse-1", true), ("nurse-2", true)], "").await;
        let nurse = signed_in(&app, "professional").await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            let resident = signed_in(&app, "resident").await;
            ids.push(id_of(&booked(&app, &resident, "/book/nurse?lang=fi", "9.00", "").await));
        }
        let calendar = "/desk/calendar?date=2026-01-08&unit=small&lang=en";
        let (_, page) = get(&app, calendar, &nurse).await;
        let [one, two] = &days_of(&page)[..] else { panic!("two nurses: {page}") };
        let (_, page) = get(&app, &format!("{one}?lang=en"), &nurse).await;
        assert!(page.contains("Enter an absence") && !page.contains("New time needed"), "{page}");
        let seen =
            page.split("name=\"seen\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("what is seen");
        for (form, wrong) in [
            ("what=away&from=nine&to=8.00", "Give the time as hours and minutes"),
            ("what=away&from=24:30", "Give the time as hours and minutes"),
            ("what=away&from=09:00&to=8.30", "Give the end after the beginning"),
            ("what=ill", "Choose the kind of absence"),
            ("what=away", "Somebody has booked a time here meanwhile"),
            ("what=away&other=nobody", "Choose a colleague"),
        ] {
            let (status, _, page) = post(&app, &nurse, &format!("{one}/leave?lang=en"), form).await;
            assert!(status == 422 && page.contains(wrong), "{form}: {status} {page}");
        }
        let other = two.rsplit('/').next().expect("an id");
        let form = format!("what=training&from=08:30&to=09:30&seen={}", seen.replace(' ', "+"));
        let (status, to, _) = post(&app, &nurse, &format!("{one}/leave"), &form).await;
        assert!(status == 303 && to.ends_with("did=away"), "{to}");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &nurse).await;
        let left: Vec<&String> = ids.iter().filter(|id| page.contains(&format!("/desk/appointments/{id}"))).collect();
        assert!(page.contains("The absence is entered") && page.contains("8.30–9.30") && left.len() == 1, "{page}");
        let (_, desk) = get(&app, "/desk?unit=small&lang=en", &nurse).await;
        assert!(desk.contains("New time needed") && desk.contains(one.as_str()) && !desk.contains("/claim"), "{desk}");
        // The colleague is with somebody at nine.
        let give = format!("appointment={}&other={other}", left[0]);
        let (status, _, page) = post(&app, &nurse, &format!("{one}/give?lang=en"), &give).await;
        assert!(status == 422 && page.contains("Choose a colleague who is free"), "{status} {page}");
        // They move it to a time of their own.
        let (_, page) = get(&app, &format!("{one}?lang=fi"), &nurse).await;
        let moves =
            page.split("href=\"/book/nurse?").nth(1).and_then(|it| it.split('"').next()).expect("a way to move it");
        let moves = format!("/book/nurse?lang=fi&{}", moves.replace("&amp;", "&"));
        assert_eq!(booked(&app, &nurse, &moves, "9.30", "").await, format!("/desk/appointments/{}?did=moved", left[0]));
        let (_, desk) = get(&app, "/desk?unit=small&lang=en", &nurse).await;
        assert!(!desk.contains("New time needed"), "{desk}");
        // Away all day, the other two have a stand-in where there is one.
        let (_, page) = get(&app, &format!("{two}?lang=en"), &nurse).await;
        let seen =
            page.split("name=\"seen\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("what is seen");
        let one_id = one.rsplit('/').next().expect("an id");
        let form = format!("what=away&other={one_id}&seen={}", seen.replace(' ', "+"));
        let (_, to, _) = post(&app, &nurse, &format!("{two}/leave"), &form).await;
        let (_, page) = get(&app, &format!("{to}&lang=en"), &nurse).await;
        assert!(page.contains("The absence is entered"), "{page}");
        let (status, to, _) = post(&app, &nurse, &format!("{two}/back"), "").await;
        assert!(status == 303 && to.ends_with("did=back"), "{to}");
        for role in ["resident", "manager", "admin"] {
            let who = signed_in(&app, role).await;
            assert_eq!(get(&app, one, &who).await.0, 404, "{role}");
            assert_eq!(post(&app, &who, &format!("{one}/leave"), "what=away").await.0, 404, "{role}");
        }
    });
}
