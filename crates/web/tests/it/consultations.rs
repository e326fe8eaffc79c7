//! A question to a colleague: on their work list, with the right to read for as long as it is open, answered to who asked.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use matter::access::Role;
use store::Filter;
use tower::ServiceExt;
use web::{App, Strangers, router};

use crate::contacts::token;
use crate::desk::{post, receipts, written};
use crate::pages::{fixture, get};
use crate::{app_for, on_its_own};

/// Somebody of a unit who has signed in with a token.
pub async fn signed_in_as(app: &Arc<App>, role: Role, unit: &str, id: &str) -> String {
    let request = Request::post("/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("token={}", token(role, unit, id))));
    let answer = router(Arc::clone(app)).oneshot(request.expect("a request")).await.expect("an answer");
    let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text").to_string();
    cookie.split(';').next().unwrap_or_default().to_string()
}

/// The ids of questions to which a page leads.
fn questions(page: &str) -> Vec<String> {
    let parts = page.split("href=\"/desk/consultations/").skip(1);
    parts.map(|it| it.split(['"', '?']).next().unwrap_or_default().to_string()).collect()
}

#[test]
fn a_question_goes_to_another_unit_and_back_and_gives_the_matter_away_to_nobody() {
    on_its_own(async {
        let (app, accesses, _) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let nurse_there = signed_in_as(&app, Role::Professional, "other", "nurse-9").await;
        let md = signed_in_as(&app, Role::Professional, "other", "physician-1").await;
        let contact = written(&app, "c1", "Luomi kutisee", "fi").await;
        let path = format!("/desk/contacts/{}", contact.id);
        assert_eq!(post(&app, &nurse, &format!("{path}/claim"), "").await.0, 303);
        assert_eq!(get(&app, &path, &md).await.0, 404, "of another unit nobody reads it");
        // On the way to the form what was being written is kept.
        let (_, to, _) = post(&app, &nurse, &format!("{path}/save"), "onward=consult&text=Kesken").await;
        assert_eq!(to, format!("{path}/consult"));
        let (_, form) = get(&app, &format!("{to}?lang=en"), &nurse).await;
        assert!(form.contains("The contact stays with you.") && form.contains("value=\"2026-01-08\""), "{form}");
        let given = "client_id=q1&text=Pitääkö+poistaa&whom=unit&unit=other&profession=physician&day=2026-01-09";
        let (status, to, _) = post(&app, &nurse, &format!("{path}/consult"), given).await;
        assert!(status == 303 && to.ends_with("did=consult"), "{status} {to}");
        assert_eq!(post(&app, &nurse, &format!("{path}/consult"), given).await.1, to, "sent twice, it is asked once");
        let (_, page) = get(&app, &format!("{to}&lang=en"), &nurse).await;
        for text in ["The question was sent.", "Waiting for colleague", "Pitääkö poistaa", ">Kesken</textarea>"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(page.contains("id=\"act-reply\""), "it stays with who has it");
        let (_, mine) = get(&app, "/desk?view=mine&lang=en", &nurse).await;
        assert!(receipts(&mine).len() == 1 && mine.contains("Waiting for colleague"), "{mine}");
        // In the list of the unit that is asked, and of no use to another profession.
        let (_, list) = get(&app, "/desk?unit=other&lang=en", &nurse_there).await;
        assert!(list.contains("Pitääkö poistaa") && list.contains("Question from a colleague"), "{list}");
        let id = questions(&list).into_iter().next().expect("a question");
        let (status, _, page) = post(&app, &nurse_there, &format!("/desk/consultations/{id}/claim?lang=en"), "").await;
        assert!(status == 409 && page.contains("The question is for another profession."), "{status}");
        assert_eq!(get(&app, &path, &md).await.0, 404, "who has not taken it reads nothing of the matter");
        let (_, to, _) = post(&app, &md, "/desk/next", "client_id=n1&unit=other").await;
        assert!(to.starts_with(&format!("/desk/consultations/{id}")), "the next is theirs to take: {to}");
        let (_, page) = get(&app, &format!("{to}?lang=en"), &md).await;
        assert!(page.contains(&format!("href=\"{path}\"")) && page.contains("Read the contact"), "{page}");
        let (status, read) = get(&app, &format!("{path}?lang=en"), &md).await;
        assert!(status == 200 && read.contains("Luomi kutisee"), "{status}");
        for act in ["act-claim", "act-reply", "act-note", "act-transfer", "id=\"consult\"", "Kesken"] {
            assert!(!read.contains(act), "they look: {act}");
        }
        for verb in ["note", "reply", "release", "transfer", "recall"] {
            let form = "noted=x&text=x&consultation=".to_string() + &id;
            assert_ne!(post(&app, &md, &format!("{path}/{verb}"), &form).await.0, 303, "{verb}");
        }
        assert_eq!(get(&app, &path, &nurse_there).await.0, 404, "nobody else is asked");
        // The answer: to the matter's page, and to the list of the one who asked.
        let (status, _, page) = post(&app, &md, &format!("/desk/consultations/{id}/answer?lang=en"), "text=").await;
        assert!(status == 422 && page.contains("Write your answer."), "{status}");
        let (status, to, _) =
            post(&app, &md, &format!("/desk/consultations/{id}/answer"), "client_id=a1&text=Poistetaan").await;
        assert_eq!(status, 303);
        assert!(get(&app, &format!("{to}&lang=en"), &md).await.1.contains("Your answer was sent to the colleague."));
        assert_eq!(get(&app, &path, &md).await.0, 404, "the question is open no more");
        assert_eq!(get(&app, &format!("/desk/consultations/{id}"), &md).await.0, 404);
        let (_, mine) = get(&app, "/desk?view=mine&lang=en", &nurse).await;
        assert!(mine.contains("Answer to your question") && mine.contains("Poistetaan"), "{mine}");
        let (_, page) = get(&app, &format!("{path}?lang=en"), &nurse).await;
        assert!(page.contains("Poistetaan") && !page.contains("Waiting for colleague"), "{page}");
        let form = format!("consultation={id}&text=Kesken");
        let (status, _, page) = post(&app, &nurse, &format!("{path}/notice?lang=en"), &form).await;
        assert!(status == 200 && page.contains(">Kesken</textarea>"), "{status}");
        assert_eq!(receipts(&get(&app, "/desk?view=mine", &nurse).await.1).len(), 1, "read, it is over");
        assert!(get(&app, &path, &nurse).await.1.contains("Poistetaan"), "and stays a part of the matter");
        let (_, thread) = get(&app, "/contact/thread", &format!("contact={}", contact.code)).await;
        assert!(thread.contains("Luomi") && !thread.contains("Poistetaan") && !thread.contains("Pitääkö"), "{thread}");
        let record = accesses.read_all(0, Filter::default(), 500).await.expect("the record");
        let by_grant = record.events.iter().filter(|it| it.data.contains("a colleague asks them about it"));
        assert!(by_grant.clone().any(|it| it.kind == "contact.read"), "the reading is recorded with its ground");
        assert!(by_grant.clone().all(|it| it.context.actor == "physician-1"));
    });
}

#[test]
fn what_is_wrong_with_a_question_is_told_and_it_can_be_taken_back() {
    on_its_own(async {
        let (app, ..) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let other = signed_in_as(&app, Role::Professional, "small", "nurse-2").await;
        let contact = written(&app, "c1", "Luomi kutisee", "fi").await;
        let path = format!("/desk/contacts/{}", contact.id);
        let ask = async |cookie: &str, form: &str| {
            post(&app, cookie, &format!("{path}/consult?lang=en"), &format!("client_id=q1&{form}")).await
        };
        let good = "text=Mitä&whom=one&to=nurse-2&day=2026-01-09";
        let (status, _, page) = ask(&nurse, good).await;
        assert!(status == 409 && page.contains("Only the person who has the contact"), "{status}");
        assert_eq!(post(&app, &nurse, &format!("{path}/claim"), "").await.0, 303);
        for (form, expected) in [
            ("text=&whom=one&to=nurse-2&day=2026-01-09", "Write what you want to ask."),
            ("text=Mitä&day=2026-01-09", "Choose who you ask."),
            ("text=Mitä&whom=one&to=nurse-1&day=2026-01-09", "Choose a colleague."),
            ("text=Mitä&whom=one&to=nobody&day=2026-01-09", "Choose a colleague."),
            ("text=Mitä&whom=unit&unit=nowhere&day=2026-01-09", "Choose a unit."),
            ("text=Mitä&whom=unit&unit=other&profession=king&day=2026-01-09", "Choose a unit."),
            ("text=Mitä&whom=one&to=nurse-2&day=2026-01-06", "Choose a day that is still to come"),
            ("text=Mitä&whom=one&to=nurse-2&day=", "Choose a day that is still to come"),
        ] {
            let (status, _, page) = ask(&nurse, form).await;
            assert!(status == 422 && page.contains(expected), "{form}: {status}");
        }
        assert_eq!(ask(&nurse, good).await.0, 303);
        let (_, list) = get(&app, "/desk?view=mine&lang=en", &other).await;
        let id = questions(&list).into_iter().next().expect("on the list of the one who is asked");
        for (cookie, expected) in [(&other, 409), (&nurse, 303)] {
            let (status, ..) = post(&app, cookie, &format!("{path}/recall"), &format!("consultation={id}")).await;
            assert_eq!(status, expected);
        }
        let (_, page) = get(&app, &format!("{path}?lang=en"), &nurse).await;
        assert!(page.contains("The question was taken back") && !page.contains("Waiting for colleague"), "{page}");
        assert!(questions(&get(&app, "/desk?view=mine", &other).await.1).is_empty());
        let (status, ..) = post(&app, &other, &format!("/desk/consultations/{id}/answer"), "text=Myöhässä").await;
        assert_eq!(status, 409, "their text is theirs to keep");
        for role in [Role::Manager, Role::Analyst, Role::Admin, Role::Privacy] {
            let cookie = signed_in_as(&app, role, "county", "somebody-1").await;
            assert_eq!(get(&app, &format!("{path}/consult"), &cookie).await.0, 404, "{role:?}");
            assert_eq!(get(&app, &format!("/desk/consultations/{id}"), &cookie).await.0, 404, "{role:?}");
        }
    });
}

#[test]
fn the_right_to_read_ends_with_its_reason_and_whoever_was_asked_sees_why() {
    on_its_own(async {
        let (app, ..) = app_for(fixture(0.5, true), false, Strangers::default(), false).await;
        let nurse = signed_in_as(&app, Role::Professional, "small", "nurse-1").await;
        let md = signed_in_as(&app, Role::Professional, "other", "physician-1").await;
        let elsewhere = signed_in_as(&app, Role::Professional, "third", "physician-1").await;
        for (name, verb, form, why) in [
            ("c1", "resolve", "seen=99&outcome=advised", "The matter was answered"),
            ("c2", "finish", "seen=99&outcome=advised&text=Hei", "The matter was answered"),
            ("c3", "transfer", "unit=county&reason=capacity&note=Siirto", "The matter went to another unit"),
        ] {
            let path = format!("/desk/contacts/{}", written(&app, name, "Luomi kutisee", "fi").await.id);
            assert_eq!(post(&app, &nurse, &format!("{path}/claim"), "").await.0, 303);
            let given = format!("client_id=q{name}&text=Kanaria&whom=unit&unit=other&day=2026-01-09");
            assert_eq!(post(&app, &nurse, &format!("{path}/consult"), &given).await.0, 303);
            let (_, to, _) = post(&app, &md, "/desk/next", &format!("client_id=n{name}&unit=other")).await;
            let question = to.split('?').next().unwrap_or_default().to_string();
            assert_eq!(get(&app, &path, &md).await.0, 200);
            assert_eq!(get(&app, &path, &elsewhere).await.0, 404, "they were asked in another unit");
            let form = format!("client_id=e{name}&{form}");
            let (status, to, _) = post(&app, &nurse, &format!("{path}/{verb}"), &form).await;
            assert!(status == 303 && to.contains(&format!("did={verb}")), "{verb}: {status} {to}");
            let (_, list) = get(&app, &format!("{to}&lang=en"), &nurse).await;
            assert!(list.contains("standing--done"), "the act is said to be done: {list}");
            assert_eq!(get(&app, &path, &md).await.0, 404, "{verb}");
            assert!(questions(&get(&app, "/desk?view=mine", &md).await.1).is_empty(), "{verb}");
            let (status, page) = get(&app, &format!("{question}?lang=en"), &md).await;
            assert!(status == 200 && page.contains(why) && !page.contains("Kanaria"), "{verb}: {status} {page}");
            let (status, _, page) =
                post(&app, &md, &format!("{question}/answer?lang=en"), &format!("client_id=a{name}&text=Vastaus"))
                    .await;
            assert!(status == 409 && page.contains(why) && page.contains("Vastaus"), "{verb}: {status}");
        }
    });
}
