//! A need of care by pages: a contact is written down, the need established, a time booked, the visit held; and one that is late.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use content::{Found, Library};
use facts::Channel;
use jiff::civil::date;
use kinds::Kinds;
use kinds::content::FOLDERS;
use store::{Filter, KEY_FILE, Keys, Location, Log};
use web::{App, Strangers};

use crate::desk::{known, post};
use crate::pages::{get, signed_in, with_staff};
use crate::{NOW, app_with, on_its_own};

const DAY: i64 = 86_400 * 1_000_000;

/// A calendar of the nurses of a unit, which gives the first times of psychosocial treatment.
pub const FIRST_LINE: &str = r#"
id = "first-line"
version = 1
unit = "small"
service = "outpatient"
name = { fi = "Terapia", sv = "Terapi", en = "Therapy" }
[publish]
ahead = "42 days"
[book]
by = ["role:nurse"]
hold = "10 minutes"
move_until = "24 hours"
cancel_until = "24 hours"
[kind.first]
minutes = 45
ways = ["in_person"]
fi = "Ensimmäinen käynti"
sv = "Första besöket"
en = "First visit"
[[week]]
who = "role:nurse"
on = ["mon", "tue", "wed", "thu", "fri"]
at = ["10:00", "11:30"]
kinds = ["first"]
"#;

/// The pages over a log whose clock the test moves, and the record of accesses.
async fn app() -> (Arc<App>, Kinds, Arc<AtomicI64>, Log) {
    let clock = Arc::new(AtomicI64::new(NOW));
    let ticks = || {
        let clock = Arc::clone(&clock);
        move || clock.load(Ordering::Relaxed)
    };
    let folder = tempfile::tempdir().expect("a folder").keep();
    let keys = Keys::open(&folder, &folder.join(KEY_FILE)).expect("keys");
    let log = Log::open(&Location::Memory, Arc::new(keys), ticks()).expect("a log");
    let kinds = Kinds::open(log, ticks(), None).await.expect("kinds");
    let followed = kinds.store.clone();
    tokio::spawn(async move { followed.follow().await });
    let figures = with_staff(&[("nurse-1", true)]);
    let (app, accesses, _) = app_with(kinds.clone(), (figures, false), Strangers::default(), true);
    let found = [Found::shipped("content/calendars/first-line.toml", FIRST_LINE)];
    let library = Library::read(FOLDERS, &found, &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    assert!(app.publish_times().await > 0);
    (app, kinds, clock, accesses)
}

/// How many readings of needs were recorded.
async fn readings(accesses: &Log) -> usize {
    let all = accesses.read_all(0, Filter::default(), 10_000).await.expect("the record").events;
    all.iter().filter(|event| event.kind == "care_need.read").count()
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {page}"));
    field.split('"').next().unwrap_or_default().to_string()
}

/// The value of an option whose text begins so.
fn option(page: &str, text: &str) -> String {
    let option = page.split("<option value=\"").find(|it| it.split('>').nth(1).is_some_and(|it| it.starts_with(text)));
    option.and_then(|it| it.split('"').next()).unwrap_or_else(|| panic!("no option {text}: {page}")).to_string()
}

/// A row of a table by the name that it begins with.
fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let mut rows = page.split("<tr>").filter(|row| row.contains("scope=\"row\""));
    rows.find(|row| row.contains(&format!(">{name}<"))).map_or("", |row| row.split("</tr>").next().unwrap_or(""))
}

/// Writes down a call of somebody and establishes that they need psychosocial treatment; the contact.
async fn found_in_a_call(app: &Arc<App>, nurse: &str, name: &str) -> String {
    let (_, form) = get(app, "/desk/contacts/new?lang=fi", nurse).await;
    let (client, key) = (option(&form, &format!("{name}, ")), hidden(&form, "client_id"));
    let fields =
        format!("client_id={key}&channel=phone&client={client}&service=outpatient&language=fi&text=Uni+on+huonoa.");
    let (status, to, page) = post(app, nurse, "/desk/contacts/new?lang=fi", &fields).await;
    assert_eq!(status, 303, "{page}");
    assert_eq!(post(app, nurse, "/desk/contacts/new?lang=fi", &fields).await.1, to, "pressed twice, it is one contact");
    let contact = to.split('?').next().expect("an address").rsplit('/').next().expect("an id").to_string();
    let (_, page) = get(app, &format!("{to}&lang=fi"), nurse).await;
    for text in
        ["Yhteydenotto on kirjattu", "sinulla", name, "Uni on huonoa.", &format!("/desk/contacts/{contact}/need")]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    let (_, form) = get(app, &format!("/desk/contacts/{contact}/need?lang=fi"), nurse).await;
    let key = hidden(&form, "client_id");
    let (status, _, page) =
        post(app, nurse, &format!("/desk/contacts/{contact}/need?lang=fi"), &format!("client_id={key}")).await;
    assert!(status == 422 && page.contains("Valitse, mikä hoito tarvitaan."), "{page}");
    let fields = format!("client_id={key}&care=psychosocial");
    let (status, to, page) = post(app, nurse, &format!("/desk/contacts/{contact}/need"), &fields).await;
    assert_eq!((status, to.as_str()), (303, format!("/desk/contacts/{contact}?did=need").as_str()), "{page}");
    contact
}

