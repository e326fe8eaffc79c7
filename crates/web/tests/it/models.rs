//! The list of systems, and a visitor of a demonstration who goes through a journey.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use content::{Found, Library};
use jiff::civil::date;
use kinds::content::FOLDERS;
use matter::access::Role;
use tower::ServiceExt;
use web::{App, Strangers, router};

use crate::contacts::token;
use crate::desk::post;
use crate::pages::{fixture, get, with_staff};
use crate::sessions::{session, sign_in};
use crate::{app_for, app_over, on_its_own};

/// A journey of four steps, of which the third waits.
const JOURNEY: &str = r#"
id = "s-005"
version = 1
system = "S-005"
title = { fi = "Koodi nimen sijasta", sv = "En kod i stället för namn", en = "A code in place of a name" }
[who.writer]
role = "anonymous"
[who.nurse]
role = "professional"
as = "nurse@small"
[who.aino]
role = "resident"
as = "aino"
[[step]]
who = "writer"
page = "/contact"
tell = { fi = "Kirjoittaa", sv = "Skriver", en = "Somebody writes" }
see = [{ text = "x" }]
[[step]]
who = "nurse"
page = "/desk?list=unit"
tell = { fi = "Lukee", sv = "Läser", en = "A nurse reads" }
see = [{ text = "x" }]
[[step]]
who = "nurse"
page = "/desk"
tell = { fi = "Lähettää", sv = "Sänder", en = "A nurse sends" }
see = [{ text = "x" }]
waits = ["port:sms"]
[[step]]
who = "aino"
page = "/matters"
tell = { fi = "Vastaa", sv = "Svarar", en = "Aino answers" }
see = [{ text = "x" }]
[[step.figure]]
measure = "access.callback_24h"
unit = "small"
month = "this"
by = 1.0
"#;

fn with_journey(app: Arc<App>) -> Arc<App> {
    let found = [Found::shipped("content/journeys/s-005.toml", JOURNEY)];
    let library = Library::read(FOLDERS, &found, &|kind, _| kind != "port");
    assert!(library.faults.is_empty(), "{:?}", library.faults);
    app.take_content(&library, date(2026, 1, 7));
    app
}

/// Sends a form: the status, where it leads and the cookies that are set.
async fn sent(app: &Arc<App>, cookies: &str, path: &str, form: &str) -> (u16, String, Vec<String>) {
    let request = Request::post(path)
        .header(header::COOKIE, cookies)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.to_string()))
        .expect("a request");
    let answer = router(Arc::clone(app)).oneshot(request).await.expect("an answer");
    let text = |value: &header::HeaderValue| value.to_str().expect("text").to_string();
    let to = answer.headers().get(header::LOCATION).map_or(String::new(), text);
    let set = answer.headers().get_all(header::SET_COOKIE).iter().map(text).collect();
    (answer.status().as_u16(), to, set)
}

