//! A walk-in list by pages: residents see whether one may come, professionals put people on it, take them and close it.

use std::sync::Arc;

use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use web::App;

use crate::desk::{known, post};
use crate::pages::{get, signed_in, with_staff};
use crate::{app_over, on_its_own};

/// A list at a unit, from 8 to 20 on Wednesdays.
pub const ACUTE: &str = r#"
id = "acute"
version = 1
unit = "small"
service = "outpatient"
name = { fi = "Akuutti", sv = "Akuten", en = "Acute reception" }
[walk_in]
last = "30 minutes"
about = { fi = "Tule", sv = "Kom", en = "Come when it cannot wait" }
[walk_in.reason]
wound = { fi = "Haava", sv = "Sår", en = "Wound" }
fever = { fi = "Kuume", sv = "Feber", en = "Fever" }
[[week]]
who = "role:nurse"
on = ["wed"]
at = ["08:00", "20:00"]
"#;

async fn app() -> Arc<App> {
    let app = app_over(with_staff(&[("nurse-1", true)]), false).await;
    let library = Library::read(FOLDERS, &[Found::shipped("content/calendars/acute.toml", ACUTE)], &|_, _| true);
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    assert_eq!(app.publish_times().await, 0, "it has no times");
    app
}

#[test]
fn residents_see_whether_one_may_come_and_professionals_take_those_who_have() {
    on_its_own(async {
        let app = app().await;
        let (resident, nurse) = (signed_in(&app, "resident&as=aino").await, signed_in(&app, "professional").await);
        let public = async || get(&app, "/book/acute?lang=en", "").await.1;
        let page = public().await;
        for text in ["You can come now, until 19.30", "Nobody is waiting", "Come when it cannot wait"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let (_, all) = get(&app, "/book?lang=en", &resident).await;
        assert!(all.contains("Come without an appointment") && all.contains("/book/acute"), "{all}");
        let desk = async || get(&app, "/desk/walk-in/small?lang=en", &nurse).await.1;
        assert!(desk().await.contains("Nobody is on the list"));
        let act = async |verb: &str, form: &str| {
            let form = format!("calendar=acute&{form}");
            post(&app, &nurse, &format!("/desk/walk-in/small/{verb}?lang=en"), &form).await
        };
        let (status, _, page) = act("enter", "note=Kuumetta+39").await;
        assert!(status == 422 && page.contains("Choose why they have come") && page.contains("Kuumetta 39"), "{page}");
        let (_, form) = get(&app, "/desk/walk-in/small", &nurse).await;
        let aino = form.split("<option value=\"").find(|it| it.contains(">Aino")).and_then(|it| it.split('"').next());
        let client = format!("client={}", aino.expect("a client"));
        for form in [
            format!("client_id=w1&reason=fever&{client}&urgency=soon&note=Kuumetta+39"),
            "client_id=w2&reason=wound&note=Vuotaa".into(),
            "client_id=w2&reason=wound&note=Vuotaa".into(),
        ] {
            let (status, to, page) = act("enter", &form).await;
            assert!(status == 303 && to.ends_with("did=entered"), "{page}");
        }
        let page = desk().await;
        for text in ["Aino Virtanen, 42", "Kuumetta 39", "Person not known", "Vuotaa", "2 are waiting", "Fever"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(public().await.contains("2 are waiting") && !public().await.contains("Aino"), "numbers, nobody's name");
        let (_, work) = get(&app, "/desk?unit=small&lang=en", &nurse).await;
        assert!(work.contains("/desk/walk-in/") && work.contains("Walk-in list"), "{work}");
        let (_, own) = get(&app, "/matters?lang=en", &resident).await;
        assert!(own.contains("On the list as number 1, 0 before you"), "{own}");
        assert_eq!(act("order", "number=2&urgency=emergency").await.0, 303);
        let (_, own) = get(&app, "/matters?lang=en", &resident).await;
        assert!(own.contains("On the list as number 1, 1 before you"), "{own}");
        let page = desk().await;
        let (first, second) = (page.find("Person not known"), page.find("Aino Virtanen, 42"));
        assert!(first < second, "the most urgent is first: {page}");
        assert!(act("call", "number=1").await.1.ends_with("did=taken"));
        let (_, mine) = get(&app, "/desk?view=mine&lang=en", &nurse).await;
        assert!(mine.contains("Aino Virtanen"), "whoever takes them has their contact: {mine}");
        assert!(public().await.contains("1 is waiting"));
        let (_, to, _) = act("see", "number=1").await;
        assert!(to.ends_with("did=seen"), "{to}");
        assert!(act("leave", "number=2").await.1.ends_with("did=gone"));
        assert!(act("leave", "number=2").await.1.ends_with("did=otherwise"), "they have gone");
        assert!(desk().await.contains("Nobody is on the list"));
    });
}

#[test]
fn a_contact_comes_by_its_number_and_a_closed_list_says_why() {
    on_its_own(async {
        let app = app().await;
        let nurse = signed_in(&app, "professional").await;
        let contact = known(&app, "c1").await;
        let act = async |verb: &str, form: &str| {
            let form = format!("calendar=acute&{form}");
            post(&app, &nurse, &format!("/desk/walk-in/small/{verb}?lang=en"), &form).await
        };
        let (status, _, page) = act("enter", "reason=fever&contact=NEBS-F29A").await;
        assert!(status == 422 && page.contains("There is no open contact with this number"), "{page}");
        let (_, page) = get(&app, "/desk?unit=small", &nurse).await;
        let number = page.split("id=\"row-").nth(1).and_then(|it| it.split('"').next()).expect("a number").to_string();
        assert_eq!(act("enter", &format!("reason=fever&contact={}", number.to_lowercase())).await.0, 303);
        let (_, page) = get(&app, "/desk/walk-in/small?lang=en", &nurse).await;
        assert!(page.contains(&format!("/desk/contacts/{contact}")), "{page}");
        assert!(act("close", "why=staff").await.1.ends_with("did=closed"));
        let (_, page) = get(&app, "/book/acute?lang=en", "").await;
        assert!(page.contains("Closed for today: staff are absent") && !page.contains("You can come now"), "{page}");
        assert!(act("enter", "reason=fever").await.1.ends_with("did=otherwise"), "nobody more is taken in");
        assert_eq!(act("call", "number=1").await.0, 303, "those who wait are seen");
        assert!(act("reopen", "").await.1.ends_with("did=reopened"));
        let (_, page) = get(&app, "/book/acute?lang=en", "").await;
        assert!(page.contains("You can come now"), "{page}");
        for role in ["manager", "resident", "admin"] {
            let who = signed_in(&app, role).await;
            assert_eq!(get(&app, "/desk/walk-in/small", &who).await.0, 404, "{role}");
        }
        assert_eq!(get(&app, "/desk/walk-in/other", &nurse).await.0, 404, "another unit's");
    });
}