#[test]
fn a_need_waits_gets_a_time_and_is_met_when_the_visit_ends() {
    on_its_own(async {
        let (app, kinds, clock, accesses) = app().await;
        let nurse = signed_in(&app, "nurse").await;
        let contact = found_in_a_call(&app, &nurse, "Onni Laine").await;
        found_in_a_call(&app, &nurse, "Joel Backman").await;
        let stands = kinds.contacts.look(|all| all.get(contact.parse().expect("an id"))).expect("a contact");
        assert_eq!((stands.channel, stands.first_response_at), (Channel::Phone, Some(NOW)), "the call was the answer");
        let (_, page) = get(&app, &format!("/desk/contacts/{contact}?did=need&lang=fi"), &nurse).await;
        assert!(
            page.contains("Hoidon tarve on todettu") && page.contains("ke 4.2.") && page.contains("Laki"),
            "{page}"
        );
        // The unit sees both; of one who is 24 the time is longer.
        let read = readings(&accesses).await;
        let (_, list) = get(&app, "/desk?list=unit&lang=fi", &nurse).await;
        let (onni, joel) = (row(&list, "Onni Laine"), row(&list, "Joel Backman"));
        assert!(onni.contains("ke 4.2.") && onni.contains("Laki") && onni.contains("Odottaa"), "{list}");
        assert!(joel.contains("ti 7.4.") && !joel.contains("4.2."), "{joel}");
        assert!(list.find("Onni Laine") < list.find("Joel Backman"), "the first to be over comes first");
        assert_eq!(readings(&accesses).await, read + 2, "who saw the two names is recorded");
        // Nobody's guarantee ends soon.
        let (_, soon) = get(&app, "/desk/calendar?due=week&lang=fi", &nurse).await;
        assert!(soon.contains("Kenenkään takuu ei pääty viikon sisällä."), "{soon}");
        // Three weeks on, one does.
        clock.store(NOW + 21 * DAY, Ordering::Relaxed);
        app.publish_times().await;
        let nurse = signed_in(&app, "nurse").await;
        let (_, calendar) = get(&app, "/desk/calendar?lang=fi", &nurse).await;
        assert!(calendar.contains("/desk/calendar?unit=small&amp;due=week"), "{calendar}");
        let (_, soon) = get(&app, "/desk/calendar?due=week&lang=fi", &nurse).await;
        assert!(row(&soon, "Onni Laine").contains("ke 4.2.") && row(&soon, "Joel Backman").is_empty(), "{soon}");
        let book = row(&soon, "Onni Laine").split("href=\"").find(|it| it.contains("/book")).expect("a way to a time");
        let book = book.split('"').next().expect("an address").to_string();
        let (_, times) = get(&app, &format!("{book}?lang=fi"), &nurse).await;
        let (appointment, time) = (hidden(&times, "appointment"), option(&times, "pe 30.1. klo 10.00"));
        let (status, _, page) = post(&app, &nurse, &book, &format!("appointment={appointment}&time=")).await;
        assert_eq!(status, 422, "{page}");
        let fields = format!("appointment={appointment}&time={}", time.replace(' ', "+"));
        let (status, to, page) = post(&app, &nurse, &book, &fields).await;
        assert_eq!((status, to.as_str()), (303, "/desk/calendar?date=2026-01-30&unit=small&did=booked"), "{page}");
        assert_eq!(post(&app, &nurse, &book, &fields).await.1, to, "pressed twice, it is one appointment");
        let (_, calendar) = get(&app, &format!("{to}&lang=fi"), &nurse).await;
        let of_day = calendar.split("aria-label=\"pe 30.1.\"").nth(1).expect("the day");
        assert!(of_day.contains(">Onni Laine<") && of_day.contains(&appointment), "{of_day}");
        let (_, soon) = get(&app, "/desk/calendar?due=week&lang=fi", &nurse).await;
        assert!(
            row(&soon, "Onni Laine").contains("Sovittu pe 30.1. klo 10.00")
                && !row(&soon, "Onni Laine").contains("/book")
        );
        // The visit ends the wait.
        clock.store(NOW + 23 * DAY, Ordering::Relaxed);
        let nurse = signed_in(&app, "nurse").await;
        for verb in ["arrive", "end"] {
            let (status, _, page) = post(&app, &nurse, &format!("/desk/appointments/{appointment}/{verb}"), "").await;
            assert_eq!(status, 303, "{verb}: {page}");
        }
        let (_, list) = get(&app, "/desk?list=unit&lang=fi", &nurse).await;
        let onni = row(&list, "Onni Laine");
        assert!(
            onni.contains("Hoito alkoi 23 päivässä") && !onni.contains("4.2.") && !onni.contains("Myöhässä"),
            "{onni}"
        );
        // A week later the unit sees it no more.
        clock.store(NOW + 31 * DAY, Ordering::Relaxed);
        let nurse = signed_in(&app, "nurse").await;
        for kind in kinds.store.kinds() {
            for id in kind.due(NOW + 31 * DAY, 9).0 {
                kind.strike(id).await;
            }
        }
        let (_, list) = get(&app, "/desk?list=unit&lang=fi", &nurse).await;
        assert!(row(&list, "Onni Laine").is_empty() && !row(&list, "Joel Backman").is_empty(), "{list}");
    });
}