/// The cookies of an answer in place of those before.
fn with(cookies: &str, set: &[String]) -> String {
    let of = |pair: &str| pair.split('=').next().unwrap_or("").to_string();
    let set: Vec<&str> = set.iter().filter_map(|it| it.split(';').next()).collect();
    let kept = cookies.split("; ").filter(|it| !it.is_empty() && set.iter().all(|new| of(new) != of(it)));
    kept.chain(set.iter().copied()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_visitor_goes_through_a_journey_as_whoever_plays_each_step() {
    on_its_own(async {
        let app = with_journey(app_over(with_staff(&[("small-nurse-1", true)]), false).await);
        let (status, list) = get(&app, "/evaluate/models?lang=en", "").await;
        assert_eq!(status, StatusCode::OK);
        assert!(list.contains("3 of 4 steps work") && list.contains("A code in place of a name"), "{list}");
        assert!(list.contains("action=\"/evaluate/models/s-005/try\""));
        assert!(!list.contains("action=\"/evaluate/models/s-033/try\""), "nothing of it is here to be tried");
        let mut cookies = "lang=en".to_string();
        // Step, where it leads, what the strip says, and who is there.
        let steps = [
            (0, "/contact", "Step 1 of 3", "Somebody writes", "Sign in"),
            (1, "/desk?list=unit", "Step 2 of 3", "A nurse reads", "Nurse"),
            (2, "/matters", "Step 3 of 3", "Aino answers", "Aino Virtanen"),
        ];
        for (step, to, numbers, tell, who) in steps {
            let (status, leads, set) =
                sent(&app, &cookies, "/evaluate/models/s-005/try", &format!("step={step}")).await;
            assert_eq!((status, leads.as_str()), (303, to));
            cookies = with(&cookies, &set);
            let (status, page) = get(&app, to, &cookies).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            for text in [numbers, tell, who] {
                assert!(page.contains(text), "{text}: {page}");
            }
            assert_eq!(page.contains("Next step"), step < 2, "{page}");
            assert_eq!(page.contains("Previous step"), step > 0, "{page}");
            assert_eq!(page.contains("/steer/measures/access.callback_24h?unit=small"), step == 2, "{page}");
        }
        let (status, to, set) = sent(&app, &cookies, "/evaluate/models/leave", "").await;
        assert_eq!((status, to.as_str()), (303, "/evaluate/models"));
        let (_, page) = get(&app, "/matters", &with(&cookies, &set)).await;
        assert!(!page.contains("Step 3 of 3") && page.contains("Aino Virtanen"), "{page}");
        // Neither a step that waits nor one that is not there is gone to.
        for (path, form) in [("s-005", "step=3"), ("s-006", "step=0")] {
            assert_eq!(post(&app, "", &format!("/evaluate/models/{path}/try"), form).await.0, 404, "{path} {form}");
        }
    });
}

#[test]
fn the_case_that_a_visitor_finds_is_made_when_they_come() {
    on_its_own(async {
        let acts = "planted = true\ndo = [{ choose = \"En tiedä\", in = \"Mitä asia koskee?\" }, \
                    { write = \"Selkä on kipeä.\", in = \"Viestisi\" }, { press = \"Lähetä viesti\" }]\n";
        let seen = "see = [{ text = \"x\" }]\n";
        let text = JOURNEY.replace("page = \"/contact\"", "page = \"/contact/new\"").replacen(
            seen,
            &format!("{acts}see = [{{ text = \"Viestisi on perillä\" }}]\n"),
            1,
        );
        let app = app_over(with_staff(&[("small-nurse-1", true)]), false).await;
        // One that cannot be made is left to the visitor.
        let other = text.replace("s-005", "s-006").replace("S-005", "S-006").replace("\"Lähetä viesti\"", "\"Ei ole\"");
        let found = [
            Found::shipped("content/journeys/s-005.toml", &text),
            Found::shipped("content/journeys/s-006.toml", &other),
        ];
        let library = Library::read(FOLDERS, &found, &|kind, _| kind != "port");
        assert!(library.faults.is_empty(), "{:?}", library.faults);
        app.take_content(&library, date(2026, 1, 7));
        let (status, to, set) = sent(&app, "lang=en", "/evaluate/models/s-005/try", "plant=yes").await;
        assert_eq!((status, to.as_str()), (303, "/desk?list=unit"));
        let cookies = with("lang=en", &set);
        let (_, page) = get(&app, "/desk", &cookies).await;
        assert!(page.contains("Step 2 of 3") && page.contains("Selkä on kipeä."), "{page}");
        let (status, to, _) = sent(&app, "lang=en", "/evaluate/models/s-006/try", "plant=yes").await;
        assert_eq!((status, to.as_str()), (303, "/contact/new"));
    });
}

#[test]
fn outside_a_demonstration_staff_see_the_list_and_nobody_tries_anything() {
    on_its_own(async {
        let (app, ..) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let app = with_journey(app);
        let (status, _) = get(&app, "/evaluate/models", "").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "nobody is asked to sign in first");
        assert_eq!(post(&app, "", "/evaluate/models/s-005/try", "step=0").await.0, 404);
        let (_, page) = get(&app, "/contact", "tour=s-005.0; lang=en").await;
        assert!(!page.contains("Step 1 of 3"), "{page}");
        for (role, sees) in [(Role::Evaluator, true), (Role::Professional, true), (Role::Fees, true)] {
            let given = token(role, "small", "somebody-1");
            let (_, _, cookies) = sign_in(&app, &format!("token={given}"), &[]).await;
            let (status, list) = get(&app, "/evaluate/models?lang=en", &session(&cookies)).await;
            assert_eq!(status == StatusCode::OK, sees, "{role:?}");
            assert!(list.contains("3 of 4 steps work") && !list.contains("Try it"), "{list}");
        }
    });
}