#[test]
fn who_waits_too_long_stands_first_and_late_and_why_is_told() {
    on_its_own(async {
        let (app, kinds, clock, _) = app().await;
        let nurse = signed_in(&app, "nurse").await;
        found_in_a_call(&app, &nurse, "Joel Backman").await;
        found_in_a_call(&app, &nurse, "Onni Laine").await;
        // The last day that is in time, and the one after it.
        for (days, late) in [(28, None), (29, Some("Myöhässä 1 pv")), (31, Some("Myöhässä 3 pv"))] {
            clock.store(NOW + days * DAY, Ordering::Relaxed);
            let nurse = signed_in(&app, "nurse").await;
            let (_, list) = get(&app, "/desk?list=unit&lang=fi", &nurse).await;
            assert_eq!(row(&list, "Onni Laine").contains("Myöhässä"), late.is_some(), "day {days}");
            assert!(late.is_none_or(|late| row(&list, "Onni Laine").contains(late)), "{list}");
            assert!(!row(&list, "Joel Backman").contains("Myöhässä"), "{list}");
            assert!(list.find(">Onni Laine<") < list.find(">Joel Backman<"), "{list}");
        }
        let nurse = signed_in(&app, "nurse").await;
        let (_, list) = get(&app, "/desk?list=unit&lang=fi", &nurse).await;
        let address =
            row(&list, "Onni Laine").split("href=\"").nth(1).and_then(|it| it.split('"').next()).expect("a page");
        let (_, page) = get(&app, &format!("{address}?lang=fi"), &nurse).await;
        for text in [
            "Miksi?",
            "Alle 23-vuotiaan hoito alkaa 28 päivässä",
            "Tarve todettiin 7.1.2026. Sitä päivää ei lasketa.",
            "Asiakas oli silloin 17-vuotias. Sääntö koskee alle 23-vuotiaita.",
            "Aikaa on 28 päivää.",
            "Viimeinen päivä on 4.2.2026.",
            "Voimassa 1.5.2025 alkaen.",
            "HE 131/2024",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        // An exception with its reason: it stands, and is late no more.
        let (status, _, page) =
            post(&app, &nurse, &format!("{address}/except?lang=fi"), "client_id=e1&exception=").await;
        assert!(status == 422 && page.contains("Valitse syy."), "{page}");
        let (status, to, _) = post(&app, &nurse, &format!("{address}/except"), "client_id=e2&exception=own_wish").await;
        assert_eq!((status, to), (303, format!("{address}?did=except")));
        let (_, list) = get(&app, "/desk?list=unit&lang=fi", &nurse).await;
        let onni = row(&list, "Onni Laine");
        assert!(onni.contains("Asiakkaan oma toive") && !onni.contains("Myöhässä"), "{onni}");
        // The need is over; what comes after is told.
        let (status, _, _) = post(&app, &nurse, &format!("{address}/withdraw"), "client_id=e3&why=declined").await;
        assert_eq!(status, 303);
        let (status, _, page) = post(&app, &nurse, &format!("{address}/meet?lang=fi"), "client_id=e4").await;
        assert!(status == 409 && page.contains("tarve on ohi"), "{page}");
        let (status, _, page) = post(&app, &nurse, &format!("{address}/close"), "client_id=e5").await;
        assert_eq!(status, 404, "its clock alone closes it: {page}");
        assert_eq!(kinds.care_needs.look(|all| all.open()), 2);
    });
}

#[test]
fn what_is_wrong_is_told_and_needs_are_for_those_who_work_there() {
    on_its_own(async {
        let (app, _, _, _) = app().await;
        let (nurse, resident) = (signed_in(&app, "nurse").await, signed_in(&app, "resident").await);
        let (_, form) = get(&app, "/desk/contacts/new?lang=fi", &nurse).await;
        let key = hidden(&form, "client_id");
        for (fields, fault) in [
            ("channel=phone&service=outpatient&language=fi&text=", "Kirjoita, mistä asiassa on kyse."),
            ("channel=phone&service=outpatient&client=nobody&language=fi&text=Hei", "Valitse asiakas luettelosta"),
            ("channel=chat&service=outpatient&language=fi&text=Hei", "Lomakkeessa on tieto"),
            ("channel=phone&service=none&language=fi&text=Hei", "Lomakkeessa on tieto"),
        ] {
            let (status, _, page) =
                post(&app, &nurse, "/desk/contacts/new?lang=fi", &format!("client_id={key}&{fields}")).await;
            assert!(status == 422 && page.contains(fault), "{fields}: {page}");
            assert!(!fields.contains("Hei") || page.contains(">Hei<"), "nothing typed is lost: {page}");
        }
        // Of nobody who is known no need is established.
        let fields = format!("client_id={key}&channel=letter&service=outpatient&client=&language=sv&text=Ett+brev");
        let (status, to, _) = post(&app, &nurse, "/desk/contacts/new", &fields).await;
        assert_eq!(status, 303);
        let (_, page) = get(&app, &format!("{to}&lang=fi"), &nurse).await;
        for text in ["Laki", "Miksi?", "Yhteydenotto saapui 7.1.2026.", "Määräaika on sama arkipäivä.", "HE 74/2022"]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        let contact = to.split('?').next().expect("an address");
        assert!(!page.contains(&format!("{contact}/need")) && page.contains("Ett brev"), "{page}");
        assert_eq!(get(&app, &format!("{contact}/need"), &nurse).await.0, 404);
        // One who is known without a name is asked for the age.
        let contact = known(&app, "c1").await;
        post(&app, &nurse, &format!("/desk/contacts/{contact}/claim"), "client_id=c").await;
        let path = format!("/desk/contacts/{contact}/need?lang=fi");
        let (_, form) = get(&app, &path, &nurse).await;
        let key = hidden(&form, "client_id");
        let (status, _, page) =
            post(&app, &nurse, &path, &format!("client_id={key}&care=psychosocial&age=nuori")).await;
        assert!(status == 422 && page.contains("Kirjoita ikä vuosina numeroilla.") && page.contains("nuori"), "{page}");
        let (status, _, _) = post(&app, &nurse, &path, &format!("client_id={key}&care=psychosocial&age=19")).await;
        assert_eq!(status, 303);
        let (_, list) = get(&app, "/desk?list=unit&lang=fi", &nurse).await;
        let address = list.split("href=\"").find(|it| it.starts_with("/desk/care-needs/")).expect("a need");
        let address = address.split('"').next().expect("an address");
        for path in
            ["/desk/contacts/new", address, &format!("{address}/book"), &format!("/desk/contacts/{contact}/need")]
        {
            assert_eq!(get(&app, path, &nurse).await.0, 200, "{path}");
            assert_eq!(get(&app, path, &resident).await.0, 404, "{path}");
            assert_eq!(get(&app, path, "").await.0, 303, "{path}");
        }
        for (path, fields) in [
            ("/desk/contacts/new".to_string(), "text=Hei"),
            (format!("{address}/meet"), "client_id=m"),
            (format!("{address}/book"), "time=x"),
            (format!("/desk/contacts/{contact}/need"), "care=psychosocial"),
        ] {
            assert_eq!(post(&app, &resident, &path, fields).await.0, 404, "{path}");
        }
        let (_, page) = get(&app, &format!("{address}/no-such-page"), &nurse).await;
        assert!(!page.contains("psychosocial"));
    });
}
